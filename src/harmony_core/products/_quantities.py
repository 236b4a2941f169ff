"""Where the quantity of a line comes from: a number, hours, expenses, devices or meters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from operator import itemgetter
from typing import TypeAlias

import attrs

from harmony_core.errors import (
    InvalidValue,
    Word,
    expect,
    expect_each,
)
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.pricing import (
    BucketUse,
    UsageRule,
)
from harmony_core.products._rate_card import RateCard
from harmony_core.products._time_terms import TimeTerms


class CountPolicy(Word):
    """Which devices of a period count."""

    FIRST_DAY = "first_day"
    """those active on the period's first day"""
    LAST_DAY = "last_day"
    """those active on its last day"""
    PEAK = "peak"
    """those active on the day with the most; of several such days, the first"""
    ANY_ACTIVE = "any_active"
    """those active on at least one day"""
    DAILY = "daily"
    """every device on every day: the quantity is in device days"""
    ADVANCE_TRUE_UP = "advance_true_up"
    """those active on the first day, billed in advance; settled day by day when it is over"""


def _percent(value: Exact) -> Fraction:
    return exact(value, "a mark-up in per cent")


def _types(types: Iterable[str]) -> tuple[str, ...]:
    return (types,) if isinstance(types, str) else expect_each(types, str, "types of devices")


def _policy(value: CountPolicy) -> CountPolicy:
    return CountPolicy(value)


@attrs.frozen
class FixedQuantity:
    """The agreed quantity, whatever is used."""


@attrs.frozen
class TimeWorked:
    """Hours worked times their multiplier, by calendar month.

    Args:
        terms: how they are split, summed, rounded and weighed first; ``None``: not at all.
        rates: what an hour costs by role, person, work type, site, time band and day; the line's
            own price is that of hours for which no rate in its currency holds.
    """

    terms: TimeTerms | None = None
    rates: RateCard | None = None

    def __attrs_post_init__(self) -> None:
        if self.rates is not None:
            expect(self.rates, RateCard, "the rates of time worked")
        if self.terms is not None:
            expect(self.terms, TimeTerms, "the terms of time worked")


@attrs.frozen
class ExpenseTerms:
    """How the expenses of one category reach the customer.

    Args:
        markup_percent: put on top.
        cap: the most that he pays for one expense, mark-up included; what is given back beyond it
            is capped alike.
        covered: he does not pay for them at all.
    """

    category: str
    markup_percent: Fraction = attrs.field(default=Fraction(0), converter=_percent)
    cap: ExactAmount | None = None
    covered: bool = False

    def __attrs_post_init__(self) -> None:
        expect(self.category, str, "category of expense terms")
        expect(self.covered, bool, f"covered of {self.category!r}")
        if self.cap is not None:
            such_as = 'ExactAmount.of("120.00", "EUR")'
            expect(self.cap, ExactAmount, f"the cap of {self.category!r}", such_as)
        if self.cap is not None and self.cap.value < 0:
            raise InvalidValue(f"the cap of {self.category!r} must be zero or more, got {self.cap}")
        if self.covered and (self.markup_percent or self.cap is not None):
            raise InvalidValue(
                f"expenses of {self.category!r} are covered: leave out mark-up and cap"
            )


def _expense_terms(terms: Iterable[ExpenseTerms]) -> tuple[ExpenseTerms, ...]:
    return expect_each(terms, ExpenseTerms, "terms of categories")


@attrs.frozen
class ExpensesIncurred:
    """Expenses passed on with ``markup_percent``, by calendar month.

    ``categories`` have terms of their own in place of that mark-up.

    >>> paid = ExpensesIncurred(10, [ExpenseTerms("hotel", cap=ExactAmount.of(120, "EUR"))])
    >>> int(paid.terms_of("taxi").markup_percent), int(paid.terms_of("hotel").markup_percent)
    (10, 0)
    """

    markup_percent: Fraction = attrs.field(default=Fraction(0), converter=_percent)
    categories: tuple[ExpenseTerms, ...] = attrs.field(default=(), converter=_expense_terms)

    def __attrs_post_init__(self) -> None:
        named = [terms.category for terms in self.categories]
        if len(set(named)) < len(named):
            raise InvalidValue(f"a category has two terms among {', '.join(named)}: keep one")

    def terms_of(self, category: str) -> ExpenseTerms:
        """The terms of a category; the mark-up of the line where it has none of its own."""
        for terms in self.categories:
            if terms.category == category:
                return terms
        return ExpenseTerms(category, self.markup_percent)


@attrs.frozen
class DevicesCounted:
    """The customer's devices of ``types`` (and below), counted by ``policy``; at least ``minimum``.

    A single type may be given as a plain text. ``credits`` says whether a true-up may give money
    back.
    """

    types: tuple[str, ...] = attrs.field(converter=_types)
    policy: CountPolicy = attrs.field(converter=_policy)
    minimum: int = 0
    credits: bool = True

    def __attrs_post_init__(self) -> None:
        if not self.types:
            raise InvalidValue("devices are counted by type: name at least one")
        for one in self.types:
            expect(one, str, "a type of devices")
        expect(self.minimum, int, "a minimum count")
        expect(self.credits, bool, "credits of a count")
        if self.minimum < 0:
            raise InvalidValue(f"a minimum count must be zero or more, got {self.minimum}")


@attrs.frozen
class UsageMetered:
    """What the usage records of ``meter`` within the period come to under ``rule``: their sum.

    A record that lacks the instant or the subject that the rule needs is not counted.
    """

    meter: str
    rule: UsageRule = attrs.field(factory=UsageRule)

    def __attrs_post_init__(self) -> None:
        expect(self.meter, str, "meter of usage")
        expect(self.rule, UsageRule, f"rule of meter {self.meter!r}")


def _by_unit(
    meters: Mapping[str, UsageMetered] | Iterable[tuple[str, UsageMetered]],
) -> tuple[tuple[str, UsageMetered], ...]:
    pairs = meters.items() if isinstance(meters, Mapping) else meters
    return tuple(sorted(pairs, key=itemgetter(0)))


@attrs.frozen
class UnitsMetered:
    """A quantity for each of several units, each from a meter under a rule of its own.

    :class:`harmony_core.pricing.CapacitySteps` prices them together. A unit without usage in a
    period has a quantity of zero.

    Args:
        meters: by the name of the unit, as the steps of the price name it.

    Raises:
        InvalidValue: no unit, one twice, or time buckets that are priced alone.

    >>> from harmony_core.pricing import Aggregation
    >>> peak = UsageRule(Aggregation.MAX)
    >>> both = UnitsMetered({"users": UsageMetered("seats", peak), "GB": UsageMetered("disk")})
    >>> both.units
    ('GB', 'users')
    """

    meters: tuple[tuple[str, UsageMetered], ...] = attrs.field(converter=_by_unit)

    def __attrs_post_init__(self) -> None:
        if not self.meters:
            raise InvalidValue("units are metered by name: give a meter for at least one")
        if len(set(self.units)) < len(self.meters):
            raise InvalidValue(f"a unit has two meters among {', '.join(self.units)}: keep one")
        for unit, metered in self.meters:
            if not isinstance(metered, UsageMetered):
                raise InvalidValue(f"the meter of {unit!r} is a UsageMetered, got {metered!r}")
            buckets = metered.rule.buckets
            if buckets is not None and buckets.use is BucketUse.PRICED_ALONE:
                raise InvalidValue(
                    f"the time buckets of {unit!r} are priced alone, but one step is charged for "
                    "all units of the period: let them be totalled, or their peak or percentile "
                    "count"
                )

    @property
    def units(self) -> tuple[str, ...]:
        """The names of the units, in order."""
        return tuple(unit for unit, _ in self.meters)


QuantitySource: TypeAlias = (
    FixedQuantity | TimeWorked | ExpensesIncurred | DevicesCounted | UsageMetered | UnitsMetered
)
"""Where a line's quantity comes from."""


def meters_of(source: QuantitySource) -> tuple[UsageMetered, ...]:
    """Give the meters that a quantity is read from, each with its rule; often there is none.

    >>> [one.meter for one in meters_of(UsageMetered("disk"))], meters_of(FixedQuantity())
    (['disk'], ())
    """
    if isinstance(source, UnitsMetered):
        return tuple(metered for _, metered in source.meters)
    return (source,) if isinstance(source, UsageMetered) else ()

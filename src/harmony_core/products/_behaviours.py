"""How a thing that is sold behaves: measured, billed, recognised, renewed, delivered.

Each behaviour is a small value. A product carries them, an order line may override them, and the
contract line keeps what was agreed, so that a later change of the product leaves it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from operator import itemgetter
from typing import TypeAlias

import attrs

from harmony_core.errors import (
    InvalidValue,
    PriceNotFound,
    Word,
    expect,
    expect_each,
)
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, ExactAmount, Role, exact
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import (
    BucketUse,
    Scheme,
    UsageRule,
    refuse_other_units,
    refuse_transactions_as_one,
    refuse_unbillable,
)
from harmony_core.products._fund_policies import (
    LeftOver,
    OverageMode,
    Rollover,
    TopUp,
    WarningLevel,
)
from harmony_core.products._incident_terms import IncidentTerms
from harmony_core.products._rate_card import RateCard
from harmony_core.products._time_terms import TimeRounding, TimeScope, TimeTerms


class ContractType(Word):
    """The four kinds of sale; each is a bundle of defaults, see :func:`defaults_of`."""

    TRANSACTIONAL = "transactional"
    RECURRING = "recurring"
    PREPAYMENT = "prepayment"
    CONSUMPTION = "consumption"


class Recognition(Word):
    """When what was charged becomes revenue (or, on the buy side, cost)."""

    AT_ONCE = "at_once"
    """whole, on the last day of the service period"""
    STRAIGHT_LINE = "straight_line"
    """in equal parts over the days of the service period"""
    AS_DRAWN = "as_drawn"
    """as a prepaid block is drawn; what lapses is recognised on the block's last day"""


class DeliveryMode(Word):
    """How the thing reaches the customer."""

    DIRECT = "direct"
    PROJECT = "project"


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


class DrawOrder(Word):
    """Which block a draw takes from first; a term of the contract."""

    EXPIRY = "expiry"
    """the earliest end first (no end last), then the earliest start, then the id: kind to the
    customer, and the default"""
    START = "start"
    """the earliest start first, then the id"""


class FundUnit(Word):
    """What a prepaid fund holds; units are never mixed."""

    HOURS = "hours"
    TOKENS = "tokens"
    CASH = "cash"


def _percent(value: Exact) -> Fraction:
    return exact(value, "a mark-up in per cent")


def _expectation(value: Exact) -> Fraction:
    return exact(value, "expected breakage")


def _types(types: Iterable[str]) -> tuple[str, ...]:
    return (types,) if isinstance(types, str) else expect_each(types, str, "types of devices")


def _policy(value: CountPolicy) -> CountPolicy:
    return CountPolicy(value)


def _timing(value: Timing) -> Timing:
    return Timing(value)


def _recognition(value: Recognition) -> Recognition:
    return Recognition(value)


def _fund_unit(value: FundUnit) -> FundUnit:
    return FundUnit(value)


def _draw_order(value: DrawOrder) -> DrawOrder:
    return DrawOrder(value)


def _tariffs(
    tariffs: Mapping[str, Exact] | Iterable[tuple[str, Exact]],
) -> tuple[tuple[str, Fraction], ...]:
    pairs = tariffs.items() if isinstance(tariffs, Mapping) else tariffs
    return tuple((currency, exact(units, "units per hour")) for currency, units in pairs)


def _prices(prices: Iterable[ExactAmount]) -> tuple[ExactAmount, ...]:
    return tuple(prices)


def _overage_mode(value: OverageMode) -> OverageMode:
    return OverageMode(value)


def _incidents(terms: Iterable[IncidentTerms] | IncidentTerms) -> tuple[IncidentTerms, ...]:
    return (terms,) if isinstance(terms, IncidentTerms) else tuple(terms)


def _left_over(value: LeftOver) -> LeftOver:
    return LeftOver(value)


def _levels(levels: Iterable[WarningLevel] | WarningLevel) -> tuple[WarningLevel, ...]:
    return (levels,) if isinstance(levels, WarningLevel) else tuple(levels)


_NOT_BILLED = {OverageMode.DENY: "denied", OverageMode.NEGATIVE: "taken below zero"}


def _schemes(schemes: Iterable[Scheme]) -> tuple[Scheme, ...]:
    return tuple(schemes)


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


@attrs.frozen
class Billing:
    """When a line is billed: in advance or in arrears, how often, and how many days early.

    ``interval`` ``None`` means once, on the line's first day.
    """

    timing: Timing = attrs.field(converter=_timing)
    interval: Interval | None
    lead_days: int = 0

    def __attrs_post_init__(self) -> None:
        if self.interval is not None:
            expect(self.interval, Interval, "a billing interval", "Interval.months(1)")
        expect(self.lead_days, int, "lead_days")
        if self.lead_days < 0:
            raise InvalidValue(f"lead days must be zero or more, got {self.lead_days}")


@attrs.frozen
class Accounting:
    """Which account roles a line's money meets, and when it is recognised.

    Args:
        revenue_role, cost_role: what the money is earned or spent as.
        recognition: when.
        expected_breakage: the share of a prepaid block that nobody is expected to draw, below 1. It
            is earned in proportion to what is drawn; without it when the block ends. A later
            expectation catches up with what was earned before.

    Source of the share: IFRS 15.B46.
    """

    revenue_role: str = Role.REVENUE
    cost_role: str = Role.COST_OF_SALES
    recognition: Recognition = attrs.field(default=Recognition.AT_ONCE, converter=_recognition)
    expected_breakage: Fraction = attrs.field(default=Fraction(0), converter=_expectation)

    def __attrs_post_init__(self) -> None:
        for name in ("revenue_role", "cost_role"):
            expect(getattr(self, name), str, f"{name} of an accounting")
        if not 0 <= self.expected_breakage < 1:
            raise InvalidValue(
                "the share of a block that nobody will draw lies from 0 to below 1, got "
                f"{exact_text(self.expected_breakage)}"
            )
        if self.expected_breakage and self.recognition is not Recognition.AS_DRAWN:
            raise InvalidValue(
                "only what is recognised as drawn has breakage: leave the expectation out"
            )


@attrs.frozen
class FundTerms:
    """The rules of a prepaid fund.

    Args:
        valid_months: how long each block can be drawn; plays no part with a ``rollover``.
        units_per_hour: how many units one clock hour draws: 1 for hours, a tariff for tokens, a
            price for cash funds (by currency).
        overage_prices: per clock hour beyond the fund, one a currency.
        overage_schemes: the price of all hours of a period beyond the fund, one a currency; bands
            begin anew in each period. They go before ``overage_prices``.
        rollover: makes the fund an allowance: each billing period grants the line's quantity, and
            this says what of it goes on into the next.
        top_up: buys more when little is left.
        passes_to: ids of products, or of lines of the contract: what the fund does not cover goes
            to the first of them that takes it, and beyond that to the next. Those that a contract
            has not are passed over. What none takes is overage of the fund that left it.
        overage_mode: what happens to what none takes.
        apply_multiplier: it is billed in units of the fund, not in clock hours; a unit of money
            costs what it is.
        levels: at which somebody is warned.
        units_per_spent: how many units 1.00 of an expense draws, by currency of the contract; a
            fund of money draws what was spent. Beyond a fund it is billed as it was spent.
        units_per_kit: by category of an expense, how many units one draws, whatever it cost.
        incidents: the prices of incidents, one list a currency: they draw a fund of money, and
            nothing else does.
        rounding: of the minutes of each entry, before it draws; ``None`` takes them as they are.
        at_end: what becomes of blocks with units left when the line ends, unless the amendment that
            ends it says otherwise.
    """

    unit: FundUnit = attrs.field(converter=_fund_unit)
    valid_months: int
    units_per_hour: tuple[tuple[str, Fraction], ...] = attrs.field(converter=_tariffs)
    overage_prices: tuple[ExactAmount, ...] = attrs.field(converter=_prices)
    order: DrawOrder = attrs.field(default=DrawOrder.EXPIRY, converter=_draw_order)
    overage_schemes: tuple[Scheme, ...] = attrs.field(default=(), converter=_schemes)
    rollover: Rollover | None = None
    top_up: TopUp | None = None
    passes_to: tuple[str, ...] = attrs.field(default=(), converter=_types, kw_only=True)
    overage_mode: OverageMode = attrs.field(
        default=OverageMode.BILL, converter=_overage_mode, kw_only=True
    )
    apply_multiplier: bool = attrs.field(default=False, kw_only=True)
    levels: tuple[WarningLevel, ...] = attrs.field(default=(), converter=_levels, kw_only=True)
    units_per_spent: tuple[tuple[str, Fraction], ...] = attrs.field(
        default=(), converter=_tariffs, kw_only=True
    )
    units_per_kit: tuple[tuple[str, Fraction], ...] = attrs.field(
        default=(), converter=_tariffs, kw_only=True
    )
    incidents: tuple[IncidentTerms, ...] = attrs.field(
        default=(), converter=_incidents, kw_only=True
    )
    rounding: TimeRounding | None = attrs.field(default=None, kw_only=True)
    at_end: LeftOver = attrs.field(default=LeftOver.KEPT, converter=_left_over, kw_only=True)

    def __attrs_post_init__(self) -> None:
        self._refuse_contradictions()
        if len(set(self.passes_to)) < len(self.passes_to) or not all(self.passes_to):
            raise InvalidValue(
                f"a fund passes on to each line or product once, and by its id, got "
                f"{', '.join(map(repr, self.passes_to))}"
            )
        if self.rollover is not None and self.top_up is not None:
            raise InvalidValue(
                "an allowance is granted anew each period, so it is not topped up: keep the "
                "rollover or the top-up, or sell blocks on a line of their own"
            )
        if self.valid_months < 1:
            raise InvalidValue(f"a block is valid for a month or more, got {self.valid_months}")
        for scheme in self.overage_schemes:
            refuse_unbillable(scheme)
        for name in ("units_per_hour", "units_per_spent", "units_per_kit"):
            if any(units <= 0 for _, units in getattr(self, name)):
                raise InvalidValue(
                    f"{name.replace('_', ' ')} must be above zero: free work is not drawn"
                )
        if self.incidents:
            self._refuse_beside_incidents()

    @property
    def has_own_ends(self) -> bool:
        """Whether its units end by rules of their own: an allowance, and what a top-up buys."""
        return self.rollover is not None or self.top_up is not None

    def _refuse_contradictions(self) -> None:
        if self.rounding is not None and self.rounding.scope is not TimeScope.ENTRY:
            raise InvalidValue(
                f"a fund is drawn entry by entry, but the minutes of a {self.rounding.scope.value} "
                "are rounded together: round in the scope of an entry"
            )
        if self.at_end is not LeftOver.KEPT and self.has_own_ends:
            raise InvalidValue(
                f"what is left cannot be {self.at_end.value} with an allowance, which lapses with "
                "its line, or with a top-up, whose blocks have their own end: leave at_end out"
            )
        priced = bool(self.overage_prices or self.overage_schemes)
        if self.overage_mode is not OverageMode.BILL and priced:
            raise InvalidValue(
                f"overage that is {_NOT_BILLED[self.overage_mode]} has no price: leave the prices "
                "out, or bill it"
            )
        if self.overage_mode is OverageMode.NEGATIVE:
            if self.rollover is not None:
                raise InvalidValue(
                    "an allowance cannot go below zero: bill the overage, or deny it"
                )
            if self.passes_to:
                raise InvalidValue(
                    "a fund that goes below zero leaves nothing for others: bill or deny the "
                    "overage, or let it pass nothing on"
                )
        if self.apply_multiplier and self.unit is FundUnit.CASH and priced:
            raise InvalidValue(
                "a fund of money that bills its overage in units has no price of an hour beyond "
                "it: leave the prices out"
            )

    def _refuse_beside_incidents(self) -> None:
        if self.unit is not FundUnit.CASH or self.rollover is not None:
            raise InvalidValue("incidents draw a fund of money that is bought in blocks: sell that")
        if (
            self.units_per_hour
            or self.units_per_spent
            or self.units_per_kit
            or self.overage_prices
            or self.overage_schemes
            or self.passes_to
            or self.overage_mode is not OverageMode.BILL
        ):
            raise InvalidValue(
                "incidents draw their fund alone and say themselves what a shortfall costs: leave "
                "the units, the overage and passes_to out"
            )
        if len({terms.currency for terms in self.incidents}) < len(self.incidents):
            raise InvalidValue("incidents have two price lists in one currency: keep one")

    @property
    def needs_a_price(self) -> bool:
        """Whether work beyond the fund is billed by it and by no other line, at a price."""
        billed = self.overage_mode is OverageMode.BILL and not self.passes_to
        return billed and (bool(self.units_per_hour) or self.apply_multiplier)

    def incidents_in(self, currency: str) -> IncidentTerms | None:
        """The prices of incidents under a contract in ``currency``; ``None`` if none are charged.

        Raises:
            PriceNotFound: they are charged, but have no price in that currency.
        """
        for terms in self.incidents:
            if terms.currency == currency:
                return terms
        if self.incidents:
            raise PriceNotFound(f"incidents have no price list in {currency}: add one")
        return None

    def drawn_hours(self, hours: Fraction) -> Fraction:
        """The hours that an entry of so many draws; below zero they mirror those above."""
        return hours if self.rounding is None else self.rounding.billed(hours * 60) / 60

    def units_for_spent(self, currency: str) -> Fraction | None:
        """Units that 1.00 of an expense draws under a contract in ``currency``, if any."""
        units = dict(self.units_per_spent)
        as_spent = Fraction(1) if self.unit is FundUnit.CASH and not units else None
        return units.get(currency, units.get("*", as_spent))

    def units_for(self, currency: str) -> Fraction:
        """Units that one clock hour draws under a contract in ``currency``."""
        units = dict(self.units_per_hour)
        try:
            return units[currency] if currency in units else units["*"]
        except KeyError:
            raise PriceNotFound(
                f"the fund has no tariff for {currency}: give units per hour for it, or for '*'"
            ) from None

    def overage_price(self, currency: str) -> ExactAmount:
        """Price of a clock hour that no block covers; of the first, where a scheme prices them.

        With ``apply_multiplier`` that of a unit of the fund.

        Raises:
            PriceNotFound: none was agreed in that currency.
        """
        if self._bills_its_money:
            return ExactAmount(Fraction(1), currency)
        if (scheme := self.overage_scheme(currency)) is not None:
            return scheme.price(1)
        for price in self.overage_prices:
            if price.currency == currency:
                return price
        raise PriceNotFound(f"the fund has no overage price in {currency}: add one")

    def has_overage_price(self, currency: str) -> bool:
        """Whether a price of work beyond the fund was agreed in a currency."""
        by_the_hour = any(price.currency == currency for price in self.overage_prices)
        return by_the_hour or self._bills_its_money or self.overage_scheme(currency) is not None

    @property
    def _bills_its_money(self) -> bool:
        return self.unit is FundUnit.CASH and self.apply_multiplier

    def overage_scheme(self, currency: str) -> Scheme | None:
        """The scheme that prices all hours of a period beyond the fund, if one was agreed."""
        return next((one for one in self.overage_schemes if one.currency == currency), None)

    def top_up_in(self, currency: str) -> TopUp | None:
        """The top-up with its price in one currency; a fund of money costs what it holds.

        Raises:
            PriceNotFound: no price in that currency was agreed.
        """
        if self.top_up is None or (self.unit is FundUnit.CASH and not self.top_up.prices):
            return self.top_up
        return attrs.evolve(self.top_up, prices=(self.top_up.price_in(currency),))


@attrs.frozen
class Defaults:
    """The bundle of behaviours that a type of contract starts from."""

    quantity: QuantitySource
    billing: Billing
    accounting: Accounting


def defaults_of(kind: ContractType) -> Defaults:
    """The behaviours that a product or line of this type has unless it says otherwise.

    >>> defaults_of(ContractType.RECURRING).accounting.recognition.value
    'straight_line'
    """
    return _DEFAULTS[ContractType(kind)]


_DEFAULTS: Mapping[ContractType, Defaults] = {
    ContractType.TRANSACTIONAL: Defaults(
        FixedQuantity(), Billing(Timing.ARREARS, None), Accounting()
    ),
    ContractType.RECURRING: Defaults(
        FixedQuantity(),
        Billing(Timing.ADVANCE, Interval.months(1)),
        Accounting(recognition=Recognition.STRAIGHT_LINE),
    ),
    ContractType.PREPAYMENT: Defaults(
        FixedQuantity(),
        Billing(Timing.ADVANCE, None),
        Accounting(recognition=Recognition.AS_DRAWN),
    ),
    ContractType.CONSUMPTION: Defaults(
        FixedQuantity(), Billing(Timing.ARREARS, Interval.months(1)), Accounting()
    ),
}


def expect_scheme(value: object, what: str) -> None:
    """Refuse what gives no price."""
    if not (hasattr(value, "price") and hasattr(value, "currency")):
        raise InvalidValue(
            f'{what} must be a scheme, such as PerUnit.of("9.50", "EUR"), got {value!r}'
        )


def refuse_unmeasurable(scheme: Scheme, quantity: QuantitySource) -> None:
    """Refuse a price that its source of quantity cannot feed.

    Raises:
        InvalidValue: it takes a quantity for each of several units and there is one, or the other
            way round; or it charges each transaction while the usage comes to one quantity.
    """
    if isinstance(quantity, UnitsMetered):
        refuse_other_units(scheme, quantity.units)
        return
    refuse_unbillable(scheme)
    if isinstance(quantity, UsageMetered):
        refuse_transactions_as_one(scheme, quantity.rule)


def _refuse_impossible_fund(
    measured: bool, billing: Billing, accounting: Accounting, fund: FundTerms
) -> None:
    if measured:
        raise InvalidValue("a prepaid block is bought in a fixed quantity, not a measured one")
    if fund.rollover is not None and billing.interval is None:
        raise InvalidValue("an allowance is granted by period: give a billing interval")
    if billing.timing is Timing.ARREARS:
        raise InvalidValue("a prepayment is billed in advance: in arrears it would not be prepaid")
    if accounting.expected_breakage and fund.rollover is not None:
        raise InvalidValue(
            "what an allowance does not carry lapses with each period: leave expected breakage out"
        )


def refuse_impossible(
    kind: ContractType,
    quantity: QuantitySource,
    billing: Billing,
    accounting: Accounting,
    fund: FundTerms | None,
) -> None:
    """Refuse behaviours that contradict each other, each with its reason.

    Raises:
        InvalidValue: see the messages below.
    """
    measured = not isinstance(quantity, FixedQuantity)
    if (fund is not None) != (kind is ContractType.PREPAYMENT):
        raise InvalidValue("a prepayment has fund terms, and nothing else has: add or remove them")
    if (accounting.recognition is Recognition.AS_DRAWN) != (fund is not None):
        raise InvalidValue("recognition as drawn belongs to prepaid blocks, and only to them")
    if fund is not None:
        _refuse_impossible_fund(measured, billing, accounting, fund)
    if kind is ContractType.RECURRING and billing.interval is None:
        raise InvalidValue("what recurs is billed by period: give a billing interval")
    if kind is ContractType.CONSUMPTION and not measured:
        raise InvalidValue("consumption is measured: name devices or a meter as its quantity")
    on_first_day = isinstance(quantity, DevicesCounted) and quantity.policy in (
        CountPolicy.FIRST_DAY,
        CountPolicy.ADVANCE_TRUE_UP,
    )
    if measured and billing.timing is Timing.ADVANCE and not on_first_day:
        raise InvalidValue(
            "what is measured after the fact is billed in arrears; only devices counted on the "
            "first day (first_day, advance_true_up) can be billed in advance"
        )
    if (
        isinstance(quantity, DevicesCounted)
        and quantity.policy is CountPolicy.ADVANCE_TRUE_UP
        and billing.timing is Timing.ARREARS
    ):
        raise InvalidValue("advance_true_up bills the first day's count in advance")
    if measured and accounting.recognition is Recognition.STRAIGHT_LINE and not on_first_day:
        raise InvalidValue("a measured quantity is recognised when its period is over: at_once")
    measured_by_month = isinstance(quantity, TimeWorked | ExpensesIncurred)
    measured_by_period = isinstance(quantity, DevicesCounted | UsageMetered | UnitsMetered)
    if measured_by_period and billing.interval is None:
        raise InvalidValue("devices and usage are billed by period: give a billing interval")
    if measured_by_month and billing.interval not in (None, Interval.months(1)):
        raise InvalidValue("time and expenses are billed by calendar month")

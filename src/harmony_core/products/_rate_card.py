"""What an hour costs, for whom and by whom: the most specific rate wins, and says why.

Specific is declared, step by step: a rate for a contract goes before one for a customer, that
before one for a role, and so on in the card's order of dimensions. Two rates that name the same,
on days that meet, would leave the answer to chance, so that no card can be made of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

import attrs

from harmony_core.errors import InvalidValue, PriceNotFound, Word, expect, expect_each
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import ExactAmount


class RateDimension(Word):
    """What a rate may be for; the order of the list is the usual order of precedence."""

    CONTRACT = "contract"
    CUSTOMER = "customer"
    ROLE = "role"
    PERSON = "person"
    WORK_TYPE = "work_type"
    SITE = "site"
    TIME_BAND = "time_band"


@attrs.frozen
class RatedFor:
    """What a rate is for, or what one is looked up for; ``None`` in a rate stands for any."""

    contract: str | None = None
    customer: str | None = None
    role: str | None = None
    person: str | None = None
    work_type: str | None = None
    site: str | None = None
    time_band: str | None = None

    def __attrs_post_init__(self) -> None:
        for name in RateDimension:
            if (value := getattr(self, name)) is not None:
                expect(value, str, f"{name} of what a rate is for")

    def in_words(self) -> str:
        """Name what is named: ``role 'senior', time band 'weekend'``."""
        named = [
            f"{dimension.replace('_', ' ')} {value!r}"
            for dimension in RateDimension
            if (value := getattr(self, dimension)) is not None
        ]
        return ", ".join(named) or "everything"


@attrs.frozen
class HourlyRate:
    """The price of an hour for what it names, from ``first_day`` to ``last_day`` inclusive.

    ``None`` for a day leaves that end open.

    Raises:
        InvalidValue: it ends before it begins, or a name is empty.
    """

    id: str
    price: ExactAmount
    applies_to: RatedFor = RatedFor()
    first_day: date | None = None
    last_day: date | None = None

    def __attrs_post_init__(self) -> None:
        expect(self.id, str, "id of a rate")
        such_as = 'ExactAmount.of("95.00", "EUR")'
        expect(self.price, ExactAmount, f"the price of rate {self.id!r}", such_as)
        expect(self.applies_to, RatedFor, f"applies_to of rate {self.id!r}")
        for day in (self.first_day, self.last_day):
            if day is not None and type(day) is not date:
                raise InvalidValue(f"rate {self.id!r} holds between plain dates, got {day!r}")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise InvalidValue(
                f"rate {self.id!r} ends on {self.last_day}, before it starts on {self.first_day}"
            )
        if "" in attrs.astuple(self.applies_to):
            raise InvalidValue(f"rate {self.id!r} names something empty: leave it out for any")

    def holds_on(self, day: date) -> bool:
        """Whether ``day`` lies between its first and last day."""
        return (self.first_day or date.min) <= day <= (self.last_day or date.max)

    def in_words(self) -> str:
        """Name it with what it is for and its days."""
        days = f"{self.first_day or '...'} to {self.last_day or '...'}"
        return f"{self.id!r} for {self.applies_to.in_words()} ({days})"


@attrs.frozen
class FoundRateOfHour:
    """The rate that won on ``day``, and the others that hold for it, most specific first."""

    rate: HourlyRate
    asked: RatedFor
    day: date
    others: tuple[HourlyRate, ...] = ()

    def explain(self) -> Explanation:
        """Give the price of an hour, the rate taken and those that it was preferred to."""
        why = Explainer("price of an hour", 1)
        why.fact("day of work", self.day.isoformat())
        why.fact("rate", self.rate.id)
        for dimension, label in _LABELS.items():
            if (value := getattr(self.rate.applies_to, dimension)) is not None:
                why.fact(label, value)
        for other in self.others:
            why.fact("not taken, since it is less specific", other.id)
        price = self.rate.price
        return why.explanation(why.given("rate", "price of an hour", price.value, price.currency))


_LABELS = {
    RateDimension.CONTRACT: "rate for the contract",
    RateDimension.CUSTOMER: "rate for the customer",
    RateDimension.ROLE: "rate for the role",
    RateDimension.PERSON: "rate for the person",
    RateDimension.WORK_TYPE: "rate for the work type",
    RateDimension.SITE: "rate for the site",
    RateDimension.TIME_BAND: "rate for the time band",
}


def rate_ties(rates: Iterable[HourlyRate]) -> tuple[str, ...]:
    """Name every two rates between which the look-up would have to guess; none makes a card.

    Rates in different currencies never tie.
    """
    groups: dict[object, list[HourlyRate]] = {}
    for rate in rates:
        groups.setdefault((rate.applies_to, rate.price.currency), []).append(rate)
    problems = []
    for same in groups.values():
        same.sort(key=lambda one: (one.first_day or date.min, one.last_day or date.max, one.id))
        reaching = same[0]  # of those before, the one that lasts longest
        for rate in same[1:]:
            if (rate.first_day or date.min) <= (reaching.last_day or date.max):
                problems.append(
                    f"the rates {reaching.in_words()} and {rate.in_words()} tie: end one before "
                    "the other begins, or name more in one of them"
                )
            reaching = max(reaching, rate, key=lambda one: one.last_day or date.max)
    return tuple(problems)


def _rates(rates: Iterable[HourlyRate]) -> tuple[HourlyRate, ...]:
    return tuple(
        sorted(expect_each(rates, HourlyRate, "rates of a card"), key=lambda rate: rate.id)
    )


def _order(order: Iterable[RateDimension]) -> tuple[RateDimension, ...]:
    return tuple(RateDimension(one) for one in expect_each(order, str, "dimensions of a card"))


@attrs.frozen
class RateCard:
    """Hourly rates and the order in which what they name counts.

    A look-up costs a step for each combination of dimensions that occurs in the card, however
    many rates there are. The order in which the rates are given plays no part.

    Raises:
        InvalidValue: two rates have one id, two tie, or the order does not name each dimension
            once.

    >>> senior = RatedFor(role="senior")
    >>> card = RateCard(
    ...     [
    ...         HourlyRate("list", ExactAmount.of("95.00", "GBP")),
    ...         HourlyRate("senior", ExactAmount.of("130.00", "GBP"), senior),
    ...         HourlyRate("C-1", ExactAmount.of("110.00", "GBP"), RatedFor(contract="C-1")),
    ...     ]
    ... )
    >>> day = date(2026, 3, 2)
    >>> card.find(RatedFor(contract="C-2", role="senior"), "GBP", day).rate.id
    'senior'
    >>> card.find(RatedFor(contract="C-1", role="senior"), "GBP", day).rate.id
    'C-1'
    """

    rates: tuple[HourlyRate, ...] = attrs.field(converter=_rates)
    order: tuple[RateDimension, ...] = attrs.field(default=tuple(RateDimension), converter=_order)
    _shapes: tuple[tuple[RateDimension, ...], ...] = attrs.field(init=False, eq=False, repr=False)
    _found: Mapping[object, tuple[HourlyRate, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if sorted(self.order) != sorted(RateDimension):
            raise InvalidValue(
                f"the order of a rate card names each of {', '.join(RateDimension)} once, "
                f"got {', '.join(self.order)}"
            )
        for one, other in pairwise(self.rates):
            if one.id == other.id:
                raise InvalidValue(f"two rates have the id {one.id!r}: give each its own")
        if ties := rate_ties(self.rates):
            raise InvalidValue("\n".join(ties))
        found: dict[object, tuple[HourlyRate, ...]] = {}
        shapes: set[tuple[RateDimension, ...]] = set()
        for rate in self.rates:
            shape = tuple(one for one in self.order if getattr(rate.applies_to, one) is not None)
            shapes.add(shape)
            key = shape, _values(rate.applies_to, shape), rate.price.currency
            found[key] = (*found.get(key, ()), rate)
        object.__setattr__(self, "_shapes", tuple(sorted(shapes, key=self._precedence)))
        object.__setattr__(self, "_found", found)

    def _precedence(self, shape: tuple[RateDimension, ...]) -> tuple[bool, ...]:
        return tuple(one not in shape for one in self.order)

    def find(self, asked: RatedFor, currency: str, day: date) -> FoundRateOfHour:
        """Give the most specific rate that holds on ``day``, and what it was preferred to.

        Args:
            asked: all that is known of the work; what is unknown matches no rate that names it.
            currency: of the rate; there is no conversion.
            day: on which the work was done.

        Raises:
            PriceNotFound: no rate holds; the message says what was asked.
        """
        holding = [
            rate
            for shape in self._shapes
            for rate in self._found.get((shape, _values(asked, shape), currency), ())
            if rate.holds_on(day)
        ]
        if not holding:
            raise PriceNotFound(
                f"none of {len(self.rates)} rates holds for {asked.in_words()} in {currency} on "
                f"{day}: add one, or a rate for everything"
            )
        return FoundRateOfHour(holding[0], asked, day, tuple(holding[1:]))


def _values(named: RatedFor, shape: tuple[RateDimension, ...]) -> tuple[str | None, ...]:
    return tuple(getattr(named, one) for one in shape)

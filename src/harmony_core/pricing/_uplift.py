"""Uplift on the anniversary of a contract: by a fixed percentage, or by an index in its limits.

Anniversaries are counted from the original day and never from one another, so the 29th of February
and the 31st come back; the anniversary itself has the new price already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from itertools import count
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue, PriceNotFound, expect
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import HALF_UP, Exact, ExactAmount, Money, Rounding, exact
from harmony_core.periods import Interval, Schedule, Span
from harmony_core.pricing._repricing import Change
from harmony_core.pricing._scheme import amount_of, listed, pairs

YEARLY = Interval.years(1)
"""From one anniversary to the next, where nothing else was agreed."""


def _percent(value: Exact) -> Fraction:
    percent = exact(value, "an uplift in percent")
    if percent < -100:
        raise InvalidValue(
            f"an uplift of {exact_text(percent)} % leaves a price below zero: -100 is the least"
        )
    return percent


def _limit(value: Exact | None) -> Fraction | None:
    return None if value is None else _percent(value)


@attrs.frozen
class FixedUplift:
    """``percent`` on every anniversary."""

    percent: Fraction = attrs.field(converter=_percent)

    def percent_on(self, anniversary: date) -> Fraction:  # noqa: ARG002  # the same on each
        """Give the percentage."""
        return self.percent


def _changes(changes: Iterable[tuple[date, Exact]]) -> tuple[tuple[date, Fraction], ...]:
    listed_ = pairs(changes, "changes of an index", "an anniversary and a percentage")
    found = tuple((day, _percent(percent)) for day, percent in listed_)
    for day, _ in found:
        expect(day, date, "the anniversary of a change")
    days = [day for day, _ in found]
    if days != sorted(set(days)):
        raise InvalidValue(
            "changes of an index rise by their anniversary, one for each: got "
            + ", ".join(map(str, days))
        )
    return found


@attrs.frozen
class IndexUplift:
    """On each anniversary what an index changed by, no less than ``floor``, no more than ``cap``.

    ``changes`` are percentages that the host gives, by anniversary: the index is published by
    others, and which of its months counts is for the contract to say.
    """

    changes: tuple[tuple[date, Fraction], ...] = attrs.field(converter=_changes)
    floor: Fraction | None = attrs.field(default=None, converter=_limit)
    cap: Fraction | None = attrs.field(default=None, converter=_limit)

    def __attrs_post_init__(self) -> None:
        if self.floor is not None and self.cap is not None and self.cap < self.floor:
            raise InvalidValue(
                f"an uplift cannot be {exact_text(self.floor)} % at least and "
                f"{exact_text(self.cap)} % at most"
            )

    def change_on(self, anniversary: date) -> Fraction:
        """Give what the index changed by, in percent, before the limits.

        Raises:
            PriceNotFound: no change is given for that anniversary.
        """
        for day, percent in self.changes:
            if day == anniversary:
                return percent
        raise PriceNotFound(
            f"no change of the index is given for the anniversary {anniversary}, so there is no "
            "price from then on: add the published change"
        )

    def percent_on(self, anniversary: date) -> Fraction:
        """Give the percentage within the limits.

        Raises:
            PriceNotFound: no change is given for that anniversary.
        """
        percent = self.change_on(anniversary)
        if self.cap is not None:
            percent = min(percent, self.cap)
        return percent if self.floor is None else max(percent, self.floor)


YearlyChange: TypeAlias = FixedUplift | IndexUplift
"""By how much a price rises."""


def _first(_: object, __: object, value: int) -> None:
    if type(value) is not int or value < 1:
        raise InvalidValue(f"the first anniversary that counts has a number from 1, got {value!r}")


@attrs.frozen
class UpliftedPrice:
    """A price on a day, after so many ``uplifts``, with its derivation."""

    uplifts: int
    price: ExactAmount
    explanation: Explanation


@attrs.frozen
class Uplift:
    """A price rises by ``change`` on each anniversary of ``since``.

    Args:
        since: the day from which anniversaries are counted; ``None`` on a product or a price list:
            the first day of the contract line that is sold. Until that is known nothing rises.
        change: a fixed percentage, or an index with floor and cap.
        rounding: how each raised price is settled. Without a step of its own it settles whole
            amounts (99.90 EUR) to the minor unit and leaves finer prices (0.00045 EUR) exact; so
            does a price become that is too small to show an uplift (0.05 EUR at 3.5 %), from that
            uplift on. ``None`` leaves all of them exact until a charge is settled.
        every: the time from one anniversary to the next.
        first: the number of the anniversary that is the first to raise the price.

    >>> terms = Uplift.fixed(date(2021, 2, 1), "3.5")
    >>> terms.price_on(ExactAmount.of("1000", "EUR"), date(2025, 4, 1)).price
    ExactAmount.of('1147.53', 'EUR')
    """

    since: date | None
    change: YearlyChange
    rounding: Rounding | None = HALF_UP
    every: Interval = YEARLY
    first: int = attrs.field(default=1, validator=_first)

    def __attrs_post_init__(self) -> None:
        expect(self.change, FixedUplift | IndexUplift, "the change of an uplift")
        expect(self.rounding, Rounding | None, "the rounding of an uplift")
        expect(self.every, Interval, "the time between anniversaries", "Interval.years(1)")
        anniversaries = self._anniversaries()  # which refuses a day that is none
        if not isinstance(self.change, IndexUplift):
            return
        for day, _ in self.change.changes:
            if anniversaries is None:
                raise InvalidValue(
                    f"a change of the index on {day} needs the day from which anniversaries are "
                    "counted: give it as since, or add the change to the contract line"
                )
            number = anniversaries.index_at(day)
            if number < self.first or anniversaries.boundary(number) != day:
                raise InvalidValue(
                    f"{day} is no anniversary of {self.since} that raises the price: give each "
                    f"change of the index by its anniversary, from {self.first_day} on"
                )

    @classmethod
    def fixed(
        cls,
        since: date | None,
        percent: Exact,
        *,
        rounding: Rounding | None = HALF_UP,
        every: Interval = YEARLY,
        first: int = 1,
    ) -> Uplift:
        """Make an uplift by the same percentage each time."""
        return cls(since, FixedUplift(percent), rounding, every, first)

    @classmethod
    def by_index(
        cls,
        since: date | None,
        changes: Iterable[Exact],
        *,
        floor: Exact | None = None,
        cap: Exact | None = None,
        rounding: Rounding | None = HALF_UP,
        every: Interval = YEARLY,
        first: int = 1,
    ) -> Uplift:
        """Make an uplift by an index from its changes in percent, one for each anniversary.

        >>> terms = Uplift.by_index(date(2022, 7, 1), ["9.4", "2.1", "0.4"], floor=1, cap=5)
        >>> terms.price_on(ExactAmount.of("250", "EUR"), date(2025, 7, 1)).price
        ExactAmount.of('270.69', 'EUR')
        """
        empty = cls(since, IndexUplift((), floor, cap), rounding, every, first)
        return empty.with_changes(changes)

    def with_changes(self, changes: Iterable[Exact]) -> Uplift:
        """Add what the index has changed by since, in percent, for the anniversaries that follow.

        Raises:
            InvalidValue: the uplift follows no index, or does not know its anniversaries yet.

        >>> terms = Uplift.by_index(date(2025, 7, 1), ["2.1"]).with_changes(["0.4"])
        >>> [str(day) for day, _ in terms.uplifts_by(date(2027, 7, 1))]
        ['2026-07-01', '2027-07-01']
        """
        if not isinstance(self.change, IndexUplift):
            raise InvalidValue("a fixed uplift follows no index: it takes no changes of one")
        found, anniversaries = tuple(listed(changes, "changes")), self._anniversaries()
        if not found:
            return self
        if anniversaries is None:
            raise InvalidValue(
                "changes of an index belong to anniversaries, and nothing says from which day "
                "those are counted: give it as since, or add the changes to the contract line"
            )
        known = self.change.changes
        following = anniversaries.index_at(known[-1][0]) + 1 if known else self.first
        dated = zip(map(anniversaries.boundary, count(following)), found, strict=False)
        change = attrs.evolve(self.change, changes=(*known, *dated))
        return attrs.evolve(self, change=change)

    def anchored(self, first_day: date) -> Uplift:
        """Count anniversaries from ``first_day``, where no other day was agreed."""
        return self if self.since is not None else attrs.evolve(self, since=first_day)

    @property
    def first_day(self) -> date | None:
        """The first anniversary that raises the price; ``None`` until anniversaries are known."""
        schedule = self._anniversaries()
        return None if schedule is None else schedule.boundary(self.first)

    def anniversaries(self, within: Span) -> Iterator[date]:
        """Give the days of ``within`` on which the price rises."""
        schedule = self._anniversaries()
        if schedule is None:
            return iter(())
        begin = max(within.start, schedule.boundary(self.first))
        return schedule.boundaries(begin, max(begin, within.end))

    def uplifts_by(self, day: date) -> tuple[tuple[date, Fraction], ...]:
        """Give each uplift up to and including ``day``: its anniversary and its percentage.

        Raises:
            PriceNotFound: the index has no change for one of them.
        """
        expect(day, date, "the day of a price")
        schedule = self._anniversaries()
        if schedule is None:
            return ()
        numbers = range(self.first, schedule.index_at(day) + 1)
        days = map(schedule.boundary, numbers)
        return tuple((one, self.change.percent_on(one)) for one in days)

    def amount_on(self, amount: ExactAmount, day: date) -> ExactAmount:
        """Give what ``amount``, agreed on the first day, has become by ``day``.

        Raises:
            PriceNotFound: the index has no change for an anniversary up to then.
        """
        return self.change_by(day)(amount)

    def change_by(self, day: date) -> Change:
        """Give what becomes of any agreed amount by ``day``, to reprice many of them.

        Raises:
            PriceNotFound: the index has no change for an anniversary up to then.
        """
        factors = [1 + percent / 100 for _, percent in self.uplifts_by(day)]

        def raised(amount: ExactAmount) -> ExactAmount:
            value, step = amount_of(amount, "a price agreed").value, self._step(amount)
            for factor in factors:
                value, step = self._raised(value, factor, step)
            return ExactAmount(value, amount.currency)

        return raised

    def _raised(
        self, value: Fraction, factor: Fraction, step: Fraction | None
    ) -> tuple[Fraction, Fraction | None]:
        """Raise a value, and say whether the next uplift is settled still.

        A change that settling would swallow is not lost: the price is exact from there on.
        """
        exactly = value * factor
        if self.rounding is None or step is None:
            return exactly, None
        settled = self.rounding.apply(exactly, step)
        if settled == value != exactly and self.rounding.step is None:
            return exactly, None
        return settled, step

    def price_on(self, amount: ExactAmount, day: date) -> UpliftedPrice:
        """Give what ``amount`` has become by ``day``, with every step.

        Raises:
            PriceNotFound: the index has no change for an anniversary up to then.

        >>> terms = Uplift.fixed(date(2024, 2, 29), "10")
        >>> print(
        ...     terms.price_on(ExactAmount.of("50", "EUR"), date(2025, 2, 28)).explanation.as_text()
        ... )
        uplift on the anniversary (v1)
          anniversaries counted from: 2024-02-29
          price agreed: 50 EUR
          rounded to: 0.01 EUR
          hundred: 100
          uplift in percent: 10
          2025-02-28: hundred and the uplift: 100 + 10 = 110
          2025-02-28: factor: 110 ÷ 100 = 1.1
          2025-02-28: raised: 50 × 1.1 = 55 EUR
          2025-02-28: settled: round half up (55; 0.01) = 55 EUR
        """
        amount_of(amount, "the price agreed")
        why = Explainer("uplift on the anniversary", 1)
        if self.since is not None:
            why.fact("anniversaries counted from", self.since.isoformat())
        price = why.given("agreed", "price agreed", amount.value, amount.currency)
        uplifts, step = self.uplifts_by(day), self._step(amount)
        if uplifts and step is not None:
            why.given("step", "rounded to", step, amount.currency)
        if uplifts:
            why.given("hundred", "hundred", 100)
        for number, (anniversary, percent) in enumerate(uplifts, 1):
            _, step = self._raised(why.value(price), 1 + percent / 100, step)
            price = self._explain(why, number, anniversary, price, rounded=step is not None)
        return UpliftedPrice(
            len(uplifts), ExactAmount(why.value(price), amount.currency), why.explanation(price)
        )

    def _explain(
        self, why: Explainer, number: int, anniversary: date, price: str, *, rounded: bool
    ) -> str:
        day = anniversary.isoformat()
        if isinstance(self.change, IndexUplift):
            change, floor, cap = self.change, self.change.floor, self.change.cap
            index = change.change_on(anniversary)
            percent = why.given(f"percent_{number}", "change of the index in percent", index)
            if cap is not None:
                most = why.given(f"cap_{number}", "most in percent", cap)
                label = "{day}: no more than the cap"
                percent = why.step(f"capped_{number}", label, "least", percent, most, day=day)
            if floor is not None:
                least = why.given(f"floor_{number}", "least in percent", floor)
                label = "{day}: no less than the floor"
                percent = why.step(f"floored_{number}", label, "greatest", percent, least, day=day)
        else:
            percent = why.given(f"percent_{number}", "uplift in percent", self.change.percent)
        label = "{day}: hundred and the uplift"
        whole = why.step(f"whole_{number}", label, "add", "hundred", percent, day=day)
        label = "{day}: factor"
        factor = why.step(f"factor_{number}", label, "divide", whole, "hundred", day=day)
        label = "{day}: raised"
        price = why.step(f"raised_{number}", label, "multiply", price, factor, day=day)
        if self.rounding is None or not rounded:
            return price
        label, how = "{day}: settled", f"round_{self.rounding.mode.value}"
        return why.step(f"price_{number}", label, how, price, "step", day=day)

    def _anniversaries(self) -> Schedule | None:
        return None if self.since is None else Schedule(self.since, self.every)

    def _step(self, amount: ExactAmount) -> Fraction | None:
        """What each raised price is rounded to a multiple of; a price finer than money is not."""
        if self.rounding is None or self.rounding.step is not None:
            return None if self.rounding is None else self.rounding.step
        smallest = Money(1, amount.currency).exact.value
        return smallest if (amount.value / smallest).denominator == 1 else None

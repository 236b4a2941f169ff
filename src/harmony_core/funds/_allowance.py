"""A periodic allowance: so many units a period, of which some go on into the next.

Units are kept in lots, one for the period itself and one for each earlier period of which something
is left. They are taken, aged and dropped in the order that :class:`Rollover` states, so that no
unit is lost between two periods and none appears.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import HALF_UP, Exact, Money, Rounding, exact
from harmony_core.pricing import Scheme, explain
from harmony_core.products import CarryMode, Rollover, UseFirst


@attrs.frozen
class CarriedLot:
    """``quantity`` units left of an earlier period, that have been carried ``age`` times since.

    A lot is of age 0 through the first period into which it was carried. ``id`` names the block
    that granted it, where there is one.
    """

    quantity: Fraction
    age: int = 0
    id: str = ""

    @classmethod
    def of(cls, quantity: Exact, age: int = 0) -> CarriedLot:
        """Make it from any exact number.

        Raises:
            InvalidValue: the quantity or the age is below zero.
        """
        units = exact(quantity, "a carried quantity")
        if units < 0 or age < 0:
            raise InvalidValue(
                f"a carried lot is never below zero, got {exact_text(units)} units of age {age}"
            )
        return cls(units, age)


@attrs.frozen
class AllowanceUse:
    """What one period grants, and what is used in it."""

    granted: Fraction
    used: Fraction

    @classmethod
    def of(cls, granted: Exact, used: Exact) -> AllowanceUse:
        """Make it from any exact numbers.

        Raises:
            InvalidValue: one of them is below zero.
        """
        parts = exact(granted, "a granted quantity"), exact(used, "a used quantity")
        if min(parts) < 0:
            raise InvalidValue(
                f"an allowance grants and loses zero or more units, got {exact_text(parts[0])} "
                f"granted and {exact_text(parts[1])} used: net what was taken back first"
            )
        return cls(*parts)


@attrs.frozen
class AllowancePeriod:
    """Where the units of one period came from and went.

    ``opening_carry + granted = covered + lapsed + closing_carry``; ``used = covered + overage``.
    ``lots`` are what is carried on, oldest first. ``explanation`` is that of ``closing_carry``;
    ``overage_explanation`` that of ``overage_amount``, which are ``None`` without a price.
    """

    opening_carry: Fraction
    granted: Fraction
    used: Fraction
    covered: Fraction
    overage: Fraction
    lapsed: Fraction
    closing_carry: Fraction
    lots: tuple[CarriedLot, ...]
    explanation: Explanation
    overage_amount: Money | None = None
    overage_explanation: Explanation | None = None


def roll_over(
    uses: Iterable[AllowanceUse],
    rollover: Rollover,
    overage: Scheme | None = None,
    *,
    opening: Iterable[CarriedLot] = (),
    rounding: Rounding = HALF_UP,
) -> tuple[AllowancePeriod, ...]:
    """Follow an allowance over consecutive periods.

    Args:
        uses: what each period grants and uses, in order.
        rollover: what of it goes on.
        overage: the price of what is used beyond it; bands begin anew in each period.
        opening: lots carried in from before the first period.
        rounding: how the overage of a period is settled.

    >>> month = [AllowanceUse.of(10, used) for used in (4, 9, 16)]
    >>> for period in roll_over(month, Rollover("cap", cap=3)):
    ...     print(period.opening_carry, period.lapsed, period.overage, period.closing_carry)
    0 3 0 3
    3 1 0 3
    3 0 3 0
    """
    ledger = AllowanceLedger(rollover, opening)
    periods = []
    for use in uses:
        ledger.grant(use.granted)
        for _ in ledger.take(use.used):
            pass
        periods.append(_priced(ledger.end(use.used), overage, rounding))
    return tuple(periods)


class AllowanceLedger:
    """The lots of one allowance, from period to period: grant, take, end, and again."""

    def __init__(self, rollover: Rollover, opening: Iterable[CarriedLot] = ()) -> None:
        self.rollover = rollover
        self._carried = sorted((lot for lot in opening if lot.quantity), key=lambda lot: -lot.age)
        self._current = self._granted = Fraction(0)
        self._id = ""
        self._opening = self.carried

    @property
    def carried(self) -> Fraction:
        """What is left of earlier periods."""
        return sum((lot.quantity for lot in self._carried), Fraction(0))

    @property
    def left(self) -> Fraction:
        """What can be taken now."""
        return self.carried + self._current

    @property
    def lots(self) -> dict[str, Fraction]:
        """What is left now, by the id of the block that granted it."""
        carried = {lot.id: lot.quantity for lot in self._carried}
        return carried | ({self._id: self._current} if self._current else {})

    def grant(self, units: Fraction, block_id: str = "") -> None:
        """Begin a period."""
        self._opening, self._granted, self._current = self.carried, units, units
        self._id = block_id

    def take(self, units: Fraction) -> Iterator[tuple[UseFirst, str, Fraction]]:
        """Take what is there, and name where each part came from and the block that granted it."""
        current_first = self.rollover.use_first is UseFirst.CURRENT
        for source in reversed(UseFirst) if current_first else UseFirst:
            takes = self._from_current if source is UseFirst.CURRENT else self._from_carried
            for block_id, took in takes(units):
                units -= took
                yield source, block_id, took

    def _from_current(self, units: Fraction) -> Iterator[tuple[str, Fraction]]:
        if took := min(units, self._current):
            self._current -= took
            yield self._id, took

    def _from_carried(self, units: Fraction) -> Iterator[tuple[str, Fraction]]:
        lots, self._carried = self._carried, []
        for lot in lots:
            took = min(units, lot.quantity)
            units -= took
            if rest := lot.quantity - took:
                self._carried.append(attrs.evolve(lot, quantity=rest))
            if took:
                yield lot.id, took

    def end(self, used: Fraction) -> AllowancePeriod:
        """End the period: lots age, lapse by lifetime, and the mode decides about the rest."""
        rollover, left = self.rollover, self.left
        aged = [attrs.evolve(lot, age=lot.age + 1) for lot in self._carried]
        lifetime = rollover.lifetime_periods
        living = [lot for lot in aged if lifetime is None or lot.age < lifetime]
        if self._current:
            living.append(CarriedLot(self._current, 0, self._id))
        expired = left - sum((lot.quantity for lot in living), Fraction(0))
        self._carried, self._current = list(_kept(living, rollover)), Fraction(0)
        covered = self._opening + self._granted - left
        why = Explainer("rollover of an allowance", 1)
        why.fact("units used first", rollover.use_first.value)
        why.given("carried", "carried into the period", self._opening)
        why.given("granted", "granted for the period", self._granted)
        why.given("used", "used in the period", used)
        why.step("available", "carried and granted", "add", "carried", "granted")
        why.step("covered", "used within the allowance", "least", "used", "available")
        why.step("left", "not used", "subtract", "available", "covered")
        why.given("expired", "carried units whose lifetime is over", expired)
        closing = why.step("living", "units that may go on", "subtract", "left", "expired")
        if rollover.mode is CarryMode.NONE:
            closing = why.given("none", "no units are carried over", 0)
        elif rollover.cap is not None:
            why.given("cap", "at most so many are carried", rollover.cap)
            closing = why.step("closing", "carried into the next period", "least", "living", "cap")
        elif rollover.fraction is not None:
            why.given("share", "share that is carried", rollover.fraction)
            label = "carried into the next period"
            closing = why.step("closing", label, "multiply", "living", "share")
        return AllowancePeriod(
            opening_carry=self._opening,
            granted=self._granted,
            used=used,
            covered=covered,
            overage=used - covered,
            lapsed=left - self.carried,
            closing_carry=self.carried,
            lots=tuple(self._carried),
            explanation=why.explanation(closing),
        )


def _kept(lots: Sequence[CarriedLot], rollover: Rollover) -> Iterator[CarriedLot]:
    """What the mode leaves of the lots, oldest first."""
    if rollover.mode is CarryMode.NONE:
        return
    too_many = Fraction(0)
    if rollover.cap is not None:
        too_many = max(sum((lot.quantity for lot in lots), Fraction(0)) - rollover.cap, Fraction(0))
    for lot in lots:
        dropped = min(lot.quantity, too_many)  # the oldest lapse first
        too_many -= dropped
        rest = (lot.quantity - dropped) * (1 if rollover.fraction is None else rollover.fraction)
        if rest:
            yield attrs.evolve(lot, quantity=rest)


def _priced(period: AllowancePeriod, scheme: Scheme | None, rounding: Rounding) -> AllowancePeriod:
    if scheme is None:
        return period
    currency = scheme.currency
    why = Explainer("overage of an allowance", 1)
    why.given("carried", "carried into the period", period.opening_carry)
    why.given("granted", "granted for the period", period.granted)
    why.given("used", "used in the period", period.used)
    why.step("available", "carried and granted", "add", "carried", "granted")
    why.step("covered", "used within the allowance", "least", "used", "available")
    why.step("over", "used beyond the allowance", "subtract", "used", "covered")
    if period.overage:
        price = why.adopt(explain(scheme, period.overage), "price_", {"quantity": "over"})
    else:  # whatever a scheme says of no units: nothing was used that it could price
        price = why.given("nothing", "nothing", 0, currency)
    why.given("step", "smallest unit", rounding.step or Money(1, currency).exact.value, currency)
    why.step("amount", "settled", f"round_{rounding.mode.value}", price, "step", unit=currency)
    amount = Money.of(why.value("amount"), currency)
    explained = why.explanation("amount")
    return attrs.evolve(period, overage_amount=amount, overage_explanation=explained)

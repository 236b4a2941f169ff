"""A change in the middle of a period: what is credited, what is charged, and how much may be."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, expect, expect_word
from harmony_core.explanation import RoundingMode, round_to_step
from harmony_core.periods._day_count import ACTUAL_ACTUAL, DayCount, proration
from harmony_core.periods._instants import InstantSpan, in_utc
from harmony_core.periods._span import Span

_ZERO = Fraction(0)


@attrs.frozen
class ProratedChange:
    """The lines of a change: a credit for the old price, a charge for the new one.

    Attributes:
        credit: given back for the rest of the period at the old price, zero or below.
        charge: due for the rest of the period at the new price.
        following: the next full period, where it is billed with the change.
    """

    credit: Fraction
    charge: Fraction
    following: Fraction = _ZERO

    @property
    def net(self) -> Fraction:
        """Charge and credit together."""
        return self.charge + self.credit

    @property
    def total(self) -> Fraction:
        """The net of the change and the following period."""
        return self.net + self.following

    def rounded(self, step: Fraction, mode: RoundingMode = RoundingMode.HALF_UP) -> ProratedChange:
        """Round each line by itself to multiples of ``step``; net and total are then their sums.

        >>> change = prorate_change(Fraction(1000), Fraction(500), Fraction(17, 31))
        >>> str(change.net), str(change.rounded(Fraction(1, 100)).net)  # -274.19..., -274.20
        ('-8500/31', '-1371/5')
        """
        expect(step, Fraction | int, "the step of a rounding", "Fraction(1, 100)")
        mode = expect_word(mode, RoundingMode)
        if step <= 0:
            raise InvalidValue(f"a rounding step must be above zero, got {step}")
        return ProratedChange(
            round_to_step(self.credit, step, mode),
            round_to_step(self.charge, step, mode),
            round_to_step(self.following, step, mode),
        )


def prorate_change(
    old: Fraction, new: Fraction, left: Fraction, following: Fraction = _ZERO
) -> ProratedChange:
    """Credit ``old`` and charge ``new`` for the part of a period that is ``left``.

    Args:
        old: what the full period cost before the change; zero for something added.
        new: what it costs from now on; zero for something removed.
        left: the part of the period from the change on, see :func:`part_left`.
        following: the price of the next full period, if that is billed at once.
    """
    for value, what in (
        (old, "the old price"),
        (new, "the new price"),
        (left, "the part that is left"),
        (following, "the price of the next period"),
    ):
        expect(value, Fraction | int, what, "Fraction(1, 2)")
    return ProratedChange(-old * left, new * left, following)


def part_left(
    period: Span | InstantSpan, at: date | datetime, day_count: DayCount = ACTUAL_ACTUAL
) -> Fraction:
    """Say which part of a period is left from ``at`` on: all before it, nothing after it.

    Args:
        period: of days or of instants.
        at: the first day under the new price, or the instant of the change (aware).
        day_count: the named rule; instants need ``SECONDS``.

    Raises:
        InvalidValue: days met instants, or the rule does not fit them, see :func:`proration`.

    >>> str(part_left(Span.of_days(date(2024, 3, 1), date(2024, 3, 31)), date(2024, 3, 15)))
    '17/31'
    """
    expect(period, Span | InstantSpan, "the period of a change")
    expect(at, date | datetime, "the day or the instant of a change", "date(2026, 3, 15)")
    if isinstance(period, InstantSpan) and isinstance(at, datetime):
        instant = min(max(in_utc(at), period.start), period.end)
        return proration(InstantSpan(instant, period.end), period, day_count)
    if isinstance(period, InstantSpan) or isinstance(at, datetime):
        raise InvalidValue(f"a period of days is changed on a day, one of instants at one: {at!r}")
    day = min(max(at, period.start), period.end)
    return proration(Span(day, period.end), period, day_count)


def creditable(potential: Fraction, billed: Fraction, credited: Fraction = _ZERO) -> Fraction:
    """Cap a credit: never more than was billed less what was credited already, never below zero.

    >>> creditable(Fraction(100), billed=Fraction(200), credited=Fraction(180))
    Fraction(20, 1)
    """
    for value, what in (
        (potential, "the credit"),
        (billed, "what was billed"),
        (credited, "what was credited"),
    ):
        expect(value, Fraction | int, what, "Fraction(100)")
    return max(_ZERO, min(potential, billed - credited))

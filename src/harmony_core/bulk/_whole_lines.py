"""The lines of a scheme as whole numbers over one divisor, and how far 64 bits carry them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm

import attrs

from harmony_core.bulk._straight import Line
from harmony_core.explanation import RoundingMode

GREATEST = 2**63 - 1


@attrs.frozen
class Scale:
    """How the amounts of one scheme become whole: minor units are steps times ``unit``."""

    lines: tuple[Line, ...] | None
    per_step: Fraction
    """rounding steps in one major unit"""
    unit: int
    """minor units in one rounding step"""


class WholeLines:
    """The lines of one scheme as whole numbers over one divisor, and how far they reach."""

    def __init__(self, scale: Scale, places: int) -> None:
        lines = scale.lines or (Line(None, Fraction(0), Fraction(0)),)
        one = Fraction(10) ** places
        self.straight, self.unit = scale.lines is not None, scale.unit
        self.limits = [int(line.up_to * one // 1) for line in lines if line.up_to is not None]
        self._slopes = [line.slope * scale.per_step / one for line in lines]
        self._bases = [line.base * scale.per_step for line in lines]
        # An even divisor has a whole half, which is what rounding to the nearest adds.
        self.divisor = lcm(2, *(part.denominator for part in (*self._slopes, *self._bases)))
        self.signed = any(low < 0 for low in self._least_amounts())

    def _least_amounts(self) -> Iterator[Fraction]:
        low = 0
        for slope, base, limit in zip(self._slopes, self._bases, [*self.limits, None], strict=True):
            yield base + slope * low
            yield slope if limit is None else base + slope * limit
            low = low if limit is None else limit

    def widen(self, divisor: int, extra: int | None, mode: RoundingMode) -> None:
        """Take a multiple of the divisor, and put what the rounding adds into the bases."""
        self.divisor = divisor
        extra = added(mode, divisor) if extra is None else extra
        self.slopes = [int(slope * divisor) for slope in self._slopes]
        self.bases = [int(base * divisor) + extra for base in self._bases]
        self.reach = self._reach() if self.straight else -1
        # Lines beyond reach are never used; they may not fit, so zeros stand in their place.
        self.slopes = [slope if abs(slope) <= GREATEST else 0 for slope in self.slopes]
        self.bases = [base if abs(base) <= GREATEST else 0 for base in self.bases]
        self.limits = [min(limit, GREATEST) for limit in self.limits]

    def _reach(self) -> int:
        # A quotient times its unit must fit too, and rounding may add one to the quotient.
        most = min(GREATEST, (GREATEST // self.unit - 1) * self.divisor)
        low = -1
        for slope, base, limit in zip(self.slopes, self.bases, [*self.limits, None], strict=True):
            room = most - abs(base) - self.divisor
            fits = -1 if room < 0 else room // abs(slope) if slope else GREATEST
            if limit is None or fits < limit:
                return min(max(low, fits), GREATEST - 1)
            low = limit
        raise AssertionError("the last line is open")

    def padded(self, values: list[int], width: int, last: int | None = None) -> list[int]:
        """Make a row as long as all others."""
        return values + [values[-1] if last is None else last] * (width - len(values))


MIRRORED = frozenset(
    {RoundingMode.UP, RoundingMode.DOWN, RoundingMode.HALF_UP, RoundingMode.HALF_DOWN}
)
"""What is rounded by magnitude; below zero it is not what adding and dividing downward gives."""
TIES = {RoundingMode.HALF_EVEN: 0, RoundingMode.HALF_ODD: 1}
"""Ties are divided upward first; a result that is even after adding this stays."""


def added(mode: RoundingMode, divisor: int) -> int:
    """Give what to add before dividing downward, so that amounts from zero up are rounded so."""
    if mode in {RoundingMode.FLOOR, RoundingMode.DOWN}:
        return 0
    if mode in {RoundingMode.CEILING, RoundingMode.UP}:
        return divisor - 1
    if mode in {RoundingMode.HALF_FLOOR, RoundingMode.HALF_DOWN}:
        return divisor // 2 - 1
    return divisor // 2

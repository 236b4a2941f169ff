"""The whole numbers of a plan, and the passes over a block of rows that price it.

Every line of every scheme is ``(base + n * slope) / divisor`` steps of the rounding, all of them
whole numbers, with the half that rounding adds already inside the base. A block counts the limits
below each quantity, gathers slope and base by scheme and line, and divides once. Blocks are small
enough to stay in the cache, and every pass writes into a buffer that is there already.

``reach`` is the greatest quantity of a scheme for which none of this can leave 64 bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._straight import Line
from harmony_core.explanation import RoundingMode

Whole: TypeAlias = NDArray[np.int64]

BLOCK = 1 << 15
"""Rows of a block: six buffers of it fit into the second-level cache of one core."""
GREATEST = 2**63 - 1
BEYOND = GREATEST
"""Stands for a quantity that 64 bits do not hold; no reach is as great."""
_COUNTED_ONE_BY_ONE = 8
"""So many limits are compared each in turn; more are searched by halves."""


@attrs.frozen
class Scale:
    """How the amounts of one scheme become whole: minor units are steps times ``unit``."""

    lines: tuple[Line, ...] | None
    per_step: Fraction
    """rounding steps in one major unit"""
    unit: int
    """minor units in one rounding step"""


class Buffers:
    """The memory that one rating works in, whatever the number of rows."""

    def __init__(self) -> None:
        self.quantity = np.empty(BLOCK, np.int64)
        self.code = np.empty(BLOCK, np.int64)
        self.place = np.empty(BLOCK, np.int64)
        self.value = np.empty(BLOCK, np.int64)
        self.second = np.empty(BLOCK, np.int64)
        self.above = np.empty(BLOCK, np.bool_)
        self.count = np.empty(BLOCK, np.uint8)


class Kernel:
    """Schemes as columns of whole numbers, for quantities of so many decimal places.

    With ``shared`` all schemes have one divisor, which is faster and has a shorter reach.
    """

    def __init__(
        self, scales: Sequence[Scale], places: int, mode: RoundingMode, *, shared: bool
    ) -> None:
        tables = [_WholeLines(scale, places) for scale in scales]
        common = lcm(*(table.divisor for table in tables)) if shared else 0
        mirrored = mode in _MIRRORED and any(table.signed for table in tables)
        for table in tables:
            table.widen(common or table.divisor, 0 if mirrored else None, mode)
        most = max(len(table.limits) for table in tables)
        self.by_halves = most > _COUNTED_ONE_BY_ONE
        self.width = 1 << most.bit_length() if self.by_halves else most + 1
        self.slopes = _column(table.padded(table.slopes, self.width) for table in tables)
        self.bases = _column(table.padded(table.bases, self.width) for table in tables)
        limits = _column(table.padded(table.limits, self.width, GREATEST) for table in tables)
        self.limits = limits if self.by_halves else limits.reshape(-1, self.width).T[:-1].copy()
        self.reach = np.array([table.reach for table in tables], np.int64)
        reaches = [table.reach for table in tables if table.reach >= 0]
        self.least_reach = min(reaches, default=-1)
        self.all_reach = len(reaches) == len(tables)
        self.signed = any(table.signed for table in tables)
        self.mirrored = mirrored
        self.tie_to = _TIES.get(mode)
        self.divisor = _one_or_each([table.divisor for table in tables])
        self.half = _one_or_each([_added(mode, table.divisor) for table in tables])
        self.unit = _one_or_each([table.unit for table in tables])

    def rate(self, quantity: Whole, code: Whole | None, out: Whole, use: Buffers) -> None:
        """Write the minor units of a block; what lies beyond reach is no amount after it."""
        size = len(quantity)
        value, second, place = use.value[:size], use.second[:size], use.place[:size]
        self._find_lines(quantity, code, place, use)
        np.take(self.slopes, place, out=value, mode="clip")
        np.multiply(quantity, value, out=value)
        np.take(self.bases, place, out=second, mode="clip")
        np.add(value, second, out=value)
        if self.mirrored:  # round the magnitude, then turn the sign back
            sign = np.right_shift(value, 63, out=place)
            np.absolute(value, out=value)
            np.add(value, _of_rows(self.half, code, second), out=value)
            _divide(value, _of_rows(self.divisor, code, second), out)
            np.bitwise_xor(out, sign, out=out)
            np.subtract(out, sign, out=out)
        else:
            divisor = _of_rows(self.divisor, code, second)
            if self.signed:
                np.floor_divide(value, divisor, out=out)
            else:
                _divide(value, divisor, out)
            if self.tie_to is not None:
                tied = use.above[:size]
                np.equal(np.multiply(out, divisor, out=place), value, out=tied)
                np.bitwise_and(np.add(out, self.tie_to, out=place), 1, out=place)
                np.subtract(out, np.multiply(place, tied.view(np.uint8), out=place), out=out)
        if not isinstance(self.unit, int) or self.unit != 1:
            np.multiply(out, _of_rows(self.unit, code, second), out=out)

    def _find_lines(self, quantity: Whole, code: Whole | None, place: Whole, use: Buffers) -> None:
        """Write for each row where its slope and base stand: the limits below it are counted."""
        size = len(quantity)
        limit_of_row, above, count = use.value[:size], use.above[:size], use.count[:size]
        if code is None:
            place[:] = 0
        else:
            np.multiply(code, self.width, out=place)
        if self.by_halves:
            half = self.width // 2
            while half:
                np.take(self.limits[half - 1 :], place, out=limit_of_row, mode="clip")
                np.greater(quantity, limit_of_row, out=above)
                np.multiply(above, half, out=limit_of_row, dtype=np.int64)
                np.add(place, limit_of_row, out=place)
                half //= 2
            return
        count[:] = 0
        for limits in self.limits:
            limit = int(limits[0]) if code is None else limit_of_row
            if code is not None:
                np.take(limits, code, out=limit_of_row, mode="clip")
            np.greater(quantity, limit, out=above)
            np.add(count, above.view(np.uint8), out=count)
        np.add(place, count, out=place)


class _WholeLines:
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

    def widen(self, divisor: int, added: int | None, mode: RoundingMode) -> None:
        """Take a multiple of the divisor, and put what the rounding adds into the bases."""
        self.divisor = divisor
        added = _added(mode, divisor) if added is None else added
        self.slopes = [int(slope * divisor) for slope in self._slopes]
        self.bases = [int(base * divisor) + added for base in self._bases]
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


_MIRRORED = frozenset(
    {RoundingMode.UP, RoundingMode.DOWN, RoundingMode.HALF_UP, RoundingMode.HALF_DOWN}
)
"""What is rounded by magnitude; below zero it is not what adding and dividing downward gives."""
_TIES = {RoundingMode.HALF_EVEN: 0, RoundingMode.HALF_ODD: 1}
"""Ties are divided upward first; a result that is even after adding this stays."""


def _added(mode: RoundingMode, divisor: int) -> int:
    """Give what to add before dividing downward, so that amounts from zero up are rounded so."""
    if mode in {RoundingMode.FLOOR, RoundingMode.DOWN}:
        return 0
    if mode in {RoundingMode.CEILING, RoundingMode.UP}:
        return divisor - 1
    if mode in {RoundingMode.HALF_FLOOR, RoundingMode.HALF_DOWN}:
        return divisor // 2 - 1
    return divisor // 2


def _divide(value: Whole, divisor: Whole | int, out: Whole) -> None:
    """Divide amounts from zero up; without a sign that takes two thirds of the time."""
    by = np.uint64(divisor) if isinstance(divisor, int) else divisor.view(np.uint64)
    np.floor_divide(value.view(np.uint64), by, out=out.view(np.uint64))


def _column(rows: Iterable[list[int]]) -> Whole:
    return np.array([value for row in rows for value in row], np.int64)


def _one_or_each(values: list[int]) -> Whole | int:
    """Keep one number where all are equal; a number beyond reach stands for itself as zero."""
    if len(set(values)) == 1 and values[0] <= GREATEST:
        return values[0]
    return np.array([value if value <= GREATEST else 1 for value in values], np.int64)


def _of_rows(values: Whole | int, code: Whole | None, into: Whole) -> Whole | int:
    if isinstance(values, int):
        return values
    if code is None:
        return int(values[0])
    np.take(values, code, out=into, mode="clip")
    return into

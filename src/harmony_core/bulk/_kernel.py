"""The whole numbers of a plan, and the passes over a block of rows that price it.

Every line of every scheme is ``(base + n * slope) / divisor`` steps of the rounding, all of them
whole numbers, with the half that rounding adds already inside the base. A block counts the limits
below each quantity, gathers slope and base by scheme and line, and divides once. Blocks are small
enough to stay in the cache, and every pass writes into a buffer that is there already.

``reach`` is the greatest quantity of a scheme for which none of this can leave 64 bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import lcm
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._whole_lines import GREATEST, MIRRORED, TIES, Scale, WholeLines, added
from harmony_core.explanation import RoundingMode

Whole: TypeAlias = NDArray[np.int64]

BLOCK = 3 << 13
"""Rows of a block: its buffers fit into the second-level cache of a core beside the tables."""
BEYOND = GREATEST
"""Stands for a quantity that 64 bits do not hold; no reach is as great."""
_COUNTED_ONE_BY_ONE = 8
"""So many limits are compared each in turn; more are searched by halves."""
_SHORT = 2**16
"""So many lines are numbered in 16 bits."""
_LANE = 2**31 - 1
_BOTH_LANES = 2**32 + 1
"""Times this, a number of 31 bits stands in both halves of 64."""
# Gathering asks for mode="wrap": all indices are within bounds, and it is the fastest to check.


class Buffers:
    """The memory that one rating works in, whatever the number of rows; as views of one size."""

    def __init__(
        self,
        size: int = BLOCK,
        words: Whole | None = None,
        flags: NDArray[np.uint8] | None = None,
    ) -> None:
        self.size = size
        self._words = np.empty((5, size), np.int64) if words is None else words
        self._flags = np.empty((2, 2 * size), np.uint8) if flags is None else flags
        self.quantity, self.code, self.place, self.value, self.second = self._words[:, :size]
        self.value_lanes, self.second_lanes = self.value.view(np.int32), self.second.view(np.int32)
        self.unsigned = self.value.view(np.uint64)
        self.aboves_bytes: NDArray[np.uint8]
        self.counts: NDArray[np.uint8]
        self.aboves_bytes, self.counts = self._flags[:, : 2 * size]
        self.above_bytes, self.count = self.aboves_bytes[:size], self.counts[:size]
        self.aboves, self.above = self.aboves_bytes.view(np.bool_), self.above_bytes.view(np.bool_)
        self.counts_as_aboves, self.both = self.counts.view(np.bool_), self.counts.view(np.uint16)
        self.short = self.aboves_bytes.view(np.uint16)

    def of(self, size: int) -> Buffers:
        """Give as much of it as a shorter block needs."""
        return self if size == self.size else Buffers(size, self._words, self._flags)


class Kernel:
    """Schemes as columns of whole numbers, for quantities of so many decimal places.

    With ``shared`` all schemes have one divisor, which is faster and has a shorter reach.
    """

    def __init__(
        self, scales: Sequence[Scale], places: int, mode: RoundingMode, *, shared: bool
    ) -> None:
        tables = [WholeLines(scale, places) for scale in scales]
        common = lcm(*(table.divisor for table in tables)) if shared else 0
        mirrored = mode in MIRRORED and any(table.signed for table in tables)
        for table in tables:
            table.widen(common or table.divisor, 0 if mirrored else None, mode)
        most = max(len(table.limits) for table in tables)
        self.by_halves = most > _COUNTED_ONE_BY_ONE
        self.width = 1 << most.bit_length() if self.by_halves else most + 1
        self.slopes = _column(table.padded(table.slopes, self.width) for table in tables)
        self.bases = _column(table.padded(table.bases, self.width) for table in tables)
        limits = _column(table.padded(table.limits, self.width, GREATEST) for table in tables)
        self.limits = limits if self.by_halves else limits.reshape(-1, self.width).T[:-1].copy()
        self.pairs = [] if self.by_halves else _pairs(self.limits)
        self.is_short = len(tables) * self.width <= _SHORT
        self.reach = np.array([table.reach for table in tables], np.int64)
        reaches = [table.reach for table in tables if table.reach >= 0]
        self.least_reach = min(reaches, default=-1)
        self.all_reach = len(reaches) == len(tables)
        self.signed = any(table.signed for table in tables)
        self.mirrored = mirrored
        self.tie_to = TIES.get(mode)
        self.divisor = _one_or_each([table.divisor for table in tables])
        self.half = _one_or_each([added(mode, table.divisor) for table in tables])
        self.unit = _one_or_each([table.unit for table in tables])
        of_all = (self.divisor, self.half, self.unit)
        # Where codes only lead to lines, the lines' places take their room: less to keep in cache.
        self.codes_end_early = all(isinstance(value, int) for value in of_all)

    def rate(
        self, quantity: Whole, code: Whole | None, greatest: int, out: Whole, use: Buffers
    ) -> None:
        """Write the minor units of a block; what lies beyond reach is no amount after it.

        ``greatest`` is the greatest quantity of the block, none of which is below zero. Codes that
        stand in the buffer for them may be overwritten.
        """
        value, second = use.value, use.second
        place = use.code if self.codes_end_early else use.place
        self._find_lines(quantity, code, greatest, use, place)
        self.slopes.take(place, out=value, mode="wrap")
        np.multiply(quantity, value, out=value)
        self.bases.take(place, out=second, mode="wrap")
        np.add(value, second, out=value)
        if self.mirrored:  # round the magnitude, then turn the sign back
            sign = np.right_shift(value, 63, out=place)
            np.absolute(value, out=value)
            np.add(value, _of_rows(self.half, code, second), out=value)
            _divide(use.unsigned, _of_rows(self.divisor, code, second), out)
            np.bitwise_xor(out, sign, out=out)
            np.subtract(out, sign, out=out)
        else:
            divisor = _of_rows(self.divisor, code, second)
            if self.signed:
                np.floor_divide(value, divisor, out=out)
            else:
                _divide(use.unsigned, divisor, out)
            if self.tie_to is not None:
                tied = np.equal(np.multiply(out, divisor, out=place), value, out=use.above)
                np.bitwise_and(np.add(out, self.tie_to, out=place), 1, out=place)
                np.subtract(out, np.multiply(place, tied.view(np.uint8), out=place), out=out)
        if not isinstance(self.unit, int) or self.unit != 1:
            np.multiply(out, _of_rows(self.unit, code, second), out=out)

    def _find_lines(
        self, quantity: Whole, code: Whole | None, greatest: int, use: Buffers, place: Whole
    ) -> None:
        """Write for each row where its slope and base stand: the limits below it are counted."""
        if self.by_halves:
            self._by_halves(quantity, code, use, place)
        elif code is None:
            np.copyto(place, self._of_one_scheme(quantity, greatest, use))
        elif self.pairs:
            count = self._in_pairs if greatest <= _LANE else self._one_by_one
            counted = count(quantity, code, use)
            if self.is_short:  # a quarter as wide is counted four times as fast
                np.copyto(use.short, code, casting="unsafe")
                np.multiply(use.short, self.width, out=use.short)
                np.copyto(place, np.add(use.short, counted, out=use.short))
            else:
                np.copyto(use.second, counted)
                np.multiply(code, self.width, out=place)
                np.add(place, use.second, out=place)
        else:
            np.multiply(code, self.width, out=place)

    def _of_one_scheme(self, quantity: Whole, greatest: int, use: Buffers) -> NDArray[np.uint8]:
        compared: NDArray[np.signedinteger[Any]] = quantity
        if greatest <= _LANE:  # half as wide is compared twice as fast
            compared = use.value_lanes[: use.size]
            np.copyto(compared, quantity, casting="unsafe")
        use.count[:] = 0
        for limit in self.limits[:, 0].tolist():
            if limit < greatest:
                np.greater(compared, limit, out=use.above)
                np.add(use.count, use.above_bytes, out=use.count)
        return use.count

    def _one_by_one(self, quantity: Whole, code: Whole, use: Buffers) -> NDArray[np.uint8]:
        use.count[:] = 0
        for limits in self.limits:
            limits.take(code, out=use.value, mode="wrap")
            np.greater(quantity, use.value, out=use.above)
            np.add(use.count, use.above_bytes, out=use.count)
        return use.count

    def _in_pairs(self, quantity: Whole, code: Whole, use: Buffers) -> NDArray[np.uint16]:
        """Count as :meth:`_one_by_one`, two limits of 32 bits at a time: half the gathering."""
        np.multiply(quantity, _BOTH_LANES, out=use.second)
        into = use.counts_as_aboves
        for pairs in self.pairs:
            pairs.take(code, out=use.value, mode="wrap")
            np.greater(use.second_lanes, use.value_lanes, out=into)
            if into is use.aboves:
                np.add(use.counts, use.aboves_bytes, out=use.counts)
            into = use.aboves
        # A byte for each lane: their sum comes to stand in the upper one.
        np.multiply(use.both, 257, out=use.both)
        return np.right_shift(use.both, 8, out=use.both)

    def _by_halves(self, quantity: Whole, code: Whole | None, use: Buffers, place: Whole) -> None:
        if code is None:
            place[:] = 0
        else:
            np.multiply(code, self.width, out=place)
        half = self.width // 2
        while half:
            self.limits[half - 1 :].take(place, out=use.value, mode="wrap")
            np.greater(quantity, use.value, out=use.above)
            np.multiply(use.above, half, out=use.value, dtype=np.int64)
            np.add(place, use.value, out=place)
            half //= 2


def _divide(value: NDArray[np.uint64], divisor: Whole | int, out: Whole) -> None:
    """Divide amounts from zero up; without a sign that takes two thirds of the time."""
    by = np.uint64(divisor) if isinstance(divisor, int) else divisor.view(np.uint64)
    np.floor_divide(value, by, out=out.view(np.uint64))


def _pairs(limits: Whole) -> list[Whole]:
    lanes = [*np.minimum(limits, _LANE)]
    if len(lanes) % 2:
        lanes.append(np.full_like(lanes[0], _LANE))
    return [low | (high << 32) for low, high in zip(lanes[::2], lanes[1::2], strict=True)]


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
    return values.take(code, out=into, mode="wrap")

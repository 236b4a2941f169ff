"""Sums of whole numbers over many cells at once: exact, or refused with the cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from harmony_core.bulk._kernel import Whole
from harmony_core.bulk._whole_lines import GREATEST
from harmony_core.errors import InvalidValue

_HALF = np.int64(2**32 - 1)


def exact_sums(
    rows: Iterable[tuple[Whole, Whole]], into: int, name: Callable[[int], str], way_out: str
) -> Whole:
    """Add up blocks of values, each with the cells of its rows; ``rows`` may be read twice.

    In 64 bits; where they might not do, the halves of every value are added up apart. ``name``
    and ``way_out`` are for the message about a sum that 64 bits do not hold.
    """
    total = np.zeros(into, np.int64)
    greatest = 0
    for value, cell in rows:
        greatest += len(value) * max(-int(value.min()), int(value.max()))
        if greatest > GREATEST:
            break
        np.add.at(total, cell, value)
    else:
        return total
    low, high = np.zeros((2, into), np.int64)
    for value, cell in rows:  # halves of 32 bits: 2 ** 31 rows add up without a thought
        np.add.at(low, cell, value & _HALF)
        np.add.at(high, cell, value >> 32)
    for number in map(int, np.flatnonzero(np.abs(high + (low >> 32)) >= 2**31 - 1)):
        sum_ = (int(high[number]) << 32) + int(low[number])
        if abs(sum_) > GREATEST:
            raise InvalidValue(
                f"the values of {name(number)} sum to {sum_}, which 64 bits do not hold: {way_out}"
            )
    return (high << 32) + low

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
        if not (far := most(value)):
            continue  # a figure that no line has
        greatest += len(value) * far
        if greatest > GREATEST:
            break
        np.add.at(total, cell, value)
    else:
        return total
    total, beyond = in_halves(rows, into)
    for number, sum_ in beyond.items():
        raise InvalidValue(
            f"the values of {name(number)} sum to {sum_}, which 64 bits do not hold: {way_out}"
        )
    return total


def most(values: Whole) -> int:
    """Give the greatest distance from zero; that of no values is zero."""
    least, greatest = np.minimum.reduce(values, initial=0), np.maximum.reduce(values, initial=0)
    return max(-int(least), int(greatest))


def in_halves(rows: Iterable[tuple[Whole, Whole]], into: int) -> tuple[Whole, dict[int, int]]:
    """Add up as :func:`exact_sums` does, and give the sums that 64 bits do not hold beside them.

    Halves of 32 bits are added: 2 ** 31 rows add up without a thought.
    """
    low, high = np.zeros((2, into), np.int64)
    for value, cell in rows:
        np.add.at(low, cell, value & _HALF)
        np.add.at(high, cell, value >> 32)
    beyond = {}
    for number in map(int, np.flatnonzero(np.abs(high + (low >> 32)) >= 2**31 - 1)):
        sum_ = (int(high[number]) << 32) + int(low[number])
        if abs(sum_) > GREATEST:
            beyond[number] = sum_
    return (high << 32) + low, beyond

"""Sums of a column over every combination of the codes beside it: customer, contract, month ...

Codes are dense whole numbers from 0, as a store keeps them when a line is posted. Each row then
belongs to one cell of an array that is there from the start, so that nothing is sorted or hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._columns import Column, blocks, one_column
from harmony_core.bulk._kernel import BLOCK, Whole
from harmony_core.bulk._sums import exact_sums
from harmony_core.errors import InvalidValue

Axis: TypeAlias = tuple[object, int]
"""A column of codes, and how many codes there are."""
NamedAxis: TypeAlias = tuple[str, object, int]
Narrow: TypeAlias = NDArray[np.int32]

MOST_CELLS = 2**27
_LEAST = -(2**63)


def cube(values: object, *axes: Axis) -> NDArray[np.int64]:
    """Add up a column of whole numbers by the codes beside it.

    Args:
        values: minor units of one currency, or any whole numbers that 64 bits hold.
        axes: pairs of a column of codes from 0 and the number of codes. A code that another one
            implies (the customer of a contract) is better left out and added up afterwards.

    Returns:
        An array with an axis for each pair; a cell without rows is zero.

    Raises:
        InvalidValue: a row has no value or a code that there is not, a value or a sum does not fit
            64 bits, the columns differ in length, or there are more than 134,217,728 cells.

    >>> contract, month, minor = [0, 1, 1, 0], [0, 0, 1, 0], [500, -20, 7, 1]
    >>> cube(minor, (contract, 2), (month, 2)).tolist()
    [[501, 0], [-20, 7]]
    """
    if not axes:
        raise InvalidValue("a cube needs an axis: give at least one pair (codes, how many)")
    named = [(f"axis {number}", *axis) for number, axis in enumerate(axes)]
    return named_cube(values, named, lambda place: f"cell {place}")


def named_cube(
    values: object, axes: Sequence[NamedAxis], cell: Callable[[tuple[int, ...]], str]
) -> NDArray[np.int64]:
    """Add up as :func:`cube`; axes and cells have names for messages."""
    rows = _Rows(one_column(values, "values", None), axes)
    sizes = [size for _, _, size in axes]

    def name(number: int) -> str:
        return cell(tuple(map(int, np.unravel_index(number, sizes))))

    way_out = "add this cell up by itself, with Python's own numbers"
    return exact_sums(rows, rows.cells, name, way_out).reshape(sizes)


class _Rows:
    """The columns side by side, read block by block as values and the cells they belong to.

    A cell has a number of 32 bits, and codes are looked at in the width they have; only the last
    step widens a number, for numpy finds its place by 64.
    """

    def __init__(self, values: Column, axes: Sequence[NamedAxis]) -> None:
        if values.places:
            raise InvalidValue(
                "a cube adds up whole numbers, got decimals: give minor units, which say no places"
            )
        self.values = values
        self.axes = [Codes.of(*axis, rows=len(values)) for axis in axes]
        self.cells = cells_of([axis.size for axis in self.axes])

    def __iter__(self) -> Iterator[tuple[Whole, Whole]]:
        room, cells = np.empty((2, BLOCK), np.int64)
        numbers, widened = np.empty((2, BLOCK), np.int32)
        first, *others = self.axes
        for start, stop in blocks(len(self.values)):
            cell, number = cells[: stop - start], numbers[: stop - start]
            known = first.between(start, stop, widened, cell)
            for axis in others:
                np.multiply(known, axis.size, out=number)
                np.add(number, axis.between(start, stop, widened, cell), out=number)
                known = number
            np.copyto(cell, known)
            yield self.values.narrow(start, stop, room, _LEAST), cell


@attrs.frozen(eq=False)
class Codes:
    """A column of codes below ``size``."""

    name: str
    column: Column
    size: int

    @classmethod
    def of(cls, name: str, source: object, size: int, *, rows: int) -> Codes:
        """Read a column of so many rows; ``name`` is that of its axis, for messages."""
        column = one_column(source, f"the codes of {name}", None)
        if column.places:
            raise InvalidValue(f"codes are whole numbers, {name} has decimals: cast them")
        if (row := column.first_gap()) is not None:
            raise InvalidValue(f"row {row} has no code on {name}: say what it belongs to")
        if len(column) != rows:
            raise InvalidValue(f"{rows} values need as many codes, {name} has {len(column)}")
        if size < 1:
            raise InvalidValue(f"{name} has {size} codes: give the number that it has")
        return cls(name, column, size)

    @property
    def all(self) -> Narrow:
        """Give them in one piece."""
        rows = len(self.column)
        return self.between(0, rows, np.empty(rows, np.int32), np.empty(rows, np.int64))

    def between(self, start: int, stop: int, into: Narrow, room: Whole) -> Narrow:
        """Give the codes of some rows in 32 bits; ``into`` is used where they are not that already.

        ``room`` is for those that do not stand in one piece.
        """
        codes = self.column.as_stored(start, stop, room)
        # Read without a sign, what is below zero is above every size.
        if np.maximum.reduce(codes.view(f"u{codes.itemsize}"), initial=0) >= self.size:
            row = start + int(np.argmax((codes < 0) | (codes >= self.size)))
            raise InvalidValue(
                f"row {row} has the code {self.column.whole(row)} on {self.name}, but there are "
                f"codes 0 to {self.size - 1}"
            )
        if codes.dtype == np.int32:
            return codes
        narrow = into[: stop - start]
        np.copyto(narrow, codes, casting="unsafe")  # each is less than the number of cells
        return narrow


def cells_of(sizes: Sequence[int]) -> int:
    """Count the cells of a cube with so many codes on each axis; not every number is held."""
    if (cells := prod(sizes)) > MOST_CELLS:
        raise InvalidValue(
            f"{' x '.join(map(str, sizes))} are {cells:,} cells, more than {MOST_CELLS:,}: leave "
            "out a code that another one implies, and add it up after"
        )
    return cells

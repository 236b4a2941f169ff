"""Sums of a column over every combination of the codes beside it: customer, contract, month ...

Codes are dense whole numbers from 0, as a store keeps them when a line is posted. Each row then
belongs to one cell of an array that is there from the start, so that nothing is sorted or hashed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._columns import Column, blocks, one_column
from harmony_core.bulk._kernel import BLOCK, Whole
from harmony_core.bulk._sums import exact_sums
from harmony_core.errors import InvalidValue

Axis: TypeAlias = tuple[object, int]
"""A column of codes, and how many codes there are."""

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
    rows = _Rows(one_column(values, "values", None), axes)
    sizes = [size for _, size in axes]

    def cell(number: int) -> str:
        return f"cell {tuple(map(int, np.unravel_index(number, sizes)))}"

    way_out = "add this cell up by itself, with Python's own numbers"
    return exact_sums(rows, rows.cells, cell, way_out).reshape(sizes)


class _Rows:
    """The columns side by side, read block by block as values and the cells they belong to."""

    def __init__(self, values: Column, axes: Sequence[Axis]) -> None:
        if values.places:
            raise InvalidValue(
                "a cube adds up whole numbers, got decimals: give minor units, which say no places"
            )
        self.values = values
        self.axes = [(_codes(codes, number), size) for number, (codes, size) in enumerate(axes)]
        for number, (codes, size) in enumerate(self.axes):
            if len(codes) != len(values):
                raise InvalidValue(
                    f"{len(values)} values need as many codes, axis {number} has {len(codes)}"
                )
            if size < 1:
                raise InvalidValue(f"axis {number} has {size} codes: give the number that it has")
        self.cells = prod(size for _, size in axes)
        if self.cells > MOST_CELLS:
            raise InvalidValue(
                f"{' x '.join(str(size) for _, size in axes)} are {self.cells:,} cells, more than "
                f"{MOST_CELLS:,}: leave out a code that another one implies, and add it up after"
            )

    def __iter__(self) -> Iterator[tuple[Whole, Whole]]:
        room, cells, codes = np.empty((3, BLOCK), np.int64)
        for start, stop in blocks(len(self.values)):
            cell = cells[: stop - start]
            for number, (column, size) in enumerate(self.axes):
                code = column.block(start, stop, codes if number else cell)
                if np.maximum.reduce(code.view(np.uint64)) >= size:
                    row = start + int(np.argmax((code < 0) | (code >= size)))
                    raise InvalidValue(
                        f"row {row} has the code {column.whole(row)} on axis {number}, but there "
                        f"are codes 0 to {size - 1}"
                    )
                if number:
                    np.multiply(cell, size, out=cell)
                    np.add(cell, code, out=cell)
                elif code.base is not cell.base:  # read where it stands, as 64 bits
                    np.copyto(cell, code)
            yield self.values.narrow(start, stop, room, _LEAST), cell


def _codes(source: object, number: int) -> Column:
    column = one_column(source, f"the codes of axis {number}", None)
    if column.places:
        raise InvalidValue(f"codes are whole numbers, axis {number} has decimals: cast them")
    if (row := column.first_gap()) is not None:
        raise InvalidValue(f"row {row} has no code on axis {number}: say what it belongs to")
    return column

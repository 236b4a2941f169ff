"""Room for amounts: the memory of a column that nobody holds any more is written again.

The pages of a new column of ten million rows cost a sixth of its rating: the system clears each
before it is written. A plan that rates month after month needs them once.
"""

from __future__ import annotations

from typing import Any, TypeAlias
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]

_WORTH_KEEPING = 1 << 19
"""Rows; what is smaller comes from memory that the process has already."""


class _Owner(np.ndarray[Any, np.dtype[np.int64]]):
    """Owns the memory of a column.

    Numpy lets a view of a view lead to what owns the memory, passing by all between, but for a
    kind of array of its own. So whatever looks at a column that was handed out keeps that one
    alive, and when it goes nobody is left who could see what is written over it.
    """


class Room:
    """Hands out columns, and keeps the memory of at most one that nobody holds any more."""

    def __init__(self) -> None:
        self._spare: list[_Owner] = []

    def column(self, size: int) -> Whole:
        """Give a column of so many rows, whatever stands in it."""
        if size < _WORTH_KEEPING:
            return np.empty(size, np.int64)
        try:
            owner = self._spare.pop()  # a list is safe where several threads rate by one plan
        except IndexError:
            owner = _Owner(size, np.int64)
        if len(owner) != size:
            owner = _Owner(size, np.int64)
        column = owner.view(np.ndarray)
        finalize(column, _keep, self._spare, owner).atexit = False
        return column

    def __reduce__(self) -> tuple[type[Room], tuple[()]]:
        return Room, ()  # a copy of a plan, or one in another process, begins without


def _keep(spare: list[_Owner], owner: _Owner) -> None:
    spare[:] = [owner]

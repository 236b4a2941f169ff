"""Which rows of a column have no value, asked for block by block: no list of them is kept."""

from __future__ import annotations

from typing import Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


class Gaps(Protocol):
    """The rows without a value."""

    def between(self, start: int, stop: int) -> Rows:
        """Give those from ``start`` until before ``stop``, counted from ``start``."""
        ...


@attrs.frozen(eq=False)
class MaskedGaps:
    """As a mask of numpy says them, a byte a row."""

    mask: NDArray[np.bool_]

    def between(self, start: int, stop: int) -> Rows:
        return np.flatnonzero(self.mask[start:stop])


@attrs.frozen(eq=False)
class UnsetGaps:
    """As Arrow says them: a bit a row, unset where there is no value, from bit ``first`` on."""

    bits: NDArray[np.uint8]
    first: int

    def between(self, start: int, stop: int) -> Rows:
        begin, end = self.first + start, self.first + stop
        some = np.unpackbits(self.bits[begin // 8 : -(-end // 8)], bitorder="little")
        return np.flatnonzero(some[begin % 8 : begin % 8 + stop - start] == 0)

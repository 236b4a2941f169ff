"""Columns of whole numbers at the door: what may be read, and what its rows say.

A column is read block by block, so that what is narrower than 64 bits is widened in a small buffer
and what is wider (unsigned 64 bits, decimals of 128) shows its far rows by a mark. Floats are
refused, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._arrow import ArrowChunk, arrow_chunks, hands_out_arrow
from harmony_core.bulk._kernel import BEYOND, BLOCK, Whole
from harmony_core.bulk._whole_lines import GREATEST
from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text


class Nulls(StrEnum):
    """What happens to rows without a quantity."""

    REFUSE = "refuse"
    """the first of them is an error"""
    PASS = "pass"
    """they come out as rows without an amount"""


@attrs.frozen(eq=False)
class Quantities:
    """A column of quantities: whole numbers, each divided by ``10**places``.

    What the aggregations give; :meth:`RatePlan.rate` takes it as it is.
    """

    whole: Whole
    places: int = 0

    def __len__(self) -> int:
        return len(self.whole)


_NO_ROWS: Whole = np.empty(0, np.int64)


@attrs.frozen(eq=False)
class Column:
    """Whole numbers with a number of decimal places; ``missing`` lists the rows without any.

    ``values`` are integers of any width, or pairs of 64 bits, the low ones first.
    """

    values: NDArray[Any]
    places: int = 0
    missing: Whole = _NO_ROWS

    def __len__(self) -> int:
        return len(self.values)

    def block(self, start: int, stop: int, into: Whole) -> Whole:
        """Give rows as 64 bits; ``into`` is used where they are not that already.

        What is greater than 64 bits is ``BEYOND``, what is less is as far below zero.
        """
        part = self.values[start:stop]
        into = into[: stop - start]
        if part.ndim == 2:
            _narrowed(part, into)
        elif part.dtype.type is np.uint64:
            np.minimum(part, np.uint64(GREATEST), out=into.view(np.uint64))
        elif part.dtype != np.int64:
            np.copyto(into, part)
        else:
            into = part
        if len(self.missing):
            first, last = np.searchsorted(self.missing, [start, stop])
            if first != last:
                if into is part:
                    into = into.copy()
                into[self.missing[first:last] - start] = 0
        return into

    def narrow(self, start: int, stop: int, into: Whole, least: int) -> Whole:
        """Give rows as 64 bits, where all of them are there, fit, and are not below ``least``.

        Raises:
            InvalidValue: with the first row that is not so.
        """
        if len(self.missing):
            raise InvalidValue(f"row {self.missing[0]} has no value: fill it in, or leave it out")
        block = self.block(start, stop, into)
        if self.values.ndim == 2 or self.values.dtype.type is np.uint64:
            for row in map(int, np.flatnonzero((block == BEYOND) | (block == -BEYOND)) + start):
                if abs(self.whole(row)) > GREATEST:
                    raise InvalidValue(
                        f"row {row}: {self.shown(row)} does not fit 64 bits: give the values fewer "
                        "places"
                    )
        if int(block.min()) < least:
            row = start + int(np.argmax(block < least))
            raise InvalidValue(f"row {row}: a quantity is zero or more, got {self.shown(row)}")
        return block

    def shown(self, row: int) -> str:
        """Write one row as its quantity, for a message."""
        return exact_text(self.exact(row))

    def exact(self, row: int) -> Fraction:
        """Give the quantity of one row."""
        return Fraction(self.whole(row)) / Fraction(10) ** self.places

    def whole(self, row: int) -> int:
        """Give one row exactly, however great."""
        if self.values.ndim == 2:
            low, high = (int(part) for part in self.values[row])
            return (high << 64) + (low & (2**64 - 1))
        return int(self.values[row])


def _narrowed(pairs: NDArray[Any], into: Whole) -> None:
    np.copyto(into, pairs[:, 0])
    high = pairs[:, 1]
    far = high != into >> 63
    if far.any():
        into[far] = np.where(high[far] < 0, -BEYOND, BEYOND)


def columns(source: object, what: str, places: int | None) -> Iterator[Column]:
    """Read a column, chunk by chunk.

    Raises:
        InvalidValue: it holds something else than whole numbers or decimals, or ``places`` are
            declared for decimals that say otherwise.
    """
    if isinstance(source, Quantities):
        if places not in {None, source.places}:
            raise _says_its_places(what, source.places, places)
        yield Column(source.whole, source.places)
    elif isinstance(source, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(source)
        array = _whole_numbers(source.data, what)
        yield Column(array, _declared(places), np.flatnonzero(mask).astype(np.int64))
    elif not isinstance(source, np.ndarray) and hands_out_arrow(source):
        try:
            chunks = list(arrow_chunks(source, what))
        except ImportError as missing:  # pandas hands out Arrow only where pyarrow is installed
            if missing.name == "nanoarrow" or not hasattr(source, "__array__"):
                raise
            yield Column(_whole_numbers(np.asarray(source), what), _declared(places))
            return
        for chunk in chunks:
            yield _from_arrow(chunk, what, places)
    else:
        yield Column(_whole_numbers(np.asarray(source), what), _declared(places))


def one_column(source: object, what: str, places: int | None) -> Column:
    """Read a column as one, chunks put together."""
    chunks = list(columns(source, what, places))
    if len(chunks) == 1:
        return chunks[0]
    start, missing = 0, [_NO_ROWS]
    for chunk in chunks:
        missing.append(chunk.missing + start)
        start += len(chunk)
    values = [chunk.values for chunk in chunks] or [_NO_ROWS]
    own = chunks[0].places if chunks else _declared(places)
    return Column(np.concatenate(values), own, np.concatenate(missing))


def _declared(places: int | None) -> int:
    if places is None:
        return 0
    if type(places) is not int or not -38 <= places <= 38:
        raise InvalidValue(f"decimal places are a whole number from -38 to 38, got {places!r}")
    return places


def _from_arrow(chunk: ArrowChunk, what: str, places: int | None) -> Column:
    if chunk.scale is None:
        return Column(chunk.values, _declared(places), chunk.missing)
    if places is not None and places != chunk.scale:
        raise _says_its_places(what, chunk.scale, places)
    return Column(chunk.values, chunk.scale, chunk.missing)


def _says_its_places(what: str, its_own: int, places: int | None) -> InvalidValue:
    return InvalidValue(
        f"{what} are decimals with {its_own} places, but places={places!r} is declared: "
        "leave it out"
    )


def _whole_numbers(array: NDArray[Any], what: str) -> NDArray[Any]:
    if array.ndim != 1:
        raise InvalidValue(f"{what} are one column, got an array of {array.ndim} dimensions")
    if array.dtype.kind in "iu":
        return array
    if not len(array) and array.dtype.kind == "f":
        return np.empty(0, np.int64)  # what numpy makes of an empty list
    raise not_whole(what, str(array.dtype))


def not_whole(what: str, kind: str) -> InvalidValue:
    """Make the error for a column of something else."""
    return InvalidValue(
        f"{what} are whole numbers or decimals, got {kind}: floats are not exact, and objects are "
        "no column; pass integers with their decimal places (12.5 is 125 with places=1), or an "
        "Arrow column of decimal128"
    )


def blocks(size: int) -> Iterator[tuple[int, int]]:
    """List the ends of blocks of that many rows."""
    for start in range(0, size, BLOCK):
        yield start, min(start + BLOCK, size)

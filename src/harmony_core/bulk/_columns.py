"""Columns of whole numbers at the door: what may be read, and what its rows say.

A column is read block by block, so that what is narrower than 64 bits is widened in a small buffer
and what is wider (unsigned 64 bits, decimals of 128) shows its far rows by a mark. A column in many
chunks is read as it stands. Floats are refused, as everywhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._arrow import ArrowChunk, arrow_chunks, hands_out_arrow
from harmony_core.bulk._gaps import Gaps, MaskedGaps
from harmony_core.bulk._kernel import BEYOND, BLOCK, Whole
from harmony_core.bulk._whole_lines import GREATEST
from harmony_core.errors import InvalidValue, Word
from harmony_core.explanation import exact_text


class Nulls(Word):
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
class Chunk:
    """Whole numbers, and which rows are without any.

    ``values`` are integers of any width, or pairs of 64 bits, the low ones first.
    """

    values: NDArray[Any]
    gaps: Gaps | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_wide(self) -> bool:
        """Whether a row may not fit 64 bits."""
        return self.values.ndim == 2 or _is_unsigned_64(self.values)

    def block(self, start: int, stop: int, into: Whole) -> Whole:
        """Give rows as 64 bits; ``into`` is used where they are not that already."""
        part = self.values[start:stop]
        into = into[: stop - start]
        if part.ndim == 2:
            _narrowed(part, into)
        elif _is_unsigned_64(part):
            np.minimum(part, np.uint64(GREATEST), out=into.view(np.uint64))
        elif part.dtype != np.int64 or self.gaps:
            np.copyto(into, part)
        else:
            into = part
        if self.gaps:
            into[self.gaps.between(start, stop)] = 0
        return into

    def stored(self, start: int, stop: int) -> NDArray[Any] | None:
        """Give rows as they stand, where they are whole numbers of this machine, none missing."""
        if self.gaps or self.values.ndim == 2 or not self.values.dtype.isnative:
            return None
        return self.values[start:stop]

    def whole(self, row: int) -> int:
        """Give one row exactly, however great."""
        if self.values.ndim == 2:
            low, high = (int(part) for part in self.values[row])
            return (high << 64) + (low & (2**64 - 1))
        return int(self.values[row])


class Column:
    """Whole numbers with a number of decimal places, in the chunks that they came in.

    ``unit`` is what they count where they are time stamps or durations that say it. Chunks are
    never put together: a block that lies in two of them is, and only that.
    """

    def __init__(self, chunks: Sequence[Chunk], places: int = 0, unit: str | None = None) -> None:
        self.chunks, self.places, self.unit = chunks, places, unit
        self._starts = [0, *accumulate(map(len, chunks))]
        self.has_gaps = any(chunk.gaps for chunk in chunks)
        self._is_wide = any(chunk.is_wide for chunk in chunks)

    def __len__(self) -> int:
        return self._starts[-1]

    def block(self, start: int, stop: int, into: Whole) -> Whole:
        """Give rows as 64 bits; ``into`` is used where they are not that already.

        What is greater than 64 bits is ``BEYOND``, what is less is as far below zero, and what is
        not there is zero.
        """
        if len(self.chunks) == 1:
            return self.chunks[0].block(start, stop, into)
        for chunk, first, last, at in self._parts(start, stop):
            if last - first == stop - start:
                return chunk.block(first, last, into)
            place = into[at : at + last - first]
            part = chunk.block(first, last, place)
            if part is not place:
                np.copyto(place, part)
        return into[: stop - start]

    def as_stored(self, start: int, stop: int, into: Whole) -> NDArray[Any]:
        """Give rows in the width that they have, and where that is not one, as :meth:`block`."""
        if len(self.chunks) == 1:
            stored = self.chunks[0].stored(start, stop)
            if stored is not None:
                return stored
        return self.block(start, stop, into)

    def gaps(self, start: int, stop: int) -> Whole:
        """Give the rows without a value, counted from ``start``."""
        if not self.has_gaps:
            return _NO_ROWS
        found = [
            chunk.gaps.between(first, last) + at
            for chunk, first, last, at in self._parts(start, stop)
            if chunk.gaps
        ]
        return np.concatenate([_NO_ROWS, *found])

    def first_gap(self) -> int | None:
        """Give the first row without a value, if there is any."""
        if self.has_gaps:
            for start, stop in blocks(len(self)):
                if len(found := self.gaps(start, stop)):
                    return start + int(found[0])
        return None

    def all_gaps(self) -> Whole:
        """List the rows without a value; the list is as long as they are many."""
        if not self.has_gaps:
            return _NO_ROWS
        ends = list(blocks(len(self)))
        rows = np.empty(sum(len(self.gaps(*part)) for part in ends), np.int64)
        filled = 0
        for start, stop in ends:
            found = self.gaps(start, stop)
            np.add(found, start, out=rows[filled : filled + len(found)])
            filled += len(found)
        return rows

    def narrow(self, start: int, stop: int, into: Whole, least: int) -> Whole:
        """Give rows as 64 bits, where all of them are there, fit, and are not below ``least``.

        Raises:
            InvalidValue: with the first row that is not so.
        """
        if len(gaps := self.gaps(start, stop)):
            what = "instant" if self.unit else "value"
            raise InvalidValue(f"row {start + gaps[0]} has no {what}: fill it in, or leave it out")
        block = self.block(start, stop, into)
        if self._is_wide:
            for row in map(int, np.flatnonzero((block == BEYOND) | (block == -BEYOND)) + start):
                if abs(self.whole(row)) > GREATEST:
                    raise InvalidValue(
                        f"row {row}: {self.shown(row)} does not fit 64 bits: give the values fewer "
                        "places"
                    )
        if least > -BEYOND and int(block.min()) < least:
            row = start + int(np.argmax(block < least))
            raise InvalidValue(f"row {row}: a quantity is zero or more, got {self.shown(row)}")
        return block

    def shares_memory(self, array: Whole) -> bool:
        """Say whether an array may lie where one of the chunks does."""
        return any(np.may_share_memory(array, chunk.values) for chunk in self.chunks)

    def shown(self, row: int) -> str:
        """Write one row as its quantity, for a message."""
        return exact_text(self.exact(row))

    def exact(self, row: int) -> Fraction:
        """Give the quantity of one row."""
        return Fraction(self.whole(row)) / Fraction(10) ** self.places

    def whole(self, row: int) -> int:
        """Give one row exactly, however great."""
        number = bisect_right(self._starts, row) - 1
        return self.chunks[number].whole(row - self._starts[number])

    def _parts(self, start: int, stop: int) -> Iterator[tuple[Chunk, int, int, int]]:
        """List the chunks of some rows: from and to which row of theirs, and where that stands."""
        number, row = bisect_right(self._starts, start) - 1, start
        while row < stop:
            chunk, begin = self.chunks[number], self._starts[number]
            last = min(stop - begin, len(chunk))
            yield chunk, row - begin, last, row - start
            row, number = begin + last, number + 1


def _is_unsigned_64(values: NDArray[Any]) -> bool:
    # Not by its type: numpy makes a list of great numbers an array of another one as wide.
    return values.dtype.kind == "u" and values.dtype.itemsize == 8


def _narrowed(pairs: NDArray[Any], into: Whole) -> None:
    np.copyto(into, pairs[:, 0])
    high = pairs[:, 1]
    far = high != into >> 63
    if far.any():
        into[far] = np.where(high[far] < 0, -BEYOND, BEYOND)


def one_column(source: object, what: str, places: int | None, *, also: str = "") -> Column:
    """Read a column; where Arrow's ``timestamp`` or ``duration`` may come, it says its unit.

    Raises:
        InvalidValue: it holds something else than whole numbers or decimals, or ``places`` are
            declared for decimals that say otherwise.
    """
    if isinstance(source, Quantities):
        if places not in {None, source.places}:
            raise _says_its_places(what, source.places, places)
        return Column([Chunk(source.whole)], source.places)
    if isinstance(source, np.ma.MaskedArray):
        mask, array = np.ma.getmask(source), _whole_numbers(source.data, what)
        gaps = MaskedGaps(mask) if isinstance(mask, np.ndarray) else None
        return Column([Chunk(array, gaps)], _declared(places))
    if not isinstance(source, np.ndarray) and hands_out_arrow(source):
        try:
            return _from_arrow(list(arrow_chunks(source, what, also=also)), what, places)
        except ImportError as missing:  # pandas hands out Arrow only where pyarrow is installed
            if missing.name == "nanoarrow" or not hasattr(source, "__array__"):
                raise
    array = _array(source, what)
    if also == "timestamp" and array.dtype.kind == "M":
        return _from_datetimes(array, what)
    return Column([Chunk(_whole_numbers(array, what))], _declared(places))


def _array(source: object, what: str) -> NDArray[Any]:
    """Make an array; numpy makes floats, or objects, of a list in which one number is great."""
    try:
        array = np.asarray(source)
    except ValueError as wrong:  # such as lists of different lengths
        raise not_whole(what, type(source).__name__) from wrong
    if array.dtype.kind not in "fO" or not isinstance(source, list | tuple):
        return array
    if not source or any(type(one) is not int for one in source):
        return array
    try:
        return np.array(source, np.uint64)
    except OverflowError:
        raise InvalidValue(
            f"{what} are from {min(source)} to {max(source)}, which no column of 64 bits holds: "
            "give them fewer places, or rate that row alone, by charge()"
        ) from None


def _from_datetimes(array: NDArray[Any], what: str) -> Column:
    unit, counted = np.datetime_data(array.dtype)
    if counted != 1:
        raise InvalidValue(f"{what} count one {unit}, not {counted} at once: cast them")
    for start, stop in blocks(len(array)):
        if (nothing := np.isnat(array[start:stop])).any():
            row = start + int(np.argmax(nothing))
            raise InvalidValue(f"row {row} has no instant: leave it out")
    return Column([Chunk(array.view(array.dtype.byteorder + "i8"))], unit=unit)


def _declared(places: int | None) -> int:
    if places is None:
        return 0
    if type(places) is not int or not -38 <= places <= 38:
        raise InvalidValue(f"decimal places are a whole number from -38 to 38, got {places!r}")
    return places


def _from_arrow(chunks: list[ArrowChunk], what: str, places: int | None) -> Column:
    own = chunks[0].scale if chunks else None
    if own is not None and places is not None and places != own:
        raise _says_its_places(what, own, places)
    column = [Chunk(chunk.values, chunk.gaps) for chunk in chunks]
    unit = chunks[0].unit if chunks else None
    return Column(column, _declared(places) if own is None else own, unit)


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

"""Levels in columns: their average over time, and their peak, for each of many groups.

A group is a dense code, as for ``aggregate``: a disk, or a contract in a month. An average is a
fraction, so that it comes as a whole number and the rest that is left over, and never as a float.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs
import numpy as np

from harmony_core.bulk._aggregation import Rows
from harmony_core.bulk._columns import Column, Quantities, blocks, one_column
from harmony_core.bulk._kernel import BLOCK, Whole
from harmony_core.bulk._sums import in_halves, most
from harmony_core.bulk._whole_lines import GREATEST
from harmony_core.errors import InvalidValue

_LEAST = -(2**63)


@attrs.frozen(eq=False)
class Averages:
    """An average for each group: ``(whole + rest / lengths) / 10**places``, exactly.

    ``rest`` is zero or more and less than the length, so ``whole`` is the average rounded down to
    ``places``.
    """

    whole: Whole
    rest: Whole
    lengths: Whole
    places: int = 0

    def __len__(self) -> int:
        return len(self.whole)

    def exact(self, group: int) -> Fraction:
        """Give the average of one group, as ``pricing.time_weighted`` does."""
        length = int(self.lengths[group])
        over = int(self.whole[group]) * length + int(self.rest[group])
        return Fraction(over, length * 10**self.places)

    def quantities(self) -> Quantities:
        """Give the averages as quantities to be rated, where nothing is left over.

        Raises:
            InvalidValue: an average lies between two numbers of that many places.
        """
        if len(between := np.flatnonzero(self.rest)):
            group = int(between[0])
            raise InvalidValue(
                f"the average of group {group} is {self.exact(group)}, which {self.places} places "
                "do not hold: price exact(group), or give more places, or round it by a rule that "
                "was agreed"
            )
        return Quantities(self.whole, self.places)


def time_weighted(
    changes: object,
    times: object,
    groups: object,
    into: int,
    *,
    length: object,
    initial: object = None,
    places: int | None = None,
) -> Averages:
    """Give the average of each of ``into`` groups, each level by the time it held.

    It is what ``pricing.time_weighted`` gives for the group's rows, in any order.

    Args:
        changes: a column of the units that were added or, below zero, taken away.
        times: for each row when that was, a whole number from the beginning of its period on.
        groups: for each row the number of its group, from 0.
        into: how many groups there are.
        length: of the period, in the unit of ``times``: one number, or a column with a row for
            each group.
        initial: the level at the beginning: a column with a row for each group, of as many places.
        places: decimal places of the levels; none when left out.

    Raises:
        InvalidValue: as for ``aggregate``; a time lies outside of its period, a period has no
            length, or an average does not fit 64 bits.

    >>> found = time_weighted([2, 3, 1], [0, 12, 8], [0, 0, 1], 2, length=24)
    >>> found.exact(0), found.exact(1), found.whole.tolist(), found.rest.tolist()
    (Fraction(7, 2), Fraction(2, 3), [3, 0], [12, 16])
    """
    changed = Rows(changes, groups, into, places)
    before = _of_groups(initial, "initial levels", changed, places)
    rows = _Timed(changed, one_column(times, "times", None), _lengths(length, into), before)
    area, beyond = _areas(rows)
    whole, rest = np.divmod(area, rows.lengths)
    for group, exactly in beyond.items():
        average, rest[group] = divmod(exactly, int(rows.lengths[group]))
        if abs(average) > GREATEST:
            raise InvalidValue(
                f"the average of group {group} is {average} and more, which 64 bits do not hold: "
                "give fewer places, or take pricing.time_weighted for this group"
            )
        whole[group] = average
    return Averages(whole, rest, rows.lengths, changed.places)


def high_water(
    levels: object,
    groups: object,
    into: int,
    already_billed: object = None,
    *,
    places: int | None = None,
) -> Quantities:
    """Give the units to bill beyond those billed, as ``pricing.high_water`` does, for each group.

    ``already_billed`` is a column with a row for each group, of as many places.

    Raises:
        InvalidValue: as for ``aggregate``; or a level, or what is billed, is below zero.

    >>> high_water([10, 5, 7, 12, 5], [0, 0, 0, 1, 1], 2, already_billed=[0, 10]).whole.tolist()
    [10, 2]
    """
    rows = Rows(levels, groups, into, places, least=0)
    before = _of_groups(already_billed, "already billed", rows, places, least=0)
    peak = before.copy()
    for value, group in rows:
        np.maximum.at(peak, group, value)
    return Quantities(peak - before, rows.places)


def _of_groups(
    values: object, what: str, rows: Rows, places: int | None, least: int = _LEAST
) -> Whole:
    """Read a column with a row for each group, of as many places; without one, zeros."""
    if values is None:
        return np.zeros(rows.into, np.int64)
    return _read(one_column(values, what, places), what, rows.into, rows.places, least)


def _read(column: Column, what: str, into: int, wanted: int, least: int) -> Whole:
    if len(column) != into or column.places != wanted:
        raise InvalidValue(
            f"{what} needs {into} rows of {wanted} places, got {len(column)} of {column.places}"
        )
    found = np.zeros(into, np.int64)
    for start, stop in blocks(into):
        found[start:stop] = column.narrow(start, stop, found[start:stop], least=least)
    return found


def _lengths(length: object, into: int) -> Whole:
    if isinstance(length, int) and not isinstance(length, bool):
        if not 0 < length <= GREATEST:
            raise InvalidValue(f"a period has a length above zero that fits 64 bits, got {length}")
        return np.full(into, length, np.int64)
    what = "lengths of periods"
    found = _read(one_column(length, what, None), what, into, 0, _LEAST)
    if len(none := np.flatnonzero(found <= 0)):
        group = int(none[0])
        raise InvalidValue(
            f"the period of group {group} has a length of {found[group]}: it is above zero"
        )
    return found


class _Timed:
    """Changes side by side with the time that is left after each of them."""

    def __init__(self, rows: Rows, times: Column, lengths: Whole, initial: Whole) -> None:
        if times.places:
            raise InvalidValue("times are whole numbers, got decimals: count smaller units")
        if len(times) != len(rows.values):
            raise InvalidValue(f"{len(rows.values)} changes need as many times, got {len(times)}")
        if (row := times.first_gap()) is not None:
            raise InvalidValue(f"row {row} has no time: say when the level changed")
        self._rows, self._times, self._initial = rows, times, initial
        self.into, self.lengths = rows.into, lengths

    def __iter__(self) -> Iterator[tuple[Whole, Whole, Whole]]:
        """Give levels, for how long each of them counts, and their groups."""
        for start, stop in blocks(self.into):
            yield self._initial[start:stop], self.lengths[start:stop], np.arange(start, stop)
        room = np.empty(BLOCK, np.int64)
        for (start, stop), (value, group) in zip(blocks(len(self._times)), self._rows, strict=True):
            time = self._times.narrow(start, stop, room, 0)
            left = self.lengths[group] - time
            if int(left.min()) < 0:
                row = start + int(np.argmax(left < 0))
                raise InvalidValue(
                    f"row {row} changes at {self._times.whole(row)}, outside of a period of "
                    f"{self.lengths[group[row - start]]}: put it into its own period"
                )
            yield value, left, group


def _areas(rows: _Timed) -> tuple[Whole, dict[int, int]]:
    """Add up levels times their time; apart from them what 64 bits do not hold.

    What might not fit 64 bits is added in halves, and where a single product might not, in whole
    numbers without limit.
    """
    area = np.zeros(rows.into, np.int64)
    greatest, one = 0, 0
    for value, left, group in rows:
        one = max(one, most(value) * most(left))
        greatest += len(value) * most(value) * most(left)
        if greatest <= GREATEST:
            np.add.at(area, group, value * left)
    if greatest <= GREATEST:
        return area, {}
    if one <= GREATEST:
        return in_halves(((value * left, group) for value, left, group in rows), rows.into)
    wide = np.zeros(rows.into, np.object_)
    for value, left, group in rows:
        np.add.at(wide, group, value.astype(np.object_) * left.astype(np.object_))
    beyond = {number: area for number, area in enumerate(wide) if abs(area) > GREATEST}
    wide[list(beyond)] = 0
    return wide.astype(np.int64), beyond

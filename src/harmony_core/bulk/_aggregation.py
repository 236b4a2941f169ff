"""Quantities from usage in columns: many records of many groups become one number for each.

A group is a dense code, a whole number from 0: a contract, or a contract in a month. Each group's
number is what ``pricing.aggregate`` and its neighbours give for its records, in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from harmony_core.bulk._columns import Quantities, blocks, one_column
from harmony_core.bulk._kernel import BLOCK, Whole
from harmony_core.bulk._sums import exact_sums
from harmony_core.bulk._whole_lines import GREATEST
from harmony_core.errors import InvalidValue, expect_word
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, exact
from harmony_core.pricing import Aggregation, PercentileRule

_LEAST = -(2**63)
_TOO_MANY = 2**48
"""Groups that no memory holds a number for."""


def aggregate(
    how: Aggregation, values: object, groups: object, into: int, *, places: int | None = None
) -> Quantities:
    """Give the quantity of each of ``into`` groups, as ``pricing.aggregate`` does; none give zero.

    Args:
        how: count, sum, max, latest or unique.
        values: a column of whole numbers or decimals, in the order of the records.
        groups: for each row the number of its group, from 0.
        into: how many groups there are.
        places: decimal places of the values; none when left out.

    Raises:
        InvalidValue: a row has no value or a group that there is not, a value or a sum does not
            fit 64 bits, the columns differ in length, or the aggregation needs more than values.

    >>> from harmony_core.pricing import Aggregation
    >>> usage, contract = [5, 20, 5, 7], [0, 0, 0, 2]
    >>> ways = Aggregation.COUNT, Aggregation.SUM, Aggregation.LATEST
    >>> [aggregate(how, usage, contract, 3).whole.tolist() for how in ways]
    [[3, 0, 1], [30, 0, 7], [5, 0, 7]]
    """
    how = expect_word(how, Aggregation)
    rows = Rows(values, groups, into, places)
    if how is Aggregation.COUNT:
        return Quantities(rows.counted(), 0)
    if how is Aggregation.SUM:
        return Quantities(_summed(rows), rows.places)
    if how is Aggregation.MAX:
        return Quantities(_greatest(rows), rows.places)
    if how is Aggregation.LATEST:
        latest = np.zeros(into, np.int64)
        for value, group in rows:
            latest[group] = value  # of a group that is named twice the later value stays
        return Quantities(latest, rows.places)
    if how is Aggregation.UNIQUE:
        return Quantities(_different(rows), 0)
    raise InvalidValue(
        f"{how.value} needs more than values: call percentile() for a percentile, and "
        "time_weighted() or high_water() for levels"
    )


def percentile(
    values: object,
    groups: object,
    into: int,
    percent: Exact = 95,
    rule: PercentileRule = PercentileRule.NEAREST_RANK,
    *,
    places: int | None = None,
) -> Quantities:
    """Give the percentile of each group, as ``pricing.percentile`` does; without values, zero.

    An interpolated one lies between two values and has as many more places as that takes.

    Raises:
        InvalidValue: as :func:`aggregate`; or the percentile is not above 0 and up to 100, or has
            no end as a decimal, so that nothing between two values would have one.

    >>> samples = range(1, 21)
    >>> percentile(samples, [0] * 20, 1).whole.tolist()
    [19]
    >>> between = percentile(samples, [0] * 20, 1, rule=PercentileRule.INTERPOLATED)
    >>> between.whole.tolist(), between.places
    ([1905], 2)
    """
    rule = expect_word(rule, PercentileRule)
    part = exact(percent, "a percentile")
    if not 0 < part <= 100:
        raise InvalidValue(f"a percentile is above 0 and up to 100, got {exact_text(part)}")
    rows = Rows(values, groups, into, places)
    ranked, first, count = rows.ranked()
    found = np.zeros(into, np.int64)
    filled = np.flatnonzero(count)
    first, count = first[filled], count[filled]
    if rule is PercentileRule.NEAREST_RANK:
        found[filled] = ranked[first + _of_counts(count, lambda n: -(-n * part // 100) - 1)]
        return Quantities(found, rows.places)
    more = _decimal_places(part / 100)
    whole = 10**more
    place = _of_counts(count, lambda n: int((n - 1) * part * whole / 100) // whole)
    rest = _of_counts(count, lambda n: int((n - 1) * part * whole / 100) % whole)
    low = ranked[first + place]
    high = ranked[first + np.minimum(place + 1, count - 1)]
    if len(ranked) and 2 * whole * max(-int(ranked.min()), int(ranked.max())) > GREATEST:
        raise InvalidValue(
            f"values up to {int(np.abs(ranked).max())} have no room for the {more} places that "
            "lie between them: take the nearest rank, or values with fewer places"
        )
    found[filled] = low * whole + (high - low) * rest
    return Quantities(found, rows.places + more)


class Rows:
    """Two columns side by side, read block by block as values and their groups."""

    def __init__(
        self, values: object, groups: object, into: int, places: int | None, least: int = _LEAST
    ) -> None:
        if type(into) is not int or not 0 <= into < _TOO_MANY:
            raise InvalidValue(f"how many groups there are is a whole number from 0, got {into!r}")
        self.values = one_column(values, "values", places)
        self.groups = one_column(groups, "groups", None)
        if self.groups.places:
            raise InvalidValue("groups are whole numbers, got decimals: cast them to integers")
        if len(self.values) != len(self.groups):
            raise InvalidValue(
                f"{len(self.values)} values need as many groups, got {len(self.groups)}"
            )
        if (row := self.groups.first_gap()) is not None:
            raise InvalidValue(f"row {row} has no group: say which group it belongs to")
        self.into, self.places, self._least = into, self.values.places, least

    def __iter__(self) -> Iterator[tuple[Whole, Whole]]:
        room, more_room = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
        for start, stop in blocks(len(self.values)):
            group = self.groups.block(start, stop, more_room)
            if int(group.view(np.uint64).max()) >= self.into:
                row = start + int(np.argmax((group < 0) | (group >= self.into)))
                raise InvalidValue(
                    f"row {row} is of group {self.groups.whole(row)}, but there are groups 0 to "
                    f"{self.into - 1}"
                )
            yield self.values.narrow(start, stop, room, self._least), group

    def counted(self) -> Whole:
        count = np.zeros(self.into, np.int64)
        for _, group in self:
            np.add.at(count, group, 1)
        return count

    def ranked(self) -> tuple[Whole, Whole, Whole]:
        """Give the values sorted within their groups, where each group begins, and its count."""
        value, group = np.empty(len(self.values), np.int64), np.empty(len(self.values), np.int64)
        start = 0
        for some, of in self:
            value[start : start + len(some)], group[start : start + len(some)] = some, of
            start += len(some)
        count = np.bincount(group, minlength=self.into).astype(np.int64)
        return self._sorted(value, group, count), np.cumsum(count) - count, count

    def _sorted(self, value: Whole, group: Whole, count: Whole) -> Whole:
        low = int(value.min(initial=0))
        span = int(value.max(initial=0)) - low + 1
        if self.into * span > GREATEST:
            return value[np.lexsort((value, group))]
        # One number holds group and value, and numbers sort ten times faster than pairs.
        key = group * span + (value - low)
        key.sort()
        return key - np.repeat(np.arange(self.into) * span, count) + low


def _summed(rows: Rows) -> Whole:
    way_out = "give them fewer places, or add this group up by pricing.aggregate"
    return exact_sums(rows, rows.into, lambda group: f"group {group}", way_out)


def _greatest(rows: Rows) -> Whole:
    greatest = np.zeros(rows.into, np.int64)  # never below zero
    for value, group in rows:
        np.maximum.at(greatest, group, value)
    return greatest


def _different(rows: Rows) -> Whole:
    ranked, first, count = rows.ranked()
    if not len(ranked):
        return count
    begins = np.empty(len(ranked), np.bool_)
    np.not_equal(ranked[1:], ranked[:-1], out=begins[1:])
    begins[first[count > 0]] = True
    upto = np.concatenate([[0], np.cumsum(begins)])
    different: Whole = upto[first + count] - upto[first]
    return different


def _of_counts(count: Whole, rule: Callable[[int], int]) -> Whole:
    """Apply an exact rule to each count; there are few different ones."""
    known, at = np.unique(count, return_inverse=True)
    return np.array([rule(int(n)) for n in known], np.int64)[at]


def _decimal_places(value: Fraction) -> int:
    for places in range(19):
        if 10**places % value.denominator == 0:
            return places
    raise InvalidValue(
        f"{exact_text(value * 100)} per cent has no end as a decimal, or too far an end: "
        "take the nearest rank"
    )

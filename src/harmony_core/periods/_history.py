"""A value as of a day, and as it was known on a day.

Prices, rates, cost rates, employers and owners change; a correction that becomes known later must
not change what was answered before. So a version has two days: from when it holds, and from when
it is known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Generic, TypeVar

import attrs

from harmony_core.errors import InvalidValue, NotFound, expect, expect_each

T = TypeVar("T")


@attrs.frozen
class Version(Generic[T]):
    """``value`` holds from ``valid_from`` on; the books know it from ``known_from`` on."""

    valid_from: date
    known_from: date
    value: T

    def __attrs_post_init__(self) -> None:
        for day in (self.valid_from, self.known_from):
            if type(day) is not date:  # a datetime would not compare with the others
                raise InvalidValue(f"a version is dated by plain dates, got {day!r}")


def _in_order(versions: Iterable[Version[T]]) -> tuple[Version[T], ...]:
    known = expect_each(versions, Version, "versions of a history")
    return tuple(sorted(known, key=lambda version: (version.valid_from, version.known_from)))


@attrs.frozen
class History(Generic[T]):
    """Versions of one value, ordered by the day they hold from, then by the day they are known.

    >>> rate = History.of([(date(2025, 1, 1), "30.00"), (date(2026, 1, 1), "32.00")])
    >>> corrected = rate.with_value(date(2026, 1, 1), "33.00", known_from=date(2026, 2, 10))
    >>> corrected.at(date(2026, 1, 15)), corrected.at(date(2026, 1, 15), known=date(2026, 1, 31))
    ('33.00', '32.00')
    """

    versions: tuple[Version[T], ...] = attrs.field(converter=_in_order)
    _starts: tuple[date, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        days = [(version.valid_from, version.known_from) for version in self.versions]
        for one, other in pairwise(days):
            if one == other:
                raise InvalidValue(
                    f"two values hold from {one[0]} and are known from {one[1]}: "
                    "give the later one its own known_from"
                )
        object.__setattr__(self, "_starts", tuple(version.valid_from for version in self.versions))

    @classmethod
    def of(cls, values: Iterable[tuple[date, T]]) -> History[T]:
        """Make a history of values that have been known ever since, as ``(valid_from, value)``."""
        listed = expect_each(values, tuple | list, "values of a history, each with its first day")
        for pair in listed:
            if len(pair) != 2:
                raise InvalidValue(f"a value of a history is (valid_from, value), got {pair!r}")
        return cls(tuple(Version(valid_from, date.min, value) for valid_from, value in listed))

    @classmethod
    def always(cls, value: T) -> History[T]:
        """Make a history of one value that holds on every day."""
        return cls((Version(date.min, date.min, value),))

    def with_value(self, valid_from: date, value: T, known_from: date) -> History[T]:
        """Add a version; whoever asks with an earlier ``known`` does not see it.

        Raises:
            InvalidValue: there is a version with the same two days.
        """
        return History((*self.versions, Version(valid_from, known_from, value)))

    def at(self, day: date, known: date | None = None) -> T:
        """Give the value that holds on ``day``, as it was known on ``known`` (default: today's).

        Of the versions known by then, the latest ``valid_from`` that is not after ``day`` wins;
        of several with the same one, the one known last.

        Raises:
            NotFound: nothing holds on that day; the message names it.
        """
        try:
            for index in range(bisect_right(self._starts, day) - 1, -1, -1):
                version = self.versions[index]
                if known is None or version.known_from <= known:
                    return version.value
        except TypeError:  # asked for only here: a history is read in every run
            expect(day, date, "the day of a value")
            expect(known, date | None, "the day on which a value is known")
            raise
        as_known = "" if known is None else f" as known on {known}"
        first = f"the first value holds from {self._starts[0]}" if self._starts else "it is empty"
        raise NotFound(f"nothing holds on {day}{as_known}: {first}")

    def __bool__(self) -> bool:
        return bool(self.versions)

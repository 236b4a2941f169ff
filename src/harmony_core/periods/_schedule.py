"""Schedules: boundaries counted from one anchor, each in constant time, in both directions.

The n-th boundary is computed from the original anchor and never from its neighbour, so 31 Jan is
followed by 28 Feb and then by 31 Mar, and 29 February comes back in leap years. An anchor may lie
in the future: the grid extends both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any, Literal

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.periods._months import day_of_month
from harmony_core.periods._span import Span

_UNITS: dict[str, tuple[Literal["day", "month"], int]] = {
    "day": ("day", 1),
    "week": ("day", 7),
    "month": ("month", 1),
    "quarter": ("month", 3),
    "half_year": ("month", 6),
    "year": ("month", 12),
}


@attrs.frozen
class Interval:
    """A length of calendar time: ``count`` days or ``count`` months, one or more.

    >>> Interval.of(2, "week"), Interval.of(1, "quarter")
    (Interval(unit='day', count=14), Interval(unit='month', count=3))
    """

    unit: Literal["day", "month"] = attrs.field()
    count: int = attrs.field()

    def __attrs_post_init__(self) -> None:
        if self.unit not in ("day", "month"):
            raise InvalidValue(f"an interval counts days or months, got {self.unit!r}")
        if type(self.count) is not int or self.count < 1:
            raise InvalidValue(f"an interval has one {self.unit} or more, got {self.count!r}")

    @classmethod
    def of(cls, count: int, unit: str) -> Interval:
        """Make an interval of ``count`` day, week, month, quarter, half_year or year.

        Raises:
            InvalidValue: another unit, or a count below one.
        """
        expect(unit, str, "the unit of an interval", "'month'")
        if unit not in _UNITS:
            raise InvalidValue(f"no interval {unit!r}: take one of {', '.join(_UNITS)}")
        base, times = _UNITS[unit]
        return cls(base, _so_many(count) * times)

    @classmethod
    def days(cls, n: int) -> Interval:
        """So many civil days."""
        return cls("day", n)

    @classmethod
    def weeks(cls, n: int) -> Interval:
        """So many weeks of seven civil days."""
        return cls("day", 7 * _so_many(n))

    @classmethod
    def months(cls, n: int) -> Interval:
        """So many calendar months."""
        return cls("month", n)

    @classmethod
    def years(cls, n: int) -> Interval:
        """So many years of twelve months."""
        return cls("month", 12 * _so_many(n))


def _so_many(count: int) -> int:
    expect(count, int, "how many of its unit an interval has")
    return count


def _day_number(_: object, __: Any, value: int | None) -> None:
    if value is not None and (type(value) is not int or not 1 <= value <= 31):
        raise InvalidValue(f"an anchor day is a day of the month from 1 to 31, got {value!r}")


@attrs.frozen
class Schedule:
    """Boundaries at ``anchor`` + n intervals, for every whole n; they cut time into periods.

    ``anchor_day`` puts the boundaries on that day of the month instead of the anchor's own, in the
    months that the anchor counts; in a shorter month on its last day. It needs an interval of
    months.

    >>> monthly = Schedule(date(2026, 1, 31), Interval.months(1))
    >>> [str(monthly.boundary(n)) for n in (-1, 0, 1, 2)]
    ['2025-12-31', '2026-01-31', '2026-02-28', '2026-03-31']
    >>> monthly.period_at(date(2026, 3, 30))
    Span(start=datetime.date(2026, 2, 28), end=datetime.date(2026, 3, 31))
    """

    anchor: date = attrs.field()
    interval: Interval = attrs.field()
    anchor_day: int | None = attrs.field(default=None, validator=_day_number)

    def __attrs_post_init__(self) -> None:
        if type(self.anchor) is not date:
            raise InvalidValue(
                f"a schedule of days is anchored on a plain date, got {self.anchor!r}: "
                "for instants take InstantSchedule"
            )
        expect(self.interval, Interval, "the interval of a schedule", "Interval.months(1)")
        if self.anchor_day is not None and self.interval.unit == "day":
            raise InvalidValue(
                f"anchor day {self.anchor_day} needs an interval of months, "
                f"got one of {self.interval.count} days"
            )

    def boundary(self, n: int) -> date:
        """Give boundary ``n``; number 0 lies at the anchor, or on the anchor day of its month.

        Raises:
            InvalidValue: it lies outside the years 1 to 9999.
        """
        interval = self.interval
        try:
            if interval.unit == "month":
                anchor = self.anchor
                return day_of_month(
                    anchor.year * 12 + anchor.month - 1 + n * interval.count,
                    self.anchor_day or anchor.day,
                )
            return self.anchor + timedelta(days=n * interval.count)
        except (TypeError, ValueError):
            expect(n, int, "the number of a boundary")
            raise
        except OverflowError:
            raise InvalidValue(
                f"boundary {n} from {self.anchor} is outside the calendar, which has the years "
                "1 to 9999"
            ) from None

    def period(self, n: int) -> Span:
        """Give period ``n``: from boundary n up to boundary n + 1."""
        return Span(self.boundary(n), self.boundary(n + 1))

    def index_at(self, day: date) -> int:
        """Give the number of the period in which ``day`` lies."""
        try:
            if self.interval.unit == "day":
                return (day - self.anchor).days // self.interval.count
            anchor = self.anchor
            n = (12 * (day.year - anchor.year) + day.month - anchor.month) // self.interval.count
            return n if self.boundary(n) <= day else n - 1
        except (AttributeError, TypeError):
            expect(day, date, "the day to find in a schedule")
            raise

    def period_at(self, day: date) -> Span:
        """Give the period in which ``day`` lies."""
        return self.period(self.index_at(day))

    def last_on_or_before(self, day: date) -> date:
        """Give the last boundary that is not after ``day``."""
        return self.boundary(self.index_at(day))

    def first_on_or_after(self, day: date) -> date:
        """Give the first boundary that is not before ``day``."""
        n = self.index_at(day)
        found = self.boundary(n)
        return found if found == day else self.boundary(n + 1)

    def first_after(self, day: date) -> date:
        """Give the first boundary later than ``day``."""
        return self.boundary(self.index_at(day) + 1)

    def boundaries_after(self, day: date) -> Iterator[date]:
        """List the boundaries later than ``day``, without end."""
        return map(self.boundary, count(self.index_at(day) + 1))

    def boundaries(self, from_day: date, until: date | None = None) -> Iterator[date]:
        """List the boundaries from ``from_day`` on and before ``until``; endless without it."""
        expect(until, date | None, "the end of boundaries")
        n = self.index_at(from_day)
        if self.boundary(n) < from_day:
            n += 1
        while until is None or self.boundary(n) < until:
            yield self.boundary(n)
            n += 1

    def periods(self, from_day: date, until: date | None = None) -> Iterator[Span]:
        """List the whole periods that share a day with ``[from_day, until)``; endless without it.

        The first may start before ``from_day`` and the last may end after ``until``:
        :func:`service_periods` clips them.
        """
        expect(until, date | None, "the end of periods")
        n = self.index_at(from_day)
        start = self.boundary(n)
        while until is None or max(start, from_day) < until:
            n += 1
            end = self.boundary(n)
            yield Span(start, end)
            start = end

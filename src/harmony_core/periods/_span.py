"""Spans of days: half open inside, shown to people with an inclusive last day.

This module owns the conversion between the two; nothing else adds or takes away that day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import attrs

from harmony_core.errors import InvalidValue, expect

_DAY = timedelta(days=1)


@attrs.frozen
class Span:
    """The days from ``start`` up to, and not including, ``end``; an empty span has none.

    >>> january = Span.of_days(date(2026, 1, 1), date(2026, 1, 31))
    >>> january.days, january.end, date(2026, 1, 31) in january
    (31, datetime.date(2026, 2, 1), True)
    """

    start: date
    end: date

    def __attrs_post_init__(self) -> None:
        start, end = self.start, self.end
        for name, day in (("start", start), ("end", end)):
            if type(day) is not date:  # a datetime passes isinstance, but compares differently
                raise InvalidValue(f"{name} must be a plain date, got {day!r}")
        if end < start:
            raise InvalidValue(f"a span ends on or after its start, but {end} is before {start}")

    @classmethod
    def of_days(cls, first: date, last: date) -> Span:
        """Make a span from its first and last day, both inside.

        Raises:
            InvalidValue: ``last`` is before ``first``.
        """
        for name, day in (("first", first), ("last", last)):
            if type(day) is not date:
                raise InvalidValue(f"the {name} day must be a plain date, got {day!r}")
        if last < first:
            raise InvalidValue(f"the last day {last} is before the first day {first}")
        return cls(first, last + _DAY)

    @classmethod
    def starting(cls, first: date, days: int) -> Span:
        """Make a span of so many days (zero or more) from ``first`` on."""
        expect(first, date, "the first day of a span")
        expect(days, int, "the number of days of a span")
        try:
            return cls(first, first + timedelta(days=days))
        except OverflowError:
            raise InvalidValue(
                f"{days} days from {first} are outside the calendar, which has the years 1 to 9999"
            ) from None

    @property
    def first_day(self) -> date:
        """The first day inside.

        Raises:
            InvalidValue: the span is empty.
        """
        self._not_empty("first")
        return self.start

    @property
    def last_day(self) -> date:
        """The last day inside: what is printed on an invoice.

        Raises:
            InvalidValue: the span is empty.
        """
        self._not_empty("last")
        return self.end - _DAY

    @property
    def days(self) -> int:
        """How many days are inside."""
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __bool__(self) -> bool:
        return self.start < self.end

    def covers(self, other: Span) -> bool:
        """Tell whether every day of ``other`` is inside; an empty span is inside everything."""
        return not other or (self.start <= other.start and other.end <= self.end)

    def overlap(self, other: Span) -> Span | None:
        """Give the days that both have, or None where they share none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None

    def each_day(self) -> Iterator[date]:
        """List the days in order."""
        for number in range(self.start.toordinal(), self.end.toordinal()):
            yield date.fromordinal(number)

    def _not_empty(self, which: str) -> None:
        if self.start == self.end:
            raise InvalidValue(f"the empty span at {self.start} has no {which} day")

    def __str__(self) -> str:
        return f"{self.start}..{self.last_day}" if self else f"{self.start} (no days)"

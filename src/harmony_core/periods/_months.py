"""Calendar months: their lengths, adding them to a day, and the month as a value.

Source: the day number is kept and clipped to the length of the month reached (31 Jan plus one
month is 28 or 29 Feb), as in DOMAIN section 5 and ``dateutil.relativedelta``.
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Iterator
from datetime import date, timedelta

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.periods._span import Span

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_TEXT = re.compile(r"(\d{4})-(\d{2})")


def month_length(year: int, month: int) -> int:
    """Days of a month of the Gregorian calendar.

    >>> month_length(2024, 2), month_length(2100, 2)
    (29, 28)
    """
    return 29 if month == 2 and isleap(year) else _LENGTHS[month - 1]


def day_of_month(months: int, day: int) -> date:
    """Day number ``day``, clipped, of the month that is ``months`` after January of year 0.

    The one place where months become dates: a month counted as a single whole number needs no
    carry, so that every boundary of a schedule costs the same, near or far.

    Raises:
        InvalidValue: the month lies before year 1 or after year 9999.
    """
    year = months // 12
    index = months - 12 * year
    if day > 28 and day > _LENGTHS[index]:  # by comparison: this is the hot path, min() is a call
        day = 29 if index == 1 and isleap(year) else _LENGTHS[index]
    try:
        return date(year, index + 1, day)
    except (ValueError, OverflowError):
        raise InvalidValue(f"year {year} is outside the calendar, which has 1 to 9999") from None


def month_count(day: date) -> int:
    """Months from January of year 0 to the month of ``day``."""
    return day.year * 12 + day.month - 1


def add_months(day: date, n: int) -> date:
    """Move ``day`` by ``n`` months, forward or back; the day number is kept, else clipped.

    Do not chain it: 31 Jan moved twice by one month is 28 Mar. A :class:`Schedule` counts from
    its anchor and gives 31 Mar.

    Raises:
        InvalidValue: the result lies outside the years 1 to 9999.

    >>> add_months(date(2026, 1, 31), 1), add_months(date(2026, 1, 31), 2)
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 31))
    >>> add_months(date(2024, 2, 29), -12)
    datetime.date(2023, 2, 28)
    """
    try:
        return day_of_month(day.year * 12 + day.month - 1 + n, day.day)
    except (AttributeError, TypeError):
        expect(day, date, "the day that is moved")
        expect(n, int, "the number of months")
        raise


@attrs.frozen(order=True)
class Month:
    """A calendar month, written ``2026-03``; months are ordered and can be counted on.

    >>> str(Month.of("2026-03") + 10), Month(2026, 3).last_day
    ('2027-01', datetime.date(2026, 3, 31))
    """

    year: int = attrs.field()
    month: int = attrs.field()

    def __attrs_post_init__(self) -> None:
        expect(self.year, int, "the year of a month")
        expect(self.month, int, "the number of a month")
        if not (1 <= self.month <= 12 and 1 <= self.year <= 9999):
            raise InvalidValue(f"no month {self.year}-{self.month}: months go from 1 to 12")

    @classmethod
    def of(cls, text: str) -> Month:
        """Read ``2026-03``.

        Raises:
            InvalidValue: the text is not a year and a month in that form.
        """
        expect(text, str, "a month", "'2026-03'")
        if not (found := _TEXT.fullmatch(text)):
            raise InvalidValue(f"a month is written like '2026-03', got {text!r}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def containing(cls, day: date) -> Month:
        """Give the month in which ``day`` lies."""
        try:
            return cls(day.year, day.month)
        except AttributeError:
            expect(day, date, "the day of a month")
            raise

    @property
    def first_day(self) -> date:
        """The first of the month."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The 28th to 31st."""
        return date(self.year, self.month, month_length(self.year, self.month))

    @property
    def span(self) -> Span:
        """All days of the month."""
        return Span(self.first_day, self.last_day + timedelta(days=1))

    @property
    def days(self) -> int:
        """How many days the month has."""
        return month_length(self.year, self.month)

    def next(self) -> Month:
        """Give the month after this one."""
        return self + 1

    def previous(self) -> Month:
        """Give the month before this one."""
        return self + -1

    def __add__(self, months: int) -> Month:
        year, index = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, index + 1)

    def __sub__(self, months: int) -> Month:
        return self + -months

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def months_between(first: Month, last: Month) -> Iterator[Month]:
    """List the months from ``first`` to ``last``, both included; none when ``last`` is earlier.

    >>> [str(month) for month in months_between(Month(2025, 12), Month(2026, 2))]
    ['2025-12', '2026-01', '2026-02']
    """
    for one in (first, last):
        expect(one, Month, "the first and the last of months", "Month(2026, 3)")
    while first <= last:
        yield first
        first = first.next()

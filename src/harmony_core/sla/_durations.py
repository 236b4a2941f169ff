"""Open time, which is elapsed time, and working days, which are not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, Word, expect
from harmony_core.sla._zones import zone_key


def hours(count: int | str | Decimal | Fraction) -> timedelta:
    """Give so many hours; ``hours("1.5")`` is 90 minutes.

    Raises:
        InvalidValue: it is a float, or no whole number of microseconds.

    >>> hours(8), hours("0.25")
    (datetime.timedelta(seconds=28800), datetime.timedelta(seconds=900))
    """
    return _duration(count, 3600, "hours")


def minutes(count: int | str | Decimal | Fraction) -> timedelta:
    """Give so many minutes, as :func:`hours` does."""
    return _duration(count, 60, "minutes")


def seconds(count: int | str | Decimal | Fraction) -> timedelta:
    """Give so many seconds, as :func:`hours` does."""
    return _duration(count, 1, "seconds")


def in_hours(duration: timedelta) -> Fraction:
    """Give a duration as an exact number of hours.

    >>> in_hours(timedelta(minutes=100))
    Fraction(5, 3)
    """
    return _exact(duration) / 3600


def in_minutes(duration: timedelta) -> Fraction:
    """Give a duration as an exact number of minutes."""
    return _exact(duration) / 60


def _exact(duration: timedelta) -> Fraction:
    expect(duration, timedelta, "a duration", "hours(8)")
    return Fraction(duration // timedelta(microseconds=1), 10**6)


def _duration(count: int | str | Decimal | Fraction, unit_seconds: int, unit: str) -> timedelta:
    if isinstance(count, bool) or not isinstance(count, int | str | Decimal | Fraction):
        raise InvalidValue(f"{unit} are exact, such as 8 or '1.5', got {count!r}")
    try:
        exact = Fraction(count) * unit_seconds * 10**6
    except (ValueError, OverflowError, ZeroDivisionError):
        raise InvalidValue(f"{unit} are a number such as 8 or '1.5', got {count!r}") from None
    if exact.denominator != 1:
        raise InvalidValue(f"{count} {unit} are no whole number of microseconds: round them first")
    try:
        return timedelta(microseconds=exact.numerator)
    except OverflowError:
        raise InvalidValue(f"{count} {unit} are more than a duration can hold") from None


class DueAt(Word):
    """When on a working day something is due."""

    SAME_TIME = "same_time"
    """At the time of day at which it began, kept within that day's hours."""
    CLOSE = "close"
    """At that day's last close."""


@attrs.frozen
class WorkingDays:
    """``count`` days on which a calendar opens, after the day on which it begins.

    They are days of a calendar and never 24 hours each: one working day after Friday 16:50 is
    Monday 16:50. What begins outside open time begins at the next opening.

    Args:
        count: zero is the day itself.
        at: the same time of day, or the day's close.
        zone: whose days they are; needed where calendars of several zones were put together.

    >>> WorkingDays(3, "close").at
    <DueAt.CLOSE: 'close'>
    """

    count: int
    at: DueAt = attrs.field(default=DueAt.SAME_TIME, converter=DueAt)
    zone: str | None = attrs.field(default=None, converter=attrs.converters.optional(zone_key))

    def __attrs_post_init__(self) -> None:
        if type(self.count) is not int or self.count < 0:
            raise InvalidValue(f"working days are a whole number, zero or more, got {self.count!r}")

"""What a type checker refuses of open time: numbers as durations, days as instants.

Each line that must fail names the codes of its faults behind ``# E:``; nothing here is ever run.
"""

from __future__ import annotations

from datetime import date, datetime

from harmony_core.sla import Calendar, OpenTime, hours


def durations_are_no_numbers(calendar: OpenTime, start: datetime) -> None:
    calendar.add(start, 8)  # E: arg-type
    calendar.subtract(start, 8.5)  # E: arg-type
    hours(1.5)  # E: arg-type


def days_are_no_instants(calendar: OpenTime, day: date) -> None:
    calendar.add(day, hours(8))  # E: arg-type
    calendar.is_open(day)  # E: arg-type


def calendars_combine_with_calendars(calendar: Calendar) -> None:
    print(calendar | 5)  # E: operator
    print(calendar - hours(8))  # E: operator


def a_breach_may_never_come(calendar: Calendar, start: datetime) -> None:
    print(calendar.add(start, hours(8)).breach_at.isoformat())  # E: union-attr

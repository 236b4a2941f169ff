"""What the first question to a calendar costs, counted in calls: a bound that no machine moves.

A call of a function, ours or Python's, takes a tenth of a microsecond or less. What is asked here
of calendars that nobody has asked before stays below a number of them, whatever is written in the
calendar and however far the question reaches.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from harmony_core.errors import BeyondHorizon
from harmony_core.periods import InstantSpan
from harmony_core.sla import Calendar, CalendarUnion, OpenTime, Turns, WorkingDays, hours
from harmony_core.sla._days import day_of
from tests.sla.calendars import ZONES

WEEK = {"mon-fri": "09:00-17:30"}
EVERY_MINUTE = [
    f"{minute // 60:02}:{minute % 60:02}:00-{minute // 60:02}:{minute % 60:02}:30"
    for minute in range(1440)
]
FRIDAY = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)
LEAP_DAYS = [date(year, 2, 29) for year in range(1904, 2497, 4) if year % 100 or not year % 400]


def london(**rules: object) -> Calendar:
    return Calendar.of("Europe/London", WEEK, **rules)  # type: ignore[arg-type]


@cache
def every_other_day(count: int) -> dict[date, str]:
    return {date(1901, 1, 1) + timedelta(days=2 * number): "10:00-11:00" for number in range(count)}


def pauses(count: int) -> list[InstantSpan]:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    starts = [since + timedelta(hours=number) for number in range(count)]
    return [InstantSpan(start, start + timedelta(minutes=30)) for start in starts]


CALENDARS: dict[str, Callable[[], OpenTime]] = {
    "London": london,
    "a union of two zones": lambda: london() | Calendar.of("Asia/Kolkata", WEEK),
    "1,440 openings a day": lambda: Calendar.of("Europe/London", {"daily": EVERY_MINUTE}),
    "1,440 openings on some days": lambda: london(
        overrides=dict.fromkeys(every_other_day(30), EVERY_MINUTE)
    ),
    "20,000 overrides": lambda: london(overrides=every_other_day(20_000)),
    "20,000 holidays": lambda: london(holidays=every_other_day(20_000)),
    "20,000 breaks": lambda: london(breaks=every_other_day(20_000)),
    "never": lambda: Calendar.of("Europe/London", {}),
    "nothing left": lambda: london() - london(),
    "always": lambda: Calendar.of("Europe/London", {"daily": "00:00-24:00"}),
    "one hour in 2036": lambda: Calendar.of(
        "Europe/London", {}, overrides={date(2036, 1, 1): "09:00-10:00"}
    ),
    "a minute each 29 February": lambda: Calendar.of(
        "Europe/London", {}, overrides=dict.fromkeys(LEAP_DAYS, "09:00-09:01")
    ),
    "a turn of three": lambda: london() & Turns("Europe/London", date(2026, 3, 23), 2, of=3),
}

QUESTIONS: dict[str, Callable[[OpenTime], object]] = {
    "add": lambda asked: asked.add(FRIDAY, hours(8)),
    "add in 2400": lambda asked: asked.add(FRIDAY.replace(year=2400), hours(8)),
    "add a million hours": lambda asked: asked.add(FRIDAY, hours(1_000_000)),
    "subtract a million hours": lambda asked: asked.subtract(FRIDAY, hours(1_000_000)),
    "between 1900 and 2499": lambda asked: asked.between(
        datetime(1900, 1, 1, tzinfo=UTC), datetime(2499, 12, 31, tzinfo=UTC)
    ),
    "is open": lambda asked: asked.is_open(FRIDAY),
    "next open": lambda asked: asked.next_open(FRIDAY + timedelta(days=1)),
    "next close": lambda asked: asked.next_close(FRIDAY),
    "working days": lambda asked: asked.add(FRIDAY, WorkingDays(3, zone="Europe/London")),
}

CALLS = 60_000


def calls_of(question: Callable[[OpenTime], object], asked: OpenTime) -> int:
    """Count calls of functions, whether they answer or refuse."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    known = sys.getprofile()
    sys.setprofile(counted)
    try:
        with suppress(BeyondHorizon):
            question(asked)
    finally:
        sys.setprofile(known)
    return count


@pytest.mark.parametrize("calendar", CALENDARS)
def test_a_first_question_is_answered_in_few_calls(calendar: str) -> None:
    for name, question in QUESTIONS.items():
        found = calls_of(question, CALENDARS[calendar]())
        assert found < CALLS, (calendar, name)


@pytest.mark.parametrize(
    "calendar", ["London", "20,000 overrides", "20,000 holidays", "a minute each 29 February"]
)
def test_working_days_of_centuries_are_counted_and_not_listed(calendar: str) -> None:
    asked = CALENDARS[calendar]()
    assert calls_of(lambda it: it.add(FRIDAY, WorkingDays(90_000)), asked) < CALLS
    assert len(asked.open_index.working_days) <= 2


def test_fifty_zones_are_asked_for_one_year_each() -> None:
    desk = CalendarUnion([Calendar.of(zone, WEEK) for zone in ZONES[::12][:50]])
    assert calls_of(QUESTIONS["add"], desk) < CALLS
    assert all(len(part.open_index._days) == 1 for part in desk.parts)


def test_what_lies_between_two_far_years_is_counted_and_not_listed() -> None:
    """Of six centuries only the two years that were named have days; of the rest, 14 kinds."""
    calendar = london(overrides=every_other_day(100_000))
    made = day_of.cache_info().misses
    QUESTIONS["between 1900 and 2499"](calendar)
    assert len(calendar.open_index._days) == 2
    assert day_of.cache_info().misses - made < 30
    plain = london()
    QUESTIONS["add a million hours"](plain)
    assert len(plain.open_index._days) <= 3
    assert len(plain.open_index._totals) <= 16


def test_days_that_are_alike_are_one_object() -> None:
    calendar = Calendar.of("America/New_York", {"daily": EVERY_MINUTE})
    calendar.next_open(FRIDAY)
    (days,) = calendar.open_index._days.values()
    assert len(days) == 365
    assert len(set(days)) <= 3  # but for the two on which the clocks change


def test_a_span_of_centuries_lists_only_what_is_open() -> None:
    calendar = CALENDARS["a minute each 29 February"]()
    year = datetime(1900, 1, 1, tzinfo=UTC), datetime(2499, 12, 31, tzinfo=UTC)
    assert len(calendar.open_spans(*year)) == len(LEAP_DAYS)
    assert len(calendar.open_index._years) == len(LEAP_DAYS)

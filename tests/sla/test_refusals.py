"""What is no calendar, no instant, no day is refused in words, never with a TypeError."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from harmony_core.errors import BeyondHorizon, InvalidValue
from harmony_core.periods import InstantSpan
from harmony_core.sla import (
    Calendar,
    Clock,
    ClockStarted,
    ClockTerms,
    DayHours,
    KeptDue,
    Opening,
    OpenSpans,
    PublicHolidays,
    Rota,
    Target,
    WorkingDays,
    attainment,
    hours,
    in_hours,
    picture,
    zones_of,
)

WEEK = {"mon-fri": "09:00-17:30"}
OFFICE = Calendar.of("Europe/London", WEEK)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
CLOCK = Clock([ClockStarted(MONDAY, ClockTerms.of(OFFICE, fix=hours(4)))])
MARCH = InstantSpan(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
DAY = date(2026, 3, 2)
wrong: Any = 5
nothing: Any = None


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Calendar.of("UTC", nothing), "hours of a week must be"),
        (lambda: Calendar.of("UTC", {wrong: "09:00-17:00"}), "days of the week must be a text"),
        (lambda: Calendar.of("UTC", {"mon": nothing}), "hours of a day are like"),
        (lambda: Calendar.of("UTC", {"mon": [wrong]}), "opening hours are like"),
        (lambda: Calendar.of("UTC", {"mon": [time(9), time(17)]}), "opening hours are"),  # type: ignore[list-item]
        (lambda: Calendar.of("UTC", WEEK, holidays=nothing), "holidays are a list of dates"),
        (lambda: Calendar.of("UTC", WEEK, holidays=wrong), "holidays are a list of dates"),
        (lambda: Calendar.of("UTC", WEEK, overrides=nothing), "hours of dates, such as"),
        (lambda: Calendar.of("UTC", WEEK, breaks=[wrong]), "hours of dates, such as"),
        (lambda: Calendar.of("UTC", WEEK, overrides={DAY: nothing}), "hours of a day are like"),
        (
            lambda: Calendar.of("UTC", WEEK, breaks={"daily": "12:00-13:00"}),  # type: ignore[arg-type]
            "a break of every week is written in its hours",
        ),
        (lambda: Calendar("UTC", nothing), "a week has the hours of seven days"),
        (lambda: DayHours(DAY, nothing), "hours of a day are like"),
        (lambda: Opening.of(nothing), "opening hours are like"),
        (lambda: OFFICE.working_days(nothing, DAY), "must be a plain date"),
        (lambda: OFFICE.working_days(MONDAY, MONDAY), "must be a plain date"),
        (lambda: OFFICE.closed_during([wrong]), "spans of open time must be"),
        (lambda: OpenSpans(nothing), "spans of open time must be"),
        (lambda: zones_of(wrong), "a country must be a text"),
        (lambda: in_hours(wrong), "a duration must be"),
        (lambda: Rota.of(nothing), "members of a rota must be"),
        (lambda: Rota.of({"Ann": wrong}), "calendars combine with calendars"),
        (lambda: PublicHolidays.of(nothing), "a place with public holidays must be a text"),
        (lambda: PublicHolidays("GB", "ENG", nothing), "categories of public holidays must be"),
        (lambda: PublicHolidays("GB").days("2026", 2027), "year of public holidays"),  # type: ignore[arg-type]
        (lambda: KeptDue.of(nothing), "what is kept must be"),
        (lambda: KeptDue.of(OFFICE.add(MONDAY, hours(1)), wrong), "calendars combine"),
        (lambda: Target.of("fix", hours(1), warn_at=wrong), "warning levels are a list"),
        (lambda: Target.of("fix", hours(1), warn_at="75"), "warning levels are a list"),
        (lambda: Target.of("fix", hours(1), pausable=nothing), "whether a target is pausable"),
        (lambda: CLOCK.read([], MONDAY), "target to read must be a text"),  # type: ignore[arg-type]
        (lambda: attainment(nothing, "fix", [MARCH], as_of=MONDAY), "clocks of a report must be"),
        (lambda: attainment({"T": wrong}, "fix", [MARCH], as_of=MONDAY), "clock of 'T' must be"),
        (lambda: attainment({wrong: CLOCK}, "fix", [MARCH], as_of=MONDAY), "id of a clock must"),
        (lambda: attainment({"T": CLOCK}, "fix", nothing, as_of=MONDAY), "spans of a report must"),
        (
            lambda: attainment({"T": CLOCK}, "fix", [MARCH], as_of=MONDAY, groups=wrong),
            "groups of a report must be",
        ),
        (lambda: picture(OFFICE, DAY, DAY, zone="UTC", clock=wrong), "clock of a picture must be"),
        (lambda: picture({wrong: OFFICE}, DAY, DAY, zone="UTC"), "name of a calendar in a picture"),
    ],
)
def test_what_is_not_one_is_refused_in_words(make: Callable[[], object], said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        make()


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
def test_the_ends_of_what_datetimes_hold_are_beyond_the_horizon(zone: str) -> None:
    for moment in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)):
        with pytest.raises(BeyondHorizon):
            OFFICE.is_open(moment.replace(tzinfo=ZoneInfo(zone)))
    for day in (date.min, date.max):
        with pytest.raises(BeyondHorizon, match="pictures are inside"):
            picture(OFFICE, day, day, zone=zone)


def test_what_ends_beyond_the_horizon_is_refused_before_any_year_is_counted() -> None:
    fresh = Calendar.of("Europe/London", WEEK)
    with pytest.raises(BeyondHorizon, match="2500 is beyond"):
        fresh.open_spans(MONDAY, datetime(2500, 1, 1, tzinfo=UTC))
    with pytest.raises(BeyondHorizon, match="lie beyond the horizon"):
        fresh.add(MONDAY, WorkingDays(10**12))
    assert not fresh.open_index.working_days


def test_working_days_of_another_zone_are_named_by_any_zone_object() -> None:
    days = OFFICE.working_days(DAY, date(2026, 3, 8), zone=ZoneInfo("Asia/Tokyo"))  # type: ignore[arg-type]
    assert days == OFFICE.working_days(DAY, date(2026, 3, 8), zone="Asia/Tokyo")


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Tokyo"])
def test_years_that_are_alike_have_the_same_working_days_as_counted_singly(zone: str) -> None:
    night = {"sun-thu": "22:00-06:00", "sat": "00:00-24:00"}
    breaks = {date(2031, 5, 1): "09:00-17:00"}
    calendar = Calendar.of("Europe/London", night, holidays=[date(2030, 1, 1)], breaks=breaks)
    for year in (*range(2025, 2036), *range(2395, 2405)):
        fresh = Calendar.of("Europe/London", night, holidays=[date(2030, 1, 1)], breaks=breaks)
        first, last = date(year, 1, 1), date(year, 12, 31)
        assert calendar.working_days(first, last, zone=zone) == fresh.working_days(
            first, last, zone=zone
        )


def test_working_days_back_to_the_first_opening_of_all_have_no_earliest_start() -> None:
    twice = {date(2026, 1, 5): "09:00-17:00", date(2026, 1, 6): "09:00-17:00"}
    calendar = Calendar.of("UTC", {}, overrides=twice)
    start = calendar.subtract(datetime(2026, 1, 6, 9, tzinfo=UTC), WorkingDays(1))
    assert (start.latest, start.earliest) == (datetime(2026, 1, 5, 9, tzinfo=UTC), None)

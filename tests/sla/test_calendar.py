"""What a calendar may say, and what it answers at the edges."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import BeyondHorizon, InvalidValue, NeverOpens, NotFound
from harmony_core.periods import InstantSpan
from harmony_core.sla import (
    Calendar,
    DayHours,
    DueAt,
    HolidayRule,
    KeptDue,
    Opening,
    OpenSpans,
    OpenTime,
    PublicHolidays,
    Rota,
    Turns,
    WorkingDays,
    _holidays,
    holiday_data_version,
    hours,
    in_hours,
    in_minutes,
    minutes,
    seconds,
)
from tests.sla.calendars import case, hours_of_day, zones

LONDON = Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"})
KOLKATA = Calendar.of("Asia/Kolkata", {"mon-fri": "09:00-18:00"})
ALWAYS = Calendar.of("America/New_York", {"daily": "00:00-24:00"})
NIGHTS = Calendar.of("Europe/London", {"mon-fri": "22:00-06:00"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours_of_week", "same_as"),
    [
        ({"mon-fri": "9:00-17:30"}, {"mon,tue,wed,thu,fri": "09:00-17:30"}),
        ({"weekdays": "09:00-17:30"}, {"Monday-Friday": [("09:00", "17:30")]}),
        ({"sat-mon": "10:00-12:00"}, {"sat": "10:00-12:00", "sun, mon": "10:00:00-12:00"}),
        ({"weekend": "14:00-16:00, 10:00-12:00"}, {"sat-sun": "10:00-12:00,14:00-16:00"}),
        ({"daily": [["09:00", "24:00"]]}, {"mon-sun": [(time(9), time(0))]}),
        ({"mon\N{EN DASH}fri": "9:00 \N{EN DASH} 17:30"}, {"mon-fri": "09:00-17:30"}),
        ({"mon": ""}, {}),
        ({"fri": Opening.of("22:00-06:00")}, {"fri": "22:00-06:00"}),
    ],
)
def test_hours_are_read_as_people_write_them(
    hours_of_week: dict[str, object], same_as: dict[str, object]
) -> None:
    one = Calendar.of("Europe/London", hours_of_week)  # type: ignore[arg-type]
    other = Calendar.of("Europe/London", same_as)  # type: ignore[arg-type]
    assert one == other
    assert one.content_hash == other.content_hash


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Calendar.of("UTC", {"mond": "09:00-17:00"}), "no day of the week 'mond'"),
        (lambda: Calendar.of("UTC", {"mon-wed-fri": "09:00-17:00"}), "like 'mon-fri'"),
        (lambda: Calendar.of("UTC", {"mon": "09:00"}), "like '09:00-17:30', got '09:00'"),
        (lambda: Calendar.of("UTC", {"mon": "09:00-25:00"}), "no time of day '25:00'"),
        (lambda: Calendar.of("UTC", {"mon": "24:00-09:00"}), "no time of day '24:00'"),
        (lambda: Calendar.of("UTC", {"mon": "9am-5pm"}), "no time of day '9am'"),
        (lambda: Calendar.of("UTC", {"mon": [["09:00"]]}), "opening hours are like"),
        (lambda: Calendar.of("UTC", {"mon-tue": "", "tue": "09:00-10:00"}), "tue has hours twice"),
        (lambda: Calendar.of("UTC", {}, holidays=[at("2026-12-25T00:00")]), "names civil days"),
        (lambda: DayHours(at("2026-12-25"), ""), "names civil days"),
        (lambda: Calendar.of("UTC", {}, holiday_rule="off"), "civil_day, shift_start, got 'off'"),
        (
            lambda: Calendar.of("UTC", {}, breaks=[DayHours(date(2026, 1, 1), "")] * 2),
            "2026-01-01 has hours twice",
        ),
        (lambda: Calendar("UTC", []), "seven days from Monday, got 0"),
        (lambda: Opening(time(9, tzinfo=UTC), time(10)), "a zone of its own"),
        (lambda: Opening(time(9, 0, 0, 1), time(10)), "whole seconds"),
        (lambda: Opening("09:00", time(10)), "need times of day"),  # type: ignore[arg-type]
        (lambda: LONDON | 5, "calendars combine with calendars, got 5"),  # type: ignore[operator]
        (lambda: LONDON.add(at("2026-01-01T00:00"), -hours(1)), "use subtract to go back"),
        (lambda: LONDON.subtract(at("2026-01-01T00:00"), -hours(1)), "zero or more"),
        (lambda: LONDON.add(at("2026-01-01T00:00"), 8), r"hours\(8\), got 8"),  # type: ignore[arg-type]
        (lambda: hours(1.5), "exact, such as 8 or '1.5', got 1.5"),  # type: ignore[arg-type]
        (lambda: hours("soon"), "got 'soon'"),
        (lambda: seconds("0.0000001"), "no whole number of microseconds"),
        (lambda: hours(10**15), "more than a duration can hold"),
        (lambda: WorkingDays(-1), "zero or more, got -1"),
        (lambda: WorkingDays(1, "noon"), "same_time, close, got 'noon'"),
        (lambda: WorkingDays(1, zone="Nowhere"), "no time zone 'Nowhere'"),
        (lambda: PublicHolidays("England"), "two letters such as 'GB'"),
        (lambda: PublicHolidays("GB", categories=()), "need a category"),
        (lambda: Turns("UTC", date(2026, 1, 5), 4, 3), "no turn 4 of 3"),
        (lambda: Turns("UTC", date(2026, 1, 5), 0, 3), "whole number 'turn' from 1"),
        (lambda: Turns("UTC", date(2026, 1, 5), 1, 2, at=time(9, tzinfo=UTC)), "handover"),
        (lambda: Rota.of({}), "a rota needs members"),
        (lambda: Rota((("Ann", LONDON), ("Ann", KOLKATA))), "a name of its own"),
    ],
)
def test_what_cannot_be_true_is_refused(make: Callable[[], object], complaint: str) -> None:
    with pytest.raises(InvalidValue, match=complaint):
        make()


def test_a_close_is_due_and_the_next_opening_breaches() -> None:
    answer = LONDON.add(at("2026-03-27T16:30"), hours(1))
    assert answer.due == at("2026-03-27T17:30")
    assert answer.breach_at == at("2026-03-30T08:00")
    back = LONDON.subtract(at("2026-03-30T09:00"), hours(1))
    assert back.latest == at("2026-03-30T08:00")
    assert back.earliest == at("2026-03-27T17:30")


def test_a_night_has_as_many_hours_as_pass() -> None:
    assert NIGHTS.between(at("2026-03-28T12:00"), at("2026-03-29T12:00")) == timedelta()
    sunday = Calendar.of("Europe/London", {"sat": "22:00-06:00"})
    spring, autumn = at("2026-03-28T12:00"), at("2026-10-24T12:00")
    assert sunday.between(spring, spring + hours(24)) == hours(7)
    assert sunday.between(autumn, autumn + hours(24)) == hours(9)


def test_an_override_beats_a_holiday_and_an_empty_one_closes() -> None:
    day, next_day = date(2026, 6, 1), date(2026, 6, 2)
    calendar = Calendar.of(
        "UTC",
        {"mon-fri": "09:00-17:00"},
        holidays=[day],
        overrides={day: "10:00-12:00", next_day: ""},
        breaks={day: "10:30-11:00"},
    )
    spans = calendar.open_spans(at("2026-06-01T00:00"), at("2026-06-03T00:00"))
    assert [(span.start.hour, span.elapsed) for span in spans] == [
        (10, minutes(30)),
        (11, hours(1)),
    ]


@pytest.mark.parametrize(
    ("rule", "open_hours"),
    [
        (HolidayRule.CIVIL_DAY, 2 + 0 + 6),  # Monday to midnight, nothing, Wednesday's morning
        (HolidayRule.SHIFT_START, 2 + 6 + 0),  # Monday's night to its end, and none of Tuesday
    ],
)
def test_a_holiday_and_the_nights_around_it(rule: HolidayRule, open_hours: int) -> None:
    tuesday = date(2026, 6, 2)
    calendar = Calendar.of("UTC", {"mon-fri": "22:00-06:00"}, holidays=[tuesday], holiday_rule=rule)
    worked = calendar.between(at("2026-06-01T12:00"), at("2026-06-03T12:00"))
    assert worked == hours(open_hours)


def test_the_clocks_that_a_gap_swallows() -> None:
    """01:00 became 02:00: of 00:30 to 01:30 half an hour is left, 01:15 to 01:45 is nothing."""
    gap = {date(2026, 3, 29): "00:30-01:30"}
    half = Calendar.of("Europe/London", {}, overrides=gap)
    assert half.between(at("2026-03-28T00:00"), at("2026-03-30T00:00")) == minutes(30)
    nothing = Calendar.of("Europe/London", {}, overrides={date(2026, 3, 29): "01:15-01:45"})
    assert nothing.open_spans(at("2026-03-28T00:00"), at("2026-03-30T00:00")) == ()


# --- never, far, and at once ---------------------------------------------------------------------

NEVER = Calendar.of("Europe/London", {})
ONCE_IN_TEN_YEARS = Calendar.of(
    "Asia/Kolkata",
    {},
    overrides={date(year, 6, 1): "09:00-10:00" for year in range(2020, 2490, 10)},
)


@pytest.mark.parametrize(
    "calendar",
    [
        NEVER,
        NEVER | NEVER,
        NEVER & LONDON,
        NEVER - LONDON,
        OpenSpans([]),
        LONDON - LONDON,
        Calendar.of("UTC", {"mon": "09:00-10:00"}) & Calendar.of("UTC", {"tue": "09:00-10:00"}),
        Calendar.of("UTC", {"sat": "09:00-10:00"})
        & Turns("UTC", date(2026, 1, 5), 1, 2, days=5)
        - Calendar.of("UTC", {"daily": "00:00-24:00"}),
    ],
)
def test_what_never_opens_says_so_at_once(calendar: OpenTime) -> None:
    start = at("2026-01-12T10:00")
    for call in (
        lambda: calendar.add(start, hours(1)),
        lambda: calendar.subtract(start, hours(1)),
        lambda: calendar.next_open(start),
        lambda: calendar.next_close(start),
        lambda: calendar.add(start, WorkingDays(1, zone="UTC")),
    ):
        with pytest.raises(NeverOpens) as caught:
            call()
        assert caught.value.code == "never-opens"
        assert isinstance(caught.value, NotFound)
    assert calendar.between(start, start + timedelta(days=4000)) == timedelta()
    assert not calendar.is_open(start)


def test_far_is_as_near_as_tomorrow() -> None:
    start = at("2026-01-01T00:00")
    answer = ONCE_IN_TEN_YEARS.add(start, hours(40))
    assert answer.due == at("2420-06-01T04:30")  # 10:00 in Kolkata
    assert answer.breach_at == at("2430-06-01T03:30")
    with pytest.raises(BeyondHorizon, match="too little open time between 2026 and 2499"):
        ONCE_IN_TEN_YEARS.add(start, hours(60))
    assert LONDON.add(at("2400-01-03T10:00"), hours(8)).due == at("2400-01-04T09:30")


@given(zones, st.integers(1900, 2480), st.lists(hours_of_day, min_size=7, max_size=7))
def test_years_of_one_kind_are_open_alike(
    zone: str, first: int, week: list[list[tuple[int, int]]]
) -> None:
    """The index computes a kind once; each year by itself must give the same."""
    days = [date(first + 3, 12, 31), date(first + 9, 1, 1)]
    dated = {date(first + 5, 12, 31): [(79_200, 21_600)], date(first + 6, 7, 1): week[0]}
    calendar = case(zone, week, holidays=days, overrides=dated, breaks=dated).calendar
    sunday = Calendar.of("Europe/London", {"sun": "00:30-02:15"})
    desk = (calendar | sunday) & Turns(zone, date(2026, 1, 5), turn=2, of=3, at="02:30")
    for year in range(first, first + 18):
        for asked in (calendar, desk):
            kept, alone = asked.open_index.days_of(year), asked.days_of(year)
            assert [day.edges for day in kept] == [day.edges for day in alone]
            assert asked.open_index.total_of(year) == sum(day.total for day in alone)


def test_instants_beyond_the_horizon_are_refused() -> None:
    for start in (at("1899-12-31T00:00"), at("2500-01-01T00:00"), at("9999-01-01T00:00")):
        with pytest.raises(BeyondHorizon, match="from 1900 to 2499"):
            LONDON.add(start, hours(1))
        with pytest.raises(BeyondHorizon, match="from 1900 to 2499"):
            LONDON.between(start, at("2026-01-01T00:00"))


def test_what_is_always_open_never_closes() -> None:
    start = at("2026-12-31T23:00")
    assert ALWAYS.next_open(start) == start
    with pytest.raises(BeyondHorizon, match="without a close"):
        ALWAYS.next_close(start)
    assert ALWAYS.add(start, hours(24 * 366 * 100)).due == start + hours(24 * 366 * 100)
    assert len(ALWAYS.open_spans(start, start + timedelta(days=800))) == 1


def test_a_last_close_has_no_breach_and_a_first_opening_no_earlier_start() -> None:
    once = Calendar.of("UTC", {}, overrides={date(2026, 6, 1): "09:00-10:00"})
    answer = once.add(at("2026-01-01T00:00"), hours(1))
    assert (answer.due, answer.breach_at) == (at("2026-06-01T10:00"), None)
    back = once.subtract(at("2026-12-01T00:00"), hours(1))
    assert (back.latest, back.earliest) == (at("2026-06-01T09:00"), None)


# --- holidays of countries ----------------------------------------------------------------------


def test_public_holidays_close_in_every_year() -> None:
    england = PublicHolidays("GB", "ENG")
    calendar = Calendar.of("Europe/London", {"mon-fri": "09:00-17:00"}, holidays=england)
    for day in ("2026-05-25", "2026-12-28", "2031-12-25"):  # a Bank Holiday, a day in lieu
        assert not calendar.is_open(at(f"{day}T12:00"))
    assert calendar.is_open(at("2026-05-26T12:00"))
    scotland = Calendar.of(
        "Europe/London", {"mon-fri": "09:00-17:00"}, holidays=[PublicHolidays("GB", "SCT")]
    )
    assert not scotland.is_open(at("2026-11-30T12:00"))  # Saint Andrew
    assert calendar.is_open(at("2026-11-30T12:00"))
    frozen = Calendar.of(
        "Europe/London", {"mon-fri": "09:00-17:00"}, holidays=england.days(2026, 2031)
    )
    year = at("2026-01-01T00:00"), at("2032-01-01T00:00")
    assert frozen.between(*year) == calendar.between(*year)
    assert holiday_data_version()


def test_dates_and_countries_may_stand_in_one_list() -> None:
    calendar = Calendar.of(
        "Europe/London",
        {"mon-fri": "09:00-17:00"},
        holidays=[date(2026, 6, 1), PublicHolidays("GB", "ENG")],
    )
    assert calendar.holidays == (date(2026, 6, 1),)
    short = {"mon-fri": "09:00-17:00"}
    assert calendar == Calendar.of("Europe/London", short, holidays=[date(2026, 6, 1), "GB-ENG"])
    assert Calendar.of("Europe/London", short, holidays="GB").public_holidays == (
        PublicHolidays("GB"),
    )
    assert not calendar.is_open(at("2026-06-01T12:00"))
    assert not calendar.is_open(at("2026-05-25T12:00"))


@pytest.mark.parametrize("rule", [PublicHolidays("ZZ"), PublicHolidays("GB", "XYZ")])
def test_an_unknown_country_is_not_found(rule: PublicHolidays) -> None:
    calendar = Calendar.of("UTC", {"mon": "09:00-10:00"}, holidays=rule)
    with pytest.raises(NotFound, match=r"no holidays of (ZZ|GB-XYZ): "):
        calendar.next_open(at("2026-01-01T00:00"))


def test_without_the_package_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(NotFound, match=r"pip install 'harmony-core\[sla\]'"):
        PublicHolidays("FR", categories=("public", "school")).days(2026, 2026)


# --- hashes -------------------------------------------------------------------------------------


def test_the_content_hash_is_that_of_the_rules() -> None:
    """It stands beside stored deadlines, so every release and every machine gives the same."""
    assert LONDON.content_hash == (
        "5cce34a2509680c5ed6ec3f8d846b669d7e1ef34267d2caae0b6545a163b962c"
    )
    others = [
        KOLKATA,
        Calendar.of("Europe/London", {"mon-thu": "09:00-17:30"}),
        Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"}, holidays=[date(2026, 1, 1)]),
        Calendar.of(
            "Europe/London", {"mon-fri": "09:00-17:30"}, breaks={date(2026, 1, 1): "9:00-10:00"}
        ),
        Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"}, overrides={date(2026, 1, 1): ""}),
        Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"}, holiday_rule="shift_start"),
        Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"}, holidays=PublicHolidays("GB")),
        LONDON | KOLKATA,
        LONDON & KOLKATA,
        LONDON - KOLKATA,
        KOLKATA - LONDON,
        OpenSpans([InstantSpan(at("2026-01-01T00:00"), at("2026-01-02T00:00"))]),
        Turns("Europe/London", date(2026, 1, 5), 1, 2),
    ]
    assert len({calendar.content_hash for calendar in [LONDON, *others]}) == len(others) + 1


def test_what_means_the_same_has_the_same_hash_in_any_order() -> None:
    paris = Calendar.of("Europe/Paris", {"sat": "10:00-12:00"})
    desk = LONDON | KOLKATA | paris
    for other in (paris | LONDON | KOLKATA, KOLKATA | (paris | LONDON), desk | desk | paris):
        assert other.content_hash == desk.content_hash
    assert (LONDON & KOLKATA).content_hash == (KOLKATA & LONDON).content_hash
    assert (LONDON | LONDON).content_hash == (LONDON & LONDON).content_hash == LONDON.content_hash
    assert ((LONDON | KOLKATA) & paris).content_hash != (LONDON | (KOLKATA & paris)).content_hash
    assert (
        KeptDue.of(desk.add(at("2026-01-12T10:00"), hours(1)), desk).outdated(
            paris | KOLKATA | LONDON
        )
        == ()
    )


def test_holidays_of_a_country_are_imported_when_the_calendar_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    package = SimpleNamespace(country_holidays=asked.append)
    monkeypatch.setattr(_holidays, "_package", lambda: package)
    _holidays.load.cache_clear()
    for _ in range(2):
        Calendar.of("UTC", {"mon": "09:00-17:00"}, holidays=["GB-ENG", "GB"])
    assert asked == ["GB"]
    _holidays.load.cache_clear()


# --- working days -------------------------------------------------------------------------------


@given(
    zones,
    st.integers(1901, 2490),
    st.lists(hours_of_day, min_size=7, max_size=7),
    st.booleans(),
)
def test_working_days_are_counted_as_they_are_listed(
    zone: str, first: int, week: list[list[tuple[int, int]]], shift_start: bool
) -> None:
    """Counting passes over years, and looks at the days whose clocks skip something."""
    holidays = [date(first, 12, 31), date(first + 1, 5, 1), date(first + 2, 1, 1)]
    dated = {date(first + 1, 12, 31): [(79_200, 21_600)], date(first + 2, 7, 1): week[0]}
    rules = {"overrides": dated, "breaks": {date(first, 6, 1): week[1]}}
    for holidays_of in (holidays, []):
        calendar = case(zone, week, holidays=holidays_of, shift_start=shift_start, **rules).calendar
        for year in range(first, first + 4):
            listed = calendar.working_days(date(year, 1, 1), date(year, 12, 31))
            assert calendar.count_working_days(zone, year) == len(listed)


@pytest.mark.parametrize(
    ("zone", "hours_of_week", "year", "lost"),
    [
        ("Pacific/Apia", {"fri": "09:00-17:00"}, 2011, date(2011, 12, 30)),
        ("Europe/London", {"sun": "01:00-02:00"}, 2026, date(2026, 3, 29)),
        ("Europe/London", {"sun": "01:15-01:20, 01:30-02:00"}, 2026, date(2026, 3, 29)),
    ],
)
def test_a_day_whose_hours_the_clocks_skip_is_no_working_day(
    zone: str, hours_of_week: dict[str, str], year: int, lost: date
) -> None:
    calendar = Calendar.of(zone, hours_of_week)
    listed = calendar.working_days(date(year, 1, 1), date(year, 12, 31))
    assert lost not in listed
    assert lost - timedelta(days=7) in listed
    assert calendar.count_working_days(zone, year) == len(listed)
    assert calendar.count_working_days("Asia/Tokyo", year) is None


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-03-27T16:50", WorkingDays(1), "2026-03-30T15:50"),  # Friday; BST from Sunday
        ("2026-03-27T16:50", WorkingDays(0), "2026-03-27T16:50"),
        ("2026-03-27T16:50", WorkingDays(1, "close"), "2026-03-30T16:30"),
        ("2026-03-27T16:50", WorkingDays(0, DueAt.CLOSE), "2026-03-27T17:30"),
        ("2026-03-28T12:00", WorkingDays(1), "2026-03-31T08:00"),  # Saturday: begins on Monday
        ("2026-03-26T20:00", WorkingDays(1), "2026-03-30T08:00"),  # after hours: begins on Friday
        ("2026-01-01T09:00", WorkingDays(260), "2026-12-31T09:00"),
    ],
)
def test_working_days_are_days(start: str, days: WorkingDays, due: str) -> None:
    assert LONDON.add(at(start), days).due == at(due)


@pytest.mark.parametrize(
    ("end", "days", "start"),
    [
        ("2026-03-30T15:50", 1, "2026-03-27T16:50"),  # Monday; the clocks changed on Sunday
        ("2026-03-30T15:50", 0, "2026-03-30T15:50"),
        ("2026-03-28T12:00", 1, "2026-03-26T17:30"),  # Saturday: ends with Friday's close
        ("2026-03-30T07:00", 2, "2026-03-25T17:30"),
        ("2026-12-31T09:00", 260, "2026-01-01T09:00"),
    ],
)
def test_working_days_are_counted_back(end: str, days: int, start: str) -> None:
    assert LONDON.subtract(at(end), WorkingDays(days)).latest == at(start)
    just_before = at(start) - seconds(1)  # at a close it would begin with the next day
    assert LONDON.add(just_before, WorkingDays(days)).due <= at(end)


def test_working_days_back_keep_to_short_days_and_know_no_close() -> None:
    short = Calendar.of(
        "Europe/London",
        {"mon-fri": "09:00-17:00"},
        overrides={date(2026, 12, 24): "12:00-15:00", date(2026, 12, 25): ""},
    )
    monday = at("2026-12-28T10:00")
    assert short.subtract(monday, WorkingDays(1)).latest == at("2026-12-24T12:00")
    assert short.subtract(at("2026-12-28T16:00"), WorkingDays(1)).latest == at("2026-12-24T15:00")
    day_and_night = Calendar.of("Europe/London", {"daily": "00:00-24:00"})
    midnight = at("2026-12-28T00:00")
    assert day_and_night.subtract(midnight, WorkingDays(1)).latest == at("2026-12-27T00:00")
    with pytest.raises(InvalidValue, match="not to a close"):
        short.subtract(monday, WorkingDays(1, "close"))


def test_working_days_are_listed() -> None:
    week = date(2026, 3, 27), date(2026, 3, 31)
    assert [day.day for day in LONDON.working_days(*week)] == [27, 30, 31]
    assert [day.day for day in NIGHTS.working_days(*week)] == [27, 30, 31]
    apia = Calendar.of("Pacific/Apia", {"daily": "00:00-24:00"})
    listed = apia.working_days(date(2011, 12, 28), date(2012, 1, 1))
    assert [day.day for day in listed] == [28, 29, 31, 1]  # the 30th never was
    with pytest.raises(InvalidValue, match="whose days"):
        (LONDON | KOLKATA).working_days(*week)


def test_working_days_skip_holidays_and_keep_to_short_days() -> None:
    calendar = Calendar.of(
        "Europe/London",
        {"mon-fri": "09:00-12:00, 13:00-17:00"},
        holidays=[date(2026, 12, 25)],
        overrides={date(2026, 12, 24): "09:00-12:00", date(2026, 12, 28): "13:00-17:00"},
    )
    start = at("2026-12-23T16:00")
    assert calendar.add(start, WorkingDays(1)).due == at("2026-12-24T12:00")
    assert calendar.add(start, WorkingDays(1)).breach_at == at("2026-12-28T13:00")
    assert calendar.add(start, WorkingDays(2)).due == at("2026-12-28T16:00")
    morning = at("2026-12-23T09:30")
    assert calendar.add(morning, WorkingDays(2)).due == at("2026-12-28T13:00")


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    friday = at("2026-01-16T23:00")
    assert NIGHTS.add(friday, WorkingDays(1)).due == at("2026-01-19T23:00")  # not Saturday


def test_days_of_several_zones_need_a_zone() -> None:
    desk = LONDON | KOLKATA
    with pytest.raises(InvalidValue, match="whose days"):
        desk.add(at("2026-01-12T10:00"), WorkingDays(1))
    found = desk.add(at("2026-01-16T16:00"), WorkingDays(1, zone="Europe/London"))
    assert found.due == at("2026-01-19T16:00")


def test_working_days_in_a_year_without_any_are_refused_at_once() -> None:
    with pytest.raises(BeyondHorizon, match="working days"):
        ONCE_IN_TEN_YEARS.add(at("2026-01-01T00:00"), WorkingDays(100))


# --- rotas --------------------------------------------------------------------------------------


def test_turns_follow_each_other_without_a_hole() -> None:
    turns = [Turns("Europe/London", date(2026, 3, 23), turn, 3, at="09:00") for turn in (1, 2, 3)]
    start, end = at("2026-01-01T00:00"), at("2027-01-01T00:00")
    whole = turns[0] | turns[1] | turns[2]
    assert whole.between(start, end) == end - start
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert (turns[one] & turns[other]).between(start, end) == timedelta()
    borders = [span.start for turn in turns for span in turn.open_spans(start, end)][1:]
    local = {border.astimezone(ZoneInfo("Europe/London")).time() for border in borders}
    assert local <= {time(9), time(0)}


def test_a_rota_names_who_is_on_and_hands_over() -> None:
    desk = Rota.of({"London": LONDON, "Kolkata": KOLKATA})
    monday = at("2026-01-12T00:00")
    assert desk.on(at("2026-01-12T10:00")) == ("London", "Kolkata")
    assert desk.on(monday) == ()
    assert desk.next_handover(at("2026-01-12T10:00")) == (at("2026-01-12T12:30"), ("London",))
    duties = desk.duties(monday, monday + timedelta(days=1))
    assert [duty.names for duty in duties] == [("Kolkata",), ("London", "Kolkata"), ("London",)]
    total = sum((duty.span.elapsed for duty in duties), timedelta())
    assert total == desk.calendar.between(monday, monday + timedelta(days=1))
    with pytest.raises(BeyondHorizon, match="nobody of this rota"):
        Rota.of({"nobody": NEVER}).next_handover(monday)


@pytest.mark.parametrize(
    ("calendar", "said"),
    [
        (LONDON, "mon-fri 09:00-17:30 (Europe/London)"),
        (
            Calendar.of(
                "UTC",
                {"mon,wed-fri": "22:00-06:00", "sun": "10:00-12:00,13:00-24:00"},
                holidays=["GB-ENG", "DE", date(2026, 1, 1)],
                overrides={date(2026, 1, 2): "", date(2026, 1, 5): "09:00-10:00"},
                breaks={date(2026, 1, 2): "09:00-10:00"},
            ),
            "mon 22:00-06:00; wed-fri 22:00-06:00; sun 10:00-12:00,13:00-24:00, DE closed, "
            "GB-ENG closed, 1 holiday, 2 days of other hours, 1 day with breaks (UTC)",
        ),
        (NEVER, "no weekly hours (Europe/London)"),
        (
            NEVER | ALWAYS,
            "[no weekly hours (Europe/London)] | [mon-sun 00:00-24:00 (America/New_York)]",
        ),
        (NEVER & OpenSpans([]), "[no weekly hours (Europe/London)] & [0 spans of time]"),
        (
            NEVER - Turns("UTC", date(2026, 1, 5), 1, 2),
            "[no weekly hours (Europe/London)] - [turn 1 of 2, 7 days each from 2026-01-05 (UTC)]",
        ),
    ],
)
def test_a_calendar_says_its_hours_in_a_line(calendar: OpenTime, said: str) -> None:
    assert str(calendar) == said


def test_a_refusal_names_the_calendar() -> None:
    with pytest.raises(NeverOpens, match=r"\[no weekly hours \(Europe/London\)\] never opens"):
        NEVER.next_open(at("2026-01-01T00:00"))


def test_threads_may_share_a_calendar() -> None:
    shared = LONDON | Calendar.of("Asia/Tokyo", {"sat": "03:00-04:00"})
    starts = [at("2026-01-01T00:00").replace(year=1950 + 7 * n) for n in range(60)]
    alone = [attrs.evolve(shared).add(start, hours(3000)) for start in starts]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda start: shared.add(start, hours(3000)), starts[::-1]))
    assert together == alone[::-1]


def test_durations_are_exact() -> None:
    assert hours("1.5") == minutes(90) == seconds(5400)
    assert in_hours(minutes(100)) * 3 == 5
    assert in_minutes(seconds(1)) * 60 == 1

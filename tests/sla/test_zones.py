"""Zones as they come in, and the clocks behind them."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from importlib import import_module
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytz
from dateutil import tz as dateutil_tz

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.sla import Calendar, hours, tz_data_version, zone_key, zones_of
from harmony_core.sla._changes import _by_rule, _clocks, _kind, changes, kind_of_year, parts
from harmony_core.sla._index import LAST_YEAR
from harmony_core.sla._zones import in_utc
from tests.sla.calendars import ZONES
from tests.sla.oracle import EPOCH, day_second, moment

LONDON = Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"})


@pytest.mark.parametrize(
    ("zone", "key"),
    [
        ("Asia/Kolkata", "Asia/Kolkata"),
        (ZoneInfo("America/New_York"), "America/New_York"),
        (pytz.timezone("Europe/Paris"), "Europe/Paris"),
        (pytz.utc, "UTC"),
        (dateutil_tz.gettz("Europe/London"), "Europe/London"),
        (dateutil_tz.gettz("America/Argentina/Buenos_Aires"), "America/Argentina/Buenos_Aires"),
        (dateutil_tz.UTC, "UTC"),
        (UTC, "UTC"),
    ],
)
def test_a_zone_is_known_by_its_name(zone: str | tzinfo, key: str) -> None:
    assert zone_key(zone) == key
    assert Calendar.of(zone, {"mon": "09:00-17:00"}).zone == key


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Londn",
        "",
        "../etc/passwd",
        timezone(timedelta(hours=1)),
        pytz.FixedOffset(60),
        dateutil_tz.tzoffset("CET", 3600),
        dateutil_tz.tzlocal(),
        dateutil_tz.tzfile("/etc/localtime"),
        "localtime",
        "right/Europe/London",
        5,
    ],
)
def test_what_names_no_zone_is_refused_with_the_way_out(zone: str | tzinfo) -> None:
    with pytest.raises(InvalidValue, match="Europe/London"):
        zone_key(zone)


def test_a_country_has_zones() -> None:
    assert "America/Chicago" in zones_of("US")
    with pytest.raises(NotFound, match="country 'UK'"):
        zones_of("UK")


def test_a_datetime_without_a_zone_is_refused_with_the_way_out() -> None:
    naive = datetime(2026, 3, 27, 16, 50)  # noqa: DTZ001
    now = datetime(2026, 3, 27, 17, tzinfo=UTC)
    calls: list[Callable[[], object]] = [
        lambda: LONDON.add(naive, hours(1)),
        lambda: LONDON.subtract(naive, hours(1)),
        lambda: LONDON.between(naive, now),
        lambda: LONDON.between(now, naive),
        lambda: LONDON.is_open(naive),
        lambda: LONDON.next_open(naive),
        lambda: LONDON.next_close(naive),
    ]
    for call in calls:
        with pytest.raises(InvalidValue, match=r"no time zone.*replace\(tzinfo=ZoneInfo"):
            call()


def test_any_aware_datetime_is_an_instant() -> None:
    at = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
    for zone in (
        ZoneInfo("Asia/Kolkata"),
        pytz.timezone("Asia/Kolkata"),
        dateutil_tz.gettz("Asia/Kolkata"),
        timezone(timedelta(hours=-3)),
        dateutil_tz.tzoffset(None, 7200),
        dateutil_tz.UTC,
    ):
        assert in_utc(at.astimezone(zone)) == at
        assert in_utc(at.astimezone(zone)).tzinfo is UTC
        assert LONDON.add(at.astimezone(zone), hours(1)) == LONDON.add(at, hours(1))


def test_pytz_and_dateutil_compute_no_offsets() -> None:
    summer = datetime(2040, 7, 1, 14)  # noqa: DTZ001  # 12:00 in UTC, which pytz no longer knows
    assert in_utc(pytz.timezone("Europe/Paris").localize(summer)).hour == 12
    paris = dateutil_tz.gettz("Europe/Paris")
    assert in_utc(summer.replace(tzinfo=paris)).hour == 12
    wrongly_built = datetime(2026, 7, 1, 14, tzinfo=pytz.timezone("Europe/Paris"))  # +00:09 there
    assert in_utc(wrongly_built) == datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_both_passes_of_a_repeated_hour_can_be_said() -> None:
    twice = datetime(2026, 10, 25, 1, 30)  # noqa: DTZ001
    first, second = (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    london, old = ZoneInfo("Europe/London"), pytz.timezone("Europe/London")
    assert in_utc(twice.replace(tzinfo=london)) == first
    assert in_utc(twice.replace(tzinfo=london, fold=1)) == second
    assert in_utc(old.localize(twice, is_dst=True)) == first
    assert in_utc(old.localize(twice, is_dst=False)) == second


def test_apia_had_no_friday() -> None:
    apia = Calendar.of("Pacific/Apia", {"mon-fri": "09:00-17:00"})
    start, end = datetime(2011, 12, 28, 10, tzinfo=UTC), datetime(2012, 1, 3, 10, tzinfo=UTC)
    assert [span.elapsed for span in apia.open_spans(start, end)] == [hours(8)] * 4
    always = Calendar.of("Pacific/Apia", {"fri": "00:00-24:00"})
    week = datetime(2011, 12, 27, tzinfo=UTC), datetime(2012, 1, 3, tzinfo=UTC)
    assert always.between(*week) == timedelta()


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/London", date(2026, 3, 29), 23),
        ("Europe/London", date(2026, 10, 25), 25),
        ("Antarctica/Troll", date(2026, 3, 29), 22),
        ("Antarctica/Troll", date(2026, 10, 25), 26),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
    ],
)
def test_the_parts_of_a_day_add_up_to_its_true_length(zone: str, day: date, length: int) -> None:
    parts = Calendar.of(zone, {}, overrides={day: "00:00-01:30, 01:30-02:30, 02:30-24:00"})
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert parts.between(start - hours(48), start + hours(72)) == hours(length)


def by_looking(zone: tzinfo, first: date, last: date) -> int:
    """Count the days on which the offset changes."""
    days = [moment(at) for at in range(day_second(first), day_second(last) + 1, 86_400)]
    return sum(
        one != other for one, other in pairwise([day.astimezone(zone).utcoffset() for day in days])
    )


@pytest.mark.parametrize("part", range(4))
def test_no_change_of_any_zone_is_missed(part: int) -> None:
    first, last = date(2000, 1, 1), date(2038, 1, 1)
    for key in ZONES[part::4]:
        found = changes(key, day_second(first), day_second(last))
        assert len(found) == by_looking(ZoneInfo(key), first, last), key


@pytest.fixture
def of_the_package(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Data as on a computer that has none of its own: short files, whose rule begins early."""
    known = (_clocks, _by_rule, _kind)
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    for of_zones in known:
        of_zones.cache_clear()
    yield
    for of_zones in known:
        of_zones.cache_clear()


@pytest.mark.parametrize("years", [(1900, 1960), (2035, 2042), (2080, 2090), (2399, 2402)])
def test_no_change_is_missed_long_ago_or_by_the_rule(years: tuple[int, int]) -> None:
    first, last = (date(year, 1, 1) for year in years)
    for key in ZONES[years[0] % 9 :: 9]:
        found = changes(key, day_second(first), day_second(last))
        assert len(found) == by_looking(ZoneInfo(key), first, last), key
        for at, before, after in found:
            local = [moment(second).astimezone(ZoneInfo(key)) for second in (at - 1, at)]
            assert [one.utcoffset() for one in local] == [
                timedelta(seconds=offset) for offset in (before, after)
            ]


@pytest.mark.usefixtures("of_the_package")
@pytest.mark.parametrize("years", [(1940, 1950), (1995, 2010), (2085, 2090), (2399, 2402)])
def test_no_change_is_missed_in_the_data_of_the_package(years: tuple[int, int]) -> None:
    assert tz_data_version() == import_module("tzdata").IANA_VERSION
    first, last = (date(year, 1, 1) for year in years)
    for key in [*ZONES[years[0] % 20 :: 20], "Europe/London", "Africa/Casablanca", "Asia/Gaza"]:
        found = changes(key, day_second(first), day_second(last))
        assert len(found) == by_looking(_clocks(key).zone, first, last), key


def test_years_that_keep_to_the_rule_are_14_kinds() -> None:
    for key in ("Europe/London", "America/New_York", "Asia/Kolkata", "Asia/Gaza", "UTC"):
        assert len({kind_of_year(key, year) for year in range(2090, LAST_YEAR + 1)}) == 14


def test_what_clocks_show_never_goes_back() -> None:
    """While an hour is repeated they stand at its end; Kwajalein had such a day in 1969."""
    for key, year in (("Europe/London", 2026), ("Pacific/Kwajalein", 1969), ("Pacific/Apia", 2011)):
        first, last = day_second(date(year, 1, 1)), day_second(date(year + 1, 1, 1))
        shown, until = first - 2 * 86_400, first
        for since, to, offset, reached in parts(key, first, last):
            assert since == until < to
            until = to
            start = since + offset if reached is None else reached
            assert start >= shown
            shown = to + offset if reached is None else reached
        assert until == last


def test_the_version_of_the_data_is_that_of_the_zones_in_use() -> None:
    assert tz_data_version() == tz_data_version()
    assert tz_data_version()[:2] == "20" or tz_data_version() == "unknown"
    assert EPOCH.tzinfo is UTC


@pytest.mark.parametrize("value", ["2026-03-27T16:50Z", date(2026, 3, 27), 0, None])
def test_what_is_no_instant_is_refused(value: Any) -> None:
    for ask in (LONDON.is_open, LONDON.next_open, lambda one: LONDON.add(one, hours(1))):
        with pytest.raises(InvalidValue, match="an instant must be a datetime, such as"):
            ask(value)

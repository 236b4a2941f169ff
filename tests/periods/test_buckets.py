"""Time buckets on the clocks of a zone."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.periods import (
    InstantSpan,
    Interval,
    bucket_start,
    bucket_starts,
    local_day,
    local_midnight,
    wall_clock,
)

zones = st.sampled_from(sorted(available_timezones()))
instants = st.datetimes(datetime(1972, 1, 1), datetime(2060, 1, 1)).map(  # noqa: DTZ001
    lambda wall: wall.replace(tzinfo=UTC)
)
clock_widths = st.sampled_from([1, 5, 15, 30, 60, 180, 360, 720, 1440]).map(
    lambda minutes: timedelta(minutes=minutes)
)
widths = clock_widths | st.sampled_from(
    [
        Interval.days(1),
        Interval.weeks(1),
        Interval.months(1),
        Interval.months(3),
        Interval.months(6),
        Interval.years(1),
    ]
)


@given(instants, widths, zones)
def test_a_bucket_starts_once_and_not_after_what_it_holds(
    at: datetime, width: Interval | timedelta, zone: str
) -> None:
    start = bucket_start(at, width, zone)
    assert start <= at
    assert bucket_start(start, width, zone) == start


@given(instants, st.integers(0, 200_000), widths, zones)
def test_buckets_do_not_cross(
    at: datetime, later: int, width: Interval | timedelta, zone: str
) -> None:
    one = bucket_start(at, width, zone)
    other = bucket_start(at + timedelta(seconds=later), width, zone)
    assert one <= other
    assert one == other or other > at


@given(
    instants,
    st.integers(0, 4 * 86_400),
    widths.filter(lambda w: w != timedelta(minutes=1)),
    zones,
    st.fractions(0, 1),
)
def test_the_buckets_of_a_span_tile_it(
    start: datetime, seconds: int, width: Interval | timedelta, zone: str, part: Fraction
) -> None:
    span = InstantSpan(start, start + timedelta(seconds=seconds))
    starts = bucket_starts(span, width, zone)
    assert list(starts) == sorted(set(starts))
    assert all(bucket_start(one, width, zone) == one for one in starts[1:])
    if not seconds:
        assert not starts
        return
    assert starts[0] == span.start
    assert starts[-1] < span.end
    at = start + timedelta(seconds=int(part * (seconds - 1)))
    found = starts[bisect_right(starts, at) - 1]
    assert found == max(bucket_start(at, width, zone), span.start)


@given(instants, zones)
def test_a_bucket_of_one_day_is_the_civil_day(at: datetime, zone: str) -> None:
    assert bucket_start(at, Interval.days(1), zone) == local_midnight(local_day(at, zone), zone)


@given(instants, clock_widths, zones)
def test_a_bucket_of_the_clock_starts_at_a_round_time_or_where_the_clocks_skip_it(
    at: datetime, width: timedelta, zone: str
) -> None:
    start = bucket_start(at, width, zone)
    wall = wall_clock(start, zone)
    rest = (wall - wall.replace(hour=0, minute=0, second=0, microsecond=0)) % width
    shift = wall - wall_clock(start - timedelta(seconds=1), zone) - timedelta(seconds=1)
    assert not rest or shift


@pytest.mark.parametrize(
    ("at", "hours", "start"),
    [
        ("05:30", 1, "05:00"),  # 01:30, summer time
        ("06:30", 1, "06:00"),  # 01:30 again, winter time
        ("06:30", 3, "04:00"),  # from midnight; this bucket lasts four hours
        ("08:15", 3, "08:00"),
    ],
)
def test_an_hour_that_the_clocks_show_twice(at: str, hours: int, start: str) -> None:
    found = bucket_start(
        datetime.fromisoformat(f"2026-11-01T{at}+00:00"),
        timedelta(hours=hours),
        "America/New_York",
    )
    assert found == datetime.fromisoformat(f"2026-11-01T{start}+00:00")


def test_a_start_that_the_clocks_skip() -> None:
    at = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # 03:30 in New York; 02:00 was skipped
    two_hours = bucket_start(at, timedelta(hours=2), "America/New_York")
    assert two_hours == datetime(2026, 3, 8, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "width",
    [
        timedelta(0),
        timedelta(hours=-1),
        timedelta(hours=5),
        timedelta(days=2),
        timedelta(milliseconds=500),
        Interval.days(2),
        Interval.months(5),
        Interval.years(2),
    ],
)
def test_a_width_that_tiles_nothing_is_refused(width: Interval | timedelta) -> None:
    with pytest.raises(InvalidValue, match="buckets of"):
        bucket_start(datetime(2026, 1, 1, tzinfo=UTC), width)

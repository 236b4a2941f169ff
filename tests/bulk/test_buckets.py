"""The bucket of every row is the one that ``periods.bucket_start`` gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.bulk import bucket_starts
from harmony_core.errors import InvalidValue
from harmony_core.periods import Interval, bucket_start

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WIDTHS = [
    Interval.days(1),
    Interval.weeks(1),
    Interval.months(1),
    Interval.months(3),
    Interval.months(12),
    *(timedelta(seconds=count) for count in (1, 60, 900, 3600, 5400, 21600, 43200, 86400)),
]
# Half an hour of summer time, changes at midnight, a lost day, offsets of odd seconds in old times.
ZONES = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "Africa/Monrovia",
    "Africa/Casablanca",
    "Atlantic/Azores",
    "America/Juneau",
]


def second(*of: int) -> int:
    return int(datetime(*of, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


def one_by_one(
    seconds: list[int], width: Interval | timedelta, zone: str, per: int = 1
) -> list[int]:
    starts = [bucket_start(EPOCH + timedelta(seconds=at // per), width, zone) for at in seconds]
    return [(start - EPOCH) // timedelta(seconds=1) * per for start in starts]


ANY_TIME = st.integers(second(1880, 1, 1), second(2090, 1, 1))
AROUND_CHANGES = st.builds(
    lambda year, month, day, hours: second(year, month, day) + hours,
    st.integers(1940, 2040),
    st.sampled_from([3, 4, 10, 11]),
    st.integers(1, 30),
    st.integers(-7200, 90_000),
)


@given(
    st.lists(ANY_TIME | AROUND_CHANGES, min_size=1, max_size=8),
    st.sampled_from(WIDTHS),
    st.sampled_from(ZONES) | st.sampled_from(sorted(available_timezones() - {"localtime"})),
)
def test_any_instant_of_any_zone(
    seconds: list[int], width: Interval | timedelta, zone: str
) -> None:
    assert bucket_starts(seconds, width, zone).tolist() == one_by_one(seconds, width, zone)


CHANGES = [
    ("Europe/London", second(2026, 3, 29, 1)),
    ("Europe/London", second(2026, 10, 25, 1)),
    ("Australia/Lord_Howe", second(2026, 4, 4, 15)),
    ("Australia/Lord_Howe", second(2026, 10, 3, 15, 30)),
    ("America/Sao_Paulo", second(2018, 11, 4, 3)),  # midnight was skipped
    ("America/Havana", second(2026, 11, 1, 5)),  # and here it is shown twice
    ("Asia/Amman", second(2021, 10, 28, 22)),
    ("Pacific/Apia", second(2011, 12, 30, 10)),  # a day was left out
    ("America/Juneau", second(1983, 10, 30, 10)),
    ("Africa/Monrovia", second(1972, 1, 7, 0, 44, 30)),
    ("Europe/Amsterdam", second(1937, 6, 30, 23, 40)),
    ("America/Toronto", second(1974, 4, 28, 5)),
]


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@pytest.mark.parametrize("width", WIDTHS, ids=str)
def test_every_minute_around_a_change(zone: str, change: int, width: Interval | timedelta) -> None:
    seconds = [*range(change - 4 * 3600, change + 4 * 3600, 600), change - 1, change + 1]
    for part in (seconds, seconds[24:], seconds[::-1]):
        assert bucket_starts(part, width, zone).tolist() == one_by_one(part, width, zone)


def test_the_unit_of_the_instants_is_that_of_the_buckets() -> None:
    hour, zone = timedelta(hours=1), "Asia/Kathmandu"
    at = [1_790_000_123, -3, 0]
    for unit, per in {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}.items():
        counted = [one * per + per - 1 for one in at]
        expected = one_by_one(counted, hour, zone, per)
        assert bucket_starts(counted, hour, zone, unit=unit).tolist() == expected
        column = np.array(counted, "i8").view(f"M8[{unit}]")
        assert bucket_starts(column, hour, zone).tolist() == expected


def test_a_year_of_hours_in_many_blocks() -> None:
    seconds = np.arange(second(2026, 1, 1), second(2027, 1, 1), 450)
    found = bucket_starts(seconds, timedelta(hours=1), "America/New_York")
    assert len(np.unique(found)) == 365 * 24
    assert found[::997].tolist() == one_by_one(
        seconds[::997].tolist(), timedelta(hours=1), "America/New_York"
    )


@pytest.mark.parametrize(
    ("column", "unit", "why"),
    [
        ([0, 2**60], "s", "row 1 lies outside of the years 2 to 9998: .* say what they count"),
        ([-(2**50)], "s", "row 0 lies outside"),
        ([0], "D", "instants count s, ms, us, ns, not 'D'"),
        (np.array(["2026-01-01", "NaT"], "M8[s]"), "s", "row 1 has no instant"),
        (np.array(["2026-01-01"], "M8[D]"), "s", "not 'D': cast"),
        (np.array([7], "M8[10s]"), "s", "not 10 at once"),
        (np.array([-(2**63) + 1], "M8[ns]"), "s", "row 0 begins before what 64 bits of ns reach"),
        ([0.5], "s", "instants are whole numbers"),
    ],
)
def test_what_is_no_instant_is_refused(column: object, unit: str, why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        bucket_starts(column, Interval.months(12), "Europe/London", unit=unit)


def test_widths_and_zones_are_checked_without_rows() -> None:
    assert bucket_starts([], Interval.days(1)).tolist() == []
    with pytest.raises(InvalidValue, match="do not divide a day"):
        bucket_starts([], timedelta(seconds=7))
    with pytest.raises(InvalidValue, match="no time zone 'Mars'"):
        bucket_starts([], Interval.days(1), "Mars")


STAMPS = [1_790_000_123, -3, 0]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_time_stamps_of_arrow_are_instants(unit: str, zone: str | None) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    counted = [at * per for at in STAMPS]
    column = pyarrow.array(counted, pyarrow.timestamp(unit, zone))
    expected = one_by_one(counted, timedelta(hours=1), "Asia/Kathmandu", per)
    chunked = pyarrow.chunked_array([column[:1], column[1:]])
    for one in (column, chunked, column.slice(0, 3)):
        found = bucket_starts(one, timedelta(hours=1), "Asia/Kathmandu")
        assert found.tolist() == expected
    gap = pyarrow.array([0, None], pyarrow.timestamp(unit, zone))
    with pytest.raises(InvalidValue, match="row 1 has no instant"):
        bucket_starts(gap, timedelta(hours=1))


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_instants_of_frames(zone: str | None) -> None:
    polars, pandas = pytest.importorskip("polars"), pytest.importorskip("pandas")
    at = [1_790_000_123_000, -3000, 0]
    column = polars.Series(at).cast(polars.Datetime("ms", zone))
    expected = one_by_one(at, Interval.days(1), "Europe/Berlin", 1000)
    assert bucket_starts(column, Interval.days(1), "Europe/Berlin").tolist() == expected
    series = pandas.Series(pandas.to_datetime(at, unit="ms", utc=zone is not None)).astype(
        f"datetime64[ms, {zone}]" if zone else "datetime64[ms]"
    )
    assert bucket_starts(series, Interval.days(1), "Europe/Berlin").tolist() == expected


def test_a_column_of_days_is_none_of_instants() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    with pytest.raises(InvalidValue, match=r"date32: cast it to int64 .*, or to a time stamp"):
        bucket_starts(pyarrow.array([1], pyarrow.date32()), Interval.days(1))


def test_a_list_of_datetimes_is_a_column_of_microseconds() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    twice = [datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=berlin) for fold in (0, 1)]
    starts = bucket_starts(twice, timedelta(hours=1), "Europe/Berlin")
    assert np.array(starts, "datetime64[us]").astype(str).tolist() == [
        "2026-10-25T00:00:00.000000",
        "2026-10-25T01:00:00.000000",
    ]
    with pytest.raises(InvalidValue):
        bucket_starts([twice[0].replace(tzinfo=None)], timedelta(hours=1))

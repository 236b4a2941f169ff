"""Notice to any day: what is in time, and what is a day late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.contracts import (
    anchor_from,
    last_receipt,
    next_end,
    notice_ends,
    receipt_day,
    terminate,
)
from harmony_core.errors import InvalidValue
from harmony_core.periods import Interval, Month, add_months
from harmony_core.products import Notice, NoticeAnchor, NoticeCounting, Renewal

DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2040, 12, 31))
periods = st.builds(Interval.days, st.integers(1, 200)) | st.builds(
    Interval.months, st.integers(1, 24)
)
anchors = st.sampled_from(
    [anchor for anchor in NoticeAnchor if anchor is not NoticeAnchor.TERM_END]
)
notices = st.builds(
    Notice, periods, anchors, st.sampled_from(NoticeCounting), st.integers(1, 12)
) | st.builds(Notice, st.none(), anchors)


def is_anchor(day: date, notice: Notice, start: date) -> bool:
    """Say what each anchor means, one day at a time and by another way than the library."""
    last_of_month = (day + DAY).day == 1
    months_of_year = (day.month - notice.year_ends_in) % 12
    whole = (day.year - start.year) * 12 + day.month - start.month
    near = range(whole - 1, whole + 3)
    match notice.to:
        case NoticeAnchor.ANY_DAY:
            return True
        case NoticeAnchor.WEEK_END:
            return day.strftime("%A") == "Sunday"
        case NoticeAnchor.HALF_MONTH:
            return day.day == 15 or last_of_month
        case NoticeAnchor.MONTH_END:
            return last_of_month
        case NoticeAnchor.QUARTER_END:
            return last_of_month and months_of_year % 3 == 0
        case NoticeAnchor.HALF_YEAR_END:
            return last_of_month and months_of_year % 6 == 0
        case NoticeAnchor.YEAR_END:
            return last_of_month and months_of_year == 0
        case NoticeAnchor.CONTRACT_MONTH:
            return day >= start and any(day + DAY == add_months(start, n) for n in near)
        case NoticeAnchor.CONTRACT_YEAR:
            years = (n for n in near if n % 12 == 0)
            return day >= start and any(day + DAY == add_months(start, n) for n in years)
    raise AssertionError(notice.to)


@given(notices, days, days)
def test_the_end_is_the_first_anchor_that_the_notice_reaches(
    notice: Notice, received: date, start: date
) -> None:
    found = terminate(notice, received, start=start)
    assert is_anchor(found.ends_on, notice, start)
    day = max(found.notice_ends, start) if found.ends_on >= start else found.notice_ends
    while day < found.ends_on:
        assert not is_anchor(day, notice, start)
        day += DAY


@given(notices, days, days)
def test_the_last_day_works_and_a_day_later_does_not(
    notice: Notice, received: date, start: date
) -> None:
    found = terminate(notice, received, start=start)
    last = found.last_receipt
    assert received <= last
    assert terminate(notice, last, start=start).ends_on == found.ends_on
    assert terminate(notice, last + DAY, start=start).ends_on > found.ends_on


@given(notices, days)
def test_the_last_receipt_is_the_greatest_day_that_reaches_the_end(
    notice: Notice, ends_on: date
) -> None:
    last = last_receipt(ends_on, notice)
    assert notice_ends(last, notice) <= ends_on < notice_ends(last + DAY, notice)


@given(notices, days, days, days)
def test_a_minimum_term_is_kept_and_does_no_more(
    notice: Notice, received: date, start: date, minimum: date
) -> None:
    free = terminate(notice, received, start=start).ends_on
    bound = terminate(notice, received, start=start, minimum_end=minimum).ends_on
    assert bound >= minimum
    if free >= minimum:
        assert bound == free


@given(notices, days, days)
def test_a_later_notice_never_ends_earlier(notice: Notice, received: date, start: date) -> None:
    later = terminate(notice, received + DAY, start=start).ends_on
    assert terminate(notice, received, start=start).ends_on <= later


def test_subtracting_months_is_too_early_in_a_third_of_all_month_ends() -> None:
    early = 0
    for year in range(2024, 2028):
        for number in range(1, 13):
            end = Month(year, number).last_day
            for months in (1, 2, 3, 6):
                right = last_receipt(end, Notice(Interval.months(months)))
                early += add_months(end, -months) < right
                assert timedelta(0) <= right - add_months(end, -months) <= timedelta(days=3)
    assert early == 64  # of 192


WEEK, CLEAR = Interval.of(1, "week"), NoticeCounting.CLEAR_DAYS
TO = NoticeAnchor


@pytest.mark.parametrize(
    ("notice", "received", "ends", "last"),
    [
        (Notice(WEEK, TO.MONTH_END), "2026-11-23", "2026-11-30", "2026-11-23"),
        (Notice(WEEK, TO.MONTH_END), "2026-11-24", "2026-12-31", "2026-12-24"),
        (Notice(Interval.months(3), TO.QUARTER_END), "2026-03-31", "2026-06-30", "2026-03-31"),
        (Notice(Interval.months(3), TO.QUARTER_END), "2026-04-01", "2026-09-30", "2026-06-30"),
        (Notice(Interval.days(14), TO.MONTH_END), "2015-04-03", "2015-04-30", "2015-04-16"),
        (Notice(Interval.days(14), TO.MONTH_END), "2015-04-20", "2015-05-31", "2015-05-17"),
        (Notice(Interval.months(1), TO.YEAR_END), "2026-12-01", "2027-12-31", "2027-11-30"),
        (Notice(Interval.days(28), TO.HALF_MONTH), "2026-06-16", "2026-07-15", "2026-06-17"),
        (Notice(Interval.days(14), counting=CLEAR), "2026-03-02", "2026-03-17", "2026-03-02"),
        (Notice(None, TO.MONTH_END), "2026-02-28", "2026-02-28", "2026-02-28"),
    ],
)
def test_known_dates(notice: Notice, received: str, ends: str, last: str) -> None:
    found = terminate(notice, date.fromisoformat(received))
    assert (str(found.ends_on), str(found.last_receipt)) == (ends, last)


@pytest.mark.parametrize(
    ("received", "ends"),
    [("1969-11-19", "1969-12-31"), ("1969-11-20", "1970-03-31"), ("2002-04-01", "2002-06-30")],
)
def test_no_holiday_and_no_weekend_moves_a_notice(received: str, ends: str) -> None:
    six_weeks = Notice(Interval.of(6, "week"), NoticeAnchor.QUARTER_END)  # Easter Monday 2002
    assert str(terminate(six_weeks, date.fromisoformat(received)).ends_on) == ends


def test_one_instant_is_in_time_in_london_and_late_in_berlin() -> None:
    quarter = Notice(Interval.months(3), NoticeAnchor.QUARTER_END)
    at = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    ends = [
        terminate(quarter, receipt_day(at, zone)).ends_on
        for zone in ("Europe/London", "Europe/Berlin")
    ]
    assert [str(end) for end in ends] == ["2026-09-30", "2026-12-31"]  # fmt: skip
    assert receipt_day(date(2026, 6, 30)) == date(2026, 6, 30)


def plain(value: Any) -> Any:
    """A value as a caller without a type checker gives it."""
    return value


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue, match="falls on a day of its recipient: give the zone"):
        receipt_day(datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    with pytest.raises(InvalidValue, match="counted from the start of the agreement"):
        anchor_from(date(2026, 1, 1), Notice(WEEK, NoticeAnchor.CONTRACT_YEAR))
    with pytest.raises(InvalidValue, match="known with its renewal"):
        anchor_from(date(2026, 1, 1), Notice(WEEK, NoticeAnchor.TERM_END))
    with pytest.raises(InvalidValue, match="a year ends in month 1 to 12, got 13"):
        Notice(WEEK, NoticeAnchor.YEAR_END, year_ends_in=13)
    with pytest.raises(InvalidValue, match="within a notice period: give one"):
        Notice(None, counting=CLEAR)
    with pytest.raises(InvalidValue, match=r"such as Interval.months\(3\), got '3 months'"):
        Notice(plain("3 months"))
    with pytest.raises(InvalidValue, match=r"a renewal ends by a Notice"):
        Renewal(12, 12, plain(WEEK))
    with pytest.raises(InvalidValue, match="NoticeAnchor is one of any_day"):
        NoticeAnchor("someday")
    with pytest.raises(InvalidValue, match="NoticeCounting is one of corresponding"):
        NoticeCounting("roughly")


@pytest.mark.parametrize("wrong", ["2026-01-01", datetime(2026, 1, 1, 12, tzinfo=UTC), None])
def test_what_is_no_plain_day_of_receipt_is_refused(wrong: Any) -> None:
    monthly = Notice(Interval.months(1), NoticeAnchor.MONTH_END)
    with pytest.raises(InvalidValue, match="received must be a plain date, such as"):
        terminate(monthly, wrong)
    with pytest.raises(InvalidValue, match="received must be a plain date, such as"):
        next_end(Renewal(12, 12, monthly), date(2025, 1, 1), wrong)
    if wrong is not None:
        with pytest.raises(InvalidValue, match="minimum_end of a notice must be a plain date"):
            terminate(monthly, date(2026, 1, 1), minimum_end=wrong)
    with pytest.raises(InvalidValue, match="the notice agreed must be a Notice"):
        terminate(wrong, date(2026, 1, 1))

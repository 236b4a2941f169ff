"""Fiscal years of any first month, and what happens to entries of closed periods."""

from __future__ import annotations

from datetime import date

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.finance import (
    Booked,
    ClosedPeriods,
    FiscalCalendar,
    FiscalPeriod,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
)
from harmony_core.periods import Month

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
calendars = st.integers(1, 12).map(FiscalCalendar)
months = st.integers(0, 30).map(lambda number: Month(2025, 1) + number)
closings = st.builds(
    ClosedPeriods,
    st.lists(months, max_size=6),
    st.lists(st.tuples(st.sampled_from(["DE", "GB"]), months), max_size=12),
)


@given(calendars, days)
def test_every_day_lies_in_one_period_of_one_year(calendar: FiscalCalendar, day: date) -> None:
    found = calendar.period(day)
    assert found in calendar.periods(found.year)
    assert day in found.month.span
    assert day in calendar.year(found.year)
    assert found.year == calendar.year(found.year).last_day.year


@given(calendars, st.integers(1991, 2090))
def test_years_follow_one_another_without_gap(calendar: FiscalCalendar, year: int) -> None:
    assert calendar.year(year).end == calendar.year(year + 1).start
    periods = calendar.periods(year)
    assert [one.number for one in periods] == list(range(1, 13))
    assert all(calendar.period(one.month.last_day) == one for one in periods)


@pytest.mark.parametrize(
    ("start", "day", "named"),
    [
        (1, date(2026, 1, 1), "FY2026-P01"),
        (1, date(2026, 12, 31), "FY2026-P12"),
        (4, date(2026, 3, 31), "FY2026-P12"),
        (4, date(2026, 4, 1), "FY2027-P01"),
        (10, date(2025, 10, 1), "FY2026-P01"),
        (12, date(2026, 11, 30), "FY2026-P12"),
        (12, date(2026, 12, 1), "FY2027-P01"),
    ],
)
def test_known_periods(start: int, day: date, named: str) -> None:
    assert str(FiscalCalendar(start).period(day)) == named


@pytest.mark.parametrize("month", [0, 13, "4", True])
def test_a_year_begins_with_a_month(month: object) -> None:
    with pytest.raises(InvalidValue):
        FiscalCalendar(month)  # type: ignore[arg-type]


def entry(day: date, entity: str = "DE", text: str = "") -> JournalEntry:
    euro = Money.of("5.00", "EUR")
    one = Booked(euro, euro, euro)
    lines = (JournalLine("bank", "1800", one), JournalLine("revenue", "8400", -one))
    return JournalEntry("J-1", entity, day, "test", "J-1", lines, text=text)


@given(closings, st.dates(date(2025, 1, 1), date(2027, 6, 30)))
def test_an_entry_is_posted_in_the_first_open_month_and_says_so(
    closed: ClosedPeriods, day: date
) -> None:
    for entity in ("DE", "GB"):
        wanted = entry(day, entity)
        posted = closed.posted(wanted)
        assert not closed.is_closed(entity, posted.day)
        assert closed.posted(posted) == posted
        assert attrs.evolve(posted, day=day, text="") == wanted
        if closed.is_closed(entity, day):
            assert posted.day.day == 1
            assert str(day) in posted.text
            between = Month.containing(day)
            while between < Month.containing(posted.day):
                assert closed.is_closed(entity, between.first_day)
                between = between.next()
        else:
            assert posted == wanted


def test_a_company_closes_its_year_and_the_others_stay_open() -> None:
    gb = LegalEntity("GB", "Northbridge Ltd", "GB", "GBP", fiscal_year_start_month=4)
    closed = ClosedPeriods().closing_year(gb, 2026)
    assert closed.first_open_day("GB", date(2025, 9, 9)) == date(2026, 4, 1)
    assert closed.first_open_day("DE", date(2025, 9, 9)) == date(2025, 9, 9)
    late = closed.posted(entry(date(2026, 3, 31), "GB", text="stock"))
    assert (late.day, late.text) == (
        date(2026, 4, 1),
        "stock; belongs to 2026-03-31, which is closed",
    )
    assert FiscalCalendar.of(gb).period(late.day) == FiscalPeriod(2027, 1, Month(2026, 4))


@given(closings, st.dates(date(2025, 1, 1), date(2027, 6, 30)))
def test_both_sides_of_a_pair_are_posted_on_one_day(closed: ClosedPeriods, day: date) -> None:
    zero = Money.zero("EUR")
    line = JournalLine("intercompany_cost", "5900", Booked(zero, zero, zero))
    sides = [
        JournalEntry(f"IC:{own}", own, day, "transfer", "T", (line,), other, "P-1")
        for own, other in (("DE", "GB"), ("GB", "DE"))
    ]
    ours, theirs = map(closed.posted, sides)
    assert ours.day == theirs.day >= day
    assert not any(closed.is_closed(name, ours.day) for name in ("DE", "GB"))
    later = {closed.first_open_day(name, day) for name in ("DE", "GB")}
    assert ours.day >= max(later)
    if max(later) == day:
        assert ours == sides[0]

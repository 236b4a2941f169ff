"""Attainment by closing and by due date, with the ids behind each figure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.periods import InstantSpan, Span
from harmony_core.sla import (
    Calendar,
    Clock,
    ClockPaused,
    ClockStarted,
    ClockStopped,
    ClockTerms,
    LeftOut,
    attainment,
    hours,
)

LONDON = Calendar.of("Europe/London", {"mon-fri": "09:00-17:00"})
TERMS = ClockTerms.of(LONDON, resolve=hours(8))
JANUARY, FEBRUARY = (
    InstantSpan.of_days(Span(date(2026, month, 1), date(2026, month + 1, 1)), "Europe/London")
    for month in (1, 2)
)


def at(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def clock(start: datetime, stop: datetime | None = None) -> Clock:
    return Clock([ClockStarted(start, TERMS), *([ClockStopped(stop)] if stop else [])])


CLOCKS = {
    "in time": clock(at(1, 5, 9), at(1, 5, 16)),
    "at the close": clock(at(1, 5, 9), at(1, 6, 8)),
    "too late": clock(at(1, 5, 9), at(1, 6, 10)),
    "late in February": clock(at(1, 29, 9), at(2, 2, 12)),
    "open and late": clock(at(1, 27, 9)),
    "open": clock(at(2, 3, 12)),
    "paused": Clock([ClockStarted(at(1, 5, 9), TERMS), ClockPaused(at(1, 5, 12))]),
    "later": clock(at(3, 2, 9)),
    "other": Clock([ClockStarted(at(1, 5, 9), ClockTerms.of(LONDON, plan=hours(1)))]),
    "never": Clock(
        [ClockStarted(at(1, 5, 9), ClockTerms.of(Calendar.of("UTC", {}), resolve=hours(1)))]
    ),
    "december": clock(datetime(2025, 12, 1, 9, tzinfo=UTC), datetime(2025, 12, 1, 12, tzinfo=UTC)),
}
NOW = at(2, 3, 15)


def test_by_closing_counts_what_was_done_in_the_period() -> None:
    report = attainment(CLOCKS, "resolve", [JANUARY, FEBRUARY], as_of=NOW)
    january, february = report.rows
    assert (january.met, january.missed) == (("at the close", "in time"), ("too late",))
    assert january.percent == Fraction(200, 3)
    assert (february.met, february.missed) == ((), ("late in February",))
    assert february.percent == 0
    assert dict(report.left_out) == {
        "open and late": LeftOut.OPEN,
        "open": LeftOut.OPEN,
        "paused": LeftOut.OPEN,
        "later": LeftOut.NOT_STARTED,
        "other": LeftOut.NOT_PROMISED,
        "never": LeftOut.NEVER_DUE,
        "december": LeftOut.ELSEWHERE,
    }
    assert report.total is not None
    assert report.total.percent == 50


def test_by_due_counts_what_was_due_in_the_period_done_or_not() -> None:
    report = attainment(CLOCKS, "resolve", [JANUARY, FEBRUARY], as_of=NOW, counted_by="due")
    january, february = report.rows
    assert january.met == ("at the close", "in time")
    assert january.missed == ("late in February", "open and late", "too late")
    assert january.percent == 40
    assert (february.met, february.missed, february.pending) == ((), (), ("open",))
    assert february.percent is None
    assert dict(report.left_out)["paused"] is LeftOut.PAUSED


def test_figures_are_columns_by_group_with_the_ids_behind_them() -> None:
    groups = {"in time": "P1", "too late": "P1", "at the close": "P2"}
    report = attainment(CLOCKS, "resolve", [JANUARY], as_of=NOW, groups=groups)
    assert report.as_columns() == {
        "group": ["P1", "P2"],
        "from": [JANUARY.start] * 2,
        "to": [JANUARY.end] * 2,
        "met": [1, 1],
        "missed": [1, 0],
        "pending": [0, 0],
        "percent": [50, 100],
    }
    cases = report.cases_as_columns()
    assert cases["id"] == ["in time", "too late", "at the close"]
    assert cases["outcome"] == ["met", "missed", "met"]
    assert cases["elapsed"] == [hours(7), hours(9), hours(8)]
    assert cases["due"] == [at(1, 5, 17)] * 3


def test_nothing_in_no_period_is_no_figure() -> None:
    empty = attainment({}, "resolve", [JANUARY], as_of=NOW)
    assert (empty.rows, empty.total, empty.left_out) == ((), None, ())
    assert empty.as_columns()["percent"] == []
    with pytest.raises(InvalidValue, match="CountedBy is one of closing, due"):
        attainment({}, "resolve", [JANUARY], as_of=NOW, counted_by="luck")


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.none() | st.integers(0, 400)), max_size=12),
    st.sampled_from(["closing", "due"]),
    st.integers(0, 2500),
)
def test_each_piece_of_work_is_in_one_place(
    made: list[tuple[int, int | None]], counted_by: str, now: int
) -> None:
    first = at(1, 1, 0)
    clocks = {
        f"T-{number}": clock(
            first + timedelta(hours=start),
            None if took is None else first + timedelta(hours=start + took),
        )
        for number, (start, took) in enumerate(made)
    }
    report = attainment(
        clocks,
        "resolve",
        [JANUARY, FEBRUARY],
        as_of=first + timedelta(hours=now),
        counted_by=counted_by,
    )
    counted = [name for row in report.rows for name in (*row.met, *row.missed, *row.pending)]
    assert sorted([*counted, *(name for name, _ in report.left_out)]) == sorted(clocks)
    for row in report.rows:
        for name in row.met:
            assert not clocks[name].read("resolve", report.as_of).is_breached
        for name in row.missed:
            assert clocks[name].read("resolve", report.as_of).is_breached

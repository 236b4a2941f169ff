"""The calendar of billing: which periods a run has to invoice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import DuePeriod, due_periods
from harmony_core.errors import InvalidValue
from harmony_core.periods import Interval, Timing, trigger_day

MONTHLY, QUARTERLY = Interval.months(1), Interval.months(3)
days = st.dates(date(2022, 1, 1), date(2026, 12, 31))
intervals = st.builds(Interval.months, st.integers(1, 24)) | st.builds(
    Interval.days, st.integers(5, 60)
)
timings = st.sampled_from(Timing)
leads = st.integers(0, 40)


def shown(due: tuple[DuePeriod, ...]) -> list[str]:
    return [f"{period.span} on {period.trigger}" for period in due]


@given(days, intervals, timings, leads, st.lists(st.integers(0, 500), min_size=1, max_size=5))
def test_many_runs_find_together_what_one_run_finds(
    start: date, interval: Interval, timing: Timing, lead: int, gaps: list[int]
) -> None:
    found: list[DuePeriod] = []
    run, billed = start - timedelta(days=60), None
    for gap in gaps:
        run += timedelta(days=gap)
        new = due_periods(start, interval, timing, run, lead_days=lead, billed_through=billed)
        found += new
        billed = new[-1].span.last_day if new else billed
        assert not due_periods(start, interval, timing, run, lead_days=lead, billed_through=billed)
    assert tuple(found) == due_periods(start, interval, timing, run, lead_days=lead)


@given(days, intervals, timings, leads, st.integers(0, 900), days)
def test_due_periods_tile_the_service_and_their_triggers_have_come(
    start: date, interval: Interval, timing: Timing, lead: int, length: int, run: date
) -> None:
    last_day = start + timedelta(days=length)
    due = due_periods(start, interval, timing, run, lead_days=lead, last_day=last_day)
    reached = start
    for period in due:
        assert period.span.start == reached
        assert period.full.covers(period.span)
        assert period.trigger == trigger_day(period.span, timing, lead) <= run
        reached = period.span.end
    assert reached <= last_day + timedelta(days=1)
    late_enough = last_day + timedelta(days=1)
    whole = due_periods(start, interval, timing, late_enough, lead_days=lead, last_day=last_day)
    assert whole[-1].span.last_day == last_day


@pytest.mark.parametrize(
    ("run", "lead", "due"),
    [
        (date(2026, 1, 16), 14, []),
        (date(2026, 1, 17), 14, ["2026-01-31..2026-02-27 on 2026-01-17"]),
        (date(2026, 2, 27), 0, ["2026-01-31..2026-02-27 on 2026-01-31"]),
        (
            date(2026, 2, 28),
            0,
            ["2026-01-31..2026-02-27 on 2026-01-31", "2026-02-28..2026-03-30 on 2026-02-28"],
        ),
    ],
)
def test_in_advance_the_first_day_less_the_lead(run: date, lead: int, due: list[str]) -> None:
    assert shown(due_periods(date(2026, 1, 31), MONTHLY, Timing.ADVANCE, run, lead_days=lead)) == (
        due
    )


def test_an_end_clips_the_last_period_and_its_trigger_in_arrears() -> None:
    found = due_periods(
        date(2026, 1, 15), QUARTERLY, Timing.ARREARS, date(2026, 12, 31), last_day=date(2026, 5, 20)
    )
    assert shown(found) == [
        "2026-01-15..2026-04-14 on 2026-04-15",
        "2026-04-15..2026-05-20 on 2026-05-21",
    ]
    assert str(found[1].full) == "2026-04-15..2026-07-14"


def test_what_is_billed_within_a_period_leaves_the_rest_of_it() -> None:
    found = due_periods(
        date(2026, 1, 1),
        QUARTERLY,
        Timing.ADVANCE,
        date(2026, 3, 31),
        billed_through=date(2026, 2, 10),
    )
    assert shown(found) == ["2026-02-11..2026-03-31 on 2026-02-11"]


def test_billed_to_the_end_leaves_nothing() -> None:
    assert (
        due_periods(
            date(2026, 1, 1),
            MONTHLY,
            Timing.ARREARS,
            date(2026, 12, 31),
            last_day=date(2026, 2, 10),
            billed_through=date(2026, 2, 10),
        )
        == ()
    )


def test_billed_once_is_due_on_its_day_whatever_the_timing() -> None:
    day = date(2026, 3, 10)
    for timing in Timing:
        assert shown(due_periods(day, None, timing, day)) == [
            "2026-03-10..2026-03-10 on 2026-03-10"
        ]
        assert due_periods(day, None, timing, day - timedelta(days=1)) == ()
        assert due_periods(day, None, timing, day, billed_through=day) == ()


def test_impossible_terms_are_refused() -> None:
    with pytest.raises(InvalidValue, match="lead days must be zero or more, got -1"):
        due_periods(date(2026, 1, 1), MONTHLY, Timing.ADVANCE, date(2026, 1, 1), lead_days=-1)
    with pytest.raises(InvalidValue, match="ends on 2025-12-31, before it starts on 2026-01-01"):
        due_periods(
            date(2026, 1, 1),
            MONTHLY,
            Timing.ADVANCE,
            date(2026, 1, 1),
            last_day=date(2025, 12, 31),
        )

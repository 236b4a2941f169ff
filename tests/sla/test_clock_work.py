"""How much work a clock is: never more than its events ask for, and counted, not timed."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.periods import InstantSpan
from harmony_core.sla import (
    Calendar,
    Clock,
    ClockEvent,
    ClockPaused,
    ClockReopened,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockTerms,
    OnChange,
    OpenSpans,
    Target,
    TermsChanged,
    hours,
)
from harmony_core.sla._clock_still import Still

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
LONDON = Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"})
BERLIN = Calendar.of("Europe/Berlin", {"mon-fri": "08:00-16:30"})
TERMS, OTHER = (
    ClockTerms(calendar, [Target.of("resolve", hours(4000), warn_at=[50, 75])])
    for calendar in (LONDON, BERLIN)
)


def _pauses(at: datetime, number: int) -> ClockEvent:
    return ClockResumed(at) if number % 2 else ClockPaused(at)


def _stops(at: datetime, number: int) -> ClockEvent:
    return ClockReopened(at) if number % 2 else ClockStopped(at)


def _changes(on_change: OnChange) -> Callable[[datetime, int], ClockEvent]:
    def made(at: datetime, number: int) -> ClockEvent:
        if number % 4 < 2:
            return _pauses(at, number)
        return TermsChanged(at, OTHER if number % 4 == 2 else TERMS, on_change)

    return made


def clock_of(many: int, event: Callable[[datetime, int], ClockEvent]) -> Clock:
    step = timedelta(minutes=37)
    events = (event(START + step * (number + 1), number) for number in range(many))
    return Clock([ClockStarted(START, TERMS), *events])


def calls(work: Callable[[], object]) -> int:
    """Count the calls that it takes, of Python and of C."""
    count = 0

    def seen(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


KINDS = {"pauses": _pauses, "stops": _stops} | {on: _changes(on) for on in OnChange}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "question",
    [
        lambda clock: Clock(clock.events),
        lambda clock: clock.read("resolve", clock.events[-1].at),
        lambda clock: clock.read("resolve", clock.events[-2].at),
        lambda clock: clock.read("resolve", clock.events[-1].at).explanation,
        lambda clock: clock.read("resolve", clock.events[-1].at).calendars,
        lambda clock: clock.history("resolve", clock.events[-1].at),
        lambda clock: clock.history("resolve", clock.events[-1].at).as_text(zone="Asia/Kolkata"),
        lambda clock: clock.at(clock.events[-1].at),
        lambda clock: clock.pauses(clock.events[-1].at),
    ],
)
def test_twice_as_many_events_are_at_most_twice_the_work(
    kind: str, question: Callable[[Clock], object]
) -> None:
    few, many = (clock_of(size, KINDS[kind]) for size in (400, 800))
    question(many)  # the years of its calendars are looked up once
    assert calls(lambda: question(many)) < 2.1 * calls(lambda: question(few))


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_takes_little_for_each_event(kind: str) -> None:
    clock = clock_of(800, KINDS[kind])
    last = clock.events[-1].at
    clock.history("resolve", last)
    assert calls(lambda: clock.read("resolve", last)) < 25 * 800
    assert calls(lambda: clock.history("resolve", last)) < 160 * 800


minutes = st.integers(0, 4 * 1440)


@given(st.lists(minutes, max_size=8).map(sorted), minutes, minutes)
def test_what_stands_still_covers_the_open_time_of_its_spans(
    times: list[int], one: int, other: int
) -> None:
    def at(minute: int) -> datetime:
        return START + timedelta(minutes=minute)

    still, stands = Still(), False
    for minute in times:
        stands = not stands
        still.settle(at(minute), stands=stands)
    spans = [InstantSpan(since, until or max(at(10**4), since)) for since, until in still.spans()]
    assert still.is_on == stands
    assert all(span.elapsed for span in spans)
    since, until = at(min(one, other)), at(max(one, other))
    expected = (LONDON & OpenSpans(spans)).between(since, until)
    assert still.covered(LONDON, since, until) == expected
    assert still.covered(LONDON, since, until) == expected  # and again, from its sums
    earlier = still.up_to(until)
    assert earlier.covered(LONDON, since, until) == expected


def test_a_clock_survives_pickling_with_what_it_knows() -> None:
    clock = clock_of(9, _pauses)
    again = pickle.loads(pickle.dumps(clock))
    assert again == clock
    assert b"Track" not in pickle.dumps(clock)
    assert again.at(clock.events[-1].at) == clock.at(clock.events[-1].at)

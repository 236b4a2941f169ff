"""The laws of clocks, for any calendar, any events, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from harmony_core.periods import InstantSpan
from harmony_core.sla import (
    Clock,
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockState,
    ClockStopped,
    ClockTerms,
    OnChange,
    OpenTime,
    Target,
    TermsChanged,
)
from tests.sla.test_laws import calendars, durations, moments

steps = st.timedeltas(timedelta(), timedelta(days=3)) | st.integers(0, 30).map(
    lambda quarter: timedelta(minutes=15 * quarter)
)
instants = st.lists(moments, min_size=2, max_size=8, unique=True).map(sorted)


def terms_of(calendar: OpenTime, time: timedelta) -> ClockTerms:
    return ClockTerms(calendar, [Target.of("resolve", time, warn_at=[25, 75, 110])])


terms = st.builds(terms_of, calendars, durations)


def paused(times: Sequence[datetime]) -> list[ClockEvent]:
    """Pauses and resumptions in turn."""
    return [
        ClockResumed(time) if number % 2 else ClockPaused(time) for number, time in enumerate(times)
    ]


@st.composite
def histories(draw: st.DrawFn) -> list[ClockEvent]:
    """Histories that can have happened: pauses, a change of the terms, maybe a stop."""
    start, *times = draw(instants)
    events: list[ClockEvent] = [ClockStarted(start, draw(terms)), *paused(times)]
    change = draw(moments.filter(lambda moment: moment > start))
    events.append(TermsChanged(change, draw(terms), draw(st.sampled_from(OnChange)), "priority"))
    if draw(st.booleans()):
        last = max(event.at for event in events)
        events.append(ClockStopped(last + draw(steps)))
    return events


@given(histories(), st.data())
def test_neither_the_order_of_arrival_nor_a_duplicate_matters(
    events: list[ClockEvent], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(events + events[: len(events) // 2]))
    assert Clock(mixed) == Clock(events)
    moment = max(event.at for event in events) + data.draw(steps)
    assert Clock(mixed).at(moment) == Clock(events).at(moment)


@given(histories(), st.data())
def test_a_reading_is_the_same_before_and_after_what_came_later(
    events: list[ClockEvent], data: st.DataObject
) -> None:
    clock = Clock(events)
    moment = data.draw(st.sampled_from(clock.events)).at
    known = Clock([event for event in clock.events if event.at <= moment])
    assert clock.at(moment) == known.at(moment)


@given(calendars, durations, instants, steps)
def test_a_pause_is_closed_time(
    calendar: OpenTime, time: timedelta, times: list[datetime], step: timedelta
) -> None:
    start, *times = times
    times = times[: len(times) // 2 * 2]
    clock = Clock([ClockStarted(start, terms_of(calendar, time)), *paused(times)])
    spans = [InstantSpan(*pair) for pair in zip(times[::2], times[1::2], strict=True)]
    closed = calendar.closed_during(spans)
    moment = max([start, *times]) + step
    reading = clock.read("resolve", moment)
    answer = closed.add(start, time)
    assert (reading.due, reading.breach_at) == (answer.due, answer.breach_at)
    assert reading.elapsed == closed.between(start, moment)
    for warning in reading.warnings:
        assert warning.at is not None
        at_level = closed.between(start, warning.at)
        assert at_level * 100 >= time * warning.percent.numerator
        before = closed.between(start, warning.at - timedelta(microseconds=1))
        assert before * 100 < time * warning.percent.numerator


@given(histories(), st.data())
def test_due_is_the_first_and_breach_the_last_instant_at_which_the_time_was_used(
    events: list[ClockEvent], data: st.DataObject
) -> None:
    clock = Clock(events)
    reading = clock.read("resolve", clock.events[-1].at + data.draw(steps))
    assert reading.elapsed + reading.remaining == reading.time
    if reading.state is ClockState.PAUSED and reading.elapsed < reading.time:
        assert reading.due is None
    if reading.due is None:
        assert reading.elapsed < reading.time
        return
    last = reading.moment if reading.stopped_at is None else reading.stopped_at
    assert (reading.elapsed >= reading.time) == (reading.due <= last)
    if reading.breach_at is not None:
        assert reading.due <= reading.breach_at
        assert reading.is_breached == (reading.breach_at < last)
    assert reading.explanation.evaluate() * 60 * 10**6 == reading.elapsed // timedelta(
        microseconds=1
    )


@given(calendars, durations, instants)
def test_percent_only_rises_and_stands_still_while_paused(
    calendar: OpenTime, time: timedelta, times: list[datetime]
) -> None:
    start, *times = times
    clock = Clock([ClockStarted(start, terms_of(calendar, time)), *paused(times)])
    readings = [clock.read("resolve", moment) for moment in (start, *times)]
    for one, other in pairwise(readings):
        assert one.percent <= other.percent
        if one.state is ClockState.PAUSED:
            assert one.elapsed == other.elapsed


@given(terms, terms, instants, moments, steps)
def test_how_the_four_policies_relate(
    first: ClockTerms, then: ClockTerms, times: list[datetime], change: datetime, step: timedelta
) -> None:
    start, *times = times
    change = max(change, start)
    moment = max([change, *times]) + step
    pauses = paused(times)

    def changed(on_change: OnChange) -> timedelta:
        events = [ClockStarted(start, first), *pauses, TermsChanged(change, then, on_change)]
        return Clock(events).read("resolve", moment).elapsed

    always = Clock([ClockStarted(start, then), *pauses]).read("resolve", moment).elapsed
    assert changed(OnChange.RETROACTIVE) == always
    before = Clock([ClockStarted(start, first), *pauses]).read("resolve", change).elapsed
    assert changed(OnChange.CARRY) == before + changed(OnChange.RESTART)
    unpaused = Clock([ClockStarted(start, then)]).read("resolve", change).elapsed
    without = changed(OnChange.RETROACTIVE_WITHOUT_PAUSES)
    assert without == unpaused + changed(OnChange.RESTART)
    assert without >= always >= changed(OnChange.RESTART)
    same = [ClockStarted(start, first), *pauses, TermsChanged(change, first, "carry")]
    whole = Clock([ClockStarted(start, first), *pauses]).read("resolve", moment)
    assert Clock(same).read("resolve", moment).elapsed == whole.elapsed

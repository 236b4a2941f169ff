"""Clocks of several targets, with all that can happen to them, against every single minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.sla import (
    Calendar,
    Clock,
    ClockEvent,
    ClockPaused,
    ClockReopened,
    ClockResumed,
    ClockStarted,
    ClockState,
    ClockStopped,
    ClockTerms,
    OnChange,
    Target,
    TermsChanged,
)
from tests.sla.clock_oracle import Minute, MinuteClock, Promise, Promises, Step

BASE = datetime(2026, 4, 2, tzinfo=UTC)  # Lord Howe and Chatham change their clocks on the 4th
MINUTE = timedelta(minutes=1)
DAYS = 7
HOWE = Calendar.of("Australia/Lord_Howe", {"daily": "22:00-02:00, 09:00-17:00"})
CHATHAM = Calendar.of("Pacific/Chatham", {"mon-sat": "00:30-12:00"}, holidays=[BASE.date()])
CALENDARS = (HOWE, CHATHAM, HOWE | CHATHAM)
OPEN = [
    [calendar.is_open(BASE + minute * MINUTE) for minute in range(DAYS * 1440)]
    for calendar in CALENDARS
]
NAMES = ("respond", "plan", "resolve")
LAST = (DAYS - 1) * 1440  # what is later may lie beyond the minutes

promises = st.builds(
    Promise,
    st.integers(0, 2),
    st.sampled_from([1, 240, 481, 1000]),
    st.sampled_from([True, True, False]),
)
terms = st.dictionaries(st.sampled_from(NAMES), promises, min_size=1)
gaps = st.sampled_from([0, 60, 200, 480, 481, 700])
words = st.sampled_from(["", "", "supplier"])
names = st.none() | st.sampled_from(NAMES)
changes = st.builds(Step, gaps, st.just("change"), st.none(), terms, st.sampled_from(OnChange))
later = st.one_of(
    st.builds(Step, gaps, st.just("pause"), words),
    st.builds(Step, gaps, st.just("stop"), names),
    changes,
)
OTHERWISE = {"pause": "resume", "stop": "reopen"}  # where it is so already


def at(minute: Minute) -> datetime:
    return BASE + minute * MINUTE


def terms_of(promised: Promises) -> ClockTerms:
    targets = [
        Target.of(
            name, one.time * MINUTE, pausable=one.pausable, calendar=CALENDARS[one.calendar]
        )
        for name, one in promised.items()
    ]  # fmt: skip
    return ClockTerms(CALENDARS[0], targets)


def event_of(step: Step) -> ClockEvent:
    match step.kind:
        case "pause":
            return ClockPaused(at(step.at), step.word or "")
        case "resume":
            return ClockResumed(at(step.at), step.word or "")
        case "stop":
            return ClockStopped(at(step.at), step.word)
        case "reopen":
            return ClockReopened(at(step.at), step.word)
        case "change":
            return TermsChanged(at(step.at), terms_of(step.terms), step.on_change)
    return ClockStarted(at(step.at), terms_of(step.terms))


@given(terms, st.integers(0, 1000), st.lists(later, min_size=5, max_size=9), st.data())
def test_every_minute_says_the_same(
    first: Promises, minute: Minute, following: list[Step], data: st.DataObject
) -> None:
    steps = [Step(minute, "start", None, first)]
    clock = Clock([event_of(steps[0])])
    for one in following:
        minute += one.at
        for kind in (one.kind, OTHERWISE.get(one.kind, one.kind)):
            step = attrs.evolve(one, at=minute, kind=kind)
            try:
                more = clock.and_then(event_of(step))
            except InvalidValue:
                continue  # it cannot have happened
            if len(more.events) == len(steps) + 1:  # and it cancelled nothing out
                clock = more
                steps.append(step)
            break
    now = data.draw(st.integers(steps[0].at, minute) | st.integers(minute, minute + 900))
    mixed = Clock(data.draw(st.permutations(clock.events)))
    found, oracle = mixed.at(at(now)), MinuteClock(steps, OPEN, now)
    for name in NAMES:
        said = oracle.read(name)
        assert (said is None) == (name not in found)
        if said is None:
            continue
        reading = found[name]
        assert reading.elapsed == said.used * MINUTE
        assert reading.time == said.time * MINUTE
        assert reading.begun == at(said.begun)
        assert reading.stopped_at == (None if said.stopped is None else at(said.stopped))
        assert (reading.state is ClockState.PAUSED) == said.paused
        assert reading.is_breached == (said.used > said.time)
        for instant, expected in ((reading.due, said.due), (reading.breach_at, said.breach)):
            if expected is None:
                assert instant is None or instant > at(LAST)
            else:
                assert instant == at(expected)
        used = mixed.history(name, at(now)).lines[-1].details[0]
        assert used == ("used", reading.elapsed)

"""Clocks against an oracle that goes through the minutes one by one and remembers nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.sla import (
    Calendar,
    Clock,
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockTerms,
    OnChange,
    OpenTime,
    TermsChanged,
)

BASE = datetime(2026, 3, 26, tzinfo=UTC)  # London changes its clocks on the 29th
MINUTE = timedelta(minutes=1)
LONDON = Calendar.of("Europe/London", {"mon-fri": "09:00-12:00, 13:00-17:30"})
KOLKATA = Calendar.of("Asia/Kolkata", {"mon-sat": "21:00-06:00"})
CALENDARS: Sequence[OpenTime] = (LONDON, KOLKATA, LONDON | KOLKATA)
DAYS = 9
OPEN = [
    [calendar.is_open(BASE + minute * MINUTE) for minute in range(DAYS * 1440)]
    for calendar in CALENDARS
]


@attrs.frozen
class Changed:
    """Other terms from a minute on: a calendar by its number, and how they count."""

    at: int
    calendar: int
    time: int
    how: OnChange


@attrs.frozen
class Case:
    start: int
    calendar: int
    time: int
    toggles: tuple[int, ...]  # paused and resumed in turn
    changes: tuple[Changed, ...]
    stop: int | None

    def events(self) -> list[ClockEvent]:
        found: list[ClockEvent] = [ClockStarted(_at(self.start), _terms(self.calendar, self.time))]
        found += (ClockPaused(_at(at)) for at in self.toggles[::2])
        found += (ClockResumed(_at(at)) for at in self.toggles[1::2])
        found += (
            TermsChanged(_at(one.at), _terms(one.calendar, one.time), one.how)
            for one in self.changes
        )
        if self.stop is not None:
            found.append(ClockStopped(_at(self.stop)))
        return found

    def used(self, moment: int) -> int:
        """Count the minutes that are open, running, and not forgotten."""
        last = moment if self.stop is None else min(moment, self.stop)
        toggles = [at for at in self.toggles if at <= moment]
        changes = [one for one in self.changes if one.at <= moment]
        return sum(self._counts(minute, toggles, changes) for minute in range(self.start, last))

    def _counts(self, minute: int, toggles: list[int], changes: list[Changed]) -> bool:
        calendar, unpaused, counts = self.calendar, False, True
        for one in changes:
            if one.how is OnChange.CARRY:
                if minute >= one.at:
                    calendar, unpaused = one.calendar, False
                continue
            since = max(
                (o.at for o in changes if o.how is OnChange.RESTART and o.at <= one.at), default=0
            )
            counts, calendar = minute >= since, one.calendar
            unpaused = one.how is OnChange.RETROACTIVE_WITHOUT_PAUSES and minute < one.at
        paused = sum(at <= minute for at in toggles) % 2 == 1
        return counts and OPEN[calendar][minute] and (unpaused or not paused)


def _at(minute: int) -> datetime:
    return BASE + minute * MINUTE


def _terms(calendar: int, time: int) -> ClockTerms:
    return ClockTerms.of(CALENDARS[calendar], resolve=time * MINUTE)


numbers = st.integers(0, len(CALENDARS) - 1)
times = st.integers(1, 1500)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    start = draw(st.integers(0, 3 * 1440))
    later = st.integers(start + 1, start + 3 * 1440)
    toggles = sorted(draw(st.lists(later, max_size=5, unique=True)))
    moments = sorted(draw(st.lists(later, max_size=3, unique=True)))
    changes = [
        Changed(at, draw(numbers), draw(times), draw(st.sampled_from(OnChange))) for at in moments
    ]
    last = max([start, *toggles, *moments])
    stop = draw(st.none() | st.integers(last + 1, last + 1440))
    return Case(start, draw(numbers), draw(times), tuple(toggles), tuple(changes), stop)


@given(cases(), st.integers(0, 5 * 1440))
def test_a_clock_counts_the_minutes_that_count(case: Case, after: int) -> None:
    moment = min(case.start + after, DAYS * 1440 - 1)
    reading = Clock(case.events()).read("resolve", _at(moment))
    assert reading.elapsed == case.used(moment) * MINUTE
    held = [one for one in case.changes if one.at <= moment]
    promised = held[-1].time if held else case.time
    assert reading.time == promised * MINUTE
    assert reading.is_breached == (case.used(moment) > promised)

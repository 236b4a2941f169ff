"""What a clock's events come to: the stretches during which each target's time runs.

The events are replayed up to an instant; nothing else is remembered. A target's *stint* is the
time under one set of terms. Pauses and the time for which it was done are cut out of its stints,
and what is left are runs: from, until, and the calendar that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.sla._clock_events import (
    ClockEvent,
    ClockPaused,
    ClockReopened,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    TermsChanged,
)
from harmony_core.sla._open_time import OpenTime
from harmony_core.sla._targets import ClockTerms, OnChange, Target

Closed = tuple[datetime, datetime | None]
"""A stretch that does not count; ``None`` has no end yet."""


@attrs.frozen
class Run:
    """Time that counts on a calendar, up to ``until``, or for ever."""

    calendar: OpenTime
    since: datetime
    until: datetime | None

    def worked(self, moment: datetime) -> timedelta:
        """Open time of it up to a moment."""
        end = moment if self.until is None else min(self.until, moment)
        return self.calendar.between(self.since, end) if end > self.since else timedelta()


@attrs.define
class _Stint:
    since: datetime
    until: datetime | None
    terms: ClockTerms
    target: Target
    pauses_since: datetime  # those before it are forgotten


@attrs.define
class Track:
    """One target's part of a replay."""

    begun: datetime
    target: Target
    terms: ClockTerms
    stints: list[_Stint]
    gaps: list[tuple[datetime, datetime]]  # done, and reopened
    stopped: datetime | None = None
    promised: bool = True

    @property
    def waits(self) -> bool:
        """Whether pauses touch it."""
        return self.target.pausable and self.stopped is None

    @property
    def time(self) -> timedelta:
        """Open time that is promised."""
        calendar = self.terms.calendar_of(self.target)
        return self.target.open_time(calendar, self.begun)

    def runs(self, pauses: Sequence[Closed]) -> list[Run]:
        """Cut out of the stints what does not count."""
        found = list[Run]()
        for stint in self.stints:
            closed: list[Closed] = [*self.gaps]
            if stint.target.pausable:
                closed += (
                    (max(since, stint.pauses_since), until)
                    for since, until in self._ended(pauses)
                    if until is None or until > stint.pauses_since
                )
            calendar = stint.terms.calendar_of(stint.target)
            found += _without(Run(calendar, stint.since, stint.until), closed)
        return found

    def _ended(self, pauses: Sequence[Closed]) -> Iterable[Closed]:
        """Pauses as they touch this target: what is done waits for nobody."""
        for since, until in pauses:
            if self.stopped is None:
                yield since, until
            elif since < self.stopped:
                yield since, self.stopped if until is None else min(until, self.stopped)


def _without(run: Run, closed: Iterable[Closed]) -> Iterable[Run]:
    since = run.since
    for start, end in sorted(closed, key=lambda span: span[0]):
        if run.until is not None and start >= run.until:
            break
        if start > since:
            yield attrs.evolve(run, since=since, until=start)
        if end is None:
            return
        since = max(since, end)
    if run.until is None or since < run.until:
        yield attrs.evolve(run, since=since)


class Replay:
    """The state of a clock after some of its events, which are in order."""

    def __init__(self, events: Sequence[ClockEvent]) -> None:
        start = next(iter(events), None)
        if not isinstance(start, ClockStarted):
            found = f"{_said(start)} is before any start" if start else "there are no events"
            raise InvalidValue(f"a clock begins with ClockStarted, but {found}")
        self.started = start.at
        self.origin = start.at  # a restart moves it
        self.terms = start.terms
        self.tracks: dict[str, Track] = {}
        self._paused_for: dict[str, datetime] = {}
        self.paused_since = start.at  # the first of the reasons that overlap
        self._pauses: list[tuple[datetime, datetime]] = []
        self._named = {
            name
            for event in events
            if isinstance(event, ClockStarted | TermsChanged)
            for name in event.terms.names
        }
        self._take_up(start.terms, start.at)
        for event in events[1:]:
            self._apply(event)

    @property
    def pauses(self) -> list[Closed]:
        """The time for which the clock stood still, for whatever reasons, merged."""
        now: list[Closed] = [(self.paused_since, None)] if self._paused_for else []
        return [*self._pauses, *now]

    @property
    def is_paused(self) -> bool:
        """Whether it stands still now."""
        return bool(self._paused_for)

    def used(self, track: Track, moment: datetime) -> timedelta:
        """Open time that a target has used up to a moment."""
        last = moment if track.stopped is None else min(track.stopped, moment)
        return sum((run.worked(last) for run in track.runs(self.pauses)), timedelta())

    def _apply(self, event: ClockEvent) -> None:
        match event:
            case ClockStarted():
                raise InvalidValue(
                    f"the clock started at {self.started.isoformat()} and again at "
                    f"{event.at.isoformat()}: one clock starts once, so keep one of them"
                )
            case ClockPaused():
                self._pause(event)
            case ClockResumed():
                self._resume(event)
            case ClockStopped():
                self._stop(event)
            case ClockReopened():
                self._reopen(event)
            case TermsChanged():
                self._change(event)

    def _running(self) -> list[Track]:
        return [track for track in self.tracks.values() if track.promised and not track.stopped]

    def _need_running(self, event: ClockEvent) -> None:
        if not self._running():
            raise InvalidValue(
                f"{_said(event)}, but everything was done by then: put a ClockReopened before it"
            )

    def _pause(self, event: ClockPaused) -> None:
        self._need_running(event)
        if event.reason in self._paused_for:
            since = self._paused_for[event.reason].isoformat()
            raise InvalidValue(
                f"{_said(event)}, but it has been paused for that since {since}: resume it first, "
                "or give the second pause its own reason"
            )
        if not self._paused_for:
            self.paused_since = event.at
        self._paused_for[event.reason] = event.at

    def _resume(self, event: ClockResumed) -> None:
        if event.reason not in self._paused_for:
            now = ", ".join(map(repr, self._paused_for)) or "nothing"
            raise InvalidValue(
                f"{_said(event)}, but it was not paused for that; it was paused for {now} then"
            )
        del self._paused_for[event.reason]
        if not self._paused_for:
            self._pauses.append((self.paused_since, event.at))

    def _stop(self, event: ClockStopped) -> None:
        done = [self._named_track(event)] if event.target is not None else self._running()
        if not done:
            raise InvalidValue(f"{_said(event)}, but everything was done by then: keep one stop")
        for track in done:
            if track is None:
                continue
            if track.stopped is not None:
                raise InvalidValue(
                    f"{_said(event)}, but it was done at {track.stopped.isoformat()}: "
                    "keep one of them, or put a ClockReopened between them"
                )
            track.stopped = event.at
        if not self._running() and self._paused_for:  # what is done waits for nobody
            self._pauses.append((self.paused_since, event.at))
            self._paused_for.clear()

    def _named_track(self, event: ClockStopped | ClockReopened) -> Track | None:
        """The track of a target; ``None`` where only other terms of this clock promise it."""
        assert event.target is not None
        if event.target not in self._named:
            raise InvalidValue(
                f"{_said(event)}, but no terms of this clock promise that; "
                f"they promise {', '.join(sorted(self._named))}"
            )
        return self.tracks.get(event.target)

    def _reopen(self, event: ClockReopened) -> None:
        again: list[Track | None]
        if event.target is not None:
            again = [self._named_track(event)]
        else:
            again = [track for track in self.tracks.values() if track.stopped]
        found = [track for track in again if track is not None]
        if not found or any(track.stopped is None for track in found):
            raise InvalidValue(
                f"{_said(event)}, but it was not done: only what is done is reopened"
            )
        for track in found:
            assert track.stopped is not None
            track.gaps.append((track.stopped, event.at))
            track.stopped = None
            if track.promised:
                self._carry(track, self.terms.target(track.target.name), event.at)

    def _change(self, event: TermsChanged) -> None:
        self._need_running(event)
        self.terms = event.terms
        if event.on_change is OnChange.RESTART:
            self.origin = event.at
        for track in self.tracks.values():
            if track.promised and track.target.name not in event.terms.names:
                track.promised = False
                track.stints[-1].until = track.stints[-1].until or event.at
        self._take_up(event.terms, event.at, event.on_change)

    def _take_up(
        self, terms: ClockTerms, at: datetime, on_change: OnChange = OnChange.CARRY
    ) -> None:
        back = on_change in (OnChange.RETROACTIVE, OnChange.RETROACTIVE_WITHOUT_PAUSES)
        for target in terms.targets:
            track = self.tracks.get(target.name)
            if track is None:
                since = self.origin if back else at
                track = self.tracks[target.name] = Track(since, target, terms, [], [])
            elif track.stopped is not None:
                track.promised = True
                continue  # what is done stays judged by the terms under which it was done
            elif on_change is OnChange.CARRY:
                self._carry(track, target, at)
                continue
            since = self.origin if back else at
            forget = at if on_change is OnChange.RETROACTIVE_WITHOUT_PAUSES else since
            track.begun, track.target, track.terms, track.promised = since, target, terms, True
            track.stints = [_Stint(since, None, terms, target, forget)]

    def _carry(self, track: Track, target: Target, at: datetime) -> None:
        last = track.stints[-1]
        if track.promised and last.terms is self.terms:
            return  # reopened, and nothing has changed
        last.until = last.until or at
        track.target, track.terms, track.promised = target, self.terms, True
        track.stints.append(_Stint(at, None, self.terms, target, at))


def _said(event: ClockEvent | None) -> str:
    """Name an event for a message."""
    if event is None:
        return ""
    said = f"{type(event).__name__} at {event.at.isoformat()}"
    if isinstance(event, ClockPaused | ClockResumed) and event.reason:
        said += f" for {event.reason!r}"
    if isinstance(event, ClockStopped | ClockReopened) and event.target:
        said += f" of {event.target!r}"
    return said

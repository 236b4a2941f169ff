"""What a clock's events come to: the stretches during which each target's time runs.

The events are replayed up to an instant; nothing else is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

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
from harmony_core.sla._clock_still import Still
from harmony_core.sla._clock_track import Change, Track
from harmony_core.sla._targets import ClockTerms, OnChange


class Replay:
    """The state of a clock after the first ``known`` of its events, which are in order."""

    def __init__(self, events: Sequence[ClockEvent], known: int | None = None) -> None:
        start = next(iter(events), None)
        if not isinstance(start, ClockStarted):
            found = f"{_said(start)} is before any start" if start else "there are no events"
            raise InvalidValue(f"a clock begins with ClockStarted, but {found}")
        self._made_of = tuple(events), known
        self.started = start.at
        self.origin = start.at  # a restart moves it
        self.tracks: dict[str, Track] = {}
        self.pauses = Still()  # for whatever reasons, which may overlap
        self.paused_since = start.at
        self._paused_for: dict[str, datetime] = {}
        self._waited_until: datetime | None = None  # a stop ended its pauses then
        self._done_early: dict[str, datetime] = {}  # before anything promised them
        self._named = {
            name
            for event in events
            if isinstance(event, ClockStarted | TermsChanged)
            for name in event.terms.names
        }
        self._take_up(start.terms, start.at)
        for event in events[1:known]:
            self.apply(event)

    def __reduce__(self) -> tuple[type[Replay], tuple[tuple[ClockEvent, ...], int | None]]:
        return Replay, self._made_of  # what they come to is derived again

    @property
    def is_paused(self) -> bool:
        """Whether it stands still now."""
        return self.pauses.is_on

    def apply(self, event: ClockEvent) -> None:
        """Take in the next event."""
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
        self._paused_for[event.reason], self._waited_until = event.at, None
        self._settle(event.at)

    def _resume(self, event: ClockResumed) -> None:
        if event.reason not in self._paused_for:
            now = ", ".join(map(repr, self._paused_for)) or "nothing"
            done = self._waited_until
            since = f", as the stop at {done.isoformat()} had ended its pauses" if done else ""
            raise InvalidValue(
                f"{_said(event)}, but it was not paused for that; it was paused for {now} then"
                f"{since}"
            )
        del self._paused_for[event.reason]
        self._settle(event.at)

    def _settle(self, at: datetime) -> None:
        paused = bool(self._paused_for)
        if paused != self.pauses.is_on:
            self.pauses.settle(at, stands=paused)
            for track in self.tracks.values():
                track.settle(at, paused=paused)

    def _stop(self, event: ClockStopped) -> None:
        done = [self._named_track(event)] if event.target is not None else self._running()
        if not done and not any(track.stopped == event.at for track in self.tracks.values()):
            raise InvalidValue(f"{_said(event)}, but everything was done by then: keep one stop")
        for track in done:
            since = self._done_early.get(event.target or "") if track is None else track.stopped
            if since is not None:
                raise InvalidValue(
                    f"{_said(event)}, but it was done at {since.isoformat()}: "
                    "keep one of them, or put a ClockReopened between them"
                )
            if track is not None:
                track.stop(event.at)
            elif event.target is not None:
                self._done_early[event.target] = event.at
        if not self._running():  # what is done waits for nobody
            self._waited_until = event.at if self._paused_for else None
            self._paused_for.clear()
            self._settle(event.at)

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
        if event.target is None:
            again = [track for track in self.tracks.values() if track.stopped and track.promised]
        elif track := self._named_track(event):
            again = [track] if track.stopped else []
        elif self._done_early.pop(event.target, None):
            return
        else:
            again = []
        if not again:
            raise InvalidValue(
                f"{_said(event)}, but it was not done: only what is done is reopened"
            )
        for track in again:
            if track.promised:  # what nothing promises any more stays done
                track.reopen(event.at, paused=self.is_paused)

    def _change(self, event: TermsChanged) -> None:
        self._need_running(event)
        if event.on_change is OnChange.RESTART:
            self.origin = event.at
        for name, track in self.tracks.items():
            if track.promised and name not in event.terms.names:
                track.no_longer(event.at)
        self._take_up(event.terms, event.at, event.on_change)

    def _take_up(
        self, terms: ClockTerms, at: datetime, on_change: OnChange = OnChange.CARRY
    ) -> None:
        change = Change(terms, at, on_change, self.origin)
        for name in terms.names:
            if track := self.tracks.get(name):
                track.renew(change)
            else:
                early = self._done_early.pop(name, None)
                self.tracks[name] = Track(name, change, self.pauses, early)


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

"""A clock's history that explains itself: what happened, and what was used by then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

import attrs

from harmony_core.explanation import PLAIN_ENGLISH, Wording
from harmony_core.sla._clock_events import (
    ClockEvent,
    ClockPaused,
    ClockReopened,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    TermsChanged,
)
from harmony_core.sla._clock_replay import Replay
from harmony_core.sla._clock_track import Track
from harmony_core.sla._reader import a_wording
from harmony_core.sla._targets import OnChange
from harmony_core.sla._zones import zone_key

Detail = str | timedelta | datetime

MESSAGES: dict[str, str] = {
    "started": "started, {promised} promised",
    "paused": "{used} used before the pause",
    "paused for": "{used} used before the pause: {reason}",
    "resumed": "went on, the pause covered {covered} of open time",
    "done": "done, {used} used",
    "reopened": "reopened, {used} used before",
    OnChange.RETROACTIVE: "{what}, as though it had always been so: {used} used of {promised}",
    OnChange.RETROACTIVE_WITHOUT_PAUSES: (
        "{what}, as though it had always been so and without the pauses before: "
        "{used} used of {promised}"
    ),
    OnChange.RESTART: "{what}, begins anew: {before} used before no longer count, "
    "{promised} promised",
    OnChange.CARRY: "{what}, goes on: {used} used of {promised}",
    "no longer": "{what}: no longer promised, {before} used before",
    "running": "{used} used, {left} left, due {due}",
    "waiting": "paused: {used} used, {left} left, due when it goes on",
    "late": "{used} used, {over} over, was due {due}",
    "in time": "in time: {used} used of {promised}",
    "too late": "too late: {used} used of {promised}, {over} over",
}
"""What a history says, as English messages."""

_NAMED = {key: frozenset(re.findall(r"{(\w+)}", message)) for key, message in MESSAGES.items()}


@attrs.frozen
class HistoryLine:
    """What happened at an instant: an English message, and what fills its ``{names}``."""

    at: datetime
    message: str
    details: tuple[tuple[str, Detail], ...] = ()

    def as_text(self, wording: Wording = PLAIN_ENGLISH, zone: str = "UTC") -> str:
        """Write it in the reader's language, with what the clocks of the reader's zone show."""
        a_wording(wording)
        details = {name: _written(value, wording, zone) for name, value in self.details}
        return f"{_written(self.at, wording, zone)}  {wording.words(self.message, **details)}"


@attrs.frozen
class ClockHistory:
    """What a clock did about one target, in order; the last line is how it stands."""

    lines: tuple[HistoryLine, ...]

    def as_text(self, wording: Wording = PLAIN_ENGLISH, zone: str = "UTC") -> str:
        """Write a line for each, in the reader's language and zone."""
        return "\n".join(line.as_text(wording, zone) for line in self.lines)

    def __str__(self) -> str:
        return self.as_text()

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.as_text())}</pre>"


def _written(value: Detail, wording: Wording, zone: str) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(ZoneInfo(zone_key(zone))):%Y-%m-%d %H:%M %Z}"
    if isinstance(value, timedelta):
        return clock_text(value)
    return wording.words(value) if value else ""


def clock_text(length: timedelta) -> str:
    """Write a length as ``09:10``, with seconds only where it has some; hours go on past 24.

    >>> clock_text(timedelta(hours=33, minutes=10)), clock_text(timedelta(seconds=-90))
    ('33:10', '-00:01:30')
    """
    whole, rest = divmod(abs(length), timedelta(seconds=1))
    minutes, seconds = divmod(whole, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    if seconds or rest:
        text += f":{seconds:02}"
    if rest:
        text += f".{rest.microseconds:06}".rstrip("0")
    return f"-{text}" if length < timedelta() else text


def told(events: Sequence[ClockEvent], known: int, target: str) -> Iterator[HistoryLine]:
    """Tell what the first ``known`` events did to a target, one after the other."""
    replay = Replay(events, 1)
    for event in events[:known]:
        was_paused, paused_since, before = replay.is_paused, replay.paused_since, timedelta()
        was = replay.tracks.get(target)
        was_done = was is not None and was.stopped is not None
        was_promised = was is not None and was.promised
        if isinstance(event, TermsChanged):
            before = _used(replay, target, event.at)
        if not isinstance(event, ClockStarted):
            replay.apply(event)
        track = replay.tracks.get(target)
        if track is None or not (track.promised or was_promised or was_done):
            continue
        match event:
            case ClockStarted():
                yield _line(event, "started", promised=track.time)
            case ClockPaused() if track.waits and not was_paused:
                key = "paused for" if event.reason else "paused"
                yield _line(event, key, used=track.used(event.at), reason=event.reason)
            case ClockResumed() if track.waits and not replay.is_paused:
                yield _line(event, "resumed", covered=track.paused(paused_since, event.at))
            case ClockStopped() if track.stopped is not None and not was_done:
                yield _line(event, "done", used=track.used(event.at))
            case ClockReopened() if was_done and track.stopped is None:
                yield _line(event, "reopened", used=track.used(event.at))
            case TermsChanged() if track.stopped is not None and was is None:
                yield line_of(track.stopped, "done", used=track.used(event.at))
            case TermsChanged() if track.stopped is None:
                yield _changed(event, track, track.used(event.at), before)


def _changed(event: TermsChanged, track: Track, used: timedelta, before: timedelta) -> HistoryLine:
    key = event.on_change if track.promised else "no longer"
    return _line(
        event, key, what=event.what or "change", used=used, before=before, promised=track.time
    )


def _used(replay: Replay, target: str, moment: datetime) -> timedelta:
    track = replay.tracks.get(target)
    return timedelta() if track is None else track.used(moment)


def _line(event: ClockEvent, key: str, **details: Detail) -> HistoryLine:
    return line_of(event.at, key, **details)


def line_of(at: datetime, key: str, **details: Detail) -> HistoryLine:
    """Write a line; details that its message does not name are left out."""
    named = tuple(one for one in details.items() if one[0] in _NAMED[key])
    return HistoryLine(at, MESSAGES[key], named)

"""A clock: how much of what was promised is used, left and overdue, derived from its events."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import accumulate

import attrs

from harmony_core.errors import BeyondHorizon, InvalidValue, NotFound, Word, expect
from harmony_core.explanation import Explanation
from harmony_core.sla._clock_events import ClockEvent, in_order
from harmony_core.sla._clock_explained import explained
from harmony_core.sla._clock_history import ClockHistory, Detail, HistoryLine, line_of, told
from harmony_core.sla._clock_replay import Replay
from harmony_core.sla._clock_track import Run, Track
from harmony_core.sla._index import microseconds, moment_in_utc
from harmony_core.sla._open_time import OpenTime
from harmony_core.sla._targets import Target


class ClockState(Word):
    """What a target's clock is doing."""

    RUNNING = "running"
    """Open time counts; outside open time it waits."""
    PAUSED = "paused"
    """It stands still, and nobody can say when it will be due."""
    STOPPED = "stopped"
    """It is done."""


@attrs.frozen
class WarningPoint:
    """A percentage of a target as a point on its clock.

    ``at`` is the first instant at which so much has been used; ``None`` where the clock is paused
    before it, or its calendar has not so much open time.
    """

    percent: Fraction
    at: datetime | None


@attrs.frozen
class ClockReading:
    """What a clock says about one target at an instant.

    Args:
        target: what is promised.
        moment: when it was read; later events are not in it.
        begun: from when it counts: the start, or the last restart.
        state: running, paused or stopped.
        time: open time that is promised.
        elapsed: open time used, up to the stop where there is one.
        due: the first instant at which the time has been worked; a close counts. ``None`` while
            paused, except where it has passed. Of what is done, when it would have been due.
        breach_at: from when on more has been worked than was promised; ``None`` while unknown.
        stopped_at: when it was done.
        warnings: the warning levels, in rising order.
        runs: the stretches that count, each with its calendar.
    """

    target: Target
    moment: datetime
    begun: datetime
    state: ClockState
    time: timedelta
    elapsed: timedelta
    due: datetime | None
    breach_at: datetime | None
    stopped_at: datetime | None
    warnings: tuple[WarningPoint, ...]
    runs: tuple[Run, ...] = attrs.field(repr=False)

    @property
    def remaining(self) -> timedelta:
        """Open time left; below zero when it is overdue."""
        return self.time - self.elapsed

    @property
    def percent(self) -> Fraction:
        """How much is used, exactly: 50 is half of it, more than 100 is a breach."""
        return Fraction(microseconds(self.elapsed) * 100, microseconds(self.time))

    @property
    def is_breached(self) -> bool:
        """Whether more was used than was promised; using all of it is in time."""
        return self.elapsed > self.time

    @property
    def warned(self) -> tuple[Fraction, ...]:
        """The warning levels that are reached."""
        return tuple(one.percent for one in self.warnings if self.percent >= one.percent)

    @property
    def next_warning(self) -> WarningPoint | None:
        """The next level and when it will be reached, as far as is known; for a reminder."""
        ahead = (one for one in self.warnings if one.percent > self.percent)
        return next(ahead, None) if self.stopped_at is None else None

    @property
    def calendars(self) -> tuple[OpenTime, ...]:
        """The calendars on which it ran, in order, each once; for :class:`KeptDue`."""
        objects = {id(run.calendar): run.calendar for run in self.runs}
        return tuple(dict.fromkeys(objects.values()))

    @property
    def explanation(self) -> Explanation:
        """Why so much is used, in minutes, stretch by stretch."""
        last = self.moment if self.stopped_at is None else self.stopped_at
        return explained(self.target.name, self.runs, last, self.time)


@attrs.frozen
class Clock:
    """What happened to a piece of work, from which everything about its targets follows.

    Events come in any order and may come twice: clocks of the same events are equal. Nothing is
    kept beside them, so a correction of the past corrects everything after it.

    Args:
        events: :class:`ClockStarted` once, then pauses, resumptions, stops, changes of the terms.

    Raises:
        InvalidValue: the events cannot have happened; says which one, and why.

    >>> from datetime import UTC
    >>> from harmony_core.sla import Calendar, ClockPaused, ClockResumed, ClockStarted, ClockTerms
    >>> from harmony_core.sla import hours
    >>> office = Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"})
    >>> clock = Clock(
    ...     [
    ...         ClockStarted(
    ...             datetime(2026, 3, 27, 16, 50, tzinfo=UTC), ClockTerms.of(office, fix=hours(4))
    ...         ),
    ...         ClockPaused(datetime(2026, 3, 30, 9, tzinfo=UTC)),  # the clocks changed on Sunday
    ...         ClockResumed(datetime(2026, 3, 30, 12, tzinfo=UTC)),
    ...     ]
    ... )
    >>> clock.read("fix", datetime(2026, 3, 30, 10, tzinfo=UTC)).remaining
    datetime.timedelta(seconds=8400)
    >>> clock.read("fix", datetime(2026, 3, 30, 13, tzinfo=UTC)).due.isoformat()
    '2026-03-30T14:20:00+00:00'
    """

    events: tuple[ClockEvent, ...] = attrs.field(converter=in_order)
    _whole: Replay = attrs.field(
        default=attrs.Factory(lambda self: Replay(self.events), takes_self=True),
        init=False,
        eq=False,
        repr=False,
    )

    @property
    def started(self) -> datetime:
        """When it began, be it outside open time."""
        return self.events[0].at

    def and_then(self, *events: ClockEvent) -> Clock:
        """Give the clock with more events, wherever they belong."""
        return Clock((*self.events, *events))

    def read(self, target: str, moment: datetime) -> ClockReading:
        """Say how a target stands at an instant, by what had happened until then.

        Raises:
            NotFound: nothing is promised then under that name.
            InvalidValue: the clock starts later.
            BeyondHorizon: it runs on a calendar without enough open time.
        """
        expect(target, str, "target to read", "'resolve'")
        replay, moment = self._replay(moment)
        track = replay.tracks.get(target)
        if track is None or not (track.promised or track.stopped):
            names = ", ".join(name for name, one in replay.tracks.items() if one.promised)
            raise NotFound(f"no target {target!r} at {moment.isoformat()}; promised are {names}")
        return _reading(replay, track, moment)

    def at(self, moment: datetime) -> dict[str, ClockReading]:
        """Read all targets that are promised, or done, at an instant.

        Raises:
            InvalidValue: the clock starts later.
            BeyondHorizon: one of them runs on a calendar without enough open time.
        """
        replay, moment = self._replay(moment)
        return {
            name: _reading(replay, track, moment)
            for name, track in replay.tracks.items()
            if track.promised or track.stopped
        }

    def history(self, target: str, moment: datetime) -> ClockHistory:
        """Tell what happened to a target up to an instant, and how it stands then.

        Raises:
            NotFound: nothing is promised then under that name.
            InvalidValue: the clock starts later.
        """
        reading = self.read(target, moment)
        lines = told(self.events, self._known(reading.moment), target)
        return ClockHistory((*lines, _standing(reading)))

    def pauses(self, moment: datetime) -> tuple[tuple[datetime, datetime | None], ...]:
        """List the time for which it stood still, for whatever reasons; ``None`` is still open."""
        return tuple(self._replay(moment)[0].pauses.spans())

    def _replay(self, moment: datetime) -> tuple[Replay, datetime]:
        expect(moment, datetime, "a clock is read at a moment, which")
        moment = moment_in_utc(moment)
        if moment < self.started:
            raise InvalidValue(
                f"the clock starts at {self.started.isoformat()}: before that, at "
                f"{moment.isoformat()}, there is nothing to read"
            )
        known = self._known(moment)
        all_known = known == len(self.events)
        return self._whole if all_known else Replay(self.events, known), moment

    def _known(self, moment: datetime) -> int:
        return bisect_right(self.events, moment, key=lambda event: event.at)


def _standing(reading: ClockReading) -> HistoryLine:
    details: dict[str, Detail] = {
        "used": reading.elapsed,
        "left": reading.remaining,
        "over": reading.elapsed - reading.time if reading.is_breached else timedelta(),
        "promised": reading.time,
        "due": reading.due or "",
    }
    if reading.state is ClockState.STOPPED:
        key = "too late" if reading.is_breached else "in time"
    elif reading.due is None:
        key = "waiting"
    else:
        key = "late" if reading.is_breached else "running"
    return line_of(reading.moment, key, **details)


def _reading(replay: Replay, track: Track, moment: datetime) -> ClockReading:
    ran, time = _Ran.of(track.runs()), track.time
    if track.stopped is not None:
        state = ClockState.STOPPED
    elif replay.is_paused and track.waits:
        state = ClockState.PAUSED
    else:
        state = ClockState.RUNNING
    try:
        due, breach_at = ran.until(time)
    except BeyondHorizon:
        if state is ClockState.RUNNING:
            raise
        due = breach_at = None  # done before the calendar ended
    warnings = (WarningPoint(level, _point(ran, time, level)) for level in track.target.warn_at)
    return ClockReading(
        track.target,
        moment,
        track.begun,
        state,
        time,
        ran.used(moment if track.stopped is None else min(track.stopped, moment)),
        due,
        breach_at,
        track.stopped,
        tuple(warnings),
        ran.runs,
    )


def _point(ran: _Ran, time: timedelta, level: Fraction) -> datetime | None:
    """The first instant at which so many percent are used; it is never before."""
    used = -(-microseconds(time) * level.numerator // (level.denominator * 100))
    try:
        return ran.until(timedelta(microseconds=used))[0]
    except (BeyondHorizon, OverflowError):
        return None


@attrs.frozen
class _Ran:
    """Runs, and the time that was used before each one that is over, and after the last of them."""

    runs: tuple[Run, ...]
    before: list[timedelta]

    @classmethod
    def of(cls, runs: Iterable[Run]) -> _Ran:
        runs = tuple(runs)
        over = (run.calendar.between(run.since, run.until) for run in runs if run.until)
        return cls(runs, list(accumulate(over, initial=timedelta())))

    def used(self, moment: datetime) -> timedelta:
        """Give what was used up to a moment."""
        over = len(self.before) - 1
        number = bisect_right(self.runs, moment, hi=over, key=lambda run: run.until or moment)
        going_on = number < len(self.runs)
        return self.before[number] + (self.runs[number].worked(moment) if going_on else timedelta())

    def until(self, time: timedelta) -> tuple[datetime | None, datetime | None]:
        """When ``time`` has been used, and from when on it is more; ``None`` is not known yet."""
        number = bisect_left(self.before, time) - 1  # what comes before it is not enough
        if number == len(self.runs):
            return None, None
        run = self.runs[number]
        answer = run.calendar.add(run.since, time - self.before[number])
        if number + 1 == len(self.before) or self.before[number + 1] > time:
            return answer.due, answer.breach_at
        then = bisect_right(self.before, time) - 1  # it ran out at the very end of a run
        return answer.due, None if then == len(self.runs) else _opens(self.runs[then])


def _opens(run: Run) -> datetime | None:
    try:
        return run.calendar.next_open(run.since)
    except BeyondHorizon:
        return None

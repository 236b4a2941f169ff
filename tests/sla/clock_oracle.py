"""A second opinion on clocks: what counts is asked of every minute, and nothing is remembered.

Written from docs/reference/sla.md and from nothing else. Minutes are counted from a base; whether
one is open is a list for each calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from harmony_core.sla import OnChange

Minute = int
_ORDER = ("start", "change", "pause", "resume", "reopen", "stop")


@attrs.frozen
class Promise:
    """A target: its calendar by number, the minutes promised, and whether pauses touch it."""

    calendar: int
    time: int
    pausable: bool


Promises = Mapping[str, Promise]


@attrs.frozen
class Step:
    """An event: what it is, with a reason, a target's name or terms."""

    at: Minute
    kind: str
    word: str | None = None
    terms: Promises = attrs.field(factory=dict)
    on_change: OnChange = OnChange.CARRY


@attrs.define
class _Stint:
    since: Minute
    until: Minute | None
    promise: Promise
    pauses_from: Minute


@attrs.define
class _Told:
    """What is known of one target."""

    stints: list[_Stint] = attrs.Factory(list)
    promised: bool = False
    stopped: Minute | None = None
    done: list[tuple[Minute, Minute]] = attrs.Factory(list)
    missed: list[tuple[Step, Minute]] = attrs.Factory(list)
    begun: Minute = 0

    def take(self, name: str, step: Step, origin: Minute) -> None:
        promise, back = step.terms[name], step.on_change.value.startswith("retroactive")
        if step.on_change is OnChange.CARRY and self.stints:
            self.end(step.at)
            self.stints.append(_Stint(step.at, None, promise, 0))
            return
        self.begun = origin if back else step.at
        forgets = step.on_change is OnChange.RETROACTIVE_WITHOUT_PAUSES
        self.stints = [_Stint(self.begun, None, promise, step.at if forgets else 0)]

    def end(self, at: Minute) -> None:
        last = self.stints[-1]
        last.until = at if last.until is None else last.until


@attrs.frozen
class Said:
    """What the oracle says of a target at a minute."""

    used: int
    time: int
    due: Minute | None
    breach: Minute | None
    begun: Minute
    stopped: Minute | None
    paused: bool


class MinuteClock:
    """Steps, in any order, as they are known at a minute."""

    def __init__(self, steps: Sequence[Step], open_at: Sequence[Sequence[bool]], now: Minute):
        self._open_at, self._now = open_at, now
        self._pauses: list[list[Minute | None]] = []
        self._reasons: set[str | None] = set()
        self._told: dict[str, _Told] = {}
        self._origin = 0
        known = (step for step in steps if step.at <= now)
        for step in sorted(known, key=lambda step: (step.at, _ORDER.index(step.kind))):
            take: Callable[[Step], None] = getattr(self, f"_{step.kind}")
            take(step)

    def _start(self, step: Step) -> None:
        self._origin = step.at
        self._change(step)

    def _change(self, step: Step) -> None:
        if step.on_change is OnChange.RESTART:
            self._origin = step.at
        for name, told in self._told.items():
            if told.promised and name not in step.terms:
                told.promised = False
                told.end(step.at)
        for name in step.terms:
            told = self._told.setdefault(name, _Told())
            told.promised = True
            if told.stopped is not None and told.stints:
                told.missed.append((step, self._origin))
            else:
                told.take(name, step, self._origin)

    def _pause(self, step: Step) -> None:
        if not self._reasons:
            self._pauses.append([step.at, None])
        self._reasons.add(step.word)

    def _resume(self, step: Step) -> None:
        self._reasons.remove(step.word)
        if not self._reasons:
            self._pauses[-1][1] = step.at

    def _running(self) -> list[_Told]:
        return [told for told in self._told.values() if told.promised and told.stopped is None]

    def _stop(self, step: Step) -> None:
        done = self._running()
        if step.word is not None:
            done = [self._told.setdefault(step.word, _Told())]
        for told in done:
            told.stopped = step.at
        if not self._running() and self._reasons:
            self._reasons.clear()
            self._pauses[-1][1] = step.at

    def _reopen(self, step: Step) -> None:
        names = [name for name, told in self._told.items() if told.stopped is not None]
        for name in names if step.word is None else [step.word]:
            told = self._told[name]
            if told.stopped is None or (told.stints and not told.promised):
                continue
            if step.word is None and not told.promised:
                continue
            told.done.append((told.stopped, step.at))
            told.stopped = None
            for change, origin in told.missed:
                told.take(name, change, origin)
            told.missed = []

    def _counts(self, told: _Told, minute: Minute) -> bool:
        """Whether a minute counts, where nothing more happens."""
        for stint in told.stints:
            if minute < stint.since or (stint.until is not None and minute >= stint.until):
                continue
            paused = (
                start <= minute and (end is None or minute < end)
                for start, end in self._pauses_of(told)
                if stint.promise.pausable and minute >= stint.pauses_from
            )
            done = (start <= minute < end for start, end in told.done)
            is_open = self._open_at[stint.promise.calendar][minute]
            return is_open and not any(paused) and not any(done)
        return False

    def _pauses_of(self, told: _Told) -> list[tuple[Minute, Minute | None]]:
        """What is done waits for nobody, and would have gone on."""
        found = list[tuple[Minute, Minute | None]]()
        for start, end in self._pauses:
            assert start is not None
            if told.stopped is None:
                found.append((start, end))
            elif start < told.stopped:
                found.append((start, told.stopped if end is None else min(end, told.stopped)))
        return found

    def read(self, name: str) -> Said | None:
        told = self._told.get(name)
        if told is None or not told.stints or not (told.promised or told.stopped is not None):
            return None
        promise = told.stints[-1].promise
        last = self._now if told.stopped is None else told.stopped
        counted = [
            minute
            for minute in range(len(self._open_at[0]))
            if self._counts(told, minute)
        ]  # fmt: skip
        time, enough = promise.time, len(counted) >= promise.time
        return Said(
            sum(minute < last for minute in counted),
            time,
            counted[time - 1] + 1 if enough else None,
            counted[time] if len(counted) > time else None,
            told.begun,
            told.stopped,
            bool(self._reasons) and promise.pausable and told.stopped is None,
        )

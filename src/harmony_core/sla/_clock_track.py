"""One target of a clock: its stints under terms, and the runs that are left of them.

A *stint* is the time under one set of terms. The time for which the clock is paused, or the target
is done, is cut out of its stints, and what is left are runs: from, until, and the calendar that
counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import attrs

from harmony_core.sla._clock_still import Still
from harmony_core.sla._open_time import OpenTime
from harmony_core.sla._targets import ClockTerms, OnChange


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
    calendar: OpenTime
    since: datetime
    until: datetime | None
    still: Still  # what does not count in it

    def used(self, moment: datetime) -> timedelta:
        end = moment if self.until is None else min(self.until, moment)
        if end <= self.since:
            return timedelta()
        covered = self.still.covered(self.calendar, self.since, end)
        return self.calendar.between(self.since, end) - covered

    def runs(self, stopped: datetime | None) -> Iterator[Run]:
        """Cut out what does not count; what is done would have gone on."""
        since = self.since
        for start, over in self.still.spans(since):
            if self.until is not None and start >= self.until:
                break
            end = over or stopped
            if start == end:
                continue
            if start > since:
                yield Run(self.calendar, since, start)
            if end is None:
                return
            since = max(since, end)
        if self.until is None or since < self.until:
            yield Run(self.calendar, since, self.until)


@attrs.frozen
class Change:
    """Terms that hold from an instant on, what becomes of used time, and where it begins."""

    terms: ClockTerms
    at: datetime
    on_change: OnChange
    origin: datetime


_BACK = (OnChange.RETROACTIVE, OnChange.RETROACTIVE_WITHOUT_PAUSES)


class Track:
    """One target's part of a replay.

    Args:
        name: of the target.
        change: the terms that promise it first.
        pauses: of the clock up to now.
        stopped: when it was done already, before anybody promised it.
    """

    def __init__(
        self, name: str, change: Change, pauses: Still, stopped: datetime | None = None
    ) -> None:
        self.stopped: datetime | None = None
        self.promised = True
        self._name = name
        self._done = Still()  # done, and reopened
        self._still = pauses.up_to(change.at if stopped is None else stopped)
        self._stints = list[_Stint]()
        self._ended = 0, timedelta()  # how many stints are over, and what they used
        self._missed = list[Change]()
        self._take(change)
        if stopped is not None:
            self.stop(stopped)

    def renew(self, change: Change) -> None:
        """Go on under new terms; what is done learns of them when it is reopened."""
        self.promised = True
        if self.stopped is None:
            self._take(change)
        else:
            self._missed.append(change)

    def _take(self, change: Change) -> None:
        self.terms, self.target = change.terms, change.terms.target(self._name)
        calendar = self.terms.calendar_of(self.target)
        still = self._still if self.target.pausable else self._done
        since = change.origin if change.on_change in _BACK else change.at
        if self._stints and change.on_change is OnChange.CARRY:
            self.end(change.at)
        else:
            self.begun = since
            self._stints.clear()
            self._ended = 0, timedelta()
        if change.on_change is OnChange.RETROACTIVE_WITHOUT_PAUSES and since < change.at:
            self._stints.append(_Stint(calendar, since, change.at, self._done))
            since = change.at
        self._stints.append(_Stint(calendar, since, None, still))

    def end(self, at: datetime) -> None:
        """No longer count under the terms that held last."""
        self._stints[-1].until = self._stints[-1].until or at

    def no_longer(self, at: datetime) -> None:
        """Be promised no more; what was used is kept."""
        self.promised = False
        self.end(at)

    def stop(self, at: datetime) -> None:
        """Be done."""
        self.stopped = at
        self.settle(at, paused=self._still.is_on)

    def reopen(self, at: datetime, *, paused: bool) -> None:
        """Count again; the time for which it was done does not."""
        self.stopped = None
        self.settle(at, paused=paused)
        missed, self._missed = self._missed, []
        for change in missed:
            self._take(change)

    def settle(self, at: datetime, *, paused: bool) -> None:
        """Stand still from an instant on, or no longer."""
        done = self.stopped is not None
        self._done.settle(at, stands=done)
        self._still.settle(at, stands=done or paused)

    @property
    def waits(self) -> bool:
        """Whether pauses touch it."""
        return self.target.pausable and self.stopped is None

    @property
    def time(self) -> timedelta:
        """Open time that is promised."""
        calendar = self.terms.calendar_of(self.target)
        return self.target.open_time(calendar, self.begun)

    def runs(self) -> list[Run]:
        """Cut out of the stints what does not count."""
        return [run for stint in self._stints for run in stint.runs(self.stopped)]

    def used(self, moment: datetime) -> timedelta:
        """Open time used up to a moment, at or after the last event, or to when it was done."""
        last = moment if self.stopped is None else min(self.stopped, moment)
        count, used = self._ended
        if self.stopped is None and count < len(self._stints) - 1:  # all before the last are over
            for stint in self._stints[count:-1]:
                used += stint.used(last)
            count = len(self._stints) - 1
            self._ended = count, used
        for stint in self._stints[count:]:
            used += stint.used(last)
        return used

    def paused(self, since: datetime, until: datetime) -> timedelta:
        """Open time that was not used between two instants."""
        found = timedelta()
        for stint in reversed(self._stints):
            if stint.until is not None and stint.until <= since:
                break
            end = until if stint.until is None else min(stint.until, until)
            found += stint.still.covered(stint.calendar, max(stint.since, since), end)
        return found

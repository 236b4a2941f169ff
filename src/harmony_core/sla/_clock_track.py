"""One target of a clock: its stints under terms, and the runs that are left of them.

A *stint* is the time under one set of terms. Pauses, and the time for which the target was done,
are cut out of its stints, and what is left are runs: from, until, and the calendar that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs

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


_Missed = tuple[Target, ClockTerms, datetime, OnChange, datetime]

_BACK = (OnChange.RETROACTIVE, OnChange.RETROACTIVE_WITHOUT_PAUSES)


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
    missed: list[_Missed] = attrs.Factory(list)

    @classmethod
    def of(
        cls, target: Target, terms: ClockTerms, at: datetime, on_change: OnChange, origin: datetime
    ) -> Track:
        """Begin with terms that promise the target."""
        since = origin if on_change in _BACK else at
        return cls(since, target, terms, [_Stint(since, None, terms, target, since)], [])

    def renew(
        self, target: Target, terms: ClockTerms, at: datetime, on_change: OnChange, origin: datetime
    ) -> None:
        """Go on under new terms; what is done learns of them when it is reopened."""
        self.promised = True
        if self.stopped is not None:
            self.missed.append((target, terms, at, on_change, origin))
            return
        self.target, self.terms = target, terms
        if on_change is OnChange.CARRY:
            self.end(at)
            self.stints.append(_Stint(at, None, terms, target, at))
            return
        since = origin if on_change in _BACK else at
        forget = at if on_change is OnChange.RETROACTIVE_WITHOUT_PAUSES else since
        self.begun, self.stints = since, [_Stint(since, None, terms, target, forget)]

    def end(self, at: datetime) -> None:
        """No longer count under the terms that held last."""
        self.stints[-1].until = self.stints[-1].until or at

    def reopen(self, at: datetime) -> None:
        """Count again; the time for which it was done does not."""
        assert self.stopped is not None
        self.gaps.append((self.stopped, at))
        self.stopped, missed = None, self.missed
        self.missed = []
        for change in missed:
            self.renew(*change)

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

    def used(self, runs: Iterable[Run], moment: datetime) -> timedelta:
        """Open time of runs up to a moment, or to when it was done."""
        last = moment if self.stopped is None else min(self.stopped, moment)
        return sum((run.worked(last) for run in runs), timedelta())

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
            yield Run(run.calendar, since, start)
        if end is None:
            return
        since = max(since, end)
    if run.until is None or since < run.until:
        yield Run(run.calendar, since, run.until)

"""How often a target was attained, by the day of closing or by the day when it was due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from types import NoneType
from typing import Any

import attrs

from harmony_core.errors import BeyondHorizon, NotFound, Word, expect, expect_each, expect_name
from harmony_core.periods import InstantSpan
from harmony_core.sla._clock import Clock, ClockReading
from harmony_core.sla._index import moment_in_utc


class CountedBy(Word):
    """What puts a piece of work into a period."""

    CLOSING = "closing"
    """When it was done; what is open is not in it."""
    DUE = "due"
    """When it was due, done or not; what is paused before that is not in it."""


class Outcome(Word):
    """How it went."""

    MET = "met"
    MISSED = "missed"
    PENDING = "pending"
    """Due in the period, not done and not yet too late."""


class LeftOut(Word):
    """Why a piece of work is in no period."""

    NOT_STARTED = "not_started"
    NOT_PROMISED = "not_promised"
    OPEN = "open"
    PAUSED = "paused"
    NEVER_DUE = "never_due"
    ELSEWHERE = "elsewhere"
    """It was done, or due, outside all periods."""


@attrs.frozen
class AttainedCase:
    """One piece of work in one period, with the reading by which it was judged."""

    id: str
    group: str
    span: InstantSpan
    outcome: Outcome
    reading: ClockReading


@attrs.frozen
class Attainment:
    """One figure of the report, with the ids behind it."""

    group: str
    span: InstantSpan
    met: tuple[str, ...]
    missed: tuple[str, ...]
    pending: tuple[str, ...]

    @property
    def percent(self) -> Fraction | None:
        """Met of those that are judged, exactly; ``None`` where none is. Pending ones are not."""
        judged = len(self.met) + len(self.missed)
        return Fraction(100 * len(self.met), judged) if judged else None


@attrs.frozen
class AttainmentReport:
    """How often a target was attained, by group and period, and what is in none of them.

    Args:
        target: its name.
        counted_by: what puts work into a period.
        as_of: the instant at which every clock was read.
        cases: all that is in a period, in the order of periods and ids.
        left_out: the ids of all others, each with the reason.
    """

    target: str
    counted_by: CountedBy
    as_of: datetime
    cases: tuple[AttainedCase, ...]
    left_out: tuple[tuple[str, LeftOut], ...]

    @property
    def rows(self) -> tuple[Attainment, ...]:
        """The figures, by period and group."""
        found: dict[tuple[datetime, datetime, str], list[AttainedCase]] = {}
        for case in self.cases:
            key = (case.span.start, case.span.end, case.group)
            found.setdefault(key, []).append(case)
        return tuple(_figure(found[key]) for key in sorted(found))

    @property
    def total(self) -> Attainment | None:
        """One figure for all, each piece of work in it once; ``None`` where there is none."""
        if not self.cases:
            return None
        since = min(case.span.start for case in self.cases)
        until = max(case.span.end for case in self.cases)
        once = {case.id: case for case in self.cases}
        whole = InstantSpan(since, until)
        return _figure([attrs.evolve(case, group="", span=whole) for case in once.values()])

    def as_columns(self) -> dict[str, list[Any]]:
        """Give the figures as columns, for ``pandas.DataFrame`` or a table of one's own."""
        rows = self.rows
        return {
            "group": [row.group for row in rows],
            "from": [row.span.start for row in rows],
            "to": [row.span.end for row in rows],
            "met": [len(row.met) for row in rows],
            "missed": [len(row.missed) for row in rows],
            "pending": [len(row.pending) for row in rows],
            "percent": [row.percent for row in rows],
        }

    def cases_as_columns(self) -> dict[str, list[Any]]:
        """Give what is behind the figures as columns, a row for each piece of work."""
        readings = [case.reading for case in self.cases]
        return {
            "id": [case.id for case in self.cases],
            "group": [case.group for case in self.cases],
            "from": [case.span.start for case in self.cases],
            "outcome": [case.outcome.value for case in self.cases],
            "due": [reading.due for reading in readings],
            "stopped_at": [reading.stopped_at for reading in readings],
            "elapsed": [reading.elapsed for reading in readings],
            "time": [reading.time for reading in readings],
        }


def _figure(cases: Sequence[AttainedCase]) -> Attainment:
    ids: dict[Outcome, tuple[str, ...]] = {
        outcome: tuple(case.id for case in cases if case.outcome is outcome) for outcome in Outcome
    }
    first = cases[0]
    return Attainment(
        first.group, first.span, ids[Outcome.MET], ids[Outcome.MISSED], ids[Outcome.PENDING]
    )


def attainment(
    clocks: Mapping[str, Clock],
    target: str,
    spans: Iterable[InstantSpan],
    *,
    as_of: datetime,
    counted_by: str | CountedBy = CountedBy.CLOSING,
    groups: Mapping[str, str] | None = None,
) -> AttainmentReport:
    """Report how often a target was attained in periods.

    Args:
        clocks: by the id of the work.
        target: its name.
        spans: the periods; ``InstantSpan.of_days`` makes them of civil days of a zone.
        as_of: every clock is read then; later events are not in the report.
        counted_by: ``closing`` or ``due``.
        groups: of ids, such as their priority or customer; others are in the group ``""``.

    >>> from datetime import UTC, date, timedelta
    >>> from harmony_core.periods import Span
    >>> from harmony_core.sla import Calendar, ClockStarted, ClockStopped, ClockTerms, hours
    >>> office = Calendar.of("Europe/London", {"mon-fri": "09:00-17:00"})
    >>> start = ClockStarted(
    ...     datetime(2026, 3, 2, 9, tzinfo=UTC), ClockTerms.of(office, fix=hours(4))
    ... )
    >>> clocks = {
    ...     f"T-{took}": Clock([start, ClockStopped(start.at + timedelta(hours=took))])
    ...     for took in (3, 4, 5)
    ... }
    >>> march = InstantSpan.of_days(Span(date(2026, 3, 1), date(2026, 4, 1)), "Europe/London")
    >>> report = attainment(clocks, "fix", [march], as_of=datetime(2026, 4, 1, tzinfo=UTC))
    >>> report.rows[0].percent, report.rows[0].missed
    (Fraction(200, 3), ('T-5',))
    """
    by, moment = CountedBy(counted_by), moment_in_utc(as_of)
    expect(clocks, Mapping, "clocks of a report", "{'T-1': clock}")
    for key, clock in clocks.items():
        expect_name(key, "id of a clock")
        expect(clock, Clock, f"clock of {key!r}")
    expect_name(target, "target of a report")
    expect(groups, Mapping | NoneType, "groups of a report", "{'T-1': 'P1'}")
    for key, group in (groups or {}).items():
        expect(group, str, f"group of {key!r}", "'P1'")
    once = set(expect_each(spans, InstantSpan, "spans of a report"))
    periods, named = sorted(once, key=lambda span: (span.start, span.end)), groups or {}
    cases, left_out = list[AttainedCase](), list[tuple[str, LeftOut]]()
    for key in sorted(clocks):
        found = _judged(clocks[key], target, by, moment)
        if isinstance(found, LeftOut):
            left_out.append((key, found))
            continue
        at, outcome, reading = found
        within = [span for span in periods if at in span]
        if not within:
            left_out.append((key, LeftOut.ELSEWHERE))
        cases += (AttainedCase(key, named.get(key, ""), span, outcome, reading) for span in within)
    cases.sort(key=lambda case: (case.span.start, case.span.end, case.group, case.id))
    return AttainmentReport(target, by, moment, tuple(cases), tuple(left_out))


def _judged(
    clock: Clock, target: str, by: CountedBy, moment: datetime
) -> tuple[datetime, Outcome, ClockReading] | LeftOut:
    """When it counts and how it went, or why it does not count."""
    if clock.started > moment:
        return LeftOut.NOT_STARTED
    try:
        reading = clock.read(target, moment)
    except NotFound as reason:
        return LeftOut.NEVER_DUE if isinstance(reason, BeyondHorizon) else LeftOut.NOT_PROMISED
    at = reading.stopped_at if by is CountedBy.CLOSING else reading.due
    if at is None:
        if by is CountedBy.CLOSING:
            return LeftOut.OPEN
        return LeftOut.PAUSED if reading.stopped_at is None else LeftOut.NEVER_DUE
    if reading.is_breached:
        return at, Outcome.MISSED, reading
    return at, Outcome.PENDING if reading.stopped_at is None else Outcome.MET, reading

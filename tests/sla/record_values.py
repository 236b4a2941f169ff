"""Values of every class of ``sla`` that has a record."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from harmony_core import sla
from harmony_core.periods import InstantSpan

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
names = st.text(min_size=1, max_size=8)
zones = st.sampled_from(["UTC", "Europe/London", "Asia/Kolkata"])
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
openings = st.builds(sla.Opening, clocks, clocks)
hours = st.lists(openings, max_size=2)
dated = st.lists(st.builds(sla.DayHours, days, hours), max_size=2, unique_by=lambda row: row.day)
public = st.builds(
    sla.PublicHolidays,
    st.sampled_from(["GB", "IN"]),
    st.sampled_from(["", "ENG"]),
    st.sampled_from(["public", ("bank", "public")]),
)
calendars = st.builds(
    sla.Calendar,
    zones,
    st.lists(hours, min_size=7, max_size=7),
    dated,
    st.lists(days, max_size=3),
    st.lists(public, max_size=2),
    dated,
    st.sampled_from(sla.HolidayRule),
)
instants = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.builds(
    lambda one, other: InstantSpan(min(one, other), max(one, other)), instants, instants
)
open_spans = st.lists(spans, max_size=2).map(sla.OpenSpans)
turns = st.builds(
    lambda zone, first, turn, more, length, at: sla.Turns(
        zone, first, turn, turn + more, length, at
    ),
    zones,
    days,
    st.integers(1, 9),
    st.integers(0, 9),
    st.integers(1, 99),
    clocks,
)
leaves = calendars | open_spans | turns
parts = leaves | st.lists(leaves, min_size=1, max_size=2).map(sla.CalendarUnion)
several = st.lists(parts, min_size=1, max_size=2)

microseconds = st.timedeltas(timedelta(microseconds=1), timedelta(days=400))
levels = st.lists(st.fractions(Fraction(1, 9), 300, max_denominator=9), max_size=2)
targets = st.builds(
    lambda name, within, levels, pausable, calendar: sla.Target.of(
        name, within, warn_at=levels, pausable=pausable, calendar=calendar
    ),
    st.sampled_from(["respond", "plan", "resolve"]),
    microseconds | st.builds(sla.WorkingDays, st.integers(1, 99), zone=zones),
    levels,
    st.booleans(),
    st.none() | parts,
)
always = sla.Calendar.of("Europe/London", {"daily": "00:00-24:00"})
terms = st.builds(
    sla.ClockTerms,
    parts,
    st.lists(targets, min_size=1, max_size=3, unique_by=lambda target: target.name),
)
always_terms = st.builds(sla.ClockTerms.of, st.just(always), resolve=microseconds)
on_changes = st.sampled_from(sla.OnChange)
reasons = st.text(max_size=8)
done = st.none() | st.just("resolve")


words = st.text(min_size=1, max_size=8)
rules = st.builds(
    sla.PolicyRule,
    st.lists(targets, min_size=1, max_size=2),
    st.none() | words,
    st.none() | words,
)
policies = st.builds(
    sla.ServicePolicy,
    st.text(min_size=1, max_size=8),
    st.lists(rules, min_size=1, max_size=2, unique_by=lambda rule: rule.place),
    on_changes,
    on_changes,
    on_changes,
)
named_levels = st.sampled_from(sorted(set(sla.EntitlementLevel) - {"default"}))
entitlements = st.builds(
    lambda level, of, policy, calendar, dates: sla.Entitlement(
        level, of, policy, calendar, min(dates), max(dates)
    ),
    named_levels,
    st.text(min_size=1, max_size=8),
    policies,
    st.none() | parts,
    st.tuples(days, days),
) | st.builds(sla.Entitlement, st.just("default"), calendar=parts)


def _clock(
    at: datetime, first: sla.ClockTerms, then: sla.ClockTerms, how: sla.OnChange, reason: str
) -> sla.Clock:
    later = [at + timedelta(hours=count) for count in range(6)]
    return sla.Clock(
        [
            sla.ClockStarted(later[0], first),
            sla.ClockPaused(later[1], reason),
            sla.TermsChanged(later[2], then, how),
            sla.ClockResumed(later[3], reason),
            sla.ClockStopped(later[4]),
            sla.ClockReopened(later[5]),
        ]
    )


VALUES: dict[type, st.SearchStrategy[Any]] = {
    sla.Opening: openings,
    sla.DayHours: st.builds(sla.DayHours, days, hours),
    sla.PublicHolidays: public,
    sla.Calendar: calendars,
    sla.CalendarUnion: several.map(sla.CalendarUnion),
    sla.CalendarIntersection: several.map(sla.CalendarIntersection),
    sla.CalendarDifference: st.builds(sla.CalendarDifference, parts, parts),
    sla.OpenSpans: open_spans,
    sla.Turns: turns,
    sla.Rota: st.dictionaries(names, parts, min_size=1, max_size=2).map(sla.Rota.of),
    sla.WorkingDays: st.builds(
        sla.WorkingDays, st.integers(0, 99), st.sampled_from(sla.DueAt), st.none() | zones
    ),
    sla.Target: targets,
    sla.ClockTerms: terms,
    sla.ClockStarted: st.builds(sla.ClockStarted, instants, terms),
    sla.ClockPaused: st.builds(sla.ClockPaused, instants, reasons),
    sla.ClockResumed: st.builds(sla.ClockResumed, instants, reasons),
    sla.ClockStopped: st.builds(sla.ClockStopped, instants, done),
    sla.ClockReopened: st.builds(sla.ClockReopened, instants, done),
    sla.TermsChanged: st.builds(sla.TermsChanged, instants, terms, on_changes, names),
    sla.Clock: st.builds(_clock, instants, always_terms, always_terms, on_changes, reasons),
    sla.PolicyRule: rules,
    sla.ServicePolicy: policies,
    sla.Entitlement: entitlements,
    sla.KeptDue: st.builds(
        sla.KeptDue, st.none() | instants, st.none() | instants, names, names, names
    ),
    sla.Due: st.builds(sla.Due, instants, st.none() | instants),
}

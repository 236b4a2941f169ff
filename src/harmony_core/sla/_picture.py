"""A picture of open time: days as rows of their true length, with what a clock did on them.

A row is a civil day of the reader's zone, from midnight to midnight in elapsed time: on the day the
clocks change it has 23 or 25 hours. :class:`OpenTimePicture` is the data; it draws itself as SVG
for notebooks and as text for a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from types import NoneType

import attrs

from harmony_core.errors import BeyondHorizon, InvalidValue, NotFound, expect
from harmony_core.explanation import PLAIN_ENGLISH, Wording
from harmony_core.periods import InstantSpan
from harmony_core.sla._clock import Clock, ClockReading
from harmony_core.sla._clock_events import TermsChanged
from harmony_core.sla._index import HORIZON
from harmony_core.sla._open_time import OpenSpans, OpenTime
from harmony_core.sla._picture_svg import as_svg
from harmony_core.sla._picture_text import as_text
from harmony_core.sla._picture_values import Day, Kind, Lane, Mark, Sheet
from harmony_core.sla._reader import a_wording
from harmony_core.sla._targets import a_calendar
from harmony_core.sla._zones import zone_key

_MOST_DAYS = 366


@attrs.frozen
class OpenTimePicture(Sheet):
    """Days of a zone, lanes of spans on them, and marks; made by :func:`picture`.

    A notebook shows it by itself.
    """

    def as_svg(self) -> str:
        """Draw it, for light and dark surroundings."""
        return as_svg(self)

    def as_text(self) -> str:
        """Write it in letters, half an hour each."""
        return as_text(self)

    def _repr_svg_(self) -> str:
        return self.as_svg()

    def __str__(self) -> str:
        return self.as_text()


def picture(
    calendars: OpenTime | Mapping[str, OpenTime],
    first_day: date,
    last_day: date,
    *,
    zone: str,
    clock: Clock | None = None,
    target: str | None = None,
    moment: datetime | None = None,
    wording: Wording = PLAIN_ENGLISH,
) -> OpenTimePicture:
    """Picture when calendars are open on days, and what a clock did on them.

    Args:
        calendars: one, or several by the name that is written beside them.
        first_day: a civil day of ``zone``.
        last_day: the last one; a picture has at most a year.
        zone: whose days and hours they are.
        clock: drawn below them, with its start, pauses, warnings, due and breach.
        target: which of its targets; needed where it has several.
        moment: as known then; without it, by all its events, and a pause that is open goes on.
        wording: the reader's language.

    Raises:
        InvalidValue: the days are in the wrong order or too many, or nothing is to be drawn.
        NotFound: the clock has several targets and none was named, or it lacks the one named.

    >>> from datetime import date
    >>> from harmony_core.sla import Calendar
    >>> office = Calendar.of("Europe/London", {"daily": "09:00-17:30"})
    >>> print(picture(office, date(2026, 3, 28), date(2026, 3, 29), zone="Europe/London"))
    Europe/London        00    03    06    09    12    15    18    21
    Sat 2026-03-28       ··················█████████████████·············
                         00  03    06    09    12    15    18    21
    Sun 2026-03-29  23 h ················█████████████████·············
    """
    key, wording = zone_key(zone), a_wording(wording)
    named = calendars if isinstance(calendars, Mapping) else {"": calendars}
    for name, calendar in named.items():
        expect(name, str, "name of a calendar in a picture", "'London'")
        a_calendar(calendar)
    expect(clock, Clock | NoneType, "clock of a picture")
    for day in (first_day, last_day):
        expect(day, date, "first_day and last_day of a picture", "date(2026, 3, 27)")
        if not HORIZON[0] < day.year < HORIZON[1]:
            raise BeyondHorizon(f"pictures are inside {HORIZON[0]} and {HORIZON[1]}, got {day}")
    count = (last_day - first_day).days + 1
    if not named and clock is None:
        raise InvalidValue("a picture needs a calendar or a clock: there is nothing to draw")
    if not 1 <= count <= _MOST_DAYS:
        raise InvalidValue(
            f"a picture has 1 to {_MOST_DAYS} days, got {count} from {first_day} to {last_day}"
        )
    days = tuple(Day.of(first_day + timedelta(days=n), key) for n in range(count))
    days = tuple(day for day in days if day.length)
    if not days:
        raise InvalidValue(f"{first_day} never was in {key}: its calendar skipped that day")
    since, until = days[0].start, days[-1].end
    lanes = [
        Lane(name, (("open", calendar.open_spans(since, until)),))
        for name, calendar in named.items()
    ]
    marks = tuple[Mark, ...]()
    if clock is not None:
        reading = _reading(clock, target, moment)
        shown = InstantSpan(since, until)
        lanes.append(_lane(clock, reading, shown, until if moment is None else reading.moment))
        marks = tuple(mark for mark in _marks(clock, reading, wording) if since <= mark.at <= until)
    return OpenTimePicture(key, days, tuple(lanes), marks, wording)


def _reading(clock: Clock, target: str | None, moment: datetime | None) -> ClockReading:
    at = clock.events[-1].at if moment is None else moment
    if target is not None:
        return clock.read(target, at)
    found = clock.at(at)
    if len(found) != 1:
        raise NotFound(f"say which target to draw: the clock has {', '.join(found)}")
    return next(iter(found.values()))


def _lane(clock: Clock, reading: ClockReading, shown: InstantSpan, paused_to: datetime) -> Lane:
    """What counted up to the moment, what was too much of it, and what is still to come."""
    now = reading.stopped_at or reading.moment
    late = now if reading.due is None else min(reading.due, now)
    spans: list[tuple[Kind, tuple[InstantSpan, ...]]] = [
        ("used", _ran(reading, reading.begun, late, shown)),
        ("over", _ran(reading, late, now, shown)),
    ]
    if reading.stopped_at is None and reading.due is not None:
        spans.append(("ahead", _ran(reading, now, reading.due, shown)))
    if reading.target.pausable:
        paused = OpenSpans(
            InstantSpan(since, max(since, paused_to) if end is None else min(end, max(now, since)))
            for since, end in clock.pauses(reading.moment)
            if since < now or end is None
        )
        counted = OpenSpans(  # also of a pause that a change of the terms has forgotten
            InstantSpan(run.since, max(run.since, run.until or shown.end)) for run in reading.runs
        )
        spans.append(("paused", (paused - counted).open_spans(shown.start, shown.end)))
    return Lane(reading.target.name, tuple(spans))


def _ran(
    reading: ClockReading, since: datetime, until: datetime, shown: InstantSpan
) -> tuple[InstantSpan, ...]:
    """The open time of a clock's runs between two instants, as far as it is shown."""
    first, last = max(since, shown.start), min(until, shown.end)
    return tuple(
        span
        for run in reading.runs
        if (start := max(run.since, first))
        < (end := last if run.until is None else min(run.until, last))
        for span in run.calendar.open_spans(start, end)
    )


def _marks(clock: Clock, reading: ClockReading, wording: Wording) -> Iterable[Mark]:
    yield Mark(clock.started, wording.words("start"))
    for event in clock.events:
        if isinstance(event, TermsChanged) and event.at <= reading.moment:
            yield Mark(event.at, wording.words(event.what or "change"))
    for warning in reading.warnings:
        if warning.at is not None:
            yield Mark(warning.at, f"{wording.number(warning.percent)} %")
    if reading.due is not None:
        yield Mark(reading.due, wording.words("due"))
    if reading.breach_at is not None and reading.breach_at != reading.due:
        yield Mark(reading.breach_at, wording.words("breach"), is_bad=True)
    if reading.stopped_at is None:
        yield Mark(reading.moment, wording.words("now"))
    else:
        yield Mark(reading.stopped_at, wording.words("done"), is_bad=reading.is_breached)

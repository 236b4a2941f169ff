"""What a picture of open time is made of: days of their true length, lanes, marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import attrs

from harmony_core.explanation import PLAIN_ENGLISH, Wording
from harmony_core.periods import InstantSpan, instant_of, local_midnight

Kind = Literal["open", "used", "ahead", "over", "paused"]
"""What a span is: a calendar's open time; a clock's used time, the time left to it, the time
over what was promised, and its pauses."""

_WEEKDAYS = {0: "Mon", 1: "Tue", 2: "Wed", 3: "Thu", 4: "Fri", 5: "Sat", 6: "Sun"}
_EVERY = 3
_FULL_DAY = timedelta(hours=24)


@attrs.frozen
class Day:
    """A civil day of a zone: its instants, and the hours that its clocks show."""

    day: date
    start: datetime
    end: datetime
    hours: tuple[tuple[int, datetime], ...]

    @classmethod
    def of(cls, day: date, zone: str) -> Day:
        """Take a day of a zone; one that was skipped has no length."""
        start, end = local_midnight(day, zone), local_midnight(day + timedelta(days=1), zone)
        shown = ((hour, instant_of(datetime.combine(day, time(hour)), zone)) for hour in range(24))
        return cls(day, start, end, tuple(one for one in shown if start <= one[1] < end))

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.end - self.start

    @property
    def clocks_change(self) -> bool:
        """Whether it is longer or shorter than 24 hours, or its hours stand elsewhere."""
        return self.length != _FULL_DAY

    @property
    def ticks(self) -> tuple[tuple[int, datetime], ...]:
        """Every third hour, where the day's clocks show it."""
        return tuple(one for one in self.hours if one[0] % _EVERY == 0)

    def named(self, wording: Wording) -> str:
        """Write the day for the reader: the weekday, the date, and its length if it is odd."""
        return f"{wording.words(_WEEKDAYS[self.day.weekday()])} {self.day.isoformat()}"

    def length_named(self) -> str:
        """Write its length where it is not 24 hours: ``23 h``, ``24:30 h``."""
        if not self.clocks_change:
            return ""
        hours, rest = divmod(self.length // timedelta(minutes=1), 60)
        return f"{hours}:{rest:02} h" if rest else f"{hours} h"

    def within(self, spans: Sequence[InstantSpan]) -> Iterator[InstantSpan]:
        """Cut spans to the day."""
        for span in spans:
            if span.start < self.end and span.end > self.start:
                yield InstantSpan(max(span.start, self.start), min(span.end, self.end))


@attrs.frozen
class Lane:
    """A band across all days, under a name; a clock's has spans of several kinds."""

    name: str
    spans: tuple[tuple[Kind, tuple[InstantSpan, ...]], ...]


@attrs.frozen
class Mark:
    """A point: what happens at an instant, as an English message or a percentage."""

    at: datetime
    text: str
    is_bad: bool = False


@attrs.frozen
class Sheet:
    """All that is on a picture."""

    zone: str
    days: tuple[Day, ...]
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    wording: Wording = attrs.field(default=PLAIN_ENGLISH, repr=False, eq=False)

    def rows(self) -> Iterator[tuple[Day, tuple[Mark, ...], bool]]:
        """Give each day with its marks, and whether its hours stand elsewhere than above it."""
        for number, day in enumerate(self.days):
            is_last = number == len(self.days) - 1
            marks = (
                mark
                for mark in self.marks
                if day.start <= mark.at < day.end or (is_last and mark.at == day.end)
            )
            new_hours = not number or day.clocks_change or self.days[number - 1].clocks_change
            yield day, tuple(sorted(marks, key=lambda mark: mark.at)), new_hours

    def said(self, mark: Mark) -> str:
        """Write a mark with what the clocks of the zone show then, and which pass of that it is."""
        shown = mark.at.astimezone(ZoneInfo(self.zone))
        comes_twice = shown.utcoffset() != shown.replace(fold=1 - shown.fold).utcoffset()
        return f"{mark.text} {shown:%H:%M}{f' {shown:%Z}' if comes_twice else ''}"

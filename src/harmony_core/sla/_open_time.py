"""Open time, whoever keeps it: the questions that every calendar answers, and the algebra."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import attrs

from harmony_core.errors import BeyondHorizon, InvalidValue, expect, expect_each
from harmony_core.periods import InstantSpan
from harmony_core.sla._answers import Due, StartBy
from harmony_core.sla._days import (
    LENGTH,
    Day,
    any_of,
    every_of,
    first_without_second,
    moved,
    put_together,
    split,
    total_together,
)
from harmony_core.sla._durations import WorkingDays
from harmony_core.sla._index import (
    OWN_INDEX,
    OpenIndex,
    checked_duration,
    microseconds,
    moment_in_utc,
    year_start,
)
from harmony_core.sla._sweep import Edges, cut, joined
from harmony_core.sla._working_days import due_on_working_day, start_on_working_day, working_days
from harmony_core.sla._zones import EPOCH


class OpenTime(Protocol):
    """A set of time that is open; the rest is closed.

    :class:`Calendar` says it by the rules of one zone; ``|`` is the time in which any of two is
    open, ``&`` that in which both are, ``-`` that in which the first is and the second is not.
    Every operand keeps its own zone and its own holidays. All answers are in UTC, all lengths are
    elapsed time, intervals are half open and merge where they touch. Instants are aware datetimes
    of any zone; one without a zone is refused.
    """

    __slots__ = ()

    open_index: OpenIndex
    """How it answers; for columns, and of no use to anybody else."""

    def add(self, start: datetime, duration: timedelta | WorkingDays) -> Due:
        """Say when ``duration`` of open time from ``start`` on has been worked.

        A duration of zero changes nothing, also outside open time.

        Raises:
            InvalidValue: ``start`` has no zone, or the duration is below zero.
            BeyondHorizon: there is too little open time; :class:`NeverOpens` if there is none.
        """
        if getattr(start, "tzinfo", None) is not UTC:
            start = moment_in_utc(start)
        if isinstance(duration, WorkingDays):
            due = due_on_working_day(self, start, duration)
            try:
                return Due(due, self.next_open(due))
            except BeyondHorizon:
                return Due(due, None)
        open_time = checked_duration(duration)
        return Due(*self.open_index.add(start, open_time)) if open_time else Due(start, start)

    def subtract(self, end: datetime, duration: timedelta | WorkingDays) -> StartBy:
        """Say from when on ``duration`` of open time is worked up to ``end``.

        Working days are counted back to the same time of day, for a reminder some days before.

        Raises:
            InvalidValue: ``end`` has no zone, or the duration is below zero.
            BeyondHorizon: there is too little open time; :class:`NeverOpens` if there is none.
        """
        end = moment_in_utc(end)
        if isinstance(duration, WorkingDays):
            start = start_on_working_day(self, end, duration)
            try:
                return StartBy(start, self.open_index.previous_close(start))
            except BeyondHorizon:
                return StartBy(start, None)
        open_time = checked_duration(duration)
        return (
            StartBy(*self.open_index.subtract(end, open_time)) if open_time else StartBy(end, end)
        )

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Give the open time from ``start`` to ``end``, below zero when ``end`` is earlier."""
        if getattr(start, "tzinfo", None) is not UTC:
            start = moment_in_utc(start)
        if getattr(end, "tzinfo", None) is not UTC:
            end = moment_in_utc(end)
        return timedelta(0, 0, self.open_index.worked(end) - self.open_index.worked(start))

    def is_open(self, moment: datetime) -> bool:
        """Whether it is open at an instant; an opening is, a close is not."""
        return self.open_index.is_open(moment_in_utc(moment))

    def next_open(self, moment: datetime) -> datetime:
        """Give the instant itself if it is open, else the next opening.

        Raises:
            BeyondHorizon: there is none; :class:`NeverOpens` if there never was.
        """
        return self.open_index.next_open(moment_in_utc(moment))

    def next_close(self, moment: datetime) -> datetime:
        """Give the first close after an instant.

        Raises:
            BeyondHorizon: it stays open, or shut, to the horizon.
        """
        return self.open_index.next_close(moment_in_utc(moment))

    def open_spans(self, start: datetime, end: datetime) -> tuple[InstantSpan, ...]:
        """List the open time in ``[start, end)``, in order."""
        found = self.open_index.intervals(moment_in_utc(start), moment_in_utc(end))
        return tuple(InstantSpan(*span) for span in found)

    def working_days(self, first: date, last: date, *, zone: str | None = None) -> tuple[date, ...]:
        """List the civil days from ``first`` to ``last``, both included, on which hours begin.

        Args:
            first: the first day asked about.
            last: the last one.
            zone: whose days they are; needed where calendars of several zones were put together.
        """
        for day in (first, last):
            expect(day, date, "first and last of the working days", "date(2026, 3, 27)")
        return working_days(self, first, last, zone)

    def closed_during(self, spans: Iterable[InstantSpan]) -> CalendarDifference:
        """Take closed time out: pauses and maintenance cost only the open time that they cover."""
        return CalendarDifference(self, OpenSpans(spans))

    @property
    def content_hash(self) -> str:
        """Identifies the rules: equal calendars have equal ones, on every machine.

        In which order calendars are put together by ``|`` or ``&``, and how often one of them is
        named, makes no difference.
        """
        return self.open_index.content_hash

    def __or__(self, other: OpenTime) -> CalendarUnion:
        return CalendarUnion(_parts(CalendarUnion, self) + _parts(CalendarUnion, other))

    def __and__(self, other: OpenTime) -> CalendarIntersection:
        kind = CalendarIntersection
        return CalendarIntersection(_parts(kind, self) + _parts(kind, other))

    def __sub__(self, other: OpenTime) -> CalendarDifference:
        return CalendarDifference(self, an_open_time(other))

    @abstractmethod
    def canonical(self) -> str:
        """Write the rules in one text, from which the content hash is made."""

    @property
    @abstractmethod
    def zones(self) -> frozenset[str]:
        """The zones whose wall clocks its rules are of."""

    @abstractmethod
    def kind(self, year: int) -> Hashable:
        """Name what years have in common that are open alike; the index computes each kind once."""

    @property
    @abstractmethod
    def is_never_open(self) -> bool:
        """Whether the rules alone say that there is no open time."""

    @abstractmethod
    def days_of(self, year: int) -> list[Day]:
        """Give the open time of each day of a year of UTC."""

    def total_of(self, year: int) -> int:
        """Give the open time of a year of UTC, in microseconds."""
        return sum([day.total for day in self.open_index.days_of(year)])

    def count_working_days(self, zone: str, year: int) -> int | None:  # noqa: ARG002  of the shared form
        """Count the working days of a year in a zone, if that is known without listing them."""
        return None

    @abstractmethod
    def days_begun(self, first: int, last: int) -> set[int]:
        """Give the days of ``[first, last)`` since 1970 on which hours begin, for working days."""


def an_open_time(value: object) -> OpenTime:
    """Refuse what is no calendar."""
    if not isinstance(getattr(value, "open_index", None), OpenIndex):
        raise InvalidValue(f"calendars combine with calendars, got {value!r}")
    return value  # type: ignore[return-value]  # it has an index


def _parts(kind: type[_Together], value: OpenTime) -> tuple[OpenTime, ...]:
    found = an_open_time(value)
    return found.parts if isinstance(found, kind) else (found,)


def _several(parts: Iterable[OpenTime]) -> tuple[OpenTime, ...]:
    found = tuple(an_open_time(part) for part in expect_each(parts, object, "calendars"))
    if not found:
        raise InvalidValue("put at least one calendar together")
    return found


class _DayByDay(OpenTime):
    """Calendars that are put together, each in its own zone."""

    __slots__ = ()

    @property
    @abstractmethod
    def _operands(self) -> tuple[OpenTime, ...]: ...

    @staticmethod
    @abstractmethod
    def _day(days: tuple[Day, ...]) -> Day: ...

    @property
    def zones(self) -> frozenset[str]:
        """The zones of all of them."""
        return frozenset().union(*(part.zones for part in self._operands))

    def kind(self, year: int) -> Hashable:
        """See :class:`OpenTime`."""
        return tuple(part.kind(year) for part in self._operands)

    def days_of(self, year: int) -> list[Day]:
        """See :class:`OpenTime`."""
        days = [part.open_index.days_of(year) for part in self._operands]
        return put_together(days, self._day)

    def total_of(self, year: int) -> int:
        """See :class:`OpenTime`."""
        days = [part.open_index.days_of(year) for part in self._operands]
        return total_together(days, self._day)


@attrs.frozen
class _Together(_DayByDay):
    """Several calendars of which none comes first."""

    parts: tuple[OpenTime, ...] = attrs.field(converter=_several)
    open_index: OpenIndex = attrs.field(default=OWN_INDEX, init=False, eq=False, repr=False)

    @property
    def _operands(self) -> tuple[OpenTime, ...]:
        return self.parts

    def _said_once(self, word: str) -> str:
        """Write the parts so that their order, and naming one twice, make no difference."""
        texts = sorted({part.canonical() for part in self.parts})
        return texts[0] if len(texts) == 1 else f"{word}({','.join(texts)})"


@attrs.frozen
class CalendarUnion(_Together):
    """The time in which any part is open: follow the sun."""

    _day = staticmethod(any_of)

    def canonical(self) -> str:
        """See :class:`OpenTime`."""
        return self._said_once("any")

    def __str__(self) -> str:
        return " | ".join(f"[{part}]" for part in self.parts)

    @property
    def is_never_open(self) -> bool:
        """See :class:`OpenTime`."""
        return all(part.is_never_open for part in self.parts)

    def days_begun(self, first: int, last: int) -> set[int]:
        """Those of any part."""
        return set().union(*(part.days_begun(first, last) for part in self.parts))


@attrs.frozen
class CalendarIntersection(_Together):
    """The time in which every part is open."""

    _day = staticmethod(every_of)

    def canonical(self) -> str:
        """See :class:`OpenTime`."""
        return self._said_once("every")

    def __str__(self) -> str:
        return " & ".join(f"[{part}]" for part in self.parts)

    @property
    def is_never_open(self) -> bool:
        """See :class:`OpenTime`."""
        return any(part.is_never_open for part in self.parts)

    def days_begun(self, first: int, last: int) -> set[int]:
        """Those of every part."""
        return set.intersection(*(part.days_begun(first, last) for part in self.parts))


@attrs.frozen
class CalendarDifference(_DayByDay):
    """The time in which ``base`` is open and ``without`` is not."""

    _day = staticmethod(first_without_second)

    base: OpenTime = attrs.field(converter=an_open_time)
    without: OpenTime = attrs.field(converter=an_open_time)
    open_index: OpenIndex = attrs.field(default=OWN_INDEX, init=False, eq=False, repr=False)

    def canonical(self) -> str:
        """See :class:`OpenTime`."""
        return f"but({self.base.canonical()},{self.without.canonical()})"

    def __str__(self) -> str:
        return f"[{self.base}] - [{self.without}]"

    @property
    def is_never_open(self) -> bool:
        """See :class:`OpenTime`."""
        return self.base.is_never_open or self.base == self.without

    @property
    def _operands(self) -> tuple[OpenTime, ...]:
        return self.base, self.without

    def days_begun(self, first: int, last: int) -> set[int]:
        """Those of the base."""
        return self.base.days_begun(first, last)


def _in_order(spans: Iterable[InstantSpan]) -> tuple[InstantSpan, ...]:
    found = expect_each(spans, InstantSpan, "spans of open time")
    return tuple(sorted(found, key=lambda span: (span.start, span.end)))


def _edges_of(spans: OpenSpans) -> Edges:
    """Give spans as microseconds since 1970, joined."""
    return joined(
        (microseconds(span.start - EPOCH), microseconds(span.end - EPOCH))
        for span in spans.spans
        if span.elapsed
    )


@attrs.frozen
class OpenSpans(OpenTime):
    """Open in spans between instants and nowhere else; taken from a calendar, they are pauses."""

    spans: tuple[InstantSpan, ...] = attrs.field(converter=_in_order)
    _edges: Edges = attrs.field(
        default=attrs.Factory(_edges_of, takes_self=True), init=False, eq=False, repr=False
    )
    open_index: OpenIndex = attrs.field(default=OWN_INDEX, init=False, eq=False, repr=False)

    def canonical(self) -> str:
        """See :class:`OpenTime`."""
        spans = (f"{span.start.isoformat()}/{span.end.isoformat()}" for span in self.spans)
        return f"spans({','.join(spans)})"

    def __str__(self) -> str:
        return f"{len(self.spans)} span{'' if len(self.spans) == 1 else 's'} of time"

    @property
    def zones(self) -> frozenset[str]:
        """None: instants are the same everywhere."""
        return frozenset()

    def kind(self, year: int) -> Hashable:
        """See :class:`OpenTime`."""
        since, until = year_start(year), year_start(year + 1)
        return year if cut(self._edges, since, until) else until - since

    @property
    def is_never_open(self) -> bool:
        """See :class:`OpenTime`."""
        return not self._edges

    def days_of(self, year: int) -> list[Day]:
        """See :class:`OpenTime`."""
        since, until = year_start(year), year_start(year + 1)
        return split(moved(cut(self._edges, since, until), -since), (until - since) // LENGTH)

    def days_begun(self, first: int, last: int) -> set[int]:
        """All: it does not know days."""
        return set(range(first, last))

"""Rotas: who is on when, and when one hands over to the next."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from itertools import pairwise

import attrs

from harmony_core.errors import BeyondHorizon, InvalidValue, expect, expect_each
from harmony_core.periods import InstantSpan
from harmony_core.sla._changes import instants, kind_of_year, second_of
from harmony_core.sla._days import UNIT, Day, split
from harmony_core.sla._hours import clock, plain_day
from harmony_core.sla._index import OWN_INDEX, OpenIndex, moment_in_utc
from harmony_core.sla._open_time import CalendarUnion, OpenTime, an_open_time
from harmony_core.sla._sweep import Edges, cut
from harmony_core.sla._zones import DAY, EPOCH, zone_key

_EPOCH_DAY = EPOCH.toordinal()


def _time_of_day(at: str | time) -> time:
    found = clock(at, at)
    if found.tzinfo is not None or found.microsecond:
        raise InvalidValue(f"a handover is at a whole second on the zone's clocks, got {found}")
    return found


@attrs.frozen
class Turns(OpenTime):
    """One turn of several that follow each other: week 2 of every 3, say.

    A handover keeps its time of day all the year, so that no turn drifts by an hour, leaves a hole
    or overlaps the next when the clocks change.

    Args:
        zone: whose clocks say when it is handed over.
        first: a day on which turn 1 begins; turns go on for ever, before it too.
        turn: which one this is, from 1.
        of: how many turns follow each other.
        days: how long each is.
        at: the time of day of the handover, such as ``"09:00"``.

    >>> from datetime import UTC
    >>> second = Turns("Europe/London", date(2026, 3, 23), turn=2, of=3, at="09:00")
    >>> second.next_open(datetime(2026, 3, 24, tzinfo=UTC)).isoformat()
    '2026-03-30T08:00:00+00:00'
    """

    zone: str = attrs.field(converter=zone_key)
    first: date = attrs.field(converter=plain_day)
    turn: int
    of: int
    days: int = 7
    at: time = attrs.field(default=time(), converter=_time_of_day)
    open_index: OpenIndex = attrs.field(default=OWN_INDEX, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for name in ("turn", "of", "days"):
            if type(found := getattr(self, name)) is not int or found < 1:
                raise InvalidValue(f"turns need a whole number {name!r} from 1, got {found!r}")
        if self.turn > self.of:
            raise InvalidValue(f"there is no turn {self.turn} of {self.of}")

    def canonical(self) -> str:
        """See :class:`OpenTime`."""
        return f"turn({self.zone},{self.first},{self.turn}/{self.of},{self.days},{self.at})"

    def __str__(self) -> str:
        days = f"{self.days} day{'' if self.days == 1 else 's'}"
        return f"turn {self.turn} of {self.of}, {days} each from {self.first} ({self.zone})"

    @property
    def zones(self) -> frozenset[str]:
        """Its own."""
        return frozenset((self.zone,))

    def kind(self, year: int) -> Hashable:
        """Years are alike in which turns begin on the same days."""
        since = self._begins - second_of(year) // DAY
        return kind_of_year(self.zone, year), since % (self.days * self.of)

    @property
    def _begins(self) -> int:
        return self.first.toordinal() - _EPOCH_DAY + (self.turn - 1) * self.days

    @property
    def is_never_open(self) -> bool:
        """Never."""
        return False

    def days_of(self, year: int) -> list[Day]:
        """See :class:`OpenTime`."""
        return split(self._edges(year), (second_of(year + 1) - second_of(year)) // DAY)

    def total_of(self, year: int) -> int:
        """See :class:`OpenTime`."""
        edges = self._edges(year)
        return sum(edges[1::2]) - sum(edges[::2])

    def _edges(self, year: int) -> Edges:
        start, end = second_of(year), second_of(year + 1)
        if self.of == 1:
            return [0, (end - start) * UNIT]
        cycle = self.days * self.of
        from_day, until_day = start // DAY - 3, end // DAY + 3
        begins = self._begins + (from_day - self._begins) // cycle * cycle
        at = self.at.hour * 3600 + self.at.minute * 60 + self.at.second
        walls = [
            day * DAY + at
            for since in range(begins, until_day, cycle)
            for day in (since, since + self.days)
        ]
        near = cut(walls, from_day * DAY, until_day * DAY)
        found = cut(instants(self.zone, near, start - 6 * DAY, end + 6 * DAY), start, end)
        return [(edge - start) * UNIT for edge in found]

    def days_begun(self, first: int, last: int) -> set[int]:
        """All: turns have no hours of their own."""
        return set(range(first, last))


@attrs.frozen
class Duty:
    """Who is on during a span; after it somebody comes or goes."""

    span: InstantSpan
    names: tuple[str, ...]


def _named(members: Iterable[tuple[str, OpenTime]]) -> tuple[tuple[str, OpenTime], ...]:
    found = tuple(
        (name, an_open_time(calendar))
        for name, calendar in map(_pair, expect_each(members, tuple, "members of a rota"))
    )
    names = [name for name, _ in found]
    if not found or len(set(names)) < len(names):
        raise InvalidValue(f"a rota needs members, each with a name of its own, got {names}")
    return found


def _pair(member: tuple[str, OpenTime]) -> tuple[str, OpenTime]:
    if len(member) != 2:
        raise InvalidValue(f"a member of a rota is a name and a calendar, got {member!r}")
    expect(member[0], str, "name in a rota")
    return member


@attrs.frozen
class Rota:
    """Names for open time: who is on when. People write :meth:`of`.

    >>> from datetime import UTC
    >>> from harmony_core.sla import Calendar
    >>> london = Calendar.of("Europe/London", {"mon-fri": "09:00-17:00"})
    >>> kolkata = Calendar.of("Asia/Kolkata", {"mon-fri": "09:00-18:00"})
    >>> desk = Rota.of({"London": london, "Kolkata": kolkata})
    >>> monday = datetime(2026, 1, 12, tzinfo=UTC)
    >>> for duty in desk.duties(monday, datetime(2026, 1, 13, tzinfo=UTC)):
    ...     print(f"{duty.span.start:%H:%M}-{duty.span.end:%H:%M}", *duty.names)
    03:30-09:00 Kolkata
    09:00-12:30 London Kolkata
    12:30-17:00 London
    """

    members: tuple[tuple[str, OpenTime], ...] = attrs.field(converter=_named)

    @classmethod
    def of(cls, members: Mapping[str, OpenTime]) -> Rota:
        """Name calendars; where several are on, the first is asked first."""
        expect(members, Mapping, "members of a rota", "{'London': london, 'Kolkata': kolkata}")
        return cls(tuple(members.items()))

    @property
    def calendar(self) -> CalendarUnion:
        """The time in which anybody is on."""
        return CalendarUnion(calendar for _, calendar in self.members)

    def on(self, moment: datetime) -> tuple[str, ...]:
        """Name those who are on at an instant, in the rota's order."""
        at = moment_in_utc(moment)
        return tuple(name for name, calendar in self.members if calendar.is_open(at))

    def duties(self, start: datetime, end: datetime) -> tuple[Duty, ...]:
        """List who is on in ``[start, end)``: one span up to each handover; nobody is left out."""
        since, until = moment_in_utc(start), moment_in_utc(end)
        spans = [(name, calendar.open_spans(since, until)) for name, calendar in self.members]
        borders = sorted({at for _, of in spans for span in of for at in (span.start, span.end)})
        found: list[Duty] = []
        for begin, stop in pairwise(borders):
            if names := self.on(begin):
                found.append(Duty(InstantSpan(begin, stop), names))
        return tuple(found)

    def next_handover(self, moment: datetime) -> tuple[datetime, tuple[str, ...]]:
        """Say when somebody comes or goes next, and who is on from then.

        Raises:
            BeyondHorizon: nobody does before the horizon.
        """
        at = moment_in_utc(moment)
        changes: list[datetime] = []
        for _, calendar in self.members:
            with suppress(BeyondHorizon):
                is_open = calendar.is_open(at)
                changes.append(calendar.next_close(at) if is_open else calendar.next_open(at))
        if not changes:
            raise BeyondHorizon(f"nobody of this rota comes or goes after {at.isoformat()}")
        return min(changes), self.on(min(changes))

"""Facts in the order in which billing asks for them.

Facts arrive as plain lists in any order. The index sorts them once, so that every figure depends
on the facts alone, and answers "this line, these days, as known then" by bisection.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

import attrs

from harmony_core.assets import Device, DeviceEvent, Fleet, devices_from_events
from harmony_core.billing._charge import Charge, first_key
from harmony_core.billing._moved import moved_by_years, moved_device, moved_incident
from harmony_core.billing._usage_places import UsagePlaces
from harmony_core.finance import Money, money_sum
from harmony_core.funds import Incident
from harmony_core.parties import Directory
from harmony_core.periods import Span
from harmony_core.work import Expense, Progress, TimeEntry, UsageRecord, each_once


class _Fact(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def day(self) -> date: ...
    @property
    def known_on(self) -> date: ...


F = TypeVar("F", bound=_Fact)
W = TypeVar("W", TimeEntry, Expense)
M = TypeVar("M")


def _place(fact: _Fact) -> tuple[date, str, str]:
    """Day and id; an id of usage is unique only within its source."""
    return fact.day, fact.id, fact.source if isinstance(fact, UsageRecord) else ""


class _ByDay(Generic[F]):
    """Facts of one line in order of day and id."""

    __slots__ = ("days", "facts")

    def __init__(self, facts: Iterable[F]) -> None:
        self.facts = sorted(facts, key=_place)
        self.days = [fact.day for fact in self.facts]

    def within(self, span: Span) -> Sequence[F]:
        return self.facts[bisect_left(self.days, span.start) : bisect_left(self.days, span.end)]


class Facts:
    """Everything that happened, found by contract line, customer and meter.

    Args:
        time, expenses: belong to the contract line that they name.
        usage: belongs to a customer and a meter.
        devices, device_events: belong to a customer.
        incidents: belong to the prepaid line that they name.
        directory: resolves customers that were merged.
        progress: reports of how far the contract line that they name has come.
        credits: charges of credit notes: no correction gives back again what they gave back.

    Order of the arguments' items does not matter, and each fact counts once, however often it is
    given. Which facts are *known* is asked at each call. What was given can be read under the same
    names, so that other facts are made of these and more.

    Raises:
        InvalidValue: two facts of one kind and one id (of usage: of one source) differ in more
            than the day on which they became known.

    >>> entry = TimeEntry("e1", "anna", date(2026, 3, 2), 2, "C-1", "1")
    >>> facts = Facts(time=[entry, entry])
    >>> more = Facts(time=[*facts.time, attrs.evolve(entry, id="e2")], usage=facts.usage)
    >>> [one.id for one in more.time]
    ['e1', 'e2']
    """

    def __init__(
        self,
        *,
        time: Iterable[TimeEntry] = (),
        expenses: Iterable[Expense] = (),
        usage: Iterable[UsageRecord] = (),
        devices: Iterable[Device] = (),
        device_events: Iterable[DeviceEvent] = (),
        directory: Directory | None = None,
        incidents: Iterable[Incident] = (),
        credits: Iterable[Charge] = (),  # noqa: A002  the trade's word
        progress: Iterable[Progress] = (),
    ) -> None:
        self.directory = directory or Directory(())
        self.time = each_once(time, "time entry")
        self.expenses = each_once(expenses, "expense")
        self.usage = each_once(usage, "usage record", attrgetter("source", "id"))
        self.devices = each_once(devices, "device")
        self.device_events = tuple(dict.fromkeys(device_events))
        self.incidents = each_once(incidents, "incident")
        self.credits = each_once(credits, "charge", attrgetter("key"))
        self.progress = each_once(progress, "progress")
        self._time = _grouped(self.time, lambda entry: (entry.contract_id, entry.line_id))
        self._expenses = _grouped(self.expenses, lambda item: (item.contract_id, item.line_id))
        self._incidents: defaultdict[tuple[str | None, str | None], list[Incident]] = defaultdict(
            list
        )
        for incident in sorted(self.incidents, key=lambda one: one.id):
            self._incidents[incident.contract_id, incident.line_id].append(incident)
        self._progress: defaultdict[tuple[str, str], list[Progress]] = defaultdict(list)
        for report in self.progress:
            self._progress[report.contract_id, report.line_id].append(report)
        self._credits: defaultdict[str, list[Charge]] = defaultdict(list)
        for charge in self.credits:
            if charge.credits is not None:
                self._credits[first_key(charge.credits)].append(charge)
        self._usage = _grouped(
            self.usage, lambda item: (self.customer(item.customer_id), item.meter)
        )
        self._places = UsagePlaces(self.usage)
        self._devices: defaultdict[str, list[Device]] = defaultdict(list)
        register = {one.id: one for one in self.devices}
        for _, one in sorted(register.items()):
            self._devices[self.customer(one.customer_id)].append(one)
        self._events: defaultdict[str, list[DeviceEvent]] = defaultdict(list)
        for event in self.device_events:
            if device := register.get(event.device_id):
                self._events[self.customer(device.customer_id)].append(_as_known(event, device))
        self._remembered: dict[tuple[object, ...], Any] = {}

    def remember(self, key: tuple[object, ...], make: Callable[[], M]) -> M:
        """Give what ``make`` makes from these facts, made once; the facts never change."""
        if key not in self._remembered:
            self._remembered[key] = make()
        made: M = self._remembered[key]
        return made

    def moved(
        self,
        years: int,
        lines: Mapping[tuple[str, str], tuple[str, str]] | None = None,
        expenses: Mapping[tuple[str, str], tuple[str, str]] | None = None,
    ) -> Facts:
        """The same facts so many years later, for a forecast: 29 February becomes the 28th.

        Args:
            years: how many; below zero moves back.
            lines: time, incidents and expenses of a contract line, by contract and line, go to
                another one.
            expenses: where expenses go, if not where time goes.
        """
        time_places = dict(lines or {})
        places_of_expenses = time_places if expenses is None else dict(expenses)

        def placed(
            facts: Iterable[W], places: Mapping[tuple[str, str], tuple[str, str]]
        ) -> Iterator[W]:
            for fact in moved_by_years(facts, years):
                place = fact.contract_id or "", fact.line_id or ""
                contract_id, line_id = places.get(place, (fact.contract_id, fact.line_id))
                yield attrs.evolve(fact, contract_id=contract_id, line_id=line_id)

        def placed_incidents() -> Iterator[Incident]:
            for one in (incident for some in self._incidents.values() for incident in some):
                place = one.contract_id or "", one.line_id or ""
                contract_id, line_id = time_places.get(place, (one.contract_id, one.line_id))
                yield attrs.evolve(
                    moved_incident(one, years), contract_id=contract_id, line_id=line_id
                )

        def placed_progress() -> Iterator[Progress]:
            for one in (report for some in self._progress.values() for report in some):
                [moved] = moved_by_years([one], years)
                contract_id, line_id = time_places.get(
                    (one.contract_id, one.line_id), (one.contract_id, one.line_id)
                )
                yield attrs.evolve(moved, contract_id=contract_id, line_id=line_id)

        return Facts(
            time=placed(_all(self._time), time_places),
            expenses=placed(_all(self._expenses), places_of_expenses),
            usage=moved_by_years(_all(self._usage), years),
            devices=(moved_device(one, years) for some in self._devices.values() for one in some),
            device_events=moved_by_years(
                (event for some in self._events.values() for event in some), years
            ),
            directory=self.directory,
            incidents=placed_incidents(),
            progress=placed_progress(),
        )

    def customer(self, customer_id: str) -> str:
        """The customer that stands for this one after merges; itself when nobody knows it."""
        if customer_id not in self.directory:
            return customer_id
        return self.directory.resolve(customer_id).id

    def time_of(self, contract_id: str, line_id: str, span: Span) -> Sequence[TimeEntry]:
        """Time entries on a line whose work day lies in ``span``, in order."""
        found = self._time.get((contract_id, line_id))
        return found.within(span) if found else ()

    def expenses_of(self, contract_id: str, line_id: str, span: Span) -> Sequence[Expense]:
        """Expenses on a line whose day lies in ``span``, in order."""
        found = self._expenses.get((contract_id, line_id))
        return found.within(span) if found else ()

    def incidents_of(self, contract_id: str, line_id: str) -> Sequence[Incident]:
        """Incidents that a prepaid line pays for, by id."""
        return self._incidents.get((contract_id, line_id), ())

    def progress_of(self, contract_id: str, line_id: str) -> Sequence[Progress]:
        """Reports of how far a line has come, in no order."""
        return self._progress.get((contract_id, line_id), ())

    def usage_of(self, customer_id: str, meter: str, span: Span) -> Sequence[UsageRecord]:
        """Usage of a customer on a meter whose day lies in ``span``, in order, all of it."""
        found = self._usage.get((self.customer(customer_id), meter))
        return found.within(span) if found else ()

    def standing(self, records: Iterable[UsageRecord], day: date) -> list[UsageRecord]:
        """Those of the records that count as known on a day: neither replaced nor withdrawn."""
        return self._places.standing(records, day)

    def usage_related(self, records: Iterable[UsageRecord]) -> list[UsageRecord]:
        """The records, and all that replace or withdraw one of them or are replaced by one."""
        return self._places.related(records)

    def usage_before(
        self,
        customer_id: str,
        meter: str,
        start: date,
        known: date,
        counts: Callable[[UsageRecord], bool],
    ) -> Iterator[list[UsageRecord]]:
        """Of each subject what counts, as known on a day, of its last day before ``start``.

        Subjects without such a day are left out; the others come in the order of their names.
        """
        customer = self.customer(customer_id)
        found = self._usage.get((customer, meter))
        if found is None:
            return
        by_subject = self.remember(
            ("usage by subject", customer, meter), lambda: _by_subject(found.facts)
        )
        for of_subject in by_subject:
            last = bisect_left(of_subject.days, start)
            while last:
                first = bisect_left(of_subject.days, of_subject.days[last - 1])
                standing = self.standing(of_subject.facts[first:last], known)
                if counted := [record for record in standing if counts(record)]:
                    yield counted
                    break
                last = first

    def late_usage_before(self, customer_id: str, meter: str, start: date) -> list[UsageRecord]:
        """Usage before ``start`` about which something became known later than on its day."""
        customer = self.customer(customer_id)
        found = self._usage.get((customer, meter))
        if found is None:
            return []
        late = self.remember(
            ("late usage", customer, meter),
            lambda: [
                record
                for record in found.facts
                if any(one.known_on > record.day for one in self.usage_related([record]))
            ],
        )
        return [record for record in late if record.day < start]

    def given_back(self, key: str) -> Money | None:
        """What credit notes gave back of the period of a first charge; ``None`` if there are none.

        Above zero for a charge, in terms of its price with the tax that this includes; whatever of
        the period they credited: it or a correction of it. Their days do not matter: a correction
        of an earlier day that is billed after them finds them too.
        """
        credits_ = [one.priced for one in self._credits.get(key, ())]
        return -money_sum(credits_, credits_[0].currency) if credits_ else None

    def devices_of(self, customer_id: str) -> Sequence[Device]:
        """The customer's device register, by id."""
        return self._devices.get(self.customer(customer_id), ())

    def device_events_of(self, customer_id: str) -> Sequence[DeviceEvent]:
        """The customer's device events, in no order."""
        return self._events.get(self.customer(customer_id), ())

    def fleet(self, customer_id: str, known: date, through: date) -> Fleet:
        """The customer's devices as known on a day, for counts of days up to ``through``.

        Where those days are over, events of the future change nothing, so only the late ones tell
        one day's knowledge from another's, and few fleets are ever built.
        """
        customer = self.customer(customer_id)
        devices, events = self.devices_of(customer), self.device_events_of(customer)
        if through > known:  # billed before the day has come: what lies ahead is not known yet
            return devices_from_events(devices, events, known)
        late = self.remember(("late events", customer), lambda: self._late_events(customer))
        unknown = frozenset(event for event in late if event.known_on > known)
        return self.remember(
            ("fleet", customer, unknown),
            lambda: devices_from_events(
                devices, [event for event in events if event not in unknown]
            ),
        )

    def _late_events(self, customer_id: str) -> tuple[DeviceEvent, ...]:
        events = self.device_events_of(customer_id)
        return tuple(event for event in events if event.known_on > event.day)


def _by_subject(records: Iterable[UsageRecord]) -> list[_ByDay[UsageRecord]]:
    groups: defaultdict[str, list[UsageRecord]] = defaultdict(list)
    for record in records:
        groups[record.subject].append(record)
    return [_ByDay(groups[subject]) for subject in sorted(groups)]


def _all(groups: Mapping[tuple[str | None, str | None], _ByDay[F]]) -> Iterator[F]:
    return (fact for group in groups.values() for fact in group.facts)


def known_by(facts: Iterable[F], day: date) -> list[F]:
    """The facts that were recorded on or before ``day``."""
    return [fact for fact in facts if fact.known_on <= day]


def _grouped(
    facts: Iterable[F], key: Callable[[F], tuple[str | None, str | None]]
) -> dict[tuple[str | None, str | None], _ByDay[F]]:
    groups: defaultdict[tuple[str | None, str | None], list[F]] = defaultdict(list)
    for fact in facts:
        groups[key(fact)].append(fact)
    return {name: _ByDay(items) for name, items in groups.items()}


def _as_known(event: DeviceEvent, device: Device) -> DeviceEvent:
    """Nobody could bill a device that was not registered: its events were not known before it."""
    if device.registered_on is None or device.registered_on <= event.known_on:
        return event
    return attrs.evolve(event, recorded_on=device.registered_on)

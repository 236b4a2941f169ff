"""Facts of one year moved into another, for a forecast on what really happened.

Every day keeps its month and its number; 29 February becomes the 28th where there is none, so that
no day moves into another month. Instants move by as many days as their fact, so that what passed
between two of them stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, TypeVar

import attrs

from harmony_core.assets import Device, DeviceEvent
from harmony_core.funds import Incident
from harmony_core.periods import InstantSpan, add_months
from harmony_core.work import Expense, Progress, TimeEntry, UsageRecord

F = TypeVar("F", TimeEntry, Expense, UsageRecord, DeviceEvent, Progress)


def moved_by_years(facts: Iterable[F], years: int) -> Iterator[F]:
    """Give the same facts so many years later, or earlier; what is their own stays.

    >>> from harmony_core.assets import EventKind
    >>> leap = DeviceEvent("D-1", date(2024, 2, 29), EventKind.ON)
    >>> [str(one.day) for one in moved_by_years([leap], 1)]
    ['2025-02-28']
    """
    for fact in facts:
        day = moved_day(fact.day, years)
        known = None if fact.recorded_on is None else moved_day(fact.recorded_on, years)
        instants = _moved_instants(fact, day - fact.day)
        yield attrs.evolve(fact, day=day, recorded_on=known, **instants)


def _moved_instants(fact: object, by: timedelta) -> dict[str, Any]:
    """The instants of a fact, moved with its day; only some facts have any."""
    if isinstance(fact, TimeEntry) and fact.worked is not None:
        return {"worked": InstantSpan(fact.worked.start + by, fact.worked.end + by)}
    if isinstance(fact, UsageRecord) and fact.at is not None:
        return {"at": fact.at + by}
    return {}


def moved_device(device: Device, years: int) -> Device:
    """Give a device with its days so many years later."""
    active = [(moved_day(on, years), off and moved_day(off, years)) for on, off in device.active]
    known = device.registered_on and moved_day(device.registered_on, years)
    return attrs.evolve(device, active=active, registered_on=known)


def moved_incident(incident: Incident, years: int) -> Incident:
    """Give an incident with its days so many years later."""

    def moved(day: date | None) -> date | None:
        return None if day is None else moved_day(day, years)

    return attrs.evolve(
        incident,
        opened=moved_day(incident.opened, years),
        resolved=moved(incident.resolved),
        closed=moved(incident.closed),
        recorded_on=moved(incident.recorded_on),
    )


def moved_day(day: date, years: int) -> date:
    """Give the day with the same month and number, or the last of that month.

    >>> str(moved_day(date(2024, 2, 29), 1)), str(moved_day(date(2025, 2, 28), -1))
    ('2025-02-28', '2024-02-28')
    """
    return add_months(day, 12 * years)

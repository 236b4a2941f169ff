"""Facts come in, each with the day on which it became known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

import attrs

from harmony_core.assets import Device
from harmony_core.billing import Facts
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.interchange import ExternalKeys, Row, UsageFeed, UsageLayout, read_usage
from harmony_core.periods import Month
from harmony_core.repositories.ports import Fact, Store, UnitOfWork

F = TypeVar("F", bound=Fact)

_BLOCK = 5000


def record_facts(store: Store, facts: Iterable[Fact] | Facts, today: date) -> int:
    """Keep facts that became known ``today``; gives the number of new ones.

    A fact is known to the books from the day on which it arrives here, whatever day it is of. When
    that day was billed already, or its month is closed, it is known from the first day that is
    open: what was billed stays as it is, and the fact is billed as a correction. So nothing that
    arrives is ever passed over. The same fact again is ignored.

    Args:
        store: where facts are kept.
        facts: time, expenses, usage and device events, one by one or as :class:`Facts`.
        today: the day of arrival.

    Raises:
        RuleBroken: a fact of a day after ``today``; or another fact under a known id.
        InvalidValue: the ``Facts`` hold what is kept elsewhere: devices, incidents, progress,
            credits.
    """
    listed = _listed(facts) if isinstance(facts, Facts) else facts
    with store.begin() as unit:
        known, arrived = first_open_day(unit, today), tuple(listed)
        before = frozenset(map(_unstamped, unit.facts.like(arrived)))
        new = [fact for fact in arrived if _unstamped(fact) not in before]
        return unit.facts.add([_stamped(fact, today, known) for fact in new])


def feed_usage(
    store: Store,
    rows: Iterable[Row | Mapping[str, Any]],
    layout: UsageLayout,
    keys: ExternalKeys,
    today: date,
    *,
    name: str = "usage",
) -> UsageFeed:
    """Read usage that became known ``today`` and keep what is new of it.

    Each row is in one part of the answer, see :func:`~harmony_core.interchange.read_usage`. What
    is kept already under its source and id is repeated, so that a feed may be read any number of
    times. When records become known, and how late ones are billed, is as in :func:`record_facts`;
    ``accepted`` has them as they are kept. A row of a day after ``today`` is rejected.

    Args:
        store: where usage is kept.
        rows: mappings, or the rows of :func:`~harmony_core.interchange.csv_table` or
            :func:`~harmony_core.interchange.json_lines`.
        layout: which column is what.
        keys: what the keys in the rows mean.
        today: the day of arrival.
        name: of the feed, for the paths of rows that have none.

    Raises:
        InputRejected: a table without a header that can be understood; nothing is kept then.
    """
    with store.begin() as unit:
        known = first_open_day(unit, today)
        feed = read_usage(rows, layout, keys, known=unit.facts.like, through=today, name=name)
        kept = tuple(_stamped(record, today, known) for record in feed.accepted)
        for start in range(0, len(kept), _BLOCK):  # so that a store need not hold all its rows
            unit.facts.add(kept[start : start + _BLOCK])
        return attrs.evolve(feed, accepted=kept)


def _listed(facts: Facts) -> tuple[Fact, ...]:
    """Time, expenses, usage and device events; what is kept elsewhere is not passed over."""
    for name, there, way_out in (
        ("devices", facts.devices, "give them to register_devices"),
        ("incidents", facts.incidents, "add each to unit.incidents"),
        ("progress", facts.progress, "add each to unit.progress"),
        ("credits", facts.credits, "credit_invoice makes them"),
    ):
        if there:
            raise InvalidValue(f"these Facts hold {name}, which are kept elsewhere: {way_out}")
    return *facts.time, *facts.expenses, *facts.usage, *facts.device_events


def _unstamped(fact: Fact) -> Fact:
    """A fact sent again is the same fact, although it became known on another day."""
    return fact if fact.recorded_on is None else attrs.evolve(fact, recorded_on=None)


def register_devices(store: Store, devices: Iterable[Device], today: date) -> int:
    """Put new devices into the register; gives their number.

    Their events may have arrived before them: they count from the first open day on, so that
    periods which were billed without them are corrected and not passed over. A device that is
    registered stays as it is.
    """
    with store.begin() as unit:
        known = first_open_day(unit, today)
        registered = {device.id for device in unit.devices.all()}
        new = [device for device in devices if device.id not in registered]
        for device in new:
            unit.devices.add(attrs.evolve(device, registered_on=known))
        return len(new)


def first_open_day(unit: UnitOfWork, today: date) -> date:
    day, night = today, unit.nights.last()
    if night is not None and night >= day:
        day = night + timedelta(days=1)
    closed = unit.months.closed()
    while Month.containing(day) in closed:
        day = Month.containing(day).next().first_day
    return day


def _stamped(fact: F, today: date, known: date) -> F:
    if fact.day > today:
        raise RuleBroken(f"{fact!r} is of {fact.day}, after today ({today}): record it on its day")
    return attrs.evolve(fact, recorded_on=None if fact.day == known else known)

"""What was worked, and what nobody pays for: questions about months that may be closed already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import attrs

from harmony_core.billing import worked_hours
from harmony_core.contracts import ContractLine
from harmony_core.finance import HoursWorked
from harmony_core.periods import Month
from harmony_core.products import UsageMetered
from harmony_core.repositories.ports import Store
from harmony_core.work import Expense, RatedExpense, RatedTime, RatedWork, TimeEntry, Uncovered
from harmony_core.workflows._scene import Scene


@attrs.frozen
class UncoveredFact:
    """A fact that no contract line pays for, and why."""

    month: Month
    kind: str
    id: str
    reason: str


@attrs.frozen
class WorkReview:
    """The work of some months: rated, as hours by dimension, and what was left uncovered."""

    times: tuple[RatedTime, ...]
    expenses: tuple[RatedExpense, ...]
    hours: tuple[HoursWorked, ...]
    uncovered: tuple[UncoveredFact, ...]


def review_work(store: Store, months: Iterable[Month]) -> WorkReview:
    """Look at the work that some months book; nothing is written.

    ``hours`` are what effective hourly rates need beside the journal.
    """
    with store.begin() as unit:
        scene = Scene.load(unit)
    times: list[RatedTime] = []
    expenses: list[RatedExpense] = []
    hours: list[HoursWorked] = []
    uncovered: list[UncoveredFact] = []
    for month in months:
        work = scene.work_of(month)
        times += work.times
        expenses += work.expenses
        hours += worked_hours(work.times, scene.contracts, month)
        uncovered += uncovered_in(scene, work, month)
    return WorkReview(tuple(times), tuple(expenses), tuple(hours), tuple(uncovered))


def uncovered_in(scene: Scene, work: RatedWork, month: Month) -> tuple[UncoveredFact, ...]:
    """The facts of a month's books that no line pays for: work, expenses, usage, devices."""
    return (
        *(_uncovered(item, month) for item in work.uncovered),
        *_outside_their_line(scene, work, month),
        *_unmapped_usage(scene, month),
        *_stray_device_events(scene, month),
    )


def _uncovered(item: Uncovered, month: Month) -> UncoveredFact:
    return UncoveredFact(month, _kind(item.fact), item.fact.id, item.reason)


def _kind(fact: TimeEntry | Expense) -> str:
    return "time" if isinstance(fact, TimeEntry) else "expense"


def _outside_their_line(scene: Scene, work: RatedWork, month: Month) -> Iterator[UncoveredFact]:
    """Work on a day on which its line does not run: it costs money, and no period bills it."""
    facts: list[TimeEntry | Expense] = [
        *(one.entry for one in work.times),
        *(one.expense for one in work.expenses),
    ]
    for fact in facts:
        if fact.contract_id is None or fact.line_id is None:
            continue
        line = scene.contracts[fact.contract_id].line(fact.line_id)
        if not line.runs_on(fact.day):
            reason = f"line {line.id!r} of contract {fact.contract_id!r} does not run that day"
            yield UncoveredFact(month, _kind(fact), fact.id, reason)


def _stray_device_events(scene: Scene, month: Month) -> Iterator[UncoveredFact]:
    for event in scene.stray_device_events:
        if Month.containing(event.known_on) == month:
            reason = f"no device {event.device_id!r} in the register"
            yield UncoveredFact(month, "device event", event.device_id, reason)


def _unmapped_usage(scene: Scene, month: Month) -> Iterator[UncoveredFact]:
    """Usage that became known in the month and that no line measured on its day."""
    metered: defaultdict[tuple[str, str], list[ContractLine]] = defaultdict(list)
    for contract in scene.contracts.values():
        for line in contract.lines:
            if isinstance(line.source, UsageMetered):
                customer = scene.facts.customer(contract.party_id)
                metered[customer, line.source.meter].append(line)
    for record in scene.usage:
        if Month.containing(record.known_on) != month:
            continue
        lines = metered.get((scene.facts.customer(record.customer_id), record.meter), [])
        if not any(line.runs_on(record.day) for line in lines):
            reason = f"no contract of {record.customer_id!r} measured {record.meter!r} that day"
            yield UncoveredFact(month, "usage", record.id, reason)

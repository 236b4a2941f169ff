"""The month end: what was earned, what it cost, and what group companies owe each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import attrs

from harmony_core.billing import (
    Charge,
    Recognised,
    accruals,
    book_recognition,
    book_work,
    recognise,
)
from harmony_core.contracts import ContractLine
from harmony_core.errors import RuleBroken
from harmony_core.finance import JournalEntry
from harmony_core.periods import Month
from harmony_core.products import UsageMetered
from harmony_core.repositories.ports import Store, UnitOfWork
from harmony_core.work import Uncovered
from harmony_core.workflows._billing import NightReport, bill
from harmony_core.workflows._scene import Scene


@attrs.frozen
class UncoveredFact:
    """A fact of the month that no contract line pays for, and why."""

    kind: str
    id: str
    reason: str


@attrs.frozen
class MonthReport:
    """What closing a month did; ``was_closed`` tells that there was nothing left to do."""

    month: Month
    was_closed: bool
    night: NightReport
    recognised: tuple[Recognised, ...]
    entries: tuple[JournalEntry, ...]
    uncovered: tuple[UncoveredFact, ...]


def month_end(store: Store, month: Month) -> MonthReport:
    """Bill the nights of a month that are still missing, and close it: whole, or not at all.

    Booked are the revenue and direct cost earned in the month, the loaded cost of the hours
    worked, expenses, and the transfer charges between group companies, all on the last day of the
    month. A month that is closed stays as it is, and the report says so.

    Raises:
        RuleBroken: an earlier month is still open; months are closed in order.
        RateNotFound, AccountNotMapped, NotFound: something is missing; nothing is kept.
    """
    with store.begin() as unit:
        if month in unit.months.closed():
            night = NightReport(month.last_day, (), ())
            return MonthReport(month, True, night, (), (), ())
        scene = Scene.load(unit)
        _refuse_gap(unit, scene, month)
        night = bill(unit, scene, month.last_day)
        rows = tuple(_recognised(unit, scene, month))
        work = scene.work_of(month)
        entries = (
            *book_recognition(rows, scene.contracts, scene.terms, month),
            *book_work(
                work.times,
                work.expenses,
                contracts=scene.contracts,
                people=scene.people,
                terms=scene.terms,
                month=month,
            ),
        )
        unit.recognised.add(rows)
        unit.journal.add(entries)
        unit.months.close(month)
        uncovered = (*map(_uncovered, work.uncovered), *_unmapped_usage(scene, month))
        return MonthReport(month, False, night, rows, entries, uncovered)


def _refuse_gap(unit: UnitOfWork, scene: Scene, month: Month) -> None:
    opening = Month.containing(scene.terms.opening_day)
    if month < opening:
        raise RuleBroken(f"the books open on {scene.terms.opening_day}: {month} lies before")
    before = month.previous()
    if month > opening and before not in unit.months.closed():
        raise RuleBroken(f"{before} is still open: months are closed in order, close it first")


def _recognised(unit: UnitOfWork, scene: Scene, month: Month) -> Iterator[Recognised]:
    so_far = unit.recognised.totals()
    billed: defaultdict[str, list[Charge]] = defaultdict(list)
    for charge in unit.charges.unearned(month.last_day):
        billed[charge.contract_id].append(charge)
    for contract_id in sorted(scene.contracts):
        contract = scene.contracts[contract_id]
        charges = [
            *billed[contract_id],
            *accruals(contract, scene.facts, scene.terms, month),
        ]
        yield from recognise(contract, charges, scene.facts, month, so_far)


def _uncovered(item: Uncovered) -> UncoveredFact:
    kind = type(item.fact).__name__
    return UncoveredFact(_KINDS.get(kind, kind), item.fact.id, item.reason)


_KINDS = {"TimeEntry": "time", "Expense": "expense"}


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
            yield UncoveredFact("usage", record.id, reason)

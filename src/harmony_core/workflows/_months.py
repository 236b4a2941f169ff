"""The month end: what was earned, what it cost, and what group companies owe each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

import attrs

from harmony_core.billing import (
    Charge,
    Recognised,
    accruals,
    book_open_items,
    book_recognition,
    book_work,
    recognise,
)
from harmony_core.contracts import Contract
from harmony_core.errors import NotFound, RuleBroken
from harmony_core.finance import (
    ClosedPeriods,
    JournalEntry,
    RateKind,
    book_pair_revaluation,
    open_pairs,
)
from harmony_core.periods import Month
from harmony_core.products import Recognition
from harmony_core.repositories.ports import Store, UnitOfWork
from harmony_core.work import Expense, RatedWork, TimeEntry
from harmony_core.workflows._billing import NightReport, bill
from harmony_core.workflows._documents import closed_periods
from harmony_core.workflows._gaps import UncoveredFact, uncovered_in
from harmony_core.workflows._payments import payables_ledger, receivables_ledger
from harmony_core.workflows._scene import Scene


@attrs.frozen
class MonthReport:
    """What closing a month did; ``was_closed`` tells that there was nothing left to do."""

    month: Month
    was_closed: bool
    night: NightReport
    recognised: tuple[Recognised, ...]
    entries: tuple[JournalEntry, ...]
    uncovered: tuple[UncoveredFact, ...]


def month_end(store: Store, month: Month, *, revalued_at: RateKind | None = None) -> MonthReport:
    """Bill the nights of a month that are still missing, and close it: whole, or not at all.

    Booked are the revenue and direct cost earned in the month, the loaded cost of the hours worked,
    expenses, and the transfer charges between group companies, all on the last day of the month.
    With ``revalued_at`` what customers still owe, what we owe suppliers and what group companies
    owe each other in foreign currencies is shown at the rates of that kind and of that day, and
    taken back on the first of the next month; it supposes that payments are booked here. A month
    that is closed stays as it is, and the report says so.

    Raises:
        RuleBroken: an earlier month is still open; months are closed in order.
        RateNotFound, AccountNotMapped, NotFound: something is missing, such as the cost rate of
            somebody who worked; nothing is kept.
    """
    with store.begin() as unit:
        if month in unit.months.closed():
            night = NightReport(month.last_day, (), ())
            return MonthReport(month, True, night, (), (), ())
        scene = Scene.load(unit)
        _refuse_gap(unit, scene, month)
        night = bill(unit, scene, month.last_day, strict=True)
        rows = tuple(_recognised(unit, scene, month, night.held))
        work = scene.work_of(month)
        _refuse_unbooked(work, month)
        closed = closed_periods(unit)
        made = (
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
        entries = tuple(closed.posted(entry) for entry in made)
        if revalued_at is not None:
            shown = _revalued(unit, scene, month, revalued_at, entries)
            entries += tuple(closed.posted(entry) for entry in shown)
        unit.recognised.add(rows)
        unit.journal.add(entries)
        unit.months.close(month)
        return MonthReport(month, False, night, rows, entries, uncovered_in(scene, work, month))


def _revalued(
    unit: UnitOfWork,
    scene: Scene,
    month: Month,
    kind: RateKind,
    made: Iterable[JournalEntry],
) -> Iterator[JournalEntry]:
    """What is open at the end of a month, with what the month itself just made, at its rates."""
    day, terms = month.last_day, scene.terms
    for ledger in (receivables_ledger(unit), payables_ledger(unit)):
        yield from book_open_items(ledger, day, terms, kind=kind)
    items = open_pairs(chain(unit.journal.entries(through=day), made), day, terms.rounding)
    yield from book_pair_revaluation(
        items, day, group=terms.group, rates=terms.rates, kind=kind, policy=terms.rate_policy
    )


def close_books(store: Store, entity_id: str, month: Month) -> ClosedPeriods:
    """Close a month for one company; what still belongs there is posted on its first open day.

    The other companies stay open, and :func:`month_end` closes the month for all as ever.

    Raises:
        NotFound: the group has no such company.
    """
    with store.begin() as unit:
        company = unit.company.get()
        closed = company.closed_periods.closing(month, company.group.entity(entity_id).id)
        unit.company.save(attrs.evolve(company, closed_periods=closed))
        return closed_periods(unit)


def _refuse_gap(unit: UnitOfWork, scene: Scene, month: Month) -> None:
    opening = Month.containing(scene.terms.opening_day)
    if month < opening:
        raise RuleBroken(f"the books open on {scene.terms.opening_day}: {month} lies before")
    before = month.previous()
    if month > opening and before not in unit.months.closed():
        raise RuleBroken(f"{before} is still open: months are closed in order, close it first")


def _refuse_unbooked(work: RatedWork, month: Month) -> None:
    """The cost of a closed month cannot be booked any more, so none may be left out of it."""
    booked: set[tuple[type, str]] = {(TimeEntry, rated.entry.id) for rated in work.times}
    booked |= {(Expense, rated.expense.id) for rated in work.expenses}
    if missing := [
        item for item in work.uncovered if (type(item.fact), item.fact.id) not in booked
    ]:
        first = "; ".join(f"{item.fact.id}: {item.reason}" for item in missing[:3])
        raise NotFound(
            f"the cost of {len(missing)} facts of {month} cannot be booked ({first}): "
            "add what is missing and close the month again"
        )


def _recognised(
    unit: UnitOfWork, scene: Scene, month: Month, held: Iterable[Charge]
) -> Iterator[Recognised]:
    """What is held for review is earned all the same, as what is billed only later."""
    so_far = unit.recognised.totals()
    there = {charge.key: charge for charge in unit.charges.unearned(month.last_day)}
    moving = [one.id for one in scene.contracts.values() if _may_earn_less(one)]
    for charge in unit.charges.of_contracts(moving):
        if charge.trigger <= month.last_day:
            there[charge.key] = charge
    billed: defaultdict[str, list[Charge]] = defaultdict(list)
    for charge in there.values():
        billed[charge.contract_id].append(charge)
    for charge in held:
        billed[charge.contract_id].append(charge)
    for contract_id in sorted(scene.contracts):
        contract = scene.contracts[contract_id]
        charges = [
            *billed[contract_id],
            *accruals(contract, scene.facts, scene.terms, month),
        ]
        yield from recognise(contract, charges, scene.facts, month, so_far)


def _may_earn_less(contract: Contract) -> bool:
    """Whether news can take back what was earned whole: a lower estimate, hours keyed late."""
    patterns = {line.accounting.recognition for line in contract.lines_ever}
    return any(one.by_progress or one is Recognition.AS_DRAWN for one in patterns)

"""What was worked, and what nobody pays for: questions about months that may be closed already."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from harmony_core.billing import transfer_evidence, worked_hours
from harmony_core.finance import HoursWorked, TransferEvidence
from harmony_core.periods import Month
from harmony_core.repositories.ports import Store
from harmony_core.work import RatedExpense, RatedTime
from harmony_core.workflows._gaps import UncoveredFact, uncovered_in
from harmony_core.workflows._scene import Scene


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


def review_transfers(store: Store, months: Iterable[Month]) -> tuple[TransferEvidence, ...]:
    """Give the evidence behind every charge between group companies that some months book.

    It is worked out anew from the facts and rules, as the charges were, and equals what it was when
    a month was closed as long as neither has changed: keep it with the journal when you close.

    Raises:
        RateNotFound: a rate of the last day of a month is missing.
    """
    with store.begin() as unit:
        scene = Scene.load(unit)
    found: list[TransferEvidence] = []
    for month in months:
        work = scene.work_of(month)
        found += transfer_evidence(
            work.times, work.expenses, rules=scene.company.rules, terms=scene.terms, month=month
        )
    return tuple(found)

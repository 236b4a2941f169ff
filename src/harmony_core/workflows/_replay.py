"""The same facts in the books of another group currency: derived again, and compared.

A group amount is converted once, straight from the transaction, on the day of booking. So the books
of a group that changes its currency are not converted: what was agreed and what happened goes into
an empty store, and the deeds that were done are done again there in their order. What comes out is
held against the old books: the other two columns must be the same to the last unit.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TypeVar

import attrs

from harmony_core.errors import InvalidValue, RuleBroken, expect
from harmony_core.finance import Group, JournalEntry, RateKind
from harmony_core.periods import Month
from harmony_core.repositories.ports import Company, Log, Register, Store, UnitOfWork
from harmony_core.workflows._replay_deeds import deeds_of

T = TypeVar("T")


@attrs.frozen
class ReplayReport:
    """What was derived again: the months closed, the entries made, and those that were not.

    ``not_replayed`` are ids of old entries that are not there again: of revaluations whose kind of
    rates was not given, and what a host booked by himself.
    """

    months: tuple[Month, ...]
    entries: tuple[str, ...]
    not_replayed: tuple[str, ...]


def replay(
    store: Store, into: Store, group: Group, *, revalued_at: RateKind | None = None
) -> ReplayReport:
    """Derive the books of a store again in an empty one, for a group of another currency.

    Nights, reviews, credit notes, payments and closings are done again in their order. The rates
    are those of the old store, and those of the new currency that the new one holds beforehand.

    Args:
        store: as it is; nothing in it changes.
        into: empty, but for rates.
        group: the companies of old, with another currency or another name.
        revalued_at: kind of the rates at which months were revalued that were; see ``month_end``.

    Raises:
        InvalidValue: the companies or the opening day of the group are others.
        RuleBroken: ``into`` is not empty; or a replayed entry differs from the old one in the
            currency of the deal or of the company.
        RateNotFound: a rate to the new currency is missing.
    """
    expect(group, Group, "the group of another currency")
    if into is store:
        raise InvalidValue("a store is replayed into another one: give a new one")
    with store.begin() as old:
        company = old.company.get()
        _refuse_another_group(company.group, group)
        with into.begin() as new:
            if new.customers.all() or new.contracts.all():
                raise RuleBroken("the store to replay into is not empty: give a new one")
            own = attrs.evolve(company.closed_periods, of_entities=())
            _copy_all(old, new, attrs.evolve(company, group=group, closed_periods=own))
        before = {entry.id: entry for entry in old.journal.entries()}
        deeds = deeds_of(old, before, revalued_at)
    for deed in deeds:
        deed.do(into)
    with into.begin() as new:
        made = {entry.id: entry for entry in new.journal.entries()}
        months = tuple(sorted(new.months.closed()))
    for entry in made.values():
        _refuse_another(before.get(entry.id), entry)
    gone = (one for one in before.values() if one.id not in made and _two_columns(one))
    return ReplayReport(months, tuple(sorted(made)), tuple(sorted(one.id for one in gone)))


def _refuse_another_group(old: Group, new: Group) -> None:
    if old.opening_day != new.opening_day or old.entities != new.entities:
        raise InvalidValue(
            f"a replay changes the currency of group {old.id!r} and nothing of its companies: keep "
            "them, and the opening day"
        )


def _refuse_another(old: JournalEntry | None, new: JournalEntry) -> None:
    if old is None and not _two_columns(new):
        return  # an exchange difference in the group's column alone
    if old is None or (old.day, _two_columns(old)) != (new.day, _two_columns(new)):
        raise RuleBroken(
            f"entry {new.id!r} of {new.day} is not what the old books have: something beside the "
            "facts was another when it was made, such as a rate that was added later without a "
            "day of its own, or a company that closed a month before its nights were over"
        )


def _two_columns(entry: JournalEntry) -> Counter[tuple[object, ...]]:
    """What does not depend on the group's currency; lines of nothing else are left out."""
    return Counter(
        (line.account, line.role, line.dimensions, line.amount.transaction, line.amount.entity)
        for line in entry.lines
        if line.amount.transaction or line.amount.entity
    )


def _copy_all(old: UnitOfWork, new: UnitOfWork, company: Company) -> None:
    """What was agreed and what happened: all that is not derived."""
    new.company.save(company)
    new.price_book.save(old.price_book.get())
    _copy(old.customers, new.customers)
    _copy(old.suppliers, new.suppliers)
    _copy(old.people, new.people)
    _copy(old.products, new.products)
    _copy(old.quotes, new.quotes)
    _copy(old.orders, new.orders)
    _copy(old.contracts, new.contracts)
    _copy(old.devices, new.devices)
    _copy(old.incidents, new.incidents)
    _copy(old.profiles, new.profiles)
    _copy(old.overrides, new.overrides)
    _copy(old.progress, new.progress)
    new.rates.add(old.rates.book())
    new.facts.add(old.facts.time(date.max))
    new.facts.add(old.facts.expenses(date.max))
    new.facts.add(old.facts.usage(date.max))
    new.facts.add(old.facts.device_events(date.max))


def _copy(old: Register[T] | Log[T], new: Register[T] | Log[T]) -> None:
    for value in old.all():
        new.add(value)

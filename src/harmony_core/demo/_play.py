"""The company into a store, and its months one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import TypeVar

import attrs

from harmony_core.contracts import Contract, Cover
from harmony_core.demo._load import DemoFiles
from harmony_core.demo._notices import NoticeReceived
from harmony_core.demo._seats import SeatsChanged
from harmony_core.errors import InputRejected, NotFound, RuleBroken
from harmony_core.periods import Month, months_between
from harmony_core.repositories.ports import Register, Store, UnitOfWork
from harmony_core.workflows import (
    MonthReport,
    OrdersReport,
    billing_night,
    execute_orders,
    month_end,
)

T = TypeVar("T")

FIRST_MONTH, LAST_MONTH = Month(2024, 4), Month(2026, 3)
"""What the files cover."""


def play(store: Store, demo: DemoFiles, first: Month, last: Month) -> Iterator[MonthReport]:
    """Close the months from ``first`` to ``last``, loading the company into a store without one.

    Each month is one unit of work: whoever stops in the middle finds whole months. A month that
    was closed before gives a report that says so.

    Raises:
        RuleBroken: the store holds books that opened with another month.
        InputRejected: an order cannot be executed.
    """
    _open(store, demo, first)
    for month in months_between(first, last):
        yield _closed(store, demo, month)


def _closed(store: Store, demo: DemoFiles, month: Month) -> MonthReport:
    """Give the credit notes of a month and close it, in one unit of work.

    The nights until a credit note are billed before it: it may be of a charge of the same month.
    """
    with store.begin() as unit:
        within = _Within(unit)
        if month not in unit.months.closed():
            for one in demo.credits:
                if Month.containing(one.day) == month:
                    billing_night(within, one.day)
                    one.give(within)
        return month_end(within, month)


def _open(store: Store, demo: DemoFiles, first: Month) -> None:
    with store.begin() as unit:
        try:
            group = unit.company.get().group
        except NotFound:
            load(_Within(unit), demo, first)
            return
    if group.opening_day != first.first_day:
        raise RuleBroken(
            f"the books there open on {group.opening_day}, not with {first}: "
            "choose another folder, or the same first month"
        )


def load(store: Store, demo: DemoFiles, opening: Month) -> OrdersReport:
    """Put the company into an empty store, its books opening with a month, and execute its orders.

    All of it is one unit of work: whoever is stopped in the middle finds an empty store.

    Raises:
        InputRejected: an order cannot be executed.
    """
    group = attrs.evolve(demo.company.group, opening_day=opening.first_day)
    with store.begin() as unit:
        unit.company.save(attrs.evolve(demo.company, group=group))
        _add_all(unit.customers, demo.customers)
        _add_all(unit.suppliers, demo.suppliers)
        _add_all(unit.people, demo.people)
        _add_all(unit.products, demo.products)
        _add_all(unit.orders, demo.orders)
        unit.price_book.save(demo.price_book)
        _add_all(unit.devices, demo.devices)
        unit.facts.add(demo.facts)
        unit.rates.add(demo.rates)
        report = execute_orders(_Within(unit), date.max)
        if report.problems:
            raise InputRejected(report.problems)
        for (contract_id, line_id), cover in demo.covers:
            unit.contracts.save(_covering(unit.contracts.get(contract_id), line_id, cover))
        for amendment in demo.amendments:
            contract = unit.contracts.get(amendment.contract_id)
            unit.contracts.save(contract.amended(amendment))
        events: tuple[SeatsChanged | NoticeReceived, ...] = (*demo.seats, *demo.notices)
        for event in events:
            for made in event.amendments(unit.contracts.get(event.contract_id), group):
                unit.contracts.save(unit.contracts.get(event.contract_id).amended(made))
    return report


def _covering(contract: Contract, line_id: str, cover: Cover) -> Contract:
    lines = (
        attrs.evolve(line, cover=cover) if line.id == line_id else line for line in contract.lines
    )
    return attrs.evolve(contract, lines=tuple(lines))


@attrs.frozen
class _Within:
    """The store as seen from inside an open unit: what begins there belongs to that unit."""

    unit: UnitOfWork

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Give the open unit; whoever opened it ends it."""
        return nullcontext(self.unit)


def _add_all(register: Register[T], values: Iterable[T]) -> None:
    for value in values:
        register.add(value)

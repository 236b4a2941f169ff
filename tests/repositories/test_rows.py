"""Every value that has columns of its own comes back from the database as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from harmony_core.assets import DeviceEvent
from harmony_core.billing import Charge, Invoice, Recognised
from harmony_core.errors import InvalidValue
from harmony_core.finance import JournalEntry, Rate
from harmony_core.repositories import UnitOfWork
from harmony_core.repositories.sql import SqlStore
from harmony_core.work import Expense, TimeEntry, UsageRecord
from tests.interchange.record_values import values_of


@pytest.fixture(scope="module")
def store() -> Iterator[SqlStore]:
    store = SqlStore("sqlite://")
    store.create()
    yield store
    store.close()


class Undone(Exception):
    """Ends a unit without keeping anything, so that each example has an empty store."""


Add = Callable[[UnitOfWork, Any], Any]
Read = Callable[[UnitOfWork], Any]

KINDS: dict[type, tuple[Add, Read]] = {
    TimeEntry: (lambda u, v: u.facts.add([v]), lambda u: u.facts.time(date.max)),
    Expense: (lambda u, v: u.facts.add([v]), lambda u: u.facts.expenses(date.max)),
    UsageRecord: (lambda u, v: u.facts.add([v]), lambda u: u.facts.usage(date.max)),
    DeviceEvent: (lambda u, v: u.facts.add([v]), lambda u: u.facts.device_events(date.max)),
    Rate: (lambda u, v: u.rates.add([v]), lambda u: tuple(u.rates.book())),
    Charge: (lambda u, v: u.charges.add(v), lambda u: u.charges.all()),
    Recognised: (lambda u, v: u.recognised.add([v]), lambda u: u.recognised.all()),
    Invoice: (lambda u, v: u.invoices.add(v), lambda u: u.invoices.all()),
    JournalEntry: (lambda u, v: u.journal.add([v]), lambda u: tuple(u.journal.entries())),
}


@pytest.mark.parametrize("cls", KINDS)
@given(data=st.data())
def test_a_value_comes_back_as_it_was(store: SqlStore, cls: type, data: st.DataObject) -> None:
    value = data.draw(values_of(cls))
    add, read = KINDS[cls]
    found: tuple[Any, ...] = ()
    try:
        with store.begin() as unit:
            add(unit, value)
            found = read(unit)
            raise Undone
    except Undone:
        assert found == (value,)
    except InvalidValue as too_large:
        if "64 bits" not in str(too_large):
            raise
        reject()

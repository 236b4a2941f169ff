"""A night bills what is due, once, whenever it runs; what is closed stays closed."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import RateNotFound
from harmony_core.finance import Money, Role
from harmony_core.periods import Month
from harmony_core.pricing import PerUnit
from harmony_core.repositories import MemoryStore
from harmony_core.workflows import billing_night, month_end
from tests.strategies import Happened, contract, happened, line
from tests.workflows.company import OPENING, RATES, SUPPORT, books, in_memory, set_up

JANUARY, FEBRUARY, MARCH = Month(2026, 1), Month(2026, 2), Month(2026, 3)


def test_billing_twice_bills_once_and_says_so() -> None:
    store = in_memory()
    first = billing_night(store, JANUARY.last_day)
    after = books(store)
    assert first.charges
    assert {charge.key: charge for charge in first.charges} == {
        charge.key: charge for charge in after.charges
    }
    again = billing_night(store, JANUARY.last_day)
    assert (again.charges, again.invoices, again.totals) == ((), (), {})
    assert books(store) == after


def test_the_totals_are_what_customers_were_asked_for() -> None:
    night = billing_night(in_memory(), date(2026, 2, 1))
    # C-1: 269.85 (10 x 12 + 15 x 9.99, half up) on 31 January, 760.00 + 475.00 for 13 hours;
    # C-3: a block of 800.00; C-2: 200001 x 0.00045 = 90.00 of traffic.
    assert night.totals == {"EUR": Money.of("2304.85", "EUR"), "GBP": Money.of("90.00", "GBP")}
    bought = [invoice for invoice in night.invoices if invoice.side.value == "buy"]
    assert not bought, "the first licence period ends in February"


def test_prices_that_include_tax_are_asked_for_to_the_cent_and_booked_net() -> None:
    """99.99 with 19 %: the customer pays it each month, 84.03 of it are earned."""
    agreed = attrs.evolve(line(PerUnit.of("99.99", "EUR")), tax_included=True)
    store = in_memory(contracts=[contract(agreed)])
    night = billing_night(store, date(2026, 2, 1))
    assert [str(invoice.total) for invoice in night.invoices] == ["99.99 EUR"] * 2
    assert [str(charge.amount) for charge in night.charges] == ["84.03 EUR"] * 2
    month_end(store, JANUARY)
    revenue = [
        row.amount.transaction
        for entry in books(store).entries
        for row in entry.lines
        if row.role.startswith(Role.REVENUE)
    ]
    assert revenue == [Money.of("-84.03", "EUR")]


def test_an_earlier_day_than_the_last_night_finds_nothing() -> None:
    store = in_memory()
    billing_night(store, date(2026, 2, 10))
    assert billing_night(store, date(2026, 1, 20)).charges == ()


@given(st.sets(st.integers(0, 89), max_size=8))
def test_whatever_nights_there_are_the_books_are_the_same(nights: set[int]) -> None:
    once, often = in_memory(), in_memory()
    billing_night(once, MARCH.last_day)
    billed = 0
    for night in sorted(nights | {89}):
        billed += len(billing_night(often, OPENING + timedelta(days=night)).charges)
    assert books(often) == books(once)
    assert billed == len(books(once).charges)


@given(happened(), st.sets(st.integers(0, 89), max_size=5), st.booleans())
def test_one_run_of_three_months_equals_three_runs_of_one(
    there: Happened, nights: set[int], late: bool
) -> None:
    """Nights between month ends, month ends long after the nights: one set of books."""

    def store() -> MemoryStore:
        facts = (*there.time, *there.expenses, *there.usage, *there.events)
        return in_memory(contracts=[there.contract], devices=there.devices, facts=facts)

    once, often = store(), store()
    if late:
        billing_night(once, MARCH.last_day)
    for month in (JANUARY, FEBRUARY, MARCH):
        month_end(once, month)
        for night in sorted(nights):
            day = OPENING + timedelta(days=night)
            if Month.containing(day) == month:
                billing_night(often, day)
        month_end(often, month)
    assert books(often) == books(once)


def test_a_contract_that_comes_late_catches_up_on_invoices_of_its_own() -> None:
    store = in_memory(contracts=[SUPPORT])
    billing_night(store, date(2026, 3, 5))
    before = {invoice.id for invoice in books(store).invoices}
    late = contract(line(PerUnit.of("7", "EUR"), date(2026, 1, 31)), id="C-0")
    with store.begin() as unit:
        unit.contracts.add(late)
    night = billing_night(store, date(2026, 3, 5))
    assert [charge.service.start for charge in night.charges] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
    ]
    ids = {invoice.id for invoice in night.invoices}
    # On both days C-1 asked the same customer already.
    assert ids == {"INV-DE-20260131-K-1-EUR-2", "INV-DE-20260228-K-1-EUR-2"}
    assert not ids & before
    third = contract(line(PerUnit.of("7", "EUR"), date(2026, 1, 31)), id="C-00")
    with store.begin() as unit:
        unit.contracts.add(third)
    assert {invoice.id for invoice in billing_night(store, date(2026, 3, 5)).invoices} == {
        "INV-DE-20260131-K-1-EUR-3",
        "INV-DE-20260228-K-1-EUR-3",
    }


def test_an_invoice_into_a_closed_month_is_posted_to_the_first_open_day() -> None:
    store = in_memory(contracts=[SUPPORT])
    month_end(store, JANUARY)
    month_end(store, FEBRUARY)
    closed = [entry for entry in books(store).entries if entry.day <= FEBRUARY.last_day]
    with store.begin() as unit:
        unit.contracts.add(contract(line(PerUnit.of("7", "EUR"), date(2026, 1, 31)), id="C-0"))
    billing_night(store, date(2026, 3, 10))
    after = books(store)
    assert [entry for entry in after.entries if entry.day <= FEBRUARY.last_day] == closed
    (moved,) = [entry for entry in after.entries if entry.id == "INV-DE-20260131-K-1-EUR-2"]
    assert moved.day == date(2026, 3, 1)
    assert moved.text == "belongs to 2026-01-31, which is closed"
    (invoice,) = [one for one in after.invoices if one.id == moved.id]
    assert invoice.day == date(2026, 1, 31)
    month_end(store, MARCH)  # which earns what the closed months would have earned
    earned = [row for row in books(store).recognised if row.contract_id == "C-0"]
    assert {row.month for row in earned} == {MARCH}


def test_a_night_without_rates_says_what_each_contract_lacks_and_the_next_one_catches_up() -> None:
    store, whole = MemoryStore(), in_memory()
    set_up(store, rates=())
    night = billing_night(store, JANUARY.last_day)
    assert {problem.contract_ids for problem in night.problems} >= {("C-1",), ("C-3",)}
    assert all("EUR/GBP" in one.reason for one in night.problems if "C-1" in one.contract_ids)
    assert not [charge for charge in night.charges if charge.contract_id == "C-1"]
    with pytest.raises(RateNotFound, match="EUR/GBP"):
        month_end(store, JANUARY)
    with store.begin() as unit:
        unit.rates.add(RATES)
    billing_night(store, JANUARY.last_day)
    billing_night(whole, JANUARY.last_day)
    assert books(store) == books(whole)


def test_one_bad_contract_stops_no_other() -> None:
    """Two contracts of one customer would stand on one invoice; one has a tax nobody knows."""
    good = contract(line(PerUnit.of("7", "EUR")), id="C-1")
    bad = contract(
        line(PerUnit.of("9", "EUR")),
        line(PerUnit.of("1", "EUR"), id="2", tax_category="X"),
        id="C-2",
    )
    store = in_memory(contracts=[good, bad])
    night = billing_night(store, date(2026, 1, 1))
    [problem] = night.problems
    assert problem.contract_ids == ("C-2",)
    assert "no tax rate of category 'X' in 'DE'" in problem.reason
    assert [(one.id, str(one.net)) for one in night.invoices] == [
        ("INV-DE-20260101-K-1-EUR", "7.00 EUR")
    ]
    assert {charge.contract_id for charge in night.charges} == {"C-1"}
    assert [(one.document_id, one.contract_ids, one.done) for one in night.results] == [
        ("INV-DE-20260101-K-1-EUR", ("C-1",), True),
        (None, ("C-2",), False),
    ]
    with store.begin() as unit:
        unit.contracts.save(contract(line(PerUnit.of("9", "EUR")), id="C-2"))
    later = billing_night(store, date(2026, 1, 20))
    assert (later.problems, [str(one.net) for one in later.invoices]) == ((), ["9.00 EUR"])
    assert [one.day for one in later.invoices] == [date(2026, 1, 1)]


def test_receivables_are_what_the_invoices_ask_for() -> None:
    store = in_memory()
    billing_night(store, MARCH.last_day)
    found = books(store)
    asked = {one.id: one.total for one in found.invoices if one.side.value == "sell"}
    booked = {
        entry.id: sum(
            (line.amount.transaction for line in entry.lines if line.role == Role.RECEIVABLE),
            Money.zero(entry.currencies[0]),
        )
        for entry in found.entries
        if entry.kind == "invoice"
    }
    assert booked == asked

"""A store whose customers withhold: the night says what, money and withholding settle it."""

from __future__ import annotations

from datetime import date

import attrs

from harmony_core.billing import Payment, withheld_with
from harmony_core.finance import Money, NamedTax, Role, TaxRate, TaxRule
from harmony_core.pricing import PerUnit
from harmony_core.repositories import MemoryStore
from harmony_core.workflows import (
    billing_night,
    credit_invoice,
    receivables_ledger,
    receive_payments,
)
from tests.strategies import contract, line
from tests.workflows.company import LONG_AGO, books, in_memory

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 10)


def withholding_store() -> MemoryStore:
    """German customers hold back 15.825 % of the net, and prices include the tax of 19 %."""
    agreed = attrs.evolve(line(PerUnit.of("1190", "EUR"), months=12), tax_included=True)
    store = in_memory(contracts=[contract(agreed)])
    with store.begin() as unit:
        house = unit.company.get()
        rate = TaxRate("DE", "KapESt", "15.825", LONG_AGO)
        held = [NamedTax("DE", "KapESt", reason="sec. 50a EStG")]
        rule = TaxRule("held", "DE", "S", abroad=False, withheld=held, valid_from=LONG_AGO)
        unit.company.save(
            attrs.evolve(house, tax_rates=(*house.tax_rates, rate), tax_rules=(rule,))
        )
    return store


def test_the_night_says_what_is_withheld_and_payments_settle_it() -> None:
    store = withholding_store()
    (invoice,) = billing_night(store, JANUARY).invoices
    assert [str(one) for one in (invoice.total, invoice.expected)] == ["1190.00 EUR", "1031.75 EUR"]
    paid = Payment("P-1", "DE", "K-1", FEBRUARY, invoice.expected, [invoice.id])
    (held,) = withheld_with(paid, invoice)
    report = receive_payments(store, [paid, held], day=FEBRUARY, booked=True)
    with store.begin() as unit:
        assert not receivables_ledger(unit).open_items(FEBRUARY)
    kinds = [one.kind for one in report.entries]
    assert kinds[:2] == ["payment", "withholding"]  # then what the exchange brought the group
    assets = [
        row.amount.entity
        for entry in books(store).entries
        for row in entry.lines
        if row.role.startswith(Role.TAX_WITHHELD)
    ]
    assert assets == [Money.of("158.25", "EUR")]


def test_a_credit_note_of_a_price_with_tax_lowers_both() -> None:
    """15.825 % of 500.00 are 79.125, half up 79.13."""
    store = withholding_store()
    (invoice,) = billing_night(store, JANUARY).invoices
    half = {invoice.lines[0].charge_key: Money.of("500.00", "EUR")}
    note = credit_invoice(store, invoice.id, day=FEBRUARY, reason="half of it", amounts=half)
    assert [str(one) for one in (note.document.total, note.document.expected)] == [
        "-595.00 EUR",
        "-515.87 EUR",
    ]
    due = invoice.expected + note.document.expected
    paid = Payment("P-1", "DE", "K-1", FEBRUARY, due, [invoice.id])
    held = withheld_with(paid, invoice, credits=[note.document])
    receive_payments(store, [paid, *held], day=FEBRUARY, booked=True)
    with store.begin() as unit:
        ledger = receivables_ledger(unit)
        assert not ledger.open_items(FEBRUARY)
        assert not ledger.on_account(FEBRUARY)
    (given_back,) = [one for one in books(store).charges if one.credits is not None]
    assert (str(given_back.amount), str(given_back.gross)) == ("-500.00 EUR", "-595.00 EUR")

"""Tax of invoices: decided line by line, with its reason, on its own day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from harmony_core.billing import (
    Invoice,
    TaxSummary,
    book_invoice,
    credit_note,
    invoices,
    tax_in_books,
)
from harmony_core.contracts import Contract, Side
from harmony_core.finance import Column, Money, TaxPoint, TaxRate, TaxRule, TaxTable, convert
from harmony_core.parties import Customer, Directory
from harmony_core.periods import Timing
from harmony_core.pricing import PerUnit
from tests.billing.test_invoices import billed
from tests.strategies import GROUP, TERMS, contract, line

SINCE = date(2007, 1, 1)
FRENCH = Directory([Customer("K-1", "Client", "FR", "EUR", tax_id="FR12345678901")])
RATES = [
    TaxRate("DE", "S", 19, SINCE),
    TaxRate("DE", "S", 21, date(2026, 2, 1)),
    TaxRate("DE", "G", 0, SINCE),
]
MOVED = TaxRule(
    "eu-b2b", "DE", "AE", "Reverse charge", "VATEX-EU-AE",
    buyers=["FR"], registered=True, valid_from=SINCE,
)  # fmt: skip
LESSONS = TaxRule("lessons", "DE", "E", "Training, art. 132(1)(i)", codes=["T"], valid_from=SINCE)


def invoice(made: Contract, taxes: TaxTable, directory: Directory) -> Invoice:
    charges = billed(made, through=date(2026, 2, 1))
    found, *_ = invoices(charges, {made.id: made}, directory, GROUP, taxes)
    return found


def test_the_buyer_owes_the_tax_and_the_invoice_says_why() -> None:
    made = contract(line(PerUnit.of("100", "EUR")))
    found = invoice(made, TaxTable(RATES, [MOVED]), FRENCH)
    (only,) = found.lines
    assert (only.tax_category, only.tax_percent, only.tax_rule) == ("AE", Fraction(0), "eu-b2b")
    assert found.total == found.net
    assert found.tax_breakdown == (
        TaxSummary(
            "AE",
            Fraction(0),
            found.net,
            Money.zero("EUR"),
            ("Reverse charge",),
            ("VATEX-EU-AE",),
            "DE",
        ),
    )


def test_each_line_is_taxed_by_its_own_category_and_says_by_which_rule() -> None:
    made = contract(
        line(PerUnit.of("100", "EUR"), id="1"),
        line(PerUnit.of("50", "EUR"), id="2", tax_category="T"),
    )
    home = Directory([Customer("K-1", "Kunde", "DE", "EUR")])
    found = invoice(made, TaxTable(RATES, [MOVED, LESSONS]), home)
    assert [(each.tax_category, each.tax_rule) for each in found.lines] == [
        ("S", "home"),
        ("E", "lessons"),
    ]
    assert found.lines[0].tax_reason == "sale within the country"
    assert [
        (each.category, str(each.tax.amount), each.reasons) for each in found.tax_breakdown
    ] == [
        ("E", "0.00", ("Training, art. 132(1)(i)",)),
        ("S", "19.00", ()),  # what is taxed shows no reason for having none
    ]


@pytest.mark.parametrize(
    ("point", "percent", "day"),
    [
        (None, 21, date(2026, 2, 1)),
        (TaxPoint.SERVICE_END, 19, date(2026, 1, 31)),
        (TaxPoint.EARLIER, 19, date(2026, 1, 31)),
        (TaxPoint.SERVICE_START, 19, date(2026, 1, 1)),
    ],
)
def test_a_rate_that_rises_divides_by_the_tax_point(
    point: TaxPoint | None, percent: int, day: date
) -> None:
    """January is billed in arrears on 1 February, the day on which the rate rises."""
    made = contract(line(PerUnit.of("100", "EUR"), timing=Timing.ARREARS))
    home = Directory([Customer("K-1", "Kunde", "DE", "EUR")])
    table = TaxTable(RATES, points={} if point is None else {"DE": point})
    found = invoice(made, table, home)
    assert found.day == date(2026, 2, 1)
    assert found.lines[0].tax_percent == percent
    assert found.lines[0].tax_point == day


def test_a_credit_note_keeps_category_reason_and_tax_point() -> None:
    made = contract(line(PerUnit.of("100", "EUR")))
    charges = billed(made)
    (sent,) = invoices(charges, {"C-1": made}, FRENCH, GROUP, TaxTable(RATES, [MOVED]))
    entry = book_invoice(sent, {one.key: one for one in charges}, {"C-1": made}, TERMS)
    given_back = credit_note(
        sent,
        entry,
        {one.key: one for one in charges},
        id="CN-1",
        day=date(2026, 3, 1),
        reason="never delivered",
        rounding_account="9999",
    ).document
    assert given_back.total == -sent.total
    (before,), (after,) = sent.lines, given_back.lines
    for field in ("tax_category", "tax_percent", "tax_reason", "tax_rule", "tax_point"):
        assert getattr(after, field) == getattr(before, field)
    assert given_back.tax_breakdown[0].reason_codes == ("VATEX-EU-AE",)


def test_on_a_bill_the_supplier_says_which_tax_it_bears() -> None:
    made = contract(line(PerUnit.of("50", "EUR")), id="B-1", side=Side.BUY, party="S-1")
    (only,) = invoice(made, TaxTable(RATES, [MOVED]), FRENCH).lines
    assert (only.tax_category, only.tax_reason, only.tax_rule, only.tax_point) == (
        "O",
        "",
        "",
        None,
    )


def test_the_tax_in_the_currency_of_the_books_is_what_is_booked() -> None:
    """100.00 USD and 19.00 of tax, booked by a house whose books are in euro."""
    made = contract(line(PerUnit.of("100", "USD")))
    home = Directory([Customer("K-1", "Kunde", "DE", "USD")])
    charges = billed(made)
    (sent,) = invoices(charges, {"C-1": made}, home, GROUP, TaxTable(RATES))
    entry = book_invoice(sent, {one.key: one for one in charges}, {"C-1": made}, TERMS)
    rates = TERMS.booking_rates("USD", "DE", sent.day)
    assert tax_in_books(entry) == convert(Money.of("19.00", "USD"), rates.to_entity)
    assert tax_in_books(entry, Column.TRANSACTION) == sent.tax.total_tax
    assert tax_in_books(entry, Column.GROUP).currency == "GBP"

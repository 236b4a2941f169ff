"""Invoices, recognition and journals with figures worked out by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest

from harmony_core.billing import (
    Charge,
    Facts,
    Invoice,
    Recognised,
    accruals,
    book_invoice,
    book_recognition,
    due,
    invoices,
    recognise,
)
from harmony_core.contracts import Contract, Side
from harmony_core.errors import NotFound
from harmony_core.finance import Booked, JournalEntry, TaxTable
from harmony_core.parties import Customer, Directory
from harmony_core.periods import Month, Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import ContractType, Recognition, TimeWorked
from harmony_core.work import TimeEntry
from tests.strategies import CUSTOMERS, GROUP, TAXES, TERMS, contract, fund_terms, line

NOTHING = Facts()
JANUARY = date(2026, 1, 1)


def billed(*made: Contract, through: date = JANUARY) -> list[Charge]:
    return [charge for one in made for charge in due(one, NOTHING, TERMS, through)]


def invoiced(*made: Contract, directory: Directory = CUSTOMERS) -> list[Invoice]:
    by_id = {one.id: one for one in made}
    return list(invoices(billed(*made), by_id, directory, GROUP, TAXES))


def test_one_invoice_for_all_contracts_of_a_customer_merged_or_not() -> None:
    first = contract(line(PerUnit.of("10.01", "EUR"), quantity=3))
    second = contract(line(PerUnit.of("70", "EUR")), id="C-2", party="K-9")
    (invoice,) = invoiced(second, first)
    assert invoice.id == "INV-DE-20260101-K-1-EUR"
    assert [(item.contract_id, str(item.net)) for item in invoice.lines] == [
        ("C-1", "30.03 EUR"),
        ("C-2", "70.00 EUR"),
    ]
    # 19 % of 100.03 is 19.0057
    assert [str(amount) for amount in (invoice.net, invoice.tax.total_tax, invoice.total)] == [
        "100.03 EUR",
        "19.01 EUR",
        "119.04 EUR",
    ]


def test_a_sale_to_another_country_is_an_export() -> None:
    abroad = Directory([Customer("K-5", "Abroad", "US", "USD")])
    made = contract(line(PerUnit.of("100", "USD")), party="K-5")
    (invoice,) = invoiced(made, directory=abroad)
    assert (invoice.lines[0].tax_category, invoice.lines[0].tax_percent) == ("G", Fraction(0))
    assert invoice.total == invoice.net


def test_entities_currencies_and_days_have_their_own_invoices() -> None:
    made = [
        contract(line(PerUnit.of("1", "EUR")), id="C-1"),
        contract(line(PerUnit.of("1", "EUR")), id="C-2", entity="GB"),
        contract(line(PerUnit.of("1", "USD")), id="C-3"),
        contract(line(PerUnit.of("0", "EUR"), date(2025, 12, 15), lead_days=5), id="C-4"),
    ]
    assert [invoice.id for invoice in invoiced(*made)] == [
        "INV-DE-20260101-K-1-EUR",
        "INV-DE-20260101-K-1-USD",
        "INV-GB-20260101-K-1-EUR",
    ]


def test_a_supplier_bills_without_tax() -> None:
    made = contract(line(PerUnit.of("50", "EUR")), id="B-1", side=Side.BUY, party="S-1")
    (bill,) = invoiced(made)
    assert (bill.id, bill.side) == ("BILL-DE-20260101-S-1-EUR", Side.BUY)
    assert (bill.lines[0].tax_category, bill.lines[0].tax_percent) == ("O", None)


def test_what_an_invoice_needs_and_lacks_is_named() -> None:
    made = contract(line(PerUnit.of("50", "EUR")))
    charges = billed(made)
    with pytest.raises(NotFound, match="of contract 'C-1', not given"):
        list(invoices(charges, {}, CUSTOMERS, GROUP, TAXES))
    with pytest.raises(NotFound, match="no tax rate of category 'S' in 'DE' on 2026-01-01"):
        list(invoices(charges, {"C-1": made}, CUSTOMERS, GROUP, TaxTable()))


def posted(entry: JournalEntry) -> list[tuple[str, ...]]:
    return [
        (row.role, *(str(amount) for amount in attrs.astuple(row.amount, recurse=False)))
        for row in entry.lines
    ]


def test_an_invoice_in_the_books_stands_in_three_currencies() -> None:
    """1 EUR = 0.8571 x 1.084 = 0.9290964 GBP in January 2026: 100.00 EUR are 92.91 GBP."""
    made = contract(line(PerUnit.of("100", "EUR")))
    charges = billed(made)
    (invoice,) = invoices(charges, {"C-1": made}, CUSTOMERS, GROUP, TAXES)
    entry = book_invoice(invoice, {c.key: c for c in charges}, {"C-1": made}, TERMS)
    assert posted(entry) == [
        ("contract_balance", "-100.00 EUR", "-100.00 EUR", "-92.91 GBP"),
        ("tax_payable", "-19.00 EUR", "-19.00 EUR", "-17.65 GBP"),
        ("receivable", "119.00 EUR", "119.00 EUR", "110.56 GBP"),
    ]


def test_a_bill_in_the_books_mirrors_an_invoice_and_is_about_the_contract_it_serves() -> None:
    sold = contract(line(PerUnit.of("100", "EUR")))
    made = contract(
        line(PerUnit.of("50", "EUR"), serves="C-1"), id="B-1", side=Side.BUY, party="S-1"
    )
    contracts = {"C-1": sold, "B-1": made}
    charges = billed(made)
    (bill,) = invoices(charges, contracts, CUSTOMERS, GROUP, TAXES)
    entry = book_invoice(bill, {c.key: c for c in charges}, contracts, TERMS)
    assert [row[:2] for row in posted(entry)] == [
        ("purchase_balance", "50.00 EUR"),
        ("payable", "-50.00 EUR"),
    ]
    rows = list(recognise(made, charges, NOTHING, Month(2026, 1), {}))
    (earned,) = book_recognition(rows, contracts, TERMS, Month(2026, 1))
    assert [row[:2] for row in posted(earned)] == [
        ("purchase_balance", "-50.00 EUR"),
        ("cost_of_sales", "50.00 EUR"),
    ]
    about = dict(earned.lines[1].dimensions)
    assert (about["contract"], about["customer"], about["supplier"]) == ("C-1", "K-1", "S-1")


def by_month(made: Contract, facts: Facts, months: int, through: date) -> list[Recognised]:
    so_far: dict[str, Booked] = {}
    found = []
    for number in range(1, months + 1):
        month = Month(2026, number)
        charges = list(due(made, facts, TERMS, min(through, month.last_day)))
        charges += accruals(made, facts, TERMS, month)
        for row in recognise(made, charges, facts, month, so_far):
            before = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if before is None else before + row.amount
            found.append(row)
    return found


def test_straight_line_is_cumulative_by_days() -> None:
    """100.00 over 90 days from 1 January: 31, 59 and 90 days are 34.44, 65.56 and 100.00."""
    made = contract(line(PerUnit.of("100", "EUR"), months=3, recognition=Recognition.STRAIGHT_LINE))
    rows = by_month(made, NOTHING, 3, JANUARY)
    assert [str(row.amount.transaction) for row in rows] == ["34.44 EUR", "31.12 EUR", "34.44 EUR"]


def test_a_fixed_quantity_in_arrears_accrues_before_it_is_billed() -> None:
    made = contract(
        line(
            PerUnit.of("90", "EUR"),
            months=3,
            timing=Timing.ARREARS,
            recognition=Recognition.STRAIGHT_LINE,
        )
    )
    rows = by_month(made, NOTHING, 3, date(2026, 3, 31))
    assert [str(row.amount.transaction) for row in rows] == ["31.00 EUR", "28.00 EUR", "31.00 EUR"]
    (charge,) = due(made, NOTHING, TERMS, date(2026, 4, 1))
    assert (charge.trigger, charge.booked_on) == (date(2026, 4, 1), date(2026, 1, 31))


def test_a_block_is_earned_as_it_is_drawn_and_the_rest_lapses() -> None:
    """The case of the field: 2,500.00 for 30 h, used 7, 11 and 5; then it ends."""
    made = contract(
        line(
            PerUnit.of(Fraction(2500, 30), "EUR"),
            kind=ContractType.PREPAYMENT,
            quantity=30,
            months=None,
            recognition=Recognition.AS_DRAWN,
            fund=fund_terms("EUR", valid_months=4),
        )
    )
    used = {1: 7, 2: 11, 3: 5}
    facts = Facts(
        time=[
            TimeEntry(f"T-{month}", "anna", date(2026, month, 9), hours, "C-1", "1")
            for month, hours in used.items()
        ]
    )
    rows = by_month(made, facts, 5, date(2026, 5, 31))
    assert [str(row.amount.transaction) for row in rows] == [
        "583.33 EUR",
        "916.67 EUR",
        "416.67 EUR",
        "583.33 EUR",
    ]
    assert [str(row.breakage.transaction) for row in rows if row.breakage] == ["583.33 EUR"]
    (entry,) = book_recognition(rows[3:], {"C-1": made}, TERMS, Month(2026, 4))
    assert [row[:2] for row in posted(entry)] == [
        ("contract_balance", "583.33 EUR"),
        ("breakage_revenue", "-583.33 EUR"),
    ]


def test_a_correction_is_earned_in_the_month_in_which_it_became_known() -> None:
    made = contract(
        line(
            PerUnit.of("95", "EUR"),
            kind=ContractType.TRANSACTIONAL,
            quantity=0,
            source=TimeWorked(),
            timing=Timing.ARREARS,
            months=None,
        )
    )
    late = TimeEntry("T-2", "anna", date(2026, 1, 9), 1, "C-1", "1", recorded_on=date(2026, 3, 5))
    facts = Facts(time=[TimeEntry("T-1", "anna", date(2026, 1, 9), 2, "C-1", "1"), late])
    rows = by_month(made, facts, 4, date(2026, 4, 30))
    assert [(str(row.month), str(row.amount.transaction)) for row in rows] == [
        ("2026-01", "190.00 EUR"),
        ("2026-03", "95.00 EUR"),
    ]

"""One quarter of a small group in which every kind of entry comes about from facts and deeds."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TypeAlias

import attrs
import pytest

from harmony_core.billing import InputTax, Payment
from harmony_core.contracts import Side
from harmony_core.finance import (
    Column,
    JournalEntry,
    Money,
    RateKind,
    Role,
    booked_sum,
    consolidate,
    open_pairs,
)
from harmony_core.periods import Month
from harmony_core.pricing import PerUnit
from harmony_core.products import ContractType, Recognition
from harmony_core.repositories import MemoryStore
from harmony_core.workflows import (
    billing_night,
    credit_invoice,
    month_end,
    pay_suppliers,
    pay_within_group,
    receive_bill_tax,
    receive_payments,
)
from tests.strategies import GROUP, contract, fund_terms, line
from tests.workflows.company import CONTRACTS, books, in_memory

JANUARY, FEBRUARY, MARCH = Month(2026, 1), Month(2026, 2), Month(2026, 3)
NEVER_DRAWN = contract(
    line(
        PerUnit.of("80", "EUR"),
        date(2026, 1, 5),
        kind=ContractType.PREPAYMENT,
        quantity=5,
        months=None,
        recognition=Recognition.AS_DRAWN,
        fund=fund_terms(valid_months=1),
    ),
    id="C-8",
)
IN_DOLLARS = contract(line(PerUnit.of("12", "USD"), quantity=10), id="C-9")
FROM_ABROAD = contract(
    line(PerUnit.of("50", "USD"), quantity=2), id="B-9", side=Side.BUY, party="S-1"
)
Entries: TypeAlias = tuple[JournalEntry, ...]


def paid(store: MemoryStore, name: str, document_id: str, day: date, side: Side) -> None:
    """Pay half of a document, booked."""
    with store.begin() as unit:
        asked = unit.receivables.all() if side is Side.SELL else unit.payables.all()
    [one] = [one for one in asked if one.id == document_id]
    half = Money(one.amount.minor // 2, one.amount.currency)
    payment = Payment(name, "DE", one.party_id, day, half, [document_id], side=side)
    settle = receive_payments if side is Side.SELL else pay_suppliers
    settle(store, [payment], day=day, booked=True)


@pytest.fixture(scope="module")
def lived() -> Entries:
    store = in_memory(contracts=[*CONTRACTS, NEVER_DRAWN, IN_DOLLARS, FROM_ABROAD])
    month_end(store, JANUARY)
    with store.begin() as unit:
        documents = {row.contract_id: one for one in unit.invoices.all() for row in one.lines}
    sold, bought = documents["C-9"], documents["B-9"]
    receive_bill_tax(
        store,
        bought.id,
        {row.charge_key: InputTax("AE", 19, 50) for row in bought.lines},
        day=date(2026, 2, 2),
    )
    paid(store, "P-1", sold.id, date(2026, 2, 10), Side.SELL)
    paid(store, "P-2", bought.id, date(2026, 2, 10), Side.BUY)
    lost = Payment(
        "W-1", "DE", "K-1", date(2026, 2, 11), Money.of("1.00", "USD"), [sold.id], Role.BAD_DEBT
    )
    receive_payments(store, [lost], day=lost.day, booked=True)
    [owed] = open_pairs(books(store).entries, JANUARY.last_day)
    part = Money(owed.open.minor // 2, owed.open.currency)
    pay_within_group(store, owed.debtor, owed.creditor, part, id="PAY-IC", day=date(2026, 2, 12))
    [prepaid] = [row.charge_key for row in documents["C-8"].lines if row.contract_id == "C-8"]
    credit_invoice(
        store,
        documents["C-8"].id,
        day=date(2026, 2, 13),
        reason="goodwill",
        amounts={prepaid: Money.of("40.00", "EUR")},
    )
    month_end(store, FEBRUARY, revalued_at=RateKind.SPOT)
    billing_night(store, date(2026, 3, 15))
    month_end(store, MARCH)
    return books(store).entries


def of_kind(entries: Entries, kind: str) -> Entries:
    return tuple(one for one in entries if one.kind == kind)


def balance(entries: Entries, role: str, through: Month, **about: str) -> Money:
    """What stands on a role at the end of a month, in the currency of the deal."""
    found = [
        line.amount.transaction
        for entry in entries
        for line in entry.lines
        if entry.day <= through.last_day
        and line.role == role
        and all(line.dimension(name) == value for name, value in about.items())
    ]
    return sum(found[1:], found[0])


def test_every_entry_is_zero_and_the_group_has_no_break(lived: Entries) -> None:
    for entry in lived:
        amounts = [line.amount for line in entry.lines]
        assert not booked_sum(amounts, amounts[0].currencies), entry.id
    assert len({entry.id for entry in lived}) == len(lived)


KINDS = {
    "invoice",
    "bill",
    "input tax",
    "credit note",
    "recognition",
    "labour",
    "expenses",
    "transfer",
    "payment",
    "write-off",
    "settlement",
    "revaluation",
}


def test_every_kind_is_there_and_in_the_reference(lived: Entries) -> None:
    assert {entry.kind for entry in lived} == KINDS
    page = (Path(__file__).parents[2] / "docs" / "reference" / "billing.md").read_text("utf-8")
    table = page.split("## Entries")[1].split("##")[0]
    by_hand = {"work in progress"}  # by UnbilledTransfer
    assert set(re.findall(r"^\| `([a-z -]+)` \|", table, re.MULTILINE)) == KINDS | by_hand | {
        "kind"
    }


def test_income_is_accrued_before_it_is_billed_and_the_invoice_takes_it_back(
    lived: Entries,
) -> None:
    """Thirteen hours of January at 95.00 are billed in February, with two that came late."""
    hours = {"contract": "C-1", "line": "2"}
    assert balance(lived, Role.CONTRACT_BALANCE, JANUARY, **hours) == Money.of("1235.00", "EUR")
    assert not balance(lived, Role.CONTRACT_BALANCE, FEBRUARY, **hours)
    earned = balance(lived, "revenue.managed", FEBRUARY, **hours)
    assert earned == Money.of("-1425.00", "EUR")  # two late hours are a correction of February


def test_income_is_deferred_when_it_is_billed_before_it_is_earned(lived: Entries) -> None:
    """Five hours at 80.00, less 40.00 given back: nobody drew them, and they lapse in February."""
    block = {"contract": "C-8"}
    assert balance(lived, Role.CONTRACT_BALANCE, JANUARY, **block) == Money.of("-400.00", "EUR")
    assert not balance(lived, Role.CONTRACT_BALANCE, MARCH, **block)
    lapsed = balance(lived, Role.BREAKAGE_REVENUE, MARCH, **block)
    assert lapsed == Money.of("-360.00", "EUR")
    [note] = of_kind(lived, "credit note")
    assert balance((note,), Role.CONTRACT_BALANCE, FEBRUARY) == Money.of("40.00", "EUR")


def test_cost_of_suppliers_is_accrued_before_the_bill_comes(lived: Entries) -> None:
    """12 of 31 days of January at 111.11 are cost; the bill comes on 20 February."""
    bought = {"product": "P-1", "supplier": "S-1", "contract": "C-1"}
    accrued = balance(lived, Role.PURCHASE_BALANCE, JANUARY, **bought)
    assert accrued == Money.of("-43.01", "EUR")
    assert balance(lived, Role.COST_OF_SALES, JANUARY, **bought) == -accrued
    billed = balance(of_kind(lived, "bill"), Role.PURCHASE_BALANCE, FEBRUARY, **bought)
    assert billed == Money.of("111.11", "EUR")


def test_expenses_stand_with_whoever_spent_them(lived: Entries) -> None:
    [entry] = of_kind(lived, "expenses")
    assert entry.entity == "IN"
    assert balance((entry,), Role.EXPENSE_COST, FEBRUARY) == Money.of("8000.00", "INR")


def test_each_payment_realises_its_difference_on_its_own_account(lived: Entries) -> None:
    """Half of 120.00 USD with 19 % tax comes in, half of 100.00 USD goes out."""
    realised = f"{Role.EXCHANGE_DIFFERENCE}.realised"
    settled = of_kind(lived, "settlement")
    roles = {line.role for entry in settled for line in entry.lines}
    assert {
        realised,
        Role.RECEIVABLE,
        Role.PAYABLE,
        Role.INTERCOMPANY_RECEIVABLE,
        Role.INTERCOMPANY_PAYABLE,
    } <= roles
    cash = [line for entry in of_kind(lived, "payment") for line in entry.lines]
    assert sorted(str(line.amount.transaction) for line in cash if line.role == Role.BANK) == [
        "-50.00 USD",
        "71.40 USD",
    ]
    [lost] = of_kind(lived, "write-off")
    assert balance((lost,), Role.BAD_DEBT, FEBRUARY) == Money.of("1.00", "USD")


def test_a_revaluation_is_taken_back_on_the_next_day_line_by_line(lived: Entries) -> None:
    shown = of_kind(lived, "revaluation")
    assert {entry.day for entry in shown} == {FEBRUARY.last_day, MARCH.first_day}
    lines: Counter[tuple[str, str, Column]] = Counter()
    for entry in shown:
        for row in entry.lines:
            for column in Column:
                lines[entry.entity, row.role, column] += row.amount.column(column).minor
    assert not any(lines.values())
    on_the_day = [entry for entry in shown if entry.day == FEBRUARY.last_day]
    roles = {line.role for entry in on_the_day for line in entry.lines}
    assert {Role.RECEIVABLE, Role.PAYABLE, Role.INTERCOMPANY_PAYABLE} <= roles


def test_tax_that_the_buyer_owes_is_asset_cost_and_debt(lived: Entries) -> None:
    [entry] = of_kind(lived, "input tax")
    amounts = {line.role: str(line.amount.transaction) for line in entry.lines}
    assert amounts[Role.TAX_PAYABLE] == "-19.00 USD"
    assert (amounts[Role.TAX_RECOVERABLE], amounts[Role.COST_OF_SALES]) == ("9.50 USD",) * 2


def test_the_group_consolidates_on_every_day(lived: Entries) -> None:
    for day in sorted({entry.day for entry in lived}):
        found = consolidate(lived, GROUP, day)
        assert found.is_zero
        assert not found.breaks


def test_the_bill_of_a_subcontractor_clears_what_his_hours_cost_already() -> None:
    """Bob's six hours at 61.40 GBP are cost when he works; his bill of 368.40 is no cost again."""
    agreed = line(PerUnit.of("368.40", "GBP"), date(2026, 2, 1), months=None)
    agreed = attrs.evolve(
        agreed,
        accounting=attrs.evolve(
            agreed.accounting, cost_role=Role.LABOUR_ABSORBED, recognition=Recognition.AT_ONCE
        ),
    )
    his = contract(agreed, id="B-7", side=Side.BUY, party="S-1", entity="GB")
    store = in_memory(contracts=[*CONTRACTS, his])
    month_end(store, JANUARY)
    month_end(store, FEBRUARY)
    entries = tuple(one for one in books(store).entries if one.entity == "GB")
    hours = Money.of("368.40", "GBP")
    assert balance(entries, Role.COST_OF_SALES, FEBRUARY) == hours
    assert not balance(entries, Role.LABOUR_ABSORBED, FEBRUARY)
    assert balance(entries, Role.PAYABLE, FEBRUARY) == -hours
    assert not balance(entries, Role.PURCHASE_BALANCE, FEBRUARY)

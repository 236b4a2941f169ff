"""The tax of suppliers' bills: known figures, and that nothing is lost in any column."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    BillTax,
    InputTax,
    Invoice,
    InvoiceLine,
    PayablesLedger,
    Payment,
    bill_tax,
)
from harmony_core.contracts import Side
from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import Money, Role, TaxLine, booked_sum, tax_document
from harmony_core.pricing import PerUnit
from tests.strategies import TERMS, contract, line

DAY = date(2026, 3, 10)
LINES = tuple(line(PerUnit.of("1", "EUR"), id=str(number)) for number in range(1, 5))
BOUGHT = contract(*LINES, id="B-1", side=Side.BUY, party="S-1")
CONTRACTS = {"B-1": BOUGHT}


def bill(*nets: int, currency: str = "EUR", id: str = "BILL-1") -> Invoice:  # noqa: A002
    lines = tuple(
        InvoiceLine(f"K-{number}", "B-1", str(number), Money(net, currency), "O", None)
        for number, net in enumerate(nets, start=1)
    )
    document = tax_document(currency, [TaxLine.of(one.net, "O", None) for one in lines])
    return Invoice(id, Side.BUY, "DE", "S-1", currency, DAY, lines, document)


def taxed(one: Invoice, *how: InputTax) -> BillTax:
    taxes = {line.charge_key: tax for line, tax in zip(one.lines, how, strict=False)}
    return bill_tax(one, taxes, CONTRACTS, TERMS, day=DAY)


def shown(found: BillTax) -> list[tuple[str, str]]:
    assert found.entry is not None
    return [
        (line.role, str(line.amount.transaction.amount))
        for line in found.entry.lines
        if line.role != Role.ROUNDING  # what the group's column leaves
    ]


def test_what_may_be_deducted_is_an_asset_and_the_supplier_is_owed_it() -> None:
    found = taxed(bill(1000_00), InputTax("S", 19))
    assert shown(found) == [("payable", "-190.00"), ("tax_recoverable", "190.00")]
    assert found.payable is not None
    assert (found.payable.id, str(found.payable.amount)) == ("TAX-BILL-1", "190.00 EUR")
    assert (str(found.asked), str(found.deductible), str(found.cost)) == (
        "190.00 EUR",
        "190.00 EUR",
        "0.00 EUR",
    )


def test_what_may_not_be_deducted_is_cost_of_the_lines_that_bear_it() -> None:
    """19 % of 300.03 is 57.01, half of it 28.51 (half up), and 28.50 fall on three lines."""
    half = InputTax("S", 19, 50)
    found = taxed(bill(100_01, 100_01, 100_01), half, half, half)
    assert shown(found) == [
        ("payable", "-57.01"),
        ("tax_recoverable", "28.51"),
        ("cost_of_sales", "9.50"),
        ("cost_of_sales", "9.50"),
        ("cost_of_sales", "9.50"),
    ]
    assert found.entry is not None
    about = [line.dimension("supplier") for line in found.entry.lines]
    assert about == ["S-1", None, "S-1", "S-1", "S-1"]
    assert shown(taxed(bill(100_00), InputTax("S", 20, 0))) == [
        ("payable", "-20.00"),
        ("cost_of_sales", "20.00"),
    ]


@pytest.mark.parametrize("category", ["AE", "K"])
def test_what_the_buyer_owes_is_not_asked_for(category: str) -> None:
    found = taxed(bill(1000_00), InputTax(category, 19, 40))
    assert shown(found) == [
        ("tax_payable", "-190.00"),
        ("tax_recoverable", "76.00"),
        ("cost_of_sales", "114.00"),
    ]
    assert found.payable is None
    assert (str(found.asked), str(found.owed)) == ("0.00 EUR", "190.00 EUR")


def test_rates_are_rounded_once_each_and_lines_without_bear_none() -> None:
    """7 % of 0.07 + 0.07 is 0.01; 19 % of 10.00 is 1.90; the fourth line bears nothing."""
    found = taxed(bill(7, 7, 10_00, 5_00), InputTax("S", 7), InputTax("S", 7), InputTax("S", 19))
    assert str(found.asked) == "1.91 EUR"
    assert taxed(bill(10_00)).entry is None
    assert taxed(bill(10_00), InputTax("Z", 0)).entry is None
    with pytest.raises(InvalidValue, match="category Z asks for no tax, got 19 per cent"):
        InputTax("Z", 19)


def test_the_tax_of_another_country_has_its_own_account() -> None:
    found = taxed(bill(100_00), InputTax("S", 20, jurisdiction="AT"))
    assert shown(found) == [("payable", "-20.00"), ("tax_recoverable.AT", "20.00")]


def test_what_is_no_untaxed_bill_is_refused() -> None:
    whole = bill(100_00)
    with pytest.raises(NotFound, match="has no charge 'K-9'"):
        bill_tax(whole, {"K-9": InputTax("S", 19)}, CONTRACTS, TERMS, day=DAY)
    with pytest.raises(InvalidValue, match="is an invoice to a customer"):
        taxed(attrs.evolve(whole, side=Side.SELL))
    document = tax_document("EUR", [TaxLine.of(Money(100_00, "EUR"), "S", 19)])
    with pytest.raises(InvalidValue, match=r"bears tax of 19.00 EUR already"):
        taxed(attrs.evolve(whole, tax=document))
    with pytest.raises(InvalidValue, match="at most 100 %"):
        InputTax("S", 19, 101)
    with pytest.raises(InvalidValue, match="zero or more per cent"):
        InputTax("S", -1)


ways = st.builds(
    InputTax,
    st.sampled_from(["S", "AE", "K"]),
    st.sampled_from([Fraction(19), Fraction(7), Fraction("9.975")]),
    st.integers(0, 100),
    st.sampled_from(["", "AT"]),
)


@given(
    st.lists(st.integers(1, 10**7), min_size=1, max_size=4),
    st.lists(ways, max_size=4),
    st.sampled_from(["EUR", "GBP", "JPY"]),
)
def test_the_tax_of_a_bill_is_asset_or_cost_and_its_credit_note_is_the_mirror(
    nets: list[int], how: list[InputTax], currency: str
) -> None:
    whole = bill(*nets, currency=currency)
    found = taxed(whole, *how)
    assert found.asked + found.owed == found.deductible + found.cost
    note = attrs.evolve(
        bill(*(-net for net in nets), currency=currency, id="BILLCN-1"), credits="BILL-1"
    )
    back = taxed(note, *how)
    if found.entry is None:
        assert back.entry is None
        return
    amounts = [line.amount for line in found.entry.lines]
    assert not booked_sum(amounts, amounts[0].currencies)
    assert back.entry is not None
    assert [-line.amount for line in back.entry.lines] == amounts
    if found.payable is None:
        return
    assert back.payable is not None
    assert back.payable.references == ("TAX-BILL-1",)
    ledger = PayablesLedger(
        [found.payable, back.payable],
        [Payment("P-1", "DE", "S-1", DAY, found.asked, ["TAX-BILL-1"], side=Side.BUY)],
    )
    ledger = ledger.adding(ledger.allocate(DAY))
    assert not ledger.open_items(DAY)
    assert ledger.balances(DAY) == {("DE", "S-1", currency): -found.asked}


def test_other_kinds_of_values_are_refused_in_words() -> None:
    how = {"K-1": InputTax("S", 19, 0)}
    with pytest.raises(InvalidValue, match="the bill must be an Invoice"):
        bill_tax("BILL-1", how, CONTRACTS, TERMS, day=DAY)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="the taxes of a bill must be"):
        bill_tax(bill(100), [how], CONTRACTS, TERMS, day=DAY)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="contract 'B-1' of the bill was not given"):
        bill_tax(bill(100), how, {}, TERMS, day=DAY)
    with pytest.raises(InvalidValue, match="must not be empty"):
        InputTax("", 19)
    with pytest.raises(InvalidValue, match="each of the documents of a ledger"):
        PayablesLedger(["BILL-1"])  # type: ignore[list-item]

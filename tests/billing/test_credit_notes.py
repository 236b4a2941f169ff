"""Credit notes mirror their invoice; invoices are grouped as the customer wants them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import attrs
import pytest

from harmony_core.billing import (
    BillingProfile,
    Charge,
    CreditNote,
    Facts,
    Invoice,
    InvoiceGrouping,
    LineKey,
    book_invoice,
    credit_note,
    due,
    invoice_layout,
    invoices,
)
from harmony_core.contracts import Contract
from harmony_core.errors import HarmonyError, InvalidValue, NotFound, RuleBroken
from harmony_core.finance import JournalEntry, Money, TaxMethod
from harmony_core.pricing import PerUnit
from tests.strategies import CUSTOMERS, GROUP, TAXES, TERMS, contract, line

FIRST = date(2026, 1, 1)
LATER = date(2026, 2, 10)


def money(text: str) -> Money:
    return Money.of(text, "EUR")


class Billed:
    """Contracts billed on 1 January 2026, under a profile."""

    def __init__(self, *contracts: Contract, profile: BillingProfile | None = None) -> None:
        self.contracts = {one.id: one for one in contracts}
        found = [one for made in contracts for one in due(made, Facts(), TERMS, FIRST)]
        self.charges: Mapping[str, Charge] = {one.key: one for one in found}
        profiles = {} if profile is None else {profile.id: profile}
        self.invoices = list(
            invoices(found, self.contracts, CUSTOMERS, GROUP, TAXES, profiles=profiles)
        )

    def entry(self, invoice: Invoice) -> JournalEntry:
        return book_invoice(invoice, self.charges, self.contracts, TERMS)

    def credit(
        self,
        id: str = "CN-1",  # noqa: A002
        amounts: Mapping[str, Money] | None = None,
        earlier: list[CreditNote] | None = None,
        day: date = LATER,
    ) -> CreditNote:
        (invoice,) = self.invoices
        return credit_note(
            invoice,
            self.entry(invoice),
            self.charges,
            id=id,
            day=day,
            reason="broken",
            rounding_account="rounding",
            amounts=amounts,
            earlier=[one.document for one in earlier or ()],
        )


def two_lines() -> Billed:
    return Billed(
        contract(
            line(PerUnit.of("10.01", "EUR"), id="1", quantity=3),
            line(PerUnit.of("70", "EUR"), id="2"),
        )
    )


ONE, TWO = "C-1/1/service/2026-01-01", "C-1/2/service/2026-01-01"


def test_a_whole_credit_is_the_mirror_in_every_column() -> None:
    billed = two_lines()
    (invoice,) = billed.invoices
    credit = billed.credit()
    assert (credit.document.is_credit, credit.document.credits) == (True, invoice.id)
    assert credit.document.total == -invoice.total
    assert [(one.category, one.rate_percent) for one in credit.document.tax.groups] == [
        ("S", Fraction(19))
    ]
    assert credit.document.tax.total_tax == -invoice.tax.total_tax
    original = billed.entry(invoice)
    assert [(one.role, one.account, one.dimensions, one.amount) for one in credit.entry.lines] == [
        (one.role, one.account, one.dimensions, -one.amount) for one in original.lines
    ]
    for charge in credit.charges:
        assert charge.credits is not None
        assert charge.booked == -billed.charges[charge.credits].booked
        assert charge.replay() == charge.amount
        assert charge.rate_ids == billed.charges[charge.credits].rate_ids
    assert [charge.key for charge in credit.charges] == [f"{ONE}~CN-1", f"{TWO}~CN-1"]


def test_parts_end_at_exactly_the_whole() -> None:
    """10.00 of 30.03, then 20.00 of 70.00, then the rest: 19.01 of tax in all."""
    billed = two_lines()
    (invoice,) = billed.invoices
    first = billed.credit("CN-1", {ONE: money("10.00")})
    assert [str(one) for one in (first.document.net, first.document.tax.total_tax)] == [
        "-10.00 EUR",
        "-1.90 EUR",
    ]
    second = billed.credit("CN-2", {TWO: money("20.00")}, [first])
    # 19 % of 30.00 are 5.70, of which 1.90 are credited
    assert str(second.document.tax.total_tax) == "-3.80 EUR"
    third = billed.credit("CN-3", None, [first, second])
    notes = [first, second, third]
    assert sum((one.document.total for one in notes), money("0")) == -invoice.total
    totals: dict[tuple[str, str], list[Money]] = {}
    for entry in (billed.entry(invoice), *(one.entry for one in notes)):
        for row in entry.lines:
            for column in attrs.astuple(row.amount, recurse=False):
                totals.setdefault((row.role, column.currency), []).append(column)
    assert {key for key, found in totals.items() if sum(one.minor for one in found)} == set()
    with pytest.raises(RuleBroken, match=r"nothing of .* is left to credit"):
        billed.credit("CN-4", None, notes)
    with pytest.raises(RuleBroken, match=r"0\.01 EUR cannot be credited .* 0\.00 EUR is left"):
        billed.credit("CN-4", {ONE: money("0.01")}, notes)


@pytest.mark.parametrize(
    ("amounts", "message"),
    [
        ({ONE: money("30.04")}, r"30\.04 EUR cannot be credited"),
        ({ONE: money("-1.00")}, r"-1\.00 EUR cannot be credited"),
        ({ONE: money("0.00")}, r"0\.00 EUR cannot be credited"),
        ({ONE: Money.of("1.00", "USD")}, r"1\.00 USD cannot be credited"),
        ({"C-1/3": money("1.00")}, "has no line of charge 'C-1/3'"),
        ({}, r"no line of .* is given"),
    ],
)
def test_never_more_than_was_billed_less_what_was_credited(
    amounts: Mapping[str, Money], message: str
) -> None:
    with pytest.raises(HarmonyError, match=message):
        two_lines().credit(amounts=amounts)


def test_a_credit_needs_its_invoice() -> None:
    billed, other = two_lines(), Billed(contract(line(PerUnit.of("1", "EUR")), id="C-7"))
    with pytest.raises(RuleBroken, match="cannot be credited on 2025-12-31"):
        billed.credit(day=date(2025, 12, 31))
    with pytest.raises(InvalidValue, match="neither credits nor corrects"):
        billed.credit(earlier=[attrs.evolve(other.credit(), document=billed.invoices[0])])
    (invoice,) = billed.invoices
    with pytest.raises(InvalidValue, match="is not that of invoice"):
        credit_note(
            invoice,
            attrs.evolve(billed.entry(invoice), source="other"),
            billed.charges,
            id="CN",
            day=LATER,
            reason="broken",
            rounding_account="rounding",
        )


def test_tax_by_line_is_given_back_as_it_was_rounded() -> None:
    """Three lines of 0.13: 0.02 of tax each by line, 0.07 on all of them."""
    lines = [line(PerUnit.of("0.13", "EUR"), id=str(number)) for number in (1, 2, 3)]
    profile = BillingProfile("K-1", tax_method=TaxMethod.PER_LINE)
    billed = Billed(contract(*lines), profile=profile)
    (invoice,) = billed.invoices
    assert str(invoice.tax.total_tax) == "0.06 EUR"
    first = billed.credit("CN-1", {ONE: money("0.13")})
    second = billed.credit("CN-2", None, [first])
    assert first.document.tax.total_tax + second.document.tax.total_tax == money("-0.06")


def contracts() -> list[Contract]:
    return [
        attrs.evolve(
            contract(
                attrs.evolve(line(PerUnit.of("10", "EUR"), id="1"), division="cloud"),
                line(PerUnit.of("20", "EUR"), id="2"),
                id=f"C-{number}",
            ),
            order_id=order,
        )
        for number, order in ((1, "O-1"), (2, "O-1"), (3, None))
    ]


@pytest.mark.parametrize(
    ("grouping", "nets"),
    [
        (InvoiceGrouping.CUSTOMER, {"": "90.00"}),
        (InvoiceGrouping.CONTRACT, {"-C-1": "30.00", "-C-2": "30.00", "-C-3": "30.00"}),
        (InvoiceGrouping.ORDER, {"": "30.00", "-O-1": "60.00"}),
        (InvoiceGrouping.SITE, {"-Bonn": "60.00", "": "30.00"}),
    ],
)
def test_one_invoice_for_each_part(grouping: InvoiceGrouping, nets: dict[str, str]) -> None:
    sites = [("C-1", "Bonn"), ("C-3", "Bonn")]
    billed = Billed(*contracts(), profile=BillingProfile("K-1", grouping=grouping, sites=sites))
    assert {one.id: str(one.net) for one in billed.invoices} == {
        f"INV-DE-20260101-K-1-EUR{part}": f"{net} EUR" for part, net in nets.items()
    }


def test_lines_are_sorted_and_added_up_as_the_customer_wants() -> None:
    profile = BillingProfile(
        "K-1",
        sort=[LineKey.DIVISION, LineKey.ORDER],
        subtotals=2,
        wording=[("title", "Invoice of services")],
    )
    billed = Billed(*contracts(), profile=profile)
    (invoice,) = billed.invoices
    top = invoice_layout(invoice, billed.contracts, profile)
    assert [(one.key, one.value, str(one.subtotal)) for one in top.sections] == [
        ("division", "cloud", "30.00 EUR"),
        ("division", "managed", "60.00 EUR"),
    ]
    cloud = top.sections[0]
    assert [(one.value, str(one.subtotal)) for one in cloud.sections] == [
        ("", "10.00 EUR"),
        ("O-1", "20.00 EUR"),
    ]
    assert [row.contract_id for row in cloud.sections[1].lines] == ["C-1", "C-2"]
    assert top.subtotal == invoice.net
    assert [row.line_id for row in invoice.lines] == ["1", "1", "1", "2", "2", "2"]
    assert profile.words("title", "Invoice") == "Invoice of services"
    assert profile.words("footer", "Thank you") == "Thank you"


def test_every_key_sorts() -> None:
    profile = BillingProfile("K-1", sort=list(LineKey), sites=[("C-1", "Bonn")])
    found = profile.place_of(contracts()[0], "2")
    assert found == ("C-1", "O-1", "Bonn", "managed", "P-2", "recurring")


def test_profiles_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidValue, match="1 subtotals of 0 keys"):
        BillingProfile("K-1", subtotals=1)
    with pytest.raises(InvalidValue, match="names something twice"):
        BillingProfile("K-1", sites=[("C-1", "a"), ("C-1", "b")])
    with pytest.raises(InvalidValue, match="a key stands twice"):
        BillingProfile("K-1", sort=[LineKey.ORDER, LineKey.ORDER])
    with pytest.raises(InvalidValue, match="InvoiceGrouping is one of"):
        BillingProfile("K-1", grouping="month")
    with pytest.raises(InvalidValue, match="LineKey is one of"):
        BillingProfile("K-1", sort=["colour"])  # type: ignore[list-item]
    with pytest.raises(InvalidValue, match="got the text 'C-1'"):
        BillingProfile("K-1", reviewed_contracts="C-1")


def test_a_missing_line_is_not_found() -> None:
    with pytest.raises(NotFound):
        two_lines().credit(amounts={"nothing": money("1.00")})

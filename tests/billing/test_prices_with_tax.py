"""Contract prices that include tax: what is charged, asked for, booked, earned and given back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    Charge,
    CreditNote,
    Facts,
    Invoice,
    PaymentTerms,
    book_invoice,
    book_recognition,
    credit_note,
    due,
    invoices,
    preview,
    receivable,
    recognise,
    tax_in_books,
)
from harmony_core.contracts import Contract, Side
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.finance import (
    Booked,
    Column,
    JournalEntry,
    Money,
    NamedTax,
    TaxBase,
    TaxPoint,
    TaxRate,
    TaxRule,
    TaxTable,
    booked_sum,
)
from harmony_core.parties import Customer, Directory
from harmony_core.periods import Month, Span, Timing
from harmony_core.pricing import Discounted, PercentOff, PerUnit
from harmony_core.products import Recognition, UsageMetered
from harmony_core.work import UsageRecord
from tests.strategies import CUSTOMERS, GROUP, TERMS, contract, fund_terms, line

SINCE = date(2020, 1, 1)
TAXES = TaxTable(
    [
        TaxRate("DE", "S", 19, SINCE),
        TaxRate("DE", "S", 16, date(2026, 7, 1), date(2027, 1, 1)),
        TaxRate("DE", "R", 7, SINCE),
        TaxRate("DE", "Z", 0, SINCE),
        TaxRate("DE", "levy", "1.5", SINCE),
    ],
    [
        TaxRule(
            "levied",
            "DE",
            "S",
            codes=["L"],
            valid_from=SINCE,
            further=[NamedTax("DE", "levy", TaxBase.RUNNING)],
        )
    ],
    {"DE": TaxPoint.SERVICE_END},
)
WITH_TAXES = attrs.evolve(TERMS, taxes=TAXES)
BUYERS = Facts(directory=CUSTOMERS)


def priced(price: str, **more: object) -> Contract:
    """A line whose price includes tax."""
    made = line(PerUnit.of(price, more.pop("currency", "EUR")), **more)  # type: ignore[arg-type]
    return contract(attrs.evolve(made, tax_included=True))


class Billed:
    """A contract billed up to a day; the last document with its entry."""

    def __init__(self, made: Contract, through: date, facts: Facts = BUYERS) -> None:
        self.contract, self.facts = made, facts
        self.found = list(due(made, facts, WITH_TAXES, through))
        self.charges: Mapping[str, Charge] = {one.key: one for one in self.found}
        self.documents = list(
            invoices(self.found, {made.id: made}, CUSTOMERS, GROUP, WITH_TAXES.taxes or TAXES)
        )
        self.invoice: Invoice = self.documents[-1]

    def entry(self, invoice: Invoice) -> JournalEntry:
        return book_invoice(invoice, self.charges, {self.contract.id: self.contract}, WITH_TAXES)

    def credit(
        self,
        id: str,  # noqa: A002
        amounts: Mapping[str, Money] | None = None,
        *earlier: CreditNote,
    ) -> CreditNote:
        return credit_note(
            self.invoice,
            self.entry(self.invoice),
            self.charges,
            id=id,
            day=date(2026, 12, 31),
            reason="broken",
            rounding_account="rounding",
            amounts=amounts,
            earlier=[one.document for one in earlier],
        )


def test_the_customer_pays_the_price_and_the_books_show_what_it_leaves() -> None:
    billed = Billed(priced("119"), date(2026, 1, 31))
    (charge,) = billed.found
    assert (str(charge.amount), str(charge.gross)) == ("100.00 EUR", "119.00 EUR")
    (item,) = billed.invoice.lines
    assert (str(item.net), str(item.gross)) == ("100.00 EUR", "119.00 EUR")
    assert str(billed.invoice.total) == "119.00 EUR"
    entry = billed.entry(billed.invoice)
    assert [(one.role, str(one.amount.transaction.amount)) for one in entry.lines] == [
        ("contract_balance", "-100.00"),
        ("tax_payable", "-19.00"),
        ("receivable", "119.00"),
    ]


def test_a_rate_that_changes_leaves_the_price_alone() -> None:
    """19 % until June, 16 % from July on to December: the seller gains what the state forgoes."""
    billed = Billed(priced("119", timing=Timing.ARREARS), date(2026, 8, 1))
    shown = [(str(one.gross), str(one.amount.amount)) for one in billed.found]
    assert shown == [("119.00 EUR", "100.00")] * 6 + [("119.00 EUR", "102.59")]
    assert [str(one.total) for one in billed.documents] == ["119.00 EUR"] * 7
    assert [one.lines[0].tax_percent for one in billed.documents][-2:] == [19, 16]


def test_the_explanation_goes_from_the_price_to_the_net() -> None:
    (charge,) = due(priced("10"), BUYERS, WITH_TAXES, date(2026, 1, 1))
    text = charge.explanation.as_text()
    for said in ("tax rule: home", "tax point: 2026-01-31", "price without tax", "= 8.4 EUR"):
        assert said in text
    assert charge.replay() == charge.amount == Money.of("8.40", "EUR")


def test_a_discount_is_of_the_price_with_tax() -> None:
    scheme = Discounted(PerUnit.of("119", "EUR"), (PercentOff(10),))
    made = contract(attrs.evolve(line(scheme), tax_included=True))
    (charge,) = due(made, BUYERS, WITH_TAXES, date(2026, 1, 1))
    assert (str(charge.gross), str(charge.amount)) == ("107.10 EUR", "90.00 EUR")


def test_net_and_gross_lines_stand_on_one_invoice() -> None:
    made = contract(
        attrs.evolve(line(PerUnit.of("10", "EUR"), id="1"), tax_included=True),
        line(PerUnit.of("50", "EUR"), id="2"),
        attrs.evolve(line(PerUnit.of("10.70", "EUR"), id="3"), tax_category="R", tax_included=True),
    )
    invoice = Billed(made, date(2026, 1, 1)).invoice
    assert [str(one.net.amount) for one in invoice.lines] == ["8.40", "50.00", "10.00"]
    assert [
        (one.category, str(one.taxable.amount), str(one.tax.amount))
        for one in invoice.tax_breakdown
    ] == [("R", "10.00", "0.70"), ("S", "58.40", "11.10")]
    assert str(invoice.total) == "80.20 EUR"  # 10.00, 59.50 and 10.70


def test_recognition_earns_the_net_day_by_day() -> None:
    made = priced("119", months=3, recognition=Recognition.STRAIGHT_LINE)
    billed = Billed(made, date(2026, 1, 1))
    earned = []
    so_far: dict[str, Booked] = {}
    for month in (Month(2026, 1), Month(2026, 2), Month(2026, 3)):
        rows = list(recognise(made, billed.found, BUYERS, month, so_far))
        for row in rows:
            done = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if done is None else done + row.amount
        (entry,) = book_recognition(rows, {made.id: made}, WITH_TAXES, month)
        earned.append(entry)
    revenue = [
        -one.amount.transaction for entry in earned for one in entry.lines if "revenue" in one.role
    ]
    assert [str(one.amount) for one in revenue] == ["34.44", "31.12", "34.44"]


CENTS = st.integers(1, 10**6)
CODES = st.sampled_from("SRZL")
CURRENCIES = st.sampled_from(["EUR", "USD", "JPY"])


@st.composite
def sold(draw: st.DrawFn) -> Contract:
    code = draw(CURRENCIES)
    made = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        price = Fraction(draw(CENTS), 1 if code == "JPY" else 100)
        agreed = line(PerUnit.of(price, code), id=str(number), tax_category=draw(CODES))
        made.append(attrs.evolve(agreed, tax_included=draw(st.booleans())))
    return contract(*made)


@given(sold())
def test_preview_bill_books_and_document_agree_to_the_cent(made: Contract) -> None:
    day = date(2026, 1, 1)
    billed = Billed(made, day)
    seen = list(preview(made, BUYERS, WITH_TAXES, Span.of_days(day, day)))
    assert [(one.key, one.amount, one.gross) for one in seen] == [
        (one.key, one.amount, one.gross) for one in billed.found
    ]
    invoice, entry = billed.invoice, billed.entry(billed.invoice)
    by_key = {one.charge_key: one for one in invoice.lines}
    for charge in billed.found:
        assert charge.replay() == charge.amount
        assert by_key[charge.key].net == charge.amount
        if charge.gross is not None:
            alone = list(invoices([charge], {made.id: made}, CUSTOMERS, GROUP, TAXES))
            assert alone[0].total == charge.gross == charge.priced
    assert invoice.net == sum((one.amount for one in billed.found), Money(0, made.currency))
    assert invoice.total == invoice.net + invoice.tax.total_tax
    gross = [one for one in billed.found if one.gross is not None]
    net = [one for one in billed.found if one.gross is None]
    rest = list(invoices(net, {made.id: made}, CUSTOMERS, GROUP, TAXES))
    assert invoice.total == sum((one.priced for one in gross), Money(0, made.currency)) + sum(
        (one.total for one in rest), Money(0, made.currency)
    )
    assert not booked_sum((one.amount for one in entry.lines), entry.currencies)
    assert tax_in_books(entry, Column.TRANSACTION) == invoice.tax.total_tax
    assert receivable(invoice, entry, PaymentTerms()).amount == invoice.total


@given(sold(), st.data())
def test_a_credit_in_parts_gives_back_each_price_to_the_cent(
    made: Contract, data: st.DataObject
) -> None:
    billed = Billed(made, date(2026, 1, 1))
    invoice = billed.invoice
    whole = billed.credit("CN")
    assert whole.document.total == -invoice.total
    assert [one.gross and -one.gross for one in whole.document.lines] == [
        one.gross for one in invoice.lines
    ]
    item = data.draw(st.sampled_from(invoice.lines))
    part = billed.credit(
        "CN-1", {item.charge_key: Money(data.draw(st.integers(1, item.net.minor)), made.currency)}
    )
    notes = [part]
    if part.document.net != -invoice.net:
        notes.append(billed.credit("CN-2", None, part))
    assert sum(one.document.total.minor for one in notes) == -invoice.total.minor
    for note in notes:
        assert not booked_sum((one.amount for one in note.entry.lines), note.entry.currencies)
        assert tax_in_books(note.entry, Column.TRANSACTION) == note.document.tax.total_tax
    if item.gross is not None:  # a price alone: what is asked back is its part of the price
        (only,) = part.document.lines
        assert part.document.total == only.gross
    for item in invoice.lines:
        if item.gross is not None:
            back = [
                one.gross.minor
                for note in notes
                for one in note.charges
                if one.credits == item.charge_key and one.gross is not None
            ]
            assert sum(back) == -item.gross.minor


def used(id_: str, quantity: int, known: date, replaces: str | None = None) -> UsageRecord:
    day = date(2026, 1, 10)
    return UsageRecord(
        id_, "probe", day, "K-1", "gb", quantity, recorded_on=known, replaces=replaces
    )


KNOWN = [date(2026, 1, 25), date(2026, 1, 31), date(2026, 2, 5), date(2026, 2, 9)]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=4), CENTS)
def test_late_usage_is_charged_at_the_price_and_all_runs_come_to_one(
    found: list[int], cents: int
) -> None:
    price = f"{cents // 100}.{cents % 100:02}"
    made = priced(price, timing=Timing.ARREARS, quantity=0, source=UsageMetered("gb"))
    usage = [used(str(day), one, day) for one, day in zip(found, KNOWN, strict=False)]
    facts = Facts(usage=usage, directory=CUSTOMERS)
    billed = Billed(made, date(2026, 2, 28), facts)
    january = [one for one in billed.found if one.service.start == date(2026, 1, 1)]
    assert sum(one.priced.minor for one in january) == cents * sum(found)
    assert sum(one.total.minor for one in billed.documents) == cents * sum(found)


def test_what_a_credit_note_gave_back_is_not_given_back_again() -> None:
    """119.00 are credited in half; the usage behind them is then withdrawn."""
    made = priced("119", timing=Timing.ARREARS, quantity=0, source=UsageMetered("gb"))
    first = used("1", 1, date(2026, 1, 31))
    billed = Billed(made, date(2026, 2, 1), Facts(usage=[first], directory=CUSTOMERS))
    note = billed.credit("CN-1", {billed.found[0].key: Money.of("50.00", "EUR")})
    assert (str(note.document.total), str(note.charges[0].gross)) == ("-59.50 EUR", "-59.50 EUR")
    withdrawn = used("2", 0, date(2026, 3, 1), "1")
    later = Facts(usage=[first, withdrawn], directory=CUSTOMERS, credits=note.charges)
    found = due(made, later, WITH_TAXES, date(2026, 3, 1), billed.charges.keys())
    (more,) = (one for one in found if one.amount)
    assert (str(more.gross), str(more.amount)) == ("-59.50 EUR", "-50.00 EUR")


def test_what_cannot_be_divided_is_refused() -> None:
    made = priced("119")
    with pytest.raises(InvalidValue, match=r"include tax: give the terms the taxes"):
        list(due(made, BUYERS, TERMS, date(2026, 1, 1)))
    with pytest.raises(NotFound, match="give the facts the directory with 'K-1'"):
        list(due(made, Facts(), WITH_TAXES, date(2026, 1, 1)))
    charges = list(due(made, BUYERS, WITH_TAXES, date(2026, 1, 1)))
    other = TaxTable([TaxRate("DE", "S", 7, SINCE)])
    with pytest.raises(RuleBroken, match=r"left 100.00 EUR of 119.00 EUR with tax"):
        list(invoices(charges, {made.id: made}, CUSTOMERS, GROUP, other))
    agreed = made.lines[0]
    with pytest.raises(InvalidValue, match="includes tax: which it is says the supplier's bill"):
        attrs.evolve(made, side=Side.BUY)
    with pytest.raises(InvalidValue, match="is prepaid"):
        attrs.evolve(agreed, fund=fund_terms())
    with pytest.raises(InvalidValue, match="tax_included of line '1' must be True or False"):
        attrs.evolve(agreed, tax_included="yes")  # type: ignore[arg-type]


def test_an_export_at_the_same_price_leaves_all_of_it() -> None:
    abroad = Directory([Customer("K-1", "Client", "US", "EUR")])
    table = TaxTable([TaxRate("DE", "G", 0, SINCE)])
    terms = attrs.evolve(TERMS, taxes=table)
    (charge,) = due(priced("119"), Facts(directory=abroad), terms, date(2026, 1, 1))
    assert charge.amount == charge.gross == Money.of("119.00", "EUR")


def test_a_reader_is_told_that_prices_include_tax() -> None:
    agreed = priced("119").lines[0]
    assert "The prices include tax." in agreed.describe(Culture.of("en-GB")).as_text()
    assert "Die Preise enthalten die Steuer." in agreed.describe(Culture.of("de-DE")).as_text()

"""Invoices whose lines bear several taxes: decided, added up, booked, given back, kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    BillingProfile,
    BillingTerms,
    Charge,
    CreditNote,
    Facts,
    Invoice,
    book_invoice,
    credit_note,
    due,
    invoices,
    tax_in_books,
)
from harmony_core.contracts import Contract
from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import (
    Booked,
    Column,
    Group,
    JournalEntry,
    LegalEntity,
    Money,
    NamedTax,
    Rate,
    RateBook,
    RatePolicy,
    Role,
    Supply,
    TaxBase,
    TaxMethod,
    TaxRate,
    TaxRule,
    TaxTable,
    booked_sum,
)
from harmony_core.interchange import (
    DatevStack,
    beancount,
    datev_postings,
    from_record,
    sage50_transactions,
    to_record,
    xero_manual_journals,
)
from harmony_core.parties import Customer, Directory
from harmony_core.pricing import PerUnit
from tests.strategies import ROLES, contract, line

OLD, NEW = date(2012, 1, 1), date(2013, 1, 1)
CA = LegalEntity(
    "CA",
    "House",
    "CA",
    "CAD",
    accounts={role: role for role in ROLES} | {"tax_payable.CA-QC.QST": "2311"},
)
GROUP = Group("G", "Group", "GBP", (CA,), OLD)
RATES = RateBook(
    [
        Rate(code, quote, OLD, value, source="house")
        for code, quote, value in (
            ("CAD", "GBP", "0.5731"),
            ("USD", "CAD", "1.3697"),
            ("USD", "GBP", "0.7849"),
        )
    ]
)
TERMS = BillingTerms(GROUP, RATES, rate_policy=RatePolicy(max_age_days=10_000))
TAX_RATES = [
    TaxRate("CA", "GST", 5, OLD),
    TaxRate("CA", "Z", 0, OLD),
    TaxRate("CA-QC", "QST", "9.5", OLD, NEW),
    TaxRate("CA-QC", "QST", "9.975", NEW),
    TaxRate("CA-ON", "HST", "13", OLD),
]
QST, QST_UPON_GST = NamedTax("CA-QC", "QST"), NamedTax("CA-QC", "QST", TaxBase.RUNNING)


def quebec(name: str, tax: NamedTax, reason: str, since: date, until: date | None) -> TaxRule:
    return TaxRule(
        name,
        "CA",
        "GST",
        reason,
        codes=["S"],
        buyers=["CA-QC"],
        further=[tax],
        valid_from=since,
        valid_to=until,
    )


RULES = [
    quebec("qc-2012", QST_UPON_GST, "", OLD, NEW),
    quebec("qc", QST, "supplied in Quebec", NEW, None),
    TaxRule("on", "CA", "HST", codes=["S"], buyers=["CA-ON"], jurisdiction="CA-ON", valid_from=OLD),
    TaxRule("zero", "CA", "Z", codes=["Z"], abroad=False, valid_from=OLD),
]
TAXES = TaxTable(TAX_RATES, RULES)
CUSTOMERS = Directory(
    [
        Customer("K-QC", "Client", "CA", "CAD", tax_place="CA-QC"),
        Customer("K-ON", "Client", "CA", "CAD", tax_place="CA-ON"),
    ]
)


class Billed:
    """One contract billed on a day, with its entry."""

    def __init__(
        self,
        made: Contract,
        day: date = date(2026, 1, 1),
        method: TaxMethod = TaxMethod.PER_CATEGORY_AND_RATE,
        taxes: TaxTable = TAXES,
    ) -> None:
        found = list(due(made, Facts(), TERMS, day))
        self.charges: Mapping[str, Charge] = {one.key: one for one in found}
        profiles = {made.party_id: BillingProfile(made.party_id, tax_method=method)}
        contracts = {made.id: made}
        self.invoice: Invoice = list(
            invoices(found, contracts, CUSTOMERS, GROUP, taxes, profiles=profiles)
        )[-1]
        self.entry: JournalEntry = book_invoice(self.invoice, self.charges, contracts, TERMS)

    def credit(
        self,
        id: str,  # noqa: A002
        amounts: Mapping[str, Money] | None = None,
        *earlier: CreditNote,
    ) -> CreditNote:
        return credit_note(
            self.invoice,
            self.entry,
            self.charges,
            id=id,
            day=date(2026, 12, 31),
            reason="broken",
            rounding_account="rounding",
            amounts=amounts,
            earlier=[one.document for one in earlier],
        )


def sold(*prices: str, start: date = date(2026, 1, 1), party: str = "K-QC") -> Contract:
    return contract(
        *(
            line(
                PerUnit.of(price.strip("Z "), "CAD"),
                start,
                id=str(number),
                tax_category="Z" if "Z" in price else "S",
            )
            for number, price in enumerate(prices, start=1)
        ),
        party=party,
        entity="CA",
    )


def shown(invoice: Invoice) -> list[tuple[str, ...]]:
    return [
        (one.jurisdiction, one.category, str(one.taxable.amount), str(one.tax.amount))
        for one in invoice.tax_breakdown
    ]


def test_each_tax_has_its_total_its_reason_and_its_account() -> None:
    billed = Billed(sold("100", "50 Z"))
    assert shown(billed.invoice) == [
        ("CA", "GST", "100.00", "5.00"),
        ("CA", "Z", "50.00", "0.00"),
        ("CA-QC", "QST", "100.00", "9.98"),
    ]
    assert str(billed.invoice.total) == "164.98 CAD"
    gst, qst = billed.invoice.lines[0].taxes
    assert (gst.code, gst.percent, gst.reason) == ("GST", Fraction(5), "supplied in Quebec")
    assert (qst.code, qst.percent, qst.reason) == ("QST", Fraction("9.975"), "supplied in Quebec")
    assert billed.invoice.lines[0].tax_rule == "qc"
    booked = [
        (one.role, one.account, str(one.amount.transaction.amount))
        for one in billed.entry.lines
        if one.role.startswith(Role.TAX_PAYABLE)
    ]
    assert booked == [
        ("tax_payable", "tax_payable", "-5.00"),
        ("tax_payable.CA-QC.QST", "2311", "-9.98"),
    ]
    assert str(tax_in_books(billed.entry)) == "14.98 CAD"
    assert str(tax_in_books(billed.entry, role="tax_payable.CA-QC")) == "9.98 CAD"
    assert str(tax_in_books(billed.entry, role="tax_payable.CA-QC.QST")) == "9.98 CAD"
    assert str(tax_in_books(billed.entry, role="tax_payable.CA-Q")) == "0.00 CAD"


@pytest.mark.parametrize(
    ("day", "party", "each"),
    [
        (date(2012, 12, 1), "K-QC", [("GST", "50.00"), ("QST", "99.75")]),  # QST upon GST
        (date(2013, 1, 1), "K-QC", [("GST", "50.00"), ("QST", "99.75")]),  # the same, beside it
        (date(2026, 1, 1), "K-ON", [("HST", "130.00")]),
    ],
)
def test_rates_and_bases_are_those_of_the_day_and_place(
    day: date, party: str, each: list[tuple[str, str]]
) -> None:
    found = Billed(sold("1000", start=day, party=party), day).invoice
    assert [(one.category, str(one.tax.amount)) for one in found.tax_breakdown] == each
    upon = [one.on is TaxBase.RUNNING for one in found.tax_breakdown][-1]
    assert upon is (day < NEW)


def test_a_part_of_a_country_is_at_home_and_is_named_itself() -> None:
    table = TaxTable([*TAX_RATES, TaxRate("CA", "S", 1, OLD), TaxRate("CA", "G", 0, OLD)])
    at_home = table.decide(Supply("CA", "CA-QC", "S", NEW))
    assert (at_home.rule, at_home.jurisdiction, at_home.percent) == ("home", "CA", Fraction(1))
    assert table.decide(Supply("CA", "US-NY", "S", NEW)).rule == "export"
    inland = TaxRule("inland", "CA", "S", abroad=False, valid_from=OLD)
    assert inland.fits(Supply("CA", "CA-QC", "S", NEW))
    whole = TaxRule("whole", "CA", "S", buyers=["CA"], valid_from=OLD)
    assert not whole.fits(Supply("CA", "CA-QC", "S", NEW))
    with pytest.raises(InvalidValue, match="customer 'K' is taxed in 'US-NY'"):
        Customer("K", "Client", "CA", "CAD", tax_place="US-NY")


def test_a_tax_without_a_rate_on_the_day_is_missed_and_not_left_out() -> None:
    table = TaxTable(TAX_RATES[:2], RULES)
    with pytest.raises(NotFound, match="no tax rate of category 'QST' in 'CA-QC' on 2026-01-01"):
        Billed(sold("100"), taxes=table)


PRICES = st.lists(
    st.tuples(st.integers(1, 10**6), st.booleans()).map(
        lambda one: f"{one[0] // 100}.{one[0] % 100:02}{' Z' if one[1] else ''}"
    ),
    min_size=1,
    max_size=4,
)
METHODS = st.sampled_from(TaxMethod)
DAYS = st.sampled_from([date(2012, 12, 1), date(2026, 1, 1)])


def total_of(entry: JournalEntry) -> Booked:
    return booked_sum((one.amount for one in entry.lines), entry.currencies)


@given(PRICES, METHODS, DAYS)
def test_document_entry_and_return_agree(prices: list[str], method: TaxMethod, day: date) -> None:
    billed = Billed(sold(*prices, start=day), day, method)
    invoice, entry = billed.invoice, billed.entry
    assert not total_of(entry)
    assert tax_in_books(entry, Column.TRANSACTION) == invoice.tax.total_tax
    assert invoice.total == invoice.net + invoice.tax.total_tax
    asked = [one.amount.transaction for one in entry.lines if one.role == Role.RECEIVABLE]
    assert sum(asked, Money(0, "CAD")) == invoice.total


@given(PRICES, METHODS, DAYS, st.data())
def test_credits_in_parts_end_at_the_mirror_of_the_invoice(
    prices: list[str], method: TaxMethod, day: date, data: st.DataObject
) -> None:
    billed = Billed(sold(*prices, start=day), day, method)
    invoice = billed.invoice
    whole = billed.credit("CN")
    assert whole.document.total == -invoice.total
    assert shown(attrs.evolve(whole.document, lines=invoice.lines)) == [
        (place, code, str(-Money.of(base, "CAD").amount), str(-Money.of(tax, "CAD").amount))
        for place, code, base, tax in shown(invoice)
    ]
    assert [(one.account, one.amount) for one in whole.entry.lines] == [
        (one.account, -one.amount) for one in billed.entry.lines
    ]
    first = data.draw(st.sampled_from(invoice.lines))
    part = data.draw(st.integers(1, first.net.minor))
    one = billed.credit("CN-1", {first.charge_key: Money(part, "CAD")})
    notes = [one]
    if one.document.net != -invoice.net:
        notes.append(billed.credit("CN-2", None, one))
    for note in notes:
        assert not total_of(note.entry)
        assert tax_in_books(note.entry, Column.TRANSACTION) == note.document.tax.total_tax
    assert sum((note.document.total.minor for note in notes), 0) == -invoice.total.minor
    for index, group in enumerate(invoice.tax.groups):
        given_back = [
            each.tax.minor
            for note in notes
            for each in note.document.tax.groups
            if (each.category, each.jurisdiction) == (group.category, group.jurisdiction)
        ]
        assert sum(given_back) == -group.tax.minor, index


@given(PRICES, METHODS, DAYS)
def test_the_record_of_an_invoice_holds_all_its_taxes(
    prices: list[str], method: TaxMethod, day: date
) -> None:
    invoice = Billed(sold(*prices, start=day), day, method).invoice
    assert from_record(to_record(invoice), Invoice) == invoice


def test_an_invoice_kept_before_taxes_had_jurisdictions_is_read_and_credited() -> None:
    billed = Billed(sold("100", "50 Z", party="K-ON"))
    record = to_record(billed.invoice)
    for each in record["lines"]:
        for key in ("tax_jurisdiction", "further_taxes", "withheld"):
            del each[key]
    del record["tax"]["withheld"]
    for group in record["tax"]["groups"]:
        del group["jurisdiction"], group["on"]
    billed.invoice = from_record(record, Invoice)
    note = billed.credit("CN").document
    assert (note.total, note.tax.total_tax) == (-billed.invoice.total, Money.of("-13.00", "CAD"))


def test_accounting_systems_get_each_tax_on_its_account() -> None:
    billed = Billed(sold("100"))
    numbers = {role: str(4000 + place) for place, role in enumerate(ROLES)}
    house = attrs.evolve(CA, accounts=numbers | {"tax_payable.CA-QC.QST": "2311"})
    coded = [attrs.evolve(one, account=house.account(one.role)) for one in billed.entry.lines]
    entry = attrs.evolve(billed.entry, id="INV-1", source="INV-1", lines=tuple(coded))
    gst = house.account("tax_payable")
    (xero,) = xero_manual_journals([entry], house, system_accounts={"9999"})
    sage = "".join(sage50_transactions([entry], house))
    for account, amount in ((gst, "5.00"), ("2311", "9.98")):
        assert any(account in row and f"-{amount}" in row for row in xero.splitlines())
        assert any(f",{account}," in row and amount in row for row in sage.splitlines())
    stack = DatevStack(consultant=29098, client=55003, label="January 2026")
    made = datetime(2026, 2, 1, tzinfo=UTC)
    datev = list(datev_postings([entry], house, stack, created=made))
    assert any(row.startswith("9,98;") and ";2311;" in row for row in datev)
    group = attrs.evolve(GROUP, entities=(house,))
    assert "2311" in "".join(beancount([entry], group))

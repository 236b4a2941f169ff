"""What customers withhold: on the invoice, with each payment, in the books, in the ageing."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    BillingTerms,
    CreditNote,
    Facts,
    Invoice,
    Payment,
    PaymentTerms,
    ReceivablesLedger,
    ageing,
    book_allocations,
    book_invoice,
    book_payment,
    credit_note,
    due,
    invoices,
    receivable,
    withheld_with,
)
from harmony_core.errors import CurrencyMismatch, InvalidValue
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
    TaxBase,
    TaxRate,
    TaxRule,
    TaxTable,
    booked_sum,
)
from harmony_core.parties import Customer, Directory
from harmony_core.pricing import PerUnit
from tests.strategies import ROLES, contract, line

SINCE, DAY = date(2015, 7, 12), date(2026, 1, 1)
ACCOUNTS = {role: role for role in ROLES} | {"tax_withheld": "473"}
GROUP = Group(
    "G",
    "Group",
    "GBP",
    (
        LegalEntity("ES", "Casa", "ES", "EUR", accounts=ACCOUNTS),
        LegalEntity("IN", "House", "IN", "INR", accounts=ACCOUNTS),
    ),
    DAY,
)
RATES = RateBook(
    Rate(code, quote, day, value, source="house")
    for day, shift in ((DAY, 0), (date(2026, 2, 1), 3))
    for code, quote, value in (
        ("EUR", "GBP", f"0.85{shift}"),
        ("INR", "GBP", f"0.009{shift}"),
        ("USD", "EUR", f"0.91{shift}"),
        ("USD", "GBP", f"0.78{shift}"),
    )
)
TERMS = BillingTerms(GROUP, RATES, rate_policy=RatePolicy(max_age_days=400))
TAXES = TaxTable(
    [
        TaxRate("ES", "S", 21, SINCE),
        TaxRate("ES", "IRPF", 15, SINCE),
        TaxRate("IN", "CGST", 9, SINCE),
        TaxRate("IN-KA", "SGST", 9, SINCE),
        TaxRate("IN", "TDS-194J", 10, SINCE),
        TaxRate("IN", "GTDS", 2, SINCE),
    ],
    [
        TaxRule(
            "es",
            "ES",
            "S",
            registered=True,
            abroad=False,
            valid_from=SINCE,
            withheld=[NamedTax("ES", "IRPF", reason="IRPF, art. 95")],
        ),
        TaxRule(
            "in-ka",
            "IN",
            "CGST",
            buyers=["IN-KA"],
            valid_from=SINCE,
            further=[NamedTax("IN-KA", "SGST")],
            withheld=[
                NamedTax("IN", "TDS-194J", reason="194J"),
                NamedTax("IN", "GTDS", TaxBase.RUNNING, "sec. 51"),
            ],
        ),
    ],
)
CUSTOMERS = Directory(
    [
        Customer("K-ES", "Cliente", "ES", "EUR", tax_id="ESB12345674"),
        Customer("K-IN", "Client", "IN", "INR", tax_place="IN-KA"),
    ]
)


def billed(
    price: str, currency: str = "EUR", country: str = "ES"
) -> tuple[Invoice, JournalEntry, CreditNote | None]:
    made = contract(line(PerUnit.of(price, currency)), party=f"K-{country}", entity=country)
    charges = {one.key: one for one in due(made, Facts(), TERMS, DAY)}
    contracts = {made.id: made}
    (invoice,) = invoices(charges.values(), contracts, CUSTOMERS, GROUP, TAXES)
    entry = book_invoice(invoice, charges, contracts, TERMS)
    half = Money(invoice.net.minor // 2, currency)
    note = half and credit_note(
        invoice,
        entry,
        charges,
        id="CN-1",
        day=date(2026, 1, 20),
        reason="too much",
        rounding_account="rounding",
        amounts={invoice.lines[0].charge_key: half},
    )
    return invoice, entry, note or None


def paid(invoice: Invoice, id_: str, minor: int, day: date = DAY) -> Payment:
    amount = Money(minor, invoice.currency)
    return Payment(id_, invoice.entity_id, invoice.party_id, day, amount, [invoice.id])


def test_spain_and_india_by_known_figures() -> None:
    """IRPF 15 % of the net; TDS 10 % of the net, and 2 % of the total with both taxes."""
    fee, _, _ = billed("1000")
    assert [str(one.amount) for one in (fee.total, fee.expected)] == ["1210.00", "1060.00"]
    (held,) = fee.withholding
    assert (held.jurisdiction, held.category, held.reasons) == ("ES", "IRPF", ("IRPF, art. 95",))
    fee, _, _ = billed("50000", "INR", "IN")
    assert str(fee.total) == "59000.00 INR"
    assert [
        (one.category, str(one.taxable.amount), str(one.tax.amount)) for one in fee.withholding
    ] == [
        ("GTDS", "59000.00", "1180.00"),
        ("TDS-194J", "50000.00", "5000.00"),
    ]
    assert str(fee.expected) == "52820.00 INR"


def test_money_and_withholding_settle_the_invoice_and_leave_nothing_overdue() -> None:
    invoice, entry, _ = billed("1000")
    asked = receivable(invoice, entry, PaymentTerms(30))
    cash = paid(invoice, "P-1", 106000)
    (held,) = withheld_with(cash, invoice)
    assert (held.id, str(held.amount), held.references) == (
        "P-1~ES.IRPF",
        "150.00 EUR",
        (invoice.id,),
    )
    late = date(2026, 4, 1)
    without = ReceivablesLedger([asked], [cash])
    without = without.adding(without.allocate(DAY))
    (report,) = ageing(without.open_items(late), late)
    assert str(report.overdue) == "150.00 EUR"  # until it is known that it was withheld
    ledger = ReceivablesLedger([asked], [cash, held])
    ledger = ledger.adding(ledger.allocate(DAY))
    assert ledger.open_items(late) == ()
    booked = book_payment(held, TERMS)
    assert booked.kind == "withholding"
    assert [(one.role, one.account) for one in booked.lines] == [
        ("tax_withheld.ES.IRPF", "473"),
        ("receivable", "receivable"),
    ]
    assert booked.lines[0].amount.transaction == held.amount


@given(
    st.integers(1, 10**6),
    st.sampled_from([("EUR", "ES"), ("USD", "ES"), ("INR", "IN")]),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.booleans(),
)
def test_parts_of_any_size_withhold_all_and_settle_all(
    minor: int, where: tuple[str, str], parts: list[int], credited: bool
) -> None:
    currency, country = where
    invoice, entry, note = billed(f"{minor // 100}.{minor % 100:02}", currency, country)
    notes = [note] if credited and note is not None else []
    documents = [invoice, *(one.document for one in notes)]
    expected = sum((one.expected for one in documents), Money(0, currency))
    asked = [receivable(invoice, entry, PaymentTerms(0))]
    asked += [receivable(one.document, one.entry, PaymentTerms(0)) for one in notes]
    came, total, payments = Money(0, currency), 0, []
    for number, part in enumerate(parts, start=1):
        total += part
        until = expected.minor * total // sum(parts)
        if until == came.minor:
            continue
        day = DAY + timedelta(days=20 + 7 * number)
        cash = paid(invoice, f"P-{number}", until - came.minor, day)
        payments += [
            cash,
            *withheld_with(cash, invoice, paid_before=came, credits=documents[1:]),
        ]
        came += cash.amount
    ledger = ReceivablesLedger(asked, payments)
    made = ledger.allocate(date(2026, 12, 31))
    settled = ledger.adding(made)
    assert not settled.open_items(date.max)
    assert not settled.on_account(date.max)
    held = [one for one in payments if one.account != Role.BANK]
    for group in invoice.withholding:
        account = f"{Role.TAX_WITHHELD}.{group.jurisdiction}.{group.category}"
        given_up = sum(one.amount.minor for one in held if one.account == account)
        assert given_up == sum(
            one.tax.minor
            for document in documents
            for one in document.withholding
            if one.category == group.category
        )
    entries = [book_payment(one, TERMS) for one in payments]
    entries += book_allocations(ledger, made, TERMS)
    entries += [entry, *(one.entry for one in notes)]
    left = [one.amount for each in entries for one in each.lines if one.role == Role.RECEIVABLE]
    assert not booked_sum(left, entry.currencies)  # in all three columns
    for each in entries:
        assert not booked_sum((one.amount for one in each.lines), each.currencies)


def test_money_that_goes_back_takes_back_what_was_withheld_with_it() -> None:
    invoice, entry, _ = billed("1000")
    asked = receivable(invoice, entry, PaymentTerms(0))
    first = paid(invoice, "P-1", 53000)
    back = Payment("P-2", "ES", "K-ES", DAY, Money(-53000, "EUR"), ["P-1"])
    held = withheld_with(first, invoice)
    (undone,) = withheld_with(back, invoice, paid_before=first.amount)
    assert (undone.amount, undone.references) == (-held[0].amount, ("P-1~ES.IRPF",))
    ledger = ReceivablesLedger([asked], [first, *held, back, undone])
    made = ledger.allocate(DAY)
    assert [(item.id, item.open) for item in ledger.adding(made).open_items(DAY)] == [
        (invoice.id, invoice.total)
    ]


def test_a_credit_note_after_the_payment_takes_back_its_part_of_what_was_withheld() -> None:
    """1060.00 came and 150.00 were withheld; of the half, 530.00 go back and 75.00 with them."""
    invoice, entry, note = billed("1000")
    assert note is not None
    first = paid(invoice, "P-1", 106000)
    held = withheld_with(first, invoice)
    back = Payment("P-2", "ES", "K-ES", date(2026, 2, 1), Money(-53000, "EUR"), ["P-1"])
    (undone,) = withheld_with(
        back,
        invoice,
        paid_before=first.amount,
        credits=[note.document],
        withheld_before=held,
    )
    assert (str(undone.amount), undone.references) == ("-75.00 EUR", ("P-1~ES.IRPF",))
    asked = [receivable(invoice, entry, PaymentTerms(0))]
    asked.append(receivable(note.document, note.entry, PaymentTerms(0)))
    ledger = ReceivablesLedger(asked, [first, *held, back, undone])
    settled = ledger.adding(ledger.allocate(date(2026, 2, 1)))
    assert not settled.open_items(date.max)
    assert not settled.on_account(date.max)


@given(
    st.integers(100, 10**6),
    st.sampled_from([("EUR", "ES"), ("USD", "ES"), ("INR", "IN")]),
    st.integers(1, 120),
)
def test_whenever_a_credit_note_comes_all_that_is_left_is_withheld(
    minor: int, where: tuple[str, str], percent: int
) -> None:
    currency, country = where
    invoice, entry, note = billed(f"{minor // 100}.{minor % 100:02}", currency, country)
    assert note is not None
    first = paid(invoice, "P-1", max(invoice.expected.minor * percent // 100, 1))
    held = withheld_with(first, invoice)
    rest = (invoice.expected + note.document.expected - first.amount).minor
    if not rest:
        return
    late = date(2026, 2, 1)
    second = attrs.evolve(
        paid(invoice, "P-2", rest, late), references=[invoice.id if rest > 0 else "P-1"]
    )
    more = withheld_with(
        second,
        invoice,
        paid_before=first.amount,
        credits=[note.document],
        withheld_before=held,
    )
    asked = [receivable(invoice, entry, PaymentTerms(0))]
    asked.append(receivable(note.document, note.entry, PaymentTerms(0)))
    ledger = ReceivablesLedger(asked, [first, *held, second, *more])
    settled = ledger.adding(ledger.allocate(late))
    assert not settled.open_items(date.max)
    assert not settled.on_account(date.max)


def test_what_is_paid_beyond_the_expected_withholds_nothing() -> None:
    invoice, _, _ = billed("1000")
    assert withheld_with(paid(invoice, "P-2", 5000), invoice, paid_before=invoice.expected) == ()
    (held,) = withheld_with(paid(invoice, "P-1", 200000), invoice)
    assert str(held.amount) == "150.00 EUR"


def test_what_does_not_fit_is_refused() -> None:
    invoice, _, note = billed("1000")
    assert note is not None
    cash = paid(invoice, "P-1", 100)
    other = attrs.evolve(note.document, credits="INV-0")
    with pytest.raises(InvalidValue, match="'CN-1' is no credit note of"):
        withheld_with(cash, invoice, credits=[other])
    with pytest.raises(InvalidValue, match="give back no more"):
        withheld_with(attrs.evolve(cash, amount=-cash.amount), invoice)
    with pytest.raises(CurrencyMismatch):
        withheld_with(attrs.evolve(cash, amount=Money(100, "USD")), invoice)


def test_a_withholding_in_another_currency_is_an_asset_at_the_rate_of_its_day() -> None:
    invoice, _, _ = billed("1000", "USD")
    (held,) = withheld_with(paid(invoice, "P-1", 106000, date(2026, 2, 1)), invoice)
    amount: Booked = book_payment(held, TERMS).lines[0].amount
    assert [str(amount.column(column)) for column in Column] == [
        "150.00 USD",
        "136.95 EUR",
        "117.45 GBP",
    ]

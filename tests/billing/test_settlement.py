"""Payments, write-offs and exchange differences in the books, by known figures."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from harmony_core.billing import (
    BillingTerms,
    PayablesLedger,
    Payment,
    Receivable,
    ReceivablesLedger,
    book_allocations,
    book_open_items,
    book_payment,
)
from harmony_core.contracts import Side
from harmony_core.errors import AccountNotMapped, CurrencyMismatch, InvalidValue, NotFound
from harmony_core.finance import (
    Booked,
    Group,
    JournalEntry,
    LegalEntity,
    Money,
    Rate,
    RateBook,
    RateKind,
    RatePolicy,
    Role,
)

JANUARY, FEBRUARY, MARCH = date(2026, 1, 15), date(2026, 2, 10), date(2026, 3, 10)
MONTH_END = date(2026, 2, 28)
DE = LegalEntity(
    "DE",
    "Northbridge GmbH",
    "DE",
    "EUR",
    accounts={
        "bank": "1800",
        "receivable": "1200",
        "payable": "1600",
        "exchange_difference": "4840",
    },
)
TERMS = BillingTerms(
    Group("G", "Group", "GBP", (DE,), JANUARY),
    RateBook(
        [
            Rate("USD", code, day, rate, source="bank", kind=kind)
            for code, day, rate, kind in (
                ("EUR", JANUARY, "0.90", RateKind.SPOT),
                ("GBP", JANUARY, "0.78", RateKind.SPOT),
                ("EUR", FEBRUARY, "0.93", RateKind.SPOT),
                ("GBP", FEBRUARY, "0.80", RateKind.SPOT),
                ("EUR", MARCH, "0.88", RateKind.SPOT),
                ("GBP", MARCH, "0.77", RateKind.SPOT),
                ("EUR", MONTH_END, "0.95", RateKind.CLOSING),
                ("GBP", MONTH_END, "0.81", RateKind.CLOSING),
            )
        ]
    ),
    rate_policy=RatePolicy(max_age_days=1),
)


def usd(text: str) -> Money:
    return Money.of(text, "USD")


def document(id_: str, amount: str, day: date, *refers: str) -> Receivable:
    booked = TERMS.booking_rates("USD", "DE", day).book(usd(amount))
    return Receivable(id_, "DE", "K-1", day, day, booked, refers)


def shown(entry: JournalEntry) -> list[tuple[str, str, str, str]]:
    return [(line.account, *columns(line.amount)) for line in entry.lines]


def columns(amount: Booked) -> tuple[str, str, str]:
    three = (amount.transaction, amount.entity, amount.group)
    first, second, third = (str(part).split()[0] for part in three)
    return first, second, third


INVOICE = document("INV-1", "1000.00", JANUARY)
PART = Payment("P-1", "DE", "K-1", FEBRUARY, usd("400.00"), ["INV-1"])
REST = Payment("P-2", "DE", "K-1", MARCH, usd("600.00"), ["INV-1"])


def test_a_part_is_paid_at_a_better_rate_and_the_rest_at_a_worse_one() -> None:
    ledger = ReceivablesLedger([INVOICE], [PART, REST])
    received = book_payment(PART, TERMS)
    assert (received.id, received.kind, received.day) == ("PAY-P-1", "payment", FEBRUARY)
    assert shown(received) == [
        ("1800", "400.00", "372.00", "320.00"),
        ("1200", "-400.00", "-372.00", "-320.00"),
    ]
    first = ledger.allocate(FEBRUARY)
    [gained] = book_allocations(ledger, first, TERMS)
    assert shown(gained) == [
        ("1200", "0.00", "12.00", "8.00"),
        ("4840", "0.00", "-12.00", "-8.00"),
    ]
    ledger = ledger.adding(first)
    [lost] = book_allocations(ledger, ledger.allocate(MARCH), TERMS)
    assert shown(lost) == [("1200", "0.00", "-12.00", "-6.00"), ("4840", "0.00", "12.00", "6.00")]
    assert lost.lines[1].role == "exchange_difference.realised"


def test_a_credit_note_at_the_rate_of_its_invoice_brings_no_difference() -> None:
    ledger = ReceivablesLedger([INVOICE, document("CN-1", "-1000.00", JANUARY, "INV-1")])
    made = ledger.allocate(FEBRUARY)
    assert [one.amount for one in made] == [usd("1000.00")]
    assert list(book_allocations(ledger, made, TERMS)) == []


def test_a_reversal_takes_its_difference_back() -> None:
    ledger = ReceivablesLedger([INVOICE], [PART])
    made = ledger.allocate(FEBRUARY)
    [gained] = book_allocations(ledger, made, TERMS)
    ledger = ledger.adding(made)
    [back] = book_allocations(ledger, ledger.returned("P-1", MARCH), TERMS)
    assert [line.amount for line in back.lines] == [-line.amount for line in gained.lines]
    assert back.id != gained.id


def test_what_is_written_off_goes_to_bad_debts_at_the_rate_of_its_day() -> None:
    lost = Payment("W-1", "DE", "K-1", FEBRUARY, usd("100.00"), ["INV-1"], Role.BAD_DEBT)
    with pytest.raises(AccountNotMapped, match="bad_debt"):
        book_payment(lost, TERMS)
    bad = LegalEntity("DE", "x", "DE", "EUR", accounts={**DE.accounts, "bad_debt": "4930"})
    group = Group("G", "Group", "GBP", (bad,), JANUARY)
    entry = book_payment(lost, BillingTerms(group, TERMS.rates, None, TERMS.rate_policy))
    assert entry.kind == "write-off"
    assert shown(entry)[0] == ("4930", "100.00", "93.00", "80.00")


def test_what_is_open_is_shown_at_the_closing_rate_and_taken_back() -> None:
    ledger = ReceivablesLedger([INVOICE], [PART])
    ledger = ledger.adding(ledger.allocate(FEBRUARY))
    entry, back = book_open_items(ledger, MONTH_END, TERMS)
    assert (entry.day, back.day) == (MONTH_END, date(2026, 3, 1))
    # 600.00 at 0.95 and 0.81, less 540.00 and 468.00 as booked
    assert shown(entry) == [
        ("1200", "0.00", "30.00", "18.00"),
        ("4840", "0.00", "-30.00", "-18.00"),
    ]
    assert entry.lines[1].role == "exchange_difference.unrealised"


def test_an_allocation_of_what_is_not_there_is_refused() -> None:
    ledger = ReceivablesLedger([INVOICE], [PART])
    made = ledger.allocate(FEBRUARY)
    with pytest.raises(NotFound):
        list(book_allocations(ReceivablesLedger([INVOICE]), made, TERMS))


BILL = attrs.evolve(INVOICE, id="BILL-1", party_id="S-1", side=Side.BUY)
PAID = Payment("P-1", "DE", "S-1", FEBRUARY, usd("400.00"), ["BILL-1"], side=Side.BUY)


def test_a_bill_is_paid_in_parts_at_a_worse_rate_and_a_better_one() -> None:
    """1000.00 stand at 900.00 EUR and 780.00 GBP: 372.00 paid for 360.00, 528.00 for 540.00."""
    rest = attrs.evolve(PAID, id="P-2", day=MARCH, amount=usd("600.00"))
    ledger = PayablesLedger([BILL], [PAID, rest])
    assert shown(book_payment(PAID, TERMS)) == [
        ("1800", "-400.00", "-372.00", "-320.00"),
        ("1600", "400.00", "372.00", "320.00"),
    ]
    first = ledger.allocate(FEBRUARY)
    [lost] = book_allocations(ledger, first, TERMS)
    assert shown(lost) == [("1600", "0.00", "-12.00", "-8.00"), ("4840", "0.00", "12.00", "8.00")]
    assert lost.lines[0].dimensions == (("supplier", "S-1"),)
    ledger = ledger.adding(first)
    entry, back = book_open_items(ledger, MONTH_END, TERMS)
    # 600.00 at 0.95 and 0.81 are 30.00 and 18.00 more to pay than as booked
    assert shown(entry) == [
        ("1600", "0.00", "-30.00", "-18.00"),
        ("4840", "0.00", "30.00", "18.00"),
    ]
    assert back.day == date(2026, 3, 1)
    [gained] = book_allocations(ledger, ledger.allocate(MARCH), TERMS)
    assert shown(gained) == [("1600", "0.00", "12.00", "6.00"), ("4840", "0.00", "-12.00", "-6.00")]


def test_the_two_sides_do_not_mix() -> None:
    with pytest.raises(InvalidValue, match="suppliers a PayablesLedger"):
        PayablesLedger([INVOICE])
    with pytest.raises(InvalidValue, match="'P-1' is of the buy side"):
        ReceivablesLedger([], [PAID])
    with pytest.raises(InvalidValue, match="'BILL-1' is of the buy side"):
        ReceivablesLedger([INVOICE, BILL])


def test_what_the_bank_took_stands_in_the_books_and_the_rest_is_a_difference() -> None:
    """400.00 USD stood at 360.00 EUR; the day's rate makes 372.00 of it, the bank made 370.55."""
    for side, one, kind in (
        (Side.SELL, INVOICE, ReceivablesLedger),
        (Side.BUY, BILL, PayablesLedger),
    ):
        sign = 1 if side is Side.SELL else -1
        took = attrs.evolve(
            PAID,
            party_id=one.party_id,
            references=[one.id],
            side=side,
            in_books=Money.of("370.55", "EUR"),
        )
        cash, claim = book_payment(took, TERMS).lines
        assert cash.amount.entity == Money.of("370.55", "EUR") * sign
        assert cash.amount.group == Money.of("320.00", "GBP") * sign
        ledger = kind([one], [took])
        [settled] = book_allocations(ledger, ledger.allocate(FEBRUARY), TERMS)
        assert settled.lines[0].amount.entity == Money.of("10.55", "EUR") * sign
        assert (claim.amount + settled.lines[0].amount).entity == Money.of(-360, "EUR") * sign


def test_what_the_bank_cannot_have_taken_is_refused() -> None:
    with pytest.raises(InvalidValue, match="both have one sign"):
        attrs.evolve(PAID, in_books=Money.of("-1.00", "EUR"))
    with pytest.raises(CurrencyMismatch):
        book_payment(attrs.evolve(PAID, in_books=Money.of("370.55", "GBP")), TERMS)
    own = Payment("P", "DE", "K-1", FEBRUARY, Money.of(5, "EUR"), in_books=Money.of(6, "EUR"))
    euros = attrs.evolve(TERMS, group=attrs.evolve(TERMS.group, currency="EUR"))
    with pytest.raises(InvalidValue, match=r"it is 5.00 EUR there, not 6.00 EUR"):
        book_payment(own, euros)

"""What is to be paid, what was paid, and which payment settled what.

A :class:`Receivable` is an amount that a customer owes (an invoice, money that went back) or may
take off (a credit note). A :class:`Payment` is money that came in. An :class:`Allocation` says how
much of the one settled the other; it is never changed, only reversed by another one. On the buy
side the same values say what we owe a supplier and what we paid him: each amount is above zero
where his would be, and only the books turn its sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from urllib.parse import quote

import attrs

from harmony_core.billing._invoice import Invoice
from harmony_core.billing._payment_terms import PaymentTerms
from harmony_core.contracts import Side
from harmony_core.errors import InvalidValue, expect, kinds_checked
from harmony_core.finance import AccountRole, Booked, JournalEntry, Money, Role, booked_sum


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise InvalidValue(f"references are a list of ids, got the text {values!r}")
    return tuple(values)


@attrs.frozen(field_transformer=kinds_checked)
class Receivable:
    """What a document asks of a customer, in three currencies; below zero it is a credit.

    On the buy side it is a payable: what a supplier's bill asks of us.

    Args:
        id: of the document.
        entity_id, party_id: who is owed, and who owes.
        day: of the document.
        due_day: the last day on which it is paid in time.
        booked: the amount, tax included, as it stands in the books.
        references: ids of what a credit takes off, in this order, before anything else.
        side: ``BUY`` where the party is a supplier, who is owed; his bills are above zero too.

    Raises:
        InvalidValue: it is due before its day.
    """

    id: str
    entity_id: str
    party_id: str
    day: date
    due_day: date
    booked: Booked
    references: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    side: Side = attrs.field(default=Side.SELL, converter=Side)

    def __attrs_post_init__(self) -> None:
        if self.due_day < self.day:
            raise InvalidValue(f"{self.id!r} of {self.day} is due before, on {self.due_day}")

    @property
    def amount(self) -> Money:
        """What is to be paid, in the currency of the document."""
        return self.booked.transaction


def receivable(invoice: Invoice, entry: JournalEntry, terms: PaymentTerms) -> Receivable:
    """What an invoice or a credit note asks for, with the three amounts that its entry booked.

    A credit note may be taken off from its own day on, whatever the terms say.

    Raises:
        InvalidValue: a supplier's bill, or an entry that does not ask for what the invoice does.
    """
    expect(invoice, Invoice, "the invoice")
    if invoice.side is not Side.SELL:
        raise InvalidValue(f"{invoice.id!r} is a supplier's bill: it is owed, see payable")
    return _claim(invoice, entry, terms, Role.RECEIVABLE)


def payable(bill: Invoice, entry: JournalEntry, terms: PaymentTerms) -> Receivable:
    """What a supplier's bill, or his credit note, asks of us, with the amounts of its entry.

    Raises:
        InvalidValue: an invoice to a customer, or an entry that does not ask for what the bill
            does.
    """
    expect(bill, Invoice, "the bill")
    if bill.side is not Side.BUY:
        raise InvalidValue(f"{bill.id!r} is an invoice to a customer, see receivable")
    return _claim(bill, entry, terms, Role.PAYABLE)


def _claim(
    invoice: Invoice, entry: JournalEntry, terms: PaymentTerms, role: AccountRole
) -> Receivable:
    expect(entry, JournalEntry, "the entry of a document")
    expect(terms, PaymentTerms, "the terms of payment", "PaymentTerms(30)")
    asked = [line.amount for line in entry.lines if line.role == role]
    currencies = (invoice.currency, *entry.currencies[1:])
    booked = booked_sum(asked, currencies)
    if invoice.side is Side.BUY:
        booked = -booked
    if entry.source != invoice.id or booked.transaction != invoice.total:
        raise InvalidValue(
            f"entry {entry.id!r} asks for {booked.transaction}, invoice {invoice.id!r} for "
            f"{invoice.total}: give the entry that booked the invoice"
        )
    due = invoice.day if invoice.is_credit else terms.due_day(invoice.day)
    references = invoice.preceding if invoice.is_credit else ()
    parties = invoice.entity_id, invoice.party_id
    return Receivable(invoice.id, *parties, invoice.day, due, booked, references, invoice.side)


@attrs.frozen(field_transformer=kinds_checked)
class Payment:
    """Money that came in from a customer; below zero, money that went back.

    What is written off is a payment that no bank received: its ``account`` is that of bad debts.
    So is what the customer withheld, see :func:`withheld_with`.
    On the buy side it is money that we paid to a supplier; below zero, money that he gave back.

    Args:
        references: ids of the documents that the payer named, in his order; of money that went
            back, the ids of the payments or credit notes that it returns.
        account: role of the account that it came in on, or went out from.
        side: ``BUY`` for what suppliers are paid.
        in_books: what the bank's account took, in the currency of the company's books, where the
            bank changed the money at a rate of its own; without it, the rates of the day convert.

    Raises:
        InvalidValue: the amount is zero, or what the bank took has another sign.

    >>> Payment("P-1", "DE", "K-1", date(2026, 2, 3), Money.of("0.00", "EUR"))
    Traceback (most recent call last):
    ...
    harmony_core.errors.InvalidValue: payment 'P-1' is of 0.00 EUR: it moves no money, leave it out
    """

    id: str
    entity_id: str
    party_id: str
    day: date
    amount: Money
    references: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    account: AccountRole = Role.BANK
    side: Side = attrs.field(default=Side.SELL, converter=Side)
    in_books: Money | None = None

    def __attrs_post_init__(self) -> None:
        if self.in_books is not None and self.in_books.minor * self.amount.minor <= 0:
            raise InvalidValue(
                f"payment {self.id!r} of {self.amount} cannot be {self.in_books} in the books: "
                "both have one sign"
            )
        if not self.amount:
            raise InvalidValue(
                f"payment {self.id!r} is of {self.amount}: it moves no money, leave it out"
            )


def allocation_id(source_id: str, item_id: str, number: int) -> str:
    """Name the ``number``-th allocation of a source to an item: two runs that make it collide."""
    return f"{quote(source_id, safe='')}/{quote(item_id, safe='')}/{number}"


@attrs.frozen(field_transformer=kinds_checked)
class Allocation:
    """How much of a payment or a credit note settled an item; a reversal is below zero.

    Args:
        source_id: of the payment, or of the credit note.
        item_id: of the invoice, or of the payment that went back.
        reverses: on a reversal, the id of the allocation that it takes back whole.
    """

    id: str
    day: date
    source_id: str
    item_id: str
    amount: Money
    reverses: str | None = None

    def __attrs_post_init__(self) -> None:
        if not self.amount or (self.amount.minor < 0) is (self.reverses is None):
            raise InvalidValue(
                f"allocation {self.id!r} of {self.amount} is above zero, and its reversal below"
            )

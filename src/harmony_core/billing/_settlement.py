"""Payments in the books: money in, what it settles, and what the exchange brought meanwhile.

A payment stands on the customer's account at the rates of its own day, as an invoice or a credit
note stands there at the rates of its document. Where one settles the other, each is relieved of
what it was booked at, in proportion and cumulatively, and the difference is realised. So the
account holds, at every moment and in every column, what the open items carry, and nothing once all
is settled, in however many parts and whatever was reversed. The accounts of suppliers are the
mirror: what was paid and what is owed stand there with their signs turned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import attrs

from harmony_core.billing._ledger import ReceivablesLedger
from harmony_core.billing._open_items import OnAccount, OpenItem
from harmony_core.billing._receivable import Allocation, Payment
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Side
from harmony_core.errors import CurrencyMismatch, InvalidValue, expect_word
from harmony_core.finance import (
    Booked,
    ExchangeAccounts,
    JournalEntry,
    MonetaryItem,
    RateKind,
    Role,
    Settled,
    book_revaluation,
    booking_rates,
    dimensions,
)

_KINDS = {Role.BAD_DEBT: "write-off", Role.TAX_WITHHELD: "withholding"}
"""The kinds of entries of what no bank received, by the role of their account."""


def book_payment(payment: Payment, terms: BillingTerms) -> JournalEntry:
    """The entry of money that came in, or went back: bank against the customer's account.

    What a supplier is paid goes from the bank to his account. It is converted at the rates of its
    day. What was written off or withheld is booked so too, against the account that the payment
    names.

    Raises:
        AccountNotMapped, RateNotFound: the entity lacks a code, or the rate book a rate.
        CurrencyMismatch, InvalidValue: what the bank took cannot be so in these books.
    """
    accounts = _accounts(terms, payment.entity_id, payment.party_id, payment.side)
    cash = _booked(payment, terms)
    if payment.side is Side.BUY:
        cash = -cash
    return JournalEntry(
        f"PAY-{payment.id}",
        payment.entity_id,
        payment.day,
        _KINDS.get(payment.account.partition(".")[0], "payment"),
        payment.id,
        (accounts.line(payment.account, cash), accounts.line(accounts.role, -cash)),
    )


def book_allocations(
    ledger: ReceivablesLedger, made: Iterable[Allocation], terms: BillingTerms
) -> Iterator[JournalEntry]:
    """The realised exchange differences of allocations, one entry each; none where nothing differs.

    Args:
        ledger: as it stood before them.
        made: the new allocations and reversals, in the order in which they are booked.
        terms: the group and its rates.

    Raises:
        NotFound: an allocation names what the ledger has not.
        AccountNotMapped, RateNotFound: the entity lacks a code, or the rate book a rate.
    """
    new = tuple(made)
    ledger.adding(new)  # refused where they do not fit
    items = {item.id: item for item in ledger.items(date.max)}
    sources = {source.id: source for source in ledger.sources(date.max)}
    for one in new:
        item, source = items[one.item_id], sources[one.source_id]
        owed, given = _of_item(item, terms), _of_source(source, terms)
        items[item.id] = attrs.evolve(item, paid=item.paid + one.amount)
        sources[source.id] = attrs.evolve(source, allocated=source.allocated + one.amount)
        relieved = owed.carrying - _of_item(items[item.id], terms).carrying
        settled = Settled(given.carrying - _of_source(sources[source.id], terms).carrying, relieved)
        if not settled.gain:
            continue
        accounts = _accounts(terms, item.entity_id, item.party_id, ledger.side)
        gain = settled.gain if ledger.side is Side.SELL else -settled.gain
        yield JournalEntry(
            f"SET-{one.id}",
            item.entity_id,
            one.day,
            "settlement",
            one.id,
            (
                accounts.line(accounts.role, gain),
                accounts.line(f"{Role.EXCHANGE_DIFFERENCE}.realised", -gain),
            ),
        )


def book_open_items(
    ledger: ReceivablesLedger,
    day: date,
    terms: BillingTerms,
    *,
    kind: RateKind = RateKind.CLOSING,
) -> Iterator[JournalEntry]:
    """Show what is open in foreign currencies at the rates of a day, and take it back on the next.

    Two entries for each entity, party and currency in which something differs. What is on account
    is revalued with what is open. An item in the currency of its entity's books is not foreign.

    Args:
        ledger: what is open at the end of the day, by what was allocated up to it.
        day: the last of a month, as a rule.
        terms: the group and its rates.
        kind: of the rates.

    Raises:
        AccountNotMapped, RateNotFound: the entity lacks a code, or the rate book a rate.

    Source: IAS 21.23(a), 21.28.
    """
    kind = expect_word(kind, RateKind)
    found: defaultdict[tuple[str, str, str], list[MonetaryItem]] = defaultdict(list)
    sells = ledger.side is Side.SELL
    for item in ledger.open_items(day):
        owed = _of_item(item, terms)
        key = item.entity_id, item.party_id, item.amount.currency
        found[key].append(owed if sells else _turned(owed))
    for source in ledger.on_account(day):
        owned = _of_source(source, terms)
        key = source.entity_id, source.party_id, source.amount.currency
        found[key].append(_turned(owned) if sells else owned)
    for (entity_id, party_id, currency), items in sorted(found.items()):
        entity = terms.group.entity(entity_id)
        if currency == entity.currency:
            continue
        rates = booking_rates(
            terms.rates,
            currency,
            entity.currency,
            terms.group.currency,
            day,
            kind=kind,
            policy=terms.rate_policy,
            known=day,
        )
        accounts = _accounts(terms, entity_id, party_id, ledger.side)
        name = f"{'REV' if sells else 'REVBILL'}-{entity_id}-{party_id}-{currency}-{day}"
        both = book_revaluation(name, day, ((item, rates) for item in items), accounts)
        yield from both or ()


def _accounts(terms: BillingTerms, entity_id: str, party_id: str, side: Side) -> ExchangeAccounts:
    entity = terms.group.entity(entity_id)
    if side is Side.SELL:
        return ExchangeAccounts(entity, Role.RECEIVABLE, dimensions(customer=party_id))
    return ExchangeAccounts(entity, Role.PAYABLE, dimensions(supplier=party_id))


def _turned(item: MonetaryItem) -> MonetaryItem:
    return attrs.evolve(item, booked=-item.booked, paid=-item.paid)


def _booked(paid: Payment | OpenItem | OnAccount, terms: BillingTerms) -> Booked:
    """Money at the rates of its day; in the books at what the bank took, where that is known."""
    rates = terms.booking_rates(paid.amount.currency, paid.entity_id, paid.day)
    booked = rates.book(paid.amount, terms.rounding)
    if paid.in_books is None:
        return booked
    of_books = booked.entity.currency
    if paid.in_books.currency != of_books:
        raise CurrencyMismatch(of_books, paid.in_books.currency)
    if paid.amount.currency == of_books and paid.in_books != paid.amount:
        raise InvalidValue(
            f"payment {paid.id!r} of {paid.amount} is in the currency of the books: it is "
            f"{paid.amount} there, not {paid.in_books}"
        )
    return attrs.evolve(booked, entity=paid.in_books)


def _of_item(item: OpenItem, terms: BillingTerms) -> MonetaryItem:
    """An invoice as its document booked it; money that went back as of its own day."""
    booked = item.booked or _booked(item, terms)
    return MonetaryItem(booked, terms.rounding, paid=item.credited + item.paid)


def _of_source(source: OnAccount, terms: BillingTerms) -> MonetaryItem:
    """A credit note as its document booked it; a payment as of its own day; both above zero."""
    booked = source.booked or _booked(source, terms)
    return MonetaryItem(booked, terms.rounding, paid=source.allocated)

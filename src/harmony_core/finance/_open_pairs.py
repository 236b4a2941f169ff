"""What one company of the group still owes another: paid in parts, and shown at the closing rate.

Both companies hold the same amount, each converted for its own books, and a payment relieves both
in the same proportion. So its two entries are a pair again: what the exchange brought is realised
in each of the two books and comes to nothing in the group's. A line that relieves a charge names
it in the dimension ``pair``, so that the journal alone says what is open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import attrs

from harmony_core.errors import InvalidValue, expect, expect_each, kinds_checked
from harmony_core.finance._entities import AccountRole, Group, LegalEntity, Role
from harmony_core.finance._exchange import ExchangeAccounts, MonetaryItem, book_revaluation
from harmony_core.finance._journal import JournalEntry, JournalLine, dimensions
from harmony_core.finance._money import Money
from harmony_core.finance._pairs import mismatch
from harmony_core.finance._rate_book import DEFAULT_RATE_POLICY, RateBook, RatePolicy
from harmony_core.finance._rates import RateKind
from harmony_core.finance._rounding import HALF_UP, Rounding
from harmony_core.finance._three import Booked, booked_sum, booking_rates

_RECEIVABLE, _PAYABLE = Role.INTERCOMPANY_RECEIVABLE, Role.INTERCOMPANY_PAYABLE
_EARNED = (Role.INTERCOMPANY_REVENUE, Role.INTERCOMPANY_COST)
_REALISED = f"{Role.EXCHANGE_DIFFERENCE}.realised"


@attrs.frozen(field_transformer=kinds_checked)
class OpenPair:
    """A charge between two companies, and what of it is still to be paid.

    Args:
        id: of the pair.
        day: of the charge.
        creditor: who earned it.
        debtor: who owes it.
        claimed: as the creditor has it: above zero, a credit below.
        owed: as the debtor has it, the opposite.
    """

    id: str
    day: date
    creditor: str
    debtor: str
    claimed: MonetaryItem
    owed: MonetaryItem

    @property
    def open(self) -> Money:
        """What the debtor still has to pay; below zero for a credit."""
        return self.claimed.open

    def paid(self, amount: Money) -> OpenPair:
        """Give the pair after a part of it, with its sign, was paid."""
        return attrs.evolve(
            self,
            claimed=attrs.evolve(self.claimed, paid=self.claimed.paid + amount),
            owed=attrs.evolve(self.owed, paid=self.owed.paid - amount),
        )


def open_pairs(
    entries: Iterable[JournalEntry], day: date, rounding: Rounding = HALF_UP
) -> tuple[OpenPair, ...]:
    """Read off the journal what companies owe each other at the end of a day, the oldest first.

    Only matched pairs are there: what breaks is to be mended before it is paid. A payment counts
    for the charges that its lines name, see :func:`book_pair_payment`.

    Args:
        entries: of all companies.
        day: later entries are left out.
        rounding: of what payments relieve.
    """
    expect(day, date, "the day to which pairs are open", "date(2026, 3, 31)")
    legs: defaultdict[str, list[JournalEntry]] = defaultdict(list)
    paid: defaultdict[str, list[Money]] = defaultdict(list)
    for entry in entries:
        if entry.day > day or entry.pair is None:
            continue
        if any(_wide(line.role) in _EARNED for line in entry.lines):
            legs[entry.pair].append(entry)
            continue
        for line in entry.lines:
            charge = line.dimension("pair")
            if charge is not None and _wide(line.role) == _RECEIVABLE:
                paid[charge].append(-line.amount.transaction)
    found = []
    for pair, both in legs.items():
        if mismatch(both) is not None:
            continue
        one, other = both if _stands(both[0], _RECEIVABLE) else both[::-1]
        claimed, owed = _stands(one, _RECEIVABLE), _stands(other, _PAYABLE)
        if not claimed or not owed:
            continue
        item = OpenPair(
            pair,
            max(one.day, other.day),
            one.entity,
            other.entity,
            MonetaryItem(booked_sum(claimed, one.currencies), rounding),
            MonetaryItem(booked_sum(owed, other.currencies), rounding),
        )
        item = item.paid(sum(paid[pair], item.open * 0))
        if item.open:
            found.append(item)
    return tuple(sorted(found, key=lambda one: (one.day, one.id)))


def book_pair_payment(
    items: Iterable[OpenPair],
    amount: Money,
    *,
    id: str,  # noqa: A002  the field's own name
    payer: str,
    payee: str,
    day: date,
    group: Group,
    rates: RateBook,
    policy: RatePolicy = DEFAULT_RATE_POLICY,
    bank: AccountRole = Role.BANK,
) -> tuple[JournalEntry, JournalEntry]:
    """Book a payment within the group in both books: the payee's entry, then the payer's.

    What the payee owes in turn, and credits, are set off first; then the oldest charges are paid,
    the last of them in part. Bank and payments stand at the rates of the day, the charges are
    relieved of what they were booked at, and the difference is realised in each of the books.

    Args:
        items: what is to be paid, see :func:`open_pairs`: those between the two, in the currency of
            the amount; others are left alone.
        amount: that moves; zero where only claims are set off against each other.
        id: of the pair that the two entries make; unique in the group's books.
        payer, payee: ids of the companies.
        day: of the payment and of the rates.
        group: both companies and the group's currency.
        rates: where exchange rates are looked up.
        policy: which rates may be used.
        bank: role of the bank account in both books.

    Raises:
        InvalidValue: the amount is below zero, more than what is open after setting off, or
            nothing is open.
        NotFound: a company is not in the group.
        RateNotFound: a rate of that day is missing.
        AccountNotMapped: a company has no account for a role.
    """
    expect(amount, Money, "what is paid", 'Money.of("100.00", "EUR")')
    expect(day, date, "the day of the payment", "date(2026, 3, 31)")
    between = [
        one
        for one in expect_each(items, OpenPair, "pairs to be paid")
        if {one.creditor, one.debtor} == {payer, payee} and one.open.currency == amount.currency
    ]
    parts = tuple(_parts(between, amount, payer, payee))
    companies = group.entity(payee), group.entity(payer)
    ours, theirs = (
        booking_rates(rates, amount.currency, one.currency, group.currency, day, policy=policy)
        for one in companies
    )
    received = ours.book(amount)
    cash = received, theirs.mirror(received)
    return (
        _payment(id, day, companies[0], payer, cash=cash[0], parts=parts, bank=bank),
        _payment(id, day, companies[1], payee, cash=cash[1], parts=parts, bank=bank),
    )


def book_pair_revaluation(
    items: Iterable[OpenPair],
    day: date,
    *,
    group: Group,
    rates: RateBook,
    kind: RateKind = RateKind.CLOSING,
    policy: RatePolicy = DEFAULT_RATE_POLICY,
) -> Iterator[JournalEntry]:
    """Show what companies owe each other at the rates of a day, and take that back on the next.

    Both companies change the group's column by the same amount, so that it comes to nothing there.
    Where only the currencies of their own books changed, each entry stands for itself.

    Args:
        items: open at the end of the day, see :func:`open_pairs`.
        day: the last of a month, as a rule.
        group: the companies and the group's currency.
        rates: where exchange rates are looked up, as they were known on the day.
        kind: of the rates.
        policy: which rates may be used.

    Raises:
        RateNotFound, AccountNotMapped, NotFound: something is missing.

    Source: IAS 21.23(a), 21.28, 21.45.
    """
    found: defaultdict[tuple[str, str, str], list[OpenPair]] = defaultdict(list)
    expect(day, date, "the day to revalue", "date(2026, 3, 31)")
    for one in expect_each(items, OpenPair, "pairs to be revalued"):
        found[one.creditor, one.debtor, one.open.currency].append(one)
    for (creditor, debtor, currency), pairs in sorted(found.items()):
        name = f"REVIC-{creditor}-{debtor}-{currency}-{day}"
        for entity_id, other, role, items_there in (
            (creditor, debtor, _RECEIVABLE, [one.claimed for one in pairs]),
            (debtor, creditor, _PAYABLE, [one.owed for one in pairs]),
        ):
            entity = group.entity(entity_id)
            now = booking_rates(
                rates,
                currency,
                entity.currency,
                group.currency,
                day,
                kind=kind,
                policy=policy,
                known=day,
            )
            both = book_revaluation(
                f"{name}:{entity_id}",
                day,
                ((item, now) for item in items_there),
                ExchangeAccounts(entity, role),
            )
            yield from _as_legs(both or (), name, other)


def _as_legs(entries: Iterable[JournalEntry], pair: str, other: str) -> Iterator[JournalEntry]:
    """A revaluation, and what takes it back, as legs of two pairs where the group sees them."""
    for entry, suffix in zip(entries, ("", "-back"), strict=False):
        in_group = any(line.amount.group for line in entry.lines)
        leg = f"{pair}{suffix}" if in_group else None
        yield attrs.evolve(entry, source=pair, counterparty=other, pair=leg)


def _parts(
    items: Iterable[OpenPair], amount: Money, payer: str, payee: str
) -> Iterator[tuple[OpenPair, Money]]:
    """What is paid of each pair, with the sign of its open amount."""
    known = sorted(items, key=lambda one: (one.day, one.id))
    forth = [one for one in known if _due(one, payer).minor > 0]
    back = [one for one in known if _due(one, payer).minor < 0]
    left = amount - sum((_due(one, payer) for one in back), amount * 0)
    owed = sum((_due(one, payer) for one in forth), amount * 0)
    if amount.minor < 0 or left > owed or not left:
        net = owed + amount - left
        raise InvalidValue(
            f"{payer!r} cannot pay {payee!r} {amount}: {net} is open between them; pay from zero "
            "up to that, or let the other pay"
        )
    for one in back:
        yield one, one.open
    for one in forth:
        part = min(left, _due(one, payer))
        if not part:
            return
        left -= part
        yield one, part if one.debtor == payer else -part


def _due(item: OpenPair, payer: str) -> Money:
    """What a company has to pay for a pair; below zero, what it has to get."""
    return item.open if item.debtor == payer else -item.open


def _payment(
    pair: str,
    day: date,
    entity: LegalEntity,
    other: str,
    *,
    cash: Booked,
    parts: Iterable[tuple[OpenPair, Money]],
    bank: AccountRole,
) -> JournalEntry:
    lines = [JournalLine(bank, entity.account(bank), cash)] if cash else []
    left = cash
    for one, part in parts:
        after = one.paid(part)
        if one.creditor == entity.id:
            role, relieved = _RECEIVABLE, one.claimed.carrying - after.claimed.carrying
        else:
            role, relieved = _PAYABLE, one.owed.carrying - after.owed.carrying
        about = dimensions(pair=one.id)
        lines.append(JournalLine(role, entity.account(role), -relieved, about))
        left -= relieved
    if left:
        lines.append(JournalLine(_REALISED, entity.account(_REALISED), -left))
    return JournalEntry(
        f"{pair}:{entity.id}", entity.id, day, "settlement", pair, tuple(lines), other, pair
    )


def _stands(entry: JournalEntry, role: str) -> list[Booked]:
    return [line.amount for line in entry.lines if _wide(line.role) == role]


def _wide(role: str) -> str:
    return role.partition(".")[0]

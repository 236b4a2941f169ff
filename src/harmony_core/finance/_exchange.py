"""Exchange differences: what a payment realises, and what the closing rate shows meanwhile.

A receivable or payable in a foreign currency is a monetary item: it was booked at one rate, is
paid at another, and is shown at the closing rate until then (IAS 21.23, 21.28). Payments in parts
relieve what it was booked at cumulatively, so that any number of them relieves the whole. What is
not realised is booked on the last day and taken back on the next, so that the two never mix.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, kinds_checked
from harmony_core.finance._conversion import convert
from harmony_core.finance._entities import AccountRole, LegalEntity, Role
from harmony_core.finance._journal import Dimensions, JournalEntry, JournalLine
from harmony_core.finance._money import Money
from harmony_core.finance._rates import FoundRate
from harmony_core.finance._rounding import HALF_UP, Rounding
from harmony_core.finance._three import Booked, BookingRates


@attrs.frozen
class Settled:
    """One payment of an item: what came in, what it was booked at, and the difference."""

    cash: Booked
    relieved: Booked

    @property
    def gain(self) -> Booked:
        """What the exchange brought, in the entity's and the group's column; a loss below zero."""
        return self.cash - self.relieved


@attrs.frozen(field_transformer=kinds_checked)
class MonetaryItem:
    """A receivable (above zero) or payable (below) as it was booked, and what was paid of it.

    >>> from datetime import date
    >>> from harmony_core.finance import Rate
    >>> def at(rate: str) -> BookingRates:
    ...     to_eur = Rate("USD", "EUR", date(2026, 3, 31), rate, source="bank").found
    ...     return BookingRates(to_eur, to_eur)
    >>> owed = MonetaryItem(at("0.90").book(Money.of(10_000, "USD")))
    >>> paid, rest = owed.settle(Money.of(4_000, "USD"), at("0.93"))
    >>> print(paid.cash.entity, paid.relieved.entity, paid.gain.entity, rest.carrying.entity)
    3720.00 EUR 3600.00 EUR 120.00 EUR 5400.00 EUR
    """

    booked: Booked
    rounding: Rounding = HALF_UP
    paid: Money = attrs.field(kw_only=True)

    @paid.default
    def _nothing(self) -> Money:
        return Money.zero(self.booked.transaction.currency)

    @property
    def open(self) -> Money:
        """What is still to be paid, in the currency of the deal."""
        return self.booked.transaction - self.paid

    @property
    def carrying(self) -> Booked:
        """What the open part stands at."""
        if not self.paid:
            return self.booked
        share = Fraction(self.paid.minor, self.booked.transaction.minor)
        return Booked(
            self.open,
            self.booked.entity - (self.booked.entity.exact * share).settle(self.rounding),
            self.booked.group - (self.booked.group.exact * share).settle(self.rounding),
        )

    def settle(self, amount: Money, rates: BookingRates) -> tuple[Settled, MonetaryItem]:
        """Pay a part, or the rest, at the rates of its day.

        Raises:
            CurrencyMismatch: the payment is of another currency than the item.
            InvalidValue: it is more than what is open, or of the other sign.
        """
        if amount.currency != self.open.currency:
            raise CurrencyMismatch(self.open.currency, amount.currency)
        if not 0 < amount.minor * _sign(self.open) <= abs(self.open.minor):
            raise InvalidValue(
                f"{amount} cannot settle {self.open}: pay up to what is open, and put the rest on "
                "account"
            )
        rest = attrs.evolve(self, paid=self.paid + amount)
        cash = rates.book(amount, self.rounding)
        return Settled(cash, self.carrying - rest.carrying), rest


def revalue(
    carrying: Money, balance: Money, closing: FoundRate, rounding: Rounding = HALF_UP
) -> tuple[Money, Money]:
    """Give what a foreign balance is at the closing rate, and the difference not yet realised.

    Args:
        carrying: what it stands at in the currency of the books.
        balance: what is open, in its own currency.
        closing: the rate from the latter to the former.
        rounding: of the new amount.

    Raises:
        CurrencyMismatch: the rate is of other currencies.

    >>> from datetime import date
    >>> from harmony_core.finance import Rate
    >>> closing = Rate("USD", "EUR", date(2026, 3, 31), "0.95", source="bank").found
    >>> new, unrealised = revalue(Money.of(9000, "EUR"), Money.of(10_000, "USD"), closing)
    >>> print(new, unrealised)
    9500.00 EUR 500.00 EUR
    """
    if closing.quote != carrying.currency:
        raise CurrencyMismatch(closing.quote, carrying.currency)
    new = convert(balance, closing, rounding)
    return new, new - carrying


@attrs.frozen(field_transformer=kinds_checked)
class ExchangeAccounts:
    """Where differences go in a company's books, and what they are about."""

    entity: LegalEntity
    role: AccountRole
    """of the item: receivable or payable"""
    dimensions: Dimensions = ()

    def line(self, role: AccountRole, amount: Booked) -> JournalLine:
        """Make a line on the account of a role."""
        return JournalLine(role, self.entity.account(role), amount, self.dimensions)


def book_settlement(
    entry_id: str,
    day: date,
    settled: Settled,
    accounts: ExchangeAccounts,
    *,
    source: str,
    bank: AccountRole,
) -> JournalEntry:
    """Book a payment: cash at its day's rates, the item as it was booked, the difference apart.

    Args:
        entry_id: unique in the books.
        day: of the payment.
        settled: by :meth:`MonetaryItem.settle`.
        accounts: of the company, and of the item.
        source: the payment's id.
        bank: role of the bank account in the company's books.

    Raises:
        AccountNotMapped: a role has no account; the difference has the role
            ``exchange_difference.realised``.
    """
    lines = [
        accounts.line(bank, settled.cash),
        accounts.line(accounts.role, -settled.relieved),
    ]
    if settled.gain:
        lines.append(accounts.line(f"{Role.EXCHANGE_DIFFERENCE}.realised", -settled.gain))
    kind = "settlement"
    return JournalEntry(entry_id, accounts.entity.id, day, kind, source, tuple(lines))


def book_revaluation(
    entry_id: str,
    day: date,
    items: Iterable[tuple[MonetaryItem, BookingRates]],
    accounts: ExchangeAccounts,
) -> tuple[JournalEntry, JournalEntry] | None:
    """Show open items at the closing rates of a day, and take that back on the day after.

    Give the items of one currency and their rates; both columns are revalued, each from the amount
    of the deal. ``None`` where nothing differs.

    Raises:
        AccountNotMapped: a role has no account; the difference has the role
            ``exchange_difference.unrealised``.
        CurrencyMismatch: the items are of different currencies.
    """
    change: Booked | None = None
    for item, rates in items:
        shown = rates.book(item.open, item.rounding)
        one = attrs.evolve(shown - item.carrying, transaction=Money.zero(item.open.currency))
        change = one if change is None else change + one
    if not change:
        return None
    lines = (
        accounts.line(accounts.role, change),
        accounts.line(f"{Role.EXCHANGE_DIFFERENCE}.unrealised", -change),
    )
    entry = JournalEntry(entry_id, accounts.entity.id, day, "revaluation", entry_id, lines)
    back = entry.mirrored(f"{entry_id}-back", day + timedelta(days=1))
    return entry, back


def _sign(money: Money) -> int:
    return -1 if money.minor < 0 else 1

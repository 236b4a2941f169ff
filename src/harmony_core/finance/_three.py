"""The three-currency amount: what was agreed, what the entity books, what the group reports.

Each of the two other amounts is converted once, straight from the transaction amount, at booking;
an amount that was rounded for one ledger never feeds another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, Word, expect_word, kinds_checked
from harmony_core.finance._allocation import fit
from harmony_core.finance._conversion import convert
from harmony_core.finance._money import Money, money_sum
from harmony_core.finance._rate_book import DEFAULT_RATE_POLICY, RateBook, RatePolicy
from harmony_core.finance._rates import FoundRate, RateKind
from harmony_core.finance._rounding import HALF_UP, Rounding


class Column(Word):
    """Which of the three amounts is meant."""

    TRANSACTION = "transaction"
    ENTITY = "entity"
    GROUP = "group"


@attrs.frozen(field_transformer=kinds_checked)
class Booked:
    """One amount in the currencies of the transaction, of the entity's books and of the group.

    >>> Booked(Money(100, "EUR"), Money(86, "GBP"), Money(115, "USD")) + Booked.zero(
    ...     "EUR", "GBP", "USD"
    ... )
    Booked(transaction=Money.of('1.00', 'EUR'), entity=Money.of('0.86', 'GBP'),
        group=Money.of('1.15', 'USD'))
    """

    transaction: Money
    entity: Money
    group: Money

    @classmethod
    def zero(cls, transaction: str, entity: str, group: str) -> Booked:
        """Nothing, in three currencies."""
        return cls(Money(0, transaction), Money(0, entity), Money(0, group))

    @property
    def currencies(self) -> tuple[str, str, str]:
        """The codes of the three columns."""
        return self.transaction.currency, self.entity.currency, self.group.currency

    def column(self, column: Column) -> Money:
        """Give one of the three amounts."""
        amount: Money = getattr(self, expect_word(column, Column).value)
        return amount

    def __add__(self, other: Booked) -> Booked:
        if not isinstance(other, Booked):
            return NotImplemented
        return Booked(
            self.transaction + other.transaction,
            self.entity + other.entity,
            self.group + other.group,
        )

    def __sub__(self, other: Booked) -> Booked:
        if not isinstance(other, Booked):
            return NotImplemented
        return self + -other

    def __neg__(self) -> Booked:
        return Booked(-self.transaction, -self.entity, -self.group)

    def __bool__(self) -> bool:
        return bool(self.transaction or self.entity or self.group)


_new = object.__new__
_set_transaction = Booked.__dict__["transaction"].__set__
_set_entity = Booked.__dict__["entity"].__set__
_set_group = Booked.__dict__["group"].__set__


def booked_sum(amounts: Iterable[Booked], currencies: tuple[str, str, str]) -> Booked:
    """Add up amounts column by column; the sum of nothing is zero of ``currencies``.

    Raises:
        CurrencyMismatch: an amount is in other currencies.
    """
    items = tuple(amounts)
    transaction, entity, group = currencies
    return Booked(
        money_sum((item.transaction for item in items), transaction),
        money_sum((item.entity for item in items), entity),
        money_sum((item.group for item in items), group),
    )


@attrs.frozen(field_transformer=kinds_checked)
class BookingRates:
    """The two rates with which one document is booked; both start from its own currency."""

    to_entity: FoundRate
    to_group: FoundRate

    def __attrs_post_init__(self) -> None:
        if self.to_entity.base != self.to_group.base:
            raise CurrencyMismatch(self.to_entity.base, self.to_group.base)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all rates used, to keep with the entry."""
        return (*self.to_entity.ids, *self.to_group.ids)

    @property
    def currencies(self) -> tuple[str, str, str]:
        """The codes of the three columns."""
        return self.to_entity.base, self.to_entity.quote, self.to_group.quote

    def book(self, money: Money, rounding: Rounding = HALF_UP) -> Booked:
        """Convert twice, each time from the transaction amount, each rounded once.

        Raises:
            CurrencyMismatch: ``money`` is in another currency than the rates start from.
        """
        booked = _new(Booked)  # of parts that need no check: each charge and entry line comes by
        _set_transaction(booked, money)
        _set_entity(booked, convert(money, self.to_entity, rounding))
        _set_group(booked, convert(money, self.to_group, rounding))
        return booked

    def mirror(self, leg: Booked, rounding: Rounding = HALF_UP) -> Booked:
        """Book the other party's leg: it takes over transaction and group amount, sign turned.

        So the two legs cancel in the group whatever the rates of the two books are; only the
        entity amount is converted here, from the transaction amount.

        Raises:
            CurrencyMismatch: the leg is of another transaction or group currency.
        """
        if leg.group.currency != self.to_group.quote:
            raise CurrencyMismatch(leg.group.currency, self.to_group.quote)
        entity = convert(leg.transaction, self.to_entity, rounding)
        return Booked(-leg.transaction, -entity, -leg.group)


def booking_rates(
    book: RateBook,
    transaction: str,
    entity: str,
    group: str,
    day: date,
    *,
    kind: RateKind = RateKind.SPOT,
    policy: RatePolicy = DEFAULT_RATE_POLICY,
    known: date | None = None,
) -> BookingRates:
    """Look up both rates of a document, of one kind, by its currencies and day.

    Raises:
        RateNotFound: one of the two is missing.
    """
    return BookingRates(
        book.find(transaction, entity, day, kind, policy, known=known),
        book.find(transaction, group, day, kind, policy, known=known),
    )


def fit_lines(
    lines: Sequence[Money], rates: BookingRates, rounding: Rounding = HALF_UP
) -> tuple[Booked, ...]:
    """Book the lines of a document so that they add up to the converted total of the document.

    The total is converted and rounded once; the lines are fitted to it by largest remainder, the
    earlier line first. Lines converted alone would be off by cents.

    Raises:
        CurrencyMismatch: a line is in another currency than the rates start from.
        InvalidValue: the rounding has a step; entity and group amounts are whole minor units.
    """
    if rounding.step is not None:
        raise InvalidValue("lines are fitted to minor units: use a rounding without a step")
    total = rates.book(money_sum(lines, rates.to_entity.base), rounding)
    entity = fit(_exactly(lines, rates.to_entity), total.entity)
    group = fit(_exactly(lines, rates.to_group), total.group)
    return tuple(Booked(*amounts) for amounts in zip(lines, entity, group, strict=True))


def _exactly(lines: Sequence[Money], rate: FoundRate) -> list[Fraction]:
    return [line.exact.value * rate.value for line in lines]

"""A company's books in the currency of the group at the rates of IAS 21, and the proof of it.

The balance sheet is translated at the closing rate, income and costs at the average rate of their
month, equity at the rates of its days. The debits and credits then no longer meet; what they miss
is the exchange difference of translation, a part of equity (IAS 21.39, 21.41). Nothing is booked:
it is a report over the same entries, and it reconciles to the group amounts that they hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound, expect_word, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance._conversion import convert
from harmony_core.finance._entities import AccountRole, LegalEntity
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._journal import JournalEntry
from harmony_core.finance._money import ExactAmount, Money, money_sum
from harmony_core.finance._rates import FoundRate
from harmony_core.finance._rounding import HALF_UP, Rounding
from harmony_core.finance._statements import NO_CLASSES, StatementClass, statement_of
from harmony_core.periods import Month


@attrs.frozen
class TranslatedAccount:
    """One account in both currencies; debit above zero."""

    account: str
    statement: StatementClass
    local: Money
    translated: Money
    booked: Money | None = None
    """what the entries hold in the group's column, where they were given"""


@attrs.frozen
class Translation:
    """Accounts in the group's currency, and what it takes for debits and credits to meet.

    ``difference`` is the balancing line: a debit (loss) above zero, a credit (gain) below.
    ``minority`` is the part of it that belongs to other owners.
    """

    accounts: tuple[TranslatedAccount, ...]
    difference: Money
    minority: Money

    @property
    def parent(self) -> Money:
        """The part of the difference that belongs to the group's owners."""
        return self.difference - self.minority

    def total(self, statement: StatementClass) -> Money:
        """Add up the accounts of one class."""
        parts = (one.translated for one in self.accounts if one.statement is statement)
        return money_sum(parts, self.difference.currency)

    @property
    def to_booked(self) -> Money:
        """What leads from the entries' group amounts to the translated ones: minus the difference.

        The group amounts add up to zero, so the two are one figure found in two ways.
        """
        changes = (one.translated - one.booked for one in self.accounts if one.booked is not None)
        return money_sum(changes, self.difference.currency)


def translate_balances(
    balances: Iterable[tuple[str, StatementClass, Money]],
    *,
    closing: FoundRate,
    average: FoundRate,
    historical: FoundRate | Mapping[str, FoundRate],
    ownership: Exact = 1,
    rounding: Rounding = HALF_UP,
) -> Translation:
    """Translate a trial balance whose income and costs are those of the period.

    Args:
        balances: account, class and balance, debit above zero; they add up to zero.
        closing: rate of the last day.
        average: rate of the period.
        historical: rate of the days of equity, for all or by account.
        ownership: the group's share of the company, above 0 up to 1.
        rounding: of each account.

    Raises:
        InvalidValue: the balances do not add up to zero, or the share cannot be.
        NotFound: an account of equity has no rate.
        CurrencyMismatch: a rate or a balance is of another currency.

    >>> from datetime import date
    >>> from harmony_core.finance import Rate
    >>> def rate(value: str) -> FoundRate:
    ...     return Rate("EUR", "USD", date(2026, 3, 31), value, source="bank").found
    >>> books = [
    ...     ("cash", StatementClass.BALANCE_SHEET, Money.of(120, "EUR")),
    ...     ("capital", StatementClass.EQUITY, Money.of(-70, "EUR")),
    ...     ("revenue", StatementClass.PROFIT_AND_LOSS, Money.of(-50, "EUR")),
    ... ]
    >>> found = translate_balances(
    ...     books, closing=rate("1.15"), average=rate("1.12"), historical=rate("1.05")
    ... )
    >>> print(found.difference)
    -8.50 USD
    """
    rows = [
        (account, expect_word(kind, StatementClass), money) for account, kind, money in balances
    ]
    if open_ := money_sum((money for _, _, money in rows), closing.base):
        raise InvalidValue(f"the balances add up to {open_}, not to zero: an account is missing")

    def rate_of(account: str, statement: StatementClass) -> FoundRate:
        if statement is StatementClass.BALANCE_SHEET:
            return closing
        if statement is StatementClass.PROFIT_AND_LOSS:
            return average
        if isinstance(historical, FoundRate):
            return historical
        if account not in historical:
            raise NotFound(f"no historical rate for the account {account!r} of equity: give one")
        return historical[account]

    return _translation(
        [
            TranslatedAccount(
                account, kind, money, convert(money, rate_of(account, kind), rounding)
            )
            for account, kind, money in rows
        ],
        closing.quote,
        ownership,
        rounding,
    )


def translate_books(
    entries: Iterable[JournalEntry],
    entity: LegalEntity,
    through: date,
    *,
    closing: FoundRate,
    average: Callable[[Month], FoundRate],
    ownership: Exact = 1,
    classes: Mapping[AccountRole, StatementClass] = NO_CLASSES,
    rounding: Rounding = HALF_UP,
) -> Translation:
    """Translate a company's entries to the end of a day; equity keeps the amounts it was booked at.

    Args:
        entries: of the journal; those of other companies and of later days are left out.
        entity: whose books they are.
        through: the closing day.
        closing: rate of that day from the company's currency to the group's.
        average: gives the average rate of a month.
        ownership: the group's share of the company, above 0 up to 1.
        classes: where roles of the host's own stand, or other places for known ones.
        rounding: of each account, and of each month of income and costs.

    Raises:
        NotFound: a role has no class.
        CurrencyMismatch: an entry is in other currencies than the rates.
        InvalidValue: one account is used in two classes, or the share cannot be.
    """
    local: defaultdict[str, int] = defaultdict(int)
    booked: defaultdict[str, int] = defaultdict(int)
    monthly: defaultdict[tuple[str, Month], int] = defaultdict(int)
    statement: dict[str, StatementClass] = {}
    for entry in entries:
        if entry.entity != entity.id or entry.day > through:
            continue
        _, of_entity, of_group = entry.currencies
        if (of_entity, of_group) != (closing.base, closing.quote):
            raise CurrencyMismatch(f"{of_entity}/{of_group}", f"{closing.base}/{closing.quote}")
        for line in entry.lines:
            kind = statement_of(line.role, classes)
            if statement.setdefault(line.account, kind) is not kind:
                raise InvalidValue(
                    f"the account {line.account!r} of {entity.id!r} stands in two classes, "
                    f"{statement[line.account].value} and {kind.value}: give the roles one by "
                    "classes={...}, or accounts of their own"
                )
            local[line.account] += line.amount.entity.minor
            booked[line.account] += line.amount.group.minor
            monthly[line.account, Month.containing(entry.day)] += line.amount.entity.minor

    def translated(account: str) -> Money:
        if statement[account] is StatementClass.EQUITY:
            return Money(booked[account], closing.quote)
        if statement[account] is StatementClass.BALANCE_SHEET:
            return convert(Money(local[account], closing.base), closing, rounding)
        months = (
            convert(Money(minor, closing.base), average(month), rounding)
            for (of, month), minor in monthly.items()
            if of == account
        )
        return money_sum(months, closing.quote)

    return _translation(
        [
            TranslatedAccount(
                account,
                statement[account],
                Money(local[account], closing.base),
                translated(account),
                Money(booked[account], closing.quote),
            )
            for account in sorted(local)
        ],
        closing.quote,
        ownership,
        rounding,
    )


def _translation(
    accounts: Iterable[TranslatedAccount], currency: str, ownership: Exact, rounding: Rounding
) -> Translation:
    share = exact(ownership, "ownership")
    if not 0 < share <= 1:
        raise InvalidValue(f"ownership is a share above 0 up to 1, got {exact_text(share)}")
    found = tuple(accounts)
    difference = -money_sum((one.translated for one in found), currency)
    minority = (difference.exact * (1 - share)).settle(rounding)
    return Translation(found, difference, minority)


@attrs.frozen(field_transformer=kinds_checked)
class NetAssets:
    """What a company was worth at both ends of a period and why, in the group's currency.

    ``exchange_difference`` is a gain above zero.
    """

    opening: Money
    profit: Money
    dividend: Money
    closing: Money

    @property
    def exchange_difference(self) -> Money:
        """What is neither opening, nor earned, nor paid out."""
        return self.closing - self.opening - self.profit + self.dividend


@attrs.frozen(field_transformer=kinds_checked)
class NetAssetRates:
    """The four rates of a period, from the company's currency to the group's."""

    opening: FoundRate
    average: FoundRate
    closing: FoundRate
    dividend: FoundRate | None = None
    """of the day on which it was declared; none where nothing was"""


def translate_net_assets(
    opening: Money,
    profit: Money,
    dividend: Money,
    rates: NetAssetRates,
    rounding: Rounding = HALF_UP,
) -> NetAssets:
    """Translate net assets from one end of a period to the other, each part at its own rate.

    Raises:
        InvalidValue: a dividend has no rate.
        CurrencyMismatch: a rate is of other currencies.

    >>> from datetime import date
    >>> from harmony_core.finance import Rate
    >>> def rate(value: str) -> FoundRate:
    ...     return Rate("EUR", "USD", date(2026, 3, 31), value, source="bank").found
    >>> rates = NetAssetRates(rate("1.10"), rate("1.12"), rate("1.15"))
    >>> eur = [Money.of(amount, "EUR") for amount in (1_000_000, 250_000, 0)]
    >>> print(translate_net_assets(*eur, rates).exchange_difference)
    57500.00 USD
    """
    if dividend and rates.dividend is None:
        raise InvalidValue(f"a dividend of {dividend} needs the rate of its day: give it in rates")
    paid = Money.zero(rates.closing.quote)
    if rates.dividend is not None:
        paid = convert(dividend, rates.dividend, rounding)
    return NetAssets(
        convert(opening, rates.opening, rounding),
        convert(profit, rates.average, rounding),
        paid,
        convert(opening + profit - dividend, rates.closing, rounding),
    )


@attrs.frozen
class TranslationProof:
    """The difference of translation from its causes; what rounding leaves has a name of its own."""

    from_opening: Money
    """what was there at the start, by the move of the rate over the period"""
    from_profit: Money
    """what was earned, by the move from the average to the closing rate"""
    from_dividend: Money
    """what was paid out, by the move from its day to the closing rate"""
    rounding: Money

    @property
    def total(self) -> Money:
        """All causes together: the exchange difference of :class:`NetAssets`."""
        return self.from_opening + self.from_profit + self.from_dividend + self.rounding


def prove_translation(
    opening: Money,
    profit: Money,
    dividend: Money,
    rates: NetAssetRates,
    rounding: Rounding = HALF_UP,
) -> TranslationProof:
    """Explain the exchange difference of :func:`translate_net_assets` by its second formula.

    Raises:
        InvalidValue: as :func:`translate_net_assets`.
    """
    found = translate_net_assets(opening, profit, dividend, rates, rounding).exchange_difference
    closing = rates.closing

    def moved(money: Money, since: FoundRate | None) -> Money:
        if since is None:
            return Money.zero(closing.quote)
        change = money.exact.value * (closing.value - since.value)
        return ExactAmount.of(change, closing.quote).settle(rounding)

    causes = (
        moved(opening, rates.opening),
        moved(profit, rates.average),
        moved(-dividend, rates.dividend),
    )
    return TranslationProof(*causes, found - money_sum(causes, closing.quote))

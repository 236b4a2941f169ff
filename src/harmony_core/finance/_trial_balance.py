"""The trial balance: what journal entries add up to, per entity and account, in one column."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from harmony_core.errors import expect_word
from harmony_core.finance._journal import JournalEntry
from harmony_core.finance._money import Money, money_sum
from harmony_core.finance._three import Column


@attrs.frozen
class AccountBalance:
    """Debits, credits (both zero or more) and their difference on one account of one entity."""

    entity: str
    account: str
    debit: Money
    credit: Money

    @property
    def balance(self) -> Money:
        """Debit less credit."""
        return self.debit - self.credit

    @property
    def currency(self) -> str:
        """The currency of the three amounts."""
        return self.debit.currency


@attrs.frozen
class TrialBalance:
    """All accounts in one column, by entity, account and currency."""

    column: Column
    accounts: tuple[AccountBalance, ...]

    @property
    def totals(self) -> tuple[tuple[Money, Money], ...]:
        """Debit and credit in all, one pair for each currency."""
        codes = sorted({row.currency for row in self.accounts})
        return tuple(
            (
                money_sum((row.debit for row in self.accounts if row.currency == code), code),
                money_sum((row.credit for row in self.accounts if row.currency == code), code),
            )
            for code in codes
        )

    @property
    def is_zero(self) -> bool:
        """Whether debits equal credits in every currency."""
        return all(debit == credit for debit, credit in self.totals)


def trial_balance(
    entries: Iterable[JournalEntry],
    entity: str | None = None,
    column: Column = Column.ENTITY,
) -> TrialBalance:
    """Add up debits and credits per account in one column.

    Args:
        entries: in any order.
        entity: id of the entity whose books are meant; ``None``: of all.
        column: of the three amounts; the transaction column has a row for each currency.
    """
    column = expect_word(column, Column)
    debits: dict[tuple[str, str, str], int] = {}
    credits: dict[tuple[str, str, str], int] = {}  # noqa: A001  the trade's word
    for entry in entries:
        if entity is not None and entry.entity != entity:
            continue
        for line in entry.lines:
            amount = line.amount.column(column)
            key = (entry.entity, line.account, amount.currency)
            debits[key] = debits.get(key, 0) + max(amount.minor, 0)
            credits[key] = credits.get(key, 0) + max(-amount.minor, 0)
    return TrialBalance(
        column,
        tuple(
            AccountBalance(key[0], key[1], Money(debits[key], key[2]), Money(credits[key], key[2]))
            for key in sorted(debits)
        ),
    )

"""What two companies of the group owe each other: opened with, charged, paid, and what is left.

Read from both companies' books, each in the currencies in which they charged; what the two do not
agree on is shown, and never netted away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

import attrs

from harmony_core.finance._entities import Role
from harmony_core.finance._journal import JournalEntry
from harmony_core.finance._money import Money
from harmony_core.periods import Span

_OWED = (Role.INTERCOMPANY_RECEIVABLE, Role.INTERCOMPANY_PAYABLE)
_EARNED = (Role.INTERCOMPANY_REVENUE, Role.INTERCOMPANY_COST)
_Key: TypeAlias = tuple[str, str, str]


@attrs.frozen
class PairStatement:
    """What ``debtor`` owes ``creditor`` in one currency over a span of days, by creditor's books.

    Below zero the creditor owes. ``in_debtors_books`` is the closing amount as the other company
    has it.
    """

    creditor: str
    debtor: str
    currency: str
    opening: Money
    charged: Money
    """for work and expenses, less credits"""
    settled: Money
    """what was paid or set off otherwise: below zero where the debt fell"""
    in_debtors_books: Money

    @property
    def closing(self) -> Money:
        """What is owed at the end of the last day."""
        return self.opening + self.charged + self.settled

    @property
    def difference(self) -> Money:
        """By how much the creditor's books show more than the debtor's; zero where they agree."""
        return self.closing - self.in_debtors_books


def pair_statements(entries: Iterable[JournalEntry], days: Span) -> tuple[PairStatement, ...]:
    """State what companies of the group owe each other, pair by pair and currency by currency.

    The company that comes first by its id stands as the creditor of a pair; charges that go the
    other way count below zero, so that a pair has one figure to settle in each currency.

    Args:
        entries: of all companies; those after the last day are left out.
        days: opening amounts are those before it, charges and payments those within.

    >>> from datetime import date
    >>> pair_statements([], Span.of_days(date(2026, 3, 1), date(2026, 3, 31)))
    ()
    """
    opening: defaultdict[_Key, int] = defaultdict(int)
    charged: defaultdict[_Key, int] = defaultdict(int)
    settled: defaultdict[_Key, int] = defaultdict(int)
    other_side: defaultdict[_Key, int] = defaultdict(int)
    for entry in entries:
        if entry.counterparty is None or entry.day > days.last_day:
            continue
        creditor, debtor = sorted((entry.entity, entry.counterparty))
        key = creditor, debtor, entry.currencies[0]
        owed = _minor(entry, _OWED)
        if entry.entity == debtor:
            other_side[key] -= owed
        elif entry.day < days.start:
            opening[key] += owed
        else:
            for_work = -_minor(entry, _EARNED)
            charged[key] += for_work
            settled[key] += owed - for_work
    keys = sorted({*opening, *charged, *settled, *other_side})
    return tuple(
        PairStatement(
            *key,
            *(Money(part[key], key[2]) for part in (opening, charged, settled, other_side)),
        )
        for key in keys
    )


def _minor(entry: JournalEntry, roles: tuple[str, ...]) -> int:
    return sum(
        line.amount.transaction.minor
        for line in entry.lines
        if line.role.partition(".")[0] in roles
    )

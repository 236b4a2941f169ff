"""Intercompany pairs: what two companies book of one another, matched or broken with the reason.

A pair is matched when exactly two entries carry its id, each names the other's entity as its
counterparty, and what one books as receivable, revenue, cost or payable the other books as the
opposite, with equal transaction and group amounts. So what is eliminated is zero by construction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import attrs

from harmony_core.errors import Word
from harmony_core.finance._entities import Role
from harmony_core.finance._journal import JournalEntry, JournalLine
from harmony_core.finance._money import Money

_RECEIVABLE, _PAYABLE = Role.INTERCOMPANY_RECEIVABLE, Role.INTERCOMPANY_PAYABLE
_REVENUE, _COST = Role.INTERCOMPANY_REVENUE, Role.INTERCOMPANY_COST

MIRRORED_ROLES: Mapping[str, str] = MappingProxyType(
    {
        _RECEIVABLE: _PAYABLE,
        _PAYABLE: _RECEIVABLE,
        _REVENUE: _COST,
        _COST: _REVENUE,
    }
)
"""Each intercompany role and the one that it must meet in the counterparty's books."""


def mirror(role: str) -> str | None:
    """Give the role that must meet this one; ``None`` for roles that are not intercompany."""
    return MIRRORED_ROLES.get(role.partition(".")[0])


class BreakReason(Word):
    """Why an intercompany entry could not be eliminated."""

    NO_PAIR = "the entry has intercompany lines but no pair id"
    ONE_LEG = "the other company's entry is missing"
    TOO_MANY_LEGS = "more than two entries carry the pair id"
    COUNTERPARTY = "the two entries do not name each other's company as counterparty"
    ROLES = "what one company books is not the opposite of what the other books"
    TRANSACTION_AMOUNT = "the two transaction amounts differ"
    GROUP_AMOUNT = "the two group amounts differ"


@attrs.frozen
class Elimination:
    """A matched pair: what is taken out of the group's figures, by role; it sums to zero.

    ``amount`` is the intercompany revenue taken out, positive for a charge and negative for a
    credit; for a pair without revenue (a payment) it is the change of the receivable.
    """

    pair: str
    entities: tuple[str, str]
    entry_ids: tuple[str, str]
    amount: Money
    amounts: tuple[tuple[str, Money], ...]


@attrs.frozen
class Break:
    """An intercompany entry that stays in the group's figures, and why."""

    pair: str | None
    entity: str
    counterparty: str | None
    entry_id: str
    day: date
    reason: BreakReason
    receivable_or_payable: Money


def mismatch(legs: list[JournalEntry]) -> BreakReason | None:
    if len(legs) == 1:
        return BreakReason.ONE_LEG
    if len(legs) > 2:
        return BreakReason.TOO_MANY_LEGS
    one, other = legs
    named = one.counterparty == other.entity and other.counterparty == one.entity
    if not named or one.entity == other.entity:
        return BreakReason.COUNTERPARTY
    left, right = _sums(one), _sums(other)
    mirrored = {
        (MIRRORED_ROLES[role], currency): (-t, -g) for (role, currency), (t, g) in left.items()
    }
    if {role for role, _ in mirrored} != {role for role, _ in right}:
        return BreakReason.ROLES
    if {key: t for key, (t, _) in mirrored.items()} != {key: t for key, (t, _) in right.items()}:
        return BreakReason.TRANSACTION_AMOUNT
    if mirrored != right:
        return BreakReason.GROUP_AMOUNT
    return None


def _intercompany(entry: JournalEntry) -> list[JournalLine]:
    return [line for line in entry.lines if mirror(line.role)]


def _sums(entry: JournalEntry) -> dict[tuple[str, str], tuple[int, int]]:
    """Sum transaction and group amounts by wide role and transaction currency."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for line in _intercompany(entry):
        amount = line.amount
        key = line.role.partition(".")[0], amount.transaction.currency
        transaction, group = sums.get(key, (0, 0))
        sums[key] = transaction + amount.transaction.minor, group + amount.group.minor
    return sums


def moves_between(entry: JournalEntry) -> bool:
    """Whether an entry changes what two companies book of each other, beyond its own currency."""
    return any(amount for pair in _sums(entry).values() for amount in pair)


def elimination(
    pair: str, legs: list[JournalEntry], currency: str, *, earned: bool, owed: bool
) -> Elimination | None:
    """Take a matched pair out: what the two earned of each other, what they owe, or both."""
    one, other = sorted(legs, key=lambda leg: (leg.entity, leg.id))
    sums: defaultdict[str, int] = defaultdict(int)
    wide: defaultdict[str, int] = defaultdict(int)
    for leg in (one, other):
        for line in _intercompany(leg):
            role = line.role.partition(".")[0]
            if earned if role in (_REVENUE, _COST) else owed:
                sums[line.role] += line.amount.group.minor
                wide[role] += line.amount.group.minor
    if not sums:
        return None
    amount = -wide[_REVENUE] if _REVENUE in wide else wide[_RECEIVABLE]
    return Elimination(
        pair,
        (one.entity, other.entity),
        (one.id, other.id),
        Money(amount, currency),
        tuple((role, Money(sums[role], currency)) for role in sorted(sums)),
    )


def broken(entry: JournalEntry, reason: BreakReason, currency: str) -> Break:
    open_items = [
        line.amount.group.minor
        for line in entry.lines
        if line.role.partition(".")[0] in (_RECEIVABLE, _PAYABLE)
    ]
    return Break(
        pair=entry.pair,
        entity=entry.entity,
        counterparty=entry.counterparty,
        entry_id=entry.id,
        day=entry.day,
        reason=reason,
        receivable_or_payable=Money(sum(open_items), currency),
    )

"""The group's figures at any moment: all entries, less what its companies owe one another.

There is no month-end run and no elimination by account totals. A group figure is the sum of the
stored group column less the intercompany lines of matched pairs. A pair is matched when exactly two
entries carry its id, each names the other's entity as its counterparty, and what one books as
receivable, revenue, cost or payable the other books as the opposite, with equal transaction and
group amounts. So what is eliminated is zero by construction; whatever does not match stays in the
figures and is listed as a break with its reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import attrs

from harmony_core.errors import CurrencyMismatch, Word
from harmony_core.finance._entities import Group, Role
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


def _mirror(role: str) -> str | None:
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


def _read_only(balances: Mapping[str, Money]) -> Mapping[str, Money]:
    return MappingProxyType(dict(balances))


def _read_only_parts(
    parts: Mapping[str, Mapping[str, Money]],
) -> Mapping[str, Mapping[str, Money]]:
    return MappingProxyType({entity: _read_only(part) for entity, part in parts.items()})


@attrs.frozen
class Consolidation:
    """The group at the end of ``through`` (``None``: all entries), in the group's currency.

    ``parts`` holds each company's own sums by role, ``eliminations`` the matched pairs and
    ``balances`` their total: parts less eliminations. Debits are positive.
    """

    group: str
    currency: str
    through: date | None
    parts: Mapping[str, Mapping[str, Money]] = attrs.field(converter=_read_only_parts, hash=False)
    eliminations: tuple[Elimination, ...]
    breaks: tuple[Break, ...]
    balances: Mapping[str, Money] = attrs.field(converter=_read_only, hash=False)

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {entity: dict(part) for entity, part in self.parts.items()}
        return Consolidation, (
            self.group,
            self.currency,
            self.through,
            parts,  # a mapping proxy cannot be pickled
            self.eliminations,
            self.breaks,
            dict(self.balances),
        )

    @property
    def is_zero(self) -> bool:
        """Whether debits equal credits in the group's figures; true unless entries are lost."""
        return not sum(amount.minor for amount in self.balances.values())

    def eliminated(self) -> dict[str, Money]:
        """Give what is eliminated in total, by role."""
        totals: defaultdict[str, int] = defaultdict(int)
        for elimination in self.eliminations:
            for role, amount in elimination.amounts:
                totals[role] += amount.minor
        return {role: Money(totals[role], self.currency) for role in sorted(totals)}

    def as_rows(self) -> list[dict[str, str | Decimal]]:
        """One row a role: every company's sum, what is eliminated, and the group's figure."""
        eliminated, zero = self.eliminated(), Money.zero(self.currency)
        return [
            {
                "role": role,
                **{entity: part.get(role, zero).amount for entity, part in self.parts.items()},
                "eliminated": (-eliminated.get(role, zero)).amount,
                "group": balance.amount,
            }
            for role, balance in self.balances.items()
        ]


def consolidate(
    entries: Iterable[JournalEntry], group: Group, through: date | None = None
) -> Consolidation:
    """Add up the group column of all entries and take the matched intercompany pairs out.

    Args:
        entries: of all companies of the group, in any order.
        group: names the currency of the group column, and its entities.
        through: last day, inclusive; ``None`` takes every entry.

    Raises:
        NotFound: an entry is of an entity that is not in the group.
        CurrencyMismatch: an entry's group column is in another currency than the group's.
    """
    parts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    legs: defaultdict[str, list[JournalEntry]] = defaultdict(list)
    breaks: list[Break] = []
    for entry in entries:
        if through is not None and entry.day > through:
            continue
        own = parts[group.entity(entry.entity).id]
        between = False
        for line in entry.lines:
            if line.amount.group.currency != group.currency:
                raise CurrencyMismatch(group.currency, line.amount.group.currency)
            own[line.role] += line.amount.group.minor
            between = between or _mirror(line.role) is not None
        if between and entry.pair is None:
            breaks.append(_break(entry, BreakReason.NO_PAIR, group.currency))
        elif between and entry.pair is not None:
            legs[entry.pair].append(entry)
    eliminations = []
    for pair in sorted(legs):
        reason = _mismatch(legs[pair])
        if reason is None:
            eliminations.append(_elimination(pair, legs[pair], group.currency))
        else:
            breaks.extend(_break(leg, reason, group.currency) for leg in legs[pair])
    return _consolidation(group, through, parts, eliminations, breaks)


def _consolidation(
    group: Group,
    through: date | None,
    parts: Mapping[str, Mapping[str, int]],
    eliminations: list[Elimination],
    breaks: list[Break],
) -> Consolidation:
    balances: defaultdict[str, int] = defaultdict(int)
    for own in parts.values():
        for role, minor in own.items():
            balances[role] += minor
    for elimination in eliminations:
        for role, amount in elimination.amounts:
            balances[role] -= amount.minor
    return Consolidation(
        group=group.id,
        currency=group.currency,
        through=through,
        parts={entity: _as_money(parts[entity], group.currency) for entity in sorted(parts)},
        eliminations=tuple(eliminations),
        breaks=tuple(sorted(breaks, key=lambda found: (found.day, found.entity, found.entry_id))),
        balances=_as_money(balances, group.currency),
    )


def _as_money(minors: Mapping[str, int], currency: str) -> Mapping[str, Money]:
    return {role: Money(minors[role], currency) for role in sorted(minors)}


def _mismatch(legs: list[JournalEntry]) -> BreakReason | None:
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
    return [line for line in entry.lines if _mirror(line.role)]


def _sums(entry: JournalEntry) -> dict[tuple[str, str], tuple[int, int]]:
    """Sum transaction and group amounts by wide role and transaction currency."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for line in _intercompany(entry):
        amount = line.amount
        key = line.role.partition(".")[0], amount.transaction.currency
        transaction, group = sums.get(key, (0, 0))
        sums[key] = transaction + amount.transaction.minor, group + amount.group.minor
    return sums


def _elimination(pair: str, legs: list[JournalEntry], currency: str) -> Elimination:
    one, other = sorted(legs, key=lambda leg: (leg.entity, leg.id))
    sums: defaultdict[str, int] = defaultdict(int)
    wide: defaultdict[str, int] = defaultdict(int)
    for leg in (one, other):
        for line in _intercompany(leg):
            sums[line.role] += line.amount.group.minor
            wide[line.role.partition(".")[0]] += line.amount.group.minor
    earned = -wide[_REVENUE] if _REVENUE in wide else wide[_RECEIVABLE]
    return Elimination(
        pair,
        (one.entity, other.entity),
        (one.id, other.id),
        Money(earned, currency),
        tuple((role, Money(sums[role], currency)) for role in sorted(sums)),
    )


def _break(entry: JournalEntry, reason: BreakReason, currency: str) -> Break:
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

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
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import attrs

from harmony_core.errors import CurrencyMismatch, Word
from harmony_core.explanation import RoundingMode, round_ratio
from harmony_core.finance._entities import AccountRole, Group, Role
from harmony_core.finance._journal import JournalEntry, JournalLine
from harmony_core.finance._money import Money
from harmony_core.finance._ownership import ALWAYS, Ownership
from harmony_core.finance._statements import NO_CLASSES, StatementClass, statement_of
from harmony_core.finance._unbilled import UnbilledTransfer

_RECEIVABLE, _PAYABLE = Role.INTERCOMPANY_RECEIVABLE, Role.INTERCOMPANY_PAYABLE
_REVENUE, _COST = Role.INTERCOMPANY_REVENUE, Role.INTERCOMPANY_COST

ACQUIRED_EQUITY = "acquired_equity"
"""In group figures: what a company was worth when it joined, a debit where it owed more."""
DISPOSED_NET_ASSETS = "disposed_net_assets"
"""In group figures: what a company took along when it left."""

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
    ``balances`` their total: parts less eliminations. Debits are positive. ``minority`` is the
    profit that belongs to other owners, by company; a loss is below zero. ``unbilled`` are the
    charges whose margin is taken out of work in progress.
    """

    group: str
    currency: str
    through: date | None
    parts: Mapping[str, Mapping[str, Money]] = attrs.field(converter=_read_only_parts, hash=False)
    eliminations: tuple[Elimination, ...]
    breaks: tuple[Break, ...]
    balances: Mapping[str, Money] = attrs.field(converter=_read_only, hash=False)
    minority: Mapping[str, Money] = attrs.field(factory=dict, converter=_read_only, hash=False)
    unbilled: tuple[UnbilledTransfer, ...] = ()

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
            dict(self.minority),
            self.unbilled,
        )

    @property
    def is_zero(self) -> bool:
        """Whether debits equal credits in the group's figures; true unless entries are lost."""
        return not sum(amount.minor for amount in self.balances.values())

    def eliminated(self) -> dict[str, Money]:
        """Give what is eliminated in total, by role."""
        totals: defaultdict[str, int] = defaultdict(int)
        for role, amount in _taken_out(self.eliminations, self.unbilled):
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
    entries: Iterable[JournalEntry],
    group: Group,
    through: date | None = None,
    *,
    ownership: Ownership = ALWAYS,
    only: Collection[str] | None = None,
    classes: Mapping[AccountRole, StatementClass] = NO_CLASSES,
    unbilled: Iterable[UnbilledTransfer] = (),
) -> Consolidation:
    """Add up the group column of all entries and take the matched intercompany pairs out.

    A company that joins brings what its balance sheet holds; what it earned before is equity that
    was bought (role ``acquired_equity``). One that left takes its balance sheet along (role
    ``disposed_net_assets``); what it earned meanwhile stays. Pairs are taken out where both
    companies belonged to the group on the day; what is owed by one that has left is owed by a
    stranger.

    Args:
        entries: of all companies of the group, in any order.
        group: names the currency of the group column, and its entities.
        through: last day, inclusive; ``None`` takes every entry.
        ownership: since when and with which share companies belong to the group.
        only: ids of the companies of a sub-group; pairs with others stay in its figures.
        classes: where roles of the host's own stand; asked for companies that join or leave or are
            not owned whole.
        unbilled: charges within the group that stand in work in progress at the end of the day:
            what the performer put on top is taken out, and the part of its other owners with it.

    Raises:
        NotFound: an entry is of an entity that is not in the group, or a role has no class.
        CurrencyMismatch: an entry's group column is in another currency than the group's.
    """
    known = {entity.id for entity in group.entities}
    chosen = known if only is None else {group.entity(name).id for name in only}
    gathered = _Gathered(group, ownership, through, chosen, classes)
    for entry in entries:
        if through is None or entry.day <= through:
            gathered.add(entry)
    return gathered.consolidation(gathered.still_inside(unbilled))


class _Gathered:
    """What was added up so far, by company and role."""

    def __init__(
        self,
        group: Group,
        ownership: Ownership,
        through: date | None,
        chosen: Collection[str],
        classes: Mapping[AccountRole, StatementClass],
    ) -> None:
        self.group, self.ownership, self.through = group, ownership, through
        self.chosen, self.classes = chosen, classes
        self.known = {entity.id for entity in group.entities}
        self.parts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.legs: defaultdict[str, list[JournalEntry]] = defaultdict(list)
        self.breaks: list[Break] = []
        self.minority: defaultdict[str, Fraction] = defaultdict(Fraction)

    def add(self, entry: JournalEntry) -> None:
        company = self.group.entity(entry.entity).id
        if entry.currencies[2] != self.group.currency:
            raise CurrencyMismatch(self.group.currency, entry.currencies[2])
        if company not in self.chosen or not self._is_known_by_now(company):
            return
        share = self.ownership.share(company, entry.day)
        if share is None and entry.day > self.ownership.joined(company):
            return  # it has left, and these books are no longer ours
        own, between = self.parts[company], False
        for line in entry.lines:
            minor = line.amount.group.minor
            own[self._role(line.role, company, share)] += minor
            between = between or _mirror(line.role) is not None
            if share is not None and share < 1 and self._is_profit(line.role):
                self.minority[company] -= minor * (1 - share)
        if between and share is not None:
            self._keep_for_pairs(entry)

    def _is_known_by_now(self, company: str) -> bool:
        return self.through is None or self.ownership.joined(company) <= self.through

    def _has_left(self, company: str) -> bool:
        left = self.ownership.left(company)
        return left is not None and (self.through is None or left < self.through)

    def _is_profit(self, role: AccountRole) -> bool:
        return statement_of(role, self.classes) is StatementClass.PROFIT_AND_LOSS

    def _role(self, role: AccountRole, company: str, share: Fraction | None) -> AccountRole:
        """Say under which role the group shows a line."""
        if share is not None and not self._has_left(company):
            return role
        statement = statement_of(role, self.classes)
        if self._has_left(company):
            kept = share is not None and statement is StatementClass.PROFIT_AND_LOSS
            return role if kept else DISPOSED_NET_ASSETS
        return role if statement is StatementClass.BALANCE_SHEET else ACQUIRED_EQUITY

    def _keep_for_pairs(self, entry: JournalEntry) -> None:
        other = entry.counterparty
        if other is not None and not self._is_inside(other, entry.day):
            return  # a stranger on that day, or one outside the sub-group
        if entry.pair is None:
            self.breaks.append(_break(entry, BreakReason.NO_PAIR, self.group.currency))
        else:
            self.legs[entry.pair].append(entry)

    def _is_inside(self, company: str, day: date) -> bool:
        if company not in self.known:
            return True  # a name that nobody has is a break, not a stranger
        return company in self.chosen and self.ownership.share(company, day) is not None

    def still_inside(self, unbilled: Iterable[UnbilledTransfer]) -> tuple[UnbilledTransfer, ...]:
        """Give the charges of which both companies belong to these figures, and their margin.

        What a stranger put on top was earned.
        """
        found = []
        for one in sorted(unbilled, key=lambda one: one.pair.id):
            pair, currency = one.pair, one.pair.owed.group.currency
            if currency != self.group.currency:
                raise CurrencyMismatch(self.group.currency, currency)
            if self.through is not None and pair.day > self.through:
                continue
            both = (pair.seller, pair.performer)
            if all(self._is_inside(name, pair.day) and not self._has_left(name) for name in both):
                found.append(one)
                share = self.ownership.share(pair.performer, pair.day)
                if share is not None and share < 1:
                    self.minority[pair.performer] -= one.margin.minor * (1 - share)
        return tuple(found)

    def consolidation(self, unbilled: tuple[UnbilledTransfer, ...]) -> Consolidation:
        eliminations = self._eliminations()
        balances: defaultdict[str, int] = defaultdict(int)
        for own in self.parts.values():
            for role, minor in own.items():
                balances[role] += minor
        for role, amount in _taken_out(eliminations, unbilled):
            balances[role] -= amount.minor
        currency = self.group.currency
        return Consolidation(
            group=self.group.id,
            currency=currency,
            through=self.through,
            parts={name: _as_money(self.parts[name], currency) for name in sorted(self.parts)},
            eliminations=tuple(eliminations),
            breaks=tuple(sorted(self.breaks, key=lambda one: (one.day, one.entity, one.entry_id))),
            balances=_as_money(balances, currency),
            minority={
                name: Money(round_ratio(*share.as_integer_ratio(), RoundingMode.HALF_UP), currency)
                for name, share in sorted(self.minority.items())
            },
            unbilled=unbilled,
        )

    def _eliminations(self) -> list[Elimination]:
        found = []
        for pair in sorted(self.legs):
            legs = self.legs[pair]
            reason = _mismatch(legs)
            if reason is not None:
                self.breaks += [_break(leg, reason, self.group.currency) for leg in legs]
                continue
            parted = any(self._has_left(leg.entity) for leg in legs)
            one = _elimination(pair, legs, self.group.currency, profit_only=parted)
            if one is not None:
                found.append(one)
        return found


def _taken_out(
    eliminations: Iterable[Elimination], unbilled: Iterable[UnbilledTransfer]
) -> Iterator[tuple[str, Money]]:
    for pair in eliminations:
        yield from pair.amounts
    for transfer in unbilled:
        yield from transfer.amounts


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


def _elimination(
    pair: str, legs: list[JournalEntry], currency: str, *, profit_only: bool
) -> Elimination | None:
    """Take a pair out; of companies that have parted since, only what they earned of each other."""
    one, other = sorted(legs, key=lambda leg: (leg.entity, leg.id))
    sums: defaultdict[str, int] = defaultdict(int)
    wide: defaultdict[str, int] = defaultdict(int)
    for leg in (one, other):
        for line in _intercompany(leg):
            if profit_only and line.role.partition(".")[0] not in (_REVENUE, _COST):
                continue
            sums[line.role] += line.amount.group.minor
            wide[line.role.partition(".")[0]] += line.amount.group.minor
    if not sums:
        return None
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

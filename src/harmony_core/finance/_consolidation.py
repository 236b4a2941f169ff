"""The group's figures at any moment: all entries, less what its companies owe one another.

There is no month-end run and no elimination by account totals. A group figure is the sum of the
stored group column less the intercompany lines of matched pairs; whatever does not match stays in
the figures and is listed as a break with its reason.
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

from harmony_core.errors import CurrencyMismatch, expect, expect_each
from harmony_core.explanation import RoundingMode, round_ratio
from harmony_core.finance._entities import AccountRole, Group
from harmony_core.finance._journal import JournalEntry
from harmony_core.finance._money import Money
from harmony_core.finance._ownership import ALWAYS, Ownership
from harmony_core.finance._pairs import (
    Break,
    BreakReason,
    Elimination,
    broken,
    elimination,
    mirror,
    mismatch,
    moves_between,
)
from harmony_core.finance._statements import NO_CLASSES, StatementClass, statement_of
from harmony_core.finance._unbilled import UnbilledTransfer

ACQUIRED_EQUITY = "acquired_equity"
"""In group figures: what a company was worth when it joined, a debit where it owed more."""
DISPOSED_NET_ASSETS = "disposed_net_assets"
"""In group figures: what a company took along when it left."""


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
    ``disposed_net_assets``); what it earned meanwhile stays. What two companies earned of each
    other is taken out where both belonged to the group on the day, and what they owe each other
    where both belong to it at the end: one that has left owes as a stranger does.

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


def consolidate_days(
    entries: Iterable[JournalEntry],
    group: Group,
    days: Iterable[date],
    *,
    ownership: Ownership = ALWAYS,
    only: Collection[str] | None = None,
    classes: Mapping[AccountRole, StatementClass] = NO_CLASSES,
) -> Iterator[Consolidation]:
    """Give the group at the end of each of some days, in their order, by one pass over its entries.

    Each is what :func:`consolidate` says of its day. The entries are gone through once more from
    the beginning only where a company has joined or left in between.

    Args:
        entries: of all companies of the group, in any order.
        group: names the currency of the group column, and its entities.
        days: such as every day of a year, in any order.
        ownership, only, classes: as in :func:`consolidate`.

    Raises:
        NotFound, CurrencyMismatch: as :func:`consolidate` does.
    """
    ordered = sorted(entries, key=lambda entry: entry.day)
    known = {entity.id for entity in group.entities}
    chosen = known if only is None else {group.entity(name).id for name in only}
    gathered: _Gathered | None = None
    done = 0
    for day in sorted(expect_each(days, date, "days to consolidate")):
        fresh = _Gathered(group, ownership, day, chosen, classes)
        if gathered is None or fresh.membership != gathered.membership:
            gathered, done = fresh, 0
        gathered.through = day
        while done < len(ordered) and ordered[done].day <= day:
            gathered.add(ordered[done])
            done += 1
        yield gathered.consolidation(())


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
        expect(ownership, Ownership, "the ownership of a group", "Ownership.of(Holding(...))")
        ownership.require_in(self.known)
        self.parts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.legs: defaultdict[str, list[JournalEntry]] = defaultdict(list)
        self.without_pair: list[JournalEntry] = []
        self.found: dict[str, Elimination | BreakReason | None] = {}
        self.minority: defaultdict[str, Fraction] = defaultdict(Fraction)

    @property
    def membership(self) -> tuple[tuple[bool, bool], ...]:
        """Which of the companies had joined, and which had left: what decides where lines go."""
        names = sorted(self.known)
        return tuple((self._is_known_by_now(name), self._has_left(name)) for name in names)

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
            between = between or mirror(line.role) is not None
            if share is not None and share < 1 and self._is_profit(line.role):
                self.minority[company] -= minor * (1 - share)
        if between:
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
        if not (self._inside_then(entry) or self._inside_now(entry)):
            return  # strangers then and now, or one is outside the sub-group
        if entry.pair is not None:
            self.legs[entry.pair].append(entry)
            self.found.pop(entry.pair, None)
        elif moves_between(entry):
            self.without_pair.append(entry)

    def _inside_then(self, leg: JournalEntry) -> bool:
        """Whether both companies of a leg belonged to these figures on its day."""
        return all(self._is_inside(name, leg.day) for name in _both(leg))

    def _inside_now(self, leg: JournalEntry) -> bool:
        """Whether both companies of a leg belong to these figures at the end."""
        return all(name not in self.known or self._belongs(name) for name in _both(leg))

    def _is_inside(self, company: str, day: date) -> bool:
        if company not in self.known:
            return True  # a name that nobody has is a break, not a stranger
        return company in self.chosen and self.ownership.share(company, day) is not None

    def _belongs(self, company: str) -> bool:
        inside = self._is_known_by_now(company) and not self._has_left(company)
        return inside and company in self.chosen

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
        eliminations, breaks = self._matched()
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
            breaks=tuple(sorted(breaks, key=lambda one: (one.day, one.entity, one.entry_id))),
            balances=_as_money(balances, currency),
            minority={
                name: Money(round_ratio(*share.as_integer_ratio(), RoundingMode.HALF_UP), currency)
                for name, share in sorted(self.minority.items())
            },
            unbilled=unbilled,
        )

    def _matched(self) -> tuple[list[Elimination], list[Break]]:
        """Take each pair as it was found, and look only at those that have a new leg."""
        currency = self.group.currency
        eliminations: list[Elimination] = []
        breaks = [broken(one, BreakReason.NO_PAIR, currency) for one in self.without_pair]
        for pair in sorted(self.legs):
            if pair not in self.found:
                self.found[pair] = self._outcome(pair)
            outcome = self.found[pair]
            if isinstance(outcome, Elimination):
                eliminations.append(outcome)
            elif outcome is not None:
                breaks += [broken(leg, outcome, currency) for leg in self.legs[pair]]
        return eliminations, breaks

    def _outcome(self, pair: str) -> Elimination | BreakReason | None:
        legs = self.legs[pair]
        return mismatch(legs) or elimination(
            pair,
            legs,
            self.group.currency,
            earned=all(map(self._inside_then, legs)),
            owed=all(map(self._inside_now, legs)),
        )


def _both(leg: JournalEntry) -> tuple[str, ...]:
    return (leg.entity,) if leg.counterparty is None else (leg.entity, leg.counterparty)


def _taken_out(
    eliminations: Iterable[Elimination], unbilled: Iterable[UnbilledTransfer]
) -> Iterator[tuple[str, Money]]:
    for pair in eliminations:
        yield from pair.amounts
    for transfer in unbilled:
        yield from transfer.amounts


def _as_money(minors: Mapping[str, int], currency: str) -> Mapping[str, Money]:
    return {role: Money(minors[role], currency) for role in sorted(minors)}

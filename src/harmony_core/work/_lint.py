"""Faults of contracts that will cost money, found before they do.

Each finding names the lines, the reason and the way out. What is checked of coverage is checked
for every day, role and work type that the caller names, so that contracts without a finding leave
no matching work uncovered, and none between two lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import TypeAlias

import attrs

from harmony_core.contracts import Contract, ContractLine, CoverRule, Side, passes_on_to
from harmony_core.errors import PriceNotFound, Word, expect, expect_each
from harmony_core.periods import Span
from harmony_core.products import (
    DevicesCounted,
    HourlyRate,
    OverageMode,
    RateCard,
    RatedFor,
    TimeWorked,
    meters_of,
    rate_ties,
)
from harmony_core.work._coverage import LineRef, WorkFacts, in_force, names_of
from harmony_core.work._facts import Expense, TimeEntry


class FindingKind(Word):
    """What is wrong."""

    DEAD_END = "dead end"
    """work reaches lines that refuse it, and no other line catches it"""
    OVERLAP = "overlap"
    """two lines take the same work, or count the same devices or the same meter"""
    NEVER_MATCHES = "never matches"
    """a rule that no work can ever meet"""
    RATE_TIE = "rate tie"
    """two rates between which the look-up would guess"""
    RATE_MISSING = "rate missing"
    """work is taken, and no rate says what an hour of it costs"""
    EXPIRED = "expired"
    """something points to a line or contract that is no longer in force"""
    NO_OVERAGE = "prepaid without overage"
    """work beyond a prepaid fund has no price"""


@attrs.frozen(order=True)
class Finding:
    """One fault: its kind, the lines concerned, what is wrong, and what to do about it."""

    kind: FindingKind
    lines: tuple[LineRef, ...]
    reason: str
    way_out: str

    def __str__(self) -> str:
        lines = ", ".join("/".join(line) for line in self.lines)
        return f"{self.kind.value} [{lines}]: {self.reason}; {self.way_out}"


_Work: TypeAlias = tuple[str | None, str]
"""Role and work type; an expense has no role, and a category."""


@attrs.frozen
class _Standing:
    contract: Contract
    line: ContractLine

    @property
    def ref(self) -> LineRef:
        return self.contract.id, self.line.id


def lint_contracts(
    contracts: Iterable[Contract],
    span: Span,
    *,
    roles: Iterable[str],
    work_types: Iterable[str],
    categories: Iterable[str] = (),
    rates: Iterable[HourlyRate] | None = None,
    type_parents: Mapping[str, str | None] | None = None,
    open_work: Iterable[TimeEntry | Expense | WorkFacts] = (),
    customer: Callable[[str], str] = str,
) -> tuple[Finding, ...]:
    """Find the faults of contracts, in order of kind and line.

    Args:
        contracts: all that are to stand together, of both sides.
        span: the days to look at.
        roles: in which people work; work in another role is not looked at.
        work_types: of the company.
        categories: of expenses.
        rates: from which the price of an hour is looked up, where lines do not hold it.
        type_parents: of device types, each with the type above it.
        open_work: tickets and entries that name a line and are still to come in.
        customer: gives the customer that stands for an id after merges.

    Raises:
        InvalidValue: something of another kind than it must be.
    """
    expect(span, Span, "the days to look at", "Span.of_days(first, last)")
    listed = expect_each(contracts, Contract, "contracts to look at")
    agreed = sorted(listed, key=lambda one: one.id)
    sold: defaultdict[str, list[_Standing]] = defaultdict(list)
    for contract in agreed:
        if contract.side is Side.SELL:
            party = customer(contract.party_id)
            sold[party] += (_Standing(contract, line) for line in contract.lines_ever)
    people, kinds, spent = (
        sorted(set(expect_each(names, str, what)))
        for names, what in (
            (roles, "roles"),
            (work_types, "work types"),
            (categories, "categories of expenses"),
        )
    )
    work: list[_Work] = [(role, kind) for role in people for kind in kinds]
    work += ((None, category) for category in spent)
    found: list[Finding] = []
    for standing in sold.values():
        found += _coverage(standing, span, work)
        found += _measured_twice(standing, span, type_parents or {})
    found += _never(agreed, {*kinds, *spent})
    found += _expired(agreed, open_work)
    found += _no_overage(agreed, span)
    if rates is not None:
        found += _rates(agreed, span, tuple(rates), people, kinds)
    return tuple(sorted(set(found)))


def _first_days(standing: Iterable[_Standing], span: Span) -> list[date]:
    """The days on which anything begins to hold or has ceased to: between them nothing changes."""
    days = {span.first_day}
    for one in standing:
        cover = one.line.cover
        firsts = [one.line.start, None if cover is None else cover.first_day]
        lasts = [one.line.last_day, None if cover is None else cover.last_day]
        days |= {day for day in firsts if day is not None}
        days |= {day + timedelta(days=1) for day in lasts if day is not None and day < date.max}
    return sorted(day for day in days if day in span)


@attrs.frozen
class _Reach:
    """Lines that the same names lead to, by one rule; what holds of one name holds of them all."""

    rule: CoverRule
    names: tuple[str, ...]
    lines: tuple[_Standing, ...]

    def __str__(self) -> str:
        more = f" and {len(self.names) - 1} more" if len(self.names) > 1 else ""
        return f"{self.rule.value} {self.names[0]}".strip() + more


def _reaches(standing: Sequence[_Standing]) -> list[_Reach]:
    named: defaultdict[tuple[CoverRule, str], list[_Standing]] = defaultdict(list)
    for one in standing:
        if one.line.cover is not None:
            named[CoverRule.LINK, "/".join(one.ref)].append(one)
        for rule, name in names_of(one.line):
            named[rule, name].append(one)
    alike: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    for (rule, name), lines in sorted(named.items()):
        alone = name if rule is CoverRule.WORK_TYPE else ""
        alike[rule, alone, tuple(one.ref for one in lines)].append(name)
    return [
        _Reach(rule, tuple(names), tuple(named[rule, names[0]]))
        for (rule, *_), names in alike.items()
        if isinstance(rule, CoverRule)
    ]


def _coverage(
    standing: Sequence[_Standing], span: Span, work: Sequence[_Work]
) -> Iterator[Finding]:
    reaches = _reaches(standing)
    dead: defaultdict[tuple[LineRef, ...], set[tuple[_Work, date]]] = defaultdict(set)
    twice: defaultdict[tuple[LineRef, ...], set[str]] = defaultdict(set)
    for day in _first_days(standing, span):
        for one in work:
            role, kind = one
            met = [
                reach
                for reach in reaches
                if reach.rule is not CoverRule.WORK_TYPE or reach.names == (kind,)
            ]
            caught = any(
                _takes(line, role, kind, day)
                for reach in met
                if reach.rule in (CoverRule.WORK_TYPE, CoverRule.DEFAULT)
                for line in reach.lines
            )
            for reach in met:
                holding = [line for line in reach.lines if in_force(line.contract, line.line, day)]
                taking = tuple(line.ref for line in holding if _takes(line, role, kind, day))
                if len(taking) > 1:
                    twice[taking].add(str(reach))
                elif holding and not taking and not caught:
                    dead[tuple(line.ref for line in holding)].add((one, day))
    yield from _dead_ends(dead)
    for refs, rules in sorted(twice.items()):
        yield Finding(
            FindingKind.OVERLAP,
            refs,
            f"they take the same work, by {', '.join(sorted(rules))}",
            "let one of them refuse it, or name it in one line only",
        )


def _dead_ends(dead: Mapping[tuple[LineRef, ...], set[tuple[_Work, date]]]) -> Iterator[Finding]:
    for refs, cases in sorted(dead.items()):
        roles = sorted({role for (role, _), _ in cases if role is not None})
        kinds = ", ".join(sorted({kind for (_, kind), _ in cases}))
        in_roles = f" in roles {', '.join(roles)}" if roles else ""
        since = min(day for _, day in cases)
        yield Finding(
            FindingKind.DEAD_END,
            refs,
            f"{kinds}{in_roles}: reaches them from {since}, is refused, and no line catches it",
            "let a line of the customer take the rest, or take these work types",
        )


def _takes(one: _Standing, role: str | None, kind: str, day: date) -> bool:
    """Whether the line takes an entry in that role, or, without a role, an expense."""
    cover = one.line.cover
    if cover is None or not in_force(one.contract, one.line, day):
        return False
    return (role is None or cover.roles.admits(role)) and cover.types.admits(kind)


def _measured_twice(
    standing: Sequence[_Standing], span: Span, parents: Mapping[str, str | None]
) -> Iterator[Finding]:
    for one, other in combinations(standing, 2):
        if not _together(one.line, other.line, span):
            continue
        if shared := _meters(one.line) & _meters(other.line):
            yield _billed_by_both(one, other, f"both bill the meter {', '.join(sorted(shared))}")
            continue
        match one.line.source, other.line.source:
            case DevicesCounted(types=types), DevicesCounted(types=others):
                both = sorted(
                    {kind for kind in types if _below(kind, others, parents)}
                    | {kind for kind in others if _below(kind, types, parents)}
                )
                if not both:
                    continue
                reason = f"both count devices of the type {', '.join(both)}"
            case _:
                continue
        yield _billed_by_both(one, other, reason)


def _meters(line: ContractLine) -> set[str]:
    return {one.meter for one in meters_of(line.source)}


def _billed_by_both(one: _Standing, other: _Standing, reason: str) -> Finding:
    way_out = "make sure that it is to be billed by both, or end one of them"
    return Finding(FindingKind.OVERLAP, (one.ref, other.ref), reason, way_out)


def _together(one: ContractLine, other: ContractLine, span: Span) -> bool:
    first = max(one.start, other.start, span.first_day)
    last = min(one.last_day or date.max, other.last_day or date.max, span.last_day)
    return first <= last


def _below(kind: str, types: Iterable[str], parents: Mapping[str, str | None]) -> bool:
    """Whether a type is one of ``types``, or stands below one of them."""
    wanted, seen, at = set(types), set[str](), kind
    while at not in seen:
        if at in wanted:
            return True
        seen.add(at)
        at = parents.get(at) or at
    return False


def _never(contracts: Iterable[Contract], kinds: Collection[str]) -> Iterator[Finding]:
    def never(contract: Contract, line: ContractLine, reason: str, way_out: str) -> Finding:
        return Finding(FindingKind.NEVER_MATCHES, ((contract.id, line.id),), reason, way_out)

    for contract in contracts:
        for line in contract.lines_ever:
            cover = line.cover
            if cover is None:
                continue
            if contract.side is Side.BUY:
                reason = "a cover on the buy side takes no work"
                yield never(contract, line, reason, "put it on the line that is sold")
            first = max(line.start, cover.first_day or date.min)
            last = min(line.last_day or date.max, cover.last_day or date.max)
            if last < first:
                reason = "the days of its cover and its own days never meet"
                yield never(contract, line, reason, "correct the days of one of them")
            for what, listed in (("roles", cover.roles), ("work types", cover.types)):
                if listed.listed_only and not listed.names:
                    reason = f"its cover takes only listed {what}, and lists none"
                    yield never(contract, line, reason, f"list the {what} that it takes")
            for name in cover.work_types:
                if name not in kinds:
                    reason = f"it is reached by the work type {name}, which nobody uses"
                    yield never(contract, line, reason, "correct the name or leave it out")
                elif not cover.types.admits(name):
                    reason = f"it is reached by the work type {name}, which it refuses"
                    yield never(contract, line, reason, "take it in one of the two places")


def _expired(
    contracts: Sequence[Contract], open_work: Iterable[TimeEntry | Expense | WorkFacts]
) -> Iterator[Finding]:
    known = {contract.id: contract for contract in contracts}
    for contract in contracts:
        for line in contract.lines_ever:
            if line.serves is None:
                continue
            ends = _end(known.get(line.serves))
            if ends is None or (line.last_day is not None and line.last_day <= ends):
                continue
            state = "does not exist" if line.serves not in known else f"ends on {ends}"
            yield Finding(
                FindingKind.EXPIRED,
                ((contract.id, line.id),),
                f"it serves contract {line.serves}, which {state}",
                "end the purchase too, or name the contract that it serves now",
            )
    for fact in map(WorkFacts.of, open_work):
        if fact.contract_id is None or fact.line_id is None:
            continue
        named = known.get(fact.contract_id)
        lines = () if named is None else named.lines_ever
        linked = next((one for one in lines if one.id == fact.line_id), None)
        if named is None or linked is None or not in_force(named, linked, fact.day):
            state = "does not exist" if linked is None else f"is not in force on {fact.day}"
            yield Finding(
                FindingKind.EXPIRED,
                ((fact.contract_id, fact.line_id),),
                f"{fact.id} names it, but it {state}",
                "link the work to a line in force, or leave the link out",
            )


def _end(contract: Contract | None) -> date | None:
    """The last day of a contract's last line; one that is unknown has ended before all days."""
    if contract is None:
        return date.min
    days = [line.last_day for line in contract.lines_ever]
    return None if None in days else max(day for day in days if day is not None)


def _no_overage(contracts: Iterable[Contract], span: Span) -> Iterator[Finding]:
    for contract in contracts:
        for line in contract.lines_ever:
            if line.fund is None or line.start > span.last_day or contract.side is Side.BUY:
                continue
            if line.fund.incidents or line.fund.overage_mode is not OverageMode.BILL:
                continue
            if any(one.fund is None for one in passes_on_to(contract.lines_ever, line)):
                continue  # a line of the hour takes the rest
            try:
                line.fund.overage_price(contract.currency)
            except PriceNotFound:
                yield Finding(
                    FindingKind.NO_OVERAGE,
                    ((contract.id, line.id),),
                    f"work beyond the prepaid fund has no price in {contract.currency}",
                    "agree an overage price in that currency",
                )


def _rates(
    contracts: Iterable[Contract],
    span: Span,
    rates: Sequence[HourlyRate],
    roles: Sequence[str],
    kinds: Sequence[str],
) -> Iterator[Finding]:
    if ties := rate_ties(rates):
        for tie in ties:
            yield Finding(FindingKind.RATE_TIE, (), tie, "then look for missing rates again")
        return
    card = RateCard(rates)
    changes = {rate.first_day for rate in rates if rate.first_day}
    changes |= {rate.last_day + timedelta(days=1) for rate in rates if rate.last_day}
    for contract in contracts:
        for line in contract.lines_ever:
            if contract.side is Side.BUY or not isinstance(line.source, TimeWorked):
                continue
            if line.source.rates is not None:
                continue  # it has rates of its own, and its own price for the rest
            one = _Standing(contract, line)
            days = {*_first_days([one], span), *(day for day in changes if day in span)}
            missing = {
                (role, kind)
                for day in days
                for role in roles
                for kind in kinds
                if in_force(contract, line, day)
                and (line.cover is None or _takes(one, role, kind, day))
                and not _has_rate(card, one, role, kind, day)
            }
            if missing:
                named = ", ".join(f"{kind} as {role}" for role, kind in sorted(missing))
                yield Finding(
                    FindingKind.RATE_MISSING,
                    (one.ref,),
                    f"no rate in {contract.currency} for {named}",
                    "add a rate, or one for everything",
                )


def _has_rate(card: RateCard, one: _Standing, role: str, kind: str, day: date) -> bool:
    """Whether a rate holds whoever works, wherever and whenever: only such a rate is certain."""
    asked = RatedFor(
        contract=one.contract.id, customer=one.contract.party_id, role=role, work_type=kind
    )
    try:
        card.find(asked, one.contract.currency, day)
    except PriceNotFound:
        return False
    return True

"""Work that no line takes though a rule leads to one, and work that two lines take.

Every day, role and work type is tried against every rule that leads anywhere. A rule that leads
only to lines that refuse the work, or to lines none of which is in force that day, is a dead end,
unless a line is reached by the work type or takes the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import TypeAlias

import attrs

from harmony_core.contracts import Contract, ContractLine, CoverRule, Side
from harmony_core.periods import Span
from harmony_core.work._coverage import LineRef, in_force, names_of
from harmony_core.work._findings import (
    Finding,
    FindingKind,
    Standing,
    in_words,
    joined,
    stretches,
)

Work: TypeAlias = tuple[str | None, str]
"""Role and work type; an expense has no role, and a category."""
_DeadEnds: TypeAlias = defaultdict[
    tuple[tuple[LineRef, ...], str], defaultdict[tuple[Work, str], list[Span]]
]


@attrs.frozen
class _Reach:
    """Lines that the same names lead to, by one rule; what holds of one name holds of them all."""

    rule: CoverRule
    names: tuple[str, ...]
    lines: tuple[LineRef, ...]

    def __str__(self) -> str:
        more = f" and {len(self.names) - 1} more" if len(self.names) > 1 else ""
        return f"{self.rule.value} {self.names[0]}".strip() + more

    def leads(self, kind: str) -> bool:
        """Whether work of that type can come this way."""
        return self.rule is not CoverRule.WORK_TYPE or self.names == (kind,)


def _reaches(standing: Iterable[Standing]) -> list[_Reach]:
    named: defaultdict[tuple[CoverRule, str], list[LineRef]] = defaultdict(list)
    for one in standing:
        if one.line.cover is not None:
            named[CoverRule.LINK, "/".join(one.ref)].append(one.ref)
        for rule, name in names_of(one.line):
            named[rule, name].append(one.ref)
    alike: defaultdict[tuple[CoverRule, str, tuple[LineRef, ...]], list[str]] = defaultdict(list)
    for (rule, name), lines in sorted(named.items()):
        alone = name if rule is CoverRule.WORK_TYPE else ""
        alike[rule, alone, tuple(lines)].append(name)
    return [_Reach(rule, tuple(names), lines) for (rule, _, lines), names in alike.items()]


def coverage_faults(
    standing: Sequence[Standing], span: Span, work: Sequence[Work]
) -> Iterator[Finding]:
    """Find the dead ends and overlaps between the lines of one customer."""
    reaches = _reaches(standing)
    dead: _DeadEnds = defaultdict(lambda: defaultdict(list))
    twice: defaultdict[tuple[LineRef, ...], defaultdict[str, list[Span]]]
    twice = defaultdict(lambda: defaultdict(list))
    for days in stretches(standing, span):
        running = [one for one in standing if in_force(one.contract, one.line, days.first_day)]
        held = {one.ref for one in running}
        for role, kind in work:
            takes = {one.ref for one in running if takes_work(one.line, role, kind)}
            met = [reach for reach in reaches if reach.leads(kind)]
            caught = any(
                reach.rule in (CoverRule.WORK_TYPE, CoverRule.DEFAULT) and takes & {*reach.lines}
                for reach in met
            )
            for reach in met:
                taking = tuple(ref for ref in reach.lines if ref in takes)
                holding = tuple(ref for ref in reach.lines if ref in held)
                if len(taking) > 1:
                    twice[taking][str(reach)].append(days)
                elif taking or caught:
                    continue
                elif holding:
                    dead[holding, _REFUSED][(role, kind), str(reach)].append(days)
                elif reach.rule is not CoverRule.LINK:  # such a link is a mistake of the work
                    dead[reach.lines, _NOT_IN_FORCE][(role, kind), str(reach)].append(days)
    yield from _dead_ends(dead)
    for refs, rules in twice.items():
        shared: defaultdict[Span, set[str]] = defaultdict(set)
        for rule, parts in rules.items():
            for days in joined(parts):
                shared[days].add(rule)
        for days, by in shared.items():
            yield Finding(
                FindingKind.OVERLAP,
                refs,
                f"they take the same work, by {', '.join(sorted(by))}, {in_words(days)}",
                "let one of them refuse it, or name it in one line only",
                days.first_day,
                days.last_day,
            )


_REFUSED = "is refused"
_NOT_IN_FORCE = "when none of them is in force"
_WAYS_OUT = {
    _REFUSED: "let a line of the customer take the rest, or take these work types",
    _NOT_IN_FORCE: "let a line of the customer take the rest, or a line cover those days too",
}


def _dead_ends(dead: _DeadEnds) -> Iterator[Finding]:
    for (refs, why), cases in dead.items():
        open_work: defaultdict[tuple[Span, str], set[Work]] = defaultdict(set)
        for (one, rule), parts in cases.items():
            for days in joined(parts):
                open_work[days, rule].add(one)
        ways: defaultdict[tuple[Span, frozenset[Work]], set[str]] = defaultdict(set)
        for (days, rule), work in open_work.items():
            ways[days, frozenset(work)].add(rule)
        for (days, several), rules in ways.items():
            yield Finding(
                FindingKind.DEAD_END,
                refs,
                f"{_work_in_words(several)}: reaches them {in_words(days)} "
                f"by {', '.join(sorted(rules))}, {why}, and no line catches it",
                _WAYS_OUT[why],
                days.first_day,
                days.last_day,
            )


def _work_in_words(work: Iterable[Work]) -> str:
    """Name work types with the roles in which they are done, those of the same roles together."""
    roles_of: defaultdict[str, set[str]] = defaultdict(set)
    for role, kind in work:
        roles_of[kind] |= set() if role is None else {role}
    alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for kind, roles in sorted(roles_of.items()):
        alike[tuple(sorted(roles))].append(kind)
    return " and ".join(
        ", ".join(kinds) + (f" in roles {', '.join(roles)}" if roles else "")
        for roles, kinds in sorted(alike.items(), key=lambda one: one[1])
    )


def takes_work(line: ContractLine, role: str | None, kind: str) -> bool:
    """Whether the cover admits an entry in that role, or, without a role, an expense."""
    cover = line.cover
    if cover is None:
        return False
    return (role is None or cover.roles.admits(role)) and cover.types.admits(kind)


def covers_never_met(contracts: Iterable[Contract], kinds: Collection[str]) -> Iterator[Finding]:
    """Find what no work can ever meet.

    Args:
        contracts: all that stand together.
        kinds: work types and categories that are used.
    """

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

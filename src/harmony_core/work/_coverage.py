"""Which contract line takes a piece of work: exactly one, or none with the reason.

The rules are asked in the order of :class:`~harmony_core.contracts.CoverRule`. Of the lines that a
rule reaches, those that do not hold on the day or refuse the role or the work type fall out; one
that is left takes the work, several are reported and never guessed between, and where none is left
the next rule is asked. An explicit link to a line that is not there, or not in force, is a mistake
to be put right and not a reason to bill somewhere else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TypeAlias, TypeVar

import attrs

from harmony_core.contracts import Contract, ContractLine, CoverRule, Side, drawn_through
from harmony_core.explanation import PLAIN_ENGLISH, Wording
from harmony_core.work._facts import Expense, TimeEntry, WorkSubject
from harmony_core.work._many import Uncovered

LineRef: TypeAlias = tuple[str, str]
"""Contract id and line id."""


_NO_SUBJECT = WorkSubject()


@attrs.frozen
class WorkFacts:
    """What coverage looks at: a ticket as it stands, or an entry or expense reduced to it."""

    id: str
    day: date
    subject: WorkSubject = _NO_SUBJECT
    work_type: str = ""
    role: str | None = ""
    contract_id: str | None = None
    line_id: str | None = None

    @classmethod
    def of(cls, fact: TimeEntry | Expense | WorkFacts) -> WorkFacts:
        """Reduce a fact; an expense has a category in place of a work type, and no role."""
        if isinstance(fact, WorkFacts):
            return fact
        kind, role = (
            (fact.category, None) if isinstance(fact, Expense) else (fact.work_type, fact.role)
        )
        return cls(fact.id, fact.day, fact.subject, kind, role, fact.contract_id, fact.line_id)


@attrs.frozen
class Considered:
    """A line that a rule reached; ``verdict``, an English message, is ``taken`` or why not."""

    line: LineRef
    rule: CoverRule
    verdict: str
    details: tuple[tuple[str, str], ...] = ()

    @property
    def taken(self) -> bool:
        """Whether nothing stood against the line."""
        return self.verdict == _TAKEN


@attrs.frozen
class Coverage:
    """Where a piece of work landed.

    Attributes:
        facts: what was looked at.
        line: contract id and line id; ``None`` where the work is uncovered.
        rule: that decided, or between whose lines it could not be decided.
        reason: an English message: why there is no line; empty where there is one.
        trace: every line that was considered, in the order of the rules.
        candidates: the lines between which it could not be decided.
    """

    facts: WorkFacts
    line: LineRef | None
    rule: CoverRule | None
    reason: str
    trace: tuple[Considered, ...] = ()
    candidates: tuple[LineRef, ...] = ()

    @property
    def why_not(self) -> str:
        """The reason on one line, in English, with every line that was considered."""
        seen = (
            f"{one.rule.value}, {'/'.join(one.line)}: {one.verdict.format(**dict(one.details))}"
            for one in self.trace
        )
        return "; ".join((self.reason, *seen))

    def as_text(self, wording: Wording = PLAIN_ENGLISH) -> str:
        """Say in the reader's words where the work landed and why, one considered line a line."""
        if self.line is None or self.rule is None:
            head = wording.words(
                "{id} is uncovered: {reason}", id=self.facts.id, reason=wording.words(self.reason)
            )
        else:
            head = wording.words(
                "{id} is covered by line {line} of contract {contract} ({rule})",
                id=self.facts.id,
                line=self.line[1],
                contract=self.line[0],
                rule=wording.words(self.rule.value),
            )
        lines = [head]
        for one in self.trace:
            verdict = wording.words(one.verdict, **dict(one.details))
            lines.append(f"  {wording.words(one.rule.value)}, {'/'.join(one.line)}: {verdict}")
        return "\n".join(lines)


_TAKEN = "taken"
_NO_CUSTOMER = "it names neither a customer nor a contract that is known"
_NO_LINK = "it names a line that does not exist"
_NO_CONTRACT = "it names a contract that does not exist"
_BOUGHT = "it names a contract of the buy side"
_NOT_IN_FORCE = "the line that it names is not in force that day"
_SEVERAL = "several lines would take it, and none goes first"
_REFUSED = "every line that it reaches refuses it"
_NOTHING = "no line is reached by any rule"

_Pool: TypeAlias = Mapping[tuple[str, CoverRule, str], list[tuple[Contract, ContractLine]]]
F = TypeVar("F", TimeEntry, Expense)


class CoverageBook:
    """The covers of contracts, found by customer.

    Args:
        contracts: in any order; lines without a cover take only what is linked to them.
        customer: gives the customer that stands for an id after merges.
    """

    def __init__(self, contracts: Iterable[Contract], customer: Callable[[str], str] = str) -> None:
        self._customer = customer
        self._contracts = {contract.id: contract for contract in contracts}
        pool: defaultdict[tuple[str, CoverRule, str], list[tuple[Contract, ContractLine]]] = (
            defaultdict(list)
        )
        for contract in sorted(self._contracts.values(), key=lambda one: one.id):
            if contract.side is Side.SELL:
                party = customer(contract.party_id)
                for line in contract.lines_ever:
                    for rule, name in names_of(line):
                        pool[party, rule, name].append((contract, line))
        self._pool: _Pool = dict(pool)
        self._keywords: dict[str, list[str]] = defaultdict(list)
        for party, rule, name in self._pool:
            if rule is CoverRule.KEYWORD:
                self._keywords[party].append(name)

    def find(self, fact: TimeEntry | Expense | WorkFacts) -> Coverage:
        """Find the line of a piece of work; work that lands nowhere comes back with the reason."""
        facts = WorkFacts.of(fact)
        trace: list[Considered] = []
        named = None if facts.contract_id is None else self._contracts.get(facts.contract_id)
        if facts.contract_id is not None:
            if named is None:
                return Coverage(facts, None, CoverRule.LINK, _NO_CONTRACT)
            if named.side is Side.BUY:
                return Coverage(facts, None, CoverRule.LINK, _BOUGHT)
            if facts.line_id is not None and (found := self._linked(facts, named, trace)):
                return found
        party = facts.subject.customer_id or (None if named is None else named.party_id)
        if party is None:
            return Coverage(facts, None, None, _NO_CUSTOMER)
        for contract in (None,) if named is None else (named, None):
            if found := self._reached(facts, self._customer(party), contract, trace):
                return found
        return Coverage(facts, None, None, _REFUSED if trace else _NOTHING, tuple(trace))

    def _linked(
        self, facts: WorkFacts, contract: Contract, trace: list[Considered]
    ) -> Coverage | None:
        line = next((one for one in contract.lines_ever if one.id == facts.line_id), None)
        if line is None:
            return Coverage(facts, None, CoverRule.LINK, _NO_LINK)
        seen = _considered(facts, contract, line, CoverRule.LINK)
        trace.append(seen)
        if seen.taken:
            return Coverage(facts, seen.line, CoverRule.LINK, "", tuple(trace))
        if not in_force(contract, line, facts.day):
            return Coverage(facts, None, CoverRule.LINK, _NOT_IN_FORCE, tuple(trace))
        return None

    def _reached(
        self, facts: WorkFacts, party: str, within: Contract | None, trace: list[Considered]
    ) -> Coverage | None:
        """Ask rule after rule, first within the contract that is named, then everywhere."""
        for rule, names in self._looked_for(facts, party):
            lines = {
                (contract.id, line.id): (contract, line)
                for name in names
                for contract, line in self._pool.get((party, rule, name), ())
                if within is None or contract is within
            }
            seen = [_considered(facts, *lines[ref], rule) for ref in sorted(lines)]
            trace += (one for one in seen if one not in trace)
            taken = tuple(one.line for one in seen if one.taken)
            if len(taken) == 1:
                return Coverage(facts, taken[0], rule, "", tuple(trace))
            if taken:
                return Coverage(facts, None, rule, _SEVERAL, tuple(trace), taken)
        return None

    def _looked_for(
        self, facts: WorkFacts, party: str
    ) -> Iterator[tuple[CoverRule, Iterable[str]]]:
        subject = facts.subject
        yield CoverRule.ASSET, [subject.asset_id]
        yield CoverRule.SERVICE_ITEM, [subject.service_item]
        yield CoverRule.USER, [subject.user]
        yield CoverRule.SITE, [subject.site]
        yield CoverRule.WORK_TYPE, [facts.work_type]
        text = subject.text.casefold()
        yield (
            CoverRule.KEYWORD,
            [word for word in self._keywords.get(party, ()) if contains_word(text, word)],
        )
        yield CoverRule.DEFAULT, [""]


def contains_word(text: str, word: str) -> bool:
    """Whether a keyword stands in a text as a whole word; both are folded to one case."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def names_of(line: ContractLine) -> Iterator[tuple[CoverRule, str]]:
    """By what work reaches a line; keywords folded to one case."""
    cover = line.cover
    if cover is None:
        return
    for rule, names in cover.reaches():
        folded = map(str.casefold, names) if rule is CoverRule.KEYWORD else names
        yield from ((rule, name) for name in sorted(set(folded)))
    if cover.takes_the_rest:
        yield CoverRule.DEFAULT, ""


def in_force(contract: Contract, line: ContractLine, day: date) -> bool:
    """Whether the line, and its cover, hold on ``day``; prepaid blocks outlive their line."""
    if line.fund is not None:
        last = drawn_through(contract, line.id) if day >= line.start else None
        runs = day >= line.start and (last is None or day <= last)
    else:
        runs = contract.line_on(line.id, day) is not None  # as it was amended
    return runs and (line.cover is None or line.cover.holds_on(day))


def _considered(
    facts: WorkFacts, contract: Contract, line: ContractLine, rule: CoverRule
) -> Considered:
    ref, cover = (contract.id, line.id), line.cover
    if not in_force(contract, line, facts.day):
        return Considered(ref, rule, "not in force on {day}", (("day", facts.day.isoformat()),))
    if cover is not None and facts.role is not None and not cover.roles.admits(facts.role):
        return Considered(ref, rule, "refuses the role {role}", (("role", facts.role),))
    if cover is not None and not cover.types.admits(facts.work_type):
        return Considered(ref, rule, "refuses the work type {type}", (("type", facts.work_type),))
    return Considered(ref, rule, _TAKEN)


@attrs.frozen
class CoveredWork:
    """Every fact given, once: with its line, or uncovered. ``coverage`` says why, of each."""

    facts: tuple[TimeEntry | Expense, ...]
    uncovered: tuple[Uncovered, ...]
    coverage: tuple[Coverage, ...]


def cover_work(facts: Iterable[TimeEntry | Expense], book: CoverageBook) -> CoveredWork:
    """Put facts on their lines; the order in which they are given plays no part.

    A fact that lands on a line comes back with the ids of contract and line.
    """
    covered: list[TimeEntry | Expense] = []
    uncovered: list[Uncovered] = []
    coverage: list[Coverage] = []
    for fact in sorted(facts, key=lambda one: (one.day, one.id, isinstance(one, Expense))):
        found = book.find(fact)
        coverage.append(found)
        if found.line is None:
            uncovered.append(Uncovered(fact, found.why_not))
        else:
            contract_id, line_id = found.line
            covered.append(attrs.evolve(fact, contract_id=contract_id, line_id=line_id))
    return CoveredWork(tuple(covered), tuple(uncovered), tuple(coverage))

"""Lines that are billed twice, point to what has ended, or meet work without a price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations

from harmony_core.contracts import Contract, ContractLine, Side, passes_on_to
from harmony_core.errors import PriceNotFound
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
from harmony_core.work._cover_faults import takes_work
from harmony_core.work._coverage import WorkFacts, in_force
from harmony_core.work._facts import Expense, TimeEntry
from harmony_core.work._findings import (
    Finding,
    FindingKind,
    Standing,
    in_words,
    joined,
    stretches,
)


def measured_twice(
    standing: Sequence[Standing], span: Span, parents: Mapping[str, str | None]
) -> Iterator[Finding]:
    """Find lines of one customer that bill the same meter, or count the same devices."""
    for one, other in combinations(standing, 2):
        if (reason := _both_measure(one.line, other.line, parents)) is None:
            continue
        for days in joined(_together(one, other, span)):
            yield Finding(
                FindingKind.OVERLAP,
                (one.ref, other.ref),
                f"{reason} {in_words(days)}",
                "make sure that it is to be billed by both, or end one of them",
                days.first_day,
                days.last_day,
            )


def _both_measure(
    one: ContractLine, other: ContractLine, parents: Mapping[str, str | None]
) -> str | None:
    if shared := _meters(one) & _meters(other):
        return f"both bill the meter {', '.join(sorted(shared))}"
    match one.source, other.source:
        case DevicesCounted(types=types), DevicesCounted(types=others):
            both = {kind for kind in types if _below(kind, others, parents)}
            both |= {kind for kind in others if _below(kind, types, parents)}
            return f"both count devices of the type {', '.join(sorted(both))}" if both else None
    return None


def _meters(line: ContractLine) -> set[str]:
    return {one.meter for one in meters_of(line.source)}


def _together(one: Standing, other: Standing, span: Span) -> Iterator[Span]:
    """The days on which both lines run."""
    for days in stretches((one, other), span):
        lines = (it.contract.line_on(it.line.id, days.first_day) for it in (one, other))
        if all(line is not None for line in lines):
            yield days


def _below(kind: str, types: Iterable[str], parents: Mapping[str, str | None]) -> bool:
    """Whether a type is one of ``types``, or stands below one of them."""
    wanted, seen, at = set(types), set[str](), kind
    while at not in seen:
        if at in wanted:
            return True
        seen.add(at)
        at = parents.get(at) or at
    return False


def expired(
    contracts: Sequence[Contract], open_work: Iterable[TimeEntry | Expense | WorkFacts]
) -> Iterator[Finding]:
    """Find purchases and work that point to what does not exist or is no longer in force."""
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


def without_overage(contracts: Iterable[Contract], span: Span) -> Iterator[Finding]:
    """Find prepaid funds beyond which work has no price."""
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


def missing_rates(
    contracts: Iterable[Contract],
    span: Span,
    rates: Sequence[HourlyRate],
    roles: Sequence[str],
    kinds: Sequence[str],
) -> Iterator[Finding]:
    """Find rates between which the look-up would guess, and work without any."""
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
            one = Standing(contract, line)
            days = [part.first_day for part in stretches([one], span, changes)]
            missing = {
                (role, kind)
                for day in days
                for role in roles
                for kind in kinds
                if in_force(contract, line, day)
                and (line.cover is None or takes_work(line, role, kind))
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


def _has_rate(card: RateCard, one: Standing, role: str, kind: str, day: date) -> bool:
    """Whether a rate holds whoever works, wherever and whenever: only such a rate is certain."""
    asked = RatedFor(
        contract=one.contract.id, customer=one.contract.party_id, role=role, work_type=kind
    )
    try:
        card.find(asked, one.contract.currency, day)
    except PriceNotFound:
        return False
    return True

"""Facts that no contract line pays for: nothing that happened is passed over in silence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.billing import fund_line, fund_of, usage_lacks
from harmony_core.contracts import Contract, ContractLine, passes_on_to
from harmony_core.explanation import exact_text
from harmony_core.funds import Incident
from harmony_core.periods import Month
from harmony_core.products import UsageMetered, meters_of
from harmony_core.work import Expense, RatedWork, TimeEntry, Uncovered, UsageRecord
from harmony_core.workflows._scene import Scene

_Metered: TypeAlias = tuple[ContractLine, UsageMetered]
"""A line, and one of the meters that it reads."""


@attrs.frozen
class UncoveredFact:
    """A fact that no contract line pays for, and why."""

    month: Month
    kind: str
    id: str
    reason: str


def uncovered_in(scene: Scene, work: RatedWork, month: Month) -> tuple[UncoveredFact, ...]:
    """The facts of a month's books that no line pays for: work, expenses, usage, devices."""
    return (
        *(_uncovered(item, month) for item in work.uncovered),
        *_outside_their_line(scene, work, month),
        *_unmapped_usage(scene, month),
        *_strays(scene, month),
        *_uncharged_incidents(scene, month),
    )


def _uncovered(item: Uncovered, month: Month) -> UncoveredFact:
    return UncoveredFact(month, _kind(item.fact), item.fact.id, item.reason)


def _kind(fact: TimeEntry | Expense) -> str:
    return "time" if isinstance(fact, TimeEntry) else "expense"


def _outside_their_line(scene: Scene, work: RatedWork, month: Month) -> Iterator[UncoveredFact]:
    """Work on a day on which its line does not run: it costs money, and no period bills it."""
    facts: list[TimeEntry | Expense] = [
        *(one.entry for one in work.times),
        *(one.expense for one in work.expenses),
    ]
    for fact in facts:
        if fact.contract_id is None or fact.line_id is None:
            continue
        contract = scene.contracts[fact.contract_id]
        line = contract.line(fact.line_id)
        if line.fund is not None:
            reason = _not_drawn(scene, contract, line, fact)
        elif contract.line_on(line.id, fact.day) is None:
            reason = f"line {line.id!r} of contract {fact.contract_id!r} does not run that day"
        else:
            continue
        if reason is not None:
            yield UncoveredFact(month, _kind(fact), fact.id, reason)


def _not_drawn(
    scene: Scene, contract: Contract, line: ContractLine, fact: TimeEntry | Expense
) -> str | None:
    """Why nobody pays for the work, or some of it, of a prepaid line and those it passes on to."""
    if fund_line(contract, line.id) is None:
        return f"line {line.id!r} of contract {contract.id!r} does not run that day"
    for one in (line, *passes_on_to(contract.lines_ever, line)):
        if one.fund is None or (ended := fund_line(contract, one.id)) is None:
            continue
        for missed, left in fund_of(contract, ended, scene.facts).not_covered(date.max):
            if missed != fact:
                continue
            whole = fact.hours if isinstance(fact, TimeEntry) else Fraction(1)
            if left == whole and contract.line_on(one.id, fact.day) is None:
                return f"line {one.id!r} of contract {contract.id!r} does not run that day"
            what = "the whole of it" if left == whole else "all of it"
            if isinstance(fact, TimeEntry):
                what = f"{exact_text(left)} of {exact_text(whole)} hours"
            return (
                f"the fund of line {one.id!r} of contract {contract.id!r} does not cover {what}, "
                "and no line takes the rest"
            )
    return None


def _uncharged_incidents(scene: Scene, month: Month) -> Iterator[UncoveredFact]:
    """Incidents that became known in the month and that no fund charges."""
    for one in scene.incidents:
        if Month.containing(one.recorded_on or one.opened) != month:
            continue
        if (reason := _why_not_charged(scene, one)) is not None:
            yield UncoveredFact(month, "incident", one.id, reason)


def _why_not_charged(scene: Scene, one: Incident) -> str | None:
    contract = scene.contracts.get(one.contract_id or "")
    if contract is None:
        return "it names no contract that is known"
    line = next((it for it in contract.lines_ever if it.id == one.line_id), None)
    if line is None or line.fund is None or not line.fund.incidents:
        return f"no line {one.line_id!r} of contract {contract.id!r} has a fund for incidents"
    terms = line.fund.incidents_in(contract.currency)
    if terms is not None and terms.price_of(one.type) is None:
        return f"the fund of line {line.id!r} has no price for {one.type!r}: add one to its list"
    return None


def _strays(scene: Scene, month: Month) -> Iterator[UncoveredFact]:
    """Devices of the month's events that no line can ever count."""
    for event in scene.device_events:
        if Month.containing(event.known_on) != month:
            continue
        device = scene.devices.get(event.device_id)
        if device is None:
            reason = f"no device {event.device_id!r} in the register"
            yield UncoveredFact(month, "device event", event.device_id, reason)
        elif device.type not in scene.company.asset_types.parents:
            reason = f"its type {device.type!r} is not among the company's asset types"
            yield UncoveredFact(month, "device", device.id, reason)
        elif device.customer_id not in scene.directory:
            reason = f"no customer {device.customer_id!r}"
            yield UncoveredFact(month, "device", device.id, reason)


def _unmapped_usage(scene: Scene, month: Month) -> Iterator[UncoveredFact]:
    """Usage that became known in the month and that no line measured on its day."""
    metered: defaultdict[tuple[str, str], list[_Metered]] = defaultdict(list)
    for contract in scene.contracts.values():
        customer = scene.facts.customer(contract.party_id)
        for line in contract.lines_ever:
            for one in meters_of(line.source):
                metered[customer, one.meter].append((line, one))
    for record in scene.facts.standing(scene.usage, date.max):
        if Month.containing(record.known_on) != month:
            continue
        lines = [
            (line, one)
            for line, one in metered.get(
                (scene.facts.customer(record.customer_id), record.meter), []
            )
            if line.runs_on(record.day)
        ]
        reason = None
        if not lines:
            reason = f"no contract of {record.customer_id!r} measured {record.meter!r} that day"
        elif missing := _missing(lines, record):
            reason = f"it has no {missing}, which the line that measures its meter needs"
        elif record.quantity < 0 and (left := _beyond_zero(scene, lines, record)):
            reason = (
                f"the usage of its period is {exact_text(left)}: nothing below zero is given back; "
                "record a correction on the day of the usage that it corrects"
            )
        if reason is not None:
            yield UncoveredFact(month, "usage", record.id, reason)


def _missing(lines: Iterable[_Metered], record: UsageRecord) -> str | None:
    """What a record would need to be counted by any of the lines; some line may need nothing."""
    found = {usage_lacks(metered.rule, record) for _, metered in lines}
    return None if None in found else min(filter(None, found), default=None)


def _beyond_zero(scene: Scene, lines: Iterable[_Metered], record: UsageRecord) -> Fraction | None:
    """What is left below zero in the period of a usage record that takes usage back."""
    for line, metered in lines:
        if not metered.rule.is_plain_sum:
            continue
        for period in line.periods():
            if period.span.start > record.day:
                break
            if record.day in period.span:
                found = scene.facts.standing(
                    scene.facts.usage_of(record.customer_id, record.meter, period.span), date.max
                )
                left = sum((one.quantity for one in found), Fraction(0))
                return left if left < 0 else None
    return None

"""Which charges come on a day or later, from what is agreed: the calendar of a contract's bills.

A plan asks what a night makes of facts and goes back to the first day; a list asks what lies ahead.
Corrections are no part of it: nobody knows of them before the day on which they become known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.billing._fund_draws import as_bought, fund_line
from harmony_core.billing._funds import fund_of
from harmony_core.billing._plan import (
    BY_MONTH,
    PlannedCharge,
    carried_charges,
    first_trigger,
    kinds_of,
    periods_of,
    trigger_of,
)
from harmony_core.contracts import Contract, ContractLine, running_days
from harmony_core.periods import Span


def coming_charges(
    contract: Contract, facts: Facts, day: date
) -> Iterator[Iterator[PlannedCharge]]:
    """Give for each series of charges those that fall due on a day or later, oldest period first.

    A series is endless while its line is open. Overage and top-ups are there where the facts have
    brought some about.
    """
    for line in contract.lines_ever:
        for kind in kinds_of(line):
            yield _series(contract, line, kind, facts, day)
        carried = carried_charges(contract, line)
        yield (one for one in carried if one.trigger >= day and one.before is None)


def _series(
    contract: Contract, line: ContractLine, kind: ChargeKind, facts: Facts, day: date
) -> Iterator[PlannedCharge]:
    last = _last_day(contract, line, kind, facts)
    for period in periods_of(line, kind):
        if last is not None and period.span.start > last:
            return
        if trigger_of(line, kind, period) < day:
            continue  # an earlier end can only bring it forward
        trigger = first_trigger(contract, line, kind, period)
        planned = PlannedCharge(contract, line, kind, period, trigger)
        if trigger >= day and _is_there(planned, facts):
            yield planned


def _last_day(
    contract: Contract, line: ContractLine, kind: ChargeKind, facts: Facts
) -> date | None:
    """The last day on which there can be something to bill; ``None`` while it is open."""
    if kind in BY_MONTH:
        entries = facts.time_of(contract.id, line.id, Span(date.min, date.max))
        return entries[-1].day if entries else date.min
    ends = [one.last_day for one in running_days(contract, line.id)]
    known = [end for end in ends if end is not None]
    return None if len(known) < len(ends) else max(known, default=date.min)


def _is_there(planned: PlannedCharge, facts: Facts) -> bool:
    contract = planned.contract.known_by(planned.trigger)
    line, span = planned.line, planned.period.span
    if all(one.id != line.id for one in contract.lines_ever):
        return False
    if line.fund is None:
        return bool(contract.parts(line.id, span))
    agreed = fund_line(contract, line.id)
    if agreed is None or not agreed.runs_on(span.start):
        return False
    if planned.kind is ChargeKind.SERVICE:
        return as_bought(contract, agreed, span.start) is not None
    statement = fund_of(contract, agreed, facts).statement(planned.trigger)
    found = statement.overage_in if planned.kind is ChargeKind.OVERAGE else statement.top_ups_in
    return bool(found(span))

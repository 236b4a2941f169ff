"""Which charges there can be: a pure function of lines, facts and days, never of when a run runs.

A charge has a trigger day. The first charge of a period sees what was known on its trigger; every
later day on which a fact of that period became known gives a correction with that day as its
trigger. So a night that was missed, or two nights at once, find exactly the same charges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import attrs

from harmony_core.billing._charge import ChargeKind, charge_key
from harmony_core.billing._facts import Facts
from harmony_core.billing._fund_draws import (
    Drawing,
    drawings,
    fund_line,
    is_refunded,
    takes_back,
)
from harmony_core.billing._usage import UsageOfPeriod
from harmony_core.contracts import (
    Amendment,
    Contract,
    ContractLine,
    MigratedLot,
    fed_by,
    line_end,
)
from harmony_core.periods import ServicePeriod, Span, Timing, add_months, trigger_day
from harmony_core.products import (
    CountPolicy,
    DevicesCounted,
    ExpensesIncurred,
    TimeWorked,
    UnitsMetered,
    UsageMetered,
    meters_of,
)

BY_MONTH = (ChargeKind.OVERAGE, ChargeKind.TOP_UP)
"""What the draws of a fund bring about beside its blocks."""


@attrs.frozen
class PlannedCharge:
    """A charge that may be due: enough to know its key without computing its amount.

    ``before`` is set on a correction: the day as of whose knowledge the period was looked at last.
    ``lot`` is what came from another contract, or was given up.
    """

    contract: Contract
    line: ContractLine
    kind: ChargeKind
    period: ServicePeriod
    trigger: date
    before: date | None = None
    lot: MigratedLot | None = None

    @property
    def key(self) -> str:
        """The identity of the charge, see :func:`charge_key`."""
        known = None if self.before is None else self.trigger
        return self._key(known)

    @property
    def corrects(self) -> str | None:
        """The key of the first charge of the period that a correction amends.

        What is given up corrects what paid for it, in its own contract.
        """
        if self.lot is not None and self.lot not in self.line.opening:
            return self.lot.paid_by
        if self.before is None:
            return None
        return self._key(None)

    def _key(self, known: date | None) -> str:
        part = "" if self.lot is None else self.lot.id
        start = self.period.span.start
        return charge_key(self.contract.id, self.line.id, self.kind, start, known, part=part)


def plan(
    contract: Contract, line: ContractLine, facts: Facts, opening_day: date, through: date
) -> Iterator[PlannedCharge]:
    """Every charge of a line triggered from ``opening_day`` to ``through``, oldest period first."""
    for kind in kinds_of(line):
        for period in periods_of(line, kind):
            first = first_trigger(contract, line, kind, period)
            if first > through:
                break  # triggers rise with the periods
            if first >= opening_day:
                yield PlannedCharge(contract, line, kind, period, first)
            before = first
            days = [
                *_known_days(contract, line, kind, period.span, facts),
                *_refund_days(contract, line, kind, period.span, facts),
                *(one.known_on for one in amendments_of(contract, line, kind, period.span)),
            ]
            for known in sorted({day for day in days if first < day <= through}):
                if known >= opening_day:
                    yield PlannedCharge(contract, line, kind, period, known, before)
                before = known
    for planned in carried_charges(contract, line):
        if opening_day <= planned.trigger <= through:
            yield planned


def carried_charges(contract: Contract, line: ContractLine) -> Iterator[PlannedCharge]:
    """What a fund gives up, and what it opens with, each known or begun on its trigger."""

    def planned(lot: MigratedLot, trigger: date, before: date | None = None) -> PlannedCharge:
        day = Span.of_days(lot.first_day, lot.first_day)
        period = ServicePeriod(day, day)
        return PlannedCharge(contract, line, ChargeKind.CARRIED, period, trigger, before, lot)

    if (closing := contract.closing(line.id)) is not None:
        for lot in closing[1].lots:
            yield planned(lot, max(lot.first_day, closing[0].known_on))
    for amendment, change in contract.refunds(line.id):
        for lot in change.lots:
            yield planned(lot, max(lot.first_day, amendment.known_on))
    for lot in line.opening:
        first = planned(lot, lot.first_day)
        yield first
        before = first.trigger
        agreed = amendments_of(contract, line, first.kind, first.period.span)
        for known in sorted({one.known_on for one in agreed if one.known_on > before}):
            yield planned(lot, known, before)
            before = known


def kinds_of(line: ContractLine) -> tuple[ChargeKind, ...]:
    """The series of charges that a line gives."""
    if line.fund is not None:
        kinds = (ChargeKind.SERVICE, ChargeKind.OVERAGE)
        return kinds if line.fund.top_up is None else (*kinds, ChargeKind.TOP_UP)
    if _is_trued_up(line):
        return ChargeKind.SERVICE, ChargeKind.TRUE_UP
    return (ChargeKind.SERVICE,)


def periods_of(line: ContractLine, kind: ChargeKind) -> Iterator[ServicePeriod]:
    """The service periods of one series.

    Overage of blocks and top-ups go by calendar month; all else, the overage of an allowance too,
    by the periods of the line.
    """
    if kind is ChargeKind.OVERAGE and line.fund is not None and line.fund.rollover is not None:
        return line.periods()
    return line.months() if kind in BY_MONTH else line.periods()


def trigger_of(line: ContractLine, kind: ChargeKind, period: ServicePeriod) -> date:
    """The day on which the first charge of a period falls due."""
    if kind in BY_MONTH or kind is ChargeKind.TRUE_UP:
        return trigger_day(period.span, Timing.ARREARS)
    if line.billing.interval is None and not line.by_calendar_month:
        return trigger_day(period.span, Timing.ADVANCE, line.billing.lead_days)  # once: on its day
    return trigger_day(period.span, line.billing.timing, line.billing.lead_days)


def first_trigger(
    contract: Contract, line: ContractLine, kind: ChargeKind, period: ServicePeriod
) -> date:
    """The day on which the first charge of a period falls due in a contract that was amended.

    A period that is billed when it is over is over when its line ends: the last bill comes on the
    day after the end, or when that becomes known, and does not wait for the days left out.
    """
    usual = trigger_of(line, kind, period)
    for known_on in sorted({one.known_on for one in contract.amendments}):
        if known_on >= usual:
            break
        known = contract.known_by(known_on)
        if all(one.id != line.id for one in known.lines_ever):
            continue
        last_day = line_end(known, line.id).last_day
        if last_day is not None and period.span.start <= last_day < period.span.last_day:
            day = max(known_on, last_day + timedelta(days=1))
            if day < usual and line_end(contract.known_by(day), line.id).last_day == last_day:
                return day
    return usual


def _is_trued_up(line: ContractLine) -> bool:
    source = line.source
    return isinstance(source, DevicesCounted) and source.policy is CountPolicy.ADVANCE_TRUE_UP


def amendments_of(
    contract: Contract, line: ContractLine, kind: ChargeKind, span: Span
) -> Iterator[Amendment]:
    """The amendments of a contract that can change what a period of a line costs."""
    if _is_trued_up(line) and kind is ChargeKind.SERVICE:
        return  # what was billed ahead stays: the true-up settles it
    lines = {line.id}
    if kind in BY_MONTH or isinstance(line.source, TimeWorked):  # what they cover, it does not bill
        lines |= {one.id for one in fed_by(contract.lines_ever, line)}
    reach = span.end
    if line.fund is not None and kind is ChargeKind.SERVICE:  # a block outlives its period
        reach = max(reach, add_months(span.start, line.fund.valid_months))
    for amendment in contract.amendments:
        if amendment.first_day < reach and any(
            change.line_id in lines for change in amendment.changes
        ):
            yield amendment


def _known_days(
    contract: Contract, line: ContractLine, kind: ChargeKind, span: Span, facts: Facts
) -> Iterable[date]:
    """The days on which something about the period became known."""
    if kind in BY_MONTH or isinstance(line.source, TimeWorked):
        return (fact.known_on for fact in moving_facts(contract, line, span, facts))
    match line.source:
        case ExpensesIncurred():
            return (item.known_on for item in facts.expenses_of(contract.id, line.id, span))
        case UsageMetered() | UnitsMetered() as source:
            each = (UsageOfPeriod(facts, contract.party_id, one, span) for one in meters_of(source))
            return (day for usage in each for day in usage.known_days())
        case DevicesCounted() if not (_is_trued_up(line) and kind is ChargeKind.SERVICE):
            events = facts.device_events_of(contract.party_id)
            return (event.known_on for event in events if event.day < span.end)
    return ()


def _refund_days(
    contract: Contract, line: ContractLine, kind: ChargeKind, span: Span, facts: Facts
) -> Iterator[date]:
    """The day after the end of a line that pays back what is left, and those of late draws."""
    ended = fund_line(contract, line.id) if kind is ChargeKind.SERVICE and line.fund else None
    if ended is None or ended.last_day is None or not is_refunded(ended, span.start):
        return
    settled = ended.last_day + timedelta(days=1)
    yield settled
    for fact in moving_facts(contract, line, Span(span.start, settled), facts):
        if fact.known_on > settled:
            yield fact.known_on


def moving_facts(
    contract: Contract, line: ContractLine, span: Span, facts: Facts
) -> Iterator[Drawing]:
    """The facts that can change what a line bills of a period by its hours or its fund.

    A draw on a fund, of the line or before it in a cascade, moves what later ones find, and what is
    taken back later counts against the latest before it, whenever that is known.
    """
    drawn = [one for one in (line, *fed_by(contract.lines_ever, line)) if one.fund is not None]
    if line.fund is None:
        yield from facts.time_of(contract.id, line.id, span)
    for one in drawn:
        since = one.start if one.id == line.id else date.min  # what came too early is passed on
        found = [fact for fact in drawings(contract, one, facts) if fact.day >= since]
        taken_back = any(takes_back(fact) and fact.day >= span.end for fact in found)
        yield from (fact for fact in found if taken_back or fact.day < span.end)

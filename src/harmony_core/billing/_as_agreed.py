"""A period of a line that was amended: each part at what was agreed for it, settled together.

A change in the middle of a period leaves the period and its charge as they are. It is measured in
parts, and what became known after the charge was made is a correction of it, over the days from
which on something changed.
"""

from __future__ import annotations

from datetime import date

import attrs

from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.billing._fund_draws import as_bought, fund_line
from harmony_core.billing._measure import measure, recorded_between
from harmony_core.billing._measured import Measured, Measurement
from harmony_core.billing._plan import BY_MONTH, PlannedCharge, amendments_of, trigger_of
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Contract, MigratedLot
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Money
from harmony_core.periods import ServicePeriod, Span
from harmony_core.products import DevicesCounted


def measured(
    planned: PlannedCharge, facts: Facts, terms: BillingTerms, day: date
) -> Measured | None:
    """Give what the period costs as known on a day; ``None`` where the line does not run in it."""
    contract, line, period = planned.contract, planned.line, planned.period
    if planned.lot is not None:
        return _carried(contract.known_by(day), planned, planned.lot)
    if not contract.amendments:
        return measure(Measurement(contract, line, planned.kind, period, facts, terms), day)
    known = contract.known_by(day)
    if all(one.id != line.id for one in known.lines_ever):
        return None
    if line.fund is not None:
        return _of_fund(attrs.evolve(planned, contract=known), facts, terms, day)
    advance = _advance(planned, facts, terms) if planned.kind is ChargeKind.TRUE_UP else None
    parts: list[Measured] = []
    for days, agreed in known.parts(line.id, period.span):
        part = ServicePeriod(days, period.full)
        asked = Measurement(known, agreed, planned.kind, part, facts, terms, advance)
        parts.append(measure(asked, day))
        advance = advance and Money.zero(advance.currency)  # it is taken off once
    if not parts:
        return _given_back(planned, advance)
    return parts[0] if len(parts) == 1 else _together(parts, terms)


def _carried(contract: Contract, planned: PlannedCharge, lot: MigratedLot) -> Measured | None:
    """What a lot is credited for where it leaves, and charged for where it goes."""
    if all(one.id != planned.line.id for one in contract.lines_ever):
        return None
    closing = contract.closing(planned.line.id)
    leaves = closing is not None and lot in closing[1].lots
    refunded = any(lot in one.lots for _, one in contract.refunds(planned.line.id))
    leaves = leaves or refunded
    if not leaves and fund_line(contract, planned.line.id) is None:
        return None
    rule = "refund of prepaid units" if refunded else "balance carried from one contract to another"
    why = Explainer(rule, 1)
    why.fact("lot", lot.id)
    why.fact("kept the exchange rates of", lot.booked_on.isoformat())
    amount = why.given(
        "value", "value of the units carried", lot.value.exact.value, lot.value.currency
    )
    if leaves:
        none = why.given("none", "nothing", 0, lot.value.currency)
        amount = why.step("amount", "given up", "subtract", none, amount)
    value = -lot.value if leaves else lot.value
    return Measured(value, lot.units, (lot.id,), why.explanation(amount))


def _of_fund(
    planned: PlannedCharge, facts: Facts, terms: BillingTerms, day: date
) -> Measured | None:
    """A block is bought whole, by a line that runs when its period begins; draws while it runs."""
    contract, span = planned.contract, planned.period.span
    line = fund_line(contract, planned.line.id)
    if line is None or not line.runs_on(span.start):
        return None
    period = planned.period
    if planned.kind in BY_MONTH:
        period = ServicePeriod(line.served(span), period.full)
    elif (bought := as_bought(contract, line, span.start)) is None:
        return None
    else:
        line = bought
    return measure(Measurement(contract, line, planned.kind, period, facts, terms), day)


def _advance(planned: PlannedCharge, facts: Facts, terms: BillingTerms) -> Money:
    """What was billed ahead of the period that is trued up: nothing where no line was known yet."""
    ahead = attrs.evolve(planned, kind=ChargeKind.SERVICE)
    billed = measured(ahead, facts, terms, trigger_of(ahead.line, ahead.kind, ahead.period))
    return Money.zero(planned.contract.currency) if billed is None else billed.amount


def _given_back(planned: PlannedCharge, advance: Money | None) -> Measured | None:
    """What was billed ahead of a period in which the line did not run after all."""
    source = planned.line.source
    if not advance or not isinstance(source, DevicesCounted) or not source.credits:
        return None
    why = Explainer("the line does not run in the period", 1)
    billed = why.given("advance", "billed in advance", advance.exact.value, advance.currency)
    none = why.given("none", "nothing", 0, advance.currency)
    amount = why.step("amount", "what is left to bill", "subtract", none, billed)
    return Measured(-advance, None, (), why.explanation(amount))


def nothing_of(other: Measured) -> Measured:
    """Give what a line that does not run in a period comes to."""
    why = Explainer("the line does not run in the period", 1)
    amount = why.given("amount", "nothing", 0, other.amount.currency)
    return Measured(Money.zero(other.amount.currency), None, (), why.explanation(amount))


def _together(parts: list[Measured], terms: BillingTerms) -> Measured:
    """Add the parts before they are settled, where a part is not made of settled amounts itself."""
    currency = parts[0].amount.currency
    why = Explainer("parts of a period", 1)
    exactly = all(part.unsettled is not None for part in parts)
    names = [
        why.adopt(
            _open(part.explanation, part.unsettled) if exactly else part.explanation,
            f"part{number}_",
            heading="part of the period",
        )
        for number, part in enumerate(parts, 1)
    ]
    why.step("whole", "sum of the parts", "add", *names, unit=currency)
    if exactly:
        smallest = terms.rounding.step or Money(1, currency).exact.value
        why.given("smallest", "smallest unit", smallest, currency)
        rule = f"round_{terms.rounding.mode.value}"
        why.step("amount", "settled", rule, "whole", "smallest", unit=currency)
    result = "amount" if exactly else "whole"
    evidence = tuple(dict.fromkeys(name for part in parts for name in part.evidence))
    amount = Money.of(why.value(result), currency)
    rate_ids = tuple(dict.fromkeys(name for part in parts for name in part.rate_ids))
    explanation = why.explanation(result)
    return Measured(amount, parts[-1].quantity, evidence, explanation, rate_ids=rate_ids)


def _open(explanation: Explanation, unsettled: str | None) -> Explanation:
    """An explanation up to the step that settles it, which is its last."""
    if unsettled is None:
        return explanation
    steps = explanation.steps[:-1]
    smallest = explanation.steps[-1].operands[-1]  # what it would have been settled to
    used = {name for step in steps for name in step.operands}
    given = tuple(one for one in explanation.given if one.name != smallest or one.name in used)
    return attrs.evolve(explanation, given=given, steps=steps, result=unsettled)


def became_known(planned: PlannedCharge, facts: Facts, terms: BillingTerms) -> tuple[str, ...]:
    """Give the ids of facts and amendments behind a correction: those that are new with it."""
    if planned.before is None:
        return ()
    contract, line = planned.contract, planned.line
    asked = Measurement(contract, line, planned.kind, planned.period, facts, terms)
    news = recorded_between(asked, planned.before, planned.trigger)
    agreed = (
        one.id
        for one in amendments_of(contract, line, planned.kind, planned.period.span)
        if planned.before < one.known_on <= planned.trigger
    )
    return (*news, *agreed)


def changed_days(planned: PlannedCharge) -> Span:
    """Give the days that a charge is for: of a correction those from the first change on."""
    span = planned.period.span
    if planned.before is None:
        return _served_days(planned)
    first_days = [
        one.first_day
        for one in amendments_of(planned.contract, planned.line, planned.kind, span)
        if planned.before < one.known_on <= planned.trigger and one.first_day < span.end
    ]
    return Span(max(span.start, min(first_days, default=span.start)), span.end)


def _served_days(planned: PlannedCharge) -> Span:
    """The days of a period on which the line runs, as far as is known when it is billed."""
    contract, line, span = planned.contract, planned.line, planned.period.span
    if not contract.amendments or line.fund is not None:
        return span
    parts = contract.known_by(planned.trigger).parts(line.id, span)
    return Span(parts[0][0].start, parts[-1][0].end) if parts else span

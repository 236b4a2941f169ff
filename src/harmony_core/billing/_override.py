"""What a charge comes to with a quantity that somebody changed before its release."""

from __future__ import annotations

import attrs

from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.billing._plan import PlannedCharge
from harmony_core.billing._preview import ExpectedCharge, expected_charge
from harmony_core.billing._release import QuantityOverride
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import ContractLine
from harmony_core.errors import RuleBroken
from harmony_core.explanation import Explainer
from harmony_core.periods import ServicePeriod
from harmony_core.products import CountPolicy, DevicesCounted, FixedQuantity, UnitsMetered


def overridden(
    expected: ExpectedCharge, override: QuantityOverride, facts: Facts, terms: BillingTerms
) -> ExpectedCharge:
    """Price the changed quantity by the scheme of the line, as of the first day of the period.

    A short period costs its share where it would without the change. The evidence stays, and the
    explanation shows who changed what and why. What becomes known later is charged on top, as the
    difference that it makes to the facts: the change stands.

    Raises:
        RuleBroken: the charge has no quantity of its own to change: expenses, overage, a true-up,
            a block of a fund, a correction.
    """
    planned = expected.planned
    if why_not := _no_quantity(expected):
        raise RuleBroken(f"the quantity of {planned.key!r} cannot be changed: {why_not}")
    line = _as_agreed(planned)
    fixed = attrs.evolve(line, source=FixedQuantity(), quantity=override.quantity)
    alone = attrs.evolve(planned.contract, lines=(fixed,), amendments=())
    agreed = attrs.evolve(planned, contract=alone, line=fixed, period=_period(planned, line))
    priced = expected_charge(agreed, facts, terms)
    if priced is None:  # a charge for a service always is one
        raise RuleBroken(f"the quantity of {planned.key!r} cannot be changed: nothing is charged")
    why = Explainer("changed quantity", 1)
    why.fact("changed by", override.by)
    why.fact("changed on", override.on.isoformat())
    why.fact("reason", override.reason)
    why.given("original", "quantity before the change", override.original, planned.line.unit)
    result = why.adopt(priced.explanation, "changed_")
    return attrs.evolve(
        expected,
        amount=priced.amount,
        gross=priced.gross,
        quantity=override.quantity,
        explanation=why.explanation(result),
    )


def _no_quantity(expected: ExpectedCharge) -> str | None:
    planned = expected.planned
    if planned.before is not None:
        return "it corrects an earlier charge by what became known"
    if planned.kind is not ChargeKind.SERVICE:
        return f"it is {planned.kind.value.replace('_', ' ')}, which follows from other charges"
    if planned.line.fund is not None:
        return "it buys a block of a fund, whose units are agreed"
    if isinstance(planned.line.source, UnitsMetered):
        return "it is for the peaks of several units: withdraw or replace the usage records"
    if expected.quantity is None:
        return "it counts nothing"
    return None


def _as_agreed(planned: PlannedCharge) -> ContractLine:
    """The line as it was agreed for the first day of the period, as known on the trigger."""
    known = planned.contract.known_by(planned.trigger)
    for _, line in known.parts(planned.line.id, planned.period.span):
        return line
    return planned.line


def _period(planned: PlannedCharge, line: ContractLine) -> ServicePeriod:
    """The period as the source of the line would charge it: its share, or all of it."""
    period, source = planned.period, line.source
    by_days = (CountPolicy.DAILY, CountPolicy.ADVANCE_TRUE_UP)
    match source:
        case FixedQuantity():
            return period
        case DevicesCounted() if source.policy in by_days:
            return period
        case DevicesCounted():  # a change of price shares the days served among the parts
            return ServicePeriod(period.span, line.served(period.full))
    return ServicePeriod(period.span, period.span)

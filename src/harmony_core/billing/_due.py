"""What is due: not billed yet, and its trigger has come."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import date

from harmony_core.billing._charge import Charge, ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.billing._override import overridden
from harmony_core.billing._plan import PlannedCharge, plan
from harmony_core.billing._preview import expected_charge
from harmony_core.billing._release import QuantityOverride
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Contract
from harmony_core.periods import Month
from harmony_core.products import Recognition


def due(
    contract: Contract,
    facts: Facts,
    terms: BillingTerms,
    through: date,
    charged: Container[str] = frozenset(),
    *,
    overrides: Mapping[str, QuantityOverride] | None = None,
) -> Iterator[Charge]:
    """The charges of a contract that are not in ``charged`` and fall due on or before ``through``.

    Missed nights catch up by themselves, oldest first; a second run finds nothing. The answer is a
    function of contract and facts: neither the day of the run nor the order in which facts arrived
    changes a charge.

    Args:
        contract: on the sell or the buy side.
        facts: everything known; what became known after ``through`` plays no part.
        terms: group, rates, policies.
        through: the day up to which triggers are looked at, usually today.
        charged: keys of the charges that exist.
        overrides: quantities that somebody changed before the release, by charge key.
    """
    changed = overrides or {}
    for line in contract.lines_ever:
        for planned in plan(contract, line, facts, terms.opening_day, through):
            if planned.key not in charged:
                charge = charge_of(planned, facts, terms, changed.get(planned.key))
                if charge is not None:
                    yield charge


def charge_of(
    planned: PlannedCharge,
    facts: Facts,
    terms: BillingTerms,
    override: QuantityOverride | None = None,
) -> Charge | None:
    """Compute and convert a planned charge; ``None`` where there is nothing to say.

    A correction of nothing, and a month without overage or true-up, make no charge. A measured
    period of zero does make one: it says that somebody looked.

    Raises:
        RuleBroken: there is a changed quantity, and the charge has none of its own.
    """
    expected = expected_charge(planned, facts, terms)
    if expected is None:
        return None
    if override is not None:
        expected = overridden(expected, override, facts, terms)
    booked_on = _booking_day(planned, terms)
    rates = terms.booking_rates(planned.contract.currency, planned.contract.entity_id, booked_on)
    return Charge(
        key=planned.key,
        contract_id=planned.contract.id,
        line_id=planned.line.id,
        kind=planned.kind,
        service=expected.service,
        trigger=planned.trigger,
        booked_on=booked_on,
        booked=rates.book(expected.amount),
        rate_ids=(*rates.ids, *(one for one in expected.rate_ids if one not in rates.ids)),
        quantity=expected.quantity,
        evidence=expected.evidence,
        explanation=expected.explanation,
        corrects=planned.corrects,
        gross=expected.gross,
    )


def _first_earned_month(planned: PlannedCharge) -> Month:
    """The month in which the first part of a charge that corrects nothing is earned."""
    span = planned.period.span
    if planned.kind is ChargeKind.SERVICE and planned.line.accounting.recognition.by_period:
        return Month.containing(span.first_day)
    return Month.containing(span.last_day)


def _booking_day(planned: PlannedCharge, terms: BillingTerms) -> date:
    """The day on which a charge first enters the books: billed, or earned, whichever is earlier.

    Source: IAS 21.21-22 and IFRIC 22: the date of the transaction is the date of initial
    recognition, of the asset, the revenue or the liability from an advance payment. A balance that
    goes from contract to contract is the same liability and keeps the rates of its first day.
    """
    if planned.lot is not None and terms.opening_day <= planned.lot.booked_on:
        return min(planned.lot.booked_on, planned.trigger)
    if planned.before is not None:
        return planned.trigger
    if planned.line.accounting.recognition is Recognition.AS_DRAWN and (
        planned.kind is ChargeKind.SERVICE
    ):
        return planned.trigger
    earned = _first_earned_month(planned).last_day
    opening = Month.containing(terms.opening_day).last_day
    return min(planned.trigger, max(earned, opening))

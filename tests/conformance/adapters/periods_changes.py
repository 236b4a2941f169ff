"""Vectors of changes inside a period, caps of credits, prorated totals: periods.json."""

from __future__ import annotations

from fractions import Fraction

from harmony_core.explanation import round_to_step
from harmony_core.finance import exact
from harmony_core.periods import (
    ACTUAL_30,
    ACTUAL_ACTUAL,
    SECONDS,
    Alignment,
    CyclePolicy,
    DayCount,
    InstantSpan,
    Interval,
    Span,
    billing_schedule,
    creditable,
    part_left,
    prorate,
    prorate_change,
    prorated_total,
)
from tests.conformance.adapters.periods import (
    day_count_of,
    day_of,
    instant_from,
    is_instant,
    step_and_mode,
)
from tests.conformance.registry import Answers, Vector, adapter

_CENTS = {"places": "2", "mode": "half_up"}  # where a vector writes cents and names no rounding


@adapter("proration_change")
def change(vector: Vector) -> object:
    following = exact(vector.get("next_amount") or "0")
    old, new = exact(vector["old_amount"]), exact(vector["new_amount"])
    found = prorate_change(old, new, _left(vector), following)
    rounding = vector.get("rounding")
    if rounding is None:
        total = found.total
    elif "each line" in (rounding.get("point") or ""):
        found = found.rounded(*step_and_mode(rounding))
        total = found.total
    else:
        total = round_to_step(found.total, *step_and_mode(rounding))
        found = found.rounded(*step_and_mode(rounding))
    return Answers(total, expected_credit=found.credit, expected_charge=found.charge)


def _left(vector: Vector) -> Fraction:
    if vector.get("ratio") is not None:
        return exact(vector["ratio"])
    first, last, at = vector["period_start"], vector["period_end"], vector["change_at"]
    if is_instant(at):
        return part_left(
            InstantSpan(instant_from(first), instant_from(last)), instant_from(at), SECONDS
        )
    inclusive = vector.get("period_end_inclusive") == "true"
    period = (Span.of_days if inclusive else Span)(day_of(first), day_of(last))
    return part_left(period, day_of(at), _day_count(vector))


def _day_count(vector: Vector) -> DayCount:
    words = vector.get("day_count") or ""
    return day_count_of(words) if words else ACTUAL_ACTUAL


@adapter("proration_credit_cap")
def capped(vector: Vector) -> object:
    if vector.get("potential_credit") is not None:
        potential = exact(vector["potential_credit"])
    else:
        service = Span(day_of(vector["service_start"]), day_of(vector["service_end"]))
        period = Span(day_of(vector["period_start"]), day_of(vector["period_end"]))
        part = prorate(exact(vector["amount"]), service, period, _day_count(vector))
        potential = round_to_step(part, *step_and_mode(vector.get("rounding") or _CENTS))
    billed, credited = exact(vector["already_billed"]), exact(vector["already_credited"])
    return creditable(potential, billed, credited)


@adapter("proration_sequence")
def total_of(vector: Vector) -> object:
    service = Span.of_days(day_of(vector["service_start"]), day_of(vector["service_end_inclusive"]))
    schedule = billing_schedule(service.start, Interval.months(1), Alignment.CALENDAR)
    words = vector["day_count"]
    day_count = ACTUAL_30 if "/ 30" in words or "/30" in words else ACTUAL_ACTUAL
    total = prorated_total(
        exact(vector["amount"]),
        schedule,
        service.start,
        service.end,
        CyclePolicy(day_count=day_count),
    )
    rounding = vector.get("rounding")
    return total if rounding is None else round_to_step(total, *step_and_mode(rounding))

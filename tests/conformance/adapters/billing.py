"""Which periods a run has to invoice."""

from __future__ import annotations

from datetime import date

from harmony_core.billing import due_periods
from harmony_core.periods import Interval, Timing
from tests.conformance.registry import Vector, adapter


@adapter("billing_due")
def billing_due(vector: Vector) -> object:
    inputs = vector["inputs"]
    due = due_periods(
        date.fromisoformat(inputs["start"]),
        Interval.months(int(inputs["interval_months"])),
        Timing(inputs["timing"]),
        date.fromisoformat(inputs["run_date"]),
        lead_days=int(inputs.get("lead_days") or inputs.get("lead") or 0),
        last_day=_day(inputs.get("end") or inputs.get("last_day")),
        billed_through=_day(inputs.get("billed_through")),
    )
    rows = [
        {
            "start": period.span.first_day,
            "end": period.span.last_day,
            "trigger": period.trigger,
        }
        for period in due
    ]
    return {
        name: value
        for name, value in (("due", rows), ("count", len(due)))
        if name in vector["expected"]
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)

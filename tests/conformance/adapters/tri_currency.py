"""Documents in three currencies, their lines fitted to the converted total."""

from __future__ import annotations

from datetime import date

from harmony_core.finance import (
    BookingRates,
    FoundRate,
    Money,
    Rate,
    RateBook,
    RateKind,
    booked_sum,
    fit_lines,
)
from tests.conformance.registry import Vector, adapter

DAY = date(2026, 3, 31)  # the vectors name no day: any one will do


@adapter("tri_currency")
def document_in_three_currencies(vector: Vector) -> object:
    inputs = vector["inputs"]
    transaction = inputs["transaction_currency"]
    rates = BookingRates(
        *(
            _given(transaction, inputs[f"{name}_currency"], inputs[f"rate_to_{name}"])
            for name in ("accounting", "consolidation")
        )
    )
    lines = fit_lines([Money.of(line, transaction) for line in inputs["lines"]], rates)
    total = booked_sum(lines, rates.currencies)
    return {
        "total": {
            "transaction": total.transaction,
            "accounting": total.entity,
            "consolidation": total.group,
        },
        "accounting_lines": [line.entity for line in lines],
        "consolidation_lines": [line.group for line in lines],
    }


def _given(base: str, quote: str, value: str) -> FoundRate:
    if base == quote:
        return RateBook().find(base, quote, DAY)
    return Rate(base, quote, DAY, value, RateKind.CONTRACT, source="vector").found

"""The one rounding of an amount, as a step of its explanation."""

from __future__ import annotations

from harmony_core.explanation import Explainer
from harmony_core.finance import Money, Rounding


def smallest(why: Explainer, currency: str, rounding: Rounding) -> str:
    """Note what an amount is settled to."""
    step = rounding.step or Money(1, currency).exact.value
    return why.given("step", "smallest unit", step, currency)


def settled(why: Explainer, name: str, result: str, step: str, rounding: Rounding) -> str:
    """Settle an amount, as a step of its own."""
    return why.step(result, "settled", f"round_{rounding.mode.value}", name, step)

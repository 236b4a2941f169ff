"""Vectors of prices after the anniversaries of a contract."""

from __future__ import annotations

from datetime import date

from harmony_core.finance import HALF_UP, ExactAmount
from harmony_core.pricing import Uplift
from tests.conformance.registry import Vector, adapter


@adapter("annual_uplift")
def annual_uplift(vector: Vector) -> object:
    given = vector["inputs"]
    since = date.fromisoformat(given["anniversary_from"])
    rounding = HALF_UP if given.get("round_each", True) else None
    if given.get("index") is None:
        uplift = Uplift.fixed(since, given["percent"], rounding=rounding)
    else:
        floor, cap = given.get("floor"), given.get("cap")
        uplift = Uplift.by_index(since, given["index"], floor=floor, cap=cap, rounding=rounding)
    base = ExactAmount.of(given["base_price"], given.get("currency") or "EUR")
    on_day = uplift.price_on(base, date.fromisoformat(given["as_of"]))
    assert on_day.explanation.evaluate() == on_day.price.value
    return {"uplifts": on_day.uplifts, "price": on_day.price.settle()}

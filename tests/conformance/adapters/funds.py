"""Allowances, cascades and top-ups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from fractions import Fraction
from typing import Any

from harmony_core.finance import ExactAmount, Money, Rounding
from harmony_core.funds import (
    AllowanceUse,
    Block,
    ChargeDay,
    Coverage,
    Draw,
    ExpectedUse,
    FundUse,
    Incident,
    IncidentTerms,
    Layer,
    Overage,
    OverageMode,
    Rollover,
    Shortfall,
    TopUp,
    UseFirst,
    charge_incidents,
    cover,
    draw_down,
    fund_recognition,
    proportional_recognition,
    roll_over,
)
from harmony_core.pricing import BandTable, FillUp, PerUnit, Scheme
from tests.conformance.registry import Vector, adapter

_CURRENCY = "EUR"  # where a vector names none; amounts have two digits


@adapter("allowance_rollover")
def allowance_rollover(vector: Vector) -> object:
    inputs = vector["inputs"]
    carry = inputs.get("carry") or {"mode": "none"}
    rollover = Rollover(
        carry["mode"],
        cap=_first(carry, "cap", "limit", "maximum"),
        fraction=_first(carry, "fraction", "share"),
        lifetime_periods=_whole(carry.get("lifetime_periods")),
        use_first=UseFirst(carry.get("use_first") or "carried"),
    )
    usage = inputs["usage"]
    uses = [
        AllowanceUse.of(period.get("allowance", inputs["allowance"]), period["used"])
        for period in usage
    ]
    periods = roll_over(uses, rollover, _overage_price(inputs))
    rows = [
        {
            "period": period["period"],
            "opening_carry": one.opening_carry,
            "overage": one.overage,
            "overage_amount": one.overage_amount,
            "lapsed": one.lapsed,
            "closing_carry": one.closing_carry,
        }
        for period, one in zip(usage, periods, strict=True)
    ]
    asked = vector["expected"]["periods"]
    return {
        "periods": [
            {name: value for name, value in row.items() if name in names}
            for row, names in zip(rows, asked, strict=True)
        ]
    }


def _first(inputs: Mapping[str, Any], *names: str) -> Any:
    """The first of several likely names that is there."""
    return next((inputs[name] for name in names if inputs.get(name) is not None), None)


def _whole(text: str | None) -> int | None:
    return None if text is None else int(text)


def _overage_price(inputs: Mapping[str, Any]) -> Scheme | None:
    currency = inputs.get("currency", _CURRENCY)
    if bands := inputs.get("overage_bands"):
        return FillUp(BandTable.of(currency, [(band["up_to"], band["price"]) for band in bands]))
    rate = inputs.get("overage_rate")
    return None if rate is None else PerUnit.of(rate, currency)


@adapter("coverage_cascade")
def coverage_cascade(vector: Vector) -> object:
    inputs, expected = vector["inputs"], vector["expected"]
    currency = inputs.get("currency", _CURRENCY)
    layers = [
        Layer.of(layer["id"], layer.get("quantity"), _price(layer.get("rate"), currency))
        for layer in inputs["layers"]
    ]
    statement = cover(layers, [_draw(draw) for draw in inputs["draws"]])
    answer: dict[str, object] = {
        "allocations": [_covered(part) for part in statement.parts],
        "remaining": statement.remaining,
    }
    for name in ("uncovered", "not_covered", "denied"):
        if name in expected:
            answer[name] = [
                {"draw": one.draw_id, "quantity": one.quantity} for one in statement.not_covered
            ]
    return answer


def _covered(part: Coverage) -> dict[str, object]:
    named = {"draw": part.draw_id, "layer": part.layer_id, "quantity": part.quantity}
    return named if part.amount is None else {**named, "amount": part.amount}


def _price(text: str | None, currency: str) -> ExactAmount | None:
    return None if text is None else ExactAmount.of(text, currency)


def _draw(draw: Mapping[str, Any]) -> Draw:
    started = draw.get("start_time") or draw.get("start") or draw.get("time")
    return Draw(
        draw["id"],
        date.fromisoformat(draw["date"]),
        draw["quantity"],
        draw.get("multiplier", 1),
        time.fromisoformat(started) if started else None,
    )


@adapter("prepayment_top_up")
def prepayment_top_up(vector: Vector) -> object:
    inputs = vector["inputs"]
    currency = inputs.get("currency", _CURRENCY)
    price = _price(inputs.get("unit_price"), currency)
    policy = TopUp(
        inputs["threshold"],
        by=inputs.get("by") if inputs["mode"] == "by" else None,
        to=inputs.get("to") if inputs["mode"] == "to" else None,
        prices=() if price is None else price,
    )
    opening = Fraction(inputs["opening"])
    statement = draw_down(
        [Block("opening", "hours", opening, date.min)] if opening else [],
        [_draw(draw) for draw in inputs["draws"]],
        overage=Overage(OverageMode.NEGATIVE),
        top_up=policy,
    )
    return {
        "top_ups": [
            {"date": one.day, "quantity": one.quantity, "amount": one.amount}
            for one in statement.top_ups
        ],
        "closing": statement.total.remaining,
    }


@adapter("incident_fund")
def incident_fund(vector: Vector) -> object:
    inputs, expected = vector["inputs"], vector["expected"]
    currency = inputs.get("currency", _CURRENCY)
    charge_date = inputs.get("charge_date") or inputs.get("charge_day") or "opened"
    terms = IncidentTerms(
        _price_list(inputs["prices"], currency),
        Shortfall(inputs.get("shortfall") or "split"),
        _price_list(_first(inputs, "overage_prices", "overage_list", "overage") or {}, currency),
        int(inputs.get("free_per_month") or 0),
        ChargeDay(charge_date),
    )
    opening = Fraction(inputs["fund"])
    statement = charge_incidents(
        [Block("fund", currency, opening, date.min)] if opening else [],
        [_incident(one) for one in inputs["incidents"]],
        terms,
    )
    answer = {
        "lines": [
            {"id": line.incident_id, "fund": line.from_fund, "billed": line.billed}
            for line in statement.lines
        ],
        "fund_remaining": statement.remaining,
        "billed_total": statement.billed,
    }
    return {name: value for name, value in answer.items() if name in expected}


def _price_list(prices: Mapping[str, str], currency: str) -> dict[str, Money]:
    return {kind: Money.of(price, currency) for kind, price in prices.items()}


def _incident(one: Mapping[str, Any]) -> Incident:
    opened = one.get("date") or one["opened"]
    return Incident(
        one["id"],
        one["type"],
        date.fromisoformat(opened),
        _day(one.get("resolved")),
        _day(one.get("closed")),
        one.get("reopens"),
        one.get("excluded", False),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@adapter("drawdown")
def drawdown(vector: Vector) -> object:
    uses = [FundUse.of(used) for used in vector["units_used"]]
    last = FundUse.of(vector["units_used"][-1], vector["expires_after_last"])
    rounding = Rounding.of(vector["mode"], vector["step"])
    price = Money.of(vector["amount"], vector["currency"])
    periods = fund_recognition(price, vector["units_bought"], [*uses[:-1], last], rounding)
    return {
        "recognised": [period.recognised for period in periods],
        "breakage_on_expiry": periods[-1].breakage,
        "liability_left": periods[-1].deferred,
    }


@adapter("breakage_proportional")
def breakage_proportional(vector: Vector) -> object:
    currency = vector.get("currency", _CURRENCY)
    redeemed, expected = vector["units_redeemed"], vector["expected_total_units"]
    periods = proportional_recognition(
        Money.of(vector["amount"], currency),
        [ExpectedUse.of(*both) for both in zip(redeemed, expected, strict=True)],
        Rounding.of(vector["mode"], vector["step"]),
    )
    return [period.recognised.exact.value for period in periods]

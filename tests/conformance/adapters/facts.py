"""Prepaid funds and counted devices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from harmony_core.assets import CountPolicy, Device, advance_true_up, count_devices, device_amount
from harmony_core.finance import ExactAmount, Money
from harmony_core.funds import (
    Block,
    Draw,
    DrawOrder,
    FundStatement,
    FundUse,
    Overage,
    OverageMode,
    Process,
    draw_down,
    fund_recognition,
)
from harmony_core.periods import Span
from harmony_core.pricing import BandTable, FillUp, LookUp
from tests.conformance.registry import Vector, adapter

_CURRENCY = "EUR"  # where a vector names none; amounts have two digits


@adapter("prepayment_drawdown")
def drawdown(vector: Vector) -> object:
    inputs = vector["inputs"]
    currency = inputs.get("currency", _CURRENCY)
    unit = {"money": currency}.get(inputs["unit"], inputs["unit"])
    statement = draw_down(
        [_block(block, unit) for block in inputs["blocks"]],
        [_draw(draw) for draw in inputs["draws"]],
        DrawOrder(inputs.get("order", "expiry")),
        overage=_overage(inputs["overage"], currency) if "overage" in inputs else Overage(),
        process=Process(inputs.get("process", "work_date")),
        as_of=_day(inputs.get("as_of")),
    )
    return _shaped(statement, vector["expected"])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _block(block: Mapping[str, Any], unit: str) -> Block:
    first_day = date.fromisoformat(block["start"])
    return Block.of_days(block["id"], unit, block["quantity"], first_day, _day(block.get("end")))


def _draw(draw: Mapping[str, Any]) -> Draw:
    started = draw.get("start_time") or draw.get("start") or draw.get("time")
    return Draw(
        draw["id"],
        date.fromisoformat(draw["date"]),
        draw["quantity"],
        draw.get("multiplier", 1),
        time.fromisoformat(started) if started else None,
    )


def _overage(overage: Mapping[str, Any], currency: str) -> Overage:
    rate = overage.get("rate")
    return Overage(
        OverageMode(overage["mode"]),
        None if rate is None else ExactAmount.of(rate, currency),
        overage.get("apply_multiplier", False),
    )


def _shaped(statement: FundStatement, expected: Any) -> object:
    """Name what the vector asks for; refused draws are left out where there are none."""
    total = statement.total
    answer: dict[str, object] = {
        "allocations": [
            {"draw": part.draw_id, "block": part.block_id, "quantity": part.quantity}
            for part in statement.allocations
        ],
        "overage": [
            {"draw": line.draw_id, "quantity": line.quantity, "amount": line.amount}
            for line in statement.overage
        ],
        "remaining": statement.remaining,
    }
    if statement.denied or "denied" in expected:
        by_id = all(isinstance(denial, str) for denial in expected.get("denied", []))
        answer["denied"] = [
            one.draw_id if by_id else {"draw": one.draw_id, "quantity": one.quantity}
            for one in statement.denied
        ]
    if "lapsed" in expected:
        by_block = isinstance(expected["lapsed"], Mapping)
        answer["lapsed"] = statement.lapsed if by_block else total.lapsed
    if "available" in expected:
        by_block = isinstance(expected["available"], Mapping)
        answer["available"] = statement.available if by_block else total.available
    return answer


@adapter("prepayment_recognition")
def recognition(vector: Vector) -> object:
    inputs = vector["inputs"]
    periods = inputs["periods"]
    recognised = fund_recognition(
        Money.of(inputs["price"], inputs["currency"]),
        inputs["quantity"],
        [FundUse.of(period["used"], period.get("expires", False)) for period in periods],
    )
    return {
        "periods": [
            {
                "period": period["period"],
                "recognised": result.recognised,
                "breakage": result.breakage,
                "deferred": result.deferred,
            }
            for period, result in zip(periods, recognised, strict=True)
        ]
    }


_POLICIES = {
    "snapshot_start": CountPolicy.FIRST_DAY,
    "snapshot_end": CountPolicy.LAST_DAY,
    "peak": CountPolicy.PEAK,
    "any_active": CountPolicy.ANY_ACTIVE,
    "daily": CountPolicy.DAILY,
    "advance_true_up": CountPolicy.ADVANCE_TRUE_UP,
}


_MODES: Mapping[str, type[LookUp] | type[FillUp]] = {"look_up": LookUp, "fill_up": FillUp}


@adapter("device_billing")
def devices(vector: Vector) -> object:
    inputs, expected = vector["inputs"], vector["expected"]
    period = Span.of_days(
        date.fromisoformat(inputs["period_start"]), date.fromisoformat(inputs["period_end"])
    )
    fleet = [_device(device) for device in inputs["devices"]]
    bands = [(band["up_to"], band["price"]) for band in inputs["bands"]]
    scheme = _MODES[inputs["mode"]](BandTable.of(_CURRENCY, bands))
    policy, types = _POLICIES[inputs["policy"]], inputs["asset_types"]
    minimum = inputs.get("minimum") or 0
    count = count_devices(fleet, period, policy, types, minimum=minimum)
    answer: dict[str, object] = {"quantity": count.quantity, "devices": count.device_ids}
    if policy is CountPolicy.DAILY:
        answer["device_days"] = count.quantity
    if policy is CountPolicy.ADVANCE_TRUE_UP:
        credits_given = inputs.get("credits", True)
        settled = advance_true_up(
            fleet, period, scheme, credits_given, types=types, minimum=minimum
        )
        answer.update(advance=settled.advance, true_up=settled.true_up)
    else:
        answer["amount"] = device_amount(count, scheme).amount
    return {name: figure for name, figure in answer.items() if name in expected}


def _device(device: Mapping[str, Any]) -> Device:
    came = date.fromisoformat(device["from"])
    return Device(device["id"], device["type"], "", [(came, _day(device.get("to")))])

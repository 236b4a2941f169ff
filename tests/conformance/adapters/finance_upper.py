"""Cost rates, transfer pricing and profitability."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from harmony_core.explanation import RoundingMode, round_to_step
from harmony_core.finance import (
    Contribution,
    CostPlus,
    CostRate,
    CostView,
    CustomerLine,
    EffectiveHourlyRates,
    ExactAmount,
    FixedRate,
    Group,
    LegalEntity,
    Money,
    PercentOfSell,
    ProfitFact,
    ProfitFacts,
    Rate,
    RateBook,
    Role,
    Rounding,
    TransferBasis,
    TransferMethod,
    TransferOutcome,
    TransferRule,
    TransferRules,
    TransferSubject,
    blended_cost_rate,
    convert,
    dimensions,
    efficiency_ratio,
    explain_transfer,
    individual_cost_rate,
    marginal_cost_rate,
    ranking,
    roll_up,
    transfer_outcome,
    transfer_price,
    trend,
)
from harmony_core.periods import Month
from tests.conformance.registry import Vector, adapter

DAY = date(2026, 3, 31)
BOOKS = "EUR"  # for figures that a vector gives without a currency
MONTH = Month.containing(DAY)

ACCOUNTS = {
    role: role
    for role in (
        Role.RECEIVABLE,
        Role.REVENUE,
        Role.LABOUR_COST,
        Role.LABOUR_ABSORBED,
        Role.EXPENSE_COST,
        Role.EXPENSE_CLEARING,
        Role.INTERCOMPANY_REVENUE,
        Role.INTERCOMPANY_COST,
        Role.INTERCOMPANY_RECEIVABLE,
        Role.INTERCOMPANY_PAYABLE,
    )
}


def money(amount: str) -> Money:
    return Money.of(amount, BOOKS)


def rate_book(rates: Mapping[str, str]) -> RateBook:
    pairs = ((*pair.split("/"), value) for pair, value in rates.items())
    return RateBook(Rate(base, quote, DAY, value, source="vector") for base, quote, value in pairs)


def group_of(currency: str, *entities: tuple[str, str]) -> Group:
    legal = {
        name: LegalEntity(name, name, "GB", own_currency, accounts=ACCOUNTS)
        for name, own_currency in entities
    }
    return Group("G", "Group", currency, tuple(legal.values()), date(2026, 1, 1))


# --- cost rates ---------------------------------------------------------------------------------


@adapter("loaded_cost_rate")
def loaded_cost_rate(vector: Vector) -> object:
    inputs = dict(vector["inputs"])
    match inputs.pop("method"):
        case "individual":
            rate = individual_cost_rate(**_with_money(inputs, "salary", "overhead_share"))
            return {
                "productive_hours": rate.productive_hours,
                "annual_cost": rate.annual_cost.settle(),
                "hourly_rate": rate.hourly.settle(),
            }
        case "blended":
            # the FTE may be called by its long name, and a blended cost is a cost of a day
            staff = next(inputs[name] for name in inputs if "fte" in name or "staff" in name)
            budget = next(inputs[name] for name in inputs if "overhead" in name or "budget" in name)
            percent = next(inputs[name] for name in inputs if "recovery" in name)
            rate = blended_cost_rate(
                overhead_budget=money(budget),
                recovery_percent=percent,
                delivery_fte=staff,
                effective_days=inputs["effective_days"],
                hours_per_day=inputs.get("hours_per_day", "8"),
            )
            return _by_day(rate, inputs)
        case _:
            arguments = _with_money(inputs, "salary")
            rate = marginal_cost_rate(**{"hours_per_day": "8", **arguments})
            return _by_day(rate, inputs)


def _with_money(inputs: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: money(value) if name in names else value for name, value in inputs.items()}


def _by_day(rate: CostRate, inputs: Mapping[str, Any]) -> object:
    answer = {"day_rate": rate.daily.settle()}
    if "hours_per_day" in inputs:
        answer["hourly_rate"] = rate.hourly.settle()
    return answer


# --- transfer pricing ---------------------------------------------------------------------------


def transfer_method(method: Mapping[str, str], currency: str) -> TransferMethod:
    match method["type"]:
        case "cost_plus":
            return CostPlus(method["markup_percent"])
        case "percent_of_sell":
            return PercentOfSell(method["percent"])
        case _:
            agreed = next(method[name] for name in method if name not in ("type", "currency"))
            return FixedRate(ExactAmount.of(agreed, method.get("currency", currency)))


@adapter("transfer_pricing")
def transfer_pricing(vector: Vector) -> object:
    inputs = vector["inputs"]
    seller, performer, customer = inputs["seller"], inputs["performer"], inputs["customer"]
    line = CustomerLine(
        customer["quantity"], ExactAmount.of(customer["unit_price"], customer["currency"])
    )
    cost_rate = ExactAmount.of(performer["cost_rate"], performer["currency"])
    basis = TransferBasis.of_time(inputs["quantity"], cost_rate, line.amount)
    method = transfer_method(inputs["method"], seller["currency"])
    charge = transfer_price(
        TransferRules([TransferRule("T", None, None, method, DAY)]),
        seller=seller["entity"],
        performer=performer["entity"],
        day=DAY,
        basis=basis,
    )
    outcome = transfer_outcome(
        sale=line.amount,
        cost=CustomerLine(inputs["quantity"], cost_rate).amount,
        charge=charge,
        seller=seller["entity"],
        performer=performer["entity"],
        day=DAY,
        group=group_of(
            inputs["group_currency"],
            (seller["entity"], seller["currency"]),
            (performer["entity"], performer["currency"]),
        ),
        rates=rate_book(inputs["rates"]),
    )
    return _time_answer(outcome, line)


def _time_answer(outcome: TransferOutcome, line: CustomerLine) -> object:
    seller, performer = outcome.books(outcome.seller), outcome.books(outcome.performer)
    answer: dict[str, object] = {
        "customer_invoice": {
            "quantity": line.quantity,
            "amount": line.amount,
            "currency": line.amount.currency,
        },
        "intercompany": None,
    }
    result: dict[str, object] = {
        "currency": outcome.group.currency,
        "revenue": outcome.group_revenue,
        "labour_cost": outcome.group_cost,
        "group_margin": outcome.group_margin,
    }
    if outcome.charge is not None:
        answer["intercompany"] = {
            "from_entity": outcome.charge.performer,
            "to_entity": outcome.charge.seller,
            "amount": outcome.charge.amount,
            "currency": outcome.charge.amount.currency,
        }
        answer["seller_books"] = {
            "currency": seller.currency,
            "revenue": seller.revenue,
            "intercompany_cost": seller.intercompany_cost,
        }
        answer["performer_books"] = {
            "currency": performer.currency,
            "intercompany_revenue": performer.intercompany_revenue,
            "labour_cost": performer.cost,
        }
        between = {
            "intercompany_revenue": outcome.intercompany_revenue,
            "intercompany_cost": outcome.intercompany_cost,
            "elimination_net": outcome.elimination_net,
            "seller_margin": outcome.margin(outcome.seller),
            "performer_margin": outcome.margin(outcome.performer),
        }
        result.update(between)
    answer["group"] = result
    return answer


@adapter("transfer_expense")
def transfer_expense(vector: Vector) -> object:
    inputs = vector["inputs"]
    rates = rate_book(inputs["rates"])
    spent = Money.of(inputs["amount"], inputs["currency"])
    basis = TransferBasis.of_expense(spent)
    sale = explain_transfer(
        CostPlus(inputs["customer_markup_percent"]),
        basis,
        rates.find(inputs["currency"], inputs["customer_currency"], DAY),
    )
    method = CostPlus(inputs["transfer_markup_percent"])
    charge = transfer_price(
        TransferRules([TransferRule("T", "S", "P", method, DAY)]),
        seller="S",
        performer="P",
        day=DAY,
        basis=basis,
        subject=TransferSubject.EXPENSE,
    )
    assert charge is not None
    outcome = transfer_outcome(
        sale=Money.of(sale.value, sale.unit),
        cost=spent,
        charge=charge,
        seller="S",
        performer="P",
        day=DAY,
        group=group_of(
            inputs["group_currency"], ("S", inputs["group_currency"]), ("P", inputs["currency"])
        ),
        rates=rates,
        cost_role=Role.EXPENSE_COST,
    )
    return {
        "customer_line": {"amount": outcome.sale, "currency": outcome.sale.currency},
        "intercompany": {"amount": charge.amount, "currency": charge.amount.currency},
        "group": {
            "currency": outcome.group.currency,
            "revenue": outcome.group_revenue,
            "expense": outcome.group_cost,
            "intercompany_net": outcome.elimination_net,
            "seller_margin": outcome.margin("S"),
            "performer_margin": outcome.margin("P"),
        },
    }


@adapter("transfer_price")
def priced_transfer(vector: Vector) -> object:
    cost_currency, own_currency = CURRENCIES_BY_STEP.get(vector["step"], ("EUR", "USD"))
    rate = None
    if "fx_rate" in vector:
        rate = Rate(cost_currency, own_currency, DAY, vector["fx_rate"], source="vector").found
    sell = None
    if "sell_amount" in vector:
        sell = Money.of(vector["sell_amount"], cost_currency)
    elif "sell_rate" in vector:
        sell_rate = ExactAmount.of(vector["sell_rate"], cost_currency)
        sell = CustomerLine(vector["hours"], sell_rate).amount
    if "cost_amount" in vector:
        cost = ExactAmount.of(vector["cost_amount"], cost_currency)
        basis = TransferBasis.of_expense(cost, sell)
    else:
        hourly = ExactAmount.of(vector.get("cost_rate", "0"), cost_currency)
        basis = TransferBasis.of_time(vector.get("hours", "0"), hourly, sell)
    method: TransferMethod
    match vector["method"]:
        case "cost_plus":
            method = CostPlus.of_share(
                vector["markup"], round_cost_first=vector.get("round_cost_first", False)
            )
        case "percent_of_sell":
            method = PercentOfSell.of_share(vector["percent"])
        case _:
            method = FixedRate(ExactAmount.of(vector["rate"], cost_currency))
    rounding = Rounding(RoundingMode(vector["mode"]), Fraction(vector["step"]))
    return explain_transfer(method, basis, rate, rounding).value


CURRENCIES_BY_STEP = {"1": ("JPY", "KRW"), "0.001": ("KWD", "BHD")}


# --- profitability ------------------------------------------------------------------------------


PLAIN_FIGURES = ("revenue", "direct_cost", "time", "currency")  # any other is resold revenue


@adapter("contract_profitability")
def contract_profitability(vector: Vector) -> object:
    inputs = vector["inputs"]
    work = [(row["hours"], ExactAmount.of(row["cost_rate"], BOOKS)) for row in inputs["time"]]
    resale = next((inputs[name] for name in inputs if name not in PLAIN_FIGURES), "0")
    figures = Contribution.from_work(
        money(inputs["revenue"]), money(inputs["direct_cost"]), work, resale_revenue=money(resale)
    )
    return {
        "hours": figures.hours,
        "labour_cost": figures.labour_cost,
        "gross_margin": figures.gross_margin,
        "contribution": figures.contribution,
        "contribution_percent": figures.percent,
        "effective_hourly_rate": _hourly(figures.effective_hourly_rates),
    }


def _hourly(rates: EffectiveHourlyRates | None) -> object:
    if rates is None:
        return None
    return {
        "gross": rates.gross,
        "net_of_cost": rates.net_of_cost,
        "net_of_resale": rates.net_of_resale,
    }


@adapter("efficiency_ratio")
def efficiency(vector: Vector) -> object:
    inputs, expected = vector["inputs"], vector["expected"]
    rows = inputs.get("delivered") or inputs.get("time") or [inputs]
    found = efficiency_ratio(money(inputs["invoiced_labour"]), [_listed(row) for row in rows])
    answers = {"delivered_value": found.delivered_value}
    return {**answers, "ratio": _as_shown(found.ratio, expected["ratio"])}


def _listed(row: Mapping[str, Any]) -> tuple[str, ExactAmount]:
    hours = row["delivered_hours"] if "delivered_hours" in row else row["hours"]
    return hours, ExactAmount.of(row["list_rate"], BOOKS)


def _as_shown(ratio: Fraction | None, shown: str | None) -> Fraction | None:
    """A ratio to as many decimals as a vector shows."""
    if ratio is None or shown is None:
        return ratio
    decimals = len(shown.partition(".")[2])
    return round_to_step(ratio, Fraction(f"1e-{decimals}"), RoundingMode.HALF_UP)


@adapter("profit_trend")
def profit_trend(vector: Vector) -> object:
    inputs = vector["inputs"]
    facts = (
        ProfitFact(Month.of(row["month"]), (), _revenue_and_cost(row)) for row in inputs["facts"]
    )
    answer = trend(ProfitFacts.of(CostView.GROUP, BOOKS, facts), Month.of(inputs["last_month"]))
    return {
        "months": [{"month": str(row.month), **_shown(row.figures)} for row in answer.months],
        "total": _shown(answer.total),
    }


def _revenue_and_cost(row: Mapping[str, str]) -> Contribution:
    return Contribution.of(money(row["revenue"]), money(row["cost"]), Money.zero(BOOKS))


def _shown(figures: Contribution) -> dict[str, object]:
    return {
        "revenue": figures.revenue,
        "cost": figures.cost,
        "contribution": figures.contribution,
        "percent": figures.percent,
    }


@adapter("profit_ranking")
def profit_ranking(vector: Vector) -> object:
    inputs = vector["inputs"]
    currency, rates = inputs["group_currency"], rate_book(inputs["rates"])

    def in_group(amount: str, of: str) -> Money:
        return convert(Money.of(amount, of), rates.find(of, currency, DAY))

    facts = [
        ProfitFact(
            MONTH,
            dimensions(customer=row["customer"]),
            Contribution.of(
                in_group(row["revenue"], row["currency"]),
                in_group(row["cost"], row["currency"]),
                Money.zero(currency),
            ),
        )
        for row in inputs["facts"]
    ]
    minimum = next((inputs[name] for name in inputs if "min" in name), None)
    answer = ranking(
        ProfitFacts.of(CostView.GROUP, currency, facts),
        "customer",
        int(inputs["n"]),
        minimum_revenue=None if minimum is None else Money.of(minimum, currency),
    )
    return {
        name: [{"customer": row.id, "contribution": row.figures.contribution} for row in rows]
        for name, rows in (("top", answer.top), ("bottom", answer.bottom))
    }


@adapter("profit_rollup")
def profit_rollup(vector: Vector) -> object:
    inputs = vector["inputs"]
    answer = roll_up(_placed(inputs["facts"]), inputs["parents"], by="node")
    return {"contribution": {node: figures.contribution for node, figures in answer.levels.items()}}


def _placed(rows: Iterable[Mapping[str, str]]) -> ProfitFacts:
    facts = (
        ProfitFact(MONTH, dimensions(node=row["node"]), _revenue_and_cost(row)) for row in rows
    )
    return ProfitFacts.of(CostView.GROUP, BOOKS, facts)

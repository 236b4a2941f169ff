"""Recognition, exchange differences and translation."""

from __future__ import annotations

from datetime import date

from harmony_core.finance import (
    Booked,
    BookingRates,
    FoundRate,
    MonetaryItem,
    Money,
    MonthWeight,
    NetAssetRates,
    Rate,
    Remainder,
    Rounding,
    StatementClass,
    convert,
    early_termination,
    percent_complete,
    revalue,
    spread,
    straight_line,
    translate_balances,
    translate_net_assets,
)
from harmony_core.periods import Span
from tests.conformance.registry import Vector, adapter

DAY = date(2026, 3, 31)
HERE, THERE = "EUR", "USD"  # for figures without a currency; their digits are the step's


def rate(value: str) -> FoundRate:
    return Rate(HERE, THERE, DAY, value, source="vector").found


def rounding_of(vector: Vector) -> Rounding:
    return Rounding.of(vector["mode"], vector.get("step"))


def in_three(money: Money) -> Booked:
    return Booked(money, money, money)


@adapter("recognition")
def recognition(vector: Vector) -> object:
    service = Span.of_days(date.fromisoformat(vector["start"]), date.fromisoformat(vector["end"]))
    weights = straight_line(service, MonthWeight(vector["basis"]))
    total = Money.of(vector["amount"], vector["currency"])
    parts = spread(
        total, list(weights.values()), rounding_of(vector), Remainder(vector["rounding"])
    )
    return [
        {"period": str(month), "amount": part} for month, part in zip(weights, parts, strict=True)
    ]


@adapter("tri_recognition")
def tri_recognition(vector: Vector) -> object:
    months = [1 for _ in range(int(vector["periods"]))]
    found = {}
    for currency, total in vector["totals"].items():
        settled = Rounding.of(vector["mode"], total["step"])
        amount = Money.of(total["amount"], currency)
        found[currency] = list(spread(amount, months, settled, Remainder(vector["rounding"])))
    return found


@adapter("early_termination")
def ended_early(vector: Vector) -> object:
    service = Span.of_days(date.fromisoformat(vector["start"]), date.fromisoformat(vector["end"]))
    paid = in_three(Money.of(vector["amount"], vector.get("currency", HERE)))
    last_day = date.fromisoformat(vector["last_day"])
    earned, credit = early_termination(paid, service, last_day, rounding_of(vector))
    return {"recognised": earned.transaction.exact, "credit": credit.transaction.exact}


@adapter("percent_complete")
def completed(vector: Vector) -> object:
    steps = [(Money.of(step["price"], HERE), step["progress"]) for step in vector["steps"]]
    return [part.exact for part in percent_complete(steps, rounding_of(vector))]


@adapter("fx_settlement")
def settled(vector: Vector) -> object:
    def rates(value: str) -> BookingRates:
        return BookingRates(rate(value), rate(value))

    rounding = rounding_of(vector)
    amount = Money.of(vector["transaction_amount"], HERE)
    item = MonetaryItem(rates(vector["booking_rate"]).book(amount, rounding), rounding)
    booked = item.booked.entity
    payments = []
    for payment in vector["settlements"]:
        paid, item = item.settle(Money.of(payment["amount"], HERE), rates(payment["rate"]))
        payments.append(
            {
                "cash": paid.cash.entity.exact,
                "carrying_relieved": paid.relieved.entity.exact,
                "gain": paid.gain.entity.exact,
            }
        )
    return {
        "booked": booked.exact,
        "settlements": payments,
        "carrying_left": item.carrying.entity.exact,
    }


@adapter("revaluation")
def revalued(vector: Vector) -> object:
    carrying = Money.of(vector["carrying"], THERE)
    balance = Money.of(vector["transaction_balance"], HERE)
    closing = rate(vector["closing_rate"])
    new, unrealised = revalue(carrying, balance, closing, rounding_of(vector))
    return {"new_carrying": new.exact, "unrealised": unrealised.exact}


@adapter("ias21_goodwill")
def goodwill(vector: Vector) -> object:
    rounding = rounding_of(vector)
    local = Money.of(vector["goodwill"], HERE)
    bought = convert(local, rate(vector["rate_acquisition"]), rounding)
    now, difference = revalue(bought, local, rate(vector["rate_closing"]), rounding)
    return {
        "at_acquisition": bought.exact,
        "at_closing": now.exact,
        "exchange_difference": difference.exact,
    }


@adapter("ias21_net_assets")
def net_assets(vector: Vector) -> object:
    rates = NetAssetRates(
        *(rate(vector[f"rate_{when}"]) for when in ("opening", "average", "closing", "dividend"))
    )
    opening, profit, dividend = (
        Money.of(vector[part], HERE) for part in ("opening_net_assets", "profit", "dividend")
    )
    found = translate_net_assets(opening, profit, dividend, rates, rounding_of(vector))
    return {
        "closing_net_assets": found.closing.exact,
        "opening_net_assets": found.opening.exact,
        "profit": found.profit.exact,
        "dividend": found.dividend.exact,
        "exchange_difference": found.exchange_difference.exact,
    }


@adapter("ias21_trial_balance")
def trial_balance(vector: Vector) -> object:
    found = translate_balances(
        [
            (row["code"], StatementClass(row["class"]), Money.of(row["balance"], HERE))
            for row in vector["accounts"]
        ],
        closing=rate(vector["rate_closing"]),
        average=rate(vector["rate_average"]),
        historical=rate(vector["rate_historical"]),
        ownership=vector["ownership"],
        rounding=rounding_of(vector),
    )
    translated = {one.account: one.translated.exact for one in found.accounts}
    answer = {"translated": translated, "cta": found.difference.exact}
    if "cta_nci" in vector["expected"]:
        return {**answer, "cta_nci": found.minority.exact, "cta_parent": found.parent.exact}
    return answer

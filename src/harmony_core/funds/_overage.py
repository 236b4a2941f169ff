"""What is billed beside the blocks: the rest of a draw, and the block that a top-up buys."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.explanation import Explainer
from harmony_core.finance import HALF_UP, ExactAmount, Money, Rounding
from harmony_core.funds._blocks import Block, Draw, Overage
from harmony_core.funds._statement import OverageLine, Purchase
from harmony_core.periods import add_months
from harmony_core.products import TopUp


def overage_line(draw: Draw, within: Fraction, unit: str, overage: Overage) -> OverageLine:
    """Price what a draw wants beyond the ``within`` units that blocks covered."""
    rate = price_of_one(unit) if overage.rate is None else overage.rate  # zero is a price
    why = Explainer("overage of a prepaid fund", 1)
    why.fact("draw", draw.id)
    why.fact("day of work", draw.day.isoformat())
    why.given("quantity", "quantity drawn", draw.quantity, unit)
    why.given("multiplier", "multiplier", draw.multiplier)
    why.given("within", "covered by blocks", within, unit)
    why.step("units", "units taken", "multiply", "quantity", "multiplier")
    rest = billed = why.step("rest", "not covered", "subtract", "units", "within")
    if not overage.apply_multiplier:  # back to clock units
        billed = why.step("clock", "not covered, in clock units", "divide", "rest", "multiplier")
    why.given("rate", "overage rate", rate.value, rate.currency)
    why.step("exact", "overage at its rate", "multiply", billed, "rate", unit=rate.currency)
    amount = settle(why, "exact", rate.currency, overage.rounding)
    return OverageLine(
        draw.id, draw.day, why.value(billed), why.value(rest), amount, why.explanation("amount")
    )


def purchase(policy: TopUp, draw: Draw, balance: Fraction, unit: str, block_id: str) -> Purchase:
    """Buy what the policy says at the balance that a draw would leave, below the threshold."""
    why = Explainer("top-up of a prepaid fund", 1)
    why.fact("draw", draw.id)
    why.fact("day of work", draw.day.isoformat())
    why.given("balance", "balance after the draw", balance, unit)
    why.given("threshold", "bought when the balance is below", policy.threshold, unit)
    if policy.to is None:
        quantity = why.given("quantity", "units bought", policy.bought_at(balance), unit)
    else:
        why.given("to", "balance to restore", policy.to, unit)
        quantity = why.step("quantity", "units bought", "subtract", "to", "balance")
    bought, result, amount = why.value(quantity), quantity, None
    if (price := _unit_price(policy, unit)) is not None:
        why.given("price", "unit price", price.value, price.currency)
        label = "quantity at the unit price"
        why.step("exact", label, "multiply", quantity, "price", unit=price.currency)
        amount, result = settle(why, "exact", price.currency, HALF_UP), "amount"
    months = policy.valid_months
    end: date | None = None if months is None else add_months(draw.day, months)
    block = Block(block_id, unit, bought, draw.day, end, amount)
    return Purchase(block, draw.id, draw.day, bought, amount, why.explanation(result))


def settle(why: Explainer, name: str, currency: str, rounding: Rounding) -> Money:
    """Round the value under ``name`` once, as the step ``amount``."""
    smallest = rounding.step or Money(1, currency).exact.value
    why.given("step", "smallest unit", smallest, currency)
    why.step("amount", "settled", f"round_{rounding.mode.value}", name, "step", unit=currency)
    return Money.of(why.value("amount"), currency)


def price_of_one(unit: str) -> ExactAmount:
    """The price of a unit of money is itself; of anything else nobody said.

    Raises:
        InvalidValue: the unit is no currency.
    """
    try:
        return ExactAmount.of(1, unit)
    except NotFound:
        raise InvalidValue(
            f"overage of {unit or 'a fund without blocks'} is to be billed, but the policy has no "
            "rate: give Overage a rate"
        ) from None


def _unit_price(policy: TopUp, unit: str) -> ExactAmount | None:
    if len(policy.prices) > 1:
        raise InvalidValue(
            f"the top-up has prices in {', '.join(one.currency for one in policy.prices)}: "
            "a fund is billed in one currency, keep the one that the contract names"
        )
    if policy.prices:
        return policy.prices[0]
    try:
        return ExactAmount.of(1, unit)
    except NotFound:
        return None

"""What a prepaid fund costs beside its blocks: overage, top-ups, and a block paid back in part."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from harmony_core.billing._fund_draws import fund_line
from harmony_core.billing._funds import fund_of
from harmony_core.billing._measured import Measured, Measurement
from harmony_core.finance import ExactAmount
from harmony_core.funds import OverageLine
from harmony_core.pricing import explain


def used_block(asked: Measurement, day: date) -> Measured:
    """A block of which what was left at the end is paid back: the part that was drawn.

    What was given back before has a credit of its own, and counts as drawn here.
    """
    line, unit, start = asked.line, asked.contract.currency, asked.period.span.start
    fund = fund_of(asked.contract, fund_line(asked.contract, line.id) or line, asked.facts)
    drawn, by = fund.drawn_from(start, day)
    why = asked.explainer("prepaid block, what is left of it refunded")
    price = why.adopt(explain(asked.scheme(why), line.quantity), "price_")
    why.given("bought", "units bought", line.quantity)
    gone = why.given("drawn", "units drawn", drawn)
    if given_up := fund.given_up_of(start):  # has a credit of its own
        why.given("before", "units given back before", given_up)
        gone = why.step("gone", "units drawn or given back", "add", gone, "before")
    why.step("part", "part that was drawn", "divide", gone, "bought")
    label = "price of the part that was drawn"
    used = why.step("used", label, "multiply", price, "part", unit=unit)
    return asked.settled(why, used, line.quantity, by)


def overage(asked: Measurement, day: date) -> Measured:
    """What was worked or spent beyond the fund, at the price of that."""
    fund = fund_of(asked.contract, asked.line, asked.facts)
    lines = fund.statement(day).overage_in(asked.period.span)
    evidence = tuple(fund.fact_of(over.draw_id) for over in lines)
    currency = asked.contract.currency
    if fund.terms.incidents:
        return _shortfall(asked, lines, evidence)
    why = asked.explainer("overage of a prepaid fund")
    spent = [over for over in lines if fund.is_spent(over)]
    timed = [over for over in lines if not fund.is_spent(over)]
    parts = [
        why.given(f"hours{number}", f"{over.day} {over.draw_id}", over.quantity, fund.measured)
        for number, over in enumerate(timed, start=1)
    ]
    in_hours = fund.measured == "h"
    label = "hours that no block covered" if in_hours else "units that no block covered"
    why.step("hours", label, "add", *parts, unit=fund.measured)
    hours = why.value("hours")
    if timed and (scheme := fund.terms.overage_scheme(currency)) is not None:
        name = why.adopt(explain(scheme, hours), "price_", {"quantity": "hours"})
    else:
        nothing = ExactAmount(Fraction(0), currency)  # a fund that passes on may have no price
        rate = fund.terms.overage_price(currency) if timed else nothing
        why.given("rate", "price of an hour" if in_hours else "unit price", rate.value, currency)
        label = "hours at their price" if in_hours else "quantity at the unit price"
        name = why.step("exact", label, "multiply", "hours", "rate", unit=currency)
    if spent:
        parts = [
            why.given(f"spent{number}", f"{over.day} {over.draw_id}", over.quantity, currency)
            for number, over in enumerate(spent, start=1)
        ]
        label = "hours and what was spent beyond the fund"
        name = why.step("beyond", label, "add", name, *parts, unit=currency)
    return asked.settled(why, name, hours, evidence)


def _shortfall(
    asked: Measurement, lines: Iterable[OverageLine], evidence: tuple[str, ...]
) -> Measured:
    """What a fund of money did not pay of its incidents, each settled by itself."""
    why = asked.explainer("incidents beyond a prepaid fund")
    parts = [
        why.adopt(over.explanation, f"incident{number}_")
        for number, over in enumerate(lines, start=1)
    ]
    why.step("total", "incidents beyond the fund", "add", *parts, unit=asked.contract.currency)
    return asked.settled(why, "total", Fraction(len(evidence)), evidence)


def top_ups(asked: Measurement, day: date) -> Measured:
    """What the draws of a month made the fund buy."""
    fund = fund_of(asked.contract, asked.line, asked.facts)
    bought = fund.statement(day).top_ups_in(asked.period.span)
    why = asked.explainer("top-ups of a prepaid fund")
    parts = [
        why.adopt(one.explanation, f"top_up{number}_") for number, one in enumerate(bought, start=1)
    ]
    currency = asked.contract.currency
    why.step("total", "top-ups together", "add", *parts, unit=currency)
    quantity = sum((one.quantity for one in bought), Fraction(0))
    return asked.settled(why, "total", quantity, tuple(one.draw_id for one in bought))

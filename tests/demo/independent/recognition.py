"""Booking day, the three columns of a charge, and the months in which it is earned: R5 and R6.

The buy side runs through the same rules (R11): there, what is recognised is direct cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tests.demo.independent.amounts import Period
from tests.demo.independent.charges import (
    CORRECTION,
    CREDIT,
    ORIGINAL,
    Charge,
    Facts,
    block_last_day,
)
from tests.demo.independent.exact import (
    days_between,
    month_first,
    month_last,
    month_of,
    months_through,
    next_month,
    settle,
)
from tests.demo.independent.funds import Replay, replay
from tests.demo.independent.rates import RateTable
from tests.demo.independent.reading import Company

Columns = tuple[Fraction, Fraction, Fraction]  # transaction, entity, group


class Recognised(NamedTuple):
    charge: Charge
    month: str
    amounts: Columns


# > (R24) A credit is earned as its charge is, from the month of its day on: cumulatively what is
# > earned of the charge less the credit, less what is earned of the charge.
#
# --- R6: which rule, and from which month on -----------------------------------------------------
# > Overage: at_once, in the month of its last service day. Corrections: at_once, in the month of
# > max(last service day, trigger); those of prepaid blocks and top-ups as drawn, from their
# > trigger.
# > (R14) The correction of an amendment is earned as the line is, by day over its own days, and not
# > before its trigger.


def pattern(charge: Charge) -> str:
    """Recognition rule of a charge."""
    recognition = charge.line.product.recognition
    amended = charge.line.changes and recognition == "straight_line"
    follows = amended or recognition == "as_drawn"
    if (charge.kind == CORRECTION and not follows) or charge.series == "overage":
        return "at_once"
    return recognition


# > Only charges with trigger on or before the last day of the month are recognised, except fixed
# > arrears lines (accrued from the month in which the service starts) and measured lines whose
# > service period has ended by the month end.
#
# Decision: a measured charge that accrues before its trigger accrues with the amount that it has at
# its trigger (the charge is one amount; R4 says which facts it sees).


def accrues_before_trigger(charge: Charge, month_end: date) -> bool:
    product = charge.line.product
    if charge.kind in {CORRECTION, CREDIT}:
        return False
    if product.measured or charge.series != "main":
        return charge.period.last <= month_end
    return product.timing == "arrears" and product.interval > 0


# > Nothing is recognised before the opening month; days before it count in the first open month's
# > cumulative.


def first_month(charge: Charge, opening: date) -> str:
    """First month in which a part of the charge is recognised."""
    how = pattern(charge)
    service = charge.period.last if how == "at_once" else charge.period.first
    if charge.kind in {CORRECTION, CREDIT}:
        service = max(service, charge.trigger)
    month = max(month_of(service), month_of(opening))
    while charge.trigger > month_last(month) and not accrues_before_trigger(
        charge, month_last(month)
    ):
        month = next_month(month)
    return month


# --- R5 ------------------------------------------------------------------------------------------
# > Booking day of a charge (its three currencies are converted at the rates of this day, each
# > column straight from the transaction amount): original: min(trigger, last day of the first month
# > in which a part of it is recognised); correction: its trigger.
#
# The first charge of an overage counts as an original here.


def booking_day(charge: Charge, opening: date) -> date:
    if charge.kind == CORRECTION:
        return charge.trigger
    return min(charge.trigger, month_last(first_month(charge, opening)))


def columns(charge: Charge, company: Company, rates: RateTable, opening: date) -> Columns:
    """Transaction, entity and group amount."""
    if charge.kind == CREDIT:
        return _mirrored(charge, company, rates, opening)
    day, line = booking_day(charge, opening), charge.line
    entity, group = company.entity_currency[line.entity], company.group_currency
    return (
        charge.net,
        rates.convert(charge.net, line.currency, entity, day),
        rates.convert(charge.net, line.currency, group, day),
    )


# > (R24) Each of its columns is that part of the column of the charge, settled.


def _billed(charge: Charge) -> Charge:
    """Give the charge that a credit is of."""
    return charge._replace(kind=ORIGINAL, trigger=charge.billed_on, net=charge.billed)


def _mirrored(charge: Charge, company: Company, rates: RateTable, opening: date) -> Columns:
    line = charge.line
    booked = columns(_billed(charge), company, rates, opening)
    codes = (line.currency, company.entity_currency[line.entity], company.group_currency)
    part = charge.net / charge.billed
    first, second, third = (
        settle(amount * part, code) for amount, code in zip(booked, codes, strict=True)
    )
    return first, second, third


# --- R6: how much, cumulatively ------------------------------------------------------------------
# > Recognition, monthly, on the month's last day: straight_line by day over the clipped service
# > period: cumulative amount through month end = settle(total x days served / days), in each of the
# > three columns alone, month = difference; at_once: the whole in the month of the last service
# > day; as_drawn (block): cumulative = settle(block price x units drawn with work day <= month end
# > as known at month end / units bought), and everything that is left in the month in which the
# > block's last day lies (breakage).


def earned_share(charge: Charge, facts: Facts, month_end: date) -> Fraction:
    """Share of the charge that is earned by the end of a month in which it may be recognised."""
    how, period = pattern(charge), charge.period
    if how == "at_once":
        return Fraction(1)
    if how == "straight_line":
        served = days_between(period.first, min(period.last, month_end))
        return Fraction(served, days_between(period.first, period.last))
    if how != "as_drawn":
        raise ValueError(f"{charge.line.key}: unknown recognition {how!r}")
    draws = facts.draws(charge.line, month_end)
    if charge.series == "top_up":
        return _earned_top_ups(period, replay(charge.line, draws, month_end, month_end), month_end)
    if (charge.line.product.fund or {}).get("rollover"):
        left = replay(charge.line, draws, month_end, month_end).left.get(period.number, Fraction(0))
        return 1 - left / charge.line.quantity
    if block_last_day(charge) <= month_end:
        return Fraction(1)
    drawn = replay(charge.line, draws, month_end, month_end).drawn.get(period.number, [])
    return sum((units for _, units in drawn), Fraction(0)) / charge.line.quantity


# > (R18) Of an allowance what was granted for a period is earned as it is drawn or lapses; what
# > lapses with the last day of a month lapses in it.
# > (R19) The top-ups of a month are earned together, as they are drawn; on its last day each is
# > earned whole.


def _earned_top_ups(period: Period, replayed: Replay, month_end: date) -> Fraction:
    bought = [block for block in replayed.top_ups if period.first <= block.first <= period.last]
    earned = Fraction(0)
    for block in bought:
        drawn = sum((units for _, units in replayed.drawn.get(block.number, [])), Fraction(0))
        earned += block.units if block.last <= month_end else drawn
    return earned / sum(block.units for block in bought) if bought else Fraction(1)


def recognise(
    charge: Charge,
    company: Company,
    facts: Facts,
    rates: RateTable,
    opening: date,
    until: date,
) -> Iterator[Recognised]:
    """Each month's part of one charge, up to the month of ``until``."""
    start = first_month(charge, opening)
    if start > month_of(until):
        return
    line = charge.line
    totals = columns(charge, company, rates, opening)
    currencies = (line.currency, company.entity_currency[line.entity], company.group_currency)
    before = without = (Fraction(0), Fraction(0), Fraction(0))
    if charge.kind == CREDIT:
        without = columns(_billed(charge), company, rates, opening)
    for month in months_through(start, month_of(until)):
        share = earned_share(charge, facts, month_last(month))
        earned = tuple(
            settle((rest + total) * share, currency) - settle(rest * share, currency)
            for rest, total, currency in zip(without, totals, currencies, strict=True)
        )
        now: Columns = (earned[0], earned[1], earned[2])
        if now != before:
            change = (now[0] - before[0], now[1] - before[1], now[2] - before[2])
            yield Recognised(charge, month, change)
        before = now
        done = charge.period.last
        if pattern(charge) == "as_drawn":
            moves = charge.series == "top_up" or (line.product.fund or {}).get("rollover")
            done = (
                date.max if moves else block_last_day(charge)
            )  # late work may change what is left
        if share == 1 and month_first(next_month(month)) > done:
            return

"""What the charge of one period amounts to, as known on a day: R3."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tests.demo.independent.exact import ONE_DAY, days_between, settle
from tests.demo.independent.rates import RateTable
from tests.demo.independent.reading import DeviceEvent, Expense, Line, Work


class Period(NamedTuple):
    number: int
    first: date  # of the clipped period
    last: date  # inclusive
    full_days: int  # of the period before clipping


# --- R3 ------------------------------------------------------------------------------------------
# > For per_unit price(q) = q x unit price; flat = amount; fill_up/look_up by bands ((from, up_to],
# > flat fee of every band entered / of the chosen band; quantity 0 = 0).
# > `unit_price` overrides per_unit price (only for per_unit).


def unit_price(line: Line) -> Fraction:
    """Price of one unit of a per-unit line, in the contract's currency."""
    if line.unit_price is not None:
        return line.unit_price
    return line.product.amounts[line.currency]


def price(line: Line, quantity: Fraction) -> Fraction:
    """Exact price of a quantity."""
    scheme = line.product.scheme
    if scheme == "per_unit":
        return quantity * unit_price(line)
    if scheme == "flat":
        return line.product.amounts[line.currency]
    if quantity == 0:
        return Fraction(0)
    total, lower = Fraction(0), Fraction(0)
    for upper, per_unit, fee in line.product.bands[line.currency]:
        if scheme == "look_up" and (upper is None or quantity <= upper):
            return quantity * per_unit + fee
        if scheme == "fill_up" and quantity > lower:
            reach = quantity if upper is None else min(quantity, upper)
            total += (reach - lower) * per_unit + fee
        lower = quantity if upper is None else upper
    return total


# > fixed: price(quantity) x (days of clipped period / days of full period).
# > prepayment: each period's block costs price(quantity)
#
# Decision: a block is bought whole, so a prepayment is not cut when the line ends inside its
# period.


def fixed_amount(line: Line, period: Period) -> Fraction:
    whole = price(line, line.quantity)
    if line.product.type == "prepayment":
        return whole
    return whole * Fraction(days_between(period.first, period.last), period.full_days)


# > devices: devices of the customer (resolved through merged_into on both sides) whose type is one
# > of `types` or below; counted over the clipped period by policy (active on d: on <= d < off):
# > first_day, last_day, peak = max daily count, any_active = distinct devices, each price(count),
# > not prorated, after `minimum` (count = max(count, minimum)); daily: sum over days of price(count
# > that day) / days of the FULL period.
#
# Decisions: the minimum also holds for each day under "daily". A device's state on a day is its
# last event on or before that day (two events of one day: in the order in which they became known,
# then of the file). A second "on" without an "off" between changes nothing.

Fleet = dict[str, list[DeviceEvent]]


def active_spans(events: list[DeviceEvent], known: date, until: date) -> list[tuple[date, date]]:
    """First and last day of each span in which a device is active, up to a day."""
    on_since: date | None = None
    spans = []
    for event in events:  # sorted by day
        if event.known > known:
            continue
        if event.on and on_since is None:
            on_since = event.day
        elif not event.on and on_since is not None:
            spans.append((on_since, event.day - ONE_DAY))
            on_since = None
    if on_since is not None:
        spans.append((on_since, until))
    return spans


def daily_counts(fleet: Fleet, period: Period, known: date) -> tuple[list[int], int]:
    """How many devices are active on each day of the period, and how many on any day."""
    days = days_between(period.first, period.last)
    steps, distinct = [0] * (days + 1), 0
    for events in fleet.values():
        seen = False
        for first, last in active_spans(events, known, period.last):
            begin, end = max(first, period.first), min(last, period.last)
            if begin <= end:
                seen = True
                steps[(begin - period.first).days] += 1
                steps[(end - period.first).days + 1] -= 1
        distinct += seen
    counts, running = [], 0
    for step in steps[:days]:
        running += step
        counts.append(running)
    return counts, distinct


def device_count(line: Line, fleet: Fleet, period: Period, known: date) -> int:
    """Count by the line's policy before any minimum; for "daily" the sum of all device days."""
    counts, distinct = daily_counts(fleet, period, known)
    return {
        "first_day": counts[0],
        "last_day": counts[-1],
        "peak": max(counts),
        "any_active": distinct,
        "daily": sum(counts),
    }[line.product.policy]


def devices_amount(line: Line, fleet: Fleet, period: Period, known: date) -> Fraction:
    minimum = line.product.minimum
    if line.product.policy == "daily":
        counts, _ = daily_counts(fleet, period, known)
        days_at = [(count, counts.count(count)) for count in sorted(set(counts))]
        total = sum(
            (price(line, max(Fraction(count), minimum)) * days for count, days in days_at),
            Fraction(0),
        )
        return total / period.full_days
    return price(line, max(Fraction(device_count(line, fleet, period, known)), minimum))


# > time: sum over entries of hours x multiplier x unit price.


def time_amount(line: Line, entries: list[Work], period: Period, known: date) -> Fraction:
    hours = sum(
        (
            e.hours * e.multiplier
            for e in entries
            if e.known <= known and period.first <= e.day <= period.last
        ),
        Fraction(0),
    )
    return hours * unit_price(line) if hours else Fraction(0)


# > expenses: each expense converted from its currency to the contract's at the spot rate of the
# > expense day, x (1 + markup_percent/100), settled per expense, then summed.


def expenses_amount(
    line: Line, expenses: list[Expense], rates: RateTable, period: Period, known: date
) -> Fraction:
    factor = 1 + line.product.markup_percent / 100
    return sum(
        (
            settle(e.amount * rates.find(e.currency, line.currency, e.day) * factor, line.currency)
            for e in expenses
            if e.known <= known and period.first <= e.day <= period.last
        ),
        Fraction(0),
    )

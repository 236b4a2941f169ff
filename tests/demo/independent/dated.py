"""Prices that change by date: R17."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from tests.demo.independent.amounts import Period
from tests.demo.independent.exact import DIGITS, ONE_DAY, settle
from tests.demo.independent.reading import Line

# --- R17 -----------------------------------------------------------------------------------------
# > A ramp says from which day on which price holds. A price that rises on anniversaries is settled
# > on each of them; one that is finer than its currency stays exact.


def _raised(price: Fraction, percent: Fraction, currency: str) -> Fraction:
    exactly = price * (1 + percent / 100)
    whole = (price * 10 ** DIGITS[currency]).denominator == 1
    return settle(exactly, currency) if whole else exactly


def on(line: Line, day: date) -> Line:
    """Give the line at the price of a day."""
    for first, product in line.ramp:
        if first <= day:
            line = line._replace(product=product)
    for anniversary, percent in line.rises:
        if anniversary <= day:
            line = _at_next_price(line, percent)
    return line


def _at_next_price(line: Line, percent: Fraction) -> Line:
    product, currency = line.product, line.currency
    amounts, bands = dict(product.amounts), dict(product.bands)
    if currency in amounts:
        amounts[currency] = _raised(amounts[currency], percent, currency)
    if currency in bands:
        bands[currency] = [
            (upper, _raised(unit, percent, currency), _raised(fee, percent, currency))
            for upper, unit, fee in bands[currency]
        ]
    return line._replace(product=product._replace(amounts=amounts, bands=bands))


# > The day of a new price cuts a period: each part has the price of its first day, and is billed as
# > a period of its own.


def parts(line: Line, period: Period) -> Iterator[Period]:
    """Cut a period at the days within it on which the price changes."""
    days = {first for first, _ in line.ramp} | {anniversary for anniversary, _ in line.rises}
    first = period.first
    for day in sorted(days):
        if first < day <= period.last:
            yield period._replace(first=first, last=day - ONE_DAY)
            first = day
    yield period._replace(first=first)

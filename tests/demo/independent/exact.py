"""Exact arithmetic and calendar days: nothing here knows what a contract is.

Money is a ``Fraction`` of the main unit (12.50 GBP is 25/2). It is settled to the digits of its
currency only where a rule says so; everything else stays an exact fraction.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

# ISO 4217 minor units of the six currencies of the demo.
DIGITS = {"GBP": 2, "EUR": 2, "USD": 2, "INR": 2, "JPY": 0, "KWD": 3}

ONE_DAY = timedelta(days=1)


def settle(amount: Fraction, currency: str) -> Fraction:
    """Round to the currency's smallest unit, half up on the magnitude (-0.005 is -0.01)."""
    units = 10 ** DIGITS[currency]
    scaled = abs(amount) * units
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if amount >= 0 else -whole, units)


def money_text(amount: Fraction, currency: str) -> str:
    """Write a settled amount with all digits of its currency."""
    digits = DIGITS[currency]
    scaled = amount * 10**digits
    if scaled.denominator != 1:
        raise ValueError(f"{amount} {currency} was never settled")
    sign, figures = ("-" if scaled < 0 else ""), str(abs(scaled.numerator)).rjust(digits + 1, "0")
    return sign + (figures if not digits else f"{figures[:-digits]}.{figures[-digits:]}")


def exact_text(value: Fraction) -> str:
    """Write a quantity without loss: a plain decimal where it ends, else numerator/denominator."""
    for digits in range(13):
        scaled = value * 10**digits
        if scaled.denominator == 1:
            sign, figures = ("-" if scaled < 0 else ""), str(abs(scaled.numerator))
            figures = figures.rjust(digits + 1, "0")
            return sign + (figures if not digits else f"{figures[:-digits]}.{figures[-digits:]}")
    return str(value)


def add_months(day: date, months: int) -> date:
    """Keep the day number; a month too short for it gives its last day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


def month_of(day: date) -> str:
    """Name the month of a day: 2024-04."""
    return f"{day.year:04d}-{day.month:02d}"


def month_first(month: str) -> date:
    """First day of a month."""
    return date.fromisoformat(f"{month}-01")


def month_last(month: str) -> date:
    """Last day of a month."""
    return add_months(month_first(month), 1) - ONE_DAY


def next_month(month: str) -> str:
    """Name the month after this one."""
    return month_of(add_months(month_first(month), 1))


def months_through(first: str, last: str) -> Iterator[str]:
    """Every month from ``first`` to ``last``, both included; none if ``last`` is earlier."""
    month = first
    while month <= last:
        yield month
        month = next_month(month)


def days_between(first: date, last: date) -> int:
    """Count the days from ``first`` to ``last``, both included."""
    return (last - first).days + 1

"""How a line of a fixed quantity stands on a day, as far as its amendments are known: R14."""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tests.demo.independent.amounts import Period, price
from tests.demo.independent.exact import ONE_DAY, days_between
from tests.demo.independent.reading import Line


class Terms(NamedTuple):
    """What is agreed for a day."""

    quantity: Fraction
    unit_price: Fraction | None  # None: what the product's price says


# --- R14 -----------------------------------------------------------------------------------------
# > An amendment changes the quantity, the unit price or the last day of a line from its first day
# > on. It is known on recorded_on, or else on agreed_on. Of two that change the same thing the one
# > with the later first day holds, of one first day the one agreed on later.
#
# Decision: the state of each day is worked out by itself, from the line as it was ordered.


def terms_on(line: Line, day: date, known: date) -> Terms | None:
    """Give what is agreed for a day, as known on another; ``None`` where the line does not run."""
    terms, last, added = Terms(line.quantity, line.unit_price), line.end, Fraction(0)
    for change in sorted(line.changes, key=lambda c: (c.first_day, c.agreed_on, c.id)):
        if change.known > known or change.first_day > day:
            continue
        if change.kind == "quantity":
            terms = terms._replace(quantity=Fraction(change.value))
        elif change.kind == "price":
            terms = terms._replace(unit_price=Fraction(change.value))
        elif change.kind == "ends":
            last = change.first_day - ONE_DAY
        elif change.kind == "added":
            added += Fraction(change.value)
        else:
            last = date.fromisoformat(change.value) if change.value else None
    terms = terms._replace(quantity=terms.quantity + added)
    return terms if line.start <= day and (last is None or day <= last) else None


# > The periods of a line stay those of the line as it was ordered, or as it was
# > prolonged at the furthest.


def furthest_end(line: Line) -> date | None:
    """Give the latest last day that the line ever had; ``None`` is none at all."""
    prolonged = [change.value for change in line.changes if change.kind == "runs_on"]
    ends = [line.end, *(date.fromisoformat(value) if value else None for value in prolonged)]
    return None if None in ends else max(end for end in ends if end is not None)


# > A period in arrears in which the line ends early is triggered on the first day after that end on
# > which the end is known, if that is before its trigger.


def end_known(line: Line, known: date) -> date | None:
    """Give the last day of the line as known on a day; ``None`` is none."""
    last = line.end
    for change in sorted(line.changes, key=lambda c: (c.first_day, c.agreed_on, c.id)):
        if change.known <= known and change.kind == "ends":
            last = change.first_day - ONE_DAY if last is None or last >= change.first_day else last
        elif change.known <= known and change.kind == "runs_on":
            last = date.fromisoformat(change.value) if change.value else None
    return last


def last_bill(line: Line, period: Period, usual: date) -> date:
    """Give the trigger of a period, ``usual`` unless the line ended in it before that."""
    day = period.first + ONE_DAY
    while day < usual:
        end = end_known(line, day)
        if end is not None and period.first <= end < period.last and end < day:
            return day
        day += ONE_DAY
    return usual


# > A period costs the sum over its days of the price of what is agreed for the day / days of the
# > full period, settled together.


def _days(period: Period) -> list[date]:
    count = days_between(period.first, period.last)
    return [period.first + number * ONE_DAY for number in range(count)]


def amended_amount(line: Line, period: Period, known: date) -> Fraction:
    """Exact price of a period, each of its days at what is agreed for it."""
    found = Counter(terms_on(line, day, known) for day in _days(period))
    total = Fraction(0)
    for terms, days in found.items():
        if terms is not None:
            agreed = line._replace(unit_price=terms.unit_price)
            if terms.unit_price is not None:
                agreed = agreed._replace(product=line.product._replace(scheme="per_unit"))
            total += price(agreed, terms.quantity) * days
    return total / period.full_days


# > The first charge of a period is for the days on which the line runs, as known on its trigger. A
# > correction is for the days from the first day of the amendments that became known with it, or
# > from the period's first, to the period's last.


def served(line: Line, period: Period, before: date | None, known: date) -> Period:
    """Cut a period to the days that a charge is for; ``before`` is None for the first charge."""
    if before is None:
        runs = [day for day in _days(period) if terms_on(line, day, known) is not None]
        return period._replace(first=runs[0], last=runs[-1]) if runs else period
    news = [
        change.first_day
        for change in line.changes
        if before < change.known <= known and change.first_day <= period.last
    ]
    return period._replace(first=max(period.first, min(news)))

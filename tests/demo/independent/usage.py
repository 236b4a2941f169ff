"""What a customer used in a period: R3, and R20."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from tests.demo.independent.amounts import Period, price
from tests.demo.independent.reading import Line, Usage

# --- R20 -----------------------------------------------------------------------------------------
# > A record that replaces another one of its source stands in its place, on its own day, from the
# > day on which it is known; a withdrawal leaves the place empty. Of two that replace the same
# > record the one known later does, of one day the one of the greater id.


def standing(records: Iterable[Usage], known: date) -> list[Usage]:
    """Keep the records that count as known on a day."""
    seen = [record for record in records if record.known <= known]
    here = {(record.source, record.id) for record in seen}
    takers: dict[tuple[str, str], list[Usage]] = defaultdict(list)
    places = []
    for record in seen:
        if record.replaces and (record.source, record.replaces) in here:
            takers[record.source, record.replaces].append(record)
        else:
            places.append(record)
    found = []
    for record in places:
        last = record
        while rivals := takers.get((last.source, last.id)):
            last = max(rivals, key=lambda one: (one.known, one.id))
        if not last.withdrawn:
            found.append(last)
    return found


def recordings(records: list[Usage]) -> list[tuple[date, date]]:
    """Give (day, known) of each record, and of what it takes the place of."""
    days = {(record.source, record.id): record.day for record in records}
    return [(record.day, record.known) for record in records] + [
        (days[record.source, record.replaces], record.known)
        for record in records
        if record.replaces
    ]


# > usage: sum of quantities of that customer and meter in the clipped period; price(sum).
# > (R20) A percentile is the value that stands, in the order of the values of the period's records,
# > at the place percent x their number / 100, rounded up.
#
# Decision: a minimum, where the product has one, holds for usage too.


def usage_amount(line: Line, records: list[Usage], period: Period, known: date) -> Fraction:
    """Exact price of the usage of a period."""
    values = [r.quantity for r in standing(records, known) if period.first <= r.day <= period.last]
    percent = line.product.percent
    if percent is None:
        found = sum(values, Fraction(0))
    else:
        rank = -(-len(values) * percent // 100)
        found = sorted(values)[rank - 1] if values else Fraction(0)
    return price(line, max(found, line.product.minimum))

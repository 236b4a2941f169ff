"""A year of daily usage for each of 30 customers, one meter each."""

from datetime import date, timedelta
from decimal import Decimal

from harmony_core.demo.generator._dice import Dice
from harmony_core.demo.generator._orders import Book
from harmony_core.demo.generator._rows import Usage, recorded

DAYS, LATE = 365, 10
# Source, quantity of a small customer's ordinary day, decimals, and per cent of it at a weekend.
METERS = {
    "api": ("gw", 42000, 0, 60),
    "egr": ("net", 14, 1, 80),
    "log": ("siem", 5, 2, 90),
    "mail": ("mta", 620, 0, 35),
    "vmh": ("hv", 48, 1, 100),
    "voice": ("pbx", 95, 0, 10),
}


def usage(book: Book, seed: int) -> list[Usage]:
    dice = Dice(seed, "usage")
    rows: list[Usage] = []
    lines = book.sell_lines("usage")
    for line in lines:
        if line.line != "1":
            continue  # a second line goes on with the same meter
        customer = book.customer[line.contract]
        meter = book.products[line.product].meter
        first = line.start if line.end else date(2025, 4, 1)
        source, ordinary, decimals, weekend = METERS[meter]
        level = ordinary * dice.whole(60, 560)
        for number in range(DAYS):
            day = first + timedelta(number)
            today = level * dice.whole(70, 130) * (weekend if day.weekday() > 4 else 100)
            quantity = Decimal(today).scaleb(-6).quantize(Decimal(1).scaleb(-decimals))
            rows.append(Usage("", source, day, customer, meter, quantity, None))
    candidates = [
        place for place, row in enumerate(rows) if date(2024, 5, 1) < row.day < date(2026, 1, 1)
    ]
    late = sorted(dice.shuffled(candidates)[:LATE])
    for place in late:
        rows[place] = rows[place]._replace(
            recorded_on=recorded(rows[place].day, dice.pick((3, 33, 38, 45)))
        )
    stranger = rows[700]._replace(
        source="prn", meter="page", quantity=Decimal(412), recorded_on=None
    )
    rows.append(stranger)
    rows.sort(key=lambda row: (row.day, row.customer, row.meter))
    result = [row._replace(id=f"U{number:05}") for number, row in enumerate(rows, start=1)]
    names = [row.id for row in result if row.recorded_on]
    book.note(
        "Late usage",
        f"usage {', '.join(names)}",
        "What comes after the bill is a correction on the "
        "day of recording, for the month of the usage.",
    )
    unknown = next(row.id for row in result if row.meter == "page")
    book.note(
        "Unmapped meter",
        f"usage {unknown}",
        "No product has the meter `page`: uncovered, reported, not lost.",
    )
    return result

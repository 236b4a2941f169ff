"""The price of a line without one of its own: R21."""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple


class Listed(NamedTuple):
    sold: tuple[str, str]  # product and currency
    group: str
    customer: str
    first: date
    last: date
    price: Fraction


def listed_prices(folder: Path) -> list[Listed]:
    """Read the price book."""
    path = folder / "price_book.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        return [
            Listed(
                (row["product"], row["currency"]),
                row["price_group"],
                row["customer"],
                date.fromisoformat(row["first_day"]),
                date.fromisoformat(row["last_day"]) if row["last_day"] else date.max,
                Fraction(row["unit_price"]),
            )
            for row in csv.DictReader(handle)
        ]


# --- R21 -----------------------------------------------------------------------------------------
# > A sold line without a price of its own has that of the price book for the order's currency on
# > the day of its acceptance: the customer's before that of his group, his group's before that for
# > everybody, and of two of these the one whose days lie inside those of the other. Where there is
# > none it has the product's.


def of_the_book(
    prices: list[Listed], sold: tuple[str, str], accepted_on: str, customer: str, group: str
) -> Fraction | None:
    """Give the unit price of the book; ``None`` where it has none."""
    day = date.fromisoformat(accepted_on)
    found = [
        listed
        for listed in prices
        if listed.sold == sold
        and listed.first <= day <= listed.last
        and listed.customer in {"", customer}
        and listed.group in {"", group}
    ]
    if not found:
        return None
    best = min(found, key=lambda it: (not it.customer, not it.group, it.last - it.first))
    return best.price

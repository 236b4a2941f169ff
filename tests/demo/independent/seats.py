"""Seats added to and cancelled in a committed term: R22."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from tests.demo.independent.exact import ONE_DAY, add_months


class Change(NamedTuple):
    """What changes in one line: a row of amendments.csv, or what a notice or seats make of it."""

    id: str  # of the amendment
    agreed_on: date
    first_day: date
    known: date
    kind: str  # quantity, price, ends, runs_on, added
    value: str  # units, unit price, nothing, last day or nothing, units more or less


class SeatRow(NamedTuple):
    id: str
    asked_on: date
    seats: int
    bought_on: date | None  # None: with the term


def seat_changes(folder: Path) -> dict[tuple[str, str], list[SeatRow]]:
    """Read the rows, by contract and line."""
    found: dict[tuple[str, str], list[SeatRow]] = defaultdict(list)
    path = folder / "seats.csv"
    if path.exists():
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                bought = date.fromisoformat(row["bought_on"]) if row["bought_on"] else None
                found[row["contract"], row["line"]].append(
                    SeatRow(
                        row["id"], date.fromisoformat(row["asked_on"]), int(row["seats"]), bought
                    )
                )
    return found


# --- R22 -----------------------------------------------------------------------------------------
# > Seats that are added are there from the day on which they are asked for. Seats are cancelled on
# > one of the seven days of which the first is that on which they were bought, and are gone from
# > the day after; later than that they are there until the term ends, which is the period of the
# > line in which they are asked for.

WINDOW = timedelta(days=7)


def units_by_seats(rows: list[SeatRow], start: date, interval: int) -> Iterator[Change]:
    """Give each row as units that a line has more or less from a day on."""
    for row in rows:
        first_day = row.asked_on
        if row.seats < 0:
            term, number = start, 0
            while (later := add_months(start, (number + 1) * interval)) <= row.asked_on:
                term, number = later, number + 1
            bought = row.bought_on or term
            in_time = row.asked_on < bought + WINDOW
            first_day = row.asked_on + ONE_DAY if in_time else later
        yield Change(row.id, row.asked_on, first_day, row.asked_on, "added", str(row.seats))

"""What credit notes give back: R24."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

from tests.demo.independent.charges import CREDIT, ORIGINAL, Charge

# --- R24 -----------------------------------------------------------------------------------------
# > A credit note gives back a part of a charge, or all of it, on its day. It is a document of its
# > own, with the tax rate of the invoice.


def given_back(folder: Path, charges: list[Charge]) -> Iterator[Charge]:
    """Give each credit note of a charge that is there as a charge below zero."""
    path = folder / "credit_notes.csv"
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    places = [(row["contract"], row["line"], row["first_day"]) for row in rows]
    if len(set(places)) < len(places):
        raise ValueError("these rules know one credit note of a charge")
    for row in rows:
        key, first = f"{row['contract']}/{row['line']}", date.fromisoformat(row["first_day"])
        for charge in charges:
            found = charge.line.key, charge.kind, charge.period.first
            if found == (key, ORIGINAL, first) and charge.series == "main":
                amount = Fraction(row["amount"]) if row["amount"] else charge.net
                yield charge._replace(
                    kind=CREDIT,
                    trigger=date.fromisoformat(row["day"]),
                    net=-amount,
                    credit_id=row["id"],
                    billed=charge.net,
                    billed_on=charge.trigger,
                )

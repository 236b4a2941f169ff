"""Exchange rates: the ECB's own file cut to size, and the one that it does not publish."""

import csv
import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

from harmony_core.demo.generator._dice import Dice
from harmony_core.demo.generator._orders import Book
from harmony_core.demo.generator._rows import OtherRate

COLUMNS = ("USD", "JPY", "GBP", "INR")
FIRST, LAST = date(2024, 3, 1), date(2026, 4, 30)
FIXING = "Northbridge treasury weekly fixing (invented for the demo)"
DINARS_FOR_A_DOLLAR = Decimal("0.3070")
MISTAKEN, NOTICED = date(2025, 5, 30), date(2025, 6, 5)
NEAREST = Decimal("0.00001")


def ecb_text(history: Path | None) -> str:
    """The needed columns and days in the ECB's layout; without a history, the frozen cut."""
    if history is None:
        frozen = files("harmony_core.demo") / "data" / "rates" / "ecb.csv"
        return frozen.read_text(encoding="utf-8")
    if zipfile.is_zipfile(history):
        with zipfile.ZipFile(history) as archive:
            text = archive.read(archive.namelist()[0]).decode("utf-8")
    else:
        text = history.read_text(encoding="utf-8")
    lines = ["Date," + "".join(f"{column}," for column in COLUMNS)]
    lines += [
        f"{row['Date']}," + "".join(f"{row[column]}," for column in COLUMNS)
        for row in csv.DictReader(io.StringIO(text))
        if FIRST <= date.fromisoformat(row["Date"]) <= LAST
    ]
    return "\n".join(lines) + "\n"


def other_rates(ecb: str, book: Book, seed: int) -> list[OtherRate]:
    """The dinar every Friday, following the dollar, with one mistake and its correction."""
    dice = Dice(seed, "rates")
    dollars = {
        date.fromisoformat(row["Date"]): Decimal(row["USD"])
        for row in csv.DictReader(io.StringIO(ecb))
        if row["USD"] != "N/A"
    }
    rows: list[OtherRate] = []
    friday = FIRST
    while friday <= LAST:
        known = max(day for day in dollars if day <= friday) if friday >= min(dollars) else friday
        noise = Decimal(10000 + dice.whole(-12, 12)) / 10000
        rate = (dollars[known] * DINARS_FOR_A_DOLLAR * noise).quantize(NEAREST)
        if friday == MISTAKEN:
            wrong = (rate * Decimal("1.03")).quantize(NEAREST)
            rows.append(OtherRate(friday, "EUR", "KWD", wrong, FIXING, None))
            rows.append(OtherRate(friday, "EUR", "KWD", rate, FIXING, NOTICED))
            book.note(
                "Corrected exchange rate",
                f"rates/other.csv, EUR/KWD of {friday}",
                f"{wrong} until "
                f"{NOTICED}, {rate} from then on: what was booked before keeps the old rate.",
            )
        else:
            rows.append(OtherRate(friday, "EUR", "KWD", rate, FIXING, None))
        friday += timedelta(7)
    return rows

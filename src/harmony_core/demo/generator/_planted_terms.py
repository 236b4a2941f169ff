"""Contracts with terms of their own: prices that change by date, and funds that go on by a rule.

They stand beside the drawn contracts, with work of their own, so that a new case moves no other.
"""

from collections.abc import Iterable
from datetime import date

from harmony_core.demo.generator._orders import Book, Sold
from harmony_core.demo.generator._rows import IndexValue, Json

INDEX = "services"
# Invented, like all here: by 9.4 % and then by 0.4 %, after an ordinary year of 2.1 %.
VALUES = (
    ("2022-04", "100.0"),
    ("2023-04", "102.1"),
    ("2024-04", "111.7"),
    ("2025-04", "112.1"),
)


def index_values() -> list[IndexValue]:
    return [IndexValue(INDEX, month, value) for month, value in VALUES]


def plant_terms(book: Book) -> None:
    _uplift(book)
    _rate_that_rises(book)
    _ramp(book)
    _rollover(book)
    _top_up(book)
    _long_entry(book)


def _per_unit(currency: str, price: str) -> dict[str, Json]:
    return {"scheme": "per_unit", "prices": {currency: price}}


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(ids)


def _uplift(book: Book) -> None:
    start = date(2022, 7, 15)
    contract = book.sell("special", "CU08", start, [Sold("RC-01", 50)])
    rise: Json = {"index": INDEX, "months_before": "3", "floor": "1", "cap": "5"}
    book.agree(
        contract,
        "1",
        date(2022, 7, 1),
        "rises with the index on each anniversary, by 1 % at least and 5 % at most",
        pricing=_per_unit("GBP", "10.00") | {"uplift": rise},
    )
    book.note(
        "Uplift by an index, with floor and cap",
        f"contract {contract}",
        "10.00 GBP from 15 July 2022; 10.21 from 2023 (2.1 %); 10.72 from 2024 (9.4 % is capped at "
        "5); 10.83 from 2025 (0.4 % is raised to 1).",
    )


def _rate_that_rises(book: Book) -> None:
    start = date(2023, 7, 15)
    contract = book.sell("special", "CU14", start, [Sold("TM-01")])
    book.agree(
        contract,
        "1",
        date(2023, 7, 3),
        "3.5 % on each anniversary",
        pricing=_per_unit("GBP", "80.00") | {"uplift": {"percent": "3.5"}},
    )
    book.log("P02", contract, date(2024, 7, 9), "4")
    book.log("P02", contract, date(2024, 7, 15), "3.25")
    late = book.log("P21", contract, date(2025, 7, 14), "2.5", recorded=date(2025, 8, 19))
    book.log("P02", contract, date(2025, 7, 22), "5")
    book.note(
        "Rate that rises within a month",
        f"contract {contract}, time {late}",
        "July 2024 is two charges: 4 h at 80.00 until the 14th, 3.25 h at 82.80 from the 15th. The "
        "work of 14 July 2025, recorded late, is charged at 82.80 and not at the 85.70 of the next "
        "day.",
    )


def _ramp(book: Book) -> None:
    start = date(2024, 9, 1)
    contract = book.sell("special", "CU30", start, [Sold("CL-14", 120)])
    steps: Json = [
        {"first_day": first_day, **_per_unit("EUR", price)}
        for first_day, price in (
            ("2024-09-01", "1.20"),
            ("2025-03-17", "1.60"),
            ("2025-10-01", "2.05"),
        )
    ]
    book.agree(
        contract, "1", date(2024, 8, 20), "a low price to begin with", pricing={"steps": steps}
    )
    book.note(
        "Ramp",
        f"contract {contract}",
        "1.20 EUR a seat, 1.60 from 17 March 2025, 2.05 from 1 October: March 2025 is 16/31 of a "
        "month on the 1st and 15/31 on the 17th.",
    )


def _rollover(book: Book) -> None:
    start = date(2025, 1, 1)
    contract = book.sell("special", "CU47", start, [Sold("PP-02", 10, "95.00", date(2025, 6, 30))])
    book.agree(
        contract,
        "1",
        date(2024, 12, 12),
        "at most 3 h go on into the next month",
        fund={
            "unit": "hours",
            "valid_months": "1",
            "units_per_hour": {"*": "1"},
            "order": "expiry",
            "overage_prices": {"USD": "110.00"},
            "rollover": {"mode": "cap", "cap": "3", "use_first": "carried"},
        },
    )
    for month, day, hours in (
        (1, 14, "4"),
        (2, 5, "5.5"),
        (2, 20, "3.5"),
        (3, 6, "7"),
        (3, 19, "9"),
        (5, 13, "8.5"),
    ):
        book.log("P35", contract, date(2025, month, day), hours)
    late = book.log("P36", contract, date(2025, 5, 27), "6", recorded=date(2025, 6, 16))
    book.note(
        "Allowance with rollover and cap",
        f"contract {contract}, time {late}",
        "10 h a month, of which at most 3 go on. January uses 4, February 9, March 16: 3 h and 1 h "
        "lapse, and 3 h over are 330.00 USD on 1 April. April is not used; the work of 27 May, "
        "recorded on 16 June, makes 1.5 h over.",
    )


def _top_up(book: Book) -> None:
    start = date(2025, 2, 3)
    contract = book.sell("special", "CU35", start, [Sold("PP-06", 8)])
    book.agree(
        contract,
        "1",
        date(2025, 1, 27),
        "5 h are bought as soon as less than 2 h are left",
        fund={
            "unit": "hours",
            "valid_months": "12",
            "units_per_hour": {"*": "1"},
            "order": "start",
            "overage_prices": {"EUR": "115.00"},
            "top_up": {
                "threshold": "2",
                "by": "5",
                "prices": {"EUR": "97.50"},
                "valid_months": "6",
            },
        },
    )
    day = date(2025, 3, 12)
    first = book.log("P13", contract, day, "6", "08:30")
    second = book.log("P16", contract, day, "4", "15:00")
    book.log("P13", contract, date(2025, 4, 8), "1.5")
    late = book.log("P16", contract, date(2025, 3, 27), "1.5", recorded=date(2025, 5, 6))
    book.log("P13", contract, date(2025, 5, 20), "2.25")
    book.note(
        "Top-up on the day of the draw",
        f"contract {contract}, time {first}, {second}, {late}",
        "6 h leave 2 of 8, which is enough; the 4 h of the same afternoon buy 5 h and draw them at "
        "once, on the bill of 1 April. The work of 27 March, recorded on 6 May, comes before the "
        "draw of 8 April: the second top-up was one of March, so that April's is given back.",
    )


def _long_entry(book: Book) -> None:
    start = date(2025, 1, 1)
    contract = book.sell("special", "CU06", start, [Sold("PP-02", 4, None, date(2025, 5, 31))])
    book.log("P04", contract, date(2025, 1, 21), "1.5")
    long = book.log("P22", contract, date(2025, 2, 28), "6", "21:30")
    book.log("P04", contract, date(2025, 3, 3), "1")
    book.note(
        "Block expiring inside a long entry",
        f"contract {contract}, time {long}",
        "6 h that began at 21:30 on the last day of January's block: 2.5 h are left of it, 3.5 h "
        "come from February's.",
    )


def plant_cascade(book: Book) -> None:
    """Beside the others, since it came later: ids go on where they ended."""
    start, end = date(2025, 1, 1), date(2025, 6, 30)
    sold = [Sold("PP-02", 5, None, end), Sold("PP-06", 10), Sold("TM-01", None, "120.00")]
    contract = book.sell("special", "CU15", start, sold)
    signed, why = (
        date(2024, 12, 16),
        "first the hours of the month, then the block, then by the hour",
    )
    hours: dict[str, Json] = {
        "unit": "hours",
        "units_per_hour": {"*": "1"},
        "order": "expiry",
        "overage_prices": {},
    }
    monthly: Json = {"mode": "none", "use_first": "current"}
    allowance: Json = {"valid_months": "1", **hours, "rollover": monthly, "passes_to": ["2", "3"]}
    block: Json = {"valid_months": "12", **hours, "passes_to": ["3"]}
    book.agree(contract, "1", signed, why, fund=allowance)
    book.agree(contract, "2", signed, why, fund=block)
    for month, day, worked in ((1, 8, "4"), (1, 15, "3.5"), (1, 22, "9"), (2, 11, "2")):
        book.log("P04", contract, date(2025, month, day), worked)
    late = book.log("P06", contract, date(2025, 1, 10), "1", recorded=date(2025, 2, 20))
    book.note(
        "Allowance, then block, then by the hour",
        f"contract {contract}, time {late}",
        "5 h of January and the block's 10 h go before the hour: of 16.5 h worked 1.5 h are billed "
        "at 120.00 = 180.00. The hour of 10 January, recorded on 20 February, makes it 2.5 h, "
        "billed by the last line though it drew the first.",
    )

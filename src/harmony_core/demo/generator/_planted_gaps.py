"""Devices on two lines at once, and work that two lines refuse."""

from datetime import date

from harmony_core.demo.generator._orders import Book, Sold
from harmony_core.demo.generator._rows import Json


def plant_gaps(book: Book) -> None:
    start, end = date(2025, 4, 1), date(2025, 6, 30)
    twice = book.sell("special", "CU10", start, [Sold("CN-02", end=end)])
    book.note(
        "Device matching two lines",
        f"contract {twice}, customer CU10",
        "The eight servers are counted by C-176 as computers already: 728 days of a device are "
        "billed twice, and listed.",
    )
    contract = book.sell("special", "CU32", date(2025, 1, 1), [Sold("RC-01", 24), Sold("TM-02")])
    signed, why = date(2024, 12, 5), "what the flat price covers, and what is paid by the hour"
    flat: Json = {"all_but": ["onsite", "project"], "work_types": [], "takes_the_rest": True}
    hourly: Json = {"all_but": ["project", "night"], "work_types": ["onsite", "night", "project"]}
    book.agree(contract, "1", signed, why, cover=flat)
    book.agree(contract, "2", signed, why, cover=hourly)
    ids = [
        book.log(person, contract, date(2025, month, day), hours, line=None, work=work)
        for person, month, day, hours, work in (
            ("P13", 1, 21, "1.5", "remote"),
            ("P13", 2, 11, "3.25", "onsite"),
            ("P24", 3, 18, "6", "project"),
            ("P24", 4, 8, "2", "night"),
            ("P16", 5, 6, "0.75", "onsite"),
        )
    ]
    late = book.log(
        "P16", contract, date(2025, 5, 28), "4", line=None, work="onsite",
        recorded=date(2025, 6, 19),
    )  # fmt: skip
    book.note(
        "Overlapping exclusions",
        f"contract {contract}, time {', '.join([*ids, late])}",
        "The entries name no line. Remote work falls to line 1, work on site to line 2, which "
        "bills it. Nights and projects are named by line 2 and refused by it: line 1, which takes "
        "the rest, has the nights, but refuses projects too, so that they are uncovered.",
    )

"""Credit notes for charges of a fiscal year that is over."""

from datetime import date
from decimal import Decimal

from harmony_core.demo.generator._orders import Book, Sold
from harmony_core.demo.generator._rows import Credit


def plant_credits(book: Book) -> list[Credit]:
    yearly = book.sell("special", "CU05", date(2024, 11, 1), [Sold("RC-16", 60)])
    monthly = book.sell("special", "CU33", date(2024, 10, 15), [Sold("RC-09", 1)])
    book.note(
        "Credit notes over a fiscal year end",
        f"contracts {yearly} and {monthly}",
        "A part of a year that was billed on 1 November 2024 is given back on 22 April 2025, the "
        "next fiscal year of the British group, and taken off what is earned of it until October. "
        "The German month from 15 December 2024 is given back whole on 20 January 2025.",
    )
    return [
        Credit(
            "G-01",
            monthly,
            "1",
            date(2024, 12, 15),
            date(2025, 1, 20),
            None,
            "the adviser was ill all month",
        ),
        Credit(
            "G-02",
            yearly,
            "1",
            date(2024, 11, 1),
            date(2025, 4, 22),
            Decimal("216.00"),
            "ten people were trained elsewhere",
        ),
    ]

"""Committed seats added and cancelled in mid-term, and an order that comes after the bill."""

from datetime import date

from harmony_core.demo.generator._orders import Book, Sold
from harmony_core.demo.generator._rows import Seats


def plant_seats(book: Book) -> list[Seats]:
    rows: list[Seats] = []

    def ask(contract: str, line: str, day: date, seats: int, bought_on: date | None = None) -> str:
        rows.append(Seats(f"S-{len(rows) + 1:02}", contract, line, day, seats, bought_on))
        return rows[-1].id

    start, bought = date(2024, 9, 1), date(2025, 1, 15)
    committed = book.sell("special", "CU02", start, [Sold("CL-04", 30), Sold("CL-16", 30)])
    ask(committed, "1", bought, 5)
    ask(committed, "2", bought, 5)
    in_time = ask(committed, "1", date(2025, 1, 21), -3, bought)
    late = ask(committed, "2", date(2025, 1, 22), -3, bought)
    ask(committed, "2", date(2025, 3, 3), 2)
    book.note(
        "Committed seats cancelled on the seventh and on the eighth day",
        f"contract {committed}, {in_time} and {late}",
        "5 seats are added to each line on 15 January 2025, for 229/365 of the year. 3 of line 1 "
        "are cancelled on the 21st: 222/365 are given back. On the 22nd it is too late for line 2: "
        "3 fewer from 1 September 2025, and the 2 that are added in March stay beyond that day.",
    )
    yearly = book.sell("special", "CU21", date(2024, 3, 1), [Sold("RC-13", 12)])
    after = ask(yearly, "1", date(2025, 2, 14), 6)
    book.note(
        "Order to the same end after the invoice run",
        f"contract {yearly}, {after}",
        "The year from March 2025 was billed on 30 January. 6 pieces added on 14 February catch up "
        "15/365 of the year that ends and the whole of the next, on that day.",
    )
    return rows

"""Usage that is put right later, and a meter that is billed by its 95th percentile."""

from datetime import date, timedelta
from decimal import Decimal

from harmony_core.demo.generator._orders import Book, Sold
from harmony_core.demo.generator._rows import Usage

EGRESS, BANDWIDTH = ("net", "egr"), ("bgp", "mbps")


def plant_usage(book: Book) -> list[Usage]:
    return [*_put_right(book), *_bandwidth(book)]


def _put_right(book: Book) -> list[Usage]:
    customer, start = "CU08", date(2025, 6, 1)
    contract = book.sell("special", customer, start, [Sold("CN-07", end=date(2025, 9, 30))])
    rows: list[Usage] = []

    def meter(
        day: tuple[int, int],
        quantity: str,
        recorded: tuple[int, int] | None = None,
        replaces: str | None = None,
        *,
        withdrawn: bool = False,
    ) -> str:
        id_ = f"U{90001 + len(rows)}"
        known = None if recorded is None else date(2025, *recorded)
        amount, gone = Decimal(quantity), 1 if withdrawn else None
        rows.append(
            Usage(
                id_, EGRESS[0], date(2025, *day), customer, EGRESS[1], amount, known, replaces, gone
            )
        )
        return id_

    early = meter((6, 4), "310.5")
    meter((6, 18), "295.2")
    meter((6, 4), "301.5", (6, 20), early)
    wrong = meter((7, 9), "640.8")
    stray = meter((7, 30), "402.0")
    twice = meter((8, 13), "188.4")
    meter((8, 27), "512.6")
    never = meter((9, 10), "77.7")
    meter((9, 24), "350.0")
    better = meter((7, 9), "604.8", (8, 6), wrong)
    meter((8, 2), "402.0", (8, 11), stray)
    between = meter((8, 13), "1888.4", (9, 3), twice)
    last = meter((8, 13), "184.8", (9, 12), between)
    gone = meter((9, 10), "0", (10, 7), never, withdrawn=True)
    book.note(
        "Usage replaced, moved and withdrawn",
        f"contract {contract}, usage {early}, {wrong}, {stray}, {twice}, {never}",
        f"{early} was replaced before its bill. {better} takes the place of {wrong} after it: a "
        f"correction on 2025-08-06. {stray} moves from July to August: July is corrected on the "
        f"11th, August is not billed yet. {twice} is replaced twice, the second time by {last}, "
        f"with two corrections of which the last is below zero. {gone} withdraws {never} on "
        "2025-10-07.",
    )
    return rows


def _bandwidth(book: Book) -> list[Usage]:
    customer, start = "CU28", date(2025, 6, 1)
    contract = book.sell("special", customer, start, [Sold("CN-07", end=date(2025, 8, 31))])
    book.agree(
        contract,
        "1",
        date(2025, 5, 19),
        "peaks of a day that pass soon are not paid for",
        pricing={"scheme": "per_unit", "prices": {"EUR": "4.85"}},
        quantity={
            "source": "usage",
            "meter": BANDWIDTH[1],
            "rule": {"aggregation": "percentile", "percent": "95"},
        },
    )
    rows = []
    for number in range(92):
        day = start + timedelta(number)
        level = 180 + (number * 37) % 53 + (-60 if day.weekday() > 4 else 0)
        rows.append(
            Usage(
                f"U{91001 + number}",
                BANDWIDTH[0],
                day,
                customer,
                BANDWIDTH[1],
                Decimal(level),
                None,
            )
        )

    def burst(day: date, level: int, known: date | None = None) -> str:
        place = (day - start).days
        rows[place] = rows[place]._replace(quantity=Decimal(level), recorded_on=known)
        return rows[place].id

    june = burst(date(2025, 6, 17), 940)
    burst(date(2025, 7, 8), 905)
    second = burst(date(2025, 7, 24), 880, date(2025, 8, 5))
    burst(date(2025, 8, 14), 990)
    book.note(
        "95th percentile",
        f"contract {contract}, usage {june}, {second}",
        "June has 30 days, so the 29th of its values in order is billed: the peak of the 17th is "
        "free. July was billed by the 29th of 30 values; the peak of the 24th, recorded on 5 "
        "August, makes it the 30th of 31, which is that very peak.",
    )
    return rows

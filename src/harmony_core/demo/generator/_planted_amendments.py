"""What was agreed after the orders: each amendment is a tricky case."""

from datetime import date
from decimal import Decimal

from harmony_core.demo.generator._orders import Book
from harmony_core.demo.generator._planted_contracts import Planted
from harmony_core.demo.generator._rows import Amendment

Change = tuple[str, str, Decimal | int | date | None]  # line, what changes, its new value


def amendments(book: Book, planted: Planted) -> list[Amendment]:
    rows: list[Amendment] = []
    made = 0

    def amend(
        contract: str,
        agreed: date,
        first_day: date,
        *changes: Change,
        recorded: date | None = None,
    ) -> str:
        nonlocal made
        made += 1
        id_ = f"A-{made:02}"
        rows.extend(
            Amendment(id_, contract, line, agreed, first_day, what, value, recorded)
            for line, what, value in changes
        )
        return id_

    def bought_for(contract: str, product: str) -> tuple[str, str]:
        """The buy contract and its line that serve a product of a sell contract."""
        return next(
            (line.contract, line.line)
            for line in book.lines
            if (line.for_contract, line.product) == (contract, product)
        )

    grown, joined = planted.last_of_august, date(2025, 2, 10)
    agreed = date(2025, 2, 7)
    late = amend(grown, agreed, joined, ("1", "quantity", 80), recorded=date(2025, 3, 5))
    amend(grown, agreed, joined, ("2", "quantity", 80))
    supply, line = bought_for(grown, "CL-02")
    amend(supply, date(2025, 2, 12), joined, (line, "quantity", 80))
    book.note(
        "More users in mid-period, one change known late",
        f"contracts {grown} and {supply}, amendment {late}",
        "80 instead of 64 from 10 February 2025. Line 2 and its purchase are corrected by 18/28 of "
        "a month in February; line 1, recorded on 5 March, by 18/28 of one month and 31/31 of the "
        "next, on that day.",
    )
    left = planted.leap
    amend(left, date(2025, 10, 20), date(2025, 11, 15), ("2", "ends", None))
    book.note(
        "Early end with credit",
        f"contract {left} line 2",
        "The year from 28 February 2025 was billed in January. It ends with 14 November: 105/365 "
        "are given back on 2025-10-20 and taken off by the day from 15 November; no year follows.",
    )
    cheaper, dearer = planted.quarters, date(2025, 8, 1)
    late = amend(
        cheaper,
        date(2025, 3, 27),
        date(2025, 3, 15),
        ("1", "price", Decimal("470.00")),
        recorded=date(2025, 4, 8),
    )
    book.note(
        "Price changed in mid-quarter",
        f"contract {cheaper} line 1, amendment {late}",
        "470.00 instead of 495.00 USD from 15 March 2025: 46/89 of the quarter from 31 January are "
        "corrected on 8 April, in the next fiscal year of the British group.",
    )
    supply, line = bought_for(cheaper, "CL-09")
    amend(supply, date(2025, 7, 1), dearer, (line, "price", Decimal("189.50")))
    book.note(
        "Supplier's price rise in mid-term",
        f"contract {supply} line {line}",
        "From 1 August 2025, one day after a quarter began; the price of the customer stays.",
    )
    stayed = planted.december
    amend(stayed, date(2025, 8, 20), date(2025, 10, 1), ("1", "ends", None))
    amend(stayed, date(2025, 10, 14), date(2025, 10, 1), ("1", "runs_on", None))
    book.note(
        "End taken back",
        f"contract {stayed} line 1",
        "To end with 30 September 2025: the period from that day bills 1/31. On 14 October both "
        "sides let it run on: the other 30/31 are a correction of that day.",
    )
    amend(stayed, date(2025, 11, 10), date(2025, 12, 1), ("2", "ends", None))
    book.note(
        "Early end in arrears",
        f"contract {stayed} line 2",
        "The quarter from 30 September 2025 ends with November: 62/92 are billed on 1 December and "
        "earned by then.",
    )
    renewed, over = planted.bundle, date(2026, 1, 1)
    parts = [("1", "ends", None), *((f"1.{n}", "ends", None) for n in (2, 3, 4))]
    amend(renewed, date(2025, 11, 28), over, *parts)
    amend(renewed, date(2025, 12, 15), over, ("1.3", "runs_on", date(2026, 12, 31)))
    book.note(
        "Bundle with one component renewed alone",
        f"contract {renewed}",
        "The four parts of line 1 end with 2025; 1.3 runs on at its share, 3.40 GBP.",
    )
    back = planted.dinar_services
    price = amend(back, date(2025, 7, 4), date(2025, 6, 1), ("1", "price", Decimal("3.650")))
    fewer = amend(
        back,
        date(2025, 5, 28),
        date(2025, 5, 20),
        ("1", "quantity", 44),
        recorded=date(2025, 7, 21),
    )
    book.note(
        "The earlier change is known last",
        f"contract {back} line 1, amendments {price} and {fewer}",
        "Periods from the 15th of May and June are corrected twice, the one of July once; their "
        "sums are what they were had both been known in time.",
    )
    return rows

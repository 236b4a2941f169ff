"""The contracts that hold a tricky case; the facts of some of them are planted elsewhere."""

from datetime import date
from typing import NamedTuple

from harmony_core.demo.generator._customers import (
    DUPLICATE,
    IN_DINAR,
    IN_YEN,
    MASTER,
    SPLIT_VIEW,
)
from harmony_core.demo.generator._orders import Book, Fleet, Sold

OPENING = date(2024, 4, 1)


class Planted(NamedTuple):
    """The contracts that the makers of facts must find again."""

    american_project: str
    late_project: str
    mover_project: str
    pilot: str
    covered: str
    split_view: str
    expiring: str
    top_up: str
    short: str
    yen_usage: str
    dinar_usage: str
    cliff: str
    dearer: str
    british_year_end: str
    german_year_end: str
    swap_last: str
    swap_any: str
    master_fleet: str
    last_of_august: str
    leap: str
    quarters: str
    dinar_services: str
    bundle: str
    december: str
    gift: str
    yen_services: str


def plant(book: Book) -> Planted:
    found = {**_transactional(book), **_recurring(book), **_prepayment(book), **_consumption(book)}
    return Planted(**found)


def _transactional(book: Book) -> dict[str, str]:
    kind = "transactional"
    american = book.sell(
        kind, "CU43", date(2024, 3, 11), [Sold("TM-10"), Sold("TM-04"), Sold("TM-11")]
    )
    late = book.sell(kind, "CU12", date(2024, 1, 8), [Sold("TM-03"), Sold("TM-12")])
    mover = book.sell(kind, "CU33", date(2025, 2, 3), [Sold("TM-07"), Sold("TM-11")])
    book.sell(kind, IN_YEN, date(2024, 6, 3), [Sold("TM-01"), Sold("TM-04"), Sold("TM-12")])
    book.sell(kind, IN_DINAR, date(2024, 9, 2), [Sold("TM-03"), Sold("TM-11")])
    old = book.sell(kind, "CU01", date(2024, 3, 28), [Sold("HW-04", 6)])
    book.note(
        "Delivered before the opening",
        f"contract {old}",
        "Its only charge was triggered "
        "on 2024-03-28, in the former system: it does not exist here.",
    )
    return {"american_project": american, "late_project": late, "mover_project": mover}


def _recurring(book: Book) -> dict[str, str]:
    kind = "recurring"
    last_of_august = book.sell(
        kind, "CU02", date(2024, 8, 31), [Sold("RC-01", 64), Sold("CL-02", 64)]
    )
    book.note(
        "Starts on the 31st",
        f"contract {last_of_august}",
        "Periods begin on 31 August, 30 "
        "September, 31 October, ... 28 February, 31 March: always from the first start.",
    )
    leap = book.sell(kind, "CU26", date(2024, 2, 29), [Sold("RC-01", 38), Sold("RC-13", 22)])
    book.note(
        "Starts on 29 February",
        f"contract {leap}",
        "Monthly periods begin on the 29th (28 "
        "February 2025 and 2026); the yearly line begins on 28 February 2025 and 2026.",
    )
    quarters = book.sell(kind, "CU40", date(2024, 1, 31), [Sold("RC-10", 2), Sold("CL-09", 6)])
    book.note(
        "Quarters from the 31st",
        f"contract {quarters}",
        "Quarters begin on 30 April, 31 July, "
        "31 October, 31 January; line 1 is triggered 14 days before.",
    )
    pilot = book.sell(
        kind, "CU18", date(2024, 7, 1), [Sold("RC-01", 25, "0.00", date(2025, 6, 30))]
    )
    book.note(
        "Zero-revenue contract with hours",
        f"contract {pilot}",
        "Its charges are zero and not "
        "invoiced; its hours cost money, so its contribution is below zero.",
    )
    gift = book.sell(
        kind,
        "CU29",
        date(2024, 5, 1),
        [Sold("CL-03", 46), Sold("CL-15", 46, "0.00"), Sold("RC-05", 1)],
    )
    book.note(
        "Zero-price line",
        f"contract {gift} line 2",
        "It adds nothing to the invoice of lines 1 and 3.",
    )
    ending = book.sell(
        kind,
        "CU06",
        date(2023, 11, 1),
        [
            Sold("RC-01", 30, end=date(2025, 2, 17)),
            Sold("RC-13", 40, end=date(2025, 10, 15)),
            Sold("RC-04", 7, end=date(2025, 6, 10)),
        ],
    )
    book.note(
        "Lines ending in mid-period",
        f"contract {ending}",
        "Line 1 bills 17/28 of February "
        "2025; line 2 bills 349/365 of its year from 2024-11-01 in advance; line 3, in "
        "arrears, bills 10/30 of June 2025 on 11 June.",
    )
    short = book.sell(kind, "CU42", date(2025, 5, 5), [Sold("RC-01", 12, end=date(2025, 5, 23))])
    book.note(
        "Begins and ends inside one period",
        f"contract {short}",
        "One charge: 19/31 of the month from 5 May 2025.",
    )
    covered = book.sell(kind, "CU05", date(2023, 5, 1), [Sold("RC-02", 92), Sold("RC-05", 1)])
    split = book.sell(kind, SPLIT_VIEW, date(2025, 4, 1), [Sold("RC-05", 1)])
    yen = book.sell(
        kind, IN_YEN, date(2024, 3, 1), [Sold("RC-01", 35), Sold("RC-06", 1), Sold("CL-02", 35)]
    )
    dinar = book.sell(
        kind, IN_DINAR, date(2023, 12, 15), [Sold("RC-01", 48), Sold("RC-05", 1), Sold("CL-03", 20)]
    )
    bundle = book.sell(kind, "CU04", date(2024, 6, 1), [Sold("BD-02", 24), Sold("BD-04", 8)])
    book.note(
        "Bundles with components",
        f"contract {bundle}",
        "24 x 34.00 and 8 x 18.00 GBP a month; the "
        "components' shares (17.00, 10.20, 3.40, 3.40 and 7.20, 3.60, 7.20) add up to them.",
    )
    december = book.sell(kind, "CU34", date(2024, 12, 31), [Sold("CL-02", 27), Sold("RC-18", 1)])
    book.note(
        "Starts on 31 December",
        f"contract {december}",
        "One day of the first period is earned in "
        "2024, the rest in 2025, another fiscal year of the German books.",
    )
    return {
        "pilot": pilot,
        "covered": covered,
        "split_view": split,
        "last_of_august": last_of_august,
        "leap": leap,
        "quarters": quarters,
        "dinar_services": dinar,
        "bundle": bundle,
        "december": december,
        "gift": gift,
        "yen_services": yen,
    }


def _prepayment(book: Book) -> dict[str, str]:
    kind = "prepayment"
    expiring = book.sell(kind, "CU07", date(2024, 5, 16), [Sold("PP-01", 6)])
    top_up = book.sell(kind, "CU13", date(2024, 10, 1), [Sold("PP-06", 10), Sold("PP-06", 12)])
    short = book.sell(kind, "CU28", date(2024, 4, 1), [Sold("PP-01", 4)])
    book.sell(kind, IN_DINAR, date(2024, 6, 1), [Sold("PP-01", 5)])
    book.sell(kind, IN_YEN, date(2024, 7, 1), [Sold("PP-01", 4)])
    leap_like = book.sell(kind, "CU15", date(2024, 8, 31), [Sold("PP-02", 3)])
    book.note(
        "Overlapping blocks from the 31st",
        f"contract {leap_like}",
        "A block of 3 h every month, "
        "each valid for two months: two are alive at once and the earlier end is drawn first.",
    )
    return {"expiring": expiring, "top_up": top_up, "short": short}


def _consumption(book: Book) -> dict[str, str]:
    def counted(customer: str, start: date, product: str, *sizes: tuple[str, int]) -> str:
        book.fleets.append(Fleet(customer, sizes, steady=True))
        return book.sell("consumption", customer, start, [Sold(product)])

    found = {
        "cliff": counted("CU10", date(2023, 9, 1), "CN-01", ("laptop", 42), ("server", 8)),
        "dearer": counted("CU27", date(2023, 2, 1), "CN-01", ("laptop", 46), ("workstation", 5)),
        "british_year_end": counted("CU11", date(2022, 11, 1), "CN-04", ("laptop", 33)),
        "german_year_end": counted("CU32", date(2023, 6, 1), "CN-02", ("server", 24)),
        "swap_last": counted("CU41", date(2023, 1, 1), "CN-02", ("server", 12)),
        "swap_any": counted("CU44", date(2023, 3, 1), "CN-03", ("switch", 14), ("firewall", 2)),
        "master_fleet": counted(MASTER, date(2022, 8, 1), "CN-01", ("laptop", 58), ("server", 4)),
    }
    twin = counted(DUPLICATE, date(2023, 8, 15), "CN-03", ("switch", 5), ("access_point", 9))
    book.note(
        "Merged duplicate",
        f"customers {MASTER} and {DUPLICATE}, contracts {found['master_fleet']} and {twin}",
        f"Both contracts count the devices of both customers and are invoiced to {MASTER}.",
    )
    counted(IN_DINAR, date(2024, 1, 1), "CN-01", ("laptop", 27), ("workstation", 6))
    counted(IN_YEN, date(2024, 2, 1), "CN-03", ("switch", 8), ("firewall", 3), ("access_point", 10))
    found["yen_usage"] = book.sell("consumption", IN_YEN, date(2025, 1, 15), [Sold("CL-20")])
    found["dinar_usage"] = book.sell("consumption", IN_DINAR, date(2025, 4, 1), [Sold("CN-08")])
    book.note(
        "Paid in yen, paid in dinar",
        f"customers {IN_YEN} and {IN_DINAR}",
        "No decimals and three "
        "decimals; the dinar has its rate from rates/other.csv, not from the ECB.",
    )
    return found

"""Notices that were received: each is a tricky case."""

from calendar import monthrange
from datetime import date, timedelta

from harmony_core.demo.generator._customers import DIFFICULT
from harmony_core.demo.generator._orders import Book, Sold
from harmony_core.demo.generator._planted_contracts import Planted
from harmony_core.demo.generator._rows import Json, Notice

MIDNIGHT = "2025-06-30T22:30+00:00"
TWO_YEARS, A_YEAR, A_QUARTER = 24, 12, 3  # the first term, the next ones and the notice of CL-01


def notices(book: Book, planted: Planted) -> list[Notice]:
    rows: list[Notice] = []

    def give(contract: str, line: str, received: str, recorded: date | None = None) -> str:
        rows.append(Notice(f"N-{len(rows) + 1:02}", contract, line, received, recorded))
        return rows[-1].id

    british, german = planted.dinar_services, planted.gift
    give(british, "2", MIDNIGHT)
    give(german, "3", MIDNIGHT)
    book.note(
        "One midnight in two zones",
        f"contracts {british} line 2 and {german} line 3",
        "Both notices arrive at 22:30 UTC on 30 June 2025. In London that is in time for 30 "
        "September; in Berlin it is July, and the line ends with the year.",
    )
    yen = planted.yen_services
    give(yen, "2", "2025-08-31")
    book.note(
        "Notice to the end of a month",
        f"contract {yen} line 2",
        "A month from 31 August is 30 September 2025. The quarter was billed on 18 August: 61/91 "
        "are given back on the 31st.",
    )
    id_ = give(british, "3", "2025-04-20", date(2025, 4, 22))
    book.note(
        "Notice on Easter Sunday",
        f"contract {british} line 3, notice {id_}",
        "Received on 20 April 2025 and recorded on Tuesday: the day of receipt counts.",
    )
    ends = _ends_in_2025(book)
    (in_time, last), (missed, late) = ends[:2]
    give(in_time, "2", _last_receipt(last).isoformat())
    give(missed, "2", (_last_receipt(late) + timedelta(1)).isoformat())
    book.note(
        "Renewal missed by a day",
        f"contracts {in_time} and {missed}, both line 2",
        f"The first notice came on the last day that reaches {last}; the second one a day too late "
        f"for {late}, so that the line renews for a year.",
    )
    return rows


def notices_by_rule(book: Book, given: list[Notice]) -> list[Notice]:
    """Lines that run on after their first year, each with a notice rule of its own."""
    clear: dict[str, Json] = {"notice_days": "14", "clear_days": True, "notice_to": "any_day"}
    rules: tuple[tuple[str, int, dict[str, Json], str], ...] = (
        ("RC-08", 1, {"notice_weeks": "6", "notice_to": "quarter_end"}, "2025-08-19"),
        ("RC-11", 1, {"notice_weeks": "6", "notice_to": "quarter_end"}, "2025-08-20"),
        ("RC-09", 1, {"notice_weeks": "2", "notice_to": "month_end"}, "2025-04-17"),
        ("RC-12", 40, {"notice_months": "1", "notice_to": "year_end"}, "2025-11-30"),
        ("RC-05", 1, clear, "2025-03-03"),
        ("CL-14", 60, {"notice_weeks": "4", "notice_to": "half_month"}, "2025-06-16"),
    )
    sold = [Sold(product, units) for product, units, _, _ in rules]
    contract = book.sell("special", "CU27", date(2024, 1, 15), sold)
    for line, (_, _, rule, received) in enumerate(rules, start=1):
        renewal: dict[str, Json] = {"initial_months": "12", "renewal_months": "0", **rule}
        why = "runs on after the first year"
        book.agree(contract, str(line), date(2023, 12, 20), why, renewal=renewal)
        number = f"N-{len(given) + 1:02}"
        given.append(Notice(number, contract, str(line), received, None))
    book.note(
        "Notice by weeks, to the middle of a month, in clear days",
        f"contract {contract}",
        "6 weeks to the end of a quarter are just kept for 30 September 2025 by line 1 and missed "
        "by a day by line 2, which ends with the year; 2 weeks from 17 April reach 1 May, so that "
        "line 3 ends with May; a month from 30 November is in time for the end of the year; 14 "
        "clear days from 3 March have passed on the 18th; 4 weeks from 16 June reach 15 July.",
    )
    return given


def _ends_in_2025(book: Book) -> list[tuple[str, date]]:
    """The contracts of difficult customers whose second line ends a term in 2025, and that day."""
    found = []
    for line in book.lines:
        if line.product == "CL-01" and book.customer.get(line.contract) in DIFFICULT:
            terms = [_later(line.start, TWO_YEARS + n * A_YEAR) - timedelta(1) for n in range(3)]
            found += [(line.contract, day) for day in terms if day.year == 2025]
    return found


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _last_receipt(end: date) -> date:
    day = end
    while _later(day, A_QUARTER) > end:
        day -= timedelta(1)
    return day

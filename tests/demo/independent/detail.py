"""Every row behind the totals, to find where two derivations part."""

from __future__ import annotations

from tests.demo.independent.books import Books
from tests.demo.independent.exact import exact_text, money_text
from tests.demo.independent.recognition import booking_day, columns


def _charge_rows(all_books: Books) -> list[list[str]]:
    rows = []
    for charge in all_books.charges:
        line, period = charge.line, charge.period
        net, entity, group = columns(charge, all_books.company, all_books.rates, all_books.opening)
        rows.append(
            [
                line.contract,
                line.line,
                period.first.isoformat(),
                period.last.isoformat(),
                charge.trigger.isoformat(),
                line.currency,
                money_text(net, line.currency),
                money_text(entity, all_books.company.entity_currency[line.entity]),
                money_text(group, all_books.company.group_currency),
                booking_day(charge, all_books.opening).isoformat(),
                charge.kind,
                charge.series,
            ]
        )
    return rows


def _recognition_rows(all_books: Books) -> list[list[str]]:
    return [
        [
            part.charge.line.contract,
            part.charge.line.line,
            part.charge.period.first.isoformat(),
            part.month,
            money_text(part.amounts[0], part.charge.line.currency),
            money_text(part.amounts[2], all_books.company.group_currency),
            part.charge.kind,
            part.charge.trigger.isoformat(),
        ]
        for part in all_books.recognised
    ]


def detail(all_books: Books, name: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of one kind of detail."""
    if name == "charges":
        header = "contract line service_start last_day trigger currency net entity_amount "
        header += "group_amount booking_day kind series"
        return header.split(), _charge_rows(all_books)
    if name == "recognition":
        header = "contract line service_start month transaction group_amount kind trigger"
        return header.split(), _recognition_rows(all_books)
    if name == "transfers":
        header = "fact kind rule month performer seller contract currency amount hours"
        return header.split(), [
            [*row[:8], money_text(row.amount, row.currency), exact_text(row.hours)]
            for row in all_books.transfers
        ]
    header = "fact kind month performer contract currency amount hours"
    return header.split(), [
        [*row[:6], money_text(row.amount, row.currency), exact_text(row.hours)]
        for row in all_books.costs
    ]

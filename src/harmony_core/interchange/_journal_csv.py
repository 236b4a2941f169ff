"""The journal as CSV: one row for each line of an entry, for any accounting system to take in.

Source: RFC 4180 for quotation marks and line ends.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from harmony_core.finance import Column, Dimensions, JournalEntry, JournalLine, Money

JOURNAL_COLUMNS = (
    "entry",
    "entity",
    "day",
    "kind",
    "source",
    "counterparty",
    "pair",
    "line",
    "role",
    "account",
    *(f"{column.value}_{part}" for column in Column for part in ("amount", "currency")),
    "dimensions",
    "text",
)
_ESCAPES = str.maketrans({"\\": r"\\", ";": r"\;", "=": r"\="})


def journal_csv(entries: Iterable[JournalEntry]) -> Iterator[str]:
    r"""Write entries as CSV, the header first; every string given is one row with its line end.

    Amounts have exactly the digits of their currency, debit above zero and credit below, so that
    each of the three amount columns adds up to zero over the lines of an entry. Lines are numbered
    from 1. Dimensions stand as ``name=value;name=value``; a backslash goes before a semicolon, an
    equals sign or a backslash that belongs to a name or value. Entries are taken one at a time and
    in the order given. Open the file with ``newline=""``, since the rows bring their line ends.

    >>> from datetime import date
    >>> from harmony_core.finance import Booked, dimensions
    >>> owed = Booked(Money(1250, "EUR"), Money(1075, "GBP"), Money(1438, "USD"))
    >>> entry = JournalEntry(
    ...     "INV-1",
    ...     "GB",
    ...     date(2026, 3, 31),
    ...     "invoice",
    ...     "INV-1",
    ...     (
    ...         JournalLine("receivable", "1100", owed, dimensions(customer="K-7")),
    ...         JournalLine("revenue", "4000", -owed),
    ...     ),
    ... )
    >>> header, first, second = journal_csv([entry])
    >>> first
    'INV-1,GB,2026-03-31,invoice,INV-1,,,1,receivable,1100,12.50,EUR,10.75,GBP,14.38,USD,customer=K-7,\r\n'
    """
    writer = csv.writer(_Row(), lineterminator="\r\n")
    yield writer.writerow(JOURNAL_COLUMNS)
    for entry in entries:
        for number, line in enumerate(entry.lines, start=1):
            yield writer.writerow(_cells(entry, number, line))


class _Row:
    """A file for the csv module that hands back what was written: writerow returns the text."""

    def write(self, row: str) -> str:
        return row


def _cells(entry: JournalEntry, number: int, line: JournalLine) -> tuple[str, ...]:
    return (
        entry.id,
        entry.entity,
        entry.day.isoformat(),
        entry.kind,
        entry.source,
        entry.counterparty or "",
        entry.pair or "",
        str(number),
        line.role,
        line.account,
        *(cell for column in Column for cell in _amount(line.amount.column(column))),
        _dimensions(line.dimensions),
        entry.text,
    )


def _amount(money: Money) -> tuple[str, str]:
    return f"{money.amount:f}", money.currency


def _dimensions(ids: Dimensions) -> str:
    return ";".join(
        f"{name.translate(_ESCAPES)}={value.translate(_ESCAPES)}" for name, value in ids
    )

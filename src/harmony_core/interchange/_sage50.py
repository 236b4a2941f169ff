"""Journals for Sage 50 Accounts (UK and Ireland), as its import of audit trail transactions.

A line of ours is a row of type JD (journal debit) or JC (journal credit). Sage asks that each
journal balance, which ours do.

Source: Sage's table of fields for the import of transactions: lengths, types and which are needed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from harmony_core.errors import InvalidValue
from harmony_core.finance import JournalEntry, LegalEntity
from harmony_core.interchange._ledger_file import (
    Fault,
    Posted,
    Posting,
    posted,
    refuse,
    refuse_digits,
    shortened,
    unwritable,
)

_COLUMNS = (
    "Type",
    "Account Reference",
    "Nominal A/C Ref",
    "Department Code",
    "Date",
    "Reference",
    "Details",
    "Net Amount",
    "Tax Code",
    "Tax Amount",
    "Exchange Rate",
    "Extra Reference",
)
_CODE, _REFERENCE, _DETAILS = 8, 30, 60
_MOST = 10**8
"""Amounts have eight digits before the point."""
_OUTSIDE_VAT = "T9"
_NO_DEPARTMENTS: Mapping[str, int] = MappingProxyType({})


class _Row:
    """A file for the csv module that hands back what was written: writerow returns the text."""

    def write(self, row: str) -> str:
        return row


def sage50_transactions(
    entries: Iterable[JournalEntry],
    entity: LegalEntity,
    *,
    tax_code: str = _OUTSIDE_VAT,
    departments: Mapping[str, int] = _NO_DEPARTMENTS,
) -> Iterator[str]:
    """Write a company's entries for Sage 50's import of audit trail transactions.

    Strings come one row at a time with their line ends; write them with ``encoding="cp1252"`` and
    ``newline=""``. Amounts are of the entity column.

    Args:
        entries: of the journal; those of other companies are left out.
        entity: whose books they are.
        tax_code: T0 to T99; T9 is what Sage sets up as outside the scope of VAT. Our lines of tax
            stand on accounts of their own.
        departments: Sage's department, 0 to 999, by the ``division`` of a line; without one it is
            left empty.

    Raises:
        InvalidValue: an account code or a reference is longer than its field, an amount has more
            than eight digits before the point, a text has signs outside Windows-1252, a tax code
            or a department is none, or the currency has more than two decimal places.
    """
    if not (tax_code[:1] == "T" and tax_code[1:].isdecimal() and len(tax_code) <= 3):
        raise InvalidValue(f"a tax code of Sage 50 is T0 to T99, got {tax_code!r}")
    for division, number in departments.items():
        if not 0 <= number <= 999:
            raise InvalidValue(f"a department is 0 to 999, got {number} for {division!r}")
    refuse_digits(entity, "Sage 50")
    journal = posted(entries, entity)

    def unknown_division(one: Posted) -> Iterator[Fault]:
        named = {posting.line.dimension("division") for posting in one.postings} - {None}
        for division in sorted(map(str, named - set(departments))) if departments else ():
            yield f"the division {division!r} has no department: add it to departments"

    refuse("Sage 50", journal, _too_long, _too_much, unknown_division, unwritable("cp1252"))
    return _rows(journal, tax_code, departments)


def _too_long(one: Posted) -> Iterator[Fault]:
    for what, text, most in (
        ("id", one.entry.id, _REFERENCE),
        ("source", one.entry.source, _REFERENCE),
        *(("account", posting.account, _CODE) for posting in one.postings),
    ):
        if not 0 < len(text) <= most:
            yield f"the {what} {text!r} has {len(text)} signs; Sage 50 takes 1 to {most}"


def _too_much(one: Posted) -> Iterator[Fault]:
    for posting in one.postings:
        if abs(posting.amount.amount) >= _MOST:
            yield f"{posting.amount} has more than eight digits before the point"


def _rows(
    journal: Iterable[Posted], tax_code: str, departments: Mapping[str, int]
) -> Iterator[str]:
    writer = csv.writer(_Row(), lineterminator="\r\n")
    yield writer.writerow(_COLUMNS)
    for one in journal:
        for posting in one.postings:
            yield writer.writerow(
                (
                    "JD" if posting.amount.minor > 0 else "JC",
                    "",
                    posting.account,
                    _department(posting, departments),
                    f"{one.entry.day:%d/%m/%Y}",
                    one.entry.id,
                    shortened(one.text, _DETAILS),
                    f"{abs(posting.amount.amount):.2f}",
                    tax_code,
                    "0.00",
                    "1",
                    one.entry.source,
                )
            )


def _department(posting: Posting, departments: Mapping[str, int]) -> str:
    division = posting.line.dimension("division")
    return "" if division is None or not departments else str(departments[division])

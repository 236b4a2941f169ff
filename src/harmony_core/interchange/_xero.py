"""Journals for Xero, as files for its import of manual journals.

Rows with the same narration and day become one journal there, so the narration begins with the
entry's id. A file takes 300 lines; an entry is never split over two.

Source: Xero's template for manual journals, and its help page on importing them.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from types import MappingProxyType

from harmony_core.errors import InvalidValue, expect_each
from harmony_core.finance import JournalEntry, LegalEntity
from harmony_core.interchange._ledger_file import (
    Fault,
    Posted,
    Posting,
    posted,
    refuse,
    refuse_digits,
)

MOST_LINES = 300
_MOST_CATEGORIES = 2
_COLUMNS = ("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount")
_TRACKING = ("TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2")
_LONGEST_CODE = 10
_NO_TAX = "Tax Exempt"
_NONE: Mapping[str, str] = MappingProxyType({})


def xero_manual_journals(
    entries: Iterable[JournalEntry],
    entity: LegalEntity,
    *,
    system_accounts: Collection[str],
    tax_rate: str = _NO_TAX,
    tax_rates: Mapping[str, str] = _NONE,
    tracking: Mapping[str, str] = _NONE,
) -> Iterator[str]:
    """Write a company's entries as files for Xero's import of manual journals.

    Each string given is a whole file of up to 300 lines, to be written with ``newline=""``. Amounts
    are of the entity column, debit above zero and credit below.

    Args:
        entries: of the journal; those of other companies are left out.
        entity: whose books they are.
        system_accounts: codes of the accounts that Xero keeps itself and takes no manual journal
            for: its receivables, payables and banks.
        tax_rate: name of the tax rate that says no tax is to be added: our lines hold it already.
        tax_rates: the same by account code, for accounts that need another name.
        tracking: name of Xero's tracking category by the dimension of ours that it shows; two at
            the most.

    Raises:
        InvalidValue: an entry has a line on a system account, on one whose code is longer than ten
            signs, or more lines than a file takes; the currency has more than two decimal places;
            or there are more than two categories.
    """
    if len(tracking) > _MOST_CATEGORIES:
        raise InvalidValue(
            f"Xero has {_MOST_CATEGORIES} tracking categories, got {len(tracking)} dimensions: "
            f"{', '.join(tracking)}"
        )
    kept_by_xero = frozenset(expect_each(system_accounts, str, "system_accounts"))
    refuse_digits(entity, "Xero")
    journal = posted(entries, entity)

    def on_system_accounts(one: Posted) -> Iterator[Fault]:
        for code in sorted({posting.account for posting in one.postings} & kept_by_xero):
            yield (
                f"the account {code!r} takes no manual journal: map its role to a clearing account"
            )

    refuse("Xero", journal, on_system_accounts, _long_codes, _too_many_lines)
    return _files(journal, tax_rate, tax_rates, tuple(tracking.items()))


def _long_codes(one: Posted) -> Iterator[Fault]:
    for code in sorted({posting.account for posting in one.postings}):
        if len(code) > _LONGEST_CODE:
            yield f"the account {code!r} is longer than {_LONGEST_CODE} signs"


def _too_many_lines(one: Posted) -> Iterator[Fault]:
    if len(one.postings) > MOST_LINES:
        yield f"{len(one.postings)} lines, a file takes {MOST_LINES}: book it as several entries"


def _files(
    journal: Sequence[Posted],
    tax_rate: str,
    tax_rates: Mapping[str, str],
    tracking: Sequence[tuple[str, str]],
) -> Iterator[str]:
    for part in _parts(journal):
        file = StringIO()
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow((*_COLUMNS, *_TRACKING))
        for one in part:
            narration = f"{one.entry.id}: {one.text}"
            for posting in one.postings:
                writer.writerow(
                    (
                        narration,
                        f"{one.entry.day:%d/%m/%Y}",
                        posting.line.role,
                        posting.account,
                        tax_rates.get(posting.account, tax_rate),
                        f"{posting.amount.amount:f}",
                        *_tracked(posting, tracking),
                    )
                )
        yield file.getvalue()


def _parts(journal: Sequence[Posted]) -> Iterator[list[Posted]]:
    part: list[Posted] = []
    lines = 0
    for one in journal:
        if lines + len(one.postings) > MOST_LINES:
            yield part
            part, lines = [], 0
        part.append(one)
        lines += len(one.postings)
    if part:
        yield part


def _tracked(posting: Posting, tracking: Sequence[tuple[str, str]]) -> list[str]:
    """Give name and option of each category that the line says something about."""
    cells = []
    for dimension, category in tracking:
        option = posting.line.dimension(dimension)
        cells += [category, option] if option is not None else ["", ""]
    return cells + [""] * (len(_TRACKING) - len(cells))

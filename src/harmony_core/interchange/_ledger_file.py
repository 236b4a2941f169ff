"""What the files of accounting systems have in common: one company's books, in its own currency.

Such a system knows two columns less than our journal, so a file holds the entity column. A line
that is nothing there (a difference of rounding in another column) is left out: it moves no account.
What a system cannot carry is refused before the first line is written, with all faults at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.finance import (
    FiscalCalendar,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    minor_digits,
)


@attrs.frozen
class Posting:
    """One line of an entry, as the company's own books see it: debit above zero."""

    line: JournalLine
    amount: Money

    @property
    def account(self) -> str:
        """The code of the account."""
        return self.line.account


@attrs.frozen
class Posted:
    """An entry with what it moves on the company's accounts."""

    entry: JournalEntry
    postings: tuple[Posting, ...]

    @property
    def text(self) -> str:
        """What the entry says to people, or what it is of."""
        return one_line(self.entry.text) or f"{self.entry.kind} {self.entry.source}"


Fault = str
Check = Callable[[Posted], Iterable[Fault]]


def posted(entries: Iterable[JournalEntry], entity: LegalEntity) -> list[Posted]:
    """List a company's entries by day and id, so that the order of arrival does not matter.

    Entries of other companies belong into files of their own and are left out here.

    Raises:
        InvalidValue: an entry is not in the currency of the company's books.
    """
    found = []
    own = (entry for entry in entries if entry.entity == entity.id)
    for entry in sorted(own, key=lambda entry: (entry.day, entry.id)):
        of_books = entry.currencies[1]
        if of_books != entity.currency:
            raise InvalidValue(
                f"entry {entry.id!r} has {of_books} in its entity column, but the books of "
                f"{entity.id!r} are in {entity.currency}: book it at rates into {entity.currency}"
            )
        postings = tuple(
            Posting(line, line.amount.entity) for line in entry.lines if line.amount.entity
        )
        if postings:
            found.append(Posted(entry, postings))
    return found


def year_start(day: date, entity: LegalEntity) -> date:
    """Give the first day of the company's financial year in which a day lies."""
    calendar = FiscalCalendar.of(entity)
    return calendar.year(calendar.period(day).year).first_day


def of_another_year(journal: Sequence[Posted], entity: LegalEntity) -> Check:
    """Find the entries that are not of the financial year of the first one."""
    first = year_start(journal[0].entry.day, entity) if journal else None

    def check(one: Posted) -> Iterable[Fault]:
        if year_start(one.entry.day, entity) != first:
            yield f"{one.entry.day} is not in the financial year from {first}: split the file"

    return check


def refuse_digits(entity: LegalEntity, system: str, most: int = 2) -> None:
    """Refuse books in no currency, or in one with more decimal places than the system has."""
    if ":" in entity.currency:  # a unit of the host's own
        raise InvalidValue(
            f"{system} carries currencies of ISO 4217, but {entity.id!r} keeps its books in "
            f"{entity.currency}: export its journal by journal_csv"
        )
    if (digits := minor_digits(entity.currency)) > most:
        raise InvalidValue(
            f"{system} carries {most} decimal places, but {entity.currency}, the currency of "
            f"{entity.id!r}, has {digits}: export its journal by journal_csv"
        )


def refuse(system: str, journal: Sequence[Posted], *checks: Check) -> None:
    """Run all checks over all entries.

    Raises:
        InvalidValue: some entries cannot be carried; it names the first ten faults.
    """
    faults = [
        f"entry {one.entry.id!r}: {fault}"
        for one in journal
        for check in checks
        for fault in check(one)
    ]
    if faults:
        more = f"\n... and {len(faults) - 10} more" if len(faults) > 10 else ""
        raise InvalidValue(f"{system} cannot carry this:\n" + "\n".join(faults[:10]) + more)


def one_line(text: str) -> str:
    """Put a text on one line: a file of rows has no room for line ends and tabs."""
    return " ".join(text.split())


def shortened(text: str, most: int) -> str:
    """Cut a text for people to the room there is, and show that it was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def unwritable(encoding: str) -> Check:
    """Find the signs of texts and ids that an encoding does not have."""

    def check(one: Posted) -> Iterable[Fault]:
        accounts = (posting.account for posting in one.postings)
        for text in (one.text, one.entry.id, one.entry.source, *accounts):
            try:
                text.encode(encoding)
            except UnicodeEncodeError as wrong:
                yield f"{text[wrong.start]!r} in {text!r} is not in {encoding}: write it otherwise"

    return check

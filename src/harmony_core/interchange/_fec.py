"""The French file of accounting entries (fichier des écritures comptables), for a tax inspection.

It holds all entries of one company and one financial year, numbered without a gap within each
journal, in eighteen columns in a fixed order.

Source: Livre des procédures fiscales, article A47 A-1, VII; BOI-CF-IOR-60-40-20.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.finance import JournalEntry, LegalEntity, Money, Role
from harmony_core.interchange._ledger_file import (
    Fault,
    Posted,
    Posting,
    of_another_year,
    one_line,
    posted,
    refuse,
)

FEC_COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
_ACCOUNT = re.compile(r"[0-9]{3}[0-9A-Za-z]*")
_SIREN = re.compile(r"[0-9]{9}")
_PARTY_OF = {Role.RECEIVABLE: "customer", Role.PAYABLE: "supplier"}


@attrs.frozen
class FecNames:
    """What the file calls journals, accounts and parties.

    Args:
        journals: code and name of the journal by the kind of entry, such as
            ``{"invoice": ("VE", "Ventes")}``.
        accounts: name by account code, as in the chart of accounts.
        parties: name by the id of a customer or supplier: their receivables and payables then
            show an auxiliary account. Left out, these columns stay empty, as the rule allows.
    """

    journals: Mapping[str, tuple[str, str]]
    accounts: Mapping[str, str]
    parties: Mapping[str, str] | None = None

    def __attrs_post_init__(self) -> None:
        labels: dict[str, str] = {}
        for kind, (code, label) in self.journals.items():
            if not one_line(code) or not one_line(label):
                raise InvalidValue(
                    f"the journal of the kind {kind!r} needs a code and a name, got "
                    f"{code!r} and {label!r}"
                )
            if labels.setdefault(code, label) != label:
                raise InvalidValue(
                    f"the journal {code!r} has one name, got {labels[code]!r} and {label!r}"
                )


def fec_file_name(siren: str, year_end: date) -> str:
    """Give the name that the file must have.

    Raises:
        InvalidValue: the SIREN number is not nine digits, or its check digit is wrong.

    >>> fec_file_name("732829320", date(2026, 12, 31))
    '732829320FEC20261231.txt'
    """
    expect(siren, str, "a SIREN number", "'732829320'")
    expect(year_end, date, "the last day of the year")
    if not _SIREN.fullmatch(siren) or _luhn(siren) % 10:
        raise InvalidValue(
            f"a SIREN number is nine digits, the last of which checks the others, got {siren!r}"
        )
    return f"{siren}FEC{year_end:%Y%m%d}.txt"


def _luhn(digits: str) -> int:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(digits[::-1])]
    return sum(value - 9 if value > 9 else value for value in doubled)


def fec(
    entries: Iterable[JournalEntry],
    entity: LegalEntity,
    names: FecNames,
    *,
    validated: Callable[[JournalEntry], date],
) -> Iterator[str]:
    """Write the entries of a company's financial year as its FEC; a header, then row by row.

    They stand, and are numbered within each journal, in the order in which they were validated.
    Columns are parted by tabs, days are ``YYYYMMDD``, amounts have a comma. An amount in another
    currency than the euro stands with its sign, debit above zero. Write the strings with
    ``encoding="utf-8"`` and ``newline=""``, under the name that :func:`fec_file_name` gives.

    Args:
        entries: of the journal; those of other companies are left out. Balances brought forward
            are the host's first entries.
        entity: whose books they are, in euros.
        names: of journals, accounts and parties.
        validated: the day on which an entry became final, such as the close of its month.

    Raises:
        InvalidValue: the books are not in euros; a journal, an account or a party has no name; an
            account does not begin with three digits; an entry has no source, is not of the
            financial year of the others, or was validated before its day.
    """
    if entity.currency != "EUR":
        raise InvalidValue(
            f"the FEC is kept in euros, but the books of {entity.id!r} are in {entity.currency}"
        )
    journal = posted(entries, entity)

    def unnamed(one: Posted) -> Iterator[Fault]:
        if one.entry.kind not in names.journals:
            yield f"no journal for the kind {one.entry.kind!r}: add it to names.journals"
        for posting in one.postings:
            if not one_line(names.accounts.get(posting.account, "")):
                yield f"no name for the account {posting.account!r}: add it to names.accounts"
            party = _party(posting)
            if party is not None and names.parties is not None and party not in names.parties:
                yield f"no name for the party {party!r}: add it to names.parties"

    def too_early(one: Posted) -> Iterator[Fault]:
        expect(day := validated(one.entry), date, "the day on which an entry was validated")
        if day < one.entry.day:
            yield f"it is of {one.entry.day}, but was validated on {day}"

    refuse("the FEC", journal, of_another_year(journal, entity), unnamed, _odd, too_early)
    in_order = sorted(journal, key=lambda one: validated(one.entry))  # and else as it was posted
    return _rows(in_order, names, validated)


def _odd(one: Posted) -> Iterator[Fault]:
    for posting in one.postings:
        if not _ACCOUNT.fullmatch(posting.account):
            yield f"the account {posting.account!r} does not begin with three digits"
    if not one_line(one.entry.source):
        yield "it has no source, but the document's reference is mandatory"


def _rows(
    journal: Iterable[Posted], names: FecNames, validated: Callable[[JournalEntry], date]
) -> Iterator[str]:
    yield _row(FEC_COLUMNS)
    numbers: dict[str, int] = defaultdict(int)
    for one in journal:
        code, label = names.journals[one.entry.kind]
        numbers[code] += 1
        for posting in one.postings:
            yield _row(
                (
                    code,
                    label,
                    str(numbers[code]),
                    _day(one.entry.day),
                    posting.account,
                    names.accounts[posting.account],
                    *_auxiliary(posting, names),
                    one.entry.source,
                    _day(one.entry.day),
                    one.text,
                    _amount(posting.amount if posting.amount.minor > 0 else None),
                    _amount(-posting.amount if posting.amount.minor < 0 else None),
                    "",
                    "",
                    _day(validated(one.entry)),
                    *_foreign(posting.line.amount.transaction),
                )
            )


def _row(cells: Iterable[str]) -> str:
    return "\t".join(map(one_line, cells)) + "\r\n"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _amount(money: Money | None) -> str:
    return "0,00" if money is None else f"{money.amount:f}".replace(".", ",")


def _party(posting: Posting) -> str | None:
    dimension = _PARTY_OF.get(posting.line.role.partition(".")[0])
    return None if dimension is None else posting.line.dimension(dimension)


def _auxiliary(posting: Posting, names: FecNames) -> tuple[str, str]:
    party = _party(posting)
    if party is None or names.parties is None:
        return "", ""
    return party, names.parties[party]


def _foreign(money: Money) -> tuple[str, str]:
    return ("", "") if money.currency == "EUR" else (_amount(money), money.currency)

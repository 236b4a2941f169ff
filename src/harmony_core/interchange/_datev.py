"""Journals for DATEV, as a file of postings in its EXTF format (Buchungsstapel).

DATEV books an amount from one account to another. An entry of several lines is written as pairs of
a debit and a credit, which move every account by exactly what the entry moves it.

Source: DATEV's description of the format, version 13 of the postings under version 700 of the
header: fields, expressions and lengths.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.finance import JournalEntry, LegalEntity, Money
from harmony_core.interchange._datev_fields import DATEV_COLUMNS
from harmony_core.interchange._ledger_file import (
    Fault,
    Posted,
    Posting,
    of_another_year,
    posted,
    refuse,
    refuse_digits,
    shortened,
    unwritable,
    year_start,
)

_MOST = 10**10
_DOCUMENT = re.compile(r"[\w$&%*+\-/]{1,36}", re.ASCII)
_LABEL = re.compile(r"[\w.\-/ ]{0,30}", re.ASCII)
_TAX_KEY = re.compile(r"[0-9]{1,4}")
_NO_KEYS: Mapping[str, str] = MappingProxyType({})
_FACTS, _FACT_NAME, _FACT = 20, 20, 210
"""So many pairs of a name and a content has a row, and so many signs either."""
_TEXT = 60


@attrs.frozen
class DatevStack:
    """Whose postings these are in DATEV, as agreed with the tax consultant.

    Args:
        consultant: number of the consultant, 1001 to 9999999.
        client: number of the client, 1 to 99999.
        account_length: digits of an account of the ledger, 4 to 8; personal accounts have one more.
        label: of the stack, up to 30 letters, digits, spaces and ``. - /``.
        fixed: whether the postings can no longer be changed once imported.
        tax_keys: key (BU-Schlüssel) by account code, such as ``"40"`` for an account that would
            otherwise take tax out by itself: our lines of tax stand on accounts of their own.

    Raises:
        InvalidValue: a number is out of its range, or a text or key is none that the format takes.
    """

    consultant: int
    client: int
    account_length: int = 4
    label: str = ""
    fixed: bool = False
    tax_keys: Mapping[str, str] = _NO_KEYS

    def __attrs_post_init__(self) -> None:
        for what, value, least, most in (
            ("consultant's number", self.consultant, 1001, 9_999_999),
            ("client's number", self.client, 1, 99_999),
            ("length of accounts", self.account_length, 4, 8),
        ):
            if not least <= value <= most:
                raise InvalidValue(f"DATEV: the {what} is {least} to {most}, got {value}")
        if not _LABEL.fullmatch(self.label):
            raise InvalidValue(
                f"DATEV: a label is up to 30 letters, digits, spaces and . - /, got {self.label!r}"
            )
        for account, key in self.tax_keys.items():
            if not _TAX_KEY.fullmatch(key):
                raise InvalidValue(f"DATEV: a tax key is up to 4 digits, got {key!r} ({account})")


@attrs.frozen
class _Pair:
    debit: Posting
    credit: Posting
    minor: int


def datev_postings(
    entries: Iterable[JournalEntry],
    entity: LegalEntity,
    stack: DatevStack,
    *,
    created: datetime,
    document: Callable[[JournalEntry], str] = lambda entry: entry.source,
    cost_centre: str | None = None,
) -> Iterator[str]:
    """Write a company's entries as a stack of postings; two rows of headers, then one for a pair.

    Write the strings with ``encoding="cp1252"`` and ``newline=""`` into a file whose name begins
    with ``EXTF_`` and ends with ``.csv``. Amounts are of the entity column. Each row keeps the id
    of its entry, and what its two lines are about, as additional information.

    Args:
        entries: of the journal, all of one financial year; those of other companies are left out.
            DATEV asks for a file for each month.
        entity: whose books they are.
        stack: who is the consultant, who the client, and how their accounts look.
        created: when the file is made; civil time.
        document: gives the number of the document (Belegfeld 1) of an entry; its source by default.
        cost_centre: the dimension that stands as the cost centre (KOST1).

    Raises:
        InvalidValue: there is no entry, or they belong to two financial years; an account code is
            no number of the ledger's length; an amount has more than ten digits before the comma;
            a document's number, a text or a dimension does not fit; or the currency has more than
            two decimal places.
    """
    expect(created, datetime, "created", "datetime(2026, 4, 1, 9, 30)")
    refuse_digits(entity, "DATEV")
    journal = posted(entries, entity)
    if not journal:
        raise InvalidValue(f"there is no entry of {entity.id!r} to write for DATEV")

    def odd(one: Posted) -> Iterator[Fault]:
        yield from _odd(one, stack)
        if not _DOCUMENT.fullmatch(number := document(one.entry)):
            yield (
                f"the document's number {number!r} is not 1 to 36 letters, digits and signs of "
                "$ & % * + - /: give another by document="
            )

    refuse("DATEV", journal, of_another_year(journal, entity), odd, unwritable("cp1252"))
    first_day = year_start(journal[0].entry.day, entity)
    header = _header(journal, entity, stack, first_day, created)
    return _file(journal, header, _Rows(entity.currency, stack, document, cost_centre))


def _odd(one: Posted, stack: DatevStack) -> Iterator[Fault]:
    lengths = (stack.account_length, stack.account_length + 1)
    for posting in one.postings:
        code = posting.account
        if not (code.isascii() and code.isdecimal() and len(code) in lengths):
            yield f"the account {code!r} is no number of {lengths[0]} or {lengths[1]} digits"
        elif len(code) == lengths[1] and code[0] == "0":
            yield f"the personal account {code!r} begins with 0, as none does"
        if abs(posting.amount.amount) >= _MOST:
            yield f"{posting.amount} has more than ten digits before the comma"
        for name, value in posting.line.dimensions:
            if len(name) > _FACT_NAME or len(value) > _FACT or _unwritable(name + value):
                yield f"the dimension {name}={value!r} does not fit: rename it before the export"
    for pair in _pairs(one):
        if len(_facts(one, pair)) > _FACTS:
            yield f"a pair of lines is about more than {_FACTS - 1} things"
        if len({key for key in _keys(pair, stack) if key}) > 1:
            yield (
                f"{pair.debit.account} and {pair.credit.account} ask for two tax keys in one row: "
                "book them against a clearing account"
            )


def _unwritable(text: str) -> bool:
    return any(ord(sign) < 32 for sign in text) or text != text.encode("cp1252", "ignore").decode(
        "cp1252"
    )


def _pairs(one: Posted) -> Iterator[_Pair]:
    """Pair debits with credits in their order, each as far as it reaches."""
    against = iter([posting for posting in one.postings if posting.amount.minor < 0])
    credit = next(against)
    left = -credit.amount.minor
    for debit in (posting for posting in one.postings if posting.amount.minor > 0):
        open_ = debit.amount.minor
        while open_:
            if not left:
                credit = next(against)
                left = -credit.amount.minor
            minor = min(open_, left)
            yield _Pair(debit, credit, minor)
            open_, left = open_ - minor, left - minor


def _facts(one: Posted, pair: _Pair) -> list[tuple[str, str]]:
    """Say which entry a row is of, and what its two lines are about, each thing once."""
    about = [("entry", one.entry.id), *pair.debit.line.dimensions, *pair.credit.line.dimensions]
    return list(dict.fromkeys(about))


def _keys(pair: _Pair, stack: DatevStack) -> tuple[str, str]:
    keys = stack.tax_keys
    return keys.get(pair.debit.account, ""), keys.get(pair.credit.account, "")


def _file(journal: Sequence[Posted], header: str, rows: _Rows) -> Iterator[str]:
    yield header
    yield ";".join(DATEV_COLUMNS) + "\r\n"
    for one in journal:
        for pair in _pairs(one):
            yield rows.row(one, pair)


@attrs.frozen
class _Rows:
    currency: str
    stack: DatevStack
    document: Callable[[JournalEntry], str]
    cost_centre: str | None

    def row(self, one: Posted, pair: _Pair) -> str:
        cells = dict.fromkeys(DATEV_COLUMNS, "")
        cells |= {
            "Umsatz (ohne Soll/Haben-Kz)": _amount(pair.minor, self.currency),
            "Soll/Haben-Kennzeichen": _text("S"),
            "WKZ Umsatz": _text(self.currency),
            "Konto": pair.debit.account,
            "Gegenkonto (ohne BU-Schlüssel)": pair.credit.account,
            "BU-Schlüssel": _tax_key(pair, self.stack),
            "Belegdatum": f"{one.entry.day:%d%m}",
            "Belegfeld 1": _text(self.document(one.entry)),
            "Buchungstext": _text(shortened(one.text, _TEXT)),
            "KOST1 - Kostenstelle": self._cost_centre(pair),
            "Festschreibung": _flag(self.stack.fixed),
        }
        for number, (name, value) in enumerate(_facts(one, pair), start=1):
            cells[f"Zusatzinformation - Art {number}"] = _text(name)
            cells[f"Zusatzinformation - Inhalt {number}"] = _text(value)
        return ";".join(cells.values()) + "\r\n"

    def _cost_centre(self, pair: _Pair) -> str:
        if self.cost_centre is None:
            return ""
        ids = (one.line.dimension(self.cost_centre) for one in (pair.debit, pair.credit))
        return _text(next((found for found in ids if found is not None), ""))


def _header(
    journal: Sequence[Posted],
    entity: LegalEntity,
    stack: DatevStack,
    year_start: date,
    created: datetime,
) -> str:
    first, last = journal[0].entry.day, journal[-1].entry.day
    cells = (
        _text("EXTF"),
        "700",
        "21",
        _text("Buchungsstapel"),
        "13",
        f"{created:%Y%m%d%H%M%S}{created.microsecond // 1000:03}",
        "",
        _text("HC"),
        _text(""),
        _text(""),
        str(stack.consultant),
        str(stack.client),
        f"{year_start:%Y%m%d}",
        str(stack.account_length),
        f"{first:%Y%m%d}",
        f"{last:%Y%m%d}",
        _text(stack.label),
        _text(""),
        "1",  # financial accounting
        "0",  # for no particular law
        _flag(stack.fixed),
        _text(entity.currency),
        *("" for _ in range(9)),
    )
    return ";".join(cells) + "\r\n"


def _text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _flag(on: bool) -> str:
    return "1" if on else "0"


def _amount(minor: int, currency: str) -> str:
    return f"{Money(minor, currency).amount:.2f}".replace(".", ",")


def _tax_key(pair: _Pair, stack: DatevStack) -> str:
    key = next(filter(None, _keys(pair, stack)), "")
    return _text(key.zfill(4)) if key else ""

"""The journal as CSV: exact, complete, and zero in each column when it is read back."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from itertools import islice, repeat

import pytest
from hypothesis import given

from harmony_core.finance import (
    Booked,
    Column,
    Dimensions,
    JournalEntry,
    JournalLine,
    Money,
    dimensions,
)
from harmony_core.interchange import journal_csv
from tests.interchange.journals import journals


def read_back(entries: Iterable[JournalEntry]) -> list[dict[str, str]]:
    text = "".join(journal_csv(entries))
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def read_dimensions(cell: str) -> Dimensions:
    """The documented reading: a backslash takes the next sign as it is."""
    pairs = re.findall(r"((?:[^\\;=]|\\.)*)=((?:[^\\;=]|\\.)*)(?:;|\Z)", cell, re.DOTALL)
    return tuple((_plain(name), _plain(value)) for name, value in pairs)


def _plain(escaped: str) -> str:
    return re.sub(r"\\(.)", r"\1", escaped, flags=re.DOTALL)


@given(journal=journals())
def test_each_entry_read_back_is_zero_in_each_column(journal: list[JournalEntry]) -> None:
    totals: defaultdict[tuple[str, Column, str], Fraction] = defaultdict(Fraction)
    for row in read_back(journal):
        for column in Column:
            currency = row[f"{column.value}_currency"]
            totals[row["entry"], column, currency] += Fraction(row[f"{column.value}_amount"])
    assert len(totals) == 3 * len(journal)
    assert not any(totals.values())


@given(journal=journals())
def test_nothing_is_lost_on_the_way(journal: list[JournalEntry]) -> None:
    rows = iter(read_back(journal))
    for entry in journal:
        of_entry = list(islice(rows, len(entry.lines)))
        lines = tuple(
            JournalLine(
                row["role"],
                row["account"],
                Booked(
                    *(
                        Money.of(row[f"{column.value}_amount"], row[f"{column.value}_currency"])
                        for column in Column
                    )
                ),
                read_dimensions(row["dimensions"]),
            )
            for row in of_entry
        )
        assert lines == entry.lines
        assert [row["line"] for row in of_entry] == [str(n + 1) for n in range(len(lines))]
        for row in of_entry:
            assert row["entry"] == entry.id
            assert row["entity"] == entry.entity
            assert date.fromisoformat(row["day"]) == entry.day
            assert (row["kind"], row["source"], row["text"]) == (
                entry.kind,
                entry.source,
                entry.text,
            )
            assert row["counterparty"] == (entry.counterparty or "")
            assert row["pair"] == (entry.pair or "")
    assert next(rows, None) is None


DAY = date(2026, 3, 31)


def entry_of(amount: Booked, about: Dimensions = (), text: str = "") -> JournalEntry:
    lines = (JournalLine("receivable", "0420", amount, about), JournalLine("tax", "2200", -amount))
    return JournalEntry("INV-1", "GB", DAY, "invoice", "S-1", lines, text=text)


def test_the_header_names_every_column() -> None:
    assert list(journal_csv([])) == [
        "entry,entity,day,kind,source,counterparty,pair,line,role,account,transaction_amount,"
        "transaction_currency,entity_amount,entity_currency,group_amount,group_currency,"
        "dimensions,text\r\n"
    ]


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money(1250, "EUR"), "12.50,EUR"),
        (Money(-5, "EUR"), "-0.05,EUR"),
        (Money(0, "GBP"), "0.00,GBP"),
        (Money(1250, "JPY"), "1250,JPY"),
        (Money(1, "KWD"), "0.001,KWD"),
        (Money(10**30 + 1, "EUR"), "10000000000000000000000000000.01,EUR"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(money: Money, written: str) -> None:
    _, first, _ = journal_csv([entry_of(Booked(money, Money(0, "GBP"), Money(0, "USD")))])
    assert f",{written},0.00,GBP,0.00,USD," in first


def test_awkward_text_is_quoted() -> None:
    about = dimensions(customer="K;7=\\", product="a,b")
    nothing = Booked.zero("EUR", "GBP", "USD")
    _, first, _ = journal_csv([entry_of(nothing, about, 'He said "yes",\nthen\rleft')])
    assert first.endswith(',"customer=K\\;7\\=\\\\;product=a,b","He said ""yes"",\nthen\rleft"\r\n')


def test_entries_are_taken_one_at_a_time() -> None:
    def endless() -> Iterator[JournalEntry]:
        yield from repeat(entry_of(Booked.zero("EUR", "GBP", "USD")))

    assert len(list(islice(journal_csv(endless()), 5))) == 5

"""Beancount's own checker agrees with our journal, whatever the names and the column."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import attrs
import pytest
from beancount import loader
from beancount.core import data
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import (
    Booked,
    Column,
    Group,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    Role,
    custom_unit,
    dimensions,
    trial_balance,
)
from harmony_core.interchange import beancount
from tests.interchange.journals import GROUP, ROLES, journals

DAY = date(2026, 3, 31)
COMPANY = Group(
    "NB", "Northbridge", "GBP", (LegalEntity("GB", "Northbridge Ltd", "GB", "GBP"),), DAY
)
OWED = Booked(Money(1250, "EUR"), Money(1075, "GBP"), Money(1075, "GBP"))


def checked(text: str) -> list[Any]:
    """Load a file and let nothing pass that Beancount has to say about it."""
    directives, errors, _ = loader.load_string(text)
    assert not errors, errors
    return list(directives)


def entry_of(
    debit: JournalLine, credit: JournalLine, entry_id: str = "E-1", text: str = ""
) -> JournalEntry:
    return JournalEntry(entry_id, "GB", DAY, "invoice", "S-1", (debit, credit), text=text)


def simple(code: str = "1100", role: str = Role.RECEIVABLE) -> JournalEntry:
    return entry_of(JournalLine(role, code, OWED), JournalLine(Role.REVENUE, "4000", -OWED))


def written(entries: Iterable[JournalEntry], column: Column = Column.ENTITY) -> str:
    return "".join(beancount(entries, COMPANY, column))


@given(journal=journals(), column=st.sampled_from(Column))
def test_every_journal_passes_the_checker(journal: list[JournalEntry], column: Column) -> None:
    directives = checked("".join(beancount(journal, GROUP, column)))
    transactions = [item for item in directives if isinstance(item, data.Transaction)]
    assert sorted(item.meta["entry"] for item in transactions) == sorted(
        entry.id for entry in journal
    )
    assert sum(len(item.postings) for item in transactions) == sum(
        len(entry.lines) for entry in journal
    )


@given(journal=journals(), column=st.sampled_from(Column))
def test_postings_add_up_to_the_trial_balance(journal: list[JournalEntry], column: Column) -> None:
    directives = checked("".join(beancount(journal, GROUP, column)))
    names = {entity.name: entity.id for entity in GROUP.entities}
    account_of = {
        item.account: (names[item.meta["entity"]], item.meta["code"])
        for item in directives
        if isinstance(item, data.Open)
    }
    assert len(set(account_of.values())) == len(account_of)  # one name for an account
    totals: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for item in directives:
        if isinstance(item, data.Transaction):
            posting: Any
            for posting in item.postings:
                totals[*account_of[posting.account], posting.units.currency] += posting.units.number
    ours = trial_balance(journal, column=column).accounts
    assert totals == {(row.entity, row.account, row.currency): row.balance.amount for row in ours}
    assert sum(isinstance(item, data.Balance) for item in directives) == len(ours)


@given(journal=journals(), column=st.sampled_from(Column), order=st.randoms())
def test_the_order_of_arrival_does_not_matter(
    journal: list[JournalEntry], column: Column, order: Random
) -> None:
    shuffled = list(journal)
    order.shuffle(shuffled)
    assert list(beancount(shuffled, GROUP, column)) == list(beancount(journal, GROUP, column))


@given(journal=journals())
def test_text_and_metadata_come_back_as_they_were(journal: list[JournalEntry]) -> None:
    directives = checked("".join(beancount(journal, GROUP)))
    by_id = {entry.id: entry for entry in journal}
    for item in directives:
        if not isinstance(item, data.Transaction):
            continue
        entry = by_id[item.meta["entry"]]
        assert item.narration == (entry.text or f"{entry.kind} {entry.source}")
        assert item.meta["kind"] == entry.kind
        assert item.meta.get("pair") == entry.pair
        assert item.meta.get("counterparty") == entry.counterparty
        posting: Any
        for posting, line in zip(item.postings, entry.lines, strict=True):
            ours = {
                key: value
                for key, value in posting.meta.items()
                if key not in ("role", "filename", "lineno")
            }
            assert posting.meta["role"] == line.role
            assert sorted(ours.values()) == sorted(value for _, value in line.dimensions)


def test_a_simple_entry_reads_well() -> None:
    about = dimensions(contract="C-1", customer="K-7")
    entry = JournalEntry(
        "INV-1",
        "GB",
        DAY,
        "invoice",
        "INV-1",
        (
            JournalLine(Role.RECEIVABLE, "1100", OWED, about),
            JournalLine(Role.REVENUE, "4000", -OWED),
        ),
        text="Backup for March",
    )
    text = "".join(beancount([entry], COMPANY, Column.TRANSACTION, title="March"))
    assert (
        text
        == """\
option "title" "March"
option "operating_currency" "EUR"

2026-03-31 open Assets:GB:1100 EUR
  entity: "Northbridge Ltd"
  code: "1100"
  roles: "receivable"
2026-03-31 open Income:GB:4000 EUR
  entity: "Northbridge Ltd"
  code: "4000"
  roles: "revenue"

2026-03-31 * "Backup for March"
  entry: "INV-1"
  kind: "invoice"
  source: "INV-1"
  Assets:GB:1100  12.50 EUR
    role: "receivable"
    contract: "C-1"
    customer: "K-7"
  Income:GB:4000  -12.50 EUR
    role: "revenue"

2026-04-01 balance Assets:GB:1100  12.50 ~ 0 EUR
2026-04-01 balance Income:GB:4000  -12.50 ~ 0 EUR
"""
    )


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("balance Assets:GB:1100  10.75", "balance Assets:GB:1100  10.76"),  # a cent in a balance
        ("  Assets:GB:1100  10.75", "  Assets:GB:1100  10.76"),  # a cent in a posting
        ("  Income:GB:4000  -10.75 GBP", "  Income:GB:4000  -10.75 EUR"),
        ("open Income:GB:4000", "open Income:GB:4001"),
    ],
)
def test_the_checker_would_find_a_fault(right: str, wrong: str) -> None:
    text = written([simple()])
    assert right in text
    _, errors, _ = loader.load_string(text.replace(right, wrong))
    assert errors


def test_accounts_open_no_later_than_the_first_entry() -> None:
    early = attrs.evolve(simple(), day=DAY - timedelta(days=90))
    directives = checked(written([simple(), attrs.evolve(early, id="E-0")]))
    assert {item.date for item in directives if isinstance(item, data.Open)} == {early.day}


def test_an_empty_journal_is_a_valid_file() -> None:
    assert checked(written([])) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("1100", "1100"),
        ("A-1", "A-1"),
        ("Erlöse", "Erlöse"),
        ("4000.10", "X-4000-2E-10"),
        ("bank", "X-bank"),
        ("bank giro", "X-bank-20-giro"),
        ("a-b", "X-a--b"),
        ("X-bank", "X-X--bank"),
        ("", "X-"),
    ],
)
def test_codes_that_the_grammar_forbids_are_spelt(code: str, name: str) -> None:
    opened = {
        item.meta["code"]: item.account
        for item in checked(written([simple(code)]))
        if isinstance(item, data.Open)
    }
    assert opened[code] == f"Assets:GB:{name}"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_of_the_library_has_a_root(role: str) -> None:
    entry = entry_of(JournalLine(role, "9", OWED), JournalLine(role, "9", -OWED))
    (opened,) = [item for item in checked(written([entry])) if isinstance(item, data.Open)]
    assert opened.account.split(":")[0] in {"Assets", "Liabilities", "Income", "Expenses"}


def test_an_unknown_role_is_refused_before_anything_is_written() -> None:
    entries = [simple(), attrs.evolve(simple("3000", "share_capital"), id="E-2")]
    with pytest.raises(NotFound, match=re.escape("no Beancount root for 'share_capital': pass")):
        beancount(entries, COMPANY)
    text = "".join(beancount(entries, COMPANY, roots={"share_capital": "Equity"}))
    assert "open Equity:GB:3000 GBP" in text
    checked(text)


def test_the_nearest_root_wins() -> None:
    entry = simple("4900", "revenue.other.rebate")
    assert "open Income:GB:4900" in written([entry])
    text = "".join(beancount([entry], COMPANY, roots={"revenue.other": "Expenses"}))
    assert "open Expenses:GB:4900" in text


def test_a_root_is_one_of_five() -> None:
    with pytest.raises(InvalidValue, match=r"a root is one of Assets, .*, got Costs"):
        beancount([], COMPANY, roots={"x": "Costs"})


def test_one_account_has_one_root() -> None:
    entry = entry_of(
        JournalLine(Role.RECEIVABLE, "1000", OWED), JournalLine(Role.PAYABLE, "1000", -OWED)
    )
    with pytest.raises(
        InvalidValue,
        match=r"'1000' of 'GB' is used under two roots: payable \(Liab.*, receivable \(Assets\)",
    ):
        beancount([entry], COMPANY)
    checked("".join(beancount([entry], COMPANY, roots={"payable": "Assets"})))


def test_amounts_are_in_the_currency_of_their_books() -> None:
    in_euro = Booked(Money(1, "EUR"), Money(1, "EUR"), Money(1, "USD"))
    entry = entry_of(
        JournalLine(Role.RECEIVABLE, "1", in_euro), JournalLine(Role.REVENUE, "4", -in_euro)
    )
    with pytest.raises(InvalidValue, match=r"'E-1' has EUR in its entity column.*'GB' are in GBP"):
        beancount([entry], COMPANY, Column.ENTITY)
    with pytest.raises(InvalidValue, match=r"'E-1' has USD in its group column.*'NB' are in GBP"):
        beancount([entry], COMPANY, Column.GROUP)
    checked(written([entry], Column.TRANSACTION))


def test_an_entity_outside_the_group_is_refused() -> None:
    with pytest.raises(NotFound, match="no entity 'US'"):
        beancount([attrs.evolve(simple(), entity="US")], COMPANY)


def test_a_unit_of_ones_own_is_a_commodity() -> None:
    tokens = attrs.evolve(OWED, transaction=Money.of("12", custom_unit("TOKEN")))
    entry = entry_of(
        JournalLine(Role.RECEIVABLE, "1100", tokens), JournalLine(Role.REVENUE, "4000", -tokens)
    )
    text = written([entry], Column.TRANSACTION)
    assert "Assets:GB:1100  12 TOKEN-0\n" in text
    checked(text)

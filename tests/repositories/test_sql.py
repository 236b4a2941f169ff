"""What only a database can break: two processes, a killed one, values at the edge of a column."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from datetime import date
from multiprocessing.synchronize import Barrier as ProcessBarrier
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateTable

from harmony_core.errors import AlreadyCharged, InvalidValue, RuleBroken
from harmony_core.finance import Booked, Money
from harmony_core.repositories import _sql_book_rows as rows
from harmony_core.repositories import _sql_tables as tables
from harmony_core.repositories.sql import SqlStore
from harmony_core.testing import StoreSuite
from harmony_core.testing import _samples as samples
from harmony_core.work import TimeEntry

DOCS = Path(__file__).parents[2] / "docs"
SPAWN = multiprocessing.get_context("spawn")
PATIENCE = 60
"""Seconds that a process may take; one that hangs fails the test instead of blocking it."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    store = SqlStore(url)
    store.create()
    yield store
    store.close()


def _charge_together(url: str, together: ProcessBarrier, amount: str, answers: Any) -> None:
    store = SqlStore(url, wait_seconds=PATIENCE)
    together.wait(PATIENCE)
    try:
        with store.begin() as unit:
            unit.charges.add(samples.charge("first", amount=amount))
            unit.charges.add(samples.charge("K", amount=amount))
    except AlreadyCharged as refused:
        answers.put(("refused", str(refused)))
    else:
        answers.put(("charged", amount))


def test_of_two_processes_at_one_moment_one_charges(url: str, store: SqlStore) -> None:
    together, answers = SPAWN.Barrier(2), SPAWN.Queue()
    runs = [
        SPAWN.Process(target=_charge_together, args=(url, together, amount, answers))
        for amount in ("1.00", "2.00")
    ]
    for run in runs:
        run.start()
    heard = dict(answers.get(timeout=PATIENCE) for _ in runs)
    for run in runs:
        run.join(PATIENCE)
    assert [run.exitcode for run in runs] == [0, 0]
    assert heard.keys() == {"charged", "refused"}
    assert "charged already" in heard["refused"]
    with store.begin() as unit:  # the whole of one run, and nothing of the other
        amounts = {charge.key: str(charge.amount.amount) for charge in unit.charges.all()}
    assert amounts == {"K": heard["charged"], "first": heard["charged"]}


def _die_within(url: str, sent: bool) -> None:
    with SqlStore(url).begin() as unit:
        unit.charges.add(samples.charge("K"))
        unit.journal.add([samples.entry("J-1")])
        unit.contracts.save(samples.contract("C-1", "changed"))
        if sent:
            unit.charges.all()  # what waited went to the database
        os._exit(9)


@pytest.mark.parametrize("sent", [False, True])
def test_a_process_killed_within_a_unit_leaves_nothing(
    url: str, store: SqlStore, sent: bool
) -> None:
    with store.begin() as unit:
        unit.contracts.add(samples.contract("C-1"))
    run = SPAWN.Process(target=_die_within, args=(url, sent))
    run.start()
    run.join(PATIENCE)
    assert run.exitcode == 9
    with store.begin() as unit:
        assert unit.charges.all() == ()
        assert list(unit.journal.entries()) == []
        assert unit.contracts.all() == (samples.contract("C-1"),)
        unit.charges.add(samples.charge("K"))


def _charge_behind_the_back(store: SqlStore, kind: str) -> None:
    with store.begin() as unit:
        if kind == "charge":
            unit.charges.add(samples.charge("K"))
            row, table = rows.charge_row(samples.charge("K", amount="1.00")), tables.charge
        else:
            unit.recognised.add([samples.recognised("K")])
            row, table = rows.recognised_row(samples.recognised("K")), tables.recognised
        unit.charges.session.connection.execute(table.insert(), [row])


@pytest.mark.parametrize("kind", ["charge", "recognised"])
def test_the_database_itself_refuses_a_second_charge(store: SqlStore, kind: str) -> None:
    """Even where a row appears between looking and writing, which the lock rules out."""
    with pytest.raises(AlreadyCharged):
        _charge_behind_the_back(store, kind)
    with store.begin() as unit:
        assert unit.charges.keys() == frozenset()
        assert unit.recognised.all() == ()


def test_a_unit_that_waits_too_long_is_told_so(url: str, store: SqlStore) -> None:
    hasty = SqlStore(url, wait_seconds=0)
    with store.begin(), pytest.raises(RuleBroken, match="still open"), hasty.begin():
        pass
    with hasty.begin() as unit:
        assert unit.charges.keys() == frozenset()
    hasty.close()


def test_two_units_in_one_thread_do_not_mix() -> None:
    memory = SqlStore("sqlite://", wait_seconds=0)
    memory.create()
    with memory.begin() as outer:
        outer.charges.add(samples.charge("K"))
        with pytest.raises(RuleBroken, match="still open"), memory.begin():
            pass
    with memory.begin() as unit:
        assert unit.charges.keys() == {"K"}
    memory.close()


class TestInMemory(StoreSuite):
    """A database in memory is one database, whichever thread asks."""

    @pytest.fixture
    def store(self) -> Iterator[SqlStore]:
        memory = SqlStore("sqlite://")
        memory.create()
        yield memory
        memory.close()


def test_creating_twice_keeps_what_is_there(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.customers.add(samples.customer("K-1"))
    store.create()
    with store.begin() as unit:
        assert unit.customers.all() == (samples.customer("K-1"),)


def test_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    empty = SqlStore(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(RuleBroken, match=r"call create\(\) once"), empty.begin():
        pass
    empty.close()


def test_tables_of_another_version_are_refused(url: str, store: SqlStore) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE harmony_schema_version SET version = 99"))
    with pytest.raises(RuleBroken, match="version 99, this library needs 10"), store.begin():
        pass
    with pytest.raises(RuleBroken, match="version 99"):
        store.create()
    engine.dispose()


def test_tables_of_version_1_are_brought_forward_as_the_reference_says(
    url: str, store: SqlStore
) -> None:
    with store.begin() as unit:
        unit.facts.add([samples.usage("1"), TimeEntry("1", "P-1", samples.DAY, 2)])
    subject = ("customer_id", "ticket", "asset_id", "service_item", "user_id", "site", "note")
    added = {
        "usage_record": ("used_at", "subject", "replaces", "withdrawn", "origin"),
        "time_entry": ("role", "worked_from", "worked_to", *subject),
        "expense": ("receipts", *subject),
        "charge": ("credits", "gross_minor"),
    }
    engine = create_engine(url)
    with engine.begin() as connection:
        for table, columns in added.items():
            for column in columns:
                connection.execute(text(f"ALTER TABLE harmony_{table} DROP COLUMN {column}"))
        for table in ("quote", "price_book", "incident", "progress", "payable"):
            connection.execute(text(f"DROP TABLE harmony_{table}"))
        connection.execute(text("UPDATE harmony_schema_version SET version = 1"))
    with pytest.raises(RuleBroken, match="version 1"), store.begin():
        pass
    page = (DOCS / "reference" / "repositories.md").read_text(encoding="utf-8")
    with engine.begin() as connection:
        for block in page.split("```sql\n")[1:]:
            for statement in filter(None, map(str.strip, block.split("```", 1)[0].split(";"))):
                connection.execute(text(statement))
    engine.dispose()
    store.create()
    late = samples.usage("2", quantity="0", replaces="1")
    with store.begin() as unit:
        (kept,) = unit.facts.usage(date.max)
        assert kept == attrs.evolve(samples.usage("1"), at=None, subject="", origin="")
        assert unit.facts.add([late]) == 1
    with store.begin() as unit:
        assert unit.facts.usage(date.max) == (kept, late)
        assert (unit.quotes.all(), unit.price_book.get().entries) == ((), ())
        assert (unit.incidents.all(), unit.payables.all()) == ((), ())


def _refusal(url: str) -> str:
    """What both ways in say of a database, in one line."""
    store = SqlStore(url, wait_seconds=0)
    with pytest.raises(RuleBroken) as made:
        store.create()
    with pytest.raises(RuleBroken) as begun, store.begin() as unit:
        unit.charges.all()
    store.close()
    assert str(made.value) == str(begun.value)
    assert "\n" not in str(made.value)
    assert "still open" not in str(made.value)
    return str(made.value)


@pytest.mark.parametrize("content", [b"garbage\n", b"garbage\n" * 1_000])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(content)
    assert _refusal(f"sqlite:///{path}") == (
        f"the database sqlite:///{path} cannot be used (file is not a database): the file is "
        "something else, so give another one"
    )
    assert path.read_bytes() == content


@pytest.mark.parametrize("share", [50, 4_096, 0.5])
def test_a_file_cut_short_is_refused(
    url: str, store: SqlStore, tmp_path: Path, share: float
) -> None:
    store.close()
    path = tmp_path / "store.db"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share if share >= 1 else len(whole) * share)])
    said = _refusal(url)
    assert said.startswith(f"the database {url} cannot be used (")
    assert "malformed" in said
    assert said.endswith("put back a copy of it, or give another file")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none' / 'store.db'}"
    assert _refusal(url) == (
        f"the database {url} cannot be used (unable to open database file): see that its folder "
        "is there and lets you write"
    )


def test_a_database_that_only_reads_is_read_and_refuses_to_write(
    store: SqlStore, tmp_path: Path
) -> None:
    store.close()
    reader = SqlStore(f"sqlite:///file:{tmp_path / 'store.db'}?mode=ro&uri=true")
    with reader.begin() as unit:
        assert unit.charges.all() == ()
    with pytest.raises(RuleBroken) as refused, reader.begin() as unit:
        unit.charges.add(samples.charge("K"))
    reader.close()
    assert "(attempt to write a readonly database)" in str(refused.value)
    assert str(refused.value).endswith("see that you may write it, and write in its folder")


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("nonsense", "'nonsense' is no URL of a database: give one like 'sqlite:///company.db'"),
        ("", "'' is no URL of a database"),
        ("db://me:secret@here:port/x", "'db://...' is no URL of a database"),
        ("nosuch://me:secret@here/x", "no driver for the database 'nosuch://me:***@here/x'"),
        ("sqlite+nosuch:///x.db", "no driver for the database 'sqlite+nosuch:///x.db'"),
    ],
)
def test_what_is_no_url_of_a_database_is_refused(database: str, message: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        SqlStore(database)
    assert str(refused.value).startswith(message)
    assert "secret" not in str(refused.value)


def test_a_statement_of_the_caller_that_fails_stays_his(store: SqlStore) -> None:
    with pytest.raises(OperationalError, match="no such table"), store.begin() as unit:
        unit.charges.session.connection.execute(text("SELECT 1 FROM nowhere"))


def test_an_engine_of_the_caller_is_used_and_left_open(url: str) -> None:
    engine = create_engine(url)
    theirs = SqlStore(engine)
    theirs.create()
    with theirs.begin() as unit:
        unit.months.close(samples.MARCH)
    theirs.close()
    with engine.begin() as connection:  # their own transactions work as before
        connection.execute(text("CREATE TABLE theirs (n INTEGER)"))
        connection.execute(text("INSERT INTO theirs VALUES (1)"))
        connection.rollback()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM theirs")) == 0
        assert connection.scalar(text("SELECT month FROM harmony_closed_month")) == "2026-03"
    engine.dispose()


def test_no_column_is_a_float_or_a_numeric(url: str, store: SqlStore) -> None:
    engine = create_engine(url)
    kinds = {
        str(column["type"])
        for table in inspect(engine).get_table_names()
        for column in inspect(engine).get_columns(table)
    }
    engine.dispose()
    assert kinds == {"BIGINT", "INTEGER", "TEXT", "VARCHAR"}


def test_the_largest_amount_is_kept_and_a_larger_one_refused(store: SqlStore) -> None:
    largest, too_much = Money(2**63 - 1, "EUR"), Money(2**63, "EUR")
    row = samples.recognised("K")
    beyond = attrs.evolve(row, charge_key="L", amount=Booked(too_much, -too_much, too_much))
    with store.begin() as unit:
        unit.recognised.add([attrs.evolve(row, amount=Booked(largest, -largest, largest))])
        with pytest.raises(InvalidValue, match="64 bits"):
            unit.recognised.add([beyond])
    with store.begin() as unit:
        assert unit.recognised.all()[0].amount.entity == -largest


def test_what_something_outside_wrote_is_seen_at_once(url: str, store: SqlStore) -> None:
    """What a store remembers of rows never hides a changed one."""
    other = SqlStore(url)
    with store.begin() as unit:
        unit.contracts.add(samples.contract("C-1"))
        assert unit.contracts.get("C-1").party_id == "K-1"
    with other.begin() as unit:
        unit.contracts.save(samples.contract("C-1", "K-2"))
    with store.begin() as unit:
        assert unit.contracts.get("C-1").party_id == "K-2"
    other.close()


def test_facts_in_great_number_are_told_apart(store: SqlStore) -> None:
    facts = [samples.usage(f"U-{number}") for number in range(2_500)]
    with store.begin() as unit:
        assert unit.facts.add(facts) == 2_500
    with store.begin() as unit:
        assert unit.facts.add([*facts, samples.usage("U-new")]) == 1
        assert len(unit.facts.usage(date.max)) == 2_501


def test_the_tables_and_the_lock_are_written_for_postgresql_too() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    ddl = [
        str(CreateTable(table).compile(dialect=dialect)) for table in tables.metadata.sorted_tables
    ]
    assert len(ddl) == len(tables.metadata.tables) > 15
    assert not [one for one in ddl if "NUMERIC" in one or "FLOAT" in one]
    lock = select(tables.schema_version.c.version).with_for_update()
    assert str(lock.compile(dialect=dialect)).endswith("FOR UPDATE")

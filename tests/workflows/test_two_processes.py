"""Two runs at one moment, and one that is killed: the books come out as if nothing had happened."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from harmony_core.errors import AlreadyCharged
from harmony_core.finance import JournalEntry
from harmony_core.periods import Month
from harmony_core.repositories import JournalRepository, UnitOfWork
from harmony_core.repositories.sql import SqlStore
from harmony_core.workflows import billing_night, month_end
from tests.workflows.company import NOTHING, books, in_memory, set_up

SPAWN = multiprocessing.get_context("spawn")
PATIENCE = 60
"""Seconds that a process may take; one that hangs fails the test instead of blocking it."""
NIGHT = date(2026, 3, 2)
JANUARY, FEBRUARY = Month(2026, 1), Month(2026, 2)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'company.db'}"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    store = SqlStore(url)
    store.create()
    set_up(store)
    yield store
    store.close()


def _bill_together(url: str, together: Barrier, answers: Any) -> None:
    store = SqlStore(url, wait_seconds=PATIENCE)
    together.wait(PATIENCE)
    try:
        answers.put(sorted(charge.key for charge in billing_night(store, NIGHT).charges))
    except AlreadyCharged:
        answers.put("refused")


def test_two_nights_at_one_moment_bill_each_charge_once(url: str, store: SqlStore) -> None:
    together, answers = SPAWN.Barrier(2), SPAWN.Queue()
    runs = [SPAWN.Process(target=_bill_together, args=(url, together, answers)) for _ in range(2)]
    for run in runs:
        run.start()
    heard = [answers.get(timeout=PATIENCE) for _ in runs]
    for run in runs:
        run.join(PATIENCE)
    assert [run.exitcode for run in runs] == [0, 0]
    alone = in_memory()
    billing_night(alone, NIGHT)
    expected = books(alone)
    keys = [charge.key for charge in expected.charges]
    assert keys in heard
    heard.remove(keys)
    assert heard[0] in ([], "refused")
    assert books(store) == expected
    assert billing_night(store, NIGHT).charges == ()


def _close_together(url: str, together: Barrier, answers: Any) -> None:
    store = SqlStore(url, wait_seconds=PATIENCE)
    together.wait(PATIENCE)
    answers.put([month_end(store, month).was_closed for month in (JANUARY, FEBRUARY)])


def test_two_month_ends_at_one_moment_close_each_month_once(url: str, store: SqlStore) -> None:
    together, answers = SPAWN.Barrier(2), SPAWN.Queue()
    runs = [SPAWN.Process(target=_close_together, args=(url, together, answers)) for _ in range(2)]
    for run in runs:
        run.start()
    heard = [answers.get(timeout=PATIENCE) for _ in runs]
    for run in runs:
        run.join(PATIENCE)
    assert [sorted(was_closed) for was_closed in zip(*heard, strict=True)] == [[False, True]] * 2
    alone = in_memory()
    for month in (JANUARY, FEBRUARY):
        month_end(alone, month)
    assert books(store) == books(alone)


class _DeadlyJournal:
    """A journal whose process kills itself when the n-th entry is added."""

    def __init__(self, journal: JournalRepository, entries: Iterator[int]) -> None:
        self._journal, self._left = journal, entries

    def add(self, entries: Iterable[JournalEntry]) -> None:
        for entry in entries:
            self._journal.add([entry])
            if next(self._left) == 0:
                list(self._journal.entries())  # what waited goes to the database file
                os.kill(os.getpid(), signal.SIGKILL)

    def entries(
        self, through: date | None = None, entity: str | None = None
    ) -> Iterator[JournalEntry]:
        return self._journal.entries(through, entity)


class _Deadly:
    """A store with that journal."""

    def __init__(self, url: str, entries: int) -> None:
        self._store, self._left = SqlStore(url), iter(range(entries - 1, -1, -1))

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        with self._store.begin() as unit:
            unit.journal = _DeadlyJournal(unit.journal, self._left)  # type: ignore[assignment]
            yield unit


def _die_in_the_middle(url: str, entries: int) -> None:
    deadly = _Deadly(url, entries)
    for month in (JANUARY, FEBRUARY):
        month_end(deadly, month)


def _entries_of_january() -> int:
    alone = in_memory()
    month_end(alone, JANUARY)
    return len(books(alone).entries)


_ENTRIES_OF_JANUARY = _entries_of_january()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system kills nobody this way")
@pytest.mark.parametrize(
    ("entries", "late"),
    [
        pytest.param(5, False, id="among the invoices of the first month"),
        pytest.param(_ENTRIES_OF_JANUARY, False, id="at the last entry of the first month"),
        pytest.param(_ENTRIES_OF_JANUARY + 3, True, id="in the second month"),
    ],
)
def test_a_killed_run_leaves_whole_months_and_the_next_one_completes_them(
    url: str, store: SqlStore, entries: int, late: bool
) -> None:
    run = SPAWN.Process(target=_die_in_the_middle, args=(url, entries))
    run.start()
    run.join(PATIENCE)
    assert run.exitcode == -signal.SIGKILL

    undisturbed = in_memory()
    if late:
        month_end(undisturbed, JANUARY)
    left = books(store)
    assert left == (books(undisturbed) if late else NOTHING)

    reports = [month_end(store, month) for month in (JANUARY, FEBRUARY)]
    assert [report.was_closed for report in reports] == [late, False]
    for month in (JANUARY, FEBRUARY):
        month_end(undisturbed, month)
    assert books(store) == books(undisturbed)

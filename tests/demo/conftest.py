"""The demo company, read once and played once into each kind of store.

A process plays only what its tests ask for: whoever needs all 24 months belongs into
``test_control_totals.py`` or ``test_another_currency.py`` (in memory) or ``test_demo.py`` (SQLite).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harmony_core.demo import FIRST_MONTH, LAST_MONTH, DemoFiles, frozen_files, play, read_files
from harmony_core.repositories import MemoryStore, Store
from harmony_core.repositories.sql import SqlStore
from tests.demo.untraced import untraced


@pytest.fixture(scope="session")
def demo_files() -> DemoFiles:
    return read_files(frozen_files())


@pytest.fixture(scope="session")
def in_memory(demo_files: DemoFiles) -> MemoryStore:
    store = MemoryStore()
    _play(store, demo_files)
    return store


@pytest.fixture(scope="session")
def in_sqlite(
    demo_files: DemoFiles, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SqlStore]:
    path = tmp_path_factory.mktemp("played") / "company.db"
    store = SqlStore(f"sqlite:///{path}")
    store.create()
    _play(store, demo_files)
    yield store
    store.close()


def _play(store: Store, demo_files: DemoFiles) -> None:
    with untraced():
        reports = list(play(store, demo_files, FIRST_MONTH, LAST_MONTH))
    assert len(reports) == 24
    assert not any(report.was_closed for report in reports)

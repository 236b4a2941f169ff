"""Hand the vectors to the tests one by one."""

from __future__ import annotations

import pytest

from tests.conformance.registry import load_adapters
from tests.conformance.summary import KIND
from tests.conformance.vector_files import chosen_vectors

collect_ignore = ["adapters"]  # no tests; one that cannot be imported is reported by a test


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "vector" in metafunc.fixturenames:
        vectors = chosen_vectors(metafunc.config)
        metafunc.parametrize("vector", vectors, ids=[f"{v['kind']}:{v['id']}" for v in vectors])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    known, _ = load_adapters()
    unknown = []
    for item in items:
        kind = _kind(item)
        if kind is None:
            continue
        item.user_properties.append((KIND, kind))
        if kind not in known and config.getoption("--known-kinds-only"):
            unknown.append(item)
    if unknown:
        config.hook.pytest_deselected(items=unknown)
        items[:] = [item for item in items if item not in set(unknown)]


def _kind(item: pytest.Item) -> str | None:
    callspec = getattr(item, "callspec", None)
    vector = callspec.params.get("vector") if callspec else None
    return vector["kind"] if vector else None

"""Running a suite by hand: in a notebook, a document, or a test runner that is not pytest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def prove(suite: type, make_store: Callable[[], Any]) -> tuple[str, ...]:
    """Run every promise of a suite, each with a new store, and give their names.

    Args:
        suite: such as :class:`ContractRegisterSuite`.
        make_store: makes an empty store of the kind that the suite is for.

    Raises:
        Exception: what the first broken promise raises.

    >>> from harmony_core.repositories import MemoryStore
    >>> from harmony_core.testing import StoreSuite
    >>> "test_a_failed_unit_leaves_nothing" in prove(StoreSuite, MemoryStore)
    True
    """
    names = tuple(name for name in sorted(dir(suite)) if name.startswith("test_"))
    if not names:
        raise TypeError(f"{suite.__name__} has no test: pass a suite of harmony_core.testing")
    for name in names:
        getattr(suite(), name)(make_store())
    return names

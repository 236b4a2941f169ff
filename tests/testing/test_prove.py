from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harmony_core import testing
from harmony_core.contracts import Contract
from harmony_core.repositories import MemoryStore
from harmony_core.repositories.memory import MemoryUnit
from harmony_core.testing import ContractRegisterSuite, StoreSuite, prove


class Forgetful:
    """A register that keeps nothing."""

    def get(self, id: str, /) -> Contract:  # noqa: A002
        raise LookupError(id)

    def all(self) -> tuple[Contract, ...]:
        return ()

    def add(self, value: Contract, /) -> None:
        pass

    def save(self, value: Contract, /) -> None:
        pass


def test_a_register_that_forgets_does_not_pass() -> None:
    with pytest.raises(AssertionError):
        prove(ContractRegisterSuite, Forgetful)


class HalfDone(MemoryStore):
    """A store that keeps what a failed unit did."""

    @contextmanager
    def begin(self) -> Iterator[MemoryUnit]:
        failure: Exception | None = None
        with super().begin() as unit:
            try:
                yield unit
            except Exception as error:
                failure = error
        if failure is not None:
            raise failure


def test_a_store_that_keeps_half_of_a_unit_does_not_pass() -> None:
    with pytest.raises(AssertionError):
        prove(StoreSuite, HalfDone)


class Open(MemoryStore):
    """A store whose units do not see each other's charges."""

    @contextmanager
    def begin(self) -> Iterator[MemoryUnit]:
        with MemoryStore().begin() as unit:
            yield unit


def test_a_store_that_does_not_keep_does_not_pass() -> None:
    with pytest.raises(AssertionError):
        prove(StoreSuite, Open)


@pytest.mark.parametrize("name", [name for name in testing.__all__ if name.endswith("Suite")])
def test_every_suite_has_promises(name: str) -> None:
    suite = getattr(testing, name)
    assert [test for test in dir(suite) if test.startswith("test_")]
    assert suite.__doc__


def test_what_is_no_suite_is_refused() -> None:
    with pytest.raises(TypeError, match="MemoryStore has no test"):
        prove(MemoryStore, MemoryStore)


def test_the_suites_need_pytest_and_nothing_else_of_the_test_extra() -> None:
    code = (
        "import harmony_core.testing, sys; print({'hypothesis', 'sqlalchemy'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout.strip()) == (0, "set()"), result.stderr

"""The runner itself: what it compares, and that nothing passes that was not proved."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from harmony_core.finance import ExactAmount, Money
from tests.conformance.comparison import assert_matches
from tests.conformance.registry import ADAPTERS, adapter

ROOT = Path(__file__).parents[2]

RunPytest = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Money.of("12.50", "EUR"), "12.50"),
        (Money.of("-3", "JPY"), "-3"),
        (ExactAmount.of("0.00045", "EUR"), "0.000450"),
        (Fraction(1, 3), "1/3"),
        (Decimal("12.5"), "12.50"),
        (3, "3"),
        (3, 3),
        ("id-1", "id-1"),
        (date(2026, 2, 28), "2026-02-28"),
        (datetime(2026, 3, 10, 4, tzinfo=UTC), "2026-03-10T06:00:00+02:00"),
        ({"a": (1, None), "b": True}, {"a": ["1", None], "b": True}),
    ],
)
def test_a_true_answer_matches(answer: object, expected: object) -> None:
    assert_matches(answer, expected)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Money.of("12.50", "EUR"), "12.5"),  # the digits of money count
        (Fraction(1, 3), "0.333333333333"),
        (0.5, "0.5"),  # a float is never an answer
        ("12.50", "12.5"),
        (1, True),
        (True, "1"),
        (None, "0"),
        (0, None),
        (date(2026, 2, 28), "2026-03-01"),
        (datetime(2026, 3, 10, tzinfo=UTC), "2026-03-10"),
        (datetime(2026, 3, 10, tzinfo=UTC), "2026-03-10T00:00:00"),  # one with a zone, one without
        ({"a": 1}, {"a": "1", "b": "2"}),
        ({"a": 1, "b": 2}, {"a": "1"}),
        ((1, 2), ["1"]),
        ((2, 1), ["1", "2"]),
        ("12", ["1", "2"]),
        (5, {"a": "5"}),
    ],
)
def test_a_false_answer_does_not(answer: object, expected: object) -> None:
    with pytest.raises(AssertionError, match="answer"):
        assert_matches(answer, expected)


def test_every_difference_is_named_with_its_path() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_matches({"lines": [{"tax": 1}, {"tax": 2}]}, {"lines": [{"tax": "2"}, {"tax": "3"}]})
    assert "answer.lines[0].tax: expected '2', got 1" in str(caught.value)
    assert "answer.lines[1].tax: expected '3', got 2" in str(caught.value)


def test_a_kind_has_one_adapter() -> None:
    @adapter("kind of test_a_kind_has_one_adapter")
    def first(vector: object) -> object:
        return vector

    with pytest.raises(ValueError, match="has two adapters"):

        @adapter("kind of test_a_kind_has_one_adapter")
        def second(vector: object) -> object:
            return vector


@pytest.fixture
def run_pytest(tmp_path: Path) -> RunPytest:
    """Run the conformance suite in a process of its own on vectors written to a directory."""

    def run(vectors: object, *arguments: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "some.json").write_text(json.dumps({"meta": {}, "vectors": vectors}))
        command = [sys.executable, "-m", "pytest", "tests/conformance/test_vectors.py::test_vector"]
        command += ["--vectors", str(tmp_path), "-p", "no:cacheprovider"]
        return subprocess.run(
            [*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )

    return run


REFUSED = {pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR}
UNKNOWN = [{"id": "no-1", "kind": "no_such_kind", "expected": "1"}]


def test_an_unknown_kind_fails(run_pytest: RunPytest) -> None:
    result = run_pytest(UNKNOWN)
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "no adapter for the kind 'no_such_kind'" in result.stdout
    assert "test_vector[no_such_kind:no-1]" in result.stdout
    assert "no_such_kind                    0/1" in result.stdout


@pytest.mark.parametrize("processes", ["0", "1"])
def test_an_unknown_kind_is_left_out_and_counted_on_request(
    run_pytest: RunPytest, processes: str
) -> None:
    result = run_pytest(UNKNOWN, "--known-kinds-only", "-n", processes)
    assert result.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "no_such_kind                 unknown, 1 left out" in result.stdout


def test_kinds_are_counted_under_xdist_too(run_pytest: RunPytest) -> None:
    result = run_pytest(UNKNOWN, "-n", "1")
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "no_such_kind                    0/1" in result.stdout


@pytest.mark.parametrize(
    ("vectors", "complaint"),
    [
        ([], "with a vector in it"),
        ([{"id": "a", "expected": "1"}], r"vectors[0] lacks kind"),
        ([{"id": "a", "kind": "flat"}], r"vectors[0] lacks expected"),
    ],
)
def test_a_file_that_proves_nothing_is_refused(
    run_pytest: RunPytest, vectors: object, complaint: str
) -> None:
    result = run_pytest(vectors)
    assert result.returncode in REFUSED
    assert complaint in result.stdout + result.stderr


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "tests/conformance", "--vectors", str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode in REFUSED
    assert "no vector file" in result.stdout + result.stderr


_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
_SUMS = {"sum", "round", "divmod", "pow", "abs", "min", "max"}


@pytest.mark.parametrize("path", sorted(ADAPTERS.glob("*.py")), ids=lambda path: path.stem)
def test_adapters_hold_no_arithmetic(path: Path) -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC))
        or isinstance(node, ast.AugAssign)
        or (isinstance(node, ast.Name) and node.id in _SUMS)
    ]
    assert not found, f"a rule that only an adapter knows is a rule that the library lacks: {found}"

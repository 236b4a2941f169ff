"""The benchmark of pricing runs, and refuses rows that do not agree."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks._pricing_case import Case, Contender
from benchmarks._pricing_contenders import contenders
from benchmarks.pricing import timed
from harmony_core.pricing import charge

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("tables", [1, 50])
def test_every_contender_that_is_installed_gets_every_row_right(tables: int) -> None:
    case = Case.of(700, tables)
    rows = zip(case.tables.tolist(), case.quantities.tolist(), strict=True)
    right = [charge(case.schemes[table], f"{n // 1000}.{n % 1000:03}").minor for table, n in rows]
    assert case.right.tolist() == right
    field = contenders(case)
    assert len(field) >= 4
    for one in field:
        assert one.wrong(one.prepare(case)(), case) == 0, one.name


def _swapped(case: Case) -> Any:
    return np.concatenate([case.right[1::-1], case.right[2:]])


def _compensating(case: Case) -> Any:
    return case.right + np.array([1, -1, *[0] * (len(case.right) - 2)])


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        (_compensating, 2),
        (_swapped, 2),
        (lambda case: case.right.astype(float), 10),
        (lambda case: case.right[:-1], 10),
        (lambda case: np.append(case.right, 0), 11),
    ],
)
def test_a_row_that_is_wrong_ends_the_run(result: Callable[[Case], Any], wrong: int) -> None:
    """Faults that make up for each other in the sum do not pass."""
    case = Case.of(10, 1)
    one = Contender("a contender", lambda case: lambda: result(case))
    with pytest.raises(AssertionError, match=f"a contender gets {wrong} of 10 rows wrong"):
        timed([one], case, 1)


def test_what_comes_in_another_order_has_the_same_amounts() -> None:
    case = Case.of(10, 1)

    def gives(result: Any) -> Contender:
        return Contender("sorts", lambda _: lambda: result, in_order=False)

    assert len(timed([gives(case.right[::-1])], case, 1)) == 1
    with pytest.raises(AssertionError, match="sorts gets"):
        timed([gives(_compensating(case))], case, 1)


def test_a_quick_run_with_all_peers() -> None:
    for peer in ("polars", "duckdb", "pandas", "pyarrow"):
        pytest.importorskip(peer)
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "pricing"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"BENCH_ROWS": "2000"},
    )
    assert run.returncode == 0, run.stderr
    assert "2,000 rows, 1,000 tables, in random order" in run.stdout
    assert "float64 gets" in run.stdout

"""The benchmark of pricing runs, and refuses totals that do not agree."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks._pricing_case import Case, Contender
from benchmarks._pricing_contenders import contenders
from benchmarks.pricing import timed
from harmony_core.pricing import charge

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("tables", [1, 50])
def test_every_contender_that_is_installed_gives_the_right_total(tables: int) -> None:
    case = Case.of(700, tables)
    rows = zip(case.tables.tolist(), case.quantities.tolist(), strict=True)
    right = sum(
        charge(case.schemes[table], f"{n // 1000}.{n % 1000:03}").minor for table, n in rows
    )
    field = contenders(case)
    assert len(field) >= 4
    for one in field:
        assert one.total(one.prepare(case)()) == right, one.name


def test_a_total_that_does_not_agree_ends_the_run() -> None:
    case = Case.of(10, 1)
    wrong = Contender("wrong by a cent", lambda _: lambda: 1, lambda cents: case.total() + cents)
    with pytest.raises(AssertionError, match="wrong by a cent gives"):
        timed([wrong], case, 1)


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

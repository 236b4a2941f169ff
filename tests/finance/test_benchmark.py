"""The benchmark of money times equal answers only; a quick run goes through."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks._finance_money import BOOK, DECIMAL, ENTRY, OURS, agree, cases
from harmony_core.finance import Money

ROOT = Path(__file__).parents[2]


def test_all_contenders_answer_alike() -> None:
    deeds = cases()
    agree(deeds)
    assert all({OURS, DECIMAL} <= contenders.keys() for contenders in deeds.values())


def test_unequal_answers_are_not_timed() -> None:
    wrong = {"add": {OURS: lambda: Money(1, "EUR"), DECIMAL: lambda: Decimal("0.02")}}
    with pytest.raises(AssertionError, match="add"):
        agree(wrong)


def test_a_quick_run_prints_every_deed_and_every_aim() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks._finance_money"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"BENCH_ROUNDS": "1"},
    )
    assert run.returncode == 0, run.stderr
    for deed in cases():
        assert f"\n{deed} " in run.stdout
    for deed in (BOOK, ENTRY):
        assert f"{deed}: under 2 µs" in run.stdout

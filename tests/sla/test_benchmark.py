"""The benchmark of open time: everybody who is installed answers, and answers alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from benchmarks import sla
from benchmarks._sla_contenders import CASES, contenders, missing, prepared


@pytest.mark.parametrize("case", CASES)
def test_whoever_answers_gives_the_same_answer(case: str) -> None:
    answers = {one.name: one.seen(call()) for one in contenders() if (call := prepared(one, case))}
    assert "harmony-core" in answers
    assert set(answers.values()) == {answers["harmony-core"]}, answers


def test_a_wrong_answer_is_marked_with_by_how_much() -> None:
    assert sla.difference(timedelta(hours=2), timedelta(hours=2)) == ""
    assert sla.difference(timedelta(hours=2), timedelta(hours=3)) == " (-60 min)"


def test_a_quick_run_prints_every_case(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_ROWS", "2000")
    sla.main()
    printed = capsys.readouterr().out
    assert all(case in printed for case in CASES)
    assert "ns a row" in printed
    assert all(name in printed for name in missing())

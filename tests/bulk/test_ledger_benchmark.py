"""Every way to answer what contribution was gives the same cells, and one that does not is told."""

from __future__ import annotations

import attrs
import pytest

from benchmarks import _ledger


def test_every_contender_that_is_installed_finds_the_same_cells(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _ledger.compare(3_000, 1)
    said = capsys.readouterr().out
    assert "3,000 lines" in said
    assert "ours, dense codes" in said


def test_one_that_is_wrong_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = attrs.evolve(_ledger._OURS, name="wrong", cells=lambda _: {(0, 0): (1, 1)})
    monkeypatch.setattr(_ledger, "missing", list)
    monkeypatch.setattr(_ledger, "_BY_KEYS", [wrong])
    monkeypatch.setattr(_ledger, "_BY_ONE_KEY", [])
    with pytest.raises(AssertionError, match="wrong gets some cells wrong"):
        _ledger.compare(300, 1)

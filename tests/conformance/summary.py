"""Count the vectors per kind for the end of the run."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conformance.registry import load_adapters
from tests.conformance.vector_files import chosen_vectors

KIND = "vector kind"  # the property that carries the kind to the terminal, also from a worker


def write_summary(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write passed/of for each kind that ran, and what was left out as unknown."""
    passed: Counter[str] = Counter()
    run: Counter[str] = Counter()
    for outcome in ("passed", "failed", "error"):
        for report in reporter.stats.get(outcome, []):
            kind = dict(getattr(report, "user_properties", ())).get(KIND)
            if kind is not None:
                run[kind] += 1
                passed[kind] += outcome == "passed"
    left_out = _unknown(config) if config.getoption("--known-kinds-only") else Counter()
    if not run and not left_out:
        return
    reporter.section("conformance: passed/of per kind")
    for kind in sorted(run):
        reporter.write_line(f"{kind:<28} {passed[kind]:>4}/{run[kind]}")
    for kind in sorted(left_out):
        reporter.write_line(f"{kind:<28} unknown, {left_out[kind]} left out")
    reporter.write_line(
        f"{'all kinds':<28} {passed.total():>4}/{run.total()}"
        + (f", and {left_out.total()} of unknown kinds left out" if left_out else "")
    )


def _unknown(config: pytest.Config) -> Counter[str]:
    known, _ = load_adapters()
    return Counter(v["kind"] for v in chosen_vectors(config) if v["kind"] not in known)

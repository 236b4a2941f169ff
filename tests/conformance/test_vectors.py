"""Every vector of the chosen directory, one test each."""

from __future__ import annotations

import pytest

from harmony_core.errors import HarmonyError
from tests.conformance.comparison import assert_matches
from tests.conformance.registry import Answers, Vector, adapter_modules, load_adapters
from tests.conformance.vector_files import expectation


def test_vector(vector: Vector) -> None:
    adapters, _ = load_adapters()
    kind = vector["kind"]
    if kind not in adapters:
        pytest.fail(
            f"no adapter for the kind {kind!r}: write one in tests/conformance/adapters/, or run "
            "with --known-kinds-only",
            pytrace=False,
        )
    expected = expectation(vector)
    if expected is None:  # the library must refuse, and in its own words
        with pytest.raises(HarmonyError):
            adapters[kind](vector)
        return
    answers = adapters[kind](vector)
    if not isinstance(answers, Answers):
        answers = Answers(answers)
    assert_matches(answers.answer, expected)
    for name, answer in answers.further.items():
        if name in vector:
            assert_matches(answer, vector[name])


@pytest.mark.parametrize("module", adapter_modules())
def test_an_adapter_module_can_be_imported(module: str) -> None:
    _, broken = load_adapters()
    if module in broken:
        raise broken[module]

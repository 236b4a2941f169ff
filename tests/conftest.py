"""Options and Hypothesis profiles of the whole suite."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.conformance.summary import write_summary

# In CI every run draws the same examples, so that a red run can be repeated.
settings.register_profile("quick", max_examples=50, deadline=None, derandomize="CI" in os.environ)
settings.register_profile("thorough", max_examples=5_000, deadline=None)
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance")
    group.addoption("--vectors", metavar="DIR", help="directory of vector files (*.json)")
    group.addoption(
        "--known-kinds-only",
        action="store_true",
        help="leave out vectors of a kind that has no adapter, instead of failing on them",
    )


# Here and not beside the vectors: under xdist the process that writes the summary collects nothing,
# so it knows only the conftest files of the directories that it was given.
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    write_summary(terminalreporter, config)

"""The reference page shows every workflow as it is called."""

from __future__ import annotations

import re
from inspect import Parameter, signature
from pathlib import Path

import pytest

from harmony_core import workflows

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "workflows.md"
SHOWN = re.findall(r"^\| `(\w+)\(([^)]*)\)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_page_shows_calls() -> None:
    assert {"receive_payments", "record_facts"} <= {name for name, _ in SHOWN}


@pytest.mark.parametrize(("name", "arguments"), SHOWN)
def test_a_call_on_the_page_is_how_the_function_is_called(name: str, arguments: str) -> None:
    by_place, _, by_name = arguments.partition("*")
    wanted = [
        [one.split("=")[0].strip() for one in part.split(",") if one.strip()]
        for part in (by_place, by_name)
    ]
    asked = signature(getattr(workflows, name)).parameters.values()
    kinds = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    for shown, kind in zip(wanted, kinds, strict=True):
        there = [one for one in asked if one.kind is kind]
        assert shown == [one.name for one in there][: len(shown)]
        assert all(one.default is not Parameter.empty or one.name in shown for one in there)

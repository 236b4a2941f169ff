"""Which adapter answers for which kind of vector.

An adapter is a function that takes a vector and returns what the library answers, shaped like the
vector's expectation. It lives in a module of ``adapters/``; every module there is found and
imported by itself. It translates and holds no arithmetic: a rule that only an adapter knows is
a rule that the library lacks.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

Vector = Mapping[str, Any]
Adapter = Callable[[Vector], object]

ADAPTERS = Path(__file__).parent / "adapters"


class Answers:
    """The answer to a vector's expectation, and to its further ones by their names.

    ``Answers(next_day, expected_last_billed_day=last_day)`` answers a vector that has the fields
    ``expected`` and ``expected_last_billed_day``; a name that the vector lacks is not compared.
    """

    def __init__(self, answer: object, **further: object) -> None:
        self.answer, self.further = answer, further


_by_kind: dict[str, Adapter] = {}


def adapter(*kinds: str) -> Callable[[Adapter], Adapter]:
    """Register the decorated function for each of ``kinds``; a kind has one adapter."""

    def register(function: Adapter) -> Adapter:
        for kind in kinds:
            other = _by_kind.get(kind)
            if other is not None and _name(other) != _name(function):
                raise ValueError(
                    f"kind {kind!r} has two adapters: {_name(other)} and {_name(function)}"
                )
            _by_kind[kind] = function
        return function

    return register


def _name(function: Adapter) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def adapter_modules() -> list[str]:
    return sorted(path.stem for path in ADAPTERS.glob("*.py"))


@cache
def load_adapters() -> tuple[dict[str, Adapter], dict[str, Exception]]:
    """Return the adapters by kind, and the modules that could not be imported with the reason.

    One broken module must not hide what the others prove, so it is reported and the rest goes on.
    """
    broken: dict[str, Exception] = {}
    for name in adapter_modules():
        try:
            importlib.import_module(f"tests.conformance.adapters.{name}")
        except Exception as problem:
            broken[name] = problem
    return dict(_by_kind), broken

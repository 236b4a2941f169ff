"""What is wrong with a record, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

from harmony_core.errors import HarmonyError

P = ParamSpec("P")
T = TypeVar("T")

_LONGEST = 40


def shown(data: object) -> str:
    """Show outside data in a message, cut short."""
    text = repr(data)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


class Faults(Exception):
    """Every fault found so far, as pairs of a path from here and a message."""

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @classmethod
    def expected(cls, what: str, got: object) -> Faults:
        """One fault, right here."""
        return cls([("", f"expected {what}, got {shown(got)}")])

    def inside(self, step: str) -> list[tuple[str, str]]:
        """The same faults, seen from one level above."""
        return [(step + path, message) for path, message in self.problems]

    def below(self, root: str) -> list[str]:
        """The faults as lines, their paths beginning with ``root``."""
        return [f"{root}{path}: {message}" for path, message in self.problems]


class Asked:
    """Asks one thing after the other and keeps the faults, so that all are told at once."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def __call__(self, ask: Callable[P, T], *args: P.args, **named: P.kwargs) -> T | None:
        try:
            return ask(*args, **named)
        except HarmonyError as fault:
            self.faults.append(str(fault))
            return None

"""What is wrong with a record, and where."""

from __future__ import annotations

from collections.abc import Iterable

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

"""Plain JSON data with the path of every part, so that a fault can say where it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import InputRejected, InvalidValue, Problem
from harmony_core.finance import exact
from harmony_core.interchange import read_day


@attrs.frozen
class Node:
    """A part of a JSON document under its path, such as ``products.json[3].pricing.scheme``."""

    path: str
    value: object

    @classmethod
    def parse(cls, text: str, name: str) -> Node:
        """Read JSON text.

        Raises:
            InputRejected: it is no JSON; the path has line and column.
        """
        try:
            return cls(name, json.loads(text))
        except json.JSONDecodeError as fault:
            path = f"{name}:{fault.lineno}:{fault.colno}"
            raise InputRejected([Problem.at(path, f"not JSON: {fault.msg}")]) from None

    def __getitem__(self, key: str) -> Node:
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        return Node(f"{self.path}.{key}", self.value.get(key))

    def items(self) -> Iterator[tuple[str, Node]]:
        """The members of an object."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        return ((str(key), self[key]) for key in self.value)

    def each(self) -> Iterator[Node]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return (Node(f"{self.path}[{i}]", value) for i, value in enumerate(self.value))

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            raise self.wrong("a text")
        return self.value

    def optional_text(self) -> str | None:
        """A text, or ``null``."""
        return None if self.value is None else self.text()

    def number(self) -> Fraction:
        """An exact number, written as text or as a whole number."""
        if isinstance(self.value, int | str) and not isinstance(self.value, bool):
            return exact(self.value, self.path)
        raise self.wrong('a number written as text, like "12.50"')

    def whole(self) -> int:
        """A whole number."""
        value = self.number()
        if value.denominator != 1:
            raise self.wrong("a whole number")
        return value.numerator

    def day(self) -> date:
        """A day, as 2026-03-31."""
        return read_day(self.text(), self.path)

    def optional_day(self) -> date | None:
        """A day, or ``null``."""
        return None if self.value is None else self.day()

    def wrong(self, expected: str) -> InvalidValue:
        """The error for a value that is not what was expected here."""
        return InvalidValue(f"{self.path}: expected {expected}, got {self.value!r}"[:300])

"""What the written form of a type looks like, in the words of JSON Schema.

Each form says its own shape; a class becomes a definition of its own, referred to wherever it
stands, so that classes may contain themselves.

Source: JSON Schema, draft 2020-12.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeAlias

from harmony_core.interchange._kinds import Record

NULL: Record = {"type": "null"}

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9@.-]+")


class Definitions:
    """The definitions that one schema refers to, each made once."""

    def __init__(self) -> None:
        self.by_name: dict[str, Record] = {}
        self._names: dict[Hashable, str] = {}

    def refer(self, key: Hashable, name: str, make: Callable[[], Record]) -> Record:
        """Refer to what ``key`` stands for; ``name`` is its name, unless another has it."""
        if key not in self._names:
            wanted = name = _NOT_IN_A_NAME.sub("-", name).strip("-")
            number = 1
            while name in self.by_name:
                number += 1
                name = f"{wanted}-{number}"
            self._names[key] = name
            self.by_name[name] = {}  # taken, while it is being made: it may contain itself
            self.by_name[name] = make()
        return {"$ref": f"#/$defs/{self._names[key]}"}


Shape: TypeAlias = Callable[[Definitions], Record]
"""Gives the schema of a form, putting what it refers to among the definitions."""


def fixed(schema: Record) -> Shape:
    """A shape that refers to nothing."""
    return lambda _: dict(schema)


def text(pattern: str | None = None, **more: str) -> Record:
    """A text, of a pattern where it has one."""
    return {"type": "string"} | ({} if pattern is None else {"pattern": f"^{pattern}$"}) | more


def listed(items: Record, **more: object) -> Record:
    """A list of any length."""
    return {"type": "array", "items": items, **more}


def listed_as(*items: Record) -> Record:
    """A list of so many, each of its own kind."""
    return {"type": "array", "prefixItems": list(items), "items": False, "minItems": len(items)}


def fields(properties: Mapping[str, Record], required: Sequence[str]) -> Record:
    """An object of these keys and no other."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def with_tag(schema: Record, key: str, tag: str) -> Record:
    """An object's schema with one more key, which says what it is."""
    properties = {key: {"const": tag}, **schema["properties"]}
    return {**schema, "properties": properties, "required": [key, *schema["required"]]}

"""How lists, mappings and closed lists of words are written, read and described."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from harmony_core.errors import InvalidValue
from harmony_core.interchange._faults import Faults, shown
from harmony_core.interchange._kinds import Record
from harmony_core.interchange._leaves import Form
from harmony_core.interchange._shapes import Definitions, listed, listed_as


def sequence(items: Form, made: Callable[[list[Any]], Any]) -> Form:
    """Items in order, in what ``made`` makes of them; a set is written sorted."""

    def write(values: Any) -> Any:
        data = [items.write(value) for value in values]
        return sorted(data) if made is frozenset else data

    def read(data: Any) -> Any:
        if type(data) is not list:
            raise Faults.expected("a list", data)
        try:
            return made([items.read(one) for one in data])
        except Faults:
            raise _all_faults([items] * len(data), data) from None

    return Form(write, read, lambda definitions: listed(items.shape(definitions)))


def members(forms: Sequence[Form]) -> Form:
    """So many items, each of its own form."""

    def write(values: Any) -> Any:
        return [form.write(value) for form, value in zip(forms, values, strict=True)]

    def read(data: Any) -> Any:
        if type(data) is not list or len(data) != len(forms):
            raise Faults.expected(f"a list of {len(forms)}", data)
        try:
            return tuple([form.read(one) for form, one in zip(forms, data, strict=True)])
        except Faults:
            raise _all_faults(forms, data) from None

    def shape(definitions: Definitions) -> Record:
        return listed_as(*(form.shape(definitions) for form in forms))

    return Form(write, read, shape)


def _all_faults(forms: Sequence[Form], data: list[Any]) -> Faults:
    """The list is bad: go through it once more, for every fault and its place."""
    problems: list[tuple[str, str]] = []
    for index, (form, one) in enumerate(zip(forms, data, strict=True)):
        try:
            form.read(one)
        except Faults as faults:
            problems += faults.inside(f"[{index}]")
    return Faults(problems)


def mapping_of(keys: Form, values: Form) -> Form:
    """Values by keys, which are written as text."""

    def write(mapping: Any) -> Any:
        data = {keys.write(one): values.write(other) for one, other in mapping.items()}
        if not all(type(one) is str for one in data):
            raise InvalidValue(f"the keys of a record are text, got {shown(list(data))}")
        return data

    def read(data: Any) -> Any:
        if type(data) is not dict:
            raise Faults.expected("an object", data)
        made: dict[Any, Any] = {}
        problems: list[tuple[str, str]] = []
        for one, other in data.items():
            try:
                made[keys.read(one)] = values.read(other)
            except Faults as faults:
                problems += faults.inside(f".{one}")
        if problems:
            raise Faults(problems)
        return made

    def shape(definitions: Definitions) -> Record:
        schema: Record = {"type": "object", "additionalProperties": values.shape(definitions)}
        return schema | {"propertyNames": keys.shape(definitions)}

    return Form(write, read, shape)


def word(cls: type[Enum]) -> Form:
    """One of a closed list of words or numbers, written as its value."""
    known = {member.value: member for member in cls}
    if not all(type(value) in (str, int) for value in known):
        raise InvalidValue(f"{cls.__qualname__} needs text or whole numbers as values")
    choices = ", ".join(str(value) for value in known)

    def read(data: Any) -> Any:
        if type(data) not in (str, int) or data not in known:
            raise Faults.expected(f"one of {choices}", data)
        return known[data]

    def write(value: Any) -> Any:
        if type(value) is not cls:
            raise InvalidValue(f"expected {cls.__qualname__}, got {shown(value)}")
        return value.value

    return Form(write, read, lambda _: {"enum": list(known)})


def choice(allowed: tuple[Any, ...]) -> Form:
    """One of these."""
    choices = ", ".join(map(str, allowed))

    def read(data: Any) -> Any:
        for value in allowed:
            if type(data) is type(value) and data == value:
                return value
        raise Faults.expected(f"one of {choices}", data)

    return Form(lambda value: value, read, lambda _: {"enum": list(allowed)})

"""How a value of each type is written, read and described: compiled from type hints, then kept.

A class is an object with one key for each field. Where a field allows several classes, the object
says which one it is (``{"is": "per-unit", ...}``). An error of a constructor becomes a fault at
the place of the value, so that outside data meets the same rules as a caller.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs

from harmony_core.errors import HarmonyError, InvalidValue
from harmony_core.interchange._containers import choice, mapping_of, members, sequence, word
from harmony_core.interchange._faults import Faults, shown
from harmony_core.interchange._kinds import Record, kind_of, named_by, registered, tag_of
from harmony_core.interchange._leaves import LEAVES, Form
from harmony_core.interchange._shapes import (
    NULL,
    Definitions,
    Shape,
    fields,
    with_tag,
)

_forms: dict[Any, Form] = dict(LEAVES)
_untagged: dict[Any, Form] = dict(LEAVES)


def form_of(hint: Any) -> Form:
    """Give the form of a field's type: a class, a generic, a union, a tuple and so on."""
    form = _forms.get(hint)
    if form is None:
        form = _forms[hint] = _compiled(hint)
    return form


def untagged_form_of(hint: Any) -> Form:
    """Give the form of a class for whoever writes and reads its tag himself."""
    form = _untagged.get(hint)
    if form is None:
        form = _untagged[hint] = _Fields(get_origin(hint) or hint, get_args(hint)).form
    return form


def _compiled(hint: Any) -> Form:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Union or origin is types.UnionType:
        return _union(arguments)
    if origin is Literal:
        return choice(arguments)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return sequence(form_of(arguments[0]), tuple)
        return members([form_of(argument) for argument in arguments])
    if origin is frozenset:
        return sequence(form_of(arguments[0]), frozenset)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return mapping_of(*(form_of(argument) for argument in arguments))
    if isinstance(origin, type) and issubclass(origin, Sequence | Collection):
        return sequence(form_of(arguments[0]), tuple)
    cls = origin or hint
    if isinstance(cls, type) and issubclass(cls, Enum):
        return word(cls)
    if getattr(cls, "_is_protocol", False):
        return _any_that_has(cls)
    if isinstance(cls, type) and attrs.has(cls):
        return _tagged_when_changed(cls, arguments, untagged_form_of(hint))
    raise InvalidValue(f"records have no form for {hint!r}: give the field a concrete type")


class _Fields:
    """A class of attrs; its fields are compiled when first used, so that types may be recursive."""

    def __init__(self, cls: type, arguments: tuple[Any, ...]) -> None:
        self._cls, self._arguments = cls, arguments
        self._fields: list[tuple[str, str, Form, bool]] | None = None
        self._keys: frozenset[str] = frozenset()
        self.form = Form(self.write, self.read, self.shape, fields=True)

    def _compile(self) -> list[tuple[str, str, Form, bool]]:
        hints = get_type_hints(self._cls)
        variables = getattr(self._cls, "__parameters__", ())
        bound = dict(zip(variables, self._arguments, strict=False))
        made = [
            (
                field.alias or field.name,
                field.name,
                form_of(_substituted(hints[field.name], bound)),
                field.default is attrs.NOTHING,
            )
            for field in attrs.fields(self._cls)
            if field.init
        ]
        self._keys = frozenset(key for key, *_ in made)
        if reserved := self._keys & {"schema", "is"}:
            raise InvalidValue(
                f"{self._cls.__qualname__} has a field {min(reserved)!r}: "
                "records need that key for the kind, name the field differently"
            )
        self._fields = made
        return made

    def write(self, value: Any) -> Any:
        if type(value) is not self._cls:
            raise InvalidValue(f"expected {self._cls.__qualname__}, got {shown(value)}")
        made = self._fields or self._compile()
        return {key: form.write(getattr(value, name)) for key, name, form, _ in made}

    def shape(self, definitions: Definitions) -> Record:
        made = self._fields or self._compile()
        properties = {key: form.shape(definitions) for key, _, form, _ in made}
        return fields(properties, [key for key, _, _, required in made if required])

    def read(self, data: Any) -> Any:
        made = self._fields or self._compile()
        if type(data) is not dict:
            raise Faults.expected("an object", data)
        values: dict[str, Any] = {}
        problems: list[tuple[str, str]] = []
        for key, _, form, required in made:
            if key in data:
                try:
                    values[key] = form.read(data[key])
                except Faults as faults:
                    problems += faults.inside(f".{key}")
            elif required:
                problems.append((f".{key}", "is missing"))
        problems += [
            (f".{key}", f"is unknown here; expected {', '.join(sorted(self._keys))}")
            for key in data
            if key not in self._keys
        ]
        if problems:
            raise Faults(problems)
        return _constructed(self._cls, values)


def _tagged_when_changed(cls: type, arguments: tuple[Any, ...], untagged: Form) -> Form:
    """A class where no other can stand: its first form needs no tag, a later one says so."""

    def write(value: Any) -> Any:
        data, kind = untagged.write(value), kind_of(cls)
        return data if kind is None or kind.version == 1 else {"is": tag_of(cls), **data}

    def read(data: Any) -> Any:
        kind = kind_of(cls)
        if kind is None or type(data) is not dict or (kind.version == 1 and "is" not in data):
            return untagged.read(data)
        found, values = _as_of_today(data if "is" in data else {"is": kind.name, **data})
        if found is not cls:
            raise Faults([(".is", f"expected {kind.name!r}, got {data['is']!r}")])
        return untagged.read(values)

    def shape(definitions: Definitions) -> Record:
        kind = kind_of(cls)
        if kind is None:
            name = "-".join([cls.__name__, *map(_name_of, arguments)])
            return definitions.refer((cls, arguments), name, lambda: untagged.shape(definitions))
        if kind.version > 1:
            return _shape_with_tag(cls, untagged, definitions)
        return definitions.refer(cls, kind.name, lambda: untagged.shape(definitions))

    return Form(write, read, shape, fields=True)


def _name_of(argument: Any) -> str:
    return getattr(argument, "__name__", str(argument))


def _shape_with_tag(cls: type, form: Form, definitions: Definitions) -> Record:
    """An object that says what it is."""
    tag = tag_of(cls)

    def made() -> Record:
        schema = form.shape(definitions)
        if not form.fields:
            schema = fields({"value": schema}, ["value"])
        return with_tag(schema, "is", tag)

    return definitions.refer((cls, "is"), f"is-{tag}", made)


def _as_of_today(data: dict[str, Any]) -> tuple[type, dict[str, Any]]:
    """The class that an object names, and its fields in the form of that class's last version."""
    try:
        kind, version = named_by(data["is"])
        values = {key: value for key, value in data.items() if key != "is"}
        return kind.cls, kind.brought_forward(values, version)
    except HarmonyError as reason:
        raise Faults([(".is", str(reason))]) from None


def _constructed(make: Callable[..., Any], values: dict[str, Any]) -> Any:
    """Call a constructor; what it refuses is a fault of the data."""
    try:
        return make(**values)
    except (HarmonyError, ValueError, TypeError) as reason:
        raise Faults([("", str(reason))]) from None


def _substituted(hint: Any, bound: Mapping[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return bound.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    if not bound or not parameters:
        return hint
    return hint[tuple(bound.get(variable, variable) for variable in parameters)]


def _union(members: tuple[Any, ...]) -> Form:
    optional = type(None) in members
    rest = [member for member in members if member is not type(None)]
    if len(rest) == 1:
        form = form_of(rest[0])
    elif all(attrs.has(get_origin(member) or member) for member in rest):
        form = _one_of(rest)
    else:
        raise InvalidValue(f"records cannot tell {members} apart: use classes, each registered")
    if not optional:
        return form
    write, read = form.write, form.read
    return Form(
        lambda value: None if value is None else write(value),
        lambda data: None if data is None else read(data),
        lambda definitions: {"anyOf": [form.shape(definitions), NULL]},
    )


def _one_of(members: list[Any]) -> Form:
    forms = {get_origin(member) or member: untagged_form_of(member) for member in members}

    def shape(definitions: Definitions) -> Record:
        return {"anyOf": [_shape_with_tag(cls, forms[cls], definitions) for cls in forms]}

    return _named(forms.get, lambda: [tag_of(cls) for cls in forms], shape)


def _any_that_has(protocol: type) -> Form:
    """A protocol: whatever is registered and has its members."""
    members = [name for name in vars(protocol) if not name.startswith("_")]

    def fits(cls: type) -> bool:
        return kind_of(cls) is not None and all(hasattr(cls, name) for name in members)

    def names() -> list[str]:
        return [name for name, cls in registered().items() if fits(cls)]

    def every(definitions: Definitions) -> Record:
        classes = [cls for cls in registered().values() if fits(cls)]
        shapes = [_shape_with_tag(cls, untagged_form_of(cls), definitions) for cls in classes]
        return {"anyOf": shapes}

    def shape(definitions: Definitions) -> Record:
        return definitions.refer(protocol, protocol.__name__, lambda: every(definitions))

    return _named(lambda cls: untagged_form_of(cls) if fits(cls) else None, names, shape)


def _named(
    form_for: Callable[[type], Form | None], names: Callable[[], list[str]], shape: Shape
) -> Form:
    """One class of several: the object says which."""

    def write(value: Any) -> Any:
        form = form_for(type(value))
        if form is None:
            raise InvalidValue(f"expected one of {', '.join(names())}, got {shown(value)}")
        data = form.write(value)
        tag = tag_of(type(value))
        return {"is": tag, **data} if form.fields else {"is": tag, "value": data}

    def read(data: Any) -> Any:
        if type(data) is not dict or "is" not in data:
            raise Faults.expected(f"an object that says what it is ({', '.join(names())})", data)
        cls, found = _as_of_today(data)
        form = form_for(cls)
        if form is None:
            expected = f"expected one of {', '.join(names())}, got {data['is']!r}"
            raise Faults([(".is", expected)])
        return form.read(found) if form.fields else form.read(found.get("value"))

    return Form(write, read, shape)

"""Values of an object against its schema: every fault with its path, or the values as they count.

Values are taken in their own type or in the plain form of :func:`plain_fields`, so that what was
stored reads back as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from harmony_core.errors import InputRejected, InvalidValue, Problem, expect
from harmony_core.fields._choices import ReferenceField
from harmony_core.fields._computed import ComputedField, FieldFunction
from harmony_core.fields._schema import CustomField, FieldSchema
from harmony_core.fields._values import FieldValue, FieldValues

LookUpReference: TypeAlias = Callable[[str, str], Mapping[str, object] | None]
"""Gets type and id of an object; gives the attributes that filters ask for, ``None`` if absent."""

_NO_FUNCTIONS: Mapping[str, FieldFunction] = MappingProxyType({})


def read_fields(
    schema: FieldSchema,
    values: Mapping[str, object],
    *,
    functions: Mapping[str, FieldFunction] = _NO_FUNCTIONS,
    look_up: LookUpReference | None = None,
    path: str = "fields",
) -> dict[str, FieldValue]:
    """Check the values of one object, put in defaults and compute what is computed.

    A field that is left out gets its default; ``None`` says that it is empty, and keeps it so. A
    computed field may be given, as a store does that kept it, if it has the value computed now.

    Args:
        schema: of the object's type, on the day that counts.
        values: by field id, in their own types or as plain data.
        functions: the host's functions, by the names under which computed fields know them.
        look_up: finds the objects that references name.
        path: where the values stand, for the faults.

    Raises:
        InvalidValue: the schema is none, or the values do not go by field id.
        InputRejected: something is wrong; ``problems`` holds every fault, in the order of the
            schema.

    >>> from harmony_core.fields import NumberField, TextField
    >>> schema = FieldSchema("laptop", [TextField("serial", required=True), NumberField("ram")])
    >>> read_fields(schema, {"serial": "X1", "ram": "16"})
    {'serial': 'X1', 'ram': Fraction(16, 1)}
    >>> read_fields(schema, {"ram": "much"}, path="assets[0].fields")
    Traceback (most recent call last):
    harmony_core.errors.InputRejected: assets[0].fields.serial: is missing
    assets[0].fields.ram: the value must be a plain number like '12.50', got 'much'
    """
    expect(schema, FieldSchema, "what describes the fields")
    expect(values, Mapping, f"{path}, values by field id,")
    found: dict[str, FieldValue] = {}
    faults: dict[str, str] = {}
    for field in schema.fields:
        if isinstance(field, ComputedField):
            continue
        try:
            value = _given(field, values, look_up)
        except InvalidValue as reason:
            faults[field.id] = str(reason)
        else:
            if value is not None:
                found[field.id] = value
    for computed in schema.computed:
        if any(read in faults for read in computed.reads):
            continue  # the fault is there, where it was made
        try:
            value = _computed(computed, values, found, functions)
        except InvalidValue as reason:
            faults[computed.id] = str(reason)
        else:
            if value is not None:
                found[computed.id] = value
    ids = [field.id for field in schema.fields]
    problems = [Problem.at(f"{path}.{id_}", faults[id_]) for id_ in ids if id_ in faults]
    known = ", ".join(ids) or "none"
    problems += [
        Problem.at(f"{path}.{id_}", f"is no field of {schema.object_type!r}; it has {known}")
        for id_ in values
        if id_ not in schema
    ]
    if problems:
        raise InputRejected(problems)
    return {id_: found[id_] for id_ in ids if id_ in found}


def plain_fields(schema: FieldSchema, values: FieldValues) -> dict[str, object]:
    """Write values as JSON does: numbers and days as text, money as amount and currency.

    :func:`read_fields` of the result gives the values again.

    Raises:
        NotFound: a value of no field of the schema.

    >>> from datetime import date
    >>> from harmony_core.fields import DateField
    >>> plain_fields(FieldSchema("laptop", [DateField("bought")]), {"bought": date(2026, 4, 1)})
    {'bought': '2026-04-01'}
    """
    return {id_: schema.field(id_).plain(value) for id_, value in values.items()}


def _given(
    field: CustomField, values: Mapping[str, object], look_up: LookUpReference | None
) -> FieldValue | None:
    given = values.get(field.id, field.default)
    if given is None:
        if field.required:
            raise InvalidValue("is missing" if field.id not in values else "must not be empty")
        return None
    value = field.read(given)
    if isinstance(field, ReferenceField):
        _refuse_dangling(field, value, look_up)
    return value


def _refuse_dangling(
    field: ReferenceField, value: FieldValue, look_up: LookUpReference | None
) -> None:
    if look_up is None:
        raise InvalidValue(f"refers to a {field.to}, so pass look_up= to see whether it is there")
    attributes = look_up(field.to, str(value))
    if attributes is None:
        raise InvalidValue(f"there is no {field.to} {value!r}")
    for name, allowed in field.where:
        if (found := attributes.get(name)) not in allowed:
            raise InvalidValue(
                f"{field.to} {value!r} has {name} {found!r}, but only {', '.join(allowed)} "
                "may be chosen here"
            )


def _computed(
    field: ComputedField,
    values: Mapping[str, object],
    found: Mapping[str, FieldValue],
    functions: Mapping[str, FieldFunction],
) -> FieldValue | None:
    if field.function not in functions:
        known = ", ".join(sorted(functions)) or "none"
        raise InvalidValue(f"no function {field.function!r} is registered; there is {known}")
    made = field.computed(functions[field.function], found)
    value = None if made is None else field.read(made)
    given = values.get(field.id)
    if given is None:
        return value
    if missing := [name for name in field.reads if name not in found] if value is None else []:
        raise InvalidValue(
            f"is computed once {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} "
            f"given, got {given!r}: leave it out"
        )
    if value is None or field.read(given) != value:
        shown = "empty" if value is None else field.plain(value)
        raise InvalidValue(f"is computed as {shown}, got {given!r}: leave it out")
    return value

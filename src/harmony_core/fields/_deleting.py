"""Nothing is deleted from under a value that names it.

An option in use is kept, and the refusal lists who uses it; or another option takes its place in
every value. An object that others refer to is kept likewise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.fields._choices import MultiField, ReferenceField, SingleField
from harmony_core.fields._schema import FieldSchema
from harmony_core.fields._values import FieldValue, FieldValues

_SHOWN = 10


@attrs.frozen
class FieldUse:
    """An object and the field in which it names what was asked for."""

    object_id: str
    field_id: str


@attrs.frozen
class OptionDeleted:
    """The schema without an option, and the values that changed for it, by object."""

    schema: FieldSchema
    changed: tuple[tuple[str, FieldValues], ...]


def option_users(
    schema: FieldSchema, field_id: str, option: str, records: Mapping[str, FieldValues]
) -> tuple[str, ...]:
    """Give the ids of the objects whose field names an option, sorted.

    Args:
        schema: of the objects' type.
        field_id: a single or multi field.
        option: id of the option.
        records: values of every object of the type, by its id.

    Raises:
        NotFound: no such field, or it has no such option.
        InvalidValue: the field has no options.
    """
    _choice(schema, field_id, option)
    return tuple(sorted(id_ for id_, values in records.items() if _names(values, field_id, option)))


def delete_option(
    schema: FieldSchema,
    field_id: str,
    option: str,
    records: Mapping[str, FieldValues],
    *,
    instead: str | None = None,
) -> OptionDeleted:
    """Take an option out of a field.

    Args:
        schema: of the objects' type.
        field_id: a single or multi field.
        option: id of the option that goes.
        records: values of every object of the type, by its id; they are not changed in place.
        instead: an option that takes its place wherever it is used, as the default too.

    Raises:
        NotFound: no such field or option.
        InvalidValue: the field has no options, or only this one.
        RuleBroken: it is in use and nothing takes its place; the message lists who uses it. Or
            with the other in its place a value would have too few options.

    >>> schema = FieldSchema("laptop", [SingleField("state", ["in_use", "spare", "lost"])])
    >>> gone = delete_option(schema, "state", "lost", {"D-1": {"state": "lost"}}, instead="spare")
    >>> gone.changed
    (('D-1', {'state': 'spare'}),)
    """
    field = _choice(schema, field_id, option)
    users = option_users(schema, field_id, option, records)
    default = field.default
    in_default = option == default or (isinstance(default, tuple) and option in default)
    if instead is None and (users or in_default):
        where = [*users, *(["the default"] if in_default else [])]
        raise RuleBroken(
            f"option {option!r} of {field_id!r} is in use by {_listed(where)}: "
            "name an option that takes its place"
        )
    if instead is not None:
        _choice(schema, field_id, instead)
        if instead == option:
            raise InvalidValue(f"option {option!r} cannot take its own place")
    left = tuple(one for one in field.options if one.id != option)
    changes: dict[str, Any] = {"options": left}
    if in_default:
        changes["default"] = _replaced(default, option, instead)
    narrowed: SingleField | MultiField = attrs.evolve(field, **changes)
    fields = tuple(narrowed if one.id == field_id else one for one in schema.fields)
    changed = []
    for id_ in users:
        value = _replaced(records[id_][field_id], option, instead)
        try:
            read = narrowed.read(value)
        except InvalidValue as reason:
            raise RuleBroken(
                f"option {option!r} of {field_id!r} cannot go from {id_}: it {reason}"
            ) from None
        changed.append((id_, {**records[id_], field_id: read}))
    return OptionDeleted(attrs.evolve(schema, fields=fields), tuple(changed))


def reference_users(
    schema: FieldSchema, to: str, id_: str, records: Mapping[str, FieldValues]
) -> tuple[FieldUse, ...]:
    """Give who refers to an object, by object and field.

    Args:
        schema: of the type of the objects that may refer to it.
        to: type of the object.
        id_: its id.
        records: values of every object of the schema's type, by its id.
    """
    references = [f.id for f in schema.fields if isinstance(f, ReferenceField) and f.to == to]
    return tuple(
        FieldUse(user, field_id)
        for user in sorted(records)
        for field_id in references
        if records[user].get(field_id) == id_
    )


def refuse_while_referred(
    schema: FieldSchema, to: str, id_: str, records: Mapping[str, FieldValues]
) -> None:
    """Refuse to delete an object while others refer to it; arguments as :func:`reference_users`.

    Raises:
        RuleBroken: something refers to it; the message lists what.
    """
    if users := reference_users(schema, to, id_, records):
        where = [f"{use.object_id} ({use.field_id})" for use in users]
        raise RuleBroken(f"{to} {id_!r} is referred to by {_listed(where)}: change these first")


def _choice(schema: FieldSchema, field_id: str, option: str) -> SingleField | MultiField:
    field = schema.field(field_id)
    if not isinstance(field, SingleField | MultiField):
        raise InvalidValue(f"field {field_id!r} is {field.kind.value} and has no options")
    if option not in {one.id for one in field.options}:
        known = ", ".join(one.id for one in field.options)
        raise NotFound(f"field {field_id!r} has no option {option!r}; it has {known}")
    return field


def _names(values: FieldValues, field_id: str, option: str) -> bool:
    value = values.get(field_id)
    return option in value if isinstance(value, tuple | list) else value == option


def _replaced(value: FieldValue | None, option: str, instead: str | None) -> FieldValue | None:
    if isinstance(value, tuple | list):
        mapped = [instead if one == option else one for one in value]
        return tuple(dict.fromkeys(one for one in mapped if one is not None))
    return instead


def _listed(users: Sequence[str]) -> str:
    more = len(users) - _SHOWN
    return ", ".join(users[:_SHOWN]) + (f" and {more} more" if more > 0 else "")

"""Which fields an object of one type has; a sub-type adds fields or narrows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import attrs

from harmony_core.errors import InvalidValue, NotFound, expect_each
from harmony_core.fields._choices import MultiField, ReferenceField, SingleField
from harmony_core.fields._computed import ComputedField
from harmony_core.fields._plain_values import (
    BoolField,
    DateField,
    MoneyField,
    NumberField,
    TextField,
)

CustomField: TypeAlias = (
    TextField
    | NumberField
    | MoneyField
    | DateField
    | BoolField
    | SingleField
    | MultiField
    | ReferenceField
    | ComputedField
)
"""A field of any kind."""


def _fields(fields: Iterable[CustomField]) -> tuple[CustomField, ...]:
    return expect_each(fields, CustomField, "fields of a schema")


@attrs.frozen
class FieldSchema:
    """The fields of objects of one type, at most ``limit`` of them, in the order of display.

    Raises:
        InvalidValue: more fields than the limit, two with one id, a computed field that reads one
            that is not there, or computed fields that read each other in a circle.

    >>> schema = FieldSchema("customer", [TextField("branch"), BoolField("listed")])
    >>> schema.field("listed").kind.value
    'bool'
    """

    object_type: str
    fields: tuple[CustomField, ...] = attrs.field(converter=_fields)
    limit: int = 60
    _by_id: dict[str, CustomField] = attrs.field(init=False, eq=False, repr=False)
    _computed: tuple[ComputedField, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if len(self.fields) > self.limit:
            raise InvalidValue(
                f"{self.object_type!r} would have {len(self.fields)} fields, at most {self.limit} "
                "are allowed: raise the limit, or leave some out"
            )
        by_id: dict[str, CustomField] = {}
        for field in self.fields:
            if field.id in by_id:
                raise InvalidValue(f"{self.object_type!r} has two fields {field.id!r}")
            by_id[field.id] = field
        object.__setattr__(self, "_by_id", by_id)
        object.__setattr__(self, "_computed", _in_order(by_id))

    def __hash__(self) -> int:
        return hash((self.object_type, self.fields, self.limit))

    def field(self, id_: str) -> CustomField:
        """Give the field with this id.

        Raises:
            NotFound: there is none.
        """
        if id_ not in self._by_id:
            known = ", ".join(self._by_id) or "none"
            raise NotFound(f"{self.object_type!r} has no field {id_!r}; it has {known}")
        return self._by_id[id_]

    def __contains__(self, id_: object) -> bool:
        return id_ in self._by_id

    @property
    def computed(self) -> tuple[ComputedField, ...]:
        """The computed fields, each after those that it reads."""
        return self._computed

    def extended(self, object_type: str, fields: Iterable[CustomField]) -> FieldSchema:
        """Give the schema of a sub-type: these fields, with the parent's first.

        A field with the id of one of the parent's stands in its place and may only narrow it: be
        required, allow fewer values, have another default or other names.

        Raises:
            InvalidValue: a field loosens the parent's or is of another kind; or as for a schema.

        >>> parent = FieldSchema("computer", [NumberField("ram", least=0)])
        >>> laptop = parent.extended("laptop", [NumberField("ram", least=4), TextField("dock")])
        >>> [field.id for field in laptop.fields]
        ['ram', 'dock']
        """
        own: dict[str, CustomField] = {}
        for field in fields:
            if field.id in own:
                raise InvalidValue(f"{object_type!r} has two fields {field.id!r}")
            if field.id in self._by_id and (fault := loosened(field, self._by_id[field.id])):
                raise InvalidValue(
                    f"{object_type!r} may narrow field {field.id!r} of {self.object_type!r} "
                    f"but not loosen it: {fault}"
                )
            own[field.id] = field
        inherited = [own.get(field.id, field) for field in self.fields]
        added = [field for id_, field in own.items() if id_ not in self._by_id]
        return FieldSchema(object_type, (*inherited, *added), self.limit)


def loosened(field: CustomField, parent: CustomField) -> str | None:
    """Say where a field allows what the parent's does not; ``None`` when nowhere."""
    if type(field) is not type(parent):
        return f"it is {field.kind.value} and not {parent.kind.value}"
    if parent.required and not field.required:
        return "the parent requires it"
    same_kind: Any = field
    fault: str | None = same_kind.loosens(parent)
    return fault


def _in_order(by_id: dict[str, CustomField]) -> tuple[ComputedField, ...]:
    """Computed fields, each after those that it reads; a circle is refused and shown."""
    done: dict[str, ComputedField] = {}

    def visit(field: ComputedField, path: tuple[str, ...]) -> None:
        if field.id in path:
            circle = " -> ".join([*path[path.index(field.id) :], field.id])
            raise InvalidValue(f"computed fields cannot read each other in a circle: {circle}")
        for read in field.reads:
            if read not in by_id:
                raise InvalidValue(f"field {field.id!r} reads {read!r}, which is no field")
            other = by_id[read]
            if isinstance(other, ComputedField) and read not in done:
                visit(other, (*path, field.id))
        done[field.id] = field

    for field in by_id.values():
        if isinstance(field, ComputedField) and field.id not in done:
            visit(field, ())
    return tuple(done.values())

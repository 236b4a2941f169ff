"""Custom fields along the tree of asset types, as they hold on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeAlias

import attrs

from harmony_core.assets._types import AssetTypes
from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.fields import (
    CustomField,
    FieldSchema,
    FieldValues,
    delete_option,
    option_users,
)
from harmony_core.periods import History

OwnFields: TypeAlias = History[tuple[CustomField, ...]]
"""The fields that a type adds to its parent's or narrows, with the days from which they hold."""


def _by_type(own: Mapping[str, OwnFields]) -> dict[str, OwnFields]:
    return dict(sorted(own.items()))


@attrs.frozen
class AssetFields:
    """Each type's own fields; what an asset has is these and those of every type above it.

    ``limit`` is for all of them together. Every schema that ever holds is made here once, so that
    a sub-type which would loosen a field of a type above it is refused, on whatever day.

    Raises:
        NotFound: fields of a type that is not in the tree.
        InvalidValue: a schema that cannot be; see ``FieldSchema``.

    >>> from harmony_core.fields import TextField
    >>> types = AssetTypes({"computer": None, "laptop": "computer"})
    >>> own = {"computer": History.always((TextField("serial"),))}
    >>> [field.id for field in AssetFields(types, own).schema("laptop", date(2026, 4, 1)).fields]
    ['serial']
    """

    types: AssetTypes
    own: Mapping[str, OwnFields] = attrs.field(converter=_by_type)
    limit: int = 60

    def __attrs_post_init__(self) -> None:
        for type_ in self.own:
            self.types.line(type_)
        for type_ in self.types.parents:
            versions = [
                version
                for above in self.types.line(type_)
                if above in self.own
                for version in self.own[above].versions
            ]
            for day in sorted({version.valid_from for version in versions}):
                for known in sorted({version.known_from for version in versions}):
                    self.schema(type_, day, known)

    def schema(self, type_: str, day: date, known: date | None = None) -> FieldSchema:
        """Give the fields of a type on ``day``, as known on another day (default: today's).

        Raises:
            NotFound: no such type.
        """
        top, *below = reversed(self.types.line(type_))
        schema = FieldSchema(top, self._own(top, day, known), self.limit)
        for each in below:
            schema = schema.extended(each, self._own(each, day, known))
        return schema

    def _own(self, type_: str, day: date, known: date | None) -> tuple[CustomField, ...]:
        try:
            return self.own[type_].at(day, known) if type_ in self.own else ()
        except NotFound:  # the type had no fields of its own yet
            return ()

    def without_option(
        self,
        type_: str,
        field_id: str,
        option: str,
        records: Mapping[str, Mapping[str, FieldValues]],
        *,
        day: date,
        known_from: date,
        instead: str | None = None,
    ) -> tuple[AssetFields, tuple[tuple[str, FieldValues], ...]]:
        """Take an option out of a field from ``day`` on, in the type and in all below it.

        Args:
            type_: the type that states the field.
            field_id: a single or multi field.
            option: id of the option that goes.
            records: the values of every asset, by type and id.
            day: from when it is gone.
            known_from: when that was decided.
            instead: an option that takes its place in every value and default.

        Returns:
            The fields, and the values that changed, by asset.

        Raises:
            NotFound, InvalidValue, RuleBroken: as ``harmony_core.fields.delete_option``; who uses
                the option is listed over all types.
        """
        if field_id not in {field.id for field in self._own(type_, day, None)}:
            raise InvalidValue(f"{type_!r} does not state field {field_id!r}: name the type above")
        under = sorted(
            self.types.under(frozenset([type_])), key=lambda each: len(self.types.line(each))
        )
        schemas = {each: self.schema(each, day) for each in under}
        having = [each for each in under if _has(schemas[each], field_id, option) or each == type_]
        users = [
            user
            for each in having
            for user in option_users(schemas[each], field_id, option, records.get(each, {}))
        ]
        if users and instead is None:
            raise RuleBroken(
                f"option {option!r} of {field_id!r} is in use by {', '.join(sorted(users))}: "
                "name an option that takes its place"
            )
        own = dict(self.own)
        changed: list[tuple[str, FieldValues]] = []
        for each in having:
            gone = delete_option(
                schemas[each], field_id, option, records.get(each, {}), instead=instead
            )
            changed += gone.changed
            stated = self._own(each, day, None)
            if field_id in {field.id for field in stated}:
                replaced = _in_place(stated, gone.schema.field(field_id))
                own[each] = own[each].with_value(day, replaced, known_from)
        return AssetFields(self.types, own, self.limit), tuple(
            sorted(changed, key=lambda it: it[0])
        )


def _has(schema: FieldSchema, field_id: str, option: str) -> bool:
    return option in {one.id for one in getattr(schema.field(field_id), "options", ())}


def _in_place(fields: Iterable[CustomField], field: CustomField) -> tuple[CustomField, ...]:
    return tuple(field if each.id == field.id else each for each in fields)

"""What a field can hold, and what every kind of field has: an id, names, whether it is needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue, Word
from harmony_core.finance import Money

FieldValue: TypeAlias = str | Fraction | Money | date | bool | tuple[str, ...]
"""Text, a number, money, a date, yes or no; the id of an option or of another object; options."""

FieldValues: TypeAlias = Mapping[str, FieldValue]
"""The values of one object by the id of their field; a field without a value is not there."""

_ID = re.compile(r"[a-z][a-z0-9_]*")


class FieldKind(Word):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    BOOL = "bool"
    SINGLE = "single"
    """one of the options"""
    MULTI = "multi"
    """any of the options"""
    REFERENCE = "reference"
    """the id of another object"""
    COMPUTED = "computed"
    """what a function makes of other fields"""


def pairs(names: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Names by language, as pairs; a mapping may be given as well."""
    return tuple(names.items()) if isinstance(names, Mapping) else tuple(names)


@attrs.frozen
class Field:
    """``id`` as programs name it (``bought_on``), names as people do, by language."""

    id: str
    names: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=pairs, kw_only=True)
    required: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise InvalidValue(
                f"a field's id is like 'bought_on' (small letters, digits, _), got {self.id!r}"
            )
        if fault := self.own_fault():
            raise InvalidValue(f"field {self.id!r}: {fault}")

    def own_fault(self) -> str | None:
        """What cannot be true of this field, if anything."""
        return None

    def name(self, language: str = "en") -> str:
        """What the reader sees, in ``language`` or the first that there is; else the id."""
        return dict(self.names).get(language, self.names[0][1] if self.names else self.id)


def within(least: object, most: object, of_parent_least: object, of_parent_most: object) -> bool:
    """Tell whether limits lie inside the parent's; ``None`` is no limit."""
    low = of_parent_least is None or (least is not None and least >= of_parent_least)  # type: ignore[operator]  # both of one kind
    high = of_parent_most is None or (most is not None and most <= of_parent_most)  # type: ignore[operator]  # both of one kind
    return low and high

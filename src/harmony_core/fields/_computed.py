"""Fields that a function of the host computes from other fields of the same object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.fields._plain_values import (
    BoolField,
    DateField,
    MoneyField,
    NumberField,
    TextField,
)
from harmony_core.fields._values import Field, FieldKind, FieldValue

FieldFunction: TypeAlias = Callable[[Mapping[str, FieldValue | None]], object]
"""Gets the fields that the computed field reads, and no others; ``None`` where one is empty."""

_GIVES: dict[FieldKind, TextField | NumberField | MoneyField | DateField | BoolField] = {
    FieldKind.TEXT: TextField("it", max_length=100_000),
    FieldKind.NUMBER: NumberField("it"),
    FieldKind.MONEY: MoneyField("it"),
    FieldKind.DATE: DateField("it"),
    FieldKind.BOOL: BoolField("it"),
}


def _kind(value: str) -> FieldKind:
    return FieldKind(value)


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return (ids,) if isinstance(ids, str) else tuple(ids)


@attrs.frozen
class ComputedField(Field):
    """What ``function`` makes of the fields in ``reads``, of the kind that it ``gives``.

    The function is named, not kept: the host hands it to :func:`read_fields` under this name. It
    sees only what it reads, so that the same values always give the same result.
    """

    function: str = ""
    reads: tuple[str, ...] = attrs.field(default=(), converter=_ids)
    gives: FieldKind = attrs.field(default=FieldKind.TEXT, converter=_kind)

    kind = FieldKind.COMPUTED
    default = None

    def own_fault(self) -> str | None:
        """What cannot be true of this field, if anything."""
        if not self.function:
            return "it needs the name of a function"
        if self.gives not in _GIVES:
            return f"a function gives one of {', '.join(_GIVES)}, not {self.gives}"
        if self.required:
            return "nobody gives a computed value, so it cannot be required"
        return None

    def read(self, value: object) -> FieldValue:
        """Give what the function made, as a value of its kind; refuse another."""
        return _GIVES[self.gives].read(value)

    def plain(self, value: FieldValue) -> object:
        """Give the value as JSON writes it."""
        return _GIVES[self.gives].plain(value)

    def loosens(self, parent: ComputedField) -> str | None:
        """Say where this is another computation than that of ``parent``; ``None`` if the same."""
        same = (self.function, self.reads, self.gives) == (
            parent.function,
            parent.reads,
            parent.gives,
        )
        return None if same else "it is another computation: give it an id of its own"

    def computed(self, function: FieldFunction, values: Mapping[str, FieldValue]) -> object:
        """Call the function with what it reads; an error of arithmetic is a fault of the values."""
        try:
            return function({name: values.get(name) for name in self.reads})
        except ArithmeticError as reason:
            raise InvalidValue(f"{self.function} cannot compute it: {reason}") from None

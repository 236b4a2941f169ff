"""Fields whose values are named elsewhere: options of the field itself, or other objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.fields._values import Field, FieldKind, FieldValue, pairs, within


@attrs.frozen
class FieldOption:
    """One of the values of a choice: the ``id`` is stored, the names are shown."""

    id: str
    names: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=pairs)

    def __attrs_post_init__(self) -> None:
        if not self.id:
            raise InvalidValue("an option needs an id: values are stored by it")

    def name(self, language: str = "en") -> str:
        """What the reader sees, in ``language`` or the first that there is; else the id."""
        return dict(self.names).get(language, self.names[0][1] if self.names else self.id)


def _options(options: Iterable[FieldOption | str]) -> tuple[FieldOption, ...]:
    return tuple(FieldOption(one) if isinstance(one, str) else one for one in options)


def _options_fault(options: tuple[FieldOption, ...]) -> str | None:
    if not options:
        return "a choice needs at least one option"
    if twice := [id_ for id_, times in Counter(one.id for one in options).items() if times > 1]:
        return f"option {twice[0]!r} is there twice"
    return None


def _unknown(options: tuple[FieldOption, ...], given: object) -> InvalidValue:
    known = ", ".join(one.id for one in options)
    return InvalidValue(f"must be one of {known}, got {given!r}")


def _further(options: tuple[FieldOption, ...], parent: tuple[FieldOption, ...]) -> str | None:
    further = sorted({one.id for one in options} - {one.id for one in parent})
    return f"the parent has no option {', '.join(further)}" if further else None


@attrs.frozen
class SingleField(Field):
    """One of the options; they may be given as plain ids.

    >>> SingleField("state", ["in_use", "spare"]).read("spare")
    'spare'
    """

    options: tuple[FieldOption, ...] = attrs.field(default=(), converter=_options)
    default: str | None = None

    kind = FieldKind.SINGLE

    def own_fault(self) -> str | None:
        """What cannot be true of this field, if anything."""
        if fault := _options_fault(self.options):
            return fault
        if self.default is not None and self.default not in {one.id for one in self.options}:
            return f"its default {self.default!r} is no option"
        return None

    def read(self, value: object) -> str:
        """Give the id of the option; refuse another."""
        if not isinstance(value, str) or value not in {one.id for one in self.options}:
            raise _unknown(self.options, value)
        return value

    def plain(self, value: FieldValue) -> object:
        """Give the value as JSON writes it."""
        return value

    def loosens(self, parent: SingleField) -> str | None:
        """Say where this allows what ``parent`` does not; ``None`` when nowhere."""
        return _further(self.options, parent.options)


@attrs.frozen
class MultiField(Field):
    """Any number of the options between two limits, kept in the order of the field.

    >>> MultiField("roles", ["mail", "files", "print"]).read(["print", "mail"])
    ('mail', 'print')
    """

    options: tuple[FieldOption, ...] = attrs.field(default=(), converter=_options)
    at_least: int = 0
    at_most: int | None = None
    default: tuple[str, ...] | None = None

    kind = FieldKind.MULTI

    def own_fault(self) -> str | None:
        """What cannot be true of this field, if anything."""
        if fault := _options_fault(self.options):
            return fault
        most = len(self.options) if self.at_most is None else self.at_most
        if not 0 <= self.at_least <= most:
            return f"at_least must lie between 0 and {most}, got {self.at_least}"
        if self.default is not None:
            try:
                object.__setattr__(self, "default", self.read(self.default))
            except InvalidValue as reason:
                return f"its default {reason}"
        return None

    def read(self, value: object) -> tuple[str, ...]:
        """Give the ids of the options in order; refuse others, repetitions and wrong numbers."""
        if not isinstance(value, list | tuple | set | frozenset):
            raise InvalidValue(f"must be a list of options, got {value!r}")
        known = [one.id for one in self.options]
        for one in value:
            if one not in known:
                raise _unknown(self.options, one)
        if len(set(value)) != len(value):
            raise InvalidValue(f"must name each option once, got {list(value)}")
        least = max(self.at_least, 1 if self.required else 0)
        if len(value) < least:
            raise InvalidValue(f"must name at least {least} options, got {len(value)}")
        if self.at_most is not None and len(value) > self.at_most:
            raise InvalidValue(f"must name at most {self.at_most} options, got {len(value)}")
        return tuple(one for one in known if one in value)

    def plain(self, value: FieldValue) -> object:
        """Give the value as JSON writes it."""
        return list(self.read(value))

    def loosens(self, parent: MultiField) -> str | None:
        """Say where this allows what ``parent`` does not; ``None`` when nowhere."""
        if fault := _further(self.options, parent.options):
            return fault
        if not within(self.at_least, self.at_most, parent.at_least, parent.at_most):
            return "it allows fewer or more options than the parent"
        return None


def _where(
    where: Mapping[str, str | Sequence[str]] | Iterable[tuple[str, str | Sequence[str]]],
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows = where.items() if isinstance(where, Mapping) else where
    return tuple(
        (name, (allowed,) if isinstance(allowed, str) else tuple(allowed)) for name, allowed in rows
    )


@attrs.frozen
class ReferenceField(Field):
    """The id of an object of type ``to`` whose attributes are among those of ``where``.

    >>> ReferenceField("owner", "person", where={"country": ["GB", "DE"]}).where
    (('country', ('GB', 'DE')),)
    """

    to: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = attrs.field(default=(), converter=_where)
    default: str | None = None

    kind = FieldKind.REFERENCE

    def own_fault(self) -> str | None:
        """What cannot be true of this field, if anything."""
        if not self.to:
            return "a reference names the type of object that it refers to"
        if len(dict(self.where)) != len(self.where):
            return "the filter names an attribute twice"
        return None

    def read(self, value: object) -> str:
        """Give the id; whether the object is there is asked by :func:`read_fields`."""
        if not isinstance(value, str) or not value:
            raise InvalidValue(f"must be the id of a {self.to}, got {value!r}")
        return value

    def plain(self, value: FieldValue) -> object:
        """Give the value as JSON writes it."""
        return value

    def loosens(self, parent: ReferenceField) -> str | None:
        """Say where this allows what ``parent`` does not; ``None`` when nowhere."""
        if self.to != parent.to:
            return f"it refers to a {self.to}, not to a {parent.to}"
        own = dict(self.where)
        for name, allowed in parent.where:
            if name not in own or not set(own[name]) <= set(allowed):
                return f"its filter lets more through by {name!r} than the parent's"
        return None

"""The names under which values are stored: an explicit list, apart from the names of classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import attrs

from harmony_core.errors import InvalidValue

Record: TypeAlias = dict[str, Any]
"""Plain data (text, whole numbers, booleans, ``None``, lists, dicts) that JSON writes as it is."""

Upgrade: TypeAlias = Callable[[Record], Record]
"""Brings the fields of one version to the form of the next."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TAG = re.compile(r"([a-z][a-z0-9-]*)(?:@([1-9][0-9]*))?")


@attrs.frozen
class Kind:
    """What ``name`` stands for, and how older versions of its form are brought forward."""

    name: str
    version: int
    cls: type
    upgrades: Mapping[int, Upgrade]

    def brought_forward(self, data: Record, version: int) -> Record:
        """Give fields of ``version`` the form of today."""
        if version > self.version:
            raise InvalidValue(
                f"{self.name}@{version} is newer than {self.name}@{self.version}, "
                "the latest that this library reads: upgrade it"
            )
        for old in range(version, self.version):
            if old not in self.upgrades:
                raise InvalidValue(f"nothing brings {self.name}@{old} to {self.name}@{old + 1}")
            data = self.upgrades[old](data)
        return data


_by_name: dict[str, Kind] = {}
_by_class: dict[type, Kind] = {}


def register(
    name: str, version: int, cls: type, upgrades: Mapping[int, Upgrade] | None = None
) -> None:
    """Give a class its place among the records.

    Args:
        name: what stored data calls it, small letters with hyphens; it outlives the class's name.
        version: of the form in which it is written from now on, counted from 1.
        cls: a class made by attrs, whose fields have types that records know.
        upgrades: for each older version, what brings its fields to the next one.

    Raises:
        InvalidValue: the name or the class is taken, or the name has another form.
    """
    if not _NAME.fullmatch(name):
        raise InvalidValue(f"a record's name is like 'contract-line', got {name!r}")
    if version < 1 or not attrs.has(cls):
        raise InvalidValue(f"{name!r} needs a version from 1 on and a class made by attrs")
    for known in (_by_name.get(name), _by_class.get(cls)):
        if known is not None and (known.name, known.cls) != (name, cls):
            raise InvalidValue(
                f"{known.name!r} stands for {known.cls.__qualname__}, so {name!r} cannot stand "
                f"for {cls.__qualname__}: choose another name, or register the class once"
            )
    _by_name[name] = _by_class[cls] = Kind(name, version, cls, dict(upgrades or {}))


def registered() -> Mapping[str, type]:
    """Give the classes that have a record form, by name."""
    return {name: _by_name[name].cls for name in sorted(_by_name)}


def kind_of(cls: type) -> Kind | None:
    """Give what is registered for a class, if anything is."""
    return _by_class.get(cls)


def tag_of(cls: type) -> str:
    """Give ``contract-line@2``; version 1 is the bare name."""
    kind = _by_class.get(cls)
    if kind is None:
        raise InvalidValue(
            f"{cls.__qualname__} has no record form: call register(name, version, class) first"
        )
    return kind.name if kind.version == 1 else f"{kind.name}@{kind.version}"


def named_by(tag: object) -> tuple[Kind, int]:
    """Read a tag: what it stands for, and the version in which the data is written."""
    match = _TAG.fullmatch(tag) if isinstance(tag, str) else None
    if match is None:
        raise InvalidValue(f"expected a name such as 'contract-line' or 'contract@2', got {tag!r}")
    kind = _by_name.get(match[1])
    if kind is None:
        raise InvalidValue(f"nothing is registered as {match[1]!r}")
    return kind, int(match[2] or 1)

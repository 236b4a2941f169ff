"""The tree of asset types: a laptop is a workstation is a computer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from harmony_core.errors import InvalidValue, NotFound


def _pairs(parents: Mapping[str, str | None]) -> dict[str, str | None]:
    return dict(sorted(parents.items()))


def _set(types: Iterable[str]) -> frozenset[str]:
    return frozenset([types] if isinstance(types, str) else types)


@attrs.frozen
class AssetTypes:
    """Each type with its parent, ``None`` at the top.

    A rate line that names a type picks up all of its sub-types. Types in ``soft`` are software,
    services and the like, and so is everything below them; every other asset is a thing.

    Raises:
        NotFound: a parent, or a soft type, that is not itself a type.
        InvalidValue: a type that is, in the end, its own parent.

    >>> types = AssetTypes({"computer": None, "server": "computer", "laptop": "computer"})
    >>> types.is_a("laptop", "computer"), types.is_a("laptop", "server")
    (True, False)
    """

    parents: Mapping[str, str | None] = attrs.field(converter=_pairs)
    soft: frozenset[str] = attrs.field(default=frozenset(), converter=_set)
    _line: dict[str, tuple[str, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        lines = {type_: self._line_of(type_) for type_ in self.parents}
        object.__setattr__(self, "_line", lines)
        for type_ in sorted(self.soft):
            self.line(type_)

    def __hash__(self) -> int:
        return hash((tuple(self.parents.items()), self.soft))

    def _line_of(self, type_: str) -> tuple[str, ...]:
        line = [type_]
        while (parent := self.parents[line[-1]]) is not None:
            if parent not in self.parents:
                raise NotFound(f"asset type {line[-1]!r} has a parent {parent!r} that is no type")
            if parent in line:
                circle = " -> ".join([*line[line.index(parent) :], parent])
                raise InvalidValue(f"asset types cannot go round in a circle: {circle}")
            line.append(parent)
        return tuple(line)

    def line(self, type_: str) -> tuple[str, ...]:
        """Give the type itself and everything it is, up to the top.

        Raises:
            NotFound: no such type.
        """
        if type_ not in self._line:
            known = ", ".join(self.parents) or "none: give the company its asset types"
            raise NotFound(f"no asset type {type_!r}; the tree has {known}")
        return self._line[type_]

    def is_a(self, type_: str, ancestor: str) -> bool:
        """Tell whether ``type_`` is ``ancestor`` or below it.

        Raises:
            NotFound: either of them is no type: a misspelt type would count nothing in silence.
        """
        self.line(ancestor)
        return ancestor in self.line(type_)

    def is_soft(self, type_: str) -> bool:
        """Tell whether assets of the type are soft; otherwise they are physical.

        Raises:
            NotFound: no such type.
        """
        return not self.soft.isdisjoint(self.line(type_))

    def under(self, ancestors: frozenset[str]) -> frozenset[str]:
        """Give every type that is one of ``ancestors`` or below one.

        Raises:
            NotFound: one of them is no type.
        """
        for ancestor in sorted(ancestors):
            self.line(ancestor)
        return frozenset(
            type_ for type_, line in self._line.items() if not ancestors.isdisjoint(line)
        )

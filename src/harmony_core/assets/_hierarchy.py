"""What is part of what: a disk in a server in a rack, each from a day on.

A placement is a fact: it is added and never changed, and a later one moves the asset. On every day
the placements that hold make a forest; one that would close a circle on any day is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.periods import History, Version


@attrs.frozen
class Placement:
    """From ``day`` on the asset is a component of ``parent_id``; ``None``: of nothing."""

    asset_id: str
    day: date
    parent_id: str | None
    recorded_on: date | None = None

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day


class AssetHierarchy:
    """Parents and components on each day, from placements in any order, repeated or not.

    ``known`` leaves out what became known after that day. An asset without a placement stands
    alone. For one asset and day the placement known last holds.

    Raises:
        InvalidValue: two placements of one asset that hold from one day and were known on one
            day, or assets that would be parts of each other on some day.

    >>> tree = AssetHierarchy(
    ...     [
    ...         Placement("disk", date(2026, 1, 1), "server-1"),
    ...         Placement("disk", date(2026, 4, 1), "server-2"),
    ...         Placement("server-2", date(2026, 1, 1), "rack"),
    ...     ]
    ... )
    >>> tree.line("disk", date(2026, 3, 31)), tree.line("disk", date(2026, 4, 1))
    (('disk', 'server-1'), ('disk', 'server-2', 'rack'))
    """

    __slots__ = ("_histories",)

    def __init__(self, placements: Iterable[Placement], known: date | None = None) -> None:
        versions: defaultdict[str, set[Version[str | None]]] = defaultdict(set)
        for one in placements:
            if known is None or one.known_on <= known:
                version = Version(one.day, one.known_on, one.parent_id)
                versions[one.asset_id].add(version)
        self._histories: dict[str, History[str | None]] = {}
        for asset_id in sorted(versions):
            try:
                self._histories[asset_id] = History(tuple(versions[asset_id]))
            except InvalidValue as reason:
                raise InvalidValue(f"asset {asset_id!r}: {reason}") from None
        for asset_id, history in self._histories.items():
            for version in history.versions:
                self._refuse_circle(asset_id, version.valid_from)

    def _refuse_circle(self, asset_id: str, day: date) -> None:
        # A circle closes on the day of one of its own placements, and is walked from there.
        line = [asset_id]
        while (parent := self.parent(line[-1], day)) is not None:
            if parent in line:
                circle = " -> ".join([*line[line.index(parent) :], parent])
                raise InvalidValue(f"on {day} assets would be parts of each other: {circle}")
            line.append(parent)

    def parent(self, asset_id: str, day: date) -> str | None:
        """Give the asset that it is a component of on ``day``; ``None`` when it stands alone."""
        history = self._histories.get(asset_id)
        if history is None or history.versions[0].valid_from > day:
            return None
        return history.at(day)

    def line(self, asset_id: str, day: date) -> tuple[str, ...]:
        """Give the asset and everything that it is a part of, up to the top."""
        line = [asset_id]
        while (parent := self.parent(line[-1], day)) is not None:
            line.append(parent)
        return tuple(line)

    def components(self, asset_id: str, day: date) -> tuple[str, ...]:
        """Give what it consists of on ``day``, one level down, by id."""
        return tuple(each for each in self._histories if self.parent(each, day) == asset_id)

    def below(self, asset_id: str, day: date) -> tuple[str, ...]:
        """Give everything that is part of it on ``day``, on any level, by id."""
        parts: defaultdict[str, list[str]] = defaultdict(list)
        for each in self._histories:
            if (parent := self.parent(each, day)) is not None:
                parts[parent].append(each)
        found: list[str] = []
        waiting = [asset_id]
        while waiting:
            inside = parts[waiting.pop()]
            found += inside
            waiting += inside
        return tuple(sorted(found))

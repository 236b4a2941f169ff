"""Which usage records count as known on a day, where some take the place of others.

A record that replaces another one takes its place from the day on which it is known; a withdrawal
leaves the place empty. One record stands in a place. Where two replace the same one, the later
known of them does, and of two known on one day the one with the greater id; what replaces the
other one plays no part. A replacement of a record that nobody knows yet counts on its own. Where
records replace each other in a circle, the first known of them is taken for the original.

All of it depends on the records and the day alone, never on the order in which they came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeAlias

from harmony_core.work import UsageRecord

_Key: TypeAlias = tuple[str, str]
"""Source and id."""


class UsagePlaces:
    """The records that replace others, grouped with those that they replace."""

    def __init__(self, records: Iterable[UsageRecord]) -> None:
        all_records = tuple(records)
        self._related: dict[_Key, tuple[UsageRecord, ...]] = {}
        self._standing: dict[tuple[_Key, date], frozenset[_Key]] = {}
        if any(record.replaces is not None for record in all_records):
            self._related = _groups(all_records)

    def related(self, records: Iterable[UsageRecord]) -> list[UsageRecord]:
        """The records with all that stand in one place with them; each once, in their order."""
        if not self._related:
            return list(records)
        found: dict[_Key, UsageRecord] = {}
        for record in records:
            for one in self._related.get(_key(record), (record,)):
                found.setdefault(_key(one), one)
        return list(found.values())

    def standing(self, records: Iterable[UsageRecord], day: date) -> list[UsageRecord]:
        """Those that count as known on ``day``, in the order in which they are given."""
        known = [record for record in records if record.known_on <= day]
        if not self._related:
            return known
        return [record for record in known if self._stands(record, day)]

    def _stands(self, record: UsageRecord, day: date) -> bool:
        group = self._related.get(_key(record))
        if group is None:
            return True
        last = max(one.known_on for one in group if one.known_on <= day)
        place = _key(group[0]), last  # what is known changes on the days of recording only
        if place not in self._standing:
            known = [one for one in group if one.known_on <= last]
            self._standing[place] = frozenset(_standing_of(known))
        return _key(record) in self._standing[place]


def _key(record: UsageRecord) -> _Key:
    return record.source, record.id


def _groups(records: tuple[UsageRecord, ...]) -> dict[_Key, tuple[UsageRecord, ...]]:
    """The records of each connected group, by each of its records; only where there are several.

    Two replacements of a record that nobody knows are connected by its id.
    """
    leader: dict[_Key, _Key] = {}

    def led_by(key: _Key) -> _Key:
        while (above := leader.setdefault(key, key)) != key:
            leader[key] = leader[above]
            key = above
        return key

    for record in records:
        if record.replaces is not None:
            leader[led_by(_key(record))] = led_by((record.source, record.replaces))
    groups: defaultdict[_Key, list[UsageRecord]] = defaultdict(list)
    for record in records:
        if _key(record) in leader:
            groups[led_by(_key(record))].append(record)
    ordered = {key: tuple(sorted(group, key=_recorded)) for key, group in groups.items()}
    return {_key(record): group for group in ordered.values() for record in group}


def _recorded(record: UsageRecord) -> tuple[date, str]:
    return record.known_on, record.id


def _standing_of(known: list[UsageRecord]) -> Iterable[_Key]:
    """The records of one group that stand when these of it are known."""
    by_id = {record.id: record for record in known}
    replacing: defaultdict[str, list[UsageRecord]] = defaultdict(list)
    for record in known:
        if record.replaces is not None:
            replacing[record.replaces].append(record)
    firsts = [
        max(rivals, key=_recorded)
        for replaced, rivals in replacing.items()
        if replaced not in by_id
    ]
    firsts += [record for record in known if record.replaces is None]
    firsts += _first_of_circles(known, by_id)
    for first in firsts:
        place, seen = first, {first.id}
        while rivals := replacing.get(place.id):
            winner = max(rivals, key=_recorded)
            if winner.id in seen:
                break
            seen.add(winner.id)
            place = winner
        if not place.withdrawn:
            yield _key(place)


def _first_of_circles(
    known: list[UsageRecord], by_id: Mapping[str, UsageRecord]
) -> list[UsageRecord]:
    found: dict[str, UsageRecord] = {}
    for record in known:
        trail: dict[str, UsageRecord] = {}
        above: UsageRecord | None = record
        while above is not None and above.id not in trail:
            trail[above.id] = above
            above = by_id.get(above.replaces) if above.replaces is not None else None
        if above is not None:
            ids = list(trail)
            circle = [trail[id_] for id_ in ids[ids.index(above.id) :]]
            first = min(circle, key=_recorded)
            found[first.id] = first
    return list(found.values())

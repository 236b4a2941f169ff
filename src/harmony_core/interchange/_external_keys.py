"""What other systems call our objects: dated keys, looked up from either side.

A monitoring tool, a cloud provider and a ticket system each have their own key for one customer,
and some have several. A key may pass to another object on a day; on any day it means one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import attrs

from harmony_core.errors import InvalidValue, NotFound, expect, expect_each

CUSTOMER = "customer"
METER = "meter"


def _named(_: object, field: Any, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise InvalidValue(f"{field.name} of an external key must be text, got {value!r}")


def _plain_day(_: object, field: Any, value: date | None) -> None:
    if value is not None and type(value) is not date:
        raise InvalidValue(f"{field.name} of an external key is a plain date, got {value!r}")


@attrs.frozen
class ExternalKey:
    """``system`` means our object by ``key``, from ``valid_from`` until before ``valid_to``.

    ``kind`` says what the object is: ``customer``, ``meter``, or a word of the host's own, such as
    ``contract line``. ``id`` is ours.

    Raises:
        InvalidValue: an empty text, or an end that is not after the start.

    >>> ExternalKey("aws", "111122223333", "customer", "K-1").valid_to is None
    True
    """

    system: str = attrs.field(validator=_named)
    key: str = attrs.field(validator=_named)
    kind: str = attrs.field(validator=_named)
    id: str = attrs.field(validator=_named)
    valid_from: date = attrs.field(default=date.min, validator=_plain_day)
    valid_to: date | None = attrs.field(default=None, validator=_plain_day)

    def __attrs_post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise InvalidValue(
                f"key {self.key!r} of {self.system} ends on {self.valid_to}, "
                f"not after its start on {self.valid_from}"
            )

    def holds(self, day: date) -> bool:
        """Whether it is in force on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class ExternalKeys:
    """Keys of any number of systems, immutable; on one day a key means one object of a kind.

    Raises:
        InvalidValue: a key means two objects of one kind on one day; the message names both.

    >>> keys = ExternalKeys(
    ...     [
    ...         ExternalKey("aws", "1111", "customer", "K-1", valid_to=date(2026, 3, 1)),
    ...         ExternalKey("aws", "1111", "customer", "K-2", date(2026, 3, 1)),
    ...         ExternalKey("aws", "2222", "customer", "K-2"),
    ...     ]
    ... )
    >>> keys.find("aws", "1111", "customer", date(2026, 2, 28))
    'K-1'
    >>> [key.key for key in keys.of("customer", "K-2", date(2026, 3, 1))]
    ['1111', '2222']
    """

    __slots__ = ("_by_key", "_by_object")

    def __init__(self, keys: Iterable[ExternalKey]) -> None:
        by_key: defaultdict[tuple[str, str, str], list[ExternalKey]] = defaultdict(list)
        by_object: defaultdict[tuple[str, str], list[ExternalKey]] = defaultdict(list)
        for key in sorted(set(expect_each(keys, ExternalKey, "external keys")), key=_order):
            by_key[key.system, key.kind, key.key].append(key)
            by_object[key.kind, key.id].append(key)
        for of_one_key in by_key.values():
            _refuse_overlap(of_one_key)
        self._by_key = {
            name: (tuple(key.valid_from for key in found), tuple(found))
            for name, found in by_key.items()
        }
        self._by_object = {name: tuple(found) for name, found in by_object.items()}

    def find(self, system: str, key: str, kind: str, day: date) -> str:
        """Give the id of the object that the key means on ``day``.

        Raises:
            NotFound: none; the message says when the key means something, if ever.
        """
        _refuse_other_kinds(system, key, kind, day)
        id_ = self.get(system, key, kind, day)
        if id_ is None:
            held = self._by_key.get((system, kind, key), ((), ()))[1]
            spans = ", ".join(
                f"{one.id!r} from {one.valid_from} until before {one.valid_to or 'any end'}"
                for one in held
            )
            raise NotFound(
                f"no {kind} has the key {key!r} of {system} on {day}"
                + (f": it means {spans}" if spans else ": add the key to the mapping")
            )
        return id_

    def get(self, system: str, key: str, kind: str, day: date) -> str | None:
        """Give the id of the object that the key means on ``day``, or ``None``."""
        try:
            found = self._by_key.get((system, kind, key))
            if found is None:
                return None
            starts, keys = found
            for index in range(bisect_right(starts, day) - 1, -1, -1):
                if keys[index].holds(day):
                    return keys[index].id
        except TypeError:  # asked for only here: a feed looks up every row
            _refuse_other_kinds(system, key, kind, day)
            raise
        return None

    def of(
        self,
        kind: str,
        id: str,  # noqa: A002  the field's own name
        day: date,
        system: str | None = None,
    ) -> tuple[ExternalKey, ...]:
        """Give the keys that mean an object on ``day``, ordered by system and key."""
        for text, what in ((kind, "kind"), (id, "id")):
            expect(text, str, f"the {what} of an object")
        expect(day, date, "the day on which keys are looked up")
        return tuple(
            key
            for key in self._by_object.get((kind, id), ())
            if key.holds(day) and system in (None, key.system)
        )

    def with_keys(self, keys: Iterable[ExternalKey]) -> ExternalKeys:
        """Give a mapping with these keys as well.

        Raises:
            InvalidValue: as for a mapping of all of them.
        """
        return ExternalKeys([*self, *expect_each(keys, ExternalKey, "external keys")])

    def __iter__(self) -> Iterator[ExternalKey]:
        """Go through all keys, by system, kind, key and start."""
        return (key for name in sorted(self._by_key) for key in self._by_key[name][1])

    def __len__(self) -> int:
        return sum(len(keys) for _, keys in self._by_key.values())


def _refuse_other_kinds(system: object, key: object, kind: object, day: object) -> None:
    for text, what in ((system, "system"), (key, "key"), (kind, "kind")):
        expect(text, str, f"the {what} of an external key")
    expect(day, date, "the day on which a key is looked up")


def _order(key: ExternalKey) -> tuple[str, str, date, str, date]:
    return key.system, key.key, key.valid_from, key.id, key.valid_to or date.max


def _refuse_overlap(keys: list[ExternalKey]) -> None:
    """Refuse two objects at once; ``keys`` have one name and rise by their start."""
    reaching = keys[0]  # of those seen, the one that holds longest; all of them are of one object
    for key in keys[1:]:
        if _end(reaching) > key.valid_from and reaching.id != key.id:
            raise InvalidValue(
                f"on {key.valid_from} the key {key.key!r} of {key.system} means both {key.kind} "
                f"{reaching.id!r} and {key.id!r}: end the one before the other begins"
            )
        if _end(key) > _end(reaching):
            reaching = key


def _end(key: ExternalKey) -> date:
    return key.valid_to or date.max

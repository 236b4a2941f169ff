"""What monitoring sources report, and how two reports are recognised as one device.

A source names a device by its own id, and may give it another after a re-installation; so do two
sources. What stays is what the device carries: serial number, MAC addresses. These are compared
without blanks, signs and case, and the placeholders that makers leave in firmware identify nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue

SourceKey: TypeAlias = tuple[str, str]
"""Source and the id that it gives to a device: this is what is decided on."""

_SIGNS = re.compile(r"[\W_]+")


def as_compared(value: str) -> str:
    """Give a key without blanks, signs and case.

    >>> as_compared("00:1A-2b 3C.4d:5E"), as_compared("To be filled by O.E.M.")
    ('001a2b3c4d5e', 'tobefilledbyoem')
    """
    return _SIGNS.sub("", value).casefold()


def _keys(
    keys: Mapping[str, str | Iterable[str]] | Iterable[tuple[str, str]],
) -> tuple[tuple[str, str], ...]:
    if isinstance(keys, Mapping):
        rows = [
            (name, value)
            for name, values in keys.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
    else:
        rows = list(keys)
    return tuple(sorted({(name, as_compared(value)) for name, value in rows} - {("", "")}))


@attrs.frozen
class Sighting:
    """A device as one source reports it.

    Args:
        source: which monitoring system.
        id: what it calls the device.
        type: the company's asset type, into which the source's own was translated.
        customer_id: whose it is.
        keys: what it carries, by name (``serial``, ``mac``); of one name there may be several.
        name: what people call it; a new name alone is no change.

    >>> Sighting("rmm", "77", "laptop", "K-1", {"mac": ["00:1A:2B:3C:4D:5E"]}).keys
    (('mac', '001a2b3c4d5e'),)
    """

    source: str
    id: str
    type: str
    customer_id: str
    keys: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_keys)
    name: str = attrs.field(default="", eq=False)

    @property
    def key(self) -> SourceKey:
        """Source and id."""
        return self.source, self.id


def _sightings(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    return tuple(sorted(sightings, key=in_order))


def in_order(sighting: Sighting) -> tuple[str, ...]:
    """Source, id, then content: an order that depends on nothing else."""
    content = (name + "\0" + value for name, value in sighting.keys)
    return (*sighting.key, sighting.type, sighting.customer_id, *content)


@attrs.frozen
class Snapshot:
    """Everything that a source saw on ``day``; what is not in it had gone.

    A snapshot that is not ``complete`` (one customer only, an interrupted export) says nothing of
    what is not in it. ``recorded_on`` is when it arrived, if that was later.

    Raises:
        InvalidValue: a sighting of another source.
    """

    source: str
    day: date
    sightings: tuple[Sighting, ...] = attrs.field(converter=_sightings)
    complete: bool = True
    recorded_on: date | None = None

    def __attrs_post_init__(self) -> None:
        for one in self.sightings:
            if one.source != self.source:
                raise InvalidValue(
                    f"a snapshot of {self.source!r} holds {one.id!r} of {one.source!r}: "
                    "give each source its own"
                )

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day

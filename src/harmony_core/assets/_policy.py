"""How devices are recognised, and how long one may be missing: terms of the house.

Stored with what was decided by them; a later policy changes no earlier event.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from harmony_core.assets._sightings import Sighting, as_compared
from harmony_core.errors import InvalidValue

PLACEHOLDERS = (
    "0",
    "000000000000",
    "12345678",
    "123456789",
    "1234567890",
    "defaultstring",
    "ffffffffffff",
    "na",
    "none",
    "notapplicable",
    "notavailable",
    "notspecified",
    "null",
    "oem",
    "systemserialnumber",
    "tobefilledbyoem",
    "unknown",
)
"""Values, as compared, that many devices share because nobody filled them in."""


@attrs.frozen
class Match:
    """A registered device carries the same ``value`` under ``rule`` as a sighting."""

    rule: str
    value: str
    device_id: str


def devices_by_rule(matches: Iterable[Match]) -> dict[str, frozenset[str]]:
    """The devices that each rule leads to, in the order of the rules."""
    found: dict[str, frozenset[str]] = {}
    for match in matches:
        found[match.rule] = found.get(match.rule, frozenset()) | {match.device_id}
    return found


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _compared(values: Iterable[str]) -> frozenset[str]:
    return frozenset(map(as_compared, values))


@attrs.frozen
class IdentityRules:
    """Which keys identify a device, the most telling first; the first that matches decides.

    ``placeholders`` are values that identify nothing; they are compared like the keys.
    """

    keys: tuple[str, ...] = attrs.field(default=("serial", "mac"), converter=_names)
    placeholders: frozenset[str] = attrs.field(default=PLACEHOLDERS, converter=_compared)

    def telling(self, sighting: Sighting) -> tuple[tuple[str, str], ...]:
        """Give the keys by which a sighting can be recognised, in the order of the rules."""
        return tuple(
            (rule, value)
            for rule in self.keys
            for name, value in sighting.keys
            if name == rule and value and value not in self.placeholders
        )


@attrs.frozen
class TriagePolicy:
    """The identity rules, and what becomes of a device that nobody sees.

    Args:
        rules: which keys identify a device.
        grace_days: days from the one on which the last source missed it; it goes when they end.
        off_when_missed: then it goes off as of the day it was missed, so that what was billed in
            the grace is given back; otherwise as of the end of its grace.

    Raises:
        InvalidValue: a grace below zero days.
    """

    rules: IdentityRules = attrs.field(factory=IdentityRules)
    grace_days: int = 14
    off_when_missed: bool = False

    def __attrs_post_init__(self) -> None:
        if self.grace_days < 0:
            raise InvalidValue(f"a grace has zero days or more, got {self.grace_days}")

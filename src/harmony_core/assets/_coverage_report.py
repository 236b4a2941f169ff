"""What a look at who bills what finds: mapping rows, covered days, gaps and overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

import attrs

from harmony_core.explanation import PLAIN_ENGLISH, Wording
from harmony_core.periods import Span
from harmony_core.products import CountPolicy

LineKey: TypeAlias = tuple[str, str]
"""Contract and line."""


@attrs.frozen
class CoverageRow:
    """One row of the mapping table: a line that runs on a day, and the types that it picks up.

    Args:
        contract_id: the contract.
        line_id: its line.
        customer_id: whose devices it counts, after merges of customers.
        named: the types that the line names.
        types: these and all below them, sorted.
        policy: which of the devices count.
        start: the first day of the line.
        last_day: its last, as it stands on that day; ``None`` while it is open.
    """

    contract_id: str
    line_id: str
    customer_id: str
    named: tuple[str, ...]
    types: tuple[str, ...]
    policy: CountPolicy
    start: date
    last_day: date | None

    @property
    def key(self) -> LineKey:
        """Contract and line."""
        return self.contract_id, self.line_id


@attrs.frozen
class CoveredDays:
    """On these days the device is there and ``lines`` pick it up: one, none or several."""

    device_id: str
    type: str
    customer_id: str
    days: Span
    lines: tuple[LineKey, ...]


@attrs.frozen
class NotCounted:
    """A line picks the device up in a service period, but its policy counts other days."""

    device_id: str
    line: LineKey
    period: Span
    policy: CountPolicy


@attrs.frozen
class CoverageReport:
    """Every billable device and every day of it in the period, each in one of three lists.

    Args:
        period: the days looked at.
        once: picked up by exactly one line.
        overlaps: picked up by several: billed more than once.
        gaps: picked up by none: billed nowhere.
        not_counted: picked up, but not counted by the policy of the line.
        unknown_types: ids of devices whose type is not in the tree; no line can pick them up.
    """

    period: Span
    once: tuple[CoveredDays, ...]
    overlaps: tuple[CoveredDays, ...]
    gaps: tuple[CoveredDays, ...]
    not_counted: tuple[NotCounted, ...]
    unknown_types: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether every billable device is billed exactly once."""
        return not (self.overlaps or self.gaps or self.not_counted)

    def as_text(self, wording: Wording = PLAIN_ENGLISH) -> str:
        """Write what is wrong in words, one finding a line; nothing where all is well."""
        return "\n".join(self._sentences(wording))

    def _sentences(self, wording: Wording) -> Iterator[str]:
        for one in self.gaps:
            yield f"{_of(one)}: {wording.words('billed by no line')}"
        for one in self.overlaps:
            named = ", ".join(map(_line, one.lines))
            yield f"{_of(one)}: " + wording.words("billed by {lines}", lines=named)
        for other in self.not_counted:
            policy = wording.words(other.policy.value.replace("_", " "))
            sentence = wording.words(
                "picked up by {line}, but not counted by its policy: {policy}",
                line=_line(other.line),
                policy=policy,
            )
            yield f"{other.device_id} {_days(other.period)}: {sentence}"


def _of(one: CoveredDays) -> str:
    return f"{one.device_id} ({one.type}, {one.customer_id}) {_days(one.days)}"


def _days(span: Span) -> str:
    return f"{span.first_day}..{span.last_day}"


def _line(key: LineKey) -> str:
    return " ".join(key)

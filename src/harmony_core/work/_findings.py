"""What a linter of contracts finds: the fault, the lines, the days, and the way out.

Between two days on which a line begins, ends, is amended, or its cover changes, nothing changes.
One day of each such stretch is looked at and speaks for all of them, and stretches that follow upon
each other are told as one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

import attrs

from harmony_core.contracts import Contract, ContractLine
from harmony_core.errors import Word
from harmony_core.periods import Span
from harmony_core.work._coverage import LineRef


class FindingKind(Word):
    """What is wrong."""

    DEAD_END = "dead end"
    """work reaches lines that refuse it or are not in force, and no other line catches it"""
    OVERLAP = "overlap"
    """two lines take the same work, or count the same devices or the same meter"""
    NEVER_MATCHES = "never matches"
    """a rule that no work can ever meet"""
    RATE_TIE = "rate tie"
    """two rates between which the look-up would guess"""
    RATE_MISSING = "rate missing"
    """work is taken, and no rate says what an hour of it costs"""
    EXPIRED = "expired"
    """something points to a line or contract that is no longer in force"""
    NO_OVERAGE = "prepaid without overage"
    """work beyond a prepaid fund has no price"""


@attrs.frozen(order=True)
class Finding:
    """One fault: its kind, the lines concerned, what is wrong, and what to do about it.

    Attributes:
        kind: of the fault.
        lines: that are concerned.
        reason: what is wrong, in English.
        way_out: what to do about it.
        first_day, last_day: of a dead end or an overlap, inclusive; one that comes back after a
            while is a finding of its own. ``None`` where the fault has no days.
    """

    kind: FindingKind
    lines: tuple[LineRef, ...]
    reason: str
    way_out: str
    first_day: date | None = attrs.field(default=None, order=False)
    last_day: date | None = attrs.field(default=None, order=False)

    def __str__(self) -> str:
        lines = ", ".join("/".join(line) for line in self.lines)
        return f"{self.kind.value} [{lines}]: {self.reason}; {self.way_out}"


@attrs.frozen
class Standing:
    """A line that stands in a contract."""

    contract: Contract
    line: ContractLine

    @property
    def ref(self) -> LineRef:
        """Contract id and line id."""
        return self.contract.id, self.line.id


def stretches(
    standing: Iterable[Standing], span: Span, more: Iterable[date] = ()
) -> tuple[Span, ...]:
    """Cut days where anything begins to hold or has ceased to: within each part nothing changes.

    Args:
        standing: the lines that are looked at.
        span: the days.
        more: days from which something else is different.
    """
    firsts, lasts = {span.first_day, *more}, set[date | None]()
    for one in standing:
        turns = {one.line.start, *(amendment.first_day for amendment in one.contract.amendments)}
        agreed = (one.contract.line_on(one.line.id, day) for day in turns)
        lasts |= {line.last_day for line in agreed if line is not None}
        firsts |= turns
        if (cover := one.line.cover) is not None:
            firsts |= {day for day in (cover.first_day,) if day is not None}
            lasts.add(cover.last_day)
    firsts |= {day + timedelta(days=1) for day in lasts if day is not None and day < date.max}
    cuts = [*sorted(day for day in firsts if day in span), span.end]
    return tuple(Span(first, end) for first, end in pairwise(cuts))


def joined(parts: Iterable[Span]) -> tuple[Span, ...]:
    """Put stretches that follow upon each other together."""
    found: list[Span] = []
    for part in sorted(set(parts), key=lambda one: one.start):
        if found and found[-1].end == part.start:
            found[-1] = Span(found[-1].start, part.end)
        else:
            found.append(part)
    return tuple(found)


def in_words(days: Span) -> str:
    """Name the first and the last of some days."""
    return f"from {days.first_day} to {days.last_day}"

"""What facts take from prepaid lines, and what one line leaves for the next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from fractions import Fraction
from itertools import takewhile

import attrs

from harmony_core.contracts import Contract, ContractLine, line_end
from harmony_core.periods import InstantSpan, add_months
from harmony_core.products import TimeWorked
from harmony_core.work import TimeEntry

_HOUR = timedelta(hours=1) // timedelta(microseconds=1)


@attrs.frozen
class Taken:
    """What is still to be taken for a fact, in clock units, and the lines that are asked next."""

    fact: TimeEntry
    quantity: Fraction
    path: tuple[ContractLine, ...] = ()

    @property
    def id(self) -> str:
        """Of the draw."""
        return self.fact.id

    def left(self, units: Fraction) -> Taken:
        """The same, when so many units before any tariff are left of it."""
        return attrs.evolve(self, quantity=units / self.fact.multiplier)

    def passed_on(self, contract: Contract) -> Taken | None:
        """The same with the line first that takes it; ``None`` where none does."""
        for number, line in enumerate(self.path):
            if takes(contract, line, self.fact):
                return attrs.evolve(self, path=self.path[number:])
        return None

    def as_entry(self) -> TimeEntry:
        """The rest of a time entry: its last hours."""
        entry, worked = self.fact, self.fact.worked
        if worked is not None:
            length = self.quantity * _HOUR
            whole = length.denominator == 1  # instants have no less than a microsecond
            start = worked.end - timedelta(microseconds=int(length))
            worked = InstantSpan(start, worked.end) if whole else None
        return attrs.evolve(entry, hours=self.quantity, worked=worked)


def takes(contract: Contract, line: ContractLine, fact: TimeEntry) -> bool:
    """Whether a line is asked for work that a fund left: its days and its cover allow it."""
    if contract.line_on(line.id, fact.day) is None and not _outlived(contract, line, fact.day):
        return False
    if line.fund is None and not isinstance(line.source, TimeWorked):
        return False
    cover = line.cover
    return cover is None or (
        cover.holds_on(fact.day)
        and cover.roles.admits(fact.role)
        and cover.types.admits(fact.work_type)
    )


def _outlived(contract: Contract, line: ContractLine, day: date) -> bool:
    """Whether a prepaid line has ended, and a block that it bought before can still be drawn."""
    if line.fund is None or line.fund.rollover is not None or day < line.start:
        return False
    ended = fund_line(contract, line.id)
    return ended is not None and any(
        period.span.start <= day < add_months(period.span.start, line.fund.valid_months)
        for period in takewhile(lambda one: one.span.start <= day, ended.periods())
    )


def fund_line(contract: Contract, line_id: str) -> ContractLine | None:
    """A prepaid line with the end that was agreed for it; ``None`` where it buys nothing.

    A block is bought once: an end stops further ones, and those that are there stay.
    """
    line, last_day = contract.line(line_id), line_end(contract, line_id).last_day
    if last_day == line.last_day:
        return line
    if last_day is not None and last_day < line.start:
        return None
    return attrs.evolve(line, last_day=last_day)


def worked(entries: Iterable[TimeEntry], path: tuple[ContractLine, ...]) -> list[Taken]:
    """What is left to take after entries below zero took some back: the latest work first."""
    done: list[TimeEntry] = []
    taken_back: list[TimeEntry] = []
    for entry in sorted(entries, key=lambda one: (one.day, one.started_at or time.min, one.id)):
        (done if entry.hours >= 0 else taken_back).append(entry)
    left = {entry.id: entry.hours for entry in done}
    for back in taken_back:
        units = -back.hours * back.multiplier
        for entry in reversed(done):
            if entry.day <= back.day and entry.multiplier:
                part = min(units, left[entry.id] * entry.multiplier)
                left[entry.id] -= part / entry.multiplier
                units -= part
    return [Taken(entry, left[entry.id], path) for entry in done]

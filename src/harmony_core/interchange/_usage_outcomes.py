"""What may become of a row of usage, and the parts and totals of a whole feed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Protocol, TypeAlias

import attrs

from harmony_core.errors import Problem
from harmony_core.interchange._external_keys import ExternalKeys
from harmony_core.interchange._tables import Row
from harmony_core.work import UsageRecord


@attrs.frozen
class MissingKey:
    """A key that means no object of that kind on the day of its row."""

    system: str
    key: str
    kind: str
    day: date

    def __str__(self) -> str:
        return f"no {self.kind} has the key {self.key!r} of {self.system} on {self.day}"


@attrs.frozen
class AcceptedUsage:
    """A row that became a record."""

    row: Row
    record: UsageRecord

    @property
    def quantity(self) -> Fraction:
        """Units of the record."""
        return self.record.quantity


@attrs.frozen
class RejectedUsage:
    """A row that cannot be true, and why; ``quantity`` is ``None`` where none could be read."""

    row: Row
    reason: str
    quantity: Fraction | None = None

    @property
    def problem(self) -> Problem:
        """Path and reason in one text."""
        return Problem.at(self.row.path, self.reason)

    def __str__(self) -> str:
        return self.problem


@attrs.frozen
class UnmappedUsage:
    """A row that waits for keys. Read ``row`` again when the mapping has them."""

    row: Row
    missing: tuple[MissingKey, ...]
    quantity: Fraction

    def __str__(self) -> str:
        return Problem.at(self.row.path, "; ".join(map(str, self.missing)))


@attrs.frozen
class RepeatedUsage:
    """A row whose record came before, in this feed or an earlier one, with the same content."""

    row: Row
    record: UsageRecord

    @property
    def quantity(self) -> Fraction:
        """Units of the record, which are counted once, with the first."""
        return self.record.quantity

    def __str__(self) -> str:
        name = f"usage record {self.record.id!r} of {self.record.source}"
        return Problem.at(self.row.path, f"{name} came before, with the same content")


@attrs.frozen
class NotUsage:
    """A row that is in order and says something else than usage, such as a tax or a credit."""

    row: Row
    reason: str
    quantity: Fraction

    def __str__(self) -> str:
        return Problem.at(self.row.path, self.reason)


UsageOutcome: TypeAlias = AcceptedUsage | RejectedUsage | UnmappedUsage | RepeatedUsage | NotUsage
"""What became of one row."""

ReadRow: TypeAlias = Callable[[Row], AcceptedUsage | RejectedUsage | UnmappedUsage | NotUsage]
"""Reads one row; whether its record came before is asked afterwards."""


class UsageLayout(Protocol):
    """How the rows of a feed are to be read."""

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        ...

    def reader(self, keys: ExternalKeys) -> ReadRow:
        """Give what reads one row after the other of one feed."""
        ...

    def billed(self, row: Row) -> tuple[str, Fraction] | None:
        """Give currency and amount of the row for the control total, where rows have them."""
        ...


@attrs.frozen
class Tally:
    """Rows and what they hold together.

    Attributes:
        rows: their number.
        quantity: sum of the quantities that could be read.
        unreadable: rows without such a quantity.
        billed: sum of the amounts by currency, in feeds that have them.
    """

    rows: int = 0
    quantity: Fraction = Fraction(0)
    unreadable: int = 0
    billed: tuple[tuple[str, Fraction], ...] = ()

    def __add__(self, other: Tally) -> Tally:
        billed = dict(self.billed)
        for code, amount in other.billed:
            billed[code] = billed.get(code, Fraction(0)) + amount
        return Tally(
            self.rows + other.rows,
            self.quantity + other.quantity,
            self.unreadable + other.unreadable,
            tuple(sorted(billed.items())),
        )


@attrs.frozen
class ControlTotal:
    """Rows and sums of each part of a feed; ``total`` is to agree with the sums of the file."""

    accepted: Tally = Tally()
    rejected: Tally = Tally()
    unmapped: Tally = Tally()
    repeated: Tally = Tally()
    not_usage: Tally = Tally()

    @property
    def total(self) -> Tally:
        """All parts together."""
        return self.accepted + self.rejected + self.unmapped + self.repeated + self.not_usage


@attrs.frozen
class UsageFeed:
    """What became of the rows of a feed, in their order; each is in exactly one of the parts."""

    accepted: tuple[UsageRecord, ...]
    rejected: tuple[RejectedUsage, ...]
    unmapped: tuple[UnmappedUsage, ...]
    repeated: tuple[RepeatedUsage, ...]
    not_usage: tuple[NotUsage, ...]
    control: ControlTotal

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every rejected row as path and reason."""
        return tuple(one.problem for one in self.rejected)

    @property
    def missing(self) -> tuple[MissingKey, ...]:
        """The keys that unmapped rows wait for, each of them once with its first day."""
        first: dict[tuple[str, str, str], MissingKey] = {}
        for one in self.unmapped:
            for key in one.missing:
                name = key.system, key.kind, key.key
                if name not in first or key.day < first[name].day:
                    first[name] = key
        return tuple(first[name] for name in sorted(first))

"""What was agreed later: dated changes of a contract.

An amendment is a fact: it says what changes from which day on, and keeps the day on which it was
agreed and the one on which it became known. A contract is never rewritten; :class:`Agreed` says how
it stands on any day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.contracts._lifecycle import ContractEvent
from harmony_core.contracts._line import ContractLine
from harmony_core.contracts._migrated import MigratedLot, migrated_lots
from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, exact
from harmony_core.pricing import Scheme
from harmony_core.products import LeftOver


def _quantity(value: Exact) -> Fraction:
    quantity = exact(value, "a quantity")
    if quantity < 0:
        raise InvalidValue(
            f"an agreed quantity is zero or more, got {exact_text(quantity)}: end the line to "
            "leave it out"
        )
    return quantity


@attrs.frozen
class NewQuantity:
    """The line is agreed for ``quantity`` units."""

    line_id: str
    quantity: Fraction = attrs.field(converter=_quantity)


@attrs.frozen
class NewPrice:
    """The line costs what ``scheme`` says."""

    line_id: str
    scheme: Scheme


def _left_over(value: LeftOver | None) -> LeftOver | None:
    return None if value is None else LeftOver(value)


@attrs.frozen
class LineEnds:
    """The line ends: the day before the amendment's first day is its last.

    ``left_over`` is what becomes of prepaid blocks with units left; ``None`` is what the terms of
    the fund say.
    """

    line_id: str
    left_over: LeftOver | None = attrs.field(default=None, converter=_left_over)


@attrs.frozen
class LineRunsOn:
    """The line runs until ``last_day``, inclusive, or without an end."""

    line_id: str
    last_day: date | None = None


@attrs.frozen
class LineBegins:
    """A line is added; it begins on the amendment's first day or later."""

    line: ContractLine

    @property
    def line_id(self) -> str:
        """The id of the new line."""
        return self.line.id


@attrs.frozen
class FundCloses:
    """The blocks of a prepaid line can be drawn no more; what was left is given back, or lapses.

    ``lots`` are given back: they go to another contract, or are paid out. What was left beyond them
    has lapsed.
    """

    line_id: str
    lots: tuple[MigratedLot, ...] = attrs.field(default=(), converter=migrated_lots)


@attrs.frozen
class UnitsRefunded:
    """Units of a prepaid line are given back and paid out; what is left beyond them stays.

    ``lots`` say how many of which block, and at which value.
    """

    line_id: str
    lots: tuple[MigratedLot, ...] = attrs.field(converter=migrated_lots)

    def __attrs_post_init__(self) -> None:
        if not self.lots:
            raise InvalidValue(f"a refund of line {self.line_id!r} gives nothing back: name lots")


Change: TypeAlias = (
    NewQuantity | NewPrice | LineEnds | LineRunsOn | LineBegins | FundCloses | UnitsRefunded
)
"""One thing that an amendment changes."""

_ENDS = (LineEnds, LineRunsOn)


def _event(value: ContractEvent) -> ContractEvent:
    return ContractEvent(value)


def _evidence(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(ids)


def _changes(changes: Iterable[Change] | Change) -> tuple[Change, ...]:
    return (changes,) if isinstance(changes, Change) else tuple(changes)


@attrs.frozen
class Amendment:
    """What changes in a contract from a day on.

    Args:
        id: of the amendment.
        contract_id: of the contract.
        agreed_on: the day on which both sides agreed; of a notice the day of its receipt.
        first_day: the first day on which the changes hold, before or after that.
        changes: one or more; another product is the end of one line and the begin of another.
        recorded_on: the day on which it became known; ``None`` is the day on which it was agreed.
        event: what it is in the life of the contract, such as a notice.
        evidence: ids of what it rests on: a letter, the notice that it takes back, the contract
            that follows.

    Raises:
        InvalidValue: no changes, one thing changed twice, or a new line that begins earlier.
    """

    id: str
    contract_id: str
    agreed_on: date
    first_day: date
    changes: tuple[Change, ...] = attrs.field(converter=_changes)
    recorded_on: date | None = None
    event: ContractEvent = attrs.field(default=ContractEvent.AMENDMENT, converter=_event)
    evidence: tuple[str, ...] = attrs.field(default=(), converter=_evidence)

    def __attrs_post_init__(self) -> None:
        for name in ("agreed_on", "first_day", "recorded_on"):
            day = getattr(self, name)
            if type(day) is not date and (name != "recorded_on" or day is not None):
                raise InvalidValue(f"{name} of amendment {self.id!r} is a plain date, got {day!r}")
        if not self.changes:
            raise InvalidValue(f"amendment {self.id!r} changes nothing: give its changes")
        seen: set[tuple[str, object]] = set()
        for change in self.changes:
            if (subject := subject_of(change)) in seen:
                raise InvalidValue(
                    f"amendment {self.id!r} changes the same of line {change.line_id!r} twice: "
                    "leave one out"
                )
            seen.add(subject)
            if isinstance(change, LineBegins) and change.line.start < self.first_day:
                raise InvalidValue(
                    f"amendment {self.id!r} holds from {self.first_day}, but its new line "
                    f"{change.line_id!r} begins on {change.line.start}: move one of the two"
                )

    @property
    def day(self) -> date:
        """The day on which it was agreed: amendments are facts of that day."""
        return self.agreed_on

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.agreed_on


def subject_of(change: Change) -> tuple[str, object]:
    """What a change is about: the quantity of a line, its price, its end, or the line itself."""
    return change.line_id, "end" if isinstance(change, _ENDS) else type(change)

"""Prepaid units that leave the fund of one contract, and open that of another.

A lot is told by both contracts: the one gives it up, at a value that it credits; the other opens a
fund with it, and charges as much. So what was paid for it moves with it, and is earned once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, Money, exact


def _units(value: Exact) -> Fraction:
    return exact(value, "carried units")


@attrs.frozen
class MigratedLot:
    """What was left of one block when its contract was followed by another.

    Args:
        id: names the contract, the line and the block that it comes from.
        block_id: of the block, within the fund that it leaves.
        units: of the fund that it leaves, or of the one that it opens; more than none.
        value: at which it goes, zero or more.
        first_day: the day on which it goes: of the new fund the first on which it can be drawn.
        booked_on: the day whose exchange rates booked what was paid for it. It keeps them: what was
            received ahead is not valued anew (IAS 21.16, IFRIC 22).
        last_day: the last on which it can be drawn, inclusive; ``None`` has no such day.
        paid_by: key of the charge that paid for the block: what gives it back corrects that one.
    """

    id: str
    block_id: str
    units: Fraction = attrs.field(converter=_units)
    value: Money
    first_day: date
    booked_on: date
    last_day: date | None = None
    paid_by: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.units <= 0:
            raise InvalidValue(
                f"lot {self.id!r} carries more than nothing, got {exact_text(self.units)}: leave "
                "out what is empty"
            )
        if self.value.minor < 0:
            raise InvalidValue(f"lot {self.id!r} is carried at zero or more, got {self.value}")
        if self.last_day is not None and self.last_day < self.first_day:
            raise InvalidValue(
                f"lot {self.id!r} is carried on {self.first_day}, but ends on {self.last_day}"
            )


def migrated_lots(lots: Iterable[MigratedLot]) -> tuple[MigratedLot, ...]:
    """Give lots as a tuple.

    Raises:
        InvalidValue: two of one id.
    """
    found = tuple(lots)
    if len({lot.id for lot in found}) < len(found):
        raise InvalidValue(f"a lot is carried once, got {', '.join(lot.id for lot in found)}")
    return found

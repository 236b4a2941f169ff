"""Changes that change nothing: of a line that has ended by the day from which they hold.

Amendments may arrive in any order, so that a contract keeps such a change: the end of its line may
become known later, and the line may yet run on. It is never silent, though. It is listed here, and
the workflow refuses one that would have no effect on the day on which it is entered.
"""

from __future__ import annotations

from datetime import date, timedelta

import attrs

from harmony_core.contracts._amendment import (
    Amendment,
    Change,
    LineBegins,
    LineEnds,
    NewPrice,
    NewQuantity,
)
from harmony_core.contracts._contract import Contract
from harmony_core.contracts._standing import line_end, running_days


@attrs.frozen
class WithoutEffect:
    """A change that changes nothing, since its line ends before the day from which it holds.

    ``ends_on`` is the last day of the line; ``None`` where it never runs.
    """

    amendment_id: str
    change: Change
    ends_on: date | None


def without_effect(contract: Contract) -> tuple[WithoutEffect, ...]:
    """List the changes of a contract's amendments that change nothing, in order of their days.

    A new price or quantity of a line that no longer runs on that day or later, an end of a line
    that ends by then anyway, and a line that is added and never runs. A line that is suspended may
    resume: what changes in it meanwhile is not listed.
    """
    return tuple(
        WithoutEffect(amendment.id, change, last_day_of(contract, change.line_id))
        for amendment in contract.amendments
        for change in amendment.changes
        if is_idle(contract, amendment, change)
    )


def is_idle(contract: Contract, amendment: Amendment, change: Change) -> bool:
    """Whether a change of an amendment changes nothing."""
    if not isinstance(change, NewQuantity | NewPrice | LineEnds | LineBegins):
        return False  # blocks are closed and refunded after their line, and a line runs on after it
    last_day = last_day_of(contract, change.line_id)
    over = not running_days(contract, change.line_id) or (
        last_day is not None and last_day < amendment.first_day
    )
    end = line_end(contract, change.line_id)
    if isinstance(change, LineEnds):
        by = end.amendment
        stays_ended = by is not None and by.first_day > amendment.first_day
        if stays_ended and end.last_day == amendment.first_day - timedelta(days=1):
            return False  # it suspended the line, which a later agreement kept from resuming
        return over and by != amendment
    return over and not end.is_suspension


def last_day_of(contract: Contract, line_id: str) -> date | None:
    """The last day on which a line runs; ``None`` while it is open, or where it never runs."""
    stretches = running_days(contract, line_id)
    return stretches[-1].last_day if stretches else None

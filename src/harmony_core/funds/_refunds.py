"""Units of a block that were given back: no more of them than was there on that day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text
from harmony_core.funds._blocks import Block, Refund


def by_knowledge(refund: Refund) -> tuple[date, date, str]:
    """In which order refunds are looked at, as a key to sort by: as they became known."""
    return refund.known_on, refund.day, refund.id


def refunded(refunds: Iterable[Refund]) -> defaultdict[str, Fraction]:
    """Units given back, by block."""
    total: defaultdict[str, Fraction] = defaultdict(Fraction)
    for one in refunds:
        total[one.block_id] += one.quantity
    return total


def refuse_what_is_not_there(refund: Refund, block: Block | None, left: Fraction) -> None:
    """Refuse a refund of more than is left of its block on its day.

    Args:
        refund: what is given back.
        block: that it is of; ``None`` where the fund has none.
        left: units of it that earlier refunds, and draws known by then, left there.

    Raises:
        InvalidValue: there is no such block, it cannot be drawn on that day, or less is left.
    """
    if block is None and not refund.agreed:  # of a top-up, late news may undo what was agreed
        raise InvalidValue(f"refund {refund.id!r} is of block {refund.block_id!r}: no such block")
    if block is None:
        return
    if not block.covers(refund.day) and not refund.agreed:
        end = "" if block.last_day is None else f" and ends on {block.last_day}"
        raise InvalidValue(
            f"refund {refund.id!r} of {refund.day} is of block {block.id!r}, which begins on "
            f"{block.start}{end}: nothing of it is there on that day"
        )
    if refund.quantity > left:
        raise InvalidValue(
            f"refund {refund.id!r} gives back {exact_text(refund.quantity)} of block {block.id!r}, "
            f"but on {refund.day} {exact_text(max(left, Fraction(0)))} are left of it: give back "
            "no more than that, and pay the rest as goodwill"
        )

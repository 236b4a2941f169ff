"""Draws against an allowance: each period is a block, and some of a block outlives its period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise

from harmony_core.errors import InvalidValue
from harmony_core.funds._allowance import AllowanceLedger
from harmony_core.funds._blocks import REFUSE_OVERAGE, Block, Draw, Overage
from harmony_core.funds._draw_down import by_work_date, no_id_twice
from harmony_core.funds._overage import overage_line
from harmony_core.funds._statement import Allocation, Balance, Denial, FundStatement, OverageLine
from harmony_core.periods import Span
from harmony_core.products import OverageMode, Rollover


def draw_allowance(
    blocks: Iterable[Block],
    draws: Iterable[Draw],
    rollover: Rollover,
    *,
    overage: Overage = REFUSE_OVERAGE,
    as_of: date | None = None,
    known: date | None = None,
    pauses: Iterable[Span] = (),
) -> FundStatement:
    """Serve every draw from the block of its period and from what earlier ones left.

    The statement is that of :func:`draw_down`: each part of a draw names the block that granted it,
    so that a block's price is earned as its own units are used, wherever they went.

    Args:
        blocks: one for each period, from its first day to its end; they do not overlap.
        draws: the consumption, in any order.
        rollover: what of a block goes on when its period ends.
        overage: what happens to the rest of a draw: it is billed, or the draw is refused.
        as_of: the day of the statement, as in :func:`draw_down`; after the last block nothing can
            be drawn any more, and all that was left has lapsed. ``None``: after the last draw.
        known: leave out draws that became known after this day. ``None``: use all of them.
        pauses: days on which nothing can be drawn. What a period before one carries on waits for
            the next block, however late; the last may be open (until ``date.max``).

    Raises:
        InvalidValue: a block has no end, two overlap, two units, an id twice, or a policy that
            lets an allowance go below zero.

    >>> from harmony_core.products import CarryMode
    >>> january = Block.of_days("jan", "hours", 10, date(2026, 1, 1), date(2026, 1, 31))
    >>> february = Block.of_days("feb", "hours", 10, date(2026, 2, 1), date(2026, 2, 28))
    >>> work = [Draw("a", date(2026, 1, 9), 4), Draw("b", date(2026, 2, 9), 8)]
    >>> rule = Rollover(CarryMode.CAP, cap=3)
    >>> for part in draw_allowance([january, february], work, rule).allocations:
    ...     print(part.draw_id, part.block_id, part.quantity)
    a jan 4
    b jan 3
    b feb 5
    """
    periods = _in_order(blocks)
    if overage.mode is OverageMode.NEGATIVE:
        raise InvalidValue("an allowance cannot go below zero: bill the overage, or refuse it")
    queue = [
        draw
        for draw in draws
        if (as_of is None or draw.day <= as_of) and (known is None or draw.known_on <= known)
    ]
    no_id_twice("draw", [draw.id for draw in queue])
    state = _Periods(periods, rollover, tuple(pauses))
    unit = periods[0].unit if periods else ""
    allocations: list[Allocation] = []
    billed: list[OverageLine] = []
    denied: list[Denial] = []
    for draw in sorted(queue, key=by_work_date):
        if draw.unit and unit and draw.unit != unit:
            raise InvalidValue(f"draw {draw.id!r} is in {draw.unit}, the allowance holds {unit}")
        within = state.left(draw.day)
        rest = draw.units - within
        if rest > 0 and overage.mode is OverageMode.DENY:
            denied.append(Denial(draw.id, draw.day, draw.units, within))
            continue
        for block_id, took in state.take(min(draw.units, within)):
            allocations.append(Allocation(draw.id, block_id, draw.day, took))
        if rest > 0:
            billed.append(overage_line(draw, within, unit, overage))
    balances = state.balances(as_of)
    return FundStatement(unit, as_of, tuple(allocations), tuple(billed), tuple(denied), balances)


def _in_order(blocks: Iterable[Block]) -> Sequence[Block]:
    periods = sorted(blocks, key=lambda block: (block.start, block.id))
    no_id_twice("block", [block.id for block in periods])
    for before, after in pairwise(periods):
        if before.end is None or before.end > after.start or before.unit != after.unit:
            raise InvalidValue(
                f"the blocks of an allowance follow each other in one unit, but {after.id!r} "
                f"begins on {after.start} in {after.unit} and {before.id!r} lasts until "
                f"{before.last_day} in {before.unit}"
            )
    if periods and periods[-1].end is None:
        raise InvalidValue(f"block {periods[-1].id!r} is the period of an allowance: give its end")
    return periods


class _Periods:
    """The periods of an allowance, gone through once in the order of the draws."""

    def __init__(
        self, periods: Sequence[Block], rollover: Rollover, pauses: Sequence[Span]
    ) -> None:
        self._periods, self._ledger = periods, AllowanceLedger(rollover)
        self._pauses = pauses
        self._begun = 0
        self._drawn = dict.fromkeys((block.id for block in periods), Fraction(0))

    def _move_to(self, day: date) -> None:
        while self._begun < len(self._periods) and self._periods[self._begun].start <= day:
            if self._begun:
                self._ledger.end(Fraction(0))
            block = self._periods[self._begun]
            self._ledger.grant(block.quantity, block.id)
            self._begun += 1

    def left(self, day: date) -> Fraction:
        """What work of a day can take; nothing before, between or after the periods."""
        self._move_to(day)
        return self._ledger.left if self._is_open(day) else Fraction(0)

    def _is_open(self, day: date) -> bool:
        covered = self._begun > 0 and self._periods[self._begun - 1].covers(day)
        return covered and not any(day in pause for pause in self._pauses)

    def take(self, units: Fraction) -> Iterable[tuple[str, Fraction]]:
        """Take what :meth:`left` said is there."""
        for _, block_id, took in self._ledger.take(units):
            self._drawn[block_id] += took
            yield block_id, took

    def _goes_on(self, last: Block, day: date) -> bool:
        """Whether a period that is over on a day is followed by another, or by a pause."""
        later = self._begun < len(self._periods)
        end = last.end or day
        return later or any(pause.start <= end < pause.end for pause in self._pauses)

    def balances(self, as_of: date | None) -> tuple[tuple[str, Balance], ...]:
        """Where the units of each block have gone."""
        if as_of is not None:
            self._move_to(as_of)
        last = self._periods[self._begun - 1] if self._begun else None
        left, is_open = self._ledger.lots, as_of is None or self._is_open(as_of)
        if as_of is not None and last is not None and last.lapsed_by(as_of):
            self._ledger.end(Fraction(0))
            left = self._ledger.lots if self._goes_on(last, as_of) else {}
        rows = []
        for number, block in enumerate(self._periods):
            begun, drawn = number < self._begun, self._drawn[block.id]
            remaining = left.get(block.id, Fraction(0)) if begun else block.quantity
            lapsed = block.quantity - drawn - remaining
            available = remaining if as_of is None or (begun and is_open) else Fraction(0)
            balance = Balance(block.quantity, drawn, remaining, lapsed, available)
            rows.append((block.id, balance))
        return tuple(rows)

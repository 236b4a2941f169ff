"""Warnings: which draw made a fund reach a level, so that somebody hears of it in time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import TypeAlias

import attrs

from harmony_core.explanation import Explainer, Explanation
from harmony_core.funds._allowance import AllowanceLedger
from harmony_core.funds._blocks import Block
from harmony_core.funds._statement import Allocation, FundStatement
from harmony_core.products import Rollover, WarningLevel


@attrs.frozen
class LevelReached:
    """The draw after which a level was reached: ``left`` of ``bought`` units were left.

    Both are of the blocks that could be drawn on that day, less what was refunded. Explained: the
    per cent used, or the units left.
    """

    level: WarningLevel
    draw_id: str
    day: date
    bought: Fraction
    left: Fraction
    explanation: Explanation


def levels_reached(
    blocks: Iterable[Block],
    statement: FundStatement,
    levels: Iterable[WarningLevel],
    rollover: Rollover | None = None,
) -> tuple[LevelReached, ...]:
    """Find the draws that made a fund reach warning levels, in the order in which they were served.

    Looked at are the blocks that could be drawn on the day of the draw, top-ups among them; of an
    allowance what its period granted, and what was carried into it. A level is told once; after new
    units have brought the fund back above it, it can be reached again.

    Args:
        blocks: the blocks of the statement.
        statement: of :func:`draw_down`, by work date, or of :func:`draw_allowance`.
        levels: told in this order where one draw reaches several.
        rollover: of an allowance.

    >>> from harmony_core.funds import Draw, draw_down
    >>> block = Block("B", "hours", 10, date(2026, 1, 1))
    >>> statement = draw_down([block], [Draw("w", date(2026, 3, 10), 8)])
    >>> [found] = levels_reached([block], statement, [WarningLevel(percent_used=80)])
    >>> found.draw_id, found.left
    ('w', Fraction(2, 1))
    """
    watched = list(levels)
    told: set[WarningLevel] = set()
    found = []
    standings = (
        _of_blocks(blocks, statement)
        if rollover is None
        else _of_allowance(blocks, statement, rollover)
    )
    for one in standings:
        for level in watched:
            if not level.reached(*one.before):
                told.discard(level)
            if not level.reached(*one.after):
                told.discard(level)
            elif level not in told:
                told.add(level)
                part, (bought, rest) = one.part, one.after
                why = _why(part, level, bought, rest, statement.unit)
                found.append(LevelReached(level, part.draw_id, part.day, bought, rest, why))
    return tuple(found)


_Units: TypeAlias = tuple[Fraction, Fraction]
"""What could be drawn on a day, and what of that is left."""


@attrs.frozen
class _Standing:
    """A draw's first part, and the fund before and after it; what it bought is there after it."""

    part: Allocation
    before: _Units
    after: _Units


def _draws(statement: FundStatement) -> Iterator[list[Allocation]]:
    for _, parts in groupby(statement.allocations, key=lambda part: (part.draw_id, part.day)):
        yield list(parts)


def _of_blocks(blocks: Iterable[Block], statement: FundStatement) -> Iterator[_Standing]:
    fund = {block.id: block for block in blocks}
    fund.update((one.block.id, one.block) for one in statement.top_ups)
    kept = {name: balance.purchased - balance.refunded for name, balance in statement.balances}
    left, bought_by = dict(kept), {one.block.id: one.draw_id for one in statement.top_ups}
    for taken in _draws(statement):
        draw = taken[0]
        usable = [name for name, block in fund.items() if block.covers(draw.day)]
        there = [name for name in usable if bought_by.get(name) != draw.draw_id]
        before = _total(kept, there), _total(left, there)
        for part in taken:
            left[part.block_id] -= part.quantity
        yield _Standing(draw, before, (_total(kept, usable), _total(left, usable)))


def _total(units: Mapping[str, Fraction], names: Iterable[str]) -> Fraction:
    return sum((units[name] for name in names), Fraction(0))


def _of_allowance(
    blocks: Iterable[Block], statement: FundStatement, rollover: Rollover
) -> Iterator[_Standing]:
    ledger = AllowanceLedger(rollover)
    to_come = deque(sorted(blocks, key=lambda block: block.start))
    granted = Fraction(0)
    for taken in _draws(statement):
        while to_come and to_come[0].start <= taken[0].day:
            if granted:
                ledger.end(Fraction(0))
            ledger.grant(to_come.popleft().quantity)
            granted = ledger.left
        before = granted, ledger.left
        units = sum((part.quantity for part in taken), Fraction(0))
        deque(ledger.take(units), maxlen=0)
        yield _Standing(taken[0], before, (granted, ledger.left))


def _why(
    part: Allocation, level: WarningLevel, bought: Fraction, left: Fraction, unit: str
) -> Explanation:
    why = Explainer("warning level of a fund", 1)
    why.fact("draw", part.draw_id)
    why.fact("day of work", part.day.isoformat())
    why.given("bought", "units that could be drawn from", bought, unit)
    if level.units_left is not None:
        why.given("level", "warning at units left", level.units_left, unit)
        return why.explanation(why.given("left", "units left", left, unit))
    why.given("left", "units left", left, unit)
    why.given("level", "warning at per cent used", level.percent_used or 0, "%")
    why.given("hundred", "one hundred per cent", 100, "%")
    why.step("used", "units used", "subtract", "bought", "left")
    why.step("parts", "used in hundredths", "multiply", "hundred", "used", unit="%")
    return why.explanation(why.step("percent", "per cent used", "divide", "parts", "bought"))

"""Warnings: which draw made a fund reach a level, so that somebody hears of it in time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from itertools import groupby

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import Exact, exact
from harmony_core.funds._blocks import Block
from harmony_core.funds._statement import Allocation, FundStatement


def _level(value: Exact | None) -> Fraction | None:
    return None if value is None else exact(value, "a level")


@attrs.frozen
class WarningLevel:
    """Reached when so many per cent are used, or when at most so many units are left.

    >>> WarningLevel(percent_used=80).units_left is None
    True
    """

    percent_used: Fraction | None = attrs.field(default=None, converter=_level, kw_only=True)
    units_left: Fraction | None = attrs.field(default=None, converter=_level, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if (self.percent_used is None) == (self.units_left is None):
            raise InvalidValue("a level is a percentage used or a number of units left: give one")
        if self.percent_used is not None and self.percent_used <= 0:
            raise InvalidValue(
                f"a level of {exact_text(self.percent_used)} % used is always reached: raise it"
            )

    def reached(self, bought: Fraction, left: Fraction) -> bool:
        """Tell whether a fund of ``bought`` units, of which ``left`` are left, is at the level."""
        if self.units_left is not None:
            return left <= self.units_left
        return bought > 0 and (bought - left) * 100 >= (self.percent_used or 0) * bought


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
    blocks: Iterable[Block], statement: FundStatement, levels: Iterable[WarningLevel]
) -> tuple[LevelReached, ...]:
    """Find the draws that made a fund reach warning levels, in the order in which they were served.

    Looked at are the blocks that could be drawn on the day of the draw, top-ups among them. A level
    is told once; after new units have brought the fund back above it, it can be reached again.

    Args:
        blocks: the blocks of the statement.
        statement: of :func:`draw_down`, by work date.
        levels: told in this order where one draw reaches several.

    >>> from harmony_core.funds import Draw, draw_down
    >>> block = Block("B", "hours", 10, date(2026, 1, 1))
    >>> statement = draw_down([block], [Draw("w", date(2026, 3, 10), 8)])
    >>> [found] = levels_reached([block], statement, [WarningLevel(percent_used=80)])
    >>> found.draw_id, found.left
    ('w', Fraction(2, 1))
    """
    fund = {block.id: block for block in blocks}
    fund.update((one.block.id, one.block) for one in statement.top_ups)
    kept = {name: balance.purchased - balance.refunded for name, balance in statement.balances}
    left = dict(kept)
    watched = list(levels)
    told: set[WarningLevel] = set()
    found = []
    for (draw_id, day), parts in groupby(
        statement.allocations, key=lambda part: (part.draw_id, part.day)
    ):
        for part in (taken := list(parts)):
            left[part.block_id] -= part.quantity
        usable = [block for block in fund.values() if block.covers(day)]
        bought = sum((kept[block.id] for block in usable), Fraction(0))
        rest = sum((left[block.id] for block in usable), Fraction(0))
        for level in watched:
            if not level.reached(bought, rest):
                told.discard(level)
            elif level not in told:
                told.add(level)
                why = _why(taken[0], level, bought, rest, statement.unit)
                found.append(LevelReached(level, draw_id, day, bought, rest, why))
    return tuple(found)


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

"""Replay draws against blocks.

The replay always starts from the first draw, so a late or corrected draw gives the statement
that would have come out had it been known in time. What was billed before is compared with the new
answer by the billing engine and never decides here.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, expect_word
from harmony_core.funds._blocks import (
    REFUSE_OVERAGE,
    Block,
    Draw,
    Overage,
    Process,
    Refund,
)
from harmony_core.funds._overage import overage_line, purchase
from harmony_core.funds._refunds import by_knowledge, refunded, refuse_what_is_not_there
from harmony_core.funds._statement import (
    Allocation,
    Balance,
    Denial,
    FundStatement,
    OverageLine,
    Purchase,
)
from harmony_core.periods import Span
from harmony_core.products import DrawOrder, OverageMode, TopUp


def draw_down(
    blocks: Iterable[Block],
    draws: Iterable[Draw],
    order: DrawOrder = DrawOrder.EXPIRY,
    *,
    overage: Overage = REFUSE_OVERAGE,
    process: Process = Process.WORK_DATE,
    as_of: date | None = None,
    known: date | None = None,
    refunds: Iterable[Refund] = (),
    top_up: TopUp | None = None,
    opened_from: date | None = None,
    closed_from: date | None = None,
    pauses: Iterable[Span] = (),
) -> FundStatement:
    """Serve every draw from the blocks that cover its day, and state the fund.

    A draw may take from several blocks. What no block covers follows the ``overage`` policy.

    Args:
        blocks: the fund; all of one unit.
        draws: the consumption, in any order.
        order: which block is drawn first.
        overage: what happens to the rest of a draw.
        process: which draw is served first.
        as_of: the day of the statement, at its beginning for expiry (a block whose last day was
            yesterday has lapsed) and at its end for draws (later work is left out). ``None``:
            every draw, and nothing has lapsed.
        known: leave out draws and refunds that became known after this day. ``None``: use all.
        refunds: units given back, no more than was left on their day as known when the refund was.
            No draw takes them, of whatever day: the money is paid out, so a draw that is keyed
            late finds them gone.
        top_up: buys a block on the day of a draw that leaves less than its threshold in the blocks
            of that day, for that draw and later ones.
        opened_from: nothing is bought for a draw of an earlier day. ``None``: for any.
        closed_from: the first day on which no block can be drawn any more, a top-up neither, and
            nothing is bought: what is left has lapsed. ``None``: the fund is open.
        pauses: days on which nothing is bought; the blocks that are there can be drawn.

    Raises:
        InvalidValue: two units in one fund, a draw in another unit, an id twice, a refund of more
            than was left on its day, or overage to bill without a rate.

    >>> from harmony_core.finance import ExactAmount
    >>> block = Block.of_days("B", "hours", "5", date(2026, 3, 1), date(2026, 3, 31))
    >>> hourly = Overage(OverageMode.BILL, ExactAmount.of("95.00", "EUR"))
    >>> statement = draw_down([block], [Draw("w1", date(2026, 3, 10), "6.5")], overage=hourly)
    >>> statement.remaining, [str(line.amount) for line in statement.overage]
    ({'B': Fraction(0, 1)}, ['142.50 EUR'])
    """
    order = expect_word(order, DrawOrder)
    process = expect_word(process, Process)
    fund, work = list(blocks), list(draws)
    no_id_twice("block", [block.id for block in fund])
    given_back = [one for one in refunds if known is None or one.known_on <= known]
    no_id_twice("refund", [one.id for one in given_back])
    rules = _Rules(order, overage, process, top_up, opened_from, closed_from, tuple(pauses))
    _refuse_wrong_refunds(given_back, fund, work, rules)
    queue = [
        draw
        for draw in work
        if (as_of is None or draw.day <= as_of) and (known is None or draw.known_on <= known)
    ]
    replay = _Replay(fund, given_back, rules)
    replay.serve_all(queue)
    paid_out = refunded(one for one in given_back if as_of is None or one.day <= as_of)
    return FundStatement(
        replay.unit,
        as_of,
        tuple(replay.allocations),
        tuple(replay.billed),
        tuple(replay.denied),
        tuple(
            (block.id, _balance(block, replay.drawn[block.id], paid_out[block.id], as_of))
            for block in replay.fund
        ),
        tuple(replay.top_ups),
    )


@attrs.frozen
class _Rules:
    """By what a fund is drawn."""

    order: DrawOrder
    overage: Overage
    process: Process
    top_up: TopUp | None
    opened_from: date | None
    closed_from: date | None
    pauses: tuple[Span, ...] = ()

    def buys_on(self, day: date) -> bool:
        """Whether a draw of a day may make the fund buy more."""
        begun = self.opened_from is None or self.opened_from <= day
        begun = begun and not any(day in pause for pause in self.pauses)
        return begun and (self.closed_from is None or day < self.closed_from)

    def until_closed(self, block: Block) -> Block:
        """The block with the end that the closing of the fund gives it."""
        closed = self.closed_from
        if closed is None or (block.end is not None and block.end <= closed):
            return block
        return attrs.evolve(block, end=closed)


class _Replay:
    """The state of a fund while draws are served one after the other."""

    def __init__(self, blocks: Iterable[Block], refunds: Sequence[Refund], rules: _Rules) -> None:
        self._rules, self._order = rules, block_order(rules.order)
        self._overage, self._top_up = rules.overage, rules.top_up
        self.fund = sorted(map(rules.until_closed, blocks), key=self._order)
        self.unit = _one_unit(self.fund)
        self._refunds, self._refunded = refunds, refunded(refunds)
        self._left = {block.id: block.quantity - self._refunded[block.id] for block in self.fund}
        self.drawn = dict.fromkeys(self._left, Fraction(0))
        self.allocations: list[Allocation] = []
        self.billed: list[OverageLine] = []
        self.denied: list[Denial] = []
        self.top_ups: list[Purchase] = []

    def serve_all(self, draws: Sequence[Draw]) -> None:
        """Serve draws in their order."""
        by_work = self._rules.process is Process.WORK_DATE
        no_id_twice("draw", [draw.id for draw in draws])
        for draw in sorted(draws, key=by_work_date if by_work else by_arrival):
            self.serve(draw)

    def serve(self, draw: Draw) -> None:
        """Take a draw from the blocks of its day, and settle what is left by the policies."""
        if draw.unit and self.unit and draw.unit != self.unit:
            raise InvalidValue(
                f"draw {draw.id!r} is in {draw.unit}, but the fund holds {self.unit}: units are "
                "converted by a stated tariff only"
            )
        mode = self._overage.mode
        open_blocks, within = self._open(draw.day)
        if self._top_up is not None:
            open_blocks, within = self._bought(self._top_up, draw, open_blocks, within)
        rest = draw.units - within
        if rest > 0 and _is_refused(mode, open_blocks):
            self.denied.append(Denial(draw.id, draw.day, draw.units, within))
            return
        taken = _take(min(draw.units, within), open_blocks, self._left)
        if rest > 0 and mode is OverageMode.NEGATIVE:
            last = open_blocks[-1].id
            taken[last] = taken.get(last, Fraction(0)) + rest
        for block_id, quantity in taken.items():
            self._left[block_id] -= quantity
            self.drawn[block_id] += quantity
            self.allocations.append(Allocation(draw.id, block_id, draw.day, quantity))
        if rest > 0 and mode is OverageMode.BILL:
            self.billed.append(overage_line(draw, within, self.unit, self._overage))

    def block(self, block_id: str) -> tuple[Block | None, Fraction]:
        """A block and what is left of it, below zero where it is overdrawn."""
        found = next((one for one in self.fund if one.id == block_id), None)
        return found, self._left.get(block_id, Fraction(0))

    def _open(self, day: date) -> tuple[list[Block], Fraction]:
        open_blocks = [block for block in self.fund if block.covers(day)]
        return open_blocks, sum(
            (max(self._left[block.id], Fraction(0)) for block in open_blocks), Fraction(0)
        )

    def _bought(
        self, policy: TopUp, draw: Draw, open_blocks: list[Block], within: Fraction
    ) -> tuple[list[Block], Fraction]:
        """Buy a block if the draw would leave too little; never for a draw that stays refused."""
        owed = sum((min(self._left[block.id], Fraction(0)) for block in open_blocks), Fraction(0))
        balance = within + owed - draw.units
        if within >= draw.units:  # what is given back later is still there, and keeps the level
            balance += self._given_back_after(draw.day, open_blocks)
        bought = policy.bought_at(balance)
        too_late = policy.last_day is not None and draw.day > policy.last_day
        if not bought or not draw.units or too_late or not self._rules.buys_on(draw.day):
            return open_blocks, within
        if self._overage.mode is OverageMode.DENY and draw.units > within + bought:
            return open_blocks, within
        unit = self.unit or draw.unit
        top_up = purchase(policy, draw, balance, unit, f"top-up/{draw.id}")
        block = top_up.block
        if block.id in self._left:
            raise InvalidValue(f"block {block.id!r} is there already: top-ups make ids like that")
        self.unit = unit
        self.top_ups.append(top_up)
        insort(self.fund, self._rules.until_closed(block), key=self._order)
        self._left[block.id] = bought - self._refunded[block.id]
        self.drawn[block.id] = Fraction(0)
        return self._open(draw.day)

    def _given_back_after(self, day: date, open_blocks: Sequence[Block]) -> Fraction:
        ids = {block.id for block in open_blocks}
        later = (one.quantity for one in self._refunds if one.day > day and one.block_id in ids)
        return sum(later, Fraction(0))


def by_work_date(draw: Draw) -> tuple[date, bool, time, str]:
    """Work day, start time with missing first, id."""
    return draw.day, draw.time is not None, draw.time or time.min, draw.id


def by_arrival(draw: Draw) -> date:
    """Day of recording, missing first."""
    return draw.recorded_on or date.min


def block_order(order: DrawOrder) -> Callable[[Block], tuple[date, date, str]]:
    """Which block is drawn first, as a key to sort by."""
    if order is DrawOrder.START:
        return lambda block: (block.start, block.start, block.id)
    return lambda block: (block.end or date.max, block.start, block.id)


def no_id_twice(what: str, ids: Sequence[str]) -> None:
    """Refuse a fact that is given twice.

    Raises:
        InvalidValue: an id is there twice.
    """
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise InvalidValue(f"{what} {one!r} is there twice: each is one fact, give it once")
        seen.add(one)


def _refuse_wrong_refunds(
    refunds: Iterable[Refund], fund: Sequence[Block], draws: Sequence[Draw], rules: _Rules
) -> None:
    """Each finds what earlier ones, and draws up to its day that were known then, left.

    For one that was agreed, what was drawn plays no part.
    """
    earlier: list[Refund] = []
    for one in sorted(refunds, key=by_knowledge):
        replay = _Replay(fund, earlier, rules)
        if not one.agreed:
            known = (it for it in draws if it.day <= one.day and it.known_on <= one.known_on)
            replay.serve_all(list(known))
        refuse_what_is_not_there(one, *replay.block(one.block_id))
        earlier.append(one)


def _one_unit(blocks: Sequence[Block]) -> str:
    units = sorted({block.unit for block in blocks})
    if len(units) > 1:
        raise InvalidValue(
            f"a fund has one unit, found {', '.join(units)}: make one fund of each, or convert "
            "by a stated tariff before"
        )
    return units[0] if units else ""


def _is_refused(mode: OverageMode, open_blocks: Sequence[Block]) -> bool:
    return mode is OverageMode.DENY or (mode is OverageMode.NEGATIVE and not open_blocks)


def _take(
    units: Fraction, open_blocks: Sequence[Block], left: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    taken: dict[str, Fraction] = {}
    for block in open_blocks:
        if not units:
            break
        if (part := min(units, left[block.id])) > 0:
            taken[block.id] = part
            units -= part
    return taken


def _balance(block: Block, drawn: Fraction, refunded: Fraction, as_of: date | None) -> Balance:
    left = block.quantity - drawn - refunded
    above_zero = max(left, Fraction(0))
    lapsed = above_zero if as_of is not None and block.lapsed_by(as_of) else Fraction(0)
    usable = as_of is None or block.covers(as_of)
    return Balance(
        purchased=block.quantity,
        drawn=drawn,
        remaining=left - lapsed,
        lapsed=lapsed,
        available=above_zero if usable else Fraction(0),
        refunded=refunded,
    )

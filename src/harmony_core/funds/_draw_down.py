"""Replay draws against blocks.

The replay always starts from the first draw, so a late or corrected draw gives the statement
that would have come out had it been known in time. What was billed before is compared with the new
answer by the billing engine and never decides here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time
from fractions import Fraction

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.explanation import Explainer
from harmony_core.finance import ExactAmount, Money
from harmony_core.funds._blocks import (
    REFUSE_OVERAGE,
    Block,
    Draw,
    Overage,
    OverageMode,
    Process,
)
from harmony_core.funds._statement import (
    Allocation,
    Balance,
    Denial,
    FundStatement,
    OverageLine,
)
from harmony_core.products import DrawOrder


def draw_down(
    blocks: Iterable[Block],
    draws: Iterable[Draw],
    order: DrawOrder = DrawOrder.EXPIRY,
    *,
    overage: Overage = REFUSE_OVERAGE,
    process: Process = Process.WORK_DATE,
    as_of: date | None = None,
    known: date | None = None,
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
        known: leave out draws that became known after this day. ``None``: use all of them.

    Raises:
        InvalidValue: two units in one fund, an id twice, or overage to bill without a rate.

    >>> block = Block.of_days("B", "hours", "5", date(2026, 3, 1), date(2026, 3, 31))
    >>> hourly = Overage(OverageMode.BILL, ExactAmount.of("95.00", "EUR"))
    >>> statement = draw_down([block], [Draw("w1", date(2026, 3, 10), "6.5")], overage=hourly)
    >>> statement.remaining, [str(line.amount) for line in statement.overage]
    ({'B': Fraction(0, 1)}, ['142.50 EUR'])
    """
    fund = sorted(blocks, key=_block_order(order))
    unit = _one_unit(fund)
    queue = [
        draw
        for draw in draws
        if (as_of is None or draw.day <= as_of) and (known is None or draw.known_on <= known)
    ]
    _no_id_twice("block", [block.id for block in fund])
    _no_id_twice("draw", [draw.id for draw in queue])
    queue.sort(key=_by_work_date if process is Process.WORK_DATE else _by_arrival)

    left = {block.id: block.quantity for block in fund}
    allocations: list[Allocation] = []
    billed: list[OverageLine] = []
    denied: list[Denial] = []
    for draw in queue:
        open_blocks = [block for block in fund if block.covers(draw.day)]
        within = sum((max(left[block.id], Fraction(0)) for block in open_blocks), Fraction(0))
        rest = draw.units - within
        if rest > 0 and _is_refused(overage.mode, open_blocks):
            denied.append(Denial(draw.id, draw.day, draw.units, within))
            continue
        taken = _take(min(draw.units, within), open_blocks, left)
        if rest > 0 and overage.mode is OverageMode.NEGATIVE:
            last = open_blocks[-1].id
            taken[last] = taken.get(last, Fraction(0)) + rest
        for block_id, quantity in taken.items():
            left[block_id] -= quantity
            allocations.append(Allocation(draw.id, block_id, draw.day, quantity))
        if rest > 0 and overage.mode is OverageMode.BILL:
            rate = _price_of_one(unit) if overage.rate is None else overage.rate  # zero is a price
            billed.append(_overage_line(draw, within, unit, overage, rate))
    balances = tuple((block.id, _balance(block, left[block.id], as_of)) for block in fund)
    return FundStatement(unit, as_of, tuple(allocations), tuple(billed), tuple(denied), balances)


def _by_work_date(draw: Draw) -> tuple[date, bool, time, str]:
    return draw.day, draw.time is not None, draw.time or time.min, draw.id


def _by_arrival(draw: Draw) -> date:
    return draw.recorded_on or date.min


def _block_order(order: DrawOrder) -> Callable[[Block], tuple[date, date, str]]:
    if order is DrawOrder.START:
        return lambda block: (block.start, block.start, block.id)
    return lambda block: (block.end or date.max, block.start, block.id)


def _one_unit(blocks: Sequence[Block]) -> str:
    units = sorted({block.unit for block in blocks})
    if len(units) > 1:
        raise InvalidValue(
            f"a fund has one unit, found {', '.join(units)}: make one fund of each, or convert "
            "by a stated tariff before"
        )
    return units[0] if units else ""


def _no_id_twice(what: str, ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise InvalidValue(f"{what} {one!r} is there twice: each is one fact, give it once")
        seen.add(one)


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


def _overage_line(
    draw: Draw, within: Fraction, unit: str, overage: Overage, rate: ExactAmount
) -> OverageLine:
    why = Explainer("overage of a prepaid fund", 1)
    why.fact("draw", draw.id)
    why.fact("day of work", draw.day.isoformat())
    why.given("quantity", "quantity drawn", draw.quantity, unit)
    why.given("multiplier", "multiplier", draw.multiplier)
    why.given("within", "covered by blocks", within, unit)
    why.step("units", "units taken", "multiply", "quantity", "multiplier")
    rest = billed = why.step("rest", "not covered", "subtract", "units", "within")
    if not overage.apply_multiplier:  # back to clock units
        billed = why.step("clock", "not covered, in clock units", "divide", "rest", "multiplier")
    why.given("rate", "overage rate", rate.value, rate.currency)
    why.step("exact", "overage at its rate", "multiply", billed, "rate", unit=rate.currency)
    smallest = overage.rounding.step or Money(1, rate.currency).exact.value
    why.given("step", "smallest unit", smallest, rate.currency)
    why.step("amount", "settled", f"round_{overage.rounding.mode.value}", "exact", "step")
    amount = Money.of(why.value("amount"), rate.currency)
    return OverageLine(
        draw.id, draw.day, why.value(billed), why.value(rest), amount, why.explanation("amount")
    )


def _price_of_one(unit: str) -> ExactAmount:
    try:
        return ExactAmount.of(1, unit)
    except NotFound:
        raise InvalidValue(
            f"overage of {unit or 'a fund without blocks'} is to be billed, but the policy has no "
            "rate: give Overage a rate"
        ) from None


def _balance(block: Block, left: Fraction, as_of: date | None) -> Balance:
    above_zero = max(left, Fraction(0))
    lapsed = above_zero if as_of is not None and block.lapsed_by(as_of) else Fraction(0)
    usable = as_of is None or block.covers(as_of)
    return Balance(
        purchased=block.quantity,
        drawn=block.quantity - left,
        remaining=left - lapsed,
        lapsed=lapsed,
        available=above_zero if usable else Fraction(0),
    )

"""Prepaid blocks and what is drawn from them (the fund part of R3, R4 for funds, R18, R19)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from tests.demo.independent.exact import ONE_DAY, add_months
from tests.demo.independent.reading import Line, Work


class Block(NamedTuple):
    number: int  # the period of the line that bought it
    first: date
    last: date
    units: Fraction


class Replay(NamedTuple):
    drawn: dict[int, list[tuple[date, Fraction]]]  # block number: work day, units
    overage: list[tuple[date, Fraction]]  # work day, clock hours that no block covered
    top_ups: list[Block]  # blocks that draws bought
    rest: list[Work]  # with the clock hours that no block covered
    left: dict[int, Fraction]  # block number: units, of an allowance those carried on with the rest


# --- R3, prepayment ------------------------------------------------------------------------------
# > each period's block costs price(quantity) (quantity units), in advance; the block is valid from
# > period start to add_months(start, valid_months) - 1 day.


def blocks_of(line: Line, until: date) -> list[Block]:
    """Blocks of a line that start on or before ``until``, also those bought before the opening.

    Decision: the former system billed the early blocks, but their hours are there to be drawn.
    """
    fund = line.product.fund
    if fund is None:
        raise ValueError(f"{line.key}: a prepayment product needs a fund")
    blocks = []
    number, start = 0, line.start
    while start <= until and (line.end is None or start <= line.end):
        last = add_months(start, int(fund["valid_months"])) - ONE_DAY
        if fund.get("rollover"):
            last = add_months(line.start, (number + 1) * line.product.interval) - ONE_DAY
        blocks.append(Block(number, start, last, line.quantity))
        if line.product.interval == 0:
            break
        number += 1
        start = add_months(line.start, number * line.product.interval)
    return blocks


def units_per_hour(line: Line) -> Fraction:
    """Units of the fund that one clock hour takes: by currency, else for all ("*")."""
    per_hour = (line.product.fund or {})["units_per_hour"]
    return Fraction(per_hour.get(line.currency) or per_hour["*"])


# --- R3, overage ---------------------------------------------------------------------------------
# > draws by work day; each time entry draws hours x multiplier x units_per_hour; blocks in the
# > product's order; units that no block covers are overage; overage clock hours = overage units /
# > (multiplier x units_per_hour)
#
# Draws are replayed by (work day, start time with missing first, id). Order "expiry": earliest last
# day, then start; "start": earliest start, then last day; at the end the earlier period.


def replay(line: Line, draws: list[Work], known: date, through: date) -> Replay:
    """Draw every entry known on ``known`` whose work day is on or before ``through``."""
    fund = line.product.fund or {}
    by_expiry = fund.get("order", "expiry") == "expiry"
    seen = [entry for entry in draws if entry.known <= known and entry.day <= through]
    seen.sort(key=lambda entry: (entry.day, entry.started_at, entry.id))
    if fund.get("rollover"):
        return _replay_allowance(line, seen, through)

    def order(b: Block) -> tuple[date, date, int]:
        return (b.last, b.first, b.number) if by_expiry else (b.first, b.last, b.number)

    blocks = sorted(blocks_of(line, through), key=order)
    top_ups: list[Block] = []
    left = {block.number: block.units for block in blocks}
    drawn: dict[int, list[tuple[date, Fraction]]] = defaultdict(list)
    overage, rest = [], []
    for entry in seen:
        per_clock_hour = entry.multiplier * units_per_hour(line)
        wanted = entry.hours * per_clock_hour
        bought = _top_up(line, entry, wanted, left, blocks)
        if bought is not None:
            top_ups.append(bought)
            blocks = sorted([*blocks, bought], key=order)
            left[bought.number] = bought.units
        for block in blocks:
            if block.first <= entry.day <= block.last and wanted and left[block.number]:
                taken = min(wanted, left[block.number])
                left[block.number] -= taken
                wanted -= taken
                drawn[block.number].append((entry.day, taken))
        if wanted:
            overage.append((entry.day, wanted / per_clock_hour))
            rest.append(entry._replace(hours=wanted / per_clock_hour))
    return Replay(dict(drawn), overage, top_ups, rest, left)


# --- R19 -----------------------------------------------------------------------------------------
# > A draw that would leave less than the threshold in the blocks of its day buys a block first, on
# > that day, unless the line has ended by then.

FIRST_TOP_UP = 10_000  # block numbers beyond those of the periods


def _top_up(
    line: Line, entry: Work, wanted: Fraction, left: dict[int, Fraction], blocks: list[Block]
) -> Block | None:
    policy = (line.product.fund or {}).get("top_up")
    if not policy or not wanted or (line.end is not None and entry.day > line.end):
        return None
    there = sum((left[b.number] for b in blocks if b.first <= entry.day <= b.last), Fraction(0))
    if there - wanted >= Fraction(policy["threshold"]):
        return None
    last = add_months(entry.day, int(policy["valid_months"])) - ONE_DAY
    return Block(FIRST_TOP_UP + len(blocks), entry.day, last, Fraction(policy["by"]))


# --- R18 -----------------------------------------------------------------------------------------
# > An allowance grants each period the line's quantity. What is left when a period ends goes on, at
# > most the cap in all, and the oldest units lapse first. A draw takes what was carried first, the
# > oldest of it before the newer, or the period's own units first, as agreed.


def _replay_allowance(line: Line, seen: list[Work], through: date) -> Replay:
    """Replay to the beginning of the day after ``through``, when a period may have ended."""
    rollover = (line.product.fund or {})["rollover"]
    periods, tomorrow = blocks_of(line, through + ONE_DAY), through + ONE_DAY
    lots: list[list[Fraction | int]] = []  # number of the period, units left; the oldest first
    begun = 0

    def move_to(day: date) -> None:
        nonlocal begun, lots
        while begun < len(periods) and periods[begun].first <= day:
            lots = _carried(lots, rollover)
            lots.append([periods[begun].number, periods[begun].units])
            begun += 1

    drawn: dict[int, list[tuple[date, Fraction]]] = defaultdict(list)
    overage, rest = [], []
    for entry in seen:
        move_to(entry.day)
        per_clock_hour = entry.multiplier * units_per_hour(line)
        wanted = entry.hours * per_clock_hour
        runs = begun and (line.end is None or entry.day <= line.end)
        queue = lots if rollover["use_first"] == "carried" else [*lots[-1:], *lots[:-1]]
        for lot in queue if runs else ():
            taken = min(wanted, Fraction(lot[1]))
            if taken:
                lot[1] -= taken
                wanted -= taken
                drawn[int(lot[0])].append((entry.day, taken))
        if wanted:
            overage.append((entry.day, wanted / per_clock_hour))
            rest.append(entry._replace(hours=wanted / per_clock_hour))
    move_to(tomorrow)
    over = line.end is not None and line.end < tomorrow
    left = {} if over else {int(number): Fraction(units) for number, units in lots}
    return Replay(dict(drawn), overage, [], rest, left)


def _carried(lots: list[list[Fraction | int]], rollover: dict[str, str]) -> list[Any]:
    if rollover["mode"] == "none":
        return []
    kept, room = [], None if rollover["mode"] == "unlimited" else Fraction(rollover["cap"])
    for number, units in reversed(lots):  # the newest are kept first
        stays = units if room is None else min(Fraction(units), room)
        room = None if room is None else room - stays
        if stays:
            kept.append([number, stays])
    return kept[::-1]


def fund_state(line: Line, draws: list[Work], day: date) -> dict[str, Fraction]:
    """State at the close of ``day``, as known then, over the whole life of the fund.

    Decision: a block whose last day is ``day`` has lapsed at its close, as R6 recognises it.
    """
    result = replay(line, draws, day, day)
    state = dict.fromkeys(("bought", "drawn", "lapsed", "remaining"), Fraction(0))
    carries = bool((line.product.fund or {}).get("rollover"))
    for block in blocks_of(line, day) + result.top_ups:
        used = sum((units for _, units in result.drawn.get(block.number, ())), Fraction(0))
        state["bought"] += block.units
        state["drawn"] += used
        if carries:
            left = result.left.get(block.number, Fraction(0))
        else:
            left = Fraction(0) if block.last <= day else block.units - used
        state["remaining"] += left
        state["lapsed"] += block.units - used - left
    passes_on = bool((line.product.fund or {}).get("passes_to"))
    over = [] if passes_on else [hours for _, hours in result.overage]
    state["overage_hours"] = sum(over, Fraction(0))
    return state

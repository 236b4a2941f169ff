"""Prepaid blocks and what is drawn from them (the fund part of R3, and R4 for funds)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import NamedTuple

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
    by_expiry = (line.product.fund or {}).get("order", "expiry") == "expiry"
    seen = [entry for entry in draws if entry.known <= known and entry.day <= through]
    seen.sort(key=lambda entry: (entry.day, entry.started_at, entry.id))
    blocks = blocks_of(line, through)
    blocks.sort(
        key=lambda b: (b.last, b.first, b.number) if by_expiry else (b.first, b.last, b.number)
    )
    left = {block.number: block.units for block in blocks}
    drawn: dict[int, list[tuple[date, Fraction]]] = defaultdict(list)
    overage = []
    for entry in seen:
        per_clock_hour = entry.multiplier * units_per_hour(line)
        wanted = entry.hours * per_clock_hour
        for block in blocks:
            if block.first <= entry.day <= block.last and wanted and left[block.number]:
                taken = min(wanted, left[block.number])
                left[block.number] -= taken
                wanted -= taken
                drawn[block.number].append((entry.day, taken))
        if wanted:
            overage.append((entry.day, wanted / per_clock_hour))
    return Replay(dict(drawn), overage)


def fund_state(line: Line, draws: list[Work], day: date) -> dict[str, Fraction]:
    """State at the close of ``day``, as known then, over the whole life of the fund.

    Decision: a block whose last day is ``day`` has lapsed at its close, as R6 recognises it.
    """
    result = replay(line, draws, day, day)
    state = dict.fromkeys(("bought", "drawn", "lapsed", "remaining"), Fraction(0))
    for block in blocks_of(line, day):
        used = sum((units for _, units in result.drawn.get(block.number, ())), Fraction(0))
        state["bought"] += block.units
        state["drawn"] += used
        state["lapsed" if block.last <= day else "remaining"] += block.units - used
    state["overage_hours"] = sum((hours for _, hours in result.overage), Fraction(0))
    return state

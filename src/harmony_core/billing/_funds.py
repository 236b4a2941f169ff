"""A prepaid line as a fund: the blocks that it bought, and the time that draws them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from fractions import Fraction

import attrs

from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.contracts import Contract, ContractLine, line_end
from harmony_core.errors import InvalidValue
from harmony_core.funds import (
    Balance,
    Block,
    Draw,
    FundStatement,
    Overage,
    OverageMode,
    draw_allowance,
    draw_down,
)
from harmony_core.periods import Span, add_months
from harmony_core.products import FundTerms
from harmony_core.work import TimeEntry

_EVER = Span(date.min, date.max)


class LineFund:
    """The fund behind a prepayment line, as known on any day.

    Every period of the line buys a block, or grants it as an allowance; every time entry on the
    line draws its hours times its multiplier times the fund's units per hour. Hours below zero take
    back draws of the same day or before, the latest first, as if that much had not been worked.
    """

    def __init__(
        self, contract: Contract, line: ContractLine, terms: FundTerms, entries: Sequence[TimeEntry]
    ) -> None:
        self.contract, self.line, self.terms = contract, line, terms
        self._entries = entries
        self._last_known = max((entry.known_on for entry in entries), default=date.min)
        self._late = [entry for entry in entries if entry.known_on > entry.day or entry.hours < 0]
        self._statements: dict[tuple[str, ...], FundStatement] = {}
        self._balances: dict[date, dict[str, Balance]] = {}

    def blocks(self, through: date = date.min) -> tuple[Block, ...]:
        """The blocks bought up to a day, or to that on which the last entry became known."""
        unit, last = self._unit, max(self._last_known, through)
        blocks = []
        for period in self.line.periods():
            start = period.span.start
            if start > last:
                break
            name = block_id(self.line, start)
            end = self.last_day_of(start) if self.terms.rollover is None else period.span.last_day
            blocks.append(Block.of_days(name, unit, self.line.quantity, start, end))
        return tuple(blocks)

    def last_day_of(self, start: date) -> date:
        """The last day on which the block bought on ``start`` can be drawn."""
        return Span(start, add_months(start, self.terms.valid_months)).last_day

    def statement(self, known: date) -> FundStatement:
        """Every draw replayed, of the entries recorded on or before ``known``.

        Entries in time order that are simply in the future do not change the past, so only those
        that came late, or take something back, tell one day's knowledge from another's.
        """
        unknown = tuple(entry.id for entry in self._late if entry.known_on > known)
        if unknown not in self._statements:
            draws = self._draws(frozenset(unknown))
            self._statements[unknown] = self._replayed(self.blocks(), draws)
        return self._statements[unknown]

    def drawn_share(self, charge: tuple[ChargeKind, Span], through: date) -> Fraction:
        """The share of what a charge bought that work up to a day has drawn, as known then."""
        statement = self.statement(through)
        bought = self._bought(charge, statement)
        drawn = sum(
            (
                part.quantity
                for part in statement.allocations
                if part.block_id in bought and part.day <= through
            ),
            Fraction(0),
        )
        total = sum(bought.values(), Fraction(0))
        return min(Fraction(1), drawn / total) if total else Fraction(1)

    def earned_share(self, charge: tuple[ChargeKind, Span], through: date) -> Fraction:
        """The same with what has lapsed by the end of the day: nobody can draw that any more."""
        kind, service = charge
        if kind is ChargeKind.TOP_UP:
            return self._earned_top_ups(charge, through)
        if self.terms.rollover is None:
            ended = self.last_day_of(service.start) <= through
            return Fraction(1) if ended else self.drawn_share(charge, through)
        if self.line.last_day is not None and self.line.last_day <= through:
            return Fraction(1)
        balance = self._at_end_of(through).get(block_id(self.line, service.start))
        return Fraction(0) if balance is None else 1 - balance.remaining / balance.purchased

    def balance(self, day: date) -> Fraction:
        """The units that more work on a day could still take, as known then."""
        unknown = frozenset(entry.id for entry in self._entries if entry.known_on > day)
        draws = [draw for draw in self._draws(unknown) if draw.day <= day]
        found = dict(self._replayed(self.blocks(day), draws, day).balances)
        return sum((one.available for one in found.values()), Fraction(0))

    def _bought(
        self, charge: tuple[ChargeKind, Span], statement: FundStatement
    ) -> dict[str, Fraction]:
        kind, service = charge
        if kind is ChargeKind.TOP_UP:
            return {one.block.id: one.quantity for one in statement.top_ups_in(service)}
        return {block_id(self.line, service.start): self.line.quantity}

    def _earned_top_ups(self, charge: tuple[ChargeKind, Span], through: date) -> Fraction:
        statement = self.statement(through)
        earned = total = Fraction(0)
        for one in statement.top_ups_in(charge[1]):
            ended = one.block.last_day is not None and one.block.last_day <= through
            drawn = sum(
                (
                    part.quantity
                    for part in statement.allocations
                    if part.block_id == one.block.id and part.day <= through
                ),
                Fraction(0),
            )
            earned, total = earned + (one.quantity if ended else drawn), total + one.quantity
        return earned / total if total else Fraction(1)

    def _at_end_of(self, day: date) -> dict[str, Balance]:
        """The balances of an allowance when a day is over, as known on it."""
        if day not in self._balances:
            tomorrow = day + timedelta(days=1)
            unknown = frozenset(entry.id for entry in self._late if entry.known_on > day)
            draws = [draw for draw in self._draws(unknown) if draw.day <= day]
            statement = self._replayed(self.blocks(tomorrow), draws, tomorrow)
            self._balances[day] = dict(statement.balances)
        return self._balances[day]

    def _draws(self, left_out: frozenset[str]) -> list[Draw]:
        entries = [entry for entry in self._entries if entry.id not in left_out]
        return [self._draw(entry, hours) for entry, hours in _worked(entries)]

    def _replayed(
        self, blocks: Sequence[Block], draws: Sequence[Draw], as_of: date | None = None
    ) -> FundStatement:
        currency, terms = self.contract.currency, self.terms
        overage = Overage(OverageMode.BILL, terms.overage_price(currency))
        if terms.rollover is not None:
            return draw_allowance(blocks, draws, terms.rollover, overage=overage, as_of=as_of)
        top_up = terms.top_up_in(currency)
        if top_up is not None and self.line.last_day is not None:
            last_day = min(self.line.last_day, top_up.last_day or date.max)
            top_up = attrs.evolve(top_up, last_day=last_day)
        return draw_down(blocks, draws, terms.order, overage=overage, as_of=as_of, top_up=top_up)

    @property
    def _unit(self) -> str:
        cash = self.terms.unit.value == "cash"
        return self.contract.currency if cash else self.terms.unit.value

    def _draw(self, entry: TimeEntry, hours: Fraction) -> Draw:
        per_hour = self.terms.units_for(self.contract.currency)
        return Draw(
            entry.id,
            entry.day,
            hours,
            entry.multiplier * per_hour,
            entry.started_at,
            entry.recorded_on,
        )


def _worked(entries: Iterable[TimeEntry]) -> list[tuple[TimeEntry, Fraction]]:
    """The entries with the hours that are left after others took some of them back."""
    worked: list[TimeEntry] = []
    taken_back: list[TimeEntry] = []
    for entry in sorted(entries, key=lambda one: (one.day, one.started_at or time.min, one.id)):
        (worked if entry.hours >= 0 else taken_back).append(entry)
    left = {entry.id: entry.hours for entry in worked}
    for back in taken_back:
        units = -back.hours * back.multiplier
        for entry in reversed(worked):
            if entry.day <= back.day and entry.multiplier:
                part = min(units, left[entry.id] * entry.multiplier)
                left[entry.id] -= part / entry.multiplier
                units -= part
    return [(entry, left[entry.id]) for entry in worked]


def block_id(line: ContractLine, start: date) -> str:
    """The id of the block that a line bought on ``start``."""
    return f"{line.id}/{start}"


def fund_line(contract: Contract, line_id: str) -> ContractLine | None:
    """A prepaid line with the end that was agreed for it; ``None`` where it buys nothing.

    A block is bought once: an end stops further ones, and those that are there stay.
    """
    line, last_day = contract.line(line_id), line_end(contract, line_id).last_day
    if last_day == line.last_day:
        return line
    if last_day is not None and last_day < line.start:
        return None
    return attrs.evolve(line, last_day=last_day)


def fund_of(contract: Contract, line: ContractLine, facts: Facts) -> LineFund:
    """The fund of a prepayment line; kept with the facts, since a run asks for it many times.

    Raises:
        InvalidValue: the line is no prepayment.
    """
    terms = line.fund
    if terms is None:
        raise InvalidValue(f"line {line.id!r} of contract {contract.id!r} is no prepayment")

    def make() -> LineFund:
        return LineFund(contract, line, terms, facts.time_of(contract.id, line.id, _EVER))

    fund = facts.remember(("fund", contract.id, line.id), make)
    # The same facts may be asked about another version of the contract: what if it said this?
    same = fund.line is line or (fund.line, fund.contract.currency) == (line, contract.currency)
    return fund if same else make()

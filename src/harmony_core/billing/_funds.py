"""A prepaid line as a fund: the blocks that it bought, and the time that draws them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time
from fractions import Fraction

from harmony_core.billing._facts import Facts
from harmony_core.contracts import Contract, ContractLine
from harmony_core.errors import InvalidValue
from harmony_core.funds import Block, Draw, FundStatement, Overage, OverageMode, draw_down
from harmony_core.periods import Span, add_months
from harmony_core.products import FundTerms
from harmony_core.work import TimeEntry

_EVER = Span(date.min, date.max)


class LineFund:
    """The fund behind a prepayment line, as known on any day.

    Every period of the line buys a block; every time entry on the line draws its hours times its
    multiplier times the fund's units per hour. Hours below zero take back draws of the same day or
    before, the latest first, as if that much had not been worked.
    """

    def __init__(
        self, contract: Contract, line: ContractLine, terms: FundTerms, entries: Sequence[TimeEntry]
    ) -> None:
        self.contract, self.line, self.terms = contract, line, terms
        self._entries = entries
        self._last_known = max((entry.known_on for entry in entries), default=date.min)
        self._late = [entry for entry in entries if entry.known_on > entry.day or entry.hours < 0]
        self._statements: dict[tuple[str, ...], FundStatement] = {}

    def blocks(self) -> tuple[Block, ...]:
        """The blocks bought up to the day on which the last entry became known."""
        unit = self._unit
        blocks = []
        for period in self.line.periods():
            start = period.span.start
            if start > self._last_known:
                break
            name, last_day = block_id(self.line, start), self.last_day_of(start)
            blocks.append(Block.of_days(name, unit, self.line.quantity, start, last_day))
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
            left_out = frozenset(unknown)
            entries = [entry for entry in self._entries if entry.id not in left_out]
            draws = [self._draw(entry, hours) for entry, hours in _worked(entries)]
            overage = Overage(OverageMode.BILL, self.terms.overage_price(self.contract.currency))
            self._statements[unknown] = draw_down(
                self.blocks(), draws, self.terms.order, overage=overage
            )
        return self._statements[unknown]

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

"""What a prepaid line buys: its blocks, with what was carried in, and what of them was given up."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from harmony_core.billing._fund_draws import as_bought, block_end, pauses_of, what_buys
from harmony_core.contracts import Amendment, Contract, ContractLine, FundCloses, UnitsRefunded
from harmony_core.funds import Block, Refund
from harmony_core.products import FundTerms


class BoughtFund:
    """The blocks of a prepaid line: one a period, or granted as an allowance, and those carried in.

    They are told up to ``last_known``: the day on which the last fact that draws them was known.
    """

    def __init__(
        self, contract: Contract, line: ContractLine, terms: FundTerms, last_known: date
    ) -> None:
        self.contract, self.line, self.terms = contract, line, terms
        self._last_known = last_known
        self._closing, self._refunds = contract.closing(line.id), contract.refunds(line.id)
        self._bought_by = what_buys(contract, line)
        self._pauses = pauses_of(contract, line)

    def blocks(self, through: date = date.min) -> tuple[Block, ...]:
        """The blocks bought up to a day, or to that on which the last entry became known."""
        unit, last = self._unit, max(self._last_known, through)
        blocks = []
        for period in self.line.periods():
            start = period.span.start
            if start > last:
                break
            name = block_id(self.line, start)
            bought = as_bought(self.contract, self.line, start)
            if bought is None:
                continue
            end = self.last_day_of(start)
            if self.terms.rollover is not None:  # what is suspended may go on in its period
                paused = any(period.span.end == pause.start for pause in self._pauses)
                end = (period.full if paused else period.span).last_day
            blocks.append(Block.of_days(name, unit, bought.quantity, start, end))
        for lot in self.line.opening:
            if lot.first_day <= last:
                block = Block.of_days(lot.id, unit, lot.units, lot.first_day, lot.last_day)
                blocks.append(block)
        return tuple(blocks)

    def last_day_of(self, start: date) -> date:
        """The last day on which the block bought on ``start`` can be drawn."""
        return block_end(self.line, start)

    @property
    def closed_from(self) -> date | None:
        """The first day on which its blocks can be drawn no more; ``None`` while it is open."""
        return None if self._closing is None else self._closing[0].first_day

    @property
    def given_up(self) -> tuple[Refund, ...]:
        """The units that went to another contract, or were paid out."""
        given: list[tuple[Amendment, FundCloses | UnitsRefunded]] = list(self._refunds)
        if self._closing is not None:
            given.append(self._closing)
        return tuple(
            Refund(
                f"{amendment.id} {lot.id}",
                lot.block_id,
                amendment.first_day,
                lot.units,
                lot.value,
                amendment.known_on,
                agreed=True,
            )
            for amendment, change in given
            for lot in change.lots
        )

    def given_up_of(self, start: date) -> Fraction:
        """The units of the block of ``start`` that went to another contract, or were paid out."""
        name = block_id(self.line, start)
        given = (one.quantity for one in self.given_up if one.block_id == name)
        return sum(given, Fraction(0))

    def is_closed_like(self, contract: Contract) -> bool:
        """Whether another version of the contract gives up just as much of it, and buys as much."""
        same = self._refunds == contract.refunds(self.line.id)
        same = same and self._closing == contract.closing(self.line.id)
        return same and self._bought_by == what_buys(contract, self.line)

    @property
    def _unit(self) -> str:
        cash = self.terms.unit.value == "cash"
        return self.contract.currency if cash else self.terms.unit.value


def block_id(line: ContractLine, start: date) -> str:
    """The id of the block that a line bought on ``start``."""
    return f"{line.id}/{start}"

"""An early end stated before it is accepted: the credits that it gives, and what it leaves out."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date, timedelta
from fractions import Fraction

import attrs

from harmony_core.billing._facts import Facts
from harmony_core.billing._fund_blocks import block_id
from harmony_core.billing._fund_draws import fund_line, outlives
from harmony_core.billing._funds import fund_of
from harmony_core.billing._preview import ExpectedCharge, preview
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Amendment, Contract, LineEnds
from harmony_core.finance import Money, money_sum
from harmony_core.periods import Span
from harmony_core.products import LeftOver


@attrs.frozen
class BlocksLeft:
    """What is left of the blocks of a prepaid line that an amendment ends, and what becomes of it.

    What is left of an allowance lapses with its line.

    Attributes:
        units: left when the line ends, as far as is known.
        unit: of the fund, a currency code for money.
        drawn_through: the last day on which something of it can be drawn; ``None`` where a block
            has no end.
    """

    line_id: str
    left_over: LeftOver
    units: Fraction
    unit: str
    drawn_through: date | None


@attrs.frozen
class AmendmentCharges:
    """What an amendment makes fall due once it is known: its credits, and what it charges.

    ``left`` says of each prepaid line that it ends what is left: kept, lapsed or paid back. Blocks
    that were carried from another contract, or topped up, are kept in any case.
    """

    amendment: Amendment
    currency: str
    charges: tuple[ExpectedCharge, ...]
    left: tuple[BlocksLeft, ...] = ()

    @property
    def credits(self) -> tuple[ExpectedCharge, ...]:
        """The charges below zero: what is given back of what was billed."""
        return tuple(one for one in self.charges if one.amount.minor < 0)

    @property
    def total(self) -> Money:
        """Everything together; below zero is given back."""
        return money_sum((one.amount for one in self.charges), self.currency)


def charges_of(
    contract: Contract,
    amendment: Amendment,
    facts: Facts,
    terms: BillingTerms,
    *,
    through: date | None = None,
    charged: Container[str] = frozenset(),
) -> AmendmentCharges:
    """Give the charges and credits that an amendment brings by a day, before it is accepted.

    They are the very charges that a night will make: those of the amended contract that the
    contract as it is does not give, or gives with another amount. A credit is the period as it was
    billed less the period as it is now known, so it never exceeds what was billed less what was
    credited already. What merely is not billed any more is told by :func:`impact`.

    Args:
        contract: with the amendments that are known.
        amendment: such as an early end, see ``contracts.lines_ended``.
        facts: known or assumed.
        terms: group, rates, policies.
        through: the last day on which they fall due, such as that of a settlement fee. Where none
            is given, the day on which the amendment becomes known, or the one after a prepaid line
            of which something is paid back.
        charged: keys of the charges that exist; what fell due before and is not among them is left
            out where the amendment does not change it.

    Raises:
        InvalidValue, NotFound, RuleBroken: the contract cannot be amended so.
    """
    amended = contract.amended(amendment)
    left = tuple(_blocks_left(amended, amendment, facts))
    settled = (amendment.first_day for one in left if one.left_over is LeftOver.REFUNDED)
    last = max(amendment.known_on, through or max(settled, default=amendment.known_on))
    days = Span(terms.opening_day, last + timedelta(days=1))
    before = {one.key: one.amount for one in preview(contract, facts, terms, days)}
    after = preview(amended, facts, terms, days, charged)
    found = tuple(one for one in after if one.key not in before or one.amount != before[one.key])
    return AmendmentCharges(amendment, contract.currency, found, left)


def _blocks_left(amended: Contract, amendment: Amendment, facts: Facts) -> Iterator[BlocksLeft]:
    for change in amendment.changes:
        line = fund_line(amended, change.line_id) if isinstance(change, LineEnds) else None
        if line is None or line.fund is None or line.last_day is None:
            continue
        fund, last = fund_of(amended, line, facts), line.last_day
        if fund.closed_from is not None and fund.closed_from <= last + timedelta(days=1):
            continue  # what was left went along, was paid back or lapsed
        if line.fund.rollover is not None:  # what an allowance has left goes with its line
            at_end = fund.account(Span(last, last + timedelta(days=1)))
            if at_end.lapsed:
                yield BlocksLeft(line.id, LeftOver.LAPSED, at_end.lapsed, at_end.unit, last)
            continue
        own, others = [], []
        for block in fund.bought_by(last):
            if block.id == block_id(line, block.start):
                own += [block] if outlives(line, block.start) else []
            elif block.last_day is None or block.last_day > last:
                others.append(block)  # carried or topped up: it keeps its own end
        kept = line.fund.at_end is LeftOver.KEPT
        for said, blocks in (
            (line.fund.at_end, [*own, *others] if kept else own),
            (LeftOver.KEPT, [] if kept else others),
        ):
            units = sum((one.quantity - fund.gone_of(one.id, last) for one in blocks), Fraction(0))
            if units > 0:
                ends = [one.last_day for one in blocks]
                through = None if None in ends else max(filter(None, ends))
                yield BlocksLeft(line.id, said, units, blocks[0].unit, through)

"""What a replay of draws gives."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import NotFound
from harmony_core.explanation import Explanation
from harmony_core.finance import Money
from harmony_core.funds._blocks import Block
from harmony_core.periods import Span


@attrs.frozen
class Allocation:
    """``quantity`` units that a draw took from a block, for work of ``day``."""

    draw_id: str
    block_id: str
    day: date
    quantity: Fraction


@attrs.frozen
class OverageLine:
    """The part of a draw that is billed: ``quantity`` at the overage rate.

    ``quantity`` is in clock units or in block units, as the policy says; ``units`` is the same rest
    in block units.
    """

    draw_id: str
    day: date
    quantity: Fraction
    units: Fraction
    amount: Money
    explanation: Explanation


@attrs.frozen
class Denial:
    """A draw that was refused whole: it wanted ``quantity`` units, ``available`` were there."""

    draw_id: str
    day: date
    quantity: Fraction
    available: Fraction


@attrs.frozen
class Balance:
    """Where the units of a block, or of the whole fund, have gone.

    ``purchased = drawn + remaining + lapsed + refunded``. ``available`` is the part of
    ``remaining`` that work of the statement's day could take: blocks that have begun, and nothing
    below zero.
    """

    purchased: Fraction
    drawn: Fraction
    remaining: Fraction
    lapsed: Fraction
    available: Fraction
    refunded: Fraction = Fraction(0)

    def with_lapsed_refunded(self) -> Balance:
        """The same where what nobody drew is paid back when the block ends, and does not lapse."""
        return attrs.evolve(self, lapsed=Fraction(0), refunded=self.refunded + self.lapsed)

    def __add__(self, other: Balance) -> Balance:
        return Balance(
            self.purchased + other.purchased,
            self.drawn + other.drawn,
            self.remaining + other.remaining,
            self.lapsed + other.lapsed,
            self.available + other.available,
            self.refunded + other.refunded,
        )


_NOTHING = Balance(*(Fraction(0),) * 5)


@attrs.frozen
class Purchase:
    """A block that a top-up bought on ``day``, because ``draw_id`` left too little.

    ``amount`` is what it costs, ``None`` where no price was agreed. ``explanation`` is that of the
    amount, or of the quantity where there is none.
    """

    block: Block
    draw_id: str
    day: date
    quantity: Fraction
    amount: Money | None
    explanation: Explanation


@attrs.frozen
class FundStatement:
    """Every draw and every block of a fund after a replay.

    ``allocations`` stand in the order in which draws were served. ``as_of`` is the day for which
    lapsed and available units are stated; without it nothing has lapsed. ``top_ups`` are what was
    bought on the way; their blocks have balances as all others.
    """

    unit: str
    as_of: date | None
    allocations: tuple[Allocation, ...]
    overage: tuple[OverageLine, ...]
    denied: tuple[Denial, ...]
    balances: tuple[tuple[str, Balance], ...]
    top_ups: tuple[Purchase, ...] = ()

    @property
    def remaining(self) -> dict[str, Fraction]:
        """Units that are neither drawn nor lapsed, by block; below zero only by policy."""
        return {block_id: balance.remaining for block_id, balance in self.balances}

    @property
    def lapsed(self) -> dict[str, Fraction]:
        """Units that expired unused, for the blocks where there are any."""
        return {block_id: balance.lapsed for block_id, balance in self.balances if balance.lapsed}

    @property
    def available(self) -> dict[str, Fraction]:
        """Units that work of the statement's day could take, for the blocks where there are any."""
        return {
            block_id: balance.available for block_id, balance in self.balances if balance.available
        }

    @property
    def total(self) -> Balance:
        """The whole fund."""
        return sum((balance for _, balance in self.balances), _NOTHING)

    def balance(self, block_id: str) -> Balance:
        """Give one block's balance.

        Raises:
            NotFound: no block of that id is in the fund.
        """
        for known, balance in self.balances:
            if known == block_id:
                return balance
        raise NotFound(f"no block {block_id!r} in this fund of {self.unit}")

    def overage_in(self, period: Span) -> tuple[OverageLine, ...]:
        """Give the overage of work done in ``period``, in the order served."""
        return tuple(line for line in self.overage if line.day in period)

    def top_ups_in(self, period: Span) -> tuple[Purchase, ...]:
        """Give what draws of ``period`` made the fund buy, in the order bought."""
        return tuple(one for one in self.top_ups if one.day in period)

    def drawn_in(self, period: Span) -> tuple[Allocation, ...]:
        """Give what was taken for work done in ``period``, in the order served."""
        return tuple(part for part in self.allocations if part.day in period)

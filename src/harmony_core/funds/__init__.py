"""PREPAID: what was bought in advance, what was drawn from it, and what is left.

A fund is some :class:`Block` values of one unit: hours, tokens, or money of one currency. Each
block has its own first day and end. :func:`draw_down` replays every :class:`Draw` against the
blocks and gives a :class:`FundStatement`: what each draw took from which block, what was left
over to bill, what was refused, what was bought on the way, and what each block still holds. It is
a pure function of the facts, so a draw that was keyed late changes nothing but the answer.

A periodic allowance carries some of its units on: :func:`roll_over`. Several funds of a customer,
or an allowance, then blocks, then the hour, are a cascade of :class:`Layer` values: :func:`cover`
asks them in their stated order and says why each was passed over. The money paid for a block is
earned as the block is used and, for what nobody used, when it expires: :func:`recognise_block`,
:func:`fund_recognition`.
"""

from harmony_core.funds._allowance import AllowancePeriod, AllowanceUse, CarriedLot, roll_over
from harmony_core.funds._blocks import (
    Block,
    Draw,
    Overage,
    OverageMode,
    Process,
    Refund,
)
from harmony_core.funds._cascade import (
    Coverage,
    CoverageStatement,
    NotCovered,
    PassedOver,
    cover,
)
from harmony_core.funds._draw_down import draw_down
from harmony_core.funds._layers import Allowance, BlockPool, Layer, Pool, Unlimited
from harmony_core.funds._recognition import (
    BlockRecognition,
    FundUse,
    RecognisedPeriod,
    drawn_value,
    fund_recognition,
    recognise_block,
)
from harmony_core.funds._statement import (
    Allocation,
    Balance,
    Denial,
    FundStatement,
    OverageLine,
    Purchase,
)
from harmony_core.products import CarryMode, DrawOrder, Rollover, TopUp, UseFirst

__all__ = [
    "Allocation",
    "Allowance",
    "AllowancePeriod",
    "AllowanceUse",
    "Balance",
    "Block",
    "BlockPool",
    "BlockRecognition",
    "CarriedLot",
    "CarryMode",
    "Coverage",
    "CoverageStatement",
    "Denial",
    "Draw",
    "DrawOrder",
    "FundStatement",
    "FundUse",
    "Layer",
    "NotCovered",
    "Overage",
    "OverageLine",
    "OverageMode",
    "PassedOver",
    "Pool",
    "Process",
    "Purchase",
    "RecognisedPeriod",
    "Refund",
    "Rollover",
    "TopUp",
    "Unlimited",
    "UseFirst",
    "cover",
    "draw_down",
    "drawn_value",
    "fund_recognition",
    "recognise_block",
    "roll_over",
]

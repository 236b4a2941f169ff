"""PREPAID: what was bought in advance, what was drawn from it, and what is left.

A fund is some :class:`Block` values of one unit: hours, tokens, or money of one currency. Each
block has its own first day and end. :func:`draw_down` replays every :class:`Draw` against the
blocks and gives a :class:`FundStatement`: what each draw took from which block, what was left
over to bill, what was refused, what was bought on the way, and what each block still holds. It is
a pure function of the facts, so a draw that was keyed late changes nothing but the answer.

A periodic allowance carries some of its units on: :func:`roll_over`, and draw by draw
:func:`draw_allowance`. Several funds of a customer,
or an allowance, then blocks, then the hour, are a cascade of :class:`Layer` values: :func:`cover`
asks them in their stated order and says why each was passed over. :func:`charge_incidents` pays
incidents from a fund of money by their type. :func:`fund_account` states a fund over some days, on
a named basis, and :func:`levels_reached` warns. The money paid for a block is earned as the block
is used and, for what nobody used, when it expires or in proportion: :func:`recognise_block`,
:func:`fund_recognition`, :func:`proportional_recognition`.
"""

from harmony_core.funds._account import Basis, FundAccount, fund_account
from harmony_core.funds._allowance import AllowancePeriod, AllowanceUse, CarriedLot, roll_over
from harmony_core.funds._allowance_draws import draw_allowance
from harmony_core.funds._blocks import (
    Block,
    Draw,
    Overage,
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
from harmony_core.funds._incidents import (
    Incident,
    IncidentCharge,
    IncidentReason,
    IncidentStatement,
    charge_incidents,
)
from harmony_core.funds._layers import Allowance, BlockPool, Layer, Pool, Unlimited
from harmony_core.funds._levels import LevelReached, levels_reached
from harmony_core.funds._recognition import (
    BlockRecognition,
    ExpectedUse,
    FundUse,
    RecognisedPeriod,
    drawn_value,
    fund_recognition,
    proportional_recognition,
    recognise_block,
    refund_value,
)
from harmony_core.funds._statement import (
    Allocation,
    Balance,
    Denial,
    FundStatement,
    OverageLine,
    Purchase,
)
from harmony_core.products import (
    CarryMode,
    ChargeDay,
    DrawOrder,
    IncidentTerms,
    OverageMode,
    Rollover,
    Shortfall,
    TopUp,
    UseFirst,
    WarningLevel,
)

__all__ = [
    "Allocation",
    "Allowance",
    "AllowancePeriod",
    "AllowanceUse",
    "Balance",
    "Basis",
    "Block",
    "BlockPool",
    "BlockRecognition",
    "CarriedLot",
    "CarryMode",
    "ChargeDay",
    "Coverage",
    "CoverageStatement",
    "Denial",
    "Draw",
    "DrawOrder",
    "ExpectedUse",
    "FundAccount",
    "FundStatement",
    "FundUse",
    "Incident",
    "IncidentCharge",
    "IncidentReason",
    "IncidentStatement",
    "IncidentTerms",
    "Layer",
    "LevelReached",
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
    "Shortfall",
    "TopUp",
    "Unlimited",
    "UseFirst",
    "WarningLevel",
    "charge_incidents",
    "cover",
    "draw_allowance",
    "draw_down",
    "drawn_value",
    "fund_account",
    "fund_recognition",
    "levels_reached",
    "proportional_recognition",
    "recognise_block",
    "refund_value",
    "roll_over",
]

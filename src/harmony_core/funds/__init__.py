"""PREPAID: what was bought in advance, what was drawn from it, and what is left.

A fund is some :class:`Block` values of one unit: hours, tokens, or money of one currency. Each
block has its own first day and end. :func:`draw_down` replays every :class:`Draw` against the
blocks and gives a :class:`FundStatement`: what each draw took from which block, what was left
over to bill, what was refused, and what each block still holds. It is a pure function of the facts,
so a draw that was keyed late changes nothing but the answer.

The money paid for a block is earned as the block is used and, for what nobody used, when it
expires: :func:`recognise_block`, :func:`fund_recognition`.
"""

from harmony_core.funds._blocks import (
    Block,
    Draw,
    Overage,
    OverageMode,
    Process,
)
from harmony_core.funds._draw_down import draw_down
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
)
from harmony_core.products import DrawOrder

__all__ = [
    "Allocation",
    "Balance",
    "Block",
    "BlockRecognition",
    "Denial",
    "Draw",
    "DrawOrder",
    "FundStatement",
    "FundUse",
    "Overage",
    "OverageLine",
    "OverageMode",
    "Process",
    "RecognisedPeriod",
    "draw_down",
    "drawn_value",
    "fund_recognition",
    "recognise_block",
]

"""Policies in which billing systems differ beyond those of a scheme; a profile names one of each.

Their names are stored and never change their meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType

from harmony_core.errors import Word
from harmony_core.explanation import RoundingMode
from harmony_core.finance import Rounding
from harmony_core.periods import Alignment, CyclePolicy
from harmony_core.pricing._blocks import BeyondBlocks
from harmony_core.pricing._conversion import SplitRounding
from harmony_core.pricing._percentage import FreeAmountEdge
from harmony_core.pricing._proration import BandChosenBy
from harmony_core.pricing._scheme import ZeroQuantity


class BandRows(Word):
    """What the figures of a row of bands mean; the prices follow them, a flat fee comes last."""

    UP_TO = "up_to"
    """``(up_to, unit_price)``: the upper limit, which belongs to the band"""
    CLOSED_RANGES = "closed_ranges"
    """``(first, last, unit_price)``: 0 to 10, 11 to 20; the next band may also begin where one
    ended (0 to 0.1, 0.1 to 1). What lies between 10 and 11 belongs to the upper band"""
    BLOCKS = "blocks"
    """``(block_size, blocks, block_price)``: how many blocks the band holds, its width"""


class RoundingPoint(Word):
    """Where the exact amount of a charge becomes money."""

    CHARGE = "charge"
    """once, when all of it is added up"""
    BAND_LINES = "band_lines"
    """in every band: its units are a line, its flat fee is another, and each is rounded"""


class FirstFlatFee(Word):
    """Which line carries fill up's first flat fee where a period is billed in several lines."""

    WITH_FIRST_UNITS = "with_first_units"
    """the line that has the first units"""
    ON_FIRST_LINE = "on_first_line"
    """the first line of the period, with units or without; no later one"""


class LookUpRuns(Word):
    """Whether look-up prices are billed before the period is over."""

    EVERY_RUN = "every_run"
    """each run bills the whole so far, less what was billed"""
    AT_PERIOD_END = "at_period_end"
    """nothing before the last line: a later unit may change the price of all"""


class Decrease(Word):
    """What happens when less is due in a period than was billed of it."""

    CREDIT = "credit"
    """the line is below zero"""
    REFUSE = "refuse"
    """the run stops: such a correction is made by hand"""


class CreditLimit(Word):
    """How much may be given back."""

    NONE = "none"
    """what the calculation says"""
    BILLED = "billed"
    """no more than was billed and not yet credited"""


POLICY_KINDS: Mapping[str, type | UnionType] = {
    "rows": BandRows,
    "fill_up_zero": ZeroQuantity | None,
    "look_up_zero": ZeroQuantity | None,
    "fill_up_beyond": BeyondBlocks | None,
    "look_up_beyond": BeyondBlocks | None,
    "whole_units": RoundingMode | None,
    "free_amount_edge": FreeAmountEdge | None,
    "first_flat_fee": FirstFlatFee,
    "part_band": BandChosenBy,
    "part_units": Rounding | None,
    "rounding": Rounding,
    "rounding_point": RoundingPoint,
    "split": SplitRounding,
    "look_up_runs": LookUpRuns,
    "decrease": Decrease,
    "credit_limit": CreditLimit,
    "alignment": Alignment,
    "cycles": CyclePolicy,
}
"""What each policy of a profile must be: another kind would be taken for some default."""

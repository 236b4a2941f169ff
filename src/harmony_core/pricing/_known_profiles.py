"""The profiles of five billing systems; where each fact stands is said in the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from harmony_core.explanation import RoundingMode
from harmony_core.finance import Rounding
from harmony_core.periods import KILLBILL_CYCLES, SECONDS, Alignment, CyclePolicy, StubPeriod
from harmony_core.pricing._blocks import BeyondBlocks
from harmony_core.pricing._conversion import SplitRounding
from harmony_core.pricing._percentage import FreeAmountEdge
from harmony_core.pricing._profile_policies import (
    BandRows,
    Decrease,
    FirstFlatFee,
    LookUpRuns,
    RoundingPoint,
)
from harmony_core.pricing._profiles import Profile
from harmony_core.pricing._scheme import ZeroQuantity

OWN_RULES = Profile("harmony-core")
"""This library's own rules: every policy is the scheme's, so that nothing changes."""

STRIPE = Profile(
    "stripe", look_up_runs=LookUpRuns.AT_PERIOD_END, cycles=CyclePolicy(day_count=SECONDS)
)
"""Upper limits, sticky anchors, proration to the second, half up for each line."""

LAGO = Profile(
    "lago",
    rows=BandRows.CLOSED_RANGES,
    fill_up_zero=ZeroQuantity.FIRST_BAND_FLAT_FEE,
    look_up_zero=ZeroQuantity.FIRST_BAND_FLAT_FEE,
    free_amount_edge=FreeAmountEdge.EXCLUSIVE,
    part_units=Rounding.of(RoundingMode.CEILING, "0.00001"),
    alignment=Alignment.CALENDAR,
)
"""Closed ranges; the first flat fee is due without usage (so since June 2026); calendar periods."""

KILLBILL = Profile(
    "killbill",
    rows=BandRows.BLOCKS,
    fill_up_beyond=BeyondBlocks.CHARGE_NOTHING,
    look_up_beyond=BeyondBlocks.LAST_BAND,
    whole_units=RoundingMode.DOWN,
    decrease=Decrease.REFUSE,
    cycles=KILLBILL_CYCLES,
)
"""Bands as wide as their blocks, parts of a period to nine places, no line below zero."""

ZUORA = Profile(
    "zuora",
    rows=BandRows.CLOSED_RANGES,
    cycles=CyclePolicy(StubPeriod.CALENDAR_MONTHS),
)
"""Closed ranges; whole months, then actual days of the calendar month: its first day count."""

OPENMETER = Profile(
    "openmeter",
    fill_up_zero=ZeroQuantity.FIRST_BAND_FLAT_FEE,
    look_up_zero=ZeroQuantity.FIRST_BAND_FLAT_FEE,
    first_flat_fee=FirstFlatFee.ON_FIRST_LINE,
    rounding_point=RoundingPoint.BAND_LINES,
    split=SplitRounding.EACH_LINE,
    look_up_runs=LookUpRuns.AT_PERIOD_END,
    cycles=CyclePolicy(day_count=SECONDS),
)
"""Upper limits; each band's units and flat fee are lines that are rounded; exact durations."""

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {profile.name: profile for profile in (STRIPE, LAGO, KILLBILL, ZUORA, OPENMETER)}
)
"""The profiles of other systems by their names."""

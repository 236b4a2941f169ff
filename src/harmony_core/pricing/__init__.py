"""WHAT PRICE: a scheme turns a quantity into an exact amount, and can say how.

Flat, per unit, and the two readings of a :class:`BandTable`: :class:`FillUp` prices each unit in
the band it fills, :class:`LookUp` prices all units at the band reached; :class:`FillUpBlocks` and
:class:`LookUpBlocks` measure bands in blocks. :class:`Package`, :class:`Percentage`,
:class:`GraduatedPercentage` and :class:`Dynamic` are further schemes; :class:`CapacitySteps` looks
at several units at once. Limits, discounts, free units, conversion and commitments go around any
scheme. :class:`Ramp` and :class:`Uplifted` change by date; :func:`scheme_on` gives what holds on a
day. Every scheme is a small immutable value that is stored on the contract line and on the
charge; :func:`price` gives the exact amount, :func:`explain` the same amount with every step. A
:class:`PriceBook` says which scheme holds for whom, in which currency, on which day.
:func:`increment` and the re-rating functions bill the whole less what was billed. A
:class:`Profile` holds the rules of another billing system, so that its figures come out here.
Nothing here rounds before the one point where an amount is settled.
"""

from harmony_core.pricing._aggregation import (
    Aggregation,
    PercentileRule,
    aggregate,
    explain_aggregate,
    explain_percentile,
    percentile,
)
from harmony_core.pricing._banded import FillUp, LookUp
from harmony_core.pricing._bands import Band, BandTable
from harmony_core.pricing._blocks import BeyondBlocks, BlockBand, FillUpBlocks, LookUpBlocks
from harmony_core.pricing._capacity import CapacityStep, CapacitySteps, at_peaks
from harmony_core.pricing._cliffs import Cliff, cliffs
from harmony_core.pricing._combinations import (
    refuse_number_as_money,
    refuse_other_units,
    refuse_unbillable,
    refuse_unrecorded,
)
from harmony_core.pricing._commitment import Commitment, explain_true_up, true_up
from harmony_core.pricing._conversion import Conversion, Converted, SplitRounding, round_quantity
from harmony_core.pricing._dated import (
    DatedScheme,
    anchored,
    change_days,
    facts_on,
    is_dated,
    price_since,
    scheme_on,
)
from harmony_core.pricing._discounts import (
    AmountOff,
    Discount,
    Discounted,
    FreeUnits,
    PercentOff,
    billable_units,
)
from harmony_core.pricing._index_series import IndexSeries
from harmony_core.pricing._known_profiles import (
    KILLBILL,
    LAGO,
    OPENMETER,
    OWN_RULES,
    PROFILES,
    STRIPE,
    ZUORA,
)
from harmony_core.pricing._levels import (
    explain_high_water,
    explain_time_weighted,
    high_water,
    time_weighted,
)
from harmony_core.pricing._limits import AtLeast, AtMost, MinimumQuantity
from harmony_core.pricing._once_a_period import once_a_period
from harmony_core.pricing._package import Package, PartPackage
from harmony_core.pricing._percentage import FreeAmountEdge, Percentage, Transactions
from harmony_core.pricing._price_book import FoundPrice, PriceBook
from harmony_core.pricing._price_entry import PriceEntry
from harmony_core.pricing._profile_policies import (
    BandRows,
    CreditLimit,
    Decrease,
    FirstFlatFee,
    LookUpRuns,
    RoundingPoint,
)
from harmony_core.pricing._profiles import Profile
from harmony_core.pricing._proration import (
    BandChosenBy,
    fill_up_prorated,
    look_up_prorated,
    part_of_period,
    prorated_amount,
    prorated_quantity,
    with_percent,
)
from harmony_core.pricing._proration_explained import (
    explain_fill_up_prorated,
    explain_look_up_prorated,
    explain_prorated_amount,
    explain_prorated_quantity,
)
from harmony_core.pricing._ramp import Ramp, RampStep
from harmony_core.pricing._rates import Dynamic, GraduatedPercentage
from harmony_core.pricing._repricing import Repriceable, repriced
from harmony_core.pricing._rerating import (
    AtPeriodEnd,
    Billed,
    Correction,
    exact_sum,
    increment,
    price_each,
    rerate,
    rerate_periods,
    still_to_bill,
    sum_of_lines,
)
from harmony_core.pricing._rerating_explained import (
    explain_increment,
    explain_price_each,
    explain_rerate,
    explain_rerate_periods,
    explain_still_to_bill,
)
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    Scheme,
    ZeroQuantity,
    charge,
    explain,
    net_quantity,
    price,
)
from harmony_core.pricing._simple import Flat, PerUnit
from harmony_core.pricing._transactions import (
    charges_transactions,
    explain_transactions,
    price_transactions,
    refuse_transactions_as_one,
)
from harmony_core.pricing._uplift import FixedUplift, IndexUplift, Uplift, UpliftedPrice
from harmony_core.pricing._uplifted import Uplifted
from harmony_core.pricing._usage import (
    BucketQuantity,
    UsageQuantity,
    explain_price_usage,
    price_usage,
    usage_quantity,
)
from harmony_core.pricing._usage_rule import (
    BucketUse,
    EmptyBuckets,
    TimeBuckets,
    UsageRule,
)
from harmony_core.pricing._usage_samples import UsageSample

__all__ = [
    "KILLBILL",
    "LAGO",
    "ONLY_LINE",
    "OPENMETER",
    "OWN_RULES",
    "PROFILES",
    "STRIPE",
    "ZUORA",
    "Aggregation",
    "AmountOff",
    "AtLeast",
    "AtMost",
    "AtPeriodEnd",
    "Band",
    "BandChosenBy",
    "BandRows",
    "BandTable",
    "BeyondBlocks",
    "Billed",
    "BlockBand",
    "BucketQuantity",
    "BucketUse",
    "CapacityStep",
    "CapacitySteps",
    "Cliff",
    "Commitment",
    "Conversion",
    "Converted",
    "Correction",
    "CreditLimit",
    "DatedScheme",
    "Decrease",
    "Discount",
    "Discounted",
    "Dynamic",
    "EmptyBuckets",
    "FillUp",
    "FillUpBlocks",
    "FirstFlatFee",
    "FixedUplift",
    "Flat",
    "FoundPrice",
    "FreeAmountEdge",
    "FreeUnits",
    "GraduatedPercentage",
    "IndexSeries",
    "IndexUplift",
    "LookUp",
    "LookUpBlocks",
    "LookUpRuns",
    "MinimumQuantity",
    "Package",
    "PartPackage",
    "PerUnit",
    "PercentOff",
    "Percentage",
    "PercentileRule",
    "PriceBook",
    "PriceEntry",
    "PricePoint",
    "Profile",
    "Ramp",
    "RampStep",
    "Repriceable",
    "RoundingPoint",
    "Scheme",
    "SplitRounding",
    "TimeBuckets",
    "Transactions",
    "Uplift",
    "Uplifted",
    "UpliftedPrice",
    "UsageQuantity",
    "UsageRule",
    "UsageSample",
    "ZeroQuantity",
    "aggregate",
    "anchored",
    "at_peaks",
    "billable_units",
    "change_days",
    "charge",
    "charges_transactions",
    "cliffs",
    "exact_sum",
    "explain",
    "explain_aggregate",
    "explain_fill_up_prorated",
    "explain_high_water",
    "explain_increment",
    "explain_look_up_prorated",
    "explain_percentile",
    "explain_price_each",
    "explain_price_usage",
    "explain_prorated_amount",
    "explain_prorated_quantity",
    "explain_rerate",
    "explain_rerate_periods",
    "explain_still_to_bill",
    "explain_time_weighted",
    "explain_transactions",
    "explain_true_up",
    "facts_on",
    "fill_up_prorated",
    "high_water",
    "increment",
    "is_dated",
    "look_up_prorated",
    "net_quantity",
    "once_a_period",
    "part_of_period",
    "percentile",
    "price",
    "price_each",
    "price_since",
    "price_transactions",
    "price_usage",
    "prorated_amount",
    "prorated_quantity",
    "refuse_number_as_money",
    "refuse_other_units",
    "refuse_transactions_as_one",
    "refuse_unbillable",
    "refuse_unrecorded",
    "repriced",
    "rerate",
    "rerate_periods",
    "round_quantity",
    "scheme_on",
    "still_to_bill",
    "sum_of_lines",
    "time_weighted",
    "true_up",
    "usage_quantity",
    "with_percent",
]

"""What is given in the place of something else is refused in words, and never taken for a default.

A policy that is given by its plain name, as a file has it, is that policy. Anything of another kind
is refused with an error of ours, whatever the function and whatever stands in the wrong place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

import attrs
import pytest

from harmony_core.errors import HarmonyError, InvalidValue
from harmony_core.explanation import RoundingMode
from harmony_core.finance import HALF_UP, ExactAmount, Money
from harmony_core.periods import Interval, Month, Schedule, Span, Timing
from harmony_core.pricing import (
    KILLBILL,
    LAGO,
    STRIPE,
    Aggregation,
    AmountOff,
    AtLeast,
    AtMost,
    AtPeriodEnd,
    Band,
    BandChosenBy,
    BandTable,
    BeyondBlocks,
    Billed,
    BlockBand,
    BucketUse,
    CapacityStep,
    CapacitySteps,
    Commitment,
    Conversion,
    Converted,
    Discounted,
    Dynamic,
    EmptyBuckets,
    FillUp,
    FillUpBlocks,
    FixedUplift,
    Flat,
    FreeAmountEdge,
    FreeUnits,
    GraduatedPercentage,
    IndexSeries,
    IndexUplift,
    LookUp,
    LookUpBlocks,
    MinimumQuantity,
    Package,
    PartPackage,
    Percentage,
    PercentileRule,
    PercentOff,
    PerUnit,
    PriceBook,
    PriceEntry,
    Profile,
    Ramp,
    RampStep,
    SplitRounding,
    TimeBuckets,
    Transactions,
    Uplift,
    Uplifted,
    UsageRule,
    UsageSample,
    ZeroQuantity,
    aggregate,
    at_peaks,
    billable_units,
    change_days,
    charge,
    exact_sum,
    explain,
    explain_aggregate,
    explain_fill_up_prorated,
    explain_high_water,
    explain_increment,
    explain_look_up_prorated,
    explain_percentile,
    explain_price_each,
    explain_price_usage,
    explain_prorated_amount,
    explain_prorated_quantity,
    explain_rerate,
    explain_rerate_periods,
    explain_still_to_bill,
    explain_time_weighted,
    explain_transactions,
    explain_true_up,
    facts_on,
    fill_up_prorated,
    high_water,
    increment,
    look_up_prorated,
    net_quantity,
    part_of_period,
    percentile,
    price,
    price_each,
    price_since,
    price_transactions,
    price_usage,
    prorated_amount,
    prorated_quantity,
    repriced,
    rerate,
    rerate_periods,
    round_quantity,
    still_to_bill,
    sum_of_lines,
    time_weighted,
    true_up,
    usage_quantity,
    with_percent,
)

EURO = ExactAmount.of(1, "EUR")
DAY = date(2026, 1, 1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
JANUARY = Span(DAY, date(2026, 2, 1))
UNIT = PerUnit.of("10", "EUR")
TABLE = BandTable.of("EUR", [(10, "12", "5"), (None, "8")])
CARDS = Percentage.of("1", "EUR")
UPLIFT = Uplift.fixed(DAY, "3")
RULE, SAMPLE = UsageRule(), UsageSample(5, DAY, NOON, "a", "1")
USAGE = usage_quantity(RULE, [SAMPLE], JANUARY)
STEPS = CapacitySteps([CapacityStep.of("1", "EUR", {"users": 10})])
ENTRY = PriceEntry("SEAT", "EUR", UNIT, DAY)
MONTHLY = Schedule(DAY, Interval.months(1))

CALLS: tuple[tuple[Callable[..., Any], tuple[Any, ...]], ...] = (
    (price, (UNIT, 3)), (charge, (UNIT, 3, HALF_UP)), (explain, (UNIT, 3)),
    (Flat, (EURO, Timing.ADVANCE)), (Flat.of, ("1", "EUR")),
    (PerUnit, (EURO,)), (PerUnit.of, ("1", "EUR")),
    (Band, (10, EURO, EURO, EURO)), (Band.of, (10, "1", "EUR")),
    (BandTable, ([Band.of(None, 1, "EUR")],)), (BandTable.of, ("EUR", [(None, "2")])),
    (BandTable.of_ranges, ("EUR", [(0, None, "2")])),
    (FillUp, (TABLE, ZeroQuantity.CHARGE_NOTHING)),
    (LookUp, (TABLE, ZeroQuantity.CHARGE_NOTHING, True)),
    (BlockBand, (EURO, 10, 5)),
    (FillUpBlocks, ([BlockBand(EURO, 10)], BeyondBlocks.REFUSE)),
    (FillUpBlocks.of, ("EUR", [(10, 5, "1")], BeyondBlocks.REFUSE)),
    (LookUpBlocks, ([BlockBand(EURO, 10)], BeyondBlocks.REFUSE)),
    (LookUpBlocks.of, ("EUR", [(10, 5, "1")], BeyondBlocks.REFUSE)),
    (Package, (EURO, 10, 0, PartPackage.ROUND_UP)), (Package.of, ("1", 10, "EUR")),
    (Percentage, (1, EURO, EURO, EURO, 1, 1, FreeAmountEdge.INCLUSIVE)),
    (Percentage.of, ("1", "EUR")),
    (GraduatedPercentage, (TABLE, ZeroQuantity.CHARGE_NOTHING)),
    (GraduatedPercentage.of, ("EUR", [(0, None, "1")], ZeroQuantity.CHARGE_NOTHING)),
    (Dynamic, ("EUR", 1)), (Dynamic.of, ("1", "EUR")),
    (AtLeast, (UNIT, EURO)), (AtLeast.of, (UNIT, 1)), (AtMost, (UNIT, EURO)),
    (AtMost.of, (UNIT, 1)), (MinimumQuantity, (UNIT, 1)), (FreeUnits, (UNIT, 1)),
    (Discounted, (UNIT, [PercentOff(10)])), (PercentOff, (10,)), (AmountOff, (EURO,)),
    (AmountOff.of, (1, "EUR")),
    (Conversion, (2, RoundingMode.UP, 0)), (Conversion.divide, (2, RoundingMode.UP, 0)),
    (Conversion.multiply(2).line, (1, 2, SplitRounding.CUMULATIVE)),
    (Converted, (UNIT, Conversion.multiply(2))),
    (Commitment, (UNIT, EURO, 1, True)), (Commitment.of, (UNIT, 1)), (AtPeriodEnd, (UNIT,)),
    (RampStep, (DAY, UNIT)), (Ramp, ([RampStep(DAY, UNIT)],)), (Ramp.of, ((DAY, UNIT),)),
    (Uplift, (DAY, FixedUplift(3), HALF_UP, Interval.years(1), 1)),
    (Uplift.fixed, (DAY, "3")), (Uplift.by_index, (DAY, ["3"])), (FixedUplift, (3,)),
    (IndexUplift, ([(DAY, 3)], 1, 5)), (Uplifted, (UNIT, UPLIFT)), (UPLIFT.price_on, (EURO, DAY)),
    (IndexSeries, ([(Month(2026, 1), 1)],)), (IndexSeries.of, ({"2026-01": "1"},)),
    (CapacityStep, (EURO, [("users", 1)])), (CapacityStep.of, ("1", "EUR", {"users": 1})),
    (CapacitySteps, ([CapacityStep.of("1", "EUR", {"users": 10})],)),
    (STEPS.price, ({"users": 1},)), (at_peaks, (STEPS, {"users": 1})),
    (PriceEntry, ("SEAT", "EUR", UNIT, DAY, None)), (PriceBook, ([ENTRY],)),
    (PriceBook([ENTRY]).find, ("SEAT", "EUR", DAY)),
    (change_days, (UNIT, JANUARY)), (facts_on, (UNIT, DAY)), (price_since, (UNIT, DAY)),
    (Billed, (1, EURO)), (increment, (UNIT, 3, Billed(1))),
    (explain_increment, (UNIT, 3, Billed(1))), (still_to_bill, (UNIT, 3, Billed(1))),
    (explain_still_to_bill, (UNIT, 3, Billed(1))), (price_each, (UNIT, [1, 2])),
    (explain_price_each, (UNIT, [1, 2])), (rerate, (UNIT, [1, 2], HALF_UP)),
    (explain_rerate, (UNIT, [1, 2], HALF_UP)), (rerate_periods, (UNIT, [[1], [1, 2]], HALF_UP)),
    (explain_rerate_periods, (UNIT, [[1], [1, 2]], HALF_UP)),
    (exact_sum, ([EURO], "EUR")), (sum_of_lines, ([EURO], "EUR", HALF_UP)),
    (true_up, (EURO, [EURO])), (explain_true_up, (EURO, [EURO])),
    (billable_units, (1, 2, 3)), (net_quantity, (1, 2)),
    (aggregate, (Aggregation.SUM, [1, 2])), (explain_aggregate, (Aggregation.SUM, [1, 2])),
    (percentile, ([1, 2], 95, PercentileRule.NEAREST_RANK)),
    (explain_percentile, ([1, 2], 95, PercentileRule.NEAREST_RANK)),
    (time_weighted, (24, [(0, 2)], 0)), (explain_time_weighted, (24, [(0, 2)], 0)),
    (high_water, ([1, 2], 0)), (explain_high_water, ([1, 2], 0)),
    (UsageSample, (5, DAY, NOON, "a", "1")),
    (UsageRule, (Aggregation.SUM, None, PercentileRule.NEAREST_RANK, None, "UTC")),
    (TimeBuckets, (None, 3600, BucketUse.TOTALLED, EmptyBuckets.COUNTED)),
    (TimeBuckets.of, (timedelta(hours=1), BucketUse.TOTALLED, EmptyBuckets.COUNTED)),
    (usage_quantity, (RULE, [SAMPLE], JANUARY, 0)), (price_usage, (UNIT, USAGE)),
    (explain_price_usage, (UNIT, USAGE)),
    (part_of_period, (7, 29)), (prorated_amount, (EURO, 1, 2)), (with_percent, (EURO, 25)),
    (explain_prorated_amount, (EURO, 1, 2)), (prorated_quantity, (31, [(4, 1)], 2)),
    (explain_prorated_quantity, (31, [(4, 1)], 2)),
    (fill_up_prorated, (TABLE, [(4, 2)], ZeroQuantity.CHARGE_NOTHING)),
    (explain_fill_up_prorated, (TABLE, [(4, 2)], ZeroQuantity.CHARGE_NOTHING)),
    (look_up_prorated, (TABLE, 3, 2, BandChosenBy.FULL_UNITS, ZeroQuantity.CHARGE_NOTHING)),
    (explain_look_up_prorated, (TABLE, 3, 2, BandChosenBy.FULL_UNITS, ZeroQuantity.CHARGE_NOTHING)),
    (round_quantity, ("1.5", RoundingMode.UP, 0)), (repriced, (UNIT, lambda amount: amount)),
    (Transactions, (1, 1, [1])), (Transactions.of, ([1],)), (Transactions.summed, (3, 2, [1])),
    (Transactions.netted, ([1, -1],)), (price_transactions, (CARDS, Transactions.of([1]))),
    (explain_transactions, (CARDS, Transactions.of([1]))),
    (LAGO.fill_up, ("EUR", [(0, None, "1")])), (STRIPE.look_up, ("EUR", [(None, "1")])),
    (KILLBILL.fill_up, ("EUR", [(1, 1, "1")])), (LAGO.bill, (UNIT, 1, Billed(1))),
    (LAGO.runs, (UNIT, [1, 2])), (LAGO.settle, (EURO,)), (LAGO.part_of_units, (1,)),
    (LAGO.fill_up_prorated, (TABLE, [(1, 1)])), (LAGO.look_up_prorated, (TABLE, 1, 1)),
    (LAGO.schedule, (DAY, Interval.months(1))), (LAGO.proration, (JANUARY, JANUARY)),
    (LAGO.periods_served, (MONTHLY, DAY, date(2026, 3, 1))), (LAGO.change, (EURO, EURO, "1/2")),
    (LAGO.credit, (EURO, Money.of(1, "EUR"), Money.of(0, "EUR"))), (Profile, ("mine",)),
)  # fmt: skip
WRONG: tuple[Any, ...] = (
    None, 3, -1, 1.5, float("nan"), True, "x", "", b"x", object(), [], (1,), {}, [None], ["x"],
    PerUnit, UNIT, DAY, NOON, JANUARY, Decimal("NaN"), Decimal("1E+3"), Fraction(1, 3), 10**30,
)  # fmt: skip


def _all_of(answer: object) -> object:
    return list(islice(answer, 50)) if isinstance(answer, Iterator) else answer


@pytest.mark.parametrize(("call", "arguments"), CALLS)
def test_every_refusal_is_an_error_of_ours(
    call: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    _all_of(call(*arguments))
    for place in range(len(arguments)):
        for wrong in WRONG:
            with suppress(HarmonyError):
                _all_of(call(*arguments[:place], wrong, *arguments[place + 1 :]))


TEXT: Any = "1.5"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: price(TEXT, 3), "a price scheme is needed, got '1.5': make one, such as PerUnit"),
        (lambda: charge(UNIT, 3, TEXT), "must be a Rounding, such as"),
        (lambda: FillUp(TEXT), "what is filled or looked up must be a BandTable, such as BandTab"),
        (lambda: PerUnit(TEXT), "a unit price is an ExactAmount, got '1.5': make it with"),
        (lambda: BandTable.of("EUR", TEXT), "rows of a band table must be a list, got '1.5'"),
        (lambda: Ramp.of(UNIT), "each of the steps of a ramp is a pair of a first day and a sch"),  # type: ignore[arg-type]
        (lambda: increment(UNIT, 3, TEXT), r"what earlier lines billed must be a Billed, such as"),
        (lambda: aggregate(Aggregation.SUM, "123"), "values of usage must be a list, got '123'"),
        (lambda: time_weighted(24, [3]), "is a pair of a time and the units added, got 3"),  # type: ignore[list-item]
        (
            lambda: usage_quantity(TEXT, [], JANUARY),
            "the rule of usage must be an? UsageRule, such",
        ),
        (lambda: round_quantity(1, RoundingMode.UP, 10**9), "whole number from -100 to 100, got"),
        (lambda: Profile("mine", rows=TEXT), "rows of profile 'mine' must be a BandRows, got"),
        (lambda: Flat.of("1", "EUR", TEXT), "Timing is one of advance, arrears, got '1.5'"),
        (lambda: UNIT.of("1", ["EUR"]), r"no currency \['EUR'\] in ISO 4217"),  # type: ignore[arg-type]
    ],
)
def test_the_words_say_what_was_expected(make: Callable[[], Any], message: str) -> None:
    with pytest.raises((InvalidValue, HarmonyError), match=message):
        make()


@pytest.mark.parametrize(
    ("by_name", "by_word"),
    [
        (FillUp(TABLE, "first_band_flat_fee"), FillUp(TABLE, ZeroQuantity.FIRST_BAND_FLAT_FEE)),  # type: ignore[arg-type]
        (LookUp(TABLE, "charge_nothing"), LookUp(TABLE)),  # type: ignore[arg-type]
        (Flat(EURO, "advance"), Flat(EURO)),  # type: ignore[arg-type]
        (Package(EURO, Fraction(3), part_package="round_down"),  # type: ignore[arg-type]
         Package(EURO, Fraction(3), part_package=PartPackage.ROUND_DOWN)),
        (FillUpBlocks.of("EUR", [(2, 2, 1)], "last_band"),  # type: ignore[arg-type]
         FillUpBlocks.of("EUR", [(2, 2, 1)], BeyondBlocks.LAST_BAND)),
        (Percentage.of(1, "EUR", fee=1, free_amount=5, free_amount_edge="exclusive"),  # type: ignore[arg-type]
         Percentage.of(1, "EUR", fee=1, free_amount=5, free_amount_edge=FreeAmountEdge.EXCLUSIVE)),
        (Converted(UNIT, Conversion.divide(3, "ceiling")),  # type: ignore[arg-type]
         Converted(UNIT, Conversion.divide(3, RoundingMode.CEILING))),
    ],
)  # fmt: skip
def test_a_policy_by_its_plain_name_is_that_policy(by_name: Any, by_word: Any) -> None:
    assert [by_name.price(count) for count in (0, 5, 9)] == [
        by_word.price(count) for count in (0, 5, 9)
    ]
    assert attrs.asdict(by_name) == attrs.asdict(by_word)
    assert repr(by_name) == repr(by_word)

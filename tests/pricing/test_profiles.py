"""Profiles of other billing systems: their published figures, and that only policies change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidBands, InvalidValue, RuleBroken
from harmony_core.explanation import RoundingMode
from harmony_core.finance import ExactAmount, Money, Rounding, money_sum
from harmony_core.periods import (
    ACTUAL_30,
    THIRTY_30,
    Alignment,
    CyclePolicy,
    DayCount,
    Interval,
    Span,
)
from harmony_core.pricing import (
    KILLBILL,
    LAGO,
    OPENMETER,
    OWN_RULES,
    PROFILES,
    STRIPE,
    ZUORA,
    AtLeast,
    AtMost,
    Band,
    BandRows,
    BandTable,
    BeyondBlocks,
    Billed,
    BlockBand,
    Commitment,
    Conversion,
    Converted,
    CreditLimit,
    Discounted,
    FillUp,
    FillUpBlocks,
    FirstFlatFee,
    Flat,
    FreeAmountEdge,
    FreeUnits,
    LookUp,
    LookUpBlocks,
    MinimumQuantity,
    Package,
    Percentage,
    PercentOff,
    PerUnit,
    PriceBook,
    PriceEntry,
    PricePoint,
    Profile,
    Ramp,
    RampStep,
    RoundingPoint,
    Scheme,
    Transactions,
    ZeroQuantity,
    increment,
    price,
    rerate,
    scheme_on,
)
from tests.pricing import scheme_values as values

profiles = st.sampled_from(list(PROFILES.values()))
FLAT_FEE = ZeroQuantity.FIRST_BAND_FLAT_FEE
MIDDLE, LAST = PricePoint(False, False), PricePoint(False, True)

# --- published figures: bands -------------------------------------------------------------------

STRIPE_FONTS = [(5, "7"), (10, "6.50"), (None, "6")]
LAGO_GRADUATED = [(0, 10, "10", "2"), (11, 20, "5", "3"), (21, None, "5", "3")]
LAGO_DECIMAL = [(0, "0.1", "10", "0"), ("0.1", 1, "5", "0"), (1, None, "2", "0")]
LAGO_VOLUME = [(0, 100, "2", "10"), (101, 200, "1", "0"), (201, None, "0.5", "50")]
LAGO_VOLUME_GUIDE = [
    (0, 10_000, "0.0010", 10),
    (10_001, 50_000, "0.0008", 10),
    (50_001, 100_000, "0.0006", 10),
    (100_001, None, "0.0004", 10),
]
KB_HUNDREDS = [(100, 10, "1"), (1000, 100, "1")]
KB_TOP = [(100, 10, "1"), (1000, 100, "1"), (1000, 100, "0.5")]
KB_ONES = [(1, 10, "1.5"), (1, 100, "1"), (1, 1000, "0.5")]
ZUORA_CALLS = [(0, 1000, "0.05"), (1001, None, "0.03")]
ZUORA_LICENCES = [(0, 50, "120"), (51, 100, "100"), (101, None, "80")]
ZUORA_OVERAGE = [(0, 100, "0"), (101, None, "2")]
ZUORA_ON_DEMAND = [(0, 10, "2"), (11, 20, "3"), (21, None, "5")]
OM_TIERS = [(5, "0", "100"), (10, "0", "50"), (15, "5"), (None, "1")]
OM_VOLUME = [(5, "0", "100"), (10, "0", "150"), (15, "10"), (None, "5")]
OM_TOKENS = [(5, "10"), (None, "8")]

# system, what is read, rows, quantity, amount in cents, where the figure stands
BANDS: list[tuple[Profile, str, list[Any], Any, int, str]] = [
    (STRIPE, "look_up", STRIPE_FONTS, 1, 7_00, "Set up tiered pricing, volume table"),
    (STRIPE, "look_up", STRIPE_FONTS, 5, 35_00, "Set up tiered pricing, volume table"),
    (STRIPE, "look_up", STRIPE_FONTS, 6, 39_00, "Set up tiered pricing, volume table"),
    (STRIPE, "look_up", STRIPE_FONTS, 20, 120_00, "Set up tiered pricing, volume table"),
    (STRIPE, "look_up", STRIPE_FONTS, 25, 150_00, "Set up tiered pricing, volume table"),
    (STRIPE, "fill_up", STRIPE_FONTS, 5, 35_00, "Set up tiered pricing, graduated"),
    (STRIPE, "fill_up", STRIPE_FONTS, 6, 41_50, "Set up tiered pricing, from its rates"),
    (LAGO, "fill_up", LAGO_GRADUATED, 0, 2_00, "graduated_service_spec"),
    (LAGO, "fill_up", LAGO_GRADUATED, 1, 12_00, "graduated_service_spec"),
    (LAGO, "fill_up", LAGO_GRADUATED, 10, 102_00, "graduated_service_spec"),
    (LAGO, "fill_up", LAGO_GRADUATED, 11, 110_00, "graduated_service_spec"),
    (LAGO, "fill_up", LAGO_GRADUATED, 12, 115_00, "graduated_service_spec"),
    (LAGO, "fill_up", LAGO_GRADUATED, 21, 163_00, "graduated_service_spec"),
    (LAGO, "fill_up", LAGO_DECIMAL, "0.05", 50, "graduated_service_spec, adjacent ranges"),
    (LAGO, "fill_up", LAGO_DECIMAL, "0.5", 3_00, "graduated_service_spec, adjacent ranges"),
    (LAGO, "look_up", LAGO_VOLUME, 0, 10_00, "volume_service_spec"),
    (LAGO, "look_up", LAGO_VOLUME, 1, 12_00, "volume_service_spec"),
    (LAGO, "look_up", LAGO_VOLUME, 100, 210_00, "volume_service_spec"),
    (LAGO, "look_up", LAGO_VOLUME, "100.5", 100_50, "volume_service_spec"),
    (LAGO, "look_up", LAGO_VOLUME, 101, 101_00, "volume_service_spec"),
    (LAGO, "look_up", LAGO_VOLUME, 200, 200_00, "volume_service_spec"),
    (LAGO, "look_up", LAGO_VOLUME, 210, 155_00, "volume_service_spec, fixed charge"),
    (LAGO, "look_up", LAGO_VOLUME, 300, 200_00, "volume_service_spec"),
    (LAGO, "look_up", LAGO_VOLUME_GUIDE, 65_000, 49_00, "guide, volume charge model"),
    (KILLBILL, "fill_up", KB_ONES, 111, 115_50, "TestContiguousIntervalConsumableInArrear"),
    (KILLBILL, "fill_up", KB_HUNDREDS, 5325, 15_00, "TestContiguousIntervalConsumableInArrear"),
    (KILLBILL, "look_up", KB_TOP, 1000, 10_00, "TestContiguousIntervalConsumableInArrear"),
    (KILLBILL, "look_up", KB_TOP, 101_000, 101_00, "TestContiguousIntervalConsumableInArrear"),
    (KILLBILL, "look_up", KB_TOP, 101_001, 51_00, "TestContiguousIntervalConsumableInArrear"),
    (KILLBILL, "look_up", KB_TOP, 300_000, 150_00, "TestContiguousIntervalConsumableInArrear"),
    (KILLBILL, "look_up", KB_ONES, 111, 55_50, "TestContiguousIntervalConsumableInArrear"),
    (ZUORA, "fill_up", ZUORA_OVERAGE, 130, 60_00, "Rating details, tiered pricing"),
    (ZUORA, "fill_up", ZUORA_CALLS, 800, 40_00, "Dynamic pricing, usage tiered, base"),
    (ZUORA, "look_up", ZUORA_LICENCES, 5, 600_00, "Charge models, volume pricing"),
    (ZUORA, "look_up", ZUORA_LICENCES, 60, 6000_00, "Charge models, volume pricing"),
    (OPENMETER, "fill_up", OM_TIERS, 0, 100_00, "tieredgraduated_test"),
    (OPENMETER, "fill_up", OM_TIERS, 22, 182_00, "tieredgraduated_test"),
    (OPENMETER, "fill_up", OM_TOKENS, 8, 74_00, "tieredgraduated_test, unit config"),
    (OPENMETER, "look_up", OM_VOLUME, 0, 100_00, "tieredvolume_test"),
    (OPENMETER, "look_up", OM_VOLUME, 3, 100_00, "tieredvolume_test"),
    (OPENMETER, "look_up", OM_VOLUME, 14, 140_00, "tieredvolume_test"),
    (OPENMETER, "look_up", OM_VOLUME, 15, 150_00, "tieredvolume_test"),
    (OPENMETER, "look_up", OM_VOLUME, 16, 80_00, "tieredvolume_test"),
    (OPENMETER, "look_up", OM_VOLUME, 100, 500_00, "tieredvolume_test"),
]


@pytest.mark.parametrize(
    ("profile", "reading", "rows", "quantity", "cents", "_where"),
    BANDS,
    ids=[f"{row[0].name} {row[1]} {row[3]}: {row[5]}" for row in BANDS],
)
def test_bands_come_out_as_published(
    profile: Profile, reading: str, rows: list[Any], quantity: Any, cents: int, _where: str
) -> None:
    scheme = getattr(profile, reading)("USD", rows)
    assert profile.bill(scheme, quantity) == Money(cents, "USD")
    assert price(scheme, quantity).settle() == Money(cents, "USD")


def test_stripe_rounds_a_line_half_up() -> None:
    """Decimal amounts for pricing: 30 units at 0.05 cents are 1.5 cents, billed as 2."""
    assert STRIPE.bill(PerUnit.of("0.0005", "USD"), 30) == Money(2, "USD")


def test_stripe_bills_a_volume_price_by_the_usage_at_the_end_of_the_period() -> None:
    """Set up tiered pricing: the tier is the one of the usage when the period is over."""
    fonts = STRIPE.look_up("USD", STRIPE_FONTS)
    assert STRIPE.bill(fonts, 5, Billed(0), PricePoint(True, False)) == Money(0, "USD")
    assert STRIPE.bill(fonts, 1, Billed(5), LAST) == Money(39_00, "USD")


def test_zuora_rounds_a_charge_half_up_and_bills_what_is_new() -> None:
    """Rounding and precision: 65.8476 is 65.85. Changing bill cycle day, case 2: 50 less 35."""
    assert ZUORA.settle(ExactAmount.of("65.8476", "USD")) == Money(65_85, "USD")
    scheme = ZUORA.fill_up("USD", ZUORA_ON_DEMAND)
    assert ZUORA.runs(scheme, [15, 20]) == (Money(35_00, "USD"), Money(15_00, "USD"))


def test_a_later_line_of_openmeter_has_its_own_units_and_no_first_flat_fee() -> None:
    """tieredgraduated_test: from 12 to 22 units; mid period; a last line without any units."""
    scheme = OPENMETER.fill_up("USD", OM_TIERS)
    assert OPENMETER.bill(scheme, 10, Billed(12), MIDDLE) == Money(22_00, "USD")
    assert OPENMETER.bill(scheme, 1, Billed(7), MIDDLE) == Money(0, "USD")
    assert OPENMETER.bill(scheme, 0, Billed(0), LAST) == Money(0, "USD")
    assert OPENMETER.bill(scheme, 3, Billed(0), LAST) == Money(0, "USD")


def test_openmeter_bills_a_volume_price_when_the_period_is_over() -> None:
    """tieredvolume_test: nothing in mid period, 14 units at the end."""
    scheme = OPENMETER.look_up("USD", OM_VOLUME)
    assert OPENMETER.bill(scheme, 10, Billed(0), MIDDLE) == Money(0, "USD")
    assert OPENMETER.bill(scheme, 4, Billed(10), LAST) == Money(140_00, "USD")
    assert OPENMETER.bill(scheme, 0, Billed(0), LAST) == Money(100_00, "USD")
    capped = AtMost.of(scheme, "125")
    assert OPENMETER.bill(capped, 10, Billed(0), MIDDLE) == Money(0, "USD")
    assert OPENMETER.bill(capped, 4, Billed(10), LAST) == Money(125_00, "USD")
    nothing_yet = Billed(10, ExactAmount.of(0, "USD"))
    assert OPENMETER.bill(capped, 4, nothing_yet, LAST) == Money(125_00, "USD")


def test_openmeter_rounds_each_line_of_a_band() -> None:
    scheme = OPENMETER.fill_up("USD", [(1, "0.004", "0.004"), (None, "0.004", "0.01")])
    assert OPENMETER.bill(scheme, 2) == Money(1, "USD")  # 0.00 + 0.00 + 0.00 + 0.01
    assert OWN_RULES.bill(scheme, 2) == Money(2, "USD")  # 0.022


def test_openmeter_converts_each_line_alone() -> None:
    """unitconfig_rating_test: 1,300 after 1,400 at a thousand each are two more, not one."""
    thousands = Converted(PerUnit.of("10", "USD"), Conversion.divide(1000, RoundingMode.CEILING))
    assert OPENMETER.bill(thousands, 1300, Billed(1400)) == Money(20_00, "USD")
    assert OWN_RULES.bill(thousands, 1300, Billed(1400)) == Money(10_00, "USD")


def test_killbill_refuses_to_bill_less_than_before() -> None:
    scheme = KILLBILL.fill_up("USD", KB_ONES)
    assert KILLBILL.runs(scheme, [10, 11]) == (Money(15_00, "USD"), Money(1_00, "USD"))
    with pytest.raises(RuleBroken, match="killbill bills no line below zero, got"):
        KILLBILL.runs(scheme, [10, 9])
    assert OWN_RULES.runs(scheme, [10, 9]) == (Money(15_00, "USD"), Money(-1_50, "USD"))


# --- published figures: parts of a period -------------------------------------------------------


def _days(first: str, last: str) -> Span:
    return Span.of_days(date.fromisoformat(first), date.fromisoformat(last))


JANUARY, FEBRUARY = _days("2021-01-01", "2021-01-31"), _days("2021-02-01", "2021-02-28")
LEAP, APRIL = _days("2020-02-01", "2020-02-29"), _days("2021-04-01", "2021-04-30")
ZUORA_30 = attrs.evolve(ZUORA, cycles=attrs.evolve(ZUORA.cycles, day_count=ACTUAL_30))
ZUORA_STRICT = attrs.evolve(ZUORA, cycles=attrs.evolve(ZUORA.cycles, day_count=THIRTY_30))


@pytest.mark.parametrize(
    ("service", "period", "actual", "actual_30", "strict"),
    [
        (_days("2021-01-27", "2021-01-31"), JANUARY, "5/31", "5/30", "4/30"),
        (_days("2021-02-27", "2021-02-28"), FEBRUARY, "2/28", "2/30", "4/30"),
        (LEAP, LEAP, "29/29", "29/30", "30/30"),
        (_days("2021-04-21", "2021-04-29"), APRIL, "9/30", "9/30", "9/30"),
    ],
)
def test_zuora_and_its_two_other_day_counts(
    service: Span, period: Span, actual: str, actual_30: str, strict: str
) -> None:
    """Its page on proration: use actual days, assume 30 days, or strictly 30 of 360."""
    assert ZUORA.proration(service, period) == Fraction(actual)
    assert ZUORA_30.proration(service, period) == Fraction(actual_30)
    assert ZUORA_STRICT.proration(service, period) == Fraction(strict)


def test_zuora_adds_whole_months_to_the_days_of_a_part() -> None:
    """Total amount with partial period: 1 January, billing day 15, due on 14 February."""
    schedule = ZUORA.schedule(date(2018, 1, 1), Interval.months(1), anchor_day=15)
    served = ZUORA.periods_served(schedule, date(2018, 1, 1), date(2018, 2, 15))
    assert ZUORA.settle(ExactAmount.of(100, "USD") * served) == Money(145_16, "USD")
    assumed = ZUORA_30.periods_served(schedule, date(2018, 1, 1), date(2018, 2, 15))
    assert ZUORA.settle(ExactAmount.of(100, "USD") * assumed) == Money(146_67, "USD")
    weekly = ZUORA.schedule(date(2018, 1, 3), Interval.weeks(1))  # a Wednesday
    weeks = ZUORA.periods_served(weekly, date(2018, 1, 1), date(2018, 2, 7))
    assert ZUORA.settle(ExactAmount.of(100, "USD") * weeks) == Money(528_57, "USD")


def test_zuora_counts_the_months_of_a_part_of_a_quarter_first() -> None:
    """Its formula: price per month times full months and days of the month that is cut."""
    quarterly = ZUORA.schedule(date(2018, 1, 1), Interval.months(3))
    served = ZUORA.periods_served(quarterly, date(2018, 1, 16), date(2018, 4, 1))
    assert served == (2 + Fraction(16, 31)) / 3
    assert OWN_RULES.periods_served(quarterly, date(2018, 1, 16), date(2018, 4, 1)) == Fraction(
        5, 6
    )


@pytest.mark.parametrize(
    ("profile", "service", "period", "expected"),
    [
        (KILLBILL, ("2023-05-23", "2023-06-14"), ("2023-05-15", "2023-06-14"), "0.741935484"),
        (OPENMETER, ("2024-01-02", "2024-01-31"), ("2024-01-01", "2024-01-31"), "30/31"),
        (LAGO, ("2022-03-15", "2022-03-31"), ("2022-03-01", "2022-03-31"), "17/31"),
        (STRIPE, ("2026-01-16", "2026-01-31"), ("2026-01-01", "2026-01-31"), "16/31"),
    ],
)
def test_a_part_of_a_period(
    profile: Profile, service: tuple[str, str], period: tuple[str, str], expected: str
) -> None:
    """TestInvoiceDateUtilsWithoutFixedProration, sync_test, subscription_service_spec."""
    assert profile.proration(_days(*service), _days(*period)) == Fraction(expected)


def test_to_the_second_a_day_weighs_what_it_lasts() -> None:
    march = _days("2026-03-01", "2026-03-31")
    half = Span(date(2026, 3, 1), date(2026, 3, 29))
    in_london = OPENMETER.proration(half, march, "Europe/London")
    assert in_london == Fraction(28 * 24, 31 * 24 - 1)
    assert OPENMETER.proration(half, march) == Fraction(28, 31)
    schedule = OPENMETER.schedule(date(2026, 3, 1), Interval.months(1))
    served = OPENMETER.periods_served(
        schedule, date(2026, 3, 1), date(2026, 3, 29), "Europe/London"
    )
    assert served == in_london


def test_stripe_changes_a_plan_half_way() -> None:
    """Prorations: from 10 to 20 half way, 5 back and 10 to pay."""
    old, new = ExactAmount.of(10, "USD"), ExactAmount.of(20, "USD")
    assert STRIPE.change(old, new, "1/2") == (Money(-5_00, "USD"), Money(10_00, "USD"))


def test_killbill_changes_a_plan_and_bills_the_next_month() -> None:
    """Issue 2079: 500 to 2000 on 13 December in a period from the 6th, 3161.29 in all."""
    left = KILLBILL.proration(
        Span(date(2024, 12, 13), date(2025, 1, 6)), Span(date(2024, 12, 6), date(2025, 1, 6))
    )
    credit, charge = KILLBILL.change(ExactAmount.of(500, "USD"), ExactAmount.of(2000, "USD"), left)
    assert credit + charge + Money(2000_00, "USD") == Money(3161_29, "USD")


def test_killbill_divides_a_stub_by_an_interval_counted_from_its_end() -> None:
    quarterly = KILLBILL.schedule(date(2011, 2, 14), Interval.months(3), anchor_day=31)
    assert quarterly.first_after(date(2011, 2, 14)) == date(2011, 2, 28)
    served = KILLBILL.periods_served(quarterly, date(2011, 2, 14), date(2011, 2, 28))
    assert served == Fraction("0.152173913")  # 14 of the 92 days since 28 November


def test_lago_rounds_prorated_units_up_and_never_prorates_a_flat_fee() -> None:
    """prorated_graduated_service_spec, volume_service_spec, unique_count_service_spec."""
    table = BandTable.of("EUR", [(1, "10", "100"), (None, "5", "50")])
    assert LAGO.fill_up_prorated(table, [(1, "0.7")]) == ExactAmount.of("107", "EUR")
    assert LAGO.fill_up_prorated(table, []) == ExactAmount.of("100", "EUR")
    assert OWN_RULES.fill_up_prorated(table, []) == ExactAmount.of("0", "EUR")
    volume = BandTable.of("EUR", [(100, "2", "10"), (200, "1"), (None, "0.5", "50")])
    assert LAGO.look_up_prorated(volume, 300, "198.6") == ExactAmount.of("149.3", "EUR")
    assert LAGO.part_of_units("1/3") == Fraction("0.33334")
    assert OWN_RULES.part_of_units("1/3") == Fraction(1, 3)


def test_lago_charges_the_fee_of_the_transaction_that_ends_on_the_free_amount() -> None:
    cards = Percentage.of("1", "EUR", fee="5", free_amount="100")
    lago = LAGO.applied(cards)
    assert lago.free_amount_edge is FreeAmountEdge.EXCLUSIVE
    used_up = Transactions.of([100])
    assert cards.price_transactions(used_up) == ExactAmount.of("0", "EUR")
    assert lago.price_transactions(used_up) == ExactAmount.of("5", "EUR")


# --- the same input, five answers ---------------------------------------------------------------

IN_ROWS: dict[BandRows, tuple[list[Any], list[Any]]] = {
    BandRows.UP_TO: ([(100, "1", "10"), (None, "2")], [(100, "1"), (None, "2")]),
    BandRows.CLOSED_RANGES: (
        [(0, 100, "1", "10"), (101, None, "2")],
        [(0, 100, "1"), (101, None, "2")],
    ),
    BandRows.BLOCKS: ([(1, 100, "1"), (1, -1, "2")], [(1, 100, "1"), (1, None, "2")]),
}


@pytest.mark.parametrize(
    ("name", "no_usage", "half_of_june", "next_days", "just_above", "after_the_last"),
    [
        ("stripe", 0, "1/2", ["02-28", "03-31"], 201_00, InvalidBands),
        ("lago", 10_00, "1/2", ["02-01", "03-01"], 201_00, InvalidBands),
        ("killbill", 0, "0.5", ["02-28", "03-31"], 200_00, 20_00),
        ("zuora", 0, "1/2", ["02-28", "03-31"], 201_00, InvalidBands),
        ("openmeter", 10_00, "1/2", ["02-28", "03-31"], 201_00, InvalidBands),
    ],
)
def test_five_systems_side_by_side(
    name: str,
    no_usage: int,
    half_of_june: str,
    next_days: list[str],
    just_above: int,
    after_the_last: int | type[Exception],
) -> None:
    profile = PROFILES[name]
    with_fee, without = IN_ROWS[profile.rows]
    assert profile.bill(profile.fill_up("EUR", with_fee), 0) == Money(no_usage, "EUR")
    june = _days("2026-06-01", "2026-06-30")
    part = profile.proration(_days("2026-06-16", "2026-06-30"), june)
    assert part == Fraction(half_of_june)
    monthly = profile.schedule(date(2026, 1, 31), Interval.months(1))
    after = monthly.boundaries_after(date(2026, 1, 31))
    assert [f"{next(after):%m-%d}" for _ in next_days] == next_days
    doubled = [(*row[:-1], "2") for row in without]  # the same price above and below the edge
    assert profile.bill(profile.look_up("EUR", doubled), "100.5") == Money(just_above, "EUR")
    closed: dict[BandRows, list[Any]] = {
        BandRows.BLOCKS: [(1, 20, "1")],
        BandRows.UP_TO: [(20, "1")],
        BandRows.CLOSED_RANGES: [(0, 20, "1")],
    }
    rows = closed[profile.rows]
    if isinstance(after_the_last, int):
        assert profile.bill(profile.fill_up("EUR", rows), 25) == Money(after_the_last, "EUR")
        assert profile.bill(profile.look_up("EUR", rows), 25) == Money(25_00, "EUR")
    else:
        with pytest.raises(after_the_last):
            profile.fill_up("EUR", rows)


# --- laws ---------------------------------------------------------------------------------------


def _facts(value: object) -> Iterator[object]:
    """List what a value says apart from its policies: prices, limits, currencies, numbers."""
    if isinstance(value, Converted) and value.conversion == Conversion.multiply(
        1, value.conversion.rounding
    ):
        yield from _facts(value.scheme)  # how units are made whole
    elif isinstance(value, tuple):
        for part in value:
            yield from _facts(part)
    elif isinstance(value, ZeroQuantity | BeyondBlocks | FreeAmountEdge):
        yield type(value)
    elif attrs.has(type(value)):
        yield type(value)
        for field in attrs.fields(type(value)):  # type: ignore[arg-type]
            if field.init:
                yield from _facts(getattr(value, field.name))
    else:
        yield value


@given(values.schemes, profiles)
def test_a_profile_changes_only_policies(scheme: Scheme, profile: Profile) -> None:
    changed = profile.applied(scheme)
    assert list(_facts(changed)) == list(_facts(scheme))
    assert profile.applied(changed) is changed


WHOLE = {name: attrs.evolve(p, whole_units=RoundingMode.CEILING) for name, p in PROFILES.items()}
every_profile = st.sampled_from([*PROFILES.values(), *WHOLE.values()])
AROUND: tuple[Callable[[Scheme], Scheme], ...] = (
    lambda scheme: scheme,
    lambda scheme: AtMost.of(scheme, "400"),
    lambda scheme: AtLeast.of(scheme, "7"),
    lambda scheme: Discounted(scheme, [PercentOff(10)]),
    lambda scheme: FreeUnits(scheme, "2.5"),
    lambda scheme: MinimumQuantity(scheme, "3.5"),
    lambda scheme: Commitment.of(scheme, "9"),
    lambda scheme: Converted(scheme, Conversion.divide(3)),
    lambda scheme: scheme_on(Ramp([RampStep(date(2026, 1, 1), scheme)]), date(2026, 1, 1)),
)


def _rows(limits: list[int], profile: Profile, size: int) -> list[tuple[Any, ...]]:
    """The same bands as a profile writes them: prices fall from 9, fees where it knows them."""
    ends: list[int | None] = [*limits, None]
    begins = [0, *limits]
    if profile.rows is BandRows.BLOCKS:
        return [
            (size, None if end is None else (end - begin) // size, 9 - number)
            for number, (begin, end) in enumerate(zip(begins, ends, strict=True))
        ]
    first = profile.rows is BandRows.CLOSED_RANGES
    return [
        (*((begin and begin + 1,) if first else ()), end, 9 - number, number + 1)
        for number, (begin, end) in enumerate(zip(begins, ends, strict=True))
    ]


@given(
    every_profile,
    st.lists(st.integers(1, 20), unique=True, max_size=3).map(sorted),
    st.integers(1, 4),
    st.sampled_from(AROUND),
    st.lists(values.quantities, min_size=1, max_size=3),
    st.booleans(),
)
def test_a_scheme_of_ones_own_bills_as_the_one_that_the_profile_reads(
    profile: Profile,
    limits: list[int],
    size: int,
    around: Callable[[Scheme], Scheme],
    quantities: list[Fraction],
    filled: bool,
) -> None:
    limits = [limit * size for limit in limits]
    rows = _rows(limits, profile, size)
    read = (profile.fill_up if filled else profile.look_up)("EUR", rows)
    own: Scheme
    if profile.rows is BandRows.BLOCKS:
        own = (FillUpBlocks if filled else LookUpBlocks).of("EUR", rows)
    else:
        up_to = [row[-3:] for row in rows]
        own = (FillUp if filled else LookUp)(BandTable.of("EUR", up_to))
    assert profile.applied(own) == read
    around_own, around_read = profile.applied(around(own)), around(read)
    lenient = attrs.evolve(profile, decrease=OWN_RULES.decrease)
    totals = sorted(quantities)
    assert lenient.runs(around_own, totals) == lenient.runs(around_read, totals)
    for quantity in quantities:
        assert lenient.bill(around_own, quantity) == lenient.bill(around_read, quantity)
        before = Billed(quantities[0])
        assert lenient.bill(around_own, quantity, before, LAST) == lenient.bill(
            around_read, quantity, before, LAST
        )


UNIT_BLOCKS = [(1, 10, "1.5"), (1, -1, "0.5")]


@pytest.mark.parametrize("quantity", ["0", "0.5", "1", "1.999", "10.5", "11", "12.25"])
def test_killbill_cuts_off_fractions_whichever_way_the_price_is_written(quantity: str) -> None:
    read = KILLBILL.bill(KILLBILL.fill_up("USD", UNIT_BLOCKS), quantity)
    one = KILLBILL.bill(KILLBILL.fill_up("USD", [(1, -1, "1.5")]), quantity)
    bands = FillUp(BandTable.of("USD", [(10, "1.5"), (None, "0.5")]))
    blocks = FillUpBlocks.of("USD", [(1, 10, "1.5"), (1, None, "0.5")])
    for own in (bands, blocks, AtMost.of(bands, "900"), Discounted(blocks, [PercentOff(0)])):
        assert KILLBILL.bill(KILLBILL.applied(own), quantity) == read
        assert KILLBILL.runs(KILLBILL.applied(own), [quantity]) == (read,)
    for single in (PerUnit.of("1.5", "USD"), Package.of("1.5", 1, "USD")):
        assert KILLBILL.bill(KILLBILL.applied(single), quantity) == one


def test_what_is_whole_already_stays_and_a_rounding_alone_is_the_policy() -> None:
    unit = PerUnit.of("1", "USD")
    hundreds = Converted(unit, Conversion.divide(100, RoundingMode.CEILING))
    assert KILLBILL.applied(hundreds) is hundreds
    begun = Converted(unit, Conversion.multiply(1, RoundingMode.CEILING))
    assert KILLBILL.bill(KILLBILL.applied(begun), "1.9") == Money(1_00, "USD")
    tenths = Converted(unit, Conversion.multiply(1, RoundingMode.CEILING, 1))
    assert KILLBILL.bill(KILLBILL.applied(tenths), "1.95") == Money(2_00, "USD")
    assert KILLBILL.bill(KILLBILL.applied(tenths), "1.85") == Money(1_00, "USD")
    cards = Percentage.of("1.5", "USD")  # its quantity is money, and no number of units
    assert KILLBILL.applied(cards) is cards


@given(values.schemes, profiles, profiles)
def test_the_last_profile_decides(scheme: Scheme, first: Profile, last: Profile) -> None:
    """Where it names the policy; what it leaves to the scheme is the scheme's."""
    both = last.applied(first.applied(scheme))
    assert last.applied(both) is both


@given(values.schemes)
def test_with_our_own_rules_nothing_changes(scheme: Scheme) -> None:
    assert OWN_RULES.applied(scheme) is scheme


@given(values.schemes, values.quantities, values.quantities, st.booleans(), st.booleans())
def test_our_own_rules_bill_the_price_and_the_increment(
    scheme: Scheme, quantity: Fraction, before: Fraction, first: bool, last: bool
) -> None:
    point = PricePoint(first, last)
    assert OWN_RULES.bill(scheme, quantity) == price(scheme, quantity).settle()
    line = increment(scheme, quantity, Billed(before), point).settle()
    assert OWN_RULES.bill(scheme, quantity, Billed(before), point) == line


@given(values.schemes, st.lists(values.quantities, min_size=1, max_size=4))
def test_our_own_runs_are_rerating(scheme: Scheme, totals: list[Fraction]) -> None:
    assert OWN_RULES.runs(scheme, totals) == rerate(scheme, totals)


@given(values.schemes, st.lists(values.quantities, min_size=1, max_size=4), profiles)
def test_runs_add_up_to_one_run_over_everything(
    scheme: Scheme, totals: list[Fraction], profile: Profile
) -> None:
    lenient = attrs.evolve(profile, decrease=OWN_RULES.decrease)
    lines = lenient.runs(scheme, totals)
    assert sum(line.minor for line in lines) == lenient.runs(scheme, totals[-1:])[0].minor


@given(values.tables(), values.quantities, values.quantities, st.sampled_from(FirstFlatFee))
def test_lines_of_bands_are_the_increment(
    table: BandTable, before: Fraction, quantity: Fraction, fee: FirstFlatFee
) -> None:
    """They differ from it by the rounding of each line, half a cent at most, and no more."""
    for scheme in (FillUp(table), LookUp(table)):
        by_band = Profile("by band", rounding_point=RoundingPoint.BAND_LINES, first_flat_fee=fee)
        whole = increment(scheme, quantity, Billed(before))
        parts = 2 * len(table.bands)
        difference = by_band.bill(scheme, quantity, Billed(before)).exact.value - whole.value
        assert abs(difference) <= Fraction(parts, 200)


@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.integers(1, 24),
    st.none() | st.integers(1, 31),
    profiles,
)
def test_anchors_are_sticky_under_every_profile(
    start: date, months: int, day: int | None, profile: Profile
) -> None:
    interval = Interval.months(months)
    schedule = profile.schedule(start, interval, anchor_day=day)
    wanted = day or (1 if profile.alignment is Alignment.CALENDAR else start.day)
    for n in (-5, 0, 1, 2, 7):
        boundary = schedule.boundary(n)
        tomorrow = boundary.toordinal() + 1
        assert boundary.day == wanted or (
            boundary.day < wanted and date.fromordinal(tomorrow).day == 1
        )


# --- a system of one's own, and what is refused -------------------------------------------------


def test_a_profile_for_a_system_that_nobody_knows() -> None:
    """Every answer follows from policies: an invented system needs no code of its own."""
    house = attrs.evolve(
        KILLBILL,
        name="house rules",
        rows=BandRows.CLOSED_RANGES,
        look_up_zero=FLAT_FEE,
        whole_units=RoundingMode.CEILING,
        rounding=Rounding.of("down", "0.05"),
        credit_limit=CreditLimit.BILLED,
        cycles=CyclePolicy(day_count=DayCount.fixed(28), places=2),
    )
    scheme = house.look_up("CHF", [(1, 10, "1.03", "2"), (11, None, "0.99")])
    assert house.bill(scheme, 0) == Money(2_00, "CHF")
    assert house.bill(scheme, "0.2") == Money(3_00, "CHF")  # one unit and 2.00 are 3.03
    assert house.bill(scheme, "10.1") == Money(10_85, "CHF")  # eleven units at 0.99 are 10.89
    assert house.proration(Span(date(2024, 2, 23), date(2024, 3, 15)), LEAP) == Fraction("0.71")
    back = ExactAmount.of("9.99", "CHF")
    assert house.credit(back, Money(8_00, "CHF"), Money(3_00, "CHF")) == Money(5_00, "CHF")
    assert LAGO.credit(back, Money(8_00, "CHF"), Money(3_00, "CHF")) == Money(9_99, "CHF")
    same = attrs.evolve(house, name="lago")  # a name decides nothing
    assert same.bill(scheme, "10.1") == house.bill(scheme, "10.1")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(0, 10, "1"), (12, None, "1")], "begins with 12 and so leaves units out after"),
        ([(0, 10, "1"), (9, None, "1")], "begins with 9 and so shares units with"),
        ([(2, 10, "1"), (11, None, "1")], "range 1 begins with 2"),
        ([(None, 10, "1"), (11, None, "1")], "range 1 needs a first unit"),
        ([(0, 10, "1")], "the last band must be open"),
        ([(0, None, "1"), (11, None, "1")], "only the last band has up_to=None"),
    ],
)
def test_ranges_with_a_hole_are_refused(rows: list[Any], message: str) -> None:
    with pytest.raises(InvalidBands, match=message):
        LAGO.fill_up("EUR", rows)


@pytest.mark.parametrize("row", [(1, 10), (1, 10, "1", "5"), (None, 10, "1"), (1, "1.5", "1")])
def test_rows_that_are_no_blocks_are_refused(row: Any) -> None:
    with pytest.raises(InvalidBands, match="row 1"):
        KILLBILL.fill_up("EUR", [row])


def test_a_profile_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue, match="rounded to a step of units"):
        Profile("x", part_units=Rounding())
    with pytest.raises(InvalidValue, match="a billing day belongs to a contract"):
        Profile("x", alignment=Alignment.BILLING_DAY)


def test_a_profile_reaches_into_what_holds_schemes() -> None:
    blocks = BlockBand(ExactAmount.of(1, "EUR"), Fraction(1), 5)
    held = (
        AtMost.of(FillUpBlocks([blocks]), "10"),
        LookUpBlocks([blocks]),
        Flat.of("1", "EUR"),
    )
    basic = FillUp(BandTable.of("EUR", [(10, "1", "5"), (None, "1")]))
    ramp = LAGO.applied(Ramp([RampStep(date(2026, 1, 1), basic)]))
    assert ramp.steps[0].scheme.price(0) == ExactAmount.of(5, "EUR")
    book = LAGO.applied(PriceBook([PriceEntry("calls", "EUR", basic, date(2026, 1, 1))]))
    assert book.entries[0].scheme == ramp.steps[0].scheme
    assert LAGO.applied(book) is book
    changed = KILLBILL.applied(held)
    assert changed[0].price(7) == ExactAmount.of(5, "EUR")
    assert changed[1].price(7) == ExactAmount.of(7, "EUR")
    assert changed[2] is held[2]


def test_a_band_with_a_cap_is_one_line() -> None:
    capped = FillUp(BandTable([Band.of(None, "0.004", "EUR", flat_fee="1.004", cap="1.01")]))
    assert OPENMETER.bill(capped, 1) == Money(1_01, "EUR")
    assert OPENMETER.bill(capped, 1, Billed(1), LAST) == Money(0, "EUR")


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_a_line_without_units_is_billed_once(profile: Profile) -> None:
    """A flat fee on a first line of no units is not charged again by the lines after it."""
    table = BandTable.of("EUR", [(10, "1", "7"), (None, "1", "9")])
    for scheme in (
        Flat.of("5", "EUR"),
        FillUp(table, ZeroQuantity.FIRST_BAND_FLAT_FEE),
        MinimumQuantity(PerUnit.of("1", "EUR"), 5),
        Commitment.of(PerUnit.of("1", "EUR"), "9"),
    ):
        points = PricePoint(last_line_of_period=False), PricePoint(False, False), LAST
        billed = [
            profile.bill(scheme, units, Billed(0), point)
            for units, point in zip((0, 0, 2), points, strict=True)
        ]
        assert money_sum(billed, "EUR") == profile.bill(scheme, 2)

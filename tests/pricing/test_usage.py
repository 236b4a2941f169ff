"""Quantity from usage: any rule, any samples, any zone; then known figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue
from harmony_core.periods import InstantSpan, Interval, Span, bucket_start
from harmony_core.pricing import (
    Aggregation,
    BandTable,
    BucketUse,
    Commitment,
    EmptyBuckets,
    FillUp,
    PercentileRule,
    PerUnit,
    Scheme,
    TimeBuckets,
    UsageRule,
    UsageSample,
    aggregate,
    explain_price_usage,
    percentile,
    price,
    price_each,
    price_usage,
    usage_quantity,
)
from tests.pricing.scheme_values import schemes, tables
from tests.pricing.usage_rules import CIVIL, usage_rules

PERIOD = Span(date(2026, 3, 26), date(2026, 4, 2))  # the clocks of Berlin and Lord Howe change
values = st.fractions(-5, 50, max_denominator=12)
instants = st.integers(-20, 24 * 8).flatmap(
    lambda hour: st.integers(0, 59).map(
        lambda minute: datetime(2026, 3, 26, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)
    )
)
rules = usage_rules((timedelta(hours=1), timedelta(hours=12), timedelta(days=1), *CIVIL))


@st.composite
def samples(draw: st.DrawFn) -> list[UsageSample]:
    """Samples of the period, whose instants may lie just outside of it."""
    return [
        UsageSample(
            draw(values),
            min(max(at.date(), PERIOD.start), PERIOD.last_day),
            at,
            draw(st.sampled_from(["a", "b", "c"])),
            str(number),
        )
        for number, at in enumerate(draw(st.lists(instants, max_size=8)))
    ]


@given(rules, samples(), values, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    rule: UsageRule, there: list[UsageSample], opening: Fraction, dice: Random
) -> None:
    found = usage_quantity(rule, there, PERIOD, opening)
    dice.shuffle(there)
    assert usage_quantity(rule, there, PERIOD, opening) == found


@given(rules, samples(), values, schemes)
def test_quantity_and_price_explain_themselves(
    rule: UsageRule, there: list[UsageSample], opening: Fraction, scheme: Scheme
) -> None:
    found = usage_quantity(rule, there, PERIOD, opening)
    assert found.explanation.evaluate() == found.explanation.value == found.quantity >= 0
    why = explain_price_usage(scheme, found)
    assert why.evaluate() == why.value == price_usage(scheme, found).value
    assert why.unit == "EUR"


@given(rules, samples(), values, schemes)
def test_buckets_priced_alone_are_the_sum_of_their_prices(
    rule: UsageRule, there: list[UsageSample], opening: Fraction, scheme: Scheme
) -> None:
    found = usage_quantity(rule, there, PERIOD, opening)
    if found.buckets is None:
        assert price_usage(scheme, found) == price(scheme, found.quantity)
        return
    each = [bucket.quantity for bucket in found.buckets]
    assert sum(each, Fraction(0)) == found.quantity
    assert price_usage(scheme, found) == price_each(scheme, each)


@given(samples(), st.sampled_from(["UTC", "Europe/Berlin"]), st.sampled_from([*CIVIL, None]))
def test_totalled_buckets_of_sums_and_counts_are_the_whole(
    there: list[UsageSample], zone: str, width: Interval | None
) -> None:
    buckets = TimeBuckets.of(timedelta(hours=1) if width is None else width)
    for how in (Aggregation.SUM, Aggregation.COUNT):
        whole = usage_quantity(UsageRule(how, zone=zone), there, PERIOD).quantity
        parts = usage_quantity(UsageRule(how, buckets=buckets, zone=zone), there, PERIOD)
        assert parts.quantity == whole


@given(samples(), values)
def test_the_average_of_a_period_is_that_of_its_hours(
    there: list[UsageSample], opening: Fraction
) -> None:
    """Windows of one length: the hours of a zone that never changes its clocks."""
    hourly = TimeBuckets.of(timedelta(hours=1), BucketUse.TOTALLED)
    raised = [attrs.evolve(one, value=one.value + 10) for one in there]
    whole = usage_quantity(UsageRule(Aggregation.TIME_WEIGHTED), raised, PERIOD, opening + 10)
    parts = usage_quantity(
        UsageRule(Aggregation.TIME_WEIGHTED, buckets=hourly), raised, PERIOD, opening + 10
    )
    assert parts.quantity == whole.quantity * 24 * PERIOD.days


@given(samples())
def test_without_buckets_it_is_what_the_values_come_to(there: list[UsageSample]) -> None:
    found = [one.value for one in sorted(there, key=lambda one: (one.at, one.id))]
    for how in (Aggregation.COUNT, Aggregation.SUM, Aggregation.MAX, Aggregation.LATEST):
        expected = max(aggregate(how, found), Fraction(0))
        assert usage_quantity(UsageRule(how), there, PERIOD).quantity == expected
    different = usage_quantity(UsageRule(Aggregation.UNIQUE), there, PERIOD).quantity
    assert different == len({one.subject for one in there})


@given(rules, tables())
def test_nothing_used_costs_what_no_units_cost(rule: UsageRule, table: BandTable) -> None:
    nothing = usage_quantity(rule, [], PERIOD)
    assert nothing.quantity == 0
    windows = 1 if nothing.buckets is None else len(nothing.buckets)
    assert price_usage(FillUp(table), nothing) == FillUp(table).price(0) * windows


def at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def sample(value: int, moment: datetime, subject: str = "", name: str = "") -> UsageSample:
    return UsageSample(value, moment.date(), moment, subject, name)


DAY = Span(date(2026, 3, 1), date(2026, 3, 2))


def test_bandwidth_is_billed_by_the_95th_percentile_of_five_minutes() -> None:
    """288 buckets: rank 274, so the 14 busiest do not count (5 % of them, rounded down)."""
    busy = [sample(90, at(12) + timedelta(minutes=5 * number)) for number in range(15)]
    base = [sample(10, at(0) + timedelta(minutes=5 * number, seconds=1)) for number in range(100)]
    five_minutes = TimeBuckets.of(timedelta(minutes=5), BucketUse.PERCENTILE)
    rule = UsageRule(Aggregation.MAX, percent=95, buckets=five_minutes)
    assert usage_quantity(rule, [*base, *busy], DAY).quantity == 90
    assert usage_quantity(rule, [*base, *busy[:14]], DAY).quantity == 10
    only_used = attrs.evolve(rule, buckets=attrs.evolve(five_minutes, empty=EmptyBuckets.LEFT_OUT))
    used = [10] * 100 + [90] * 14
    assert usage_quantity(only_used, [*base, *busy[:14]], DAY).quantity == percentile(used)
    text = usage_quantity(rule, [*base, *busy], DAY).explanation.as_text(Culture.of("de"))
    assert "Zeitfenster auf diesem Rang: 2026-03-01 12:00:00+00:00" in text


def test_a_level_holds_until_the_next_sample_and_is_carried_into_the_period() -> None:
    there = [sample(4, at(6)), sample(10, at(18), name="1"), sample(7, at(18), name="2")]
    average = UsageRule(Aggregation.TIME_WEIGHTED)
    assert usage_quantity(average, there, DAY, opening=2).quantity == Fraction(2 + 8 + 7, 4)
    peak = UsageRule(Aggregation.HIGH_WATER)
    assert usage_quantity(peak, there, DAY, opening=2).quantity == 10
    assert usage_quantity(peak, there, DAY, opening=12).quantity == 12
    assert usage_quantity(UsageRule(Aggregation.LATEST), there, DAY, opening=12).quantity == 7


def test_an_hour_that_the_clocks_show_twice_is_two_windows_with_a_commitment_each() -> None:
    day = Span(date(2026, 10, 25), date(2026, 10, 26))
    hourly = TimeBuckets.of(timedelta(hours=1), BucketUse.PRICED_ALONE)
    rule = UsageRule(buckets=hourly, zone="Europe/Berlin")
    scheme = Commitment.of(PerUnit.of("2", "EUR"), "10", overage_factor=2)
    in_both = [
        UsageSample(8, day.start, datetime(2026, 10, 25, hour, 30, tzinfo=UTC)) for hour in (0, 1)
    ]
    found = usage_quantity(rule, in_both, day)
    assert found.buckets is not None
    assert len(found.buckets) == 25
    assert price_usage(scheme, found).settle().minor == (23 * 10 + 2 * 22) * 100
    used = attrs.evolve(rule, buckets=attrs.evolve(hourly, empty=EmptyBuckets.LEFT_OUT))
    assert price_usage(scheme, usage_quantity(used, in_both, day)).settle().minor == 44_00


def test_a_sample_of_another_zones_day_counts_at_the_nearest_end() -> None:
    late = UsageSample(5, DAY.start, at(23, 30))
    rule = UsageRule(
        buckets=TimeBuckets.of(timedelta(hours=1), BucketUse.PRICED_ALONE), zone="Europe/Berlin"
    )
    found = usage_quantity(rule, [late], DAY)
    assert found.buckets is not None
    assert found.buckets[-1].quantity == 5
    assert found.buckets[-1].start == bucket_start(
        InstantSpan.of_days(DAY, "Europe/Berlin").last_second, timedelta(hours=1), "Europe/Berlin"
    )


def test_what_was_taken_back_leaves_nothing_below_zero() -> None:
    alone = UsageRule(buckets=TimeBuckets.of(timedelta(hours=12), BucketUse.PRICED_ALONE))
    there = [sample(5, at(1)), sample(-3, at(13))]
    assert usage_quantity(alone, there, DAY).quantity == 5
    totalled = UsageRule(buckets=TimeBuckets.of(timedelta(hours=12)))
    assert usage_quantity(totalled, there, DAY).quantity == 2
    assert usage_quantity(UsageRule(), [sample(-3, at(1))], DAY).quantity == 0


PERCENTILE_OF_HOURS = TimeBuckets.of(timedelta(hours=1), BucketUse.PERCENTILE)
USED_HOURS = TimeBuckets.of(timedelta(hours=1), empty=EmptyBuckets.LEFT_OUT)
HOURLY = TimeBuckets.of(timedelta(hours=1))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: UsageRule(Aggregation.PERCENTILE), "a percentile has its percent"),
        (lambda: UsageRule(Aggregation.SUM, 95), "only a percentile has a percent"),
        (lambda: UsageRule(Aggregation.PERCENTILE, 0), "above 0 and up to 100"),
        (
            lambda: UsageRule(Aggregation.PERCENTILE, 95, buckets=PERCENTILE_OF_HOURS),
            "a percentile of percentiles",
        ),
        (
            lambda: UsageRule("median"),  # type: ignore[arg-type]
            "Aggregation is one of count, sum.*'median'",
        ),
        (lambda: UsageRule(zone="Berlin"), "no time zone 'Berlin'"),
        (
            lambda: UsageRule(
                Aggregation.TIME_WEIGHTED, buckets=attrs.evolve(HOURLY, empty=EmptyBuckets.LEFT_OUT)
            ),
            "no bucket is without one",
        ),
        (TimeBuckets, "buckets have one width"),
        (lambda: TimeBuckets(Interval.days(1), 60), "buckets have one width"),
        (lambda: TimeBuckets(seconds=7 * 60), "do not divide a day"),
        (lambda: TimeBuckets.of(timedelta(milliseconds=500)), "do not divide a day"),
        (lambda: TimeBuckets.of(Interval.days(2)), "no first one"),
    ],
)
def test_impossible_rules_are_refused(make: Any, reason: str) -> None:
    with pytest.raises(InvalidValue, match=reason):
        make()


@pytest.mark.parametrize(
    ("rule", "lacking", "reason"),
    [
        (UsageRule(Aggregation.TIME_WEIGHTED), UsageSample(1, DAY.start), "has no instant"),
        (UsageRule(buckets=HOURLY), UsageSample(1, DAY.start), "buckets shorter than a day"),
        (UsageRule(Aggregation.UNIQUE), UsageSample(1, DAY.start, at(1)), "names no subject"),
        (UsageRule(), UsageSample(1, DAY.end), "give it to its own period"),
    ],
)
def test_samples_that_the_rule_cannot_use_are_refused(
    rule: UsageRule, lacking: UsageSample, reason: str
) -> None:
    with pytest.raises(InvalidValue, match=reason):
        usage_quantity(rule, [lacking], DAY)


def test_a_day_is_enough_for_buckets_of_days() -> None:
    daily = UsageRule(
        Aggregation.MAX, buckets=TimeBuckets.of(Interval.days(1)), zone="Asia/Kathmandu"
    )
    days = [UsageSample(3, date(2026, 3, 1)), UsageSample(4, date(2026, 3, 2))]
    assert usage_quantity(daily, days, Span(date(2026, 3, 1), date(2026, 3, 3))).quantity == 7


def test_both_conventions_of_a_percentile() -> None:
    there = [sample(value, at(value)) for value in range(1, 21)]
    nearest = UsageRule(Aggregation.PERCENTILE, 95)
    between = attrs.evolve(nearest, percentile_rule=PercentileRule.INTERPOLATED)
    assert usage_quantity(nearest, there, DAY).quantity == 19
    assert usage_quantity(between, there, DAY).quantity == Fraction(1905, 100)

"""Any rule for usage that is not refused."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import attrs
from hypothesis import strategies as st

from harmony_core.periods import Interval
from harmony_core.pricing import (
    Aggregation,
    BucketUse,
    EmptyBuckets,
    PercentileRule,
    TimeBuckets,
    UsageRule,
)

CIVIL = (Interval.days(1), Interval.weeks(1), Interval.months(1), Interval.months(3))
WIDTHS = (timedelta(minutes=5), timedelta(hours=1), timedelta(days=1), *CIVIL)
LEVELS = (Aggregation.TIME_WEIGHTED, Aggregation.HIGH_WATER)


def time_buckets(
    widths: tuple[Interval | timedelta, ...] = WIDTHS,
) -> st.SearchStrategy[TimeBuckets]:
    return st.builds(
        TimeBuckets.of,
        st.sampled_from(widths),
        st.sampled_from(BucketUse),
        st.sampled_from(EmptyBuckets),
    )


@st.composite
def usage_rules(
    draw: st.DrawFn,
    widths: tuple[Interval | timedelta, ...] = WIDTHS,
    zones: tuple[str, ...] = ("UTC", "Europe/Berlin", "Australia/Lord_Howe"),
) -> UsageRule:
    how = draw(st.sampled_from(Aggregation))
    buckets = draw(st.none() | time_buckets(widths))
    if buckets is not None and how in LEVELS:
        buckets = attrs.evolve(buckets, empty=EmptyBuckets.COUNTED)
    of_buckets = buckets is not None and buckets.use is BucketUse.PERCENTILE
    if of_buckets and how is Aggregation.PERCENTILE:
        how = Aggregation.MAX
    percent: Fraction | None = None
    if of_buckets or how is Aggregation.PERCENTILE:
        percent = draw(st.fractions("0.1", 100, max_denominator=20))
    convention = draw(st.sampled_from(PercentileRule))
    return UsageRule(how, percent, convention, buckets, draw(st.sampled_from(zones)))

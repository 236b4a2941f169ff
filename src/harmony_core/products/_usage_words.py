"""How usage is measured, put into words: what is made of the records, and in which buckets."""

from __future__ import annotations

from collections.abc import Iterator

from harmony_core.culture import Culture
from harmony_core.pricing import (
    Aggregation,
    BucketUse,
    EmptyBuckets,
    PercentileRule,
    TimeBuckets,
    UsageRule,
)

_AGGREGATION = {
    Aggregation.COUNT: "The usage records of meter {meter} are counted.",
    Aggregation.SUM: "The usage of meter {meter} is added up.",
    Aggregation.MAX: "The greatest value of meter {meter} counts.",
    Aggregation.LATEST: "The latest value of meter {meter} counts.",
    Aggregation.UNIQUE: "The different subjects of meter {meter} are counted.",
    Aggregation.TIME_WEIGHTED: (
        "The average level of meter {meter} counts, each level by the time that it held."
    ),
    Aggregation.PERCENTILE: (
        "The value that {percent} of the values of meter {meter} do not exceed counts."
    ),
    Aggregation.HIGH_WATER: "The highest level of meter {meter} counts.",
}

_USE = {
    BucketUse.PRICED_ALONE: "Each of them is priced alone.",
    BucketUse.TOTALLED: "They are added up.",
    BucketUse.PEAK: "The greatest of them counts.",
    BucketUse.PERCENTILE: "The value that {percent} of them do not exceed counts.",
}

_CONVENTION = {
    PercentileRule.NEAREST_RANK: "It is one of the values (nearest rank).",
    PercentileRule.INTERPOLATED: "Between two values it is interpolated.",
}


def usage_in_words(culture: Culture, meter: str, rule: UsageRule) -> Iterator[str]:
    """Give the sentences of a rule for a meter."""
    percent = "" if rule.percent is None else culture.percent(rule.percent / 100)
    yield culture.words(_AGGREGATION[rule.aggregation], meter=meter, percent=percent)
    if rule.buckets is not None:
        width = _width(culture, rule.buckets)
        yield culture.words(
            "That is done for each time bucket: {width}, on the clocks of {zone}.",
            width=width,
            zone=rule.zone,
        )
        yield culture.words(_USE[rule.buckets.use], percent=percent)
        if rule.buckets.empty is EmptyBuckets.LEFT_OUT:
            yield culture.words("Time buckets without usage are left out.")
    elif rule.needs_instants:
        yield culture.words("Days begin at midnight in {zone}.", zone=rule.zone)
    if rule.percent is not None:
        yield culture.words(_CONVENTION[rule.percentile_rule])


def _width(culture: Culture, buckets: TimeBuckets) -> str:
    interval, seconds = buckets.interval, buckets.seconds or 0
    if interval is not None:
        if interval.unit == "month":
            return culture.count(interval.count, "month", "months")
        return culture.count(interval.count, "day", "days")
    if seconds % 3600 == 0:
        return culture.count(seconds // 3600, "hour", "hours")
    if seconds % 60 == 0:
        return culture.count(seconds // 60, "minute", "minutes")
    return culture.count(seconds, "second", "seconds")

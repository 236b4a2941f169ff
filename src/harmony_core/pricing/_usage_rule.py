"""How usage records become what is priced: a rule that is agreed and stored on the line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, Word, expect
from harmony_core.finance import Exact
from harmony_core.periods import Interval, bucket_start
from harmony_core.pricing._aggregation import Aggregation, PercentileRule, percent_of

_ANY = datetime(2026, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_A_DAY = 86_400


class BucketUse(Word):
    """What becomes of the quantities of the buckets of a period."""

    PRICED_ALONE = "priced_alone"
    """each is priced alone, and the prices are added up"""
    TOTALLED = "totalled"
    """they are added up, and the total is priced"""
    PEAK = "peak"
    """the greatest of them is priced"""
    PERCENTILE = "percentile"
    """the percentile of them is priced"""


class EmptyBuckets(Word):
    """Whether a bucket without a record is there; stored on the contract line."""

    COUNTED = "counted"
    """it is, with a quantity of zero: every window of the period has its commitment"""
    LEFT_OUT = "left_out"
    """it is not: only what was used is priced, ranked or charged a minimum"""


def _use(value: BucketUse) -> BucketUse:
    return BucketUse(value)


def _empty(value: EmptyBuckets) -> EmptyBuckets:
    return EmptyBuckets(value)


def _aggregation(value: Aggregation) -> Aggregation:
    return Aggregation(value)


def _percentile_rule(value: PercentileRule) -> PercentileRule:
    return PercentileRule(value)


@attrs.frozen
class TimeBuckets:
    """The period cut on the calendar or on the clock, and what is priced of the parts.

    Exactly one of ``interval`` (civil days, weeks from Monday, months that divide the year) and
    ``seconds`` (that divide a day) says how long a bucket is. A bucket that reaches over an end of
    the period counts with the part inside.

    Raises:
        InvalidValue: no width, two of them, or one that does not tile the day or the calendar.

    >>> TimeBuckets.of(timedelta(minutes=5), BucketUse.PERCENTILE).seconds
    300
    """

    interval: Interval | None = None
    seconds: int | None = None
    use: BucketUse = attrs.field(default=BucketUse.TOTALLED, converter=_use)
    empty: EmptyBuckets = attrs.field(default=EmptyBuckets.COUNTED, converter=_empty)

    def __attrs_post_init__(self) -> None:
        if (self.interval is None) == (self.seconds is None):
            raise InvalidValue(
                "buckets have one width: give an interval of the calendar, or seconds of the clock"
            )
        expect(self.interval, Interval | None, "the interval of buckets", "Interval.days(1)")
        if self.seconds is not None and (type(self.seconds) is not int or self.seconds > _A_DAY):
            raise InvalidValue(
                f"buckets last whole seconds, {_A_DAY} at most, got {self.seconds!r}: for longer "
                "ones take an interval of the calendar"
            )
        bucket_start(_ANY, self.width)

    @classmethod
    def of(
        cls,
        width: Interval | timedelta,
        use: BucketUse = BucketUse.TOTALLED,
        empty: EmptyBuckets = EmptyBuckets.COUNTED,
    ) -> TimeBuckets:
        """Make them from one width, as :func:`bucket_start` takes it."""
        if isinstance(width, Interval):
            return cls(width, None, use, empty)
        bucket_start(_ANY, width)
        return cls(None, width // _SECOND, use, empty)

    @property
    def width(self) -> Interval | timedelta:
        """How long a bucket is, as :func:`bucket_start` takes it."""
        return timedelta(seconds=self.seconds or 0) if self.interval is None else self.interval

    @property
    def shorter_than_a_day(self) -> bool:
        """Whether the day of a record does not say in which bucket it lies."""
        return self.interval is None and self.width != _DAY


def _percent(value: Exact | None) -> Fraction | None:
    return None if value is None else percent_of(value)


@attrs.frozen
class UsageRule:
    """How the records of a period become one quantity, or one for each of its time buckets.

    Args:
        aggregation: what is made of the records, or of those of each bucket. Counting takes
            records or different subjects, whatever their values; a time-weighted average and a
            high-water mark take values as levels that hold until the next record.
        percent: of a percentile, of the records or of the buckets; nothing else has one.
        percentile_rule: which of the two conventions it follows.
        buckets: the parts of the period that are aggregated on their own; ``None`` for none.
        zone: the IANA zone in whose midnights periods and buckets begin.

    Raises:
        InvalidValue: a percentile without a percent, two of them, or a percent without one; levels
            whose empty buckets are left out; or no such zone.

    >>> UsageRule()  # what is used is added up
    UsageRule(aggregation=<Aggregation.SUM: 'sum'>, percent=None, ... buckets=None, zone='UTC')
    >>> five_minutes = TimeBuckets.of(timedelta(minutes=5), BucketUse.PERCENTILE)
    >>> bandwidth = UsageRule(Aggregation.MAX, percent=95, buckets=five_minutes)
    """

    aggregation: Aggregation = attrs.field(default=Aggregation.SUM, converter=_aggregation)
    percent: Fraction | None = attrs.field(default=None, converter=_percent)
    percentile_rule: PercentileRule = attrs.field(
        default=PercentileRule.NEAREST_RANK, converter=_percentile_rule
    )
    buckets: TimeBuckets | None = None
    zone: str = "UTC"

    def __attrs_post_init__(self) -> None:
        expect(self.buckets, TimeBuckets | None, "the buckets of a rule", "TimeBuckets.of(...)")
        expect(self.zone, str, "the zone of a rule", "'Europe/Berlin'")
        if self.zone != "UTC":  # which is there without looking, so that importing reads no file
            bucket_start(_ANY, _DAY, self.zone)
        of_records = self.aggregation is Aggregation.PERCENTILE
        of_buckets = self.buckets is not None and self.buckets.use is BucketUse.PERCENTILE
        if of_records and of_buckets:
            raise InvalidValue(
                "a percentile of percentiles says nothing: take one of the records, or one of "
                "buckets that are aggregated in another way"
            )
        if (of_records or of_buckets) != (self.percent is not None):
            raise InvalidValue(
                "a percentile has its percent: give one (95 is usual for bandwidth)"
                if self.percent is None
                else "only a percentile has a percent: leave it out, or take a percentile of the "
                "records or of the buckets"
            )
        left_out = self.buckets is not None and self.buckets.empty is EmptyBuckets.LEFT_OUT
        if self.takes_levels and left_out:
            raise InvalidValue(
                "a level holds from one record to the next, so no bucket is without one: let empty "
                "buckets be counted"
            )

    @property
    def is_plain_sum(self) -> bool:
        """Whether what is used in the period is added up, and nothing else."""
        return self.aggregation is Aggregation.SUM and self.buckets is None

    @property
    def takes_levels(self) -> bool:
        """Whether values are levels, so that the one before the period reaches into it."""
        return self.aggregation in (Aggregation.TIME_WEIGHTED, Aggregation.HIGH_WATER)

    @property
    def needs_instants(self) -> bool:
        """Whether the day of a record is not enough."""
        by_clock = self.buckets is not None and self.buckets.shorter_than_a_day
        return by_clock or self.aggregation is Aggregation.TIME_WEIGHTED

    @property
    def needs_subjects(self) -> bool:
        """Whether a record must say for whom or what it is."""
        return self.aggregation is Aggregation.UNIQUE

"""Quantity from the usage of a period: its samples under a rule, with the reasons.

A sample belongs to the period of its day, and to that one only. Where its instant lies outside of
the period (a day of another zone), it counts at the nearest end: nothing is lost, nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import attrs

from harmony_core.errors import expect
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Exact, ExactAmount
from harmony_core.periods import Span
from harmony_core.pricing._aggregation import PercentileRule, explain_percentile
from harmony_core.pricing._rerating_explained import explain_price_each
from harmony_core.pricing._scheme import Scheme, explain, price, require_scheme
from harmony_core.pricing._usage_rule import BucketUse, EmptyBuckets, TimeBuckets, UsageRule
from harmony_core.pricing._usage_samples import (
    LABELS,
    Part,
    UsageSample,
    in_order,
    levels_together,
    parts,
)


@attrs.frozen
class BucketQuantity:
    """The quantity of one bucket, which begins at ``start`` (in UTC)."""

    start: datetime
    quantity: Fraction


@attrs.frozen
class UsageQuantity:
    """What is to be priced of a period.

    ``quantity`` is zero or more: what records take back beyond the usage is not given back. Where
    buckets are priced alone they are in ``buckets``, each zero or more, and ``quantity`` is their
    sum; :func:`price_usage` prices either.
    """

    quantity: Fraction
    buckets: tuple[BucketQuantity, ...] | None
    explanation: Explanation


def usage_quantity(
    rule: UsageRule,
    samples: Iterable[UsageSample],
    span: Span,
    opening: Exact | Mapping[str, Exact] = 0,
) -> UsageQuantity:
    """Give what the samples of a period come to under a rule, in whatever order they are.

    Args:
        rule: as it was agreed, see :class:`UsageRule`.
        samples: all those whose day lies in ``span``.
        span: the period, whose days begin at local midnight in the rule's zone.
        opening: the level when the period begins, or the level of each subject; plays no part
            unless the rule takes levels. A single one belongs to the only subject there is, or,
            where there are several, to what has no name.

    Each subject has a level of its own, and the levels of all of them are added.

    Raises:
        InvalidValue: a sample of another period, or one without the instant or the subject that
            the rule needs.

    >>> from datetime import UTC, date
    >>> from harmony_core.pricing import Aggregation
    >>> rule = UsageRule(Aggregation.TIME_WEIGHTED)
    >>> noon = UsageSample(8, date(2026, 3, 1), datetime(2026, 3, 1, 12, tzinfo=UTC))
    >>> usage_quantity(rule, [noon], Span(date(2026, 3, 1), date(2026, 3, 2)), opening=2).quantity
    Fraction(5, 1)
    """
    expect(rule, UsageRule, "the rule of usage", "UsageRule()")
    expect(span, Span, "the period of usage", "Span.of_days(first, last)")
    ordered, level = in_order(rule, samples, span), Fraction(0)
    if rule.takes_levels:
        level, ordered = levels_together(ordered, opening)
    found = parts(rule, ordered, span, level)
    why = Explainer("usage of a period", 1)
    why.fact("how records become a quantity", rule.aggregation.value)
    if rule.buckets is None:
        (part,) = found
        return _as_one(why, why.adopt(part.explained(), "of_"))
    return _of_buckets(why, rule, rule.buckets, found)


def price_usage(scheme: Scheme, usage: UsageQuantity) -> ExactAmount:
    """Give the exact amount of a period's usage: of its quantity, or of each bucket alone.

    >>> from datetime import date, timedelta
    >>> from harmony_core.pricing import Commitment, PerUnit
    >>> hourly = TimeBuckets.of(timedelta(hours=1), BucketUse.PRICED_ALONE)
    >>> day = Span(date(2026, 3, 1), date(2026, 3, 2))
    >>> nothing = usage_quantity(UsageRule(buckets=hourly), [], day)
    >>> price_usage(Commitment.of(PerUnit.of("2", "EUR"), "0.50"), nothing)
    ExactAmount.of('12', 'EUR')
    """
    _refuse_no_usage(usage)
    if usage.buckets is None:
        return price(scheme, usage.quantity)
    require_scheme(scheme)
    times = Counter(bucket.quantity for bucket in usage.buckets)
    amounts = (scheme.price(quantity).value * count for quantity, count in times.items())
    return ExactAmount(sum(amounts, Fraction(0)), scheme.currency)


def explain_price_usage(scheme: Scheme, usage: UsageQuantity) -> Explanation:
    """Give the same amount as :func:`price_usage` with its derivation."""
    _refuse_no_usage(usage)
    if usage.buckets is None:
        return explain(scheme, usage.quantity)
    return explain_price_each(scheme, [bucket.quantity for bucket in usage.buckets])


def _refuse_no_usage(usage: object) -> None:
    expect(usage, UsageQuantity, "what is priced", "usage_quantity(rule, samples, span)")


def _of_buckets(
    why: Explainer, rule: UsageRule, buckets: TimeBuckets, all_parts: list[Part]
) -> UsageQuantity:
    why.fact("width of a time bucket", _width_text(buckets))
    why.fact("zone", rule.zone)
    why.fact("use of the time buckets", buckets.use.value)
    counted = [
        part for part in all_parts if buckets.empty is EmptyBuckets.COUNTED or not part.is_empty
    ]
    found = [part.quantity() for part in counted]
    why.given("buckets", "time buckets", len(found))
    if buckets.use is BucketUse.PERCENTILE and rule.percent is not None:
        of_them = explain_percentile(found, rule.percent, rule.percentile_rule)
        if found and rule.percentile_rule is PercentileRule.NEAREST_RANK:
            at_rank = counted[found.index(of_them.value)]
            why.fact("time bucket at the rank", _start(at_rank))
        return _as_one(why, why.adopt(of_them, "of_"))
    if buckets.use is BucketUse.PEAK:
        if not found:
            return _as_one(why, why.given("none", "nothing", 0))
        peak = max(range(len(found)), key=found.__getitem__)
        told = _told(why, counted[peak], peak + 1)
        return _as_one(why, why.step("peak", "the greatest time bucket", "take", told))
    with_usage = [
        number for number, part in enumerate(counted, 1) if part.samples or found[number - 1]
    ]
    names = [_told(why, counted[number - 1], number) for number in with_usage]
    if buckets.use is BucketUse.TOTALLED:
        return _as_one(why, why.step("total", "all time buckets", "add", *names))
    if any(why.value(name) < 0 for name in names):
        none = why.given("none", "nothing", 0)
        label = "nothing below zero is given back"
        names = [
            why.step(f"least{number}", label, "greatest", name, none)
            if why.value(name) < 0
            else name
            for number, name in zip(with_usage, names, strict=True)
        ]
    total = why.step("quantity", "all time buckets", "add", *names)
    alone = tuple(
        BucketQuantity(part.time.start, max(quantity, Fraction(0)))
        for part, quantity in zip(counted, found, strict=True)
    )
    return UsageQuantity(why.value(total), alone, why.explanation(total))


def _as_one(why: Explainer, name: str) -> UsageQuantity:
    """One quantity for the period, zero or more."""
    if why.value(name) < 0:
        none = why.given("floor", "nothing", 0)
        label = "nothing below zero is given back"
        name = why.step("quantity", label, "greatest", name, none)
    return UsageQuantity(why.value(name), None, why.explanation(name))


def _told(why: Explainer, part: Part, number: int) -> str:
    """The quantity of a bucket, under the time at which it begins in the rule's zone."""
    start = _start(part)
    if part.rule.aggregation in LABELS:
        return why.given(f"bucket{number}", start, part.quantity())
    name = why.adopt(part.explained(), f"bucket{number}_")
    return why.step(f"bucket{number}", "time bucket from {start}", "take", name, start=start)


def _start(part: Part) -> str:
    return part.time.start.astimezone(ZoneInfo(part.rule.zone)).isoformat(" ")


def _width_text(buckets: TimeBuckets) -> str:
    interval = buckets.interval
    return str(buckets.width) if interval is None else f"{interval.count} {interval.unit}"

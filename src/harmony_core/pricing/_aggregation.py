"""Quantity from usage: how the values of many records become the one that is priced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from harmony_core.errors import InvalidValue, Word
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import Exact, exact
from harmony_core.pricing._scheme import listed


class Aggregation(Word):
    """How values, in the order of their records, become one quantity; none at all give zero.

    The first five need nothing but the values, see :func:`aggregate`; the others have a function
    each. A :class:`UsageRule` knows all of them.
    """

    COUNT = "count"
    """how many records there are"""
    SUM = "sum"
    """their values added up"""
    MAX = "max"
    """the greatest value; never below zero"""
    LATEST = "latest"
    """the value of the last record"""
    UNIQUE = "unique"
    """how many different values there are; of usage records, how many different subjects"""
    TIME_WEIGHTED = "time_weighted"
    """the average level, each by the time that it held"""
    PERCENTILE = "percentile"
    """the value that so many percent of the values do not exceed"""
    HIGH_WATER = "high_water"
    """the highest level, the one from before included"""


_ELSEWHERE = {
    Aggregation.TIME_WEIGHTED: "the times between them: call time_weighted()",
    Aggregation.PERCENTILE: "a percent: call percentile()",
    Aggregation.HIGH_WATER: "the level before them: call high_water()",
}


def aggregate(aggregation: Aggregation, values: Iterable[Exact]) -> Fraction:
    """Give the quantity.

    Raises:
        InvalidValue: the aggregation needs more than the values.

    >>> [int(aggregate(Aggregation(how), [5, 20, 5])) for how in ("count", "sum", "max")]
    [3, 30, 20]
    >>> [int(aggregate(Aggregation(how), [5, 20, 5])) for how in ("latest", "unique")]
    [5, 2]
    """
    return _aggregated(Aggregation(aggregation), _exact_values(values))


def explain_aggregate(aggregation: Aggregation, values: Iterable[Exact]) -> Explanation:
    """Give the same quantity as :func:`aggregate` with its derivation.

    A sum and a maximum show every value; a count, the latest and the different ones are read off.

    >>> print(explain_aggregate(Aggregation.MAX, [5, 20]).as_text())
    quantity from usage (v1)
      how records become a quantity: max
      values: 2
      value: 5
      value: 20
      nothing: 0
      the greatest value: greatest (0; 5; 20) = 20
    """
    found = _exact_values(values)
    aggregation = Aggregation(aggregation)
    why = Explainer("quantity from usage", 1)
    why.fact("how records become a quantity", aggregation.value)
    count = why.given("count", "values", len(found))
    if aggregation is Aggregation.COUNT:
        return why.explanation(count)
    if aggregation in (Aggregation.SUM, Aggregation.MAX):
        parts = [
            why.given(f"value{number}", "value", value) for number, value in enumerate(found, 1)
        ]
        if aggregation is Aggregation.SUM:
            return why.explanation(why.step("quantity", "values added up", "add", *parts))
        none = why.given("none", "nothing", 0)
        label = "the greatest value"
        return why.explanation(why.step("quantity", label, "greatest", none, *parts))
    label = "the latest value" if aggregation is Aggregation.LATEST else "different values"
    return why.explanation(why.given("quantity", label, _aggregated(aggregation, found)))


def _exact_values(values: Iterable[Exact]) -> list[Fraction]:
    return [exact(value, "a value of usage") for value in listed(values, "values of usage")]


def _aggregated(aggregation: Aggregation, found: Sequence[Fraction]) -> Fraction:
    if aggregation in _ELSEWHERE:
        raise InvalidValue(f"{aggregation.value} needs more than values: {_ELSEWHERE[aggregation]}")
    if aggregation is Aggregation.COUNT:
        return Fraction(len(found))
    if aggregation is Aggregation.SUM:
        return sum(found, Fraction(0))
    if aggregation is Aggregation.MAX:
        return max([Fraction(0), *found])
    if aggregation is Aggregation.LATEST:
        return found[-1] if found else Fraction(0)
    return Fraction(len(set(found)))


class PercentileRule(Word):
    """What lies between two records when a percentile falls there."""

    NEAREST_RANK = "nearest_rank"
    """the least value that so many percent do not exceed: what carriers bill bandwidth by"""
    INTERPOLATED = "interpolated"
    """the straight line between the two values around it, from first (0 %) to last (100 %)"""


def percentile(
    values: Iterable[Exact], percent: Exact = 95, rule: PercentileRule = PercentileRule.NEAREST_RANK
) -> Fraction:
    """Give the value below which ``percent`` of the values lie; without values, zero.

    >>> samples = range(1, 21)
    >>> percentile(samples), percentile(samples, rule=PercentileRule.INTERPOLATED)
    (Fraction(19, 1), Fraction(381, 20))
    """
    part = percent_of(percent)
    ranked = sorted(_exact_values(values))
    if not ranked:
        return Fraction(0)
    low, high, between = _places(len(ranked), part, PercentileRule(rule))
    return ranked[low] + (ranked[high] - ranked[low]) * between


def explain_percentile(
    values: Iterable[Exact], percent: Exact = 95, rule: PercentileRule = PercentileRule.NEAREST_RANK
) -> Explanation:
    """Give the same value as :func:`percentile`: its rank among them, and what stands there.

    >>> print(explain_percentile(range(1, 21)).as_text())
    percentile (v1)
      rule of the percentile: nearest_rank
      values: 20
      percent: 95
      hundred: 100
      one: 1
      value at the rank: 19
      values that it does not exceed: 20 × 95 = 1900
      as a part of hundred: 1900 ÷ 100 = 19
      rank: round ceiling (19; 1) = 19
      the percentile: 19
    """
    part = percent_of(percent)
    ranked = sorted(_exact_values(values))
    rule = PercentileRule(rule)
    why = Explainer("percentile", 1)
    why.fact("rule of the percentile", rule.value)
    why.given("count", "values", len(ranked))
    why.given("percent", "percent", part)
    if not ranked:
        return why.explanation(why.given("none", "nothing", 0))
    low, high, _ = _places(len(ranked), part, rule)
    why.given("hundred", "hundred", 100)
    one = why.given("one", "one", 1)
    if rule is PercentileRule.NEAREST_RANK:
        at = why.given("low", "value at the rank", ranked[low])
        why.step("share", "values that it does not exceed", "multiply", "count", "percent")
        why.step("place", "as a part of hundred", "divide", "share", "hundred")
        why.step("rank", "rank", "round_ceiling", "place", one)
        return why.explanation(why.step("quantity", "the percentile", "take", at))
    why.given("low", "value below the place", ranked[low])
    why.given("high", "value above the place", ranked[high])
    why.step("steps", "steps from the first value to the last", "subtract", "count", one)
    why.step("share", "so many percent of them", "multiply", "steps", "percent")
    why.step("place", "as a part of hundred", "divide", "share", "hundred")
    why.step("below", "whole steps", "round_floor", "place", one)
    why.step("between", "part of the next step", "subtract", "place", "below")
    why.step("rise", "difference of the two values", "subtract", "high", "low")
    why.step("added", "its part", "multiply", "rise", "between")
    return why.explanation(why.step("quantity", "the percentile", "add", "low", "added"))


def percent_of(percent: Exact) -> Fraction:
    """Read the percent of a percentile."""
    part = exact(percent, "a percentile")
    if not 0 < part <= 100:
        raise InvalidValue(f"a percentile is above 0 and up to 100, got {exact_text(part)}")
    return part


def _places(count: int, part: Fraction, rule: PercentileRule) -> tuple[int, int, Fraction]:
    """The two values around the percentile, counted from 0, and how far it lies between them."""
    if rule is PercentileRule.NEAREST_RANK:
        rank = -(-count * part // 100) - 1
        return rank, rank, Fraction(0)
    place = (count - 1) * part / 100
    low = place.numerator // place.denominator
    return low, min(low + 1, count - 1), place - low

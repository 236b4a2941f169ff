"""Quantity from usage: how the values of many records become the one that is priced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from fractions import Fraction

from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, exact
from harmony_core.pricing._scheme import units


class Aggregation(StrEnum):
    """How values, in the order of their records, become one quantity; none at all give zero."""

    COUNT = "count"
    """how many records there are"""
    SUM = "sum"
    """their values added up"""
    MAX = "max"
    """the greatest value; never below zero"""
    LATEST = "latest"
    """the value of the last record"""
    UNIQUE = "unique"
    """how many different values there are"""


def aggregate(aggregation: Aggregation, values: Iterable[Exact]) -> Fraction:
    """Give the quantity.

    >>> [int(aggregate(how, [5, 20, 5])) for how in Aggregation]
    [3, 30, 20, 5, 2]
    """
    found = [exact(value, "a value of usage") for value in values]
    if aggregation is Aggregation.COUNT:
        return Fraction(len(found))
    if aggregation is Aggregation.SUM:
        return sum(found, Fraction(0))
    if aggregation is Aggregation.MAX:
        return max(found, default=Fraction(0))
    if aggregation is Aggregation.LATEST:
        return found[-1] if found else Fraction(0)
    return Fraction(len(set(found)))


class PercentileRule(StrEnum):
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
    part = exact(percent, "a percentile")
    if not 0 < part <= 100:
        raise InvalidValue(f"a percentile is above 0 and up to 100, got {exact_text(part)}")
    ranked = sorted(exact(value, "a value of usage") for value in values)
    if not ranked:
        return Fraction(0)
    if rule is PercentileRule.NEAREST_RANK:
        return ranked[-(-len(ranked) * part // 100) - 1]
    place = (len(ranked) - 1) * part / 100
    low = place.numerator // place.denominator
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)


def time_weighted(
    length: Exact, changes: Iterable[tuple[Exact, Exact]], initial: Exact = 0
) -> Fraction:
    """Give the average quantity over a period of ``length``, each level by the time it held.

    ``changes`` are pairs of the time since the beginning, in the unit of ``length``, and the
    units that were added (or, below zero, taken away) then.

    Raises:
        InvalidValue: the period has no length, or a change lies outside of it.

    >>> time_weighted(24, [(0, 2), (12, 3)])
    Fraction(7, 2)
    """
    whole = exact(length, "the length of a period")
    if whole <= 0:
        raise InvalidValue(f"a period has a length above zero, got {exact_text(whole)}")
    average = exact(initial, "an initial quantity")
    for since, added in changes:
        offset = exact(since, "the time of a change")
        if not 0 <= offset <= whole:
            raise InvalidValue(
                f"a change at {exact_text(offset)} lies outside of a period of "
                f"{exact_text(whole)}: put it into its own period"
            )
        average += exact(added, "a change of quantity") * (whole - offset) / whole
    return average


def high_water(levels: Sequence[Exact], already_billed: Exact = 0) -> Fraction:
    """Give the units to bill in advance beyond those billed: the peak counts, drops are free.

    >>> high_water([10, 5, 7]), high_water([12, 5], already_billed=10)
    (Fraction(10, 1), Fraction(2, 1))
    """
    before = units(already_billed)
    return max([before, *(units(level) for level in levels)]) - before

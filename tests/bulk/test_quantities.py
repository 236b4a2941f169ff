"""Quantities of groups are those of their records, taken one by one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import nanoarrow as na
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.bulk import (
    Quantities,
    RatePlan,
    aggregate,
    high_water,
    percentile,
    time_weighted,
)
from harmony_core.errors import InvalidValue
from harmony_core.pricing import Aggregation, PercentileRule, PerUnit
from harmony_core.pricing import aggregate as aggregate_one
from harmony_core.pricing import high_water as high_water_one
from harmony_core.pricing import percentile as percentile_one
from harmony_core.pricing import time_weighted as time_weighted_one

GREATEST, LEAST = 2**63 - 1, -(2**63)
GROUPS = 4

records = st.lists(st.tuples(st.integers(-50, 50), st.integers(0, GROUPS - 1)), max_size=60)
far_records = st.lists(
    st.tuples(
        st.sampled_from([GREATEST, LEAST, GREATEST - 1, 2**62, -(2**62), -1, 0, 1])
        | st.integers(LEAST, GREATEST),
        st.integers(0, GROUPS - 1),
    ),
    max_size=12,
)


def of_each(rows: list[tuple[int, int]], places: int) -> list[list[Fraction]]:
    return [
        [Fraction(value, 10**places) for value, group in rows if group == number]
        for number in range(GROUPS)
    ]


def columns(rows: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [value for value, _ in rows], [group for _, group in rows]


def exactly(found: Quantities) -> list[Fraction]:
    return [Fraction(int(whole), 10**found.places) for whole in found.whole]


OF_VALUES = [Aggregation(how) for how in ("count", "sum", "max", "latest", "unique")]


@pytest.mark.parametrize("how", [how for how in Aggregation if how not in OF_VALUES])
def test_what_needs_more_than_values_is_refused(how: Aggregation) -> None:
    with pytest.raises(InvalidValue, match=f"{how.value} needs more than values"):
        aggregate(how, [1], [0], 1)


@given(records | far_records, st.sampled_from(OF_VALUES), st.integers(0, 3))
def test_every_group_is_what_its_records_are(
    rows: list[tuple[int, int]], how: Aggregation, places: int
) -> None:
    expected = [aggregate_one(how, values) for values in of_each(rows, places)]
    beyond = [
        number
        for number, quantity in enumerate(expected)
        if how is Aggregation.SUM and abs(quantity * 10**places) > GREATEST
    ]
    if beyond:
        with pytest.raises(InvalidValue, match=f"of group {beyond[0]} sum to -?[0-9]+, which"):
            aggregate(how, *columns(rows), GROUPS, places=places)
    else:
        assert exactly(aggregate(how, *columns(rows), GROUPS, places=places)) == expected


@given(
    records,
    st.sampled_from(["95", "50", "99.9", "12.5", "100", "0.001"]).map(Fraction),
    st.sampled_from(PercentileRule),
    st.integers(0, 3),
)
def test_percentiles_of_both_conventions(
    rows: list[tuple[int, int]], percent: Fraction, rule: PercentileRule, places: int
) -> None:
    expected = [percentile_one(values, percent, rule) for values in of_each(rows, places)]
    found = percentile(*columns(rows), GROUPS, percent, rule, places=places)
    assert exactly(found) == expected


@given(records, st.fractions(0, 100, max_denominator=9).filter(bool))
def test_nearest_ranks_of_any_fraction(rows: list[tuple[int, int]], percent: Fraction) -> None:
    expected = [percentile_one(values, percent) for values in of_each(rows, 0)]
    assert exactly(percentile(*columns(rows), GROUPS, percent)) == expected


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, GROUPS - 1)), max_size=60),
    st.none() | st.lists(st.integers(0, 60), min_size=GROUPS, max_size=GROUPS),
)
def test_high_water(rows: list[tuple[int, int]], billed: list[int] | None) -> None:
    before = billed or [0] * GROUPS
    expected = [
        high_water_one(values, Fraction(already, 10))
        for values, already in zip(of_each(rows, 1), before, strict=True)
    ]
    assert exactly(high_water(*columns(rows), GROUPS, billed, places=1)) == expected


def test_what_comes_out_is_rated_as_it_is() -> None:
    traffic = aggregate(Aggregation.SUM, [10_000, 625, 3], [0, 0, 1], 2, places=3)
    plan = RatePlan([PerUnit.of("4.4556", "USD")])
    assert plan.rate(traffic).minor.tolist() == [4734, 1]
    with pytest.raises(InvalidValue, match="3 places, but places=2 is declared"):
        plan.rate(traffic, places=2)


def test_sums_over_many_blocks_are_exact() -> None:
    value = np.full(200_000, 2**62, np.int64)
    value[1::2] *= -1
    group = np.zeros(200_000, np.int32)
    assert aggregate(Aggregation.SUM, value, group, 1).whole.tolist() == [0]
    value[0] -= 1
    group[-3:] = 1
    assert aggregate(Aggregation.SUM, value, group, 2).whole.tolist() == [2**62 - 1, -(2**62)]


def test_records_from_arrow() -> None:
    value, group = na.Array([5, 20, 7], na.int16()), na.Array([1, 1, 0], na.uint8())
    assert aggregate(Aggregation.SUM, value, group, 2).whole.tolist() == [7, 25]
    with pytest.raises(InvalidValue, match="row 1 has no value"):
        aggregate(Aggregation.SUM, na.Array([5, None, 7], na.int16()), group, 2)
    with pytest.raises(InvalidValue, match="row 2 has no group"):
        aggregate(Aggregation.SUM, value, na.Array([0, 0, None], na.uint8()), 2)


@pytest.mark.parametrize("how", OF_VALUES)
def test_what_does_not_fit_is_refused_with_its_row(how: Aggregation) -> None:
    with pytest.raises(InvalidValue, match="row 1 is of group 2, but there are groups 0 to 1"):
        aggregate(how, [1, 2], [1, 2], 2)
    with pytest.raises(InvalidValue, match="row 0 is of group -1"):
        aggregate(how, [1, 2], [-1, 2], 2)
    with pytest.raises(InvalidValue, match="2 values need as many groups, got 1"):
        aggregate(how, [1, 2], [1], 2)
    with pytest.raises(InvalidValue, match=r"row 1: 922337203685477580\.8 does not fit 64 bits"):
        aggregate(how, np.array([1, 2**63], np.uint64), [0, 1], 2, places=1)
    with pytest.raises(InvalidValue, match=r"row 1: 9223372036854775808 does not fit 64 bits"):
        aggregate(how, [1, 2**63], [0, 1], 2)  # of which numpy makes another unsigned type
    with pytest.raises(InvalidValue, match="values are whole numbers or decimals, got float64"):
        aggregate(how, [0.5], [0], 1)


def test_levels_below_zero_are_refused() -> None:
    with pytest.raises(InvalidValue, match=r"row 1: a quantity is zero or more, got -0\.5"):
        high_water([1, -5], [0, 0], 1, places=1)
    with pytest.raises(InvalidValue, match="row 0: a quantity is zero or more, got -1"):
        high_water([1], [0], 1, [-1])
    with pytest.raises(InvalidValue, match="needs 2 rows of 0 places, got 1 of 0"):
        high_water([1], [0], 2, [1])


def test_percentiles_without_room_are_refused() -> None:
    between = PercentileRule.INTERPOLATED
    with pytest.raises(InvalidValue, match="no room for the 2 places"):
        percentile([2**60], [0], 1, 95, between)
    with pytest.raises(InvalidValue, match="no end as a decimal"):
        percentile([1], [0], 1, Fraction(100, 3), between)
    with pytest.raises(InvalidValue, match="above 0 and up to 100, got 101"):
        percentile([1], [0], 1, 101)
    assert percentile([2**60], [0], 1, 95).whole.tolist() == [2**60]


lengths = st.integers(1, 90) | st.integers(1, GREATEST) | st.just(31 * 86_400)
levels = st.integers(-50, 50) | st.integers(-(10**13), 10**13) | st.integers(LEAST, GREATEST)


@st.composite
def changed(draw: st.DrawFn) -> tuple[list[int], list[int], list[tuple[int, int, int]]]:
    """Lengths and initial levels of the groups, and changes: how much, when, of which group."""
    found = [draw(lengths) for _ in range(GROUPS)]
    before = [draw(levels) for _ in range(GROUPS)]
    rows = []
    for _ in range(draw(st.integers(0, 12))):
        group = draw(st.integers(0, GROUPS - 1))
        rows.append((draw(levels), draw(st.integers(0, found[group])), group))
    return found, before, rows


@given(changed(), st.integers(0, 3))
def test_an_average_over_time_is_the_fraction_of_the_scalar_path(
    drawn: tuple[list[int], list[int], list[tuple[int, int, int]]], places: int
) -> None:
    found, before, rows = drawn
    unit = Fraction(1, 10**places)
    expected = [
        time_weighted_one(
            found[number],
            [(since, added * unit) for added, since, group in rows if group == number],
            before[number] * unit,
        )
        for number in range(GROUPS)
    ]
    added, since, groups = ([row[at] for row in rows] for at in range(3))
    if any(abs(one / unit // 1) > GREATEST for one in expected):
        with pytest.raises(InvalidValue, match="and more, which 64 bits do not hold"):
            time_weighted(added, since, groups, GROUPS, length=found, initial=before, places=places)
        return
    averages = time_weighted(
        added, since, groups, GROUPS, length=found, initial=before, places=places
    )
    assert [averages.exact(number) for number in range(GROUPS)] == expected
    assert len(averages) == GROUPS
    whole = [one / unit for one in expected]
    assert averages.whole.tolist() == [one // 1 for one in whole]
    if all(one.denominator == 1 for one in whole):
        assert exactly(averages.quantities()) == expected
    else:
        with pytest.raises(InvalidValue, match="places do not hold"):
            averages.quantities()


def test_many_changes_are_read_block_by_block() -> None:
    rows = 60_000
    number = np.arange(rows)
    averages = time_weighted(
        np.full(rows, 10**9), number % 1000, number % 7, 7, length=1000, places=3
    )
    for group in range(7):
        of = number[group::7]
        area = 10**9 * sum(1000 - int(one) % 1000 for one in of)
        assert averages.exact(group) == Fraction(area, 1000 * 1000)


def test_the_average_of_no_change_is_the_level_at_the_beginning() -> None:
    averages = time_weighted([], [], [], 2, length=[24, 25], initial=[3, 0])
    assert exactly(averages.quantities()) == [3, 0]


@pytest.mark.parametrize(
    ("changes", "times", "length", "reason"),
    [
        ([1, 1], [0], 24, "2 changes need as many times, got 1"),
        ([1, 1], [0, 25], 24, "row 1 changes at 25, outside of a period of 24"),
        ([1, 1], [0, -1], 24, "row 1"),
        ([1, 1], [0, 1], 0, "a length above zero"),
        ([1, 1], [0, 1], [-1], "the period of group 0 has a length of -1"),
        ([1, 1], [0, 1], [1, 2], "lengths of periods needs 1 rows of 0 places, got 2"),
        ([1, 1], [0.5, 1.5], 24, "times"),
        ([1.5, 1], [0, 1], 24, "values"),
    ],
)
def test_what_has_no_average_over_time_is_refused(
    changes: object, times: object, length: object, reason: str
) -> None:
    with pytest.raises(InvalidValue, match=reason):
        time_weighted(changes, times, [0, 0], 1, length=length)


@pytest.mark.parametrize("into", [None, -1, 1.5, True, 2**60])
def test_how_many_groups_there_are_is_a_whole_number(into: Any) -> None:
    for ask in (
        lambda: aggregate(Aggregation.SUM, [1], [0], into),
        lambda: percentile([1], [0], into),
        lambda: high_water([1], [0], into),
        lambda: time_weighted([1], [0], [0], into, length=24),
    ):
        with pytest.raises(InvalidValue, match="how many groups there are is a whole number from"):
            ask()

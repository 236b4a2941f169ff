"""Allocation loses nothing, mirrors, and gives what is left over to whom its mode says."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.finance import AllocationMode, Money, allocate, allocate_apart, fit

TOTALS = st.builds(Money, st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
RATIOS = st.lists(st.fractions(0, 1000, max_denominator=60), min_size=1, max_size=12).filter(any)
WHOLE = st.sampled_from([m for m in AllocationMode if "separate" not in m.value])
APART = st.sampled_from([AllocationMode.SEPARATE, AllocationMode.BLOCK_SEPARATE])
STEPS = st.sampled_from([None, 1, 5])


@given(TOTALS, RATIOS, WHOLE, STEPS)
def test_an_allocation_loses_nothing(
    total: Money, ratios: list[Fraction], mode: AllocationMode, step: int | None
) -> None:
    shares = allocate(total, ratios, mode, step)
    assert sum(share.minor for share in shares) == total.minor
    assert len(shares) == len(ratios)


@given(TOTALS, RATIOS, APART)
def test_shares_and_rest_lose_nothing(
    total: Money, ratios: list[Fraction], mode: AllocationMode
) -> None:
    shares, rest = allocate_apart(total, ratios, mode)
    assert sum(share.minor for share in shares) + rest.minor == total.minor
    assert abs(rest.minor) < len(ratios) or mode is AllocationMode.BLOCK_SEPARATE


@given(TOTALS, RATIOS, WHOLE, STEPS)
def test_a_credit_splits_as_the_mirror_of_its_charge(
    total: Money, ratios: list[Fraction], mode: AllocationMode, step: int | None
) -> None:
    mirrored = tuple(-share for share in allocate(total, ratios, mode, step))
    assert allocate(-total, ratios, mode, step) == mirrored


@given(TOTALS, RATIOS, WHOLE)
def test_no_share_is_off_by_a_whole_unit_and_nothing_gets_nothing(
    total: Money, ratios: list[Fraction], mode: AllocationMode
) -> None:
    for share, ratio in zip(allocate(total, ratios, mode), ratios, strict=True):
        assert abs(share.minor - total.minor * ratio / sum(ratios)) < 1
        assert ratio or not share


@given(TOTALS, RATIOS, st.fractions(Fraction(1, 100), 100))
def test_only_the_proportion_of_the_ratios_matters(
    total: Money, ratios: list[Fraction], scale: Fraction
) -> None:
    scaled = [ratio * scale for ratio in ratios]
    for mode in (AllocationMode.LARGEST_REMAINDER, AllocationMode.LARGEST_RATIO):
        assert allocate(total, scaled, mode) == allocate(total, ratios, mode)
    blocks = AllocationMode.BLOCK_SEPARATE
    assert allocate_apart(total, scaled, blocks) == allocate_apart(total, ratios, blocks)


@pytest.mark.parametrize(
    ("mode", "shares"),
    [  # exactly 33 1/3, 50 and 16 2/3: one unit is left over
        (AllocationMode.LARGEST_REMAINDER, [33, 50, 17]),
        (AllocationMode.TO_FIRST, [34, 50, 16]),
        (AllocationMode.LARGEST_RATIO, [33, 51, 16]),
    ],
)
def test_who_gets_the_unit_left_over(mode: AllocationMode, shares: list[int]) -> None:
    split = allocate(Money(100, "USD"), [2, 3, 1], mode)
    assert [share.minor for share in split] == shares


@pytest.mark.parametrize(
    ("mode", "shares", "rest"),
    [(AllocationMode.SEPARATE, [75, 28], 1), (AllocationMode.BLOCK_SEPARATE, [72, 27], 5)],
)
def test_what_is_kept_apart(mode: AllocationMode, shares: list[int], rest: int) -> None:
    split, apart = allocate_apart(Money(104, "GBP"), ["0.8", "0.3"], mode)
    assert ([share.minor for share in split], apart.minor) == (shares, rest)


def test_a_cash_step_is_kept_and_the_odd_cent_is_not_lost() -> None:
    sevenths = allocate(Money.of("100.00", "CHF"), [1] * 7, AllocationMode.TO_FIRST, "0.05")
    assert [str(share.amount) for share in sevenths] == ["14.30"] * 5 + ["14.25"] * 2
    odd = allocate(Money.of("1.02", "CHF"), [1, 1], step="0.05")
    assert [str(share.amount) for share in odd] == ["0.52", "0.50"]


BAD_RATIOS: list[Any] = [[], [0, 0], [1, -1], [-1], [0.5, 0.5], ["x"], [True], [None]]


@pytest.mark.parametrize("ratios", BAD_RATIOS)
def test_ratios_that_cannot_split_are_refused(ratios: list[Any]) -> None:
    with pytest.raises(InvalidValue):
        allocate(Money(100, "EUR"), ratios)
    with pytest.raises(InvalidValue):
        allocate_apart(Money(100, "EUR"), ratios)


@pytest.mark.parametrize("step", ["0", "-0.05", "0.001", "0.015"])
def test_a_step_is_whole_minor_units(step: str) -> None:
    with pytest.raises(InvalidValue, match="minor units"):
        allocate(Money(100, "EUR"), [1, 1], step=step)


def test_each_function_refuses_the_modes_of_the_other() -> None:
    with pytest.raises(InvalidValue, match="allocate_apart"):
        allocate(Money(1, "EUR"), [1], AllocationMode.SEPARATE)
    with pytest.raises(InvalidValue, match="call allocate"):
        allocate_apart(Money(1, "EUR"), [1], AllocationMode.TO_FIRST)


PARTS = st.lists(st.fractions(-1000, 1000, max_denominator=997), min_size=1, max_size=12)


@given(PARTS)
def test_fitted_parts_add_up_and_stay_within_one_unit(parts: list[Fraction]) -> None:
    total = Money(round(sum(parts)), "JPY")
    fitted = fit(parts, total)
    assert sum(money.minor for money in fitted) == total.minor
    assert all(abs(m.minor - p) < 1 for m, p in zip(fitted, parts, strict=True))


@given(PARTS)
def test_fitted_parts_mirror(parts: list[Fraction]) -> None:
    total = Money(round(sum(parts)), "JPY")
    mirrored = tuple(-money for money in fit(parts, total))
    assert fit([-part for part in parts], -total) == mirrored


@given(PARTS, st.integers(2, 100))
def test_parts_are_not_forced_to_a_total_that_is_not_theirs(
    parts: list[Fraction], off: int
) -> None:
    assume(off > len(parts))
    with pytest.raises(InvalidValue, match="does not round to"):
        fit(parts, Money(round(sum(parts)) + off, "JPY"))

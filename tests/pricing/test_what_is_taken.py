"""What schemes take for their values, what they refuse, and the cliffs of what is looked up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount
from harmony_core.pricing import (
    AtLeast,
    AtMost,
    AtPeriodEnd,
    Band,
    BandTable,
    BeyondBlocks,
    BlockBand,
    CapacityStep,
    CapacitySteps,
    Commitment,
    Conversion,
    Converted,
    Discounted,
    Dynamic,
    FillUp,
    FillUpBlocks,
    FreeUnits,
    GraduatedPercentage,
    LookUp,
    LookUpBlocks,
    MinimumQuantity,
    Percentage,
    PercentOff,
    PerUnit,
    Ramp,
    Transactions,
    Uplift,
    Uplifted,
    cliffs,
)

EURO = ExactAmount.of(1, "EUR")
UNIT = PerUnit.of("10", "EUR")
DAY = date(2026, 1, 1)
ENDED = FillUpBlocks.of("EUR", [(10, 5, "7")])
HALF: Any = 1.5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Transactions(10, HALF), "a number of transactions is an int, got 1.5"),
        (lambda: Transactions(10, -1), "a number of transactions is zero or more, got -1"),
        (lambda: Transactions(10, 2, [50]), "one by one come to 50, but all of them to only 10"),
        (lambda: Transactions(10, 1, [5]), "come to 5, but a total of 10 is given"),
        (lambda: Transactions.summed(9, 3, [5, 4]), "running totals rise, but 4 follows 5"),
        (lambda: Percentage.of("1", "EUR", free_transactions=HALF), "is an int, got 1.5"),
        (lambda: Percentage.of("1", "EUR", free_transactions=-1), "is zero or more, got -1"),
        (lambda: Percentage(HALF, EURO), "a rate in percent.*1.5"),
        (lambda: Percentage(Fraction(1), EURO, free_amount=HALF), "a free amount.*1.5"),
        (lambda: Percentage(Fraction(1), HALF), "a charge per transaction is an ExactAmount"),
        (lambda: Dynamic("EUR", HALF), "a factor.*1.5"),
        (lambda: Commitment(UNIT, EURO, HALF), "an overage factor.*1.5"),
        (lambda: Commitment(UNIT, HALF), "a commitment is an ExactAmount, got 1.5"),
        (lambda: AtLeast(UNIT, HALF), "a limit of a charge is an ExactAmount, got 1.5"),
        (lambda: Band(HALF, EURO), "a band limit.*1.5"),
        (lambda: Band(None, HALF), "a unit price is an ExactAmount, got 1.5"),
        (lambda: Band(None, EURO, HALF), "a flat fee is an ExactAmount, got 1.5"),
        (lambda: BlockBand(EURO, HALF), "a block size.*1.5"),
        (lambda: BlockBand(EURO, Fraction(1), HALF), "a number of blocks is an int, got 1.5"),
        (lambda: BandTable.of("EUR", [(None,)]), r"\(up_to, price\).*got 1 cells"),
        (lambda: BandTable.of("EUR", [(None, 1, 2, 3, 4)]), "got 5 cells"),
        (lambda: BandTable.of_ranges("EUR", [(0, None)]), r"\(above, up_to, price\).*got 2 cells"),
        (lambda: GraduatedPercentage.of("EUR", [(0,)]), "got 1 cells"),
        (lambda: FillUpBlocks.of("EUR", [(1, 2)]), "got 2 cells"),  # type: ignore[list-item]
        (lambda: Discounted(UNIT, PercentOff(5)), "discounts are a list"),  # type: ignore[arg-type]
        (lambda: Discounted(UNIT, [5]), "a PercentOff or an AmountOff, got 5"),  # type: ignore[list-item]
    ],
)
def test_what_is_no_true_value_is_refused_in_words(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        make()


# --- combinations, however deep -------------------------------------------------------------------

CAPACITY: Any = CapacitySteps([CapacityStep.of("1", "EUR", {"users": None})])


@pytest.mark.parametrize(
    "inner",
    [Ramp.of((DAY, CAPACITY)), Uplifted(CAPACITY, Uplift.fixed(DAY, 3))],
    ids=["ramp", "uplifted"],
)
@pytest.mark.parametrize(
    "around",
    [
        lambda scheme: FreeUnits(scheme, 1),
        lambda scheme: MinimumQuantity(scheme, 1),
        lambda scheme: FreeUnits(AtLeast.of(scheme, "1"), 1),
        lambda scheme: MinimumQuantity(Discounted(scheme, [PercentOff(5)]), 1),
        lambda scheme: FreeUnits(Commitment.of(scheme, 1), 1),
    ],
)
def test_steps_of_capacity_are_found_however_deep(around: Callable[[Any], Any], inner: Any) -> None:
    with pytest.raises(InvalidValue, match="CapacitySteps takes a quantity for each unit"):
        around(inner)


@pytest.mark.parametrize(
    ("inner", "quantity"),
    [
        (AtMost.of(ENDED, "100"), 51),
        (Discounted(ENDED, [PercentOff(5)]), 51),
        (AtPeriodEnd(ENDED), 51),
        (FreeUnits(ENDED, 9), 60),
        (Converted(ENDED, Conversion.divide(10)), 501),
        (Ramp.of((DAY, UNIT), (date(2027, 1, 1), ENDED)), 51),
        (AtMost.of(Discounted(FreeUnits(ENDED, 9), [PercentOff(5)]), "100"), 60),
    ],
)
def test_a_minimum_beyond_the_blocks_is_found_however_deep(inner: Any, quantity: int) -> None:
    MinimumQuantity(inner, quantity - 1)
    with pytest.raises(InvalidValue, match="fewer than the minimum"):
        MinimumQuantity(inner, quantity)


@pytest.mark.parametrize(
    "inner",
    [
        Discounted(AtMost.of(UNIT, "5"), [PercentOff(5)]),
        FreeUnits(AtMost.of(UNIT, "5"), 2),
        Converted(AtMost.of(UNIT, "5"), Conversion.divide(10)),
        MinimumQuantity(AtMost.of(UNIT, "5"), 2),
        AtMost.of(AtMost.of(UNIT, "5"), "50"),
        AtPeriodEnd(AtMost.of(UNIT, "5")),
        FreeUnits(Discounted(Ramp.of((DAY, AtMost.of(UNIT, "5"))), [PercentOff(5)]), 2),
    ],
)
def test_a_minimum_above_a_maximum_is_found_however_deep(inner: Any) -> None:
    assert AtLeast.of(inner, 5).minimum.value == 5
    with pytest.raises(InvalidValue, match="at least 10 EUR and at most 5 EUR"):
        AtLeast.of(inner, 10)


def test_a_commitment_around_a_maximum_may_reach_the_minimum() -> None:
    promised = Commitment.of(AtMost.of(UNIT, "5"), "20")
    assert AtLeast.of(promised, "10").price(1).value == 20


# --- cliffs ---------------------------------------------------------------------------------------


def test_blocks_that_are_looked_up_have_cliffs() -> None:
    blocks = LookUpBlocks.of("USD", [(100, 10, "10"), (100, None, "1")])
    assert [blocks.price(units).value for units in (1000, 1001)] == [100, 11]
    (cliff,) = cliffs(blocks)
    assert [cliff.at, cliff.amount_at.value, cliff.amount_above.value] == [1000, 100, 11]
    assert [cliff.made_up_at, cliff.made_up_by] == [9900, 9901]
    assert [blocks.price(units).value for units in (9900, 9901)] == [99, 100]


def test_beyond_the_last_block_the_policy_says_whether_there_is_a_cliff() -> None:
    rows = [(100, 10, "10")]
    (end,) = cliffs(LookUpBlocks.of("USD", rows, BeyondBlocks.CHARGE_NOTHING))
    assert [end.at, end.amount_above.value, end.made_up_at, end.made_up_by] == [1000, 0, None, None]
    assert cliffs(LookUpBlocks.of("USD", rows, BeyondBlocks.LAST_BAND)) == ()
    assert cliffs(LookUpBlocks.of("USD", rows)) == ()


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(0, 9)), min_size=1, max_size=3
    ),
    st.tuples(st.integers(1, 6), st.integers(0, 9)),
)
def test_cliffs_of_blocks_are_where_the_price_falls(
    rows: list[tuple[int, int, int]], last: tuple[int, int]
) -> None:
    blocks = LookUpBlocks.of("EUR", [*rows, (last[0], None, last[1])])
    found = {cliff.at: cliff for cliff in cliffs(blocks)}
    end = sum(size * count for size, count, _ in rows)
    prices = [blocks.price(Fraction(units, 4)).value for units in range(4 * end + 200)]
    falls = [Fraction(n, 4) for n in range(len(prices) - 1) if prices[n + 1] < prices[n]]
    assert falls == sorted(found)
    for at, cliff in found.items():
        after = range(int(4 * at) + 1, len(prices))
        assert cliff.amount_at.value == prices[int(4 * at)]
        assert cliff.amount_above.value == prices[int(4 * at) + 1]
        enough = [n for n in after if prices[n] >= cliff.amount_at.value]
        if enough:
            assert cliff.made_up_at == Fraction(enough[0] - 1, 4)
            whole = [n // 4 for n in enough if n % 4 == 0]
            assert not whole or cliff.made_up_by == whole[0]


def test_what_is_filled_up_has_no_cliffs_and_other_schemes_are_refused() -> None:
    table = BandTable.of("EUR", [(10, "12"), (None, "8")])
    assert cliffs(FillUp(table)) == ()
    with pytest.raises(InvalidValue, match="below zero makes them fall"):
        cliffs(FillUp(BandTable.of("EUR", [(10, "12"), (None, "8", "-5")])))
    other: Any
    for other in (AtMost.of(LookUp(table), "100"), UNIT, ENDED):
        with pytest.raises(InvalidValue, match=f"{type(other).__name__} is not looked up"):
            cliffs(other)

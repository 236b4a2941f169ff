"""The memory of amounts is written again when nobody can see it any more, and only then."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from harmony_core.bulk import RatePlan
from harmony_core.pricing import PerUnit

ROWS = 1 << 19
"""So many are worth keeping."""


@pytest.fixture
def plan() -> RatePlan:
    return RatePlan([PerUnit.of("0.01", "EUR")])


def rated(plan: RatePlan, value: int, rows: int = ROWS) -> NDArray[np.int64]:
    return plan.rate(np.full(rows, value)).minor


def place(array: NDArray[np.int64]) -> int:
    return int(array.__array_interface__["data"][0])


def test_what_nobody_holds_is_written_again(plan: RatePlan) -> None:
    first = place(rated(plan, 1))
    gc.collect()
    assert place(rated(plan, 2)) == first


HOLDERS: dict[str, Callable[[NDArray[np.int64]], object]] = {
    "the amounts": lambda amounts: amounts,
    "some of them": lambda amounts: amounts[5:10],
    "some of some": lambda amounts: amounts[5:][::2][1:3],
    "in another shape": lambda amounts: amounts.reshape(2, -1)[1],
    "as other numbers": lambda amounts: amounts.view(np.uint64)[:3],
    "a memoryview": lambda amounts: amounts[:7].data,
    "numpy from a memoryview": lambda amounts: np.frombuffer(amounts.data, np.int64)[:2],
    "strided by hand": lambda amounts: np.lib.stride_tricks.as_strided(amounts[:9], (2, 2)),
}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
def test_what_somebody_sees_is_left_alone(
    plan: RatePlan, holder: Callable[[NDArray[np.int64]], object]
) -> None:
    held = holder(rated(plan, 1))
    for value in (2, 3):
        assert rated(plan, value).tolist() == [value] * ROWS
    assert set(np.ravel(np.asarray(held)).tolist()) == {1}


def test_arrow_columns_hold_their_amounts(plan: RatePlan) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    column = pyarrow.array(plan.rate(np.full(ROWS, 1)))
    rated(plan, 2)
    assert set(column.to_pylist()) == {1}


def test_amounts_outlive_their_plan() -> None:
    amounts = rated(RatePlan([PerUnit.of("0.01", "EUR")]), 1)
    gc.collect()
    rated(RatePlan([PerUnit.of("0.01", "EUR")]), 2)
    assert set(amounts.tolist()) == {1}


def test_another_size_gets_memory_of_its_own(plan: RatePlan) -> None:
    rated(plan, 1)
    longer = rated(plan, 2, ROWS + 1)
    assert len(longer) == ROWS + 1
    assert set(longer.tolist()) == {2}


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_a_plan_that_was_copied_rates_on(
    plan: RatePlan, again: Callable[[RatePlan], RatePlan]
) -> None:
    rated(plan, 1)
    one, other = rated(plan, 2), rated(again(plan), 3)
    assert set(one.tolist()) == {2}
    assert set(other.tolist()) == {3}

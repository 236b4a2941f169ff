"""Sums by codes are those of plain loops, and contribution is what the books' reports say."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.bulk import Figure, cube, profit_cube
from harmony_core.errors import InvalidValue
from harmony_core.finance import (
    Booked,
    Contribution,
    CostView,
    Group,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    Role,
    dimensions,
    profit_facts,
)
from harmony_core.periods import Month

SIZES = (3, 1, 4)
TYPES = st.sampled_from([np.int8, np.uint16, np.int32, np.int64, list])
ROW = st.tuples(
    st.integers(-(2**62), 2**62) | st.integers(-500, 500),
    *(st.integers(0, size - 1) for size in SIZES),
)


def column(values: list[int], kind: Any) -> Any:
    return values if kind is list else np.array(values, kind)


@given(st.lists(ROW), TYPES)
def test_a_cell_is_the_sum_of_its_rows(rows: list[tuple[int, ...]], kind: Any) -> None:
    expected: dict[tuple[int, ...], int] = defaultdict(int)
    for value, *codes in rows:
        expected[tuple(codes)] += value
    axes = [(column([row[n + 1] for row in rows], kind), size) for n, size in enumerate(SIZES)]
    values = [row[0] for row in rows]
    if any(abs(sum_) >= 2**63 for sum_ in expected.values()):
        with pytest.raises(InvalidValue, match=r"the values of cell \(\d, 0, \d\) sum to"):
            cube(values, *axes)
        return
    found = cube(np.array(values, np.int64), *axes)
    assert found.shape == SIZES
    assert {place: int(sum_) for place, sum_ in np.ndenumerate(found)} == {
        place: expected[place] for place in np.ndindex(*SIZES)
    }


def test_sums_go_over_many_blocks() -> None:
    codes = np.arange(100_000) % 7
    found = cube(np.full(100_000, 3), (codes, 7))
    assert found.tolist() == [3 * (100_000 // 7 + (code < 100_000 % 7)) for code in range(7)]


@pytest.mark.parametrize(
    ("values", "axes", "message"),
    [
        ([1], (), "needs an axis"),
        ([1, 2], (([0], 1),), "2 values need as many codes, axis 0 has 1"),
        ([1], (([0], 1), ([2], 2)), "row 0 has the code 2 on axis 1, but there are codes 0 to 1"),
        ([1], (([-1], 2),), "row 0 has the code -1 on axis 0"),
        ([1], (([0], 0),), "axis 0 has 0 codes"),
        ([1], (([0], 2**20), ([0], 2**20)), "1048576 x 1048576 are 1,099,511,627,776 cells"),
        ([1.5], (([0], 1),), "floats"),
        (np.ma.array([1], mask=[True]), (([0], 1),), "row 0 has no value"),
        ([1], ((np.ma.array([0], mask=[True]), 1),), "row 0 has no code on axis 0"),
    ],
)
def test_what_is_no_cube_is_refused(values: Any, axes: Any, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        cube(values, *axes)


# --- contribution -------------------------------------------------------------------------------

ROLES = {
    Figure.REVENUE: (Role.REVENUE, "revenue.resale", Role.BREAKAGE_REVENUE),
    Figure.DIRECT_COST: (Role.COST_OF_SALES, Role.EXPENSE_COST),
    Figure.LABOUR_COST: (Role.LABOUR_COST,),
    Figure.TRANSFER_COST: (Role.INTERCOMPANY_COST, Role.INTERCOMPANY_REVENUE),
}
GROUP = Group(
    "NB", "Northbridge", "EUR", (LegalEntity("DE", "GmbH", "DE", "EUR"),), date(2026, 1, 1)
)
LINE = st.tuples(
    st.integers(-(10**6), 10**6),
    st.sampled_from(Figure),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 2),
)


def line(role: str, minor: int, contract: int) -> JournalLine:
    money = Money(minor, "EUR")
    return JournalLine(role, "1", Booked(money, money, money), dimensions(contract=f"C-{contract}"))


@given(st.lists(LINE))
def test_contribution_is_what_the_books_say(lines: list[tuple[int, Figure, int, int, int]]) -> None:
    entries = []
    for number, (minor, figure, contract, month, which) in enumerate(lines):
        role = ROLES[figure][which % len(ROLES[figure])]
        both = line(role, minor, contract), line(Role.RECEIVABLE, -minor, contract)
        day = date(2026, month + 1, 5)
        entries.append(JournalEntry(f"E-{number}", "DE", day, "any", "S-1", both))
    facts = profit_facts(entries, CostView.ENTITY, GROUP)
    found = profit_cube(
        [one[0] for one in lines],
        [one[1] for one in lines],
        ([one[2] for one in lines], 3),
        ([one[3] for one in lines], 4),
        currency="EUR",
    )
    for contract, month in np.ndindex(3, 4):
        cells = facts.where(contract=f"C-{contract}")
        figures = [fact.figures for fact in cells if fact.month == Month(2026, month + 1)]
        expected = sum(figures, Contribution.zero("EUR"))
        cell = found.at(contract, month)
        assert cell.contribution == expected.contribution
        assert cell.revenue == expected.revenue
        assert cell.percent == expected.percent
        assert found.contribution[contract, month] == expected.contribution.minor
    total = found.summed(0, 1)
    assert Money(int(total.contribution), "EUR") == facts.total.contribution
    by_month = found.summed(0)
    assert by_month.summed(0).at() == total.at()
    assert by_month.contribution.tolist() == found.contribution.sum(axis=0).tolist()


def test_sums_beyond_64_bits_are_exact_or_refused() -> None:
    most = 2**62
    found = profit_cube([-most, -most, most, most], [0, 0, 1, 1], ([0, 1, 0, 1], 2), currency="EUR")
    with pytest.raises(InvalidValue, match="does not fit 64 bits"):
        found.summed(0)
    assert found.contribution.tolist() == [0, 0]
    turned = profit_cube([-most, -most, most, 0], [0, 0, 0, 0], ([0, 1, 2, 3], 4), currency="EUR")
    assert int(turned.summed(0).revenue) == most
    lossy = profit_cube([-most, -most], [0, 3], ([0, 0], 1), currency="EUR")
    with pytest.raises(InvalidValue, match="does not fit 64 bits"):
        _ = lossy.contribution


def test_a_cell_that_there_is_not_is_refused() -> None:
    found = profit_cube([1], [0], ([0], 2), currency="EUR")
    for codes in ((2,), (-1,), (), (0, 0)):
        with pytest.raises(InvalidValue, match=r"cells of the codes \(2,\)"):
            found.at(*codes)
    with pytest.raises(InvalidValue, match="axes 0 to 0"):
        found.summed(1)
    with pytest.raises(InvalidValue, match="row 0 has the code 4 on axis 1"):
        profit_cube([1], [4], ([0], 2), currency="EUR")

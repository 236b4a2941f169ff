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
TYPES = st.sampled_from(["i1", "u2", "i4", "<u4", ">i4", "i8", ">i8", "u8", list])
ROW = st.tuples(
    st.integers(-(2**62), 2**62) | st.integers(-500, 500),
    *(st.integers(0, size - 1) for size in SIZES),
)


def column(values: list[int], kind: Any, step: int = 1) -> Any:
    return values if kind is list else np.repeat(np.array(values, kind), step)[::step]


@given(st.lists(ROW), st.tuples(TYPES, TYPES, TYPES), st.integers(1, 2))
def test_a_cell_is_the_sum_of_its_rows(
    rows: list[tuple[int, ...]], kinds: tuple[Any, ...], step: int
) -> None:
    expected: dict[tuple[int, ...], int] = defaultdict(int)
    for value, *codes in rows:
        expected[tuple(codes)] += value
    axes = [
        (column([row[n + 1] for row in rows], kinds[n], step), size) for n, size in enumerate(SIZES)
    ]
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


def test_codes_in_chunks_and_with_a_mask_are_read_over_many_blocks() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    rows = 100_000
    codes, other = np.arange(rows) % 7, np.arange(rows) % 3
    chunked = pyarrow.chunked_array([codes[:99], codes[99:60_000], codes[60_000:]])
    masked = np.ma.array(other.astype(np.uint8), mask=np.zeros(rows, bool))
    found = cube(np.arange(rows) - 50_000, (chunked, 7), (masked, 3))
    expected = [[0] * 3 for _ in range(7)]
    for row in range(rows):
        expected[row % 7][row % 3] += row - 50_000
    assert found.tolist() == expected


def test_categories_are_refused_with_the_way_to_their_codes() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    words = pyarrow.array(["C-1", "C-2"]).dictionary_encode()
    with pytest.raises(InvalidValue, match=r"axis 0 .* column of categories: pass its codes"):
        cube([1, 2], (words, 2))
    assert cube([1, 2], (words.indices, 2)).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("values", "axes", "message"),
    [
        ([1], (), "needs an axis"),
        ([1, 2], (([0], 1),), "2 values need as many codes, axis 0 has 1"),
        ([1], (([0], 1), ([2], 2)), "row 0 has the code 2 on axis 1, but there are codes 0 to 1"),
        ([1], (([-1], 2),), "row 0 has the code -1 on axis 0"),
        ([1, 1], ((np.array([0, -1], np.int8), 200),), "row 1 has the code -1 on axis 0"),
        ([1], ((np.array([2**64 - 1], np.uint64), 2),), f"the code {2**64 - 1} on axis 0"),
        ([1], ((np.array([2**32], np.int64), 2),), f"the code {2**32} on axis 0"),
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


@given(st.lists(LINE), st.lists(st.integers(0, 1), min_size=3, max_size=3))
def test_rolled_up_is_as_if_the_lines_had_the_coarser_codes(
    lines: list[tuple[int, Figure, int, int, int]], customer_of: list[int]
) -> None:
    minor, figure, contract, month = ([line[n] for line in lines] for n in range(4))
    months = month, 4
    found = profit_cube(minor, figure, (contract, 3), months, currency="EUR")
    customer = [customer_of[code] for code in contract]
    expected = profit_cube(minor, figure, (customer, 2), months, currency="EUR")
    rolled = found.rolled_up(0, (customer_of, 2))
    assert rolled.contribution.tolist() == expected.contribution.tolist()
    assert [rolled.at(*place) for place in np.ndindex(2, 4)] == [
        expected.at(*place) for place in np.ndindex(2, 4)
    ]
    halves = found.rolled_up(1, ([0, 0, 1, 1], 2))
    assert halves.summed(1).revenue.tolist() == found.summed(1).revenue.tolist()


def test_what_does_not_roll_up_is_refused() -> None:
    most = 2**62
    found = profit_cube([-most, -most], [0, 0], ([0, 1], 2), currency="EUR")
    with pytest.raises(InvalidValue, match=r"the values of cell \(0,\) sum to 9223372036854775808"):
        found.rolled_up(0, ([0, 0], 1))
    with pytest.raises(InvalidValue, match="2 values need as many codes, axis 0 rolled up has 1"):
        found.rolled_up(0, ([0], 1))
    with pytest.raises(InvalidValue, match="row 1 has the code 1 on axis 0 rolled up"):
        found.rolled_up(0, ([0, 1], 1))
    with pytest.raises(InvalidValue, match="the cube has axes 0 to 0, got 1"):
        found.rolled_up(1, ([0, 0], 1))


def test_a_figure_beyond_64_bits_is_refused_with_its_cell() -> None:
    with pytest.raises(InvalidValue, match=r"the values of cell \(1,\), LABOUR_COST, sum to"):
        profit_cube([2**62, 2**62], [2, 2], ([1, 1], 2), currency="EUR")


def test_a_cell_that_there_is_not_is_refused() -> None:
    found = profit_cube([1], [0], ([0], 2), currency="EUR")
    for codes in ((2,), (-1,), (), (0, 0)):
        with pytest.raises(InvalidValue, match=r"cells of the codes \(2,\)"):
            found.at(*codes)
    with pytest.raises(InvalidValue, match="axes 0 to 0"):
        found.summed(1)
    with pytest.raises(InvalidValue, match="row 0 has the code 4 on the axis of figures"):
        profit_cube([1], [4], ([0], 2), currency="EUR")

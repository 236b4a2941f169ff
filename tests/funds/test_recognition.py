"""When the price of a block is earned."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.finance import Money, money_sum
from harmony_core.funds import (
    Allocation,
    Block,
    Draw,
    FundUse,
    draw_down,
    drawn_value,
    fund_recognition,
    recognise_block,
)

PRICE = Money.of("2500.00", "EUR")
BLOCK = Block.of_days("B", "hours", 30, date(2026, 1, 1), date(2026, 3, 31), price=PRICE)


def test_the_known_figures() -> None:
    periods = fund_recognition(PRICE, 30, [FundUse.of(7), FundUse.of(11), FundUse.of(5, True)])
    assert [str(period.recognised.amount) for period in periods] == ["583.33", "916.67", "416.67"]
    assert [str(period.breakage.amount) for period in periods] == ["0.00", "0.00", "583.33"]
    assert [str(period.deferred.amount) for period in periods] == ["1916.67", "1000.00", "0.00"]


def test_the_same_figures_from_the_draws_themselves() -> None:
    draws = [
        Draw("jan", date(2026, 1, 20), 7),
        Draw("feb", date(2026, 2, 3), 11),
        Draw("mar", date(2026, 3, 31), 5),
    ]
    allocations = draw_down([BLOCK], draws).allocations
    ends = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 30), date(2026, 3, 31)]
    values = [recognise_block(BLOCK, allocations, day) for day in ends]
    assert [str(value.used.amount) for value in values] == [
        "583.33",
        "1500.00",
        "1500.00",
        "1916.67",
    ]
    assert [str(value.breakage.amount) for value in values] == ["0.00", "0.00", "0.00", "583.33"]
    assert [str(value.deferred.amount) for value in values] == [
        "1916.67",
        "1000.00",
        "1000.00",
        "0.00",
    ]
    assert drawn_value(BLOCK, allocations, ends[1]) == Money.of("1500.00", "EUR")


@given(
    st.integers(1, 10_000_000),
    st.integers(1, 400),
    st.lists(st.tuples(st.integers(0, 100), st.booleans())),
)
def test_the_parts_are_the_price_at_every_moment(
    minor: int, quantity: int, uses: list[tuple[int, bool]]
) -> None:
    price = Money(minor, "EUR")
    periods = fund_recognition(price, quantity, [FundUse.of(use, end) for use, end in uses])
    for number, period in enumerate(periods, start=1):
        so_far = periods[:number]
        earned = money_sum([one.recognised + one.breakage for one in so_far], "EUR")
        assert earned + period.deferred == price
        assert period.deferred >= Money.zero("EUR")
        assert period.recognised >= Money.zero("EUR")


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 40)), max_size=8), st.integers(0, 99))
def test_a_block_and_its_draws_split_the_price(uses: list[tuple[int, int]], through: int) -> None:
    start = date(2026, 1, 1)
    parts = [
        Allocation(f"w{n}", "B", start + timedelta(days=day), Fraction(quantity))
        for n, (day, quantity) in enumerate(uses)
    ]
    value = recognise_block(BLOCK, parts, start + timedelta(days=through))
    assert value.used + value.breakage + value.deferred == PRICE
    assert value.used.exact.value == value.explanation.evaluate()
    later = recognise_block(BLOCK, parts, start + timedelta(days=through + 1))
    assert later.used >= value.used, "what was earned stays earned"


def test_a_late_draw_moves_breakage_to_use() -> None:
    periods = fund_recognition(PRICE, 30, [FundUse.of(15, True), FundUse.of(3)])
    assert periods[1].recognised == Money.of("250.00", "EUR")
    assert periods[1].breakage == Money.of("-250.00", "EUR")


def test_use_beyond_the_block_earns_nothing_more() -> None:
    [period] = fund_recognition(PRICE, 30, [FundUse.of(31)])
    assert period.recognised == PRICE


def test_draws_on_other_blocks_do_not_count() -> None:
    other = Allocation("w", "C", date(2026, 1, 2), Fraction(3))
    assert drawn_value(BLOCK, [other], date(2026, 1, 31)) == Money.zero("EUR")


def test_a_block_that_never_ends_breaks_never() -> None:
    block = Block("B", "hours", 30, date(2026, 1, 1), price=PRICE)
    assert recognise_block(block, [], date(2099, 1, 1)).breakage == Money.zero("EUR")


def test_a_block_without_a_price_has_nothing_to_earn() -> None:
    with pytest.raises(InvalidValue, match="block 'B' has no price"):
        drawn_value(Block("B", "hours", 1, date(2026, 1, 1)), [], date(2026, 1, 1))


@pytest.mark.parametrize(("quantity", "used"), [(0, 1), (-1, 1), (1, -1)])
def test_impossible_quantities_are_refused(quantity: int, used: int) -> None:
    with pytest.raises(InvalidValue):
        fund_recognition(PRICE, quantity, [FundUse.of(used)])

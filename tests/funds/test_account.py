"""The statement of a fund over days, and the warnings on its way down."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.finance import Money
from harmony_core.funds import (
    Basis,
    Block,
    Draw,
    Overage,
    OverageMode,
    Refund,
    TopUp,
    WarningLevel,
    draw_down,
    fund_account,
    levels_reached,
    recognise_block,
)
from harmony_core.periods import Month, Span

YEAR = date(2026, 1, 1)
NEGATIVE = Overage(OverageMode.NEGATIVE)

days = st.integers(0, 200).map(lambda number: YEAR + timedelta(days=number))
quantities = st.integers(0, 40).map(lambda quarters: Fraction(quarters, 4))


@st.composite
def funds(draw: st.DrawFn) -> list[Block]:
    rows = draw(st.lists(st.tuples(days, st.none() | st.integers(1, 90), quantities), max_size=4))
    return [
        Block(
            f"B{number}",
            "hours",
            quantity + 1,
            start,
            None if length is None else start + timedelta(days=length),
        )
        for number, (start, length, quantity) in enumerate(rows)
    ]


@st.composite
def work(draw: st.DrawFn) -> list[Draw]:
    rows = draw(st.lists(st.tuples(days, quantities, st.integers(-20, 60)), max_size=6))
    return [
        Draw(f"w{number}", day, quantity, recorded_on=day + timedelta(days=late))
        for number, (day, quantity, late) in enumerate(rows)
    ]


overages = st.sampled_from([Overage(), NEGATIVE])
top_ups = st.sampled_from([None, TopUp(Fraction(2), by=Fraction(5), valid_months=1)])


@given(st.data(), st.sampled_from(Basis), overages, top_ups, st.none() | days)
def test_the_statement_adds_up_on_every_day(
    data: st.DataObject,
    basis: Basis,
    overage: Overage,
    top_up: TopUp | None,
    known: date | None,
) -> None:
    blocks, draws = data.draw(funds()), data.draw(work())
    billed = {draw.id: draw.known_on + timedelta(days=5) for draw in draws[::2]}
    refunds = [
        Refund(f"r{number}", block.id, data.draw(days), Fraction(1), agreed=True)
        for number, block in enumerate(blocks[:2])
    ]
    cuts = sorted({data.draw(days) for _ in range(3)})

    def account(start: date, end: date) -> tuple[Fraction, Fraction]:
        one = fund_account(
            blocks,
            draws,
            Span(start, end),
            basis=basis,
            billed=billed,
            known=known,
            overage=overage,
            refunds=refunds,
            top_up=top_up,
        )
        assert one.opening + one.bought - one.drawn - one.lapsed - one.refunded == one.closing
        assert one.explanation.evaluate() == one.closing
        return one.opening, one.closing

    ends = [YEAR, *(day for day in cuts if day > YEAR), date(2026, 12, 31)]
    accounts = [account(start, end) for start, end in pairwise(ends)]
    opening, closing = account(ends[0], ends[-1])
    flat = [value for pair in accounts for value in pair]
    assert flat[0] == opening
    assert flat[-1] == closing
    assert flat[1:-1:2] == flat[2::2], "one statement closes where the next one opens"


def march(number: int) -> Span:
    return Month(2026, number).span


def test_a_month_as_worked_as_posted_and_as_billed() -> None:
    block = Block.of_days("B", "hours", 10, date(2026, 3, 1), date(2026, 4, 30))
    draws = [
        Draw("w1", date(2026, 3, 10), 3),
        Draw("w2", date(2026, 3, 20), 2, recorded_on=date(2026, 4, 2)),
    ]
    closings = {
        basis: [
            fund_account(
                [block], draws, march(month), basis=basis, billed={"w1": date(2026, 4, 1)}
            ).closing
            for month in (3, 4)
        ]
        for basis in Basis
    }
    assert closings == {Basis.WORKED: [5, 0], Basis.POSTED: [7, 0], Basis.BILLED: [10, 0]}


def test_work_keyed_after_the_block_lapsed_takes_the_lapse_back() -> None:
    block = Block.of_days("B", "hours", 10, date(2026, 3, 1), date(2026, 3, 31))
    late = [Draw("w", date(2026, 3, 10), 7, recorded_on=date(2026, 4, 2))]
    april = fund_account([block], late, march(4), basis=Basis.POSTED)
    assert [april.opening, april.drawn, april.lapsed, april.closing] == [0, 7, -7, 0]


def test_an_account_as_billed_needs_to_know_what_was_billed() -> None:
    with pytest.raises(InvalidValue, match="give billed"):
        fund_account([], [], march(3), basis=Basis.BILLED)


TEN = Block("B", "hours", 10, YEAR)
LEVELS = [WarningLevel(percent_used=50), WarningLevel(percent_used=80), WarningLevel(units_left=2)]


def reached(draws: list[Draw], top_up: TopUp | None = None) -> list[tuple[str, str]]:
    statement = draw_down([TEN], draws, overage=NEGATIVE, top_up=top_up)
    found = levels_reached([TEN], statement, LEVELS)
    for one in found:
        assert one.explanation.evaluate() == one.explanation.value
    return [(one.draw_id, str(one.explanation.value)) for one in found]


def test_the_draw_that_crossed_a_level_is_named_once() -> None:
    draws = [Draw(f"w{n}", date(2026, 2, n), 3) for n in (1, 2, 3, 4)]
    assert reached(draws) == [("w2", "60"), ("w3", "90"), ("w3", "1")]


def test_a_top_up_brings_a_level_back_and_it_can_be_reached_again() -> None:
    draws = [Draw(f"w{n}", date(2026, 2, n), 9) for n in (1, 2, 3)]
    draws.append(Draw("w4", date(2026, 2, 4), 1))
    found = reached(draws, TopUp(Fraction(2), by=Fraction(10)))
    assert found == [("w2", "90"), ("w2", "90"), ("w2", "2"), ("w4", "2")]


@given(work(), overages)
def test_a_level_is_reached_by_the_first_draw_that_leaves_so_little(
    draws: list[Draw], overage: Overage
) -> None:
    statement = draw_down([TEN], draws, overage=overage)
    [*found] = levels_reached([TEN], statement, [WarningLevel(units_left=4)])
    left, first = Fraction(10), None
    for part in statement.allocations:
        left -= part.quantity
        if left <= 4 and first is None:
            first = part.draw_id
    assert [one.draw_id for one in found] == ([] if first is None else [first])


def test_a_level_is_one_of_two_things() -> None:
    with pytest.raises(InvalidValue, match="give one"):
        WarningLevel()
    with pytest.raises(InvalidValue, match="0 % used is always reached"):
        WarningLevel(percent_used=0)


PAID = Block.of_days("P", "hours", 30, YEAR, date(2026, 3, 31), price=Money.of("2500.00", "EUR"))


@given(work(), st.integers(1, 30), st.none() | st.integers(0, 2500), days)
def test_the_price_is_used_lapsed_deferred_or_paid_back(
    draws: list[Draw], units: int, amount: int | None, through: date
) -> None:
    money = None if amount is None else Money.of(amount, "EUR")
    refunds = [Refund("r", "P", date(2026, 2, 1), Fraction(units), money, agreed=True)]
    statement = draw_down([PAID], draws, refunds=refunds)
    value = recognise_block(PAID, statement.allocations, through, refunds=refunds)
    assert value.used + value.breakage + value.deferred + value.refunded == PAID.price
    assert value.explanation.evaluate() == value.used.exact.value
    assert min(value.used, value.breakage, value.deferred, value.refunded) >= Money.zero("EUR")


def test_no_more_than_the_price_is_paid_back() -> None:
    back = [Refund("r", "P", date(2026, 2, 1), Fraction(1), Money.of("2500.01", "EUR"))]
    with pytest.raises(InvalidValue, match="as goodwill"):
        recognise_block(PAID, [], date(2026, 3, 1), refunds=back)

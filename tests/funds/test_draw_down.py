"""Draws against blocks: laws first, then known figures, then awkward cases."""

from __future__ import annotations

from datetime import date, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import ExactAmount, Money
from harmony_core.funds import (
    Block,
    Draw,
    DrawOrder,
    FundStatement,
    Overage,
    OverageMode,
    Process,
    draw_down,
)
from harmony_core.periods import Span

YEAR = date(2026, 1, 1)
BILLED = Overage(OverageMode.BILL, ExactAmount.of("95.00", "EUR"))

days = st.integers(0, 364).map(lambda number: YEAR + timedelta(days=number))
quantities = st.integers(0, 80).map(lambda quarters: Fraction(quarters, 4))
multipliers = st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(2), Fraction(1, 2)])


@st.composite
def funds(draw: st.DrawFn) -> list[Block]:
    count = draw(st.integers(0, 5))
    blocks = []
    for number in range(count):
        start = draw(days)
        length = draw(st.none() | st.integers(1, 200))
        end = None if length is None else start + timedelta(days=length)
        quantity = draw(st.integers(1, 80).map(lambda quarters: Fraction(quarters, 4)))
        blocks.append(Block(f"B{number}", "hours", quantity, start, end))
    return blocks


@st.composite
def consumption(draw: st.DrawFn) -> list[Draw]:
    count = draw(st.integers(0, 8))
    return [
        Draw(
            f"w{number}",
            draw(days),
            draw(quantities),
            draw(multipliers),
            draw(st.none() | st.sampled_from([time(9), time(14, 30)])),
        )
        for number in range(count)
    ]


policies = st.sampled_from([BILLED, Overage(), Overage(OverageMode.NEGATIVE)])
orders = st.sampled_from(DrawOrder)


@given(funds(), consumption(), orders, policies, st.none() | days)
def test_what_was_purchased_is_drawn_remains_or_has_lapsed(
    blocks: list[Block],
    draws: list[Draw],
    order: DrawOrder,
    overage: Overage,
    as_of: date | None,
) -> None:
    statement = draw_down(blocks, draws, order, overage=overage, as_of=as_of)
    for block_id, balance in statement.balances:
        assert balance.purchased == balance.drawn + balance.remaining + balance.lapsed
        taken = [part.quantity for part in statement.allocations if part.block_id == block_id]
        assert balance.drawn == sum(taken)
    total = statement.total
    assert total.purchased == sum(block.quantity for block in blocks)
    assert total.purchased == total.drawn + total.remaining + total.lapsed


@given(funds(), st.data(), orders, policies)
def test_the_order_of_arrival_does_not_matter(
    blocks: list[Block], data: st.DataObject, order: DrawOrder, overage: Overage
) -> None:
    draws = data.draw(consumption())
    shuffled = data.draw(st.permutations(draws))
    again = data.draw(st.permutations(blocks))
    assert draw_down(blocks, draws, order, overage=overage) == draw_down(
        again, shuffled, order, overage=overage
    )


@given(funds(), consumption(), orders, st.sampled_from([BILLED, Overage()]))
def test_no_block_goes_below_zero_unless_the_policy_says_so(
    blocks: list[Block], draws: list[Draw], order: DrawOrder, overage: Overage
) -> None:
    statement = draw_down(blocks, draws, order, overage=overage)
    assert all(quantity >= 0 for quantity in statement.remaining.values())


@given(funds(), consumption(), orders, policies)
def test_every_unit_of_every_draw_has_one_fate(
    blocks: list[Block], draws: list[Draw], order: DrawOrder, overage: Overage
) -> None:
    statement = draw_down(blocks, draws, order, overage=overage)
    for draw in draws:
        taken = sum(p.quantity for p in statement.allocations if p.draw_id == draw.id)
        over = sum(line.units for line in statement.overage if line.draw_id == draw.id)
        refused = sum(one.quantity for one in statement.denied if one.draw_id == draw.id)
        assert taken + over + refused == draw.units
        assert not (refused and taken), "a refused draw takes nothing"


@given(funds(), consumption(), orders)
def test_draws_take_only_from_blocks_of_their_day(
    blocks: list[Block], draws: list[Draw], order: DrawOrder
) -> None:
    by_id = {block.id: block for block in blocks}
    for part in draw_down(blocks, draws, order).allocations:
        assert by_id[part.block_id].covers(part.day)


@given(funds(), consumption(), st.booleans())
def test_overage_is_billed_as_its_explanation_says(
    blocks: list[Block], draws: list[Draw], in_block_units: bool
) -> None:
    policy = Overage(OverageMode.BILL, ExactAmount.of("94.99", "EUR"), in_block_units)
    for line in draw_down(blocks, draws, overage=policy).overage:
        assert line.amount.exact.value == line.explanation.value == line.explanation.evaluate()
        assert line.amount == (ExactAmount.of("94.99", "EUR") * line.quantity).settle()


A = Block.of_days("A", "hours", 10, date(2026, 1, 1), date(2026, 12, 31))
B = Block.of_days("B", "hours", 5, date(2026, 3, 1), date(2026, 3, 31))


def taken(statement: FundStatement) -> list[tuple[str, str, Fraction | int]]:
    return [(part.draw_id, part.block_id, part.quantity) for part in statement.allocations]


def test_the_order_of_blocks_is_worth_money() -> None:
    march = [Draw("w", date(2026, 3, 10), 7)]
    kind = draw_down([A, B], march, as_of=date(2026, 4, 1))
    assert taken(kind) == [("w", "B", 5), ("w", "A", 2)]
    assert kind.lapsed == {}
    strict = draw_down([A, B], march, DrawOrder.START, as_of=date(2026, 4, 1))
    assert taken(strict) == [("w", "A", 7)]
    assert strict.lapsed == {"B": 5}
    assert strict.remaining == {"A": 3, "B": 0}
    assert strict.available == {"A": 3}


@pytest.mark.parametrize(("in_block_units", "amount"), [(False, "100.00"), (True, "150.00")])
def test_overage_in_clock_hours_or_in_block_hours(in_block_units: bool, amount: str) -> None:
    block = Block.of_days("A", "hours", 3, date(2026, 1, 1), date(2026, 12, 31))
    policy = Overage(OverageMode.BILL, ExactAmount.of(100, "EUR"), in_block_units)
    [line] = draw_down([block], [Draw("w", date(2026, 2, 2), 3, "1.5")], overage=policy).overage
    assert line.amount == Money.of(amount, "EUR")
    assert line.units == Fraction(3, 2)


@pytest.mark.parametrize(("in_block_units", "amount"), [(False, "90.00"), (True, "180.00")])
def test_overage_with_no_block_at_all(in_block_units: bool, amount: str) -> None:
    policy = Overage(OverageMode.BILL, ExactAmount.of(90, "EUR"), in_block_units)
    [line] = draw_down([], [Draw("w", date(2026, 2, 2), 1, 2)], overage=policy).overage
    assert line.amount == Money.of(amount, "EUR")


def test_a_denied_draw_takes_nothing_and_leaves_room_for_a_smaller_one() -> None:
    block = Block("A", "hours", 3, YEAR)
    draws = [Draw("big", date(2026, 2, 2), 4), Draw("small", date(2026, 2, 3), 3)]
    statement = draw_down([block], draws)
    assert taken(statement) == [("small", "A", 3)]
    [denial] = statement.denied
    assert denial.draw_id == "big"
    assert denial.quantity == 4
    assert denial.available == 3


def test_a_negative_balance_lands_on_the_last_block_in_order() -> None:
    never_ends = Block("C", "hours", 1, YEAR)
    statement = draw_down(
        [never_ends, B],
        [Draw("w", date(2026, 3, 10), 9)],
        overage=Overage(OverageMode.NEGATIVE),
        as_of=date(2026, 4, 1),
    )
    assert statement.remaining == {"B": 0, "C": -3}
    assert statement.balance("C").available == 0
    assert statement.overage == ()


def test_a_negative_balance_needs_a_block_to_stand_on() -> None:
    outside = Draw("w", date(2026, 5, 1), 1)
    statement = draw_down([B], [outside], overage=Overage(OverageMode.NEGATIVE))
    assert [denial.draw_id for denial in statement.denied] == ["w"]


def test_keying_order_gives_another_bill_only_where_the_contract_says_arrival() -> None:
    block = Block.of_days("A", "hours", 10, date(2026, 3, 1), date(2026, 3, 31))
    draws = [
        Draw("e1", date(2026, 3, 20), 6),
        Draw("e2", date(2026, 3, 25), 4),
        Draw("e3", date(2026, 3, 5), 3),
    ]
    arrival = draw_down([block], draws, overage=BILLED, process=Process.ARRIVAL)
    assert taken(arrival) == [("e1", "A", 6), ("e2", "A", 4)]
    [line] = arrival.overage
    assert line.draw_id == "e3"
    assert line.quantity == 3


def test_arrival_follows_the_day_of_recording() -> None:
    late = Draw("late", date(2026, 3, 5), 3, recorded_on=date(2026, 4, 2))
    early = Draw("early", date(2026, 3, 20), 8, recorded_on=date(2026, 3, 21))
    statement = draw_down([A], [late, early], overage=BILLED, process=Process.ARRIVAL)
    assert [part.draw_id for part in statement.allocations] == ["early", "late"]


def test_within_a_day_missing_times_come_first_then_ids() -> None:
    day = date(2026, 3, 5)
    draws = [
        Draw("b", day, 1, time=time(9)),
        Draw("a", day, 1, time=time(9)),
        Draw("z", day, 1),
        Draw("c", day, 1, time=time(0)),
    ]
    order = [part.draw_id for part in draw_down([A], draws).allocations]
    assert order == ["z", "c", "a", "b"]


def test_a_late_draw_is_unknown_before_its_day_of_recording() -> None:
    late = Draw("late", date(2026, 3, 5), 3, recorded_on=date(2026, 4, 2))
    assert draw_down([A], [late], known=date(2026, 4, 1)).remaining == {"A": 10}
    assert draw_down([A], [late], known=date(2026, 4, 2)).remaining == {"A": 7}


def test_a_block_can_be_drawn_on_its_last_day_and_has_lapsed_the_day_after() -> None:
    drawn = draw_down([B], [Draw("w", date(2026, 3, 31), 1)], as_of=date(2026, 3, 31))
    assert drawn.remaining == drawn.available == {"B": 4}
    assert drawn.lapsed == {}
    after = draw_down([B], [Draw("w", date(2026, 4, 1), 1)], as_of=date(2026, 4, 1))
    assert after.remaining == {"B": 0}
    assert after.lapsed == {"B": 5}
    assert after.available == {}
    assert [denial.draw_id for denial in after.denied] == ["w"]


def test_a_block_that_has_not_begun_remains_but_is_not_available() -> None:
    statement = draw_down([A, B], [], as_of=date(2026, 2, 1))
    assert statement.remaining == {"A": 10, "B": 5}
    assert statement.available == {"A": 10}


def test_a_top_up_bought_the_same_day_is_drawn_the_same_day() -> None:
    old = Block("old", "hours", 1, YEAR)
    top_up = Block("top-up", "hours", 10, date(2026, 3, 10))
    statement = draw_down([top_up, old], [Draw("w", date(2026, 3, 10), 4)])
    assert taken(statement) == [("w", "old", 1), ("w", "top-up", 3)]


def test_a_fund_of_money_bills_its_overage_at_face_value() -> None:
    fund = Block("cash", "EUR", "100.00", YEAR)
    draws = [Draw("w", date(2026, 3, 1), "130.50")]
    [line] = draw_down([fund], draws, overage=Overage(OverageMode.BILL)).overage
    assert line.amount == Money.of("30.50", "EUR")


def test_free_work_takes_nothing() -> None:
    statement = draw_down([], [Draw("w", date(2026, 3, 1), 5, 0)], overage=BILLED)
    assert statement.total.drawn == 0
    assert statement.overage == ()
    assert statement.denied == ()


def test_overage_is_found_by_the_period_of_its_work() -> None:
    draws = [Draw("mar", date(2026, 3, 31), 1), Draw("apr", date(2026, 4, 1), 1)]
    statement = draw_down([], draws, overage=BILLED)
    march = Span.of_days(date(2026, 3, 1), date(2026, 3, 31))
    assert [line.draw_id for line in statement.overage_in(march)] == ["mar"]
    assert draw_down([A], draws).drawn_in(march)[0].draw_id == "mar"


def test_units_never_mix() -> None:
    tokens = Block("T", "tokens", 10, YEAR)
    with pytest.raises(InvalidValue, match="one unit, found hours, tokens"):
        draw_down([A, tokens], [])


def test_overage_to_bill_needs_a_rate() -> None:
    with pytest.raises(InvalidValue, match="no rate: give Overage a rate"):
        draw_down([A], [Draw("w", date(2026, 3, 1), 11)], overage=Overage(OverageMode.BILL))


@pytest.mark.parametrize("ids", [("A", "A"), ("A", "B")])
def test_ids_are_given_once(ids: tuple[str, str]) -> None:
    blocks = [Block(one, "hours", 1, YEAR) for one in ids]
    draws = [Draw("w", YEAR, 1), Draw("w", YEAR, 1)]
    with pytest.raises(InvalidValue, match="is there twice"):
        draw_down(blocks, draws)


@pytest.mark.parametrize(
    ("quantity", "start", "end"),
    [(0, YEAR, None), (-1, YEAR, None), (1, YEAR, YEAR), (1, YEAR, YEAR - timedelta(days=1))],
)
def test_a_block_that_cannot_be_is_refused(quantity: int, start: date, end: date | None) -> None:
    with pytest.raises(InvalidValue, match="block 'X'"):
        Block("X", "hours", quantity, start, end)


@pytest.mark.parametrize(("quantity", "multiplier"), [(-1, 1), (1, -1)])
def test_a_draw_below_zero_is_refused(quantity: int, multiplier: int) -> None:
    with pytest.raises(InvalidValue, match="leave a withdrawn draw out"):
        Draw("w", YEAR, quantity, multiplier)


def test_an_unknown_block_is_not_found() -> None:
    with pytest.raises(NotFound, match="no block 'X' in this fund of hours"):
        draw_down([A], []).balance("X")

"""Draws on an allowance: the figures by period, each part from the block that granted it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount
from harmony_core.funds import (
    Allowance,
    AllowanceUse,
    Block,
    CarryMode,
    Draw,
    Layer,
    Overage,
    OverageMode,
    Rollover,
    UseFirst,
    cover,
    draw_allowance,
    roll_over,
)
from harmony_core.periods import Interval, Month, Schedule

MONTHS = [Month(2026, number) for number in range(1, 7)]
BLOCKS = [Block(str(month), "hours", 10, month.span.start, month.span.end) for month in MONTHS]
BILLED = Overage(OverageMode.BILL, ExactAmount.of("110.00", "EUR"))

days = st.builds(date, st.just(2026), st.integers(1, 6), st.integers(1, 28))
draws = st.lists(st.tuples(days, st.integers(0, 60)), max_size=12).map(
    lambda rows: [Draw(f"w{n}", day, Fraction(q, 4)) for n, (day, q) in enumerate(rows)]
)
rollovers = st.builds(
    Rollover,
    st.sampled_from([CarryMode.NONE, CarryMode.UNLIMITED]),
    lifetime_periods=st.none() | st.integers(1, 3),
    use_first=st.sampled_from(UseFirst),
) | st.builds(
    lambda mode, cap, first: (
        Rollover(mode, cap=cap, use_first=first)
        if mode is CarryMode.CAP
        else Rollover(mode, fraction=cap / 20, use_first=first)
    ),
    st.sampled_from([CarryMode.CAP, CarryMode.FRACTION]),
    st.integers(0, 20).map(Fraction),
    st.sampled_from(UseFirst),
)


@given(draws, rollovers)
def test_three_ways_to_follow_an_allowance_agree(work: list[Draw], rollover: Rollover) -> None:
    used = [
        sum((draw.units for draw in work if draw.day in month.span), Fraction(0))
        for month in MONTHS
    ]
    periods = roll_over([AllowanceUse(Fraction(10), units) for units in used], rollover)
    end = MONTHS[-1].last_day
    statement = draw_allowance(BLOCKS, work, rollover, overage=BILLED, as_of=end)
    for month, period in zip(MONTHS, periods, strict=True):
        over = sum((line.units for line in statement.overage_in(month.span)), Fraction(0))
        assert over == period.overage
    total = statement.total
    assert total.drawn == sum(period.covered for period in periods)
    assert total.lapsed == sum(period.lapsed for period in periods[:-1])

    layer = Layer(
        "allowance",
        Allowance("hours", 10, Schedule(date(2026, 1, 1), Interval.months(1)), rollover),
    )
    covered = cover([layer], work, as_of=end)
    assert covered.balance("allowance").lapsed == total.lapsed
    assert covered.balance("allowance").remaining == total.remaining
    rests = sum((one.quantity for one in covered.not_covered), Fraction(0))
    assert rests == sum(period.overage for period in periods)


@given(draws, rollovers, st.none() | days)
def test_every_block_is_drawn_remains_or_has_lapsed(
    work: list[Draw], rollover: Rollover, as_of: date | None
) -> None:
    statement = draw_allowance(BLOCKS, work, rollover, overage=BILLED, as_of=as_of)
    for block_id, balance in statement.balances:
        assert balance.purchased == balance.drawn + balance.remaining + balance.lapsed == 10
        assert min(balance.drawn, balance.remaining, balance.lapsed) >= 0
        parts = [part.quantity for part in statement.allocations if part.block_id == block_id]
        assert balance.drawn == sum(parts)


@given(st.data(), rollovers, st.sampled_from([BILLED, Overage()]))
def test_late_keying_changes_nothing(
    data: st.DataObject, rollover: Rollover, overage: Overage
) -> None:
    work = data.draw(draws)
    shuffled, blocks = data.draw(st.permutations(work)), data.draw(st.permutations(BLOCKS))
    assert draw_allowance(BLOCKS, work, rollover, overage=overage) == draw_allowance(
        blocks, shuffled, rollover, overage=overage
    )


def test_after_the_last_period_all_has_lapsed_and_nothing_can_be_drawn() -> None:
    keep = Rollover(CarryMode.UNLIMITED)
    july = date(2026, 7, 1)
    statement = draw_allowance(BLOCKS, [Draw("w", july, 1)], keep, as_of=july)
    assert statement.total.lapsed == 60
    assert [one.available for one in statement.denied] == [0]
    assert draw_allowance([], [Draw("w", july, 1)], keep).denied[0].quantity == 1


def test_a_draw_before_it_was_known_takes_nothing() -> None:
    late = Draw("w", date(2026, 1, 9), 4, recorded_on=date(2026, 3, 1))
    assert draw_allowance(BLOCKS, [late], Rollover(), known=date(2026, 2, 1)).allocations == ()


@pytest.mark.parametrize(
    ("blocks", "overage", "complaint"),
    [
        (BLOCKS, Overage(OverageMode.NEGATIVE), "cannot go below zero"),
        ([BLOCKS[0], Block("x", "hours", 1, date(2026, 1, 9))], BILLED, "follow each other"),
        ([Block("x", "hours", 1, date(2026, 1, 9))], BILLED, "give its end"),
        ([BLOCKS[0], BLOCKS[0]], BILLED, "is there twice"),
    ],
)
def test_what_is_no_allowance_is_refused(
    blocks: list[Block], overage: Overage, complaint: str
) -> None:
    with pytest.raises(InvalidValue, match=complaint):
        draw_allowance(blocks, [], Rollover(), overage=overage)


def test_a_draw_in_another_unit_is_refused() -> None:
    with pytest.raises(InvalidValue, match="in tokens, the allowance holds hours"):
        draw_allowance(BLOCKS, [Draw("w", date(2026, 1, 9), 1, unit="tokens")], Rollover())

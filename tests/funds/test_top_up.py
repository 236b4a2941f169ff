"""Blocks that are bought by themselves, and units that are given back."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue, PriceNotFound
from harmony_core.finance import ExactAmount, Money
from harmony_core.funds import (
    Balance,
    Block,
    Draw,
    FundStatement,
    Overage,
    OverageMode,
    Refund,
    TopUp,
    draw_down,
)

YEAR = date(2026, 1, 1)
NEGATIVE = Overage(OverageMode.NEGATIVE)
PRICE = ExactAmount.of("85.00", "EUR")
TEN = Block("opening", "hours", 10, YEAR)
BY_TEN = TopUp(Fraction(2), by=Fraction(10), prices=PRICE)
MAY = [
    Draw("w1", date(2026, 5, 4), 7),
    Draw("w2", date(2026, 5, 11), 1),
    Draw("w3", date(2026, 5, 18), "0.5"),
    Draw("w4", date(2026, 5, 25), 10),
]

quantities = st.integers(0, 60).map(lambda quarters: Fraction(quarters, 4))
days = st.integers(0, 364).map(lambda number: YEAR + timedelta(days=number))
work = st.lists(st.tuples(days, quantities), max_size=8).map(
    lambda rows: [Draw(f"w{n}", day, quantity) for n, (day, quantity) in enumerate(rows)]
)
policies = st.builds(lambda least, by: TopUp(least, by=by), quantities, quantities.filter(bool)) | (
    st.builds(lambda least, more: TopUp(least, to=least + more), quantities, quantities)
)
modes = st.sampled_from(OverageMode).map(lambda mode: Overage(mode, PRICE))


@given(work, policies, modes, st.none() | days)
def test_a_fund_that_buys_adds_up_on_every_day(
    draws: list[Draw], policy: TopUp, overage: Overage, as_of: date | None
) -> None:
    statement = draw_down([TEN], draws, overage=overage, top_up=policy, as_of=as_of)
    total = statement.total
    bought = sum((one.quantity for one in statement.top_ups), Fraction(0))
    assert total.purchased == 10 + bought
    assert total.purchased == total.drawn + total.remaining + total.lapsed


@given(st.data(), policies, modes)
def test_late_keying_changes_nothing(data: st.DataObject, policy: TopUp, overage: Overage) -> None:
    draws = data.draw(work)
    shuffled = data.draw(st.permutations(draws))
    assert draw_down([TEN], draws, overage=overage, top_up=policy) == draw_down(
        [TEN], shuffled, overage=overage, top_up=policy
    )


@given(work, policies)
def test_a_top_up_to_restores_the_balance_after_every_draw(
    draws: list[Draw], policy: TopUp
) -> None:
    statement = draw_down([TEN], draws, overage=NEGATIVE, top_up=policy)
    if policy.to is not None and any(draw.units for draw in draws):
        assert statement.total.remaining >= policy.threshold
    for one in statement.top_ups:
        assert one.explanation.evaluate() == one.quantity, "without a price it explains the units"


def test_the_threshold_itself_is_enough() -> None:
    statement = draw_down([TEN], MAY, overage=NEGATIVE, top_up=BY_TEN)
    bought = [(one.day.day, one.draw_id, one.quantity, one.amount) for one in statement.top_ups]
    assert bought == [
        (18, "w3", Fraction(10), Money.of("850.00", "EUR")),
        (25, "w4", Fraction(10), Money.of("850.00", "EUR")),
    ]
    assert statement.total.remaining == Fraction("11.5")


def test_a_top_up_to_a_balance_buys_what_is_missing() -> None:
    refill = TopUp(Fraction(2), to=Fraction(10), prices=PRICE)
    statement = draw_down([TEN], MAY, overage=NEGATIVE, top_up=refill)
    assert [one.quantity for one in statement.top_ups] == [Fraction("8.5"), 10]
    assert statement.total.remaining == 10


def test_a_draw_below_zero_is_paid_by_what_it_made_the_fund_buy() -> None:
    statement = draw_down([TEN], [Draw("w", YEAR, 15)], overage=Overage(), top_up=BY_TEN)
    assert statement.denied == ()
    assert statement.remaining == {"opening": 0, "top-up/w": 5}
    tokens = draw_down([], [Draw("w", YEAR, 3, unit="tokens")], overage=NEGATIVE, top_up=BY_TEN)
    assert (tokens.unit, tokens.total.remaining) == ("tokens", Fraction(7))


def test_nothing_is_bought_for_a_draw_that_stays_refused() -> None:
    statement = draw_down([TEN], [Draw("w", YEAR, 25)], top_up=BY_TEN)
    assert [one.draw_id for one in statement.denied] == ["w"]
    assert statement.top_ups == ()


def test_what_was_bought_can_expire_and_a_fund_of_money_costs_itself() -> None:
    policy = TopUp(Fraction(50), to=Fraction(200), valid_months=1)
    cash = Block("cash", "EUR", 100, YEAR)
    statement = draw_down(
        [cash], [Draw("w", date(2026, 1, 31), 70)], top_up=policy, as_of=date(2026, 2, 28)
    )
    [one] = statement.top_ups
    assert one.amount == Money.of("170.00", "EUR")
    assert one.block.last_day == date(2026, 2, 27)
    assert statement.total.lapsed == 100


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: TopUp(Fraction(2)), "either by a quantity or to a balance"),
        (lambda: TopUp(Fraction(2), by=Fraction(1), to=Fraction(3)), "either by"),
        (lambda: TopUp(Fraction(2), by=Fraction(0)), "more than nothing, got by=0"),
        (lambda: TopUp(Fraction(2), to=Fraction(1)), "stays below its own threshold 2"),
        (lambda: TopUp(Fraction(2), by=Fraction(1), valid_months=0), "a month or more, got 0"),
        (lambda: Refund("r", "opening", YEAR, Fraction(0)), "more than nothing, got 0"),
        (
            lambda: draw_down([TEN], [Draw("w", YEAR, 1, unit="tokens")]),
            "in tokens, but the fund holds hours",
        ),
        (
            lambda: draw_down(
                [TEN],
                [Draw("w", YEAR, 9)],
                top_up=TopUp(
                    Fraction(2), by=Fraction(1), prices=[PRICE, ExactAmount.of(90, "USD")]
                ),
            ),
            "prices in EUR, USD",
        ),
        (
            lambda: draw_down(
                [Block("top-up/w", "hours", 1, YEAR)], [Draw("w", YEAR, 1)], top_up=BY_TEN
            ),
            "'top-up/w' is there already",
        ),
        (
            lambda: draw_down([TEN], [], refunds=[Refund("r", "other", YEAR, Fraction(1))]),
            "no such block",
        ),
        (
            lambda: draw_down([TEN], [], refunds=[Refund("r", "opening", YEAR, Fraction(11))]),
            "gives back 11 of block 'opening', but on 2026-01-01 10 are left of it",
        ),
        (
            lambda: draw_down(
                [TEN],
                [Draw("w", YEAR, 8)],
                refunds=[Refund("r", "opening", date(2026, 1, 2), Fraction(3))],
            ),
            "gives back 3 of block 'opening', but on 2026-01-02 2 are left",
        ),
        (
            lambda: draw_down(
                [TEN], [], refunds=[Refund("r", "opening", date(2025, 12, 31), Fraction(1))]
            ),
            "begins on 2026-01-01: nothing of it is there on that day",
        ),
        (
            lambda: draw_down(
                [Block.of_days("B", "hours", 9, YEAR, date(2026, 1, 31))],
                [],
                refunds=[Refund("r", "B", date(2026, 2, 1), Fraction(1))],
            ),
            "begins on 2026-01-01 and ends on 2026-01-31: nothing of it is there",
        ),
        (
            lambda: draw_down(
                [TEN],
                [],
                refunds=[
                    Refund("r", "opening", YEAR, Fraction(6)),
                    Refund("s", "opening", YEAR, Fraction(5)),
                ],
            ),
            "refund 's' gives back 5 of block 'opening', but on 2026-01-01 4 are left",
        ),
    ],
)
def test_what_cannot_be_is_refused(make: object, complaint: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidValue, match=complaint):
        make()


def test_the_price_is_that_of_the_currency() -> None:
    assert BY_TEN.price_in("EUR") == PRICE
    with pytest.raises(PriceNotFound, match="no price in USD"):
        BY_TEN.price_in("USD")


REFUND = Refund("r", "opening", date(2026, 3, 10), Fraction(4))


def test_units_given_back_are_gone_for_work_of_any_day() -> None:
    late = Draw("late", date(2026, 2, 1), 7, recorded_on=date(2026, 4, 1))
    hourly = Overage(OverageMode.BILL, PRICE)
    statement = draw_down([TEN], [late], overage=hourly, refunds=[REFUND], as_of=date(2026, 4, 1))
    assert [line.units for line in statement.overage] == [1]
    balance = statement.total
    assert balance == Balance(*map(Fraction, (10, 6, 0, 0, 0, 4)))


def test_a_refund_shows_from_its_day_on() -> None:
    before = draw_down([TEN], [], refunds=[REFUND], as_of=date(2026, 3, 9)).total
    after = draw_down([TEN], [], refunds=[REFUND], as_of=date(2026, 3, 10)).total
    unknown = draw_down([TEN], [], refunds=[REFUND], known=date(2026, 3, 9)).total
    assert before == Balance(*map(Fraction, (10, 0, 10, 0, 10, 0)))
    assert after == Balance(*map(Fraction, (10, 0, 6, 0, 6, 4)))
    assert unknown == before


def test_a_refund_to_come_does_not_buy_a_top_up_before_its_day() -> None:
    """What was bought before a refund is what was bought without it."""
    draws = [Draw("w", date(2026, 3, 1), 5), Draw("v", date(2026, 3, 11), "0.5")]
    statement = draw_down([TEN], draws, top_up=BY_TEN, refunds=[REFUND])
    assert [one.draw_id for one in statement.top_ups] == ["v"]


@given(work, modes, st.none() | days, st.lists(st.tuples(days, st.integers(1, 4)), max_size=2))
def test_what_was_purchased_is_drawn_remains_has_lapsed_or_was_refunded(
    draws: list[Draw], overage: Overage, as_of: date | None, back: list[tuple[date, int]]
) -> None:
    block = Block("opening", "hours", 10, YEAR, date(2026, 9, 1))
    refunds = [
        Refund(f"r{n}", block.id, day, Fraction(units), agreed=True)
        for n, (day, units) in enumerate(back)
    ]
    total = draw_down([block], draws, overage=overage, as_of=as_of, refunds=refunds).total
    assert total.purchased == total.drawn + total.remaining + total.lapsed + total.refunded
    if overage.mode is not OverageMode.NEGATIVE:
        assert total.remaining >= 0


@given(work, modes, st.none() | policies, days, quantities.filter(bool), st.data())
def test_a_refund_changes_no_draw_up_to_its_day_and_late_keying_does_not_change_the_refund(
    draws: list[Draw],
    overage: Overage,
    top_up: TopUp | None,
    day: date,
    units: Fraction,
    data: st.DataObject,
) -> None:
    def until(known: date, refunds: list[Refund]) -> FundStatement:
        return draw_down(
            [TEN], draws, overage=overage, top_up=top_up, refunds=refunds, as_of=day, known=known
        )

    delays = data.draw(st.lists(st.sampled_from([0, 0, 40]), min_size=8, max_size=8))
    draws = [
        attrs.evolve(draw, recorded_on=draw.day + timedelta(days=late))
        for draw, late in zip(draws, delays, strict=False)
    ]
    refund = Refund("r", "opening", day, units)
    without = until(day, [])
    left = without.balance("opening").remaining
    if units > left:
        with pytest.raises(InvalidValue, match="left of it"):
            until(day, [refund])
        return
    given_back = until(day, [refund])
    assert given_back.allocations == without.allocations
    assert given_back.overage == without.overage
    assert given_back.denied == without.denied
    assert given_back.top_ups == without.top_ups
    balance = until(date.max, [refund]).balance("opening")
    assert balance.refunded == units
    assert balance.purchased == balance.drawn + balance.remaining + balance.refunded
    if overage.mode is not OverageMode.NEGATIVE:
        assert balance.remaining >= 0

"""Layers asked one after the other: laws, the known figures, and several funds of one customer."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import ExactAmount, Money
from harmony_core.funds import (
    Allowance,
    Balance,
    Block,
    BlockPool,
    CarryMode,
    CoverageStatement,
    Draw,
    Layer,
    PassedOver,
    Rollover,
    Unlimited,
    UseFirst,
    cover,
)
from harmony_core.periods import Interval, Schedule

YEAR = date(2026, 1, 1)
MONTHLY = Schedule(YEAR, Interval.months(1))
HOURLY = ExactAmount.of("120.00", "EUR")

days = st.integers(-40, 364).map(lambda number: YEAR + timedelta(days=number))
quantities = st.integers(0, 80).map(lambda quarters: Fraction(quarters, 4))
draws = st.lists(
    st.builds(
        lambda day, quantity, multiplier, unit, kind: (day, quantity, multiplier, unit, kind),
        days,
        quantities,
        st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(0)]),
        st.sampled_from(["", "hours", "visits"]),
        st.sampled_from(["time", "kit"]),
    ),
    max_size=8,
).map(
    lambda rows: [
        Draw(f"w{number}", day, quantity, multiplier, unit=unit, kind=kind)
        for number, (day, quantity, multiplier, unit, kind) in enumerate(rows)
    ]
)
rollovers = st.sampled_from(
    [
        Rollover(),
        Rollover(CarryMode.UNLIMITED),
        Rollover(CarryMode.CAP, cap=Fraction(3), use_first=UseFirst.CURRENT),
        Rollover(CarryMode.UNLIMITED, lifetime_periods=1),
    ]
)


@st.composite
def stacks(draw: st.DrawFn) -> list[Layer]:
    pools = st.one_of(
        st.builds(Allowance, st.just("hours"), quantities, st.just(MONTHLY), rollovers),
        st.lists(st.tuples(quantities.filter(bool), days, st.integers(1, 200)), max_size=3).map(
            lambda rows: BlockPool(
                Block(f"B{number}", "hours", quantity, start, start + timedelta(days=length))
                for number, (quantity, start, length) in enumerate(rows)
            )
        ),
        st.just(Unlimited("hours")),
    )
    kinds = st.sampled_from([(), ("time",), ("kit",)])
    tariffs = st.sampled_from([(), (("visits", Fraction(3)),)])
    return [
        Layer(f"L{number}", pool, rate=HOURLY, kinds=draw(kinds), tariffs=draw(tariffs))
        for number, pool in enumerate(draw(st.lists(pools, max_size=4)))
    ]


@given(stacks(), draws)
def test_every_unit_of_every_draw_has_one_fate(stack: list[Layer], queue: list[Draw]) -> None:
    statement = cover(stack, queue)
    layers = {layer.id: layer for layer in stack}
    for draw in queue:
        covered = sum(
            (
                part.units / (layers[part.layer_id].units_for(draw.unit) or 0)
                for part in statement.parts
                if part.draw_id == draw.id
            ),
            Fraction(0),
        )
        rest = sum(one.quantity for one in statement.not_covered if one.draw_id == draw.id)
        assert covered + rest == draw.units


@given(stacks(), st.data(), st.none() | days)
def test_the_order_of_arrival_does_not_matter(
    stack: list[Layer], data: st.DataObject, as_of: date | None
) -> None:
    queue = data.draw(draws)
    shuffled = data.draw(st.permutations(queue))
    assert cover(stack, queue, as_of=as_of) == cover(stack, shuffled, as_of=as_of)


@given(stacks(), draws, st.none() | days)
def test_what_a_layer_was_given_is_drawn_remains_or_has_lapsed(
    stack: list[Layer], queue: list[Draw], as_of: date | None
) -> None:
    statement = cover(stack, queue, as_of=as_of)
    for layer_id, balance in statement.balances:
        assert balance.purchased == balance.drawn + balance.remaining + balance.lapsed
        assert min(balance.remaining, balance.lapsed, balance.drawn) >= 0
        units = [part.units for part in statement.parts if part.layer_id == layer_id]
        assert balance.drawn == sum(units)


@given(stacks(), draws)
def test_a_part_is_what_its_lots_gave_and_what_its_explanation_says(
    stack: list[Layer], queue: list[Draw]
) -> None:
    for part in cover(stack, queue).parts:
        assert not part.lots or part.units == sum(quantity for _, quantity in part.lots)
        assert part.amount is not None
        assert part.explanation.evaluate() == part.amount.exact.value
        assert part.amount == (HOURLY * part.quantity).settle()


def taken(statement: CoverageStatement) -> list[tuple[str, str, str]]:
    return [
        (part.draw_id, part.layer_id, str(part.amount or part.quantity)) for part in statement.parts
    ]


def test_allowance_then_block_then_the_hour() -> None:
    layers = [Layer.of("allowance", 5), Layer.of("block", 10), Layer.of("tm", rate=HOURLY)]
    work = [
        Draw("w3", date(2026, 4, 20), 9),
        Draw("w2", date(2026, 4, 9), "3.5"),
        Draw("w1", date(2026, 4, 2), 4),
    ]
    statement = cover(layers, work)
    assert taken(statement) == [
        ("w1", "allowance", "4"),
        ("w2", "allowance", "1"),
        ("w2", "block", "5/2"),
        ("w3", "block", "15/2"),
        ("w3", "tm", "180.00 EUR"),
    ]
    assert statement.remaining == {"allowance": 0, "block": 0}


def test_an_allowance_fills_up_again_and_carries_over() -> None:
    monthly = Allowance("hours", 5, MONTHLY, Rollover(CarryMode.CAP, cap=Fraction(2)))
    layers = [Layer("allowance", monthly), Layer.of("tm", rate=HOURLY)]
    work = [Draw("jan", date(2026, 1, 9), 1), Draw("feb", date(2026, 2, 9), 8)]
    statement = cover(layers, work, as_of=date(2026, 3, 1))
    assert [part.lots for part in statement.parts] == [
        (("current", Fraction(1)),),
        (("carried", Fraction(2)), ("current", Fraction(5))),
        (),
    ]
    balance = statement.balance("allowance")
    assert balance == Balance(*map(Fraction, (15, 8, 5, 2, 5)))


def test_each_kind_goes_to_its_own_fund_and_units_meet_by_tariff_only() -> None:
    kits = Layer(
        "kit fund",
        BlockPool([Block("K", "EUR", 100, YEAR)]),
        kinds=("kit", "expense"),
    )
    tokens = Layer(
        "tokens", BlockPool([Block("T", "tokens", 10, YEAR)]), tariffs={"hours": Fraction(4)}
    )
    work = [
        Draw.of_money("e1", date(2026, 2, 1), Money.of("80.00", "EUR"), kind="expense"),
        Draw("w1", date(2026, 2, 2), 2, unit="hours", kind="time"),
        Draw.of_money("e2", date(2026, 2, 3), Money.of("30.00", "EUR"), kind="kit"),
    ]
    statement = cover([kits, tokens], work)
    assert taken(statement) == [
        ("e1", "kit fund", "80"),
        ("w1", "tokens", "8"),
        ("e2", "kit fund", "20"),
    ]
    [rest] = statement.not_covered
    assert (rest.draw_id, rest.quantity) == ("e2", Fraction(10))
    assert rest.passed_over == ((PassedOver.UNIT, "tokens"),)
    text = statement.parts[1].explanation.as_text()
    assert "passed over, is for another kind: kit fund" in text


def test_the_reason_is_named_for_each_layer_that_took_nothing() -> None:
    layers = [
        Layer(
            "march", BlockPool([Block.of_days("M", "h", 5, date(2026, 3, 1), date(2026, 3, 31))])
        ),
        Layer("empty", BlockPool(())),
        Layer("next year", Allowance("h", 5, Schedule(date(2027, 1, 1), Interval.months(1)))),
    ]
    used_up, outside = Draw("a", date(2026, 3, 2), 6), Draw("b", date(2026, 4, 1), 1)
    first, second = cover(layers, [used_up, outside]).not_covered
    assert first.passed_over == ((PassedOver.DAY, "empty"), (PassedOver.DAY, "next year"))
    assert second.passed_over[0] == (PassedOver.DAY, "march")
    again = cover(layers, [used_up, Draw("c", date(2026, 3, 3), 1)]).not_covered[1]
    assert again.passed_over[0] == (PassedOver.USED_UP, "march")


@pytest.mark.parametrize(("in_layer_units", "amount"), [(False, "100.00"), (True, "150.00")])
def test_the_hour_is_billed_on_the_clock_or_with_its_multiplier(
    in_layer_units: bool, amount: str
) -> None:
    rate = ExactAmount.of(100, "EUR")
    hourly = Layer("tm", Unlimited("hours"), rate=rate, apply_multiplier=in_layer_units)
    statement = cover([Layer.of("block", 3), hourly], [Draw("w", YEAR, 3, "1.5", unit="hours")])
    assert statement.parts[-1].amount == Money.of(amount, "EUR")
    assert statement.parts[-1].units == Fraction(3, 2)


def test_only_what_was_known_counts() -> None:
    late = Draw("late", YEAR, 1, recorded_on=date(2026, 2, 1))
    assert cover([Layer.of("block", 3)], [late], known=date(2026, 1, 31)).remaining == {"block": 3}
    assert cover([Layer.of("block", 3)], [late], as_of=date(2025, 12, 31)).parts == ()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue, match="layer 'tm' has no end and no rate"):
        Layer.of("tm")
    with pytest.raises(InvalidValue, match="tariff of zero"):
        Layer("t", BlockPool(()), tariffs={"hours": 0})
    with pytest.raises(InvalidValue, match="layer 'a' is there twice"):
        cover([Layer.of("a", 1), Layer.of("a", 1)], [])
    with pytest.raises(InvalidValue, match="one unit, found hours, tokens"):
        BlockPool([Block("A", "hours", 1, YEAR), Block("B", "tokens", 1, YEAR)])
    with pytest.raises(InvalidValue, match="zero or more units, got -1"):
        Allowance("hours", -1, MONTHLY)
    with pytest.raises(NotFound, match="no layer 'tm' with an end"):
        cover([Layer.of("tm", rate=HOURLY)], []).balance("tm")
    assert cover([Layer.of("none", 0)], []).balance("none").purchased == 0

"""Allowances that carry over: laws, the known figures, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.finance import Money
from harmony_core.funds import (
    AllowancePeriod,
    AllowanceUse,
    CarriedLot,
    CarryMode,
    Rollover,
    UseFirst,
    roll_over,
)
from harmony_core.pricing import BandTable, FillUp, Flat, PerUnit, Scheme

quantities = st.integers(0, 80).map(lambda quarters: Fraction(quarters, 4))
uses = st.lists(st.builds(AllowanceUse, quantities, quantities), max_size=8)
lots = st.lists(st.builds(CarriedLot, quantities, st.integers(0, 3)), max_size=3)
HOURLY = PerUnit.of("110.00", "EUR")
BANDED = FillUp(BandTable.of("EUR", [(2, "100.00"), (None, "120.00")]))


@st.composite
def rollovers(draw: st.DrawFn) -> Rollover:
    mode = draw(st.sampled_from(CarryMode))
    return Rollover(
        mode,
        cap=draw(quantities) if mode is CarryMode.CAP else None,
        fraction=Fraction(draw(st.integers(0, 4)), 4) if mode is CarryMode.FRACTION else None,
        lifetime_periods=draw(st.none() | st.integers(1, 3)),
        use_first=draw(st.sampled_from(UseFirst)),
    )


@given(uses, rollovers(), lots)
def test_no_unit_is_lost_between_periods_and_none_appears(
    months: list[AllowanceUse], rollover: Rollover, opening: list[CarriedLot]
) -> None:
    carried = sum((lot.quantity for lot in opening), Fraction(0))
    for month, period in zip(months, roll_over(months, rollover, opening=opening), strict=True):
        assert period.opening_carry == carried
        into = period.opening_carry + period.granted
        assert into == period.covered + period.lapsed + period.closing_carry
        assert period.used == month.used == period.covered + period.overage
        assert period.covered == min(into, period.used), "overage begins when all is used"
        assert period.closing_carry == sum(lot.quantity for lot in period.lots)
        assert all(lot.quantity > 0 for lot in period.lots)
        assert period.lapsed >= 0
        carried = period.closing_carry


@given(uses, rollovers(), lots, st.sampled_from([HOURLY, BANDED]))
def test_carry_and_overage_are_what_their_explanations_say(
    months: list[AllowanceUse], rollover: Rollover, opening: list[CarriedLot], price: Scheme
) -> None:
    for period in roll_over(months, rollover, price, opening=opening):
        assert period.explanation.evaluate() == period.explanation.value == period.closing_carry
        assert period.overage_amount is not None
        assert period.overage_explanation is not None
        assert period.overage_explanation.evaluate() == period.overage_amount.exact.value
        assert period.overage_amount == price.price(period.overage).settle()


@given(uses, rollovers())
def test_a_rule_keeps_its_own_promise(months: list[AllowanceUse], rollover: Rollover) -> None:
    for period in roll_over(months, rollover):
        if rollover.mode is CarryMode.NONE:
            assert period.lots == ()
        if rollover.cap is not None:
            assert period.closing_carry <= rollover.cap
        if rollover.lifetime_periods is not None:
            assert all(lot.age < rollover.lifetime_periods for lot in period.lots)
        if rollover.mode is CarryMode.UNLIMITED and rollover.lifetime_periods is None:
            assert period.lapsed == 0


@given(uses, st.integers(1, 3))
def test_carried_first_is_never_dearer(months: list[AllowanceUse], lifetime: int) -> None:
    def overage(first: UseFirst) -> Fraction:
        rule = Rollover(CarryMode.UNLIMITED, lifetime_periods=lifetime, use_first=first)
        return sum((period.overage for period in roll_over(months, rule)), Fraction(0))

    assert overage(UseFirst.CARRIED) <= overage(UseFirst.CURRENT)


def months_of(*used: int) -> list[AllowanceUse]:
    return [AllowanceUse.of(10, hours) for hours in used]


def overages(periods: tuple[AllowancePeriod, ...]) -> list[str]:
    return [str(one.overage_amount.amount) for one in periods if one.overage_amount]


def test_a_cap_lets_the_oldest_go() -> None:
    periods = roll_over(months_of(4, 9, 16), Rollover(CarryMode.CAP, cap=Fraction(3)), HOURLY)
    assert [period.lapsed for period in periods] == [3, 1, 0]
    assert [period.overage for period in periods] == [0, 0, 3]
    assert overages(periods) == ["330.00"]


def test_what_is_used_first_is_worth_money() -> None:
    months = months_of(7, 9, 15)
    bills = {
        first: overages(
            roll_over(
                months,
                Rollover(CarryMode.UNLIMITED, lifetime_periods=1, use_first=first),
                HOURLY,
            )
        )
        for first in UseFirst
    }
    assert bills == {UseFirst.CARRIED: ["110.00"], UseFirst.CURRENT: ["440.00"]}


def test_bands_begin_anew_in_each_period() -> None:
    months = [AllowanceUse.of(10, used) for used in ("11.5", 14, 14)]
    assert overages(roll_over(months, Rollover(), BANDED)) == ["150.00", "440.00", "440.00"]


def test_a_fraction_is_of_everything_unused() -> None:
    half = Rollover(CarryMode.FRACTION, fraction=Fraction(1, 2))
    periods = roll_over(months_of(4, 0, 0), half)
    assert [period.closing_carry for period in periods] == [3, Fraction("6.5"), Fraction("8.25")]
    assert [period.lapsed for period in periods] == [3, Fraction("6.5"), Fraction("8.25")]


def test_a_cap_drops_the_oldest_lot_and_keeps_the_age_of_the_rest() -> None:
    rule = Rollover(CarryMode.CAP, cap=Fraction(12), lifetime_periods=2)
    first, second, third = roll_over(months_of(5, 0, 20), rule)
    assert first.lots == (CarriedLot(Fraction(5)),)
    assert second.lots == (CarriedLot(Fraction(2), 1), CarriedLot(Fraction(10)))
    assert third.overage == 0
    assert third.lots == (CarriedLot(Fraction(2)),)


def test_opening_lots_go_by_their_age() -> None:
    opening = [CarriedLot.of(4), CarriedLot.of(1, 1)]
    rule = Rollover(CarryMode.UNLIMITED, lifetime_periods=2)
    [period] = roll_over([AllowanceUse.of(0, 2)], rule, opening=opening)
    assert period.lots == (CarriedLot(Fraction(3), 1),)
    assert period.lapsed == 0


def test_a_flat_price_is_due_only_where_something_was_used_beyond() -> None:
    periods = roll_over(months_of(9, 11), Rollover(), Flat.of("50.00", "EUR"))
    assert [period.overage_amount for period in periods] == [
        Money.of("0.00", "EUR"),
        Money.of("50.00", "EUR"),
    ]


def test_nothing_is_priced_without_a_price() -> None:
    [period] = roll_over(months_of(11), Rollover())
    assert (period.overage, period.overage_amount) == (Fraction(1), None)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Rollover(CarryMode.CAP), "a cap belongs to the mode 'cap'"),
        (lambda: Rollover(CarryMode.NONE, cap=Fraction(3)), "cap=3 contradict"),
        (lambda: Rollover(CarryMode.FRACTION, fraction=Fraction(2)), "between 0 and 1, got 2"),
        (lambda: Rollover(CarryMode.CAP, cap=Fraction(-1)), "zero or more, got -1"),
        (lambda: Rollover(CarryMode.UNLIMITED, lifetime_periods=0), "or more, got 0"),
        (lambda: Rollover(CarryMode("most")), "CarryMode is one of none, unlimited, cap, fraction"),
        (lambda: AllowanceUse.of(10, -1), "net what was taken back first"),
        (lambda: CarriedLot.of(-1), "never below zero, got -1"),
    ],
)
def test_what_cannot_be_is_refused(make: object, complaint: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidValue, match=complaint):
        make()

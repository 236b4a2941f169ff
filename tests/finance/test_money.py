"""Money and exact amounts: exact, immutable, never of two currencies at once."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound
from harmony_core.explanation import RoundingMode
from harmony_core.finance import (
    HALF_EVEN,
    HALF_UP,
    Exact,
    ExactAmount,
    Money,
    Rounding,
    exact,
    exact_ratio,
    money_sum,
)

MINORS = st.integers(-(10**15), 10**15)
CODES = st.sampled_from(["EUR", "JPY", "KWD", "CLF"])
MONEY = st.builds(Money, MINORS, CODES)
NOT_EXACT: list[Any] = [1.5, 0.0, True, float("nan"), float("inf"), None, [], 1j]
NOT_FINITE = [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity"), Decimal("sNaN")]
NOT_PLAIN = [
    "",
    " 1",
    "1e3",
    "1,000",
    "1_000",
    "0x1",
    "nan",
    "1.",
    ".5",
    "1/0",
    "1.5/2",
    "١٢",
    "9" * 5000,
]


@given(MONEY)
def test_text_and_back_is_the_same_money(money: Money) -> None:
    assert Money.of(str(money.amount), money.currency) == money
    assert Money.of(money.amount, money.currency) == money
    assert money.exact.settle() == money


@given(st.lists(MINORS), CODES)
def test_a_sum_is_the_sum_of_minor_units(minors: list[int], code: str) -> None:
    total = money_sum((Money(minor, code) for minor in minors), code)
    assert total == Money(sum(minors), code)


@given(MINORS, MINORS)
def test_plus_minus_and_order_agree_with_whole_numbers(a: int, b: int) -> None:
    left, right = Money(a, "EUR"), Money(b, "EUR")
    assert left + right == Money(a + b, "EUR")
    assert left - right == left + -right
    assert (left < right, left <= right, left > right, left >= right) == (
        a < b,
        a <= b,
        a > b,
        a >= b,
    )
    assert abs(left) == Money(abs(a), "EUR")
    assert bool(left) is bool(a)


@given(MONEY)
def test_equal_values_hash_equal_however_they_came_about(money: Money) -> None:
    same = money + Money(7, money.currency) - Money(7, money.currency)
    assert same == money
    assert hash(same) == hash(money)
    for twin in (copy.copy(money), copy.deepcopy(money), pickle.loads(pickle.dumps(same))):
        assert twin == money
        assert hash(twin) == hash(money)
        assert type(twin) is Money


def test_money_made_by_arithmetic_is_as_frozen_as_any() -> None:
    total = Money(1, "EUR") + Money(2, "EUR")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        total.minor = 5  # type: ignore[misc]
    assert attrs.evolve(total, minor=9) == Money(9, "EUR")
    assert attrs.asdict(total) == {"minor": 3, "currency": "EUR"}
    with pytest.raises(InvalidValue):
        attrs.evolve(total, minor=1.5)  # type: ignore[arg-type]


def test_zero_of_one_currency_is_not_zero_of_another() -> None:
    assert Money(0, "EUR") != Money(0, "USD")
    others: list[object] = [0, "0.00 EUR", Money(0, "EUR").exact, None]
    assert Money(0, "EUR") not in others
    assert len({Money(0, "EUR"), Money(0, "USD"), Money.zero("EUR")}) == 2


@pytest.mark.parametrize("value", NOT_EXACT + NOT_FINITE + NOT_PLAIN)
def test_what_is_not_exact_is_refused(value: Any) -> None:
    with pytest.raises(InvalidValue):
        Money.of(value, "EUR")
    with pytest.raises(InvalidValue):
        ExactAmount.of(value, "EUR")


@pytest.mark.parametrize("value", [1.0, True, Fraction(1), Decimal(1), "1", None])
def test_minor_units_are_whole_numbers_and_nothing_else(value: Any) -> None:
    with pytest.raises(InvalidValue, match="whole number"):
        Money(value, "EUR")


@pytest.mark.parametrize("value", [1, 1.5, "1", Decimal(1)])
def test_an_exact_amount_holds_a_fraction(value: Any) -> None:
    with pytest.raises(InvalidValue, match=r"ExactAmount\.of"):
        ExactAmount(value, "EUR")


def test_a_number_out_of_all_proportion_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(InvalidValue, match="proportion"):
        Money.of(Decimal("1E+999999999"), "EUR")


@pytest.mark.parametrize("zero", ["-0", "-0.00", "-0/3", Decimal("-0.00"), Decimal("-0E+3")])
def test_negative_zero_is_no_amount(zero: Any) -> None:
    for make in (Money.of, ExactAmount.of):
        with pytest.raises(InvalidValue, match="has no sign"):
            make(zero, "EUR")


@pytest.mark.parametrize("zero", ["0", "+0.0", Decimal("0.00"), Fraction(0), 0])
def test_no_arithmetic_gives_a_negative_zero(zero: Any) -> None:
    for money in (Money.of(zero, "EUR"), -Money.of(zero, "EUR"), Money.of(zero, "EUR") * -1):
        assert str(money) == "0.00 EUR"
        assert repr(money) == "Money.of('0.00', 'EUR')"
    assert str(Money.of("0.01", "EUR").times("-0.1")) == "0.00 EUR"
    assert str(ExactAmount.of("-0.004", "EUR").settle()) == "0.00 EUR"
    assert str(-ExactAmount.of(zero, "EUR")) == "0 EUR"


@pytest.mark.parametrize(
    ("amount", "code", "text"),
    [
        ("1234", "JPY", "1234 JPY"),
        ("-5", "JPY", "-5 JPY"),
        ("0.005", "KWD", "0.005 KWD"),
        ("-0.005", "KWD", "-0.005 KWD"),
        ("12.5", "EUR", "12.50 EUR"),
        ("-0.05", "EUR", "-0.05 EUR"),
        ("0.0001", "CLF", "0.0001 CLF"),
        ("100000000000000000000000000000.01", "USD", "100000000000000000000000000000.01 USD"),
    ],
)
def test_text_has_exactly_the_digits_of_the_currency(amount: str, code: str, text: str) -> None:
    assert str(Money.of(amount, code)) == text
    assert eval(repr(Money.of(amount, code))) == Money.of(amount, code)


@pytest.mark.parametrize(
    ("amount", "code"), [("0.001", "EUR"), ("0.5", "JPY"), ("1/3", "EUR"), ("0.0001", "KWD")]
)
def test_an_amount_finer_than_the_currency_is_refused(amount: str, code: str) -> None:
    with pytest.raises(InvalidValue, match="round it first"):
        Money.of(amount, code)


@pytest.mark.parametrize("code", ["XYZ", "eur", "", "EURO", "€"])
def test_an_unknown_currency_is_not_found(code: str) -> None:
    with pytest.raises(NotFound, match="ISO 4217"):
        Money(1, code)


@pytest.mark.parametrize("code", ["XAU", "XDR", "XXX", "XTS"])
def test_what_has_no_minor_unit_cannot_be_settled_money(code: str) -> None:
    with pytest.raises(InvalidValue, match="no minor unit"):
        Money(1, code)


def test_two_currencies_never_meet() -> None:
    euro, dollar = Money(1, "EUR"), Money(1, "USD")
    deeds: list[Callable[[], object]] = [
        lambda: euro + dollar,
        lambda: euro - dollar,
        lambda: euro < dollar,
        lambda: euro >= dollar,
        lambda: euro.exact + dollar,
        lambda: euro.exact - dollar.exact,
        lambda: money_sum([euro, dollar], "EUR"),
    ]
    for deed in deeds:
        with pytest.raises(CurrencyMismatch, match="convert one of them first") as caught:
            deed()
        assert {caught.value.left, caught.value.right} == {"EUR", "USD"}


def test_money_meets_no_bare_number() -> None:
    euro: Any = Money(1, "EUR")
    deeds: list[Callable[[], object]] = [
        lambda: euro + 1,
        lambda: euro - 1,
        lambda: euro < 1,
        lambda: euro <= 1,
        lambda: euro > 1,
        lambda: euro >= 1,
        lambda: euro.exact + 1,
        lambda: euro.exact - 1,
    ]
    for deed in deeds:
        with pytest.raises(TypeError):
            deed()
    with pytest.raises(TypeError, match=r"cannot add money to 0, .* use money_sum"):
        sum([euro, euro])
    for factor in (1.5, Fraction(1, 2), True, "2"):
        with pytest.raises(InvalidValue, match="whole numbers"):
            euro * factor
    with pytest.raises(InvalidValue, match="exact"):
        euro.exact * 0.5
    with pytest.raises(InvalidValue, match="zero"):
        euro.exact / 0


MODES = {  # of 2.5, -2.5, 3.5, -3.5, 2.4, -2.6
    "half_even": [2, -2, 4, -4, 2, -3],
    "half_up": [3, -3, 4, -4, 2, -3],
    "half_down": [2, -2, 3, -3, 2, -3],
    "half_ceiling": [3, -2, 4, -3, 2, -3],
    "half_floor": [2, -3, 3, -4, 2, -3],
    "half_odd": [3, -3, 3, -3, 2, -3],
    "up": [3, -3, 4, -4, 3, -3],
    "down": [2, -2, 3, -3, 2, -2],
    "ceiling": [3, -2, 4, -3, 3, -2],
    "floor": [2, -3, 3, -4, 2, -3],
}


@pytest.mark.parametrize("mode", list(RoundingMode))
def test_each_mode_settles_ties_as_its_words_say(mode: RoundingMode) -> None:
    values = ["2.5", "-2.5", "3.5", "-3.5", "2.4", "-2.6"]
    settled = [ExactAmount.of(value, "JPY").settle(Rounding(mode)).minor for value in values]
    assert settled == MODES[mode.value]


@given(st.fractions(-1000, 1000), st.sampled_from(list(RoundingMode)))
def test_settling_is_off_by_less_than_one_unit_and_nearest_by_at_most_half(
    value: Fraction, mode: RoundingMode
) -> None:
    off = abs(ExactAmount(value, "JPY").settle(Rounding(mode)).minor - value)
    assert off < 1
    assert off <= Fraction(1, 2) or not mode.value.startswith("half")


@given(st.fractions(-1000, 1000), st.sampled_from([HALF_UP, HALF_EVEN]))
def test_a_credit_settles_to_the_mirror_of_its_charge(value: Fraction, rounding: Rounding) -> None:
    charge, credit = ExactAmount(value, "EUR"), ExactAmount(-value, "EUR")
    assert credit.settle(rounding) == -charge.settle(rounding)


@pytest.mark.parametrize(
    ("amount", "code", "step", "settled"),
    [
        ("1.03", "CHF", "0.05", "1.05"),
        ("-0.07", "CHF", "0.05", "-0.05"),
        ("0.0496", "CHF", "0.10", "0.00"),
        ("101", "JPY", "5", "100"),
        ("1500", "EUR", "1000", "2000"),
    ],
)
def test_a_step_is_rounded_to_at_once(amount: str, code: str, step: str, settled: str) -> None:
    rounding = Rounding.of("half_up", step)
    assert ExactAmount.of(amount, code).settle(rounding) == Money.of(settled, code)


def test_a_step_finer_than_the_currency_cannot_settle_but_can_round() -> None:
    thousandth = Rounding.of("half_up", "0.001")
    with pytest.raises(InvalidValue, match="finer than one minor unit"):
        ExactAmount.of("1.0005", "EUR").settle(thousandth)
    assert ExactAmount.of("1.0005", "EUR").rounded(thousandth) == ExactAmount.of("1.001", "EUR")
    assert ExactAmount.of("1.005", "EUR").rounded(HALF_UP) == ExactAmount.of("1.01", "EUR")


def test_a_rounding_refuses_what_it_does_not_know() -> None:
    with pytest.raises(InvalidValue, match="there are half_even, half_up"):
        Rounding.of("bankers")
    for step in ("0", "-0.05"):
        with pytest.raises(InvalidValue, match="above zero"):
            Rounding.of("half_up", step)


def test_exact_amounts_subtract_money_and_know_whether_they_are_zero() -> None:
    rest = ExactAmount.of("1.005", "EUR") - Money(100, "EUR")
    assert rest == ExactAmount.of("0.005", "EUR")
    assert rest
    assert not rest - rest


def test_exact_amounts_keep_every_digit() -> None:
    price = ExactAmount.of("0.00045", "EUR")
    assert str(price) == "0.00045 EUR"
    assert (price * 333_333).value == Fraction("149.99985")
    assert (price / 3) * 3 == price
    assert str(price / 7) == "9/140000 EUR"
    assert pickle.loads(pickle.dumps(price)) == price
    assert hash(ExactAmount.of("0.5", "EUR")) == hash(ExactAmount(Fraction(1, 2), "EUR"))


EXACT_NUMBERS: st.SearchStrategy[Exact] = st.one_of(
    st.integers(),
    st.fractions(),
    st.decimals(allow_nan=False, allow_infinity=False, places=9),
    st.fractions().map(str),
    st.decimals(-(10**9), 10**9, places=7).map(lambda value: f"{value:f}"),
    st.sampled_from(["-0.50", "+007.250", "-0", "-3/12"]),
)


@given(EXACT_NUMBERS)
def test_a_ratio_is_the_same_number_not_reduced(value: Exact) -> None:
    numerator, denominator = exact_ratio(value)
    assert denominator > 0
    assert Fraction(numerator, denominator) == exact(value) == Fraction(value)


@given(
    st.integers(-(10**12), 10**12),
    st.integers(1, 10**6),
    st.integers(1, 1000),
    CODES,
    st.sampled_from(RoundingMode),
    st.sampled_from([None, Fraction(5), Fraction(100)]),
)
def test_two_whole_numbers_settle_as_their_fraction_does(
    numerator: int,
    denominator: int,
    times: int,
    code: str,
    mode: RoundingMode,
    step: Fraction | None,
) -> None:
    rounding = Rounding(mode, step)
    amount = ExactAmount(Fraction(numerator, denominator), code)
    settled = Money.settled(numerator * times, denominator * times, code, rounding)
    assert settled == amount.settle(rounding)


def test_whole_numbers_settle_in_a_currency_that_is_known_by_a_step_that_fits() -> None:
    with pytest.raises(NotFound, match="no currency 'EURO'"):
        Money.settled(1, 3, "EURO")
    with pytest.raises(InvalidValue, match="XAU has no minor unit"):
        Money.settled(1, 3, "XAU")
    with pytest.raises(InvalidValue, match=r"a step of 0.001 is finer than one minor unit of EUR"):
        Money.settled(1, 3, "EUR", Rounding.of("half_up", "0.001"))


@given(MONEY, st.fractions(-1000, 1000), st.sampled_from(RoundingMode))
def test_times_is_the_product_rounded_once(
    money: Money, factor: Fraction, mode: RoundingMode
) -> None:
    rounding = Rounding(mode)
    assert money.times(factor, rounding) == (money.exact * factor).settle(rounding)


def test_times_takes_exact_numbers_and_steps() -> None:
    assert Money.of("1.00", "CHF").times("1.03", Rounding.of("half_up", "0.05")) == Money.of(
        "1.05", "CHF"
    )
    for factor in NOT_EXACT + NOT_FINITE + NOT_PLAIN:
        with pytest.raises(InvalidValue, match="a factor"):
            Money(1, "EUR").times(factor)


def test_money_is_expected_in_a_currency() -> None:
    assert Money(1, "EUR").expect("EUR") == Money(1, "EUR")
    with pytest.raises(CurrencyMismatch, match="EUR with USD"):
        Money(1, "EUR").expect("USD")


def test_a_currency_in_the_type_changes_no_value() -> None:
    typed = Money[Literal["EUR"]](1, "EUR")
    assert typed == Money(1, "EUR")
    assert type(pickle.loads(pickle.dumps(typed))) is Money


class Level(IntEnum):
    HIGH = 3


def test_kinds_of_whole_numbers_and_fractions_are_read_as_plain_ones() -> None:
    assert exact_ratio(Level.HIGH) == (3, 1)
    assert type(exact(Level.HIGH)) is Fraction
    assert exact(Level.HIGH) == 3

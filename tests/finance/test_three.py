"""Amounts in three currencies: each converted once, straight from the transaction amount."""

from __future__ import annotations

import pickle
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue, RateNotFound
from harmony_core.finance import (
    Booked,
    BookingRates,
    Column,
    FoundRate,
    Money,
    Rate,
    RateBook,
    RatePolicy,
    Rounding,
    booked_sum,
    booking_rates,
    convert,
    fit_lines,
)

DAY = date(2026, 3, 31)
CURRENCIES = ("EUR", "JPY", "USD")
VALUES = st.fractions(Fraction(1, 1000), 1000, max_denominator=10_000)
MINORS = st.integers(-(10**9), 10**9)


def rates(to_entity: Fraction | str, to_group: Fraction | str) -> BookingRates:
    return BookingRates(
        Rate("EUR", "JPY", DAY, to_entity, source="test").found,
        Rate("EUR", "USD", DAY, to_group, source="test").found,
    )


RATES = st.builds(rates, VALUES, VALUES)


@given(RATES, MINORS)
def test_each_column_is_converted_from_the_transaction_amount(
    both: BookingRates, minor: int
) -> None:
    money = Money(minor, "EUR")
    booked = both.book(money)
    assert booked.transaction == money
    assert booked.entity == convert(money, both.to_entity)
    assert booked.group == convert(money, both.to_group)
    assert booked.currencies == both.currencies == CURRENCIES
    assert both.book(-money) == -booked


@given(RATES, RATES, MINORS, st.sampled_from(["half_up", "half_even", "up", "floor"]))
def test_the_legs_of_a_pair_cancel_whatever_the_rates_of_the_other_book_are(
    seller: BookingRates, performer: BookingRates, minor: int, mode: str
) -> None:
    leg = seller.book(Money(minor, "EUR"), Rounding.of(mode))
    other = performer.mirror(leg, Rounding.of(mode))
    assert not leg.transaction + other.transaction
    assert not leg.group + other.group
    assert other.entity == -convert(leg.transaction, performer.to_entity, Rounding.of(mode))


@given(RATES, st.lists(MINORS, min_size=1, max_size=10))
def test_fitted_lines_add_up_to_the_converted_total(both: BookingRates, minors: list[int]) -> None:
    lines = [Money(minor, "EUR") for minor in minors]
    fitted = fit_lines(lines, both)
    assert [line.transaction for line in fitted] == lines
    assert booked_sum(fitted, CURRENCIES) == both.book(Money(sum(minors), "EUR"))
    assert fit_lines([-line for line in lines], both) == tuple(-line for line in fitted)


@given(RATES, st.lists(MINORS, max_size=8))
def test_amounts_add_and_subtract_column_by_column(both: BookingRates, minors: list[int]) -> None:
    amounts = [both.book(Money(minor, "EUR")) for minor in minors]
    total = booked_sum(amounts, CURRENCIES)
    for column in Column:
        assert total.column(column).minor == sum(a.column(column).minor for a in amounts)
    for amount in amounts:
        total -= amount
    assert total == Booked.zero(*CURRENCIES)
    assert not total


def test_lines_converted_alone_would_be_a_penny_off() -> None:
    to_pound = Rate("EUR", "GBP", DAY, "0.8571", source="book").found
    to_dollar = Rate("EUR", "USD", DAY, "1.15", source="book").found
    lines = [Money.of(text, "EUR") for text in ("33.33", "33.33", "33.34")]
    alone = [convert(line, to_pound) for line in lines]
    assert [str(money.amount) for money in alone] == ["28.57", "28.57", "28.58"]
    fitted = fit_lines(lines, BookingRates(to_pound, to_dollar))
    assert [str(line.entity.amount) for line in fitted] == ["28.57", "28.57", "28.57"]
    assert [str(line.group.amount) for line in fitted] == ["38.33", "38.33", "38.34"]


def test_both_rates_come_from_the_book_and_their_ids_are_kept() -> None:
    book = RateBook(
        [
            Rate("EUR", "GBP", DAY, "0.86", source="ECB"),
            Rate("EUR", "INR", DAY, "96.2", source="ECB"),
        ]
    )
    both = booking_rates(book, "INR", "INR", "GBP", DAY)
    assert both.to_entity == FoundRate("INR", "INR", DAY, Fraction(1))
    assert both.ids == ("ECB:EUR/INR:spot:2026-03-31", "ECB:EUR/GBP:spot:2026-03-31")
    booked = both.book(Money.of("9620.00", "INR"))
    assert (str(booked.entity), str(booked.group)) == ("9620.00 INR", "86.00 GBP")
    with pytest.raises(RateNotFound, match="INR/GBP"):
        booking_rates(book, "INR", "INR", "GBP", DAY, policy=RatePolicy(via=()))


def test_currencies_are_not_confused() -> None:
    both = rates("160", "1.1")
    with pytest.raises(CurrencyMismatch):
        both.book(Money(1, "USD"))
    with pytest.raises(CurrencyMismatch):
        both.mirror(Booked(Money(1, "EUR"), Money(1, "EUR"), Money(1, "GBP")))
    with pytest.raises(CurrencyMismatch):
        BookingRates(both.to_entity, Rate("GBP", "USD", DAY, 1, source="test").found)
    with pytest.raises(CurrencyMismatch):
        fit_lines([Money(1, "EUR"), Money(1, "USD")], both)
    with pytest.raises(CurrencyMismatch):
        _ = both.book(Money(1, "EUR")) + Booked.zero("EUR", "JPY", "GBP")
    bare: Any = Money(1, "EUR")
    with pytest.raises(TypeError):
        _ = both.book(bare) + bare
    with pytest.raises(TypeError):
        _ = both.book(bare) - bare
    with pytest.raises(InvalidValue, match="without a step"):
        fit_lines([Money(1, "EUR")], both, Rounding.of("half_up", "0.05"))


def test_booked_amounts_are_values() -> None:
    booked = rates("160", "1.1").book(Money(100, "EUR"))
    assert pickle.loads(pickle.dumps(booked)) == booked
    assert hash(booked) == hash(booked + Booked.zero(*CURRENCIES))

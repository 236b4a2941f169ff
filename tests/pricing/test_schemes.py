"""Prices: laws of every scheme, then known figures."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.explanation import Explanation, RoundingMode
from harmony_core.finance import ExactAmount, Money, Rounding
from harmony_core.periods import Timing
from harmony_core.pricing import (
    AtLeast,
    AtMost,
    Band,
    BandTable,
    FillUp,
    Flat,
    LookUp,
    MinimumQuantity,
    PerUnit,
    PricePoint,
    Scheme,
    ZeroQuantity,
    charge,
    explain,
    net_quantity,
    price,
)
from harmony_core.pricing._combinations import inside
from tests.pricing.scheme_values import money, quantities, schemes, schemes_of_units, tables

points = st.builds(PricePoint, st.booleans(), st.booleans())


@given(schemes, quantities, points)
def test_an_explanation_gives_the_price(
    scheme: Scheme, quantity: Fraction, point: PricePoint
) -> None:
    why, amount = explain(scheme, quantity, point), price(scheme, quantity, point)
    assert why.value == why.evaluate() == amount.value
    assert why.unit == amount.currency == scheme.currency
    assert Explanation.from_data(why.as_data()) == why


roundings = st.builds(
    Rounding, st.sampled_from(RoundingMode), st.sampled_from([None, Fraction(1, 20), Fraction(3)])
)


@given(schemes, quantities, points, roundings)
def test_a_charge_is_the_price_settled(
    scheme: Scheme, quantity: Fraction, point: PricePoint, rounding: Rounding
) -> None:
    settled = price(scheme, quantity, point).settle(rounding)
    assert charge(scheme, quantity, rounding, point) == settled


def test_a_charge_takes_every_exact_number_and_refuses_what_a_price_refuses() -> None:
    seats = FillUp(BandTable.of("EUR", [(10, "12"), (None, "8.005")]))
    for quantity in (11, "11", "11.0", "22/2", Decimal("11.0"), Fraction(11)):
        assert charge(seats, quantity) == Money.of("128.01", "EUR")
    for wrong in (-1, "-0.5", Decimal(-1), Fraction(-1, 2)):
        with pytest.raises(InvalidValue, match="a quantity is zero or more, got -"):
            charge(seats, wrong)
    for inexact in (1.5, True, Decimal("NaN"), "1e3"):
        with pytest.raises(InvalidValue, match="a quantity must be"):
            charge(seats, inexact)  # type: ignore[arg-type]


def filled_by_hand(table: BandTable, quantity: Fraction) -> Fraction:
    """Take the definition word by word: each band is filled in turn."""
    total, low = Fraction(0), Fraction(0)
    for band in table.bands:
        if quantity <= low:
            break
        top = quantity if band.up_to is None else min(quantity, band.up_to)
        amount = (top - low) * band.unit_price.value
        amount += band.flat_fee.value if band.flat_fee else 0
        total += amount if band.cap is None else min(amount, band.cap.value)
        low = top
    return total


@given(tables(), quantities)
def test_fill_up_is_what_the_definition_says(table: BandTable, quantity: Fraction) -> None:
    assert FillUp(table).price(quantity).value == filled_by_hand(table, quantity)


@given(tables(), quantities)
def test_at_a_band_limit_fill_up_is_what_the_definition_says(
    table: BandTable, more: Fraction
) -> None:
    for band in table.bands[:-1]:
        assert band.up_to is not None
        assert FillUp(table).price(band.up_to).value == filled_by_hand(table, band.up_to)
        above = band.up_to + more
        assert FillUp(table).price(above).value == filled_by_hand(table, above)


def table_on_top_of(table: BandTable, used: Fraction) -> BandTable:
    """Give the bands that are left when ``used`` units have been filled in already."""
    left = [
        Band(band.up_to - used, band.unit_price, band.flat_fee) if band.up_to else band
        for band in table.bands
        if band.up_to is None or band.up_to > used
    ]
    if used > table.lower_limit(table.band_number(used) if used else 1):
        left[0] = Band(left[0].up_to, left[0].unit_price)  # entered, so its fee is paid
    return BandTable(tuple(left))


@given(tables(with_caps=False), quantities, quantities)
def test_fill_up_is_additive(table: BandTable, first: Fraction, then: Fraction) -> None:
    together = FillUp(table).price(first + then)
    on_top = FillUp(table_on_top_of(table, first)).price(then)
    assert together == FillUp(table).price(first) + on_top


@given(tables(), st.fractions(0, 1, max_denominator=50), st.sampled_from(ZeroQuantity))
def test_both_readings_agree_in_the_first_band(
    table: BandTable, part: Fraction, policy: ZeroQuantity
) -> None:
    quantity = part * (table.bands[0].up_to or 100)
    assert FillUp(table, policy).price(quantity) == LookUp(table, policy).price(quantity)


@given(tables(), quantities.filter(bool))
def test_look_up_takes_one_band_for_all_units(table: BandTable, quantity: Fraction) -> None:
    ends = [band for band in table.bands if band.up_to is None or quantity <= band.up_to]
    assert LookUp(table).price(quantity).value == ends[0].amount(quantity)


@given(tables(with_fees=False, with_caps=False), st.lists(quantities, min_size=2))
def test_more_units_never_cost_less_under_fill_up(table: BandTable, many: list[Fraction]) -> None:
    amounts = [FillUp(table).price(quantity).value for quantity in sorted(many)]
    assert all(one <= other for one, other in pairwise(amounts))


@given(schemes, quantities, money, money, points)
def test_limits_hold(
    scheme: Scheme, quantity: Fraction, low: ExactAmount, high: ExactAmount, point: PricePoint
) -> None:
    plain = scheme.price(quantity, point).value
    inner: Scheme | None = scheme
    while inner is not None:  # a minimum above a maximum, however deep, is refused
        if isinstance(inner, AtMost):
            low = min(low, inner.maximum, key=lambda amount: amount.value)
        inner = getattr(inner, "scheme", None)
    least = AtLeast(scheme, low).price(quantity, point).value
    assert least == (max(plain, low.value) if point.last_line_of_period else plain)
    assert AtMost(scheme, high).price(quantity, point).value == min(plain, high.value)


@given(schemes_of_units, quantities, quantities)
def test_a_minimum_quantity_is_priced_when_less_is_used(
    scheme: Scheme, quantity: Fraction, minimum: Fraction
) -> None:
    if minimum and any(isinstance(one, Flat) for one in inside(scheme)):
        with pytest.raises(InvalidValue, match="would change nothing"):
            MinimumQuantity(scheme, minimum)
        return
    expected = scheme.price(max(quantity, minimum))
    assert MinimumQuantity(scheme, minimum).price(quantity) == expected


SEATS = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
CALLS = BandTable.of("EUR", [(5, "0", "100"), (10, "1", "50"), (None, "2")])


@pytest.mark.parametrize(
    ("seats", "fill_up", "look_up"),
    [
        ("10", "120", "120"),
        ("10.5", "125", "105"),
        ("11", "130", "110"),
        ("50", "520", "500"),
        ("51", "528", "408"),
        ("60", "600", "480"),
        ("0", "0", "0"),
    ],
)
def test_both_readings_of_a_band_table(seats: str, fill_up: str, look_up: str) -> None:
    assert FillUp(SEATS).price(seats) == ExactAmount.of(fill_up, "EUR")
    assert LookUp(SEATS).price(seats) == ExactAmount.of(look_up, "EUR")


@pytest.mark.parametrize(
    ("calls", "fill_up", "look_up"),
    [("1", "100", "100"), ("5", "100", "100"), ("6", "151", "56"), ("11", "157", "22")],
)
def test_flat_fees_of_the_bands_entered_and_of_the_band_reached(
    calls: str, fill_up: str, look_up: str
) -> None:
    assert FillUp(CALLS).price(calls) == ExactAmount.of(fill_up, "EUR")
    assert LookUp(CALLS).price(calls) == ExactAmount.of(look_up, "EUR")


def test_no_units_charge_nothing_unless_the_policy_says_so() -> None:
    policy = ZeroQuantity.FIRST_BAND_FLAT_FEE
    for scheme, with_fee in (
        (FillUp(CALLS), FillUp(CALLS, policy)),
        (LookUp(CALLS), LookUp(CALLS, policy)),
    ):
        assert scheme.price(0) == ExactAmount.of(0, "EUR")
        assert with_fee.price(0) == ExactAmount.of(100, "EUR")


@pytest.mark.parametrize(
    ("timing", "point", "expected"),
    [
        (Timing.ADVANCE, PricePoint(), "100"),
        (Timing.ADVANCE, PricePoint(last_line_of_period=False), "100"),
        (Timing.ADVANCE, PricePoint(first_line_of_period=False), "0"),
        (Timing.ARREARS, PricePoint(), "100"),
        (Timing.ARREARS, PricePoint(last_line_of_period=False), "0"),
    ],
)
def test_a_flat_amount_falls_on_one_line_of_the_period(
    timing: Timing, point: PricePoint, expected: str
) -> None:
    assert price(Flat.of("100", "EUR", timing), 7, point) == ExactAmount.of(expected, "EUR")


def test_small_prices_lose_nothing() -> None:
    assert price(PerUnit.of("0.00045", "EUR"), 333_333) == ExactAmount.of("149.99985", "EUR")


def test_a_quantity_below_zero_is_refused_by_every_scheme() -> None:
    unit = PerUnit.of("1", "EUR")
    for scheme in (
        unit,
        Flat.of("1", "EUR"),
        FillUp(SEATS),
        LookUp(SEATS),
        MinimumQuantity(unit, 3),
    ):
        with pytest.raises(InvalidValue, match="zero or more, got -1"):
            price(scheme, -1)
        with pytest.raises(InvalidValue, match="zero or more, got -1"):
            explain(scheme, -1)


def test_a_limit_is_in_the_currency_of_its_scheme() -> None:
    dollars = ExactAmount.of("1", "USD")
    with pytest.raises(CurrencyMismatch):
        AtLeast(PerUnit.of("1", "EUR"), dollars)
    with pytest.raises(CurrencyMismatch):
        AtMost(PerUnit.of("1", "EUR"), dollars)


def test_units_given_back_beyond_what_there_was_leave_nothing() -> None:
    assert net_quantity(-3, "4.5") == Fraction("1.5")
    assert net_quantity(-3, 1) == 0


def test_an_explanation_can_be_checked_by_hand() -> None:
    assert explain(AtLeast.of(FillUp(CALLS), "200"), 6).as_text() == "\n".join(
        [
            "at least (v1)",
            "  quantity: 6",
            "  upper limit of the band: 5",
            "  unit price: 0 EUR",
            "  flat fee: 100 EUR",
            "  unit price: 1 EUR",
            "  flat fee: 50 EUR",
            "  minimum: 200 EUR",
            "  units in band 1: 5",
            "  band 1: units at its unit price: 5 × 0 = 0 EUR",
            "  band 1: with its flat fee: 0 + 100 = 100 EUR",
            "  units in band 2: 6 - 5 = 1",
            "  band 2: units at its unit price: 1 × 1 = 1 EUR",
            "  band 2: with its flat fee: 1 + 50 = 51 EUR",
            "  sum of the bands: 100 + 51 = 151 EUR",
            "  no less than the minimum: greatest (151; 200) = 200 EUR",
        ]
    )

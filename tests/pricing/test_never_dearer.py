"""Look up without cliffs: a quantity costs no more than a higher band would at least."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidBands
from harmony_core.finance import ExactAmount
from harmony_core.pricing import Band, BandTable, LookUp, ZeroQuantity, cliffs
from tests.pricing.scheme_values import quantities, tables

SEATS = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
policies = st.sampled_from(ZeroQuantity)


def by_definition(table: BandTable, quantity: Fraction) -> Fraction:
    """Take the least of the band reached and of what every higher band costs at its beginning."""
    number = table.band_number(quantity)
    amounts = [table.bands[number - 1].amount(quantity)]
    above = range(number + 1, len(table.bands) + 1)
    amounts += [table.bands[one - 1].amount(table.lower_limit(one)) for one in above]
    return min(amounts)


@given(tables(), quantities.filter(bool))
def test_it_is_what_the_definition_says(table: BandTable, quantity: Fraction) -> None:
    scheme = LookUp(table, never_dearer_than_next_band=True)
    assert scheme.price(quantity).value == by_definition(table, quantity)


@given(tables(), st.lists(quantities, min_size=2), policies)
def test_more_units_never_cost_less(
    table: BandTable, many: list[Fraction], policy: ZeroQuantity
) -> None:
    scheme = LookUp(table, policy, never_dearer_than_next_band=True)
    ends = [band.up_to for band in table.bands if band.up_to is not None]
    amounts = [scheme.price(quantity).value for quantity in sorted([*many, *ends])]
    assert all(one <= other for one, other in pairwise(amounts))
    assert cliffs(scheme) == ()


@given(tables(), quantities, policies)
def test_it_is_never_dearer_than_without_and_the_same_in_the_last_band(
    table: BandTable, quantity: Fraction, policy: ZeroQuantity
) -> None:
    plain, never = LookUp(table, policy), LookUp(table, policy, never_dearer_than_next_band=True)
    assert never.price(quantity).value <= plain.price(quantity).value
    beyond = table.lower_limit(len(table.bands)) + quantity + 1
    assert never.price(beyond) == plain.price(beyond)
    if not cliffs(table):
        assert never.price(quantity) == plain.price(quantity)


@pytest.mark.parametrize(
    ("seats", "amount"),
    [(8, "96"), (9, "100"), (10, "100"), (11, "110"), (40, "400"), (41, "400"), (50, "400"),
     ("50.5", "404")],
)  # fmt: skip
def test_seats(seats: int | str, amount: str) -> None:
    scheme = LookUp(SEATS, never_dearer_than_next_band=True)
    assert scheme.price(seats) == ExactAmount.of(amount, "EUR")
    assert cliffs(LookUp(SEATS)) == cliffs(SEATS)


def test_a_band_further_up_may_be_the_cheapest_and_fees_and_caps_count() -> None:
    bands = [
        Band.of(10, "10", "EUR"),
        Band.of(20, "9", "EUR", flat_fee="15"),
        Band.of(30, "9", "EUR", flat_fee="3", cap="70"),
        Band.of(None, "1", "EUR", flat_fee="40"),
    ]
    scheme = LookUp(BandTable(tuple(bands)), never_dearer_than_next_band=True)
    assert [scheme.price(units) for units in (6, 10, 15, 25, 31)] == [
        ExactAmount.of(amount, "EUR") for amount in (60, 70, 70, 70, 71)
    ]


def test_the_explanation_names_the_band_that_would_be_cheaper() -> None:
    why = LookUp(SEATS, never_dearer_than_next_band=True).explain(45)
    assert why.as_text().splitlines()[-3:] == [
        "  band 2: units at its unit price: 45 × 10 = 450 EUR",
        "  band 3: units at its unit price: 50 × 8 = 400 EUR",
        "  no more than band 3 would cost at least: least (450; 400) = 400 EUR",
    ]
    assert why.steps[-1].operation == "least"


def test_no_units_cost_no_more_either() -> None:
    table = BandTable.of("EUR", [(5, "0", "100"), (None, "2")])
    scheme = LookUp(table, ZeroQuantity.FIRST_BAND_FLAT_FEE, never_dearer_than_next_band=True)
    assert scheme.price(0) == scheme.price(5) == ExactAmount.of(10, "EUR")
    assert LookUp(table, never_dearer_than_next_band=True).price(0) == ExactAmount.of(0, "EUR")


def test_prices_below_zero_have_no_least() -> None:
    table = BandTable.of("EUR", [(10, "12"), (None, "-1")])
    with pytest.raises(InvalidBands, match="band 2 pays 1 EUR for each unit"):
        LookUp(table, never_dearer_than_next_band=True)

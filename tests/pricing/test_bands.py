"""Band tables: what makes one, and what is refused."""

from __future__ import annotations

import pickle
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidBands, InvalidValue, NotFound
from harmony_core.finance import ExactAmount
from harmony_core.pricing import Band, BandTable, FillUp, LookUp, cliffs
from tests.pricing.scheme_values import tables

SEATS = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])


@pytest.mark.parametrize(
    ("quantity", "number"),
    [("0.001", 1), ("10", 1), ("10.001", 2), ("50", 2), ("151/3", 3), ("1000000", 3)],
)
def test_limits_are_inclusive(quantity: str, number: int) -> None:
    assert SEATS.band_number(Fraction(quantity)) == number


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "needs a band: give at least one"),
        ([(10, "12"), (50, "10")], "last band must be open, but it ends at 50"),
        ([(None, "12"), (50, "10"), (None, "8")], "band 1 of 3 is open, so the next one overlaps"),
        ([(0, "12"), (None, "8")], "first band must end above zero, but it ends at 0"),
        ([(-5, "12"), (None, "8")], "first band must end above zero, but it ends at -5"),
        ([(10, "12"), (10, "10"), (None, "8")], "limits must rise, but 10 follows 10"),
        ([(10, "12"), ("9.5", "10"), (None, "8")], "limits must rise, but 9.5 follows 10"),
        ([(10, None), (None, "8")], "needs a unit price"),
    ],
)
def test_each_refusal_has_its_own_words(
    rows: list[tuple[int | str | None, str | None]], message: str
) -> None:
    with pytest.raises(InvalidBands, match=message):
        BandTable.of("EUR", rows)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(0, 10, "12"), (12, None, "8")], "no band covers the quantities above 10 and up to 12"),
        ([(5, None, "8")], "no band covers the quantities above 0 and up to 5"),
        ([(0, 10, "12"), (8, None, "8")], "overlap: the quantities above 8 and up to 10"),
        ([(0, None, "12"), (10, None, "8")], "one is open, yet another begins above 10"),
        ([(None, 10, "12"), (10, None, "8")], "above which quantity it begins"),
        ([(0, 10, "12"), (10, 20, "8")], "last band must be open"),
    ],
)
def test_ranges_leave_no_gap_and_no_overlap(
    rows: list[tuple[int | None, int | None, str]], message: str
) -> None:
    with pytest.raises(InvalidBands, match=message):
        BandTable.of_ranges("EUR", rows)


def test_ranges_and_limits_say_the_same() -> None:
    assert BandTable.of_ranges("EUR", [(0, 10, "12"), (10, 50, "10"), (50, None, "8")]) == SEATS


def test_one_table_has_one_currency() -> None:
    bands = [Band.of(10, "12", "EUR"), Band.of(None, "8", "USD")]
    with pytest.raises(InvalidBands, match="one table, one currency: found EUR, USD"):
        BandTable(tuple(bands))
    with pytest.raises(InvalidBands, match="found EUR, GBP"):
        BandTable((Band(None, ExactAmount.of(1, "EUR"), ExactAmount.of(1, "GBP")),))


def test_prices_are_exact_or_refused() -> None:
    with pytest.raises(InvalidValue, match="must be exact, got float"):
        BandTable.of("EUR", [(None, 0.1)])  # type: ignore[list-item]
    with pytest.raises(NotFound):
        BandTable.of("EURO", [(None, "1")])


def test_a_table_is_a_value() -> None:
    again = BandTable.of("EUR", [("10.0", "12.00"), (50, "10"), (None, "8")])
    assert again == SEATS
    assert hash(again) == hash(SEATS)
    assert pickle.loads(pickle.dumps(SEATS)) == SEATS
    assert FillUp(pickle.loads(pickle.dumps(SEATS))).price(60) == FillUp(SEATS).price(60)
    assert SEATS.lower_limit(1) == 0
    assert SEATS.lower_limit(3) == 50


@given(tables())
def test_every_fall_of_a_look_up_price_is_a_cliff_and_every_cliff_a_fall(table: BandTable) -> None:
    scheme = LookUp(table)
    reported = {cliff.at: cliff for cliff in cliffs(table)}
    for number, band in enumerate(table.bands[:-1], 1):
        assert band.up_to is not None
        here = scheme.price(band.up_to)
        above = table.bands[number].amount(band.up_to)
        if band.up_to not in reported:
            assert here.value <= above
            continue
        cliff = reported[band.up_to]
        assert (cliff.amount_at, cliff.amount_above.value) == (here, above)
        little = cliff.drop.value / (2 + 2 * table.bands[number].unit_price.value)
        upper = table.bands[number].up_to
        room = little if upper is None else min(little, upper - band.up_to)
        assert scheme.price(band.up_to + room).value < here.value


def at_or_just_above(scheme: LookUp, quantity: Fraction, amount: Fraction) -> bool:
    """Say whether the price is that amount at a quantity, or leaps over it there."""
    table = scheme.table
    if scheme.price(quantity).value >= amount:
        return True
    above = table.bands[table.band_number(quantity)]
    return quantity == table.lower_limit(table.band_number(quantity) + 1) and (
        above.amount(quantity) >= amount
    )


@given(tables(), st.lists(st.fractions(0, 1, max_denominator=100), max_size=5))
def test_a_cliff_is_made_up_at_the_first_quantity_that_costs_as_much(
    table: BandTable, parts: list[Fraction]
) -> None:
    scheme = LookUp(table)
    for cliff in cliffs(table):
        end = cliff.made_up_at
        amount = cliff.amount_at.value
        if end is None:
            end = table.lower_limit(len(table.bands)) + 10**6
            assert scheme.price(end).value < amount
        else:
            assert end > cliff.at
            assert at_or_just_above(scheme, end, amount)
        for part in parts:
            between = cliff.at + part * (end - cliff.at)
            if cliff.at < between < end:
                assert scheme.price(between).value < amount


@pytest.mark.parametrize(
    ("rows", "made_up_at"),
    [
        ([(50, "10"), (None, "8")], ["62.5"]),
        ([(10, "12"), (50, "10"), (None, "8")], ["12", "62.5"]),
        ([(50, "10"), (55, "8"), (60, "8.5"), (None, "4")], ["500/8.5", "127.5"]),
        ([(50, "10"), (60, "5"), (None, "4", "400")], ["60"]),
        ([(50, "10"), (51, "5"), (None, "4")], ["125", "255/4"]),
        ([(50, "10"), (None, "0")], [None]),
        ([(50, "10"), (None, "0", "499")], [None]),
        ([(50, "10"), (100, "0"), (None, "20")], ["100"]),
    ],
)
def test_where_a_cliff_is_made_up(
    rows: list[tuple[int | None, str]], made_up_at: list[str | None]
) -> None:
    found = [cliff.made_up_at for cliff in cliffs(BandTable.of("EUR", rows))]
    by_hand = [None if text is None else fraction(text) for text in made_up_at]
    assert found == by_hand


@given(tables())
def test_a_cliff_is_made_up_by_the_first_whole_number_that_costs_as_much(table: BandTable) -> None:
    scheme = LookUp(table)
    for cliff in cliffs(table):
        amount = cliff.amount_at.value
        first = floor(cliff.at) + 1
        if cliff.made_up_by is None:
            assert all(scheme.price(first + units).value < amount for units in range(50))
            continue
        assert scheme.price(cliff.made_up_by).value >= amount
        assert cliff.made_up_at is not None
        assert cliff.made_up_by >= cliff.made_up_at
        before = range(first, cliff.made_up_by)
        assert all(scheme.price(units).value < amount for units in before[:50])
        assert all(scheme.price(units).value < amount for units in before[-50:])


def test_known_cliffs() -> None:
    """50 units at 10.00 earn 500, 51 at 8.00 earn 408; 63 earn more than 500 again."""
    (cliff,) = cliffs(BandTable.of("EUR", [(50, "10"), (None, "8")]))
    assert cliff.amount_at == ExactAmount.of(500, "EUR")
    assert cliff.amount_above == ExactAmount.of(400, "EUR")
    assert (cliff.made_up_at, cliff.made_up_by) == (Fraction("62.5"), 63)
    leap = cliffs(BandTable.of("EUR", [(50, "10"), (60, "5"), (None, "4", "400")]))[0]
    assert (leap.made_up_at, leap.made_up_by) == (Fraction(60), 61)
    never = cliffs(BandTable.of("EUR", [(50, "10"), (None, "-1", "500")]))[0]
    assert (never.made_up_at, never.made_up_by) == (None, None)


def fraction(text: str) -> Fraction:
    over, _, under = text.partition("/")
    return Fraction(over) / Fraction(under or 1)


def test_a_cap_can_keep_a_cliff_from_being_made_up() -> None:
    bands = (Band.of(50, "10", "EUR"), Band.of(None, "8", "EUR", cap="450"))
    assert cliffs(BandTable(bands))[0].made_up_at is None

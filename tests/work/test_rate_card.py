"""The price of an hour: the most specific rate wins, whatever the order; ties make no card."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue, PriceNotFound
from harmony_core.finance import ExactAmount
from harmony_core.work import HourlyRate, RateCard, RatedFor, RateDimension, rate_ties

DAY = date(2026, 3, 2)
ANY = RatedFor()


def rate(
    id_: str,
    named: RatedFor = ANY,
    first: date | None = None,
    last: date | None = None,
    currency: str = "EUR",
) -> HourlyRate:
    return HourlyRate(id_, ExactAmount.of(100, currency), named, first, last)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (ANY, "list"),
        (RatedFor(person="anna"), "anna"),
        (RatedFor(role="senior", person="anna"), "senior"),  # a role goes before a person
        (RatedFor(customer="K-1", role="senior"), "K-1"),
        (RatedFor(customer="K-1", time_band="night"), "K-1 at night"),
        (RatedFor(contract="C-1", customer="K-1", time_band="night"), "C-1"),
        (RatedFor(contract="C-2", customer="K-2", role="junior"), "list"),
    ],
)
def test_the_most_specific_rate_wins(asked: RatedFor, found: str) -> None:
    card = RateCard(
        [
            rate("list"),
            rate("anna", RatedFor(person="anna")),
            rate("senior", RatedFor(role="senior")),
            rate("K-1", RatedFor(customer="K-1")),
            rate("K-1 at night", RatedFor(customer="K-1", time_band="night")),
            rate("C-1", RatedFor(contract="C-1")),
        ]
    )
    assert card.find(asked, "EUR", DAY).rate.id == found


def test_the_order_of_precedence_is_a_value_of_the_card() -> None:
    rates = [rate("anna", RatedFor(person="anna")), rate("senior", RatedFor(role="senior"))]
    order = [RateDimension.PERSON, *(one for one in RateDimension if one != "person")]
    asked = RatedFor(role="senior", person="anna")
    found = RateCard(rates, order).find(asked, "EUR", DAY)
    assert found.rate.id == "anna"
    assert [other.id for other in found.others] == ["senior"]


def test_a_rate_holds_to_its_last_day() -> None:
    card = RateCard([rate("old", last=DAY), rate("new", first=date(2026, 3, 3))])
    assert card.find(ANY, "EUR", DAY).rate.id == "old"
    assert card.find(ANY, "EUR", date(2026, 3, 3)).rate.id == "new"


def test_a_missing_rate_is_not_guessed() -> None:
    card = RateCard([rate("senior", RatedFor(role="senior")), rate("usd", currency="USD")])
    with pytest.raises(PriceNotFound, match="none of 2 rates holds for role 'junior' in EUR"):
        card.find(RatedFor(role="junior"), "EUR", DAY)


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ([rate("a"), rate("b")], "'a' for everything .* and 'b' for everything .* tie"),
        ([rate("a", last=DAY), rate("b", first=DAY)], "tie: end one before"),
        ([rate("a"), rate("a", RatedFor(role="x"))], "two rates have the id 'a'"),
    ],
)
def test_a_tie_makes_no_card(rates: list[HourlyRate], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        RateCard(rates)


def test_a_long_rate_ties_with_each_inside_it() -> None:
    inside = [
        rate(str(month), first=date(2026, month, 1), last=date(2026, month, 5)) for month in (2, 4)
    ]
    assert len(rate_ties([rate("long", first=date(2026, 1, 1)), *inside])) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"applies_to": RatedFor(role="")}, "names something empty"),
        ({"first_day": DAY, "last_day": date(2026, 3, 1)}, "before it starts"),
        ({"first_day": "2026-03-02"}, "plain dates"),
    ],
)
def test_a_rate_that_cannot_hold_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        attrs.evolve(rate("a"), **changes)


def test_an_order_names_each_dimension_once() -> None:
    with pytest.raises(InvalidValue, match="names each of contract"):
        RateCard([], [RateDimension.ROLE])


names = st.builds(RatedFor, *(st.none() | st.sampled_from("xy") for _ in RateDimension))
days = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9))
some_rates = st.lists(st.tuples(names, days, days), max_size=8).map(
    lambda rows: [
        rate(str(number), named, *sorted((first, last)) if first and last else (first, last))
        for number, (named, first, last) in enumerate(rows)
    ]
)


@given(some_rates, names, st.dates(date(2026, 1, 1), date(2026, 1, 9)))
def test_a_card_gives_what_a_search_of_all_rates_gives(
    rates: list[HourlyRate], asked: RatedFor, day: date
) -> None:
    assume(not rate_ties(rates))

    def fits(one: HourlyRate) -> bool:
        named = attrs.asdict(one.applies_to)
        return one.holds_on(day) and all(
            value in (None, getattr(asked, dimension)) for dimension, value in named.items()
        )

    holding = [one for one in rates if fits(one)]
    if not holding:
        with pytest.raises(PriceNotFound):
            RateCard(rates).find(asked, "EUR", day)
        return
    best = min(
        holding, key=lambda one: tuple(value is None for value in attrs.astuple(one.applies_to))
    )
    for card in (RateCard(rates), RateCard(rates[::-1])):
        found = card.find(asked, "EUR", day)
        assert found.rate == best
        assert {best.id, *(one.id for one in found.others)} == {one.id for one in holding}
        assert found.explain().value == best.price.value

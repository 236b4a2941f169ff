"""Price books: the most specific entry wins, a tie is refused, order plays no part."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, PriceNotFound
from harmony_core.pricing import FoundPrice, PerUnit, PriceBook, PriceEntry, Ramp, Uplift, Uplifted

NEW_YEAR = date(2026, 1, 1)
DAYS = st.integers(0, 12).map(lambda number: NEW_YEAR + timedelta(number))
NAMES = st.sampled_from([None, "A", "B"])


@st.composite
def entries(draw: st.DrawFn) -> PriceEntry:
    """Draw from few names and days, so that entries meet."""
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return PriceEntry(
        draw(st.sampled_from(["SEAT", "DISK"])),
        "EUR",
        PerUnit.of(draw(st.integers(0, 99)), "EUR"),
        first,
        draw(st.sampled_from([last, None])),
        customer_group=draw(NAMES),
        customer_id=draw(NAMES),
    )


def whom(entry: PriceEntry) -> tuple[str, str | None, str | None]:
    return entry.product_id, entry.customer_id, entry.customer_group


def days_of(entry: PriceEntry) -> set[date]:
    days = (NEW_YEAR + timedelta(number) for number in range(40))
    return {day for day in days if entry.holds_on(day)}


def collide(one: PriceEntry, other: PriceEntry) -> bool:
    """Say, from the words of the rule, whether two entries leave a question open."""
    left, right = days_of(one), days_of(other)
    return whom(one) == whom(other) and bool(left & right) and not (left < right or right < left)


def beats(one: PriceEntry, other: PriceEntry) -> bool:
    """Say, from the words of the rule, whether ``one`` is the more specific."""
    ranks = [(e.customer_id is not None, e.customer_group is not None) for e in (one, other)]
    return ranks[0] > ranks[1] or (ranks[0] == ranks[1] and days_of(one) < days_of(other))


@st.composite
def consistent(draw: st.DrawFn) -> list[PriceEntry]:
    kept: list[PriceEntry] = []
    for entry in draw(st.lists(entries(), max_size=16)):
        if not any(collide(entry, other) for other in kept):
            kept.append(entry)
    return kept


@given(consistent(), DAYS, NAMES, NAMES)
def test_the_entry_found_holds_and_beats_every_other_that_holds(
    prices: list[PriceEntry], day: date, customer: str | None, group: str | None
) -> None:
    holding = [
        entry
        for entry in prices
        if entry.product_id == "SEAT"
        and entry.holds_on(day)
        and entry.customer_id in (None, customer)
        and entry.customer_group in (None, group)
    ]
    book = PriceBook(prices)
    if not holding:
        with pytest.raises(PriceNotFound, match="'SEAT' in EUR on"):
            book.find("SEAT", "EUR", day, customer_id=customer, customer_group=group)
        return
    found = book.find("SEAT", "EUR", day, customer_id=customer, customer_group=group)
    ranked = [found.entry, *found.others]
    assert sorted(map(repr, ranked)) == sorted(map(repr, holding))
    for place, entry in enumerate(ranked):
        assert all(beats(entry, other) for other in ranked[place + 1 :])
    why = found.explain(7)
    assert why.value == why.evaluate() == found.scheme.price(7).value
    assert len(why.facts) >= 4
    assert Culture.of("de").words("everybody") == "alle"


@given(st.lists(entries(), max_size=8))
def test_a_book_is_refused_just_when_two_entries_collide(prices: list[PriceEntry]) -> None:
    ties = any(collide(a, b) for place, a in enumerate(prices) for b in prices[:place])
    if ties:
        with pytest.raises(InvalidValue, match="are equally specific from 2026-01-"):
            PriceBook(prices)
    else:
        assert len(PriceBook(prices).entries) == len(prices)


@given(st.lists(entries(), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_entries_never_matters(prices: list[PriceEntry], random: Any) -> None:
    other = list(prices)
    random.shuffle(other)
    assert made_of(other) == made_of(prices)
    assert hash(made_of(other)) == hash(made_of(prices))


def made_of(prices: list[PriceEntry]) -> PriceBook | str:
    """Make a book, or give the words in which it is refused."""
    try:
        return PriceBook(prices)
    except InvalidValue as refused:
        return str(refused)


def seat(price: int, first: date = NEW_YEAR, last: date | None = None, **whom: Any) -> PriceEntry:
    return PriceEntry("SEAT", "EUR", PerUnit.of(price, "EUR"), first, last, **whom)


SUMMER = date(2026, 6, 1), date(2026, 8, 31)
BOOK = PriceBook(
    [
        seat(12, id="list"),
        seat(13, date(2027, 1, 1), id="list 2027"),
        seat(9, *SUMMER, id="summer"),
        seat(8, date(2026, 7, 1), date(2026, 7, 31), id="july"),
        seat(11, id="gold", customer_group="GOLD"),
        seat(10, date(2026, 1, 1), date(2026, 12, 31), id="K-1", customer_id="K-1"),
        seat(7, id="K-1 in gold", customer_id="K-1", customer_group="GOLD"),
        PriceEntry("SEAT", "USD", PerUnit.of(14, "USD"), NEW_YEAR),
    ]
)


@pytest.mark.parametrize(
    ("day", "customer", "group", "winner"),
    [
        ("2026-01-01", None, None, "list"),
        ("2026-05-31", "K-2", "SILVER", "list"),
        ("2026-06-01", "K-2", None, "summer"),
        ("2026-07-15", "K-2", None, "july"),
        ("2026-08-31", "K-2", None, "summer"),
        ("2026-09-01", "K-2", None, "list"),
        ("2027-01-01", "K-2", None, "list 2027"),
        ("2026-07-15", "K-2", "GOLD", "gold"),
        ("2026-07-15", "K-1", None, "K-1"),
        ("2026-12-31", "K-1", None, "K-1"),
        ("2027-01-01", "K-1", None, "list 2027"),
        ("2026-07-15", "K-1", "GOLD", "K-1 in gold"),
        ("9999-12-31", None, "GOLD", "gold"),
    ],
)
def test_who_gets_which_price(
    day: str, customer: str | None, group: str | None, winner: str
) -> None:
    asked = {"customer_id": customer, "customer_group": group}
    found = BOOK.find("SEAT", "EUR", date.fromisoformat(day), **asked)
    assert found.entry.id == winner


def test_the_explanation_says_what_was_passed_over_and_why() -> None:
    asked = {"customer_id": "K-1", "customer_group": "GOLD"}
    found = BOOK.find("SEAT", "EUR", date(2026, 7, 15), **asked)
    assert (
        found.explain(3).as_text()
        == """price book (v1)
  product: SEAT
  day of the price: 2026-07-15
  price entry: K-1 in gold
  price for the customer: K-1
  price for the customer group: GOLD
  valid: 2026-01-01/..
  not taken, since it is for the customer in any group: K-1 2026-01-01/2026-12-31
  not taken, since it is for a whole customer group: gold 2026-01-01/..
  not taken, since it is for everybody: july 2026-07-01/2026-07-31
  not taken, since it is for everybody: summer 2026-06-01/2026-08-31
  not taken, since it is for everybody: list 2026-01-01/..
  quantity: 3
  unit price: 7 EUR
  quantity at the unit price: 3 × 7 = 21 EUR"""
    )
    july = BOOK.find("SEAT", "EUR", date(2026, 7, 15)).explain(1).as_text(Culture.of("de"))
    assert "Preis für: alle" in july
    assert (
        "nicht genommen, weil seine Tage die des genommenen Preises umschließen: "
        "summer 2026-06-01/2026-08-31"
    ) in july


def test_a_tie_names_both_entries_the_days_and_the_way_out() -> None:
    spring = seat(9, date(2026, 3, 1), date(2026, 6, 30), id="spring")
    summer = seat(8, *SUMMER)
    with pytest.raises(InvalidValue) as refused:
        PriceBook([summer, spring])
    assert str(refused.value) == (
        "price 'spring' of 'SEAT' in EUR for everybody from 2026-03-01 to 2026-06-30 and the price "
        "of 'SEAT' in EUR for everybody from 2026-06-01 to 2026-08-31 are equally specific from "
        "2026-06-01 to 2026-06-30: end one before the other begins, let the days of one lie inside "
        "the other's, or name a customer or a group in one of them"
    )
    with pytest.raises(InvalidValue, match="equally specific from 2026-01-01 on: end one"):
        PriceBook([seat(9, customer_id="K-1"), seat(8, customer_id="K-1")])
    several = [seat(9), seat(8), attrs.evolve(spring, id=None), summer]
    with pytest.raises(InvalidValue) as both:
        PriceBook(several)
    assert str(both.value).count("equally specific") == 2


def test_a_missing_price_says_what_there_is() -> None:
    with pytest.raises(PriceNotFound) as missing:
        BOOK.find("SEAT", "GBP", NEW_YEAR, customer_id="K-1", customer_group="GOLD")
    assert str(missing.value).startswith(
        "no price of 'SEAT' in GBP on 2026-01-01 for customer 'K-1' in group 'GOLD': the book has "
        "EUR for everybody from 2026-01-01 on, EUR for everybody from 2026-06-01 to 2026-08-31"
    )
    assert "EUR for customer group 'GOLD' from 2026-01-01 on" in str(missing.value)
    assert "USD for everybody" in str(missing.value)
    with pytest.raises(PriceNotFound, match="on 2025-12-31 for everybody: the book has EUR for"):
        BOOK.find("SEAT", "EUR", date(2025, 12, 31))
    with pytest.raises(PriceNotFound, match="the book has 8 prices, none of that product"):
        BOOK.find("DISK", "EUR", NEW_YEAR)
    year = [seat(n, date(2000 + n, 1, 1), date(2000 + n, 1, 2)) for n in range(1, 12)]
    with pytest.raises(PriceNotFound, match="2008-01-02 and 3 more; add an entry that holds"):
        PriceBook(year).find("SEAT", "EUR", NEW_YEAR)


MOMENT: Any = datetime(2026, 1, 1)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"currency": "USD"}, "price 'P' is in USD, but its scheme gives EUR"),
        ({"product_id": ""}, "product_id of a price is empty"),
        ({"customer_group": ""}, "customer_group of a price is empty"),
        ({"customer_id": ""}, "customer_id of a price is empty"),
        ({"id": ""}, "id of a price is empty"),
        ({"first_day": MOMENT}, "first_day of price 'P' must be a plain date"),
        ({"first_day": None}, "first_day of price 'P' must be a plain date, got None"),
        ({"last_day": MOMENT}, "last_day of price 'P' must be a plain date"),
        ({"last_day": date(2025, 12, 31)}, "ends on 2025-12-31, before it begins on 2026-01-01"),
    ],
)
def test_what_cannot_be_a_price(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        attrs.evolve(seat(9, id="P"), **changes)


def test_a_book_refuses_one_id_twice_and_an_instant_for_a_day() -> None:
    with pytest.raises(InvalidValue, match="two prices have the id 'P': give each its own"):
        PriceBook([seat(9, id="P"), seat(8, *SUMMER, id="P")])
    with pytest.raises(InvalidValue, match="a price is found for a plain date"):
        BOOK.find("SEAT", "EUR", MOMENT)
    assert isinstance(BOOK.find("SEAT", "USD", NEW_YEAR), FoundPrice)
    assert BOOK.find("SEAT", "USD", NEW_YEAR).scheme.price(2).value == Fraction(28)


def test_the_last_day_there_is_is_a_day_like_others() -> None:
    assert PriceBook([seat(9, date.max, date.max)]).find("SEAT", "EUR", date.max).entry.span == (
        "9999-12-31/9999-12-31"
    )


def test_a_price_that_changes_by_date_is_explained_as_of_its_day() -> None:
    steps = (NEW_YEAR, PerUnit.of("10", "EUR")), (date(2027, 1, 1), PerUnit.of("12", "EUR"))
    book = PriceBook([PriceEntry("SEAT", "EUR", Ramp.of(*steps), NEW_YEAR)])
    found = book.find("SEAT", "EUR", date(2027, 2, 1))
    assert found.scheme == Ramp.of(*steps)
    assert found.explain(2).value == 24
    assert ("price in force since", "2027-01-01") in found.explain(2).facts
    rising = Uplifted(PerUnit.of("10", "EUR"), Uplift.fixed(None, 5))  # from the contract's day on
    listed = PriceBook([PriceEntry("SEAT", "EUR", rising, NEW_YEAR)])
    assert listed.find("SEAT", "EUR", date(2029, 1, 1)).explain(2).value == 20

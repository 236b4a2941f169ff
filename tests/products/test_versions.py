"""A product has versions by date, and a line knows which level each behaviour comes from."""

from __future__ import annotations

from datetime import date, datetime
from itertools import permutations
from typing import Any

import attrs
import pytest

from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, NotFound
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    Behaviour,
    Billing,
    Catalogue,
    ContractType,
    Level,
    Notice,
    Origin,
    Override,
    Product,
    Renewal,
    given_by,
    trail_in_words,
)

MAIL = Product.sold_as(ContractType.RECURRING, "MAIL", "Mail", [PerUnit.of("3", "EUR")])
DAYS = [date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1)]


def priced(price: str, valid_from: date | None) -> Product:
    return attrs.evolve(MAIL, schemes=[PerUnit.of(price, "EUR")], valid_from=valid_from)


def test_versions_answer_by_their_days_in_whatever_order_they_came() -> None:
    added = [priced(str(4 + n), day) for n, day in enumerate(DAYS)]
    found = set()
    for first, *others in permutations([MAIL, *added]):
        product = first
        for other in others:
            product = product.with_version(other)
        found.add(product)
        prices = [
            str(product.on(day).scheme("EUR").price(1)) for day in (date(2025, 12, 31), *DAYS)
        ]
        assert prices == ["3 EUR", "4 EUR", "5 EUR", "6 EUR"]
        assert product.valid_from == DAYS[-1]
        assert product.on(date(2026, 6, 30)) == added[0]
    assert len(found) == 1


def test_a_catalogue_answers_as_of_a_day() -> None:
    catalogue = Catalogue([priced("4", DAYS[0]).with_version(priced("5", DAYS[1]))])
    assert catalogue.product("MAIL").scheme("EUR") == PerUnit.of("5", "EUR")
    assert catalogue.product("MAIL", DAYS[0]).scheme("EUR") == PerUnit.of("4", "EUR")
    with pytest.raises(NotFound, match="is there from 2026-01-01 on, not yet on 2025-12-31"):
        catalogue.product("MAIL", date(2025, 12, 31))


def test_versions_that_do_not_follow_each_other_are_refused() -> None:
    with pytest.raises(InvalidValue, match="begin on the same day, 2026-01-01"):
        priced("4", DAYS[0]).with_version(priced("5", DAYS[0]))
    with pytest.raises(InvalidValue, match="begin on the same day, the first"):
        MAIL.with_version(MAIL)
    with pytest.raises(InvalidValue, match="'POST' is no version of product 'MAIL'"):
        MAIL.with_version(attrs.evolve(MAIL, id="POST"))
    with pytest.raises(InvalidValue, match="former version of 2026-07-01, which is later"):
        attrs.evolve(priced("4", DAYS[0]), former=(priced("5", DAYS[1]),))
    with pytest.raises(InvalidValue, match="are that product's own"):
        attrs.evolve(priced("4", DAYS[0]), former=(attrs.evolve(MAIL, id="POST"),))
    with pytest.raises(InvalidValue, match="valid_from of product 'MAIL' must be a plain date"):
        priced("4", datetime(2026, 1, 1))  # noqa: DTZ001


QUARTERLY = Override(
    by="A. Smith",
    on=DAYS[0],
    why="pays by quarter",
    billing=Billing(Timing.ADVANCE, Interval.months(3)),
)


def test_the_last_level_that_gave_a_behaviour_counts() -> None:
    endless = Override(by="B", on=DAYS[1], why="pilot", without_renewal=True)
    trail = (
        Origin(Level.PRODUCT, "MAIL", tuple(Behaviour), DAYS[0]),
        Origin(Level.PRICE_BOOK, "P-7", (Behaviour.PRICE,)),
        Origin.of(Level.ORDER, "O-1", QUARTERLY),
        Origin.of(Level.CONTRACT, "C-1", endless),
    )
    found = {behaviour: given_by(trail, behaviour).level for behaviour in Behaviour}
    assert found == dict.fromkeys(Behaviour, Level.PRODUCT) | {
        Behaviour.PRICE: Level.PRICE_BOOK,
        Behaviour.BILLING: Level.ORDER,
        Behaviour.RENEWAL: Level.CONTRACT,
    }
    english = trail_in_words(Culture.of("en-GB"), "Mail", trail).as_data()
    assert english["billing"] == [
        "As agreed in order O-1. Decided by A. Smith on 1 January 2026: pays by quarter."
    ]
    assert english["unit"] == [
        "As product MAIL has it. The version is in force from 1 January 2026."
    ]
    german = trail_in_words(Culture.of("de-DE"), "Mail", trail).as_text()
    assert "Wie es Preis P-7 des Preisbuchs vorgibt." in german
    with pytest.raises(NotFound, match="gave the behaviour 'fund'"):
        given_by(trail[1:], Behaviour.FUND)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({}, "name at least one behaviour"),
        ({"unit": "seat", "by": ""}, "by whom it was decided and why"),
        ({"unit": "seat", "why": ""}, "by whom it was decided and why"),
        ({"unit": "seat", "on": datetime(2026, 1, 1)}, "on a plain date"),  # noqa: DTZ001
        (
            {"renewal": Renewal(12, 12, Notice(None)), "without_renewal": True},
            "gives a renewal or takes it away",
        ),
        ({"delivery": "by_air"}, "DeliveryMode is one of direct, project"),
    ],
)
def test_an_override_says_who_why_and_what(said: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidValue, match=reason):
        Override(**{"by": "A", "on": DAYS[0], "why": "x", **said})

"""Rules of tax: the most specific one wins, says why, and never by chance."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import Supply, TaxPoint, TaxRate, TaxRule, TaxTable

SINCE = date(2015, 1, 1)
DAY = date(2026, 3, 31)
EU = ("AT", "FR", "IT")
RATES = [
    TaxRate("DE", "S", 19, date(2007, 1, 1)),
    TaxRate("DE", "S", 16, date(2020, 7, 1), date(2021, 1, 1)),
    TaxRate("DE", "R", 7, date(2007, 1, 1)),
    TaxRate("DE", "G", 0, date(2007, 1, 1)),
    TaxRate("FR", "S", 20, date(2014, 1, 1)),
]


def rule(name: str, category: str, **more: Any) -> TaxRule:
    reason = "" if category in {"S", "R", "Z"} else f"because of {name}"
    return TaxRule(name, "DE", category, reason, **({"valid_from": SINCE} | more))


RULES = [
    rule("eu business", "AE", buyers=EU, registered=True),
    rule("eu consumer", "S", buyers=EU, registered=False, rate_of="buyer"),
    rule("abroad", "O", abroad=True),
    rule("books at home", "R", codes=["B"], abroad=False),
    rule("training", "E", codes=["T"]),
]
TABLE = TaxTable(RATES, RULES)
SALE = Supply("DE", "DE", "S", DAY)


@pytest.mark.parametrize(
    ("changes", "decided"),
    [
        ({}, ("home", "S", 19)),
        ({"tax_point": date(2020, 8, 1)}, ("home", "S", 16)),
        ({"buyer": "FR", "registered": True}, ("eu business", "AE", 0)),
        ({"buyer": "FR"}, ("eu consumer", "S", 20)),
        ({"buyer": "US"}, ("abroad", "O", None)),
        ({"buyer": "US", "registered": True}, ("abroad", "O", None)),
        ({"code": "B"}, ("books at home", "R", 7)),
        ({"code": "B", "buyer": "FR", "registered": True}, ("eu business", "AE", 0)),
        ({"code": "T", "buyer": "FR", "registered": True}, ("training", "E", 0)),
        ({"buyer": "US", "tax_point": date(2014, 12, 31)}, ("export", "G", 0)),
    ],
)
def test_the_most_specific_rule_of_the_day_decides(
    changes: dict[str, Any], decided: tuple[str, str, int | None]
) -> None:
    found = TABLE.decide(attrs.evolve(SALE, **changes))
    assert (found.rule, found.category, found.percent) == decided
    assert found.reason == {
        "home": "sale within the country", "export": "sale to another country",
    }.get(found.rule, "" if found.category in "SR" else f"because of {found.rule}")  # fmt: skip
    assert found.tax_point == changes.get("tax_point", DAY)


@given(st.permutations(RULES), st.sampled_from(["DE", "FR", "US"]), st.booleans())
def test_the_order_of_the_rules_does_not_matter(
    rules: list[TaxRule], buyer: str, registered: bool
) -> None:
    supply = attrs.evolve(SALE, buyer=buyer, registered=registered)
    assert TaxTable(RATES, rules).decide(supply) == TABLE.decide(supply)


def test_of_equal_rules_the_one_that_began_last_decides() -> None:
    later = rule("since 2026", "S", abroad=True, valid_from=date(2026, 1, 1))
    table = TaxTable(RATES, [*RULES, later])
    abroad = attrs.evolve(SALE, buyer="US")
    assert table.decide(abroad).rule == "since 2026"
    assert table.decide(attrs.evolve(abroad, tax_point=date(2025, 12, 31))).rule == "abroad"


def test_a_rule_has_its_days() -> None:
    ended = rule("ended", "Z", valid_to=DAY)
    assert TaxTable(RATES, [ended]).decide(SALE).rule == "home"
    before = attrs.evolve(SALE, tax_point=date(2026, 3, 30))
    assert TaxTable(RATES, [ended]).decide(before).percent == Fraction(0)


@pytest.mark.parametrize(
    "other",
    [
        rule("x", "S", buyers=("FR", "ES"), registered=True),
        rule("eu business", "S"),
    ],
)
def test_rules_that_chance_would_choose_between_are_refused(other: TaxRule) -> None:
    with pytest.raises(InvalidValue, match=r"fit the same sales|have the id"):
        TaxTable(RATES, [*RULES, other])


@pytest.mark.parametrize(
    "other",
    [
        rule("x", "S", buyers=("ES",), registered=True),
        rule("x", "S", buyers=EU, registered=True, valid_from=DAY),
        rule("x", "S", buyers=EU, abroad=True, registered=True),
        TaxRule("x", "GB", "S", buyers=EU, registered=True, valid_from=SINCE),
    ],
)
def test_rules_that_never_meet_or_go_first_stand_side_by_side(other: TaxRule) -> None:
    assert TaxTable(RATES, [*RULES, other]).decide(SALE).rule == "home"


def test_no_tax_without_a_reason() -> None:
    for category in ("E", "AE", "K", "G", "O"):
        with pytest.raises(InvalidValue, match="wants its reason"):
            TaxRule("x", "DE", category, valid_from=SINCE)
        TaxRule("x", "DE", category, reason_code="VATEX-EU-AE", valid_from=SINCE)
    for field in ("codes", "buyers"):
        with pytest.raises(InvalidValue, match=r"come as a list, got 'FR': write \['FR'\]"):
            rule("x", "S", **{field: "FR"})
    with pytest.raises(InvalidValue, match="before it begins"):
        TaxRule("x", "DE", "S", valid_from=SINCE, valid_to=SINCE)


def test_a_taxed_category_needs_its_rate() -> None:
    consumer = attrs.evolve(SALE, buyer="IT")
    with pytest.raises(NotFound, match="'S' in 'IT' on 2026-03-31"):
        TABLE.decide(consumer)


@pytest.mark.parametrize(
    ("point", "day"),
    [
        ("invoice", date(2020, 7, 1)),
        ("service_end", date(2020, 6, 30)),
        ("service_start", date(2020, 6, 1)),
        ("earlier", date(2020, 6, 30)),
    ],
)
def test_the_tax_point_is_a_policy_of_the_seller(point: str, day: date) -> None:
    table = TaxTable(RATES, points={"DE": TaxPoint(point)})
    parts = date(2020, 7, 1), date(2020, 6, 1), date(2020, 6, 30)
    assert table.tax_point("DE", *parts) == day
    assert table.tax_point("GB", *parts) == date(2020, 7, 1)


NAMES = st.lists(st.sampled_from("AB"), max_size=2, unique=True)


@st.composite
def some_rules(draw: st.DrawFn) -> list[TaxRule]:
    """Rules of one seller that may meet, and those of another between them."""
    return [
        TaxRule(
            f"R-{number}",
            draw(st.sampled_from(["DE", "FR"])),
            "S",
            codes=draw(NAMES),
            buyers=draw(NAMES),
            abroad=draw(st.none() | st.booleans()),
            registered=draw(st.none() | st.booleans()),
            valid_from=draw(st.sampled_from([SINCE, DAY])),
        )
        for number in range(draw(st.integers(1, 6)))
    ]


def meet(one: TaxRule, other: TaxRule) -> bool:
    """Whether a sale could fit both, and neither goes before the other: word by word."""
    return (
        (one.seller, one.valid_from) == (other.seller, other.valid_from)
        and one.specificity == other.specificity
        and (not one.codes or bool({*one.codes} & {*other.codes}))
        and (not one.buyers or bool({*one.buyers} & {*other.buyers}))
        and (one.abroad, one.registered) == (other.abroad, other.registered)
    )


@given(some_rules(), st.sampled_from("AB"), st.sampled_from("AB"), st.booleans())
def test_the_rule_that_decides_is_the_first_of_all_that_fit(
    rules: list[TaxRule], code: str, buyer: str, registered: bool
) -> None:
    rates = [TaxRate("DE", category, 19, SINCE) for category in "SG"]
    if any(meet(one, other) for one, other in combinations(rules, 2)):
        with pytest.raises(InvalidValue, match="fit the same sales"):
            TaxTable(rates, rules)
        return
    supply = Supply("DE", buyer, code, DAY, registered)
    fitting = [one for one in rules if one.fits(supply)]
    fitting.sort(key=lambda one: (one.specificity, one.valid_from), reverse=True)
    expected = fitting[0].id if fitting else "export"
    assert TaxTable(rates, rules).decide(supply).rule == expected

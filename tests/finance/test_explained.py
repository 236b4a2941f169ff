"""Explanations of conversions and taxes give the very figures, and compute themselves again."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.culture import Culture
from harmony_core.errors import CurrencyMismatch
from harmony_core.explanation import Explanation, RoundingMode
from harmony_core.finance import (
    ExactAmount,
    LineTax,
    Money,
    Rate,
    RateBook,
    Rounding,
    TaxBase,
    TaxLine,
    TaxMethod,
    convert,
    explain_conversion,
    explain_tax,
    tax_document,
)

DAY = date(2026, 3, 31)
BOOK = RateBook(
    Rate("EUR", code, DAY, value, source="ECB")
    for code, value in (("GBP", "0.8571"), ("USD", "1.1498"), ("JPY", "161.37"), ("KWD", "0.3533"))
)
CODES = st.sampled_from(["EUR", "GBP", "USD", "JPY", "KWD"])
ROUNDINGS = st.builds(Rounding, st.sampled_from(RoundingMode))


@given(st.integers(-(10**9), 10**9), CODES, CODES, ROUNDINGS)
def test_a_conversion_is_what_its_explanation_says(
    minor: int, base: str, quote: str, rounding: Rounding
) -> None:
    money, rate = Money(minor, base), BOOK.find(base, quote, DAY)
    why = explain_conversion(money, rate, rounding)
    assert why.value == why.evaluate() == convert(money, rate, rounding).exact.value
    assert why.unit == quote
    assert [text for label, text in why.facts] == list(rate.ids)
    assert Explanation.from_data(why.as_data()) == why


@given(
    st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=6),
    st.sampled_from(["5", "7.7", "19", None]),
    st.sampled_from(list(TaxMethod)),
    ROUNDINGS,
)
def test_a_tax_is_what_its_explanation_says(
    nets: list[int], percent: str | None, method: TaxMethod, rounding: Rounding
) -> None:
    lines = [TaxLine.of(Money(net, "EUR"), "S", percent) for net in nets]
    lines.append(TaxLine.of(Money(333, "EUR"), "R", "2.1"))
    for group in tax_document("EUR", lines, method=method, rounding=rounding).groups:
        why = explain_tax(group, rounding, reason="sale within the country")
        assert why.value == why.evaluate() == group.tax.exact.value
        if method is TaxMethod.PER_CATEGORY_AND_RATE:
            assert all(given.name != "elsewhere" for given in why.given)


def test_a_cross_rate_is_read_step_by_step_in_german() -> None:
    found = BOOK.find("GBP", "USD", DAY)
    text = explain_conversion(ExactAmount.of("85.71", "GBP"), found).as_text(Culture.of("de"))
    assert text.splitlines() == [
        "Umrechnung (v1)",
        "  Wechselkurs: ECB:EUR/GBP:spot:2026-03-31",
        "  Wechselkurs: ECB:EUR/USD:spot:2026-03-31",
        "  Betrag: 85,71 GBP",
        "  Wechselkurs: 0,8571",
        "  Wechselkurs: 1,1498",
        "  kleinste Einheit: 0,01 USD",
        "  in EUR, zum Kurs vom 2026-03-31: 85,71 ÷ 0,8571 = 100 EUR",
        "  in USD, zum Kurs vom 2026-03-31: 100 × 1,1498 = 114,98 USD",
        "  gerundet: kaufmännisch gerundet (114,98; 0,01) = 114,98 USD",
    ]


def test_what_other_roundings_add_is_a_step_of_its_own() -> None:
    lines = [TaxLine.of(Money(50, "EUR"), "S", 5)] * 3
    (group,) = tax_document("EUR", lines, method=TaxMethod.PER_LINE).groups
    why = explain_tax(group)
    assert why.value == Fraction("0.09")
    assert [(step.name, step.value) for step in why.steps][-2:] == [
        ("rounded", Fraction("0.08")),
        ("shown", Fraction("0.09")),
    ]


@given(
    st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=4),
    st.sampled_from(TaxMethod),
    ROUNDINGS,
    st.booleans(),
)
def test_a_tax_upon_a_tax_is_what_its_explanation_says(
    nets: list[int], method: TaxMethod, rounding: Rounding, included: bool
) -> None:
    qst = LineTax("QST", "9.5", "CA-QC", TaxBase.RUNNING)
    lines = [
        TaxLine.of(Money(net, "CAD"), "GST", 5, jurisdiction="CA", further=[qst]) for net in nets
    ]
    found = tax_document("CAD", lines, method=method, rounding=rounding, tax_included=included)
    for group in found.groups:
        why = explain_tax(group, rounding)
        assert why.value == why.evaluate() == group.tax.exact.value


def test_a_tax_upon_a_tax_says_whose_it_is_and_what_it_stands_on_in_german() -> None:
    qst = LineTax("QST", "9.5", "CA-QC", TaxBase.RUNNING)
    line = TaxLine.of(Money(10000, "CAD"), "GST", 5, jurisdiction="CA", further=[qst])
    _, group = tax_document("CAD", [line]).groups
    text = explain_tax(group).as_text(Culture.of("de"))
    assert "Steuerhoheit: CA-QC" in text
    assert "Steuerpflichtiger Betrag mit den Steuern davor: 105 CAD" in text


def test_a_rate_from_another_currency_explains_nothing() -> None:
    with pytest.raises(CurrencyMismatch):
        explain_conversion(Money(1, "USD"), BOOK.find("EUR", "GBP", DAY))

"""An explanation is a value that gives its figure again."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.culture import Culture
from harmony_core.explanation import (
    OPERATIONS,
    Explainer,
    Explanation,
    RoundingMode,
    exact_text,
    round_ratio,
    round_to_step,
)

numbers = st.fractions(max_denominator=10_000)
NAMES = sorted(set(OPERATIONS) - {"divide"})


@st.composite
def explanations(draw: st.DrawFn) -> Explanation:
    why = Explainer("per unit", draw(st.integers(1, 9)))
    names = [
        why.given(f"g{number}", "quantity", draw(numbers), draw(st.sampled_from(["", "EUR", "h"])))
        for number in range(draw(st.integers(1, 4)))
    ]
    why.given("step", "smallest unit", Fraction(1, 100))
    for number in range(draw(st.integers(0, 5))):
        operation = draw(st.sampled_from(NAMES))
        operands = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
        if operation.startswith("round_"):
            operands = [operands[0], "step"]
        label, details = "units in band {number}", {"number": str(number)}
        names.append(why.step(f"s{number}", label, operation, *operands, **details))
    why.fact("first day", "2026-03-01")
    return why.explanation(names[-1])


@given(explanations())
def test_it_evaluates_to_its_value_and_survives_a_store(explanation: Explanation) -> None:
    assert explanation.evaluate() == explanation.value
    again = Explanation.from_data(json.loads(json.dumps(explanation.as_data())))
    assert again == explanation
    assert again.evaluate() == explanation.value
    for culture in (Culture.of("en"), Culture.of("de")):
        lines = explanation.as_text(culture).splitlines()
        assert len(lines) == 2 + len(explanation.given) + len(explanation.steps)


@given(numbers)
def test_exact_text_loses_nothing(value: Fraction) -> None:
    assert Fraction(exact_text(value)) == value


@given(numbers, st.sampled_from(RoundingMode))
def test_rounding_moves_by_less_than_a_step_and_ties_as_named(
    value: Fraction, mode: RoundingMode
) -> None:
    step = Fraction(1, 20)
    rounded = round_to_step(value, step, mode)
    assert (rounded / step).denominator == 1
    assert abs(rounded - value) < step
    if mode.value.startswith("half"):
        assert abs(rounded - value) <= step / 2
    assert round_to_step(rounded, step, mode) == rounded


@pytest.mark.parametrize(
    ("mode", "of_minus_25", "of_25", "of_35"),
    [
        (RoundingMode.HALF_UP, -3, 3, 4),
        (RoundingMode.HALF_DOWN, -2, 2, 3),
        (RoundingMode.HALF_EVEN, -2, 2, 4),
        (RoundingMode.HALF_ODD, -3, 3, 3),
        (RoundingMode.HALF_CEILING, -2, 3, 4),
        (RoundingMode.HALF_FLOOR, -3, 2, 3),
        (RoundingMode.UP, -3, 3, 4),
        (RoundingMode.DOWN, -2, 2, 3),
        (RoundingMode.CEILING, -2, 3, 4),
        (RoundingMode.FLOOR, -3, 2, 3),
    ],
)
def test_ties(mode: RoundingMode, of_minus_25: int, of_25: int, of_35: int) -> None:
    found = [round_ratio(tenths, 10, mode) for tenths in (-25, 25, 35)]
    assert found == [of_minus_25, of_25, of_35]
    by_name: Any = mode.value  # its text is the same rule, and never another one
    assert [round_ratio(tenths, 10, by_name) for tenths in (-25, 25, 35)] == found


def test_a_word_that_is_no_rule_of_rounding_is_refused() -> None:
    word: Any = "commercial"
    with pytest.raises(ValueError, match="'commercial' is not a valid RoundingMode"):
        round_ratio(5, 2, word)


@given(st.integers(), st.integers(1), st.integers(-9, 9))
def test_half_up_is_the_nearest_whole_number_and_a_tie_goes_away_from_zero(
    whole: int, denominator: int, off: int
) -> None:
    numerator = whole * denominator + denominator // 2 + off  # at a tie, and close to it
    found = round_ratio(numerator, denominator, RoundingMode.HALF_UP)
    away = abs(Fraction(numerator, denominator) - found)
    assert away < Fraction(1, 2) or (
        away == Fraction(1, 2) and abs(found) * denominator > abs(numerator)
    )
    assert round_ratio(-numerator, denominator, RoundingMode.HALF_UP) == -found


def test_it_reads_as_a_calculation_in_both_languages() -> None:
    why = Explainer("time worked", 1)
    why.fact("first day", "2026-03-01")
    why.given("hours", "hours to bill", Fraction("2.5"), "h")
    why.given("price", "unit price", Fraction("95.10"), "EUR")
    why.step("exact", "quantity at the unit price", "multiply", "hours", "price", unit="EUR")
    why.given("step", "smallest unit", Fraction("0.01"), "EUR")
    why.step("amount", "settled", "round_half_up", "exact", "step")
    explanation = why.explanation("amount")
    assert explanation.unit == "EUR"
    assert explanation.as_text().splitlines()[1:] == [
        "  first day: 2026-03-01",
        "  hours to bill: 2.5 h",
        "  unit price: 95.1 EUR",
        "  smallest unit: 0.01 EUR",
        "  quantity at the unit price: 2.5 × 95.1 = 237.75 EUR",
        "  settled: round half up (237.75; 0.01) = 237.75 EUR",
    ]
    german = explanation.as_text(Culture.of("de"))
    assert "  abzurechnende Stunden: 2,5 Std." in german
    assert "  gerundet: kaufmännisch gerundet (237,75; 0,01) = 237,75 EUR" in german
    assert "<pre>" in explanation._repr_html_()


def test_a_sum_of_nothing_reads_as_nothing() -> None:
    why = Explainer("time worked", 1)
    why.step("hours", "hours to bill", "add", unit="h")
    assert why.explanation("hours").as_text().splitlines()[1] == "  hours to bill: 0 h"


def test_a_tampered_value_does_not_survive_the_evaluation() -> None:
    why = Explainer("per unit", 1)
    why.given("quantity", "quantity", 3)
    why.given("price", "unit price", 5, "EUR")
    data = why.explanation(why.step("amount", "whole", "multiply", "quantity", "price")).as_data()
    data["steps"][0][4] = "16"
    tampered = Explanation.from_data(data)
    assert (tampered.value, tampered.evaluate()) == (Fraction(16), Fraction(15))
    data["steps"][0][2] = "guess"
    with pytest.raises(ValueError, match="no operation 'guess'; an explanation knows add"):
        Explanation.from_data(data).evaluate()


def test_an_adopted_explanation_stays_one_chain() -> None:
    price = Explainer("per unit", 1)
    price.fact("first day", "2026-03-01")
    price.given("quantity", "quantity", 4)
    price.given("price", "unit price", 5, "EUR")
    inner = price.explanation(price.step("amount", "whole", "multiply", "quantity", "price"))
    why = Explainer("time worked", 1)
    why.fact("first day", "2026-03-01")
    why.given("hours", "hours", 4, "h")
    result = why.adopt(inner, "price_", {"quantity": "hours"})
    whole = why.explanation(result)
    assert [given.name for given in whole.given] == ["hours", "price_price"]
    assert whole.facts == (("first day", "2026-03-01"),), "said once"
    assert whole.evaluate() == 20
    with pytest.raises(ValueError, match="'hours' is not the 'price' explained"):
        why.adopt(inner, "again_", {"price": "hours"})
    with pytest.raises(ValueError, match="two parts of one explanation are called 'hours'"):
        why.given("hours", "hours", 1)


def test_sections_stand_together_within_each_other_and_come_back() -> None:
    part = Explainer("part", 1)
    part.fact("first day", "2026-01-01")
    part.given("price", "unit price", 3, "EUR")
    period = Explainer("period", 1)
    name = period.adopt(part.explanation("price"), "part1_", heading="part of the period")
    period.step("whole", "sum of the parts", "add", name)
    why = Explainer("correction", 1)
    why.given("charged", "charged", 1, "EUR")
    now = why.adopt(period.explanation("whole"), "now_", heading="as it is known now")
    why.step("amount", "difference", "subtract", now, "charged")
    made = why.explanation("amount")
    assert made.as_text().splitlines() == [
        "correction (v1)",
        "  charged: 1 EUR",
        "  as it is known now",
        "    part of the period",
        "      first day: 2026-01-01",
        "      unit price: 3 EUR",
        "    sum of the parts: 3 = 3 EUR",
        "  difference: 3 - 1 = 2 EUR",
    ]
    assert Explanation.from_data(json.loads(json.dumps(made.as_data()))) == made
    assert made.evaluate() == 2

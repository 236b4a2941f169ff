"""The terms of time and expenses in words, and what cannot be agreed about expenses."""

from __future__ import annotations

from datetime import date, time

import attrs
import pytest

from harmony_core.contracts import ContractLine
from harmony_core.culture import Culture
from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.explanation import RoundingMode
from harmony_core.finance import Exact, ExactAmount
from harmony_core.periods import Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    ContractType,
    ExpensesIncurred,
    ExpenseTerms,
    HourlyRate,
    QuantitySource,
    RateCalendar,
    RateCard,
    RatedFor,
    TimeRounding,
    TimeScope,
    TimeTerms,
    TimeWorked,
)
from tests.strategies import contract, line

BRITISH, GERMAN = Culture.of("en-GB"), Culture.of("de-DE")
OFFICE = RateCalendar.office("Europe/London", time(9), time(18))
WEIGHTS: dict[str, Exact] = {"normal": 1, "after_hours": "1.5", "weekend": 2}


def sold(source: QuantitySource) -> ContractLine:
    return line(
        PerUnit.of("95", "EUR"),
        date(2026, 1, 1),
        kind=ContractType.TRANSACTIONAL,
        quantity=0,
        source=source,
        timing=Timing.ARREARS,
        months=None,
    )


def quantity(source: QuantitySource, culture: Culture) -> str:
    return dict(sold(source).describe(culture).sentences)["quantity"]


@pytest.mark.parametrize(
    ("terms", "english"),
    [
        (
            TimeTerms(TimeRounding(TimeScope.TICKET, 15, minimum=30, grace=5, factor="0.5")),
            "The entries of a ticket are added up. The minutes count times 0.5. At least 30 "
            "minutes are charged. They are rounded up to 15 minutes. 5 minutes over are let go.",
        ),
        (
            TimeTerms(TimeRounding(TimeScope.DAY, 6, RoundingMode.HALF_UP)),
            "The entries of a day are added up. They are rounded to the nearest 6 minutes.",
        ),
        (
            TimeTerms(TimeRounding(TimeScope.TICKET_DAY, 6, RoundingMode.DOWN)),
            "The entries of a ticket are added up by day. They are rounded down to 6 minutes.",
        ),
        (
            TimeTerms(calendar=OFFICE, multipliers=WEIGHTS, untimed="normal"),
            "Each entry counts alone. Time under after_hours counts times 1.5. "
            "Time under normal counts times 1. Time under weekend counts times 2.",
        ),
    ],
)
def test_terms_of_time_say_what_is_done_in_order(terms: TimeTerms, english: str) -> None:
    first = "The hours worked are counted, times their multiplier. "
    assert quantity(TimeWorked(terms), BRITISH) == first + english


def test_terms_of_time_read_in_german() -> None:
    terms = TimeTerms(TimeRounding(TimeScope.TICKET, 15), OFFICE, WEIGHTS, "normal")
    assert quantity(TimeWorked(terms), GERMAN) == (
        "Gezählt werden die geleisteten Stunden mal ihrem Faktor. "
        "Die Buchungen eines Tickets werden zusammengezählt. "
        "Sie werden auf 15 Minuten aufgerundet. Zeit unter Randzeit zählt mal 1,5. "
        "Zeit unter Normalzeit zählt mal 1. Zeit unter Wochenende zählt mal 2."
    )


SPENT = ExpensesIncurred(
    10,
    [
        ExpenseTerms("hotel", 5, ExactAmount.of(120, "EUR")),
        ExpenseTerms("meals", covered=True),
        ExpenseTerms("parts", 20),
    ],
)


def test_expenses_say_what_holds_for_each_category() -> None:
    english = quantity(SPENT, BRITISH)
    assert english.startswith(
        "Expenses are passed on with 10% added. hotel: with 5% added, at most"
    )
    assert english.endswith("each. meals: covered. parts: with 20% added.")
    assert quantity(ExpensesIncurred(), BRITISH) == "Expenses are passed on as they are."


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"cap": ExactAmount.of(-1, "EUR")}, "must be zero or more"),
        ({"covered": True}, "leave out mark-up and cap"),
    ],
)
def test_terms_of_a_category_that_contradict_are_refused(
    parts: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidValue, match=message):
        attrs.evolve(ExpenseTerms("hotel", 5), **parts)  # type: ignore[arg-type]


def test_a_category_has_one_cap_in_the_currency_of_the_contract() -> None:
    with pytest.raises(InvalidValue, match="two terms"):
        ExpensesIncurred(0, [ExpenseTerms("a"), ExpenseTerms("a", 5)])
    dollars = ExpensesIncurred(0, [ExpenseTerms("hotel", cap=ExactAmount.of(120, "USD"))])
    with pytest.raises(CurrencyMismatch):
        contract(sold(dollars))


def test_the_rates_of_a_line_are_told_one_by_one() -> None:
    eur = ExactAmount.of
    card = RateCard(
        [
            HourlyRate("a", eur(95, "EUR")),
            HourlyRate("b", eur(130, "EUR"), RatedFor(role="senior", work_type="project")),
            HourlyRate("c", eur(110, "EUR"), RatedFor(role="junior"), date(2026, 1, 1)),
            HourlyRate("d", eur(90, "EUR"), RatedFor(site="B"), None, date(2026, 6, 30)),
        ]
    )
    source = TimeWorked(rates=card)
    assert quantity(source, BRITISH).endswith(
        "An hour costs what the most specific rate says, else the price above. everything: €95.00. "
        "role senior, work type project: €130.00. role junior: €110.00 from 1 January 2026 on. "
        "site B: €90.00 until 30 June 2026."
    )
    german = quantity(source, GERMAN)
    assert "Rolle senior, Tätigkeit project: 130,00" in german
    assert "bis 30. Juni 2026." in german

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound
from harmony_core.finance import (
    CostRateTable,
    ExactAmount,
    Money,
    blended_cost_rate,
    individual_cost_rate,
    marginal_cost_rate,
)
from harmony_core.periods import History

ENGINEER: dict[str, Any] = {
    "salary": Money.of(42_000, "GBP"),
    "on_cost_percent": "13.8",
    "overhead_share": Money.of(9_500, "GBP"),
    "working_days": 260,
    "holidays": 8,
    "leave": 25,
    "sick": 4,
    "training": 3,
    "hours_per_day": "7.5",
}


def gbp(amount: str) -> ExactAmount:
    return ExactAmount.of(amount, "GBP")


@pytest.mark.parametrize(
    ("utilisation", "hourly", "productive"),
    [("1", "34.72", "1650"), ("0.75", "46.30", "1237.5")],
)
def test_idle_hours_make_the_others_dearer(utilisation: str, hourly: str, productive: str) -> None:
    rate = individual_cost_rate(**ENGINEER, utilisation=utilisation)
    assert rate.hourly.settle() == Money.of(hourly, "GBP")
    assert rate.productive_hours == Fraction(productive)
    assert rate.annual_cost == gbp("57296")


def test_without_overhead_and_absences_only_salary_and_days_count() -> None:
    rate = individual_cost_rate(
        salary=Money.of(90_000, "USD"), working_days=260, holidays=11, leave=10, hours_per_day=8
    )
    assert rate.productive_hours == 1912
    assert rate.hourly.settle() == Money.of("47.07", "USD")
    assert rate.daily == ExactAmount.of("90000/239", "USD")


def test_a_blended_day_recovers_the_overhead_through_delivery_staff() -> None:
    rate = blended_cost_rate(
        overhead_budget=Money.of(2_400_000, "GBP"),
        recovery_percent=80,
        delivery_fte=24,
        effective_days=225,
        hours_per_day="7.5",
    )
    assert rate.daily.settle() == Money.of("355.56", "GBP")
    assert rate.annual_cost == gbp("1920000")
    assert rate.hourly * rate.productive_hours == rate.annual_cost


def test_the_marginal_rate_leaves_overhead_out() -> None:
    rate = marginal_cost_rate(
        salary=Money.of(42_000, "GBP"),
        on_cost_percent="13.8",
        effective_days=225,
        hours_per_day="7.5",
    )
    assert rate.daily.settle() == Money.of("212.43", "GBP")
    assert rate.hourly.settle() == Money.of("28.32", "GBP")


@given(
    salary=st.integers(0, 10**9),
    on_cost=st.fractions(0, 60),
    overhead=st.integers(0, 10**8),
    days=st.integers(1, 366),
    hours=st.fractions(Fraction(1, 4), 24),
    utilisation=st.fractions(Fraction(1, 100), 1),
)
def test_the_hours_of_a_year_cost_what_the_year_costs(
    salary: int, on_cost: Fraction, overhead: int, days: int, hours: Fraction, utilisation: Fraction
) -> None:
    rate = individual_cost_rate(
        salary=Money(salary, "JPY"),
        on_cost_percent=on_cost,
        overhead_share=Money(overhead, "JPY"),
        working_days=days,
        hours_per_day=hours,
        utilisation=utilisation,
    )
    assert rate.hourly * rate.productive_hours == rate.annual_cost
    assert rate.annual_cost.value == salary * (1 + on_cost / 100) + overhead
    assert rate.explanation.evaluate() == rate.explanation.value == rate.hourly.value
    assert rate.explanation.unit == "JPY"


def test_the_explanation_can_be_checked_by_hand() -> None:
    text = individual_cost_rate(**ENGINEER, utilisation="0.75").explanation.as_text()
    assert text.splitlines() == [
        "loaded cost rate: individual (v1)",
        "  salary of a year: 42000 GBP",
        "  on-cost as a share: 0.138",
        "  share of the overhead: 9500 GBP",
        "  working days: 260 d",
        "  public holidays: 8 d",
        "  days of leave: 25 d",
        "  days of sickness: 4 d",
        "  days of training: 3 d",
        "  hours a day: 7.5",
        "  utilisation: 0.75",
        "  on-costs: 42000 × 0.138 = 5796 GBP",
        "  salary with on-costs: 42000 + 5796 = 47796 GBP",
        "  annual cost: 47796 + 9500 = 57296 GBP",
        "  days at work: 260 - 8 - 25 - 4 - 3 = 220 d",
        "  hours at work: 220 × 7.5 = 1650 h",
        "  productive hours: 1650 × 0.75 = 1237.5 h",
        "  cost per hour: 57296 ÷ 1237.5 = 114592/2475 GBP",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"utilisation": 75}, "at most 1, got 75: write 0.75"),
        ({"utilisation": 0}, "productive hours must be above zero"),
        ({"leave": 300}, "productive hours must be above zero"),
        ({"sick": -1}, "days of sick must be zero or more, got -1"),
        ({"salary": Money.of(-1, "GBP")}, "a salary must be zero or more"),
        ({"hours_per_day": 7.5}, "must be exact, got float 7.5"),
    ],
)
def test_an_impossible_year_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        individual_cost_rate(**{**ENGINEER, **change})


def test_overhead_in_another_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        individual_cost_rate(**{**ENGINEER, "overhead_share": Money.of(1, "EUR")})


@pytest.mark.parametrize("change", [{"delivery_fte": 0}, {"effective_days": 0}])
def test_a_blend_of_nobody_is_refused(change: dict[str, Any]) -> None:
    blend: dict[str, Any] = {
        "overhead_budget": Money.of(1, "GBP"),
        "recovery_percent": 80,
        "delivery_fte": 1,
        "effective_days": 225,
        "hours_per_day": 8,
    }
    with pytest.raises(InvalidValue, match="days must be above zero"):
        blended_cost_rate(**{**blend, **change})


TABLE = CostRateTable(
    persons={
        "P-1": History.of([(date(2025, 7, 1), ExactAmount.of(44, "EUR"))]).with_value(
            date(2025, 7, 1), ExactAmount.of(45, "EUR"), known_from=date(2025, 9, 1)
        )
    },
    groups={
        "engineers": History.of([(date(2025, 1, 1), gbp("38")), (date(2026, 1, 1), gbp("40"))])
    },
    default=History.of([(date(2024, 1, 1), gbp("30"))]),
)


@pytest.mark.parametrize(
    ("person", "group", "day", "known", "rate", "level"),
    [
        ("P-1", "engineers", date(2025, 8, 1), None, ExactAmount.of(45, "EUR"), "person"),
        (
            "P-1",
            "engineers",
            date(2025, 8, 1),
            date(2025, 8, 31),
            ExactAmount.of(44, "EUR"),
            "person",
        ),
        ("P-1", "engineers", date(2025, 6, 30), None, gbp("38"), "group"),
        ("P-2", "engineers", date(2026, 1, 1), None, gbp("40"), "group"),
        ("P-2", "engineers", date(2024, 12, 31), None, gbp("30"), "default"),
        ("P-2", None, date(2026, 1, 1), None, gbp("30"), "default"),
    ],
)
def test_a_person_beats_the_group_and_the_group_the_default(
    person: str, group: str | None, day: date, known: date | None, rate: ExactAmount, level: str
) -> None:
    found = TABLE.find(person, group, day, known)
    assert (found.rate, found.level) == (rate, level)
    assert TABLE.rate(person, group, day, known) == rate


def test_a_day_without_any_rate_is_not_guessed() -> None:
    with pytest.raises(NotFound, match=r"no cost rate for 'P-9' \(group 'sales'\) on 2023-01-01"):
        TABLE.rate("P-9", "sales", date(2023, 1, 1))


def test_a_table_of_cost_rates_has_a_hash() -> None:
    def table(rate: str) -> CostRateTable:
        return CostRateTable(persons={"P-1": History.always(gbp(rate))}, groups={}, default=None)

    assert hash(table("40")) == hash(table("40"))
    assert len({table("40"), table("40"), table("41")}) == 2

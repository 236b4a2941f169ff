"""What an hour of a person's work costs the company, everything included.

Three methods, each with its explanation. *Individual*: one person's salary, on-costs and share of
the overhead over the hours left for customers. *Blended*: one rate for all delivery staff, which
recovers a share of the overhead budget. *Marginal*: salary and on-costs over the days of a year,
without overhead; it tells what one more day costs and is too low for profitability.

Contractors are cost of goods and have no
place in a blended rate; people whose salary is inside the overhead budget are given a rate of zero,
or they would count twice.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, kinds_checked
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._money import ExactAmount, Money


@attrs.frozen(field_transformer=kinds_checked)
class CostRate:
    """An hourly cost, exact, with how it came about.

    ``hourly`` is unrounded: work is costed as hours times this rate, and rounded once, on the
    amount. ``annual_cost`` is what the year costs, ``productive_hours`` what it is spread over
    (for a blended rate: all delivery staff together). ``daily`` is the cost of a day at work.
    """

    hourly: ExactAmount
    daily: ExactAmount
    annual_cost: ExactAmount
    productive_hours: Fraction
    explanation: Explanation


def individual_cost_rate(
    *,
    salary: Money,
    working_days: Exact,
    hours_per_day: Exact,
    on_cost_percent: Exact = 0,
    overhead_share: Money | None = None,
    holidays: Exact = 0,
    leave: Exact = 0,
    sick: Exact = 0,
    training: Exact = 0,
    utilisation: Exact = 1,
) -> CostRate:
    """Work out one person's fully loaded cost per hour worked for customers.

    (salary with on-costs + overhead share) / productive hours, where productive hours are
    (working days - holidays - leave - sick - training) x hours a day x utilisation.

    Args:
        salary: of a year.
        working_days: days of the year that are not weekends, before anything is taken off.
        hours_per_day: contracted hours of one day.
        on_cost_percent: what the employer pays on top of the salary, in percent of it.
        overhead_share: this person's part of the year's overhead, in the salary's currency.
        holidays: public holidays of the year, in days.
        leave: days of leave.
        sick: days of sickness to reckon with.
        training: days of training.
        utilisation: the share of the time left that serves customers, 0.75 for 75 %.

    Raises:
        InvalidValue: no productive hours are left, an argument is negative, or the utilisation is
            above one (a percentage where a share is asked).
        CurrencyMismatch: the overhead share is in another currency than the salary.

    >>> rate = individual_cost_rate(
    ...     salary=Money.of(42_000, "GBP"),
    ...     on_cost_percent="13.8",
    ...     overhead_share=Money.of(9_500, "GBP"),
    ...     working_days=220,
    ...     hours_per_day="7.5",
    ...     utilisation="0.75",
    ... )
    >>> rate.hourly.settle()
    Money.of('46.30', 'GBP')
    """
    why = Explainer("loaded cost rate: individual", 1)
    annual = _loaded_salary(why, salary, on_cost_percent)
    if overhead_share is not None:
        overhead = (overhead_share - Money.zero(salary.currency)).exact
        why.given("overhead", "share of the overhead", overhead.value, salary.currency)
        annual = why.step("annual", "annual cost", "add", annual, "overhead")
    days = why.given("working_days", "working days", _count(working_days, "working days"), "d")
    absences = {"holidays": holidays, "leave": leave, "sick": sick, "training": training}
    taken = [
        why.given(name, _ABSENCES[name], number, "d")
        for name, absence in absences.items()
        if (number := _count(absence, f"days of {name}"))
    ]
    if taken:
        days = why.step("days", "days at work", "subtract", days, *taken)
    hours = why.given("day_hours", "hours a day", _count(hours_per_day, "hours a day"))
    hours = why.step("hours", "hours at work", "multiply", days, hours, unit="h")
    share = _count(utilisation, "utilisation")
    if share > 1:
        raise InvalidValue(
            f"utilisation is a share of at most 1, got {utilisation}: write 0.75 for 75 %"
        )
    if share != 1:
        why.given("utilisation", "utilisation", share)
        hours = why.step("productive", "productive hours", "multiply", hours, "utilisation")
    _above_zero(why.value(hours), "productive hours")
    hourly = why.step("hourly", "cost per hour", "divide", annual, hours)
    return CostRate(
        hourly=ExactAmount(why.value(hourly), salary.currency),
        daily=ExactAmount(why.value(annual) / why.value(days), salary.currency),
        annual_cost=ExactAmount(why.value(annual), salary.currency),
        productive_hours=why.value(hours),
        explanation=why.explanation(hourly),
    )


def blended_cost_rate(
    *,
    overhead_budget: Money,
    recovery_percent: Exact,
    delivery_fte: Exact,
    effective_days: Exact,
    hours_per_day: Exact,
) -> CostRate:
    """Work out one cost rate for all delivery staff, recovering overhead through their days.

    recovery share x overhead budget / (delivery staff x effective days of one of them).

    Args:
        overhead_budget: of a year, salaries of all own staff included.
        recovery_percent: how much of the budget the delivery days must recover, in percent.
        delivery_fte: own delivery staff in full-time equivalents; contractors stay out.
        effective_days: days a year that one full-time person works, usually 220 to 230.
        hours_per_day: hours of one day.

    Raises:
        InvalidValue: an argument is negative, or staff, days or hours are zero.

    >>> rate = blended_cost_rate(
    ...     overhead_budget=Money.of(2_400_000, "GBP"),
    ...     recovery_percent=80,
    ...     delivery_fte=24,
    ...     effective_days=225,
    ...     hours_per_day="7.5",
    ... )
    >>> rate.daily.settle(), rate.hourly.settle()
    (Money.of('355.56', 'GBP'), Money.of('47.41', 'GBP'))
    """
    why = Explainer("loaded cost rate: blended", 1)
    currency = overhead_budget.currency
    budget = _count(overhead_budget.exact.value, "an overhead budget")
    why.given("budget", "overhead budget", budget, currency)
    why.given("recovery", "share to recover", _count(recovery_percent, "a recovery") / 100)
    annual = why.step("annual", "overhead to recover", "multiply", "budget", "recovery")
    why.given("staff", "delivery staff (full-time)", _count(delivery_fte, "delivery staff"))
    why.given("one", "effective days of one", _count(effective_days, "effective days"), "d")
    days = why.step("days", "delivery days", "multiply", "staff", "one")
    return _rate_by_day(why, annual, days, hours_per_day, currency)


def marginal_cost_rate(
    *,
    salary: Money,
    effective_days: Exact,
    hours_per_day: Exact,
    on_cost_percent: Exact = 0,
) -> CostRate:
    """Work out what one more day of a person costs: salary with on-costs, no overhead.

    Args:
        salary: of a year.
        effective_days: days a year that the person works, usually 220 to 230.
        hours_per_day: hours of one day.
        on_cost_percent: what the employer pays on top of the salary, in percent of it.

    Raises:
        InvalidValue: an argument is negative, or days or hours are zero.

    >>> marginal_cost_rate(
    ...     salary=Money.of(42_000, "GBP"),
    ...     on_cost_percent="13.8",
    ...     effective_days=225,
    ...     hours_per_day="7.5",
    ... ).daily.settle()
    Money.of('212.43', 'GBP')
    """
    why = Explainer("loaded cost rate: marginal", 1)
    annual = _loaded_salary(why, salary, on_cost_percent)
    days = why.given("days", "effective days", _count(effective_days, "effective days"), "d")
    return _rate_by_day(why, annual, days, hours_per_day, salary.currency)


_ABSENCES = {
    "holidays": "public holidays",
    "leave": "days of leave",
    "sick": "days of sickness",
    "training": "days of training",
}


def _loaded_salary(why: Explainer, salary: Money, on_cost_percent: Exact) -> str:
    amount = _count(salary.exact.value, "a salary")
    why.given("salary", "salary of a year", amount, salary.currency)
    share = _count(on_cost_percent, "an on-cost") / 100
    if not share:
        return "salary"
    why.given("on_cost", "on-cost as a share", share)
    why.step("on_costs", "on-costs", "multiply", "salary", "on_cost")
    return why.step("loaded", "salary with on-costs", "add", "salary", "on_costs")


def _rate_by_day(
    why: Explainer, annual: str, days: str, hours_per_day: Exact, currency: str
) -> CostRate:
    _above_zero(why.value(days), "days")
    daily = why.step("daily", "cost per day", "divide", annual, days)
    hours = _count(hours_per_day, "hours a day")
    _above_zero(hours, "hours a day")
    why.given("day_hours", "hours a day", hours)
    hourly = why.step("hourly", "cost per hour", "divide", daily, "day_hours")
    return CostRate(
        hourly=ExactAmount(why.value(hourly), currency),
        daily=ExactAmount(why.value(daily), currency),
        annual_cost=ExactAmount(why.value(annual), currency),
        productive_hours=why.value(days) * hours,
        explanation=why.explanation(hourly),
    )


def _count(value: Exact, what: str) -> Fraction:
    number = exact(value, what)
    if number < 0:
        raise InvalidValue(f"{what} must be zero or more, got {value}")
    return number


def _above_zero(value: Fraction, what: str) -> None:
    if value <= 0:
        raise InvalidValue(f"{what} must be above zero to spread a cost over them, got {value}")

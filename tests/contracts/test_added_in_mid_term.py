"""What is added in mid-term ends together with the rest; committed seats go by days."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.contracts import SeatTerm, catch_up, shared_end, units_added
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.finance import ExactAmount, Money
from harmony_core.periods import THIRTY_30, Interval, Schedule
from harmony_core.pricing import PerUnit
from harmony_core.products import TimeWorked
from tests.strategies import contract, line

FIFTY = ExactAmount.of(50, "EUR")
YEAR = SeatTerm(date(2026, 1, 1), date(2026, 12, 31), ExactAmount.of(120, "EUR"))
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
lengths = st.integers(0, 500)


# --- catch-up ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("added_on", "through", "quantity", "amount"),
    [
        (date(2026, 2, 15), date(2026, 6, 30), 1, "225.00"),  # 14/28 of February, four months
        (date(2026, 2, 1), date(2026, 2, 28), 1, "50.00"),
        (date(2026, 2, 28), date(2026, 2, 28), 1, "1.79"),  # 1/28
        (date(2024, 2, 29), date(2024, 3, 10), 2, "35.71"),  # 100 x (1/29 + 10/31)
        (date(2026, 1, 31), date(2026, 1, 31), 0, "0.00"),
    ],
)
def test_each_month_counts_its_own_days(
    added_on: date, through: date, quantity: int, amount: str
) -> None:
    found = catch_up(FIFTY, added_on, through, quantity=quantity)
    assert found.amount == Money.of(amount, "EUR")
    assert found.explanation.evaluate() == found.amount.exact.value


def test_the_periods_may_be_others_and_counted_otherwise() -> None:
    quarters = Schedule(date(2026, 1, 16), Interval.months(3))
    end = shared_end(quarters, date(2026, 3, 1), later=1)
    assert end == date(2026, 7, 15)
    price = ExactAmount.of(900, "EUR")
    found = catch_up(price, date(2026, 3, 1), end, schedule=quarters)
    assert found.amount == Money.of("1360.00", "EUR")  # 46 of 90 days, and a quarter
    thirty = catch_up(price, date(2026, 3, 1), end, schedule=quarters, day_count=THIRTY_30)
    assert thirty.amount == Money.of("1350.00", "EUR")  # 45 of 90, and a quarter


@given(days, lengths, lengths)
def test_a_catch_up_can_be_cut_anywhere(first: date, one: int, other: int) -> None:
    """Before it is settled: the parts of a period add up to it, whatever lies between."""
    middle = first + timedelta(days=one)
    last = middle + timedelta(days=other + 1)

    def exactly(start: date, end: date) -> Fraction:
        explained = catch_up(FIFTY, start, end).explanation
        return next(step.value for step in explained.steps if step.name == "exact")

    assert exactly(first, middle) + exactly(middle + timedelta(days=1), last) == exactly(
        first, last
    )


def test_a_catch_up_looks_forward() -> None:
    with pytest.raises(InvalidValue, match="added on 2026-02-15 cannot catch up to 2026-02-14"):
        catch_up(FIFTY, date(2026, 2, 15), date(2026, 2, 14))
    with pytest.raises(InvalidValue, match="zero or more, got -1"):
        catch_up(FIFTY, date(2026, 2, 15), date(2026, 2, 15), quantity=-1)
    with pytest.raises(InvalidValue, match="this period or a later one, got -1"):
        shared_end(Schedule(date(2026, 1, 1), Interval.months(1)), date(2026, 2, 1), -1)


# --- committed seats -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "allowed", "refund", "last_day"),
    [
        (date(2026, 1, 1), True, "598.36", date(2026, 1, 1)),
        (date(2026, 1, 3), True, "595.07", date(2026, 1, 3)),
        (date(2026, 1, 7), True, "588.49", date(2026, 1, 7)),
        (date(2026, 1, 8), False, "0.00", date(2026, 12, 31)),
        (date(2026, 12, 31), False, "0.00", date(2026, 12, 31)),
    ],
)
def test_the_window_closes_after_its_last_day(
    on: date, *, allowed: bool, refund: str, last_day: date
) -> None:
    found = YEAR.cancel(5, on)
    assert (found.allowed, found.last_day) == (allowed, last_day)
    assert found.refund == Money.of(refund, "EUR")
    assert (found.reason is None) == allowed
    assert found.explanation.evaluate() == found.refund.exact.value


def test_a_refusal_says_until_when_it_was_possible() -> None:
    reason = YEAR.cancel(5, date(2026, 1, 8)).reason
    assert reason is not None
    assert "could be cancelled until 2026-01-07; on 2026-01-08 they are committed" in reason


def test_seats_added_later_have_a_window_of_their_own() -> None:
    bought = date(2026, 7, 1)
    added = YEAR.add(5, bought)
    assert (added.days_left, str(added.charge)) == (184, "302.47 EUR")
    in_time, late = (
        YEAR.cancel(5, date(2026, 7, 7), bought),
        YEAR.cancel(5, date(2026, 7, 8), bought),
    )
    assert in_time.allowed
    assert not late.allowed
    assert (in_time.days_used, in_time.days_left) == (7, 177)


@given(st.integers(0, 364), st.integers(0, 30), st.integers(0, 50))
def test_what_is_used_and_what_is_refunded_make_up_the_charge(
    bought: int, later: int, seats: int
) -> None:
    bought_on = YEAR.first_day + timedelta(days=bought)
    on = min(bought_on + timedelta(days=later), YEAR.last_day)
    charged, found = YEAR.add(seats, bought_on), YEAR.cancel(seats, on, bought_on)
    assert found.days_used + found.days_left == charged.days_left
    assert found.allowed == (on < bought_on + timedelta(days=7))
    assert found.refund <= charged.charge
    if found.allowed:
        used = Fraction(120 * seats * found.days_used, 365)
        kept = (charged.charge - found.refund).exact.value
        assert abs(kept - used) <= Fraction(1, 100)  # two settled figures


def test_days_outside_the_term_are_refused() -> None:
    for day in (date(2025, 12, 31), date(2027, 1, 1)):
        with pytest.raises(InvalidValue, match="outside the term 2026-01-01 to 2026-12-31"):
            YEAR.add(1, day)
    with pytest.raises(InvalidValue, match="cannot be cancelled on 2026-02-01, before that"):
        YEAR.cancel(1, date(2026, 2, 1), date(2026, 2, 2))
    with pytest.raises(InvalidValue, match="zero or more, got -5"):
        YEAR.add(-5, date(2026, 2, 1))


# --- as amendments -------------------------------------------------------------------------------


BASE = contract(line(PerUnit.of(120, "EUR"), date(2026, 1, 1), quantity=20, months=12))
IN_JULY = date(2026, 7, 1)


def test_units_are_added_to_what_is_agreed_then_and_later() -> None:
    (fewer,) = units_added(BASE, "1", -2, date(2027, 1, 1), id="A", agreed_on=date(2026, 5, 1))
    pending = BASE.amended(fewer)
    more = units_added(pending, "1", 5, IN_JULY, id="B", agreed_on=date(2026, 6, 20))
    assert [one.id for one in more] == ["B", "B/2"]
    for amendment in more:
        pending = pending.amended(amendment)
    on = {day: pending.line_on("1", day) for day in (date(2026, 6, 30), IN_JULY, date(2027, 1, 1))}
    assert [one.quantity for one in on.values() if one is not None] == [20, 25, 23]


def test_no_more_are_taken_off_than_there_are_then_or_later() -> None:
    with pytest.raises(RuleBroken, match="has 20 units from 2026-07-01, fewer than the 21"):
        units_added(BASE, "1", -21, IN_JULY, id="A", agreed_on=IN_JULY)
    pending = BASE.amended(
        *units_added(BASE, "1", -15, date(2027, 1, 1), id="A", agreed_on=date(2026, 5, 1))
    )
    with pytest.raises(RuleBroken, match="has 5 units from 2027-01-01, fewer than the 6"):
        units_added(pending, "1", -6, IN_JULY, id="B", agreed_on=IN_JULY)


def test_only_agreed_units_of_a_running_line_can_be_added_to() -> None:
    with pytest.raises(RuleBroken, match="'1' of contract 'C-1' does not run on 2025-12-31"):
        units_added(BASE, "1", 1, date(2025, 12, 31), id="A", agreed_on=IN_JULY)
    worked = contract(line(PerUnit.of(90, "EUR"), source=TimeWorked(), months=None))
    with pytest.raises(RuleBroken, match="is measured: its units follow the facts"):
        units_added(worked, "1", 1, IN_JULY, id="A", agreed_on=IN_JULY)

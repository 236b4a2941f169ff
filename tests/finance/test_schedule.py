"""Schedules add up exactly in three currencies, never go the wrong way, and leave months alone."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.explanation import RoundingMode
from harmony_core.finance import (
    Booked,
    Money,
    MonthWeight,
    RecognitionSchedule,
    Remainder,
    Rounding,
    booked_sum,
    early_termination,
    money_sum,
    on_days,
    percent_complete,
    spread,
    straight_line,
)
from harmony_core.periods import Month, Span

DAY = date(2026, 1, 1)
NAMES = ("USD", "EUR", "JPY")
minor = st.integers(-(10**9), 10**9)
totals = st.builds(
    lambda *minors: Booked(*(Money(m, code) for m, code in zip(minors, NAMES, strict=True))),
    minor,
    minor,
    minor,
)
spans = st.builds(
    Span.starting, st.dates(date(2023, 1, 1), date(2026, 12, 31)), st.integers(1, 800)
)
weightings = st.sampled_from(MonthWeight)
mirrored = st.sampled_from([RoundingMode.HALF_UP, RoundingMode.HALF_EVEN, RoundingMode.DOWN])


@given(totals, spans, weightings, st.sampled_from(Remainder), st.sampled_from(RoundingMode))
def test_the_parts_add_up_in_every_column(
    total: Booked, service: Span, by: MonthWeight, remainder: Remainder, mode: RoundingMode
) -> None:
    plan = RecognitionSchedule.of(total, straight_line(service, by), Rounding.of(mode), remainder)
    assert booked_sum(plan.parts.values(), total.currencies) == total
    assert plan.deferred(Month.containing(service.last_day)) == Booked.zero(*NAMES)
    assert plan.deferred(Month.containing(service.first_day) + -1) == total


@given(totals, spans, weightings, mirrored)
def test_a_credit_note_is_the_mirror_image(
    total: Booked, service: Span, by: MonthWeight, mode: RoundingMode
) -> None:
    weights, rounding = straight_line(service, by), Rounding.of(mode)
    there = RecognitionSchedule.of(total, weights, rounding).parts
    back = RecognitionSchedule.of(-total, weights, rounding).parts
    assert {month: -part for month, part in back.items()} == there


@given(minor, st.lists(st.integers(0, 31), min_size=1, max_size=30).filter(any))
def test_no_part_goes_the_wrong_way(amount: int, weights: list[int]) -> None:
    parts = spread(Money(amount, "EUR"), weights)
    assert all(part.minor * amount >= 0 for part in parts)
    exact = [amount * sum(weights[: n + 1]) / sum(weights) for n in range(len(weights))]
    so_far = [sum(part.minor for part in parts[: n + 1]) for n in range(len(weights))]
    assert all(abs(got - want) <= 0.5 + 1e-6 for got, want in zip(so_far, exact, strict=True))


@given(spans)
def test_days_are_counted_once(service: Span) -> None:
    weights = straight_line(service)
    assert sum(weights.values()) == service.days
    assert list(weights) == sorted(weights)
    for month, share in straight_line(service, MonthWeight.BY_PRORATED_MONTH).items():
        assert share * month.span.days == weights[month]
    assert set(straight_line(service, MonthWeight.BY_MONTH).values()) == {1}


@given(totals, totals, spans, st.integers(0, 30), weightings)
def test_planning_anew_leaves_posted_months_alone(
    total: Booked, changed: Booked, service: Span, after: int, by: MonthWeight
) -> None:
    posted = Month.containing(service.first_day) + after
    longer = Span(service.start, (posted + 2).last_day + timedelta(days=1))
    plan = RecognitionSchedule.of(total, straight_line(service, by))
    again = plan.replanned(changed, straight_line(longer, by), posted)
    for month, part in plan.parts.items():
        if month <= posted:
            assert again.parts[month] == part
    assert booked_sum(again.parts.values(), changed.currencies) == changed
    assert again.recognised(posted) == plan.recognised(posted)


@given(totals, spans, st.data())
def test_what_ends_early_is_earned_or_credited(
    total: Booked, service: Span, data: st.DataObject
) -> None:
    day = service.start + timedelta(days=data.draw(st.integers(0, service.days - 1)))
    posted = Month.containing(service.first_day) + data.draw(st.integers(-1, 30))
    earned, credit = early_termination(total, service, day)
    assert earned + credit == total
    plan = RecognitionSchedule.of(total, straight_line(service))
    stopped = plan.stopped(earned, Month.containing(day), posted)
    assert booked_sum(stopped.parts.values(), total.currencies) == earned
    for month, part in stopped.parts.items():
        if month <= posted:
            assert plan.parts[month] == part
    if day == service.last_day:
        assert not credit


@given(st.lists(st.tuples(st.integers(0, 10**8), st.integers(0, 100)), min_size=1, max_size=8))
def test_revenue_to_date_is_price_times_progress(steps: list[tuple[int, int]]) -> None:
    given_ = [(Money(price * 100, "EUR"), f"{share}/100") for price, share in steps]
    parts = percent_complete(given_)
    for number, (price, share) in enumerate(steps, start=1):
        to_date = money_sum(parts[:number], "EUR")
        assert to_date == Money(price * share, "EUR")


def test_known_figures() -> None:
    year = Span.of_days(date(2026, 1, 1), date(2026, 12, 31))
    weights = list(straight_line(year, MonthWeight.BY_MONTH).values())
    cents = Money.of("0.05", "EUR")
    assert [part.minor for part in spread(cents, weights)] == [0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0]
    last = spread(cents, weights, remainder=Remainder.LAST)
    assert [part.minor for part in last] == [0] * 11 + [5]


def test_milestones_of_one_month_are_one_part() -> None:
    days = [(date(2026, 3, 1), "0.5"), (date(2026, 1, 31), "0.2"), (date(2026, 3, 31), "0.3")]
    weights = on_days(days)
    assert list(weights) == [Month(2026, 1), Month(2026, 3)]
    money = Money.of("100.01", "USD")
    plan = RecognitionSchedule.of(Booked(money, money, money), weights)
    assert [str(part.transaction) for part in plan.parts.values()] == ["20.00 USD", "80.01 USD"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: spread(Money.of(1, "EUR"), []), "at least one of them is above zero"),
        (lambda: spread(Money.of(1, "EUR"), [0, 0]), "at least one of them is above zero"),
        (lambda: spread(Money.of(1, "EUR"), [2, -1]), "weights are zero or more"),
        (lambda: on_days([(date(2026, 1, 1), -1)]), "2026-01-01 weighs -1"),
        (lambda: on_days([(date(2026, 1, 1), 0)]), "nothing is earned on any day"),
        (lambda: percent_complete([(Money.of(1, "EUR"), "1.1")]), "share from 0 to 1, got 1.1"),
    ],
)
def test_what_cannot_be_spread_is_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidValue, match=message):
        make()


def test_a_schedule_that_loses_money_is_refused() -> None:
    money = Money.of(1, "EUR")
    one = Booked(money, money, money)
    plan = RecognitionSchedule.of(one, straight_line(Span.of_days(DAY, date(2026, 2, 28))))
    with pytest.raises(InvalidValue, match="do not add up to its total"):
        attrs.evolve(plan, total=one + one)
    with pytest.raises(InvalidValue, match=r"1.00 EUR is left after 2026-02, and no later month"):
        plan.replanned(one + one, straight_line(Month(2026, 1).span), Month(2026, 2))
    with pytest.raises(InvalidValue, match="lies within it, got 2026-02-01"):
        early_termination(one, Month(2026, 1).span, date(2026, 2, 1))

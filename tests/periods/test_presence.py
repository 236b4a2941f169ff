"""Device days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.periods import Change, InstantSpan, Span, days_present, local_day, presence

BERLIN = "Europe/Berlin"
AUTUMN = Span.of_days(date(2026, 10, 1), date(2026, 10, 31))  # the clocks go back on the 25th
zones = st.sampled_from(["UTC", BERLIN, "America/Havana", "Pacific/Apia", "Asia/Kolkata"])
hours = st.integers(-300, 1100)


def after(hours: int) -> datetime:
    return datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=hours)


changes = st.lists(st.tuples(hours.map(after), st.booleans()), max_size=12)


def by_looking_at_each_day(changes: list[Change], period: Span, zone: str) -> int:
    """Ask of each civil day whether the thing came, went, or stayed on it."""
    ordered, found = sorted(changes, key=lambda change: change[0]), 0
    for day in period.each_day():
        time = InstantSpan.of_days(Span.starting(day, 1), zone)
        before = [present for at, present in ordered if at < time.start]
        came = any(present for at, present in ordered if local_day(at, zone) == day)
        found += came or (bool(before) and before[-1])
    return found


@given(changes.map(lambda found: list({at: (at, there) for at, there in found}.values())), zones)
def test_a_day_counts_if_the_thing_was_there_at_any_time(found: list[Change], zone: str) -> None:
    assert days_present(found, AUTUMN, zone) == by_looking_at_each_day(found, AUTUMN, zone)


@given(changes, st.integers(0, 31), zones)
def test_splitting_a_period_loses_nothing(found: list[Change], cut: int, zone: str) -> None:
    middle = AUTUMN.start + timedelta(days=cut)
    parts = Span(AUTUMN.start, middle), Span(middle, AUTUMN.end)
    assert sum(days_present(found, part, zone) for part in parts) == days_present(
        found, AUTUMN, zone
    )


@given(st.lists(changes, max_size=4))
def test_things_are_counted_each_by_itself(things: list[list[Change]]) -> None:
    together = presence(things, AUTUMN, BERLIN)
    assert together.days == sum(days_present(each, AUTUMN, BERLIN) for each in things)
    assert together.units == Fraction(together.days, 31)
    assert 0 <= together.units <= len(things)


def test_coming_and_going_on_one_day_is_one_day() -> None:
    day = [(after(hour), there) for hour, there in ((1, True), (2, False), (5, True), (6, False))]
    assert days_present(day, AUTUMN) == 1


def test_the_day_of_removal_counts_even_at_midnight() -> None:
    assert days_present([(after(0), True), (after(24), False)], AUTUMN) == 2


def test_a_civil_day_of_25_hours_is_one_day() -> None:
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight of the 25th in Berlin
    stay = [(start, True), (start + timedelta(hours=24, minutes=59), False)]
    assert days_present(stay, AUTUMN, BERLIN) == 1
    assert days_present(stay, AUTUMN) == 2


def test_changes_are_in_the_order_of_their_instants_and_not_of_their_wall_clocks() -> None:
    berlin = ZoneInfo(BERLIN)
    came = datetime(2026, 10, 20, 9, tzinfo=berlin)
    went = datetime(2026, 10, 25, 2, 40, tzinfo=berlin)  # before the clocks go back
    again = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=berlin)  # fifty minutes later
    stays = [(came, True), (went, False), (again, True)]
    assert days_present(stays, AUTUMN, BERLIN) == 12


def test_a_stub_is_measured_by_its_full_period() -> None:
    stub = Span.of_days(date(2026, 10, 17), date(2026, 10, 31))
    assert presence([[(after(-9), True)]], stub, full=AUTUMN).units == Fraction(15, 31)
    nothing = Span(date(2026, 10, 1), date(2026, 10, 1))
    with pytest.raises(InvalidValue, match="without days"):
        presence([], nothing)

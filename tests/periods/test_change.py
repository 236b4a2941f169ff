"""Changes inside a period, and caps of credits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.explanation import RoundingMode
from harmony_core.periods import (
    ACTUAL_ACTUAL,
    SECONDS,
    THIRTY_30,
    DayCount,
    InstantSpan,
    Month,
    Span,
    creditable,
    part_left,
    prorate,
    prorate_change,
)

amounts = st.fractions(0, 10_000, max_denominator=1000)
days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
rules = st.sampled_from([ACTUAL_ACTUAL, THIRTY_30, DayCount.fixed(30)])


@given(days, rules)
def test_what_is_left_and_what_is_gone_are_the_whole(day: date, rule: DayCount) -> None:
    month = Month.containing(day).span
    gone = prorate(Fraction(1), Span(month.start, day), month, rule)
    assert gone + part_left(month, day, rule) == 1


@given(days, st.integers(1, 400))
def test_all_is_left_before_a_period_and_nothing_after_it(day: date, distance: int) -> None:
    month = Month.containing(day).span
    assert part_left(month, month.start - timedelta(days=distance)) == 1
    assert part_left(month, month.end + timedelta(days=distance - 1)) == 0


@given(amounts, amounts, st.fractions(0, 1))
def test_a_change_and_its_reverse_are_nothing(old: Fraction, new: Fraction, left: Fraction) -> None:
    there, back = prorate_change(old, new, left), prorate_change(new, old, left)
    assert there.net == -back.net
    assert there.credit == -back.charge
    assert prorate_change(old, old, left).net == 0


@given(amounts, amounts, st.fractions(0, 1), amounts, st.sampled_from(RoundingMode))
def test_the_total_of_rounded_lines_is_their_sum(
    old: Fraction, new: Fraction, left: Fraction, following: Fraction, mode: RoundingMode
) -> None:
    change = prorate_change(old, new, left, following)
    lines = change.rounded(Fraction(1, 100), mode)
    assert lines.total == lines.credit + lines.charge + lines.following
    assert lines.net == lines.credit + lines.charge
    assert abs(lines.total - change.total) < Fraction(3, 100)


def test_to_the_second() -> None:
    day = InstantSpan(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))
    assert part_left(day, datetime(2026, 3, 1, 18, tzinfo=UTC), SECONDS) == Fraction(1, 4)
    with pytest.raises(InvalidValue, match="counts days"):
        part_left(day, datetime(2026, 3, 1, 18, tzinfo=UTC))


def test_days_and_instants_do_not_mix() -> None:
    with pytest.raises(InvalidValue, match="is changed on a day"):
        part_left(Month(2026, 3).span, datetime(2026, 3, 1, 18, tzinfo=UTC))
    with pytest.raises(InvalidValue, match="is changed on a day"):
        part_left(InstantSpan.of_days(Month(2026, 3).span, "UTC"), date(2026, 3, 4), SECONDS)


@given(amounts, st.lists(amounts, max_size=6))
def test_credits_never_add_up_to_more_than_was_billed(
    billed: Fraction, wanted: list[Fraction]
) -> None:
    credited = Fraction(0)
    for potential in wanted:
        given_back = creditable(potential, billed, credited)
        assert 0 <= given_back <= potential
        credited += given_back
    assert credited == min(billed, sum(wanted, Fraction(0)))


def test_a_credit_after_too_many_is_nothing() -> None:
    assert creditable(Fraction(100), billed=Fraction(50), credited=Fraction(80)) == 0

"""The laws of open time, for any calendar in any zone."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from harmony_core.periods import InstantSpan
from harmony_core.sla import Calendar, CalendarDifference, OpenTime, hours
from tests.sla.calendars import cases, clocks, openings, zones

DAY = date(2026, 10, 25)

moments = st.integers(-30 * 86_400 * 10**6, 30 * 86_400 * 10**6).map(
    lambda at: datetime(2026, 10, 25, tzinfo=UTC) + timedelta(microseconds=at)
) | st.integers(-100, 100).map(
    lambda quarter: datetime(2026, 10, 25, tzinfo=UTC) + timedelta(minutes=15 * quarter)
)
durations = st.timedeltas(timedelta(microseconds=1), timedelta(days=60)) | st.integers(1, 200).map(
    lambda quarter: timedelta(minutes=15 * quarter)
)

# Something is open every week, whatever is closed on some days.
bases = st.tuples(zones, clocks).map(
    lambda it: Calendar(it[0], [openings([(it[1], (it[1] + 3600) % 86_400)])] * 7)
)
calendars = st.builds(lambda found, base: found.calendar | base, cases(DAY), bases)


@given(calendars, moments, durations, durations)
def test_adding_twice_is_adding_the_sum(
    calendar: OpenTime, start: datetime, one: timedelta, other: timedelta
) -> None:
    whole = calendar.add(start, one + other)
    assert calendar.add(calendar.add(start, one).due, other) == whole
    begun = calendar.add(start, one).breach_at
    assert begun is not None
    assert calendar.add(begun, other) == whole


@given(calendars, moments, durations)
def test_what_lies_between_is_what_was_added(
    calendar: OpenTime, start: datetime, duration: timedelta
) -> None:
    answer = calendar.add(start, duration)
    assert answer.breach_at is not None
    assert calendar.between(start, answer.due) == duration
    assert calendar.between(start, answer.breach_at) == duration
    assert calendar.between(answer.due, start) == -duration
    just_before = answer.due - timedelta(microseconds=1)
    assert calendar.between(start, just_before) < duration  # the first
    just_after = answer.breach_at + timedelta(microseconds=1)
    assert calendar.between(start, just_after) > duration  # the last


@given(calendars, moments, durations)
def test_subtracting_is_adding_in_a_mirror(
    calendar: OpenTime, end: datetime, duration: timedelta
) -> None:
    answer = calendar.subtract(end, duration)
    assert answer.earliest is not None
    assert answer.earliest <= answer.latest
    for start in (answer.latest, answer.earliest):
        assert calendar.between(start, end) == duration
    assert calendar.between(answer.latest + timedelta(microseconds=1), end) < duration
    assert calendar.between(answer.earliest - timedelta(microseconds=1), end) > duration


@given(calendars, moments, moments, moments)
def test_between_is_additive_and_signed(
    calendar: OpenTime, one: datetime, two: datetime, three: datetime
) -> None:
    parts = calendar.between(one, two) + calendar.between(two, three)
    assert parts == calendar.between(one, three)
    assert calendar.between(two, one) == -calendar.between(one, two)
    assert abs(calendar.between(one, two)) <= abs(two - one)


@given(calendars, moments)
def test_nothing_added_changes_nothing(calendar: OpenTime, start: datetime) -> None:
    answer = calendar.add(start, hours(0))
    assert (answer.due, answer.breach_at) == (start, start)
    back = calendar.subtract(start, hours(0))
    assert (back.latest, back.earliest) == (start, start)


@given(calendars, moments)
def test_openings_and_closes_bound_open_time(calendar: OpenTime, at: datetime) -> None:
    calendar -= Calendar.of("UTC", {"wed": "03:00-03:01"})  # so that it does close
    opened = calendar.next_open(at)
    assert calendar.is_open(opened)
    assert calendar.between(at, opened) == timedelta()
    assert (opened == at) == calendar.is_open(at)
    closed = calendar.next_close(at)
    assert closed > at
    assert not calendar.is_open(closed)
    assert calendar.between(opened, closed) == closed - opened


@given(calendars, calendars, calendars, moments, moments)
def test_calendars_are_an_algebra_of_sets(
    a: OpenTime, b: OpenTime, c: OpenTime, start: datetime, end: datetime
) -> None:
    assume(start <= end)

    def time_of(calendar: OpenTime) -> object:
        return calendar.open_spans(start, end)

    assert time_of(a | b) == time_of(b | a)
    assert time_of(a & b) == time_of(b & a)
    assert time_of((a | b) & c) == time_of((a & c) | (b & c))
    assert time_of(a - (b | c)) == time_of((a - b) & (a - c))
    assert time_of((a - b) | (a & b)) == time_of(a)
    assert time_of(a | a) == time_of(a & a) == time_of(a)
    measured = (a | b).between(start, end) + (a & b).between(start, end)
    assert measured == a.between(start, end) + b.between(start, end)


@given(calendars, moments, moments, moments, durations)
def test_a_pause_costs_the_open_time_that_it_covers(
    calendar: OpenTime, start: datetime, one: datetime, other: datetime, duration: timedelta
) -> None:
    pause = InstantSpan(min(one, other), max(one, other))
    paused = calendar.closed_during([pause])
    assert isinstance(paused, CalendarDifference)
    end = calendar.add(start, duration).due
    covered = sum(
        (
            min(span.end, end) - max(span.start, start)
            for span in calendar.open_spans(pause.start, pause.end)
            if min(span.end, end) > max(span.start, start)
        ),
        timedelta(),
    )
    assert paused.between(start, end) == duration - covered
    assert calendar.between(start, paused.add(start, duration).due) >= duration


@given(calendars, moments, durations)
def test_what_was_computed_stays_behind_when_a_calendar_travels(
    calendar: OpenTime, start: datetime, duration: timedelta
) -> None:
    answer = calendar.add(start, duration)
    for other in (pickle.loads(pickle.dumps(calendar)), copy.deepcopy(calendar)):
        assert other == calendar
        assert hash(other) == hash(calendar)
        assert other.content_hash == calendar.content_hash
        assert other.add(start, duration) == answer


@given(calendars, st.lists(moments, min_size=2, max_size=5), durations)
def test_the_order_of_questions_changes_no_answer(
    calendar: OpenTime, starts: list[datetime], duration: timedelta
) -> None:
    years = [start.replace(year=start.year + 7 * n) for n, start in enumerate(starts)]
    forward = [calendar.add(start, duration) for start in years]
    fresh: OpenTime = pickle.loads(pickle.dumps(calendar))
    assert [fresh.add(start, duration) for start in reversed(years)] == forward[::-1]

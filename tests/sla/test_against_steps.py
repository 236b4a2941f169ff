"""Open time of every zone is what walking the clocks gives, above all where they change."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.sla._changes import changes
from tests.sla.calendars import ZONES, Case, case, cases, zones
from tests.sla.oracle import (
    Interval,
    both,
    breach,
    day_second,
    due,
    joined,
    moment,
    open_time,
    second,
    without,
    worked,
)

DAY = 24 * 3600
SINCE, UNTIL = day_second(date(2000, 1, 1)), day_second(date(2038, 1, 1))


def spans(found: Case, start: int, end: int) -> list[Interval]:
    listed = found.calendar.open_spans(moment(start), moment(end))
    return [(second(span.start), second(span.end)) for span in listed]


def by_steps(found: Case, around: date, days: int) -> list[Interval]:
    first, last = around - timedelta(days=days), around + timedelta(days=days)
    return open_time(found.zone, found.week, first, last, **found.rules)


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, date]:
    """A zone, and a day near one of its changes if it has any."""
    zone = draw(zones)
    days = st.dates(date(2000, 1, 1), date(2037, 12, 31))
    if found := changes(zone, SINCE, UNTIL):
        near = st.sampled_from(found).map(lambda change: moment(change[0]).date())
        days = near | near | days
    return zone, draw(days)


@given(st.data(), moments())
def test_calendars_are_open_as_the_clocks_say(data: st.DataObject, place: tuple[str, date]) -> None:
    zone, day = place
    found = data.draw(cases(day, zone))
    start, end = day_second(day) - 3 * DAY, day_second(day) + 3 * DAY
    expected = both(by_steps(found, day, 6), [(start, end)])
    assert spans(found, start, end) == expected
    assert second_sum(found, start, end) == worked(expected, start, end)


def second_sum(found: Case, start: int, end: int) -> int:
    between = found.calendar.between(moment(start), moment(end))
    assert -between == found.calendar.between(moment(end), moment(start))
    return round(between.total_seconds())


@given(st.data(), moments(), st.integers(0, 3 * DAY), st.integers(1, 12 * 3600))
def test_due_and_breach_are_what_walking_gives(
    data: st.DataObject, place: tuple[str, date], after: int, duration: int
) -> None:
    zone, day = place
    found = data.draw(cases(day, zone))
    steps = by_steps(found, day, 16)
    start = day_second(day) - DAY + after
    if worked(steps, start, day_second(day) + 12 * DAY) <= duration:
        return  # too seldom open for this window
    answer = found.calendar.add(moment(start), timedelta(seconds=duration))
    assert answer.breach_at is not None
    assert second(answer.due) == due(steps, start, duration)
    assert second(answer.breach_at) == breach(steps, start, duration)


@given(st.data(), moments())
def test_the_algebra_is_that_of_sets(data: st.DataObject, place: tuple[str, date]) -> None:
    zone, day = place
    one, other = data.draw(cases(day, zone)), data.draw(cases(day))
    start, end = day_second(day) - 3 * DAY, day_second(day) + 3 * DAY
    first, second_ = by_steps(one, day, 6), by_steps(other, day, 6)
    window = [(start, end)]
    for calendar, expected in (
        (one.calendar | other.calendar, joined([*first, *second_])),
        (one.calendar & other.calendar, both(first, second_)),
        (one.calendar - other.calendar, without(first, second_)),
    ):
        listed = calendar.open_spans(moment(start), moment(end))
        found = [(second(span.start), second(span.end)) for span in listed]
        assert found == both(expected, window)


@cache
def transitions() -> tuple[tuple[str, int], ...]:
    """One zone for each change of offset of the world, 2000 to 2037."""
    found = {change: zone for zone in ZONES for change in changes(zone, SINCE, UNTIL)}
    return tuple((zone, at) for (at, _, _), zone in sorted(found.items()))


@pytest.mark.parametrize("part", range(8))
def test_every_change_of_every_zone(part: int) -> None:
    draw = random.Random(part)
    for zone, at in transitions()[part::8]:
        day = moment(at).date()
        week = [
            [
                (
                    draw.randrange(0, 24) * 3600 + draw.choice([0, 900, 1800]),
                    draw.randrange(0, 96) * 900,
                )
            ]
            for _ in range(7)
        ]
        found = case(zone, week, holidays=[day] if draw.random() < 0.3 else [])
        start, end = at - DAY, at + DAY
        assert spans(found, start, end) == both(by_steps(found, day, 3), [(start, end)]), zone

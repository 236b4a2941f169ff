"""Pictures of open time: what stands where, on days of 23, 24 and 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from doctest import NORMALIZE_WHITESPACE, DocTestParser, DocTestRunner
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, NotFound
from harmony_core.sla import (
    Calendar,
    Clock,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockTerms,
    Target,
    TermsChanged,
    hours,
    picture,
)
from tests.sla.calendars import cases, zones

LONDON = Calendar.of("Europe/London", {"daily": "09:00-17:00"})
NIGHT = Calendar.of("Europe/London", {"daily": "00:00-04:00"})
SVG = "{http://www.w3.org/2000/svg}"
HOUR = 32
ROOT = Path(__file__).parents[2]


def bars(svg: str, kind: str) -> list[tuple[int, int]]:
    """Where bars of a kind begin and how wide they are, without those of the legend."""
    found = ET.fromstring(svg).findall(f"{SVG}rect[@class='ot-{kind}']")
    return [
        (int(one.attrib["x"]), int(one.attrib["width"]))
        for one in found
        if "height" in one.attrib and one.attrib["height"] != "10"
    ]


def test_a_day_is_as_long_as_it_is() -> None:
    week = picture(LONDON, date(2026, 3, 28), date(2026, 3, 30), zone="Europe/London")
    (left, full), (_, short), (_, again) = bars(week.as_svg(), "day")
    assert (full, short, again) == (24 * HOUR, 23 * HOUR, 24 * HOUR)
    opens = [x - left for x, _ in bars(week.as_svg(), "open0")]
    assert opens == [9 * HOUR, 8 * HOUR, 9 * HOUR]
    long = picture(LONDON, date(2026, 10, 25), date(2026, 10, 25), zone="Europe/London")
    assert bars(long.as_svg(), "day") == [(left, 25 * HOUR)]
    assert bars(long.as_svg(), "open0") == [(left + 10 * HOUR, 8 * HOUR)]


def test_the_hour_that_is_skipped_or_repeated_is_open_for_no_hours_or_two() -> None:
    spring = picture(NIGHT, date(2026, 3, 29), date(2026, 3, 29), zone="Europe/London")
    assert spring.as_text().splitlines()[1].count("█") == 6
    autumn = picture(NIGHT, date(2026, 10, 25), date(2026, 10, 25), zone="Europe/London")
    assert autumn.as_text().splitlines()[1].count("█") == 10
    hours_shown = autumn.as_text().splitlines()[0].split()
    assert hours_shown == ["Europe/London", *["00", "03", "06", "09", "12", "15", "18", "21"]]


def test_days_are_the_readers() -> None:
    far = picture({"London": LONDON}, date(2026, 1, 5), date(2026, 1, 5), zone="Asia/Kolkata")
    line = far.as_text().splitlines()[1]
    assert line == "Mon 2026-01-05 London ·····························████████████████···"
    assert (
        "Mo 2026-01-05"
        in picture(
            LONDON, date(2026, 1, 5), date(2026, 1, 5), zone="UTC", wording=Culture.of("de")
        ).as_text()
    )


def clock() -> Clock:
    terms = ClockTerms(LONDON, [Target.of("resolve", hours(8), warn_at=[50])])
    return Clock(
        [
            ClockStarted(datetime(2026, 1, 5, 12, tzinfo=UTC), terms),
            ClockPaused(datetime(2026, 1, 5, 14, tzinfo=UTC), "customer"),
            ClockResumed(datetime(2026, 1, 6, 11, tzinfo=UTC), "customer"),
        ]
    )


def test_a_clock_is_drawn_with_its_pauses_and_marks() -> None:
    now = datetime(2026, 1, 6, 12, tzinfo=UTC)
    drawn = picture(
        LONDON, date(2026, 1, 5), date(2026, 1, 7), zone="Europe/London", clock=clock(), moment=now
    )
    left = bars(drawn.as_svg(), "day")[0][0]
    assert bars(drawn.as_svg(), "used") == [(left + 12 * HOUR, 2 * HOUR), (left + 11 * HOUR, HOUR)]
    assert bars(drawn.as_svg(), "paused") == [(left + 14 * HOUR, 10 * HOUR), (left, 11 * HOUR)]
    assert bars(drawn.as_svg(), "ahead") == [(left + 12 * HOUR, 5 * HOUR)]
    said = [mark.text for mark in drawn.marks]
    assert said == ["start", "50 %", "due", "breach", "now"]
    assert drawn.as_text().splitlines()[-1].strip() == "^ breach 09:00"
    assert str(drawn) == drawn.as_text()


def test_what_was_too_late_is_drawn_as_over() -> None:
    late = clock().and_then(ClockStopped(datetime(2026, 1, 7, 10, tzinfo=UTC)))
    drawn = picture(LONDON, date(2026, 1, 7), date(2026, 1, 7), zone="UTC", clock=late)
    left = bars(drawn.as_svg(), "day")[0][0]
    assert bars(drawn.as_svg(), "over") == [(left + 9 * HOUR, HOUR)]
    assert [(mark.text, mark.is_bad) for mark in drawn.marks] == [("breach", True), ("done", True)]


def test_a_clock_that_is_paused_now_has_no_due_on_its_picture() -> None:
    now = datetime(2026, 1, 5, 15, tzinfo=UTC)
    drawn = picture({}, date(2026, 1, 5), date(2026, 1, 6), zone="UTC", clock=clock(), moment=now)
    left = bars(drawn.as_svg(), "day")[0][0]
    assert bars(drawn.as_svg(), "paused") == [(left + 14 * HOUR, HOUR)]
    assert [mark.text for mark in drawn.marks] == ["start", "now"]
    waiting = Clock(clock().events[:2])
    whole = picture({}, date(2026, 1, 5), date(2026, 1, 6), zone="UTC", clock=waiting)
    assert bars(whole.as_svg(), "paused") == [(left + 14 * HOUR, 10 * HOUR), (left, 24 * HOUR)]


def test_a_pause_that_a_change_has_forgotten_is_drawn_as_used() -> None:
    at = datetime(2026, 1, 6, 13, tzinfo=UTC)
    for on_change, used, paused in (("retroactive", 2, 1), ("retroactive_without_pauses", 5, 0)):
        changed = clock().and_then(TermsChanged(at, clock().events[0].terms, on_change))  # type: ignore[union-attr]
        drawn = picture(LONDON, date(2026, 1, 5), date(2026, 1, 5), zone="UTC", clock=changed)
        assert sum(wide for _, wide in bars(drawn.as_svg(), "used")) == used * HOUR
        assert len(bars(drawn.as_svg(), "paused")) == paused


def test_an_hour_that_comes_twice_says_which_of_the_two_it_is() -> None:
    always = Calendar.of("UTC", {"daily": "00:00-24:00"})
    half_past = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    night = Clock([ClockStarted(half_past, ClockTerms.of(always, resolve=hours(1)))])
    drawn = picture(
        {}, date(2026, 10, 25), date(2026, 10, 25), zone="Europe/London", clock=night,
        moment=half_past + timedelta(minutes=30),
    )  # fmt: skip
    marks = [line.strip() for line in str(drawn).splitlines()[2:]]
    assert marks == ["^ start 01:30 BST", "^ now 01:00 GMT", "^ due 01:30 GMT"]
    assert ">due 01:30 GMT<" in drawn.as_svg()


def test_a_change_of_the_terms_is_marked_by_what_changed() -> None:
    urgent = ClockTerms.of(LONDON, resolve=hours(4))
    at = datetime(2026, 1, 6, 13, tzinfo=UTC)
    changed = clock().and_then(TermsChanged(at, urgent, "carry", "priority"))
    drawn = picture(
        LONDON,
        date(2026, 1, 5),
        date(2026, 1, 6),
        zone="UTC",
        clock=changed,
        wording=Culture.of("de"),
    )
    assert "Priorität 13:00" in drawn.as_text()


def test_names_are_escaped() -> None:
    svg = picture({"<&>": LONDON}, date(2026, 1, 5), date(2026, 1, 5), zone="UTC").as_svg()
    assert "&lt;&amp;&gt;" in svg
    ET.fromstring(svg)


def test_what_cannot_be_drawn_is_refused() -> None:
    day = date(2026, 1, 5)
    with pytest.raises(InvalidValue, match="nothing to draw"):
        picture({}, day, day, zone="UTC")
    with pytest.raises(InvalidValue, match="1 to 366 days, got 0"):
        picture(LONDON, day, day - timedelta(days=1), zone="UTC")
    with pytest.raises(InvalidValue, match="no time zone"):
        picture(LONDON, day, day, zone="London")
    two = Clock(
        [
            ClockStarted(
                datetime(2026, 1, 5, tzinfo=UTC), ClockTerms.of(LONDON, a=hours(1), b=hours(1))
            )
        ]
    )
    with pytest.raises(NotFound, match="say which target to draw: the clock has a, b"):
        picture(LONDON, day, day, zone="UTC", clock=two)


def test_a_day_that_was_skipped_has_no_row() -> None:
    apia = picture(LONDON, date(2011, 12, 29), date(2011, 12, 31), zone="Pacific/Apia")
    assert [day.day.day for day in apia.days] == [29, 31]
    with pytest.raises(InvalidValue, match="never was in Pacific/Apia"):
        picture(LONDON, date(2011, 12, 30), date(2011, 12, 30), zone="Pacific/Apia")


@given(cases(date(2026, 10, 25)), zones, st.dates(date(2026, 3, 1), date(2026, 11, 30)))
def test_any_calendar_has_a_picture_in_any_zone(case: object, zone: str, day: date) -> None:
    calendar = case.calendar  # type: ignore[attr-defined]
    drawn = picture(calendar, day, day + timedelta(days=3), zone=zone)
    ET.fromstring(drawn.as_svg())
    shown = sum((span.elapsed for _, spans in drawn.lanes[0].spans for span in spans), timedelta())
    assert shown == calendar.between(drawn.days[0].start, drawn.days[-1].end)
    for one in drawn.days:
        assert len(one.hours) <= 24


@pytest.mark.parametrize("name", ["march", "october"])
def test_the_tutorial_shows_the_pictures_that_it_draws(name: str) -> None:
    page = ROOT / "docs" / "tutorial" / "follow-the-sun.md"
    text = page.read_text(encoding="utf-8").replace("```", "")
    drawn: dict[str, Any] = {}
    steps = DocTestParser().get_doctest(text, drawn, name, str(page), 0)
    DocTestRunner(optionflags=NORMALIZE_WHITESPACE).run(
        steps, out=lambda _: None, clear_globs=False
    )
    kept = (page.parent / "images" / f"follow-the-sun-{name}.svg").read_text(encoding="utf-8")
    assert kept == steps.globs[name].as_svg() + "\n"

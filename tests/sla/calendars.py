"""Strategies for calendars, and for what the oracle takes to judge them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import available_timezones

import attrs
from hypothesis import strategies as st

from harmony_core.sla import Calendar, DayHours, Opening
from tests.sla.oracle import Hours

ZONES = sorted(available_timezones() - {"localtime", "posixrules", "Factory"})

zones = st.sampled_from(ZONES) | st.sampled_from(
    ["Europe/London", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "UTC"]
)

# Hours near midnight and between 01:00 and 03:00 meet the changes of the clocks most often.
clocks = st.integers(0, 24 * 3600 - 1) | st.builds(
    lambda quarter: quarter * 900, st.integers(0, 95) | st.integers(0, 16)
)
hours_of_day = st.lists(st.tuples(clocks, clocks), max_size=3)
weeks = st.lists(hours_of_day, min_size=7, max_size=7) | hours_of_day.map(lambda day: [day] * 7)


@attrs.frozen
class Case:
    """A calendar, and the same rules as the oracle takes them."""

    calendar: Calendar
    zone: str
    week: Sequence[Hours]
    rules: dict[str, Any]


def clock(seconds: int) -> time:
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


def openings(hours: Hours) -> list[Opening]:
    return [Opening(clock(start), clock(end)) for start, end in hours]


def case(zone: str, week: Sequence[Hours], **rules: Any) -> Case:
    dated = {
        name: [DayHours(day, openings(hours)) for day, hours in rules.get(name, {}).items()]
        for name in ("overrides", "breaks")
    }
    calendar = Calendar(
        zone,
        [openings(hours) for hours in week],
        dated["overrides"],
        rules.get("holidays", ()),
        (),
        dated["breaks"],
        "shift_start" if rules.get("shift_start") else "civil_day",
    )
    return Case(calendar, zone, week, rules)


@st.composite
def cases(draw: st.DrawFn, around: date, zone: str | None = None) -> Case:
    """Rules whose dates lie near one day."""
    near = st.builds(lambda days: around + timedelta(days=days), st.integers(-4, 4))
    dated = st.dictionaries(near, hours_of_day, max_size=2)
    return case(
        zone or draw(zones),
        draw(weeks),
        overrides=draw(dated),
        breaks=draw(dated),
        holidays=draw(st.lists(near, max_size=2)),
        shift_start=draw(st.booleans()),
    )

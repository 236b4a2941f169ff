"""Open time: when so much has been worked, how much lies between, what is open when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import reduce
from operator import and_, or_, sub
from typing import Any

from harmony_core.explanation import RoundingMode, round_to_step
from harmony_core.periods import InstantSpan
from harmony_core.sla import Calendar, OpenTime, in_minutes, minutes, seconds
from tests.conformance.registry import Answers, Vector, adapter

_PLACES = Fraction("0.000001")  # of the minutes that the vectors give
_COMBINE = {"union": or_, "intersection": and_, "difference": sub}


def calendar_of(data: Mapping[str, Any]) -> OpenTime:
    return Calendar.of(
        data["tz"],
        data["hours"],
        overrides=_dated(data.get("overrides")),
        holidays=[date.fromisoformat(day) for day in data.get("holidays") or ()],
        breaks=_dated(data.get("breaks")),
        holiday_rule=data.get("holiday_rule") or "civil_day",
    )


def _dated(days: Mapping[str, Any] | None) -> dict[date, Any]:
    return {date.fromisoformat(day): hours for day, hours in (days or {}).items()}


def _open_time(vector: Vector) -> OpenTime:
    if "calendars" in vector:
        calendars = [calendar_of(data) for data in vector["calendars"]]
        found: OpenTime = reduce(_COMBINE[vector["combine"]], calendars)
    else:
        found = calendar_of(vector["calendar"])
    pauses = [
        InstantSpan(datetime.fromisoformat(start), datetime.fromisoformat(end))
        for start, end in vector.get("pauses") or ()
    ]
    return found.closed_during(pauses) if pauses else found


@adapter("add", "subtract", "between", "is_open", "next_open", "next_close", "union")
def open_time(vector: Vector) -> object:
    calendar = _open_time(vector)
    start = datetime.fromisoformat(vector["start"])
    match vector.get("op", vector["kind"]):
        case "add":
            found = calendar.add(start, _duration(vector))
            return Answers(found.due, expected_far=found.breach_at)
        case "subtract":
            by = calendar.subtract(start, _duration(vector))
            return Answers(by.latest, expected_far=by.earliest)
        case "between":
            worked = calendar.between(start, datetime.fromisoformat(vector["end"]))
            rounded = round_to_step(in_minutes(worked), _PLACES, RoundingMode.HALF_EVEN)
            return Answers(rounded, expected_seconds=int(worked.total_seconds()))
        case "is_open":
            return calendar.is_open(start)
        case "next_open":
            return calendar.next_open(start)
        case "next_close":
            return calendar.next_close(start)
        case other:
            raise ValueError(f"no operation {other!r}")


def _duration(vector: Vector) -> timedelta:
    if "duration_seconds" in vector:
        return seconds(vector["duration_seconds"])
    return minutes(vector["duration_minutes"])

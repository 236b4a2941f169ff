"""Time worked into time billed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import attrs

from harmony_core.explanation import RoundingMode
from harmony_core.finance import ExactAmount
from harmony_core.periods import InstantSpan, instant_of
from harmony_core.products import RateCalendar, TimeRounding, TimeScope, TimeTerms
from harmony_core.work import TimeEntry, WorkSubject, bill_time, split_time
from tests.conformance.registry import Vector, adapter

_CURRENCY = "EUR"  # where a vector names none; amounts have two digits
_MODES = {"nearest": "half_up"}
_SOME_DAY = "2026-01-01"


@adapter("time_rounding")
def time_rounding(vector: Vector) -> object:
    inputs = vector["inputs"]
    bill = bill_time(
        [_entry(entry, inputs) for entry in inputs["entries"]],
        TimeTerms(_rounding(inputs)),
        price=_price(inputs),
    )
    answers: dict[str, object] = {
        "groups": {group.scope: group.minutes for group in bill.groups},
        "billed_minutes": bill.billed_minutes,
        "worked_minutes": bill.worked_minutes,
    }
    if "amount" in vector["expected"]:
        answers["amount"] = bill.amount(_currency(inputs))
    return {name: value for name, value in answers.items() if name in vector["expected"]}


@adapter("time_rate_split")
def time_rate_split(vector: Vector) -> object:
    inputs = vector["inputs"]
    zone = inputs.get("time_zone") or inputs.get("zone") or "UTC"
    calendar = _calendar(inputs, zone)
    multipliers = {
        label: factor for label, factor in inputs["multipliers"].items() if label in calendar.labels
    }
    terms = TimeTerms(_rounding(inputs), calendar, multipliers, untimed="normal")
    started, ended = (_instant(inputs[name], zone) for name in ("start", "end"))
    entry = TimeEntry.between("entry", "somebody", started, ended, zone)
    bill = bill_time([entry], terms, price=_price(inputs))
    (whole,) = split_time(entry, None)
    timed = [group for group in bill.groups if group.worked_minutes]
    answers: dict[str, object] = {
        "elapsed_minutes": whole.minutes,
        "worked": {group.label: group.worked_minutes for group in timed},
        "billed": {group.label: group.minutes for group in timed},
        "billed_minutes": bill.billed_minutes,
    }
    if "amount" in vector["expected"]:
        answers["amount"] = bill.amount(_currency(inputs))
    return {name: value for name, value in answers.items() if name in vector["expected"]}


def _entry(entry: Mapping[str, Any], inputs: Mapping[str, Any]) -> TimeEntry:
    day = date.fromisoformat(entry.get("date") or entry.get("day") or _SOME_DAY)
    made = TimeEntry.of_minutes(entry["id"], "somebody", day, entry["minutes"])
    multiplier = entry.get("multiplier") or inputs.get("multiplier") or 1
    subject = WorkSubject(ticket=entry.get("ticket") or "")
    return attrs.evolve(made, subject=subject, multiplier=multiplier)


def _rounding(inputs: Mapping[str, Any]) -> TimeRounding:
    mode = inputs.get("mode") or "up"
    return TimeRounding(
        TimeScope(inputs.get("scope") or "entry"),
        inputs.get("increment") or 0,
        RoundingMode(_MODES.get(mode, mode)),
        inputs.get("minimum") or 0,
        inputs.get("factor") or 1,
        inputs.get("grace") or 0,
    )


def _calendar(inputs: Mapping[str, Any], zone: str) -> RateCalendar:
    opens, closes = (time.fromisoformat(_clock(inputs[name])) for name in ("open", "close"))
    holidays = inputs.get("holidays") or inputs.get("holiday_dates") or []
    return RateCalendar.office(
        zone, opens, closes, holidays=[date.fromisoformat(day) for day in holidays]
    )


def _clock(text: str) -> str:
    return "00:00" if text == "24:00" else text  # hours that close when the next day begins


def _instant(text: str, zone: str) -> datetime:
    found = datetime.fromisoformat(text)
    return instant_of(found, zone) if found.tzinfo is None else InstantSpan(found, found).start


def _price(inputs: Mapping[str, Any]) -> ExactAmount | None:
    rate = inputs.get("hourly_rate") or inputs.get("rate")
    return None if rate is None else ExactAmount.of(rate, _currency(inputs))


def _currency(inputs: Mapping[str, Any]) -> str:
    return str(inputs.get("currency") or _CURRENCY)

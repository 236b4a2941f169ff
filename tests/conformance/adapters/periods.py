"""Vectors of dates, boundaries and proration: periods.json."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import islice

from harmony_core.explanation import RoundingMode, round_to_step
from harmony_core.finance import exact
from harmony_core.periods import (
    ACTUAL_30,
    ACTUAL_ACTUAL,
    SECONDS,
    THIRTY_30,
    Alignment,
    DayCount,
    InstantSchedule,
    InstantSpan,
    Interval,
    Month,
    Schedule,
    Span,
    Timing,
    add_interval,
    after_invoice,
    billed_period,
    billed_through,
    billed_time,
    billing_schedule,
    first_invoice_day,
    local_day,
    move_day,
    prorate,
)
from tests.conformance.registry import Answers, Vector, adapter

TIMINGS = {"in_advance": Timing.ADVANCE, "in_arrears": Timing.ARREARS}
MODES = {"ceil": RoundingMode.CEILING}  # where a peer's name differs from ours
_SOME_DAY = date(2000, 1, 1)  # where a vector counts days and names none


def interval_of(vector: Vector) -> Interval:
    return Interval.of(int(vector["count"]), vector["interval"])


def zone_of(vector: Vector) -> str:
    return vector.get("timezone") or "UTC"


def is_instant(text: str) -> bool:
    return "T" in text


def day_of(text: str) -> date:
    return date.fromisoformat(text)


def instant_from(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- next_dates and month_end -------------------------------------------------------------------


@adapter("next_dates", "month_end", "period_boundary")
def boundaries(vector: Vector) -> object:
    if "question" in vector:
        return _boundary_of_a_bill(vector)
    if vector.get("periods") is not None:
        return moved(vector)
    if "at" in vector:
        return _period_at(vector)
    if is_instant(vector.get("start") or vector["anchor"]):
        return _instants(vector)
    return _days(vector)


def _instants(vector: Vector) -> object:
    anchor = instant_from(vector.get("anchor") or vector["start"])
    schedule = InstantSchedule(anchor, interval_of(vector), zone_of(vector))
    start = instant_from(vector["start"])
    if vector.get("subscription_end") is None:
        return _as_many_as_asked(schedule.boundaries_after(start), vector)
    periods = schedule.service_periods(start, instant_from(vector["subscription_end"]))
    return Answers([period.end for period in periods], period_count=len(periods))


def _period_at(vector: Vector) -> object:
    if not is_instant(vector["at"]):
        schedule_of_days, at = on_its_billing_day(vector), day_of(vector["at"])
        days = billed_period(schedule_of_days, at, Timing.ADVANCE, day_of(vector["start"]))
        return {"from": days.start, "to": days.end}
    schedule = InstantSchedule(instant_from(vector["anchor"]), interval_of(vector), zone_of(vector))
    period = schedule.period_at(instant_from(vector["at"]))
    return {"from": period.start, "to": period.end}


def _days(vector: Vector) -> object:
    rule = vector.get("rule") or ""
    if "on_or_after" in vector:
        schedule = Schedule(day_of(vector["anchor"]), interval_of(vector))
        return [schedule.first_on_or_after(day_of(vector["on_or_after"]))]
    start, schedule = day_of(vector["start"]), on_its_billing_day(vector)
    if vector.get("until"):
        return [period.start for period in schedule.periods(start, day_of(vector["until"]))]
    if vector.get("target"):
        end = day_of(vector["end"]) if vector.get("end") else None
        return [billed_through(schedule, day_of(vector["target"]), start, end)]
    if "may move backwards" in rule:
        return [schedule.boundary(0)]
    if "align forward" in rule or "on or after start" in rule or "start at once" in rule:
        return [schedule.first_on_or_after(start)]
    return _as_many_as_asked(schedule.boundaries_after(start), vector)


def on_its_billing_day(vector: Vector) -> Schedule:
    day = vector.get("bcd") or vector.get("anchor_day")
    alignment = Alignment.BILLING_DAY if day else Alignment.ANNIVERSARY
    return billing_schedule(
        day_of(vector.get("anchor") or vector["start"]),
        interval_of(vector),
        alignment,
        int(day) if day else None,
    )


def _as_many_as_asked(found: Iterable[date], vector: Vector) -> list[date]:
    return list(islice(found, len(vector["expected"])))


def _boundary_of_a_bill(vector: Vector) -> object:
    question, zone = vector["question"], zone_of(vector)
    at, start = instant_from(vector["at"]), instant_from(vector["start"])
    ended = vector.get("terminated_at")
    schedule = billing_schedule(
        local_day(instant_from(vector["anchor"]), zone),
        interval_of(vector),
        Alignment(vector["alignment"]),
    )
    billed = billed_time(
        schedule,
        at,
        TIMINGS[vector["timing"]],
        start,
        zone,
        terminated_at=None if ended is None else instant_from(ended),
        current=vector.get("current_usage") == "true",
    )
    around = InstantSpan.of_days(schedule.period_at(local_day(at, zone)), zone)
    previous = billed_period(schedule, local_day(at, zone), Timing.ARREARS, date.min)
    before = InstantSpan.of_days(previous, zone)
    match question:
        case "billed_period_start":
            return billed.start
        case "billed_period_end_inclusive":
            return billed.last_second
        case "current_period_start":
            return around.start
        case "current_period_end_inclusive":
            return around.last_second
        case "previous_period_start":
            return before.start
        case "previous_period_end_inclusive":
            return before.last_second
        case other:
            raise NotImplementedError(f"no question {other!r} belongs to this kind")


# --- add_periods --------------------------------------------------------------------------------


def _interval_and_times(vector: Vector) -> tuple[Interval, int]:
    if vector["count"] == "0":  # only days or seconds are added
        return Interval.of(1, vector["interval"]), 0
    return interval_of(vector), int(vector["periods"])


@adapter("add_periods")
def moved(vector: Vector) -> object:
    interval, n = _interval_and_times(vector)
    days = int(vector.get("extra_days") or 0)
    if not is_instant(vector["start"]):
        return move_day(day_of(vector["start"]), interval, n, days)
    return add_interval(
        instant_from(vector["start"]),
        interval,
        n,
        zone=zone_of(vector),
        extra_days=days,
        extra_seconds=int(vector.get("extra_seconds") or 0),
    )


# --- proration ----------------------------------------------------------------------------------


@adapter("proration")
def prorated(vector: Vector) -> object:
    day_count = day_count_of(vector["day_count"])
    service, period = _service_and_period(vector)
    if day_count == SECONDS:
        part = prorate(exact(vector["amount"]), *_as_time(vector, service, period), day_count)
    else:
        part = prorate(exact(vector["amount"]), service, period, day_count)
    rounding = vector.get("rounding")
    return part if rounding is None else round_to_step(part, *step_and_mode(rounding))


def step_and_mode(rounding: Vector) -> tuple[Fraction, RoundingMode]:
    step = Fraction(Decimal((0, (1,), -int(rounding["places"]))))
    return step, MODES.get(rounding["mode"]) or RoundingMode(rounding["mode"])


def _service_and_period(vector: Vector) -> tuple[Span, Span]:
    if vector.get("service_days") is not None:
        return (
            Span.starting(_SOME_DAY, int(vector["service_days"])),
            Span.starting(_SOME_DAY, int(vector["period_days"])),
        )
    service = _span(vector, "service")
    if vector.get("period_start") is None:
        return service, Month.containing(service.start).span
    return service, _span(vector, "period")


def _span(vector: Vector, name: str) -> Span:
    zone = zone_of(vector)
    start, last = _civil(vector[f"{name}_start"], zone), vector.get(f"{name}_end_inclusive")
    if last == "true":
        return Span.of_days(start, _civil(vector[f"{name}_end"], zone))
    if last not in (None, "false"):
        return Span.of_days(start, _civil(last, zone))
    return Span(start, _civil(vector[f"{name}_end"], zone))


def _civil(text: str, zone: str) -> date:
    return local_day(instant_from(text), zone) if is_instant(text) else day_of(text)


def _as_time(vector: Vector, *spans: Span) -> tuple[InstantSpan, InstantSpan]:
    zone = zone_of(vector)
    if is_instant(vector.get("service_start") or ""):
        return (
            InstantSpan(instant_from(vector["service_start"]), instant_from(vector["service_end"])),
            InstantSpan(instant_from(vector["period_start"]), instant_from(vector["period_end"])),
        )
    service, period = (InstantSpan.of_days(span, zone) for span in spans)
    return service, period


def day_count_of(words: str) -> DayCount:
    if found := re.match(r"fixed (\d+)-day month", words):
        return DayCount.fixed(int(found[1]))
    if words.startswith(("30-day month convention", "30/30")):
        return THIRTY_30
    if found := re.match(r"days ?/ ?(\d+)", words):
        return DayCount.over(int(found[1]))
    if re.match(r"actual( days)? ?/ ?30", words):
        return ACTUAL_30
    if words.startswith(("seconds", "exact duration", "time ratio")):
        return SECONDS
    if words.startswith("actual"):
        return ACTUAL_ACTUAL
    raise NotImplementedError(f"no day count is called {words!r}")


# --- invoice_date -------------------------------------------------------------------------------


@adapter("invoice_date")
def invoice_dates(vector: Vector) -> object:
    last_day_rule = vector.get("rule_type") == "monthlylastday"
    alignment = Alignment.MONTH_LAST_DAY if last_day_rule else Alignment.ANNIVERSARY
    timing, offset = TIMINGS[vector["timing"]], vector.get("offset")
    days = None if offset is None else int(offset)
    if "invoice_on" in vector:
        step = after_invoice(
            day_of(vector["invoice_on"]), interval_of(vector), timing, alignment, days
        )
        return Answers(step.next_invoice_day, expected_last_billed_day=step.last_billed_day)
    last = vector.get("end")
    return first_invoice_day(
        day_of(vector["start"]),
        interval_of(vector),
        timing,
        alignment=alignment,
        last_day=None if last is None else day_of(last),
        offset_days=days,
    )

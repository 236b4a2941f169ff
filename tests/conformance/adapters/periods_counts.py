"""Vectors of periods and days counted, and of periods found: periods.json."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from harmony_core.explanation import round_to_step
from harmony_core.periods import (
    ACTUAL_ACTUAL,
    KILLBILL_CYCLES,
    Alignment,
    DayCount,
    InstantSchedule,
    InstantSpan,
    Interval,
    Schedule,
    Span,
    Timing,
    billed_period,
    billed_periods,
    billing_schedule,
    bucket_start,
    elapsed_periods,
    instant_of,
    invoiced_period,
    local_day,
    period_ended,
    presence,
    service_period_at,
    service_periods,
)
from tests.conformance.adapters.periods import (
    TIMINGS,
    day_count_of,
    day_of,
    instant_from,
    interval_of,
    is_instant,
    on_its_billing_day,
    step_and_mode,
    zone_of,
)
from tests.conformance.registry import Answers, Vector, adapter

_BY_DAY = {"days_in_billed_period": None, "days_in_usage_period": Timing.ARREARS}


def _day_or_none(text: str | None) -> date | None:
    return None if text is None else day_of(text)


def _alignment(vector: Vector) -> Alignment:
    by_month_end = vector.get("rule_type") == "monthlylastday"
    return Alignment.MONTH_LAST_DAY if by_month_end else Alignment.ANNIVERSARY


# --- counted ------------------------------------------------------------------------------------


@adapter("billing_cycles")
def cycles(vector: Vector) -> object:
    return billed_periods(
        on_its_billing_day(vector),
        day_of(vector["target"]),
        day_of(vector["start"]),
        _day_or_none(vector.get("end")),
        timing=TIMINGS[vector["timing"]],
        policy=KILLBILL_CYCLES,
    )


@adapter("elapsed_cycles")
def elapsed(vector: Vector) -> object:
    on = day_of(vector.get("target") or vector["end"])
    return elapsed_periods(on_its_billing_day(vector), day_of(vector["start"]), on)


@adapter("day_count")
def counted_days(vector: Vector) -> object:
    if "question" not in vector:
        return _rule(vector["rule"]).days(Span(day_of(vector["start"]), day_of(vector["end"])))
    zone, ended = zone_of(vector), vector.get("terminated_at")
    at = instant_from(vector["at"])
    schedule = billing_schedule(
        local_day(instant_from(vector["anchor"]), zone),
        interval_of(vector),
        Alignment(vector["alignment"]),
    )
    full = billed_period(
        schedule,
        local_day(at, zone),
        _BY_DAY[vector["question"]] or TIMINGS[vector["timing"]],
        date.min,
        terminated=ended is not None and instant_from(ended) <= at,
        current=vector.get("current_usage") == "true",
    )
    return full.days


def _rule(words: str) -> DayCount:
    if words.startswith("fixed"):
        return day_count_of(words.replace(" days per month", "-day month"))
    return day_count_of(words) if words else ACTUAL_ACTUAL


@adapter("device_days")
def device_days(vector: Vector) -> object:
    zone = zone_of(vector)
    first = local_day(_in_zone(vector["period_start"], zone), zone)
    period = Span(first, local_day(_in_zone(vector["period_end"], zone), zone))
    changes = (
        [(_in_zone(change["at"], zone), change["op"] == "add") for change in device]
        for device in vector["devices"]
    )
    full = Span.starting(first, int(vector["full_period_days"]))
    found = presence(changes, period, zone, full)
    units = found.units
    if vector.get("rounding") is not None:
        units = round_to_step(units, *step_and_mode(vector["rounding"]))
    return Answers(units, expected_device_days=found.days)


def _in_zone(text: str, zone: str) -> datetime:
    moment = instant_from(text)
    return instant_of(moment, zone) if moment.tzinfo is None else moment


# --- found --------------------------------------------------------------------------------------


@adapter("period_containing")
def containing(vector: Vector) -> object:
    if "invoice_on" in vector:
        return _of_an_invoice(vector)
    if is_instant(vector["at"]):
        return _at_an_instant(vector)
    start = vector.get("start") or vector["at"]  # without one the bill opens its own period
    schedule = on_its_billing_day({**vector, "start": start})
    return _ends(
        service_period_at(
            schedule, day_of(vector["at"]), day_of(start), _day_or_none(vector.get("end"))
        )
    )


def _of_an_invoice(vector: Vector) -> object:
    offset = vector.get("offset")
    period = invoiced_period(
        day_of(vector["invoice_on"]),
        interval_of(vector),
        TIMINGS[vector["timing"]],
        day_of(vector["start"]),
        alignment=_alignment(vector),
        last_billed_day=_day_or_none(vector.get("last_billed")),
        last_day=_day_or_none(vector.get("end")),
        offset_days=None if offset is None else int(offset),
    )
    return {"from": period.first_day, "to_inclusive": period.last_day}


def _at_an_instant(vector: Vector) -> object:
    zone = zone_of(vector)
    schedule = Schedule(local_day(instant_from(vector["anchor"]), zone), interval_of(vector))
    start = local_day(instant_from(vector["start"]), zone)
    period = service_period_at(schedule, local_day(instant_from(vector["at"]), zone), start)
    time = InstantSpan.of_days(period, zone)
    return {"from": time.start, "to": time.end}


def _ends(period: Span) -> dict[str, date]:
    return {"from": period.start, "to": period.end}


@adapter("period_ending")
def ending(vector: Vector) -> object:
    at, start = day_of(vector["at"]), day_of(vector["start"])
    return _ends(period_ended(on_its_billing_day(vector), at, start))


@adapter("period_sequence")
def sequence(vector: Vector) -> object:
    service = Span.of_days(day_of(vector["start"]), day_of(vector["end"]))
    schedule = billing_schedule(service.start, interval_of(vector), _alignment(vector))
    periods = service_periods(service.start, service.end, schedule)
    return [[period.span.first_day, period.span.last_day] for period in periods]


@adapter("previous_boundary")
def previous(vector: Vector) -> object:
    anchor, at = instant_from(vector["anchor"]), instant_from(vector["at"])
    schedule = InstantSchedule(anchor, interval_of(vector), zone_of(vector))
    inclusive = vector.get("inclusive") == "true"
    return schedule.last_on_or_before(at) if inclusive else schedule.last_before(at)


@adapter("anchor_day")
def anchor_day(vector: Vector) -> object:
    return local_day(instant_from(vector["start"]), zone_of(vector)).day


@adapter("bucket_start")
def bucket(vector: Vector) -> object:
    count, unit = int(vector["count"]), vector["interval"]
    clock = {"hour": timedelta(hours=count), "minute": timedelta(minutes=count)}
    width = clock.get(unit) or Interval.of(count, unit)
    return bucket_start(instant_from(vector["at"]), width, zone_of(vector))

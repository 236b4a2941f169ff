"""Units added in mid-term, and seats committed for a term."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from harmony_core.contracts import SeatTerm, catch_up, shared_end
from harmony_core.finance import ExactAmount
from harmony_core.periods import Alignment, Interval, Schedule, billing_schedule
from tests.conformance.registry import Vector, adapter

_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "half-year": 6, "year": 12}


@adapter("co_terminus_catch_up")
def co_terminus_catch_up(vector: Vector) -> object:
    inputs = vector["inputs"]
    added_on = _day(inputs, "add_date", "added_on", "date")
    price = _first(inputs, "monthly_amount", "amount", "monthly_price", "unit_price", "price")
    quantity = inputs.get("quantity") or inputs.get("seats") or inputs.get("added_quantity") or 1
    found = catch_up(_money(inputs, price), added_on, _through(inputs, added_on), quantity=quantity)
    assert found.explanation.evaluate() == found.amount.exact.value
    answers = {
        "catch_up": found.amount,
        "charge": found.amount,
        "amount": found.amount,
        "through": found.last_day,
        "last_day": found.last_day,
    }
    return {name: value for name, value in answers.items() if name in vector["expected"]}


def _through(inputs: Mapping[str, Any], added_on: date) -> date:
    for name in ("through", "end", "end_date", "term_end"):
        if inputs.get(name):
            return date.fromisoformat(inputs[name])
    later = {"next": 0, "next_but_one": 1, "next-but-one": 1}[inputs.get("to") or "next"]
    months = _MONTHS[inputs.get("period") or inputs.get("interval") or "month"]
    if anchor := inputs.get("anchor"):
        return shared_end(
            Schedule(date.fromisoformat(anchor), Interval.months(months)), added_on, later
        )
    calendar = billing_schedule(added_on, Interval.months(months), Alignment.CALENDAR)
    return shared_end(calendar, added_on, later)


@adapter("committed_seats")
def committed_seats(vector: Vector) -> object:
    inputs = vector["inputs"]
    term = SeatTerm(
        date.fromisoformat(inputs["term_start"]),
        date.fromisoformat(inputs["term_end"]),
        _money(inputs, inputs["price_per_seat_term"]),
        int(_first(inputs, "window_days", "cancellation_window_days")),
    )
    seats, on = inputs["seats"], date.fromisoformat(inputs["event_date"])
    if inputs["event"] == "add":
        added = term.add(seats, on)
        answers: dict[str, object] = {"days_left": added.days_left, "charge": added.charge}
    else:
        bought = _optional_day(inputs, "bought_on", "purchase_date", "ordered_on", "added_on")
        found = term.cancel(seats, on, bought)
        answers = {
            "allowed": found.allowed,
            "refund": found.refund,
            "days_left": found.days_left,
            "days_used": found.days_used,
            "reason": found.reason,
            "ends_on": found.last_day,
            "effective": found.last_day,
            "committed_until": found.last_day,
        }
    return {name: value for name, value in answers.items() if name in vector["expected"]}


def _first(inputs: Mapping[str, Any], *names: str) -> Any:
    return next(inputs[name] for name in names if inputs.get(name) is not None)


def _day(inputs: Mapping[str, Any], *names: str) -> date:
    return date.fromisoformat(_first(inputs, *names))


def _optional_day(inputs: Mapping[str, Any], *names: str) -> date | None:
    return next((date.fromisoformat(inputs[name]) for name in names if inputs.get(name)), None)


def _money(inputs: Mapping[str, Any], amount: str) -> ExactAmount:
    return ExactAmount.of(amount, inputs.get("currency") or "EUR")

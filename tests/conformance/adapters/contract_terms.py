"""Notice, terms and renewals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any

from harmony_core.contracts import (
    Term,
    ending,
    last_receipt,
    next_end,
    receipt_day,
    term_at,
    terminate,
    terms,
)
from harmony_core.periods import Interval
from harmony_core.products import Notice, NoticeAnchor, NoticeCounting, Renewal
from tests.conformance.registry import Vector, adapter


@adapter("termination_date")
def termination_date(vector: Vector) -> object:
    inputs = vector["inputs"]
    found = terminate(
        _notice(inputs),
        _received(inputs, "received"),
        start=_day(inputs.get("start")),
        minimum_end=_minimum_end(inputs),
    )
    answers = {
        "received_date": found.received,
        "notice_ends": found.notice_ends,
        "end_date": found.ends_on,
        "latest_receipt_for_that_end": found.last_receipt,
    }
    return {name: value for name, value in answers.items() if name in vector["expected"]}


@adapter("latest_notice_date")
def latest_notice_date(vector: Vector) -> object:
    inputs = vector["inputs"]
    end = date.fromisoformat(inputs["end_date"])
    return {"latest_receipt": last_receipt(end, _notice(inputs))}


@adapter("renewal_terms")
def renewal_terms(vector: Vector) -> object:
    inputs = vector["inputs"]
    start, renewal = date.fromisoformat(inputs["start"]), _renewal(inputs)
    answers: dict[str, object] = {}
    if "list_terms" in inputs:
        listed = islice(terms(renewal, start), int(inputs["list_terms"]))
        answers["terms"] = [_term(one) for one in listed]
    if received := _optional_received(inputs):
        found = ending(renewal, start, received)
        answers.update(ends_on=found.last_day, renewals=found.renewals)
    if as_of := _day(inputs.get("as_of")):
        now = term_at(renewal, start, as_of)
        answers["state"] = "ended" if now is None else "active"
        if now is not None:
            answers.update(
                **_term(now),
                renewals=now.number,
                term_start=now.first_day,
                term_end=now.last_day,
                next_end=next_end(renewal, start, as_of).ends_on,
            )
    return {name: value for name, value in answers.items() if name in vector["expected"]}


@adapter("indefinite_after_initial")
def indefinite_after_initial(vector: Vector) -> object:
    inputs = vector["inputs"]
    start = date.fromisoformat(inputs["start"])
    renewal = Renewal(int(inputs["initial_months"]), 0, _notice(inputs))
    initial = next(terms(renewal, start))
    received = _optional_received(inputs)
    found = ending(renewal, start, received)
    return {"initial_end": initial.last_day, "ends_on": found.last_day}


def _term(one: Term) -> dict[str, object]:
    return {"start": one.first_day, "end": one.last_day, "latest_notice": one.last_receipt}


def _renewal(inputs: Mapping[str, Any]) -> Renewal:
    maximum = inputs.get("max_renewals", inputs.get("maximum_renewals"))
    to_the_term = {"anchor": "term_end", **inputs}
    return Renewal(
        int(inputs["initial_months"]),
        int(inputs.get("renewal_months") or 0),
        _notice(to_the_term),
        None if maximum is None else int(maximum),
    )


def _notice(inputs: Mapping[str, Any]) -> Notice:
    agreed = inputs["notice"]
    counting = agreed.get("counting") or inputs.get("counting")
    clear = counting in ("clear", "clear_days")
    return Notice(
        Interval.of(int(agreed["count"]), agreed["unit"]),
        NoticeAnchor(inputs.get("anchor") or "any_day"),
        NoticeCounting.CLEAR_DAYS if clear else NoticeCounting.CORRESPONDING,
        int(inputs.get("fiscal_year_end_month") or 12),
    )


def _received(inputs: Mapping[str, Any], name: str) -> date:
    text = inputs[name] if name in inputs else inputs["received_at"]
    if len(text) == len("2026-01-31"):
        return date.fromisoformat(text)
    zone = inputs.get("time_zone") or inputs.get("zone") or inputs.get("recipient_zone")
    return receipt_day(datetime.fromisoformat(text), zone)


def _optional_received(inputs: Mapping[str, Any]) -> date | None:
    text = inputs.get("notice_received")
    return None if text is None else _received(inputs, "notice_received")


def _minimum_end(inputs: Mapping[str, Any]) -> date | None:
    for name in ("minimum_end", "minimum_term_end", "min_end"):
        if text := inputs.get(name):
            return date.fromisoformat(text)
    months = inputs.get("minimum_term_months") or inputs.get("minimum_months")
    if not months:
        return None
    minimum = Renewal(int(months), 0, Notice(None))
    return next(terms(minimum, date.fromisoformat(inputs["start"]))).last_day


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)

"""Rows of facts in a SQL store, and the facts that they stand for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, time
from fractions import Fraction
from typing import Any

from harmony_core.assets import DeviceEvent, EventKind
from harmony_core.explanation import exact_text
from harmony_core.finance import Money
from harmony_core.periods import InstantSpan
from harmony_core.repositories._sql_values import Row, as_json, day_of, maybe_day, maybe_text, minor
from harmony_core.work import Expense, TimeEntry, UsageRecord, WorkSubject


def _known(fact: TimeEntry | Expense | UsageRecord) -> Row:
    return {
        "day": fact.day.isoformat(),
        "recorded_on": maybe_text(fact.recorded_on),
        "known_on": fact.known_on.isoformat(),
    }


def time_row(entry: TimeEntry) -> Row:
    return {
        "id": entry.id,
        "person_id": entry.person_id,
        "hours": exact_text(entry.hours),
        "contract_id": entry.contract_id,
        "line_id": entry.line_id,
        "work_type": entry.work_type,
        "multiplier": exact_text(entry.multiplier),
        "started_at": maybe_text(entry.started_at),
        **_known(entry),
        "role": entry.role,
        "worked_from": None if entry.worked is None else entry.worked.start.isoformat(),
        "worked_to": None if entry.worked is None else entry.worked.end.isoformat(),
        **_subject_row(entry.subject),
    }


def time_entry(row: tuple[Any, ...]) -> TimeEntry:
    (
        id_,
        person_id,
        day,
        hours,
        contract_id,
        line_id,
        work_type,
        multiplier,
        started_at,
        recorded_on,
        _,
        role,  # NULL, as all that follows, in rows of schema versions 1 and 2
        worked_from,
        worked_to,
        *subject,
    ) = row
    worked = None
    if worked_from is not None:
        worked = InstantSpan(*map(datetime.fromisoformat, (worked_from, worked_to)))
    return TimeEntry(
        id_,
        person_id,
        day_of(day),
        Fraction(hours),
        contract_id,
        line_id,
        work_type,
        Fraction(multiplier),
        None if started_at is None else time.fromisoformat(started_at),
        maybe_day(recorded_on),
        role or "",
        _subject(subject),
        worked,
    )


def _subject_row(subject: WorkSubject) -> Row:
    return {
        "customer_id": subject.customer_id,
        "ticket": subject.ticket,
        "asset_id": subject.asset_id,
        "service_item": subject.service_item,
        "user_id": subject.user,
        "site": subject.site,
        "note": subject.text,
    }


def _subject(columns: Sequence[str | None]) -> WorkSubject:
    customer_id, *rest = columns
    if customer_id is None and not any(rest):
        return _NO_SUBJECT
    return WorkSubject(customer_id, *(text or "" for text in rest))


_NO_SUBJECT = WorkSubject()


def expense_row(expense: Expense) -> Row:
    return {
        "id": expense.id,
        "person_id": expense.person_id,
        "amount_minor": minor(expense.amount),
        "currency": expense.amount.currency,
        "contract_id": expense.contract_id,
        "line_id": expense.line_id,
        "category": expense.category,
        **_known(expense),
        "receipts": as_json(expense.receipts) if expense.receipts else None,
        **_subject_row(expense.subject),
    }


def expense(row: tuple[Any, ...]) -> Expense:
    id_, person_id, day, minor_units, currency, contract_id, line_id, category, *rest = row
    recorded_on, _, receipts, *subject = rest
    return Expense(
        id_,
        person_id,
        day_of(day),
        Money(minor_units, currency),
        contract_id,
        line_id,
        category,
        maybe_day(recorded_on),
        _subject(subject),
        json.loads(receipts) if receipts else (),
    )


def usage_row(record: UsageRecord) -> Row:
    return {
        "id": record.id,
        "source": record.source,
        "customer_id": record.customer_id,
        "meter": record.meter,
        "quantity": exact_text(record.quantity),
        **_known(record),
        "used_at": maybe_text(record.at),
        "subject": record.subject,
        "replaces": record.replaces,
        "withdrawn": int(record.withdrawn),
        "origin": record.origin,
    }


def usage_record(row: tuple[Any, ...]) -> UsageRecord:
    id_, source, day, customer_id, meter, quantity, recorded_on, _, *rest = row
    used_at, subject, replaces, withdrawn, origin = rest  # NULL in rows of older versions
    return UsageRecord(
        id_,
        source,
        day_of(day),
        customer_id,
        meter,
        Fraction(quantity),
        maybe_day(recorded_on),
        None if used_at is None else datetime.fromisoformat(used_at),
        subject or "",
        replaces,
        bool(withdrawn),
        origin or "",
    )


def event_row(event: DeviceEvent) -> Row:
    return {
        "device_id": event.device_id,
        "day": event.day.isoformat(),
        "kind": event.kind.value,
        "recorded_on": maybe_text(event.recorded_on) or "",
        "known_on": event.known_on.isoformat(),
    }


def device_event(row: tuple[Any, ...]) -> DeviceEvent:
    device_id, day, kind, recorded_on, _ = row
    return DeviceEvent(device_id, day_of(day), EventKind(kind), maybe_day(recorded_on))

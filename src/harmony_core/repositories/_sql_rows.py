"""Rows of a SQL store and the values that they stand for."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any, Generic, TypeAlias, TypeVar

from harmony_core.assets import DeviceEvent, EventKind
from harmony_core.billing import Charge, ChargeKind, Invoice, Recognised
from harmony_core.errors import InvalidValue
from harmony_core.explanation import Explanation, exact_text
from harmony_core.finance import Booked, JournalEntry, JournalLine, Money, Rate, RateKind
from harmony_core.interchange import from_record, to_record
from harmony_core.periods import InstantSpan, Month, Span
from harmony_core.work import Expense, TimeEntry, UsageRecord, WorkSubject

T = TypeVar("T")
Row: TypeAlias = dict[str, Any]

_day = date.fromisoformat
_LARGEST = 2**63 - 1


class Remembered(Generic[T]):
    """Turns rows into values, each different row once.

    A value is a function of its row alone and immutable, so it may be shared by all units of a
    store. What is remembered is dropped when it grows beyond ``most``.
    """

    def __init__(self, read: Callable[[tuple[Any, ...]], T], most: int = 200_000) -> None:
        self._read, self._most = read, most
        self._known: dict[Hashable, T] = {}

    def __call__(self, row: tuple[Any, ...]) -> T:
        """Give the value of a row."""
        value = self._known.get(row)
        if value is None:
            if len(self._known) >= self._most:
                self._known.clear()
            value = self._known[row] = self._read(row)
        return value


def minor(money: Money) -> int:
    """Give minor units that a 64-bit column holds.

    Raises:
        InvalidValue: there are more of them.
    """
    if abs(money.minor) > _LARGEST:
        raise InvalidValue(f"{money} is more than a column of 64 bits holds")
    return money.minor


def as_json(data: Any) -> str:
    """Write plain data on one line."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def written(value: object) -> str:
    """Write a value's record as JSON text."""
    return as_json(to_record(value))


def reader_of(cls: type[T]) -> Callable[[str], T]:
    """Make what reads a value of ``cls`` from JSON text."""
    return lambda text: from_record(json.loads(text), cls)


def _maybe_text(value: date | time | None) -> str | None:
    return None if value is None else value.isoformat()


def _maybe_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _known(fact: TimeEntry | Expense | UsageRecord) -> Row:
    return {
        "day": fact.day.isoformat(),
        "recorded_on": _maybe_text(fact.recorded_on),
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
        "started_at": _maybe_text(entry.started_at),
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
        _day(day),
        Fraction(hours),
        contract_id,
        line_id,
        work_type,
        Fraction(multiplier),
        None if started_at is None else time.fromisoformat(started_at),
        _maybe_day(recorded_on),
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
        _day(day),
        Money(minor_units, currency),
        contract_id,
        line_id,
        category,
        _maybe_day(recorded_on),
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
        "used_at": _maybe_text(record.at),
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
        _day(day),
        customer_id,
        meter,
        Fraction(quantity),
        _maybe_day(recorded_on),
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
        "recorded_on": _maybe_text(event.recorded_on) or "",
        "known_on": event.known_on.isoformat(),
    }


def device_event(row: tuple[Any, ...]) -> DeviceEvent:
    device_id, day, kind, recorded_on, _ = row
    return DeviceEvent(device_id, _day(day), EventKind(kind), _maybe_day(recorded_on))


def rate_row(rate: Rate) -> Row:
    return {
        "id": rate.id,
        "base": rate.base,
        "quote": rate.quote,
        "day": rate.day.isoformat(),
        "value": exact_text(rate.value),
        "kind": rate.kind.value,
        "source": rate.source,
        "retrieved_at": _maybe_text(rate.retrieved_at),
        "known_from": _maybe_text(rate.known_from),
    }


def rate(row: tuple[Any, ...]) -> Rate:
    _, base, quote, day, value, kind, source, retrieved_at, known_from = row
    return Rate(
        base,
        quote,
        _day(day),
        Fraction(value),
        RateKind(kind),
        source=source,
        retrieved_at=None if retrieved_at is None else datetime.fromisoformat(retrieved_at),
        known_from=_maybe_day(known_from),
    )


def charge_row(charge: Charge) -> Row:
    return {
        "key": charge.key,
        "contract_id": charge.contract_id,
        "line_id": charge.line_id,
        "kind": charge.kind.value,
        "service_start": charge.service.start.isoformat(),
        "service_end": charge.service.end.isoformat(),
        "trigger_day": charge.trigger.isoformat(),
        "booked_on": charge.booked_on.isoformat(),
        **_booked_columns(charge.booked),
        "rate_ids": as_json(charge.rate_ids),
        "quantity": None if charge.quantity is None else exact_text(charge.quantity),
        "evidence": as_json(charge.evidence),
        "explanation": written(charge.explanation),
        "corrects": charge.corrects,
        "credits": charge.credits,
    }


_explanation = reader_of(Explanation)


def charge(row: tuple[Any, ...]) -> Charge:
    key, contract_id, line_id, kind, service_start, service_end, trigger_day, booked_on, *rest = row
    rate_ids, quantity, evidence, explanation, corrects, credits_ = rest[6:]
    return Charge(
        key=key,
        contract_id=contract_id,
        line_id=line_id,
        kind=ChargeKind(kind),
        service=Span(_day(service_start), _day(service_end)),
        trigger=_day(trigger_day),
        booked_on=_day(booked_on),
        booked=booked(rest[:6]),
        rate_ids=tuple(json.loads(rate_ids)),
        quantity=None if quantity is None else Fraction(quantity),
        evidence=tuple(json.loads(evidence)),
        explanation=_explanation(explanation),
        corrects=corrects,
        credits=credits_,
    )


def _booked_columns(amount: Booked) -> Row:
    return {
        "transaction_minor": minor(amount.transaction),
        "transaction_currency": amount.transaction.currency,
        "entity_minor": minor(amount.entity),
        "entity_currency": amount.entity.currency,
        "group_minor": minor(amount.group),
        "group_currency": amount.group.currency,
    }


def booked(row: Sequence[Any]) -> Booked:
    transaction, first, entity, second, group, third = row
    return Booked(Money(transaction, first), Money(entity, second), Money(group, third))


def recognised_row(row: Recognised) -> Row:
    lapsed = row.breakage
    if lapsed is not None and lapsed.currencies != row.amount.currencies:
        raise InvalidValue(
            f"breakage of {row.charge_key!r} is in {lapsed.currencies}, what is recognised in "
            f"{row.amount.currencies}: it is a part of it"
        )
    return {
        "charge_key": row.charge_key,
        "month": str(row.month),
        "contract_id": row.contract_id,
        "line_id": row.line_id,
        **_booked_columns(row.amount),
        "breakage_transaction_minor": None if lapsed is None else minor(lapsed.transaction),
        "breakage_entity_minor": None if lapsed is None else minor(lapsed.entity),
        "breakage_group_minor": None if lapsed is None else minor(lapsed.group),
    }


def recognised(row: tuple[Any, ...]) -> Recognised:
    charge_key, month, contract_id, line_id, *rest = row
    amount, lapsed = booked(rest[:6]), rest[6:]
    breakage = None
    if lapsed[0] is not None:
        first, second, third = amount.currencies
        breakage = booked((lapsed[0], first, lapsed[1], second, lapsed[2], third))
    return Recognised(charge_key, contract_id, line_id, Month.of(month), amount, breakage)


def invoice_row(invoice: Invoice) -> Row:
    return {
        "id": invoice.id,
        "side": invoice.side.value,
        "entity_id": invoice.entity_id,
        "party_id": invoice.party_id,
        "day": invoice.day.isoformat(),
        "currency": invoice.currency,
        "net_minor": minor(invoice.tax.total_excl),
        "tax_minor": minor(invoice.tax.total_tax),
        "total_minor": minor(invoice.tax.total_incl),
        "record": written(invoice),
    }


def entry_row(entry: JournalEntry) -> Row:
    return {
        "id": entry.id,
        "entity": entry.entity,
        "day": entry.day.isoformat(),
        "kind": entry.kind,
        "source": entry.source,
        "counterparty": entry.counterparty,
        "pair": entry.pair,
        "text": entry.text,
    }


def line_row(entry_id: str, number: int, line: JournalLine) -> Row:
    return {
        "entry_id": entry_id,
        "number": number,
        "role": line.role,
        "account": line.account,
        **_booked_columns(line.amount),
        "dimensions": as_json(dict(line.dimensions)),
    }


def journal_entry(row: tuple[Any, ...]) -> JournalEntry:
    id_, entity, day, kind, source, counterparty, pair, text, lines = row
    made = tuple(
        JournalLine(role, account, booked(amounts), _dimensions(dimensions))
        for role, account, *amounts, dimensions in lines
    )
    return JournalEntry(id_, entity, _day(day), kind, source, made, counterparty, pair, text)


def _dimensions(text: str) -> tuple[tuple[str, str], ...]:
    found: Mapping[str, str] = json.loads(text)
    return tuple(found.items())

"""Rows of rates, charges and books in a SQL store, and the values that they stand for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from harmony_core.billing import Charge, ChargeKind, Invoice, Recognised
from harmony_core.errors import InvalidValue
from harmony_core.explanation import Explanation, exact_text
from harmony_core.finance import Booked, JournalEntry, JournalLine, Money, Rate, RateKind
from harmony_core.periods import Month, Span
from harmony_core.repositories._sql_values import (
    Row,
    as_json,
    day_of,
    maybe_day,
    maybe_text,
    minor,
    reader_of,
    written,
)


def rate_row(rate: Rate) -> Row:
    return {
        "id": rate.id,
        "base": rate.base,
        "quote": rate.quote,
        "day": rate.day.isoformat(),
        "value": exact_text(rate.value),
        "kind": rate.kind.value,
        "source": rate.source,
        "retrieved_at": maybe_text(rate.retrieved_at),
        "known_from": maybe_text(rate.known_from),
    }


def rate(row: tuple[Any, ...]) -> Rate:
    _, base, quote, day, value, kind, source, retrieved_at, known_from = row
    return Rate(
        base,
        quote,
        day_of(day),
        Fraction(value),
        RateKind(kind),
        source=source,
        retrieved_at=None if retrieved_at is None else datetime.fromisoformat(retrieved_at),
        known_from=maybe_day(known_from),
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
        "gross_minor": None if charge.gross is None else minor(charge.gross),
    }


_explanation = reader_of(Explanation)


def charge(row: tuple[Any, ...]) -> Charge:
    key, contract_id, line_id, kind, service_start, service_end, trigger_day, booked_on, *rest = row
    rate_ids, quantity, evidence, explanation, corrects, credits_, gross = rest[6:]
    currency = rest[1]
    return Charge(
        key=key,
        contract_id=contract_id,
        line_id=line_id,
        kind=ChargeKind(kind),
        service=Span(day_of(service_start), day_of(service_end)),
        trigger=day_of(trigger_day),
        booked_on=day_of(booked_on),
        booked=booked(rest[:6]),
        rate_ids=tuple(json.loads(rate_ids)),
        quantity=None if quantity is None else Fraction(quantity),
        evidence=tuple(json.loads(evidence)),
        explanation=_explanation(explanation),
        corrects=corrects,
        credits=credits_,
        gross=None if gross is None else Money(gross, currency),
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
    return JournalEntry(id_, entity, day_of(day), kind, source, made, counterparty, pair, text)


def _dimensions(text: str) -> tuple[tuple[str, str], ...]:
    found: Mapping[str, str] = json.loads(text)
    return tuple(found.items())

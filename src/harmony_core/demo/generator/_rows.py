"""The rows of the files, field by field as in their headers, and how they are written."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

FIRST_DAY, LAST_DAY = date(2024, 4, 1), date(2026, 3, 31)

Cell = str | int | date | Decimal | None
Json = str | int | None | Sequence["Json"] | Mapping[str, "Json"]


class Person(NamedTuple):
    id: str
    name: str
    contractor: int
    delivery: int


class Employment(NamedTuple):
    person: str
    valid_from: date
    entity: str
    group: str


class CostRate(NamedTuple):
    scope: str
    key: str
    valid_from: date
    currency: str
    hourly: Decimal


class Customer(NamedTuple):
    id: str
    name: str
    country: str
    currency: str
    language: str
    parent: str | None
    merged_into: str | None
    price_group: str | None


class Supplier(NamedTuple):
    id: str
    name: str
    country: str
    currency: str


class Order(NamedTuple):
    id: str
    side: str
    party: str
    entity: str
    currency: str
    accepted_on: date


class OrderLine(NamedTuple):
    order: str
    line: str
    contract: str
    product: str
    quantity: Decimal | int | None
    unit_price: Decimal | None
    start: date
    end: date | None
    for_contract: str | None


class Amendment(NamedTuple):
    id: str
    contract: str
    line: str
    agreed_on: date
    first_day: date
    change: str
    value: Decimal | int | date | None
    recorded_on: date | None


class Price(NamedTuple):
    id: str
    product: str
    currency: str
    price_group: str | None
    customer: str | None
    first_day: date
    last_day: date | None
    unit_price: Decimal


class Seats(NamedTuple):
    id: str
    contract: str
    line: str
    asked_on: date
    seats: int
    bought_on: date | None


class Credit(NamedTuple):
    id: str
    contract: str
    line: str
    first_day: date
    day: date
    amount: Decimal | None
    reason: str


class Notice(NamedTuple):
    id: str
    contract: str
    line: str
    received: str
    recorded_on: date | None


class Device(NamedTuple):
    id: str
    type: str
    customer: str


class DeviceEvent(NamedTuple):
    device: str
    day: date
    kind: str
    recorded_on: date | None


class TimeEntry(NamedTuple):
    id: str
    person: str
    day: date
    started_at: str | None
    hours: Decimal
    contract: str | None
    line: str | None
    work_type: str
    multiplier: Decimal
    recorded_on: date | None


class Expense(NamedTuple):
    id: str
    person: str
    day: date
    amount: Decimal
    currency: str
    contract: str
    line: str
    category: str
    recorded_on: date | None


class Usage(NamedTuple):
    id: str
    source: str
    day: date
    customer: str
    meter: str
    quantity: Decimal
    recorded_on: date | None
    replaces: str | None = None
    withdrawn: int | None = None


class IndexValue(NamedTuple):
    name: str
    month: str
    value: str


class OtherRate(NamedTuple):
    day: date
    base: str
    quote: str
    rate: Decimal
    source: str
    known_from: date | None


def recorded(day: date, days_behind: int) -> date | None:
    """When a fact became known, within the 24 months; None stands for its own day."""
    known = min(day + timedelta(days_behind), LAST_DAY)
    return known if known > day else None


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def json_text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"

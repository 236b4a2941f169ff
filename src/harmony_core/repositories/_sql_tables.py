"""The tables of a SQL store, the same on every database.

Money is whole minor units beside its currency; exact numbers are text, days and months ISO text.
Nothing is a float, and nothing is a NUMERIC, which some drivers turn into one. What is nested
(terms, explanations, tax) is a record of ``harmony_core.interchange``, as JSON text.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Text

SCHEMA_VERSION = 10
"""Of the tables below; raised when one of them changes."""

metadata = MetaData()


def _key(name: str) -> Column[Any]:
    return Column(name, String, primary_key=True)


def _text(name: str) -> Column[Any]:
    return Column(name, String, nullable=False)


def _day(name: str) -> Column[Any]:
    return Column(name, String, nullable=False, index=True)


def _maybe(name: str) -> Column[Any]:
    return Column(name, String, nullable=True)


def _minor(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


def _record(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False)


def _booked() -> list[Column[Any]]:
    columns = ("transaction", "entity", "group")
    return [
        part for name in columns for part in (_minor(f"{name}_minor"), _text(f"{name}_currency"))
    ]


def _subject() -> list[Column[Any]]:
    """For whom, at what and about what work was done; NULL in rows of older versions."""
    names = ("customer_id", "ticket", "asset_id", "service_item", "user_id", "site", "note")
    return [_maybe(name) for name in names]


schema_version = Table(
    "harmony_schema_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)

company = Table("harmony_company", metadata, _key("id"), _record("record"))

price_book = Table("harmony_price_book", metadata, _key("id"), _record("record"))

REGISTERS = (
    "customer",
    "supplier",
    "person",
    "product",
    "quote",
    "order",
    "contract",
    "device",
    "incident",
    "billing_profile",
)

registers = {
    noun: Table(f"harmony_{noun}", metadata, _key("id"), _record("record")) for noun in REGISTERS
}

LOGS = (
    "quantity_override",
    "review_step",
    "progress",
    "receivable",
    "payable",
    "payment",
    "allocation",
)

logs = {noun: Table(f"harmony_{noun}", metadata, _key("id"), _record("record")) for noun in LOGS}

time_entry = Table(
    "harmony_time_entry",
    metadata,
    _key("id"),
    _text("person_id"),
    _text("day"),
    _text("hours"),
    _maybe("contract_id"),
    _maybe("line_id"),
    _text("work_type"),
    _text("multiplier"),
    _maybe("started_at"),
    _maybe("recorded_on"),
    _day("known_on"),
    _maybe("role"),
    _maybe("worked_from"),
    _maybe("worked_to"),
    *_subject(),
)

expense = Table(
    "harmony_expense",
    metadata,
    _key("id"),
    _text("person_id"),
    _text("day"),
    _minor("amount_minor"),
    _text("currency"),
    _maybe("contract_id"),
    _maybe("line_id"),
    _text("category"),
    _maybe("recorded_on"),
    _day("known_on"),
    _maybe("receipts"),
    *_subject(),
)

usage_record = Table(
    "harmony_usage_record",
    metadata,
    _key("id"),
    _key("source"),
    _text("day"),
    _text("customer_id"),
    _text("meter"),
    _text("quantity"),
    _maybe("recorded_on"),
    _day("known_on"),
    _maybe("used_at"),
    _maybe("subject"),
    _maybe("replaces"),
    Column("withdrawn", Integer),
    _maybe("origin"),
)

device_event = Table(
    "harmony_device_event",
    metadata,
    _key("device_id"),
    _key("day"),
    _key("kind"),
    _key("recorded_on"),  # empty where it was not given: a key has no NULL
    _day("known_on"),
)

rate = Table(
    "harmony_rate",
    metadata,
    _key("id"),
    _text("base"),
    _text("quote"),
    _text("day"),
    _text("value"),
    _text("kind"),
    _text("source"),
    _maybe("retrieved_at"),
    _maybe("known_from"),
)

charge = Table(
    "harmony_charge",
    metadata,
    _key("key"),
    _text("contract_id"),
    _text("line_id"),
    _text("kind"),
    _text("service_start"),
    _text("service_end"),
    _day("trigger_day"),
    _text("booked_on"),
    *_booked(),
    _record("rate_ids"),
    _maybe("quantity"),
    _record("evidence"),
    _record("explanation"),
    _maybe("corrects"),
    _maybe("credits"),
    Column("gross_minor", BigInteger),  # where the price includes tax
)

recognised = Table(
    "harmony_recognised",
    metadata,
    _key("charge_key"),
    _key("month"),
    _text("contract_id"),
    _text("line_id"),
    *_booked(),
    Column("breakage_transaction_minor", BigInteger),
    Column("breakage_entity_minor", BigInteger),
    Column("breakage_group_minor", BigInteger),
)

invoice = Table(
    "harmony_invoice",
    metadata,
    _key("id"),
    _text("side"),
    _text("entity_id"),
    _text("party_id"),
    _day("day"),
    _text("currency"),
    _minor("net_minor"),
    _minor("tax_minor"),
    _minor("total_minor"),
    _record("record"),
)

journal_entry = Table(
    "harmony_journal_entry",
    metadata,
    _key("id"),
    _text("entity"),
    _day("day"),
    _text("kind"),
    _text("source"),
    _maybe("counterparty"),
    _maybe("pair"),
    _text("text"),
)

journal_line = Table(
    "harmony_journal_line",
    metadata,
    _key("entry_id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("role"),
    _text("account"),
    *_booked(),
    _record("dimensions"),
)

closed_month = Table("harmony_closed_month", metadata, _key("month"))

billing_night = Table("harmony_billing_night", metadata, _key("day"))

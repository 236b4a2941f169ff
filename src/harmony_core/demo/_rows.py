"""Rows of the demo company's tables, each made into its value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from harmony_core.assets import DeviceEvent, EventKind
from harmony_core.contracts import (
    Amendment,
    Change,
    LineEnds,
    LineRunsOn,
    NewPrice,
    NewQuantity,
    Side,
)
from harmony_core.errors import InvalidValue
from harmony_core.finance import CostRateTable, ExactAmount, Money, Rate
from harmony_core.interchange import Feed, Row, read_ecb_csv, read_rates_csv
from harmony_core.orders import Order, OrderLine
from harmony_core.parties import Customer, Employment, Supplier
from harmony_core.periods import History
from harmony_core.pricing import PerUnit, PriceEntry
from harmony_core.work import Expense, TimeEntry, UsageRecord


def cost_rate(row: Row) -> tuple[str, str, date, ExactAmount]:
    scope = row.text("scope")
    if scope not in ("person", "group", "default"):
        raise InvalidValue(f"scope must be person, group or default, got {scope!r}")
    rate = ExactAmount.of(row.number("hourly"), row.text("currency"))
    return scope, row.text("key"), row.day("valid_from"), rate


def cost_rates(rows: Iterable[tuple[str, str, date, ExactAmount]]) -> CostRateTable:
    found: defaultdict[str, defaultdict[str, list[tuple[date, ExactAmount]]]]
    found = defaultdict(lambda: defaultdict(list))
    for scope, key, valid_from, rate in rows:
        found[scope][key].append((valid_from, rate))
    histories = {
        scope: {key: History.of(rates) for key, rates in keys.items()}
        for scope, keys in found.items()
    }
    default = next(iter(histories.get("default", {}).values()), None)
    return CostRateTable(histories.get("person", {}), histories.get("group", {}), default)


def job(row: Row) -> tuple[str, Employment]:
    job = Employment(row.text("entity"), row.text("group"), row.day("valid_from"))
    return row.text("person"), job


def customer(row: Row) -> Customer:
    return Customer(
        row.text("id"),
        row.text("name"),
        row.text("country"),
        row.text("currency"),
        row.optional("language") or "en",
        row.optional("parent"),
        row.optional("merged_into"),
        row.optional("price_group"),
    )


def price_entry(row: Row) -> PriceEntry:
    currency = row.text("currency")
    return PriceEntry(
        row.text("product"),
        currency,
        PerUnit(ExactAmount.of(row.number("unit_price"), currency)),
        row.day("first_day"),
        row.optional_day("last_day"),
        customer_group=row.optional("price_group"),
        customer_id=row.optional("customer"),
        id=row.text("id"),
    )


def supplier(row: Row) -> Supplier:
    return Supplier(row.text("id"), row.text("name"), row.text("country"), row.text("currency"))


COST_RATE = ("scope", "key", "valid_from", "currency", "hourly")
ORDER = ("id", "side", "party", "entity", "currency", "accepted_on")
ORDER_LINE = ("order", "line", "contract", "product", "quantity", "unit_price", "start", "end")
PRICE = ("id", "product", "currency", "first_day", "unit_price")
AMENDMENT = ("id", "contract", "line", "agreed_on", "first_day", "change", "value")
TIME = ("id", "person", "day", "started_at", "hours", "contract", "line", "multiplier")
EXPENSE = ("id", "person", "day", "amount", "currency", "contract", "line", "category")
USAGE = ("id", "source", "day", "customer", "meter", "quantity")


def order(row: Row) -> Order:
    side = row.text("side")
    if side not in ("sell", "buy"):
        raise InvalidValue(f"side must be sell or buy, got {side!r}")
    return Order(
        row.text("id"),
        Side(side),
        row.text("party"),
        row.text("entity"),
        row.text("currency"),
        (),
        row.optional_day("accepted_on"),
    )


def order_line(row: Row, currencies: dict[str, str]) -> tuple[str, OrderLine]:
    order_id = row.text("order")
    if order_id not in currencies:
        raise InvalidValue(f"order {order_id!r} is not in orders.csv")
    price = row.optional("unit_price")
    return order_id, OrderLine(
        row.text("line"),
        row.text("contract"),
        row.text("product"),
        row.number("quantity", default=Fraction(0)),
        row.day("start"),
        row.optional_day("end"),
        None if price is None else ExactAmount.of(price, currencies[order_id]),
        row.optional("for_contract"),
    )


def amendment(row: Row, currency: str) -> Amendment:
    """What one row says: an amendment of one change; rows of one id go together."""
    line_id, kind = row.text("line"), row.text("change")
    change: Change
    match kind:
        case "quantity":
            change = NewQuantity(line_id, row.number("value"))
        case "price":
            price = ExactAmount.of(row.number("value"), currency)
            change = NewPrice(line_id, PerUnit(price))
        case "ends":
            change = LineEnds(line_id)
        case "runs_on":
            change = LineRunsOn(line_id, row.optional_day("value"))
        case _:
            raise InvalidValue(f"change must be quantity, price, ends or runs_on, got {kind!r}")
    return Amendment(
        row.text("id"),
        row.text("contract"),
        row.day("agreed_on"),
        row.day("first_day"),
        (change,),
        row.optional_day("recorded_on"),
    )


def event(row: Row) -> DeviceEvent:
    kind = row.text("kind")
    if kind not in ("on", "off"):
        raise InvalidValue(f"kind must be on or off, got {kind!r}")
    return DeviceEvent(
        row.text("device"), row.day("day"), EventKind(kind), row.optional_day("recorded_on")
    )


def time(row: Row) -> TimeEntry:
    return TimeEntry(
        row.text("id"),
        row.text("person"),
        row.day("day"),
        row.number("hours"),
        row.optional("contract"),
        row.optional("line"),
        row.optional("work_type") or "",
        row.number("multiplier", default=Fraction(1)),
        row.optional_time("started_at"),
        row.optional_day("recorded_on"),
    )


def expense(row: Row) -> Expense:
    return Expense(
        row.text("id"),
        row.text("person"),
        row.day("day"),
        Money.of(row.number("amount"), row.text("currency")),
        row.optional("contract"),
        row.optional("line"),
        row.optional("category") or "",
        row.optional_day("recorded_on"),
    )


def usage(row: Row) -> UsageRecord:
    return UsageRecord(
        row.text("id"),
        row.text("source"),
        row.day("day"),
        row.text("customer"),
        row.text("meter"),
        row.number("quantity"),
        row.optional_day("recorded_on"),
        replaces=row.optional("replaces"),
        withdrawn=row.flag("withdrawn", default=False),
    )


def ecb(lines: list[str], name: str) -> Feed[Rate]:
    feed = read_ecb_csv(lines, name=name)
    return Feed(feed.rates, feed.rejected)


def other(lines: list[str], name: str) -> Feed[Rate]:
    feed = read_rates_csv(lines, name=name)
    return Feed(feed.rates, feed.rejected)

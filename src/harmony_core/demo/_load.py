"""From the demo company's files into a store: everything, or a list of what is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

import attrs

from harmony_core.assets import Device, DeviceEvent, EventKind
from harmony_core.contracts import Side
from harmony_core.demo._nodes import Node
from harmony_core.demo._products import one_of, product
from harmony_core.errors import HarmonyError, InputRejected, InvalidValue, Problem
from harmony_core.finance import (
    CostPlus,
    CostRateTable,
    ExactAmount,
    FixedRate,
    Group,
    LegalEntity,
    Money,
    PercentOfSell,
    Rate,
    TaxRate,
    TransferRule,
    TransferSubject,
)
from harmony_core.interchange import Feed, Row, read_ecb_csv, read_rates_csv, read_rows
from harmony_core.orders import Order, OrderLine
from harmony_core.parties import Customer, Employment, Person, Supplier
from harmony_core.periods import History, Month
from harmony_core.products import Product
from harmony_core.repositories import Company, Store
from harmony_core.work import Expense, TimeEntry, UsageRecord
from harmony_core.workflows import OrdersReport, execute_orders

T = TypeVar("T")


@attrs.frozen
class DemoFiles:
    """Everything that the files say, as values."""

    company: Company
    products: tuple[Product, ...]
    customers: tuple[Customer, ...]
    suppliers: tuple[Supplier, ...]
    people: tuple[Person, ...]
    orders: tuple[Order, ...]
    devices: tuple[Device, ...]
    facts: tuple[TimeEntry | Expense | UsageRecord | DeviceEvent, ...]
    rates: tuple[Rate, ...]


def frozen_files() -> Traversable:
    """The folder of the company's files inside the package."""
    return files("harmony_core.demo") / "data"


def read_files(folder: Traversable) -> DemoFiles:
    """Read every file of the company.

    Raises:
        InputRejected: with every fault of every file, each under its path.
    """
    reading = _Reading(folder)
    company = reading.document("company.json", _company)
    products = reading.documents("products.json", product)
    cost_rates = reading.table("cost_rates.csv", _COST_RATE, _cost_rate)
    jobs = reading.table("employments.csv", ("person", "valid_from", "entity", "group"), _job)
    customers = reading.table("customers.csv", ("id", "name", "country", "currency"), _customer)
    suppliers = reading.table("suppliers.csv", ("id", "name", "country", "currency"), _supplier)
    employments: defaultdict[str, list[Employment]] = defaultdict(list)
    for person_id, employment in jobs:
        employments[person_id].append(employment)
    people = reading.table(
        "people.csv",
        ("id", "name", "contractor"),
        lambda row: Person.of(
            row.text("id"),
            row.text("name"),
            *employments[row.text("id")],
            contractor=row.flag("contractor"),
        ),
    )
    lines: defaultdict[str, list[OrderLine]] = defaultdict(list)
    headers = reading.table("orders.csv", _ORDER, _order)
    currencies = {order.id: order.currency for order in headers}
    for order_id, line in reading.table(
        "order_lines.csv", _ORDER_LINE, lambda row: _order_line(row, currencies)
    ):
        lines[order_id].append(line)
    orders = tuple(attrs.evolve(order, lines=tuple(lines[order.id])) for order in headers)
    devices = reading.table(
        "devices.csv",
        ("id", "type", "customer"),
        lambda row: Device(row.text("id"), row.text("type"), row.text("customer")),
    )
    facts = (
        *reading.table("device_events.csv", ("device", "day", "kind", "recorded_on"), _event),
        *reading.table("time.csv", _TIME, _time),
        *reading.table("expenses.csv", _EXPENSE, _expense),
        *reading.table("usage.csv", _USAGE, _usage),
    )
    ecb = reading.feed("rates/ecb.csv", lambda lines, name: _ecb(lines, name))
    other = reading.feed("rates/other.csv", lambda lines, name: _other(lines, name))
    reading.refuse_problems()
    if company is None:  # refuse_problems has raised; this is for the type checker alone
        raise InputRejected(["company.json: could not be read"])
    return DemoFiles(
        attrs.evolve(company, cost_rates=_cost_rates(cost_rates)),
        products,
        customers,
        suppliers,
        people,
        orders,
        devices,
        facts,
        (*ecb, *other),
    )


def load(store: Store, demo: DemoFiles, opening: Month) -> OrdersReport:
    """Put the company into an empty store, its books opening with a month, and execute its orders.

    Raises:
        InputRejected: an order cannot be executed.
    """
    group = attrs.evolve(demo.company.group, opening_day=opening.first_day)
    with store.begin() as unit:
        unit.company.save(attrs.evolve(demo.company, group=group))
        for register, values in (
            (unit.customers, demo.customers),
            (unit.suppliers, demo.suppliers),
            (unit.people, demo.people),
            (unit.products, demo.products),
            (unit.orders, demo.orders),
            (unit.devices, demo.devices),
        ):
            for value in values:
                register.add(value)  # type: ignore[attr-defined]  # each register has its own kind
        unit.facts.add(demo.facts)
        unit.rates.add(demo.rates)
    report = execute_orders(store, date.max)
    if report.problems:
        raise InputRejected(report.problems)
    return report


class _Reading:
    """Reads files of a folder and keeps every problem until the end."""

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        self._problems: list[str] = []

    def document(self, name: str, make: Callable[[Node], T]) -> T | None:
        """One JSON document as a value."""
        node = self._node(name)
        return None if node is None else self._made(node, make)

    def documents(self, name: str, make: Callable[[Node], T]) -> tuple[T, ...]:
        """A JSON list, element by element: a bad one does not hide the faults of the others."""
        node = self._node(name)
        if node is None:
            return ()
        try:
            nodes = tuple(node.each())
        except InvalidValue as fault:
            self._problems.append(str(fault))
            return ()
        made = (self._made(part, make) for part in nodes)
        return tuple(value for value in made if value is not None)

    def table(self, name: str, columns: Sequence[str], make: Callable[[Row], T]) -> tuple[T, ...]:
        """A CSV file, row by row."""
        return self.feed(name, lambda lines, path: read_rows(lines, path, columns, make))

    def feed(self, name: str, read: Callable[[list[str], str], Feed[T]]) -> tuple[T, ...]:
        """A file that a feed reads."""
        text = self._text(name)
        if text is None:
            return ()
        try:
            feed = read(text.splitlines(), name)
        except InputRejected as rejected:
            self._problems.extend(rejected.problems)
            return ()
        self._problems.extend(feed.rejected)
        return feed.accepted

    def refuse_problems(self) -> None:
        """Raise what was found, if anything was."""
        if self._problems:
            raise InputRejected(self._problems)

    def _made(self, node: Node, make: Callable[[Node], T]) -> T | None:
        try:
            return make(node)
        except HarmonyError as fault:
            message = str(fault)
            path = "" if message.startswith(node.path) else f"{node.path}: "
            self._problems.append(f"{path}{message}")
            return None

    def _node(self, name: str) -> Node | None:
        text = self._text(name)
        try:
            return None if text is None else Node.parse(text, name)
        except InputRejected as rejected:
            self._problems.extend(rejected.problems)
            return None

    def _text(self, name: str) -> str | None:
        try:
            return self._folder.joinpath(name).read_text(encoding="utf-8")
        except OSError as fault:
            self._problems.append(Problem.at(name, f"cannot be read: {fault.strerror}"))
        except UnicodeDecodeError as fault:
            self._problems.append(Problem.at(name, f"is not UTF-8 text: {fault.reason}"))
        return None


def _company(node: Node) -> Company:
    return Company(
        group=_group(node),
        divisions=tuple(
            (part["id"].text(), tuple((tag, name.text()) for tag, name in part["names"].items()))
            for part in node["divisions"].each()
        ),
        tax_rates=tuple(_tax_rate(part) for part in node["tax_rates"].each()),
        transfer_rules=(*(_transfer_rule(part) for part in node["transfer_rules"].each()), _AT_COST),
        asset_parents=tuple(
            (part["id"].text(), part["parent"].optional_text())
            for part in node["asset_types"].each()
        ),
    )


_AT_COST = TransferRule(
    "TR-EXPENSES", None, None, CostPlus(0), date(1900, 1, 1), subject=TransferSubject.EXPENSE
)
"""Between the companies of the group, expenses are passed on as they are."""


def _group(node: Node) -> Group:
    group = node["group"]
    return Group(
        group["id"].text(),
        group["name"].text(),
        group["currency"].text(),
        tuple(_entity(part) for part in node["entities"].each()),
        group["opening_day"].day(),
    )


def _entity(node: Node) -> LegalEntity:
    return LegalEntity(
        id=node["id"].text(),
        name=node["name"].text(),
        country=node["country"].text(),
        currency=node["currency"].text(),
        zone=node["zone"].text(),
        fiscal_year_start_month=node["fiscal_year_start_month"].whole(),
        accounts={role: code.text() for role, code in node["accounts"].items()},
    )


def _tax_rate(node: Node) -> TaxRate:
    return TaxRate(
        node["jurisdiction"].text(),
        node["category"].text(),
        node["percent"].number(),
        node["valid_from"].day(),
        _day_after(node["valid_to"].optional_day()),
    )


def _transfer_rule(node: Node) -> TransferRule:
    method: CostPlus | PercentOfSell | FixedRate
    match node["method"].text():
        case "cost_plus":
            method = CostPlus(node["markup_percent"].number())
        case "percent_of_sell":
            method = PercentOfSell(node["percent"].number())
        case "fixed_rate":
            method = FixedRate(ExactAmount.of(node["rate"].number(), node["currency"].text()))
        case _:
            raise node["method"].wrong("one of cost_plus, percent_of_sell, fixed_rate")
    return TransferRule(
        node["id"].text(),
        node["seller"].text(),
        node["performer"].text(),
        method,
        node["valid_from"].day(),
        _day_after(node["valid_to"].optional_day()),
        TransferSubject.TIME,
    )


def _day_after(last_day: date | None) -> date | None:
    """The files show the last day of validity; inside, an end is the first day without it."""
    return None if last_day is None else last_day + timedelta(days=1)


def _cost_rate(row: Row) -> tuple[str, str, date, ExactAmount]:
    scope = row.text("scope")
    if scope not in ("person", "group", "default"):
        raise InvalidValue(f"scope must be person, group or default, got {scope!r}")
    rate = ExactAmount.of(row.number("hourly"), row.text("currency"))
    return scope, row.text("key"), row.day("valid_from"), rate


def _cost_rates(rows: Iterable[tuple[str, str, date, ExactAmount]]) -> CostRateTable:
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


def _job(row: Row) -> tuple[str, Employment]:
    job = Employment(row.text("entity"), row.text("group"), row.day("valid_from"))
    return row.text("person"), job


def _customer(row: Row) -> Customer:
    return Customer(
        row.text("id"),
        row.text("name"),
        row.text("country"),
        row.text("currency"),
        row.optional("language") or "en",
        row.optional("parent"),
        row.optional("merged_into"),
    )


def _supplier(row: Row) -> Supplier:
    return Supplier(row.text("id"), row.text("name"), row.text("country"), row.text("currency"))


_COST_RATE = ("scope", "key", "valid_from", "currency", "hourly")
_ORDER = ("id", "side", "party", "entity", "currency", "accepted_on")
_ORDER_LINE = ("order", "line", "contract", "product", "quantity", "unit_price", "start", "end")
_TIME = ("id", "person", "day", "started_at", "hours", "contract", "line", "multiplier")
_EXPENSE = ("id", "person", "day", "amount", "currency", "contract", "line", "category")
_USAGE = ("id", "source", "day", "customer", "meter", "quantity")


def _order(row: Row) -> Order:
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


def _order_line(row: Row, currencies: dict[str, str]) -> tuple[str, OrderLine]:
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


def _event(row: Row) -> DeviceEvent:
    kind = row.text("kind")
    if kind not in ("on", "off"):
        raise InvalidValue(f"kind must be on or off, got {kind!r}")
    return DeviceEvent(
        row.text("device"), row.day("day"), EventKind(kind), row.optional_day("recorded_on")
    )


def _time(row: Row) -> TimeEntry:
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


def _expense(row: Row) -> Expense:
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


def _usage(row: Row) -> UsageRecord:
    return UsageRecord(
        row.text("id"),
        row.text("source"),
        row.day("day"),
        row.text("customer"),
        row.text("meter"),
        row.number("quantity"),
        row.optional_day("recorded_on"),
    )


def _ecb(lines: list[str], name: str) -> Feed[Rate]:
    feed = read_ecb_csv(lines, name=name)
    return Feed(feed.rates, feed.rejected)


def _other(lines: list[str], name: str) -> Feed[Rate]:
    feed = read_rates_csv(lines, name=name)
    return Feed(feed.rates, feed.rejected)

"""From the demo company's files into a store: everything, or a list of what is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

import attrs

from harmony_core.assets import Device, DeviceEvent
from harmony_core.demo import _rows as rows
from harmony_core.demo._company_file import company as company_of
from harmony_core.demo._nodes import Node
from harmony_core.demo._products import product
from harmony_core.errors import HarmonyError, InputRejected, InvalidValue, Problem
from harmony_core.finance import Rate
from harmony_core.interchange import Feed, Row, read_rows
from harmony_core.orders import Order, OrderLine
from harmony_core.parties import Customer, Employment, Person, Supplier
from harmony_core.periods import Month
from harmony_core.products import Product
from harmony_core.repositories.ports import Company, Register, Store
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
    company = reading.document("company.json", company_of)
    products = reading.documents("products.json", product)
    cost_rates = reading.table("cost_rates.csv", rows.COST_RATE, rows.cost_rate)
    jobs = reading.table("employments.csv", ("person", "valid_from", "entity", "group"), rows.job)
    customers = reading.table("customers.csv", ("id", "name", "country", "currency"), rows.customer)
    suppliers = reading.table("suppliers.csv", ("id", "name", "country", "currency"), rows.supplier)
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
    headers = reading.table("orders.csv", rows.ORDER, rows.order)
    currencies = {order.id: order.currency for order in headers}
    for order_id, line in reading.table(
        "order_lines.csv", rows.ORDER_LINE, lambda row: rows.order_line(row, currencies)
    ):
        lines[order_id].append(line)
    orders = tuple(attrs.evolve(order, lines=tuple(lines[order.id])) for order in headers)
    devices = reading.table(
        "devices.csv",
        ("id", "type", "customer"),
        lambda row: Device(row.text("id"), row.text("type"), row.text("customer")),
    )
    facts: tuple[TimeEntry | Expense | UsageRecord | DeviceEvent, ...] = (
        *reading.table("device_events.csv", ("device", "day", "kind", "recorded_on"), rows.event),
        *reading.table("time.csv", rows.TIME, rows.time),
        *reading.table("expenses.csv", rows.EXPENSE, rows.expense),
        *reading.table("usage.csv", rows.USAGE, rows.usage),
    )
    ecb = reading.feed("rates/ecb.csv", rows.ecb)
    other = reading.feed("rates/other.csv", rows.other)
    reading.refuse_problems()
    if company is None:  # refuse_problems has raised; this is for the type checker alone
        raise InputRejected(["company.json: could not be read"])
    return DemoFiles(
        attrs.evolve(company, cost_rates=rows.cost_rates(cost_rates)),
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
        _add_all(unit.customers, demo.customers)
        _add_all(unit.suppliers, demo.suppliers)
        _add_all(unit.people, demo.people)
        _add_all(unit.products, demo.products)
        _add_all(unit.orders, demo.orders)
        _add_all(unit.devices, demo.devices)
        unit.facts.add(demo.facts)
        unit.rates.add(demo.rates)
    report = execute_orders(store, date.max)
    if report.problems:
        raise InputRejected(report.problems)
    return report


def _add_all(register: Register[T], values: Iterable[T]) -> None:
    for value in values:
        register.add(value)


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

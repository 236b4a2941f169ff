"""From the demo company's files to values: everything, or a list of what is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable

import attrs

from harmony_core.assets import Device, DeviceEvent
from harmony_core.contracts import Amendment
from harmony_core.demo import _rows as rows
from harmony_core.demo._changes import (
    Sales,
    amendments_of,
    check_changes,
    notices_of,
    seats_of,
)
from harmony_core.demo._company_file import company as company_of
from harmony_core.demo._credits import CREDIT, CreditGiven, credit
from harmony_core.demo._line_terms import Covers, with_terms
from harmony_core.demo._nodes import Node
from harmony_core.demo._notices import NoticeReceived
from harmony_core.demo._products import product
from harmony_core.demo._reading import Reading
from harmony_core.demo._seats import SeatsChanged
from harmony_core.errors import InputRejected, InvalidValue
from harmony_core.finance import Rate
from harmony_core.interchange import Row
from harmony_core.orders import Order, OrderLine
from harmony_core.parties import Customer, Employment, Person, Supplier
from harmony_core.pricing import PriceBook
from harmony_core.products import Catalogue, Product
from harmony_core.repositories.ports import Company
from harmony_core.work import Expense, TimeEntry, UsageRecord

COMPANY, PRODUCTS = "company.json", "products.json"
DIVISIONS, TYPES = "the divisions of company.json", "the asset types of company.json"
CUSTOMERS, SUPPLIERS, PEOPLE = "customers.csv", "suppliers.csv", "people.csv"
ORDERS, PRICES, DEVICES = "orders.csv", "price_book.csv", "devices.csv"


@attrs.frozen
class DemoFiles:
    """Everything that the files say, as values."""

    company: Company
    products: tuple[Product, ...]
    customers: tuple[Customer, ...]
    suppliers: tuple[Supplier, ...]
    people: tuple[Person, ...]
    orders: tuple[Order, ...]
    covers: Covers
    price_book: PriceBook
    amendments: tuple[Amendment, ...]
    seats: tuple[SeatsChanged, ...]
    notices: tuple[NoticeReceived, ...]
    credits: tuple[CreditGiven, ...]
    devices: tuple[Device, ...]
    facts: tuple[TimeEntry | Expense | UsageRecord | DeviceEvent, ...]
    rates: tuple[Rate, ...]


def frozen_files() -> Traversable:
    """The folder of the company's files inside the package."""
    return files("harmony_core.demo") / "data"


def read_files(folder: Traversable) -> DemoFiles:
    """Read every file of the company, and check that they fit together.

    Raises:
        InputRejected: with every fault of every file, each under its path.
    """
    reading = Reading(folder)
    company = reading.document("company.json", company_of)
    if company is not None:
        reading.knows(COMPANY, (entity.id for entity in company.group.entities))
        reading.knows(DIVISIONS, (division for division, _ in company.divisions))
        reading.knows(TYPES, (kind for kind, _ in company.asset_parents))
    products = _products(reading)
    cost_rates = reading.table(
        "cost_rates.csv", rows.COST_RATE, rows.cost_rate, key=("scope", "key", "valid_from")
    )
    customers = reading.table(
        CUSTOMERS,
        ("id", "name", "country", "currency"),
        rows.customer,
        key=("id",),
        refers={"parent": CUSTOMERS, "merged_into": CUSTOMERS},
    )
    suppliers = reading.table(
        SUPPLIERS, ("id", "name", "country", "currency"), rows.supplier, key=("id",)
    )
    people = _people(reading)
    orders, paths = _orders(reading)
    orders, covers = with_terms(reading, orders)
    book = _price_book(reading)
    amendments = amendments_of(reading, orders)
    seats, notices = seats_of(reading), notices_of(reading)
    given = reading.table(
        "credit_notes.csv", CREDIT, credit, key=("id",), refers={"contract": "order_lines.csv"}
    )
    devices = reading.table(
        DEVICES,
        ("id", "type", "customer"),
        lambda row: Device(row.text("id"), row.text("type"), row.text("customer")),
        key=("id",),
        refers={"type": TYPES, "customer": CUSTOMERS},
    )
    facts = _facts(reading)
    ecb = reading.feed("rates/ecb.csv", rows.ecb)
    other = reading.feed("rates/other.csv", rows.other)
    reading.refuse_problems()
    if company is None:  # refuse_problems has raised; this is for the type checker alone
        raise InputRejected(["company.json: could not be read"])
    sales = Sales(Catalogue(products), company.group, book, customers)
    _check_orders(reading, orders, paths, sales)
    check_changes(reading, sales.contracts(orders), amendments, {**seats, **notices}, company.group)
    return DemoFiles(
        attrs.evolve(company, cost_rates=rows.cost_rates(cost_rates)),
        products,
        customers,
        suppliers,
        people,
        orders,
        covers,
        book,
        tuple(amendments.values()),
        tuple(seats.values()),
        tuple(notices.values()),
        given,
        devices,
        facts,
        (*ecb, *other),
    )


def _products(reading: Reading) -> tuple[Product, ...]:
    places: dict[str, str] = {}

    def make(node: Node) -> Product:
        id_ = node["id"].text()
        if places.setdefault(id_, node.path) != node.path:
            raise InvalidValue(f"{id_} is there already, in {places[id_]}")
        made = product(node)
        reading.refer(node.path, "division", made.division, DIVISIONS)
        for component in made.components:
            reading.refer(node.path, "component", component.product_id, PRODUCTS)
        return made

    made = reading.documents(PRODUCTS, make)
    if places:
        reading.knows(PRODUCTS, places)
    return made


def _price_book(reading: Reading) -> PriceBook:
    entries = reading.table(
        PRICES,
        rows.PRICE,
        rows.price_entry,
        key=("id",),
        refers={"product": PRODUCTS, "customer": CUSTOMERS},
    )
    try:
        return PriceBook(entries)
    except InvalidValue as collisions:
        reading.report(PRICES, str(collisions))
        return PriceBook(())


def _people(reading: Reading) -> tuple[Person, ...]:
    employments: defaultdict[str, list[Employment]] = defaultdict(list)
    for person_id, employment in reading.table(
        "employments.csv",
        ("person", "valid_from", "entity", "group"),
        rows.job,
        key=("person", "valid_from"),
        refers={"person": PEOPLE, "entity": COMPANY},
    ):
        employments[person_id].append(employment)
    return reading.table(
        PEOPLE,
        ("id", "name", "contractor"),
        lambda row: Person.of(
            row.text("id"),
            row.text("name"),
            *employments[row.text("id")],
            contractor=row.flag("contractor"),
        ),
        key=("id",),
    )


def _orders(reading: Reading) -> tuple[tuple[Order, ...], dict[str, list[str]]]:
    """The orders, and by order the paths of its lines."""

    def party_of(row: Row) -> str:
        return SUPPLIERS if row.optional("side") == "buy" else CUSTOMERS

    headers = reading.table(
        ORDERS,
        rows.ORDER,
        rows.order,
        key=("id",),
        refers={"party": party_of, "entity": COMPANY},
    )
    currencies = {order.id: order.currency for order in headers}
    paths: defaultdict[str, list[str]] = defaultdict(list)

    def make(row: Row) -> tuple[str, OrderLine] | None:
        if row.text("order") not in currencies:  # its header is missing or was refused
            return None
        made = rows.order_line(row, currencies)
        paths[made[0]].append(row.path)
        return made

    lines: defaultdict[str, list[OrderLine]] = defaultdict(list)
    for found in reading.table(
        "order_lines.csv",
        rows.ORDER_LINE,
        make,
        key=("contract", "line", "order"),
        refers={"order": ORDERS, "product": PRODUCTS, "for_contract": "order_lines.csv"},
    ):
        if found is not None:
            lines[found[0]].append(found[1])
    orders = tuple(attrs.evolve(order, lines=tuple(lines[order.id])) for order in headers)
    return orders, paths


def _check_orders(
    reading: Reading,
    orders: Iterable[Order],
    paths: dict[str, list[str]],
    sales: Sales,
) -> None:
    """Find now what would stop the orders later, under the paths of their rows."""
    giver: dict[str, str] = {}
    for order in orders:
        for path, line in zip(paths[order.id], order.lines, strict=True):
            first = giver.setdefault(line.contract_id, order.id)
            if first != order.id:
                reading.report(path, f"contract {line.contract_id!r} is of order {first!r} already")
        places = {
            f"order {order.id}.lines[{number}]": path for number, path in enumerate(paths[order.id])
        }
        for problem in sales.problems(order):
            place, _, message = problem.partition(": ")
            reading.report(places.get(place, f"{ORDERS}, {place}"), message)
    reading.refuse_problems()


def _facts(reading: Reading) -> tuple[TimeEntry | Expense | UsageRecord | DeviceEvent, ...]:
    """What happened. Work that names an unknown contract is no fault: it is reported uncovered."""
    return (
        *reading.table(
            "device_events.csv",
            ("device", "day", "kind", "recorded_on"),
            rows.event,
            refers={"device": DEVICES},
        ),
        *reading.table(
            "time.csv",
            rows.TIME,
            rows.time,
            key=("id",),
            repeats=True,
            refers={"person": PEOPLE},
        ),
        *reading.table(
            "expenses.csv",
            rows.EXPENSE,
            rows.expense,
            key=("id",),
            repeats=True,
            refers={"person": PEOPLE},
        ),
        *reading.table(
            "usage.csv",
            rows.USAGE,
            rows.usage,
            key=("source", "id"),
            repeats=True,
            refers={"customer": CUSTOMERS},
        ),
    )

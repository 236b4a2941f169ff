"""The frozen files of the demo company, read into plain tuples.

Numbers are read as exact fractions from their text; an empty cell is ``None``.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from tests.demo.independent.covers import line_of_work, read_covers
from tests.demo.independent.exact import ONE_DAY, add_months, month_of
from tests.demo.independent.notices import end_by_notice, receipt
from tests.demo.independent.price_book import listed_prices, of_the_book
from tests.demo.independent.seats import Change, seat_changes, units_by_seats

Band = tuple[Fraction | None, Fraction, Fraction]  # upper limit (inclusive), unit price, flat fee


class Product(NamedTuple):
    id: str
    type: str  # transactional, recurring, prepayment, consumption
    tax_category: str
    scheme: str  # flat, per_unit, fill_up, look_up
    amounts: dict[str, Fraction]  # flat and per_unit: by currency
    bands: dict[str, list[Band]]  # fill_up and look_up: by currency
    source: str  # fixed, time, expenses, devices, usage
    types: tuple[str, ...]
    policy: str
    meter: str
    markup_percent: Fraction
    minimum: Fraction
    percent: Fraction | None  # of a percentile of usage; None adds it up
    timing: str  # advance, arrears
    interval: int  # months; 0 = once
    lead_days: int
    recognition: str  # at_once, straight_line, as_drawn
    fund: dict[str, Any] | None
    parts: list[tuple[str, Fraction, Fraction]]  # of a bundle: product, quantity, share in percent
    renewal: dict[str, Any] | None = None

    @property
    def measured(self) -> bool:
        return self.source != "fixed"


class Line(NamedTuple):
    contract: str
    line: str
    side: str
    entity: str
    party: str  # merged customers already replaced by their master
    currency: str
    product: Product
    quantity: Fraction
    unit_price: Fraction | None
    start: date
    end: date | None  # last day, inclusive
    for_contract: str
    changes: tuple[Change, ...] = ()
    ramp: tuple[tuple[date, Product], ...] = ()  # first day and what is sold at the price from it
    rises: tuple[tuple[date, Fraction], ...] = ()  # anniversary and percent

    @property
    def key(self) -> str:
        return f"{self.contract}/{self.line}"


class DeviceEvent(NamedTuple):
    device: str
    day: date
    on: bool
    known: date


class Work(NamedTuple):
    id: str
    person: str
    day: date
    started_at: str
    hours: Fraction
    contract: str
    line: str
    multiplier: Fraction
    known: date


class Expense(NamedTuple):
    id: str
    person: str
    day: date
    amount: Fraction
    currency: str
    contract: str
    line: str
    known: date


class Usage(NamedTuple):
    id: str
    source: str
    day: date
    customer: str  # master
    meter: str
    quantity: Fraction
    known: date
    replaces: str = ""  # id of a record of the same source
    withdrawn: bool = False


class TransferRule(NamedTuple):
    id: str
    seller: str
    performer: str
    method: str
    value: Fraction
    currency: str
    valid_from: date
    valid_to: date | None


class TaxRate(NamedTuple):
    jurisdiction: str
    category: str
    percent: Fraction
    valid_from: date
    valid_to: date | None


class Rate(NamedTuple):
    base: str
    quote: str
    day: date
    value: Fraction
    known_from: date


class TaxRule(NamedTuple):
    """Which taxes a sale at home bears: pairs of jurisdiction and category."""

    seller: str
    categories: list[str]  # of products; none: all of them
    valid_from: date
    valid_to: date | None  # last day
    taxes: list[tuple[str, str]]


class Company(NamedTuple):
    group_currency: str
    opening_day: date
    entity_currency: dict[str, str]
    entity_country: dict[str, str]
    tax_rates: list[TaxRate]
    tax_rules: list[TaxRule]
    transfer_rules: list[TransferRule]
    type_parent: dict[str, str | None]
    contractors: set[str]
    employments: dict[str, list[tuple[date, str, str]]]  # person: valid from, entity, group
    cost_rates: dict[tuple[str, str], list[tuple[date, str, Fraction]]]
    customer_country: dict[str, str]
    master: dict[str, str]
    lines: list[Line]
    devices: dict[str, tuple[str, str]]  # device: type, customer (master)
    device_events: list[DeviceEvent]
    work: list[Work]
    expenses: list[Expense]
    usage: list[Usage]
    rates: list[Rate]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _day_or_none(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _known(row: dict[str, str]) -> date:
    """R4: a fact becomes known on recorded_on; when that is empty, on its day."""
    return date.fromisoformat(row["recorded_on"] or row["day"])


def _prices(pricing: dict[str, Any]) -> tuple[dict[str, Fraction], dict[str, list[Band]]]:
    amounts: dict[str, Fraction] = {}
    bands: dict[str, list[Band]] = {}
    for currency, price in pricing["prices"].items():
        if isinstance(price, str):
            amounts[currency] = Fraction(price)
        else:
            bands[currency] = [
                (None if upper is None else Fraction(upper), Fraction(unit), Fraction(fee or 0))
                for upper, unit, fee in price
            ]
    return amounts, bands


def _percent(measure: dict[str, Any]) -> Fraction | None:
    rule = measure.get("rule") or {"aggregation": "sum"}
    if rule["aggregation"] not in {"sum", "percentile"}:
        raise ValueError(f"no rule here for usage by {rule['aggregation']}")
    return Fraction(rule["percent"]) if rule["aggregation"] == "percentile" else None


def _product(raw: dict[str, Any]) -> Product:
    pricing, measure = raw["pricing"], raw["quantity"]
    amounts, bands = _prices(pricing)
    return Product(
        id=raw["id"],
        type=raw["type"],
        tax_category=raw["tax_category"],
        scheme=pricing["scheme"],
        amounts=amounts,
        bands=bands,
        source=measure["source"],
        types=tuple(measure.get("types") or ()),
        policy=measure.get("policy") or "",
        meter=measure.get("meter") or "",
        markup_percent=Fraction(measure.get("markup_percent") or 0),
        minimum=Fraction(measure.get("minimum") or 0),
        percent=_percent(measure),
        timing=raw["billing"]["timing"],
        interval=int(raw["billing"]["interval_months"]),
        lead_days=int(raw["billing"]["lead_days"]),
        recognition=raw["accounting"]["recognition"],
        fund=raw.get("fund"),
        parts=[
            (part["product"], Fraction(part["quantity"]), Fraction(part["share_percent"]))
            for part in raw.get("components") or ()
        ],
        renewal=raw.get("renewal"),
    )


def _lines(
    folder: Path, products: dict[str, Product], master: dict[str, str], zones: dict[str, str]
) -> list[Line]:
    orders = {row["id"]: row for row in _rows(folder / "orders.csv")}
    groups = {row["id"]: row.get("price_group") or "" for row in _rows(folder / "customers.csv")}
    prices = listed_prices(folder)
    lines = []
    for row in _rows(folder / "order_lines.csv"):
        order = orders[row["order"]]
        buyer = master.get(order["party"], "")  # empty where a supplier sells
        price = Fraction(row["unit_price"]) if row["unit_price"] else None
        if price is None and buyer:
            sold = row["product"], order["currency"]
            price = of_the_book(prices, sold, order["accepted_on"], buyer, groups[buyer])
        lines.append(
            Line(
                contract=row["contract"],
                line=row["line"],
                side=order["side"],
                entity=order["entity"],
                party=master.get(order["party"], order["party"]),
                currency=order["currency"],
                product=products[row["product"]],
                quantity=Fraction(row["quantity"] or 0),
                unit_price=price,
                start=date.fromisoformat(row["start"]),
                end=_day_or_none(row["end"]),
                for_contract=row["for_contract"],
            )
        )
    changes = _changes(folder / "amendments.csv")
    lines = _with_terms(folder, lines)
    parts = [part for line in lines for part in _exploded(line, products)]
    seats = seat_changes(folder)
    for line in parts:
        changes[line.contract, line.line] += units_by_seats(
            seats.get((line.contract, line.line), []), line.start, line.product.interval
        )
        changes[line.contract, line.line] += _by_notice(folder / "notices.csv", line, zones)
    return [part._replace(changes=tuple(changes[part.contract, part.line])) for part in parts]


# > R16: what line_terms.json says of a line goes before its product: the price, the fund, the
# > meter, the renewal.


def _with_terms(folder: Path, lines: list[Line]) -> list[Line]:
    path = folder / "line_terms.json"
    if not path.exists():
        return lines
    terms = {
        (raw["contract"], raw["line"]): raw for raw in json.loads(path.read_text(encoding="utf-8"))
    }
    index = {
        (row["name"], row["month"]): Fraction(row["value"]) for row in _rows(folder / "indexes.csv")
    }
    return [agreed(line, terms.get((line.contract, line.line), {}), index) for line in lines]


def agreed(line: Line, terms: dict[str, Any], index: dict[tuple[str, str], Fraction]) -> Line:
    """Put what was agreed for a line in the place of what its product says."""
    product, pricing = line.product, terms.get("pricing") or {}
    if pricing:
        line = line._replace(unit_price=None)
    if measure := terms.get("quantity"):
        product = product._replace(meter=measure["meter"], percent=_percent(measure))
    if terms.get("renewal"):
        product = product._replace(renewal=terms["renewal"])
    if terms.get("fund"):
        product = product._replace(fund=terms["fund"])
    if "steps" in pricing:
        ramp = [(date.fromisoformat(s["first_day"]), _priced(product, s)) for s in pricing["steps"]]
        return line._replace(product=ramp[0][1], ramp=tuple(ramp))
    if pricing:
        product = _priced(product, pricing)
    rises = tuple(_rises(line.start, pricing["uplift"], index)) if "uplift" in pricing else ()
    return line._replace(product=product, rises=rises)


def _priced(product: Product, pricing: dict[str, Any]) -> Product:
    amounts, bands = _prices(pricing)
    return product._replace(scheme=pricing["scheme"], amounts=amounts, bands=bands)


# > R17: on every anniversary of its start a price rises by a fixed percentage, or by what the index
# > changed by from the month one year before to the month so many months before the anniversary, at
# > least the floor and at most the cap.


def _rises(
    start: date, uplift: dict[str, Any], index: dict[tuple[str, str], Fraction]
) -> Iterator[tuple[date, Fraction]]:
    for year in range(1, 50):
        anniversary = add_months(start, 12 * year)
        if "percent" in uplift:
            yield anniversary, Fraction(uplift["percent"])
            continue
        back = int(uplift["months_before"])
        now = index.get((uplift["index"], month_of(add_months(anniversary, -back))))
        if now is None:
            return
        before = index[uplift["index"], month_of(add_months(anniversary, -back - 12))]
        percent = (now / before - 1) * 100
        if uplift.get("cap"):
            percent = min(percent, Fraction(uplift["cap"]))
        if uplift.get("floor"):
            percent = max(percent, Fraction(uplift["floor"]))
        yield anniversary, percent


def _by_notice(path: Path, line: Line, zones: dict[str, str]) -> Iterator[Change]:
    """R15: a notice ends its line; it is known on recorded_on, or when it is received."""
    for row in _rows(path):
        if (row["contract"], row["line"]) == (line.contract, line.line):
            received = receipt(row["received"], zones[line.entity])
            end = end_by_notice(line.product.renewal or {}, line.start, received)
            known = _day_or_none(row["recorded_on"]) or received
            yield Change(row["id"], received, end + ONE_DAY, known, "ends", "")


def _changes(path: Path) -> dict[tuple[str, str], list[Change]]:
    """R14: by contract and line; known on recorded_on, when that is empty on agreed_on."""
    found: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for row in _rows(path):
        change = Change(
            row["id"],
            date.fromisoformat(row["agreed_on"]),
            date.fromisoformat(row["first_day"]),
            date.fromisoformat(row["recorded_on"] or row["agreed_on"]),
            row["change"],
            row["value"],
        )
        found[row["contract"], row["line"]].append(change)
    return found


# > R3: a bundle becomes one line for each of its parts: the first keeps the number of the line,
# > the others are 1.2, 1.3 ... Each has the line's quantity times its own, and as unit price the
# > bundle's price times its share, divided by its own quantity.


def _exploded(line: Line, products: dict[str, Product]) -> list[Line]:
    if not line.product.parts:
        return [line]
    price = line.unit_price
    if price is None:
        price = line.product.amounts[line.currency]
    return [
        line._replace(
            line=line.line if number == 1 else f"{line.line}.{number}",
            product=products[product]._replace(scheme="per_unit"),
            quantity=line.quantity * quantity,
            unit_price=price * share / 100 / quantity,
        )
        for number, (product, quantity, share) in enumerate(line.product.parts, start=1)
    ]


def _ecb_rates(path: Path) -> list[Rate]:
    """Read the ECB's own layout: one row a day, 1 EUR = value of each column, N/A where none."""
    rates = []
    for row in _rows(path):
        day = date.fromisoformat(row["Date"].strip())
        for column, text in row.items():
            if column and column.strip() != "Date" and text and text.strip() != "N/A":
                rates.append(Rate("EUR", column.strip(), day, Fraction(text.strip()), day))
    return rates


def _other_rates(path: Path) -> list[Rate]:
    rates = []
    for row in _rows(path):
        day = date.fromisoformat(row["day"])
        known = _day_or_none(row.get("known_from")) or day
        rates.append(Rate(row["base"], row["quote"], day, Fraction(row["rate"]), known))
    return rates


def _work(folder: Path) -> list[Work]:
    covers, entries = read_covers(folder), []
    for row in _rows(folder / "time.csv"):
        contract, line = row["contract"], row["line"]
        if contract and not line:  # R23
            line = line_of_work(covers.get(contract, []), row["work_type"])
        entries.append(
            Work(
                row["id"],
                row["person"],
                date.fromisoformat(row["day"]),
                row["started_at"],
                Fraction(row["hours"]),
                contract,
                line,
                Fraction(row["multiplier"] or 1),
                _known(row),
            )
        )
    return entries


def _masters(rows: list[dict[str, str]]) -> dict[str, str]:
    """Follow merged_into to the customer that is left."""
    merged = {row["id"]: row["merged_into"] for row in rows}
    masters = {}
    for customer in merged:
        last = customer
        while merged[last]:
            last = merged[last]
        masters[customer] = last
    return masters


def read_company(folder: Path) -> Company:
    """Read every file of the demo company."""
    company = json.loads((folder / "company.json").read_text(encoding="utf-8"))
    raw_products = json.loads((folder / "products.json").read_text(encoding="utf-8"))
    products = {raw["id"]: _product(raw) for raw in raw_products}
    customers = _rows(folder / "customers.csv")
    zones = {entity["id"]: entity.get("zone") or "UTC" for entity in company["entities"]}
    master = _masters(customers)
    employments: dict[str, list[tuple[date, str, str]]] = {}
    for row in _rows(folder / "employments.csv"):
        employment = (date.fromisoformat(row["valid_from"]), row["entity"], row["group"])
        employments.setdefault(row["person"], []).append(employment)
    cost_rates: dict[tuple[str, str], list[tuple[date, str, Fraction]]] = {}
    for row in _rows(folder / "cost_rates.csv"):
        version = (date.fromisoformat(row["valid_from"]), row["currency"], Fraction(row["hourly"]))
        cost_rates.setdefault((row["scope"], row["key"]), []).append(version)
    return Company(
        group_currency=company["group"]["currency"],
        opening_day=date.fromisoformat(company["group"]["opening_day"]),
        entity_currency={entity["id"]: entity["currency"] for entity in company["entities"]},
        entity_country={entity["id"]: entity["country"] for entity in company["entities"]},
        tax_rates=[
            TaxRate(
                row["jurisdiction"],
                row["category"],
                Fraction(row["percent"]),
                date.fromisoformat(row["valid_from"]),
                _day_or_none(row["valid_to"]),
            )
            for row in company["tax_rates"]
        ],
        tax_rules=[
            TaxRule(
                row["seller"],
                row["codes"],
                date.fromisoformat(row["valid_from"]),
                _day_or_none(row["valid_to"]),
                [
                    (row["jurisdiction"], row["category"]),
                    *((part["jurisdiction"], part["code"]) for part in row["further"]),
                ],
            )
            for row in company.get("tax_rules", ())
        ],
        transfer_rules=[
            TransferRule(
                row["id"],
                row["seller"],
                row["performer"],
                row["method"],
                Fraction(row.get("markup_percent") or row.get("percent") or row.get("rate") or 0),
                row.get("currency") or "",
                date.fromisoformat(row["valid_from"]),
                _day_or_none(row["valid_to"]),
            )
            for row in company["transfer_rules"]
        ],
        type_parent={row["id"]: row["parent"] for row in company["asset_types"]},
        contractors={row["id"] for row in _rows(folder / "people.csv") if row["contractor"] == "1"},
        employments={person: sorted(rows) for person, rows in employments.items()},
        cost_rates={key: sorted(rows) for key, rows in cost_rates.items()},
        customer_country={row["id"]: row["country"] for row in customers},
        master=master,
        lines=_lines(folder, products, master, zones),
        devices={
            row["id"]: (row["type"], master[row["customer"]])
            for row in _rows(folder / "devices.csv")
        },
        device_events=[
            DeviceEvent(
                row["device"], date.fromisoformat(row["day"]), row["kind"] == "on", _known(row)
            )
            for row in _rows(folder / "device_events.csv")
        ],
        work=_work(folder),
        expenses=[
            Expense(
                row["id"],
                row["person"],
                date.fromisoformat(row["day"]),
                Fraction(row["amount"]),
                row["currency"],
                row["contract"],
                row["line"],
                _known(row),
            )
            for row in _rows(folder / "expenses.csv")
        ],
        usage=[
            Usage(
                row["id"],
                row["source"],
                date.fromisoformat(row["day"]),
                master[row["customer"]],
                row["meter"],
                Fraction(row["quantity"]),
                _known(row),
                row.get("replaces") or "",
                row.get("withdrawn") == "1",
            )
            for row in _rows(folder / "usage.csv")
        ],
        rates=_ecb_rates(folder / "rates" / "ecb.csv")
        + _other_rates(folder / "rates" / "other.csv"),
    )

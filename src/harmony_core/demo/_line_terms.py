"""What was agreed for single lines otherwise than their products say, and indexes of prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.contracts import Cover, NameList
from harmony_core.demo._nodes import Node
from harmony_core.demo._products import (
    fund_terms,
    optional,
    quantity_source,
    renewal_terms,
    scheme,
)
from harmony_core.demo._reading import Reading
from harmony_core.errors import InvalidValue
from harmony_core.interchange import Row
from harmony_core.orders import Order, OrderLine
from harmony_core.periods import Month
from harmony_core.pricing import IndexSeries, Ramp, Scheme, Uplift, Uplifted
from harmony_core.products import Override

LINE_TERMS, INDEXES = "line_terms.json", "indexes.csv"

_BEHAVIOURS = ("pricing", "quantity", "renewal", "fund")

LineKey = tuple[str, str]
"""Contract and line."""


Covers = tuple[tuple[LineKey, Cover], ...]
"""Which work lines take."""


def with_terms(reading: Reading, orders: tuple[Order, ...]) -> tuple[tuple[Order, ...], Covers]:
    """The orders with what ``line_terms.json`` says of their lines, as overrides of them.

    The work that a line covers is no behaviour of a product: it comes beside them.
    """
    lines = {(line.contract_id, line.id): (order, line) for order in orders for line in order.lines}
    indexes = _indexes(reading)
    found: dict[LineKey, Override | None] = {}
    covers: dict[LineKey, Cover] = {}

    def make(node: Node) -> None:
        key = node["contract"].text(), node["line"].text()
        if key not in lines:
            raise InvalidValue(f"{'/'.join(key)} is not in order_lines.csv")
        if key in found:
            raise InvalidValue(f"{'/'.join(key)} is there already: write all its terms together")
        order, line = lines[key]
        if node["cover"].value is not None:
            covers[key] = _cover(node["cover"])
        override = None
        if key not in covers or any(node[name].value for name in _BEHAVIOURS):
            override = _override(node, order.currency, line, indexes)
            attrs.evolve(line, overrides=override)  # refuses what the line cannot have
        found[key] = override

    reading.documents(LINE_TERMS, make)
    agreed = tuple(
        attrs.evolve(order, lines=tuple(_agreed(line, found) for line in order.lines))
        for order in orders
    )
    return agreed, tuple(covers.items())


def _cover(node: Node) -> Cover:
    return Cover(
        roles=NameList.all_but(),
        types=NameList.all_but(*(name.text() for name in node["all_but"].each())),
        work_types=[name.text() for name in node["work_types"].each()],
        takes_the_rest=node["takes_the_rest"].value is True,
    )


def _agreed(line: OrderLine, found: Mapping[LineKey, Override | None]) -> OrderLine:
    override = found.get((line.contract_id, line.id))
    return line if override is None else attrs.evolve(line, overrides=override)


def _override(
    node: Node, currency: str, line: OrderLine, indexes: Mapping[str, IndexSeries]
) -> Override:
    return Override(
        by=node["by"].text(),
        on=node["on"].day(),
        why=node["why"].text(),
        scheme=optional(node["pricing"], lambda part: _price(part, currency, line.start, indexes)),
        quantity=optional(node["quantity"], quantity_source),
        renewal=optional(node["renewal"], renewal_terms),
        fund=optional(node["fund"], fund_terms),
    )


def _price(node: Node, currency: str, start: date, indexes: Mapping[str, IndexSeries]) -> Scheme:
    """A price that is one of every day, a ramp in steps, or one that rises on anniversaries."""
    if node["steps"].value is not None:
        steps = ((step["first_day"].day(), scheme(step, currency)) for step in node["steps"].each())
        return Ramp.of(*steps)
    agreed, rise = scheme(node, currency), node["uplift"]
    if rise.value is None:
        return agreed
    if rise["percent"].value is not None:
        return Uplifted(agreed, Uplift.fixed(start, rise["percent"].number()))
    name, months_before = rise["index"].text(), rise["months_before"].whole()
    if name not in indexes:
        raise rise["index"].wrong(f"an index of {INDEXES}")
    series = indexes[name]
    last = max(month for month, _ in series.values) + months_before
    uplift = Uplift.by_index(
        start,
        series.changes(start, last.last_day, months_before=months_before),
        floor=optional(rise["floor"], Node.number),
        cap=optional(rise["cap"], Node.number),
    )
    return Uplifted(agreed, uplift)


def _indexes(reading: Reading) -> dict[str, IndexSeries]:
    values: defaultdict[str, list[tuple[Month, Fraction]]] = defaultdict(list)
    read: Iterable[tuple[str, Month, Fraction]] = reading.table(
        INDEXES, ("name", "month", "value"), _value, key=("name", "month")
    )
    for name, month, value in read:
        values[name].append((month, value))
    return {name: IndexSeries(found) for name, found in values.items()}


def _value(row: Row) -> tuple[str, Month, Fraction]:
    value = row.number("value")
    IndexSeries([(month := Month.of(row.text("month")), value)])  # refuses zero and below
    return row.text("name"), month, value

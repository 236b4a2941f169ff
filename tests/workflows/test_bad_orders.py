"""An order that would stop a later night is reported with its path and holds up nobody else."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from harmony_core.contracts import Side
from harmony_core.finance import ExactAmount, TaxRate
from harmony_core.orders import Order, OrderLine, Purchase, Stage
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    Component,
    ContractType,
    CountPolicy,
    DevicesCounted,
    Product,
)
from harmony_core.repositories import MemoryStore
from harmony_core.workflows import OrdersReport, billing_night, execute_orders
from tests.workflows.company import LONG_AGO, OPENING, company, in_memory

DAY = date(2026, 1, 15)
PRICE = [PerUnit.of("10", "EUR")]


def recurring(id_: str, **behaviours: Any) -> Product:
    return Product.sold_as(ContractType.RECURRING, id_, id_, PRICE, **behaviours)


def counted(id_: str, *types: str) -> Product:
    source = DevicesCounted(types, CountPolicy.PEAK)
    return Product.sold_as(ContractType.CONSUMPTION, id_, id_, PRICE, quantity=source)


PRODUCTS = (
    recurring("SEAT"),
    recurring("BOOK", tax_category="H"),
    recurring("KIT", components=[Component("SEAT", 1, 60), Component("BOOK", 1, 40)]),
    counted("CARE", "laptop"),
    counted("TYPO", "lptop", "server", "swich"),
)


def ordered(product: str = "SEAT", start: date = DAY, **more: Any) -> OrderLine:
    contract_id = more.pop("contract_id", "C-1")
    return OrderLine(more.pop("id", "1"), contract_id, product, 2, start, **more)


BOUGHT = Purchase("P-1", "S-1", 2, ExactAmount.of("7", "USD"), DAY)
BOUGHT_FROM_NOBODY = attrs.evolve(BOUGHT, id="P-2", supplier_id="NOBODY")


def sell(id_: str, *lines: OrderLine, party: str = "K-1") -> Order:
    return Order(id_, Side.SELL, party, "DE", "EUR", lines, DAY)


def buy(id_: str, *lines: OrderLine, party: str = "S-1") -> Order:
    return Order(id_, Side.BUY, party, "DE", "EUR", lines, DAY)


GOOD = sell("O-9", ordered(contract_id="C-9"))


def taking(*orders: Order, **changes: Any) -> MemoryStore:
    store = in_memory(contracts=[], facts=())
    with store.begin() as unit:
        unit.company.save(attrs.evolve(unit.company.get(), **changes))
        for product in PRODUCTS:
            unit.products.add(product)
        for order in orders:
            unit.orders.add(order)
    return store


def run(*orders: Order, **changes: Any) -> OrdersReport:
    return execute_orders(taking(*orders, **changes), DAY)


NO_TAX = "no tax rate of category"


@pytest.mark.parametrize(
    ("bad", "problems"),
    [
        (
            sell("O-1", ordered(), party="TYPO"),
            ["order O-1.party_id: no customer 'TYPO' in this directory of 3: "],
        ),
        (sell("O-1", ordered(), party="S-1"), ["order O-1.party_id: no customer 'S-1'"]),
        (buy("O-1", ordered(), party="K-1"), ["order O-1.party_id: no supplier 'K-1': add them"]),
        (
            sell("O-1", ordered(), ordered(id="2", purchases=[BOUGHT, BOUGHT_FROM_NOBODY])),
            ["order O-1.lines[1].purchases[1]: no supplier 'NOBODY': add them, or buy elsewhere"],
        ),
        (
            sell("O-1", ordered("BOOK", stages=[Stage(1, DAY), Stage(1, DAY)])),
            [f"order O-1.lines[0]: {NO_TAX} 'H' in 'DE' on 2026-01-15"],
        ),
        (
            buy("O-1", ordered(), ordered(id="2", serves="NOPE")),
            ["order O-1.lines[1]: it serves 'NOPE', which is no sell contract"],
        ),
        (
            sell("O-1", ordered("TYPO")),
            [
                "order O-1.lines[0]: no asset type 'lptop'; the tree has computer",
                "order O-1.lines[0]: no asset type 'swich'; the tree has computer",
            ],
        ),
        (sell("O-1", ordered("BOOK")), [f"order O-1.lines[0]: {NO_TAX} 'H' in 'DE' on 2026-01-15"]),
        (
            sell("O-1", ordered(), ordered("KIT", id="2")),
            [f"order O-1.lines[1]: {NO_TAX} 'H' in 'DE' on 2026-01-15"],
        ),
        (
            sell("O-1", ordered("unheard"), party="TYPO"),
            ["order O-1.party_id: no customer 'TYPO'", "order O-1.lines[0]: no product 'unheard'"],
        ),
    ],
)
def test_what_is_not_there_is_reported_and_the_rest_executed(
    bad: Order, problems: list[str]
) -> None:
    store = taking(bad, GOOD)
    report = execute_orders(store, DAY)
    assert (report.executed, report.contracts) == (("O-9",), ("C-9",))
    assert len(report.problems) == len(problems)
    for found, expected in zip(report.problems, problems, strict=True):
        assert found.startswith(expected)
    with store.begin() as unit:
        assert not unit.orders.get("O-1").executed
    assert [charge.contract_id for charge in billing_night(store, DAY).charges] == ["C-9"]


def test_without_a_tree_no_device_can_be_counted() -> None:
    care = sell("O-1", ordered("CARE"))
    assert run(care).problems == ()
    (problem,) = run(care, asset_parents=()).problems
    assert problem.startswith("order O-1.lines[0]: no asset type 'laptop'; the tree has none")


def test_a_customer_abroad_needs_the_rate_for_exports() -> None:
    at_home = tuple(rate for rate in company().tax_rates if rate.category != "G")
    abroad = sell("O-1", ordered("BOOK"), party="K-2")
    assert run(abroad).problems == ()
    (problem,) = run(abroad, tax_rates=at_home).problems
    assert problem.startswith(f"order O-1.lines[0]: {NO_TAX} 'G' in 'DE' on 2026-01-15")


def test_a_purchase_needs_no_rate_of_ours() -> None:
    assert run(buy("O-1", ordered("BOOK"))).executed == ("O-1",)


@pytest.mark.parametrize(
    ("start", "last_day", "asked_on"),
    [
        (date(2025, 6, 1), None, OPENING),
        (OPENING, None, OPENING),
        (date(2026, 3, 1), None, date(2026, 3, 1)),
        (date(2025, 6, 1), date(2025, 12, 31), None),
    ],
)
def test_the_rate_is_asked_for_on_the_first_day_that_the_books_cover(
    start: date, last_day: date | None, asked_on: date | None
) -> None:
    order = sell("O-1", ordered(start=start, last_day=last_day))
    problems = run(order, tax_rates=(TaxRate("DE", "S", 19, LONG_AGO, OPENING),)).problems
    missing = () if asked_on is None else (asked_on,)
    assert [problem.split(" on ")[1][:10] for problem in problems] == [str(day) for day in missing]
    if asked_on is not None:
        assert run(order, tax_rates=(TaxRate("DE", "S", 19, asked_on),)).problems == ()


def test_a_merged_customer_is_the_one_that_stands_for_it() -> None:
    assert run(sell("O-1", ordered(), party="K-9")).executed == ("O-1",)


def test_a_purchase_may_serve_what_a_later_order_of_the_run_sells() -> None:
    purchase = buy("A-1", ordered(contract_id="B-1", serves="C-9"))
    report = run(purchase, GOOD)
    assert report.problems == ()
    assert sorted(report.executed) == ["A-1", "O-9"]


def test_a_purchase_waits_for_the_sale_that_it_serves() -> None:
    purchase = buy("A-1", ordered(contract_id="B-1", serves="C-1"))
    store = taking(purchase, sell("O-1", ordered("BOOK")))
    assert len(execute_orders(store, DAY).problems) == 2
    rates = (*company().tax_rates, TaxRate("DE", "H", 7, LONG_AGO))
    with store.begin() as unit:
        unit.company.save(attrs.evolve(unit.company.get(), tax_rates=rates))
    report = execute_orders(store, DAY)
    assert (sorted(report.executed), report.problems) == (["A-1", "O-1"], ())


def test_a_purchase_serves_no_purchase() -> None:
    first = buy("A-1", ordered(contract_id="B-1"))
    second = buy("A-2", ordered(contract_id="B-2", serves="B-1"))
    report = run(first, second)
    assert report.executed == ("A-1",)
    assert [problem[:19] for problem in report.problems] == ["order A-2.lines[0]:"]

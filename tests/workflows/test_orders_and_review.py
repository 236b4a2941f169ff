"""Accepted orders give their contracts once; what nobody pays for is listed."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest

from harmony_core.assets import DeviceEvent, EventKind
from harmony_core.contracts import Side
from harmony_core.finance import Money
from harmony_core.orders import Order, OrderLine
from harmony_core.periods import Interval, Month, Timing
from harmony_core.pricing import PerUnit, PriceBook, PriceEntry
from harmony_core.products import (
    Accounting,
    Billing,
    ContractType,
    FixedQuantity,
    Product,
    Recognition,
)
from harmony_core.repositories import MemoryStore
from harmony_core.work import Expense, UsageRecord
from harmony_core.workflows import (
    UncoveredFact,
    billing_night,
    execute_orders,
    month_end,
    review_work,
)
from tests.workflows.company import FACTS, books, in_memory, time

DAY = date(2026, 1, 15)
SEAT = Product(
    id="seat",
    names=(("en", "Seat"), ("de", "Platz")),
    type=ContractType.RECURRING,
    division="cloud",
    unit="seat",
    schemes=(PerUnit.of("12.50", "EUR"),),
    quantity=FixedQuantity(),
    billing=Billing(Timing.ADVANCE, Interval.months(1), 0),
    accounting=Accounting("revenue.cloud", recognition=Recognition.STRAIGHT_LINE),
    tax_category="S",
)


def order(
    id_: str, product: str = "seat", contract: str | None = None, accepted: date | None = DAY
) -> Order:
    line = OrderLine("1", contract or f"C-{id_}", product, Fraction(4), date(2026, 1, 20))
    return Order(id_, Side.SELL, "K-1", "DE", "EUR", (line,), accepted)


def taking(*orders: Order) -> MemoryStore:
    store = in_memory(contracts=[], facts=())
    with store.begin() as unit:
        unit.products.add(SEAT)
        for one in orders:
            unit.orders.add(one)
    return store


def test_an_order_executes_once() -> None:
    store = taking(order("O-1"), order("O-2"))
    report = execute_orders(store, DAY)
    assert report.executed == ("O-1", "O-2")
    assert report.contracts == ("C-O-1", "C-O-2")
    assert report.problems == ()
    again = execute_orders(store, DAY)
    assert (again.executed, again.contracts, again.problems) == ((), (), ())
    with store.begin() as unit:
        assert unit.orders.get("O-1").executed
        assert unit.contracts.get("C-O-1").order_id == "O-1"


def test_an_order_waits_for_its_acceptance() -> None:
    store = taking(order("O-1", accepted=date(2026, 1, 16)), order("O-2", accepted=None))
    assert execute_orders(store, DAY).executed == ()
    assert execute_orders(store, date(2026, 1, 16)).executed == ("O-1",)
    with store.begin() as unit:
        unit.orders.save(unit.orders.get("O-2").accept(DAY))
    assert execute_orders(store, date(2026, 1, 16)).executed == ("O-2",)


def test_one_that_cannot_be_executed_does_not_hold_up_the_rest() -> None:
    store = taking(order("O-1", product="unheard"), order("O-2"))
    report = execute_orders(store, DAY)
    assert report.executed == ("O-2",)
    (problem,) = report.problems
    assert problem.startswith("order O-1.lines[0]: no product 'unheard'")
    with store.begin() as unit:
        assert not unit.orders.get("O-1").executed
        unit.products.add(attrs.evolve(SEAT, id="unheard"))
    assert execute_orders(store, DAY).executed == ("O-1",)


def test_what_was_ordered_is_billed() -> None:
    store = taking(order("O-1"))
    execute_orders(store, DAY)
    night = billing_night(store, date(2026, 1, 20))
    assert night.totals == {"EUR": Money.of("50.00", "EUR")}


# --- what nobody pays for -------------------------------------------------------------------------


def uncovered(*facts: object) -> list[tuple[str, str, str]]:
    store = in_memory(facts=facts)
    found = review_work(store, [Month(2026, 1), Month(2026, 2)]).uncovered
    return [(fact.kind, fact.id, fact.reason) for fact in found]


def test_work_without_a_contract_is_listed() -> None:
    assert uncovered(time("T-1", "anna", DAY, 8, None)) == [("time", "T-1", "no contract is named")]


def test_an_expense_on_a_line_that_is_not_there_is_listed() -> None:
    lost = Expense("E-1", "anna", DAY, Money.of("12", "EUR"), "C-1", "77")
    assert uncovered(lost) == [
        ("expense", "E-1", "contract 'C-1' has no line '77' with terms for work")
    ]


def test_usage_that_no_line_measures_is_listed() -> None:
    assert uncovered(
        UsageRecord("U-1", "feed", DAY, "K-2", "traffic", Fraction(1)),
        UsageRecord("U-2", "feed", DAY, "K-2", "unheard", Fraction(1)),
        UsageRecord("U-3", "feed", DAY, "K-1", "traffic", Fraction(1)),
    ) == [
        ("usage", "U-2", "no contract of 'K-2' measured 'unheard' that day"),
        ("usage", "U-3", "no contract of 'K-1' measured 'traffic' that day"),
    ]


def test_an_event_of_an_unknown_device_is_listed() -> None:
    assert uncovered(DeviceEvent("D-404", DAY, EventKind.ON)) == [
        ("device event", "D-404", "no device 'D-404' in the register")
    ]


def test_work_before_its_line_runs_is_listed_and_costs_money() -> None:
    store = in_memory(facts=[time("T-1", "anna", date(2026, 1, 9), 8)])  # from the 10th on
    report = month_end(store, Month(2026, 1))
    assert report.uncovered == (
        UncoveredFact(
            Month(2026, 1), "time", "T-1", "line '2' of contract 'C-1' does not run that day"
        ),
    )
    assert [entry.kind for entry in report.entries if entry.kind == "labour"] == ["labour"]


def test_a_review_says_what_the_month_end_said_and_writes_nothing() -> None:
    store = in_memory(facts=[*FACTS, time("T-8", "anna", DAY, 8, None)])
    report = month_end(store, Month(2026, 1))
    before = books(store)
    review = review_work(store, [Month(2026, 1)])
    assert review.uncovered == report.uncovered
    assert [fact.id for fact in review.uncovered] == ["T-8"]
    assert sum(row.hours for row in review.hours) == 8 + 5 + 8
    assert books(store) == before


@pytest.mark.parametrize("kept", [False, True])
def test_orders_take_the_price_of_the_customer_s_group_from_a_book(*, kept: bool) -> None:
    gold = PriceEntry("seat", "EUR", PerUnit.of("10", "EUR"), DAY, customer_group="GOLD")
    own = PriceEntry("seat", "EUR", PerUnit.of("9", "EUR"), DAY, customer_id="K-2")
    book = PriceBook([gold, own])
    duplicate = attrs.evolve(order("O-2"), party_id="K-9")
    store = taking(order("O-1"), duplicate, attrs.evolve(order("O-3"), party_id="K-2"))
    with store.begin() as unit:
        buyer = unit.customers.get("K-1")
        unit.customers.save(attrs.evolve(buyer, price_group="GOLD"))
    if kept:
        with store.begin() as unit:
            unit.price_book.save(book)
    report = execute_orders(store, DAY, None if kept else book)
    assert report.executed == ("O-1", "O-2", "O-3")
    with store.begin() as unit:
        schemes = [unit.contracts.get(f"C-O-{number}").lines[0].scheme for number in (1, 2, 3)]
    assert schemes == [PerUnit.of(price, "EUR") for price in ("10", "10", "9")]

"""A change of price within a period is a problem where it would charge something twice."""

from __future__ import annotations

from datetime import date

import pytest

from harmony_core.contracts import Side
from harmony_core.orders import Order, OrderLine
from harmony_core.pricing import (
    AmountOff,
    AtLeast,
    BandTable,
    Commitment,
    Discounted,
    FillUp,
    Flat,
    FreeUnits,
    Package,
    Percentage,
    PercentOff,
    PerUnit,
    Ramp,
    Scheme,
    Uplift,
    Uplifted,
    once_a_period,
)
from harmony_core.products import (
    ContractType,
    FixedQuantity,
    Product,
    QuantitySource,
    TimeWorked,
    UsageMetered,
)
from harmony_core.workflows import OrdersReport, execute_orders
from tests.workflows.company import in_memory

DAY = date(2026, 1, 15)
UNIT = PerUnit.of("10", "EUR")
LEAST = AtLeast.of(UNIT, "100")
METER = UsageMetered("storage")


def ramp(scheme: Scheme, day: date) -> Ramp:
    return Ramp.of((date(2025, 1, 1), scheme), (day, scheme.repriced(lambda one: one * 2)))  # type: ignore[attr-defined]


def run(scheme: Scheme, source: QuantitySource = METER) -> OrdersReport:
    kind = ContractType.RECURRING if source == FixedQuantity() else ContractType.CONSUMPTION
    product = Product.sold_as(kind, "DATA", "Data", [scheme], quantity=source)
    line = OrderLine("1", "C-1", "DATA", 2, DAY)
    store = in_memory(contracts=[], facts=())
    with store.begin() as unit:
        unit.products.add(product)
        unit.orders.add(Order("O-1", Side.SELL, "K-1", "DE", "EUR", (line,), DAY))
    return execute_orders(store, DAY)


@pytest.mark.parametrize(
    ("scheme", "once"),
    [
        (LEAST, "a minimum charge"),
        (FreeUnits(UNIT, 5), "free units"),
        (Flat.of("10", "EUR"), "a flat amount"),
        (FillUp(BandTable.of("EUR", [(None, "1", "5")])), "bands"),
        (Commitment.of(UNIT, "10"), "a commitment"),
        (Package.of("10", 5, "EUR"), "packages"),
        (Percentage.of(1, "EUR", fee=1, free_amount=5), "a free part"),
        (Discounted(UNIT, [AmountOff.of(5, "EUR")]), "an amount off"),
    ],
)
def test_what_is_agreed_once_a_period_changes_with_the_period(scheme: Scheme, once: str) -> None:
    (problem,) = run(ramp(scheme, date(2026, 2, 1))).problems
    assert str(problem).startswith("order O-1.lines[0]: its price changes")
    assert (
        f"changes on 2026-02-01, within the service period 2026-01-15..2026-02-14, and has {once}"
        in (str(problem))
    )
    assert str(problem).endswith("let the price change on 2026-01-15 or 2026-02-15")
    assert not run(ramp(scheme, date(2026, 2, 15))).problems


def test_what_goes_by_units_or_prorates_may_change_on_any_day() -> None:
    day = date(2026, 2, 1)
    plain = Discounted(FillUp(BandTable.of("EUR", [(None, "1")])), [PercentOff(5)])
    assert once_a_period(plain) is None
    assert not run(ramp(plain, day)).problems
    assert not run(ramp(Percentage.of(1, "EUR", fee="0.30"), day)).problems
    assert not run(ramp(LEAST, day), FixedQuantity()).problems


def test_anniversaries_are_first_days_of_periods_but_not_of_months() -> None:
    listed = Uplifted(LEAST, Uplift.fixed(None, 5))
    assert not run(listed).problems
    assert run(Uplifted(LEAST, Uplift.fixed(date(2025, 7, 1), 5))).problems
    (problem,) = run(listed, TimeWorked()).problems
    assert "changes on 2027-01-15, within the service period 2027-01-01..2027-01-31" in str(problem)

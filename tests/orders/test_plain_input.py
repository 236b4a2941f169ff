"""Orders and contract lines take plain dates, lists and words, and refuse what only looks so."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import attrs
import pytest

from harmony_core.contracts import Contract, ContractLine, Side
from harmony_core.errors import InvalidValue, NotFound
from harmony_core.orders import Order, OrderLine
from harmony_core.pricing import PerUnit
from tests.strategies import contract, line

DAY = date(2026, 3, 10)
ORDERED = OrderLine("1", "C-1", "SEAT", 2, DAY)
AGREED: ContractLine = line(PerUnit.of("10", "EUR"), DAY)
NO_DATES: list[Any] = [datetime(2026, 3, 10), "2026-03-10", 20260310]  # noqa: DTZ001


@pytest.mark.parametrize("day", NO_DATES)
@pytest.mark.parametrize("field", ["start", "last_day"])
@pytest.mark.parametrize("one", [ORDERED, AGREED])
def test_days_of_lines_are_plain_dates(one: OrderLine | ContractLine, field: str, day: Any) -> None:
    changes: dict[str, Any] = {field: day}
    with pytest.raises(InvalidValue, match=f"{field} of line '1' must be a plain date"):
        attrs.evolve(one, **changes)


@pytest.mark.parametrize("day", NO_DATES)
def test_an_order_is_accepted_on_a_plain_date(day: Any) -> None:
    order = Order("O-1", Side.SELL, "K-1", "DE", "EUR", [ORDERED])
    with pytest.raises(InvalidValue, match="order 'O-1' is accepted must be a plain date"):
        order.accept(day)
    assert order.accept(DAY).accepted_on == DAY


def test_a_start_must_be_given() -> None:
    nothing: Any = None
    for one in (ORDERED, AGREED):
        with pytest.raises(InvalidValue, match="start of line '1' must be a plain date, got None"):
            attrs.evolve(one, start=nothing)


def test_lines_are_kept_as_a_tuple() -> None:
    order = Order("O-1", Side.SELL, "K-1", "DE", "EUR", iter([ORDERED]))
    assert order.lines == (ORDERED,)
    assert isinstance(hash(order), int)
    assert Contract("C", Side.SELL, "K-1", "DE", "EUR", [AGREED]).lines == (AGREED,)
    one: Any = ORDERED
    with pytest.raises(InvalidValue, match="lines of an order must be a list"):
        Order("O-1", Side.SELL, "K-1", "DE", "EUR", one)


def test_a_side_is_sell_or_buy() -> None:
    sell: Any = "sell"
    lend: Any = "lend"
    assert Order("O-1", sell, "K-1", "DE", "EUR", ()).side is Side.SELL
    assert attrs.evolve(contract(AGREED), side=sell).side is Side.SELL
    with pytest.raises(InvalidValue, match="Side is one of sell, buy, got 'lend'"):
        Order("O-1", lend, "K-1", "DE", "EUR", ())
    with pytest.raises(InvalidValue, match="Side is one of sell, buy, got 'lend'"):
        attrs.evolve(contract(AGREED), side=lend)


def test_an_order_needs_an_id() -> None:
    with pytest.raises(InvalidValue, match="id of an order must not be empty"):
        Order("", Side.SELL, "K-1", "DE", "EUR", [ORDERED])


@pytest.mark.parametrize(
    ("party", "entity", "name"), [("", "DE", "party_id"), ("K-1", "", "entity_id")]
)
def test_an_order_names_its_parties(party: str, entity: str, name: str) -> None:
    with pytest.raises(InvalidValue, match=f"{name} of order 'O-1' must not be empty"):
        Order("O-1", Side.SELL, party, entity, "EUR", [ORDERED])


@pytest.mark.parametrize("code", ["eur", "", "EURO", "XAU"])
def test_an_order_is_in_a_currency_that_there_is(code: str) -> None:
    with pytest.raises((NotFound, InvalidValue), match=repr(code) if code != "XAU" else code):
        Order("O-1", Side.SELL, "K-1", "DE", code, [ORDERED])

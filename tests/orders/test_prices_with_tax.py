"""Prices that include tax, from the product to the contract line, and the margin without it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest

from harmony_core.contracts import Side, differences
from harmony_core.culture import Culture
from harmony_core.errors import InputRejected, InvalidValue
from harmony_core.finance import ExactAmount, RateBook
from harmony_core.orders import Order, OrderLine, Purchase, execute, line_margin
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    Behaviour,
    Catalogue,
    Component,
    ContractType,
    Level,
    Override,
    Product,
    given_by,
)
from tests.strategies import GROUP, fund_terms

DAY = date(2026, 3, 10)
DE = GROUP.entity("DE")
ONCE = ContractType.TRANSACTIONAL


def sold(id_: str, price: str, **more: object) -> Product:
    return Product.sold_as(ONCE, id_, id_, [PerUnit.of(price, "EUR")], **more)  # type: ignore[arg-type]


ROUTER, CABLE = sold("ROUTER", "119", tax_included=True), sold("CABLE", "2")
KIT = sold(
    "KIT",
    "238",
    tax_included=True,
    components=(Component("CABLE", 10, 50), Component("ROUTER", 1, 50)),
)
CATALOGUE = Catalogue((ROUTER, CABLE, KIT))
NET = Override(by="A. Smith", on=DAY, why="they deduct it", tax_included=False)


def ordered(product: str, side: Side = Side.SELL, *overrides: Override) -> Order:
    bought = () if side is Side.BUY else Purchase("P", "S-1", 1, ExactAmount.of("60", "EUR"), DAY)
    line = OrderLine("1", "C-1", product, Fraction(1), DAY, overrides=overrides, purchases=bought)
    return Order("O-1", side, "K-1", "DE", "EUR", (line,), accepted_on=DAY)


def test_a_line_takes_over_what_the_prices_of_its_product_include() -> None:
    (contract,) = execute(ordered("ROUTER"), CATALOGUE, DE).contracts
    (line,) = contract.lines
    assert line.tax_included
    assert given_by(line.trail, Behaviour.TAX_INCLUDED).level is Level.PRODUCT
    assert differences(line, ROUTER) == ()
    assert "The prices include tax." in ROUTER.describe(Culture.of("en-GB")).as_text()


def test_an_order_may_agree_a_net_price() -> None:
    (contract,) = execute(ordered("ROUTER", Side.SELL, NET), CATALOGUE, DE).contracts
    (line,) = contract.lines
    assert not line.tax_included
    assert given_by(line.trail, Behaviour.TAX_INCLUDED).level is Level.ORDER
    (found,) = differences(line, ROUTER)
    assert (found.agreed, found.offered, found.decided) == (False, True, True)


def test_the_parts_of_a_bundle_share_a_price_with_tax() -> None:
    (contract,) = execute(ordered("KIT"), CATALOGUE, DE).contracts
    assert [(line.product_id, line.tax_included) for line in contract.lines] == [
        ("CABLE", True),
        ("ROUTER", True),
    ]
    bare = attrs.evolve(KIT, tax_included=False)
    (contract,) = execute(ordered("KIT"), Catalogue((ROUTER, CABLE, bare)), DE).contracts
    assert [line.tax_included for line in contract.lines] == [False, False]


def test_a_margin_is_of_what_the_price_leaves() -> None:
    order = ordered("ROUTER")
    contracts = execute(order, CATALOGUE, DE).contracts
    found = line_margin(
        order, "C-1/1", contracts, RateBook(), DAY, tax_parts={"1": Fraction(19, 119)}
    )
    assert (str(found.current.sold), str(found.current.amount.value)) == ("100 EUR", "40")
    with pytest.raises(InvalidValue, match="say by tax_parts which part of them it is"):
        line_margin(order, "C-1/1", contracts, RateBook(), DAY)
    with pytest.raises(InvalidValue, match=r"from 0 to below 1, got 19"):
        line_margin(order, "C-1/1", contracts, RateBook(), DAY, tax_parts={"1": 19})


def test_what_is_bought_or_prepaid_has_net_prices() -> None:
    with pytest.raises(InputRejected, match="bought at a price that includes tax"):
        execute(ordered("ROUTER", Side.BUY), CATALOGUE, DE)
    (contract,) = execute(ordered("ROUTER", Side.BUY, NET), CATALOGUE, DE).contracts
    assert not contract.lines[0].tax_included
    with pytest.raises(InvalidValue, match="product 'BLOCK' is prepaid"):
        Product.sold_as(
            ContractType.PREPAYMENT,
            "BLOCK",
            "Hours",
            [PerUnit.of("90", "EUR")],
            fund=fund_terms(),
            tax_included=True,
        )
    with pytest.raises(InvalidValue, match="tax_included of product 'X' must be True or False"):
        sold("X", "1", tax_included="yes")

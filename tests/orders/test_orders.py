"""An accepted order executes once, whole, or says everything that is wrong with it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest

from harmony_core.contracts import Contract, Side
from harmony_core.errors import AlreadyExecuted, InputRejected, InvalidValue, RuleBroken
from harmony_core.finance import ExactAmount, LegalEntity
from harmony_core.orders import Order, OrderLine, Prices, execute, problems_of
from harmony_core.pricing import BandTable, FillUp, PerUnit, PriceBook, PriceEntry, Scheme
from harmony_core.products import (
    Catalogue,
    Component,
    ContractType,
    FundTerms,
    FundUnit,
    Product,
    TimeWorked,
)
from tests.strategies import GROUP, fund_terms

DAY = date(2026, 3, 10)
DE = GROUP.entity("DE")
RECURRING, TRANSACTIONAL = ContractType.RECURRING, ContractType.TRANSACTIONAL


def euro(price: str) -> list[PerUnit]:
    return [PerUnit.of(price, "EUR")]


BACKUP = Product.sold_as(RECURRING, "BACKUP", {"en": "Backup"}, euro("4.50"), division="cloud")
ROUTER = Product.sold_as(TRANSACTIONAL, "ROUTER", "Router", euro("80"), tax_category="H")
CABLE = Product.sold_as(TRANSACTIONAL, "CABLE", "Cable", euro("2"))
HELP = Product.sold_as(TRANSACTIONAL, "HELP", "Help", euro("95"), quantity=TimeWorked())
SEATS = FillUp(BandTable.of("EUR", [(10, "12"), (None, "8")]))
BANDED = Product.sold_as(RECURRING, "SEATS", "Seats", [SEATS])
KIT = Product.sold_as(
    TRANSACTIONAL,
    "KIT",
    "Cables",
    euro("3"),
    components=(Component("CABLE", 3, "75"), Component("ROUTER", "0.5", 25)),
)
OFFICE = Product.sold_as(
    RECURRING,
    "OFFICE",
    "Office",
    euro("100"),
    components=(Component("BACKUP", 10, 60), Component("KIT", 2, 40)),
)
BLOCK = Product.sold_as(
    ContractType.PREPAYMENT, "BLOCK", "Hours", euro("90"), fund=fund_terms(), unit="hour"
)
CATALOGUE = Catalogue((BACKUP, ROUTER, CABLE, HELP, BANDED, KIT, OFFICE, BLOCK))


def ordered(*lines: OrderLine, side: Side = Side.SELL) -> Order:
    return Order("O-1", side, "K-1", "DE", "EUR", lines, accepted_on=DAY)


def bought(product: str, id: str = "1", quantity: int = 2, contract: str = "C-1") -> OrderLine:  # noqa: A002
    return OrderLine(id, contract, product, Fraction(quantity), DAY)


def test_each_line_takes_over_the_behaviour_of_its_product() -> None:
    order = ordered(bought("BACKUP"), bought("ROUTER", "2"), bought("HELP", "1", 0, "C-2"))
    result = execute(order, CATALOGUE, DE)
    assert result.order == attrs.evolve(order, executed=True)
    first, second = result.contracts
    assert [line.product_id for line in first.lines] == ["BACKUP", "ROUTER"]
    assert (first.id, first.order_id, first.type) == ("C-1", "O-1", None)
    assert second.type is TRANSACTIONAL
    backup = first.line("1")
    assert backup.scheme == BACKUP.scheme("EUR")
    assert (backup.billing, backup.accounting) == (BACKUP.billing, BACKUP.accounting)
    assert first.line("2").tax_category == "H"


def test_a_change_of_the_product_leaves_what_was_sold_alone() -> None:
    (contract,) = execute(ordered(bought("BACKUP")), CATALOGUE, DE).contracts
    dearer = attrs.evolve(BACKUP, schemes=(PerUnit.of("9.00", "EUR"),))
    assert Catalogue((dearer,)).product("BACKUP").scheme("EUR") != contract.lines[0].scheme
    assert contract.lines[0].scheme == PerUnit.of("4.50", "EUR")


def test_an_order_gives_its_contracts_once_and_only_when_accepted() -> None:
    order = ordered(bought("BACKUP"))
    with pytest.raises(AlreadyExecuted, match="'O-1' was executed: it gives its contracts once"):
        execute(execute(order, CATALOGUE, DE).order, CATALOGUE, DE)
    open_order = attrs.evolve(order, accepted_on=None)
    with pytest.raises(RuleBroken, match=r"not accepted: call accept\(day\) first"):
        execute(open_order, CATALOGUE, DE)
    assert open_order.accept(DAY) == order == order.accept(DAY)
    with pytest.raises(RuleBroken, match="was accepted on 2026-03-10, not on 2026-03-11"):
        order.accept(date(2026, 3, 11))


def test_every_fault_is_named_with_its_path_and_nothing_is_executed() -> None:
    order = ordered(
        bought("BACKUP"),
        bought("NOTHING", "2"),
        OrderLine("3", "C-1", "BACKUP", "1", DAY, last_day=date(2026, 3, 9)),
        OrderLine("4", "C-1", "BACKUP", "1", DAY, unit_price=ExactAmount.of("5", "USD")),
        bought("ROUTER", "1"),
    )
    expected = (
        "order O-1.lines[1]: no product 'NOTHING' in the catalogue of 8",
        "order O-1.lines[2]: line '3' ends on 2026-03-09, before it starts on 2026-03-10",
        "order O-1.lines[3]: the price 5 USD is not in the order's currency EUR",
        "order O-1.lines[4]: contract 'C-1' has a line '1' already",
    )
    assert problems_of(order, CATALOGUE, DE) == expected
    with pytest.raises(InputRejected) as refused:
        execute(order, CATALOGUE, DE)
    assert refused.value.problems == expected
    assert problems_of(ordered(), CATALOGUE, DE) == ("order O-1: it has no lines",)


def test_a_missing_account_is_found_on_the_day_of_the_order() -> None:
    accounts = {role: code for role, code in DE.accounts.items() if role not in MISSING}
    poor = LegalEntity("DE", "Poor GmbH", "DE", "EUR", accounts=accounts)
    order = ordered(bought("BACKUP"), bought("BLOCK", "2"))
    assert problems_of(order, CATALOGUE, poor) == (
        "order O-1.lines[0]: entity 'DE' has no account for the role 'receivable': "
        "add it to its accounts",
        "order O-1.lines[1]: entity 'DE' has no account for the role 'receivable': "
        "add it to its accounts",
        "order O-1.lines[1]: entity 'DE' has no account for the role 'breakage_revenue': "
        "add it to its accounts",
    )
    assert problems_of(ordered(bought("BACKUP"), side=Side.BUY), CATALOGUE, poor) == (
        "order O-1.lines[0]: entity 'DE' has no account for the role 'purchase_balance': "
        "add it to its accounts",
    )


MISSING = {"receivable", "breakage_revenue", "purchase_balance"}


def test_a_fund_without_a_price_in_the_currency_is_found_on_the_day_of_the_order() -> None:
    terms = FundTerms(FundUnit.CASH, 12, (("GBP", Fraction(95)),), (ExactAmount.of("95", "GBP"),))
    block = attrs.evolve(BLOCK, fund=terms)
    assert problems_of(ordered(bought("BLOCK")), Catalogue((block,)), DE) == (
        "order O-1.lines[0]: the fund has no tariff for EUR: give units per hour for it, or for "
        "'*'",
        "order O-1.lines[0]: the fund has no overage price in EUR: add one",
    )


def test_a_block_of_nothing_is_refused() -> None:
    order = ordered(bought("BLOCK", quantity=0))
    assert problems_of(order, CATALOGUE, DE) == (
        "order O-1.lines[0]: line '1' buys blocks of nothing: give units per block",
    )


def test_nested_bundles_share_the_price_of_the_whole() -> None:
    """Two offices at 100: 60 % for 10 backups, 40 % for two kits of three cables and half a router.

    The main article keeps the line's id.
    """
    (contract,) = execute(ordered(bought("OFFICE")), CATALOGUE, DE).contracts
    shown = [
        (line.id, line.product_id, str(line.quantity), str(line.scheme.price(line.quantity)))
        for line in contract.lines
    ]
    assert shown == [
        ("1", "BACKUP", "20", "120 EUR"),
        ("1.2", "CABLE", "12", "60 EUR"),
        ("1.3", "ROUTER", "2", "20 EUR"),
    ]


def test_an_agreed_price_of_a_bundle_is_shared_alike() -> None:
    line = attrs.evolve(bought("OFFICE", quantity=1), unit_price=ExactAmount.of("50", "EUR"))
    (contract,) = execute(ordered(line), CATALOGUE, DE).contracts
    prices = [line.scheme.price(line.quantity).value for line in contract.lines]
    assert prices == [30, 15, 5]


def test_a_part_of_a_bundle_cannot_take_the_id_of_another_line() -> None:
    order = ordered(bought("OFFICE"), bought("ROUTER", "1.2"))
    assert problems_of(order, CATALOGUE, DE) == (
        "order O-1.lines[1]: contract 'C-1' has a line '1.2' already",
    )


def test_what_cannot_be_shared_is_refused() -> None:
    measured = Product.sold_as(
        RECURRING, "ALL-IN", "All in", euro("10"), components=(Component("HELP", 1, 100),)
    )
    banded = Product.sold_as(
        RECURRING, "MANY", "Many", [SEATS], components=(Component("BACKUP", 1, 100),)
    )
    catalogue = Catalogue((*CATALOGUE.products, measured, banded))
    found = problems_of(ordered(bought("ALL-IN"), bought("MANY", "2")), catalogue, DE)
    assert "bundle 'ALL-IN' holds 'HELP', which is measured" in found[0]
    assert "bundle 'MANY' needs a price per unit to share" in found[1]


@pytest.mark.parametrize(("quantity", "share"), [(0, 100), (-1, 100), (1, "-5")])
def test_a_component_of_nothing_is_refused(quantity: int, share: int | str) -> None:
    with pytest.raises(
        InvalidValue, match=r"holds more than nothing of 'CABLE'|no price below zero"
    ):
        Component("CABLE", quantity, share)


def test_no_price_in_the_currency_is_never_converted_in_silence() -> None:
    order = attrs.evolve(ordered(bought("BACKUP")), currency="USD")
    (problem,) = problems_of(order, CATALOGUE, DE)
    assert "product 'BACKUP' has no price in USD (it has: EUR): add a scheme" in problem


def test_a_buy_order_gives_buy_contracts() -> None:
    line = attrs.evolve(bought("BACKUP"), serves="C-7")
    (contract,) = execute(ordered(line, side=Side.BUY), CATALOGUE, DE).contracts
    assert isinstance(contract, Contract)
    assert (contract.side, contract.lines[0].serves) == (Side.BUY, "C-7")


def test_an_order_is_executed_for_its_own_company() -> None:
    (problem,) = problems_of(ordered(bought("BACKUP")), CATALOGUE, GROUP.entity("GB"))
    assert problem.endswith("it is of entity 'DE', but 'GB' was given")


def listed(
    product: str, price: str, customer_group: str | None = None, customer_id: str | None = None
) -> PriceEntry:
    return PriceEntry(
        product,
        "EUR",
        PerUnit.of(price, "EUR"),
        DAY,
        customer_group=customer_group,
        customer_id=customer_id,
    )


BOOK = PriceBook(
    [
        listed("BACKUP", "4"),
        listed("BACKUP", "3", customer_group="GOLD"),
        listed("BACKUP", "2", customer_id="K-1", customer_group="GOLD"),
        listed("OFFICE", "50", customer_id="K-7"),
        PriceEntry("SEATS", "EUR", SEATS, date(2026, 3, 11)),
    ]
)


def scheme_of(order: Order, prices: Prices | None) -> Scheme:
    (contract,) = execute(order, CATALOGUE, DE, prices).contracts
    return contract.lines[0].scheme


def test_a_line_takes_the_book_s_price_for_its_customer_on_the_day_of_acceptance() -> None:
    order = ordered(bought("BACKUP"))
    assert scheme_of(order, None) == PerUnit.of("4.50", "EUR")
    assert scheme_of(order, Prices(BOOK)) == PerUnit.of("4", "EUR")
    assert scheme_of(order, Prices(BOOK, "GOLD")) == PerUnit.of("2", "EUR")
    assert scheme_of(order, Prices(BOOK, "GOLD", "K-9")) == PerUnit.of("3", "EUR")
    assert scheme_of(order, Prices(BOOK, "TIN")) == PerUnit.of("4", "EUR")
    later = attrs.evolve(ordered(bought("SEATS")), accepted_on=date(2026, 3, 11))
    assert scheme_of(later, Prices(BOOK)) == SEATS


def test_an_agreed_price_goes_before_the_book_and_the_product_s_own_after_it() -> None:
    agreed = attrs.evolve(bought("BACKUP"), unit_price=ExactAmount.of("1", "EUR"))
    assert scheme_of(ordered(agreed), Prices(BOOK, "GOLD")) == PerUnit.of("1", "EUR")
    assert scheme_of(ordered(bought("HELP")), Prices(BOOK)) == PerUnit.of("95", "EUR")
    before = attrs.evolve(ordered(bought("BACKUP")), accepted_on=date(2026, 3, 9))
    assert scheme_of(before, Prices(BOOK)) == PerUnit.of("4.50", "EUR")
    buying = ordered(bought("BACKUP"), side=Side.BUY)
    assert scheme_of(buying, Prices(BOOK)) == PerUnit.of("4.50", "EUR")


def test_a_bundle_shares_the_book_s_price() -> None:
    order = ordered(bought("OFFICE", quantity=1))
    (contract,) = execute(order, CATALOGUE, DE, Prices(BOOK, customer_id="K-7")).contracts
    assert [line.scheme.price(line.quantity).value for line in contract.lines] == [30, 15, 5]


def test_a_price_that_is_nowhere_says_where_it_was_looked_for() -> None:
    order = attrs.evolve(ordered(bought("BACKUP")), currency="USD")
    (problem,) = problems_of(order, CATALOGUE, DE, Prices(BOOK))
    assert "product 'BACKUP' has no price in USD (it has: EUR)" in problem
    assert "no price of 'BACKUP' in USD on 2026-03-10 for customer 'K-1'" in problem


def test_a_quote_is_priced_on_a_day_that_is_named() -> None:
    quote = attrs.evolve(ordered(bought("BACKUP")), accepted_on=None)
    (problem,) = problems_of(quote, CATALOGUE, DE, Prices(BOOK))
    assert "order 'O-1' is not accepted, so no day finds its prices" in problem
    assert problems_of(quote, CATALOGUE, DE, Prices(BOOK, quoted_on=DAY)) == ()

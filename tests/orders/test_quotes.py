"""A quote has versions and a validity; accepted, whole or in part, it is an order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.contracts import Side
from harmony_core.errors import AlreadyExecuted, InvalidValue, NotFound, RuleBroken
from harmony_core.finance import ExactAmount
from harmony_core.orders import (
    Order,
    OrderLine,
    Quote,
    QuoteState,
    QuoteVersion,
    Rest,
    execute,
    problems_of,
)
from harmony_core.pricing import PerUnit
from harmony_core.products import Accounting, Catalogue, ContractType, Product
from tests.strategies import GROUP

APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
DE = GROUP.entity("DE")
MAIL = Product.sold_as(ContractType.RECURRING, "MAIL", "Mail", [PerUnit.of("3", "EUR")])
CATALOGUE = Catalogue(
    [MAIL.with_version(attrs.evolve(MAIL, schemes=[PerUnit.of("4", "EUR")], valid_from=MAY))]
)


def line(id: str, contract: str = "C-1", quantity: int = 10) -> OrderLine:  # noqa: A002
    return OrderLine(id, contract, "MAIL", quantity, JUNE)


def version(*lines: OrderLine, quoted_on: date = APRIL, valid_until: date = MAY) -> QuoteVersion:
    return QuoteVersion(quoted_on, valid_until, lines)


QUOTE = Quote(
    "Q-1", Side.SELL, "K-1", "DE", "EUR", [version(line("1"), line("2"), line("1", "C-2"))]
)


def test_an_accepted_quote_is_an_order_with_the_prices_of_its_day() -> None:
    """The price went up on 1 May; the quote of April, accepted on its last day, keeps it."""
    accepted = QUOTE.accept(MAY)
    assert accepted.order == Order(
        "Q-1", Side.SELL, "K-1", "DE", "EUR", QUOTE.latest.lines, MAY, quoted_on=APRIL
    )
    result = execute(accepted.order, CATALOGUE, DE)
    assert {it.scheme for contract in result.contracts for it in contract.lines} == {
        PerUnit.of("3", "EUR")
    }
    with pytest.raises(AlreadyExecuted):
        execute(result.order, CATALOGUE, DE)
    assert accepted.quote.state(JUNE) is QuoteState.ACCEPTED


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        (lambda q: q.accept(date(2026, 5, 2)), "was valid until 2026-05-01, so it cannot be"),
        (lambda q: q.accept(date(2026, 3, 31)), "is of 2026-04-01: it cannot be accepted on"),
        (
            lambda q: q.revised(version(line("1"))).accept(MAY, version=1),
            "version 1 of quote 'Q-1' was superseded by version 2 of 2026-04-01",
        ),
        (lambda q: q.accept(MAY).quote.accept(MAY), "has nothing open that could be accepted"),
        (
            lambda q: q.accept(MAY, lines=["C-1/1"]).quote.accept(MAY, lines=["C-1/1"]),
            "line C-1/1 of quote 'Q-1' was sold",
        ),
        (
            lambda q: q.accept(MAY, lines=["C-1/1"], rest=Rest.LAPSES).quote.accept(
                MAY, lines=["C-1/2"]
            ),
            "line C-1/2 of quote 'Q-1' lapsed",
        ),
        (
            lambda q: q.accept(MAY, lines=["C-1/1"]).quote.revised(version(line("1"))),
            "quote 'Q-1' sold C-1/1 already",
        ),
        (
            lambda q: q.accept(MAY, lines=["C-1/1"], order_id="O").quote.accept(
                MAY, lines=["C-1/2"], order_id="O"
            ),
            "order 'O' accepted other lines of quote 'Q-1'",
        ),
    ],
)
def test_what_cannot_be_accepted_is_refused(deed: Callable[[Quote], object], reason: str) -> None:
    with pytest.raises(RuleBroken, match=reason):
        deed(QUOTE)


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="offers no line 'C-9/1'; it offers C-1/1, C-1/2, C-2/1"):
        QUOTE.accept(MAY, lines=["C-9/1"])
    with pytest.raises(NotFound, match="has versions 1 to 1, no 2"):
        QUOTE.accept(MAY, version=2)
    with pytest.raises(NotFound, match="gave no order 'O-9'; it gave none"):
        QUOTE.order_of("O-9")


def test_a_revision_replaces_what_was_quoted() -> None:
    revised = QUOTE.revised(version(line("1", quantity=7), quoted_on=MAY, valid_until=JUNE))
    assert (revised.version, revised.state(JUNE)) == (2, QuoteState.OPEN)
    order = revised.accept(JUNE, version=2).order
    assert [it.quantity for it in order.lines] == [7]
    (contract,) = execute(order, CATALOGUE, DE).contracts
    assert contract.lines[0].scheme == PerUnit.of("4", "EUR")
    with pytest.raises(InvalidValue, match="a later version is not older"):
        revised.revised(version(line("1")))


def test_some_lines_are_accepted_and_the_rest_stays_quoted() -> None:
    first = QUOTE.accept(APRIL, lines=["C-1/2"])
    assert first.quote.state(APRIL) is QuoteState.PARTLY_ACCEPTED
    assert first.quote.state(JUNE) is QuoteState.EXPIRED
    assert [it.reference for it in first.quote.open_lines] == ["C-1/1", "C-2/1"]
    second = first.quote.accept(MAY)
    assert (first.order.id, second.order.id) == ("Q-1", "Q-1.2")
    assert [it.reference for it in second.order.lines] == ["C-1.2/1", "C-2/1"]
    contracts = [
        contract.id
        for order in (first.order, second.order)
        for contract in execute(order, CATALOGUE, DE).contracts
    ]
    assert contracts == ["C-1", "C-1.2", "C-2"]


def test_the_rest_can_lapse() -> None:
    quote = QUOTE.accept(APRIL, lines=["C-1/2"], rest=Rest.LAPSES).quote
    assert quote.open_lines == ()
    assert quote.state(APRIL) is QuoteState.ACCEPTED
    again = quote.revised(version(line("1"), quoted_on=MAY))
    assert [it.reference for it in again.open_lines] == ["C-1/1"]


def test_an_acceptance_that_arrives_twice_gives_the_same_order() -> None:
    once = QUOTE.accept(MAY, lines=["C-1/1"], order_id="O-7")
    assert once.quote.accept(MAY, lines=["C-1/1"], order_id="O-7") == once


def test_problems_are_found_before_the_customer_reads_the_quote() -> None:
    odd = attrs.evolve(MAIL, accounting=Accounting("grants"))
    (problem, *_) = problems_of(QUOTE.proposed(), Catalogue([odd]), DE)
    assert problem.startswith("order Q-1.lines[0]: entity 'DE' has no account for the role 'grant")
    assert QUOTE.proposed().accepted_on is None


@given(st.lists(st.sets(st.sampled_from(["C-1/1", "C-1/2", "C-2/1"]), min_size=1), max_size=4))
def test_every_line_is_sold_once_at_most(wishes: list[set[str]]) -> None:
    quote, sold = QUOTE, 0
    for wish in wishes:
        open_now = {it.reference for it in quote.open_lines}
        if wish <= open_now:
            accepted = quote.accept(MAY, lines=wish)
            quote, sold = accepted.quote, sold + len(accepted.order.lines)
        else:
            with pytest.raises(RuleBroken):
                quote.accept(MAY, lines=wish)
    assert sold + len(quote.open_lines) == len(QUOTE.latest.lines)
    ids = [quote.order_of(one.order_id) for one in quote.acceptances]
    contracts = [{it.contract_id for it in order.lines} for order in ids]
    assert sum(map(len, contracts)) == len(set().union(*contracts))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (version, "the quote of 2026-04-01 has no lines"),
        (lambda: version(line("1"), line("1")), "a quote has two lines C-1/1"),
        (lambda: version(line("1"), valid_until=date(2026, 3, 1)), "cannot be valid until 2026-03"),
        (lambda: version(line("1"), quoted_on=datetime(2026, 4, 1)), "plain date"),  # noqa: DTZ001
        (lambda: attrs.evolve(QUOTE, versions=[]), "offers nothing: give it a version"),
        (lambda: QUOTE.accept(datetime(2026, 5, 1)), "is accepted must be a plain date"),  # noqa: DTZ001
        (lambda: QUOTE.accept(MAY, rest="rests"), "Rest is one of stays, lapses"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object], reason: str) -> None:
    with pytest.raises(InvalidValue, match=reason):
        make()


def test_a_price_agreed_in_another_currency_is_a_problem_of_the_quote() -> None:
    dollars = attrs.evolve(line("1"), unit_price=ExactAmount.of("5", "USD"))
    quote = Quote("Q-2", Side.SELL, "K-1", "DE", "EUR", [version(dollars)])
    (problem,) = problems_of(quote.proposed(), CATALOGUE, DE)
    assert "the price 5 USD is not in the order's currency EUR" in problem

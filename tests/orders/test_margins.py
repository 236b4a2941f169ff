"""What a line earns over its purchases, and the difference to what was expected, by cause."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.contracts import (
    Amendment,
    Contract,
    LineBegins,
    LineEnds,
    LineRunsOn,
    NewPrice,
    NewQuantity,
    Side,
)
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, NotFound, RateNotFound, RuleBroken
from harmony_core.finance import ExactAmount, Money, Rate, RateBook, RatePolicy
from harmony_core.orders import (
    Adjustment,
    Cancellation,
    Change,
    LineMargin,
    MarginCause,
    Order,
    OrderLine,
    PriceChange,
    Purchase,
    QuantityChange,
    Stage,
    SupplierChange,
    commitments,
    execute,
    line_margin,
)
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    Billing,
    Catalogue,
    Component,
    ContractType,
    FundTerms,
    FundUnit,
    Notice,
    Product,
    Renewal,
    TimeWorked,
)
from tests.strategies import GROUP

DE = GROUP.entity("DE")
SALE = date(2026, 1, 10)
MARCH, APRIL, MAY, YEAR_END = (
    date(2026, 3, 1),
    date(2026, 4, 15),
    date(2026, 5, 1),
    date(2026, 12, 31),
)
SCREEN = Product.sold_as(ContractType.TRANSACTIONAL, "SCREEN", "Screen", [PerUnit.of("300", "EUR")])
MAIL = Product.sold_as(
    ContractType.RECURRING,
    "MAIL",
    "Mail",
    [PerUnit.of("5", "EUR")],
    renewal=Renewal(12, 12, Notice(Interval.months(1))),
)
OPEN = attrs.evolve(MAIL, id="OPEN", renewal=None)
HOURS = Product.sold_as(
    ContractType.TRANSACTIONAL,
    "HOURS",
    "Hours",
    [PerUnit.of("100", "EUR")],
    quantity=TimeWorked(),
)
KIT = attrs.evolve(
    SCREEN, id="KIT", components=[Component("SCREEN", 2, 90), Component("MAIL", 1, 10)]
)
CATALOGUE = Catalogue([SCREEN, MAIL, OPEN, HOURS, KIT])
RATES = RateBook(
    Rate(base, "EUR", day, value, source="house")
    for base, values in {"USD": ["0.90", "0.95", "0.80"], "GBP": ["1.20", "1.10", "1.25"]}.items()
    for day, value in zip([SALE, MARCH, MAY], values, strict=True)
)
LENIENT = RatePolicy(max_age_days=None)


def dollars(value: str) -> ExactAmount:
    return ExactAmount.of(value, "USD")


SCREENS = Purchase(
    "P-1", "S-1", 100, dollars("200"), MARCH, stages=[Stage(40, MARCH), Stage(60, MAY)]
)


def order_of(
    *purchases: Purchase, product: str = "SCREEN", quantity: int = 100, start: date = MARCH
) -> Order:
    line = OrderLine("1", "C-1", product, quantity, start, purchases=purchases)
    return Order("O-1", Side.SELL, "K-1", "DE", "EUR", (line,), accepted_on=SALE)


def contracts_of(order: Order) -> tuple[Contract, ...]:
    return execute(order, CATALOGUE, DE).contracts


def event(id: str, on: date, change: Change, purchase: str = "P-1", **more: Any) -> Adjustment:  # noqa: A002
    return Adjustment(id, "C-1/1", purchase, on, change, "it happened", **more)


def figures(order: Order, as_of: date, **more: Any) -> dict[str, str]:
    found = line_margin(order, "C-1/1", contracts_of(order), RATES, as_of, policy=LENIENT, **more)
    causes = {cause.value: str(amount) for cause, amount in found.by_cause if amount}
    return {
        "expected": str(found.expected.amount),
        "current": str(found.current.amount),
    } | causes


def test_the_margin_on_the_day_of_the_order_is_the_expected_one() -> None:
    """100 screens sold at 300; bought at 200 USD of 0.90."""
    order = order_of(SCREENS)
    assert figures(order, SALE) == {"expected": "12000 EUR", "current": "12000 EUR"}
    found = line_margin(order, "C-1/1", contracts_of(order), RATES, SALE, policy=LENIENT)
    assert found.expected.percent == 40
    assert found.difference == ExactAmount.of(0, "EUR")


def test_exchange_moves_what_was_delivered_and_what_is_to_come() -> None:
    """40 at 0.95 on 1 March; the 60 of 1 May at the rate of the day asked, then at their own."""
    order = order_of(SCREENS)
    assert figures(order, APRIL) == {
        "expected": "12000 EUR",
        "current": "11000 EUR",
        "exchange": "-1000 EUR",
    }
    assert figures(order, YEAR_END)["exchange"] == "800 EUR"  # 40 x 200 x -0.05 + 60 x 200 x 0.10


def test_a_supplier_is_swapped_after_part_of_the_delivery() -> None:
    """60 come from S-2 at 160 GBP: 192 EUR at the order's rate, against 180."""
    swap = event("A", APRIL, SupplierChange("S-2", ExactAmount.of("160", "GBP")))
    order = order_of(SCREENS).adjusted(swap)
    assert figures(order, SALE) == {"expected": "12000 EUR", "current": "12000 EUR"}
    assert figures(order, APRIL) == {
        "expected": "12000 EUR",
        "current": "11840 EUR",
        "supplier": "-720 EUR",
        "exchange": "560 EUR",  # 40 x 200 x -0.05, and 60 x 160 x 0.10
    }
    assert [(it.supplier_id, str(it.quantity)) for it in commitments(order, "C-1/1")] == [
        ("S-1", "40"),
        ("S-2", "60"),
    ]


def test_what_was_delivered_can_be_said_where_the_plan_is_late() -> None:
    """By the plan 40 came; in truth 30, so 70 are of the new price."""
    dearer = event("A", APRIL, PriceChange(dollars("210")), delivered=30)
    order = order_of(SCREENS).adjusted(dearer)
    assert figures(order, APRIL)["price"] == "-630 EUR"  # 70 x 10 x 0.90
    later = event("B", date(2026, 4, 20), QuantityChange(20), delivered=30)
    with pytest.raises(InvalidValue, match="leaves 20 of purchase 'P-1', but 30 were delivered"):
        figures(order.adjusted(later), YEAR_END)
    wrong = event("B", MAY, Cancellation(), delivered=25)
    with pytest.raises(InvalidValue, match=r"says that 25 of purchase 'P-1' .* and 30 came before"):
        figures(order.adjusted(wrong), YEAR_END)


def test_a_component_is_cancelled_and_another_added() -> None:
    cable = Purchase("P-2", "S-3", 100, ExactAmount.of("2", "EUR"), MARCH)
    order = order_of(SCREENS, cable)
    order = order.adjusted(event("A", date(2026, 2, 1), Cancellation(), "P-2"))
    tape = Purchase("P-3", "S-3", 10, ExactAmount.of("4", "EUR"), MARCH)
    assert figures(order, SALE)["expected"] == "11800 EUR"
    assert figures(order, MARCH)["quantity"] == "200 EUR"
    tape_added = [event("B", MARCH, tape, "P-3")]
    order = order.adjusted(tape_added)
    assert figures(order, MARCH)["quantity"] == "160 EUR"
    with pytest.raises(InvalidValue, match="'P-2' was cancelled by 'A': add a purchase instead"):
        figures(order.adjusted(event("C", MAY, QuantityChange(5), "P-2")), YEAR_END)
    with pytest.raises(InvalidValue, match="adds purchase 'P-3', which is there already"):
        figures(order.adjusted(event("C", MAY, tape, "P-3")), YEAR_END)
    with pytest.raises(NotFound, match=r"has no purchase 'P-9'; it has P-1, P-2, P-3"):
        order.adjusted(event("C", MAY, Cancellation(), "P-9"))
    early = attrs.evolve(order, adjustments=[event("C", SALE, Cancellation(), "P-3"), *tape_added])
    with pytest.raises(NotFound, match=r"has no purchase 'P-3' by 2026-01-10; it has P-1, P-2"):
        figures(early, YEAR_END)


def test_several_events_are_recorded_at_once_in_any_order() -> None:
    order, tape = order_of(SCREENS), Purchase("P-3", "S-3", 10, ExactAmount.of("4", "EUR"), MARCH)
    added, fewer = event("A", MARCH, tape, "P-3"), event("B", MAY, QuantityChange(5), "P-3")
    both = order.adjusted(added, fewer)
    assert order.adjusted(fewer, added) == order.adjusted([fewer, added, fewer]) == both
    assert order.adjusted([added]).adjusted(fewer) == both
    assert order.adjusted() == order
    with pytest.raises(NotFound, match=r"what adds one is recorded first, or together with this"):
        order.adjusted(fewer)
    with pytest.raises(RuleBroken, match="has another adjustment 'A'"):
        order.adjusted(added, attrs.evolve(added, why="another"))
    with pytest.raises(InvalidValue, match="adjustments of order 'O-1'"):
        order.adjusted("A")  # type: ignore[arg-type]


def test_a_quantity_that_grows_is_bought_at_the_terms_of_that_day() -> None:
    order = order_of(SCREENS)
    for one in (
        event("A", date(2026, 6, 1), PriceChange(dollars("220"))),  # all is delivered
        event("B", date(2026, 6, 2), QuantityChange(110)),
    ):
        order = order.adjusted(one)
    assert [str(it.amount) for it in commitments(order, "C-1/1")] == [
        "8000 USD", "12000 USD", "2200 USD",
    ]  # fmt: skip
    fewer = order_of(SCREENS).adjusted(event("A", APRIL, QuantityChange(70)))
    assert [str(it.quantity) for it in commitments(fewer, "C-1/1")] == ["40", "30"]


LICENCES = Purchase("P-1", "S-1", 10, dollars("3"), MARCH, interval=Interval.months(1))


def test_purchases_by_period_run_as_long_as_the_line_is_sold() -> None:
    """Twelve months: sold at 50, bought at 30 USD of 0.90; from May on 12 are bought."""
    order = order_of(LICENCES, product="MAIL", quantity=10)
    assert figures(order, SALE) == {"expected": "276 EUR", "current": "276 EUR"}
    more = event("A", APRIL, QuantityChange(12))
    assert figures(order.adjusted(more), APRIL)["quantity"] == "-54 EUR"  # 10 x 2 x 3 x 0.90
    ended = event("A", MAY, Cancellation())
    assert len(commitments(order.adjusted(ended), "C-1/1", YEAR_END)) == 2
    with pytest.raises(InvalidValue, match="goes by period, so the day says what was delivered"):
        figures(order.adjusted(event("A", MAY, Cancellation(), delivered=3)), MAY)
    with pytest.raises(InvalidValue, match="goes on without end: give it a last day"):
        commitments(order, "C-1/1")


def test_a_part_of_a_period_costs_a_part() -> None:
    order = order_of(LICENCES, product="OPEN", quantity=10)
    with pytest.raises(InvalidValue, match="line '1' has no end and no initial term"):
        figures(order, SALE)
    half_april = figures(order, SALE, through=date(2026, 4, 15))
    assert half_april["expected"] == "34.5 EUR"  # 1.5 months of 50 less 27


def test_a_bundle_and_stages_are_sold_as_one_line() -> None:
    kit = order_of(SCREENS, product="KIT", quantity=10)
    one = execute(kit, CATALOGUE, DE).contracts
    assert [it.id for it in one[0].lines] == ["1", "1.2"]
    found = line_margin(kit, "C-1/1", one, RATES, SALE, policy=LENIENT)
    assert str(found.expected.sold) == "6300 EUR"  # 10 x 270, and 10 x 30 for each of 12 months
    staged = attrs.evolve(order_of(SCREENS).lines[0], stages=[Stage(50, MARCH), Stage(50, MAY)])
    order = attrs.evolve(order_of(), lines=(staged,))
    assert figures(order, SALE)["expected"] == "12000 EUR"


def test_what_is_measured_needs_an_expectation() -> None:
    order = order_of(product="HOURS", quantity=0)
    with pytest.raises(InvalidValue, match="line '1' is measured: say by quantities"):
        figures(order, SALE, through=date(2026, 4, 30))
    found = figures(order, SALE, through=date(2026, 4, 30), quantities={"1": "2.5"})
    assert found["expected"] == "500 EUR"


def test_a_margin_in_another_currency_moves_with_what_is_sold() -> None:
    order = order_of(SCREENS)
    found = figures(order, YEAR_END, currency="USD")
    assert found["expected"] == str(ExactAmount(Fraction(30_000) / Fraction("0.9") - 20_000, "USD"))
    sold_then = Fraction(30_000) / Fraction("0.9")
    sold_now = Fraction(30_000) / Fraction("0.95")
    assert found["exchange"] == str(ExactAmount(sold_now - sold_then, "USD"))


def test_the_sold_price_is_never_touched_and_only_what_is_known_counts() -> None:
    order = order_of(SCREENS)
    late = event("A", MARCH, PriceChange(dollars("210")), known_from=YEAR_END)
    adjusted = order.adjusted(late)
    assert figures(adjusted, MAY) == figures(order, MAY)
    assert figures(adjusted, YEAR_END)["price"] == "-900 EUR"
    assert contracts_of(adjusted) == contracts_of(order)


def test_an_event_arrives_once_and_after_the_sale() -> None:
    order, swap = order_of(SCREENS), event("A", APRIL, Cancellation())
    adjusted = order.adjusted(swap)
    assert adjusted.adjusted(swap) == adjusted
    with pytest.raises(RuleBroken, match="an event is not edited"):
        adjusted.adjusted(attrs.evolve(swap, why="another reason"))
    with pytest.raises(RuleBroken, match="change the quote instead"):
        attrs.evolve(order, accepted_on=None).adjusted(swap)
    with pytest.raises(NotFound, match="has no line 'C-1/7'"):
        order.adjusted(attrs.evolve(swap, reference="C-1/7"))
    with pytest.raises(InvalidValue, match="two adjustments with one id"):
        attrs.evolve(order, adjustments=[swap, swap])


def test_a_missing_rate_and_a_missing_contract_are_said() -> None:
    yen = Purchase("P-1", "S-1", 1, ExactAmount.of("9", "JPY"), MARCH)
    with pytest.raises(RateNotFound, match="JPY/EUR"):
        figures(order_of(yen), SALE)
    order = order_of(SCREENS)
    with pytest.raises(InvalidValue, match="no contract given holds line C-1/1"):
        line_margin(order, "C-1/1", (), RATES, SALE)
    with pytest.raises(InvalidValue, match="is compared with the day of the order, 2026-01-10"):
        figures(order, date(2026, 1, 9))


def test_the_margin_explains_itself() -> None:
    swap = event("A", APRIL, SupplierChange("S-2", ExactAmount.of("160", "GBP")))
    order = order_of(SCREENS).adjusted(swap)
    found = line_margin(order, "C-1/1", contracts_of(order), RATES, MAY, policy=LENIENT)
    assert found.explanation.evaluate() == found.current.amount.value
    text = found.explanation.as_text(Culture.of("de"))
    assert "Kurs des Auftrags: 1 GBP = 1.2 EUR" in text
    assert "Kurs des Auftrags: 1 USD = 0.9 EUR" in text
    assert "2026-04-15 A P-1: -720 EUR" in text
    assert "durch andere Lieferanten: -720 = -720 EUR" in text


days = st.dates(date(2026, 1, 10), date(2027, 6, 30))
prices = st.builds(
    ExactAmount, st.fractions(0, 500, max_denominator=100), st.sampled_from(["EUR", "USD", "GBP"])
)
amounts = st.fractions(0, 200, max_denominator=4)


@st.composite
def purchases(draw: st.DrawFn, id: str) -> Purchase:  # noqa: A002
    start, price, supplier = draw(days), draw(prices), draw(st.sampled_from(["S-1", "S-2"]))
    if draw(st.booleans()):
        interval = Interval.months(draw(st.integers(1, 3)))
        return Purchase(id, supplier, draw(amounts), price, start, interval=interval)
    more = draw(st.lists(st.tuples(st.integers(0, 200), amounts.filter(bool)), max_size=3))
    stages = [Stage(units, date.fromordinal(start.toordinal() + wait)) for wait, units in more]
    if not stages:
        return Purchase(id, supplier, draw(amounts), price, start)
    first = min(stage.start for stage in stages)
    whole = sum((stage.quantity for stage in stages), Fraction(0))
    return Purchase(id, supplier, whole, price, first, stages=stages)


@st.composite
def adjusted_orders(draw: st.DrawFn) -> tuple[Order, list[Adjustment]]:
    order = order_of(draw(purchases("P-1")), draw(purchases("P-2")), product="MAIL", quantity=10)
    events = []
    for number in range(draw(st.integers(0, 5))):
        change = draw(
            st.one_of(
                st.builds(PriceChange, prices),
                st.builds(SupplierChange, st.sampled_from(["S-1", "S-3"]), prices),
                st.builds(QuantityChange, amounts.map(lambda units: units * 9)),
                purchases(f"N-{number}"),
            )
        )
        name = change.id if isinstance(change, Purchase) else draw(st.sampled_from(["P-1", "P-2"]))
        events.append(event(f"E-{number}", draw(days), change, name))
    if draw(st.booleans()):
        events.append(event("Z", date(2027, 7, 1), Cancellation()))
    return order, events


@given(
    adjusted_orders(),
    days,
    st.sampled_from(["EUR", "USD", "GBP"]),
    st.randoms(use_true_random=False),
)
def test_the_causes_add_up_and_the_order_of_arrival_plays_no_part(
    made: tuple[Order, list[Adjustment]], as_of: date, currency: str, shuffled: Random
) -> None:
    order, events = made
    contracts = contracts_of(order)

    def outcome() -> LineMargin | str:
        adjusted = order
        for one in events:
            adjusted = adjusted.adjusted(one)
        try:
            return line_margin(
                adjusted, "C-1/1", contracts, RATES, as_of, currency=currency, policy=LENIENT
            )
        except InvalidValue as fewer_than_were_delivered:
            return str(fewer_than_were_delivered)

    margin = outcome()
    shuffled.shuffle(events)
    assert outcome() == margin
    if isinstance(margin, str):
        assert "were delivered by" in margin
        return
    total = sum((amount.value for _, amount in margin.by_cause), Fraction(0))
    assert total == margin.difference.value
    assert margin.explanation.value == margin.explanation.evaluate() == margin.current.amount.value
    if as_of == SALE and not any(one.on <= SALE for one in events):
        assert not margin.difference
    assert dict(margin.by_cause).keys() == set(MarginCause)


def amendment(id: str, first_day: date, *changes: Any, known: date = APRIL) -> Amendment:  # noqa: A002
    return Amendment(id, "C-1", known, first_day, changes)


def as_amended(order: Order, *amendments: Amendment) -> Contract:
    (contract,) = contracts_of(order)
    return attrs.evolve(contract, amendments=amendments)


def causes(order: Order, contract: Contract, as_of: date, **more: Any) -> dict[str, str]:
    found = line_margin(order, "C-1/1", [contract], RATES, as_of, policy=LENIENT, **more)
    return {
        "expected": str(found.expected.amount),
        "sold": str(found.current.sold),
        "cost": str(found.current.cost),
    } | {cause.value: str(amount) for cause, amount in found.by_cause if amount}


def test_another_quantity_is_sold_and_bought_from_its_day_on() -> None:
    """Ten seats at 5 for 12 months, bought at 3 USD of 0.90; from May on 14 are sold, 12 bought."""
    order = order_of(LICENCES, product="MAIL", quantity=10)
    more = as_amended(order, amendment("N", MAY, NewQuantity("1", 14)))
    assert causes(order, more, MARCH)["sold"] == "600 EUR"
    bought = order.adjusted(event("A", MAY, QuantityChange(12), known_from=APRIL))
    assert causes(bought, more, APRIL) == {
        "expected": "276 EUR",
        "sold": "800 EUR",  # and 4 x 5 for 10 months
        "cost": "399 EUR",  # 2 x 10 and 10 x 12 at 3 USD of 0.95
        "quantity": "146 EUR",  # 200 more sold, 54 more bought
        "exchange": "-21 EUR",  # 420 USD, 0.05 each
    }


def test_an_early_end_stops_what_is_bought_by_period_too() -> None:
    order = order_of(LICENCES, product="MAIL", quantity=10)
    ended = as_amended(order, amendment("N", date(2026, 9, 1), LineEnds("1")))
    found = causes(order, ended, APRIL, currency="EUR")
    assert (found["sold"], found["quantity"]) == ("300 EUR", "-138 EUR")  # 6 of 12 months are left
    never = as_amended(order, amendment("N", MARCH, LineEnds("1")))
    assert causes(order, never, APRIL) == {
        "expected": "276 EUR", "sold": "0 EUR", "cost": "0 EUR", "quantity": "-276 EUR",
    }  # fmt: skip


def test_a_line_that_runs_on_is_sold_and_bought_for_longer() -> None:
    order = order_of(LICENCES, product="OPEN", quantity=10)
    order = attrs.evolve(order, lines=[attrs.evolve(order.lines[0], last_day=YEAR_END)])
    longer = as_amended(order, amendment("N", MAY, LineRunsOn("1", date(2027, 2, 28))))
    found = causes(order, longer, APRIL)
    assert (found["expected"], found["quantity"]) == ("230 EUR", "46 EUR")


def test_another_price_within_a_period_counts_by_days() -> None:
    """From 16 April on, half a month: 10 seats at 1 less for 10.5 months."""
    order = order_of(product="MAIL", quantity=10)
    cheaper = amendment("N", date(2026, 4, 16), NewPrice("1", PerUnit.of("4", "EUR")))
    found = causes(order, as_amended(order, cheaper), APRIL)
    assert (found["sold"], found["price"]) == ("495 EUR", "-105 EUR")


def test_a_quantity_goes_before_a_price_of_the_same_amendment() -> None:
    order = order_of(product="MAIL", quantity=10)
    both = [NewPrice("1", PerUnit.of("4", "EUR")), NewQuantity("1", 20)]
    found = causes(order, as_amended(order, amendment("N", MARCH, *both)), APRIL)
    assert (found["quantity"], found["price"]) == ("600 EUR", "-240 EUR")


def test_a_block_that_is_renewed_is_sold_while_its_line_runs() -> None:
    block = Product.sold_as(
        ContractType.PREPAYMENT,
        "BLOCK",
        "Hours",
        [PerUnit.of("50", "EUR")],
        billing=Billing(Timing.ADVANCE, Interval.months(3)),
        fund=FundTerms(FundUnit.HOURS, 12, {"*": 1}, [ExactAmount.of("90", "EUR")]),
        renewal=MAIL.renewal,
    )
    order = order_of(product="BLOCK", quantity=10)
    (contract,) = execute(order, Catalogue([block]), DE).contracts
    ended = attrs.evolve(contract, amendments=[amendment("N", date(2026, 9, 1), LineEnds("1"))])
    assert causes(order, contract, APRIL)["sold"] == "2000 EUR"
    assert causes(order, ended, APRIL)["sold"] == "1000 EUR"


def test_what_an_amendment_adds_is_none_of_the_order_s() -> None:
    order = order_of(product="MAIL", quantity=10)
    (contract,) = contracts_of(order)
    other = attrs.evolve(contract.lines[0], id="9", start=MAY)
    swapped = contract.amended(amendment("N", MAY, LineEnds("1"), LineBegins(other)))
    assert causes(order, swapped, APRIL)["quantity"] == "-500 EUR"


later_days = st.dates(date(2027, 7, 1), date(2028, 1, 1))


@st.composite
def amended_contracts(draw: st.DrawFn) -> list[Amendment]:
    change = st.one_of(
        st.builds(NewQuantity, st.just("1"), amounts),
        st.builds(
            NewPrice,
            st.just("1"),
            st.integers(0, 900).map(lambda cents: PerUnit(Money(cents, "EUR").exact)),
        ),
        st.just(LineEnds("1")),
        st.builds(LineRunsOn, st.just("1"), st.none() | later_days),
    )
    changes = draw(st.lists(change, max_size=4))
    return [
        amendment(f"N-{number}", draw(days), one, known=SALE + timedelta(number))
        for number, one in enumerate(changes)
    ]


@given(adjusted_orders(), amended_contracts(), days, st.sampled_from(["EUR", "USD"]))
def test_the_causes_add_up_whatever_was_amended(
    made: tuple[Order, list[Adjustment]], amendments: list[Amendment], as_of: date, currency: str
) -> None:
    order, events = made
    contract = as_amended(order, *amendments)
    for one in events:
        order = order.adjusted(one)

    def margin(contract: Contract) -> LineMargin:
        return line_margin(
            order, "C-1/1", [contract], RATES, as_of, currency=currency, policy=LENIENT
        )

    try:
        found, known = margin(contract), margin(contract.known_by(as_of))
    except InvalidValue:  # adjustments that leave fewer than were delivered
        return
    total = sum((amount.value for _, amount in found.by_cause), Fraction(0))
    assert total == found.difference.value
    assert found.explanation.value == found.explanation.evaluate() == found.current.amount.value
    assert found == known
    assert found.expected == margin(attrs.evolve(contract, amendments=())).expected


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"id": ""}, "id of a purchase must not be empty"),
        ({"quantity": -1}, "from zero on, got -1 at"),
        ({"unit_price": dollars("-1")}, "from zero on"),
        ({"last_day": YEAR_END}, "so it needs an interval"),
        ({"stages": [Stage(1, MARCH)]}, "bring 1 from 2026-03-01 on, but it is of 100"),
        ({"interval": Interval.months(1), "stages": SCREENS.stages}, "by period or in stages"),
    ],
)
def test_a_purchase_that_cannot_be_is_refused(said: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidValue, match=reason):
        attrs.evolve(SCREENS, **({"stages": ()} | said))


def test_an_adjustment_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue, match="why of an adjustment must not be empty"):
        attrs.evolve(event("A", MAY, Cancellation()), why="")
    with pytest.raises(InvalidValue, match="adds purchase 'P-1' under the name 'P-2'"):
        event("A", MAY, SCREENS, "P-2")
    with pytest.raises(InvalidValue, match="units delivered are zero or more, got -1"):
        event("A", MAY, Cancellation(), delivered=-1)
    with pytest.raises(InvalidValue, match="a quantity is zero or more, got -1"):
        QuantityChange(-1)
    with pytest.raises(InvalidValue, match="two purchases with one id"):
        order_of(SCREENS, SCREENS)
    with pytest.raises(NotFound, match="has no purchase 'P-9'; it has P-1"):
        attrs.evolve(order_of(SCREENS), adjustments=[event("A", MAY, Cancellation(), "P-9")])
    elsewhere = attrs.evolve(event("A", MAY, Cancellation()), reference="C-9/1")
    with pytest.raises(NotFound, match="has no line 'C-9/1'"):
        attrs.evolve(order_of(SCREENS), adjustments=[elsewhere])

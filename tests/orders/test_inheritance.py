"""Behaviour comes down from product to contract line; each level may say otherwise."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.contracts import (
    Amendment,
    ContractLine,
    LineEnds,
    NewPrice,
    Side,
    affected_by,
    differences,
    overridden,
)
from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount, Money
from harmony_core.orders import Order, OrderLine, Prices, Stage, execute, problems_of
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import (
    BandTable,
    FillUp,
    PerUnit,
    PriceBook,
    PriceEntry,
    Ramp,
    Uplift,
    Uplifted,
    anchored,
    scheme_on,
)
from harmony_core.products import (
    Accounting,
    Behaviour,
    Billing,
    Catalogue,
    Component,
    ContractType,
    Level,
    Notice,
    Origin,
    Override,
    Product,
    Recognition,
    Renewal,
    given_by,
)
from tests.strategies import GROUP

OWN_PRICE = NewPrice("1", PerUnit.of("2.50", "EUR"))
DAY, JULY = date(2026, 3, 10), date(2026, 7, 1)
DE = GROUP.entity("DE")
YEARLY = Renewal(12, 12, Notice(Interval.months(3)))
MAIL = Product.sold_as(
    ContractType.RECURRING, "MAIL", "Mail", [PerUnit.of("3", "EUR")], renewal=YEARLY
)
BACKUP = Product.sold_as(ContractType.RECURRING, "BACKUP", "Backup", [PerUnit.of("5", "EUR")])
SEATS = FillUp(BandTable.of("EUR", [(10, "12"), (None, "8")]))
DECISION: dict[str, Any] = {"by": "A. Smith", "on": DAY, "why": "agreed with the customer"}
QUARTERLY = Billing(Timing.ADVANCE, Interval.months(3))
SUITE = Product.sold_as(
    ContractType.RECURRING,
    "SUITE",
    "Suite",
    [PerUnit.of("10", "EUR")],
    components=[
        Component("MAIL", 2, 60, Override(**DECISION, without_renewal=True)),
        Component("BACKUP", 1, 40),
    ],
)
CATALOGUE = Catalogue([MAIL, BACKUP, SUITE])


def line_of(product: str, quantity: int = 5) -> OrderLine:
    return OrderLine("1", "C-1", product, quantity, DAY)


def order_of(*lines: OrderLine, accepted_on: date = DAY) -> Order:
    return Order("O-1", Side.SELL, "K-1", "DE", "EUR", lines, accepted_on)


def executed(line: OrderLine, catalogue: Catalogue = CATALOGUE) -> tuple[ContractLine, ...]:
    (contract,) = execute(order_of(line), catalogue, DE).contracts
    return contract.lines


def levels(line: ContractLine) -> dict[str, str]:
    found = {
        behaviour.value: given_by(line.trail, behaviour).level.value for behaviour in Behaviour
    }
    return {behaviour: level for behaviour, level in found.items() if level != "product"}


def test_a_line_inherits_and_says_from_where() -> None:
    (line,) = executed(line_of("MAIL"))
    assert line.trail == (MAIL.origin,)
    assert levels(line) == {}


def test_each_level_overrides_the_one_above_with_who_and_why() -> None:
    ordered = attrs.evolve(
        line_of("MAIL"), overrides=[Override(**DECISION, billing=QUARTERLY, scheme=SEATS)]
    )
    (line,) = executed(ordered)
    assert (line.billing, line.scheme, line.renewal) == (QUARTERLY, SEATS, YEARLY)
    assert levels(line) == {"billing": "order", "price": "order"}
    given = given_by(line.trail, Behaviour.BILLING)
    assert given.override is not None
    assert (given.source, given.override.by, given.override.on) == ("O-1", "A. Smith", DAY)
    free = Override(by="B. Jones", on=JULY, why="pilot", without_renewal=True)
    line = overridden(line, Origin.of(Level.CONTRACT, "C-1", free))
    assert line.renewal is None
    assert levels(line) == {"billing": "order", "price": "order", "renewal": "contract"}


def test_a_later_decision_goes_before_an_earlier_one_in_whatever_order_they_are_given() -> None:
    half = Billing(Timing.ADVANCE, Interval.months(6))
    first = Override(**DECISION, billing=QUARTERLY, tax_category="G")
    later = Override(by="B", on=JULY, why="second thoughts", billing=half)
    one, other = (
        executed(attrs.evolve(line_of("MAIL"), overrides=both))
        for both in ([first, later], [later, first])
    )
    assert one == other
    assert (one[0].billing, one[0].tax_category) == (half, "G")


def test_an_agreed_price_and_a_price_of_the_book_are_on_the_trail() -> None:
    agreed = attrs.evolve(line_of("MAIL"), unit_price=ExactAmount.of("2", "EUR"))
    assert levels(*executed(agreed)) == {"price": "order"}
    entry = PriceEntry("MAIL", "EUR", PerUnit.of("1", "EUR"), DAY, id="P-7")
    result = execute(order_of(line_of("MAIL")), CATALOGUE, DE, Prices(PriceBook([entry])))
    trail = result.contracts[0].lines[0].trail
    assert given_by(trail, Behaviour.PRICE).source == "P-7"


def test_what_contradicts_is_a_problem_of_the_line() -> None:
    drawn = Override(**DECISION, accounting=Accounting(recognition=Recognition.AS_DRAWN))
    dollars = Override(**DECISION, scheme=PerUnit.of("1", "USD"))
    order = order_of(
        attrs.evolve(line_of("MAIL"), overrides=drawn),
        attrs.evolve(line_of("MAIL"), id="2", overrides=dollars),
    )
    found = problems_of(order, CATALOGUE, DE)
    assert "cannot behave as A. Smith decided on 2026-03-10: recognition as drawn" in found[0]
    assert "the price PerUnit" in found[1]
    assert "is not in the order's currency EUR" in found[1]
    with pytest.raises(InvalidValue, match="a unit price and an override of the price"):
        attrs.evolve(line_of("MAIL"), unit_price=ExactAmount.of("2", "EUR"), overrides=[dollars])
    (line,) = executed(line_of("MAIL"))
    with pytest.raises(InvalidValue, match="priced in EUR, but the override in USD"):
        overridden(line, Origin.of(Level.CONTRACT, "C-1", dollars))
    with pytest.raises(InvalidValue, match="product 'MAIL' overrides nothing"):
        overridden(line, MAIL.origin)


def test_a_role_that_an_override_names_is_found_missing_on_the_day_of_the_quote() -> None:
    odd = Override(**DECISION, accounting=Accounting("grants", recognition=Recognition.AT_ONCE))
    quote = attrs.evolve(order_of(attrs.evolve(line_of("MAIL"), overrides=odd)), accepted_on=None)
    (problem,) = problems_of(quote, CATALOGUE, DE)
    assert "entity 'DE' has no account for the role 'grants'" in problem


def test_the_parts_of_a_bundle_inherit_from_product_bundle_and_order() -> None:
    ordered = attrs.evolve(
        line_of("SUITE"), overrides=Override(**DECISION, billing=QUARTERLY, unit="seat")
    )
    mail, backup = executed(ordered)
    assert (mail.renewal, backup.renewal) == (None, BACKUP.renewal)
    assert (mail.billing, backup.billing, backup.unit) == (QUARTERLY, QUARTERLY, "seat")
    assert levels(mail) == {
        "price": "bundle",
        "renewal": "bundle",
        "billing": "order",
        "unit": "order",
    }
    cheap = Override(**DECISION, scheme=PerUnit.of("5", "EUR"))
    mail, backup = executed(attrs.evolve(line_of("SUITE"), overrides=cheap))
    assert (str(mail.scheme.price(10)), str(backup.scheme.price(5))) == ("15 EUR", "10 EUR")
    assert levels(mail)["price"] == "order"


DEARER = attrs.evolve(MAIL, schemes=[PerUnit.of("4", "EUR")], billing=QUARTERLY, valid_from=JULY)


def test_a_sale_takes_the_version_of_its_day_and_a_quote_that_of_the_quote() -> None:
    catalogue = Catalogue([MAIL.with_version(DEARER)])
    late = order_of(line_of("MAIL"), accepted_on=JULY)
    for order, scheme in (
        (order_of(line_of("MAIL")), MAIL.scheme("EUR")),
        (late, DEARER.scheme("EUR")),
        (attrs.evolve(late, quoted_on=date(2026, 6, 30)), MAIL.scheme("EUR")),
    ):
        (contract,) = execute(order, catalogue, DE).contracts
        assert contract.lines[0].scheme == scheme
    assert given_by(contract.lines[0].trail, Behaviour.PRICE).version is None


def test_a_new_version_leaves_what_was_sold_alone_and_says_whom_it_would_affect() -> None:
    agreed = attrs.evolve(
        line_of("MAIL"), id="2", unit_price=ExactAmount.of("2", "EUR"), contract_id="C-2"
    )
    backup = attrs.evolve(line_of("BACKUP"), id="9")
    order = order_of(agreed, line_of("MAIL"), backup)
    contracts = execute(order, CATALOGUE, DE).contracts
    one, other = affected_by(DEARER, contracts)
    assert [(it.contract_id, it.line_id) for it in (one, other)] == [("C-1", "1"), ("C-2", "2")]
    assert [(it.behaviour.value, it.agreed, it.offered) for it in one.inherited] == [
        ("price", MAIL.scheme("EUR"), DEARER.scheme("EUR")),
        ("billing", MAIL.billing, QUARTERLY),
    ]
    assert [it.behaviour.value for it in other.inherited] == ["billing"]
    assert [it.decided for it in other.differences] == [True, False]
    assert affected_by(MAIL, contracts[1:]) == ()
    dearer = NewPrice("1", DEARER.scheme("EUR"))
    june, august = date(2026, 6, 1), date(2026, 8, 1)
    amended = contracts[1].amended(Amendment("A-1", "C-1", june, august, dearer))
    (found,) = affected_by(DEARER, [amended])  # the price is that of the new version by now
    assert [it.behaviour.value for it in found.differences] == ["billing"]
    (before,) = affected_by(DEARER, [amended], date(2026, 7, 31))
    assert [it.behaviour.value for it in before.inherited] == ["price", "billing"]
    (special,) = affected_by(
        DEARER, [contracts[1].amended(Amendment("A-1", "C-1", june, august, OWN_PRICE))]
    )
    assert [(it.behaviour.value, it.decided) for it in special.differences] == [
        ("price", True),
        ("billing", False),
    ]
    over = contracts[1].amended(Amendment("A-2", "C-1", june, august, LineEnds("1")))
    assert [one.contract_id for one in affected_by(DEARER, [over], august)] == []
    assert [one.contract_id for one in affected_by(DEARER, [over])] == ["C-1"]
    (line,) = executed(line_of("MAIL"))
    foreign = attrs.evolve(MAIL, schemes=[PerUnit.of("4", "GBP")])
    assert [it.offered for it in differences(line, foreign)] == [None]
    with pytest.raises(InvalidValue, match="is of 'MAIL', not of 'BACKUP'"):
        differences(line, BACKUP)


def test_an_increase_counts_from_the_line_s_own_start_and_not_from_the_product_s() -> None:
    """The product's version is of 2020; each line is dearer on its own anniversary."""
    yearly = Uplifted(PerUnit.of("100", "EUR"), Uplift.fixed(None, "5"))
    rising = attrs.evolve(MAIL, schemes=[yearly], valid_from=date(2020, 1, 1))
    for start in (DAY, date(2026, 8, 31)):
        (line,) = executed(attrs.evolve(line_of("MAIL"), start=start), Catalogue([rising]))
        anniversary = start.replace(year=2027)
        prices = [
            str(scheme_on(line.scheme, day).price(1))
            for day in (anniversary - timedelta(days=1), anniversary)
        ]
        assert prices == ["100 EUR", "105 EUR"]


RISING = Uplift.fixed(None, 4)
"""By four percent on each anniversary of the line."""


def test_an_agreed_unit_price_keeps_the_uplift_of_the_price_that_it_replaces() -> None:
    rising = attrs.evolve(MAIL, schemes=[Uplifted(PerUnit.of("30", "EUR"), RISING)])
    agreed = attrs.evolve(line_of("MAIL"), unit_price=ExactAmount.of("28", "EUR"))
    (line,) = executed(agreed, Catalogue([rising]))
    assert line.scheme == Uplifted(PerUnit.of("28", "EUR"), RISING.anchored(DAY))
    by_the_book = Prices(
        PriceBook(
            [
                PriceEntry(
                    "MAIL", "EUR", Uplifted(PerUnit.of("9", "EUR"), Uplift.fixed(None, 2)), DAY
                )
            ]
        )
    )
    order = order_of(agreed)
    (contract,) = execute(order, Catalogue([rising]), DE, by_the_book).contracts
    assert contract.lines[0].scheme == Uplifted(
        PerUnit.of("28", "EUR"), Uplift.fixed(None, 2).anchored(DAY)
    )
    level = Override(**DECISION, scheme=PerUnit.of("28", "EUR"))
    (line,) = executed(attrs.evolve(line_of("MAIL"), overrides=level), Catalogue([rising]))
    assert line.scheme == PerUnit.of("28", "EUR")


def test_stages_rise_on_the_anniversaries_of_the_line_that_was_ordered() -> None:
    rising = attrs.evolve(MAIL, schemes=[Uplifted(PerUnit.of("30", "EUR"), RISING)])
    staged = attrs.evolve(line_of("MAIL"), stages=[Stage(2, DAY), Stage(3, JULY)])
    lines = executed(staged, Catalogue([rising]))
    assert [line.start for line in lines] == [DAY, JULY]
    assert {line.scheme for line in lines} == {
        Uplifted(PerUnit.of("30", "EUR"), RISING.anchored(DAY))
    }


YEARS = (DAY, date(2027, 3, 9), date(2027, 3, 10), date(2029, 3, 10))


@given(
    cents=st.integers(1, 10**6),
    percent=st.integers(-50, 50),
    later=st.integers(1, 10**6),
)
def test_the_parts_of_a_rising_bundle_add_up_to_its_price_on_every_day(
    cents: int, percent: int, later: int
) -> None:
    """Where an uplift rounds nothing; and at every step of a ramp."""
    price, dearer = (PerUnit(Money(one, "EUR").exact) for one in (cents, later))
    exactly = Uplifted(price, Uplift.fixed(None, percent, rounding=None))
    for scheme in (exactly, Ramp.of((DAY, price), (YEARS[2], dearer))):
        suite = attrs.evolve(SUITE, schemes=[scheme])
        lines = executed(line_of("SUITE", 7), Catalogue([MAIL, BACKUP, suite]))
        assert len(lines) == 2
        for day in YEARS:
            parts = [scheme_on(line.scheme, day).price(line.quantity) for line in lines]
            whole = scheme_on(anchored(scheme, DAY), day).price(7)
            assert sum((part.value for part in parts), Fraction(0)) == whole.value


def test_a_bundle_gives_its_terms_and_its_billing_to_its_parts() -> None:
    """Its price is one of its own period, so its parts are billed by that."""
    three = Renewal(36, 12, Notice(Interval.months(6)))
    setup = Product.sold_as(
        ContractType.TRANSACTIONAL, "SETUP", "Set-up", [PerUnit.of("50", "EUR")]
    )
    suite = attrs.evolve(
        SUITE,
        renewal=three,
        billing=QUARTERLY,
        components=[
            Component("MAIL", 2, 50, Override(**DECISION, without_renewal=True)),
            Component("BACKUP", 1, 40),
            Component("SETUP", 1, 10),
        ],
    )
    mail, backup, once = executed(line_of("SUITE"), Catalogue([MAIL, BACKUP, setup, suite]))
    assert (mail.renewal, backup.renewal, once.renewal) == (None, three, None)  # sold once
    assert (mail.billing, backup.billing) == (QUARTERLY, QUARTERLY)
    assert once.billing == setup.billing
    assert given_by(backup.trail, Behaviour.BILLING).source == "SUITE"
    assert given_by(mail.trail, Behaviour.RENEWAL).override is not None
    assert given_by(once.trail, Behaviour.BILLING).source == "SETUP"


def test_an_outer_bundle_goes_before_an_inner_one_and_a_component_before_both() -> None:
    one, three = (Renewal(months, 12, Notice(Interval.months(1))) for months in (12, 36))
    inner = attrs.evolve(SUITE, renewal=one)
    outer = attrs.evolve(SUITE, id="ALL", renewal=three, components=[Component("SUITE", 1, 100)])
    mail, backup = executed(line_of("ALL"), Catalogue([MAIL, BACKUP, inner, outer]))
    assert (mail.renewal, backup.renewal) == (None, three)


def test_what_was_withdrawn_cannot_be_sold_but_a_standing_quote_can_be_accepted() -> None:
    catalogue = Catalogue([attrs.evolve(MAIL, last_sale_day=DAY), BACKUP, SUITE])
    late = order_of(line_of("MAIL"), line_of("SUITE"), accepted_on=JULY)
    found = problems_of(late, catalogue, DE)
    assert "lines[0]: product 'MAIL' was withdrawn from sale after 2026-03-10" in found[0]
    assert "lines[1]: bundle 'SUITE' holds 'MAIL': product 'MAIL' was withdrawn" in found[1]
    standing = attrs.evolve(order_of(line_of("MAIL"), accepted_on=JULY), quoted_on=DAY)
    assert problems_of(standing, catalogue, DE) == ()


def test_a_delivery_in_stages_gives_lines_with_days_of_their_own() -> None:
    stages = [Stage(3, JULY, date(2026, 12, 31)), Stage(2, DAY)]
    mail = executed(attrs.evolve(line_of("MAIL"), stages=stages))
    assert [(it.id, str(it.quantity), it.start, it.last_day) for it in mail] == [
        ("1", "2", DAY, None),
        ("1/2", "3", JULY, date(2026, 12, 31)),
    ]
    suite = executed(attrs.evolve(line_of("SUITE"), stages=stages))
    assert [(it.id, int(it.quantity)) for it in suite] == [
        ("1", 4), ("1.2", 2), ("1/2", 6), ("1/2.2", 3)
    ]  # fmt: skip


def test_stages_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidValue, match="add up to 4, but 5 are ordered"):
        attrs.evolve(line_of("MAIL"), stages=[Stage(4, DAY)])
    with pytest.raises(InvalidValue, match="starts on 2026-03-10, but its first stage on 2026-07"):
        attrs.evolve(line_of("MAIL"), stages=[Stage(5, JULY)])
    with pytest.raises(InvalidValue, match="more than nothing, got 0"):
        Stage(0, DAY)
    banded = Override(**DECISION, scheme=SEATS)
    staged = attrs.evolve(line_of("MAIL"), overrides=banded, stages=[Stage(2, DAY), Stage(3, JULY)])
    (problem,) = problems_of(order_of(staged), CATALOGUE, DE)
    assert "is delivered in stages, so it needs a price per unit" in problem

"""A customer moves to another contract: nothing is used twice, and nothing is lost on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from fractions import Fraction

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from harmony_core.billing import (
    CarriedBalance,
    CarriedValidity,
    Charge,
    ChargeKind,
    Facts,
    LineFund,
    Migration,
    book_invoice,
    book_recognition,
    due,
    fund_line,
    fund_of,
    invoices,
    migrate,
    recognise,
)
from harmony_core.contracts import Contract, ContractLine
from harmony_core.errors import RuleBroken
from harmony_core.finance import Booked, ExactAmount, Money, Role, booked_sum
from harmony_core.periods import Month, months_between
from harmony_core.pricing import PerUnit
from harmony_core.products import ContractType, FundUnit, LeftOver, Recognition, TopUp
from harmony_core.work import TimeEntry
from tests.strategies import (
    CUSTOMERS,
    END,
    GROUP,
    OPENING,
    TAXES,
    TERMS,
    Happened,
    contract,
    fund_terms,
    happened,
    line,
    prepaid_lines,
)

MONTHS = tuple(months_between(Month.containing(OPENING), Month(2027, 12)))
_DAY = timedelta(days=1)
HALF = Fraction(1, 2)


@attrs.frozen
class Moved:
    """Both contracts after a migration, and all that happened under them."""

    before: Contract
    old: Contract
    new: Contract
    on: date
    facts: Facts

    @property
    def contracts(self) -> dict[str, Contract]:
        return {one.id: one for one in (self.old, self.new)}

    def charges(self) -> list[Charge]:
        both = self.contracts.values()
        return [charge for one in both for charge in due(one, self.facts, TERMS, END)]


def new_line(currency: str, on: date, unit: FundUnit, months: int | None) -> ContractLine:
    return line(
        PerUnit.of("33.33", currency),
        on,
        id="1",
        kind=ContractType.PREPAYMENT,
        quantity=Fraction(7, 2),
        months=months,
        recognition=Recognition.AS_DRAWN,
        fund=fund_terms(currency, valid_months=3, unit=unit, overage="9.99"),
    )


@st.composite
def topped_up_lines(draw: st.DrawFn, number: str, currency: str) -> ContractLine:
    """A prepaid line, now and then one that buys more by itself, or whose end ends its blocks."""
    made = draw(prepaid_lines(number, currency))
    assert made.fund is not None
    if draw(st.integers(0, 2)):
        at_end = draw(st.sampled_from(LeftOver))
        return attrs.evolve(made, fund=attrs.evolve(made.fund, at_end=at_end, top_up=None))
    months = draw(st.integers(1, 3))  # what never ends is earned when it is drawn
    price = ExactAmount.of("7.77", currency)
    more = TopUp(1, by=draw(st.sampled_from([2, 5])), prices=[price], valid_months=months)
    return attrs.evolve(made, fund=attrs.evolve(made.fund, top_up=more))


@st.composite
def moves(draw: st.DrawFn) -> Moved:
    """A prepaid contract of a line or two, of which some balances go along and some are paid."""
    currency = draw(st.sampled_from(["EUR", "USD", "JPY"]))
    numbers = ["1", "2"][: draw(st.integers(1, 2))]
    lines = [draw(topped_up_lines(number, currency)) for number in numbers]
    entity = draw(st.sampled_from(["GB", "DE", "IN"]))
    there: Happened = draw(happened(st.just(contract(*lines, entity=entity))))
    begun = max(one.start for one in lines)
    on = begun + timedelta(days=draw(st.integers(1, 100)))
    agreed_on = on + timedelta(days=draw(st.sampled_from([-20, -1, 0, 9])))
    (first, *_) = lines
    assert first.fund is not None
    to = attrs.evolve(
        contract(new_line(currency, on, first.fund.unit, draw(st.sampled_from([None, 2])))),
        id="C-2",
        entity_id=entity,
    )
    made = [
        CarriedBalance(
            one.id,
            None if draw(st.booleans()) else Money.zero(currency),
            draw(st.sampled_from(["1", "1", None])),
            units,
            buys=draw(st.sampled_from([Fraction(3), Fraction(1, 3)])),
            validity=draw(st.sampled_from(CarriedValidity)),
        )
        for one in lines
        for units in draw(st.sampled_from([(), (None,), (HALF,), (HALF, HALF, None)]))
    ]
    facts = there.facts()
    moved: Migration | None = None
    for number in range(len(made), -1, -1):
        with suppress(RuleBroken):  # less is left than that, or the contract is not in force
            moved = migrate(
                there.contract,
                to,
                on,
                id="M",
                agreed_on=agreed_on,
                balances=made[:number],
                facts=facts,
            )
            break
    assume(moved is not None)
    assert moved is not None
    later = [
        TimeEntry(f"N-{number}", "anna", on + timedelta(days=7 * number), 2, "C-2", "1")
        for number in range(draw(st.integers(0, 4)))
    ]
    entries = Facts(time=[*there.time, *later], directory=CUSTOMERS)
    return Moved(there.contract, there.contract.amended(moved.ending), moved.opened, on, entries)


def funds(of: Contract, facts: Facts) -> Iterator[LineFund]:
    for one in of.lines_ever:
        if (ended := fund_line(of, one.id)) is not None:
            yield fund_of(of, ended, facts)


@given(moves(), st.dates(date(2025, 12, 1), END))
def test_what_was_bought_was_drawn_or_lapsed_or_went_along_and_is_drawn_once(
    there: Moved, day: date
) -> None:
    for one in there.contracts.values():
        for fund in funds(one, there.facts):
            total = fund.statement_on(day).total
            assert total.purchased == (
                total.drawn + total.remaining + total.lapsed + total.refunded
            )
            closing = one.closing(fund.line.id)
            if closing is not None and day >= there.on:
                assert total.remaining == total.available == 0
                begun = sum((lot.units for lot in closing[1].lots), Fraction(0))
                assert total.refunded == begun
    carried = [lot for one in there.new.lines for lot in one.opening]
    given_up = {
        lot.id: lot
        for one in there.old.lines
        if (closing := there.old.closing(one.id)) is not None
        for lot in closing[1].lots
    }
    assert all(given_up[lot.id].value == lot.value for lot in carried)
    assert len({lot.id for lot in carried}) == len(carried)


@given(moves())
def test_both_contracts_are_billed_once_earned_once_and_leave_no_balance(there: Moved) -> None:
    charges = there.charges()
    by_key = {charge.key: charge for charge in charges}
    assert len(by_key) == len(charges)
    for charge in charges:
        assert charge.replay() == charge.amount
    balances: defaultdict[str, list[Booked]] = defaultdict(list)
    entries = [
        book_invoice(document, by_key, there.contracts, TERMS)
        for document in invoices(charges, there.contracts, CUSTOMERS, GROUP, TAXES)
    ]
    so_far: dict[str, Booked] = {}
    for month in MONTHS:
        rows = [
            row
            for one in there.contracts.values()
            for row in recognise(
                one,
                [
                    charge
                    for charge in charges
                    if charge.contract_id == one.id and charge.trigger <= month.last_day
                ],
                there.facts,
                month,
                so_far,
            )
        ]
        for row in rows:
            before = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if before is None else before + row.amount
        entries += book_recognition(rows, there.contracts, TERMS, month)
    for charge in charges:
        assert so_far.get(charge.key, Booked.zero(*charge.booked.currencies)) == charge.booked
    for entry in entries:
        for item in entry.lines:
            if item.role == Role.CONTRACT_BALANCE:
                balances[dict(item.dimensions)["contract"]].append(item.amount)
    for amounts in balances.values():
        assert not booked_sum(amounts, amounts[0].currencies)


@given(moves())
def test_what_goes_along_changes_no_total_of_the_group(there: Moved) -> None:
    charges = [one for one in there.charges() if one.kind is ChargeKind.CARRIED]
    arrived = {one.evidence: one for one in charges if one.contract_id == there.new.id}
    for gone in charges:
        come = arrived.get(gone.evidence)
        if gone.contract_id == there.old.id and come is not None and come.trigger == gone.trigger:
            assert not come.booked + gone.booked


@given(moves())
def test_what_was_not_carried_is_billed_as_if_nobody_had_moved(there: Moved) -> None:
    """Until the day of the move, as known on it."""
    last = min([there.on, *(one.known_on for one in there.old.amendments)]) - _DAY
    asked = (there.facts, TERMS, last)
    assert list(due(there.old, *asked)) == list(due(there.before, *asked))

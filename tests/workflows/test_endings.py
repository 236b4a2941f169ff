"""Notices, withdrawals and successions are kept with the books, all of a deed or none of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import CarriedBalance, Facts, migrate, refund
from harmony_core.contracts import (
    Amendment,
    ContractEvent,
    ContractState,
    NewQuantity,
    lines_ended,
    state_on,
    succeed,
)
from harmony_core.errors import NotFound, RuleBroken
from harmony_core.finance import Booked, Money, Role, booked_sum, money_sum
from harmony_core.periods import Interval, Month
from harmony_core.pricing import PerUnit
from harmony_core.products import ContractType, Notice, NoticeAnchor, Recognition, Renewal
from harmony_core.repositories import MemoryStore
from harmony_core.work import TimeEntry
from harmony_core.workflows import (
    amend_contract,
    billing_night,
    credit_invoice,
    give_notice,
    month_end,
    record_facts,
    succeed_contract,
    withdraw_notice,
)
from tests.strategies import contract, fund_terms, line
from tests.workflows.company import in_memory

MONTHLY = Renewal(1, 1, Notice(Interval.days(10), NoticeAnchor.TERM_END))
HALF_YEARS = Renewal(6, 6, Notice(Interval.months(1), NoticeAnchor.TERM_END))
BASE = contract(
    attrs.evolve(line(PerUnit.of("31", "EUR"), date(2026, 1, 1)), renewal=MONTHLY),
    attrs.evolve(line(PerUnit.of("10", "EUR"), date(2026, 1, 1), id="2"), renewal=HALF_YEARS),
)
RECEIVED = date(2026, 1, 20)


def selling() -> MemoryStore:
    return in_memory(contracts=[BASE], facts=())


def test_a_notice_entered_late_gives_back_what_was_billed_beyond_the_end() -> None:
    store = selling()
    billing_night(store, date(2026, 2, 1))
    given = give_notice(store, "C-1", RECEIVED, date(2026, 2, 3), id="N", evidence=["letter"])
    assert [str(one.first_day) for one in given.amendments] == ["2026-02-01", "2026-07-01"]
    assert [str(one.known_on) for one in given.amendments] == ["2026-02-03", "2026-02-03"]
    night = billing_night(store, date(2026, 8, 1))
    assert [(one.line_id, str(one.service), str(one.amount)) for one in night.charges] == [
        ("1", "2026-02-01..2026-02-28", "-31.00 EUR"),
        *(
            ("2", str(span), "10.00 EUR")
            for span in (
                "2026-03-01..2026-03-31",
                "2026-04-01..2026-04-30",
                "2026-05-01..2026-05-31",
                "2026-06-01..2026-06-30",
            )
        ),
    ]


def test_the_same_notice_again_changes_nothing_and_a_second_one_is_refused() -> None:
    store = selling()
    first = give_notice(store, "C-1", RECEIVED, RECEIVED, id="N")
    with store.begin() as unit:
        kept = unit.contracts.get("C-1")
    assert give_notice(store, "C-1", RECEIVED, date(2026, 1, 25), id="N") == first
    with store.begin() as unit:
        assert unit.contracts.get("C-1") == kept
    with pytest.raises(RuleBroken, match="'C-1', on 2026-01-22: no notice of a contract that is"):
        give_notice(store, "C-1", date(2026, 1, 22), date(2026, 1, 22), id="M")
    with pytest.raises(RuleBroken, match="received on 2026-03-01 is entered on that day"):
        give_notice(store, "C-1", date(2026, 3, 1), date(2026, 2, 1), id="M")
    with pytest.raises(NotFound):
        give_notice(store, "C-7", RECEIVED, RECEIVED, id="M")


def test_the_same_notice_again_changes_nothing_after_an_earlier_end() -> None:
    store = selling()
    first = give_notice(store, "C-1", RECEIVED, RECEIVED, id="N")
    early = lines_ended(first.contract, date(2026, 1, 25), id="T", agreed_on=date(2026, 1, 21))
    ended = amend_contract(store, early, date(2026, 1, 21))
    again = give_notice(store, "C-1", RECEIVED, date(2026, 1, 22), id="N")
    assert (again.contract, again.notice) == (ended.contract, first.notice)
    assert again.amendments == first.amendments
    with pytest.raises(RuleBroken, match="has another notice 'N', received on 2026-01-20"):
        give_notice(store, "C-1", date(2026, 1, 21), date(2026, 1, 22), id="N")


def test_a_notice_before_the_first_day_ends_the_initial_term() -> None:
    """Received between signing and start: the minimum term is served, and no renewal follows."""
    yearly = Renewal(12, 12, Notice(Interval.months(3), NoticeAnchor.TERM_END))
    later = contract(
        attrs.evolve(line(PerUnit.of("31", "EUR"), date(2026, 3, 1)), renewal=yearly), id="C-1"
    )
    store = in_memory(contracts=[later], facts=())
    given = give_notice(store, "C-1", RECEIVED, RECEIVED, id="N")
    assert given.notice is not None
    assert given.notice.ends_on == date(2027, 2, 28)
    days = (RECEIVED, date(2026, 2, 28), date(2026, 3, 1), date(2027, 2, 28), date(2027, 3, 1))
    assert [state_on(given.contract, day).value for day in days] == [
        "agreed",
        "agreed",
        "notice_given",
        "notice_given",
        "ended",
    ]
    back = withdraw_notice(store, "C-1", "N", date(2026, 2, 2), id="W").contract
    assert state_on(back, date(2026, 3, 1)) is ContractState.ACTIVE


def test_a_notice_is_withdrawn_with_all_its_amendments() -> None:
    store = selling()
    give_notice(store, "C-1", RECEIVED, RECEIVED, id="N")
    made = withdraw_notice(store, "C-1", "N", date(2026, 1, 28), id="W").contract
    assert [one.id for one in made.amendments] == ["N", "W", "N/2", "W/2"]
    assert state_on(made, date(2026, 12, 31)) is ContractState.ACTIVE
    amounts = [str(one.amount) for one in billing_night(store, date(2026, 2, 1)).charges]
    assert amounts == ["31.00 EUR", "31.00 EUR", "10.00 EUR", "10.00 EUR"]


def test_another_contract_takes_the_place_of_one() -> None:
    store = selling()
    moved = succeed(
        BASE, date(2026, 2, 15), "C-2", id="S", agreed_on=date(2026, 2, 1), party_id="K-2"
    )
    assert succeed_contract(store, moved, date(2026, 2, 1)).continues == "C-1"
    night = billing_night(store, date(2026, 3, 1))
    assert [(one.contract_id, str(one.service), str(one.amount)) for one in night.charges] == [
        ("C-1", "2026-01-01..2026-01-31", "31.00 EUR"),
        ("C-1", "2026-02-01..2026-02-14", "15.50 EUR"),
        ("C-1", "2026-01-01..2026-01-31", "10.00 EUR"),
        ("C-1", "2026-02-01..2026-02-14", "5.00 EUR"),
        ("C-2", "2026-02-15..2026-02-28", "15.50 EUR"),
        ("C-2", "2026-03-01..2026-03-31", "31.00 EUR"),
        ("C-2", "2026-02-15..2026-02-28", "5.00 EUR"),
        ("C-2", "2026-03-01..2026-03-31", "10.00 EUR"),
    ]
    with pytest.raises(RuleBroken, match="there is a contract 'C-2' already"):
        succeed_contract(store, moved, date(2026, 2, 2))


def test_a_migration_is_kept_with_the_balance_that_goes_along() -> None:
    block = line(
        PerUnit.of(80, "EUR"),
        date(2026, 1, 5),
        kind=ContractType.PREPAYMENT,
        quantity=30,
        months=None,
        recognition=Recognition.AS_DRAWN,
        fund=fund_terms(),
    )
    old, on = contract(block, entity="GB"), date(2026, 3, 1)
    work = [TimeEntry("T", "anna", date(2026, 1, 20), 12, "C-1", "1")]
    store = in_memory(contracts=[old], facts=())
    record_facts(store, work, date(2026, 1, 20))
    month_end(store, Month(2026, 1))
    moved = migrate(
        old,
        contract(attrs.evolve(block, start=on), id="C-2", entity="GB"),
        on,
        id="M",
        agreed_on=date(2026, 2, 20),
        balances=[CarriedBalance("1", into="1")],
        facts=Facts(time=work),
    )
    opened = succeed_contract(store, moved.succession, date(2026, 2, 20))
    assert [str(lot.value) for lot in opened.line("1").opening] == ["1440.00 EUR"]
    for month in (2, 3):
        month_end(store, Month(2026, month))
    with store.begin() as unit:
        assert unit.contracts.get("C-1").closing("1") is not None
        assert unit.contracts.get("C-2") == opened
        invoice = unit.invoices.all(on, on)
        entries = list(unit.journal.entries())
    (document,) = invoice
    assert [str(one.net) for one in document.lines] == [
        "-1440.00 EUR",
        "1440.00 EUR",
        "2400.00 EUR",
    ]
    assert document.corrects
    balance: dict[str | None, list[Booked]] = {}
    for entry in entries:
        for one in entry.lines:
            if one.role == Role.CONTRACT_BALANCE:
                balance.setdefault(dict(one.dimensions)["contract"], []).append(one.amount)
    sums = {name: booked_sum(found, found[0].currencies) for name, found in balance.items()}
    assert not sums["C-1"]
    assert sums["C-2"].transaction == Money.of(-3840, "EUR")


def test_what_the_state_forbids_is_not_kept() -> None:
    store = selling()
    over = lines_ended(BASE, date(2026, 1, 31), id="T", agreed_on=RECEIVED)
    amend_contract(store, over, RECEIVED)
    late = attrs.evolve(over, id="N", agreed_on=date(2026, 3, 1), event=ContractEvent.NOTICE)
    with pytest.raises(RuleBroken, match="no notice of a contract that is ended: possible are"):
        amend_contract(store, late, date(2026, 3, 1))


def test_what_an_early_end_gives_back_is_a_credit_note_of_what_billed_it() -> None:
    quarterly = contract(line(PerUnit.of("31", "EUR"), date(2026, 1, 1), quantity=10, months=3))
    store = in_memory(contracts=[quarterly], facts=())
    (billed,) = billing_night(store, date(2026, 1, 1)).invoices
    early = lines_ended(quarterly, date(2026, 2, 14), id="T", agreed_on=date(2026, 2, 2))
    amend_contract(store, early, date(2026, 2, 2))
    (credit,) = billing_night(store, date(2026, 3, 1)).invoices
    assert (credit.id, str(credit.net)) == ("CN-DE-20260202-K-1-EUR", "-155.00 EUR")
    assert (credit.is_credit, credit.corrects, credit.credits) == (True, (billed.id,), None)
    assert [one.corrects for one in credit.lines] == [billed.lines[0].charge_key]
    with store.begin() as unit:
        (claim,) = [one for one in unit.receivables.all() if one.id == credit.id]
    assert claim.references == (billed.id,)  # it is set off against that document first
    rest = credit_invoice(store, billed.id, day=date(2026, 3, 2), reason="all of it")
    assert str(rest.document.net) == "-155.00 EUR"  # what was billed less what was given back
    with pytest.raises(RuleBroken, match="is left to credit"):
        credit_invoice(store, billed.id, day=date(2026, 3, 3), reason="again")


@given(
    st.integers(1, 31_000),
    st.integers(0, 89),
    st.integers(0, 60),
    st.integers(0, 60),
    st.booleans(),
    st.sets(st.integers(0, 60)),
)
def test_never_more_is_given_back_than_was_billed_in_whatever_order(
    cents: int, served: int, noted: int, agreed: int, again: bool, nights: set[int]
) -> None:
    """An early end and credit notes of one invoice: what is left is zero or more, and no less.

    A night may be missed, so that a credit note comes before the correction of an earlier day.
    """
    start = date(2026, 1, 1)
    quarterly = contract(line(PerUnit.of("31", "EUR"), start, quantity=10, months=3))
    store = in_memory(contracts=[quarterly], facts=())
    (billed,) = billing_night(store, start).invoices
    key = billed.lines[0].charge_key
    early = lines_ended(
        quarterly,
        start + timedelta(days=served),
        id="T",
        agreed_on=start + timedelta(days=agreed),
    ) if served < 89 else None  # fmt: skip
    for day in range(61):
        today = start + timedelta(days=day)
        if day == agreed and early is not None:
            amend_contract(store, early, today)
        if day == noted:
            part = {key: Money(cents, "EUR")}
            with suppress(RuleBroken):
                credit_invoice(store, billed.id, day=today, reason="law", amounts=part)
        if day in {*nights, 60}:
            for charge in billing_night(store, today + timedelta(days=1)).charges:
                assert charge.replay() == charge.amount
    if again:
        with suppress(RuleBroken):
            credit_invoice(store, billed.id, day=start + timedelta(days=70), reason="law")
    with store.begin() as unit:
        amounts = [one.amount for one in unit.charges.all() if one.service.start < date(2026, 4, 1)]
    left = money_sum(amounts, "EUR")
    assert left.minor >= 0
    if again:
        assert not left


def test_a_correction_that_waits_for_its_night_finds_the_credit_note_that_came_before_it() -> None:
    quarterly = contract(line(PerUnit.of("31", "EUR"), date(2026, 1, 1), quantity=10, months=3))
    store = in_memory(contracts=[quarterly], facts=())
    (billed,) = billing_night(store, date(2026, 1, 1)).invoices
    agreed = date(2026, 1, 10)
    early = lines_ended(quarterly, date(2026, 1, 31), id="T", agreed_on=agreed)
    amend_contract(store, early, agreed)
    credit_invoice(store, billed.id, day=date(2026, 1, 12), reason="goodwill")
    assert billing_night(store, date(2026, 2, 1)).charges == ()


def test_what_other_documents_give_back_of_a_period_is_not_credited_with_any_of_its_invoices() -> (
    None
):
    """January to March at 310; from the 5th twice as many: +296.22; ended on the 31st: -406.44."""
    start, agreed = date(2026, 1, 1), date(2026, 1, 10)
    quarterly = contract(line(PerUnit.of("31", "EUR"), start, quantity=10, months=3))
    store = in_memory(contracts=[quarterly], facts=())
    more = Amendment("U", "C-1", date(2026, 1, 5), date(2026, 1, 5), [NewQuantity("1", 20)])
    (first,) = billing_night(store, start).invoices
    amended = amend_contract(store, more, date(2026, 1, 5)).contract
    (second,) = billing_night(store, date(2026, 1, 6)).invoices
    early = lines_ended(amended, date(2026, 1, 31), id="T", agreed_on=agreed)
    amend_contract(store, early, agreed)
    billing_night(store, agreed)
    (key,) = (one.charge_key for one in second.lines)
    with pytest.raises(RuleBroken, match=r"199\.78 EUR is left"):
        credit_invoice(
            store, second.id, day=agreed, reason="half", amounts={key: Money.of("199.79", "EUR")}
        )
    rest = credit_invoice(store, first.id, day=date(2026, 1, 12), reason="all of it")
    assert str(rest.document.net) == "-199.78 EUR"
    with pytest.raises(RuleBroken, match="is left to credit"):
        credit_invoice(store, second.id, day=date(2026, 1, 12), reason="again")


def prepaid(units: int | None, on: date) -> tuple[MemoryStore, str]:
    """Ten hours at 100 billed on 1 January; four or more given back from a day that is to come."""
    start = date(2026, 1, 1)
    block = line(
        PerUnit.of("100", "EUR"),
        start,
        kind=ContractType.PREPAYMENT,
        quantity=10,
        months=None,
        recognition=Recognition.AS_DRAWN,
        fund=fund_terms(),
    )
    store = in_memory(contracts=[contract(block)], facts=())
    (billed,) = billing_night(store, start).invoices
    if units is not None:
        agreed = date(2026, 1, 10)
        given = refund(contract(block), "1", on, Facts(), id="R", agreed_on=agreed, units=units)
        amend_contract(store, given, agreed)
    return store, billed.id


def test_what_a_refund_will_pay_out_is_not_credited_before_its_day() -> None:
    store, billed = prepaid(4, date(2026, 6, 1))
    note = credit_invoice(store, billed, day=date(2026, 1, 12), reason="all of it")
    assert str(note.document.net) == "-600.00 EUR"
    (paid_out,) = billing_night(store, date(2026, 6, 1)).charges
    assert str(paid_out.amount) == "-400.00 EUR"


@given(st.integers(1, 100_000), st.integers(1, 10), st.integers(1, 10), st.booleans())
def test_credit_notes_and_refunds_of_a_block_give_back_what_it_cost_and_no_more(
    cents: int, first: int, then: int, migrated: bool
) -> None:
    june = date(2026, 6, 1)
    store, billed = prepaid(first, june)
    with store.begin() as unit:
        (key,) = unit.charges.keys()
    part = {key: Money(cents, "EUR")}
    with suppress(RuleBroken):
        credit_invoice(store, billed, day=date(2026, 1, 12), reason="a part", amounts=part)
    with store.begin() as unit:
        sold = unit.contracts.get("C-1")
        credited = [unit.charges.get(one) for one in sorted(unit.charges.keys() - {key})]
    facts, july = Facts(credits=credited), date(2026, 7, 1)
    with suppress(RuleBroken):  # no more units are left
        if migrated:
            new = attrs.evolve(contract(attrs.evolve(sold.lines[0], start=july)), id="C-2")
            carried = [CarriedBalance("1", None, "1", then)]
            moved = migrate(sold, new, july, id="M", agreed_on=july, balances=carried, facts=facts)
            succeed_contract(store, moved.succession, july)
        else:
            more = refund(sold, "1", july, facts, id="R-2", agreed_on=july, units=then)
            amend_contract(store, more, july)
    billing_night(store, july)
    with suppress(RuleBroken):
        credit_invoice(store, billed, day=july, reason="all that is left")
    with store.begin() as unit:
        left = money_sum(
            [one.amount for one in unit.charges.all() if one.contract_id == "C-1"], "EUR"
        )
    assert not left


def test_a_balance_is_carried_at_what_is_left_of_what_was_billed() -> None:
    """A thousand, of which a credit note gave back 300: four hours drawn, six carry 420."""
    store, billed = prepaid(None, date(2026, 6, 1))
    with store.begin() as unit:
        (key,) = unit.charges.keys()
    part = {key: Money.of(300, "EUR")}
    note = credit_invoice(store, billed, day=date(2026, 1, 12), reason="slow answers", amounts=part)
    with store.begin() as unit:
        old = unit.contracts.get("C-1")
    march, drawn = date(2026, 3, 1), TimeEntry("T", "anna", date(2026, 2, 3), 4, "C-1", "1")
    new = contract(attrs.evolve(old.lines[0], start=march), id="C-2")
    for credits_, value in ((), "600.00 EUR"), (note.charges, "420.00 EUR"):
        moved = migrate(
            old,
            new,
            march,
            id="M",
            agreed_on=march,
            balances=[CarriedBalance("1", None, "1")],
            facts=Facts(time=[drawn], credits=credits_),
        )
        (lot,) = moved.opened.lines[0].opening
        assert (int(lot.units), str(lot.value)) == (6, value)

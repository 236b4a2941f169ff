"""Notices, withdrawals and successions are kept with the books, all of a deed or none of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import CarriedBalance, Facts, migrate
from harmony_core.contracts import ContractEvent, ContractState, lines_ended, state_on, succeed
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
)
def test_never_more_is_given_back_than_was_billed_in_whatever_order(
    cents: int, served: int, noted: int, agreed: int, again: bool
) -> None:
    """An early end and credit notes of one invoice: what is left is zero or more, and no less."""
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
        if day in (agreed, noted, 60):
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

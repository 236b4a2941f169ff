"""Documents are reviewed and released; credit notes and payments through the store."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest

from harmony_core.assets import Device, DeviceEvent, EventKind
from harmony_core.billing import (
    BillingProfile,
    InvoiceGrouping,
    Payment,
    PaymentTerms,
    ReviewState,
)
from harmony_core.contracts import Amendment, Contract, NewPrice, Side
from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.finance import Money, RateKind, Role, booked_sum
from harmony_core.periods import Month, Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    ContractType,
    CountPolicy,
    DevicesCounted,
    Recognition,
    TimeWorked,
    UsageMetered,
)
from harmony_core.repositories import Store
from harmony_core.repositories.sql import SqlStore
from harmony_core.work import TimeEntry
from harmony_core.workflows import (
    billing_night,
    credit_invoice,
    drafts,
    edit_quantity,
    month_end,
    pay_suppliers,
    payables_ledger,
    receive_payments,
    release_documents,
    return_documents,
    return_payment,
    review_documents,
)
from harmony_core.workflows._scene import billing_terms
from tests.strategies import contract, fund_terms, line
from tests.workflows.company import books, in_memory

DAY = date(2026, 2, 3)
JANUARY, FEBRUARY = Month(2026, 1), Month(2026, 2)
FIRST = "INV-DE-20260101-K-1-EUR"
KEY = "C-1/1/service/2026-01-01"


def agreed(quantity: int = 10) -> Contract:
    return contract(line(PerUnit.of("7", "EUR"), quantity=quantity, months=12))


def held(profile: BillingProfile | None = None, *contracts: Contract) -> Store:
    store = in_memory(contracts=contracts or [agreed()], devices=(), facts=())
    with store.begin() as unit:
        unit.profiles.add(profile or BillingProfile("K-1", review=True))
    return store


def states(store: Store) -> dict[str, ReviewState]:
    return {draft.id: draft.state for draft in drafts(store, DAY).drafts}


def test_what_is_reviewed_first_stays_due_until_it_is_released() -> None:
    store, plain = held(), in_memory(contracts=[agreed()], devices=(), facts=())
    night = billing_night(store, DAY)
    assert (night.charges, night.invoices) == ((), ())
    assert [charge.key for charge in night.held] == [KEY]
    assert states(store) == {FIRST: ReviewState.DRAFT}
    [refused] = release_documents(store, [FIRST], by="Anna", day=DAY)
    assert (refused.done, refused.state) == (False, None)
    assert "release is not possible, only edit, review" in str(refused.problem)
    [seen] = review_documents(store, [FIRST], by="Anna", day=DAY)
    assert (seen.done, seen.state) == (True, ReviewState.REVIEWED)
    assert states(store) == {FIRST: ReviewState.REVIEWED}
    [gone] = release_documents(store, [FIRST], by="Ben", day=DAY)
    assert (gone.done, gone.state) == (True, ReviewState.RELEASED)
    assert drafts(store, DAY).drafts == ()
    billing_night(plain, DAY)
    assert books(store) == books(plain), "the same books as if nobody had held it"
    [again] = release_documents(store, [FIRST], by="Ben", day=DAY)
    assert "is released: it does not change" in str(again.problem)


def test_a_batch_has_a_result_for_each_document() -> None:
    bad = contract(line(PerUnit.of("9", "EUR"), tax_category="X"), id="C-2")
    profile = BillingProfile("K-1", review=True, grouping=InvoiceGrouping.CONTRACT)
    store = held(profile, agreed(), bad)
    report = drafts(store, DAY)
    assert [draft.id for draft in report.drafts] == [f"{FIRST}-C-1"]
    assert [problem.contract_ids for problem in report.problems] == [("C-2",)]
    ids = [f"{FIRST}-C-404", f"{FIRST}-C-1"]
    results = review_documents(store, ids, by="Anna", day=DAY)
    assert [(one.document_id, one.done) for one in results] == [(ids[0], False), (ids[1], True)]
    assert "see which drafts there are" in str(results[0].problem)
    assert [one.done for one in release_documents(store, ids, by="Ben", day=DAY)] == [False, True]


def test_only_the_contracts_that_ask_for_it_are_reviewed() -> None:
    other = contract(line(PerUnit.of("9", "EUR")), id="C-2")
    store = held(BillingProfile("K-1", reviewed_contracts=["C-1"]), agreed(), other)
    night = billing_night(store, date(2026, 1, 1))
    assert [charge.contract_id for charge in night.charges] == ["C-2"]
    # the first invoice of that day is taken
    assert list(states(store)) == [f"{FIRST}-2", *list(states(store))[1:]]


def test_an_edited_quantity_keeps_who_why_and_the_original() -> None:
    store = held()
    change = edit_quantity(store, KEY, "8.5", by="Anna", reason="one seat was broken", day=DAY)
    assert (change.number, change.original, change.quantity) == (
        1,
        Fraction(10),
        Fraction("8.5"),
    )
    [draft] = drafts(store, DAY).drafts
    [charge] = draft.charges
    assert (str(charge.amount), charge.quantity) == ("59.50 EUR", Fraction("8.5"))
    assert charge.replay() == charge.amount
    text = charge.explanation.as_text()
    for part in ("Anna", "2026-02-03", "one seat was broken", "quantity before the change: 10"):
        assert part in text
    edit_quantity(store, KEY, 9, by="Ben", reason="half of it counts", day=DAY)
    review_documents(store, [FIRST], by="Anna", day=DAY)
    release_documents(store, [FIRST], by="Anna", day=DAY)
    [kept] = books(store).charges
    assert str(kept.amount) == "63.00 EUR"
    assert kept.key == KEY
    with store.begin() as unit:
        assert [(one.number, one.original, one.by) for one in unit.overrides.all()] == [
            (1, Fraction(10), "Anna"),
            (2, Fraction(10), "Ben"),
        ]
    assert billing_night(store, DAY).charges == ()
    with pytest.raises(NotFound, match="no draft of 2026-02-03 has a charge"):
        edit_quantity(store, KEY, 1, by="Ben", reason="late", day=DAY)


def test_going_back_to_the_original_leaves_nothing_of_the_change() -> None:
    store = held()
    before = drafts(store, DAY).drafts
    edit_quantity(store, KEY, 1, by="Anna", reason="a slip", day=DAY)
    edit_quantity(store, KEY, 10, by="Anna", reason="it was right", day=DAY)
    assert drafts(store, DAY).drafts == before


def test_a_reviewed_document_is_returned_before_it_is_changed() -> None:
    store = held()
    review_documents(store, [FIRST], by="Anna", day=DAY)
    with pytest.raises(RuleBroken, match="edit is not possible, only return, release"):
        edit_quantity(store, KEY, 1, by="Anna", reason="late", day=DAY)
    [back] = return_documents(store, [FIRST], by="Anna", day=DAY)
    assert back.state is ReviewState.DRAFT
    edit_quantity(store, KEY, 1, by="Anna", reason="now", day=DAY)
    assert states(store) == {FIRST: ReviewState.DRAFT}


def test_a_draft_that_changed_since_is_to_be_reviewed_again() -> None:
    store = held()
    review_documents(store, [FIRST], by="Anna", day=DAY)
    with store.begin() as unit:
        unit.contracts.add(contract(line(PerUnit.of("9", "EUR"), months=12), id="C-2"))
    assert states(store) == {FIRST: ReviewState.DRAFT}
    [refused] = release_documents(store, [FIRST], by="Ben", day=DAY)
    assert not refused.done


def test_a_quantity_of_nothing_leaves_no_document() -> None:
    store = held()
    edit_quantity(store, KEY, 0, by="Anna", reason="a gift", day=DAY)
    assert states(store) == {}
    edit_quantity(store, KEY, 1, by="Ben", reason="no gift", day=DAY)
    assert states(store) == {FIRST: ReviewState.DRAFT}
    edit_quantity(store, KEY, 0, by="Anna", reason="a gift after all", day=DAY)
    [charge] = billing_night(store, DAY).charges
    assert (str(charge.amount), charge.quantity) == ("0.00 EUR", Fraction(0))
    assert "a gift" in charge.explanation.as_text()


@pytest.mark.parametrize(
    ("quantity", "by", "reason"), [(-1, "Anna", "x"), (1, " ", "x"), (1, "Anna", "")]
)
def test_an_edit_has_a_name_and_a_reason(quantity: int, by: str, reason: str) -> None:
    with pytest.raises(InvalidValue):
        edit_quantity(held(), KEY, quantity, by=by, reason=reason, day=DAY)


def test_hours_may_be_edited_and_what_comes_later_is_charged_on_top() -> None:
    """3 hours, of which 2 are asked; an hour that is keyed in February comes on top."""
    worked = contract(
        line(
            PerUnit.of("95", "EUR"),
            quantity=0,
            kind=ContractType.TRANSACTIONAL,
            source=TimeWorked(),
            timing=Timing.ARREARS,
            months=None,
        )
    )
    store = in_memory(contracts=[worked], devices=(), facts=())
    with store.begin() as unit:
        unit.profiles.add(BillingProfile("K-1", review=True))
        unit.facts.add([TimeEntry("T-1", "anna", date(2026, 1, 9), Fraction(3), "C-1", "1")])
        late = TimeEntry(
            "T-2", "anna", date(2026, 1, 9), Fraction(1), "C-1", "1", recorded_on=date(2026, 2, 2)
        )
        unit.facts.add([late])
    edit_quantity(store, KEY, 2, by="Anna", reason="goodwill", day=DAY)
    found = {
        draft.id: [str(one.amount) for one in draft.charges] for draft in drafts(store, DAY).drafts
    }
    assert found == {
        "INV-DE-20260201-K-1-EUR": ["190.00 EUR"],
        "INV-DE-20260202-K-1-EUR": ["95.00 EUR"],
    }
    with pytest.raises(RuleBroken, match="it corrects an earlier charge"):
        edit_quantity(store, f"{KEY}@2026-02-02", 1, by="Anna", reason="x", day=DAY)


def test_what_has_no_quantity_of_its_own_is_not_edited() -> None:
    blocks = contract(
        line(
            PerUnit.of("80", "EUR"),
            kind=ContractType.PREPAYMENT,
            quantity=10,
            months=None,
            fund=fund_terms(),
            recognition=Recognition.AS_DRAWN,
        )
    )
    with pytest.raises(RuleBroken, match="it buys a block of a fund"):
        edit_quantity(held(None, blocks), KEY, 1, by="Anna", reason="x", day=DAY)


def test_an_amended_line_is_edited_at_the_price_of_the_first_day() -> None:
    """70.00 a month; from 16 January on at 5 and not 7: the edit asks for 3 at 7 all month."""
    plain = contract(line(PerUnit.of("7", "EUR"), quantity=10))
    cheaper = Amendment(
        "A", "C-1", date(2025, 12, 1), date(2026, 1, 16), [NewPrice("1", PerUnit.of("5", "EUR"))]
    )
    store = held(None, plain.amended(cheaper))
    edit_quantity(store, KEY, 3, by="Anna", reason="agreed", day=date(2026, 1, 2))
    [draft] = drafts(store, date(2026, 1, 2)).drafts
    assert str(draft.document.net) == "21.00 EUR"


@pytest.mark.parametrize("policy", [CountPolicy.LAST_DAY, CountPolicy.DAILY, CountPolicy.PEAK])
def test_counts_of_devices_are_edited(policy: CountPolicy) -> None:
    """Two at 31.00, whatever was counted, for the full month of January."""
    counted = contract(
        line(
            PerUnit.of("31", "EUR"),
            quantity=0,
            kind=ContractType.CONSUMPTION,
            source=DevicesCounted(("computer",), policy),
            timing=Timing.ARREARS,
        )
    )
    store = in_memory(contracts=[counted])
    with store.begin() as unit:
        unit.profiles.add(BillingProfile("K-1", review=True))
        unit.devices.add(Device("D-9", "laptop", "K-1"))
        unit.facts.add([DeviceEvent("D-9", date(2026, 1, 1), EventKind.ON)])
    edit_quantity(store, KEY, 2, by="Anna", reason="agreed", day=DAY)
    [draft] = [one for one in drafts(store, DAY).drafts if KEY in {c.key for c in one.charges}]
    [charge] = [one for one in draft.charges if one.key == KEY]
    assert (str(charge.amount), charge.evidence) == ("62.00 EUR", ("D-9",))


def test_what_was_measured_as_nothing_may_be_edited_before_the_night() -> None:
    """The feed lost a month of 40 units, and the customer agrees to them."""
    metered = contract(
        line(
            PerUnit.of("0.50", "EUR"),
            quantity=0,
            kind=ContractType.CONSUMPTION,
            source=UsageMetered("traffic"),
            timing=Timing.ARREARS,
        )
    )
    store = held(None, metered)
    edit_quantity(store, KEY, 40, by="Anna", reason="the feed was lost", day=DAY)
    assert [str(one.document.net) for one in drafts(store, DAY).drafts] == ["20.00 EUR"]


def test_a_suppliers_bill_is_credited_too() -> None:
    bought = contract(line(PerUnit.of("50", "EUR")), id="B-1", side=Side.BUY, party="S-1")
    store = in_memory(contracts=[bought], devices=(), facts=())
    [bill] = billing_night(store, date(2026, 1, 1)).invoices
    credit = credit_invoice(store, bill.id, day=DAY, reason="returned")
    assert (credit.document.total, credit.document.side) == (-bill.total, Side.BUY)
    entries = {entry.id: entry for entry in books(store).entries}
    mirrored = [-row.amount for row in entries[bill.id].lines]
    assert [row.amount for row in entries[credit.document.id].lines] == mirrored
    with store.begin() as unit:
        assert unit.receivables.all() == (), "what we owe is no receivable"
        asked = {one.id: one.amount for one in unit.payables.all()}
    assert asked == {bill.id: bill.total, credit.document.id: -bill.total}
    assert pay_suppliers(store, day=DAY).ledger.balances(DAY) == {}


def test_suppliers_are_paid_and_what_they_are_owed_is_revalued() -> None:
    """Ten at 50.00 USD on 1 January, half of it paid on 20 January, revalued at the end."""
    bought = contract(line(PerUnit.of("50", "USD")), id="B-1", side=Side.BUY, party="S-1")
    store = in_memory(contracts=[bought], devices=(), facts=())
    [bill] = billing_night(store, date(2026, 1, 1)).invoices
    paid = Payment("P-1", "DE", "S-1", date(2026, 1, 20), bill.total, [bill.id], side=Side.BUY)
    part = attrs.evolve(paid, amount=Money(bill.total.minor // 2, "USD"))
    with pytest.raises(InvalidValue, match="hand it to pay_suppliers"):
        receive_payments(store, [part], day=part.day)
    report = pay_suppliers(store, [part], day=part.day, booked=True)
    assert [entry.kind for entry in report.entries] == ["payment", "settlement"]
    assert pay_suppliers(store, [part], day=part.day, booked=True).entries == ()
    with pytest.raises(InvalidValue, match="hand it to receive_payments"):
        pay_suppliers(store, [attrs.evolve(paid, id="P-2", side=Side.SELL)], day=DAY)
    closed = month_end(store, JANUARY, revalued_at=RateKind.SPOT)
    shown = [one for one in closed.entries if one.kind == "revaluation"]
    assert [one.day for one in shown] == [JANUARY.last_day, date(2026, 2, 1)]
    assert {line.role for line in shown[0].lines} == {
        Role.PAYABLE,
        "exchange_difference.unrealised",
    }
    with store.begin() as unit:
        [open_] = payables_ledger(unit).open_items(JANUARY.last_day)
        rates = billing_terms(unit).booking_rates("USD", "DE", JANUARY.last_day)
    owed = [
        line.amount
        for entry in books(store).entries
        for line in entry.lines
        if line.role == Role.PAYABLE and entry.day <= JANUARY.last_day
    ]
    assert booked_sum(owed, owed[0].currencies) == -rates.book(open_.open)


def test_a_database_holds_reviews_credits_and_payments() -> None:
    store = SqlStore("sqlite://")
    store.create()
    with in_memory(contracts=[agreed()], devices=(), facts=()).begin() as old, store.begin() as new:
        new.company.save(old.company.get())
        new.rates.add(old.rates.book())
        for customer in old.customers.all():
            new.customers.add(customer)
        new.contracts.add(agreed())
        new.profiles.add(BillingProfile("K-1", review=True))
    edit_quantity(store, KEY, 8, by="Anna", reason="agreed", day=DAY)
    review_documents(store, [FIRST], by="Anna", day=DAY)
    [result] = release_documents(store, [FIRST], by="Ben", day=DAY)
    assert result.state is ReviewState.RELEASED
    credit = credit_invoice(store, FIRST, day=DAY, reason="broken")
    paid = Payment("P-1", "DE", "K-1", DAY, Money.of("10.00", "EUR"))
    report = receive_payments(store, [paid], day=DAY)
    assert [one.source_id for one in report.allocations] == [credit.document.id]
    with store.begin() as unit:
        assert unit.allocations.all() == report.allocations
        [kept] = [one for one in unit.charges.all() if one.credits]
        assert kept == credit.charges[0]
    store.close()


def test_what_is_held_is_earned_when_it_is_served() -> None:
    plain = contract(
        line(PerUnit.of("12", "EUR"), months=12, quantity=10, recognition=Recognition.STRAIGHT_LINE)
    )
    store, open_ = held(None, plain), in_memory(contracts=[plain], devices=(), facts=())
    earned = [row.amount for row in month_end(store, JANUARY).recognised]
    assert earned == [row.amount for row in month_end(open_, JANUARY).recognised]
    edit_quantity(store, KEY, 5, by="Anna", reason="half", day=DAY)
    review_documents(store, [FIRST], by="Anna", day=DAY)
    release_documents(store, [FIRST], by="Anna", day=DAY)
    month_end(store, FEBRUARY)
    rows = [row.amount.transaction for row in books(store).recognised]
    # 59 of 365 days of 60.00, of which 10.19 were earned in January as 31 days of 120.00
    assert sum(rows, Money.zero("EUR")) == Money.of("9.70", "EUR")
    [entry] = [one for one in books(store).entries if one.source == FIRST]
    assert entry.day == date(2026, 2, 1), "January is closed"


def test_an_invoice_is_credited_and_what_was_earned_goes_back() -> None:
    plain = contract(
        line(PerUnit.of("12", "EUR"), months=12, quantity=10, recognition=Recognition.STRAIGHT_LINE)
    )
    store = in_memory(contracts=[plain], devices=(), facts=())
    month_end(store, JANUARY)
    rest = credit_invoice(store, FIRST, day=DAY, reason="cancelled")
    assert (rest.document.id, str(rest.document.total)) == (f"CN-{FIRST}-1", "-142.80 EUR")
    with pytest.raises(RuleBroken, match="is left to credit"):
        credit_invoice(store, FIRST, day=DAY, reason="again")
    assert billing_night(store, DAY).charges == (), "the period stays billed"
    month_end(store, FEBRUARY)
    found = books(store)
    assert not sum((one.amount for one in found.charges), Money.zero("EUR"))
    assert not sum((row.amount.group for row in found.recognised), Money.zero("GBP"))
    totals: dict[tuple[str, str], int] = {}
    for entry in found.entries:
        for row in entry.lines:
            for column in ("transaction", "entity", "group"):
                key = (row.role, column)
                totals[key] = totals.get(key, 0) + getattr(row.amount, column).minor
    assert not any(totals.values()), "every account is back at zero in every column"


def test_parts_are_credited_by_amount_until_nothing_is_left() -> None:
    store = in_memory(contracts=[agreed()], devices=(), facts=())
    billing_night(store, DAY)
    totals = []
    for amounts in ({KEY: Money.of("20.00", "EUR")}, None):
        credit = credit_invoice(store, FIRST, day=DAY, reason="late", amounts=amounts)
        totals.append((credit.document.id, str(credit.document.total)))
    assert totals == [(f"CN-{FIRST}-1", "-23.80 EUR"), (f"CN-{FIRST}-2", "-59.50 EUR")]


def test_payments_settle_what_the_nights_asked_for() -> None:
    store = held(BillingProfile("K-1", payment=PaymentTerms(14)))
    billing_night(store, DAY)
    paid = Payment("P-1", "DE", "K-1", DAY, Money.of("100.00", "EUR"), [FIRST])
    report = receive_payments(store, [paid], day=DAY)
    assert [(one.item_id, str(one.amount)) for one in report.allocations] == [(FIRST, "83.30 EUR")]
    assert [str(one.left) for one in report.ledger.on_account(DAY)] == ["16.70 EUR"]
    assert receive_payments(store, [paid], day=DAY).allocations == ()
    with store.begin() as unit:
        [asked] = unit.receivables.all()
    assert asked.due_day == date(2026, 1, 15)
    with pytest.raises(RuleBroken, match="another payment is kept"):
        receive_payments(
            store, [Payment("P-1", "DE", "K-1", DAY, Money.of("1.00", "EUR"))], day=DAY
        )
    credit_invoice(store, FIRST, day=DAY, reason="broken")
    after = receive_payments(store, day=DAY)
    assert after.allocations == (), "the invoice is paid: the credit waits on account"
    assert after.ledger.balances(DAY) == {("DE", "K-1", "EUR"): Money.of("-100.00", "EUR")}


def test_a_payment_that_bounced_opens_what_it_settled_and_takes_its_difference_back() -> None:
    dollars = contract(line(PerUnit.of("12", "USD"), quantity=10))
    store = in_memory(contracts=[dollars], devices=(), facts=())
    [invoice] = billing_night(store, date(2026, 1, 5)).invoices
    paid = Payment("P-1", "DE", "K-1", date(2026, 1, 20), invoice.total, [invoice.id])
    first = receive_payments(store, [paid], day=paid.day, booked=True)
    assert not first.ledger.open_items(DAY)
    back = return_payment(store, "P-1", id="P-1-back", day=date(2026, 1, 27), booked=True)
    assert [(item.id, item.open) for item in back.ledger.open_items(DAY)] == [
        (invoice.id, invoice.total)
    ]
    assert return_payment(store, "P-1", id="P-1-back", day=date(2026, 1, 27)).entries == ()
    with pytest.raises(RuleBroken, match="money of payment 'P-1' went back before"):
        return_payment(store, "P-1", id="P-1-again", day=DAY)
    with pytest.raises(NotFound, match="no payment 'P-9'"):
        return_payment(store, "P-9", id="P-10", day=DAY)
    owed = [
        row.amount
        for entry in books(store).entries
        for row in entry.lines
        if row.role == Role.RECEIVABLE
    ]
    assert booked_sum(owed, owed[0].currencies) == owed[0], "as the invoice booked it"


def test_payments_are_booked_once_and_a_closed_month_is_left_alone() -> None:
    store = in_memory(contracts=[agreed()], devices=(), facts=())
    month_end(store, JANUARY, revalued_at=RateKind.SPOT)
    before = len(books(store).entries)
    early = date(2026, 1, 20)
    paid = Payment("P-1", "DE", "K-1", early, Money.of("10.00", "EUR"))
    report = receive_payments(store, [paid], day=DAY, booked=True)
    received = report.entries[0]
    assert (received.id, received.day) == ("PAY-P-1", date(2026, 2, 1))
    assert received.text == f"belongs to {early}, which is closed"
    assert receive_payments(store, [paid], day=DAY, booked=True).entries == ()
    assert len(books(store).entries) == before + len(report.entries)


def test_a_month_end_revalues_what_customers_owe_in_foreign_currency() -> None:
    dollars = contract(line(PerUnit.of("12", "USD"), quantity=10))
    store = in_memory(contracts=[dollars], devices=(), facts=())
    report = month_end(store, JANUARY, revalued_at=RateKind.SPOT)
    kinds = [(one.day, one.source) for one in report.entries if one.kind == "revaluation"]
    assert [day for day, _ in kinds] == [JANUARY.last_day, date(2026, 2, 1)]
    billing_night(store, date(2026, 2, 1))
    assert [one.kind for one in month_end(store, FEBRUARY).entries] == ["recognition"]

"""Receivables with figures worked out by hand, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import attrs
import pytest

from harmony_core.billing import (
    Allocation,
    AllocationRule,
    BankAccount,
    DunningStage,
    DunningTable,
    Facts,
    Mandate,
    Payment,
    PaymentTerms,
    PromiseState,
    PromiseToPay,
    Receivable,
    ReceivablesLedger,
    Reminder,
    ageing,
    book_invoice,
    collection_batch,
    due,
    dunning,
    invoices,
    late_interest,
    promise_state,
    receivable,
    working_day,
)
from harmony_core.contracts import Side
from harmony_core.errors import HarmonyError, InvalidValue, NotFound, RuleBroken
from harmony_core.parties import Customer, Directory
from harmony_core.pricing import PerUnit
from tests.billing.receivables import FIRST, LAST, claim, money, payment
from tests.strategies import CUSTOMERS, GROUP, TAXES, TERMS, contract, line

NINTH = date(2026, 1, 9)


def settled(ledger: ReceivablesLedger, day: date = LAST) -> list[tuple[str, str, str]]:
    made = ledger.allocate(day)
    return [(one.source_id, one.item_id, str(one.amount)) for one in made]


@pytest.mark.parametrize(
    ("terms", "invoiced", "due_day"),
    [
        (PaymentTerms(), date(2026, 1, 31), date(2026, 1, 31)),
        (PaymentTerms(14), date(2026, 2, 20), date(2026, 3, 6)),
        (PaymentTerms.after_month_end(0), date(2024, 2, 1), date(2024, 2, 29)),
        (PaymentTerms.after_month_end(30), date(2026, 1, 31), date(2026, 3, 2)),
        (PaymentTerms(months=1), date(2026, 1, 31), date(2026, 2, 28)),
        (PaymentTerms(10, end_of_month=True, months=1), date(2026, 1, 15), date(2026, 3, 10)),
        (PaymentTerms(5, months=12), date(2024, 2, 29), date(2025, 3, 5)),
    ],
)
def test_the_day_on_which_an_invoice_is_due(
    terms: PaymentTerms, invoiced: date, due_day: date
) -> None:
    assert terms.due_day(invoiced) == due_day


@pytest.mark.parametrize("days", [-1, True, "30"])
def test_payment_terms_count_whole_days(days: int) -> None:
    with pytest.raises(InvalidValue, match="days of payment terms"):
        PaymentTerms(days)


def test_payment_terms_end_with_the_calendar() -> None:
    with pytest.raises(InvalidValue, match="outside the calendar"):
        PaymentTerms(30).due_day(date(9999, 12, 31))


def test_an_invoice_becomes_a_receivable_with_the_amounts_of_its_entry() -> None:
    """100.00 EUR and 19.00 of tax; the group's pounds are those that the entry booked."""
    made = contract(line(PerUnit.of("100", "EUR")))
    charges = {one.key: one for one in due(made, Facts(), TERMS, FIRST)}
    (invoice,) = invoices(charges.values(), {"C-1": made}, CUSTOMERS, GROUP, TAXES)
    entry = book_invoice(invoice, charges, {"C-1": made}, TERMS)
    owed = receivable(invoice, entry, PaymentTerms(30))
    assert (owed.due_day, owed.references) == (date(2026, 1, 31), ())
    assert [str(one) for one in attrs.astuple(owed.booked, recurse=False)] == [
        "119.00 EUR",
        "119.00 EUR",
        "110.56 GBP",
    ]
    with pytest.raises(InvalidValue, match="give the entry that booked the invoice"):
        receivable(attrs.evolve(invoice, id="other"), entry, PaymentTerms())
    with pytest.raises(InvalidValue, match="a supplier's bill"):
        receivable(attrs.evolve(invoice, side=Side.BUY), entry, PaymentTerms())


def test_the_reference_goes_first_then_what_is_due_first() -> None:
    asked = [
        claim("A", "100.00", days=60),
        claim("B", "100.00", days=30),
        claim("C", "100.00", days=10),
    ]
    ledger = ReceivablesLedger(asked, [payment("P", "250.00", references=["A"])])
    assert settled(ledger) == [
        ("P", "A", "100.00 EUR"),
        ("P", "C", "100.00 EUR"),
        ("P", "B", "50.00 EUR"),
    ]
    named = ledger.allocate(LAST, AllocationRule.REFERENCE_ONLY)
    assert [one.item_id for one in named] == ["A"]
    [left] = ledger.adding(named).on_account(LAST)
    assert (left.id, left.left) == ("P", money("150.00"))


def test_what_is_paid_too_much_waits_for_the_next_invoice() -> None:
    asked, paid = claim("A", "100.00"), payment("P", "130.00")
    first = ReceivablesLedger([asked], [paid])
    made = first.allocate(NINTH)
    assert [str(one.left) for one in first.adding(made).on_account(NINTH)] == ["30.00 EUR"]
    later = claim("B", "50.00", date(2026, 2, 1))
    ledger = ReceivablesLedger([asked, later], [paid], made)
    assert settled(ledger, NINTH) == [], "the invoice is not there yet"
    assert settled(ledger) == [("P", "B", "30.00 EUR")]
    assert ledger.balances(LAST) == {("DE", "K-1", "EUR"): money("20.00")}


def test_a_credit_note_takes_off_what_it_credits() -> None:
    asked = [
        claim("A", "100.00", days=5),
        claim("B", "80.00"),
        claim("CN", "-30.00", references=["B"]),
    ]
    ledger = ReceivablesLedger(asked, [payment("P", "120.00", NINTH)])
    ledger = ledger.adding(ledger.allocate(NINTH))
    a, b = ledger.items(NINTH)
    assert (a.paid, a.credited, a.open) == (money("100.00"), money("0.00"), money("0.00"))
    assert (b.paid, b.credited, b.open) == (money("20.00"), money("30.00"), money("30.00"))
    # 30 of 80 EUR are open: the pounds are 68.57 less 5/8 of them, 42.86 half up
    assert b.carrying is not None
    assert [str(one) for one in attrs.astuple(b.carrying, recurse=False)] == [
        "30.00 EUR",
        "25.71 GBP",
        "33.00 USD",
    ]


def test_entities_customers_and_currencies_are_kept_apart() -> None:
    asked = [
        claim("A", "1.00"),
        claim("B", "1.00", party="K-2"),
        claim("C", "1.00", entity="GB"),
        claim("D", "1.00", currency="USD"),
    ]
    paid = [payment("P", "9.00", references=["B", "C", "D"])]
    assert settled(ReceivablesLedger(asked, paid)) == [("P", "A", "1.00 EUR")]


def test_merged_customers_pay_as_one() -> None:
    directory = Directory(
        [Customer("K-1", "a", "DE", "EUR"), Customer("K-9", "b", "DE", "EUR", merged_into="K-1")]
    )
    ledger = ReceivablesLedger(
        [claim("A", "1.00", party="K-9"), claim("B", "1.00", party="new")],
        [payment("P", "1.00")],
        directory=directory,
    )
    assert settled(ledger) == [("P", "A", "1.00 EUR")]
    assert [item.party_id for item in ledger.items(LAST)] == ["K-1", "new"]


def test_a_payment_that_bounced_leaves_the_invoice_open() -> None:
    asked, paid = [claim("A", "100.00")], [payment("P", "100.00")]
    ledger = ReceivablesLedger(asked, paid)
    ledger = ledger.adding(ledger.allocate(FIRST))
    back = payment("R", "-100.00", NINTH, ["P"])
    ledger = ReceivablesLedger(asked, [*paid, back], ledger.allocations)
    ledger = ledger.adding(ledger.returned("P", NINTH))
    assert settled(ledger) == [("P", "R", "100.00 EUR")]
    ledger = ledger.adding(ledger.allocate(LAST))
    assert [(item.id, str(item.open)) for item in ledger.open_items(LAST)] == [("A", "100.00 EUR")]
    assert ledger.open_items(NINTH - timedelta(days=1)) == ()
    assert [(str(day), str(left)) for day, left in ledger.history("A")] == [
        ("2026-01-01", "0.00 EUR"),
        ("2026-01-09", "100.00 EUR"),
    ]


def test_money_that_was_paid_too_much_goes_back() -> None:
    paid = [payment("P", "100.00"), payment("R", "-40.00", NINTH, ["P", "nobody"])]
    ledger = ReceivablesLedger([claim("A", "60.00")], paid)
    assert settled(ledger) == [("P", "R", "40.00 EUR"), ("P", "A", "60.00 EUR")]


def test_what_a_later_day_settled_is_not_settled_again_on_an_earlier_one() -> None:
    ledger = ReceivablesLedger([claim("A", "100.00")], [payment("P", "100.00")])
    ledger = ledger.adding(ledger.allocate(LAST))
    assert [item.id for item in ledger.open_items(NINTH)] == ["A"]
    assert ledger.allocate(NINTH) == ()


def test_an_allocation_by_hand_and_its_reversal() -> None:
    ledger = ReceivablesLedger(
        [claim("A/1", "100.00"), claim("B", "100.00")], [payment("P", "100.00")]
    )
    first = ledger.allocation("P", "B", money("60.00"), NINTH)
    ledger = ledger.adding([first])
    second = ledger.allocation("P", "B", money("10.00"), NINTH)
    assert [first.id, second.id] == ["P/B/1", "P/B/2"]
    back = ledger.reversal("P/B/1", LAST)
    assert (back.amount, back.reverses) == (money("-60.00"), "P/B/1")
    ledger = ledger.adding([back])
    assert [one.id for one in ledger.allocate(LAST)] == ["P/A%2F1/1"]
    with pytest.raises(RuleBroken, match="reversed already"):
        ledger.reversal("P/B/1", LAST)
    with pytest.raises(NotFound, match="no allocation 'P/B/1/reversed' to reverse"):
        ledger.reversal(back.id, LAST)
    with pytest.raises(NotFound, match="no payment or credit note 'B'"):
        ledger.allocation("B", "B", money("1.00"), LAST)
    with pytest.raises(NotFound, match="no invoice 'P'"):
        ledger.allocation("P", "P", money("1.00"), LAST)


def made(
    amount: str = "1.00",
    day: date = NINTH,
    *,
    source: str = "P",
    item: str = "A",
    id: str = "x",  # noqa: A002
    reverses: str | None = None,
) -> Allocation:
    return Allocation(id, day, source, item, money(amount), reverses)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([made("100.01")], r"100\.01 EUR of 'A' would be settled, which is of 100\.00 EUR"),
        ([made("60.00"), made("60.00", id="y")], r"120\.00 EUR of 'A' would be settled"),
        ([made(item="U")], "entity, customer and currency must be the same"),
        ([made(item="D")], "entity, customer and currency must be the same"),
        ([made(day=date(2025, 12, 31))], "comes before what it settles"),
        ([made("-1.00", reverses="y")], "must take back 'y' whole"),
        ([made(), made("-0.50", id="y", reverses="x")], "must take back 'x' whole"),
        ([made(), made("-1.00", FIRST, id="y", reverses="x")], "on its day or later"),
        ([made(), made()], "two allocations are called 'x'"),
    ],
)
def test_allocations_that_cannot_be_are_refused(wrong: list[Allocation], message: str) -> None:
    asked = [
        claim("A", "100.00"),
        claim("U", "100.00", party="K-2"),
        claim("D", "100.00", currency="USD"),
    ]
    with pytest.raises(HarmonyError, match=message):
        ReceivablesLedger(asked, [payment("P", "500.00")], wrong)


def test_values_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidValue, match="two documents or payments are called 'A'"):
        ReceivablesLedger([claim("A", "1.00")], [payment("A", "1.00")])
    with pytest.raises(InvalidValue, match="is due before"):
        Receivable("A", "DE", "K-1", NINTH, FIRST, claim("A", "1.00").booked)
    with pytest.raises(InvalidValue, match="a list of ids, got the text 'A'"):
        Payment("P", "DE", "K-1", FIRST, money("1.00"), "A")
    for amount, reverses in (("-1.00", None), ("1.00", "y"), ("0.00", None)):
        with pytest.raises(InvalidValue, match="above zero, and its reversal below"):
            made(amount, reverses=reverses)
    with pytest.raises(InvalidValue, match="AllocationRule is one of"):
        AllocationRule("newest")


def test_the_edges_of_the_buckets() -> None:
    asked = [claim(str(late), "1.00", FIRST - timedelta(days=late), 0) for late in (0, 1, 30, 31)]
    asked += [claim("91", "1.00", FIRST - timedelta(days=91), 0), claim("soon", "1.00")]
    ledger = ReceivablesLedger(asked, [payment("P", "7.00", party="K-2")])
    [report] = ageing(ledger.open_items(FIRST), FIRST, on_account=ledger.on_account(FIRST))
    assert [(part.first, part.last, part.item_ids) for part in report.buckets] == [
        (None, 0, ("0", "soon")),
        (1, 30, ("30", "1")),
        (31, 60, ("31",)),
        (61, 90, ()),
        (91, None, ("91",)),
    ]
    assert (report.open, report.overdue) == (money("6.00"), money("4.00"))
    assert (report.on_account, report.balance) == (money("7.00"), money("-1.00"))
    for limits in ([0], [30, 30], [60, 30]):
        with pytest.raises(InvalidValue, match="rise from 1 on"):
            ageing([], FIRST, limits)


TABLE = DunningTable(
    [
        DunningStage("friendly", 3),
        DunningStage("first", 14, [money("5.00"), money("4.00", "GBP")]),
        DunningStage("last", 28, [money("10.00")], "9.12"),
    ],
    grace_days=7,
    least=[money("2.00")],
)


def test_reminders_go_stage_by_stage() -> None:
    """Due on 31 January; three days later the first one, and never two at once."""
    ledger = ReceivablesLedger([claim("A", "365.00"), claim("small", "1.99")])
    assert dunning(ledger, TABLE, date(2026, 2, 2)) == ()
    [first] = dunning(ledger, TABLE, date(2026, 2, 3))
    assert (first.stage.name, first.days_overdue, first.total) == ("friendly", 3, money("365.00"))
    sent = [first.sent(date(2026, 3, 1))]
    late = date(2026, 3, 7)
    assert dunning(ledger, TABLE, late, sent) == (), "seven days lie between"
    [second] = dunning(ledger, TABLE, date(2026, 3, 8), sent)
    assert (second.stage.name, second.fee, second.explanation) == ("first", money("5.00"), None)
    sent.append(second.sent(date(2026, 3, 8)))
    [third] = dunning(ledger, TABLE, date(2026, 3, 15), sent)
    # 43 days of 365.00 at 9.12 % are 3.9216
    assert (third.fee, third.interest) == (money("10.00"), money("3.92"))
    assert third.total == money("378.92")
    assert third.explanation is not None
    assert third.explanation.evaluate() == Fraction("3.92")
    sent.append(third.sent(date(2026, 3, 15)))
    assert dunning(ledger, TABLE, LAST, sent) == ()
    with pytest.raises(NotFound, match="no stage 'lawyer'"):
        dunning(ledger, TABLE, LAST, [Reminder("A", "lawyer", NINTH)])


def test_a_currency_without_a_fee_is_free() -> None:
    ledger = ReceivablesLedger([claim("A", "9.00", currency="USD")])
    [found] = dunning(ledger, TABLE, LAST, [Reminder("A", "friendly", NINTH)])
    assert str(found.fee) == "0.00 USD"


def test_interest_runs_on_what_was_open_on_each_day() -> None:
    """Due on 31 January: 1000.00 for the 10 days to 10 February, 400.00 for the 18 days after."""
    ledger = ReceivablesLedger([claim("A", "1000.00")], [payment("P", "600.00", date(2026, 2, 11))])
    ledger = ledger.adding(ledger.allocate(date(2026, 2, 11)))
    interest, why = late_interest(ledger, "A", "9.12", date(2026, 2, 28))
    # (10000 + 7200) x 9.12 % / 365 = 4.2976...
    assert interest == money("4.30")
    assert why is not None
    assert "10" in why.as_text()
    assert late_interest(ledger, "A", "9.12", date(2026, 1, 31)) == (money("0.00"), None)
    assert late_interest(ledger, "A", None, LAST) == (money("0.00"), None)
    paid = ReceivablesLedger([claim("A", "1.00")], [payment("P", "1.00")])
    paid = paid.adding(paid.allocate(date(2026, 1, 31)))
    assert late_interest(paid, "A", 5, LAST) == (money("0.00"), None)


def test_reminders_wait_while_a_promise_runs() -> None:
    promise = PromiseToPay("A", date(2026, 3, 1), date(2026, 3, 10), money("50.00"))
    empty = ReceivablesLedger([claim("A", "100.00")], [payment("P", "50.00", date(2026, 3, 9))])
    part = empty.adding(empty.allocate(date(2026, 3, 9)))
    assert promise_state(promise, part, date(2026, 3, 8)) is PromiseState.RUNNING
    assert promise_state(promise, part, date(2026, 3, 9)) is PromiseState.KEPT
    assert promise_state(promise, part, LAST) is PromiseState.KEPT
    assert promise_state(promise, empty, date(2026, 3, 10)) is PromiseState.RUNNING
    assert promise_state(promise, empty, date(2026, 3, 11)) is PromiseState.BROKEN
    late = empty.adding(empty.allocate(date(2026, 3, 11)))
    assert promise_state(promise, late, LAST) is PromiseState.BROKEN
    assert dunning(empty, TABLE, date(2026, 3, 10), (), [promise]) == ()
    assert len(dunning(empty, TABLE, date(2026, 3, 11), (), [promise])) == 1
    assert len(dunning(part, TABLE, date(2026, 3, 9), (), [promise])) == 1
    other = PromiseToPay("gone", date(2026, 3, 1), LAST, money("50.00"))
    assert len(dunning(empty, TABLE, date(2026, 3, 10), (), [other])) == 1


def test_dunning_tables_and_promises_that_cannot_be_are_refused() -> None:
    for days in ([], [0], [3, 3], [5, 3]):
        stages = [DunningStage(str(number), day) for number, day in enumerate(days)]
        with pytest.raises(InvalidValue, match="rise from day 1"):
            DunningTable(stages)
    with pytest.raises(InvalidValue, match="one name"):
        DunningTable([DunningStage("a", 1), DunningStage("a", 2)])
    with pytest.raises(InvalidValue, match="days between reminders"):
        DunningTable([DunningStage("a", 1)], grace_days=-1)
    for fees in ([money("-1.00")], [money("1.00"), money("2.00")]):
        with pytest.raises(InvalidValue, match="one fee a currency"):
            DunningStage("a", 1, fees)
    with pytest.raises(InvalidValue, match="interest is zero or more"):
        DunningStage("a", 1, (), -1)
    for pay_by, amount in ((date(2025, 12, 31), "1.00"), (LAST, "0.00")):
        with pytest.raises(InvalidValue, match="a promise is of an amount above zero"):
            PromiseToPay("A", FIRST, pay_by, money(amount))


ACCOUNT = BankAccount("20-00-00", "55779911", "Acme Ltd")


def test_a_collection_takes_what_is_due_and_names_the_rest() -> None:
    """Good Friday is 3 April 2026: entry on the Tuesday after Easter, the file two days before."""
    easter = {date(2026, 4, 3), date(2026, 4, 6)}
    asked = [
        claim("A", "100.00", currency="GBP"),
        claim("B", "20.50", currency="GBP"),
        claim("euro", "1.00"),
        claim("later", "1.00", date(2026, 4, 1), currency="GBP"),
        claim("none", "1.00", currency="GBP", party="K-2"),
        claim("ended", "1.00", currency="GBP", party="K-3"),
    ]
    mandates = {
        "K-1": Mandate("M-1", "K-1", ACCOUNT, FIRST),
        "K-3": Mandate("M-3", "K-3", ACCOUNT, FIRST, date(2026, 4, 7)),
    }
    items = ReceivablesLedger(asked).open_items(date(2026, 4, 1))
    batch = collection_batch("DD-1", items, mandates, date(2026, 4, 4), holidays=easter)
    assert (batch.due_day, batch.input_day) == (date(2026, 4, 7), date(2026, 4, 1))
    assert (batch.count, str(batch.total)) == (2, "120.50 GBP")
    assert {one.item_id: one.reason for one in batch.left_out} == {
        "euro": "it is in EUR, this collection is in GBP",
        "later": "it is due on 2026-05-01, after 2026-04-07",
        "none": "customer 'K-2' has given no mandate: add one",
        "ended": "mandate 'M-3' does not stand on 2026-04-07: get a new one",
    }


@pytest.mark.parametrize(
    ("sort_code", "number", "name"),
    [
        ("20-00-0", "55779911", "x"),
        ("2-0-0-0-0-0", "55779911", "x"),
        ("20-00-00", "5577991", "x"),
        ("20-00-00", "557799１１", "x"),
        ("20-00-00", "55779911", " "),
    ],
)
def test_accounts_are_of_six_and_eight_digits(sort_code: str, number: str, name: str) -> None:
    with pytest.raises(InvalidValue, match=r"six digits|eight digits|name of its holder"):
        BankAccount(sort_code, number, name)


def test_working_days_move_both_ways() -> None:
    friday = date(2026, 1, 9)
    assert working_day(friday, (), 1) == date(2026, 1, 12)
    assert working_day(date(2026, 1, 10), (), -1) == friday
    assert working_day(date(2026, 1, 11)) == date(2026, 1, 12)

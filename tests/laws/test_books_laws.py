"""Whatever was charged is invoiced once, earned once, and leaves books that are zero."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

from hypothesis import given

from harmony_core.billing import (
    Charge,
    PaymentTerms,
    ReceivablesLedger,
    Recognised,
    accruals,
    billed_work,
    book_allocations,
    book_invoice,
    book_recognition,
    book_work,
    credit_note,
    due,
    fund_of,
    invoices,
    receivable,
    recognise,
    work_terms,
)
from harmony_core.contracts import Contract, line_end
from harmony_core.finance import (
    Booked,
    Column,
    CostPlus,
    CostRateTable,
    CostView,
    ExactAmount,
    FixedRate,
    JournalEntry,
    PercentOfSell,
    Role,
    TransferRule,
    TransferRules,
    TransferSubject,
    booked_sum,
    consolidate,
    money_sum,
    profit_facts,
)
from harmony_core.parties import Employment, Person
from harmony_core.periods import History, Month, months_between
from harmony_core.products import OverageMode
from harmony_core.work import ChargeShare, rate_work
from tests.strategies import (
    CUSTOMERS,
    END,
    GROUP,
    OPENING,
    RATES,
    TAXES,
    TERMS,
    Happened,
    contract,
    happened,
    prepaid_lines,
)

MONTHS = tuple(months_between(Month.containing(OPENING), Month(2027, 12)))
"""Until the last service of a charge made by END is over."""

PEOPLE = {
    "anna": Person.of("anna", "Anna", Employment("DE", "x", date(2020, 1, 1))),
    "ravi": Person.of(
        "ravi",
        "Ravi",
        Employment("GB", "x", date(2020, 1, 1)),
        Employment("IN", "x", date(2026, 2, 1)),
        contractor=True,
    ),
}
COST_RATES = CostRateTable(
    persons={
        "anna": History.always(ExactAmount.of("61.333", "EUR")),
        "ravi": History.of(
            [
                (date(2020, 1, 1), ExactAmount.of("44.07", "GBP")),
                (date(2026, 2, 1), ExactAmount.of("1450", "INR")),
            ]
        ),
    }
)
WORK, SPENT = TransferSubject.TIME, TransferSubject.EXPENSE
SINCE = date(2020, 1, 1)
RULES = TransferRules(
    [
        TransferRule("T-DE", None, "DE", CostPlus("8"), SINCE, subject=WORK),
        TransferRule(
            "T-GB", None, "GB", FixedRate(ExactAmount.of("28.005", "GBP")), SINCE, subject=WORK
        ),
        TransferRule("T-IN", None, "IN", PercentOfSell("60"), SINCE, subject=WORK),
        TransferRule("E", None, None, CostPlus("0"), SINCE, subject=SPENT),
    ]
)
"""One method for each performer of hours; expenses are passed on at cost."""


def charges_of(there: Happened) -> list[Charge]:
    return list(due(there.contract, there.facts(), TERMS, END))


def closed(there: Happened, charges: list[Charge]) -> Iterator[tuple[Month, list[Recognised]]]:
    """Close one month after the other, each with what was billed by then and what accrued."""
    so_far: dict[str, Booked] = {}
    for month in MONTHS:
        at_hand = [charge for charge in charges if charge.trigger <= month.last_day]
        later = {charge.key for charge in charges} - {charge.key for charge in at_hand}
        at_hand += [
            charge
            for charge in accruals(there.contract, there.facts(), TERMS, month)
            if charge.key in later
        ]
        rows = list(recognise(there.contract, at_hand, there.facts(), month, so_far))
        for row in rows:
            before = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if before is None else before + row.amount
        yield month, rows


def total(rows: list[Recognised]) -> dict[str, Booked]:
    found: dict[str, Booked] = {}
    for row in rows:
        before = found.get(row.charge_key)
        found[row.charge_key] = row.amount if before is None else before + row.amount
    return found


def zero_in_three_columns(entry: JournalEntry) -> bool:
    amounts = [line.amount for line in entry.lines]
    return bool(amounts) and not booked_sum(amounts, amounts[0].currencies)


def waits(agreed: Contract, charge: Charge) -> bool:
    """Whether what an allowance carried may stand still to the end: its line was never resumed."""
    line = next(one for one in agreed.lines_ever if one.id == charge.line_id)
    if line.fund is None or line.fund.rollover is None:
        return False
    return line_end(agreed, line.id).is_suspension


@given(happened())
def test_every_schedule_sums_to_its_charge_in_each_of_three_columns(there: Happened) -> None:
    charges = charges_of(there)
    rows = [row for _, found in closed(there, charges) for row in found]
    earned = total(rows)
    for charge in charges:
        found = earned.get(charge.key, Booked.zero(*charge.booked.currencies))
        if waits(there.contract, charge):
            for one in Column:
                whole = charge.booked.column(one).minor
                assert min(0, whole) <= found.column(one).minor <= max(0, whole)
        else:
            assert found == charge.booked
    assert not earned.keys() - {charge.key for charge in charges}


@given(happened())
def test_an_accrual_is_the_charge_that_a_later_night_makes(there: Happened) -> None:
    made = {charge.key: charge for charge in charges_of(there)}
    for month in months_between(Month(2026, 1), Month(2026, 7)):
        for charge in accruals(there.contract, there.facts(), TERMS, month):
            assert charge.trigger > month.last_day
            assert charge.trigger > END or made[charge.key] == charge


@given(happened())
def test_every_charge_is_on_one_invoice_whose_net_is_their_sum(there: Happened) -> None:
    charges = charges_of(there)
    by_key = {charge.key: charge for charge in charges}
    contracts = {there.contract.id: there.contract}
    made = list(invoices(charges, contracts, CUSTOMERS, GROUP, TAXES))
    lines = [line.charge_key for invoice in made for line in invoice.lines]
    assert sorted(lines) == sorted(charge.key for charge in charges if charge.amount)
    assert len({invoice.id for invoice in made}) == len(made)
    for invoice in made:
        amounts = [by_key[line.charge_key].amount for line in invoice.lines]
        assert invoice.net == money_sum(amounts, invoice.currency)
        assert invoice.total == invoice.net + invoice.tax.total_tax
        assert {by_key[line.charge_key].trigger for line in invoice.lines} == {invoice.day}


@given(happened())
def test_every_entry_is_zero_and_so_is_the_contract_balance_in_the_end(there: Happened) -> None:
    charges = charges_of(there)
    contracts = {there.contract.id: there.contract}
    by_key = {charge.key: charge for charge in charges}
    entries = [
        book_invoice(invoice, by_key, contracts, TERMS)
        for invoice in invoices(charges, contracts, CUSTOMERS, GROUP, TAXES)
    ]
    for month, rows in closed(there, charges):
        entries += book_recognition(rows, contracts, TERMS, month)
    assert all(zero_in_three_columns(entry) for entry in entries)
    if any(waits(there.contract, charge) for charge in charges):
        return
    balances: defaultdict[str, list[Booked]] = defaultdict(list)
    for entry in entries:
        for line in entry.lines:
            if line.role == Role.CONTRACT_BALANCE:
                balances[entry.entity].append(line.amount)
    for amounts in balances.values():
        assert not booked_sum(amounts, amounts[0].currencies)


@given(happened())
def test_what_is_earned_and_what_is_deferred_are_what_was_billed_at_every_month_end(
    there: Happened,
) -> None:
    """By entries and not by schedules, in each of three columns."""
    charges = charges_of(there)
    contracts = {there.contract.id: there.contract}
    by_key = {charge.key: charge for charge in charges}
    entries = [
        book_invoice(invoice, by_key, contracts, TERMS)
        for invoice in invoices(charges, contracts, CUSTOMERS, GROUP, TAXES)
    ]
    for month, rows in closed(there, charges):
        entries += book_recognition(rows, contracts, TERMS, month)
        known = [entry for entry in entries if entry.day <= month.last_day]
        deferred, earned = minors(known, Role.CONTRACT_BALANCE), minors(known, Role.REVENUE)
        lapsed = minors(known, Role.BREAKAGE_REVENUE)
        billed = [charge.booked for charge in charges if charge.trigger <= month.last_day]
        for column in Column:
            whole = sum(amount.column(column).minor for amount in billed)
            assert whole == -deferred[column] - earned[column] - lapsed[column]


def minors(entries: Iterable[JournalEntry], role: str) -> Counter[Column]:
    """What stands on the accounts of a role and of its more special ones."""
    found: Counter[Column] = Counter()
    for entry in entries:
        for line in entry.lines:
            if line.role.partition(".")[0] == role:
                for column in Column:
                    found[column] += line.amount.column(column).minor
    return found


@given(happened())
def test_what_is_billed_credited_and_settled_leaves_every_account_at_zero(there: Happened) -> None:
    """Revenue, tax, what customers owe and exchange differences: as if it had never been sold."""
    charges = charges_of(there)
    contracts = {there.contract.id: there.contract}
    by_key = {charge.key: charge for charge in charges}
    entries, asked = [], []
    for invoice in invoices(charges, contracts, CUSTOMERS, GROUP, TAXES):
        entry = book_invoice(invoice, by_key, contracts, TERMS)
        note = credit_note(
            invoice,
            entry,
            by_key,
            id=f"CN-{invoice.id}",
            day=END,
            reason="law",
            rounding_account="rounding",
        )
        asked += [receivable(invoice, entry, PaymentTerms())]
        asked += [receivable(note.document, note.entry, PaymentTerms())]
        entries += [entry, note.entry]
        charges += note.charges
    for month, rows in closed(there, charges):
        entries += book_recognition(rows, contracts, TERMS, month)
    ledger = ReceivablesLedger(asked)
    settled = ledger.allocate(date(2026, 12, 31))
    entries += book_allocations(ledger, settled, TERMS)
    assert not ledger.adding(settled).open_items(date.max)
    assert all(zero_in_three_columns(entry) for entry in entries)
    roles = {line.role.partition(".")[0] for entry in entries for line in entry.lines}
    lapsed = minors(entries, Role.BREAKAGE_REVENUE)  # how much of it did is as known at each close
    for role in roles - {Role.BREAKAGE_REVENUE}:
        left = minors(entries, role)
        if role == Role.REVENUE:
            left.update(lapsed)
        assert not any(left.values()), role


@given(happened())
def test_no_transfer_price_changes_what_the_group_contributes(there: Happened) -> None:
    contracts = {there.contract.id: there.contract}
    month, shown = Month(2026, 6), []
    for method in (CostPlus("0"), CostPlus("8"), FixedRate(ExactAmount.of("28.005", "GBP"))):
        rules = TransferRules(
            [
                TransferRule("T", None, None, method, SINCE, subject=WORK),
                TransferRule("E", None, None, CostPlus("3"), SINCE, subject=SPENT),
            ]
        )
        rated = rate_work(
            [*there.time, *there.expenses],
            work_terms(contracts.values()),
            people=PEOPLE,
            cost_rates=COST_RATES,
            transfer_rules=rules,
            rates=RATES.with_rates(()),
        )
        entries = list(
            book_work(
                rated.times,
                rated.expenses,
                contracts=contracts,
                people=PEOPLE,
                terms=TERMS,
                month=month,
            )
        )
        group = profit_facts(entries, CostView.GROUP, GROUP).total
        apart = profit_facts(entries, CostView.ENTITY, GROUP).total
        assert group.contribution == apart.contribution
        shown.append(group)
    assert shown[0] == shown[1] == shown[2]


def shares_of(there: Happened) -> dict[str, ChargeShare]:
    """What each entry bears of the charge for its time, in whichever month its books are."""
    found: dict[str, ChargeShare] = {}
    for month in MONTHS:
        found |= billed_work([there.contract], there.facts(), TERMS, month)
    return found


@given(happened())
def test_work_is_booked_in_zero_entries_and_whole_pairs(there: Happened) -> None:
    contracts = {there.contract.id: there.contract}
    rated = rate_work(
        [*there.time, *there.expenses],
        work_terms(contracts.values()),
        people=PEOPLE,
        cost_rates=COST_RATES,
        transfer_rules=RULES,
        rates=RATES.with_rates(()),
        billed=shares_of(there),
    )
    known = {item.fact.id: item.reason for item in rated.uncovered}
    assert all("rate" in reason for reason in known.values()), known
    month = Month(2026, 6)
    entries = list(
        book_work(
            rated.times,
            rated.expenses,
            contracts=contracts,
            people=PEOPLE,
            terms=TERMS,
            month=month,
        )
    )
    assert all(zero_in_three_columns(entry) for entry in entries)
    assert {entry.day for entry in entries} <= {month.last_day}
    assert not consolidate(entries, GROUP).breaks


@given(happened(prepaid_lines("1", "EUR").map(contract)))
def test_a_fund_earns_its_price_by_draws_and_by_what_lapsed(there: Happened) -> None:
    charges = {charge.key: charge for charge in charges_of(there)}
    rows = [row for _, found in closed(there, list(charges.values())) for row in found]
    lapsed: dict[str, Booked] = {}
    for row in rows:
        if row.breakage is not None:
            before = lapsed.get(row.charge_key)
            lapsed[row.charge_key] = row.breakage if before is None else before + row.breakage
    (line,) = there.contract.lines
    fund = fund_of(there.contract, line, there.facts())
    statement = fund.statement(END)
    for key, charge in charges.items():
        if charge.kind.value != "service" or not charge.amount:
            continue
        last_day = fund.last_day_of(charge.service.start)
        if last_day > END or _known_after(there, last_day):
            continue
        drawn = sum(
            (
                part.quantity
                for part in statement.allocations
                if part.block_id == f"1/{charge.service.start}"
            ),
            Fraction(0),
        )
        below_zero = fund.terms.overage_mode is OverageMode.NEGATIVE
        assert drawn >= 0
        assert drawn <= line.quantity or below_zero
        drawn = min(drawn, line.quantity)  # beyond its price nothing is earned
        earned_by_draws = (charge.amount.exact * (drawn / line.quantity)).settle()
        breakage = lapsed.get(key)
        left = charge.amount if breakage is None else charge.amount - breakage.transaction
        assert left == earned_by_draws


def _known_after(there: Happened, last_day: date) -> bool:
    close = Month.containing(last_day).last_day
    return any(entry.known_on > close for entry in there.time)

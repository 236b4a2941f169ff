"""What companies pay each other: zero in every column, and nothing at all in the group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from harmony_core.explanation import Explainer
from harmony_core.finance import (
    Booked,
    Group,
    JournalEntry,
    LegalEntity,
    Money,
    OpenPair,
    Rate,
    RateBook,
    RateKind,
    Role,
    TransferCharge,
    book_pair_payment,
    book_pair_revaluation,
    book_transfer,
    booked_sum,
    consolidate,
    open_pairs,
    pair_statements,
)
from harmony_core.periods import Span

START = date(2026, 1, 1)
DAYS = [START + timedelta(days=number) for number in range(10)]
LAST = DAYS[-1]
ROLES = (
    Role.INTERCOMPANY_RECEIVABLE,
    Role.INTERCOMPANY_PAYABLE,
    Role.INTERCOMPANY_REVENUE,
    Role.INTERCOMPANY_COST,
    Role.BANK,
    Role.EXCHANGE_DIFFERENCE,
)
COMPANIES = {"GB": "GBP", "DE": "EUR", "IN": "INR"}
GROUP = Group(
    "G",
    "Group",
    "GBP",
    tuple(
        LegalEntity(name, name, name, code, accounts={role: role for role in ROLES})
        for name, code in COMPANIES.items()
    ),
    START,
)
RATES = RateBook(
    Rate("EUR", code, day, Fraction(value) * (100 + 7 * number % 13) / 100, kind, source="law")
    for number, day in enumerate(DAYS)
    for code, value in (("GBP", "0.8571"), ("INR", "90.0913"), ("JPY", "161.37"))
    for kind in (RateKind.SPOT, RateKind.CLOSING)
)
currencies = st.sampled_from(["GBP", "EUR", "INR", "JPY"])
couples = st.permutations(sorted(COMPANIES)).map(lambda names: names[:2])


def charged(
    number: int, seller: str, performer: str, amount: Money, day: date
) -> list[JournalEntry]:
    why = Explainer("agreed", 1)
    name = why.given("amount", "amount", amount.exact.value, amount.currency)
    charge = TransferCharge("T", performer, seller, amount, why.explanation(name))
    return list(book_transfer(charge, id=f"IC-{number}", day=day, group=GROUP, rates=RATES))


@st.composite
def charges(draw: st.DrawFn) -> list[JournalEntry]:
    found: list[JournalEntry] = []
    for number in range(draw(st.integers(1, 6))):
        seller, performer = draw(couples)
        amount = Money(draw(st.integers(-(10**6), 10**6)), draw(currencies))
        found += charged(number, seller, performer, amount, draw(st.sampled_from(DAYS[:5])))
    return found


def owes(items: Iterable[OpenPair], payer: str, payee: str, currency: str) -> Money:
    found = Money.zero(currency)
    for one in items:
        if one.open.currency == currency and {one.creditor, one.debtor} == {payer, payee}:
            found += one.open if one.debtor == payer else -one.open
    return found


def carried(items: Iterable[OpenPair]) -> dict[tuple[str, ...], Booked]:
    found: defaultdict[tuple[str, ...], list[Booked]] = defaultdict(list)
    for one in items:
        found[one.creditor, Role.INTERCOMPANY_RECEIVABLE, one.open.currency] += [
            one.claimed.carrying
        ]
        found[one.debtor, Role.INTERCOMPANY_PAYABLE, one.open.currency] += [one.owed.carrying]
    return summed(found)


def standing(entries: Iterable[JournalEntry]) -> dict[tuple[str, ...], Booked]:
    found: defaultdict[tuple[str, ...], list[Booked]] = defaultdict(list)
    for entry in entries:
        for line in entry.lines:
            if line.role in (Role.INTERCOMPANY_RECEIVABLE, Role.INTERCOMPANY_PAYABLE):
                found[entry.entity, line.role, line.amount.transaction.currency] += [line.amount]
    return summed(found)


def summed(found: dict[tuple[str, ...], list[Booked]]) -> dict[tuple[str, ...], Booked]:
    sums = {key: booked_sum(rows, rows[0].currencies) for key, rows in found.items()}
    return {key: amount for key, amount in sums.items() if amount}


def refuse_a_trace_in_the_group(entries: list[JournalEntry]) -> None:
    for entry in entries:
        amounts = [line.amount for line in entry.lines]
        assert not booked_sum(amounts, amounts[0].currencies)
    found = consolidate(entries, GROUP)
    assert not found.breaks
    assert not any(found.balances.values())


@given(charges(), st.data())
def test_payments_in_parts_relieve_both_books_and_leave_no_trace_in_the_group(
    entries: list[JournalEntry], data: st.DataObject
) -> None:
    entries = list(entries)
    for number, day in enumerate(DAYS[5:]):
        items = open_pairs(entries, day)
        assert carried(items) == standing(entries)
        payer, payee = data.draw(couples)
        currency = data.draw(currencies)
        owed = owes(items, payer, payee, currency)
        if owed.minor > 0:
            amount = Money(data.draw(st.integers(0 if len(items) > 1 else 1, owed.minor)), currency)
            if not amount and all(owes([one], payer, payee, currency).minor >= 0 for one in items):
                continue
            entries += book_pair_payment(
                items,
                amount,
                id=f"PAY-{number}",
                payer=payer,
                payee=payee,
                day=day,
                group=GROUP,
                rates=RATES,
            )
            assert owes(open_pairs(entries, day), payer, payee, currency) == owed - amount
        refuse_a_trace_in_the_group(entries)
    for statement in pair_statements(entries, Span.of_days(START, LAST)):
        open_ = owes(
            open_pairs(entries, LAST), statement.debtor, statement.creditor, statement.currency
        )
        assert (statement.closing, bool(statement.difference)) == (open_, False)


@given(charges())
def test_whoever_pays_all_that_he_owes_owes_nothing_in_any_column(
    entries: list[JournalEntry],
) -> None:
    entries = list(entries)
    for number, (payer, payee, currency) in enumerate(
        (one, other, currency)
        for one in COMPANIES
        for other in COMPANIES
        for currency in ("GBP", "EUR", "INR", "JPY")
        if one != other
    ):
        items = open_pairs(entries, LAST)
        owed = owes(items, payer, payee, currency)
        there = [one for one in items if {one.creditor, one.debtor} == {payer, payee}]
        if owed.minor > 0 or (not owed and any(one.open.currency == currency for one in there)):
            entries += book_pair_payment(
                items,
                owed,
                id=f"PAY-{number}",
                payer=payer,
                payee=payee,
                day=LAST,
                group=GROUP,
                rates=RATES,
            )
    assert not open_pairs(entries, LAST)
    assert not standing(entries)
    refuse_a_trace_in_the_group(entries)


@given(charges(), st.data())
def test_a_revaluation_shows_the_closing_rate_takes_itself_back_and_spares_the_group(
    entries: list[JournalEntry], data: st.DataObject
) -> None:
    items = open_pairs(entries, DAYS[5])
    shown = list(book_pair_revaluation(items, DAYS[7], group=GROUP, rates=RATES))
    assert {entry.day for entry in shown} <= {DAYS[7], DAYS[8]}
    refuse_a_trace_in_the_group([*entries, *shown])
    assert standing([*entries, *shown]) == carried(items)
    at_close = [entry for entry in shown if entry.day == DAYS[7]]
    assert not consolidate([*entries, *at_close], GROUP).breaks
    for (company, role, currency), amount in standing([*entries, *at_close]).items():
        sign = 1 if role == Role.INTERCOMPANY_RECEIVABLE else -1
        parts = []
        for one in items:
            owner = one.creditor if sign > 0 else one.debtor
            if (owner, one.open.currency) == (company, currency):
                parts.append((one, one.open * sign))
        for at, code in (("entity", COMPANIES[company]), ("group", "GBP")):
            rate = RATES.find(currency, code, DAYS[7], RateKind.CLOSING).value
            exactly = sum(part.exact.value * rate for _, part in parts)
            digits = getattr(amount, at).exact.value
            assert abs(digits - exactly) <= Fraction(len(parts), 200)

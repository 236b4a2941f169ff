"""Documents, payments and strategies that the tests of receivables share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from harmony_core.billing import Payment, Receivable
from harmony_core.finance import Booked, Money

FIRST = date(2026, 1, 1)
LAST = date(2026, 12, 31)


def money(text: str, currency: str = "EUR") -> Money:
    return Money.of(text, currency)


def claim(
    id: str,  # noqa: A002
    amount: str,
    day: date = FIRST,
    days: int = 30,
    *,
    currency: str = "EUR",
    party: str = "K-1",
    entity: str = "DE",
    references: Sequence[str] = (),
) -> Receivable:
    owed = Money.of(amount, currency)
    booked = Booked(owed, Money(owed.minor * 6 // 7, "GBP"), Money(owed.minor * 11 // 10, "USD"))
    due = day if owed.minor < 0 else day + timedelta(days=days)
    return Receivable(id, entity, party, day, due, booked, references)


def payment(
    id: str,  # noqa: A002
    amount: str,
    day: date = FIRST,
    references: Sequence[str] = (),
    *,
    currency: str = "EUR",
    party: str = "K-1",
    entity: str = "DE",
) -> Payment:
    return Payment(id, entity, party, day, Money.of(amount, currency), references)


minors = st.integers(1, 20_000)
days = st.integers(0, 200).map(lambda number: FIRST + timedelta(days=number))
parties = st.sampled_from(["K-1", "K-2"])
codes = st.sampled_from(["EUR", "JPY"])


@st.composite
def claims(draw: st.DrawFn) -> list[Receivable]:
    """Invoices of two customers in two currencies, and credit notes that name some of them."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        owed = Money(draw(minors) * draw(st.sampled_from([1, 1, 1, -1])), draw(codes))
        booked = Booked(owed, Money(owed.minor * 6 // 7, "GBP"), Money(owed.minor * 2, "USD"))
        day = draw(days)
        due = day if owed.minor < 0 else day + timedelta(days=draw(st.integers(0, 60)))
        named = draw(st.lists(st.sampled_from(["I-0", "I-1", "I-2"]), max_size=1))
        references = named if owed.minor < 0 else []
        found.append(Receivable(f"I-{number}", "DE", draw(parties), day, due, booked, references))
    return found


@st.composite
def payments(draw: st.DrawFn, named: int = 1) -> list[Payment]:
    """Payments that name up to ``named`` documents each; some of them are of nobody."""
    ids = st.sampled_from(["I-0", "I-1", "I-2", "I-404"])
    return [
        Payment(
            f"P-{number}",
            "DE",
            draw(parties),
            draw(days),
            Money(draw(minors), draw(codes)),
            draw(st.lists(ids, max_size=named, unique=True)),
        )
        for number in range(draw(st.integers(0, 6)))
    ]

"""What companies owe each other: both books agree, and periods follow each other."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.finance import (
    Booked,
    JournalEntry,
    JournalLine,
    Money,
    Role,
    pair_statements,
)
from harmony_core.periods import Span
from tests.finance.test_consolidation import transfer

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
days = st.dates(FIRST, LAST)


def payment(pair: str, minor: int, day: date) -> list[JournalEntry]:
    """India pays Britain back, in both books."""
    money = Money(minor, "INR")
    amount = Booked(money, money, Money(minor, "GBP"))
    found = []
    for entity, other, role, sign in (
        ("GB", "IN", Role.INTERCOMPANY_PAYABLE, 1),
        ("IN", "GB", Role.INTERCOMPANY_RECEIVABLE, -1),
    ):
        moved = amount if sign > 0 else -amount
        lines = JournalLine(role, "1900", moved), JournalLine("bank", "1000", -moved)
        found.append(
            JournalEntry(f"{pair}:{entity}", entity, day, "payment", pair, lines, other, pair)
        )
    return found


@st.composite
def books(draw: st.DrawFn) -> list[JournalEntry]:
    found: list[JournalEntry] = []
    for number in range(draw(st.integers(0, 6))):
        day, minor = draw(days), draw(st.integers(-(10**6), 10**6))
        if draw(st.booleans()):
            found += transfer(f"IC-{number}", minor, draw(st.sampled_from(["GB", "US"])), day)
        else:
            found += payment(f"PAY-{number}", minor, day)
    return found


@given(books(), days)
def test_both_books_agree_and_periods_follow_each_other(
    entries: list[JournalEntry], cut: date
) -> None:
    whole = pair_statements(entries, Span(FIRST, LAST + timedelta(days=1)))
    for one in whole:
        assert not one.difference
        assert not one.opening
    if cut == FIRST:
        return
    before = {one.debtor: one for one in pair_statements(entries, Span(FIRST, cut))}
    after = pair_statements(entries, Span(cut, LAST + timedelta(days=1)))
    for one, of_whole in zip(after, whole, strict=True):
        assert one.closing == of_whole.closing
        earlier = before.get(one.debtor)
        closing = Money.zero(one.currency) if earlier is None else earlier.closing
        assert one.opening == closing
        if earlier is not None:
            assert earlier.charged + one.charged == of_whole.charged
            assert earlier.settled + one.settled == of_whole.settled


def test_a_charge_and_its_payment() -> None:
    entries = [
        *transfer("IC-1", 100_00, day=date(2026, 3, 1)),
        *payment("PAY", 60_00, date(2026, 3, 20)),
    ]
    (found,) = pair_statements(entries, Span.of_days(date(2026, 3, 1), date(2026, 3, 31)))
    assert (found.creditor, found.debtor, found.currency) == ("GB", "IN", "INR")
    figures = found.opening, found.charged, found.settled, found.closing
    assert [money.minor for money in figures] == [0, -100_00, 60_00, -40_00]


def test_a_leg_that_is_missing_shows_as_a_difference() -> None:
    both = transfer("IC-1", 100_00, day=date(2026, 3, 1))
    span = Span.of_days(date(2026, 3, 1), date(2026, 3, 31))
    differences = [pair_statements([leg], span)[0].difference.minor for leg in both]
    assert sorted(differences) == [-100_00, 100_00]
    strangers = [attrs.evolve(leg, counterparty=None) for leg in both]
    assert pair_statements(strangers, span) == ()

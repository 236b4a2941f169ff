"""Payments within the group by known figures: rupees owed in pounds, at 0.0095, 0.0100, 0.0090."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from harmony_core.errors import InvalidValue
from harmony_core.finance import (
    Booked,
    JournalEntry,
    Money,
    OpenPair,
    Rate,
    RateBook,
    RateKind,
    Role,
    book_pair_payment,
    book_pair_revaluation,
    consolidate,
    consolidate_days,
    open_pairs,
)
from tests.finance.test_consolidation import ACCOUNTS, DAY, GROUP, transfer

APRIL, MAY = date(2026, 4, 10), date(2026, 5, 10)
ALL = {**ACCOUNTS, Role.BANK: "1800", Role.EXCHANGE_DIFFERENCE: "4840"}
BOOKS = attrs.evolve(
    GROUP, entities=tuple(attrs.evolve(one, accounts=ALL) for one in GROUP.entities)
)
RATES = RateBook(
    Rate("INR", "GBP", day, value, kind, source="bank")
    for day, value, kind in (
        (APRIL, "0.0100", RateKind.SPOT),
        (date(2026, 4, 30), "0.0090", RateKind.CLOSING),
        (MAY, "0.0090", RateKind.SPOT),
    )
)


def inr(amount: int) -> Money:
    return Money.of(amount, "INR")


def pay(
    items: tuple[OpenPair, ...], amount: int, day: date, payer: str = "GB", payee: str = "IN"
) -> list[JournalEntry]:
    return list(
        book_pair_payment(
            items,
            inr(amount),
            id=f"PAY-{day}",
            payer=payer,
            payee=payee,
            day=day,
            group=BOOKS,
            rates=RATES,
        )
    )


def shown(entry: JournalEntry) -> list[tuple[str, str, str, str]]:
    return [(line.account, *columns(line.amount)) for line in entry.lines]


def columns(amount: Booked) -> tuple[str, str, str]:
    return str(amount.transaction.amount), str(amount.entity.amount), str(amount.group.amount)


def test_two_charges_are_paid_in_parts_the_older_first() -> None:
    """10,000 and 5,000 INR stand at 95.00 and 47.50 GBP; 12,000 are paid at 0.0100."""
    entries = [*transfer("IC-1", 10_000_00), *transfer("IC-2", 5_000_00)]
    first = pay(open_pairs(entries, APRIL), 12_000, APRIL)
    theirs, ours = first
    assert (theirs.entity, ours.entity, ours.pair) == ("IN", "GB", "PAY-2026-04-10")
    assert shown(theirs) == [
        ("1800", "12000.00", "12000.00", "120.00"),
        ("1900", "-10000.00", "-10000.00", "-95.00"),
        ("1900", "-2000.00", "-2000.00", "-19.00"),
        ("4840", "0.00", "0.00", "-6.00"),
    ]
    assert shown(ours) == [
        ("1800", "-12000.00", "-120.00", "-120.00"),
        ("2900", "10000.00", "95.00", "95.00"),
        ("2900", "2000.00", "19.00", "19.00"),
        ("4840", "0.00", "6.00", "6.00"),
    ]
    entries += first
    [left] = open_pairs(entries, APRIL)
    assert (left.id, left.open, left.owed.carrying.entity) == (
        "IC-2",
        inr(3000),
        Money.of("-28.50", "GBP"),
    )
    last = pay((left,), 3000, MAY)
    assert shown(last[1])[-1] == ("4840", "0.00", "-1.50", "-1.50")
    entries += last
    assert open_pairs(entries, MAY) == ()
    found = consolidate(entries, BOOKS)
    assert not found.breaks
    assert not any(found.balances.values())
    assert open_pairs(entries, DAY) == open_pairs(entries[:4], DAY)


def test_credits_and_claims_of_the_other_are_set_off_first() -> None:
    entries = [*transfer("IC-1", 10_000_00), *transfer("IC-2", -4_000_00)]
    items = open_pairs(entries, APRIL)
    with pytest.raises(InvalidValue, match=r"6000.00 INR is open between them"):
        pay(items, 6001, APRIL)
    with pytest.raises(InvalidValue, match=r"-6000.00 INR is open between them"):
        pay(items, 1, APRIL, payer="IN", payee="GB")
    with pytest.raises(InvalidValue, match=r"0.00 INR is open between them"):
        pay((), 0, APRIL)
    entries += pay(items, 6000, APRIL)
    assert open_pairs(entries, APRIL) == ()
    even = [*transfer("IC-1", 4_000_00), *transfer("IC-2", -4_000_00)]
    no_cash, _ = pay(open_pairs(even, APRIL), 0, APRIL)
    assert {line.role for line in no_cash.lines} == {Role.INTERCOMPANY_RECEIVABLE}
    assert open_pairs([*even, no_cash], APRIL) == ()


def test_what_is_open_is_shown_at_the_closing_rate_in_both_books() -> None:
    """10,000 INR at 0.0090 are 90.00 GBP: five less than as booked, to both companies."""
    entries = transfer("IC-1", 10_000_00)
    end = date(2026, 4, 30)
    made = list(book_pair_revaluation(open_pairs(entries, end), end, group=BOOKS, rates=RATES))
    assert [(one.entity, one.day, one.pair) for one in made] == [
        ("IN", end, f"REVIC-IN-GB-INR-{end}"),
        ("IN", date(2026, 5, 1), f"REVIC-IN-GB-INR-{end}-back"),
        ("GB", end, f"REVIC-IN-GB-INR-{end}"),
        ("GB", date(2026, 5, 1), f"REVIC-IN-GB-INR-{end}-back"),
    ]
    assert shown(made[0]) == [("1900", "0.00", "0.00", "-5.00"), ("4840", "0.00", "0.00", "5.00")]
    assert shown(made[2]) == [("2900", "0.00", "5.00", "5.00"), ("4840", "0.00", "-5.00", "-5.00")]
    found = consolidate([*entries, made[0], made[2]], BOOKS)
    assert not found.breaks
    assert not any(found.balances.values())


def test_other_kinds_of_values_are_refused_in_words() -> None:
    items = open_pairs(transfer("IC-1", 10_000_00), APRIL)
    with pytest.raises(InvalidValue, match="must be a plain date, such as"):
        open_pairs([], "2026-04-10")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="each of the pairs to be paid must be an OpenPair"):
        pay(("IC-1",), 1, APRIL)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="what is paid must be a Money"):
        book_pair_payment(
            items,
            5,  # type: ignore[arg-type]
            id="P",
            payer="GB",
            payee="IN",
            day=APRIL,
            group=BOOKS,
            rates=RATES,
        )
    with pytest.raises(InvalidValue, match="day of OpenPair must be a plain date"):
        attrs.evolve(items[0], day="2026-04-10")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="each of the days to consolidate"):
        list(consolidate_days([], BOOKS, ["2026-04-10"]))  # type: ignore[list-item]


def test_what_is_broken_is_not_there_to_be_paid() -> None:
    ours, theirs = transfer("IC-1", 10_000_00)
    assert open_pairs([ours], APRIL) == ()
    assert open_pairs([ours, attrs.evolve(theirs, day=MAY)], APRIL) == ()
    assert len(open_pairs([ours, attrs.evolve(theirs, day=MAY)], MAY)) == 1

"""Every entry is zero in each of three columns, or it does not exist."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, HarmonyError, InvalidValue, Unbalanced
from harmony_core.explanation import RoundingMode
from harmony_core.finance import (
    HALF_UP,
    Booked,
    BookingRates,
    Column,
    JournalEntry,
    JournalLine,
    Money,
    Rate,
    Role,
    Rounding,
    booked_sum,
    dimensions,
    journal_entry,
    trial_balance,
)

DAY = date(2026, 3, 31)
MINORS = st.integers(-(10**7), 10**7)
CODES = st.sampled_from(["EUR", "JPY", "KWD"])
BOOKED = st.builds(
    Booked,
    st.builds(Money, MINORS, CODES),
    st.builds(Money, MINORS, CODES),
    st.builds(Money, MINORS, CODES),
)
LINES = st.lists(
    st.builds(JournalLine, st.sampled_from(["revenue", "receivable"]), st.just("1"), BOOKED),
    max_size=5,
)
VALUES = st.fractions(Fraction(1, 1000), 1000, max_denominator=10_000)


def entry(lines: Any, *, rounding: Rounding = HALF_UP, **more: Any) -> JournalEntry:
    return journal_entry(
        **{
            "id": "J-1",
            "entity": "JP",
            "day": DAY,
            "kind": "invoice",
            "source": "INV-1",
            "lines": lines,
            "rounding_account": "9999",
            "rounding": rounding,
            **more,
        }
    )


def rates(to_entity: Fraction | str, to_group: Fraction | str) -> BookingRates:
    return BookingRates(
        Rate("EUR", "JPY", DAY, to_entity, source="test").found,
        Rate("EUR", "USD", DAY, to_group, source="test").found,
    )


def booked_lines(both: BookingRates, minors: list[int], rounding: Rounding) -> list[JournalLine]:
    """Lines that balance in the transaction column, each converted alone."""
    closed = [*minors, -sum(minors)]
    return [
        JournalLine("revenue", f"4{n:03d}", both.book(Money(minor, "EUR"), rounding))
        for n, minor in enumerate(closed)
    ]


def totals(made: JournalEntry) -> Booked:
    return booked_sum((line.amount for line in made.lines), made.currencies)


@given(LINES)
def test_any_mix_of_lines_balances_in_three_columns_or_is_refused(lines: list[JournalLine]) -> None:
    try:
        made = entry(lines)
    except HarmonyError:
        return
    assert not totals(made)


@given(
    st.builds(rates, VALUES, VALUES),
    st.lists(MINORS, min_size=1, max_size=12),
    st.sampled_from(list(RoundingMode)),
)
def test_lines_converted_one_by_one_are_balanced_by_one_explicit_line(
    both: BookingRates, minors: list[int], mode: RoundingMode
) -> None:
    lines = booked_lines(both, minors, Rounding(mode))
    made = entry(lines, rounding=Rounding(mode))
    assert not totals(made)
    assert list(made.lines[: len(lines)]) == lines
    extra = made.lines[len(lines) :]
    assert [line.role for line in extra] == [Role.ROUNDING] * bool(made.rounding)
    assert not made.rounding.transaction


@given(st.builds(rates, VALUES, VALUES), st.lists(MINORS, min_size=1, max_size=12))
def test_a_credit_note_made_by_negating_is_the_mirror_image(
    both: BookingRates, minors: list[int]
) -> None:
    invoice = entry(booked_lines(both, minors, HALF_UP))
    credit = entry(booked_lines(both, [-minor for minor in minors], HALF_UP), id="J-2")
    assert credit.lines == tuple(-line for line in invoice.lines)
    mirrored = invoice.mirrored("J-2", DAY)
    assert mirrored == credit
    assert not trial_balance([invoice, mirrored], column=Column.GROUP).accounts[0].balance


@given(
    st.builds(rates, VALUES, VALUES), st.lists(st.lists(MINORS, min_size=1, max_size=4), max_size=5)
)
def test_the_trial_balance_is_zero_and_adds_up_in_every_column(
    both: BookingRates, books: list[list[int]]
) -> None:
    entries = [
        entry(booked_lines(both, minors, HALF_UP), id=f"J-{n}", entity="JP" if n % 2 else "KR")
        for n, minors in enumerate(books)
    ]
    for column in Column:
        whole = trial_balance(entries, column=column)
        assert whole.is_zero
        parts = [trial_balance(entries, name, column) for name in ("JP", "KR")]
        assert sorted(row.account for part in parts for row in part.accounts) == sorted(
            row.account for row in whole.accounts
        )
        assert all(part.is_zero for part in parts)
        assert trial_balance(reversed(entries), column=column) == whole


def test_the_residue_of_both_columns_is_written_out() -> None:
    lines = booked_lines(rates("161.37", "1.0873"), [10001, -3334, -3334], HALF_UP)
    assert [line.amount.entity.minor for line in lines] == [16139, -5380, -5380, -5378]
    made = entry(lines)
    assert made.rounding == Booked(Money(0, "EUR"), Money(-1, "JPY"), Money(0, "USD"))
    assert made.lines[-1] == JournalLine(Role.ROUNDING, "9999", made.rounding)


def line(transaction: int, entity: int, group: int, code: str = "EUR") -> JournalLine:
    return JournalLine(
        "revenue", "1", Booked(Money(transaction, code), Money(entity, "JPY"), Money(group, "USD"))
    )


def test_an_entry_by_itself_has_no_tolerance() -> None:
    with pytest.raises(Unbalanced, match=r"group by 0\.01 USD") as caught:
        JournalEntry("J-1", "JP", DAY, "invoice", "INV-1", (line(5, 8, 6), line(-5, -8, -5)))
    assert "transaction" not in str(caught.value).split(";")[0]
    with pytest.raises(InvalidValue, match="no line"):
        JournalEntry("J-1", "JP", DAY, "invoice", "INV-1", ())
    with pytest.raises(InvalidValue, match="no line"):
        entry([])


def test_the_builder_hides_no_mistake_behind_rounding() -> None:
    with pytest.raises(Unbalanced, match=r"0\.01 EUR in the transaction currency"):
        entry([line(6, 8, 6), line(-5, -8, -6)])
    entry([line(5, 9, 6), line(-5, -8, -6)])  # one yen for two lines can be rounding
    with pytest.raises(Unbalanced, match="2 JPY is left in the entity column of 2 lines"):
        entry([line(5, 10, 6), line(-5, -8, -6)])
    with pytest.raises(Unbalanced, match=r"-0\.02 USD is left in the group column"):
        entry([line(5, 8, 4), line(-5, -8, -6)])
    entry([line(5, 10, 6), line(-5, -8, -6)], rounding=Rounding.of("down"))
    with pytest.raises(Unbalanced):
        entry([line(5, 11, 6), line(-5, -8, -6)], rounding=Rounding.of("down"))


def test_a_column_has_one_currency() -> None:
    with pytest.raises(CurrencyMismatch):
        entry([line(5, 8, 6), line(-5, -8, -6, "GBP")])


def test_dimensions_are_sorted_and_named_once() -> None:
    about = dimensions(customer="K-7", contract="C-1", person=None)
    assert about == (("contract", "C-1"), ("customer", "K-7"))
    amount = line(5, 8, 6).amount
    made = JournalLine("revenue", "1", amount, about)
    assert (made.dimension("customer"), made.dimension("person")) == ("K-7", None)
    assert (-made).dimensions == about
    for wrong in ((("b", "1"), ("a", "2")), (("a", "1"), ("a", "2"))):
        with pytest.raises(InvalidValue, match="sorted by name"):
            JournalLine("revenue", "1", amount, wrong)


def test_a_mirrored_entry_keeps_whose_books_and_turns_every_sign() -> None:
    made = entry([line(5, 8, 6), line(-5, -8, -6)], counterparty="DE", pair="P-1")
    back = made.mirrored("J-9", date(2026, 4, 1), source="CN-1", text="taken back")
    assert back.lines == (line(-5, -8, -6), line(5, 8, 6))
    kept = {"entity": "JP", "counterparty": "DE", "kind": "invoice", "pair": None}
    changed = {"id": "J-9", "source": "CN-1", "text": "taken back", "day": date(2026, 4, 1)}
    found = attrs.asdict(back, recurse=False)
    assert {name: found[name] for name in (*kept, *changed)} == kept | changed


def test_a_trial_balance_shows_debit_and_credit_per_account_and_currency() -> None:
    made = entry(
        [
            attrs.evolve(line(500, 800, 600), account="1100"),
            attrs.evolve(line(-200, -300, -250), account="4000"),
            attrs.evolve(line(-300, -500, -350), account="4000"),
        ]
    )
    rows = trial_balance([made, made.mirrored("J-2", DAY)], "JP", Column.ENTITY)
    assert [
        (row.account, row.debit.minor, row.credit.minor, row.balance.minor, row.currency)
        for row in rows.accounts
    ] == [("1100", 800, 800, 0, "JPY"), ("4000", 800, 800, 0, "JPY")]
    assert rows.totals == ((Money(1600, "JPY"), Money(1600, "JPY")),)
    assert trial_balance([made], "KR").accounts == ()

"""Translation reconciles: two formulas for one difference, and the books for both."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound
from harmony_core.finance import (
    Booked,
    FoundRate,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    NetAssetRates,
    Rate,
    Role,
    StatementClass,
    convert,
    money_sum,
    prove_translation,
    translate_balances,
    translate_books,
    translate_net_assets,
)
from harmony_core.periods import Month

DAY = date(2026, 3, 31)
BOOKS = LegalEntity("DE", "GmbH", "DE", "EUR")
values = st.fractions(Fraction(1, 100), 200, max_denominator=1000)
minor = st.integers(-(10**9), 10**9)


def rate(value: Fraction | str) -> FoundRate:
    return Rate("EUR", "USD", DAY, Fraction(value), source="bank").found


@given(
    st.lists(st.tuples(st.sampled_from(StatementClass), minor), min_size=1, max_size=8),
    values,
    values,
    values,
    st.fractions(Fraction(1, 100), 1, max_denominator=100),
)
def test_the_balancing_line_balances(
    rows: list[tuple[StatementClass, int]],
    closing: Fraction,
    average: Fraction,
    historical: Fraction,
    share: Fraction,
) -> None:
    last = (StatementClass.BALANCE_SHEET, -sum(amount for _, amount in rows))
    balances = [
        (str(number), kind, Money(amount, "EUR"))
        for number, (kind, amount) in enumerate([*rows, last])
    ]
    found = translate_balances(
        balances,
        closing=rate(closing),
        average=rate(average),
        historical=rate(historical),
        ownership=share,
    )
    translated = money_sum((one.translated for one in found.accounts), "USD")
    assert translated + found.difference == Money.zero("USD")
    assert found.minority + found.parent == found.difference
    by_class = money_sum(map(found.total, StatementClass), "USD")
    assert by_class == translated


@given(minor, minor, minor, values, values, values)
def test_two_formulas_give_one_difference(
    opening: int, profit: int, dividend: int, first: Fraction, average: Fraction, last: Fraction
) -> None:
    rates = NetAssetRates(rate(first), rate(average), rate(last), rate(average))
    local = Money(opening, "EUR"), Money(profit, "EUR"), Money(dividend, "EUR")
    found = translate_net_assets(*local, rates)
    proof = prove_translation(*local, rates)
    assert proof.total == found.exchange_difference
    assert abs(proof.rounding.minor) <= 3  # seven amounts, each half a cent off at most
    # the trial balance of the same company tells the same, its sign turned: credits are gains
    books = [
        ("net assets", StatementClass.BALANCE_SHEET, local[0] + local[1]),
        ("opening", StatementClass.EQUITY, -local[0]),
        ("profit", StatementClass.PROFIT_AND_LOSS, -local[1]),
    ]
    by_balances = translate_balances(
        books, closing=rate(last), average=rate(average), historical=rate(first)
    )
    kept = translate_net_assets(local[0], local[1], Money.zero("EUR"), rates)
    assert by_balances.difference == -kept.exchange_difference


LINES = st.lists(
    st.tuples(
        st.sampled_from([Role.RECEIVABLE, Role.REVENUE, Role.LABOUR_COST, "capital"]),
        minor,
        minor,
        st.integers(0, 5),
    ),
    max_size=8,
)


@given(LINES, values, st.lists(values, min_size=6, max_size=6))
def test_a_report_over_entries_reconciles_to_them(
    lines: list[tuple[str, int, int, int]], closing: Fraction, averages: list[Fraction]
) -> None:
    entries = [
        _entry(f"E-{number}", role, (of_entity, of_group), date(2026, month + 1, 7))
        for number, (role, of_entity, of_group, month) in enumerate(lines)
    ]
    through = date(2026, 4, 30)
    found = translate_books(
        entries,
        BOOKS,
        through,
        closing=rate(closing),
        average=lambda month: rate(averages[month.month - 1]),
        classes={"capital": StatementClass.EQUITY},
    )
    kept = [entry for entry in entries if entry.day <= through]
    assert found.to_booked == -found.difference
    for one in found.accounts:
        mine = [line for entry in kept for line in entry.lines if line.account == one.account]
        assert one.local.minor == sum(line.amount.entity.minor for line in mine)
        assert one.booked is not None
        assert one.booked.minor == sum(line.amount.group.minor for line in mine)
        if one.statement is StatementClass.EQUITY:
            assert one.translated == one.booked
        if one.statement is StatementClass.BALANCE_SHEET:
            assert one.translated == convert(one.local, rate(closing))


def _entry(entry_id: str, role: str, minors: tuple[int, int], day: date) -> JournalEntry:
    amount = Booked(Money(minors[0], "EUR"), Money(minors[0], "EUR"), Money(minors[1], "USD"))
    lines = JournalLine(role, role, amount), JournalLine(Role.PAYABLE, "1600", -amount)
    return JournalEntry(entry_id, "DE", day, "any", "S-1", lines)


def test_income_is_translated_month_by_month() -> None:
    entries = [
        _entry("E-1", Role.REVENUE, (-10_000, -11_000), date(2026, 1, 5)),
        _entry("E-2", Role.REVENUE, (-10_000, -11_500), date(2026, 2, 5)),
        attrs.evolve(_entry("E-3", Role.REVENUE, (-1, -1), DAY), entity="GB"),
    ]
    by_month = {Month(2026, 1): rate("1.10"), Month(2026, 2): rate("1.20")}
    found = translate_books(
        entries, BOOKS, DAY, closing=rate("1.25"), average=by_month.__getitem__, ownership="0.8"
    )
    translated = {one.account: str(one.translated) for one in found.accounts}
    assert translated == {"revenue": "-230.00 USD", "1600": "250.00 USD"}
    assert (str(found.difference), str(found.minority)) == ("-20.00 USD", "-4.00 USD")
    assert str(found.parent) == "-16.00 USD"


def test_what_cannot_be_translated_is_refused() -> None:
    cash = ("cash", StatementClass.BALANCE_SHEET, Money.of(5, "EUR"))
    capital = ("capital", StatementClass.EQUITY, Money.of(-5, "EUR"))
    one = rate("1")
    with pytest.raises(InvalidValue, match=r"add up to 5.00 EUR, not to zero"):
        translate_balances([cash], closing=one, average=one, historical=one)
    with pytest.raises(NotFound, match="historical rate for the account 'capital'"):
        translate_balances([cash, capital], closing=one, average=one, historical={})
    for share in ("0", "1.01"):
        with pytest.raises(InvalidValue, match="a share above 0 up to 1"):
            translate_balances(
                [cash, capital], closing=one, average=one, historical=one, ownership=share
            )
    with pytest.raises(InvalidValue, match="needs the rate of its day"):
        translate_net_assets(cash[2], cash[2], cash[2], NetAssetRates(one, one, one))

    def average(_: Month) -> FoundRate:
        return one

    unknown = [_entry("E-1", "goodwill.bought", (1, 1), DAY)]
    with pytest.raises(
        NotFound, match=r"no class of the statements for the role 'goodwill.bought'"
    ):
        translate_books(unknown, BOOKS, DAY, closing=one, average=average)
    mixed = [
        attrs.evolve(entry, lines=tuple(attrs.evolve(line, account="9") for line in entry.lines))
        for entry in [_entry("E-1", Role.REVENUE, (1, 1), DAY)]
    ]
    with pytest.raises(InvalidValue, match="'9' of 'DE' stands in two classes, pl and bs"):
        translate_books(mixed, BOOKS, DAY, closing=one, average=average)
    other = Rate("EUR", "GBP", DAY, "1", source="bank").found
    with pytest.raises(CurrencyMismatch):
        translate_books(
            [_entry("E-1", Role.REVENUE, (1, 1), DAY)], BOOKS, DAY, closing=other, average=average
        )

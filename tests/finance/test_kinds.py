"""What is of another kind is refused at the door, by name; a word may be given as its text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Inexact, localcontext
from fractions import Fraction
from functools import partial
from typing import Any

import attrs
import pytest

from harmony_core.culture import Formats, MoneyStyle
from harmony_core.errors import HarmonyError, InvalidValue, NotFound
from harmony_core.explanation import RoundingMode
from harmony_core.finance import (
    Booked,
    ClosedPeriods,
    Contribution,
    CostView,
    ExactAmount,
    FixedRate,
    Group,
    Holding,
    HoursWorked,
    JournalEntry,
    LegalEntity,
    MarginRule,
    Money,
    MonthWeight,
    Ownership,
    Rate,
    RateBook,
    RatePolicy,
    Remainder,
    Rounding,
    StatementClass,
    TaxRate,
    TransferRule,
    allocate,
    allocate_apart,
    convert,
    convert_legally,
    currency,
    money_sum,
    profit_facts,
    spread,
    straight_line,
    translate_balances,
    trend,
    trial_balance,
)
from harmony_core.periods import Span

DAY = date(2026, 3, 31)
EURO = Money.of("1.00", "EUR")
GROUP = Group("NB", "Northbridge", "GBP", (LegalEntity("GB", "GB", "GB", "GBP"),), DAY)


def wrong(value: object) -> Any:
    """Give what a type checker would refuse: a notebook has none."""
    return value


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "a day as text": (
        lambda: Rate("EUR", "USD", wrong("2026-03-31"), 1, source="bank"),
        "day of Rate must be a plain date",
    ),
    "a day as a moment": (
        lambda: Rate("EUR", "USD", datetime(2026, 3, 31, tzinfo=UTC), 1, source="bank"),
        "day of Rate must be a plain date",
    ),
    "a source as number": (
        lambda: Rate("EUR", "USD", DAY, 1, source=wrong(5)),
        "source of Rate must be a text",
    ),
    "a number of days as fraction": (
        lambda: RatePolicy(max_age_days=wrong(1.5)),
        "max_age_days of RatePolicy",
    ),
    "a month as fraction": (lambda: MarginRule(Fraction(1, 5), months=wrong(1.5)), "months of"),
    "True as number": (lambda: MarginRule(Fraction(1, 5), months=True), "months of"),
    "booked texts": (
        lambda: Booked(wrong("x"), EURO, EURO),
        "transaction of Booked must be a Money",
    ),
    "an entry's day": (
        lambda: JournalEntry("1", "DE", wrong("2026-03-31"), "sale", "S-1", ()),
        "day of JournalEntry must be a plain date",
    ),
    "a method as text": (
        lambda: TransferRule("R", None, None, wrong("cost plus"), DAY),
        "method of TransferRule must be",
    ),
    "a subject that is none": (
        lambda: TransferRule("R", None, None, FixedRate(EURO.exact), DAY, None, wrong("junk")),
        "TransferSubject is one of",
    ),
    "settled money for a rate": (lambda: FixedRate(wrong(EURO)), "must be an ExactAmount"),
    "a rounding as text": (lambda: EURO.exact.settle(wrong("half_up")), "rounding must be a Roun"),
    "a rate not looked up": (
        lambda: convert(EURO, wrong(Rate("EUR", "USD", DAY, 1, source="bank"))),
        "rate must be a FoundRate",
    ),
    "a currency that is no text": (lambda: currency(wrong(5)), "code of a currency must be a t"),
    "a sum of numbers": (lambda: money_sum(wrong([5]), "EUR"), "amounts to add up must be a Money"),
    "a factor's rounding as text": (lambda: EURO.times("0.3", wrong("down")), "rounding must be a"),
    "a book of numbers": (lambda: RateBook(wrong([5])), "rates of a book must be a Rate"),
    "a number to split": (lambda: allocate(wrong(5), [1, 1]), "total to split must be a Money"),
    "a number to split apart": (lambda: allocate_apart(wrong(5), [1]), "must be a Money"),
    "ratios as text": (lambda: allocate(EURO, "12"), "list of exact numbers, got the text '12'"),
    "a month as number": (lambda: HoursWorked(wrong(5), (), Fraction(1)), "month of HoursWorked"),
    "a trend to a number": (
        lambda: trend(profit_facts([], CostView.GROUP, GROUP), wrong(5)),
        "last_month must be a Month",
    ),
    "a column that is none": (lambda: trial_balance([], column=wrong("middle")), "Column is one"),
    "a rounding that is none": (lambda: Rounding(wrong("nonsense")), "RoundingMode is one of"),
    "a step as float": (lambda: Rounding(step=wrong(0.05)), "step of Rounding must be a Fraction"),
    "a weight that is none": (
        lambda: straight_line(Span.of_days(DAY, DAY), wrong("junk")),
        "MonthWeight is one of",
    ),
    "a remainder that is none": (
        lambda: spread(EURO, [1], remainder=wrong("junk")),
        "Remainder is one of",
    ),
    "a view that is none": (
        lambda: profit_facts([], wrong("junk"), GROUP),
        "CostView is one of",
    ),
    "a style that is none": (
        lambda: Formats.of("de").money(EURO, wrong("junk")),
        "MoneyStyle is one of",
    ),
    "no text for a number": (lambda: Formats.of("de").parse_number(wrong(None)), "must be a text"),
    "a float to write": (lambda: Formats.of("de").number(wrong(0.1)), "must be exact"),
    "True to write": (lambda: Formats.of("de").number(True), "must be exact"),
    "a float share": (lambda: Formats.of("de").percent(wrong(0.075)), "a share must be exact"),
    "a closed month as text": (lambda: ClosedPeriods(wrong("2026-01")), "must be a list"),
    "closed months as texts": (lambda: ClosedPeriods(wrong(["2026-01"])), "must be a Month"),
    "closing a text": (lambda: ClosedPeriods().closing(wrong("2026-01")), "must be a Month"),
    "closing a text for one": (
        lambda: ClosedPeriods().closing(wrong("2026-01"), "GB"),
        "the month that 'GB' closed must be a Month",
    ),
    "a share's day": (
        lambda: Holding("IN", wrong("2026-03-01"), "0.5"),
        "first_day of Holding must be a plain date",
    ),
    "a tax rate's day": (
        lambda: TaxRate("DE", "S", Fraction(19, 100), wrong("2026-01-01")),
        "valid_from of TaxRate must be",
    ),
    "a fiscal year's month": (
        lambda: LegalEntity("DE", "Nordwerk", "DE", "EUR", fiscal_year_start_month=wrong(1.5)),
        "fiscal_year_start_month of LegalEntity must be",
    ),
}


@pytest.mark.parametrize(("make", "words"), WRONG.values(), ids=WRONG)
def test_another_kind_is_refused_by_name(make: Callable[[], object], words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        make()


def test_words_may_be_given_as_their_text() -> None:
    assert Rounding(wrong("up")) == Rounding(RoundingMode.UP)
    assert str(ExactAmount.of("0.001", "EUR").settle(Rounding(wrong("up")))) == "0.01 EUR"
    quarter = Span.of_days(date(2026, 1, 16), DAY)
    for by in MonthWeight:
        assert straight_line(quarter, wrong(by.value)) == straight_line(quarter, by)
    for remainder in Remainder:
        cents = Money.of("0.05", "EUR")
        assert spread(cents, [1, 1, 1], remainder=wrong(remainder.value)) == spread(
            cents, [1, 1, 1], remainder=remainder
        )
    for view in CostView:
        assert profit_facts([], wrong(view.value), GROUP).view is view
    for style in MoneyStyle:
        formats = Formats.of("en-GB")
        assert formats.money(EURO, wrong(style.value)) == formats.money(EURO, style)


def test_statement_classes_may_be_given_as_their_text() -> None:
    rate = Rate("EUR", "USD", DAY, "1.15", source="bank").found
    rows = [
        ("cash", StatementClass.BALANCE_SHEET, Money.of(120, "EUR")),
        ("capital", StatementClass.EQUITY, Money.of(-70, "EUR")),
        ("revenue", StatementClass.PROFIT_AND_LOSS, Money.of(-50, "EUR")),
    ]
    in_dollars = partial(
        translate_balances,
        closing=rate,
        average=Rate("EUR", "USD", DAY, "1.12", source="bank").found,
        historical=Rate("EUR", "USD", DAY, "1.05", source="bank").found,
    )
    texts = [(name, wrong(kind.value), money) for name, kind, money in rows]
    assert in_dollars(texts) == in_dollars(rows)


def test_a_month_without_weight_gets_nothing_though_it_comes_last() -> None:
    parts = spread(Money.of("0.05", "EUR"), [1, 1, 1, 0], remainder=Remainder.LAST)
    assert [part.minor for part in parts] == [2, 2, 1, 0]


def test_no_decimal_context_changes_a_figure() -> None:
    figures = attrs.evolve(
        Contribution.zero("EUR"), revenue=Money.of(300, "EUR"), direct_cost=Money.of(170, "EUR")
    )
    with localcontext(prec=2) as context:
        context.traps[Inexact] = True
        assert str(figures.percent) == "43.33"
        long = Money.of("-1234567.89", "EUR")
        assert Formats.of("en-GB").money(long, MoneyStyle.NAME) == "-1,234,567.89 euros"


def test_the_euro_replaced_no_pound() -> None:
    with pytest.raises(NotFound):
        convert_legally(Money.of("1.00", "GBP"), "GBP")
    assert convert_legally(Money.of("1.00", "DEM"), "DEM") == Money.of("1.00", "DEM")


def test_every_error_is_one_of_ours() -> None:
    for make, _ in WRONG.values():
        with pytest.raises(HarmonyError):
            make()


def test_holdings_of_a_company_that_the_group_does_not_know() -> None:
    held = Ownership.of(Holding("in", date(2026, 3, 1), "0.5"))
    with pytest.raises(NotFound, match="a share of 'in' is known"):
        held.require_in({"DE", "IN"})

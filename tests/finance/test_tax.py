"""Tax by EN 16931, its other roundings, and rates by day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound
from harmony_core.finance import (
    HALF_EVEN,
    DocumentAdjustment,
    ExactAmount,
    Money,
    TaxDocument,
    TaxGroup,
    TaxLine,
    TaxMethod,
    TaxRate,
    TaxTable,
    tax_document,
    withhold,
)

PERCENTS = st.sampled_from(["0", "5", "7.7", "19", "25.5", None])
NETS = st.integers(-(10**7), 10**7)
TAXED = st.lists(st.tuples(NETS, st.sampled_from("SR"), PERCENTS), min_size=1, max_size=10)
METHODS = st.sampled_from(list(TaxMethod))


def euro(text: str) -> Money:
    return Money.of(text, "EUR")


def document(rows: list[tuple[int, str, Any]], method: TaxMethod) -> TaxDocument:
    lines = [TaxLine.of(Money(minor, "EUR"), category, rate) for minor, category, rate in rows]
    return tax_document("EUR", lines, method=method)


@pytest.mark.parametrize("category", ["Z", "E", "AE", "K", "G", "O"])
def test_a_category_that_asks_for_no_tax_has_no_rate(category: str) -> None:
    with pytest.raises(InvalidValue, match=f"category {category} asks for no tax, got 19 per cent"):
        TaxLine.of(euro("100.00"), category, 19)
    with pytest.raises(InvalidValue, match=f"category {category} asks for no tax, got 7 per cent"):
        DocumentAdjustment(euro("100.00"), True, category, Fraction(7))
    for rate in (0, None):
        assert not tax_document("EUR", [TaxLine.of(euro("100.00"), category, rate)]).total_tax


def test_a_word_is_no_answer_to_yes_or_no() -> None:
    lines = [TaxLine.of(euro("119.00"), "S", 19)]
    with pytest.raises(InvalidValue, match="tax_included of a document must be True or False"):
        tax_document("EUR", lines, tax_included="no")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="on_net of a withholding must be True or False"):
        withhold(tax_document("EUR", lines), 15, on_net="no")  # type: ignore[arg-type]


@given(TAXED, METHODS)
def test_totals_add_up(rows: list[tuple[int, str, Any]], method: TaxMethod) -> None:
    made = document(rows, method)
    assert made.total_excl.minor == sum(minor for minor, _, _ in rows)
    assert sum(group.taxable.minor for group in made.groups) == made.total_excl.minor
    assert sum(group.tax.minor for group in made.groups) == made.total_tax.minor
    assert made.payable == made.total_incl == made.total_excl + made.total_tax


@given(TAXED, METHODS)
def test_a_credit_note_is_the_mirror_of_its_invoice(
    rows: list[tuple[int, str, Any]], method: TaxMethod
) -> None:
    invoice = document(rows, method)
    credit = document([(-minor, category, rate) for minor, category, rate in rows], method)
    assert credit.total_tax == -invoice.total_tax
    assert [group.tax for group in credit.groups] == [-group.tax for group in invoice.groups]


@given(TAXED, st.randoms(use_true_random=False))
def test_tax_per_group_does_not_depend_on_the_order_of_lines(
    rows: list[tuple[int, str, Any]], random: Any
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    for method in TaxMethod:
        assert document(shuffled, method).total_tax == document(rows, method).total_tax
    assert (
        document(shuffled, TaxMethod.PER_LINE).groups == document(rows, TaxMethod.PER_LINE).groups
    )


@given(TAXED)
def test_each_method_is_off_by_at_most_half_a_cent_for_each_rounding(
    rows: list[tuple[int, str, Any]],
) -> None:
    exactly = sum((minor * Fraction(rate or 0) / 100 for minor, _, rate in rows), Fraction(0))
    roundings = {
        TaxMethod.PER_DOCUMENT: 1,
        TaxMethod.PER_CATEGORY_AND_RATE: len({(category, rate) for _, category, rate in rows}),
        TaxMethod.PER_LINE: len(rows),
    }
    for method, count in roundings.items():
        assert abs(document(rows, method).total_tax.minor - exactly) <= Fraction(count, 2)


@pytest.mark.parametrize(
    ("method", "tax"),
    [("per_line", "0.09"), ("per_category_and_rate", "0.08"), ("per_document", "0.08")],
)
def test_where_tax_is_rounded_is_worth_a_cent(method: str, tax: str) -> None:
    assert document([(50, "S", "5")] * 3, TaxMethod(method)).total_tax == euro(tax)


def test_two_rates_rounded_together_are_fitted_to_the_whole() -> None:
    rows = [(10, "S", "5"), (10, "S", "15")]  # half a cent and one and a half
    per_group = document(rows, TaxMethod.PER_CATEGORY_AND_RATE)
    whole = document(rows, TaxMethod.PER_DOCUMENT)
    assert [str(group.tax.amount) for group in per_group.groups] == ["0.01", "0.02"]
    assert [str(group.tax.amount) for group in whole.groups] == ["0.01", "0.01"]


def test_a_document_with_everything() -> None:
    price = ExactAmount.of("410", "EUR")
    made = tax_document(
        "EUR",
        [
            TaxLine.priced(
                "10", price, "S", "25.0", allowances=[euro("101.00")], charges=[euro("1.00")]
            ),
            TaxLine.priced("10", ExactAmount.of("200", "EUR"), "E", "0.0", base_quantity="2"),
            TaxLine.priced("-3", ExactAmount.of("0.335", "EUR"), "O", None),
        ],
        [
            DocumentAdjustment(euro("200.00"), charge=True, category="S", rate_percent="25"),
            DocumentAdjustment(euro("50.00"), charge=False, category="S", rate_percent="25"),
        ],
        prepaid=euro("1000.00"),
        payable_rounding=euro("0.01"),
    )
    assert made == TaxDocument(
        line_net=(euro("4000.00"), euro("1000.00"), euro("-1.01")),
        groups=(
            TaxGroup("E", Fraction(0), euro("1000.00"), euro("0.00")),
            TaxGroup("O", None, euro("-1.01"), euro("0.00")),
            TaxGroup("S", Fraction(25), euro("4150.00"), euro("1037.50")),
        ),
        total_excl=euro("5148.99"),
        total_tax=euro("1037.50"),
        total_incl=euro("6186.49"),
        payable=euro("5186.50"),
    )


def test_one_category_with_two_rates_is_two_groups_and_equal_rates_are_one() -> None:
    made = document([(100, "S", "7"), (100, "S", "19"), (100, "S", "19.00")], TaxMethod.PER_LINE)
    found = {group.rate_percent: group.taxable for group in made.groups}
    assert found == {Fraction(7): euro("1.00"), Fraction(19): euro("2.00")}


def test_the_rounding_of_lines_is_a_policy() -> None:
    lines = [TaxLine.priced("1", ExactAmount.of("6733.945", "EUR"), "S", "19")]
    assert tax_document("EUR", lines).line_net == (euro("6733.95"),)
    assert tax_document("EUR", lines, rounding=HALF_EVEN).line_net == (euro("6733.94"),)


def test_an_empty_document_is_zero() -> None:
    made = tax_document("JPY", [])
    nothing = Money(0, "JPY")
    assert made == TaxDocument((), (), nothing, nothing, nothing, nothing)


def test_a_document_has_one_currency() -> None:
    with pytest.raises(CurrencyMismatch):
        tax_document("EUR", [TaxLine.of(Money(1, "USD"), "S", 20)])
    with pytest.raises(CurrencyMismatch):
        tax_document("EUR", [], [DocumentAdjustment(Money(1, "USD"), True, "S", 20)])
    with pytest.raises(CurrencyMismatch):
        tax_document("EUR", [], prepaid=Money(1, "USD"))


def test_what_cannot_be_taxed_is_refused() -> None:
    rate: Any
    for rate in ("-1", 19.0, "19%"):
        with pytest.raises(InvalidValue):
            TaxLine.of(euro("1"), "S", rate)
    for base in (0, "-1"):
        with pytest.raises(InvalidValue, match="base quantity"):
            TaxLine.priced(1, ExactAmount.of(1, "EUR"), "S", 20, base_quantity=base)


GERMANY = TaxTable(
    [
        TaxRate("DE", "S", "19", date(2007, 1, 1)),
        TaxRate("DE", "S", "16", date(2020, 7, 1), date(2021, 1, 1)),
        TaxRate("DE", "R", "7", date(1983, 7, 1)),
    ]
)


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (date(2007, 1, 1), 19),
        (date(2020, 6, 30), 19),
        (date(2020, 7, 1), 16),
        (date(2020, 12, 31), 16),
        (date(2021, 1, 1), 19),
    ],
)
def test_a_rate_has_its_days_and_the_one_that_began_last_wins(day: date, percent: int) -> None:
    assert GERMANY.rate("DE", "S", day).percent == percent


@pytest.mark.parametrize(
    ("jurisdiction", "category", "day"),
    [("DE", "S", date(2006, 12, 31)), ("DE", "H", date(2020, 1, 1)), ("FR", "S", date(2020, 1, 1))],
)
def test_a_missing_rate_is_named(jurisdiction: str, category: str, day: date) -> None:
    with pytest.raises(NotFound, match=f"'{category}' in '{jurisdiction}' on {day}"):
        GERMANY.rate(jurisdiction, category, day)


def test_a_table_refuses_rates_that_contradict() -> None:
    with pytest.raises(InvalidValue, match="begin on 2007-01-01"):
        TaxTable([*GERMANY, TaxRate("DE", "S", "18", date(2007, 1, 1))])
    assert list(TaxTable([*GERMANY, *GERMANY])) == list(GERMANY)
    with pytest.raises(InvalidValue, match="before it begins"):
        TaxRate("DE", "S", "19", date(2007, 1, 1), date(2007, 1, 1))

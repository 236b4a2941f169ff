"""Tax inside prices, on unrounded nets, stacked, moved to the buyer, held back and converted."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.finance import (
    DocumentAdjustment,
    ExactAmount,
    IncludedTax,
    Money,
    Rate,
    StackedTax,
    TaxBase,
    TaxDocument,
    TaxLine,
    TaxMethod,
    cash_rounding,
    compound_tax,
    convert,
    in_percent,
    reverse_charge,
    tax_document,
    tax_in_currency,
    tax_inside,
    tax_on,
    withhold,
)

PERCENTS = st.sampled_from(["0", "5", "7.7", "19", "25.5"])
MINORS = st.integers(-(10**7), 10**7)
EXACT_LINES = st.lists(
    st.tuples(
        st.fractions(-(10**5), 10**5, max_denominator=10**4), st.sampled_from("SR"), PERCENTS
    ),
    min_size=1,
    max_size=8,
)
METHODS = st.sampled_from(list(TaxMethod))
TO_POUNDS = Rate("EUR", "GBP", date(2026, 3, 31), "0.8571", source="ECB").found


def euro(text: str) -> Money:
    return Money.of(text, "EUR")


def document(
    rows: list[tuple[Fraction, str, str]], method: TaxMethod, *, included: bool
) -> TaxDocument:
    lines = [TaxLine(ExactAmount(value, "EUR"), kind, rate) for value, kind, rate in rows]
    return tax_document("EUR", lines, method=method, tax_included=included)


@given(EXACT_LINES, METHODS, st.booleans())
def test_lines_make_groups_and_groups_make_the_document(
    rows: list[tuple[Fraction, str, str]], method: TaxMethod, included: bool
) -> None:
    made = document(rows, method, included=included)
    for group in made.groups:
        nets = [
            net.minor
            for net, (_, kind, rate) in zip(made.line_net, rows, strict=True)
            if (kind, Fraction(rate)) == (group.category, group.rate_percent)
        ]
        assert sum(nets) == group.taxable.minor
    assert sum(group.taxable.minor for group in made.groups) == made.total_excl.minor
    assert sum(group.tax.minor for group in made.groups) == made.total_tax.minor


@given(EXACT_LINES, METHODS)
def test_prices_that_include_tax_are_what_is_paid(
    rows: list[tuple[Fraction, str, str]], method: TaxMethod
) -> None:
    made = document(rows, method, included=True)
    prices = [ExactAmount(value, "EUR") for value, _, _ in rows]
    if method is TaxMethod.UNROUNDED:
        assert made.total_incl == sum(prices, ExactAmount.of(0, "EUR")).settle()
    else:
        assert made.total_incl.minor == sum(price.settle().minor for price in prices)


@given(EXACT_LINES, METHODS, st.booleans())
def test_a_credit_note_mirrors_every_method(
    rows: list[tuple[Fraction, str, str]], method: TaxMethod, included: bool
) -> None:
    made = document(rows, method, included=included)
    back = document([(-value, *rest) for value, *rest in rows], method, included=included)  # type: ignore[misc]
    assert back.total_tax == -made.total_tax
    assert back.total_incl == -made.total_incl


def test_unrounded_lines_are_taxed_as_one() -> None:
    lines = [TaxLine(ExactAmount.of("33.333", "EUR"), "S", 20)] * 3
    made = tax_document("EUR", lines, method=TaxMethod.UNROUNDED)
    assert [str(net.amount) for net in made.line_net] == ["33.34", "33.33", "33.33"]
    assert (made.total_excl, made.total_tax) == (euro("100.00"), euro("20.00"))
    assert tax_document("EUR", lines).total_excl == euro("99.99")


def test_prices_with_tax_have_adjustments_with_tax() -> None:
    made = tax_document(
        "EUR",
        [TaxLine.of(euro("119.00"), "S", 19)] * 2,
        [DocumentAdjustment(euro("11.90"), charge=False, category="S", rate_percent=19)],
        tax_included=True,
    )
    assert made.line_net == (euro("100.00"), euro("100.00"))
    assert (made.total_excl, made.total_tax) == (euro("190.00"), euro("36.10"))
    assert made.payable == euro("226.10")


@given(MINORS, PERCENTS, st.sampled_from(list(IncludedTax)))
def test_the_two_parts_of_a_price_make_it_up_and_mirror(
    minor: int, percent: str, method: IncludedTax
) -> None:
    price = Money(minor, "EUR")
    parts = tax_inside(price, percent, method)
    assert parts.gross == price
    back = tax_inside(-price, percent, method)
    assert (back.net, back.tax) == (-parts.net, -parts.tax)
    assert abs(tax_on(parts.net, percent).value - parts.tax.exact.value) <= Fraction(2, 100)


STACK = [
    StackedTax("levy", fixed=euro("1.50")),
    StackedTax("GST", 5),
    StackedTax("QST", "9.5", TaxBase.RUNNING),
]


@given(MINORS)
def test_stacked_taxes_are_each_rounded_and_mirror(minor: int) -> None:
    net = Money(minor, "EUR")
    found = compound_tax(net, STACK)
    assert found.total.minor == minor + sum(tax.minor for _, tax in found.taxes)
    if minor:
        back = compound_tax(-net, STACK)
        assert back.taxes == tuple((name, -tax) for name, tax in found.taxes)


@pytest.mark.parametrize(
    ("net", "taxes", "amounts"),
    [
        ("100.00", [("GST", 5, "base"), ("QST", "9.5", "running")], ["5.00", "9.98"]),
        ("100.00", [("GST", 5, "base"), ("PST", "9.975", "base")], ["5.00", "9.98"]),
        ("0.10", [("A", 5, "base"), ("B", 50, "running")], ["0.01", "0.06"]),  # on 0.11
    ],
)
def test_a_tax_on_taxes(net: str, taxes: list[tuple[str, str, str]], amounts: list[str]) -> None:
    stack = [StackedTax(name, percent, TaxBase(on)) for name, percent, on in taxes]
    assert [str(tax.amount) for _, tax in compound_tax(euro(net), stack).taxes] == amounts


def test_a_stacked_tax_is_a_percentage_or_a_levy() -> None:
    for wrong in ({}, {"percent": 5, "fixed": euro("1.00")}):
        with pytest.raises(InvalidValue, match="either a percentage or a fixed amount"):
            StackedTax("X", **wrong)  # type: ignore[arg-type]
    with pytest.raises(CurrencyMismatch):
        compound_tax(Money(1, "USD"), STACK)


@given(MINORS, PERCENTS, st.integers(0, 100))
def test_a_reversed_charge_asks_for_no_tax(minor: int, percent: str, deductible: int) -> None:
    found = reverse_charge(Money(minor, "EUR"), percent, deductible_percent=deductible)
    assert not found.invoice_tax
    assert found.payable.minor == minor
    assert abs(found.cost.minor) <= abs(found.output_tax.minor)
    if deductible == 100:
        assert not found.cost


def test_only_part_of_a_reversed_charge_may_be_deducted() -> None:
    found = reverse_charge(euro("1000.00"), 20, deductible_percent=40)
    assert (found.output_tax, found.input_tax) == (euro("200.00"), euro("-80.00"))
    assert found.cost == euro("120.00")
    with pytest.raises(InvalidValue, match="at most 100 %"):
        reverse_charge(euro("1.00"), 20, deductible_percent=101)


@pytest.mark.parametrize(
    ("on_net", "tax", "payable"), [(True, "200.00", "1020.00"), (False, "244.00", "976.00")]
)
def test_tax_is_held_back_from_net_or_total(on_net: bool, tax: str, payable: str) -> None:
    made = tax_document("EUR", [TaxLine.of(euro("1000.00"), "S", 22)])
    held = withhold(made, 20, on_net=on_net)
    assert (held.tax, held.payable) == (euro(tax), euro(payable))
    credit = tax_document("EUR", [TaxLine.of(euro("-1000.00"), "S", 22)])
    assert withhold(credit, 20, on_net=on_net).payable == -held.payable


@given(EXACT_LINES, METHODS)
def test_tax_in_the_currency_of_the_books_adds_up(
    rows: list[tuple[Fraction, str, str]], method: TaxMethod
) -> None:
    made = document(rows, method, included=False)
    found = tax_in_currency(made, TO_POUNDS)
    assert found.total == convert(made.total_tax, TO_POUNDS)
    assert sum(tax.minor for tax in found.groups) == found.total.minor


def test_tax_is_converted_from_its_own_currency() -> None:
    with pytest.raises(CurrencyMismatch):
        tax_in_currency(tax_document("USD", []), TO_POUNDS)
    assert tax_in_currency(tax_document("EUR", []), TO_POUNDS).groups == ()


def test_a_share_is_a_rate_in_per_cent() -> None:
    assert in_percent("0.255") == Fraction("25.5")
    with pytest.raises(InvalidValue):
        in_percent("-0.1")


def test_what_is_to_be_paid_is_rounded_to_coins_once() -> None:
    line = TaxLine.of(Money.of("92.53", "CHF"), "S", "8.1")  # 100.02 with tax
    paid = tax_document("CHF", [line], payable_rounding=cash_rounding("CHF"))
    assert (str(paid.total_incl), str(paid.payable)) == ("100.02 CHF", "100.00 CHF")
    back = attrs.evolve(line, gross=-line.gross)
    assert (
        tax_document("CHF", [back], payable_rounding=cash_rounding("CHF")).payable == -paid.payable
    )

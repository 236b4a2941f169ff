"""Several taxes on one line: beside each other, upon each other, inside a price, held back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.finance import (
    LineTax,
    Money,
    NamedTax,
    StackedTax,
    TaxBase,
    TaxDocument,
    TaxLine,
    TaxMethod,
    compound_tax,
    tax_document,
)

ROUNDED = [TaxMethod.PER_CATEGORY_AND_RATE, TaxMethod.PER_DOCUMENT, TaxMethod.PER_LINE]
METHODS = st.sampled_from(list(TaxMethod))
NETS = st.integers(-(10**7), 10**7)
PERCENTS = st.sampled_from(["0", "2.5", "5", "7.7", "9.975", "19", None])
BASES = st.sampled_from(TaxBase)


@st.composite
def lines(draw: st.DrawFn) -> TaxLine:
    """Lines of one document: each bears some of the same three taxes, in one order."""
    further = [
        tax
        for tax in (
            LineTax("county", draw(st.sampled_from(["0.25", "1"])), "US-CA-LA"),
            LineTax("levy", "1.5", "US-CA", TaxBase.RUNNING),
            LineTax("duty", "3", "US", TaxBase.RUNNING),
        )
        if draw(st.booleans())
    ]
    held = [LineTax("held", "15", "US", draw(BASES))] if draw(st.booleans()) else []
    net, code = Money(draw(NETS), "USD"), draw(st.sampled_from("SR"))
    return TaxLine.of(net, code, draw(PERCENTS), jurisdiction="US", further=further, withheld=held)


LINES = st.lists(lines(), min_size=1, max_size=6)


def bearing(document: TaxDocument, made: list[TaxLine]) -> list[tuple[Any, list[TaxLine]]]:
    return [
        (group, [line for line in made if any(map(group.bears, line.taxes))])
        for group in document.groups
    ]


@given(LINES, METHODS, st.booleans())
def test_totals_add_up_and_taxes_of_categories_stand_on_the_net(
    made: list[TaxLine], method: TaxMethod, included: bool
) -> None:
    found = tax_document("USD", made, method=method, tax_included=included)
    assert sum(net.minor for net in found.line_net) == found.total_excl.minor
    assert sum(group.tax.minor for group in found.groups) == found.total_tax.minor
    first = [group for group in found.groups if group.category in "SR"]
    assert sum(group.taxable.minor for group in first) == found.total_excl.minor
    if included:
        assert found.total_incl.minor == sum(line.gross.settle().minor for line in made)
    else:
        assert list(found.line_net) == [line.net() for line in made]
    held = sum(group.tax.minor for group in found.withheld)
    assert found.expected.minor == found.payable.minor - held


@given(LINES, METHODS, st.booleans())
def test_a_credit_note_mirrors_every_tax(
    made: list[TaxLine], method: TaxMethod, included: bool
) -> None:
    bill = tax_document("USD", made, method=method, tax_included=included)
    turned = [attrs.evolve(line, gross=line.gross * -1) for line in made]
    credit = tax_document("USD", turned, method=method, tax_included=included)
    for one, other in ((bill.groups, credit.groups), (bill.withheld, credit.withheld)):
        assert [(group.taxable, group.tax) for group in one] == [
            (-group.taxable, -group.tax) for group in other
        ]


@given(LINES, METHODS, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_tax(
    made: list[TaxLine], method: TaxMethod, included: bool, random: Any
) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)
    one = tax_document("USD", made, method=method, tax_included=included)
    other = tax_document("USD", shuffled, method=method, tax_included=included)
    assert [(each.category, each.tax) for each in one.groups] == [
        (each.category, each.tax) for each in other.groups
    ]
    if method is not TaxMethod.UNROUNDED:  # there the nets of lines are fitted to the whole
        assert (one.groups, one.withheld) == (other.groups, other.withheld)


@given(LINES)
def test_every_tax_can_be_checked_on_the_document(made: list[TaxLine]) -> None:
    """The default rounds once: the tax of each group is its rate of what it stands on."""
    found = tax_document("USD", made)
    for group, borne in bearing(found, made):
        exactly = group.taxable.exact * (Fraction(group.rate_percent or 0) / 100)
        assert group.tax == exactly.settle()
        if group.on is TaxBase.NET:
            assert group.taxable == sum((line.net() for line in borne), Money(0, "USD"))
    for group in found.withheld:
        assert group.tax == (group.taxable.exact * Fraction(15, 100)).settle()


@given(LINES)
def test_by_line_the_taxes_of_a_document_are_those_of_its_lines_alone(made: list[TaxLine]) -> None:
    found = tax_document("USD", made, method=TaxMethod.PER_LINE)
    for group, borne in bearing(found, made):
        alone = [tax_document("USD", [line], method=TaxMethod.PER_LINE) for line in borne]
        parts = [one for each in alone for one in each.groups]
        same = [
            one
            for one in parts
            if (one.category, one.rate_percent) == (group.category, group.rate_percent)
        ]
        assert group.tax == sum((one.tax for one in same), Money(0, "USD"))
        assert group.taxable == sum((one.taxable for one in same), Money(0, "USD"))


@given(LINES, st.sampled_from(ROUNDED))
def test_no_tax_is_further_off_than_its_roundings(made: list[TaxLine], method: TaxMethod) -> None:
    found = tax_document("USD", made, method=method)
    for group, borne in bearing(found, made):
        roundings = len(borne) if method is TaxMethod.PER_LINE else 1
        exactly = Fraction(0)
        for line in borne:
            below = Fraction(1)
            for tax in line.taxes:
                base = below if tax.on is TaxBase.RUNNING else Fraction(1)
                if group.bears(tax):
                    exactly += line.net().minor * base * tax.share
                    break
                below += base * tax.share
        # what it stands on is rounded too, up to four times
        assert abs(group.tax.minor - exactly) <= roundings * Fraction(3, 2)


@given(NETS, st.lists(st.tuples(PERCENTS, BASES), min_size=1, max_size=4))
def test_a_document_of_one_line_is_the_stack_of_its_taxes(
    minor: int, taxes: list[tuple[Any, TaxBase]]
) -> None:
    net = Money(minor, "CAD")
    (first, _), *rest = taxes
    further = [LineTax(f"T{n}", percent or 0, "CA", on) for n, (percent, on) in enumerate(rest)]
    line = TaxLine.of(net, "S", first, further=further)
    stack = [StackedTax("S", first or 0)]
    stack += [StackedTax(tax.code, tax.percent, tax.on) for tax in further]
    for method in ROUNDED:
        found = tax_document("CAD", [line], method=method)
        assert [(group.category, group.tax) for group in found.groups] == list(
            compound_tax(net, stack).taxes
        )


@given(LINES, METHODS, st.booleans())
def test_a_tax_of_nothing_and_a_line_of_nothing_change_no_figure(
    made: list[TaxLine], method: TaxMethod, included: bool
) -> None:
    nothing = attrs.evolve(made[0], gross=made[0].gross * 0)
    one = tax_document("USD", made, method=method, tax_included=included)
    other = tax_document("USD", [*made, nothing], method=method, tax_included=included)
    assert (one.total_incl, one.total_tax) == (other.total_incl, other.total_tax)


@given(LINES, METHODS)
def test_a_line_that_includes_its_taxes_keeps_its_price(
    made: list[TaxLine], method: TaxMethod
) -> None:
    """Beside lines that do not: it is divided alone, and the others are as without it."""
    priced = attrs.evolve(made[0], tax_included=True)
    found = tax_document("USD", [priced, *made[1:]], method=method)
    alone = tax_document("USD", [priced])
    others = tax_document("USD", made[1:], method=method)
    assert alone.total_incl == priced.gross.settle()
    assert found.line_net[0] == alone.line_net[0]
    assert found.total_incl == alone.total_incl + others.total_incl


QUEBEC = (("GST", 5, "base"), ("QST", "9.975", "base"))
QUEBEC_2012 = (("GST", 5, "base"), ("QST", "9.5", "running"))
INDIA = (("CGST", 9, "base"), ("SGST", 9, "base"))
LOS_ANGELES = (("state", "6", "base"), ("county", "0.25", "base"), ("district", "3.25", "base"))
CASES = [
    # net, taxes, each tax, total
    ("100.00", QUEBEC, ["5.00", "9.98"], "114.98"),
    ("1234.56", QUEBEC, ["61.73", "123.15"], "1419.44"),
    ("100.00", QUEBEC_2012, ["5.00", "9.98"], "114.98"),
    ("1000.00", QUEBEC_2012, ["50.00", "99.75"], "1149.75"),
    ("0.10", QUEBEC_2012, ["0.01", "0.01"], "0.12"),
    ("1234.50", INDIA, ["111.11", "111.11"], "1456.72"),
    ("199.99", LOS_ANGELES, ["12.00", "0.50", "6.50"], "218.99"),
    ("100.00", (("S", 20, "base"), ("levy", 1, "running")), ["20.00", "1.20"], "121.20"),
]


def document(net: str, taxes: tuple[Any, ...], **options: Any) -> TaxDocument:
    (code, percent, _), *rest = taxes
    further = [LineTax(name, rate, name, TaxBase(on)) for name, rate, on in rest]
    line = TaxLine.of(Money.of(net, "CAD"), code, percent, further=further)
    return tax_document("CAD", [line], **options)


@pytest.mark.parametrize(("net", "taxes", "each", "total"), CASES)
def test_known_figures(net: str, taxes: tuple[Any, ...], each: list[str], total: str) -> None:
    found = document(net, taxes)
    assert [str(group.tax.amount) for group in found.groups] == each
    assert str(found.total_incl.amount) == total


def test_a_price_that_includes_two_taxes() -> None:
    """114.98 with GST and QST: 114.98 / 1.14975 is 100.0043."""
    found = document("114.98", QUEBEC, tax_included=True)
    assert [str(group.tax.amount) for group in found.groups] == ["5.00", "9.98"]
    assert (str(found.total_excl.amount), str(found.payable.amount)) == ("100.00", "114.98")


def test_what_several_roundings_leave_of_a_class_is_divided_among_its_lines() -> None:
    """0.59 leave 0.5324 by themselves, but 0.52 after four taxes that were fitted to the whole."""
    further = [
        LineTax("county", 1, "US-CA-LA"),
        LineTax("levy", "1.5", "US-CA", TaxBase.RUNNING),
        LineTax("duty", 3, "US", TaxBase.RUNNING),
    ]
    made = [
        TaxLine.of(Money(minor, "USD"), code, 5, jurisdiction="US", further=further)
        for minor, code in ((9, "S"), (50, "S"), (10, "R"))
    ]
    found = tax_document("USD", made, method=TaxMethod.PER_DOCUMENT, tax_included=True)
    assert [str(net.amount) for net in found.line_net] == ["0.08", "0.44", "0.10"]
    assert str(found.total_incl.amount) == "0.69"


def test_one_line_without_the_second_tax_leaves_the_base_of_the_first_whole() -> None:
    """GST on 20.05 is 1.0025; QST stands on 10.02 with its part of 1.00, not on all of it."""
    qst = LineTax("QST", "9.5", "CA-QC", TaxBase.RUNNING)
    both = TaxLine.of(Money.of("10.02", "CAD"), "GST", 5, jurisdiction="CA", further=[qst])
    only = TaxLine.of(Money.of("10.03", "CAD"), "GST", 5, jurisdiction="CA")
    found = tax_document("CAD", [both, only])
    assert [(str(group.taxable.amount), str(group.tax.amount)) for group in found.groups] == [
        ("20.05", "1.00"),
        ("10.52", "1.00"),
    ]


@pytest.mark.parametrize(
    ("on", "percent", "base", "held", "expected"),
    [
        ("base", 15, "1000.00", "150.00", "1060.00"),  # Spain: IRPF on the net, VAT of 21 %
        ("base", 10, "1000.00", "100.00", "1110.00"),  # India: TDS, section 194J
        ("running", 20, "1210.00", "242.00", "968.00"),
    ],
)
def test_what_is_withheld_lowers_what_is_paid_and_no_total(
    on: str, percent: int, base: str, held: str, expected: str
) -> None:
    kept = LineTax("IRPF", percent, "ES", TaxBase(on))
    line = TaxLine.of(Money.of("1000.00", "EUR"), "S", 21, withheld=[kept])
    found = tax_document("EUR", [line])
    (group,) = found.withheld
    assert [str(one.amount) for one in (group.taxable, group.tax, found.expected)] == [
        base,
        held,
        expected,
    ]
    assert found.payable == found.total_incl == Money.of("1210.00", "EUR")


def test_taxes_that_stand_on_each_other_in_turn_are_refused() -> None:
    one, other = (LineTax(code, 1, "CA", TaxBase.RUNNING) for code in "AB")
    crossed = [
        TaxLine.of(Money(100, "CAD"), "S", 5, further=order)
        for order in ([one, other], [other, one])
    ]
    with pytest.raises(InvalidValue, match="'A' of 'CA' and 'B' of 'CA' stand on each other"):
        tax_document("CAD", crossed)


def test_a_tax_stands_once_on_a_line_and_has_a_name() -> None:
    with pytest.raises(InvalidValue, match="the tax 'QST' of 'CA-QC' stands twice"):
        TaxLine.of(Money(1, "CAD"), "S", 5, further=[LineTax("QST", 9, "CA-QC")] * 2)
    with pytest.raises(InvalidValue, match="the code of a tax must not be empty"):
        NamedTax("CA-QC", "")
    with pytest.raises(InvalidValue, match="each of the taxes of a line must be a LineTax"):
        TaxLine.of(Money(1, "CAD"), "S", 5, further=[NamedTax("CA", "GST")])  # type: ignore[list-item]

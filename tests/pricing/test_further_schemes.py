"""Packages, blocks, percentages, discounts, conversion, commitments, capacity."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harmony_core.culture import Culture
from harmony_core.errors import CurrencyMismatch, InvalidBands, InvalidValue
from harmony_core.explanation import RoundingMode
from harmony_core.finance import Exact, ExactAmount
from harmony_core.pricing import (
    AmountOff,
    BeyondBlocks,
    BlockBand,
    CapacityStep,
    CapacitySteps,
    Commitment,
    Conversion,
    Converted,
    Discount,
    Discounted,
    Dynamic,
    FillUpBlocks,
    FreeAmountEdge,
    FreeUnits,
    GraduatedPercentage,
    LookUpBlocks,
    Package,
    PartPackage,
    Percentage,
    PercentOff,
    PerUnit,
    Scheme,
    SplitRounding,
    Transactions,
    billable_units,
    explain,
    price,
    round_quantity,
    true_up,
)
from harmony_core.pricing._combinations import inside
from harmony_core.products._price_words import price_in_words
from tests.pricing.scheme_values import (
    block_bands,
    conversions,
    discounts,
    money,
    percentages,
    prices,
    quantities,
    schemes,
    sizes,
)


def euro(amount: str | int) -> ExactAmount:
    return ExactAmount.of(amount, "EUR")


@given(money, sizes, quantities)
def test_as_many_packages_as_hold_the_units(
    package: ExactAmount, size: Fraction, quantity: Fraction
) -> None:
    up = Package(package, size).packages(quantity)
    down = Package(package, size, part_package=PartPackage.ROUND_DOWN).packages(quantity)
    assert (up - 1) * size < quantity <= up * size or up == quantity == 0
    assert down * size <= quantity < (down + 1) * size
    assert Package(package, size).price(quantity).value == up * package.value


@given(block_bands, quantities)
def test_blocks_of_one_band_are_the_same_in_both_readings(
    bands: list[BlockBand], quantity: Fraction
) -> None:
    alone = [bands[-1]]
    assert FillUpBlocks(alone).price(quantity) == LookUpBlocks(alone).price(quantity)


@given(block_bands, quantities)
def test_block_bands_are_filled_in_turn(bands: list[BlockBand], quantity: Fraction) -> None:
    """Take the units block by block, as somebody at the counter would."""
    total, rest = Fraction(0), quantity
    for band in bands:
        sold = 0
        while rest > 0 and (band.blocks is None or sold < band.blocks):
            if band.blocks is None:
                total += band.begun(rest) * band.block_price.value
                rest = Fraction(0)
                break
            total += band.block_price.value
            rest -= band.block_size
            sold += 1
    assert FillUpBlocks(bands).price(quantity).value == total


@given(percentages(), st.lists(quantities, max_size=6))
def test_transactions_are_charged_as_they_are_explained(
    scheme: Percentage, values: list[Fraction]
) -> None:
    transactions = Transactions.of(values)
    amount, why = scheme.price_transactions(transactions), scheme.explain_transactions(transactions)
    assert why.value == why.evaluate() == amount.value
    assert why.unit == "EUR"
    assert amount.value >= 0


@given(prices, money, st.lists(quantities.filter(bool), max_size=6))
def test_limits_per_transaction_that_bind_nothing_change_nothing(
    rate: Fraction, fee: ExactAmount, values: list[Fraction]
) -> None:
    transactions = Transactions.of(values)
    plain = Percentage(rate, fee, free_transactions=2, free_amount=Fraction(900))
    limited = Percentage(rate, fee, euro(0), None, 2, Fraction(900))
    assert plain.price_transactions(transactions) == limited.price_transactions(transactions)


@given(schemes, discounts, quantities)
def test_no_discount_takes_off_more_than_there_is(
    scheme: Scheme, taken: list[Discount], quantity: Fraction
) -> None:
    assert 0 <= Discounted(scheme, taken).price(quantity).value <= scheme.price(quantity).value


@given(quantities, quantities, quantities)
def test_free_units_are_used_up_once(free: Fraction, first: Fraction, then: Fraction) -> None:
    together = billable_units(free, first + then)
    assert together == billable_units(free, first) + billable_units(free, then, first)


@given(conversions, quantities, quantities)
def test_lines_converted_together_are_one_line(
    conversion: Conversion, first: Fraction, then: Fraction
) -> None:
    before, line = conversion.line(then, first)
    assert before + line == conversion.convert(first + then)


@given(schemes, money, prices, quantities)
def test_a_commitment_with_true_up_is_charged_in_full(
    scheme: Scheme, committed: ExactAmount, factor: Fraction, quantity: Fraction
) -> None:
    assume(not any(isinstance(one, Commitment) for one in inside(scheme)))
    used = scheme.price(quantity).value
    amount = Commitment(scheme, committed, factor).price(quantity).value
    loose = Commitment(scheme, committed, factor, true_up=False).price(quantity).value
    assert amount == committed.value + max(used - committed.value, Fraction(0)) * factor
    assert amount - loose == max(committed.value - used, Fraction(0))


@given(money, st.lists(money, max_size=4))
def test_a_true_up_reaches_the_commitment_and_no_more(
    committed: ExactAmount, usage: list[ExactAmount]
) -> None:
    missing = true_up(committed, usage)
    charged = sum(amount.settle().minor for amount in usage)
    assert missing.minor == max(committed.settle().minor - charged, 0)


@given(schemes, st.sampled_from(["en-GB", "de-DE"]))
def test_every_scheme_has_its_words(scheme: Scheme, tag: str) -> None:
    sentences = list(price_in_words(Culture.of(tag), scheme, "unit"))
    assert sentences
    assert all(sentence and "{" not in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("scheme", "quantity", "expected"),
    [
        (Package.of("100", 10, "EUR", free_units=5), "5", "0"),
        (Package.of("100", 10, "EUR", free_units=5), "5.001", "100"),
        (Package.of("100", 10, "EUR", part_package=PartPackage.ROUND_DOWN), "19.9", "100"),
        (FillUpBlocks.of("EUR", [(100, 10, "1"), (1000, None, "5")]), "1001", "15"),
        (LookUpBlocks.of("EUR", [(100, 10, "1"), (1000, None, "5")]), "1001", "10"),
        (FillUpBlocks.of("EUR", [(1, 10, "1")], BeyondBlocks.CHARGE_NOTHING), "12", "10"),
        (FillUpBlocks.of("EUR", [(1, 10, "1")], BeyondBlocks.LAST_BAND), "12", "12"),
        (LookUpBlocks.of("EUR", [(1, 10, "1")], BeyondBlocks.CHARGE_NOTHING), "12", "0"),
        (Percentage.of("2.9", "EUR", fee="0.30"), "100", "3.2"),
        (Percentage.of("15", "EUR", fee="3", most="2"), "100", "2"),
        (Percentage.of("1", "EUR", free_amount="15", fee="5"), "20", "5.05"),
        (GraduatedPercentage.of("EUR", [(0, 1000, 1, 200), (1000, None, 2, 300)]), "5050", "591"),
        (Dynamic.of("1.33333", "EUR"), "10", "13.3333"),
        (Discounted(PerUnit.of(10, "EUR"), [PercentOff(10), AmountOff.of(5, "EUR")]), "2", "13"),
        (Discounted(PerUnit.of(10, "EUR"), [AmountOff.of(5, "EUR"), PercentOff(10)]), "2", "13.5"),
        (FreeUnits(PerUnit.of(10, "EUR"), 5), "3", "0"),
        (
            Converted(PerUnit.of(10, "EUR"), Conversion.divide(1000, RoundingMode.CEILING)),
            "1001",
            "20",
        ),
    ],
)
def test_known_figures(scheme: Scheme, quantity: str, expected: str) -> None:
    assert price(scheme, quantity) == euro(expected)
    assert explain(scheme, quantity).evaluate() == euro(expected).value


def test_the_transaction_that_ends_on_the_free_amount() -> None:
    two = Transactions.of([5, 10])
    free = Percentage.of("1", "EUR", fee="5", free_amount="15")
    edge = FreeAmountEdge.EXCLUSIVE
    not_free = Percentage.of("1", "EUR", fee="5", free_amount="15", free_amount_edge=edge)
    assert free.price_transactions(two) == euro(0)
    assert not_free.price_transactions(two) == euro(5)


def test_sums_are_enough_where_no_transaction_is_looked_at_alone() -> None:
    cards = Percentage.of("1.3", "EUR", fee="2", free_amount="250")
    known = Transactions.summed(800, 4, [50, 150, 400])
    assert cards.price_transactions(known) == euro("11.15")
    limited = Percentage.of("1.3", "EUR", fee="2", least="1")
    with pytest.raises(InvalidValue, match="needs the value of each"):
        limited.price_transactions(known)


def test_the_lowest_step_that_covers_every_peak() -> None:
    steps = CapacitySteps(
        CapacityStep.of(cost, "EUR", {"users": users, "gigabytes": gigabytes})
        for cost, users, gigabytes in [("1", 10, 100), ("10", 50, 500), ("99", 75, None)]
    )
    known: list[tuple[dict[str, Exact], str]] = [
        ({"users": 10, "gigabytes": 100}, "1"),
        ({"users": 10, "gigabytes": "100.1"}, "10"),
        ({"users": 51}, "99"),
        ({"users": 1, "gigabytes": 10**9}, "99"),
    ]
    for peaks, expected in known:
        assert steps.price(peaks) == euro(expected)
        assert steps.explain(peaks).evaluate() == euro(expected).value
    with pytest.raises(InvalidValue, match="no step covers users 76"):
        steps.price({"users": 76})
    with pytest.raises(InvalidValue, match="no step limits seats"):
        steps.price({"seats": 1})


def test_what_is_split_over_lines_may_be_rounded_each_alone() -> None:
    hours = Conversion.divide(60, RoundingMode.CEILING)
    assert hours.line(70, 70) == (Fraction(2), Fraction(1))
    assert hours.line(70, 70, SplitRounding.EACH_LINE) == (Fraction(2), Fraction(2))
    assert round_quantity("-2.5", RoundingMode.HALF_UP) == -3


def test_impossible_schemes_are_refused_with_the_reason() -> None:
    with pytest.raises(InvalidValue, match="more than nothing"):
        Package.of("1", 0, "EUR")
    with pytest.raises(InvalidBands, match="more than nothing"):
        FillUpBlocks.of("EUR", [(0, None, "1")])
    with pytest.raises(InvalidBands, match="one block or more"):
        FillUpBlocks.of("EUR", [(1, 0, "1")])
    with pytest.raises(InvalidBands, match="none of the next is ever reached"):
        LookUpBlocks.of("EUR", [(1, None, "1"), (1, 2, "1")])
    with pytest.raises(InvalidBands, match="at least one"):
        LookUpBlocks.of("EUR", [])
    with pytest.raises(InvalidBands, match="one currency"):
        FillUpBlocks(
            [
                BlockBand(euro(1), Fraction(1), 2),
                BlockBand(ExactAmount.of(1, "USD"), Fraction(1)),
            ]
        )
    with pytest.raises(InvalidValue, match="ends below 12 units"):
        price(FillUpBlocks.of("EUR", [(1, 10, "1")]), 12)
    with pytest.raises(InvalidValue, match="ends below 12 units"):
        price(LookUpBlocks.of("EUR", [(1, 10, "1")]), 12)
    with pytest.raises(InvalidValue, match=r"at least .* and at most"):
        Percentage.of("1", "EUR", least="3", most="2")
    with pytest.raises(InvalidValue, match="rate is zero or more"):
        Percentage.of("-1", "EUR")
    with pytest.raises(InvalidValue, match="free transactions"):
        Percentage.of("1", "EUR", free_transactions=-1)
    with pytest.raises(InvalidValue, match="free amount"):
        Percentage.of("1", "EUR", free_amount=-1)
    with pytest.raises(CurrencyMismatch):
        Percentage(Fraction(1), euro(0), least=ExactAmount.of(1, "USD"))
    with pytest.raises(InvalidBands, match="needs a rate"):
        GraduatedPercentage.of("EUR", [(0, None, None)])


def test_impossible_discounts_and_promises_are_refused() -> None:
    per_unit = PerUnit.of("1", "EUR")
    with pytest.raises(InvalidValue, match="between 0 and 100"):
        PercentOff(101)
    with pytest.raises(InvalidValue, match="discount is zero or more"):
        AmountOff.of(-1, "EUR")
    with pytest.raises(InvalidValue, match="needs a discount"):
        Discounted(per_unit, [])
    with pytest.raises(CurrencyMismatch):
        Discounted(per_unit, [AmountOff.of(1, "USD")])
    with pytest.raises(InvalidValue, match="above zero"):
        Conversion.divide(0)
    with pytest.raises(CurrencyMismatch):
        Commitment(per_unit, ExactAmount.of(1, "USD"))
    with pytest.raises(InvalidValue, match="commitment is zero or more"):
        Commitment.of(per_unit, -1)
    with pytest.raises(InvalidValue, match="overage factor is zero or more"):
        Commitment.of(per_unit, 1, overage_factor=-1)
    with pytest.raises(InvalidValue, match="factor is zero or more"):
        Dynamic.of(-1, "EUR")
    with pytest.raises(InvalidValue, match="between 0 and 1"):
        true_up(euro(1), [], part=2)
    with pytest.raises(InvalidBands, match="falls from step 1"):
        CapacitySteps([CapacityStep.of(1, "EUR", {"a": 2}), CapacityStep.of(2, "EUR", {"a": 1})])
    with pytest.raises(InvalidBands, match="other units than step 1"):
        CapacitySteps([CapacityStep.of(1, "EUR", {"a": 2}), CapacityStep.of(2, "EUR", {"b": 3})])


@st.composite
def partly_known(draw: st.DrawFn) -> Transactions:
    known = draw(st.lists(quantities, max_size=5))
    unknown = draw(st.integers(0, 3))
    beyond = draw(quantities) if unknown else Fraction(0)
    return Transactions(sum(known, beyond), len(known) + unknown, tuple(known))


@given(percentages(), partly_known())
def test_transactions_cost_what_their_explanation_says(
    scheme: Percentage, transactions: Transactions
) -> None:
    try:
        why = scheme.explain_transactions(transactions)
    except InvalidValue as refused:
        with pytest.raises(InvalidValue, match=re.escape(str(refused))):
            scheme.price_transactions(transactions)
        return
    assert scheme.price_transactions(transactions).value == why.value == why.evaluate()

"""Usage records that are transactions: each is charged alone, through whatever stands around."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import Charge, Facts, due
from harmony_core.contracts import ContractLine
from harmony_core.errors import InvalidValue
from harmony_core.explanation import RoundingMode
from harmony_core.finance import Money
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import (
    Aggregation,
    AmountOff,
    AtLeast,
    AtMost,
    AtPeriodEnd,
    BucketUse,
    CapacityStep,
    CapacitySteps,
    Commitment,
    Conversion,
    Converted,
    Discounted,
    FreeUnits,
    Percentage,
    PercentOff,
    PerUnit,
    Ramp,
    Scheme,
    TimeBuckets,
    Transactions,
    Uplift,
    Uplifted,
    UsageRule,
    explain_transactions,
    price_transactions,
)
from harmony_core.products import ContractType, Product, UsageMetered
from harmony_core.work import UsageRecord
from tests.strategies import TERMS, contract, line

CARDS = Percentage.of("1.3", "EUR", fee="0.30")
JAN = date(2026, 1, 10)


def metered(scheme: Scheme, rule: UsageRule | None = None, meter: str = "card") -> ContractLine:
    return line(
        scheme,
        kind=ContractType.CONSUMPTION,
        quantity=0,
        source=UsageMetered(meter, rule or UsageRule()),
        timing=Timing.ARREARS,
    )


def paid(id_: str, value: Any, day: date = JAN, **more: Any) -> UsageRecord:
    return UsageRecord(id_, "till", day, "K-1", "card", Fraction(value), **more)


def january(
    scheme: Scheme, records: list[UsageRecord], through: date = date(2026, 2, 1)
) -> list[Charge]:
    found = [
        charge
        for charge in due(contract(metered(scheme)), Facts(usage=records), TERMS, through)
        if charge.service.start.month == 1
    ]
    assert all(charge.replay() == charge.amount for charge in found)
    return found


def billed(scheme: Scheme, values: list[Any], **more: Any) -> str:
    (charge,) = january(scheme, [paid(f"p{n}", value) for n, value in enumerate(values)], **more)
    return str(charge.amount)


@pytest.mark.parametrize(
    ("scheme", "amount"),
    [
        (CARDS, "4.80 EUR"),
        (Percentage.of("1.3", "EUR", fee="0.30", least=5), "15.00 EUR"),
        (Percentage.of("1.3", "EUR", fee="0.30", most=1), "3.00 EUR"),
        (Percentage.of("1.3", "EUR", fee="0.30", free_transactions=1), "3.20 EUR"),
        (Percentage.of("1.3", "EUR", free_transactions=1), "2.60 EUR"),
        (Percentage.of("1.3", "EUR", fee="0.30", free_amount=150), "2.55 EUR"),
        (AtLeast.of(CARDS, "6"), "6.00 EUR"),
        (AtLeast.of(CARDS, "4.50"), "4.80 EUR"),
        (AtMost.of(CARDS, "4.50"), "4.50 EUR"),
        (AtPeriodEnd(CARDS), "4.80 EUR"),
        (Discounted(CARDS, [PercentOff(50), AmountOff.of(1, "EUR")]), "1.40 EUR"),
        (Commitment.of(CARDS, "4", overage_factor=2), "5.60 EUR"),
        (AtLeast.of(Discounted(AtMost.of(CARDS, "4.50"), [PercentOff(10)]), 4), "4.05 EUR"),
        (Ramp.of((date(2025, 1, 1), CARDS)), "4.80 EUR"),
        (Uplifted(CARDS, Uplift.fixed(date(2025, 1, 1), 100)), "5.70 EUR"),
        (Converted(CARDS, Conversion.multiply(2)), "8.70 EUR"),
        (AtMost.of(Converted(AtLeast.of(CARDS, 1), Conversion.multiply(2)), 8), "8.00 EUR"),
        (
            Converted(
                Percentage.of("1.3", "EUR", least=5),
                Conversion.divide(30, RoundingMode.CEILING),
            ),
            "15.00 EUR",
        ),
    ],
)
def test_three_records_are_three_transactions(scheme: Scheme, amount: str) -> None:
    assert billed(scheme, [100, 100, 100]) == amount


def test_the_order_of_instants_says_which_are_free() -> None:
    free = Percentage.of("10", "EUR", free_transactions=1)
    early, late = (datetime(2026, 1, 10, hour, tzinfo=UTC) for hour in (8, 9))
    records = [paid("a", 100, at=late), paid("b", 30, at=early)]
    (charge,) = january(free, records)
    assert charge.amount == Money.of("10.00", "EUR")
    assert charge.quantity == 130
    assert set(charge.evidence) == {"till:a", "till:b"}


def test_what_is_replaced_and_withdrawn_is_no_transaction() -> None:
    known = date(2026, 2, 20)
    records = [
        paid("a", 100),
        paid("b", 100),
        paid("c", 100),
        paid("d", 200, replaces="b", recorded_on=known),
        paid("e", 0, replaces="c", withdrawn=True, recorded_on=known),
    ]
    first, correction = january(CARDS, records, date(2026, 3, 1))
    assert (str(first.amount), str(correction.amount)) == ("4.80 EUR", "-0.30 EUR")  # 1.60 + 2.90
    assert correction.corrects == first.key


def test_what_is_taken_back_takes_its_fee_with_it_when_nothing_is_left() -> None:
    assert billed(CARDS, [100, 100, -100]) == "1.60 EUR"
    assert billed(CARDS, [100, 100, -150]) == "0.95 EUR"
    assert billed(CARDS, [100, -500]) == "0.00 EUR"
    assert billed(AtLeast.of(CARDS, 3), [100, -500]) == "3.00 EUR"
    assert billed(CARDS, []) == "0.00 EUR"


values = st.lists(st.fractions(-50, 100, max_denominator=100) | st.integers(-50, 100), max_size=8)


@given(values)
def test_taking_back_loses_nothing(found: list[Fraction | int]) -> None:
    netted = Transactions.netted(found)
    assert netted.total == max(sum(found, Fraction(0)), 0)
    assert all(value > 0 for value in netted.first)
    assert Transactions.netted(netted.first) == netted


WRAPPERS = {
    "none": lambda scheme: scheme,
    "at least": lambda scheme: AtLeast.of(scheme, 3),
    "at most": lambda scheme: AtMost.of(scheme, 5),
    "discounted": lambda scheme: Discounted(scheme, [PercentOff(10), AmountOff.of(1, "EUR")]),
    "commitment": lambda scheme: Commitment.of(scheme, 4, overage_factor=2),
    "at period end": AtPeriodEnd,
}


@pytest.mark.parametrize("outer", WRAPPERS)
@given(
    values=st.lists(st.fractions(Fraction(1, 100), 100, max_denominator=100), max_size=6),
    limits=st.sampled_from([{}, {"least": 1}, {"least": "0.5", "most": 2}]),
    free=st.sampled_from([{}, {"free_transactions": 2}, {"free_amount": 60}]),
    factor=st.none() | st.fractions(Fraction(1, 10), 3),
)
def test_what_stands_around_works_on_the_sum(
    outer: str,
    values: list[Fraction],
    limits: dict[str, Any],
    free: dict[str, Any],
    factor: Fraction | None,
) -> None:
    inner = Percentage.of("2.5", "EUR", fee="0.25", **limits, **free)
    all_of_them = Transactions.of(values)
    converted = [value * factor for value in values] if factor else values
    alone = inner.price_transactions(Transactions.of(converted))
    # One record whose price is the sum, under the same wrapper.
    around: Any = WRAPPERS[outer]
    expected = around(PerUnit.of(1, "EUR")).price(alone.value)
    scheme = around(Converted(inner, Conversion.multiply(factor)) if factor else inner)
    assert price_transactions(scheme, all_of_them) == expected
    assert explain_transactions(scheme, all_of_them).evaluate() == expected.value


def test_one_transaction_keeps_the_price_of_its_quantity() -> None:
    for around in WRAPPERS.values():
        scheme: Scheme = around(CARDS)
        assert price_transactions(scheme, Transactions.of([100])) == scheme.price(100)


@pytest.mark.parametrize(
    "rule",
    [
        UsageRule(Aggregation.MAX),
        UsageRule(Aggregation.COUNT),
        UsageRule(buckets=TimeBuckets.of(Interval.days(1), BucketUse.PRICED_ALONE)),
    ],
)
def test_a_rule_that_makes_one_quantity_of_transactions_is_refused(rule: UsageRule) -> None:
    for scheme in (CARDS, AtMost.of(CARDS, 9), Ramp.of((date(2025, 1, 1), CARDS))):
        with pytest.raises(InvalidValue, match=r"line .*: a Percentage charges each usage record"):
            metered(scheme, rule)
    with pytest.raises(InvalidValue, match=r"product 'CARD': a Percentage charges each"):
        sold(CARDS, UsageMetered("card", rule))


def sold(scheme: Scheme, source: Any = None) -> Product:
    return Product.sold_as(
        ContractType.CONSUMPTION, "CARD", "Cards", [scheme], quantity=source or UsageMetered("card")
    )


def test_units_around_transactions_are_refused() -> None:
    free = FreeUnits(Converted(CARDS, Conversion.multiply("12.50")), 5)
    with pytest.raises(InvalidValue, match="FreeUnits counts units of all transactions"):
        metered(free)
    with pytest.raises(InvalidValue, match="PerUnit does not charge transactions"):
        price_transactions(PerUnit.of(1, "EUR"), Transactions.of([1]))


def test_steps_of_capacity_are_refused_where_they_would_be_billed() -> None:
    steps: Any = CapacitySteps([CapacityStep.of("1", "EUR", {"users": None})])
    dated = Ramp.of((date(2025, 1, 1), steps))
    for scheme in (steps, dated):
        with pytest.raises(InvalidValue, match=r"line .*CapacitySteps takes a quantity for each"):
            metered(scheme)
        with pytest.raises(InvalidValue, match=r"product .*CapacitySteps takes a quantity"):
            sold(scheme)
        with pytest.raises(InvalidValue, match="CapacitySteps takes a quantity for each"):
            attrs.evolve(metered(CARDS), scheme=scheme)

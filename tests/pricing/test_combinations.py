"""What can stand around what: every pair, those that mean something and those that are refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from harmony_core.errors import InvalidValue
from harmony_core.explanation import RoundingMode
from harmony_core.periods import Timing
from harmony_core.pricing import (
    KILLBILL,
    AmountOff,
    AtLeast,
    AtMost,
    AtPeriodEnd,
    BandTable,
    BeyondBlocks,
    CapacityStep,
    CapacitySteps,
    Commitment,
    Conversion,
    Converted,
    Discounted,
    Dynamic,
    FillUp,
    FillUpBlocks,
    Flat,
    FreeUnits,
    GraduatedPercentage,
    LookUp,
    LookUpBlocks,
    MinimumQuantity,
    Package,
    Percentage,
    PercentOff,
    PerUnit,
    Ramp,
    Scheme,
    Uplift,
    Uplifted,
    at_peaks,
    scheme_on,
)

DAY = date(2026, 1, 1)
TABLE = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
UNIT = PerUnit.of("10", "EUR")
CARDS = Percentage.of("1.5", "EUR", fee="0.10")
RATES = GraduatedPercentage.of("EUR", [(0, 1000, "1"), (1000, None, "2")])
RECORD = Dynamic.of("1.2", "EUR")

SCHEMES: dict[str, Scheme] = {
    "flat in advance": Flat.of("100", "EUR"),
    "flat in arrears": Flat.of("100", "EUR", Timing.ARREARS),
    "per unit": UNIT,
    "fill up": FillUp(TABLE),
    "look up": LookUp(TABLE),
    "never dearer": LookUp(TABLE, never_dearer_than_next_band=True),
    "fill up by blocks": FillUpBlocks.of("EUR", [(10, 5, "7"), (10, None, "5")]),
    "look up by blocks": LookUpBlocks.of("EUR", [(10, 5, "7"), (10, None, "5")]),
    "package": Package.of("100", 10, "EUR", free_units=5),
    "percentage": CARDS,
    "graduated percentage": RATES,
    "dynamic": RECORD,
    "at least": AtLeast.of(UNIT, "20"),
    "at most": AtMost.of(UNIT, "500"),
    "minimum quantity": MinimumQuantity(UNIT, 5),
    "discounted": Discounted(UNIT, [PercentOff(10)]),
    "free units": FreeUnits(UNIT, 5),
    "converted": Converted(UNIT, Conversion.divide(10, RoundingMode.CEILING)),
    "commitment": Commitment.of(UNIT, "100"),
    "at period end": AtPeriodEnd(UNIT),
    "ramp": Ramp.of((DAY, UNIT)),
    "uplifted": Uplifted(UNIT, Uplift.fixed(DAY, 3)),
    "ramp to a percentage": Ramp.of((DAY, UNIT), (date(2027, 1, 1), CARDS)),
    "at least of a percentage": AtLeast.of(CARDS, "1"),
    "converted percentage": Converted(CARDS, Conversion.divide(100)),
    "discounted commitment": Discounted(Commitment.of(UNIT, "100"), [PercentOff(10)]),
}
WRAPPERS: dict[str, Callable[[Scheme], Scheme]] = {
    "at least": lambda scheme: AtLeast.of(scheme, "30"),
    "at most": lambda scheme: AtMost.of(scheme, "400"),
    "minimum quantity": lambda scheme: MinimumQuantity(scheme, 3),
    "discounted": lambda scheme: Discounted(scheme, [AmountOff.of(5, "EUR")]),
    "free units": lambda scheme: FreeUnits(scheme, 3),
    "converted": lambda scheme: Converted(scheme, Conversion.multiply(2)),
    "commitment": lambda scheme: Commitment.of(scheme, "50"),
    "at period end": AtPeriodEnd,
}
OF_MONEY = {
    "percentage", "graduated percentage", "dynamic", "ramp to a percentage",
    "at least of a percentage",
}  # fmt: skip
REFUSED = {
    **dict.fromkeys(("free units", name) for name in OF_MONEY),
    **dict.fromkeys(("minimum quantity", name) for name in OF_MONEY),
    **{
        (outer, f"flat in {when}"): None
        for outer in ("free units", "minimum quantity", "converted")
        for when in ("advance", "arrears")
    },
    ("commitment", "commitment"): None,
    ("commitment", "discounted commitment"): None,
}


@pytest.mark.parametrize("inner", SCHEMES)
@pytest.mark.parametrize("outer", WRAPPERS)
def test_every_pair_either_prices_and_explains_or_is_refused(outer: str, inner: str) -> None:
    make, scheme = WRAPPERS[outer], SCHEMES[inner]
    if (outer, inner) in REFUSED:
        with pytest.raises(
            InvalidValue, match=r"value of money|around another|would change nothing"
        ):
            make(scheme)
        return
    made = scheme_on(make(scheme), DAY)
    for quantity in (0, 1, Fraction(35, 2), 60):
        why = made.explain(quantity)
        assert why.value == why.evaluate() == made.price(quantity).value


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FreeUnits(CARDS, 5), "no units of it can be free: give the percentage a free_am"),
        (lambda: FreeUnits(RATES, 5), "no units of it can be free: give its first band a rate of"),
        (lambda: FreeUnits(RECORD, 5), "no units of it can be free: take an amount off, with Disc"),
        (lambda: MinimumQuantity(CARDS, 5), "no minimum of units: give the percentage a least"),
        (lambda: MinimumQuantity(RATES, 5), "no minimum of units: put AtLeast around it"),
        (lambda: MinimumQuantity(RECORD, 5), "no minimum of units: put AtLeast around it"),
        (
            lambda: AtLeast.of(AtMost.of(UNIT, "100"), "100.01"),
            "a charge cannot be at least 100.01 EUR and at most 100 EUR: lower the minimum, or",
        ),
        (
            lambda: Commitment.of(Commitment.of(UNIT, "10"), "100"),
            "a commitment cannot stand around another: .* price windows by price_each",
        ),
        (
            lambda: MinimumQuantity(FillUpBlocks.of("EUR", [(10, 5, "7")]), "50.5"),
            "the blocks hold 50 units, fewer than the minimum of 50.5, so every quantity",
        ),
    ],
)
def test_each_refusal_names_the_reason_and_the_way_out(
    make: Callable[[], Any], message: str
) -> None:
    with pytest.raises(InvalidValue, match=message):
        make()


def test_a_ramp_is_refused_for_any_of_its_steps() -> None:
    later = date(2027, 1, 1)
    with pytest.raises(InvalidValue, match="at least 100 EUR and at most 90 EUR"):
        AtLeast.of(Ramp.of((DAY, UNIT), (later, AtMost.of(UNIT, "90"))), "100")
    with pytest.raises(InvalidValue, match=r"a Flat of 9 EUR .* 5 free units"):
        FreeUnits(Ramp.of((DAY, UNIT), (later, AtMost.of(Flat.of(9, "EUR"), 20))), 5)
    with pytest.raises(InvalidValue, match="a commitment cannot stand around another"):
        Commitment.of(Ramp.of((DAY, UNIT), (later, Commitment.of(UNIT, "90"))), "100")


def test_an_uplift_may_bring_a_maximum_below_the_minimum_which_then_counts() -> None:
    falling = Uplifted(AtMost.of(UNIT, "100"), Uplift.fixed(DAY, -10))
    minimum = AtLeast.of(falling, "95")
    assert scheme_on(minimum, DAY).price(20).value == 100
    assert scheme_on(minimum, date(2027, 1, 1)).price(20).value == 95
    assert scheme_on(minimum, date(2028, 1, 1)).explain(20).value == 95


def test_what_only_looks_impossible_is_allowed() -> None:
    assert AtLeast.of(AtMost.of(UNIT, "100"), "100").price(3).value == 100
    assert AtMost.of(AtLeast.of(UNIT, "120"), "100").price(3).value == 100  # the outer one decides
    discounted = Discounted(AtMost.of(UNIT, "100"), [PercentOff(10)])
    assert AtLeast.of(discounted, "95").price(50).value == 95
    blocks = FillUpBlocks.of("EUR", [(10, 5, "7")])
    assert MinimumQuantity(blocks, 50).price(1).value == 35
    beyond = FillUpBlocks.of("EUR", [(10, 5, "7")], BeyondBlocks.LAST_BAND)
    assert MinimumQuantity(beyond, 60).price(1).value == 42
    priced = Converted(CARDS, Conversion.multiply("12.50"))  # units times a price are a value
    assert FreeUnits(priced, 5).price(7) == CARDS.price(25)
    assert MinimumQuantity(priced, 4).price(1) == CARDS.price(50)
    free = FreeUnits(Converted(UNIT, Conversion.divide(3)), 10)  # more than the minimum around it
    assert [MinimumQuantity(free, 5).price(count).value for count in (1, 16)] == [0, 20]
    whole = KILLBILL.applied(MinimumQuantity(FreeUnits(UNIT, 10), 5))
    assert [whole.price(count).value for count in (1, "12.5")] == [0, 20]
    flat = Flat.of("100", "EUR")  # with nothing to change it, nothing is said in vain
    for neutral in (FreeUnits(flat, 0), MinimumQuantity(flat, 0), Converted(flat, SAME)):
        assert neutral.price(3).value == 100


SAME = Conversion.multiply(1)
STEPS = CapacitySteps(
    [CapacityStep.of("20", "EUR", {"users": 5}), CapacityStep.of("600", "EUR", {"users": None})]
)


@pytest.mark.parametrize("outer", ["free units", "minimum quantity", "converted"])
def test_what_takes_several_quantities_has_not_one_to_change(outer: str) -> None:
    with pytest.raises(InvalidValue, match="CapacitySteps takes a quantity for each unit"):
        WRAPPERS[outer](STEPS)


@pytest.mark.parametrize(
    ("outer", "low", "high"),
    [
        ("at least", 30, 600),
        ("at most", 20, 400),
        ("discounted", 15, 595),
        ("commitment", 50, 600),
        ("at period end", 20, 600),
    ],
)
def test_what_changes_an_amount_goes_around_steps_of_capacity(
    outer: str, low: int, high: int
) -> None:
    made = Ramp.of((DAY, WRAPPERS[outer](STEPS)))
    for users, expected in ((5, low), (6, high)):
        scheme = at_peaks(scheme_on(made, DAY), {"users": users})
        why = scheme.explain(0)
        assert why.value == why.evaluate() == scheme.price(0).value == expected
    with pytest.raises(InvalidValue, match="takes a quantity for each unit, got 5"):
        WRAPPERS[outer](STEPS).price(5)


@pytest.mark.parametrize("outer", [*WRAPPERS, "ramp"])
@pytest.mark.parametrize("inner", [None, "flat", PerUnit, 5])
def test_what_is_no_scheme_has_nothing_around_it(outer: str, inner: Any) -> None:
    make = (lambda scheme: Ramp.of((DAY, scheme))) if outer == "ramp" else WRAPPERS[outer]
    with pytest.raises(InvalidValue, match="a price scheme is needed, got"):
        make(inner)


def test_a_step_of_capacity_limits_units_by_name_and_not_below_zero() -> None:
    for limits, reason in (
        ({}, "limits a unit: name at least one"),
        ({"users": -1}, "the limit of users is zero or more, or None for none, got -1"),
        ([("users", 1)], "limits are given by the name of their unit"),
    ):
        with pytest.raises(InvalidValue, match=reason):
            CapacityStep.of(1, "EUR", limits)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="steps of capacity are CapacityStep, got 1"):
        CapacitySteps([1])  # type: ignore[list-item]

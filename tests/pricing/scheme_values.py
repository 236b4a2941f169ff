"""Any scheme of one currency, for laws that all of them keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.explanation import RoundingMode
from harmony_core.finance import HALF_UP, ExactAmount, Rounding
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import (
    AmountOff,
    AtLeast,
    AtMost,
    AtPeriodEnd,
    Band,
    BandTable,
    BeyondBlocks,
    BlockBand,
    Commitment,
    Conversion,
    Converted,
    Discount,
    Discounted,
    Dynamic,
    FillUp,
    FillUpBlocks,
    Flat,
    FreeAmountEdge,
    FreeUnits,
    GraduatedPercentage,
    LookUp,
    LookUpBlocks,
    MinimumQuantity,
    Package,
    PartPackage,
    Percentage,
    PercentOff,
    PerUnit,
    Ramp,
    RampStep,
    Scheme,
    Uplift,
    Uplifted,
    ZeroQuantity,
)

quantities = st.fractions(0, 2000, max_denominator=1000) | st.integers(0, 2000).map(Fraction)
prices = st.decimals(0, 100, places=5).map(Fraction)
money = prices.map(lambda value: ExactAmount(value, "EUR"))
limits = st.lists(st.fractions("0.001", 1000, max_denominator=1000), unique=True, max_size=6).map(
    sorted
)
sizes = st.fractions("0.01", 1000, max_denominator=100)


@st.composite
def tables(draw: st.DrawFn, *, with_fees: bool = True, with_caps: bool = True) -> BandTable:
    fees = st.none() | money if with_fees else st.none()
    caps = st.none() | money if with_caps else st.none()
    return BandTable(
        tuple(Band(limit, draw(money), draw(fees), draw(caps)) for limit in [*draw(limits), None])
    )


closed_blocks = st.builds(BlockBand, money, sizes, st.integers(1, 50))
open_blocks = st.builds(BlockBand, money, sizes, st.none())
block_bands = st.tuples(st.lists(closed_blocks, max_size=3), open_blocks).map(
    lambda bands: [*bands[0], bands[1]]
)
ending_blocks = st.lists(closed_blocks, min_size=1, max_size=3)
beyond = st.sampled_from([BeyondBlocks.CHARGE_NOTHING, BeyondBlocks.LAST_BAND])


@st.composite
def percentages(draw: st.DrawFn) -> Percentage:
    least, most = sorted((draw(money), draw(money)), key=lambda amount: amount.value)
    return Percentage(
        draw(prices),
        draw(money),
        draw(st.none() | st.just(least)),
        draw(st.none() | st.just(most)),
        draw(st.none() | st.integers(0, 4)),
        draw(st.none() | quantities),
        draw(st.sampled_from(FreeAmountEdge)),
    )


discounts: st.SearchStrategy[list[Discount]] = st.lists(
    st.builds(PercentOff, st.fractions(0, 100)) | st.builds(AmountOff, money),
    min_size=1,
    max_size=3,
)
conversions = st.builds(
    Conversion, sizes, st.none() | st.sampled_from(RoundingMode), st.integers(-2, 4)
)
simple_of_units: st.SearchStrategy[Scheme] = st.one_of(
    st.builds(Flat, money, st.sampled_from(Timing)),
    st.builds(PerUnit, money),
    st.builds(FillUp, tables(), st.sampled_from(ZeroQuantity)),
    st.builds(LookUp, tables(), st.sampled_from(ZeroQuantity), st.booleans()),
    st.builds(FillUpBlocks, block_bands),
    st.builds(FillUpBlocks, ending_blocks, beyond),
    st.builds(LookUpBlocks, block_bands),
    st.builds(LookUpBlocks, ending_blocks, beyond),
    st.builds(Package, money, sizes, quantities, st.sampled_from(PartPackage)),
)
simple: st.SearchStrategy[Scheme] = st.one_of(
    simple_of_units,
    percentages(),
    st.builds(GraduatedPercentage, tables(), st.sampled_from(ZeroQuantity)),
    st.builds(Dynamic, st.just("EUR"), prices),
)


def around(
    make: Callable[..., Scheme], inner: st.SearchStrategy[Scheme], *others: st.SearchStrategy[Any]
) -> st.SearchStrategy[Scheme]:
    """Put a scheme around another, or leave the other alone where that is refused."""

    def made(parts: tuple[Any, ...]) -> Scheme:
        try:
            return make(*parts)
        except InvalidValue:
            alone: Scheme = parts[0]
            return alone

    return st.tuples(inner, *others).map(made)


def wrapped(inner: st.SearchStrategy[Scheme]) -> st.SearchStrategy[Scheme]:
    return st.one_of(
        around(AtLeast, inner, money),
        around(AtMost, inner, money),
        around(MinimumQuantity, inner, quantities),
        around(Discounted, inner, discounts),
        around(FreeUnits, inner, quantities),
        around(Converted, inner, conversions),
        around(Commitment, inner, money, prices, st.booleans()),
        around(AtPeriodEnd, inner),
    )


schemes: st.SearchStrategy[Scheme] = st.recursive(simple, wrapped, max_leaves=3)
schemes_of_units: st.SearchStrategy[Scheme] = st.recursive(simple_of_units, wrapped, max_leaves=3)
"""Those that a minimum quantity, or free units, can stand around."""

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
intervals = st.sampled_from([Interval.years(1), Interval.months(6), Interval.months(1)])
percents = st.fractions(-20, 30, max_denominator=100)
roundings = st.sampled_from([None, HALF_UP, Rounding.of("half_even", "0.05")])


@st.composite
def uplifts(draw: st.DrawFn, roundings: st.SearchStrategy[Rounding | None] = roundings) -> Uplift:
    since, every, first = draw(days), draw(intervals), draw(st.integers(1, 3))
    rounding = draw(roundings)
    if draw(st.booleans()):
        percent = draw(percents)
        return Uplift.fixed(since, percent, rounding=rounding, every=every, first=first)
    floor, cap = sorted((draw(percents), draw(percents)))
    return Uplift.by_index(
        since,
        [draw(percents)] * 12 * 40,  # long enough for every day drawn
        floor=draw(st.none() | st.just(floor)),
        cap=draw(st.none() | st.just(cap)),
        rounding=rounding,
        every=every,
        first=first,
    )


def can_rise(scheme: Scheme) -> bool:
    """Whether it has an agreed amount: what a record brings, or a share of value, has none."""
    try:
        return bool(Uplifted(scheme, Uplift.fixed(date(2020, 1, 1), 0)))
    except InvalidValue:
        return False


@st.composite
def ramps(draw: st.DrawFn, inner: st.SearchStrategy[Scheme] = schemes) -> Ramp:
    """Any ramp that has a price on all of ``days``."""
    later = draw(st.lists(days, unique=True, max_size=3).map(sorted))
    return Ramp(RampStep(day, draw(inner)) for day in [date(2000, 1, 1), *later])


dated: st.SearchStrategy[Scheme] = st.recursive(
    schemes,
    lambda inner: st.one_of(
        around(AtLeast, inner, money),
        around(Discounted, inner, discounts),
        around(FreeUnits, inner, quantities),
        around(Uplifted, inner, uplifts()),
        ramps(inner),
    ),
    max_leaves=3,
)

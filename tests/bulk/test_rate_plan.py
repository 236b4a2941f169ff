"""Every row of a column is what one value costs, to the last digit, and nothing wraps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.bulk import Nulls, RatePlan
from harmony_core.errors import InvalidValue
from harmony_core.explanation import RoundingMode
from harmony_core.finance import ExactAmount, Money, Rounding
from harmony_core.pricing import (
    AtLeast,
    AtMost,
    Band,
    BandTable,
    FillUp,
    Flat,
    LookUp,
    MinimumQuantity,
    PerUnit,
    Ramp,
    Scheme,
    ZeroQuantity,
    charge,
    price,
    scheme_on,
)
from tests.pricing.scheme_values import schemes as any_schemes

SEATS = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
GREATEST = 2**63 - 1

# --- the law -----------------------------------------------------------------------------------

# Halves, thirds and the like make ties; tiny and huge ones strain the bounds.
_values = st.one_of(
    st.decimals(-20, 100, places=3).map(Fraction),
    st.fractions(-5, 50, max_denominator=9),
    st.sampled_from(
        [Fraction(n) for n in ("0", "0.5", "0.005", "0.00045", "1e-17", "1e12", "1e20")]
    ),
)
_limits = st.one_of(
    st.decimals("0.001", 200, places=2).map(Fraction),
    st.integers(1, 500).map(Fraction),
    st.fractions("1/7", 100, max_denominator=7),
    st.sampled_from([Fraction(10) ** n for n in (9, 15, 20)]),
)
_currencies = st.sampled_from(["EUR", "JPY", "KWD"])
_modes = st.sampled_from(RoundingMode)


@st.composite
def _tables(draw: st.DrawFn, currency: str) -> BandTable:
    def amount() -> ExactAmount:
        return ExactAmount(draw(_values), currency)

    ends = sorted(draw(st.lists(_limits, unique=True, max_size=draw(st.sampled_from([4, 12])))))
    maybe = st.booleans()
    return BandTable(
        tuple(
            Band(
                end,
                amount(),
                amount() if draw(maybe) else None,
                amount() if draw(maybe) else None,
            )
            for end in [*ends, None]
        )
    )


@st.composite
def _schemes(draw: st.DrawFn) -> Scheme:
    currency = draw(_currencies)
    kind = draw(st.sampled_from([FillUp, FillUp, LookUp, LookUp, PerUnit, Flat, MinimumQuantity]))
    amount = ExactAmount(draw(_values), currency)
    scheme: Scheme
    zero = draw(st.sampled_from(ZeroQuantity))
    if kind is FillUp:
        scheme = FillUp(draw(_tables(currency)), zero)
    elif kind is LookUp:
        table = draw(_tables(currency))
        never_dearer = all(band.unit_price.value >= 0 for band in table.bands)
        scheme = LookUp(table, zero, never_dearer and draw(st.booleans()))
    elif kind is MinimumQuantity:  # rated as single values
        scheme = MinimumQuantity(PerUnit(amount), Fraction(5, 2))
    else:
        scheme = PerUnit(amount) if kind is PerUnit else Flat(amount)
    if draw(st.booleans()):
        limit = AtLeast if draw(st.booleans()) else AtMost
        scheme = limit(scheme, ExactAmount(draw(_values), currency))
    return scheme


def _awkward(scheme: Scheme, places: int) -> list[int]:
    """Quantities at and beside the limits of a scheme, as whole numbers."""
    while isinstance(scheme, AtLeast | AtMost):
        scheme = scheme.scheme
    if not isinstance(scheme, FillUp | LookUp):
        return [0, 1]
    ends = [int(band.up_to * 10**places) for band in scheme.table.bands if band.up_to]
    return [n for end in ends for n in (end - 1, end, end + 1) if 0 <= n <= GREATEST]


@st.composite
def _columns(draw: st.DrawFn) -> tuple[RatePlan, list[int], list[int], int]:
    schemes = draw(st.lists(_schemes(), min_size=1, max_size=4))
    step = draw(st.none() | st.sampled_from([Fraction(1), Fraction(5)]))
    plan = RatePlan(schemes, Rounding(draw(_modes), step))
    places = draw(st.integers(-1, 6))
    codes, quantities = [], []
    for _ in range(draw(st.integers(1, 12))):
        code = draw(st.integers(0, len(schemes) - 1))
        edges = st.sampled_from([*_awkward(schemes[code], max(places, 0)), 0])
        any_size = st.integers(0, GREATEST) | st.sampled_from([GREATEST, 2**62, 10**15])
        codes.append(code)
        quantities.append(draw(edges | st.integers(0, 10**6) | any_size))
    return plan, quantities, codes, places


def _one_by_one(plan: RatePlan, quantities: list[int], codes: list[int], places: int) -> list[int]:
    one = Fraction(10) ** places
    return [
        price(plan.schemes[code], Fraction(n) / one).settle(plan.rounding).minor
        for n, code in zip(quantities, codes, strict=True)
    ]


@given(_columns())
def test_a_column_is_what_its_rows_are(drawn: tuple[RatePlan, list[int], list[int], int]) -> None:
    plan, quantities, codes, places = drawn
    expected = _one_by_one(plan, quantities, codes, places)
    fitting = [row for row, minor in enumerate(expected) if abs(minor) <= GREATEST]
    column, of_rows = np.array(quantities, np.int64), np.array(codes, np.int32)
    rated = plan.rate(column[fitting], of_rows[fitting], places=places)
    assert rated.minor.tolist() == [expected[row] for row in fitting]
    if len(fitting) < len(expected):
        first = min(set(range(len(expected))) - set(fitting))
        with pytest.raises(InvalidValue, match=f"^row {first}: .* too great"):
            plan.rate(column, of_rows, places=places)


@given(
    st.lists(any_schemes, min_size=1, max_size=3),
    st.lists(st.integers(0, 3_000_000), min_size=1, max_size=6),
    _modes,
)
def test_every_scheme_there_is_can_be_rated(
    schemes: list[Scheme], quantities: list[int], mode: RoundingMode
) -> None:
    plan = RatePlan(schemes, Rounding(mode))
    codes = [n % len(schemes) for n in range(len(quantities))]
    found = plan.rate(quantities, codes, places=3)
    assert found.minor.tolist() == _one_by_one(plan, quantities, codes, 3)


@pytest.mark.parametrize("mode", RoundingMode)
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("others", [[], ["1/3"], ["1/3", "1/7", "1/11", "1/123456789012345"]])
def test_ties_in_every_mode(mode: RoundingMode, sign: int, others: list[str]) -> None:
    """Alone, with one divisor for all, and where each scheme keeps its own."""
    half = PerUnit.of(Fraction(sign, 2), "JPY")
    plan = RatePlan([half, *(PerUnit.of(other, "JPY") for other in others)], Rounding(mode))
    rated = plan.rate(list(range(8)), [0] * 8)
    assert rated.one_by_one == 0
    assert rated.minor.tolist() == _one_by_one(plan, list(range(8)), [0] * 8, 0)


# --- no row leaves 64 bits unseen --------------------------------------------------------------


def _reach(plan: RatePlan, places: int = 0) -> int:
    low, high = 0, GREATEST
    while high - low > 1:
        middle = (low + high) // 2
        if plan.rate([middle], places=places).one_by_one:
            high = middle
        else:
            low = middle
    return low


@pytest.mark.parametrize(
    "scheme",
    [
        PerUnit.of("0.00045", "EUR"),
        PerUnit.of("-0.00045", "EUR"),
        PerUnit.of("1/300", "EUR"),
        FillUp(BandTable.of("EUR", [(10, "12"), (50, "0.1234567"), (None, "0.000001")])),
        LookUp(BandTable.of("JPY", [(1_000_000, "0.5", "3"), (None, "0.25")])),
    ],
)
@pytest.mark.parametrize("mode", [RoundingMode.HALF_UP, RoundingMode.HALF_EVEN, RoundingMode.UP])
def test_the_last_row_in_columns_and_the_first_beyond_are_right(
    scheme: Scheme, mode: RoundingMode
) -> None:
    plan = RatePlan([scheme], Rounding(mode))
    reach = _reach(plan)
    around = [reach - 1, reach, reach + 1, reach + 2]
    rated = plan.rate(around)
    assert rated.one_by_one == 2
    assert rated.minor.tolist() == _one_by_one(plan, around, [0] * 4, 0)
    assert reach > 10**9


def test_an_amount_beyond_64_bits_is_refused_with_its_row() -> None:
    plan = RatePlan([PerUnit.of("100", "JPY")])
    fits = GREATEST // 100
    assert plan.rate([fits]).minor.tolist() == [fits * 100]
    with pytest.raises(InvalidValue, match=r"^row 70001: 9223372036854775900 JPY is too great"):
        plan.rate(np.array([0] * 70_001 + [fits + 1]))


@pytest.mark.parametrize(
    "quantities",
    [
        np.array([2**64 - 1, 2**63], np.uint64),
        np.array([2**64 - 1, 2**63], np.ulonglong),
        np.array([2**64 - 1, 2**63], ">u8"),
        [2**64 - 1, 2**63],
    ],
    ids=["uint64", "ulonglong", "big-endian", "list"],
)
def test_unsigned_numbers_beyond_63_bits_are_rated(quantities: object) -> None:
    rated = RatePlan([PerUnit.of("0.25", "JPY")]).rate(quantities)
    assert rated.minor.tolist() == [2**62, 2**61]
    assert rated.one_by_one == 2


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.uint64, np.longlong])
def test_a_number_out_of_a_column_is_priced_alone_too(kind: Any) -> None:
    three = np.array([3], kind)[0]
    assert charge(PerUnit.of("0.25", "EUR"), three) == Money.of("0.75", "EUR")
    others: tuple[Any, ...] = np.float64(3), np.array([True])[0]
    for inexact in others:
        with pytest.raises(InvalidValue, match="a quantity must be exact, got"):
            charge(PerUnit.of("0.25", "EUR"), inexact)


def test_a_list_with_one_great_number_is_no_list_of_floats() -> None:
    plan = RatePlan([PerUnit.of("0.25", "JPY")])
    assert plan.rate([4, 2**53 + 4, 2**63]).minor.tolist() == [1, 2**51 + 1, 2**61]
    with pytest.raises(InvalidValue, match="from 4 to 18446744073709551616, which no column"):
        plan.rate([4, 2**64])
    with pytest.raises(InvalidValue, match=r"from -1 to 9223372036854775808, which no column"):
        plan.rate([-1, 2**63])


def test_a_scheme_with_a_fine_divisor_does_not_slow_its_neighbours() -> None:
    fine = PerUnit.of("1/123456789012345", "EUR")
    plan = RatePlan([PerUnit.of("0.00045", "EUR"), fine, PerUnit.of("1/7", "EUR")])
    rated = plan.rate([10**9, 10**3, 10**9], [0, 1, 2])
    assert rated.one_by_one == 0
    assert rated.minor.tolist() == [45_000_000, 0, 14285714286]


def test_a_scheme_beyond_all_reach_is_rated_alone() -> None:
    plan = RatePlan([PerUnit.of(Fraction(1, 10**30), "EUR"), PerUnit.of("1", "EUR")])
    rated = plan.rate([10**18, 3], [0, 1])
    assert rated.minor.tolist() == [0, 300]
    assert rated.one_by_one == 1


# --- what comes in -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", ">i4", ">u8"])
def test_whole_numbers_of_every_width(kind: str) -> None:
    quantities = np.array([0, 10, 11, 60, 127], kind)
    rated = RatePlan([FillUp(SEATS)]).rate(quantities)
    assert rated.minor.tolist() == [0, 12000, 13000, 60000, 113600]
    assert rated.minor.dtype == np.int64


def test_every_other_row_of_an_array() -> None:
    quantities, codes = np.arange(20)[::2], np.array([0, 1] * 10)[::2]
    plan = RatePlan([FillUp(SEATS), LookUp(SEATS)])
    assert plan.rate(quantities, codes).minor.tolist() == _one_by_one(
        plan, quantities.tolist(), codes.tolist(), 0
    )


@pytest.mark.parametrize(
    "column",
    [
        np.array([1.0, 2.0]),
        np.array([True, False]),
        np.array([1, None], object),
        np.array(["1", "2"]),
        np.array(["2026-01-01"], "M8[D]"),
        [0.5],
    ],
)
def test_what_is_not_whole_is_refused_with_the_way_out(column: object) -> None:
    with pytest.raises(InvalidValue, match=r"whole numbers or decimals, got .*places"):
        RatePlan([FillUp(SEATS)]).rate(column)


def test_a_table_is_no_column() -> None:
    with pytest.raises(InvalidValue, match="2 dimensions"):
        RatePlan([FillUp(SEATS)]).rate(np.zeros((2, 2), np.int64))


def test_quantities_below_zero_are_refused_with_the_first_row() -> None:
    quantities = np.arange(100_000)
    quantities[[70_000, 80_000]] = [-25, -1]
    with pytest.raises(InvalidValue, match=r"^row 70000: a quantity is zero or more, got -2\.5"):
        RatePlan([FillUp(SEATS)]).rate(quantities, places=1)


@pytest.mark.parametrize("code", [-1, 2, 2**40])
def test_a_code_without_a_scheme_is_refused_with_its_row(code: int) -> None:
    codes = np.zeros(50_000, np.int64)
    codes[40_000] = code
    with pytest.raises(InvalidValue, match=f"^row 40000 has the code {code}, .* 0 to 1"):
        RatePlan([FillUp(SEATS), LookUp(SEATS)]).rate(np.abs(codes), codes)


def test_codes_are_asked_for_and_counted() -> None:
    plan = RatePlan([FillUp(SEATS), LookUp(SEATS)])
    with pytest.raises(InvalidValue, match="has 2 schemes: give codes"):
        plan.rate([1])
    with pytest.raises(InvalidValue, match="2 quantities need as many codes, got 1"):
        plan.rate([1, 2], [0])
    assert RatePlan([FillUp(SEATS)]).rate([1, 2], [0, 0]).minor.tolist() == [1200, 2400]


def test_a_masked_array_has_rows_without_a_quantity() -> None:
    quantities = np.ma.masked_equal(np.array([0, 9, 2, 3, 9]), 9)
    plan = RatePlan([MinimumQuantity(PerUnit.of("1", "EUR"), Fraction(3))])
    with pytest.raises(InvalidValue, match=r"^row 1 has no quantity"):
        plan.rate(quantities)
    rated = plan.rate(quantities, nulls=Nulls.PASS)
    assert rated.minor.tolist() == [300, 0, 300, 300, 0]
    assert rated.missing.tolist() == [1, 4]


def test_what_is_masked_does_not_matter() -> None:
    quantities = np.ma.masked_less(np.array([-7, 3]), 0)
    before = quantities.data.copy()
    rated = RatePlan([FillUp(SEATS)]).rate(quantities, nulls=Nulls.PASS)
    assert rated.minor.tolist() == [0, 3600]
    assert (quantities.data == before).all()


@pytest.mark.parametrize("places", [39, -39, True, "2", 1.0])
def test_places_are_a_number_of_digits(places: object) -> None:
    with pytest.raises(InvalidValue, match="decimal places are a whole number"):
        RatePlan([FillUp(SEATS)]).rate([1], places=places)  # type: ignore[arg-type]


# --- where it goes -----------------------------------------------------------------------------


def test_the_amounts_go_where_they_are_wanted() -> None:
    quantities, out = np.arange(100_000), np.empty(100_000, np.int64)
    rated = RatePlan([LookUp(SEATS)]).rate(quantities, out=out)
    assert rated.minor is out
    assert out[60] == 48000


def _read_only() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    out = np.empty(4, np.int64)
    out.flags.writeable = False
    return out


@pytest.mark.parametrize(
    ("out", "why"),
    [
        (lambda _: np.empty(3, np.int64), "4 int64"),
        (lambda _: np.empty(4, np.int32), "4 int64"),
        (lambda _: np.empty(8, np.int64)[::2], "4 int64"),
        (lambda quantities: quantities, "shares memory"),
        (lambda _: _read_only(), "cannot be written"),
        (lambda _: [0, 0, 0, 0], "numpy array of 4 int64, which is written to, got list"),
    ],
)
def test_a_place_that_does_not_do_is_refused(out: Callable[[object], object], why: str) -> None:
    quantities = np.arange(4)
    with pytest.raises(InvalidValue, match=why):
        RatePlan([FillUp(SEATS)]).rate(quantities, out=out(quantities))  # type: ignore[arg-type]


def test_batches_are_rated_as_they_come() -> None:
    plan = RatePlan([FillUp(SEATS), LookUp(SEATS)])
    taken = []

    def batches() -> object:
        for size in (1, 70_000, 0, 3):
            taken.append(size)
            yield np.arange(size), np.arange(size) % 2

    found = plan.rate_batches(batches())  # type: ignore[arg-type]
    first = next(found)
    assert taken == [1]
    assert len(first) == 1
    rest = [rated.minor.copy() for rated in found]
    whole = plan.rate(np.arange(70_000), np.arange(70_000) % 2)
    assert (rest[0] == whole.minor).all()
    assert [len(part) for part in rest] == [70_000, 0, 3]


def test_a_fault_names_its_batch() -> None:
    with pytest.raises(InvalidValue, match=r"^batch 1: row 2: a quantity is zero or more"):
        list(RatePlan([FillUp(SEATS)]).rate_batches([[1], [0, 1, -1]]))


# --- the plan ----------------------------------------------------------------------------------


def test_a_plan_needs_a_scheme() -> None:
    with pytest.raises(InvalidValue, match="needs a scheme"):
        RatePlan([])


@pytest.mark.parametrize("schemes", [["x"], [PerUnit.of("1", "EUR"), None], "xy"])
def test_what_has_no_price_is_no_scheme(schemes: list[Scheme]) -> None:
    with pytest.raises(
        InvalidValue, match=r"scheme \d of the plan is .*, which has no price: give"
    ):
        RatePlan(schemes)


def test_one_scheme_alone_is_no_list() -> None:
    with pytest.raises(InvalidValue, match="takes a list of schemes, got PerUnit"):
        RatePlan(PerUnit.of("1", "EUR"))  # type: ignore[arg-type]


def test_a_price_that_depends_on_the_day_is_refused_when_the_plan_is_made() -> None:
    day = date(2026, 1, 1)
    ramp = Ramp.of((day, PerUnit.of("10", "EUR")), (date(2027, 1, 1), PerUnit.of("12", "EUR")))
    for scheme in (ramp, AtLeast.of(ramp, "100")):
        with pytest.raises(
            InvalidValue, match=r"scheme 1 of the plan, .*: take scheme_on\(scheme,"
        ):
            RatePlan([PerUnit.of("1", "EUR"), scheme])
        assert len(RatePlan([scheme_on(scheme, day)]).rate([20])) == 1


def test_a_step_finer_than_a_minor_unit_is_refused_when_the_plan_is_made() -> None:
    with pytest.raises(InvalidValue, match="finer than one minor unit of JPY"):
        RatePlan([FillUp(SEATS), PerUnit.of("1", "JPY")], Rounding(step=Fraction("0.05")))


def test_each_currency_has_its_own_minor_units_and_steps() -> None:
    schemes = [PerUnit.of("1.2345", code) for code in ("EUR", "KWD", "JPY")]
    assert RatePlan(schemes).rate([3, 3, 3], [0, 1, 2]).minor.tolist() == [370, 3704, 4]
    swiss = RatePlan(schemes[:2], Rounding(step=Fraction("0.05")))
    assert swiss.rate([3, 3], [0, 1]).minor.tolist() == [370, 3700]


def test_plans_are_values() -> None:
    plan = RatePlan([FillUp(SEATS)])
    plan.rate([1])
    assert plan == RatePlan([FillUp(SEATS)])
    assert hash(plan) == hash(RatePlan([FillUp(SEATS)]))
    assert attrs.evolve(plan, schemes=[LookUp(SEATS)]).rate([60]).minor.tolist() == [48000]


def test_a_thousand_bands() -> None:
    ends = [*range(1, 1000), None]
    table = BandTable.of("EUR", [(end, str(1000 - number)) for number, end in enumerate(ends)])
    plan = RatePlan([FillUp(table), FillUp(SEATS)])
    quantities = list(range(0, 12_000, 7))
    codes = [n % 2 for n in quantities]
    rated = plan.rate(quantities, codes, places=1)
    assert rated.minor.tolist() == _one_by_one(plan, quantities, codes, 1)
    alone = RatePlan([FillUp(table)]).rate(quantities, places=1).minor.tolist()
    assert all(low <= high for low, high in pairwise(alone))
    assert alone[-1] == rated.minor[len(quantities) - 1] or codes[-1] == 1


@pytest.mark.parametrize("schemes", [2**14, 2**14 + 1], ids=["numbered in 16 bits", "in 64"])
def test_as_many_lines_as_16_bits_number_and_more(schemes: int) -> None:
    """Three limits make four lines each: 65,536 of them, and four more."""
    ends = [(1, "9"), (5, "3"), (8, "2"), (None, "1")]
    tables: list[Scheme] = [FillUp(BandTable.of("EUR", ends)), LookUp(BandTable.of("EUR", ends))]
    plan = RatePlan([tables[number % 2] for number in range(schemes)])
    codes = [0, 1, 2, schemes - 3, schemes - 2, schemes - 1] * 4
    used = [1] * 6 + [3] * 6 + [6] * 6 + [90] * 6
    assert plan.rate(used, codes).minor.tolist() == [
        price(plan.schemes[code], quantity).settle().minor
        for code, quantity in zip(codes, used, strict=True)
    ]


def test_without_numpy_the_error_names_the_extra() -> None:
    code = "import sys; sys.modules['numpy'] = None; import harmony_core.bulk"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "harmony_core.bulk needs numpy: pip install 'harmony-core[bulk]'" in run.stderr

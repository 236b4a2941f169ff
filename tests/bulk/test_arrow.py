"""Columns come and go through Arrow's PyCapsule interface, whoever made them."""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any

import nanoarrow as na
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nanoarrow.c_array_stream import CArrayStream

from harmony_core.bulk import Nulls, RatePlan
from harmony_core.errors import InvalidValue
from harmony_core.pricing import BandTable, FillUp, LookUp, PerUnit, price

SEATS = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
PLAN = RatePlan([FillUp(SEATS), LookUp(SEATS)])


class Stream:
    """What hands out Arrow as a stream only, in chunks, as frames do."""

    def __init__(self, *arrays: Any, schema: Any) -> None:
        self._arrays, self._schema = arrays, schema

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        chunks = [na.c_array(array) for array in self._arrays]
        stream = CArrayStream.from_c_arrays(chunks, na.c_schema(self._schema))
        return stream.__arrow_c_stream__(requested_schema)


def _decimals(values: list[Decimal | None], places: int) -> Any:
    words = []
    for value in values:
        whole = 0 if value is None else int(value.scaleb(places))
        words += [whole & (2**64 - 1), (whole >> 64) & (2**64 - 1)]
    valid = np.packbits([value is not None for value in values], bitorder="little")
    return na.c_array_from_buffers(
        na.decimal128(38, places), len(values), [valid, np.array(words, np.uint64)]
    )


@pytest.mark.parametrize(
    "kind", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
)
def test_whole_numbers_of_every_width(kind: str) -> None:
    quantities = na.Array([0, 10, 11, 60, 127], getattr(na, kind)())
    codes = na.Array([0, 0, 0, 1, 0], getattr(na, kind)())
    assert PLAN.rate(quantities, codes).minor.tolist() == [0, 12000, 13000, 48000, 113600]


def test_nulls_are_refused_or_passed() -> None:
    quantities = na.Array([60, None, 11, None], na.int64())
    with pytest.raises(InvalidValue, match=r"^row 1 has no quantity"):
        PLAN.rate(quantities, [0] * 4)
    rated = PLAN.rate(quantities, [0] * 4, nulls=Nulls.PASS)
    assert rated.missing.tolist() == [1, 3]
    assert na.Array(rated).to_pylist() == [60000, None, 13000, None]


def test_a_row_without_a_code_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"^row 2 has no code"):
        PLAN.rate([1, 2, 3], na.Array([0, 1, None], na.int32()), nulls=Nulls.PASS)


@given(
    st.lists(st.none() | st.integers(0, 2**40), max_size=40),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_a_slice_has_its_own_rows_and_nulls(
    values: list[int | None], start: int, stop: int
) -> None:
    part = values[start:stop]
    valid = np.packbits([value is not None for value in values] or [True], bitorder="little")
    whole = na.c_array_from_buffers(
        na.int64(),
        len(part),
        [valid, np.array([value or 0 for value in values], np.int64)],
        offset=min(start, len(values)),
        null_count=-1,
    )
    rated = RatePlan([LookUp(SEATS)]).rate(whole, nulls=Nulls.PASS)
    assert na.Array(rated).to_pylist() == [
        None if value is None else LookUp(SEATS).price(value).settle().minor for value in part
    ]


def test_a_stream_of_chunks_is_one_column() -> None:
    chunks = [na.Array([60, None], na.int32()), na.Array([11], na.int32())]
    codes = Stream(na.Array([1], na.uint8()), na.Array([0, 1], na.uint8()), schema=na.uint8())
    rated = PLAN.rate(Stream(*chunks, schema=na.int32()), codes, nulls=Nulls.PASS)
    assert rated.minor.tolist() == [48000, 0, 11000]
    assert rated.missing.tolist() == [1]
    below = Stream(na.Array([1, 2], na.int8()), na.Array([-1], na.int8()), schema=na.int8())
    with pytest.raises(InvalidValue, match=r"^row 2: a quantity is zero or more"):
        RatePlan([LookUp(SEATS)]).rate(below)


def test_decimals_say_their_places() -> None:
    quantities = _decimals([Decimal("10.625"), None, Decimal("0.001")], 3)
    plan = RatePlan([PerUnit.of("4.4556", "USD")])
    rated = plan.rate(quantities, nulls=Nulls.PASS)
    assert rated.minor.tolist() == [4734, 0, 0]
    assert plan.rate(quantities, places=3, nulls=Nulls.PASS).minor.tolist() == [4734, 0, 0]
    with pytest.raises(InvalidValue, match="decimals with 3 places, but places=2"):
        plan.rate(quantities, places=2)


@given(
    st.lists(st.decimals(0, Decimal(10) ** 26, places=10), min_size=1, max_size=5),
    st.sampled_from(["0.00000000001", "1/3"]),
)
def test_decimals_of_any_size_are_exact(values: list[Decimal], unit_price: str) -> None:
    scheme = PerUnit.of(unit_price, "JPY")
    expected = [price(scheme, Fraction(value)).settle().minor for value in values]
    column = _decimals(list(values), 10)
    if max(expected) < 2**63:
        assert RatePlan([scheme]).rate(column).minor.tolist() == expected
    else:
        with pytest.raises(InvalidValue, match="too great for a column of 64 bits"):
            RatePlan([scheme]).rate(column)


def test_a_far_decimal_below_zero_is_refused_with_its_value() -> None:
    column = _decimals([Decimal(1), Decimal("-1e20")], 2)
    with pytest.raises(InvalidValue, match=r"^row 1: .*, got -100000000000000000000:"):
        RatePlan([PerUnit.of("1", "JPY")]).rate(column)


@pytest.mark.parametrize(
    ("column", "way_out"),
    [
        (na.Array([1.5], na.float64()), "column of double: cast it to int64"),
        (na.Array(["12"], na.string()), "column of string: cast it to int64"),
        (na.Array([True], na.bool_()), "column of bool: cast it to int64"),
    ],
)
def test_what_is_not_whole_is_refused(column: object, way_out: str) -> None:
    with pytest.raises(InvalidValue, match=way_out):
        PLAN.rate(column, [0])


class Unable:
    """A frame's column whose library lacks what it needs to hand out Arrow."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        raise ImportError("Missing optional dependency 'pyarrow'")


class UnableButAnArray(Unable):
    def __array__(self, dtype: object = None, copy: object = None) -> Any:
        return np.array([60, 11])


def test_who_cannot_hand_out_arrow_is_read_as_an_array() -> None:
    assert PLAN.rate(UnableButAnArray(), [0, 1]).minor.tolist() == [60000, 11000]
    with pytest.raises(ImportError, match="pyarrow"):
        PLAN.rate(Unable(), [0])


def test_without_nanoarrow_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoarrow", None)
    with pytest.raises(ModuleNotFoundError, match=r"nanoarrow: pip install 'harmony-core\[bulk\]'"):
        PLAN.rate(UnableButAnArray(), [0, 1])


def test_a_frame_is_no_column() -> None:
    frame = na.c_array_from_buffers(
        na.struct({"n": na.int64()}), 1, [None], children=[na.c_array([1], na.int64())]
    )
    with pytest.raises(InvalidValue, match="struct: pass its columns one by one, such as batch"):
        PLAN.rate(frame, [0])
    with pytest.raises(InvalidValue, match=r"^batch 0: .* struct: pass its columns"):
        list(RatePlan([LookUp(SEATS)]).rate_batches([frame]))


def _frames(name: str) -> Any:
    return pytest.importorskip(name)


def test_columns_of_kinds_that_are_unknown_are_refused_by_the_library() -> None:
    polars, pyarrow = _frames("polars"), _frames("pyarrow")
    one = RatePlan([LookUp(SEATS)])
    for column in (
        polars.Series([None, None]),
        polars.Series([1, 2], dtype=polars.Int128),
        pyarrow.array([1, 2], pyarrow.decimal64(9, 2)),
        pyarrow.array([1, 2], pyarrow.decimal256(9, 2)),
        pyarrow.array([1, 2]).dictionary_encode(),
        pyarrow.chunked_array([pyarrow.array([1, 2], pyarrow.decimal32(9, 2))]),
        pyarrow.array([None], pyarrow.null()),
        pyarrow.array([1, 2], pyarrow.timestamp("us", "UTC")),
        pyarrow.record_batch({"q": [1, 2]}),
    ):
        with pytest.raises(InvalidValue, match=r"got an Arrow column of .*: (cast it|pass its)"):
            one.rate(column)


def test_a_batch_of_pyarrow_is_a_pair_of_its_columns() -> None:
    pyarrow = _frames("pyarrow")
    batch = pyarrow.record_batch({"q": [60, 60], "s": [0, 1]})
    (rated,) = PLAN.rate_batches([(batch["q"], batch["s"])])
    assert rated.minor.tolist() == [60000, 48000]


def test_codes_are_no_decimals() -> None:
    with pytest.raises(InvalidValue, match="codes are whole numbers, got decimals"):
        PLAN.rate([1], _decimals([Decimal("0.1")], 1))


def test_the_amounts_go_out_without_a_copy() -> None:
    rated = PLAN.rate([60, 11], [0, 1])
    view = na.c_array(rated).view()
    out = np.frombuffer(view.buffer(1), np.int64)
    assert np.shares_memory(out, rated.minor)
    assert na.Array(rated).to_pylist() == [60000, 11000]

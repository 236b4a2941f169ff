"""Columns are read where they lie: what works on them needs no room that grows with the rows."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import nanoarrow as na
import numpy as np
import pytest
from nanoarrow.c_array_stream import CArrayStream

from harmony_core.bulk import Nulls, RatePlan, aggregate, bucket_starts, high_water, profit_cube
from harmony_core.pricing import Aggregation, BandTable, FillUp, LookUp

ROWS, CHUNKS, GROUPS = 600_000, 46, 50
ROOM = 2_500_000
"""Bytes: about a megabyte of buffers, and what numpy needs for a block at a time."""
SEATS = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
PLAN = RatePlan([FillUp(SEATS), LookUp(SEATS)])


class Chunked:
    """A column as frames hand it out: a stream of chunks, none of which ends where a block does."""

    def __init__(self, values: Any, kind: Any, valid: Any = None) -> None:
        ends = np.linspace(0, len(values), CHUNKS + 1).astype(int).tolist()
        self._kind = kind
        self._chunks = [
            na.c_array_from_buffers(
                kind,
                stop - start,
                [
                    None if valid is None else np.packbits(valid[start:stop], bitorder="little"),
                    values[start:stop],
                ],
            )
            for start, stop in pairwise(ends)
        ]

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        stream = CArrayStream.from_c_arrays(list(self._chunks), na.c_schema(self._kind))
        return stream.__arrow_c_stream__(requested_schema)


def peak(work: Callable[[], object]) -> int:
    work()  # what is made once is there
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


NUMBERS = np.random.default_rng(7)
QUANTITIES, CODES = NUMBERS.integers(0, 900, ROWS), NUMBERS.integers(0, 2, ROWS, np.int32)
OUT = np.empty(ROWS, np.int64)
EXPECTED = PLAN.rate(QUANTITIES, CODES).minor


@pytest.mark.parametrize("chunked", [(True, True), (True, False), (False, True), (False, False)])
def test_a_rating_needs_a_megabyte_however_the_columns_are_cut(chunked: tuple[bool, bool]) -> None:
    quantities: object = Chunked(QUANTITIES, na.int64()) if chunked[0] else QUANTITIES
    codes: object = Chunked(CODES, na.int32()) if chunked[1] else CODES
    assert peak(lambda: PLAN.rate(quantities, codes, out=OUT)) < ROOM
    assert np.array_equal(OUT, EXPECTED)


@pytest.mark.parametrize("masked", [True, False])
def test_rows_without_a_quantity_need_only_the_list_of_them(masked: bool) -> None:
    missing = NUMBERS.random(ROWS) < 0.5
    quantities: object = (
        np.ma.MaskedArray(QUANTITIES, missing)
        if masked
        else Chunked(QUANTITIES, na.int64(), ~missing)
    )
    codes = Chunked(CODES, na.int32())

    def rate() -> Any:
        return PLAN.rate(quantities, codes, out=OUT, nulls=Nulls.PASS)

    assert peak(rate) < ROOM + 8 * int(missing.sum())
    assert np.array_equal(rate().missing, np.flatnonzero(missing))
    assert np.array_equal(OUT, np.where(missing, 0, EXPECTED))


@pytest.mark.parametrize("how", [Aggregation(how) for how in ("count", "sum", "max", "latest")])
def test_an_aggregation_works_in_blocks(how: Aggregation) -> None:
    groups = (np.arange(ROWS) % GROUPS).astype(np.int32)
    values = Chunked(QUANTITIES, na.int64())
    found: list[Any] = []

    def work() -> None:
        found.append(aggregate(how, values, Chunked(groups, na.int32()), GROUPS))

    assert peak(work) < ROOM
    assert np.array_equal(found[0].whole, aggregate(how, QUANTITIES, groups, GROUPS).whole)


def test_a_peak_works_in_blocks() -> None:
    groups = Chunked((np.arange(ROWS) % GROUPS).astype(np.int32), na.int32())
    assert peak(lambda: high_water(Chunked(QUANTITIES, na.int64()), groups, GROUPS)) < ROOM


def test_buckets_need_their_own_column_and_a_mark_for_every_day() -> None:
    at = Chunked(1_790_000_000 + np.arange(ROWS) * 60, na.int64())
    room = ROOM + 8 * ROWS + 4_000_000
    assert peak(lambda: bucket_starts(at, timedelta(hours=1), "Europe/Berlin")) < room


@pytest.mark.parametrize("chunked", [True, False])
def test_a_cube_needs_its_cells_and_a_megabyte(chunked: bool) -> None:
    minor, groups = (
        NUMBERS.integers(-(10**6), 10**6, ROWS),
        np.arange(ROWS, dtype=np.int32) % GROUPS,
    )
    lines: object = Chunked(minor, na.int64()) if chunked else minor
    codes: object = Chunked(groups, na.int32()) if chunked else groups
    found = profit_cube(lines, CODES, (codes, GROUPS), currency="EUR")
    assert int(found.summed(0).contribution) == -int(minor.sum())
    most = peak(lambda: profit_cube(lines, CODES, (codes, GROUPS), currency="EUR"))
    assert most < ROOM

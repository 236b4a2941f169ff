"""Who prices the rows: ours, Decimals, and each engine as a user would write it and hand-tuned."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks._pricing_case import BANDS, OURS, PER_CENT, PLACES, Case, Contender
from harmony_core.bulk import RatePlan
from harmony_core.pricing import charge

Run = Callable[[], Any]
PEERS = ("polars", "duckdb", "pandas", "pyarrow")
SLOW_ROWS = 50_000
HALF = PER_CENT // 2
OPEN = 2**62
"""The upper limit of the last band, where an engine wants one."""


def contenders(case: Case) -> list[Contender]:
    """List those whose engine is installed."""
    found = [
        Contender("ours, value by value", _scalar, SLOW_ROWS, "ours"),
        Contender("Decimal and bisect", _decimal, SLOW_ROWS, "user"),
        Contender(OURS, _ours, kind="ours"),
        Contender("ours, into an array that is there", _ours_into, kind="ours"),
    ]
    if not missing():
        found += _ONE_TABLE if case.is_one_table else _MANY_TABLES
    return found


def missing() -> list[str]:
    """List the peers that are not installed."""
    return [name for name in PEERS if find_spec(name) is None]


# --- ours, and the loop -------------------------------------------------------------------------


def _decimals(case: Case) -> list[tuple[int, Decimal]]:
    quantities = (Decimal(n).scaleb(-PLACES) for n in case.quantities.tolist())
    return list(zip(case.tables.tolist(), quantities, strict=True))


def _scalar(case: Case) -> Run:
    rows, schemes = _decimals(case), case.schemes
    return lambda: [charge(schemes[table], quantity).minor for table, quantity in rows]


def _decimal(case: Case) -> Run:
    rows = _decimals(case)

    def scaled(values: Iterable[Iterable[int]], places: int) -> list[list[Decimal]]:
        return [[Decimal(value).scaleb(-places) for value in row] for row in values]

    limits = scaled(case.limits.tolist(), PLACES)
    prices, bases = scaled(case.prices.tolist(), 4), scaled(case.bases.tolist(), PLACES + 4)
    cent = Decimal("0.01")

    def run() -> list[int]:
        amounts = []
        for table, quantity in rows:
            band = bisect_left(limits[table], quantity)
            amount = quantity * prices[table][band] + bases[table][band]
            amounts.append(int(amount.quantize(cent, ROUND_HALF_UP).scaleb(2)))
        return amounts

    return run


def _ours(case: Case) -> Run:
    plan = RatePlan(case.schemes)
    quantities, codes = case.quantities, None if case.is_one_table else case.tables
    return lambda: plan.rate(quantities, codes, places=PLACES).minor


def _ours_into(case: Case) -> Run:
    plan, out = RatePlan(case.schemes), np.zeros(len(case.quantities), np.int64)
    quantities, codes = case.quantities, None if case.is_one_table else case.tables
    return lambda: plan.rate(quantities, codes, places=PLACES, out=out).minor


def _ours_from_polars(case: Case) -> Run:
    plan, frame = RatePlan(case.schemes), _polars_frame(case)
    if case.is_one_table:
        return lambda: plan.rate(frame["n"], places=PLACES).minor
    return lambda: plan.rate(frame["n"], frame["t"], places=PLACES).minor


# --- polars -------------------------------------------------------------------------------------


def _polars_frame(case: Case) -> Any:
    polars: Any = import_module("polars")
    return polars.DataFrame(
        {"n": case.quantities, "t": case.tables}, schema={"n": polars.Int64, "t": polars.UInt32}
    )


def _polars_bands(case: Case) -> Any:
    polars: Any = import_module("polars")
    return polars.DataFrame(_long(case)).with_columns(polars.col("t").cast(polars.UInt32))


def _long(case: Case) -> dict[str, Any]:
    tables = len(case.schemes)
    low = np.hstack([np.full((tables, 1), -1), case.limits])
    high = np.hstack([case.limits, np.full((tables, 1), OPEN)])
    return {
        "t": np.repeat(np.arange(tables, dtype=np.int32), BANDS),
        "low": low.ravel(),
        "high": high.ravel(),
        "price": case.prices.ravel(),
        "base": case.bases.ravel(),
    }


def _wide(case: Case) -> dict[str, Any]:
    columns: dict[str, Any] = {"t": np.arange(len(case.schemes), dtype=np.int32)}
    for band in range(BANDS):
        if band < BANDS - 1:
            columns[f"l{band}"] = case.limits[:, band]
        columns[f"p{band}"], columns[f"b{band}"] = case.prices[:, band], case.bases[:, band]
    return columns


def _polars_asof(case: Case) -> Run:
    polars: Any = import_module("polars")
    frame, n = _polars_frame(case), polars.col("n")
    bands = _polars_bands(case).sort("high")
    by = {} if case.is_one_table else {"by": "t"}
    amount = ((n * polars.col("price") + polars.col("base") + HALF) // PER_CENT).alias("cents")

    def run() -> Any:
        joined = frame.sort("n").join_asof(
            bands, left_on="n", right_on="high", strategy="forward", check_sortedness=False, **by
        )
        return joined.select(amount)["cents"]

    return run


def _polars_when(case: Case) -> Run:
    polars: Any = import_module("polars")
    frame, n = _polars_frame(case), polars.col("n")
    prices, bases = case.prices[0].tolist(), case.bases[0].tolist()
    amount = n * prices[-1] + bases[-1]
    for band in reversed(range(BANDS - 1)):
        limit = int(case.limits[0, band])
        amount = polars.when(n <= limit).then(n * prices[band] + bases[band]).otherwise(amount)
    return lambda: frame.select(((amount + HALF) // PER_CENT).alias("cents"))["cents"]


def _polars_clips(case: Case) -> Run:
    polars: Any = import_module("polars")
    frame, n = _polars_frame(case), polars.col("n")
    prices = case.prices[0].tolist()
    amount = n * prices[0] + HALF
    for band in range(1, BANDS):
        more = prices[band] - prices[band - 1]
        amount += (n - int(case.limits[0, band - 1])).clip(0) * more
    return lambda: frame.select((amount // PER_CENT).alias("cents"))["cents"]


def _polars_join_when(case: Case) -> Run:
    polars: Any = import_module("polars")
    frame, n, of = _polars_frame(case), polars.col("n"), polars.col
    wide = polars.DataFrame(_wide(case)).with_columns(of("t").cast(polars.UInt32))
    amount = n * of(f"p{BANDS - 1}") + of(f"b{BANDS - 1}")
    for band in reversed(range(BANDS - 1)):
        here = n * of(f"p{band}") + of(f"b{band}")
        amount = polars.when(n <= of(f"l{band}")).then(here).otherwise(amount)
    cents = ((amount + HALF) // PER_CENT).alias("cents")
    return lambda: frame.join(wide, on="t", how="left").select(cents)["cents"]


def _polars_gather(case: Case) -> Run:
    polars: Any = import_module("polars")
    frame, n, table = _polars_frame(case), polars.col("n"), polars.col("t")

    def padded(values: Any) -> Any:
        return polars.lit(polars.Series(np.ascontiguousarray(values).ravel()))

    place = table * BANDS
    for band in range(BANDS - 1):
        place += (n > padded(case.limits[:, band]).gather(table)).cast(polars.UInt32)
    found = frame.lazy().with_columns(place.alias("place"))
    at = polars.col("place")
    amount = n * padded(case.prices).gather(at) + padded(case.bases + HALF).gather(at)
    query = found.select((amount // PER_CENT).alias("cents"))
    return lambda: query.collect()["cents"]


# --- duckdb -------------------------------------------------------------------------------------


def _duckdb(case: Case) -> Any:
    duckdb: Any = import_module("duckdb")
    arrow: Any = import_module("pyarrow")
    connection = duckdb.connect(config={"threads": 1})
    rows = arrow.table({"n": case.quantities, "t": case.tables})
    connection.register("rows_", rows)
    connection.register("bands_", arrow.table(_long(case)))
    connection.register("wide_", arrow.table(_wide(case)))
    for name in ("rows", "bands", "wide"):
        connection.execute(f"create table {name} as select * from {name}_")
        connection.unregister(f"{name}_")
    return connection


def _query(case: Case, sql: str) -> Run:
    connection = _duckdb(case)
    return lambda: connection.sql(sql).to_arrow_table()["cents"]


def _duckdb_range_join(case: Case) -> Run:
    same = "" if case.is_one_table else "rows.t = bands.t and"
    return _query(
        case,
        f"select (n * price + base + {HALF}) // {PER_CENT} as cents from rows join bands "
        f"on {same} n > low and n <= high",
    )


def _duckdb_case(case: Case) -> Run:
    limits, prices, bases = (part[0].tolist() for part in (case.limits, case.prices, case.bases))
    branches = " ".join(
        f"when n <= {limit} then n * {price} + {base}"
        for limit, price, base in zip(limits, prices, bases, strict=False)
    )
    amount = f"case {branches} else n * {prices[-1]} + {bases[-1]} end"
    return _query(case, f"select ({amount} + {HALF}) // {PER_CENT} as cents from rows")


def _duckdb_wide_case(case: Case) -> Run:
    branches = " ".join(
        f"when n <= l{band} then n * p{band} + b{band}" for band in range(BANDS - 1)
    )
    amount = f"case {branches} else n * p{BANDS - 1} + b{BANDS - 1} end"
    return _query(
        case,
        f"select ({amount} + {HALF}) // {PER_CENT} as cents from rows join wide using (t)",
    )


# --- pandas -------------------------------------------------------------------------------------


def _pandas_cut(case: Case) -> Run:
    pandas: Any = import_module("pandas")
    frame = pandas.DataFrame({"n": case.quantities})
    ends = [-1, *case.limits[0].tolist(), OPEN]
    prices, bases = case.prices[0], case.bases[0]

    def run() -> Any:
        band = pandas.cut(frame["n"], ends, labels=False)
        return (frame["n"] * prices[band] + bases[band] + HALF) // PER_CENT

    return run


def _pandas_asof(case: Case) -> Run:
    pandas: Any = import_module("pandas")
    frame = pandas.DataFrame({"n": case.quantities, "t": case.tables})
    bands = pandas.DataFrame(_long(case)).sort_values("high")

    def run() -> Any:
        joined = pandas.merge_asof(
            frame.sort_values("n"),
            bands,
            left_on="n",
            right_on="high",
            by="t",
            direction="forward",
        )
        return (joined["n"] * joined["price"] + joined["base"] + HALF) // PER_CENT

    return run


def _numpy_search(case: Case) -> Run:
    pandas: Any = import_module("pandas")
    frame = pandas.DataFrame({"n": case.quantities})
    limits, prices, bases = case.limits[0], case.prices[0], case.bases[0] + HALF

    def run() -> Any:
        n = frame["n"].to_numpy()
        band = np.searchsorted(limits, n)
        return (n * prices[band] + bases[band]) // PER_CENT

    return run


def _numpy_gather(case: Case) -> Run:
    pandas: Any = import_module("pandas")
    frame = pandas.DataFrame({"n": case.quantities, "t": case.tables.astype(np.int64)})
    limits = [np.ascontiguousarray(case.limits[:, band]) for band in range(BANDS - 1)]
    prices, bases = case.prices.ravel(), case.bases.ravel() + HALF

    def run() -> Any:
        n, table = frame["n"].to_numpy(), frame["t"].to_numpy()
        place = table * BANDS
        for limit in limits:
            place += n > limit.take(table)
        return (n * prices.take(place) + bases.take(place)) // PER_CENT

    return run


_FROM_POLARS = Contender("ours, from a polars frame", _ours_from_polars, kind="ours")
_ONE_TABLE = [
    _FROM_POLARS,
    Contender("polars, join_asof", _polars_asof, kind="user", in_order=False),
    Contender("polars, when chain", _polars_when, kind="tuned"),
    Contender("polars, sum of clips", _polars_clips, kind="tuned"),
    Contender("duckdb, range join", _duckdb_range_join, kind="user", in_order=False),
    Contender("duckdb, CASE", _duckdb_case, kind="tuned"),
    Contender("pandas, cut", _pandas_cut, kind="user"),
    Contender("pandas, numpy searchsorted", _numpy_search, kind="tuned"),
]
_MANY_TABLES = [
    _FROM_POLARS,
    Contender("polars, join_asof by", _polars_asof, kind="user", in_order=False),
    Contender("polars, wide join and when", _polars_join_when, kind="tuned"),
    Contender("polars, gather of padded columns", _polars_gather, kind="tuned"),
    Contender("duckdb, range join", _duckdb_range_join, kind="user", in_order=False),
    Contender("duckdb, wide join and CASE", _duckdb_wide_case, kind="tuned", in_order=False),
    Contender("pandas, merge_asof by", _pandas_asof, kind="user", in_order=False),
    Contender("pandas, numpy gather", _numpy_gather, kind="tuned"),
]

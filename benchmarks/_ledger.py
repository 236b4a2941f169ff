"""What contribution by customer, contract and month costs over millions of lines of a journal.

Ours keeps dense codes beside each line, adds up by contract and month, and takes the customer from
the contract. The others answer the same question in their own best way: by all three keys, by one
composite key, and by keys of text. Each result is compared with ours before anything is timed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from benchmarks._rounds import median_seconds, on_one_core
from harmony_core.bulk import ProfitCube, profit_cube

PEERS = ("polars", "duckdb", "pandas", "pyarrow")
ROWS = 5_000_000
CUSTOMERS, CONTRACTS, MONTHS = 500, 3_000, 24
Whole: TypeAlias = NDArray[np.int64]
Run: TypeAlias = Callable[[], Any]
Cells: TypeAlias = dict[tuple[int, int], tuple[int, int]]
"""Revenue and cost by contract and month."""


@attrs.frozen(eq=False)
class Lines:
    """A journal in columns: codes, and minor units with debit above zero."""

    customer: NDArray[np.int32]
    contract: NDArray[np.int32]
    month: NDArray[np.int32]
    figure: NDArray[np.int32]
    minor: Whole

    @classmethod
    def of(cls, rows: int) -> Lines:
        """Make some; the same for the same number."""
        numbers = np.random.default_rng(11)
        contract = numbers.integers(0, CONTRACTS, rows, np.int32)
        figure = numbers.integers(0, 2, rows, np.int32)
        minor = numbers.integers(1, 1_000_000, rows) * np.where(figure == 0, -1, 1)
        customer = contract % CUSTOMERS
        return cls(customer, contract, numbers.integers(0, MONTHS, rows, np.int32), figure, minor)

    @property
    def as_columns(self) -> dict[str, Any]:
        """Give them by name."""
        return attrs.asdict(self, recurse=False)

    @property
    def as_text(self) -> dict[str, Any]:
        """Give them with ids of text in place of codes."""
        ids = {
            "customer": np.array([f"CU-{number:05}" for number in range(CUSTOMERS)]),
            "contract": np.array([f"CONTRACT-{number:06}" for number in range(CONTRACTS)]),
            "month": np.array(
                [f"{2024 + number // 12}-{number % 12 + 1:02}" for number in range(MONTHS)]
            ),
        }
        texts = {name: names[getattr(self, name)].astype(object) for name, names in ids.items()}
        return {**self.as_columns, **texts}


@attrs.frozen
class Contender:
    """``prepare`` loads the lines; what it gives is timed; ``cells`` reads the result."""

    name: str
    prepare: Callable[[Lines], Run]
    kind: str = "coded"
    cells: Callable[[Any], Cells] | None = None


def main() -> None:
    if absent := missing():
        print(f"without {', '.join(absent)}, so without peers: pip install 'harmony-core[bench]'")
    quick = bool(os.environ.get("BENCH_ROUNDS"))
    with on_one_core():
        compare(50_000 if quick else ROWS, 3 if quick else 11)


def compare(rows: int, rounds: int) -> None:
    """Time all contenders on one journal, and print them side by side."""
    lines = Lines.of(rows)
    field = [_OURS] if missing() else [_OURS, _OURS_TEXT, *_OTHERS]
    runs = [one.prepare(lines) for one in field]
    right = _cells_of_ours(runs[0]())
    for one, run in zip(field, runs, strict=True):
        if one.cells is not None and one.cells(run()) != right:
            raise AssertionError(f"{one.name} gets some cells wrong")
    taken = dict(zip((one.name for one in field), median_seconds(runs, rounds), strict=True))
    print(f"\ncontribution by customer, contract and month: {rows:,} lines, {len(right):,} cells")
    print(f"{'':<44}{'ms':>8}{'lines/s':>12}{'ours is':>11}")
    ours = taken[_OURS.name]
    for one in field:
        seconds = taken[one.name]
        print(
            f"{one.name:<44}{seconds * 1e3:>8.1f}{rows / seconds / 1e6:>10.1f} M"
            f"{seconds / ours:>9.2f} x"
        )
    ours_by = {"coded": _OURS.name, "text": _OURS_TEXT.name}
    for kind, words in (("coded", "coded keys"), ("text", "keys of text")):
        names = [one.name for one in field if one.kind == kind and one in _OTHERS]
        if names:
            best = min(names, key=taken.__getitem__)
            ratio = taken[best] / taken[ours_by[kind]]
            print(f"ours is {ratio:.2f} x the best with {words}: {best}")
            if kind == "coded" and "pandas" in str(names):
                pandas = min(name for name in names if name.startswith("pandas"))
                print(f"ours is {taken[pandas] / ours:.2f} x pandas with coded keys")


def missing() -> list[str]:
    """List the peers that are not installed."""
    return [name for name in PEERS if find_spec(name) is None]


# --- ours ---------------------------------------------------------------------------------------


def _ours(lines: Lines) -> Run:
    axes = (lines.contract, CONTRACTS), (lines.month, MONTHS)
    of_contract = np.arange(CONTRACTS) % CUSTOMERS

    def run() -> tuple[ProfitCube, Whole]:
        found = profit_cube(lines.minor, lines.figure, *axes, currency="EUR")
        by_customer = np.zeros((CUSTOMERS, MONTHS), np.int64)
        np.add.at(by_customer, of_contract, found.contribution)
        return found, by_customer

    return run


def _cells_of_ours(result: tuple[ProfitCube, Whole]) -> Cells:
    found, _ = result
    return {
        place: (int(revenue), int(found.direct_cost[place]))
        for place, revenue in np.ndenumerate(found.revenue)
        if revenue or found.direct_cost[place]
    }


def _ours_by_text(lines: Lines) -> Run:
    arrow: Any = import_module("pyarrow")
    compute: Any = import_module("pyarrow.compute")
    columns = arrow.table(lines.as_text)

    def run() -> ProfitCube:
        contract, month = (
            compute.dictionary_encode(columns[name]).combine_chunks()
            for name in ("contract", "month")
        )
        return profit_cube(
            lines.minor,
            lines.figure,
            (contract.indices, len(contract.dictionary)),
            (month.indices, len(month.dictionary)),
            currency="EUR",
        )

    return run


# --- polars -------------------------------------------------------------------------------------

KEYS = ("customer", "contract", "month")


def _polars(lines: Lines, *, text: bool = False) -> Run:
    polars: Any = import_module("polars")
    frame = polars.DataFrame(lines.as_text if text else lines.as_columns)
    is_revenue, minor = polars.col("figure") == 0, polars.col("minor")
    revenue = polars.when(is_revenue).then(-minor).otherwise(0).sum().alias("revenue")
    cost = polars.when(is_revenue).then(0).otherwise(minor).sum().alias("cost")
    return lambda: frame.group_by(*KEYS).agg(revenue, cost)


def _polars_composite(lines: Lines) -> Run:
    polars: Any = import_module("polars")
    frame = polars.DataFrame(lines.as_columns)
    key = (polars.col("contract") * MONTHS + polars.col("month")).alias("key")
    is_revenue, minor = polars.col("figure") == 0, polars.col("minor")
    query = (
        frame.lazy()
        .select(
            key,
            polars.when(is_revenue).then(-minor).otherwise(0).alias("revenue"),
            polars.when(is_revenue).then(0).otherwise(minor).alias("cost"),
        )
        .group_by("key")
        .agg(polars.col("revenue").sum(), polars.col("cost").sum())
    )
    run: Run = query.collect
    return run


# --- duckdb -------------------------------------------------------------------------------------


def _duckdb(lines: Lines, keys: str, *, text: bool = False) -> Run:
    duckdb: Any = import_module("duckdb")
    arrow: Any = import_module("pyarrow")
    connection = duckdb.connect(config={"threads": 1})
    connection.register("given", arrow.table(lines.as_text if text else lines.as_columns))
    connection.execute("create table journal as select * from given")
    connection.unregister("given")
    sums = (
        "sum(case when figure = 0 then -minor else 0 end) as revenue, "
        "sum(case when figure = 0 then 0 else minor end) as cost"
    )
    query = f"select {keys}, {sums} from journal group by all"
    return lambda: connection.sql(query).to_arrow_table()


# --- pyarrow and pandas -------------------------------------------------------------------------


def _pyarrow(lines: Lines, *, text: bool = False) -> Run:
    arrow: Any = import_module("pyarrow")
    compute: Any = import_module("pyarrow.compute")
    table = arrow.table(lines.as_text if text else lines.as_columns)

    def run() -> Any:
        is_revenue = compute.equal(table["figure"], 0)
        revenue = compute.if_else(is_revenue, compute.negate(table["minor"]), 0)
        cost = compute.if_else(is_revenue, 0, table["minor"])
        wide = table.append_column("revenue", revenue).append_column("cost", cost)
        grouped = wide.group_by(KEYS, use_threads=False)
        sums = grouped.aggregate([("revenue", "sum"), ("cost", "sum")])
        return sums.rename_columns([*KEYS, "revenue", "cost"])

    return run


def _pandas(lines: Lines, *, text: bool = False) -> Run:
    pandas: Any = import_module("pandas")
    frame = pandas.DataFrame(lines.as_text if text else lines.as_columns)

    def run() -> Any:
        is_revenue = frame["figure"] == 0
        wide = frame.assign(
            revenue=(-frame["minor"]).where(is_revenue, 0), cost=frame["minor"].mask(is_revenue, 0)
        )
        grouped = wide.groupby(list(KEYS), sort=False)
        return grouped[["revenue", "cost"]].sum().reset_index()

    return run


# --- what they found ----------------------------------------------------------------------------


def _of_table(result: Any) -> Cells:
    revenue, cost = (result[name].to_numpy().tolist() for name in ("revenue", "cost"))
    if "key" in _names(result):
        contract, month = divmod(result["key"].to_numpy(), MONTHS)
    else:
        contract, month = (_numbers(result[name].to_numpy()) for name in ("contract", "month"))
    rows = zip(contract.tolist(), month.tolist(), revenue, cost, strict=True)
    return {(of, at): (int(earned), int(spent)) for of, at, earned, spent in rows}


def _names(result: Any) -> list[str]:
    return list(getattr(result, "column_names", None) or result.columns)


def _numbers(values: Any) -> Whole:
    if values.dtype.kind in "iu":
        numbers: Whole = values.astype(np.int64)
        return numbers
    return np.array([_number(text) for text in values.tolist()], np.int64)


def _number(text: str) -> int:
    if text.startswith("CONTRACT-"):
        return int(text.removeprefix("CONTRACT-"))
    year, month = text.split("-")
    return (int(year) - 2024) * 12 + int(month) - 1


_OURS = Contender("ours, dense codes", _ours)
_OURS_TEXT = Contender("ours, text made codes by pyarrow first", _ours_by_text, "text")
_OTHERS = [
    Contender("polars, three keys", _polars, cells=_of_table),
    Contender("polars, one composite key", _polars_composite, cells=_of_table),
    Contender("duckdb, three keys", lambda one: _duckdb(one, ", ".join(KEYS)), cells=_of_table),
    Contender(
        "duckdb, one composite key",
        lambda one: _duckdb(one, f"contract * {MONTHS} + month as key"),
        cells=_of_table,
    ),
    Contender("pyarrow, three keys", _pyarrow, cells=_of_table),
    Contender("pandas, three keys", _pandas, cells=_of_table),
    Contender("polars, keys of text", lambda one: _polars(one, text=True), "text", _of_table),
    Contender(
        "duckdb, keys of text",
        lambda one: _duckdb(one, ", ".join(KEYS), text=True),
        "text",
        _of_table,
    ),
    Contender("pyarrow, keys of text", lambda one: _pyarrow(one, text=True), "text", _of_table),
    Contender("pandas, keys of text", lambda one: _pandas(one, text=True), "text", _of_table),
]

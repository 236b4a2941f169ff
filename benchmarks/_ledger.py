"""What contribution by customer, contract and month costs over millions of lines of a journal.

Ours keeps dense codes beside each line, and adds up by contract and month; the customer is that of
the contract, and rolled up from the cells afterwards. The others answer the same question in their
own best way: by all three keys, by one key made of the codes, and by keys of text. Each result is
compared with ours before anything is timed. Time is that of the processor, on one core: what else
the machine does is not counted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from time import process_time
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

    customer: NDArray[Any]
    contract: NDArray[Any]
    month: NDArray[Any]
    figure: NDArray[Any]
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
    def narrow(self) -> Lines:
        """Give codes no more bits than they need, as categories have in pandas and polars."""
        return Lines(
            self.customer.astype(np.uint16),
            self.contract.astype(np.uint16),
            self.month.astype(np.uint8),
            self.figure.astype(np.uint8),
            self.minor,
        )

    @property
    def by_month(self) -> Lines:
        """Give the lines in the order that they are posted in."""
        order = np.argsort(self.month, kind="stable")
        return Lines(**{name: column[order] for name, column in self.as_columns.items()})

    @property
    def as_columns(self) -> dict[str, Any]:
        """Give them by name."""
        return attrs.asdict(self, recurse=False)

    @property
    def as_text(self) -> dict[str, Any]:
        """Give them with ids of text in place of codes."""
        ids = {
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
    cells: Callable[[Any], Cells]


def main() -> None:
    if absent := missing():
        print(f"without {', '.join(absent)}, so without peers: pip install 'harmony-core[bench]'")
    quick = bool(os.environ.get("BENCH_ROUNDS"))
    with on_one_core():
        compare(50_000 if quick else ROWS, 3 if quick else 11)


def compare(rows: int, rounds: int) -> None:
    """Time all contenders on one journal, with codes and with text."""
    lines = Lines.of(rows)
    _side_by_side(lines, rounds, "codes of 32 bits", _OURS, [*_BY_KEYS, *_BY_ONE_KEY])
    _side_by_side(lines.narrow, rounds, "codes of 8 and 16 bits", _OURS, _BY_ONE_KEY)
    _side_by_side(lines.by_month, rounds, "codes, in order of month", _OURS, _BY_ONE_KEY)
    if not missing():
        _side_by_side(lines, rounds, "keys of text", _OURS_TEXT, _BY_TEXT)


def _side_by_side(
    lines: Lines, rounds: int, kind: str, ours: Contender, others: Sequence[Contender]
) -> None:
    others = () if missing() else others
    field = [ours, *others]
    runs = [one.prepare(lines) for one in field]
    right = _cells_of_ours(_ours(lines)())
    for one, run in zip(field, runs, strict=True):
        if one.cells(run()) != right:
            raise AssertionError(f"{one.name} gets some cells wrong")
    seconds = median_seconds(runs, rounds, process_time)
    taken = dict(zip((one.name for one in field), seconds, strict=True))
    rows = len(lines.minor)
    print(f"\ncontribution by customer, contract and month: {rows:,} lines, {len(right):,} cells")
    print(f"{kind:<44}{'ms':>8}{'lines/s':>12}{'ours is':>11}")
    for name, spent in taken.items():
        times = spent / taken[ours.name]
        print(f"{name:<44}{spent * 1e3:>8.1f}{rows / spent / 1e6:>10.1f} M{times:>9.2f} x")
    if others:
        best = min((one.name for one in others), key=taken.__getitem__)
        print(f"ours is {taken[best] / taken[ours.name]:.2f} x the best with {kind}: {best}")


def missing() -> list[str]:
    """List the peers that are not installed."""
    return [name for name in PEERS if find_spec(name) is None]


# --- ours ---------------------------------------------------------------------------------------


def _ours(lines: Lines) -> Run:
    axes = (lines.contract, CONTRACTS), (lines.month, MONTHS)
    return lambda: profit_cube(lines.minor, lines.figure, *axes, currency="EUR")


def _cells_of_ours(found: ProfitCube) -> Cells:
    return {
        place: (int(revenue), int(found.direct_cost[place]))
        for place, revenue in np.ndenumerate(found.revenue)
        if revenue or found.direct_cost[place]
    }


def _ours_by_text(lines: Lines) -> Run:
    arrow: Any = import_module("pyarrow")
    columns = arrow.table(lines.as_text)

    def run() -> tuple[ProfitCube, Any, Any]:
        contract, month = (
            columns[name].dictionary_encode().combine_chunks() for name in ("contract", "month")
        )
        found = profit_cube(
            lines.minor,
            lines.figure,
            (contract.indices, len(contract.dictionary)),
            (month.indices, len(month.dictionary)),
            currency="EUR",
        )
        return found, contract.dictionary, month.dictionary

    return run


def _cells_by_text(result: tuple[ProfitCube, Any, Any]) -> Cells:
    found, *names = result
    contracts, months = ([_number(text) for text in texts.to_pylist()] for texts in names)
    cells = _cells_of_ours(found).items()
    return {(contracts[of], months[at]): figures for (of, at), figures in cells}


# --- polars -------------------------------------------------------------------------------------

KEYS = ("customer", "contract", "month")
TEXT_KEYS = ("contract", "month")
"""Texts cost by their number, and the contract implies its customer."""


def _polars(lines: Lines, *, text: bool = False) -> Run:
    polars: Any = import_module("polars")
    frame = polars.DataFrame(lines.as_text if text else lines.as_columns)
    is_revenue, minor = polars.col("figure") == 0, polars.col("minor")
    revenue = polars.when(is_revenue).then(-minor).otherwise(0).sum().alias("revenue")
    cost = polars.when(is_revenue).then(0).otherwise(minor).sum().alias("cost")
    keys = TEXT_KEYS if text else KEYS
    return lambda: frame.group_by(*keys).agg(revenue, cost)


def _polars_one_key(lines: Lines) -> Run:
    polars: Any = import_module("polars")
    frame = polars.DataFrame(lines.as_columns)
    contract = polars.col("contract").cast(polars.Int32)  # does nothing where it is that already
    key = (contract * MONTHS + polars.col("month")).alias("key")
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


def _duckdb(lines: Lines, select: str, *, text: bool = False) -> Run:
    duckdb: Any = import_module("duckdb")
    arrow: Any = import_module("pyarrow")
    connection = duckdb.connect(config={"threads": 1})
    connection.register("given", arrow.table(lines.as_text if text else lines.as_columns))
    connection.execute("create table journal as select * from given")
    connection.unregister("given")
    query = f"select {select} from journal group by all"
    return lambda: connection.sql(query).to_arrow_table()


_BOTH_SUMS = (
    "sum(case when figure = 0 then -minor else 0 end) as revenue, "
    "sum(case when figure = 0 then 0 else minor end) as cost"
)


# --- pyarrow and pandas -------------------------------------------------------------------------


def _pyarrow(lines: Lines, *, text: bool = False) -> Run:
    arrow: Any = import_module("pyarrow")
    compute: Any = import_module("pyarrow.compute")
    table = arrow.table(lines.as_text if text else lines.as_columns)
    keys = TEXT_KEYS if text else KEYS

    def run() -> Any:
        is_revenue = compute.equal(table["figure"], 0)
        revenue = compute.if_else(is_revenue, compute.negate(table["minor"]), 0)
        cost = compute.if_else(is_revenue, 0, table["minor"])
        wide = table.append_column("revenue", revenue).append_column("cost", cost)
        grouped = wide.group_by(keys, use_threads=False)
        sums = grouped.aggregate([("revenue", "sum"), ("cost", "sum")])
        return sums.rename_columns([*keys, "revenue", "cost"])

    return run


def _pyarrow_one_key(lines: Lines) -> Run:
    arrow: Any = import_module("pyarrow")
    compute: Any = import_module("pyarrow.compute")
    table = arrow.table(lines.as_columns)

    def run() -> Any:
        contract, month, figure = (
            compute.cast(table[name], "int32") for name in ("contract", "month", "figure")
        )
        place = compute.add(compute.multiply(contract, MONTHS), month)
        key = compute.add(compute.multiply(place, 2), figure)
        keyed = arrow.table({"key": key, "minor": table["minor"]})
        sums = keyed.group_by("key", use_threads=False).aggregate([("minor", "sum")])
        return sums.rename_columns(["key", "minor"])

    return run


def _pandas(lines: Lines, *, text: bool = False) -> Run:
    pandas: Any = import_module("pandas")
    frame = pandas.DataFrame(lines.as_text if text else lines.as_columns)
    keys = list(TEXT_KEYS if text else KEYS)

    def run() -> Any:
        is_revenue = frame["figure"] == 0
        wide = frame.assign(
            revenue=(-frame["minor"]).where(is_revenue, 0), cost=frame["minor"].mask(is_revenue, 0)
        )
        return wide.groupby(keys, sort=False)[["revenue", "cost"]].sum().reset_index()

    return run


def _pandas_one_key(lines: Lines) -> Run:
    pandas: Any = import_module("pandas")
    frame = pandas.DataFrame(lines.as_columns)

    def run() -> Any:
        contract = frame["contract"].astype("int32")
        key = (contract * MONTHS + frame["month"]) * 2 + frame["figure"]
        return frame["minor"].groupby(key.rename("key"), sort=False).sum().reset_index()

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


def _of_one_key(result: Any) -> Cells:
    """Read sums whose key tells contract, month and figure."""
    sums: Cells = {}
    keys, minor = (result[name].to_numpy().tolist() for name in ("key", "minor"))
    for key, sum_ in zip(keys, minor, strict=True):
        place, figure = divmod(key, 2)
        earned, spent = sums.get(divmod(place, MONTHS), (0, 0))
        sums[divmod(place, MONTHS)] = (earned, int(sum_)) if figure else (-int(sum_), spent)
    return sums


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


_OURS = Contender("ours, dense codes", _ours, _cells_of_ours)
_OURS_TEXT = Contender("ours, text made codes by pyarrow first", _ours_by_text, _cells_by_text)
_BY_KEYS = [
    Contender("polars, three keys", _polars, _of_table),
    Contender(
        "duckdb, three keys",
        lambda one: _duckdb(one, f"{', '.join(KEYS)}, {_BOTH_SUMS}"),
        _of_table,
    ),
    Contender("pyarrow, three keys", _pyarrow, _of_table),
    Contender("pandas, three keys", _pandas, _of_table),
]
_BY_ONE_KEY = [
    Contender("polars, one key", _polars_one_key, _of_table),
    Contender(
        "duckdb, one key",
        lambda one: _duckdb(
            one, f"(contract::int * {MONTHS} + month) * 2 + figure as key, sum(minor) as minor"
        ),
        _of_one_key,
    ),
    Contender("pyarrow, one key", _pyarrow_one_key, _of_one_key),
    Contender("pandas, one key", _pandas_one_key, _of_one_key),
]
_BY_TEXT = [
    Contender("polars", lambda one: _polars(one, text=True), _of_table),
    Contender(
        "duckdb",
        lambda one: _duckdb(one, f"{', '.join(TEXT_KEYS)}, {_BOTH_SUMS}", text=True),
        _of_table,
    ),
    Contender("pyarrow", lambda one: _pyarrow(one, text=True), _of_table),
    Contender("pandas", lambda one: _pandas(one, text=True), _of_table),
]

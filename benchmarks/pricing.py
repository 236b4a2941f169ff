"""What rating costs: usage rows to exact cents, against what a user would pick instead.

Five bands, filled up, for all rows one table or a thousand in random order. Each engine answers as
a user would write it and hand-tuned, all of them in whole numbers and rounded half up, so that all
rows agree; before anything is timed each row is compared, and the run refuses to go on if one is
wrong. Everything runs on one core. The contenders
take turns, a figure is the median of its rounds, and memory is what a process of its own needs
beyond its input at the peak, the amounts included.

``BENCH_ROWS=20000`` makes a quick run of so many rows.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from statistics import median
from timeit import Timer

import numpy as np

from benchmarks import periods
from benchmarks._pricing_case import OURS, TABLES, Case, Contender
from benchmarks._pricing_contenders import contenders, missing
from benchmarks._rounds import median_seconds, on_one_core
from harmony_core.pricing import charge, price

ROWS = ((1_000_000, 11), (10_000_000, 11))
"""How many rows, in how many rounds."""


def main() -> None:
    if absent := missing():
        print(f"without {', '.join(absent)}, so without peers: pip install 'harmony-core[bench]'")
    quick = os.environ.get("BENCH_ROWS")
    with on_one_core():
        for rows, rounds in ((int(quick), 3),) if quick else ROWS:
            for tables in (1, TABLES):
                compare(rows, tables, rounds, memory_of_all=not quick)
        floats(int(quick or ROWS[0][0]))
        single_values(200 if quick else 20_000)


def compare(rows: int, tables: int, rounds: int, *, memory_of_all: bool) -> None:
    """Time all contenders on one case, and print them side by side."""
    case = Case.of(rows, tables)
    field = contenders(case)
    seconds = timed(field, case, rounds)
    shared = "one table" if case.is_one_table else f"{tables:,} tables, in random order"
    print(f"\n{rows:,} rows, {shared}; median of {rounds} rounds")
    print(f"{'':<36}{'ms':>10}{'rows/s':>12}{'peak MB':>9}{'ours is':>10}")
    speed = {
        one.name: min(rows, one.rows or rows) / taken
        for one, taken in zip(field, seconds, strict=True)
    }
    ours = speed[OURS]
    for one, taken in zip(field, seconds, strict=True):
        measured = one.rows is None and (memory_of_all or one.name == OURS)
        memory = peak_memory(one.name, rows, tables) if measured else ""
        print(
            f"{one.name:<36}{taken * 1e3:>10.1f}{speed[one.name] / 1e6:>10.2f} M{memory:>9}"
            f"{ours / speed[one.name]:>8.2f} x"
            + (f"  on {one.rows:,} rows" if one.rows and one.rows < rows else "")
        )
    print(f"the amounts themselves are {rows * 8 / 1e6:.1f} MB of the peak")
    for kind, words in (("tuned", "hand-tuned"), ("user", "as a user would write it")):
        if names := [one.name for one in field if one.kind == kind]:
            best = max(names, key=speed.__getitem__)
            print(f"ours is {ours / speed[best]:.2f} x the best {words}: {best}")


def timed(field: list[Contender], case: Case, rounds: int) -> list[float]:
    """Let the contenders take turns; the median seconds of each, after a first run that agrees."""
    runs = []
    for one in field:
        own = case if one.rows is None else case.first(one.rows)
        run = one.prepare(own)
        if wrong := one.wrong(run(), own):
            raise AssertionError(f"{one.name} gets {wrong:,} of {len(own.quantities):,} rows wrong")
        runs.append(run)
    return median_seconds(runs, rounds)


def peak_memory(name: str, rows: int, tables: int) -> str:
    """Ask a process of its own for the megabytes that it needs beyond its input at the peak."""
    command = [sys.executable, "-m", "benchmarks._pricing_memory", name, str(rows), str(tables)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return run.stdout.strip()


def floats(rows: int) -> None:
    """Print how many rows binary floats get wrong by a cent."""
    case = Case.of(rows, TABLES)
    exact = case.amounts()
    band = (case.quantities[:, None] > case.limits[case.tables]).sum(axis=1)
    prices, bases = case.prices / 10_000, case.bases / 10_000_000
    quantities = case.quantities / 1000
    amounts = quantities * prices[case.tables, band] + bases[case.tables, band]
    wrong = int((np.floor(amounts * 100 + 0.5) != exact).sum())
    each = f", one in {rows // wrong:,}" if wrong else ""
    print(f"\nfloat64 gets {wrong:,} of {rows:,} rows wrong{each}")


def single_values(calls: int) -> None:
    """Print what one usage and one month step cost."""
    scheme, usage = Case.of(1, 1).schemes[0], Decimal("437.125")
    fraction = Fraction(usage)
    months, _ = periods.CASES["one month on"]
    cases: dict[str, Callable[[], object]] = {
        "nothing": lambda: None,
        "price(scheme, Decimal).settle()": lambda: price(scheme, usage).settle(),
        "price(scheme, Fraction).settle()": lambda: price(scheme, fraction).settle(),
        "price(scheme, int).settle()": lambda: price(scheme, 437).settle(),
        "charge(scheme, Decimal)": lambda: charge(scheme, usage),
        "add_months(day, 1)": months,
    }
    print(f"\nsingle values; median of 15 rounds of {calls:,} calls, an empty call subtracted")
    timers = {name: Timer(case) for name, case in cases.items()}
    times = {
        name: median(timer.timeit(calls) / calls * 1e9 for _ in range(15))
        for name, timer in timers.items()
    }
    empty = times.pop("nothing")
    for name, taken in times.items():
        print(f"{name:<36}{taken - empty:>8.0f} ns")


if __name__ == "__main__":
    main()

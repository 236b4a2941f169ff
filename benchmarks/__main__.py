"""Run the benchmarks named on the command line, or all: ``python -m benchmarks [NAME ...]``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import benchmarks
from benchmarks import importing, periods

BENCHMARKS: dict[str, Callable[[], None]] = {
    "import": importing.main,
    "periods": periods.main,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=benchmarks.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    chosen: list[str] = parser.parse_args().names
    if unknown := [name for name in chosen if name not in BENCHMARKS]:
        parser.error(f"no benchmark {', '.join(unknown)}; there is {', '.join(BENCHMARKS)}")
    for name in chosen or BENCHMARKS:
        print(f"=== {name}")
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()

"""Run the benchmarks named on the command line, or all: ``python -m benchmarks [NAME ...]``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import benchmarks
from benchmarks import finance, importing, periods


def _pricing() -> None:
    from benchmarks import pricing  # numpy, of the extra `bulk`, is needed for this one alone

    pricing.main()


def _sla() -> None:
    from benchmarks import sla  # the bank holidays are of the extra `sla`

    sla.main()


BENCHMARKS: dict[str, Callable[[], None]] = {
    "finance": finance.main,
    "import": importing.main,
    "periods": periods.main,
    "pricing": _pricing,
    "sla": _sla,
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

"""How much memory one contender needs beyond its input at the peak, in a process of its own.

The engine is loaded by a small run, then the input is made, and the kernel (Linux) is told to
forget the peak so far. What is resident most during the run, less what was before it, is printed in
megabytes; the amounts are part of it.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path

from benchmarks._pricing_case import Case
from benchmarks._pricing_contenders import contenders

STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def main(name: str, rows: int, tables: int) -> None:
    if not FORGET.exists():
        print("n/a")
        return
    case = Case.of(rows, tables)
    one = next(one for one in contenders(case) if one.name == name)
    one.prepare(case.first(1000))()
    run = one.prepare(case)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what earlier work left free is not at hand for free
    FORGET.write_text("5")
    before = megabytes("VmRSS:")
    result = run()
    print(f"{max(megabytes('VmHWM:') - before, 0):.1f}")
    del result


def megabytes(key: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(key))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

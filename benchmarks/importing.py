"""What importing costs: the library and each of its rooms, against its core dependencies.

Every measurement is a process of its own, the cases take turns, and the figure is the median. The
bare interpreter is subtracted, so the ratio compares what is imported and nothing else.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import harmony_core

ROUNDS = 15
DEPENDENCIES = "import attrs, babel.numbers, dateutil.rrule, pytz, sortedcontainers"
ROOMS = ("errors", "explanation", "periods", "finance", "pricing", "contracts", "billing")


def main() -> None:
    source = Path(harmony_core.__file__).parent
    rooms = [room for room in ROOMS if any(source.glob(f"{room}*"))]
    cases = {
        "bare": "pass",
        "its core dependencies": DEPENDENCIES,
        "harmony_core": "import harmony_core",
        **{f"harmony_core.{room}": f"import harmony_core.{room}" for room in rooms},
        "all of these rooms": "import " + ", ".join(f"harmony_core.{room}" for room in rooms),
    }
    seconds = measure(cases)
    bare = seconds.pop("bare")
    floor = seconds["its core dependencies"] - bare
    print(f"median of {ROUNDS} processes; the bare interpreter takes {bare * 1e3:.1f} ms")
    for name, total in seconds.items():
        print(f"{name:<28} {(total - bare) * 1e3:8.1f} ms {(total - bare) / floor:8.2f} x")


def measure(cases: dict[str, str]) -> dict[str, float]:
    """Return the median seconds of each case; a first round that writes byte code is left out."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(ROUNDS + 1):
        for name, code in cases.items():
            start = perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            if turn:
                times[name].append(perf_counter() - start)
    return {name: median(taken) for name, taken in times.items()}

"""Contenders take turns on one core, so that what disturbs one disturbs all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from statistics import median
from time import perf_counter


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this process, and those that it starts, on one core, where the system can do that."""
    os.environ["POLARS_MAX_THREADS"] = "1"  # read when polars is imported
    if not hasattr(os, "sched_setaffinity"):
        print("this system cannot pin a process to one core")
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def median_seconds(
    runs: Sequence[Callable[[], object]], rounds: int, clock: Callable[[], float] = perf_counter
) -> list[float]:
    """Run all in each round, in an order of its own, so that nobody always follows the same one.

    With ``process_time`` as the clock, what else keeps the core busy is not counted.
    """
    times: list[list[float]] = [[] for _ in runs]
    order = Random(rounds)
    for _ in range(rounds):
        for run, taken in order.sample(list(zip(runs, times, strict=True)), len(runs)):
            start = clock()
            result = run()
            taken.append(clock() - start)
            del result
    return [median(taken) for taken in times]

"""What a step in time costs: one month, a numbered boundary, the period at a day.

The peer is ``dateutil.relativedelta``, which adds a month to a day and knows no schedule: a user
who wants the n-th boundary multiplies it, and one who wants the period at a day walks there from
the anchor. The cases take turns, a figure is the median, and the call itself is subtracted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from timeit import Timer

from dateutil.relativedelta import relativedelta

from harmony_core.periods import Interval, Schedule, add_months

ROUNDS, CALLS = 15, 20_000
ANCHOR, AT = date(2024, 1, 31), date(2026, 3, 30)
BEFORE = ANCHOR - timedelta(days=1)
MONTH = relativedelta(months=1)
MONTHLY = Schedule(ANCHOR, Interval.months(1))


def walked() -> tuple[int, date, date]:
    """Find the number and the ends of the period at a day, as one does without a schedule."""
    n, start, end = 0, ANCHOR, ANCHOR + MONTH
    while end <= AT:
        n += 1
        start, end = end, ANCHOR + relativedelta(months=n + 1)
    return n, start, end


CASES: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "one month on": (lambda: add_months(ANCHOR, 1), lambda: ANCHOR + MONTH),
    "one month on, day clipped": (lambda: add_months(BEFORE, 1), lambda: BEFORE + MONTH),
    "boundary 26": (lambda: MONTHLY.boundary(26), lambda: ANCHOR + relativedelta(months=26)),
    "boundary 1200": (lambda: MONTHLY.boundary(1200), lambda: ANCHOR + relativedelta(months=1200)),
    "number of the period at a day": (lambda: MONTHLY.index_at(AT), lambda: walked()[0]),
    "period at a day": (lambda: MONTHLY.period_at(AT), walked),
}


def main() -> None:
    agree()
    empty = nanoseconds({"call": lambda: None})["call"]
    print(f"median of {ROUNDS} rounds, the {empty:.0f} ns of an empty call subtracted")
    print(f"{'':<32} {'ours':>10} {'relativedelta':>14} {'times faster':>13}")
    for name, (ours, theirs) in CASES.items():
        taken = nanoseconds({"ours": ours, "theirs": theirs})
        one, other = (taken[who] - empty for who in ("ours", "theirs"))
        print(f"{name:<32} {one:>7.0f} ns {other:>11.0f} ns {other / one:>13.1f}")


def agree() -> None:
    """Refuse to time two things that do not give the same answer."""
    for name in ("one month on", "one month on, day clipped", "boundary 26", "boundary 1200"):
        ours, theirs = CASES[name]
        assert ours() == theirs(), name
    period = MONTHLY.period_at(AT)
    assert (MONTHLY.index_at(AT), period.start, period.end) == walked()


def nanoseconds(cases: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median nanoseconds of one call of each case."""
    timers = {name: Timer(case) for name, case in cases.items()}
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, timer in timers.items():
            times[name].append(timer.timeit(CALLS) / CALLS * 1e9)
    return {name: median(taken) for name, taken in times.items()}


if __name__ == "__main__":
    main()

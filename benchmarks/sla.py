"""What open time costs: when is it worked, and how much lies between, against what one would pick.

One calendar, London from 09:00 to 17:30 with the bank holidays of England. Every answer is compared
with ours before it is timed, and one that differs is marked with by how much. Everything runs on
one core, the contenders take turns, and a figure is the median of its rounds.

``BENCH_ROWS=20000`` makes a quick run with columns of so many rows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import repeat
from statistics import median
from time import perf_counter
from timeit import Timer

from benchmarks._rounds import median_seconds, on_one_core
from benchmarks._sla_contenders import CASES, HOLIDAYS, START, contenders, missing, prepared
from harmony_core.errors import BeyondHorizon
from harmony_core.sla import Calendar, CalendarUnion, OpenTime, hours, zones_of

ROUNDS, ROWS = 15, 1_000_000
_ROUND = 0.002
"""Seconds that a contender may take in a round, or one call."""


def main() -> None:
    if absent := missing():
        print(f"without {', '.join(absent)}: pip install 'harmony-core[bench]'")
    quick = os.environ.get("BENCH_ROWS")
    with on_one_core():
        single_answers(3 if quick else ROUNDS)
        a_year(3 if quick else ROUNDS)
        first_questions(3 if quick else ROUNDS)
        columns(int(quick or ROWS), 3 if quick else 9)


def single_answers(rounds: int) -> None:
    """Time every contender on every case."""
    field = list(contenders())
    print(f"\nmicroseconds; median of {rounds} rounds")
    print(f"{'':<28}" + "".join(f"{case:>24}" for case in CASES))
    rows: dict[str, list[str]] = {one.name: [] for one in field}
    for case in CASES:
        calls = [(one, call) for one in field if (call := prepared(one, case))]
        right = field[0].seen(calls[0][1]())
        taken = microseconds([call for _, call in calls], rounds)
        for one in field:
            rows[one.name].append("-")
        for (one, call), time in zip(calls, taken, strict=True):
            off = difference(one.seen(call()), right)
            rows[one.name][-1] = f"{time:,.2f} {time / taken[0]:>7,.0f} x{off}"
    for name, cells in rows.items():
        print(f"{name:<28}" + "".join(f"{cell:>24}" for cell in cells))


def difference(found: object, right: object) -> str:
    """Mark an answer that is not ours."""
    off = found - right  # type: ignore[operator]  # both are instants or durations
    return "" if off == timedelta() else f" ({off / timedelta(minutes=1):+g} min)"


def microseconds(calls: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Give what each call takes, as many of them in a round as fit."""
    counts = []
    for call in calls:
        start = perf_counter()
        call()
        counts.append(max(1, min(2000, int(_ROUND / (perf_counter() - start)))))
    timers = [Timer(call) for call in calls]
    runs = [
        lambda timer=timer, count=count: timer.timeit(count)
        for timer, count in zip(timers, counts, strict=True)
    ]
    seconds = median_seconds(runs, rounds)
    return [taken / count * 1e6 for taken, count in zip(seconds, counts, strict=True)]


def london() -> Calendar:
    return Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"}, holidays=HOLIDAYS)


def a_year(rounds: int) -> None:
    """Time the first question about a year, and the first about a year of two calendars."""
    kolkata = Calendar.of("Asia/Kolkata", {"mon-fri": "09:00-18:00"})
    for name, made in (("a calendar", london), ("a union of two", lambda: london() | kolkata)):
        taken = []
        for _ in range(rounds):
            calendar: OpenTime = made()
            start = perf_counter()
            calendar.next_open(START)
            taken.append(perf_counter() - start)
        print(f"the first question about a year of {name}: {median(taken) * 1e3:.2f} ms")


def first_questions(rounds: int) -> None:
    """Time what a calendar has to find out before its first answer, near, far and over centuries.

    The clocks of the zones are known by then: reading them is a matter of the process.
    """
    often = [f"{at // 60:02}:{at % 60:02}:00-{at // 60:02}:{at % 60:02}:30" for at in range(1440)]
    days = [date(1901, 1, 1) + timedelta(days=2 * number) for number in range(100_000)]
    week = {"mon-fri": "09:00-17:30"}
    zones = (zones_of("US") + zones_of("RU"))[:50]
    calendars: dict[str, Callable[[], OpenTime]] = {
        "London": london,
        "1,440 openings a day": lambda: Calendar.of("Europe/London", {"daily": often}),
        "100,000 overrides": lambda: Calendar.of(
            "Europe/London", week, overrides=dict.fromkeys(days, "10:00-11:00")
        ),
        "one hour in 2036": lambda: Calendar.of(
            "Europe/London", {}, overrides={date(2036, 1, 1): "09:00-10:00"}
        ),
        "a union of 50 zones": lambda: CalendarUnion([Calendar.of(zone, week) for zone in zones]),
    }
    ends = datetime(1900, 1, 1, tzinfo=UTC), datetime(2499, 12, 31, tzinfo=UTC)
    questions: dict[str, Callable[[OpenTime], object]] = {
        "next opening": lambda it: it.next_open(START),
        "in 2400": lambda it: it.next_open(START.replace(year=2400)),
        "1900 to 2499": lambda it: it.between(*ends),
    }
    print("\nmilliseconds of a first question" + "".join(f"{name:>16}" for name in questions))
    for name, made in calendars.items():
        cells = []
        for question in questions.values():
            taken = []
            for _ in range(min(rounds, 5)):
                calendar = made()
                start = perf_counter()
                with suppress(BeyondHorizon):
                    question(calendar)
                taken.append(perf_counter() - start)
            cells.append(f"{median(taken) * 1e3:>16.2f}")
        print(f"{name:<32}{''.join(cells)}")


def columns(rows: int, rounds: int) -> None:
    """Time columns of instants, in random order and sorted, with one calendar and a hundred."""
    try:
        import numpy as np

        from harmony_core.bulk import OpenTimePlan
    except ModuleNotFoundError:
        print("without columns: pip install 'harmony-core[bulk]'", file=sys.stderr)
        return
    random = np.random.default_rng(7)
    since = np.datetime64("2024-01-01", "us")
    starts, ends = (since + random.integers(0, 94_000_000, rows) * 10**6 for _ in range(2))
    durations = (random.integers(1, 400 * 3600, rows) * 10**6).view("timedelta64[us]")
    many = [
        Calendar.of("America/New_York", {"mon-fri": f"09:{minute:02}-17:00"})
        for minute in range(50)
    ] + [Calendar.of("Asia/Kolkata", {"mon-fri": f"09:{minute:02}-18:00"}) for minute in range(50)]
    one, hundred = OpenTimePlan(london()), OpenTimePlan(many)
    codes = random.integers(0, len(many), rows)
    ordered = np.sort(starts)
    calendar = london()
    singles = [start.replace(tzinfo=UTC) for start in starts[: rows // 100].tolist()]
    found = [calendar.add(start, hours(8)).due for start in singles]
    columns_say = one.due(starts, hours(8))[: rows // 100].tolist()
    if [due.replace(tzinfo=None) for due in found] != columns_say:
        raise AssertionError("columns and single answers differ")
    cases: dict[str, Callable[[], object]] = {
        "due, 8 h each, random order": lambda: one.due(starts, hours(8)),
        "due, 1 s to 400 h, random order": lambda: one.due(starts, durations),
        "due, 1 s to 400 h, sorted": lambda: one.due(ordered, durations),
        "breach_at, random order": lambda: one.breach_at(starts, durations),
        "between, random order": lambda: one.between(starts, ends),
        "due, 100 calendars, random order": lambda: hundred.due(starts, durations, codes),
        "between, 100 calendars": lambda: hundred.between(starts, ends, codes),
    }
    loop = _loop(calendar, singles)
    seconds = median_seconds([*cases.values(), loop], rounds)
    each = seconds[-1] / len(singles) * 1e9
    print(f"\n{rows:,} rows; median of {rounds} rounds")
    for name, taken in zip(cases, seconds, strict=False):
        print(f"{name:<36}{taken / rows * 1e9:>8.1f} ns a row")
    print(f"{'a loop of single answers':<36}{each:>8.1f} ns a row")


def _loop(calendar: Calendar, starts: list[datetime]) -> Callable[[], object]:
    return lambda: list(map(calendar.add, starts, repeat(hours(8))))


if __name__ == "__main__":
    main()

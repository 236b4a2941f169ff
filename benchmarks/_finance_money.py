"""Money by one: add, multiply and round, split, convert, book in three currencies, write.

The peers are py-moneyed and stockholm, as their users write it, and bare Decimals, which know no
currency and check nothing. Before anything is timed all answers must be equal. The contenders take
turns in an order that changes from round to round, and a figure is the median of its rounds, less
an empty call, in time of the processor: what else the machine does is not counted. A contender that
lacks the deed has no figure.

``BENCH_ROUNDS=3`` makes a quick run.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from decimal import ROUND_DOWN, Decimal
from importlib.util import find_spec
from statistics import median
from time import process_time
from timeit import Timer
from typing import TypeAlias

from babel.numbers import format_currency

from harmony_core.culture import Formats
from harmony_core.finance import (
    Booked,
    BookingRates,
    JournalEntry,
    JournalLine,
    Money,
    Rate,
    allocate,
    convert,
)

ROUNDS, CALLS = 101, 800  # short turns: what slows the machine slows everybody
OURS, MONEYED, STOCKHOLM, DECIMAL = "ours", "py-moneyed", "stockholm", "Decimal"
CONTENDERS = (OURS, MONEYED, STOCKHOLM, DECIMAL)
AIM = 2.0
AIMED_AT = ("add", "multiply and round", "convert", "write in German")
BOOK, ENTRY, ENTRY_AIM = "book in three currencies", "post debit and credit", 2_000.0

Deed: TypeAlias = Callable[[], object]

LEFT, RIGHT, HOURS, CENT = "1234.56", "99.99", Decimal("12.75"), Decimal("0.01")
TO_POUNDS, TO_DOLLARS = Decimal("0.8571"), Decimal("1.1498")


def cases() -> dict[str, dict[str, Deed]]:
    """Give each deed with those who can do it; peers that are not installed are left out."""
    found = _ours()
    for name, deeds in (
        (DECIMAL, _decimal()),
        (MONEYED, _moneyed() if find_spec("moneyed") else {}),
        (STOCKHOLM, _stockholm() if find_spec("stockholm") else {}),
    ):
        for deed, call in deeds.items():
            found[deed][name] = call
    return found


def _ours() -> dict[str, dict[str, Deed]]:
    left, right = Money.of(LEFT, "EUR"), Money.of(RIGHT, "EUR")
    day, german = date(2026, 3, 31), Formats.of("de-DE")
    pounds = Rate("EUR", "GBP", day, TO_POUNDS, source="ECB").found
    dollars = Rate("EUR", "USD", day, TO_DOLLARS, source="ECB").found
    rates = BookingRates(pounds, dollars)
    debit = JournalLine("receivable", "1200", rates.book(left))
    credit = JournalLine("revenue", "4400", -rates.book(left))
    deeds: dict[str, Deed] = {
        "add": lambda: left + right,
        "multiply and round": lambda: left.times(HOURS),
        "split in twelve": lambda: allocate(left, [1] * 12),
        "convert": lambda: convert(left, pounds),
        BOOK: lambda: rates.book(left),
        ENTRY: lambda: JournalEntry("E-1", "DE", day, "invoice", "I-1", (debit, credit)),
        "write in German": lambda: german.money(left),
    }
    return {name: {OURS: deed} for name, deed in deeds.items()}


def _decimal() -> dict[str, Deed]:
    left, right = Decimal(LEFT), Decimal(RIGHT)

    def split() -> list[Decimal]:
        share = (left / 12).quantize(CENT, ROUND_DOWN)
        more = int((left - share * 12) / CENT)
        return [share + CENT] * more + [share] * (12 - more)

    def post(*lines: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        assert not any(map(sum, zip(*lines, strict=True)))
        return lines[0]

    debit = left, (left * TO_POUNDS).quantize(CENT), (left * TO_DOLLARS).quantize(CENT)
    credit = tuple(-amount for amount in debit)
    return {
        "add": lambda: left + right,
        "multiply and round": lambda: (left * HOURS).quantize(CENT),
        "split in twelve": split,
        "convert": lambda: (left * TO_POUNDS).quantize(CENT),
        BOOK: lambda: (
            left,
            (left * TO_POUNDS).quantize(CENT),
            (left * TO_DOLLARS).quantize(CENT),
        ),
        ENTRY: lambda: post(debit, credit),
        "write in German": lambda: format_currency(left, "EUR", locale="de_DE"),
    }


def _moneyed() -> dict[str, Deed]:
    from moneyed import Money as Moneyed
    from moneyed.l10n import format_money

    left, right = Moneyed(LEFT, "EUR"), Moneyed(RIGHT, "EUR")
    return {
        "add": lambda: left + right,
        "multiply and round": lambda: (left * HOURS).round(2),
        "convert": lambda: Moneyed(left.amount * TO_POUNDS, "GBP").round(2),
        BOOK: lambda: (
            left,
            Moneyed(left.amount * TO_POUNDS, "GBP").round(2),
            Moneyed(left.amount * TO_DOLLARS, "USD").round(2),
        ),
        "write in German": lambda: format_money(left, locale="de_DE"),
    }


def _stockholm() -> dict[str, Deed]:
    from stockholm import Money as Stockholm

    left, right = Stockholm(LEFT, "EUR"), Stockholm(RIGHT, "EUR")
    return {
        "add": lambda: left + right,
        "multiply and round": lambda: round(left * HOURS, 2),
        "convert": lambda: round((left * TO_POUNDS).to_currency("GBP"), 2),
        BOOK: lambda: (
            left,
            round((left * TO_POUNDS).to_currency("GBP"), 2),
            round((left * TO_DOLLARS).to_currency("USD"), 2),
        ),
    }


def main() -> None:
    rounds = int(os.environ.get("BENCH_ROUNDS", ROUNDS))
    deeds = cases()
    agree(deeds)
    print(f"one at a time; median of {rounds} rounds of {CALLS:,}, an empty call subtracted")
    print(f"{'':<26}{OURS:>9}" + "".join(f"{name:>22}" for name in CONTENDERS[1:]))
    times = {name: nanoseconds(contenders, rounds) for name, contenders in deeds.items()}
    for name, taken in times.items():
        row = "".join(_beside(taken, peer) for peer in CONTENDERS[1:])
        print(f"{name:<26}{taken[OURS]:>6.0f} ns{row}")
    for name in AIMED_AT:
        if MONEYED in times[name]:
            _judge(
                f"{name}: {AIM:g} times as fast as {MONEYED}", _ratio(times[name], MONEYED) >= AIM
            )
    for name in (BOOK, ENTRY):
        _judge(f"{name}: under {ENTRY_AIM / 1000:g} µs", times[name][OURS] < ENTRY_AIM)


def _beside(taken: dict[str, float], peer: str) -> str:
    if peer not in taken:
        return f"{'–':>22}"
    return f"{taken[peer]:>10.0f} ns ({_ratio(taken, peer):>5.1f} x)"


def _ratio(taken: dict[str, float], peer: str) -> float:
    return taken[peer] / taken[OURS]


def _judge(aim: str, reached: bool) -> None:
    print(f"{'reached' if reached else 'MISSED '}  {aim}")


def agree(deeds: dict[str, dict[str, Deed]]) -> None:
    """Refuse to time things that do not give the same answer."""
    for name, contenders in deeds.items():
        answers = {who: _plain(deed()) for who, deed in contenders.items()}
        assert len(set(answers.values())) == 1, (name, answers)


def _plain(answer: object) -> object:
    """Bring what a library answers to amounts in the same form, or to the text it wrote."""
    if isinstance(answer, JournalEntry):
        answer = answer.lines[0].amount
    if isinstance(answer, Booked):
        return _plain((answer.transaction, answer.entity, answer.group))
    if isinstance(answer, tuple | list):
        return tuple(map(_plain, answer))
    if isinstance(answer, str):
        return answer
    amount = answer if isinstance(answer, Decimal) else getattr(answer, "amount", None)
    assert isinstance(amount, Decimal), answer
    return f"{amount:.2f}"


def nanoseconds(contenders: dict[str, Deed], rounds: int = ROUNDS) -> dict[str, float]:
    """Give the median nanoseconds of one call of each, less those of an empty call."""
    timers = {name: Timer(deed, timer=process_time) for name, deed in contenders.items()}
    timers[""] = Timer(lambda: None, timer=process_time)
    names = list(timers)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            taken[name].append(timers[name].timeit(CALLS) / CALLS * 1e9)
    empty = median(taken.pop(""))
    return {name: median(times) - empty for name, times in taken.items()}


if __name__ == "__main__":
    main()

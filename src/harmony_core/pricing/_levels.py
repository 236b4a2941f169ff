"""Quantities from levels: their average over time, and their peak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from harmony_core.errors import InvalidValue
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import Exact, exact
from harmony_core.pricing._scheme import listed, pairs, units


def time_weighted(
    length: Exact, changes: Iterable[tuple[Exact, Exact]], initial: Exact = 0
) -> Fraction:
    """Give the average quantity over a period of ``length``, each level by the time it held.

    ``changes`` are pairs of the time since the beginning, in the unit of ``length``, and the
    units that were added (or, below zero, taken away) then.

    Raises:
        InvalidValue: the period has no length, or a change lies outside of it.

    >>> time_weighted(24, [(0, 2), (12, 3)])
    Fraction(7, 2)
    """
    whole = _length(length)
    held = exact(initial, "an initial quantity") * whole
    for offset, added in _checked(whole, changes):
        held += added * (whole - offset)
    return held / whole


def explain_time_weighted(
    length: Exact, changes: Iterable[tuple[Exact, Exact]], initial: Exact = 0
) -> Explanation:
    """Give the same average as :func:`time_weighted`: each level with the time that it held.

    >>> print(explain_time_weighted(24, [(0, 2), (12, 3)]).as_text())
    time-weighted average (v1)
      length of the period: 24
      level: 2
      time that it held: 12
      level: 5
      time that it held: 12
      level times time: 2 × 12 = 24
      level times time: 5 × 12 = 60
      levels by their time: 24 + 60 = 84
      average level: 84 ÷ 24 = 3.5
    """
    whole = _length(length)
    level, since = exact(initial, "an initial quantity"), Fraction(0)
    held: dict[Fraction, Fraction] = {}
    for offset, added in sorted(_checked(whole, changes)):
        if offset > since:
            held[level] = held.get(level, Fraction(0)) + offset - since
        level, since = level + added, offset
    if whole > since:
        held[level] = held.get(level, Fraction(0)) + whole - since
    return explain_held(whole, held)


def explain_held(length: Fraction, held: Mapping[Fraction, Fraction]) -> Explanation:
    """Explain the average of levels that each held for a time."""
    why = Explainer("time-weighted average", 1)
    why.given("length", "length of the period", length)
    areas = []
    for number, (level, time) in enumerate(held.items(), 1):
        why.given(f"level{number}", "level", level)
        why.given(f"time{number}", "time that it held", time)
    for number in range(1, len(held) + 1):
        label = "level times time"
        names = f"level{number}", f"time{number}"
        areas.append(why.step(f"area{number}", label, "multiply", *names))
    why.step("total", "levels by their time", "add", *areas)
    return why.explanation(why.step("quantity", "average level", "divide", "total", "length"))


def _length(length: Exact) -> Fraction:
    whole = exact(length, "the length of a period")
    if whole <= 0:
        raise InvalidValue(f"a period has a length above zero, got {exact_text(whole)}")
    return whole


def _checked(
    whole: Fraction, changes: Iterable[tuple[Exact, Exact]]
) -> list[tuple[Fraction, Fraction]]:
    found = []
    for since, added in pairs(changes, "changes of a level", "a time and the units added"):
        offset = exact(since, "the time of a change")
        if not 0 <= offset <= whole:
            raise InvalidValue(
                f"a change at {exact_text(offset)} lies outside of a period of "
                f"{exact_text(whole)}: put it into its own period"
            )
        found.append((offset, exact(added, "a change of quantity")))
    return found


def high_water(levels: Sequence[Exact], already_billed: Exact = 0) -> Fraction:
    """Give the units to bill in advance beyond those billed: the peak counts, drops are free.

    >>> high_water([10, 5, 7]), high_water([12, 5], already_billed=10)
    (Fraction(10, 1), Fraction(2, 1))
    """
    before = units(already_billed)
    return max([before, *map(units, listed(levels, "levels"))]) - before


def explain_high_water(levels: Sequence[Exact], already_billed: Exact = 0) -> Explanation:
    """Give the same units as :func:`high_water` with their derivation.

    >>> print(explain_high_water([12, 5], already_billed=10).as_text())
    high-water mark (v1)
      billed before: 10
      level: 12
      level: 5
      highest level, or what was billed: greatest (10; 12; 5) = 12
      beyond what was billed: 12 - 10 = 2
    """
    why = Explainer("high-water mark", 1)
    before = why.given("before", "billed before", units(already_billed))
    found = [
        why.given(f"level{number}", "level", units(level))
        for number, level in enumerate(listed(levels, "levels"), 1)
    ]
    label = "highest level, or what was billed"
    peak = why.step("peak", label, "greatest", before, *found)
    return why.explanation(why.step("quantity", "beyond what was billed", "subtract", peak, before))

"""Intervals put into words: every month, every 10 days."""

from __future__ import annotations

from harmony_core.culture import Culture
from harmony_core.periods import Interval

_INTERVALS = {
    ("month", 1): "every month",
    ("month", 3): "every quarter",
    ("month", 6): "every half-year",
    ("month", 12): "every year",
    ("day", 1): "every day",
    ("day", 7): "every week",
}


def interval_in_words(culture: Culture, interval: Interval) -> str:
    """Say how often, in the reader's language."""
    known = interval.unit, interval.count
    if known in _INTERVALS:
        return culture.words(_INTERVALS[known])
    message = "every {count} months" if interval.unit == "month" else "every {count} days"
    return culture.words(message, count=culture.number(interval.count))

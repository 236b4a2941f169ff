"""The months of the company, one after another."""

from __future__ import annotations

from collections.abc import Iterator

from harmony_core.demo._load import DemoFiles, load
from harmony_core.errors import NotFound, RuleBroken
from harmony_core.periods import Month, months_between
from harmony_core.repositories.ports import Store
from harmony_core.workflows import MonthReport, month_end

FIRST_MONTH, LAST_MONTH = Month(2024, 4), Month(2026, 3)
"""What the files cover."""


def play(store: Store, demo: DemoFiles, first: Month, last: Month) -> Iterator[MonthReport]:
    """Close the months from ``first`` to ``last``, loading the company into a store without one.

    Each month is one unit of work: whoever stops in the middle finds whole months. A month that
    was closed before gives a report that says so.

    Raises:
        RuleBroken: the store holds books that opened with another month.
        InputRejected: an order cannot be executed.
    """
    _open(store, demo, first)
    for month in months_between(first, last):
        yield month_end(store, month)


def _open(store: Store, demo: DemoFiles, first: Month) -> None:
    with store.begin() as unit:
        try:
            group = unit.company.get().group
        except NotFound:
            group = None
    if group is None:
        load(store, demo, first)
    elif group.opening_day != first.first_day:
        raise RuleBroken(
            f"the books there open on {group.opening_day}, not with {first}: "
            "choose another folder, or the same first month"
        )

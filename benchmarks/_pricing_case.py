"""The rows that every contender prices: quantities, the table of each, and the right total.

Quantities have three decimal places and prices four, so an amount in cents is a whole number over
100,000 and is rounded half up. Everyone computes with the same whole numbers; only the engine
differs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from random import Random
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from harmony_core.pricing import BandTable, FillUp

Whole: TypeAlias = NDArray[np.int64]

OURS = "ours, in columns"
BANDS = 5
PLACES, PER_CENT = 3, 100_000
TABLES = 1000


@attrs.frozen(eq=False, slots=False)
class Case:
    """``limits`` in thousandths of a unit, ``prices`` in 1/10,000, ``bases`` in 1/10,000,000.

    A quantity ``n`` in band ``b`` of table ``t`` costs ``n * prices[t, b] + bases[t, b]``.
    """

    schemes: tuple[FillUp, ...]
    limits: Whole
    prices: Whole
    bases: Whole
    quantities: Whole
    tables: NDArray[np.int32]

    @classmethod
    def of(cls, rows: int, tables: int) -> Case:
        """Make one; the same for the same numbers."""
        random, numbers = Random(7), np.random.default_rng(7)
        limits = np.array([sorted(random.sample(range(1, 900), BANDS - 1)) for _ in range(tables)])
        prices = np.array([random.sample(range(1, 100_000), BANDS) for _ in range(tables)])
        limits = limits * 10**PLACES
        bases = np.zeros((tables, BANDS), np.int64)
        for band in range(1, BANDS):
            step = prices[:, band - 1] - prices[:, band]
            bases[:, band] = bases[:, band - 1] + limits[:, band - 1] * step
        return cls(
            tuple(map(_scheme, limits.tolist(), prices.tolist())),
            limits,
            prices,
            bases,
            numbers.integers(0, 1_000_000, rows),
            numbers.integers(0, tables, rows, np.int32),
        )

    @cached_property
    def right(self) -> Whole:
        """The right cents."""
        return self.amounts()

    @property
    def is_one_table(self) -> bool:
        """Whether all rows share it."""
        return len(self.schemes) == 1

    def amounts(self) -> Whole:
        """Give the right cents, as plainly as can be; they stay far from the ends of 64 bits."""
        band = np.zeros(len(self.quantities), np.int64)
        for number in range(BANDS - 1):
            band += self.quantities > self.limits[self.tables, number]
        exact = self.quantities * self.prices[self.tables, band] + self.bases[self.tables, band]
        cents: Whole = (exact + PER_CENT // 2) // PER_CENT
        return cents

    def differences(self, found: Whole, *, in_order: bool) -> int:
        """Count the rows whose cents are not the right ones; the case has no other rows.

        What comes in an order of its own is compared sorted: each amount must be there as often as
        it is right.
        """
        right = self.right
        if len(found) != len(right):
            return max(len(found), len(right))
        if not in_order:
            found, right = np.sort(found), np.sort(right)
        return int(np.count_nonzero(found != right))

    def first(self, rows: int) -> Case:
        """The same with fewer rows."""
        return attrs.evolve(self, quantities=self.quantities[:rows], tables=self.tables[:rows])


def _scheme(limits: list[int], prices: list[int]) -> FillUp:
    ends = [str(limit // 10**PLACES) for limit in limits]
    texts = [f"{price // 10_000}.{price % 10_000:04}" for price in prices]
    return FillUp(BandTable.of("EUR", list(zip([*ends, None], texts, strict=True))))


@attrs.frozen
class Contender:
    """``prepare`` loads a case into the engine and gives what is timed: rows in, cents out."""

    name: str
    prepare: Callable[[Case], Callable[[], Any]]
    rows: int | None = None
    """so many at most, where it is slow"""
    kind: str = "peer"
    """``ours``, ``user`` (as one would write it) or ``tuned`` (by hand)"""
    in_order: bool = True
    """whether the amounts come in the order of the rows"""

    def wrong(self, result: Any, case: Case) -> int:
        """Count the rows of a result that are not what they should be, to the cent."""
        found = np.asarray(result)
        if found.dtype.kind not in "iu":
            return len(found)  # a float that happens to be right is not exact
        return case.differences(found.astype(np.int64), in_order=self.in_order)

"""Draws that come out the same on every Python.

Python promises the same sequence for a seed only for ``Random.random``; the methods that draw
whole numbers and pick from lists may change. So they are built here from that one.
"""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """One stream of draws for one topic, so that a change in one file does not shuffle another."""

    def __init__(self, seed: int, topic: str) -> None:
        self._random = random.Random(f"{seed}/{topic}")

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def chance(self, percent: int) -> bool:
        """True in ``percent`` of a hundred draws."""
        return self.whole(1, 100) <= percent

    def pick(self, choices: Sequence[T]) -> T:
        """One of ``choices``, each as likely as the other."""
        return choices[self.whole(0, len(choices) - 1)]

    def weighted(self, choices: Sequence[T], weights: Sequence[int]) -> T:
        """One of ``choices``, as likely as its weight says."""
        rest = self.whole(1, sum(weights))
        for choice, weight in zip(choices, weights, strict=True):
            rest -= weight
            if rest <= 0:
                return choice
        raise AssertionError("a draw never exceeds the sum of the weights")

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in a drawn order."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.whole(0, last)
            result[last], result[other] = result[other], result[last]
        return result

    def day(self, first: date, last: date) -> date:
        """A day from ``first`` to ``last``, both included."""
        return first + timedelta(self.whole(0, (last - first).days))

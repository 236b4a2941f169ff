"""A delivery in parts, each with a first day of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, expect, expect_each
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, exact


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


@attrs.frozen
class Stage:
    """A part of a line's quantity that is delivered on its own, from a first day of its own.

    Raises:
        InvalidValue: a quantity that is not above zero, or a day that is no plain date.
    """

    quantity: Fraction = attrs.field(converter=_quantity)
    start: date
    last_day: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.quantity <= 0:
            raise InvalidValue(
                f"a stage delivers more than nothing, got {exact_text(self.quantity)}"
            )
        expect(self.start, date, "start of a stage")
        if self.last_day is not None:
            expect(self.last_day, date, "last_day of a stage")


def stages_of(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    """Put stages in the order of their first days."""
    return tuple(sorted(expect_each(stages, Stage, "stages"), key=lambda stage: stage.start))

"""Rounding as a named policy: a mode and, where it is not the currency's own, a step."""

from __future__ import annotations

from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.explanation import RoundingMode


@attrs.frozen
class Rounding:
    """How an exact amount becomes money.

    ``step`` is the smallest amount: ``None`` for one minor unit of the currency, or a cash step
    such as 0.05 for Swiss francs paid in coins. A value of this class is stored on contract lines
    and charges, so that an upgrade never changes an old bill.
    """

    mode: RoundingMode = RoundingMode.HALF_UP
    step: Fraction | None = None

    def __attrs_post_init__(self) -> None:
        if self.step is not None and self.step <= 0:
            raise InvalidValue(f"a rounding step must be above zero, got {self.step}")


HALF_UP = Rounding(RoundingMode.HALF_UP)
"""Nearest minor unit, a tie away from zero: the library's default, so that credits mirror."""

HALF_EVEN = Rounding(RoundingMode.HALF_EVEN)
"""Nearest minor unit, a tie to the even one."""

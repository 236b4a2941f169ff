"""Rounding as a named policy: a mode and, where it is not the currency's own, a step."""

from __future__ import annotations

from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, kinds_checked
from harmony_core.explanation import RoundingMode, round_to_step
from harmony_core.finance._exact import Exact, exact


@attrs.frozen(field_transformer=kinds_checked)
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

    @classmethod
    def of(cls, mode: RoundingMode | str, step: Exact | None = None) -> Rounding:
        """Make a rounding from the mode's name, such as ``"half_even"``, and an exact step.

        Raises:
            InvalidValue: no mode has that name, or the step is not above zero.
        """
        try:
            named = RoundingMode(mode)
        except ValueError:
            names = ", ".join(known.value for known in RoundingMode)
            raise InvalidValue(f"no rounding mode {mode!r}; there are {names}") from None
        return cls(named, None if step is None else exact(step, "a rounding step"))

    def apply(self, value: Fraction, unit: Fraction = Fraction(1)) -> Fraction:
        """Round ``value`` to a multiple of the step, or of ``unit`` where the step is ``None``.

        >>> Rounding.of("half_up", "0.05").apply(Fraction("1.03"))
        Fraction(21, 20)
        """
        return round_to_step(value, unit if self.step is None else self.step, self.mode)


HALF_UP = Rounding(RoundingMode.HALF_UP)
"""Nearest minor unit, a tie away from zero: the library's default, so that credits mirror."""

HALF_EVEN = Rounding(RoundingMode.HALF_EVEN)
"""Nearest minor unit, a tie to the even one."""


_CASH_STEPS = {
    "AUD": "0.05", "CAD": "0.05", "CHF": "0.05", "CZK": "1", "DKK": "0.50", "HUF": "5",
    "ILS": "0.10", "MYR": "0.05", "NOK": "1", "NZD": "0.10", "SEK": "1", "ZAR": "0.10",
}  # fmt: skip


def cash_rounding(code: str) -> Rounding:
    """Give the rounding of totals that are paid in coins, where the smallest are no longer struck.

    Half up to the step; a currency without one is rounded to its minor unit. An amount is rounded
    once, to the step itself and never to cents before.

    >>> cash_rounding("CHF").step, cash_rounding("USD").step
    (Fraction(1, 20), None)
    """
    step = _CASH_STEPS.get(code)
    return Rounding.of(RoundingMode.HALF_UP, step)

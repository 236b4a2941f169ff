"""Exact operations on fractions: what a step of an explanation may do.

Rounding is here and not in ``finance`` because a stored figure must be checkable from its
explanation alone. All of it is whole-number arithmetic; nothing reads a decimal context.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType


class RoundingMode(StrEnum):
    """How a value between two steps is settled; the words say what happens below zero too."""

    HALF_EVEN = "half_even"
    """nearest; a tie goes to the even multiple"""
    HALF_UP = "half_up"
    """nearest; a tie goes away from zero"""
    HALF_DOWN = "half_down"
    """nearest; a tie goes toward zero"""
    HALF_CEILING = "half_ceiling"
    """nearest; a tie goes toward plus infinity"""
    HALF_FLOOR = "half_floor"
    """nearest; a tie goes toward minus infinity"""
    HALF_ODD = "half_odd"
    """nearest; a tie goes to the odd multiple"""
    UP = "up"
    """away from zero"""
    DOWN = "down"
    """toward zero"""
    CEILING = "ceiling"
    """toward plus infinity"""
    FLOOR = "floor"
    """toward minus infinity"""


# An enum's member is looked up by a function of Python, a name of the module is not: an amount is
# rounded a million times a night.
_HALF_EVEN, _HALF_UP, _HALF_DOWN = (
    RoundingMode.HALF_EVEN,
    RoundingMode.HALF_UP,
    RoundingMode.HALF_DOWN,
)
_HALF_CEILING, _HALF_ODD = RoundingMode.HALF_CEILING, RoundingMode.HALF_ODD
_UP, _DOWN, _CEILING, _FLOOR = (
    RoundingMode.UP,
    RoundingMode.DOWN,
    RoundingMode.CEILING,
    RoundingMode.FLOOR,
)


def round_ratio(numerator: int, denominator: int, mode: RoundingMode) -> int:
    """Round ``numerator / denominator`` to a whole number.

    Args:
        numerator: any whole number.
        denominator: a whole number above zero.
        mode: a named rule, see :class:`RoundingMode`.

    >>> round_ratio(-5, 2, RoundingMode.HALF_UP), round_ratio(-5, 2, RoundingMode.HALF_EVEN)
    (-3, -2)
    """
    if mode is _HALF_UP:  # the one that nearly every amount is rounded by: one division does
        twice = denominator + denominator
        if numerator >= 0:
            return (numerator + numerator + denominator) // twice
        return -((denominator - numerator - numerator) // twice)
    low, rest = divmod(numerator, denominator)  # low <= exact value, 0 <= rest < denominator
    if not rest:
        return low
    if mode is _FLOOR:
        return low
    if mode is _CEILING:
        return low + 1
    if mode is _DOWN:
        return low if numerator >= 0 else low + 1
    if mode is _UP:
        return low + 1 if numerator >= 0 else low
    if type(mode) is not RoundingMode:  # its text; another word would pass for one of the halves
        return round_ratio(numerator, denominator, RoundingMode(mode))
    twice = 2 * rest
    if twice != denominator:
        return low + (twice > denominator)
    return low + _tie_goes_up(low, numerator, mode)


def _tie_goes_up(low: int, numerator: int, mode: RoundingMode) -> bool:
    if mode is _HALF_DOWN:
        return numerator < 0
    if mode is _HALF_EVEN:
        return low % 2 == 1
    if mode is _HALF_ODD:
        return low % 2 == 0
    return mode is _HALF_CEILING


def round_to_step(value: Fraction, step: Fraction, mode: RoundingMode) -> Fraction:
    """Round ``value`` to a multiple of ``step`` (above zero): 0.01, 0.05, 1000 or any other.

    >>> round_to_step(Fraction("1.03"), Fraction("0.05"), RoundingMode.HALF_UP)
    Fraction(21, 20)
    """
    ratio = value / step
    return round_ratio(ratio.numerator, ratio.denominator, mode) * step


def exact_text(value: Fraction) -> str:
    """Write a fraction without loss: as a decimal where that ends, else as ``a/b``.

    >>> exact_text(Fraction("0.00045")), exact_text(Fraction(15, 31)), exact_text(Fraction(-7))
    ('0.00045', '15/31', '-7')
    """
    if value.denominator == 1:
        return str(value.numerator)
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value.numerator < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def _add(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def _subtract(values: Sequence[Fraction]) -> Fraction:
    return values[0] - _add(values[1:])


def _multiply(values: Sequence[Fraction]) -> Fraction:
    product = Fraction(1)
    for value in values:
        product *= value
    return product


def _divide(values: Sequence[Fraction]) -> Fraction:
    dividend, divisor = values
    return dividend / divisor


def _round(mode: RoundingMode) -> Callable[[Sequence[Fraction]], Fraction]:
    def rounded(values: Sequence[Fraction]) -> Fraction:
        value, step = values
        return round_to_step(value, step, mode)

    return rounded


OPERATIONS: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = MappingProxyType(
    {
        "add": _add,
        "subtract": _subtract,
        "multiply": _multiply,
        "divide": _divide,
        "least": min,
        "greatest": max,
        "take": lambda values: values[0],
        **{f"round_{mode.value}": _round(mode) for mode in RoundingMode},
    }
)
"""What a step may do, by name. ``subtract`` takes all others from the first; ``round_*`` takes a
value and a step; ``take`` hands its one operand on. Names are stored with figures and never
renamed."""

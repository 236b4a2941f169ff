"""Exact numbers at the door: what may become a quantity, a price or a rate.

Inside, every number is a ``Fraction`` or an ``int``. Binary floats, booleans, NaN and infinity are
refused here, once, so that nothing behind has to look again.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import TypeAlias

from harmony_core.errors import InvalidValue

Exact: TypeAlias = int | str | Decimal | Fraction
"""What callers may pass where an exact number is asked: ``12``, ``"0.00045"``, ``"15/31"``."""

_OUT_OF_PROPORTION = 1_001
"""Decimals of so many digits before or behind the point are refused: they would fill the memory."""

_PLAIN = re.compile(r"[+-]?\d{1,1000}(\.\d{1,1000})?(/[1-9]\d{0,1000})?", re.ASCII)


def exact(value: Exact, what: str = "a number") -> Fraction:
    """Turn ``value`` into an exact fraction; ``what`` names it in the error.

    Raises:
        InvalidValue: a float, a bool, NaN, infinity, or a text that is not a plain number such as
            ``-12.50`` or ``15/31`` (no exponents, no thousands separators, no spaces).

    >>> exact("0.00045"), exact(12)
    (Fraction(9, 20000), Fraction(12, 1))
    """
    if type(value) is Fraction:
        return value
    if type(value) is int:
        return Fraction(value)
    return Fraction(*exact_ratio(value, what))


def exact_ratio(value: Exact, what: str = "a number") -> tuple[int, int]:
    """Turn ``value`` into two whole numbers, the second above zero: :func:`exact`, not reduced.

    For arithmetic with whole numbers, which is several times as fast.

    Raises:
        InvalidValue: as :func:`exact`.

    >>> exact_ratio("0.50"), exact_ratio(12)
    ((50, 100), (12, 1))
    """
    if type(value) is int:
        return value, 1
    if type(value) is Fraction:
        return value.as_integer_ratio()
    if type(value) is Decimal and -_OUT_OF_PROPORTION < value.adjusted() < _OUT_OF_PROPORTION:
        try:
            return value.as_integer_ratio()
        except (ValueError, OverflowError):  # NaN and infinity
            raise InvalidValue(f"{what} must be finite, got {value}") from None
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value) or ("." in value and "/" in value):
            raise InvalidValue(f"{what} must be a plain number like '12.50', got {value!r}")
        whole, _, divisor = value.partition("/")
        if divisor:
            return int(whole), int(divisor)
        whole, _, decimals = value.partition(".")
        return int(whole + decimals), 10 ** len(decimals)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InvalidValue(f"{what} must be finite, got {value}")
        if abs(value.adjusted()) >= _OUT_OF_PROPORTION:
            raise InvalidValue(f"{what} is out of all proportion: {value}")
        return value.as_integer_ratio()
    number: object = value
    if isinstance(number, bool) or not isinstance(number, Rational):
        raise InvalidValue(
            f"{what} must be exact, got {type(value).__name__} {value!r}: "
            "pass a string, an int, a Decimal or a Fraction"
        )
    return int(number.numerator), int(number.denominator)  # a whole number of numpy is one too

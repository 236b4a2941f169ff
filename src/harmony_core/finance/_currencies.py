"""Currencies: number, minor unit and days of validity, from ISO 4217 and never from a formatter.

Formatting libraries carry display digits, which differ from the standard for a dozen codes (they
write IQD without its three decimals). Withdrawn codes stay: old contracts are still in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

import attrs

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance._iso4217 import TABLE


@attrs.frozen
class Currency:
    """One code of ISO 4217.

    ``numeric`` is the three-digit number as text (``"036"``), empty where the standard gave none.
    ``exponent`` is the number of decimals; ``None`` for gold, drawing rights and the like, which
    have no minor unit. ``valid_from`` is ``None`` for codes from before 1978, when the standard
    began, or where no day is recorded; ``valid_to`` is the first day on which the code is no
    longer in force.
    """

    code: str
    numeric: str
    exponent: int | None
    name: str
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the code may be used on ``day``."""
        began = self.valid_from is None or self.valid_from <= day
        return began and (self.valid_to is None or day < self.valid_to)


@cache
def currency(code: str) -> Currency:
    """Give the currency under a code of three capital letters.

    Raises:
        NotFound: ISO 4217 has, and had, no such code.

    >>> currency("KWD").exponent, currency("AUD").numeric, currency("XAU").exponent
    (3, '036', None)
    >>> currency("HRK").in_force(date(2022, 12, 31)), currency("HRK").in_force(date(2023, 1, 1))
    (True, False)
    """
    if code not in TABLE:
        raise _unknown(code)
    numeric, exponent, name, first, after = TABLE[code]
    return Currency(code, numeric, exponent, name, _day(first), _day(after))


def currencies(on: date) -> tuple[Currency, ...]:
    """Give all currencies in force on a day, by code, funds and metals among them."""
    return tuple(found for code in TABLE if (found := currency(code)).in_force(on))


def minor_digits(code: str) -> int:
    """Give the number of decimals of a currency.

    Raises:
        NotFound: the code is unknown.
        InvalidValue: it has no minor unit (gold, silver, drawing rights), so no settled money.

    >>> minor_digits("EUR"), minor_digits("JPY"), minor_digits("IQD")
    (2, 0, 3)
    """
    try:
        return _DIGITS[code]
    except (KeyError, TypeError):
        pass
    raise _no_minor_unit(code)


def minor_units(code: str) -> int:
    """Give how many minor units make one of the major: 100 cent, 1000 fils, one yen.

    Raises:
        NotFound: the code is unknown.
        InvalidValue: it has no minor unit.
    """
    try:
        return _UNITS[code]
    except (KeyError, TypeError):
        pass
    raise _no_minor_unit(code)


def _no_minor_unit(code: str) -> InvalidValue:
    currency(code)  # raises for an unknown one
    return InvalidValue(
        f"{code} has no minor unit, so it cannot be settled money: "
        "keep it as a quantity, or convert it into a currency that is paid"
    )


def _unknown(code: str) -> NotFound:
    return NotFound(
        f"no currency {code!r} in ISO 4217: write its code of three capital letters, such as 'EUR'"
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


_DIGITS: Mapping[str, int] = MappingProxyType(
    {code: row[1] for code, row in TABLE.items() if row[1] is not None}
)
_UNITS: Mapping[str, int] = MappingProxyType({code: 10**n for code, n in _DIGITS.items()})

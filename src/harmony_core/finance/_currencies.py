"""Currencies: number, minor unit and days of validity, from ISO 4217 and never from a formatter.

Formatting libraries carry display digits, which differ from the standard for a dozen codes (they
write IQD without its three decimals). Withdrawn codes stay: old contracts are still in them.

A host's own units, such as prepaid tokens, need no registration: their code says how many decimals
they have (``TOKEN:0``), so that every process reads it alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

import attrs

from harmony_core.errors import InvalidValue, NotFound, expect
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


_CUSTOM = re.compile(r"([A-Z][A-Z0-9_]{1,19}):([0-9])", re.ASCII)


def custom_unit(name: str, digits: int = 0) -> str:
    """Give the code of a unit of one's own, for money that is no currency: tokens, points, miles.

    It never mixes with a currency, nor with a unit of other digits; only a rate of one's own, a
    tariff, converts it.

    Args:
        name: up to twenty capital letters, digits and underscores, no code of ISO 4217.
        digits: how many decimals an amount has.

    Raises:
        InvalidValue: the name or the number of digits cannot be.

    >>> tokens = custom_unit("TOKEN")
    >>> tokens, minor_digits(custom_unit("MILE", 1)), currency(tokens).name
    ('TOKEN:0', 1, 'TOKEN')
    """
    code = f"{name}:{digits}"
    if not _CUSTOM.fullmatch(code) or name in TABLE or type(digits) is not int:
        raise InvalidValue(
            f"a unit is named like 'TOKEN', unlike any currency, with 0 to 9 digits: got {code!r}"
        )
    return code


def _custom_digits(code: str) -> int | None:
    """Read the digits off the code of a unit; ``None``: it is none."""
    made = _CUSTOM.fullmatch(str(code))  # whatever else comes here has no code at all
    return int(made[2]) if made and made[1] not in TABLE else None


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
    expect(code, str, "the code of a currency", "'EUR'")
    if code not in TABLE:
        if (digits := _custom_digits(code)) is None:
            raise _unknown(code)
        return Currency(code, "", digits, code.partition(":")[0])
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
        return _digits_or_refusal(code)


def minor_units(code: str) -> int:
    """Give how many minor units make one of the major: 100 cent, 1000 fils, one yen.

    Raises:
        NotFound: the code is unknown.
        InvalidValue: it has no minor unit.
    """
    try:
        return _UNITS[code]
    except (KeyError, TypeError):
        return int(10 ** _digits_or_refusal(code))


def _digits_or_refusal(code: str) -> int:
    if (digits := _custom_digits(code)) is not None:
        return digits
    if not isinstance(code, str):
        raise _unknown(code)
    currency(code)  # raises for an unknown one
    raise InvalidValue(
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

"""How a locale writes numbers, amounts and dates: taken from Babel once, applied without loss.

Babel supplies signs, patterns and names (CLDR). Digits are written here, from exact fractions,
because Babel formats by way of the process's decimal context, and its currency digits are not
those of ISO 4217 (IQD, RSD and eleven others differ). Nothing of Babel is imported before the
first text is asked for.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import attrs

from harmony_core.errors import InvalidValue

if TYPE_CHECKING:
    from babel import Locale

_NO_BREAK_SPACE = "\u00a0"


@attrs.frozen
class Formats:
    """Signs and patterns of one locale."""

    decimal: str
    group: str
    minus: str
    first_group: int
    next_group: int
    money_before: str
    money_after: str
    percent_before: str
    percent_after: str

    def digits(self, text: str) -> str:
        """Write a plain decimal text (``-1234.5``) or fraction (``15/31``) the local way."""
        sign, unsigned = (self.minus, text[1:]) if text.startswith("-") else ("", text)
        if "/" in unsigned:
            return sign + unsigned
        whole, point, rest = unsigned.partition(".")
        return sign + self._grouped(whole) + (self.decimal + rest if point else "")

    def _grouped(self, whole: str) -> str:
        if len(whole) <= self.first_group:
            return whole
        parts, rest = [whole[-self.first_group :]], whole[: -self.first_group]
        while rest:
            parts.append(rest[-self.next_group :])
            rest = rest[: -self.next_group]
        return self.group.join(reversed(parts))

    def amount(self, text: str, symbol: str) -> str:
        """Write a plain decimal text with the sign of its currency on the local side of it."""
        sign, unsigned = (self.minus, text[1:]) if text.startswith("-") else ("", text)
        before = self.money_before.replace("¤", symbol)
        if before and before[-1].isalpha():  # letters need room: KWD 12.500, but £12.50
            before += _NO_BREAK_SPACE
        return sign + before + self.digits(unsigned) + self.money_after.replace("¤", symbol)

    def percent(self, text: str) -> str:
        """Write a plain decimal text as so many per cent."""
        return self.percent_before + self.digits(text) + self.percent_after


@cache
def locale_of(name: str) -> Locale:
    """Give Babel's locale.

    Raises:
        InvalidValue: Babel does not know it.
    """
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        raise InvalidValue(
            f"no culture {name.replace('_', '-')!r}: give a language tag like 'en-GB' or 'de-DE'"
        ) from None


@cache
def formats_of(name: str) -> Formats:
    """Read the signs and patterns of a locale."""
    from babel import numbers

    locale = locale_of(name)
    first_group, next_group = locale.decimal_formats[None].grouping
    money, percent = locale.currency_formats["standard"], locale.percent_formats[None]
    return Formats(
        decimal=numbers.get_decimal_symbol(locale),
        group=numbers.get_group_symbol(locale),
        minus=numbers.get_minus_sign_symbol(locale),
        first_group=first_group,
        next_group=next_group,
        money_before=money.prefix[0],
        money_after=money.suffix[0],
        percent_before=percent.prefix[0],
        percent_after=percent.suffix[0],
    )


@cache
def currency_symbol(code: str, name: str) -> str:
    """Give the sign of a currency, or its code where the locale has none for it."""
    from babel import numbers

    return numbers.get_currency_symbol(code, locale_of(name))


def long_day(day: date, name: str) -> str:
    """Write a day in full: 31 March 2026."""
    from babel.dates import format_date

    return format_date(day, "long", locale_of(name))


def month_and_year(day: date, name: str) -> str:
    """Write the month in which a day lies: March 2026."""
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", day, locale=locale_of(name))


def is_singular(whole: int, name: str) -> bool:
    """Tell whether the locale uses the singular for a whole number of things."""
    return locale_of(name).plural_form(whole) == "one"

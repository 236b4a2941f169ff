"""How a locale writes an amount: its pattern, with the currency put in once and kept.

The currency is the locale's sign for it, its code, or its name in the plural of the number shown.
CLDR keeps letters off the digits (CHF 12.50 but £12.50), which Babel does not; what stands there is
a no-break space.
"""

from __future__ import annotations

import unicodedata
from decimal import MAX_PREC, Context, Decimal, localcontext
from functools import cache

import attrs

from harmony_core.culture._locales import locale_of
from harmony_core.culture._numerals import Numerals, numerals_of
from harmony_core.errors import Word
from harmony_core.finance import minor_digits

_NO_BREAK_SPACE = "\u00a0"
_ALL_DIGITS = Context(prec=MAX_PREC)


class MoneyStyle(Word):
    """How the currency and what is below zero are shown."""

    STANDARD = "standard"
    """with the sign that the reader knows: -£12.50"""
    ACCOUNTING = "accounting"
    """as in accounts, in brackets below zero where the locale does so: (£12.50)"""
    CODE = "code"
    """with the code of ISO 4217: -GBP 12.50"""
    NAME = "name"
    """in words: -12.50 British pounds"""


@attrs.frozen
class MoneyPattern:
    """What stands around the digits of one currency in one locale."""

    numerals: Numerals
    digits: int
    before: str
    after: str
    before_negative: str
    after_negative: str

    def money(self, minor: int) -> str:
        """Write settled minor units."""
        text = str(minor if minor >= 0 else -minor)
        if digits := self.digits:
            if len(text) <= digits:
                text = text.rjust(digits + 1, "0")
            whole, rest = text[:-digits], text[-digits:]
            numerals = self.numerals
            if len(whole) > numerals.longest_whole:
                whole = numerals.grouped(whole)
            text = f"{whole}{numerals.decimal}{rest}"
        else:
            text = self.numerals.grouped(text)
        if minor < 0:
            return f"{self.before_negative}{text}{self.after_negative}"
        return f"{self.before}{text}{self.after}"

    def exactly(self, text: str) -> str:
        """Write a plain decimal text or fraction."""
        if text.startswith("-"):
            return self.before_negative + self.numerals.written(text[1:]) + self.after_negative
        return self.before + self.numerals.written(text) + self.after


@cache
def money_pattern(name: str, code: str, style: MoneyStyle) -> MoneyPattern:
    """Read the pattern of a locale and put the currency in, but for names (see :func:`named`)."""
    kind = "accounting" if style is MoneyStyle.ACCOUNTING else "standard"
    numerals = numerals_of(name, kind)
    pattern = locale_of(name).currency_formats[kind]
    symbol = _shown(code) if style is MoneyStyle.CODE else currency_symbol(code, name)
    (before, before_negative), (after, after_negative) = pattern.prefix, pattern.suffix
    return MoneyPattern(
        numerals,
        minor_digits(code),
        _with_symbol(before, symbol, numerals, leads=True),
        _with_symbol(after, symbol, numerals, leads=False),
        _with_symbol(before_negative, symbol, numerals, leads=True),
        _with_symbol(after_negative, symbol, numerals, leads=False),
    )


def _with_symbol(part: str, symbol: str, numerals: Numerals, *, leads: bool) -> str:
    """Put the currency in, and a space between its letters and the digits beside it."""
    signed = part.replace("'", "").replace("-", numerals.minus)
    if leads and signed.endswith("¤") and _needs_room(symbol[-1:]):
        signed += _NO_BREAK_SPACE
    if not leads and signed.startswith("¤") and _needs_room(symbol[:1]):
        signed = _NO_BREAK_SPACE + signed
    return signed.replace("¤", symbol)


def _needs_room(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] not in "SZ"


def named(amount: Decimal, code: str, name: str) -> str:
    """Write an amount with the name of its currency, in the plural of the number as it is shown.

    Its decimals count for that, zeros too: one dollar, but 1.00 dollars.
    """
    from babel import numbers

    locale, shown = locale_of(name), amount.copy_abs()
    with localcontext(_ALL_DIGITS):  # Babel computes with the caller's
        unit = numbers.get_currency_unit_pattern(_shown(code), shown, locale)
        words = numbers.get_currency_name(_shown(code), shown, locale)
    return unit.format(numerals_of(name, MoneyStyle.NAME.value).written(f"{amount:f}"), words)


@cache
def currency_symbol(code: str, name: str) -> str:
    """Give the sign of a currency, or its code where the locale has none for it."""
    from babel import numbers

    return numbers.get_currency_symbol(_shown(code), locale_of(name))


def _shown(code: str) -> str:
    """Give the code as people read it: units of a host's own without their digits."""
    return code.partition(":")[0]

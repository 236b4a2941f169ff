"""How a locale writes a number: its signs and groups, applied to exact digits and read back.

Babel supplies the signs (CLDR). Digits are written here, from exact numbers, because Babel formats
by way of the process's decimal context, and without the rule by which Spanish or Polish leave a
number of four digits whole. Digits are the Latin ones everywhere.

Source: CLDR 48, ``minimumGroupingDigits``, for the locales that do not group four digits.
"""

from __future__ import annotations

from functools import cache

import attrs

from harmony_core.culture._locales import ancestors, locale_of
from harmony_core.errors import expect

_LEAST_BEFORE_GROUP = {
    "be": 2, "bg": 2, "ee": 3, "es": 2, "es_419": 1, "et": 2, "hu": 2, "hy": 2, "ia": 2, "ie": 2,
    "it": 2, "ka": 2, "lv": 2, "pl": 2, "pt_AO": 1, "pt_PT": 2, "ru_UA": 2, "sl": 2, "sq": 2,
}  # fmt: skip
"""How many digits must stand before the first group sign; 1 where a locale and its parents are
not named."""

_SPACES = "\u0020\u00a0\u202f\u2009"
_APOSTROPHES = "'\u2019"
_MARKS = str.maketrans("", "", "\u200e\u200f\u061c")  # directions of writing, no part of a number


@attrs.frozen
class Numerals:
    """The signs of one locale, for numbers or for amounts of money."""

    decimal: str
    group: str
    minus: str
    first_group: int
    next_group: int
    longest_whole: int
    """so many digits before the decimal sign stay without groups"""

    def written(self, text: str) -> str:
        """Write a plain decimal text (``-1234.5``) or fraction (``15/31``) the local way."""
        sign, unsigned = (self.minus, text[1:]) if text.startswith("-") else ("", text)
        if "/" in unsigned:
            return sign + unsigned
        whole, point, rest = unsigned.partition(".")
        return sign + self.grouped(whole) + (self.decimal + rest if point else "")

    def grouped(self, whole: str) -> str:
        """Put the group signs into a text of digits."""
        if len(whole) <= self.longest_whole:
            return whole
        parts, rest = [whole[-self.first_group :]], whole[: -self.first_group]
        while rest:
            parts.append(rest[-self.next_group :])
            rest = rest[: -self.next_group]
        return self.group.join(reversed(parts))

    def plain(self, text: str, *, any_space: bool = False) -> str | None:
        """Read a number written the local way as a plain decimal text; ``None``: it is not so.

        Either no group sign stands in it or each where the locale puts it; where the locale
        leaves four digits whole, grouped ones are read too. With ``any_space`` every kind of
        space is read as the group sign of a locale that groups by a space.
        """
        expect(text, str, "what is read as a number")
        unmarked = text.translate(_MARKS)
        negative = unmarked[:1] in {"-", self.minus.translate(_MARKS)} and unmarked != ""
        unsigned = unmarked[1:] if negative else unmarked
        if any_space and self.group in _SPACES:
            for space in _SPACES:
                unsigned = unsigned.replace(space, self.group)
        if self.group in _APOSTROPHES:  # the one of the keyboard, and of later data, is the same
            for sign in _APOSTROPHES:
                unsigned = unsigned.replace(sign, self.group)
        whole, point, rest = unsigned.partition(self.decimal)
        if not self._is_whole(whole) or (point and not _is_digits(rest)):
            return None
        digits = whole.replace(self.group, "")
        return ("-" if negative else "") + digits + ("." + rest if point else "")

    def _is_whole(self, text: str) -> bool:
        if self.group not in text:
            return _is_digits(text)
        first, *others = text.split(self.group)
        *between, last = others
        return (
            1 <= len(first) <= self.next_group
            and first[0] != "0"
            and len(last) == self.first_group
            and all(len(part) == self.next_group for part in between)
            and all(map(_is_digits, (first, *others)))
        )


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


@cache
def numerals_of(name: str, money: str = "") -> Numerals:
    """Read the signs of a locale for numbers, or for a ``money`` format, which a few have apart.

    Money that has no format of that name, as where its currency is named, is grouped as numbers.
    """
    from babel import numbers

    locale = locale_of(name)
    pattern = locale.currency_formats.get(money) or locale.decimal_formats[None]
    symbols = locale.number_symbols["latn"]
    first_group, next_group = pattern.grouping
    least = next(
        (
            _LEAST_BEFORE_GROUP[ancestor]
            for ancestor in ancestors(name)
            if ancestor in _LEAST_BEFORE_GROUP
        ),
        1,
    )
    decimal, group = numbers.get_decimal_symbol(locale), numbers.get_group_symbol(locale)
    return Numerals(
        decimal=symbols.get("currencyDecimal", decimal) if money else decimal,
        group=symbols.get("currencyGroup", group) if money else group,
        minus=numbers.get_minus_sign_symbol(locale),
        first_group=first_group,
        next_group=next_group,
        longest_whole=first_group + least - 1,
    )

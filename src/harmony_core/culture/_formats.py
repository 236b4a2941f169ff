"""Numbers and amounts of money as a place writes them, and read back strictly."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import attrs

from harmony_core.culture._locales import locale_name, locale_of
from harmony_core.culture._money_patterns import MoneyStyle, currency_symbol, money_pattern, named
from harmony_core.culture._numerals import Numerals, numerals_of
from harmony_core.errors import InvalidValue, expect_word
from harmony_core.explanation import exact_text
from harmony_core.finance import ExactAmount, Money, exact, minor_digits

_STANDARD, _NAME = MoneyStyle.STANDARD, MoneyStyle.NAME


@attrs.frozen
class Formats:
    """How one locale writes numbers and money; for every locale that Babel knows.

    Nothing is rounded to be shown, digits are those of ISO 4217, and what was written is read back
    as the same value.

    >>> indian, spanish = Formats.of("en-IN"), Formats.of("es-ES")
    >>> indian.money(Money.of("1234567.50", "INR")), spanish.number(1234), spanish.number(12345)
    ('₹12,34,567.50', '1234', '12.345')
    >>> indian.parse_money("₹12,34,567.50", "INR")
    Money.of('1234567.50', 'INR')
    """

    tag: str
    _locale: str = attrs.field(repr=False)

    @classmethod
    def of(cls, tag: str) -> Formats:
        """Give the formats of a language tag, such as ``pl-PL``; no language pack is needed.

        Raises:
            InvalidValue: there is no such locale.
        """
        return cls(tag, locale_name(tag))

    def number(self, value: Fraction | Decimal | int, /) -> str:
        """Write an exact number, never rounded; one without end as a decimal stays ``a/b``."""
        return numerals_of(self._locale).written(exact_text(exact(value)))

    def money(self, money: Money, style: MoneyStyle = _STANDARD) -> str:
        """Write settled money with the digits of its currency in ISO 4217.

        >>> below, british = Money.of("-1234.50", "GBP"), Formats.of("en-GB")
        >>> british.money(below), british.money(below, MoneyStyle.ACCOUNTING)
        ('-£1,234.50', '(£1,234.50)')
        >>> british.money(below, MoneyStyle.NAME)
        '-1,234.50 British pounds'
        """
        style = expect_word(style, MoneyStyle)
        if style is _NAME:
            return named(money.amount, money.currency, self._locale)
        return money_pattern(self._locale, money.currency, style).money(money.minor)

    def unit_price(self, amount: ExactAmount) -> str:
        """Write an exact amount: at least the currency's digits, and every digit it has.

        >>> Formats.of("en-GB").unit_price(ExactAmount.of("0.00045", "EUR"))
        '€0.00045'
        """
        text = _with_digits(exact_text(amount.value), minor_digits(amount.currency))
        return money_pattern(self._locale, amount.currency, _STANDARD).exactly(text)

    def percent(self, share: Fraction | Decimal | int) -> str:
        """Write a share in per cent, exactly: the share 0.19 is nineteen per cent."""
        pattern = locale_of(self._locale).percent_formats[None]
        numerals = numerals_of(self._locale)
        text = exact_text(exact(share, "a share") * 100)
        below = text.startswith("-")
        before: str = pattern.prefix[below].replace("-", numerals.minus)
        return before + numerals.written(text.removeprefix("-")) + str(pattern.suffix[below])

    def parse_number(self, text: str, *, any_space: bool = False) -> Fraction:
        """Read a number written the way of the place, and refuse any other way.

        What is unclear is refused, not guessed: ``1,50`` is no number in Britain. Group signs may
        be left out, but if one stands there, all do. With ``any_space`` every kind of space will
        do for a locale that groups by a space.

        Raises:
            InvalidValue: the text is not written so.

        >>> german = Formats.of("de-DE")
        >>> german.parse_number("1.234,56"), german.parse_number("-1234,5")
        (Fraction(30864, 25), Fraction(-2469, 2))
        >>> german.parse_number("1,234.56")
        Traceback (most recent call last):
        ...
        harmony_core.errors.InvalidValue: not a number as it is written here: '1,234.56'; one
        such is '-1.234.567,89'
        """
        numerals = numerals_of(self._locale)
        if (plain := numerals.plain(text, any_space=any_space)) is None:
            raise InvalidValue(
                f"not a number as it is written here: {text!r}; "
                f"one such is {numerals.written('-1234567.89')!r}"
            )
        return exact(plain)

    def parse_money(self, text: str, currency: str, *, any_space: bool = False) -> Money:
        """Read an amount, alone or with its currency's sign or code, as this place writes it.

        Raises:
            InvalidValue: it is not written so, names another currency, or is finer than the minor
                unit of ``currency``.
            NotFound: no such currency.

        >>> british = Formats.of("en-GB")
        >>> british.parse_money("(£1,234.50)", "GBP"), british.parse_money("1,234.50", "GBP")
        (Money.of('-1234.50', 'GBP'), Money.of('1234.50', 'GBP'))
        """
        for number, numerals in self._without_currency(text, currency, any_space):
            if (plain := numerals.plain(number, any_space=any_space)) is not None:
                return Money.of(plain, currency)
        raise InvalidValue(
            f"not an amount in {currency} as it is written here: {text!r}; "
            f"one such is {self.money(Money(-123_456, currency))!r}"
        )

    def _without_currency(
        self, text: str, code: str, any_space: bool
    ) -> Iterator[tuple[str, Numerals]]:
        """Take off what the patterns of this locale put around the digits, wherever one fits."""
        code_shown = code.partition(":")[0]
        if all(sign not in text for sign in (code_shown, currency_symbol(code, self._locale))):
            yield text, numerals_of(self._locale, _STANDARD.value)
        even = _even_spaces if any_space else str
        for style in (_STANDARD, MoneyStyle.CODE, MoneyStyle.ACCOUNTING):
            pattern = money_pattern(self._locale, code, style)
            for sign, first, last in (
                ("-", pattern.before_negative, pattern.after_negative),
                ("", pattern.before, pattern.after),
            ):
                if even(text).startswith(even(first)) and even(text).endswith(even(last)):
                    inner = text[len(first) : len(text) - len(last)]
                    if inner[:1].isdigit():
                        yield sign + inner, pattern.numerals


def _even_spaces(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _with_digits(text: str, digits: int) -> str:
    if "/" in text or not digits:
        return text
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.ljust(digits, '0')}"

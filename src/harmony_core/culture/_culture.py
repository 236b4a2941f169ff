"""A culture: the words and the formats of the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import attrs

from harmony_core.culture import _locales, _packs
from harmony_core.culture._formats import Formats
from harmony_core.culture._money_patterns import MoneyStyle
from harmony_core.finance import ExactAmount, Money
from harmony_core.periods import Month


@attrs.frozen
class Culture:
    """The reader's language and formats; for the edge, never stored with a figure.

    It is a :class:`harmony_core.explanation.Wording`, so an explanation can be written in it.
    Amounts keep a no-break space between number and currency where the locale has one.

    >>> german = Culture.of("de-DE")
    >>> german.number(Fraction("1234.5")), german.day(date(2026, 3, 31))
    ('1.234,5', '31. März 2026')
    >>> german.words("quantity"), german.words("no such message")
    ('Menge', 'no such message')
    """

    tag: str
    messages: Mapping[str, str] = attrs.field(repr=False, hash=False)
    _locale: str = attrs.field(repr=False)

    @classmethod
    def of(cls, tag: str, extra: Mapping[str, str] | None = None) -> Culture:
        """Give the culture of a language tag: ``en-GB``, ``de-DE``, ``en``, ``de``, ``de-AT``.

        A bare ``en`` is written as in Britain, a bare ``de`` as in Germany. ``extra`` messages of
        the host go before those of the shipped pack; with them any language will do, and what they
        lack stays English.

        Raises:
            InvalidValue: there is neither a language pack nor ``extra``, the territory is not
                known, or an extra translation has other placeholders than its message.

        >>> french = Culture.of("fr-FR", {"quantity": "quantité"})
        >>> french.words("quantity"), french.words("tax"), french.number(Fraction("0.5"))
        ('quantité', 'tax', '0,5')
        """
        locale = _locales.locale_name(tag)
        language = tag.split("-", maxsplit=1)[0].lower()
        brought = extra is not None and language not in _packs.languages()
        shipped = {} if brought else _packs.shipped_messages(language)
        messages = shipped if extra is None else _packs.checked_messages({**shipped, **extra})
        return cls(tag, messages, locale)

    @property
    def language(self) -> str:
        """The language part of the tag."""
        return self.tag.split("-", maxsplit=1)[0].lower()

    def words(self, message: str, /, **details: str) -> str:
        """Give an English message in the reader's language, its ``{names}`` filled in.

        A message that the pack lacks stays English: :func:`missing_messages` lists such.
        """
        text = self.messages.get(message, message)
        return text.format(**details) if details else text

    @property
    def formats(self) -> Formats:
        """How numbers and money are written and read here, without any words."""
        return Formats(self.tag, self._locale)

    def number(self, value: Fraction | Decimal | int, /) -> str:
        """Write an exact number, never rounded; one without end as a decimal stays ``a/b``."""
        return self.formats.number(value)

    def money(self, money: Money, style: MoneyStyle = MoneyStyle.STANDARD) -> str:
        """Write settled money with the digits of its currency in ISO 4217.

        >>> Culture.of("en-GB").money(Money.of("1234.50", "EUR"))
        '€1,234.50'
        """
        return self.formats.money(money, style)

    def unit_price(self, amount: ExactAmount) -> str:
        """Write an exact amount: at least the currency's digits, and every digit it has.

        >>> Culture.of("en-GB").unit_price(ExactAmount.of("0.00045", "EUR"))
        '€0.00045'
        """
        return self.formats.unit_price(amount)

    def percent(self, share: Fraction | Decimal | int) -> str:
        """Write a share in per cent, exactly: the share 0.19 is nineteen per cent.

        >>> Culture.of("en-GB").percent(Fraction("0.075"))
        '7.5%'
        """
        return self.formats.percent(share)

    def day(self, day: date) -> str:
        """Write a day in full, with the name of the month."""
        return _locales.long_day(day, self._locale)

    def month(self, month: Month) -> str:
        """Write the name of a month and its year.

        >>> Culture.of("de").month(Month(2026, 3))
        'März 2026'
        """
        return _locales.month_and_year(month.first_day, self._locale)

    def count(self, n: Fraction | Decimal | int, singular: str, plural: str) -> str:
        """Write a number of things; both forms are messages, the number replaces ``{n}``.

        A form without ``{n}`` follows the number.

        >>> german = Culture.of("de")
        >>> german.count(1, "device", "devices"), german.count(3, "device", "devices")
        ('1 Gerät', '3 Geräte')
        """
        value = Fraction(n)
        whole = value.denominator == 1
        one = whole and _locales.is_singular(abs(value.numerator), self._locale)
        text = self.words(singular if one else plural)
        number = self.number(value)
        return text.replace("{n}", number) if "{n}" in text else f"{number} {text}"

    def __reduce__(self) -> tuple[Any, ...]:
        parts = (self.tag, dict(self.messages), self._locale)
        return _restored, parts  # a mapping proxy cannot be pickled


def _restored(tag: str, messages: dict[str, str], locale: str) -> Culture:
    return Culture(tag, MappingProxyType(messages), locale)


def missing_messages(messages: Iterable[str], culture: Culture) -> tuple[str, ...]:
    """List the messages that a culture's pack does not translate, sorted; English lacks none.

    >>> missing_messages(["quantity", "no such message"], Culture.of("de"))
    ('no such message',)
    """
    if culture.language == _packs.SOURCE_LANGUAGE:
        return ()
    return _packs.missing_from(messages, culture.messages)

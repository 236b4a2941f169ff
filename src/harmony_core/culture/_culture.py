"""A culture: the words and the formats of the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import attrs

from harmony_core.culture import _formats, _packs
from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text
from harmony_core.finance import ExactAmount, Money, minor_digits
from harmony_core.periods import Month

_HOME = {"en": "en_GB", "de": "de_DE"}  # where a bare language is at home


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
        the host go before those of the shipped pack.

        Raises:
            InvalidValue: there is no language pack, the territory is not known, or an extra
                translation has other placeholders than its message.
        """
        if not tag.replace("-", "").isalnum():
            raise InvalidValue(f"no culture {tag!r}: give a language tag like 'en-GB' or 'de-DE'")
        language = tag.split("-", maxsplit=1)[0].lower()
        shipped = _packs.shipped_messages(language)
        messages = _packs.checked_messages({**shipped, **extra}) if extra else shipped
        locale = _HOME.get(tag.lower(), tag.replace("-", "_"))
        return cls(tag, messages, str(_formats.locale_of(locale)))

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

    def number(self, value: Fraction | Decimal | int, /) -> str:
        """Write an exact number, never rounded; one without end as a decimal stays ``a/b``."""
        return self._formats().digits(exact_text(Fraction(value)))

    def money(self, money: Money) -> str:
        """Write settled money with the digits of its currency in ISO 4217.

        >>> Culture.of("en-GB").money(Money.of("1234.50", "EUR"))
        '€1,234.50'
        """
        symbol = _formats.currency_symbol(money.currency, self._locale)
        return self._formats().amount(str(money.amount), symbol)

    def unit_price(self, amount: ExactAmount) -> str:
        """Write an exact amount: at least the currency's digits, and every digit it has.

        >>> Culture.of("en-GB").unit_price(ExactAmount.of("0.00045", "EUR"))
        '€0.00045'
        """
        symbol = _formats.currency_symbol(amount.currency, self._locale)
        text = _with_digits(exact_text(amount.value), minor_digits(amount.currency))
        return self._formats().amount(text, symbol)

    def percent(self, share: Fraction | Decimal | int) -> str:
        """Write a share in per cent, exactly: the share 0.19 is nineteen per cent.

        >>> Culture.of("en-GB").percent(Fraction("0.075"))
        '7.5%'
        """
        return self._formats().percent(exact_text(Fraction(share) * 100))

    def day(self, day: date) -> str:
        """Write a day in full, with the name of the month."""
        return _formats.long_day(day, self._locale)

    def month(self, month: Month) -> str:
        """Write the name of a month and its year.

        >>> Culture.of("de").month(Month(2026, 3))
        'März 2026'
        """
        return _formats.month_and_year(month.first_day, self._locale)

    def count(self, n: Fraction | Decimal | int, singular: str, plural: str) -> str:
        """Write a number of things; both forms are messages, the number replaces ``{n}``.

        A form without ``{n}`` follows the number.

        >>> german = Culture.of("de")
        >>> german.count(1, "device", "devices"), german.count(3, "device", "devices")
        ('1 Gerät', '3 Geräte')
        """
        value = Fraction(n)
        whole = value.denominator == 1
        one = whole and _formats.is_singular(abs(value.numerator), self._locale)
        text = self.words(singular if one else plural)
        number = self.number(value)
        return text.replace("{n}", number) if "{n}" in text else f"{number} {text}"

    def __reduce__(self) -> tuple[Any, ...]:
        parts = (self.tag, dict(self.messages), self._locale)
        return _restored, parts  # a mapping proxy cannot be pickled

    def _formats(self) -> _formats.Formats:
        return _formats.formats_of(self._locale)


def _restored(tag: str, messages: dict[str, str], locale: str) -> Culture:
    return Culture(tag, MappingProxyType(messages), locale)


def _with_digits(text: str, digits: int) -> str:
    if "/" in text or not digits:
        return text
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.ljust(digits, '0')}"


def missing_messages(messages: Iterable[str], culture: Culture) -> tuple[str, ...]:
    """List the messages that a culture's pack does not translate, sorted; English lacks none.

    >>> missing_messages(["quantity", "no such message"], Culture.of("de"))
    ('no such message',)
    """
    if culture.language == _packs.SOURCE_LANGUAGE:
        return ()
    return _packs.missing_from(messages, culture.messages)

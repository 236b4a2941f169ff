"""Babel's locales: names of days and months, plurals, and which locale inherits from which.

Nothing of Babel is imported before the first text is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from harmony_core.errors import InvalidValue

if TYPE_CHECKING:
    from babel import Locale

_HOME = {"en": "en_GB", "de": "de_DE"}  # where a bare language is at home


def locale_name(tag: str) -> str:
    """Give Babel's name for a language tag; a bare ``en`` is British, a bare ``de`` German.

    Raises:
        InvalidValue: Babel does not know it.
    """
    if not tag.replace("-", "").isalnum():
        raise InvalidValue(f"no culture {tag!r}: give a language tag like 'en-GB' or 'de-DE'")
    return str(locale_of(_HOME.get(tag.lower(), tag.replace("-", "_"))))


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


def ancestors(name: str) -> Iterator[str]:
    """Give a locale and those that it inherits from, the nearest first."""
    from babel.core import get_global

    parents = get_global("parent_exceptions")
    while name:
        yield name
        name = parents.get(name, name.rpartition("_")[0])


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

"""Public holidays of a country or a part of it, from the package ``holidays``."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import lru_cache
from importlib import import_module
from threading import Lock
from typing import Any

import attrs

from harmony_core.errors import BeyondHorizon, InvalidValue, NotFound, Word, expect, expect_each

_CODE = re.compile(r"[A-Z]{2}")
_YEARS = 5  # computed together: one alone takes nearly as long, and ten more than a question may
_EARLIEST, _LATEST = 1899, 2500  # a year around the horizon of calendars
_lock = Lock()


class HolidayRule(Word):
    """What a holiday closes."""

    CIVIL_DAY = "civil_day"
    """The date from 00:00 to 24:00 in the calendar's zone, whatever shift runs through it."""
    SHIFT_START = "shift_start"
    """The shifts that begin on the date, to their end; the night before runs on into it."""


def _words(words: str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(words, str):
        return (words,)
    return tuple(sorted(set(expect_each(words, str, "categories of public holidays"))))


@attrs.frozen(order=True)
class PublicHolidays:
    """The public holidays of ``country``, and of ``subdivision`` in it, in every year.

    Needs the extra ``sla`` as soon as a calendar is asked; the package is imported when one is
    written. Holidays of years to come are what is
    known today: :func:`holiday_data_version` says by which data, and :meth:`days` copies them into
    a calendar that shall never change.

    Args:
        country: ISO 3166-1, two letters: ``GB``.
        subdivision: as the package names it, most often ISO 3166-2 without the country: ``ENG``.
        categories: ``public`` and whatever else the country has, such as ``bank``.

    >>> england = PublicHolidays("GB", "ENG")
    >>> date(2026, 5, 25) in england.days(2026, 2026)  # the spring bank holiday
    True
    """

    country: str
    subdivision: str = ""
    categories: tuple[str, ...] = attrs.field(default=("public",), converter=_words)

    def __attrs_post_init__(self) -> None:
        if not _CODE.fullmatch(str(self.country)):
            raise InvalidValue(f"a country is two letters such as 'GB', got {self.country!r}")
        expect(self.subdivision, str, f"a part of {self.country}", "'ENG'")
        if not self.categories:
            raise InvalidValue(f"holidays of {self.country} need a category, such as 'public'")

    @classmethod
    def of(cls, place: str | PublicHolidays) -> PublicHolidays:
        """Read ``"GB"`` or ``"GB-ENG"``.

        >>> PublicHolidays.of("DE-BY").subdivision
        'BY'
        """
        if isinstance(place, PublicHolidays):
            return place
        expect(place, str, "a place with public holidays", "'GB-ENG'")
        country, _, subdivision = place.partition("-")
        return cls(country, subdivision)

    def __str__(self) -> str:
        place = f"{self.country}-{self.subdivision}" if self.subdivision else self.country
        kinds = "" if self.categories == ("public",) else f" ({', '.join(self.categories)})"
        return place + kinds

    def days(self, first_year: int, last_year: int) -> frozenset[date]:
        """Give the holidays of years, both included.

        Raises:
            NotFound: the package knows no such country, part of it or category, or is missing.
            BeyondHorizon: the years are beyond those that calendars reach.
        """
        for year in (first_year, last_year):
            expect(year, int, "year of public holidays", "2026")
            if not _EARLIEST <= year <= _LATEST:
                raise BeyondHorizon(
                    f"public holidays are asked for from {_EARLIEST} to {_LATEST}, got {year}"
                )
        found = [
            day
            for number in range(first_year // _YEARS, last_year // _YEARS + 1)
            for day in _of_years(self, number * _YEARS)
        ]
        return frozenset(day for day in found if first_year <= day.year <= last_year)


@lru_cache(maxsize=512)
def _of_years(rule: PublicHolidays, first: int) -> frozenset[date]:
    package = _package()
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # years for which feasts by the moon are not yet announced
        try:
            found = package.country_holidays(
                rule.country,
                subdiv=rule.subdivision or None,
                years=range(max(first, 1), first + _YEARS),
                categories=rule.categories,
            )
        except (NotImplementedError, ValueError) as reason:
            raise NotFound(
                f"no holidays of {rule}: {reason}; see country_holidays of the package 'holidays', "
                "or give the dates themselves"
            ) from None
    return frozenset(found)


@lru_cache(maxsize=512)
def load(country: str) -> None:
    """Import what the package knows of a country, so that the first question need not wait.

    What is wrong with it or missing is said when somebody asks.
    """
    with suppress(NotFound, NotImplementedError):
        _package().country_holidays(country)


def _package() -> Any:
    try:
        return import_module("holidays")
    except ModuleNotFoundError:
        raise NotFound(
            "public holidays of a country need the extra: pip install 'harmony-core[sla]', "
            "or give the dates themselves"
        ) from None


def holiday_data_version() -> str:
    """Give the version of the package ``holidays``, for what was computed from it."""
    return str(_package().__version__)

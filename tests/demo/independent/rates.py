"""Exchange rates of the demo."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from fractions import Fraction

from tests.demo.independent.exact import settle
from tests.demo.independent.reading import Rate

MAXIMUM_AGE_DAYS = 7
PIVOT = "EUR"

# --- R12 -----------------------------------------------------------------------------------------
# > Rates: spot, on or before with maximum age 7 days; pivot EUR; 1 base = value quote; inverse and
# > cross are exact fractions. Labour etc. at month end: the month's last day.
#
# Decision: a rate "of day d" is the rate as known on d. A corrected rate counts from its known_from
# on, so a booking made before the correction keeps the old answer whenever it is computed.
# Decision: each leg of a cross rate takes its own latest day; both must be at most 7 days old.


class RateTable:
    """Rates of one euro in every other currency, by day."""

    def __init__(self, rates: list[Rate]) -> None:
        self._by_day: dict[str, dict[date, list[tuple[date, Fraction]]]] = {}
        for rate in rates:
            if rate.base != PIVOT:
                raise ValueError(f"only rates of one {PIVOT} are expected, got {rate}")
            versions = self._by_day.setdefault(rate.quote, {}).setdefault(rate.day, [])
            versions.append((rate.known_from, rate.value))
        self._days = {quote: sorted(by_day) for quote, by_day in self._by_day.items()}
        self._found: dict[tuple[str, str, date], Fraction] = {}

    def _of_one_euro(self, quote: str, day: date) -> Fraction:
        if quote == PIVOT:
            return Fraction(1)
        days = self._days[quote]
        for index in range(bisect_right(days, day) - 1, -1, -1):
            if (day - days[index]).days > MAXIMUM_AGE_DAYS:
                break
            known = [v for v in self._by_day[quote][days[index]] if v[0] <= day]
            if known:
                return max(known, key=lambda version: version[0])[1]
        raise LookupError(f"no rate EUR/{quote} within {MAXIMUM_AGE_DAYS} days before {day}")

    def find(self, base: str, quote: str, day: date) -> Fraction:
        """Return how much of ``quote`` one ``base`` is on that day."""
        key = (base, quote, day)
        if key not in self._found:
            self._found[key] = (
                Fraction(1)
                if base == quote
                else self._of_one_euro(quote, day) / self._of_one_euro(base, day)
            )
        return self._found[key]

    def convert(self, amount: Fraction, base: str, quote: str, day: date) -> Fraction:
        """Convert and settle in ``quote``."""
        return settle(amount * self.find(base, quote, day), quote)

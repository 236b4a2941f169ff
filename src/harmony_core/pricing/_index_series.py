"""Published values of a price index, and what it changed by between two months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise

import attrs

from harmony_core.errors import InvalidValue, NotFound, expect
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, Rounding, exact
from harmony_core.periods import Interval, Month, Schedule
from harmony_core.pricing._scheme import pairs
from harmony_core.pricing._uplift import YEARLY


def _values(values: Iterable[tuple[Month, Exact]]) -> tuple[tuple[Month, Fraction], ...]:
    listed_ = pairs(values, "values of an index", "a month and its value")
    found = [(month, exact(value, "a value of an index")) for month, value in listed_]
    for month, _ in found:
        expect(month, Month, "the month of a value", 'Month.of("2026-03")')
    found.sort()
    if len({month for month, _ in found}) != len(found):
        raise InvalidValue("an index has one value for each month: leave out what was revised")
    for month, value in found:
        if value <= 0:
            raise InvalidValue(
                f"a value of an index is above zero, got {exact_text(value)} for {month}"
            )
    return tuple(found)


@attrs.frozen
class IndexSeries:
    """The values of one index on one base, by month, as they were published.

    >>> prices = IndexSeries.of({"2024-04": "118.0", "2025-04": "120.6"})
    >>> prices.change(Month(2024, 4), Month(2025, 4), Rounding.of("half_up", "0.1"))
    Fraction(11, 5)
    """

    values: tuple[tuple[Month, Fraction], ...] = attrs.field(converter=_values)

    @classmethod
    def of(cls, values: Mapping[str, Exact]) -> IndexSeries:
        """Make it from values by month, written ``2026-03``."""
        expect(values, Mapping, "values of an index", '{"2026-03": "118.0"}')
        return cls((Month.of(month), value) for month, value in values.items())

    def at(self, month: Month) -> Fraction:
        """Give the value of a month.

        Raises:
            NotFound: it is not among the values; none is taken from another month.
        """
        for known, value in self.values:
            if known == month:
                return value
        raise NotFound(f"the index has no value for {month}: add it when it is published")

    def change(self, earlier: Month, later: Month, rounding: Rounding | None = None) -> Fraction:
        """Give what it changed by, in percent; ``rounding`` needs a step, such as 0.1.

        Raises:
            NotFound: it has no value for one of the months.
        """
        percent = (self.at(later) / self.at(earlier) - 1) * 100
        return percent if rounding is None else rounding.apply(percent)

    def changes(
        self,
        since: date,
        through: date,
        *,
        months_before: int = 0,
        rounding: Rounding | None = None,
        every: Interval = YEARLY,
        first: int = 1,
    ) -> tuple[Fraction, ...]:
        """Give the changes for an uplift by index, one for each anniversary up to ``through``.

        Compared are the months so many ``months_before`` the anniversary and the one before it.

        Raises:
            NotFound: it has no value for one of the months.

        >>> prices = IndexSeries.of({"2023-04": "110", "2024-04": "118.8", "2025-04": "120"})
        >>> found = prices.changes(date(2023, 7, 1), date(2025, 7, 1), months_before=3)
        >>> [str(percent) for percent in found]
        ['8', '100/99']
        """
        anniversaries = Schedule(since, every)
        numbers = range(first - 1, anniversaries.index_at(through) + 1)
        days = [anniversaries.boundary(number) for number in numbers]
        months = [Month.containing(day) - months_before for day in days]
        pairs = pairwise(months)
        return tuple(self.change(earlier, later, rounding) for earlier, later in pairs)

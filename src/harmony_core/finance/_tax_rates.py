"""Tax rates by jurisdiction, category and day; the rates are the host's data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.explanation import exact_text
from harmony_core.finance._exact import Exact, exact


def tax_percent(value: Exact) -> Fraction:
    """Check a rate in per cent."""
    number = exact(value, "a tax rate")
    if number < 0:
        raise InvalidValue(f"a tax rate is zero or more per cent, got {exact_text(number)}")
    return number


def tax_percent_or_none(value: Exact | None) -> Fraction | None:
    """Check a rate in per cent, where there may be none at all."""
    return None if value is None else tax_percent(value)


def in_percent(share: Exact) -> Fraction:
    """Give a share of one in per cent, for rates that are written as 0.19.

    >>> in_percent("0.19")
    Fraction(19, 1)
    """
    return tax_percent(exact(share, "a share") * 100)


@attrs.frozen
class TaxRate:
    """``percent`` of tax in a jurisdiction, from ``valid_from`` until before ``valid_to``.

    Categories are those of the host, such as S, Z or AE of UN/CEFACT list 5305.
    """

    jurisdiction: str
    category: str
    percent: Fraction = attrs.field(converter=tax_percent)
    valid_from: date
    valid_to: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise InvalidValue(
                f"tax rate {self.jurisdiction} {self.category} ends on {self.valid_to}, "
                f"before it begins on {self.valid_from}"
            )


class TaxTable:
    """Tax rates by jurisdiction, category and day of the tax point.

    >>> table = TaxTable(
    ...     [
    ...         TaxRate("DE", "S", 19, date(2007, 1, 1)),
    ...         TaxRate("DE", "S", 16, date(2020, 7, 1), date(2021, 1, 1)),
    ...     ]
    ... )
    >>> [int(table.rate("DE", "S", date(year, 12, 31)).percent) for year in (2019, 2020, 2021)]
    [19, 16, 19]
    """

    __slots__ = ("_by_key",)

    def __init__(self, rates: Iterable[TaxRate] = ()) -> None:
        by_key: dict[tuple[str, str], list[TaxRate]] = {}
        for rate in sorted(set(rates), key=lambda rate: rate.valid_from, reverse=True):
            known = by_key.setdefault((rate.jurisdiction, rate.category), [])
            if known and known[-1].valid_from == rate.valid_from and known[-1] != rate:
                raise InvalidValue(
                    f"two tax rates {rate.jurisdiction} {rate.category} begin on {rate.valid_from}"
                )
            known.append(rate)
        self._by_key = {key: tuple(known) for key, known in by_key.items()}

    def __iter__(self) -> Iterator[TaxRate]:
        return (rate for key in sorted(self._by_key) for rate in reversed(self._by_key[key]))

    def rate(self, jurisdiction: str, category: str, day: date) -> TaxRate:
        """Give the rate in force on ``day``; of several the one that began last.

        Raises:
            NotFound: none is in force.
        """
        for rate in self._by_key.get((jurisdiction, category), ()):
            if rate.valid_from <= day and (rate.valid_to is None or day < rate.valid_to):
                return rate
        raise NotFound(
            f"no tax rate of category {category!r} in {jurisdiction!r} on {day}: "
            "add it to the tax table"
        )

"""Tax rates by jurisdiction, category and day, and the tax of a sale; all of it the host's data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from heapq import merge

import attrs

from harmony_core.errors import InvalidValue, NotFound, kinds_checked
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._line_tax import LineTax, NamedTax, tax_percent
from harmony_core.finance._tax_rules import (
    ABROAD,
    AT_HOME,
    EXPORT,
    FIXED_PERCENT,
    Supply,
    TaxDecision,
    TaxPoint,
    TaxRule,
    checked_rules,
)


def in_percent(share: Exact) -> Fraction:
    """Give a share of one in per cent, for rates that are written as 0.19.

    >>> in_percent("0.19")
    Fraction(19, 1)
    """
    return tax_percent(exact(share, "a share") * 100)


@attrs.frozen(field_transformer=kinds_checked)
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
    """Tax rates by jurisdiction, category and day of the tax point, and the rules of sales.

    ``points`` says by jurisdiction of the seller which day the tax point is; the default is the day
    of the document.

    >>> table = TaxTable(
    ...     [
    ...         TaxRate("DE", "S", 19, date(2007, 1, 1)),
    ...         TaxRate("DE", "S", 16, date(2020, 7, 1), date(2021, 1, 1)),
    ...     ]
    ... )
    >>> [int(table.rate("DE", "S", date(year, 12, 31)).percent) for year in (2019, 2020, 2021)]
    [19, 16, 19]
    """

    __slots__ = ("_by_key", "_points", "_rules", "_rules_of")

    def __init__(
        self,
        rates: Iterable[TaxRate] = (),
        rules: Iterable[TaxRule] = (),
        points: Mapping[str, TaxPoint] | None = None,
    ) -> None:
        self._rules = checked_rules(rules)
        self._rules_of: dict[tuple[str, str | None, str | None], list[int]] = {}
        for number, rule in enumerate(self._rules):
            for sale in dict.fromkeys(rule.sales):
                self._rules_of.setdefault(sale, []).append(number)
        self._points = {place: TaxPoint(point) for place, point in (points or {}).items()}
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

    def tax_point(self, jurisdiction: str, document: date, first_day: date, last_day: date) -> date:
        """Give the day whose rates and rules a charge bears that a seller puts on a document."""
        point = self._points.get(jurisdiction, TaxPoint.INVOICE)
        return point.day(document, first_day, last_day)

    def decide(self, supply: Supply) -> TaxDecision:
        """Find the taxes of a sale: by the first rule that fits, else as one at home or abroad.

        Raises:
            NotFound: the category is taxed, and has no rate on that day, or another tax of the
                rule has none.

        >>> table = TaxTable(
        ...     [TaxRate("DE", "S", 19, date(2007, 1, 1))],
        ...     [
        ...         TaxRule(
        ...             "eu-b2b",
        ...             "DE",
        ...             "AE",
        ...             "Reverse charge",
        ...             "VATEX-EU-AE",
        ...             buyers=("FR", "IT"),
        ...             registered=True,
        ...             valid_from=date(2010, 1, 1),
        ...         )
        ...     ],
        ... )
        >>> sold = Supply("DE", "FR", "S", date(2026, 3, 31), registered=True)
        >>> table.decide(sold).category, table.decide(attrs.evolve(sold, buyer="DE")).percent
        ('AE', Fraction(19, 1))
        """
        day = supply.tax_point
        for rule in self._asked(supply):
            if rule.fits(supply):
                place = rule.place(supply)
                return TaxDecision(
                    rule.category,
                    self._percent(place, rule.category, day),
                    rule.reason,
                    rule.reason_code,
                    rule.id,
                    day,
                    place,
                    tuple(self._of_day(tax, day, rule.reason) for tax in rule.further),
                    tuple(self._of_day(tax, day, rule.reason) for tax in rule.withheld),
                )
        at_home = supply.at_home
        rate = self.rate(supply.seller, supply.code if at_home else EXPORT, day)
        reason, rule_id = (_HOME_REASON, AT_HOME) if at_home else (_EXPORT_REASON, ABROAD)
        return TaxDecision(rate.category, rate.percent, reason, "", rule_id, day, rate.jurisdiction)

    def _asked(self, supply: Supply) -> Iterator[TaxRule]:
        """The rules that name what is sold or the buyer, or leave it open, the first to ask first.

        There may be one for every county: none of the others is looked at.
        """
        named = (
            self._rules_of.get((supply.seller, code, buyer), ())
            for code in (supply.code, None)
            for buyer in (supply.buyer, None)
        )
        return (self._rules[number] for number in merge(*named))

    def _of_day(self, tax: NamedTax, day: date, otherwise: str) -> LineTax:
        percent = self.rate(tax.jurisdiction, tax.code, day).percent
        return LineTax(tax.code, percent, tax.jurisdiction, tax.on, tax.reason or otherwise)

    def _percent(self, place: str, category: str, day: date) -> Fraction | None:
        if category in FIXED_PERCENT:
            return FIXED_PERCENT[category]
        return self.rate(place, category, day).percent


_HOME_REASON, _EXPORT_REASON = "sale within the country", "sale to another country"

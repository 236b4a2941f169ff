"""How incidents are paid from a fund of money, at a price by their type and without a timesheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from harmony_core.errors import InvalidValue, Word
from harmony_core.finance import Money


class Shortfall(Word):
    """What happens when the fund holds less than an incident costs."""

    SPLIT = "split"
    """the fund pays what it has, the rest is billed"""
    WHOLE = "whole"
    """the fund pays nothing, the incident is billed at its price beyond the fund"""


class ChargeDay(Word):
    """On which day of its life an incident is charged."""

    OPENED = "opened"
    RESOLVED = "resolved"
    CLOSED = "closed"
    """when it is completed; the default"""


def _shortfall(value: Shortfall) -> Shortfall:
    return Shortfall(value)


def _charge_day(value: ChargeDay) -> ChargeDay:
    return ChargeDay(value)


def _list(
    prices: Mapping[str, Money] | Iterable[tuple[str, Money]],
) -> tuple[tuple[str, Money], ...]:
    return tuple(prices.items() if isinstance(prices, Mapping) else prices)


@attrs.frozen
class IncidentTerms:
    """What an incident costs, and who pays it.

    Args:
        prices: by type of incident, all of one currency, that of the fund.
        shortfall: what happens when the fund does not hold enough.
        overage_prices: by type, for incidents billed whole; a type that is not here costs what
            ``prices`` says.
        free_per_month: so many incidents of a calendar month cost nothing, the first by charge day.
        charge_day: which day of the incident counts.
        charges_reopened: charge an incident that reopens another one; else it is free, and is none
            of the free ones of the month.

    Raises:
        InvalidValue: no prices, two currencies, a type twice, or a number below zero.
    """

    prices: tuple[tuple[str, Money], ...] = attrs.field(converter=_list)
    shortfall: Shortfall = attrs.field(default=Shortfall.SPLIT, converter=_shortfall)
    overage_prices: tuple[tuple[str, Money], ...] = attrs.field(default=(), converter=_list)
    free_per_month: int = 0
    charge_day: ChargeDay = attrs.field(default=ChargeDay.CLOSED, converter=_charge_day)
    charges_reopened: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.prices:
            raise InvalidValue("incidents are priced by their type: name at least one")
        both = (*self.prices, *self.overage_prices)
        if len(found := sorted({price.currency for _, price in both})) > 1:
            raise InvalidValue(f"one list of incidents, one currency: found {', '.join(found)}")
        for prices in (self.prices, self.overage_prices):
            if len(dict(prices)) < len(prices):
                raise InvalidValue("a type of incident is priced twice in one list: keep one price")
        if any(price.minor < 0 for _, price in both) or self.free_per_month < 0:
            raise InvalidValue("the price of an incident and the free ones are zero or more")

    @property
    def currency(self) -> str:
        """The currency of every price."""
        return self.prices[0][1].currency

    def price_of(self, kind: str) -> Money | None:
        """What an incident of this type takes from the fund; ``None`` where nobody said."""
        return dict(self.prices).get(kind)

    def overage_price_of(self, kind: str) -> Money | None:
        """What it costs when it is billed whole."""
        return dict(self.overage_prices).get(kind, self.price_of(kind))

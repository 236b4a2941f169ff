"""Where one more unit makes all of them cheaper: the cliffs of a table that is looked up."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

import attrs

from harmony_core.finance import ExactAmount
from harmony_core.pricing._banded import LookUp
from harmony_core.pricing._bands import Band, BandTable


@attrs.frozen
class Cliff:
    """Exactly ``at`` units cost ``amount_at``, and the least bit more only ``amount_above``.

    ``made_up_at`` is the quantity at which the price is ``amount_at`` or more again for the first
    time; where the price leaps over that amount at a limit, it is that limit, and the least bit
    above it costs as much. ``made_up_by`` is the first whole number of units that costs as much.
    ``None``: no quantity ever does.
    """

    at: Fraction
    amount_at: ExactAmount
    amount_above: ExactAmount
    made_up_at: Fraction | None = None
    made_up_by: int | None = None

    @property
    def drop(self) -> ExactAmount:
        """How much the price falls."""
        return self.amount_at - self.amount_above


def cliffs(prices: BandTable | LookUp) -> tuple[Cliff, ...]:
    """Give the band limits at which a look-up price falls, from the lowest on.

    A :class:`LookUp` that is never dearer than the next band has none. Under :class:`FillUp` there
    are none, unless a flat fee or a price is below zero.

    >>> table = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
    >>> [(int(cliff.at), str(cliff.drop), str(cliff.made_up_at)) for cliff in cliffs(table)]
    [(10, '20 EUR', '12'), (50, '100 EUR', '125/2')]
    >>> [cliff.made_up_by for cliff in cliffs(table)]
    [12, 63]
    >>> cliffs(LookUp(table, never_dearer_than_next_band=True))
    ()
    """
    if isinstance(prices, LookUp):
        return () if prices.never_dearer_than_next_band else cliffs(prices.table)
    table, found = prices, []
    for number, (band, next_band) in enumerate(pairwise(table.bands), 1):
        if band.up_to is None:
            continue  # only the last has no limit: kept for the type of the limit
        cost, then = band.amount(band.up_to), next_band.amount(band.up_to)
        if then < cost:
            at, above = (ExactAmount(value, table.currency) for value in (cost, then))
            ends = _made_up_at(table, number + 1, cost), _made_up_by(table, number + 1, cost)
            found.append(Cliff(band.up_to, at, above, *ends))
    return tuple(found)


def _made_up_at(table: BandTable, number: int, amount: Fraction) -> Fraction | None:
    """Give the least quantity, from band ``number`` on, that costs ``amount`` or leaps over it."""
    for place, band in enumerate(table.bands[number - 1 :], number):
        low, least = table.lower_limit(place), _least_units(band, amount)
        if least is not None and (band.up_to is None or least <= band.up_to):
            return max(low, least)
        if band.amount(low) >= amount:
            return low  # and the more units there are, the less they cost
    return None


def _made_up_by(table: BandTable, number: int, amount: Fraction) -> int | None:
    """Give the least whole number of units, from band ``number`` on, that costs ``amount``."""
    for place, band in enumerate(table.bands[number - 1 :], number):
        first = floor(table.lower_limit(place)) + 1
        least = _least_units(band, amount)
        whole = first if least is None else max(first, ceil(least))
        if (band.up_to is None or whole <= band.up_to) and band.amount(Fraction(whole)) >= amount:
            return whole
    return None


def _least_units(band: Band, amount: Fraction) -> Fraction | None:
    """Give from how many units on a band charges ``amount``, wherever it begins and ends."""
    price, fee = band.unit_price.value, Fraction(0)
    if band.flat_fee is not None:
        fee = band.flat_fee.value
    if price <= 0 or (band.cap is not None and band.cap.value < amount):
        return None
    return (amount - fee) / price

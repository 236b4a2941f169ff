"""Where one more unit makes all of them cheaper: the cliffs of a table that is looked up."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount
from harmony_core.pricing._banded import FillUp, LookUp
from harmony_core.pricing._bands import Band, BandTable
from harmony_core.pricing._blocks import BeyondBlocks, BlockBand, LookUpBlocks


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


def cliffs(prices: BandTable | LookUp | LookUpBlocks | FillUp) -> tuple[Cliff, ...]:
    """Give the band limits at which a look-up price falls, from the lowest on.

    A :class:`LookUp` that is never dearer than the next band has none, nor has a :class:`FillUp`
    whose prices and flat fees are all zero or more. Of blocks the first above a limit counts in
    full.

    Raises:
        InvalidValue: another scheme, or a :class:`FillUp` with a price or flat fee below zero.

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
    if isinstance(prices, LookUpBlocks):
        return tuple(_cliffs_of_blocks(prices))
    if isinstance(prices, FillUp):
        return _none_when_filled(prices.table)
    if not isinstance(prices, BandTable):
        raise InvalidValue(
            f"cliffs are those of prices that are looked up, and {type(prices).__name__} is not "
            "looked up: give a BandTable, a LookUp or a LookUpBlocks, or the one inside it"
        )
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


def _none_when_filled(table: BandTable) -> tuple[Cliff, ...]:
    amounts = (amount for band in table.bands for amount in (band.unit_price, band.flat_fee))
    if any(amount is not None and amount.value < 0 for amount in amounts):
        raise InvalidValue(
            "bands that are filled up have no cliffs, but a price or a flat fee below zero makes "
            "them fall: price the quantities around their limits to see by how much"
        )
    return ()


def _cliffs_of_blocks(blocks: LookUpBlocks) -> Iterator[Cliff]:
    """Give the cliffs of blocks; where nothing is charged beyond the last, its end is one."""
    spans = _spans(blocks)
    for number, (_, high, band) in enumerate(spans):
        if high is None:
            return
        cost, then = band.begun(high) * band.block_price.value, Fraction(0)
        if number + 1 < len(spans):
            following = spans[number + 1][2]
            then = (high // following.block_size + 1) * following.block_price.value
        elif blocks.beyond is not BeyondBlocks.CHARGE_NOTHING:
            return  # nothing has a price beyond it
        if then < cost:
            at, above = (ExactAmount(value, blocks.currency) for value in (cost, then))
            yield Cliff(high, at, above, *_blocks_made_up(spans[number + 1 :], cost))


def _spans(blocks: LookUpBlocks) -> list[tuple[Fraction, Fraction | None, BlockBand]]:
    """Give each band with the quantities above which and up to which it is reached."""
    found: list[tuple[Fraction, Fraction | None, BlockBand]] = []
    low = Fraction(0)
    for number, band in enumerate(blocks.bands, 1):
        goes_on = number == len(blocks.bands) and blocks.beyond is BeyondBlocks.LAST_BAND
        if band.blocks is None or goes_on:
            return [*found, (low, None, band)]
        high = low + band.blocks * band.block_size
        found.append((low, high, band))
        low = high
    return found


def _blocks_made_up(
    spans: list[tuple[Fraction, Fraction | None, BlockBand]], amount: Fraction
) -> tuple[Fraction | None, int | None]:
    """Give above which quantity as much is charged again, and the first whole one that costs it."""
    made_up_at: Fraction | None = None
    for low, high, band in spans:
        if band.block_price.value <= 0:
            continue
        blocks = ceil(amount / band.block_price.value)
        above = max(low, (blocks - 1) * band.block_size)
        if high is not None and above >= high:
            continue
        if made_up_at is None:
            made_up_at = above
        whole = floor(above) + 1
        if high is None or whole <= high:
            return made_up_at, whole
    return made_up_at, None


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

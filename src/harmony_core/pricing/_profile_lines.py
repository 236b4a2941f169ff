"""The lines of a charge: what is rounded alone, where a system rounds before it adds."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from harmony_core.finance import Exact, ExactAmount
from harmony_core.pricing._banded import FillUp, LookUp
from harmony_core.pricing._bands import Band
from harmony_core.pricing._profile_policies import FirstFlatFee
from harmony_core.pricing._rerating import Billed, increment
from harmony_core.pricing._scheme import PricePoint, Scheme, ZeroQuantity, units

_NONE = Fraction(0)


def lines(
    scheme: Scheme,
    quantity: Exact,
    billed: Billed,
    point: PricePoint,
    first_flat_fee: FirstFlatFee = FirstFlatFee.WITH_FIRST_UNITS,
) -> list[ExactAmount]:
    """Give the amounts that together are the price of ``quantity`` more units after ``billed``.

    Schemes of bands have a line for the units and one for the flat fee of every band; limits,
    discounts and all other schemes are one line.
    """
    if billed.amount is not None or not isinstance(scheme, FillUp | LookUp):
        return [increment(scheme, quantity, billed, point)]
    fee_without_units = scheme.zero_quantity is ZeroQuantity.FIRST_BAND_FLAT_FEE
    billed_before = not point.first_line_of_period and fee_without_units
    if isinstance(scheme, LookUp) and (
        billed.quantity or billed_before or scheme.never_dearer_than_next_band
    ):
        return [increment(scheme, quantity, billed, point)]
    start, more, table = billed.quantity, units(quantity), scheme.table
    on_first_line = first_flat_fee is FirstFlatFee.ON_FIRST_LINE or fee_without_units
    later = on_first_line and not point.first_line_of_period
    if not start + more:
        charged = fee_without_units and not later
        amounts = _line(table.bands[0], _NONE, flat_fee=charged) if charged else iter(())
    elif isinstance(scheme, LookUp):
        band = table.bands[table.band_number(more) - 1]
        amounts = _line(band, more, flat_fee=True)
    else:
        amounts = _filled(scheme, start, start + more, later=later)
    return [ExactAmount(amount, scheme.currency) for amount in amounts]


def _line(band: Band, count: Fraction, *, flat_fee: bool) -> Iterator[Fraction]:
    if band.cap is not None:
        yield band.amount(count)
        return
    yield count * band.unit_price.value
    if flat_fee and band.flat_fee is not None:
        yield band.flat_fee.value


def _filled(scheme: FillUp, start: Fraction, end: Fraction, *, later: bool) -> Iterator[Fraction]:
    low = _NONE
    for band in scheme.table.bands:
        high = end if band.up_to is None else min(end, band.up_to)
        before = max(start - low, _NONE)  # units of the band that earlier lines billed
        if high - low > before:
            if band.cap is not None and before:
                yield band.amount(high - low) - band.amount(before)
            else:
                entered = not before and not (later and not low)
                yield from _line(band, high - low - before, flat_fee=entered)
        if band.up_to is None or band.up_to >= end:
            return
        low = band.up_to

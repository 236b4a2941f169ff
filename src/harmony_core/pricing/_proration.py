"""Parts of a period: prorated quantities and amounts, and what bands make of them.

A quantity that holds for a part of the period counts for that part. Which band it lies in, the
full quantity says; flat fees are not prorated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, Word
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.pricing._banded import FillUp, refuse_no_table, refuse_prices_below_zero
from harmony_core.pricing._bands import Band, BandTable
from harmony_core.pricing._scheme import ZeroQuantity, amount_of, pairs, units

UNITS_AND_DAYS = "units and the days left for them"


class BandChosenBy(Word):
    """Which quantity says what band a prorated one is priced in."""

    FULL_UNITS = "full_units"
    PRORATED_UNITS = "prorated_units"


def part_of_period(days: Exact, period_days: Exact) -> Fraction:
    """Give the part of a period that so many of its days are.

    Raises:
        InvalidValue: the period has no days, or the part has more of them.

    >>> part_of_period(7, 29)
    Fraction(7, 29)
    """
    whole, part = exact(period_days, "days of a period"), exact(days, "days of a part")
    if whole <= 0:
        raise InvalidValue(f"a period has days, got {exact_text(whole)} of them")
    if not 0 <= part <= whole:
        raise InvalidValue(
            f"a part of a period of {exact_text(whole)} days cannot have {exact_text(part)} days"
        )
    return part / whole


def prorated_quantity(
    period_days: Exact, added: Iterable[tuple[Exact, Exact]], persisted: Exact = 0
) -> Fraction:
    """Give the quantity that units persisting from before and units added come to.

    ``added`` are pairs of units (below zero: taken away) and the days of the period that are left
    for them, the day of the change included.

    >>> prorated_quantity(31, [("4.5", 1)], persisted=2)
    Fraction(133, 62)
    """
    total = exact(persisted, "persisting units")
    for count, days in pairs(added, "units added", UNITS_AND_DAYS):
        total += exact(count, "added units") * part_of_period(days, period_days)
    return total


def prorated_amount(amount: ExactAmount, days: Exact, period_days: Exact) -> ExactAmount:
    """Give the part of an amount that so many days of the period carry, exactly.

    >>> prorated_amount(ExactAmount.of("200", "EUR"), 29, 30).settle()
    Money.of('193.33', 'EUR')
    """
    return amount_of(amount, "what is prorated") * part_of_period(days, period_days)


def with_percent(amount: ExactAmount, percent: Exact) -> ExactAmount:
    """Give an amount with so many percent on top (tax, surcharge), exactly.

    >>> with_percent(ExactAmount.of("200", "EUR") * "29/30", 25).settle()
    Money.of('241.67', 'EUR')
    """
    return amount_of(amount, "what a percentage is put on") * (
        1 + exact(percent, "a percentage") / 100
    )


def fill_up_prorated(
    table: BandTable,
    changes: Iterable[tuple[Exact, Exact]],
    zero_quantity: ZeroQuantity = ZeroQuantity.CHARGE_NOTHING,
) -> ExactAmount:
    """Price changes of quantity in their order, each in the bands it fills, for its part of time.

    ``changes`` are pairs of the units added (below zero: taken away) and of what they come to when
    prorated: 4 units for half of the period are ``(4, 2)``. Units taken away are credited in the
    bands they leave. Each band that was ever entered charges its flat fee once, unprorated. What
    comes to nothing was never there and fills no band. Units that end below zero, as well as
    credits above the charges, charge nothing for units.

    Raises:
        InvalidValue: a change and its prorated part point in different directions, or a band has
            a cap, of which no part of time is known.

    >>> seats = BandTable.of("EUR", [(5, "10", "100"), (None, "5", "50")])
    >>> fill_up_prorated(seats, [(4, "2"), (2, "1")])
    ExactAmount.of('177.5', 'EUR')
    """
    walked, level, peak = changes_in_bands(table, changes)
    if level < 0:
        return ExactAmount.of(0, table.currency)
    if walked is None:
        return FillUp(table, zero_quantity).price(0)
    amount = Fraction(0)
    for change in walked:
        prices = (count * table.bands[band - 1].unit_price.value for band, count in change.in_bands)
        amount += sum(prices, Fraction(0)) * change.prorated / change.units
    return ExactAmount(max(amount, Fraction(0)) + _flat_fees(table, peak), table.currency)


@attrs.frozen
class ChangeInBands:
    """A change of units with its prorated part, and the units that it moves in each band."""

    units: Fraction
    prorated: Fraction
    in_bands: tuple[tuple[int, Fraction], ...]


def changes_in_bands(
    table: BandTable, changes: Iterable[tuple[Exact, Exact]]
) -> tuple[list[ChangeInBands] | None, Fraction, Fraction]:
    """Give the changes that move units, and the last and the highest level; ``None`` for none."""
    refuse_no_table(table)
    if any(band.cap is not None for band in table.bands):
        raise InvalidValue("a band with a cap has no prorated price: leave the cap out")
    level = peak = Fraction(0)
    walked: list[ChangeInBands] | None = None
    for change, part in pairs(changes, "changes of units", "units and their prorated part"):
        step, prorated = exact(change, "a change of units"), exact(part, "its prorated part")
        if step * prorated < 0 or (not step and prorated):
            raise InvalidValue(
                f"a change of {exact_text(step)} units cannot come to {exact_text(prorated)}: "
                "both are added, or both taken away"
            )
        walked = walked or []
        if not prorated and (step > 0 or level + step < 0):
            continue
        if step:
            in_bands = tuple(_between(table, level, level + step))
            walked.append(ChangeInBands(step, prorated, in_bands))
        level += step
        peak = max(peak, level)
    return walked, level, peak


def _between(table: BandTable, start: Fraction, end: Fraction) -> Iterator[tuple[int, Fraction]]:
    """Give the units of each band between two levels, below zero when it goes down.

    The first band reaches down without end.
    """
    low, high = min(start, end), max(start, end)
    for number, band in enumerate(table.bands, 1):
        bottom = low if number == 1 else max(low, table.lower_limit(number))
        top = high if band.up_to is None else min(high, band.up_to)
        if top > bottom:
            yield number, top - bottom if end > start else bottom - top


def _flat_fees(table: BandTable, peak: Fraction) -> Fraction:
    entered = table.bands[: table.band_number(peak)]
    return sum((_flat_fee(band) for band in entered), Fraction(0))


def _flat_fee(band: Band) -> Fraction:
    return Fraction(0) if band.flat_fee is None else band.flat_fee.value


def look_up_prorated(
    table: BandTable,
    full_units: Exact,
    prorated_units: Exact,
    chosen_by: BandChosenBy = BandChosenBy.FULL_UNITS,
    zero_quantity: ZeroQuantity = ZeroQuantity.CHARGE_NOTHING,
    *,
    never_dearer_than_next_band: bool = False,
) -> ExactAmount:
    """Price prorated units at the band that the full ones reach; its flat fee is not prorated.

    With ``never_dearer_than_next_band`` they cost no more than the units at which a higher band
    begins would cost for the same part of the period, with that band's flat fee.

    Raises:
        InvalidBands: that option with a unit price below zero.
        InvalidValue: that option with prorated units of no full ones, so of no part of time.

    >>> seats = BandTable.of("EUR", [(100, "2", "10"), (None, "1", "50")])
    >>> look_up_prorated(seats, 300, "198.6")
    ExactAmount.of('248.6', 'EUR')
    >>> (
    ...     look_up_prorated(seats, 100, 50),
    ...     look_up_prorated(seats, 100, 50, never_dearer_than_next_band=True),
    ... )
    (ExactAmount.of('110', 'EUR'), ExactAmount.of('100', 'EUR'))
    """
    refuse_no_table(table)
    full, prorated = units(full_units), units(prorated_units)
    if not prorated and ZeroQuantity(zero_quantity) is ZeroQuantity.CHARGE_NOTHING:
        return ExactAmount.of(0, table.currency)
    readings = prorated_readings(
        table, full, prorated, chosen_by, never_dearer_than_next_band=never_dearer_than_next_band
    )
    amount = min(table.bands[number - 1].amount(count) for number, count in readings)
    return ExactAmount(amount, table.currency)


def prorated_readings(
    table: BandTable,
    full: Fraction,
    prorated: Fraction,
    chosen_by: BandChosenBy,
    *,
    never_dearer_than_next_band: bool,
) -> list[tuple[int, Fraction]]:
    """Give the numbers of the bands that may price prorated units, each with the units in it.

    The first is the band that was chosen; the higher ones follow where they count.
    """
    by_full = BandChosenBy(chosen_by) is BandChosenBy.FULL_UNITS
    number = table.band_number(full if by_full else prorated)
    readings = [(number, prorated)]
    if never_dearer_than_next_band:
        refuse_prices_below_zero(table)
        part = _part_of_time(full, prorated) if by_full else Fraction(1)
        readings += (
            (higher, table.lower_limit(higher) * part)
            for higher in range(number + 1, len(table.bands) + 1)
        )
    return readings


def _part_of_time(full: Fraction, prorated: Fraction) -> Fraction:
    if not full and prorated:
        raise InvalidValue(
            f"{exact_text(prorated)} prorated units of no full ones: say how many units there were"
        )
    return prorated / full if full else Fraction(1)

"""Bands of quantity with a price each, and the table that is sure to price every quantity.

Band limits are upper limits and inclusive: exactly 10 units lie in the band up to 10, and 10.001
units reach the next one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm

import attrs

from harmony_core.errors import InvalidBands, expect_each
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.pricing._repricing import Change, changed
from harmony_core.pricing._scheme import amount_of, listed

_ROWS = "rows of a band table"


def _limit(value: Exact | None) -> Fraction | None:
    return None if value is None else exact(value, "a band limit")


@attrs.frozen
class Band:
    """``unit_price`` for units up to and including ``up_to``; ``None`` has no upper end.

    ``flat_fee`` is charged once when the band is entered; ``cap`` is the most that the band
    charges, its flat fee included.
    """

    up_to: Fraction | None = attrs.field(converter=_limit)
    unit_price: ExactAmount
    flat_fee: ExactAmount | None = None
    cap: ExactAmount | None = None

    def __attrs_post_init__(self) -> None:
        amount_of(self.unit_price, "a unit price")
        for amount, what in ((self.flat_fee, "a flat fee"), (self.cap, "the cap of a band")):
            if amount is not None:
                amount_of(amount, what)

    @classmethod
    def of(
        cls,
        up_to: Exact | None,
        unit_price: Exact,
        currency: str,
        *,
        flat_fee: Exact | None = None,
        cap: Exact | None = None,
    ) -> Band:
        """Make a band from plain numbers in one currency."""
        return cls(
            _limit(up_to),
            ExactAmount.of(unit_price, currency),
            None if flat_fee is None else ExactAmount.of(flat_fee, currency),
            None if cap is None else ExactAmount.of(cap, currency),
        )

    def repriced(self, change: Change) -> Band:
        """Give the band with ``change`` made to its price, its flat fee and its cap."""
        return attrs.evolve(
            self,
            unit_price=change(self.unit_price),
            flat_fee=changed(self.flat_fee, change),
            cap=changed(self.cap, change),
        )

    def amount(self, units: Fraction) -> Fraction:
        """Give what ``units`` above zero in this band cost, without the bands below it."""
        amount = units * self.unit_price.value
        if self.flat_fee is not None:
            amount += self.flat_fee.value
        return amount if self.cap is None else min(amount, self.cap.value)


def _as_tuple(bands: Iterable[Band]) -> tuple[Band, ...]:
    return expect_each(bands, Band, "bands of a table")


@attrs.frozen
class BandTable:
    """Bands with rising limits and one currency; the last is open, so every quantity has a price.

    >>> seats = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
    >>> seats.band_number(Fraction(10)), seats.band_number(Fraction("10.001"))
    (1, 2)
    """

    bands: tuple[Band, ...] = attrs.field(converter=_as_tuple)
    _kernel: _Kernel = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        _refuse_what_cannot_be(self.bands)
        object.__setattr__(self, "_kernel", _Kernel(self.bands))

    @classmethod
    def of(cls, currency: str, rows: Iterable[Sequence[Exact | None]]) -> BandTable:
        """Make a table from rows of ``(up_to, unit_price)`` or ``(up_to, unit_price, flat_fee)``.

        Raises:
            InvalidBands: the rows do not make a table; the message says which rule they break.
        """
        return cls(tuple(_band(_row(row, "up_to"), currency) for row in listed(rows, _ROWS)))

    @classmethod
    def of_ranges(cls, currency: str, rows: Iterable[Sequence[Exact | None]]) -> BandTable:
        """Make a table from rows that also say above which quantity each band begins.

        A row is ``(above, up_to, unit_price)`` or ``(above, up_to, unit_price, flat_fee)``.

        Raises:
            InvalidBands: there is a gap or an overlap between two bands or below the first, or
                the rows break another rule of a table.

        >>> BandTable.of_ranges("EUR", [(0, 10, "12"), (12, None, "8")])
        Traceback (most recent call last):
            ...
        harmony_core.errors.InvalidBands: no band covers the quantities above 10 and up to 12: ...
        """
        ranges = [range_row(row) for row in listed(rows, _ROWS)]
        reached: Fraction | None = Fraction(0)
        for above, up_to, *_ in ranges:
            if above is None:
                raise InvalidBands("a band of a range needs to say above which quantity it begins")
            _refuse_gap_or_overlap(reached, exact(above, "a band's beginning"))
            reached = None if up_to is None else exact(up_to, "a band limit")
        return cls(tuple(_band(row[1:], currency) for row in ranges))

    @property
    def currency(self) -> str:
        """The one currency of all its prices."""
        return self._kernel.currency

    def repriced(self, change: Change) -> BandTable:
        """Give the table with ``change`` made to the amounts of every band."""
        return BandTable(band.repriced(change) for band in self.bands)

    def band_number(self, quantity: Fraction) -> int:
        """Give the number, from 1, of the band in which ``quantity`` lies."""
        return self._kernel.index(quantity.numerator, quantity.denominator) + 1

    def lower_limit(self, number: int) -> Fraction:
        """Give the quantity above which band ``number`` begins; zero for the first."""
        limit = self.bands[number - 2].up_to if number > 1 else None
        return limit or Fraction(0)

    def filled(self, numerator: int, denominator: int) -> tuple[int, int]:
        """Give the amount when each band is filled in turn, as two whole numbers, not reduced.

        So is the quantity given, which is above zero.
        """
        return self._kernel.filled(numerator, denominator)

    def looked_up(self, numerator: int, denominator: int) -> tuple[int, int]:
        """Give the amount when all units cost what the band reached says, in the same manner."""
        return self._kernel.looked_up(numerator, denominator)

    def never_dearer(self, numerator: int, denominator: int) -> tuple[int, int]:
        """Give :meth:`looked_up`, but no more than a higher band would cost at least."""
        return self._kernel.never_dearer(numerator, denominator)

    def cheapest_above(self, number: int) -> int | None:
        """Give the number of the band above band ``number`` that may cost least; the lowest such.

        What a band may cost least is what its price and flat fee make of its lower limit: the
        least bit more is in it. There is none above the last.
        """
        found = self._kernel.cheapest_above[number - 1]
        return None if found is None else found[0]


def range_row(row: Sequence[Exact | None]) -> tuple[Exact | None, ...]:
    """Read a row that also says above which quantity its band begins.

    Raises:
        InvalidBands: it has too few cells, or too many.
    """
    return _row(row, "above, up_to")


def _row(row: Sequence[Exact | None], limits: str) -> tuple[Exact | None, ...]:
    cells, fewest = tuple(listed(row, "each row of a band table")), limits.count(",") + 2
    if not fewest <= len(cells) <= fewest + 1:
        raise InvalidBands(
            f"a row of a band table is ({limits}, price), and the flat fee where there is one: got "
            f"{len(cells)} cells in {cells!r}"
        )
    return cells


def _band(row: tuple[Exact | None, ...], currency: str) -> Band:
    up_to, unit_price, flat_fee = row if len(row) == 3 else (*row, None)
    if unit_price is None:
        raise InvalidBands("every band needs a unit price; for none give '0'")
    return Band.of(up_to, unit_price, currency, flat_fee=flat_fee)


def _refuse_gap_or_overlap(reached: Fraction | None, above: Fraction) -> None:
    if reached is None:
        raise InvalidBands(
            f"bands overlap: one is open, yet another begins above {exact_text(above)}; "
            "only the last may be open"
        )
    if above > reached:
        raise InvalidBands(
            f"no band covers the quantities above {exact_text(reached)} and up to "
            f"{exact_text(above)}: close the gap"
        )
    if above < reached:
        raise InvalidBands(
            f"bands overlap: the quantities above {exact_text(above)} and up to "
            f"{exact_text(reached)} lie in two of them"
        )


def _refuse_what_cannot_be(bands: tuple[Band, ...]) -> None:
    if not bands:
        raise InvalidBands("a band table needs a band: give at least one, with up_to=None")
    for number, band in enumerate(bands[:-1], 1):
        if band.up_to is None:
            raise InvalidBands(
                f"band {number} of {len(bands)} is open, so the next one overlaps it: "
                "only the last band has up_to=None"
            )
    if (last := bands[-1].up_to) is not None:
        raise InvalidBands(
            f"the last band must be open, but it ends at {exact_text(last)}: give it up_to=None"
        )
    limits = [band.up_to for band in bands if band.up_to is not None]
    if limits and limits[0] <= 0:
        raise InvalidBands(
            f"the first band must end above zero, but it ends at {exact_text(limits[0])}"
        )
    for lower, upper in pairwise(limits):
        if upper <= lower:
            raise InvalidBands(
                f"band limits must rise, but {exact_text(upper)} follows {exact_text(lower)}: "
                "the two bands overlap"
            )
    amounts = [a for band in bands for a in (band.unit_price, band.flat_fee, band.cap) if a]
    found = sorted({bands[0].unit_price.currency, *(amount.currency for amount in amounts)})
    if len(found) > 1:
        raise InvalidBands(f"one table, one currency: found {', '.join(found)}")


class _Kernel:
    """The table as whole numbers, so that a price costs one bisection.

    Limits are multiplied by their common denominator, amounts by theirs. Band by band, a filled
    quantity costs ``offset + quantity * price``: the offset holds what the bands below cost, the
    flat fee, and the units that were paid below. Amounts are pairs of whole numbers, not reduced.
    """

    __slots__ = (
        "bands",
        "below",
        "cheapest_above",
        "currency",
        "flats",
        "limit_scale",
        "limits",
        "offsets",
        "prices",
        "scale",
    )

    def __init__(self, bands: tuple[Band, ...]) -> None:
        self.bands = bands
        self.currency = bands[0].unit_price.currency
        limits = [band.up_to for band in bands if band.up_to is not None]
        prices = [band.unit_price.value for band in bands]
        flats = [Fraction(0) if band.flat_fee is None else band.flat_fee.value for band in bands]
        lows = [Fraction(0), *limits]
        below = [Fraction(0)]  # what all bands before this one cost when they are full
        for band, low, limit in zip(bands, lows, limits, strict=False):
            below.append(below[-1] + band.amount(limit - low))
        offsets = [
            under + flat - low * price
            for under, flat, low, price in zip(below, flats, lows, prices, strict=True)
        ]
        self.below = below
        self.cheapest_above = _cheapest_above(bands, lows)
        self.limit_scale = lcm(*(limit.denominator for limit in limits))
        self.limits = [int(limit * self.limit_scale) for limit in limits]
        self.scale = lcm(*(amount.denominator for amount in (*prices, *flats, *offsets)))
        self.prices = [int(price * self.scale) for price in prices]
        self.flats = [int(flat * self.scale) for flat in flats]
        self.offsets = [int(offset * self.scale) for offset in offsets]

    def index(self, numerator: int, denominator: int) -> int:
        # The limit is whole, so a quantity is not above it just when its ceiling is not.
        return bisect_left(self.limits, -(-numerator * self.limit_scale // denominator))

    def filled(self, n: int, d: int) -> tuple[int, int]:
        at = bisect_left(self.limits, -(-n * self.limit_scale // d))
        band = self.bands[at]
        if band.cap is not None:
            low = self.bands[at - 1].up_to if at else None
            amount = self.below[at] + band.amount(Fraction(n, d) - (low or 0))
            return amount.as_integer_ratio()
        return self.offsets[at] * d + n * self.prices[at], self.scale * d

    def looked_up(self, n: int, d: int) -> tuple[int, int]:
        at = bisect_left(self.limits, -(-n * self.limit_scale // d))
        band = self.bands[at]
        if band.cap is not None:
            return band.amount(Fraction(n, d)).as_integer_ratio()
        return self.flats[at] * d + n * self.prices[at], self.scale * d

    def never_dearer(self, n: int, d: int) -> tuple[int, int]:
        cheapest = self.cheapest_above[bisect_left(self.limits, -(-n * self.limit_scale // d))]
        amount, scale = self.looked_up(n, d)
        if cheapest is not None:
            _, least, least_scale = cheapest
            if least * scale < amount * least_scale:
                return least, least_scale
        return amount, scale


def _cheapest_above(
    bands: tuple[Band, ...], lows: list[Fraction]
) -> list[tuple[int, int, int] | None]:
    """For each band: which one above it costs least at its lower limit, and how much (a ratio)."""
    found: list[tuple[int, int, int] | None] = [None]
    least: Fraction | None = None
    for number in range(len(bands), 1, -1):
        amount = bands[number - 1].amount(lows[number - 1])
        if least is None or amount <= least:
            least, cheapest = amount, (number, *amount.as_integer_ratio())
        found.append(cheapest)
    return found[::-1]

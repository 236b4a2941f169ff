"""A scheme as straight lines: from limit to limit the amount is a base plus quantity times slope.

Bands are lines already. What caps or limits an amount cuts a line where it meets that amount, and
nothing is lost, since limits are exact fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import attrs

from harmony_core.pricing import AtLeast, AtMost, BandTable, FillUp, Flat, LookUp, PerUnit, Scheme


@attrs.frozen
class Line:
    """The amount up to and including ``up_to``: ``base + quantity * slope`` major units."""

    up_to: Fraction | None
    slope: Fraction
    base: Fraction

    def at(self, quantity: Fraction) -> Fraction:
        """Give the amount at a quantity."""
        return self.base + quantity * self.slope


_ZERO = Fraction(0)
_FORMS = {
    FillUp: ("table", "zero_quantity"),
    LookUp: ("table", "zero_quantity", "never_dearer_than_next_band"),
    PerUnit: ("unit_price",),
    Flat: ("amount", "timing"),
    AtLeast: ("scheme", "minimum"),
    AtMost: ("scheme", "maximum"),
}
"""The fields that are understood here: a scheme with another one set is left to itself."""


def straight_lines(scheme: Scheme) -> tuple[Line, ...] | None:
    """Give the lines of a scheme, from zero upward; none where it does not consist of them."""
    if not _understood(scheme):
        return None
    if isinstance(scheme, AtLeast | AtMost):
        inner = straight_lines(scheme.scheme)
        if inner is None:
            return None
        if isinstance(scheme, AtLeast):
            return tuple(_cut(inner, scheme.minimum.value, max))
        return tuple(_cut(inner, scheme.maximum.value, min))
    if isinstance(scheme, PerUnit):
        return (Line(None, scheme.unit_price.value, _ZERO),)
    if isinstance(scheme, FillUp | LookUp):
        lines = tuple(_filled(scheme.table) if isinstance(scheme, FillUp) else _looked_up(scheme))
        at_zero = scheme.price(0).value
        none = () if lines[0].base == at_zero else (Line(_ZERO, _ZERO, at_zero),)
        return (*none, *lines)
    return (Line(None, _ZERO, scheme.price(0).value),)


def _understood(scheme: Scheme) -> bool:
    known = _FORMS.get(type(scheme))
    if known is None:
        return False
    kind: Any = type(scheme)
    return all(
        field.name in known or getattr(scheme, field.name) == field.default
        for field in attrs.fields(kind)
    )


def _filled(table: BandTable) -> Iterator[Line]:
    low = below = _ZERO
    for band in table.bands:
        price = band.unit_price.value
        flat = band.flat_fee.value if band.flat_fee else _ZERO
        line = Line(band.up_to, price, below + flat - low * price)
        if band.cap is None:
            yield line
        else:
            yield from _cut((line,), below + band.cap.value, min, low)
        if band.up_to is not None:
            below += band.amount(band.up_to - low)
            low = band.up_to


def _looked_up(scheme: LookUp) -> Iterator[Line]:
    table = scheme.table
    for number, band in enumerate(table.bands, 1):
        flat = band.flat_fee.value if band.flat_fee else _ZERO
        line = Line(band.up_to, band.unit_price.value, flat)
        caps = [] if band.cap is None else [band.cap.value]
        if scheme.never_dearer_than_next_band and (other := table.cheapest_above(number)):
            caps.append(table.bands[other - 1].amount(table.lower_limit(other)))
        yield from _cut((line,), min(caps), min, table.lower_limit(number)) if caps else (line,)


def _cut(
    lines: tuple[Line, ...],
    amount: Fraction,
    choose: Callable[[Fraction, Fraction], Fraction],
    low: Fraction = _ZERO,
) -> Iterator[Line]:
    """Give the lesser (or greater) of the lines above ``low`` and a fixed amount."""
    for line in lines:
        level = Line(line.up_to, _ZERO, amount)
        meet = (amount - line.base) / line.slope if line.slope else None
        if meet is None or meet <= low or (line.up_to is not None and meet >= line.up_to):
            inside = low + 1 if line.up_to is None else (low + line.up_to) / 2
            yield line if choose(line.at(inside), amount) == line.at(inside) else level
        else:
            before = (low + meet) / 2
            first, second = (
                (line, level)
                if choose(line.at(before), amount) == line.at(before)
                else (level, line)
            )
            yield attrs.evolve(first, up_to=meet)
            yield second
        low = low if line.up_to is None else line.up_to

"""WHAT PRICE: a scheme turns a quantity into an exact amount, and can say how.

Flat, per unit, and the two readings of a :class:`BandTable`: :class:`FillUp` prices each unit in
the band it fills, :class:`LookUp` prices all units at the band reached. :class:`AtLeast`,
:class:`AtMost` and :class:`MinimumQuantity` put limits around any of them. Every scheme is a small
immutable value that is stored on the contract line and on the charge; :func:`price` gives the
exact amount, :func:`explain` the same amount with every step. Nothing here rounds.
"""

from harmony_core.pricing._banded import FillUp, LookUp
from harmony_core.pricing._bands import Band, BandTable
from harmony_core.pricing._limits import AtLeast, AtMost, MinimumQuantity
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    Scheme,
    ZeroQuantity,
    explain,
    net_quantity,
    price,
)
from harmony_core.pricing._simple import Flat, PerUnit

__all__ = [
    "ONLY_LINE",
    "AtLeast",
    "AtMost",
    "Band",
    "BandTable",
    "FillUp",
    "Flat",
    "LookUp",
    "MinimumQuantity",
    "PerUnit",
    "PricePoint",
    "Scheme",
    "ZeroQuantity",
    "explain",
    "net_quantity",
    "price",
]

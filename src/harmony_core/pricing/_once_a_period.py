"""What a price charges or grants once a period, so that a period in two parts has it twice."""

from __future__ import annotations

from harmony_core.pricing._banded import FillUp, LookUp
from harmony_core.pricing._blocks import FillUpBlocks, LookUpBlocks
from harmony_core.pricing._capacity import CapacitySteps
from harmony_core.pricing._combinations import inside
from harmony_core.pricing._commitment import Commitment
from harmony_core.pricing._discounts import AmountOff, Discounted, FreeUnits
from harmony_core.pricing._limits import AtLeast, AtMost, MinimumQuantity
from harmony_core.pricing._package import Package
from harmony_core.pricing._percentage import Percentage
from harmony_core.pricing._rates import GraduatedPercentage
from harmony_core.pricing._scheme import Scheme
from harmony_core.pricing._simple import Flat

_ALWAYS: tuple[tuple[type, str], ...] = (
    (Flat, "a flat amount"),
    (CapacitySteps, "a step of capacity"),
    (AtLeast, "a minimum charge"),
    (AtMost, "a maximum charge"),
    (MinimumQuantity, "a minimum quantity"),
    (FreeUnits, "free units"),
    (Commitment, "a commitment"),
    (Package, "packages that count when they are begun"),
    (FillUpBlocks, "blocks that count when they are begun"),
    (LookUpBlocks, "blocks that count when they are begun"),
)


def once_a_period(scheme: Scheme) -> str | None:
    """Name what a scheme has once a period, however deep; ``None`` where it goes by units alone.

    Two parts of a period, priced alone, then cost what the whole of it does. Of a scheme of your
    own only what it stands around is known.

    >>> from harmony_core.pricing import BandTable, PerUnit
    >>> once_a_period(AtLeast.of(PerUnit.of("1", "EUR"), 100))
    'a minimum charge'
    >>> once_a_period(FillUp(BandTable.of("EUR", [(10, "2"), (None, "1")])))
    'bands'
    >>> once_a_period(PerUnit.of("1", "EUR")) is None
    True
    """
    return next(filter(None, map(_named, inside(scheme))), None)


def _named(one: Scheme) -> str | None:
    if isinstance(one, FillUp | LookUp | GraduatedPercentage):
        first, *others = one.table.bands
        plain = not others and first.flat_fee is None and first.cap is None
        return None if plain else "bands"
    if isinstance(one, Percentage):
        return "a free part" if one.free_transactions or one.free_amount else None
    if isinstance(one, Discounted):
        return "an amount off" if any(isinstance(d, AmountOff) for d in one.discounts) else None
    return next((word for kind, word in _ALWAYS if isinstance(one, kind)), None)

"""Where one more unit makes all of them cheaper: the cliffs of a table that is looked up."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import attrs

from harmony_core.finance import ExactAmount
from harmony_core.pricing._bands import BandTable


@attrs.frozen
class Cliff:
    """Exactly ``at`` units cost ``amount_at``, and the least bit more only ``amount_above``."""

    at: Fraction
    amount_at: ExactAmount
    amount_above: ExactAmount

    @property
    def drop(self) -> ExactAmount:
        """How much the price falls."""
        return self.amount_at - self.amount_above


def cliffs(table: BandTable) -> tuple[Cliff, ...]:
    """Give the band limits at which a look-up price falls, from the lowest on.

    Under :class:`FillUp` there are none, unless a flat fee or a price is below zero.

    >>> table = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
    >>> [(int(cliff.at), str(cliff.drop)) for cliff in cliffs(table)]
    [(10, '20 EUR'), (50, '100 EUR')]
    """
    found = []
    for band, above in pairwise(table.bands):
        if band.up_to is None:
            continue  # only the last has no limit: kept for the type of the limit
        cost, then = band.amount(band.up_to), above.amount(band.up_to)
        if then < cost:
            amounts = (ExactAmount(value, table.currency) for value in (cost, then))
            found.append(Cliff(band.up_to, *amounts))
    return tuple(found)

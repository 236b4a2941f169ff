"""Invoices and credit notes: the charges of one party, currency and day, with tax."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.contracts import Side
from harmony_core.finance import Money, TaxDocument


@attrs.frozen
class InvoiceLine:
    """One charge on an invoice; ``tax_percent`` is ``None`` where no tax applies at all.

    ``corrects`` is the key of the charge whose period it corrects, or that it gives back; ``None``
    for a first charge.
    """

    charge_key: str
    contract_id: str
    line_id: str
    net: Money
    tax_category: str
    tax_percent: Fraction | None
    corrects: str | None = None


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(ids)


@attrs.frozen
class Invoice:
    """What one entity asks of one customer on one day (or gets from a supplier, on the buy side).

    ``day`` is the day on which the charges became due, whenever the run took place: a missed
    night changes nothing. A document whose total is below zero is a credit note. ``credits`` is
    the document that this one mirrors, in whole or part. ``corrects`` are the documents with the
    charges that its lines correct, as far as they are known, oldest first: what an early end gives
    back points at what billed it (EN 16931, BG-3: preceding invoice reference).
    """

    id: str
    side: Side
    entity_id: str
    party_id: str
    currency: str
    day: date
    lines: tuple[InvoiceLine, ...]
    tax: TaxDocument
    credits: str | None = None
    corrects: tuple[str, ...] = attrs.field(default=(), converter=_ids)

    @property
    def net(self) -> Money:
        """Total without tax."""
        return self.tax.total_excl

    @property
    def total(self) -> Money:
        """Total with tax: what is to be paid."""
        return self.tax.total_incl

    @property
    def preceding(self) -> tuple[str, ...]:
        """The documents that it refers to: what it mirrors, and what it corrects."""
        mirrored = () if self.credits is None else (self.credits,)
        return tuple(dict.fromkeys((*mirrored, *self.corrects)))

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note: it gives money back."""
        return self.total.minor < 0

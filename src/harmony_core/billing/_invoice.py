"""Invoices and credit notes: the charges of one party, currency and day, with tax."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs

from harmony_core.contracts import Side
from harmony_core.finance import Money, TaxDocument


@attrs.frozen
class InvoiceLine:
    """One charge on an invoice; ``tax_percent`` is ``None`` where no tax applies at all."""

    charge_key: str
    contract_id: str
    line_id: str
    net: Money
    tax_category: str
    tax_percent: Fraction | None


@attrs.frozen
class Invoice:
    """What one entity asks of one customer on one day (or gets from a supplier, on the buy side).

    ``day`` is the day on which the charges became due, whenever the run took place: a missed
    night changes nothing. A document whose total is below zero is a credit note. ``credits`` is
    the document that this one mirrors, in whole or part; a credit note that gathers corrections of
    several periods mirrors none.
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

    @property
    def net(self) -> Money:
        """Total without tax."""
        return self.tax.total_excl

    @property
    def total(self) -> Money:
        """Total with tax: what is to be paid."""
        return self.tax.total_incl

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note: it gives money back."""
        return self.total.minor < 0

"""Invoices and credit notes: the charges of one party, currency and day, with tax."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.contracts import Side
from harmony_core.finance import NEED_A_REASON, Money, TaxDocument, TaxGroup


@attrs.frozen
class InvoiceLine:
    """One charge on an invoice; ``tax_percent`` is ``None`` where no tax applies at all.

    ``corrects`` is the key of the charge whose period it corrects, or that it gives back; ``None``
    for a first charge.

    ``tax_reason`` says in words why it is taxed so, ``tax_reason_code`` as a code of the list VATEX
    where the rule has one, ``tax_rule`` names the rule that decided, ``tax_point`` the day whose
    rate it bears. They are empty on what a supplier asks for: his invoice says more.
    """

    charge_key: str
    contract_id: str
    line_id: str
    net: Money
    tax_category: str
    tax_percent: Fraction | None
    corrects: str | None = None
    tax_reason: str = ""
    tax_reason_code: str = ""
    tax_rule: str = ""
    tax_point: date | None = None


@attrs.frozen
class TaxSummary:
    """All lines of one category and rate on a document (EN 16931, BG-23: VAT breakdown).

    ``reasons`` and ``reason_codes`` are those of its lines, each once, in their order (BT-120 and
    BT-121); a category that is taxed shows none.
    """

    category: str
    percent: Fraction | None
    taxable: Money
    tax: Money
    reasons: tuple[str, ...]
    reason_codes: tuple[str, ...]


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
    def tax_breakdown(self) -> tuple[TaxSummary, ...]:
        """Taxable amount and tax by category and rate, with the reason where there is no tax."""
        return tuple(
            TaxSummary(
                group.category,
                group.rate_percent,
                group.taxable,
                group.tax,
                self._of_lines(group, "tax_reason"),
                self._of_lines(group, "tax_reason_code"),
            )
            for group in self.tax.groups
        )

    def _of_lines(self, group: TaxGroup, field: str) -> tuple[str, ...]:
        if group.category not in NEED_A_REASON:
            return ()
        key = group.category, group.rate_percent
        found = (
            getattr(line, field)
            for line in self.lines
            if (line.tax_category, line.tax_percent) == key
        )
        return tuple(dict.fromkeys(filter(None, found)))

    @property
    def preceding(self) -> tuple[str, ...]:
        """The documents that it refers to: what it mirrors, and what it corrects."""
        mirrored = () if self.credits is None else (self.credits,)
        return tuple(dict.fromkeys((*mirrored, *self.corrects)))

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note: it gives money back."""
        return self.total.minor < 0

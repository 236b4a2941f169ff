"""Invoices and credit notes: the charges of one party, currency and day, with tax."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.contracts import Side
from harmony_core.errors import kinds_checked
from harmony_core.finance import (
    NEED_A_REASON,
    LineTax,
    Money,
    TaxBase,
    TaxDocument,
    TaxGroup,
    TaxLine,
)


@attrs.frozen
class InvoiceLine:
    """One charge on an invoice; ``tax_percent`` is ``None`` where no tax applies at all.

    ``corrects`` is the key of the charge whose period it corrects, or that it gives back; ``None``
    for a first charge.

    ``tax_reason`` says in words why it is taxed so, ``tax_reason_code`` as a code of the list VATEX
    where the rule has one, ``tax_rule`` names the rule that decided, ``tax_point`` the day whose
    rate it bears. They are empty on what a supplier asks for: his invoice says more.

    ``tax_jurisdiction`` says whose tax that of the category is. ``further_taxes`` are those beside
    it or upon it, in their order; ``withheld`` is what the customer holds back of the line.
    ``gross`` is the price with the taxes that it includes, ``None`` where prices are net.
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
    tax_jurisdiction: str = ""
    further_taxes: tuple[LineTax, ...] = ()
    withheld: tuple[LineTax, ...] = ()
    gross: Money | None = None

    @property
    def taxes(self) -> tuple[LineTax, ...]:
        """All its taxes, each with its rate and reason; the first is that of its category."""
        first = LineTax(
            self.tax_category,
            self.tax_percent,
            self.tax_jurisdiction,
            reason=self.tax_reason,
        )
        return first, *self.further_taxes

    def gross_of(self, net: Money) -> Money | None:
        """Give the price of a part of the line, by its net; ``None`` where prices are net."""
        if self.gross is None:
            return None
        share = Fraction(net.minor, self.net.minor) if self.net else Fraction(0)
        return (self.gross.exact * share).settle()

    def taxed(self, net: Money) -> TaxLine:
        """Give a part of the line, by its net, with its taxes, as documents add it up.

        A price that includes them is divided in proportion: the whole net has the whole price.
        """
        part = self.gross_of(net)
        return TaxLine.of(
            net if part is None else part,
            self.tax_category,
            self.tax_percent,
            jurisdiction=self.tax_jurisdiction,
            further=self.further_taxes,
            withheld=self.withheld,
            tax_included=part is not None,
            divided=None if part is None else net,
        )


@attrs.frozen
class TaxSummary:
    """All lines of one category (or code) and rate on a document (EN 16931, BG-23: VAT breakdown).

    ``reasons`` and ``reason_codes`` are those of its lines, each once, in their order (BT-120 and
    BT-121); a category that is taxed shows none. ``jurisdiction`` says whose tax it is; ``on`` what
    it stands on: upon the running total, ``taxable`` holds the taxes before it.
    """

    category: str
    percent: Fraction | None
    taxable: Money
    tax: Money
    reasons: tuple[str, ...]
    reason_codes: tuple[str, ...]
    jurisdiction: str = ""
    on: TaxBase = TaxBase.NET


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(ids)


@attrs.frozen(field_transformer=kinds_checked)
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
        """Taxable amount and tax by code and rate, with the reason where there is no tax.

        The taxes of categories come first (EN 16931 knows only these), then further ones.
        """
        return tuple(
            _summary(
                group,
                self._of_lines(group, "tax_reason"),
                self._of_lines(group, "tax_reason_code"),
            )
            for group in self.tax.groups
        )

    @property
    def withholding(self) -> tuple[TaxSummary, ...]:
        """What the customer holds back and pays to the tax office, by code and rate, and why."""
        return tuple(
            _summary(
                group,
                tuple(
                    dict.fromkeys(
                        held.reason
                        for line in self.lines
                        for held in line.withheld
                        if group.bears(held) and held.reason
                    )
                ),
            )
            for group in self.tax.withheld
        )

    @property
    def expected(self) -> Money:
        """What the customer pays us: the total without what he withholds."""
        return self.tax.expected

    def _of_lines(self, group: TaxGroup, field: str) -> tuple[str, ...]:
        if group.category not in NEED_A_REASON:
            return ()
        found = (getattr(line, field) for line in self.lines if group.bears(line.taxes[0]))
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


def _summary(group: TaxGroup, reasons: tuple[str, ...], codes: tuple[str, ...] = ()) -> TaxSummary:
    return TaxSummary(
        group.category,
        group.rate_percent,
        group.taxable,
        group.tax,
        reasons,
        codes,
        group.jurisdiction,
        group.on,
    )

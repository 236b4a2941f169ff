"""Tax on a document.

Totals follow EN 16931-1, the European standard for invoices: a line's net is price times quantity
over base quantity, rounded, less its allowances and plus its charges; tax is computed once for
each category and rate on the sum of the nets. Rounding is half up on the magnitude, so that a
credit note is the mirror of its invoice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.explanation import exact_text
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._money import ExactAmount, Money, money_sum
from harmony_core.finance._rounding import HALF_UP, Rounding
from harmony_core.finance._tax_rates import tax_percent_or_none
from harmony_core.finance._tax_totals import Amounts, TaxMethod, tax_totals


def _moneys(amounts: Iterable[Money]) -> tuple[Money, ...]:
    return tuple(amounts)


@attrs.frozen
class TaxLine:
    """A line of a document before its rounding.

    ``gross`` is the exact amount before ``allowances`` (taken off) and ``charges`` (added), without
    tax unless the document says that its prices include it.
    ``rate_percent`` is ``None`` where the category knows no rate, such as "not subject to tax".
    """

    gross: ExactAmount
    category: str
    rate_percent: Fraction | None = attrs.field(converter=tax_percent_or_none)
    allowances: tuple[Money, ...] = attrs.field(default=(), converter=_moneys, kw_only=True)
    charges: tuple[Money, ...] = attrs.field(default=(), converter=_moneys, kw_only=True)

    @classmethod
    def priced(
        cls,
        quantity: Exact,
        unit_price: ExactAmount,
        category: str,
        rate_percent: Exact | None,
        *,
        base_quantity: Exact = 1,
        allowances: Iterable[Money] = (),
        charges: Iterable[Money] = (),
    ) -> TaxLine:
        """Make a line from a quantity and the price of ``base_quantity`` units.

        Raises:
            InvalidValue: the base quantity is not above zero.
        """
        base = exact(base_quantity, "a base quantity")
        if base <= 0:
            raise InvalidValue(f"a base quantity must be above zero, got {exact_text(base)}")
        gross = unit_price * (exact(quantity, "a quantity") / base)
        return cls(gross, category, rate_percent, allowances=allowances, charges=charges)

    @classmethod
    def of(cls, net: Money, category: str, rate_percent: Exact | None) -> TaxLine:
        """Make a line whose net amount is settled already."""
        return cls(net.exact, category, rate_percent)

    @property
    def extra(self) -> Money:
        """The charges less the allowances."""
        currency = self.gross.currency
        return money_sum(self.charges, currency) - money_sum(self.allowances, currency)

    @property
    def exactly(self) -> ExactAmount:
        """The gross amount less the allowances and plus the charges, before any rounding."""
        return self.gross + self.extra

    def net(self, rounding: Rounding = HALF_UP) -> Money:
        """Round the gross amount, take the allowances off and add the charges."""
        settled = self.gross.settle(rounding)
        return settled + self.extra if self.allowances or self.charges else settled


@attrs.frozen
class DocumentAdjustment:
    """An allowance (``charge`` is false) or a charge on the document as a whole."""

    amount: Money
    charge: bool
    category: str
    rate_percent: Fraction | None = attrs.field(converter=tax_percent_or_none)

    @property
    def net(self) -> Money:
        """What it adds to the taxable amount."""
        return self.amount if self.charge else -self.amount


@attrs.frozen
class TaxGroup:
    """All that is taxed under one category and rate, and its tax."""

    category: str
    rate_percent: Fraction | None
    taxable: Money
    tax: Money


@attrs.frozen
class TaxDocument:
    """The totals of a document; ``groups`` are sorted by category and rate."""

    line_net: tuple[Money, ...]
    groups: tuple[TaxGroup, ...]
    total_excl: Money
    total_tax: Money
    total_incl: Money
    payable: Money


def tax_document(
    currency: str,
    lines: Sequence[TaxLine],
    adjustments: Sequence[DocumentAdjustment] = (),
    *,
    prepaid: Money | None = None,
    payable_rounding: Money | Rounding | None = None,
    method: TaxMethod = TaxMethod.PER_CATEGORY_AND_RATE,
    rounding: Rounding = HALF_UP,
    tax_included: bool = False,
) -> TaxDocument:
    """Work out the tax and the totals of an invoice or a credit note.

    Args:
        currency: of the document and of every amount in it.
        lines: in their order.
        adjustments: allowances and charges on the whole, each with its category and rate.
        prepaid: paid already (BT-113); taken off the payable amount.
        payable_rounding: added to the payable amount (BT-114), or the rounding that makes it one
            that can be paid, such as :func:`cash_rounding`.
        method: where tax is rounded.
        rounding: of line amounts and of tax.
        tax_included: the amounts of lines and adjustments contain their tax. It is taken out where
            the method says, so that what is to be paid is the sum of the prices, and the nets of
            the lines are fitted to their group by largest remainder.

    Raises:
        CurrencyMismatch: an amount is in another currency.
        InvalidValue: groups or lines must be fitted, but the rounding has a step.

    >>> document = tax_document(
    ...     "EUR",
    ...     [
    ...         TaxLine.priced("3", ExactAmount.of("49.00", "EUR"), "S", "21"),
    ...     ],
    ... )
    >>> str(document.total_tax), str(document.payable)
    ('30.87 EUR', '177.87 EUR')
    """
    method = TaxMethod(method)
    keys = [(line.category, line.rate_percent) for line in lines]
    keys += [(extra.category, extra.rate_percent) for extra in adjustments]
    settled = [line.net(rounding) for line in lines] + [extra.net for extra in adjustments]
    for amount in settled:
        if amount.currency != currency:
            raise CurrencyMismatch(currency, amount.currency)
    exactly = None
    if method is TaxMethod.UNROUNDED:
        exactly = [line.exactly for line in lines] + [extra.net.exact for extra in adjustments]
    totals = tax_totals(
        keys, Amounts(currency, settled, exactly), method, rounding, tax_included=tax_included
    )
    groups = tuple(
        TaxGroup(category, percent, taxable, tax)
        for (category, percent), taxable, tax in zip(
            totals.keys, totals.taxable, totals.taxes, strict=True
        )
    )
    total_excl = money_sum(totals.taxable, currency)
    total_tax = money_sum(totals.taxes, currency)
    total_incl = total_excl + total_tax
    payable = total_incl - (prepaid or Money.zero(currency))
    if isinstance(payable_rounding, Rounding):
        payable = payable.exact.settle(payable_rounding)
    elif payable_rounding is not None:
        payable += payable_rounding
    nets = tuple(totals.nets[: len(lines)])
    return TaxDocument(nets, groups, total_excl, total_tax, total_incl, payable)

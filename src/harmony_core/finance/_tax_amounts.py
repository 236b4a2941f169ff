"""Tax of a single amount: on it, inside it, stacked, owed by the buyer, held back, converted.

Every tax is rounded once, half up on the magnitude unless told otherwise, so that what gives an
amount back mirrors what took it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, Word, expect
from harmony_core.finance._allocation import fit
from harmony_core.finance._conversion import convert
from harmony_core.finance._exact import Exact
from harmony_core.finance._line_tax import TaxBase, tax_percent, tax_percent_or_none
from harmony_core.finance._money import ExactAmount, Money, money_sum
from harmony_core.finance._rates import FoundRate
from harmony_core.finance._rounding import HALF_UP, Rounding
from harmony_core.finance._tax import TaxDocument


def tax_on(net: Money | ExactAmount, percent: Exact) -> ExactAmount:
    """Give the tax on a net amount, not rounded.

    >>> tax_on(Money.of("99.99", "EUR"), 19).settle()
    Money.of('19.00', 'EUR')
    """
    exactly = net.exact if isinstance(net, Money) else net
    return exactly * (tax_percent(percent) / 100)


class IncludedTax(Word):
    """Which of the two amounts inside a gross price is rounded; the other is the rest of it."""

    TAX_ROUNDED = "tax_rounded"
    NET_ROUNDED = "net_rounded"


@attrs.frozen
class NetAndTax:
    """An amount in its two parts."""

    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        """Both together."""
        return self.net + self.tax


def tax_inside(
    gross: Money,
    percent: Exact,
    method: IncludedTax = IncludedTax.TAX_ROUNDED,
    rounding: Rounding = HALF_UP,
) -> NetAndTax:
    """Take the tax out of a price that includes it; net and tax add up to the price.

    >>> tax_inside(Money.of("10.70", "CHF"), "7.7")
    NetAndTax(net=Money.of('9.94', 'CHF'), tax=Money.of('0.76', 'CHF'))
    """
    rate = tax_percent(percent)
    share = rate / (100 + rate)
    if IncludedTax(method) is IncludedTax.TAX_ROUNDED:
        tax = (gross.exact * share).settle(rounding)
        return NetAndTax(gross - tax, tax)
    net = (gross.exact * (1 - share)).settle(rounding)
    return NetAndTax(net, gross - net)


@attrs.frozen
class StackedTax:
    """One of several taxes on an amount: ``percent`` of its base, or a ``fixed`` levy.

    A fixed levy is charged as it stands, and given back where the amount is below zero.

    Raises:
        InvalidValue: neither of the two is given, or both.
    """

    name: str
    percent: Fraction | None = attrs.field(default=None, converter=tax_percent_or_none)
    on: TaxBase = attrs.field(default=TaxBase.NET, converter=TaxBase)
    fixed: Money | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if (self.percent is None) == (self.fixed is None):
            raise InvalidValue(f"the tax {self.name!r} needs either a percentage or a fixed amount")

    def of(self, net: Money, running: Money, rounding: Rounding = HALF_UP) -> Money:
        """Work it out on a net amount, and on that amount with all taxes before."""
        if self.fixed is not None:
            return -self.fixed if net.minor < 0 else self.fixed
        return tax_on(running if self.on is TaxBase.RUNNING else net, self.percent or 0).settle(
            rounding
        )


@attrs.frozen
class StackedTaxes:
    """What several taxes add to a net amount: each with its name, in their order."""

    net: Money
    taxes: tuple[tuple[str, Money], ...]

    @property
    def tax(self) -> Money:
        """All taxes together."""
        return money_sum((tax for _, tax in self.taxes), self.net.currency)

    @property
    def total(self) -> Money:
        """The net amount with all taxes."""
        return self.net + self.tax


def compound_tax(
    net: Money, taxes: Iterable[StackedTax], rounding: Rounding = HALF_UP
) -> StackedTaxes:
    """Lay several taxes on an amount, in their order; some of them on those before.

    Raises:
        CurrencyMismatch: a fixed levy is in another currency.

    >>> taxes = [StackedTax("GST", 5), StackedTax("QST", "9.5", TaxBase.RUNNING)]
    >>> print(*compound_tax(Money.of("100.00", "CAD"), taxes).taxes[1])
    QST 9.98 CAD
    """
    running, found = net, []
    for tax in taxes:
        amount = tax.of(net, running, rounding)
        running += amount
        found.append((tax.name, amount))
    return StackedTaxes(net, tuple(found))


@attrs.frozen
class ReverseCharge:
    """A supply whose tax the buyer owes: none on the invoice, both sides in the buyer's return.

    Args:
        invoice_tax: what the supplier asks for: nothing.
        output_tax: what the buyer owes on the supply.
        input_tax: what the buyer takes off again, below zero.
        payable: to the supplier.
    """

    invoice_tax: Money
    output_tax: Money
    input_tax: Money
    payable: Money

    @property
    def cost(self) -> Money:
        """The tax that the buyer cannot take off: part of what the supply costs."""
        return self.output_tax + self.input_tax


def reverse_charge(
    net: Money, percent: Exact, rounding: Rounding = HALF_UP, *, deductible_percent: Exact = 100
) -> ReverseCharge:
    """Work out the tax that moves to the buyer; ``percent`` is the rate of the buyer's country.

    Args:
        net: of the supply.
        percent: the rate.
        rounding: of the tax.
        deductible_percent: how much of it the buyer may take off.

    Raises:
        InvalidValue: more than all of it is deductible.

    >>> found = reverse_charge(Money.of("999.99", "EUR"), "25.5")
    >>> print(found.invoice_tax, found.output_tax, found.input_tax, found.payable)
    0.00 EUR 255.00 EUR -255.00 EUR 999.99 EUR
    """
    deductible = tax_percent(deductible_percent)
    if deductible > 100:
        raise InvalidValue(f"at most 100 % of a tax is deductible, got {deductible_percent}")
    tax = tax_on(net, percent).settle(rounding)
    return ReverseCharge(
        Money.zero(net.currency), tax, -tax_on(tax, deductible).settle(rounding), net
    )


@attrs.frozen
class Withheld:
    """What the buyer pays to the tax office for the seller, and what is left to pay the seller."""

    tax: Money
    payable: Money


def withhold(
    document: TaxDocument,
    percent: Exact,
    *,
    on_net: bool = True,
    rounding: Rounding = HALF_UP,
) -> Withheld:
    """Hold tax back from what a document asks for: a part of its net, or of its total.

    Raises:
        InvalidValue: ``on_net`` is not ``True`` or ``False``, or the percentage is not exact.

    >>> from harmony_core.finance import TaxLine, tax_document
    >>> line = TaxLine.of(Money.of("1000.00", "EUR"), "S", 22)
    >>> held = withhold(tax_document("EUR", [line]), 20)
    >>> print(held.tax, held.payable)
    200.00 EUR 1020.00 EUR
    """
    expect(document, TaxDocument, "what tax is held back from")
    expect(on_net, bool, "on_net of a withholding")
    base = document.total_excl if on_net else document.total_incl
    tax = tax_on(base, percent).settle(rounding)
    return Withheld(tax, document.payable - tax)


@attrs.frozen
class TaxInCurrency:
    """The tax of a document in another currency: in all, and for each of its groups."""

    total: Money
    groups: tuple[Money, ...]


def tax_in_currency(
    document: TaxDocument, rate: FoundRate, rounding: Rounding = HALF_UP
) -> TaxInCurrency:
    """Give the tax of a document in the currency of the books or of the tax return (BT-111).

    The total is converted once, from the tax as the document shows it; the groups are fitted to it
    by largest remainder.

    Raises:
        CurrencyMismatch: the rate starts from another currency.
        InvalidValue: the rounding has a step.
    """
    if document.total_tax.currency != rate.base:
        raise CurrencyMismatch(document.total_tax.currency, rate.base)
    total = convert(document.total_tax, rate, rounding)
    parts: Sequence[Any] = [group.tax.exact.value * rate.value for group in document.groups]
    return TaxInCurrency(total, fit(parts, total) if parts else ())

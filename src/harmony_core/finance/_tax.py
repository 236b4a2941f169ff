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

from harmony_core.errors import CurrencyMismatch, InvalidValue, expect, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._line_tax import LineTax, TaxBase, line_taxes, tax_percent_or_none
from harmony_core.finance._money import ExactAmount, Money, money_sum
from harmony_core.finance._rounding import HALF_UP, Rounding
from harmony_core.finance._tax_inside import take_out
from harmony_core.finance._tax_rules import FIXED_PERCENT
from harmony_core.finance._tax_totals import lay_on_top, lay_withheld
from harmony_core.finance._taxed_items import Chain, Item, Laid, TaxMethod, TaxNumbers


def _moneys(amounts: Iterable[Money]) -> tuple[Money, ...]:
    return tuple(amounts)


def _refuse_a_rate(category: str, percent: Fraction | None) -> None:
    if percent and category in FIXED_PERCENT:
        raise InvalidValue(
            f"category {category} asks for no tax, got {exact_text(percent)} per cent: EN 16931 "
            "wants the rate 0, or another category"
        )


@attrs.frozen(field_transformer=kinds_checked)
class TaxLine:
    """A line of a document before its rounding.

    ``gross`` is the exact amount before ``allowances`` (taken off) and ``charges`` (added), without
    tax unless the document says that its prices include it.
    ``rate_percent`` is ``None`` where the category knows no rate, such as "not subject to tax".

    Args:
        jurisdiction: whose tax the category's is.
        further: the taxes beside it or upon it, in their order.
        withheld: what the buyer holds back of the line; it changes no total.
        tax_included: this line contains its taxes, whatever the document says: they are taken out
            of it alone, line by line.
        divided: the net of such a line, where it was divided before: a part that is given back.

    Raises:
        InvalidValue: a category of no tax (Z, E, AE, K, G, O) has a rate: EN 16931 wants 0 with it
            (BR-Z-05, BR-E-05, BR-AE-05, BR-IC-05, BR-G-05), and none with O (BR-O-05).
    """

    gross: ExactAmount
    category: str
    rate_percent: Fraction | None = attrs.field(converter=tax_percent_or_none)
    allowances: tuple[Money, ...] = attrs.field(default=(), converter=_moneys, kw_only=True)
    charges: tuple[Money, ...] = attrs.field(default=(), converter=_moneys, kw_only=True)
    jurisdiction: str = attrs.field(default="", kw_only=True)
    further: tuple[LineTax, ...] = attrs.field(default=(), converter=line_taxes, kw_only=True)
    withheld: tuple[LineTax, ...] = attrs.field(default=(), converter=line_taxes, kw_only=True)
    tax_included: bool = attrs.field(default=False, kw_only=True)
    divided: Money | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.divided is not None and not self.tax_included:
            raise InvalidValue(
                f"{self.divided} is the net of a price that includes tax: say tax_included=True"
            )
        _refuse_a_rate(self.category, self.rate_percent)

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
    def of(
        cls,
        net: Money,
        category: str,
        rate_percent: Exact | None,
        *,
        jurisdiction: str = "",
        further: Iterable[LineTax] = (),
        withheld: Iterable[LineTax] = (),
        tax_included: bool = False,
        divided: Money | None = None,
    ) -> TaxLine:
        """Make a line whose amount is settled already."""
        return cls(
            net.exact,
            category,
            rate_percent,
            jurisdiction=jurisdiction,
            further=further,
            withheld=withheld,
            tax_included=tax_included,
            divided=divided,
        )

    @property
    def taxes(self) -> tuple[LineTax, ...]:
        """All its taxes; the first is that of its category."""
        return LineTax(self.category, self.rate_percent, self.jurisdiction), *self.further

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


@attrs.frozen(field_transformer=kinds_checked)
class DocumentAdjustment:
    """An allowance (``charge`` is false) or a charge on the document as a whole.

    Its taxes are named as those of a line, see :class:`TaxLine`.

    Raises:
        InvalidValue: a category of no tax has a rate.
    """

    amount: Money
    charge: bool
    category: str
    rate_percent: Fraction | None = attrs.field(converter=tax_percent_or_none)
    jurisdiction: str = attrs.field(default="", kw_only=True)
    further: tuple[LineTax, ...] = attrs.field(default=(), converter=line_taxes, kw_only=True)
    withheld: tuple[LineTax, ...] = attrs.field(default=(), converter=line_taxes, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _refuse_a_rate(self.category, self.rate_percent)

    @property
    def net(self) -> Money:
        """What it adds to the taxable amount."""
        return self.amount if self.charge else -self.amount

    @property
    def taxes(self) -> tuple[LineTax, ...]:
        """All its taxes; the first is that of its category."""
        return LineTax(self.category, self.rate_percent, self.jurisdiction), *self.further


@attrs.frozen
class TaxGroup:
    """All that is taxed under one category (or code) and rate, and its tax.

    ``jurisdiction`` says whose tax it is, where the lines do. ``on`` is what it stands on: where
    that is the running total, ``taxable`` holds the taxes before it too.
    """

    category: str
    rate_percent: Fraction | None
    taxable: Money
    tax: Money
    jurisdiction: str = ""
    on: TaxBase = TaxBase.NET

    def bears(self, tax: LineTax) -> bool:
        """Whether a tax of a line is added up here."""
        return (self.category, self.rate_percent, self.jurisdiction, self.on) == (
            tax.code,
            tax.percent,
            tax.jurisdiction,
            tax.on,
        )


@attrs.frozen
class TaxDocument:
    """The totals of a document; ``groups`` are sorted by category and rate.

    The taxes of categories come first, then those beside or upon them. The taxable amounts of the
    former add up to ``total_excl``. ``withheld`` is what the buyer holds back, by code and rate.
    """

    line_net: tuple[Money, ...]
    groups: tuple[TaxGroup, ...]
    total_excl: Money
    total_tax: Money
    total_incl: Money
    payable: Money
    withheld: tuple[TaxGroup, ...] = ()

    @property
    def expected(self) -> Money:
        """What the buyer pays after holding back what he withholds."""
        held = money_sum((group.tax for group in self.withheld), self.payable.currency)
        return self.payable - held


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
        InvalidValue: groups or lines must be fitted, but the rounding has a step; or
            ``tax_included`` is not ``True`` or ``False``.

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
    expect(tax_included, bool, "tax_included of a document")
    numbers = TaxNumbers()
    items = [_item(line, numbers, method, rounding) for line in lines]
    items += [_adjusting(extra, numbers) for extra in adjustments]
    for item in items:
        if item.settled.currency != currency:
            raise CurrencyMismatch(currency, item.settled.currency)
    laid = Laid(currency, numbers.keys, items)
    placed = list(enumerate(items))
    alone = set() if tax_included else {n for n, line in enumerate(lines) if line.tax_included}
    rest = [(n, item) for n, item in placed if n not in alone] if alone else placed
    take_out([placed[n] for n in sorted(alone)], laid, TaxMethod.PER_LINE, rounding)
    (take_out if tax_included else lay_on_top)(rest, laid, method, rounding)

    def group(tax: int, taxable: Money, amount: Money) -> TaxGroup:
        key = numbers.keys[tax]
        return TaxGroup(key.code, key.percent, taxable, amount, key.jurisdiction, key.on)

    groups = [group(tax, laid.taxable[tax], laid.taxes[tax]) for tax in laid.order]
    withheld = lay_withheld(placed, laid, method, rounding)
    total_excl = money_sum(laid.nets.values(), currency)
    total_tax = money_sum(laid.taxes, currency)
    total_incl = total_excl + total_tax
    payable = total_incl - (prepaid or Money.zero(currency))
    if isinstance(payable_rounding, Rounding):
        payable = payable.exact.settle(payable_rounding)
    elif payable_rounding is not None:
        payable += payable_rounding
    return TaxDocument(
        tuple(laid.nets[n] for n in range(len(lines))),
        tuple(groups),
        total_excl,
        total_tax,
        total_incl,
        payable,
        tuple(group(*found) for found in withheld),
    )


def _item(line: TaxLine, numbers: TaxNumbers, method: TaxMethod, rounding: Rounding) -> Item:
    settled = line.net(rounding)
    exactly = line.exactly if method is TaxMethod.UNROUNDED else line.gross
    held = numbers.chain(line.withheld) if line.withheld else ()
    return Item(_taxes(line, numbers), held, settled, exactly, line.divided)


def _adjusting(extra: DocumentAdjustment, numbers: TaxNumbers) -> Item:
    return Item(_taxes(extra, numbers), numbers.chain(extra.withheld), extra.net, extra.net.exact)


def _taxes(taxed: TaxLine | DocumentAdjustment, numbers: TaxNumbers) -> Chain:
    first = numbers.number(taxed.category, taxed.rate_percent, taxed.jurisdiction, TaxBase.NET)
    return (first, *numbers.chain(taxed.further)) if taxed.further else (first,)

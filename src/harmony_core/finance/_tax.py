"""Tax on a document, and tax rates by day.

Totals follow EN 16931-1, the European standard for invoices: a line's net is price times quantity
over base quantity, rounded, less its allowances and plus its charges; tax is computed once for
each category and rate on the sum of the nets. Rounding is half up on the magnitude, so that a
credit note is the mirror of its invoice. Which category applies is the host's decision, and the
rates are the host's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound, Word
from harmony_core.explanation import exact_text
from harmony_core.finance._allocation import fit
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._money import ExactAmount, Money, money_sum
from harmony_core.finance._rounding import HALF_UP, Rounding


def _percent(value: Exact) -> Fraction:
    number = exact(value, "a tax rate")
    if number < 0:
        raise InvalidValue(f"a tax rate is zero or more per cent, got {exact_text(number)}")
    return number


def _percent_or_none(value: Exact | None) -> Fraction | None:
    return None if value is None else _percent(value)


@attrs.frozen
class TaxRate:
    """``percent`` of tax in a jurisdiction, from ``valid_from`` until before ``valid_to``.

    Categories are those of the host, such as S, Z or AE of UN/CEFACT list 5305.
    """

    jurisdiction: str
    category: str
    percent: Fraction = attrs.field(converter=_percent)
    valid_from: date
    valid_to: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise InvalidValue(
                f"tax rate {self.jurisdiction} {self.category} ends on {self.valid_to}, "
                f"before it begins on {self.valid_from}"
            )


class TaxTable:
    """Tax rates by jurisdiction, category and day of the tax point.

    >>> table = TaxTable(
    ...     [
    ...         TaxRate("DE", "S", 19, date(2007, 1, 1)),
    ...         TaxRate("DE", "S", 16, date(2020, 7, 1), date(2021, 1, 1)),
    ...     ]
    ... )
    >>> [int(table.rate("DE", "S", date(year, 12, 31)).percent) for year in (2019, 2020, 2021)]
    [19, 16, 19]
    """

    __slots__ = ("_by_key",)

    def __init__(self, rates: Iterable[TaxRate] = ()) -> None:
        by_key: dict[tuple[str, str], list[TaxRate]] = {}
        for rate in sorted(set(rates), key=lambda rate: rate.valid_from, reverse=True):
            known = by_key.setdefault((rate.jurisdiction, rate.category), [])
            if known and known[-1].valid_from == rate.valid_from and known[-1] != rate:
                raise InvalidValue(
                    f"two tax rates {rate.jurisdiction} {rate.category} begin on {rate.valid_from}"
                )
            known.append(rate)
        self._by_key = {key: tuple(known) for key, known in by_key.items()}

    def __iter__(self) -> Iterator[TaxRate]:
        return (rate for key in sorted(self._by_key) for rate in reversed(self._by_key[key]))

    def rate(self, jurisdiction: str, category: str, day: date) -> TaxRate:
        """Give the rate in force on ``day``; of several the one that began last.

        Raises:
            NotFound: none is in force.
        """
        for rate in self._by_key.get((jurisdiction, category), ()):
            if rate.valid_from <= day and (rate.valid_to is None or day < rate.valid_to):
                return rate
        raise NotFound(
            f"no tax rate of category {category!r} in {jurisdiction!r} on {day}: "
            "add it to the tax table"
        )


class TaxMethod(Word):
    """Where tax is rounded."""

    PER_CATEGORY_AND_RATE = "per_category_and_rate"
    """once for each category and rate, as EN 16931 wants"""
    PER_LINE = "per_line"
    """on each line, and on each allowance or charge of the document"""
    PER_DOCUMENT = "per_document"
    """once on the whole; the groups are fitted to it by largest remainder"""


def _moneys(amounts: Iterable[Money]) -> tuple[Money, ...]:
    return tuple(amounts)


@attrs.frozen
class TaxLine:
    """A line of a document before its rounding.

    ``gross`` is the exact amount before ``allowances`` (taken off) and ``charges`` (added).
    ``rate_percent`` is ``None`` where the category knows no rate, such as "not subject to tax".
    """

    gross: ExactAmount
    category: str
    rate_percent: Fraction | None = attrs.field(converter=_percent_or_none)
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

    def net(self, rounding: Rounding = HALF_UP) -> Money:
        """Round the gross amount, take the allowances off and add the charges."""
        currency = self.gross.currency
        extra = money_sum(self.charges, currency) - money_sum(self.allowances, currency)
        return self.gross.settle(rounding) + extra


@attrs.frozen
class DocumentAdjustment:
    """An allowance (``charge`` is false) or a charge on the document as a whole."""

    amount: Money
    charge: bool
    category: str
    rate_percent: Fraction | None = attrs.field(converter=_percent_or_none)

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


_Taxed: TypeAlias = tuple[str, Fraction | None, Money]


def tax_document(
    currency: str,
    lines: Sequence[TaxLine],
    adjustments: Sequence[DocumentAdjustment] = (),
    *,
    prepaid: Money | None = None,
    payable_rounding: Money | None = None,
    method: TaxMethod = TaxMethod.PER_CATEGORY_AND_RATE,
    rounding: Rounding = HALF_UP,
) -> TaxDocument:
    """Work out the tax and the totals of an invoice or a credit note.

    Args:
        currency: of the document and of every amount in it.
        lines: in their order.
        adjustments: allowances and charges on the whole, each with its category and rate.
        prepaid: paid already (BT-113); taken off the payable amount.
        payable_rounding: added to the payable amount (BT-114), for example to whole coins.
        method: where tax is rounded.
        rounding: of line amounts and of tax.

    Raises:
        CurrencyMismatch: an amount is in another currency.

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
    nets = tuple(line.net(rounding) for line in lines)
    taxed: list[_Taxed] = [
        *((line.category, line.rate_percent, net) for line, net in zip(lines, nets, strict=True)),
        *((extra.category, extra.rate_percent, extra.net) for extra in adjustments),
    ]
    for _, _, amount in taxed:
        if amount.currency != currency:
            raise CurrencyMismatch(currency, amount.currency)
    groups = _groups(currency, taxed, method, rounding)
    total_excl = money_sum((group.taxable for group in groups), currency)
    total_tax = money_sum((group.tax for group in groups), currency)
    total_incl = total_excl + total_tax
    payable = total_incl - (prepaid or Money.zero(currency))
    payable += payable_rounding or Money.zero(currency)
    return TaxDocument(nets, groups, total_excl, total_tax, total_incl, payable)


def _groups(
    currency: str, taxed: Sequence[_Taxed], method: TaxMethod, rounding: Rounding
) -> tuple[TaxGroup, ...]:
    members: dict[tuple[str, Fraction | None], list[Money]] = {}
    for category, percent, amount in taxed:
        members.setdefault((category, percent), []).append(amount)
    keys = sorted(members, key=lambda key: (key[0], -1 if key[1] is None else key[1]))
    taxable = [money_sum(members[key], currency) for key in keys]
    if method is TaxMethod.PER_LINE:
        taxes = [
            money_sum((_tax(net, key[1]).settle(rounding) for net in members[key]), currency)
            for key in keys
        ]
    else:
        exactly = [_tax(net, key[1]) for key, net in zip(keys, taxable, strict=True)]
        if method is TaxMethod.PER_DOCUMENT:
            whole = sum(exactly, ExactAmount.of(0, currency)).settle(rounding)
            taxes = list(fit([tax.value for tax in exactly], whole))
        else:
            taxes = [tax.settle(rounding) for tax in exactly]
    return tuple(
        TaxGroup(category, percent, base, tax)
        for (category, percent), base, tax in zip(keys, taxable, taxes, strict=True)
    )


def _tax(net: Money, percent: Fraction | None) -> ExactAmount:
    return net.exact * Fraction(percent or 0) / 100

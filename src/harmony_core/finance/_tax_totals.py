"""The totals of a document's tax: where it is rounded, and what is fitted to what.

Whatever the method, the lines of a group add up to its taxable amount and the groups to the
document. Where a total is rounded before its parts, the parts are fitted to it by largest
remainder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

import attrs

from harmony_core.errors import Word
from harmony_core.finance._allocation import fit
from harmony_core.finance._money import ExactAmount, Money, money_sum
from harmony_core.finance._rounding import Rounding


class TaxMethod(Word):
    """Where tax is rounded."""

    PER_CATEGORY_AND_RATE = "per_category_and_rate"
    """once for each category and rate, as EN 16931 wants"""
    PER_LINE = "per_line"
    """on each line, and on each allowance or charge of the document"""
    PER_DOCUMENT = "per_document"
    """once on the whole; the groups are fitted to it by largest remainder"""
    UNROUNDED = "unrounded"
    """once on the whole, net and tax, before any line is rounded; groups and lines are fitted"""


GroupKey: TypeAlias = tuple[str, Fraction | None]
"""Category and rate."""


class Amounts(NamedTuple):
    """What is taxed, item by item: rounded alone, and before that where it must not be."""

    currency: str
    settled: Sequence[Money]
    exactly: Sequence[ExactAmount] | None


@attrs.frozen
class TaxTotals:
    """Taxable amount and tax of each group, sorted, and the net of each item in its order."""

    keys: tuple[GroupKey, ...]
    taxable: tuple[Money, ...]
    taxes: tuple[Money, ...]
    nets: tuple[Money, ...]


def tax_totals(
    items: Sequence[GroupKey],
    given: Amounts,
    method: TaxMethod,
    rounding: Rounding,
    *,
    tax_included: bool,
) -> TaxTotals:
    """Group items by category and rate, and work out the tax of each group."""
    places: dict[GroupKey, list[int]] = {}
    for n, item in enumerate(items):
        places.setdefault(item, []).append(n)
    keys = tuple(sorted(places, key=_place))
    members = [places[key] for key in keys]
    shares = [tax_share(percent, tax_included=tax_included) for _, percent in keys]
    currency = given.currency
    if given.exactly is None:
        amounts = list(given.settled)
        taxable = [money_sum((amounts[n] for n in group), currency) for group in members]
        sums = [amount.exact for amount in taxable]
    else:
        exactly = given.exactly
        sums = [_sum((exactly[n] for n in group), currency) for group in members]
        taxable = _fit(sums, _sum(sums, currency).settle(rounding))
        amounts = _spread(
            members,
            [
                _fit([exactly[n] for n in group], total)
                for group, total in zip(members, taxable, strict=True)
            ],
        )
    by_item: list[Money] | None = None
    if method is TaxMethod.PER_LINE:
        by_item = _spread(
            members,
            [
                [(amounts[n].exact * share).settle(rounding) for n in group]
                for share, group in zip(shares, members, strict=True)
            ],
        )
        taxes = [money_sum((by_item[n] for n in group), currency) for group in members]
    else:
        raw = [amount * share for amount, share in zip(sums, shares, strict=True)]
        if method is TaxMethod.PER_CATEGORY_AND_RATE:
            taxes = [tax.settle(rounding) for tax in raw]
        else:
            taxes = _fit(raw, _sum(raw, currency).settle(rounding))
    if tax_included:
        taxable = [gross - tax for gross, tax in zip(taxable, taxes, strict=True)]
        nets = [
            _fit([amounts[n].exact * (1 - share) for n in group], net)
            if by_item is None
            else [amounts[n] - by_item[n] for n in group]
            for group, share, net in zip(members, shares, taxable, strict=True)
        ]
        amounts = _spread(members, nets)
    return TaxTotals(keys, tuple(taxable), tuple(taxes), tuple(amounts))


def tax_share(percent: Fraction | None, *, tax_included: bool) -> Fraction:
    """Give the part of an amount that is its tax: on top of a net one, or inside of a gross one."""
    rate = percent or Fraction(0)
    return rate / (100 + rate) if tax_included else rate / 100


def _spread(members: Sequence[list[int]], by_group: Sequence[list[Money]]) -> list[Money]:
    """Put what stands by group back into the order of the items."""
    placed = {
        n: amount
        for group, amounts in zip(members, by_group, strict=True)
        for n, amount in zip(group, amounts, strict=True)
    }
    return [placed[n] for n in range(len(placed))]


def _fit(parts: Sequence[ExactAmount], total: Money) -> list[Money]:
    return list(fit([part.value for part in parts], total))


def _sum(amounts: Iterable[ExactAmount], currency: str) -> ExactAmount:
    return ExactAmount(sum((amount.value for amount in amounts), Fraction(0)), currency)


def _place(key: GroupKey) -> tuple[str, Fraction]:
    category, percent = key
    return category, Fraction(-1) if percent is None else percent

"""Taxes laid on net amounts: where they are rounded, and what is fitted to what.

Whatever the method, the nets of the lines add up to the document's, and each tax is that of its
taxable amount as the document shows it, but for the one rounding that the method names. Where a
total is rounded before its parts, the parts are fitted to it by largest remainder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from fractions import Fraction
from typing import TypeAlias

from harmony_core.errors import InvalidValue
from harmony_core.finance._allocation import fit
from harmony_core.finance._line_tax import TaxBase
from harmony_core.finance._money import Money
from harmony_core.finance._rounding import Rounding
from harmony_core.finance._taxed_items import (
    Chain,
    Laid,
    Placed,
    TaxMethod,
    by_chain,
    first_taxes,
)

_Members: TypeAlias = list[tuple[int, Chain]]
"""The items that bear a tax: their places and all that they bear."""


def lay_on_top(items: Placed, laid: Laid, method: TaxMethod, rounding: Rounding) -> None:
    """Lay the taxes of items on their net amounts."""
    laid.nets |= {n: item.settled for n, item in items}
    exactly: dict[int, Fraction] | None = None
    if method is TaxMethod.UNROUNDED:
        exactly = {n: item.exactly.value for n, item in items}
        laid.nets |= nets_of_the_whole(items, laid, rounding)
    first = first_taxes(items)
    unrounded: dict[tuple[int, int], Fraction] = {}
    for stage in _stages(items, laid):
        raw: dict[int, Fraction] = {}
        for tax, members in stage.items():
            taxable = _taxable(tax, members, laid)
            laid.taxable[tax] += taxable
            if method is TaxMethod.PER_LINE:
                _by_line(tax, members, laid, rounding)
            elif exactly is not None:
                raw[tax] = _before_rounding(tax, members, laid, exactly, unrounded)
            else:
                share = laid.keys[tax].share
                raw[tax] = taxable.exact.value * share
                if laid.layered:
                    laid.parts |= {
                        (tax, n): laid.base(tax, chain, n) * share for n, chain in members
                    }
        if method is TaxMethod.PER_CATEGORY_AND_RATE:
            whole = {tax: laid.settled(value, rounding) for tax, value in raw.items()}
        else:
            whole = dict(_fitted_together(raw.items(), first, laid, rounding))
        for tax, amount in whole.items():
            laid.taxes[tax] += amount
            if laid.layered:
                _scale(laid.parts, [(tax, n) for n, _ in stage[tax]], amount)


def lay_withheld(
    items: Placed, laid: Laid, method: TaxMethod, rounding: Rounding
) -> list[tuple[int, Money, Money]]:
    """Work out what is held back of net amounts, or of those with their taxes: base and tax."""
    bases: defaultdict[int, list[Fraction]] = defaultdict(list)
    for n, item in items:
        for tax in item.withheld:
            bases[tax].append(laid.base(tax, item.taxes, n))
    found = []
    for tax in sorted(bases, key=lambda one: laid.keys[one].place):
        base = laid.settled(sum(bases[tax], Fraction(0)))
        each = [base.exact.value] if method is not TaxMethod.PER_LINE else bases[tax]
        share = laid.keys[tax].share
        parts = (laid.settled(part * share, rounding) for part in each)
        found.append((tax, base, laid.sum_of(parts)))
    return found


def nets_of_the_whole(items: Placed, laid: Laid, rounding: Rounding) -> dict[int, Money]:
    """Round the sum of all items once; what bears the same taxes is fitted to it, then each."""
    alike = by_chain(items, laid.keys)
    exactly = [[item.exactly.value for _, item in group] for group in alike.values()]
    sums = [sum(values, Fraction(0)) for values in exactly]
    totals = fit(sums, laid.settled(sum(sums, Fraction(0)), rounding)) if sums else ()
    found: dict[int, Money] = {}
    for group, values, total in zip(alike.values(), exactly, totals, strict=True):
        found |= zip((n for n, _ in group), fit(values, total), strict=True)
    return found


def _stages(items: Placed, laid: Laid) -> Iterator[dict[int, _Members]]:
    """The taxes that can be worked out together: what stands on others comes after them."""
    members: dict[int, _Members] = {}
    for n, item in items:
        for tax in item.taxes:
            members.setdefault(tax, []).append((n, item.taxes))
    left = [tax for tax in laid.order if tax in members]
    if not laid.layered:
        yield {tax: members[tax] for tax in left}
        return
    below = {
        tax: {one for _, chain in members[tax] for one in laid.below(tax, chain)} for tax in left
    }
    while left:
        ready = [tax for tax in left if below[tax].isdisjoint(left)]
        if not ready:
            keys = (laid.keys[tax] for tax in left)
            named = " and ".join(f"{key.code!r} of {key.jurisdiction!r}" for key in keys)
            raise InvalidValue(
                f"{named} stand on each other in turn: lay taxes on all lines in one order"
            )
        yield {tax: members[tax] for tax in ready}
        left = [tax for tax in left if tax not in ready]


def _taxable(tax: int, members: _Members, laid: Laid) -> Money:
    if laid.keys[tax].on is TaxBase.NET:
        return laid.sum_of(laid.nets[n] for n, _ in members)
    bases = (laid.base(tax, chain, n) for n, chain in members)
    return laid.settled(sum(bases, Fraction(0)))


def _by_line(tax: int, members: _Members, laid: Laid, rounding: Rounding) -> None:
    share = laid.keys[tax].share
    for n, chain in members:
        amount = laid.settled(laid.base(tax, chain, n) * share, rounding)
        laid.parts[tax, n] = amount.exact.value
        laid.taxes[tax] += amount


def _before_rounding(
    tax: int,
    members: _Members,
    laid: Laid,
    exactly: dict[int, Fraction],
    unrounded: dict[tuple[int, int], Fraction],
) -> Fraction:
    share = laid.keys[tax].share
    for n, chain in members:
        above = (unrounded[one, n] for one in laid.below(tax, chain))
        unrounded[tax, n] = laid.parts[tax, n] = sum(above, exactly[n]) * share
    return sum((unrounded[tax, n] for n, _ in members), Fraction(0))


def _fitted_together(
    raw: Iterable[tuple[int, Fraction]], first: Container[int], laid: Laid, rounding: Rounding
) -> Iterator[tuple[int, Money]]:
    """Round the whole of each tax, and fit its rates to it.

    The categories of a line's first tax are rates of one tax.
    """
    alike: defaultdict[tuple[str, str], list[tuple[int, Fraction]]] = defaultdict(list)
    for tax, value in raw:
        key = laid.keys[tax]
        alike[("", "") if tax in first else (key.jurisdiction, key.code)].append((tax, value))
    for parts in alike.values():
        whole = laid.settled(sum((value for _, value in parts), Fraction(0)), rounding)
        fitted = fit([value for _, value in parts], whole)
        yield from zip((tax for tax, _ in parts), fitted, strict=True)


def _scale(
    parts: dict[tuple[int, int], Fraction], bearers: list[tuple[int, int]], amount: Money
) -> None:
    """Give each item its part of a tax as it was rounded; nothing to divide leaves them exact."""
    raw = sum((parts[one] for one in bearers), Fraction(0))
    if raw:
        for one in bearers:
            parts[one] *= amount.exact.value / raw

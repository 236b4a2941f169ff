"""Taxes taken out of prices that include them.

Net and taxes add up to the price, to the last cent: all taxes together are rounded, the net is the
rest, and each tax is fitted to them. They are taken out once for all that bears the same taxes, or
line by line.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

from harmony_core.finance._allocation import fit
from harmony_core.finance._line_tax import TaxBase, parts_of_gross
from harmony_core.finance._money import Money
from harmony_core.finance._rounding import Rounding
from harmony_core.finance._tax_totals import nets_of_the_whole
from harmony_core.finance._taxed_items import Chain, Laid, Placed, TaxMethod, by_chain


def take_out(items: Placed, laid: Laid, method: TaxMethod, rounding: Rounding) -> None:
    """Divide the gross amounts of items into their nets and taxes."""
    if method is TaxMethod.PER_LINE:
        for n, item in items:
            raw = _raw(item.taxes, item.settled.exact.value, laid)
            tax = laid.settled(sum(raw, Fraction(0)), rounding)
            if item.divided is not None:
                tax = item.settled - item.divided
                raw = _scaled(raw, tax.exact.value)
            _keep(laid, item.taxes, {n: item.settled}, list(fit(raw, tax)))
        return
    gross = {n: item.settled for n, item in items}
    if method is TaxMethod.UNROUNDED:
        gross = nets_of_the_whole(items, laid, rounding)
    classes = by_chain(items, laid.keys)
    found: list[Money] = []
    together: list[Fraction] = []
    for chain, members in classes.items():
        if method is TaxMethod.UNROUNDED:
            whole = sum((item.exactly.value for _, item in members), Fraction(0))
        else:
            whole = laid.sum_of(gross[n] for n, _ in members).exact.value
        raw = _raw(chain, whole, laid)
        together += raw
        if method is TaxMethod.PER_CATEGORY_AND_RATE:
            found += fit(raw, laid.settled(sum(raw, Fraction(0)), rounding))
    if method is not TaxMethod.PER_CATEGORY_AND_RATE:
        found += fit(together, laid.settled(sum(together, Fraction(0)), rounding))
    taxes = iter(found)
    for chain, members in classes.items():
        _keep(laid, chain, {n: gross[n] for n, _ in members}, list(islice(taxes, len(chain))))


def _parts(chain: Chain, laid: Laid) -> tuple[Fraction, ...]:
    return parts_of_gross([laid.keys[tax] for tax in chain])


def _raw(chain: Chain, gross: Fraction, laid: Laid) -> list[Fraction]:
    return [gross * part for part in _parts(chain, laid)]


def _scaled(raw: list[Fraction], tax: Fraction) -> list[Fraction]:
    """Divide a tax that is settled already, in the proportion of its parts."""
    whole = sum(raw, Fraction(0))
    return [part * tax / whole for part in raw] if whole else [tax, *raw[1:]]


def _keep(laid: Laid, chain: Chain, gross: dict[int, Money], taxes: list[Money]) -> None:
    """Note net and taxes of what bears the same taxes: the net is what these leave."""
    whole = laid.sum_of(gross.values())
    net = whole - laid.sum_of(taxes)
    parts = _parts(chain, laid)
    left = 1 - sum(parts, Fraction(0))
    weights = [amount.exact.value * left for amount in gross.values()]
    exactly = sum(weights, Fraction(0))
    if len(chain) > 1 and exactly:  # several roundings may lead further off than lines can take
        weights = [weight * net.exact.value / exactly for weight in weights]
    laid.nets |= zip(gross, [net] if len(weights) == 1 else fit(weights, net), strict=True)
    running = net
    for tax, amount, part in zip(chain, taxes, parts, strict=True):
        laid.taxable[tax] += running if laid.keys[tax].on is TaxBase.RUNNING else net
        laid.taxes[tax] += amount
        running += amount
        share = amount.exact.value / whole.exact.value if whole else part
        if laid.layered:
            laid.parts |= {(tax, n): one.exact.value * share for n, one in gross.items()}

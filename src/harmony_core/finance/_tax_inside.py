"""Taxes taken out of prices that include them.

Net and taxes add up to the price, to the last cent: the taxes are rounded, and the net is the rest.
They are taken out once for all that bears the same taxes, or line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice

from harmony_core.finance._allocation import fit
from harmony_core.finance._line_tax import TaxBase, parts_of_gross
from harmony_core.finance._money import Money, money_sum
from harmony_core.finance._rounding import Rounding
from harmony_core.finance._tax_totals import (
    Chain,
    Item,
    Laid,
    TaxKey,
    TaxMethod,
    by_chain,
    first_taxes,
    fitted_together,
    nets_of_the_whole,
    settled,
)


def take_out(
    items: Sequence[tuple[int, Item]], laid: Laid, method: TaxMethod, rounding: Rounding
) -> None:
    """Divide the gross amounts of items into their nets and taxes."""
    gross = {n: item.settled for n, item in items}
    if method is TaxMethod.UNROUNDED:
        gross = nets_of_the_whole(items, laid.currency, rounding)
    classes = by_chain(items)
    if method is TaxMethod.PER_LINE:
        for chain, members in classes.items():
            for n, _ in members:
                taxes = [
                    settled(gross[n].exact.value * part, laid.currency, rounding)
                    for part in parts_of_gross(chain)
                ]
                _keep(laid, chain, {n: gross[n]}, taxes)
        return
    raw: list[tuple[TaxKey, Fraction]] = []
    for chain, members in classes.items():
        whole = sum((gross[n].exact.value for n, _ in members), Fraction(0))
        if method is TaxMethod.UNROUNDED:
            whole = sum((item.exactly.value for _, item in members), Fraction(0))
        raw += zip(chain, (whole * part for part in parts_of_gross(chain)), strict=True)
    rounded = iter(_rounded(raw, items, method, laid.currency, rounding))
    for chain, members in classes.items():
        taxes = list(islice(rounded, len(chain)))
        _keep(laid, chain, {n: gross[n] for n, _ in members}, taxes)


def _rounded(
    raw: list[tuple[TaxKey, Fraction]],
    items: Sequence[tuple[int, Item]],
    method: TaxMethod,
    currency: str,
    rounding: Rounding,
) -> list[Money]:
    """Each tax of each class, in their order."""
    if method is TaxMethod.PER_CATEGORY_AND_RATE:
        return [settled(tax, currency, rounding) for _, tax in raw]
    first = first_taxes(item for _, item in items)
    found: dict[TaxKey, list[Money]] = {}
    for key, tax in fitted_together(raw, first, currency, rounding):
        found.setdefault(key, []).append(tax)
    return [found[key].pop(0) for key, _ in raw]


def _keep(laid: Laid, chain: Chain, gross: dict[int, Money], taxes: list[Money]) -> None:
    """Note net and taxes of what bears the same taxes: the net is what these leave."""
    net = money_sum(gross.values(), laid.currency) - money_sum(taxes, laid.currency)
    exact_parts = parts_of_gross(chain)
    weights = {
        n: amount.exact.value * (1 - sum(exact_parts, Fraction(0))) for n, amount in gross.items()
    }
    whole = sum(weights.values(), Fraction(0))
    if len(chain) > 1 and whole:  # several roundings may be further off than one for each line
        weights = {n: weight * net.exact.value / whole for n, weight in weights.items()}
    nets = [net] if len(gross) == 1 else fit(list(weights.values()), net)
    laid.nets |= zip(gross, nets, strict=True)
    running = net
    for key, tax, part in zip(chain, taxes, exact_parts, strict=True):
        laid.taxable[key] += running if key.on is TaxBase.RUNNING else net
        laid.taxes[key] += tax
        running += tax
        total = sum((amount.exact.value for amount in gross.values()), Fraction(0))
        for n, amount in gross.items():
            share = amount.exact.value / total if total else Fraction(0)
            laid.parts[key, n] = tax.exact.value * share if total else amount.exact.value * part

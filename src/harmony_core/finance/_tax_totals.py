"""The totals of a document's tax: where it is rounded, and what is fitted to what.

Whatever the method, the nets of the lines add up to the document's, and each tax is that of its
taxable amount as the document shows it, but for the one rounding that the method names. Where a
total is rounded before its parts, the parts are fitted to it by largest remainder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from harmony_core.errors import InvalidValue, Word
from harmony_core.finance._allocation import fit
from harmony_core.finance._line_tax import LineTax, TaxBase
from harmony_core.finance._money import ExactAmount, Money, money_sum
from harmony_core.finance._rounding import HALF_UP, Rounding


class TaxMethod(Word):
    """Where tax is rounded; with several taxes on a line, each of them is."""

    PER_CATEGORY_AND_RATE = "per_category_and_rate"
    """once for each category and rate, as EN 16931 wants"""
    PER_LINE = "per_line"
    """on each line, and on each allowance or charge of the document"""
    PER_DOCUMENT = "per_document"
    """once on the whole; the groups are fitted to it by largest remainder"""
    UNROUNDED = "unrounded"
    """once on the whole, net and tax, before any line is rounded; groups and lines are fitted"""


class TaxKey(NamedTuple):
    """What is one tax on a document."""

    code: str
    percent: Fraction | None
    jurisdiction: str
    on: TaxBase

    @property
    def share(self) -> Fraction:
        """The rate as a share of one."""
        return (self.percent or Fraction(0)) / 100


def key_of(tax: LineTax) -> TaxKey:
    """Give what a tax of a line is added up under."""
    return TaxKey(tax.code, tax.percent, tax.jurisdiction, tax.on)


Chain: TypeAlias = tuple[TaxKey, ...]
"""The taxes of a line in their order; the first is that of its category."""


class Item(NamedTuple):
    """What is taxed: rounded alone, and before that where it must not be.

    ``divided`` is the net of a gross amount that was divided before.
    """

    taxes: Chain
    withheld: Chain
    settled: Money
    exactly: ExactAmount
    divided: Money | None = None


class Laid:
    """What each tax comes to, on what, and which part of it each item bears.

    ``parts`` holds the rounded tax in exact proportion to the items: the base of what stands on it.
    """

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.nets: dict[int, Money] = {}
        self.taxable: defaultdict[TaxKey, Money] = defaultdict(lambda: Money.zero(currency))
        self.taxes: defaultdict[TaxKey, Money] = defaultdict(lambda: Money.zero(currency))
        self.parts: dict[tuple[TaxKey, int], Fraction] = {}

    def base(self, key: TaxKey, chain: Chain, n: int) -> Fraction:
        """What a tax stands on, of one item."""
        above = (self.parts[tax, n] for tax in _below(key, chain))
        return sum(above, self.nets[n].exact.value)


def _below(key: TaxKey, chain: Chain) -> Chain:
    """The taxes that one stands on; what is withheld stands on all of them."""
    if key.on is TaxBase.NET:
        return ()
    return chain[: chain.index(key)] if key in chain else chain


def lay_on_top(
    items: Sequence[tuple[int, Item]], laid: Laid, method: TaxMethod, rounding: Rounding
) -> None:
    """Lay the taxes of items on their net amounts."""
    exactly = {n: item.settled.exact.value for n, item in items}
    laid.nets |= {n: item.settled for n, item in items}
    if method is TaxMethod.UNROUNDED:
        exactly = {n: item.exactly.value for n, item in items}
        laid.nets |= nets_of_the_whole(items, laid.currency, rounding)
    first = first_taxes(item for _, item in items)
    unrounded: dict[tuple[TaxKey, int], Fraction] = {}
    for stage in _stages(items):
        raw: dict[TaxKey, Fraction] = {}
        for key, members in stage.items():
            bases = {n: laid.base(key, chain, n) for n, chain in members}
            taxable = settled(sum(bases.values(), Fraction(0)), laid.currency)
            laid.taxable[key] += taxable
            if method is TaxMethod.PER_LINE:
                for n, base in bases.items():
                    tax = settled(base * key.share, laid.currency, rounding)
                    laid.parts[key, n] = tax.exact.value
                    laid.taxes[key] += tax
            elif method is TaxMethod.UNROUNDED:
                for n, chain in members:
                    above = (unrounded[tax, n] for tax in _below(key, chain))
                    unrounded[key, n] = sum(above, exactly[n]) * key.share
                    laid.parts[key, n] = unrounded[key, n]
                raw[key] = sum((unrounded[key, n] for n, _ in members), Fraction(0))
            else:
                laid.parts |= {(key, n): base * key.share for n, base in bases.items()}
                raw[key] = taxable.exact.value * key.share
        if method is TaxMethod.PER_CATEGORY_AND_RATE:
            whole = {key: settled(tax, laid.currency, rounding) for key, tax in raw.items()}
        else:
            whole = dict(fitted_together(raw.items(), first, laid.currency, rounding))
        for key, tax in whole.items():
            laid.taxes[key] += tax
            _scale(laid.parts, [(key, n) for n, _ in stage[key]], tax)


def lay_withheld(
    items: Sequence[tuple[int, Item]], laid: Laid, method: TaxMethod, rounding: Rounding
) -> dict[TaxKey, tuple[Money, Money]]:
    """Work out what is held back of net amounts, or of those with their taxes: base and tax."""
    bases: defaultdict[TaxKey, list[Fraction]] = defaultdict(list)
    for n, item in items:
        for key in item.withheld:
            bases[key].append(laid.base(key, item.taxes, n))
    found = {}
    for key in sorted(bases, key=_place):
        base = settled(sum(bases[key], Fraction(0)), laid.currency)
        each = [base.exact.value] if method is not TaxMethod.PER_LINE else bases[key]
        parts = (settled(part * key.share, laid.currency, rounding) for part in each)
        found[key] = base, money_sum(parts, laid.currency)
    return found


def first_taxes(items: Iterable[Item]) -> frozenset[TaxKey]:
    """The taxes of the categories."""
    return frozenset(item.taxes[0] for item in items)


def ordered(items: Iterable[Item]) -> list[TaxKey]:
    """Every tax once: those that stand first on a line, then those upon or beside them."""
    place: dict[TaxKey, int] = {}
    for item in items:
        for number, key in enumerate(item.taxes):
            place[key] = min(number, place.get(key, number))
    return sorted(place, key=lambda key: (place[key], _place(key)))


def _stages(
    items: Sequence[tuple[int, Item]],
) -> Iterator[dict[TaxKey, list[tuple[int, Chain]]]]:
    """The taxes that can be worked out together: what stands on others comes after them."""
    members: dict[TaxKey, list[tuple[int, Chain]]] = {}
    below: defaultdict[TaxKey, set[TaxKey]] = defaultdict(set)
    for n, item in items:
        for number, key in enumerate(item.taxes):
            members.setdefault(key, []).append((n, item.taxes))
            if key.on is TaxBase.RUNNING:
                below[key].update(item.taxes[:number])
    left = ordered(item for _, item in items)
    while left:
        ready = [key for key in left if below[key].isdisjoint(left)]
        if not ready:
            named = " and ".join(f"{key.code!r} of {key.jurisdiction!r}" for key in left)
            raise InvalidValue(
                f"{named} stand on each other in turn: lay taxes on all lines in one order"
            )
        yield {key: members[key] for key in ready}
        left = [key for key in left if key not in ready]


def fitted_together(
    raw: Iterable[tuple[TaxKey, Fraction]],
    first: Container[TaxKey],
    currency: str,
    rounding: Rounding,
) -> Iterator[tuple[TaxKey, Money]]:
    """Round the whole of each tax, and fit its rates and parts to it.

    The categories of a line's first tax are rates of one tax.
    """
    alike: defaultdict[tuple[str, str], list[tuple[TaxKey, Fraction]]] = defaultdict(list)
    for key, tax in raw:
        alike[("", "") if key in first else (key.jurisdiction, key.code)].append((key, tax))
    for parts in alike.values():
        whole = settled(sum((tax for _, tax in parts), Fraction(0)), currency, rounding)
        fitted = fit([tax for _, tax in parts], whole)
        yield from zip((key for key, _ in parts), fitted, strict=True)


def nets_of_the_whole(
    items: Sequence[tuple[int, Item]], currency: str, rounding: Rounding
) -> dict[int, Money]:
    """Round the sum of all items once; what bears the same taxes is fitted to it, then each."""
    alike = by_chain(items)
    exactly = [[item.exactly.value for _, item in group] for group in alike.values()]
    sums = [sum(values, Fraction(0)) for values in exactly]
    totals = fit(sums, settled(sum(sums, Fraction(0)), currency, rounding)) if sums else ()
    found: dict[int, Money] = {}
    for group, values, total in zip(alike.values(), exactly, totals, strict=True):
        found |= zip((n for n, _ in group), fit(values, total), strict=True)
    return found


def by_chain(items: Sequence[tuple[int, Item]]) -> dict[Chain, list[tuple[int, Item]]]:
    """Put together what bears the same taxes; in an order that does not depend on theirs."""
    found: dict[Chain, list[tuple[int, Item]]] = {}
    for n, item in items:
        found.setdefault(item.taxes, []).append((n, item))
    return {chain: found[chain] for chain in sorted(found, key=lambda keys: [*map(_place, keys)])}


def _scale(
    parts: dict[tuple[TaxKey, int], Fraction], keys: list[tuple[TaxKey, int]], tax: Money
) -> None:
    """Give each item its part of a tax as it was rounded; nothing to divide leaves them exact."""
    raw = sum((parts[key] for key in keys), Fraction(0))
    if raw:
        for key in keys:
            parts[key] *= tax.exact.value / raw


def settled(value: Fraction, currency: str, rounding: Rounding = HALF_UP) -> Money:
    """Round an exact amount in major units."""
    return ExactAmount(value, currency).settle(rounding)


def _place(key: TaxKey) -> tuple[str, Fraction, str, str]:
    percent = Fraction(-1) if key.percent is None else key.percent
    return key.code, percent, key.jurisdiction, key.on.value

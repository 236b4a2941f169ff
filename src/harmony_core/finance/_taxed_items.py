"""What is taxed on a document, and what its taxes come to: the sheet that the engines fill in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from harmony_core.errors import Word
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

    @property
    def place(self) -> tuple[str, Fraction, str, str]:
        """Where it stands among others."""
        percent = Fraction(-1) if self.percent is None else self.percent
        return self.code, percent, self.jurisdiction, self.on.value


Chain: TypeAlias = tuple[int, ...]
"""The taxes of a line in their order, by their numbers; the first is that of its category."""


class TaxNumbers:
    """Every tax of a document once, by a number: fractions are slow keys."""

    def __init__(self) -> None:
        self.keys: list[TaxKey] = []
        self._numbers: dict[tuple[str, int, int, str, str], int] = {}

    def number(self, code: str, percent: Fraction | None, place: str, on: TaxBase) -> int:
        """Give the number of a tax."""
        above, below = (-1, 0) if percent is None else percent.as_integer_ratio()
        key = code, above, below, place, on.value
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.keys)
            self.keys.append(TaxKey(code, percent, place, on))
        return found

    def chain(self, taxes: Iterable[LineTax]) -> Chain:
        """Give the numbers of taxes."""
        return tuple(self.number(tax.code, tax.percent, tax.jurisdiction, tax.on) for tax in taxes)


class Item(NamedTuple):
    """What is taxed: rounded alone, and before that where it must not be.

    ``divided`` is the net of a gross amount that was divided before.
    """

    taxes: Chain
    withheld: Chain
    settled: Money
    exactly: ExactAmount
    divided: Money | None = None


Placed: TypeAlias = Sequence[tuple[int, Item]]
"""Items with their places on the document."""


class Laid:
    """What each tax comes to, on what, and which part of it each item bears.

    ``parts`` holds the rounded tax in exact proportion to the items: the base of what stands on it.
    It is kept where something does. ``order`` has every tax once: those that stand first on a line,
    then those upon or beside them.
    """

    def __init__(self, currency: str, keys: Sequence[TaxKey], items: Iterable[Item]) -> None:
        self.currency, self.keys = currency, keys
        self.order = _in_order(items, keys)
        self.nets: dict[int, Money] = {}
        self.taxable = [Money.zero(currency)] * len(keys)
        self.taxes = [Money.zero(currency)] * len(keys)
        self.parts: dict[tuple[int, int], Fraction] = {}
        self.layered = any(key.on is TaxBase.RUNNING for key in keys)

    def below(self, tax: int, chain: Chain) -> Chain:
        """The taxes that one stands on; what is withheld stands on all of them."""
        if self.keys[tax].on is TaxBase.NET:
            return ()
        return chain[: chain.index(tax)] if tax in chain else chain

    def base(self, tax: int, chain: Chain, n: int) -> Fraction:
        """What a tax stands on, of one item."""
        above = (self.parts[one, n] for one in self.below(tax, chain))
        return sum(above, self.nets[n].exact.value)

    def settled(self, value: Fraction, rounding: Rounding = HALF_UP) -> Money:
        """Round an exact amount in major units."""
        return ExactAmount(value, self.currency).settle(rounding)

    def sum_of(self, amounts: Iterable[Money]) -> Money:
        """Add up amounts of the document."""
        return money_sum(amounts, self.currency)


def by_chain(items: Placed, keys: Sequence[TaxKey]) -> dict[Chain, list[tuple[int, Item]]]:
    """Put together what bears the same taxes; in an order that does not depend on theirs."""
    found: dict[Chain, list[tuple[int, Item]]] = {}
    for n, item in items:
        found.setdefault(item.taxes, []).append((n, item))
    if len(found) < 2:
        return found
    ordered = sorted(found, key=lambda chain: [keys[tax].place for tax in chain])
    return {chain: found[chain] for chain in ordered}


def first_taxes(items: Placed) -> frozenset[int]:
    """The taxes of the categories."""
    return frozenset(item.taxes[0] for _, item in items)


def _in_order(items: Iterable[Item], keys: Sequence[TaxKey]) -> list[int]:
    place: dict[int, int] = {}
    for chain in {item.taxes for item in items}:
        for number, tax in enumerate(chain):
            place[tax] = min(number, place.get(tax, number))
    return sorted(place, key=lambda tax: (place[tax], keys[tax].place))

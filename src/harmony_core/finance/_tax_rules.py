"""Which tax a supply bears, and why: rules by seller, buyer and what is sold, from a day on.

The rules are the host's data, like the rates; the library picks one and says which. What no rule
covers is taxed as a sale at home where buyer and seller are in one jurisdiction, else as an export.
Categories are those of UN/CEFACT list 5305, as EN 16931 uses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from itertools import pairwise

import attrs

from harmony_core.errors import InvalidValue, Word, kinds_checked
from harmony_core.finance._line_tax import LineTax, NamedTax, named_taxes, parts_of_gross

EXPORT = "G"
"""Tax category of a sale to another country (free export item)."""

NEED_A_REASON = frozenset({"E", "AE", "K", "G", "O"})
"""Exempt, reverse charge, intra-community supply, export, outside scope: EN 16931 (BR-E-10,
BR-AE-10, BR-IC-10, BR-G-10, BR-O-10) wants the reason of each on the invoice."""

FIXED_PERCENT: dict[str, Fraction | None] = {
    "Z": Fraction(0), "E": Fraction(0), "AE": Fraction(0), "K": Fraction(0), "G": Fraction(0),
    "O": None,
}  # fmt: skip
"""Categories that ask for no tax; "outside scope" knows no rate at all (EN 16931, BR-O-05)."""


class RateOf(Word):
    """Whose rate a supply bears."""

    SELLER = "seller"
    BUYER = "buyer"
    """the rate at the place of the buyer, as in the one-stop shop"""


class TaxPoint(Word):
    """The day whose rates and rules a charge bears."""

    INVOICE = "invoice"
    """the day of the document"""
    SERVICE_END = "service_end"
    """the last day of the service: a change of the rate divides by periods, not by invoices"""
    SERVICE_START = "service_start"
    EARLIER = "earlier"
    """the day of the document, or the last day of the service if that came before"""

    def day(self, document: date, first_day: date, last_day: date) -> date:
        """Give the tax point of a charge on a document for a service.

        >>> TaxPoint.EARLIER.day(date(2020, 7, 1), date(2020, 6, 1), date(2020, 6, 30))
        datetime.date(2020, 6, 30)
        """
        match self:
            case TaxPoint.SERVICE_END:
                return last_day
            case TaxPoint.SERVICE_START:
                return first_day
            case TaxPoint.EARLIER:
                return min(document, last_day)
        return document


@attrs.frozen(field_transformer=kinds_checked)
class Supply:
    """What a tax is decided on.

    ``code`` is the tax category of what is sold, ``registered`` whether the buyer has a tax number.
    ``buyer`` may be a part of a country, such as ``CA-QC``: what stands before the hyphen is it.
    """

    seller: str
    buyer: str
    code: str
    tax_point: date
    registered: bool = False

    @property
    def at_home(self) -> bool:
        """Whether the buyer is in the seller's country, or in a part of it."""
        return self.buyer.partition("-")[0] == self.seller.partition("-")[0]


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):  # its letters would be taken for jurisdictions
        raise InvalidValue(f"codes and buyers come as a list, got {values!r}: write [{values!r}]")
    return tuple(values)


@attrs.frozen(field_transformer=kinds_checked)
class TaxRule:
    """In sales of ``seller``, what fits gets ``category``, from ``valid_from`` on.

    Of several rules that fit, the most specific one is taken: one that names codes before one that
    names buyers, then one that says home or abroad, then one that asks for a tax number; of equal
    ones the one that began last.

    Args:
        id: stands on every line that it decided.
        seller: the seller's jurisdiction.
        category: that the document shows.
        reason: why, in words, as the invoice states it (EN 16931, BT-120).
        reason_code: the same as a code, such as ``VATEX-EU-AE`` (BT-121).
        codes: tax categories of products that it is for; empty: all.
        buyers: the buyers' jurisdictions, a part of a country by its own name; empty: all.
        abroad: whether buyer and seller must be in different countries, or in one; ``None``:
            either.
        registered: whether the buyer must have a tax number, or none; ``None``: either.
        rate_of: whose rate, where the category is taxed.
        jurisdiction: whose tax the category's is, where it is not that of ``rate_of``.
        further: taxes beside that of the category or upon it, in their order.
        withheld: taxes of the seller that the buyer holds back and pays for him.
        valid_from: the first tax point.
        valid_to: the first tax point after; ``None``: open.

    Raises:
        InvalidValue: a category that asks for no tax has no reason, or the rule ends before it
            begins.
    """

    id: str
    seller: str
    category: str
    reason: str = ""
    reason_code: str = ""
    codes: tuple[str, ...] = attrs.field(default=(), converter=_texts, kw_only=True)
    buyers: tuple[str, ...] = attrs.field(default=(), converter=_texts, kw_only=True)
    abroad: bool | None = attrs.field(default=None, kw_only=True)
    registered: bool | None = attrs.field(default=None, kw_only=True)
    rate_of: RateOf = attrs.field(default=RateOf.SELLER, converter=RateOf, kw_only=True)
    jurisdiction: str = attrs.field(default="", kw_only=True)
    further: tuple[NamedTax, ...] = attrs.field(default=(), converter=named_taxes, kw_only=True)
    withheld: tuple[NamedTax, ...] = attrs.field(default=(), converter=named_taxes, kw_only=True)
    valid_from: date = attrs.field(kw_only=True)
    valid_to: date | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.category in NEED_A_REASON and not (self.reason or self.reason_code):
            raise InvalidValue(
                f"the tax rule {self.id!r} asks for no tax by category {self.category}: "
                "EN 16931 wants its reason, in words or as a code"
            )
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise InvalidValue(
                f"the tax rule {self.id!r} ends on {self.valid_to}, "
                f"before it begins on {self.valid_from}"
            )

    def place(self, supply: Supply) -> str:
        """Whose tax a sale bears."""
        return self.jurisdiction or (
            supply.buyer if self.rate_of is RateOf.BUYER else supply.seller
        )

    @property
    def specificity(self) -> tuple[bool, bool, bool, bool]:
        """What it asks for, the weightiest first."""
        return (
            bool(self.codes),
            bool(self.buyers),
            self.abroad is not None,
            self.registered is not None,
        )

    def fits(self, supply: Supply) -> bool:
        """Tell whether it is for a supply."""
        return (
            self.seller == supply.seller
            and self.valid_from <= supply.tax_point
            and (self.valid_to is None or supply.tax_point < self.valid_to)
            and (not self.codes or supply.code in self.codes)
            and (not self.buyers or supply.buyer in self.buyers)
            and (self.abroad is None or self.abroad is not supply.at_home)
            and (self.registered is None or self.registered is supply.registered)
        )

    @property
    def sales(self) -> Iterator[tuple[str, str | None, str | None]]:
        """The seller with each code and buyer that it names; ``None`` for all of them."""
        for code in self.codes or (None,):
            for buyer in self.buyers or (None,):
                yield self.seller, code, buyer


@attrs.frozen
class TaxDecision:
    """The tax of a supply and why; ``percent`` is ``None`` where the category knows no rate.

    ``rule`` is the id of the rule, or ``home`` or ``export`` where none decided.

    Args:
        jurisdiction: whose tax it is.
        further: the taxes beside it or upon it, in their order, with their rates of the day.
        withheld: what the buyer holds back.
    """

    category: str
    percent: Fraction | None
    reason: str
    reason_code: str
    rule: str
    tax_point: date
    jurisdiction: str = ""
    further: tuple[LineTax, ...] = ()
    withheld: tuple[LineTax, ...] = ()

    @property
    def taxes(self) -> tuple[LineTax, ...]:
        """All taxes in their order; the first is that of the category."""
        first = LineTax(self.category, self.percent, self.jurisdiction, reason=self.reason)
        return first, *self.further

    @property
    def part_of_gross(self) -> Fraction:
        """All taxes together, as an exact part of a price that includes them.

        >>> TaxDecision("S", 19, "", "", "home", date(2026, 1, 1)).part_of_gross
        Fraction(19, 119)
        """
        return sum(parts_of_gross(self.taxes), Fraction(0))


AT_HOME, ABROAD = "home", "export"


def checked_rules(rules: Iterable[TaxRule]) -> tuple[TaxRule, ...]:
    """Put rules into the order in which they are asked: the most specific, then the latest.

    Raises:
        InvalidValue: two have one id, or a supply could fit two of which neither goes first.
    """
    ordered = sorted(rules, key=lambda rule: rule.id)
    for one, other in pairwise(ordered):
        if one.id == other.id:
            raise InvalidValue(f"two tax rules have the id {one.id!r}")
    asked: dict[tuple[object, ...], TaxRule] = {}
    for rule in ordered:  # equally specific ones name what one of them names, or nothing does
        for sale in rule.sales:
            key = (*sale, rule.abroad, rule.registered, rule.specificity, rule.valid_from)
            first = asked.setdefault(key, rule)
            if first is not rule and first.id != rule.id:
                raise InvalidValue(
                    f"the tax rules {first.id!r} and {rule.id!r} fit the same sales from "
                    f"{rule.valid_from} on: let one of them ask for more"
                )
    ordered.sort(key=lambda rule: (rule.specificity, rule.valid_from), reverse=True)
    return tuple(ordered)

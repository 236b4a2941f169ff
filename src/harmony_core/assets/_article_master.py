"""Entitlements filled from the article master, and every difference to it listed.

Buying a bundle brings licences of each of its parts. What somebody changes afterwards stays, and
is listed: nothing is put right in silence, and nothing is kept in silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.assets._estate import Entitlement, MasterArticle
from harmony_core.errors import NotFound, Word
from harmony_core.products import Catalogue


def entitlements_of(
    article: MasterArticle,
    catalogue: Catalogue,
    customer_id: str,
    *,
    contract_id: str | None = None,
    suppliers: Mapping[str, str] | None = None,
    software: Collection[str] | None = None,
) -> tuple[Entitlement, ...]:
    """Give the entitlements that the purchase of an article brings, nested bundles opened.

    Args:
        article: what was bought, how many of it, and when.
        catalogue: the article master.
        customer_id: whose they are.
        contract_id: under which it was sold.
        suppliers: the supplier of each product, where it is known.
        software: the products that are licensed; without it every part of the article is.

    Raises:
        NotFound: the master has no such article, or not yet on the day of the purchase.
    """
    return tuple(
        Entitlement(
            f"{article.id}.{product_id}",
            customer_id,
            product_id,
            quantity,
            article.day,
            supplier_id=(suppliers or {}).get(product_id),
            contract_id=contract_id,
            article=article,
        )
        for product_id, quantity in _expected(article, catalogue).items()
        if software is None or product_id in software
    )


class MasterDifferenceKind(Word):
    """How entitlements differ from the article master."""

    COUNT = "count"
    """more or fewer than the article brings"""
    MISSING = "missing"
    """the article brings it, and there is no entitlement"""
    EXTRA = "extra"
    """the article does not bring it"""
    UNKNOWN_ARTICLE = "unknown_article"
    """the master does not have the article on the day of its purchase"""


@attrs.frozen
class MasterDifference:
    """One product of a purchase whose entitlements are not what the master says.

    Attributes:
        expected: what the article brings.
        held: what the entitlements add up to.
        entitlement_ids: those added up; none where they are missing.
    """

    article: MasterArticle
    product_id: str
    kind: MasterDifferenceKind
    expected: Fraction
    held: Fraction
    entitlement_ids: tuple[str, ...]


def differences_to_master(
    entitlements: Iterable[Entitlement],
    catalogue: Catalogue,
    day: date,
    software: Collection[str] | None = None,
) -> tuple[MasterDifference, ...]:
    """List where the entitlements of a day are not what the master says of their articles.

    Those that came by no article of the master have nothing to differ from. A purchase of which
    no entitlement is left is not known here.

    Args:
        entitlements: of any customers, in any order.
        catalogue: the article master.
        day: on which they hold.
        software: the products that are licensed; without it every part of an article is.
    """
    purchases: dict[MasterArticle, dict[str, list[Entitlement]]] = {}
    for one in sorted(entitlements, key=lambda one: one.id):
        if one.article is not None and one.holds_on(day):
            purchases.setdefault(one.article, {}).setdefault(one.product_id, []).append(one)
    return tuple(
        found
        for article, held in sorted(purchases.items(), key=lambda pair: pair[0].id)
        for found in _differences(article, held, catalogue, software)
    )


def _differences(
    article: MasterArticle,
    held: Mapping[str, list[Entitlement]],
    catalogue: Catalogue,
    software: Collection[str] | None,
) -> Iterator[MasterDifference]:
    try:
        found, beyond = _expected(article, catalogue), MasterDifferenceKind.EXTRA
    except NotFound:
        found, beyond = {}, MasterDifferenceKind.UNKNOWN_ARTICLE
    expected = {name: n for name, n in found.items() if software is None or name in software}
    for product_id in sorted(expected.keys() | held.keys()):
        owned, wanted = held.get(product_id, []), expected.get(product_id)
        quantity = sum((one.quantity for one in owned), Fraction(0))
        if wanted == quantity and owned:
            continue
        kind = MasterDifferenceKind.COUNT if owned else MasterDifferenceKind.MISSING
        ids = tuple(one.id for one in owned)
        yield MasterDifference(
            article,
            product_id,
            beyond if wanted is None else kind,
            wanted or Fraction(0),
            quantity,
            ids,
        )


def _expected(article: MasterArticle, catalogue: Catalogue) -> dict[str, Fraction]:
    """What an article brings, by product; a part that stands in several places counts together."""
    counts: dict[str, Fraction] = {}
    for product, count in catalogue.explode(article.product_id, article.quantity, article.day):
        counts[product.id] = counts.get(product.id, Fraction(0)) + count
    return counts

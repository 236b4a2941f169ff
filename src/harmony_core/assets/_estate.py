"""A customer's software in one place: what he may use, and what he uses.

An entitlement is one purchase of licences with its days, supplier and contract. What is used are
the soft assets that are there on a day. The gap between the two is asked for by product and day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.assets._devices import Device
from harmony_core.assets._types import AssetTypes
from harmony_core.errors import InvalidValue, expect, expect_each, expect_name
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import Exact, exact
from harmony_core.parties import Directory


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a number of licences")


@attrs.frozen
class MasterArticle:
    """The purchase of an article of the master: a bundle, or one product.

    Args:
        id: of the purchase; the entitlements that it brought share it.
        product_id: the article.
        quantity: how many of it.
        day: of the purchase: the master's versions are those of that day.
    """

    id: str
    product_id: str
    quantity: Fraction = attrs.field(converter=_quantity)
    day: date


@attrs.frozen
class Entitlement:
    """Licences of one product that a customer may use from ``start`` to ``last_day``.

    Args:
        id: of the entitlement.
        customer_id: whose it is.
        product_id: the software.
        quantity: how many may be used at a time.
        start: first day.
        last_day: last day, inclusive; ``None`` for licences without an end.
        version: up to which it may be used, as the maker writes it; not compared.
        supplier_id: from whom it was bought.
        contract_id: under which contract it is billed or kept up.
        key: the licence key, opaque: kept, never read and not shown.
        recorded_on: when it became known, if that was later than its start.
        article: the purchase from the article master that brought it, if one did.

    Raises:
        InvalidValue: a quantity below zero, or a last day before the first.
    """

    id: str
    customer_id: str
    product_id: str
    quantity: Fraction = attrs.field(converter=_quantity)
    start: date
    last_day: date | None = None
    version: str = ""
    supplier_id: str | None = None
    contract_id: str | None = None
    key: str | None = attrs.field(default=None, repr=False)
    recorded_on: date | None = None
    article: MasterArticle | None = None

    def __attrs_post_init__(self) -> None:
        if self.quantity < 0:
            raise InvalidValue(
                f"entitlement {self.id!r} is for {exact_text(self.quantity)} licences: "
                "give zero or more"
            )
        if self.last_day is not None and self.last_day < self.start:
            raise InvalidValue(
                f"entitlement {self.id!r} ends on {self.last_day}, before its start {self.start}"
            )

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.start

    def holds_on(self, day: date) -> bool:
        """Whether ``day`` lies between its first and last day."""
        return self.start <= day and (self.last_day is None or day <= self.last_day)


@attrs.frozen
class LicenceGap:
    """What a customer may use of a product on a day, and what he uses.

    ``gap`` is above zero for licences to spare, below zero for licences that are missing; the
    explanation is that of the gap.
    """

    customer_id: str
    product_id: str
    day: date
    entitled: Fraction
    used: Fraction
    entitlement_ids: tuple[str, ...]
    device_ids: tuple[str, ...]
    explanation: Explanation

    @property
    def gap(self) -> Fraction:
        """Entitled less used."""
        return self.entitled - self.used


def licence_gaps(
    entitlements: Iterable[Entitlement],
    installed: Iterable[Device],
    day: date,
    products: Mapping[str, Collection[str]],
    asset_types: AssetTypes | None = None,
    *,
    known: date | None = None,
    directory: Directory | None = None,
) -> tuple[LicenceGap, ...]:
    """Compare entitlements with use on a day, for each customer and product that has either.

    Args:
        entitlements: of any customers, in any order; one given twice counts once.
        installed: soft assets with the days on which they are there; one given twice counts once.
        day: the day to look at.
        products: for each product, the asset types whose use needs a licence of it.
        asset_types: the tree; with it, sub-types need the licence as well.
        known: leave out entitlements that became known after this day.
        directory: resolves customers that were merged.

    Raises:
        InvalidValue: two entitlements of one id that differ, or an argument of another kind.
        NotFound: a type that is not in the tree.

    >>> bought = Entitlement("E-1", "K-1", "OFFICE", 1, date(2026, 1, 1))
    >>> always = [(date(2026, 1, 1), None)]
    >>> installed = [Device(id_, "office", "K-1", always) for id_ in ("o-1", "o-2")]
    >>> [found] = licence_gaps([bought], installed, date(2026, 4, 1), {"OFFICE": ["office"]})
    >>> found.gap, found.device_ids
    (Fraction(-1, 1), ('o-1', 'o-2'))
    """
    _refuse_other_kinds(day, products, asset_types, known, directory)
    owned: dict[str, Entitlement] = {}
    for one in expect_each(entitlements, Entitlement, "entitlements"):
        if owned.setdefault(one.id, one) != one:
            raise InvalidValue(f"two entitlements are called {one.id!r}: give each its own id")
    held: defaultdict[tuple[str, str], list[Entitlement]] = defaultdict(list)
    for id_ in sorted(owned):
        one = owned[id_]
        if one.holds_on(day) and (known is None or one.known_on <= known):
            held[_customer(directory, one.customer_id), one.product_id].append(one)
    used: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    needing = _needing(products, asset_types)
    for device in expect_each(installed, Device, "soft assets installed"):
        for product_id in needing.get(device.type, ()) if device.is_active(day) else ():
            used[_customer(directory, device.customer_id), product_id].add(device.id)
    return tuple(
        _gap(place, day, held.get(place, []), used.get(place, set()))
        for place in sorted({*held, *used})
    )


def _refuse_other_kinds(
    day: date,
    products: Mapping[str, Collection[str]],
    asset_types: AssetTypes | None,
    known: date | None,
    directory: Directory | None,
) -> None:
    expect(day, date, "the day of licence gaps", "date(2026, 3, 1)")
    expect(products, Mapping, "products of licence gaps", '{"OFFICE": ["office"]}')
    for product_id, types in products.items():
        expect_name(product_id, "a product of licence gaps")
        if not isinstance(types, str):
            expect_each(types, str, f"asset types that need a licence of {product_id!r}")
    if asset_types is not None:
        expect(asset_types, AssetTypes, "the tree of asset types")
    if known is not None:
        expect(known, date, "known of licence gaps")
    if directory is not None:
        expect(directory, Directory, "the directory of licence gaps")


def _customer(directory: Directory | None, customer_id: str) -> str:
    if directory is None or customer_id not in directory:
        return customer_id
    return directory.resolve(customer_id).id


def _needing(
    products: Mapping[str, Collection[str]], asset_types: AssetTypes | None
) -> dict[str, list[str]]:
    """For each type, the products of which its use needs a licence."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for product_id, types in products.items():
        named = frozenset([types] if isinstance(types, str) else types)
        for type_ in named if asset_types is None else asset_types.under(named):
            found[type_].append(product_id)
    return found


def _gap(place: tuple[str, str], day: date, held: list[Entitlement], used: set[str]) -> LicenceGap:
    why = Explainer("licences entitled and used", 1)
    why.fact("customer", place[0])
    why.fact("product", place[1])
    why.fact("day", day.isoformat())
    why.fact("devices", ", ".join(sorted(used)) or "-")
    parts = [
        why.given(f"entitled{number}", one.id, one.quantity) for number, one in enumerate(held, 1)
    ]
    why.step("entitled", "licences entitled", "add", *parts)
    why.given("used", "licences used", Fraction(len(used)))
    why.step("gap", "licences to spare; below zero, missing", "subtract", "entitled", "used")
    ids = tuple(one.id for one in held)
    entitled = why.value("entitled")
    return LicenceGap(
        *place, day, entitled, Fraction(len(used)), ids, tuple(sorted(used)), why.explanation("gap")
    )

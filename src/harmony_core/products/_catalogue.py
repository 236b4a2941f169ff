"""The article master: products on offer, and bundles opened into what they consist of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from harmony_core.errors import InvalidValue, NotFound, RuleBroken, expect, expect_each
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.products._bundle import Component, Shared, share_price
from harmony_core.products._override import Behaviour, Level, Origin
from harmony_core.products._product import Product
from harmony_core.products._quantities import FixedQuantity


@attrs.frozen
class BundlePart:
    """What one bundle holds of a product that is no bundle itself.

    Attributes:
        product: the version sold, with the terms and the billing that the bundle gives it.
        quantity: how many are in one bundle, nested ones multiplied out.
        price: what falls to all of them, of the price of one bundle.
        trail: the product, and each bundle on the way in that says otherwise.
        explanation: how the price fell to it.
    """

    product: Product
    quantity: Fraction
    price: ExactAmount
    trail: tuple[Origin, ...]
    explanation: Explanation

    @property
    def unit_price(self) -> ExactAmount:
        """The price of one of them, exactly."""
        return self.price / self.quantity


@attrs.frozen
class _Sale:
    price: ExactAmount
    day: date | None


def _in_a_row(products: Iterable[Product]) -> tuple[Product, ...]:
    return expect_each(products, Product, "products of a catalogue")


@attrs.frozen
class Catalogue:
    """The products on offer, by id.

    Every look-up may name a day: then it answers with the versions in force on that day, and
    without one with the latest.

    Raises:
        InvalidValue: two products with one id, or bundles that contain each other, with the path.
        NotFound: a bundle holds a product that is not there.
    """

    products: tuple[Product, ...] = attrs.field(converter=_in_a_row)
    _by_id: Mapping[str, Product] = attrs.field(init=False, eq=False, repr=False)

    @_by_id.default
    def _index(self) -> Mapping[str, Product]:
        return {product.id: product for product in self.products}

    def __attrs_post_init__(self) -> None:
        counts = Counter(product.id for product in self.products)
        if twice := sorted(product_id for product_id, times in counts.items() if times > 1):
            raise InvalidValue(f"product ids must be unique, found twice: {', '.join(twice)}")
        bundles = [product for product in self.products if any(_parts_ever(product))]
        for bundle in bundles:
            for product_id in _parts_ever(bundle):
                self.product(product_id)
        for day in sorted({version.valid_from or date.min for version in self._versions()}):
            sound: set[str] = set()
            for bundle in bundles:
                self._refuse_circle(bundle.id, day, (), sound)

    def _versions(self) -> Iterator[Product]:
        return (version for product in self.products for version in product.versions)

    def _refuse_circle(
        self, product_id: str, day: date, above: tuple[str, ...], sound: set[str]
    ) -> None:
        if product_id in above:
            circle = above[above.index(product_id) :]
            raise InvalidValue(f"bundles contain each other: {' > '.join((*circle, product_id))}")
        if product_id in sound:
            return
        try:
            components = self.product(product_id, day).components
        except NotFound:
            return  # not there yet on that day
        for component in components:
            self._refuse_circle(component.product_id, day, (*above, product_id), sound)
        sound.add(product_id)

    def product(self, product_id: str, day: date | None = None) -> Product:
        """The product with this id: its latest version, or the one in force on ``day``.

        Raises:
            NotFound: no such product, or not yet on that day.
        """
        try:
            product = self._by_id[product_id]
        except KeyError:
            raise NotFound(
                f"no product {product_id!r} in the catalogue of {len(self.products)}"
            ) from None
        return product if day is None else product.on(day)

    def explode(
        self, product_id: str, quantity: Exact, day: date | None = None
    ) -> tuple[tuple[Product, Fraction], ...]:
        """The products and quantities that a bundle consists of, nested bundles opened."""
        product = self.product(product_id, day)
        times = exact(quantity, "a quantity")
        if not product.components:
            return ((product, times),)
        return tuple(
            part
            for component in product.components
            for part in self.explode(component.product_id, times * component.quantity, day)
        )

    def share(
        self, product_id: str, price: ExactAmount, day: date | None = None
    ) -> tuple[BundlePart, ...]:
        """The parts of one bundle, nested bundles opened, with what falls to each of its price.

        The prices of the parts add up to ``price`` exactly. A price of whole minor units is
        shared in whole minor units; those left over go to the largest remainders, the earlier
        part first. A finer price is shared exactly.

        Args:
            product_id: a bundle.
            price: of one bundle; zero or more.
            day: of the sale; parts that were withdrawn from sale by then are refused.

        Raises:
            InvalidValue: the price is below zero, or the shares do not add up to it.
            PriceNotFound: a fixed share has no amount in the price's currency.
            RuleBroken: a part was withdrawn from sale.

        >>> from harmony_core.pricing import PerUnit
        >>> from harmony_core.products import ContractType, FixedShare, RatioShare
        >>> def sold(name, *parts):
        ...     scheme = PerUnit.of("1", "EUR")
        ...     return Product.sold_as(
        ...         ContractType.TRANSACTIONAL, name, name, [scheme], components=parts
        ...     )
        >>> desk = sold(
        ...     "DESK",
        ...     Component("TOP", 1, FixedShare(ExactAmount.of("99.99", "EUR"))),
        ...     Component("LEG", 4, RatioShare(2)),
        ...     Component("SCREW", 16, RatioShare(1)),
        ... )
        >>> shop = Catalogue([desk, sold("TOP"), sold("LEG"), sold("SCREW")])
        >>> for part in shop.share("DESK", ExactAmount.of("150", "EUR")):
        ...     print(part.product.id, part.quantity, part.price)
        TOP 1 99.99 EUR
        LEG 4 33.34 EUR
        SCREW 16 16.67 EUR
        """
        bundle = self.product(product_id, day)
        such_as = 'ExactAmount.of("89.99", "EUR")'
        expect(price, ExactAmount, f"the price of bundle {bundle.id!r}", such_as)
        if price.value < 0:
            raise InvalidValue(f"bundle {bundle.id!r} shares a price from zero on, got {price}")
        return tuple(self._parts(bundle, Fraction(1), price.value, (), _Sale(price, day)))

    def _parts(
        self,
        bundle: Product,
        times: Fraction,
        whole: Fraction,
        above: tuple[tuple[Product, Shared], ...],
        sale: _Sale,
    ) -> Iterator[BundlePart]:
        shares = share_price(bundle.id, bundle.components, times, whole, sale.price.currency)
        for shared in shares:
            component = shared.component
            part = self._held(bundle, component, sale.day)
            quantity, path = times * component.quantity, (*above, (bundle, shared))
            if part.components:
                yield from self._parts(part, quantity, shared.amount, path, sale)
                continue
            amount = ExactAmount(shared.amount, sale.price.currency)
            sold, trail = _within(part, path)
            yield BundlePart(sold, quantity, amount, trail, _explained(sale.price, path, part))

    def _held(self, bundle: Product, component: Component, day: date | None) -> Product:
        part = self.product(component.product_id, day)
        if day is not None:
            try:
                part.refuse_withdrawn(day)
            except RuleBroken as reason:
                raise RuleBroken(f"bundle {bundle.id!r} holds {part.id!r}: {reason}") from None
        return part


def _within(
    part: Product, path: tuple[tuple[Product, Shared], ...]
) -> tuple[Product, tuple[Origin, ...]]:
    """The part as its bundles sell it, and which level gave what.

    What a bundle says goes before what its part says, an outer bundle before an inner one; what is
    overridden for one component goes before both.
    """
    trail, overrides = [part.origin], []
    for bundle, held in reversed(path):
        said: dict[Behaviour, Any] = {}
        sold_once = part.billing.interval is None and part.fund is None
        if bundle.renewal is not None and not sold_once:
            said[Behaviour.RENEWAL] = bundle.renewal
        if bundle.type is part.type and bundle.billing != part.billing:
            said[Behaviour.BILLING] = bundle.billing
        if bundle.tax_included != part.tax_included:  # its price is shared among the parts
            said[Behaviour.TAX_INCLUDED] = bundle.tax_included
        if said and isinstance(part.quantity, FixedQuantity):
            part = attrs.evolve(part, **{name.value: value for name, value in said.items()})
            trail.append(Origin(Level.BUNDLE, bundle.id, tuple(said), bundle.valid_from))
        if held.component.override is not None:
            overrides.append(Origin.of(Level.BUNDLE, bundle.id, held.component.override))
    return part, (*trail, *overrides)


def _parts_ever(product: Product) -> Iterator[str]:
    """The ids of all parts that any version of a bundle holds."""
    return (
        component.product_id for version in product.versions for component in version.components
    )


def _explained(
    price: ExactAmount, path: tuple[tuple[Product, Shared], ...], part: Product
) -> Explanation:
    why = Explainer("share of a bundle's price", 1)
    why.fact("bundle", " > ".join(bundle.id for bundle, _ in path))
    why.fact("part", part.id)
    name = why.given("price", "price of one bundle", price.value, price.currency)
    for level, (_, shared) in enumerate(path, start=1):
        name = shared.explain(why, name, level)
    return why.explanation(name)

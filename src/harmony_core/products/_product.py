"""A product that says of itself how it is priced, measured, billed, recognised and renewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction

import attrs

from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, NotFound, PriceNotFound
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, exact
from harmony_core.pricing import Scheme
from harmony_core.products._behaviours import (
    Accounting,
    Billing,
    ContractType,
    DeliveryMode,
    FundTerms,
    QuantitySource,
    defaults_of,
    refuse_impossible,
)
from harmony_core.products._describe import Description, describe_behaviour
from harmony_core.products._renewal import Renewal


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


def _percent(value: Exact) -> Fraction:
    return exact(value, "a percentage")


def _kind(value: ContractType) -> ContractType:
    return ContractType(value)


def _delivery(value: DeliveryMode) -> DeliveryMode:
    return DeliveryMode(value)


def _names(
    names: Mapping[str, str] | Iterable[tuple[str, str]] | str,
) -> tuple[tuple[str, str], ...]:
    if isinstance(names, str):
        return (("en", names),)
    return tuple(names.items() if isinstance(names, Mapping) else names)


def _schemes(schemes: Iterable[Scheme]) -> tuple[Scheme, ...]:
    if not isinstance(schemes, Iterable):
        raise InvalidValue(f"schemes are a list, one for each currency, got {schemes!r}")
    return tuple(schemes)


@attrs.frozen
class Component:
    """A part of a bundle: how many of which product, and its share of the bundle's price.

    Raises:
        InvalidValue: a quantity that is not above zero, or a share below zero.
    """

    product_id: str
    quantity: Fraction = attrs.field(converter=_quantity)
    share_percent: Fraction = attrs.field(converter=_percent)

    def __attrs_post_init__(self) -> None:
        if self.quantity <= 0 or self.share_percent < 0:
            raise InvalidValue(
                f"a bundle holds more than nothing of {self.product_id!r} and shares no price "
                f"below zero, got {exact_text(self.quantity)} for "
                f"{exact_text(self.share_percent)} percent"
            )


def _components(components: Iterable[Component]) -> tuple[Component, ...]:
    if not isinstance(components, Iterable):
        raise InvalidValue(f"components are a list, got {components!r}")
    return tuple(components)


@attrs.frozen
class Product:
    """What can be sold or bought, with its behaviour.

    Make one with :meth:`sold_as`, which fills in the defaults of the type. ``schemes`` holds one
    price scheme per currency; ``names`` the name per language, the first being the fallback.

    Raises:
        InvalidValue: an empty id, behaviours that contradict each other, two schemes in one
            currency, or a bundle whose shares are not 100 percent together.
    """

    id: str
    names: tuple[tuple[str, str], ...] = attrs.field(converter=_names)
    type: ContractType = attrs.field(converter=_kind)
    division: str
    unit: str
    schemes: tuple[Scheme, ...] = attrs.field(converter=_schemes)
    quantity: QuantitySource
    billing: Billing
    accounting: Accounting
    tax_category: str = "S"
    delivery: DeliveryMode = attrs.field(default=DeliveryMode.DIRECT, converter=_delivery)
    renewal: Renewal | None = None
    fund: FundTerms | None = None
    components: tuple[Component, ...] = attrs.field(default=(), converter=_components)

    def __attrs_post_init__(self) -> None:
        if not self.id:
            raise InvalidValue("a product needs an id: orders and contracts name it by that")
        if not self.names:
            raise InvalidValue(f"product {self.id!r} has no name: give one in some language")
        currencies = [scheme.currency for scheme in self.schemes]
        if len(set(currencies)) != len(currencies):
            raise InvalidValue(
                f"product {self.id!r} has two schemes in one currency: {sorted(currencies)}"
            )
        if self.components and sum(c.share_percent for c in self.components) != 100:
            raise InvalidValue(
                f"the components of bundle {self.id!r} share its price: their percentages must "
                f"add up to 100, got {sum(c.share_percent for c in self.components)}"
            )
        try:
            refuse_impossible(self.type, self.quantity, self.billing, self.accounting, self.fund)
        except InvalidValue as reason:
            raise InvalidValue(f"product {self.id!r}: {reason}") from None

    @classmethod
    def sold_as(
        cls,
        kind: ContractType,
        id: str,  # noqa: A002  # the field's own name
        names: Mapping[str, str] | str,
        schemes: Iterable[Scheme],
        *,
        unit: str = "piece",
        division: str = "",
        quantity: QuantitySource | None = None,
        billing: Billing | None = None,
        accounting: Accounting | None = None,
        tax_category: str = "S",
        delivery: DeliveryMode = DeliveryMode.DIRECT,
        renewal: Renewal | None = None,
        fund: FundTerms | None = None,
        components: Iterable[Component] = (),
    ) -> Product:
        """Make a product of a type; what is not given is the default of that type.

        >>> from harmony_core.finance import ExactAmount
        >>> from harmony_core.pricing import PerUnit
        >>> backup = Product.sold_as(
        ...     ContractType.RECURRING,
        ...     "BACKUP",
        ...     {"en": "Backup", "de": "Datensicherung"},
        ...     [PerUnit(ExactAmount.of("4.50", "EUR"))],
        ...     unit="seat",
        ...     division="cloud",
        ... )
        >>> backup.billing.timing.value, backup.accounting.recognition.value
        ('advance', 'straight_line')
        """
        kind = ContractType(kind)
        defaults = defaults_of(kind)
        return cls(
            id=id,
            names=names,
            type=kind,
            division=division,
            unit=unit,
            schemes=schemes,
            quantity=defaults.quantity if quantity is None else quantity,
            billing=defaults.billing if billing is None else billing,
            accounting=defaults.accounting if accounting is None else accounting,
            tax_category=tax_category,
            delivery=delivery,
            renewal=renewal,
            fund=fund,
            components=components,
        )

    def name(self, language: str = "en") -> str:
        """The product's name in ``language``, or in its first language."""
        names = dict(self.names)
        return names.get(language, self.names[0][1])

    def scheme(self, currency: str) -> Scheme:
        """What it costs in ``currency``.

        Raises:
            PriceNotFound: no scheme in that currency; prices are never converted silently.
        """
        for scheme in self.schemes:
            if scheme.currency == currency:
                return scheme
        found = ", ".join(sorted(s.currency for s in self.schemes)) or "none"
        raise PriceNotFound(
            f"product {self.id!r} has no price in {currency} (it has: {found}): "
            "add a scheme, or state a price on the order line"
        )

    def describe(self, culture: Culture, currency: str | None = None) -> Description:
        """Put the behaviour into words of the reader's language; prices in one currency or all."""
        schemes = self.schemes if currency is None else (self.scheme(currency),)
        return describe_behaviour(
            culture,
            name=self.name(culture.language),
            unit=self.unit,
            schemes=schemes,
            quantity=self.quantity,
            billing=self.billing,
            accounting=self.accounting,
            delivery=self.delivery,
            renewal=self.renewal,
            fund=self.fund,
        )


@attrs.frozen
class Catalogue:
    """The products on offer, by id."""

    products: tuple[Product, ...]
    _by_id: Mapping[str, Product] = attrs.field(init=False, eq=False, repr=False)

    @_by_id.default
    def _index(self) -> Mapping[str, Product]:
        return {product.id: product for product in self.products}

    def __attrs_post_init__(self) -> None:
        counts = Counter(product.id for product in self.products)
        if twice := sorted(product_id for product_id, times in counts.items() if times > 1):
            raise InvalidValue(f"product ids must be unique, found twice: {', '.join(twice)}")
        for product in self.products:
            self._refuse_circle(product, ())

    def _refuse_circle(self, product: Product, above: tuple[str, ...]) -> None:
        if product.id in above:
            raise InvalidValue(f"bundles contain each other: {' > '.join((*above, product.id))}")
        for component in product.components:
            self._refuse_circle(self.product(component.product_id), (*above, product.id))

    def product(self, product_id: str) -> Product:
        """The product with this id.

        Raises:
            NotFound: no such product.
        """
        try:
            return self._by_id[product_id]
        except KeyError:
            raise NotFound(
                f"no product {product_id!r} in the catalogue of {len(self.products)}"
            ) from None

    def explode(self, product_id: str, quantity: Exact) -> tuple[tuple[Product, Fraction], ...]:
        """The products and quantities that a bundle consists of, nested bundles opened."""
        product = self.product(product_id)
        times = exact(quantity, "a quantity")
        if not product.components:
            return ((product, times),)
        return tuple(
            part
            for component in product.components
            for part in self.explode(component.product_id, times * component.quantity)
        )

"""A product that says of itself how it is priced, measured, billed, recognised and renewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

import attrs

from harmony_core.culture import Culture
from harmony_core.errors import (
    InvalidValue,
    NotFound,
    PriceNotFound,
    RuleBroken,
    expect,
    expect_each,
)
from harmony_core.pricing import Scheme
from harmony_core.products._behaviours import (
    Accounting,
    Billing,
    ContractType,
    DeliveryMode,
    defaults_of,
    expect_scheme,
)
from harmony_core.products._bundle import Component, refuse_unsharable
from harmony_core.products._describe import Description, describe_behaviour
from harmony_core.products._fund_terms import FundTerms
from harmony_core.products._impossible import refuse_impossible, refuse_unmeasurable
from harmony_core.products._override import Behaviour, Level, Origin
from harmony_core.products._quantities import QuantitySource
from harmony_core.products._renewal import Renewal


def _kind(value: ContractType) -> ContractType:
    return ContractType(value)


def _delivery(value: DeliveryMode) -> DeliveryMode:
    return DeliveryMode(value)


def _names(
    names: Mapping[str, str] | Iterable[tuple[str, str]] | str,
) -> tuple[tuple[str, str], ...]:
    if isinstance(names, str):
        return (("en", names),)
    found = names.items() if isinstance(names, Mapping) else names
    pairs = expect_each(found, tuple, "names of a product by language")
    for pair in pairs:
        for text in expect_each(pair, str, "texts of a name"):
            expect(text, str, "a name, or its language,")
    return pairs


def _schemes(schemes: Iterable[Scheme]) -> tuple[Scheme, ...]:
    if isinstance(schemes, str):
        raise InvalidValue(f"schemes are a list, one for each currency, got {schemes!r}")
    if not isinstance(schemes, Iterable):
        raise InvalidValue(f"schemes are a list, one for each currency, got {schemes!r}")
    found = tuple(schemes)
    for scheme in found:
        expect_scheme(scheme, "each of the schemes of a product")
    return found


def _in_order(versions: Iterable[Product]) -> tuple[Product, ...]:
    known = expect_each(versions, Product, "former versions of a product")
    return tuple(sorted(known, key=lambda version: version.valid_from or date.min))


def _components(components: Iterable[Component]) -> tuple[Component, ...]:
    return expect_each(components, Component, "components")


_KINDS: Mapping[str, Any] = {
    "id": str,
    "division": str,
    "unit": str,
    "quantity": QuantitySource,
    "billing": Billing,
    "accounting": Accounting,
    "tax_category": str,
    "tax_included": bool,
}
"""What each thing that a product always says must be."""


@attrs.frozen
class Product:
    """What can be sold or bought, with its behaviour.

    Make one with :meth:`sold_as`, which fills in the defaults of the type. ``schemes`` holds one
    price scheme per currency; ``names`` the name per language, the first being the fallback.

    A product that changes has versions: :meth:`with_version` adds one, :meth:`on` gives the one in
    force on a day. What was sold keeps the behaviour of its own version.

    Args:
        valid_from: first day of this version; ``None`` for one in force ever since.
        last_sale_day: the last day on which it can be sold; ``None`` while it is on offer.
        tax_included: whether its prices include the taxes of the sale, as those of shops do.
        former: the versions before this one.

    Raises:
        InvalidValue: an empty id, behaviours that contradict each other, two schemes in one
            currency, a bundle whose parts cannot share its price, or versions that do not follow
            each other.
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
    valid_from: date | None = None
    last_sale_day: date | None = None
    former: tuple[Product, ...] = attrs.field(default=(), converter=_in_order)
    tax_included: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.id:
            raise InvalidValue("a product needs an id: orders and contracts name it by that")
        for name, kind in _KINDS.items():
            expect(getattr(self, name), kind, f"{name} of product {self.id!r}")
        for name, kind in (("renewal", Renewal), ("fund", FundTerms)):
            if (value := getattr(self, name)) is not None:
                expect(value, kind, f"{name} of product {self.id!r}")
        if not self.names:
            raise InvalidValue(f"product {self.id!r} has no name: give one in some language")
        currencies = [scheme.currency for scheme in self.schemes]
        if len(set(currencies)) != len(currencies):
            raise InvalidValue(
                f"product {self.id!r} has two schemes in one currency: {sorted(currencies)}"
            )
        try:
            for scheme in self.schemes:
                refuse_unmeasurable(scheme, self.quantity)
        except InvalidValue as reason:
            raise InvalidValue(f"product {self.id!r}: {reason}") from None
        if self.tax_included and self.fund is not None:
            raise InvalidValue(
                f"product {self.id!r} is prepaid: what its fund holds, carries and pays back is "
                "net; give it a price without tax"
            )
        refuse_unsharable(self.id, self.components)
        self._refuse_days()
        try:
            refuse_impossible(
                self.type,
                self.quantity,
                self.billing,
                self.accounting,
                self.fund,
                renewal=self.renewal,
            )
        except InvalidValue as reason:
            raise InvalidValue(f"product {self.id!r}: {reason}") from None

    def _refuse_days(self) -> None:
        for name, day in (("valid_from", self.valid_from), ("last_sale_day", self.last_sale_day)):
            if day is not None and type(day) is not date:
                message = f"{name} of product {self.id!r} must be a plain date, got {day!r}"
                raise InvalidValue(message)
        if any(version.id != self.id or version.former for version in self.former):
            raise InvalidValue(f"the former versions of product {self.id!r} are that product's own")
        for older, newer in pairwise(self.versions):
            if newer.valid_from is None or newer.valid_from == older.valid_from:
                raise InvalidValue(
                    f"two versions of product {self.id!r} begin on the same day, "
                    f"{newer.valid_from or 'the first'}: give each its own valid_from, and add "
                    "them by with_version"
                )
            if older.valid_from is not None and newer.valid_from < older.valid_from:
                raise InvalidValue(
                    f"product {self.id!r} of {newer.valid_from} has a former version of "
                    f"{older.valid_from}, which is later: add versions by with_version"
                )

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
        valid_from: date | None = None,
        last_sale_day: date | None = None,
        tax_included: bool = False,
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
            valid_from=valid_from,
            last_sale_day=last_sale_day,
            tax_included=tax_included,
        )

    @property
    def versions(self) -> tuple[Product, ...]:
        """Every version, the oldest first; this one, the latest, is the last."""
        return (*self.former, self)

    def with_version(self, version: Product) -> Product:
        """The product with a further version; in which order they are added plays no part.

        Raises:
            InvalidValue: it is another product's, or one begins on the same day already.

        >>> from harmony_core.pricing import PerUnit
        >>> mail = Product.sold_as(ContractType.RECURRING, "MAIL", "Mail", [PerUnit.of("3", "EUR")])
        >>> dearer = attrs.evolve(
        ...     mail, schemes=[PerUnit.of("4", "EUR")], valid_from=date(2026, 7, 1)
        ... )
        >>> mail = mail.with_version(dearer)
        >>> [str(mail.on(date(2026, 6, day)).scheme("EUR").price(1)) for day in (1, 30)]
        ['3 EUR', '3 EUR']
        >>> str(mail.on(date(2026, 7, 1)).scheme("EUR").price(1))
        '4 EUR'
        """
        if version.id != self.id:
            raise InvalidValue(f"{version.id!r} is no version of product {self.id!r}")
        bare = (attrs.evolve(one, former=()) for one in (*self.versions, *version.versions))
        *former, latest = _in_order(bare)
        return attrs.evolve(latest, former=tuple(former))

    def on(self, day: date) -> Product:
        """The version in force on a day.

        Raises:
            NotFound: the product is not there yet.
        """
        for version in reversed(self.versions):
            if version.valid_from is None or version.valid_from <= day:
                return version
        first = self.versions[0].valid_from
        raise NotFound(f"product {self.id!r} is there from {first} on, not yet on {day}")

    def refuse_withdrawn(self, day: date) -> None:
        """Refuse to sell on a day after the product was withdrawn from sale.

        Raises:
            RuleBroken: it was.
        """
        if self.last_sale_day is not None and day > self.last_sale_day:
            raise RuleBroken(
                f"product {self.id!r} was withdrawn from sale after {self.last_sale_day}, so it "
                f"cannot be sold on {day}: sell what replaces it"
            )

    @property
    def origin(self) -> Origin:
        """Where a line that inherits everything has its behaviour from."""
        return Origin(Level.PRODUCT, self.id, tuple(Behaviour), self.valid_from)

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
            tax_included=self.tax_included,
        )

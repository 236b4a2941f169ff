"""Which level gave a behaviour: product, bundle, price book, order or contract; and who wanted it.

A line inherits what its product says. Each level on the way may say otherwise, by a decision that
names who took it, when and why. The trail of these levels stays with the contract line, so that
an auditor reads where each behaviour comes from, and a change of the product leaves it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import attrs

from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, NotFound, Word, expect, expect_each
from harmony_core.pricing import Scheme
from harmony_core.products._behaviours import Accounting, Billing, DeliveryMode, expect_scheme
from harmony_core.products._describe import Description
from harmony_core.products._fund_terms import FundTerms
from harmony_core.products._quantities import QuantitySource
from harmony_core.products._renewal import Renewal


class Behaviour(Word):
    """What a line inherits, each on its own."""

    PRICE = "price"
    UNIT = "unit"
    DIVISION = "division"
    QUANTITY = "quantity"
    BILLING = "billing"
    ACCOUNTING = "accounting"
    TAX_CATEGORY = "tax_category"
    TAX_INCLUDED = "tax_included"
    DELIVERY = "delivery"
    RENEWAL = "renewal"
    FUND = "fund"


class Level(Word):
    """Who can say how a line behaves; a later level goes before an earlier one."""

    PRODUCT = "product"
    BUNDLE = "bundle"
    """the bundle, for one of its parts"""
    PRICE_BOOK = "price_book"
    ORDER = "order"
    CONTRACT = "contract"


def _delivery(value: DeliveryMode | None) -> DeliveryMode | None:
    return None if value is None else DeliveryMode(value)


@attrs.frozen(kw_only=True)
class Override:
    """A decision that a line behaves otherwise than the level above says.

    What is ``None`` is inherited. A renewal is taken away by ``without_renewal``.

    Args:
        by: who decided.
        on: the day of the decision.
        why: the reason.

    Raises:
        InvalidValue: nobody, no reason or no plain date; nothing to override; or a renewal that is
            both given and taken away.

    >>> from harmony_core.periods import Interval, Timing
    >>> quarterly = Override(
    ...     by="A. Smith",
    ...     on=date(2026, 3, 1),
    ...     why="the customer pays by quarter",
    ...     billing=Billing(Timing.ADVANCE, Interval.months(3)),
    ... )
    >>> [behaviour.value for behaviour in quarterly.behaviours]
    ['billing']
    """

    by: str
    on: date
    why: str
    scheme: Scheme | None = None
    unit: str | None = None
    division: str | None = None
    quantity: QuantitySource | None = None
    billing: Billing | None = None
    accounting: Accounting | None = None
    tax_category: str | None = None
    tax_included: bool | None = None
    delivery: DeliveryMode | None = attrs.field(default=None, converter=_delivery)
    renewal: Renewal | None = None
    without_renewal: bool = False
    fund: FundTerms | None = None

    def __attrs_post_init__(self) -> None:
        if not self.by or not self.why:
            raise InvalidValue("an override says by whom it was decided and why: give both")
        if type(self.on) is not date:
            raise InvalidValue(f"an override is decided on a plain date, got {self.on!r}")
        for name, kind in _KINDS.items():
            if (value := getattr(self, name)) is not None:
                expect(value, kind, f"{name} of an override")
        if self.scheme is not None:
            expect_scheme(self.scheme, "scheme of an override")
        if self.without_renewal and self.renewal is not None:
            raise InvalidValue("an override gives a renewal or takes it away, not both")
        if not self.changes:
            raise InvalidValue("an override changes something: name at least one behaviour")

    @property
    def changes(self) -> Mapping[Behaviour, Any]:
        """What each behaviour that it names becomes."""
        said = {behaviour: getattr(self, _FIELDS[behaviour]) for behaviour in Behaviour}
        found = {behaviour: value for behaviour, value in said.items() if value is not None}
        return found | ({Behaviour.RENEWAL: None} if self.without_renewal else {})

    @property
    def behaviours(self) -> tuple[Behaviour, ...]:
        """The behaviours that it names."""
        return tuple(behaviour for behaviour in Behaviour if behaviour in self.changes)


_KINDS: Mapping[str, Any] = {
    "by": str,
    "why": str,
    "unit": str,
    "division": str,
    "quantity": QuantitySource,
    "billing": Billing,
    "accounting": Accounting,
    "tax_category": str,
    "tax_included": bool,
    "renewal": Renewal,
    "without_renewal": bool,
    "fund": FundTerms,
}
"""What each thing that an override may say must be."""

_FIELDS = {behaviour: behaviour.value for behaviour in Behaviour} | {Behaviour.PRICE: "scheme"}


def _behaviours(values: Iterable[Behaviour]) -> tuple[Behaviour, ...]:
    return tuple(Behaviour(value) for value in expect_each(values, str, "behaviours"))


def _level(value: Level) -> Level:
    return Level(value)


@attrs.frozen
class Origin:
    """A level that gave some behaviours of a line.

    Args:
        level: which one.
        source: the id of the product, bundle, price, order or contract.
        behaviours: what it gave.
        version: for a product, the day from which the version taken is in force.
        override: the decision, with who and why; ``None`` where the level gave it of its own.
    """

    level: Level = attrs.field(converter=_level)
    source: str
    behaviours: tuple[Behaviour, ...] = attrs.field(converter=_behaviours)
    version: date | None = None
    override: Override | None = None

    def __attrs_post_init__(self) -> None:
        expect(self.source, str, "source of an origin")
        if self.version is not None:
            expect(self.version, date, f"version of origin {self.source!r}")
        if self.override is not None:
            expect(self.override, Override, f"override of origin {self.source!r}")

    @classmethod
    def of(cls, level: Level, source: str, override: Override) -> Origin:
        """The origin that an override at a level is."""
        return cls(level, source, override.behaviours, None, override)


def given_by(trail: Iterable[Origin], behaviour: Behaviour) -> Origin:
    """Give the level that a behaviour of a line comes from: the last that gave it.

    Raises:
        NotFound: no level of the trail gave it.

    >>> product = Origin(Level.PRODUCT, "BACKUP", tuple(Behaviour))
    >>> agreed = Origin(Level.ORDER, "O-1", (Behaviour.PRICE,))
    >>> [given_by((product, agreed), one).source for one in (Behaviour.PRICE, Behaviour.BILLING)]
    ['O-1', 'BACKUP']
    """
    behaviour = Behaviour(behaviour)
    for origin in reversed(tuple(trail)):
        if behaviour in origin.behaviours:
            return origin
    raise NotFound(f"nothing on the trail gave the behaviour {behaviour.value!r}")


_LEVELS = {
    Level.PRODUCT: "As product {source} has it.",
    Level.BUNDLE: "As bundle {source} has it.",
    Level.PRICE_BOOK: "As price {source} of the price book has it.",
    Level.ORDER: "As agreed in order {source}.",
    Level.CONTRACT: "As agreed in contract {source}.",
}


def trail_in_words(culture: Culture, name: str, trail: Iterable[Origin]) -> Description:
    """Say of each behaviour, by topic, which level gave it, and who decided so and why."""
    trail = tuple(trail)
    sentences = [
        (behaviour.value, _origin(culture, given_by(trail, behaviour)))
        for behaviour in Behaviour
        if any(behaviour in origin.behaviours for origin in trail)
    ]
    return Description(name, tuple(sentences))


def _origin(culture: Culture, origin: Origin) -> str:
    said = culture.words(_LEVELS[origin.level], source=origin.source)
    if origin.version is not None:
        day = culture.day(origin.version)
        said += " " + culture.words("The version is in force from {day}.", day=day)
    if (override := origin.override) is not None:
        day = culture.day(override.on)
        message = "Decided by {who} on {day}: {why}."
        said += " " + culture.words(message, who=override.by, day=day, why=override.why)
    return said

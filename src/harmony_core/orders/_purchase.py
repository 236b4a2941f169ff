"""What a line is bought for: any number of purchases, and the events that change them later.

A purchase has a supplier, a currency, a price, a quantity and a schedule of its own. After the
sale it may change: each change is a dated event that says why. The sold price is none of its
business.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue, expect, expect_name
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.orders._stage import Stage, stages_of
from harmony_core.periods import Interval


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


def _expect_price(price: object, what: str) -> None:
    expect(price, ExactAmount, what, 'ExactAmount.of("200.00", "USD")')


@attrs.frozen
class Purchase:
    """One purchase for an order line.

    Args:
        id: unique within the line.
        supplier_id: from whom.
        quantity: how many in all; with an interval, how many in each period.
        unit_price: in the supplier's currency; with an interval, for a full period.
        start: day of delivery, or first day of the first period.
        last_day: last day of periods, inclusive; ``None`` for as long as the line is sold.
        interval: bought by period, each on its first day; ``None`` for once.
        stages: a quantity bought once but delivered in parts; they add up to it.

    Raises:
        InvalidValue: an empty id, a quantity or price below zero, days that cannot be, or stages
            that do not fit.
    """

    id: str
    supplier_id: str
    quantity: Fraction = attrs.field(converter=_quantity)
    unit_price: ExactAmount
    start: date
    last_day: date | None = None
    interval: Interval | None = None
    stages: tuple[Stage, ...] = attrs.field(default=(), converter=stages_of)

    def __attrs_post_init__(self) -> None:
        for name in ("id", "supplier_id"):
            expect_name(getattr(self, name), f"{name} of a purchase")
        expect(self.start, date, f"start of purchase {self.id!r}")
        if self.last_day is not None:
            expect(self.last_day, date, f"last_day of purchase {self.id!r}")
        _expect_price(self.unit_price, f"unit_price of purchase {self.id!r}")
        if self.interval is not None:
            such_as = "Interval.months(1)"
            expect(self.interval, Interval, f"interval of purchase {self.id!r}", such_as)
        if self.quantity < 0 or self.unit_price.value < 0:
            raise InvalidValue(
                f"purchase {self.id!r} has a quantity and a price from zero on, got "
                f"{exact_text(self.quantity)} at {self.unit_price}"
            )
        if self.last_day is not None and (self.interval is None or self.last_day < self.start):
            raise InvalidValue(
                f"purchase {self.id!r} has a last day {self.last_day}, so it needs an interval and "
                "must not start after it"
            )
        if self.stages:
            self._refuse_stages()

    def _refuse_stages(self) -> None:
        staged = sum((stage.quantity for stage in self.stages), Fraction(0))
        if self.interval is not None:
            raise InvalidValue(f"purchase {self.id!r} goes by period or in stages, not both")
        if staged != self.quantity or self.stages[0].start != self.start:
            raise InvalidValue(
                f"the stages of purchase {self.id!r} bring {exact_text(staged)} from "
                f"{self.stages[0].start} on, but it is of {exact_text(self.quantity)} from "
                f"{self.start} on: make them agree"
            )


@attrs.frozen
class PriceChange:
    """The supplier asks another price for what is delivered from then on."""

    unit_price: ExactAmount

    def __attrs_post_init__(self) -> None:
        _expect_price(self.unit_price, "the price that a supplier asks")


@attrs.frozen
class SupplierChange:
    """Another supplier, at his price, delivers what was not delivered by then."""

    supplier_id: str
    unit_price: ExactAmount

    def __attrs_post_init__(self) -> None:
        expect(self.supplier_id, str, "supplier_id of another supplier")
        _expect_price(self.unit_price, "the price of another supplier")


@attrs.frozen
class QuantityChange:
    """Another quantity: in all of a purchase made once, in each later period of the others."""

    quantity: Fraction = attrs.field(converter=_quantity)

    def __attrs_post_init__(self) -> None:
        if self.quantity < 0:
            raise InvalidValue(f"a quantity is zero or more, got {exact_text(self.quantity)}")


@attrs.frozen
class Cancellation:
    """What was not delivered by then is not bought any more."""


Change: TypeAlias = PriceChange | SupplierChange | QuantityChange | Cancellation | Purchase
"""What can become of a purchase; a :class:`Purchase` is one that is added."""


def _units(value: Exact | None) -> Fraction | None:
    return None if value is None else exact(value, "units delivered")


@attrs.frozen
class Adjustment:
    """An event after the sale that changes what a line is bought for.

    Args:
        id: unique within the order; events of one day are applied in the order of their ids.
        reference: the order line, ``contract/line``.
        purchase_id: the purchase that changes, or is added.
        on: the first day that it concerns.
        change: what happens.
        why: the reason.
        delivered: of a purchase made once, the units that came before the change, where that is
            not what its schedule says.
        known_from: the day on which it became known; ``None`` for ``on``.

    Raises:
        InvalidValue: an empty id or reason, days that are no plain dates, or a purchase added
            under another id.
    """

    id: str
    reference: str
    purchase_id: str
    on: date
    change: Change
    why: str
    delivered: Fraction | None = attrs.field(default=None, converter=_units, kw_only=True)
    known_from: date | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        for name in ("id", "why"):
            expect_name(getattr(self, name), f"{name} of an adjustment")
        for name in ("reference", "purchase_id"):
            expect(getattr(self, name), str, f"{name} of adjustment {self.id!r}")
        expect(self.on, date, f"on of adjustment {self.id!r}")
        if self.known_from is not None:
            expect(self.known_from, date, f"known_from of adjustment {self.id!r}")
        expect(self.change, Change, f"change of adjustment {self.id!r}")
        if isinstance(self.change, Purchase) and self.change.id != self.purchase_id:
            raise InvalidValue(
                f"adjustment {self.id!r} adds purchase {self.change.id!r} under the name "
                f"{self.purchase_id!r}: use one id"
            )
        if self.delivered is not None and self.delivered < 0:
            raise InvalidValue(
                f"units delivered are zero or more, got {exact_text(self.delivered)}"
            )

    @property
    def known_on(self) -> date:
        """The first day on which the books knew it."""
        return self.on if self.known_from is None else self.known_from

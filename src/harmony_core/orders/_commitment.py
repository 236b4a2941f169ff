"""Purchases day by day: what each supplier is to deliver, as ordered and after every adjustment.

An adjustment touches only what is delivered from its day on. Adjustments are applied by their day
and id, so that the order in which they arrive plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.explanation import exact_text
from harmony_core.finance import ExactAmount
from harmony_core.orders._purchase import (
    Adjustment,
    Cancellation,
    PriceChange,
    Purchase,
    QuantityChange,
    SupplierChange,
)
from harmony_core.periods import Schedule, proration, service_periods


@attrs.frozen
class Commitment:
    """A delivery that a supplier owes or made: what, when, at which price.

    ``part`` is the part of a full period that it is, one for all that is no stub.
    """

    purchase_id: str
    supplier_id: str
    day: date
    quantity: Fraction
    unit_price: ExactAmount
    part: Fraction = Fraction(1)

    @property
    def amount(self) -> ExactAmount:
        """What it costs, exactly."""
        return self.unit_price * (self.quantity * self.part)


@attrs.frozen
class Standing:
    """How a purchase stands: its deliveries in order, and the terms of what would come next."""

    purchase: Purchase
    deliveries: tuple[Commitment, ...]
    supplier_id: str
    unit_price: ExactAmount
    delivered: Fraction = Fraction(0)
    cancelled_by: str | None = None

    @classmethod
    def of(cls, purchase: Purchase, through: date | None) -> Standing:
        """As ordered, to the last day given.

        Raises:
            InvalidValue: a purchase by period has no end, neither of its own nor given.
        """
        terms = purchase.supplier_id, purchase.unit_price
        deliveries = tuple(
            Commitment(purchase.id, terms[0], day, quantity, terms[1], part)
            for day, quantity, part in _schedule(purchase, through)
        )
        return cls(purchase, deliveries, *terms)

    def after(self, event: Adjustment) -> Standing:
        """After one more event.

        Raises:
            InvalidValue: the purchase was cancelled; the units delivered cannot be; or fewer are
                to remain than were delivered.
        """
        if self.cancelled_by is not None:
            raise InvalidValue(
                f"adjustment {event.id!r}: purchase {self.purchase.id!r} was cancelled by "
                f"{self.cancelled_by!r}: add a purchase instead"
            )
        now = attrs.evolve(self, delivered=self._delivered_by(event))
        kept, later = now._parted(event)
        match event.change:
            case PriceChange(unit_price=price):
                now = attrs.evolve(now, unit_price=price)
            case SupplierChange(supplier_id=supplier, unit_price=price):
                now = attrs.evolve(now, supplier_id=supplier, unit_price=price)
            case QuantityChange(quantity=quantity) if self.purchase.interval is not None:
                later = [attrs.evolve(one, quantity=quantity) for one in later]
            case QuantityChange(quantity=quantity):
                later = now._filled(later, quantity, event)
            case Cancellation():
                now, later = attrs.evolve(now, cancelled_by=event.id), []
        terms = now.supplier_id, now.unit_price
        later = [attrs.evolve(one, supplier_id=terms[0], unit_price=terms[1]) for one in later]
        return attrs.evolve(now, deliveries=(*kept, *later))

    def _delivered_by(self, event: Adjustment) -> Fraction:
        """The units of a purchase made once that came before an event."""
        if self.purchase.interval is not None:
            if event.delivered is not None:
                raise InvalidValue(
                    f"adjustment {event.id!r}: purchase {self.purchase.id!r} goes by period, so "
                    "the day says what was delivered: leave the units out"
                )
            return Fraction(0)
        if event.delivered is None:
            due = (one.quantity for one in self.deliveries if one.day < event.on)
            return max(sum(due, Fraction(0)), self.delivered)
        there = sum((one.quantity for one in self.deliveries), Fraction(0))
        if not self.delivered <= event.delivered <= there:
            raise InvalidValue(
                f"adjustment {event.id!r} says that {exact_text(event.delivered)} of purchase "
                f"{self.purchase.id!r} were delivered by {event.on}, but it is of "
                f"{exact_text(there)}, and {exact_text(self.delivered)} came before"
            )
        return event.delivered

    def _parted(self, event: Adjustment) -> tuple[list[Commitment], list[Commitment]]:
        """What came before the event, and what is still to come."""
        if self.purchase.interval is not None:
            before = [one for one in self.deliveries if one.day < event.on]
            return before, [one for one in self.deliveries if one.day >= event.on]
        left, kept, later = self.delivered, [], []
        for one in self.deliveries:
            taken = min(left, one.quantity)
            left -= taken
            if taken:
                kept.append(attrs.evolve(one, quantity=taken))
            if taken < one.quantity:
                day = max(one.day, event.on)
                later.append(attrs.evolve(one, quantity=one.quantity - taken, day=day))
        return kept, later

    def _filled(
        self, later: list[Commitment], quantity: Fraction, event: Adjustment
    ) -> list[Commitment]:
        """Bring what is to come to a new total: the last gives way, or one more delivery comes."""
        to_come = quantity - self.delivered
        if to_come < 0:
            raise InvalidValue(
                f"adjustment {event.id!r} leaves {exact_text(quantity)} of purchase "
                f"{self.purchase.id!r}, but {exact_text(self.delivered)} were delivered by "
                f"{event.on}"
            )
        filled: list[Commitment] = []
        for one in later:
            taken = min(to_come, one.quantity)
            to_come -= taken
            if taken:
                filled.append(attrs.evolve(one, quantity=taken))
        if to_come:
            day = max([event.on, self.purchase.start, *(one.day for one in filled)])
            more = Commitment(self.purchase.id, self.supplier_id, day, to_come, self.unit_price)
            filled.append(more)
        return filled


def _schedule(
    purchase: Purchase, through: date | None
) -> Iterator[tuple[date, Fraction, Fraction]]:
    if purchase.interval is None:
        for stage in purchase.stages:
            yield stage.start, stage.quantity, Fraction(1)
        if not purchase.stages:
            yield purchase.start, purchase.quantity, Fraction(1)
        return
    ends = [day for day in (purchase.last_day, through) if day is not None]
    if not ends:
        raise InvalidValue(
            f"purchase {purchase.id!r} goes on without end: give it a last day, or say through "
            "which day to look"
        )
    end = min(ends) + timedelta(days=1)
    if end <= purchase.start:
        return
    schedule = Schedule(purchase.start, purchase.interval)
    for period in service_periods(purchase.start, end, schedule):
        yield period.span.first_day, purchase.quantity, proration(period.span, period.full)


@attrs.frozen
class Bought:
    """All purchases of a line as they stand after some events."""

    standings: tuple[Standing, ...]
    through: date | None

    @classmethod
    def as_ordered(cls, purchases: Iterable[Purchase], through: date | None) -> Bought:
        """Before anything happened."""
        return cls(tuple(Standing.of(purchase, through) for purchase in purchases), through)

    @property
    def deliveries(self) -> tuple[Commitment, ...]:
        """Every delivery, purchase by purchase."""
        return tuple(one for standing in self.standings for one in standing.deliveries)

    def after(self, event: Adjustment) -> Bought:
        """After one more event.

        Raises:
            NotFound: there is no such purchase.
            InvalidValue: a purchase is added under an id that is taken, and see
                :meth:`Standing.after`.
        """
        known = [standing.purchase.id for standing in self.standings]
        if isinstance(event.change, Purchase):
            if event.purchase_id in known:
                raise InvalidValue(
                    f"adjustment {event.id!r} adds purchase {event.purchase_id!r}, which is there "
                    "already: give it an id of its own"
                )
            added = Standing.of(event.change, self.through)
            return attrs.evolve(self, standings=(*self.standings, added))
        if event.purchase_id not in known:
            raise NotFound(
                f"adjustment {event.id!r}: line {event.reference} has no purchase "
                f"{event.purchase_id!r} by {event.on}; it has {', '.join(known) or 'none'}"
            )
        standings = tuple(
            one.after(event) if one.purchase.id == event.purchase_id else one
            for one in self.standings
        )
        return attrs.evolve(self, standings=standings)

"""Orders on the sell and the buy side: lines, their stages, and what they override."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.contracts import Side
from harmony_core.errors import (
    InvalidValue,
    NotFound,
    RuleBroken,
    expect,
    expect_each,
    expect_name,
)
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, ExactAmount, exact, minor_digits
from harmony_core.orders._purchase import Adjustment, Purchase
from harmony_core.orders._stage import Stage, stages_of
from harmony_core.pricing import Scheme
from harmony_core.products import Override


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


def _purchases(purchases: Purchase | Iterable[Purchase]) -> tuple[Purchase, ...]:
    if isinstance(purchases, Purchase):
        return (purchases,)
    return expect_each(purchases, Purchase, "purchases of a line")


def _overrides(overrides: Override | Iterable[Override]) -> tuple[Override, ...]:
    listed = (overrides,) if isinstance(overrides, Override) else overrides
    several = expect_each(listed, Override, "overrides of a line")
    return tuple(sorted(several, key=lambda override: override.on))


@attrs.frozen
class OrderLine:
    """One thing ordered.

    Args:
        id: unique within its contract.
        contract_id: the contract that the line becomes part of when the order is executed.
        quantity: agreed units; zero where the product measures them.
        unit_price: the price agreed, where it differs from the catalogue's.
        last_day: last day of service, inclusive; ``None`` for an open end.
        serves: on the buy side, the sell contract whose direct cost this is.
        overrides: how the line behaves otherwise than its product; a later decision goes before
            an earlier one.
        stages: a quantity delivered in parts, each with its own first day; they add up to it.
        purchases: what the line is bought for, from which suppliers.

    Raises:
        InvalidValue: something of another kind than it must be, two agreed prices, two purchases
            with one id, or stages that do not add up to the quantity or start before the line.
            What else keeps a line from being executed is listed by :func:`problems_of`.
    """

    id: str
    contract_id: str
    product_id: str
    quantity: Fraction = attrs.field(converter=_quantity)
    start: date
    last_day: date | None = None
    unit_price: ExactAmount | None = None
    serves: str | None = None
    overrides: tuple[Override, ...] = attrs.field(default=(), converter=_overrides, kw_only=True)
    stages: tuple[Stage, ...] = attrs.field(default=(), converter=stages_of, kw_only=True)
    purchases: tuple[Purchase, ...] = attrs.field(default=(), converter=_purchases, kw_only=True)

    def __attrs_post_init__(self) -> None:
        for name in ("id", "contract_id", "product_id"):
            expect(getattr(self, name), str, f"{name} of an order line")
        expect(self.start, date, f"start of line {self.id!r}")
        if self.last_day is not None:
            expect(self.last_day, date, f"last_day of line {self.id!r}")
        if self.serves is not None:
            expect(self.serves, str, f"serves of line {self.id!r}")
        if self.unit_price is not None:
            such_as = 'ExactAmount.of("28.00", "EUR")'
            expect(self.unit_price, ExactAmount, f"unit_price of line {self.id!r}", such_as)
        if self.unit_price is not None and self.agreed_scheme is not None:
            raise InvalidValue(
                f"line {self.id!r} has a unit price and an override of the price: agree one"
            )
        ids = [purchase.id for purchase in self.purchases]
        if len(set(ids)) != len(ids):
            raise InvalidValue(f"line {self.id!r} has two purchases with one id: {sorted(ids)}")
        if self.stages:
            self._refuse_stages()

    def _refuse_stages(self) -> None:
        staged = sum((stage.quantity for stage in self.stages), Fraction(0))
        if staged != self.quantity:
            raise InvalidValue(
                f"the stages of line {self.id!r} add up to {exact_text(staged)}, but "
                f"{exact_text(self.quantity)} are ordered: stage all of it"
            )
        if self.stages[0].start != self.start:
            raise InvalidValue(
                f"line {self.id!r} starts on {self.start}, but its first stage on "
                f"{self.stages[0].start}: they are the same day"
            )

    @property
    def reference(self) -> str:
        """What names the line within its order or quote: ``contract/line``."""
        return f"{self.contract_id}/{self.id}"

    @property
    def agreed_scheme(self) -> Scheme | None:
        """The price that the latest override of it names, if one does."""
        agreed = [it.scheme for it in self.overrides if it.scheme is not None]
        return agreed[-1] if agreed else None


def _side(value: Side) -> Side:
    return Side(value)


def _lines(lines: Iterable[OrderLine]) -> tuple[OrderLine, ...]:
    return expect_each(lines, OrderLine, "lines of an order")


def _by_day(adjustments: Iterable[Adjustment]) -> tuple[Adjustment, ...]:
    known = expect_each(adjustments, Adjustment, "adjustments of an order")
    return tuple(sorted(known, key=lambda it: (it.on, it.id)))


@attrs.frozen
class Order:
    """A priced promise between an entity of the group and a customer or supplier.

    Args:
        accepted_on: the day of acceptance; ``None`` while it is a proposal.
        executed: whether it gave its contracts.
        quoted_on: the day of the quote that it accepts, whose products and prices it keeps.
        adjustments: what happened to its purchases after the sale.

    Raises:
        InvalidValue: an empty id, a side that is neither, something of another kind than it must
            be, a currency without minor units, or two adjustments with one id.
        NotFound: there is no such currency, or an adjustment is of a line or a purchase that the
            order does not have.
    """

    id: str
    side: Side = attrs.field(converter=_side)
    party_id: str
    entity_id: str
    currency: str
    lines: tuple[OrderLine, ...] = attrs.field(converter=_lines)
    accepted_on: date | None = None
    executed: bool = False
    quoted_on: date | None = None
    adjustments: tuple[Adjustment, ...] = attrs.field(default=(), converter=_by_day)

    def __attrs_post_init__(self) -> None:
        expect_name(self.id, "id of an order")
        for name in ("party_id", "entity_id"):
            expect_name(getattr(self, name), f"{name} of order {self.id!r}")
        expect(self.currency, str, f"currency of order {self.id!r}")
        minor_digits(self.currency)  # refuses what is no currency to bill in
        expect(self.executed, bool, f"executed of order {self.id!r}")
        for name in ("accepted_on", "quoted_on"):
            if (day := getattr(self, name)) is not None:
                expect(day, date, f"{name} of order {self.id!r}")
        ids = [adjustment.id for adjustment in self.adjustments]
        if len(set(ids)) != len(ids):
            raise InvalidValue(f"order {self.id!r} has two adjustments with one id: {sorted(ids)}")
        for adjustment in self.adjustments:
            self._refuse_unknown_purchase(adjustment)

    @property
    def sale_day(self) -> date | None:
        """The day whose products and prices hold: that of the quote, or of the acceptance."""
        return self.quoted_on or self.accepted_on

    def accept(self, day: date) -> Order:
        """The same order, accepted on ``day``.

        Raises:
            InvalidValue: the day is no plain date.
            RuleBroken: it was accepted before, on another day.
        """
        expect(day, date, f"the day on which order {self.id!r} is accepted")
        if self.accepted_on not in (None, day):
            raise RuleBroken(f"order {self.id!r} was accepted on {self.accepted_on}, not on {day}")
        return attrs.evolve(self, accepted_on=day)

    def line(self, reference: str) -> OrderLine:
        """The line with this reference, ``contract/line``.

        Raises:
            NotFound: the order has no such line.
        """
        for line in self.lines:
            if line.reference == reference:
                return line
        known = ", ".join(line.reference for line in self.lines)
        raise NotFound(f"order {self.id!r} has no line {reference!r}; it has {known}")

    def line_behind(self, contract_id: str, line_id: str) -> OrderLine:
        """The order line that a contract line was made of.

        What a bundle or stages made of line ``2`` is called ``2.3``, ``2/2`` or ``2/2.3``.

        Raises:
            NotFound: none of its lines made it.
        """
        own = {line.id: line for line in self.lines if line.contract_id == contract_id}
        name = line_id
        while name and name not in own:
            name = name[: max(name.rfind("."), name.rfind("/"), 0)]
        if not name:
            raise NotFound(f"order {self.id!r} made no line {contract_id}/{line_id}")
        return own[name]

    def adjusted(self, *adjustments: Adjustment | Iterable[Adjustment]) -> Order:
        """The same order after events that change its purchases; what was sold stays.

        Each is given by itself or in a list. The order in which events arrive plays no part, but
        that what adds a purchase comes before, or together with, what changes it; one that arrives
        again changes nothing.

        Raises:
            RuleBroken: it is not accepted yet, or another event has that id.
            NotFound: it has no such line, or the line no such purchase.
        """
        if self.accepted_on is None:
            raise RuleBroken(f"order {self.id!r} is not accepted: change the quote instead")
        what, known = f"adjustments of order {self.id!r}", {it.id: it for it in self.adjustments}
        for given in adjustments:
            several = (given,) if isinstance(given, Adjustment) else given
            for one in expect_each(several, Adjustment, what):
                self.line(one.reference)
                if known.setdefault(one.id, one) != one:
                    raise RuleBroken(
                        f"order {self.id!r} has another adjustment {one.id!r}: an event is not "
                        "edited, so record a further one"
                    )
        return attrs.evolve(self, adjustments=known.values())

    def _refuse_unknown_purchase(self, adjustment: Adjustment) -> None:
        bought = {purchase.id for purchase in self.line(adjustment.reference).purchases}
        bought |= {
            one.purchase_id
            for one in self.adjustments
            if one.reference == adjustment.reference and isinstance(one.change, Purchase)
        }
        if adjustment.purchase_id not in bought:
            raise NotFound(
                f"adjustment {adjustment.id!r}: line {adjustment.reference} has no purchase "
                f"{adjustment.purchase_id!r}; it has {', '.join(sorted(bought)) or 'none'}; what "
                "adds one is recorded first, or together with this"
            )

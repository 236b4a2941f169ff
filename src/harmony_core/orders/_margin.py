"""What an order line earns over what it is bought for: expected, current, and why they differ.

Expected is at the purchases and the exchange rates of the day of the order; current is after every
adjustment and amendment known by a day, at the rates of the days of delivery by then, and at that
day's rates for what is to come. The difference is told apart by cause, step by step, so that the
causes add up to it exactly: each adjustment of a purchase and each change of the contract, by its
day, at the rates of the order; then exchange.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from operator import itemgetter

import attrs

from harmony_core.contracts import Contract, LineEnds, LineRunsOn, NewPrice, NewQuantity
from harmony_core.errors import InvalidValue, Word
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import (
    DEFAULT_RATE_POLICY,
    Exact,
    ExactAmount,
    RateBook,
    RatePolicy,
)
from harmony_core.orders._commitment import Bought, Commitment
from harmony_core.orders._order import Order, OrderLine
from harmony_core.orders._purchase import Adjustment, PriceChange, SupplierChange
from harmony_core.orders._sold import Sold


class MarginCause(Word):
    """Why a margin is another than expected."""

    PRICE = "price"
    """a supplier asks another price, or another one was agreed with the customer"""
    SUPPLIER = "supplier"
    """another supplier, his price included"""
    QUANTITY = "quantity"
    """more or less is bought or sold: purchases are added or cancelled, lines end or run on"""
    EXCHANGE = "exchange"
    """rates moved since the day of the order"""


@attrs.frozen
class Margin:
    """What is sold and what it costs, exactly, in one currency."""

    sold: ExactAmount
    cost: ExactAmount

    @property
    def amount(self) -> ExactAmount:
        """Sold less cost."""
        return self.sold - self.cost

    @property
    def percent(self) -> Fraction | None:
        """Of what is sold; ``None`` where nothing is."""
        return self.amount.value / self.sold.value * 100 if self.sold else None


@attrs.frozen
class LineMargin:
    """The margin of an order line, as expected and as of a day.

    Attributes:
        reference: the order line.
        as_of: the day.
        expected: at the purchases and rates of the order.
        current: after the adjustments and amendments known by that day, at the rates since.
        by_cause: what each cause adds to the margin; together they are the difference.
        commitments: the deliveries as they stand.
        explanation: of the current margin, from the expected one.
    """

    reference: str
    as_of: date
    expected: Margin
    current: Margin
    by_cause: tuple[tuple[MarginCause, ExactAmount], ...]
    commitments: tuple[Commitment, ...]
    explanation: Explanation

    @property
    def difference(self) -> ExactAmount:
        """Current margin less expected margin."""
        return self.current.amount - self.expected.amount


def line_margin(
    order: Order,
    reference: str,
    contracts: Iterable[Contract],
    rates: RateBook,
    as_of: date,
    *,
    through: date | None = None,
    currency: str | None = None,
    quantities: Mapping[str, Exact] | None = None,
    tax_parts: Mapping[str, Exact] | None = None,
    policy: RatePolicy = DEFAULT_RATE_POLICY,
) -> LineMargin:
    """Give the margin of an order line, and the difference to what was expected by cause.

    Sold is what the contract lines charge for their agreed quantity from their first day on: to
    their last day, or to the end of their initial term, or through a day that is given. Expected is
    the contract as it was agreed at first, current as it was amended. Purchases by period run as
    long. Lines that an amendment adds are none of the order's. Nothing is rounded.

    Args:
        order: a priced order or quote; its adjustments are events after the sale.
        reference: the line, ``contract/line``.
        contracts: what the order gave when it was executed, as amended, or would give.
        rates: dated exchange rates.
        as_of: adjustments, amendments and rates known by this day count.
        through: the last day looked at, for lines without an end.
        currency: of the answer; the order's if it is not said. Asked in the entity's and in the
            group's currency, each amount is converted once from its own.
        quantities: for a contract line whose quantity is measured, what is expected of it in each
            period, by its id.
        tax_parts: for a contract line whose prices include tax, the part of them that is tax, by
            its id: see ``TaxDecision.part_of_gross``.
        policy: which rates may be used.

    Raises:
        NotFound: the order has no such line, or none of the contracts holds it.
        InvalidValue: no end is known, a measured quantity or the part that is tax is not given, or
            the day is before the order's.
        RateNotFound: a rate is missing.
    """
    ordered, sale_day = order.line(reference), order.sale_day
    if sale_day is None or as_of < sale_day:
        raise InvalidValue(
            f"a margin is compared with the day of the order, {sale_day or 'which has none yet'}: "
            f"as of {as_of} there is nothing to compare"
        )
    into = order.currency if currency is None else currency
    agreed = Sold.of(
        order, ordered, contracts, through, quantities or {}, tax_parts=tax_parts or {}
    )
    desk = _Desk(rates, policy, into, sale_day, as_of)
    return _compared(order, ordered, agreed, desk)


def commitments(
    order: Order, reference: str, through: date | None = None, known: date | None = None
) -> tuple[Commitment, ...]:
    """Give the deliveries for an order line, after the adjustments known by a day, or by now.

    Raises:
        NotFound: no such line or purchase.
        InvalidValue: a purchase by period has no end and no day is given; adjustments that cannot
            be.

    >>> from harmony_core.contracts import Side
    >>> from harmony_core.orders import Purchase, QuantityChange
    >>> day = date(2026, 3, 1)
    >>> bought = Purchase("P", "S-1", 10, ExactAmount.of("7", "USD"), day)
    >>> line = OrderLine("1", "C-1", "SCREEN", 10, day, purchases=bought)
    >>> order = Order("O-1", Side.SELL, "K-1", "DE", "EUR", (line,), accepted_on=day)
    >>> more = QuantityChange(12)
    >>> order = order.adjusted(Adjustment("A", "C-1/1", "P", date(2026, 4, 1), more, "two broke"))
    >>> [(str(it.day), str(it.quantity)) for it in commitments(order, "C-1/1")]
    [('2026-03-01', '10'), ('2026-04-01', '2')]
    """
    bought = Bought.as_ordered(order.line(reference).purchases, through)
    for event in _events(order, reference, known):
        bought = bought.after(event)
    return bought.deliveries


@attrs.frozen
class _Desk:
    """Converts at the rates of the order, and at those since."""

    rates: RateBook
    policy: RatePolicy
    currency: str
    sale_day: date
    as_of: date

    def at_order(self, amount: ExactAmount) -> Fraction:
        return amount.value * self.rate(amount.currency, self.sale_day, self.sale_day)

    def since(self, day: date, amount: ExactAmount) -> Fraction:
        return amount.value * self.rate(amount.currency, min(day, self.as_of), self.as_of)

    def rate(self, currency: str, day: date, known: date) -> Fraction:
        found = self.rates.find(currency, self.currency, day, policy=self.policy, known=known)
        return found.value

    def money(self, value: Fraction) -> ExactAmount:
        return ExactAmount(value, self.currency)


def _compared(order: Order, ordered: OrderLine, agreed: Sold, desk: _Desk) -> LineMargin:
    why, reference, code = Explainer("margin of an order line", 1), ordered.reference, desk.currency
    why.fact("order", order.id)
    why.fact("order line", reference)
    why.fact("day of the order", str(desk.sale_day))
    why.fact("as of", str(desk.as_of))
    deal = _Deal(ordered, agreed)
    sold_then, cost_then = deal.at_order(desk)
    why.given("sold", "sold, at the rates of the order", sold_then, code)
    parts = [
        why.given(
            f"purchase{number}",
            f"{standing.purchase.id} {standing.supplier_id}",
            _at_order(standing.deliveries, desk),
            code,
        )
        for number, standing in enumerate(deal.bought.standings, start=1)
    ]
    label = "cost as ordered, at the rates of the order"
    why.step("cost", label, "add", *parts, unit=code)
    why.step("expected", "margin expected", "subtract", "sold", "cost")
    steps: dict[MarginCause, list[str]] = {cause: [] for cause in MarginCause}
    sold, cost = sold_then, cost_then
    for number, (label, cause, after) in enumerate(_later(order, deal, desk.as_of), start=1):
        before, deal = sold - cost, after
        sold, cost = deal.at_order(desk)
        steps[cause].append(why.given(f"event{number}", label, sold - cost - before, code))
    bought_in = {one.unit_price.currency for one in ordered.purchases}
    bought_in |= {one.unit_price.currency for one in deal.bought.deliveries}
    for name in sorted({order.currency, *bought_in} - {code}):
        rate = desk.rate(name, desk.sale_day, desk.sale_day)
        why.fact("rate of the order", f"1 {name} = {exact_text(rate)} {code}")
    sold_now, cost_now = deal.since(desk)
    why.given("sold_now", "sold, at the rates since", sold_now, code)
    held = "sold"
    if sold != sold_then:
        held = why.given("sold_held", "sold as it stands, at the rates of the order", sold, code)
    why.given("cost_now", "cost as it stands, at the rates since", cost_now, code)
    why.given("cost_adjusted", "cost as it stands, at the rates of the order", cost, code)
    label = "exchange gained on what is sold"
    gained = why.step("sold_gain", label, "subtract", "sold_now", held)
    label = "exchange gained on what is bought"
    saved = why.step("cost_gain", label, "subtract", "cost_adjusted", "cost_now")
    steps[MarginCause.EXCHANGE] += [gained, saved]
    causes = [
        why.step(cause.value, _CAUSES[cause], "add", *names, unit=code)
        for cause, names in steps.items()
    ]
    why.step("difference", "difference to the margin expected", "add", *causes)
    why.step("current", "margin as it stands", "add", "expected", "difference")
    return LineMargin(
        reference,
        desk.as_of,
        Margin(desk.money(sold_then), desk.money(cost_then)),
        Margin(desk.money(sold_now), desk.money(cost_now)),
        tuple((cause, desk.money(why.value(cause.value))) for cause in MarginCause),
        deal.bought.deliveries,
        why.explanation("current"),
    )


@attrs.frozen
class _Deal:
    """What is sold under the contract, and bought for it, after some events."""

    ordered: OrderLine
    agreed: Sold
    events: tuple[Adjustment, ...] = ()
    sold: tuple[tuple[date, ExactAmount], ...] = attrs.field(init=False)
    bought: Bought = attrs.field(init=False)

    @sold.default
    def _sold(self) -> tuple[tuple[date, ExactAmount], ...]:
        return tuple(self.agreed.items())

    @bought.default
    def _bought(self) -> Bought:
        bought = Bought.as_ordered(self.ordered.purchases, self.agreed.last_day)
        for event in self.events:
            bought = bought.after(event)
        return bought

    def at_order(self, desk: _Desk) -> tuple[Fraction, Fraction]:
        sold = sum((desk.at_order(amount) for _, amount in self.sold), Fraction(0))
        return sold, _at_order(self.bought.deliveries, desk)

    def since(self, desk: _Desk) -> tuple[Fraction, Fraction]:
        sold = sum((desk.since(*item) for item in self.sold), Fraction(0))
        made = self.bought.deliveries
        return sold, sum((desk.since(one.day, one.amount) for one in made), Fraction(0))


def _later(order: Order, deal: _Deal, as_of: date) -> Iterator[tuple[str, MarginCause, _Deal]]:
    """The deal after each thing that happened, by its day: a label, its cause, and what stands."""
    events: list[tuple[date, str, MarginCause, Sold | Adjustment]] = [
        (day, f"{day} {name}", _AGREED[type(change)], agreed)
        for day, name, change, agreed in deal.agreed.later(as_of)
    ]
    events += (
        (event.on, f"{event.on} {event.id} {event.purchase_id}", _cause(event), event)
        for event in _events(order, deal.ordered.reference, as_of)
    )
    for _, label, cause, what in sorted(events, key=itemgetter(0)):
        if isinstance(what, Adjustment):
            deal = attrs.evolve(deal, events=(*deal.events, what))
        else:
            deal = attrs.evolve(deal, agreed=what)
        yield label, cause, deal


_AGREED = {
    NewPrice: MarginCause.PRICE,
    NewQuantity: MarginCause.QUANTITY,
    LineEnds: MarginCause.QUANTITY,
    LineRunsOn: MarginCause.QUANTITY,
}

_CAUSES = {
    MarginCause.PRICE: "by prices",
    MarginCause.SUPPLIER: "by other suppliers",
    MarginCause.QUANTITY: "by quantities",
    MarginCause.EXCHANGE: "by exchange rates",
}


def _cause(event: Adjustment) -> MarginCause:
    match event.change:
        case PriceChange():
            return MarginCause.PRICE
        case SupplierChange():
            return MarginCause.SUPPLIER
    return MarginCause.QUANTITY


def _events(order: Order, reference: str, known: date | None) -> list[Adjustment]:
    return [
        event
        for event in order.adjustments
        if event.reference == reference and (known is None or event.known_on <= known)
    ]


def _at_order(deliveries: Iterable[Commitment], desk: _Desk) -> Fraction:
    return sum((desk.at_order(one.amount) for one in deliveries), Fraction(0))

"""What an order line earns over what it is bought for: expected, current, and why they differ.

Expected is at the purchases and the exchange rates of the day of the order; current is after every
adjustment known by a day, at the rates of the days of delivery by then, and at that day's rates
for what is to come. The difference is told apart by cause, step by step, so that the causes add
up to it exactly: each adjustment, by its day, at the rates of the order; then exchange.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.contracts import Contract, ContractLine, term
from harmony_core.errors import InvalidValue, Word
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import (
    DEFAULT_RATE_POLICY,
    Exact,
    ExactAmount,
    RateBook,
    RatePolicy,
    exact,
)
from harmony_core.orders._commitment import Bought, Commitment
from harmony_core.orders._order import Order, OrderLine
from harmony_core.orders._purchase import Adjustment, PriceChange, SupplierChange
from harmony_core.periods import proration
from harmony_core.pricing import scheme_on


class MarginCause(Word):
    """Why a margin is another than expected."""

    PRICE = "price"
    """a supplier asks another price"""
    SUPPLIER = "supplier"
    """another supplier, his price included"""
    QUANTITY = "quantity"
    """more or less is bought, purchases are added or cancelled"""
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
        current: after the adjustments known by that day, at the rates since.
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
    policy: RatePolicy = DEFAULT_RATE_POLICY,
) -> LineMargin:
    """Give the margin of an order line, and the difference to what was expected by cause.

    Sold is what the contract lines charge for their agreed quantity from their first day on: to
    their last day, or to the end of their initial term, or through a day that is given. Purchases
    by period run as long. Nothing is rounded.

    Args:
        order: a priced order or quote; its adjustments are events after the sale.
        reference: the line, ``contract/line``.
        contracts: what the order gave when it was executed, or would give.
        rates: dated exchange rates.
        as_of: adjustments and rates known by this day count.
        through: the last day looked at, for lines without an end.
        currency: of the answer; the order's if it is not said. Asked in the entity's and in the
            group's currency, each amount is converted once from its own.
        quantities: for a contract line whose quantity is measured, what is expected of it in each
            period, by its id.
        policy: which rates may be used.

    Raises:
        NotFound: the order has no such line, or none of the contracts holds it.
        InvalidValue: no end is known, a measured quantity is not given, or the day is before the
            order's.
        RateNotFound: a rate is missing.
    """
    ordered, sale_day = order.line(reference), order.sale_day
    if sale_day is None or as_of < sale_day:
        raise InvalidValue(
            f"a margin is compared with the day of the order, {sale_day or 'which has none yet'}: "
            f"as of {as_of} there is nothing to compare"
        )
    into = order.currency if currency is None else currency
    lines = _lines_made(order, ordered, contracts)
    last_day = max(_last_day(line, through) for line in lines)
    sold = [part for line in lines for part in _sold(line, through, quantities or {})]
    desk = _Desk(rates, policy, into, sale_day, as_of)
    return _compared(order, ordered, sold, last_day, desk)


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


_Item: TypeAlias = tuple[date, ExactAmount]
"""An amount in its own currency, and the day whose rate it takes."""


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

    def since(self, item: _Item) -> Fraction:
        day, amount = item
        return amount.value * self.rate(amount.currency, min(day, self.as_of), self.as_of)

    def rate(self, currency: str, day: date, known: date) -> Fraction:
        found = self.rates.find(currency, self.currency, day, policy=self.policy, known=known)
        return found.value

    def money(self, value: Fraction) -> ExactAmount:
        return ExactAmount(value, self.currency)


def _compared(
    order: Order, ordered: OrderLine, sold: list[_Item], last_day: date, desk: _Desk
) -> LineMargin:
    why, reference, code = Explainer("margin of an order line", 1), ordered.reference, desk.currency
    why.fact("order", order.id)
    why.fact("order line", reference)
    why.fact("day of the order", str(desk.sale_day))
    why.fact("as of", str(desk.as_of))
    bought = Bought.as_ordered(ordered.purchases, last_day)
    sold_then = sum((desk.at_order(amount) for _, amount in sold), Fraction(0))
    cost_then = cost = _at_order(bought.deliveries, desk)
    why.given("sold", "sold, at the rates of the order", sold_then, code)
    parts = [
        why.given(
            f"purchase{number}",
            f"{standing.purchase.id} {standing.supplier_id}",
            _at_order(standing.deliveries, desk),
            code,
        )
        for number, standing in enumerate(bought.standings, start=1)
    ]
    label = "cost as ordered, at the rates of the order"
    why.step("cost", label, "add", *parts, unit=code)
    why.step("expected", "margin expected", "subtract", "sold", "cost")
    steps: dict[MarginCause, list[str]] = {cause: [] for cause in MarginCause}
    for number, event in enumerate(_events(order, reference, desk.as_of), start=1):
        bought, before = bought.after(event), cost
        cost = _at_order(bought.deliveries, desk)
        label = f"{event.on} {event.id} {event.purchase_id}"
        steps[_cause(event)].append(why.given(f"event{number}", label, before - cost, code))
    bought_in = {one.unit_price.currency for one in ordered.purchases}
    bought_in |= {one.unit_price.currency for one in bought.deliveries}
    for name in sorted({order.currency, *bought_in} - {code}):
        rate = desk.rate(name, desk.sale_day, desk.sale_day)
        why.fact("rate of the order", f"1 {name} = {exact_text(rate)} {code}")
    items = [(one.day, one.amount) for one in bought.deliveries]
    sold_now = sum((desk.since(item) for item in sold), Fraction(0))
    cost_now = sum((desk.since(item) for item in items), Fraction(0))
    why.given("sold_now", "sold, at the rates since", sold_now, code)
    why.given("cost_now", "cost as it stands, at the rates since", cost_now, code)
    why.given("cost_adjusted", "cost as it stands, at the rates of the order", cost, code)
    label = "exchange gained on what is sold"
    gained = why.step("sold_gain", label, "subtract", "sold_now", "sold")
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
        bought.deliveries,
        why.explanation("current"),
    )


_CAUSES = {
    MarginCause.PRICE: "by prices of suppliers",
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


def _lines_made(
    order: Order, ordered: OrderLine, contracts: Iterable[Contract]
) -> list[ContractLine]:
    found = [
        line
        for contract in contracts
        if contract.id == ordered.contract_id
        for line in contract.lines
        if order.line_behind(contract.id, line.id) == ordered
    ]
    if not found:
        raise InvalidValue(
            f"no contract given holds line {ordered.reference} of order {order.id!r}: give what "
            "its execution gave"
        )
    return found


def _last_day(line: ContractLine, through: date | None) -> date:
    """How far the line is looked at."""
    last_day = line.last_day
    if line.billing.interval is None and not line.by_calendar_month:
        return last_day or line.start  # billed once
    if last_day is None and line.renewal is not None:
        last_day = term(line.renewal, line.start, 0).last_day
    if last_day is None and through is None:
        raise InvalidValue(
            f"line {line.id!r} has no end and no initial term: say through which day to look"
        )
    return min(day for day in (last_day, through) if day is not None)


def _sold(line: ContractLine, through: date | None, quantities: Mapping[str, Exact]) -> list[_Item]:
    """What the line charges period by period."""
    quantity = line.quantity
    if not line.is_fixed:
        if line.id not in quantities:
            raise InvalidValue(
                f"line {line.id!r} is measured: say by quantities what is expected in a period"
            )
        quantity = exact(quantities[line.id], "an expected quantity")
    last_day = _last_day(line, through)
    if last_day < line.start:
        return []
    sold = []
    for period in attrs.evolve(line, last_day=last_day).periods():
        span = period.span
        if span.first_day > last_day:
            break
        price = scheme_on(line.scheme, span.start).price(quantity)
        part = proration(span, period.full) if line.fund is None else Fraction(1)
        sold.append((span.first_day, price * part))
    return sold

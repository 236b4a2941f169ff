"""What an order line is sold for: the price agreed, or the book's, or the product's own.

A price per unit that was agreed takes the place of the amount and of nothing else: where the price
that it replaces rises on its anniversaries, the agreed one rises alike. Whoever agrees another
uplift, or none, agrees the whole scheme, by an override of the price.
"""

from __future__ import annotations

from datetime import date

import attrs

from harmony_core.contracts import Side
from harmony_core.errors import InvalidValue, PriceNotFound, expect
from harmony_core.finance import ExactAmount
from harmony_core.orders._order import Order, OrderLine
from harmony_core.pricing import PerUnit, PriceBook, Ramp, Scheme, Uplifted
from harmony_core.products import Behaviour, Level, Origin, Product


@attrs.frozen
class Prices:
    """A price book, and the one price group of the customer who orders, if he is in any.

    Of an order's line the agreed price goes first, then the book's price on the day of the quote
    or of the acceptance, then the product's own scheme. The book is of sales prices: orders on the
    buy side leave it aside.

    Args:
        book: the prices.
        customer_group: the customer's price group.
        customer_id: whose prices, where that is not the order's party: the customer that a
            duplicate was merged into, or a parent that negotiates for all.
        quoted_on: the day of the prices while the order is not accepted yet.
    """

    book: PriceBook
    customer_group: str | None = None
    customer_id: str | None = None
    quoted_on: date | None = None

    def __attrs_post_init__(self) -> None:
        expect(self.book, PriceBook, "the book of prices", "PriceBook([PriceEntry(...)])")
        for name in ("customer_group", "customer_id"):
            if (value := getattr(self, name)) is not None:
                expect(value, str, f"{name} of prices")
        if self.quoted_on is not None:
            expect(self.quoted_on, date, "quoted_on of prices")


@attrs.frozen
class LinePrice:
    """The price of a line, the day that found it, and what gave it, if not the product."""

    scheme: Scheme
    day: date | None
    origins: tuple[Origin, ...] = ()


def line_price(
    product: Product, ordered: OrderLine, order: Order, prices: Prices | None
) -> LinePrice:
    """Give the price agreed, or the book's, or the product's own.

    Raises:
        InvalidValue: the price agreed is in another currency than the order, or no day finds a
            price of the book.
        PriceNotFound: nothing says what it costs.
    """
    day = sale_day(order, prices)
    if (agreed := ordered.agreed_scheme) is not None:
        by = next((it for it in reversed(ordered.overrides) if it.scheme is not None), None)
        origin = Origin(Level.ORDER, order.id, (Behaviour.PRICE,), None, by)
        return LinePrice(_in_currency(agreed, str(agreed), order), day, (origin,))
    if (amount := ordered.unit_price) is not None:
        scheme = _in_currency(PerUnit(amount), str(amount), order)
        origin = Origin(Level.ORDER, order.id, (Behaviour.PRICE,))
        replaced = _replaced(product, order, prices)
        return LinePrice(_risen_like(scheme, replaced), day, (origin,))
    return _listed(product, order, prices)


def sale_day(order: Order, prices: Prices | None) -> date | None:
    """The day whose products and prices hold; ``None`` while nothing says which."""
    return order.sale_day or (None if prices is None else prices.quoted_on)


def unit_price_in(scheme: Scheme) -> ExactAmount | None:
    """The first price per unit of a scheme that is one on every day; ``None`` where it is not."""
    match scheme:
        case PerUnit():
            return scheme.unit_price
        case Uplifted():
            return unit_price_in(scheme.scheme)
        case Ramp():
            prices = [unit_price_in(step.scheme) for step in scheme.steps]
            return None if None in prices else prices[0]
    return None


def _in_currency(scheme: Scheme, said: str, order: Order) -> Scheme:
    if scheme.currency != order.currency:
        raise InvalidValue(f"the price {said} is not in the order's currency {order.currency}")
    return scheme


def _replaced(product: Product, order: Order, prices: Prices | None) -> Scheme | None:
    """The price that an agreed one takes the place of, if there is one."""
    if sale_day(order, prices) is None:
        prices = None  # a proposal without a day yet: the book cannot be asked
    try:
        return _listed(product, order, prices).scheme
    except PriceNotFound:
        return None


def _risen_like(scheme: Scheme, replaced: Scheme | None) -> Scheme:
    """The scheme with the uplifts that stand around another one."""
    if isinstance(replaced, Uplifted):
        return Uplifted(_risen_like(scheme, replaced.scheme), replaced.uplift)
    return scheme


def _listed(product: Product, order: Order, prices: Prices | None) -> LinePrice:
    """The book's price, or the product's own."""
    day = sale_day(order, prices)
    if prices is None or order.side is Side.BUY:
        return LinePrice(product.scheme(order.currency), day)
    try:
        return _of_the_book(product, order, prices)
    except PriceNotFound as not_in_book:
        try:
            return LinePrice(product.scheme(order.currency), day)
        except PriceNotFound as nowhere:
            raise PriceNotFound(f"{nowhere}; {not_in_book}") from None


def _of_the_book(product: Product, order: Order, prices: Prices) -> LinePrice:
    day = sale_day(order, prices)
    if day is None:
        raise InvalidValue(
            f"order {order.id!r} is not accepted, so no day finds its prices: accept it, or say "
            "by quoted_on of which day they are"
        )
    entry = prices.book.find(
        product.id,
        order.currency,
        day,
        customer_id=prices.customer_id or order.party_id,
        customer_group=prices.customer_group,
    ).entry
    source = entry.id or f"{entry.product_id} {entry.span}"
    return LinePrice(entry.scheme, day, (Origin(Level.PRICE_BOOK, source, (Behaviour.PRICE,)),))

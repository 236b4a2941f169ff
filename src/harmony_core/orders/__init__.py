"""PROMISED: quotes, orders, and what an accepted order becomes.

A quote's lines name products, quantities, dates and, where it was agreed, a price; accepted, whole
or in part, they are an order. An accepted order executes once: every line takes over its product's
behaviour and becomes a contract line. What a line is bought for stays with the order: any number
of purchases, and the events that change them after the sale, from which comes the margin.
"""

from harmony_core.orders._commitment import Commitment
from harmony_core.orders._execution import Executed, execute, problems_of
from harmony_core.orders._line_price import Prices
from harmony_core.orders._margin import (
    LineMargin,
    Margin,
    MarginCause,
    commitments,
    line_margin,
)
from harmony_core.orders._order import Order, OrderLine
from harmony_core.orders._purchase import (
    Adjustment,
    Cancellation,
    Change,
    PriceChange,
    Purchase,
    QuantityChange,
    SupplierChange,
)
from harmony_core.orders._quote import (
    Acceptance,
    Accepted,
    Quote,
    QuoteState,
    QuoteVersion,
    Rest,
)
from harmony_core.orders._stage import Stage

__all__ = [
    "Acceptance",
    "Accepted",
    "Adjustment",
    "Cancellation",
    "Change",
    "Commitment",
    "Executed",
    "LineMargin",
    "Margin",
    "MarginCause",
    "Order",
    "OrderLine",
    "PriceChange",
    "Prices",
    "Purchase",
    "QuantityChange",
    "Quote",
    "QuoteState",
    "QuoteVersion",
    "Rest",
    "Stage",
    "SupplierChange",
    "commitments",
    "execute",
    "line_margin",
    "problems_of",
]

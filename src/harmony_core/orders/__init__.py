"""PROMISED: orders, and what an accepted order becomes.

An order's lines name products, quantities, dates and, where it was agreed, a price. An accepted
order executes once: every line takes over its product's behaviour and becomes a contract line.
"""

from harmony_core.orders._execution import Executed, Prices, execute, problems_of
from harmony_core.orders._order import Order, OrderLine, Stage

__all__ = ["Executed", "Order", "OrderLine", "Prices", "Stage", "execute", "problems_of"]

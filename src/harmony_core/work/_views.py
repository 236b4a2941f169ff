"""What a customer may see of work done for him.

Group companies, their cost and what they charge one another are none of his business, and a type
that has no field for them cannot leak them. The time of day and the person are left out as well,
since both tell where somebody sat; so is the currency in which an expense was paid.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs

from harmony_core.finance import ExactAmount, Money
from harmony_core.work._rating import RatedExpense, RatedTime


@attrs.frozen
class CustomerView:
    """One piece of work as it may stand on an invoice.

    ``quantity`` is in ``unit`` (``h``, or nothing for an expense); ``unit_price`` and ``amount``
    are ``None`` for work that is covered by something else. Work that costs a share of what is
    billed for several hours together has an amount and no unit price.
    """

    fact_id: str
    day: date
    text: str
    quantity: Fraction
    unit: str
    unit_price: ExactAmount | None
    amount: Money | None


def customer_view(rated: RatedTime | RatedExpense) -> CustomerView:
    """Show a rated fact to the customer.

    Hours appear with their multiplier. A unit price appears where quantity times unit price is the
    amount, but for the part of a minor unit by which the charge was settled.
    """
    if isinstance(rated, RatedExpense):
        expense, amount = rated.expense, rated.billable
        price = None if amount is None else amount.exact
        return CustomerView(
            expense.id, expense.day, expense.category, Fraction(1), "", price, amount
        )
    entry = rated.entry
    hours = entry.hours * entry.multiplier
    price, amount = rated.unit_price, rated.billable
    if price is not None and (amount is None or not _makes(price * hours, amount)):
        price = None
    return CustomerView(entry.id, entry.day, entry.work_type, hours, "h", price, amount)


def _makes(exactly: ExactAmount, amount: Money) -> bool:
    return abs(exactly.value - amount.exact.value) < Money(1, amount.currency).exact.value

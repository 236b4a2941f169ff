"""How well flat fees pay for work: what was invoiced for labour over what the work lists for.

Source: the efficiency ratio of flat-fee agreements in the trade of managed services: 1,000 invoiced
for work with a list value of 800 is 1.25; below one the work is worth more than its fee.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._money import ExactAmount, Money
from harmony_core.finance._rounding import HALF_UP, Rounding


@attrs.frozen
class Efficiency:
    """What was invoiced for labour against the list value of the hours delivered.

    ``ratio`` is exact; it is ``None`` where the hours are worth nothing, and then ``explanation``
    is that of the delivered value.
    """

    delivered_value: Money
    ratio: Fraction | None
    explanation: Explanation


def efficiency_ratio(
    invoiced_labour: Money,
    delivered: Iterable[tuple[Exact, ExactAmount]],
    rounding: Rounding = HALF_UP,
) -> Efficiency:
    """Divide what was invoiced for labour by the list value of what was delivered.

    Args:
        invoiced_labour: fees for labour, goods left out.
        delivered: hours worked, each with the list price of an hour.
        rounding: settles the delivered value, once for all of it.

    Raises:
        InvalidValue: hours below zero.
        CurrencyMismatch: a list price is in another currency than the invoice.

    >>> rate = ExactAmount.of(150, "EUR")
    >>> found = efficiency_ratio(Money.of("1000", "EUR"), [("5.3333", rate)])
    >>> str(found.delivered_value), str(found.ratio)
    ('800.00 EUR', '5/4')
    """
    currency = invoiced_labour.currency
    why = Explainer("efficiency ratio", 1)
    parts = []
    for number, (hours, list_rate) in enumerate(delivered, 1):
        worked = exact(hours, "delivered hours")
        if worked < 0:
            raise InvalidValue(f"delivered hours are zero or more, got {exact_text(worked)}")
        if list_rate.currency != currency:
            raise CurrencyMismatch(currency, list_rate.currency)
        time = why.given(f"hours{number}", "hours delivered", worked, "h")
        rate = why.given(f"rate{number}", "list price of an hour", list_rate.value, currency)
        label = "hours at their list price"
        parts.append(why.step(f"value{number}", label, "multiply", time, rate, unit=currency))
    why.step("exact", "list value of the work", "add", *parts, unit=currency)
    why.given("step", "smallest unit", rounding.step or Money(1, currency).exact.value, currency)
    rule = f"round_{rounding.mode.value}"
    why.step("delivered", "settled", rule, "exact", "step", unit=currency)
    value = Money.of(why.value("delivered"), currency)
    if not value:
        return Efficiency(value, None, why.explanation("delivered"))
    why.given("invoiced", "labour invoiced", invoiced_labour.exact.value, currency)
    label = "labour invoiced over the list value of the work"
    ratio = why.step("ratio", label, "divide", "invoiced", "delivered")
    return Efficiency(value, why.value(ratio), why.explanation(ratio))

"""The same amounts as the functions of re-rating, each with its derivation.

One explanation for each amount, in the order of the amounts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import HALF_UP, Exact, Money, Rounding
from harmony_core.pricing._rerating import (
    EARLIER,
    Billed,
    as_whole,
    refuse_no_billed,
    rerate_periods,
)
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    Scheme,
    explain,
    listed,
    refuse_no_rounding,
    require_scheme,
    units,
)
from harmony_core.pricing._settling import settled, smallest


def explain_still_to_bill(
    scheme: Scheme, total: Exact, billed: Billed, point: PricePoint = ONLY_LINE
) -> Explanation:
    """Give the same amount as :func:`still_to_bill` with its derivation.

    >>> from harmony_core.pricing import PerUnit
    >>> print(explain_still_to_bill(PerUnit.of("2", "USD"), 22, Billed(17)).as_text())
    still to bill (v1)
      quantity: 22
      unit price: 2 USD
      quantity: 17
      unit price: 2 USD
      quantity at the unit price: 22 × 2 = 44 USD
      quantity at the unit price: 17 × 2 = 34 USD
      the whole, less what was billed: 44 - 34 = 10 USD
    """
    refuse_no_billed(billed)
    why = Explainer("still to bill", 1)
    whole = why.adopt(explain(scheme, total, as_whole(point)), "whole_")
    if billed.amount is not None:
        before = why.given("billed", "billed before", billed.amount.value, scheme.currency)
    elif billed.quantity or not point.first_line_of_period:
        before = why.adopt(scheme.explain(billed.quantity, EARLIER), "billed_")
    else:
        return why.explanation(whole)
    label = "the whole, less what was billed"
    return why.explanation(why.step("amount", label, "subtract", whole, before))


def explain_increment(
    scheme: Scheme, quantity: Exact, billed: Billed, point: PricePoint = ONLY_LINE
) -> Explanation:
    """Give the same amount as :func:`increment` with its derivation."""
    refuse_no_billed(billed)
    why = Explainer("price of further units", 1)
    before = why.given("before", "quantity billed before", billed.quantity)
    more = why.given("more", "quantity added", units(quantity))
    total = why.step("total", "quantity so far", "add", before, more)
    still = explain_still_to_bill(scheme, why.value(total), billed, point)
    using = {"whole_quantity": total, "billed_quantity": before}
    return why.explanation(why.adopt(still, "of_", using))


def explain_price_each(
    scheme: Scheme, quantities: Iterable[Exact], point: PricePoint = ONLY_LINE
) -> Explanation:
    """Give the same amount as :func:`price_each` with its derivation.

    Equal quantities have equal prices, so each different one is priced once, times its number.

    >>> from harmony_core.pricing import PerUnit
    >>> print(explain_price_each(PerUnit.of("2", "USD"), [3, 0, 0]).as_text())
    each priced alone (v1)
      quantity: 3
      unit price: 2 USD
      quantity: 0
      unit price: 2 USD
      how many of this quantity: 2
      nothing: 0 USD
      quantity at the unit price: 3 × 2 = 6 USD
      quantity at the unit price: 0 × 2 = 0 USD
      for all of them: 0 × 2 = 0 USD
      all prices: 0 + 6 + 0 = 6 USD
    """
    require_scheme(scheme)
    why = Explainer("each priced alone", 1)
    amounts = []
    times = Counter(map(units, listed(quantities, "quantities that are priced alone")))
    for number, (quantity, count) in enumerate(times.items(), 1):
        amount = why.adopt(scheme.explain(quantity, point), f"price{number}_")
        if count > 1:
            many = why.given(f"times{number}", "how many of this quantity", count)
            label = "for all of them"
            amount = why.step(f"prices{number}", label, "multiply", amount, many)
        amounts.append(amount)
    none = why.given("none", "nothing", 0, scheme.currency)
    return why.explanation(why.step("amount", "all prices", "add", none, *amounts))


def explain_rerate(
    scheme: Scheme, totals: Sequence[Exact], rounding: Rounding = HALF_UP
) -> tuple[Explanation, ...]:
    """Give, for each line of :func:`rerate`, the same amount with its derivation."""
    require_scheme(scheme)
    refuse_no_rounding(rounding)
    totals = tuple(listed(totals, "totals of the runs"))
    found = []
    for number, total in enumerate(totals, 1):
        why = Explainer("re-rating", 1)
        step = smallest(why, scheme.currency, rounding)
        point = ONLY_LINE if number == len(totals) else EARLIER
        whole = settled_price(
            why, scheme, total, point, result="whole", step=step, rounding=rounding
        )
        if number == 1:
            found.append(why.explanation(whole))
            continue
        before = settled_price(
            why, scheme, totals[number - 2], EARLIER, result="billed", step=step, rounding=rounding
        )
        label = "the whole, less what was billed"
        found.append(why.explanation(why.step("amount", label, "subtract", whole, before)))
    return tuple(found)


def explain_rerate_periods(
    scheme: Scheme, runs: Sequence[Sequence[Exact]], rounding: Rounding = HALF_UP
) -> tuple[Explanation, ...]:
    """Give, for each line of :func:`rerate_periods`, the same amount with its derivation."""
    billed: dict[int, Money] = {}
    found = []
    for line in rerate_periods(scheme, runs, rounding):
        why = Explainer("re-rating of a period", 1)
        why.fact("run", str(line.run))
        why.fact("period", str(line.period))
        step = smallest(why, scheme.currency, rounding)
        known = runs[line.run - 1]
        closing = ONLY_LINE if line.run == len(runs) else EARLIER
        point = closing if line.period == len(known) else EARLIER
        amount = settled_price(
            why, scheme, known[line.period - 1], point, result="end", step=step, rounding=rounding
        )
        if line.period > 1:
            quantity = known[line.period - 2]
            begin = settled_price(
                why, scheme, quantity, EARLIER, result="begin", step=step, rounding=rounding
            )
            label = "price to its end, less the price to its beginning"
            amount = why.step("charge", label, "subtract", amount, begin)
        if before := billed.get(line.period):
            earlier = why.given("billed", "billed before", before.exact.value, scheme.currency)
            label = "the whole, less what was billed"
            amount = why.step("amount", label, "subtract", amount, earlier)
        billed[line.period] = line.amount + (before or Money.zero(scheme.currency))
        found.append(why.explanation(amount))
    return tuple(found)


def settled_price(
    why: Explainer,
    scheme: Scheme,
    quantity: Exact,
    point: PricePoint,
    *,
    result: str,
    step: str,
    rounding: Rounding,
) -> str:
    """Price a quantity and settle the amount."""
    exact_price = why.adopt(scheme.explain(quantity, point), f"{result}_")
    return settled(why, exact_price, result, step, rounding)

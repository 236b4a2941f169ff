"""Many transactions under one scheme: each is charged alone, then what stands around works on all.

A percentage charges a transaction by its value, with a fee and limits for each. Minimums, maximums,
discounts and commitments around it are for the period, so they take the sum. A conversion between
them converts the value of each.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Exact, ExactAmount
from harmony_core.pricing._combinations import inside
from harmony_core.pricing._conversion import Conversion, Converted
from harmony_core.pricing._dated import with_inside
from harmony_core.pricing._discounts import FreeUnits
from harmony_core.pricing._limits import MinimumQuantity
from harmony_core.pricing._percentage import (
    Percentage,
    Transactions,
    refuse_no_transactions,
)
from harmony_core.pricing._scheme import ONLY_LINE, PricePoint, Scheme
from harmony_core.pricing._usage_rule import UsageRule


def charges_transactions(scheme: Scheme) -> bool:
    """Say whether a scheme charges each transaction alone: whether a percentage is inside it.

    >>> from harmony_core.pricing import AtMost, PerUnit
    >>> cards = AtMost.of(Percentage.of("1.3", "EUR", fee="0.30"), "500")
    >>> charges_transactions(cards), charges_transactions(PerUnit.of("1", "EUR"))
    (True, False)
    """
    return any(isinstance(one, Percentage) for one in inside(scheme))


def price_transactions(
    scheme: Scheme, transactions: Transactions, point: PricePoint = ONLY_LINE
) -> ExactAmount:
    """Give what all transactions of a period cost under a scheme with a percentage inside it.

    Raises:
        InvalidValue: there is no percentage inside, or free units or a minimum quantity stand
            around it; or only sums are known and each value is needed.

    >>> from harmony_core.pricing import AtLeast
    >>> cards = AtLeast.of(Percentage.of("1.3", "EUR", fee="0.30"), "4")
    >>> price_transactions(cards, Transactions.of([100, 100, 100]))
    ExactAmount.of('4.8', 'EUR')
    """
    refuse_no_transactions(transactions)
    return _in_its_place(scheme, transactions).price(transactions.total, point)


def explain_transactions(
    scheme: Scheme, transactions: Transactions, point: PricePoint = ONLY_LINE
) -> Explanation:
    """Give the same amount as :func:`price_transactions` with its derivation."""
    refuse_no_transactions(transactions)
    return _in_its_place(scheme, transactions).explain(transactions.total, point)


def refuse_transactions_as_one(scheme: Scheme, rule: UsageRule) -> None:
    """Refuse to measure what charges each transaction by a rule that makes one quantity of them.

    Raises:
        InvalidValue: the rule does more than add up, or a quantity of units stands around.
    """
    expect(rule, UsageRule, "the rule of usage", "UsageRule()")
    if not charges_transactions(scheme):
        return
    if not rule.is_plain_sum:
        raise InvalidValue(
            "a Percentage charges each usage record as a transaction, but the rule makes one "
            f"quantity of them ({rule.aggregation.value}{', in buckets' if rule.buckets else ''}): "
            "leave the rule at UsageRule(), or take a GraduatedPercentage, which charges the value"
        )
    _refuse_units_around(scheme)


def _in_its_place(scheme: Scheme, transactions: Transactions) -> Scheme:
    if not charges_transactions(scheme):
        raise InvalidValue(
            f"{type(scheme).__name__} does not charge transactions: put a Percentage inside it, or "
            "price the quantity"
        )
    _refuse_units_around(scheme)
    return _replaced(scheme, transactions, ())


def _refuse_units_around(scheme: Scheme) -> None:
    for one in inside(scheme):
        if isinstance(one, FreeUnits | MinimumQuantity) and charges_transactions(one):
            raise InvalidValue(
                f"{type(one).__name__} counts units of all transactions, and a Percentage inside "
                "it charges each alone: give the percentage a free_amount, free_transactions or a "
                "least charge"
            )


def _replaced(
    scheme: Scheme, transactions: Transactions, conversions: tuple[Conversion, ...]
) -> Scheme:
    if isinstance(scheme, Percentage):
        return _Together(scheme, transactions, conversions)
    if isinstance(scheme, Converted):
        return _replaced(scheme.scheme, transactions, (*conversions, scheme.conversion))
    return with_inside(scheme, lambda inner: _replaced(inner, transactions, conversions))


@attrs.frozen
class _Together:
    """Stands where the percentage stood: what its transactions charge, whatever the quantity."""

    percentage: Percentage
    transactions: Transactions
    conversions: tuple[Conversion, ...]

    @property
    def currency(self) -> str:
        return self.percentage.currency

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        return self.percentage.price_transactions(self._converted())

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        inner = self.percentage.explain_transactions(self._converted())
        if not self.conversions:
            return inner
        why = Explainer("converted transactions", 1)
        names = []
        for number, value in enumerate(self.transactions.each(), 1):
            names.append(why.given(f"metered_{number}", "value of a transaction", value))
        for place, conversion in enumerate(self.conversions, 1):
            factor = why.given(f"factor_{place}", "conversion factor", conversion.factor)
            names = [
                _one_converted(why, conversion, name, factor, f"{place}_{number}")
                for number, name in enumerate(names, 1)
            ]
        currency = self.currency
        total = why.step("total", "sum of the transactions", "add", *names, unit=currency)
        using = {"value": total}
        using |= {f"value_{number}": name for number, name in enumerate(names, 1)}
        return why.explanation(why.adopt(inner, "inner_", using))

    def _converted(self) -> Transactions:
        if not self.conversions:
            return self.transactions
        values = self.transactions.each()
        for conversion in self.conversions:
            values = tuple(map(conversion.convert, values))
        return Transactions.of(values)


def _one_converted(
    why: Explainer, conversion: Conversion, name: str, factor: str, place: str
) -> str:
    converted = why.step(f"converted_{place}", "converted, exactly", "multiply", name, factor)
    mode, places = conversion.rounding, conversion.places
    if mode is None:
        return converted
    step = Fraction(1, 10**places) if places >= 0 else Fraction(10**-places)
    unit = why.given(f"step_{place}", "rounded to", step)
    label = "converted and rounded"
    return why.step(f"rounded_{place}", label, f"round_{mode.value}", converted, unit)

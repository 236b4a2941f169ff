"""Schemes without bands: a flat amount, and so much per unit."""

from __future__ import annotations

from fractions import Fraction

import attrs

from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Exact, ExactAmount
from harmony_core.periods import Timing
from harmony_core.pricing._repricing import Change
from harmony_core.pricing._scheme import ONLY_LINE, PricePoint, amount_of, units, units_ratio


def _timing(value: Timing) -> Timing:
    return Timing(value)


@attrs.frozen
class Flat:
    """``amount`` for the period, whatever the quantity.

    In advance it falls on the first line of the period, in arrears on the last.

    >>> Flat.of("100", "EUR").price(0)
    ExactAmount.of('100', 'EUR')
    """

    amount: ExactAmount
    timing: Timing = attrs.field(default=Timing.ADVANCE, converter=_timing)

    def __attrs_post_init__(self) -> None:
        amount_of(self.amount, "a flat amount")

    @classmethod
    def of(cls, amount: Exact, currency: str, timing: Timing = Timing.ADVANCE) -> Flat:
        """Make it from a plain number."""
        return cls(ExactAmount.of(amount, currency), timing)

    @property
    def currency(self) -> str:
        """The currency of the amount."""
        return self.amount.currency

    def _falls_on(self, point: PricePoint) -> bool:
        if self.timing is Timing.ADVANCE:
            return point.first_line_of_period
        return point.last_line_of_period

    def repriced(self, change: Change) -> Flat:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return attrs.evolve(self, amount=change(self.amount))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        """Give the flat amount, or zero on a line of the period that does not carry it."""
        units(quantity)
        return self.amount if self._falls_on(point) else ExactAmount.of(0, self.currency)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the same amount with its derivation."""
        why = Explainer("flat amount", 1)
        why.given("quantity", "quantity", units(quantity))
        amount = why.given("flat", "flat amount", self.amount.value, self.currency)
        if self._falls_on(point):
            label = "the flat amount does not depend on the quantity"
            return why.explanation(why.step("amount", label, "take", amount))
        label = (
            "the flat amount falls on the first line of the period"
            if self.timing is Timing.ADVANCE
            else "the flat amount falls on the last line of the period"
        )
        return why.explanation(why.step("amount", label, "subtract", amount, amount))


@attrs.frozen
class PerUnit:
    """Every unit costs ``unit_price``, which may be finer than the currency.

    >>> PerUnit.of("4.4556", "USD").price("10.625").settle()
    Money.of('47.34', 'USD')
    """

    unit_price: ExactAmount

    def __attrs_post_init__(self) -> None:
        amount_of(self.unit_price, "a unit price")

    @classmethod
    def of(cls, unit_price: Exact, currency: str) -> PerUnit:
        """Make it from a plain number."""
        return cls(ExactAmount.of(unit_price, currency))

    @property
    def currency(self) -> str:
        """The currency of the unit price."""
        return self.unit_price.currency

    def repriced(self, change: Change) -> PerUnit:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return PerUnit(change(self.unit_price))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        """Give quantity times unit price."""
        return ExactAmount(Fraction(*self.price_ratio(quantity)), self.unit_price.currency)

    def price_ratio(self, quantity: Exact) -> tuple[int, int]:
        """Give the same amount as two whole numbers, not reduced: see :func:`charge`."""
        numerator, denominator = units_ratio(quantity)
        price, scale = self.unit_price.value.as_integer_ratio()
        return numerator * price, denominator * scale

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        """Give the same amount with its derivation."""
        why = Explainer("per unit", 1)
        amount = why.step(
            "amount",
            "quantity at the unit price",
            "multiply",
            why.given("quantity", "quantity", units(quantity)),
            why.given("unit_price", "unit price", self.unit_price.value, self.currency),
        )
        return why.explanation(amount)

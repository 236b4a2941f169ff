"""Limits around a scheme: a least amount, a greatest amount, a least quantity. They nest."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from fractions import Fraction

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Exact, ExactAmount
from harmony_core.pricing._combinations import (
    at_each_step,
    refuse_minimum_quantity,
)
from harmony_core.pricing._conversion import Converted
from harmony_core.pricing._discounts import Discounted, FreeUnits
from harmony_core.pricing._repricing import Change, repriced
from harmony_core.pricing._rerating import AtPeriodEnd
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    Scheme,
    amount_of,
    require_scheme,
    units,
)


def _same_currency(scheme: Scheme, limit: ExactAmount) -> None:
    require_scheme(scheme)
    amount_of(limit, "a limit of a charge")
    if scheme.currency != limit.currency:
        raise CurrencyMismatch(scheme.currency, limit.currency)


def _maxima(scheme: Scheme) -> Iterator[AtMost]:
    """Give each maximum that holds for the whole charge: what stands around it only lowers it.

    A commitment may charge more than what it stands around, and an uplift raises the maximum.
    """
    for one in at_each_step(scheme):
        if isinstance(one, AtMost):
            yield one
        if isinstance(
            one,
            AtLeast | AtMost | AtPeriodEnd | Converted | Discounted | FreeUnits | MinimumQuantity,
        ):
            yield from _maxima(one.scheme)


@attrs.frozen
class AtLeast:
    """``minimum`` when ``scheme`` charges less; settled on the last line of the period.

    >>> from harmony_core.pricing import PerUnit
    >>> AtLeast.of(PerUnit.of("10", "USD"), "100").price(3)
    ExactAmount.of('100', 'USD')
    """

    scheme: Scheme
    minimum: ExactAmount

    def __attrs_post_init__(self) -> None:
        _same_currency(self.scheme, self.minimum)
        for one in _maxima(self.scheme):
            if one.maximum.value < self.minimum.value:
                raise InvalidValue(
                    f"a charge cannot be at least {self.minimum} and at most {one.maximum}: lower "
                    "the minimum, or raise the maximum inside it"
                )

    def around(self, scheme: Scheme) -> AtLeast:
        """Give the same minimum around what its scheme is on a day.

        It counts too where uplifts, below zero or rounded apart, have brought a maximum inside
        below it by then.
        """
        resolved = copy(self)
        object.__setattr__(resolved, "scheme", scheme)
        return resolved

    @classmethod
    def of(cls, scheme: Scheme, minimum: Exact) -> AtLeast:
        """Make it from a plain number in the scheme's currency."""
        require_scheme(scheme)
        return cls(scheme, ExactAmount.of(minimum, scheme.currency))

    @property
    def currency(self) -> str:
        """The currency of the scheme."""
        return self.minimum.currency

    def repriced(self, change: Change) -> AtLeast:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        changed = self.around(repriced(self.scheme, change))
        object.__setattr__(changed, "minimum", change(self.minimum))
        return changed

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        """Give the greater of the two; on an earlier line of the period what the scheme says."""
        amount = self.scheme.price(quantity, point)
        if point.last_line_of_period and amount.value < self.minimum.value:
            return self.minimum
        return amount

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the same amount with its derivation."""
        why = Explainer("at least", 1)
        inner = why.adopt(self.scheme.explain(quantity, point), "inner_")
        if not point.last_line_of_period:
            label = "the minimum waits for the last line of the period"
            return why.explanation(why.step("amount", label, "take", inner))
        minimum = why.given("minimum", "minimum", self.minimum.value, self.currency)
        label = "no less than the minimum"
        return why.explanation(why.step("amount", label, "greatest", inner, minimum))


@attrs.frozen
class AtMost:
    """``maximum`` when ``scheme`` charges more.

    >>> from harmony_core.pricing import PerUnit
    >>> AtMost.of(PerUnit.of("10", "USD"), "100").price(30)
    ExactAmount.of('100', 'USD')
    """

    scheme: Scheme
    maximum: ExactAmount

    def __attrs_post_init__(self) -> None:
        _same_currency(self.scheme, self.maximum)

    @classmethod
    def of(cls, scheme: Scheme, maximum: Exact) -> AtMost:
        """Make it from a plain number in the scheme's currency."""
        require_scheme(scheme)
        return cls(scheme, ExactAmount.of(maximum, scheme.currency))

    @property
    def currency(self) -> str:
        """The currency of the scheme."""
        return self.maximum.currency

    def repriced(self, change: Change) -> AtMost:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return AtMost(repriced(self.scheme, change), change(self.maximum))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        """Give the lesser of the two."""
        amount = self.scheme.price(quantity, point)
        return amount if amount.value <= self.maximum.value else self.maximum

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the same amount with its derivation."""
        why = Explainer("at most", 1)
        inner = why.adopt(self.scheme.explain(quantity, point), "inner_")
        maximum = why.given("maximum", "maximum", self.maximum.value, self.currency)
        label = "no more than the maximum"
        return why.explanation(why.step("amount", label, "least", inner, maximum))


def _least_units(quantity: Exact) -> Fraction:
    return units(quantity)


@attrs.frozen
class MinimumQuantity:
    """``scheme`` for ``quantity`` units at least: the quantity is raised before it is priced.

    >>> from harmony_core.pricing import PerUnit
    >>> MinimumQuantity(PerUnit.of("10", "USD"), 5).price(3)
    ExactAmount.of('50', 'USD')
    """

    scheme: Scheme
    quantity: Fraction = attrs.field(converter=_least_units)

    def __attrs_post_init__(self) -> None:
        refuse_minimum_quantity(self.scheme, self.quantity)

    @property
    def currency(self) -> str:
        """The currency of the scheme."""
        return self.scheme.currency

    def repriced(self, change: Change) -> MinimumQuantity:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return attrs.evolve(self, scheme=repriced(self.scheme, change))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        """Give what the scheme charges for the greater of the two quantities."""
        return self.scheme.price(max(units(quantity), self.quantity), point)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the same amount with its derivation."""
        asked = units(quantity)
        inner = self.scheme.explain(max(asked, self.quantity), point)
        if asked >= self.quantity:
            return inner
        why = Explainer("minimum quantity", 1)
        why.given("asked", "quantity used", asked)
        why.given("minimum_quantity", "minimum quantity", self.quantity)
        amount = why.adopt(inner, "inner_")
        label = "priced at the minimum quantity"
        return why.explanation(why.step("amount", label, "take", amount))

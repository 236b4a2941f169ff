"""What is taken off: units before they are priced, a share or an amount after it.

Discounts stand in a declared order; each works on what the one before it left, and none takes off
more than there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.pricing._combinations import refuse_free_units
from harmony_core.pricing._conversion import starts_from
from harmony_core.pricing._repricing import Change, repriced
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    Scheme,
    amount_of,
    require_scheme,
    units,
)


def _percent(value: Exact) -> Fraction:
    percent = exact(value, "a discount in percent")
    if not 0 <= percent <= 100:
        raise InvalidValue(
            f"a discount lies between 0 and 100 %, got {exact_text(percent)}: it cannot take off "
            "more than the price"
        )
    return percent


@attrs.frozen
class PercentOff:
    """``percent`` of the price.

    >>> PercentOff("10").taken_off(ExactAmount.of("99.999", "EUR")).settle()
    Money.of('10.00', 'EUR')
    """

    percent: Fraction = attrs.field(converter=_percent)

    def repriced(self, change: Change) -> PercentOff:  # noqa: ARG002  of the shared form
        """Give itself: a share follows the price."""
        return self

    def taken_off(self, amount: ExactAmount) -> ExactAmount:
        """Give what the discount takes off ``amount``."""
        return amount * (self.percent / 100)


@attrs.frozen
class AmountOff:
    """``amount``, but no more than the price.

    >>> AmountOff.of("15", "EUR").taken_off(ExactAmount.of("10", "EUR"))
    ExactAmount.of('10', 'EUR')
    """

    amount: ExactAmount

    def __attrs_post_init__(self) -> None:
        amount_of(self.amount, "a discount")
        if self.amount.value < 0:
            raise InvalidValue(f"a discount is zero or more, got {self.amount}")

    @classmethod
    def of(cls, amount: Exact, currency: str) -> AmountOff:
        """Make it from a plain number."""
        return cls(ExactAmount.of(amount, currency))

    def repriced(self, change: Change) -> AmountOff:
        """Give the discount with ``change`` made to its amount."""
        return AmountOff(change(self.amount))

    def taken_off(self, amount: ExactAmount) -> ExactAmount:
        """Give what the discount takes off ``amount``."""
        if amount.currency != self.amount.currency:
            raise CurrencyMismatch(amount.currency, self.amount.currency)
        return ExactAmount(min(self.amount.value, max(amount.value, Fraction(0))), amount.currency)


Discount: TypeAlias = PercentOff | AmountOff
"""What :class:`Discounted` takes off."""


def _discounts(discounts: Iterable[Discount]) -> tuple[Discount, ...]:
    if not isinstance(discounts, Iterable):
        raise InvalidValue(
            f"discounts are a list, in the order in which they count, got {discounts!r}: put it "
            "into brackets"
        )
    found = tuple(discounts)
    for one in found:
        if not isinstance(one, PercentOff | AmountOff):
            raise InvalidValue(f"a discount is a PercentOff or an AmountOff, got {one!r}")
    if not found:
        raise InvalidValue("a discounted scheme needs a discount: give one, or the scheme alone")
    return found


@attrs.frozen
class Discounted:
    """``scheme`` less each of ``discounts``, in their order.

    >>> from harmony_core.pricing import PerUnit
    >>> both = [PercentOff(10), AmountOff.of("5", "EUR")]
    >>> Discounted(PerUnit.of("10", "EUR"), both).price(3)
    ExactAmount.of('22', 'EUR')
    """

    scheme: Scheme
    discounts: tuple[Discount, ...] = attrs.field(converter=_discounts)

    def __attrs_post_init__(self) -> None:
        require_scheme(self.scheme)
        for discount in self.discounts:
            if isinstance(discount, AmountOff) and discount.amount.currency != self.currency:
                raise CurrencyMismatch(self.currency, discount.amount.currency)

    @property
    def currency(self) -> str:
        """The currency of the scheme."""
        return self.scheme.currency

    def repriced(self, change: Change) -> Discounted:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        discounts = [discount.repriced(change) for discount in self.discounts]
        return Discounted(repriced(self.scheme, change), discounts)

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        """Give what the discounts leave."""
        amount = self.scheme.price(quantity, point)
        for discount in self.discounts:
            amount -= discount.taken_off(amount)
        return amount

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the same amount with its derivation, a step for each discount."""
        why = Explainer("discount", 1)
        left = why.adopt(self.scheme.explain(quantity, point), "inner_")
        for number, discount in enumerate(self.discounts, 1):
            if isinstance(discount, PercentOff):
                hundred = why.given(f"hundred_{number}", "hundred", 100)
                percent = why.given(f"percent_{number}", "discount in percent", discount.percent)
                share = why.step(f"share_{number}", "rate", "divide", percent, hundred)
                off = why.step(f"off_{number}", "taken off", "multiply", left, share)
            else:
                amount = discount.amount.value
                most = why.given(f"discount_{number}", "discount", amount, self.currency)
                none = why.given(f"none_{number}", "nothing", 0, self.currency)
                there = why.step(f"there_{number}", "what there is", "greatest", left, none)
                off = why.step(f"off_{number}", "taken off", "least", most, there)
            left = why.step(f"left_{number}", "what is left", "subtract", left, off)
        return why.explanation(left)


@attrs.frozen
class FreeUnits:
    """``scheme`` for the units beyond the first ``free``.

    >>> from harmony_core.pricing import PerUnit
    >>> FreeUnits(PerUnit.of("10", "USD"), 5).price(8)
    ExactAmount.of('30', 'USD')
    """

    scheme: Scheme
    free: Fraction = attrs.field(converter=units)

    def __attrs_post_init__(self) -> None:
        refuse_free_units(self.scheme, self.free)

    @property
    def currency(self) -> str:
        """The currency of the scheme."""
        return self.scheme.currency

    def repriced(self, change: Change) -> FreeUnits:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return attrs.evolve(self, scheme=repriced(self.scheme, change))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        """Give what the scheme charges for the units that are not free."""
        return self.scheme.price(billable_units(self.free, quantity), point)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the same amount with its derivation."""
        why = Explainer("free units", 1)
        used = why.given("used", "quantity used", units(quantity))
        free = why.given("free", "free units", self.free)
        none = why.given("none", "no units", 0)
        beyond = why.step("beyond", "units beyond the free ones", "subtract", used, free)
        paid = why.step("paid", "units to pay", "greatest", beyond, none)
        inner = self.scheme.explain(why.value(paid), point)
        using = {"quantity": paid} if starts_from(inner, why.value(paid)) else None
        return why.explanation(why.adopt(inner, "inner_", using))


def billable_units(free: Exact, quantity: Exact, already_billed: Exact = 0) -> Fraction:
    """Give how many of ``quantity`` units, after those ``already_billed``, are beyond ``free``.

    >>> billable_units(10, 15, already_billed=5)
    Fraction(10, 1)
    """
    before, given = units(already_billed), units(free)
    none = Fraction(0)
    return max(before + units(quantity) - given, none) - max(before - given, none)

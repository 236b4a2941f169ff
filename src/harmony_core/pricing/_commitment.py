"""Promised turnover: a commitment per window with a price for overage, and the true-up."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, expect
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import HALF_UP, Exact, ExactAmount, Money, Rounding, exact
from harmony_core.pricing._combinations import inside
from harmony_core.pricing._repricing import Change, repriced
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    Scheme,
    amount_of,
    listed,
    require_scheme,
)
from harmony_core.pricing._settling import settled, smallest


def _factor(value: Exact) -> Fraction:
    return exact(value, "an overage factor")


@attrs.frozen
class Commitment:
    """``committed`` covers what ``scheme`` charges; beyond it the charge counts ``factor`` times.

    With ``true_up`` the commitment is charged in full where less was used. A commitment in windows
    is this scheme for each window: see :func:`price_each`.

    >>> from harmony_core.pricing import PerUnit
    >>> hourly = Commitment.of(PerUnit.of("2", "USD"), "10", overage_factor=2)
    >>> hourly.price(2), hourly.price(8)
    (ExactAmount.of('10', 'USD'), ExactAmount.of('22', 'USD'))
    """

    scheme: Scheme
    committed: ExactAmount
    overage_factor: Fraction = attrs.field(default=Fraction(1), converter=_factor)
    true_up: bool = True

    def __attrs_post_init__(self) -> None:
        require_scheme(self.scheme)
        if any(isinstance(one, Commitment) for one in inside(self.scheme)):
            raise InvalidValue(
                "a commitment cannot stand around another: what is missing to the inner one would "
                "count as used up; price windows by price_each, and put AtLeast around a total"
            )
        amount_of(self.committed, "a commitment")
        expect(self.true_up, bool, "true_up of a commitment")
        if self.committed.currency != self.scheme.currency:
            raise CurrencyMismatch(self.scheme.currency, self.committed.currency)
        if self.committed.value < 0:
            raise InvalidValue(f"a commitment is zero or more, got {self.committed}")
        if self.overage_factor < 0:
            factor = exact_text(self.overage_factor)
            raise InvalidValue(f"an overage factor is zero or more, got {factor}")

    @classmethod
    def of(
        cls, scheme: Scheme, committed: Exact, *, overage_factor: Exact = 1, true_up: bool = True
    ) -> Commitment:
        """Make it from plain numbers in the scheme's currency."""
        require_scheme(scheme)
        amount = ExactAmount.of(committed, scheme.currency)
        return cls(scheme, amount, overage_factor, true_up)

    @property
    def currency(self) -> str:
        """The currency of the scheme."""
        return self.committed.currency

    def repriced(self, change: Change) -> Commitment:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        inner = repriced(self.scheme, change)
        return attrs.evolve(self, scheme=inner, committed=change(self.committed))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        """Give commitment and overage; without true-up, what was used where that is less."""
        used = self.scheme.price(quantity, point).value
        beyond = max(used - self.committed.value, Fraction(0)) * self.overage_factor
        within = self.committed.value if self.true_up else min(used, self.committed.value)
        return ExactAmount(within + beyond, self.currency)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the same amount with its derivation."""
        why = Explainer("commitment", 1)
        used = why.adopt(self.scheme.explain(quantity, point), "inner_")
        committed = why.given("committed", "commitment", self.committed.value, self.currency)
        factor = why.given("factor", "overage factor", self.overage_factor)
        none = why.given("none", "nothing", 0, self.currency)
        over = why.step("over", "used beyond the commitment", "subtract", used, committed)
        beyond = why.step("beyond", "overage", "greatest", over, none)
        charged = why.step("overage", "overage times its factor", "multiply", beyond, factor)
        within = (
            why.step("within", "the commitment is charged in full", "take", committed)
            if self.true_up
            else why.step("within", "used within the commitment", "least", used, committed)
        )
        label = "commitment and overage"
        return why.explanation(why.step("amount", label, "add", within, charged))


def true_up(
    committed: ExactAmount,
    usage: Iterable[ExactAmount],
    *,
    fees: Iterable[ExactAmount] = (),
    part: Exact = 1,
    rounding: Rounding = HALF_UP,
) -> Money:
    """Give what is still missing to a minimum commitment; never less than nothing.

    ``part`` is the share of the period that is served (2/29): commitment and ``fees`` are prorated
    by it, ``usage`` is not. Each is settled before it is subtracted, as it was on its own line.

    Raises:
        CurrencyMismatch: an amount has another currency than the commitment.

    >>> true_up(ExactAmount.of(10_000, "JPY"), [ExactAmount.of("8500.5", "JPY")])
    Money.of('1499', 'JPY')
    """
    share = _share(part)
    missing = (amount_of(committed, "a commitment") * share).settle(rounding)
    for fee in listed(fees, "fees of a period"):
        missing -= (amount_of(fee, "a fee of a period") * share).settle(rounding)
    for amount in listed(usage, "amounts of usage"):
        missing -= amount_of(amount, "an amount of usage").settle(rounding)
    return max(missing, Money.zero(committed.currency))


def explain_true_up(
    committed: ExactAmount,
    usage: Iterable[ExactAmount],
    *,
    fees: Iterable[ExactAmount] = (),
    part: Exact = 1,
    rounding: Rounding = HALF_UP,
) -> Explanation:
    """Give the same amount as :func:`true_up` with its derivation.

    >>> yen = ExactAmount.of(10_000, "JPY")
    >>> print(explain_true_up(yen, [ExactAmount.of("8500.5", "JPY")]).as_text())
    true-up to a commitment (v1)
      commitment: 10000 JPY
      part of the period: 1
      smallest unit: 1 JPY
      nothing: 0 JPY
      usage: 8500.5 JPY
      commitment for that part: 10000 × 1 = 10000 JPY
      settled: round half up (10000; 1) = 10000 JPY
      settled: round half up (8500.5; 1) = 8501 JPY
      missing to the commitment: 10000 - 8501 = 1499 JPY
      never less than nothing: greatest (1499; 0) = 1499 JPY
    """
    currency = amount_of(committed, "a commitment").currency
    why = Explainer("true-up to a commitment", 1)
    whole = why.given("committed", "commitment", committed.value, currency)
    share = why.given("part", "part of the period", _share(part))
    step = smallest(why, currency, rounding)
    none = why.given("none", "nothing", 0, currency)
    exactly = why.step("promised", "commitment for that part", "multiply", whole, share)
    billed = [settled(why, exactly, "due", step, rounding)]
    for number, fee in enumerate(listed(fees, "fees of a period"), 1):
        amount = _in_currency(fee, currency)
        name = why.given(f"fee{number}", "fee of the full period", amount, currency)
        for_part = why.step(f"share{number}", "fee for that part", "multiply", name, share)
        billed.append(settled(why, for_part, f"billed_fee{number}", step, rounding))
    for number, used in enumerate(listed(usage, "amounts of usage"), 1):
        name = why.given(f"usage{number}", "usage", _in_currency(used, currency), currency)
        billed.append(settled(why, name, f"billed_usage{number}", step, rounding))
    missing = why.step("missing", "missing to the commitment", "subtract", *billed)
    label = "never less than nothing"
    return why.explanation(why.step("amount", label, "greatest", missing, none))


def _share(part: Exact) -> Fraction:
    share = exact(part, "a part of the period")
    if not 0 <= share <= 1:
        raise InvalidValue(f"a part of a period lies between 0 and 1, got {exact_text(share)}")
    return share


def _in_currency(amount: ExactAmount, currency: str) -> Fraction:
    if amount_of(amount, "what was billed").currency != currency:
        raise CurrencyMismatch(currency, amount.currency)
    return amount.value

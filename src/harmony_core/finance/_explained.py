"""Why a converted amount or a tax is what it is: each rate with its source, each rounding once."""

from __future__ import annotations

from fractions import Fraction

from harmony_core.errors import CurrencyMismatch
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance._currencies import minor_units
from harmony_core.finance._line_tax import TaxBase
from harmony_core.finance._money import ExactAmount, Money
from harmony_core.finance._rates import FoundRate
from harmony_core.finance._rounding import HALF_UP, Rounding
from harmony_core.finance._tax import TaxGroup


def explain_conversion(
    money: Money | ExactAmount, rate: FoundRate, rounding: Rounding = HALF_UP
) -> Explanation:
    """Explain what ``convert`` gives: every rate of the chain, its day and source, the rounding.

    Raises:
        CurrencyMismatch: the rate starts from another currency.

    >>> from datetime import date
    >>> from harmony_core.finance import Rate
    >>> rate = Rate("EUR", "USD", date(2026, 3, 31), "1.1498", source="ECB").found
    >>> print(explain_conversion(Money.of("10.00", "EUR"), rate).as_text())
    conversion (v1)
      exchange rate: ECB:EUR/USD:spot:2026-03-31
      amount: 10 EUR
      exchange rate: 1.1498
      smallest unit: 0.01 USD
      in USD, at the rate of 2026-03-31: 10 × 1.1498 = 11.498 USD
      rounded: round half up (11.498; 0.01) = 11.5 USD
    """
    if money.currency != rate.base:
        raise CurrencyMismatch(money.currency, rate.base)
    exactly = money.exact if isinstance(money, Money) else money
    why = Explainer("conversion", 1)
    part = why.given("amount", "amount", exactly.value, money.currency)
    for number, leg in enumerate(rate.chain, start=1):
        why.fact("exchange rate", leg.rate.id)
        factor = why.given(f"rate_{number}", "exchange rate", leg.rate.value)
        code = leg.rate.base if leg.inverted else leg.rate.quote
        operation = "divide" if leg.inverted else "multiply"
        details = {"currency": code, "day": leg.rate.day.isoformat()}
        part = why.step(
            f"in_{number}",
            "in {currency}, at the rate of {day}",
            operation,
            part,
            factor,
            unit=code,
            **details,
        )
    return why.explanation(_rounded(why, part, rate.quote, rounding))


def explain_tax(group: TaxGroup, rounding: Rounding = HALF_UP, *, reason: str = "") -> Explanation:
    """Explain the tax of one category (or code) and rate on a document.

    Where the document rounded its tax on the lines or on the whole, the part that this adds to the
    group, or takes from it, is a step of its own.

    Args:
        group: of the document.
        rounding: of the document.
        reason: why it is taxed so, as on its lines.
    """
    code = group.taxable.currency
    why = Explainer("tax on an invoice", 1)
    why.fact("tax category", group.category)
    if group.jurisdiction:
        why.fact("jurisdiction", group.jurisdiction)
    if reason:
        why.fact("reason", reason)
    upon = group.on is TaxBase.RUNNING
    label = "taxable amount with the taxes before" if upon else "taxable amount"
    taxable = why.given("taxable", label, group.taxable.exact.value, code)
    share = why.given("share", "tax rate as a share", Fraction(group.rate_percent or 0) / 100)
    tax = _rounded(
        why, why.step("tax", "tax", "multiply", taxable, share, unit=code), code, rounding
    )
    elsewhere = group.tax.exact.value - why.value(tax)
    if elsewhere:
        other = why.given("elsewhere", "from rounding lines or the whole", elsewhere, code)
        tax = why.step("shown", "tax of the group", "add", tax, other)
    return why.explanation(tax)


def _rounded(why: Explainer, part: str, code: str, rounding: Rounding) -> str:
    step = rounding.step or Fraction(1, minor_units(code))
    unit = why.given("smallest", "smallest unit", step, code)
    return why.step("rounded", "rounded", f"round_{rounding.mode.value}", part, unit, unit=code)

"""What a type checker refuses where an exact number is asked for; nothing here is ever run."""

from __future__ import annotations

from datetime import date

from harmony_core.culture import Culture, Formats
from harmony_core.finance import (
    ExactAmount,
    FoundRate,
    Money,
    Rate,
    RatePolicy,
    Rounding,
    TaxLine,
    TaxRate,
    allocate,
    convert,
    exact,
    tax_inside,
    tax_on,
)

DAY = date(2026, 3, 31)


def floats(money: Money, price: ExactAmount) -> None:
    exact(0.1)  # E: arg-type
    Rate("EUR", "USD", DAY, 1.15, source="ECB")  # E: arg-type
    Rounding.of("half_up", 0.05)  # E: arg-type
    TaxRate("DE", "S", 19.0, DAY)  # E: arg-type
    TaxLine.of(money, "S", 7.7)  # E: arg-type
    TaxLine.priced(1.5, price, "S", 19)  # E: arg-type
    allocate(money, [0.5, 0.5])  # E: list-item
    tax_inside(money, 7.7)  # E: arg-type
    tax_on(money, 7.7)  # E: arg-type
    Formats.of("de-DE").number(0.5)  # E: arg-type
    Culture.of("de-DE").percent(0.19)  # E: arg-type


def what_is_missing_or_of_another_kind(money: Money, rate: FoundRate) -> None:
    Rate("EUR", "USD", DAY, "1.15")  # E: call-arg
    convert(100, rate)  # E: arg-type
    convert(money, "1.15")  # E: arg-type
    convert(money, rate, "half_up")  # E: arg-type
    RatePolicy(via="EUR")  # E: arg-type
    money.minor = 5  # E: misc

"""What a type checker refuses: two currencies, where the types know them, and what is no amount.

Each line that must fail names the codes of its faults behind ``# E:``; nothing here is ever run.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from harmony_core.finance import ExactAmount, Money, allocate, money_sum

EUR: TypeAlias = Literal["EUR"]
USD: TypeAlias = Literal["USD"]


def two_currencies(euro: Money[EUR], dollar: Money[USD]) -> None:
    print(euro + dollar)  # E: operator
    print(euro - dollar)  # E: operator
    print(euro < dollar)  # E: operator
    print(euro >= dollar)  # E: operator
    print(euro.exact + dollar)  # E: operator
    print(euro.exact - dollar.exact)  # E: operator
    print(euro == dollar)  # E: comparison-overlap


def a_known_currency_and_an_unknown_one(euro: Money[EUR], some: Money) -> None:
    print(euro + some)  # E: operator
    asked_for(some)  # E: arg-type


def another_currency_than_was_asked_for(dollar: Money[USD]) -> None:
    asked_for(dollar)  # E: arg-type
    asked_for(Money.of("1.00", "USD"))  # E: arg-type
    asked_for(dollar.expect("USD"))  # E: arg-type
    asked_for(dollar.times(2))  # E: arg-type
    asked_for(dollar.exact.settle())  # E: arg-type
    asked_for(allocate(dollar, [1, 1])[0])  # E: arg-type
    asked_for(money_sum([dollar], "USD"))  # E: arg-type list-item


def asked_for(euro: Money[EUR]) -> Money[EUR]:
    return euro


def what_is_no_amount(money: Money, exactly: ExactAmount) -> None:
    print(money + 1)  # E: operator
    print(1 + money)  # E: operator
    print(sum([money, money]))  # E: list-item
    print(money < 0)  # E: operator
    print(money * 1.5)  # E: operator
    print(money * money)  # E: operator
    print(exactly * 0.1)  # E: operator
    print(exactly / money)  # E: operator
    print(money.times(1.5))  # E: arg-type
    print(Money.of(1.5, "EUR"))  # E: arg-type
    print(Money(1.5, "EUR"))  # E: arg-type
    print(ExactAmount.of(float("nan"), "EUR"))  # E: arg-type

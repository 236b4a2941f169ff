"""What a type checker accepts of money whose currency it knows; nothing here is ever run."""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_type

from harmony_core.finance import ExactAmount, Money, allocate, money_sum

EUR: TypeAlias = Literal["EUR"]


def a_known_currency_stays_known(euro: Money[EUR], price: ExactAmount[EUR]) -> None:
    assert_type(euro + euro, Money[EUR])
    assert_type(-euro * 3, Money[EUR])
    assert_type(euro.times("1.5"), Money[EUR])
    assert_type((price * "0.5" + euro).settle(), Money[EUR])
    assert_type(allocate(euro, [1, 2]), tuple[Money[EUR], ...])
    made: Money[EUR] = Money(100, "EUR")
    total: Money[EUR] = money_sum([made, Money.of("1.00", "EUR")], "EUR")
    assert_type(total, Money[EUR])


def a_known_currency_is_also_just_money(euro: Money[EUR], some: Money) -> None:
    plain: Money = euro
    listed: list[Money] = [euro, some, plain]
    print(some + euro, listed)  # which may be refused when it runs
    narrowed: Money[EUR] = some.expect("EUR")
    assert_type(narrowed + euro, Money[EUR])


def money_without_more_words_is_of_any_currency() -> None:
    assert_type(Money.of("1.00", "EUR"), Money[str])
    assert_type(Money.of("1.00", "EUR") + Money(1, "USD"), Money[str])

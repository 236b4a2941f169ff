"""Conversion: an amount and a found rate give money, rounded once where the rule says so."""

from __future__ import annotations

import attrs

from harmony_core.errors import CurrencyMismatch, expect
from harmony_core.explanation import round_ratio
from harmony_core.finance._money import ExactAmount, Money, settled_money
from harmony_core.finance._rates import FoundRate
from harmony_core.finance._rounding import HALF_UP, Rounding


def convert(money: Money | ExactAmount, rate: FoundRate, rounding: Rounding = HALF_UP) -> Money:
    """Convert an amount, rounded once by a named rule.

    Raises:
        CurrencyMismatch: the rate starts from another currency.

    >>> from datetime import date
    >>> from harmony_core.finance import Rate
    >>> rate = Rate("USD", "EUR", date(2026, 3, 31), "0.91735", source="bank").found
    >>> convert(Money.of("-100.00", "USD"), rate)
    Money.of('-91.74', 'EUR')
    """
    try:
        if rounding.step is None and isinstance(money, Money):
            if money.currency != rate.base:
                raise CurrencyMismatch(money.currency, rate.base)
            numerator, denominator = rate.minor_ratio
            minor = round_ratio(money.minor * numerator, denominator, rounding.mode)
            return settled_money(minor, rate.quote)
        return _converted(money, rate).settle(rounding)
    except AttributeError:  # asked afterwards, so that it costs nothing where all is well
        expect(money, Money | ExactAmount, "what is converted", 'Money.of("1.00", "EUR")')
        expect(rate, FoundRate, "rate", "RateBook.find(...), or .found of a Rate")
        expect(rounding, Rounding, "rounding", 'Rounding.of("half_even")')
        raise


@attrs.frozen
class Converted:
    """Money that stands in the books, and ``residue``: what rounding took off it, or added."""

    money: Money
    residue: ExactAmount

    @property
    def exact(self) -> ExactAmount:
        """The amount before its rounding, to start the next conversion from."""
        return self.residue + self.money


def convert_keeping_residue(
    money: Money | ExactAmount, rate: FoundRate, rounding: Rounding = HALF_UP
) -> Converted:
    """Convert an amount and keep what its rounding lost, so that a chain of rates loses nothing.

    A chain is for reports over books that are kept in one currency only; what is booked is
    converted straight from the transaction amount (see :class:`BookingRates`).

    Raises:
        CurrencyMismatch: the rate starts from another currency.

    >>> from datetime import date
    >>> from harmony_core.finance import Rate
    >>> day = date(2026, 3, 31)
    >>> in_pounds = Rate("EUR", "GBP", day, "0.7312", source="bank").found
    >>> in_dollars = Rate("GBP", "USD", day, "1.6137", source="bank").found
    >>> booked = convert_keeping_residue(Money.of("0.07", "EUR"), in_pounds)
    >>> print(booked.money, booked.residue, convert(booked.exact, in_dollars))
    0.05 GBP 0.001184 GBP 0.08 USD
    """
    exactly = _converted(money, rate)
    settled = exactly.settle(rounding)
    return Converted(settled, exactly - settled)


def triangulate(
    money: Money | ExactAmount,
    to_pivot: FoundRate,
    from_pivot: FoundRate,
    rounding: Rounding = HALF_UP,
    intermediate: Rounding | None = None,
) -> Money:
    """Convert by way of a pivot currency, rounding the amount in between only if told to.

    ``intermediate`` may be finer than the pivot's minor unit: Regulation (EC) 1103/97, article 4,
    wants the euro amount between two former currencies at no less than three decimals.

    >>> from datetime import date
    >>> from harmony_core.finance import Rate, RateBook
    >>> legal = RateBook(
    ...     [
    ...         Rate("EUR", "FRF", date(1999, 1, 1), "6.55957", source="EC 2866/98"),
    ...         Rate("EUR", "DEM", date(1999, 1, 1), "1.95583", source="EC 2866/98"),
    ...     ]
    ... )
    >>> to_euro = legal.find("FRF", "EUR", date(1999, 1, 4))
    >>> from_euro = legal.find("EUR", "DEM", date(1999, 1, 4))
    >>> thousandths = Rounding.of("half_up", "0.001")
    >>> triangulate(Money.of("100.00", "FRF"), to_euro, from_euro, intermediate=thousandths)
    Money.of('29.82', 'DEM')
    """
    between = _converted(money, to_pivot)
    if intermediate is not None:
        between = between.rounded(intermediate)
    return _converted(between, from_pivot).settle(rounding)


def _converted(amount: Money | ExactAmount, rate: FoundRate) -> ExactAmount:
    if amount.currency != rate.base:
        raise CurrencyMismatch(amount.currency, rate.base)
    exactly = amount.exact if isinstance(amount, Money) else amount
    return ExactAmount(exactly.value * rate.value, rate.quote)

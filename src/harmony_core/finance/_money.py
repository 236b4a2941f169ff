"""Settled money, and exact amounts that are not settled yet.

:class:`Money` is a whole number of minor units (cent, yen, fils): what is billed, booked and paid.
:class:`ExactAmount` is a fraction of any fineness: unit prices, costs per hour, sums before their
one rounding. The step from the second to the first is always written out, with its rule.

Source: ISO 4217 for codes and minor units.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.explanation import exact_text, round_ratio
from harmony_core.finance._currencies import minor_digits, minor_units
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._rounding import HALF_UP, Rounding


def _whole_number(_: object, __: Any, value: int) -> None:
    if type(value) is not int:
        raise InvalidValue(f"minor units must be a whole number, got {value!r}")


def _known_currency(_: object, __: Any, code: str) -> None:
    minor_digits(code)  # raises for an unknown code, and for one without minor units


@attrs.frozen(order=False)
class Money:
    """``minor`` units of ``currency``: twelve euro fifty is ``Money(1250, "EUR")``.

    People write ``Money.of("12.50", "EUR")``.

    >>> Money.of("12.50", "EUR") + Money(50, "EUR")
    Money.of('13.00', 'EUR')
    """

    minor: int = attrs.field(validator=_whole_number)
    currency: str = attrs.field(validator=_known_currency)

    @classmethod
    def of(cls, amount: Exact, currency: str) -> Money:
        """Make money from an exact number that has no more digits than the currency.

        Raises:
            InvalidValue: ``amount`` is a float, or finer than the currency's minor unit; settle an
                :class:`ExactAmount` with a named rounding instead.
            NotFound: ``currency`` is not an ISO 4217 code.
        """
        digits = minor_digits(currency)
        minor = exact(amount, "an amount") * 10**digits
        if minor.denominator != 1:
            raise InvalidValue(
                f"{currency} has {digits} decimals, but the amount is {amount}: "
                "round it first, by ExactAmount.of(...).settle(rounding)"
            )
        return cls(minor.numerator, currency)

    @classmethod
    def settled(
        cls, numerator: int, denominator: int, currency: str, rounding: Rounding = HALF_UP
    ) -> Money:
        """Round ``numerator / denominator`` major units once, by a named rule.

        What :meth:`ExactAmount.settle` does, for whoever holds two whole numbers; ``denominator``
        is above zero, and the two need no reduction.

        Raises:
            InvalidValue: the rounding's step is not a whole number of minor units.

        >>> Money.settled(1_000, 3, "EUR")
        Money.of('333.33', 'EUR')
        """
        scale = minor_units(currency)
        if rounding.step is None:
            minor = round_ratio(numerator * scale, denominator, rounding.mode)
            return _settled(minor, currency)
        step = rounding.step * scale
        if step.denominator != 1:
            raise InvalidValue(
                f"a step of {exact_text(rounding.step)} is finer than one minor unit of {currency}"
            )
        count = round_ratio(numerator * scale, denominator * step.numerator, rounding.mode)
        return _settled(count * step.numerator, currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """No money, in ``currency``."""
        return cls(0, currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with exactly the currency's digits."""
        digits = minor_digits(self.currency)
        sign = 1 if self.minor < 0 else 0
        return Decimal((sign, tuple(map(int, str(abs(self.minor)))), -digits))

    @property
    def exact(self) -> ExactAmount:
        """The same amount, ready for arithmetic with fractions."""
        return ExactAmount(Fraction(self.minor, 10 ** minor_digits(self.currency)), self.currency)

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return _settled(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return _settled(self.minor - other.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise InvalidValue(
                f"money is multiplied by whole numbers, got {times!r}: "
                "take .exact, multiply that, and settle it with a named rounding"
            )
        return _settled(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return _settled(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return _settled(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self._comparable(other) < other.minor

    def __le__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self._comparable(other) <= other.minor

    def __gt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self._comparable(other) > other.minor

    def __ge__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self._comparable(other) >= other.minor

    def _comparable(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return self.minor

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def __repr__(self) -> str:
        return f"Money.of('{self.amount}', '{self.currency}')"

    def __reduce__(self) -> tuple[type[Money], tuple[int, str]]:
        return Money, (self.minor, self.currency)


_set_minor = Money.minor.__set__  # type: ignore[attr-defined]  # slot descriptors: no validator runs
_set_currency = Money.currency.__set__  # type: ignore[attr-defined]


def _settled(minor: int, currency: str) -> Money:
    """Make money from parts that another Money has vouched for, without checking them again."""
    money = object.__new__(Money)
    _set_minor(money, minor)
    _set_currency(money, currency)
    return money


def money_sum(amounts: Iterable[Money], currency: str) -> Money:
    """Add up money of one currency; the sum of nothing is zero of it.

    Raises:
        CurrencyMismatch: an amount is in another currency.

    >>> money_sum([Money(1, "JPY"), Money(2, "JPY")], "JPY")
    Money.of('3', 'JPY')
    """
    total = 0
    for amount in amounts:
        if amount.currency != currency:
            raise CurrencyMismatch(currency, amount.currency)
        total += amount.minor
    return Money(total, currency)


@attrs.frozen(order=False)
class ExactAmount:
    """An unrounded amount: ``value`` major units of ``currency``, exactly.

    Unit prices such as 0.00045 are ordinary. ``settle`` turns it into :class:`Money`.

    >>> (ExactAmount.of("0.00045", "EUR") * 333_333).settle()
    Money.of('150.00', 'EUR')
    """

    value: Fraction
    currency: str

    def __attrs_post_init__(self) -> None:
        if type(self.value) is not Fraction:
            raise InvalidValue(
                f"an exact amount holds a Fraction, got {self.value!r}: use ExactAmount.of"
            )
        minor_digits(self.currency)  # raises for an unknown code, and for one without minor units

    @classmethod
    def of(cls, value: Exact, currency: str) -> ExactAmount:
        """Make an exact amount from an int, a Decimal, a Fraction or a plain decimal text."""
        return cls(exact(value, "an amount"), currency)

    def settle(self, rounding: Rounding = HALF_UP) -> Money:
        """Round once, by a named rule, to money.

        Raises:
            InvalidValue: the rounding's step is not a whole number of minor units.
        """
        numerator, denominator = self.value.as_integer_ratio()
        return Money.settled(numerator, denominator, self.currency, rounding)

    def rounded(self, rounding: Rounding) -> ExactAmount:
        """Round without settling: the step may be finer than one minor unit.

        >>> ExactAmount.of("15.24490", "EUR").rounded(Rounding(step=Fraction("0.001")))
        ExactAmount.of('15.245', 'EUR')
        """
        minor_unit = Fraction(1, 10 ** minor_digits(self.currency))
        return ExactAmount(rounding.apply(self.value, minor_unit), self.currency)

    def __add__(self, other: ExactAmount | Money) -> ExactAmount:
        if not isinstance(other, ExactAmount | Money):
            return NotImplemented
        right = _as_exact(other)
        if self.currency != right.currency:
            raise CurrencyMismatch(self.currency, right.currency)
        return ExactAmount(self.value + right.value, self.currency)

    def __sub__(self, other: ExactAmount | Money) -> ExactAmount:
        if not isinstance(other, ExactAmount | Money):
            return NotImplemented
        return self + (-_as_exact(other))

    def __mul__(self, times: Exact) -> ExactAmount:
        return ExactAmount(self.value * exact(times, "a factor"), self.currency)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Exact) -> ExactAmount:
        by = exact(divisor, "a divisor")
        if not by:
            raise InvalidValue(f"cannot divide {self} by zero")
        return ExactAmount(self.value / by, self.currency)

    def __neg__(self) -> ExactAmount:
        return ExactAmount(-self.value, self.currency)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __str__(self) -> str:
        return f"{exact_text(self.value)} {self.currency}"

    def __repr__(self) -> str:
        return f"ExactAmount.of('{exact_text(self.value)}', '{self.currency}')"


def _as_exact(amount: ExactAmount | Money) -> ExactAmount:
    return amount.exact if isinstance(amount, Money) else amount

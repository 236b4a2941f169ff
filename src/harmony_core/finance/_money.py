"""Settled money, and exact amounts that are not settled yet.

:class:`Money` is a whole number of minor units (cent, yen, fils): what is billed, booked and paid.
:class:`ExactAmount` is a fraction of any fineness: unit prices, costs per hour, sums before their
one rounding. The step from the second to the first is always written out, with its rule.

A currency may be part of the type: ``Money[Literal["EUR"]]`` is money whose currency a type checker
knows, and adding it to dollars is an error before the program runs. Plain ``Money`` is of a
currency known at run time only, and the mistake is an exception.

Source: ISO 4217 for codes and minor units.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Generic, Never

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, expect
from harmony_core.explanation import exact_text, round_ratio
from harmony_core.finance._currencies import minor_digits, minor_units
from harmony_core.finance._exact import Exact, exact, exact_ratio
from harmony_core.finance._rounding import HALF_UP, Rounding

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # what type checkers know; it need not be installed

    Code_co = TypeVar("Code_co", bound=str, covariant=True, default=str)
    Code = TypeVar("Code", bound=str)
else:
    from typing import TypeVar

    Code_co = TypeVar("Code_co", bound=str, covariant=True)
    Code = TypeVar("Code", bound=str)


def _whole_number(_: object, __: Any, value: int) -> None:
    if type(value) is not int:
        raise InvalidValue(f"minor units must be a whole number, got {value!r}")


def _known_currency(_: object, __: Any, code: str) -> None:
    minor_digits(code)  # raises for an unknown code, and for one without minor units


def _refuse_negative_zero(zero: Exact) -> None:
    """Whoever writes it has lost something: a sum that was rounded away, or a sign."""
    signed = zero.is_signed() if isinstance(zero, Decimal) else str(zero).startswith("-")
    if signed:
        raise InvalidValue(f"an amount of zero has no sign, got {zero}: write 0")


@attrs.frozen(order=False)
class Money(Generic[Code_co]):
    """``minor`` units of ``currency``: twelve euro fifty is ``Money(1250, "EUR")``.

    People write ``Money.of("12.50", "EUR")``.

    >>> Money.of("12.50", "EUR") + Money(50, "EUR")
    Money.of('13.00', 'EUR')
    """

    minor: int = attrs.field(validator=_whole_number)
    currency: Code_co = attrs.field(validator=_known_currency)  # type: ignore[assignment]  # checked as a str

    @classmethod
    def of(cls, amount: Exact, currency: Code) -> Money[Code]:
        """Make money from an exact number that has no more digits than the currency.

        Raises:
            InvalidValue: ``amount`` is a float, zero below zero, or finer than the currency's minor
                unit; settle an :class:`ExactAmount` with a named rounding instead.
            NotFound: ``currency`` is not an ISO 4217 code.
        """
        scale = minor_units(currency)
        numerator, denominator = exact_ratio(amount, "an amount")
        if not numerator:
            _refuse_negative_zero(amount)
        minor, finer = divmod(numerator * scale, denominator)
        if finer:
            raise InvalidValue(
                f"{currency} has {minor_digits(currency)} decimals, but the amount is {amount}: "
                "round it first, by ExactAmount.of(...).settle(rounding)"
            )
        return settled_money(minor, currency)

    @classmethod
    def settled(
        cls, numerator: int, denominator: int, currency: Code, rounding: Rounding = HALF_UP
    ) -> Money[Code]:
        """Round ``numerator / denominator`` major units once, by a named rule.

        What :meth:`ExactAmount.settle` does, for whoever holds two whole numbers; ``denominator``
        is above zero, and the two need no reduction.

        Raises:
            InvalidValue: the rounding's step is not a whole number of minor units.

        >>> Money.settled(1_000, 3, "EUR")
        Money.of('333.33', 'EUR')
        """
        return _rounded(numerator * minor_units(currency), denominator, currency, rounding)

    @classmethod
    def zero(cls, currency: Code) -> Money[Code]:
        """No money, in ``currency``."""
        return Money(0, currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with exactly the currency's digits."""
        digits = minor_digits(self.currency)
        sign = 1 if self.minor < 0 else 0
        return Decimal((sign, tuple(map(int, str(abs(self.minor)))), -digits))

    @property
    def exact(self) -> ExactAmount[Code_co]:
        """The same amount, ready for arithmetic with fractions."""
        return _amount(Fraction(self.minor, minor_units(self.currency)), self.currency)

    def expect(self, currency: Code) -> Money[Code]:
        """Give this money as money of ``currency``, for a type checker to know it by.

        Raises:
            CurrencyMismatch: it is of another.

        >>> from typing import Literal
        >>> euro: Money[Literal["EUR"]] = Money.of("1.00", "EUR").expect("EUR")
        """
        known: str = self.currency
        if known != currency:
            raise CurrencyMismatch(known, currency)
        return settled_money(self.minor, currency)

    def times(self, factor: Exact, rounding: Rounding = HALF_UP) -> Money[Code_co]:
        """Multiply by an exact number and round once, by a named rule.

        Raises:
            InvalidValue: the factor is not exact, or the rounding's step is not a whole number of
                minor units.

        >>> Money.of("95.10", "EUR").times("12.75")
        Money.of('1212.53', 'EUR')
        """
        numerator, denominator = exact_ratio(factor, "a factor")
        numerator *= self.minor
        if type(rounding) is not Rounding or rounding.step is not None:
            return _rounded(numerator, denominator, self.currency, rounding)
        money: Money[Code_co] = _new(Money)
        _set_minor(money, round_ratio(numerator, denominator, rounding.mode))
        _set_currency(money, self.currency)
        return money

    # A checker sees the currencies of both sides. Sums are made a million times a night: no call
    # in here that can be spared.
    def __add__(self, other: Money[Code_co]) -> Money[Code_co]:
        if not isinstance(other, Money):
            return NotImplemented
        currency = self.currency
        if currency != other.currency:
            raise CurrencyMismatch(currency, other.currency)
        money: Money[Code_co] = _new(Money)
        _set_minor(money, self.minor + other.minor)
        _set_currency(money, currency)
        return money

    def __radd__(self, other: Never) -> Never:
        raise TypeError(
            f"cannot add money to {other!r}, which has no currency: "
            "sum() begins with 0, so use money_sum(amounts, currency)"
        )

    def __sub__(self, other: Money[Code_co]) -> Money[Code_co]:
        if not isinstance(other, Money):
            return NotImplemented
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return settled_money(self.minor - other.minor, self.currency)

    def __mul__(self, times: int) -> Money[Code_co]:
        if type(times) is not int:
            raise InvalidValue(
                f"money is multiplied by whole numbers, got {times!r}: "
                "take .times(factor, rounding), which names its rounding"
            )
        return settled_money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money[Code_co]:
        return settled_money(-self.minor, self.currency)

    def __abs__(self) -> Money[Code_co]:
        return settled_money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money[Code_co]) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self._comparable(other) < other.minor

    def __le__(self, other: Money[Code_co]) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self._comparable(other) <= other.minor

    def __gt__(self, other: Money[Code_co]) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self._comparable(other) > other.minor

    def __ge__(self, other: Money[Code_co]) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self._comparable(other) >= other.minor

    def _comparable(self, other: Money[Any]) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return self.minor

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def __repr__(self) -> str:
        return f"Money.of('{self.amount}', '{self.currency}')"

    def __reduce__(self) -> tuple[type[Money[Code_co]], tuple[int, Code_co]]:
        return Money, (self.minor, self.currency)


_new = object.__new__
_set_minor = Money.__dict__["minor"].__set__  # slot descriptors: no validator runs
_set_currency = Money.__dict__["currency"].__set__


def settled_money(minor: int, currency: Code) -> Money[Code]:
    """Make money from parts that another Money has vouched for, without checking them again."""
    money: Money[Code] = _new(Money)
    _set_minor(money, minor)
    _set_currency(money, currency)
    return money


def _rounded(numerator: int, denominator: int, currency: Code, rounding: Rounding) -> Money[Code]:
    """Round so many minor units of a known currency to the step of a rounding."""
    try:
        step = rounding.step
    except AttributeError:  # asked afterwards, so that it costs nothing where all is well
        expect(rounding, Rounding, "rounding", 'Rounding.of("half_even")')
        raise
    if step is None:
        return settled_money(round_ratio(numerator, denominator, rounding.mode), currency)
    units = step * minor_units(currency)
    if units.denominator != 1:
        raise InvalidValue(
            f"a step of {exact_text(step)} is finer than one minor unit of {currency}"
        )
    count = round_ratio(numerator, denominator * units.numerator, rounding.mode)
    return settled_money(count * units.numerator, currency)


def money_sum(amounts: Iterable[Money[Code]], currency: Code) -> Money[Code]:
    """Add up money of one currency; the sum of nothing is zero of it.

    Raises:
        CurrencyMismatch: an amount is in another currency.

    >>> money_sum([Money(1, "JPY"), Money(2, "JPY")], "JPY")
    Money.of('3', 'JPY')
    """
    total = 0
    try:
        for amount in amounts:
            if amount.currency != currency:
                raise CurrencyMismatch(currency, amount.currency)
            total += amount.minor
    except AttributeError:  # asked afterwards, so that it costs nothing where all is well
        expect(amount, Money, "each of the amounts to add up", 'Money.of("1.00", "EUR")')
        raise
    return Money(total, currency)


@attrs.frozen(order=False)
class ExactAmount(Generic[Code_co]):
    """An unrounded amount: ``value`` major units of ``currency``, exactly.

    Unit prices such as 0.00045 are ordinary. ``settle`` turns it into :class:`Money`.

    >>> (ExactAmount.of("0.00045", "EUR") * 333_333).settle()
    Money.of('150.00', 'EUR')
    """

    value: Fraction
    currency: Code_co

    def __attrs_post_init__(self) -> None:
        if type(self.value) is not Fraction:
            raise InvalidValue(
                f"an exact amount holds a Fraction, got {self.value!r}: use ExactAmount.of"
            )
        minor_digits(self.currency)  # raises for an unknown code, and for one without minor units

    @classmethod
    def of(cls, value: Exact, currency: Code) -> ExactAmount[Code]:
        """Make an exact amount from an int, a Decimal, a Fraction or a plain decimal text.

        Raises:
            InvalidValue: it is none of these, or zero below zero.
            NotFound: ``currency`` is not an ISO 4217 code.
        """
        exactly = exact(value, "an amount")
        if not exactly:
            _refuse_negative_zero(value)
        return ExactAmount(exactly, currency)

    def settle(self, rounding: Rounding = HALF_UP) -> Money[Code_co]:
        """Round once, by a named rule, to money.

        Raises:
            InvalidValue: the rounding's step is not a whole number of minor units.
        """
        numerator, denominator = self.value.as_integer_ratio()
        return Money.settled(numerator, denominator, self.currency, rounding)

    def rounded(self, rounding: Rounding) -> ExactAmount[Code_co]:
        """Round without settling: the step may be finer than one minor unit.

        >>> ExactAmount.of("15.24490", "EUR").rounded(Rounding(step=Fraction("0.001")))
        ExactAmount.of('15.245', 'EUR')
        """
        minor_unit = Fraction(1, minor_units(self.currency))
        return _amount(rounding.apply(self.value, minor_unit), self.currency)

    def __add__(self, other: ExactAmount[Code_co] | Money[Code_co]) -> ExactAmount[Code_co]:
        if not isinstance(other, ExactAmount | Money):
            return NotImplemented
        right = other.exact if isinstance(other, Money) else other
        if self.currency != right.currency:
            raise CurrencyMismatch(self.currency, right.currency)
        return _amount(self.value + right.value, self.currency)

    def __sub__(self, other: ExactAmount[Code_co] | Money[Code_co]) -> ExactAmount[Code_co]:
        if not isinstance(other, ExactAmount | Money):
            return NotImplemented
        return self + (-other)

    def __mul__(self, times: Exact) -> ExactAmount[Code_co]:
        numerator, denominator = exact_ratio(times, "a factor")
        value = self.value
        product = Fraction(value.numerator * numerator, value.denominator * denominator)
        return _amount(product, self.currency)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Exact) -> ExactAmount[Code_co]:
        by = exact(divisor, "a divisor")
        if not by:
            raise InvalidValue(f"cannot divide {self} by zero")
        return _amount(self.value / by, self.currency)

    def __neg__(self) -> ExactAmount[Code_co]:
        return _amount(-self.value, self.currency)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __str__(self) -> str:
        return f"{exact_text(self.value)} {self.currency}"

    def __repr__(self) -> str:
        return f"ExactAmount.of('{exact_text(self.value)}', '{self.currency}')"


_set_value = ExactAmount.__dict__["value"].__set__
_set_currency_of_amount = ExactAmount.__dict__["currency"].__set__


def _amount(value: Fraction, currency: Code) -> ExactAmount[Code]:
    """Make an exact amount in a currency that another amount has vouched for."""
    amount: ExactAmount[Code] = _new(ExactAmount)
    _set_value(amount, value)
    _set_currency_of_amount(amount, currency)
    return amount

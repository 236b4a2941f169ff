"""What every price scheme can do, the place of a line in its period, and the two entrances.

``price`` computes and nothing else; ``explain`` computes the same figure while it writes down how.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

import attrs

from harmony_core.errors import InvalidValue, Word, expect
from harmony_core.explanation import Explanation, exact_text
from harmony_core.finance import HALF_UP, Exact, ExactAmount, Money, Rounding, exact, exact_ratio

T = TypeVar("T")
S = TypeVar("S")


class ZeroQuantity(Word):
    """What a banded scheme charges for no units at all; stored on contract line and charge."""

    CHARGE_NOTHING = "charge_nothing"
    FIRST_BAND_FLAT_FEE = "first_band_flat_fee"


@attrs.frozen
class PricePoint:
    """Where the line being priced stands in its billing period.

    A period billed in several lines (progressive billing) charges a flat amount in advance on the
    first of them, and a flat amount in arrears and a minimum on the last. One line is both.
    """

    first_line_of_period: bool = True
    last_line_of_period: bool = True


ONLY_LINE = PricePoint()
"""The usual case: one line bills the whole period."""


class Scheme(Protocol):
    """A way to turn a quantity into an amount: a small, immutable, serialisable value."""

    @property
    def currency(self) -> str:
        """The currency of every amount that it gives."""
        ...

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        """Give the exact amount for ``quantity`` units (zero or more)."""
        ...

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the same amount with its derivation."""
        ...


def zero_quantity_of(value: ZeroQuantity) -> ZeroQuantity:
    """Read a policy for no units; its plain name, as a file has it, does too."""
    return ZeroQuantity(value)


def require_scheme(scheme: object) -> None:
    """Refuse what is no scheme where one is needed.

    Raises:
        InvalidValue: it has no currency, cannot give a price, or is a class and not a value of it.
    """
    able = all(hasattr(scheme, name) for name in ("currency", "price", "explain"))
    if isinstance(scheme, type) or not able:
        raise InvalidValue(
            f"a price scheme is needed, got {scheme!r}: make one, such as PerUnit.of('10', 'EUR')"
        )


def refuse_no_rounding(rounding: object) -> None:
    """Refuse the bare name of a rounding, or anything else, where one is needed.

    Raises:
        InvalidValue: it is none.
    """
    expect(rounding, Rounding, "how an amount is rounded", 'Rounding.of("half_even")')


def units(quantity: Exact) -> Fraction:
    """Read a quantity.

    Raises:
        InvalidValue: it is below zero, or not an exact number.
    """
    value = exact(quantity, "a quantity")
    if value.numerator < 0:
        raise InvalidValue(
            f"a quantity is zero or more, got {exact_text(value)}: price what is given back as a "
            "charge and turn the sign of the amount"
        )
    return value


def units_ratio(quantity: Exact) -> tuple[int, int]:
    """Read a quantity as two whole numbers, the second above zero; they need not be reduced.

    Raises:
        InvalidValue: it is below zero, or not an exact number.
    """
    ratio = exact_ratio(quantity, "a quantity")
    if ratio[0] < 0:
        units(quantity)  # which refuses it, in its own words
    return ratio


def whole_number(value: int, what: str) -> int:
    """Read a number of things that cannot be divided; ``what`` names it in the error.

    Raises:
        InvalidValue: it is not a whole number, or below zero.
    """
    if type(value) is not int:
        raise InvalidValue(f"{what} is an int, got {value!r}: give whole ones only")
    if value < 0:
        raise InvalidValue(f"{what} is zero or more, got {value}")
    return value


def listed(values: Iterable[T], what: str) -> Iterable[T]:
    """Read a list of numbers or pairs; a text is none, though Python lists its letters.

    Raises:
        InvalidValue: it is no list.
    """
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidValue(f"{what} must be a list, got {values!r}")
    return values


def pairs(values: Iterable[tuple[T, S]], what: str, of: str) -> Iterator[tuple[T, S]]:
    """Read a list of pairs; ``of`` says of what they are, for the message.

    Raises:
        InvalidValue: it is no list, or the first item that is no pair.
    """
    for one in listed(values, what):
        item: object = one
        if isinstance(item, str | bytes) or not isinstance(item, Sequence) or len(item) != 2:
            raise InvalidValue(f"each of the {what} is a pair of {of}, got {item!r}")
        yield one


def amount_of(value: object, what: str) -> ExactAmount:
    """Read an amount that was agreed; ``what`` names it in the error.

    Raises:
        InvalidValue: it is something else, a bare number for example.
    """
    if not isinstance(value, ExactAmount):
        raise InvalidValue(
            f"{what} is an ExactAmount, got {value!r}: make it with ExactAmount.of(value, currency)"
        )
    return value


def net_quantity(carried_in: Exact, added: Exact) -> Fraction:
    """Give the quantity to price when units are carried into a period and others are added.

    Units given back beyond what there was leave nothing to price; they do not turn into a credit,
    since nobody was charged for them.

    >>> net_quantity(-3, 4), net_quantity(-3, 1)
    (Fraction(1, 1), Fraction(0, 1))
    """
    both = exact(carried_in, "a quantity carried in") + exact(added, "a quantity added")
    return max(both, Fraction(0))


def price(scheme: Scheme, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
    """Give the exact amount of ``quantity`` units under ``scheme``; settle it once, when billed.

    Raises:
        InvalidValue: the quantity is below zero or not an exact number.

    >>> from harmony_core.pricing import BandTable, FillUp, LookUp
    >>> seats = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
    >>> price(FillUp(seats), 11), price(LookUp(seats), 11)
    (ExactAmount.of('130', 'EUR'), ExactAmount.of('110', 'EUR'))
    """
    try:
        return scheme.price(quantity, point)
    except (AttributeError, TypeError):
        _refuse_other_kinds(scheme, point)
        raise


def charge(
    scheme: Scheme, quantity: Exact, rounding: Rounding = HALF_UP, point: PricePoint = ONLY_LINE
) -> Money:
    """Give :func:`price`, settled at once by a named rule: the charge of one line as money.

    A scheme that can say its amount as two whole numbers spares the fraction between; the charge
    is the same.

    Raises:
        InvalidValue: the quantity is below zero or not an exact number.

    >>> from harmony_core.pricing import PerUnit
    >>> charge(PerUnit.of("4.4556", "USD"), "10.625")
    Money.of('47.34', 'USD')
    """
    try:
        price_ratio = getattr(scheme, "price_ratio", None)
        if price_ratio is None:
            return scheme.price(quantity, point).settle(rounding)
        numerator, denominator = price_ratio(quantity)
        return Money.settled(numerator, denominator, scheme.currency, rounding)
    except (AttributeError, TypeError):
        _refuse_other_kinds(scheme, point)
        refuse_no_rounding(rounding)
        raise


def explain(scheme: Scheme, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
    """Give the same amount as :func:`price`, with the rule, the inputs and every step.

    >>> from harmony_core.pricing import PerUnit
    >>> print(explain(PerUnit.of("0.00045", "EUR"), 1_000).as_text())
    per unit (v1)
      quantity: 1000
      unit price: 0.00045 EUR
      quantity at the unit price: 1000 × 0.00045 = 0.45 EUR
    """
    try:
        return scheme.explain(quantity, point)
    except (AttributeError, TypeError):
        _refuse_other_kinds(scheme, point)
        raise


def _refuse_other_kinds(scheme: object, point: object) -> None:
    """Say what was given in the place of a scheme; looked at only where one could not be priced."""
    require_scheme(scheme)
    expect(point, PricePoint, "the place of a line in its period")

"""Metered units turned into sold ones: bytes into gigabytes, begun hours into hours."""

from __future__ import annotations

from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, Word, expect
from harmony_core.explanation import (
    Explainer,
    Explanation,
    RoundingMode,
    exact_text,
    round_to_step,
)
from harmony_core.finance import Exact, ExactAmount, Rounding, exact
from harmony_core.pricing._combinations import (
    refuse_conversion,
    refuse_what_takes_several,
)
from harmony_core.pricing._repricing import Change, repriced
from harmony_core.pricing._scheme import ONLY_LINE, PricePoint, Scheme, units

_MOST_PLACES = 100
"""More would fill the memory before they round anything."""


class SplitRounding(Word):
    """Where a converted quantity is rounded when one period is billed in several lines."""

    CUMULATIVE = "cumulative"
    """the whole so far is rounded, so that the lines together are one line over everything"""
    EACH_LINE = "each_line"
    """each line is rounded alone, as some systems do: several lines may charge more than one"""


def round_quantity(quantity: Exact, mode: RoundingMode, places: int = 0) -> Fraction:
    """Round a quantity to so many decimal places; below zero means tens, hundreds and so on.

    >>> round_quantity("123.456", RoundingMode.CEILING), round_quantity(153, RoundingMode.UP, -2)
    (Fraction(124, 1), Fraction(200, 1))
    """
    step = _step(_places(places))
    return round_to_step(exact(quantity, "a quantity"), step, Rounding.of(mode).mode)


def _step(places: int) -> Fraction:
    return Fraction(1, 10**places) if places >= 0 else Fraction(10**-places)


def _places(value: int) -> int:
    if type(value) is not int or abs(value) > _MOST_PLACES:
        raise InvalidValue(
            f"decimal places are a whole number from -{_MOST_PLACES} to {_MOST_PLACES}, got "
            f"{value!r}"
        )
    return value


def _mode(value: RoundingMode | None) -> RoundingMode | None:
    return None if value is None else Rounding.of(value).mode


def _factor(value: Exact) -> Fraction:
    factor = exact(value, "a conversion factor")
    if factor <= 0:
        raise InvalidValue(f"a conversion factor is above zero, got {exact_text(factor)}")
    return factor


@attrs.frozen
class Conversion:
    """Multiply by ``factor``, then round to ``places`` where a ``rounding`` is named.

    >>> Conversion.divide(1000, RoundingMode.CEILING).convert(7400)
    Fraction(8, 1)
    """

    factor: Fraction = attrs.field(converter=_factor)
    rounding: RoundingMode | None = attrs.field(default=None, converter=_mode)
    places: int = attrs.field(default=0, converter=_places)

    @classmethod
    def multiply(
        cls, factor: Exact, rounding: RoundingMode | None = None, places: int = 0
    ) -> Conversion:
        """Give the conversion that multiplies by ``factor``, which is above zero."""
        return cls(factor, rounding, places)

    @classmethod
    def divide(
        cls, divisor: Exact, rounding: RoundingMode | None = None, places: int = 0
    ) -> Conversion:
        """Give the conversion that divides by ``divisor``, which is above zero."""
        return cls(1 / _factor(divisor), rounding, places)

    def convert(self, quantity: Exact) -> Fraction:
        """Give the converted quantity."""
        exactly = units(quantity) * self.factor
        if self.rounding is None:
            return exactly
        return round_quantity(exactly, self.rounding, self.places)

    def line(
        self,
        quantity: Exact,
        already_billed: Exact = 0,
        split: SplitRounding = SplitRounding.CUMULATIVE,
    ) -> tuple[Fraction, Fraction]:
        """Give, converted, what was billed already and what the next line bills.

        >>> hours = Conversion.divide(1000, RoundingMode.CEILING)
        >>> hours.line(1300, 1400), hours.line(1300, 1400, SplitRounding.EACH_LINE)
        ((Fraction(2, 1), Fraction(1, 1)), (Fraction(2, 1), Fraction(2, 1)))
        """
        before = self.convert(already_billed)
        if SplitRounding(split) is SplitRounding.EACH_LINE:
            return before, self.convert(quantity)
        return before, self.convert(units(already_billed) + units(quantity)) - before


_UNCHANGED = Conversion(Fraction(1))


@attrs.frozen
class Converted:
    """``scheme`` for the quantity that ``conversion`` makes of the metered one.

    >>> from harmony_core.pricing import PerUnit
    >>> Converted(PerUnit.of("10", "USD"), Conversion.divide(1024)).price(1536)
    ExactAmount.of('15', 'USD')
    """

    scheme: Scheme
    conversion: Conversion

    def __attrs_post_init__(self) -> None:
        expect(self.conversion, Conversion, "a conversion", "Conversion.divide(1000)")
        if self.conversion != _UNCHANGED:
            refuse_conversion(self.scheme)
        else:
            refuse_what_takes_several(self.scheme)

    @property
    def currency(self) -> str:
        """The currency of the scheme."""
        return self.scheme.currency

    def repriced(self, change: Change) -> Converted:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return attrs.evolve(self, scheme=repriced(self.scheme, change))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        """Give what the scheme charges for the converted quantity."""
        return self.scheme.price(self.conversion.convert(quantity), point)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the same amount with its derivation."""
        why = Explainer("converted quantity", 1)
        metered = why.given("metered", "metered quantity", units(quantity))
        factor = why.given("factor", "conversion factor", self.conversion.factor)
        converted = why.step("converted", "converted, exactly", "multiply", metered, factor)
        mode, places = self.conversion.rounding, self.conversion.places
        if mode is not None:
            unit = why.given("step", "rounded to", _step(places))
            label = "converted and rounded"
            converted = why.step("rounded", label, f"round_{mode.value}", converted, unit)
        inner = self.scheme.explain(why.value(converted), point)
        using = {"quantity": converted} if starts_from(inner, why.value(converted)) else None
        return why.explanation(why.adopt(inner, "inner_", using))


def starts_from(inner: Explanation, quantity: Fraction) -> bool:
    """Say whether an explanation begins with this quantity, so that the two can be chained."""
    return any(one.name == "quantity" and one.value == quantity for one in inner.given)

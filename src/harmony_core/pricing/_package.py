"""Units that are sold in packages: so much for each package, and some units free."""

from __future__ import annotations

from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, Word
from harmony_core.explanation import Explainer, Explanation, RoundingMode, exact_text, round_ratio
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.pricing._repricing import Change
from harmony_core.pricing._scheme import ONLY_LINE, PricePoint, amount_of, units


class PartPackage(Word):
    """What a package that is begun but not used up counts as."""

    ROUND_UP = "round_up"
    """a whole package"""
    ROUND_DOWN = "round_down"
    """nothing"""


_MODES = {PartPackage.ROUND_UP: RoundingMode.UP, PartPackage.ROUND_DOWN: RoundingMode.DOWN}


def _part(value: PartPackage) -> PartPackage:
    return PartPackage(value)


def _size(value: Exact) -> Fraction:
    size = exact(value, "a package size")
    if size <= 0:
        raise InvalidValue(f"a package holds more than nothing, got a size of {exact_text(size)}")
    return size


@attrs.frozen
class Package:
    """Each ``size`` units cost ``package_price``; the first ``free_units`` cost nothing.

    >>> Package.of("100", 10, "EUR", free_units=5).price(12)
    ExactAmount.of('100', 'EUR')
    """

    package_price: ExactAmount
    size: Fraction = attrs.field(converter=_size)
    free_units: Fraction = attrs.field(default=Fraction(0), converter=units)
    part_package: PartPackage = attrs.field(default=PartPackage.ROUND_UP, converter=_part)

    def __attrs_post_init__(self) -> None:
        amount_of(self.package_price, "a package price")

    @classmethod
    def of(
        cls,
        package_price: Exact,
        size: Exact,
        currency: str,
        *,
        free_units: Exact = 0,
        part_package: PartPackage = PartPackage.ROUND_UP,
    ) -> Package:
        """Make it from plain numbers.

        Raises:
            InvalidValue: the size is not above zero, or the free units are below zero.
        """
        return cls(ExactAmount.of(package_price, currency), size, free_units, part_package)

    @property
    def currency(self) -> str:
        """The currency of the package price."""
        return self.package_price.currency

    def packages(self, quantity: Exact) -> int:
        """Give the number of packages that are charged for ``quantity`` units.

        >>> Package.of("100", 10, "EUR").packages("10.001")
        2
        """
        whole = max(units(quantity) - self.free_units, Fraction(0)) / self.size
        return round_ratio(whole.numerator, whole.denominator, _MODES[self.part_package])

    def repriced(self, change: Change) -> Package:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return attrs.evolve(self, package_price=change(self.package_price))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        """Give the number of packages times the price of one."""
        return ExactAmount(self.packages(quantity) * self.package_price.value, self.currency)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        """Give the same amount with its derivation."""
        why = Explainer("package", 1)
        paid = why.given("quantity", "quantity", units(quantity))
        if self.free_units:
            free = why.given("free_units", "free units", self.free_units)
            none = why.given("none", "no units", 0)
            beyond = why.step("beyond", "units beyond the free ones", "subtract", paid, free)
            paid = why.step("paid_units", "units to pay", "greatest", beyond, none)
        size = why.given("size", "units in a package", self.size)
        one = why.given("one_package", "one package", 1)
        price = why.given("package_price", "package price", self.package_price.value, self.currency)
        share = why.step("share", "packages, exactly", "divide", paid, size)
        mode = f"round_{_MODES[self.part_package].value}"
        count = why.step("packages", "whole packages", mode, share, one)
        return why.explanation(
            why.step("amount", "packages at their price", "multiply", count, price)
        )

"""Rates on a value: a band table of percentages, and a price that comes with the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidBands, InvalidValue
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.pricing._banded import FillUp, refuse_no_table
from harmony_core.pricing._bands import Band, BandTable, range_row
from harmony_core.pricing._repricing import Change
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    ZeroQuantity,
    listed,
    units,
    zero_quantity_of,
)


@attrs.frozen
class GraduatedPercentage:
    """Each part of the value at the rate of the band that it fills, with the band's flat fee.

    ``table`` holds the rates as prices of one unit of value: 2 % is a unit price of 0.02.

    >>> rates = GraduatedPercentage.of("EUR", [(0, 1000, "1", 200), (1000, None, "2", 300)])
    >>> rates.price(5050)
    ExactAmount.of('591', 'EUR')
    """

    table: BandTable
    zero_quantity: ZeroQuantity = attrs.field(
        default=ZeroQuantity.CHARGE_NOTHING, converter=zero_quantity_of
    )

    def __attrs_post_init__(self) -> None:
        refuse_no_table(self.table)

    @classmethod
    def of(
        cls,
        currency: str,
        rows: Iterable[Sequence[Exact | None]],
        zero_quantity: ZeroQuantity = ZeroQuantity.CHARGE_NOTHING,
    ) -> GraduatedPercentage:
        """Make it from rows of ``(above, up_to, rate_percent)``, and the band's flat fee.

        Raises:
            InvalidBands: there is a gap, an overlap, a closed last band, or no rate.
        """
        return cls(
            BandTable.of_ranges(currency, map(_priced, listed(rows, "rows of rates"))),
            zero_quantity,
        )

    @property
    def currency(self) -> str:
        """The currency of value and fees."""
        return self.table.currency

    def rate_percent(self, band: Band) -> Fraction:
        """Give the rate of a band in percent."""
        return band.unit_price.value * 100

    def repriced(self, change: Change) -> GraduatedPercentage:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        bands = [
            attrs.evolve(b.repriced(change), unit_price=b.unit_price) for b in self.table.bands
        ]
        return attrs.evolve(self, table=BandTable(bands))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        """Give the sum over the bands of the value ``quantity``."""
        return FillUp(self.table, self.zero_quantity).price(quantity, point)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the same amount with its derivation; a unit is one unit of value."""
        why = Explainer("graduated percentage", 1)
        inner = FillUp(self.table, self.zero_quantity).explain(quantity, point)
        return why.explanation(why.adopt(inner, ""))


def _priced(row: Sequence[Exact | None]) -> Sequence[Exact | None]:
    above, up_to, percent, *fee = range_row(row)
    if percent is None:
        raise InvalidBands("every band needs a rate; for none give '0'")
    return (above, up_to, exact(percent, "a rate in percent") / 100, *fee)


def _factor(value: Exact) -> Fraction:
    return exact(value, "a factor")


@attrs.frozen
class Dynamic:
    """The price arrives with the record, as its quantity; it is charged ``factor`` times.

    >>> Dynamic.of("1.2", "USD").price("10.50")
    ExactAmount.of('12.6', 'USD')
    """

    currency: str
    factor: Fraction = attrs.field(converter=_factor)

    def __attrs_post_init__(self) -> None:
        ExactAmount.of(0, self.currency)  # refuses an unknown currency
        if self.factor < 0:
            raise InvalidValue(f"a factor is zero or more, got {exact_text(self.factor)}")

    @classmethod
    def of(cls, factor: Exact, currency: str) -> Dynamic:
        """Make it from a plain number."""
        return cls(currency, factor)

    def repriced(self, change: Change) -> Dynamic:  # noqa: ARG002  of the shared form
        """Give itself: the price comes with the record, and whoever sends it raises it."""
        return self

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        """Give the price of the record, which is ``quantity``, times the factor."""
        return ExactAmount(units(quantity) * self.factor, self.currency)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        """Give the same amount with its derivation."""
        why = Explainer("price of the record", 1)
        cost = why.given("quantity", "price that the record brings", units(quantity), self.currency)
        factor = why.given("factor", "factor", self.factor)
        label = "price of the record times the factor"
        return why.explanation(why.step("amount", label, "multiply", cost, factor))

"""The two readings of a band table: fill up and look up.

Fill up prices each unit in the band that it fills (others say graduated or tiered). Look up prices
all units at the band that the quantity reaches (others say volume). In the first band they agree.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from harmony_core.errors import InvalidBands, expect
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import Exact, ExactAmount
from harmony_core.pricing._bands import Band, BandTable
from harmony_core.pricing._repricing import Change
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    ZeroQuantity,
    units,
    units_ratio,
    zero_quantity_of,
)

_CHARGE_NOTHING = ZeroQuantity.CHARGE_NOTHING
_NO_UNITS = "no units, so nothing is charged"
_NO_UNITS_FLAT_FEE = "no units: the flat fee of the first band is charged all the same"


@attrs.frozen
class FillUp:
    """Each band of ``table`` is filled in turn; every band that is entered charges its flat fee.

    >>> seats = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
    >>> FillUp(seats).price(60)
    ExactAmount.of('600', 'EUR')
    """

    table: BandTable
    zero_quantity: ZeroQuantity = attrs.field(
        default=ZeroQuantity.CHARGE_NOTHING, converter=zero_quantity_of
    )

    def __attrs_post_init__(self) -> None:
        refuse_no_table(self.table)

    @property
    def currency(self) -> str:
        """The currency of the table."""
        return self.table.currency

    def repriced(self, change: Change) -> FillUp:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return attrs.evolve(self, table=self.table.repriced(change))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        """Give the sum over the bands."""
        return ExactAmount(Fraction(*self.price_ratio(quantity)), self.table.currency)

    def price_ratio(self, quantity: Exact) -> tuple[int, int]:
        """Give the same amount as two whole numbers, not reduced: see :func:`charge`."""
        numerator, denominator = units_ratio(quantity)
        if not numerator:
            return _at_zero(self.table, self.zero_quantity).as_integer_ratio()
        return self.table.filled(numerator, denominator)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        """Give the same amount with its derivation, a step for each band that is filled."""
        count = units(quantity)
        why = Explainer("fill up", 1)
        given = why.given("quantity", "quantity", count)
        if not count:
            return why.explanation(_explain_zero(why, given, self.table, self.zero_quantity))
        reached = self.table.band_number(count)
        parts, below = [], ""
        for number, band in enumerate(self.table.bands[:reached], 1):
            upper = given
            if number < reached and band.up_to is not None:
                upper = why.given(f"limit_{number}", "upper limit of the band", band.up_to)
            label = "units in band {number}"
            filled = (
                why.step(f"units_{number}", label, "subtract", upper, below, number=str(number))
                if below
                else why.step(f"units_{number}", label, "take", upper, number=str(number))
            )
            parts.append(_explain_band(why, band, number, filled))
            below = upper
        return why.explanation(why.step("amount", "sum of the bands", "add", *parts))


@attrs.frozen
class LookUp:
    """All units cost what the band says in which the quantity lies, with that band's flat fee.

    So 51 units can cost less than 50. With ``never_dearer_than_next_band`` a quantity costs no more
    than any higher band would cost at least, which is what its price and its flat fee make of the
    limit above which it begins; then more units never cost less.

    Raises:
        InvalidBands: that option with a unit price below zero, under which no band has a least.

    >>> seats = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
    >>> LookUp(seats).price(60), LookUp(seats).price(45)
    (ExactAmount.of('480', 'EUR'), ExactAmount.of('450', 'EUR'))
    >>> LookUp(seats, never_dearer_than_next_band=True).price(45)
    ExactAmount.of('400', 'EUR')
    """

    table: BandTable
    zero_quantity: ZeroQuantity = attrs.field(
        default=ZeroQuantity.CHARGE_NOTHING, converter=zero_quantity_of
    )
    never_dearer_than_next_band: bool = False

    def __attrs_post_init__(self) -> None:
        refuse_no_table(self.table)
        expect(self.never_dearer_than_next_band, bool, "never_dearer_than_next_band")
        if self.never_dearer_than_next_band:
            refuse_prices_below_zero(self.table)

    @property
    def currency(self) -> str:
        """The currency of the table."""
        return self.table.currency

    def repriced(self, change: Change) -> LookUp:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return attrs.evolve(self, table=self.table.repriced(change))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        """Give quantity times the unit price of the band reached."""
        return ExactAmount(Fraction(*self.price_ratio(quantity)), self.table.currency)

    def price_ratio(self, quantity: Exact) -> tuple[int, int]:
        """Give the same amount as two whole numbers, not reduced: see :func:`charge`."""
        numerator, denominator = units_ratio(quantity)
        if not numerator and self.zero_quantity is _CHARGE_NOTHING:
            return 0, 1
        if self.never_dearer_than_next_band:
            return self.table.never_dearer(numerator, denominator)
        return self.table.looked_up(numerator, denominator)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        """Give the same amount with its derivation, and the limits of the band."""
        count = units(quantity)
        why = Explainer("look up", 1)
        given = why.given("quantity", "quantity", count)
        if not count:
            amount = _explain_zero(why, given, self.table, self.zero_quantity)
            if self.zero_quantity is _CHARGE_NOTHING:
                return why.explanation(amount)
            return why.explanation(self._explain_next_bands(why, 1, amount))
        number = self.table.band_number(count)
        band = self.table.bands[number - 1]
        why.given("above", "the band begins above", self.table.lower_limit(number))
        if band.up_to is not None:
            why.given("up_to", "the band ends with", band.up_to)
        amount = _explain_band(why, band, number, given)
        return why.explanation(self._explain_next_bands(why, number, amount))

    def _explain_next_bands(self, why: Explainer, number: int, amount: str) -> str:
        """Write the step to what a higher band would cost at least, where there is one."""
        cheapest = self.table.cheapest_above(number) if self.never_dearer_than_next_band else None
        if cheapest is None:
            return amount
        label = "a higher band begins above"
        limit = why.given(f"limit_{cheapest}", label, self.table.lower_limit(cheapest))
        there = _explain_band(why, self.table.bands[cheapest - 1], cheapest, limit)
        label = "no more than band {number} would cost at least"
        return why.step("never_dearer", label, "least", amount, there, number=str(cheapest))


def refuse_no_table(table: object) -> None:
    """Refuse rows, or anything else, where a table is needed."""
    expect(table, BandTable, "what is filled or looked up", 'BandTable.of("EUR", rows)')


def refuse_prices_below_zero(table: BandTable) -> None:
    """Refuse the option of never being dearer for a table in which more units may cost less."""
    for number, band in enumerate(table.bands, 1):
        if band.unit_price.value < 0:
            raise InvalidBands(
                f"band {number} pays {exact_text(-band.unit_price.value)} {table.currency} for "
                "each unit, so it has no least amount that a lower band could be held to: leave "
                "never_dearer_than_next_band out, or make the price zero or more"
            )


def _at_zero(table: BandTable, policy: ZeroQuantity) -> Fraction:
    if policy is ZeroQuantity.FIRST_BAND_FLAT_FEE:
        return table.bands[0].amount(Fraction(0))
    return Fraction(0)


def _explain_zero(why: Explainer, quantity: str, table: BandTable, policy: ZeroQuantity) -> str:
    band = table.bands[0]
    if policy is ZeroQuantity.FIRST_BAND_FLAT_FEE:
        amount = _explain_band(why, band, 1, quantity)
        return why.step("amount", _NO_UNITS_FLAT_FEE, "take", amount)
    price = why.given("unit_price_1", "unit price", band.unit_price.value, table.currency)
    return why.step("amount", _NO_UNITS, "multiply", quantity, price)


def _explain_band(why: Explainer, band: Band, number: int, units_in_it: str) -> str:
    """Write the steps for ``units_in_it`` units in one band; gives the name of its amount."""
    currency, place = band.unit_price.currency, str(number)
    amount = why.step(
        f"charge_{number}",
        "band {number}: units at its unit price",
        "multiply",
        units_in_it,
        why.given(f"unit_price_{number}", "unit price", band.unit_price.value, currency),
        number=place,
    )
    if band.flat_fee is not None and band.flat_fee:
        flat = why.given(f"flat_fee_{number}", "flat fee", band.flat_fee.value, currency)
        label = "band {number}: with its flat fee"
        amount = why.step(f"with_fee_{number}", label, "add", amount, flat, number=place)
    if band.cap is not None:
        cap = why.given(f"cap_{number}", "most that the band charges", band.cap.value, currency)
        label = "band {number}: no more than its cap"
        amount = why.step(f"capped_{number}", label, "least", amount, cap, number=place)
    return amount

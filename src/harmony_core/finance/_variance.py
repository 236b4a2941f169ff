"""Why contribution is another than a year ago: volume, mix, price, exchange and cost.

The causes are taken one after the other, in this order, so that they add up to the difference and
none is counted twice:

* volume: more or less was sold, at last year's average;
* mix: other things were sold, each at last year's margin;
* price: what was sold, by the change of its price in the currency of the deal, at last year's rate;
* exchange: the same at this year's price, by the change of the rate;
* cost: what was sold, by the change of its cost.

What was not sold last year has no price and no cost to compare with: this year's stand in for them,
so that all of it is volume and mix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, Word, kinds_checked
from harmony_core.finance._allocation import fit
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._money import ExactAmount, Money


class VarianceCause(Word):
    """What moved contribution."""

    VOLUME = "volume"
    MIX = "mix"
    PRICE = "price"
    EXCHANGE = "exchange"
    COST = "cost"


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


@attrs.frozen(field_transformer=kinds_checked)
class SalesFigures:
    """What was sold of one thing in a period.

    Args:
        id: of the product, contract line or whatever is compared; unique within a period.
        quantity: units; below zero where more was taken back than sold.
        revenue: in the currency of the deal.
        reported: the same in the currency of the report.
        cost: in the currency of the report.
    """

    id: str
    quantity: Fraction = attrs.field(converter=_quantity)
    revenue: Money
    reported: Money
    cost: Money

    def __attrs_post_init__(self) -> None:
        if self.cost.currency != self.reported.currency:
            raise CurrencyMismatch(self.reported.currency, self.cost.currency)
        if not self.quantity and (self.revenue or self.reported or self.cost):
            raise InvalidValue(
                f"{self.id!r} has revenue or cost without a quantity: give the units, or 1 for a "
                "flat amount"
            )
        if self.reported and not self.revenue:
            raise InvalidValue(
                f"{self.id!r}: {self.revenue} is reported as {self.reported}: nothing is worth "
                "nothing in every currency"
            )


@attrs.frozen
class Variance:
    """Contribution of two periods, and what each cause adds to the difference.

    ``by_item`` holds the same for each thing sold, exactly; they add up to the causes.
    """

    before: Money
    now: Money
    by_item: Mapping[str, Mapping[VarianceCause, ExactAmount]] = attrs.field(hash=False)

    @property
    def difference(self) -> Money:
        """This period's contribution less the earlier one's."""
        return self.now - self.before

    @property
    def exact_causes(self) -> Mapping[VarianceCause, ExactAmount]:
        """What each cause adds, before rounding."""
        zero = ExactAmount.of(0, self.now.currency)
        sums = dict.fromkeys(VarianceCause, zero)
        for causes in self.by_item.values():
            for cause, amount in causes.items():
                sums[cause] = sums[cause] + amount
        return sums

    @property
    def causes(self) -> Mapping[VarianceCause, Money]:
        """The same in money; what rounding leaves goes to the largest remainders."""
        sums = self.exact_causes
        settled = fit([amount.value for amount in sums.values()], self.difference)
        return dict(zip(sums, settled, strict=True))


def variance(before: Iterable[SalesFigures], now: Iterable[SalesFigures]) -> Variance:
    """Compare what was sold in two periods, such as the same months of two years.

    Quantities are added up over all things for volume and mix: give them in comparable units, or
    compare one family of products at a time.

    Raises:
        InvalidValue: an id stands twice in a period, or nothing was sold in either.
        CurrencyMismatch: reports in two currencies, or a thing whose deals changed currency: give
            it an id for each.

    >>> def figures(units: int, *amounts: int) -> SalesFigures:
    ...     codes = "USD", "EUR", "EUR"
    ...     return SalesFigures("seats", units, *map(Money.of, amounts, codes))
    >>> found = variance([figures(100, 1000, 900, 500)], [figures(120, 1320, 1254, 600)])
    >>> for cause, amount in found.causes.items():
    ...     print(cause.value, amount)
    volume 80.00 EUR
    mix 0.00 EUR
    price 108.00 EUR
    exchange 66.00 EUR
    cost 0.00 EUR
    >>> print(found.difference)
    254.00 EUR
    """
    old, new = _by_id(before, "before"), _by_id(now, "now")
    both = [*old.values(), *new.values()]
    if not both:
        raise InvalidValue("nothing was sold in either period: there is nothing to compare")
    currency = both[0].reported.currency
    for one in both:
        if one.reported.currency != currency:
            raise CurrencyMismatch(currency, one.reported.currency)
    units_then = sum((one.quantity for one in old.values()), Fraction(0))
    units_now = sum((one.quantity for one in new.values()), Fraction(0))
    growth = units_now / units_then if units_then else 1  # sold as much as taken back: no volume
    by_item = {}
    for name in sorted(old | new):
        then, this = old.get(name), new.get(name)
        at_old_mix = Fraction(0) if then is None else then.quantity * growth
        parts = _of_one(then, this, at_old_mix)
        by_item[name] = MappingProxyType(
            {cause: ExactAmount.of(value, currency) for cause, value in parts.items()}
        )
    return Variance(_contribution(old, currency), _contribution(new, currency), by_item)


def _by_id(sold: Iterable[SalesFigures], which: str) -> dict[str, SalesFigures]:
    found: dict[str, SalesFigures] = {}
    for one in sold:
        if one.id in found:
            raise InvalidValue(f"{one.id!r} stands twice in {which}: add it up first")
        found[one.id] = one
    return found


def _contribution(sold: Mapping[str, SalesFigures], currency: str) -> Money:
    minor = sum(one.reported.minor - one.cost.minor for one in sold.values())
    return Money(minor, currency)


@attrs.frozen
class _Unit:
    """One unit of a thing: its price in the currency of the deal, the rate, and its cost."""

    currency: str
    price: Fraction
    rate: Fraction
    cost: Fraction

    @classmethod
    def of(cls, sold: SalesFigures) -> _Unit:
        reported = sold.reported.exact.value
        price = sold.revenue.exact.value if reported else Fraction(0)  # less than the report shows
        rate = reported / price if price else Fraction(0)
        cost = sold.cost.exact.value / sold.quantity
        return cls(sold.revenue.currency, price / sold.quantity, rate, cost)

    @property
    def margin(self) -> Fraction:
        return self.price * self.rate - self.cost


def _of_one(
    then: SalesFigures | None, this: SalesFigures | None, at_old_mix: Fraction
) -> dict[VarianceCause, Fraction]:
    """Take the causes apart for one thing; ``at_old_mix`` is what an unchanged mix would sell."""
    sold_then, sold_now = _units(then), _units(this)
    old, new = sold_then or sold_now, sold_now or sold_then
    if old is None or new is None:
        return dict.fromkeys(VarianceCause, Fraction(0))
    if sold_then and sold_now and sold_then.currency != sold_now.currency:
        raise CurrencyMismatch(sold_then.currency, sold_now.currency)
    if not old.rate or not new.rate:  # given away in one of the years: there is no rate to compare
        rate = old.rate or new.rate
        old, new = attrs.evolve(old, rate=rate), attrs.evolve(new, rate=rate)
    quantity = Fraction(0) if this is None else this.quantity
    before = Fraction(0) if then is None else then.quantity
    return {
        VarianceCause.VOLUME: (at_old_mix - before) * old.margin,
        VarianceCause.MIX: (quantity - at_old_mix) * old.margin,
        VarianceCause.PRICE: quantity * (new.price - old.price) * old.rate,
        VarianceCause.EXCHANGE: quantity * new.price * (new.rate - old.rate),
        VarianceCause.COST: quantity * (old.cost - new.cost),
    }


def _units(sold: SalesFigures | None) -> _Unit | None:
    return None if sold is None or not sold.quantity else _Unit.of(sold)

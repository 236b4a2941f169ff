"""What is left of revenue after its costs, and what an hour of work brought in.

Percent has no meaning without revenue and a rate per hour none without hours: both answer ``None``
and never zero. A total is the sum of figures, its percent that of the sums, so a trend is weighted.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import attrs

from harmony_core.errors import CurrencyMismatch
from harmony_core.explanation import RoundingMode, round_ratio
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._money import ExactAmount, Money


@attrs.frozen
class EffectiveHourlyRates:
    """What an hour of work brought in, in the three readings that are in use.

    They differ by half for one and the same contract, so they are always given together. Rounded
    half up to the currency's minor unit.
    """

    gross: Money
    """revenue over hours"""
    net_of_cost: Money
    """revenue less direct cost, over hours"""
    net_of_resale: Money
    """revenue less what was charged for resold goods, over hours"""


@attrs.frozen
class Contribution:
    """Revenue and costs of one currency, with the hours worked for them.

    ``resale_revenue`` is the part of ``revenue`` that was charged for resold goods.
    ``transfer_cost`` is what other companies of the group charged, less what they were charged;
    zero in the group view.

    >>> def eur(amount: int) -> Money:
    ...     return Money.of(amount, "EUR")
    >>> tools = Contribution.of(eur(3000), eur(700), eur(1000), 20, resale_revenue=eur(1000))
    >>> tools.contribution, tools.percent
    (Money.of('1300.00', 'EUR'), Decimal('43.33'))
    >>> rates = tools.effective_hourly_rates
    >>> print(rates.gross, rates.net_of_cost, rates.net_of_resale)
    150.00 EUR 115.00 EUR 100.00 EUR
    """

    revenue: Money
    direct_cost: Money
    labour_cost: Money
    hours: Fraction
    resale_revenue: Money
    transfer_cost: Money

    @classmethod
    def of(
        cls,
        revenue: Money,
        direct_cost: Money,
        labour_cost: Money,
        hours: Exact = 0,
        *,
        resale_revenue: Money | None = None,
        transfer_cost: Money | None = None,
    ) -> Contribution:
        """Make a contribution from its figures; what is left out is zero."""
        zero = Money.zero(revenue.currency)
        resale, transfer = resale_revenue or zero, transfer_cost or zero
        return cls(revenue, direct_cost, labour_cost, exact(hours, "hours"), resale, transfer)

    @classmethod
    def zero(cls, currency: str) -> Contribution:
        """No revenue, no cost, no hours."""
        return cls.of(*(Money.zero(currency),) * 3)

    @classmethod
    def from_work(
        cls,
        revenue: Money,
        direct_cost: Money,
        work: Iterable[tuple[Exact, ExactAmount]],
        *,
        resale_revenue: Money | None = None,
    ) -> Contribution:
        """Make a contribution from hours worked, each with its cost rate per hour.

        Labour is summed exactly and rounded once, half up.

        >>> work = [(156, ExactAmount.of(62, "GBP"))]
        >>> gbp_16_000 = Money.of(16_000, "GBP")
        >>> Contribution.from_work(gbp_16_000, Money.zero("GBP"), work).contribution
        Money.of('6328.00', 'GBP')
        """
        labour, hours = Money.zero(revenue.currency).exact, Fraction(0)
        for worked, rate in work:
            number = exact(worked, "hours")
            labour, hours = labour + rate * number, hours + number
        return cls.of(revenue, direct_cost, labour.settle(), hours, resale_revenue=resale_revenue)

    def __attrs_post_init__(self) -> None:
        amounts = (self.direct_cost, self.labour_cost, self.resale_revenue, self.transfer_cost)
        for amount in amounts:
            if amount.currency != self.revenue.currency:
                raise CurrencyMismatch(self.revenue.currency, amount.currency)

    def __add__(self, other: Contribution) -> Contribution:
        return Contribution(
            self.revenue + other.revenue,
            self.direct_cost + other.direct_cost,
            self.labour_cost + other.labour_cost,
            self.hours + other.hours,
            self.resale_revenue + other.resale_revenue,
            self.transfer_cost + other.transfer_cost,
        )

    @property
    def cost(self) -> Money:
        """All that is taken off: direct cost, labour, and the net of transfers."""
        return self.direct_cost + self.labour_cost + self.transfer_cost

    @property
    def gross_margin(self) -> Money:
        """Revenue less direct cost, before labour."""
        return self.revenue - self.direct_cost

    @property
    def contribution(self) -> Money:
        """Revenue less all cost."""
        return self.revenue - self.cost

    @property
    def share(self) -> Fraction | None:
        """Contribution as an exact share of revenue; ``None`` where there is no revenue."""
        if not self.revenue:
            return None
        return Fraction(self.contribution.minor, self.revenue.minor)

    @property
    def percent(self) -> Decimal | None:
        """The same in percent, half up to two decimals; ``None`` where there is no revenue."""
        if self.share is None:
            return None
        hundredths = self.share * 10_000
        whole = round_ratio(hundredths.numerator, hundredths.denominator, RoundingMode.HALF_UP)
        digits = tuple(map(int, str(abs(whole))))
        return Decimal((int(whole < 0), digits, -2))  # from its parts: no context rounds it

    @property
    def effective_hourly_rates(self) -> EffectiveHourlyRates | None:
        """What an hour brought in, in three readings; ``None`` where no hours were worked."""
        if not self.hours:
            return None
        return EffectiveHourlyRates(
            (self.revenue.exact / self.hours).settle(),
            (self.gross_margin.exact / self.hours).settle(),
            ((self.revenue - self.resale_revenue).exact / self.hours).settle(),
        )

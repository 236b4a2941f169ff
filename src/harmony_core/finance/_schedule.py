"""When an amount becomes revenue or cost: month by month, in three currencies that sum exactly.

An amount is spread by weights, cumulatively: a month's part is what is earned through its end less
what was earned before, each rounded once, so that nothing runs away and the parts add up. Deferred
revenue is not a monetary item and keeps the rate at which it was booked (IAS 21, IFRIC 22): each of
the three columns is a schedule of its own, and none is converted again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import accumulate
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue, Word, expect_word, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._money import Money, money_sum
from harmony_core.finance._rounding import HALF_UP, Rounding
from harmony_core.finance._three import Booked, booked_sum
from harmony_core.periods import Month, Span, months_between


class MonthWeight(Word):
    """What a month weighs in a straight line."""

    BY_DAY = "day"
    """the days served in it"""
    BY_MONTH = "month_equal"
    """one, however many of its days are served"""
    BY_PRORATED_MONTH = "month_prorated"
    """the share of its days that are served"""


class Remainder(Word):
    """Where the cents go that rounding leaves."""

    CUMULATIVE = "cumulative"
    """to the month in which the sum so far reaches them; no month goes the wrong way"""
    LAST = "last_takes_remainder"
    """to the last month; every other one is rounded alone"""


Weights: TypeAlias = Mapping[Month, Fraction]
"""What each month weighs, in their order."""


def straight_line(service: Span, by: MonthWeight = MonthWeight.BY_DAY) -> Weights:
    """Weigh the months of a service period.

    >>> from datetime import date
    >>> half_months = Span.of_days(date(2026, 1, 16), date(2026, 2, 14))
    >>> [str(weight) for weight in straight_line(half_months).values()]
    ['16', '14']
    """
    by = expect_word(by, MonthWeight)
    weights: dict[Month, Fraction] = {}
    first, last = Month.containing(service.first_day), Month.containing(service.last_day)
    for month in months_between(first, last):
        served = service.overlap(month.span)
        days = 0 if served is None else served.days
        if by is MonthWeight.BY_DAY:
            weights[month] = Fraction(days)
        elif by is MonthWeight.BY_MONTH:
            weights[month] = Fraction(1)
        else:
            weights[month] = Fraction(days, month.span.days)
    return weights


def on_days(parts: Iterable[tuple[date, Exact]]) -> Weights:
    """Weigh what is earned on single days: a delivery, milestones, hours as they are approved.

    Raises:
        InvalidValue: a weight is below zero, or all are zero.

    >>> from datetime import date
    >>> milestones = [(date(2026, 3, 31), "0.4"), (date(2026, 6, 30), "0.6")]
    >>> {str(month): str(weight) for month, weight in on_days(milestones).items()}
    {'2026-03': '2/5', '2026-06': '3/5'}
    """
    weights: defaultdict[Month, Fraction] = defaultdict(Fraction)
    for day, weight in parts:
        value = exact(weight, "a weight")
        if value < 0:
            raise InvalidValue(
                f"what is earned on {day} weighs {exact_text(value)}: a weight is zero or more; "
                "give what is taken back as an amount of its own"
            )
        weights[Month.containing(day)] += value
    if not sum(weights.values()):
        raise InvalidValue("nothing is earned on any day: give at least one weight above zero")
    return dict(sorted(weights.items()))


def spread(
    total: Money,
    weights: Sequence[Exact],
    rounding: Rounding = HALF_UP,
    remainder: Remainder = Remainder.CUMULATIVE,
) -> tuple[Money, ...]:
    """Spread an amount over weights, in their order; the parts add up to it exactly.

    An amount below zero is spread as the mirror of the one above, where the rounding mirrors too.

    Raises:
        InvalidValue: a weight is below zero, or all are zero.

    >>> [str(part) for part in spread(Money.of("0.05", "EUR"), [1, 1, 1])]
    ['0.02 EUR', '0.01 EUR', '0.02 EUR']
    """
    remainder = expect_word(remainder, Remainder)
    values = [exact(weight, "a weight") for weight in weights]
    whole = sum(values, Fraction(0))
    if min(values, default=Fraction(0)) < 0 or not whole:
        raise InvalidValue("weights are zero or more, and at least one of them is above zero")
    if remainder is Remainder.LAST:
        parts = [(total.exact * (value / whole)).settle(rounding) for value in values]
        last = max(place for place, value in enumerate(values) if value)  # no weight gets nothing
        others = parts[:last]
        return (*others, total - money_sum(others, total.currency), *parts[last + 1 :])
    ends = [(total.exact * (done / whole)).settle(rounding) for done in accumulate(values)]
    ends[-1] = total  # also where the rounding has a coarser step than the total
    before = [Money.zero(total.currency), *ends[:-1]]
    return tuple(end - start for start, end in zip(before, ends, strict=True))


def percent_complete(
    steps: Iterable[tuple[Money, Exact]], rounding: Rounding = HALF_UP
) -> tuple[Money, ...]:
    """Give the revenue of each period from the price as then agreed and the share then complete.

    Revenue to date is price times share (IFRS 15.41); a period has what is new in it, which is
    below zero where the estimate falls.

    Raises:
        InvalidValue: a share is not from 0 to 1.
        CurrencyMismatch: the prices are of different currencies.

    >>> price = Money.of(300_000, "EUR")
    >>> [str(part) for part in percent_complete([(price, "0.5"), (price, "0.4"), (price, 1)])]
    ['150000.00 EUR', '-30000.00 EUR', '180000.00 EUR']
    """
    parts: list[Money] = []
    for price, progress in steps:
        share = exact(progress, "progress")
        if not 0 <= share <= 1:
            raise InvalidValue(f"progress is a share from 0 to 1, got {exact_text(share)}")
        to_date = (price.exact * share).settle(rounding)
        parts.append(to_date - money_sum(parts, price.currency))
    return tuple(parts)


@attrs.frozen(field_transformer=kinds_checked)
class RecognitionSchedule:
    """What each month recognises of an amount, in three currencies; the months are in order.

    >>> from datetime import date
    >>> year = Span.of_days(date(2026, 1, 1), date(2026, 12, 31))
    >>> paid = Booked(Money.of(1000, "USD"), Money.of("917.30", "EUR"), Money.of(149512, "JPY"))
    >>> plan = RecognitionSchedule.of(paid, straight_line(year, MonthWeight.BY_MONTH))
    >>> march = plan.parts[Month(2026, 3)]
    >>> print(march.transaction, march.entity, march.group)
    83.33 USD 76.45 EUR 12459 JPY
    >>> plan.deferred(Month(2026, 12))
    Booked(transaction=Money.of('0.00', 'USD'), entity=Money.of('0.00', 'EUR'),
        group=Money.of('0', 'JPY'))
    """

    total: Booked
    parts: Mapping[Month, Booked] = attrs.field(hash=False)

    @classmethod
    def of(
        cls,
        total: Booked,
        weights: Weights,
        rounding: Rounding = HALF_UP,
        remainder: Remainder = Remainder.CUMULATIVE,
    ) -> RecognitionSchedule:
        """Spread what was booked over months, each column by itself.

        Raises:
            InvalidValue: as :func:`spread`.
        """
        values = list(weights.values())
        columns = (
            spread(amount, values, rounding, remainder)
            for amount in (total.transaction, total.entity, total.group)
        )
        parts = (Booked(*three) for three in zip(*columns, strict=True))
        return cls(total, dict(zip(weights, parts, strict=True)))

    def __attrs_post_init__(self) -> None:
        if booked_sum(self.parts.values(), self.total.currencies) != self.total:
            raise InvalidValue("the parts of a schedule do not add up to its total: spread it anew")

    def recognised(self, through: Month) -> Booked:
        """Give what is recognised by the end of a month."""
        done = (part for month, part in self.parts.items() if month <= through)
        return booked_sum(done, self.total.currencies)

    def deferred(self, through: Month) -> Booked:
        """Give what is left at the end of a month."""
        return self.total - self.recognised(through)

    def replanned(
        self,
        total: Booked,
        weights: Weights,
        posted: Month,
        rounding: Rounding = HALF_UP,
    ) -> RecognitionSchedule:
        """Plan anew and leave what is posted alone.

        The months through ``posted`` keep their parts. What the new total leaves is spread over the
        weights of later months: a change is caught up where no month has closed yet.

        Raises:
            InvalidValue: something is left, and no later month has a weight.
        """
        kept = {month: part for month, part in self.parts.items() if month <= posted}
        left = total - booked_sum(kept.values(), total.currencies)
        later = {month: weight for month, weight in weights.items() if month > posted and weight}
        if not later and left:
            raise InvalidValue(
                f"{left.transaction} is left after {posted}, and no later month to recognise it "
                "in: give weights that reach further"
            )
        new = RecognitionSchedule.of(left, later, rounding).parts if later else {}
        return RecognitionSchedule(total, {**kept, **new})

    def stopped(self, earned: Booked, last: Month, posted: Month) -> RecognitionSchedule:
        """End early with what was earned; the rest of the total is what a credit gives back.

        Months through ``posted`` keep their parts, and ``last``, or the month after ``posted``
        where that comes later, takes the difference.
        """
        kept = {month: part for month, part in self.parts.items() if month <= posted}
        open_months = {m: part for m, part in self.parts.items() if posted < m < last}
        at = max(last, posted + 1)
        done = booked_sum((*kept.values(), *open_months.values()), earned.currencies)
        return RecognitionSchedule(earned, {**kept, **open_months, at: earned - done})


def early_termination(
    total: Booked, service: Span, last_day: date, rounding: Rounding = HALF_UP
) -> tuple[Booked, Booked]:
    """Give what a service that ends early has earned by the day, and what is to be credited.

    Raises:
        InvalidValue: the last day is not within the service period.

    >>> from datetime import date
    >>> paid = Money.of(365, "EUR")
    >>> year = Span.of_days(date(2027, 7, 1), date(2028, 6, 30))
    >>> earned, credit = early_termination(Booked(paid, paid, paid), year, date(2028, 2, 29))
    >>> print(earned.transaction, credit.transaction)
    243.33 EUR 121.67 EUR
    """
    if last_day not in service:
        raise InvalidValue(
            f"the last day of a service of {service} lies within it, got {last_day}: "
            "what ended before it began is credited whole"
        )
    share = Fraction((last_day - service.start).days + 1, service.days)
    earned = _each(total, lambda amount: (amount.exact * share).settle(rounding))
    return earned, total - earned


def _each(amount: Booked, rule: Callable[[Money], Money]) -> Booked:
    return Booked(rule(amount.transaction), rule(amount.entity), rule(amount.group))

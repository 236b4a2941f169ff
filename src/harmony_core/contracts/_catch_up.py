"""Units added in mid-term, priced so that they end together with what is there: co-terminus.

What is added on a day is charged at once until an end that both share, usually that of the next
period or of the one after it, each period on its own day count. From there on the regular bill has
it. Bill it by an amendment of the quantity (:func:`units_added`): the parts of the periods that
were billed already come as their corrections, and the rest with the next bill.
"""

from __future__ import annotations

from datetime import date, timedelta

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import HALF_UP, Exact, ExactAmount, Money, Rounding, exact
from harmony_core.periods import (
    ACTUAL_ACTUAL,
    Alignment,
    DayCount,
    Interval,
    Schedule,
    billing_schedule,
    proration,
    service_periods,
)

_DAY = timedelta(days=1)


@attrs.frozen
class CatchUp:
    """What added units cost until the end that they share with the others.

    Attributes:
        first_day: the day on which they were added.
        last_day: the end that they share, inclusive.
        amount: settled once, over all periods.
    """

    first_day: date
    last_day: date
    amount: Money
    explanation: Explanation


def catch_up(
    price: ExactAmount,
    added_on: date,
    through: date,
    *,
    quantity: Exact = 1,
    schedule: Schedule | None = None,
    day_count: DayCount = ACTUAL_ACTUAL,
    rounding: Rounding = HALF_UP,
) -> CatchUp:
    """Price a quantity from the day on which it is added through an end.

    Args:
        price: of one unit for one full period.
        added_on: its first day.
        through: the last day, inclusive, see :func:`shared_end`.
        quantity: how much is added.
        schedule: the periods that ``price`` pays for; calendar months where none is given.
        day_count: how a part of a period is counted; each period has its own days.
        rounding: how the amount is settled, once.

    Raises:
        InvalidValue: the end lies before the day of the addition, or less than nothing is added.

    >>> fifty = ExactAmount.of(50, "EUR")
    >>> print(catch_up(fifty, date(2026, 2, 15), date(2026, 6, 30)).amount)
    225.00 EUR
    """
    if through < added_on:
        raise InvalidValue(
            f"units added on {added_on} cannot catch up to {through}: give an end on or after it"
        )
    units = exact(quantity, "an added quantity")
    if units < 0:
        raise InvalidValue(f"an added quantity is zero or more, got {exact_text(units)}")
    if schedule is None:
        schedule = billing_schedule(added_on, Interval.months(1), Alignment.CALENDAR)
    currency = price.currency
    why = Explainer("catch-up of an added quantity", 1)
    why.fact("first day", added_on.isoformat())
    why.fact("last day", through.isoformat())
    why.given("price", "price of a period", price.value, currency)
    why.given("quantity", "added quantity", units)
    why.step("full", "quantity for a full period", "multiply", "price", "quantity", unit=currency)
    parts = []
    periods = service_periods(added_on, through + _DAY, schedule)
    for number, period in enumerate(periods, 1):
        span, part = period.span, proration(period.span, period.full, day_count)
        share = why.given(f"part{number}", f"{span.first_day} - {span.last_day}", part)
        label = "price of that part of a period"
        parts.append(why.step(f"amount{number}", label, "multiply", "full", share, unit=currency))
    why.step("exact", "sum of the periods", "add", *parts, unit=currency)
    why.given("step", "smallest unit", rounding.step or Money(1, currency).exact.value, currency)
    rule = f"round_{rounding.mode.value}"
    why.step("amount", "settled", rule, "exact", "step", unit=currency)
    amount = Money.of(why.value("amount"), currency)
    return CatchUp(added_on, through, amount, why.explanation("amount"))


def shared_end(schedule: Schedule, added_on: date, later: int = 0) -> date:
    """Give the last day of the period in which something is added, or of one of the next.

    Args:
        schedule: the periods of what is there already.
        added_on: the day of the addition.
        later: zero for the end of this period, one for that of the next.

    Raises:
        InvalidValue: ``later`` is below zero.

    >>> quarters = Schedule(date(2026, 1, 1), Interval.months(3))
    >>> [str(shared_end(quarters, date(2026, 2, 15), later)) for later in (0, 1)]
    ['2026-03-31', '2026-06-30']
    """
    if later < 0:
        raise InvalidValue(f"a shared end lies in this period or a later one, got {later}")
    return schedule.boundary(schedule.index_at(added_on) + later + 1) - _DAY

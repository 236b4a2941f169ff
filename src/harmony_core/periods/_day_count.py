"""Proration by a named day-count rule: which part of a period was served, as an exact fraction.

Sources: DOMAIN section 5; the three options of Zuora's proration (actual/actual, actual/30, 30/30);
the fixed-days proration of Kill Bill.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, Word, expect
from harmony_core.periods._instants import InstantSpan
from harmony_core.periods._months import add_months, month_count
from harmony_core.periods._span import Span


class DayCountRule(Word):
    """How days are counted; names are stored on charges and never change their meaning."""

    ACTUAL_ACTUAL = "actual_actual"
    """days served over days of the period"""
    ACTUAL_30 = "actual_30"
    """days served over 30 for each month of the period"""
    THIRTY_30 = "thirty_30"
    """every month has 30 days: the 31st counts nothing, a short month's last day fills it up"""
    FIXED_MONTH = "fixed_month"
    """every month crossed counts a fixed number of days, whatever its length"""
    OVER = "over"
    """days served over a fixed number for the whole period, such as 365"""
    SECONDS = "seconds"
    """elapsed time over elapsed time"""
    WHOLE = "whole"
    """a period that was begun counts whole"""


_WITH_NUMBER = (DayCountRule.FIXED_MONTH, DayCountRule.OVER)


def _rule(value: DayCountRule) -> DayCountRule:
    return DayCountRule(value)


@attrs.frozen
class DayCount:
    """A day-count policy: a rule and, where the rule takes one, a fixed number of days."""

    rule: DayCountRule = attrs.field(default=DayCountRule.ACTUAL_ACTUAL, converter=_rule)
    number: int | None = None

    def __attrs_post_init__(self) -> None:
        takes_one = self.rule in _WITH_NUMBER
        if takes_one and (type(self.number) is not int or self.number < 1):
            raise InvalidValue(f"{self.rule.value} needs a number of days, got {self.number!r}")
        if not takes_one and self.number is not None:
            raise InvalidValue(f"{self.rule.value} takes no number of days, got {self.number}")

    @classmethod
    def fixed(cls, days: int) -> DayCount:
        """Every month counts ``days`` days."""
        return cls(DayCountRule.FIXED_MONTH, days)

    @classmethod
    def over(cls, days: int) -> DayCount:
        """Actual days over ``days`` for the whole period."""
        return cls(DayCountRule.OVER, days)

    def days(self, span: Span) -> int:
        """Count the days of a span by this rule; splitting a span loses none.

        Raises:
            InvalidValue: the rule counts no days (seconds, whole periods).

        >>> DayCount.fixed(30).days(Span(date(2024, 2, 23), date(2024, 3, 15)))
        22
        """
        if self.rule is DayCountRule.THIRTY_30:
            return _thirty(span.end) - _thirty(span.start)
        if self.rule is DayCountRule.FIXED_MONTH and self.number is not None:
            months = month_count(span.end) - month_count(span.start)
            return self.number * months + span.end.day - span.start.day
        if self.rule in (DayCountRule.SECONDS, DayCountRule.WHOLE):
            raise InvalidValue(f"the rule {self.rule.value} counts no days")
        return span.days


ACTUAL_ACTUAL = DayCount(DayCountRule.ACTUAL_ACTUAL)
"""Days served over days of the period: the default."""
ACTUAL_30 = DayCount(DayCountRule.ACTUAL_30)
"""Days served over 30 for each month."""
THIRTY_30 = DayCount(DayCountRule.THIRTY_30)
"""All months have 30 days."""
SECONDS = DayCount(DayCountRule.SECONDS)
"""Elapsed time over elapsed time; needs spans of instants."""
WHOLE = DayCount(DayCountRule.WHOLE)
"""No proration: a period that was begun counts whole."""


def _thirty(day: date) -> int:
    """Place a boundary on a calendar of 30-day months; the 31st begins where the month ends."""
    return 30 * month_count(day) + day.day - 1


def _whole_months(period: Span) -> int:
    months = month_count(period.end) - month_count(period.start)
    if months > 0:
        from_start = add_months(period.start, months) == period.end
        from_end = add_months(period.end, -months) == period.start
        if from_start or from_end or _both_month_ends(period):
            return months
    raise InvalidValue(f"actual/30 needs a period of whole months, got {period}")


def _both_month_ends(period: Span) -> bool:
    return period.start.day >= 28 and period.end.day >= 28


def proration(
    service: Span | InstantSpan,
    period: Span | InstantSpan,
    day_count: DayCount = ACTUAL_ACTUAL,
) -> Fraction:
    """Say which part of ``period`` was served, exactly; above one when service is longer.

    Every rule but ``WHOLE`` is additive: the parts of a service add up to the whole of it.

    Args:
        service: what was served, usually a :attr:`ServicePeriod.span`.
        period: what a full price pays for, usually its :attr:`ServicePeriod.full`.
        day_count: the named rule.

    Raises:
        InvalidValue: the period is empty, is not of whole months where the rule asks for that, or
            the spans are of days where the rule counts seconds (say in which zone:
            ``InstantSpan.of_days``), or of instants where it counts days.

    >>> january = Span(date(2025, 1, 1), date(2025, 2, 1))
    >>> proration(Span(date(2025, 1, 17), date(2025, 2, 1)), january)
    Fraction(15, 31)
    """
    if type(day_count) is not DayCount or type(service) is not Span or type(period) is not Span:
        expect(day_count, DayCount, "the rule that counts days", "DayCount.fixed(30)")
        for span, what in ((service, "what was served"), (period, "the period of a full price")):
            expect(span, Span | InstantSpan, what)
    if isinstance(service, InstantSpan) and isinstance(period, InstantSpan):
        return _elapsed_ratio(service, period, day_count)
    if isinstance(service, InstantSpan) or isinstance(period, InstantSpan):
        raise InvalidValue("service and period must both be spans of days, or both of instants")
    if not period:
        raise InvalidValue(f"cannot prorate over a period without days: {period}")
    rule = day_count.rule
    if rule is DayCountRule.WHOLE:
        return Fraction(1 if service else 0)
    if rule is DayCountRule.SECONDS:
        raise InvalidValue(
            "to the second a span of days needs a zone: take InstantSpan.of_days(span, zone)"
        )
    if rule is DayCountRule.ACTUAL_30:
        return Fraction(service.days, 30 * _whole_months(period))
    if rule is DayCountRule.OVER and day_count.number is not None:
        return Fraction(service.days, day_count.number)
    if not (of_period := day_count.days(period)):
        raise InvalidValue(f"{period} has no days when counted by {rule.value}")
    return Fraction(day_count.days(service), of_period)


def prorate(
    amount: Fraction,
    service: Span | InstantSpan,
    period: Span | InstantSpan,
    day_count: DayCount = ACTUAL_ACTUAL,
) -> Fraction:
    """Give the part of a full period's ``amount`` that was served, exactly; round it once, later.

    The arguments and errors are those of :func:`proration`.

    >>> january = Span(date(2026, 1, 1), date(2026, 2, 1))
    >>> prorate(Fraction(310), Span(date(2026, 1, 22), date(2026, 2, 1)), january)
    Fraction(100, 1)
    """
    expect(amount, Fraction | int, "the amount of a full period", "Fraction(310)")
    return amount * proration(service, period, day_count)


def _elapsed_ratio(service: InstantSpan, period: InstantSpan, day_count: DayCount) -> Fraction:
    if day_count.rule is DayCountRule.WHOLE:
        return Fraction(1 if service.elapsed else 0)
    if day_count.rule is not DayCountRule.SECONDS:
        raise InvalidValue(
            f"{day_count.rule.value} counts days: give spans of days, or prorate by SECONDS"
        )
    if not period.elapsed:
        raise InvalidValue(f"cannot prorate over an empty period at {period.start}")
    return Fraction(_microseconds(service), _microseconds(period))


def _microseconds(span: InstantSpan) -> int:
    elapsed = span.elapsed
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds

"""When an invoice is to be paid: a rule of the customer, and the day that it gives."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.periods import Month, add_months


def _not_below_zero(_: object, field: Any, value: int) -> None:
    if type(value) is not int or value < 0:
        raise InvalidValue(
            f"{field.name} of payment terms are a whole number from 0, got {value!r}"
        )


@attrs.frozen
class PaymentTerms:
    """From the day of the invoice: months on, then to the end of that month, then days on.

    Months keep the day, clipped to the length of the month, so that 31 January plus a month is the
    last of February. ``PaymentTerms()`` asks for payment on the day of the invoice.

    Args:
        days: calendar days, counted after all else.
        end_of_month: whether the last day of the month is taken before the days are counted.
        months: whole months.

    Raises:
        InvalidValue: a number is below zero or no whole number.

    >>> day = date(2026, 1, 20)
    >>> PaymentTerms(30).due_day(day), PaymentTerms.after_month_end(10).due_day(day)
    (datetime.date(2026, 2, 19), datetime.date(2026, 2, 10))
    >>> PaymentTerms(0, end_of_month=True, months=1).due_day(date(2026, 1, 31))
    datetime.date(2026, 2, 28)
    """

    days: int = attrs.field(default=0, validator=_not_below_zero)
    end_of_month: bool = attrs.field(
        default=False, validator=attrs.validators.instance_of(bool), kw_only=True
    )
    months: int = attrs.field(default=0, validator=_not_below_zero, kw_only=True)

    @classmethod
    def after_month_end(cls, days: int) -> PaymentTerms:
        """So many days after the end of the month of the invoice."""
        return cls(days, end_of_month=True)

    def due_day(self, invoiced: date) -> date:
        """The last day on which a document of ``invoiced`` is paid in time.

        Raises:
            InvalidValue: it lies after the year 9999.
        """
        day = add_months(invoiced, self.months) if self.months else invoiced
        if self.end_of_month:
            day = Month.containing(day).last_day
        try:
            return day + timedelta(days=self.days)
        except OverflowError:
            raise InvalidValue(
                f"{self.days} days after {day} lie outside the calendar, which ends in 9999"
            ) from None

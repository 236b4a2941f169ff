"""WHEN: spans of days, schedules counted from their anchor, proration, values with a history.

Days are civil dates; periods are half open inside and shown with an inclusive last day, and
:class:`Span` alone converts between the two. The n-th boundary of a :class:`Schedule` is computed
from its original anchor, in constant time, in both directions. Where the clock matters boundaries
are wall-clock times of a named IANA zone. Proration is an exact fraction by a named day-count rule.
A :class:`History` gives a value as of a day, as it was known on a day.
"""

from harmony_core.periods._alignment import (
    Alignment,
    ServicePeriod,
    billing_schedule,
    service_periods,
)
from harmony_core.periods._day_count import (
    ACTUAL_30,
    ACTUAL_ACTUAL,
    SECONDS,
    THIRTY_30,
    WHOLE,
    DayCount,
    DayCountRule,
    prorate,
    proration,
)
from harmony_core.periods._history import History, Version
from harmony_core.periods._instants import (
    InstantSchedule,
    InstantSpan,
    add_interval,
    in_utc,
    instant_of,
    local_day,
    local_midnight,
    move_day,
    wall_clock,
)
from harmony_core.periods._months import Month, add_months, months_between
from harmony_core.periods._schedule import Interval, Schedule
from harmony_core.periods._span import Span
from harmony_core.periods._timing import (
    Invoiced,
    Timing,
    after_invoice,
    billed_period,
    billed_through,
    first_invoice_day,
    invoice_day,
    trigger_day,
)

__all__ = [
    "ACTUAL_30",
    "ACTUAL_ACTUAL",
    "SECONDS",
    "THIRTY_30",
    "WHOLE",
    "Alignment",
    "DayCount",
    "DayCountRule",
    "History",
    "InstantSchedule",
    "InstantSpan",
    "Interval",
    "Invoiced",
    "Month",
    "Schedule",
    "ServicePeriod",
    "Span",
    "Timing",
    "Version",
    "add_interval",
    "add_months",
    "after_invoice",
    "billed_period",
    "billed_through",
    "billing_schedule",
    "first_invoice_day",
    "in_utc",
    "instant_of",
    "invoice_day",
    "local_day",
    "local_midnight",
    "months_between",
    "move_day",
    "prorate",
    "proration",
    "service_periods",
    "trigger_day",
    "wall_clock",
]

"""WHEN: spans of days, schedules counted from their anchor, proration, values with a history.

Days are civil dates; periods are half open inside and shown with an inclusive last day, and
:class:`Span` alone converts between the two. The n-th boundary of a :class:`Schedule` is computed
from its original anchor, in constant time, in both directions. Where the clock matters boundaries
are wall-clock times of a named IANA zone. Proration is an exact fraction by a named day-count rule.
Periods are counted by a policy, changes inside one are credited and charged for what is left of it.
A :class:`History` gives a value as of a day, as it was known on a day.
"""

from harmony_core.periods._alignment import (
    Alignment,
    ServicePeriod,
    billing_schedule,
    service_periods,
)
from harmony_core.periods._billed import (
    billed_period,
    billed_through,
    billed_time,
    invoiced_period,
    period_ended,
    service_period_at,
)
from harmony_core.periods._buckets import bucket_start, bucket_starts
from harmony_core.periods._change import ProratedChange, creditable, part_left, prorate_change
from harmony_core.periods._cycles import (
    EXACT_CYCLES,
    KILLBILL_CYCLES,
    CyclePolicy,
    StubPeriod,
    billed_periods,
    count_periods,
    elapsed_periods,
    prorated_total,
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
from harmony_core.periods._labels import LabelledSpan, TimeLabels
from harmony_core.periods._months import Month, add_months, months_between
from harmony_core.periods._presence import Change, Presence, days_present, presence
from harmony_core.periods._schedule import Interval, Schedule
from harmony_core.periods._span import Span
from harmony_core.periods._timing import (
    Invoiced,
    Timing,
    after_invoice,
    first_invoice_day,
    invoice_day,
    trigger_day,
)

__all__ = [
    "ACTUAL_30",
    "ACTUAL_ACTUAL",
    "EXACT_CYCLES",
    "KILLBILL_CYCLES",
    "SECONDS",
    "THIRTY_30",
    "WHOLE",
    "Alignment",
    "Change",
    "CyclePolicy",
    "DayCount",
    "DayCountRule",
    "History",
    "InstantSchedule",
    "InstantSpan",
    "Interval",
    "Invoiced",
    "LabelledSpan",
    "Month",
    "Presence",
    "ProratedChange",
    "Schedule",
    "ServicePeriod",
    "Span",
    "StubPeriod",
    "TimeLabels",
    "Timing",
    "Version",
    "add_interval",
    "add_months",
    "after_invoice",
    "billed_period",
    "billed_periods",
    "billed_through",
    "billed_time",
    "billing_schedule",
    "bucket_start",
    "bucket_starts",
    "count_periods",
    "creditable",
    "days_present",
    "elapsed_periods",
    "first_invoice_day",
    "in_utc",
    "instant_of",
    "invoice_day",
    "invoiced_period",
    "local_day",
    "local_midnight",
    "months_between",
    "move_day",
    "part_left",
    "period_ended",
    "presence",
    "prorate",
    "prorate_change",
    "prorated_total",
    "proration",
    "service_period_at",
    "service_periods",
    "trigger_day",
    "wall_clock",
]

"""HOW FAST: calendars of open time in every zone, their algebra, and what is due by them.

A :class:`Calendar` is wall-clock rules in one IANA zone: weekly hours, overrides of dates,
holidays, breaks. Calendars form an algebra (``|``, ``&``, ``-``) in which every operand keeps its
own zone. ``add`` says when open time has been worked and from when it is more, ``between`` how much
lies between two instants; each is two look-ups in an index of UTC microseconds, whatever the span.
Durations are elapsed time; :class:`WorkingDays` are days and never 24 hours. Nothing else of the
library is needed for it.
"""

from harmony_core.sla._answers import Due, StartBy
from harmony_core.sla._attainment import (
    AttainedCase,
    Attainment,
    AttainmentReport,
    CountedBy,
    LeftOut,
    Outcome,
    attainment,
)
from harmony_core.sla._calendar import Calendar
from harmony_core.sla._clock import Clock, ClockReading, ClockState, WarningPoint
from harmony_core.sla._clock_events import (
    ClockEvent,
    ClockPaused,
    ClockReopened,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    TermsChanged,
)
from harmony_core.sla._clock_history import ClockHistory, HistoryLine
from harmony_core.sla._durations import (
    DueAt,
    WorkingDays,
    hours,
    in_hours,
    in_minutes,
    minutes,
    seconds,
)
from harmony_core.sla._entitlement import Asked, Entitled, Entitlement, EntitlementLevel, entitled
from harmony_core.sla._holidays import HolidayRule, PublicHolidays, holiday_data_version
from harmony_core.sla._hours import DayHours, Opening
from harmony_core.sla._index import HORIZON
from harmony_core.sla._kept_due import KeptDue, Outdated
from harmony_core.sla._open_time import (
    CalendarDifference,
    CalendarIntersection,
    CalendarUnion,
    OpenSpans,
    OpenTime,
)
from harmony_core.sla._picture import OpenTimePicture, picture
from harmony_core.sla._policy import PolicyRule, ServicePolicy, WhatChanged
from harmony_core.sla._rota import Duty, Rota, Turns
from harmony_core.sla._targets import ClockTerms, OnChange, Target
from harmony_core.sla._zones import tz_data_version, zone_key, zones_of

__all__ = [
    "HORIZON",
    "Asked",
    "AttainedCase",
    "Attainment",
    "AttainmentReport",
    "Calendar",
    "CalendarDifference",
    "CalendarIntersection",
    "CalendarUnion",
    "Clock",
    "ClockEvent",
    "ClockHistory",
    "ClockPaused",
    "ClockReading",
    "ClockReopened",
    "ClockResumed",
    "ClockStarted",
    "ClockState",
    "ClockStopped",
    "ClockTerms",
    "CountedBy",
    "DayHours",
    "Due",
    "DueAt",
    "Duty",
    "Entitled",
    "Entitlement",
    "EntitlementLevel",
    "HistoryLine",
    "HolidayRule",
    "KeptDue",
    "LeftOut",
    "OnChange",
    "OpenSpans",
    "OpenTime",
    "OpenTimePicture",
    "Opening",
    "Outcome",
    "Outdated",
    "PolicyRule",
    "PublicHolidays",
    "Rota",
    "ServicePolicy",
    "StartBy",
    "Target",
    "TermsChanged",
    "Turns",
    "WarningPoint",
    "WhatChanged",
    "WorkingDays",
    "attainment",
    "entitled",
    "holiday_data_version",
    "hours",
    "in_hours",
    "in_minutes",
    "minutes",
    "picture",
    "seconds",
    "tz_data_version",
    "zone_key",
    "zones_of",
]

"""DONE: time, expenses and usage as facts, and what each of them is worth.

Facts are never edited. Each has the ``day`` on which it happened and the day on which it became
known. :func:`rate_time` and :func:`rate_expense` say, for one fact and its own day, who performed,
what it cost, what the customer pays and what the group companies owe one another;
:func:`rate_work` does so for many and lists those that cannot be rated, with the reason.
:class:`CustomerView` is what a customer may see of it: it has no room for where the work was done.
"""

from harmony_core.products import (
    FoundRateOfHour,
    HourlyRate,
    RateCalendar,
    RateCard,
    RatedFor,
    RateDimension,
    TimeRounding,
    TimeScope,
    TimeTerms,
    WeeklyHours,
    rate_ties,
)
from harmony_core.work._billed_time import (
    BilledTime,
    TimeBill,
    WorkedPart,
    bill_time,
    rated_for,
    split_time,
)
from harmony_core.work._charge_shares import (
    ChargeShare,
    share_charge,
    shares_added,
    unbilled,
)
from harmony_core.work._coverage import (
    Considered,
    Coverage,
    CoverageBook,
    CoveredWork,
    LineRef,
    WorkFacts,
    cover_work,
)
from harmony_core.work._facts import Expense, TimeEntry, UsageRecord, WorkSubject
from harmony_core.work._findings import Finding, FindingKind
from harmony_core.work._lint import lint_contracts
from harmony_core.work._many import RatedWork, Uncovered, WorkTerms, rate_work
from harmony_core.work._once import each_once
from harmony_core.work._progress import Progress, milestones_reached, share_complete
from harmony_core.work._rating import (
    RatedExpense,
    RatedTime,
    capped,
    rate_expense,
    rate_time,
)
from harmony_core.work._views import CustomerView, customer_view

__all__ = [
    "BilledTime",
    "ChargeShare",
    "Considered",
    "Coverage",
    "CoverageBook",
    "CoveredWork",
    "CustomerView",
    "Expense",
    "Finding",
    "FindingKind",
    "FoundRateOfHour",
    "HourlyRate",
    "LineRef",
    "Progress",
    "RateCalendar",
    "RateCard",
    "RateDimension",
    "RatedExpense",
    "RatedFor",
    "RatedTime",
    "RatedWork",
    "TimeBill",
    "TimeEntry",
    "TimeRounding",
    "TimeScope",
    "TimeTerms",
    "Uncovered",
    "UsageRecord",
    "WeeklyHours",
    "WorkFacts",
    "WorkSubject",
    "WorkTerms",
    "WorkedPart",
    "bill_time",
    "capped",
    "cover_work",
    "customer_view",
    "each_once",
    "lint_contracts",
    "milestones_reached",
    "rate_expense",
    "rate_ties",
    "rate_time",
    "rate_work",
    "rated_for",
    "share_charge",
    "share_complete",
    "shares_added",
    "split_time",
    "unbilled",
]

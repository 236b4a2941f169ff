"""WHAT: products that describe themselves.

A product carries its behaviour as data: how its quantity is found, how that is priced, when it is
billed, when it becomes revenue, how it is delivered and how it renews. ``Product.describe`` puts
that behaviour into words. The four contract types are bundles of defaults over these behaviours.
"""

from harmony_core.products._behaviours import (
    Accounting,
    Billing,
    ContractType,
    CountPolicy,
    Defaults,
    DeliveryMode,
    DevicesCounted,
    DrawOrder,
    ExpensesIncurred,
    FixedQuantity,
    FundTerms,
    FundUnit,
    QuantitySource,
    Recognition,
    TimeWorked,
    UsageMetered,
    defaults_of,
    refuse_impossible,
)
from harmony_core.products._describe import Description, describe_behaviour
from harmony_core.products._fund_policies import CarryMode, Rollover, TopUp, UseFirst
from harmony_core.products._incident_terms import ChargeDay, IncidentTerms, Shortfall
from harmony_core.products._product import Catalogue, Component, Product
from harmony_core.products._rate_calendar import RateCalendar, WeeklyHours
from harmony_core.products._renewal import Notice, NoticeAnchor, NoticeCounting, Renewal
from harmony_core.products._time_terms import TimeRounding, TimeScope, TimeTerms

__all__ = [
    "Accounting",
    "Billing",
    "CarryMode",
    "Catalogue",
    "ChargeDay",
    "Component",
    "ContractType",
    "CountPolicy",
    "Defaults",
    "DeliveryMode",
    "Description",
    "DevicesCounted",
    "DrawOrder",
    "ExpensesIncurred",
    "FixedQuantity",
    "FundTerms",
    "FundUnit",
    "IncidentTerms",
    "Notice",
    "NoticeAnchor",
    "NoticeCounting",
    "Product",
    "QuantitySource",
    "RateCalendar",
    "Recognition",
    "Renewal",
    "Rollover",
    "Shortfall",
    "TimeRounding",
    "TimeScope",
    "TimeTerms",
    "TimeWorked",
    "TopUp",
    "UsageMetered",
    "UseFirst",
    "WeeklyHours",
    "defaults_of",
    "describe_behaviour",
    "refuse_impossible",
]

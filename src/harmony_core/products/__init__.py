"""WHAT: products that describe themselves.

A product carries its behaviour as data: how its quantity is found, how that is priced, when it is
billed, when it becomes revenue, how it is delivered and how it renews. ``Product.describe`` puts
that behaviour into words. An order line and a contract line inherit it and may say otherwise, on a
trail that names who decided and why; a product that changes has versions by date; a bundle's parts
share its price. The four contract types are bundles of defaults over these behaviours.
"""

from harmony_core.products._behaviours import (
    Accounting,
    Billing,
    ContractType,
    Defaults,
    DeliveryMode,
    Recognition,
    defaults_of,
)
from harmony_core.products._bundle import (
    Component,
    FixedShare,
    PercentShare,
    PriceShare,
    RatioShare,
    ResidualShare,
)
from harmony_core.products._catalogue import BundlePart, Catalogue
from harmony_core.products._describe import Description, describe_behaviour
from harmony_core.products._fund_policies import (
    CarryMode,
    LeftOver,
    OverageMode,
    Rollover,
    TopUp,
    UseFirst,
    WarningLevel,
)
from harmony_core.products._fund_terms import DrawOrder, FundTerms, FundUnit
from harmony_core.products._impossible import (
    refuse_impossible,
    refuse_unkept,
    refuse_unmeasurable,
)
from harmony_core.products._incident_terms import ChargeDay, IncidentTerms, Shortfall
from harmony_core.products._override import (
    Behaviour,
    Level,
    Origin,
    Override,
    given_by,
    trail_in_words,
)
from harmony_core.products._price_words import price_in_words
from harmony_core.products._product import Product
from harmony_core.products._quantities import (
    CountPolicy,
    DevicesCounted,
    ExpensesIncurred,
    ExpenseTerms,
    FixedQuantity,
    QuantitySource,
    TimeWorked,
    UnitsMetered,
    UsageMetered,
    meters_of,
)
from harmony_core.products._rate_calendar import RateCalendar, WeeklyHours
from harmony_core.products._rate_card import (
    FoundRateOfHour,
    HourlyRate,
    RateCard,
    RatedFor,
    RateDimension,
    rate_ties,
)
from harmony_core.products._renewal import Notice, NoticeAnchor, NoticeCounting, Renewal
from harmony_core.products._time_terms import TimeRounding, TimeScope, TimeTerms

__all__ = [
    "Accounting",
    "Behaviour",
    "Billing",
    "BundlePart",
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
    "ExpenseTerms",
    "ExpensesIncurred",
    "FixedQuantity",
    "FixedShare",
    "FoundRateOfHour",
    "FundTerms",
    "FundUnit",
    "HourlyRate",
    "IncidentTerms",
    "LeftOver",
    "Level",
    "Notice",
    "NoticeAnchor",
    "NoticeCounting",
    "Origin",
    "OverageMode",
    "Override",
    "PercentShare",
    "PriceShare",
    "Product",
    "QuantitySource",
    "RateCalendar",
    "RateCard",
    "RateDimension",
    "RatedFor",
    "RatioShare",
    "Recognition",
    "Renewal",
    "ResidualShare",
    "Rollover",
    "Shortfall",
    "TimeRounding",
    "TimeScope",
    "TimeTerms",
    "TimeWorked",
    "TopUp",
    "UnitsMetered",
    "UsageMetered",
    "UseFirst",
    "WarningLevel",
    "WeeklyHours",
    "defaults_of",
    "describe_behaviour",
    "given_by",
    "meters_of",
    "price_in_words",
    "rate_ties",
    "refuse_impossible",
    "refuse_unkept",
    "refuse_unmeasurable",
    "trail_in_words",
]

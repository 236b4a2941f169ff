"""The record names of the library's own values.

A name is for ever: it stands in other people's stores. Whoever renames a class changes the right
side only; whoever changes a form raises the version and adds an upgrade.
"""

from __future__ import annotations

from harmony_core import (
    assets,
    billing,
    contracts,
    explanation,
    fields,
    finance,
    funds,
    orders,
    parties,
    periods,
    pricing,
    products,
    sla,
    work,
)
from harmony_core.interchange._external_keys import ExternalKey
from harmony_core.interchange._focus import FocusColumns
from harmony_core.interchange._kinds import Record, register
from harmony_core.interchange._usage_columns import UsageColumns

NAMES: dict[str, type] = {
    "month": periods.Month,
    "span": periods.Span,
    "interval": periods.Interval,
    "schedule": periods.Schedule,
    "day-count": periods.DayCount,
    "explanation": explanation.Explanation,
    "money": finance.Money,
    "exact-amount": finance.ExactAmount,
    "rounding": finance.Rounding,
    "rate": finance.Rate,
    "found-rate": finance.FoundRate,
    "rate-policy": finance.RatePolicy,
    "booked": finance.Booked,
    "legal-entity": finance.LegalEntity,
    "group": finance.Group,
    "closed-periods": finance.ClosedPeriods,
    "journal-line": finance.JournalLine,
    "journal-entry": finance.JournalEntry,
    "tax-rate": finance.TaxRate,
    "tax-rule": finance.TaxRule,
    "stacked-tax": finance.StackedTax,
    "tax-document": finance.TaxDocument,
    "cost-rate-table": finance.CostRateTable,
    "cost-rate": finance.CostRate,
    "transfer-rule": finance.TransferRule,
    "transfer-charge": finance.TransferCharge,
    "transfer-evidence": finance.TransferEvidence,
    "cost-plus": finance.CostPlus,
    "percent-of-sell": finance.PercentOfSell,
    "resale-minus": finance.ResaleMinus,
    "fixed-rate": finance.FixedRate,
    "transfer-rate-card": finance.TransferRateCard,
    "customer": parties.Customer,
    "supplier": parties.Supplier,
    "employment": parties.Employment,
    "person": parties.Person,
    "text-field": fields.TextField,
    "number-field": fields.NumberField,
    "money-field": fields.MoneyField,
    "date-field": fields.DateField,
    "bool-field": fields.BoolField,
    "single-field": fields.SingleField,
    "multi-field": fields.MultiField,
    "reference-field": fields.ReferenceField,
    "computed-field": fields.ComputedField,
    "field-option": fields.FieldOption,
    "field-schema": fields.FieldSchema,
    "opening": sla.Opening,
    "day-hours": sla.DayHours,
    "public-holidays": sla.PublicHolidays,
    "calendar": sla.Calendar,
    "calendar-union": sla.CalendarUnion,
    "calendar-intersection": sla.CalendarIntersection,
    "calendar-difference": sla.CalendarDifference,
    "open-spans": sla.OpenSpans,
    "turns": sla.Turns,
    "rota": sla.Rota,
    "working-days": sla.WorkingDays,
    "due": sla.Due,
    "target": sla.Target,
    "clock-terms": sla.ClockTerms,
    "clock-started": sla.ClockStarted,
    "clock-paused": sla.ClockPaused,
    "clock-resumed": sla.ClockResumed,
    "clock-stopped": sla.ClockStopped,
    "clock-reopened": sla.ClockReopened,
    "terms-changed": sla.TermsChanged,
    "clock": sla.Clock,
    "policy-rule": sla.PolicyRule,
    "service-policy": sla.ServicePolicy,
    "service-entitlement": sla.Entitlement,
    "kept-due": sla.KeptDue,
    "flat": pricing.Flat,
    "per-unit": pricing.PerUnit,
    "fill-up": pricing.FillUp,
    "look-up": pricing.LookUp,
    "at-least": pricing.AtLeast,
    "at-most": pricing.AtMost,
    "minimum-quantity": pricing.MinimumQuantity,
    "band-table": pricing.BandTable,
    "package": pricing.Package,
    "fill-up-blocks": pricing.FillUpBlocks,
    "look-up-blocks": pricing.LookUpBlocks,
    "percentage": pricing.Percentage,
    "graduated-percentage": pricing.GraduatedPercentage,
    "dynamic": pricing.Dynamic,
    "discounted": pricing.Discounted,
    "percent-off": pricing.PercentOff,
    "amount-off": pricing.AmountOff,
    "free-units": pricing.FreeUnits,
    "converted": pricing.Converted,
    "commitment": pricing.Commitment,
    "at-period-end": pricing.AtPeriodEnd,
    "capacity-steps": pricing.CapacitySteps,
    "ramp": pricing.Ramp,
    "uplifted": pricing.Uplifted,
    "uplift": pricing.Uplift,
    "fixed-uplift": pricing.FixedUplift,
    "index-uplift": pricing.IndexUplift,
    "index-series": pricing.IndexSeries,
    "price-entry": pricing.PriceEntry,
    "price-book": pricing.PriceBook,
    "profile": pricing.Profile,
    "time-buckets": pricing.TimeBuckets,
    "usage-rule": pricing.UsageRule,
    "fixed-quantity": products.FixedQuantity,
    "time-worked": products.TimeWorked,
    "expenses-incurred": products.ExpensesIncurred,
    "expense-terms": products.ExpenseTerms,
    "devices-counted": products.DevicesCounted,
    "usage-metered": products.UsageMetered,
    "units-metered": products.UnitsMetered,
    "billing": products.Billing,
    "accounting": products.Accounting,
    "notice": products.Notice,
    "weekly-hours": products.WeeklyHours,
    "rate-calendar": products.RateCalendar,
    "time-rounding": products.TimeRounding,
    "time-terms": products.TimeTerms,
    "fund-terms": products.FundTerms,
    "rollover": products.Rollover,
    "top-up": products.TopUp,
    "incident-terms": products.IncidentTerms,
    "override": products.Override,
    "origin": products.Origin,
    "percent-share": products.PercentShare,
    "fixed-share": products.FixedShare,
    "ratio-share": products.RatioShare,
    "residual-share": products.ResidualShare,
    "product": products.Product,
    "cover": contracts.Cover,
    "name-list": contracts.NameList,
    "contract-line": contracts.ContractLine,
    "contract": contracts.Contract,
    "stage": orders.Stage,
    "amendment": contracts.Amendment,
    "seat-term": contracts.SeatTerm,
    "agreed-texts": contracts.AgreedTexts,
    "new-quantity": contracts.NewQuantity,
    "new-price": contracts.NewPrice,
    "line-ends": contracts.LineEnds,
    "line-runs-on": contracts.LineRunsOn,
    "line-begins": contracts.LineBegins,
    "fund-closes": contracts.FundCloses,
    "units-refunded": contracts.UnitsRefunded,
    "migrated-lot": contracts.MigratedLot,
    "purchase": orders.Purchase,
    "price-change": orders.PriceChange,
    "supplier-change": orders.SupplierChange,
    "quantity-change": orders.QuantityChange,
    "cancellation": orders.Cancellation,
    "adjustment": orders.Adjustment,
    "quote-version": orders.QuoteVersion,
    "acceptance": orders.Acceptance,
    "quote": orders.Quote,
    "order-line": orders.OrderLine,
    "order": orders.Order,
    "device": assets.Device,
    "device-event": assets.DeviceEvent,
    "placement": assets.Placement,
    "entitlement": assets.Entitlement,
    "master-article": assets.MasterArticle,
    "sighting": assets.Sighting,
    "snapshot": assets.Snapshot,
    "triage-decision": assets.TriageDecision,
    "identity-rules": assets.IdentityRules,
    "triage-policy": assets.TriagePolicy,
    "block": funds.Block,
    "draw": funds.Draw,
    "overage": funds.Overage,
    "refund": funds.Refund,
    "incident": funds.Incident,
    "warning-level": funds.WarningLevel,
    "carried-lot": funds.CarriedLot,
    "allowance": funds.Allowance,
    "block-pool": funds.BlockPool,
    "unlimited": funds.Unlimited,
    "layer": funds.Layer,
    "work-subject": work.WorkSubject,
    "time-entry": work.TimeEntry,
    "expense": work.Expense,
    "hourly-rate": work.HourlyRate,
    "rate-card": work.RateCard,
    "usage-record": work.UsageRecord,
    "progress": work.Progress,
    "external-key": ExternalKey,
    "usage-columns": UsageColumns,
    "focus-columns": FocusColumns,
    "charge": billing.Charge,
    "recognised": billing.Recognised,
    "invoice": billing.Invoice,
    "billing-profile": billing.BillingProfile,
    "quantity-override": billing.QuantityOverride,
    "review-step": billing.ReviewStep,
    "payment-terms": billing.PaymentTerms,
    "receivable": billing.Receivable,
    "payment": billing.Payment,
    "allocation": billing.Allocation,
    "dunning-table": billing.DunningTable,
    "reminder": billing.Reminder,
    "promise-to-pay": billing.PromiseToPay,
    "mandate": billing.Mandate,
    "collection-batch": billing.CollectionBatch,
}

for _name, _cls in NAMES.items():
    register(_name, 1, _cls)


def _notice_in_months(data: Record) -> Record:
    """The first form knew notice in whole months only, to the end of month, quarter or term."""
    months, to = data.pop("notice_months"), data.pop("notice_to")
    period = {"unit": "month", "count": months} if months else None
    return data | {"notice": {"period": period, "to": to}}


register("renewal", 2, products.Renewal, {1: _notice_in_months})


def _share_in_percent(data: Record) -> Record:
    """The first form knew shares in percent only."""
    percent = data.pop("share_percent")
    return data | {"share": {"is": "percent-share", "percent": percent}}


register("component", 2, products.Component, {1: _share_in_percent})


def _without_free_units_of_nothing(data: Record) -> Record:
    """The first form let a flat price have free units, which changed nothing."""
    return data | {"free": "0"} if _ends_flat(data.get("scheme")) else data


def _without_minimum_of_nothing(data: Record) -> Record:
    """The first form let a flat price have a minimum of units, which changed nothing."""
    return data | {"quantity": "0"} if _ends_flat(data.get("scheme")) else data


def _without_conversion_of_nothing(data: Record) -> Record:
    """The first form let the quantity of a flat price be converted, which changed nothing."""
    return data | {"conversion": {"factor": "1"}} if _ends_flat(data.get("scheme")) else data


def _ends_flat(scheme: object) -> bool:
    if not isinstance(scheme, dict):
        return False
    return _named(scheme, "flat") or _ends_flat(scheme.get("scheme"))


def _named(data: object, *names: str) -> bool:
    return isinstance(data, dict) and str(data.get("is")).partition("@")[0] in names


register("free-units", 2, pricing.FreeUnits, {1: _without_free_units_of_nothing})
register("minimum-quantity", 2, pricing.MinimumQuantity, {1: _without_minimum_of_nothing})
register("converted", 2, pricing.Converted, {1: _without_conversion_of_nothing})


def _only_what_was_kept(data: Record, quantity: str) -> Record:
    """The first form could say what had no effect, or was put right by the next run."""
    billing, accounting = data.get("billing") or {}, data.get("accounting") or {}
    fixed = _named(data.get(quantity), "fixed-quantity")
    if fixed and not billing.get("interval") and not data.get("fund"):
        if str(accounting.get("recognition")).startswith("straight_line"):
            accounting = accounting | {"recognition": "at_once"}
        data = data | {"renewal": None}
    counted = data.get(quantity)
    on_first_day = isinstance(counted, dict) and counted.get("policy") in (
        "first_day",
        "advance_true_up",
    )
    if not fixed and not on_first_day:
        billing = billing | {"lead_days": 0}
    return data | {"billing": billing, "accounting": accounting}


def _kept_by_a_product(data: Record) -> Record:
    return _only_what_was_kept(data, "quantity")


def _kept_by_a_line(data: Record) -> Record:
    if _named(data.get("scheme"), "dynamic") and not _named(data.get("source"), "usage-metered"):
        scheme = data["scheme"]
        amount = {"amount": scheme["factor"], "currency": scheme["currency"]}
        data = data | {"scheme": {"is": "per-unit", "unit_price": amount}}  # what it charged
    return _only_what_was_kept(data, "source")


register("product", 2, products.Product, {1: _kept_by_a_product})
register("contract-line", 2, contracts.ContractLine, {1: _kept_by_a_line})

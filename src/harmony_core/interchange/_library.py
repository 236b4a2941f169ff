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
    "journal-line": finance.JournalLine,
    "journal-entry": finance.JournalEntry,
    "tax-rate": finance.TaxRate,
    "tax-document": finance.TaxDocument,
    "cost-rate-table": finance.CostRateTable,
    "cost-rate": finance.CostRate,
    "transfer-rule": finance.TransferRule,
    "transfer-charge": finance.TransferCharge,
    "cost-plus": finance.CostPlus,
    "percent-of-sell": finance.PercentOfSell,
    "fixed-rate": finance.FixedRate,
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
    "new-quantity": contracts.NewQuantity,
    "new-price": contracts.NewPrice,
    "line-ends": contracts.LineEnds,
    "line-runs-on": contracts.LineRunsOn,
    "line-begins": contracts.LineBegins,
    "order-line": orders.OrderLine,
    "order": orders.Order,
    "device": assets.Device,
    "device-event": assets.DeviceEvent,
    "placement": assets.Placement,
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
    "external-key": ExternalKey,
    "usage-columns": UsageColumns,
    "focus-columns": FocusColumns,
    "charge": billing.Charge,
    "recognised": billing.Recognised,
    "invoice": billing.Invoice,
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

"""A cloud bill in the FinOps FOCUS format as usage: quantities, or costs for a mark-up.

Reads the columns of FOCUS 1.0 and later; others, such as ``x_`` columns, are left alone. A row
has no id of its own. Its id is made of the columns that say what is charged and when, and not of
what it costs: so the same file again gives nothing new, and a figure that changed under the same
id is refused aloud instead of being billed twice. Rows that are alike are counted within one
reading. A record keeps the file that it came from, so that a like row of another file, which may
be a charge of its own, is refused aloud too, and never taken for a repeat.

Source: FinOps Open Cost and Usage Specification, https://focus.finops.org/focus-specification/
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import HarmonyError, InvalidValue, kinds_checked
from harmony_core.finance import currency
from harmony_core.interchange._external_keys import ExternalKeys
from harmony_core.interchange._focus_rows import (
    CATEGORIES,
    INSTANTS,
    NULLS,
    FocusMeasure,
    FocusRows,
    number,
)
from harmony_core.interchange._tables import Row
from harmony_core.interchange._usage_columns import as_names, as_pairs
from harmony_core.interchange._usage_outcomes import ReadRow
from harmony_core.periods import local_midnight

_CATEGORIES_OF = {
    FocusMeasure.CONSUMED_QUANTITY: ("Usage",),
    FocusMeasure.PRICING_QUANTITY: ("Usage", "Purchase"),
}
"""Where FOCUS has the quantity at all."""

FOCUS_IDENTITY = (
    "BillingAccountId",
    "SubAccountId",
    "BillingPeriodStart",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ChargeCategory",
    "ChargeClass",
    "ChargeFrequency",
    "ServiceName",
    "SkuId",
    "SkuPriceId",
    "ResourceId",
    "RegionId",
    "AvailabilityZone",
    "PricingCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountStatus",
    "ConsumedUnit",
    "PricingUnit",
    "BillingCurrency",
)
"""What makes the id of a row: dimensions of FOCUS 1.0, no figures, names, descriptions or tags."""

_REQUIRED = (*INSTANTS, "BilledCost", "BillingCurrency", "ChargeCategory")


@attrs.frozen(field_transformer=kinds_checked)
class FocusColumns:
    """How a cost-and-usage table of FOCUS becomes usage.

    Args:
        system: whose keys the accounts and products are.
        measure: what becomes the quantity. A cost is for lines whose price comes with the record
            (``Dynamic``, a mark-up).
        currency: of the lines that a cost is for; rows of another ``BillingCurrency`` are rejected.
        categories: values of ``ChargeCategory`` that are taken; all others are listed in
            ``not_usage``.
        customer: columns with the key of the customer; the first that is not empty counts.
        meter: columns with the key of the meter, likewise.
        units: for meters of ours, the unit in which their quantities must come.
        identity: columns that make the id of a row.
        zone: whose civil day of ``ChargePeriodStart`` is the day of the usage.
        part: of the export that this file is, such as its number, where files of one export are
            read apart: it goes into the ids. Without it a file is known by the name of its table.
        source: of the records; without it ``aws BilledCost`` for that measure of the system
            ``aws``, so that a bill read by two measures gives records that do not clash.

    Raises:
        InvalidValue: parts that do not go together, such as a cost without a currency.
        NotFound: ``currency`` is not an ISO 4217 code.

    >>> FocusColumns("aws", FocusMeasure.BILLED_COST)
    Traceback (most recent call last):
    ...
    harmony_core.errors.InvalidValue: BilledCost is money: name the currency of the contract lines
    """

    system: str
    measure: FocusMeasure = FocusMeasure.CONSUMED_QUANTITY
    currency: str | None = None
    categories: tuple[str, ...] = attrs.field(default=("Usage",), converter=as_names)
    customer: tuple[str, ...] = attrs.field(
        default=("SubAccountId", "BillingAccountId"), converter=as_names
    )
    meter: tuple[str, ...] = attrs.field(default=("SkuId", "ServiceName"), converter=as_names)
    units: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=as_pairs)
    identity: tuple[str, ...] = attrs.field(default=FOCUS_IDENTITY, converter=as_names)
    zone: str = "UTC"
    source: str = ""
    part: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.system:
            raise InvalidValue("a feed needs the name of its system: keys are unique within it")
        if not (self.customer and self.meter and self.identity and self.categories):
            raise InvalidValue("customer, meter, identity and categories need one name each")
        column = self.measure.value
        if self.measure.unit is None:
            if self.currency is None:
                raise InvalidValue(f"{column} is money: name the currency of the contract lines")
            currency(self.currency)
            if self.units:
                raise InvalidValue(f"{column} is money: it comes in {self.currency}, not in units")
        elif self.currency is not None:
            raise InvalidValue(f"{column} is a quantity: it has no currency {self.currency}")
        allowed = _CATEGORIES_OF.get(self.measure, CATEGORIES)
        if odd := [one for one in self.categories if one not in allowed]:
            raise InvalidValue(
                f"rows of the category {odd[0]!r} have no {column}: take {', '.join(allowed)}"
            )
        local_midnight(date(2000, 1, 1), self.zone)  # refuses an unknown one

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        return tuple(dict.fromkeys((*_REQUIRED, self.measure.value)))

    def billed(self, row: Row) -> tuple[str, Fraction] | None:
        """Give ``BillingCurrency`` and ``BilledCost`` of a row in which both can be read."""
        try:
            code, cost = row.optional("BillingCurrency"), number(row, "BilledCost")
        except HarmonyError:
            return None
        return None if cost is None or code is None or code in NULLS else (code, cost)

    def reader(self, keys: ExternalKeys) -> ReadRow:
        """Give what reads one row after the other of one file."""
        return FocusRows(self, keys)

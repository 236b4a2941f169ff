"""A cloud bill in the FinOps FOCUS format as usage: quantities, or costs for a mark-up.

Reads the columns of FOCUS 1.0 and later; others, such as ``x_`` columns, are left alone. A row
has no id of its own. Its id is made of the columns that say what is charged and when, and not of
what it costs: so the same file again gives nothing new, and a figure that changed under the same
id is refused aloud instead of being billed twice.

Source: FinOps Open Cost and Usage Specification, https://focus.finops.org/focus-specification/
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from hashlib import blake2b

import attrs

from harmony_core.errors import HarmonyError, InvalidValue
from harmony_core.finance import currency, exact
from harmony_core.interchange._external_keys import CUSTOMER, METER, ExternalKeys
from harmony_core.interchange._faults import Asked
from harmony_core.interchange._tables import Row
from harmony_core.interchange._usage_feed import (
    AcceptedUsage,
    MissingKey,
    NotUsage,
    ReadRow,
    RejectedUsage,
    UnmappedUsage,
)
from harmony_core.periods import in_utc, local_day, local_midnight
from harmony_core.work import UsageRecord


class FocusMeasure(Enum):
    """The column that becomes the quantity of the record."""

    CONSUMED_QUANTITY = "ConsumedQuantity"
    PRICING_QUANTITY = "PricingQuantity"
    BILLED_COST = "BilledCost"
    EFFECTIVE_COST = "EffectiveCost"
    CONTRACTED_COST = "ContractedCost"
    LIST_COST = "ListCost"

    @property
    def unit(self) -> str | None:
        """The column with the unit of a quantity; ``None`` for a cost."""
        return _UNITS.get(self)


_UNITS = {
    FocusMeasure.CONSUMED_QUANTITY: "ConsumedUnit",
    FocusMeasure.PRICING_QUANTITY: "PricingUnit",
}
_CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")
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

_INSTANTS = ("BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd")
_REQUIRED = (*_INSTANTS, "BilledCost", "BillingCurrency", "ChargeCategory")
_NULLS = frozenset({"", "NULL", "null"})
_SCIENTIFIC = re.compile(r"-?\d{1,50}(\.\d{1,50})?[Ee][+-]?\d{1,3}", re.ASCII)


def _names(value: Collection[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InvalidValue(f"give a list of names, not the text {value!r}")
    return tuple(value)


def _pairs(value: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(dict(value).items())


@attrs.frozen
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
    categories: tuple[str, ...] = attrs.field(default=("Usage",), converter=_names)
    customer: tuple[str, ...] = attrs.field(
        default=("SubAccountId", "BillingAccountId"), converter=_names
    )
    meter: tuple[str, ...] = attrs.field(default=("SkuId", "ServiceName"), converter=_names)
    units: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_pairs)
    identity: tuple[str, ...] = attrs.field(default=FOCUS_IDENTITY, converter=_names)
    zone: str = "UTC"
    source: str = ""

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
        allowed = _CATEGORIES_OF.get(self.measure, _CATEGORIES)
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
            code, cost = row.optional("BillingCurrency"), _number(row, "BilledCost")
        except HarmonyError:
            return None
        return None if cost is None or code is None or code in _NULLS else (code, cost)

    def reader(self, keys: ExternalKeys) -> ReadRow:
        """Give what reads one row after the other of one file."""
        return _Reader(self, keys)


@attrs.frozen
class _Charge:
    category: str
    correction: bool
    since: datetime
    currency: str
    quantity: Fraction | None


class _Reader:
    def __init__(self, columns: FocusColumns, keys: ExternalKeys) -> None:
        self._columns, self._keys = columns, keys
        self._units = dict(columns.units)
        self._source = columns.source or f"{columns.system} {columns.measure.value}"
        self._instants: dict[str, datetime] = {}
        self._days: dict[datetime, date] = {}
        self._seen: dict[str, int] = {}

    def __call__(self, row: Row) -> AcceptedUsage | RejectedUsage | UnmappedUsage | NotUsage:
        if row.fault:
            return RejectedUsage(row, row.fault)
        asked = Asked()
        charge = self._charge(row, asked)
        id_ = row.id or asked(self._id, row)
        row = Row(row.path, row.cells, id=id_ or "")
        if charge is None or id_ is None or asked.faults:
            reason = "; ".join(dict.fromkeys(asked.faults))
            return RejectedUsage(row, reason, _readable(row, self._columns.measure.value))
        if why := self._no_usage(row, charge):
            return NotUsage(row, why, charge.quantity or Fraction(0))
        if why := self._unfit(charge):
            return RejectedUsage(row, why, charge.quantity)
        return self._mapped(row, charge, id_)

    def _charge(self, row: Row, asked: Asked) -> _Charge | None:
        category = asked(_one_of, row, "ChargeCategory", _CATEGORIES)
        kind = asked(_one_of, row, "ChargeClass", ("Correction", ""))
        since = asked(self._instant, row, "ChargePeriodStart")
        until = asked(self._instant, row, "ChargePeriodEnd")
        asked(self._instant, row, "BillingPeriodStart")
        if since is not None and until is not None and until <= since:
            asked.faults.append("ChargePeriodEnd must be after ChargePeriodStart")
        code = asked(_first, row, ("BillingCurrency",))
        asked(_cost, row)
        quantity = asked(_number, row, self._columns.measure.value)
        if category is None or since is None or code is None:
            return None
        return _Charge(category, kind == "Correction", since, code, quantity)

    def _no_usage(self, row: Row, charge: _Charge) -> str | None:
        of = self._columns
        if charge.category not in of.categories:
            return f"{charge.category} is not among the categories taken: " + ", ".join(
                of.categories
            )
        if charge.quantity is None and charge.correction:
            return f"a correction of the cost only: it has no {of.measure.value}"
        if charge.quantity is None and row.cells.get("CommitmentDiscountStatus") == "Unused":
            return f"an unused commitment: it has no {of.measure.value}"
        return None

    def _unfit(self, charge: _Charge) -> str | None:
        of = self._columns
        if charge.quantity is None:
            return f"{of.measure.value} must not be empty"
        if of.currency is not None and charge.currency != of.currency:
            return (
                f"BillingCurrency is {charge.currency}, but the contract lines are in "
                f"{of.currency}: read these rows for lines in {charge.currency}"
            )
        return None

    def _mapped(
        self, row: Row, charge: _Charge, id_: str
    ) -> AcceptedUsage | RejectedUsage | UnmappedUsage:
        of, quantity = self._columns, charge.quantity or Fraction(0)
        day = self._days.get(charge.since)
        if day is None:
            day = self._days[charge.since] = local_day(charge.since, of.zone)
        try:
            keys = (CUSTOMER, _first(row, of.customer)), (METER, _first(row, of.meter))
        except InvalidValue as fault:
            return RejectedUsage(row, str(fault), quantity)
        customer_id, meter = (self._keys.get(of.system, key, kind, day) for kind, key in keys)
        if customer_id is None or meter is None:
            ids = (customer_id, meter)
            missing = (
                MissingKey(of.system, key, kind, day)
                for (kind, key), id_found in zip(keys, ids, strict=True)
                if id_found is None
            )
            return UnmappedUsage(row, tuple(missing), quantity)
        unit = self._units.get(meter)
        if unit is not None and unit != (given := _text(row, of.measure.unit or "")):
            reason = f"{of.measure.unit} is {given!r}, but the meter {meter!r} counts {unit!r}"
            return RejectedUsage(row, reason, quantity)
        return AcceptedUsage(
            row,
            UsageRecord(
                id_,
                self._source,
                day,
                customer_id,
                meter,
                quantity,
                at=charge.since,
                subject=_text(row, "ResourceId"),
            ),
        )

    def _id(self, row: Row) -> str:
        """Give digest of the identity, and which of the rows of that identity this one is."""
        parts = []
        for name in self._columns.identity:
            text = str(self._instant(row, name)) if name in _INSTANTS else _text(row, name)
            if text:
                parts.append(f"{name}={len(text)}:{text}")
        what = " ".join(parts).encode("utf-8", "surrogatepass")  # JSON may bring half a character
        digest = blake2b(what, digest_size=16).hexdigest()
        number = self._seen[digest] = self._seen.get(digest, 0) + 1
        return digest if number == 1 else f"{digest}-{number}"

    def _instant(self, row: Row, name: str) -> datetime:
        """Give an instant; FOCUS has them in UTC, so one without an offset is in UTC too."""
        cell = row.cells.get(name)
        known = self._instants.get(cell) if isinstance(cell, str) else None
        if known is not None:
            return known
        at = row.stamp(name)
        try:
            at = at.replace(tzinfo=UTC) if at.utcoffset() is None else in_utc(at)
        except OverflowError:
            raise InvalidValue(f"{name} {at} is outside the years 1 to 9999") from None
        if isinstance(cell, str):
            self._instants[cell] = at
        return at


def _text(row: Row, name: str) -> str:
    cell = row.cells.get(name)
    if type(cell) is str:
        return "" if cell in _NULLS else cell
    return row.optional(name) or ""


def _first(row: Row, columns: tuple[str, ...]) -> str:
    for name in columns:
        if text := _text(row, name):
            return text
    raise InvalidValue(f"{', '.join(columns)} must not be empty")


def _one_of(row: Row, name: str, allowed: tuple[str, ...]) -> str:
    text = _text(row, name)
    if text not in allowed:
        raise InvalidValue(f"{name} must be {' or '.join(filter(None, allowed))}, got {text!r}")
    return text


def _number(row: Row, name: str) -> Fraction | None:
    cell = row.cells.get(name)
    if type(cell) is str:
        if cell in _NULLS:
            return None
        if "e" in cell.lower() and _SCIENTIFIC.fullmatch(cell):  # FOCUS 1.0 allows 35.2E-7
            return exact(Decimal(cell), name)
    return None if cell is None else row.number(name)


def _cost(row: Row) -> Fraction:
    cost = _number(row, "BilledCost")
    if cost is None:
        raise InvalidValue("BilledCost must not be empty")
    return cost


def _readable(row: Row, name: str) -> Fraction | None:
    try:
        return _number(row, name)
    except HarmonyError:
        return None

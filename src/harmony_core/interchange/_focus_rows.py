"""One row of a FOCUS table after the other: what it says, and what becomes of it.

Source: FinOps Open Cost and Usage Specification, https://focus.finops.org/focus-specification/
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from hashlib import blake2b
from typing import Protocol

import attrs

from harmony_core.errors import HarmonyError, InvalidValue
from harmony_core.finance import exact
from harmony_core.interchange._external_keys import CUSTOMER, METER, ExternalKeys
from harmony_core.interchange._faults import Asked
from harmony_core.interchange._tables import Row
from harmony_core.interchange._usage_outcomes import (
    AcceptedUsage,
    MissingKey,
    NotUsage,
    RejectedUsage,
    UnmappedUsage,
)
from harmony_core.periods import in_utc, local_day
from harmony_core.work import UsageRecord

CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")
INSTANTS = ("BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd")
NULLS = frozenset({"", "NULL", "null"})
_PLACE = re.compile(r"(:\d+|\[\d+\])$", re.ASCII)
"""Of a row within its file, at the end of its path."""
_SCIENTIFIC = re.compile(r"-?\d{1,50}(\.\d{1,50})?[Ee][+-]?\d{1,3}", re.ASCII)


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


class FocusLayout(Protocol):
    """What a reader asks of the columns that made it."""

    @property
    def system(self) -> str: ...
    @property
    def measure(self) -> FocusMeasure: ...
    @property
    def currency(self) -> str | None: ...
    @property
    def categories(self) -> tuple[str, ...]: ...
    @property
    def customer(self) -> tuple[str, ...]: ...
    @property
    def meter(self) -> tuple[str, ...]: ...
    @property
    def units(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def identity(self) -> tuple[str, ...]: ...
    @property
    def zone(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def part(self) -> str: ...


@attrs.frozen
class _Charge:
    category: str
    correction: bool
    since: datetime
    currency: str
    quantity: Fraction | None


class FocusRows:
    def __init__(self, columns: FocusLayout, keys: ExternalKeys) -> None:
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
        row = Row(row.path, row.cells, id=id_ or "", header=row.header)
        if charge is None or id_ is None or asked.faults:
            reason = "; ".join(dict.fromkeys(asked.faults))
            return RejectedUsage(row, reason, _readable(row, self._columns.measure.value))
        if why := self._no_usage(row, charge):
            return NotUsage(row, why, charge.quantity or Fraction(0))
        if why := self._unfit(charge):
            return RejectedUsage(row, why, charge.quantity)
        return self._mapped(row, charge, id_)

    def _charge(self, row: Row, asked: Asked) -> _Charge | None:
        category = asked(_one_of, row, "ChargeCategory", CATEGORIES)
        kind = asked(_one_of, row, "ChargeClass", ("Correction", ""))
        since = asked(self._instant, row, "ChargePeriodStart")
        until = asked(self._instant, row, "ChargePeriodEnd")
        asked(self._instant, row, "BillingPeriodStart")
        if since is not None and until is not None and until <= since:
            asked.faults.append("ChargePeriodEnd must be after ChargePeriodStart")
        code = asked(_first, row, ("BillingCurrency",))
        asked(_cost, row)
        quantity = asked(number, row, self._columns.measure.value)
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
        try:
            day = self._day(charge.since)
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
                origin=of.part or _PLACE.sub("", row.path),
            ),
        )

    def _id(self, row: Row) -> str:
        """Give digest of the identity, and which of the rows of that identity this one is."""
        parts = [f"={len(self._columns.part)}:{self._columns.part}"] if self._columns.part else []
        for name in self._columns.identity:
            text = str(self._instant(row, name)) if name in INSTANTS else _text(row, name)
            if text:
                parts.append(f"{name}={len(text)}:{text}")
        what = " ".join(parts).encode("utf-8", "surrogatepass")  # JSON may bring half a character
        digest = blake2b(what, digest_size=16).hexdigest()
        number = self._seen[digest] = self._seen.get(digest, 0) + 1
        return digest if number == 1 else f"{digest}-{number}"

    def _day(self, at: datetime) -> date:
        day = self._days.get(at)
        if day is None:
            try:
                day = self._days[at] = local_day(at, self._columns.zone)
            except OverflowError:
                raise InvalidValue(
                    f"ChargePeriodStart {at} is outside the years 1 to 9999"
                ) from None
        return day

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
        return "" if cell in NULLS else cell
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


def number(row: Row, name: str) -> Fraction | None:
    cell = row.cells.get(name)
    if type(cell) is str:
        if cell in NULLS:
            return None
        if "e" in cell.lower() and _SCIENTIFIC.fullmatch(cell):  # FOCUS 1.0 allows 35.2E-7
            return exact(Decimal(cell), name)
    return None if cell is None else row.number(name)


def _cost(row: Row) -> Fraction:
    cost = number(row, "BilledCost")
    if cost is None:
        raise InvalidValue("BilledCost must not be empty")
    return cost


def _readable(row: Row, name: str) -> Fraction | None:
    try:
        return number(row, name)
    except HarmonyError:
        return None

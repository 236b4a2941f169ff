"""Which column of a feed is what: a declaration, kept beside the contract with the other system."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, expect_each, kinds_checked
from harmony_core.finance import Exact, exact
from harmony_core.interchange._external_keys import CUSTOMER, METER, ExternalKeys
from harmony_core.interchange._faults import Asked
from harmony_core.interchange._tables import Row
from harmony_core.interchange._usage_outcomes import (
    AcceptedUsage,
    MissingKey,
    ReadRow,
    RejectedUsage,
    UnmappedUsage,
)
from harmony_core.periods import in_utc, instant_of, local_day, local_midnight
from harmony_core.work import UsageRecord


def as_pairs(value: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    listed = value.items() if isinstance(value, Mapping) else value
    try:
        found = tuple(dict(expect_each(listed, tuple | list, "pairs of names")).items())
    except ValueError as wrong:  # of ours, or of a pair that is none
        raise InvalidValue(
            f"give a name for each name, as in {{'a': 'b'}}, got {value!r}"
        ) from wrong
    for pair in found:
        expect_each(pair, str, "names and what they stand for")
    return found


def as_names(value: Collection[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InvalidValue(f"give a list of names, not the text {value!r}")
    return expect_each(value, str, "names")


def _factor(value: Exact) -> Fraction:
    return exact(value, "a factor")


@attrs.frozen(field_transformer=kinds_checked)
class UsageColumns:
    """Names the columns of a feed.

    Args:
        system: whose keys the rows hold.
        id: of the record, unique within its source; blanks around it, around ``replaces`` and
            ``subject`` are no part of them.
        customer: the key of the customer.
        meter: the key of the meter.
        quantity: an exact number; it may be empty in a row that withdraws a record.
        day: the civil day of the usage; without it, the day of the instant.
        at: the instant of the usage. Its day is that of ``zone``; without a zone it is the day
            that is written in it.
        subject: whom or what it was for.
        replaces: the id of an earlier record that this one replaces; may be empty.
        withdrawn: ``1`` or ``true`` in a row that takes that record away; ``0``, ``false`` or
            empty in any other.
        constants: cells that the rows do not have, by column.
        zone: the IANA zone of the feed; instants without an offset are read in it, and refused
            without it. A time that the clocks skip is the instant of the change; one that they
            show twice is the first of the two.
        factor: units of ours in one unit of the feed: 1/1024 from megabytes to gigabytes.
        source: of the records; the system, if it is not given.
        ours: kinds (``customer``, ``meter``) whose cells hold our own ids, which need no key.

    Raises:
        InvalidValue: neither day nor instant is named, or a constant or a zone is unknown.
    """

    system: str
    id: str = "id"
    customer: str = "customer"
    meter: str = "meter"
    quantity: str = "quantity"
    day: str | None = None
    at: str | None = None
    subject: str | None = None
    replaces: str | None = None
    withdrawn: str | None = None
    constants: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=as_pairs)
    zone: str | None = None
    factor: Fraction = attrs.field(default=Fraction(1), converter=_factor)
    source: str = ""
    ours: tuple[str, ...] = attrs.field(default=(), converter=as_names)

    def __attrs_post_init__(self) -> None:
        if not self.system:
            raise InvalidValue("a feed needs the name of its system: keys are unique within it")
        if self.day is None and self.at is None:
            raise InvalidValue("name the column of the day or of the instant of the usage")
        if self.zone is not None:
            local_midnight(date(2000, 1, 1), self.zone)  # refuses an unknown one
        if odd := sorted(set(self.ours) - {CUSTOMER, METER}):
            raise InvalidValue(f"a row has the kinds {CUSTOMER} and {METER}, not {odd[0]!r}")
        if unused := sorted(set(dict(self.constants)) - set(self.columns)):
            raise InvalidValue(f"the constant {unused[0]!r} is the cell of no named column")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are named, constants among them."""
        named = (
            self.id,
            self.customer,
            self.meter,
            self.quantity,
            self.day,
            self.at,
            self.subject,
            self.replaces,
            self.withdrawn,
        )
        return tuple(name for name in named if name is not None)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        constants = dict(self.constants)
        return tuple(name for name in self.columns if name not in constants)

    def billed(self, row: Row) -> None:
        """Rows of usage have no amounts."""

    def reader(self, keys: ExternalKeys) -> ReadRow:
        """Give what reads one row after the other of one feed."""
        return _Reader(self, keys)


class _Reader:
    def __init__(self, columns: UsageColumns, keys: ExternalKeys) -> None:
        self._columns, self._keys = columns, keys
        self._constants = dict(columns.constants)
        self._source = columns.source or columns.system

    def __call__(self, row: Row) -> AcceptedUsage | RejectedUsage | UnmappedUsage:
        if row.fault:
            return RejectedUsage(row, row.fault)
        of, asked = self._columns, Asked()
        read = row
        if self._constants:
            read = Row(row.path, {**row.cells, **self._constants})
        withdrawn = of.withdrawn is not None and bool(asked(read.flag, of.withdrawn, False))
        zero = Fraction(0) if withdrawn else None
        quantity = asked(read.number, of.quantity, zero)
        if quantity is not None and of.factor != 1:
            quantity *= of.factor
        id_ = asked(_name, read, of.id)
        customer, meter = asked(read.text, of.customer), asked(read.text, of.meter)
        subject = asked(_maybe, read, of.subject) or ""
        replaces = asked(_maybe, read, of.replaces)
        at, day = asked(self._time, read) or (None, None)
        if asked.faults or quantity is None or not (id_ and customer and meter and day):
            return RejectedUsage(row, "; ".join(asked.faults), quantity)
        customer_id, missing_customer = self._ours(CUSTOMER, customer, day)
        meter_id, missing_meter = self._ours(METER, meter, day)
        if customer_id is None or meter_id is None:
            missing = (missing_customer, missing_meter)
            return UnmappedUsage(row, tuple(one for one in missing if one), quantity)
        try:
            record = UsageRecord(
                id_,
                self._source,
                day,
                customer_id,
                meter_id,
                quantity,
                at=at,
                subject=subject,
                replaces=replaces,
                withdrawn=withdrawn,
            )
        except InvalidValue as reason:
            return RejectedUsage(row, str(reason), quantity)
        return AcceptedUsage(row, record)

    def _time(self, row: Row) -> tuple[datetime | None, date]:
        of = self._columns
        if of.at is None or (of.day is not None and row.cells.get(of.at) in (None, "")):
            return None, row.day(of.day or "")
        at = row.stamp(of.at)
        try:
            day, at = _day_and_instant(at, of.at, of.zone)
        except OverflowError:
            raise InvalidValue(f"{of.at} {at} is outside the years 1 to 9999") from None
        return at, day if of.day is None else row.day(of.day)

    def _ours(self, kind: str, key: str, day: date) -> tuple[str | None, MissingKey | None]:
        of = self._columns
        if kind in of.ours:
            return key, None
        id_ = self._keys.get(of.system, key, kind, day)
        return id_, None if id_ is not None else MissingKey(of.system, key, kind, day)


def _name(row: Row, name: str) -> str:
    """An id without blanks around it: what pads a column makes no other record."""
    if not (value := row.text(name).strip()):
        raise InvalidValue(f"{name} must not be empty")
    return value


def _maybe(row: Row, name: str | None) -> str | None:
    value = None if name is None else row.optional(name)
    return value.strip() or None if value else None


def _day_and_instant(at: datetime, name: str, zone: str | None) -> tuple[date, datetime]:
    if at.utcoffset() is None:
        if zone is None:
            raise InvalidValue(
                f"{name} {at} has no offset: name the zone of the feed, so that it is an instant"
            )
        at = instant_of(at, zone)
    return at.date() if zone is None else local_day(at, zone), in_utc(at)

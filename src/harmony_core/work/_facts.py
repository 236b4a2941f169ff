"""What happened: hours worked, money spent, units used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, expect, expect_each
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, Money, exact
from harmony_core.periods import InstantSpan, in_utc, local_day

_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)


def _hours(value: Exact) -> Fraction:
    return exact(value, "hours")


def _multiplier(value: Exact) -> Fraction:
    return exact(value, "a multiplier")


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


def hours_in(span: InstantSpan) -> Fraction:
    """Give the hours that passed, exactly: by instants, so that no clock change is counted."""
    return Fraction(span.elapsed // _MICROSECOND, _HOUR // _MICROSECOND)


@attrs.frozen
class WorkSubject:
    """For whom, at what and about what: all that coverage may look at, each part optional.

    Args:
        customer_id: for whom; without it the contract that is named says so.
        ticket: id of the ticket or task.
        asset_id: the device or licence that was worked on.
        service_item: the service agreed for it, where the contract names such items.
        user: who asked, on the customer's side.
        site: where, of the customer's sites.
        text: what was noted, in which keywords are looked for.
    """

    customer_id: str | None = None
    ticket: str = ""
    asset_id: str = ""
    service_item: str = ""
    user: str = ""
    site: str = ""
    text: str = ""


@attrs.frozen
class TimeEntry:
    """Somebody worked ``hours`` on ``day``.

    Without a contract and a line the entry is uncovered, unless a line's cover reaches it.
    ``multiplier`` weighs the hours for the customer (1.5 for a senior, 2 at night) and leaves the
    cost alone. Hours below zero take back hours of an earlier entry. ``recorded_on`` is the day on
    which the entry became known.

    Args:
        role: in which capacity, such as ``senior``.
        subject: for whom, at what and about what.
        worked: from when to when, where that is known: then the hours are those that passed (or
            take them back); a break makes two entries. :meth:`between` counts them.

    Raises:
        InvalidValue: a multiplier below zero, or hours other than those of ``worked``.
    """

    id: str
    person_id: str
    day: date
    hours: Fraction = attrs.field(converter=_hours)
    contract_id: str | None = None
    line_id: str | None = None
    work_type: str = ""
    multiplier: Fraction = attrs.field(default=Fraction(1), converter=_multiplier)
    started_at: time | None = None
    recorded_on: date | None = None
    role: str = ""
    subject: WorkSubject = WorkSubject()
    worked: InstantSpan | None = None

    def __attrs_post_init__(self) -> None:
        expect(self.day, date, f"day of time entry {self.id!r}")
        if self.recorded_on is not None:
            expect(self.recorded_on, date, f"recorded_on of time entry {self.id!r}")
        if self.worked is not None:
            expect(self.worked, InstantSpan, f"worked of time entry {self.id!r}")
        if self.worked is not None and abs(self.hours) != hours_in(self.worked):
            raise InvalidValue(
                f"time entry {self.id!r} says {exact_text(self.hours)} hours, but "
                f"{exact_text(hours_in(self.worked))} passed between its instants: "
                "correct one of them; a break makes two entries"
            )
        if self.multiplier < 0:
            raise InvalidValue(
                f"time entry {self.id!r} has a multiplier of {exact_text(self.multiplier)}: "
                "it must be zero or more; take hours back by hours below zero"
            )

    @classmethod
    def between(
        cls, entry_id: str, person_id: str, started: datetime, ended: datetime, zone: str
    ) -> TimeEntry:
        """Work between two instants, on the civil day of ``zone`` on which it began.

        >>> from datetime import UTC
        >>> half_past_midnight = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
        >>> half_past_three = datetime(2026, 3, 29, 2, 30, tzinfo=UTC)  # on the clocks of London
        >>> night = half_past_midnight, half_past_three
        >>> entry = TimeEntry.between("T-1", "anna", *night, "Europe/London")
        >>> entry.hours, str(entry.day)
        (Fraction(2, 1), '2026-03-29')
        """
        worked = InstantSpan(started, ended)
        day = local_day(worked.start, zone)
        return cls(entry_id, person_id, day, hours_in(worked), worked=worked)

    @classmethod
    def of_minutes(cls, entry_id: str, person_id: str, day: date, minutes: Exact) -> TimeEntry:
        """Work of so many minutes.

        >>> TimeEntry.of_minutes("T-1", "anna", date(2026, 3, 2), 80).hours
        Fraction(4, 3)
        """
        return cls(entry_id, person_id, day, exact(minutes, "minutes") / 60)

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day


def _receipts(receipts: Iterable[str]) -> tuple[str, ...]:
    return (receipts,) if isinstance(receipts, str) else expect_each(receipts, str, "receipts")


@attrs.frozen
class Expense:
    """Somebody spent ``amount`` on ``day``, in the currency in which it was paid.

    Args:
        category: what for, such as ``hotel``; it may have terms of its own.
        subject: for whom, at what and about what.
        receipts: ids of the receipts; the host keeps what they show.
    """

    id: str
    person_id: str
    day: date
    amount: Money
    contract_id: str | None = None
    line_id: str | None = None
    category: str = ""
    recorded_on: date | None = None
    subject: WorkSubject = WorkSubject()
    receipts: tuple[str, ...] = attrs.field(default=(), converter=_receipts)

    def __attrs_post_init__(self) -> None:
        expect(self.day, date, f"day of expense {self.id!r}")
        expect(self.amount, Money, f"amount of expense {self.id!r}", 'Money.of("84.00", "EUR")')
        if self.recorded_on is not None:
            expect(self.recorded_on, date, f"recorded_on of expense {self.id!r}")

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day


def _instant(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise InvalidValue(f"an instant of usage is an aware datetime, got {value!r}")
    return in_utc(value)


@attrs.frozen
class UsageRecord:
    """A meter ran ``quantity`` units for a customer on ``day``.

    ``source`` and ``id`` together identify the record: the same pair delivered again is the same
    fact. A quantity below zero takes back units of an earlier record and leaves it in its place.

    Args:
        day: the civil day that the usage belongs to, and so the period in which it is billed.
        quantity: units, or the level that the meter showed.
        recorded_on: the day on which the record became known; ``day`` where it is not given.
        at: the instant of the usage, or from which the level holds; kept in UTC.
        subject: whom or what it was for (a user, a host), where different ones are counted.
        replaces: the id of an earlier record of the same source. From the day on which this record
            is known it stands in that one's place, on its own ``day``.
        withdrawn: it stands there empty: the earlier record never happened.
        origin: the file, or the part of an export, that it was read from, where its id was counted
            within that. The same id from another origin may be another fact, so it is refused.

    Raises:
        InvalidValue: a quantity that is not exact, an instant without a zone, a record that
            replaces itself, or one that withdraws nothing or leaves a quantity.

    >>> from datetime import UTC
    >>> day, at = date(2026, 3, 4), datetime(2026, 3, 4, 23, 55, tzinfo=UTC)
    >>> first = UsageRecord("u1", "probe", day, "K-1", "traffic", 12, at=at)
    >>> better = attrs.evolve(first, id="u2", quantity=9, replaces="u1")
    >>> never = UsageRecord("u3", "probe", day, "K-1", "traffic", 0, replaces="u2", withdrawn=True)
    """

    id: str
    source: str
    day: date
    customer_id: str
    meter: str
    quantity: Fraction = attrs.field(converter=_quantity)
    recorded_on: date | None = None
    at: datetime | None = attrs.field(default=None, converter=_instant)
    subject: str = ""
    replaces: str | None = None
    withdrawn: bool = False
    origin: str = ""

    def __attrs_post_init__(self) -> None:
        if type(self.day) is not date:  # asked first: records come by the million
            expect(self.day, date, f"day of usage record {self.id!r}")
        if self.recorded_on is not None:
            expect(self.recorded_on, date, f"recorded_on of usage record {self.id!r}")
        if self.replaces == self.id:
            raise InvalidValue(
                f"usage record {self.id!r} replaces itself: give the replacement an id of its own"
            )
        if self.withdrawn and self.replaces is None:
            raise InvalidValue(
                f"usage record {self.id!r} withdraws nothing: say with replaces which record it "
                "takes away"
            )
        if self.withdrawn and self.quantity:
            raise InvalidValue(
                f"usage record {self.id!r} withdraws {self.replaces!r} and has a quantity of "
                f"{exact_text(self.quantity)}: give it zero, or let it replace without withdrawing"
            )

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day

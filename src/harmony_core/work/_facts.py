"""What happened: hours worked, money spent, units used."""

from __future__ import annotations

from datetime import date, time
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, Money, exact


def _hours(value: Exact) -> Fraction:
    return exact(value, "hours")


def _multiplier(value: Exact) -> Fraction:
    return exact(value, "a multiplier")


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


@attrs.frozen
class TimeEntry:
    """Somebody worked ``hours`` on ``day``.

    Without a contract and a line the entry is uncovered. ``multiplier`` weighs the hours for the
    customer (1.5 for a senior, 2 at night) and leaves the cost alone. Hours below zero take back
    hours of an earlier entry. ``recorded_on`` is the day on which the entry became known.
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

    def __attrs_post_init__(self) -> None:
        if self.multiplier < 0:
            raise InvalidValue(
                f"time entry {self.id!r} has a multiplier of {exact_text(self.multiplier)}: "
                "it must be zero or more; take hours back by hours below zero"
            )

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day


@attrs.frozen
class Expense:
    """Somebody spent ``amount`` on ``day``, in the currency in which it was paid."""

    id: str
    person_id: str
    day: date
    amount: Money
    contract_id: str | None = None
    line_id: str | None = None
    category: str = ""
    recorded_on: date | None = None

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day


@attrs.frozen
class UsageRecord:
    """A meter ran ``quantity`` units for a customer on ``day``.

    ``source`` and ``id`` together identify the record: the same pair delivered again is the same
    fact. A quantity below zero corrects an earlier record.
    """

    id: str
    source: str
    day: date
    customer_id: str
    meter: str
    quantity: Fraction = attrs.field(converter=_quantity)
    recorded_on: date | None = None

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day

"""One price: what costs how much, for whom, and on which days."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.pricing._scheme import Scheme, require_scheme

NO_END = date.max.toordinal()
"""The number of the last day of all: that of a price without end."""


@attrs.frozen
class PriceEntry:
    """``product_id`` costs ``scheme`` in ``currency``, from the first day to the last, inclusive.

    ``last_day`` ``None`` has no end. Without ``customer_id`` and ``customer_group`` the price is
    for everybody; with both it is for that customer while he is in that group. The ``id`` is
    optional, and names the entry in explanations and errors.

    Raises:
        InvalidValue: the scheme is in another currency, an empty name, a day that is no plain
            date, or a last day before the first.
    """

    product_id: str
    currency: str
    scheme: Scheme
    first_day: date
    last_day: date | None = None
    customer_group: str | None = attrs.field(default=None, kw_only=True)
    customer_id: str | None = attrs.field(default=None, kw_only=True)
    id: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        for name in ("product_id", "currency"):
            expect(getattr(self, name), str, f"{name} of a price")
        for name in ("customer_group", "customer_id", "id"):
            expect(getattr(self, name), str | None, f"{name} of a price")
        require_scheme(self.scheme)
        for name in ("product_id", "customer_group", "customer_id", "id"):
            if getattr(self, name) == "":
                raise InvalidValue(f"{name} of a price is empty: name it, or leave it out")
        for name, day in (("first_day", self.first_day), ("last_day", self.last_day)):
            if type(day) is not date and not (day is None and name == "last_day"):
                raise InvalidValue(f"{name} of {self.label} must be a plain date, got {day!r}")
        if self.last_day is not None and self.last_day < self.first_day:
            raise InvalidValue(
                f"{self.label} ends on {self.last_day}, before it begins on {self.first_day}"
            )
        if self.scheme.currency != self.currency:
            raise InvalidValue(
                f"{self.label} is in {self.currency}, but its scheme gives {self.scheme.currency}: "
                "a price is never converted in silence, so write the scheme in that currency"
            )

    @property
    def label(self) -> str:
        """What messages call it: its id, or else its product."""
        return f"price {self.id!r}" if self.id else f"the price of {self.product_id!r}"

    @property
    def span(self) -> str:
        """Its days as ISO 8601 writes an interval: ``2026-01-01/2026-12-31``, or ``…/..``."""
        return f"{self.first_day}/{self.last_day or '..'}"

    def holds_on(self, day: date) -> bool:
        """Say whether the price is valid on ``day``."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


Whom: TypeAlias = tuple[str, str, str | None, str | None]
"""Product, currency, customer and group: whom a price is for."""


def whom_of(entry: PriceEntry) -> Whom:
    """Give what two prices must share to answer the same question."""
    return entry.product_id, entry.currency, entry.customer_id, entry.customer_group


def day_numbers(entry: PriceEntry) -> tuple[int, int]:
    """Give the numbers of its first and last day."""
    last = NO_END if entry.last_day is None else entry.last_day.toordinal()
    return entry.first_day.toordinal(), last


def in_full(entry: PriceEntry) -> str:
    """Name a price with all that tells it from others."""
    whom = for_whom(entry.customer_id, entry.customer_group)
    where = f"of {entry.product_id!r} " if entry.id else ""
    return f"{entry.label} {where}in {entry.currency} for {whom} {days_in_words(entry)}"


def for_whom(customer_id: str | None, customer_group: str | None) -> str:
    """Name the buyers of a price in the words of an error."""
    if customer_id is None:
        return "everybody" if customer_group is None else f"customer group {customer_group!r}"
    group = "" if customer_group is None else f" in group {customer_group!r}"
    return f"customer {customer_id!r}{group}"


def days_in_words(entry: PriceEntry) -> str:
    """Name the days of a price in the words of an error."""
    if entry.last_day is None:
        return f"from {entry.first_day} on"
    return f"from {entry.first_day} to {entry.last_day}"

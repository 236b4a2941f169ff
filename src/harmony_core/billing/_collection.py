"""Direct debits as data: which open items are collected on a day, from which accounts.

The rules are those of Bacs: entry on a working day, files sent two working days before it, sort
codes of six digits and account numbers of eight. A writer of the bank's file is an adapter.

Source: Bacs Payment Schemes Limited, "the Bacs processing cycle": input, processing, entry.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from datetime import date, timedelta

import attrs

from harmony_core.billing._open_items import OpenItem
from harmony_core.errors import InvalidValue
from harmony_core.finance import Money

_SATURDAY = 5


def _sort_code(value: str) -> str:
    """Six digits, also in pairs with hyphens or blanks between."""
    pairs = re.fullmatch(r"([0-9]{2})[- ]([0-9]{2})[- ]([0-9]{2})", value)
    return "".join(pairs.groups()) if pairs else value


@attrs.frozen
class BankAccount:
    """A bank account in the United Kingdom; sort codes are read with or without hyphens.

    Only the form is checked: whether a sort code and a number belong together is the bank's table.

    Raises:
        InvalidValue: the sort code has not six digits, the account number not eight, or no name.

    >>> BankAccount("20-00-00", "55779911", "Acme Ltd").sort_code
    '200000'
    """

    sort_code: str = attrs.field(converter=_sort_code)
    number: str
    name: str

    def __attrs_post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{6}", self.sort_code):
            raise InvalidValue(f"a sort code has six digits, got {self.sort_code!r}")
        if not re.fullmatch(r"[0-9]{8}", self.number):
            raise InvalidValue(f"an account number has eight digits, got {self.number!r}")
        if not self.name.strip():
            raise InvalidValue("an account has the name of its holder")


@attrs.frozen
class Mandate:
    """A customer's leave to collect: under a reference, from an account, from a day on."""

    reference: str
    party_id: str
    account: BankAccount
    signed_on: date
    ended_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it stands on a day; on the day it ends it does no more."""
        return self.signed_on <= day and (self.ended_on is None or day < self.ended_on)


@attrs.frozen
class CollectionRow:
    """One debit: the whole open part of one item."""

    item_id: str
    party_id: str
    mandate_reference: str
    account: BankAccount
    amount: Money


@attrs.frozen
class NotCollected:
    """An item that is left out, and why."""

    item_id: str
    reason: str


@attrs.frozen
class CollectionBatch:
    """What is collected on one day in one currency; ``total`` is the control total of the file.

    Args:
        input_day: the last day on which the file may be sent, two working days before.
        due_day: the working day of entry.
    """

    id: str
    input_day: date
    due_day: date
    currency: str
    rows: tuple[CollectionRow, ...]
    left_out: tuple[NotCollected, ...]

    @property
    def count(self) -> int:
        """The number of debits."""
        return len(self.rows)

    @property
    def total(self) -> Money:
        """What is collected in all."""
        return sum((row.amount for row in self.rows), Money.zero(self.currency))


def working_day(day: date, holidays: Container[date] = (), moved_by: int = 0) -> date:
    """The working day on a day or next after it, moved by so many working days.

    Working days are Monday to Friday without the given holidays.

    >>> working_day(date(2026, 4, 3), {date(2026, 4, 3), date(2026, 4, 6)})
    datetime.date(2026, 4, 7)
    >>> working_day(date(2026, 4, 7), {date(2026, 4, 3), date(2026, 4, 6)}, moved_by=-2)
    datetime.date(2026, 4, 1)
    """
    while day.weekday() >= _SATURDAY or day in holidays:
        day += timedelta(days=1)
    step = timedelta(days=1 if moved_by > 0 else -1)
    for _ in range(abs(moved_by)):
        day += step
        while day.weekday() >= _SATURDAY or day in holidays:
            day += step
    return day


def collection_batch(
    id: str,  # noqa: A002  the field's own name
    items: Iterable[OpenItem],
    mandates: Mapping[str, Mandate],
    wanted: date,
    *,
    holidays: Container[date] = (),
    currency: str = "GBP",
) -> CollectionBatch:
    """Gather the open items that are due by a day into one collection.

    Entry is on the wanted day, or on the next working day. Every item is in the batch or in
    ``left_out`` with its reason: of another currency, due later, or without a mandate that holds.

    Args:
        id: of the batch.
        items: open, see ``ReceivablesLedger.open_items``.
        mandates: by customer.
        wanted: the day on which the money should move.
        holidays: of the bank; Saturdays and Sundays are free anyhow.
        currency: of the scheme.
    """
    entry = working_day(wanted, holidays)
    rows, left_out = [], []
    for item in sorted(items, key=lambda item: (item.due_day, item.id)):
        mandate = mandates.get(item.party_id)
        reason = _reason(item, mandate, entry, currency)
        if reason is not None:
            left_out.append(NotCollected(item.id, reason))
        elif mandate is not None:
            rows.append(
                CollectionRow(item.id, item.party_id, mandate.reference, mandate.account, item.open)
            )
    sent = working_day(entry, holidays, moved_by=-2)
    return CollectionBatch(id, sent, entry, currency, tuple(rows), tuple(left_out))


def _reason(item: OpenItem, mandate: Mandate | None, entry: date, currency: str) -> str | None:
    if item.open.currency != currency:
        return f"it is in {item.open.currency}, this collection is in {currency}"
    if item.due_day > entry:
        return f"it is due on {item.due_day}, after {entry}"
    if mandate is None:
        return f"customer {item.party_id!r} has given no mandate: add one"
    if not mandate.holds_on(entry):
        return f"mandate {mandate.reference!r} does not stand on {entry}: get a new one"
    return None

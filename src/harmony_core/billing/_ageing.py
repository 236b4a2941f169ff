"""How long money has been owed: open items in buckets of days overdue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

import attrs

from harmony_core.billing._open_items import OnAccount, OpenItem
from harmony_core.errors import InvalidValue
from harmony_core.finance import Money


@attrs.frozen
class AgeingBucket:
    """Items overdue by ``first`` to ``last`` days, both included; ``None`` is without an end.

    Not due yet is zero days overdue or fewer: ``AgeingBucket(None, 0, ...)``.
    """

    first: int | None
    last: int | None
    amount: Money
    item_ids: tuple[str, ...]


@attrs.frozen
class Ageing:
    """What is open in one currency; the buckets add up to ``open``, and are never netted.

    ``on_account`` is what customers paid and no item has taken: it stands beside the buckets.
    """

    currency: str
    buckets: tuple[AgeingBucket, ...]
    on_account: Money

    @property
    def open(self) -> Money:
        """Everything that is owed."""
        return sum((bucket.amount for bucket in self.buckets), Money.zero(self.currency))

    @property
    def overdue(self) -> Money:
        """What should have been paid by now."""
        return self.open - self.buckets[0].amount

    @property
    def balance(self) -> Money:
        """What is owed less what is on account."""
        return self.open - self.on_account


def days_overdue(due_day: date, as_of: date) -> int:
    """Days since the last day in time: below one while the item is not overdue."""
    return (as_of - due_day).days


def ageing(
    items: Iterable[OpenItem],
    as_of: date,
    limits: Sequence[int] = (30, 60, 90),
    on_account: Iterable[OnAccount] = (),
) -> tuple[Ageing, ...]:
    """Sort open items by days overdue, each currency apart, in the order of their codes.

    Args:
        items: as of the same day, see ``ReceivablesLedger.open_items``.
        as_of: the day that asks; an item is overdue from the day after its due day on.
        limits: the last day overdue of each bucket; one without an end follows.
        on_account: what is left of payments and credit notes.

    Raises:
        InvalidValue: the limits do not rise from one on.

    >>> from harmony_core.finance import Money
    >>> owed, nothing = Money.of("119.00", "EUR"), Money.zero("EUR")
    >>> item = OpenItem(
    ...     "I-1", "DE", "K-1", date(2026, 1, 1), date(2026, 1, 31), owed, nothing, nothing
    ... )
    >>> [report] = ageing([item], date(2026, 3, 2))
    >>> [
    ...     (bucket.first, bucket.last, str(bucket.amount))
    ...     for bucket in report.buckets
    ...     if bucket.amount
    ... ]
    [(1, 30, '119.00 EUR')]
    """
    bounds = [0, *limits]
    if any(later <= earlier for earlier, later in pairwise(bounds)):
        raise InvalidValue(f"limits of ageing rise from 1 on, got {list(limits)}")
    by_currency: defaultdict[str, list[OpenItem]] = defaultdict(list)
    left: defaultdict[str, list[Money]] = defaultdict(list)
    for item in items:
        by_currency[item.amount.currency].append(item)
    for credit in on_account:
        left[credit.amount.currency].append(credit.left)
    return tuple(
        Ageing(
            currency,
            _buckets(by_currency[currency], currency, as_of, bounds),
            sum(left[currency], Money.zero(currency)),
        )
        for currency in sorted({*by_currency, *left})
    )


def _buckets(
    items: Iterable[OpenItem], currency: str, as_of: date, bounds: Sequence[int]
) -> tuple[AgeingBucket, ...]:
    held: list[list[OpenItem]] = [[] for _ in range(len(bounds) + 1)]
    for item in items:
        late = days_overdue(item.due_day, as_of)
        held[sum(late > bound for bound in bounds)].append(item)
    firsts = [None, *(bound + 1 for bound in bounds)]
    lasts = [*bounds, None]
    return tuple(
        AgeingBucket(
            first,
            last,
            sum((item.open for item in found), Money.zero(currency)),
            tuple(item.id for item in found),
        )
        for first, last, found in zip(firsts, lasts, held, strict=True)
    )

"""Device days: the civil days on which a thing was there at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import attrs

from harmony_core.errors import InvalidValue, expect, expect_each
from harmony_core.periods._instants import in_utc, local_day
from harmony_core.periods._span import Span

Change = tuple[datetime, bool]
"""When a thing came (True) or went (False)."""


@attrs.frozen
class Presence:
    """How many device days a period has, and what that is in things present all the time.

    Attributes:
        days: days present, added up over all things.
        full: the full period that a price pays for.
    """

    days: int
    full: Span

    @property
    def units(self) -> Fraction:
        """Device days over the days of the full period, exactly."""
        return Fraction(self.days, self.full.days)


def presence(
    things: Iterable[Iterable[Change]],
    period: Span,
    zone: str = "UTC",
    full: Span | None = None,
) -> Presence:
    """Count the device days of ``period``, each thing by its own changes.

    Args:
        things: for each thing when it came and went, in any order; aware datetimes.
        period: the civil days that count.
        zone: the IANA zone whose days they are.
        full: the full period, where ``period`` is a stub of it; ``period`` itself by default.

    Raises:
        InvalidValue: the full period has no days.

    >>> from datetime import UTC, date
    >>> july = Span.of_days(date(2026, 7, 1), date(2026, 7, 31))
    >>> gone = datetime(2026, 7, 10, 8, tzinfo=UTC)
    >>> str(presence([[(datetime(2026, 6, 1, tzinfo=UTC), True), (gone, False)]], july).units)
    '10/31'
    """
    expect(period, Span, "the period of device days", "Span.of_days(first, last)")
    expect(full, Span | None, "the full period of device days")
    of = period if full is None else full
    if not of:
        raise InvalidValue(f"device days of a full period without days: {of}")
    each = expect_each(things, Iterable, "things, each with its changes")
    return Presence(sum(days_present(changes, period, zone) for changes in each), of)


def days_present(changes: Iterable[Change], period: Span, zone: str = "UTC") -> int:
    """Count the civil days of ``period`` on which one thing was there at any time.

    The days it came and went count too, and a day counts once, however often it came and went.
    Coming while there, or going while away, changes nothing.

    Source: device days as Lago counts a prorated unique count.
    """
    expect(period, Span, "the period of device days", "Span.of_days(first, last)")
    given: Iterable[Any] = changes
    pairs: tuple[Any, ...] = expect_each(given, tuple | list, "changes of presence")
    for change in pairs:
        if len(change) != 2:
            raise InvalidValue(f"a change is an instant and whether it came, got {change!r}")
        expect(change[0], datetime, "the instant of a change")
    counted, uncounted = 0, period.start
    for stay in _stays(pairs, period.end, zone):
        first, end = max(stay.start, uncounted), min(stay.end, period.end)
        if first < end:
            counted += (end - first).days
            uncounted = end
    return counted


def _stays(changes: Iterable[Change], until: date, zone: str) -> Iterator[Span]:
    """List the days of each stay, oldest first; one that lasts ends with the period."""
    since: date | None = None
    for at, present in sorted(changes, key=lambda change: in_utc(change[0])):
        if present and since is None:
            since = local_day(at, zone)
        elif not present and since is not None:
            yield Span.of_days(since, max(since, local_day(at, zone)))
            since = None
    if since is not None and since < until:
        yield Span(since, until)

"""A device and the days on which it is active."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.periods import Span

Window: TypeAlias = tuple[date, date | None]
"""Active from the first day until before the second; ``None`` for a device still there."""


def joined(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Put windows in order and join those that overlap or touch; drop those without a day."""
    result: list[Window] = []
    for on, off in sorted(windows, key=lambda window: (window[0], window[1] or date.max)):
        if off is not None and off < on:
            raise InvalidValue(f"a device cannot go off on {off} before it came on, on {on}")
        if off == on:
            continue
        if result and (result[-1][1] is None or on <= result[-1][1]):
            last_on, last_off = result[-1]
            later = None if last_off is None or off is None else max(last_off, off)
            result[-1] = (last_on, later)
        else:
            result.append((on, off))
    return tuple(result)


@attrs.frozen
class Device:
    """Something that counts: hardware, or an installed piece of software.

    ``active`` holds its :data:`Window` values in order; given ones are sorted, and joined where
    they overlap, so a device that two sources report is one device. It is active on ``day`` when
    it came on that day or before and had not gone off by then. ``registered_on`` is the day on
    which the device itself became known: its events count as known from then on, not before.

    >>> back = Device(
    ...     "D-1",
    ...     "laptop",
    ...     "K-1",
    ...     [(date(2026, 4, 1), date(2026, 4, 11)), (date(2026, 4, 20), None)],
    ... )
    >>> back.is_active(date(2026, 4, 10)), back.is_active(date(2026, 4, 11))
    (True, False)
    """

    id: str
    type: str
    customer_id: str
    active: tuple[Window, ...] = attrs.field(default=(), converter=joined)
    registered_on: date | None = None

    def is_active(self, day: date) -> bool:
        """Tell whether the device is active on ``day``."""
        return any(on <= day and (off is None or day < off) for on, off in self.active)

    def active_in(self, period: Span) -> Iterator[Span]:
        """Give the parts of ``period`` in which the device is active, in order."""
        for on, off in self.active:
            start = max(on, period.start)
            end = period.end if off is None else min(off, period.end)
            if start < end:
                yield Span(start, end)

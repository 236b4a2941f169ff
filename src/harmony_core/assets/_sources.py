"""Snapshots put together by source and id: when each was seen in which form, and when missed.

A source may be read twice a day, or its file come twice: what any snapshot of a day saw was there
on that day. So neither the order nor the repetition of snapshots matters.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import attrs

from harmony_core.assets._sightings import Sighting, Snapshot, SourceKey, in_order


@attrs.frozen
class Presence:
    """Seen from ``start`` until it was missed on ``end``; ``None`` while it is still seen.

    ``known_start`` and ``known_end`` are the days on which the one and the other became known.
    """

    start: date
    known_start: date
    end: date | None
    known_end: date | None


class Sources:
    """What each source saw, as far as it was known on a day."""

    def __init__(self, snapshots: Iterable[Snapshot], known: date) -> None:
        self._seen: defaultdict[SourceKey, dict[date, dict[Sighting, Sighting]]]
        self._seen = defaultdict(lambda: defaultdict(dict))
        self._seen_known: dict[tuple[SourceKey, date], date] = {}
        complete: defaultdict[str, dict[date, date]] = defaultdict(dict)
        for snapshot in snapshots:
            if snapshot.known_on > known or snapshot.day > known:
                continue
            day, arrived = snapshot.day, snapshot.known_on
            if snapshot.complete:
                first = complete[snapshot.source].get(day, arrived)
                complete[snapshot.source][day] = min(first, arrived)
            for one in snapshot.sightings:
                forms = self._seen[one.key][day]
                forms[one] = min(forms.get(one, one), one, key=lambda it: it.name)
                place = one.key, day
                self._seen_known[place] = min(self._seen_known.get(place, arrived), arrived)
        self._complete = {source: sorted(days) for source, days in complete.items()}
        self._complete_known = complete
        self._days = {key: sorted(days) for key, days in self._seen.items()}

    @property
    def keys(self) -> list[SourceKey]:
        """Every source and id that was ever seen, in order."""
        return sorted(self._days)

    def __contains__(self, key: object) -> bool:
        return key in self._days

    def first_day(self, key: SourceKey) -> date:
        """The first day on which it was seen, in whatever form."""
        return self._days[key][0]

    def last(self, key: SourceKey) -> Sighting:
        """The form in which it was seen last; of several that day the first in order."""
        return self.forms_of_last_day(key)[0]

    def last_day(self, key: SourceKey) -> date:
        """The last day on which it was seen."""
        return self._days[key][-1]

    def forms_of_last_day(self, key: SourceKey) -> list[Sighting]:
        """All forms in which it was seen on the last day: more than one is a conflict."""
        return sorted(self._seen[key][self._days[key][-1]].values(), key=in_order)

    def since(self, key: SourceKey, after: date | None = None) -> date:
        """The first day of the form in which it was seen last, without another in between.

        Days up to ``after``, when an earlier decision began to stand, are not looked at.
        """
        form, since = self.last(key), self._days[key][-1]
        for day in reversed(self._days[key]):
            if form not in self._seen[key][day] or (after is not None and day <= after):
                break
            since = day
        return since

    def presences(self, key: SourceKey, start: date, end: date | None) -> list[Presence]:
        """The days on which it was there, of those from ``start`` until before ``end``.

        It counts as there on ``start``, because that was decided, until a complete snapshot of a
        later day misses it. A partial snapshot, or a day without any, misses nothing.
        """
        seen = [day for day in self._days.get(key, ()) if start <= day and not _over(day, end)]
        found: list[Presence] = []
        first, known_first, last = start, start, start
        for day in [*seen, None]:
            missed = self._missed_after(key[0], last, day, end)
            if missed is not None:
                known = self._complete_known[key[0]][missed]
                found.append(Presence(first, known_first, missed, known))
                if day is not None:
                    first, known_first = day, self._seen_known[key, day]
            if day is not None:
                last = day
            elif missed is None:
                found.append(Presence(first, known_first, None, None))
        return found

    def _missed_after(
        self, source: str, last: date, day: date | None, end: date | None
    ) -> date | None:
        """The first complete snapshot after ``last`` that misses it: before it is seen again."""
        days = self._complete.get(source, [])
        place = bisect_right(days, last)
        stop = len(days) if day is None else bisect_left(days, day)
        if end is not None:
            stop = min(stop, bisect_left(days, end))
        return days[place] if place < stop else None


def _over(day: date, end: date | None) -> bool:
    return end is not None and day >= end


def days_later(day: date, days: int) -> date:
    """The day so many days later; the last there is, beyond it."""
    return date.max if days > (date.max - day).days else day + timedelta(days=days)

"""What is promised: targets by name, and the terms under which a clock counts towards them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from types import NoneType

import attrs

from harmony_core.errors import InvalidValue, NotFound, Word, expect, expect_each, expect_name
from harmony_core.sla._durations import DueAt, WorkingDays
from harmony_core.sla._index import OpenIndex
from harmony_core.sla._open_time import OpenTime


class OnChange(Word):
    """What becomes of the time that was used before priority, contract or calendar change."""

    RETROACTIVE = "retroactive"
    """As though the new terms had held from the beginning; pauses stay pauses."""
    RETROACTIVE_WITHOUT_PAUSES = "retroactive_without_pauses"
    """The same, and what was paused before the change counts as though it had not been."""
    RESTART = "restart"
    """Nothing is used: the clock begins anew at the change."""
    CARRY = "carry"
    """Used time stays as it was counted; the new terms count from the change on."""


def _levels(levels: Iterable[int | str | Decimal | Fraction]) -> tuple[Fraction, ...]:
    if isinstance(levels, str | bytes) or not isinstance(levels, Iterable):
        raise InvalidValue(f"warning levels are a list of percentages such as [75], got {levels!r}")
    found = set[Fraction]()
    for level in levels:
        if isinstance(level, bool | float):
            raise InvalidValue(f"a warning level is an exact percentage such as 75, got {level!r}")
        try:
            found.add(Fraction(level))
        except (TypeError, ValueError, ZeroDivisionError):
            raise InvalidValue(
                f"a warning level is a percentage such as 75, got {level!r}"
            ) from None
    if found and min(found) <= 0:
        raise InvalidValue(f"a warning level is above 0 percent, got {min(found)}")
    return tuple(sorted(found))


def a_calendar(value: object) -> OpenTime:
    """Refuse what is no calendar."""
    if not isinstance(getattr(value, "open_index", None), OpenIndex):
        raise InvalidValue(f"a clock runs on a calendar such as Calendar.of(...), got {value!r}")
    found: OpenTime = value  # type: ignore[assignment]  # it has an index
    return found


@attrs.frozen
class Target:
    """Something that is promised within so much open time, or so many working days.

    People write :meth:`of`. Working days are turned into open time where the clock begins: what is
    open from then until they are over.

    Args:
        name: such as ``respond``, ``plan`` or ``resolve``.
        time: open time above zero, or ``None`` where it is working days.
        working_days: those.
        warn_at: percentages of it at which somebody is told; above 100 they are escalations.
        pausable: ``False`` where it runs on while the clock is paused.
        calendar: its own, such as one that never closes; ``None`` is that of the terms.

    Raises:
        InvalidValue: nothing is promised, or twice; a target of no time is none at all.
    """

    name: str
    time: timedelta | None = None
    working_days: WorkingDays | None = None
    warn_at: tuple[Fraction, ...] = attrs.field(default=(), converter=_levels)
    pausable: bool = True
    calendar: OpenTime | None = attrs.field(
        default=None, converter=attrs.converters.optional(a_calendar)
    )

    def __attrs_post_init__(self) -> None:
        expect_name(self.name, "name of a target")
        expect(self.pausable, bool, "whether a target is pausable")
        if (self.time is None) == (self.working_days is None):
            raise InvalidValue(f"target {self.name!r} needs either time or working days")
        days = self.working_days
        expect(days, WorkingDays | NoneType, f"working days of target {self.name!r}")
        expect(self.time, timedelta | NoneType, f"time of target {self.name!r}", "hours(8)")
        if self.time is not None and self.time < timedelta():
            raise InvalidValue(f"target {self.name!r} needs time above zero, got {self.time}")
        nothing = self.time == timedelta()
        if nothing or (days is not None and days.count == 0 and days.at is not DueAt.CLOSE):
            raise InvalidValue(
                f"target {self.name!r} leaves no time: leave it out where nothing is promised"
            )

    @classmethod
    def of(
        cls,
        name: str,
        within: timedelta | WorkingDays,
        *,
        warn_at: Iterable[int | str | Decimal | Fraction] = (),
        pausable: bool = True,
        calendar: OpenTime | None = None,
    ) -> Target:
        """Promise something within open time or working days.

        >>> from harmony_core.sla import hours
        >>> Target.of("resolve", hours(8), warn_at=[50, 75]).time
        datetime.timedelta(seconds=28800)
        """
        days = within if isinstance(within, WorkingDays) else None
        time = None if isinstance(within, WorkingDays) else within
        return cls(name, time, days, warn_at, pausable, calendar)

    def open_time(self, calendar: OpenTime, begin: datetime) -> timedelta:
        """Give what is promised as open time, for a clock that begins then."""
        a_calendar(calendar)
        if self.time is not None:
            return self.time
        assert self.working_days is not None
        return calendar.between(begin, calendar.add(begin, self.working_days).due)


def _each_target(targets: Iterable[Target]) -> tuple[Target, ...]:
    return expect_each(targets, Target, "targets")


@attrs.frozen
class ClockTerms:
    """The calendar on which a clock runs, and what is promised; usually from a policy.

    Raises:
        InvalidValue: nothing is promised, or two targets have one name.

    >>> from harmony_core.sla import Calendar, hours
    >>> office = Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"})
    >>> ClockTerms.of(office, respond=hours(1), resolve=hours(8)).names
    ('respond', 'resolve')
    """

    calendar: OpenTime = attrs.field(converter=a_calendar)
    targets: tuple[Target, ...] = attrs.field(converter=_each_target)

    def __attrs_post_init__(self) -> None:
        if not self.targets:
            raise InvalidValue("terms promise at least one target")
        for name in self.names:
            if self.names.count(name) > 1:
                raise InvalidValue(f"terms name target {name!r} twice: each has its own name")

        for target in self.targets:
            zones, days = self.calendar_of(target).zones, target.working_days
            if days is not None and days.zone is None and len(zones) != 1:
                raise InvalidValue(
                    f"target {target.name!r} is in working days, on a calendar of "
                    f"{', '.join(sorted(zones)) or 'no zone'}: say whose days they are, such as "
                    f"WorkingDays({days.count}, zone='Europe/London')"
                )

    @classmethod
    def of(cls, calendar: OpenTime, /, **targets: timedelta | WorkingDays) -> ClockTerms:
        """Promise targets by name, without warnings."""
        return cls(calendar, [Target.of(name, within) for name, within in targets.items()])

    @property
    def names(self) -> tuple[str, ...]:
        """What is promised, in the order in which it was written."""
        return tuple(target.name for target in self.targets)

    def target(self, name: str) -> Target:
        """Give a target.

        Raises:
            NotFound: nothing is promised under that name.
        """
        for target in self.targets:
            if target.name == name:
                return target
        raise NotFound(f"no target {name!r} in these terms; they promise {', '.join(self.names)}")

    def calendar_of(self, target: Target) -> OpenTime:
        """Give the calendar on which a target runs: its own, or that of the terms."""
        expect(target, Target, "target of a calendar", "terms.target('resolve')")
        return target.calendar or self.calendar

"""Notice: by when it must be received, and to which day it ends an agreement.

The notice period is counted forward from the day of receipt, and the last day of receipt is the
greatest one that still reaches the end. Subtracting the period from the end is not the same: three
months before 28 February is 28 November, but a notice received on 30 November is in time too.
Nothing moves because of weekends or holidays.

Source: BGB sections 187, 188; Dodds v Walker [1981]; BGH III ZR 172/04 on section 193.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.periods import Interval, Month, Schedule, add_months, local_day
from harmony_core.products import Notice, NoticeAnchor, NoticeCounting

_DAY = timedelta(days=1)


def receipt_day(received: date | datetime, zone: str | None = None) -> date:
    """Give the recipient's local day on which a notice arrived.

    Args:
        received: a day, or an instant (an aware datetime).
        zone: of the recipient, an IANA name; an instant needs one.

    Raises:
        InvalidValue: an instant without a zone of the recipient, or without one of its own.

    >>> from datetime import UTC
    >>> late = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    >>> str(receipt_day(late, "Europe/London")), str(receipt_day(late, "Europe/Berlin"))
    ('2026-06-30', '2026-07-01')
    """
    if not isinstance(received, datetime):
        return received
    if zone is None:
        raise InvalidValue(
            f"a notice received at {received} falls on a day of its recipient: give the zone"
        )
    return local_day(received, zone)


def expect_day_of_receipt(received: date) -> None:
    """Refuse what is no plain date: an instant falls on a day of its recipient.

    Raises:
        InvalidValue: it is none.
    """
    such_as = "date(2026, 6, 30), or receipt_day(instant, zone)"
    expect(received, date, "the day on which a notice is received", such_as)


def notice_ends(received: date, notice: Notice) -> date:
    """Give the day with which the notice period ends: the earliest that the agreement can.

    >>> str(notice_ends(date(2025, 11, 30), Notice(Interval.months(3))))
    '2026-02-28'
    """
    if notice.period is None:
        return received
    return _moved(received, notice.period) + _extra(notice)


def last_receipt(ends_on: date, notice: Notice) -> date:
    """Give the last day on which a notice can be received that is to end it on ``ends_on``.

    >>> str(last_receipt(date(2026, 2, 28), Notice(Interval.months(3))))
    '2025-11-30'
    """
    if notice.period is None:
        return ends_on
    end = ends_on - _extra(notice)
    if notice.period.unit == "day":
        return end - timedelta(days=notice.period.count)
    month = Month.containing(end) - notice.period.count
    if end.day == Month.containing(end).days:  # every day of that month is clipped to this end
        return month.last_day
    return month.first_day.replace(day=min(end.day, month.days))


def _moved(day: date, period: Interval) -> date:
    if period.unit == "day":
        return day + timedelta(days=period.count)
    return add_months(day, period.count)


def _extra(notice: Notice) -> timedelta:
    return _DAY if notice.counting is NoticeCounting.CLEAR_DAYS else timedelta(0)


def anchor_from(day: date, notice: Notice, start: date | None = None) -> date:
    """Give the first day from ``day`` on to which the notice can end an agreement.

    Args:
        day: not earlier than this.
        notice: its anchor says which days; the ends of terms are for :func:`term_at`.
        start: first day of the agreement, from which contract months and years are counted.

    Raises:
        InvalidValue: the anchor counts from a start and there is none, or it is the end of a term.

    >>> str(anchor_from(date(2026, 7, 14), Notice(None, NoticeAnchor.HALF_MONTH)))
    '2026-07-15'
    """
    if notice.to in (NoticeAnchor.CONTRACT_MONTH, NoticeAnchor.CONTRACT_YEAR):
        if start is None:
            raise InvalidValue(
                f"{notice.to.value} is counted from the start of the agreement: give the start"
            )
        months = 1 if notice.to is NoticeAnchor.CONTRACT_MONTH else 12
        schedule = Schedule(start, Interval.months(months))
        return schedule.period_at(max(day, start)).last_day
    if notice.to is NoticeAnchor.TERM_END:
        raise InvalidValue(
            "the end of a term is known with its renewal: ask for the end of the term"
        )
    return _ON_THE_CALENDAR[notice.to](day, notice.year_ends_in)


def _week_end(day: date, _: int) -> date:
    return day + timedelta(days=6 - day.weekday())


def _half_month(day: date, _: int) -> date:
    return day.replace(day=15) if day.day <= 15 else Month.containing(day).last_day


def _end_of_months(months: int) -> Callable[[date, int], date]:
    """The ends of stretches of so many months that end with the year."""

    def end(day: date, year_ends_in: int) -> date:
        month = Month.containing(day)
        return (month + (year_ends_in - month.month) % months).last_day

    return end


_ON_THE_CALENDAR: dict[NoticeAnchor, Callable[[date, int], date]] = {
    NoticeAnchor.ANY_DAY: lambda day, _: day,
    NoticeAnchor.WEEK_END: _week_end,
    NoticeAnchor.HALF_MONTH: _half_month,
    NoticeAnchor.MONTH_END: _end_of_months(1),
    NoticeAnchor.QUARTER_END: _end_of_months(3),
    NoticeAnchor.HALF_YEAR_END: _end_of_months(6),
    NoticeAnchor.YEAR_END: _end_of_months(12),
}


@attrs.frozen
class Termination:
    """What a notice does.

    Attributes:
        received: the recipient's day on which it arrived.
        notice_ends: the day with which the notice period ends.
        ends_on: the last day of the agreement.
        last_receipt: the last day on which a notice to the same end could have arrived.
    """

    received: date
    notice_ends: date
    ends_on: date
    last_receipt: date


def terminate(
    notice: Notice,
    received: date,
    *,
    start: date | None = None,
    minimum_end: date | None = None,
) -> Termination:
    """Give the end that a notice received on a day leads to: the first possible one.

    Asked with any day, it says when the agreement could end if notice arrived then, and by when
    it would have to.

    Args:
        notice: the period, and the days to which it ends.
        received: the recipient's day, see :func:`receipt_day`.
        start: first day of the agreement, for anchors that are counted from it; a notice that was
            received earlier ends it on that day or later.
        minimum_end: last day of a minimum term; it does not end before.

    Raises:
        InvalidValue: something of another kind than it must be, an instant in place of a day too.

    >>> week = Notice(Interval.of(1, "week"), NoticeAnchor.MONTH_END)
    >>> for day in (date(2026, 11, 23), date(2026, 11, 24)):
    ...     found = terminate(week, day)
    ...     print(found.ends_on, found.last_receipt)
    2026-11-30 2026-11-23
    2026-12-31 2026-12-24
    """
    expect(notice, Notice, "the notice agreed", "Notice(Interval.months(3))")
    expect_day_of_receipt(received)
    for day, what in ((start, "start"), (minimum_end, "minimum_end")):
        if day is not None:
            expect(day, date, f"{what} of a notice")
    period_end = notice_ends(received, notice)
    earliest = max(period_end, minimum_end or period_end, start or period_end)
    ends_on = anchor_from(earliest, notice, start)
    return Termination(received, period_end, ends_on, last_receipt(ends_on, notice))

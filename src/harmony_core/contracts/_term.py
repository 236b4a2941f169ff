"""Terms and their renewals, each counted from the original start, so that nothing drifts.

Term ``k`` ends on the day before ``start`` plus the initial months and ``k`` times the renewal
months: six months from 31 August end on 27 February, then on 30 August, then on 27 February.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import attrs

from harmony_core.contracts._notice import (
    Termination,
    anchor_from,
    expect_day_of_receipt,
    last_receipt,
    notice_ends,
)
from harmony_core.errors import InvalidValue
from harmony_core.periods import add_months
from harmony_core.products import NoticeAnchor, Renewal

_DAY = timedelta(days=1)


@attrs.frozen
class Term:
    """One term of an agreement.

    Attributes:
        number: how many renewals led to it; zero is the initial term.
        first_day: of the term.
        last_day: of the term, inclusive; ``None`` while it runs on without an end.
        last_receipt: the last day on which a notice to its end can be received; ``None`` where no
            notice is needed, since it ends by itself or runs on.
    """

    number: int
    first_day: date
    last_day: date | None
    last_receipt: date | None


def term(renewal: Renewal, start: date, number: int) -> Term:
    """Give a term by the number of renewals that led to it.

    Raises:
        InvalidValue: there is no such term: it is below zero, or beyond the last renewal.

    >>> from harmony_core.periods import Interval
    >>> from harmony_core.products import Notice
    >>> half_years = Renewal(6, 6, Notice(Interval.months(1), NoticeAnchor.TERM_END))
    >>> [str(term(half_years, date(2024, 8, 31), number).last_day) for number in range(3)]
    ['2025-02-27', '2025-08-30', '2026-02-27']
    """
    last = _last_number(renewal)
    if number < 0 or (last is not None and number > last):
        known = "terms count from 0" if last is None else f"terms go from 0 to {last}"
        raise InvalidValue(f"there is no term {number}: {known}")
    first_day = start if not number else _end(renewal, start, number - 1) + _DAY
    if number and renewal.runs_on:
        return Term(number, first_day, None, None)
    last_day = _end(renewal, start, number)
    by_itself = last is not None and number == last and not renewal.runs_on
    return Term(
        number, first_day, last_day, None if by_itself else last_receipt(last_day, renewal.notice)
    )


def terms(renewal: Renewal, start: date) -> Iterator[Term]:
    """Give the terms in order; without a last renewal they go on for ever."""
    number, last = 0, _last_number(renewal)
    while last is None or number <= last:
        yield term(renewal, start, number)
        number += 1


def term_at(renewal: Renewal, start: date, day: date) -> Term | None:
    """Give the term in which ``day`` lies, in constant time.

    ``None`` before the start, and after the last renewal.
    """
    if day < start:
        return None
    number = _number_reaching(renewal, start, day)
    last = _last_number(renewal)
    return None if last is not None and number > last else term(renewal, start, number)


def end_by_itself(renewal: Renewal | None, start: date) -> date | None:
    """Give the last day of the last term; ``None`` where terms renew for ever or run on."""
    if renewal is None or renewal.maximum_renewals is None:
        return None
    return _end(renewal, start, renewal.maximum_renewals)


def _end(renewal: Renewal, start: date, number: int) -> date:
    return add_months(start, renewal.initial_months + number * renewal.renewal_months) - _DAY


def _last_number(renewal: Renewal) -> int | None:
    """The number of the last term; ``None`` where terms go on for ever."""
    return 1 if renewal.runs_on else renewal.maximum_renewals


def _number_reaching(renewal: Renewal, start: date, day: date) -> int:
    """The number of the first term, if only renewals went on, that ends on or after ``day``."""
    if day <= _end(renewal, start, 0):
        return 0
    if not renewal.renewal_months:
        return 1
    months = (day.year - start.year) * 12 + day.month - start.month - renewal.initial_months
    number = max(months // renewal.renewal_months, 0)
    while _end(renewal, start, number) < day:  # at most twice: the estimate is a month's clip short
        number += 1
    return number


@attrs.frozen
class Ending:
    """How an agreement ends, as far as is known.

    Attributes:
        last_day: its last day, inclusive; ``None`` while it renews or runs on.
        renewals: how many terms follow the first one until then.
        termination: what the notice did; ``None`` without one.
    """

    last_day: date | None
    renewals: int
    termination: Termination | None = None


def ending(renewal: Renewal, start: date, received: date | None = None) -> Ending:
    """Say when an agreement ends, given the day on which a notice was received, if one was.

    A notice to the end of a term works for the first term whose last day of receipt has not
    passed; a day late, it works for the next. A notice to other days works from the end of the
    initial term on. After the last renewal an agreement ends by itself. A notice may be received
    before the agreement begins: the initial term is served all the same.

    >>> from harmony_core.periods import Interval
    >>> from harmony_core.products import Notice
    >>> yearly = Renewal(24, 12, Notice(Interval.months(3), NoticeAnchor.TERM_END))
    >>> for day in (date(2026, 1, 31), date(2026, 2, 1)):
    ...     found = ending(yearly, date(2024, 5, 1), received=day)
    ...     print(found.last_day, found.renewals)
    2026-04-30 0
    2027-04-30 1
    """
    if received is None:
        return Ending(end_by_itself(renewal, start), renewal.maximum_renewals or 0)
    found = next_end(renewal, start, received)
    number = _number_reaching(renewal, start, found.ends_on)
    return Ending(found.ends_on, number, found)


def next_end(
    renewal: Renewal, start: date, received: date, *, runs_on: bool = False
) -> Termination:
    """Give the next possible end of an agreement for a notice received on a day.

    Where no notice reaches another end any more, that is the day on which it ends by itself.

    Args:
        renewal: terms and notice.
        start: first day of the agreement.
        received: the day on which a notice arrives or would arrive.
        runs_on: it was agreed that it goes on after its last renewal, without an end: from then on
            it ends by the same notice, as terms that run on do.

    Raises:
        InvalidValue: the day is no plain date.
    """
    expect_day_of_receipt(received)
    notice = renewal.notice
    period_end = notice_ends(received, notice)
    initial_end = _end(renewal, start, 0)
    earliest = max(period_end, initial_end)
    if notice.to is not NoticeAnchor.TERM_END:
        ends_on = anchor_from(earliest, notice, start)
    elif renewal.runs_on:
        ends_on = earliest  # the one term is over: what runs on ends with the notice period
    else:
        ends_on = _end(renewal, start, _number_reaching(renewal, start, earliest))
    by_itself = end_by_itself(renewal, start)
    if by_itself is not None and ends_on > by_itself:
        if not runs_on:
            ends_on = by_itself
        elif notice.to is NoticeAnchor.TERM_END:
            ends_on = period_end  # no further term ends
    return Termination(received, period_end, ends_on, last_receipt(ends_on, notice))

"""What cuts a service period so that what is agreed once for each would be charged twice.

A change of price within it does, and a line that ends and runs on again: each part is measured and
priced alone, and a minimum, a flat fee, bands, a commitment and free units begin anew in each of
them. A fixed quantity, and devices, prorate instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from harmony_core.contracts._agreed import Agreed
from harmony_core.contracts._amendment import LineRunsOn, NewPrice
from harmony_core.contracts._line import ContractLine
from harmony_core.errors import PriceNotFound
from harmony_core.periods import Month, Schedule, Span
from harmony_core.pricing import Scheme, change_days, once_a_period, scheme_on
from harmony_core.products import TimeWorked, UnitsMetered, UsageMetered

_DAY = timedelta(days=1)
_TEN_YEARS = timedelta(days=3653)


def charged_twice(agreed: Agreed) -> dict[str, str]:
    """Say by line why its first such cut would charge something twice; few lines have one.

    Of what was agreed on a day the changes of ten years are looked at.
    """
    found: dict[str, str] = {}
    for line in agreed.lines:
        if isinstance(line.source, UsageMetered | UnitsMetered | TimeWorked):
            days, again = sorted(set(_days(agreed, line))), sorted(set(_runs_on(agreed, line)))
            reasons = [_reason(agreed, line, day) for day in days]
            reasons += [_reason_of_gap(agreed, line, day) for day in again]
            if reason := next(filter(None, reasons), None):
                found[line.id] = reason
    return found


def _days(agreed: Agreed, line: ContractLine) -> Iterator[date]:
    """The days on which another price of the line may begin."""
    yield from change_days(line.scheme, _ten_years(line.start))
    for amendment in agreed.amendments:
        for change in amendment.changes:
            if isinstance(change, NewPrice) and change.line_id == line.id:
                yield amendment.first_day
                yield from change_days(change.scheme, _ten_years(amendment.first_day))


def _runs_on(agreed: Agreed, line: ContractLine) -> Iterator[date]:
    """The days from which the line may run again after it has ended."""
    for amendment in agreed.amendments:
        if any(isinstance(one, LineRunsOn) and one.line_id == line.id for one in amendment.changes):
            yield amendment.first_day


def _reason_of_gap(agreed: Agreed, line: ContractLine, day: date) -> str | None:
    full, now = _period(line, day), agreed.line_on(line.id, day)
    if full is None or now is None or day <= max(full.start, line.start):
        return None
    if agreed.line_on(line.id, day - _DAY) is not None:
        return None
    before = agreed.parts(line.id, Span(full.start, day))
    if not before:
        return None
    (days, then) = before[-1]
    once = once_a_period(_of_day(then.scheme, days.start)) or once_a_period(
        _of_day(now.scheme, day)
    )
    if once is None:
        return None
    return (
        f"it ends on {days.last_day} and runs on from {day}, within the service period {full}, and "
        f"has {once}: each part of the period would have it in full; let it run on from {days.end} "
        f"or {full.end}, by an amendment of its own where other lines cannot on that day"
    )


def _ten_years(start: date) -> Span:
    return Span(start, start + min(_TEN_YEARS, date.max - start))


def _reason(agreed: Agreed, line: ContractLine, day: date) -> str | None:
    full = _period(line, day)
    if full is None or day in (full.start, line.start):
        return None
    before, after = agreed.line_on(line.id, day - _DAY), agreed.line_on(line.id, day)
    if before is None or after is None:
        return None
    then, now = _of_day(before.scheme, day - _DAY), _of_day(after.scheme, day)
    once = once_a_period(then) or once_a_period(now)
    if then == now or once is None:
        return None
    return (
        f"its price changes on {day}, within the service period {full}, and has {once}: each part "
        f"of the period would have it in full; let the price change on {full.start} or {full.end}"
    )


def _of_day(scheme: Scheme, day: date) -> Scheme:
    """The scheme of a day; the whole of it where its price is not known yet."""
    try:
        return scheme_on(scheme, day)
    except PriceNotFound:
        return scheme


def _period(line: ContractLine, day: date) -> Span | None:
    if line.by_calendar_month:
        return Month.containing(day).span
    if line.billing.interval is None:
        return None
    return Schedule(line.anchor, line.billing.interval).period_at(day)

"""Changes of price within a service period that would charge twice what is agreed once for each.

Such a change cuts the period, and each part is measured and priced alone: a minimum, a flat fee,
bands, a commitment and free units begin anew in each of them. A fixed quantity, and devices,
prorate instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from harmony_core.contracts._agreed import Agreed
from harmony_core.contracts._amendment import NewPrice
from harmony_core.contracts._line import ContractLine
from harmony_core.errors import PriceNotFound
from harmony_core.periods import Month, Schedule, Span
from harmony_core.pricing import Scheme, change_days, once_a_period, scheme_on
from harmony_core.products import TimeWorked, UnitsMetered, UsageMetered

_DAY = timedelta(days=1)
_TEN_YEARS = timedelta(days=3653)


def charged_twice(agreed: Agreed) -> dict[str, str]:
    """Say by line why its first such change would charge something twice; few lines have one.

    Of what was agreed on a day the changes of ten years are looked at.
    """
    found: dict[str, str] = {}
    for line in agreed.lines:
        if isinstance(line.source, UsageMetered | UnitsMetered | TimeWorked):
            reasons = (_reason(agreed, line, day) for day in sorted(set(_days(agreed, line))))
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

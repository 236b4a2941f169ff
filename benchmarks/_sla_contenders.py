"""Who else says when open time is worked: each set up for London with its bank holidays.

A user's first choice is taken as its own documentation shows it, with everything that can be made
beforehand made beforehand. What a peer cannot answer is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytz

from harmony_core.sla import Calendar, PublicHolidays

YEARS = range(2024, 2030)
OPENS, CLOSES = time(9), time(17, 30)
LONDON = ZoneInfo("Europe/London")
HOLIDAYS = sorted(PublicHolidays("GB", "ENG").days(YEARS[0], YEARS[-1]))

Add = Callable[[datetime, timedelta], Callable[[], object]]
Between = Callable[[datetime, datetime], Callable[[], object]]


@attrs.frozen
class Contender:
    """Someone who adds open time, measures it, or both; each call is prepared and then timed.

    ``seen`` turns an answer into an instant in UTC or a duration, apart from the time taken.
    """

    name: str
    add: Add | None
    between: Between | None
    seen: Callable[[Any], object] = lambda answer: answer


def contenders() -> Iterator[Contender]:
    """Give ours, and the peers that are installed."""
    yield ours()
    for peer in (pandas, businesstimedelta, business_duration, django_bizcal):
        with suppress(ModuleNotFoundError):
            yield peer()


def missing() -> list[str]:
    """Name the peers that are not installed."""
    absent = []
    for peer in (pandas, businesstimedelta, business_duration, django_bizcal):
        try:
            peer()
        except ModuleNotFoundError:
            absent.append(peer.__name__.replace("_", "-"))
    return absent


def ours() -> Contender:
    calendar = Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"}, holidays=HOLIDAYS)

    def add(start: datetime, duration: timedelta) -> Callable[[], object]:
        return lambda: calendar.add(start, duration)

    def between(start: datetime, end: datetime) -> Callable[[], object]:
        return lambda: calendar.between(start, end)

    return Contender("harmony-core", add, between, lambda answer: getattr(answer, "due", answer))


def pandas() -> Contender:
    pd = import_module("pandas")

    def add(start: datetime, duration: timedelta) -> Callable[[], object]:
        hours = duration // timedelta(hours=1)
        offset = pd.offsets.CustomBusinessHour(
            n=hours, start=OPENS, end=CLOSES, holidays=[day.isoformat() for day in HOLIDAYS]
        )
        moment = pd.Timestamp(start).tz_convert("Europe/London")
        return lambda: moment + offset

    return Contender("pandas CustomBusinessHour", add, None, lambda answer: answer.to_pydatetime())


def businesstimedelta() -> Contender:
    peer = import_module("businesstimedelta")
    zone = pytz.timezone("Europe/London")
    working = peer.WorkDayRule(
        start_time=OPENS, end_time=CLOSES, working_days=[0, 1, 2, 3, 4], tz=zone
    )
    free = peer.HolidayRule(dict.fromkeys(HOLIDAYS, "holiday"), tz=zone)
    rules = peer.Rules([working, free])

    def add(start: datetime, duration: timedelta) -> Callable[[], object]:
        delta = peer.BusinessTimeDelta(rules, timedelta=duration)
        return lambda: start + delta

    def between(start: datetime, end: datetime) -> Callable[[], object]:
        return lambda: rules.difference(start, end)

    return Contender(
        "businesstimedelta", add, between, lambda answer: getattr(answer, "timedelta", answer)
    )


def business_duration() -> Contender:
    duration_of = import_module("business_duration").businessDuration

    def between(start: datetime, end: datetime) -> Callable[[], object]:
        walls = [moment.astimezone(LONDON).replace(tzinfo=None) for moment in (start, end)]
        return lambda: duration_of(
            *walls, starttime=OPENS, endtime=CLOSES, holidaylist=HOLIDAYS, unit="sec"
        )

    return Contender(
        "business-duration", None, between, lambda answer: timedelta(seconds=float(answer))
    )


def django_bizcal() -> Contender:
    peer = import_module("django_bizcal.calendars")
    providers = import_module("django_bizcal.providers")
    calendar = peer.WorkingCalendar(
        tz="Europe/London",
        weekly_schedule={day: [("09:00", "17:30")] for day in range(5)},
        holiday_provider=providers.SetHolidayProvider.from_dates(HOLIDAYS),
    )

    def add(start: datetime, duration: timedelta) -> Callable[[], object]:
        return lambda: calendar.add_business_time(start, duration)

    def between(start: datetime, end: datetime) -> Callable[[], object]:
        return lambda: calendar.business_time_between(start, end)

    return Contender("django-bizcal", add, between)


START = datetime(2026, 3, 4, 10, 20, tzinfo=UTC)
CASES: dict[str, tuple[str, timedelta]] = {
    "add 8 h": ("add", timedelta(hours=8)),
    "add 400 h": ("add", timedelta(hours=400)),
    "between 3 days": ("between", timedelta(days=3)),
    "between 1 year": ("between", timedelta(days=365)),
}


def prepared(one: Contender, case: str) -> Callable[[], object] | None:
    """Give the call of a contender for a case, where it has one."""
    kind, length = CASES[case]
    if kind == "add":
        return None if one.add is None else one.add(START, length)
    return None if one.between is None else one.between(START, START + length)

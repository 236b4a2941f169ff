"""Hours worked into hours billed: known figures first, then what holds for every entry."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.explanation import RoundingMode
from harmony_core.finance import Exact, ExactAmount, Money
from harmony_core.periods import InstantSpan, instant_of, wall_clock
from harmony_core.products import RateCalendar, TimeRounding, TimeScope, TimeTerms, WeeklyHours
from harmony_core.work import RateCard, TimeEntry, WorkSubject, bill_time, split_time

DAY = date(2026, 2, 3)
LONDON = "Europe/London"
OFFICE = RateCalendar.office(LONDON, time(9), time(18), holidays=[date(2026, 12, 25)])
WEIGHTS: dict[str, Exact] = {"normal": 1, "after_hours": "1.5", "weekend": 2, "holiday": "2.5"}
QUARTERS = TimeTerms(TimeRounding(increment=15), OFFICE, WEIGHTS, untimed="normal")
PRICE = ExactAmount.of("120.00", "GBP")


def minutes(id_: str, worked: int | str, ticket: str = "", day: date = DAY) -> TimeEntry:
    entry = TimeEntry.of_minutes(id_, "anna", day, worked)
    return attrs.evolve(entry, subject=WorkSubject(ticket=ticket))


def clocked(id_: str, start: str, end: str, zone: str = LONDON) -> TimeEntry:
    started, ended = (instant_of(datetime.fromisoformat(text), zone) for text in (start, end))
    return TimeEntry.between(id_, "anna", started, ended, zone)


@pytest.mark.parametrize(
    ("scope", "groups"),
    [
        (TimeScope.ENTRY, {"a": 60, "b": 60, "c": 60, "d": 60, "e": 60}),
        (TimeScope.TICKET, {"T-1": 120, "T-2": 60, "e": 60}),
        (TimeScope.DAY, {"2026-02-03": 120, "2026-02-04": 60}),
        (TimeScope.TICKET_DAY, {"T-1@2026-02-03": 120, "T-2@2026-02-04": 60, "e": 60}),
    ],
)
def test_a_scope_is_summed_before_it_is_rounded(scope: TimeScope, groups: dict[str, int]) -> None:
    entries = [
        minutes("a", 45, "T-1"),
        minutes("b", 45, "T-1"),
        minutes("c", 5, "T-1"),
        minutes("d", 5, "T-2", date(2026, 2, 4)),
        minutes("e", 10),
    ]
    bill = bill_time(entries, TimeTerms(TimeRounding(scope, 60)))
    assert {group.scope: group.minutes for group in bill.groups} == groups
    assert bill.worked_minutes == 110


@pytest.mark.parametrize(
    ("policy", "worked", "billed"),
    [
        (TimeRounding(increment=15), "80", 90),
        (TimeRounding(increment=15, mode=RoundingMode.DOWN), "22", 15),
        (TimeRounding(increment=15, mode=RoundingMode.HALF_UP), "22", 15),
        (TimeRounding(increment=15, mode=RoundingMode.HALF_UP), "22.5", 30),
        (TimeRounding(increment=15, mode=RoundingMode.HALF_DOWN), "22.5", 15),
        (TimeRounding(increment=6, mode=RoundingMode.HALF_UP), "22", 24),
        (TimeRounding(increment=15, minimum=30), "1", 30),
        (TimeRounding(increment=15, minimum=20), "1", 30),  # the minimum comes before the increment
        (TimeRounding(increment=15, minimum=20, mode=RoundingMode.DOWN), "1", 15),
        (TimeRounding(increment=15, factor="0.5"), "50", 30),
        (TimeRounding(increment=15, minimum=30, factor=0), "50", 0),  # a zero stays zero
        (TimeRounding(increment=15, minimum=30), "0", 0),
        (TimeRounding(increment=15, grace=5), "20", 15),
        (TimeRounding(increment=15, grace=5), "20.01", 30),
        (TimeRounding(increment=15, grace=5), "5", 0),
        (TimeRounding(increment=15, grace=5, minimum=15), "5", 15),
        (TimeRounding(increment=15, grace=5, minimum=15), "-21", -30),
        (TimeRounding(), "7.25", Fraction("7.25")),
    ],
)
def test_a_policy_rounds_as_it_says(policy: TimeRounding, worked: str, billed: Fraction) -> None:
    assert policy.billed(worked) == billed
    assert policy.explain(worked).evaluate() == billed


def test_an_evening_is_billed_class_by_class() -> None:
    bill = bill_time([clocked("e", "2026-02-03T16:30", "2026-02-03T20:10")], QUARTERS, price=PRICE)
    shown: dict[str, object] = {
        one.label: (one.worked_minutes, one.minutes, one.amount) for one in bill.groups
    }
    assert shown == {
        "normal": (90, 90, ExactAmount.of("180.00", "GBP")),
        "after_hours": (130, 135, ExactAmount.of("405.00", "GBP")),
    }
    assert bill.amount("GBP") == Money.of("585.00", "GBP")


@pytest.mark.parametrize(
    ("night", "hours"), [("2026-03-29", 2), ("2026-10-25", 4), ("2026-06-14", 3)]
)
def test_a_change_of_the_clocks_is_not_worked(night: str, hours: int) -> None:
    entry = clocked("e", f"{night}T00:30", f"{night}T03:30")
    assert entry.hours == hours
    assert [part.minutes for part in split_time(entry, OFFICE)] == [hours * 60]


def test_an_entry_without_instants_has_the_label_that_was_agreed() -> None:
    (part,) = split_time(minutes("e", 80), OFFICE, "weekend")
    assert part.label == "weekend"
    assert part.minutes == 80
    assert part.span is None


def test_a_label_and_an_entry_weigh_together() -> None:
    entry = attrs.evolve(clocked("e", "2026-02-07T10:00", "2026-02-07T11:00"), multiplier="1.5")
    bill = bill_time([entry], QUARTERS, price=PRICE)
    assert bill.hours == 3
    assert bill.amount("GBP") == Money.of("360.00", "GBP")


def test_hours_taken_back_leave_nothing() -> None:
    entry = clocked("e", "2026-02-03T16:30", "2026-02-03T20:10")
    back = attrs.evolve(entry, id="back", hours=-entry.hours)
    terms = attrs.evolve(QUARTERS, rounding=TimeRounding(TimeScope.DAY, 15, minimum=60))
    assert bill_time([entry, back], terms, price=PRICE).amount("GBP") == Money.zero("GBP")
    mirrored = bill_time([back], QUARTERS, price=PRICE)
    assert mirrored.amount("GBP") == Money.of("-585.00", "GBP")


def test_no_work_costs_nothing() -> None:
    nothing = bill_time([], QUARTERS, price=PRICE)
    assert nothing.amount("GBP") == Money.zero("GBP")
    assert not nothing.worked_minutes
    assert not nothing.billed_minutes
    assert not nothing.hours
    still = bill_time([minutes("e", 0)], QUARTERS, price=PRICE)
    assert still.amount("GBP") == Money.zero("GBP")
    assert still.groups[0].shares == {"e": 0}


def test_a_price_is_asked_for_where_it_is_needed() -> None:
    bill = bill_time([minutes("e", 60)], TimeTerms())
    with pytest.raises(InvalidValue, match="'e' has no price"):
        bill.explain("GBP")
    with pytest.raises(CurrencyMismatch):
        bill_time([minutes("e", 60)], TimeTerms(), price=PRICE).explain("EUR")
    with pytest.raises(InvalidValue, match="in place of a price"):
        bill_time([minutes("e", 60)], TimeTerms(), rates=RateCard([]))


# A calendar with everything: a midday break, nights over midnight, two classes of holiday.

FULL = RateCalendar(
    "Europe/Berlin",
    [
        WeeklyHours("normal", [1, 2, 3, 4, 5], time(8), time(12)),
        WeeklyHours("normal", [1, 2, 3, 4], time(13), time(17)),
        WeeklyHours("night", [1, 2, 3, 4, 5, 6, 7], time(22), time(5)),
    ],
    outside="late",
    weekend="free",
    weekend_days=[7],
    holidays={date(2026, 12, 25): "feast", date(2026, 12, 24): "eve"},
)


@pytest.mark.parametrize(
    ("wall", "label"),
    [
        ("2026-12-21T07:59:59", "late"),
        ("2026-12-21T08:00", "normal"),
        ("2026-12-21T12:00", "late"),
        ("2026-12-21T16:59:59", "normal"),
        ("2026-12-18T14:00", "late"),  # Fridays end at noon
        ("2026-12-21T22:00", "night"),
        ("2026-12-22T04:59", "night"),
        ("2026-12-22T05:00", "late"),
        ("2026-12-23T23:59", "night"),
        ("2026-12-24T00:00", "eve"),  # a holiday ends the night before it
        ("2026-12-25T23:30", "feast"),
        ("2026-12-26T00:30", "night"),  # which began on the holiday
        ("2026-12-26T12:00", "late"),  # Saturday is no weekend day here
        ("2026-12-27T12:00", "free"),
    ],
)
def test_each_time_has_one_label(wall: str, label: str) -> None:
    start = instant_of(datetime.fromisoformat(wall), "Europe/Berlin")
    (part,) = FULL.labelled(InstantSpan(start, start + timedelta(microseconds=1)))
    assert part.label == label


def test_hours_around_the_clock_are_one_part() -> None:
    always = RateCalendar("UTC", [WeeklyHours("on", range(1, 8), time(6), time(6))])
    week = InstantSpan(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))
    assert [part.label for part in always.labelled(week)] == ["on"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: RateCalendar(
                "UTC",
                [
                    WeeklyHours("a", [1], time(9), time(13)),
                    WeeklyHours("b", [1], time(12), time(15)),
                ],
            ),
            "a 09:00-13:00 on weekdays 1 and b 12:00-15:00 on weekdays 1 meet",
        ),
        (
            lambda: RateCalendar(
                "UTC",
                [
                    WeeklyHours("night", [7], time(22), time(6)),
                    WeeklyHours("day", [1], time(5), time(9)),
                ],
            ),
            "meet: let the first close",
        ),
        (lambda: RateCalendar("Europe/Atlantis", []), "no time zone 'Europe/Atlantis'"),
        (lambda: RateCalendar("UTC", [], outside=""), "none may be empty"),
        (lambda: RateCalendar("UTC", [], holidays=[(DAY, "a"), (DAY, "b")]), "a holiday twice"),
        (
            lambda: RateCalendar("UTC", [], holidays=[(datetime(2026, 1, 1, tzinfo=UTC), "a")]),
            "a plain date",
        ),
        (lambda: WeeklyHours("a", [0], time(9), time(10)), r"1 \(Monday\) to 7"),
        (lambda: WeeklyHours("a", [], time(9), time(10)), "on no weekday"),
        (lambda: WeeklyHours("", [1], time(9), time(10)), "need a label"),
        (lambda: WeeklyHours("a", [1], time(9, tzinfo=UTC), time(10)), "wall-clock times"),
        (lambda: TimeRounding(increment=-1), "increment must be zero or more"),
        (
            lambda: TimeRounding(increment=15, grace=5, mode=RoundingMode.DOWN),
            "a grace softens rounding up",
        ),
        (lambda: TimeRounding(increment=15, grace=15), "shorter than the increment"),
        (lambda: TimeRounding(grace=5), "shorter than the increment of 0"),
        (lambda: TimeRounding("week"), "TimeScope is one of"),  # type: ignore[arg-type]
        (lambda: TimeRounding(mode="nearest"), "no rounding mode"),  # type: ignore[arg-type]
        (lambda: TimeRounding(increment=1.5), "must be exact"),  # type: ignore[arg-type]
        (lambda: TimeTerms(calendar=OFFICE, multipliers={"normal": 1}), "no multiplier for after"),
        (
            lambda: TimeTerms(calendar=OFFICE, multipliers={**WEIGHTS, "x": 1}),
            "the calendar never says x",
        ),
        (lambda: TimeTerms(calendar=OFFICE, multipliers=WEIGHTS), "entries without instants"),
        (lambda: TimeTerms(multipliers={"normal": -1}), "zero or more"),
        (lambda: TimeTerms(multipliers=[("a", 1), ("a", 2)]), "two multipliers"),
        (lambda: TimeTerms(untimed="normal"), "no calendar that knows"),
        (
            lambda: attrs.evolve(clocked("e", "2026-02-03T16:30", "2026-02-03T17:30"), hours=2),
            "says 2 hours, but 1 passed",
        ),
    ],
)
def test_what_cannot_be_is_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidValue, match=message):
        make()


# Laws.

calendars = st.sampled_from(
    [OFFICE, FULL, RateCalendar.office("America/New_York", time(7), time())]
)
YEARS = datetime.fromisoformat("2023-01-01"), datetime.fromisoformat("2027-01-01")
WEEK = datetime.fromisoformat("2026-02-01"), datetime.fromisoformat("2026-02-07")
starts = st.datetimes(*YEARS, timezones=st.just(UTC))
lengths = st.timedeltas(timedelta(0), timedelta(days=9))
spans = st.builds(lambda start, length: InstantSpan(start, start + length), starts, lengths)


@given(calendars, spans)
def test_every_instant_has_one_label_and_the_parts_are_the_whole(
    calendar: RateCalendar, span: InstantSpan
) -> None:
    parts = calendar.labelled(span)
    edges = [span.start, *(part.span.end for part in parts)]
    assert [part.span.start for part in parts] == edges[:-1]
    assert edges[-1] == span.end
    assert all(part.span.elapsed for part in parts)
    assert all(one.label != other.label for one, other in pairwise(parts))
    assert {part.label for part in parts} <= calendar.labels


@given(calendars, spans, st.fractions(0, 1, max_denominator=97))
def test_splitting_an_entry_moves_no_minute(
    calendar: RateCalendar, span: InstantSpan, where: Fraction
) -> None:
    cut = span.start + timedelta(
        microseconds=int(where * (span.elapsed // timedelta(microseconds=1)))
    )

    def by_label(*pieces: tuple[datetime, datetime]) -> dict[str, Fraction]:
        found: dict[str, Fraction] = {}
        for number, piece in enumerate(pieces):
            entry = TimeEntry.between(f"e{number}", "anna", *piece, calendar.zone)
            for part in split_time(entry, calendar, calendar.outside):
                if part.minutes:
                    found[part.label] = found.get(part.label, Fraction(0)) + part.minutes
        return found

    assert by_label((span.start, span.end)) == by_label((span.start, cut), (cut, span.end))


@given(spans)
def test_a_weekday_hour_is_what_the_wall_clock_shows(span: InstantSpan) -> None:
    for part in OFFICE.labelled(span):
        shown = wall_clock(part.span.start, LONDON)
        holiday = (shown.month, shown.day, shown.year) == (12, 25, 2026)
        expected = "after_hours"
        if holiday:
            expected = "holiday"
        elif shown.isoweekday() > 5:
            expected = "weekend"
        elif time(9) <= shown.time() < time(18):
            expected = "normal"
        assert part.label == expected


clocked_entries = st.builds(
    lambda number, span: TimeEntry.between(f"e{number}", "anna", span.start, span.end, LONDON),
    st.integers(0, 10**6),
    st.builds(
        lambda start, length: InstantSpan(start, start + length),
        st.datetimes(*WEEK, timezones=st.just(UTC)),
        st.timedeltas(timedelta(0), timedelta(hours=20)),
    ),
)
plain_entries = st.builds(
    lambda number, worked: minutes(f"p{number}", worked),
    st.integers(0, 10**6),
    st.integers(-90, 300),
)


@st.composite
def entry_lists(draw: st.DrawFn) -> list[TimeEntry]:
    found = draw(
        st.lists(clocked_entries | plain_entries, max_size=7, unique_by=lambda one: one.id)
    )
    tickets = st.builds(lambda ticket: WorkSubject(ticket=ticket), st.sampled_from(["", "T", "U"]))
    factors = st.sampled_from([Fraction(1), Fraction("1.5")])
    return [attrs.evolve(one, subject=draw(tickets), multiplier=draw(factors)) for one in found]


roundings = st.builds(
    TimeRounding,
    st.sampled_from(TimeScope),
    st.sampled_from([0, 6, 15, 60]),
    st.sampled_from([RoundingMode.UP, RoundingMode.DOWN, RoundingMode.HALF_UP]),
    st.sampled_from([0, 30]),
    st.sampled_from([1, "0.5"]),
)


@given(entry_lists(), roundings)
def test_a_bill_counts_every_minute_once_in_any_order(
    entries: list[TimeEntry], rounding: TimeRounding
) -> None:
    terms = attrs.evolve(QUARTERS, rounding=rounding)
    bill = bill_time(entries, terms, price=PRICE)
    assert bill.worked_minutes == sum(entry.hours for entry in entries) * 60
    shared = [sum(group.shares.values()) for group in bill.groups]
    worked = [group.minutes if group.worked_minutes else 0 for group in bill.groups]
    assert shared == worked
    assert bill_time(entries[::-1], terms, price=PRICE) == bill
    why = bill.explain("GBP")
    assert why.evaluate() == why.value
    exact = sum((group.amount.value for group in bill.groups if group.amount), Fraction(0))
    assert abs(why.value - exact) <= Fraction(1, 200)


@given(entry_lists(), roundings)
def test_a_wider_scope_rounds_up_less_often(
    entries: list[TimeEntry], rounding: TimeRounding
) -> None:
    if any(entry.hours < 0 for entry in entries):
        entries = [entry for entry in entries if entry.hours >= 0]
    upward = attrs.evolve(rounding, mode=RoundingMode.UP)
    billed = {
        scope: bill_time(
            entries, attrs.evolve(QUARTERS, rounding=attrs.evolve(upward, scope=scope))
        ).billed_minutes
        for scope in TimeScope
    }
    assert billed[TimeScope.TICKET] <= billed[TimeScope.TICKET_DAY] <= billed[TimeScope.ENTRY]
    assert billed[TimeScope.DAY] <= billed[TimeScope.ENTRY]

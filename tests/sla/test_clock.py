"""What a clock says: known histories, what they refuse, and how they are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from harmony_core.culture import Culture, missing_messages
from harmony_core.errors import BeyondHorizon, InvalidValue, NotFound
from harmony_core.sla import (
    Calendar,
    Clock,
    ClockEvent,
    ClockPaused,
    ClockReopened,
    ClockResumed,
    ClockStarted,
    ClockState,
    ClockStopped,
    ClockTerms,
    OnChange,
    Target,
    TermsChanged,
    WorkingDays,
    hours,
    minutes,
)
from harmony_core.sla._clock_history import MESSAGES

LONDON = Calendar.of("Europe/London", {"mon-fri": "09:00-17:00"})
ALWAYS = Calendar.of("UTC", {"daily": "00:00-24:00"})
RESOLVE = ClockTerms(LONDON, [Target.of("resolve", hours(8), warn_at=[50, 75])])


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of January 2026, in which London keeps UTC; the 5th is a Monday."""
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


def clock(*events: ClockEvent, terms: ClockTerms = RESOLVE) -> Clock:
    return Clock([ClockStarted(at(5, 9), terms), *events])


def test_due_is_the_close_and_breach_the_next_opening() -> None:
    reading = clock().read("resolve", at(5, 17))
    assert (reading.due, reading.breach_at) == (at(5, 17), at(6, 9))
    assert reading.elapsed == hours(8)
    assert reading.percent == 100
    assert not reading.is_breached
    assert not clock().read("resolve", at(6, 9)).is_breached
    assert clock().read("resolve", at(6, 9, 1)).is_breached


def test_what_stops_exactly_at_the_close_or_before_it_opens_again_is_in_time() -> None:
    for moment in (at(5, 17), at(6, 8), at(6, 9)):
        assert not clock(ClockStopped(moment)).read("resolve", at(7, 9)).is_breached
    assert clock(ClockStopped(at(6, 9, 1))).read("resolve", at(7, 9)).is_breached


def test_a_paused_clock_has_no_due_instant_and_its_remainder_is_frozen() -> None:
    paused = clock(ClockPaused(at(5, 12)))
    for moment in (at(5, 12), at(6, 10), at(9, 10)):
        reading = paused.read("resolve", moment)
        assert reading.state is ClockState.PAUSED
        assert (reading.due, reading.breach_at) == (None, None)
        assert reading.remaining == hours(5)
    assert [one.at for one in reading.warnings] == [None, None]
    again = paused.and_then(ClockResumed(at(6, 16))).read("resolve", at(6, 16))
    assert again.due == at(7, 13)
    assert [one.at for one in again.warnings] == [at(6, 17), at(7, 11)]


def test_what_was_due_before_the_pause_stays_due() -> None:
    reading = clock(ClockPaused(at(6, 10))).read("resolve", at(7, 10))
    assert (reading.due, reading.breach_at) == (at(5, 17), at(6, 9))
    assert reading.remaining == -hours(1)


def test_a_pause_outside_hours_costs_nothing() -> None:
    night = clock(ClockPaused(at(5, 17)), ClockResumed(at(6, 9)))
    assert night.read("resolve", at(6, 12)).elapsed == clock().read("resolve", at(6, 12)).elapsed


def test_pauses_for_several_reasons_are_one_pause() -> None:
    both = clock(
        ClockPaused(at(5, 10), "customer"),
        ClockPaused(at(5, 11), "supplier"),
        ClockResumed(at(5, 12), "customer"),
        ClockResumed(at(5, 14), "supplier"),
    )
    assert both.pauses(at(5, 15)) == ((at(5, 10), at(5, 14)),)
    assert both.read("resolve", at(5, 15)).elapsed == hours(2)
    assert both.read("resolve", at(5, 13)).state is ClockState.PAUSED
    assert both.pauses(at(5, 13)) == ((at(5, 10), None),)


def test_a_reading_knows_nothing_of_what_comes_later() -> None:
    events = (ClockPaused(at(5, 12)), ClockResumed(at(5, 14)), ClockStopped(at(5, 16)))
    assert clock(*events).read("resolve", at(5, 13)) == clock(events[0]).read("resolve", at(5, 13))


def test_each_target_is_done_on_its_own() -> None:
    terms = ClockTerms.of(LONDON, respond=hours(1), resolve=hours(8))
    found = clock(ClockStopped(at(5, 11), "respond"), terms=terms).at(at(5, 12))
    assert found["respond"].is_breached
    assert found["respond"].stopped_at == at(5, 11)
    assert found["respond"].elapsed == hours(2)
    assert found["resolve"].state is ClockState.RUNNING
    assert found["resolve"].elapsed == hours(3)


def test_a_target_that_is_not_pausable_runs_on() -> None:
    terms = ClockTerms(LONDON, [Target.of("respond", hours(4), pausable=False)])
    reading = clock(ClockPaused(at(5, 10)), terms=terms).read("respond", at(5, 12))
    assert (reading.state, reading.elapsed, reading.due) == ("running", hours(3), at(5, 13))


def test_a_target_may_have_a_calendar_of_its_own() -> None:
    terms = ClockTerms(
        LONDON, [Target.of("respond", hours(10), calendar=ALWAYS), Target.of("plan", hours(10))]
    )
    assert clock(terms=terms).read("respond", at(5, 10)).due == at(5, 19)
    assert clock(terms=terms).read("plan", at(5, 10)).due == at(6, 11)


def test_working_days_are_the_open_time_until_they_are_over() -> None:
    terms = ClockTerms.of(LONDON, plan=WorkingDays(2), close=WorkingDays(0, "close"))
    late = Clock([ClockStarted(at(9, 16), terms)])  # a Friday
    assert late.read("plan", at(9, 16)).due == at(13, 16)
    assert late.read("close", at(9, 16)).due == at(9, 17)
    paused = late.and_then(ClockPaused(at(12, 9)), ClockResumed(at(12, 17)))
    assert paused.read("plan", at(12, 17)).due == at(14, 16)


CHANGED = ClockTerms.of(ALWAYS, resolve=hours(20))


@pytest.mark.parametrize(
    ("on_change", "elapsed", "due"),
    [
        # Paused from 10:00 to 12:00; round the clock from 18:00 on; read at 20:00.
        (OnChange.RETROACTIVE, hours(9), at(6, 7)),
        (OnChange.RETROACTIVE_WITHOUT_PAUSES, hours(11), at(6, 5)),
        (OnChange.RESTART, hours(2), at(6, 14)),
        (OnChange.CARRY, hours(8), at(6, 8)),
    ],
)
def test_what_becomes_of_used_time_when_terms_change(
    on_change: OnChange, elapsed: timedelta, due: datetime
) -> None:
    changed = clock(
        ClockPaused(at(5, 10)),
        ClockResumed(at(5, 12)),
        TermsChanged(at(5, 18), CHANGED, on_change, "contract"),
    )
    reading = changed.read("resolve", at(5, 20))
    assert (reading.elapsed, reading.due) == (elapsed, due)


@pytest.mark.parametrize("on_change", OnChange)
def test_a_pause_goes_on_through_a_change(on_change: OnChange) -> None:
    changed = clock(ClockPaused(at(5, 10)), TermsChanged(at(5, 12), CHANGED, on_change))
    reading = changed.read("resolve", at(5, 20))
    assert reading.state is ClockState.PAUSED
    forgotten = on_change is OnChange.RETROACTIVE_WITHOUT_PAUSES
    used = {OnChange.RESTART: hours(0)}.get(on_change, hours(3) if forgotten else hours(1))
    assert reading.elapsed == used


def test_a_shorter_target_may_have_been_over_when_it_came() -> None:
    urgent = ClockTerms.of(LONDON, resolve=hours(2))
    reading = clock(TermsChanged(at(5, 15), urgent, "carry")).read("resolve", at(5, 15))
    assert (reading.due, reading.is_breached) == (at(5, 11), True)


def test_time_that_ran_out_as_the_terms_changed_breaches_at_the_next_opening_of_the_new() -> None:
    later = Calendar.of("UTC", {"mon-fri": "20:00-22:00"})
    changed = clock(TermsChanged(at(5, 17), ClockTerms.of(later, resolve=hours(8)), "carry"))
    reading = changed.read("resolve", at(5, 18))
    assert (reading.due, reading.breach_at) == (at(5, 17), at(5, 20))


def test_what_is_done_stays_judged_by_the_terms_under_which_it_was_done() -> None:
    first = ClockTerms.of(LONDON, respond=hours(1), resolve=hours(8))
    then = ClockTerms.of(LONDON, respond=minutes(5), resolve=hours(2))
    changed = clock(
        ClockStopped(at(5, 9, 30), "respond"),
        TermsChanged(at(5, 10), then, "retroactive"),
        terms=first,
    )
    assert not changed.read("respond", at(5, 12)).is_breached
    assert changed.read("resolve", at(5, 12)).is_breached


def test_a_target_that_is_no_longer_promised_is_not_read_and_comes_back_with_what_it_had() -> None:
    planned = ClockTerms.of(LONDON, plan=hours(8), resolve=hours(16))
    without = ClockTerms.of(LONDON, resolve=hours(16))
    gone = clock(TermsChanged(at(5, 11), without, "carry"), terms=planned)
    with pytest.raises(NotFound, match=r"no target 'plan' at .*; promised are resolve"):
        gone.read("plan", at(5, 12))
    back = gone.and_then(TermsChanged(at(5, 13), planned, "carry"))
    assert back.read("plan", at(5, 14)).elapsed == hours(3)
    assert back.read("resolve", at(5, 14)).elapsed == hours(5)


def test_the_time_for_which_it_was_done_does_not_count() -> None:
    again = clock(ClockStopped(at(5, 12)), ClockReopened(at(6, 10)))
    reading = again.read("resolve", at(6, 11))
    assert (reading.elapsed, reading.due, reading.state) == (hours(4), at(6, 15), "running")
    doubted = again.and_then(TermsChanged(at(6, 12), CHANGED, "retroactive"))
    assert doubted.read("resolve", at(6, 12)).elapsed == hours(5)


@pytest.mark.parametrize(
    ("on_change", "elapsed"),
    [("retroactive", 4), ("restart", 1), ("carry", 2), ("retroactive_without_pauses", 4)],
)
def test_what_is_reopened_learns_of_changes_that_it_missed(on_change: str, elapsed: int) -> None:
    # Responded to after an hour of London's; round the clock from 18:00 on; reopened at 19:00.
    first = ClockTerms.of(LONDON, respond=hours(4), resolve=hours(8))
    then = ClockTerms.of(ALWAYS, respond=hours(6), resolve=hours(8))
    early = Clock(
        [
            ClockStarted(at(5, 7), first),
            ClockStopped(at(5, 10), "respond"),
            TermsChanged(at(5, 18), then, on_change),
        ]
    )
    done = early.read("respond", at(5, 20))
    assert (done.elapsed, done.time) == (hours(1), hours(4))
    again = early.and_then(ClockReopened(at(5, 19), "respond")).read("respond", at(5, 20))
    assert (again.elapsed, again.time) == (hours(elapsed), hours(6))


@pytest.mark.parametrize("on_change", OnChange)
def test_what_was_done_before_anybody_promised_it_is_done(on_change: OnChange) -> None:
    planned = ClockTerms.of(LONDON, plan=hours(2), resolve=hours(8))
    early = clock(
        ClockPaused(at(5, 9, 30)),
        ClockStopped(at(5, 10), "plan"),
        ClockResumed(at(5, 10, 30)),
        TermsChanged(at(5, 11), planned, on_change),
    )
    assert set(early.at(at(5, 10, 45))) == {"resolve"}
    plan = early.read("plan", at(5, 12))
    assert (plan.state, plan.stopped_at) == (ClockState.STOPPED, at(5, 10))
    used = {OnChange.RETROACTIVE: minutes(30), OnChange.RETROACTIVE_WITHOUT_PAUSES: hours(1)}
    assert plan.elapsed == used.get(on_change, hours(0))
    done, stands = early.history("plan", at(5, 12)).lines
    assert (done.at, stands.at) == (at(5, 10), at(5, 12))
    again = early.and_then(ClockReopened(at(5, 14), "plan")).read("plan", at(5, 16))
    assert (again.state, again.elapsed) == ("running", used.get(on_change, hours(0)) + hours(2))
    with pytest.raises(InvalidValue, match="it was done at 2026-01-05T10:00"):
        early.and_then(ClockStopped(at(5, 10, 15), "plan"))
    doubted = early.and_then(ClockReopened(at(5, 10, 15), "plan")).read("plan", at(5, 12))
    assert doubted.state is ClockState.RUNNING


def test_pauses_do_not_count_either_for_a_target_that_a_change_promises_first() -> None:
    planned = ClockTerms.of(LONDON, plan=hours(8), resolve=hours(8))
    for on_change, elapsed in (("retroactive_without_pauses", 3), ("retroactive", 2)):
        changed = clock(
            ClockPaused(at(5, 10)),
            ClockResumed(at(5, 11)),
            TermsChanged(at(5, 12), planned, on_change),
        ).at(at(5, 12))
        assert {reading.elapsed for reading in changed.values()} == {hours(elapsed)}


def test_a_pause_covers_what_was_not_used_on_whatever_calendar_counted() -> None:
    changed = clock(
        ClockPaused(at(5, 16)),
        TermsChanged(at(5, 20), CHANGED, "carry"),
        ClockResumed(at(5, 22)),
    )
    told = changed.history("resolve", at(5, 23)).lines
    assert told[-2].as_text().endswith("went on, the pause covered 03:00 of open time")


def test_what_nothing_promises_any_more_stays_done() -> None:
    planned = ClockTerms.of(LONDON, plan=hours(8), resolve=hours(16))
    gone = clock(
        ClockStopped(at(5, 10), "plan"),
        TermsChanged(at(5, 11), RESOLVE, "carry"),
        ClockReopened(at(5, 12), "plan"),
        terms=planned,
    )
    assert gone.read("plan", at(5, 13)).stopped_at == at(5, 10)


def test_working_days_of_several_zones_are_refused_at_once() -> None:
    both = LONDON | Calendar.of("Asia/Kolkata", {"mon-fri": "09:00-17:00"})
    with pytest.raises(InvalidValue, match="say whose days they are"):
        ClockTerms.of(both, plan=WorkingDays(2))
    terms = ClockTerms.of(both, plan=WorkingDays(2, zone="Europe/London"))
    assert clock(terms=terms).read("plan", at(5, 10)).due == at(7, 9)


def test_a_stop_ends_the_pause() -> None:
    done = clock(ClockPaused(at(5, 10)), ClockStopped(at(5, 16)))
    reading = done.read("resolve", at(6, 10))
    assert (reading.state, reading.elapsed, reading.due) == ("stopped", hours(1), at(6, 15))


def test_all_that_is_done_at_one_instant_may_be_said_twice_over() -> None:
    terms = ClockTerms.of(LONDON, respond=hours(1), resolve=hours(8))
    stops = [ClockStopped(at(5, 11)), *(ClockStopped(at(5, 11), name) for name in terms.names)]
    found = clock(*stops, terms=terms).at(at(5, 12))
    assert {reading.stopped_at for reading in found.values()} == {at(5, 11)}
    told = clock(*stops, terms=terms).history("resolve", at(5, 12))
    assert [line.at.hour for line in told.lines] == [9, 11, 12]
    both = clock(*stops, ClockReopened(at(5, 12)), ClockReopened(at(5, 12), "resolve"), terms=terms)
    assert {reading.state for reading in both.at(at(5, 13)).values()} == {ClockState.RUNNING}


IMPOSSIBLE: list[tuple[list[ClockEvent], str]] = [
    ([], "there are no events"),
    ([ClockPaused(at(5, 9))], "ClockPaused at 2026-01-05T09:00:00.00:00 is before any start"),
    ([ClockStarted(at(5, 9), RESOLVE), ClockPaused(at(5, 8))], "is before any start"),
    ([ClockStarted(at(5, 9), RESOLVE), ClockStarted(at(5, 10), RESOLVE)], "one clock starts once"),
    ([ClockStarted(at(5, 9), RESOLVE), ClockResumed(at(5, 10))], "not paused for that"),
    (
        [ClockStarted(at(5, 9), RESOLVE), ClockPaused(at(5, 10), "a"), ClockPaused(at(5, 11), "a")],
        "paused for that since 2026-01-05T10:00",
    ),
    (
        [
            ClockStarted(at(5, 9), RESOLVE),
            ClockPaused(at(5, 10), "a"),
            ClockResumed(at(5, 11), "b"),
        ],
        "it was paused for 'a' then",
    ),
    (
        [
            ClockStarted(at(5, 9), RESOLVE),
            ClockPaused(at(5, 10)),
            ClockStopped(at(5, 11)),
            ClockResumed(at(5, 12)),
        ],
        "for nothing then, as the stop at 2026-01-05T11:00:00.00:00 had ended its pauses",
    ),
    (
        [ClockStarted(at(5, 9), RESOLVE), ClockStopped(at(5, 10)), ClockPaused(at(5, 11))],
        "put a ClockReopened before it",
    ),
    (
        [ClockStarted(at(5, 9), RESOLVE), ClockStopped(at(5, 10)), ClockStopped(at(5, 11))],
        "everything was done by then",
    ),
    (
        [
            ClockStarted(at(5, 9), RESOLVE),
            ClockStopped(at(5, 10), "resolve"),
            ClockStopped(at(5, 11), "resolve"),
        ],
        "it was done at 2026-01-05T10:00",
    ),
    (
        [ClockStarted(at(5, 9), RESOLVE), ClockStopped(at(5, 10), "respnd")],
        "no terms of this clock promise that; they promise resolve",
    ),
    ([ClockStarted(at(5, 9), RESOLVE), ClockReopened(at(5, 10))], "it was not done"),
    (
        [
            ClockStarted(at(5, 9), RESOLVE),
            TermsChanged(at(5, 10), RESOLVE, "carry"),
            TermsChanged(at(5, 10), CHANGED, "carry"),
        ],
        "two changes of the terms at 2026-01-05T10:00",
    ),
]


@pytest.mark.parametrize(("events", "reason"), IMPOSSIBLE)
def test_an_impossible_history_is_refused_with_the_reason(
    events: list[ClockEvent], reason: str
) -> None:
    with pytest.raises(InvalidValue, match=reason):
        Clock(events)
    with pytest.raises(InvalidValue, match=reason):
        Clock(reversed(events))


def test_nothing_is_read_before_the_start_or_without_a_zone() -> None:
    with pytest.raises(InvalidValue, match="there is nothing to read"):
        clock().read("resolve", at(5, 8))
    with pytest.raises(InvalidValue, match="has no time zone"):
        clock().read("resolve", datetime(2026, 1, 5, 12))  # noqa: DTZ001
    with pytest.raises(InvalidValue, match="has no time zone"):
        ClockPaused(datetime(2026, 1, 5, 12))  # noqa: DTZ001
    with pytest.raises(
        InvalidValue, match="each of the events of a clock must be a ClockStarted or"
    ):
        Clock([at(5, 9)])  # type: ignore[list-item]


def test_a_calendar_that_never_opens_is_refused_at_once_unless_it_is_done() -> None:
    never = ClockTerms.of(Calendar.of("UTC", {}), resolve=hours(1))
    with pytest.raises(BeyondHorizon):
        clock(terms=never).read("resolve", at(5, 10))
    done = clock(ClockStopped(at(5, 12)), terms=never).read("resolve", at(6, 10))
    assert (done.elapsed, done.due, done.is_breached) == (hours(0), None, False)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Target.of("resolve", hours(0)), "leaves no time"),
        (lambda: Target.of("resolve", WorkingDays(0)), "leaves no time"),
        (lambda: Target.of("resolve", -hours(1)), "needs time above zero"),
        (lambda: Target("resolve"), "either time or working days"),
        (lambda: Target.of("", hours(1)), "must not be empty"),
        (lambda: Target.of("resolve", hours(1), warn_at=[0]), "above 0 percent"),
        (lambda: Target.of("resolve", hours(1), warn_at=[0.5]), "exact percentage"),  # type: ignore[list-item]
        (lambda: Target.of("resolve", hours(1), warn_at=["half"]), "is a percentage"),
        (lambda: ClockTerms(LONDON, []), "at least one target"),
        (lambda: ClockTerms(LONDON, [*RESOLVE.targets, *RESOLVE.targets]), "'resolve' twice"),
        (lambda: ClockTerms("London", RESOLVE.targets), "runs on a calendar"),
    ],
)
def test_terms_that_promise_nothing_are_refused(make: object, reason: str) -> None:
    with pytest.raises(InvalidValue, match=reason):
        make()  # type: ignore[operator]


def test_warning_levels_are_points_on_the_same_clock() -> None:
    terms = ClockTerms(LONDON, [Target.of("resolve", hours(12), warn_at=["33.3", 50, 100, 150])])
    reading = clock(terms=terms).read("resolve", at(6, 13))
    points = {str(float(one.percent)): one.at for one in reading.warnings}
    assert points["50.0"] == at(5, 15)
    assert points["100.0"] == reading.due == at(6, 13)
    assert points["150.0"] == at(7, 11)  # an escalation
    assert reading.next_warning is not None
    assert reading.next_warning.percent == 150
    assert reading.warned == (Fraction("33.3"), Fraction(50), Fraction(100))


def test_what_no_calendar_ever_holds_is_a_level_without_an_instant() -> None:
    far = ClockTerms(LONDON, [Target.of("resolve", hours(8), warn_at=[50, 10**8, 10**30])])
    found = clock(terms=far).read("resolve", at(5, 10)).warnings
    assert [level.at for level in found] == [at(5, 13), None, None]
    endless = ClockTerms.of(LONDON, resolve=timedelta.max)
    waiting = clock(ClockPaused(at(5, 10)), terms=endless)
    assert waiting.read("resolve", at(5, 11)).remaining == timedelta.max - hours(1)
    assert str(waiting.history("resolve", at(5, 11))).endswith("due when it goes on")


def test_a_history_is_told_in_the_readers_language_and_zone() -> None:
    terms = ClockTerms.of(LONDON, resolve=hours(20))
    told = Clock(
        [
            ClockStarted(datetime(2026, 3, 26, 15, tzinfo=UTC), terms),
            ClockPaused(datetime(2026, 3, 27, 16, 10, tzinfo=UTC), "customer"),
            ClockResumed(datetime(2026, 3, 30, 10, tzinfo=UTC), "customer"),
        ]
    ).history("resolve", datetime(2026, 3, 30, 11, tzinfo=UTC))
    assert told.as_text(zone="Europe/London").splitlines() == [
        "2026-03-26 15:00 GMT  started, 20:00 promised",
        "2026-03-27 16:10 GMT  09:10 used before the pause: customer",
        "2026-03-30 11:00 BST  went on, the pause covered 02:50 of open time",
        "2026-03-30 12:00 BST  10:10 used, 09:50 left, due 2026-03-31 13:50 BST",
    ]
    german = told.as_text(Culture.of("de"), "Asia/Kolkata").splitlines()
    assert german[1] == "2026-03-27 21:40 IST  09:10 vor der Pause verbraucht: Kunde"
    assert german[3] == (
        "2026-03-30 16:30 IST  10:10 verbraucht, 09:50 übrig, fällig 2026-03-31 18:20 IST"
    )
    assert "<pre>" in told._repr_html_()


def test_a_history_knows_every_event() -> None:
    told = clock(
        ClockPaused(at(5, 10)),
        ClockResumed(at(5, 11)),
        TermsChanged(at(5, 12), CHANGED, "carry", "contract"),
        ClockStopped(at(5, 13)),
        ClockReopened(at(5, 14)),
        TermsChanged(at(5, 15), RESOLVE, "restart", "priority"),
        ClockStopped(at(6, 16)),
    ).history("resolve", at(7, 9))
    assert [line.as_text().split("  ")[1] for line in told.lines] == [
        "started, 08:00 promised",
        "01:00 used before the pause",
        "went on, the pause covered 01:00 of open time",
        "contract, goes on: 02:00 used of 20:00",
        "done, 03:00 used",
        "reopened, 03:00 used before",
        "priority, begins anew: 04:00 used before no longer count, 08:00 promised",
        "done, 09:00 used",
        "too late: 09:00 used of 08:00, 01:00 over",
    ]


def test_a_history_tells_of_one_target_and_of_nothing_while_it_is_not_promised() -> None:
    planned = ClockTerms.of(LONDON, plan=hours(8), resolve=hours(16))
    events: list[ClockEvent] = [
        ClockStopped(at(5, 10), "plan"),
        ClockReopened(at(5, 11)),
        TermsChanged(at(5, 12), RESOLVE, "carry", "priority"),
        ClockPaused(at(5, 13)),
        ClockResumed(at(5, 14)),
        TermsChanged(at(5, 15), RESOLVE, "carry", "contract"),
        TermsChanged(at(5, 16), planned, "carry", "priority"),
    ]
    whole = clock(*events, terms=planned)
    assert [line.as_text()[11:] for line in whole.history("plan", at(5, 17)).lines] == [
        "09:00 UTC  started, 08:00 promised",
        "10:00 UTC  done, 01:00 used",
        "11:00 UTC  reopened, 01:00 used before",
        "12:00 UTC  priority: no longer promised, 02:00 used before",
        "16:00 UTC  priority, goes on: 02:00 used of 08:00",
        "17:00 UTC  03:00 used, 05:00 left, due 2026-01-06 14:00 UTC",
    ]
    assert "reopened" not in str(whole.history("resolve", at(5, 17)))


def test_what_a_history_says_is_there_in_german() -> None:
    assert missing_messages(MESSAGES.values(), Culture.of("de")) == ()


def test_the_time_used_explains_itself() -> None:
    reading = clock(ClockPaused(at(5, 10)), ClockResumed(at(5, 12))).read("resolve", at(5, 14))
    why = reading.explanation
    assert why.evaluate() == why.value == 180
    assert "used: 60 + 120 = 180 min" in why.as_text()
    assert date(2026, 1, 5).isoformat() in why.as_text()

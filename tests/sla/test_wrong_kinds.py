"""Whatever is given to the package in place of what it takes, it answers, or says what it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from harmony_core import sla
from harmony_core.culture import Culture
from harmony_core.errors import HarmonyError, InvalidValue
from harmony_core.periods import InstantSpan

MOMENT, DAY = datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 2)
SPAN = InstantSpan(MOMENT, MOMENT + timedelta(days=20))
OFFICE = sla.Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"})
TARGET = sla.Target.of("fix", sla.hours(4), warn_at=[50])
TERMS = sla.ClockTerms(OFFICE, [TARGET])
CLOCK = sla.Clock([sla.ClockStarted(MOMENT, TERMS)])
READING = CLOCK.read("fix", MOMENT)
RULE = sla.PolicyRule.of(priority="P1", fix=sla.hours(8))
GOLD = sla.ServicePolicy("gold", [RULE, sla.PolicyRule.of(fix=sla.hours(24))])
GRANTED = sla.Entitlement("default", policy=GOLD, calendar=OFFICE, first_day=date(2026, 1, 1))
ENTITLED = sla.entitled([GRANTED], DAY)
KEPT = sla.KeptDue.of(READING)
ROTA = sla.Rota.of({"Ann": OFFICE})
HISTORY = CLOCK.history("fix", MOMENT)
GERMAN = Culture.of("de")
THEIR: dict[str, object] = {"priority": "P1", "service": None}

TAKE: dict[Callable[..., object], dict[str, object]] = {
    sla.Calendar.of: {
        "zone": "UTC",
        "hours": {"mon": "09:00-10:00"},
        "holidays": (),
        "overrides": {},
        "breaks": {},
        "holiday_rule": "civil_day",
    },
    sla.Calendar: {
        "zone": "UTC",
        "week": [()] * 7,
        "overrides": (),
        "holidays": (),
        "public_holidays": (),
        "breaks": (),
        "holiday_rule": "civil_day",
    },
    sla.CalendarUnion: {"parts": [OFFICE]},
    sla.CalendarIntersection: {"parts": [OFFICE]},
    sla.CalendarDifference: {"base": OFFICE, "without": OFFICE},
    sla.OpenSpans: {"spans": [SPAN]},
    OFFICE.__or__: {"other": OFFICE},
    OFFICE.__and__: {"other": OFFICE},
    OFFICE.__sub__: {"other": OFFICE},
    OFFICE.add: {"start": MOMENT, "duration": sla.hours(1)},
    OFFICE.subtract: {"end": MOMENT, "duration": sla.WorkingDays(1)},
    OFFICE.between: {"start": MOMENT, "end": MOMENT},
    OFFICE.is_open: {"moment": MOMENT},
    OFFICE.next_open: {"moment": MOMENT},
    OFFICE.next_close: {"moment": MOMENT},
    OFFICE.open_spans: {"start": MOMENT, "end": MOMENT},
    OFFICE.working_days: {"first": DAY, "last": DAY, "zone": None},
    OFFICE.closed_during: {"spans": [SPAN]},
    sla.Opening: {"opens": time(9), "closes": time(10)},
    sla.Opening.of: {"hours": "09:00-10:00"},
    sla.DayHours: {"day": DAY, "hours": "09:00-10:00"},
    sla.PublicHolidays: {"country": "GB", "subdivision": "ENG", "categories": ("public",)},
    sla.PublicHolidays.of: {"place": "GB"},
    sla.PublicHolidays("GB").days: {"first_year": 2026, "last_year": 2026},
    sla.Turns: {"zone": "UTC", "first": DAY, "turn": 1, "of": 3, "days": 7, "at": "09:00"},
    sla.Rota: {"members": (("Ann", OFFICE),)},
    sla.Rota.of: {"members": {"Ann": OFFICE}},
    ROTA.on: {"moment": MOMENT},
    ROTA.duties: {"start": MOMENT, "end": MOMENT},
    ROTA.next_handover: {"moment": MOMENT},
    sla.hours: {"count": 1},
    sla.minutes: {"count": 1},
    sla.seconds: {"count": 1},
    sla.in_hours: {"duration": sla.hours(1)},
    sla.in_minutes: {"duration": sla.hours(1)},
    sla.WorkingDays: {"count": 1, "at": "close", "zone": "UTC"},
    sla.zone_key: {"zone": "UTC"},
    sla.zones_of: {"country": "GB"},
    sla.Target: {
        "name": "fix",
        "time": None,
        "working_days": sla.WorkingDays(1),
        "warn_at": [50],
        "pausable": True,
        "calendar": OFFICE,
    },
    sla.Target.of: {"name": "fix", "within": sla.hours(1), "warn_at": (), "pausable": True},
    TARGET.open_time: {"calendar": OFFICE, "begin": MOMENT},
    sla.ClockTerms: {"calendar": OFFICE, "targets": [TARGET]},
    sla.ClockTerms.of: {"fix": sla.hours(1)},
    TERMS.target: {"name": "fix"},
    TERMS.calendar_of: {"target": TARGET},
    sla.ClockStarted: {"at": MOMENT, "terms": TERMS},
    sla.ClockPaused: {"at": MOMENT, "reason": ""},
    sla.ClockResumed: {"at": MOMENT, "reason": ""},
    sla.ClockStopped: {"at": MOMENT, "target": None},
    sla.ClockReopened: {"at": MOMENT, "target": None},
    sla.TermsChanged: {"at": MOMENT, "terms": TERMS, "on_change": "carry", "what": ""},
    sla.Clock: {"events": [sla.ClockStarted(MOMENT, TERMS)]},
    CLOCK.and_then: {},
    CLOCK.read: {"target": "fix", "moment": MOMENT},
    CLOCK.at: {"moment": MOMENT},
    CLOCK.history: {"target": "fix", "moment": MOMENT},
    CLOCK.pauses: {"moment": MOMENT},
    HISTORY.as_text: {"wording": GERMAN, "zone": "UTC"},
    HISTORY.lines[0].as_text: {"wording": GERMAN, "zone": "UTC"},
    sla.PolicyRule: {"targets": [TARGET], **THEIR},
    sla.PolicyRule.of: {"fix": sla.hours(1), **THEIR},
    RULE.fits: THEIR,
    sla.ServicePolicy: {
        "name": "gold",
        "rules": [RULE],
        "on_priority": "carry",
        "on_contract": "carry",
        "on_calendar": "carry",
    },
    GOLD.rule_for: THEIR,
    GOLD.terms: {"calendar": OFFICE, **THEIR},
    GOLD.change: {"at": MOMENT, "terms": TERMS, "what": "priority"},
    sla.Entitlement: {
        "level": "site",
        "of": "datacentre",
        "policy": GOLD,
        "calendar": OFFICE,
        "first_day": DAY,
        "last_day": DAY,
    },
    GRANTED.holds_on: {"day": DAY},
    sla.entitled: {
        "entitlements": [GRANTED],
        "day": DAY,
        "asset": None,
        "contract": "C-7",
        "customer": None,
        "site": None,
        "team": None,
    },
    ENTITLED.as_text: {"wording": GERMAN},
    ENTITLED.terms: THEIR,
    sla.attainment: {
        "clocks": {"T-1": CLOCK},
        "target": "fix",
        "spans": [SPAN],
        "as_of": MOMENT,
        "counted_by": "due",
        "groups": {"T-1": "P1"},
    },
    sla.picture: {
        "calendars": OFFICE,
        "first_day": DAY,
        "last_day": DAY,
        "zone": "UTC",
        "clock": CLOCK,
        "target": "fix",
        "moment": MOMENT,
        "wording": GERMAN,
    },
    sla.KeptDue: {
        "due": MOMENT,
        "breach_at": MOMENT,
        "content_hash": "5f",
        "tz_version": "2026f",
        "holiday_version": "",
    },
    sla.KeptDue.of: {"answer": READING},
    KEPT.outdated: {"tz_version": None, "holiday_version": None},
}

# Some are told by their place alone.
FIRST: dict[Callable[..., object], object] = {
    sla.ClockTerms.of: OFFICE,
    CLOCK.and_then: sla.ClockStopped(MOMENT),
    KEPT.outdated: OFFICE,
}

NAIVE = MOMENT.replace(tzinfo=None)
WRONG: list[Any] = [
    *(
        None,
        5,
        -1,
        True,
        5.5,
        10**400,
        Decimal("sNaN"),
        Fraction(1, 3),
        float("nan"),
        object(),
        int,
    ),
    *("", "x", "9" * 5000, "\0", b"x", "Europe/London", "P1"),
    *([], (), {}, {1}, [None], [[]], [5], ["x"], [MOMENT], [DAY, 5], [MOMENT, None], [TARGET, 5]),
    *({"x": None}, {5: OFFICE}, {"T-1": 5}, {"mon": 5}, {None: "09:00-10:00"}, {DAY: 5}),
    *(NAIVE, MOMENT, DAY, date.min, date.max, datetime.max.replace(tzinfo=UTC)),
    *(datetime.min.replace(tzinfo=UTC), timedelta(-1), timedelta.max, time(9)),
    *(OFFICE, TERMS, TARGET, CLOCK, READING, SPAN, RULE, GOLD, Culture),
    *(sla.WorkingDays(3), sla.WorkingDays(10**9)),
]

CASES = [
    pytest.param(take, name, id=f"{getattr(take, '__qualname__', take)}-{name}")
    for take, names in TAKE.items()
    for name in ([None, *names] if take in FIRST else names)
]


@pytest.mark.parametrize(("take", "name"), CASES)
def test_the_only_errors_are_ours(take: Callable[..., object], name: str | None) -> None:
    first = [FIRST[take]] if take in FIRST else []
    taken = TAKE[take]
    repr(take(*first, **taken))
    for wrong in WRONG:
        try:
            repr(take(wrong, **taken) if name is None else take(*first, **taken | {name: wrong}))
        except HarmonyError:
            continue


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: sla.picture(OFFICE, DAY, DAY, zone="UTC", wording=WRONG[1]), "Culture.of"),
        (lambda: HISTORY.as_text(WRONG[1]), "a reader's language is one such as"),
        (lambda: HISTORY.as_text(Culture), "a reader's language is one such as"),  # type: ignore[arg-type]
        (lambda: ENTITLED.as_text(WRONG[1]), "a reader's language is one such as"),
        (lambda: GOLD.rule_for(WRONG[1]), "priority or service of the work must be a text or None"),
        (lambda: sla.entitled([GRANTED], DAY, contract=WRONG[1]), "id of the contract must be"),
        (lambda: GRANTED.holds_on(MOMENT), "day of the work must be a plain date"),
        (lambda: TERMS.calendar_of(WRONG[1]), "target of a calendar must be"),
        (lambda: TARGET.open_time(WRONG[1], MOMENT), "a clock runs on a calendar"),
        (lambda: sla.KeptDue(NAIVE, None, "5f", "2026f"), "has no time zone"),
        (lambda: sla.KeptDue(None, None, WRONG[1], "2026f"), "content_hash of a kept due"),
        (lambda: sla.PublicHolidays("GB").days(2026, 10**9), "asked for from 1899 to 2500"),
        (lambda: sla.Rota(((WRONG[1], OFFICE),)), "name in a rota must be a text"),
    ],
)
def test_a_refusal_says_what_is_taken(make: Callable[[], object], said: str) -> None:
    with pytest.raises((InvalidValue, HarmonyError), match=said):
        make()

"""Policies, who is entitled to them, and due instants that are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.sla import (
    Calendar,
    Clock,
    ClockStarted,
    Entitlement,
    KeptDue,
    OnChange,
    Outdated,
    PolicyRule,
    PublicHolidays,
    ServicePolicy,
    entitled,
    hours,
    tz_data_version,
)

LONDON = Calendar.of("Europe/London", {"mon-fri": "09:00-17:00"})
KOLKATA = Calendar.of("Asia/Kolkata", {"mon-fri": "09:00-18:00"})
DAY = date(2026, 3, 2)

GOLD = ServicePolicy(
    "gold",
    [
        PolicyRule.of(resolve=hours(16)),
        PolicyRule.of(priority="P1", resolve=hours(4)),
        PolicyRule.of(service="network", resolve=hours(8)),
        PolicyRule.of(priority="P1", service="network", resolve=hours(2)),
    ],
)
BASIC = ServicePolicy("basic", [PolicyRule.of(resolve=hours(40))])


@pytest.mark.parametrize(
    ("priority", "service", "promised"),
    [
        (None, None, 16),
        ("P3", "mail", 16),
        ("P1", "mail", 4),
        ("P1", None, 4),
        ("P3", "network", 8),
        ("P1", "network", 2),
    ],
)
def test_the_rule_that_names_most_decides(
    priority: str | None, service: str | None, promised: int
) -> None:
    terms = GOLD.terms(LONDON, priority=priority, service=service)
    assert terms.target("resolve").time == hours(promised)


def test_a_tie_between_rules_is_refused_with_both() -> None:
    tied = ServicePolicy("tied", GOLD.rules[:3])
    with pytest.raises(
        RuleBroken, match="for priority 'P1' and for service 'network': add one for"
    ):
        tied.rule_for("P1", "network")
    assert tied.rule_for("P1", "mail").priority == "P1"


def test_work_for_which_nothing_is_promised_is_refused_with_the_rules() -> None:
    only = ServicePolicy("only", GOLD.rules[1:2])
    with pytest.raises(NotFound, match=r"nothing for priority 'P2'.* rules for priority 'P1'"):
        only.terms(LONDON, priority="P2")


def test_a_policy_without_rules_or_with_one_twice_is_refused() -> None:
    with pytest.raises(InvalidValue, match="it promises nothing"):
        ServicePolicy("none", [])
    with pytest.raises(InvalidValue, match="two rules for priority 'P1': keep one"):
        ServicePolicy("twice", [GOLD.rules[1], PolicyRule.of(priority="P1", respond=hours(1))])
    with pytest.raises(InvalidValue, match="the rule for everything else promises nothing"):
        PolicyRule.of()
    with pytest.raises(InvalidValue, match="WhatChanged is one of"):
        GOLD.change(datetime(2026, 3, 2, tzinfo=UTC), GOLD.terms(LONDON), "mood")


def test_a_policy_says_what_a_change_does() -> None:
    policy = ServicePolicy("own", BASIC.rules, on_contract="restart", on_calendar="retroactive")
    terms, at = policy.terms(LONDON), datetime(2026, 3, 2, 9, tzinfo=UTC)
    found = [policy.change(at, terms, what) for what in ("priority", "contract", "calendar")]
    assert [one.on_change for one in found] == [
        OnChange.RETROACTIVE,
        OnChange.RESTART,
        OnChange.RETROACTIVE,
    ]
    assert [one.what for one in found] == ["priority", "contract", "calendar"]


GRANTED = [
    Entitlement("default", policy=BASIC, calendar=LONDON),
    Entitlement("team", "night desk", calendar=KOLKATA),
    Entitlement("customer", "Brightwater", policy=GOLD),
    Entitlement("contract", "C-7", policy=BASIC, first_day=DAY, last_day=DAY),
]


@pytest.mark.parametrize(
    ("ids", "policy_from", "calendar_from"),
    [
        ({}, "the default", "the default"),
        ({"team": "night desk"}, "the default", "team 'night desk'"),
        ({"customer": "Brightwater"}, "customer 'Brightwater'", "the default"),
        (
            {"contract": "C-7", "customer": "Brightwater", "team": "night desk"},
            "contract 'C-7'",
            "team 'night desk'",
        ),
        ({"contract": "C-8", "customer": "Other", "site": "x"}, "the default", "the default"),
    ],
)
def test_the_first_level_that_grants_it_decides(
    ids: dict[str, str], policy_from: str, calendar_from: str
) -> None:
    found = entitled(GRANTED, DAY, **ids)
    assert (str(found.policy_from), str(found.calendar_from)) == (policy_from, calendar_from)
    assert entitled(reversed(GRANTED), DAY, **ids) == found


def test_an_entitlement_holds_on_its_days_alone() -> None:
    for day in (date(2026, 3, 1), date(2026, 3, 3)):
        found = entitled(GRANTED, day, contract="C-7", customer="Brightwater")
        assert found.policy == GOLD
        assert [(str(one), one.grants) for one in found.asked] == [
            ("contract 'C-7'", ()),
            ("customer 'Brightwater'", (GRANTED[2],)),
            ("the default", (GRANTED[0],)),
        ]
        assert found.as_text(Culture.of("de")).splitlines() == [
            "Vertrag C-7: entscheidet nichts",
            "Kunde Brightwater: Richtlinie gold",
            "standardmäßig: Kalender von Europe/London",
        ]


def test_an_asset_is_asked_before_its_contract() -> None:
    granted = [*GRANTED, Entitlement("asset", "SRV-1", policy=GOLD)]
    assert entitled(granted, DAY, contract="C-7", asset="SRV-1").policy == GOLD


def test_a_tie_and_a_hole_are_refused_with_words() -> None:
    tie = [*GRANTED, Entitlement("customer", "Brightwater", policy=BASIC)]
    with pytest.raises(
        RuleBroken,
        match=r"grants 2 entitlements with a policy on .*, since ever without end and",
    ):
        entitled(tie, DAY, customer="Brightwater")
    with pytest.raises(NotFound, match="no policy on 2026-03-02: asked site 'x', the default"):
        entitled(GRANTED[1:], DAY, site="x")
    with pytest.raises(NotFound, match="no calendar on 2026-03-02"):
        entitled(GRANTED[2:], DAY, customer="Brightwater")


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"level": "default", "of": "x", "policy": BASIC}, "default is everybody's and has no id"),
        ({"level": "team", "policy": BASIC}, "needs its id"),
        ({"level": "team", "of": "x", "policy": "gold"}, "must be a ServicePolicy"),
        ({"level": "team", "of": "x", "calendar": "London"}, "runs on a calendar"),
        ({"level": "team", "of": "x"}, "neither a policy nor a calendar"),
        ({"level": "galaxy", "of": "x"}, "EntitlementLevel is one of"),
        (
            {
                "level": "team",
                "of": "x",
                "policy": BASIC,
                "first_day": date(2026, 3, 2),
                "last_day": date(2026, 3, 1),
            },
            "ends on 2026-03-01, before 2026-03-02",
        ),
    ],
)
def test_an_entitlement_that_cannot_be_is_refused(parts: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidValue, match=reason):
        Entitlement(**parts)  # type: ignore[arg-type]


def test_a_kept_due_says_when_it_must_be_derived_again() -> None:
    start = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)
    england = Calendar.of(
        "Europe/London", {"mon-fri": "09:00-17:00"}, holidays=PublicHolidays("GB", "ENG")
    )
    terms = GOLD.terms(england | KOLKATA)
    reading = Clock([ClockStarted(start, terms)]).read("resolve", start)
    kept = KeptDue.of(reading)
    assert (kept.due, kept.breach_at) == (reading.due, reading.breach_at)
    assert kept.tz_version == tz_data_version()
    assert kept.outdated(*reading.calendars) == ()
    again = kept.outdated(LONDON, tz_version="2099a", holiday_version="9")
    assert again == (Outdated.CALENDAR, Outdated.TIME_ZONES, Outdated.HOLIDAYS)
    plain = KeptDue.of(LONDON.add(start, hours(8)), LONDON)
    assert plain.holiday_version == ""
    assert plain.outdated(LONDON, holiday_version="9") == ()
    with pytest.raises(InvalidValue, match="with that calendar"):
        KeptDue.of(LONDON.add(start, hours(8)))

"""Sightings of several sources: what waits for a decision, and what billing counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import (
    DEFAULT_TRIAGE,
    CountPolicy,
    DeviceEvent,
    EventKind,
    Finding,
    FindingKind,
    IdentityRules,
    Sighting,
    Snapshot,
    Triage,
    TriageDecision,
    TriagePolicy,
    Verdict,
    count_devices,
    devices_from_events,
    events_to_add,
    triage,
)
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.periods import Span

START = date(2026, 4, 1)
GRACE = 3
SHORT = TriagePolicy(grace_days=GRACE)
LENGTH = 20
END = START + timedelta(days=LENGTH)


def day(number: int) -> date:
    return START + timedelta(days=number - 1)


def seen(source: str = "rmm", id_: str = "1", **changes: str) -> Sighting:
    type_, customer = changes.get("type", "laptop"), changes.get("customer_id", "K-1")
    return Sighting(source, id_, type_, customer, {"serial": changes.get("serial", "S-1")})


def snapshot(number: int, *sightings: Sighting, source: str = "rmm") -> Snapshot:
    return Snapshot(source, day(number), sightings)


def only(found: Triage) -> Finding:
    [finding] = found.findings
    return finding


def accepted(sighting: Sighting, device_id: str, number: int = 1) -> TriageDecision:
    return TriageDecision("accept", sighting, device_id, day(number), day(number), "Ann")


def merged(sighting: Sighting, device_id: str, number: int = 1) -> TriageDecision:
    return TriageDecision("merge", sighting, device_id, day(number), day(number), "Ann")


def active_days(found: Triage) -> dict[str, set[date]]:
    return {
        one.id: {each for each in Span(START, END).each_day() if one.is_active(each)}
        for one in found.fleet.devices
    }


# --- laws --------------------------------------------------------------------------------------

# For each source and day: the device was seen, missed, or no snapshot came.
histories = st.lists(st.sampled_from(["seen", "missed", "none"]), min_size=LENGTH, max_size=LENGTH)


def snapshots_of(source: str, history: Iterable[str]) -> list[Snapshot]:
    return [
        Snapshot(source, day(number), [seen(source)] if each == "seen" else [])
        for number, each in enumerate(history, start=1)
        if each != "none"
    ]


@given(st.lists(histories, min_size=1, max_size=3), st.booleans(), st.integers(0, 6))
def test_a_device_is_there_while_any_source_sees_it_and_through_its_grace(
    reports: list[list[str]], off_when_missed: bool, grace: int
) -> None:
    """Against a walk through the days, one by one."""
    by_source = {f"s{number}": each for number, each in enumerate(reports)}
    sources = list(by_source)
    facts = [
        one
        for source, each in zip(sources, reports, strict=True)
        for one in snapshots_of(source, each)
    ]
    decisions = [accepted(seen("s0"), "D-1"), *(merged(seen(each), "D-1") for each in sources[1:])]
    last = day(LENGTH)
    policy = TriagePolicy(grace_days=grace, off_when_missed=off_when_missed)
    found = triage(facts, decisions, last, policy)

    expected: set[date] = set()
    state = dict.fromkeys(sources, "seen")  # decided on, so it was there
    gap: list[date] = []
    for number in range(1, LENGTH + 1):
        for source, report in by_source.items():
            if report[number - 1] != "none" and number > 1:
                state[source] = report[number - 1]
        if "seen" in state.values():
            if off_when_missed and len(gap) <= grace:
                expected.update(gap)
            gap = []
            expected.add(day(number))
        else:
            gap.append(day(number))
            if not off_when_missed and len(gap) <= grace:
                expected.add(day(number))
    if off_when_missed and len(gap) <= grace:
        expected.update(gap)
    assert active_days(found)["D-1"] == expected
    waiting = bool(gap) and len(gap) <= grace
    assert [finding.kind for finding in found.of(FindingKind.VANISHED)] == (
        [FindingKind.VANISHED] * waiting
    )


sightings = st.builds(
    lambda source, id_, type_, customer, serial: Sighting(
        source, id_, type_, customer, {"serial": serial}
    ),
    st.sampled_from(["rmm", "mdm"]),
    st.sampled_from(["1", "2", "3"]),
    st.sampled_from(["laptop", "server"]),
    st.sampled_from(["K-1", "K-2"]),
    st.sampled_from(["S-1", "S-2", "none"]),
)
numbers = st.integers(1, 12)


@st.composite
def facts(draw: st.DrawFn) -> tuple[list[Snapshot], list[TriageDecision]]:
    found = []
    for _ in range(draw(st.integers(0, 10))):
        source = draw(st.sampled_from(["rmm", "mdm"]))
        inside = [one for one in draw(st.lists(sightings, max_size=4)) if one.source == source]
        on = draw(numbers)
        late = draw(st.none() | st.integers(on, 14).map(day))
        found.append(Snapshot(source, day(on), inside, draw(st.booleans()), late))
    decisions = []
    for number in range(draw(st.integers(0, 6))):
        verdict = draw(st.sampled_from(Verdict))
        gone = draw(st.booleans()) and verdict is not Verdict.MERGE
        needs = gone or verdict is not Verdict.IGNORE
        decisions.append(
            TriageDecision(
                verdict,
                draw(sightings),
                draw(st.sampled_from(["D-1", "D-2"])) if needs else None,
                day(draw(numbers)),
                day(draw(numbers)),
                "Ann",
                gone,
                number + 1,
            )
        )
    return found, decisions


@given(facts(), st.data())
def test_neither_the_order_nor_the_repetition_of_anything_matters(
    given_facts: tuple[list[Snapshot], list[TriageDecision]], data: st.DataObject
) -> None:
    snapshots, decisions = given_facts
    on = day(data.draw(st.integers(1, 20)))
    again = triage(
        data.draw(st.permutations([*snapshots, *snapshots])),
        data.draw(st.permutations([*decisions, *decisions])),
        on,
        SHORT,
    )
    assert again == triage(snapshots, decisions, on, SHORT)


@given(facts())
def test_whatever_was_seen_is_decided_on_or_waits(
    given_facts: tuple[list[Snapshot], list[TriageDecision]],
) -> None:
    snapshots, decisions = given_facts
    found = triage(snapshots, decisions, day(20), SHORT)
    waiting = {finding.sighting.key for finding in found.findings}
    decided = {one.sighting.key for one in decisions if not one.gone}
    assert {one.key for each in snapshots for one in each.sightings} <= waiting | decided


@given(facts())
def test_every_finding_can_be_decided_and_is_settled_by_that(
    given_facts: tuple[list[Snapshot], list[TriageDecision]],
) -> None:
    snapshots, decisions = given_facts
    on = day(20)
    for finding in triage(snapshots, decisions, on, SHORT).findings:
        for decision in (
            finding.ignore("Bob", on, number=99),
            finding.accept(
                "Bob",
                on,
                device_id=None if finding.kind is FindingKind.VANISHED else "D-9",
                number=99,
            ),
        ):
            after = triage(snapshots, [*decisions, decision], on, SHORT)
            left = {(one.sighting.key, one.kind is FindingKind.VANISHED) for one in after.findings}
            gone = finding.kind is FindingKind.VANISHED
            assert (finding.sighting.key, gone) not in left


@given(histories, st.integers(1, LENGTH), st.booleans())
def test_on_time_events_stand_and_later_days_only_add(
    history: list[str], earlier: int, off_when_missed: bool
) -> None:
    policy = TriagePolicy(grace_days=GRACE, off_when_missed=off_when_missed)
    reports, decided = snapshots_of("rmm", history), [accepted(seen(), "D-1")]
    before = triage(reports, decided, day(earlier), policy)
    after = triage(reports, decided, day(LENGTH), policy)
    assert set(before.events) <= set(after.events)
    assert {one for one in after.events if one.known_on <= day(earlier)} == set(before.events)


@given(histories, st.sets(st.integers(0, LENGTH - 1)))
def test_late_snapshots_are_made_good_by_events_that_are_added(
    history: list[str], late: set[int]
) -> None:
    decided = [accepted(seen(), "D-1")]
    on_time = snapshots_of(
        "rmm", ["none" if number in late else each for number, each in enumerate(history)]
    )
    kept = triage(on_time, decided, day(LENGTH), SHORT).events
    wanted = triage(snapshots_of("rmm", history), decided, day(LENGTH), SHORT)
    added, problems = events_to_add(kept, wanted.events, day(LENGTH))
    opposite = {
        one.day
        for one in kept
        for other in wanted.events
        if one.day == other.day and one.kind is not other.kind
    }
    assert {problem.split(":")[0] for problem in problems} == {
        f"device D-1, {each}" for each in opposite
    }
    if problems:  # an on and an off of one day net, so neither can be said against the other
        assert added == ()
    else:
        assert devices_from_events(wanted.devices, [*kept, *added]) == wanted.fleet
        assert events_to_add([*kept, *added], wanted.events, day(LENGTH)) == ((), ())


def test_a_device_with_a_day_that_cannot_be_said_is_left_as_it_was() -> None:
    """One day late moves the end of the grace onto what was a return, and the other way round."""
    history = ["seen", "seen", *["missed"] * 4, *["seen"] * 14]
    on_time = ["none" if number in (2, 6) else each for number, each in enumerate(history)]
    decided = [accepted(seen(), "D-1")]
    kept = triage(snapshots_of("rmm", on_time), decided, day(LENGTH), SHORT).events
    wanted = triage(snapshots_of("rmm", history), decided, day(LENGTH), SHORT).events
    assert [(one.day, one.kind.value) for one in kept[1:]] == [(day(7), "off"), (day(8), "on")]
    assert [(one.day, one.kind.value) for one in wanted[1:]] == [(day(6), "off"), (day(7), "on")]
    added, problems = events_to_add(kept, wanted, day(LENGTH))
    assert added == ()
    assert [problem.split(":")[0] for problem in problems] == ["device D-1, 2026-04-07"]


# --- what waits --------------------------------------------------------------------------------


def test_something_new_waits_until_it_is_accepted_and_then_counts_since_it_was_seen() -> None:
    reports = [snapshot(3, seen()), snapshot(4, seen())]
    found = triage(reports, [], day(5))
    finding = only(found)
    assert (finding.kind, finding.since, finding.last_seen) == (FindingKind.NEW, day(3), day(4))
    assert found.devices == ()
    with pytest.raises(RuleBroken, match="needs a device id of its own"):
        finding.accept("Ann", day(5))
    after = triage(reports, [finding.accept("Ann", day(5), device_id="D-1")], day(5))
    assert after.findings == ()
    assert after.events == (DeviceEvent("D-1", day(3), EventKind.ON, day(5)),)
    later = [finding.accept("Ann", day(5), device_id="D-1", from_day=day(5))]
    assert triage(reports, later, day(5)).events[0].day == day(5)


def test_a_second_source_is_recognised_by_the_first_rule_that_matches() -> None:
    keys = {"serial": "S-1", "mac": ["00:1A:2B:3C:4D:5E"]}
    first = Sighting("rmm", "1", "laptop", "K-1", keys)
    other = Sighting("mdm", "x", "laptop", "K-1", {"serial": "s 1", "mac": "001a.2b3c.4d5e"})
    reports = [snapshot(1, first), snapshot(2, other, source="mdm")]
    finding = only(triage(reports, [accepted(first, "D-1")], day(2)))
    assert finding.kind is FindingKind.NEW
    assert [match.rule for match in finding.matches] == ["serial", "mac"]
    assert finding.suggested == "D-1"
    assert finding.describe(Culture.of("en")) == (
        "mdm x: new; serial s1 is that of device D-1; mac 001a2b3c4d5e is that of device D-1"
    )
    assert finding.describe(Culture.of("de")) == (
        "mdm x: neu; serial s1 gehört zu Gerät D-1; mac 001a2b3c4d5e gehört zu Gerät D-1"
    )
    decided = [accepted(first, "D-1"), finding.merge("Ann", day(2))]
    after = triage(reports, decided, day(2))
    assert after.findings == ()
    april = Span.of_days(date(2026, 4, 1), date(2026, 4, 30))
    count = count_devices(after.fleet.devices, april, CountPolicy.ANY_ACTIVE, ["laptop"])
    assert count.device_ids == ("D-1",)


def test_two_new_sightings_with_one_serial_point_at_each_other() -> None:
    reports = [snapshot(1, seen()), snapshot(1, seen("mdm", "x"), source="mdm")]
    found = triage(reports, [], day(1))
    assert [one.same_as for one in found.findings] == [(("rmm", "1"),), (("mdm", "x"),)]
    assert {one.kind for one in found.findings} == {FindingKind.NEW}


@pytest.mark.parametrize("value", ["To be filled by O.E.M.", "Default string", "0", "N/A", ""])
def test_placeholders_identify_nothing(value: str) -> None:
    reports = [snapshot(1, seen(serial=value), seen(id_="2", serial=value))]
    found = triage(reports, [accepted(seen(serial=value), "D-1")], day(1))
    assert only(found).matches == ()
    assert only(found).same_as == ()


DOCK = "AA:AA:AA:AA:AA:AA"
WITH_DOCK = {"serial": "S-1", "mac": DOCK}


def with_two_devices(
    one: Sighting, two: Sighting, policy: TriagePolicy = DEFAULT_TRIAGE
) -> Finding:
    """What a second source says that sees the serial number of one and the MAC address of two."""
    new = Sighting("mdm", "x", "laptop", "K-1", WITH_DOCK)
    reports = [snapshot(1, one, two), snapshot(1, new, source="mdm")]
    decided = [accepted(one, "D-1"), accepted(two, "D-2")]
    return only(triage(reports, decided, day(1), policy))


def test_rules_that_lead_to_different_devices_are_conflicting_and_name_both() -> None:
    one = Sighting("rmm", "1", "laptop", "K-1", {"serial": "S-1"})
    two = Sighting("rmm", "2", "laptop", "K-1", {"serial": "S-2", "mac": DOCK})
    finding = with_two_devices(one, two)
    assert finding.kind is FindingKind.CONFLICTING
    assert finding.suggested is None
    assert "serial is that of device D-1, but mac that of D-2" in finding.describe(Culture.of("en"))
    assert "serial gehört zu Gerät D-1, mac aber zu D-2" in finding.describe(Culture.of("de"))
    turned = with_two_devices(one, two, TriagePolicy(IdentityRules(["mac", "serial"])))
    assert "mac is that of device D-2, but serial that of D-1" in turned.describe(Culture.of("en"))
    by_mac = with_two_devices(one, two, TriagePolicy(IdentityRules(["mac"])))
    assert (by_mac.kind, by_mac.suggested) == (FindingKind.NEW, "D-2")
    assert with_two_devices(one, two, TriagePolicy(IdentityRules([]))).matches == ()


def test_what_two_devices_share_does_not_deny_the_rule_before_it() -> None:
    one = Sighting("rmm", "1", "laptop", "K-1", WITH_DOCK)
    two = Sighting("rmm", "2", "laptop", "K-1", {"serial": "S-2", "mac": DOCK})
    finding = with_two_devices(one, two)
    assert (finding.kind, finding.suggested) == (FindingKind.NEW, "D-1")
    turned = with_two_devices(one, two, TriagePolicy(IdentityRules(["mac", "serial"])))
    assert (turned.kind, turned.suggested) == (FindingKind.CONFLICTING, None)


def test_what_looks_like_several_devices_is_conflicting() -> None:
    reports = [
        snapshot(1, seen(), seen(id_="2")),
        snapshot(1, seen("mdm", "x"), source="mdm"),
    ]
    decided = [accepted(seen(), "D-1"), accepted(seen(id_="2"), "D-2")]
    finding = only(triage(reports, decided, day(1)))
    assert finding.kind is FindingKind.CONFLICTING
    assert finding.suggested is None
    assert "serial is that of several devices: D-1, D-2" in finding.describe(Culture.of("en"))
    with pytest.raises(RuleBroken, match="matches no single device: give into="):
        finding.merge("Ann", day(1))
    assert finding.merge("Ann", day(1), into="D-2").device_id == "D-2"


def test_a_match_of_another_customer_is_conflicting() -> None:
    reports = [
        snapshot(1, seen()),
        snapshot(1, seen("mdm", "x", customer_id="K-2"), source="mdm"),
    ]
    finding = only(triage(reports, [accepted(seen(), "D-1")], day(1)))
    assert finding.kind is FindingKind.CONFLICTING
    assert "customer is K-2, it was K-1" in finding.describe(Culture.of("en"))


def test_an_agent_that_two_machines_share_is_conflicting_each_day_anew() -> None:
    one, clone = seen(), seen(serial="S-9")
    decided = accepted(one, "D-1")
    found = triage([snapshot(2, one, clone)], [decided], day(2))
    finding = only(found)
    assert finding.kind is FindingKind.CONFLICTING
    assert finding.sighting == clone
    assert "in several forms on one day" in finding.describe(Culture.of("en"))
    settled = TriageDecision("accept", one, "D-1", day(2), day(2), "Ann")
    assert triage([snapshot(2, one, clone)], [decided, settled], day(2)).findings == ()


def test_a_new_serial_is_a_change_and_keeps_the_device() -> None:
    before, after = seen(), seen(serial="S-2")
    reports = [snapshot(1, before), snapshot(4, after), snapshot(5, after)]
    finding = only(triage(reports, [accepted(before, "D-1")], day(5)))
    assert (finding.kind, finding.since) == (FindingKind.CHANGED, day(4))
    assert finding.describe(Culture.of("en")) == (
        "rmm 1: changed; serial s2 is new; serial s1 is gone"
    )
    decided = [accepted(before, "D-1"), finding.accept("Ann", day(5))]
    found = triage(reports, decided, day(5))
    assert found.findings == ()
    assert active_days(found) == {"D-1": set(Span(START, END).each_day())}
    assert len(found.events) == 1


def test_a_device_that_moves_to_another_customer_becomes_another_device() -> None:
    before, after = seen(), seen(customer_id="K-2")
    reports = [snapshot(1, before), snapshot(4, after)]
    finding = only(triage(reports, [accepted(before, "D-1")], day(4)))
    assert finding.kind is FindingKind.CHANGED
    with pytest.raises(RuleBroken, match="needs a device id of its own"):
        finding.accept("Ann", day(4))
    decided = [accepted(before, "D-1"), finding.accept("Ann", day(6), device_id="D-1b")]
    found = triage(reports, decided, day(6))
    assert found.findings == ()
    assert {one.id: one.customer_id for one in found.devices} == {"D-1": "K-1", "D-1b": "K-2"}
    days = active_days(found)
    assert days["D-1"] == {day(1), day(2), day(3)}
    assert min(days["D-1b"]) == day(4)
    assert {event.known_on for event in found.events if event.day == day(4)} == {day(6)}


def test_a_change_that_leads_to_another_device_is_conflicting() -> None:
    one, two = seen(), seen(id_="2", serial="S-2")
    reports = [snapshot(1, one, two), snapshot(2, one, seen(id_="2", serial="S-1"))]
    finding = only(triage(reports, [accepted(one, "D-1"), accepted(two, "D-2")], day(2)))
    assert finding.kind is FindingKind.CONFLICTING
    text = finding.describe(Culture.of("en"))
    assert "it is device D-2, but carries keys of D-1" in text


def test_what_is_ignored_stays_out_until_it_changes() -> None:
    reports = [snapshot(1, seen())]
    ignored = only(triage(reports, [], day(1))).ignore("Ann", day(1))
    assert triage(reports, [ignored], day(9)) == Triage(day(9), (), (), (), ())
    changed = [*reports, snapshot(5, seen(type="server"))]
    finding = only(triage(changed, [ignored], day(5)))
    assert (finding.kind, finding.since) == (FindingKind.CHANGED, day(5))
    back = finding.accept("Ann", day(6), device_id="D-1")
    assert active_days(triage(changed, [ignored, back], day(6)))["D-1"] == {
        each for each in Span(START, END).each_day() if each >= day(5)
    }


@pytest.mark.parametrize(
    "message",
    [
        *(kind.value for kind in FindingKind),
        "type is {new}, it was {old}",
        "customer is {new}, it was {old}",
        "{rule} {value} is new",
        "{rule} {value} is gone",
        "{rule} {value} is that of device {device}",
        "{rule} {value} is also reported by {other}",
        "{rule} is that of device {device}, but {other} that of {others}",
        "{rule} is that of several devices: {devices}",
        "it is device {device}, but carries keys of {others}",
        "the source reports it in several forms on one day",
        "device {device} is missed since {since} and goes on {ends}",
    ],
)
def test_every_reason_has_its_german_words(message: str) -> None:
    names = ("new", "old", "rule", "value", "device", "other", "devices", "others", "since", "ends")
    details = {name: name.upper() for name in names if f"{{{name}}}" in message}
    german = Culture.of("de").words(message, **details)
    assert german != message.format(**details)
    assert all(name.upper() in german for name in details)


# --- grace -------------------------------------------------------------------------------------


def test_a_vanished_device_waits_for_its_grace_and_can_be_decided_before() -> None:
    reports = [snapshot(1, seen()), snapshot(5, source="rmm")]
    decided = [accepted(seen(), "D-1")]
    found = triage(reports, decided, day(7), SHORT)
    finding = only(found)
    assert (finding.kind, finding.since, finding.grace_ends) == (
        FindingKind.VANISHED,
        day(5),
        day(8),
    )
    assert finding.describe(Culture.of("en")) == (
        "rmm 1: vanished; device D-1 is missed since 2026-04-05 and goes on 2026-04-08"
    )
    assert [event.kind for event in found.events] == [EventKind.ON]
    over = triage(reports, decided, day(8), SHORT)
    assert over.findings == ()
    assert over.events[1:] == (DeviceEvent("D-1", day(8), EventKind.OFF, day(8)),)
    given_back = triage(reports, decided, day(8), TriagePolicy(grace_days=3, off_when_missed=True))
    assert given_back.events[1:] == (DeviceEvent("D-1", day(5), EventKind.OFF, day(8)),)

    gone = triage(reports, [*decided, finding.accept("Ann", day(6))], day(9), SHORT)
    assert gone.events[1:] == (DeviceEvent("D-1", day(5), EventKind.OFF, day(6)),)
    kept = triage(reports, [*decided, finding.ignore("Ann", day(6))], day(20), SHORT)
    assert kept.findings == ()
    assert len(kept.events) == 1
    with pytest.raises(RuleBroken, match="matches no single device"):
        finding.merge("Ann", day(6), into="D-2")


def test_a_device_that_comes_back_keeps_its_id_and_counts_once() -> None:
    reports = [snapshot(1, seen()), snapshot(5), snapshot(12, seen())]
    found = triage(reports, [accepted(seen(), "D-1")], day(12), SHORT)
    assert found.findings == ()
    april = Span.of_days(date(2026, 4, 1), date(2026, 4, 30))
    count = count_devices(found.fleet.devices, april, CountPolicy.ANY_ACTIVE, ["laptop"])
    assert count.quantity == 1
    assert active_days(found)["D-1"] == {
        each for each in Span(START, END).each_day() if not day(8) <= each < day(12)
    }


def test_a_device_installed_anew_under_another_id_is_merged_and_counts_once() -> None:
    again = seen(id_="77")
    reports = [snapshot(1, seen()), snapshot(3, again)]
    finding = triage(reports, [accepted(seen(), "D-1")], day(4), SHORT).of(FindingKind.NEW)[0]
    assert finding.suggested == "D-1"
    decided = [accepted(seen(), "D-1"), finding.merge("Ann", day(4))]
    found = triage(reports, decided, day(20), SHORT)
    assert found.findings == ()
    assert active_days(found) == {"D-1": set(Span(START, END).each_day())}


def test_a_partial_snapshot_and_a_silent_source_miss_nothing() -> None:
    reports = [snapshot(1, seen()), Snapshot("rmm", day(5), [], complete=False)]
    found = triage(reports, [accepted(seen(), "D-1")], day(20), SHORT)
    assert found.findings == ()
    assert len(found.events) == 1


# --- decisions ---------------------------------------------------------------------------------


def test_of_two_decisions_on_one_day_the_higher_number_stands() -> None:
    reports = [snapshot(1, seen())]
    finding = only(triage(reports, [], day(1)))
    first = finding.ignore("Ann", day(1))
    second = finding.accept("Bob", day(1), device_id="D-1")
    with pytest.raises(InvalidValue, match=r"decided twice on 2026-04-01, by (Ann|Bob) and by"):
        triage(reports, [first, second], day(1))
    stands = finding.accept("Bob", day(1), device_id="D-1", number=2)
    assert [one.id for one in triage(reports, [stands, first], day(1)).devices] == ["D-1"]


def test_decisions_that_cannot_stand_are_listed() -> None:
    reports = [snapshot(1, seen(), seen(id_="2", type="server"), seen(id_="3"))]
    decided = [
        accepted(seen(), "D-1"),
        TriageDecision(
            "accept", seen(id_="2", type="server"), "D-1", day(1), day(2), "Bob", number=1
        ),
        merged(seen(id_="3"), "D-9"),
    ]
    found = triage(reports, decided, day(3))
    assert [str(problem) for problem in found.problems] == [
        "device D-1, 2026-04-02: was accepted with another type or customer by Bob; not changed",
        "device D-9, 2026-04-01: '3' of rmm was merged into it, but it was never accepted; "
        "not counted",
    ]


def test_decisions_and_snapshots_that_cannot_be_are_refused() -> None:
    for make, reason in (
        (lambda: TriageDecision("accept", seen(), None, START, START, "Ann"), "must name a device"),
        (lambda: TriageDecision("ignore", seen(), "D-1", START, START, "Ann"), "it is ignored"),
        (lambda: TriageDecision("merge", seen(), "D", START, START, "Ann", True), "merge what is"),
        (lambda: TriageDecision("accept", seen(), "D-1", START, START, ""), "who decided"),
        (lambda: TriageDecision("drop", seen(), "D-1", START, START, "Ann"), "Verdict is one of"),
        (lambda: Snapshot("mdm", START, [seen()]), "holds '1' of 'rmm'"),
        (lambda: TriagePolicy(grace_days=-1), "a grace has zero days or more"),
    ):
        with pytest.raises(InvalidValue, match=reason):
            make()


def test_what_no_further_event_can_say_is_a_problem() -> None:
    on = DeviceEvent("D-1", day(1), EventKind.ON)
    off = DeviceEvent("D-1", day(1), EventKind.OFF)
    for kept, wanted in (([on, off], [on]), ([on], [off])):
        added, problems = events_to_add(kept, wanted, day(9))
        assert added == ()
        assert [str(one) for one in problems] == [
            "device D-1, 2026-04-01: was taken back or decided otherwise before; "
            "correct the device by hand"
        ]

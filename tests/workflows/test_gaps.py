"""What arrives late, in the wrong order, or for nobody is billed after all, or named."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import attrs

from harmony_core.assets import Device, DeviceEvent, EventKind
from harmony_core.billing import ChargeKind, charge_key
from harmony_core.contracts import Cover, NameList
from harmony_core.finance import Money
from harmony_core.funds import Incident
from harmony_core.periods import Month
from harmony_core.pricing import Aggregation, UsageRule
from harmony_core.products import ChargeDay, FundTerms, FundUnit, IncidentTerms, UsageMetered
from harmony_core.repositories import MemoryStore
from harmony_core.work import TimeEntry, UsageRecord, WorkSubject
from harmony_core.workflows import (
    billing_night,
    month_end,
    record_facts,
    register_devices,
    review_work,
)
from tests.workflows.company import METERED, PREPAID, SUPPORT, in_memory, time

JANUARY, FEBRUARY, MARCH = Month(2026, 1), Month(2026, 2), Month(2026, 3)


def reasons(store: MemoryStore, *months: Month) -> dict[str, str]:
    return {fact.id: fact.reason for fact in review_work(store, months).uncovered}


def test_a_slash_in_an_id_makes_no_two_charges_one() -> None:
    start = date(2026, 1, 1)
    one = charge_key("A", "1/2", ChargeKind.SERVICE, start)
    other = charge_key("A/1", "2", ChargeKind.SERVICE, start)
    assert (one, other) == ("A/1%2F2/service/2026-01-01", "A%2F1/2/service/2026-01-01")


def test_a_device_registered_after_its_event_is_billed_from_its_event_on() -> None:
    came = DeviceEvent("D-3", date(2026, 1, 20), EventKind.ON)
    store = in_memory(contracts=[METERED], devices=[], facts=[came])
    month_end(store, JANUARY)
    assert reasons(store, JANUARY) == {"D-3": "no device 'D-3' in the register"}
    billing_night(store, date(2026, 2, 15))
    assert register_devices(store, [Device("D-3", "laptop", "K-2")], date(2026, 2, 16)) == 1
    night = billing_night(store, date(2026, 3, 15))
    by_start = {
        charge.service.start: charge.amount for charge in night.charges if charge.line_id == "2"
    }
    assert by_start == {
        date(2026, 1, 15): Money.of("26.00", "GBP"),  # a correction: 26 of 31 days at 31.00
        date(2026, 2, 15): Money.of("31.00", "GBP"),
    }
    assert register_devices(store, [Device("D-3", "laptop", "K-2")], date(2026, 3, 16)) == 0


def test_devices_that_no_line_can_count_are_named() -> None:
    devices = [Device("D-1", "lptop", "K-2"), Device("D-2", "laptop", "NOBODY")]
    events = [DeviceEvent(device.id, date(2026, 1, 9), EventKind.ON) for device in devices]
    store = in_memory(contracts=[METERED], devices=devices, facts=events)
    found = reasons(store, JANUARY)
    assert "'lptop' is not among the company's asset types" in found["D-1"]
    assert found["D-2"] == "no customer 'NOBODY'"


def test_usage_taken_back_beyond_zero_is_named() -> None:
    day = date(2026, 2, 3)
    back = UsageRecord("U-9", "feed", day, "K-2", "traffic", Fraction(-500))
    store = in_memory(contracts=[METERED], facts=[back])
    assert "the usage of its period is -500" in reasons(store, FEBRUARY)["U-9"]
    more = attrs.evolve(back, id="U-10", quantity=Fraction(500))
    assert reasons(in_memory(contracts=[METERED], facts=[back, more]), FEBRUARY) == {}


def test_usage_that_was_replaced_is_not_missed_and_what_a_rule_cannot_use_is_named() -> None:
    day = date(2026, 2, 3)
    wrong = UsageRecord("U-9", "feed", day, "K-2", "unheard", Fraction(5))
    right = attrs.evolve(wrong, id="U-10", meter="traffic", replaces="U-9")
    assert reasons(in_memory(contracts=[METERED], facts=[wrong]), FEBRUARY).keys() == {"U-9"}
    assert reasons(in_memory(contracts=[METERED], facts=[wrong, right]), FEBRUARY) == {}
    by_user = UsageMetered("traffic", UsageRule(Aggregation.UNIQUE))
    lines = [
        attrs.evolve(one, source=by_user) if isinstance(one.source, UsageMetered) else one
        for one in METERED.lines
    ]
    of_users = attrs.evolve(METERED, lines=lines)
    found = reasons(in_memory(contracts=[of_users], facts=[right]), FEBRUARY)
    assert found["U-10"] == "it has no subject, which the line that measures its meter needs"


def test_a_block_outlives_its_line_and_what_it_does_not_cover_is_named() -> None:
    ended = attrs.evolve(
        PREPAID, lines=(attrs.evolve(PREPAID.lines[0], last_day=date(2026, 1, 31)),)
    )
    at = ("C-3", "1")
    facts = [
        time("T-1", "anna", date(2026, 2, 5), 8, at),
        time("T-2", "anna", date(2026, 2, 6), 3, at),
    ]
    found = reasons(in_memory(contracts=[ended], facts=facts), FEBRUARY)
    left = "does not cover 1 of 3 hours, and no line takes the rest"
    assert found == {"T-2": f"the fund of line '1' of contract 'C-3' {left}"}


def test_incidents_of_a_store_draw_their_fund_and_what_none_charges_is_named() -> None:
    prices = {"server": Money.of("180.00", "EUR")}
    terms = IncidentTerms(prices, charge_day=ChargeDay.OPENED)
    fund = FundTerms(FundUnit.CASH, 12, (), (), incidents=terms)
    made = attrs.evolve(PREPAID, lines=(attrs.evolve(PREPAID.lines[0], quantity=200, fund=fund),))
    store, day = in_memory(contracts=[made], facts=[]), date(2026, 2, 9)

    def incident(name: str, kind: str, at: tuple[str, str] | None = ("C-3", "1")) -> Incident:
        contract_id, line_id = at or (None, None)
        return Incident(name, kind, day, contract_id=contract_id, line_id=line_id)

    with store.begin() as unit:
        for number in (1, 2):
            unit.incidents.add(incident(f"S-{number}", "server"))
        unit.incidents.add(incident("P", "printer"))
        unit.incidents.add(incident("nobody", "server", None))
        unit.incidents.add(incident("elsewhere", "server", ("C-3", "9")))
    night = billing_night(store, date(2026, 3, 1))
    billed = [(one.kind.value, str(one.amount), one.evidence) for one in night.charges]
    assert billed[-1] == ("overage", "160.00 EUR", ("S-2",))
    assert reasons(store, FEBRUARY) == {
        "P": "the fund of line '1' has no price for 'printer': add one to its list",
        "nobody": "it names no contract that is known",
        "elsewhere": "no line '9' of contract 'C-3' has a fund for incidents",
    }


def test_a_fact_is_known_from_its_arrival_whatever_it_says_itself() -> None:
    store, today = in_memory(facts=[]), date(2026, 1, 12)
    claimed = TimeEntry("T-1", "anna", today, 8, "C-1", "2", recorded_on=date(2030, 1, 1))
    assert record_facts(store, [claimed], today) == 1
    night = billing_night(store, date(2026, 2, 1))
    assert [charge.evidence for charge in night.charges if charge.line_id == "2"] == [("T-1",)]


def test_a_correction_names_everything_behind_it() -> None:
    day = date(2026, 1, 12)
    store = in_memory(facts=[time("T-1", "anna", day, 8)])
    billing_night(store, date(2026, 2, 1))
    back = time("T-2", "anna", day + timedelta(days=1), -3)
    record_facts(store, [back], date(2026, 2, 5))
    (correction,) = [c for c in billing_night(store, date(2026, 2, 5)).charges if c.corrects]
    assert set(correction.evidence) == {"T-1", "T-2"}
    assert correction.amount == Money.of("-285.00", "EUR")


def test_an_overage_given_back_names_the_hours_that_took_it_back() -> None:
    at = ("C-3", "1")
    store = in_memory(contracts=[PREPAID], facts=[time("T-1", "bob", date(2026, 1, 9), 12, at)])
    billing_night(store, date(2026, 2, 1))
    record_facts(store, [time("T-2", "bob", date(2026, 2, 5), -2, at)], date(2026, 2, 5))
    (correction,) = [c for c in billing_night(store, date(2026, 2, 5)).charges if c.corrects]
    assert set(correction.evidence) == {"T-1", "T-2"}
    assert correction.amount.minor < 0


def test_all_of_it_can_still_be_closed() -> None:
    store = in_memory()
    for month in (JANUARY, FEBRUARY, MARCH):
        assert not month_end(store, month).was_closed


def test_work_without_a_line_goes_where_the_covers_say() -> None:
    """Linked work stays, a refused link moves on, and what lands nowhere names the rule."""
    takes = Cover(
        roles=NameList.all_but(),
        types=NameList.all_but("project"),
        sites=["north"],
    )
    covered = attrs.evolve(
        SUPPORT,
        lines=tuple(
            attrs.evolve(one, cover=takes) if one.id == "2" else one for one in SUPPORT.lines
        ),
    )
    day, north = date(2026, 2, 5), WorkSubject("K-9", site="north")  # K-9 was merged into K-1
    facts = [
        TimeEntry("T-1", "anna", day, 2, subject=north),
        TimeEntry("T-2", "anna", day, 3, subject=WorkSubject("K-1")),
        TimeEntry("T-3", "anna", day, 4, "C-1", "2", "project"),
        TimeEntry("T-4", "anna", day, 5, "C-1", "2", "remote"),
        TimeEntry("T-5", "anna", day, 6, work_type="project", subject=north),
    ]
    store = in_memory(contracts=[covered], facts=facts)
    assert reasons(store, FEBRUARY) == {
        "T-2": "no line is reached by any rule",
        "T-3": (
            "every line that it reaches refuses it; "
            "explicit link, C-1/2: refuses the work type project"
        ),
        "T-5": (
            "every line that it reaches refuses it; site, C-1/2: refuses the work type project"
        ),
    }
    night = billing_night(store, date(2026, 3, 1))
    evidence = [charge.evidence for charge in night.charges if charge.line_id == "2"]
    assert evidence == [(), ("T-1", "T-4")]  # January, in which nothing was worked, and February

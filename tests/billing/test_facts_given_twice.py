"""A fact counts once: doubled facts change nothing, and one id with two contents is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import Device, DeviceEvent, EventKind
from harmony_core.billing import Facts
from harmony_core.errors import InvalidValue
from harmony_core.finance import Money
from harmony_core.funds import Incident
from harmony_core.periods import Span
from harmony_core.products import TimeTerms
from harmony_core.work import Expense, Progress, TimeEntry, UsageRecord, bill_time

DAY = date(2026, 3, 2)
days = st.integers(0, 40).map(lambda days: DAY + timedelta(days))
lines = st.sampled_from(["1", "2"])
names = st.integers(0, 8).map(lambda number: f"f{number}")


def each_with_own_id(facts: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(facts, max_size=6, unique_by=lambda fact: fact.id)


entries = st.builds(
    lambda id_, day, hours, line: TimeEntry(id_, "anna", day, hours, "C-1", line),
    names,
    days,
    st.integers(-3, 9),
    lines,
)
expenses = st.builds(
    lambda id_, day, cents, line: Expense(id_, "anna", day, Money(cents, "EUR"), "C-1", line),
    names,
    days,
    st.integers(1, 9999),
    lines,
)
records = st.builds(
    lambda id_, day, units, of: UsageRecord(
        id_, "probe", day, "K-1", "gb", units, replaces=None if of == id_ else of
    ),
    names,
    days,
    st.integers(0, 9),
    st.none() | names,
)
devices = st.builds(lambda id_: Device(id_, "laptop", "K-1"), names)
events = st.builds(DeviceEvent, names, days, st.sampled_from(EventKind))
incidents = st.builds(
    lambda id_, day, line: Incident(id_, "server", day, contract_id="C-1", line_id=line),
    names,
    days,
    lines,
)
reports = st.builds(
    lambda id_, day, line, share: Progress(id_, "C-1", line, day, share),
    names,
    days,
    lines,
    st.sampled_from(["0", "0.5", "1"]),
)
happened = st.fixed_dictionaries(
    {
        "time": each_with_own_id(entries),
        "expenses": each_with_own_id(expenses),
        "usage": each_with_own_id(records),
        "devices": each_with_own_id(devices),
        "device_events": st.lists(events, max_size=6, unique=True),
        "incidents": each_with_own_id(incidents),
        "progress": each_with_own_id(reports),
    }
)


def facts_of(given_: dict[str, Any]) -> Facts:
    return Facts(**given_)


def _answers(facts: Facts, through: date) -> dict[str, object]:
    span = Span(DAY, through + timedelta(days=1))
    records_ = facts.usage_of("K-1", "gb", span)
    return {
        "usage": [*facts.standing(records_, through)],
        "related": facts.usage_related(records_),
        "fleet": facts.fleet("K-1", through, through),
    } | {
        f"{what} of {line}": list(found)
        for line in ("1", "2")
        for what, found in (
            ("time", facts.time_of("C-1", line, span)),
            ("expenses", facts.expenses_of("C-1", line, span)),
            ("incidents", facts.incidents_of("C-1", line)),
            ("progress", facts.progress_of("C-1", line)),
        )
    }


@given(happened, st.data(), days)
def test_facts_given_twice_change_nothing(
    once: dict[str, list[Any]], data: st.DataObject, through: date
) -> None:
    twice = {
        what: [*given_, *data.draw(st.permutations(given_), what)] for what, given_ in once.items()
    }
    assert _answers(facts_of(twice), through) == _answers(facts_of(once), through)


@given(happened)
def test_what_was_given_can_be_read_and_given_again(once: dict[str, list[Any]]) -> None:
    facts = facts_of(once)
    for what, given_ in once.items():
        assert list(getattr(facts, what)) == given_
    assert facts.credits == ()


@given(each_with_own_id(entries))
def test_time_is_billed_once_however_often_it_is_given(once: list[TimeEntry]) -> None:
    assert bill_time([*once, *once], TimeTerms()) == bill_time(once, TimeTerms())


ENTRY = TimeEntry("e1", "anna", DAY, 2, "C-1", "1")
EXPENSE = Expense("e1", "anna", DAY, Money(500, "EUR"), "C-1", "1")
RECORD = UsageRecord("e1", "probe", DAY, "K-1", "gb", 3)
INCIDENT = Incident("e1", "server", DAY, contract_id="C-1", line_id="1")
DEVICE = Device("e1", "laptop", "K-1")
REPORT = Progress("e1", "C-1", "1", DAY, "0.5")


@pytest.mark.parametrize(
    ("what", "fact", "change", "words"),
    [
        ("time", ENTRY, {"hours": 3}, "time entry 'e1'"),
        ("expenses", EXPENSE, {"amount": Money(1, "EUR")}, "expense 'e1'"),
        ("usage", RECORD, {"quantity": 4}, "usage record 'probe:e1'"),
        ("incidents", INCIDENT, {"type": "laptop"}, "incident 'e1'"),
        ("devices", DEVICE, {"type": "server"}, "device 'e1'"),
        ("progress", REPORT, {"share": "0.6"}, "progress 'e1'"),
    ],
)
def test_other_contents_under_a_known_id_are_refused(
    what: str, fact: Any, change: dict[str, Any], words: str
) -> None:
    other = attrs.evolve(fact, **change)
    with pytest.raises(InvalidValue, match="one id is one fact") as refused:
        facts_of({what: [fact, other]})
    assert words in str(refused.value)
    assert str(fact) in str(refused.value)
    assert str(other) in str(refused.value)


def test_bill_time_refuses_two_contents_of_one_id() -> None:
    with pytest.raises(InvalidValue, match="time entry 'e1' is there as"):
        bill_time([ENTRY, attrs.evolve(ENTRY, hours=3)], TimeTerms())


@pytest.mark.parametrize("order", [list, lambda facts: list(reversed(facts))])
@pytest.mark.parametrize(
    ("what", "fact", "stamp"),
    [
        ("time", ENTRY, "recorded_on"),
        ("expenses", EXPENSE, "recorded_on"),
        ("usage", RECORD, "recorded_on"),
        ("progress", REPORT, "recorded_on"),
        ("devices", DEVICE, "registered_on"),
    ],
)
def test_a_fact_that_became_known_twice_is_known_from_the_first_day(
    what: str, fact: Any, stamp: str, order: Callable[[list[Any]], list[Any]]
) -> None:
    later = attrs.evolve(fact, **{stamp: DAY + timedelta(days=30)})
    last = attrs.evolve(fact, **{stamp: DAY + timedelta(days=40)})
    assert getattr(facts_of({what: order([fact, later])}), what) == (fact,)
    assert getattr(facts_of({what: order([last, later])}), what) == (later,)


def test_an_id_of_usage_is_one_within_its_source() -> None:
    other = attrs.evolve(RECORD, source="meter", quantity=4)
    assert Facts(usage=[RECORD, other]).usage == (RECORD, other)


def test_ids_of_two_kinds_do_not_meet() -> None:
    facts = Facts(time=[ENTRY], expenses=[EXPENSE])
    assert facts.time == (ENTRY,)
    assert facts.expenses == (EXPENSE,)

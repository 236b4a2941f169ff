"""Whatever arrives, and however late, is charged in the end: nothing is passed over."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import Device, DeviceEvent, EventKind
from harmony_core.billing import BillingTerms, Charge, ChargeKind, Facts, due
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.finance import Money, RateBook
from harmony_core.periods import Month
from harmony_core.repositories import Fact, MemoryStore
from harmony_core.work import UsageRecord
from harmony_core.workflows import billing_night, month_end, record_facts
from tests.strategies import END, FIRST, GROUP, TREE, Happened, happened, period_of
from tests.workflows.company import RATES, books, in_memory, time

JANUARY, FEBRUARY = Month(2026, 1), Month(2026, 2)
DAY = date(2026, 1, 12)


def empty() -> MemoryStore:
    return in_memory(facts=())


def known_on(store: MemoryStore, id_: str) -> date:
    with store.begin() as unit:
        return next(one.known_on for one in unit.facts.time(date.max) if one.id == id_)


def test_a_fact_of_today_is_known_today() -> None:
    store = empty()
    assert record_facts(store, [time("T-1", "anna", DAY, 8)], DAY) == 1
    with store.begin() as unit:
        assert unit.facts.time(date.max) == (time("T-1", "anna", DAY, 8),)


def test_facts_may_come_as_facts_and_what_is_kept_elsewhere_is_refused() -> None:
    store, entry = empty(), time("T-1", "anna", DAY, 8)
    usage = UsageRecord("U-1", "probe", DAY, "K-1", "gb", 3)
    event = DeviceEvent("D-9", DAY, EventKind.ON)
    facts = Facts(time=[entry], usage=[usage], device_events=[event])
    assert (record_facts(store, facts, DAY), record_facts(store, facts, DAY)) == (3, 0)
    device = Facts(time=[entry], devices=[Device("D-9", "laptop", "K-1")])
    with pytest.raises(InvalidValue, match=r"hold devices, which are kept .* to register_devices"):
        record_facts(store, device, DAY)


def test_a_fact_of_earlier_is_known_from_the_day_of_its_arrival() -> None:
    store = empty()
    record_facts(store, [time("T-1", "anna", DAY, 8)], DAY + timedelta(days=5))
    assert known_on(store, "T-1") == date(2026, 1, 17)


def test_after_the_night_it_is_known_on_the_next_day() -> None:
    store = empty()
    billing_night(store, DAY)
    record_facts(store, [time("T-1", "anna", DAY, 8)], DAY)
    assert known_on(store, "T-1") == date(2026, 1, 13)


def test_in_a_closed_month_it_is_known_on_the_first_open_day() -> None:
    store = empty()
    month_end(store, JANUARY)
    record_facts(store, [time("T-1", "anna", DAY, 8)], DAY)
    assert known_on(store, "T-1") == date(2026, 2, 1)
    month_end(store, FEBRUARY)
    record_facts(store, [time("T-2", "anna", DAY, 1)], date(2026, 2, 10))
    assert known_on(store, "T-2") == date(2026, 3, 1)


def test_a_late_fact_is_billed_as_a_correction() -> None:
    store = empty()
    billing_night(store, date(2026, 2, 1))
    record_facts(store, [time("T-1", "anna", DAY, 8)], date(2026, 2, 1))
    night = billing_night(store, date(2026, 2, 2))
    (charge,) = [one for one in night.charges if one.line_id == "2"]
    assert charge.corrects == "C-1/2/service/2026-01-10"
    assert charge.amount == Money.of("760.00", "EUR")
    assert charge.trigger == date(2026, 2, 2)


def test_the_same_fact_again_is_ignored_whenever_it_comes() -> None:
    store = empty()
    fact = time("T-1", "anna", DAY, 8)
    assert record_facts(store, [fact, fact], DAY) == 1
    month_end(store, JANUARY)
    before = books(store)
    assert record_facts(store, [fact], date(2026, 3, 1)) == 0
    assert known_on(store, "T-1") == DAY
    assert books(store) == before


def test_another_fact_under_a_known_id_is_refused() -> None:
    store = empty()
    record_facts(store, [time("T-1", "anna", DAY, 8)], DAY)
    other = [time("T-2", "anna", DAY, 1), time("T-1", "anna", DAY, 9)]
    with pytest.raises(RuleBroken, match="T-1"):
        record_facts(store, other, DAY)
    with store.begin() as unit:
        assert [one.id for one in unit.facts.time(date.max)] == ["T-1"]


def test_a_fact_of_tomorrow_is_refused_with_all_that_came_with_it() -> None:
    store = empty()
    facts: list[Fact] = [
        time("T-1", "anna", DAY, 8),
        UsageRecord("U-1", "feed", DAY + timedelta(days=1), "K-2", "traffic", Fraction(1)),
    ]
    with pytest.raises(RuleBroken, match=r"of 2026-01-13, after today \(2026-01-12\)"):
        record_facts(store, facts, DAY)
    with store.begin() as unit:
        assert unit.facts.time(date.max) == ()


def test_work_known_late_frees_what_was_taken_back_from_an_earlier_month() -> None:
    """Three hours beyond the block in March; on 1 April three are taken back, so they are free.

    Then work of 1 April turns up: it was that which was taken back, and March is billed after all.
    """
    store = in_memory(facts=[time("T-1", "anna", date(2026, 3, 31), 3, ("C-3", "1"))])
    april = date(2026, 4, 1)
    record_facts(store, [time("T-2", "anna", april, -3, ("C-3", "1"))], april)
    assert not [c for c in billing_night(store, april).charges if c.kind is ChargeKind.OVERAGE]
    record_facts(store, [time("T-3", "anna", april, 3, ("C-3", "1"))], april)
    night = billing_night(store, date(2026, 4, 2))
    overage = [charge for charge in night.charges if charge.kind is ChargeKind.OVERAGE]
    assert [(one.service.start, one.amount) for one in overage] == [
        (date(2026, 3, 1), Money.of("300.00", "EUR"))
    ]


# --- nothing is passed over ---------------------------------------------------------------------

OPENED = date(2025, 9, 1)
"""Before the first fact and before the trigger of any line, however long it is billed ahead."""


@attrs.frozen
class Diary:
    """When facts arrived, nights ran and months were closed."""

    there: Happened
    nights: frozenset[date]
    closing_delay: int

    def arrivals(self) -> dict[date, list[Fact]]:
        found: defaultdict[date, list[Fact]] = defaultdict(list)
        there = self.there
        facts: list[Fact] = [*there.time, *there.expenses, *there.usage, *there.events]
        for fact in facts:
            found[fact.known_on].append(attrs.evolve(fact, recorded_on=None))
        return found


_night = st.integers(0, 290).map(lambda n: FIRST + timedelta(days=n))
diaries = st.builds(Diary, happened(), st.frozensets(_night, max_size=8), st.integers(0, 45))


def live(diary: Diary) -> MemoryStore:
    """Day after day: the night first, so that what arrives that day is late; then what arrives."""
    store = in_memory(
        opening=OPENED,
        contracts=[diary.there.contract],
        devices=diary.there.devices,
        facts=(),
    )
    reported(store, diary)
    arrivals = diary.arrivals()
    month, closed = Month.containing(OPENED), []
    for offset in range((END - OPENED).days):
        day = OPENED + timedelta(days=offset)
        if day in diary.nights:
            billing_night(store, day)
        if day == month.last_day + timedelta(days=1 + diary.closing_delay):
            month_end(store, month)
            closed.append(month)
            month = month.next()
        if day in arrivals:
            before = books(store)
            record_facts(store, arrivals[day], day)
            assert record_facts(store, arrivals[day], day) == 0
            assert books(store) == before
    billing_night(store, END + timedelta(days=100))
    return store


def reported(store: MemoryStore, diary: Diary) -> None:
    """Incidents and progress say themselves when they became known."""
    with store.begin() as unit:
        for incident in diary.there.incidents:
            unit.incidents.add(incident)
        for report in diary.there.progress:
            unit.progress.add(report)


def totals(charges: tuple[Charge, ...]) -> dict[tuple[str, bool, str], Fraction]:
    """What a period of a line costs in all: its first charge, true-up and corrections."""
    found: defaultdict[tuple[str, bool, str], Fraction] = defaultdict(Fraction)
    for charge in charges:
        period = period_of(charge)
        found[period] += charge.amount.exact.value
    return {period: total for period, total in found.items() if total}


@given(diaries)
def test_the_charges_add_up_to_everything_as_it_is_known_in_the_end(diary: Diary) -> None:
    store = live(diary)
    terms = BillingTerms(attrs.evolve(GROUP, opening_day=OPENED), RateBook(RATES), TREE)
    at_once = diary.there.at_once()
    whole = tuple(due(at_once.contract, at_once.facts(), terms, END + timedelta(days=100)))
    assert totals(books(store).charges) == totals(whole)


@given(diaries)
def test_what_was_billed_is_never_changed_and_what_is_closed_is_never_touched(
    diary: Diary,
) -> None:
    store = live(diary)
    with store.begin() as unit:
        closed = unit.months.closed()
        entries = tuple(unit.journal.entries())
    earlier = in_memory(
        opening=OPENED,
        contracts=[diary.there.contract],
        devices=diary.there.devices,
        facts=(),
    )
    reported(earlier, diary)
    with store.begin() as had, earlier.begin() as unit:
        unit.facts.add(had.facts.time(date.max))
        unit.facts.add(had.facts.expenses(date.max))
        unit.facts.add(had.facts.usage(date.max))
        unit.facts.add(had.facts.device_events(date.max))
    for month in sorted(closed):
        month_end(earlier, month)
    last = max(closed).last_day
    again = [entry for entry in books(earlier).entries if entry.day <= last]
    assert [entry for entry in entries if entry.day <= last] == again
    kept = {charge.key: charge for charge in books(store).charges}
    for charge in books(earlier).charges:
        assert kept[charge.key] == charge

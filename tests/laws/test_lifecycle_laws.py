"""Ends, additions and successions are billed as if the contract had always been so."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from harmony_core.billing import charges_of, due, preview
from harmony_core.contracts import (
    Contract,
    ContractEvent,
    ContractLine,
    ContractState,
    catch_up,
    lines_ended,
    lines_resumed,
    notice_effect,
    notice_withdrawn,
    running_days,
    shared_end,
    state_on,
    succeed,
    term_at,
    units_added,
)
from harmony_core.errors import RuleBroken
from harmony_core.finance import ExactAmount, Money
from harmony_core.periods import Interval, Schedule, Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import Notice, NoticeAnchor, Renewal
from harmony_core.workflows import billing_night, give_notice
from tests.laws.test_amendment_laws import EVER, OPEN, amended, totals
from tests.strategies import END, FIRST, LAST, Happened, contract, fixed_lines, happened, line
from tests.workflows.company import in_memory

DAY = timedelta(days=1)
NOTHING = Money.zero("EUR")
days = st.dates(FIRST, LAST)
recurring = fixed_lines("1", "EUR").filter(lambda one: one.billing.interval is not None)
EVEN = PerUnit.of("3775.80", "EUR")
"""A price that days of any month divide into whole cents: no settling hides a lost day."""
renewals = st.builds(
    Renewal,
    st.integers(1, 36),
    st.integers(1, 24),
    st.builds(
        Notice,
        st.builds(Interval.days, st.integers(1, 120))
        | st.builds(Interval.months, st.integers(1, 6)),
        st.just(NoticeAnchor.TERM_END),
    ),
)


# --- one rule for states and bills ---------------------------------------------------------------


@given(amended(recurring.map(contract)), days)
def test_a_contract_is_active_or_under_notice_exactly_while_a_line_runs(
    case: tuple[Happened, Contract], day: date
) -> None:
    _, made = case
    for one in made.lines_ever:
        if one.billing.interval is not None:
            runs = made.line_on(one.id, day) is not None
            assert runs == any(days_.has(day) for days_ in running_days(made, one.id))
    assume(all(one.billing.interval is not None for one in made.lines_ever))
    runs = any(made.line_on(one.id, day) is not None for one in made.lines_ever)
    assert state_on(made, day).is_billed == runs


# --- ends ----------------------------------------------------------------------------------------


@given(happened(recurring.map(contract)), st.integers(0, 270), days)
def test_an_early_end_costs_what_a_shorter_contract_would_have_cost(
    there: Happened, length: int, agreed_on: date
) -> None:
    (one,) = there.contract.lines
    last_day = one.start + timedelta(days=length)
    try:
        early = lines_ended(there.contract, last_day, id="T", agreed_on=agreed_on)
    except RuleBroken:
        return
    shorter = attrs.evolve(there.contract, lines=[attrs.evolve(one, last_day=last_day)])
    made = there.contract.amended(early)
    assert totals(made, there) == totals(shorter, there)
    night = max(last_day + DAY, agreed_on)  # no bill waits for days that are left out
    assert all(one.planned.trigger <= night for one in preview(made, there.facts(), OPEN, EVER))


@given(happened(recurring.map(contract)), days, days)
def test_the_credits_that_were_stated_are_what_is_then_billed_and_never_more_than_was(
    there: Happened, last_day: date, agreed_on: date
) -> None:
    facts = there.facts()
    try:
        early = lines_ended(there.contract, last_day, id="T", agreed_on=agreed_on)
    except RuleBroken:
        return
    stated = charges_of(there.contract, early, facts, OPEN)
    before = {one.key for one in due(there.contract, facts, OPEN, agreed_on - DAY)}
    made = there.contract.amended(early)
    night = {one.key: one for one in due(made, facts, OPEN, agreed_on, before)}
    usual = {one.key: one.amount for one in due(there.contract, facts, OPEN, agreed_on, before)}
    changed = {key for key, one in night.items() if usual.get(key) != one.amount}
    assert {one.key: one.amount for one in stated.charges} == {
        key: night[key].amount for key in changed
    }
    by_period: defaultdict[date, list[Money]] = defaultdict(list)
    for one in preview(made, facts, OPEN, EVER):
        by_period[one.planned.period.span.start].append(one.amount)
    assert all(sum(parts, NOTHING).minor >= 0 for parts in by_period.values())


@given(
    st.lists(days, min_size=3, max_size=3, unique=True),
    st.sampled_from(Timing),
    st.sampled_from([0, 14]),
)
def test_a_suspension_leaves_out_its_days_in_whatever_order_it_became_known(
    turns: list[date], timing: Timing, lead_days: int
) -> None:
    agreed_on, pause, again = sorted(turns)
    one = line(EVEN, FIRST - DAY, timing=timing, lead_days=lead_days)
    agreed = contract(one)
    suspension = lines_ended(
        agreed, pause - DAY, id="S", agreed_on=agreed_on, event=ContractEvent.SUSPENSION
    )
    paused = agreed.amended(suspension)
    assert state_on(paused, pause) is ContractState.SUSPENDED
    resumed = lines_resumed(paused, again, id="R", agreed_on=pause)
    made = paused.amended(resumed)
    assert made == agreed.amended(resumed).amended(suspension)
    split = contract(
        attrs.evolve(one, last_day=pause - DAY),
        attrs.evolve(one, id="2", start=again, counts_from=one.anchor),
    )
    there = Happened(agreed)
    assert _all(totals(made, there)) == _all(totals(split, there))


def _all(amounts: dict[tuple[str, bool, date], Money]) -> Money:
    return sum(amounts.values(), NOTHING)


@given(recurring, renewals, st.integers(0, 200), st.integers(1, 30))
def test_a_notice_that_was_taken_back_changes_nothing(
    one: ContractLine, renewal: Renewal, days_after: int, later: int
) -> None:
    agreed = contract(attrs.evolve(one, last_day=None, renewal=renewal))
    there, received = Happened(agreed), one.start + timedelta(days=days_after)
    notice = notice_effect(agreed, received, id="N")
    given_ = agreed
    for amendment in notice.amendments:
        given_ = given_.amended(amendment)
    back = received + timedelta(days=later)
    if back > notice.ends_on:
        return
    for amendment in notice_withdrawn(given_, "N", back, id="W"):
        given_ = given_.amended(amendment)
    assert totals(given_, there) == totals(agreed, there)


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)), renewals, st.integers(0, 4))
def test_a_notice_on_the_last_day_works_and_a_day_later_does_not(
    start: date, renewal: Renewal, number: int
) -> None:
    """Through the workflow: what is kept ends the line on the day before and on no other."""
    terms = [term_at(renewal, start, start)]
    for _ in range(number):
        previous = terms[-1]
        assert previous is not None
        assert previous.last_day is not None
        terms.append(term_at(renewal, start, previous.last_day + DAY))
    one = terms[-1]
    assert one is not None
    assert one.last_day is not None
    assert one.last_receipt is not None
    assume(one.last_receipt >= start)
    agreed = contract(attrs.evolve(line(PerUnit.of(1, "EUR"), start), renewal=renewal))
    for received, in_time in ((one.last_receipt, True), (one.last_receipt + DAY, False)):
        store = in_memory(contracts=[agreed], facts=())
        give_notice(store, "C-1", received, received, id="N")
        with store.begin() as unit:
            kept = unit.contracts.get("C-1")
        assert (kept.line_on("1", one.last_day + DAY) is None) == in_time
        assert kept.line_on("1", one.last_day) is not None


# --- additions -----------------------------------------------------------------------------------


@given(days, st.integers(1, 9), st.integers(0, 1), st.integers(0, 40))
def test_a_catch_up_and_the_regular_bills_make_up_the_full_price(
    added_on: date, units: int, later: int, known: int
) -> None:
    start = date(2025, 1, 1)
    seats = contract(line(EVEN, start, quantity=10))
    (more,) = units_added(
        seats, "1", units, added_on, id="A", agreed_on=added_on + timedelta(days=known)
    )
    end = shared_end(Schedule(start, Interval.months(1)), added_on, later)
    price = ExactAmount.of("3775.80", "EUR")

    def billed(agreed: Contract) -> Money:
        found = preview(agreed, Happened(agreed).facts(), OPEN, EVER)
        amounts = (one.amount for one in found if one.planned.period.span.start <= end)
        return sum(amounts, NOTHING)

    added = billed(seats.amended(more)) - billed(seats)
    assert added == catch_up(price, added_on, end, quantity=units).amount


# --- regrouping ----------------------------------------------------------------------------------


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=6),
    st.sampled_from(["0.01", "9.99", "33.33", "1234.56"]),
    st.none() | days,
)
def test_regrouping_lines_changes_no_total(
    quantities: list[int], price: str, last_day: date | None
) -> None:
    """Whole periods to the cent; a part of one before it is settled, which each line does once."""
    scheme, start = PerUnit.of(price, "EUR"), FIRST
    one = contract(line(scheme, start, last_day, quantity=sum(quantities)))
    many = contract(
        *(line(scheme, start, last_day, id=str(n), quantity=q) for n, q in enumerate(quantities))
    )

    def by_period(agreed: Contract) -> dict[date, tuple[Fraction, Money, bool]]:
        found: dict[date, tuple[Fraction, Money, bool]] = {}
        for charge in preview(agreed, Happened(agreed).facts(), OPEN, EVER):
            period = charge.planned.period
            exactly = _before_settling(charge.explanation.as_data())
            known, amount, whole = found.get(
                period.span.start, (Fraction(0), NOTHING, period.span == period.full)
            )
            found[period.span.start] = known + exactly, amount + charge.amount, whole
        return found

    grouped, apart = by_period(one), by_period(many)
    assert grouped.keys() == apart.keys()
    for day, (exactly, amount, whole) in grouped.items():
        assert apart[day][0] == exactly
        if whole:
            assert apart[day][1] == amount


def _before_settling(data: dict[str, object]) -> Fraction:
    steps = data["steps"]
    assert isinstance(steps, list)
    operand = steps[-1][3][0]
    values = {one[0]: one[4] for one in steps} | {one[0]: one[2] for one in _given(data)}
    return Fraction(values[operand])


def _given(data: dict[str, object]) -> list[list[str]]:
    given_ = data["given"]
    assert isinstance(given_, list)
    return given_


# --- succession ----------------------------------------------------------------------------------


@given(
    st.lists(days, min_size=2, max_size=2, unique=True),
    st.sampled_from([1, 3, 12]),
    st.integers(-3, 40),
)
def test_two_parties_together_pay_what_one_would_have_paid(
    turns: list[date], months: int, agreed: int
) -> None:
    start, first_day = sorted(turns)
    agreed_on = max(start, first_day + timedelta(days=agreed))
    whole = contract(
        line(EVEN if months == 1 else PerUnit.of("100", "EUR"), start, END, months=months)
    )
    passed_on = succeed(whole, first_day, "C-2", id="S", agreed_on=agreed_on, party_id="K-2")
    parts = whole.amended(passed_on.ending), passed_on.successor
    there = Happened(whole)
    together = sum((_all(totals(one, there)) for one in parts), NOTHING)
    difference = together - _all(totals(whole, there))
    settled = 0 if months == 1 else 1  # the period that is cut is settled in two parts
    assert abs(difference.minor) <= settled


def test_a_night_after_the_end_finds_nothing_whatever_was_entered_first() -> None:
    renewal = Renewal(1, 1, Notice(Interval.days(10), NoticeAnchor.TERM_END))
    agreed = contract(
        attrs.evolve(line(PerUnit.of("31", "EUR"), date(2026, 1, 1)), renewal=renewal)
    )
    store = in_memory(contracts=[agreed], facts=())
    billing_night(store, date(2026, 3, 1))
    give_notice(store, "C-1", date(2026, 1, 20), date(2026, 3, 10), id="N", evidence=["letter"])
    night = billing_night(store, date(2026, 6, 1))
    assert [(str(one.service), str(one.amount)) for one in night.charges] == [
        ("2026-02-01..2026-02-28", "-31.00 EUR"),
        ("2026-03-01..2026-03-31", "-31.00 EUR"),
    ]
    assert all(one.evidence == ("N",) for one in night.charges)

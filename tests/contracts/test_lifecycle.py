"""The life of a contract: one table, states from days, and ends that are amendments."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from pathlib import Path

import attrs
import pytest

from harmony_core.billing import Facts, preview
from harmony_core.contracts import (
    LIFECYCLE,
    Amendment,
    Contract,
    ContractEvent,
    ContractState,
    LineBegins,
    LineEnds,
    LineRunsOn,
    contract_end,
    line_end,
    lines_ended,
    lines_resumed,
    next_end,
    notice_effect,
    notice_kept,
    notice_withdrawn,
    require_possible,
    running_days,
    state_after,
    state_on,
    succeed,
    succession,
    terminate,
    upcoming_renewals,
)
from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.finance import ExactAmount
from harmony_core.periods import Interval, Span
from harmony_core.pricing import Flat, PerUnit, Uplift, Uplifted
from harmony_core.products import ContractType, Notice, NoticeAnchor, Renewal
from tests.laws.test_amendment_laws import EVER, OPEN
from tests.strategies import contract, fund_terms, line

DAY = timedelta(days=1)
YEARLY = Renewal(24, 12, Notice(Interval.months(3), NoticeAnchor.TERM_END))
START = date(2024, 5, 1)
SERVICE = attrs.evolve(line(PerUnit.of(10, "EUR"), START, quantity=12), renewal=YEARLY)
BASE = contract(SERVICE)
DRAFT, AGREED, ACTIVE, SUSPENDED, NOTICE_GIVEN, ENDED, CANCELLED = ContractState


def amended(base: Contract, *amendments: object) -> Contract:
    for one in amendments:
        base = base.amended(one)  # type: ignore[arg-type]
    return base


# --- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "event"), list(product(ContractState, ContractEvent)))
def test_every_state_answers_every_event(state: ContractState, event: ContractEvent) -> None:
    if (after := LIFECYCLE[state].get(event)) is not None:
        assert state_after(state, event) is after
        return
    with pytest.raises(RuleBroken) as refused:
        state_after(state, event)
    message = str(refused.value)
    assert event.value in message
    assert state.value.split("_", maxsplit=1)[0] in message
    possible = LIFECYCLE[state]
    assert all(other.value in message for other in possible) if possible else "new" in message


def test_the_table_leads_from_a_draft_to_every_state_and_to_an_end() -> None:
    reached = {DRAFT}
    for _ in ContractState:
        reached |= {after for state in reached for after in LIFECYCLE[state].values()}
    assert reached == set(ContractState)
    assert set(LIFECYCLE) == set(ContractState)
    for state in ContractState:
        onward = {state}
        for _ in ContractState:
            onward |= {after for one in onward for after in LIFECYCLE[one].values()}
        assert onward & {ENDED, CANCELLED}


def test_the_page_has_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "contracts.md"
    rows = {
        line_.split("|")[1].strip(): line_
        for line_ in page.read_text(encoding="utf-8").splitlines()
        if line_.startswith("| `") and "→" in line_
    }
    for state, events in LIFECYCLE.items():
        for event, after in events.items():
            assert f"{event.value} → `{after.value}`" in rows[f"`{state.value}`"]
        assert rows.get(f"`{state.value}`", "").count("→") == len(events)


# --- states from days ----------------------------------------------------------------------------


def test_a_contract_is_agreed_then_active_then_under_notice_then_ended() -> None:
    found = notice_effect(BASE, date(2026, 1, 31), id="N")
    made = amended(BASE, *found.amendments)
    assert found.ends_on == date(2026, 4, 30)
    expected = {
        date(2024, 3, 31): DRAFT,
        date(2024, 4, 1): AGREED,
        START: ACTIVE,
        date(2026, 1, 30): ACTIVE,
        date(2026, 1, 31): NOTICE_GIVEN,
        date(2026, 4, 30): NOTICE_GIVEN,
        date(2026, 5, 1): ENDED,
    }
    assert {day: state_on(made, day, agreed_on=date(2024, 4, 1)) for day in expected} == expected


def test_a_notice_a_day_late_ends_the_next_term() -> None:
    late = notice_effect(BASE, date(2026, 2, 1), id="N", evidence=["letter-7"])
    assert late.ends_on == date(2027, 4, 30)
    (amendment,) = late.amendments
    assert amendment.agreed_on == date(2026, 2, 1)
    assert amendment.first_day == date(2027, 5, 1)
    assert amendment.evidence == ("letter-7",)
    (one,) = late.lines
    assert one.termination.last_receipt == date(2027, 1, 31)
    assert one.explanation.evaluate() == (date(2027, 4, 30) - date(2026, 2, 1)).days


def test_each_line_ends_by_its_own_terms() -> None:
    monthly = Renewal(1, 1, Notice(Interval.months(1), NoticeAnchor.TERM_END))
    fixed = attrs.evolve(SERVICE, id="3", last_day=date(2026, 2, 10), renewal=None)
    once = line(Flat.of(99, "EUR"), START, id="4", months=None, kind=ContractType.TRANSACTIONAL)
    several = contract(SERVICE, attrs.evolve(SERVICE, id="2", renewal=monthly), fixed, once)
    found = notice_effect(several, date(2026, 1, 10), id="N")
    assert [(one.id, str(one.first_day)) for one in found.amendments] == [
        ("N", "2026-03-01"),
        ("N/2", "2026-05-01"),
    ]
    made = amended(several, *found.amendments)
    assert state_on(made, date(2026, 2, 28)) is NOTICE_GIVEN
    assert state_on(made, date(2026, 5, 1)) is ENDED
    part = notice_effect(several, date(2026, 1, 10), id="P", line_ids=["2"])
    assert state_on(amended(several, *part.amendments), date(2026, 1, 10)) is ACTIVE


def test_a_notice_that_can_end_nothing_is_refused() -> None:
    assert notice_effect(BASE, START - DAY, id="N").ends_on == date(2026, 4, 30)
    open_end = contract(line(PerUnit.of(10, "EUR"), START))
    with pytest.raises(RuleBroken, match="runs on without terms to count a notice by"):
        notice_effect(open_end, date(2026, 1, 1), id="N")
    fixed = contract(attrs.evolve(SERVICE, last_day=date(2026, 4, 30)))
    with pytest.raises(RuleBroken, match="ends no line of contract 'C-1'"):
        notice_effect(fixed, date(2026, 1, 1), id="N")
    given = amended(BASE, *notice_effect(BASE, date(2026, 1, 31), id="N").amendments)
    with pytest.raises(RuleBroken, match="no notice of a contract that is under notice: possible"):
        notice_effect(given, date(2026, 2, 20), id="O")


def test_a_notice_is_taken_back_in_time_only() -> None:
    given = amended(BASE, *notice_effect(BASE, date(2026, 1, 31), id="N").amendments)
    back = notice_withdrawn(given, "N", date(2026, 3, 1), id="W")
    made = amended(given, *back)
    assert [one.event for one in back] == [ContractEvent.WITHDRAWAL]
    assert [state_on(made, day) for day in (date(2026, 2, 1), date(2026, 3, 1))] == [
        NOTICE_GIVEN,
        ACTIVE,
    ]
    assert running_days(made, "1") == running_days(BASE, "1")
    again = notice_effect(made, date(2026, 4, 1), id="M")
    assert again.ends_on == date(2027, 4, 30)
    with pytest.raises(RuleBroken, match="ended lines of contract 'C-1' before 2026-05-01"):
        notice_withdrawn(given, "N", date(2026, 5, 1), id="W")
    with pytest.raises(RuleBroken, match="agree to take it back on a later day"):
        notice_withdrawn(given, "N", date(2026, 1, 31), id="W")
    with pytest.raises(RuleBroken, match="knows no notice 'X'"):
        notice_withdrawn(given, "X", date(2026, 3, 1), id="W")
    earlier = lines_ended(given, date(2026, 3, 31), id="T", agreed_on=date(2026, 2, 20))
    with pytest.raises(RuleBroken, match="is no longer that of notice 'N'"):
        notice_withdrawn(given.amended(earlier), "N", date(2026, 3, 1), id="W")


def test_an_end_by_agreement_may_be_earlier_than_a_notice_and_brings_a_fee() -> None:
    given = amended(BASE, *notice_effect(BASE, date(2026, 1, 31), id="N").amendments)
    fee = line(Flat.of(250, "EUR"), date(2026, 3, 1), id="F", months=None)
    earlier = lines_ended(
        given, date(2026, 2, 28), id="T", agreed_on=date(2026, 2, 10), fee=fee, evidence=["mail-3"]
    )
    assert earlier.changes == (LineEnds("1"), LineBegins(fee))
    made = given.amended(earlier)
    assert line_end(made, "1").last_day == date(2026, 2, 28)
    assert line_end(made, "1").amendment == earlier
    assert state_on(made, date(2026, 2, 28)) is NOTICE_GIVEN
    assert state_on(made, date(2026, 3, 2)) is ENDED
    with pytest.raises(RuleBroken, match="every line of contract 'C-1' ends by 2026-12-31 anyway"):
        lines_ended(given, date(2026, 12, 31), id="U", agreed_on=date(2026, 2, 10))


def test_an_inactive_contract_does_not_run_until_it_resumes() -> None:
    pause = lines_ended(
        BASE,
        date(2026, 1, 31),
        id="S",
        agreed_on=date(2026, 1, 15),
        event=ContractEvent.SUSPENSION,
    )
    made = BASE.amended(pause)
    assert state_on(made, date(2026, 1, 31)) is ACTIVE
    assert state_on(made, date(2026, 2, 1)) is SUSPENDED
    assert state_on(made, date(2030, 1, 1)) is SUSPENDED
    resumed = lines_resumed(made, date(2026, 4, 1), id="R", agreed_on=date(2026, 3, 20))
    assert resumed.changes == (LineRunsOn("1", None),)
    going = made.amended(resumed)
    assert [state_on(going, day) for day in (date(2026, 3, 31), date(2026, 4, 1))] == [
        SUSPENDED,
        ACTIVE,
    ]
    assert [(str(one.first_day), str(one.last_day)) for one in running_days(going, "1")] == [
        ("2024-05-01", "2026-01-31"),
        ("2026-04-01", "None"),
    ]
    with pytest.raises(RuleBroken, match="no resumption of a contract that is active"):
        lines_resumed(BASE, date(2026, 4, 1), id="R", agreed_on=date(2026, 3, 20))
    over = lines_ended(made, date(2026, 3, 31), id="T", agreed_on=date(2026, 3, 1))
    assert state_on(made.amended(over), date(2026, 3, 1)) is ENDED
    assert running_days(made.amended(over), "1") == running_days(made, "1")


def test_a_contract_can_be_cancelled_before_it_begins_and_not_after() -> None:
    given_up = lines_ended(
        BASE,
        START - DAY,
        id="X",
        agreed_on=date(2024, 4, 10),
        event=ContractEvent.CANCELLATION,
    )
    made = BASE.amended(given_up)
    assert state_on(made, date(2024, 4, 9)) is AGREED
    assert state_on(made, date(2024, 4, 10)) is CANCELLED
    assert state_on(made, date(2026, 1, 1)) is CANCELLED
    assert running_days(made, "1") == ()
    with pytest.raises(RuleBroken, match="that is cancelled: agree on a new one"):
        require_possible(made, ContractEvent.AMENDMENT, date(2024, 5, 1))
    with pytest.raises(RuleBroken, match="no cancellation of a contract that is active"):
        lines_ended(BASE, START, id="X", agreed_on=START, event=ContractEvent.CANCELLATION)


def test_what_is_billed_once_ends_by_itself() -> None:
    goods = contract(line(Flat.of(99, "EUR"), START, months=None))
    assert [state_on(goods, day) for day in (START - DAY, START, START + DAY)] == [
        AGREED,
        ACTIVE,
        ENDED,
    ]
    block = line(
        Flat.of(900, "EUR"), START, quantity=10, months=None, fund=fund_terms(valid_months=12)
    )
    assert state_on(contract(block), date(2025, 4, 30)) is ACTIVE
    assert state_on(contract(block), date(2025, 5, 1)) is ENDED


# --- succession ----------------------------------------------------------------------------------

JULY_16 = date(2025, 7, 16)


def test_another_party_takes_over_without_a_new_term_or_new_periods() -> None:
    moved = succeed(
        BASE, JULY_16, "C-2", id="S", agreed_on=date(2025, 7, 1), party_id="K-2", evidence=["deed"]
    )
    new = moved.successor
    assert (new.party_id, new.continues, new.entity_id) == ("K-2", "C-1", "DE")
    (going_on,) = new.lines
    assert (going_on.start, going_on.anchor) == (JULY_16, START)
    periods = going_on.periods()
    assert [str(next(periods).span) for _ in range(2)] == [
        "2025-07-16..2025-07-31",
        "2025-08-01..2025-08-31",
    ]
    assert notice_effect(new, date(2026, 1, 31), id="N").ends_on == date(2026, 4, 30)
    old = BASE.amended(moved.ending)
    assert moved.ending.evidence == ("C-2", "deed")
    assert state_on(old, JULY_16 - DAY) is NOTICE_GIVEN
    assert state_on(old, JULY_16) is ENDED


def test_a_renewal_by_a_new_contract_begins_anew() -> None:
    price = PerUnit.of(11, "EUR")
    moved = succeed(
        BASE,
        date(2026, 5, 1),
        "C-2",
        id="S",
        agreed_on=date(2026, 3, 1),
        schemes={"1": price},
        new_terms=True,
    )
    (renewed,) = moved.successor.lines
    assert (renewed.scheme, renewed.anchor) == (price, date(2026, 5, 1))
    with pytest.raises(NotFound, match="no line '7' of contract 'C-1' goes on"):
        succeed(BASE, JULY_16, "C-2", id="S", agreed_on=START, schemes={"7": price})
    with pytest.raises(RuleBroken, match="cannot follow itself"):
        succeed(BASE, JULY_16, "C-1", id="S", agreed_on=START)


def test_the_chain_of_contracts_is_found_from_any_of_them() -> None:
    first = succeed(BASE, JULY_16, "C-2", id="S", agreed_on=START).successor
    second = succeed(first, date(2026, 1, 1), "C-3", id="S", agreed_on=JULY_16).successor
    alone = attrs.evolve(BASE, id="C-9")
    every = [second, alone, BASE, first]
    for one in ("C-1", "C-2", "C-3"):
        assert [c.id for c in succession(every, one)] == ["C-1", "C-2", "C-3"]
    assert succession(every, "C-9") == (alone,)
    with pytest.raises(NotFound, match="there is no contract 'C-7'"):
        succession(every, "C-7")
    circle = [attrs.evolve(BASE, continues="C-2"), first]
    with pytest.raises(InvalidValue, match="continues itself"):
        succession(circle, "C-1")


# --- renewals ------------------------------------------------------------------------------------

SPRING = Span.of_days(date(2026, 1, 1), date(2026, 4, 30))


def test_a_renewal_says_by_when_to_act_and_what_it_costs_then() -> None:
    rising = attrs.evolve(
        SERVICE, scheme=Uplifted(PerUnit.of(10, "EUR"), Uplift.fixed(None, "3.5"))
    )
    (found,) = upcoming_renewals([contract(rising)], SPRING)
    assert (found.notice_by, found.ends_on) == (date(2026, 1, 31), date(2026, 4, 30))
    assert (found.renews, found.renews_through) == (True, date(2027, 4, 30))
    assert found.price == ExactAmount.of("124.20", "EUR")
    assert found.price_after == ExactAmount.of("128.52", "EUR")  # 10.00, 10.35, 10.71
    assert found.explanation is not None
    assert found.explanation.evaluate() == found.price_after.value
    assert "2026-05-01: 3.5 %" in dict(found.explanation.facts)["uplifts"]


def test_what_is_under_notice_does_not_renew_and_an_index_may_be_missing() -> None:
    given = amended(BASE, *notice_effect(BASE, date(2026, 1, 31), id="N").amendments)
    assert upcoming_renewals([given], SPRING) == ()
    indexed = Uplifted(PerUnit.of(10, "EUR"), Uplift.by_index(START, ["2.0"]))
    (found,) = upcoming_renewals([contract(attrs.evolve(SERVICE, scheme=indexed))], SPRING)
    assert found.price_after is None
    assert found.lacks is not None
    assert "2026-05-01" in found.lacks


def test_a_last_renewal_and_terms_that_run_on_are_told_apart() -> None:
    last = attrs.evolve(YEARLY, maximum_renewals=0)
    runs_on = Renewal(24, 0, Notice(Interval.months(1)))
    (ends,) = upcoming_renewals([contract(attrs.evolve(SERVICE, renewal=last))], SPRING)
    assert (ends.renews, ends.notice_by, ends.price_after) == (False, None, None)
    (open_,) = upcoming_renewals([contract(attrs.evolve(SERVICE, renewal=runs_on))], SPRING)
    assert (open_.renews, open_.renews_through) == (True, None)


def test_a_line_ends_with_its_last_renewal_and_is_billed_until_then() -> None:
    limited = attrs.evolve(SERVICE, renewal=attrs.evolve(YEARLY, maximum_renewals=0))
    made = contract(limited)
    assert made.lines == (limited,)  # what was signed stays as it is
    last = date(2026, 4, 30)
    assert (line_end(made, "1").last_day, made.line_on("1", last + DAY)) == (last, None)
    assert [state_on(made, day) for day in (last, last + DAY)] == [ACTIVE, ENDED]
    bills = [one.planned.period.span.last_day for one in preview(made, Facts(), OPEN, EVER)]
    assert bills[-1] == last
    runs_on = Amendment("A", "C-1", last, last + DAY, [LineRunsOn("1")])
    assert state_on(made.amended(runs_on), last + DAY) is ACTIVE
    with pytest.raises(RuleBroken, match="ends no line"):  # it ends by itself, and no earlier
        notice_effect(made, date(2026, 1, 1), id="N")


@pytest.mark.parametrize(
    ("to", "received", "ends"),
    [
        (NoticeAnchor.TERM_END, date(2026, 1, 10), date(2026, 4, 30)),  # the term is served
        (NoticeAnchor.TERM_END, date(2026, 3, 10), date(2026, 6, 10)),
        (NoticeAnchor.TERM_END, date(2027, 8, 1), date(2027, 11, 1)),
        (NoticeAnchor.MONTH_END, date(2027, 8, 1), date(2027, 11, 30)),
    ],
)
def test_what_runs_on_after_its_last_renewal_ends_by_the_same_notice(
    to: NoticeAnchor, received: date, ends: date
) -> None:
    """The last term ends with April 2026, the notice is of three months."""
    renewal = attrs.evolve(YEARLY, maximum_renewals=0, notice=Notice(Interval.months(3), to))
    made = contract(attrs.evolve(SERVICE, renewal=renewal))
    agreed = Amendment("A", "C-1", date(2025, 6, 1), date(2026, 5, 1), [LineRunsOn("1")])
    goes_on = made.amended(agreed)
    effect = notice_effect(goes_on, received, id="N")
    assert [one.termination.ends_on for one in effect.lines] == [ends]
    assert contract_end(goes_on, received).ends_on == ends
    noted = amended(goes_on, *effect.amendments)
    assert line_end(noted, "1").last_day == ends
    assert notice_kept(noted, "N") == effect
    (coming,) = upcoming_renewals([goes_on], SPRING)
    assert (coming.renews, coming.renews_through) == (True, None)
    until = LineRunsOn("1", date(2027, 6, 30))
    to_a_day = made.amended(attrs.evolve(agreed, changes=[until]))
    (coming,) = upcoming_renewals([to_a_day], SPRING)
    assert (coming.renews, coming.renews_through) == (True, date(2027, 6, 30))
    assert contract_end(to_a_day, date(2026, 6, 1)).ends_on == date(2027, 6, 30)


@pytest.mark.parametrize("anchor", list(NoticeAnchor))
@pytest.mark.parametrize("early", [1, 31, 400])
def test_a_notice_before_the_first_day_never_ends_it_before_that_day(
    anchor: NoticeAnchor, early: int
) -> None:
    notice = Notice(Interval.days(10), anchor)
    received = START - timedelta(days=early)
    if anchor is not NoticeAnchor.TERM_END:
        assert terminate(notice, received, start=START).ends_on >= START
    found = next_end(Renewal(6, 6, notice), START, received)
    assert found.ends_on >= date(2024, 10, 31)  # the initial term


def test_what_was_ended_for_good_is_not_begun_again_by_what_was_agreed_before() -> None:
    """A notice taken back, or a longer term, says nothing about days after a later agreement."""
    notice = notice_effect(BASE, date(2025, 6, 1), id="N")  # to 30 April 2026
    given = amended(BASE, *notice.amendments)
    back = amended(given, *notice_withdrawn(given, "N", date(2025, 7, 1), id="W"))
    longer = Amendment(
        "X", "C-1", date(2025, 7, 1), date(2026, 5, 1), [LineRunsOn("1", date(2027, 4, 30))]
    )
    for made in (back, amended(BASE, longer)):
        early = lines_ended(made, date(2025, 12, 15), id="T", agreed_on=date(2025, 12, 1))
        ended = amended(made, early)
        assert line_end(ended, "1").last_day == date(2025, 12, 15)
        assert [one.last_day for one in running_days(ended, "1")] == [date(2025, 12, 15)]
        assert state_on(ended, date(2026, 6, 1)) is ENDED
        bills = [one.service.last_day for one in preview(ended, Facts(), OPEN, EVER)]
        assert max(bills) <= date(2025, 12, 31)
        anew = attrs.evolve(longer, id="Y", agreed_on=date(2026, 1, 9))
        assert state_on(amended(ended, anew), date(2026, 6, 1)) is ACTIVE  # agreed after the end

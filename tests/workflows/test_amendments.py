"""An amendment is kept with its contract and billed from the first open day."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from harmony_core.contracts import (
    Amendment,
    Cover,
    LineBegins,
    LineEnds,
    NameList,
    NewQuantity,
    without_effect,
)
from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.periods import Month, Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import ContractType, Recognition, TimeWorked
from harmony_core.repositories import MemoryStore
from harmony_core.work import TimeEntry
from harmony_core.workflows import (
    amend_contract,
    billing_night,
    month_end,
    record_facts,
    stated_amendment,
)
from tests.strategies import contract, line
from tests.workflows.company import in_memory

SEATS = contract(
    line(
        PerUnit.of("31", "EUR"),
        date(2026, 1, 1),
        quantity=10,
        recognition=Recognition.STRAIGHT_LINE,
    ),
    id="C-A",
)


def selling() -> MemoryStore:
    return in_memory(contracts=[SEATS], facts=())


def more(id_: str = "A-1", quantity: int = 20) -> Amendment:
    changes = [NewQuantity("1", quantity)]
    return Amendment(id_, "C-A", date(2026, 1, 10), date(2026, 1, 22), changes)


def test_what_was_billed_ahead_is_corrected_and_the_rest_is_billed_anew() -> None:
    store = selling()
    assert [str(one.amount) for one in billing_night(store, date(2026, 1, 1)).charges] == [
        "310.00 EUR"
    ]
    amended = amend_contract(store, more(), date(2026, 1, 10)).contract
    night = billing_night(store, date(2026, 2, 1))
    assert [(str(one.service), str(one.amount)) for one in night.charges] == [
        ("2026-01-22..2026-01-31", "100.00 EUR"),
        ("2026-02-01..2026-02-28", "620.00 EUR"),
    ]
    assert night.charges[0].evidence == ("A-1",)
    assert amended.on(date(2026, 1, 22)).line("1").quantity == 20
    with store.begin() as unit:
        assert unit.contracts.get("C-A") == amended


def test_a_day_that_was_billed_or_closed_is_left_as_it_is() -> None:
    store = selling()
    month_end(store, Month(2026, 1))
    amended = amend_contract(store, more(), date(2026, 1, 31)).contract
    assert amended.amendments[0].known_on == date(2026, 2, 1)
    [correction] = [
        one for one in billing_night(store, date(2026, 2, 2)).charges if one.corrects is not None
    ]
    assert (correction.trigger, str(correction.amount)) == (date(2026, 2, 1), "100.00 EUR")


def test_what_ends_is_earned_no_longer() -> None:
    store = selling()
    ending = Amendment("A-1", "C-A", date(2026, 1, 10), date(2026, 1, 22), [LineEnds("1")])
    billing_night(store, date(2026, 1, 1))
    amend_contract(store, ending, date(2026, 1, 10))
    report = month_end(store, Month(2026, 1))
    assert sum(one.amount.transaction.minor for one in report.recognised) == 210_00
    assert [str(one.amount) for one in billing_night(store, date(2026, 3, 1)).charges] == []


def test_the_same_amendment_again_changes_nothing_and_another_one_is_refused() -> None:
    store = selling()
    amended = amend_contract(store, more(), date(2026, 1, 10))
    assert amend_contract(store, more(), date(2026, 1, 12)) == amended
    with pytest.raises(RuleBroken, match="has another amendment 'A-1'"):
        amend_contract(store, more(quantity=30), date(2026, 1, 12))
    with pytest.raises(RuleBroken, match="agreed on one day, change the same of line '1'"):
        amend_contract(store, more("A-2", 30), date(2026, 1, 12))


def test_what_changes_a_line_that_has_ended_is_refused_or_listed() -> None:
    store = selling()
    ends = Amendment("E", "C-A", date(2026, 1, 5), date(2026, 1, 20), [LineEnds("1")])
    kept = amend_contract(store, ends, date(2026, 1, 5)).contract
    with pytest.raises(RuleBroken, match="from 2026-01-22, but the line ends on 2026-01-19"):
        amend_contract(store, more(), date(2026, 1, 10))
    later = attrs.evolve(ends, id="F", agreed_on=date(2026, 1, 6), first_day=date(2026, 2, 1))
    with pytest.raises(RuleBroken, match="from 2026-02-01, but the line ends on 2026-01-19"):
        amend_contract(store, later, date(2026, 1, 10))
    assert without_effect(kept) == ()
    found = without_effect(kept.amended(more()).amended(later))  # the end became known last
    assert [(one.amendment_id, one.ends_on) for one in found] == [
        ("A-1", date(2026, 1, 19)),
        ("F", date(2026, 1, 19)),
    ]


def test_what_is_stated_from_the_store_is_what_the_night_bills() -> None:
    store = selling()
    billing_night(store, date(2026, 1, 10))
    stated = stated_amendment(store, more(), date(2026, 1, 10), date(2026, 3, 31))
    assert stated.amendment.known_on == date(2026, 1, 11)  # the 10th is billed already
    assert [str(one.change) for one in stated.impact.periods] == ["100.00 EUR", *["310.00 EUR"] * 2]
    with store.begin() as unit:
        assert unit.contracts.get("C-A").amendments == ()
    amend_contract(store, more(), date(2026, 1, 10))
    night = billing_night(store, date(2026, 4, 1))
    billed = {one.key: one.amount for one in night.charges if one.service.start <= date(2026, 3, 1)}
    assert {one.key: one.amount for one in stated.charges.charges} == billed


def test_a_contract_is_only_amended_as_it_can_be() -> None:
    store = selling()
    with pytest.raises(RuleBroken, match="is agreed on 2026-01-10, after today"):
        amend_contract(store, more(), date(2026, 1, 9))
    unknown = attrs.evolve(more(), changes=[LineEnds("7")])
    with pytest.raises(NotFound, match="contract 'C-A' has no line '7'; it has 1"):
        amend_contract(store, unknown, date(2026, 1, 10))
    twice = attrs.evolve(
        more(), changes=[LineBegins(line(PerUnit.of("1", "EUR"), date(2026, 2, 1)))]
    )
    with pytest.raises(InvalidValue, match="has two lines called 1"):
        amend_contract(store, twice, date(2026, 1, 10))
    yen = attrs.evolve(
        more(), changes=[LineBegins(line(PerUnit.of("1", "JPY"), date(2026, 2, 1), id="2"))]
    )
    with pytest.raises(InvalidValue, match="priced in JPY: one contract, one currency"):
        amend_contract(store, yen, date(2026, 1, 10))


def test_a_line_that_is_added_later_takes_the_work_that_its_cover_says() -> None:
    store = selling()
    cover = Cover(roles=NameList.all_but(), types=NameList.all_but(), takes_the_rest=True)
    hours = line(
        PerUnit.of("95", "EUR"),
        date(2026, 1, 15),
        id="H",
        kind=ContractType.TRANSACTIONAL,
        quantity=0,
        source=TimeWorked(),
        timing=Timing.ARREARS,
        months=None,
    )
    added = LineBegins(attrs.evolve(hours, cover=cover))
    amendment = Amendment("A", "C-A", date(2026, 1, 10), date(2026, 1, 15), [added])
    amend_contract(store, amendment, date(2026, 1, 10))
    worked = TimeEntry("T", "anna", date(2026, 1, 20), 3, contract_id="C-A")
    record_facts(store, [worked], date(2026, 1, 20))
    billed = [one for one in billing_night(store, date(2026, 2, 1)).charges if one.line_id == "H"]
    assert [(str(one.amount), one.evidence) for one in billed] == [("285.00 EUR", ("T",))]

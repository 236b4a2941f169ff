"""How a contract stands on a day, whatever order its amendments came in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from harmony_core.contracts import (
    Amendment,
    Change,
    LineBegins,
    LineEnds,
    LineRunsOn,
    NewPrice,
    NewQuantity,
)
from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.periods import Span, Timing
from harmony_core.pricing import PerUnit, Ramp
from harmony_core.products import ContractType, CountPolicy, DevicesCounted, Recognition
from tests.strategies import contract, fund_terms, line

PRICE = PerUnit.of("10", "EUR")
BASE = contract(line(PRICE, date(2026, 1, 1), date(2026, 12, 31), quantity=10))


def agreed(id_: str, first_day: date, *changes: Change, on: date = date(2026, 1, 5)) -> Amendment:
    return Amendment(id_, "C-1", on, first_day, changes)


MARCH, JUNE, JULY = date(2026, 3, 1), date(2026, 6, 1), date(2026, 7, 1)


def test_each_day_has_what_was_agreed_for_it() -> None:
    made = BASE.amended(agreed("A", JULY, LineEnds("1"))).amended(
        agreed("B", MARCH, NewQuantity("1", 20), NewPrice("1", PerUnit.of("9", "EUR")))
    )
    first, second = made.line_on("1", date(2026, 2, 28)), made.line_on("1", MARCH)
    assert first is not None
    assert second is not None
    assert first.quantity == 10
    assert first.scheme == PRICE
    assert second.quantity == 20
    assert second.scheme == PerUnit.of("9", "EUR")
    assert made.line_on("1", JULY) is None
    assert made.line_on("1", date(2025, 12, 31)) is None
    assert made.line("1") == BASE.line("1")
    assert made.on(MARCH).lines == (second,)
    with pytest.raises(NotFound, match="no line of contract 'C-1' runs on 2026-07-01"):
        made.on(JULY)


def test_of_two_for_the_same_day_the_later_agreed_one_holds() -> None:
    made = BASE.amended(agreed("A", JUNE, NewQuantity("1", 5), on=date(2026, 2, 2)))
    made = made.amended(agreed("B", JUNE, NewQuantity("1", 7), on=date(2026, 2, 1)))
    held = made.line_on("1", JUNE)
    assert held is not None
    assert held.quantity == 5
    with pytest.raises(RuleBroken, match="amendments 'A' and 'C', agreed on one day"):
        made.amended(agreed("C", JUNE, NewQuantity("1", 9), on=date(2026, 2, 2)))


def test_a_line_that_ended_may_run_on_and_one_may_never_run() -> None:
    ended = BASE.amended(agreed("A", JUNE, LineEnds("1")))
    resumed = ended.amended(agreed("B", JULY, LineRunsOn("1", date(2027, 1, 31))))
    assert resumed.line_on("1", date(2026, 6, 30)) is None
    assert resumed.line_on("1", date(2027, 1, 31)) is not None
    assert [str(days) for days, _ in resumed.parts("1", Span(MARCH, date(2027, 3, 1)))] == [
        "2026-03-01..2026-05-31",
        "2026-07-01..2027-01-31",
    ]
    assert resumed.lines_ever[0].last_day == date(2027, 1, 31)
    never = BASE.amended(agreed("A", date(2025, 12, 1), LineEnds("1")))
    assert never.parts("1", Span(date(2026, 1, 1), JUNE)) == ()


def test_parts_are_cut_only_where_something_changes() -> None:
    ramp = Ramp.of((date(2026, 1, 1), PRICE), (date(2026, 6, 16), PerUnit.of("12", "EUR")))
    made = (
        BASE.amended(agreed("A", MARCH, NewQuantity("1", 10)))
        .amended(agreed("B", date(2026, 4, 11), NewQuantity("1", 12)))
        .amended(agreed("C", JUNE, NewPrice("1", ramp)))
    )
    found = made.parts("1", Span(date(2026, 1, 1), JULY))
    assert [(str(days), int(part.quantity)) for days, part in found] == [
        ("2026-01-01..2026-04-10", 10),
        ("2026-04-11..2026-06-15", 12),
        ("2026-06-16..2026-06-30", 12),
    ]


def test_a_line_may_be_added_and_changed_in_any_order() -> None:
    new = LineBegins(line(PerUnit.of("3", "EUR"), JUNE, id="2", quantity=1))
    made = BASE.amended(agreed("A", MARCH, new)).amended(agreed("B", JULY, NewQuantity("2", 4)))
    assert [one.id for one in made.lines_ever] == ["1", "2"]
    assert [one.id for one in made.lines] == ["1"]
    held = made.line_on("2", JULY)
    assert held is not None
    assert held.quantity == 4
    assert made.line_on("2", MARCH) is None
    assert [one.id for one in made.on(JULY).lines] == ["1", "2"]


def test_what_became_known_later_is_left_out_of_what_was_known() -> None:
    late = Amendment("A", "C-1", MARCH, JUNE, [LineEnds("1")], recorded_on=date(2026, 5, 5))
    made = BASE.amended(late)
    assert made.known_by(date(2026, 5, 4)) == BASE
    assert made.known_by(date(2026, 5, 5)) is made


BLOCK = line(
    PRICE,
    date(2026, 1, 1),
    kind=ContractType.PREPAYMENT,
    quantity=5,
    months=None,
    recognition=Recognition.AS_DRAWN,
    fund=fund_terms(),
)
AHEAD = line(
    PRICE,
    date(2026, 1, 1),
    kind=ContractType.CONSUMPTION,
    quantity=0,
    source=DevicesCounted(("computer",), CountPolicy.ADVANCE_TRUE_UP),
    timing=Timing.ADVANCE,
)


def test_what_cannot_be_amended_is_refused_with_the_way_out() -> None:
    with pytest.raises(RuleBroken, match="a prepaid block, which is bought once"):
        contract(BLOCK).amended(agreed("A", JUNE, NewPrice("1", PRICE)))
    stopped = contract(BLOCK).amended(agreed("E", MARCH, LineEnds("1")))
    with pytest.raises(RuleBroken, match="buy blocks again from 2026-06-01, after it ended"):
        stopped.amended(agreed("A", JUNE, LineRunsOn("1")))
    with pytest.raises(RuleBroken, match="trued up at the price of its period"):
        contract(AHEAD).amended(agreed("A", JUNE, NewPrice("1", PRICE)))
    with pytest.raises(RuleBroken, match="which is measured: change its price"):
        contract(AHEAD).amended(agreed("A", JUNE, NewQuantity("1", 3)))
    text: Any = "2026-06-01"
    with pytest.raises(InvalidValue, match="first_day of amendment 'A' is a plain date, got '2026"):
        agreed("A", text, LineEnds("1"))
    with pytest.raises(InvalidValue, match="changes nothing"):
        agreed("A", JUNE)
    with pytest.raises(InvalidValue, match="changes the same of line '1' twice"):
        agreed("A", JUNE, LineEnds("1"), LineRunsOn("1"))
    with pytest.raises(InvalidValue, match="its new line '2' begins on 2026-03-01"):
        agreed("A", JUNE, LineBegins(line(PRICE, MARCH, id="2")))
    with pytest.raises(InvalidValue, match="an agreed quantity is zero or more, got -1"):
        NewQuantity("1", -1)
    with pytest.raises(InvalidValue, match="is of contract 'C-2', not of 'C-1'"):
        BASE.amended(Amendment("A", "C-2", MARCH, JUNE, [LineEnds("1")]))
    made = BASE.amended(agreed("A", JUNE, NewQuantity("1", 3)))
    with pytest.raises(InvalidValue, match="two amendments called A"):
        made.amended(agreed("A", JULY, NewQuantity("1", 4)))


def test_a_single_change_needs_no_list() -> None:
    one = LineEnds("1")
    assert Amendment("A", "C-1", MARCH, JUNE, one) == agreed("A", JUNE, one, on=MARCH)


def test_several_amendments_are_given_at_once() -> None:
    more, ended = agreed("A", JUNE, NewQuantity("1", 5)), agreed("B", JULY, LineEnds("1"))
    both = BASE.amended(more).amended(ended)
    assert BASE.amended(more, ended) == BASE.amended([more, ended]) == both
    assert BASE.amended((more,), ended) == both
    assert BASE.amended() == BASE.amended([]) == BASE
    with pytest.raises(InvalidValue, match="two amendments called A"):
        BASE.amended(more, more)
    with pytest.raises(InvalidValue, match="amendments of contract"):
        BASE.amended("A")  # type: ignore[arg-type]

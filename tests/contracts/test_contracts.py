"""Lines, their periods, and what a contract refuses."""

from __future__ import annotations

from datetime import date
from itertools import islice

import attrs
import pytest

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.periods import Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import ContractType, ExpensesIncurred, TimeWorked
from tests.strategies import contract, fund_terms, line

EUR = PerUnit.of("1", "EUR")


def spans(*args: object, **options: object) -> list[str]:
    made = line(EUR, *args, **options)  # type: ignore[arg-type]
    return [f"{period.span} of {period.full.days}" for period in islice(made.periods(), 3)]


def test_periods_count_from_the_lines_own_start() -> None:
    assert spans(date(2026, 1, 31), date(2026, 3, 30)) == [
        "2026-01-31..2026-02-27 of 28",
        "2026-02-28..2026-03-30 of 31",
    ]
    assert spans(date(2024, 2, 29), months=12) == [
        "2024-02-29..2025-02-27 of 365",
        "2025-02-28..2026-02-27 of 365",
        "2026-02-28..2027-02-27 of 365",
    ]
    assert spans(date(2026, 1, 15), date(2026, 1, 15)) == ["2026-01-15..2026-01-15 of 31"]
    assert spans(date(2026, 1, 15), months=None) == ["2026-01-15..2026-01-15 of 1"]


@pytest.mark.parametrize("source", [TimeWorked(), ExpensesIncurred()])
def test_time_and_expenses_go_by_calendar_month(source: object) -> None:
    kind, late = ContractType.TRANSACTIONAL, Timing.ARREARS
    last = date(2026, 3, 2)
    assert spans(date(2026, 1, 31), last, kind=kind, source=source, timing=late, months=None) == [
        "2026-01-31..2026-01-31 of 31",
        "2026-02-01..2026-02-28 of 28",
        "2026-03-01..2026-03-02 of 31",
    ]


def test_a_line_runs_from_its_first_to_its_last_day() -> None:
    made = line(EUR, date(2026, 1, 10), date(2026, 1, 20))
    days = [date(2026, 1, day) for day in (9, 10, 20, 21)]
    assert [made.runs_on(day) for day in days] == [False, True, True, False]
    assert made.end == date(2026, 1, 21)
    assert line(EUR).end is None


def test_lines_refuse_what_cannot_be() -> None:
    with pytest.raises(InvalidValue, match="ends on 2025-12-31, before it starts on 2026-01-01"):
        line(EUR, date(2026, 1, 1), date(2025, 12, 31))
    with pytest.raises(InvalidValue, match="line '1' has a quantity below zero: -1"):
        line(EUR, quantity=-1)
    with pytest.raises(InvalidValue, match="line '1' buys blocks of nothing"):
        line(EUR, kind=ContractType.PREPAYMENT, quantity=0, fund=fund_terms())


def test_a_contract_holds_lines_of_one_currency_under_one_name_each() -> None:
    first, second = line(EUR), line(EUR, date(2025, 5, 1), id="2", kind=ContractType.CONSUMPTION)
    made = contract(first, second)
    assert (made.type, made.start) == (None, date(2025, 5, 1))
    assert contract(first).type is ContractType.RECURRING
    assert made.line("2") is second
    with pytest.raises(NotFound, match="has no line '3'; it has 1, 2"):
        made.line("3")
    with pytest.raises(InvalidValue, match="two lines called 1"):
        contract(first, first)
    with pytest.raises(InvalidValue, match="is in EUR, but line '2' is priced in USD"):
        contract(first, line(PerUnit.of("1", "USD"), id="2"))
    with pytest.raises(InvalidValue, match="'C-1' has no lines"):
        attrs.evolve(made, lines=())

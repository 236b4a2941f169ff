"""The fund of a line ends as the line does, whichever way somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    BlocksLeft,
    Facts,
    charges_of,
    contract_facts,
    due,
    fund_line,
    fund_of,
)
from harmony_core.contracts import (
    Amendment,
    Contract,
    ContractEvent,
    ContractLine,
    LineEnds,
    LineRunsOn,
    lines_ended,
)
from harmony_core.errors import NotFound, PriceNotFound, RuleBroken
from harmony_core.finance import ExactAmount, Money
from harmony_core.periods import Month, Span
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    CarryMode,
    ContractType,
    FundTerms,
    FundUnit,
    LeftOver,
    Rollover,
    TopUp,
)
from harmony_core.work import Expense, TimeEntry
from tests.strategies import END, TERMS, contract, fund_terms, line

DAY = timedelta(days=1)
START = date(2026, 1, 1)
AGREED = date(2026, 1, 20)
YEAR = Span(START, date(2027, 1, 1))
BLOCKS = fund_terms(valid_months=6)
ALLOWANCE = attrs.evolve(fund_terms(), rollover=Rollover(CarryMode.CAP, cap=Fraction(3)))
TOPPED_UP = attrs.evolve(
    BLOCKS, top_up=TopUp(Fraction(2), by=Fraction(10), prices=ExactAmount.of("85.00", "EUR"))
)


def sold(fund: FundTerms, months: int | None = 1) -> Contract:
    return contract(
        line(
            PerUnit.of("90", "EUR"),
            START,
            kind=ContractType.PREPAYMENT,
            quantity=10,
            months=months,
            fund=fund,
        )
    )


def worked(name: str, day: date, hours: Fraction | int, late: int = 0) -> TimeEntry:
    return TimeEntry(
        name,
        "P",
        day,
        Fraction(hours),
        contract_id="C-1",
        line_id="1",
        recorded_on=day + late * DAY,
    )


def held(made: Contract) -> Iterator[ContractLine]:
    """The line in every form in which a host can hold it."""
    yield made.line("1")
    yield from made.lines_ever
    for day in (START, date(2026, 3, 10)):
        if (stands := made.line_on("1", day)) is not None:
            yield stands


@given(
    st.sampled_from([BLOCKS, ALLOWANCE, TOPPED_UP]),
    st.dates(START, date(2026, 5, 15)),
    st.sampled_from(
        [ContractEvent.TERMINATION, ContractEvent.SUSPENSION, ContractEvent.SUCCESSION]
    ),
    st.sampled_from([None, *LeftOver]),
    st.lists(
        st.tuples(st.dates(START, date(2026, 7, 31)), st.integers(1, 9), st.integers(0, 40)),
        max_size=5,
    ),
    st.booleans(),
)
def test_a_fund_is_one_however_its_line_is_given(
    terms: FundTerms,
    last_day: date,
    event: ContractEvent,
    said: LeftOver | None,
    work: list[tuple[date, int, int]],
    longer: bool,
) -> None:
    facts = Facts(time=[worked(str(number), *one) for number, one in enumerate(work)])
    made = sold(terms)
    try:
        end = lines_ended(made, last_day, id="T", agreed_on=AGREED, event=event, left_over=said)
        made = made.amended(end)
        if longer:  # the later agreement stands
            runs_on = LineRunsOn("1", date(2026, 6, 30))
            later = Amendment("A", "C-1", AGREED + DAY, last_day + DAY, [runs_on])
            made = made.amended(later)
    except RuleBroken:
        return
    ended = fund_line(made, "1")
    assert ended is not None
    one = fund_of(made, ended, facts)
    whole_year = one.account(YEAR)
    gone = whole_year.drawn + whole_year.lapsed + whole_year.refunded
    assert whole_year.bought == gone + whole_year.closing
    days = [START, last_day, last_day + DAY, date(2026, 3, 31), date(2026, 7, 1), END]
    balances = [contract_facts(made, day, facts).balance for day in days]
    for form in held(made):
        fund = fund_of(made, form, facts)
        assert [fund.balance(day) for day in days] == balances
        assert fund.account(YEAR) == whole_year
        assert fund.statement(END) == one.statement(END)
        assert fund.warnings(END) == one.warnings(END)
        assert fund.left_on(days[2], END) == one.left_on(days[2], END)
    bought = {charge.service.start for charge in due(made, facts, TERMS, END)}
    assert {block.start for block in one.blocks(END)} <= bought


def test_nothing_is_granted_or_bought_after_the_end() -> None:
    made = sold(ALLOWANCE)
    made = made.amended(lines_ended(made, date(2026, 2, 28), id="T", agreed_on=AGREED))
    facts = Facts(time=[worked("late", date(2026, 3, 5), 12)])
    fund = fund_of(made, made.line("1"), facts)
    assert [str(one.start) for one in fund.blocks(END)] == ["2026-01-01", "2026-02-01"]
    assert fund.statement(END).allocations == ()
    assert [fund.balance(date(2026, 2, day)) for day in (1, 28)] == [13, 13]
    assert [fund.balance(date(2026, month, 1)) for month in (3, 4, 12)] == [0, 0, 0]
    assert [(one.id, int(hours)) for one, hours in fund.not_covered(END)] == [("late", 12)]


@pytest.mark.parametrize("terms", [BLOCKS, ALLOWANCE, TOPPED_UP])
def test_a_line_that_ended_before_it_began_has_an_empty_fund(terms: FundTerms) -> None:
    made = sold(terms).amended(Amendment("A", "C-1", START - DAY, START, [LineEnds("1")]))
    facts = Facts(time=[worked("1", date(2026, 1, 5), 12)])
    assert fund_line(made, "1") is None
    fund = fund_of(made, made.line("1"), facts)
    year = fund.account(YEAR)
    assert not any((year.bought, year.drawn, year.lapsed, year.refunded, year.closing))
    assert (fund.blocks(END), fund.given_up) == ((), ())
    assert fund.balance(AGREED) == 0
    assert fund.statement(END).top_ups == ()
    assert list(due(made, facts, TERMS, END)) == []


def test_a_line_of_another_contract_is_refused() -> None:
    made = sold(BLOCKS)
    with pytest.raises(NotFound, match="contract 'C-1' has no line 'X'; it has 1"):
        fund_of(made, attrs.evolve(made.line("1"), id="X"), Facts())


def test_only_a_shortfall_needs_a_price() -> None:
    """A fund of 10.00 for hours at 4.00; nobody said what an hour costs beyond it."""
    made = sold(FundTerms(FundUnit.CASH, 12, {"*": 4}, ()), months=None)
    enough = Facts(time=[worked("1", AGREED, 2)])
    fund = fund_of(made, made.line("1"), enough)
    assert fund.balance(AGREED) == 2
    assert fund.statement(END).overage == ()
    assert [str(one.amount) for one in due(made, enough, TERMS, END)] == ["900.00 EUR"]
    short = Facts(time=[worked("1", AGREED, 3)])
    with pytest.raises(PriceNotFound, match="no overage price in EUR"):
        fund_of(made, made.line("1"), short).statement(END)
    with pytest.raises(PriceNotFound, match="no overage price in EUR"):
        list(due(made, short, TERMS, END))
    assert fund_of(made, made.line("1"), short).balance(AGREED) == 0


def test_what_was_spent_beyond_a_fund_with_a_tariff_costs_what_it_did() -> None:
    terms = FundTerms(FundUnit.CASH, 12, {"*": 4}, (), units_per_spent={"*": 1})
    made = sold(terms, months=None)
    taxi = Expense("E", "P", AGREED, Money.of("12.50", "EUR"), "C-1", "1")
    facts = Facts(expenses=[taxi])
    assert fund_of(made, made.line("1"), facts).balance(AGREED) == 0
    amounts = [str(one.amount) for one in due(made, facts, TERMS, END)]
    assert amounts == ["900.00 EUR", "2.50 EUR"]


def test_what_an_allowance_has_left_lapses_with_its_line_and_it_is_said() -> None:
    """Ten of April and three of March, of which two are worked before the end and one after."""
    made, last_day = sold(ALLOWANCE), date(2026, 4, 15)
    facts = Facts(time=[worked("1", date(2026, 4, 15), 2), worked("2", date(2026, 4, 16), 1)])
    for said in (None, LeftOver.KEPT, LeftOver.LAPSED):
        end = lines_ended(made, last_day, id="T", agreed_on=AGREED, left_over=said)
        stated = charges_of(made, end, facts, TERMS)
        left = BlocksLeft("1", LeftOver.LAPSED, Fraction(11), "hours", last_day)
        assert (stated.left, stated.charges) == ((left,), ())
        account = fund_of(made.amended(end), made.line("1"), facts).account(Month(2026, 4).span)
        assert account.lapsed == 11
        assert not account.closing
    used = Facts(time=[worked("1", date(2026, 4, 1), 13)])
    end = lines_ended(made, last_day, id="T", agreed_on=AGREED)
    assert charges_of(made, end, used, TERMS).left == ()


def test_what_cannot_be_paid_back_is_refused_and_never_passed_over() -> None:
    blocks = attrs.evolve(sold(BLOCKS).line("1"), id="2")
    made = contract(sold(ALLOWANCE).line("1"), blocks)
    last_day = date(2026, 4, 15)

    def ended(of: Contract, said: LeftOver, *names: str) -> Amendment:
        return lines_ended(of, last_day, id="T", agreed_on=AGREED, line_ids=names, left_over=said)

    for names in ((), ("1",), ("1", "2")):
        with pytest.raises(RuleBroken, match=r"'C-1' is an allowance, .* credit what is left"):
            ended(made, LeftOver.REFUNDED, *names)
    assert ended(made, LeftOver.REFUNDED, "2").changes == (LineEnds("2", LeftOver.REFUNDED),)
    changes = ended(made, LeftOver.LAPSED).changes
    assert changes == (LineEnds("1"), LineEnds("2", LeftOver.LAPSED))

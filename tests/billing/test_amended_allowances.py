"""Prepaid lines that buy anew each period, amended: other units, another price, a suspension."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import Facts, charges_of, due, fund_line, fund_of, preview, recognise
from harmony_core.contracts import (
    Amendment,
    Change,
    Contract,
    ContractEvent,
    NewPrice,
    NewQuantity,
    lines_ended,
    lines_resumed,
    running_days,
    succeed,
)
from harmony_core.errors import NotFound, RuleBroken
from harmony_core.finance import Booked, Money, money_sum
from harmony_core.periods import Month, Span, months_between
from harmony_core.pricing import PerUnit
from harmony_core.products import CarryMode, ContractType, FundTerms, Recognition, Rollover
from harmony_core.work import TimeEntry
from tests.strategies import TERMS, contract, fund_terms, line

CAP_3 = Rollover(CarryMode.CAP, cap=Fraction(3))
FUND = fund_terms(overage="110", valid_months=1)
ALLOWANCE = attrs.evolve(FUND, rollover=CAP_3)
BLOCKS = attrs.evolve(FUND, valid_months=3)
"""blocks that outlive the month in which they are bought"""


JANUARY, FEBRUARY, MARCH = (Month(2026, n).span for n in (1, 2, 3))


def sold(terms: FundTerms, months: int | None = 1) -> Contract:
    return contract(
        line(
            PerUnit.of("90", "EUR"),
            kind=ContractType.PREPAYMENT,
            quantity=10,
            months=months,
            recognition=Recognition.AS_DRAWN,
            fund=terms,
        )
    )


def agreed(day: date, *changes: Change, id: str = "A-1", on: date | None = None) -> Amendment:  # noqa: A002
    return Amendment(id, "C-1", on or day, day, changes)


def worked(*work: tuple[date, str]) -> Facts:
    return Facts(
        time=[TimeEntry(f"T-{day:%m%d}", "anna", day, hours, "C-1", "1") for day, hours in work]
    )


def billed(made: Contract, facts: Facts, through: date) -> list[str]:
    return [
        f"{charge.kind.value} {charge.service} {charge.amount} on {charge.trigger}"
        for charge in due(made, facts, TERMS, through)
    ]


TWENTY = agreed(date(2026, 2, 1), NewQuantity("1", 20), on=date(2026, 1, 20))
USED = worked((date(2026, 1, 9), "4"), (date(2026, 2, 9), "22"), (date(2026, 3, 9), "25"))


def test_twenty_hours_instead_of_ten_from_next_month_keep_what_was_carried() -> None:
    made = sold(ALLOWANCE).amended(TWENTY)
    assert billed(made, USED, date(2026, 4, 1)) == [
        "service 2026-01-01..2026-01-31 900.00 EUR on 2026-01-01",
        "service 2026-02-01..2026-02-28 1800.00 EUR on 2026-02-01",
        "service 2026-03-01..2026-03-31 1800.00 EUR on 2026-03-01",
        "service 2026-04-01..2026-04-30 1800.00 EUR on 2026-04-01",
        "overage 2026-03-01..2026-03-31 440.00 EUR on 2026-04-01",
    ]
    fund = fund_of(made, made.line("1"), USED)
    # January leaves six of ten, of which three go on; with the twenty they serve 22 hours.
    months = [fund.account(month) for month in (JANUARY, FEBRUARY, MARCH)]
    assert [one.closing for one in months] == [3, 1, 0]


def test_blocks_that_outlive_their_month_are_bought_anew_in_the_new_size() -> None:
    made = sold(BLOCKS).amended(TWENTY)
    fund = fund_of(made, made.line("1"), USED)
    # 10 of January, 20 of February and of March, less 51 drawn: a unit of February is left.
    assert fund.account(MARCH).closing == 0
    assert [int(one.quantity) for one in fund.blocks(date(2026, 3, 1))] == [10, 20, 20]
    assert sum(one.units for one in fund.statement(date(2026, 4, 1)).overage) == 1


def test_a_new_price_is_that_of_the_blocks_bought_from_its_day_on() -> None:
    cheaper = agreed(date(2026, 3, 1), NewPrice("1", PerUnit.of("80", "EUR")), id="A-2")
    made = sold(ALLOWANCE).amended(cheaper).amended(TWENTY)
    amounts = [str(one.amount) for one in due(made, Facts(), TERMS, date(2026, 3, 1))]
    assert amounts == ["900.00 EUR", "1800.00 EUR", "1600.00 EUR"]
    assert made == sold(ALLOWANCE).amended(TWENTY).amended(cheaper)


def test_a_change_that_is_found_late_corrects_what_was_billed() -> None:
    late = attrs.evolve(TWENTY, recorded_on=date(2026, 3, 20))
    made = sold(ALLOWANCE).amended(late)
    assert billed(made, USED, date(2026, 4, 1)) == [
        "service 2026-01-01..2026-01-31 900.00 EUR on 2026-01-01",
        "service 2026-02-01..2026-02-28 900.00 EUR on 2026-02-01",
        "service 2026-02-01..2026-02-28 900.00 EUR on 2026-03-20",
        "service 2026-03-01..2026-03-31 900.00 EUR on 2026-03-01",
        "service 2026-03-01..2026-03-31 900.00 EUR on 2026-03-20",
        "service 2026-04-01..2026-04-30 1800.00 EUR on 2026-04-01",
        "overage 2026-02-01..2026-02-28 990.00 EUR on 2026-03-01",
        "overage 2026-02-01..2026-02-28 -990.00 EUR on 2026-03-20",
        "overage 2026-03-01..2026-03-31 440.00 EUR on 2026-04-01",
    ]


@pytest.mark.parametrize(
    ("months", "change", "day", "message"),
    [
        (1, NewQuantity("1", 20), date(2026, 2, 10), "begin on 2026-02-01 or 2026-03-01"),
        (3, NewQuantity("1", 20), date(2026, 2, 1), "begin on 2026-01-01 or 2026-04-01"),
        (1, NewPrice("1", PerUnit.of("80", "EUR")), date(2026, 2, 2), "bought whole on its first"),
        (1, NewQuantity("1", 0), date(2026, 2, 1), "end the line, or suspend it"),
        (None, NewQuantity("1", 20), date(2026, 2, 1), "a prepaid block, which is bought once"),
        (None, NewPrice("1", PerUnit.of("80", "EUR")), date(2026, 2, 1), "bought once"),
    ],
)
def test_what_is_bought_already_is_not_amended(
    months: int | None, change: Change, day: date, message: str
) -> None:
    with pytest.raises(RuleBroken, match=message):
        sold(BLOCKS, months).amended(agreed(day, change))


def test_what_an_amendment_charges_is_told_before_it_is_accepted() -> None:
    late = attrs.evolve(TWENTY, recorded_on=date(2026, 3, 20))
    found = charges_of(sold(ALLOWANCE), late, USED, TERMS)
    # February and March are bought in the new size, and February's overage is taken back.
    assert found.total == Money.of("810.00", "EUR")


_firsts = st.sampled_from([date(2026, month, 1) for month in range(1, 6)])
_changed = st.builds(NewQuantity, st.just("1"), st.integers(1, 30)) | st.builds(
    NewPrice,
    st.just("1"),
    st.sampled_from(["0", "33.33", "80"]).map(lambda p: PerUnit.of(p, "EUR")),
)


@st.composite
def _amended(draw: st.DrawFn) -> tuple[Contract, list[Amendment]]:
    made = sold(draw(st.sampled_from([ALLOWANCE, BLOCKS])))
    days = draw(st.lists(_firsts, min_size=1, max_size=3, unique=True))
    return made, [
        attrs.evolve(
            agreed(day, draw(_changed), id=f"A-{number}"),
            recorded_on=draw(st.none() | st.dates(day, date(2026, 6, 30))),
        )
        for number, day in enumerate(days)
    ]


_work = st.lists(
    st.tuples(st.dates(date(2026, 1, 1), date(2026, 6, 30)), st.sampled_from(["1", "7.5", "24"])),
    max_size=8,
    unique_by=lambda one: one[0],
).map(lambda some: worked(*some))


@given(_amended(), _work)
def test_the_laws_of_a_fund_hold_over_an_amended_line(
    there: tuple[Contract, list[Amendment]], facts: Facts
) -> None:
    made, amendments = there
    forth = back = made
    for one in amendments:
        forth = forth.amended(one)
    for one in reversed(amendments):
        back = back.amended(one)
    assert forth == back
    _assert_lawful(forth, facts)


def _assert_lawful(made: Contract, facts: Facts) -> None:
    """One fund, earned whole, and told beforehand."""
    line_ = fund_line(made, "1")
    assert line_ is not None
    fund = fund_of(made, line_, facts)
    whole = fund.account(Span.of_days(date(2025, 12, 1), date(2026, 6, 30)))
    bought = sum(
        (one.quantity for one in fund.blocks(date(2026, 6, 30)) if one.start <= date(2026, 6, 30)),
        Fraction(0),
    )
    assert whole.opening == 0
    assert whole.bought == bought
    assert bought == whole.drawn + whole.lapsed + whole.refunded + whole.closing
    end = date(2026, 12, 31)
    stopped = [one for one in due(made, facts, TERMS, end) if one.service.start < date(2026, 7, 1)]
    told = preview(made, facts, TERMS, Span.of_days(TERMS.opening_day, end))
    ahead = {one.key: one.amount for one in told if one.service.start < date(2026, 7, 1)}
    assert ahead == {one.key: one.amount for one in stopped}
    so_far: dict[str, Booked] = {}
    for month in months_between(Month(2026, 1), Month(2026, 12)):
        known = [one for one in stopped if one.trigger <= month.last_day]
        for one in recognise(made, known, facts, month, so_far):
            so_far[one.charge_key] = one.amount + so_far.get(
                one.charge_key, Booked.zero(*one.amount.currencies)
            )
    earned = money_sum((one.transaction for one in so_far.values()), "EUR")
    assert earned == money_sum((one.amount for one in stopped), "EUR")


# --- succession ----------------------------------------------------------------------------------


@pytest.mark.parametrize("terms", [ALLOWANCE, BLOCKS])
def test_another_customer_buys_from_the_next_period_on_and_the_old_one_nothing_more(
    terms: FundTerms,
) -> None:
    once = attrs.evolve(sold(BLOCKS, None).lines[0], id="2")
    made = contract(*sold(terms).amended(TWENTY).lines, once).amended(TWENTY)
    for first_day, of_new in (
        (date(2026, 3, 1), date(2026, 3, 1)),
        (date(2026, 2, 10), date(2026, 3, 1)),
    ):
        moved = succeed(made, first_day, "C-2", id="S", agreed_on=date(2026, 1, 25), party_id="K-2")
        assert [one.line_id for one in moved.stayed] == ["2"]
        assert "bought once" in moved.stayed[0].reason
        (going_on,) = moved.successor.lines
        assert (going_on.id, going_on.start, going_on.quantity) == ("1", of_new, Fraction(20))
        both = [
            (one.contract_id, one.service.start.month, str(one.amount))
            for part in (made.amended(moved.ending), moved.successor)
            for one in due(part, Facts(), TERMS, date(2026, 4, 1))
            if one.line_id == "1"
        ]
        assert both == [
            ("C-1", 1, "900.00 EUR"),
            ("C-1", 2, "1800.00 EUR"),
            ("C-2", 3, "1800.00 EUR"),
            ("C-2", 4, "1800.00 EUR"),
        ]


def test_blocks_bought_once_stay_and_so_does_a_line_that_buys_nothing_more() -> None:
    with pytest.raises(NotFound, match="line '1': its block was bought once"):
        succeed(sold(BLOCKS, None), date(2026, 2, 1), "C-2", id="S", agreed_on=date(2026, 1, 9))
    ending = contract(attrs.evolve(sold(ALLOWANCE).lines[0], last_day=date(2026, 2, 28)))
    with pytest.raises(NotFound, match="it buys nothing more"):
        succeed(ending, date(2026, 2, 10), "C-2", id="S", agreed_on=date(2026, 1, 9))


# --- suspension ----------------------------------------------------------------------------------


def paused(made: Contract, last_day: date, first_day: date | None) -> Contract:
    pause = lines_ended(made, last_day, id="S", agreed_on=last_day, event=ContractEvent.SUSPENSION)
    made = made.amended(pause)
    if first_day is None:
        return made
    return made.amended(lines_resumed(made, first_day, id="R", agreed_on=first_day))


def test_an_allowance_that_is_suspended_grants_nothing_and_keeps_what_it_carries() -> None:
    work = worked((date(2026, 2, 9), "4"), (date(2026, 3, 9), "5"), (date(2026, 4, 9), "14"))
    held = paused(sold(ALLOWANCE), date(2026, 2, 28), None)
    fund = fund_of(held, held.line("1"), work)
    assert [fund.account(one).closing for one in (FEBRUARY, MARCH)] == [3, 3]
    assert fund.balance(date(2026, 3, 9)) == 0  # while it is suspended nobody draws it
    assert billed(held, work, date(2026, 6, 1)) == [
        "service 2026-01-01..2026-01-31 900.00 EUR on 2026-01-01",
        "service 2026-02-01..2026-02-28 900.00 EUR on 2026-02-01",
    ]
    resumed = paused(sold(ALLOWANCE), date(2026, 2, 28), date(2026, 4, 1))
    assert billed(resumed, work, date(2026, 5, 1)) == [
        "service 2026-01-01..2026-01-31 900.00 EUR on 2026-01-01",
        "service 2026-02-01..2026-02-28 900.00 EUR on 2026-02-01",
        "service 2026-04-01..2026-04-30 900.00 EUR on 2026-04-01",
        "service 2026-05-01..2026-05-31 900.00 EUR on 2026-05-01",
        "overage 2026-04-01..2026-04-30 110.00 EUR on 2026-05-01",
    ]
    over = lines_ended(held, date(2026, 3, 31), id="E", agreed_on=date(2026, 3, 20))
    ended = held.amended(over)
    assert fund_of(ended, ended.line("1"), work).account(MARCH).closing == 0


def test_a_line_that_resumes_within_a_period_buys_with_the_next() -> None:
    resumed = paused(sold(BLOCKS), date(2026, 2, 28), date(2026, 4, 10))
    assert [one.service.start for one in due(resumed, Facts(), TERMS, date(2026, 6, 1))] == [
        date(2026, month, 1) for month in (1, 2, 5, 6)
    ]
    assert [one.first_day for one in running_days(resumed, "1")] == [
        date(2026, 1, 1),
        date(2026, 4, 10),
    ]


@given(
    st.sampled_from([ALLOWANCE, BLOCKS]),
    st.dates(date(2026, 1, 10), date(2026, 3, 31)),
    st.integers(0, 60),
    st.lists(st.none() | st.dates(date(2026, 4, 1), date(2026, 6, 30)), min_size=2, max_size=2),
    _work,
)
def test_the_laws_of_a_fund_hold_over_a_suspended_line(
    terms: FundTerms, last_day: date, days: int, known: list[date | None], facts: Facts
) -> None:
    first_day = date.fromordinal(last_day.toordinal() + 1 + days)
    made = paused(sold(terms), last_day, first_day)
    news = zip(made.amendments, known, strict=True)
    late = [
        one if day is None else attrs.evolve(one, recorded_on=max(day, one.agreed_on))
        for one, day in news
    ]
    _assert_lawful(attrs.evolve(made, amendments=late), facts)

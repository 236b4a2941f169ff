"""Allowances that carry over, banded overage and top-ups, from the contract line to revenue."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import Charge, Facts, Recognised, accruals, due, recognise
from harmony_core.contracts import Contract
from harmony_core.errors import InvalidValue, PriceNotFound
from harmony_core.finance import Booked, ExactAmount, Money, money_sum
from harmony_core.periods import Month
from harmony_core.pricing import BandTable, FillUp, PerUnit
from harmony_core.products import (
    CarryMode,
    ContractType,
    FundTerms,
    FundUnit,
    Recognition,
    Rollover,
    TopUp,
    UseFirst,
)
from harmony_core.work import TimeEntry
from tests.strategies import TERMS, contract, fund_terms, line

CAP_3 = Rollover(CarryMode.CAP, cap=Fraction(3))
BANDS = FillUp(BandTable.of("EUR", [(2, "100.00"), (None, "120.00")]))
BY_TEN = TopUp(Fraction(2), by=Fraction(10), prices=ExactAmount.of("85.00", "EUR"))


def sold(fund: FundTerms, months: int | None = 1, last_day: date | None = None) -> Contract:
    return contract(
        line(
            PerUnit.of("90", "EUR"),
            last_day=last_day,
            kind=ContractType.PREPAYMENT,
            quantity=10,
            months=months,
            recognition=Recognition.AS_DRAWN,
            fund=fund,
        )
    )


def allowance(
    rollover: Rollover, last_day: date | None = date(2026, 3, 31), overage: str = "110"
) -> Contract:
    return sold(attrs.evolve(fund_terms(overage=overage), rollover=rollover), last_day=last_day)


def worked(day: date, hours: str, known: date | None = None) -> TimeEntry:
    return TimeEntry(f"T-{day:%m%d}", "anna", day, hours, "C-1", "1", recorded_on=known)


def shown(made: Contract, facts: Facts, through: date) -> list[str]:
    return [text(charge) for charge in due(made, facts, TERMS, through)]


def text(charge: Charge) -> str:
    assert charge.replay() == charge.amount
    why = "" if charge.corrects is None else "corrects "
    return f"{why}{charge.kind.value} {charge.service} {charge.amount} on {charge.trigger}"


SERVICE = [
    f"service 2026-0{n}-01..2026-0{n}-{last} 900.00 EUR on 2026-0{n}-01"
    for n, last in ((1, 31), (2, 28), (3, 31))
]
USED = [
    worked(date(2026, 1, 9), "4"),
    worked(date(2026, 2, 9), "9"),
    worked(date(2026, 3, 9), "16"),
]


def test_an_allowance_bills_what_is_used_beyond_it_and_what_was_carried() -> None:
    assert shown(allowance(CAP_3), Facts(time=USED), date(2026, 4, 1)) == [
        *SERVICE,
        "overage 2026-03-01..2026-03-31 330.00 EUR on 2026-04-01",
    ]


@pytest.mark.parametrize(("first", "amount"), [("carried", "110.00"), ("current", "440.00")])
def test_which_hours_are_used_first_is_worth_330(first: str, amount: str) -> None:
    rule = Rollover(CarryMode.UNLIMITED, lifetime_periods=1, use_first=UseFirst(first))
    hours = zip((1, 2, 3), ("7", "9", "15"), strict=True)
    facts = Facts(time=[worked(date(2026, month, 9), used) for month, used in hours])
    assert shown(allowance(rule), facts, date(2026, 4, 1))[-1] == (
        f"overage 2026-03-01..2026-03-31 {amount} EUR on 2026-04-01"
    )


def test_an_hour_keyed_late_corrects_the_period_whose_overage_it_changes() -> None:
    late = worked(date(2026, 1, 20), "6", date(2026, 4, 10))  # leaves nothing to carry
    assert shown(allowance(CAP_3), Facts(time=[*USED, late]), date(2026, 4, 10))[-1] == (
        "corrects overage 2026-03-01..2026-03-31 220.00 EUR on 2026-04-10"
    )


def test_bands_of_overage_begin_anew_in_each_period() -> None:
    made = sold(
        FundTerms(FundUnit.HOURS, 1, {"*": 1}, (), overage_schemes=[BANDS], rollover=Rollover()),
        last_day=date(2026, 2, 28),
    )
    facts = Facts(time=[worked(date(2026, 1, 9), "11.5"), worked(date(2026, 2, 9), "14")])
    assert shown(made, facts, date(2026, 3, 1))[2:] == [
        "overage 2026-01-01..2026-01-31 150.00 EUR on 2026-02-01",
        "overage 2026-02-01..2026-02-28 440.00 EUR on 2026-03-01",
    ]


MAY = [
    worked(date(2026, 5, 4), "7"),
    worked(date(2026, 5, 11), "1"),
    worked(date(2026, 5, 18), "0.5"),
    worked(date(2026, 5, 25), "10"),
]


def test_the_top_ups_of_a_month_are_billed_when_it_is_over() -> None:
    made = sold(attrs.evolve(fund_terms(), top_up=BY_TEN), months=None)
    assert shown(made, Facts(time=MAY), date(2026, 6, 1))[1:] == [
        "top_up 2026-05-01..2026-05-31 1700.00 EUR on 2026-06-01"
    ]


def test_work_keyed_late_moves_a_top_up_to_its_own_month() -> None:
    made = sold(attrs.evolve(fund_terms(), top_up=BY_TEN), months=None)
    late = worked(date(2026, 4, 30), "9", date(2026, 6, 10))
    assert shown(made, Facts(time=[*MAY, late]), date(2026, 6, 10))[1:] == [
        "corrects top_up 2026-04-01..2026-04-30 850.00 EUR on 2026-06-10",
        "top_up 2026-05-01..2026-05-31 1700.00 EUR on 2026-06-01",
        "corrects top_up 2026-05-01..2026-05-31 -850.00 EUR on 2026-06-10",
    ]


def test_nothing_is_bought_after_the_last_day_of_the_line() -> None:
    made = sold(attrs.evolve(fund_terms(), top_up=BY_TEN), None, date(2026, 5, 20))
    charges = list(due(made, Facts(time=MAY), TERMS, date(2026, 6, 1)))
    assert [str(charge.amount) for charge in charges] == ["900.00 EUR", "850.00 EUR"]


def by_month(made: Contract, facts: Facts, months: int) -> list[Recognised]:
    so_far: dict[str, Booked] = {}
    found = []
    for number in range(1, months + 1):
        month = Month(2026, number)
        charges = {charge.key: charge for charge in accruals(made, facts, TERMS, month)}
        charges |= {one.key: one for one in due(made, facts, TERMS, month.last_day)}
        for row in recognise(made, charges.values(), facts, month, so_far):
            before = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if before is None else before + row.amount
            found.append(row)
    return found


def test_a_granted_hour_is_earned_where_it_is_used_or_lapses() -> None:
    """January: 4 used, 3 lapse; the 3 carried are used in February, where 1 of 4 lapses."""
    rows = by_month(allowance(CAP_3), Facts(time=USED), 3)
    shown_rows = [
        (
            row.charge_key[-10:],
            str(row.month),
            str(row.amount.transaction.amount),
            None if row.breakage is None else str(row.breakage.transaction.amount),
        )
        for row in rows
        if "/service/" in row.charge_key
    ]
    assert shown_rows == [
        ("2026-01-01", "2026-01", "630.00", "270.00"),
        ("2026-01-01", "2026-02", "270.00", None),
        ("2026-02-01", "2026-02", "630.00", "90.00"),
        ("2026-02-01", "2026-03", "270.00", None),
        ("2026-03-01", "2026-03", "900.00", None),
    ]


def test_a_topped_up_block_is_earned_as_it_is_drawn_and_when_it_ends() -> None:
    policy = attrs.evolve(BY_TEN, valid_months=2)
    made = sold(attrs.evolve(fund_terms(), top_up=policy), months=None)
    rows = by_month(made, Facts(time=MAY[:3]), 7)
    assert [
        (str(row.month), str(row.amount.transaction.amount), row.breakage is not None)
        for row in rows
        if "/top_up/" in row.charge_key
    ] == [("2026-05", "42.50", False), ("2026-07", "807.50", True)]  # it ends before the other


days = st.builds(date, st.just(2026), st.integers(1, 3), st.integers(1, 28))
entries = st.dictionaries(days, st.integers(1, 60), max_size=6).map(
    lambda found: [worked(day, f"{quarters}/4") for day, quarters in found.items()]
)
rollovers = st.sampled_from(
    [
        Rollover(),
        CAP_3,
        Rollover(CarryMode.UNLIMITED),
        Rollover(CarryMode.FRACTION, fraction=Fraction(1, 2), use_first=UseFirst.CURRENT),
        Rollover(CarryMode.UNLIMITED, lifetime_periods=1),
    ]
)


@given(entries, rollovers)
def test_what_was_billed_is_earned_by_the_end_of_the_line(
    time: list[TimeEntry], rollover: Rollover
) -> None:
    made, facts = allowance(rollover), Facts(time=time)
    charges = list(due(made, facts, TERMS, date(2026, 4, 30)))
    rows = by_month(made, facts, 4)
    for charge in charges:
        parts = [row for row in rows if row.charge_key == charge.key]
        assert money_sum((row.amount.transaction for row in parts), "EUR") == charge.amount
        lapsed = money_sum((row.breakage.transaction for row in parts if row.breakage), "EUR")
        assert Money.zero("EUR") <= lapsed <= charge.amount


def test_impossible_terms_are_refused() -> None:
    with pytest.raises(InvalidValue, match="keep the rollover or the top-up"):
        attrs.evolve(fund_terms(), rollover=CAP_3, top_up=BY_TEN)
    with pytest.raises(PriceNotFound, match="no price in USD"):
        attrs.evolve(fund_terms(), top_up=BY_TEN).top_up_in("USD")
    cash = FundTerms(FundUnit.CASH, 1, {"*": 100}, (), top_up=TopUp(Fraction(2), by=Fraction(1)))
    assert cash.top_up_in("USD") == cash.top_up

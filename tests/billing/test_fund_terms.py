"""What a fund agreed on beyond its blocks, from the terms of its line to bill, account and list."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import DueKind, Facts, due, due_items, fund_line, fund_of
from harmony_core.contracts import Contract
from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount
from harmony_core.funds import Basis, FundAccount
from harmony_core.periods import Month, Span
from harmony_core.pricing import BandTable, FillUp, PerUnit
from harmony_core.products import (
    CarryMode,
    ContractType,
    FundTerms,
    FundUnit,
    OverageMode,
    Recognition,
    Rollover,
    TimeRounding,
    TimeScope,
    UseFirst,
    WarningLevel,
)
from harmony_core.work import TimeEntry
from tests.strategies import (
    END,
    FIRST,
    TERMS,
    Happened,
    contract,
    fund_terms,
    happened,
    line,
    prepaid_lines,
)

HALF_MORE = "1.5"


def sold(fund: FundTerms, hours: int = 3, months: int | None = None) -> Contract:
    return contract(
        line(
            PerUnit.of("100", "EUR"),
            kind=ContractType.PREPAYMENT,
            quantity=hours,
            months=months,
            recognition=Recognition.AS_DRAWN,
            fund=fund,
        )
    )


def hours(
    *,
    price: str | None = "100",
    unit: FundUnit = FundUnit.HOURS,
    mode: OverageMode = OverageMode.BILL,
    in_units: bool = False,
    per_hour: int = 1,
) -> FundTerms:
    prices = () if price is None else (ExactAmount.of(price, "EUR"),)
    return FundTerms(
        unit, 12, {"*": per_hour}, prices, overage_mode=mode, apply_multiplier=in_units
    )


def worked(
    day: date, length: int | str, multiplier: str = "1", known: date | None = None
) -> TimeEntry:
    return TimeEntry(
        f"T-{day:%m%d}",
        "anna",
        day,
        length,
        "C-1",
        "1",
        multiplier=multiplier,
        recorded_on=known,
    )


def overage(made: Contract, *time: TimeEntry, through: date = date(2026, 6, 1)) -> list[str]:
    charges = list(due(made, Facts(time=time), TERMS, through))
    assert all(charge.replay() == charge.amount for charge in charges)
    return [str(charge.amount) for charge in charges if charge.kind.value == "overage"]


NIGHT = worked(date(2026, 3, 10), 3, HALF_MORE)


@pytest.mark.parametrize(
    ("fund", "billed"),
    [
        (hours(), ["100.00 EUR"]),  # 3 h x 1.5 = 4.5 on 3: 1 clock hour
        (hours(in_units=True), ["150.00 EUR"]),  # 1.5 block hours
        (hours(unit=FundUnit.TOKENS, per_hour=2), ["200.00 EUR"]),  # 9 on 3: 6 tokens, 2 h
        (hours(unit=FundUnit.TOKENS, per_hour=2, in_units=True), ["600.00 EUR"]),
        (hours(unit=FundUnit.CASH, per_hour=80, price=None, in_units=True), ["357.00 EUR"]),
        (hours(price=None, mode=OverageMode.DENY), []),
        (hours(price=None, mode=OverageMode.NEGATIVE), []),
    ],
)
def test_what_is_beyond_the_fund_follows_its_terms(fund: FundTerms, billed: list[str]) -> None:
    assert overage(sold(fund), NIGHT) == billed


def test_bands_of_overage_count_the_units_that_are_billed() -> None:
    bands = FillUp(BandTable.of("EUR", [(1, "100.00"), (None, "120.00")]))
    fund = attrs.evolve(hours(price=None), overage_schemes=[bands])
    assert overage(sold(fund), NIGHT) == ["100.00 EUR"]
    assert overage(sold(attrs.evolve(fund, apply_multiplier=True)), NIGHT) == ["160.00 EUR"]


def test_minutes_are_rounded_entry_by_entry_before_they_draw() -> None:
    quarters = TimeRounding(increment=15, minimum=30)
    made = sold(attrs.evolve(hours(), rounding=quarters))
    visits = [worked(date(2026, 3, day), f"{minutes}/60") for day, minutes in ((2, 5), (3, 121))]
    assert overage(made, *visits) == []  # 30 and 135 minutes of three hours
    more = worked(date(2026, 3, 4), "1/60", HALF_MORE)
    assert overage(made, *visits, more) == ["33.33 EUR"]  # 45 weighed on 15: 20 minutes
    back = worked(date(2026, 3, 4), "-1/60", HALF_MORE)
    assert overage(made, *visits, more, attrs.evolve(back, id="back")) == []
    with pytest.raises(InvalidValue, match="entry by entry"):
        attrs.evolve(hours(), rounding=TimeRounding(TimeScope.DAY))


def test_a_denied_draw_takes_nothing_and_is_named() -> None:
    made = sold(hours(price=None, mode=OverageMode.DENY))
    small = worked(date(2026, 3, 11), 2)
    fund = fund_of(made, made.lines[0], Facts(time=[NIGHT, small]))
    statement = fund.statement(END)
    assert [(one.draw_id, one.quantity) for one in statement.allocations] == [
        (small.id, Fraction(2))
    ]
    assert [f"{entry.id} {left}" for entry, left in fund.not_covered(END)] == ["T-0310 3"]


def test_a_negative_fund_shows_what_it_owes() -> None:
    made = sold(hours(price=None, mode=OverageMode.NEGATIVE))
    fund = fund_of(made, made.lines[0], Facts(time=[NIGHT]))
    assert moved(fund.account(Month(2026, 3).span)) == "3 + 0 - 9/2 - 0 - 0 = -3/2"


def moved(one: FundAccount) -> str:
    gone = f"{one.drawn} - {one.lapsed} - {one.refunded}"
    return f"{one.opening} + {one.bought} - {gone} = {one.closing}"


ALLOWANCE = attrs.evolve(hours(), rollover=Rollover(CarryMode.CAP, cap=Fraction(5)))


def test_the_account_of_an_allowance_grants_and_lapses_at_the_ends_of_its_periods() -> None:
    made = sold(ALLOWANCE, 10, 1)
    fund = fund_of(made, made.lines[0], Facts(time=[worked(date(2026, 1, 9), 2)]))
    january, february = (fund.account(Month(2026, month).span) for month in (1, 2))
    assert moved(january) == "0 + 10 - 2 - 3 - 0 = 5"
    assert moved(february) == "5 + 10 - 0 - 10 - 0 = 5"
    whole = fund.account(Span.of_days(date(2026, 1, 1), date(2026, 2, 28)))
    assert moved(whole) == "0 + 20 - 2 - 13 - 0 = 5"


def test_an_account_counts_work_when_it_was_done_or_when_it_became_known() -> None:
    made = sold(hours(), 10)
    late = worked(date(2026, 3, 30), 4, known=date(2026, 4, 2))
    fund = fund_of(made, made.lines[0], Facts(time=[late]))
    march = Month(2026, 3).span
    assert fund.account(march).drawn == 4
    assert fund.account(march, known=date(2026, 3, 31)).drawn == 0
    assert fund.account(march, Basis.POSTED).drawn == 0
    assert fund.account(Month(2026, 4).span, Basis.POSTED).drawn == 4
    with pytest.raises(InvalidValue, match="as worked or as posted"):
        fund.account(march, Basis.BILLED)


LEVELS = (WarningLevel(percent_used=80), WarningLevel(units_left=1))


def test_levels_of_the_terms_are_told_once_and_on_the_day_they_could_be() -> None:
    made = sold(attrs.evolve(hours(), levels=LEVELS), 10)
    time = [worked(date(2026, 3, 2), 7), worked(date(2026, 3, 5), 2, known=date(2026, 3, 9))]
    facts = Facts(time=time)
    fund = fund_of(made, made.lines[0], facts)
    told = [f"{day} {one.draw_id} {one.left}" for day, one in fund.warnings(END)]
    assert told == ["2026-03-09 T-0305 1"] * 2
    items = [
        f"{item.day} {item.units}"
        for item in due_items([made], date(2026, 3, 9), 0, facts)
        if item.kind is DueKind.WARNING
    ]
    assert items == ["2026-03-09 1"] * 2
    assert not any(
        item.kind is DueKind.WARNING for item in due_items([made], date(2026, 3, 10), 5, facts)
    )


def test_a_level_of_an_allowance_looks_at_what_was_carried_too() -> None:
    made = sold(attrs.evolve(ALLOWANCE, levels=LEVELS[:1]), 10, 1)
    days = ((2, 9, 8), (2, 12, 4), (3, 5, 9), (3, 6, 2))
    time = [worked(date(2026, month, day), length) for month, day, length in days]
    fund = fund_of(made, made.lines[0], Facts(time=time))
    found = [f"{day} {one.left} of {one.bought}" for day, one in fund.warnings(END)]
    assert found == ["2026-02-12 3 of 15", "2026-03-06 2 of 13"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"overage_mode": "deny"}, "overage that is denied has no price"),
        ({"overage_mode": "negative"}, "taken below zero has no price"),
        ({"overage_mode": "forgive"}, "OverageMode is one of bill, deny, negative"),
        ({"unit": "cash", "apply_multiplier": True}, "no price of an hour beyond it"),
    ],
)
def test_contradictions_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        attrs.evolve(hours(), **change)  # type: ignore[arg-type]
    below = hours(price=None, mode=OverageMode.NEGATIVE)
    with pytest.raises(InvalidValue, match="cannot go below zero"):
        attrs.evolve(below, rollover=Rollover())
    with pytest.raises(InvalidValue, match="leaves nothing for others"):
        attrs.evolve(below, passes_to="HOURLY")


rollovers = st.sampled_from(
    [
        Rollover(),
        Rollover(CarryMode.CAP, cap=Fraction(3)),
        Rollover(CarryMode.UNLIMITED, lifetime_periods=1),
        Rollover(CarryMode.FRACTION, fraction=Fraction(1, 2), use_first=UseFirst.CURRENT),
    ]
)


@st.composite
def _allowances(draw: st.DrawFn) -> Contract:
    one = draw(prepaid_lines("1", "EUR"))
    again = line(
        one.scheme,
        one.start,
        one.last_day,
        kind=one.type,
        quantity=one.quantity,
        months=draw(st.sampled_from([1, 3])),
        recognition=Recognition.AS_DRAWN,
        fund=attrs.evolve(fund_terms(), rollover=draw(rollovers)),
    )
    return contract(again)


@given(
    happened(prepaid_lines("1", "EUR").map(contract) | _allowances()),
    st.sampled_from([Basis.WORKED, Basis.POSTED]),
    st.lists(st.dates(FIRST, END), min_size=2, max_size=4, unique=True).map(sorted),
)
def test_an_account_adds_up_and_opens_with_what_the_one_before_closed_with(
    there: Happened, basis: Basis, days: list[date]
) -> None:
    made = fund_line(there.contract, "1")
    assert made is not None
    fund = fund_of(there.contract, made, there.facts())
    closing = None
    for first, after in pairwise(days):
        account = fund.account(Span(first, after), basis)
        came = account.opening + account.bought
        assert came - account.drawn - account.lapsed - account.refunded == account.closing
        assert account.explanation.evaluate() == account.closing
        assert account.closing >= 0 or fund.terms.overage_mode is OverageMode.NEGATIVE
        assert closing is None or account.opening == closing
        closing = account.closing
        if basis is Basis.POSTED:
            known = after - timedelta(days=1)
            assert fund.account(Span(first, after), basis, known) == attrs.evolve(
                account,
                known=known,
                explanation=fund.account(Span(first, after), basis, known).explanation,
            )

"""Units of a fund are given back: a credit, and revenue that is deferred no longer."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harmony_core.billing import (
    CarriedBalance,
    Charge,
    Facts,
    accruals,
    due,
    fund_of,
    invoices,
    migrate,
    recognise,
    refund,
)
from harmony_core.contracts import (
    Amendment,
    Contract,
    MigratedLot,
    UnitsRefunded,
    lines_ended,
    term_sheet,
)
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.finance import Booked, Column, ExactAmount, Money, money_sum
from harmony_core.periods import Month, Span, months_between
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    Accounting,
    ContractType,
    FundTerms,
    LeftOver,
    Recognition,
    Rollover,
    TopUp,
)
from harmony_core.work import TimeEntry
from tests.strategies import (
    CUSTOMERS,
    END,
    GROUP,
    TAXES,
    TERMS,
    Happened,
    contract,
    fund_terms,
    happened,
    line,
    prepaid_lines,
)


def sold(fund: FundTerms, hours: int = 30, price: str = "83.3333") -> Contract:
    return contract(
        line(
            PerUnit.of(price, "EUR"),
            kind=ContractType.PREPAYMENT,
            quantity=hours,
            months=None,
            recognition=Recognition.AS_DRAWN,
            fund=fund,
        )
    )


def worked(day: date, hours: int | str, known: date | None = None) -> TimeEntry:
    return TimeEntry(f"T-{day:%m%d}", "anna", day, hours, "C-1", "1", recorded_on=known)


BLOCK = sold(fund_terms(valid_months=6))
MAY = date(2026, 5, 4)


def given_back(
    made: Contract, facts: Facts, day: date = MAY, units: int | None = None, name: str = "R-1"
) -> Contract:
    return made.amended(refund(made, "1", day, facts, id=name, agreed_on=day, units=units))


def shown(made: Contract, facts: Facts, through: date = date(2026, 8, 1)) -> list[str]:
    found = list(due(made, facts, TERMS, through))
    assert all(charge.replay() == charge.amount for charge in found)
    return [f"{one.trigger} {one.kind.value} {one.amount}" for one in found]


USED = [worked(date(2026, 1, 20), 7), worked(date(2026, 2, 20), 11)]


def test_what_is_left_is_credited_at_what_it_cost() -> None:
    facts = Facts(time=USED)
    made = given_back(BLOCK, facts)
    assert shown(made, facts) == [
        "2026-01-01 service 2500.00 EUR",
        "2026-05-04 carried -1000.00 EUR",
    ]
    charges = list(due(made, facts, TERMS, END))
    documents = list(invoices(charges, {made.id: made}, CUSTOMERS, GROUP, TAXES))
    assert [(str(one.day), str(one.net)) for one in documents] == [
        ("2026-01-01", "2500.00 EUR"),
        ("2026-05-04", "-1000.00 EUR"),
    ]
    may = fund_of(made, made.lines[0], facts).account(Month(2026, 5).span)
    assert may.refunded == 12
    assert may.opening - may.refunded == may.closing == 0


def earned(made: Contract, facts: Facts, months: int = 8) -> list[str]:
    """By month what is recognised of all charges, and what of it is breakage."""
    so_far: dict[str, Booked] = {}
    found = []
    for month in months_between(Month(2026, 1), Month(2026, months)):
        at_hand = {one.key: one for one in accruals(made, facts, TERMS, month)}
        at_hand |= {one.key: one for one in due(made, facts, TERMS, month.last_day)}
        rows = list(recognise(made, at_hand.values(), facts, month, so_far))
        for row in rows:
            before = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if before is None else before + row.amount
        total = money_sum((row.amount.transaction for row in rows), "EUR")
        lapsed = money_sum((row.breakage.transaction for row in rows if row.breakage), "EUR")
        found.append(f"{month} {total.amount} {lapsed.amount}")
    return found


def test_deferred_revenue_of_what_is_refunded_is_closed_without_a_gain() -> None:
    facts = Facts(time=[*USED, worked(date(2026, 5, 20), 5)])
    made = given_back(BLOCK, facts, units=4)  # of the 12 that are left
    assert earned(made, facts, 7) == [
        "2026-01 583.33 0.00",
        "2026-02 916.67 0.00",
        "2026-03 0.00 0.00",
        "2026-04 0.00 0.00",
        "2026-05 416.67 0.00",
        "2026-06 250.00 250.00",  # it ends on the last of June: 3 h lapse
        "2026-07 0.00 0.00",
    ]


def test_what_an_end_pays_back_after_a_refund_has_not_lapsed() -> None:
    """4 h are refunded in May; the end of May pays the other 8 h back: nothing lapses."""
    facts = Facts(time=USED)
    made = given_back(BLOCK, facts, units=4)
    last, known = date(2026, 5, 31), date(2026, 5, 20)
    over = made.amended(
        lines_ended(made, last, id="T", agreed_on=known, left_over=LeftOver.REFUNDED)
    )
    assert earned(over, facts, 8) == [
        "2026-01 583.33 0.00",
        "2026-02 916.67 0.00",
        "2026-03 0.00 0.00",
        "2026-04 0.00 0.00",
        "2026-05 0.00 0.00",
        "2026-06 0.00 0.00",
        "2026-07 0.00 0.00",
        "2026-08 0.00 0.00",
    ]


def test_expected_breakage_is_earned_with_the_draws() -> None:
    """A fifth is expected to lapse: 7 of 24 h, then 18 of 24, and the rest as they are drawn."""
    [one] = BLOCK.lines
    accounting = attrs.evolve(one.accounting, expected_breakage="0.2")
    made = contract(attrs.evolve(one, accounting=accounting))
    facts = Facts(time=[*USED, worked(date(2026, 3, 5), 5), worked(date(2026, 4, 5), 2)])
    assert earned(made, facts, 6) == [
        "2026-01 729.17 145.83",  # 583.33 by draws
        "2026-02 1145.83 229.17",
        "2026-03 520.83 104.17",
        "2026-04 104.17 -62.50",  # more is drawn than was expected: breakage was less
        "2026-05 0.00 0.00",
        "2026-06 0.00 0.00",
    ]


@pytest.mark.parametrize("share", ["-0.1", "1"])
def test_expected_breakage_is_a_share_of_prepaid_blocks(share: str) -> None:
    [one] = BLOCK.lines
    with pytest.raises(InvalidValue, match="from 0 to below 1"):
        attrs.evolve(one.accounting, expected_breakage=share)
    with pytest.raises(InvalidValue, match="recognised as drawn has breakage"):
        Accounting(expected_breakage=Fraction(1, 5))


def test_less_may_be_paid_out_and_the_rest_is_earned_as_breakage() -> None:
    facts = Facts(time=USED)
    paid = Money.of("600.00", "EUR")
    change = refund(BLOCK, "1", MAY, facts, id="R", agreed_on=MAY, value=paid)
    assert earned(BLOCK.amended(change), facts, 5)[-1] == "2026-05 400.00 400.00"


def test_work_keyed_late_finds_the_units_gone() -> None:
    late = worked(date(2026, 3, 3), 2, date(2026, 6, 9))
    made = given_back(BLOCK, Facts(time=USED))
    assert shown(made, Facts(time=[*USED, late]))[1:] == [
        "2026-06-09 overage 200.00 EUR",
        "2026-05-04 carried -1000.00 EUR",
    ]


def test_a_refund_and_a_top_up_on_one_day() -> None:
    by_ten = TopUp(Fraction(2), by=Fraction(10), prices=ExactAmount.of("85.00", "EUR"))
    made = sold(attrs.evolve(fund_terms(), top_up=by_ten))
    facts = Facts(time=[*USED, worked(MAY, 3)])
    refunded = given_back(made, facts)  # 12 left when the day begins, then 3 h are worked
    assert shown(refunded, facts)[1:] == [
        "2026-06-01 top_up 850.00 EUR",
        "2026-05-04 carried -1000.00 EUR",
    ]
    assert fund_of(refunded, refunded.lines[0], facts).balance(MAY) == 7


def test_what_is_refunded_twice_comes_from_what_the_first_left() -> None:
    facts = Facts(time=USED)
    once = given_back(BLOCK, facts, units=4)
    with pytest.raises(RuleBroken, match="agree on the second a day later"):
        given_back(once, facts, units=8, name="R-2")
    twice = given_back(once, facts, date(2026, 5, 5), 8, "R-2")
    assert shown(twice, facts)[1:] == [
        "2026-05-04 carried -333.33 EUR",
        "2026-05-05 carried -666.67 EUR",
    ]
    with pytest.raises(RuleBroken, match="0 hours are left then"):
        given_back(twice, facts, date(2026, 5, 6), 1, "R-3")


def test_what_cannot_be_refunded() -> None:
    facts = Facts(time=USED)
    with pytest.raises(RuleBroken, match="12 hours are left then"):
        given_back(BLOCK, facts, units=13)
    with pytest.raises(InvalidValue, match="an allowance"):
        given_back(sold(attrs.evolve(fund_terms(), rollover=Rollover())), facts)
    with pytest.raises(InvalidValue, match="gives nothing back"):
        UnitsRefunded("1", ())
    [change] = refund(BLOCK, "1", MAY, facts, id="R", agreed_on=MAY).changes
    assert isinstance(change, UnitsRefunded)
    fixed = contract(line(PerUnit.of("9", "EUR")))
    with pytest.raises(RuleBroken, match="which buys no blocks: credit its charge"):
        fixed.amended(Amendment("R", "C-1", MAY, MAY, change))


def test_a_refund_in_words() -> None:
    made = given_back(BLOCK, Facts(time=USED))
    text = term_sheet(made, MAY).as_text(Culture.of("de-DE"))
    assert "Vorausbezahlte Einheiten werden erstattet." in text
    assert "12 (Stunden)" in text


@given(
    happened(prepaid_lines("1", "EUR").map(contract)),
    st.dates(date(2026, 1, 1), date(2026, 6, 30)),
    st.fractions(Fraction(1, 10), 1, max_denominator=10),
)
def test_what_was_paid_less_what_was_paid_out_is_earned_and_units_add_up(
    there: Happened, day: date, share: Fraction
) -> None:
    facts = there.facts(known=day)
    made = there.contract
    try:
        whole = refund(made, "1", day, facts, id="R", agreed_on=day)
    except RuleBroken:
        assume(False)
    [change] = whole.changes
    assert isinstance(change, UnitsRefunded)
    units = sum((lot.units for lot in change.lots), Fraction(0)) * share
    made = made.amended(refund(made, "1", day, facts, id="R", agreed_on=day, units=units))
    facts = there.facts()
    charges = list(due(made, facts, TERMS, END))
    so_far: dict[str, Booked] = {}
    for month in months_between(Month(2026, 1), Month(2027, 12)):
        at_hand = [one for one in charges if one.trigger <= month.last_day]
        for row in recognise(made, at_hand, facts, month, so_far):
            before = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if before is None else before + row.amount
    assert {one.key: one.booked for one in charges if one.booked} == {
        key: amount for key, amount in so_far.items() if amount
    }
    account = fund_of(made, made.lines[0], facts).account(Span(date(2025, 1, 1), END))
    came = account.opening + account.bought
    assert came - account.drawn - account.lapsed - account.refunded == account.closing
    assert account.refunded == units
    out = money_sum((one.amount for one in charges if one.kind.value == "carried"), "EUR")
    assert out == -money_sum((lot.value for lot in _lots(made)), "EUR") <= Money.zero("EUR")


def _lots(made: Contract) -> list[MigratedLot]:
    return [lot for _, one in made.refunds("1") for lot in one.lots]


TOPPED_UP_TERMS = attrs.evolve(
    fund_terms(), top_up=TopUp(2, by=10, prices=ExactAmount.of("85.00", "EUR"))
)
TOPPED_UP = sold(
    TOPPED_UP_TERMS,
    hours=10,
    price="90",
)


@given(
    st.integers(9, 19),
    st.integers(1, 20),
    st.integers(0, 20),
    st.booleans(),
)
def test_a_top_up_that_late_news_undoes_keeps_what_was_given_up_of_it(
    hours: int, units: int, back: int, moved: bool
) -> None:
    """The ten hours cost 900.00 and a top-up 850.00; what is paid is never below zero."""
    work = [worked(date(2026, 1, 20), hours)]
    known, march = Facts(time=work), date(2026, 3, 1)
    new = contract(attrs.evolve(TOPPED_UP.lines[0], start=march), id="C-2")
    try:
        if moved:
            carried = [CarriedBalance("1", None, "1", units)]
            deed = migrate(
                TOPPED_UP, new, march, id="M", agreed_on=march, balances=carried, facts=known
            ).ending
        else:
            deed = refund(TOPPED_UP, "1", march, known, id="R", agreed_on=march, units=units)
    except RuleBroken:
        return  # fewer are left
    made = TOPPED_UP.amended(deed)
    news = [*work, worked(date(2026, 1, 21), -min(back, hours), date(2026, 3, 5))] if back else work
    charges = list(due(made, Facts(time=news), TERMS, END))
    assert all(one.replay() == one.amount for one in charges)
    given_up = [one for one in charges if one.kind.value == "carried"]
    lots = [lot for change in deed.changes if hasattr(change, "lots") for lot in change.lots]
    assert sorted(-one.amount.minor for one in given_up) == sorted(one.value.minor for one in lots)
    for lot in lots:
        of_block = [one for one in charges if lot.paid_by in {one.key, one.corrects}]
        assert money_sum((one.amount for one in of_block), "EUR").minor >= 0
    top_ups = [one.amount for one in charges if one.kind.value == "top_up"]
    of_top_up = [lot.value for lot in lots if "/top_up/" in str(lot.paid_by)]
    still_bought = hours - back > 8
    whole = Money.of(850, "EUR")
    assert money_sum(top_ups, "EUR") == (whole if still_bought else money_sum(of_top_up, "EUR"))


def test_a_refund_of_what_was_billed_before_the_books_opened_is_credited_alone() -> None:
    """Its deferred revenue is in the opening balance: no month of these books earns it."""
    opened = attrs.evolve(TERMS, group=attrs.evolve(GROUP, opening_day=date(2026, 2, 1)))
    made = given_back(BLOCK, Facts(time=USED), units=12)
    (credited,) = due(made, Facts(time=USED), opened, END)
    assert (str(credited.amount), credited.booked_on) == ("-1000.00 EUR", MAY)
    (row,) = recognise(made, [credited], Facts(time=USED), Month(2026, 5), {})
    assert row.amount == credited.booked


def credited(made: Contract, facts: Facts, key: str, day: date, amount: str) -> Charge:
    """What a credit note gives back of a charge."""
    whole = {one.key: one for one in due(made, facts, TERMS, day)}[key]
    share = Money.of(amount, "EUR").exact.value / whole.amount.exact.value
    back = Booked(*((whole.booked.column(one).exact * -share).settle() for one in Column))
    return attrs.evolve(whole, key=f"{key}~CN", booked=back, trigger=day, credits=key)


@pytest.mark.parametrize(
    ("day", "months"),
    [
        (date(2026, 2, 10), ["630.00 0.00", "-630.00 0.00", "0.00 0.00", "0.00 0.00"]),
        (date(2026, 4, 10), ["630.00 0.00", "0.00 0.00", "270.00 270.00", "-900.00 -270.00"]),
    ],
)
def test_a_block_that_is_credited_whole_has_earned_nothing_in_the_end(
    day: date, months: list[str]
) -> None:
    """Seven of ten hours are drawn; the block ends with March, and is credited before or after."""
    made = sold(fund_terms(valid_months=3), 10, "90")
    facts = Facts(time=[worked(date(2026, 1, 20), 7)])
    note = credited(made, facts, "C-1/1/service/2026-01-01", day, "900.00")
    assert closed(made, facts, [note]) == months


def test_a_refund_and_then_a_credit_of_the_rest_leave_no_revenue() -> None:
    """Five hours are drawn, five refunded: a credit of the other half takes back what was drawn."""
    made = sold(fund_terms(valid_months=3), 10, "90")
    facts = Facts(time=[worked(date(2026, 1, 20), 5)])
    day = date(2026, 2, 10)
    note = credited(made, facts, "C-1/1/service/2026-01-01", date(2026, 2, 20), "450.00")
    assert closed(given_back(made, facts, day), facts, [note]) == [
        "450.00 0.00",
        "-450.00 0.00",
        "0.00 0.00",
        "0.00 0.00",
    ]


def test_hours_keyed_after_the_end_of_a_block_were_no_breakage() -> None:
    made = sold(fund_terms(valid_months=2), 10, "90")
    facts = Facts(time=[worked(date(2026, 2, 3), 7), worked(date(2026, 2, 4), 2, date(2026, 3, 9))])
    assert closed(made, facts, []) == ["0.00 0.00", "900.00 270.00", "0.00 -180.00", "0.00 0.00"]


def test_a_top_up_that_became_known_late_is_earned_as_it_is_drawn() -> None:
    """Nine hours of January, keyed in March, top up ten more for 850.00, of which none is drawn."""
    made = sold(attrs.evolve(TOPPED_UP_TERMS, valid_months=4), 10, "90")
    late = Facts(time=[worked(date(2026, 1, 20), 9, date(2026, 3, 9))])
    assert shown(made, late)[-1] == "2026-03-09 top_up 850.00 EUR"
    assert closed(made, late, []) == ["0.00 0.00", "0.00 0.00", "810.00 0.00", "90.00 90.00"]


def closed(made: Contract, facts: Facts, notes: list[Charge]) -> list[str]:
    """What four months recognise of all charges in euro, and what of that is breakage."""
    so_far: dict[str, Booked] = {}
    found = []
    for month in months_between(Month(2026, 1), Month(2026, 4)):
        there = {one.key: one for one in accruals(made, facts, TERMS, month)}
        there |= {one.key: one for one in due(made, facts, TERMS, month.last_day)}
        there |= {one.key: one for one in notes if one.trigger <= month.last_day}
        rows = list(recognise(made, there.values(), facts, month, so_far))
        for row in rows:
            before = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if before is None else before + row.amount
        earned = money_sum((row.amount.transaction for row in rows), "EUR")
        lapsed = money_sum((row.breakage.transaction for row in rows if row.breakage), "EUR")
        found.append(f"{earned.amount} {lapsed.amount}")
    return found

"""A prepaid line ends with units left: they are kept, lapse, or are paid back, and it is said."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    BlocksLeft,
    CarriedBalance,
    Charge,
    Facts,
    charges_of,
    contract_facts,
    due,
    fund_of,
    migrate,
    recognise,
    refund,
)
from harmony_core.billing._fund_draws import fund_line
from harmony_core.contracts import (
    Contract,
    ContractEvent,
    ContractState,
    LineEnds,
    drawn_through,
    left_over,
    lines_ended,
    running_days,
    state_on,
    term_sheet,
)
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.finance import Booked, Money, booked_sum, money_sum
from harmony_core.periods import Month, Span, months_between
from harmony_core.pricing import PerUnit
from harmony_core.products import CarryMode, ContractType, LeftOver, Recognition, Rollover
from harmony_core.work import TimeEntry
from harmony_core.work._coverage import in_force
from harmony_core.workflows import succeed_contract
from tests.strategies import TERMS, contract, fund_terms, line
from tests.workflows.company import in_memory

DAY = timedelta(days=1)
LAST = date(2026, 4, 20)
AGREED = date(2026, 4, 15)
EVER = date(2027, 12, 31)
KEPT, LAPSED, REFUNDED = LeftOver


def prepaid(months: int | None = 3, at_end: LeftOver = KEPT) -> Contract:
    """Twenty hours at 90.00, bought once or every quarter, each block valid for a year."""
    terms = attrs.evolve(fund_terms(valid_months=12), at_end=at_end)
    return contract(
        line(
            PerUnit.of("90", "EUR"),
            date(2026, 1, 1),
            id="H",
            kind=ContractType.PREPAYMENT,
            quantity=20,
            months=months,
            recognition=Recognition.AS_DRAWN,
            fund=terms,
        )
    )


def worked(name: str, day: date, hours: int, recorded_on: date | None = None) -> TimeEntry:
    return TimeEntry(
        name, "P", day, Fraction(hours), contract_id="C-1", line_id="H", recorded_on=recorded_on
    )


FACTS = Facts(
    time=[
        worked("1", date(2026, 1, 10), 3),
        worked("2", date(2026, 4, 18), 2, date(2026, 4, 28)),  # in time, and known late
        worked("3", date(2026, 5, 10), 3),  # after the end
    ]
)


def ended(agreed: Contract, said: LeftOver | None = None) -> Contract:
    return agreed.amended(lines_ended(agreed, LAST, id="T", agreed_on=AGREED, left_over=said))


def earned(agreed: Contract, charges: list[Charge], facts: Facts, through: Month) -> Booked:
    """What is recognised by the end of a month, month by month."""
    so_far: dict[str, Booked] = {}
    for month in months_between(Month(2026, 1), through):
        known = [one for one in charges if one.trigger <= month.last_day]
        for row in recognise(agreed, known, facts, month, so_far):
            before = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if before is None else before + row.amount
    return booked_sum(so_far.values(), charges[0].booked.currencies)


@pytest.mark.parametrize(
    ("said", "credits", "units_in_may", "drawn_through", "by_april", "at_last"),
    [
        (KEPT, [], 35, date(2027, 3, 31), "450.00", "3600.00"),
        (LAPSED, [], 0, LAST, "3600.00", "3600.00"),
        (REFUNDED, ["-1530.00", "180.00", "-1800.00"], 0, LAST, "450.00", "450.00"),
    ],
)
def test_what_is_left_of_two_blocks(
    said: LeftOver,
    credits: list[str],  # noqa: A002
    units_in_may: int,
    drawn_through: date,
    by_april: str,
    at_last: str,
) -> None:
    """Five of the first twenty hours were worked by the end, and none of the second."""
    agreed = prepaid()
    early = lines_ended(agreed, LAST, id="T", agreed_on=AGREED, left_over=said)
    stated = charges_of(agreed, early, FACTS, TERMS)
    assert stated.left == (BlocksLeft("H", said, Fraction(35), "hours", drawn_through),)
    made = agreed.amended(early)
    charges = list(due(made, FACTS, TERMS, EVER))
    corrections = [one for one in charges if one.corrects is not None]
    assert [one.amount for one in corrections] == [Money.of(text, "EUR") for text in credits]
    told = {one.key: one.amount for one in stated.charges}
    assert told.items() <= {one.key: one.amount for one in corrections}.items()
    assert bool(told) == (said is REFUNDED)
    assert all(one.replay() == one.amount for one in charges)
    assert contract_facts(made, date(2026, 5, 1), FACTS).balance == units_in_may
    assert earned(made, charges, FACTS, Month(2026, 4)).transaction == Money.of(by_april, "EUR")
    assert earned(made, charges, FACTS, Month(2027, 6)).transaction == Money.of(at_last, "EUR")


def test_a_block_that_is_bought_once_ends_where_something_becomes_of_it() -> None:
    once = prepaid(months=None)
    with pytest.raises(RuleBroken, match="say with left_over whether blocks that are left lapse"):
        lines_ended(once, LAST, id="T", agreed_on=AGREED)
    made = ended(once, REFUNDED)
    assert running_days(made, "H")[-1].last_day == LAST
    assert [state_on(made, day) for day in (LAST, LAST + DAY)] == [
        ContractState.NOTICE_GIVEN,
        ContractState.ENDED,
    ]
    amounts = [str(one.amount) for one in due(made, FACTS, TERMS, EVER)]
    assert amounts == ["1800.00 EUR", "-1530.00 EUR", "180.00 EUR"]


def test_blocks_that_are_kept_run_under_notice_beside_what_was_ended() -> None:
    seats = line(PerUnit.of("10", "EUR"), date(2026, 1, 1), id="S")
    both = contract(seats, *prepaid(months=None).lines)
    made = ended(both)
    assert [change.line_id for change in made.amendments[0].changes] == ["S"]
    days = (AGREED - DAY, LAST + DAY, date(2026, 12, 31), date(2027, 1, 1))
    assert [state_on(made, day).value for day in days] == [
        "active",
        "notice_given",
        "notice_given",
        "ended",
    ]


def test_what_is_paid_back_at_the_end_is_refunded_in_the_fund_and_has_not_lapsed() -> None:
    """Five of the first twenty hours were worked by the end, three more after it."""
    for said, *gone in (KEPT, 8, 12, 0), (LAPSED, 5, 35, 0), (REFUNDED, 5, 0, 35):
        made = ended(prepaid(), said)
        line_ = fund_line(made, "H")
        assert line_ is not None
        fund = fund_of(made, line_, FACTS)
        account = fund.account(Span.of_days(date(2026, 1, 1), date(2027, 1, 31)))
        whole = fund.statement_on(date(2027, 2, 1)).total
        left = 0 if said is not KEPT else 20
        for one in account, whole:
            assert [int(one.drawn), int(one.lapsed), int(one.refunded)] == gone
        assert whole.remaining == account.closing == left
        assert whole.purchased == whole.drawn + whole.remaining + whole.lapsed + whole.refunded


def test_an_end_pays_back_only_what_a_refund_did_not_pay_out_before() -> None:
    """Twenty hours at 90 are bought, five are drawn and three given back: twelve are left."""
    february = date(2026, 2, 1)
    once = prepaid(months=None)
    given = refund(once, "H", february, FACTS, id="R", agreed_on=february, units=3)
    known = once.amended(given)
    stated = charges_of(
        known, lines_ended(known, LAST, id="T", agreed_on=AGREED, left_over=REFUNDED), FACTS, TERMS
    )
    assert [one.units for one in stated.left] == [12]
    made = ended(known, REFUNDED)
    charges = list(due(made, FACTS, TERMS, EVER))
    assert all(one.replay() == one.amount for one in charges)
    paid = money_sum((one.amount for one in charges), "EUR")
    drawn = 20 - 3 - 12
    assert paid == Money.of(90 * drawn, "EUR")
    assert earned(made, charges, FACTS, Month(2027, 6)).transaction == paid


@given(
    st.integers(0, 20),
    st.integers(1, 20),
    st.integers(0, 180_000),
    st.dates(date(2026, 1, 2), LAST),
)
def test_credits_a_refund_and_the_end_together_pay_back_no_more_than_was_billed(
    hours: int, units: int, cents: int, on: date
) -> None:
    facts = Facts(time=[worked("W", date(2026, 1, 1), hours)] if hours else [])
    once = prepaid(months=None)
    try:
        given = refund(once, "H", on, facts, id="R", agreed_on=on, units=units)
    except RuleBroken:
        return  # fewer are left
    made = ended(once.amended(given), REFUNDED)
    (lot,) = [lot for _, one in made.refunds("H") for lot in one.lots]
    credited = min(Money(cents, "EUR"), Money.of(1800, "EUR") - lot.value)
    (billed,) = due(once, facts, TERMS, date(2026, 1, 1))
    note = attrs.evolve(
        billed,
        key=f"{billed.key}~CN",
        booked=-Booked(credited, credited, credited),
        trigger=on,
        credits=billed.key,
    )
    known = Facts(time=[worked("W", date(2026, 1, 1), hours)] if hours else [], credits=[note])
    paid = money_sum((one.amount for one in due(made, known, TERMS, EVER)), "EUR") - credited
    assert paid == max(Money.of(90 * hours, "EUR") - credited, Money.of(0, "EUR"))


def test_the_terms_say_it_unless_the_end_does_and_a_pause_keeps_them() -> None:
    agreed = prepaid(at_end=REFUNDED)
    assert left_over(ended(agreed), "H") is REFUNDED
    assert left_over(ended(agreed, LAPSED), "H") is LAPSED
    pause = lines_ended(
        agreed, LAST, id="S", agreed_on=AGREED, event=ContractEvent.SUSPENSION, left_over=LAPSED
    )
    assert left_over(agreed.amended(pause), "H") is KEPT
    seats = contract(line(PerUnit.of("10", "EUR"), date(2026, 1, 1), id="S"))
    early = lines_ended(seats, LAST, id="T", agreed_on=AGREED, left_over=REFUNDED)
    assert early.changes == (LineEnds("S"),)
    with pytest.raises(RuleBroken, match="says what is left of line 'S', which has no blocks"):
        seats.amended(attrs.evolve(early, changes=[LineEnds("S", REFUNDED)]))
    with pytest.raises(InvalidValue, match="what is left cannot be lapsed with an allowance"):
        attrs.evolve(fund_terms(), rollover=Rollover(CarryMode.NONE), at_end=LAPSED)
    with pytest.raises(InvalidValue, match="LeftOver is one of kept, lapsed, refunded"):
        LineEnds("S", "gone")  # type: ignore[arg-type]


@given(
    st.lists(
        st.tuples(
            st.dates(date(2026, 1, 1), date(2026, 8, 31)), st.integers(1, 9), st.integers(0, 40)
        ),
        max_size=6,
    ),
    st.dates(date(2026, 1, 1), date(2026, 9, 30)),
    st.integers(-40, 40),
    st.sampled_from([1, 3, None]),
    st.sampled_from(LeftOver),
)
def test_what_was_drawn_is_paid_and_all_that_was_paid_is_earned(
    work: list[tuple[date, int, int]],
    last_day: date,
    notice: int,
    months: int | None,
    said: LeftOver,
) -> None:
    facts = Facts(
        time=[
            worked(str(number), day, hours, day + timedelta(days=late))
            for number, (day, hours, late) in enumerate(work)
        ]
    )
    agreed = prepaid(months)
    agreed_on = max(last_day + timedelta(days=notice), agreed.start)
    try:
        early = lines_ended(agreed, last_day, id="T", agreed_on=agreed_on, left_over=said)
    except RuleBroken:
        return
    made = agreed.amended(early)
    charges = list(due(made, facts, TERMS, EVER))
    blocks = [one for one in charges if one.kind.value == "service"]
    paid = money_sum((one.amount for one in blocks), "EUR")
    first = {one.service.start for one in blocks if one.corrects is None}
    bought = len([start for start in first if start <= last_day])
    if said is REFUNDED:
        hours = sum(hours for day, hours, _ in work if day <= last_day)
        assert paid.minor <= 90_00 * hours
        assert paid.minor == 90_00 * (20 * bought - _left(made, facts))
    else:
        assert paid.minor == 90_00 * 20 * bought
    whole = booked_sum((one.booked for one in blocks), blocks[0].booked.currencies)
    assert earned(made, blocks, facts, Month(2027, 12)) == whole


def _left(made: Contract, facts: Facts) -> Fraction:
    """The units that nobody drew, as the contract's own record had them on the last day."""
    without = attrs.evolve(made, amendments=())
    early = made.amendments[0]
    return sum((one.units for one in charges_of(without, early, facts, TERMS).left), Fraction(0))


@pytest.mark.parametrize("months", [3, None])
@pytest.mark.parametrize("said", LeftOver)
def test_the_last_day_of_a_fund_is_that_of_the_last_block_that_can_be_drawn(
    months: int | None, said: LeftOver
) -> None:
    """State, balance, coverage and term sheet agree on what is left after the end."""
    agreed = prepaid(months)
    assert drawn_through(agreed, "H") == (None if months else date(2026, 12, 31))
    try:
        made = ended(agreed, said)
    except RuleBroken:  # bought once, and kept: nothing ends it
        assert said is KEPT
        return
    last = drawn_through(made, "H")
    assert last == (date(2027, 3, 31) if said is KEPT else LAST)
    line_ = fund_line(made, "H")
    assert line_ is not None
    fund = fund_of(made, line_, FACTS)
    assert fund.balance(last) > 0
    assert fund.balance(last + DAY) == 0
    assert state_on(made, LAST + DAY) is ContractState.ENDED
    assert in_force(made, made.lines[0], last)
    assert not in_force(made, made.lines[0], last + DAY)
    sheet = term_sheet(made, LAST + DAY)
    assert sheet.still_drawn == ((("H", last),) if said is KEPT else ())
    told = "Line H has ended; what is left of its blocks can be drawn until 31 March 2027."
    assert (told in sheet.as_text(Culture.of("en-GB"))) is (said is KEPT)
    before = term_sheet(made, LAST).as_text(Culture.of("en-GB"))
    told = "What is left of its blocks can be drawn until 31 March 2027."
    assert (told in before) is (said is KEPT)


def test_blocks_that_outlive_their_contract_migrate_by_their_balance() -> None:
    old, may = ended(prepaid()), date(2026, 5, 20)
    new = attrs.evolve(contract(attrs.evolve(old.lines[0], start=may, quantity=1)), id="C-2")

    def moved(made: Contract, *balances: CarriedBalance) -> Contract:
        found = migrate(made, new, may, id="M", agreed_on=may, balances=balances, facts=FACTS)
        assert drawn_through(made.amended(found.ending), "H") == may - DAY
        return found.opened

    with pytest.raises(RuleBroken, match=r"drawn until 2027-03-31: give a balance of that line"):
        moved(old)
    opened = moved(old, CarriedBalance("H", None, "H"))
    assert opened.continues == "C-1"
    assert [int(lot.units) for lot in opened.lines[0].opening] == [12, 20]
    with pytest.raises(RuleBroken, match="no succession of a contract that is ended"):
        moved(ended(prepaid(), LAPSED))
    store = in_memory(contracts=[old], facts=())
    back = CarriedBalance("H", None, "H")
    deed = migrate(old, new, may, id="M", agreed_on=may, balances=[back], facts=FACTS)
    assert succeed_contract(store, deed.succession, may).id == "C-2"


@pytest.mark.parametrize("said", LeftOver)
def test_what_was_carried_keeps_its_end_and_is_counted_once(said: LeftOver) -> None:
    """Twenty hours came along and twenty were bought on one day; three were worked since."""
    begun = date(2026, 2, 1)
    old = contract(attrs.evolve(prepaid(None).lines[0], id="1"))
    new = attrs.evolve(contract(attrs.evolve(prepaid().lines[0], start=begun)), id="C-2")
    carried = [CarriedBalance("1", None, "H")]
    deed = migrate(old, new, begun, id="M", agreed_on=begun, balances=carried, facts=Facts())
    assert charges_of(old, deed.ending, Facts(), TERMS).left == ()  # the fund is closed
    visit = attrs.evolve(worked("1", date(2026, 2, 20), 3), contract_id="C-2")
    early = lines_ended(deed.opened, LAST, id="T", agreed_on=AGREED, left_over=said)
    left = charges_of(deed.opened, early, Facts(time=[visit]), TERMS).left
    told = [(one.left_over, int(one.units), one.drawn_through) for one in left]
    end = date(2027, 1, 31)
    assert told == ([(KEPT, 37, end)] if said is KEPT else [(said, 17, LAST), (KEPT, 20, end)])
    assert drawn_through(deed.opened.amended(early), "H") == end

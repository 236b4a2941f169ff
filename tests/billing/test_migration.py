"""Facts move by years, contracts are forecast by service, and customers change their contract."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import Device, DeviceEvent, EventKind
from harmony_core.billing import (
    CarriedBalance,
    CarriedValidity,
    ChargeKind,
    Facts,
    due,
    forecast,
    fund_of,
    migrate,
    migration_forecast,
    moved_by_years,
    refund,
)
from harmony_core.contracts import (
    Amendment,
    ContractState,
    FundCloses,
    MigratedLot,
    Side,
    state_on,
    without_effect,
)
from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound, RuleBroken
from harmony_core.finance import Money
from harmony_core.parties import Customer, Directory
from harmony_core.periods import InstantSpan, Span, Timing
from harmony_core.pricing import Flat, PerUnit
from harmony_core.products import (
    Billing,
    CarryMode,
    ContractType,
    CountPolicy,
    DevicesCounted,
    FundUnit,
    Recognition,
    Rollover,
    TimeWorked,
    UsageMetered,
)
from harmony_core.work import TimeEntry, UsageRecord
from tests.laws.test_amendment_laws import OPEN
from tests.strategies import END, contract, fund_terms, line

YEAR = Span.of_days(date(2025, 1, 1), date(2025, 12, 31))
NIGHT = InstantSpan(datetime(2024, 2, 29, 22, tzinfo=UTC), datetime(2024, 3, 1, 2, tzinfo=UTC))
HOURLY = contract(
    line(
        PerUnit.of(95, "EUR"),
        date(2023, 1, 1),
        source=TimeWorked(),
        months=None,
        quantity=0,
        timing=Timing.ARREARS,
        kind=ContractType.TRANSACTIONAL,
    )
)


# --- facts moved by years ------------------------------------------------------------------------


@given(st.lists(st.dates(date(2019, 1, 1), date(2030, 12, 31))), st.integers(-8, 8))
def test_moved_days_keep_their_month_and_their_order(days: list[date], years: int) -> None:
    events = [DeviceEvent(str(n), day, EventKind.ON) for n, day in enumerate(sorted(days))]
    moved = [event.day for event in moved_by_years(events, years)]
    assert moved == sorted(moved)
    for event, day in zip(events, moved, strict=True):
        assert (day.year, day.month) == (event.day.year + years, event.day.month)
        assert day.day == event.day.day or (event.day.day, day.day) == (29, 28)


def test_instants_move_with_their_day_and_what_passed_stays() -> None:
    entry = attrs.evolve(
        TimeEntry("T", "anna", date(2024, 2, 29), 4, worked=NIGHT), recorded_on=date(2024, 3, 2)
    )
    (later,) = moved_by_years([entry], 1)
    assert (later.day, later.known_on) == (date(2025, 2, 28), date(2025, 3, 2))
    assert later.worked is not None
    assert later.worked.start == datetime(2025, 2, 28, 22, tzinfo=UTC)
    assert later.worked.elapsed == timedelta(hours=4)
    usage = UsageRecord("u", "probe", entry.day, "K-1", "traffic", 7, at=NIGHT.start)
    assert next(moved_by_years([usage], 1)).at == datetime(2025, 2, 28, 22, tzinfo=UTC)


def test_all_facts_of_a_customer_move_together() -> None:
    devices = contract(
        line(
            PerUnit.of(30, "EUR"),
            date(2023, 1, 1),
            kind=ContractType.CONSUMPTION,
            source=DevicesCounted(("computer",), CountPolicy.LAST_DAY),
            quantity=0,
            timing=Timing.ARREARS,
        ),
        line(
            PerUnit.of(1, "EUR"),
            date(2023, 1, 1),
            id="2",
            kind=ContractType.CONSUMPTION,
            source=UsageMetered("traffic"),
            quantity=0,
            timing=Timing.ARREARS,
        ),
    )
    facts = Facts(
        devices=[Device("D-1", "computer", "K-1")],
        device_events=[
            DeviceEvent("D-1", date(2024, 2, 29), EventKind.ON),
            DeviceEvent("D-1", date(2024, 5, 10), EventKind.OFF),
        ],
        usage=[UsageRecord("u", "probe", date(2024, 2, 29), "K-1", "traffic", 7)],
    )
    found = forecast(devices, facts.moved(1), OPEN, YEAR)
    assert found.lines == (("1", Money.of(90, "EUR")), ("2", Money.of(7, "EUR")))
    assert found.explanation.evaluate() == found.total.exact.value == 97
    assert forecast(devices, facts, OPEN, YEAR).total == Money.of(0, "EUR")


# --- forecasts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("timing", Timing)
@pytest.mark.parametrize("months", [1, 3, 12])
def test_a_forecast_counts_service_and_not_the_day_of_the_bill(timing: Timing, months: int) -> None:
    monthly = contract(
        line(Flat.of(100 * months, "EUR"), date(2022, 7, 1), months=months, timing=timing)
    )
    assert forecast(monthly, Facts(), OPEN, YEAR).total == Money.of(1200, "EUR")


def test_both_contracts_are_forecast_on_the_facts_of_last_year() -> None:
    care = line(Flat.of(300, "EUR"), date(2025, 1, 1))
    rest = attrs.evolve(
        HOURLY.line("1"), id="2", start=date(2025, 1, 1), scheme=PerUnit.of(50, "EUR")
    )
    new = contract(care, rest, id="C-2")
    facts = Facts(time=[TimeEntry("T", "anna", date(2024, 2, 29), 40, "C-1", "1")])
    found = migration_forecast(HOURLY, new, facts, OPEN, YEAR, lines={"1": "2"})
    assert (found.before.total, found.after.total) == (
        Money.of(3800, "EUR"),
        Money.of(5600, "EUR"),
    )
    assert found.change == Money.of(1800, "EUR")


# --- migrations ----------------------------------------------------------------------------------

MAY = date(2025, 5, 1)
BLOCK = line(
    PerUnit.of(80, "EUR"),
    date(2025, 1, 1),
    kind=ContractType.PREPAYMENT,
    quantity=30,
    recognition=Recognition.AS_DRAWN,
    fund=fund_terms(),
    months=3,
)


def hours(number: str, day: date, units: int, contract_id: str = "C-1") -> TimeEntry:
    return TimeEntry(number, "anna", day, units, contract_id, "1")


WORK = Facts(time=[hours("T-1", date(2025, 2, 3), 20), hours("T-2", date(2025, 4, 10), 16)])
"""Of the 30 hours of January 20 + 10 are drawn, of those of April 6."""


def test_a_balance_opens_the_new_fund_and_no_further_block_is_bought() -> None:
    old = contract(BLOCK)
    new = contract(attrs.evolve(BLOCK, start=MAY, quantity=10), id="C-2")
    left = CarriedBalance("1", Money.of(400, "EUR"), "1", 5)
    moved = migrate(
        old, new, MAY, id="M", agreed_on=MAY, balances=[left], facts=WORK, evidence=["mail"]
    )
    assert moved.opened.continues == "C-1"
    assert moved.ending.evidence == ("C-2", "mail")
    (lot,) = moved.opened.line("1").opening
    assert lot == MigratedLot(
        "C-1/1/2025-04-01",
        "1/2025-04-01",
        5,
        Money.of(400, "EUR"),
        MAY,
        date(2025, 4, 1),
        date(2026, 4, 30),
        "C-1/1/service/2025-04-01",
    )
    ended = old.amended(moved.ending)
    through = date(2025, 12, 31)
    charged = [
        (one.line_id, one.kind.value, str(one.trigger), str(one.amount))
        for one in due(ended, WORK, OPEN, through)
    ]
    assert charged == [
        ("1", "service", "2025-01-01", "2400.00 EUR"),
        ("1", "service", "2025-04-01", "2400.00 EUR"),
        ("1", "carried", "2025-05-01", "-400.00 EUR"),
    ]
    (come,) = [
        one for one in due(moved.opened, WORK, OPEN, through) if one.kind is ChargeKind.CARRIED
    ]
    assert come.amount == lot.value
    assert come.quantity == 5
    assert come.booked_on == lot.booked_on
    assert come.replay() == come.amount
    (gone,) = [one for one in due(ended, WORK, OPEN, through) if one.amount.minor < 0]
    assert (gone.corrects, come.corrects) == (lot.paid_by, None)
    assert state_on(ended, date(2025, 5, 2)) is ContractState.ENDED


def test_the_old_fund_is_closed_and_the_new_one_draws_what_came_by_its_own_order() -> None:
    old = contract(BLOCK)
    new = contract(attrs.evolve(BLOCK, start=MAY, quantity=10), id="C-2")
    kept = CarriedBalance("1", None, "1", validity=CarriedValidity.KEPT)
    moved = migrate(old, new, MAY, id="M", agreed_on=MAY, balances=[kept], facts=WORK)
    ended = old.amended(moved.ending)
    facts = Facts(
        time=[
            hours("T-1", date(2025, 2, 3), 20),
            hours("T-2", date(2025, 4, 10), 16),
            hours("T-3", date(2025, 5, 10), 26, "C-2"),
            hours("T-4", date(2025, 5, 10), 3),
        ]
    )
    assert [lot.units for lot in moved.opened.line("1").opening] == [24]
    fund = fund_of(ended, attrs.evolve(BLOCK, last_day=date(2025, 4, 30)), facts)
    assert fund.balance(date(2025, 4, 30)) == 24
    assert fund.balance(MAY) == 0
    closed = fund.statement_on(MAY).total
    assert [closed.purchased, closed.drawn, closed.refunded] == [60, 36, 24]
    joined = fund_of(moved.opened, moved.opened.line("1"), facts).statement(END)
    parts = [(part.block_id, part.quantity) for part in joined.allocations]
    assert parts == [("C-1/1/2025-04-01", Fraction(24)), ("1/2025-05-01", Fraction(2))]


def test_what_is_paid_back_and_what_is_left_over_open_nothing() -> None:
    old = contract(BLOCK)
    new = contract(attrs.evolve(BLOCK, start=MAY, quantity=10), id="C-2")
    back = CarriedBalance("1", Money.of(80, "EUR"), units=2)
    moved = migrate(old, new, MAY, id="M", agreed_on=MAY, balances=[back], facts=WORK)
    assert moved.opened.lines == new.lines
    fund = fund_of(old.amended(moved.ending), old.line("1"), WORK)
    total = fund.statement_on(MAY).total
    assert [total.refunded, total.lapsed, total.remaining] == [2, 22, 0]


def test_blocks_bought_once_are_migrated_with_their_contract() -> None:
    old = contract(attrs.evolve(BLOCK, billing=Billing(Timing.ADVANCE, None)))
    new = contract(attrs.evolve(BLOCK, start=MAY), id="C-2")
    moved = migrate(old, new, MAY, id="M", agreed_on=date(2025, 4, 20))
    assert state_on(old.amended(moved.ending), MAY) is ContractState.NOTICE_GIVEN
    left = CarriedBalance("1", into="1")
    early, facts = date(2025, 4, 20), Facts()
    assert without_effect(old.amended(moved.ending)) == ()
    moved = migrate(old, new, MAY, id="M", agreed_on=early, balances=[left], facts=facts)
    ended = old.amended(moved.ending)
    assert state_on(ended, date(2025, 4, 19)) is ContractState.ACTIVE
    assert state_on(ended, date(2025, 4, 20)) is ContractState.NOTICE_GIVEN
    assert state_on(ended, MAY) is ContractState.ENDED


def test_balances_of_several_lines_join_one_fund_under_their_own_names() -> None:
    old = contract(BLOCK, attrs.evolve(BLOCK, id="2"), id="a/b")
    new = contract(attrs.evolve(BLOCK, start=MAY), id="C-2")
    balances = [
        CarriedBalance("1", into="1", units=2),
        CarriedBalance("2", into="1", units=33),
        CarriedBalance("1", into="1", units=1),
    ]
    moved = migrate(old, new, MAY, id="M", agreed_on=MAY, balances=balances, facts=Facts(time=[]))
    lots = moved.opened.line("1").opening
    assert [(lot.id, str(lot.units), str(lot.value)) for lot in lots] == [
        ("a%2Fb/1/2025-01-01", "2", "160.00 EUR"),
        ("a%2Fb/2/2025-01-01", "30", "2400.00 EUR"),
        ("a%2Fb/2/2025-04-01", "3", "240.00 EUR"),
        ("a%2Fb/1/2025-01-01/2", "1", "80.00 EUR"),
    ]
    further = contract(attrs.evolve(BLOCK, start=date(2025, 9, 1)), id="C-3")
    again = migrate(
        moved.opened,
        further,
        date(2025, 9, 1),
        id="M",
        agreed_on=date(2025, 9, 1),
        balances=[CarriedBalance("1", into="1")],
        facts=Facts(),
    )
    further_lots = {lot.id: lot for lot in again.opened.line("1").opening}
    first = further_lots["C-2/1/a%252Fb%2F1%2F2025-01-01"]
    assert first.units == 2
    assert first.value == Money.of(160, "EUR")
    assert first.booked_on == date(2025, 1, 1)
    assert len(further_lots) == 6


def test_what_was_refunded_before_does_not_go_along() -> None:
    old = contract(BLOCK)
    new = contract(attrs.evolve(BLOCK, start=MAY), id="C-2")
    back = refund(old, "1", MAY, WORK, id="R", agreed_on=MAY, units=4)
    less = old.amended(back)
    moved = migrate(
        less, new, MAY, id="M", agreed_on=MAY, balances=[CarriedBalance("1", into="1")], facts=WORK
    )
    (lot,) = moved.opened.line("1").opening
    assert [lot.units, lot.id] == [20, "C-1/1/2025-04-01/2"]
    given = [
        one
        for one in due(less.amended(moved.ending), WORK, OPEN, END)
        if one.kind is ChargeKind.CARRIED
    ]
    assert sorted(one.amount.minor for one in given) == [-1600_00, -320_00]
    assert {one.corrects for one in given} == {"C-1/1/service/2025-04-01"}


def test_a_balance_in_another_unit_becomes_what_was_agreed() -> None:
    old = contract(BLOCK)
    for unit, buys, units in [
        (FundUnit.TOKENS, 48, [48]),
        (FundUnit.CASH, None, [1920]),
        (FundUnit.HOURS, 20, [20]),
    ]:
        there = attrs.evolve(BLOCK, start=MAY, fund=fund_terms(unit=unit))
        moved = migrate(
            old,
            contract(there, id="C-2"),
            MAY,
            id="M",
            agreed_on=MAY,
            balances=[CarriedBalance("1", None, "1", buys=buys)],
            facts=WORK,
        )
        assert [lot.units for lot in moved.opened.line("1").opening] == units


def test_work_that_becomes_known_later_finds_what_went_along_gone() -> None:
    old = contract(BLOCK)
    new = contract(attrs.evolve(BLOCK, start=MAY), id="C-2")
    moved = migrate(
        old, new, MAY, id="M", agreed_on=MAY, balances=[CarriedBalance("1", into="1")], facts=WORK
    )
    late = attrs.evolve(hours("L", date(2025, 4, 28), 3), recorded_on=date(2025, 5, 20))
    facts = Facts(
        time=[
            hours("T-1", date(2025, 2, 3), 20),
            hours("T-2", date(2025, 4, 10), 16),
            late,
        ]
    )
    over = [
        one
        for one in due(old.amended(moved.ending), facts, OPEN, END)
        if one.kind is ChargeKind.OVERAGE
    ]
    assert [(one.trigger, one.amount) for one in over] == [
        (date(2025, 5, 20), Money.of(300, "EUR"))
    ]


def test_what_cannot_be_migrated_is_refused() -> None:
    old, new = contract(BLOCK), contract(attrs.evolve(BLOCK, start=MAY), id="C-2")
    with pytest.raises(RuleBroken, match="cannot follow itself"):
        migrate(old, attrs.evolve(new, id="C-1"), MAY, id="M", agreed_on=MAY)
    with pytest.raises(InvalidValue, match="takes over on 2025-06-01, but line '1' begins on"):
        migrate(old, new, date(2025, 6, 1), id="M", agreed_on=MAY)
    with pytest.raises(InvalidValue, match="give the facts"):
        migrate(old, new, MAY, id="M", agreed_on=MAY, balances=[CarriedBalance("1")])
    monthly = Rollover(CarryMode.UNLIMITED)
    granted = contract(attrs.evolve(BLOCK, fund=attrs.evolve(fund_terms(), rollover=monthly)))
    tokens = contract(attrs.evolve(BLOCK, start=MAY, fund=fund_terms(unit=FundUnit.TOKENS)))
    for of, to, balance, error, message in [
        (old, new, CarriedBalance("1", Money.of(4, "GBP")), CurrencyMismatch, "GBP with EUR"),
        (old, new, CarriedBalance("7", Money.of(4, "EUR")), NotFound, "no line '7'"),
        (old, new, CarriedBalance("1", into="7"), NotFound, "begins with no line '7'; it has 1"),
        (HOURLY, new, CarriedBalance("1"), InvalidValue, "it has no balance"),
        (
            old,
            attrs.evolve(new, entity_id="GB"),
            CarriedBalance("1", into="1"),
            RuleBroken,
            "is owed by 'DE', but contract 'C-2' is of 'GB'.* pay it back with into=None",
        ),
        (
            old,
            contract(line(Flat.of(1, "EUR"), MAY)),
            CarriedBalance("1", into="1"),
            InvalidValue,
            "it has no balance",
        ),
        (granted, new, CarriedBalance("1"), InvalidValue, "is an allowance"),
        (old, tokens, CarriedBalance("1", into="1"), InvalidValue, "in hours, but .* tokens"),
        (
            old,
            new,
            CarriedBalance("1", units=25),
            RuleBroken,
            "25 hours of line '1' of contract 'C-1' cannot be carried on 2025-05-01: 24 hours",
        ),
        (
            old,
            new,
            CarriedBalance("1", Money.of("1920.01", "EUR")),
            RuleBroken,
            "carried at 1920.01 EUR on 2025-05-01: what is carried cost 1920.00 EUR",
        ),
    ]:
        there = attrs.evolve(to, id="C-2")
        with pytest.raises(error, match=message):
            migrate(of, there, MAY, id="M", agreed_on=MAY, balances=[balance], facts=WORK)
    with pytest.raises(InvalidValue, match="carried at zero or more"):
        CarriedBalance("1", Money.of(-1, "EUR"))
    with pytest.raises(InvalidValue, match="carried units are above zero"):
        CarriedBalance("1", Money.of(1, "EUR"), units=0)


def test_a_fund_is_closed_once_and_only_where_there_is_one() -> None:
    lot = MigratedLot("L", "1/2025-01-01", 2, Money.of(4, "EUR"), MAY, MAY)
    closes = Amendment("A", "C-1", MAY, MAY, [FundCloses("1", [lot])])
    with pytest.raises(RuleBroken, match="which another has closed"):
        contract(BLOCK).amended(closes).amended(attrs.evolve(closes, id="B"))
    with pytest.raises(RuleBroken, match="which is not prepaid"):
        HOURLY.amended(closes)
    with pytest.raises(CurrencyMismatch):
        contract(attrs.evolve(BLOCK, scheme=PerUnit.of(1, "GBP"))).amended(closes)
    for line_, message in [
        (HOURLY.line("1"), "has no fund of blocks"),
        (attrs.evolve(BLOCK, scheme=PerUnit.of(1, "GBP")), "EUR with GBP"),
    ]:
        with pytest.raises(InvalidValue, match=message):
            attrs.evolve(line_, opening=[lot])
    with pytest.raises(InvalidValue, match="carries more than nothing"):
        attrs.evolve(lot, units=0)
    with pytest.raises(InvalidValue, match="zero or more"):
        attrs.evolve(lot, value=Money.of(-1, "EUR"))
    with pytest.raises(InvalidValue, match="but ends on 2025-04-30"):
        attrs.evolve(lot, last_day=date(2025, 4, 30))
    with pytest.raises(InvalidValue, match="carried once, got L, L"):
        FundCloses("1", [lot, lot])


def test_a_migration_stays_with_one_party_on_one_side_in_one_currency() -> None:
    to = attrs.evolve(HOURLY, id="C-2", lines=[attrs.evolve(HOURLY.line("1"), start=MAY)])
    assert migrate(HOURLY, to, MAY, id="M", agreed_on=MAY).opened.continues == HOURLY.id
    stranger = attrs.evolve(to, party_id="K-9")
    with pytest.raises(InvalidValue, match="'C-2' is with 'K-9', but 'C-1' with 'K-1'"):
        migrate(HOURLY, stranger, MAY, id="M", agreed_on=MAY)
    first = Customer("K-1", "One", "DE", "EUR")
    one = Directory([first, attrs.evolve(first, id="K-9", merged_into="K-1")])
    merged = Facts(directory=one)
    assert migrate(HOURLY, stranger, MAY, id="M", agreed_on=MAY, facts=merged).opened.id == "C-2"
    with pytest.raises(InvalidValue, match="'C-2' is on the buy side, but 'C-1' on the sell side"):
        migrate(HOURLY, attrs.evolve(to, side=Side.BUY), MAY, id="M", agreed_on=MAY)
    pounds = attrs.evolve(to.line("1"), scheme=PerUnit.of(1, "GBP"))
    dear = attrs.evolve(to, currency="GBP", lines=[pounds])
    with pytest.raises(CurrencyMismatch, match=r"'C-1' is in EUR, but 'C-2', .* in GBP") as refused:
        migrate(HOURLY, dear, MAY, id="M", agreed_on=MAY)
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)

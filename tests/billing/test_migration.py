"""Facts move by years, contracts are forecast by service, and customers change their contract."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import Device, DeviceEvent, EventKind
from harmony_core.billing import (
    CarriedBalance,
    Facts,
    due,
    forecast,
    migrate,
    migration_forecast,
    moved_by_years,
)
from harmony_core.contracts import ContractState, state_on
from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound, RuleBroken
from harmony_core.finance import Money
from harmony_core.periods import InstantSpan, Span, Timing
from harmony_core.pricing import Flat, PerUnit
from harmony_core.products import (
    ContractType,
    CountPolicy,
    DevicesCounted,
    Recognition,
    TimeWorked,
    UsageMetered,
)
from harmony_core.work import TimeEntry, UsageRecord
from tests.laws.test_amendment_laws import OPEN
from tests.strategies import contract, fund_terms, line

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


def test_a_balance_goes_along_at_its_stated_value_and_no_further_block_is_bought() -> None:
    old = contract(BLOCK)
    new = contract(attrs.evolve(BLOCK, start=MAY, quantity=10), id="C-2")
    left = CarriedBalance("1", Money.of(400, "EUR"), "1", 5)
    moved = migrate(old, new, MAY, id="M", agreed_on=MAY, balances=[left], evidence=["mail"])
    assert moved.opened.continues == "C-1"
    assert moved.ending.evidence == ("C-2", "mail")
    carried = moved.opened.line("1-carried")
    assert carried.fund == BLOCK.fund
    assert carried.quantity == 5
    ended = old.amended(moved.ending)
    through = date(2025, 12, 31)
    charged = [
        (one.line_id, str(one.trigger), str(one.amount))
        for one in due(ended, Facts(), OPEN, through)
    ]
    assert charged == [
        ("1", "2025-01-01", "2400.00 EUR"),
        ("1", "2025-04-01", "2400.00 EUR"),
        ("1-carried", "2025-05-01", "-400.00 EUR"),
    ]
    assert state_on(ended, date(2025, 5, 2)) is ContractState.ENDED
    paid_back = migrate(
        old, new, MAY, id="M", agreed_on=MAY, balances=[attrs.evolve(left, into=None)]
    )
    assert [one.id for one in paid_back.opened.lines] == ["1"]


def test_what_cannot_be_migrated_is_refused() -> None:
    old, new = contract(BLOCK), contract(attrs.evolve(BLOCK, start=MAY), id="C-2")
    with pytest.raises(RuleBroken, match="cannot follow itself"):
        migrate(old, attrs.evolve(new, id="C-1"), MAY, id="M", agreed_on=MAY)
    with pytest.raises(InvalidValue, match="takes over on 2025-06-01, but line '1' begins on"):
        migrate(old, new, date(2025, 6, 1), id="M", agreed_on=MAY)
    for of, balance, error, message in [
        (old, CarriedBalance("1", Money.of(4, "GBP")), CurrencyMismatch, "EUR with GBP"),
        (old, CarriedBalance("7", Money.of(4, "EUR")), NotFound, "no line '7'"),
        (HOURLY, CarriedBalance("1", Money.of(4, "EUR")), InvalidValue, "it has no balance"),
    ]:
        with pytest.raises(error, match=message):
            migrate(of, new, MAY, id="M", agreed_on=MAY, balances=[balance])
    with pytest.raises(InvalidValue, match="carried at zero or more"):
        CarriedBalance("1", Money.of(-1, "EUR"))
    with pytest.raises(InvalidValue, match="carried units are above zero"):
        CarriedBalance("1", Money.of(1, "EUR"), units=0)

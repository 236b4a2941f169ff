"""An allowance, then a block, then the hour: what one line leaves goes on to the next."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    ChargeKind,
    Facts,
    billed_work,
    booking_month,
    due,
    fund_line,
    fund_of,
)
from harmony_core.contracts import (
    Amendment,
    Contract,
    ContractLine,
    Cover,
    LineBegins,
    LineEnds,
    NameList,
    fed_by,
    passes_on_to,
)
from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount, Money, money_sum
from harmony_core.funds import Allowance, Block, BlockPool, Draw, Layer, Unlimited, cover
from harmony_core.periods import Interval, Month, Schedule, Timing, months_between
from harmony_core.pricing import BandTable, FillUp, PerUnit
from harmony_core.products import (
    CarryMode,
    ContractType,
    FundTerms,
    FundUnit,
    Recognition,
    Rollover,
    TimeWorked,
)
from harmony_core.work import TimeEntry
from tests.strategies import END, TERMS, contract, fund_terms, line

HOURLY = line(
    PerUnit.of("110", "EUR"),
    id="hour",
    kind=ContractType.TRANSACTIONAL,
    quantity=0,
    source=TimeWorked(),
    timing=Timing.ARREARS,
    months=None,
)


def block(
    id: str = "block",  # noqa: A002
    hours: int = 20,
    start: date = date(2026, 1, 1),
    *,
    valid_months: int = 3,
    product: str = "P-block",
    multiplied: int = 1,
) -> ContractLine:
    made = line(
        PerUnit.of("100", "EUR"),
        start,
        id=id,
        kind=ContractType.PREPAYMENT,
        quantity=hours,
        months=None,
        recognition=Recognition.AS_DRAWN,
        fund=FundTerms(FundUnit.HOURS, valid_months, {"*": multiplied}, (), passes_to="P-hour"),
    )
    return attrs.evolve(made, product_id=product)


CAP_10 = Rollover(CarryMode.CAP, cap=10)
ALLOWANCE = line(
    PerUnit.of("80", "EUR"),
    id="allowance",
    kind=ContractType.PREPAYMENT,
    quantity=5,
    recognition=Recognition.AS_DRAWN,
    fund=FundTerms(
        FundUnit.HOURS,
        1,
        {"*": 1},
        (),
        rollover=CAP_10,
        passes_to=["P-block", "P-hour"],
    ),
)
CARE = contract(ALLOWANCE, block(), HOURLY)


def worked(
    name: str,
    day: date,
    hours: int | str,
    known: date | None = None,
    *,
    on: str = "allowance",
    multiplier: str = "1",
) -> TimeEntry:
    return TimeEntry(name, "anna", day, hours, "C-1", on, recorded_on=known, multiplier=multiplier)


def billed(made: Contract, *time: TimeEntry, through: date = date(2026, 4, 1)) -> list[str]:
    """What is charged for hours: day, line, service month, amount."""
    found = []
    for charge in due(made, Facts(time=time), TERMS, through):
        assert charge.replay() == charge.amount
        line = made.line(charge.line_id)
        if charge.amount and (line.fund is None or charge.kind.value != "service"):
            month = Month.containing(charge.service.start)
            found.append(f"{charge.trigger} {charge.line_id} {month} {charge.amount}")
    return found


LONG = worked("long", date(2026, 1, 20), 32)


def taken(made: Contract, line_id: str, *time: TimeEntry) -> dict[str, Fraction]:
    ended = fund_line(made, line_id)
    assert ended is not None
    statement = fund_of(made, ended, Facts(time=time)).statement(END)
    units: defaultdict[str, Fraction] = defaultdict(Fraction)
    for one in statement.allocations:
        units[one.draw_id] += one.quantity
    return units


def drawn(made: Contract, line_id: str, *time: TimeEntry) -> str:
    return ", ".join(f"{name} {units}" for name, units in taken(made, line_id, *time).items())


def test_one_long_entry_passes_through_all_three_lines() -> None:
    assert billed(CARE, LONG) == ["2026-02-01 hour 2026-01 770.00 EUR"]
    assert drawn(CARE, "allowance", LONG) == "long 5"
    assert drawn(CARE, "block", LONG) == "long 20"


def test_work_keyed_late_takes_its_own_place_and_is_corrected_on_the_last_line() -> None:
    late = worked("late", date(2026, 1, 5), 2, date(2026, 2, 20))
    assert billed(CARE, LONG, late) == [
        "2026-02-01 hour 2026-01 770.00 EUR",
        "2026-02-20 hour 2026-01 220.00 EUR",
    ]
    assert drawn(CARE, "allowance", LONG, late) == "late 2, long 3"
    [charge] = [
        one
        for one in due(CARE, Facts(time=[LONG, late]), TERMS, date(2026, 2, 20))
        if one.corrects is not None
    ]
    assert set(charge.evidence) == {"long", "late"}


def test_hours_taken_back_give_the_last_line_its_money_back() -> None:
    back = worked("back", date(2026, 2, 2), -10)
    assert billed(CARE, LONG, back) == [
        "2026-02-01 hour 2026-01 770.00 EUR",
        "2026-02-02 hour 2026-01 -770.00 EUR",
    ]


def test_a_block_that_has_expired_is_passed_over() -> None:
    made = contract(ALLOWANCE, block(valid_months=1), HOURLY)
    assert billed(made, worked("feb", date(2026, 2, 3), 12)) == [
        "2026-03-01 hour 2026-02 220.00 EUR"  # two months of the allowance, and nothing else
    ]


def test_the_multiplier_weighs_on_every_line_alike() -> None:
    night = worked("night", date(2026, 1, 20), 20, multiplier="1.5")
    assert drawn(CARE, "block", night) == "night 20"
    assert billed(CARE, night) == ["2026-02-01 hour 2026-01 550.00 EUR"]  # 5 h of 30


def test_each_line_has_a_tariff_of_its_own() -> None:
    made = contract(ALLOWANCE, block(multiplied=4), HOURLY)  # four units an hour
    assert billed(made, LONG) == ["2026-02-01 hour 2026-01 2420.00 EUR"]  # 5 h, 5 h, 22 h


def test_work_linked_to_a_later_line_begins_there() -> None:
    assert billed(CARE, worked("direct", date(2026, 1, 20), 22, on="block")) == [
        "2026-02-01 hour 2026-01 220.00 EUR"
    ]


def test_two_blocks_of_one_product_are_asked_by_their_ends() -> None:
    early = block("b-2", 3, date(2026, 1, 1), valid_months=2)
    made = contract(ALLOWANCE, block("b-1", 4), early, HOURLY)
    assert [one.id for one in passes_on_to(made.lines, ALLOWANCE)] == ["b-2", "b-1", "hour"]
    assert [one.id for one in fed_by(made.lines, HOURLY)] == ["allowance", "b-1", "b-2"]
    ten = worked("ten", date(2026, 1, 20), 10)
    assert drawn(made, "b-2", ten) == "ten 3"
    assert drawn(made, "b-1", ten) == "ten 2"


def test_a_block_that_is_bought_later_takes_its_place() -> None:
    bought = Amendment(
        "A-1",
        "C-1",
        date(2026, 2, 10),
        date(2026, 1, 15),
        LineBegins(block("more", 4, date(2026, 1, 15))),
    )
    made = attrs.evolve(CARE, amendments=[bought])
    assert billed(made, LONG) == [
        "2026-02-01 hour 2026-01 770.00 EUR",
        "2026-02-10 hour 2026-01 -440.00 EUR",
    ]


def test_an_allowance_that_ended_grants_nothing_more() -> None:
    ended = Amendment("A-1", "C-1", date(2026, 1, 10), date(2026, 2, 1), LineEnds("allowance"))
    made = attrs.evolve(contract(ALLOWANCE, HOURLY), amendments=[ended])
    assert billed(made, worked("feb", date(2026, 2, 3), 6)) == [
        "2026-03-01 hour 2026-02 660.00 EUR"
    ]


def test_what_no_line_takes_is_the_overage_of_the_last_fund() -> None:
    fund = attrs.evolve(fund_terms(overage="120"), passes_to="P-block")
    last = attrs.evolve(block(), fund=fund_terms(overage="95"))
    made = contract(attrs.evolve(ALLOWANCE, fund=fund), last)
    assert billed(made, LONG) == ["2026-02-01 block 2026-01 665.00 EUR"]


def test_without_a_taker_and_without_a_price_the_rest_is_named_and_never_billed() -> None:
    made = contract(ALLOWANCE, block())
    assert billed(made, LONG) == []
    fund = fund_of(made, made.line("block"), Facts(time=[LONG]))
    assert [f"{entry.id} {hours}" for entry, hours in fund.not_covered(END)] == ["long 7"]


def test_a_line_whose_cover_refuses_the_work_is_passed_over() -> None:
    remote = Cover(roles=NameList.all_but(), types=NameList.only("remote"), keywords=["remote"])
    made = contract(ALLOWANCE, attrs.evolve(block(), cover=remote), HOURLY)
    on_site = attrs.evolve(LONG, work_type="on site")
    assert billed(made, on_site) == ["2026-02-01 hour 2026-01 2970.00 EUR"]
    assert billed(made, attrs.evolve(LONG, work_type="remote")) == [
        "2026-02-01 hour 2026-01 770.00 EUR"
    ]


def test_the_rest_of_an_entry_with_instants_is_its_last_hours() -> None:
    started, ended = datetime(2026, 1, 20, 8, tzinfo=UTC), datetime(2026, 1, 20, 18, tzinfo=UTC)
    entry = attrs.evolve(
        TimeEntry.between("T", "anna", started, ended, "UTC"),
        contract_id="C-1",
        line_id="allowance",
    )
    made = contract(ALLOWANCE, HOURLY)
    [left] = fund_of(made, ALLOWANCE, Facts(time=[entry])).passed_on(END)
    rest = left.as_entry()
    assert rest is not None
    assert rest.worked is not None
    assert rest.hours == 5
    assert (rest.worked.start.hour, rest.worked.end.hour) == (13, 18)


def test_circles_and_takers_that_take_nothing_are_refused() -> None:
    there = attrs.evolve(ALLOWANCE, fund=attrs.evolve(fund_terms(), passes_to=["block"]))
    back = attrs.evolve(block(), fund=attrs.evolve(fund_terms(), passes_to=["allowance"]))
    with pytest.raises(InvalidValue, match=r"passes work on in a circle, .*: let the last"):
        contract(there, back)
    fixed = line(PerUnit.of("9", "EUR"), id="block")
    with pytest.raises(InvalidValue, match="'block', which takes none: name a prepaid line"):
        contract(there, fixed)
    with pytest.raises(InvalidValue, match="each line or product once"):
        attrs.evolve(fund_terms(), passes_to=["block", "block"])


days = st.dates(date(2026, 1, 1), date(2026, 6, 30))
entries = st.lists(
    st.tuples(days, st.integers(1, 60), st.sampled_from(["1", "1.5", "2"])), max_size=10
).map(
    lambda found: [
        worked(f"T-{number}", day, f"{quarters}/4", multiplier=times)
        for number, (day, quarters, times) in enumerate(found)
    ]
)


@given(entries)
def test_the_lines_of_a_contract_cover_what_the_layers_of_a_cascade_do(
    time: list[TimeEntry],
) -> None:
    layers = [
        Layer(
            "allowance",
            Allowance("hours", 5, Schedule(date(2026, 1, 1), Interval.months(1)), CAP_10),
        ),
        Layer("block", BlockPool([Block("B", "hours", 20, date(2026, 1, 1), date(2026, 4, 1))])),
        Layer("hour", Unlimited("hours"), rate=ExactAmount.of(110, "EUR"), apply_multiplier=True),
    ]
    draws = [Draw(one.id, one.day, one.hours, one.multiplier) for one in time]
    wanted: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for part in cover(layers, draws).parts:
        wanted[part.layer_id, part.draw_id] += part.units
    found: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for name in ("allowance", "block"):
        for draw_id, units in taken(CARE, name, *time).items():
            found[name, draw_id] += units
    facts = Facts(time=time)
    for left in fund_of(CARE, CARE.line("block"), facts).passed_on(END):
        entry = left.as_entry()
        assert entry is not None
        found["hour", left.id] += entry.hours * entry.multiplier
    assert found == wanted
    charged = [one.quantity for one in due(CARE, facts, TERMS, END) if one.line_id == "hour"]
    by_the_hour = sum((units for (name, _), units in wanted.items() if name == "hour"), Fraction(0))
    assert sum(filter(None, charged), Fraction(0)) == by_the_hour


BANDED = attrs.evolve(HOURLY, scheme=FillUp(BandTable.of("EUR", [(2, "110"), (None, "90")])))


def falls_to(made: Contract, time: list[TimeEntry]) -> dict[str, Money]:
    """What falls to each entry of what the hours are billed for, added up over all months."""
    found: defaultdict[str, Money] = defaultdict(lambda: Money.zero("EUR"))
    for month in months_between(Month(2026, 1), Month(2026, 9)):
        for name, share in billed_work([made], Facts(time=time), TERMS, month).items():
            assert share.explanation.evaluate() == share.amount.exact.value
            found[name] += share.amount
    return dict(found)


def test_hours_that_a_fund_passes_on_bear_what_the_hour_line_bills_for_them() -> None:
    """4 and 3.5 h are covered by 5 + 10 h; of 9 h 1.5 are left: 165.00, beside 1 h of its own."""
    time = [
        worked("T-1", date(2026, 1, 5), 4),
        worked("T-2", date(2026, 1, 6), "3.5"),
        worked("T-3", date(2026, 1, 7), 9),
        worked("T-4", date(2026, 1, 8), 1, on="hour"),
    ]
    shares = falls_to(contract(ALLOWANCE, block(hours=10), HOURLY), time)
    assert {name: str(amount) for name, amount in shares.items()} == {
        "T-3": "165.00 EUR",
        "T-4": "110.00 EUR",
    }


def test_covered_time_that_becomes_known_late_bears_the_hours_that_it_pushes_out() -> None:
    """15 h in January leave nothing; 2 h of the 5th, known in February, push 2 h of the 9th out."""
    time = [
        worked("T-1", date(2026, 1, 9), 15),
        worked("T-2", date(2026, 1, 5), 2, date(2026, 2, 10)),
    ]
    made = contract(ALLOWANCE, block(hours=10), HOURLY)
    assert {name: str(amount) for name, amount in falls_to(made, time).items()} == {
        "T-2": "220.00 EUR"
    }


def test_hours_beyond_a_block_bear_the_overage_that_is_billed_for_them() -> None:
    """12 h on a block of 10: 2 h at 130.00, of which 1.5 are of the second entry, known later."""
    fund = FundTerms(FundUnit.HOURS, 3, {"*": 1}, [ExactAmount.of(130, "EUR")])
    made = contract(attrs.evolve(block(hours=10), fund=fund))
    time = [
        worked("T-1", date(2026, 1, 9), "10.5", on="block"),
        worked("T-2", date(2026, 1, 12), "1.5", date(2026, 2, 12), on="block"),
    ]
    shares = falls_to(made, time)
    assert {name: str(amount) for name, amount in shares.items()} == {
        "T-1": "65.00 EUR",
        "T-2": "195.00 EUR",
    }


@given(
    st.lists(
        st.tuples(
            st.dates(date(2026, 1, 1), date(2026, 5, 31)),
            st.integers(-8, 24).map(lambda quarters: Fraction(quarters, 4)),
            st.sampled_from([None, 0, 3, 40]),
            st.sampled_from(["allowance", "block", "hour"]),
        ),
        max_size=8,
    ),
    st.sampled_from([HOURLY, BANDED]),
    st.booleans(),
)
def test_whatever_funds_pass_on_or_bill_the_shares_are_the_bill(
    rows: list[tuple[date, Fraction, int | None, str]], hourly: ContractLine, passed: bool
) -> None:
    blocks = block(hours=4)
    if not passed:
        beyond = FundTerms(FundUnit.HOURS, 3, {"*": 1}, [ExactAmount.of(130, "EUR")])
        blocks = attrs.evolve(blocks, fund=beyond)
    made = contract(ALLOWANCE, blocks, hourly)
    time = [
        worked(
            f"T-{number}",
            day,
            str(hours),
            None if delay is None else day + timedelta(days=delay),
            on=on,
        )
        for number, (day, hours, delay, on) in enumerate(rows)
    ]
    charges = [
        one
        for one in due(made, Facts(time=time), TERMS, END)
        if one.line_id == "hour" or one.kind is ChargeKind.OVERAGE
    ]
    whole = money_sum((one.amount for one in charges), "EUR")
    assert money_sum(falls_to(made, time).values(), "EUR") == whole
    for month in months_between(Month(2026, 1), Month(2026, 6)):
        then = [entry for entry in time if booking_month(entry) <= month]
        at_close = billed_work([made], Facts(time=then), TERMS, month)
        assert billed_work([made], Facts(time=time), TERMS, month) == at_close

"""Contract lines whose price changes by date: cut, prorated, measured and explained."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import islice

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harmony_core.assets import Device, DeviceEvent, EventKind
from harmony_core.billing import Charge, Facts, due, work_terms
from harmony_core.contracts import Contract, ContractLine
from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount, Money, money_sum
from harmony_core.periods import Interval, Month, Timing
from harmony_core.pricing import PerUnit, Ramp, Scheme, Uplift, Uplifted
from harmony_core.products import (
    ContractType,
    CountPolicy,
    DevicesCounted,
    ExpensesIncurred,
    QuantitySource,
    Recognition,
    TimeWorked,
    UsageMetered,
)
from harmony_core.work import TimeEntry, UsageRecord
from tests.strategies import (
    CUSTOMERS,
    TERMS,
    Happened,
    contract,
    device_lines,
    fixed_lines,
    fund_terms,
    happened,
    line,
    undated_schemes,
    usage_lines,
)

LONG_OPEN = attrs.evolve(TERMS, group=attrs.evolve(TERMS.group, opening_day=date(2025, 1, 1)))


def ramp(first: str, second: str, day: date) -> Ramp:
    return Ramp.of((date(2025, 1, 1), PerUnit.of(first, "EUR")), (day, PerUnit.of(second, "EUR")))


FROM_MID_JANUARY = ramp("310", "620", date(2026, 1, 16))


def charges(made: Contract, facts: Facts, through: date) -> list[Charge]:
    found = list(due(made, facts, TERMS, through))
    assert all(charge.replay() == charge.amount for charge in found)
    return found


def shown(
    made: ContractLine, facts: Facts | None = None, through: date = date(2026, 2, 28)
) -> list[str]:
    return [
        f"{'' if one.corrects is None else 'corrects '}{one.kind} {one.service} {one.amount}"
        for one in charges(contract(made), facts or Facts(), through)
    ]


# --- figures -------------------------------------------------------------------------------------


def test_a_change_within_a_period_cuts_it_and_each_part_prorates() -> None:
    assert shown(line(FROM_MID_JANUARY)) == [
        "service 2026-01-01..2026-01-15 150.00 EUR",
        "service 2026-01-16..2026-01-31 320.00 EUR",
        "service 2026-02-01..2026-02-28 620.00 EUR",
    ]
    yearly = line(ramp("365", "730", date(2026, 7, 2)), months=12)
    assert shown(yearly, through=date(2026, 12, 31)) == [
        "service 2026-01-01..2026-07-01 182.00 EUR",
        "service 2026-07-02..2026-12-31 366.00 EUR",
    ]


def test_a_change_on_a_boundary_cuts_nothing() -> None:
    made = line(ramp("310", "620", date(2026, 2, 1)))
    assert shown(made) == [
        "service 2026-01-01..2026-01-31 310.00 EUR",
        "service 2026-02-01..2026-02-28 620.00 EUR",
    ]
    assert [one.is_whole for one in islice(made.periods(), 3)] == [True, True, True]


def test_a_part_says_since_when_its_price_holds() -> None:
    first, second, third = charges(contract(line(FROM_MID_JANUARY)), Facts(), date(2026, 2, 1))
    assert ("price in force since", "2025-01-01") in first.explanation.facts
    for part in (second, third):
        assert ("price in force since", "2026-01-16") in part.explanation.facts
    (plain, *_) = charges(contract(line(PerUnit.of("1", "EUR"))), Facts(), date(2026, 1, 1))
    assert plain.explanation.facts == (("first day", "2026-01-01"), ("last day", "2026-01-31"))


def test_an_uplift_on_the_anniversary_is_billed_and_explained() -> None:
    start = date(2021, 2, 1)
    scheme = Uplifted(PerUnit.of("1000", "EUR"), Uplift.fixed(start, "3.5"))
    (january, february) = charges(contract(line(scheme, start)), Facts(), date(2026, 2, 28))[-2:]
    assert (january.amount, february.amount) == (
        Money.of("1147.53", "EUR"),
        Money.of("1187.69", "EUR"),
    )
    assert february.explanation.facts[2:] == (
        ("price in force since", "2026-02-01"),
        (
            "uplifts",
            "2022-02-01: 3.5 %, 2023-02-01: 3.5 %, 2024-02-01: 3.5 %, 2025-02-01: 3.5 %, "
            "2026-02-01: 3.5 %",
        ),
    )


def test_a_listed_uplift_counts_from_the_first_day_of_the_line_that_is_sold() -> None:
    listed = Uplifted(PerUnit.of("100", "EUR"), Uplift.fixed(None, "10"))
    assert shown(line(listed, date(2025, 1, 31)), through=date(2026, 2, 1)) == [
        "service 2026-01-31..2026-02-27 110.00 EUR",
    ]
    assert line(listed, date(2025, 1, 31)).scheme == Uplifted(
        PerUnit.of("100", "EUR"), Uplift.fixed(date(2025, 1, 31), "10")
    )


def usage(id_: str, day: date, quantity: int, known: date | None = None) -> UsageRecord:
    return UsageRecord(id_, "feed", day, "K-1", "storage", Fraction(quantity), recorded_on=known)


def measured(
    scheme: Scheme,
    source: QuantitySource,
    last_day: date | None = None,
    timing: Timing = Timing.ARREARS,
) -> ContractLine:
    return line(
        scheme,
        last_day=last_day,
        kind=ContractType.CONSUMPTION,
        quantity=0,
        source=source,
        timing=timing,
    )


def test_usage_is_measured_in_each_part_and_late_records_find_the_price_of_their_own() -> None:
    made = measured(FROM_MID_JANUARY, UsageMetered("storage"))
    facts = Facts(
        usage=[
            usage("1", date(2026, 1, 15), 2),
            usage("2", date(2026, 1, 16), 3),
            usage("3", date(2026, 1, 14), 1, date(2026, 2, 20)),
        ]
    )
    assert shown(made, facts) == [
        "service 2026-01-01..2026-01-15 620.00 EUR",
        "corrects service 2026-01-01..2026-01-15 310.00 EUR",
        "service 2026-01-16..2026-01-31 1860.00 EUR",
    ]


def worked(day: date, hours: str) -> TimeEntry:
    return TimeEntry(f"T-{day:%m%d}-{hours}", "anna", day, hours, "C-1", "1")


def test_time_costs_what_an_hour_costs_on_its_day() -> None:
    made = measured(ramp("90", "100", date(2026, 1, 16)), TimeWorked())
    facts = Facts(time=[worked(date(2026, 1, 15), "2"), worked(date(2026, 1, 16), "-3")])
    assert shown(made, facts, date(2026, 2, 1)) == [
        "service 2026-01-01..2026-01-15 180.00 EUR",
        "service 2026-01-16..2026-01-31 -300.00 EUR",
    ]
    terms = work_terms([contract(made)])["C-1", "1"]
    assert [terms.unit_price_on(date(2026, 1, day)) for day in (15, 16)] == [
        ExactAmount.of(90, "EUR"),
        ExactAmount.of(100, "EUR"),
    ]


FLEET = Facts(
    devices=[Device("D-1", "laptop", "K-1"), Device("D-2", "laptop", "K-1")],
    device_events=[
        DeviceEvent("D-1", date(2025, 6, 1), EventKind.ON),
        DeviceEvent("D-2", date(2026, 1, 11), EventKind.ON),
    ],
    directory=CUSTOMERS,
)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (CountPolicy.DAILY, ["service {} 200.00 EUR", "service {} 640.00 EUR"]),
        (CountPolicy.FIRST_DAY, ["service {} 150.00 EUR", "service {} 640.00 EUR"]),
        (CountPolicy.PEAK, ["service {} 300.00 EUR", "service {} 640.00 EUR"]),
    ],
)
def test_devices_are_counted_in_each_part(policy: CountPolicy, expected: list[str]) -> None:
    """15 and 16 of 31 days, at 310 and 620 a device; the second device comes on the 11th."""
    made = measured(FROM_MID_JANUARY, DevicesCounted(("computer",), policy))
    days = ["2026-01-01..2026-01-15", "2026-01-16..2026-01-31"]
    assert shown(made, FLEET, date(2026, 2, 1)) == [
        text.format(span) for text, span in zip(expected, days, strict=True)
    ]


def test_devices_in_advance_are_trued_up_part_by_part() -> None:
    made = measured(
        FROM_MID_JANUARY,
        DevicesCounted(("computer",), CountPolicy.ADVANCE_TRUE_UP),
        last_day=date(2026, 1, 31),
        timing=Timing.ADVANCE,
    )
    assert shown(made, FLEET) == [
        "service 2026-01-01..2026-01-15 150.00 EUR",
        "service 2026-01-16..2026-01-31 640.00 EUR",
        "true_up 2026-01-01..2026-01-15 50.00 EUR",
    ]
    (*_, true_up) = charges(contract(made), FLEET, date(2026, 2, 28))
    assert ("price in force since", "2025-01-01") in true_up.explanation.facts


def test_a_short_period_counted_by_its_peak_stays_unprorated_and_its_parts_add_up_to_it() -> None:
    policy = DevicesCounted(("computer",), CountPolicy.PEAK)
    last_day = date(2026, 1, 20)
    plain = measured(PerUnit.of("310", "EUR"), policy, last_day)
    assert shown(plain, FLEET) == ["service 2026-01-01..2026-01-20 620.00 EUR"]
    cut = measured(ramp("310", "311", date(2026, 1, 16)), policy, last_day)
    assert shown(cut, FLEET) == [
        "service 2026-01-01..2026-01-15 465.00 EUR",
        "service 2026-01-16..2026-01-20 155.50 EUR",
    ]


def test_what_no_price_change_touches_is_not_cut() -> None:
    scheme = ramp("90", "100", date(2026, 1, 16))
    blocks = line(
        scheme,
        kind=ContractType.PREPAYMENT,
        quantity=10,
        recognition=Recognition.AS_DRAWN,
        fund=fund_terms(),
    )
    once = line(scheme, date(2026, 1, 16), kind=ContractType.TRANSACTIONAL, months=None)
    spent = measured(scheme, ExpensesIncurred())
    assert shown(blocks, through=date(2026, 2, 1)) == [
        "service 2026-01-01..2026-01-31 900.00 EUR",
        "service 2026-02-01..2026-02-28 1000.00 EUR",
    ]
    assert shown(once) == ["service 2026-01-16..2026-01-16 100.00 EUR"]
    assert next(spent.periods()).is_whole


def test_a_line_that_has_no_price_on_its_first_day_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"line '1' starts on 2024-12-31, but: no price on"):
        line(FROM_MID_JANUARY, date(2024, 12, 31))
    index = Uplifted(PerUnit.of("1", "EUR"), Uplift.by_index(date(2024, 1, 1), ["2"]))
    with pytest.raises(InvalidValue, match="for the anniversary 2026-01-01"):
        line(index, date(2026, 1, 1))
    assert line(index, date(2025, 12, 31)).id == "1"


# --- laws ----------------------------------------------------------------------------------------

_changes = st.dates(date(2025, 11, 1), date(2026, 6, 1))
_lines = st.one_of(
    fixed_lines("1", "EUR"),
    usage_lines("1", "EUR"),
    device_lines("1", "EUR", CountPolicy.DAILY),
    device_lines("1", "EUR", CountPolicy.ADVANCE_TRUE_UP),
)


def _amounts(there: Happened, made: ContractLine) -> dict[tuple[str, date, date], Money]:
    """What each service period came to in the end, its corrections included."""
    found: dict[tuple[str, date, date], Money] = {}
    for one in due(contract(made), there.facts(), LONG_OPEN, date(2026, 9, 30)):
        period = one.kind.value, one.service.start, one.service.end
        found[period] = found.get(period, Money.zero("EUR")) + one.amount
    return found


@given(
    there=happened(_lines.map(contract)),
    before=undated_schemes("EUR"),
    after=undated_schemes("EUR"),
    day=_changes,
)
def test_up_to_the_change_a_line_bills_as_one_that_ends_there_and_then_as_one_of_the_new_price(
    there: Happened, before: Scheme, after: Scheme, day: date
) -> None:
    assume(before != after)
    (drawn,) = there.contract.lines
    ramped = _amounts(there, attrs.evolve(drawn, scheme=Ramp.of((date.min, before), (day, after))))
    new = _amounts(there, attrs.evolve(drawn, scheme=after))
    for period, amount in ramped.items():
        if period[1] >= day and period in new:
            assert amount == new[period]
    if drawn.start < day and (drawn.last_day is None or day <= drawn.last_day):
        ended = attrs.evolve(drawn, scheme=before, last_day=day - timedelta(days=1))
        old = {period: amount for period, amount in ramped.items() if period[2] <= day}
        assert old == _amounts(there, ended)


@given(there=happened(_lines.map(contract)), scheme=undated_schemes("EUR"), day=_changes)
def test_a_step_that_changes_nothing_changes_no_charge(
    there: Happened, scheme: Scheme, day: date
) -> None:
    (drawn,) = there.contract.lines
    plain = contract(attrs.evolve(drawn, scheme=scheme))
    ramp_ = contract(attrs.evolve(drawn, scheme=Ramp.of((date.min, scheme), (day, scheme))))
    nothing = Uplift.fixed(day, 0, rounding=None, every=Interval.months(1))
    uplifted = contract(attrs.evolve(drawn, scheme=Uplifted(scheme, nothing)))
    billed = list(due(plain, there.facts(), LONG_OPEN, date(2026, 9, 30)))
    assert list(due(ramp_, there.facts(), LONG_OPEN, date(2026, 9, 30))) == billed
    if drawn.start >= day:
        assert [
            one.amount for one in due(uplifted, there.facts(), LONG_OPEN, date(2026, 9, 30))
        ] == [one.amount for one in billed]


@given(day=st.dates(date(2026, 1, 2), date(2026, 12, 30)), cents=st.integers(0, 10**6))
def test_twelve_months_through_a_ramp_are_the_days_of_each_price(day: date, cents: int) -> None:
    """The year costs the months of each price; only the month of the change is in two parts."""
    before, after = ExactAmount.of(Fraction(cents, 100), "EUR"), ExactAmount.of("77.77", "EUR")
    made = line(
        Ramp.of((date.min, PerUnit(before)), (day, PerUnit(after))),
        last_day=date(2026, 12, 31),
    )
    billed = [one.amount for one in due(contract(made), Facts(), TERMS, date(2026, 12, 31))]
    month = Month.containing(day)
    part = Fraction(day.day - 1, month.last_day.day)
    expected = [before.settle()] * (month.month - 1)
    expected += [(before * part).settle()] * (day.day > 1)
    expected += [(after * (1 - part)).settle()]
    expected += [after.settle()] * (12 - month.month)
    assert money_sum(billed, "EUR") == money_sum(expected, "EUR")

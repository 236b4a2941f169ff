"""An amendment that changes a price within a period is refused where something is charged twice."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import Facts, due
from harmony_core.contracts import (
    Amendment,
    ContractEvent,
    ContractLine,
    LineBegins,
    LineEnds,
    LineRunsOn,
    NewPrice,
)
from harmony_core.errors import RuleBroken
from harmony_core.finance import Money
from harmony_core.periods import Timing
from harmony_core.pricing import (
    AtLeast,
    CapacityStep,
    CapacitySteps,
    Flat,
    PerUnit,
    Ramp,
    Scheme,
    Uplift,
    Uplifted,
)
from harmony_core.products import (
    ContractType,
    CountPolicy,
    DevicesCounted,
    FixedQuantity,
    QuantitySource,
    TimeWorked,
    UnitsMetered,
    UsageMetered,
)
from harmony_core.work import UsageRecord
from tests.strategies import TERMS, contract, line

PLAIN, LEAST = PerUnit.of(1, "EUR"), AtLeast.of(PerUnit.of(1, "EUR"), 100)
METER = UsageMetered("storage")
STEP = CapacitySteps([CapacityStep.of(9, "EUR", {"users": None})])


def measured(
    scheme: Scheme, source: QuantitySource = METER, start: date = date(2026, 1, 15)
) -> ContractLine:
    return line(
        scheme,
        start,
        kind=ContractType.CONSUMPTION,
        quantity=0,
        source=source,
        timing=Timing.ARREARS,
    )


def amended(made: ContractLine, scheme: Scheme, day: date) -> None:
    change = Amendment("A-1", "C-1", date(2026, 1, 20), day, NewPrice("1", scheme))
    contract(made).amended(change)


@pytest.mark.parametrize(
    ("made", "scheme", "once"),
    [
        (measured(LEAST), LEAST.repriced(lambda price: price * 2), "a minimum charge"),
        (measured(PLAIN), LEAST, "a minimum charge"),
        (measured(LEAST), PLAIN, "a minimum charge"),
        (measured(Flat.of(5, "EUR")), PLAIN, "a flat amount"),
        (
            measured(STEP, UnitsMetered({"users": METER})),
            STEP.repriced(lambda price: price * 2),
            "a step of capacity",
        ),
    ],
)
def test_a_new_price_within_a_period_is_refused_where_something_is_charged_twice(
    made: ContractLine, scheme: Scheme, once: str
) -> None:
    day = date(2026, 3, 1)
    reason = (
        "amendment 'A-1', line '1': its price changes on 2026-03-01, within the service period "
        f"2026-02-15..2026-03-14, and has {once}: each part of the period would have it in full; "
        "let the price change on 2026-02-15 or 2026-03-15"
    )
    with pytest.raises(RuleBroken) as refused:
        amended(made, scheme, day)
    assert str(refused.value) == reason
    amended(made, scheme, date(2026, 2, 15))
    amended(made, scheme, date(2026, 3, 15))


def test_what_goes_by_units_or_prorates_may_change_on_any_day() -> None:
    day = date(2026, 3, 1)
    amended(measured(PLAIN), PerUnit.of(2, "EUR"), day)
    amended(measured(LEAST), LEAST, day)  # it changes nothing
    amended(line(LEAST, source=FixedQuantity()), PLAIN, date(2026, 3, 5))
    amended(measured(LEAST, DevicesCounted(("laptop",), CountPolicy.DAILY)), PLAIN, day)


def test_time_goes_by_calendar_month() -> None:
    amended(measured(LEAST, TimeWorked()), PLAIN, date(2026, 3, 1))
    with pytest.raises(RuleBroken, match=r"within the service period 2026-03-01\.\.2026-03-31"):
        amended(measured(LEAST, TimeWorked()), PLAIN, date(2026, 3, 15))


def test_a_new_line_and_a_new_price_that_change_by_themselves_are_looked_at_too() -> None:
    later = Ramp.of((date(2026, 1, 1), LEAST), (date(2027, 6, 1), PLAIN))
    with pytest.raises(RuleBroken, match="changes on 2027-06-01, within the service period"):
        amended(measured(PLAIN), later, date(2026, 2, 15))
    new = attrs.evolve(measured(later), id="2")
    with pytest.raises(RuleBroken, match="line '2': its price changes on 2027-06-01"):
        contract(measured(PLAIN)).amended(
            Amendment("A-1", "C-1", date(2026, 1, 10), date(2026, 1, 15), LineBegins(new))
        )


def test_a_contract_made_by_hand_can_be_asked() -> None:
    later_steps = (date(2027, 5, 15), LEAST), (date(2027, 6, 1), PLAIN)
    later = Ramp.of((date(2026, 1, 1), PLAIN), *later_steps)
    made = contract(measured(later))
    assert list(made.charged_twice()) == ["1"]
    assert contract(measured(LEAST)).charged_twice() == {}
    unknown = Uplifted(LEAST, Uplift.by_index(date(2026, 1, 20), [1]))
    assert "changes on 2027-01-20" in contract(measured(unknown)).charged_twice()["1"]
    # what was so before is not the fault of a later amendment that keeps it
    dearer = NewPrice("1", Ramp.of((date(2026, 1, 1), PerUnit.of(2, "EUR")), *later_steps))
    made.amended(Amendment("A-1", "C-1", date(2026, 1, 20), date(2026, 2, 15), dearer))


@given(day=st.dates(date(2026, 1, 16), date(2028, 12, 31)), first=st.integers(1, 31))
def test_a_new_price_holds_from_the_first_day_of_a_period_and_from_no_other(
    day: date, first: int
) -> None:
    made = measured(LEAST, start=date(2026, 1, first))
    starts = set()
    for period in made.periods():
        starts.add(period.span.start)
        if period.span.start > day:
            break
    if day in starts or day < made.start:
        amended(made, PLAIN, day)
    else:
        with pytest.raises(RuleBroken, match="each part of the period would have it in full"):
            amended(made, PLAIN, day)
        amended(made, PLAIN, min(one for one in starts if one > day))


@given(
    st.dates(date(2026, 1, 16), date(2026, 6, 30)),
    st.integers(0, 90),
    st.sampled_from([PLAIN, LEAST]),
    st.booleans(),
    st.integers(0, 40),
)
def test_a_line_runs_on_again_only_where_no_period_charges_a_minimum_twice(
    ends: date, pause: int, scheme: Scheme, late: bool, used: int
) -> None:
    """Whatever becomes known first, each period of usage has its minimum once."""
    again = ends + timedelta(days=pause)
    sold, agreed = contract(measured(scheme)), date(2026, 1, 15)
    gone = Amendment("S", "C-1", agreed, ends, LineEnds("1"), event=ContractEvent.SUSPENSION)
    back = Amendment("R", "C-1", agreed, again, LineRunsOn("1"), event=ContractEvent.RESUMPTION)
    if not pause:
        back = attrs.evolve(back, agreed_on=date(2026, 1, 16))
    period = next(one.span for one in sold.lines[0].periods() if again in one.span)
    within = period.start < ends < again
    order = [back, gone] if late else [gone, back]
    if within and scheme is LEAST:
        with pytest.raises(RuleBroken, match="a minimum charge: each part of the period would"):
            sold.amended(order[0]).amended(order[1])
        later = attrs.evolve(back, first_day=period.end)
        sold.amended(gone).amended(later)
        return
    made = sold.amended(order[0]).amended(order[1])
    usage = [UsageRecord("u", "probe", period.start, "K-1", "storage", used)]
    for charge in due(made, Facts(usage=usage), TERMS, date(2026, 12, 1)):
        if scheme is LEAST:
            assert charge.amount == Money.of(100, "EUR")


def test_the_refusal_of_a_second_part_names_the_days_that_fit() -> None:
    sold, agreed = contract(measured(LEAST)), date(2026, 1, 20)
    gone = Amendment(
        "S", "C-1", agreed, date(2026, 2, 20), LineEnds("1"), event=ContractEvent.SUSPENSION
    )
    back = Amendment(
        "R", "C-1", agreed, date(2026, 3, 1), LineRunsOn("1"), event=ContractEvent.RESUMPTION
    )
    with pytest.raises(RuleBroken) as refused:
        sold.amended(gone).amended(back)
    assert str(refused.value) == (
        "amendment 'R', line '1': it ends on 2026-02-19 and runs on from 2026-03-01, within the "
        "service period 2026-02-15..2026-03-14, and has a minimum charge: each part of the period "
        "would have it in full; let it run on from 2026-02-20 or 2026-03-15, by an amendment of "
        "its own where other lines cannot on that day"
    )
    by_hand = attrs.evolve(sold, amendments=[gone, back])
    assert "would have it in full" in by_hand.charged_twice()["1"]

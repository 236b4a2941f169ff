"""Counts by policy, and what they cost."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import (
    AssetTypes,
    CountPolicy,
    Device,
    advance_true_up,
    count_devices,
    device_amount,
)
from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import Money
from harmony_core.periods import Span
from harmony_core.pricing import BandTable, FillUp, LookUp, PerUnit, Scheme

APRIL = Span.of_days(date(2026, 4, 1), date(2026, 4, 30))
TREE = AssetTypes(
    {"computer": None, "workstation": "computer", "laptop": "workstation", "phone": None}
)
EACH_30 = PerUnit.of("30.00", "EUR")
BANDS = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])


def day(number: int) -> date:
    return date(2026, 4, number)


def device(id_: str, *windows: tuple[date, date | None], type_: str = "workstation") -> Device:
    return Device(id_, type_, "K-1", windows)


EARLIER = date(2026, 1, 1)
FLEET = (
    device("d1", (EARLIER, None)),
    device("d2", (EARLIER, day(11))),
    device("d3", (day(16), None)),
    device("d4", (day(16), day(26))),
    device("d5", (date(2026, 5, 1), None)),
)


@st.composite
def fleets(draw: st.DrawFn) -> list[Device]:
    days = st.integers(-20, 40).map(lambda number: APRIL.start + timedelta(days=number))
    devices = []
    for number in range(draw(st.integers(0, 8))):
        windows = []
        for _ in range(draw(st.integers(1, 3))):
            on = draw(days)
            length = draw(st.none() | st.integers(0, 25))
            windows.append((on, None if length is None else on + timedelta(days=length)))
        type_ = draw(st.sampled_from(["workstation", "laptop", "phone"]))
        devices.append(Device(f"d{number}", type_, "K-1", windows))
    return devices


schemes: st.SearchStrategy[Scheme] = st.sampled_from(
    [EACH_30, LookUp(BANDS), FillUp(BANDS), PerUnit.of("9.99", "EUR")]
)


def quantity(devices: list[Device], policy: CountPolicy, period: Span = APRIL) -> Fraction:
    return count_devices(devices, period, policy, ["computer"], TREE).quantity


@given(fleets())
def test_no_policy_counts_more_than_any_active_and_peak_is_the_most_of_a_day(
    devices: list[Device],
) -> None:
    any_active = quantity(devices, CountPolicy.ANY_ACTIVE)
    peak = quantity(devices, CountPolicy.PEAK)
    assert quantity(devices, CountPolicy.FIRST_DAY) <= peak <= any_active
    assert quantity(devices, CountPolicy.LAST_DAY) <= peak


@given(fleets())
def test_device_days_are_the_sum_of_the_days(devices: list[Device]) -> None:
    count = count_devices(devices, APRIL, CountPolicy.DAILY, ["computer"], TREE)
    one_by_one = [
        quantity(devices, CountPolicy.FIRST_DAY, Span.starting(each, 1))
        for each in APRIL.each_day()
    ]
    assert list(count.per_day) == one_by_one
    assert count.quantity == sum(one_by_one)
    assert max(one_by_one) == quantity(devices, CountPolicy.PEAK)


@given(fleets(), st.integers(1, 29))
def test_device_days_of_two_halves_are_those_of_the_whole(devices: list[Device], cut: int) -> None:
    middle = APRIL.start + timedelta(days=cut)
    halves = [Span(APRIL.start, middle), Span(middle, APRIL.end)]
    assert quantity(devices, CountPolicy.DAILY) == sum(
        quantity(devices, CountPolicy.DAILY, half) for half in halves
    )


@given(fleets(), st.sampled_from(CountPolicy), st.data())
def test_neither_the_order_nor_the_repetition_of_devices_matters(
    devices: list[Device], policy: CountPolicy, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*devices, *devices]))
    count = count_devices(devices, APRIL, policy, ["computer"], TREE)
    assert count_devices(shuffled, APRIL, policy, ["computer"], TREE) == count
    assert list(count.device_ids) == sorted(set(count.device_ids))


@given(fleets(), st.sampled_from(CountPolicy))
def test_the_ids_are_the_count(devices: list[Device], policy: CountPolicy) -> None:
    count = count_devices(devices, APRIL, policy, ["computer"], TREE)
    if policy is CountPolicy.DAILY:
        alone = [one for one in devices if one.id in count.device_ids]
        assert count_devices(alone, APRIL, policy, ["computer"], TREE) == count
    else:
        assert count.quantity == count.counted == len(count.device_ids)


@given(fleets(), schemes, st.booleans(), st.integers(0, 3))
def test_advance_and_true_up_are_what_daily_bills(
    devices: list[Device], scheme: Scheme, credits_given: bool, minimum: int
) -> None:
    settled = advance_true_up(
        devices, APRIL, scheme, credits_given, types=["computer"], asset_types=TREE, minimum=minimum
    )
    daily = count_devices(devices, APRIL, CountPolicy.DAILY, ["computer"], TREE, minimum=minimum)
    whole = device_amount(daily, scheme).amount
    if credits_given or settled.true_up:
        assert settled.advance + settled.true_up == whole
    else:
        assert settled.advance >= whole
    assert settled.true_up.exact.value == settled.explanation.evaluate()


@given(fleets(), schemes, st.sampled_from(CountPolicy))
def test_an_amount_is_what_its_explanation_says(
    devices: list[Device], scheme: Scheme, policy: CountPolicy
) -> None:
    count = count_devices(devices, APRIL, policy, ["computer"], TREE)
    priced = device_amount(count, scheme)
    assert priced.amount.exact.value == priced.explanation.value == priced.explanation.evaluate()


@pytest.mark.parametrize(
    ("policy", "billed", "ids", "amount"),
    [
        (CountPolicy.FIRST_DAY, 2, ("d1", "d2"), "60.00"),
        (CountPolicy.LAST_DAY, 2, ("d1", "d3"), "60.00"),
        (CountPolicy.PEAK, 3, ("d1", "d3", "d4"), "90.00"),
        (CountPolicy.ANY_ACTIVE, 4, ("d1", "d2", "d3", "d4"), "120.00"),
        (CountPolicy.DAILY, 65, ("d1", "d2", "d3", "d4"), "65.00"),
        (CountPolicy.ADVANCE_TRUE_UP, 2, ("d1", "d2"), "60.00"),
    ],
)
def test_one_fleet_bills_60_to_120(
    policy: CountPolicy, billed: int, ids: tuple[str, ...], amount: str
) -> None:
    count = count_devices(FLEET, APRIL, policy, ["workstation"])
    assert count.quantity == billed
    assert count.device_ids == ids
    assert device_amount(count, EACH_30).amount == Money.of(amount, "EUR")


def test_the_same_fleet_in_advance_is_settled_by_five_euro() -> None:
    settled = advance_true_up(FLEET, APRIL, EACH_30, types=["workstation"])
    assert settled.advance == Money.of("60.00", "EUR")
    assert settled.true_up == Money.of("5.00", "EUR")


@pytest.mark.parametrize(
    ("scheme", "true_up", "without_credits"),
    [(LookUp(BANDS), "-5.00", "0.00"), (FillUp(BANDS), "5.00", "5.00")],
)
def test_growth_past_a_band_limit(scheme: Scheme, true_up: str, without_credits: str) -> None:
    fleet = [device(f"w{number}", (EARLIER, None)) for number in range(10)]
    fleet.append(device("w10", (day(16), None)))
    settled = advance_true_up(fleet, APRIL, scheme, types=["workstation"])
    assert settled.advance == Money.of("120.00", "EUR")
    assert settled.true_up == Money.of(true_up, "EUR")
    kept = advance_true_up(fleet, APRIL, scheme, credits=False, types=["workstation"])
    assert kept.true_up == Money.of(without_credits, "EUR")


def test_bands_apply_to_the_devices_of_a_day_and_not_to_device_days() -> None:
    fleet = [device(f"w{number}", (EARLIER, None)) for number in range(10)]
    count = count_devices(fleet, APRIL, CountPolicy.DAILY, ["workstation"])
    assert count.quantity == 300
    assert device_amount(count, LookUp(BANDS)).amount == Money.of("120.00", "EUR")


def test_a_minimum_is_billed_and_the_count_stays_true() -> None:
    count = count_devices(FLEET, APRIL, CountPolicy.LAST_DAY, ["workstation"], minimum=5)
    assert count.quantity == 5
    assert count.counted == 2
    assert count.device_ids == ("d1", "d3")
    assert device_amount(count, EACH_30).amount == Money.of("150.00", "EUR")


def test_a_minimum_of_devices_holds_on_every_day() -> None:
    count = count_devices(FLEET, APRIL, CountPolicy.DAILY, ["workstation"], minimum=2)
    assert count.counted == 65
    assert count.quantity == 70  # from 11 to 15 April only one was there
    assert device_amount(count, EACH_30).amount == Money.of("70.00", "EUR")


def test_no_device_at_all_is_nothing_to_bill() -> None:
    for policy in CountPolicy:
        count = count_devices([], APRIL, policy, ["workstation"])
        assert count.quantity == 0
        assert count.device_ids == ()
        assert device_amount(count, LookUp(BANDS)).amount == Money.zero("EUR")


def test_a_device_that_vanished_and_returned_counts_once_a_period() -> None:
    back = device("d1", (EARLIER, day(5)), (day(10), day(12)), (day(20), None))
    assert count_devices([back], APRIL, CountPolicy.ANY_ACTIVE, ["workstation"]).quantity == 1
    assert count_devices([back], APRIL, CountPolicy.DAILY, ["workstation"]).quantity == 4 + 2 + 11


def test_a_device_that_two_sources_report_counts_once() -> None:
    one, other = device("d1", (EARLIER, day(5))), device("d1", (day(3), day(10)))
    count = count_devices([one, other], APRIL, CountPolicy.DAILY, ["workstation"])
    assert count.quantity == 9
    assert list(count.per_day[:10]) == [Fraction(1)] * 9 + [Fraction(0)]


def test_a_device_swapped_on_the_last_day() -> None:
    fleet = [device("old", (EARLIER, day(30))), device("new", (day(30), None))]
    last = count_devices(fleet, APRIL, CountPolicy.LAST_DAY, ["workstation"])
    assert last.device_ids == ("new",)
    assert count_devices(fleet, APRIL, CountPolicy.PEAK, ["workstation"]).quantity == 1
    assert count_devices(fleet, APRIL, CountPolicy.ANY_ACTIVE, ["workstation"]).quantity == 2


def test_sub_types_count_under_their_ancestors() -> None:
    fleet = [
        device("pc", (EARLIER, None)),
        device("lap", (EARLIER, None), type_="laptop"),
        device("tel", (EARLIER, None), type_="phone"),
    ]
    policy = CountPolicy.FIRST_DAY
    assert count_devices(fleet, APRIL, policy, ["computer"], TREE).device_ids == ("lap", "pc")
    assert count_devices(fleet, APRIL, policy, ["laptop"], TREE).device_ids == ("lap",)
    both = count_devices(fleet, APRIL, policy, ["workstation", "laptop", "phone"], TREE)
    assert both.device_ids == ("lap", "pc", "tel")
    assert count_devices(fleet, APRIL, policy, ["computer"]).device_ids == ()


def test_a_cliff_of_the_calendar() -> None:
    """A device that came on the first day of the next period, or went off on the first of this."""
    fleet = [device("gone", (EARLIER, day(1))), device("next", (date(2026, 5, 1), None))]
    for policy in CountPolicy:
        assert count_devices(fleet, APRIL, policy, ["workstation"]).device_ids == ()


def test_questions_without_an_answer_are_refused() -> None:
    policy = CountPolicy.PEAK
    with pytest.raises(InvalidValue, match="at least one day"):
        count_devices(FLEET, Span(day(1), day(1)), policy, ["workstation"])
    with pytest.raises(InvalidValue, match="no asset type named"):
        count_devices(FLEET, APRIL, policy, [])
    with pytest.raises(InvalidValue, match="minimum must not be below zero"):
        count_devices(FLEET, APRIL, policy, ["workstation"], minimum=-1)
    with pytest.raises(NotFound, match="no asset type 'worksation'"):
        count_devices(FLEET, APRIL, policy, ["worksation"], TREE)

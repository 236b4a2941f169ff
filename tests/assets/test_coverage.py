"""Every billable device day is on exactly one line, or listed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import (
    AssetTypes,
    CountPolicy,
    CoverageReport,
    CoveredDays,
    Device,
    DeviceCoverage,
    NotCounted,
    count_devices,
)
from harmony_core.billing import Facts
from harmony_core.contracts import (
    Amendment,
    Change,
    Contract,
    LineBegins,
    LineEnds,
    LineRunsOn,
    Side,
)
from harmony_core.culture import Culture
from harmony_core.errors import NotFound
from harmony_core.parties import Customer, Directory
from harmony_core.periods import Span, Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import ContractType, DevicesCounted
from tests.strategies import line

TYPES = AssetTypes(
    {"computer": None, "workstation": "computer", "laptop": "workstation", "phone": None}
)
JANUARY = date(2026, 1, 1)
APRIL = Span.of_days(date(2026, 4, 1), date(2026, 4, 30))
EACH = PerUnit.of("30.00", "EUR")


def day(number: int) -> date:
    return date(2026, 4, number)


def counting(
    id_: str,
    types: str | tuple[str, ...],
    policy: CountPolicy = CountPolicy.DAILY,
    start: date = JANUARY,
    last_day: date | None = None,
) -> Any:
    return line(
        EACH,
        start,
        last_day,
        id=id_,
        kind=ContractType.CONSUMPTION,
        quantity=0,
        source=DevicesCounted(types, policy),
        timing=Timing.ARREARS,
    )


def contract(
    id_: str, *lines: Any, party: str = "K-1", side: Side = Side.SELL, **more: Any
) -> Contract:
    return Contract(id_, side, party, "GB", "EUR", lines, **more)


def device(
    id_: str, type_: str = "laptop", *windows: tuple[date, date | None], customer: str = "K-1"
) -> Device:
    return Device(id_, type_, customer, windows or [(JANUARY, None)])


DIRECTORY = Directory(
    [
        Customer("K-1", "Miller & Co", "GB", "GBP"),
        Customer("K-2", "Baker", "GB", "GBP"),
        Customer("K-9", "Miller Ltd", "GB", "GBP", merged_into="K-1"),
    ]
)

days_around = st.integers(-20, 45).map(lambda number: APRIL.start + timedelta(days=number))
customers = st.sampled_from(["K-1", "K-2", "K-9"])


@st.composite
def fleets(draw: st.DrawFn) -> list[Device]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        windows = []
        for _ in range(draw(st.integers(1, 2))):
            on = draw(days_around)
            length = draw(st.none() | st.integers(0, 25))
            windows.append((on, None if length is None else on + timedelta(days=length)))
        type_ = draw(st.sampled_from(sorted(TYPES.parents)))
        found.append(Device(f"d{number}", type_, draw(customers), windows))
    return found


@st.composite
def agreements(draw: st.DrawFn, policy: CountPolicy | None = None) -> list[Contract]:
    found = []
    for number in range(draw(st.integers(0, 3))):
        lines = []
        for each in range(draw(st.integers(1, 2))):
            start = draw(days_around)
            last = draw(st.none() | st.integers(0, 40))
            lines.append(
                counting(
                    str(each),
                    draw(st.sampled_from(["computer", "laptop", "phone"])),
                    policy or draw(st.sampled_from(CountPolicy)),
                    start,
                    None if last is None else start + timedelta(days=last),
                )
            )
        id_, amendments = f"C-{number}", []
        if draw(st.booleans()):
            until = draw(days_around)
            changes: list[Change] = [LineEnds("0"), LineRunsOn("0", until)]
            change = draw(st.sampled_from(changes))
            amendments = [Amendment("A-1", id_, JANUARY, draw(days_around), [change])]
        side = draw(st.sampled_from([Side.SELL, Side.SELL, Side.BUY]))
        found.append(contract(id_, *lines, party=draw(customers), side=side, amendments=amendments))
    return found


def covering(contracts: list[Contract], one: Device, on: date) -> list[tuple[str, str]]:
    """Lines that pick a device up on a day, by asking every line of every contract."""
    same = DIRECTORY.resolve(one.customer_id)
    return sorted(
        (each.id, known.id)
        for each in contracts
        for known in each.lines_ever
        if each.side is Side.SELL
        and DIRECTORY.resolve(each.party_id) == same
        and isinstance(known.source, DevicesCounted)
        and any(TYPES.is_a(one.type, type_) for type_ in known.source.types)
        and each.line_on(known.id, on) is not None
    )


def places(found: tuple[CoveredDays, ...]) -> list[tuple[str, date]]:
    return [(one.device_id, each) for one in found for each in one.days.each_day()]


@given(agreements(), fleets())
def test_every_device_day_is_billed_once_or_listed(
    contracts: list[Contract], devices: list[Device]
) -> None:
    report = DeviceCoverage(contracts, TYPES, DIRECTORY).report(devices, APRIL)
    expected: list[set[tuple[str, date]]] = [set(), set(), set()]
    for one in devices:
        for each in APRIL.each_day():
            if one.is_active(each):
                lines = covering(contracts, one, each)
                expected[min(len(lines), 2)].add((one.id, each))
    for found, wanted in zip((report.gaps, report.once, report.overlaps), expected, strict=True):
        assert len(places(found)) == len(set(places(found)))
        assert set(places(found)) == wanted
    for part in (*report.once, *report.overlaps):
        one = next(each for each in devices if each.id == part.device_id)
        for each in part.days.each_day():
            assert list(part.lines) == covering(contracts, one, each)
    assert report.is_sound == (not expected[0] and not expected[2] and not report.not_counted)


@given(agreements(), fleets(), st.data())
def test_both_directions_agree(
    contracts: list[Contract], devices: list[Device], data: st.DataObject
) -> None:
    coverage = DeviceCoverage(contracts, TYPES, DIRECTORY)
    on = data.draw(days_around)
    table = coverage.table(on)
    for type_ in TYPES.parents:
        rows = coverage.lines_of_type(type_, on)
        assert rows == tuple(row for row in table if type_ in row.types)
        for row in table:
            assert (row in rows) == (type_ in row.types)
            assert set(row.types) <= set(coverage.types_of(row.contract_id, on))
    for row in table:
        found = coverage.devices_of_line(*row.key, devices, on)
        for one in devices:
            assert (one.id in found) == (row.key in coverage.lines_of_device(one, on))
            if one.id in found:
                assert row in coverage.lines_of_type(one.type, on, one.customer_id)


@given(agreements(CountPolicy.DAILY), fleets())
def test_device_days_on_lines_are_what_these_count(
    contracts: list[Contract], devices: list[Device]
) -> None:
    """The report and the count that billing makes look at the same devices."""
    report = DeviceCoverage(contracts, TYPES, DIRECTORY).report(devices, APRIL)
    assert report.not_counted == ()
    facts = Facts(devices=devices, directory=DIRECTORY)
    for each in contracts:
        for known in each.lines_ever if each.side is Side.SELL else ():
            assert isinstance(known.source, DevicesCounted)
            on_line = sum(
                part.days.days
                for part in (*report.once, *report.overlaps)
                if (each.id, known.id) in part.lines
            )
            mine = facts.devices_of(each.party_id)
            counted = sum(
                count_devices(mine, days, CountPolicy.DAILY, known.source.types, TYPES).counted
                for days, _ in each.parts(known.id, APRIL)
            )
            assert on_line == counted


@given(agreements(), fleets(), st.data())
def test_order_and_repetition_do_not_matter(
    contracts: list[Contract], devices: list[Device], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*devices, *devices]))
    turned = data.draw(st.permutations(contracts))
    report = DeviceCoverage(contracts, TYPES, DIRECTORY).report(devices, APRIL)
    assert DeviceCoverage(turned, TYPES, DIRECTORY).report(shuffled, APRIL) == report


def reported(contracts: list[Contract], *devices: Device, **more: Any) -> CoverageReport:
    return DeviceCoverage(contracts, TYPES, DIRECTORY).report(devices, APRIL, **more)


def test_a_device_on_two_lines_is_an_overlap_on_the_days_of_both() -> None:
    contracts = [
        contract("C-1", counting("1", "computer")),
        contract("C-2", counting("1", "laptop", start=day(11), last_day=day(20))),
    ]
    report = reported(contracts, device("pc-1"))
    [overlap] = report.overlaps
    assert (overlap.days, overlap.lines) == (
        Span.of_days(day(11), day(20)),
        (("C-1", "1"), ("C-2", "1")),
    )
    assert [one.days.days for one in report.once] == [10, 10]
    assert report.as_text() == "pc-1 (laptop, K-1) 2026-04-11..2026-04-20: billed by C-1 1, C-2 1"
    assert report.as_text(Culture.of("de")) == (
        "pc-1 (laptop, K-1) 2026-04-11..2026-04-20: berechnet von C-1 1, C-2 1"
    )


def test_a_type_that_no_agreement_picks_up_is_a_gap_unless_it_is_not_billable() -> None:
    contracts = [contract("C-1", counting("1", "computer"))]
    phone = device("tel-1", "phone", (day(10), None))
    report = reported(contracts, device("pc-1"), phone)
    assert [(one.device_id, one.days.start) for one in report.gaps] == [("tel-1", day(10))]
    assert report.as_text(Culture.of("de")) == (
        "tel-1 (phone, K-1) 2026-04-10..2026-04-30: von keiner Position berechnet"
    )
    assert reported(contracts, device("pc-1"), phone, billable=["computer"]).is_sound
    with pytest.raises(NotFound, match="no asset type 'phnoe'"):
        reported(contracts, phone, billable=["phnoe"])


def test_a_device_of_a_type_that_nobody_knows_is_a_gap_and_named() -> None:
    contracts = [contract("C-1", counting("1", "computer"))]
    report = reported(contracts, device("x-1", "labtop"), billable=["computer"])
    assert report.unknown_types == ("x-1",)
    assert [one.device_id for one in report.gaps] == ["x-1"]


def test_what_is_bought_bills_nobody_and_merged_customers_are_one() -> None:
    bought = contract("B-1", counting("1", "computer"), side=Side.BUY)
    assert reported([bought], device("pc-1")).gaps
    sold = contract("C-1", counting("1", "computer"))
    assert reported([sold], device("pc-1", customer="K-9")).is_sound
    assert reported([sold], device("pc-1", customer="K-2")).gaps


@pytest.mark.parametrize(
    ("policy", "missed"),
    [
        (CountPolicy.FIRST_DAY, ["d3", "d4"]),
        (CountPolicy.LAST_DAY, ["d2", "d4"]),
        (CountPolicy.PEAK, ["d2"]),
        (CountPolicy.ANY_ACTIVE, []),
        (CountPolicy.DAILY, []),
        (CountPolicy.ADVANCE_TRUE_UP, []),
    ],
)
def test_who_is_picked_up_but_not_counted_is_listed(policy: CountPolicy, missed: list[str]) -> None:
    fleet = (
        device("d1"),
        device("d2", "laptop", (JANUARY, day(11))),
        device("d3", "laptop", (day(16), None)),
        device("d4", "laptop", (day(16), day(26))),
    )
    report = reported([contract("C-1", counting("1", "computer", policy))], *fleet)
    assert report.gaps == report.overlaps == ()
    assert report.not_counted == tuple(
        NotCounted(id_, ("C-1", "1"), APRIL, policy) for id_ in missed
    )
    assert report.is_sound == (not missed)
    text = report.as_text(Culture.of("de"))
    assert text.count("von C-1 1 erfasst, aber nach deren Regel nicht gezählt: ") == len(missed)


def test_the_table_shows_lines_as_they_were_amended() -> None:
    ended = Amendment("A-1", "C-1", day(1), day(16), [LineEnds("1")])
    added = Amendment(
        "A-2", "C-1", day(1), day(16), [LineBegins(counting("2", "phone", start=day(16)))]
    )
    amended = contract("C-1", counting("1", "computer"), amendments=[ended, added])
    coverage = DeviceCoverage([amended], TYPES)
    [before] = coverage.table(day(15))
    assert (before.line_id, before.named, before.last_day) == ("1", ("computer",), None)
    assert before.types == ("computer", "laptop", "workstation")
    assert coverage.types_of("C-1", day(15)) == ("computer", "laptop", "workstation")
    assert coverage.types_of("C-1", day(16)) == ("phone",)
    assert [row.key for row in coverage.lines_of_type("phone", day(16))] == [("C-1", "2")]
    report = coverage.report([device("pc-1")], APRIL)
    assert [one.days for one in report.gaps] == [Span.of_days(day(16), day(30))]


def test_questions_about_what_is_not_there_are_refused() -> None:
    coverage = DeviceCoverage([contract("C-1", counting("1", "computer"))], TYPES)
    with pytest.raises(NotFound, match="no line of a contract 'C-9' counts devices"):
        coverage.types_of("C-9", day(1))
    with pytest.raises(NotFound, match="no asset type 'labtop'"):
        coverage.lines_of_type("labtop", day(1))
    with pytest.raises(NotFound, match="no line '9' of a contract 'C-1' counts devices"):
        coverage.devices_of_line("C-1", "9", [], day(1))
    with pytest.raises(NotFound, match="no asset type 'labtop'"):
        DeviceCoverage([contract("C-1", counting("1", "labtop"))], TYPES)

"""Devices from windows and from events."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import (
    Device,
    DeviceEvent,
    EventKind,
    Window,
    devices_from_events,
)
from harmony_core.errors import InvalidValue
from harmony_core.periods import Span

APRIL = date(2026, 4, 1)
ON, OFF = EventKind.ON, EventKind.OFF

days = st.integers(0, 40).map(lambda number: APRIL + timedelta(days=number))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    on = draw(days)
    length = draw(st.none() | st.integers(0, 15))
    return on, None if length is None else on + timedelta(days=length)


events = st.lists(
    st.builds(
        DeviceEvent,
        st.sampled_from(["D-1", "D-2", "ghost"]),
        days,
        st.sampled_from(EventKind),
        st.none() | days,
    ),
    max_size=14,
)
REGISTER = (Device("D-1", "laptop", "K-1"), Device("D-2", "server", "K-1"))


def day(number: int) -> date:
    return date(2026, 4, number)


def spans(*pairs: tuple[int, int | None]) -> tuple[Window, ...]:
    return tuple((day(on), None if off is None else day(off)) for on, off in pairs)


@given(st.lists(windows(), max_size=6), st.integers(0, 60))
def test_joined_windows_hold_the_same_days(given_windows: list[Window], number: int) -> None:
    on_day = APRIL + timedelta(days=number)
    device = Device("D", "laptop", "K", given_windows)
    inside = any(on <= on_day and (off is None or on_day < off) for on, off in given_windows)
    assert device.is_active(on_day) == inside
    assert any(on_day in part for part in device.active_in(Span.starting(on_day, 1))) == inside


@given(st.lists(windows(), max_size=6), st.data())
def test_a_device_is_one_value_however_its_days_were_written(
    given_windows: list[Window], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*given_windows, *given_windows]))
    assert Device("D", "laptop", "K", shuffled) == Device("D", "laptop", "K", given_windows)


@given(events, st.data())
def test_the_order_and_the_repetition_of_events_do_not_matter(
    given_events: list[DeviceEvent], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*given_events, *given_events]))
    assert devices_from_events(REGISTER, shuffled) == devices_from_events(REGISTER, given_events)


@given(events, days)
def test_what_was_known_on_a_day_is_what_those_events_say(
    given_events: list[DeviceEvent], known: date
) -> None:
    by_then = [event for event in given_events if event.known_on <= known]
    assert devices_from_events(REGISTER, given_events, known) == devices_from_events(
        REGISTER, by_then
    )


@given(events)
def test_every_device_of_the_register_comes_back_once(given_events: list[DeviceEvent]) -> None:
    fleet = devices_from_events(REGISTER, given_events)
    assert [device.id for device in fleet.devices] == ["D-1", "D-2"]
    strangers = {event.device_id for event in given_events} - {"D-1", "D-2"}
    assert any("not in the register" in problem for problem in fleet.problems) == bool(strangers)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ([(1, ON)], spans((1, None))),
        ([(1, ON), (11, OFF)], spans((1, 11))),
        ([(1, ON), (11, OFF), (20, ON)], spans((1, 11), (20, None))),
        ([(1, ON), (3, ON), (11, OFF), (12, OFF)], spans((1, 11))),  # the first stands
        ([(1, ON), (11, OFF), (11, ON)], spans((1, None))),  # a day nets: back the same day
        ([(5, ON), (5, OFF)], ()),  # a day nets: never there
        ([(1, ON), (11, OFF), (15, ON), (15, OFF), (20, ON)], spans((1, 11), (20, None))),
    ],
)
def test_stories(story: list[tuple[int, EventKind]], expected: tuple[Window, ...]) -> None:
    fleet = devices_from_events(
        [Device("D", "laptop", "K")],
        [DeviceEvent("D", day(number), kind) for number, kind in story],
    )
    assert fleet.devices[0].active == expected
    assert fleet.problems == ()


def test_an_off_before_any_on_is_a_problem_and_harms_nothing() -> None:
    fleet = devices_from_events(
        [Device("D", "laptop", "K")],
        [DeviceEvent("D", day(3), OFF), DeviceEvent("D", day(5), ON)],
    )
    assert fleet.devices[0].active == spans((5, None))
    assert fleet.problems == ("device D, 2026-04-03: went off but never came on before; ignored",)


def test_events_of_a_device_nobody_registered_are_listed() -> None:
    fleet = devices_from_events([], [DeviceEvent("X", day(3), ON)])
    assert fleet.devices == ()
    assert fleet.problems == (
        "device X, 2026-04-03: has events but is not in the register; not counted",
    )


def test_a_register_holds_each_device_once_and_no_days() -> None:
    device = Device("D", "laptop", "K")
    with pytest.raises(InvalidValue, match="'D' is in the register twice"):
        devices_from_events([device, device], [])
    with pytest.raises(InvalidValue, match="'D' has days already"):
        devices_from_events([Device("D", "laptop", "K", spans((1, None)))], [])


def test_a_window_cannot_run_backwards() -> None:
    with pytest.raises(InvalidValue, match="cannot go off on 2026-04-01 before"):
        Device("D", "laptop", "K", spans((2, 1)))

"""From events to devices: order does not matter, repetition does no harm.

The rules, by name:

* **the first stands**: an on for a device that is on, or an off for one that is off, changes
  nothing. Two sources may both report, and a feed may be sent twice.
* **a day nets**: an on and an off of one day leave the device as it was that morning. A device seen
  to vanish and return within a day was there; one switched on and off within a day was not.
* **off needs an on**: an off before the device ever came on is a problem to look at, and is listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.assets._devices import Device, Window
from harmony_core.errors import InvalidValue, Problem, Word, kinds_checked


class EventKind(Word):
    """What was noticed of a device."""

    ON = "on"
    """active from this day on"""
    OFF = "off"
    """no longer active on this day"""


@attrs.frozen(field_transformer=kinds_checked)
class DeviceEvent:
    """A device went on or off on ``day``; ``recorded_on`` is when that became known."""

    device_id: str
    day: date
    kind: EventKind
    recorded_on: date | None = None

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day


@attrs.frozen
class Fleet:
    """Devices by id, and every event that could not be understood."""

    devices: tuple[Device, ...]
    problems: tuple[Problem, ...]


def devices_from_events(
    devices: Iterable[Device], events: Iterable[DeviceEvent], known: date | None = None
) -> Fleet:
    """Build the days on which devices are active from their on and off events.

    Args:
        devices: the register: id, type and customer of each, without days.
        events: in any order, repeated or not; see the rules of this module.
        known: leave out events that became known after this day; ``None``: use all of them.

    Raises:
        InvalidValue: a device is in the register twice, or has days already: an off event could
            not take them away, so put them down as events too.

    >>> laptop = Device("D-1", "laptop", "K-1")
    >>> came = DeviceEvent("D-1", date(2026, 4, 1), EventKind.ON)
    >>> went = DeviceEvent("D-1", date(2026, 4, 11), EventKind.OFF)
    >>> devices_from_events([laptop], [went, came, came]).devices[0].active
    ((datetime.date(2026, 4, 1), datetime.date(2026, 4, 11)),)
    """
    register: dict[str, Device] = {}
    for device in devices:
        if device.id in register:
            raise InvalidValue(f"device {device.id!r} is in the register twice: give it once")
        if device.active:
            raise InvalidValue(
                f"device {device.id!r} has days already: give them as events, or leave them out"
            )
        register[device.id] = device
    kinds_by_day: defaultdict[str, defaultdict[date, set[EventKind]]]
    kinds_by_day = defaultdict(lambda: defaultdict(set))
    for event in events:
        if known is None or event.known_on <= known:
            kinds_by_day[event.device_id][event.day].add(event.kind)

    problems: list[Problem] = []
    for device_id in sorted(kinds_by_day):
        windows, too_early = _windows(kinds_by_day[device_id])
        problems += [
            Problem.at(f"device {device_id}, {day}", "went off but never came on before; ignored")
            for day in too_early
        ]
        if device_id not in register:
            first = min(kinds_by_day[device_id])
            message = "has events but is not in the register; not counted"
            problems.append(Problem.at(f"device {device_id}, {first}", message))
            continue
        register[device_id] = attrs.evolve(register[device_id], active=windows)
    return Fleet(tuple(register[id_] for id_ in sorted(register)), tuple(problems))


def _windows(days: dict[date, set[EventKind]]) -> tuple[list[Window], list[date]]:
    windows: list[Window] = []
    too_early: list[date] = []
    on: date | None = None
    for day in sorted(days):
        if len(days[day]) == len(EventKind):  # on and off: a day nets
            continue
        if EventKind.ON in days[day]:
            on = on or day
        elif on is not None:
            windows.append((on, day))
            on = None
        elif not windows:
            too_early.append(day)
    if on is not None:
        windows.append((on, None))
    return windows, too_early

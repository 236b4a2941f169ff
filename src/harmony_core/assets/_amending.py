"""Events that bring a kept list of them to another without taking one away.

Facts are only ever added. Where the days of a device turn out otherwise, because a snapshot or a
decision arrived late, an on takes back an off of the same day and the other way round: a day nets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from harmony_core.assets._events import DeviceEvent, EventKind
from harmony_core.errors import Problem

_BOTH = frozenset(EventKind)


def events_to_add(
    kept: Iterable[DeviceEvent], wanted: Iterable[DeviceEvent], day: date
) -> tuple[tuple[DeviceEvent, ...], tuple[Problem, ...]]:
    """Give what to add to the kept events so that devices are there on the days of the wanted.

    Args:
        kept: events that were stored before, of the devices in question only.
        wanted: events as they should be, such as those of a triage.
        day: on which what is taken back becomes known.

    Returns:
        The events, by device and day; and problems: a day that would have to say the opposite, or
        stand again after it was taken back, which no further event can say. Of such a device
        nothing is added, so that it is not put right by half: give it a new id, or correct it.

    >>> off = DeviceEvent("pc-1", date(2026, 4, 11), EventKind.OFF)
    >>> added, _ = events_to_add([off], [], date(2026, 5, 2))
    >>> added[0].kind.value, added[0].day, added[0].recorded_on
    ('on', datetime.date(2026, 4, 11), datetime.date(2026, 5, 2))
    """
    before, after = _kinds(kept), _kinds(wanted)
    added: list[DeviceEvent] = []
    problems: list[Problem] = []
    stuck: set[str] = set()
    for place in sorted({*before, *after}):
        has, needs = frozenset(before.get(place, {})), frozenset(after.get(place, {}))
        if _net(has) == _net(needs):
            continue
        if not has:
            added += [after[place][kind] for kind in sorted(needs)]
        elif len(has) == 1 and not _net(needs):
            [undo] = _BOTH - has
            added.append(DeviceEvent(place[0], place[1], undo, day))
        else:
            message = "was taken back or decided otherwise before; correct the device by hand"
            problems.append(Problem.at(f"device {place[0]}, {place[1]}", message))
            stuck.add(place[0])
    return tuple(event for event in added if event.device_id not in stuck), tuple(problems)


def _kinds(
    events: Iterable[DeviceEvent],
) -> dict[tuple[str, date], dict[EventKind, DeviceEvent]]:
    found: defaultdict[tuple[str, date], dict[EventKind, DeviceEvent]] = defaultdict(dict)
    for event in events:
        kinds = found[event.device_id, event.day]
        other = kinds.setdefault(event.kind, event)
        if event.known_on < other.known_on:
            kinds[event.kind] = event
    return found


def _net(kinds: frozenset[EventKind]) -> frozenset[EventKind]:
    return frozenset() if kinds == _BOTH else kinds

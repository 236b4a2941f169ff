"""From decisions to devices and their on and off events.

A device is there while any of the sources linked to it sees it. When the last one has missed it,
a grace begins; seen again before it ends, the device was never away; otherwise it goes off when it
ends, or, by policy, on the day it was missed. It keeps its id when it comes back, so that nothing
counts twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.assets._decisions import TriageDecision, Verdict
from harmony_core.assets._devices import Device
from harmony_core.assets._events import DeviceEvent, EventKind
from harmony_core.assets._policy import TriagePolicy
from harmony_core.assets._sightings import SourceKey
from harmony_core.assets._sources import Sources, days_later
from harmony_core.errors import InvalidValue, Problem


@attrs.frozen
class Link:
    """A source's id stands for a device from ``start`` until before ``end``."""

    key: SourceKey
    device_id: str | None
    start: date
    end: date | None
    known_end: date | None
    decided: TriageDecision


@attrs.frozen
class Gap:
    """No linked source sees the device from ``start`` on, until ``end`` if it came back."""

    start: date
    end: date | None
    known_start: date
    key: SourceKey

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.start <= day and (self.end is None or day < self.end)


@attrs.frozen
class Stay:
    """One stretch of days on which a device is there; ``cut`` when a decision ended it."""

    start: date
    known_start: date
    end: date | None
    known_end: date | None
    cut: bool
    key: SourceKey


def standing_decisions(
    decisions: Iterable[TriageDecision], known: date
) -> dict[SourceKey | str, list[TriageDecision]]:
    """Decisions about each thing in their order, each once.

    Raises:
        InvalidValue: two that differ have one place; nobody could say which stands.
    """
    found: defaultdict[SourceKey | str, dict[tuple[date, int], TriageDecision]]
    found = defaultdict(dict)
    for one in decisions:
        if one.day > known:
            continue
        other = found[one.about].setdefault(one.order, one)
        if other != one:
            raise InvalidValue(
                f"{one.about} was decided twice on {one.day}, by {other.by} and by {one.by}: "
                "give the one that stands a higher number"
            )
    return {about: [places[at] for at in sorted(places)] for about, places in found.items()}


def links_of(decisions: list[TriageDecision]) -> list[Link]:
    """What a source's id stands for over time: each decision from its own first day on."""
    links: list[Link] = []
    for one in decisions:
        start = one.from_day
        links = [link for link in links if link.start < start]
        if links:
            links[-1] = attrs.evolve(links[-1], end=start, known_end=one.day)
        links.append(Link(one.sighting.key, one.device_id, start, None, None, one))
    return links


def registered(links: Iterable[Link]) -> tuple[dict[str, Device], list[Problem]]:
    """The devices that were accepted, as they were the first time, and what cannot stand."""
    accepted: defaultdict[str, list[TriageDecision]] = defaultdict(list)
    merged: list[TriageDecision] = []
    for link in links:
        if link.decided.verdict is Verdict.ACCEPT:
            accepted[str(link.device_id)].append(link.decided)
        elif link.decided.verdict is Verdict.MERGE:
            merged.append(link.decided)
    devices, problems = {}, []
    for device_id in sorted(accepted):
        first, *others = sorted(accepted[device_id], key=lambda it: (it.order, it.sighting.key))
        is_ = first.sighting
        devices[device_id] = Device(device_id, is_.type, is_.customer_id, registered_on=first.day)
        for other in others:
            if (other.sighting.type, other.sighting.customer_id) != (is_.type, is_.customer_id):
                message = f"was accepted with another type or customer by {other.by}; not changed"
                problems.append(Problem.at(f"device {device_id}, {other.day}", message))
    for one in sorted(merged, key=lambda it: (it.order, it.sighting.key)):
        if one.device_id not in devices:
            message = f"{one.sighting.id!r} of {one.sighting.source} was merged into it, but it "
            message += "was never accepted; not counted"
            problems.append(Problem.at(f"device {one.device_id}, {one.day}", message))
    return devices, problems


def stays_of(links: Iterable[Link], sources: Sources) -> list[Stay]:
    """Every stretch of days on which one linked source sees the device, in order."""
    found = []
    for link in links:
        known = link.decided.day
        for one in sources.presences(link.key, link.start, link.end):
            began = max(known, one.known_start)
            if one.end is not None and one.known_end is not None:
                ended = max(known, one.known_end)
                found.append(Stay(one.start, began, one.end, ended, False, link.key))
            else:
                cut = link.end is not None
                found.append(Stay(one.start, began, link.end, link.known_end, cut, link.key))
    return sorted(found, key=lambda it: (it.start, it.known_start, it.end or date.max, it.key))


def joined_stays(stays: Iterable[Stay]) -> list[Stay]:
    """The stays of all sources as one: there while any of them sees it."""
    result: list[Stay] = []
    for stay in stays:
        last = result[-1] if result else None
        if last is None or (last.end is not None and stay.start > last.end):
            result.append(stay)
        elif last.end is not None and (stay.end is None or stay.end > last.end):
            result[-1] = attrs.evolve(
                last, end=stay.end, known_end=stay.known_end, cut=stay.cut, key=stay.key
            )
    return result


def events_of(
    device_id: str,
    stays: list[Stay],
    about_gone: list[TriageDecision],
    *,
    known: date,
    policy: TriagePolicy,
) -> tuple[list[DeviceEvent], Gap | None]:
    """The on and off events of a device, and the gap that waits for its grace to end."""
    events: list[DeviceEvent] = []
    waiting: Gap | None = None
    is_on = False
    for stay, following in zip(stays, [*stays[1:], None], strict=True):
        if not is_on:
            events.append(DeviceEvent(device_id, stay.start, EventKind.ON, stay.known_start))
            is_on = True
        if stay.end is None:
            continue
        back = None if following is None else following.start
        gap = Gap(stay.end, back, stay.known_end or stay.end, stay.key)
        off = _off(gap, stay.cut, about_gone, known, policy)
        if off is not None:
            events.append(DeviceEvent(device_id, off[0], EventKind.OFF, off[1]))
            is_on = False
        elif gap.end is None and not _kept(gap, about_gone):
            waiting = gap
    return events, waiting


def _verdict(gap: Gap, about_gone: list[TriageDecision]) -> TriageDecision | None:
    inside = [one for one in about_gone if gap.holds(one.from_day)]
    return inside[-1] if inside else None


def _kept(gap: Gap, about_gone: list[TriageDecision]) -> bool:
    decided = _verdict(gap, about_gone)
    return decided is not None and decided.verdict is Verdict.IGNORE


def _off(
    gap: Gap,
    cut: bool,
    about_gone: list[TriageDecision],
    known: date,
    policy: TriagePolicy,
) -> tuple[date, date] | None:
    """The day on which a device goes off in a gap, and when that becomes known; or not at all."""
    if cut:
        return gap.start, gap.known_start
    decided = _verdict(gap, about_gone)
    if decided is not None:
        is_gone = decided.verdict is Verdict.ACCEPT
        return (decided.from_day, max(decided.day, decided.from_day)) if is_gone else None
    ends = days_later(gap.start, policy.grace_days)
    if ends > known or (gap.end is not None and gap.end <= ends):
        return None
    return gap.start if policy.off_when_missed else ends, max(ends, gap.known_start)

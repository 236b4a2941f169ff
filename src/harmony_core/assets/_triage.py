"""From snapshots and decisions to what waits, what is registered, and what billing counts.

A pure replay of both: the same snapshots and decisions, in any order and repeated or not, give the
same result, for any day as it was known then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.assets._decisions import Finding, FindingKind, TriageDecision
from harmony_core.assets._devices import Device
from harmony_core.assets._events import DeviceEvent, Fleet, devices_from_events
from harmony_core.assets._findings import Findings, vanished
from harmony_core.assets._policy import TriagePolicy
from harmony_core.assets._sightings import Snapshot
from harmony_core.assets._sources import Sources
from harmony_core.assets._standing import (
    Link,
    events_of,
    joined_stays,
    links_of,
    registered,
    standing_decisions,
    stays_of,
)
from harmony_core.errors import Problem

DEFAULT_TRIAGE = TriagePolicy()
"""Serial number, then MAC address; fourteen days of grace; off when these end."""


@attrs.frozen
class Triage:
    """Where the estate stands on ``day``.

    Args:
        day: as known on this day.
        findings: what waits for a decision, by source and id, the vanished by device at the end.
        devices: the register, without days, by id.
        events: on and off events for billing, each with the day on which it became known.
        problems: decisions that cannot stand.
    """

    day: date
    findings: tuple[Finding, ...]
    devices: tuple[Device, ...]
    events: tuple[DeviceEvent, ...]
    problems: tuple[Problem, ...]

    def of(self, kind: FindingKind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind is kind)

    @property
    def fleet(self) -> Fleet:
        """The devices with the days on which they are there, ready to be counted."""
        return devices_from_events(self.devices, self.events)


def triage(
    snapshots: Iterable[Snapshot],
    decisions: Iterable[TriageDecision],
    day: date,
    policy: TriagePolicy = DEFAULT_TRIAGE,
) -> Triage:
    """Compare what all sources saw with what was decided, as known on ``day``.

    Args:
        snapshots: of every source, in any order, repeated or not.
        decisions: all that were ever made, likewise.
        day: what arrived or was decided later is left out.
        policy: identity rules and grace.

    Raises:
        InvalidValue: one thing was decided twice on a day under one number, and differently.

    >>> from harmony_core.assets import Sighting
    >>> laptop = Sighting("rmm", "77", "laptop", "K-1", {"serial": "X-100"})
    >>> seen = Snapshot("rmm", date(2026, 4, 1), [laptop])
    >>> [finding] = triage([seen], [], date(2026, 4, 2)).findings
    >>> accepted = finding.accept("Ann", date(2026, 4, 2), device_id="pc-1")
    >>> after = triage([seen], [accepted], date(2026, 4, 2))
    >>> after.findings, after.fleet.devices[0].active
    ((), ((datetime.date(2026, 4, 1), None),))
    """
    sources = Sources(snapshots, day)
    standing = standing_decisions(decisions, day)
    links = {about: links_of(made) for about, made in standing.items() if isinstance(about, tuple)}
    in_order = [link for key in sorted(links) for link in links[key]]
    devices, problems = registered(in_order)
    of_device: defaultdict[str, list[Link]] = defaultdict(list)
    for link in in_order:
        if link.device_id is not None and link.device_id in devices:
            of_device[link.device_id].append(link)
    events: list[DeviceEvent] = []
    gone: list[Finding] = []
    for device_id in sorted(devices):
        stays = joined_stays(stays_of(of_device[device_id], sources))
        decided = standing.get(device_id, [])
        found, waiting = events_of(device_id, stays, decided, known=day, policy=policy)
        events += found
        if waiting is not None:
            gone.append(vanished(device_id, waiting, of_device[device_id], sources, policy))
    findings = (*Findings(sources, links, devices, policy.rules).all(), *gone)
    return Triage(day, findings, tuple(devices.values()), tuple(events), tuple(problems))

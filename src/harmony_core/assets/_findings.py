"""What waits for a decision, and why: what is seen against what was decided on.

Something undecided is new; something that differs from its decision has changed; where its keys
lead to several devices, or to one of another type or customer, it is conflicting. That one rule
leads here and another there counts as several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from harmony_core.assets._decisions import ANOTHER_CUSTOMER, ANOTHER_TYPE, Finding, FindingKind
from harmony_core.assets._devices import Device
from harmony_core.assets._policy import IdentityRules, Match, TriagePolicy, devices_by_rule
from harmony_core.assets._sightings import Sighting, SourceKey
from harmony_core.assets._sources import Sources, days_later
from harmony_core.assets._standing import Gap, Link

Reason: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
"""An English message and what fills it in."""


class Findings:
    """Compares each source's id with the decisions on it and with what is registered."""

    def __init__(
        self,
        sources: Sources,
        links: Mapping[SourceKey, list[Link]],
        devices: Mapping[str, Device],
        rules: IdentityRules,
    ) -> None:
        self._sources, self._links, self._devices, self._rules = sources, links, devices, rules
        self._carriers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._undecided: defaultdict[tuple[str, str], list[SourceKey]] = defaultdict(list)
        for key in sources.keys:
            if key not in links:
                for telling in rules.telling(sources.last(key)):
                    self._undecided[telling].append(key)
        for made in links.values():
            if (device_id := made[-1].device_id) in devices and device_id is not None:
                for telling in rules.telling(made[-1].decided.sighting):
                    self._carriers[telling].add(device_id)

    def all(self) -> Iterable[Finding]:
        """Everything that waits, by source and id."""
        for key in self._sources.keys:
            if (finding := self._of(key)) is not None:
                yield finding

    def _of(self, key: SourceKey) -> Finding | None:
        forms, last_seen = self._sources.forms_of_last_day(key), self._sources.last_day(key)
        link = self._links[key][-1] if key in self._links else None
        last = forms[0]
        if link is None:
            since, own, kind = self._sources.first_day(key), None, FindingKind.NEW
        else:
            decided = link.decided
            if decided.sighting in forms:
                if len(forms) == 1 or decided.day >= last_seen:
                    return None
                last = next(form for form in forms if form != decided.sighting)
            since, kind = self._sources.since(key, decided.from_day), FindingKind.CHANGED
            own = link.device_id if link.device_id in self._devices else None
        matches = tuple(match for match in self._matches(last) if match.device_id != own)
        conflicts = self._conflicts(last, matches, own)
        if len(forms) > 1:
            conflicts.insert(0, ("the source reports it in several forms on one day", ()))
        reasons = [] if link is None else _differences(link.decided.sighting, last)
        reasons += [_matched(match) for match in matches]
        shared = self._shared(key, last) if link is None else []
        reasons += [reason for _, reason in shared]
        return Finding(
            FindingKind.CONFLICTING if conflicts else kind,
            last,
            since,
            last_seen,
            own,
            matches,
            tuple(sorted({other for other, _ in shared})),
            reasons=tuple(dict.fromkeys((*conflicts, *reasons))),
        )

    def _matches(self, seen: Sighting) -> Iterable[Match]:
        for rule, value in self._rules.telling(seen):
            for device_id in sorted(self._carriers.get((rule, value), ())):
                yield Match(rule, value, device_id)

    def _shared(self, key: SourceKey, seen: Sighting) -> list[tuple[SourceKey, Reason]]:
        """Other undecided ids that carry a key of this one."""
        found: list[tuple[SourceKey, Reason]] = []
        for rule, value in self._rules.telling(seen):
            for other in self._undecided.get((rule, value), ()):
                if other != key:
                    details = (("rule", rule), ("value", value), ("other", " ".join(other)))
                    found.append((other, ("{rule} {value} is also reported by {other}", details)))
        return found

    def _conflicts(
        self, seen: Sighting, matches: tuple[Match, ...], own: str | None
    ) -> list[Reason]:
        """Reasons why a match cannot simply be merged."""
        if not matches:
            return []
        by_rule = devices_by_rule(matches)
        rule, first = next((rule, sorted(devices)) for rule, devices in by_rule.items())
        if own is not None:
            details = (("device", own), ("others", ", ".join(first)))
            return [("it is device {device}, but carries keys of {others}", details)]
        if len(first) > 1:
            details = (("rule", rule), ("devices", ", ".join(first)))
            return [("{rule} is that of several devices: {devices}", details)]
        elsewhere = {name: there for name, there in by_rule.items() if first[0] not in there}
        if elsewhere:  # a key that both share, such as the MAC address of a dock, denies neither
            return [
                (
                    "{rule} is that of device {device}, but {other} that of {others}",
                    (
                        ("rule", rule),
                        ("device", first[0]),
                        ("other", other),
                        ("others", ", ".join(sorted(there))),
                    ),
                )
                for other, there in elsewhere.items()
            ]
        like = self._devices[first[0]]
        return _differences(
            Sighting(seen.source, seen.id, like.type, like.customer_id, seen.keys), seen
        )


def _differences(before: Sighting, now: Sighting) -> list[Reason]:
    found: list[Reason] = []
    if before.type != now.type:
        found.append((ANOTHER_TYPE, (("new", now.type), ("old", before.type))))
    if before.customer_id != now.customer_id:
        found.append((ANOTHER_CUSTOMER, (("new", now.customer_id), ("old", before.customer_id))))
    for name, value in sorted(set(now.keys) - set(before.keys)):
        found.append(("{rule} {value} is new", (("rule", name), ("value", value))))
    for name, value in sorted(set(before.keys) - set(now.keys)):
        found.append(("{rule} {value} is gone", (("rule", name), ("value", value))))
    return found


def _matched(match: Match) -> Reason:
    details = (("rule", match.rule), ("value", match.value), ("device", match.device_id))
    return "{rule} {value} is that of device {device}", details


def vanished(
    device_id: str, gap: Gap, links: list[Link], sources: Sources, policy: TriagePolicy
) -> Finding:
    """What waits about a device that no source sees while its grace runs."""
    decided = next(link.decided for link in reversed(links) if link.key == gap.key)
    seen = gap.key in sources
    ends = days_later(gap.start, policy.grace_days)
    return Finding(
        FindingKind.VANISHED,
        sources.last(gap.key) if seen else decided.sighting,
        gap.start,
        sources.last_day(gap.key) if seen else decided.from_day,
        device_id,
        grace_ends=ends,
        reasons=(
            (
                "device {device} is missed since {since} and goes on {ends}",
                (("device", device_id), ("since", str(gap.start)), ("ends", str(ends))),
            ),
        ),
    )

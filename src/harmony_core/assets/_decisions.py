"""What a person decides about a sighting: an event with who and when, never edited.

A decision holds the sighting as it was decided on. What is seen later in the same form is settled;
whatever differs comes up again. A later decision on the same source and id stands from its own
``from_day`` on; before that day the earlier one keeps standing.
"""

from __future__ import annotations

from datetime import date

import attrs

from harmony_core.assets._policy import Match, devices_by_rule
from harmony_core.assets._sightings import Sighting, SourceKey
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, RuleBroken, Word


class FindingKind(Word):
    """Why something waits for a decision."""

    NEW = "new"
    """nobody has decided on this source and id"""
    CHANGED = "changed"
    """type, customer or keys differ from what was decided on"""
    VANISHED = "vanished"
    """no source sees the device any more; it stays until its grace ends"""
    CONFLICTING = "conflicting"
    """it looks like several devices, or like one with another type or customer"""


class Verdict(Word):
    """What was decided."""

    ACCEPT = "accept"
    """it is a device of its own; of a vanished one: it has gone"""
    MERGE = "merge"
    """it is a device that is registered already"""
    IGNORE = "ignore"
    """it does not count; of a vanished one: it stays, though nobody sees it"""


@attrs.frozen
class TriageDecision:
    """One decision, made by ``by`` on ``day``; made by the methods of :class:`Finding`.

    Args:
        verdict: what was decided.
        sighting: what it was decided on; of a vanished device the last one.
        device_id: the device that it is from now on; ``None`` when it is ignored.
        from_day: the first day that the decision is about, often before ``day``.
        day: when it was decided.
        by: who decided.
        gone: whether it is about a device that vanished.
        number: of several decisions about one thing on one day, the highest stands.
    """

    verdict: Verdict = attrs.field(converter=Verdict)
    sighting: Sighting
    device_id: str | None
    from_day: date
    day: date
    by: str
    gone: bool = False
    number: int = 1

    def __attrs_post_init__(self) -> None:
        ignored = self.verdict is Verdict.IGNORE and not self.gone
        if ignored == (self.device_id is not None):
            raise InvalidValue(
                f"{self.verdict.value} of {self.sighting.id!r} "
                + ("names a device, but it is ignored" if ignored else "must name a device")
            )
        if self.gone and self.verdict is Verdict.MERGE:
            raise InvalidValue("a vanished device is accepted or ignored: merge what is seen")
        if not self.by:
            raise InvalidValue("a decision needs the name of who decided")

    @property
    def about(self) -> SourceKey | str:
        """What it is about: source and id, or the device that vanished."""
        return str(self.device_id) if self.gone else self.sighting.key

    @property
    def order(self) -> tuple[date, int]:
        """Its place among decisions about the same thing."""
        return self.day, self.number


@attrs.frozen
class Finding:
    """Something that waits for a decision, with the reasons.

    Args:
        kind: why it waits.
        sighting: what is seen, or was seen last.
        since: the first day that a decision would be about: first seen in this form, or missing.
        last_seen: the last day on which it was seen in this form.
        device_id: the device that it is so far; ``None`` for something new.
        matches: registered devices that carry the same keys, in the order of the rules.
        same_as: other undecided sightings that carry the same keys.
        grace_ends: of a vanished device, the day on which it goes.
        reasons: English messages with what fills them in.
    """

    kind: FindingKind
    sighting: Sighting
    since: date
    last_seen: date
    device_id: str | None = None
    matches: tuple[Match, ...] = ()
    same_as: tuple[SourceKey, ...] = ()
    grace_ends: date | None = None
    reasons: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    @property
    def suggested(self) -> str | None:
        """The device to merge into: the only one by the first rule that matches, denied by none."""
        first, *later = devices_by_rule(self.matches).values() or [frozenset[str]()]
        return min(first) if len(first) == 1 and all(first <= one for one in later) else None

    def accept(
        self,
        by: str,
        day: date,
        *,
        device_id: str | None = None,
        from_day: date | None = None,
        number: int = 1,
    ) -> TriageDecision:
        """Take it as a device of its own, as its own device changed, or as gone.

        A device's type and customer are what it is billed by, so they never change in place: with
        another type or customer it becomes a device of another id, and the old one goes that day.

        Args:
            by: who decides.
            day: when.
            device_id: id of the new device; left out for one that changed its keys or vanished.
            from_day: first day that counts; ``None`` for the day since which it is seen so.
            number: above 1 to decide again on one day.

        Raises:
            RuleBroken: it needs an id of its own and got none, or got that of another device.
        """
        if self.kind is FindingKind.VANISHED:
            return self._decided(
                Verdict.ACCEPT, self.device_id, by=by, day=day, from_day=from_day, number=number
            )
        if device_id is None:
            device_id = self.device_id
        if device_id is None or (device_id == self.device_id and self._is_another()):
            raise RuleBroken(
                f"{self.sighting.id!r} of {self.sighting.source} needs a device id of its own: "
                "give device_id="
            )
        return self._decided(
            Verdict.ACCEPT, device_id, by=by, day=day, from_day=from_day, number=number
        )

    def merge(
        self,
        by: str,
        day: date,
        *,
        into: str | None = None,
        from_day: date | None = None,
        number: int = 1,
    ) -> TriageDecision:
        """Take it as a device that is registered: the suggested one, or ``into``.

        Raises:
            RuleBroken: nothing is suggested and nothing named, or the device vanished.
        """
        target = into or self.suggested
        if target is None or self.kind is FindingKind.VANISHED:
            raise RuleBroken(
                f"{self.sighting.id!r} of {self.sighting.source} matches no single device: "
                "give into=, or accept it"
            )
        return self._decided(
            Verdict.MERGE, target, by=by, day=day, from_day=from_day, number=number
        )

    def ignore(
        self, by: str, day: date, *, from_day: date | None = None, number: int = 1
    ) -> TriageDecision:
        """Leave it out of every count; keep a vanished device although nobody sees it."""
        device = self.device_id if self.kind is FindingKind.VANISHED else None
        return self._decided(
            Verdict.IGNORE, device, by=by, day=day, from_day=from_day, number=number
        )

    def describe(self, culture: Culture) -> str:
        """Say in the reader's language what was found and why."""
        head = f"{self.sighting.source} {self.sighting.id}: {culture.words(self.kind.value)}"
        return "; ".join([head, *(culture.words(m, **dict(it)) for m, it in self.reasons)])

    def _is_another(self) -> bool:
        return any(message in BILLED_BY for message, _ in self.reasons)

    def _decided(
        self,
        verdict: Verdict,
        device_id: str | None,
        *,
        by: str,
        day: date,
        from_day: date | None,
        number: int,
    ) -> TriageDecision:
        gone = self.kind is FindingKind.VANISHED
        first = self.since if from_day is None else from_day
        return TriageDecision(verdict, self.sighting, device_id, first, day, by, gone, number)


ANOTHER_TYPE = "type is {new}, it was {old}"
ANOTHER_CUSTOMER = "customer is {new}, it was {old}"
BILLED_BY = (ANOTHER_TYPE, ANOTHER_CUSTOMER)

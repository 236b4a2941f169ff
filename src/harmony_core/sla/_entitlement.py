"""Who is entitled to which policy on which calendar, and which level says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import NoneType
from typing import Literal

import attrs

from harmony_core.errors import InvalidValue, NotFound, RuleBroken, Word, expect, expect_each
from harmony_core.explanation import PLAIN_ENGLISH, Wording
from harmony_core.sla._open_time import OpenTime
from harmony_core.sla._policy import ServicePolicy
from harmony_core.sla._reader import a_wording
from harmony_core.sla._targets import ClockTerms, a_calendar


class EntitlementLevel(Word):
    """Whose it is, from the first that is asked to the last."""

    ASSET = "asset"
    CONTRACT = "contract"
    CUSTOMER = "customer"
    SITE = "site"
    TEAM = "team"
    DEFAULT = "default"


_LEVELS: Mapping[EntitlementLevel, str] = {
    EntitlementLevel.ASSET: "asset",
    EntitlementLevel.CONTRACT: "contract",
    EntitlementLevel.CUSTOMER: "customer",
    EntitlementLevel.SITE: "site",
    EntitlementLevel.TEAM: "team",
    EntitlementLevel.DEFAULT: "by default",
}


def _who(level: EntitlementLevel, of: str) -> str:
    return f"{level} {of!r}" if of else "the default"


def _day(day: date | None) -> date | None:
    if day is not None:
        expect(day, date, "day of an entitlement", "date(2026, 3, 1)")
    return day


@attrs.frozen
class Entitlement:
    """A policy, a calendar or both, granted to an asset, by a contract, to a team, or by default.

    Args:
        level: whose it is.
        of: the id of that asset, contract, customer, site or team; empty for the default.
        policy: what is promised; ``None`` leaves it to the next level.
        calendar: when it counts; ``None`` leaves it to the next level.
        first_day: from when on, ``None`` since ever.
        last_day: up to and including when, ``None`` without end.

    Raises:
        InvalidValue: it grants nothing, its days are in the wrong order, or the id is missing.
    """

    level: EntitlementLevel = attrs.field(converter=EntitlementLevel)
    of: str = ""
    policy: ServicePolicy | None = None
    calendar: OpenTime | None = attrs.field(
        default=None, converter=attrs.converters.optional(a_calendar)
    )
    first_day: date | None = attrs.field(default=None, converter=_day)
    last_day: date | None = attrs.field(default=None, converter=_day)

    def __attrs_post_init__(self) -> None:
        expect(self.of, str, "whose an entitlement is")
        expect(self.policy, ServicePolicy | None, "policy of an entitlement")
        if self.level is EntitlementLevel.DEFAULT and self.of:
            raise InvalidValue(f"the default is everybody's and has no id: leave out {self.of!r}")
        if self.level is not EntitlementLevel.DEFAULT and not self.of:
            raise InvalidValue(f"say whose it is: an entitlement by {self.level} needs its id")
        if self.policy is None and self.calendar is None:
            raise InvalidValue(f"the entitlement of {self} grants neither a policy nor a calendar")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise InvalidValue(f"{self} ends on {self.last_day}, before {self.first_day}")

    def __str__(self) -> str:
        return _who(self.level, self.of)

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        expect(day, date, "day of the work", "date(2026, 3, 2)")
        return (self.first_day or day) <= day <= (self.last_day or day)


@attrs.frozen
class Asked:
    """Somebody who was asked, and the entitlements that he had on that day."""

    level: EntitlementLevel
    of: str
    grants: tuple[Entitlement, ...]

    def __str__(self) -> str:
        return _who(self.level, self.of)


@attrs.frozen
class Entitled:
    """The answer: a policy on a calendar, and the entitlements that gave them.

    ``asked`` lists who was asked, in order.
    """

    policy: ServicePolicy
    calendar: OpenTime
    policy_from: Entitlement
    calendar_from: Entitlement
    asked: tuple[Asked, ...]

    def as_text(self, wording: Wording = PLAIN_ENGLISH) -> str:
        """Write who was asked, and what decided, in the reader's language."""
        a_wording(wording)
        return "\n".join(self._line(one, wording) for one in self.asked)

    def _line(self, asked: Asked, wording: Wording) -> str:
        given = []
        if self.policy_from in asked.grants:
            given.append(wording.words("policy {name}", name=self.policy.name))
        if self.calendar_from in asked.grants:
            zones = ", ".join(sorted(self.calendar.zones))
            given.append(wording.words("calendar of {zones}", zones=zones))
        who = f"{wording.words(_LEVELS[asked.level])} {asked.of}".rstrip()
        decided = ", ".join(given) or wording.words("decides nothing")
        return f"{who}: {decided}"

    def terms(self, *, priority: str | None = None, service: str | None = None) -> ClockTerms:
        """Give the terms of a clock, as :meth:`ServicePolicy.terms` does."""
        return self.policy.terms(self.calendar, priority=priority, service=service)


_Part = Literal["policy", "calendar"]


def entitled(
    entitlements: Iterable[Entitlement],
    day: date,
    *,
    asset: str | None = None,
    contract: str | None = None,
    customer: str | None = None,
    site: str | None = None,
    team: str | None = None,
) -> Entitled:
    """Say which policy and which calendar apply to a piece of work on a day.

    Asset, contract, customer, site, team and default are asked in this order, once for the policy
    and once for the calendar; the first that grants it decides. What is not given is not asked.

    Raises:
        NotFound: nobody grants a policy, or nobody a calendar; lists who was asked.
        RuleBroken: two entitlements of the same level grant one; lists them.

    >>> from harmony_core.sla import Calendar, PolicyRule, hours
    >>> office = Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"})
    >>> night = Calendar.of("Europe/London", {"daily": "00:00-24:00"})
    >>> basic = ServicePolicy("basic", [PolicyRule.of(respond=hours(8))])
    >>> granted = [
    ...     Entitlement("default", policy=basic, calendar=office),
    ...     Entitlement("site", "datacentre", calendar=night),
    ... ]
    >>> found = entitled(granted, date(2026, 3, 2), customer="Brightwater", site="datacentre")
    >>> str(found.policy_from), str(found.calendar_from), found.calendar == night
    ('the default', "site 'datacentre'", True)
    """
    ids: Mapping[EntitlementLevel, str | None] = {
        EntitlementLevel.ASSET: asset,
        EntitlementLevel.CONTRACT: contract,
        EntitlementLevel.CUSTOMER: customer,
        EntitlementLevel.SITE: site,
        EntitlementLevel.TEAM: team,
        EntitlementLevel.DEFAULT: "",
    }
    for level, of in ids.items():
        expect(of, str | NoneType, f"id of the {level}")
    expect(day, date, "day of the work", "date(2026, 3, 2)")
    granted = expect_each(entitlements, Entitlement, "entitlements")
    held = [one for one in granted if one.of == ids[one.level] and one.holds_on(day)]
    asked = tuple(
        Asked(level, of, tuple(one for one in held if one.level is level))
        for level, of in ids.items()
        if of is not None
    )
    policy_from = _first(held, "policy", day, asked)
    calendar_from = _first(held, "calendar", day, asked)
    assert policy_from.policy is not None
    assert calendar_from.calendar is not None
    return Entitled(policy_from.policy, calendar_from.calendar, policy_from, calendar_from, asked)


def _during(one: Entitlement) -> str:
    since = f"from {one.first_day}" if one.first_day else "since ever"
    return f"{since} to {one.last_day}" if one.last_day else f"{since} without end"


def _first(
    held: Iterable[Entitlement], part: _Part, day: date, asked: Iterable[Asked]
) -> Entitlement:
    giving = [one for one in held if getattr(one, part) is not None]
    for level in EntitlementLevel:
        found = [one for one in giving if one.level is level]
        if len(found) > 1:
            raise RuleBroken(
                f"{found[0]} grants {len(found)} entitlements with a {part} on {day}, "
                f"{' and '.join(map(_during, found))}: end all but one of them before that day"
            )
        if found:
            return found[0]
    names = ", ".join(map(str, asked))
    raise NotFound(f"no {part} on {day}: asked {names}; grant one by default or to one of them")

"""Service policies: what is promised, by priority and service, and what a change does to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import NoneType

import attrs

from harmony_core.errors import (
    InvalidValue,
    NotFound,
    RuleBroken,
    Word,
    expect,
    expect_each,
    expect_name,
)
from harmony_core.sla._clock_events import TermsChanged
from harmony_core.sla._durations import WorkingDays
from harmony_core.sla._open_time import OpenTime
from harmony_core.sla._targets import ClockTerms, OnChange, Target


class WhatChanged(Word):
    """What a change of the terms comes from."""

    PRIORITY = "priority"
    CONTRACT = "contract"
    CALENDAR = "calendar"


def _targets(targets: Iterable[Target]) -> tuple[Target, ...]:
    return expect_each(targets, Target, "targets")


def _named_or_any(name: str | None) -> str | None:
    if name is not None:
        expect_name(name, "priority or service of a rule")
    return name


@attrs.frozen
class PolicyRule:
    """What is promised where priority and service are these; ``None`` is any.

    >>> from harmony_core.sla import hours
    >>> PolicyRule.of(priority="P1", respond=hours(1), resolve=hours(4)).targets[0].name
    'respond'
    """

    targets: tuple[Target, ...] = attrs.field(converter=_targets)
    priority: str | None = attrs.field(default=None, converter=_named_or_any)
    service: str | None = attrs.field(default=None, converter=_named_or_any)

    def __attrs_post_init__(self) -> None:
        if not self.targets:
            raise InvalidValue(f"the rule for {self} promises nothing: give it a target")

    @classmethod
    def of(
        cls,
        *,
        priority: str | None = None,
        service: str | None = None,
        **targets: timedelta | WorkingDays,
    ) -> PolicyRule:
        """Promise targets by name, without warnings."""
        made = [Target.of(name, within) for name, within in targets.items()]
        return cls(made, priority, service)

    def fits(self, priority: str | None, service: str | None) -> bool:
        """Whether it is for such work."""
        for asked in (priority, service):
            expect(asked, str | NoneType, "priority or service of the work", "'P1'")
        return self.priority in (None, priority) and self.service in (None, service)

    @property
    def place(self) -> tuple[str | None, str | None]:
        """What it is for."""
        return self.priority, self.service

    def __str__(self) -> str:
        named = [
            f"{name} {value!r}"
            for name, value in (("priority", self.priority), ("service", self.service))
            if value is not None
        ]
        return " and ".join(named) or "everything else"


def _rules(rules: Iterable[PolicyRule]) -> tuple[PolicyRule, ...]:
    return expect_each(rules, PolicyRule, "rules")


_ALWAYS: Mapping[WhatChanged, OnChange] = {
    WhatChanged.PRIORITY: OnChange.RETROACTIVE,
    WhatChanged.CONTRACT: OnChange.CARRY,
    WhatChanged.CALENDAR: OnChange.CARRY,
}


@attrs.frozen
class ServicePolicy:
    """A table of what is promised; the rule that names most of priority and service decides.

    Args:
        name: of the policy, such as ``gold-2026``.
        rules: rows of the table; none twice for the same work.
        on_priority: what another priority does to the time that was used.
        on_contract: what another contract does.
        on_calendar: what another calendar does.

    Raises:
        InvalidValue: there is no rule, or two for the same work.

    >>> from harmony_core.sla import Calendar, hours
    >>> gold = ServicePolicy(
    ...     "gold",
    ...     [
    ...         PolicyRule.of(priority="P1", respond=hours("0.25"), resolve=hours(4)),
    ...         PolicyRule.of(respond=hours(1), resolve=hours(16)),
    ...     ],
    ... )
    >>> office = Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"})
    >>> gold.terms(office, priority="P1").target("resolve").time
    datetime.timedelta(seconds=14400)
    """

    name: str
    rules: tuple[PolicyRule, ...] = attrs.field(converter=_rules)
    on_priority: OnChange = attrs.field(default=_ALWAYS[WhatChanged.PRIORITY], converter=OnChange)
    on_contract: OnChange = attrs.field(default=_ALWAYS[WhatChanged.CONTRACT], converter=OnChange)
    on_calendar: OnChange = attrs.field(default=_ALWAYS[WhatChanged.CALENDAR], converter=OnChange)

    def __attrs_post_init__(self) -> None:
        expect_name(self.name, "name of a policy")
        if not self.rules:
            raise InvalidValue(f"policy {self.name!r} needs a rule: it promises nothing")
        places = [rule.place for rule in self.rules]
        for rule in self.rules:
            if places.count(rule.place) > 1:
                raise InvalidValue(f"policy {self.name!r} has two rules for {rule}: keep one")

    def rule_for(self, priority: str | None = None, service: str | None = None) -> PolicyRule:
        """Give the rule that decides: both named, else one of them, else the one for all.

        Raises:
            NotFound: no rule is for such work.
            RuleBroken: one rule names the priority and another the service, and none names both.
        """
        fitting = [rule for rule in self.rules if rule.fits(priority, service)]
        if not fitting:
            known = ", ".join(map(str, self.rules))
            raise NotFound(
                f"policy {self.name!r} promises nothing for priority {priority!r} and service "
                f"{service!r}; it has rules for {known}"
            )
        most = max(_named(rule) for rule in fitting)
        best = [rule for rule in fitting if _named(rule) == most]
        if len(best) > 1:
            raise RuleBroken(
                f"policy {self.name!r} cannot decide between the rules for "
                f"{' and for '.join(map(str, best))}: add one for priority {priority!r} and "
                f"service {service!r}"
            )
        return best[0]

    def terms(
        self, calendar: OpenTime, *, priority: str | None = None, service: str | None = None
    ) -> ClockTerms:
        """Give the terms of a clock: the rule that decides, on a calendar.

        Raises:
            NotFound: no rule is for such work.
            RuleBroken: two rules are as good as each other.
        """
        return ClockTerms(calendar, self.rule_for(priority, service).targets)

    def change(self, at: datetime, terms: ClockTerms, what: str | WhatChanged) -> TermsChanged:
        """Make the event by which terms change, as this policy treats such a change.

        >>> from datetime import UTC
        >>> from harmony_core.sla import Calendar, hours
        >>> gold = ServicePolicy("gold", [PolicyRule.of(fix=hours(8))], on_priority="restart")
        >>> terms = gold.terms(Calendar.of("UTC", {"daily": "00:00-24:00"}))
        >>> gold.change(datetime(2026, 3, 2, tzinfo=UTC), terms, "priority").on_change
        <OnChange.RESTART: 'restart'>
        """
        done = {
            WhatChanged.PRIORITY: self.on_priority,
            WhatChanged.CONTRACT: self.on_contract,
            WhatChanged.CALENDAR: self.on_calendar,
        }
        return TermsChanged(at, terms, done[WhatChanged(what)], WhatChanged(what).value)


def _named(rule: PolicyRule) -> int:
    return sum(part is not None for part in rule.place)

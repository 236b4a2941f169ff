"""The usage of a period, as known on a day: which records count, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import attrs

from harmony_core.billing._facts import Facts
from harmony_core.periods import Span, local_midnight
from harmony_core.pricing import UsageQuantity, UsageRule, UsageSample, usage_quantity
from harmony_core.products import UsageMetered
from harmony_core.work import UsageRecord


@attrs.frozen
class UsageOfPeriod:
    """The usage of a customer on a meter within a period, under the rule of its line."""

    facts: Facts
    customer_id: str
    source: UsageMetered
    span: Span

    def records(self, day: date) -> list[UsageRecord]:
        """The records that count as known on ``day``, in order of day and id."""
        standing = self.facts.standing(self._all(), day)
        return [record for record in standing if usage_lacks(self.source.rule, record) is None]

    def left_out(self, day: date) -> int:
        """How many more there are, each without something that the rule needs."""
        return len(self.facts.standing(self._all(), day)) - len(self.records(day))

    def level_before(self, day: date) -> UsageRecord | None:
        """The record whose level the period begins with, where the rule takes levels."""
        rule = self.source.rule
        if not rule.takes_levels:
            return None
        meter, start = self.source.meter, self.span.start

        def counts(record: UsageRecord) -> bool:
            return usage_lacks(rule, record) is None

        last = self.facts.usage_before(self.customer_id, meter, start, day, counts)
        return max(last, key=lambda record: _moment(rule, record), default=None)

    def quantity(self, day: date) -> UsageQuantity:
        """What the records come to."""
        before = self.level_before(day)
        opening = 0 if before is None else before.quantity
        samples = [
            UsageSample(one.quantity, one.day, one.at, one.subject, usage_id(one))
            for one in self.records(day)
        ]
        return usage_quantity(self.source.rule, samples, self.span, opening)

    def evidence(self, day: date) -> tuple[str, ...]:
        """The ids of the records behind the quantity."""
        return tuple(usage_id(one) for one in self._counted(day))

    def known_days(self) -> Iterator[date]:
        """The days on which something about the period became known."""
        for record in self.facts.usage_related(self._all()):
            yield record.known_on
        if self.source.rule.takes_levels:
            late = self.facts.late_usage_before(
                self.customer_id, self.source.meter, self.span.start
            )
            for record in self.facts.usage_related(late):
                yield record.known_on

    def became_known(self, before: date, now: date) -> list[str]:
        """The ids of the records that were recorded between and belong here or took a place."""
        news = [usage_id(one) for one in self._all() if before < one.known_on <= now]
        then = {usage_id(one): one for one in self._counted(before)}
        today = {usage_id(one): one for one in self._counted(now)}
        moved = [one for id_, one in (then | today).items() if (id_ in then) != (id_ in today)]
        related = self.facts.usage_related(moved)
        return news + [usage_id(one) for one in related if before < one.known_on <= now]

    def _counted(self, day: date) -> list[UsageRecord]:
        before = self.level_before(day)
        return self.records(day) if before is None else [before, *self.records(day)]

    def _all(self) -> Iterable[UsageRecord]:
        return self.facts.usage_of(self.customer_id, self.source.meter, self.span)


def usage_id(record: UsageRecord) -> str:
    """An id of usage is unique only within its source."""
    return f"{record.source}:{record.id}"


def usage_lacks(rule: UsageRule, record: UsageRecord) -> str | None:
    """Name what a record would need to be counted under a rule; ``None``: nothing is missing.

    >>> record = UsageRecord("u1", "probe", date(2026, 3, 4), "K-1", "traffic", 12)
    >>> from harmony_core.pricing import Aggregation
    >>> usage_lacks(UsageRule(Aggregation.TIME_WEIGHTED), record)
    'instant'
    """
    if rule.needs_instants and record.at is None:
        return "instant"
    if rule.needs_subjects and not record.subject:
        return "subject"
    return None


def _moment(rule: UsageRule, record: UsageRecord) -> tuple[datetime, str]:
    at = local_midnight(record.day, rule.zone) if record.at is None else record.at
    return at, usage_id(record)

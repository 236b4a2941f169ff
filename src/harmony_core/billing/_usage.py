"""The usage of a period, as known on a day: which records count, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import attrs

from harmony_core.billing._facts import Facts
from harmony_core.periods import Span, local_midnight
from harmony_core.pricing import (
    Transactions,
    UsageQuantity,
    UsageRule,
    UsageSample,
    usage_quantity,
)
from harmony_core.products import UsageMetered
from harmony_core.work import UsageRecord


@attrs.frozen
class KnownUsage:
    """The records of a period that count as known on a day, in order of day and id.

    ``before`` holds the records whose levels the period begins with, one a subject, where its rule
    takes levels;
    ``left_out`` is how many more there are, each without something that the rule needs.
    """

    records: list[UsageRecord]
    before: tuple[UsageRecord, ...]
    left_out: int

    @property
    def counted(self) -> list[UsageRecord]:
        """The records behind the quantity."""
        return [*self.before, *self.records]

    @property
    def evidence(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(usage_id(one) for one in self.counted)

    def transactions(self, rule: UsageRule) -> Transactions:
        """The records in the order in which they happened, each a transaction."""
        ordered = sorted(self.records, key=lambda record: _moment(rule, record))
        return Transactions.netted(record.quantity for record in ordered)

    def quantity(self, rule: UsageRule, span: Span) -> UsageQuantity:
        """What the records come to."""
        opening = {one.subject: one.quantity for one in self.before}
        samples = (
            UsageSample(one.quantity, one.day, one.at, one.subject, usage_id(one))
            for one in self.records
        )
        return usage_quantity(rule, samples, span, opening)


@attrs.frozen
class UsageOfPeriod:
    """The usage of a customer on a meter within a period, under the rule of its line."""

    facts: Facts
    customer_id: str
    source: UsageMetered
    span: Span

    def known(self, day: date) -> KnownUsage:
        """What counts as known on ``day``."""
        rule, standing = self.source.rule, self.facts.standing(self._all(), day)
        if not (rule.needs_instants or rule.needs_subjects):
            return KnownUsage(standing, self._before(day), 0)
        records = [record for record in standing if usage_lacks(rule, record) is None]
        return KnownUsage(records, self._before(day), len(standing) - len(records))

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
        then = {usage_id(one): one for one in self.known(before).counted}
        today = {usage_id(one): one for one in self.known(now).counted}
        moved = [one for id_, one in (then | today).items() if (id_ in then) != (id_ in today)]
        related = self.facts.usage_related(moved)
        return news + [usage_id(one) for one in related if before < one.known_on <= now]

    def _before(self, day: date) -> tuple[UsageRecord, ...]:
        rule = self.source.rule
        if not rule.takes_levels:
            return ()

        def counts(record: UsageRecord) -> bool:
            return usage_lacks(rule, record) is None

        meter, start = self.source.meter, self.span.start
        last = self.facts.usage_before(self.customer_id, meter, start, day, counts)
        return tuple(max(one, key=lambda record: _moment(rule, record)) for one in last)

    def _all(self) -> Sequence[UsageRecord]:
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

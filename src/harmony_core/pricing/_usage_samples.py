"""The samples of a period in their order, its parts, and what each part comes to."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import groupby

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Exact, exact
from harmony_core.periods import InstantSpan, Span, bucket_starts, in_utc, local_midnight
from harmony_core.pricing._aggregation import (
    Aggregation,
    aggregate,
    explain_percentile,
    percentile,
)
from harmony_core.pricing._levels import explain_held, time_weighted
from harmony_core.pricing._scheme import listed
from harmony_core.pricing._usage_rule import UsageRule

_MICROSECOND = timedelta(microseconds=1)


def _value(value: Exact) -> Fraction:
    return exact(value, "a value of usage")


def _instant(at: datetime | None) -> datetime | None:
    return None if at is None else in_utc(at)


@attrs.frozen
class UsageSample:
    """One reading: units used, or the level from then on.

    ``day`` says in which period it counts. Without an instant ``at`` it stands at the beginning of
    its day. ``id`` decides between two samples of one instant: the greater one is the later.
    """

    value: Fraction = attrs.field(converter=_value)
    day: date
    at: datetime | None = attrs.field(default=None, converter=_instant)
    subject: str = ""
    id: str = ""

    def __attrs_post_init__(self) -> None:
        if type(self.day) is date and type(self.subject) is str and type(self.id) is str:
            return  # at once: there is one of these for every record
        expect(self.day, date, "the day of usage")
        expect(self.subject, str, "the subject of usage")
        expect(self.id, str, "the id of usage")


def in_order(
    rule: UsageRule, samples: Iterable[UsageSample], span: Span
) -> list[tuple[datetime, UsageSample]]:
    begins: dict[date, datetime] = {}
    found = []
    for sample in listed(samples, "samples of a period"):
        if type(sample) is not UsageSample:
            expect(sample, UsageSample, "each of the samples of a period")
        if sample.day not in span:
            raise InvalidValue(
                f"usage of {sample.day} does not belong to {span}: give it to its own period"
            )
        if rule.needs_subjects and not sample.subject:
            raise InvalidValue(
                f"usage {sample.id!r} names no subject, and different subjects are counted: name "
                "the user, the host or whatever is counted once"
            )
        at = sample.at
        if at is None:
            if rule.needs_instants:
                raise InvalidValue(
                    f"usage {sample.id!r} of {sample.day} has no instant, which its rule needs "
                    "(a time-weighted average, or buckets shorter than a day): give it one"
                )
            if sample.day not in begins:
                begins[sample.day] = local_midnight(sample.day, rule.zone)
            at = begins[sample.day]
        found.append((at, sample))
    return sorted(found, key=lambda pair: (pair[0], pair[1].id))


def levels_together(
    ordered: list[tuple[datetime, UsageSample]], opening: Exact | Mapping[str, Exact]
) -> tuple[Fraction, list[tuple[datetime, UsageSample]]]:
    """Give the opening level of all subjects together, and the samples with the level from each on.

    The level of a subject holds until its own next sample. What different subjects report for one
    instant changes together, so that what moves from one to another makes no peak.
    """
    subjects = {sample.subject for _, sample in ordered}
    if isinstance(opening, Mapping):
        levels = {name: exact(level, "an opening level") for name, level in opening.items()}
    else:
        only = subjects.pop() if len(subjects) == 1 else ""
        levels = {only: exact(opening, "an opening level")}
    first = together = sum(levels.values(), Fraction(0))
    found: list[tuple[datetime, UsageSample]] = []
    for at, same in groupby(ordered, key=lambda pair: pair[0]):
        rounds: list[list[UsageSample]] = []  # the first of each subject, the second of each
        times: Counter[str] = Counter()
        for _, sample in same:
            if times[sample.subject] == len(rounds):
                rounds.append([])
            rounds[times[sample.subject]].append(sample)
            times[sample.subject] += 1
        for changes in rounds:
            for sample in changes:
                together += sample.value - levels.get(sample.subject, Fraction(0))
                levels[sample.subject] = sample.value
            found += [(at, attrs.evolve(sample, value=together)) for sample in changes]
    return first, found


@attrs.frozen
class Part:
    """The period, or one bucket of it, with the level at which it begins."""

    rule: UsageRule
    time: InstantSpan
    samples: Sequence[tuple[datetime, UsageSample]]
    opening: Fraction

    @property
    def values(self) -> list[Fraction]:
        return [sample.value for _, sample in self.samples]

    @property
    def is_empty(self) -> bool:
        return not self.samples and not self.rule.takes_levels

    @property
    def closing(self) -> Fraction:
        return self.samples[-1][1].value if self.samples else self.opening

    def quantity(self) -> Fraction:
        aggregation, percent = self.rule.aggregation, self.rule.percent
        if aggregation is Aggregation.UNIQUE:
            return Fraction(len({sample.subject for _, sample in self.samples}))
        if aggregation is Aggregation.HIGH_WATER:
            return max(self.opening, *self.values, Fraction(0))
        if aggregation is Aggregation.TIME_WEIGHTED:
            length = _seconds(self.time.elapsed)
            return time_weighted(length, self._changes(), self.opening) if length else Fraction(0)
        if aggregation is Aggregation.PERCENTILE and percent is not None:
            return percentile(self.values, percent, self.rule.percentile_rule)
        return aggregate(aggregation, self.values)

    def _changes(self) -> list[tuple[Fraction, Fraction]]:
        """The samples as changes of the level, each at its second of the part."""
        changes, level = [], self.opening
        for at, sample in self.samples:
            inside = min(max(at, self.time.start), self.time.end)
            changes.append((_seconds(inside - self.time.start), sample.value - level))
            level = sample.value
        return changes

    def explained(self) -> Explanation:
        """The quantity with its derivation."""
        rule, quantity = self.rule, self.quantity()
        if rule.aggregation is Aggregation.PERCENTILE and rule.percent is not None:
            return explain_percentile(self.values, rule.percent, rule.percentile_rule)
        if rule.aggregation is Aggregation.TIME_WEIGHTED and self.time.elapsed:
            return explain_held(_seconds(self.time.elapsed), self._held())
        why = Explainer("usage of a period", 1)
        why.given("records", "usage records", len(self.samples))
        if rule.aggregation is Aggregation.HIGH_WATER:
            opening = why.given("opening", "level at the beginning", self.opening)
            peak = why.given("peak", "highest level since", max(self.values, default=Fraction(0)))
            none = why.given("none", "nothing", 0)
            label = "high-water mark"
            return why.explanation(why.step("quantity", label, "greatest", opening, peak, none))
        named = rule.aggregation in LABELS
        label = LABELS[rule.aggregation] if named else "no time at all"
        return why.explanation(why.given("quantity", label, quantity))

    def _held(self) -> dict[Fraction, Fraction]:
        """How many seconds each level held."""
        held: dict[Fraction, Fraction] = {}
        none = since = Fraction(0)
        level = self.opening
        for offset, change in self._changes():
            held[level] = held.get(level, none) + offset - since
            level, since = level + change, offset
        held[level] = held.get(level, none) + _seconds(self.time.elapsed) - since
        return {level: time for level, time in held.items() if time}


LABELS = {
    Aggregation.COUNT: "number of records",
    Aggregation.SUM: "usage added up",
    Aggregation.MAX: "the greatest value",
    Aggregation.LATEST: "the latest value",
    Aggregation.UNIQUE: "different subjects",
}


def parts(
    rule: UsageRule, samples: list[tuple[datetime, UsageSample]], span: Span, opening: Fraction
) -> list[Part]:
    time = InstantSpan.of_days(span, rule.zone)
    if rule.buckets is None:
        return [Part(rule, time, samples, opening)]
    starts = bucket_starts(time, rule.buckets.width, rule.zone)
    inside: list[list[tuple[datetime, UsageSample]]] = [[] for _ in starts]
    for at, sample in samples:
        inside[max(bisect_right(starts, at) - 1, 0)].append((at, sample))
    found = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else time.end
        part = Part(rule, InstantSpan(start, end), inside[number], opening)
        found.append(part)
        opening = part.closing
    return found


def _seconds(time: timedelta) -> Fraction:
    return Fraction(time // _MICROSECOND, 1_000_000)

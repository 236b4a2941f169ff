"""Levels of several subjects: each holds its own, and they are added."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import Facts, due
from harmony_core.explanation import Explanation
from harmony_core.periods import Span, Timing
from harmony_core.pricing import (
    Aggregation,
    BucketUse,
    PerUnit,
    TimeBuckets,
    UsageRule,
    UsageSample,
    usage_quantity,
)
from harmony_core.products import ContractType, UsageMetered
from harmony_core.work import UsageRecord
from tests.strategies import TERMS, contract, line

DAY = Span(date(2026, 3, 1), date(2026, 3, 2))
START = datetime(2026, 3, 1, tzinfo=UTC)
AVERAGE, PEAK = UsageRule(Aggregation.TIME_WEIGHTED), UsageRule(Aggregation.HIGH_WATER)


def level(hour: int, value: Fraction | int, subject: str, id_: str = "") -> UsageSample:
    return UsageSample(value, DAY.start, START + timedelta(hours=hour), subject, id_)


def quantity(
    rule: UsageRule, there: list[UsageSample], opening: dict[str, Fraction] | int = 0
) -> Fraction:
    found = usage_quantity(rule, there, DAY, opening)
    assert isinstance(found.explanation, Explanation)
    assert found.explanation.evaluate() == found.quantity
    return found.quantity


def test_two_disks_are_stored_together() -> None:
    disks = [level(0, 5, "A"), level(6, 3, "B")]
    assert quantity(PEAK, disks) == 8
    assert quantity(AVERAGE, disks) == Fraction(5 * 24 + 3 * 18, 24)
    assert quantity(PEAK, [*disks, level(12, 1, "A")]) == 8
    assert quantity(PEAK, [level(6, 3, "B")], {"A": Fraction(5)}) == 8
    hourly = TimeBuckets.of(timedelta(hours=12), BucketUse.TOTALLED)
    assert quantity(UsageRule(Aggregation.HIGH_WATER, buckets=hourly), disks) == 16


def test_what_moves_at_one_instant_makes_no_peak() -> None:
    moved = [level(0, 5, "A"), level(0, 3, "B"), level(6, 1, "A", "2"), level(6, 7, "B", "1")]
    assert quantity(PEAK, moved) == 8


def test_one_opening_level_belongs_to_the_only_subject_there_is() -> None:
    assert quantity(PEAK, [level(6, 3, "A")], 5) == 5
    assert quantity(AVERAGE, [level(12, 3, "A")], 5) == 4
    assert quantity(PEAK, [level(6, 3, "A"), level(7, 2, "B")], 5) == 10


levels = st.fractions(0, 20, max_denominator=4)
readings = st.lists(st.tuples(st.integers(0, 23), levels, st.sampled_from("ABC")), max_size=9).map(
    lambda rows: [level(hour, value, who, str(n)) for n, (hour, value, who) in enumerate(rows)]
)
openings = st.dictionaries(st.sampled_from("ABCD"), levels)


def of(there: list[UsageSample], subject: str) -> list[UsageSample]:
    return [sample for sample in there if sample.subject == subject]


@given(readings, openings)
def test_the_average_of_all_is_the_sum_of_the_averages(
    there: list[UsageSample], opening: dict[str, Fraction]
) -> None:
    alone = sum(
        quantity(AVERAGE, of(there, who), {who: opening.get(who, Fraction(0))}) for who in "ABCD"
    )
    assert quantity(AVERAGE, there, opening) == alone


@given(readings, openings)
def test_the_peak_is_that_of_the_sum(
    there: list[UsageSample], opening: dict[str, Fraction]
) -> None:
    last = {(sample.at, sample.subject): sample for sample in sorted(there, key=lambda s: s.id)}
    there = list(last.values())  # one level for a subject and an instant

    def at(hour: int, who: str) -> Fraction:
        until = [s for s in of(there, who) if s.at and s.at <= START + timedelta(hours=hour)]
        if not until:
            return opening.get(who, Fraction(0))
        return max(until, key=lambda sample: sample.at or START).value

    each = [sum((at(hour, who) for who in "ABCD"), Fraction(0)) for hour in range(24)]
    assert quantity(PEAK, there, opening) == max(sum(opening.values(), Fraction(0)), *each)


@pytest.mark.parametrize(
    ("aggregation", "amount"),
    [(Aggregation.HIGH_WATER, "12.00 EUR"), (Aggregation.TIME_WEIGHTED, "10.00 EUR")],
)
def test_a_line_begins_with_each_level(aggregation: Aggregation, amount: str) -> None:
    """A: 5 since January. B: 3 since February, then 7 from the middle of February on."""

    def stored(id_: str, at: datetime, value: int, subject: str) -> UsageRecord:
        return UsageRecord(id_, "probe", at.date(), "K-1", "disk", value, at=at, subject=subject)

    usage = [
        stored("1", datetime(2026, 1, 1, tzinfo=UTC), 9, "A"),
        stored("2", datetime(2026, 1, 20, tzinfo=UTC), 5, "A"),
        stored("3", datetime(2026, 1, 31, tzinfo=UTC), 3, "B"),
        stored("4", datetime(2026, 2, 15, tzinfo=UTC), 7, "B"),
    ]
    made = contract(
        line(
            PerUnit.of("1", "EUR"),
            kind=ContractType.CONSUMPTION,
            quantity=0,
            source=UsageMetered("disk", UsageRule(aggregation)),
            timing=Timing.ARREARS,
        )
    )
    charges = list(due(made, Facts(usage=usage), TERMS, date(2026, 3, 1)))
    (february,) = [charge for charge in charges if charge.service.start.month == 2]
    assert str(february.amount) == amount
    assert set(february.evidence) == {"probe:2", "probe:3", "probe:4"}
    assert february.replay() == february.amount

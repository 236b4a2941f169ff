"""Usage by the rule of its line: what takes the place of what, with figures worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import attrs
import pytest

from harmony_core.billing import Charge, Facts, due
from harmony_core.contracts import Contract
from harmony_core.finance import Money
from harmony_core.periods import Timing
from harmony_core.pricing import (
    Aggregation,
    BandTable,
    BucketUse,
    Commitment,
    FillUp,
    PerUnit,
    Scheme,
    TimeBuckets,
    UsageRule,
)
from harmony_core.products import ContractType, UsageMetered
from harmony_core.work import UsageRecord
from tests.strategies import TERMS, contract, line

EACH = PerUnit.of("1", "EUR")


def metering(rule: UsageRule | None = None, scheme: Scheme = EACH) -> Contract:
    source = UsageMetered("storage", rule or UsageRule())
    return contract(
        line(
            scheme,
            kind=ContractType.CONSUMPTION,
            quantity=0,
            source=source,
            timing=Timing.ARREARS,
        )
    )


def used(id_: str, day: date, quantity: int, known: date | None = None, **more: Any) -> UsageRecord:
    return UsageRecord(id_, "feed", day, "K-1", "storage", quantity, known, **more)


def charges(
    made: Contract, records: list[UsageRecord], through: date = date(2026, 4, 1)
) -> list[Charge]:
    found = list(due(made, Facts(usage=records), TERMS, through))
    for order in list(permutations(records))[:24]:
        assert list(due(made, Facts(usage=order), TERMS, through)) == found
    return found


def lines(found: list[Charge]) -> list[tuple[int, int, str]]:
    """Month of service, euros, and the day after a correction's at sign."""
    return [
        (charge.service.start.month, charge.amount.minor // 100, charge.key.partition("@")[2])
        for charge in found
        if charge.amount
    ]


JAN, FEB = date(2026, 1, 10), date(2026, 2, 10)
KNOWN, LATER = date(2026, 2, 20), date(2026, 3, 20)


def test_a_replacement_moves_usage_to_the_period_to_which_it_belongs() -> None:
    first, moved = used("u1", JAN, 5), used("u2", FEB, 7, LATER, replaces="u1")
    found = charges(metering(), [first, moved])
    assert lines(found) == [(1, 5, ""), (1, -5, "2026-03-20"), (2, 7, "2026-03-20")]
    keys = {charge.key: charge for charge in found}
    for charge in found:
        if charge.corrects is not None:
            assert keys[charge.corrects].service == charge.service
            assert keys[charge.corrects].corrects is None
            assert "feed:u2" in charge.evidence
        assert charge.replay() == charge.amount


def test_a_withdrawal_brings_the_period_to_its_zero_price() -> None:
    with_fee = FillUp(BandTable.of("EUR", [(None, "1", "3")]))
    there = [
        used("u1", JAN, 5),
        used("u2", JAN, 0, KNOWN, replaces="u1", withdrawn=True),
    ]
    found = charges(metering(scheme=with_fee), there)
    assert lines(found) == [(1, 8, ""), (1, -8, "2026-02-20")]
    (correction,) = [charge for charge in found if charge.corrects]
    assert correction.quantity == 0
    assert set(correction.evidence) == {"feed:u1", "feed:u2"}


def test_a_chain_of_replacements_ends_with_the_last() -> None:
    there = [
        used("u1", JAN, 5),
        used("u2", JAN, 7, KNOWN, replaces="u1"),
        used("u3", JAN, 0, LATER, replaces="u2", withdrawn=True),
        used("u4", JAN, 9, LATER + timedelta(days=1), replaces="u3"),
    ]
    assert lines(charges(metering(), there)) == [
        (1, 5, ""),
        (1, 2, "2026-02-20"),
        (1, -7, "2026-03-20"),
        (1, 9, "2026-03-21"),
    ]


def test_of_two_replacements_the_later_known_counts_then_the_greater_id() -> None:
    first = used("u1", JAN, 5)
    two = [used("a", JAN, 7, LATER, replaces="u1"), used("b", JAN, 8, KNOWN, replaces="u1")]
    assert lines(charges(metering(), [first, *two])) == [
        (1, 5, ""),
        (1, 3, "2026-02-20"),
        (1, -1, "2026-03-20"),
    ]
    at_once = [attrs.evolve(one, recorded_on=KNOWN) for one in two]
    assert lines(charges(metering(), [first, *at_once])) == [(1, 5, ""), (1, 3, "2026-02-20")]


def test_a_replacement_of_an_unknown_record_counts_on_its_own_until_it_comes() -> None:
    early, original = used("u2", JAN, 7, replaces="u1"), used("u1", FEB, 5, LATER)
    assert lines(charges(metering(), [early])) == [(1, 7, "")]
    assert lines(charges(metering(), [early, original])) == [(1, 7, "")]
    rival = used("u3", JAN, 9, replaces="u1")
    assert lines(charges(metering(), [early, rival])) == [(1, 9, "")]


def test_a_circle_leaves_one_record() -> None:
    circle = [used("u1", JAN, 5, replaces="u2"), used("u2", JAN, 7, KNOWN, replaces="u1")]
    assert lines(charges(metering(), circle)) == [(1, 5, ""), (1, 2, "2026-02-20")]


def test_the_same_id_of_another_source_is_another_record() -> None:
    other = attrs.evolve(used("u2", JAN, 7, replaces="u1"), source="other")
    assert lines(charges(metering(), [used("u1", JAN, 5), other])) == [(1, 12, "")]


def test_a_late_level_moves_the_periods_that_it_reaches_into() -> None:
    """8 units from 16 January on instead of 2: known in March, it changes January and February."""
    average = UsageRule(Aggregation.TIME_WEIGHTED)
    first = used("u1", date(2026, 1, 1), 2, at=datetime(2026, 1, 1, tzinfo=UTC))
    noon = datetime(2026, 1, 16, 12, tzinfo=UTC)  # the middle of January
    late = used("u2", noon.date(), 8, LATER, at=noon)
    found = charges(metering(average), [first, late])
    assert lines(found) == [
        (1, 2, ""),
        (1, 3, "2026-03-20"),
        (2, 2, ""),
        (2, 6, "2026-03-20"),
        (3, 8, ""),
    ]
    assert set(found[1].evidence) == set(found[3].evidence) == {"feed:u1", "feed:u2"}
    assert found[-1].evidence == ("feed:u2",)


def test_windows_are_priced_alone_and_shown_one_by_one() -> None:
    hourly = TimeBuckets.of(timedelta(hours=1), BucketUse.PRICED_ALONE)
    scheme = Commitment.of(PerUnit.of("2", "EUR"), "1", overage_factor=3)
    at = datetime(2026, 1, 10, 7, 15, tzinfo=UTC)
    rule = UsageRule(buckets=hourly, zone="Europe/Berlin")
    (charge,) = charges(metering(rule, scheme), [used("u1", JAN, 5, at=at)], date(2026, 2, 1))
    assert charge.amount == Money.of(31 * 24 - 1 + 1 + 27, "EUR")
    assert charge.quantity == 5
    assert "2026-01-10 08:00:00+01:00: 5" in charge.explanation.as_text()
    assert charge.replay() == charge.amount


@pytest.mark.parametrize(
    ("rule", "missing"),
    [(UsageRule(Aggregation.TIME_WEIGHTED), "at"), (UsageRule(Aggregation.UNIQUE), "subject")],
)
def test_a_record_without_what_the_rule_needs_is_left_out_and_said_so(
    rule: UsageRule, missing: str
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    whole = used("u1", at.date(), 1, at=at, subject="anna")
    nothing: dict[str, Any] = {missing: None if missing == "at" else ""}
    lacking = attrs.evolve(whole, id="u2", **nothing)
    (charge,) = charges(metering(rule), [whole, lacking], date(2026, 2, 1))
    assert charge.evidence == ("feed:u1",)
    assert charge.amount == Money.of("1.00", "EUR")
    assert ("records without what the rule needs", "1") in charge.explanation.facts

"""Lines that meter several units and charge the lowest step that covers the peak of each."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given

from harmony_core.billing import (
    Charge,
    Facts,
    due,
    preview,
)
from harmony_core.billing._usage import UsageOfPeriod
from harmony_core.contracts import Amendment, ContractLine, NewPrice
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue
from harmony_core.finance import Money
from harmony_core.interchange import from_record, to_record
from harmony_core.periods import Interval, Span, Timing
from harmony_core.pricing import (
    Aggregation,
    AtLeast,
    AtMost,
    BucketUse,
    CapacityStep,
    CapacitySteps,
    Discounted,
    PercentOff,
    PerUnit,
    PriceEntry,
    Ramp,
    Scheme,
    TimeBuckets,
    Uplift,
    Uplifted,
    UsageRule,
)
from harmony_core.products import (
    Billing,
    ContractType,
    FixedQuantity,
    Product,
    QuantitySource,
    UnitsMetered,
    UsageMetered,
)
from harmony_core.work import UsageRecord
from tests.strategies import TERMS, Happened, contract, happened, line, unit_lines

LONG_OPEN = attrs.evolve(TERMS, group=attrs.evolve(TERMS.group, opening_day=date(2025, 1, 1)))

STEPS = CapacitySteps(
    [
        CapacityStep.of("100", "EUR", {"users": 10, "gigabytes": 100}),
        CapacityStep.of("250", "EUR", {"users": 50, "gigabytes": 500}),
        CapacityStep.of("900", "EUR", {"users": None, "gigabytes": None}),
    ]
)
BOTH = UnitsMetered(
    {
        "users": UsageMetered("seats", UsageRule(Aggregation.HIGH_WATER)),
        "gigabytes": UsageMetered("disk"),
    }
)


def metered(
    scheme: Scheme = STEPS, source: QuantitySource = BOTH, last_day: date | None = None
) -> ContractLine:
    return line(
        scheme,
        last_day=last_day,
        kind=ContractType.CONSUMPTION,
        quantity=0,
        source=source,
        timing=Timing.ARREARS,
    )


def usage(
    meter: str, day: date, quantity: int | str, known: date | None = None, id_: str = ""
) -> UsageRecord:
    name = id_ or f"{meter}-{day}-{quantity}"
    return UsageRecord(name, "feed", day, "K-1", meter, Fraction(quantity), recorded_on=known)


def billed(records: list[UsageRecord], made: ContractLine | None = None) -> list[Charge]:
    found = list(due(contract(made or metered()), Facts(usage=records), TERMS, date(2026, 3, 31)))
    assert all(one.replay() == one.amount for one in found)
    return found


def shown(records: list[UsageRecord], made: ContractLine | None = None) -> list[str]:
    return [f"{one.service} {one.amount}" for one in billed(records, made)]


# --- figures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("users", "gigabytes", "amount", "deciding"),
    [
        (10, "100", "100.00 EUR", None),
        (10, "100.001", "250.00 EUR", "gigabytes"),
        (11, "0", "250.00 EUR", "users"),
        (11, "101", "250.00 EUR", "gigabytes, users"),
        (51, "101", "900.00 EUR", "users"),
        (0, "0", "100.00 EUR", None),
    ],
)
def test_the_lowest_step_that_covers_every_unit_is_charged_and_says_which_unit_needs_it(
    users: int, gigabytes: str, amount: str, deciding: str | None
) -> None:
    days = date(2026, 1, 5), date(2026, 1, 20)
    records = [usage("seats", day, users) for day in days]
    records += [usage("disk", days[0], gigabytes), usage("disk", days[1], 0)]
    first, *_ = billed(records, metered(last_day=date(2026, 1, 31)))
    assert str(first.amount) == amount
    assert first.quantity is None
    assert dict(first.explanation.facts).get("units that need this step") == deciding
    assert set(first.evidence) == {f"feed:{one.id}" for one in records}


def test_the_charge_shows_the_peak_of_each_unit_and_the_limits_of_its_step() -> None:
    records = [usage("seats", date(2026, 1, 5), 7), usage("disk", date(2026, 1, 9), "120.5")]
    (charge,) = billed(records, metered(last_day=date(2026, 1, 31)))
    text = charge.explanation.as_text()
    for expected in (
        "unit and its meter: gigabytes: disk, sum",
        "unit and its meter: users: seats, high_water",
        "step of the price: 2 / 3",
        "units that need this step: gigabytes",
        "peak of a unit: 120.5 gigabytes",
        "limit of the step: 500 gigabytes",
        "limit of the step: 50 users",
    ):
        assert expected in text


def test_a_late_record_of_any_unit_corrects_the_period_that_it_belongs_to() -> None:
    late = usage("seats", date(2026, 1, 15), 60, date(2026, 2, 10))
    records = [
        usage("seats", date(2026, 1, 5), 7),
        usage("disk", date(2026, 1, 9), 120),
        late,
        usage("seats", date(2026, 1, 31), 7),
    ]
    first, correction, second = billed(records)
    assert (first.key, str(first.amount)) == ("C-1/1/service/2026-01-01", "250.00 EUR")
    assert (correction.corrects, str(correction.amount)) == (first.key, "650.00 EUR")
    assert correction.trigger == date(2026, 2, 10)
    assert f"feed:{late.id}" in correction.evidence
    assert str(second.amount) == "100.00 EUR"  # the level that February begins with is 7 again
    withdrawn = attrs.evolve(
        late, id="W-1", quantity=0, replaces=late.id, withdrawn=True, recorded_on=date(2026, 2, 20)
    )
    back = billed([*records, withdrawn])
    assert [str(one.amount) for one in back if one.corrects] == ["650.00 EUR", "-650.00 EUR"]


def test_preview_is_bill() -> None:
    made, facts = contract(metered()), Facts(usage=[usage("disk", date(2026, 1, 9), 120)])
    bill = list(due(made, facts, TERMS, date(2026, 3, 31)))
    seen = preview(made, facts, TERMS, Span(TERMS.opening_day, date(2026, 4, 1)))
    assert [(one.key, one.amount) for one in seen] == [(one.key, one.amount) for one in bill]


def test_a_new_price_holds_from_its_day() -> None:
    dearer = CapacitySteps([CapacityStep.of("111", "EUR", {"users": None, "gigabytes": None})])
    change = Amendment("A-1", "C-1", date(2026, 1, 20), date(2026, 2, 1), NewPrice("1", dearer))
    made = contract(metered()).amended(change)
    amounts = [str(one.amount) for one in due(made, Facts(), TERMS, date(2026, 3, 31))]
    assert amounts == ["100.00 EUR", "111.00 EUR"]


def test_ramps_and_uplifts_of_steps_are_billed_at_the_price_of_the_day() -> None:
    uplifted = Uplifted(STEPS, Uplift.fixed(date(2025, 2, 1), 10))
    assert shown([], metered(uplifted)) == [
        "2026-01-01..2026-01-31 100.00 EUR",
        "2026-02-01..2026-02-28 110.00 EUR",
    ]
    doubled = STEPS.repriced(lambda price: price * 2)
    ramp = Ramp.of((date(2025, 1, 1), STEPS), (date(2026, 2, 1), doubled))
    assert shown([], metered(ramp)) == [
        "2026-01-01..2026-01-31 100.00 EUR",
        "2026-02-01..2026-02-28 200.00 EUR",
    ]


def test_what_changes_an_amount_goes_around_the_steps() -> None:
    made = metered(
        AtMost.of(Discounted(STEPS, [PercentOff(10)]), "200"), last_day=date(2026, 1, 31)
    )
    (small,) = billed([usage("seats", date(2026, 1, 5), 7)], made)
    assert str(small.amount) == "90.00 EUR"
    (large,) = billed([usage("seats", date(2026, 1, 5), 11)], made)
    assert str(large.amount) == "200.00 EUR"
    assert dict(large.explanation.facts)["units that need this step"] == "users"
    assert large.explanation.as_text().count("peak of a unit") == 2


def test_one_meter_may_feed_two_units_by_different_rules() -> None:
    source = UnitsMetered(
        {
            "users": UsageMetered("disk", UsageRule(Aggregation.UNIQUE)),
            "gigabytes": UsageMetered("disk"),
        }
    )
    at = datetime(2026, 1, 9, tzinfo=UTC)
    records = [
        attrs.evolve(usage("disk", date(2026, 1, 9), 8, id_=f"U-{n}"), subject=f"user {n}", at=at)
        for n in range(11)
    ]
    (charge,) = billed(records, metered(STEPS, source, date(2026, 1, 31)))
    assert str(charge.amount) == "250.00 EUR"  # 11 users, though 88 gigabytes only
    assert len(charge.evidence) == 11


# --- laws ----------------------------------------------------------------------------------------


@given(happened(unit_lines("1", "EUR").map(contract)))
def test_the_runs_of_a_period_add_up_to_its_price_at_the_peaks_known_in_the_end(
    there: Happened,
) -> None:
    """Late, replaced and withdrawn records included: the whole, priced once."""
    facts, (made,) = there.facts(), there.contract.lines
    totals: defaultdict[date, Money] = defaultdict(lambda: Money.zero("EUR"))
    for charge in due(there.contract, facts, LONG_OPEN, date(2027, 12, 31)):
        assert charge.replay() == charge.amount
        totals[charge.service.start] += charge.amount
    assert isinstance(made.scheme, CapacitySteps)
    assert isinstance(made.source, UnitsMetered)
    for period in made.periods():
        if period.span.end > date(2027, 1, 1):
            break
        peaks = {
            unit: UsageOfPeriod(facts, "K-1", metered, period.span)
            .known(date.max)
            .quantity(metered.rule, period.span)
            .quantity
            for unit, metered in made.source.meters
        }
        assert totals[period.span.start] == made.scheme.price(peaks).settle()


# --- what cannot be ------------------------------------------------------------------------------


def test_what_cannot_be_metered_by_unit_is_refused_with_the_reason() -> None:
    with pytest.raises(InvalidValue, match="give a meter for at least one"):
        UnitsMetered({})
    with pytest.raises(InvalidValue, match="a unit has two meters among users, users"):
        UnitsMetered([("users", UsageMetered("a")), ("users", UsageMetered("b"))])
    with pytest.raises(InvalidValue, match="the meter of 'users' is a UsageMetered, got 'a'"):
        UnitsMetered({"users": "a"})  # type: ignore[arg-type]
    alone = TimeBuckets.of(timedelta(hours=1), BucketUse.PRICED_ALONE)
    with pytest.raises(InvalidValue, match="the time buckets of 'users' are priced alone"):
        UnitsMetered({"users": UsageMetered("a", UsageRule(buckets=alone))})


@pytest.mark.parametrize(
    ("scheme", "source", "reason"),
    [
        (PerUnit.of(1, "EUR"), BOTH, "PerUnit prices one quantity, but gigabytes, users are"),
        (
            AtLeast.of(Ramp.of((date(2025, 1, 1), PerUnit.of(1, "EUR"))), 5),
            BOTH,
            "PerUnit prices one quantity",
        ),
        (
            STEPS,
            UnitsMetered({"users": UsageMetered("seats")}),
            "CapacitySteps limits gigabytes, users, but metered are users",
        ),
        (STEPS, UsageMetered("seats"), "CapacitySteps takes a quantity for each unit"),
        (STEPS, FixedQuantity(), "CapacitySteps takes a quantity for each unit"),
        (
            Ramp.of((date(2025, 1, 1), STEPS), (date(2026, 1, 1), PerUnit.of(1, "EUR"))),
            BOTH,
            "PerUnit prices one quantity",
        ),
    ],
)
def test_a_price_and_meters_that_do_not_fit_are_refused(
    scheme: Scheme, source: QuantitySource, reason: str
) -> None:
    with pytest.raises(InvalidValue, match=f"line '1': {reason}"):
        metered(scheme, source)
    with pytest.raises(InvalidValue, match=f"product 'P': {reason}"):
        Product.sold_as(ContractType.CONSUMPTION, "P", "Plan", [scheme], quantity=source)


def test_units_are_metered_by_period_and_in_arrears() -> None:
    for billing, reason in (
        (Billing(Timing.ARREARS, None), "billed by period"),
        (Billing(Timing.ADVANCE, Interval.months(1)), "billed in arrears"),
    ):
        with pytest.raises(InvalidValue, match=reason):
            Product.sold_as(
                ContractType.CONSUMPTION, "P", "Plan", [STEPS], quantity=BOTH, billing=billing
            )


def test_a_single_number_has_no_step() -> None:
    for one in (STEPS.price, STEPS.explain):
        with pytest.raises(InvalidValue, match="takes a quantity for each unit, got 5"):
            one(5)


# --- words and records ---------------------------------------------------------------------------


def test_the_line_says_what_is_metered_and_what_the_steps_cost() -> None:
    text = metered().describe(Culture.of("en")).as_text()
    assert "The lowest step that covers the peak of every unit is charged:" in text
    assert "  up to 100 gigabytes, 10 users: €100.00" in text
    assert "  up to any gigabytes, any users: €900.00" in text
    assert "users: The highest level of meter seats counts." in text
    german = metered().describe(Culture.of("de")).as_text()
    assert "niedrigste Treppenstufe" in german


def test_a_line_of_several_units_comes_back_from_its_record_and_stands_in_a_price_list() -> None:
    made = metered(Uplifted(STEPS, Uplift.fixed(date(2025, 2, 1), 10)))
    assert from_record(to_record(made)) == made
    entry = PriceEntry("P", "EUR", STEPS, date(2026, 1, 1))
    assert from_record(to_record(entry)) == entry

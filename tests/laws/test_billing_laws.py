"""Charges are a function of contract, facts and days, and of nothing else."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import attrs
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import Charge, due
from harmony_core.contracts import ContractLine
from harmony_core.explanation import Explanation
from harmony_core.finance import Money, money_sum
from harmony_core.periods import Month, Timing
from harmony_core.pricing import is_dated, price
from harmony_core.products import CountPolicy, DevicesCounted, Recognition, meters_of
from tests.strategies import (
    END,
    GROUP,
    OPENING,
    TERMS,
    Happened,
    contract,
    contracts,
    device_lines,
    fixed_lines,
    happened,
    period_of,
)

SETTLED = END + timedelta(days=100)
"""What was billed ahead before the last fact was known is trued up by then."""
LONG_OPEN = attrs.evolve(TERMS, group=attrs.evolve(GROUP, opening_day=date(2020, 1, 1)))


def billed(there: Happened, through: date = END) -> dict[str, Charge]:
    charges = list(due(there.contract, there.facts(), TERMS, through))
    by_key = {charge.key: charge for charge in charges}
    assert len(by_key) == len(charges), "a key charges one thing"
    return by_key


@given(happened(), st.randoms(use_true_random=False))
def test_facts_in_any_order_give_the_same_charges(there: Happened, dice: Random) -> None:
    charges = list(due(there.contract, there.facts(), TERMS, END))
    assert list(due(there.contract, there.facts(shuffled=dice), TERMS, END)) == charges


@given(happened())
def test_billing_twice_bills_once(there: Happened) -> None:
    assert not list(due(there.contract, there.facts(), TERMS, END, billed(there).keys()))


@given(happened(), st.sets(st.integers(0, (END - OPENING).days), max_size=6))
def test_charges_are_the_same_whatever_nights_the_runs_were(
    there: Happened, nights: set[int]
) -> None:
    """Each night sees what was recorded by then; the last one catches up."""
    found: dict[str, Charge] = {}
    for night in sorted({*nights, (END - OPENING).days}):
        day = OPENING + timedelta(days=night)
        for charge in due(there.contract, there.facts(known=day), TERMS, day, found.keys()):
            assert charge.trigger <= day
            found[charge.key] = charge
    assert found == billed(there)


@given(happened())
def test_one_run_of_three_months_equals_three_runs_of_one(there: Happened) -> None:
    found: dict[str, Charge] = {}
    for month in (Month(2026, 1), Month(2026, 2), Month(2026, 3)):
        facts = there.facts(known=month.last_day)
        for charge in due(there.contract, facts, TERMS, month.last_day, found.keys()):
            found[charge.key] = charge
    assert found == billed(there, date(2026, 3, 31))


@given(happened())
def test_a_charge_re_evaluates_from_its_explanation(there: Happened) -> None:
    for charge in billed(there).values():
        assert charge.replay() == charge.amount
        stored = json.loads(json.dumps(charge.explanation.as_data()))
        assert attrs.evolve(charge, explanation=Explanation.from_data(stored)) == charge
        assert charge.explanation.as_text()


@given(happened())
def test_what_was_known_late_costs_in_the_end_what_it_would_have_cost_at_once(
    there: Happened,
) -> None:
    """The first charge of a period and its corrections are the whole as known last."""

    def totals(what: Happened) -> dict[tuple[str, bool, str], Fraction]:
        found: defaultdict[tuple[str, bool, str], Fraction] = defaultdict(Fraction)
        for charge in due(what.contract, what.facts(), LONG_OPEN, SETTLED):
            period = period_of(charge)
            found[period] += charge.amount.exact.value
        return {period: total for period, total in found.items() if total}

    assert totals(there) == totals(there.at_once())


@given(happened())
def test_only_what_was_not_known_at_first_is_corrected(there: Happened) -> None:
    charges = billed(there).values()
    corrections = [charge for charge in charges if charge.corrects is not None]
    for charge in corrections:
        assert charge.amount
        assert charge.booked_on == charge.trigger
        assert charge.corrects == charge.key.partition("@")[0]
    on_time = billed(there.at_once()).values()
    advance = {one.id for one in there.contract.lines if one.billing.lead_days or _in_advance(one)}
    if any(record.replaces for record in there.usage):  # known on its day, about another one
        advance |= {one.id for one in there.contract.lines if meters_of(one.source)}
    assert not [c for c in on_time if c.corrects is not None and c.line_id not in advance]


def _in_advance(line: ContractLine) -> bool:
    return line.billing.timing is Timing.ADVANCE


@given(happened(contracts()))
def test_nothing_falls_due_before_the_books_open(there: Happened) -> None:
    for charge in billed(there).values():
        assert OPENING <= charge.trigger <= END
        assert charge.booked_on <= charge.trigger


def _of_one_price(line: ContractLine) -> bool:
    return not is_dated(line.scheme)


@st.composite
def _counted_two_ways(draw: st.DrawFn) -> tuple[Happened, Happened]:
    advance = draw(device_lines("1", "EUR", CountPolicy.ADVANCE_TRUE_UP))
    assert isinstance(advance.source, DevicesCounted)
    daily = attrs.evolve(
        advance,
        source=attrs.evolve(advance.source, policy=CountPolicy.DAILY),
        billing=attrs.evolve(advance.billing, timing=Timing.ARREARS, lead_days=0),
        accounting=attrs.evolve(advance.accounting, recognition=Recognition.AT_ONCE),
    )
    there = draw(happened(st.just(contract(advance))))
    return there, attrs.evolve(there, contract=contract(daily))


@given(_counted_two_ways())
def test_an_advance_and_its_true_up_are_what_daily_counting_bills(
    ways: tuple[Happened, Happened],
) -> None:
    def by_period(there: Happened) -> dict[date, Money]:
        found: defaultdict[date, list[Money]] = defaultdict(list)
        for charge in due(there.contract, there.facts(), LONG_OPEN, END):
            if charge.service.end <= END:
                found[charge.service.start].append(charge.amount)
        return {start: money_sum(amounts, "EUR") for start, amounts in found.items()}

    advance, daily = ways
    assert by_period(advance) == by_period(daily)


@given(happened(fixed_lines("1", "EUR").filter(_of_one_price).map(contract)))
def test_a_stub_is_never_billed_more_than_its_full_period(there: Happened) -> None:
    (line,) = there.contract.lines
    whole = price(line.scheme, line.quantity).settle()
    for charge in billed(there).values():
        assert Money(0, "EUR") <= charge.amount <= whole
        stub = line.last_day is not None and charge.service.last_day == line.last_day
        assert stub or charge.amount == whole

"""What is agreed later is billed as if it had been agreed at once, and nothing else moves."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from harmony_core.billing import BillingTerms, ChargeKind, impact, preview
from harmony_core.contracts import (
    Amendment,
    Change,
    Contract,
    LineBegins,
    LineEnds,
    NewPrice,
    NewQuantity,
)
from harmony_core.finance import Money
from harmony_core.periods import Span
from harmony_core.pricing import PerUnit
from harmony_core.products import Recognition
from tests.strategies import (
    END,
    FIRST,
    GROUP,
    LAST,
    RATES,
    TERMS,
    TREE,
    Happened,
    amendments,
    contract,
    contracts,
    fixed_lines,
    happened,
    line,
)

EARLY = attrs.evolve(GROUP, opening_day=date(2020, 1, 1))
OPEN = BillingTerms(EARLY, RATES, TREE, rate_policy=TERMS.rate_policy)
EVER = Span.of_days(date(2020, 1, 1), END + timedelta(days=200))
days = st.dates(FIRST, LAST)
quantities = st.sampled_from([Fraction(n) for n in (0, 1, 7, 60, "2.5")])


@st.composite
def amended(
    draw: st.DrawFn, agreed: st.SearchStrategy[Contract] | None = None
) -> tuple[Happened, Contract]:
    """What happened under a contract, and the contract with amendments."""
    there = draw(happened(contracts() if agreed is None else agreed))
    made = draw(amendments(there.contract, least=1))
    assume(made.amendments)
    return there, made


def totals(agreed: Contract, there: Happened) -> dict[tuple[str, bool, date], Money]:
    """What each period comes to with its corrections."""
    sums: defaultdict[tuple[str, bool, date], list[Money]] = defaultdict(list)
    for one in preview(agreed, there.facts(), OPEN, EVER):
        overage = one.planned.kind is ChargeKind.OVERAGE  # an advance and its true-up are one
        key = one.planned.line.id, overage, one.planned.period.span.start
        sums[key].append(one.amount)
    found = {key: sum(parts, Money.zero(agreed.currency)) for key, parts in sums.items()}
    return {key: total for key, total in found.items() if total}


@given(amended())
def test_what_was_agreed_late_costs_what_it_would_have_cost_at_once(
    case: tuple[Happened, Contract],
) -> None:
    there, late = case
    at_once = attrs.evolve(there, contract=late).at_once().contract
    assert totals(late, there) == totals(at_once, there)


@given(amended(), st.permutations(range(3)))
def test_the_order_in_which_amendments_arrive_plays_no_part(
    case: tuple[Happened, Contract], order: list[int]
) -> None:
    there, made = case
    shuffled = there.contract
    for number in order:
        for one in made.amendments:
            if one.id == f"A-{number}" and not _needs_another(one, shuffled):
                shuffled = shuffled.amended(one)
    assume(len(shuffled.amendments) == len(made.amendments))
    assert shuffled == made
    assert list(preview(shuffled, there.facts(), OPEN, EVER)) == list(
        preview(made, there.facts(), OPEN, EVER)
    )


def _needs_another(one: Amendment, agreed: Contract) -> bool:
    ids = {line.id for line in agreed.lines_ever}
    return any(
        change.line_id not in ids and not isinstance(change, LineBegins) for change in one.changes
    )


@given(happened(contracts()), days, days)
def test_agreeing_on_what_holds_already_changes_nothing(
    there: Happened, first_day: date, agreed_on: date
) -> None:
    same: list[Change] = []
    for one in there.contract.lines:
        if one.fund is None and one.is_fixed:
            same.append(NewQuantity(one.id, one.quantity))
        if one.fund is None and one.is_fixed:
            same.append(NewPrice(one.id, one.scheme))
    assume(same)
    made = there.contract.amended(Amendment("A", "C-1", agreed_on, first_day, same))
    facts = there.facts()
    before = [(x.key, x.amount) for x in preview(there.contract, facts, OPEN, EVER)]
    assert [(x.key, x.amount) for x in preview(made, facts, OPEN, EVER)] == before


@given(happened(fixed_lines("1", "EUR").map(contract)), days, days, quantities)
def test_a_change_and_its_undoing_at_the_same_instant_are_zero(
    there: Happened, first_day: date, agreed_on: date, quantity: Fraction
) -> None:
    line_id, agreed = "1", there.contract.line("1").quantity
    once = Amendment("A", "C-1", agreed_on, first_day, [NewQuantity(line_id, quantity)])
    back = Amendment(
        "B", "C-1", agreed_on + timedelta(days=1), first_day, [NewQuantity(line_id, agreed)]
    )
    made = there.contract.amended(once).amended(back)
    assert totals(made, there) == totals(there.contract, there)


@given(amended(fixed_lines("1", "EUR").map(contract)))
def test_only_what_changed_is_corrected(case: tuple[Happened, Contract]) -> None:
    there, made = case
    begins = min(one.first_day for one in made.amendments)
    old, new = totals(there.contract, there), totals(made, there)
    ended = [key for key in old.keys() | new.keys() if old.get(key) != new.get(key)]
    for line_id, _, start in ended:
        spans = {
            one.planned.period.span.start: one.planned.period.span
            for agreed in (there.contract, made)
            for one in preview(agreed, there.facts(), OPEN, EVER)
            if one.planned.line.id == line_id
        }
        assert spans[start].end > begins


@given(amended(fixed_lines("1", "EUR").map(contract)), st.dates(LAST, END - timedelta(days=40)))
def test_the_impact_that_was_stated_is_what_is_then_billed(
    case: tuple[Happened, Contract], through: date
) -> None:
    there, made = case
    facts, last = there.facts(), made.amendments[-1]
    before = attrs.evolve(made, amendments=[one for one in made.amendments if one != last])
    if _needs_another(last, before):
        return
    stated = impact(before, last, facts, OPEN, through)
    window = Span(EVER.start, max(through, last.known_on) + timedelta(days=2))

    def billed(agreed: Contract) -> Money:
        amounts = (
            one.amount
            for one in preview(agreed, facts, OPEN, window)
            if one.planned.period.span.start <= through
        )
        return sum(amounts, Money.zero(agreed.currency))

    assert stated.total == billed(made) - billed(before)
    assert stated.total == sum((one.change for one in stated.periods), Money.zero(stated.currency))


def test_ten_become_twenty_half_way() -> None:
    """Ten at 1.00 for June, twenty from the 16th: what others write as -5.00 and +10.00."""
    seats = line(PerUnit.of("1", "EUR"), date(2026, 6, 1), quantity=10)
    agreed = contract(seats).amended(
        Amendment("A", "C-1", date(2026, 6, 10), date(2026, 6, 16), [NewQuantity("1", 20)])
    )
    there = Happened(agreed)
    found = list(preview(agreed, there.facts(), OPEN, Span.of_days(EVER.start, date(2026, 7, 1))))
    assert [(str(one.service), str(one.amount)) for one in found] == [
        ("2026-06-01..2026-06-30", "10.00 EUR"),
        ("2026-06-16..2026-06-30", "5.00 EUR"),
        ("2026-07-01..2026-07-31", "20.00 EUR"),
    ]
    assert found[1].planned.corrects == found[0].key
    assert found[1].evidence == ("A",)


def test_a_year_billed_ahead_is_earned_only_while_it_runs() -> None:
    """See the books law for any sequence; here the figures of one."""
    year = line(
        PerUnit.of("1200", "EUR"),
        date(2026, 1, 1),
        months=12,
        recognition=Recognition.STRAIGHT_LINE,
    )
    ended = contract(year).amended(
        Amendment("A", "C-1", date(2026, 6, 20), date(2026, 7, 1), [LineEnds("1")])
    )
    found = list(preview(ended, Happened(ended).facts(), OPEN, Span.of_days(EVER.start, END)))
    assert [(str(one.service), str(one.amount)) for one in found] == [
        ("2026-01-01..2026-12-31", "1200.00 EUR"),
        ("2026-07-01..2026-12-31", "-604.93 EUR"),
    ]

"""A month closes in its turn, once, and whole or not at all."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from harmony_core.errors import AccountNotMapped, HarmonyError, NotFound, RateNotFound, RuleBroken
from harmony_core.finance import (
    CostRateTable,
    Dimensions,
    Group,
    Money,
    RateKind,
    Role,
    consolidate,
    money_sum,
    open_pairs,
)
from harmony_core.periods import Month
from harmony_core.pricing import Flat
from harmony_core.products import ContractType, Recognition
from harmony_core.repositories import MemoryStore
from harmony_core.work import Progress, TimeEntry
from harmony_core.workflows import (
    MonthReport,
    close_books,
    month_end,
    pay_within_group,
    review_work,
)
from tests.strategies import GROUP, contract, line
from tests.workflows.company import (
    NOTHING,
    PREPAID,
    RATES,
    books,
    company,
    in_memory,
    time,
)

JANUARY, FEBRUARY, MARCH = Month(2026, 1), Month(2026, 2), Month(2026, 3)


def without(role: str) -> Group:
    """The group, in which the German company has no code for a role."""
    entities = (
        attrs.evolve(
            entity, accounts={name: code for name, code in entity.accounts.items() if name != role}
        )
        if entity.id == "DE"
        else entity
        for entity in GROUP.entities
    )
    return attrs.evolve(GROUP, entities=tuple(entities))


def test_a_gap_is_refused() -> None:
    store = in_memory()
    with pytest.raises(RuleBroken, match="2026-01 is still open: months are closed in order"):
        month_end(store, FEBRUARY)
    assert books(store) == NOTHING
    month_end(store, JANUARY)
    with pytest.raises(RuleBroken, match="2026-02 is still open"):
        month_end(store, MARCH)


def test_a_month_before_the_books_open_is_refused() -> None:
    with pytest.raises(RuleBroken, match="open on 2026-01-01: 2025-12 lies before"):
        month_end(in_memory(), Month(2025, 12))


def test_closing_again_changes_nothing_and_says_so() -> None:
    store = in_memory()
    first = month_end(store, JANUARY)
    assert not first.was_closed
    assert first.night.charges
    assert first.entries
    after = books(store)
    nothing = attrs.evolve(first.night, charges=(), invoices=())
    assert month_end(store, JANUARY) == MonthReport(JANUARY, True, nothing, (), (), ())
    assert books(store) == after


def test_what_a_month_books() -> None:
    report = month_end(in_memory(), JANUARY)
    kinds = [(entry.kind, entry.entity, entry.day) for entry in report.entries]
    last = date(2026, 1, 31)
    assert kinds == [
        ("recognition", "DE", last),  # B-1: 12 of 31 licence days
        ("recognition", "DE", last),  # C-1: one of 28 support days; 13 hours
        ("recognition", "GB", last),  # C-2: January's traffic, and no device days yet
        ("labour", "DE", last),  # anna
        ("labour", "IN", last),  # ravi
        ("transfer", "IN", last),
        ("transfer", "DE", last),
    ]
    earned = {(row.contract_id, row.line_id): row.amount.transaction for row in report.recognised}
    assert earned == {
        ("B-1", "1"): Money.of("43.01", "EUR"),
        ("C-1", "1"): Money.of("9.64", "EUR"),
        ("C-1", "2"): Money.of("1235.00", "EUR"),
        ("C-2", "1"): Money.of("90.00", "GBP"),
    }
    labour = {
        (entry.entity, line.role): line.amount.transaction
        for entry in report.entries
        if entry.kind == "labour"
        for line in entry.lines
    }
    assert labour["DE", Role.LABOUR_COST] == Money.of("417.00", "EUR")  # 8 h of 52.125
    assert labour["IN", Role.LABOUR_COST] == Money.of("7250.00", "INR")  # 5 h of 1450
    transfer = [
        line for entry in report.entries if entry.kind == "transfer" for line in entry.lines
    ]
    owed = {line.role: line.amount.transaction for line in transfer}
    assert owed[Role.INTERCOMPANY_COST] == Money.of("7830.00", "INR")  # and 8 per cent
    assert owed[Role.INTERCOMPANY_REVENUE] == -owed[Role.INTERCOMPANY_COST]


FAULTS = [
    # In the night, with the charges made; among the invoices; at the very end, with the labour.
    pytest.param({"rates": [r for r in RATES if r.quote != "GBP"]}, RateNotFound, id="pounds"),
    pytest.param({"group": without(Role.RECEIVABLE)}, AccountNotMapped, id="receivable"),
    pytest.param({"group": without(Role.COST_OF_SALES)}, AccountNotMapped, id="direct cost"),
    pytest.param({"group": without(Role.LABOUR_COST)}, AccountNotMapped, id="labour"),
    pytest.param({"group": without(Role.INTERCOMPANY_COST)}, AccountNotMapped, id="transfer"),
    pytest.param({"rates": [r for r in RATES if r.quote != "INR"]}, RateNotFound, id="rupees"),
]


@pytest.mark.parametrize(("fault", "error"), FAULTS)
def test_what_fails_in_the_middle_leaves_nothing_and_completes_later(
    fault: dict[str, object], error: type[HarmonyError]
) -> None:
    store = in_memory(**fault)
    with pytest.raises(error):
        month_end(store, JANUARY)
    assert books(store) == NOTHING
    with store.begin() as unit:
        assert unit.nights.last() is None
        unit.rates.add(RATES)
        unit.company.save(company())
    for month in (JANUARY, FEBRUARY, MARCH):
        month_end(store, month)
    assert books(store) == books(undisturbed())


def undisturbed() -> MemoryStore:
    store = in_memory()
    for month in (JANUARY, FEBRUARY, MARCH):
        month_end(store, month)
    return store


def test_no_month_closes_without_the_cost_of_its_work() -> None:
    """Once closed it could never be booked."""
    store = in_memory()
    with store.begin() as unit:
        rates = unit.company.get().cost_rates
        known = {key: rate for key, rate in rates.persons.items() if key != "ravi"}
        unit.company.save(attrs.evolve(company(), cost_rates=CostRateTable(persons=known)))
    with pytest.raises(NotFound, match=r"cost of 1 facts of 2026-01 cannot be booked \(T-2: "):
        month_end(store, JANUARY)
    assert books(store) == NOTHING
    assert [fact.id for fact in review_work(store, [JANUARY]).uncovered] == ["T-2"]
    with store.begin() as unit:
        unit.company.save(company())
    month_end(store, JANUARY)


@pytest.mark.parametrize(
    ("at", "about"),
    [
        (None, ()),
        (("C-404", "1"), ()),
        (("B-1", "1"), ()),  # what suppliers sell us takes no work
        (("C-1", "404"), (("contract", "C-1"), ("customer", "K-1"))),
    ],
)
def test_work_that_no_line_takes_costs_money_all_the_same(
    at: tuple[str, str] | None, about: Dimensions
) -> None:
    store = in_memory(facts=[time("T-1", "anna", date(2026, 1, 12), 8, at)])
    report = month_end(store, JANUARY)
    (entry,) = [entry for entry in report.entries if entry.kind == "labour"]
    cost = [line for line in entry.lines if line.role == Role.LABOUR_COST]
    assert [line.amount.transaction for line in cost] == [Money.of("417.00", "EUR")]
    assert cost[0].dimensions == about
    assert [(fact.kind, fact.id) for fact in report.uncovered] == [("time", "T-1")]


def test_work_of_somebody_unknown_stops_the_month() -> None:
    store = in_memory(facts=[time("T-1", "nobody", date(2026, 1, 12), 8, None)])
    with pytest.raises(NotFound, match="no contract is named; no person 'nobody'"):
        month_end(store, JANUARY)


def test_every_month_adds_up_for_the_group() -> None:
    entries = books(undisturbed()).entries
    for month in (JANUARY, FEBRUARY, MARCH):
        found = consolidate(entries, GROUP, month.last_day)
        assert found.is_zero
        assert not found.breaks
    assert consolidate(entries, GROUP).eliminations


def test_a_contractor_is_direct_cost() -> None:
    store = undisturbed()
    found = {
        line.role
        for entry in books(store).entries
        if entry.kind == "labour" and entry.entity == "GB"
        for line in entry.lines
    }
    assert found == {Role.COST_OF_SALES, Role.LABOUR_ABSORBED}


def test_late_work_belongs_to_the_month_in_which_it_became_known() -> None:
    store = in_memory()
    review = review_work(store, [JANUARY, FEBRUARY])
    months = {
        rated.entry.id: month
        for month in (JANUARY, FEBRUARY)
        for rated in review_work(store, [month]).times
    }
    assert months["T-2"] == JANUARY
    assert months["T-3"] == FEBRUARY
    assert len(review.times) == len(months)


def test_a_company_that_closed_earlier_posts_on_its_first_open_day() -> None:
    store = in_memory()
    closed = close_books(store, "DE", JANUARY)
    assert closed.first_open_day("DE", JANUARY.first_day) == FEBRUARY.first_day
    month_end(store, JANUARY)
    entries = books(store).entries
    assert {entry.entity for entry in entries} >= {"DE", "GB"}
    between = [entry for entry in entries if entry.pair is not None]
    assert between
    for entry in entries:
        if entry.entity == "DE" or entry in between:  # both sides of a pair are posted on one day
            assert entry.day == FEBRUARY.first_day
            assert "which is closed" in entry.text
        else:
            assert entry.day <= JANUARY.last_day
    with store.begin() as unit:
        group = unit.company.get().group
    for day in (JANUARY.last_day, FEBRUARY.first_day):
        assert consolidate(entries, group, day).breaks == ()
    with pytest.raises(NotFound):
        close_books(store, "XX", JANUARY)


def test_companies_pay_each_other_and_what_they_still_owe_is_revalued() -> None:
    """Work of February is charged within the group and paid in part; the rest is revalued."""
    store = in_memory()
    month_end(store, JANUARY)
    month_end(store, FEBRUARY)
    owed = [one for one in open_pairs(books(store).entries, FEBRUARY.last_day) if one.open]
    first = owed[0]
    part = Money(first.open.minor // 3, first.open.currency)
    day = date(2026, 3, 5)
    made = pay_within_group(store, first.debtor, first.creditor, part, id="PAY-1", day=day)
    assert {entry.day for entry in made} == {day}
    assert pay_within_group(
        store, first.debtor, first.creditor, part, id="PAY-1", day=day
    ) == tuple(sorted(made, key=lambda one: one.id))
    with pytest.raises(RuleBroken, match="another payment was booked as 'PAY-1'"):
        pay_within_group(store, first.debtor, first.creditor, part * 2, id="PAY-1", day=day)
    report = month_end(store, Month(2026, 3), revalued_at=RateKind.SPOT)
    shown = [one for one in report.entries if one.id.startswith("REVIC-")]
    assert shown
    with store.begin() as unit:
        group = unit.company.get().group
    everything = books(store).entries
    for through in (Month(2026, 3).last_day, date(2026, 4, 1)):
        found = consolidate(everything, group, through)
        assert not found.breaks
        assert found.balances[Role.INTERCOMPANY_RECEIVABLE] == Money.zero(group.currency)
        assert found.balances[Role.INTERCOMPANY_PAYABLE] == Money.zero(group.currency)
    back = [entry for entry in shown if entry.id.endswith("-back")]
    assert len(back) * 2 == len(shown)


def earned_by_month(store: MemoryStore, *months: Month) -> list[tuple[str, str]]:
    """What each month earns of one contract in euro, and what of that is breakage."""
    found = []
    for month in months:
        rows = month_end(store, month).recognised
        lapsed = [row.breakage.transaction for row in rows if row.breakage is not None]
        total = money_sum((row.amount.transaction for row in rows), "EUR")
        found.append((str(total.amount), str(money_sum(lapsed, "EUR").amount)))
    return found


def test_a_lower_estimate_takes_back_what_was_earned_whole() -> None:
    terms = line(
        Flat.of("1000.00", "EUR"),
        date(2026, 1, 10),
        kind=ContractType.TRANSACTIONAL,
        months=None,
        recognition=Recognition.PERCENT_COMPLETE,
    )
    store = in_memory(contracts=[contract(terms)], facts=[])
    with store.begin() as unit:
        for id_, day, share in (
            ("P-1", date(2026, 1, 31), "1"),
            ("P-2", date(2026, 2, 20), "0.8"),
            ("P-3", date(2026, 3, 20), "1"),
        ):
            unit.progress.add(Progress(id_, "C-1", "1", day, share))
    earned = earned_by_month(store, JANUARY, FEBRUARY, MARCH)
    assert [amount for amount, _ in earned] == ["1000.00", "-200.00", "200.00"]


def test_hours_keyed_after_a_block_was_earned_whole_were_no_breakage() -> None:
    """Ten hours at 80.00 end on 4 March; three of them are keyed in April."""
    worked = [
        TimeEntry("T-1", "anna", date(2026, 2, 2), 6, "C-3", "1"),
        TimeEntry("T-2", "anna", date(2026, 2, 3), 3, "C-3", "1", recorded_on=date(2026, 4, 2)),
    ]
    store = in_memory(contracts=[PREPAID], facts=worked)
    earned = earned_by_month(store, JANUARY, FEBRUARY, MARCH, MARCH + 1, MARCH + 2)
    assert earned == [
        ("0.00", "0.00"),
        ("480.00", "0.00"),
        ("320.00", "320.00"),
        ("0.00", "-240.00"),
        ("0.00", "0.00"),
    ]

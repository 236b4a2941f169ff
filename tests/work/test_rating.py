"""What one piece of work costs, earns and transfers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound
from harmony_core.finance import (
    CostPlus,
    CostRateTable,
    ExactAmount,
    FixedRate,
    Money,
    PercentOfSell,
    Rate,
    RateBook,
    TransferMethod,
    TransferRule,
    TransferRules,
    TransferSubject,
)
from harmony_core.parties import Employment, Person
from harmony_core.periods import History
from harmony_core.products import (
    ExpenseTerms,
    HourlyRate,
    RateCard,
    RatedFor,
    TimeRounding,
    TimeScope,
    TimeTerms,
    TimeWorked,
)
from harmony_core.work import (
    CustomerView,
    Expense,
    RatedTime,
    RatedWork,
    TimeEntry,
    UsageRecord,
    WorkSubject,
    WorkTerms,
    bill_time,
    customer_view,
    rate_expense,
    rate_time,
    rate_work,
)

START = date(2024, 1, 1)
MOVE = date(2025, 7, 1)
DAY = date(2026, 3, 10)

PEOPLE: Mapping[str, Person] = {
    "anna": Person.of(
        "anna", "Anna", Employment("GB", "engineer", START), Employment("DE", "engineer", MOVE)
    ),
    "ravi": Person.of("ravi", "Ravi", Employment("IN", "engineer", START)),
    "tom": Person.of("tom", "Tom", Employment("GB", "engineer", START)),
}
COSTS = CostRateTable(
    persons={
        "anna": History.of(
            [(START, ExactAmount.of("42.00", "GBP")), (MOVE, ExactAmount.of("51.005", "EUR"))]
        ),
        "ravi": History.of([(START, ExactAmount.of(1450, "INR"))]),
    },
    groups={"engineer": History.of([(START, ExactAmount.of("39.00", "GBP"))])},
)
SELL = ExactAmount.of("95.00", "GBP")


def rules(method: TransferMethod) -> TransferRules:
    time, expense = TransferSubject.TIME, TransferSubject.EXPENSE
    return TransferRules(
        (
            TransferRule("T-IN", "GB", "IN", method, START, subject=time),
            TransferRule("T-DE", "GB", "DE", method, START, subject=time),
            TransferRule("T-EXP", None, None, CostPlus(0), START, subject=expense),
        )
    )


def rated(
    entry: TimeEntry,
    *,
    unit_price: ExactAmount | None = SELL,
    method: TransferMethod | None = None,
    known: date | None = None,
) -> RatedTime:
    return rate_time(
        entry,
        unit_price=unit_price,
        people=PEOPLE,
        cost_rates=COSTS,
        seller_entity="GB",
        transfer_rules=rules(method or CostPlus(8)),
        known=known,
    )


RAVI = TimeEntry("t1", "ravi", DAY, "12.5", "C-1", "L-1", "engineering")


@pytest.mark.parametrize(
    ("method", "transfer"),
    [
        (CostPlus(8), Money.of("19575.00", "INR")),
        (PercentOfSell(60), Money.of("712.50", "GBP")),
        (FixedRate(ExactAmount.of("28.00", "GBP")), Money.of("350.00", "GBP")),
    ],
)
def test_the_method_moves_only_the_transfer(method: TransferMethod, transfer: Money) -> None:
    one = rated(RAVI, method=method)
    assert one.performer_entity == "IN"
    assert one.cost == Money.of("18125.00", "INR")
    assert one.billable == Money.of("1187.50", "GBP")
    assert one.transfer is not None
    assert one.transfer.amount == transfer
    assert (one.transfer.performer, one.transfer.seller) == ("IN", "GB")


def test_covered_work_costs_and_transfers_all_the_same() -> None:
    one = rated(RAVI, unit_price=None)
    assert one.billable is None
    assert one.cost == Money.of("18125.00", "INR")
    assert one.transfer is not None
    assert one.transfer.amount == Money.of("19575.00", "INR")


def test_a_percentage_of_covered_work_is_nothing() -> None:
    one = rated(RAVI, unit_price=None, method=PercentOfSell(60))
    assert one.transfer is not None
    assert not one.transfer.amount


@pytest.mark.parametrize(
    ("day", "entity", "cost", "transfers"),
    [
        (date(2025, 6, 30), "GB", Money.of("84.00", "GBP"), False),
        (date(2025, 7, 1), "DE", Money.of("102.01", "EUR"), True),
    ],
)
def test_a_person_who_moved_works_for_the_employer_of_the_day(
    day: date, entity: str, cost: Money, transfers: bool
) -> None:
    one = rated(TimeEntry("t", "anna", day, 2, "C-1", "L-1"))
    assert one.performer_entity == entity
    assert one.cost == cost
    assert (one.transfer is not None) == transfers


def test_the_multiplier_weighs_the_price_and_not_the_cost() -> None:
    plain = rated(TimeEntry("t", "tom", DAY, 2, "C-1", "L-1"))
    night = rated(TimeEntry("t", "tom", DAY, 2, "C-1", "L-1", multiplier="1.5"))
    assert plain.cost == night.cost == Money.of("78.00", "GBP")
    assert plain.billable == Money.of("190.00", "GBP")
    assert night.billable == Money.of("285.00", "GBP")


hours = st.integers(-400, 400).map(lambda quarters: Fraction(quarters, 4))
times = st.builds(
    TimeEntry,
    st.integers(0, 999).map(str),
    st.sampled_from(["anna", "ravi", "tom", "nobody"]),
    st.dates(date(2023, 11, 1), date(2026, 3, 31)),
    hours,
    st.sampled_from([None, "C-1", "C-2", "C-9"]),
    st.sampled_from([None, "L-1"]),
)


@given(times, st.sampled_from([CostPlus(8), PercentOfSell(60)]))
def test_amounts_are_what_their_explanations_say_and_credits_mirror(
    entry: TimeEntry, method: TransferMethod
) -> None:
    if entry.person_id == "nobody" or entry.day < START:
        with pytest.raises(NotFound):
            rated(entry, method=method)
        return
    one = rated(entry, method=method)
    back = rated(attrs.evolve(entry, hours=-entry.hours), method=method)
    assert one.cost == -back.cost
    assert one.cost.exact.value == one.cost_explanation.evaluate()
    assert one.billable is not None
    assert back.billable is not None
    assert one.billable == -back.billable
    assert one.billable_explanation is not None
    assert one.billable.exact.value == one.billable_explanation.evaluate()
    if one.transfer is not None:
        assert back.transfer is not None
        assert one.transfer.amount == -back.transfer.amount


TERMS = {
    ("C-1", "L-1"): WorkTerms("GB", "GBP", SELL, expense_markup_percent=10),
    ("C-2", "L-1"): WorkTerms("DE", "EUR"),
}
RATES = RateBook([Rate("INR", "GBP", DAY, "0.0095", source="test")])


def rate_all(
    facts: list[TimeEntry | Expense], known: date | None = None, book: RateBook = RATES
) -> RatedWork:
    return rate_work(
        facts,
        TERMS,
        people=PEOPLE,
        cost_rates=COSTS,
        transfer_rules=rules(CostPlus(8)),
        rates=book,
        known=known,
    )


@given(st.lists(times, max_size=8, unique_by=lambda entry: entry.id), st.data())
def test_every_fact_is_rated_or_uncovered_once_in_any_order(
    entries: list[TimeEntry], data: st.DataObject
) -> None:
    facts: list[TimeEntry | Expense] = list(entries)
    result = rate_all(facts)
    assert rate_all(data.draw(st.permutations(facts))) == result
    seen = [one.entry.id for one in result.times] + [one.fact.id for one in result.uncovered]
    assert sorted(seen) == sorted(entry.id for entry in entries)
    assert all(one.reason for one in result.uncovered)


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (TimeEntry("t", "tom", DAY, 1), "no contract is named"),
        (TimeEntry("t", "tom", DAY, 1, "C-1"), "no line of contract 'C-1' is named"),
        (TimeEntry("t", "tom", DAY, 1, "C-1", "L-7"), "has no line 'L-7' with terms for work"),
        (TimeEntry("t", "eve", DAY, 1, "C-1", "L-1"), "no person 'eve' among the 3 given"),
        (TimeEntry("t", "tom", date(2020, 1, 1), 1, "C-1", "L-1"), "nobody employs 'tom'"),
        (TimeEntry("t", "ravi", DAY, 1, "C-2", "L-1"), "no transfer rule for time of 'IN'"),
        (
            Expense("e", "tom", DAY, Money.of(9, "USD"), "C-1", "L-1"),
            "no spot rate USD/GBP for 2026-03-10",
        ),
    ],
)
def test_what_cannot_be_rated_says_why(fact: TimeEntry | Expense, reason: str) -> None:
    good = TimeEntry("good", "tom", DAY, 1, "C-1", "L-1")
    result = rate_all([fact, good])
    [uncovered] = result.uncovered
    assert uncovered.fact == fact
    assert reason in uncovered.reason
    assert [one.entry for one in result.times] == [good]


def test_a_fact_is_rated_from_the_day_on_which_it_is_known() -> None:
    late = TimeEntry("t", "tom", DAY, 1, "C-1", "L-1", recorded_on=date(2026, 4, 2))
    assert rate_all([late], known=date(2026, 4, 1)) == RatedWork((), (), ())
    assert len(rate_all([late], known=date(2026, 4, 2)).times) == 1


TAXI = Expense("e1", "ravi", DAY, Money.of("8000.00", "INR"), "C-1", "L-1", "taxi")


def test_an_expense_is_passed_at_cost_and_billed_with_its_mark_up() -> None:
    [one] = rate_all([TAXI]).expenses
    assert one.cost == Money.of("8000.00", "INR")
    assert one.billable == Money.of("83.60", "GBP")
    assert one.billable_explanation is not None
    assert one.billable_explanation.evaluate() == Fraction("83.60")
    assert one.transfer is not None
    assert one.transfer.amount == Money.of("8000.00", "INR")
    assert one.transfer.rule_id == "T-EXP"


def test_an_expense_that_the_customer_does_not_pay_needs_no_rate() -> None:
    trip = Expense("e", "anna", DAY, Money.of("9.00", "USD"), "C-2", "L-1")
    [one] = rate_all([trip], book=RateBook()).expenses
    assert one.billable is None
    assert one.transfer is None  # Anna is employed by the seller that day


def test_an_expense_in_the_customers_own_currency() -> None:
    one = rate_expense(
        Expense("e", "tom", DAY, Money.of("10.05", "GBP")),
        markup_percent=10,
        people=PEOPLE,
        seller_entity="GB",
        transfer_rules=rules(CostPlus(8)),
    )
    assert one.billable == Money.of("11.06", "GBP")


def test_the_customer_sees_hours_at_their_price() -> None:
    view = customer_view(rated(attrs.evolve(RAVI, multiplier="1.5")))
    assert view == CustomerView(
        "t1", DAY, "engineering", Fraction("18.75"), "h", SELL, Money.of("1781.25", "GBP")
    )
    assert view.unit_price is not None
    assert (view.unit_price * view.quantity).settle() == view.amount


def test_the_customer_sees_his_own_price_of_an_expense() -> None:
    [one] = rate_all([TAXI]).expenses
    view = customer_view(one)
    assert view.amount == Money.of("83.60", "GBP")
    assert "INR" not in repr(view)


@given(times)
def test_the_view_has_no_room_for_where_the_work_was_done(entry: TimeEntry) -> None:
    fields = {field.name for field in attrs.fields(CustomerView)}
    assert fields == {"fact_id", "day", "text", "quantity", "unit", "unit_price", "amount"}
    if entry.person_id == "nobody" or entry.day < START:
        return
    at_home = attrs.evolve(entry, person_id="tom")
    assert customer_view(rated(entry)) == customer_view(rated(at_home))


def test_terms_speak_one_currency() -> None:
    with pytest.raises(CurrencyMismatch):
        WorkTerms("GB", "EUR", SELL)


def test_facts_are_exact_and_sensible() -> None:
    with pytest.raises(InvalidValue, match="hours must be exact"):
        TimeEntry("t", "tom", DAY, 1.5)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="multiplier of -1"):
        TimeEntry("t", "tom", DAY, 1, multiplier=-1)


def test_facts_are_known_on_their_own_day_unless_recorded_later() -> None:
    later = date(2026, 4, 2)
    usage = UsageRecord("u1", "meter", DAY, "K-1", "storage", "0.25")
    assert usage.known_on == TAXI.known_on == RAVI.known_on == DAY
    for fact in (usage, TAXI, RAVI):
        assert attrs.evolve(fact, recorded_on=later).known_on == later


def test_an_instant_of_usage_is_kept_in_utc() -> None:
    berlin = datetime(2026, 3, 4, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    usage = UsageRecord("u1", "meter", DAY, "K-1", "storage", 1, at=berlin)
    assert str(usage.at) == "2026-03-03 23:30:00+00:00"
    assert usage == attrs.evolve(usage, at=berlin.astimezone(UTC))
    with pytest.raises(InvalidValue, match="has no zone: give an aware datetime"):
        attrs.evolve(usage, at=datetime(2026, 3, 4, 0, 30))  # noqa: DTZ001
    with pytest.raises(InvalidValue, match="an aware datetime, got"):
        attrs.evolve(usage, at=DAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"replaces": "u1"}, "'u1' replaces itself: give the replacement an id of its own"),
        ({"withdrawn": True, "quantity": 0}, "withdraws nothing: say with replaces"),
        ({"withdrawn": True, "replaces": "u0"}, "withdraws 'u0' and has a quantity of 0.25"),
    ],
)
def test_a_replacement_names_another_record(changes: dict[str, Any], reason: str) -> None:
    usage = UsageRecord("u1", "meter", DAY, "K-1", "storage", "0.25")
    with pytest.raises(InvalidValue, match=reason):
        attrs.evolve(usage, **changes)


def test_expenses_of_a_category_have_terms_of_their_own() -> None:
    """Passed on with 10 %, but a hotel costs him no more than 120.00, and meals nothing."""
    line = WorkTerms(
        "GB",
        "GBP",
        expense_markup_percent=10,
        expense_terms=(
            ExpenseTerms("hotel", cap=ExactAmount.of(120, "GBP")),
            ExpenseTerms("meals", covered=True),
        ),
    )
    spent = [
        Expense(f"{number}", "tom", DAY, Money.of(amount, "GBP"), "C-1", "L-1", category)
        for number, (category, amount) in enumerate([("hotel", 150), ("taxi", 20), ("meals", 40)])
    ]
    done = rate_work(
        spent,
        {("C-1", "L-1"): line},
        people=PEOPLE,
        cost_rates=COSTS,
        transfer_rules=rules(CostPlus(8)),
        rates=RateBook([]),
    )
    assert [one.billable for one in done.expenses] == [
        Money.of(120, "GBP"),
        Money.of(22, "GBP"),
        None,
    ]
    why = done.expenses[0].billable_explanation
    assert why is not None
    assert why.value == why.evaluate() == 120
    assert [one.cost for one in done.expenses] == [one.amount for one in spent]


def billed(*entries: TimeEntry, source: TimeWorked, **more: Any) -> RatedWork:
    line = WorkTerms("GB", "GBP", SELL, time=source, customer="K-1")
    return rate_work(
        entries,
        {("C-1", "L-1"): line},
        people=PEOPLE,
        cost_rates=COSTS,
        transfer_rules=rules(more.get("method") or CostPlus(8)),
        rates=RATES,
    )


HOURLY = TimeTerms(TimeRounding(TimeScope.TICKET, increment=60))


def minutes(name: str, worked: int, **more: Any) -> TimeEntry:
    return attrs.evolve(
        RAVI, id=name, hours=Fraction(worked, 60), subject=WorkSubject(ticket="T"), **more
    )


def test_what_is_rounded_together_is_shared_among_its_entries() -> None:
    """45, 45 and 5 minutes of a ticket are two hours at 95."""
    entries = [minutes(f"e{number}", worked) for number, worked in enumerate([45, 45, 5])]
    found = billed(*entries, source=TimeWorked(HOURLY))
    assert [str(one.billable) for one in found.times] == ["90.00 GBP", "90.00 GBP", "10.00 GBP"]
    assert [one.cost for one in found.times] == [
        one.cost for one in billed(*entries, source=TimeWorked()).times
    ]
    for one in found.times:
        assert one.billable_explanation is not None
        assert one.billable is not None
        assert one.billable_explanation.evaluate() == one.billable.exact.value


def test_a_transfer_by_a_share_of_the_price_takes_that_of_the_rate_card() -> None:
    card = RateCard([HourlyRate("s", ExactAmount.of("130", "GBP"), RatedFor(customer="K-1"))])
    (one,) = billed(minutes("e", 60), source=TimeWorked(rates=card), method=PercentOfSell(50)).times
    assert one.transfer is not None
    assert (str(one.billable), str(one.transfer.amount)) == ("130.00 GBP", "65.00 GBP")


@given(
    st.lists(st.tuples(st.integers(-90, 300), st.sampled_from(["", "senior"])), max_size=6),
    st.sampled_from(TimeScope),
)
def test_the_shares_of_entries_are_what_the_month_bills(
    worked: list[tuple[int, str]], scope: TimeScope
) -> None:
    """Each is settled alone, so that half a penny an entry lies between them and the charge."""
    card = RateCard([HourlyRate("s", ExactAmount.of("130", "GBP"), RatedFor(role="senior"))])
    terms = TimeTerms(TimeRounding(scope, increment=15))
    entries = [minutes(f"e{n}", one, role=role) for n, (one, role) in enumerate(worked)]
    found = billed(*entries, source=TimeWorked(terms, card))
    assert len(found.times) == len(entries)
    bill = bill_time(entries, terms, rates=card, currency="GBP", rest_by_scheme=True)
    exact = sum(((one.rate or SELL) * one.hours for one in bill.groups), ExactAmount.of(0, "GBP"))
    shares = sum((one.billable.minor for one in found.times if one.billable), 0)
    if all(group.worked_minutes for group in bill.groups):
        assert abs(exact.value * 100 - shares) <= Fraction(len(entries), 2)

"""When a charge is earned: by months, on delivery, by milestones, by progress, net as an agent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    Charge,
    Facts,
    accruals,
    book_recognition,
    due,
    recognise,
)
from harmony_core.contracts import Amendment, Contract, NewPrice, Side, lines_ended
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue
from harmony_core.finance import Booked, Role, money_sum
from harmony_core.periods import Interval, Month, Timing, months_between
from harmony_core.pricing import Flat, PerUnit
from harmony_core.products import (
    Accounting,
    Billing,
    ContractType,
    Product,
    Recognition,
    UsageMetered,
)
from harmony_core.work import Progress
from tests.strategies import TERMS, contract, line

EUR = "EUR"


def earned(of: Contract, facts: Facts, *, last: Month) -> dict[str, str]:
    """Month by month what was billed by then, and accrued, earns."""
    charges: tuple[Charge, ...] = tuple(due(of, facts, TERMS, last.last_day))
    so_far: dict[str, Booked] = {}
    months: dict[str, str] = {}
    for month in months_between(Month(2026, 1), last):
        there = [one for one in charges if one.trigger <= month.last_day]
        keys = {one.key for one in there}
        there += [one for one in accruals(of, facts, TERMS, month) if one.key not in keys]
        rows = list(recognise(of, there, facts, month, so_far))
        for row in rows:
            before = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if before is None else before + row.amount
        if rows:
            total = rows[0].amount
            for row in rows[1:]:
                total += row.amount
            months[str(month)] = str(total.transaction)
    return months


def quarter(recognition: Recognition, timing: Timing = Timing.ADVANCE) -> Contract:
    return contract(
        line(
            Flat.of("1000.00", EUR),
            date(2026, 1, 16),
            date(2026, 4, 15),
            months=3,
            timing=timing,
            recognition=recognition,
        )
    )


BY_PERIOD = {
    Recognition.STRAIGHT_LINE: ["177.78", "311.11", "344.44", "166.67"],
    Recognition.STRAIGHT_LINE_MONTHS: ["250.00", "250.00", "250.00", "250.00"],
    # 16/31 + 1 + 1 + 15/30 of a month
    Recognition.STRAIGHT_LINE_PRORATED_MONTHS: ["171.12", "331.55", "331.55", "165.78"],
    Recognition.ON_DELIVERY: ["1000.00"],
}


@pytest.mark.parametrize("timing", list(Timing))
@pytest.mark.parametrize("recognition", list(BY_PERIOD))
def test_what_is_agreed_by_days_is_earned_alike_whenever_it_is_billed(
    recognition: Recognition, timing: Timing
) -> None:
    found = earned(quarter(recognition, timing), Facts(), last=Month(2026, 5))
    assert [amount.removesuffix(" EUR") for amount in found.values()] == BY_PERIOD[recognition]
    assert next(iter(found)) == "2026-01"


def test_stages_are_earned_each_on_its_own_day_of_delivery() -> None:
    price, kind = PerUnit.of("100.00", EUR), ContractType.TRANSACTIONAL
    stages = [
        line(
            price,
            day,
            id=id_,
            kind=kind,
            quantity=quantity,
            months=None,
            recognition=Recognition.ON_DELIVERY,
        )
        for id_, day, quantity in (("1", date(2026, 1, 20), 2), ("1.2", date(2026, 3, 5), 5))
    ]
    found = earned(contract(*stages), Facts(), last=Month(2026, 4))
    assert found == {"2026-01": "200.00 EUR", "2026-03": "500.00 EUR"}


def project(recognition: Recognition, milestones: dict[str, int] | None = None) -> Contract:
    return contract(
        line(
            Flat.of("1000.00", EUR),
            date(2026, 1, 10),
            kind=ContractType.TRANSACTIONAL,
            months=None,
            recognition=recognition,
            milestones=milestones,
        )
    )


def test_a_milestone_earns_its_weight_when_it_is_reached_and_known() -> None:
    reports = [
        Progress("R-1", "C-1", "1", date(2026, 2, 27), milestone="design"),
        Progress(
            "R-2", "C-1", "1", date(2026, 3, 31), milestone="live", recorded_on=date(2026, 4, 2)
        ),
        Progress("R-3", "C-1", "1", date(2026, 3, 1), milestone="design"),  # said twice
        Progress("R-4", "C-1", "1", date(2026, 3, 1), milestone="a party"),  # earns nothing
    ]
    of = project(Recognition.MILESTONES, {"design": 1, "live": 2})
    found = earned(of, Facts(progress=reports), last=Month(2026, 5))
    assert found == {"2026-02": "333.33 EUR", "2026-04": "666.67 EUR"}


def test_a_lower_estimate_takes_back() -> None:
    reports = [
        Progress("R-1", "C-1", "1", date(2026, 1, 31), "0.5"),
        Progress("R-2", "C-1", "1", date(2026, 2, 28), "0.4"),
        Progress("R-3", "C-1", "1", date(2026, 4, 30), 1),
        Progress("R-9", "C-1", "2", date(2026, 4, 30), 1),  # of another line
    ]
    of = project(Recognition.PERCENT_COMPLETE)
    found = earned(of, Facts(progress=reports), last=Month(2026, 4))
    assert found == {"2026-01": "500.00 EUR", "2026-02": "-100.00 EUR", "2026-04": "600.00 EUR"}


def test_a_late_report_lands_in_the_month_in_which_it_is_known() -> None:
    late = Progress("R-1", "C-1", "1", date(2026, 1, 31), "0.5", recorded_on=date(2026, 3, 4))
    of = project(Recognition.PERCENT_COMPLETE)
    assert earned(of, Facts(progress=[late]), last=Month(2026, 3)) == {"2026-03": "500.00 EUR"}


def test_of_what_an_agent_sells_only_the_margin_is_revenue() -> None:
    kind = ContractType.TRANSACTIONAL
    sold = contract(
        line(Flat.of("100.00", EUR), date(2026, 1, 5), kind=kind, months=None, agent=True)
    )
    bought = contract(
        line(
            Flat.of("88.00", EUR),
            date(2026, 1, 5),
            kind=kind,
            months=None,
            agent=True,
            serves="C-1",
        ),
        id="B-1",
        side=Side.BUY,
        party="S-1",
    )
    contracts = {one.id: one for one in (sold, bought)}
    month = Month(2026, 1)
    entries = [
        entry
        for one in contracts.values()
        for entry in book_recognition(
            recognise(one, due(one, Facts(), TERMS, month.last_day), Facts(), month, {}),
            contracts,
            TERMS,
            month,
        )
    ]
    lines = [line for entry in entries for line in entry.lines]
    assert {line.role for line in lines} == {
        "revenue.managed",
        Role.CONTRACT_BALANCE,
        Role.PURCHASE_BALANCE,
    }
    revenue = [line.amount.transaction for line in lines if line.role == "revenue.managed"]
    assert str(money_sum(revenue, EUR)) == "-12.00 EUR"


def words(accounting: Accounting, **more: object) -> list[str]:
    product = Product.sold_as(
        ContractType.TRANSACTIONAL,
        "P",
        "Project",
        [Flat.of(1000, EUR)],
        accounting=accounting,
        **more,  # type: ignore[arg-type]
    )
    said = [product.describe(Culture.of(tag)) for tag in ("en-GB", "de-DE")]
    return [text for one in said for topic, text in one.sentences if topic == "recognition"]


def test_the_words_of_milestones_and_agents() -> None:
    staged = Accounting(recognition="milestones", milestones={"design": 1, "live": 3}, agent=True)  # type: ignore[arg-type]
    assert words(staged) == [
        "Revenue is recognised as milestones are reached: design 25%, live 75%.",
        "It is sold as an agent: only the margin is revenue.",
        "Der Umsatz wird mit erreichten Meilensteinen erfasst: design 25\u00a0%, live 75\u00a0%.",
        "Es wird als Vermittler verkauft: Nur die Marge ist Umsatz.",
    ]


@pytest.mark.parametrize("recognition", list(Recognition))
def test_every_pattern_has_words_of_its_own_in_both_languages(recognition: Recognition) -> None:
    if recognition is Recognition.AS_DRAWN:
        return
    weights = {"live": 1} if recognition is Recognition.MILESTONES else {}
    by_month = Billing(Timing.ADVANCE, Interval.months(1))
    more = {} if recognition.month_weight is None else {"billing": by_month}
    english, german = words(Accounting(recognition=recognition, milestones=weights), **more)
    assert english != german


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"recognition": "milestones"}, "add or remove them"),
        ({"milestones": {"live": 1}}, "add or remove them"),
        ({"recognition": "milestones", "milestones": {"live": 0}}, "above zero"),
        (
            {"recognition": "milestones", "milestones": [("live", 1), ("live", 2)]},
            "named twice",
        ),
        ({"agent": "yes"}, "agent"),
    ],
)
def test_an_accounting_refuses_what_cannot_be(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        Accounting(**values)  # type: ignore[arg-type]


def test_progress_belongs_to_one_price_of_a_fixed_quantity() -> None:
    by_share = Accounting(recognition=Recognition.PERCENT_COMPLETE)
    for billing, quantity in (
        (Billing(Timing.ADVANCE, Interval.months(1)), None),
        (Billing(Timing.ARREARS, Interval.months(1)), UsageMetered("disk")),
    ):
        with pytest.raises(InvalidValue, match="instalment"):
            Product.sold_as(
                ContractType.TRANSACTIONAL,
                "P",
                "Project",
                [Flat.of(1000, EUR)],
                accounting=by_share,
                billing=billing,
                quantity=quantity,
            )


@pytest.mark.parametrize(
    "values",
    [{}, {"share": "0.5", "milestone": "live"}, {"share": "1.01"}, {"share": -1}],
)
def test_progress_refuses_what_cannot_be(values: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        Progress("R-1", "C-1", "1", date(2026, 1, 1), **values)  # type: ignore[arg-type]


def test_reports_move_with_the_facts_of_a_forecast() -> None:
    report = Progress("R-1", "C-1", "1", date(2024, 2, 29), "0.5", recorded_on=date(2024, 3, 1))
    moved = Facts(progress=[report]).moved(1, {("C-1", "1"): ("C-2", "7")})
    [found] = moved.progress_of("C-2", "7")
    assert (found.day, found.recorded_on) == (date(2025, 2, 28), date(2025, 3, 1))
    assert not moved.progress_of("C-1", "1")


YEAR_AHEAD = {
    # 1200.00 for the year; 604.93 are given back for July to December, 654.25 from 16 June on
    Recognition.STRAIGHT_LINE_MONTHS: ["100.00"] * 5 + ["95.07"],
    Recognition.STRAIGHT_LINE_PRORATED_MONTHS: ["100.00"] * 5 + ["95.07"],
}


@pytest.mark.parametrize("recognition", list(YEAR_AHEAD))
def test_no_month_after_an_early_end_has_a_part_of_what_was_paid(recognition: Recognition) -> None:
    year = contract(line(Flat.of("1200.00", EUR), months=12, recognition=recognition))
    over = year.amended(lines_ended(year, date(2026, 6, 30), id="T", agreed_on=date(2026, 5, 10)))
    found = earned(over, Facts(), last=Month(2026, 12))
    assert [one.removesuffix(" EUR") for one in found.values()] == YEAR_AHEAD[recognition]
    late = year.amended(lines_ended(year, date(2026, 6, 15), id="T", agreed_on=date(2026, 9, 5)))
    found = earned(late, Facts(), last=Month(2026, 12))
    assert list(found)[-1] == "2026-09"
    assert sum(Decimal(one.removesuffix(" EUR")) for one in found.values()) == Decimal("545.75")


@given(
    st.sampled_from([*YEAR_AHEAD, Recognition.ON_DELIVERY, Recognition.AT_ONCE]),
    st.sampled_from([1, 3, 12]),
    st.sampled_from(Timing),
    st.dates(date(2026, 1, 5), date(2026, 11, 30)),
    st.integers(0, 90),
    st.booleans(),
)
def test_what_ends_early_is_earned_by_its_end_or_when_that_is_known(
    recognition: Recognition, months: int, timing: Timing, last: date, delay: int, more: bool
) -> None:
    terms = line(Flat.of("1234.56", EUR), months=months, timing=timing, recognition=recognition)
    of = contract(terms)
    if more:
        change = NewPrice("1", Flat.of("1500.00", EUR))
        of = of.amended(Amendment("P", "C-1", date(2026, 1, 2), date(2026, 2, 17), change))
    known = last + timedelta(days=delay - 45)
    over = of.amended(lines_ended(of, last, id="T", agreed_on=max(known, date(2026, 1, 3))))
    charges = list(due(over, Facts(), TERMS, date(2027, 6, 30)))
    found = earned(over, Facts(), last=Month(2027, 6))
    total = money_sum((one.amount for one in charges), EUR)
    assert sum(Decimal(one.removesuffix(" EUR")) for one in found.values()) == total.amount
    over_by = Month.containing(max(last, known))
    assert not [month for month, one in found.items() if month > str(over_by) and one != "0.00 EUR"]

from __future__ import annotations

import pickle
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound
from harmony_core.finance import (
    Booked,
    Contribution,
    CostView,
    Dimensions,
    ExactAmount,
    Group,
    HoursWorked,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    ProfitFact,
    ProfitFacts,
    Role,
    contribution_by,
    dimensions,
    efficiency_ratio,
    entity_profit_facts,
    profit_facts,
    ranking,
    roll_up,
    trend,
)
from harmony_core.periods import Month

MARCH = Month.of("2026-03")
GROUP = Group(
    "NB",
    "Northbridge",
    "GBP",
    (LegalEntity("GB", "GB", "GB", "GBP"), LegalEntity("IN", "IN", "IN", "INR")),
    date(2024, 4, 1),
)


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def figures(revenue: str, cost: str) -> Contribution:
    return Contribution.of(gbp(revenue), gbp(cost), gbp("0"))


def facts(*rows: tuple[str, str, str, str]) -> ProfitFacts:
    return ProfitFacts.of(
        CostView.GROUP,
        "GBP",
        (
            ProfitFact(
                Month.of(month), dimensions(customer=customer or None), figures(revenue, cost)
            )
            for month, customer, revenue, cost in rows
        ),
    )


# --- one contribution ---------------------------------------------------------------------------


def test_the_three_readings_of_an_hour_differ_and_come_together() -> None:
    work = [("12.5", ExactAmount.of(40, "GBP")), ("7.5", ExactAmount.of(60, "GBP"))]
    contract = Contribution.from_work(gbp("3000"), gbp("700"), work, resale_revenue=gbp("1000"))
    rates = contract.effective_hourly_rates
    assert rates is not None
    assert rates.gross == gbp("150")
    assert rates.net_of_cost == gbp("115")
    assert rates.net_of_resale == gbp("100")
    assert contract.labour_cost == gbp("950")
    assert contract.gross_margin == gbp("2300")
    assert contract.contribution == gbp("1350")
    assert contract.percent == Decimal("45.00")


@pytest.mark.parametrize(
    ("revenue", "cost", "percent"),
    [
        ("0", "90", None),
        ("1200", "1250", Decimal("-4.17")),
        ("450", "310", Decimal("31.11")),
        ("-100", "-40", Decimal("60.00")),
        ("800", "799.96", Decimal("0.01")),  # 0.005 % goes up
        ("800", "800.04", Decimal("-0.01")),
    ],
)
def test_percent_has_no_meaning_without_revenue(
    revenue: str, cost: str, percent: Decimal | None
) -> None:
    assert figures(revenue, cost).percent == percent


def test_no_hours_no_rate() -> None:
    assert figures("450", "310").effective_hourly_rates is None
    worked_and_credited = Contribution.of(gbp("1"), gbp("0"), gbp("0"), 2) + Contribution.of(
        gbp("0"), gbp("0"), gbp("0"), -2
    )
    assert worked_and_credited.effective_hourly_rates is None


def test_figures_of_two_currencies_make_no_contribution() -> None:
    with pytest.raises(CurrencyMismatch):
        Contribution.of(gbp("1"), Money.of(1, "EUR"), gbp("1"))


# --- from the journal ---------------------------------------------------------------------------

TOOLS = dimensions(contract="C-1", customer="K-7")
HOTLINE = dimensions(contract="C-2", customer="K-7")
APRIL, NINTH = date(2026, 4, 1), date(2026, 3, 9)


def line(role: str, pounds: str, of: Dimensions = TOOLS) -> JournalLine:
    return JournalLine(role, role, Booked(gbp(pounds), gbp(pounds), gbp(pounds)), of)


def rupees(role: str, pounds: str, amount: str) -> JournalLine:
    own = Money.of(amount, "INR")
    return JournalLine(role, role, Booked(own, own, gbp(pounds)), TOOLS)


def entry(name: str, day: date, *lines: JournalLine, entity: str = "GB") -> JournalEntry:
    return JournalEntry(name, entity, day, "test", name, lines)


JOURNAL = [
    entry(
        "1",
        date(2026, 3, 31),
        line(Role.CONTRACT_BALANCE, "1600"),
        line("revenue.cloud", "-600"),
        line("revenue.resale.tools", "-1000"),
    ),
    entry("2", date(2026, 3, 1), line(Role.COST_OF_SALES, "700"), line(Role.PAYABLE, "-700")),
    entry("3", NINTH, line(Role.EXPENSE_COST, "25"), line(Role.EXPENSE_CLEARING, "-25")),
    entry("4", NINTH, line(Role.INTERCOMPANY_COST, "108"), line(Role.INTERCOMPANY_PAYABLE, "-108")),
    entry(
        "5",
        NINTH,
        rupees(Role.LABOUR_COST, "100", "10526.32"),
        rupees(Role.LABOUR_ABSORBED, "-100", "-10526.32"),
        entity="IN",
    ),
    entry(
        "6",
        NINTH,
        rupees(Role.INTERCOMPANY_RECEIVABLE, "108", "11368.43"),
        rupees(Role.INTERCOMPANY_REVENUE, "-108", "-11368.43"),
        entity="IN",
    ),
    entry(
        "7",
        APRIL,
        line(Role.CONTRACT_BALANCE, "40", HOTLINE),
        line(Role.BREAKAGE_REVENUE, "-40", HOTLINE),
    ),
    entry("8", APRIL, line(Role.ROUNDING, "1"), line(Role.EXCHANGE_DIFFERENCE, "-1")),
]
HOURS = [HoursWorked(MARCH, dimensions(contract="C-1", customer="K-7", entity="IN"), 8)]


def test_the_group_view_takes_true_cost_and_leaves_transfers_out() -> None:
    seen = profit_facts(JOURNAL, CostView.GROUP, GROUP, HOURS)
    assert seen.view is CostView.GROUP
    march = seen.where(contract="C-1").total
    assert march == Contribution(
        revenue=gbp("1600"),
        direct_cost=gbp("725"),
        labour_cost=gbp("100"),
        hours=Fraction(8),
        resale_revenue=gbp("1000"),
        transfer_cost=gbp("0"),
    )
    assert march.contribution == gbp("775")


def test_the_entity_view_takes_what_each_companys_books_say() -> None:
    seen = profit_facts(JOURNAL, CostView.ENTITY, GROUP)
    report = contribution_by(seen, "entity", "contract")
    assert report.view is CostView.ENTITY
    assert {key: row.contribution for key, row in report.rows.items()} == {
        ("GB", "C-1"): gbp("767"),  # 1600 - 725 - 108
        ("GB", "C-2"): gbp("40"),
        ("IN", "C-1"): gbp("8"),  # 108 - 100
    }
    # the split differs, the sum does not
    assert (
        report.total.contribution == profit_facts(JOURNAL, CostView.GROUP, GROUP).total.contribution
    )


def test_one_companys_own_books_are_in_its_own_currency() -> None:
    india = entity_profit_facts(JOURNAL, GROUP.entity("IN"), HOURS)
    assert india.currency == "INR"
    assert india.total.contribution == Money.of("842.11", "INR")
    assert india.total.hours == 8
    assert entity_profit_facts(JOURNAL, GROUP.entity("GB"), HOURS).total.hours == 0


def test_the_month_is_that_of_the_entrys_day() -> None:
    report = contribution_by(profit_facts(JOURNAL, CostView.GROUP, GROUP), "month")
    assert {key: str(row.revenue) for key, row in report.rows.items()} == {
        ("2026-03",): "1600.00 GBP",
        ("2026-04",): "40.00 GBP",
    }


def test_one_cell_holds_all_lines_of_a_month_and_its_dimensions() -> None:
    seen = profit_facts(JOURNAL, CostView.GROUP, GROUP, HOURS)
    keys = [
        (str(fact.month), fact.dimension("entity"), fact.dimension("contract")) for fact in seen
    ]
    assert keys == [("2026-03", "GB", "C-1"), ("2026-03", "IN", "C-1"), ("2026-04", "GB", "C-2")]


def test_lines_without_a_dimension_are_shown_under_nothing() -> None:
    seen = profit_facts(JOURNAL, CostView.GROUP, GROUP)
    placed = ProfitFact(MARCH, dimensions(division="cloud"), figures("10", "4"))
    report = contribution_by(seen + ProfitFacts.of(CostView.GROUP, "GBP", [placed]), "division")
    assert list(report.rows) == [("",), ("cloud",)]
    assert report.as_rows()[:1] == [
        {
            "division": "",
            "revenue": Decimal("1640.00"),
            "cost": Decimal("825.00"),
            "contribution": Decimal("815.00"),
            "percent": Decimal("49.70"),
        }
    ]


def test_views_and_currencies_do_not_mix() -> None:
    group_view = profit_facts(JOURNAL, CostView.GROUP, GROUP)
    with pytest.raises(InvalidValue, match="group view and of the entity view do not add up"):
        group_view + profit_facts(JOURNAL, CostView.ENTITY, GROUP)
    with pytest.raises(CurrencyMismatch):
        ProfitFacts.of(CostView.GROUP, "EUR", group_view)


def test_facts_grow_by_what_is_new() -> None:
    whole = profit_facts(JOURNAL, CostView.GROUP, GROUP)
    old = profit_facts(JOURNAL[:4], CostView.GROUP, GROUP)
    assert old + profit_facts(JOURNAL[4:], CostView.GROUP, GROUP) == whole


# --- reports ------------------------------------------------------------------------------------


def test_a_trend_has_twelve_months_and_a_weighted_total() -> None:
    seen = trend(
        facts(
            ("2025-03", "A", "999", "1"),  # the thirteenth month back
            ("2025-04", "A", "1000", "640"),
            ("2025-07", "A", "1000", "700"),
            ("2025-07", "B", "250", "30"),
            ("2026-03", "A", "1200", "1250"),
            ("2026-04", "A", "999", "1"),
        ),
        MARCH,
    )
    assert [str(row.month) for row in seen.months][::11] == ["2025-04", "2026-03"]
    assert len(seen.months) == 12
    assert seen.months[1].figures == Contribution.zero("GBP")
    assert seen.months[3].figures.percent == Decimal("41.60")
    assert seen.total.revenue == gbp("3450")
    assert seen.total.percent == Decimal("24.06")  # a mean of the months would be 24.48
    assert seen.as_rows()[11] == {
        "month": "2026-03",
        "revenue": Decimal("1200.00"),
        "cost": Decimal("1250.00"),
        "contribution": Decimal("-50.00"),
        "percent": Decimal("-4.17"),
    }
    assert seen.view is CostView.GROUP


CUSTOMERS = facts(
    ("2026-01", "dune", "4000", "2200"),
    ("2026-02", "acme", "5000", "3200"),
    ("2026-03", "acme", "0", "172"),
    ("2026-03", "gale", "10", "10"),
    ("2026-03", "foxt", "100", "100"),
    ("2026-03", "cado", "900", "1500"),
    ("2026-03", "", "1", "2"),
)


def ids(rows: tuple[object, ...]) -> list[str]:
    return [str(getattr(row, "id")) for row in rows]  # noqa: B009


def test_the_best_come_first_in_one_list_and_the_worst_in_the_other() -> None:
    seen = ranking(CUSTOMERS, "customer", 3)
    assert ids(seen.top) == ["dune", "acme", "foxt"]  # foxt and gale tie at zero: by id
    assert ids(seen.bottom) == ["cado", "foxt", "gale"]
    assert seen.top[1].figures.contribution == gbp("1628")
    assert seen.unranked.contribution == gbp("-1")


def test_small_customers_are_set_aside_and_named() -> None:
    seen = ranking(CUSTOMERS, "customer", 2, minimum_revenue=gbp("100"))
    assert ids(seen.bottom) == ["cado", "foxt"]
    assert ids(seen.too_small) == ["gale"]
    assert [row["list"] for row in seen.as_rows()] == ["top", "top", "bottom", "bottom"]


def test_a_ranking_refuses_nonsense() -> None:
    with pytest.raises(InvalidValue, match="at least one place, got 0"):
        ranking(CUSTOMERS, "customer", 0)
    with pytest.raises(CurrencyMismatch):
        ranking(CUSTOMERS, "customer", minimum_revenue=Money.of(1, "EUR"))


@pytest.mark.parametrize("by", ["custmer", "", "Month"])
def test_a_dimension_that_no_fact_has_is_refused_by_name(by: str) -> None:
    message = f"no fact has the dimension {by!r}: these facts know customer, month$"
    with pytest.raises(NotFound, match=message):
        contribution_by(CUSTOMERS, by)
    with pytest.raises(NotFound, match=message):
        contribution_by(CUSTOMERS, "customer", by)
    with pytest.raises(NotFound, match=message):
        ranking(CUSTOMERS, by)
    with pytest.raises(NotFound, match=message):
        roll_up(CUSTOMERS, {}, by)
    nothing = facts()
    assert contribution_by(nothing, by).rows == {}
    assert ranking(nothing, by).top == ()
    assert roll_up(nothing, {}, by).levels == {}
    months = contribution_by(facts(("2026-03", "acme", "5", "1")).where(), "month")
    assert list(months.rows) == [("2026-03",)]


TREE = {"c1": "acme", "c2": "acme", "c3": "bolt", "acme": "north", "bolt": "north", "north": None}


def test_every_level_of_the_tree_adds_up() -> None:
    rows = [("c1", "100", "60"), ("c2", "50", "80"), ("c3", "10", "1"), ("acme", "0", "7")]
    cells = (ProfitFact(MARCH, dimensions(node=n), figures(r, c)) for n, r, c in rows)
    seen = roll_up(ProfitFacts.of(CostView.ENTITY, "GBP", cells), TREE, by="node")
    assert {node: str(row.contribution.amount) for node, row in seen.levels.items()} == {
        "acme": "3.00",
        "bolt": "9.00",
        "c1": "40.00",
        "c2": "-30.00",
        "c3": "9.00",
        "north": "12.00",
    }
    assert seen.view is CostView.ENTITY
    assert seen.as_rows()[0]["node"] == "acme"
    assert pickle.loads(pickle.dumps(seen)) == seen


def test_a_circle_in_the_tree_is_refused() -> None:
    with pytest.raises(InvalidValue, match="circle: acme -> north -> acme"):
        roll_up(CUSTOMERS, {"acme": "north", "north": "acme"}, by="customer")


amounts = st.integers(-(10**7), 10**7).map(lambda minor: Money(minor, "GBP"))
months = st.integers(-14, 2).map(lambda back: MARCH + back)


@st.composite
def many_facts(draw: st.DrawFn) -> ProfitFacts:
    cells = draw(
        st.lists(
            st.builds(
                lambda month, node, revenue, cost, labour: ProfitFact(
                    month, dimensions(node=node), Contribution.of(revenue, cost, labour, 1)
                ),
                months,
                st.sampled_from(["c1", "c2", "c3", "acme", "north"]),
                amounts,
                amounts,
                amounts,
            ),
            max_size=12,
        )
    )
    return ProfitFacts.of(CostView.GROUP, "GBP", cells)


@given(many_facts())
def test_every_way_of_cutting_the_facts_has_the_same_total(seen: ProfitFacts) -> None:
    assert contribution_by(seen, "node").total == seen.total
    assert contribution_by(seen, "month", "node").total == seen.total
    assert contribution_by(seen).total == seen.total
    assert pickle.loads(pickle.dumps(contribution_by(seen, "node"))).total == seen.total
    levels = roll_up(seen, TREE, by="node").levels
    assert levels.get("north", Contribution.zero("GBP")) == seen.total


@given(many_facts())
def test_a_trend_holds_exactly_its_twelve_months(seen: ProfitFacts) -> None:
    kept = [fact for fact in seen if MARCH + -11 <= fact.month <= MARCH]
    assert trend(seen, MARCH).total == ProfitFacts.of(CostView.GROUP, "GBP", kept).total


@given(many_facts(), st.integers(1, 6))
def test_a_ranking_is_in_order_and_loses_nobody(seen: ProfitFacts, n: int) -> None:
    result = ranking(seen, "node", n)
    everyone = ranking(seen, "node", 99)
    values = [row.figures.contribution.minor for row in everyone.top]
    assert values == sorted(values, reverse=True)
    assert result.top == everyone.top[:n]
    assert result.bottom == everyone.bottom[:n]
    assert set(everyone.top) == set(everyone.bottom)
    assert sum(values) == seen.total.contribution.minor


# --- efficiency ratio ---------------------------------------------------------------------------


def test_efficiency_is_what_was_invoiced_over_what_the_work_lists_for() -> None:
    found = efficiency_ratio(gbp("1000"), [("5.3333", ExactAmount.of(150, "GBP"))])
    assert found.delivered_value == gbp("800")
    assert found.ratio == found.explanation.evaluate() == Fraction(5, 4)


def test_hours_at_several_list_prices_are_valued_together() -> None:
    rates: list[tuple[int | str, ExactAmount]] = [
        (4, ExactAmount.of(150, "GBP")),
        ("2.5", ExactAmount.of(80, "GBP")),
    ]
    assert efficiency_ratio(gbp("400"), rates).ratio == Fraction(1, 2)


def test_without_work_there_is_no_ratio() -> None:
    found = efficiency_ratio(gbp("1000"), [])
    assert (found.delivered_value, found.ratio) == (gbp("0"), None)
    assert found.explanation.evaluate() == 0


def test_efficiency_refuses_hours_below_zero_and_another_currency() -> None:
    with pytest.raises(InvalidValue, match="delivered hours are zero or more, got -1"):
        efficiency_ratio(gbp("1"), [(-1, ExactAmount.of(150, "GBP"))])
    with pytest.raises(CurrencyMismatch):
        efficiency_ratio(gbp("1"), [(1, ExactAmount.of(150, "EUR"))])

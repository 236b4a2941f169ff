"""Incidents, expenses and kits draw the fund of their line: from facts to bill and revenue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import Charge, Facts, accruals, due, fund_of, recognise
from harmony_core.contracts import Contract
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, PriceNotFound
from harmony_core.finance import Booked, ExactAmount, Money, money_sum
from harmony_core.funds import Incident, charge_incidents
from harmony_core.periods import Month
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    ChargeDay,
    ContractType,
    FundTerms,
    FundUnit,
    IncidentTerms,
    Recognition,
    Shortfall,
)
from harmony_core.work import Expense, TimeEntry
from tests.strategies import END, TERMS, contract, line


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


PRICES = {"password": eur("15.00"), "workstation": eur("60.00"), "server": eur("180.00")}


def sold(fund: FundTerms, units: int = 1000) -> Contract:
    return contract(
        line(
            PerUnit.of("1", "EUR"),
            kind=ContractType.PREPAYMENT,
            quantity=units,
            months=None,
            recognition=Recognition.AS_DRAWN,
            fund=fund,
        )
    )


def incident_fund(terms: IncidentTerms, units: int = 1000) -> Contract:
    return sold(FundTerms(FundUnit.CASH, 12, (), (), incidents=terms), units)


TERMS_OF_ALL = IncidentTerms(PRICES, charge_day=ChargeDay.OPENED)


def incident(
    name: str, kind: str, day: date, known: date | None = None, **more: bool | str | date
) -> Incident:
    return Incident(
        name,
        kind,
        day,
        recorded_on=known,
        contract_id="C-1",
        line_id="1",
        **more,  # type: ignore[arg-type]
    )


HALF_YEAR = [
    *(incident(f"p{n:02}", "password", date(2026, 2, n)) for n in range(1, 11)),
    *(incident(f"w{n}", "workstation", date(2026, 3, n)) for n in range(1, 6)),
    *(incident(f"s{n}", "server", date(2026, 4, n)) for n in (1, 2)),
]
SERVERS = [incident(f"s{n}", "server", date(2026, 5, n)) for n in (3, 4)]


def charges(made: Contract, facts: Facts, through: date = date(2026, 6, 30)) -> list[Charge]:
    found = list(due(made, facts, TERMS, through))
    assert all(charge.replay() == charge.amount for charge in found)
    return found


def beyond(made: Contract, facts: Facts) -> list[str]:
    return [
        f"{one.trigger} {one.amount} {'+'.join(one.evidence)}"
        for one in charges(made, facts)
        if one.kind.value == "overage"
    ]


def test_incidents_draw_a_fund_without_a_timesheet() -> None:
    made, facts = incident_fund(TERMS_OF_ALL), Facts(incidents=HALF_YEAR)
    assert beyond(made, facts) == []
    fund = fund_of(made, made.lines[0], facts)
    assert fund.balance(date(2026, 4, 30)) == 190
    assert fund.account(Month(2026, 3).span).drawn == 300


@pytest.mark.parametrize(
    ("shortfall", "billed"),
    [
        (Shortfall.SPLIT, ["2026-06-01 170.00 EUR s4"]),
        (Shortfall.WHOLE, ["2026-06-01 210.00 EUR s4"]),
    ],
)
def test_a_shortfall_is_billed_when_its_month_is_over(
    shortfall: Shortfall, billed: list[str]
) -> None:
    terms = IncidentTerms(PRICES, shortfall, {"server": eur("210.00")}, charge_day=ChargeDay.OPENED)
    facts = Facts(incidents=[*HALF_YEAR, *SERVERS])
    assert beyond(incident_fund(terms), facts) == billed


def test_an_incident_that_became_known_late_takes_its_place_and_is_corrected() -> None:
    late = incident("late", "workstation", date(2026, 3, 30), date(2026, 6, 10))
    facts = Facts(incidents=[*HALF_YEAR, *SERVERS, late])
    assert beyond(incident_fund(TERMS_OF_ALL), facts) == [
        "2026-06-01 170.00 EUR s4",
        "2026-06-10 60.00 EUR s3+s4+late",
    ]


def test_what_is_open_waits_and_what_has_no_price_is_named() -> None:
    terms = IncidentTerms(PRICES, charge_day=ChargeDay.CLOSED)
    day = date(2026, 2, 1)
    facts = Facts(
        incidents=[
            incident("open", "server", day),
            incident("printer", "printer", day, closed=day),
            incident("done", "server", day, closed=date(2026, 3, 4)),
        ],
        time=[TimeEntry("T", "anna", day, 3, "C-1", "1")],  # what it cost, and no more
    )
    made = incident_fund(terms)
    fund = fund_of(made, made.lines[0], facts)
    assert [part.draw_id for part in fund.statement(END).allocations] == ["done"]
    assert [fact.id for fact, _ in fund.not_covered(END)] == ["printer"]


def earned(made: Contract, facts: Facts, months: int) -> dict[str, str]:
    so_far: dict[str, Booked] = {}
    found: dict[str, str] = {}
    for number in range(1, months + 1):
        month = Month(2026, number)
        at_hand = {one.key: one for one in accruals(made, facts, TERMS, month)}
        at_hand |= {one.key: one for one in charges(made, facts, month.last_day)}
        total = Money.zero("EUR")
        for row in recognise(made, at_hand.values(), facts, month, so_far):
            before = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if before is None else before + row.amount
            total += row.amount.transaction
        found[str(month)] = str(total.amount)
    return found


def test_revenue_follows_incidents() -> None:
    facts = Facts(incidents=[*HALF_YEAR, *SERVERS])
    assert earned(incident_fund(TERMS_OF_ALL), facts, 6) == {
        "2026-01": "0.00",
        "2026-02": "150.00",
        "2026-03": "300.00",
        "2026-04": "360.00",
        "2026-05": "360.00",  # 190 from the fund, 170 billed
        "2026-06": "0.00",
    }


def test_incident_funds_refuse_what_contradicts_them() -> None:
    with pytest.raises(InvalidValue, match="a fund of money that is bought in blocks"):
        FundTerms(FundUnit.HOURS, 12, (), (), incidents=TERMS_OF_ALL)
    with pytest.raises(InvalidValue, match="draw their fund alone"):
        FundTerms(FundUnit.CASH, 12, {"*": 90}, (), incidents=TERMS_OF_ALL)
    with pytest.raises(InvalidValue, match="two price lists in one currency"):
        FundTerms(FundUnit.CASH, 12, (), (), incidents=[TERMS_OF_ALL, TERMS_OF_ALL])
    with pytest.raises(PriceNotFound, match="no price list in GBP"):
        FundTerms(FundUnit.CASH, 12, (), (), incidents=TERMS_OF_ALL).incidents_in("GBP")


def test_an_incident_fund_says_what_it_is() -> None:
    terms = IncidentTerms(
        {"server": eur("180.00")},
        Shortfall.WHOLE,
        {"server": eur("210.00")},
        free_per_month=2,
        charge_day=ChargeDay.RESOLVED,
    )
    [sold_line] = incident_fund(terms).lines
    words = dict.fromkeys(
        sentence
        for kind, sentence in sold_line.describe(Culture.of("en-GB")).sentences
        if kind == "fund"
    )
    assert list(words)[2:] == [
        "Incident server: €180.00.",
        "Incident server, beyond the fund: €210.00.",
        "Incidents are charged when they are resolved.",
        "An incident that the fund does not hold in full is billed in full.",
        "The first 2 of a month are free.",
        "What reopens an incident is free.",
    ]


def test_a_fund_says_what_draws_how_much_of_it() -> None:
    def said(fund: FundTerms) -> list[str]:
        sentences = sold(fund).lines[0].describe(Culture.of("en-GB")).sentences
        return [words for kind, words in sentences if kind == "fund" and "draws" in words]

    assert said(TOKENS) == [
        "An hour draws 3 units.",
        "An expense draws 0.1 units for each unit of money.",
        "router: draws 5 units each.",
    ]
    assert said(FundTerms(FundUnit.CASH, 12, {"EUR": 80}, ())) == ["An hour draws €80.00."]
    assert said(FundTerms(FundUnit.HOURS, 12, {"*": 1}, ())) == []


# --- expenses and kits -------------------------------------------------------------------------


def spent(
    name: str, day: date, amount: str, category: str = "", known: date | None = None
) -> Expense:
    return Expense(name, "anna", day, eur(amount), "C-1", "1", category, recorded_on=known)


CASH = FundTerms(FundUnit.CASH, 12, {"*": 80}, [ExactAmount.of("100", "EUR")])
TOKENS = FundTerms(
    FundUnit.TOKENS,
    12,
    {"*": 3},
    [ExactAmount.of("30", "EUR")],
    units_per_kit={"router": 5},
    units_per_spent={"*": "0.1"},
    apply_multiplier=True,
)


def test_a_fund_of_money_pays_what_was_spent_and_the_rest_is_billed_as_spent() -> None:
    facts = Facts(
        expenses=[spent("1", date(2026, 2, 3), "49.90"), spent("2", date(2026, 2, 4), "30.00")],
        time=[TimeEntry("1", "anna", date(2026, 2, 5), 1, "C-1", "1")],  # the id of an expense
    )
    made = sold(CASH, 70)
    fund = fund_of(made, made.lines[0], facts)
    parts = [f"{part.draw_id} {float(part.quantity)}" for part in fund.statement(END).allocations]
    assert parts == ["expense 1 49.9", "expense 2 20.1"]
    assert beyond(made, facts) == ["2026-03-01 109.90 EUR 2+1"]  # 9.90 spent, an hour at 100


def test_an_expense_taken_back_gives_its_money_back_to_the_fund() -> None:
    first = spent("1", date(2026, 2, 3), "100.00", "hotel")
    back = spent("2", date(2026, 3, 9), "-40.00", "hotel")
    made = sold(CASH, 70)
    assert beyond(made, Facts(expenses=[first, back])) == [
        "2026-03-01 30.00 EUR 1",
        "2026-03-09 -30.00 EUR 1+2",
    ]


def test_a_kit_draws_its_units_whatever_it_cost() -> None:
    facts = Facts(
        expenses=[
            spent("kit", date(2026, 2, 3), "12.34", "router"),
            spent("train", date(2026, 2, 4), "20.00", "train"),
        ]
    )
    made = sold(TOKENS, 6)
    fund = fund_of(made, made.lines[0], facts)
    assert [f"{one.draw_id} {one.quantity}" for one in fund.statement(END).allocations] == [
        "expense kit 5",
        "expense train 1",
    ]
    assert beyond(made, facts) == ["2026-03-01 30.00 EUR train"]  # one token more


def test_what_has_no_tariff_goes_on_or_is_named() -> None:
    hours = FundTerms(FundUnit.HOURS, 12, {"*": 1}, [ExactAmount.of("100", "EUR")])
    taxi = spent("taxi", date(2026, 2, 3), "20.00")
    abroad = attrs.evolve(taxi, id="abroad", amount=Money.of("20.00", "GBP"))
    made = sold(hours)
    fund = fund_of(made, made.lines[0], Facts(expenses=[taxi]))
    assert [fact.id for fact, _ in fund.not_covered(END)] == ["taxi"]
    assert beyond(made, Facts(expenses=[taxi])) == []
    made = sold(CASH)
    fund = fund_of(made, made.lines[0], Facts(expenses=[taxi, abroad]))
    assert [fact.id for fact, _ in fund.not_covered(END)] == ["abroad"]
    cash = attrs.evolve(CASH, passes_to=())
    pair = contract(
        attrs.evolve(sold(attrs.evolve(hours, passes_to="P-2")).lines[0]),
        attrs.evolve(sold(cash).lines[0], id="2", product_id="P-2"),
    )
    fund = fund_of(pair, pair.line("2"), Facts(expenses=[taxi]))
    assert [part.draw_id for part in fund.statement(END).allocations] == ["expense taxi"]


days = st.dates(date(2026, 1, 1), date(2026, 6, 30))
kinds = st.sampled_from([*PRICES, "printer"])
happenings = st.lists(st.tuples(days, kinds, st.none() | days, st.booleans()), max_size=15)


def made_of(found: Iterable[tuple[date, str, date | None, bool]]) -> list[Incident]:
    return [
        incident(f"i{number:02}", kind, day, max(known, day) if known else None, excluded=excluded)
        for number, (day, kind, known, excluded) in enumerate(found)
    ]


@given(happenings, st.sampled_from(Shortfall), st.integers(0, 2))
def test_what_is_billed_in_the_end_is_what_the_replay_of_all_bills(
    found: list[tuple[date, str, date | None, bool]], shortfall: Shortfall, free: int
) -> None:
    incidents = made_of(found)
    terms = IncidentTerms(PRICES, shortfall, {"server": eur("210.00")}, free, ChargeDay.OPENED)
    made, facts = incident_fund(terms, 300), Facts(incidents=incidents)
    fund = fund_of(made, made.lines[0], facts)
    wanted = charge_incidents(fund.blocks(END), incidents, terms)
    charged = [one.amount for one in charges(made, facts, END) if one.kind.value == "overage"]
    assert money_sum(charged, "EUR") == wanted.billed
    account = fund.account(Month(2026, 6).span)
    assert account.closing == wanted.fund.total.remaining
    assert account.opening + account.bought - account.drawn - account.lapsed == account.closing
    assert Fraction(0) <= account.closing <= 300

"""Incidents paid from a fund of money: laws, the known figures, awkward cases."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.finance import Money
from harmony_core.funds import (
    Block,
    ChargeDay,
    Incident,
    IncidentReason,
    IncidentStatement,
    IncidentTerms,
    Shortfall,
    charge_incidents,
)

JULY = date(2026, 7, 1)


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


PRICES = {"password": gbp("15.00"), "workstation": gbp("60.00"), "server": gbp("180.00")}
BEYOND = {"server": gbp("210.00")}


def terms(
    shortfall: Shortfall = Shortfall.SPLIT,
    free: int = 0,
    day: ChargeDay = ChargeDay.OPENED,
    reopened: bool = False,
) -> IncidentTerms:
    return IncidentTerms(PRICES, shortfall, BEYOND, free, day, reopened)


def fund(amount: int) -> list[Block]:
    return [Block("F", "GBP", amount, date(2026, 1, 1), date(2027, 1, 1))]


def some(kind: str, count: int, first: date = JULY) -> list[Incident]:
    return [Incident(f"{kind}{n}", kind, first + timedelta(days=n)) for n in range(count)]


days = st.integers(0, 90).map(lambda number: JULY + timedelta(days=number))
incidents = st.lists(
    st.tuples(
        st.sampled_from([*PRICES, "unheard of"]),
        days,
        st.none() | days,
        st.sampled_from([None, None, "i0"]),
        st.booleans(),
    ),
    max_size=8,
).map(
    lambda rows: [
        Incident(f"i{number}", kind, opened, None, closed, reopens, excluded)
        for number, (kind, opened, closed, reopens, excluded) in enumerate(rows)
    ]
)
policies = st.builds(
    terms,
    st.sampled_from(Shortfall),
    st.integers(0, 3),
    st.sampled_from(ChargeDay),
    st.booleans(),
)


@given(incidents, policies, st.integers(1, 500), st.none() | days)
def test_every_incident_has_one_fate_and_every_penny_one_payer(
    facts: list[Incident], policy: IncidentTerms, amount: int, as_of: date | None
) -> None:
    statement = charge_incidents(fund(amount), facts, policy, as_of=as_of)
    named = [line.incident_id for line in statement.lines]
    named += [*statement.waiting, *(name for name, _ in statement.not_priced)]
    assert sorted(named) == sorted(one.id for one in facts)
    paid = sum((line.from_fund.exact.value for line in statement.lines), Fraction(0))
    assert paid + statement.remaining.exact.value + statement.fund.total.lapsed == amount
    by_id = {one.id: one for one in facts}
    for line in statement.lines:
        kind = by_id[line.incident_id].type
        assert line.explanation.evaluate() == line.billed.exact.value
        if line.reason is not IncidentReason.PRICED:
            assert not line.from_fund
            assert not line.billed
        elif policy.shortfall is Shortfall.SPLIT or line.from_fund:
            assert line.from_fund + line.billed == PRICES[kind]
        else:
            assert line.billed == BEYOND.get(kind, PRICES[kind])


@given(st.data(), policies)
def test_the_order_of_arrival_does_not_matter(data: st.DataObject, policy: IncidentTerms) -> None:
    facts = data.draw(incidents)
    shuffled = data.draw(st.permutations(facts))
    assert charge_incidents(fund(200), facts, policy) == charge_incidents(
        fund(200), shuffled, policy
    )


@given(incidents, policies)
def test_free_incidents_are_the_first_of_their_month(
    facts: list[Incident], policy: IncidentTerms
) -> None:
    lines = charge_incidents(fund(100), facts, policy).lines
    for month in (7, 8, 9):
        counted = [
            line.reason
            for line in lines
            if line.day.month == month
            and line.reason in (IncidentReason.FREE, IncidentReason.PRICED)
        ]
        free = counted[: policy.free_per_month]
        assert counted.count(IncidentReason.FREE) == len(free)
        assert set(free) <= {IncidentReason.FREE}


def paid(statement: IncidentStatement) -> list[tuple[str, str]]:
    return [(str(line.from_fund.amount), str(line.billed.amount)) for line in statement.lines]


HALF_YEAR = [
    *some("password", 10),
    *some("workstation", 5, date(2026, 8, 1)),
    *some("server", 2, date(2026, 9, 1)),
]


def test_the_price_list_draws_the_fund() -> None:
    statement = charge_incidents(fund(1000), HALF_YEAR, terms())
    assert statement.remaining == gbp("190.00")
    assert statement.billed == gbp("0.00")


@pytest.mark.parametrize(
    ("shortfall", "lines", "billed", "left"),
    [
        (Shortfall.SPLIT, [("180.00", "0.00"), ("10.00", "170.00")], "170.00", "0.00"),
        (Shortfall.WHOLE, [("180.00", "0.00"), ("0.00", "210.00")], "210.00", "10.00"),
    ],
)
def test_a_fund_that_runs_short(
    shortfall: Shortfall, lines: list[tuple[str, str]], billed: str, left: str
) -> None:
    more = [*HALF_YEAR, Incident("x1", "server", date(2026, 10, 1))]
    more.append(Incident("x2", "server", date(2026, 10, 2)))
    statement = charge_incidents(fund(1000), more, terms(shortfall))
    assert paid(statement)[-2:] == lines
    assert (statement.billed, statement.remaining) == (gbp(billed), gbp(left))


def test_three_free_a_month_in_the_order_of_days() -> None:
    facts = [*some("server", 1), *some("password", 4, date(2026, 7, 2))]
    facts.append(Incident("august", "server", date(2026, 8, 1)))
    statement = charge_incidents(fund(500), facts, terms(free=3))
    assert [line.from_fund for line in statement.lines] == [
        gbp(amount) for amount in ("0.00", "0.00", "0.00", "15.00", "15.00", "0.00")
    ]


def test_a_reopened_incident_is_free_and_none_of_the_free_ones() -> None:
    facts = [
        Incident("a", "workstation", JULY),
        Incident("a2", "workstation", date(2026, 7, 3), reopens="a"),
        Incident("b", "workstation", date(2026, 7, 5)),
        Incident("c", "workstation", date(2026, 7, 6), excluded=True),
    ]
    statement = charge_incidents(fund(100), facts, terms())
    assert paid(statement) == [
        ("60.00", "0.00"),
        ("0.00", "0.00"),
        ("40.00", "20.00"),
        ("0.00", "0.00"),
    ]
    assert [line.reason.value for line in statement.lines] == [
        "priced",
        "reopened",
        "priced",
        "excluded",
    ]
    charged = charge_incidents(fund(100), facts, terms(reopened=True))
    assert [line.reason.value for line in charged.lines][1] == "priced"


def test_the_day_that_counts_is_a_term() -> None:
    one = Incident("a", "server", date(2026, 7, 31), date(2026, 8, 2), None)
    charged = {day: charge_incidents(fund(500), [one], terms(day=day)) for day in ChargeDay}
    assert charged[ChargeDay.OPENED].lines[0].day == date(2026, 7, 31)
    assert charged[ChargeDay.RESOLVED].lines[0].day == date(2026, 8, 2)
    assert charged[ChargeDay.CLOSED].waiting == ("a",)


def test_what_became_known_later_waits() -> None:
    late = Incident("a", "server", JULY, recorded_on=date(2026, 8, 9))
    assert charge_incidents(fund(1), [late], terms(), known=date(2026, 8, 8)).waiting == ("a",)
    assert charge_incidents(fund(1), [late], terms(), known=date(2026, 8, 9)).waiting == ()


def test_a_fund_without_blocks_pays_nothing() -> None:
    statement = charge_incidents([], some("server", 1), terms())
    assert paid(statement) == [("0.00", "180.00")]
    assert charge_incidents([], some("x", 1), terms()).not_priced == (("x0", "x"),)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: IncidentTerms({}), "name at least one"),
        (lambda: IncidentTerms({"a": gbp("1"), "b": Money.of(1, "EUR")}), "found EUR, GBP"),
        (lambda: IncidentTerms([("a", gbp("1")), ("a", gbp("2"))]), "priced twice"),
        (lambda: IncidentTerms({"a": gbp("-1")}), "zero or more"),
        (lambda: Shortfall("part"), "Shortfall is one of split, whole, got 'part'"),
        (lambda: ChargeDay("paid"), "ChargeDay is one of opened"),
        (
            lambda: charge_incidents([Block("F", "EUR", 1, JULY)], some("server", 1), terms()),
            "in GBP, but the fund holds EUR",
        ),
    ],
)
def test_what_cannot_be_is_refused(make: object, complaint: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidValue, match=complaint):
        make()

"""Charges with figures worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import Device, DeviceEvent, EventKind
from harmony_core.billing import Charge, Facts, due
from harmony_core.contracts import Contract, ContractLine
from harmony_core.errors import RateNotFound
from harmony_core.finance import Exact, ExactAmount, Money, Rate, RateBook
from harmony_core.periods import Timing
from harmony_core.pricing import AtLeast, BandTable, FillUp, Flat, LookUp, PerUnit
from harmony_core.products import (
    ContractType,
    CountPolicy,
    DevicesCounted,
    DrawOrder,
    ExpensesIncurred,
    ExpenseTerms,
    FundUnit,
    HourlyRate,
    QuantitySource,
    RateCalendar,
    RateCard,
    RatedFor,
    Recognition,
    TimeRounding,
    TimeScope,
    TimeTerms,
    TimeWorked,
    UsageMetered,
)
from harmony_core.work import Expense, TimeEntry, UsageRecord, WorkSubject
from tests.strategies import CUSTOMERS, TERMS, contract, fund_terms, line

EUR_310 = PerUnit.of("310", "EUR")
NOTHING = Facts()


def shown(made: Contract, facts: Facts = NOTHING, through: date = date(2026, 4, 1)) -> list[str]:
    """Kind where it is not the service, days, amount, trigger."""
    return [text(charge) for charge in due(made, facts, TERMS, through)]


def text(charge: Charge) -> str:
    kind = "" if charge.kind.value == "service" else f"{charge.kind.value} "
    why = "" if charge.corrects is None else "corrects "
    return f"{why}{kind}{charge.service} {charge.amount} on {charge.trigger}"


def test_a_line_from_the_31st_keeps_its_day_and_prorates_its_stub() -> None:
    """28 Feb to 9 Mar are 10 of the 31 days to 30 Mar; in between lies a whole February."""
    made = contract(line(EUR_310, date(2025, 12, 31), date(2026, 3, 9)))
    assert shown(made) == [
        "2026-01-31..2026-02-27 310.00 EUR on 2026-01-31",
        "2026-02-28..2026-03-09 100.00 EUR on 2026-02-28",
    ]


def test_yearly_from_a_leap_day() -> None:
    made = contract(line(PerUnit.of("365", "EUR"), date(2024, 2, 29), date(2026, 3, 9), months=12))
    assert shown(made) == ["2026-02-28..2026-03-09 10.00 EUR on 2026-02-28"]


def test_lead_days_and_arrears_move_the_trigger_and_not_the_period() -> None:
    early = line(EUR_310, lead_days=14)
    late = line(EUR_310, id="2", timing=Timing.ARREARS)
    assert shown(contract(early, late), through=date(2026, 2, 15)) == [
        "2026-02-01..2026-02-28 310.00 EUR on 2026-01-18",
        "2026-03-01..2026-03-31 310.00 EUR on 2026-02-15",
        "2026-01-01..2026-01-31 310.00 EUR on 2026-02-01",
    ]


def test_a_line_that_ends_on_its_first_day_is_billed_for_that_day() -> None:
    day = date(2026, 1, 10)
    assert shown(contract(line(EUR_310, day, day, timing=Timing.ARREARS))) == [
        "2026-01-10..2026-01-10 10.00 EUR on 2026-01-11"
    ]
    once = line(EUR_310, day, day, kind=ContractType.TRANSACTIONAL, months=None, quantity=2)
    assert shown(contract(once)) == ["2026-01-10..2026-01-10 620.00 EUR on 2026-01-10"]


@pytest.mark.parametrize("made", [line(PerUnit.of("0", "EUR")), line(EUR_310, quantity=0)])
def test_nothing_at_a_price_and_something_for_nothing_cost_zero(made: ContractLine) -> None:
    assert shown(contract(made), through=date(2026, 1, 1)) == [
        "2026-01-01..2026-01-31 0.00 EUR on 2026-01-01"
    ]


def worked(day: date, hours: str, known: date | None = None, times: str = "1") -> TimeEntry:
    id_ = f"T-{day:%m%d}-{hours}"
    return TimeEntry(id_, "anna", day, hours, "C-1", "1", multiplier=times, recorded_on=known)


def by_month(source: QuantitySource, price: str = "95") -> Contract:
    scheme = PerUnit.of(price, "EUR")
    start = date(2026, 1, 15)
    return contract(
        line(
            scheme,
            start,
            kind=ContractType.TRANSACTIONAL,
            quantity=0,
            source=source,
            timing=Timing.ARREARS,
            months=None,
        )
    )


def test_time_by_calendar_month_with_late_facts_as_corrections() -> None:
    """January: 1.5 h. Known on 2 Feb: 2 h at 1.5, so 3 h more. On 3 Mar half an hour goes back."""
    facts = Facts(
        time=[
            worked(date(2026, 1, 20), "1.5"),
            worked(date(2026, 1, 21), "2", date(2026, 2, 2), "1.5"),
            worked(date(2026, 1, 20), "-0.5", date(2026, 3, 3)),
            worked(date(2026, 2, 3), "1"),
        ]
    )
    assert shown(by_month(TimeWorked()), facts, date(2026, 3, 31)) == [
        "2026-01-15..2026-01-31 142.50 EUR on 2026-02-01",
        "corrects 2026-01-15..2026-01-31 285.00 EUR on 2026-02-02",
        "corrects 2026-01-15..2026-01-31 -47.50 EUR on 2026-03-03",
        "2026-02-01..2026-02-28 95.00 EUR on 2026-03-01",
    ]


def test_time_is_split_summed_and_rounded_by_the_terms_of_the_line() -> None:
    """95 minutes on one ticket are two hours, and 26 minutes known later make a third. Tuesday
    from 16:30 to 20:10, after 18:00 times 1.5: 1.5 h, and 135 minutes that weigh 3.375 h."""
    weights: dict[str, Exact] = {"normal": 1, "after_hours": "1.5", "weekend": 2}
    office = RateCalendar.office("Europe/London", time(9), time(18))
    quarters = TimeTerms(TimeRounding(increment=15), office, weights, untimed="normal")
    hourly = attrs.evolve(quarters, rounding=TimeRounding(TimeScope.TICKET, 60))
    day, ticket = date(2026, 2, 2), WorkSubject(ticket="T")
    parts = [
        attrs.evolve(
            TimeEntry.of_minutes(f"T-{number}", "anna", day, minutes),
            contract_id="C-1",
            line_id="1",
            subject=ticket,
            recorded_on=known,
        )
        for number, (minutes, known) in enumerate(
            [(45, None), (45, None), (5, None), (26, date(2026, 3, 4))]
        )
    ]
    facts = Facts(time=parts)
    assert shown(by_month(TimeWorked(hourly)), facts, date(2026, 3, 31))[1:] == [
        "2026-02-01..2026-02-28 190.00 EUR on 2026-03-01",
        "corrects 2026-02-01..2026-02-28 95.00 EUR on 2026-03-04",
    ]
    evening = [datetime(2026, 2, 3, *clock, tzinfo=UTC) for clock in ((16, 30), (20, 10))]
    entry = TimeEntry.between("T-9", "anna", evening[0], evening[1], "Europe/London")
    facts = Facts(time=[attrs.evolve(entry, contract_id="C-1", line_id="1")])
    charges = list(due(by_month(TimeWorked(quarters), "120"), facts, TERMS, date(2026, 3, 1)))
    assert charges[1].amount == Money.of("585.00", "EUR")
    assert charges[1].quantity == Fraction("4.875")
    assert charges[1].replay() == charges[1].amount


RATES = RateCard(
    [
        HourlyRate("senior", ExactAmount.of(130, "EUR"), RatedFor(role="senior")),
        HourlyRate(
            "K-1", ExactAmount.of(110, "EUR"), RatedFor(customer="K-1", work_type="project"),
            date(2026, 1, 21),
        ),
        HourlyRate("pounds", ExactAmount.of(1, "GBP")),
    ]
)  # fmt: skip


def test_time_is_priced_by_the_rate_card_of_the_line() -> None:
    """An hour of a senior at 130, 2 h on a project at 110 from the 21st on and 95 before, 1 at 95.

    The rate in pounds is none of this contract's.
    """
    day, later = date(2026, 1, 20), date(2026, 1, 21)
    entries = [
        attrs.evolve(worked(day, "1"), id="a", role="senior"),
        attrs.evolve(worked(later, "2"), id="b", work_type="project"),
        attrs.evolve(worked(day, "2"), id="c", work_type="project"),
        attrs.evolve(worked(later, "1"), id="d", role="junior"),
    ]
    source = TimeWorked(rates=RATES)
    (charge,) = due(by_month(source), Facts(time=entries), TERMS, date(2026, 2, 1))
    assert charge.amount == Money.of("635.00", "EUR")  # 130 + 220 + 3 x 95
    assert charge.quantity == 6
    assert charge.replay() == charge.amount
    late = attrs.evolve(entries[0], id="e", recorded_on=date(2026, 2, 2), hours=Fraction(-1))
    facts = Facts(time=[*entries, late])
    assert shown(by_month(source), facts, date(2026, 2, 5)) == [
        "2026-01-15..2026-01-31 635.00 EUR on 2026-02-01",
        "corrects 2026-01-15..2026-01-31 -130.00 EUR on 2026-02-02",
    ]


@given(
    entries=st.lists(
        st.tuples(st.integers(15, 31), st.integers(-300, 900), st.sampled_from(["", "senior"])),
        max_size=5,
    )
)
def test_a_card_with_the_price_of_the_line_bills_what_the_line_would(
    entries: list[tuple[int, int, str]],
) -> None:
    """One rate for everything, or for some of the work, at the line's own price."""
    facts = Facts(
        time=[
            attrs.evolve(
                TimeEntry.of_minutes(f"T-{number}", "anna", date(2026, 1, day), minutes),
                contract_id="C-1",
                line_id="1",
                role=role,
            )
            for number, (day, minutes, role) in enumerate(entries)
        ]
    )
    terms, price = TimeTerms(TimeRounding(increment=15)), ExactAmount.of("95", "EUR")

    def billed(source: TimeWorked) -> list[tuple[Money, Fraction | None]]:
        charges = due(by_month(source), facts, TERMS, date(2026, 2, 1))
        return [(charge.amount, charge.quantity) for charge in charges]

    for named in (RatedFor(), RatedFor(role="senior")):
        card = RateCard([HourlyRate("all", price, named)])
        assert billed(TimeWorked(terms, card)) == billed(TimeWorked(terms))


def test_expenses_by_category_are_covered_or_capped() -> None:
    """Hotel 150.00 with 10 % is capped at 120.00; taxi 20.00 with the line's 5 %; meals covered."""
    source = ExpensesIncurred(
        5,
        [
            ExpenseTerms("hotel", 10, ExactAmount.of(120, "EUR")),
            ExpenseTerms("meals", covered=True),
        ],
    )
    day = date(2026, 1, 20)
    spent = [("hotel", 150), ("taxi", 20), ("meals", 40), ("hotel", -150)]
    expenses = [
        Expense(f"E-{number}", "anna", day, Money.of(amount, "EUR"), "C-1", "1", category)
        for number, (category, amount) in enumerate(spent)
    ]
    (charge,) = due(by_month(source), Facts(expenses=expenses[:3]), TERMS, date(2026, 2, 1))
    assert charge.amount == Money.of("141.00", "EUR")
    assert charge.evidence == ("E-0", "E-1", "E-2")
    (charge,) = due(by_month(source), Facts(expenses=expenses), TERMS, date(2026, 2, 1))
    assert charge.amount == Money.of("21.00", "EUR")


def test_more_hours_taken_back_than_worked_are_a_credit() -> None:
    facts = Facts(time=[worked(date(2026, 1, 20), "2"), worked(date(2026, 2, 3), "-0.5")])
    charges = list(due(by_month(TimeWorked()), facts, TERMS, date(2026, 3, 1)))
    assert [charge.amount for charge in charges] == [
        Money.of("190.00", "EUR"),
        Money.of("-47.50", "EUR"),
    ]
    assert charges[1].quantity == Fraction(-1, 2)
    assert charges[1].replay() == charges[1].amount


def test_expenses_are_converted_at_the_rate_of_their_day_and_settled_one_by_one() -> None:
    """90.00 GBP at 0.8571 for the euro are 105.005 EUR, with 10 % 115.5058; twice 10.01 with 10 %
    are 11.011 each, settled 11.01."""
    rates = RateBook([Rate("EUR", "GBP", date(2026, 1, 19), "0.8571", source="hand")])
    items = [
        Expense("E-1", "anna", date(2026, 1, 20), Money.of("90.00", "GBP"), "C-1", "1"),
        Expense("E-2", "anna", date(2026, 1, 21), Money.of("10.01", "EUR"), "C-1", "1"),
        Expense("E-3", "anna", date(2026, 1, 21), Money.of("10.01", "EUR"), "C-1", "1"),
    ]
    made = by_month(ExpensesIncurred(Fraction(10)))
    (charge, *_) = due(
        made, Facts(expenses=items), attrs.evolve(TERMS, rates=rates), date(2026, 2, 1)
    )
    assert charge.amount == Money.of("137.53", "EUR")
    assert charge.evidence == ("E-1", "E-2", "E-3")
    # the euro of the books is the euro of the contract: only what was spent needs a rate
    assert "hand:EUR/GBP:spot:2026-01-19" in charge.rate_ids
    assert "GBP" not in charge.explanation.as_text()  # the customer does not see where it was paid


def test_a_missing_rate_names_pair_and_day() -> None:
    item = Expense("E-1", "anna", date(2026, 1, 20), Money.of("9.000", "KWD"), "C-1", "1")
    with pytest.raises(RateNotFound, match=r"KWD.*EUR.*2026-01-20"):
        list(due(by_month(ExpensesIncurred()), Facts(expenses=[item]), TERMS, date(2026, 2, 1)))


def metered(
    id_: str, day: date, quantity: str, source: str = "feed", who: str = "K-1"
) -> UsageRecord:
    return UsageRecord(id_, source, day, who, "storage", quantity)


def of_usage(scheme: FillUp | LookUp | AtLeast) -> Contract:
    return contract(
        line(
            scheme,
            kind=ContractType.CONSUMPTION,
            quantity=0,
            source=UsageMetered("storage"),
            timing=Timing.ARREARS,
        )
    )


TABLE = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])


@pytest.mark.parametrize(
    ("used", "fill_up", "look_up"), [("10", "120.00", "120.00"), ("11", "130.00", "110.00")]
)
def test_usage_in_bands(used: str, fill_up: str, look_up: str) -> None:
    facts = Facts(usage=[metered("U-1", date(2026, 1, 31), used)])
    for scheme, amount in ((FillUp(TABLE), fill_up), (LookUp(TABLE), look_up)):
        assert shown(of_usage(scheme), facts, date(2026, 2, 1)) == [
            f"2026-01-01..2026-01-31 {amount} EUR on 2026-02-01"
        ]


def test_usage_recorded_under_a_merged_customer_counts_for_the_one_that_stands() -> None:
    records = [
        metered("U-1", date(2026, 1, 5), "4"),
        metered("U-1", date(2026, 1, 5), "5", "backup feed", "K-9"),
    ]
    for usage in (records, records[::-1]):
        facts = Facts(usage=usage, directory=CUSTOMERS)
        (charge,) = due(of_usage(FillUp(TABLE)), facts, TERMS, date(2026, 2, 1))
        assert (charge.quantity, charge.amount) == (Fraction(9), Money.of("108.00", "EUR"))
        assert charge.evidence == ("backup feed:U-1", "feed:U-1")


def test_usage_taken_back_beyond_the_period_leaves_nothing_but_the_minimum() -> None:
    facts = Facts(usage=[metered("U-1", date(2026, 1, 5), "-3")])
    (charge,) = due(of_usage(FillUp(TABLE)), facts, TERMS, date(2026, 2, 1))
    assert (charge.quantity, charge.amount) == (Fraction(0), Money.of("0.00", "EUR"))
    minimum = AtLeast.of(PerUnit.of("12", "EUR"), "25")
    assert shown(of_usage(minimum), facts, date(2026, 2, 1)) == [
        "2026-01-01..2026-01-31 25.00 EUR on 2026-02-01"
    ]


FLEET = [Device("D-1", "laptop", "K-1"), Device("D-2", "server", "K-9")]
EVENTS = [
    DeviceEvent("D-1", date(2025, 6, 1), EventKind.ON),
    DeviceEvent("D-2", date(2026, 1, 16), EventKind.ON),
    DeviceEvent("D-1", date(2026, 1, 25), EventKind.OFF, date(2026, 2, 10)),
]


def of_devices(policy: CountPolicy) -> Contract:
    advance = policy is CountPolicy.ADVANCE_TRUE_UP
    return contract(
        line(
            PerUnit.of("31", "EUR"),
            kind=ContractType.CONSUMPTION,
            quantity=0,
            source=DevicesCounted(("computer",), policy),
            timing=Timing.ADVANCE if advance else Timing.ARREARS,
            recognition=Recognition.STRAIGHT_LINE if advance else Recognition.AT_ONCE,
        )
    )


@pytest.mark.parametrize(
    ("policy", "charges"),
    [
        (CountPolicy.FIRST_DAY, ["2026-01-01..2026-01-31 31.00 EUR on 2026-02-01"]),
        (
            CountPolicy.LAST_DAY,
            [
                "2026-01-01..2026-01-31 62.00 EUR on 2026-02-01",
                "corrects 2026-01-01..2026-01-31 -31.00 EUR on 2026-02-10",
            ],
        ),
        (CountPolicy.PEAK, ["2026-01-01..2026-01-31 62.00 EUR on 2026-02-01"]),
        (CountPolicy.ANY_ACTIVE, ["2026-01-01..2026-01-31 62.00 EUR on 2026-02-01"]),
        (
            CountPolicy.DAILY,  # 31 + 16 device days; a week of one of them goes back
            [
                "2026-01-01..2026-01-31 47.00 EUR on 2026-02-01",
                "corrects 2026-01-01..2026-01-31 -7.00 EUR on 2026-02-10",
            ],
        ),
        (
            CountPolicy.ADVANCE_TRUE_UP,
            [
                "2026-01-01..2026-01-31 31.00 EUR on 2026-01-01",
                "2026-02-01..2026-02-28 62.00 EUR on 2026-02-01",
                "true_up 2026-01-01..2026-01-31 16.00 EUR on 2026-02-01",
                "corrects true_up 2026-01-01..2026-01-31 -7.00 EUR on 2026-02-10",
            ],
        ),
    ],
)
def test_one_fleet_by_six_policies_and_a_late_report(
    policy: CountPolicy, charges: list[str]
) -> None:
    facts = Facts(devices=FLEET, device_events=EVENTS, directory=CUSTOMERS)
    assert shown(of_devices(policy), facts, date(2026, 2, 10)) == charges


def prepaid() -> Contract:
    return contract(
        line(
            PerUnit.of("90", "EUR"),
            kind=ContractType.PREPAYMENT,
            quantity=10,
            months=None,
            recognition=Recognition.AS_DRAWN,
            fund=fund_terms("EUR", overage="100"),
        )
    )


def test_hours_beyond_the_fund_are_billed_by_the_clock_in_their_month() -> None:
    """10 units; 4 h and 5 h at 1.5 take 4 + 6 of 7.5: 1.5 units are 1 clock hour. Then 2 h more."""
    facts = Facts(
        time=[
            worked(date(2026, 1, 30), "4"),
            worked(date(2026, 1, 31), "5", times="1.5"),
            worked(date(2026, 2, 2), "2"),
        ]
    )
    assert shown(prepaid(), facts, date(2026, 3, 1)) == [
        "2026-01-01..2026-01-01 900.00 EUR on 2026-01-01",
        "overage 2026-01-01..2026-01-31 100.00 EUR on 2026-02-01",
        "overage 2026-02-01..2026-02-28 200.00 EUR on 2026-03-01",
    ]


def test_a_draw_that_becomes_known_late_moves_the_overage_of_later_months() -> None:
    """In time there were 3 hours left for February; the late 2 hours leave 1 of them."""
    facts = Facts(
        time=[
            worked(date(2026, 1, 30), "7"),
            worked(date(2026, 2, 2), "3"),
            worked(date(2026, 1, 31), "2", date(2026, 3, 5)),
        ]
    )
    assert shown(prepaid(), facts, date(2026, 3, 5)) == [
        "2026-01-01..2026-01-01 900.00 EUR on 2026-01-01",
        "corrects overage 2026-02-01..2026-02-28 200.00 EUR on 2026-03-05",
    ]


def test_hours_taken_back_refill_the_fund_and_correct_the_overage() -> None:
    facts = Facts(
        time=[
            worked(date(2026, 1, 30), "8"),
            worked(date(2026, 1, 31), "5"),
            worked(date(2026, 2, 10), "-2"),
        ]
    )
    assert shown(prepaid(), facts, date(2026, 3, 1)) == [
        "2026-01-01..2026-01-01 900.00 EUR on 2026-01-01",
        "overage 2026-01-01..2026-01-31 300.00 EUR on 2026-02-01",
        "corrects overage 2026-01-01..2026-01-31 -200.00 EUR on 2026-02-10",
    ]


def test_a_fund_whose_overage_is_free_charges_nothing_beyond_it() -> None:
    free = line(
        PerUnit.of("90", "EUR"),
        kind=ContractType.PREPAYMENT,
        quantity=10,
        months=None,
        recognition=Recognition.AS_DRAWN,
        fund=fund_terms("EUR", overage="0", order=DrawOrder.START, unit=FundUnit.TOKENS),
    )
    facts = Facts(time=[worked(date(2026, 1, 30), "12"), worked(date(2025, 12, 1), "1")])
    assert shown(contract(free), facts) == ["2026-01-01..2026-01-01 900.00 EUR on 2026-01-01"]
    assert shown(prepaid(), facts)[1:] == [
        "overage 2026-01-01..2026-01-31 200.00 EUR on 2026-02-01"
    ]  # the same facts under another version of the contract


def test_what_fell_due_before_the_books_opened_is_not_charged_but_its_corrections_are() -> None:
    facts = Facts(
        time=[
            worked(date(2025, 12, 3), "1"),
            worked(date(2025, 11, 3), "1"),
            worked(date(2025, 11, 4), "2", date(2026, 1, 5)),
        ]
    )
    made = contract(
        line(
            PerUnit.of("95", "EUR"),
            date(2025, 11, 1),
            kind=ContractType.TRANSACTIONAL,
            quantity=0,
            source=TimeWorked(),
            timing=Timing.ARREARS,
            months=None,
        )
    )
    assert shown(made, facts, date(2026, 1, 5)) == [
        "corrects 2025-11-01..2025-11-30 190.00 EUR on 2026-01-05",
        "2025-12-01..2025-12-31 95.00 EUR on 2026-01-01",
    ]


def test_a_flat_price_is_prorated_like_any_other() -> None:
    made = contract(line(Flat.of("62", "EUR"), date(2026, 1, 1), date(2026, 1, 16)))
    assert shown(made) == ["2026-01-01..2026-01-16 32.00 EUR on 2026-01-01"]

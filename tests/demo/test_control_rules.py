"""Single rules of the control script against known figures."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from tests.demo.independent.amendments import (
    amended_amount,
    furthest_end,
    last_bill,
    served,
    terms_on,
)
from tests.demo.independent.amounts import device_count, devices_amount, fixed_amount, price
from tests.demo.independent.charges import periods
from tests.demo.independent.covers import CoverOf, line_of_work
from tests.demo.independent.dated import on
from tests.demo.independent.exact import money_text, settle
from tests.demo.independent.funds import fund_state, replay
from tests.demo.independent.notices import end_by_notice, receipt
from tests.demo.independent.price_book import Listed, of_the_book
from tests.demo.independent.rates import RateTable
from tests.demo.independent.reading import (
    DeviceEvent,
    Line,
    Product,
    Rate,
    Usage,
    Work,
    agreed,
)
from tests.demo.independent.seats import Change, SeatRow, units_by_seats
from tests.demo.independent.usage import recordings, standing, usage_amount

BANDS = [
    (Fraction(10), Fraction(12), Fraction(0)),
    (Fraction(50), Fraction(10), Fraction(0)),
    (None, Fraction(8), Fraction(0)),
]


def line(
    scheme: str = "per_unit",
    source: str = "fixed",
    policy: str = "",
    start: str = "2024-04-01",
    end: str | None = None,
    fund: dict[str, object] | None = None,
) -> Line:
    product = Product(
        id="P",
        type="prepayment" if fund else "recurring",
        tax_category="S",
        scheme=scheme,
        amounts={"EUR": Fraction(30)},
        bands={"EUR": BANDS},
        source=source,
        types=("computer",),
        policy=policy,
        meter="",
        markup_percent=Fraction(0),
        minimum=Fraction(0),
        percent=None,
        timing="advance",
        interval=1,
        lead_days=0,
        recognition="straight_line",
        fund=fund,
        parts=[],
    )
    return Line(
        contract="C",
        line="1",
        side="sell",
        entity="DE",
        party="K",
        currency="EUR",
        product=product,
        quantity=Fraction(3),
        unit_price=None,
        start=date.fromisoformat(start),
        end=date.fromisoformat(end) if end else None,
        for_contract="",
    )


@pytest.mark.parametrize(
    ("units", "look_up", "fill_up"),
    [("0", 0, 0), ("10", 120, 120), ("11", 110, 130), ("51", 408, 528), ("60", 480, 600)],
)
def test_both_readings_of_bands(units: str, look_up: int, fill_up: int) -> None:
    assert price(line("look_up"), Fraction(units)) == look_up
    assert price(line("fill_up"), Fraction(units)) == fill_up


@pytest.mark.parametrize(
    ("exact", "currency", "settled"),
    [
        ("0.005", "GBP", "0.01"),
        ("-0.005", "GBP", "-0.01"),
        ("0.0049", "GBP", "0.00"),
        ("1.5", "JPY", "2"),
        ("0.0125", "KWD", "0.013"),
    ],
)
def test_half_up_on_the_magnitude(exact: str, currency: str, settled: str) -> None:
    assert money_text(settle(Fraction(exact), currency), currency) == settled


def test_months_are_counted_from_the_original_start() -> None:
    found = list(periods(line(start="2024-01-31", end="2024-05-10"), date(2024, 12, 31)))
    assert [(str(p.first), str(p.last), p.full_days) for p in found] == [
        ("2024-01-31", "2024-02-28", 29),
        ("2024-02-29", "2024-03-30", 31),
        ("2024-03-31", "2024-04-29", 30),
        ("2024-04-30", "2024-05-10", 31),
    ]


def test_one_fleet_five_counts() -> None:
    """April: A all month, B until the 11th, C from the 21st, D for a day and not known in time."""
    at = date.fromisoformat
    fleet = {
        "A": [DeviceEvent("A", at("2024-01-01"), True, at("2024-01-01"))],
        "B": [
            DeviceEvent("B", at("2024-04-01"), True, at("2024-04-01")),
            DeviceEvent("B", at("2024-04-11"), False, at("2024-04-11")),
        ],
        "C": [DeviceEvent("C", at("2024-04-21"), True, at("2024-04-21"))],
        "D": [
            DeviceEvent("D", at("2024-04-05"), True, at("2024-05-09")),
            DeviceEvent("D", at("2024-04-06"), False, at("2024-05-09")),
        ],
    }
    april = next(periods(line(), at("2024-04-30")))

    def counts(known: str) -> list[int]:
        policies = ["first_day", "last_day", "peak", "any_active", "daily"]
        return [
            device_count(line(source="devices", policy=policy), fleet, april, at(known))
            for policy in policies
        ]

    assert counts("2024-05-01") == [2, 2, 2, 3, 50]
    assert counts("2024-05-09") == [2, 2, 3, 4, 51]
    daily = line(source="devices", policy="daily")
    assert devices_amount(daily, fleet, april, at("2024-05-01")) == 50


def test_a_draw_takes_the_block_that_ends_first_and_the_rest_is_overage() -> None:
    at = date.fromisoformat
    fund: dict[str, object] = {"valid_months": "2", "units_per_hour": {"*": "1"}, "order": "expiry"}
    draws = [
        Work("2", "P", at("2024-05-10"), "", Fraction(4), "C", "1", Fraction(1), at("2024-05-10")),
        Work(
            "1", "P", at("2024-05-10"), "", Fraction(1), "C", "1", Fraction("1.5"), at("2024-05-20")
        ),
        Work(
            "3",
            "P",
            at("2024-05-10"),
            "09:00",
            Fraction(1),
            "C",
            "1",
            Fraction(2),
            at("2024-05-10"),
        ),
    ]
    fund_line = line(fund=fund)
    early = replay(fund_line, draws, at("2024-05-15"), at("2024-05-31"))
    assert early.overage == []
    late = replay(fund_line, draws, at("2024-05-31"), at("2024-05-31"))
    assert {n: sum(units for _, units in drawn) for n, drawn in late.drawn.items()} == {0: 3, 1: 3}
    assert late.overage == [(at("2024-05-10"), Fraction(3, 4))]  # 1.5 units at two an hour


def test_a_corrected_rate_leaves_older_bookings_alone() -> None:
    friday, known = date(2024, 5, 3), date(2024, 5, 7)
    table = RateTable(
        [
            Rate("EUR", "KWD", friday, Fraction("0.33"), friday),
            Rate("EUR", "KWD", friday, Fraction("0.34"), known),
            Rate("EUR", "GBP", friday, Fraction("0.85"), friday),
        ]
    )
    assert table.find("EUR", "KWD", date(2024, 5, 6)) == Fraction("0.33")
    assert table.find("EUR", "KWD", known) == Fraction("0.34")
    assert table.find("GBP", "KWD", date(2024, 5, 10)) == Fraction(34, 85)
    with pytest.raises(LookupError, match="within 7 days"):
        table.find("EUR", "KWD", date(2024, 5, 11))


def change(id_: str, agreed: str, first: str, kind: str, value: str, known: str = "") -> Change:
    at = date.fromisoformat
    return Change(id_, at(agreed), at(first), at(known or agreed), kind, value)


def test_an_amended_period_is_the_sum_of_its_days() -> None:
    """April 2024: 3 x 30.00; from the 11th 6; from the 21st 27.00 a unit, found in May."""
    at = date.fromisoformat
    amended = line()._replace(
        changes=(
            change("A-2", "2024-04-18", "2024-04-21", "price", "27.00", known="2024-05-02"),
            change("A-1", "2024-04-05", "2024-04-11", "quantity", "6"),
        )
    )
    april = next(periods(amended, at("2024-04-30")))
    assert amended_amount(amended, april, at("2024-04-01")) == 90
    assert amended_amount(amended, april, at("2024-04-05")) == 30 + 120
    assert amended_amount(amended, april, at("2024-05-02")) == 30 + 60 + 54
    days = served(amended, april, at("2024-04-01"), at("2024-04-05"))
    assert (str(days.first), str(days.last), days.full_days) == ("2024-04-11", "2024-04-30", 30)


def test_an_end_that_is_taken_back_leaves_the_days_between() -> None:
    at = date.fromisoformat
    ended = line(end="2024-06-15")._replace(
        changes=(
            change("A-1", "2024-04-02", "2024-04-13", "ends", ""),
            change("A-2", "2024-05-20", "2024-04-13", "runs_on", "2024-07-10"),
        )
    )
    april = next(periods(ended, at("2024-04-30")))
    assert amended_amount(ended, april, at("2024-04-02")) == 36  # 12 days of 30, 90.00
    assert str(served(ended, april, None, at("2024-04-02")).last) == "2024-04-12"
    assert amended_amount(ended, april, at("2024-05-20")) == 90
    assert terms_on(ended, at("2024-04-13"), at("2024-05-19")) is None
    assert last_bill(ended, april, at("2024-05-01")) == at("2024-04-13")
    late = ended._replace(changes=(ended.changes[0]._replace(known=at("2024-04-20")),))
    assert last_bill(late, april, at("2024-05-01")) == at("2024-04-20")
    assert last_bill(late, april, at("2024-04-20")) == at("2024-04-20")
    assert furthest_end(ended) == at("2024-07-10")
    assert [str(p.last) for p in periods(ended, at("2024-12-31"))][-1] == "2024-07-10"


@pytest.mark.parametrize(
    ("to", "months", "start", "received", "last_day"),
    [
        ("month_end", 1, "2024-01-15", "2025-08-31", "2025-09-30"),
        ("month_end", 1, "2024-01-15", "2025-09-01", "2025-10-31"),
        ("quarter_end", 3, "2024-01-15", "2025-06-30", "2025-09-30"),
        ("quarter_end", 3, "2024-01-15", "2025-07-01", "2025-12-31"),
        ("quarter_end", 3, "2024-08-31", "2024-09-01", "2025-09-30"),  # the first term runs
        ("year_end", 1, "2024-01-15", "2025-12-01", "2026-12-31"),
        ("term_end", 3, "2024-08-31", "2025-05-30", "2025-08-30"),
        ("term_end", 3, "2024-08-31", "2025-05-31", "2026-08-30"),  # missed by a day
        ("term_end", 3, "2024-03-01", "2025-11-30", "2026-02-28"),
    ],
)
def test_the_end_that_a_notice_reaches(
    to: str, months: int, start: str, received: str, last_day: str
) -> None:
    renewal = {
        "initial_months": "12",
        "renewal_months": "12",
        "notice_months": str(months),
        "notice_to": to,
    }
    at = date.fromisoformat
    assert end_by_notice(renewal, at(start), at(received)) == at(last_day)


@pytest.mark.parametrize(
    ("rule", "to", "received", "last_day"),
    [
        ({"notice_weeks": "1"}, "month_end", "2026-11-23", "2026-11-30"),
        ({"notice_weeks": "1"}, "month_end", "2026-11-24", "2026-12-31"),
        ({"notice_weeks": "2"}, "month_end", "2015-04-03", "2015-04-30"),
        ({"notice_weeks": "2"}, "month_end", "2015-04-20", "2015-05-31"),
        ({"notice_weeks": "4"}, "half_month", "2026-06-16", "2026-07-15"),
        ({"notice_days": "14", "clear_days": True}, "any_day", "2026-03-02", "2026-03-17"),
        ({"notice_months": "1"}, "year_end", "2026-11-30", "2026-12-31"),
        ({"notice_months": "1"}, "year_end", "2026-12-01", "2027-12-31"),
    ],
)
def test_notice_by_weeks_and_by_clear_days(
    rule: dict[str, object], to: str, received: str, last_day: str
) -> None:
    renewal = {"initial_months": "12", "renewal_months": "0", "notice_to": to, **rule}
    at = date.fromisoformat
    assert end_by_notice(renewal, at("2013-01-15"), at(received)) == at(last_day)


def test_an_instant_is_another_day_in_another_zone() -> None:
    late = "2025-06-30T22:30+00:00"
    assert receipt(late, "Europe/London") == date(2025, 6, 30)
    assert receipt(late, "Europe/Berlin") == date(2025, 7, 1)
    assert receipt("2025-04-20", "Europe/Berlin") == date(2025, 4, 20)


def worked(number: int, day: str, hours: str) -> Work:
    at = date.fromisoformat(day)
    return Work(f"T{number}", "P", at, "", Fraction(hours), "C", "1", Fraction(1), at)


def test_an_allowance_carries_at_most_its_cap() -> None:
    """10 h a month, 4, 9 and 16 used, at most 3 carried: 3 h and 1 h lapse, 3 h are over."""
    fund: dict[str, object] = {
        "valid_months": "1",
        "units_per_hour": {"*": "1"},
        "rollover": {"mode": "cap", "cap": "3", "use_first": "carried"},
    }
    monthly = line(fund=fund)._replace(quantity=Fraction(10))
    draws = [
        worked(number, day, hours)
        for number, (day, hours) in enumerate(
            [("2024-04-09", "4"), ("2024-05-08", "9"), ("2024-06-12", "16")]
        )
    ]
    until = date.fromisoformat
    assert replay(monthly, draws, until("2024-04-30"), until("2024-04-30")).left == {0: 3, 1: 10}
    assert replay(monthly, draws, until("2024-05-31"), until("2024-05-31")).left == {1: 3, 2: 10}
    result = replay(monthly, draws, until("2024-06-30"), until("2024-06-30"))
    assert result.overage == [(until("2024-06-12"), Fraction(3))]
    assert [units for _, units in result.drawn[1]] == [6, 3]  # 9 - 3 carried; 3 carried on
    state = fund_state(monthly, draws, until("2024-06-30"))
    assert [int(state[name]) for name in ("bought", "drawn", "lapsed")] == [30, 26, 4]


def test_what_is_used_first_decides_which_units_go_on() -> None:
    """5 h a month without limit: April leaves 3, May 4 of them all, but of other months."""
    left = {}
    for use_first in ("carried", "current"):
        fund: dict[str, object] = {
            "valid_months": "1",
            "units_per_hour": {"*": "1"},
            "rollover": {"mode": "unlimited", "use_first": use_first},
        }
        monthly = line(fund=fund)._replace(quantity=Fraction(5))
        draws = [worked(1, "2024-04-09", "2"), worked(2, "2024-05-08", "4")]
        left[use_first] = replay(monthly, draws, date(2024, 5, 31), date(2024, 5, 31)).left
    assert left == {"carried": {1: 4, 2: 5}, "current": {0: 3, 1: 1, 2: 5}}


def test_a_draw_below_the_threshold_buys_first() -> None:
    fund: dict[str, object] = {
        "valid_months": "12",
        "units_per_hour": {"*": "1"},
        "order": "start",
        "top_up": {"threshold": "2", "by": "5", "prices": {"EUR": "10"}, "valid_months": "1"},
    }
    block = line(fund=fund, end="2024-05-31")._replace(quantity=Fraction(8))
    block = block._replace(product=block.product._replace(interval=0))
    draws = [
        worked(1, "2024-04-09", "6"),  # leaves 2: enough
        worked(2, "2024-04-09", "4"),  # would leave -2
        worked(3, "2024-05-20", "1"),  # the top-up ended on 8 May with 3 h
        worked(4, "2024-06-03", "1"),  # the line has ended
    ]
    end = date(2024, 6, 30)
    result = replay(block, draws, end, end)
    assert [(str(b.first), str(b.last), int(b.units)) for b in result.top_ups] == [
        ("2024-04-09", "2024-05-08", 5),
        ("2024-05-20", "2024-06-19", 5),
    ]
    assert result.overage == []


def test_an_uplift_by_an_index_stays_in_its_limits() -> None:
    """Changes of 9.4, 2.1 and 0.4 % with a floor of 1 and a cap of 5: 250.00 becomes 270.69."""
    index = {
        ("I", month): Fraction(value)
        for month, value in (
            ("2022-04", "100"),
            ("2023-04", "109.4"),
            ("2024-04", "111.6974"),
            ("2025-04", "112.1441896"),
        )
    }
    pricing = {
        "scheme": "per_unit",
        "prices": {"EUR": "250"},
        "uplift": {"index": "I", "months_before": "3", "floor": "1", "cap": "5"},
    }
    at = date.fromisoformat
    risen = agreed(line(start="2022-07-01"), {"pricing": pricing}, index)
    found = [on(risen, at(f"{year}-07-01")).product.amounts["EUR"] for year in range(2022, 2027)]
    assert [money_text(price, "EUR") for price in found] == [
        "250.00", "262.50", "268.01", "270.69", "270.69",
    ]  # fmt: skip
    assert on(risen, at("2025-06-30")).product.amounts["EUR"] == found[2]


def test_a_new_price_cuts_the_period() -> None:
    steps = [
        {"first_day": first, "scheme": "per_unit", "prices": {"EUR": price}}
        for first, price in (("2024-04-01", "30"), ("2024-04-11", "60"), ("2024-06-01", "0.005"))
    ]
    ramp = agreed(line(), {"pricing": {"steps": steps}}, {})
    april = [(str(p.first), str(p.last), p.full_days) for p in periods(ramp, date(2024, 4, 30))]
    assert april == [("2024-04-01", "2024-04-10", 30), ("2024-04-11", "2024-04-30", 30)]
    second = list(periods(ramp, date(2024, 4, 30)))[1]
    assert fixed_amount(on(ramp, second.first), second) == 3 * 60 * Fraction(20, 30)


def used(id_: str, day: str, quantity: str, known: str = "", replaces: str = "") -> Usage:
    at = date.fromisoformat
    amount, gone = Fraction(quantity or 0), not quantity
    return Usage(id_, "S", at(day), "K", "egr", amount, at(known or day), replaces, gone)


def test_one_record_stands_in_a_place() -> None:
    records = [
        used("u1", "2024-04-03", "10"),
        used("u2", "2024-05-03", "12", known="2024-05-10", replaces="u1"),
        used("u3", "2024-04-04", "11", known="2024-05-10", replaces="u1"),  # the greater id
        used("u4", "2024-04-03", "", known="2024-05-20", replaces="u3"),
    ]
    stands = {
        known: [record.id for record in standing(records, date.fromisoformat(known))]
        for known in ("2024-04-02", "2024-05-09", "2024-05-10", "2024-05-20")
    }
    assert stands == {
        "2024-04-02": [],
        "2024-05-09": ["u1"],
        "2024-05-10": ["u3"],
        "2024-05-20": [],
    }
    known = date(2024, 5, 10)
    assert (date(2024, 4, 3), known) in recordings(records)


def test_the_95th_percentile_of_thirty_days_leaves_one_out() -> None:
    records = [used(f"u{day}", f"2024-04-{day:02}", str(day)) for day in range(1, 31)]
    measured = line(source="usage")
    measured = measured._replace(product=measured.product._replace(percent=Fraction(95)))
    april = next(periods(measured, date(2024, 4, 30)))
    assert usage_amount(measured, records, april, date(2024, 4, 30)) == 29 * 30
    assert usage_amount(measured, records, april, date(2024, 4, 20)) == 19 * 30
    assert usage_amount(measured, records, april, date(2024, 3, 31)) == 0


@pytest.mark.parametrize(
    ("day", "customer", "group", "price"),
    [
        ("2025-08-31", "K", "G", "7"),  # the customer's own
        ("2025-08-31", "L", "G", "8"),
        ("2025-09-01", "L", "G", "6"),  # days inside those of the group's other price
        ("2025-10-01", "L", "G", "8"),
        ("2025-09-30", "L", "", "9"),
        ("2024-12-31", "L", "", None),
    ],
)
def test_the_price_that_says_most_is_taken(
    day: str, customer: str, group: str, price: str | None
) -> None:
    def listed(group: str, customer: str, first: str, last: str, price: str) -> Listed:
        days = date.fromisoformat(first), date.fromisoformat(last)
        return Listed(("P", "EUR"), group, customer, *days, Fraction(price))

    book = [
        listed("", "", "2025-01-01", "2025-12-31", "9"),
        listed("G", "", "2025-01-01", "2025-12-31", "8"),
        listed("G", "", "2025-09-01", "2025-09-30", "6"),
        listed("", "K", "2025-01-01", "2025-12-31", "7"),
    ]
    found = of_the_book(book, ("P", "EUR"), day, customer, group)
    assert found == (None if price is None else Fraction(price))
    assert of_the_book(book, ("P", "GBP"), day, customer, group) is None


@pytest.mark.parametrize(
    ("asked_on", "bought_on", "gone"),
    [
        ("2025-01-21", "2025-01-15", "2025-01-22"),  # the seventh day
        ("2025-01-22", "2025-01-15", "2025-08-31"),  # the eighth: the next term begins on the 31st
        ("2025-08-30", "", "2025-08-31"),
        ("2025-09-06", "", "2025-09-07"),  # bought with the term of 31 August
        ("2025-09-07", "", "2026-08-31"),
    ],
)
def test_seats_go_in_seven_days_or_with_the_term(asked_on: str, bought_on: str, gone: str) -> None:
    at = date.fromisoformat
    row = SeatRow("S", at(asked_on), -3, at(bought_on) if bought_on else None)
    (made,) = units_by_seats([row], at("2024-08-31"), 12)
    assert (made.kind, made.value, made.first_day) == ("added", "-3", at(gone))
    assert made.known == at(asked_on)


def test_work_without_a_line_lands_on_one_or_nowhere() -> None:
    flat = CoverOf("1", {"onsite", "project"}, set(), True)
    hourly = CoverOf("2", {"project", "night"}, {"onsite", "night"}, False)
    found = {
        work: line_of_work([flat, hourly], work)
        for work in ("remote", "onsite", "night", "project")
    }
    assert found == {"remote": "1", "onsite": "2", "night": "1", "project": ""}
    both = flat._replace(line="3")
    assert line_of_work([flat, both], "remote") == ""


def test_what_a_fund_does_not_cover_keeps_its_day_and_its_recording() -> None:
    """5 h a month and draws of 4, 3.5 and 9 h leave 11.5 h for the next line, 10 h of a block."""
    fund: dict[str, object] = {
        "valid_months": "1",
        "units_per_hour": {"*": "1"},
        "rollover": {"mode": "none", "use_first": "current"},
    }
    monthly = line(fund=fund)._replace(quantity=Fraction(5))
    block = line(fund={"valid_months": "12", "units_per_hour": {"*": "1"}})
    block = block._replace(quantity=Fraction(10), end=date(2024, 4, 1))
    draws = [
        worked(number, day, hours)
        for number, (day, hours) in enumerate(
            [("2024-04-09", "4"), ("2024-04-16", "3.5"), ("2024-04-23", "9")]
        )
    ]
    end = date(2024, 4, 30)
    passed_on = replay(monthly, draws, end, end).rest
    assert [(entry.id, entry.hours) for entry in passed_on] == [("T1", Fraction(5, 2)), ("T2", 9)]
    assert [entry.hours for entry in replay(block, passed_on, end, end).rest] == [Fraction(3, 2)]

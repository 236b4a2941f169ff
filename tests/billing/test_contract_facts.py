"""One flat record of a contract, columns of the host, the list of the night, key figures."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.billing import (
    ContractFacts,
    DerivedFields,
    DueItem,
    DueKind,
    Facts,
    contract_facts,
    due_items,
    due_periods,
    key_figure,
    preview,
)
from harmony_core.contracts import Amendment, Contract, ContractState, LineEnds, NewQuantity
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount
from harmony_core.funds import WarningLevel
from harmony_core.interchange import content_hash
from harmony_core.periods import Interval, Span, Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    ContractType,
    CountPolicy,
    DevicesCounted,
    Notice,
    NoticeAnchor,
    Recognition,
    Renewal,
    TimeWorked,
)
from harmony_core.work import TimeEntry
from tests.laws.test_amendment_laws import amended
from tests.strategies import (
    FIRST,
    LAST,
    OPENING,
    TERMS,
    Happened,
    contract,
    fixed_lines,
    fund_terms,
    line,
)

YEARLY = Renewal(24, 12, Notice(Interval.months(3), NoticeAnchor.TERM_END))
SEATS = attrs.evolve(
    line(PerUnit.of("4.50", "EUR"), date(2024, 5, 31), quantity=12, lead_days=5), renewal=YEARLY
)
MADE = contract(SEATS)
DAY = date(2026, 1, 25)
EVER_BILLED = Span(OPENING, date(2028, 1, 1))
HOURS = line(
    PerUnit.of("90", "EUR"),
    date(2026, 1, 1),
    id="H",
    kind=ContractType.PREPAYMENT,
    quantity=20,
    months=None,
    recognition=Recognition.AS_DRAWN,
    fund=fund_terms(),
)


def test_the_record_of_a_contract() -> None:
    found = contract_facts(MADE, DAY)
    assert attrs.asdict(found, recurse=False) == {
        "contract_id": "C-1",
        "party_id": "K-1",
        "entity_id": "DE",
        "as_of": DAY,
        "state": ContractState.ACTIVE,
        "first_day": date(2024, 5, 31),
        "term_end": date(2026, 5, 30),
        "next_possible_end": date(2026, 5, 30),
        "deadline": date(2026, 2, 28),
        "first_deadline": date(2026, 2, 28),
        "next_invoice": date(2026, 1, 26),  # five days before the 31st
        "interval": Interval.months(1),
        "currency": "EUR",
        "value_per_period": ExactAmount.of("54", "EUR"),
        "value_per_year": ExactAmount.of("648", "EUR"),
        "measured_lines": 0,
        "balance": None,
        "balance_unit": None,
    }


def test_a_contract_that_has_not_begun_has_the_terms_and_the_value_it_will_have() -> None:
    found = contract_facts(MADE, date(2024, 5, 1))
    assert (found.state, found.value_per_period, found.value_per_year) == (
        ContractState.AGREED,
        ExactAmount.of("54", "EUR"),
        ExactAmount.of("648", "EUR"),
    )
    assert (found.term_end, found.next_invoice) == (date(2026, 5, 30), date(2024, 5, 26))


def test_an_amendment_counts_from_its_day() -> None:
    first = date(2026, 2, 1)
    made = MADE.amended(Amendment("A", "C-1", DAY, first, [NewQuantity("1", 20)]))
    assert contract_facts(made, DAY).value_per_year == ExactAmount.of("648", "EUR")
    assert contract_facts(made, first).value_per_year == ExactAmount.of("1080", "EUR")
    over = MADE.amended(Amendment("N", "C-1", DAY, first, [LineEnds("1")]))
    assert contract_facts(over, first).state is ContractState.ENDED
    assert contract_facts(over, first).next_invoice is None
    assert contract_facts(over, DAY).next_possible_end == date(2026, 1, 31)


def test_lines_of_several_intervals_and_measured_ones() -> None:
    quarterly = line(PerUnit.of("30", "EUR"), date(2026, 1, 1), id="2", months=3)
    work = line(
        PerUnit.of("90", "EUR"),
        date(2026, 1, 1),
        id="3",
        kind=ContractType.TRANSACTIONAL,
        source=TimeWorked(),
        timing=Timing.ARREARS,
        months=None,
        quantity=0,
    )
    found = contract_facts(contract(SEATS, quarterly, work), DAY)
    assert (found.interval, found.value_per_period, found.measured_lines) == (None, None, 1)
    assert found.value_per_year == ExactAmount.of("768", "EUR")
    assert found.next_possible_end is None  # the two others are open
    weekly = attrs.evolve(
        SEATS, billing=attrs.evolve(SEATS.billing, interval=Interval.of(1, "week"))
    )
    exact = contract_facts(contract(weekly), DAY).value_per_year
    assert exact.value == Fraction(54 * 365, 7)


def test_the_balance_of_a_fund_is_what_work_could_still_take() -> None:
    made = contract(HOURS)
    worked = Facts(
        time=[
            TimeEntry("1", "P", date(2026, 1, 10), 3, contract_id="C-1", line_id="H"),
            TimeEntry("2", "P", date(2026, 1, 20), 5, contract_id="C-1", line_id="H",
                      recorded_on=date(2026, 2, 2)),
        ]
    )  # fmt: skip
    days = [date(2025, 12, 31), date(2026, 1, 1), DAY, date(2026, 2, 2), date(2027, 1, 1)]
    found = [contract_facts(made, day, worked) for day in days]
    assert [one.balance for one in found] == [None, 20, 17, 12, 0]
    assert found[1].balance_unit == "hours"


@settings(max_examples=40)
@given(
    start=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    months=st.integers(1, 12),
    timing=st.sampled_from(Timing),
    lead=st.integers(0, 20),
    day=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
)
def test_the_next_invoice_is_the_first_that_a_run_would_find(
    start: date, months: int, timing: Timing, lead: int, day: date
) -> None:
    made = contract(
        line(PerUnit.of("1", "EUR"), start, months=months, timing=timing, lead_days=lead)
    )
    found = contract_facts(made, day).next_invoice
    assert found is not None
    every = due_periods(
        start, Interval.months(months), timing, found + timedelta(days=1), lead_days=lead
    )
    assert found == min(one.trigger for one in every if one.trigger >= day)


def test_columns_of_the_host_are_computed_once_for_each_content() -> None:
    asked: list[str] = []

    def tier(made: Contract, found: ContractFacts) -> str:
        asked.append(made.id)
        return "gold" if found.value_per_year.value > 500 else "silver"

    fields = DerivedFields({"tier": tier}, content_hash)
    cache: dict[Any, Any] = {}
    found = contract_facts(MADE, DAY)
    row = fields.row(MADE, found, cache)
    assert (row["contract_id"], row["value_per_year"], row["tier"]) == (
        "C-1",
        ExactAmount.of("648", "EUR"),
        "gold",
    )
    assert fields.row(attrs.evolve(MADE), found, cache) == row
    assert asked == ["C-1"]
    changed = contract(attrs.evolve(SEATS, quantity=1))
    assert fields.row(changed, contract_facts(changed, DAY), cache)["tier"] == "silver"
    assert fields.row(MADE, found)["tier"] == "gold"  # without a cache it is computed again
    assert len(asked) == 3
    with pytest.raises(InvalidValue, match="every record has state already"):
        DerivedFields({"state": tier}, content_hash)


def test_the_list_of_the_night() -> None:
    ends = contract(line(PerUnit.of("1", "EUR"), date(2025, 1, 1), date(2026, 2, 10)), id="C-2")
    made = [MADE, ends]
    found = [(it.day, it.kind, it.contract_id, it.line_id) for it in due_items(made, DAY, 34)]
    assert found == [
        (date(2026, 1, 26), DueKind.INVOICE, "C-1", "1"),
        (date(2026, 2, 1), DueKind.INVOICE, "C-2", "1"),
        (date(2026, 2, 10), DueKind.END, "C-2", "1"),
        (date(2026, 2, 23), DueKind.INVOICE, "C-1", "1"),
        (date(2026, 2, 28), DueKind.DEADLINE, "C-1", "1"),
    ]
    assert not due_items(made, DAY, 0)
    renewal = date(2026, 5, 31)
    for day, within in ((date(2026, 5, 28), 3), (renewal, 0)):
        kinds = [(it.day, it.kind) for it in due_items([MADE], day, within)]
        assert kinds == [(renewal, DueKind.RENEWAL)]
    with pytest.raises(InvalidValue, match="zero or more days ahead"):
        due_items(made, DAY, -1)


def test_every_line_and_every_kind_of_bill_is_on_the_list() -> None:
    counted = line(
        PerUnit.of("30", "EUR"),
        date(2026, 1, 1),
        id="D",
        kind=ContractType.CONSUMPTION,
        quantity=0,
        source=DevicesCounted(("server",), CountPolicy.ADVANCE_TRUE_UP),
    )
    made = contract(SEATS, counted, HOURS)
    worked = Facts(
        time=[TimeEntry("1", "P", date(2026, 1, 10), 25, contract_id="C-1", line_id="H")]
    )
    keys = [it.charge_key for it in due_items([made], DAY, 20, worked) if it.charge_key]
    assert keys == [
        "C-1/1/service/2026-01-31",
        "C-1/D/service/2026-02-01",
        "C-1/D/true_up/2026-01-01",
        "C-1/H/overage/2026-01-01",
    ]
    assert contract_facts(contract(HOURS), DAY, worked).next_invoice == date(2026, 2, 1)
    assert contract_facts(contract(HOURS), DAY).next_invoice is None


def test_blocks_that_end_with_units_left_and_levels_that_were_reached() -> None:
    terms = fund_terms(valid_months=2)
    made = contract(attrs.evolve(HOURS, fund=terms))
    worked = Facts(
        time=[
            TimeEntry("1", "P", date(2026, 1, 10), 12, contract_id="C-1", line_id="H"),
            TimeEntry("2", "P", date(2026, 2, 3), 5, contract_id="C-1", line_id="H",
                      recorded_on=date(2026, 2, 5)),
        ]
    )  # fmt: skip
    eighty = WarningLevel(percent_used=80)
    (end,) = due_items([made], date(2026, 2, 1), 28, worked)
    assert (end.day, end.kind, end.units) == (date(2026, 2, 28), DueKind.EXPIRY, Fraction(8))
    assert str(end.period) == "2026-01-01..2026-02-28"
    told = due_items([made], date(2026, 2, 5), 23, worked, levels=[eighty])
    assert [(it.day, it.kind, it.units) for it in told] == [
        (date(2026, 2, 5), DueKind.WARNING, Fraction(3)),  # on the day on which it became known
        (date(2026, 2, 28), DueKind.EXPIRY, Fraction(3)),
    ]
    used_up = Facts(
        time=[TimeEntry("1", "P", date(2026, 1, 10), 20, contract_id="C-1", line_id="H")]
    )
    assert due_items([made], date(2026, 2, 1), 28, used_up) == ()


@settings(max_examples=40)
@given(case=amended(st.builds(contract, fixed_lines("1", "EUR"))), day=st.dates(FIRST, LAST))
def test_the_list_is_what_the_nights_bill(case: tuple[Happened, Contract], day: date) -> None:
    there, made = case
    facts, days = there.facts(), Span.of_days(day, day + timedelta(days=60))
    nights = {one.key: one.planned.trigger for one in preview(made, facts, TERMS, days)}
    every = {one.key for one in preview(made, facts, TERMS, EVER_BILLED)}

    def keys(items: tuple[DueItem, ...]) -> dict[str, date]:
        return {it.charge_key: it.day for it in items if it.charge_key is not None}

    charged = every - nights.keys()
    listed = keys(due_items([made], day, 60, facts, terms=TERMS, charged=charged))
    assert listed == {key: on for key, on in nights.items() if on >= TERMS.opening_day}
    everything = keys(due_items([made], day, 60, facts, terms=TERMS))
    assert set(everything) >= set(listed)
    first = {key: on for key, on in listed.items() if "@" not in key}
    if day >= TERMS.opening_day and made.known_by(day) == made:  # no later news moves a bill
        assert first == keys(due_items([made], day, 60, facts))  # the calendar says the same


def test_a_key_figure_keeps_the_ids_behind_it() -> None:
    other = attrs.evolve(contract(attrs.evolve(SEATS, quantity=1)), id="C-0")
    records = [contract_facts(one, DAY) for one in (MADE, other)]
    figure = key_figure("all", "contracts", records, lambda it: it.state is ContractState.ACTIVE)
    assert (figure.number, figure.ids) == (2, ("C-0", "C-1"))
    large = key_figure("large", "large", records, lambda it: it.value_per_year.value > 500)
    assert (large.number, large.ids) == (1, ("C-1",))
    german = Culture.of("de-DE", {"large contracts": "große Verträge"})
    assert attrs.evolve(large, label="large contracts").in_words(german) == "große Verträge: 1"


def test_a_list_of_the_night_says_what_it_takes() -> None:
    def refused(*args: Any, **more: Any) -> str:
        with pytest.raises(InvalidValue) as fault:
            due_items(*args, **more)
        return str(fault.value)

    assert refused(MADE, DAY, 30) == "contracts of the list must be a list: give [contract C-1]"
    assert refused(["C-1"], DAY, 30) == (
        "each of the contracts of the list must be a Contract, got 'C-1'"
    )
    assert "the day of the list must be a plain date" in refused([MADE], "2026-03-01", 30)
    for within in "30", 1.5, True, None:
        assert "looks ahead must be a whole number, such as 30, got" in refused([MADE], DAY, within)
    assert refused([MADE], DAY, -1) == "the list looks zero or more days ahead, got -1"
    for day, within in (DAY, 10**10), (date.max, 0), (date.min, 0):
        assert "take a day between them, and look ahead less" in refused([MADE], day, within)
    assert "facts of the list must be a Facts" in refused([MADE], DAY, 30, [])
    assert "levels of the list must be a list" in refused([MADE], DAY, 30, levels=80)
    assert "must be a WarningLevel, got 80" in refused([MADE], DAY, 30, levels=[80])
    assert "terms of the list must be a BillingTerms" in refused([MADE], DAY, 30, terms=Facts())
    key = "C-1/1/service/2026-01-01"
    assert refused([MADE], DAY, 30, charged=key).endswith("give {key}")


def test_a_key_figure_says_what_it_takes_and_which_contract_its_question_fails_for() -> None:
    records: list[Any] = [contract_facts(MADE, DAY)]

    def refused(*args: Any) -> str:
        with pytest.raises(InvalidValue) as fault:
            key_figure(*args)
        return str(fault.value)

    assert "must not be empty" in refused("", "Low", records, bool)
    assert refused("low", 7, records, bool) == "the label of key figure 'low' must be a text, got 7"
    assert "must be a ContractFacts, got 'C-1'" in refused("low", "Low", ["C-1"], bool)
    assert "asks a question of each record" in refused("low", "Low", records, "balance < 5")
    told = refused("low", "Low", records, lambda found: found.balance < 5)
    assert told.startswith("the question of key figure 'low' fails for contract 'C-1': TypeError")


def test_a_function_of_the_host_that_fails_is_told_with_its_field_and_contract() -> None:
    def ratio(_: Contract, found: ContractFacts) -> Fraction:
        return 1 / Fraction(found.measured_lines)

    fields, found = DerivedFields({"ratio": ratio}, content_hash), contract_facts(MADE, DAY)
    with pytest.raises(InvalidValue, match=r"'ratio' fails for contract 'C-1' on .*ZeroDivision"):
        fields.row(MADE, found)
    other = attrs.evolve(found, contract_id="C-9")
    with pytest.raises(InvalidValue, match="'C-1' needs its own record, got that of 'C-9'"):
        fields.row(MADE, other)
    wrong: Any
    for wrong, message in (
        (["ratio"], "the derived fields must be"),
        ({7: ratio}, "the name of a derived field must be a text, got 7"),
    ):
        with pytest.raises(InvalidValue, match=message):
            DerivedFields(wrong, content_hash)
    wrong = "sha256"
    with pytest.raises(InvalidValue, match="the fingerprint of derived fields must be"):
        DerivedFields({}, wrong)

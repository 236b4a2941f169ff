"""What falls to each piece of work of a bill: whatever the price, the parts are the whole."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import Facts, billed_work, booking_month, due
from harmony_core.contracts import Contract, ContractLine
from harmony_core.finance import ExactAmount, Money, money_sum
from harmony_core.periods import Month, Timing, months_between
from harmony_core.pricing import (
    AtLeast,
    BandTable,
    FillUp,
    Flat,
    LookUp,
    Package,
    PerUnit,
    Scheme,
)
from harmony_core.products import (
    ContractType,
    HourlyRate,
    RateCard,
    RatedFor,
    TimeRounding,
    TimeScope,
    TimeTerms,
    TimeWorked,
)
from harmony_core.work import TimeEntry, share_charge
from tests.strategies import END, TERMS, amendments, contract, line, undated_schemes

BANDS = BandTable.of("EUR", [(10, "118.00"), (None, "100.00")])
FEBRUARY = Month(2026, 2)


def worked(scheme: Scheme, source: TimeWorked | None = None) -> ContractLine:
    return line(
        scheme,
        kind=ContractType.TRANSACTIONAL,
        quantity=0,
        source=source or TimeWorked(),
        timing=Timing.ARREARS,
        months=None,
    )


def entry(
    name: str, day: date, hours: object, known: date | None = None, role: str = ""
) -> TimeEntry:
    exactly = Fraction(str(hours))
    return TimeEntry(name, "anna", day, exactly, "C-1", "1", recorded_on=known, role=role)


def shares_of(agreed: Contract, facts: Facts, *months: Month) -> dict[str, Money]:
    return {
        name: share.amount
        for month in months
        for name, share in billed_work([agreed], facts, TERMS, month).items()
    }


def brought_on(one: TimeEntry) -> tuple[date, date]:
    """The first day of the month that is billed, and the day of the charge that brings it."""
    month = Month.containing(one.day)
    return month.first_day, max(month.last_day + timedelta(days=1), one.known_on)


DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30))


@st.composite
def entries(draw: st.DrawFn) -> list[TimeEntry]:
    found = []
    for number in range(draw(st.integers(1, 7))):
        day, delay = draw(DAYS), draw(st.sampled_from([None, 0, 1, 20, 40]))
        known = None if delay is None else day + timedelta(days=delay)
        hours = Fraction(draw(st.integers(-30, 80)), draw(st.sampled_from([1, 4, 7])))
        made = entry(f"T-{number}", day, hours, known, draw(st.sampled_from(["", "senior"])))
        found.append(attrs.evolve(made, multiplier=draw(st.sampled_from([1, 1, 2, 0]))))
    return found


SOURCES = st.sampled_from(
    [
        TimeWorked(),
        TimeWorked(TimeTerms(TimeRounding(TimeScope.DAY, increment=60))),
        TimeWorked(
            rates=RateCard([HourlyRate("s", ExactAmount.of("131", "EUR"), RatedFor(role="senior"))])
        ),
    ]
)


@given(entries(), undated_schemes("EUR"), SOURCES)
def test_the_shares_behind_a_charge_add_up_to_it_whatever_its_scheme(
    time: list[TimeEntry], scheme: Scheme, source: TimeWorked
) -> None:
    agreed, facts = contract(worked(scheme, source)), Facts(time=time)
    shares = shares_of(agreed, facts, *months_between(Month(2026, 1), Month(2026, 9)))
    assert shares.keys() == {one.id for one in time}
    behind: defaultdict[tuple[date, date], list[Money]] = defaultdict(list)
    for one in time:
        behind[brought_on(one)].append(shares[one.id])
    billed = {
        (one.service.start, one.trigger): one.amount
        for one in due(agreed, facts, TERMS, END)
        if one.evidence or one.amount
    }
    if isinstance(scheme, Flat):  # is billed for months without work too
        billed = {key: amount for key, amount in billed.items() if key in behind}
    found = {key: money_sum(parts, "EUR") for key, parts in behind.items()}
    assert found.keys() >= billed.keys()
    assert {key: billed.get(key, Money.zero("EUR")) for key in found} == found


@given(st.data(), entries(), undated_schemes("EUR"), SOURCES)
def test_what_becomes_known_later_changes_no_share_of_a_closed_month(
    data: st.DataObject, time: list[TimeEntry], scheme: Scheme, source: TimeWorked
) -> None:
    agreed = contract(worked(scheme, source))
    month = data.draw(st.sampled_from(list(months_between(Month(2026, 1), Month(2026, 8)))))
    then = [one for one in time if booking_month(one) <= month]
    at_close = billed_work([agreed], Facts(time=then), TERMS, month)
    assert billed_work([agreed], Facts(time=time), TERMS, month) == at_close
    for name, share in at_close.items():
        assert share.explanation.evaluate() == share.amount.exact.value, name


@given(st.data(), entries())
def test_of_an_amended_line_no_month_bears_more_than_what_is_billed_for_it_in_the_end(
    data: st.DataObject, time: list[TimeEntry]
) -> None:
    """What is agreed and known before the bill is shared out as it is billed."""
    agreed = data.draw(amendments(contract(worked(PerUnit.of("95.5", "EUR")))))
    facts = Facts(time=time)
    charges = list(due(agreed, facts, TERMS, END))
    first = {
        one.service.start: one for one in charges if one.line_id == "1" and one.corrects is None
    }
    shares = shares_of(agreed, facts, *months_between(Month(2026, 1), Month(2026, 9)))
    for start, charge in first.items():
        month = Month.containing(start)
        behind = [
            one
            for one in time
            if month.first_day <= one.day <= month.last_day and one.known_on <= charge.trigger
        ]
        if behind:
            assert money_sum((shares[one.id] for one in behind), "EUR") == charge.amount


@given(
    st.integers(-(10**6), 10**6),
    st.lists(st.integers(-(10**5), 10**5).map(lambda cents: Fraction(cents, 700)), min_size=1),
)
def test_shares_add_up_and_explain_themselves(minor: int, prices: list[Fraction]) -> None:
    charge = Money(minor, "EUR")
    shares = share_charge(charge, {str(n): one for n, one in enumerate(prices)}, "key")
    assert money_sum((one.amount for one in shares.values()), "EUR") == charge
    for one in shares.values():
        assert one.explanation.evaluate() == one.amount.exact.value


@pytest.mark.parametrize(
    ("scheme", "billed"),
    [
        (PerUnit.of("118.00", "EUR"), "2360.00"),
        (FillUp(BANDS), "2180.00"),
        (LookUp(BANDS), "2000.00"),
        (Package.of("1000.00", 10, "EUR"), "2000.00"),
        (Flat.of("500.00", "EUR"), "500.00"),
        (AtLeast(PerUnit.of("10.00", "EUR"), ExactAmount.of("300", "EUR")), "300.00"),
    ],
)
def test_twenty_hours_bear_what_is_billed_for_them(scheme: Scheme, billed: str) -> None:
    """Of 20 hours 15 are Anna's first entry, so that three quarters of the bill fall to it."""
    time = [entry("T-1", date(2026, 2, 3), 15), entry("T-2", date(2026, 2, 9), 5)]
    agreed, facts = contract(worked(scheme)), Facts(time=time)
    (charge,) = [one for one in due(agreed, facts, TERMS, date(2026, 3, 1)) if one.evidence]
    shares = shares_of(agreed, facts, FEBRUARY)
    assert charge.amount == Money.of(billed, "EUR")
    assert shares["T-1"] == Money.of(Fraction(billed) * 3 / 4, "EUR")
    assert shares["T-1"] + shares["T-2"] == charge.amount


def test_late_time_bears_what_it_adds_to_the_bill_and_time_taken_back_what_it_takes_off() -> None:
    """12 h are 1,380.00; 3 h more are 300.00; 8 h back leave 7 h at 118.00."""
    time = [
        entry("T-1", date(2026, 1, 12), 12),
        entry("T-2", date(2026, 1, 20), 3, date(2026, 2, 9)),
        entry("T-3", date(2026, 1, 12), -8, date(2026, 3, 2)),
    ]
    agreed = contract(worked(FillUp(BANDS)))
    shares = shares_of(agreed, Facts(time=time), Month(2026, 1), FEBRUARY, Month(2026, 3))
    assert {name: str(share.amount) for name, share in shares.items()} == {
        "T-1": "1380.00",
        "T-2": "300.00",
        "T-3": "-854.00",
    }


def test_a_charge_whose_hours_are_booked_in_two_months_is_shared_month_by_month() -> None:
    """8 h are booked in January; 4 h more are known with the bill, 2 of them at 118.00."""
    time = [
        entry("T-1", date(2026, 1, 12), 8),
        entry("T-2", date(2026, 1, 30), 4, date(2026, 2, 1)),
    ]
    agreed, facts = contract(worked(FillUp(BANDS))), Facts(time=time)
    (charge,) = [one for one in due(agreed, facts, TERMS, date(2026, 2, 1)) if one.evidence]
    shares = shares_of(agreed, facts, Month(2026, 1), FEBRUARY)
    assert str(charge.amount) == "1380.00 EUR"
    assert [str(share.amount) for share in shares.values()] == ["944.00", "436.00"]


def test_time_on_a_day_without_its_line_bears_nothing() -> None:
    ended = attrs.evolve(worked(PerUnit.of("95", "EUR")), last_day=date(2026, 2, 10))
    time = [entry("T-1", date(2026, 2, 3), 2), entry("T-2", date(2026, 2, 12), 5)]
    found = billed_work([contract(ended)], Facts(time=time), TERMS, FEBRUARY)
    assert [str(share.amount) for share in found.values()] == ["190.00 EUR", "0.00 EUR"]
    assert ("reason", "the line does not run that day") in found["T-2"].explanation.facts

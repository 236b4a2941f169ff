"""Every charge between group companies has its record, and the records add up to the books."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import attrs
import pytest

from harmony_core.billing import transfer_evidence
from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import Booked, Money, Role, TransferRules, Verdict, booked_sum
from harmony_core.interchange import from_record, to_record
from harmony_core.periods import Month
from harmony_core.workflows import month_end, review_transfers, review_work
from tests.strategies import TERMS
from tests.workflows.company import books, company, in_memory

MONTHS = (Month(2026, 1), Month(2026, 2), Month(2026, 3))


def test_the_records_add_up_to_both_legs_of_each_pair_in_three_columns() -> None:
    store = in_memory()
    for month in MONTHS:
        month_end(store, month)
    records = review_transfers(store, MONTHS)
    earned: defaultdict[str, list[Booked]] = defaultdict(list)
    owed: defaultdict[str, list[Booked]] = defaultdict(list)
    for one in records:
        earned[one.pair_id].append(one.earned)
        owed[one.pair_id].append(one.owed)
    legs: defaultdict[tuple[str, str], list[Booked]] = defaultdict(list)
    for entry in books(store).entries:
        for line in entry.lines if entry.kind == "transfer" else ():
            legs[entry.source, line.role].append(line.amount)
    assert earned
    assert {pair for pair, _ in legs} == earned.keys()
    for pair, amounts in earned.items():
        codes = amounts[0].currencies
        assert booked_sum(legs[pair, Role.INTERCOMPANY_RECEIVABLE], codes) == booked_sum(
            amounts, codes
        )
        codes = owed[pair][0].currencies
        assert booked_sum(legs[pair, Role.INTERCOMPANY_COST], codes) == booked_sum(
            owed[pair], codes
        )


def test_a_record_says_who_what_why_and_when() -> None:
    [record, *_] = review_transfers(in_memory(), MONTHS)
    row = record.as_row()
    assert (record.rule.id, record.subject.value, record.person_id) == ("T-1", "time", "ravi")
    assert record.others == (("T-2", Verdict.OTHER_SUBJECT),)
    assert record.charge.basis is not None
    assert record.charge.explanation.evaluate() == record.charge.amount.exact.value
    assert row["fact"] == record.fact_id
    assert row["method"] == "transfer price: cost plus"
    assert row["cost_rate"] == "1450 INR"
    assert str(row["rates"]).startswith("house:")
    assert {rate.source for rate in record.rates} == {"house"}
    assert record.known_on <= record.booked_on == date(2026, 1, 31)
    assert from_record(to_record(record)) == record


def test_records_of_a_closed_month_stay_what_they_were() -> None:
    store = in_memory()
    before = review_transfers(store, MONTHS)
    for month in MONTHS:
        month_end(store, month)
    assert review_transfers(store, MONTHS) == before


def test_a_record_that_does_not_fit_its_charge_is_refused() -> None:
    [record, *_] = review_transfers(in_memory(), MONTHS)
    with pytest.raises(InvalidValue, match="was made under rule 'T-1', not 'T-9'"):
        attrs.evolve(record, rule=attrs.evolve(record.rule, id="T-9"))
    more = attrs.evolve(record.owed, transaction=Money.of(1, record.charge.amount.currency))
    with pytest.raises(InvalidValue, match="both books hold the amount of the charge"):
        attrs.evolve(record, owed=more)


def test_other_rules_than_those_that_rated_are_refused() -> None:
    work = review_work(in_memory(), MONTHS[:1])
    others = TransferRules(
        attrs.evolve(rule, id=f"X-{rule.id}") for rule in company().transfer_rules
    )
    made = transfer_evidence(work.times, work.expenses, rules=others, terms=TERMS, month=MONTHS[0])
    with pytest.raises(NotFound, match="give the rules that rated the work"):
        list(made)

"""A feed goes into a store once, however often it is read, and what it brings is billed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import Charge
from harmony_core.errors import InputRejected
from harmony_core.interchange import ExternalKey, ExternalKeys, UsageColumns, UsageFeed, csv_table
from harmony_core.periods import Month
from harmony_core.repositories import Store
from harmony_core.repositories.sql import SqlStore
from harmony_core.work import UsageRecord
from harmony_core.workflows import billing_night, feed_usage, month_end
from tests.workflows.company import books, in_memory, set_up

LAYOUT = UsageColumns("probe", day="day", constants={"meter": "in+out"}, replaces="replaces")
KEYS = ExternalKeys(
    [
        ExternalKey("probe", "acme", "customer", "K-2"),
        ExternalKey("probe", "in+out", "meter", "traffic"),
    ]
)
JANUARY = (
    "id,customer,quantity,day,replaces",
    "u1,acme,20000,2026-01-05,",
    "u2,acme,5000,2026-01-31,",
    "u2,acme,5000,2026-01-31,",
    "u3,nobody,7,2026-01-31,",
    "u4,acme,many,2026-01-31,",
    "u5,acme,1,2026-03-01,",
)
DAY = date(2026, 1, 31)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield in_memory(facts=())
        return
    database = SqlStore(f"sqlite:///{tmp_path / 'company.db'}")
    database.create()
    set_up(database, facts=())
    yield database
    database.close()


def usage(store: Store) -> tuple[UsageRecord, ...]:
    with store.begin() as unit:
        return unit.facts.usage(date.max)


def feed(store: Store, *lines: str, today: date = DAY) -> UsageFeed:
    return feed_usage(store, csv_table(lines, "january.csv"), LAYOUT, KEYS, today)


def traffic(store: Store) -> list[tuple[str, str, date]]:
    def metered(charge: Charge) -> bool:
        return charge.contract_id == "C-2" and charge.line_id == "1" and bool(charge.amount.minor)

    charges = filter(metered, books(store).charges)
    return [(str(one.service), str(one.amount), one.trigger) for one in charges]


def test_a_feed_is_kept_once(store: Store) -> None:
    first = feed(store, *JANUARY)
    assert [record.id for record in first.accepted] == ["u1", "u2"]
    assert [str(one) for one in first.repeated + first.unmapped] == [
        "january.csv:4: usage record 'u2' of probe came before, with the same content",
        "january.csv:5: no customer has the key 'nobody' of probe on 2026-01-31",
    ]
    assert first.problems == (
        "january.csv:6: quantity must be a plain number like '12.50', got 'many'",
        "january.csv:7: its day 2026-03-01 is after 2026-01-31: send it when it has happened",
    )
    assert usage(store) == first.accepted
    later = feed(store, *JANUARY, today=date(2026, 2, 10))
    assert later.accepted == ()
    assert [one.record.id for one in later.repeated] == ["u1", "u2", "u2"]
    assert later.control.total == first.control.total
    assert usage(store) == first.accepted


def test_what_comes_late_is_billed_as_a_correction(store: Store) -> None:
    feed(store, *JANUARY)
    billing_night(store, date(2026, 2, 1))
    month_end(store, Month(2026, 1))
    late = feed(
        store,
        JANUARY[0],
        "u6,acme,1000,2026-01-20,",
        "u2,acme,4000,2026-01-31,",
        today=date(2026, 2, 1),
    )
    assert {record.recorded_on for record in late.accepted} == {date(2026, 2, 2)}
    assert late.problems[0].startswith("january.csv:3: usage record 'u2' of probe came before")
    billing_night(store, date(2026, 2, 2))
    assert traffic(store) == [
        ("2026-01-01..2026-01-31", "11.25 GBP", date(2026, 2, 1)),
        ("2026-01-01..2026-01-31", "0.45 GBP", date(2026, 2, 2)),
    ]


def test_nothing_is_kept_of_a_table_that_cannot_be_understood(store: Store) -> None:
    with pytest.raises(InputRejected, match="there is no header"):
        feed(store)
    assert usage(store) == ()


def test_more_rows_than_are_asked_for_at_once(store: Store) -> None:
    lines = [JANUARY[0], *(f"r{number},acme,{number},2026-01-05," for number in range(2100))]
    assert len(feed(store, *lines[:1500]).accepted) == 1499
    again = feed(store, *lines, *lines[1:])
    assert (len(again.accepted), len(again.repeated)) == (601, 1499 + 2100)
    assert sum(record.quantity for record in usage(store)) == Fraction(2099 * 2100, 2)


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["u1", "u2", "u3"]),
                st.sampled_from(["acme", "nobody"]),
                st.sampled_from(["1", "2", "x"]),
            ),
            max_size=4,
        ),
        max_size=4,
    )
)
def test_several_feeds_keep_what_one_of_all_their_rows_keeps(
    feeds: list[list[tuple[str, str, str]]],
) -> None:
    lines = [[f"{','.join(row)},2026-01-05," for row in rows] for rows in feeds]
    apart, at_once = in_memory(facts=()), in_memory(facts=())
    totals = [feed(apart, JANUARY[0], *rows).control.total for rows in lines]
    whole = feed(at_once, JANUARY[0], *(line for rows in lines for line in rows)).control.total
    assert usage(apart) == usage(at_once)
    assert sum(total.quantity for total in totals) == whole.quantity
    assert sum(total.rows for total in totals) == whole.rows

"""The same 24 months in a database: what comes back is what went in, and nothing comes twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from harmony_core.billing import Charge
from harmony_core.culture import Culture
from harmony_core.demo import FIRST_MONTH, LAST_MONTH, DemoFiles, gather, play, tables
from harmony_core.finance import Column, Money, trial_balance
from harmony_core.periods import Month
from harmony_core.repositories import MemoryStore
from harmony_core.repositories.sql import SqlStore
from harmony_core.workflows import billing_night
from tests.demo.library_totals import Totals
from tests.demo.untraced import untraced

CONTROL = json.loads((Path(__file__).parent / "control_totals.json").read_text(encoding="utf-8"))
SHORT = Month(2024, 9)


@pytest.fixture(autouse=True)
def _fast() -> Iterator[None]:
    with untraced():
        yield


@pytest.fixture(scope="module")
def charges(in_sqlite: SqlStore) -> tuple[Charge, ...]:
    with in_sqlite.begin() as unit:
        return unit.charges.all()


def test_the_figures_are_the_control_totals_here_too(in_sqlite: SqlStore) -> None:
    assert Totals(in_sqlite).sections() == CONTROL


def test_every_charge_computes_again_from_its_explanation(charges: tuple[Charge, ...]) -> None:
    assert len(charges) > 10_000
    assert not [charge.key for charge in charges if charge.replay() != charge.amount]


def test_a_measured_charge_names_what_is_behind_it(charges: tuple[Charge, ...]) -> None:
    """Whatever counts something and is not zero has evidence, each thing once."""
    assert not [c.key for c in charges if len(set(c.evidence)) != len(c.evidence)]
    assert sum(bool(charge.evidence) for charge in charges) > 1_000


def test_both_stores_hold_the_same_after_half_a_year(
    in_sqlite: SqlStore, demo_files: DemoFiles
) -> None:
    """Later months left the first ones as they were, and the database gives them back equal."""
    memory = MemoryStore()
    for _ in play(memory, demo_files, FIRST_MONTH, SHORT):
        pass
    with memory.begin() as held, in_sqlite.begin() as kept:
        through = SHORT.last_day
        assert kept.charges.all(triggered_through=through) == held.charges.all()
        assert kept.invoices.all(day_through=through) == held.invoices.all()
        assert tuple(kept.journal.entries(through)) == tuple(held.journal.entries())
        assert held.recognised.all() == tuple(
            row for row in kept.recognised.all() if row.month <= SHORT
        )
        assert kept.contracts.all() == held.contracts.all()


def test_playing_again_finds_nothing_to_do(
    in_sqlite: SqlStore, demo_files: DemoFiles, charges: tuple[Charge, ...]
) -> None:
    reports = list(play(in_sqlite, demo_files, FIRST_MONTH, LAST_MONTH))
    assert len(reports) == 24
    for report in reports:
        assert report.was_closed
        assert (report.night.charges, report.night.invoices) == ((), ())
        assert (report.recognised, report.entries) == ((), ())
    night = billing_night(in_sqlite, LAST_MONTH.last_day)
    assert (night.charges, night.invoices) == ((), ())
    with in_sqlite.begin() as unit:
        assert unit.charges.all() == charges


def test_every_trial_balance_is_zero(in_sqlite: SqlStore) -> None:
    with in_sqlite.begin() as unit:
        entries = tuple(unit.journal.entries())
        group = unit.company.get().group
    for column in Column:
        assert trial_balance(entries, column=column).is_zero
        for entity in group.entities:
            assert trial_balance(entries, entity.id, column).is_zero


def test_the_report_shows_its_tables(in_sqlite: SqlStore) -> None:
    results = gather(in_sqlite, FIRST_MONTH, LAST_MONTH)
    shown = {table.title: table for table in tables(results)}
    assert len(shown) == 13
    volumes = [row[3] for row in shown["Intercompany pairs, matched and eliminated"].rows]
    taken_out = sum(abs(pair.amount.minor) for pair in results.consolidation.eliminations)
    assert sum(volume.minor for volume in volumes if isinstance(volume, Money)) == taken_out
    listed = shown["Devices that several lines bill, or none"].rows
    assert ("CU10", "C-176/1 and C-258/1", 8, 728) in listed
    assert {row[1] for row in listed} == {"no line", "C-176/1 and C-258/1"}
    notes = [note for table in shown.values() for note in table.notes]
    assert not [note for note in notes if "NOT ZERO" in note]
    top, bottom = (
        next(table for title, table in shown.items() if title.startswith(which))
        for which in ("Top ten", "Bottom ten")
    )
    assert len(top.rows) == len(bottom.rows) == 10
    by_customer = CONTROL["contribution_by_customer"]
    for row in (*top.rows, *bottom.rows):
        contribution = row[3]
        assert not isinstance(contribution, str | int | None)
        assert f"{contribution.amount}" == by_customer[str(row[0])]  # type: ignore[union-attr]


def test_the_trend_leaves_months_before_the_first_one_open(demo_files: DemoFiles) -> None:
    store = MemoryStore()
    last = Month(2024, 5)
    for _ in play(store, demo_files, FIRST_MONTH, last):
        pass
    shown = tables(gather(store, FIRST_MONTH, last))
    table = next(table for table in shown if "twelve months" in table.title)
    *unplayed, april, may, together = table.rows
    assert [row[0] for row in unplayed[:2]] == ["2023-06", "2023-07"]
    assert len(unplayed) == 10
    assert {row[1:] for row in unplayed} == {(None,) * 5}
    assert "–" in table.text_rows(Culture.of("en-GB"))[0]
    assert (april[0], may[0], together[0]) == ("2024-04", "2024-05", "together")
    for column in range(1, 5):
        one, other = april[column], may[column]
        assert isinstance(one, Money)
        assert isinstance(other, Money)
        assert together[column] == one + other

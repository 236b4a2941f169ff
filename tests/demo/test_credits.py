"""Credit notes of the demo: given in their month, and not for what the system before had billed."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest

from harmony_core.demo import DemoFiles, play
from harmony_core.demo._credits import CreditGiven
from harmony_core.errors import NotFound, RuleBroken
from harmony_core.periods import Month
from harmony_core.repositories import MemoryStore

MAY = Month.of("2024-05")


def credit(first_day: date, amount: Fraction | None = None) -> CreditGiven:
    """Of a contract of 38 users that began on 29 February."""
    return CreditGiven("G", "C-042", "1", first_day, date(2024, 5, 31), amount, "a try")


def played(demo: DemoFiles, given: CreditGiven) -> MemoryStore:
    store, few = MemoryStore(), attrs.evolve(demo, facts=(), credits=(given,))
    list(play(store, few, MAY, MAY))
    return store


def test_it_is_a_document_of_its_own(demo_files: DemoFiles) -> None:
    store = played(demo_files, credit(date(2024, 5, 29)))
    with store.begin() as unit:
        (note,) = (one for one in unit.invoices.all() if one.credits is not None)
        invoice = unit.invoices.get(note.credits or "")
        (line,) = note.lines
    assert (note.day, invoice.day) == (date(2024, 5, 31), date(2024, 5, 29))
    assert line.net == -next(one.net for one in invoice.lines if one.charge_key == line.corrects)


def test_what_the_system_before_had_billed_is_left_to_it(demo_files: DemoFiles) -> None:
    store = played(demo_files, credit(date(2024, 4, 29)))
    with store.begin() as unit:
        assert not [one for one in unit.invoices.all() if one.credits is not None]


def test_no_more_than_was_billed_is_given_back(demo_files: DemoFiles) -> None:
    with pytest.raises(RuleBroken, match="cannot be credited"):
        played(demo_files, credit(date(2024, 5, 29), Fraction(100_000)))


def test_a_charge_that_is_not_there_cannot_be_given_back(demo_files: DemoFiles) -> None:
    with pytest.raises(NotFound, match="there is no charge 'C-042/1/service/2024-05-30'"):
        played(demo_files, credit(date(2024, 5, 30)))

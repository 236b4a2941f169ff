"""What a store as a whole promises: all or nothing, one after the other, and nothing forgotten."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import attrs
import pytest

from harmony_core.errors import AlreadyCharged, NotFound, RuleBroken
from harmony_core.repositories import Store, UnitOfWork
from harmony_core.testing import _samples as samples
from harmony_core.testing._samples import DAY, MARCH


class _Interrupted(Exception):
    """Something that is none of the library's errors."""


def fill(unit: UnitOfWork) -> None:
    """Write one value of every kind."""
    unit.company.save(samples.company())
    unit.customers.add(samples.customer("K-1"))
    unit.suppliers.add(samples.supplier("S-1"))
    unit.people.add(samples.person("P-1"))
    unit.products.add(samples.product("BACKUP"))
    unit.price_book.save(samples.price_book())
    unit.quotes.add(samples.quote("Q-1"))
    unit.orders.add(samples.order("O-1"))
    unit.contracts.add(samples.contract("C-1"))
    unit.devices.add(samples.device("D-1"))
    unit.incidents.add(samples.incident("INC-1"))
    unit.facts.add([samples.time_entry("1"), samples.expense("1")])
    unit.facts.add([samples.usage("1"), samples.event("D-1")])
    unit.rates.add([samples.rate()])
    unit.charges.add(samples.charge("K"))
    unit.recognised.add([samples.recognised("K")])
    unit.invoices.add(samples.invoice("I-1"))
    unit.journal.add([samples.entry("J-1")])
    unit.profiles.add(samples.profile("K-1"))
    unit.overrides.add(samples.override("K"))
    unit.reviews.add(samples.review_step("I-1"))
    unit.progress.add(samples.progress("R-1"))
    unit.receivables.add(samples.receivable("I-1"))
    unit.payables.add(samples.payable("B-1"))
    unit.payments.add(samples.payment("P-1"))
    unit.allocations.add(samples.allocation("P-1/I-1/1"))
    unit.months.close(MARCH)
    unit.nights.ran(DAY)


def held(unit: UnitOfWork) -> dict[str, object]:
    """Read everything that a store holds."""
    try:
        company: object = unit.company.get()
    except NotFound:
        company = None
    return {
        "company": company,
        "customers": unit.customers.all(),
        "suppliers": unit.suppliers.all(),
        "people": unit.people.all(),
        "products": unit.products.all(),
        "price book": unit.price_book.get().entries,
        "quotes": unit.quotes.all(),
        "orders": unit.orders.all(),
        "contracts": unit.contracts.all(),
        "devices": unit.devices.all(),
        "incidents": unit.incidents.all(),
        "time": unit.facts.time(DAY),
        "expenses": unit.facts.expenses(DAY),
        "usage": unit.facts.usage(DAY),
        "events": unit.facts.device_events(DAY),
        "rates": tuple(unit.rates.book()),
        "charges": unit.charges.all(),
        "keys": tuple(unit.charges.keys()),
        "recognised": unit.recognised.all(),
        "totals": tuple(unit.recognised.totals()),
        "invoices": unit.invoices.all(),
        "journal": tuple(unit.journal.entries()),
        "profiles": unit.profiles.all(),
        "overrides": unit.overrides.all(),
        "reviews": unit.reviews.all(),
        "progress": unit.progress.all(),
        "receivables": unit.receivables.all(),
        "payables": unit.payables.all(),
        "payments": unit.payments.all(),
        "allocations": unit.allocations.all(),
        "months": tuple(unit.months.closed()),
        "night": unit.nights.last(),
    }


def _replace(unit: UnitOfWork) -> None:
    unit.company.save(samples.company("Other"))
    unit.contracts.save(samples.contract("C-1", "K-2"))
    unit.customers.save(samples.customer("K-1", "Other"))


def _fail_after(store: Store, deed: Callable[[UnitOfWork], None]) -> None:
    with store.begin() as unit:
        deed(unit)
        held(unit)  # a store that lets writes wait has sent them now
        raise _Interrupted


class StoreSuite:
    """Give it a fixture ``store``: an empty store."""

    def test_an_empty_store_holds_nothing(self, store: Store) -> None:
        """So that the other tests prove something."""
        with store.begin() as unit:
            assert not any(held(unit).values())

    def test_a_unit_reads_what_it_wrote(self, store: Store) -> None:
        """Before it ends."""
        with store.begin() as unit:
            fill(unit)
            assert all(held(unit).values())

    def test_the_next_unit_reads_what_one_wrote(self, store: Store) -> None:
        """Every kind of value, equal to what was written."""
        with store.begin() as unit:
            fill(unit)
            before = held(unit)
        with store.begin() as unit:
            assert held(unit) == before
            assert unit.contracts.get("C-1") == samples.contract("C-1")
            assert unit.company.get() == samples.company()

    def test_a_failed_unit_leaves_nothing(self, store: Store) -> None:
        """Whatever the error is, and it reaches the caller."""
        with pytest.raises(_Interrupted):
            _fail_after(store, fill)
        with store.begin() as unit:
            assert not any(held(unit).values())
            fill(unit)  # and nothing is in the way of doing it again

    def test_a_failed_unit_undoes_what_it_replaced(self, store: Store) -> None:
        """The earlier values stand."""
        with store.begin() as unit:
            fill(unit)
        with pytest.raises(_Interrupted):
            _fail_after(store, _replace)
        with store.begin() as unit:
            assert unit.company.get() == samples.company()
            assert unit.contracts.get("C-1") == samples.contract("C-1")
            assert unit.customers.get("K-1") == samples.customer("K-1")

    def test_a_refusal_that_was_caught_leaves_the_rest(self, store: Store) -> None:
        """A unit goes on after it was told that something is charged already."""
        with store.begin() as unit:
            unit.charges.add(samples.charge("a"))
        with store.begin() as unit:
            unit.charges.add(samples.charge("b"))
            with pytest.raises(AlreadyCharged):
                unit.charges.add(samples.charge("a"))
            unit.charges.add(samples.charge("c"))
        with store.begin() as unit:
            assert unit.charges.keys() == {"a", "b", "c"}

    def test_a_charge_is_unearned_until_all_of_it_is_recognised(self, store: Store) -> None:
        """In all three currencies; what was triggered later does not count yet."""
        first, half = samples.charge("a"), samples.charge("half", amount="6.25").booked
        part = attrs.evolve(samples.recognised("a"), amount=half)
        with store.begin() as unit:
            for charge in (first, samples.charge("b"), samples.charge("nothing", amount="0.00")):
                unit.charges.add(charge)
            unit.charges.add(samples.charge("later", trigger=DAY + timedelta(days=1)))
            assert [charge.key for charge in unit.charges.unearned(DAY)] == ["a", "b"]
            unit.recognised.add([part, attrs.evolve(part, charge_key="b", amount=first.booked)])
        with store.begin() as unit:
            assert unit.charges.unearned(DAY) == (first,)
            unit.recognised.add([attrs.evolve(part, month=MARCH + 1, amount=first.booked - half)])
            assert unit.charges.unearned(DAY) == ()
            assert [charge.key for charge in unit.charges.unearned(date.max)] == ["later"]

    def test_a_unit_that_has_ended_answers_no_more(self, store: Store) -> None:
        """Nothing is written behind the store's back."""
        with store.begin() as unit:
            fill(unit)
        with pytest.raises(RuleBroken, match="has ended"):
            unit.contracts.all()
        with pytest.raises(RuleBroken, match="has ended"):
            unit.charges.add(samples.charge("late"))
        with pytest.raises(RuleBroken, match="has ended"):
            unit.journal.add([samples.entry("late")])

    def test_of_two_units_at_once_one_charges(self, store: Store) -> None:
        """The other one waits, and is told so."""
        together = Barrier(2)

        def charge(amount: str) -> str:
            together.wait(timeout=10)
            try:
                with store.begin() as unit:
                    unit.charges.add(samples.charge("K", amount=amount))
            except AlreadyCharged:
                return "told"
            return "charged"

        with ThreadPoolExecutor(2) as both:
            answers = sorted(both.map(charge, ["1.00", "2.00"]))
        assert answers == ["charged", "told"]
        with store.begin() as unit:
            assert len(unit.charges.all()) == 1

    def test_what_is_not_kept_yet_is_not_seen(self, store: Store) -> None:
        """A unit beside an open one sees it whole, when it is over, or not at all."""
        inside, seen = Barrier(2), []

        def look() -> int:
            inside.wait(timeout=10)
            with store.begin() as unit:
                return len(unit.contracts.all())

        with ThreadPoolExecutor(1) as other:
            with store.begin() as unit:
                unit.contracts.add(samples.contract("C-1"))
                looking = other.submit(look)
                inside.wait(timeout=10)
                unit.contracts.add(samples.contract("C-2"))
            seen.append(looking.result(timeout=60))
        assert seen[0] in (0, 2)

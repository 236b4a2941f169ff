"""What the other repositories of a unit of work promise; each suite wants an empty ``store``."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import attrs
import pytest

from harmony_core.billing import Payment
from harmony_core.errors import AlreadyCharged, NotFound, RuleBroken
from harmony_core.finance import Booked, Money
from harmony_core.periods import Month
from harmony_core.repositories import (
    ChargeRepository,
    CompanyRepository,
    InvoiceRepository,
    JournalRepository,
    Log,
    MonthRepository,
    NightRepository,
    PriceBookRepository,
    RateRepository,
    RecognitionRepository,
)
from harmony_core.testing import _samples as samples
from harmony_core.testing._samples import DAY, MARCH

NEXT = DAY + timedelta(days=1)


class CompanyRepositorySuite:
    """There is one company, and the last one saved is it."""

    def test_there_is_none_at_first(self, store: CompanyRepository) -> None:
        """Asking for it says what to do."""
        with pytest.raises(NotFound, match="no company yet"):
            store.get()

    def test_the_last_one_saved_is_the_company(self, store: CompanyRepository) -> None:
        """With every table that belongs to it."""
        store.save(samples.company("First"))
        store.save(samples.company())
        assert store.get() == samples.company()
        rate = store.get().cost_rates.rate("P-2", None, DAY)
        assert rate.value == Fraction(140, 3)


class PriceBookRepositorySuite:
    """There is one book, and the last one saved is it."""

    def test_there_are_no_prices_at_first(self, store: PriceBookRepository) -> None:
        """So that nobody has to ask whether there is a book."""
        assert store.get().entries == ()

    def test_the_last_one_saved_is_the_book(self, store: PriceBookRepository) -> None:
        """With every price, for whomever it is, and it finds them."""
        store.save(samples.price_book("1"))
        store.save(samples.price_book())
        assert store.get() == samples.price_book()
        found = store.get().find("BACKUP", "EUR", DAY, customer_group="partner")
        assert found.scheme.price(1) == samples.price_book().entries[-1].scheme.price(1)
        store.save(samples.price_book("1"))
        assert store.get() != samples.price_book()


class RateRepositorySuite:
    """Rates are dated facts too."""

    def test_the_book_holds_every_rate(self, store: RateRepository) -> None:
        """And every correction, as known on a day."""
        first = samples.rate()
        corrected = samples.rate(value="0.8600", known=NEXT)
        store.add([first, corrected])
        book = store.book()
        assert set(book) == {first, corrected}
        assert book.find("EUR", "GBP", DAY).value == Fraction("0.86")
        assert book.find("EUR", "GBP", DAY, known=DAY).value == Fraction("0.8571")

    def test_the_same_rate_again_is_ignored(self, store: RateRepository) -> None:
        """A feed may be read twice."""
        store.add([samples.rate(), samples.rate()])
        store.add([samples.rate(), samples.rate(day=NEXT)])
        assert len(store.book()) == 2

    def test_another_value_under_a_known_id_is_refused(self, store: RateRepository) -> None:
        """A correction says since when it is known."""
        store.add([samples.rate()])
        with pytest.raises(RuleBroken, match=r"0\.8571.*0\.9.*known_from"):
            store.add([samples.rate(value="0.9")])

    def test_an_empty_store_has_an_empty_book(self, store: RateRepository) -> None:
        """And no rate of one."""
        assert len(store.book()) == 0


class ChargeRepositorySuite:
    """A key is charged once."""

    def test_a_charge_comes_back_equal(self, store: ChargeRepository) -> None:
        """With its evidence and an explanation that gives the amount again."""
        charge = samples.charge("C-1/1/service/2026-03-01")
        store.add(charge)
        found = store.get(charge.key)
        assert found == charge
        assert found.replay() == found.amount

    def test_the_price_with_tax_comes_back(self, store: ChargeRepository) -> None:
        """Where prices include tax, a charge keeps both."""
        charge = attrs.evolve(samples.charge("K-1"), gross=Money.of("66.94", "EUR"))
        store.add(charge)
        assert store.get("K-1") == charge

    def test_a_key_is_charged_once(self, store: ChargeRepository) -> None:
        """However different the second charge is."""
        store.add(samples.charge("K-1"))
        with pytest.raises(AlreadyCharged, match="K-1"):
            store.add(samples.charge("K-1", amount="1.00"))
        assert store.all() == (samples.charge("K-1"),)

    def test_an_unknown_key_is_not_found(self, store: ChargeRepository) -> None:
        """The message names it."""
        with pytest.raises(NotFound, match="no charge 'X-404'"):
            store.get("X-404")

    def test_keys_are_those_of_all_charges(self, store: ChargeRepository) -> None:
        """Nothing else is needed to know what was billed."""
        assert store.keys() == frozenset()
        for key in ("b", "a"):
            store.add(samples.charge(key))
        assert store.keys() == {"a", "b"}

    def test_charges_are_found_by_trigger_and_ordered_by_key(self, store: ChargeRepository) -> None:
        """Both days are included."""
        days = [DAY - timedelta(days=1), DAY, NEXT]
        for key, day in zip("cab", days, strict=True):
            store.add(samples.charge(key, trigger=day))
        assert [charge.key for charge in store.all()] == ["a", "b", "c"]
        assert [charge.key for charge in store.all(DAY)] == ["a", "b"]
        assert [charge.key for charge in store.all(triggered_through=DAY)] == ["a", "c"]
        assert [charge.key for charge in store.all(DAY, DAY)] == ["a"]

    def test_the_charges_of_some_contracts_are_ordered_by_key(
        self, store: ChargeRepository
    ) -> None:
        """Whenever they were triggered; a contract without charges adds nothing."""
        for key, contract_id in zip("cab", ("C-1", "C-2", "C-1"), strict=True):
            store.add(attrs.evolve(samples.charge(key), contract_id=contract_id))
        assert [charge.key for charge in store.of_contracts({"C-1", "C-9"})] == ["b", "c"]
        assert store.of_contracts(()) == ()


class RecognitionRepositorySuite:
    """A month earns of a charge once."""

    def test_rows_come_back_equal_and_in_order(self, store: RecognitionRepository) -> None:
        """By charge, then month; breakage survives, and its absence."""
        rows = [
            samples.recognised("K-1", MARCH),
            samples.recognised("K-1", MARCH + 1, breakage="2.00"),
            samples.recognised("K-2", MARCH),
        ]
        store.add(reversed(rows))
        assert store.all() == tuple(rows)

    def test_a_charge_is_recognised_once_a_month(self, store: RecognitionRepository) -> None:
        """In one call or in two."""
        row = samples.recognised("K-1")
        store.add([row])
        with pytest.raises(AlreadyCharged, match=r"K-1.*2026-03"):
            store.add([samples.recognised("K-1", amount="1.00")])
        other = samples.recognised("K-2")
        with pytest.raises(AlreadyCharged, match=r"K-2.*2026-03"):
            store.add([other, other])

    def test_totals_add_up_by_charge(self, store: RecognitionRepository) -> None:
        """In each of the three currencies."""
        assert store.totals() == {}
        store.add(
            [
                samples.recognised("K-1", MARCH, "10.00"),
                samples.recognised("K-1", MARCH + 1, "-2.50"),
                samples.recognised("K-2", MARCH, "1.00"),
            ]
        )
        assert store.totals() == {
            "K-1": samples.booked("10.00") + samples.booked("-2.50"),
            "K-2": samples.booked("1.00"),
        }


class InvoiceRepositorySuite:
    """An invoice is issued once and not changed."""

    def test_an_invoice_comes_back_equal(self, store: InvoiceRepository) -> None:
        """With its lines and its tax."""
        store.add(samples.invoice("I-1"))
        assert store.get("I-1") == samples.invoice("I-1")

    def test_an_id_is_issued_once(self, store: InvoiceRepository) -> None:
        """The first one stays."""
        store.add(samples.invoice("I-1"))
        with pytest.raises(RuleBroken, match="invoice 'I-1'"):
            store.add(samples.invoice("I-1", net="1.00"))
        assert store.all() == (samples.invoice("I-1"),)

    def test_an_unknown_id_is_not_found(self, store: InvoiceRepository) -> None:
        """The message names it."""
        with pytest.raises(NotFound, match="no invoice 'X-404'"):
            store.get("X-404")

    def test_invoices_are_found_by_day_and_ordered_by_id(self, store: InvoiceRepository) -> None:
        """Both days are included."""
        for id_, day in (("b", DAY), ("a", NEXT), ("c", DAY)):
            store.add(samples.invoice(id_, day))
        assert [invoice.id for invoice in store.all()] == ["a", "b", "c"]
        assert [invoice.id for invoice in store.all(NEXT)] == ["a"]
        assert [invoice.id for invoice in store.all(day_through=DAY)] == ["b", "c"]
        assert store.all(NEXT + timedelta(days=1), date.max) == ()


class JournalRepositorySuite:
    """Entries are posted once and not changed."""

    def test_an_entry_comes_back_equal(self, store: JournalRepository) -> None:
        """With its lines in their order and what they are about."""
        store.add([samples.entry("J-1")])
        assert list(store.entries()) == [samples.entry("J-1")]

    def test_an_id_is_posted_once(self, store: JournalRepository) -> None:
        """In one call or in two."""
        store.add([samples.entry("J-1")])
        with pytest.raises(RuleBroken, match="journal entry 'J-1'"):
            store.add([samples.entry("J-1", amount="1.00")])
        other = samples.entry("J-2")
        with pytest.raises(RuleBroken, match="journal entry 'J-2'"):
            store.add([other, other])

    def test_entries_are_ordered_by_day_and_id(self, store: JournalRepository) -> None:
        """Up to a day, of one entity or of all."""
        store.add([samples.entry("b", NEXT), samples.entry("c", DAY, "GB")])
        store.add([samples.entry("d", DAY), samples.entry("a", NEXT, "GB")])
        assert [entry.id for entry in store.entries()] == ["c", "d", "a", "b"]
        assert [entry.id for entry in store.entries(through=DAY)] == ["c", "d"]
        assert [entry.id for entry in store.entries(entity="GB")] == ["c", "a"]
        assert [entry.id for entry in store.entries(DAY, "GB")] == ["c"]

    def test_large_and_negative_amounts_are_exact(self, store: JournalRepository) -> None:
        """Beyond what a float holds."""
        store.add([samples.entry("J-1", amount="-90071992547409.93")])
        (entry,) = store.entries()
        assert entry.lines[0].amount.transaction == Money(-9007199254740993, "GBP")
        assert isinstance(entry.lines[0].amount, Booked)


class LogSuite:
    """Payments here, and all else that is added and never changed."""

    def test_a_value_comes_back_equal(self, store: Log[Payment]) -> None:
        """In the order of ids."""
        store.add(samples.payment("b"))
        store.add(samples.payment("a"))
        assert store.all() == (samples.payment("a"), samples.payment("b"))

    def test_the_same_again_is_ignored(self, store: Log[Payment]) -> None:
        """A statement of the bank may be read twice."""
        for _ in range(2):
            store.add(samples.payment("a"))
        assert len(store.all()) == 1

    def test_another_value_under_a_known_id_is_refused(self, store: Log[Payment]) -> None:
        """The message shows both."""
        store.add(samples.payment("a"))
        with pytest.raises(RuleBroken, match=r"66\.94.*1\.00"):
            store.add(samples.payment("a", "1.00"))
        assert store.all() == (samples.payment("a"),)


class MonthRepositorySuite:
    """A month is closed once."""

    def test_a_month_is_closed_once(self, store: MonthRepository) -> None:
        """The second time is a mistake, and said to be one."""
        assert store.closed() == frozenset()
        store.close(MARCH)
        store.close(Month(2025, 12))
        with pytest.raises(RuleBroken, match="2026-03 is closed"):
            store.close(MARCH)
        assert store.closed() == {MARCH, Month(2025, 12)}


class NightRepositorySuite:
    """Billing is known to have come so far, and never less far than before."""

    def test_the_latest_night_counts(self, store: NightRepository) -> None:
        """Nights that are caught up, or run again, do not turn the calendar back."""
        assert store.last() is None
        store.ran(DAY)
        assert store.last() == DAY
        store.ran(DAY - timedelta(days=40))
        store.ran(DAY)
        assert store.last() == DAY
        store.ran(DAY + timedelta(days=1))
        assert store.last() == DAY + timedelta(days=1)

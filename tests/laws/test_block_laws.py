"""A prepaid block is earned as the money says, whatever is corrected, credited or paid back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from fractions import Fraction

import attrs
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    Charge,
    ChargeKind,
    Facts,
    Invoice,
    accruals,
    book_invoice,
    credit_note,
    due,
    fund_of,
    invoices,
    left_to_credit,
    recognise,
    refund,
)
from harmony_core.contracts import Contract, UnitsRefunded, lines_ended
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.finance import Booked, Column, JournalEntry, booked_sum
from harmony_core.periods import Month, Span, months_between
from harmony_core.products import LeftOver
from tests.strategies import (
    CUSTOMERS,
    END,
    GROUP,
    TAXES,
    TERMS,
    Happened,
    allowance_lines,
    contract,
    happened,
    prepaid_lines,
)

MONTHS = tuple(months_between(Month(2026, 1), Month(2027, 12)))


@attrs.frozen
class Deed:
    """On a day a share is credited or refunded, or the line ends: ``LeftOver`` says how."""

    day: date
    what: str
    share: Fraction


deeds = st.lists(
    st.builds(
        Deed,
        st.dates(date(2026, 1, 5), date(2026, 9, 20)),
        st.sampled_from(["credit", "credit", "refund", *(one.value for one in LeftOver)]),
        st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(2, 5)]),
    ),
    max_size=4,
)


class Books:
    """What is billed, credited and agreed night by night, each as the workflows do it."""

    def __init__(self, there: Happened) -> None:
        self._there = there
        self.contract: Contract = there.contract
        self.charges: dict[str, Charge] = {}
        self._credits: list[Charge] = []
        self._billed: dict[str, tuple[Invoice, JournalEntry]] = {}
        self._documents: list[Invoice] = []

    def facts(self, known: date = date.max) -> Facts:
        """Everything recorded by a day, with the credits."""

        def recorded(items: tuple[object, ...]) -> list[object]:
            return [one for one in items if getattr(one, "known_on", date.min) <= known]

        return Facts(
            time=recorded(self._there.time),  # type: ignore[arg-type]
            expenses=recorded(self._there.expenses),  # type: ignore[arg-type]
            incidents=recorded(self._there.incidents),  # type: ignore[arg-type]
            directory=CUSTOMERS,
            credits=self._credits,
        )

    def bill(self, day: date) -> None:
        contracts = {self.contract.id: self.contract}
        new = list(due(self.contract, self.facts(day), TERMS, day, self.charges.keys()))
        self.charges |= {one.key: one for one in new}
        for invoice in invoices(new, contracts, CUSTOMERS, GROUP, TAXES):
            entry = book_invoice(invoice, self.charges, contracts, TERMS)
            self._documents.append(invoice)
            self._billed |= {line.charge_key: (invoice, entry) for line in invoice.lines}

    def do(self, deed: Deed) -> None:
        """Do it, unless a rule forbids it."""
        self.bill(deed.day)
        with suppress(RuleBroken, InvalidValue):
            match deed.what:
                case "credit":
                    self._credit(deed)
                case "refund":
                    self._refund(deed)
                case said:
                    ended = lines_ended(
                        self.contract,
                        deed.day,
                        id=f"T-{deed.day}",
                        agreed_on=deed.day,
                        left_over=LeftOver(said),
                    )
                    self.contract = self.contract.amended(ended)

    def _credit(self, deed: Deed) -> None:
        there = [self.charges[key] for key in sorted(self._billed)]
        positive = [one for one in there if one.amount.minor > 0]
        if not positive:
            return
        charge = positive[deed.day.day % len(positive)]
        invoice, entry = self._billed[charge.key]
        keys = {line.charge_key for line in invoice.lines}
        earlier = [
            one
            for one in self._documents
            if one.credits == invoice.id or any(line.corrects in keys for line in one.lines)
        ]
        part = (charge.amount.exact * deed.share).settle()
        note = credit_note(
            invoice,
            entry,
            self.charges,
            id=f"CN-{len(self._documents)}",
            day=deed.day,
            reason="law",
            rounding_account="rounding",
            amounts=None if deed.share == 1 else {charge.key: part},
            earlier=[one for one in earlier if one.id != invoice.id],
            periods=left_to_credit(self.contract, "1", self.charges.values()),
        )
        self._documents.append(note.document)
        self._credits += note.charges
        self.charges |= {one.key: one for one in note.charges}

    def _refund(self, deed: Deed) -> None:
        def given(units: Fraction | None = None) -> Contract:
            self.change = refund(
                self.contract,
                "1",
                deed.day,
                self.facts(deed.day),
                id=f"R-{deed.day}",
                agreed_on=deed.day,
                units=units,
            )
            return self.contract.amended(self.change)

        whole = given()
        [change] = self.change.changes
        assert isinstance(change, UnitsRefunded)
        units = sum((lot.units for lot in change.lots), Fraction(0))
        self.contract = whole if deed.share == 1 else given(units * deed.share)

    def closed(self) -> Iterator[tuple[Month, dict[str, Booked], dict[str, Booked]]]:
        """Month by month what is earned of each charge so far, and what of it has lapsed."""
        facts = self.facts()
        so_far: dict[str, Booked] = {}
        lapsed: dict[str, Booked] = {}
        for month in MONTHS:
            there = [one for one in self.charges.values() if one.trigger <= month.last_day]
            later = self.charges.keys() - {one.key for one in there}
            accrued = accruals(self.contract, facts, TERMS, month)
            there += [one for one in accrued if one.key in later]
            for row in recognise(self.contract, there, facts, month, so_far):
                _add(so_far, row.charge_key, row.amount)
                if row.breakage is not None:
                    _add(lapsed, row.charge_key, row.breakage)
            yield month, so_far, lapsed

    def accounts(self) -> dict[str, list[Charge]]:
        """All charges for one block; not where its first was billed before the books opened."""
        found: defaultdict[str, list[Charge]] = defaultdict(list)
        for one in self.charges.values():
            found[one.corrects or one.key.partition("~")[0]].append(one)
        return {key: found[key] for key in found if key in self.charges or "/top_up/" in key}


def _add(totals: dict[str, Booked], key: str, amount: Booked) -> None:
    totals[key] = totals[key] + amount if key in totals else amount


funds = happened((prepaid_lines("1", "EUR") | allowance_lines("1", "EUR")).map(contract))


@given(funds, deeds)
def test_what_is_earned_is_what_was_kept_and_never_more(there: Happened, done: list[Deed]) -> None:
    """In each of three columns, at every month end; a cent for each charge may be rounding.

    A refund is of its own day's rates: where they give back more than was paid, less than nothing
    was kept in that column, and that is earned.
    """
    books = Books(there)
    for deed in sorted(done, key=lambda one: one.day):
        books.do(deed)
    books.bill(END)
    accounts = books.accounts()
    for month, so_far, lapsed in books.closed():
        for charges in accounts.values():
            known = [one for one in charges if one.trigger <= month.last_day]
            known += [one for one in charges if one.key in so_far and one not in known]
            codes = charges[0].booked.currencies
            kept = booked_sum((one.booked for one in known), codes)
            earned = booked_sum((so_far[one.key] for one in known if one.key in so_far), codes)
            gone = booked_sum((lapsed[one.key] for one in known if one.key in lapsed), codes)
            for column in Column:
                cents = len(known)
                bounds = kept.column(column).minor, earned.column(column).minor
                assert min(0, bounds[0]) - cents <= bounds[1] <= bounds[0] + cents
                assert -cents <= gone.column(column).minor <= max(0, bounds[1]) + cents
    for charge in books.charges.values():
        assert so_far.get(charge.key, charge.booked - charge.booked) == charge.booked
    _assert_draws_earned_their_share(books, accounts, so_far, lapsed)


def _assert_draws_earned_their_share(
    books: Books,
    accounts: dict[str, list[Charge]],
    so_far: dict[str, Booked],
    lapsed: dict[str, Booked],
) -> None:
    """Of what was charged and not credited, though of no more than was kept; the rest lapsed."""
    fund = fund_of(books.contract, books.contract.lines[0], books.facts())
    statement, blocks = fund.statement(date.max), fund.blocks(MONTHS[-1].last_day)
    for key, charges in accounts.items():
        own = [one for one in charges if one.kind is not ChargeKind.CARRIED]
        if any(one.corrects and one.amount.minor < 0 for one in own):
            continue  # the end of the line settled it
        start = date.fromisoformat(key.rpartition("/")[2])
        if "/top_up/" in key:
            topped = statement.top_ups_in(Span(start, Month.containing(start).span.end))
            bought = {one.block.id: one.quantity for one in topped}
        else:
            bought = {one.id: one.quantity for one in blocks if one.id == f"1/{start}"}
        if not bought:
            continue
        draws = (one.quantity for one in statement.allocations if one.block_id in bought)
        share = min(Fraction(1), sum(draws, Fraction(0)) / sum(bought.values(), Fraction(0)))
        kept = Fraction(sum(one.amount.minor for one in charges))
        by_draws = min(sum(one.amount.minor for one in own) * share, kept)
        earned = [so_far[one.key].transaction for one in charges if one.key in so_far]
        gone = [lapsed[one.key].transaction for one in charges if one.key in lapsed]
        used = sum(one.minor for one in earned) - sum(one.minor for one in gone)
        assert abs(used - by_draws) <= len(charges)

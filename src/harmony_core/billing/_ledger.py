"""The open items of customers or suppliers: each document less what was credited and paid.

A ledger is a function of documents, payments and allocations, whatever order they came in. It
proposes allocations and never makes one: who keeps the proposal has settled the items.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import ClassVar, Self

import attrs

from harmony_core.billing._open_items import (
    Account,
    AllocationRule,
    OnAccount,
    OpenItem,
    account_of,
)
from harmony_core.billing._receivable import Allocation, Payment, Receivable, allocation_id
from harmony_core.contracts import Side
from harmony_core.errors import InvalidValue, NotFound, RuleBroken, expect_each, expect_word
from harmony_core.finance import Money
from harmony_core.parties import Directory


class ReceivablesLedger:
    """Documents, payments and allocations, asked as of a day.

    Args:
        receivables: invoices, and credit notes with amounts below zero.
        payments: money in, and money back with amounts below zero.
        allocations: those that were made.
        directory: resolves customers that were merged.

    Raises:
        InvalidValue: two documents or allocations have one id, or one is of the other side.
        NotFound: an allocation names a document or a payment that is not there.
        RuleBroken: an allocation crosses entities, customers or currencies; more is allocated than
            there is; or something is reversed that is not there, or twice.
    """

    side: ClassVar[Side] = Side.SELL
    """of the documents and payments: what customers owe"""

    def __init__(
        self,
        receivables: Iterable[Receivable],
        payments: Iterable[Payment] = (),
        allocations: Iterable[Allocation] = (),
        directory: Directory | None = None,
    ) -> None:
        self._directory = directory
        self._receivables = expect_each(receivables, Receivable, "documents of a ledger")
        self._payments = expect_each(payments, Payment, "payments of a ledger")
        made = expect_each(allocations, Allocation, "allocations of a ledger")
        self.allocations = tuple(sorted(made, key=lambda one: (one.day, one.id)))
        """Every allocation and reversal, by day and id."""
        self._of_item: defaultdict[str, list[Allocation]] = defaultdict(list)
        for one in self.allocations:
            self._of_item[one.item_id].append(one)
        self._items: dict[str, OpenItem] = {}
        self._sources: dict[str, OnAccount] = {}
        self._returns: dict[str, tuple[str, ...]] = {}
        self._refuse_the_other_side()
        self._add_documents()
        self._refuse_wrong_allocations()

    def _refuse_the_other_side(self) -> None:
        given: tuple[Receivable | Payment, ...] = (*self._receivables, *self._payments)
        for one in given:
            if one.side is not self.side:
                raise InvalidValue(
                    f"{one.id!r} is of the {one.side.value} side, this ledger of the "
                    f"{self.side.value} side: customers have a ReceivablesLedger, suppliers a "
                    "PayablesLedger"
                )

    def _add_documents(self) -> None:
        for claim in self._receivables:
            party, amount = self._party(claim.party_id), claim.amount
            if amount.minor < 0:
                credit = (claim.entity_id, party, claim.day, -amount, amount * 0)
                self._sources[claim.id] = OnAccount(
                    claim.id, *credit, claim.references, -claim.booked
                )
            else:
                item = (claim.entity_id, party, claim.day, claim.due_day, amount)
                nothing = amount * 0
                self._items[claim.id] = OpenItem(claim.id, *item, nothing, nothing, claim.booked)
        self._credit_ids = frozenset(self._sources)
        for payment in self._payments:
            party, amount = self._party(payment.party_id), payment.amount
            if amount.minor < 0:
                back = (payment.entity_id, party, payment.day, payment.day, -amount)
                took = None if payment.in_books is None else -payment.in_books
                self._items[payment.id] = OpenItem(
                    payment.id, *back, amount * 0, amount * 0, in_books=took
                )
                self._returns[payment.id] = payment.references
            else:
                money_in = (payment.entity_id, party, payment.day, amount, amount * 0)
                self._sources[payment.id] = OnAccount(
                    payment.id, *money_in, payment.references, in_books=payment.in_books
                )
        ids = [one.id for one in self._receivables] + [one.id for one in self._payments]
        if twice := [id_ for id_, times in Counter(ids).items() if times > 1]:
            raise InvalidValue(f"two documents or payments are called {twice[0]!r}: ids are unique")

    def _party(self, party_id: str) -> str:
        if self._directory is None or party_id not in self._directory or self.side is Side.BUY:
            return party_id
        return self._directory.resolve(party_id).id

    def standing(self, payments: Iterable[Payment]) -> tuple[Payment, ...]:
        """Give payments with the customers that stand for their payers after merges."""
        return tuple(attrs.evolve(one, party_id=self._party(one.party_id)) for one in payments)

    def _refuse_wrong_allocations(self) -> None:
        by_id: dict[str, Allocation] = {}
        for one in self.allocations:
            if one.id in by_id:
                raise InvalidValue(f"two allocations are called {one.id!r}: ids are unique")
            by_id[one.id] = one
            source, item = self._source(one.source_id), self._item(one.item_id)
            accounts = {account_of(source), account_of(item)}
            if len(accounts) > 1 or one.amount.currency != item.amount.currency:
                raise RuleBroken(
                    f"allocation {one.id!r} of {one.amount} goes from {account_of(source)} to "
                    f"{account_of(item)}: entity, customer and currency must be the same"
                )
            if one.day < max(source.day, item.day):
                raise RuleBroken(
                    f"allocation {one.id!r} of {one.day} comes before what it settles, or settles "
                    f"with: the later of the two is of {max(source.day, item.day)}"
                )
        self._refuse_wrong_reversals(by_id)
        self._refuse_overdraft()

    def _refuse_wrong_reversals(self, by_id: Mapping[str, Allocation]) -> None:
        taken_back: set[str] = set()
        for one in self.allocations:
            if one.reverses is None:
                continue
            first = by_id.get(one.reverses)
            if first is None or first.reverses is not None or not _mirrors(one, first):
                raise RuleBroken(
                    f"{one.id!r} must take back {one.reverses!r} whole, on its day or later"
                )
            if one.reverses in taken_back:
                raise RuleBroken(f"allocation {one.reverses!r} is reversed already")
            taken_back.add(one.reverses)

    def _refuse_overdraft(self) -> None:
        """On no day is more settled than there is; within a day reversals come first."""
        settled: dict[str, Money] = {}
        for one in sorted(self.allocations, key=lambda one: (one.day, one.reverses is None)):
            source, item = self._sources[one.source_id], self._items[one.item_id]
            for id_, whole in ((source.id, source.amount), (item.id, item.amount)):
                before = settled.get(id_)
                now = settled[id_] = one.amount if before is None else before + one.amount
                if now > whole:
                    raise RuleBroken(
                        f"on {one.day} {now} of {id_!r} would be settled, which is of {whole}: "
                        "allocate less, or reverse an allocation first"
                    )

    def _source(self, id_: str) -> OnAccount:
        if id_ not in self._sources:
            raise NotFound(f"no payment or credit note {id_!r}: add it first")
        return self._sources[id_]

    def _item(self, id_: str) -> OpenItem:
        if id_ not in self._items:
            raise NotFound(f"no invoice {id_!r}, nor money that went back: add it first")
        return self._items[id_]

    def items(self, as_of: date) -> tuple[OpenItem, ...]:
        """Every item up to a day, settled or not, those due first at the front."""
        paid: dict[str, Money] = {}
        credited: dict[str, Money] = {}
        for one in self.allocations:
            if one.day <= as_of:
                column = credited if one.source_id in self._credit_ids else paid
                before = column.get(one.item_id)
                column[one.item_id] = one.amount if before is None else before + one.amount
        found = (
            attrs.evolve(
                item,
                paid=paid.get(item.id, item.paid),
                credited=credited.get(item.id, item.credited),
            )
            for item in self._items.values()
            if item.day <= as_of
        )
        return tuple(sorted(found, key=lambda item: (item.due_day, item.day, item.id)))

    def open_items(self, as_of: date) -> tuple[OpenItem, ...]:
        """What is not settled at the end of a day, those due first at the front."""
        return tuple(item for item in self.items(as_of) if item.open)

    def sources(self, as_of: date) -> tuple[OnAccount, ...]:
        """Every payment and credit note up to a day, used up or not, by day and id."""
        return self._credits(as_of)

    def on_account(self, as_of: date) -> tuple[OnAccount, ...]:
        """Payments and credit notes of which something is left at the end of a day."""
        return tuple(one for one in self._credits(as_of) if one.left)

    def _credits(self, as_of: date) -> tuple[OnAccount, ...]:
        used: dict[str, Money] = {}
        for one in self.allocations:
            if one.day <= as_of:
                before = used.get(one.source_id)
                used[one.source_id] = one.amount if before is None else before + one.amount
        found = (
            attrs.evolve(source, allocated=used.get(source.id, source.allocated))
            for source in self._sources.values()
            if source.day <= as_of
        )
        return tuple(sorted(found, key=lambda one: (one.day, one.id)))

    def balances(self, as_of: date) -> dict[Account, Money]:
        """What each customer owes each entity in each currency, less what is on account.

        No allocation changes it: it is the documents less the payments. Whoever owes nothing, and
        is owed nothing, is left out.
        """
        totals: defaultdict[Account, list[Money]] = defaultdict(list)
        for item in self.open_items(as_of):
            totals[account_of(item)].append(item.open)
        for credit in self.on_account(as_of):
            totals[account_of(credit)].append(-credit.left)
        sums = {one: sum(totals[one], Money.zero(one[2])) for one in sorted(totals)}
        return {account: owed for account, owed in sums.items() if owed}

    def allocate(
        self, day: date, rule: AllocationRule = AllocationRule.REFERENCE_THEN_OLDEST
    ) -> tuple[Allocation, ...]:
        """Propose what settles what on a day; what finds nothing to settle stays on account.

        Payments and credit notes go by day and id, each to what it names, in that order, and then,
        by the rule, to what is due first. Money that went back takes before all else what is left
        of the payment that it names. Where each payment names at most one document, what is left
        open of each is the same in whatever order and portions the payments came.

        Doing it again proposes nothing new.
        """
        rule = expect_word(rule, AllocationRule)
        rule = AllocationRule(rule)
        run = _Run(self, day)
        for item in run.items:
            for reference in self._returns.get(item.id, ()):
                if reference in run.left:
                    run.settle(self._source(reference), item)
        for source in self._credits(day):
            named = [self._items[one] for one in source.references if one in run.open]
            for item in named:
                run.settle(source, item)
            if rule is AllocationRule.REFERENCE_THEN_OLDEST:
                for item in run.by_account[account_of(source)]:
                    if not run.left.get(source.id):
                        break
                    run.settle(source, item)
        return tuple(run.made)

    def allocation(self, source_id: str, item_id: str, amount: Money, day: date) -> Allocation:
        """Make an allocation by hand.

        Raises:
            NotFound: nothing is called so.
            RuleBroken: it does not fit, see the class.
        """
        made = Allocation(self._free_id(source_id, item_id), day, source_id, item_id, amount)
        self.adding([made])
        return made

    def reversal(self, allocation_id: str, day: date) -> Allocation:
        """Make what takes an allocation back whole.

        Raises:
            NotFound: no allocation is called so.
            RuleBroken: it is reversed already, or is a reversal itself.
        """
        found = [one for one in self.allocations if one.id == allocation_id and not one.reverses]
        if not found:
            raise NotFound(f"no allocation {allocation_id!r} to reverse")
        if any(one.reverses == allocation_id for one in self.allocations):
            raise RuleBroken(f"allocation {allocation_id!r} is reversed already")
        [first] = found
        made = attrs.evolve(
            first,
            id=f"{first.id}/reversed",
            day=max(day, first.day),
            amount=-first.amount,
            reverses=first.id,
        )
        self.adding([made])
        return made

    def returned(self, payment_id: str, day: date) -> tuple[Allocation, ...]:
        """Make what takes back all that a payment settled: it bounced, or was another's."""
        self._source(payment_id)
        gone = {one.reverses for one in self.allocations}
        standing = [
            one
            for one in self.allocations
            if one.source_id == payment_id and one.reverses is None and one.id not in gone
        ]
        return tuple(self.reversal(one.id, day) for one in standing)

    def adding(self, allocations: Iterable[Allocation]) -> Self:
        """Give the ledger with more allocations; refused where they do not fit, see the class."""
        return type(self)(
            self._receivables, self._payments, (*self.allocations, *allocations), self._directory
        )

    def due_day(self, item_id: str) -> date:
        """Give the last day on which an item is paid in time.

        Raises:
            NotFound: nothing is called so.
        """
        return self._item(item_id).due_day

    def history(self, item_id: str) -> tuple[tuple[date, Money], ...]:
        """Give the days on which the open part of an item changed, and what it was from then on."""
        item = self._item(item_id)
        moves: defaultdict[date, Money] = defaultdict(lambda: item.amount * 0)
        moves[item.day] += item.amount
        for one in self._of_item.get(item_id, ()):
            moves[one.day] -= one.amount
        rows, left = [], item.amount * 0
        for day in sorted(moves):
            left += moves[day]
            rows.append((day, left))
        return tuple(rows)

    def _free_id(self, source_id: str, item_id: str) -> str:
        made = sum(
            one.source_id == source_id and one.reverses is None
            for one in self._of_item.get(item_id, ())
        )
        return allocation_id(source_id, item_id, made + 1)


class PayablesLedger(ReceivablesLedger):
    """What we owe suppliers: bills, what they credited and what we paid; see the other ledger."""

    side = Side.BUY


def _mirrors(reversal: Allocation, first: Allocation) -> bool:
    """Whether it takes back the other one: the same parts, the amount turned, not before it."""
    turned = (first.source_id, first.item_id, -first.amount)
    same = (reversal.source_id, reversal.item_id, reversal.amount) == turned
    return same and reversal.day >= first.day


class _Run:
    """What one run of allocation has left."""

    def __init__(self, ledger: ReceivablesLedger, day: date) -> None:
        self.day = day
        self.items = ledger.open_items(day)
        # what later days have settled is not there to be settled again
        open_, left = ledger.open_items(date.max), ledger.on_account(date.max)
        later = {item.id: item.open for item in open_} | {one.id: one.left for one in left}
        self.open = {i.id: min(i.open, later[i.id]) for i in self.items if i.id in later}
        self.left = {
            one.id: min(one.left, later[one.id])
            for one in ledger.on_account(day)
            if one.id in later
        }
        self.by_account: defaultdict[Account, list[OpenItem]] = defaultdict(list)
        for item in self.items:
            self.by_account[account_of(item)].append(item)
        self.numbers = Counter(
            (one.source_id, one.item_id) for one in ledger.allocations if one.reverses is None
        )
        self.made: list[Allocation] = []

    def settle(self, source: OnAccount, item: OpenItem) -> None:
        """Take as much as both have, if both are of one account."""
        if account_of(source) != account_of(item):
            return  # a reference to somebody else's document settles nothing
        nothing = source.amount * 0
        open_, left = self.open.get(item.id, nothing), self.left.get(source.id, nothing)
        amount = min(open_, left)
        if not amount:
            return
        pair = (source.id, item.id)
        self.numbers[pair] += 1
        id_ = allocation_id(*pair, self.numbers[pair])
        self.made.append(Allocation(id_, self.day, source.id, item.id, amount))
        self.open[item.id], self.left[source.id] = open_ - amount, left - amount

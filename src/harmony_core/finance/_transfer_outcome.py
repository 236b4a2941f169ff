"""Who earns what when one company sells and another delivers, before or after the fact.

One delivery is booked as it would be in life: the sale in the seller's books, the cost in the
performer's, and the transfer in both. The margins are then read off those entries by the same
functions that report on the real journal, so that a trial of another transfer method shows exactly
what the books would show: the split between the companies moves, the group's result never does.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs

from harmony_core.finance._consolidation import Consolidation, consolidate
from harmony_core.finance._entities import Group, LegalEntity, Role
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._intercompany import book_transfer
from harmony_core.finance._journal import JournalEntry, JournalLine
from harmony_core.finance._money import ExactAmount, Money
from harmony_core.finance._profitability import (
    CostView,
    entity_profit_facts,
    profit_facts,
)
from harmony_core.finance._rate_book import DEFAULT_RATE_POLICY, RateBook, RatePolicy
from harmony_core.finance._three import booking_rates
from harmony_core.finance._transfer import TransferCharge


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


@attrs.frozen
class CustomerLine:
    """What the customer sees: a quantity at a unit price, and nothing of who did the work.

    >>> CustomerLine("12.5", ExactAmount.of(95, "GBP")).amount
    Money.of('1187.50', 'GBP')
    """

    quantity: Fraction = attrs.field(converter=_quantity)
    unit_price: ExactAmount

    @property
    def amount(self) -> Money:
        """The amount on the invoice, rounded half up."""
        return (self.unit_price * self.quantity).settle()


@attrs.frozen
class OwnBooks:
    """One company's side in its own currency: what it earned, spent, and exchanged in the group."""

    entity: str
    currency: str
    revenue: Money
    cost: Money
    intercompany_revenue: Money
    intercompany_cost: Money


@attrs.frozen
class TransferOutcome:
    """All entries of one delivery, and who earned what by them.

    Margins and group amounts are in the group's currency; ``intercompany_cost`` of the group is
    the seller's leg as a figure below zero, the opposite of ``intercompany_revenue``.
    """

    sale: Money
    charge: TransferCharge | None
    seller: str
    performer: str
    group: Group
    entries: tuple[JournalEntry, ...]

    def books(self, entity: str) -> OwnBooks:
        """Give one company's side, in the currency of its books."""
        legal = self.group.entity(entity)
        figures = entity_profit_facts(self.entries, legal).total
        own = [entry for entry in self.entries if entry.entity == entity]
        totals = {role: Money.zero(legal.currency) for role in _INTERCOMPANY}
        for entry in own:
            for line in entry.lines:
                if line.role in totals:
                    totals[line.role] += line.amount.entity
        return OwnBooks(
            entity,
            legal.currency,
            figures.revenue,
            figures.direct_cost + figures.labour_cost,
            -totals[Role.INTERCOMPANY_REVENUE],
            totals[Role.INTERCOMPANY_COST],
        )

    def margin(self, entity: str) -> Money:
        """One company's contribution as its own books have it, in the group's currency."""
        facts = profit_facts(self.entries, CostView.ENTITY, self.group)
        return facts.where(entity=entity).total.contribution

    @property
    def group_revenue(self) -> Money:
        """What the customer pays, in the group's currency."""
        return profit_facts(self.entries, CostView.GROUP, self.group).total.revenue

    @property
    def group_cost(self) -> Money:
        """The true cost of the work, in the group's currency."""
        return profit_facts(self.entries, CostView.GROUP, self.group).total.cost

    @property
    def group_margin(self) -> Money:
        """The group's contribution; no transfer method changes it."""
        return profit_facts(self.entries, CostView.GROUP, self.group).total.contribution

    @property
    def intercompany_revenue(self) -> Money:
        """The performer's intercompany revenue, in the group's currency."""
        return -self._in_parts(Role.INTERCOMPANY_REVENUE)

    @property
    def intercompany_cost(self) -> Money:
        """The seller's intercompany cost, as a figure below zero, in the group's currency."""
        return -self._in_parts(Role.INTERCOMPANY_COST)

    @property
    def elimination_net(self) -> Money:
        """What the eliminated pair leaves in the group: zero."""
        consolidation = self.consolidation
        zero = Money.zero(self.group.currency)
        left = [consolidation.balances.get(role, zero) for role in _INTERCOMPANY]
        return sum(left, zero)

    @property
    def consolidation(self) -> Consolidation:
        """The entries of this delivery, consolidated."""
        return consolidate(self.entries, self.group)

    def _in_parts(self, role: str) -> Money:
        zero = Money.zero(self.group.currency)
        parts = self.consolidation.parts.values()
        return sum((part.get(role, zero) for part in parts), zero)


_INTERCOMPANY = (
    Role.INTERCOMPANY_REVENUE,
    Role.INTERCOMPANY_COST,
    Role.INTERCOMPANY_RECEIVABLE,
    Role.INTERCOMPANY_PAYABLE,
)


def transfer_outcome(
    *,
    sale: Money,
    cost: Money,
    charge: TransferCharge | None,
    seller: str,
    performer: str,
    day: date,
    group: Group,
    rates: RateBook,
    cost_role: str = Role.LABOUR_COST,
    policy: RatePolicy = DEFAULT_RATE_POLICY,
) -> TransferOutcome:
    """Book one delivery in all books that it touches, to see who earns what.

    Args:
        sale: the customer's amount without tax, in his currency.
        cost: what the work or expense cost the performer, in the currency it arose in.
        charge: from :func:`transfer_price`; ``None`` within one company.
        seller: id of the entity that secured the order.
        performer: id of the entity that did the work.
        day: of the work, of all entries and of their exchange rates.
        group: the entities and the group's currency.
        rates: where exchange rates are looked up.
        cost_role: ``labour_cost``, or ``expense_cost`` for an expense.
        policy: which rates may be used.

    Raises:
        NotFound: seller or performer is not in the group.
        RateNotFound: a rate of that day is missing.
        AccountNotMapped: a company has no account for a role.
    """

    def entry(
        kind: str, entity: LegalEntity, debit: str, credit: str, amount: Money
    ) -> JournalEntry:
        into = booking_rates(
            rates, amount.currency, entity.currency, group.currency, day, policy=policy
        )
        booked = into.book(amount)
        lines = (
            JournalLine(debit, entity.account(debit), booked),
            JournalLine(credit, entity.account(credit), -booked),
        )
        return JournalEntry(f"{kind}:{entity.id}", entity.id, day, kind, kind, lines)

    sold, done = group.entity(seller), group.entity(performer)
    clearing = _CLEARING.get(cost_role, Role.PAYABLE)
    entries = [
        entry("sale", sold, Role.RECEIVABLE, Role.REVENUE, sale),
        entry("cost", done, cost_role, clearing, cost),
    ]
    if charge is not None:
        entries += book_transfer(
            charge, id="transfer", day=day, group=group, rates=rates, policy=policy
        )
    return TransferOutcome(sale, charge, seller, performer, group, tuple(entries))


_CLEARING = {
    Role.LABOUR_COST: Role.LABOUR_ABSORBED,
    Role.EXPENSE_COST: Role.EXPENSE_CLEARING,
}

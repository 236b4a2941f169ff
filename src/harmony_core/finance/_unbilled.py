"""Work that a group company was charged for and that no customer was billed for yet.

The seller keeps it as work in progress at the transfer price, which is what it cost him. The group
did not buy it: what the performer put on top is earned with the customer's bill and not before, so
consolidation takes it out of the work in progress and of the result. A transfer price below cost
is the mirror of one above.

Source: IFRS 10.B86(c): profits and losses from transactions within the group that are recognised in
assets are eliminated in full.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance._entities import Group, Role
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._intercompany import IntercompanyPair
from harmony_core.finance._journal import Dimensions, JournalEntry, JournalLine
from harmony_core.finance._money import Money
from harmony_core.finance._three import Booked


def _share(value: Exact) -> Fraction:
    return exact(value, "the share that is not billed yet")


@attrs.frozen(field_transformer=kinds_checked)
class UnbilledTransfer:
    """A charge within the group, and how much of it stands in the seller's work in progress.

    Args:
        pair: the charge, as both companies booked it.
        cost: what the work cost the performer, in the group's currency.
        share: of both that no customer was billed for yet, from 0 to 1.

    Raises:
        CurrencyMismatch: the cost is not in the group's currency.
        InvalidValue: the share cannot be.
    """

    pair: IntercompanyPair
    cost: Money
    share: Fraction = attrs.field(default=Fraction(1), converter=_share)

    def __attrs_post_init__(self) -> None:
        if self.cost.currency != self.pair.owed.group.currency:
            raise CurrencyMismatch(self.pair.owed.group.currency, self.cost.currency)
        if not 0 <= self.share <= 1:
            raise InvalidValue(
                f"of pair {self.pair.id!r} {exact_text(self.share)} is said to be unbilled: "
                "a share is from 0 to 1"
            )

    @property
    def charged(self) -> Booked:
        """What stands in the seller's work in progress, in three currencies."""
        owed = self.pair.owed
        return Booked(
            self._unbilled(owed.transaction),
            self._unbilled(owed.entity),
            self._unbilled(owed.group),
        )

    @property
    def margin(self) -> Money:
        """What of it the performer put on top, in the group's currency; a loss is below zero."""
        return self.charged.group - self._unbilled(self.cost)

    def _unbilled(self, amount: Money) -> Money:
        return (amount.exact * self.share).settle()

    @property
    def amounts(self) -> tuple[tuple[str, Money], ...]:
        """What is taken out of the group's figures, by role; it sums to zero."""
        return (
            (Role.WORK_CAPITALISED, -self.margin),
            (Role.WORK_IN_PROGRESS, self.margin),
        )

    def entries(
        self, day: date, group: Group, dimensions: Dimensions = ()
    ) -> tuple[JournalEntry, JournalEntry]:
        """Book the seller's work in progress at the end of a day, and take it back on the next.

        Raises:
            AccountNotMapped: the seller has no account for a role of work in progress.
        """
        seller, charged = group.entity(self.pair.seller), self.charged
        lines = (
            JournalLine(
                Role.WORK_IN_PROGRESS, seller.account(Role.WORK_IN_PROGRESS), charged, dimensions
            ),
            JournalLine(
                Role.WORK_CAPITALISED, seller.account(Role.WORK_CAPITALISED), -charged, dimensions
            ),
        )
        name = f"WIP-{self.pair.id}-{day}"
        entry = JournalEntry(name, seller.id, day, "work in progress", self.pair.id, lines)
        return entry, entry.mirrored(f"{name}-back", day + timedelta(days=1))

"""What is owed, document by document, and what was paid and no document has taken.

By customers in a ledger of receivables; to suppliers, in one of payables, all is read from their
side: what is open is what we owe.
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

import attrs

from harmony_core.errors import Word
from harmony_core.finance import Booked, MonetaryItem, Money


class AllocationRule(Word):
    """What a payment settles when nobody says it by hand."""

    REFERENCE_THEN_OLDEST = "reference_then_oldest"
    """the documents that the payer named, in his order, then those due first"""
    REFERENCE_ONLY = "reference_only"
    """the documents that the payer named; the rest stays on account"""


@attrs.frozen
class OpenItem:
    """What a customer owes for a document: its amount less credits and payments.

    ``booked`` holds the three amounts of the whole document; ``None`` for money that went back, of
    which ``in_books`` is what the bank took, see :class:`Payment`.
    """

    id: str
    entity_id: str
    party_id: str
    day: date
    due_day: date
    amount: Money
    credited: Money
    paid: Money
    booked: Booked | None = None
    in_books: Money | None = None

    @property
    def open(self) -> Money:
        """What is still to be paid."""
        return self.amount - self.credited - self.paid

    @property
    def carrying(self) -> Booked | None:
        """What the open part stands at in the three currencies.

        What was settled relieves each column in proportion, cumulatively: the parts of any number
        of settlements add up to the whole.
        """
        if self.booked is None:
            return None
        return MonetaryItem(self.booked, paid=self.credited + self.paid).carrying


@attrs.frozen
class OnAccount:
    """What is left of a payment or a credit note; the customer may take it off later.

    ``booked`` holds the three amounts of a whole credit note, above zero; ``None`` for payments, of
    which ``in_books`` is what the bank took, see :class:`Payment`.
    """

    id: str
    entity_id: str
    party_id: str
    day: date
    amount: Money
    allocated: Money
    references: tuple[str, ...] = ()
    booked: Booked | None = None
    in_books: Money | None = None

    @property
    def left(self) -> Money:
        """What has settled nothing yet."""
        return self.amount - self.allocated


Account: TypeAlias = tuple[str, str, str]
"""Entity, customer and currency: nothing is settled across them."""


def account_of(one: OpenItem | OnAccount) -> Account:
    """Give the account in which it may settle or be settled."""
    return one.entity_id, one.party_id, one.amount.currency

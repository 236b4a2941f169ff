"""A transfer charge in both companies' books: two legs with one transaction and one group amount.

Because the group amount is converted once and stored on both legs, the pair nets to zero in the
group by construction. Converting each company's own rounded books instead leaves a residue, since
cross rates are never quite consistent.
"""

from __future__ import annotations

from datetime import date

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.finance._entities import Group, LegalEntity, Role
from harmony_core.finance._journal import Dimensions, JournalEntry, JournalLine
from harmony_core.finance._rate_book import DEFAULT_RATE_POLICY, RateBook, RatePolicy
from harmony_core.finance._three import Booked, booking_rates
from harmony_core.finance._transfer import TransferCharge


@attrs.frozen
class IntercompanyPair:
    """One charge between two companies, as each of them books it; ``earned`` and ``owed`` mirror.

    ``earned`` is the performer's revenue and ``owed`` the seller's cost, both positive for a charge
    and negative for a credit. They share transaction and group amount and differ only in the
    currency of the books.

    Raises:
        InvalidValue: the transaction or the group amounts differ.
    """

    id: str
    day: date
    performer: str
    seller: str
    earned: Booked
    owed: Booked

    def __attrs_post_init__(self) -> None:
        if self.earned.transaction != self.owed.transaction or self.earned.group != self.owed.group:
            raise InvalidValue(
                f"pair {self.id!r}: both legs share one transaction and one group amount, but "
                f"{self.performer!r} earns {self.earned.transaction} ({self.earned.group}) and "
                f"{self.seller!r} owes {self.owed.transaction} ({self.owed.group})"
            )

    @classmethod
    def of(
        cls,
        charge: TransferCharge,
        *,
        id: str,  # noqa: A002  the field's own name
        day: date,
        group: Group,
        rates: RateBook,
        policy: RatePolicy = DEFAULT_RATE_POLICY,
    ) -> IntercompanyPair:
        """Convert the charge into both companies' currencies and once into the group's.

        Raises:
            NotFound: seller or performer is not in the group.
            RateNotFound: a rate of that day is missing.
        """
        currency = charge.amount.currency
        performer, seller = group.entity(charge.performer), group.entity(charge.seller)
        ours, theirs = (
            booking_rates(rates, currency, entity.currency, group.currency, day, policy=policy)
            for entity in (performer, seller)
        )
        earned = ours.book(charge.amount)
        return cls(id, day, performer.id, seller.id, earned, -theirs.mirror(earned))

    def entries(
        self, group: Group, source: str, dimensions: Dimensions = ()
    ) -> tuple[JournalEntry, JournalEntry]:
        """Write the performer's entry and the seller's.

        Raises:
            AccountNotMapped: a company has no account for an intercompany role.
        """
        performer, seller = group.entity(self.performer), group.entity(self.seller)
        ours = (
            (Role.INTERCOMPANY_RECEIVABLE, self.earned),
            (Role.INTERCOMPANY_REVENUE, -self.earned),
        )
        theirs = ((Role.INTERCOMPANY_COST, self.owed), (Role.INTERCOMPANY_PAYABLE, -self.owed))
        return (
            self._entry(performer, seller, ours, source, dimensions),
            self._entry(seller, performer, theirs, source, dimensions),
        )

    def _entry(
        self,
        entity: LegalEntity,
        counterparty: LegalEntity,
        amounts: tuple[tuple[str, Booked], ...],
        source: str,
        of_lines: Dimensions,
    ) -> JournalEntry:
        return JournalEntry(
            id=f"{self.id}:{entity.id}",
            entity=entity.id,
            day=self.day,
            kind="transfer",
            source=source,
            lines=tuple(
                JournalLine(role, entity.account(role), amount, of_lines)
                for role, amount in amounts
            ),
            counterparty=counterparty.id,
            pair=self.id,
        )


def book_transfer(
    charge: TransferCharge,
    *,
    id: str,  # noqa: A002  the field's own name
    day: date,
    group: Group,
    rates: RateBook,
    policy: RatePolicy = DEFAULT_RATE_POLICY,
    source: str = "",
    dimensions: Dimensions = (),
) -> tuple[JournalEntry, JournalEntry]:
    """Book a charge in both companies' books: the performer's entry, then the seller's.

    Args:
        charge: from :func:`transfer_price`, or :func:`total_charge` of several.
        id: of the pair; unique in the group's books. The entries are called ``id:entity``.
        day: of booking and of the exchange rates.
        group: both companies and the group's currency.
        rates: where exchange rates are looked up.
        policy: which rates may be used.
        source: id of the document or fact; without it, the pair's id.
        dimensions: contract, customer and so on, of all four lines.

    Raises:
        NotFound: seller or performer is not in the group.
        RateNotFound: a rate of that day is missing.
        AccountNotMapped: a company has no account for an intercompany role.
    """
    pair = IntercompanyPair.of(charge, id=id, day=day, group=group, rates=rates, policy=policy)
    return pair.entries(group, source or id, dimensions)

"""A transfer charge in both companies' books: two legs with one transaction and one group amount.

Because the group amount is converted once and stored on both legs, the pair nets to zero in the
group by construction. Converting each company's own rounded books instead leaves a residue, since
cross rates are never quite consistent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.finance._entities import Group, LegalEntity, Role
from harmony_core.finance._journal import Dimensions, JournalEntry, JournalLine
from harmony_core.finance._money import Money
from harmony_core.finance._rate_book import DEFAULT_RATE_POLICY, RateBook, RatePolicy
from harmony_core.finance._three import Booked, BookingRates, booked_sum, booking_rates, fit_lines
from harmony_core.finance._transfer import TransferCharge


@attrs.frozen
class PairLine:
    """The part of a pair that is about one thing, such as a contract line; both legs of it."""

    about: Dimensions
    earned: Booked
    owed: Booked


@attrs.frozen
class IntercompanyPair:
    """One charge between two companies, as each of them books it; ``earned`` and ``owed`` mirror.

    ``earned`` is the performer's revenue and ``owed`` the seller's cost, both positive for a charge
    and negative for a credit. They share transaction and group amount and differ only in the
    currency of the books. ``lines`` say what the parts are about; a pair without any is one part.

    Raises:
        InvalidValue: the transaction or the group amounts differ, or the lines do not add up to
            the pair.
    """

    id: str
    day: date
    performer: str
    seller: str
    earned: Booked
    owed: Booked
    lines: tuple[PairLine, ...] = ()

    def __attrs_post_init__(self) -> None:
        for leg, parts in (
            (self.earned, [line.earned for line in self.lines]),
            (self.owed, [line.owed for line in self.lines]),
        ):
            if parts and booked_sum(parts, leg.currencies) != leg:
                raise InvalidValue(
                    f"the lines of pair {self.id!r} do not add up to {leg.transaction}: "
                    "make them by IntercompanyPair.of_lines"
                )
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

    @classmethod
    def of_lines(
        cls,
        amounts: Mapping[Dimensions, Money],
        *,
        id: str,  # noqa: A002  the field's own name
        day: date,
        performer: str,
        seller: str,
        earned_at: BookingRates,
        owed_at: BookingRates,
    ) -> IntercompanyPair:
        """Make one pair of amounts about several things: what both books hold adds up to it.

        The whole is converted once, and the lines are fitted to it by largest remainder.

        Args:
            amounts: in one currency, by what each is about; at least one.
            id: of the pair.
            day: of booking.
            performer: id of the company that earns them.
            seller: id of the company that owes them.
            earned_at: the performer's rates.
            owed_at: the seller's rates.

        Raises:
            CurrencyMismatch: an amount is in another currency than the rates start from.
        """
        earned = fit_lines(tuple(amounts.values()), earned_at)
        owed = fit_lines(tuple(amounts.values()), owed_at)
        lines = tuple(
            PairLine(about, ours, attrs.evolve(theirs, group=ours.group))
            for about, ours, theirs in zip(amounts, earned, owed, strict=True)
        )
        return cls(
            id,
            day,
            performer,
            seller,
            booked_sum((line.earned for line in lines), earned_at.currencies),
            booked_sum((line.owed for line in lines), owed_at.currencies),
            lines,
        )

    def entries(
        self, group: Group, source: str, dimensions: Dimensions = ()
    ) -> tuple[JournalEntry, JournalEntry]:
        """Write the performer's entry and the seller's; ``dimensions`` are of a pair without lines.

        Raises:
            AccountNotMapped: a company has no account for an intercompany role.
        """
        performer, seller = group.entity(self.performer), group.entity(self.seller)
        lines = self.lines or (PairLine(dimensions, self.earned, self.owed),)
        ours = [
            (role, amount, line.about)
            for line in lines
            for role, amount in (
                (Role.INTERCOMPANY_RECEIVABLE, line.earned),
                (Role.INTERCOMPANY_REVENUE, -line.earned),
            )
        ]
        theirs = [
            (role, amount, line.about)
            for line in lines
            for role, amount in (
                (Role.INTERCOMPANY_COST, line.owed),
                (Role.INTERCOMPANY_PAYABLE, -line.owed),
            )
        ]
        return (
            self._entry(performer, seller, ours, source),
            self._entry(seller, performer, theirs, source),
        )

    def _entry(
        self,
        entity: LegalEntity,
        counterparty: LegalEntity,
        amounts: Iterable[tuple[str, Booked, Dimensions]],
        source: str,
    ) -> JournalEntry:
        return JournalEntry(
            id=f"{self.id}:{entity.id}",
            entity=entity.id,
            day=self.day,
            kind="transfer",
            source=source,
            lines=tuple(
                JournalLine(role, entity.account(role), amount, about)
                for role, amount, about in amounts
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

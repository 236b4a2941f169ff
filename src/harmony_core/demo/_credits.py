"""Credit notes that the company gave: what of a charge, on which day, and why."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs

from harmony_core.billing import ChargeKind as Kind
from harmony_core.billing import CreditNote, charge_key
from harmony_core.errors import NotFound
from harmony_core.finance import Money
from harmony_core.interchange import Row
from harmony_core.repositories.ports import Store
from harmony_core.workflows import credit_invoice


@attrs.frozen
class CreditGiven:
    """A credit of the charge of a line whose period begins on a day; all of it without amount."""

    id: str
    contract_id: str
    line_id: str
    first_day: date
    day: date
    amount: Fraction | None
    reason: str

    def give(self, store: Store) -> CreditNote | None:
        """Make the credit note; ``None`` for a charge that the system before had billed.

        Raises:
            NotFound: there is no such charge, or it is on no invoice.
            RuleBroken: it is more than was billed.
        """
        key = charge_key(self.contract_id, self.line_id, Kind.SERVICE, self.first_day)
        with store.begin() as unit:
            if key not in unit.charges.keys():  # noqa: SIM118  a set of keys, not a mapping
                if self.first_day < unit.company.get().group.opening_day:
                    return None
                raise NotFound(f"credit note {self.id!r}: there is no charge {key!r}")
            charge = unit.charges.get(key)
            on_it = [
                invoice
                for invoice in unit.invoices.all(charge.trigger, charge.trigger)
                if any(line.charge_key == key for line in invoice.lines)
            ]
        if not on_it:
            raise NotFound(f"credit note {self.id!r}: charge {key!r} is on no invoice")
        amount = charge.amount
        if self.amount is not None:
            amount = Money.of(self.amount, amount.currency)
        return credit_invoice(
            store, on_it[0].id, day=self.day, reason=self.reason, amounts={key: amount}
        )


CREDIT = ("id", "contract", "line", "first_day", "day", "amount", "reason")


def credit(row: Row) -> CreditGiven:
    """A row of ``credit_notes.csv``."""
    amount = None if row.optional("amount") is None else row.number("amount")
    return CreditGiven(
        row.text("id"),
        row.text("contract"),
        row.text("line"),
        row.day("first_day"),
        row.day("day"),
        amount,
        row.text("reason"),
    )

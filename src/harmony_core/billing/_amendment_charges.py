"""An early end stated before it is accepted: the credits that it gives, and what it leaves out."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, timedelta

import attrs

from harmony_core.billing._facts import Facts
from harmony_core.billing._preview import ExpectedCharge, preview
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Amendment, Contract
from harmony_core.finance import Money, money_sum
from harmony_core.periods import Span


@attrs.frozen
class AmendmentCharges:
    """What an amendment makes fall due once it is known: its credits, and what it charges."""

    amendment: Amendment
    currency: str
    charges: tuple[ExpectedCharge, ...]

    @property
    def credits(self) -> tuple[ExpectedCharge, ...]:
        """The charges below zero: what is given back of what was billed."""
        return tuple(one for one in self.charges if one.amount.minor < 0)

    @property
    def total(self) -> Money:
        """Everything together; below zero is given back."""
        return money_sum((one.amount for one in self.charges), self.currency)


def charges_of(
    contract: Contract,
    amendment: Amendment,
    facts: Facts,
    terms: BillingTerms,
    *,
    through: date | None = None,
    charged: Container[str] = frozenset(),
) -> AmendmentCharges:
    """Give the charges and credits that an amendment brings by a day, before it is accepted.

    They are the very charges that a night will make: those of the amended contract that the
    contract as it is does not give, or gives with another amount. A credit is the period as it was
    billed less the period as it is now known, so it never exceeds what was billed less what was
    credited already. What merely is not billed any more is told by :func:`impact`.

    Args:
        contract: with the amendments that are known.
        amendment: such as an early end, see ``contracts.lines_ended``.
        facts: known or assumed.
        terms: group, rates, policies.
        through: the last day on which they fall due, such as that of a settlement fee; the day on
            which the amendment becomes known where none is given.
        charged: keys of the charges that exist; what fell due before and is not among them is left
            out where the amendment does not change it.

    Raises:
        InvalidValue, NotFound, RuleBroken: the contract cannot be amended so.
    """
    last = amendment.known_on if through is None else max(through, amendment.known_on)
    days = Span(terms.opening_day, last + timedelta(days=1))
    before = {one.key: one.amount for one in preview(contract, facts, terms, days)}
    after = preview(contract.amended(amendment), facts, terms, days, charged)
    found = tuple(one for one in after if one.key not in before or one.amount != before[one.key])
    return AmendmentCharges(amendment, contract.currency, found)

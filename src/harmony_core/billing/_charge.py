"""What is owed for one line and one period: never edited, only corrected by another charge."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from urllib.parse import quote

import attrs

from harmony_core.errors import CurrencyMismatch, Word, kinds_checked
from harmony_core.explanation import Explanation
from harmony_core.finance import Booked, Money
from harmony_core.periods import Span


class ChargeKind(Word):
    """What a charge is for; part of its key."""

    SERVICE = "service"
    """the line's price for a service period: fixed, measured, or one block of a prepayment"""
    OVERAGE = "overage"
    """hours that no block of the fund covered"""
    TOP_UP = "top_up"
    """blocks that a fund bought because little was left"""
    TRUE_UP = "true_up"
    """what daily device counts add to, or take from, the count billed in advance"""
    CARRIED = "carried"
    """a prepaid balance that came from another contract, or, below zero, was given up"""


def charge_key(
    contract_id: str,
    line_id: str,
    kind: ChargeKind,
    start: date,
    known: date | None = None,
    *,
    part: str = "",
) -> str:
    """The identity of a charge: what it charges. Two runs that charge the same thing collide.

    >>> charge_key("C-1", "2", ChargeKind.OVERAGE, date(2026, 3, 1), date(2026, 4, 9))
    'C-1/2/overage/2026-03-01@2026-04-09'
    """
    # ids may hold anything, a slash too: two different charges never share a key
    key = f"{quote(contract_id, safe='')}/{quote(line_id, safe='')}/{kind.value}/{start}"
    if part:
        key += f"/{quote(part, safe='')}"
    return key if known is None else f"{key}@{known}"


def first_key(key: str) -> str:
    """The key of the first charge of a period, from that of any of its charges.

    >>> first_key("C-1/2/overage/2026-03-01@2026-04-09")
    'C-1/2/overage/2026-03-01'
    """
    return key.partition("@")[0]


@attrs.frozen(field_transformer=kinds_checked)
class Charge:
    """One amount owed by a customer, or to a supplier.

    Args:
        key: see :func:`charge_key`.
        service: the days that it pays for.
        trigger: the day on which it became due to be billed; the date of its documents.
        booked_on: the day whose exchange rates convert it, once, into all three currencies: the
            trigger, or the end of the first month in which part of it was earned, if earlier.
        booked: what is owed, in three currencies; below zero gives back.
        rate_ids: the exchange rates that converted it, and those of the expenses that it passes on.
        quantity: what was counted, before any correction; ``None`` where nothing is counted.
        evidence: ids of the devices, time entries, expenses or usage records behind it; usage is
            named with its source, ``source:id``.
        corrects: on a correction, the key of the period's first charge. That one is not in the
            books where it came to nothing (overage, true-up) or fell due before they opened.
        credits: on a charge of a credit note, the key of the charge that it gives back.
        gross: what the price came to with the tax that it includes; ``booked`` is without it.
            ``None`` where prices are net.

    Raises:
        CurrencyMismatch: ``gross`` is in another currency than what is owed.
    """

    key: str
    contract_id: str
    line_id: str
    kind: ChargeKind
    service: Span
    trigger: date
    booked_on: date
    booked: Booked
    rate_ids: tuple[str, ...]
    quantity: Fraction | None
    evidence: tuple[str, ...]
    explanation: Explanation
    corrects: str | None = None
    credits: str | None = None
    gross: Money | None = None

    def __attrs_post_init__(self) -> None:
        if self.gross is not None and self.gross.currency != self.amount.currency:
            raise CurrencyMismatch(self.gross.currency, self.amount.currency)

    @property
    def amount(self) -> Money:
        """What is owed, in the contract's currency, without tax."""
        return self.booked.transaction

    @property
    def priced(self) -> Money:
        """What the price came to: with tax where prices include it."""
        return self.amount if self.gross is None else self.gross

    def replay(self) -> Money:
        """Compute the amount again from the inputs of its explanation alone."""
        return Money.of(self.explanation.evaluate(), self.amount.currency)

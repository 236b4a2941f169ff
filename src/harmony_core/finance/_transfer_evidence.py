"""What an auditor asks about one charge between group companies, kept in one record.

Which rule, why that one and not another, who agreed it and when; which work, how much of it, at
which cost and for which price; the amount step by step; where it stands in both companies' books,
in three currencies, and by which exchange rates it came there.

Source: OECD transfer pricing guidelines, annex II to chapter V (the local file: amounts of
controlled transactions, the method and why it was selected, the assumptions and the figures used).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance._rates import Rate
from harmony_core.finance._three import Booked
from harmony_core.finance._transfer import (
    TransferCharge,
    TransferRule,
    TransferSubject,
    Verdict,
)

EvidenceRow: TypeAlias = dict[str, str | date | Decimal | None]


@attrs.frozen(field_transformer=kinds_checked)
class TransferEvidence:
    """The record behind one charge: store it with the journal, and export it by :meth:`as_row`.

    Args:
        charge: the amount, the facts it rests on and its explanation.
        rule: in force on the day, with who agreed it and when.
        others: every other rule of the group, and why it was left.
        subject: time or expense.
        fact_id: the time entry or expense.
        person_id: who worked, or spent.
        day: of the work.
        known_on: the day on which the work became known.
        contract_id: for which it was done.
        line_id: of the contract, if it is known.
        pair_id: what the two entries in the books are called that the charge is a part of; charges
            that cancel within a month are not booked.
        booked_on: the day of those entries and of their exchange rates.
        earned: what the performer books, in three currencies; the charges of a pair add up to it.
        owed: what the seller books.
        rates: every exchange rate that converted it.

    Raises:
        InvalidValue: the charge was made under another rule, or the books hold another amount.
    """

    charge: TransferCharge
    rule: TransferRule
    others: tuple[tuple[str, Verdict], ...]
    subject: TransferSubject
    fact_id: str
    person_id: str
    day: date
    known_on: date
    contract_id: str
    line_id: str | None
    pair_id: str
    booked_on: date
    earned: Booked
    owed: Booked
    rates: tuple[Rate, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.charge.rule_id != self.rule.id:
            raise InvalidValue(
                f"the charge for {self.fact_id!r} was made under rule {self.charge.rule_id!r}, not "
                f"{self.rule.id!r}: give the rule that made it"
            )
        if not self.charge.amount == self.earned.transaction == self.owed.transaction:
            raise InvalidValue(
                f"the charge for {self.fact_id!r} is {self.charge.amount}, but "
                f"{self.earned.transaction} is earned and {self.owed.transaction} owed: "
                "both books hold the amount of the charge"
            )

    @property
    def id(self) -> str:
        """What the record is called: a fact is charged once."""
        return f"{self.subject.value}:{self.fact_id}"

    def as_row(self) -> EvidenceRow:
        """The record as plain values, for a frame or a table of the local file."""
        basis, rule = self.charge.basis, self.rule
        cost = None if basis is None else basis.cost
        rate = None if basis is None else basis.cost_rate
        sell = None if basis is None else basis.sell
        return {
            "pair": self.pair_id,
            "booked_on": self.booked_on,
            "performer": self.charge.performer,
            "seller": self.charge.seller,
            "contract": self.contract_id,
            "line": self.line_id,
            "subject": self.subject.value,
            "fact": self.fact_id,
            "person": self.person_id,
            "day": self.day,
            "known_on": self.known_on,
            "rule": rule.id,
            "method": self.charge.explanation.rule,
            "rule_from": rule.valid_from,
            "rule_to": rule.valid_to,
            "agreed_by": rule.agreed_by,
            "agreed_on": rule.agreed_on,
            "other_rules": "; ".join(f"{id_}: {why.value}" for id_, why in self.others),
            "hours": None if basis is None or basis.hours is None else exact_text(basis.hours),
            "role": "" if basis is None else basis.role,
            "cost_rate": None if rate is None else f"{exact_text(rate.value)} {rate.currency}",
            "cost": None if cost is None else f"{exact_text(cost.value)} {cost.currency}",
            "sell": None if sell is None else str(sell),
            "amount": self.charge.amount.amount,
            "currency": self.charge.amount.currency,
            "earned": self.earned.entity.amount,
            "earned_currency": self.earned.entity.currency,
            "owed": self.owed.entity.amount,
            "owed_currency": self.owed.entity.currency,
            "group_amount": self.earned.group.amount,
            "group_currency": self.earned.group.currency,
            "rates": "; ".join(rate.id for rate in self.rates),
            "explanation": self.charge.explanation.as_text(),
        }

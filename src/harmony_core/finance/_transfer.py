"""Who of the group charges whom, by which rule, from which day.

The customer's invoice is never touched: a second document moves money between the performer, who
employs the person, and the seller, who secured the order. How much is the business of the method,
see ``_transfer_methods``; who and when is the business of the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import attrs

from harmony_core.errors import InvalidValue, NotFound, Word, kinds_checked
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance._money import Money, money_sum
from harmony_core.finance._rates import FoundRate
from harmony_core.finance._rounding import HALF_UP, Rounding
from harmony_core.finance._transfer_methods import (
    TransferBasis,
    TransferMethod,
    explain_transfer,
)


class TransferSubject(Word):
    """What is transferred: a rule may be for one of the two only."""

    TIME = "time"
    EXPENSE = "expense"


@attrs.frozen
class TransferCharge:
    """What ``performer`` charges ``seller``, under which rule, and why that much.

    ``amount`` is the transaction amount of both companies' books; ``basis`` are the facts that it
    was worked out from, of one charge and not of several added up.
    """

    rule_id: str
    performer: str
    seller: str
    amount: Money
    explanation: Explanation
    basis: TransferBasis | None = None


def total_charge(charges: Sequence[TransferCharge]) -> TransferCharge:
    """Add up charges between the same two companies, to book a month of work as one pair.

    Where several rules were in force, ``rule_id`` names them all, joined by ``+``.

    Raises:
        InvalidValue: there is no charge, or they are between different companies.
        CurrencyMismatch: they are in different currencies.
    """
    if not charges:
        raise InvalidValue("there is no charge to add up")
    first = charges[0]
    for charge in charges:
        if (charge.performer, charge.seller) != (first.performer, first.seller):
            raise InvalidValue(
                f"charges of {first.performer!r} to {first.seller!r} and of {charge.performer!r} "
                f"to {charge.seller!r} are two documents: add up each pair of companies alone"
            )
    amount = money_sum((charge.amount for charge in charges), first.amount.currency)
    why = Explainer("transfer price: several charges", 1)
    parts = [
        why.given(f"charge_{n}", "transfer price", charge.amount.exact.value, amount.currency)
        for n, charge in enumerate(charges, start=1)
    ]
    rule_id = "+".join(sorted({charge.rule_id for charge in charges}))
    why.fact("transfer rule", rule_id)
    total = why.step("total", "charges together", "add", *parts)
    return TransferCharge(rule_id, first.performer, first.seller, amount, why.explanation(total))


class Verdict(Word):
    """What became of a rule in the choice of one."""

    WINS = "wins"
    LESS_SPECIFIC = "a rule that names more of seller, performer and subject comes first"
    EARLIER_START = "an equally specific rule that starts later comes first"
    OTHER_SELLER = "it is for another seller"
    OTHER_PERFORMER = "it is for another performer"
    OTHER_SUBJECT = "it is for time or expenses, not for this"
    NOT_YET = "it starts on a later day"
    NO_LONGER = "it ended before this day"


@attrs.frozen(field_transformer=kinds_checked)
class TransferRule:
    """How ``performer`` charges ``seller`` from ``valid_from`` until before ``valid_to``.

    ``None`` for ``seller``, ``performer`` or ``subject`` stands for any. Percentages are of the
    method; the id is on every charge made under the rule. ``agreed_by`` and ``agreed_on`` say who
    decided it, or which document, and when: evidence, which decides nothing here.
    """

    id: str
    seller: str | None
    performer: str | None
    method: TransferMethod
    valid_from: date
    valid_to: date | None = None
    subject: TransferSubject | None = None
    agreed_by: str = ""
    agreed_on: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.seller is not None and self.seller == self.performer:
            raise InvalidValue(
                f"transfer rule {self.id!r} is between {self.seller!r} and itself: "
                "work inside one company is not transferred"
            )
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise InvalidValue(
                f"transfer rule {self.id!r} ends on {self.valid_to}, "
                f"not after its start on {self.valid_from}"
            )

    def covers(self, seller: str, performer: str, day: date, subject: TransferSubject) -> bool:
        """Say whether the rule speaks about that work on that day."""
        return self._refusal(seller, performer, day, subject) is None

    def _refusal(
        self, seller: str, performer: str, day: date, subject: TransferSubject
    ) -> Verdict | None:
        if self.seller not in (None, seller):
            return Verdict.OTHER_SELLER
        if self.performer not in (None, performer):
            return Verdict.OTHER_PERFORMER
        if self.subject not in (None, subject):
            return Verdict.OTHER_SUBJECT
        if day < self.valid_from:
            return Verdict.NOT_YET
        if self.valid_to is not None and self.valid_to <= day:
            return Verdict.NO_LONGER
        return None

    @property
    def _rank(self) -> tuple[int, date]:
        named = (self.seller, self.performer, self.subject)
        return sum(part is not None for part in named), self.valid_from


def _as_tuple(rules: Iterable[TransferRule]) -> tuple[TransferRule, ...]:
    return tuple(rules)


@attrs.frozen(field_transformer=kinds_checked)
class TransferRules:
    """All transfer rules of a group: the most specific one wins, then the latest start.

    Raises:
        InvalidValue: two rules have one id, or could both win for the same work.
    """

    rules: tuple[TransferRule, ...] = attrs.field(converter=_as_tuple)

    def __attrs_post_init__(self) -> None:
        ids: set[str] = set()
        for index, rule in enumerate(self.rules):
            if rule.id in ids:
                raise InvalidValue(f"two transfer rules have the id {rule.id!r}")
            ids.add(rule.id)
            for other in self.rules[:index]:
                if rule._rank == other._rank and _may_meet(rule, other):
                    raise InvalidValue(
                        f"transfer rules {other.id!r} and {rule.id!r} are equally specific, start "
                        f"on {rule.valid_from} and can speak about the same work: give one of "
                        "them another start, or name seller, performer and subject"
                    )

    def rule(
        self,
        seller: str,
        performer: str,
        day: date,
        subject: TransferSubject = TransferSubject.TIME,
    ) -> TransferRule:
        """Give the rule in force for work of ``performer`` on a contract of ``seller``.

        Raises:
            NotFound: no rule covers that pair on that day.
        """
        found = [rule for rule in self.rules if rule.covers(seller, performer, day, subject)]
        if not found:
            raise NotFound(
                f"no transfer rule for {subject.value} of {performer!r} on contracts of "
                f"{seller!r} on {day}: add a TransferRule for the pair"
            )
        return max(found, key=lambda rule: rule._rank)

    def verdicts(
        self,
        seller: str,
        performer: str,
        day: date,
        subject: TransferSubject = TransferSubject.TIME,
    ) -> tuple[tuple[TransferRule, Verdict], ...]:
        """Say of every rule, in their order, why it was taken or left.

        Raises:
            NotFound: no rule covers that pair on that day.
        """
        best = self.rule(seller, performer, day, subject)
        found = []
        for rule in self.rules:
            verdict = rule._refusal(seller, performer, day, subject)
            if verdict is None and rule is best:
                verdict = Verdict.WINS
            elif verdict is None:
                same = rule._rank[0] == best._rank[0]
                verdict = Verdict.EARLIER_START if same else Verdict.LESS_SPECIFIC
            found.append((rule, verdict))
        return tuple(found)


def _may_meet(one: TransferRule, other: TransferRule) -> bool:
    pairs = (
        (one.seller, other.seller),
        (one.performer, other.performer),
        (one.subject, other.subject),
    )
    return all(left is None or right is None or left == right for left, right in pairs)


def transfer_price(
    rules: TransferRules,
    *,
    seller: str,
    performer: str,
    day: date,
    basis: TransferBasis,
    rate: FoundRate | None = None,
    subject: TransferSubject = TransferSubject.TIME,
    rounding: Rounding = HALF_UP,
) -> TransferCharge | None:
    """Charge ``seller`` for ``performer``'s work by the rule in force on ``day``.

    Args:
        rules: of the group.
        seller: id of the entity that secured the order.
        performer: id of the entity that employs the person on ``day``.
        day: on which the work was done.
        basis: hours, cost and customer amount of the work.
        rate: converts into the currency of the charge; ``None`` leaves it in the currency of the
            cost, the customer's amount or the fixed rate.
        subject: time or expense.
        rounding: of the charge.

    Returns:
        ``None`` when seller and performer are one entity: no document arises.

    Raises:
        NotFound: no rule covers the pair on that day.
        InvalidValue: the rule's method needs a fact that the basis lacks.

    >>> from harmony_core.finance import CostPlus, ExactAmount
    >>> rules = TransferRules([TransferRule("T-1", "GB", "IN", CostPlus(8), date(2026, 1, 1))])
    >>> worked = TransferBasis.of_time("12.5", ExactAmount.of(1450, "INR"))
    >>> day = date(2026, 3, 10)
    >>> transfer_price(rules, seller="GB", performer="IN", day=day, basis=worked).amount
    Money.of('19575.00', 'INR')
    >>> transfer_price(rules, seller="GB", performer="GB", day=day, basis=worked) is None
    True
    """
    if seller == performer:
        return None
    rule = rules.rule(seller, performer, day, subject)
    explanation = explain_transfer(rule.method, basis, rate, rounding, rule_id=rule.id)
    amount = Money.of(explanation.value, explanation.unit)
    return TransferCharge(rule.id, performer, seller, amount, explanation, basis)

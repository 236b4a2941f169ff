"""The evidence behind a month's charges between group companies: one record a charge.

The books hold one pair for each performer, seller, contract and currency. What each charge of it
comes to in both companies' currencies and the group's is fitted to the pair, so that the records
add up to the entries in every column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import attrs

from harmony_core.billing._terms import BillingTerms
from harmony_core.errors import NotFound
from harmony_core.finance import (
    TransferCharge,
    TransferEvidence,
    TransferRule,
    TransferRules,
    TransferSubject,
    Verdict,
    fit_lines,
)
from harmony_core.periods import Month
from harmony_core.work import Expense, RatedExpense, RatedTime, TimeEntry

_Charged: TypeAlias = tuple[TimeEntry | Expense, TransferCharge]


def transfer_pair_id(
    performer: str, seller: str, contract_id: str, currency: str, month: Month
) -> str:
    """Give what the pair of a month's charges for a contract is called in the books."""
    return f"IC-{_part(performer)}-{_part(seller)}-{contract_id}-{currency}-{month}"


def _part(entity_id: str) -> str:
    """An id within an id: its own dashes are spelt, so that no two pairs share a name."""
    return entity_id.replace("%", "%25").replace("-", "%2D")


def transfer_evidence(
    times: Iterable[RatedTime],
    expenses: Iterable[RatedExpense],
    *,
    rules: TransferRules,
    terms: BillingTerms,
    month: Month,
) -> Iterator[TransferEvidence]:
    """Give the record of each charge that ``book_work`` books of a month's work.

    Ordered as the pairs are booked, and within one by day and id. Work inside one company, and
    work without a contract, has none.

    Args:
        times, expenses: rated, and of this :func:`booking_month`.
        rules: those that rated them.
        terms: converts at the rates of the month's last day.
        month: whose books hold the pairs.

    Raises:
        NotFound: a charge was made under a rule that is not among the rules.
        RateNotFound: a rate of the month's last day is missing.
    """
    pairs: defaultdict[tuple[str, str, str, str], list[_Charged]] = defaultdict(list)
    work: list[RatedTime | RatedExpense] = [*times, *expenses]
    for rated in work:
        fact = rated.entry if isinstance(rated, RatedTime) else rated.expense
        if (charge := rated.transfer) is not None and fact.contract_id is not None:
            key = charge.performer, charge.seller, fact.contract_id, charge.amount.currency
            pairs[key].append((fact, charge))
    for key in sorted(pairs):
        performer, seller, contract_id, currency = key
        charged = sorted(pairs[key], key=lambda one: (one[0].day, one[0].id))
        amounts = [charge.amount for _, charge in charged]
        ours = terms.booking_rates(currency, performer, month.last_day)
        theirs = terms.booking_rates(currency, seller, month.last_day)
        chains = (*ours.to_entity.chain, *theirs.to_entity.chain, *ours.to_group.chain)
        rates = {leg.rate.id: leg.rate for leg in chains}
        legs = zip(fit_lines(amounts, ours), fit_lines(amounts, theirs), strict=True)
        for (fact, charge), (earned, owed) in zip(charged, legs, strict=True):
            time = isinstance(fact, TimeEntry)
            subject = TransferSubject.TIME if time else TransferSubject.EXPENSE
            verdicts = rules.verdicts(seller, performer, fact.day, subject)
            yield TransferEvidence(
                charge,
                rule=_made_by(charge, verdicts),
                others=tuple((rule.id, why) for rule, why in verdicts if why is not Verdict.WINS),
                subject=subject,
                fact_id=fact.id,
                person_id=fact.person_id,
                day=fact.day,
                known_on=fact.known_on,
                contract_id=contract_id,
                line_id=fact.line_id,
                pair_id=transfer_pair_id(performer, seller, contract_id, currency, month),
                booked_on=month.last_day,
                earned=earned,
                owed=attrs.evolve(owed, group=earned.group),
                rates=tuple(rates.values()),
            )


def _made_by(
    charge: TransferCharge, verdicts: Iterable[tuple[TransferRule, Verdict]]
) -> TransferRule:
    for rule, _ in verdicts:
        if rule.id == charge.rule_id:
            return rule
    raise NotFound(
        f"a charge of {charge.performer!r} to {charge.seller!r} was made under rule "
        f"{charge.rule_id!r}, which is not among those given: give the rules that rated the work"
    )

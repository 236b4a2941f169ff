"""What will be billed: the charges of a bill before there is one, in the contract's currency.

A preview comes from the very function that bills, so the two cannot differ. It leaves the books
out: nobody knows the exchange rates of days to come.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from fractions import Fraction

import attrs

from harmony_core.billing._as_agreed import became_known, changed_days, measured, nothing_of
from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.billing._measured import Measured
from harmony_core.billing._plan import PlannedCharge, plan
from harmony_core.billing._price_with_tax import without_tax
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Contract
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Money, money_sum
from harmony_core.periods import Span


@attrs.frozen
class ExpectedCharge:
    """What a planned charge comes to; once it is billed, a charge with the same key says the same.

    Args:
        planned: the line, the service period and the day on which it falls due.
        service: the days that it pays for: of a correction of what was agreed, those that changed.
        amount: what will be owed, in the contract's currency; below zero gives back.
        quantity: what is counted; ``None`` where nothing is.
        evidence: ids of the facts behind it.
        gross: what the price comes to with the tax that it includes, see :class:`Charge`.
        rate_ids: the exchange rates of what was spent and is passed on.
    """

    planned: PlannedCharge
    service: Span
    amount: Money
    quantity: Fraction | None
    evidence: tuple[str, ...]
    explanation: Explanation
    gross: Money | None = None
    rate_ids: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key of the charge that this becomes."""
        return self.planned.key


def preview(
    contract: Contract,
    facts: Facts,
    terms: BillingTerms,
    days: Span,
    charged: Container[str] = frozenset(),
) -> Iterator[ExpectedCharge]:
    """Give what falls due on ``days`` and is not in ``charged``: a forecast, or a bill to look at.

    What a meter will read or how many devices there will be is not guessed: a forecast of measured
    lines takes the facts that it should assume (last year's, moved by a year). No exchange rate
    is needed, except for expenses, which are converted when they are passed on.

    Args:
        contract: on the sell or the buy side.
        facts: known or assumed; what becomes known after a trigger plays no part in its charge.
        terms: group, rates, policies; nothing is due before the group's opening day.
        days: triggers are looked at from the first to the last of these days.
        charged: keys of the charges that exist.
    """
    for line in contract.lines_ever:
        for planned in plan(contract, line, facts, terms.opening_day, days.last_day):
            if planned.trigger >= days.start and planned.key not in charged:
                expected = expected_charge(planned, facts, terms)
                if expected is not None:
                    yield expected


def expected_charge(
    planned: PlannedCharge, facts: Facts, terms: BillingTerms
) -> ExpectedCharge | None:
    """Compute a planned charge; ``None`` where there is nothing to say.

    A correction of nothing, and a month without overage or true-up, make no charge. A measured
    period of zero does make one: it says that somebody looked. Of a price that includes tax the
    tax is taken out, by the rates of the charge's own tax point.
    """
    now = measured(planned, facts, terms, planned.trigger)
    if planned.before is not None:
        before = measured(planned, facts, terms, planned.before)
        now = _change(planned, facts, terms, before, now)
    if now is None:
        return None
    optional = planned.before is not None or planned.kind is not ChargeKind.SERVICE
    if optional and not now.amount:
        return None
    service, amount, why = changed_days(planned), now.amount, now.explanation
    gross = None
    if planned.line.tax_included:
        gross = amount
        amount, why = without_tax(planned, service, why, facts.directory, terms)
    return ExpectedCharge(
        planned, service, amount, now.quantity, now.evidence, why, gross, now.rate_ids
    )


def _change(
    planned: PlannedCharge,
    facts: Facts,
    terms: BillingTerms,
    before: Measured | None,
    now: Measured | None,
) -> Measured | None:
    """What is still to be charged or given back; ``None`` where the line never ran."""
    if now is None and before is None:
        return None
    if now is None and before is not None:
        now = nothing_of(before)
    if before is None and now is not None:
        before = nothing_of(now)
    news = became_known(planned, facts, terms)
    if now is None or before is None or planned.corrects is None:
        return None
    return _difference(now, before, news, _given_back(planned, facts, planned.corrects))


def _given_back(planned: PlannedCharge, facts: Facts, key: str) -> Money | None:
    """What credit notes gave back of a period, and what refunds and migrations give back of it."""
    contract, line_id = planned.contract, planned.line.id
    closing = contract.closing(line_id)
    given = [*contract.refunds(line_id), *(() if closing is None else (closing,))]
    found = [lot.value for _, one in given for lot in one.lots if lot.paid_by == key]
    if planned.lot is not None and planned.lot not in planned.line.opening:
        return None
    if (credited := facts.given_back(key)) is not None:
        found.append(credited)
    return money_sum(found, contract.currency) if found else None


def _difference(
    now: Measured, before: Measured, news: tuple[str, ...], given_back: Money | None
) -> Measured:
    """What is still to be charged or given back; behind it is all that either state counted.

    What credit notes gave back of the period is not given back again: no less stays charged.
    """
    evidence = tuple(dict.fromkeys((*now.evidence, *before.evidence, *news)))
    why = Explainer("correction", 1)
    charged = why.adopt(before.explanation, "before_", heading="as it was charged before")
    whole = why.adopt(now.explanation, "now_", heading="as it is known now")
    charged = _no_less(why, "before_", charged, given_back)
    whole = _no_less(why, "now_", whole, given_back)
    why.step("amount", "the period as known now, less what was charged", "subtract", whole, charged)
    amount = Money.of(why.value("amount"), now.amount.currency)
    explanation = why.explanation("amount")
    rate_ids = tuple(dict.fromkeys((*now.rate_ids, *before.rate_ids)))
    return attrs.evolve(
        now, amount=amount, explanation=explanation, evidence=evidence, rate_ids=rate_ids
    )


def _no_less(why: Explainer, prefix: str, name: str, given_back: Money | None) -> str:
    if given_back is None or why.value(name) >= given_back.exact.value:
        return name
    code = given_back.currency
    label = "given back by credit notes and refunds"
    credited = why.given(f"{prefix}credited", label, given_back.exact.value, code)
    label = "no less than was given back"
    return why.step(f"{prefix}kept", label, "greatest", name, credited, unit=code)

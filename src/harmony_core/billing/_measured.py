"""The question what a period of a line costs, and its answer: an amount, evidence and reasons.

Each answer settles its amount once, at the end.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Contract, ContractLine
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Money
from harmony_core.periods import ServicePeriod
from harmony_core.pricing import Scheme, facts_on, scheme_on


@attrs.frozen
class Measured:
    """The whole of a period as known on a day, whatever was charged of it before.

    ``unsettled`` names the value that the last step of the explanation settles, if one does;
    ``rate_ids`` are the exchange rates of what was spent and is passed on.
    """

    amount: Money
    quantity: Fraction | None
    evidence: tuple[str, ...]
    explanation: Explanation
    unsettled: str | None = None
    rate_ids: tuple[str, ...] = ()


@attrs.frozen
class Measurement:
    """One question: what does this period of this line cost, as known then?

    ``advance`` is what was billed ahead of a period that is trued up, where the line was amended.
    """

    contract: Contract
    line: ContractLine
    kind: ChargeKind
    period: ServicePeriod
    facts: Facts
    terms: BillingTerms
    advance: Money | None = None

    def scheme(self, why: Explainer) -> Scheme:
        """The price of the period's first day, which holds on all of it; and why it does."""
        for fact in facts_on(self.line.scheme, self.period.span.start):
            why.fact(*fact)
        return scheme_on(self.line.scheme, self.period.span.start)

    def with_price_facts(self, explanation: Explanation) -> Explanation:
        """The same with why the price of the period's first day is the one that holds."""
        further = facts_on(self.line.scheme, self.period.span.start)
        return attrs.evolve(explanation, facts=(*explanation.facts, *further))

    def explainer(self, rule: str) -> Explainer:
        """The beginning of every reason: which period it is about."""
        why = Explainer(rule, 1)
        why.fact("first day", self.period.span.first_day.isoformat())
        why.fact("last day", self.period.span.last_day.isoformat())
        return why

    def settled(
        self, why: Explainer, name: str, quantity: Fraction | None, evidence: tuple[str, ...]
    ) -> Measured:
        """The answer, with the value of a step settled once, at the end."""
        currency, rounding = self.contract.currency, self.terms.rounding
        smallest = rounding.step or Money(1, currency).exact.value
        why.given("step", "smallest unit", smallest, currency)
        rule = f"round_{rounding.mode.value}"
        why.step("amount", "settled", rule, name, "step", unit=currency)
        amount = Money.of(why.value("amount"), currency)
        return Measured(amount, quantity, evidence, why.explanation("amount"), unsettled=name)

"""What a contract will come to over some days: its expected charges, each by the days it pays for.

It is :func:`preview` counted by service and not by the day of the bill, so that a contract billed a
year ahead and one billed in arrears can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

import attrs

from harmony_core.billing._facts import Facts
from harmony_core.billing._preview import ExpectedCharge, preview
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Contract, ContractLine
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Money, money_sum
from harmony_core.periods import Span, add_months


@attrs.frozen
class Forecast:
    """What each line comes to on some days, settled line by line."""

    contract_id: str
    days: Span
    lines: tuple[tuple[str, Money], ...]
    currency: str
    explanation: Explanation

    @property
    def total(self) -> Money:
        """All lines together."""
        return money_sum((amount for _, amount in self.lines), self.currency)


def forecast(contract: Contract, facts: Facts, terms: BillingTerms, days: Span) -> Forecast:
    """Say what a contract comes to for the service of some days, whenever that is billed.

    What is measured is taken as the facts have it: for days to come those of last year, moved by a
    year (:meth:`Facts.moved`). A charge counts by its days of service that lie in ``days``; what
    was billed before the group's opening day counts too.

    Args:
        contract: with its amendments.
        facts: known or assumed.
        terms: group, rates, policies.
        days: of service.
    """
    why = Explainer("forecast", 1)
    why.fact("first day", days.first_day.isoformat())
    why.fact("last day", days.last_day.isoformat())
    unit, mode = contract.currency, terms.rounding.mode.value
    why.given("step", "smallest unit", terms.rounding.step or Money(1, unit).exact.value, unit)
    found = list(_charges(contract, facts, terms, days))
    lines: list[tuple[str, Money]] = []
    for number, line in enumerate(contract.lines_ever, 1):
        parts: list[str] = []
        for one in found:
            if one.planned.line.id == line.id:
                name = f"part{number}_{len(parts) + 1}"
                amount = why.given(f"{name}_amount", str(one.service), one.amount.exact.value, unit)
                share = why.given(f"{name}_share", "share of its days", _share(one.service, days))
                label = "charge for these days"
                parts.append(why.step(name, label, "multiply", amount, share, unit=unit))
        label = "line {line}"
        exact = why.step(f"line{number}", label, "add", *parts, unit=unit, line=line.id)
        settled = why.step(f"settled{number}", "settled", f"round_{mode}", exact, "step", unit=unit)
        lines.append((line.id, Money.of(why.value(settled), unit)))
    names = [f"settled{number}" for number in range(1, len(lines) + 1)]
    why.step("total", "sum of the lines", "add", *names, unit=unit)
    return Forecast(contract.id, days, tuple(lines), unit, why.explanation("total"))


def _charges(
    contract: Contract, facts: Facts, terms: BillingTerms, days: Span
) -> Iterator[ExpectedCharge]:
    longest = max(map(_months_ahead, contract.lines_ever))
    begin = min(terms.opening_day, add_months(days.start, -longest))
    group = attrs.evolve(terms.group, opening_day=begin)
    window = Span(begin, add_months(days.end, longest) + timedelta(days=1))
    for one in preview(contract, facts, attrs.evolve(terms, group=group), window):
        if _share(one.service, days):
            yield one


def _months_ahead(line: ContractLine) -> int:
    """By how many months, at most, a charge lies before or after the days that it pays for."""
    interval = line.billing.interval
    if interval is None:
        return 2
    months = interval.count if interval.unit == "month" else interval.count // 28 + 1
    return months + 2 + line.billing.lead_days // 28


def _share(service: Span, days: Span) -> Fraction:
    start: date = max(service.start, days.start)
    end = min(service.end, days.end)
    return Fraction(max((end - start).days, 0), service.days)

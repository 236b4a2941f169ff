"""What the metered usage of a period costs: of one meter, or of several units with one price."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from harmony_core.billing._measured import Measured, Measurement
from harmony_core.billing._usage import UsageOfPeriod
from harmony_core.explanation import Explainer, exact_text
from harmony_core.pricing import (
    Scheme,
    Transactions,
    at_peaks,
    charges_transactions,
    explain,
    explain_price_usage,
    explain_transactions,
    net_quantity,
)
from harmony_core.products import UnitsMetered, UsageMetered

_PEAK = "peak of a unit"


def usage_metered(asked: Measurement, day: date, source: UsageMetered) -> Measured:
    """The usage of one meter by its rule, at the price; or each of its records, charged alone."""
    span = asked.period.span
    usage = UsageOfPeriod(asked.facts, asked.contract.party_id, source, span).known(day)
    records, evidence = usage.records, usage.evidence
    why = asked.explainer("metered usage")
    why.fact("meter", source.meter)
    why.fact("usage records", str(len(records)))
    if source.rule.is_plain_sum:
        metered = sum((record.quantity for record in records), Fraction(0))
        if metered < 0:
            why.fact("taken back beyond the usage of the period", exact_text(-metered))
        scheme = asked.scheme(why)
        if charges_transactions(scheme):
            return _transactions(asked, why, scheme, usage.transactions(source.rule), evidence)
        quantity = net_quantity(0, metered)
        price = why.adopt(explain(scheme, quantity), "price_")
        return asked.settled(why, price, quantity, evidence)
    if usage.left_out:
        why.fact("records without what the rule needs", str(usage.left_out))
    found = usage.quantity(source.rule, span)
    name = why.adopt(found.explanation, "usage_")
    using = {"quantity": name} if found.buckets is None else None
    price = why.adopt(explain_price_usage(asked.scheme(why), found), "price_", using)
    return asked.settled(why, price, found.quantity, evidence)


def units_metered(asked: Measurement, day: date, source: UnitsMetered) -> Measured:
    """Each unit by its own meter and rule, then one price for all of them."""
    span, party = asked.period.span, asked.contract.party_id
    why = asked.explainer("usage of several units")
    peaks: dict[str, Fraction] = {}
    names: dict[str, str] = {}
    evidence: dict[str, None] = {}
    for number, (unit, metered) in enumerate(source.meters, start=1):
        usage = UsageOfPeriod(asked.facts, party, metered, span).known(day)
        evidence |= dict.fromkeys(usage.evidence)
        why.fact("unit and its meter", f"{unit}: {metered.meter}, {metered.rule.aggregation}")
        if usage.left_out:
            left_out = f"{unit}: {usage.left_out}"
            why.fact("records without what the rule of the unit needs", left_out)
        found = usage.quantity(metered.rule, span)
        usage_name = why.adopt(found.explanation, f"unit{number}_")
        names[unit] = why.step(f"peak{number}", _PEAK, "take", usage_name, unit=unit)
        peaks[unit] = found.quantity
    priced = explain(at_peaks(asked.scheme(why), peaks), 0)
    using = {one.name: names[one.unit] for one in priced.given if one.label == _PEAK}
    price = why.adopt(priced, "price_", using)
    return asked.settled(why, price, None, tuple(evidence))


def _transactions(
    asked: Measurement,
    why: Explainer,
    scheme: Scheme,
    transactions: Transactions,
    evidence: tuple[str, ...],
) -> Measured:
    """Each record is a transaction, which is charged alone."""
    why.fact("transactions that are charged", str(transactions.count))
    price = why.adopt(explain_transactions(scheme, transactions), "price_")
    return asked.settled(why, price, transactions.total, evidence)

"""What the work of a period costs: the hours at their price, and the expenses passed on."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from harmony_core.billing._facts import known_by
from harmony_core.billing._funds import left_for
from harmony_core.billing._measured import Measured, Measurement
from harmony_core.explanation import Explainer
from harmony_core.finance import Money, convert
from harmony_core.pricing import Scheme, explain
from harmony_core.products import ExpensesIncurred, RateCard, TimeTerms, TimeWorked
from harmony_core.work import Expense, TimeEntry, bill_time, capped


def time_worked(asked: Measurement, day: date, source: TimeWorked) -> Measured:
    """The hours of the period, with what funds left of theirs, at their price or by a card."""
    line, span = asked.line, asked.period.span
    entries = known_by(asked.facts.time_of(asked.contract.id, line.id, span), day)
    why = asked.explainer("time worked")
    if rests := left_for(asked.contract, line, asked.facts, span, day):
        for rest in rests:
            why.fact("hours that the funds left", f"{rest.day} {rest.id}")
        entries = sorted([*entries, *rests], key=lambda one: (one.day, one.id))
    if source.rates is not None:
        return _by_rates(asked, why, source, source.rates, entries)
    if source.terms is None:
        parts = [_weighed(why, entry, number) for number, entry in enumerate(entries, start=1)]
    else:
        parts = list(bill_time(entries, source.terms).add_hours(why))
    why.step("hours", "hours to bill", "add", *parts, unit="h")
    price = _priced_hours(asked, why)
    return asked.settled(why, price, why.value("hours"), tuple(one.id for one in entries))


def _by_rates(
    asked: Measurement,
    why: Explainer,
    source: TimeWorked,
    rates: RateCard,
    entries: list[TimeEntry],
) -> Measured:
    """Hours at the rates of a card; those for which none holds at the price of the line."""
    currency = asked.contract.currency
    bill = bill_time(
        entries,
        source.terms or TimeTerms(),
        rates=rates,
        currency=currency,
        customer=asked.contract.party_id,
        rest_by_scheme=True,
    )
    names = bill.add_hours(why)
    amounts, rest = [], []
    for number, (name, group) in enumerate(zip(names, bill.groups, strict=True), start=1):
        if group.rate is None:
            rest.append(name)
            continue
        rate = why.given(f"rate{number}", "price of an hour", group.rate.value, currency)
        label = "hours at their price"
        amounts.append(why.step(f"amount{number}", label, "multiply", name, rate, unit=currency))
    if rest:
        why.step("hours", "hours to bill", "add", *rest, unit="h")
        amounts.append(_priced_hours(asked, why))
    name = why.step("exact", "time at its price", "add", *amounts, unit=currency)
    return asked.settled(why, name, bill.hours, tuple(one.id for one in entries))


def _priced_hours(asked: Measurement, why: Explainer) -> str:
    """The hours to bill at the line's own price."""
    hours, scheme = why.value("hours"), asked.scheme(why)
    if hours >= 0:
        return why.adopt(explain(scheme, hours), "price_", {"quantity": "hours"})
    return _given_back(asked, why, hours, scheme)


def _given_back(asked: Measurement, why: Explainer, hours: Fraction, scheme: Scheme) -> str:
    """More hours were taken back than worked: priced as a charge, and the sign turned."""
    why.given("nothing", "nothing", 0)
    why.step("back", "hours taken back", "subtract", "nothing", "hours", unit="h")
    charge = why.adopt(explain(scheme, -hours), "price_", {"quantity": "back"})
    unit = asked.contract.currency
    return why.step("credit", "credit for them", "subtract", "nothing", charge, unit=unit)


def expenses_passed_on(asked: Measurement, day: date, source: ExpensesIncurred) -> Measured:
    """What was spent, each expense settled in the contract's currency, then added up.

    The customer reads this explanation: in which currency an expense was paid would tell him
    who worked where, so each is given here as it is passed on.
    """
    line, span = asked.line, asked.period.span
    items = known_by(asked.facts.expenses_of(asked.contract.id, line.id, span), day)
    why = asked.explainer("expenses passed on")
    currency = asked.contract.currency
    parts = []
    rate_ids: list[str] = []
    for number, item in enumerate(items, start=1):
        passed_on, ids = _passed_on(asked, item, source)
        rate_ids += ids
        spent, label = passed_on.exact.value, f"{item.day} {item.id}"
        parts.append(why.given(f"spent{number}", label, spent, currency))
    total = why.step("total", "expenses passed on", "add", *parts, unit=currency)
    amount = Money.of(why.value(total), currency)
    evidence = tuple(item.id for item in items)
    used = tuple(dict.fromkeys(rate_ids))
    return Measured(amount, None, evidence, why.explanation(total), rate_ids=used)


def _passed_on(
    asked: Measurement, item: Expense, source: ExpensesIncurred
) -> tuple[Money, tuple[str, ...]]:
    """What the customer pays for an expense, and the exchange rates that say so."""
    terms = source.terms_of(item.category)
    if terms.covered:
        return Money.zero(asked.contract.currency), ()
    rate = asked.terms.rates.find(
        item.amount.currency,
        asked.contract.currency,
        item.day,
        policy=asked.terms.rate_policy,
        known=item.known_on,
    )
    with_markup = item.amount.exact * (1 + terms.markup_percent / 100)
    rounding = asked.terms.rounding
    return capped(convert(with_markup, rate, rounding), terms.cap, rounding), rate.ids


def _weighed(why: Explainer, entry: TimeEntry, number: int) -> str:
    name = why.given(f"hours{number}", f"{entry.day} {entry.id}", entry.hours, "h")
    if entry.multiplier == 1:
        return name
    times = why.given(f"times{number}", "multiplier", entry.multiplier)
    label = "hours times their multiplier"
    return why.step(f"weighed{number}", label, "multiply", name, times)

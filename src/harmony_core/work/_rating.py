"""Rate one fact: who performed, what it cost, what the customer pays, what the group owes itself.

Everything is as of the fact's own day: who employed the person, the cost rate, the transfer rule.
Cost follows the hours worked; what the customer pays follows hours and multiplier. Each of the
amounts is settled once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import NotFound
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import (
    HALF_UP,
    CostPlus,
    CostRateTable,
    Exact,
    ExactAmount,
    FoundRate,
    Money,
    Rounding,
    TransferBasis,
    TransferCharge,
    TransferRules,
    TransferSubject,
    exact,
    explain_transfer,
    transfer_price,
)
from harmony_core.parties import Person
from harmony_core.work._charge_shares import ChargeShare
from harmony_core.work._facts import Expense, TimeEntry


@attrs.frozen
class RatedTime:
    """A time entry and its three amounts, each with the rule that made it.

    Attributes:
        entry: the fact.
        performer_entity: who employed the person on that day.
        cost: hours worked at the cost rate of that day, in the currency of that rate.
        cost_explanation: of ``cost``.
        unit_price: the line's price of an hour; ``None`` where the hours are covered, or their
            price depends on all hours of a period.
        billable: what the customer pays: the entry's share of what is billed, or its own price
            settled. ``None`` where the hours are covered by something else, or it is not known.
        billable_explanation: of ``billable``.
        transfer: what the performer charges the seller; ``None`` within one entity.
    """

    entry: TimeEntry
    performer_entity: str
    cost: Money
    cost_explanation: Explanation
    unit_price: ExactAmount | None
    billable: Money | None
    billable_explanation: Explanation | None
    transfer: TransferCharge | None


@attrs.frozen
class RatedExpense:
    """An expense, what the customer pays for it, and what the performer charges the seller."""

    expense: Expense
    performer_entity: str
    cost: Money
    billable: Money | None
    billable_explanation: Explanation | None
    transfer: TransferCharge | None


def rate_time(
    entry: TimeEntry,
    *,
    unit_price: ExactAmount | None,
    people: Mapping[str, Person],
    cost_rates: CostRateTable,
    seller_entity: str,
    transfer_rules: TransferRules,
    rounding: Rounding = HALF_UP,
    known: date | None = None,
    charged: Iterable[tuple[Fraction, ExactAmount]] | None = None,
    billed: ChargeShare | None = None,
    by_charge: bool = False,
) -> RatedTime:
    """Rate a time entry.

    Args:
        entry: the fact.
        unit_price: of one hour on the contract line; ``None`` when a block or a flat price covers
            it. Covered work costs and transfers all the same.
        people: by id.
        cost_rates: hourly, by person, group and default.
        seller_entity: id of the entity that secured the order.
        transfer_rules: of the group.
        rounding: of what the customer pays; a term of the line. Cost is settled half up.
        known: take employer and cost rate as they were known on this day.
        charged: hours and the price of one, where terms or a rate card say so: they stand in place
            of the hours worked, their multiplier and ``unit_price``.
        billed: the entry's share of what is billed: it stands in place of any price of its own.
        by_charge: the price depends on all hours of a period, so that only ``billed`` tells it.

    Raises:
        NotFound: the person, the employer, the cost rate or the transfer rule of that day.
        InvalidValue: the transfer rule needs a fact that time does not have, or the customer's
            amount, which is not known.
    """
    employment = _person(people, entry.person_id).employer(entry.day, known)
    found = cost_rates.find(entry.person_id, employment.group, entry.day, known)
    cost_why = _cost(entry, found.rate, found.level)
    cost = Money.of(cost_why.value, found.rate.currency)
    billable, billable_why = None, None
    if unit_price is not None:
        billable_why = (
            _billable(entry, unit_price, rounding)
            if charged is None
            else _charged(entry, charged, unit_price.currency, rounding)
        )
        billable = Money.of(billable_why.value, unit_price.currency)
    if billed is not None and billed.amount != billable:
        billable, billable_why = billed.amount, billed.explanation
    sell = billable
    if billable is None and not by_charge:
        sell = Money.zero(cost.currency)
    transfer = transfer_price(
        transfer_rules,
        seller=seller_entity,
        performer=employment.entity_id,
        day=entry.day,
        basis=TransferBasis.of_time(entry.hours, found.rate, sell, role=entry.role),
    )
    return RatedTime(
        entry,
        employment.entity_id,
        cost,
        cost_why,
        unit_price,
        billable,
        billable_why,
        transfer,
    )


def rate_expense(
    expense: Expense,
    *,
    markup_percent: Exact | None,
    people: Mapping[str, Person],
    seller_entity: str,
    transfer_rules: TransferRules,
    rate: FoundRate | None = None,
    rounding: Rounding = HALF_UP,
    known: date | None = None,
    cap: ExactAmount | None = None,
) -> RatedExpense:
    """Rate an expense.

    Args:
        expense: the fact.
        markup_percent: what is put on top for the customer, 0 to pass it on as it is; ``None``
            when he does not pay for it.
        people: by id.
        seller_entity: id of the entity that secured the order.
        transfer_rules: of the group; usually ``CostPlus(0)`` for expenses.
        rate: from the expense's currency into the customer's; ``None`` when they are one.
        rounding: of what the customer pays.
        known: take the employer as he was known on this day.
        cap: the most that the customer pays, in his currency.

    Raises:
        NotFound: the person, the employer or the transfer rule of that day.
    """
    employment = _person(people, expense.person_id).employer(expense.day, known)
    billable, why = None, None
    if markup_percent is not None:
        basis = TransferBasis.of_expense(expense.amount)
        method = CostPlus(exact(markup_percent, "a mark-up"))
        why = attrs.evolve(
            explain_transfer(method, basis, rate, rounding), rule="expense passed on to customer"
        )
        billable = Money.of(why.value, why.unit)
        if (most := capped(billable, cap, rounding)) != billable:
            why, billable = _explain_cap(why, most), most
    sell = Money.zero(expense.amount.currency) if billable is None else billable
    transfer = transfer_price(
        transfer_rules,
        seller=seller_entity,
        performer=employment.entity_id,
        day=expense.day,
        basis=TransferBasis.of_expense(expense.amount, sell),
        subject=TransferSubject.EXPENSE,
    )
    return RatedExpense(expense, employment.entity_id, expense.amount, billable, why, transfer)


def capped(amount: Money, cap: ExactAmount | None, rounding: Rounding = HALF_UP) -> Money:
    """Give at most ``cap``, settled; what is given back is capped alike.

    >>> cap = ExactAmount.of(120, "EUR")
    >>> [str(capped(Money.of(paid, "EUR"), cap)) for paid in (90, 150, -150)]
    ['90.00 EUR', '120.00 EUR', '-120.00 EUR']
    """
    if cap is None:
        return amount
    most = cap.settle(rounding)
    return max(-most, min(amount, most))


def _person(people: Mapping[str, Person], person_id: str) -> Person:
    if person_id not in people:
        raise NotFound(f"no person {person_id!r} among the {len(people)} given")
    return people[person_id]


def _explain_cap(passed_on: Explanation, most: Money) -> Explanation:
    why = Explainer(passed_on.rule, passed_on.version)
    name = why.adopt(passed_on, "")
    cap = why.given("cap", "cap of the category", most.exact.value, most.currency)
    operation = "least" if most.minor >= 0 else "greatest"
    return why.explanation(why.step("capped", "no more than the cap", operation, name, cap))


def _cost(entry: TimeEntry, rate: ExactAmount, level: str) -> Explanation:
    why = Explainer("cost of hours worked", 1)
    why.fact("time entry", entry.id)
    why.fact("day of work", entry.day.isoformat())
    why.fact("cost rate of", level)
    why.given("hours", "hours worked", entry.hours, "h")
    why.given("rate", "cost per hour", rate.value, rate.currency)
    why.step("exact", "cost of the hours", "multiply", "hours", "rate", unit=rate.currency)
    return _settled(why, rate.currency, HALF_UP)


def _billable(entry: TimeEntry, unit_price: ExactAmount, rounding: Rounding) -> Explanation:
    why = Explainer("price of hours worked", 1)
    why.fact("time entry", entry.id)
    why.fact("day of work", entry.day.isoformat())
    why.given("hours", "hours worked", entry.hours, "h")
    why.given("multiplier", "multiplier", entry.multiplier)
    why.given("price", "price per hour", unit_price.value, unit_price.currency)
    why.step("weighed", "hours charged", "multiply", "hours", "multiplier")
    why.step(
        "exact", "hours at their price", "multiply", "weighed", "price", unit=unit_price.currency
    )
    return _settled(why, unit_price.currency, rounding)


def _charged(
    entry: TimeEntry,
    charged: Iterable[tuple[Fraction, ExactAmount]],
    currency: str,
    rounding: Rounding,
) -> Explanation:
    why = Explainer("price of hours worked", 1)
    why.fact("time entry", entry.id)
    why.fact("day of work", entry.day.isoformat())
    why.given("hours", "hours worked", entry.hours, "h")
    amounts = []
    for number, (hours, price) in enumerate(charged, start=1):
        name = why.given(f"charged{number}", "hours charged", hours, "h")
        rate = why.given(f"price{number}", "price per hour", price.value, price.currency)
        label = "hours at their price"
        amounts.append(why.step(f"amount{number}", label, "multiply", name, rate, unit=currency))
    why.step("exact", "time at its price", "add", *amounts, unit=currency)
    return _settled(why, currency, rounding)


def _settled(why: Explainer, currency: str, rounding: Rounding) -> Explanation:
    smallest = rounding.step or Money(1, currency).exact.value
    why.given("step", "smallest unit", smallest, currency)
    operation = f"round_{rounding.mode.value}"
    return why.explanation(why.step("amount", "settled", operation, "exact", "step"))

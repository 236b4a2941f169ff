"""Rate many facts; what cannot be rated is listed with its reason, and the rest goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.errors import CurrencyMismatch, HarmonyError
from harmony_core.finance import (
    DEFAULT_RATE_POLICY,
    HALF_UP,
    CostRateTable,
    Exact,
    ExactAmount,
    RateBook,
    RatePolicy,
    Rounding,
    TransferRules,
    exact,
)
from harmony_core.parties import Person
from harmony_core.pricing import Scheme, scheme_on
from harmony_core.products import ExpensesIncurred, ExpenseTerms, TimeTerms, TimeWorked
from harmony_core.work._billed_time import TimeBill, bill_time
from harmony_core.work._charge_shares import ChargeShare
from harmony_core.work._facts import Expense, TimeEntry
from harmony_core.work._once import each_once
from harmony_core.work._rating import RatedExpense, RatedTime, rate_expense, rate_time


def _markup(value: Exact | None) -> Exact | None:
    return None if value is None else exact(value, "a mark-up")


@attrs.frozen
class WorkTerms:
    """What a contract line says about work: who sells it, in which currency, at which price.

    ``unit_price`` is of one hour: an amount, or a scheme where it changes by date; ``None``: the
    hours are covered. ``expense_markup_percent`` of ``None``: the customer does not pay expenses.
    ``time`` says how hours worked become hours charged, and what they cost by a rate card; the
    rates of ``customer`` are those of entries that name no customer themselves. ``by_charge``: what
    an hour costs depends on all hours of a period (bands, packages), so that there is no
    ``unit_price`` and only the share of its charge tells what an entry costs.
    """

    seller_entity: str
    currency: str
    unit_price: ExactAmount | Scheme | None = None
    expense_markup_percent: Exact | None = attrs.field(default=None, converter=_markup)
    rounding: Rounding = HALF_UP
    expense_terms: tuple[ExpenseTerms, ...] = ()
    time: TimeWorked = attrs.field(factory=TimeWorked)
    customer: str | None = None
    by_charge: bool = False

    def expenses_of(self, category: str) -> ExpenseTerms:
        """How expenses of a category are passed on; covered where the line passes none on."""
        if self.expense_markup_percent is None:
            return ExpenseTerms(category, covered=True)
        markup = exact(self.expense_markup_percent, "a mark-up")
        return ExpensesIncurred(markup, self.expense_terms).terms_of(category)

    def __attrs_post_init__(self) -> None:
        if self.unit_price is not None and self.unit_price.currency != self.currency:
            raise CurrencyMismatch(self.unit_price.currency, self.currency)

    def unit_price_on(self, day: date) -> ExactAmount | None:
        """Give the price of one hour worked on ``day``; ``None`` where the hours are covered.

        Raises:
            PriceNotFound: nothing says what an hour costs on that day.
        """
        if self.unit_price is None or isinstance(self.unit_price, ExactAmount):
            return self.unit_price
        return scheme_on(self.unit_price, day).price(1)


@attrs.frozen
class Uncovered:
    """A fact that landed on no line, or that could not be rated there, and why."""

    fact: TimeEntry | Expense
    reason: str


@attrs.frozen
class RatedWork:
    """Every fact given, once: rated or uncovered. Each list is ordered by day and id."""

    times: tuple[RatedTime, ...]
    expenses: tuple[RatedExpense, ...]
    uncovered: tuple[Uncovered, ...]


def rate_work(
    facts: Iterable[TimeEntry | Expense],
    terms: Mapping[tuple[str, str], WorkTerms],
    *,
    people: Mapping[str, Person],
    cost_rates: CostRateTable,
    transfer_rules: TransferRules,
    rates: RateBook,
    known: date | None = None,
    billed: Mapping[str, ChargeShare] | None = None,
    policy: RatePolicy = DEFAULT_RATE_POLICY,
) -> RatedWork:
    """Rate time entries and expenses by the terms of their contract lines.

    Args:
        facts: in any order.
        terms: by contract id and line id.
        people: by id.
        cost_rates: hourly.
        transfer_rules: of the group.
        rates: turn an expense into the customer's currency, at the rate of its day.
        known: leave out facts that became known after this day, and use employers, cost rates
            and exchange rates as they were known then; ``None``: everything that is known.
        billed: shares of charges by the id of their time entry, see ``billing.billed_work``; they
            stand in place of what an entry costs by itself.
        policy: which exchange rates may be used.

    Raises:
        InvalidValue: two time entries, or two expenses, of one id that say different things.
    """
    times: list[RatedTime] = []
    expenses: list[RatedExpense] = []
    uncovered: list[Uncovered] = []
    once = each_once(facts, "fact", lambda fact: (type(fact).__name__, fact.id))
    taken = [fact for fact in once if known is None or fact.known_on <= known]
    together = _billed_together(taken, terms)
    for fact in sorted(taken, key=lambda one: (one.day, one.id)):
        line = _line(fact)
        if line is None or line not in terms:
            uncovered.append(Uncovered(fact, _no_line(fact)))
            continue
        agreed = terms[line]
        try:
            if isinstance(fact, Expense):
                paid, spent = fact.amount.currency, agreed.expenses_of(fact.category)
                expenses.append(
                    rate_expense(
                        fact,
                        markup_percent=None if spent.covered else spent.markup_percent,
                        cap=spent.cap,
                        people=people,
                        seller_entity=agreed.seller_entity,
                        transfer_rules=transfer_rules,
                        rate=None
                        if spent.covered
                        else rates.find(
                            paid, agreed.currency, fact.day, policy=policy, known=fact.known_on
                        ),
                        rounding=agreed.rounding,
                        known=known,
                    )
                )
            else:
                times.append(
                    rate_time(
                        fact,
                        unit_price=agreed.unit_price_on(fact.day),
                        people=people,
                        cost_rates=cost_rates,
                        seller_entity=agreed.seller_entity,
                        transfer_rules=transfer_rules,
                        rounding=agreed.rounding,
                        known=known,
                        charged=_charged(fact, agreed, together.get(_month_of(fact))),
                        billed=None if billed is None else billed.get(fact.id),
                        by_charge=agreed.by_charge,
                    )
                )
        except HarmonyError as problem:
            uncovered.append(Uncovered(fact, str(problem)))
    return RatedWork(tuple(times), tuple(expenses), tuple(uncovered))


_Month: TypeAlias = tuple[str | None, str | None, int, int]
"""A contract, its line, and the calendar month for which its time is billed."""


def _month_of(fact: TimeEntry) -> _Month:
    return fact.contract_id, fact.line_id, fact.day.year, fact.day.month


def _billed_together(
    facts: Iterable[TimeEntry | Expense], terms: Mapping[tuple[str, str], WorkTerms]
) -> dict[_Month, TimeBill]:
    """The time of each line and month that terms round together or a rate card prices."""
    months: dict[_Month, tuple[WorkTerms, list[TimeEntry]]] = {}
    for fact in facts:
        agreed = None if (line := _line(fact)) is None else terms.get(line)
        if isinstance(fact, TimeEntry) and agreed is not None and agreed.time != TimeWorked():
            months.setdefault(_month_of(fact), (agreed, []))[1].append(fact)
    found = {}
    for month, (agreed, entries) in months.items():
        found[month] = bill_time(
            entries,
            agreed.time.terms or TimeTerms(),
            rates=agreed.time.rates,
            currency=agreed.currency,
            customer=agreed.customer,
            rest_by_scheme=True,
        )
    return found


def _charged(
    entry: TimeEntry, agreed: WorkTerms, bill: TimeBill | None
) -> list[tuple[Fraction, ExactAmount]] | None:
    """The hours that fall to an entry of what is billed together, each with its price."""
    price = agreed.unit_price_on(entry.day)
    if bill is None or price is None:
        return None
    return [
        (group.hours_of(entry.id), price if group.rate is None else group.rate)
        for group in bill.groups
        if entry.id in group.shares
    ]


def _line(fact: TimeEntry | Expense) -> tuple[str, str] | None:
    if fact.contract_id is None or fact.line_id is None:
        return None
    return fact.contract_id, fact.line_id


def _no_line(fact: TimeEntry | Expense) -> str:
    if fact.contract_id is None:
        return "no contract is named"
    if fact.line_id is None:
        return f"no line of contract {fact.contract_id!r} is named"
    return f"contract {fact.contract_id!r} has no line {fact.line_id!r} with terms for work"

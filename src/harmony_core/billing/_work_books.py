"""Work in the books: loaded labour, expenses, and what group companies owe each other for both.

Work is booked in the month in which it was done or, when it was recorded later, in the month in
which it became known: a closed month is never touched. Costs stand in the books of the company
that employed the person on that day; the contract is named in the dimensions of every line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TypeAlias

from harmony_core.billing._booking import line_dimensions
from harmony_core.billing._terms import BillingTerms
from harmony_core.billing._transfer_evidence import transfer_pair_id
from harmony_core.contracts import Contract, Side
from harmony_core.finance import (
    Dimensions,
    ExactAmount,
    HoursWorked,
    IntercompanyPair,
    JournalEntry,
    JournalLine,
    Money,
    Role,
    dimensions,
    money_sum,
)
from harmony_core.parties import Person
from harmony_core.periods import Month
from harmony_core.pricing import PerUnit, Ramp, Scheme, Uplifted
from harmony_core.products import ExpensesIncurred, ExpenseTerms, TimeWorked
from harmony_core.work import Expense, RatedExpense, RatedTime, TimeEntry, WorkTerms


def booking_month(fact: TimeEntry | Expense) -> Month:
    """The month whose books a fact of work belongs to: done or recorded, whichever is later."""
    return Month.containing(max(fact.day, fact.known_on))


def book_work(
    times: Iterable[RatedTime],
    expenses: Iterable[RatedExpense],
    *,
    contracts: Mapping[str, Contract],
    people: Mapping[str, Person],
    terms: BillingTerms,
    month: Month,
) -> Iterator[JournalEntry]:
    """Every entry that a month's work makes: cost in the performer's books, then the pairs.

    Args:
        times, expenses: rated, and of this :func:`booking_month`.
        contracts: by id; an entry without one is booked without a contract.
        people: by id; the work of contractors is direct cost, not labour.
        terms: converts at the rates of the month's last day.
        month: the month to book.
    """
    times, expenses = tuple(times), tuple(expenses)
    yield from _labour(times, contracts, people, terms, month)
    yield from _expenses(expenses, contracts, terms, month)
    yield from _transfers((*times, *expenses), contracts, terms, month)


def work_terms(contracts: Iterable[Contract]) -> dict[tuple[str, str], WorkTerms]:
    """What each sell line says about work: who sells it, and at which price of an hour, if any.

    A price in bands or packages depends on all hours of a period: what an entry costs is told by
    :func:`billed_work`.
    """
    terms = {}
    for contract in contracts:
        if contract.side is not Side.SELL:
            continue
        for line in contract.lines_ever:
            markup = None
            hourly: ExactAmount | Scheme | None = None
            by_category: tuple[ExpenseTerms, ...] = ()
            worked, by_charge = TimeWorked(), False
            if isinstance(line.source, ExpensesIncurred):
                markup, by_category = line.source.markup_percent, line.source.categories
            elif isinstance(line.source, TimeWorked):
                worked = line.source
                hourly = _hourly(line.scheme)
                by_charge = hourly is None
            terms[contract.id, line.id] = WorkTerms(
                contract.entity_id,
                contract.currency,
                hourly,
                markup,
                expense_terms=by_category,
                time=worked,
                customer=contract.party_id,
                by_charge=by_charge,
            )
    return terms


def _hourly(scheme: Scheme) -> ExactAmount | Scheme | None:
    """The price of an hour, by date if it changes; ``None`` where no hour has one of its own."""
    if isinstance(scheme, PerUnit):
        return scheme.unit_price
    if isinstance(scheme, Uplifted) and isinstance(scheme.scheme, PerUnit):
        return scheme
    if isinstance(scheme, Ramp) and all(isinstance(step.scheme, PerUnit) for step in scheme.steps):
        return scheme
    return None


def worked_hours(
    times: Iterable[RatedTime], contracts: Mapping[str, Contract], month: Month
) -> tuple[HoursWorked, ...]:
    """The hours behind a month's labour, under the dimensions of its journal lines."""
    totals: defaultdict[Dimensions, Fraction] = defaultdict(Fraction)
    for rated in times:
        about = dict(_about(rated.entry, contracts))
        totals[dimensions(**about, entity=rated.performer_entity)] += rated.entry.hours
    return tuple(HoursWorked(month, about, hours) for about, hours in sorted(totals.items()))


def _about(fact: TimeEntry | Expense, contracts: Mapping[str, Contract]) -> Dimensions:
    """All that is known of whom the work is for: a line, else a contract, else a customer."""
    contract = None if fact.contract_id is None else contracts.get(fact.contract_id)
    if contract is None:
        return dimensions(customer=fact.subject.customer_id)
    if fact.line_id is None:
        return dimensions(contract=contract.id, customer=contract.party_id)
    return line_dimensions(contract, contract.line(fact.line_id), contracts)


_Ledger: TypeAlias = defaultdict[tuple[str, Dimensions], list[Money]]


def _labour(
    times: Iterable[RatedTime],
    contracts: Mapping[str, Contract],
    people: Mapping[str, Person],
    terms: BillingTerms,
    month: Month,
) -> Iterator[JournalEntry]:
    costs: defaultdict[tuple[str, str], _Ledger] = defaultdict(lambda: defaultdict(list))
    for rated in times:
        contractor = people[rated.entry.person_id].contractor
        role = Role.COST_OF_SALES if contractor else Role.LABOUR_COST
        ledger = costs[rated.performer_entity, rated.cost.currency]
        ledger[role, _about(rated.entry, contracts)].append(rated.cost)
    return _cost_entries("labour", Role.LABOUR_ABSORBED, costs, terms, month)


def _expenses(
    expenses: Iterable[RatedExpense],
    contracts: Mapping[str, Contract],
    terms: BillingTerms,
    month: Month,
) -> Iterator[JournalEntry]:
    costs: defaultdict[tuple[str, str], _Ledger] = defaultdict(lambda: defaultdict(list))
    for rated in expenses:
        ledger = costs[rated.performer_entity, rated.cost.currency]
        ledger[Role.EXPENSE_COST, _about(rated.expense, contracts)].append(rated.cost)
    return _cost_entries("expenses", Role.EXPENSE_CLEARING, costs, terms, month)


def _cost_entries(
    kind: str,
    against: str,
    costs: Mapping[tuple[str, str], _Ledger],
    terms: BillingTerms,
    month: Month,
) -> Iterator[JournalEntry]:
    """One entry a company and currency: cost on one side, its counterpart on the other."""
    for (entity_id, currency), ledger in sorted(costs.items()):
        entity = terms.group.entity(entity_id)
        rates = terms.booking_rates(currency, entity_id, month.last_day)
        entry_id = f"{kind[:3].upper()}-{entity_id}-{currency}-{month}"
        lines = []
        for (role, about), amounts in sorted(ledger.items()):
            booked = rates.book(money_sum(amounts, currency))
            if booked:
                lines.append(JournalLine(role, entity.account(role), booked, about))
                lines.append(JournalLine(against, entity.account(against), -booked, about))
        if lines:
            yield JournalEntry(entry_id, entity_id, month.last_day, kind, entry_id, tuple(lines))


def _transfers(
    rated: Iterable[RatedTime | RatedExpense],
    contracts: Mapping[str, Contract],
    terms: BillingTerms,
    month: Month,
) -> Iterator[JournalEntry]:
    """One pair for each performer, seller, contract and currency: the month's charges added up.

    The pair is converted once. Its lines say which line of the contract each part is about, and
    are fitted to it, so that every level of a report adds up to the pair.
    """
    pairs: defaultdict[tuple[str, str, str, str], defaultdict[Dimensions, list[Money]]]
    pairs = defaultdict(lambda: defaultdict(list))
    for one in rated:
        fact = one.entry if isinstance(one, RatedTime) else one.expense
        if one.transfer is not None and fact.contract_id is not None:
            charge = one.transfer
            key = charge.performer, charge.seller, fact.contract_id, charge.amount.currency
            pairs[key][_about(fact, contracts)].append(charge.amount)
    for (performer, seller, contract_id, currency), members in sorted(pairs.items()):
        totals = {about: money_sum(parts, currency) for about, parts in sorted(members.items())}
        totals = {about: total for about, total in totals.items() if total}
        if not totals:
            continue
        pair_id = transfer_pair_id(performer, seller, contract_id, currency, month)
        pair = IntercompanyPair.of_lines(
            totals,
            id=pair_id,
            day=month.last_day,
            performer=performer,
            seller=seller,
            earned_at=terms.booking_rates(currency, performer, month.last_day),
            owed_at=terms.booking_rates(currency, seller, month.last_day),
        )
        yield from pair.entries(terms.group, pair_id)

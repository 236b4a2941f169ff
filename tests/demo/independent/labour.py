"""What the work cost, and what the group companies owe each other for it: R8 to R10."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tests.demo.independent.amounts import unit_price
from tests.demo.independent.dated import on
from tests.demo.independent.exact import month_last, month_of, settle
from tests.demo.independent.funds import replay
from tests.demo.independent.rates import RateTable
from tests.demo.independent.reading import Company, Expense, Line, TransferRule, Work


class Cost(NamedTuple):
    """Cost of one time entry or expense, settled, and in which month's books it is."""

    fact: str
    kind: str  # labour_cost, cost_of_sales (contractors), expense_cost
    month: str
    performer: str
    contract: str
    line: str
    currency: str
    amount: Fraction
    hours: Fraction


class Transfer(NamedTuple):
    """What the seller owes the performer for one time entry or expense."""

    fact: str
    kind: str  # time or expense
    rule: str
    month: str
    performer: str
    seller: str
    contract: str
    currency: str
    amount: Fraction
    hours: Fraction


class Booked(NamedTuple):
    """One sum as it is booked: in its own currency, the performer's and the group's."""

    kind: str
    month: str
    performer: str
    contract: str
    currency: str
    amount: Fraction
    entity_amount: Fraction
    group_amount: Fraction


def employer(company: Company, person: str, day: date) -> tuple[str, str]:
    """Return entity and group of a person on a day."""
    found = [e for e in company.employments[person] if e[0] <= day]
    if not found:
        raise LookupError(f"{person} is not employed on {day}")
    return found[-1][1], found[-1][2]


# --- R8 ------------------------------------------------------------------------------------------
# > Labour: each time entry costs settle(hours x cost rate of the person on that day) (person, else
# > group, else default), in the currency of the employing entity; booked in the month of max(day,
# > recorded_on), at rates of that month's last day; contractors go to cost_of_sales, others to
# > labour_cost. Summed per (month, performer entity, contract, line, contractor or not) before
# > conversion to group currency.
# > Entries without contract are booked without contract dimension.
#
# Decisions: worked hours, without the multiplier (it is a price). A person's rate that is not yet
# in force falls back to the group's. A rate in another currency than the employer's is an error in
# the data. Because contractors go to another account, their sum is converted apart from the
# others'.


def cost_rate(company: Company, person: str, day: date) -> Fraction:
    """Hourly cost in the currency of the entity that employs the person that day."""
    entity, group = employer(company, person, day)
    keys = [("person", person), ("group", group), ("group", f"{entity}:{group}")]
    keys += [key for key in company.cost_rates if key[0] == "default"]
    for key in keys:
        in_force = [rate for rate in company.cost_rates.get(key, ()) if rate[0] <= day]
        if in_force:
            _, currency, hourly = in_force[-1]
            if currency != company.entity_currency[entity]:
                raise ValueError(f"{person} on {day}: rate in {currency}, employed by {entity}")
            return hourly
    raise LookupError(f"{person} has no cost rate on {day}")


def labour_cost(company: Company, entry: Work) -> Cost:
    performer, _ = employer(company, entry.person, entry.day)
    currency = company.entity_currency[performer]
    return Cost(
        entry.id,
        "cost_of_sales" if entry.person in company.contractors else "labour_cost",
        month_of(max(entry.day, entry.known)),
        performer,
        entry.contract,
        entry.line,
        currency,
        settle(entry.hours * cost_rate(company, entry.person, entry.day), currency),
        entry.hours,
    )


# --- R10 -----------------------------------------------------------------------------------------
# > Expense cost: booked per (month of max(day, recorded_on), performer entity, contract, line,
# > currency) at month-end rates, role expense_cost in the performer's books.


def expense_cost(company: Company, expense: Expense) -> Cost:
    return Cost(
        expense.id,
        "expense_cost",
        month_of(max(expense.day, expense.known)),
        employer(company, expense.person, expense.day)[0],
        expense.contract,
        expense.line,
        expense.currency,
        expense.amount,
        Fraction(0),
    )


def book(company: Company, rates: RateTable, costs: list[Cost]) -> list[Booked]:
    """Sum, then convert each sum once at the rates of the month's last day."""
    sums: dict[tuple[str, str, str, str, str, str], Fraction] = defaultdict(Fraction)
    for cost in costs:
        key = (cost.kind, cost.month, cost.performer, cost.contract, cost.line, cost.currency)
        sums[key] += cost.amount
    booked = []
    for (kind, month, performer, contract, _, currency), amount in sorted(sums.items()):
        day, entity_currency = month_last(month), company.entity_currency[performer]
        booked.append(
            Booked(
                kind,
                month,
                performer,
                contract,
                currency,
                amount,
                rates.convert(amount, currency, entity_currency, day),
                rates.convert(amount, currency, company.group_currency, day),
            )
        )
    return booked


# --- R9 ------------------------------------------------------------------------------------------
# > Transfer: an entry whose performer entity differs from the contract's entity gives an
# > intercompany charge, settled per entry: cost_plus: hours x cost rate x (1+markup) in the
# > performer's currency; fixed_rate: hours x rate; percent_of_sell: percent of settle(hours x
# > multiplier x unit price), on a prepaid line of settle(hours beyond its blocks x overage price),
# > as known when the month closes (0 on lines that do not bill time). Summed per (month, performer,
# > seller, contract, currency), converted once at the month-end rates; both legs share transaction
# > and group amount. Expenses: passed on at cost, in the expense's currency.
#
# Decisions: the rule is the one in force on the day of the work (latest start wins); month as in
# R8. Cost plus starts from the exact hours x rate, not from the settled labour cost. Both legs are
# equal, so transfers never change a group figure. The totals hold time and expenses together. What
# a fund passes on to another line (R25) is nobody's work who has a percentage of sell.


def transfer_rule(company: Company, seller: str, performer: str, day: date) -> TransferRule:
    found = [
        rule
        for rule in company.transfer_rules
        if (rule.seller, rule.performer) == (seller, performer)
        and rule.valid_from <= day
        and (rule.valid_to is None or day <= rule.valid_to)
    ]
    if not found:
        raise LookupError(f"no transfer rule from {performer} to {seller} on {day}")
    return max(found, key=lambda rule: rule.valid_from)


def time_transfer(company: Company, entry: Work, lines: dict[tuple[str, str], Line]) -> Transfer:
    """Price of one entry that another entity than the seller performed."""
    seller = _seller(entry.contract, lines)
    performer, _ = employer(company, entry.person, entry.day)
    rule = transfer_rule(company, seller, performer, entry.day)
    if rule.method == "cost_plus":
        currency = company.entity_currency[performer]
        rate = cost_rate(company, entry.person, entry.day)
        amount = entry.hours * rate * (1 + rule.value / 100)
    elif rule.method == "fixed_rate":
        currency, amount = rule.currency, entry.hours * rule.value
    elif rule.method == "percent_of_sell":
        line = lines.get((entry.contract, entry.line))
        currency = next(ln.currency for (c, _), ln in lines.items() if c == entry.contract)
        sold = Fraction(0) if line is None else settle(_billed(company, entry, line), currency)
        amount = sold * rule.value / 100
    else:
        raise ValueError(f"{rule.id}: unknown method {rule.method!r}")
    month = month_of(max(entry.day, entry.known))
    amount = settle(amount, currency)
    return Transfer(
        entry.id,
        "time",
        rule.id,
        month,
        performer,
        seller,
        entry.contract,
        currency,
        amount,
        entry.hours,
    )


def _billed(company: Company, entry: Work, line: Line) -> Fraction:
    """What its line bills for an entry: its hours, or those of them that no block covered."""
    if line.product.source == "time":
        return entry.hours * entry.multiplier * unit_price(on(line, entry.day))
    price = ((line.product.fund or {}).get("overage_prices") or {}).get(line.currency)
    if price is None:
        return Fraction(0)
    closed = month_last(month_of(max(entry.day, entry.known)))
    draws = [one for one in company.work if (one.contract, one.line) == (line.contract, line.line)]
    rest = replay(line, draws, closed, closed).rest
    return Fraction(price) * sum((one.hours for one in rest if one.id == entry.id), Fraction(0))


def _seller(contract: str, lines: dict[tuple[str, str], Line]) -> str:
    return next(line.entity for (owner, _), line in lines.items() if owner == contract)


def transfers(company: Company, opening: date, until: date) -> list[Transfer]:
    """Every time entry and expense in the books of these months that crosses entities."""
    lines = {(line.contract, line.line): line for line in company.lines}
    sellers = {line.contract: line.entity for line in company.lines}
    found = []
    for entry in company.work:
        performer, _ = employer(company, entry.person, entry.day)
        booked = max(entry.day, entry.known)
        if entry.contract and opening <= booked <= until and sellers[entry.contract] != performer:
            found.append(time_transfer(company, entry, lines))
    for expense in company.expenses:
        performer, _ = employer(company, expense.person, expense.day)
        booked = max(expense.day, expense.known)
        if (
            expense.contract
            and opening <= booked <= until
            and sellers[expense.contract] != performer
        ):
            found.append(
                Transfer(
                    expense.id,
                    "expense",
                    "",
                    month_of(booked),
                    performer,
                    sellers[expense.contract],
                    expense.contract,
                    expense.currency,
                    expense.amount,
                    Fraction(0),
                )
            )
    return found


def costs(company: Company, opening: date, until: date) -> list[Cost]:
    """Every time entry and expense in the books of these months, costed."""
    return [
        labour_cost(company, entry)
        for entry in company.work
        if opening <= max(entry.day, entry.known) <= until
    ] + [
        expense_cost(company, expense)
        for expense in company.expenses
        if opening <= max(expense.day, expense.known) <= until
    ]

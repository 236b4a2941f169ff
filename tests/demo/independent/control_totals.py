"""Control totals of the demo company, derived from its files by rules R0 to R25 alone.

This script and the modules beside it share no code with the library and import only the standard
library. A difference between its figures and the library's is an error in one of the two.

    python tests/demo/independent/control_totals.py --data DIR [--from 2024-04] [--to 2026-03]
        [--out FILE] [--detail charges|recognition|transfers|labour]

Where each rule is: R0 to R4 charges.py (funds.py for blocks), R5 and R6 recognition.py, R8 to R10
labour.py, R12 rates.py, R14 amendments.py, R15 notices.py, R16 reading.py, R17 dated.py, R18 and
R19 funds.py, R20 usage.py, R21 price_book.py, R22 seats.py, R23
covers.py, R24 credits.py, R25 charges.py; R7, R11 and R13 are here.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))  # so that the modules beside it load

from tests.demo.independent.amounts import active_spans, device_count
from tests.demo.independent.books import Books, books
from tests.demo.independent.charges import CORRECTION, ORIGINAL, Charge
from tests.demo.independent.detail import detail
from tests.demo.independent.exact import (
    ONE_DAY,
    exact_text,
    money_text,
    month_last,
    month_of,
    months_through,
    settle,
)
from tests.demo.independent.funds import fund_state
from tests.demo.independent.reading import Company
from tests.demo.independent.usage import standing

NO_CUSTOMER = "(none)"


Money = dict[str, Fraction]


def _money(amounts: Money) -> dict[str, str]:
    return {currency: money_text(amount, currency) for currency, amount in amounts.items()}


def _sell(charges: Iterable[Charge]) -> list[Charge]:
    """Sell charges that are not zero ("zero charges not counted")."""
    return [charge for charge in charges if charge.line.side == "sell" and charge.net]


def billed(all_books: Books) -> object:
    """By month of trigger, product type and currency."""
    nets: dict[tuple[str, str, str], list[Fraction]] = defaultdict(list)
    for charge in _sell(all_books.charges):
        line = charge.line
        nets[month_of(charge.trigger), line.product.type, line.currency].append(charge.net)
    result: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    for (month, type_, currency), amounts in nets.items():
        result.setdefault(month, {}).setdefault(type_, {})[currency] = {
            "net": money_text(sum(amounts, Fraction(0)), currency),
            "charges": str(len(amounts)),
        }
    return result


def bought(all_books: Books) -> object:
    """By month of trigger and currency."""
    nets: dict[str, Money] = defaultdict(lambda: defaultdict(Fraction))
    for charge in all_books.charges:
        if charge.line.side == "buy" and charge.net:
            nets[month_of(charge.trigger)][charge.line.currency] += charge.net
    return {month: _money(amounts) for month, amounts in nets.items()}


# --- R7 ------------------------------------------------------------------------------------------
# > Invoice = all charges (not zero) of one (entity, party, currency, trigger). Party: the master of
# > a merged customer. Tax category: the product's when customer's country = entity's country, else
# > "G"; rate at the trigger day in the entity's country. Where a rule of the seller names the
# > category, or every category, a sale within the country bears the tax of the rule's category and
# > jurisdiction, and those beside it; tax per (jurisdiction, category, rate) = settle(sum of nets x
# > percent/100). Buy side: no tax in this issue.
#
# Decision: the customer's country is the master's. Corrections join the invoice of their trigger
# day.


def tax_percent(company: Company, country: str, category: str, day: date) -> Fraction:
    for rate in company.tax_rates:
        if (rate.jurisdiction, rate.category) == (country, category) and (
            rate.valid_from <= day and (rate.valid_to is None or day <= rate.valid_to)
        ):
            return rate.percent
    raise LookupError(f"no tax rate {country}/{category} on {day}")


def taxes_of(company: Company, charge: Charge, day: date) -> list[tuple[str, str]]:
    """The taxes that a charge bears: jurisdiction and category."""
    country = company.entity_country[charge.line.entity]
    if company.customer_country[charge.line.party] != country:
        return [(country, "G")]
    category = charge.line.product.tax_category
    for rule in company.tax_rules:
        if (
            rule.seller == country
            and rule.valid_from <= day
            and (rule.valid_to is None or day <= rule.valid_to)
            and (not rule.categories or category in rule.categories)
        ):
            return rule.taxes
    return [(country, category)]


def documents_of(all_books: Books) -> dict[tuple[str, str, str, date, str], list[Charge]]:
    documents: dict[tuple[str, str, str, date, str], list[Charge]] = defaultdict(list)
    for charge in _sell(all_books.charges):
        line = charge.line
        place = line.entity, line.party, line.currency, charge.trigger, charge.credit_id
        documents[place].append(charge)
    return documents


def document_taxes(
    company: Company, trigger: date, credit: str, charges: list[Charge]
) -> dict[tuple[str, str], Fraction]:
    """The tax of a document by jurisdiction and category."""
    day = charges[0].billed_on if credit else trigger
    groups: dict[tuple[str, str, Fraction], Fraction] = defaultdict(Fraction)
    for charge in charges:
        for place, category in taxes_of(company, charge, day):
            percent = tax_percent(company, place, category, day)
            groups[place, category, percent] += charge.net
    taxes: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for (place, category, percent), taxable in groups.items():
        taxes[place, category] += settle(taxable * percent / 100, charges[0].line.currency)
    return taxes


def taxes_by_place(all_books: Books) -> object:
    """By entity, jurisdiction and category, in each currency."""
    found: dict[str, dict[str, Money]] = {}
    for (entity, _, currency, trigger, credit), charges in documents_of(all_books).items():
        for (place, category), tax in document_taxes(
            all_books.company, trigger, credit, charges
        ).items():
            sums = found.setdefault(entity, {})
            sums.setdefault(f"{place} {category}", defaultdict(Fraction))[currency] += tax
    return {
        entity: {name: _money(amounts) for name, amounts in by.items()}
        for entity, by in found.items()
    }


def invoices(all_books: Books) -> object:
    counts: dict[str, int] = defaultdict(int)
    nets: dict[str, Money] = defaultdict(lambda: defaultdict(Fraction))
    taxes: dict[str, Money] = defaultdict(lambda: defaultdict(Fraction))
    for (entity, _, currency, trigger, credit), charges in documents_of(all_books).items():
        found = document_taxes(all_books.company, trigger, credit, charges)
        counts[entity] += 1
        nets[entity][currency] += sum((charge.net for charge in charges), Fraction(0))
        taxes[entity][currency] += sum(found.values(), Fraction(0))
    return {
        entity: {
            "count": str(count),
            "net": _money(nets[entity]),
            "tax": _money(taxes[entity]),
        }
        for entity, count in counts.items()
    }


def corrections(all_books: Books) -> object:
    nets: Money = defaultdict(Fraction)
    count = 0
    for charge in _sell(all_books.charges):
        if charge.kind == CORRECTION:
            count += 1
            nets[charge.line.currency] += charge.net
    return {"count": str(count), "net": _money(nets)}


def recognised(all_books: Books) -> object:
    """Revenue by month and product type, group column."""
    group = all_books.company.group_currency
    sums: dict[str, Money] = defaultdict(lambda: defaultdict(Fraction))
    for part in all_books.recognised:
        if part.charge.line.side == "sell":
            sums[part.month][part.charge.line.product.type] += part.amounts[2]
    return {
        month: {type_: money_text(amount, group) for type_, amount in types.items()}
        for month, types in sums.items()
    }


def labour(all_books: Books) -> object:
    """By entity and month in the entity's currency. Decision: contractors are counted here too."""
    sums: dict[str, Money] = defaultdict(lambda: defaultdict(Fraction))
    for booked in all_books.booked:
        if booked.kind != "expense_cost":
            sums[booked.performer][booked.month] += booked.entity_amount
    currencies = all_books.company.entity_currency
    return {
        entity: {month: money_text(amount, currencies[entity]) for month, amount in by.items()}
        for entity, by in sums.items()
    }


def expenses(all_books: Books) -> object:
    """By entity in the entity's currency."""
    sums: Money = defaultdict(Fraction)
    for booked in all_books.booked:
        if booked.kind == "expense_cost":
            sums[booked.performer] += booked.entity_amount
    currencies = all_books.company.entity_currency
    return {entity: money_text(amount, currencies[entity]) for entity, amount in sums.items()}


def transfer_totals(all_books: Books) -> object:
    """By performer and seller: time and expenses together in their currency, and the hours."""
    sums: dict[str, Money] = defaultdict(lambda: defaultdict(Fraction))
    hours: dict[str, Fraction] = defaultdict(Fraction)
    for transfer in all_books.transfers:
        pair = f"{transfer.performer}->{transfer.seller}"
        sums[pair][transfer.currency] += transfer.amount
        hours[pair] += transfer.hours
    return {
        pair: {**_money(amounts), "hours": exact_text(hours[pair])}
        for pair, amounts in sums.items()
    }


# --- R11 -----------------------------------------------------------------------------------------
# > Buy contracts: same engine (charges, recognition); direct cost (cost_of_sales) carries the
# > dimension contract = for_contract (and that contract's customer) when given.
# --- R13 -----------------------------------------------------------------------------------------
# > Contribution (group view, GBP): recognised revenue (incl. breakage) - cost_of_sales -
# > expense_cost - labour_cost, per contract/customer/month, from the group column.
#
# Decision: what has no contract counts in the months and the total, under the customer "(none)".


def contribution(all_books: Books) -> tuple[dict[str, str], dict[str, str], str]:
    """Per month, per customer, and in total."""
    group = all_books.company.group_currency
    customer = {ln.contract: ln.party for ln in all_books.company.lines if ln.side == "sell"}
    customer[""] = NO_CUSTOMER
    months = months_through(month_of(all_books.opening), month_of(all_books.until))
    by_month = dict.fromkeys(months, Fraction(0))
    by_customer: Money = defaultdict(Fraction)
    parts = [
        (part.month, part.charge.line.contract, part.amounts[2])
        if part.charge.line.side == "sell"
        else (part.month, part.charge.line.for_contract, -part.amounts[2])
        for part in all_books.recognised
    ] + [(booked.month, booked.contract, -booked.group_amount) for booked in all_books.booked]
    for month, contract, amount in parts:
        by_month[month] += amount
        by_customer[customer[contract]] += amount
    return (
        {month: money_text(amount, group) for month, amount in by_month.items()},
        {name: money_text(amount, group) for name, amount in by_customer.items()},
        money_text(sum(by_month.values(), Fraction(0)), group),
    )


# --- R13, the view of each company ----------------------------------------------------------------
# > In the view of one company, in its own currency, transfers are cost of the seller and income of
# > the performer; they are converted from their own currency for each of the two.


def views(all_books: Books) -> object:
    """Contribution of each contract to the group, and to each of its companies."""
    company = all_books.company
    sums: dict[str, Money] = defaultdict(lambda: defaultdict(Fraction))

    def count(contract: str, entity: str, own: Fraction, group: Fraction) -> None:
        sums[contract or NO_CUSTOMER][entity] += own
        sums[contract or NO_CUSTOMER]["group"] += group

    for part in all_books.recognised:
        line, (_, own, group) = part.charge.line, part.amounts
        if line.side == "sell":
            count(line.contract, line.entity, own, group)
        else:
            count(line.for_contract, line.entity, -own, -group)
    for booked in all_books.booked:
        count(booked.contract, booked.performer, -booked.entity_amount, -booked.group_amount)
    owed: dict[tuple[str, str, str, str, str], Fraction] = defaultdict(Fraction)
    for transfer in all_books.transfers:
        place = transfer.contract, transfer.performer, transfer.seller
        owed[*place, transfer.currency, transfer.month] += transfer.amount
    for (contract, performer, seller, currency, month), amount in owed.items():
        for entity, sign in ((performer, 1), (seller, -1)):
            code = company.entity_currency[entity]
            converted = all_books.rates.convert(amount, currency, code, month_last(month))
            count(contract, entity, sign * converted, Fraction(0))
    codes = company.entity_currency | {"group": company.group_currency}
    return {
        contract: {view: money_text(amount, codes[view]) for view, amount in by.items()}
        for contract, by in sums.items()
    }


def trend_total(all_books: Books) -> str:
    """Contribution of the last twelve months: what is older plays no part."""
    by_month, _, _ = contribution(all_books)
    last = sorted(by_month)[-12:]
    total = sum((Fraction(by_month[month]) for month in last), Fraction(0))
    return money_text(total, all_books.company.group_currency)


def device_counts(all_books: Books) -> object:
    """Count behind the first charge of each period. Decision: before any minimum."""
    counts: dict[str, dict[str, str]] = defaultdict(dict)
    for charge in all_books.charges:
        line = charge.line
        if line.side == "sell" and line.product.source == "devices" and charge.kind == ORIGINAL:
            count = device_count(line, all_books.facts.fleet(line), charge.period, charge.trigger)
            counts[line.key][charge.period.first.isoformat()] = str(count)
    return counts


def device_days(all_books: Books) -> object:
    """Days of devices by customer and by the lines that pick them up on it, as known at the end."""
    opening, until = all_books.opening, all_books.until
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for customer, fleet in all_books.facts.fleets().items():
        lines = [
            line
            for line in all_books.company.lines
            if (line.side, line.party, line.product.source) == ("sell", customer, "devices")
        ]
        for device, events in fleet.items():
            mine = [line for line in lines if all_books.facts.picks_up(line, device)]
            for first, last in active_spans(events, until, until):
                day = max(first, opening)
                while day <= min(last, until):
                    found = sorted(
                        ln.key for ln in mine if ln.start <= day and (ln.end or until) >= day
                    )
                    sums[customer][" and ".join(found) or "no line"] += 1
                    day += ONE_DAY
    return {
        customer: {lines: str(days) for lines, days in by.items()} for customer, by in sums.items()
    }


def funds(all_books: Books) -> object:
    states = {}
    for line in all_books.company.lines:
        if (line.side, line.product.type) == ("sell", "prepayment"):
            draws = all_books.facts.draws(line, all_books.until)
            state = fund_state(line, draws, all_books.until)
            if line.start <= all_books.until:
                states[line.key] = {name: exact_text(value) for name, value in state.items()}
    return states


def uncovered(all_books: Books) -> object:
    """Count facts that no contract line takes.

    Decisions: time without a contract or a line of it, in the months of its booking; usage of a day
    in the span that stands at its end, for which the customer has no line with that meter on that
    day.
    """
    opening, until = all_books.opening, all_books.until
    spans: dict[tuple[str, str], list[tuple[date, date]]] = defaultdict(list)
    for line in all_books.company.lines:
        if line.side == "sell" and line.product.source == "usage":
            spans[line.party, line.product.meter].append((line.start, line.end or date.max))
    time = sum(
        not (entry.contract and entry.line) and opening <= max(entry.day, entry.known) <= until
        for entry in all_books.company.work
    )
    usage = sum(
        opening <= record.day <= until
        and not any(a <= record.day <= b for a, b in spans[record.customer, record.meter])
        for record in standing(all_books.company.usage, until)
    )
    return {"time": str(time), "usage": str(usage)}


def notices(all_books: Books) -> object:
    """By notice, the line and its last day."""
    return {
        change.id: f"{line.key} {change.first_day - ONE_DAY}"
        for line in all_books.company.lines
        for change in line.changes
        if change.id.startswith("N-")
    }


def totals(all_books: Books) -> dict[str, object]:
    """All control totals; every number is a string."""
    by_month, by_customer, total = contribution(all_books)
    return {
        "billed": billed(all_books),
        "bought": bought(all_books),
        "invoices": invoices(all_books),
        "taxes": taxes_by_place(all_books),
        "corrections": corrections(all_books),
        "recognised": recognised(all_books),
        "labour": labour(all_books),
        "transfers": transfer_totals(all_books),
        "expenses": expenses(all_books),
        "contribution": by_month,
        "contribution_by_customer": by_customer,
        "contribution_total": total,
        "trend_total": trend_total(all_books),
        "views": views(all_books),
        "device_counts": device_counts(all_books),
        "device_days": device_days(all_books),
        "funds": funds(all_books),
        "uncovered": uncovered(all_books),
        "notices": notices(all_books),
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the demo's files")
    parser.add_argument("--from", dest="first", help="first month (default: the opening month)")
    parser.add_argument("--to", dest="last", default="2026-03", help="last month")
    parser.add_argument("--out", type=Path, help="write here instead of to standard output")
    parser.add_argument("--detail", choices=["charges", "recognition", "transfers", "labour"])
    options = parser.parse_args(arguments)
    all_books = books(options.data, options.first, options.last)
    if options.detail:
        header, rows = detail(all_books, options.detail)
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(sorted(rows))
        text = buffer.getvalue()
    else:
        text = json.dumps(totals(all_books), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if options.out:
        options.out.write_bytes(text.encode("utf-8"))
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()

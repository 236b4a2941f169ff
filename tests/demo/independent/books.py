"""Everything that follows from the files for one span of months."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from tests.demo.independent.charges import Charge, Facts, all_charges
from tests.demo.independent.credits import given_back
from tests.demo.independent.exact import month_first, month_last
from tests.demo.independent.labour import Booked, Cost, Transfer, book, costs, transfers
from tests.demo.independent.rates import RateTable
from tests.demo.independent.reading import Company, read_company
from tests.demo.independent.recognition import Recognised, recognise


class Books(NamedTuple):
    """Everything that follows from the files for one span of months."""

    company: Company
    facts: Facts
    rates: RateTable
    opening: date
    until: date
    charges: list[Charge]  # triggered in the span
    recognised: list[Recognised]
    costs: list[Cost]
    booked: list[Booked]
    transfers: list[Transfer]


def books(folder: Path, first: str | None, last: str) -> Books:
    """Derive all books; R0 with a later ``first``: the opening day is its first day."""
    company = read_company(folder)
    opening = max(company.opening_day, month_first(first)) if first else company.opening_day
    until = month_last(last)
    rates = RateTable(company.rates)
    facts = Facts(company)
    charges = all_charges(company, rates, opening, until)
    charges += given_back(folder, charges)
    earned = [part for c in charges for part in recognise(c, company, facts, rates, opening, until)]
    all_costs = costs(company, opening, until)
    return Books(
        company=company,
        facts=facts,
        rates=rates,
        opening=opening,
        until=until,
        charges=[charge for charge in charges if charge.trigger <= until],
        recognised=earned,
        costs=all_costs,
        booked=book(company, rates, all_costs),
        transfers=transfers(company, opening, until),
    )

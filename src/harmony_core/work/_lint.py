"""Faults of contracts that will cost money, found before they do.

Each finding names the lines, the reason and the way out. What is checked of coverage is checked
for every day, role and work type that the caller names, so that contracts without a finding leave
no work open that meets a rule, on no day of the span, and none between two lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from harmony_core.contracts import Contract, Side
from harmony_core.errors import expect, expect_each
from harmony_core.periods import Span
from harmony_core.products import HourlyRate
from harmony_core.work._cover_faults import Work, coverage_faults, covers_never_met
from harmony_core.work._coverage import WorkFacts
from harmony_core.work._facts import Expense, TimeEntry
from harmony_core.work._findings import Finding, Standing
from harmony_core.work._line_faults import (
    expired,
    measured_twice,
    missing_rates,
    without_overage,
)


def lint_contracts(
    contracts: Iterable[Contract],
    span: Span,
    *,
    roles: Iterable[str],
    work_types: Iterable[str],
    categories: Iterable[str] = (),
    rates: Iterable[HourlyRate] | None = None,
    type_parents: Mapping[str, str | None] | None = None,
    open_work: Iterable[TimeEntry | Expense | WorkFacts] = (),
    customer: Callable[[str], str] = str,
) -> tuple[Finding, ...]:
    """Find the faults of contracts, in order of kind and line.

    Args:
        contracts: all that are to stand together, of both sides.
        span: the days to look at.
        roles: in which people work; work in another role is not looked at.
        work_types: of the company.
        categories: of expenses.
        rates: from which the price of an hour is looked up, where lines do not hold it.
        type_parents: of device types, each with the type above it.
        open_work: tickets and entries that name a line and are still to come in.
        customer: gives the customer that stands for an id after merges.

    Raises:
        InvalidValue: something of another kind than it must be.
    """
    expect(span, Span, "the days to look at", "Span.of_days(first, last)")
    listed = expect_each(contracts, Contract, "contracts to look at")
    agreed = sorted(listed, key=lambda one: one.id)
    sold: defaultdict[str, list[Standing]] = defaultdict(list)
    for contract in agreed:
        if contract.side is Side.SELL:
            party = customer(contract.party_id)
            sold[party] += (Standing(contract, line) for line in contract.lines_ever)
    people, kinds, spent = (
        sorted(set(expect_each(names, str, what)))
        for names, what in (
            (roles, "roles"),
            (work_types, "work types"),
            (categories, "categories of expenses"),
        )
    )
    work: list[Work] = [(role, kind) for role in people for kind in kinds]
    work += ((None, category) for category in spent)
    found: list[Finding] = []
    for standing in sold.values():
        found += coverage_faults(standing, span, work)
        found += measured_twice(standing, span, type_parents or {})
    found += covers_never_met(agreed, {*kinds, *spent})
    found += expired(agreed, open_work)
    found += without_overage(agreed, span)
    if rates is not None:
        found += missing_rates(agreed, span, tuple(rates), people, kinds)
    return tuple(sorted(set(found)))

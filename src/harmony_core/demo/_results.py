"""What the played months left in the store, loaded once for tables, report and exports."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from harmony_core.assets import CoverageReport, DeviceCoverage, devices_from_events
from harmony_core.billing import Charge, Invoice
from harmony_core.contracts import Contract
from harmony_core.finance import (
    Consolidation,
    CostView,
    JournalEntry,
    ProfitFact,
    ProfitFacts,
    consolidate,
    dimensions,
    profit_facts,
)
from harmony_core.parties import Customer, Directory
from harmony_core.periods import Month, Span, months_between
from harmony_core.repositories.ports import Company, Store
from harmony_core.workflows import WorkReview, review_work


@attrs.frozen
class Results:
    """Everything that the report shows, up to the last closed month."""

    company: Company
    first: Month
    last: Month
    contracts: Mapping[str, Contract]
    customers: Mapping[str, Customer]
    charges: tuple[Charge, ...]
    invoices: tuple[Invoice, ...]
    entries: tuple[JournalEntry, ...]
    review: WorkReview
    consolidation: Consolidation
    profit: ProfitFacts
    device_coverage: CoverageReport


def gather(store: Store, first: Month, last: Month) -> Results:
    """Load what was billed and booked from ``first`` to ``last``."""
    with store.begin() as unit:
        company = unit.company.get()
        contracts = {contract.id: contract for contract in unit.contracts.all()}
        customers = {customer.id: customer for customer in unit.customers.all()}
        charges = unit.charges.all(first.first_day, last.last_day)
        invoices = unit.invoices.all(first.first_day, last.last_day)
        entries = tuple(unit.journal.entries(through=last.last_day))
        fleet = devices_from_events(
            unit.devices.all(), unit.facts.device_events(last.last_day), known=last.last_day
        )
    directory = Directory(customers.values())
    review = review_work(store, months_between(first, last))
    return Results(
        company,
        first,
        last,
        contracts,
        customers,
        charges,
        invoices,
        entries,
        review,
        consolidate(entries, company.group, last.last_day),
        _by_master(
            profit_facts(entries, CostView.GROUP, company.group, review.hours),
            directory,
        ),
        DeviceCoverage(contracts.values(), company.asset_types, directory).report(
            fleet.devices, Span.of_days(first.first_day, last.last_day)
        ),
    )


def _by_master(profit: ProfitFacts, directory: Directory) -> ProfitFacts:
    """Customers that were merged earn as one; the journal keeps the names it was written with."""

    def merged(fact: ProfitFact) -> ProfitFact:
        customer_id = fact.dimension("customer")
        if customer_id not in directory:
            return fact
        about = dimensions(
            **{**dict(fact.dimensions), "customer": directory.resolve(customer_id).id}
        )
        return attrs.evolve(fact, dimensions=about)

    return ProfitFacts.of(profit.view, profit.currency, map(merged, profit))

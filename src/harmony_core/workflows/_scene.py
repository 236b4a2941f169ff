"""What a run looks at: everything that it needs, loaded once from a unit of work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from harmony_core.assets import DeviceEvent
from harmony_core.billing import BillingTerms, Facts, booking_month, work_terms
from harmony_core.contracts import Contract, Side
from harmony_core.parties import Directory, Person
from harmony_core.periods import Month
from harmony_core.repositories.ports import Company, UnitOfWork
from harmony_core.work import Expense, RatedWork, TimeEntry, UsageRecord, rate_time, rate_work


@attrs.frozen
class Scene:
    """Company, contracts and facts, ready for the pure functions of billing."""

    company: Company
    contracts: Mapping[str, Contract]
    people: Mapping[str, Person]
    directory: Directory
    terms: BillingTerms
    facts: Facts
    time: tuple[TimeEntry, ...]
    expenses: tuple[Expense, ...]
    usage: tuple[UsageRecord, ...]
    stray_device_events: tuple[DeviceEvent, ...]

    @classmethod
    def load(cls, unit: UnitOfWork) -> Scene:
        """Load it. Every fact is loaded; what was known when is asked of each fact."""
        company = unit.company.get()
        directory = Directory(unit.customers.all())
        time, expenses = unit.facts.time(date.max), unit.facts.expenses(date.max)
        usage = unit.facts.usage(date.max)
        devices, events = unit.devices.all(), unit.facts.device_events(date.max)
        registered = {device.id for device in devices}
        facts = Facts(
            time=time,
            expenses=expenses,
            usage=usage,
            devices=devices,
            device_events=events,
            directory=directory,
        )
        return cls(
            company,
            {contract.id: _standing(contract, directory) for contract in unit.contracts.all()},
            {person.id: person for person in unit.people.all()},
            directory,
            BillingTerms(company.group, unit.rates.book(), company.asset_types),
            facts,
            time,
            expenses,
            usage,
            tuple(event for event in events if event.device_id not in registered),
        )

    def work_of(self, month: Month) -> RatedWork:
        """The work whose cost belongs to a month's books, rated.

        Work that names no contract is rated as work of the performer's own company, so that its
        cost is booked, and stands in ``uncovered`` beside.
        """
        facts: list[TimeEntry | Expense] = [*self.time, *self.expenses]
        return self._rated(fact for fact in facts if booking_month(fact) == month)

    def _rated(self, facts: Iterable[TimeEntry | Expense]) -> RatedWork:
        rated = rate_work(
            facts,
            work_terms(self.contracts.values()),
            people=self.people,
            cost_rates=self.company.cost_rates,
            transfer_rules=self.company.rules,
            rates=self.terms.rates,
        )
        own = [
            rate_time(
                fact,
                unit_price=None,
                people=self.people,
                cost_rates=self.company.cost_rates,
                seller_entity=self.people[fact.person_id].employer(fact.day).entity_id,
                transfer_rules=self.company.rules,
            )
            for item in rated.uncovered
            if isinstance(fact := item.fact, TimeEntry) and fact.contract_id is None
        ]
        return attrs.evolve(rated, times=(*rated.times, *own))


def _standing(contract: Contract, directory: Directory) -> Contract:
    """The contract with the customer that stands for its party after merges."""
    if contract.side is Side.BUY or contract.party_id not in directory:
        return contract
    return attrs.evolve(contract, party_id=directory.resolve(contract.party_id).id)

"""What a run looks at: everything that it needs, loaded once from a unit of work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar

import attrs

from harmony_core.assets import Device, DeviceEvent
from harmony_core.billing import (
    BillingProfile,
    BillingTerms,
    Charge,
    Facts,
    billed_work,
    booking_month,
    work_terms,
)
from harmony_core.contracts import Contract, Side
from harmony_core.errors import HarmonyError, NotFound
from harmony_core.funds import Incident
from harmony_core.parties import Directory, Person
from harmony_core.periods import Month
from harmony_core.repositories.ports import Company, UnitOfWork
from harmony_core.work import (
    Coverage,
    CoverageBook,
    Expense,
    RatedExpense,
    RatedTime,
    RatedWork,
    TimeEntry,
    Uncovered,
    UsageRecord,
    rate_expense,
    rate_time,
    rate_work,
)

F = TypeVar("F", TimeEntry, Expense)


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
    devices: Mapping[str, Device]
    device_events: tuple[DeviceEvent, ...]
    coverage: Mapping[TimeEntry | Expense, Coverage]
    """of work that the covers of contract lines decided upon, by the fact as it stands here"""
    profiles: Mapping[str, BillingProfile]
    incidents: tuple[Incident, ...] = ()

    @classmethod
    def load(cls, unit: UnitOfWork) -> Scene:
        """Load it. Every fact is loaded; what was known when is asked of each fact.

        Work that names no line, or a line with a cover, is put where the covers say.
        """
        company = unit.company.get()
        directory = Directory(unit.customers.all())
        contracts = {one.id: _standing(one, directory) for one in unit.contracts.all()}
        covers = _Covers(contracts, directory)
        time = tuple(map(covers.placed, unit.facts.time(date.max)))
        expenses = tuple(map(covers.placed, unit.facts.expenses(date.max)))
        usage = unit.facts.usage(date.max)
        devices, events = unit.devices.all(), unit.facts.device_events(date.max)
        incidents = unit.incidents.all()
        facts = Facts(
            time=time,
            expenses=expenses,
            usage=usage,
            devices=devices,
            device_events=events,
            directory=directory,
            incidents=incidents,
            credits=_credits(unit),
            progress=unit.progress.all(),
        )
        return cls(
            company,
            contracts,
            {person.id: person for person in unit.people.all()},
            directory,
            billing_terms(unit),
            facts,
            time,
            expenses,
            usage,
            {device.id: device for device in devices},
            events,
            covers.coverage,
            {profile.id: profile for profile in unit.profiles.all()},
            incidents,
        )

    def work_of(self, month: Month) -> RatedWork:
        """The work whose cost belongs to a month's books, rated.

        Work that no contract line takes stands in ``uncovered``. It is rated beside as work that
        nobody pays for, so that its cost is booked.
        """
        facts: list[TimeEntry | Expense] = [*self.time, *self.expenses]
        return self._rated([fact for fact in facts if booking_month(fact) == month], month)

    def _rated(self, facts: Iterable[TimeEntry | Expense], month: Month) -> RatedWork:
        terms = work_terms(self.contracts.values())
        rated = rate_work(
            facts,
            terms,
            people=self.people,
            cost_rates=self.company.cost_rates,
            transfer_rules=self.company.rules,
            rates=self.terms.rates,
            billed=billed_work(self.contracts.values(), self.facts, self.terms, month),
            policy=self.terms.rate_policy,
        )
        times, expenses, uncovered = list(rated.times), list(rated.expenses), []
        for item in rated.uncovered:
            fact, reason = item.fact, item.reason
            if (found := self.coverage.get(fact)) is not None and found.line is None:
                reason = found.why_not
            if (fact.contract_id, fact.line_id) not in terms:
                try:
                    own = self._without_line(fact)
                except HarmonyError as fault:
                    reason = f"{reason}; {fault}"
                else:
                    times += [own] if isinstance(own, RatedTime) else []
                    expenses += [own] if isinstance(own, RatedExpense) else []
            uncovered.append(Uncovered(fact, reason))
        return RatedWork(tuple(times), tuple(expenses), tuple(uncovered))

    def _without_line(self, fact: TimeEntry | Expense) -> RatedTime | RatedExpense:
        """Rated as work that nobody pays for: of the contract that it names, else of nobody.

        The contract bears its cost, and its entity owes the performer for it. Without a contract
        it is work of the performer's own company, for the customer that it names, if any.
        """
        if fact.person_id not in self.people:
            raise NotFound(f"no person {fact.person_id!r}: add them first")
        contract = self.contracts.get(fact.contract_id or "")
        if contract is None or contract.side is Side.BUY:
            subject = attrs.evolve(fact.subject, customer_id=self._customer(fact))
            fact = attrs.evolve(fact, contract_id=None, line_id=None, subject=subject)
            seller = self.people[fact.person_id].employer(fact.day).entity_id
        else:
            fact, seller = attrs.evolve(fact, line_id=None), contract.entity_id
        if isinstance(fact, TimeEntry):
            return rate_time(
                fact,
                unit_price=None,
                people=self.people,
                cost_rates=self.company.cost_rates,
                seller_entity=seller,
                transfer_rules=self.company.rules,
            )
        return rate_expense(
            fact,
            markup_percent=None,
            people=self.people,
            seller_entity=seller,
            transfer_rules=self.company.rules,
        )

    def _customer(self, fact: TimeEntry | Expense) -> str | None:
        """Whom the work is for, after merges."""
        named = fact.subject.customer_id
        return named if named is None else self.facts.customer(named)


def billing_terms(unit: UnitOfWork) -> BillingTerms:
    """What billing needs to know of the house."""
    company = unit.company.get()
    return BillingTerms(
        company.group, unit.rates.book(), company.asset_types, taxes=company.tax_table
    )


def _credits(unit: UnitOfWork) -> Iterator[Charge]:
    """The charges of credit notes, told by their keys: few among many."""
    keys = unit.charges.keys()
    for key in sorted(one for one in keys if "~" in one):
        charge = unit.charges.get(key)
        if charge.credits is not None:
            yield charge


class _Covers:
    """Puts work on lines by their covers; where no line has one, everything stays as it is."""

    def __init__(self, contracts: Mapping[str, Contract], directory: Directory) -> None:
        self._lines = {
            (one.id, line.id): line for one in contracts.values() for line in one.lines_ever
        }
        self._idle = all(line.cover is None for line in self._lines.values())
        self._book = CoverageBook(
            contracts.values(),
            lambda party: directory.resolve(party).id if party in directory else party,
        )
        self.coverage: dict[TimeEntry | Expense, Coverage] = {}

    def placed(self, fact: F) -> F:
        """The fact with the line that takes it; without a line where none does."""
        if self._idle or (fact.line_id is not None and not self._decides(fact)):
            return fact
        found = self._book.find(fact)
        contract_id, line_id = found.line or (fact.contract_id, None)
        placed = attrs.evolve(fact, contract_id=contract_id, line_id=line_id)
        self.coverage[placed] = found
        return placed

    def _decides(self, fact: TimeEntry | Expense) -> bool:
        line = self._lines.get((fact.contract_id or "", fact.line_id or ""))
        return line is not None and line.cover is not None


def _standing(contract: Contract, directory: Directory) -> Contract:
    """The contract with the customer that stands for its party after merges."""
    if contract.side is Side.BUY or contract.party_id not in directory:
        return contract
    return attrs.evolve(contract, party_id=directory.resolve(contract.party_id).id)

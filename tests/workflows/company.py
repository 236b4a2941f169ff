"""A small group in a store: three companies, three people, and whatever contracts a test brings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

import attrs

from harmony_core.assets import Device, DeviceEvent, EventKind
from harmony_core.billing import Charge, Invoice, Recognised
from harmony_core.contracts import Contract, Side
from harmony_core.finance import (
    CostPlus,
    CostRateTable,
    ExactAmount,
    Group,
    JournalEntry,
    Money,
    Rate,
    TaxRate,
    TransferRule,
    TransferSubject,
)
from harmony_core.parties import Customer, Employment, Person, Supplier
from harmony_core.periods import History, Timing
from harmony_core.pricing import BandTable, FillUp, Flat, PerUnit
from harmony_core.products import (
    ContractType,
    CountPolicy,
    DevicesCounted,
    ExpensesIncurred,
    Recognition,
    TimeWorked,
    UsageMetered,
)
from harmony_core.repositories import Company, Fact, MemoryStore, Store
from harmony_core.work import Expense, TimeEntry, UsageRecord
from tests.strategies import GROUP, contract, fund_terms, line

OPENING = date(2026, 1, 1)
LONG_AGO = date(2020, 1, 1)

RATES = tuple(
    Rate(
        "EUR",
        code,
        date(2025, 6, 2) + timedelta(days=7 * week),
        Fraction(value) * (1000 + week) / 1000,
        source="house",
    )
    for week in range(90)
    for code, value in (("GBP", "0.8571"), ("USD", "1.1373"), ("INR", "90.0913"), ("JPY", "161.37"))
)
"""Every Monday's rates, from June 2025 on for ninety weeks."""

PEOPLE = (
    Person.of("anna", "Anna", Employment("DE", "DE:delivery", LONG_AGO)),
    Person.of("ravi", "Ravi", Employment("IN", "IN:delivery", LONG_AGO)),
    Person.of("bob", "Bob", Employment("GB", "GB:delivery", LONG_AGO), contractor=True),
)
CUSTOMERS = (
    Customer("K-1", "Customer", "DE", "EUR"),
    Customer("K-2", "Another", "GB", "GBP"),
    Customer("K-9", "The same, entered twice", "DE", "EUR", merged_into="K-1"),
)


def company(opening: date = OPENING, group: Group = GROUP) -> Company:
    """The group with its taxes, cost rates and transfer rules; work costs a mark-up, trips none."""
    return Company(
        group=attrs.evolve(group, opening_day=opening),
        tax_rates=tuple(
            TaxRate(country, category, Fraction(percent), LONG_AGO)
            for country, standard in (("GB", 20), ("DE", 19), ("IN", 18))
            for category, percent in (("S", standard), ("G", 0))
        ),
        transfer_rules=tuple(
            TransferRule(id_, None, None, CostPlus(percent), LONG_AGO, subject=subject)
            for id_, percent, subject in (
                ("T-1", 8, TransferSubject.TIME),
                ("T-2", 0, TransferSubject.EXPENSE),
            )
        ),
        cost_rates=CostRateTable(
            persons={
                "anna": History.always(ExactAmount.of("52.125", "EUR")),
                "ravi": History.always(ExactAmount.of("1450", "INR")),
                "bob": History.always(ExactAmount.of("61.40", "GBP")),
            }
        ),
        asset_parents=(
            ("computer", None),
            ("server", "computer"),
            ("laptop", "computer"),
            ("switch", None),
        ),
    )


SUPPORT = contract(
    line(
        FillUp(BandTable.of("EUR", [(10, "12"), (None, "9.99")])),
        date(2025, 10, 31),
        id="1",
        quantity=25,
        recognition=Recognition.STRAIGHT_LINE,
    ),
    line(
        PerUnit.of("95", "EUR"),
        date(2026, 1, 10),
        id="2",
        kind=ContractType.TRANSACTIONAL,
        quantity=0,
        source=TimeWorked(),
        timing=Timing.ARREARS,
        months=None,
    ),
    line(
        PerUnit.of("1", "EUR"),
        date(2026, 1, 10),
        id="3",
        kind=ContractType.TRANSACTIONAL,
        quantity=0,
        source=ExpensesIncurred(Fraction(10)),
        timing=Timing.ARREARS,
        months=None,
    ),
    id="C-1",
)
METERED = contract(
    line(
        PerUnit.of("0.00045", "GBP"),
        date(2026, 1, 1),
        id="1",
        kind=ContractType.CONSUMPTION,
        quantity=0,
        source=UsageMetered("traffic"),
        timing=Timing.ARREARS,
    ),
    line(
        PerUnit.of("31", "GBP"),
        date(2026, 1, 15),
        id="2",
        kind=ContractType.CONSUMPTION,
        quantity=0,
        source=DevicesCounted(("computer",), CountPolicy.DAILY),
        timing=Timing.ARREARS,
    ),
    id="C-2",
    party="K-2",
    entity="GB",
)
PREPAID = contract(
    line(
        PerUnit.of("80", "EUR"),
        date(2026, 1, 5),
        id="1",
        kind=ContractType.PREPAYMENT,
        quantity=10,
        months=None,
        recognition=Recognition.AS_DRAWN,
        fund=fund_terms(valid_months=2),
    ),
    id="C-3",
)
LICENCES = contract(
    line(
        Flat.of("111.11", "EUR"),
        date(2026, 1, 20),
        id="1",
        timing=Timing.ARREARS,
        recognition=Recognition.STRAIGHT_LINE,
        serves="C-1",
    ),
    id="B-1",
    side=Side.BUY,
    party="S-1",
)
CONTRACTS = (SUPPORT, METERED, PREPAID, LICENCES)
DEVICES = (Device("D-1", "laptop", "K-2"), Device("D-2", "server", "K-2"))


def time(
    id: str,  # noqa: A002
    person: str,
    day: date,
    hours: int,
    at: tuple[str, str] | None = ("C-1", "2"),
    recorded_on: date | None = None,
) -> TimeEntry:
    """Hours of a person on a line."""
    contract_id, line_id = at or (None, None)
    return TimeEntry(
        id, person, day, Fraction(hours), contract_id, line_id, recorded_on=recorded_on
    )


FACTS: tuple[Fact, ...] = (
    time("T-1", "anna", date(2026, 1, 12), 8),
    time("T-2", "ravi", date(2026, 1, 30), 5),
    time("T-3", "ravi", date(2026, 1, 30), 2, recorded_on=date(2026, 2, 4)),
    time("T-4", "bob", date(2026, 2, 10), 6, ("C-3", "1")),
    time("T-5", "anna", date(2026, 2, 27), 7, ("C-3", "1")),
    time("T-6", "ravi", date(2026, 3, 3), 3),
    time("T-7", "anna", date(2026, 3, 4), 1, None),
    Expense("E-1", "ravi", date(2026, 2, 11), Money.of("8000", "INR"), "C-1", "3"),
    UsageRecord("U-1", "feed", date(2026, 1, 9), "K-2", "traffic", Fraction(200_001)),
    UsageRecord("U-2", "feed", date(2026, 2, 9), "K-2", "traffic", Fraction(120_500)),
    UsageRecord("U-3", "feed", date(2026, 2, 28), "K-2", "traffic", Fraction(4), date(2026, 3, 6)),
    DeviceEvent("D-1", date(2025, 12, 1), EventKind.ON),
    DeviceEvent("D-2", date(2026, 2, 14), EventKind.ON),
    DeviceEvent("D-1", date(2026, 3, 8), EventKind.OFF),
)


def set_up(
    store: Store,
    *,
    opening: date = OPENING,
    group: Group = GROUP,
    contracts: Iterable[Contract] = CONTRACTS,
    devices: Iterable[Device] = DEVICES,
    facts: Iterable[Fact] = FACTS,
    rates: Iterable[Rate] = RATES,
) -> None:
    """Put the group into an empty store."""
    with store.begin() as unit:
        unit.company.save(company(opening, group))
        for customer in CUSTOMERS:
            unit.customers.add(customer)
        unit.suppliers.add(Supplier("S-1", "Supplier", "DE", "EUR"))
        for person in PEOPLE:
            unit.people.add(person)
        for agreed in contracts:
            unit.contracts.add(agreed)
        for device in devices:
            unit.devices.add(device)
        unit.facts.add(facts)
        unit.rates.add(rates)


def in_memory(**differences: object) -> MemoryStore:
    """A store in the process with the group in it."""
    store = MemoryStore()
    set_up(store, **differences)  # type: ignore[arg-type]
    return store


@attrs.frozen
class Books:
    """All that was billed and booked."""

    charges: tuple[Charge, ...]
    invoices: tuple[Invoice, ...]
    recognised: tuple[Recognised, ...]
    entries: tuple[JournalEntry, ...]
    closed: tuple[str, ...]


def books(store: Store) -> Books:
    """What a store holds; two that are equal hold the same."""
    with store.begin() as unit:
        return Books(
            unit.charges.all(),
            unit.invoices.all(),
            unit.recognised.all(),
            tuple(unit.journal.entries()),
            tuple(sorted(map(str, unit.months.closed()))),
        )


NOTHING = Books((), (), (), (), ())

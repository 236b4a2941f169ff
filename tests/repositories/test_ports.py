"""The shipped suites, run against every store of the library, and a server if one is named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from harmony_core import testing
from harmony_core.billing import Payment
from harmony_core.repositories import (
    ChargeRepository,
    CompanyRepository,
    FactRepository,
    InvoiceRepository,
    JournalRepository,
    Log,
    MemoryStore,
    MonthRepository,
    NightRepository,
    PriceBookRepository,
    RateRepository,
    RecognitionRepository,
    Register,
    Store,
    UnitOfWork,
)
from harmony_core.repositories._sql_tables import metadata
from harmony_core.repositories.sql import SqlStore

SERVER = os.environ.get("HARMONY_CORE_TEST_DATABASE")
"""URL of an empty database on a server: set it, and the suites run there as well."""


@pytest.fixture(params=["memory", "sqlite", *(["server"] if SERVER else [])])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    url = SERVER if request.param == "server" else f"sqlite:///{tmp_path / 'store.db'}"
    engine = create_engine(url or "")
    metadata.drop_all(engine)
    database = SqlStore(engine)
    database.create()
    yield database
    engine.dispose()


@pytest.fixture
def unit(any_store: Store) -> Iterator[UnitOfWork]:
    with any_store.begin() as unit:
        yield unit


class TestStores(testing.StoreSuite):
    @pytest.fixture
    def store(self, any_store: Store) -> Store:
        return any_store


class TestCompany(testing.CompanyRepositorySuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> CompanyRepository:
        return unit.company


class TestCustomers(testing.CustomerRegisterSuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> Register[Any]:
        return unit.customers


class TestSuppliers(testing.SupplierRegisterSuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> Register[Any]:
        return unit.suppliers


class TestPeople(testing.PersonRegisterSuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> Register[Any]:
        return unit.people


class TestProducts(testing.ProductRegisterSuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> Register[Any]:
        return unit.products


class TestIncidents(testing.IncidentRegisterSuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> Register[Any]:
        return unit.incidents


class TestQuotes(testing.QuoteRegisterSuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> Register[Any]:
        return unit.quotes


class TestPriceBook(testing.PriceBookRepositorySuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> PriceBookRepository:
        return unit.price_book


class TestOrders(testing.OrderRegisterSuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> Register[Any]:
        return unit.orders


class TestContracts(testing.ContractRegisterSuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> Register[Any]:
        return unit.contracts


class TestDevices(testing.DeviceRegisterSuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> Register[Any]:
        return unit.devices


class TestFacts(testing.FactRepositorySuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> FactRepository:
        return unit.facts


class TestRates(testing.RateRepositorySuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> RateRepository:
        return unit.rates


class TestCharges(testing.ChargeRepositorySuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> ChargeRepository:
        return unit.charges


class TestRecognitions(testing.RecognitionRepositorySuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> RecognitionRepository:
        return unit.recognised


class TestInvoices(testing.InvoiceRepositorySuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> InvoiceRepository:
        return unit.invoices


class TestJournal(testing.JournalRepositorySuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> JournalRepository:
        return unit.journal


class TestLogs(testing.LogSuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> Log[Payment]:
        return unit.payments


class TestMonths(testing.MonthRepositorySuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> MonthRepository:
        return unit.months


class TestNights(testing.NightRepositorySuite):
    @pytest.fixture
    def store(self, unit: UnitOfWork) -> NightRepository:
        return unit.nights

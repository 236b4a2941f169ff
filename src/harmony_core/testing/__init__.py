"""PROVED: the suites that any store must pass; run by pytest, which they need.

Subclass a suite in a test module of your own and give it a fixture ``store`` that is empty:

* :class:`StoreSuite` for a store as a whole,
* ``CustomerRegisterSuite`` and the like for one register,
* ``ChargeRepositorySuite`` and the like for one repository.

:func:`prove` runs a suite without a test runner.
"""

from harmony_core.testing._facts import FactRepositorySuite
from harmony_core.testing._prove import prove
from harmony_core.testing._registers import (
    ContractRegisterSuite,
    CustomerRegisterSuite,
    DeviceRegisterSuite,
    IncidentRegisterSuite,
    OrderRegisterSuite,
    PersonRegisterSuite,
    ProductRegisterSuite,
    QuoteRegisterSuite,
    RegisterSuite,
    SupplierRegisterSuite,
)
from harmony_core.testing._repositories import (
    ChargeRepositorySuite,
    CompanyRepositorySuite,
    InvoiceRepositorySuite,
    JournalRepositorySuite,
    LogSuite,
    MonthRepositorySuite,
    NightRepositorySuite,
    PriceBookRepositorySuite,
    RateRepositorySuite,
    RecognitionRepositorySuite,
)
from harmony_core.testing._stores import StoreSuite

__all__ = [
    "ChargeRepositorySuite",
    "CompanyRepositorySuite",
    "ContractRegisterSuite",
    "CustomerRegisterSuite",
    "DeviceRegisterSuite",
    "FactRepositorySuite",
    "IncidentRegisterSuite",
    "InvoiceRepositorySuite",
    "JournalRepositorySuite",
    "LogSuite",
    "MonthRepositorySuite",
    "NightRepositorySuite",
    "OrderRegisterSuite",
    "PersonRegisterSuite",
    "PriceBookRepositorySuite",
    "ProductRegisterSuite",
    "QuoteRegisterSuite",
    "RateRepositorySuite",
    "RecognitionRepositorySuite",
    "RegisterSuite",
    "StoreSuite",
    "SupplierRegisterSuite",
    "prove",
]

"""KEPT: ports in the words of the trade, and stores that keep them.

A workflow asks a :class:`Store` for a :class:`UnitOfWork`, reads and writes through its registers
and repositories, and either all of it is kept or nothing. :class:`MemoryStore` keeps it in the
process; ``harmony_core.repositories.sql.SqlStore`` (extra ``sql``) in a database. A store of your
own follows the same Protocols and passes the suites in ``harmony_core.testing``.
"""

from harmony_core.repositories._company import Company
from harmony_core.repositories.memory import MemoryStore
from harmony_core.repositories.ports import (
    ChargeRepository,
    CompanyRepository,
    Fact,
    FactRepository,
    InvoiceRepository,
    JournalRepository,
    Log,
    MonthRepository,
    NightRepository,
    PriceBookRepository,
    RateRepository,
    RecognitionRepository,
    Register,
    Store,
    UnitOfWork,
)

__all__ = [
    "ChargeRepository",
    "Company",
    "CompanyRepository",
    "Fact",
    "FactRepository",
    "InvoiceRepository",
    "JournalRepository",
    "Log",
    "MemoryStore",
    "MonthRepository",
    "NightRepository",
    "PriceBookRepository",
    "RateRepository",
    "RecognitionRepository",
    "Register",
    "Store",
    "UnitOfWork",
]
